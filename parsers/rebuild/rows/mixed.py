"""Runs that may hold the figures of two rows: no border ends them, a row of the form lacks behind, and blanks leave no trace."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile

from parsers.form import Table
from parsers.rebuild.found import Found
from parsers.rebuild.labels import core_of
from parsers.rebuild.marks import LINE
from parsers.rebuild.rows.surplus import sums_up
from parsers.rebuild.rows.unlabelled import Unit, gaps
from parsers.rebuild.zones import Run

__all__ = ["is_shown_whole", "may_be_mixed", "may_be_next"]


def may_be_mixed(units: Sequence[Unit], table: Table, found: Found, *, marked: bool) -> list[Unit]:
    """
    Runs whose ends are not marked that may hold figures of two rows: rows of the form lack behind them, and empty cells
    leave no trace.

    So they may where figures of nobody follow them without a word: both were cut from one run by their number alone. Where
    every run without borders is a whole number of rows and none of cells is shorter than one, zeros are printed and nothing is
    mixed; nor is a row whose lines show all its cells, where those of another show empty ones.
    """
    width = len(table.columns)
    loose = [unit for unit in units if unit.run.pieces and not (unit.run.bordered and _has_end(found, unit.run, marked=marked))]
    if width == 1 or not any(_lacks_some(unit.run, width) for unit in loose):
        return []
    order = {row.code: at for at, row in enumerate(row for row in table.rows if row.values)}
    owners = [unit for unit in units if unit.row is not None]
    behind = [order[other.row.code] - order[unit.row.code] for unit, other in pairwise(owners) if unit.row and other.row]
    behind += [len(order) - order[owners[-1].row.code]] if owners and owners[-1].row else []
    cut = {id(unit) for unit, other in pairwise(units) if other.row is None and other.run.figures and not other.run.words}
    traced = any((unit.run.shown or 0) > len(unit.run.pieces) for unit in loose)
    endless = {id(unit) for unit in loose}
    return [
        unit
        for unit, gap in zip(owners, behind, strict=True)
        if (gap > 1 or id(unit) in cut)
        and id(unit) in endless
        and not (traced and unit.run.shown == width == len(unit.run.pieces))
    ]


def is_shown_whole(found: Found, units: Sequence[Unit], unit: Unit, table: Table) -> bool:
    """Whether figures are one row by their sum: they stand on one line, or behind them the labels of all rows that lack."""
    if not sums_up(unit.run.pieces, len(table.columns)):
        return False
    if LINE not in found.stream.text[unit.run.pieces[0].start : unit.run.pieces[-1].end]:
        return True
    at = next(at for at, other in enumerate(units) if other is unit)
    behind = list(takewhile(lambda other: other.row is None, units[at + 1 :]))
    named = {other.label.label.name for other in behind if other.label is not None and not other.run.pieces}
    lacking = {row.code for start, _, missing in gaps(units, table) if start == at + 1 for row in missing}
    return lacking <= named and not any(other.run.pieces for other in behind)


def may_be_next(units: Sequence[Unit], table: Table, found: Found) -> list[Unit]:
    """
    Figures that may be the next row's, whose label the form prints twice and the text once: repeated lines were removed.

    Then the row's own figure may have gone as well, and the one that stands behind its label is the next row's.
    """
    if len(table.columns) > 1 or found.repeats_figures:
        return []
    cores = [core_of(row.zh) for row in table.rows]
    doubted = []
    for start, stop, missing in gaps(units, table):
        core = core_of(missing[0].zh)
        gone = cores.count(core) > 1 and found.copy.text.count(core) == 1
        if gone and start and not units[start - 1].run.bordered and not any(unit.run.pieces for unit in units[start:stop]):
            doubted.append(units[start - 1])
    return doubted


def _has_end(found: Found, run: Run, *, marked: bool) -> bool:
    """Whether it is marked where a row of cells ends."""
    return marked or found.stream.grid_column(run.pieces[0].start) is not None


def _lacks_some(run: Run, width: int) -> bool:
    """Whether a run shows that cells of rows lack: figures that are no whole number of rows, or too few cells."""
    return len(run.pieces) < width if run.bordered else len(run.pieces) % width > 0
