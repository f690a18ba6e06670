"""
Document + Form -> facts, table by table: the passes in their order.

    lay out the stream → make the compact copy → for each table choose the form that its labels confirm
    → read the table by its layout → write one fact for every cell of the form
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from parsers.document import Document
from parsers.form import NATIONAL, Form, Table, load_forms
from parsers.rebuild.blocks import read_blocks
from parsers.rebuild.doubled import are_doubled, open_doubled
from parsers.rebuild.draft import Draft, open_parted_amounts, write_facts
from parsers.rebuild.fast import LongWay, read_clean, rule_out
from parsers.rebuild.found import Found, labels_of
from parsers.rebuild.grids.breaks import join_cut_rows
from parsers.rebuild.grids.foreign import GridRow, Sorted, without_foreign_columns
from parsers.rebuild.grids.halves import with_doubted_edges, with_whole_tables
from parsers.rebuild.grids.other_reports import without_other_reports
from parsers.rebuild.grids.turned import with_upright_tables
from parsers.rebuild.groups import read_groups
from parsers.rebuild.labels import Compact, Label, compact
from parsers.rebuild.lines.foreign_heads import lines_with_foreign_cells, open_foreign
from parsers.rebuild.mend.blocks import mend_blocks, mend_without_sums
from parsers.rebuild.mend.groups import mend_groups
from parsers.rebuild.mend.rows import Habits, mend_rows, sums_of
from parsers.rebuild.rows import read_rows
from parsers.rebuild.rows.torn import open_apart, open_unshared
from parsers.rebuild.stream import Stream, lay_out
from parsers.report import Fact

_LOCAL_SHARE = 0.7
"""Of the rows of a local form so many must be named before a document is read by it."""

_STATED = ("row", "group", "column", "title")
"""The kinds of labels that tell forms apart."""

__all__ = ["Rebuilt", "rebuild", "rebuild_any"]

_READERS: Mapping[str, Callable[[Found, Table], Draft]] = {"blocks": read_blocks, "rows": read_rows, "groups": read_groups}


@dataclass(frozen=True)
class Rebuilt:
    """The facts of all tables, the form of each, and the text lines (by number) that the tables take up."""

    forms: Mapping[str, str]
    facts: tuple[Fact, ...]
    lines: frozenset[int]
    doubts: tuple[tuple[str, str, str], ...]


def rebuild(document: Document, *, year: int | None) -> Rebuilt:
    """
    The facts of a document; none when no statutory table is found.

    `year` is the data year as far as it is known: it decides between forms only where the labels do not.
    """
    if clean := read_clean(document, year, _long_way):
        return Rebuilt(clean.forms, clean.facts, frozenset(), ())
    prepared, doubted = _prepare(document, year)
    changed = prepared is not document and not doubted
    if changed and (clean := read_clean(prepared, year, _long_way)):
        return Rebuilt(clean.forms, clean.facts, frozenset(), ())
    rebuilt = rebuild_any(prepared, year=year, doubted=doubted)
    for read in (document, prepared) if changed else (document,):
        rule_out(read, year, rebuilt.facts)
    return rebuilt


def _prepare(document: Document, year: int | None) -> Sorted:
    """The document with its tables whole, upright and without columns or years of others, and the rows that are doubted for it."""
    document = without_other_reports(document, year)
    document, doubted = without_foreign_columns(with_doubted_edges(join_cut_rows(document)))
    return Sorted(document if doubted else with_whole_tables(with_upright_tables(document)), doubted)


def _long_way(document: Document, year: int | None) -> LongWay:
    prepared, doubted = _prepare(document, year)
    rebuilt = rebuild_any(prepared, year=year, doubted=doubted)
    return LongWay(rebuilt.facts, rebuilt.forms, bool(rebuilt.lines or rebuilt.doubts))


def rebuild_any(document: Document, *, year: int | None, doubted: frozenset[GridRow] = frozenset()) -> Rebuilt:
    """
    The same for a document of any layout: what `rebuild` does where the short way of `fast.py` is not open.

    No cell is read in the `doubted` rows of its grids.
    """
    stream = lay_out(document)
    copy = compact(stream.text)
    drafts = [_Drafts(Found(form, stream, copy), doubted) for form in load_forms() if form.scope == NATIONAL]
    chosen = _choose(drafts, year) or _choose_local(stream, copy)
    facts: list[Fact] = []
    for draft, _ in chosen:
        facts.extend(write_facts(draft, stream))
    return Rebuilt(
        {draft.table.code: form.name for draft, form in chosen},
        tuple(open_parted_amounts(facts)),
        stream.lines_within([span for draft, _ in chosen for span in draft.spans]),
        tuple(doubt for draft, _ in chosen for doubt in draft.doubts),
    )


class _Drafts:
    """The drafts of one form, each read and mended when its table is in question: labels alone rule out most."""

    def __init__(self, found: Found, doubted: frozenset[GridRow] = frozenset()) -> None:
        self.found = found
        self._doubted = doubted
        self.form = found.form
        self._read: dict[str, Draft] = {}
        self._mended: set[str] = set()
        self._shown: dict[str, Habits] = {}

    def of(self, code: str) -> Draft:
        """The draft of a table."""
        draft = self._as_read(code)
        if code not in self._mended:
            self._mended.add(code)
            if draft.readings and any(self._as_read(table.code).torn for table in self.form.tables):
                open_apart(self.found, draft)
            if draft.readings and (self._foreign or self._doubted):
                open_foreign(self.found, draft, self._foreign, self._doubted)
            self._mend(draft)
        return draft

    @cached_property
    def _foreign(self) -> tuple[tuple[int, int], ...]:
        return lines_with_foreign_cells(self.found)

    def _as_read(self, code: str) -> Draft:
        if code not in self._read:
            table = self.form.table(code)
            self._read[code] = _READERS[table.layout](self.found, table)
        return self._read[code]

    def left_over(self, code: str) -> tuple[bool, int]:
        """What speaks against the form of a table: rows of figures that stay without a row, the more where no row lacks."""
        draft = self.of(code)
        return draft.crowded, draft.loose

    def all(self) -> list[Draft]:
        """The drafts of all tables of the form."""
        return [self.of(table.code) for table in self.form.tables]

    def _mend(self, draft: Draft) -> None:
        if draft.table.layout == "rows":
            if draft.lost:
                self._shown[draft.table.code] = mend_rows(draft, self.form)
            if sums_of(self.form, draft.table) is None:
                mend_without_sums(draft)
        elif draft.lost and draft.table.layout == "blocks":
            mend_blocks(draft, self._habits())
        elif draft.lost:
            mend_groups(draft, self.form, self._habits())

    def _habits(self) -> Habits:
        """What all tables of rows together show."""
        for table in self.form.tables:
            draft = self.of(table.code) if table.layout == "rows" else None
            if draft is not None and table.code not in self._shown:
                self._shown[table.code] = mend_rows(draft, self.form)  # no row of it is lost
        shown = self._shown.values()
        return Habits(any(habit.zeros_printed for habit in shown), any(habit.glued for habit in shown))


def _choose(every: Sequence[_Drafts], year: int | None) -> list[tuple[Draft, Form]]:
    """
    For each table the form whose own labels stand in the document; where none do, what the form of the year prints otherwise is open.
    """
    own = {(item.form.name, table.code): _own_labels(item.found, table.code) for item in every for table in item.form.tables}
    totals = [sum(own[item.form.name, table.code] for table in item.form.tables) for item in every]
    leading = [item for item, total in zip(every, totals, strict=True) if total == max(totals)]
    lead = leading[0] if len(leading) == 1 else max(leading, key=lambda item: _score(item, year))
    due = [] if max(totals) else [item.form for item in every if year is None or _is_in_force(item.form, year)]
    if not any(draft.readings for draft in lead.all()):
        return []
    chosen = []
    for table in lead.form.tables:
        rivals = [item for item in every if (item.form.name, table.code) in own]
        most = max(own[item.form.name, table.code] for item in rivals)
        rivals = [item for item in rivals if own[item.form.name, table.code] == most]
        if lead in rivals:
            rivals = [item for item in rivals if item is lead or not _is_same(item.form.name, lead.form.name, table.code)]
        if lead in rivals and len(rivals) > 1 and _is_full(lead.of(table.code), rivals):
            rivals = [lead]
        if lead in rivals and len(rivals) > 1:
            least = min(item.left_over(table.code) for item in rivals)
            rivals = [item for item in rivals if item.left_over(table.code) == least]
            rivals = [lead] if lead in rivals else rivals
        best = rivals[0]
        if len(rivals) > 1:
            best = max(rivals, key=lambda item: (item.of(table.code).filled, item is lead))
        draft = best.of(table.code)
        if best is not lead and not most and draft.nameless:
            open_unshared(draft, lead.form.table(table.code))
        for other in due:
            if (other.name, table.code) in own and not _is_same(other.name, best.form.name, table.code):
                open_unshared(draft, other.table(table.code))
        chosen.append((draft, best.form) if draft.readings else (lead.of(table.code), lead.form))
    if are_doubled(own, {key: len(_labels_alone(*key)) for key in own}):
        open_doubled(draft for draft, _ in chosen)
    return chosen


@lru_cache(maxsize=64)
def _is_same(form_name: str, other_name: str, table: str) -> bool:
    """Whether two forms print the same table: then it is read by the one that the others of the document follow."""
    own, others = ([label for label in labels_of(name) if label.table == table] for name in (form_name, other_name))
    return own == others


def _is_full(draft: Draft, rivals: Sequence[_Drafts]) -> bool:
    """Whether no rival could fill more cells of the table."""
    return draft.filled >= max(len(item.form.table(draft.table.code).cells) for item in rivals)


def _choose_local(stream: Stream, copy: Compact) -> list[tuple[Draft, Form]]:
    """The tables of the one local form most of whose rows stand in the document; none when two forms could be meant."""
    fitting: list[list[tuple[Draft, Form]]] = []
    for form in load_forms():
        if form.scope != NATIONAL:
            found = Found(form, stream, copy)
            named = {hit.label.name for hit in found.hits if hit.label.kind == "row"}
            if len(named) >= _LOCAL_SHARE * sum(row.values for table in form.tables for row in table.rows):
                fitting.append([(draft, form) for draft in _Drafts(found).all()])
    whole = [drafts for drafts in fitting if any(draft.readings for draft, _ in drafts)]
    return whole[0] if len(whole) == 1 else []


def _score(drafts: _Drafts, year: int | None) -> tuple[int, bool]:
    """Cells read, and whether the year is one of the form's."""
    return sum(draft.filled for draft in drafts.all()), _is_in_force(drafts.form, year)


def _is_in_force(form: Form, year: int | None) -> bool:
    """Whether a year is one of a form's."""
    known = (other.since for other in load_forms() if year is not None and other.scope == NATIONAL and other.since <= year)
    return max(known, default=0) == form.since


def _own_labels(found: Found, table: str) -> int:
    """How many different labels of a table stand in the document that no other national form prints in it."""
    own = _labels_alone(found.form.name, table)
    if not any(core in found.copy.text for label in own for core in label.cores):
        return 0
    return len({hit.label.name for hit in found.of(table, *_STATED) if hit.label in own})


@lru_cache(maxsize=256)
def _labels_alone(form_name: str, table: str) -> frozenset[Label]:
    """The labels of a table with no spelling that another national form has in it."""
    others = {
        core
        for form in load_forms()
        if form.name != form_name and form.scope == NATIONAL
        for label in labels_of(form.name)
        if label.table == table
        for core in label.cores
    }
    labels = (label for label in labels_of(form_name) if label.table == table and label.kind in _STATED)
    return frozenset(label for label in labels if others.isdisjoint(label.cores))
