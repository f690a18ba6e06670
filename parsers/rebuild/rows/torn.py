"""
Torn rows: lines of text in which figures stand apart from the labels of their rows.

Programs that take the text out of a page may read its columns one by one, or a row's figures before its label. Then some
labels have no figures behind them, and figures stand where no row is: behind heads and groups, behind another row's own.
What stands behind a label in such a text proves nothing, but for a row that is whole on its label's own line.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Set
from functools import lru_cache

from parsers.form import Form, Table, load_forms
from parsers.rebuild.draft import Draft, Open, Printed
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit, compact, core_of
from parsers.rebuild.marks import BORDERS, CELL, LINE, MARKS, ROW_ENDS, SPACE
from parsers.rebuild.zones import Run, cut_zone

__all__ = [
    "NOTE",
    "figures_behind_heads",
    "is_anothers",
    "is_nameless",
    "is_on_own_line",
    "is_printed_alone",
    "is_surplus",
    "open_apart",
    "open_unshared",
]

NOTE = "the text has figures apart from the labels of their rows"
_DISPUTED = "the table may be another form's, which prints other rows or columns: no label in it tells the two apart"

_PRINTED = re.compile(f"[^{SPACE}]")
_LINE_OR_BORDER = LINE + BORDERS


def figures_behind_heads(found: Found, heads: Iterable[Hit], width: int) -> bool:
    """Whether figures of so many columns stand in lines of text behind a head, where no row's are."""
    for head in heads:
        runs = cut_zone(found.stream, head.end, found.next_label(head.end), rows_marked=False)
        if runs and is_surplus(runs[0], 0, width) and _are_of(runs[0].words, _of_heads(found.form.name)):
            return True
    return False


def is_surplus(run: Run, own: int, width: int) -> bool:
    """Whether a run in lines of text holds more figures than its label's own, and not just one as the number of a page is."""
    beyond = [piece.text for piece in run.pieces[own:]]
    return not run.bordered and len(beyond) >= min(width, 2) and any(map(_has_digit, beyond))


def is_nameless(found: Found, run: Run) -> bool:
    """Whether no words stand before a run but the units of figures."""
    return _are_of(run.words, _of_units(found.form.name))


def is_anothers(found: Found, run: Run) -> bool:
    """Whether a run stands behind the label of a group that another form prints as a row, and so may be that row."""
    at = bisect_left(found.starts, run.pieces[0].start) - 1
    return at >= 0 and (found.hits[at].label.table, found.hits[at].label.name) in _rows_elsewhere(found.form.name)


def is_printed_alone(found: Found, label: Hit) -> bool:
    """Whether a label begins and ends at a border or line break: prose quotes some, and some go on in other words."""
    behind = _PRINTED.search(found.stream.text, label.end)
    return (label.first < label.start or found.copy.marked_before(label.nth)) and (behind is None or behind[0] in MARKS)


def is_on_own_line(found: Found, label: Hit, run: Run, width: int) -> bool:
    """Whether a whole row of figures stands on the line on which its label ends."""
    if len(run.pieces) != width:
        return False
    between = found.stream.text[label.end : run.pieces[-1].end]
    return not any(mark in between for mark in _LINE_OR_BORDER)


def open_apart(found: Found, draft: Draft) -> None:
    """Open the cells of a table whose figures stand in lines of text on another line than their label: another table is torn."""
    if draft.named:
        return
    ends = sorted(hit.end for hit in found.of(draft.table.code, "row"))
    for cell, reading in draft.readings.items():
        if isinstance(reading, Printed) and _is_apart(found, reading.piece.start, ends):
            draft.readings[cell] = Open(NOTE, reading.piece)
    draft.lost = {row: lost for row, lost in draft.lost.items() if not _is_apart(found, lost.piece.start, ends)}


def open_unshared(draft: Draft, other: Table) -> None:
    """
    Open the rows of a table that another form does not print in it.

    It may be that form's table whose labels are lost, where rows of figures are left over, or where no table of the document has a
    label that tells the two apart. Of blocks, which differ by their heads, none is read then.
    """
    for block in draft.table.blocks if draft.table.layout == "blocks" else ():
        for row in block.rows:
            draft.open_row(row.code, [column.code for column in block.columns], _DISPUTED)
    shared = {(row.code, core_of(row.zh), row.values) for row in other.rows}
    for row in draft.table.rows:
        if row.values and (row.code, core_of(row.zh), row.values) not in shared:
            draft.open_row(row.code, [column.code for column in draft.table.columns], _DISPUTED)


def _is_apart(found: Found, start: int, ends: list[int]) -> bool:
    """Whether no border and no label's end stands before a place in its line."""
    line = max(found.stream.text.rfind(mark, 0, start) for mark in LINE + ROW_ENDS)
    label = bisect_right(ends, start) - 1
    return CELL not in found.stream.text[line + 1 : start] and (label < 0 or ends[label] <= line)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _are_of(words: str, characters: Set[str]) -> bool:
    return set(compact(words).text) <= characters if words else True


@lru_cache(maxsize=64)
def _of_heads(form_name: str) -> frozenset[str]:
    """The characters of which the heads of a form are made."""
    tables = _form(form_name).tables
    heads = [head for table in tables for head in (*table.heads, table.note or "")]
    columns = [column.zh for table in tables for block in table.blocks for column in block.columns]
    return frozenset(compact("".join(heads + columns)).text)


@lru_cache(maxsize=64)
def _of_units(form_name: str) -> frozenset[str]:
    """The characters of which the units of a form are made."""
    return frozenset("".join(row.unit or "" for table in _form(form_name).tables for row in table.rows))


@lru_cache(maxsize=64)
def _rows_elsewhere(form_name: str) -> frozenset[tuple[str, str]]:
    """Table and code of each group of a form that another form prints as a row of its own."""
    others = {
        (table.code, core_of(row.zh))
        for form in load_forms()
        if form.name != form_name
        for table in form.tables
        for row in table.rows
        if row.values
    }
    tables = _form(form_name).tables
    return frozenset(
        (table.code, row.code)
        for table in tables
        for row in table.rows
        if not row.values and (table.code, core_of(row.zh)) in others
    )


def _form(name: str) -> Form:
    return next(form for form in load_forms() if form.name == name)
