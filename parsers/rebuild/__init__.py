"""
Document + Form -> facts, table by table: the passes in their order.

    lay out the stream → make the compact copy → for each table choose the form that its labels confirm
    → read the table by its layout → write one fact for every cell of the form
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parsers.document import Document
from parsers.form import NATIONAL, Form, Table, load_forms
from parsers.rebuild.blocks import read_blocks
from parsers.rebuild.breaks import join_cut_rows
from parsers.rebuild.draft import Draft, write_facts
from parsers.rebuild.fast import LongWay, read_clean, rule_out
from parsers.rebuild.found import Found, labels_of, look
from parsers.rebuild.groups import read_groups
from parsers.rebuild.labels import Compact, compact
from parsers.rebuild.mend import Habits, mend_rows, sums_of
from parsers.rebuild.mend_blocks import mend_blocks, mend_without_sums
from parsers.rebuild.mend_groups import mend_groups
from parsers.rebuild.rows import read_rows
from parsers.rebuild.stream import Stream, lay_out
from parsers.report import Fact

_LOCAL_SHARE = 0.7
"""Of the rows of a local form so many must be named before a document is read by it."""

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
    document = join_cut_rows(document)
    clean = read_clean(document, year, _long_way)
    if clean is not None:
        return Rebuilt(clean.forms, clean.facts, frozenset(), ())
    rebuilt = rebuild_any(document, year=year)
    rule_out(document, year, rebuilt.facts)
    return rebuilt


def _long_way(document: Document, year: int | None) -> LongWay:
    rebuilt = rebuild_any(document, year=year)
    return LongWay(rebuilt.facts, rebuilt.forms, bool(rebuilt.lines or rebuilt.doubts))


def rebuild_any(document: Document, *, year: int | None) -> Rebuilt:
    """The same for a document of any layout: what `rebuild` does where the short way of `fast.py` is not open."""
    stream = lay_out(document)
    copy = compact(stream.text)
    founds = [look(form, stream, copy) for form in load_forms() if form.scope == NATIONAL]
    chosen = _choose(founds, _drafts_on_demand(), year) or _choose_local(stream, copy)
    facts: list[Fact] = []
    for draft, _ in chosen:
        facts.extend(write_facts(draft, stream))
    return Rebuilt(
        {draft.table.code: form.name for draft, form in chosen},
        tuple(facts),
        stream.lines_within([span for draft, _ in chosen for span in draft.spans]),
        tuple(doubt for draft, _ in chosen for doubt in draft.doubts),
    )


_Drafts = Callable[[Found], Mapping[str, Draft]]


def _drafts_on_demand() -> _Drafts:
    """The drafts of a form, read when it is in question: labels alone rule out most."""
    read: dict[str, Mapping[str, Draft]] = {}

    def drafts(found: Found) -> Mapping[str, Draft]:
        if found.form.name not in read:
            read[found.form.name] = _read(found)
        return read[found.form.name]

    return drafts


def _read(found: Found) -> dict[str, Draft]:
    drafts = {table.code: _READERS[table.layout](found, table) for table in found.form.tables}
    shown = [mend_rows(draft, found.form) for draft in drafts.values() if draft.table.layout == "rows"]
    habits = Habits(any(habit.zeros_printed for habit in shown), any(habit.glued for habit in shown))
    for draft in drafts.values():
        if draft.table.layout == "blocks":
            mend_blocks(draft, habits)
        elif draft.table.layout == "groups":
            mend_groups(draft, found.form, habits)
        elif sums_of(found.form, draft.table) is None:
            mend_without_sums(draft)
    return drafts


def _choose(founds: Sequence[Found], drafts: _Drafts, year: int | None) -> list[tuple[Draft, Form]]:
    """For each table the form whose own labels stand in the document; the year decides where they do not."""
    own = {(found.form.name, table.code): _own_labels(found, table.code) for found in founds for table in found.form.tables}
    totals = [sum(own[found.form.name, table.code] for table in found.form.tables) for found in founds]
    leading = [found for found, total in zip(founds, totals, strict=True) if total == max(totals)]
    lead = leading[0] if len(leading) == 1 else max(leading, key=lambda found: _score(found, drafts(found), year))
    if not any(draft.readings for draft in drafts(lead).values()):
        return []
    chosen = []
    for table in lead.form.tables:
        rivals = [found for found in founds if (found.form.name, table.code) in own]
        most = max(own[found.form.name, table.code] for found in rivals)
        rivals = [found for found in rivals if own[found.form.name, table.code] == most]
        if lead in rivals and _is_full(drafts(lead)[table.code], rivals):
            rivals = [lead]
        best = rivals[0]
        if len(rivals) > 1:
            best = max(rivals, key=lambda found: (drafts(found)[table.code].filled, found is lead))
        draft = drafts(best)[table.code]
        chosen.append((draft, best.form) if draft.readings else (drafts(lead)[table.code], lead.form))
    return chosen


def _is_full(draft: Draft, rivals: Sequence[Found]) -> bool:
    """Whether no rival could fill more cells of the table."""
    return draft.filled >= max(len(found.form.table(draft.table.code).cells) for found in rivals)


def _choose_local(stream: Stream, copy: Compact) -> list[tuple[Draft, Form]]:
    """The tables of the one local form most of whose rows stand in the document; none when two forms could be meant."""
    fitting: list[list[tuple[Draft, Form]]] = []
    for form in load_forms():
        if form.scope != NATIONAL:
            found = look(form, stream, copy)
            named = {hit.label.name for hit in found.hits if hit.label.kind == "row"}
            if len(named) >= _LOCAL_SHARE * sum(row.values for table in form.tables for row in table.rows):
                fitting.append([(draft, form) for draft in _read(found).values()])
    whole = [drafts for drafts in fitting if any(draft.readings for draft, _ in drafts)]
    return whole[0] if len(whole) == 1 else []


def _score(found: Found, drafts: Mapping[str, Draft], year: int | None) -> tuple[int, bool]:
    """Cells read, and whether the year is one of the form's."""
    in_force = (
        year is not None
        and max((form.since for form in load_forms() if form.scope == NATIONAL and form.since <= year), default=0)
        == found.form.since
    )
    return sum(draft.filled for draft in drafts.values()), in_force


def _own_labels(found: Found, table: str) -> int:
    """How many different labels of a table stand in the document that no other national form prints in it."""
    others = _cores_elsewhere(found.form.name, table)
    return len(
        {hit.label.name for hit in found.of(table, "row", "group", "column", "title") if others.isdisjoint(hit.label.cores)}
    )


@lru_cache(maxsize=256)
def _cores_elsewhere(form_name: str, table: str) -> frozenset[str]:
    """The spellings of a table's labels in the other national forms."""
    return frozenset(
        core
        for form in load_forms()
        if form.name != form_name and form.scope == NATIONAL
        for label in labels_of(form.name)
        if label.table == table
        for core in label.cores
    )
