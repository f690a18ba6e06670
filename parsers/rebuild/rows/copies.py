"""Rows that stand more than once in a document: a template beside the table filled in, another year beside this one."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.form import Table
from parsers.rebuild.draft import Draft, Printed, printed_between
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.rows.columns import Columns
from parsers.rebuild.rows.surplus import may_be_moved
from parsers.rebuild.rows.unlabelled import may_be_whole
from parsers.rebuild.zones import Kind, Run, cut_zone

__all__ = ["compare_copies", "has_figures_beside", "stands_among_figures"]

_SEVERAL = 3
_TWICE = "the row stands twice with different figures"


def compare_copies(
    found: Found, hits: Sequence[Hit], chain: Sequence[Hit], draft: Draft, columns: Columns, *, marked: bool
) -> None:
    """
    Open the rows that stand a second time in the document with other figures, or with other cells than the form's.

    Where several do, two tables stand there, and a row that was read in one of them alone is open too.
    """
    taken = {hit.start for hit in chain}
    rows = {row.code: row for row in draft.table.rows}
    codes = columns.codes
    alike: set[str] = set()
    unlike: set[str] = set()
    for hit in hits:
        unnumbered = hit.label.short and hit.label.enumerator and hit.first == hit.start
        if hit.start in taken or unnumbered or hit.label.kind != "row":
            continue
        runs = cut_zone(found.stream, hit.end, found.next_label(hit.end), rows_marked=marked)
        own = runs[0] if runs and runs[0].same_row and runs[0].pieces else None
        if own is None or not (own.figures or _is_blank_beside(found, own, hit, draft, codes, marked=marked)):
            continue
        if may_be_moved(own, len(codes), rows[hit.label.name], hit.core):
            draft.open_row(
                hit.label.name, codes, "the row stands twice, and once with other cells than the form's", own.pieces[0]
            )
        picked = columns.pick(own)
        if picked is None:
            _compare_unplaced(found, own, draft, hit.label.name, codes)
            continue
        readings = [draft.readings.get((hit.label.name, code)) for code in codes]
        if any(isinstance(it, Printed) and it.piece.text != piece.text for it, piece in zip(readings, picked, strict=True)):
            draft.open_row(hit.label.name, codes, _TWICE, picked[0])
            unlike.add(hit.label.name)
        else:
            alike.add(hit.label.name)
    if len(unlike) >= _SEVERAL:
        for row in {row for row, _ in draft.readings} - alike - unlike:
            reading = draft.readings[row, codes[0]]
            draft.open_row(row, codes, _TWICE, reading.piece)
            draft.lost.pop(row, None)


def _compare_unplaced(found: Found, run: Run, draft: Draft, row: str, codes: Sequence[str]) -> None:
    """Open a row that stands a second time with other figures, of which is not told under which heads they stand."""
    if not may_be_whole(run, len(codes)):
        return
    lost = draft.lost.get(row)
    if lost is not None and printed_between(found.stream, run) != lost.piece.text:
        del draft.lost[row]
    readings = [draft.readings.get((row, code)) for code in codes]
    read = [reading.piece for reading in readings if isinstance(reading, Printed)]
    figures = [[piece.text for piece in pieces if piece.kind is Kind.FIGURE] for pieces in (read, run.pieces)]
    if run.bordered and len(read) == len(codes) and figures[0] != figures[1]:
        draft.open_row(row, codes, _TWICE, run.pieces[0])


def _is_blank_beside(found: Found, run: Run, hit: Hit, draft: Draft, codes: Sequence[str], *, marked: bool) -> bool:
    """Whether an empty row belongs to a table with figures, and has some where it stands the other time."""
    readings = [draft.readings.get((hit.label.name, code)) for code in codes]
    figured = any(isinstance(reading, Printed) and reading.piece.kind is Kind.FIGURE for reading in readings)
    return run.bordered and figured and stands_among_figures(found, draft.table, run.pieces[0].start, marked=marked)


def stands_among_figures(found: Found, table: Table, place: int, *, marked: bool) -> bool:
    """Whether some row of the table has figures in the grid at a place, which then is no template."""
    spot = found.stream.grid_column(place)
    for hit in found.of(table.code, "row") if spot is not None else ():
        own = found.stream.grid_column(hit.start)
        if spot is not None and own is not None and own[0] == spot[0]:
            runs = cut_zone(found.stream, hit.end, found.next_label(hit.end), rows_marked=marked)
            if runs and runs[0].same_row and runs[0].bordered and runs[0].figures:
                return True
    return False


def has_figures_beside(found: Found, hit: Hit, *, marked: bool) -> bool:
    """Whether the label of a row stands in a table with figures: in its grid, or in a row right above or below in lines of text."""
    if found.stream.grid_column(hit.start) is not None:
        return stands_among_figures(found, found.form.table(hit.label.table), hit.start, marked=marked)
    rows = [other for other in found.of(hit.label.table, "row") if other.label.name != hit.label.name]
    beside = [
        *[other for other in rows if other.first < hit.first][-1:],
        *[other for other in rows if other.first > hit.first][:1],
    ]
    zones = (cut_zone(found.stream, other.end, found.next_label(other.end), rows_marked=marked) for other in beside)
    return any(runs and runs[0].same_row and runs[0].figures for runs in zones)
