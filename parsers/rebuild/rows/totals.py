"""
Tables in which no row has its total: their figures have moved to the left, or the column of totals lacks.

The form has a total in each row with figures. Where many rows have figures and none has one in the last column, a place in the
table says nothing of a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from parsers.rebuild.found import Found
from parsers.rebuild.zones import Kind, Run

__all__ = ["grids_without_totals", "lacks_total"]

_FEWEST_ROWS = 3


def lacks_total(run: Run, width: int) -> bool:
    """Whether nothing stands in the last column of a row, nor behind it."""
    return all(piece.kind is Kind.EMPTY for piece in run.pieces[width - 1 :])


def grids_without_totals(found: Found, runs: Sequence[Run], width: int, *, flush: bool) -> frozenset[int | None]:
    """The grids, or those of a table that is cut, in which no row has its total: figures have moved, or the column of totals lacks."""
    grids: dict[int | None, list[Run]] = {}
    for run in runs:
        spot = found.stream.grid_column(run.pieces[0].start) if run.pieces else None
        grids.setdefault(None if spot is None else spot[0], []).append(run)
    parts = [(frozenset({number}), own) for number, own in grids.items()]
    parts += [(frozenset(grids), list(runs))] if len(grids) > 1 else []
    lacking = (numbers for numbers, own in parts if _lack_totals(own, width) or (flush and _end_empty(own)))
    return frozenset[int | None]().union(*lacking)


def _lack_totals(runs: Sequence[Run], width: int) -> bool:
    """Whether figures stand in many rows and none of them in the last column, where every row has its total: they have moved."""
    figured = (run for run in runs if run.bordered and len(run.pieces) >= width and run.figures)
    return _are_many_and_all(figured, lambda run: lacks_total(run, width))


def _end_empty(runs: Sequence[Run]) -> bool:
    """Whether figures stand in many rows and none of them in the last cell: the column of totals lacks, or is another one."""
    figured = (run for run in runs if run.bordered and run.figures)
    return _are_many_and_all(figured, lambda run: run.pieces[-1].kind is Kind.EMPTY)


def _are_many_and_all(runs: Iterable[Run], holds: Callable[[Run], bool]) -> bool:
    """Whether something holds of all runs, and they are many; most often the first ends the search."""
    count = 0
    for run in runs:
        if not holds(run):
            return False
        count += 1
    return count >= _FEWEST_ROWS
