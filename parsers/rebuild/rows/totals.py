"""
Tables in which no row has its total where the form has it: their figures have moved to the left, or the column of totals lacks, or stands first.

The form has a total in each row with figures. Where many rows have figures and none has one in the last column, a place in the
table says nothing of a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from parsers.rebuild.found import Found
from parsers.rebuild.zones import Kind, Piece, Run
from parsers.values import read_value

__all__ = ["are_shifted", "grids_without_totals", "lacks_total", "looks_shifted", "total_stands_first"]

_FEWEST_ROWS = 3


def lacks_total(run: Run, width: int) -> bool:
    """Whether nothing stands in the last column of a row, nor behind it."""
    return all(piece.kind is Kind.EMPTY for piece in run.pieces[width - 1 :])


def looks_shifted(run: Run, width: int) -> bool:
    """Whether the last figure is the sum of those before it though an empty cell stands in the last column."""
    numbers = [number for piece in run.pieces[:width] if (number := read_value(piece.text).number) is not None]
    return lacks_total(run, width) and len(numbers) > 1 and numbers[-1] != 0 and sum(numbers[:-1]) == numbers[-1]


def are_shifted(runs: Sequence[Run], width: int) -> bool:
    """Whether no row has a total, and either some row's last figure is its sum or all lack just one figure."""
    whole = [run for run in runs if run.bordered and len(run.pieces) >= width]
    if any(not lacks_total(run, width) and run.figures for run in whole):
        return False
    cells = [run for run in whole if run.figures]
    return any(looks_shifted(run, width) for run in cells) or (bool(cells) and all(run.figures == width - 1 for run in cells))


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


def total_stands_first(rows: Iterable[Sequence[Piece] | None]) -> bool:
    """
    Whether the first figure of most rows is the sum of the others, and the last is not: the total's column is printed before them.

    Rows in which both hold say nothing: one figure stands in them, and its total.
    """
    first, last = 0, 0
    for row in rows:
        numbers = [read_value(piece.text).number for piece in row or ()]
        known = [number for number in numbers if number is not None]
        if len(known) == len(numbers) > 1:
            whole = sum(known)
            first += 2 * known[0] == whole != 2 * known[-1]
            last += 2 * known[-1] == whole != 2 * known[0]
    return first > last
