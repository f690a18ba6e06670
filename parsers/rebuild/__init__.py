"""
Document + Form -> facts, table by table: the passes in their order.

    put the tables together (`grids/`) → lay out the stream (`lines/`) → make the compact copy (`labels.py`) → for each
    table choose the form that its labels confirm (`choice.py`) → read the table by its layout (`rows/`, `blocks/`,
    `groups/`) → read by its sums what lost its borders (`mend/`) → write one fact for every cell of the form (`draft.py`)

Clean grids that were met before take a short way (`fast.py`), which yields the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from parsers.document import Document
from parsers.form import NATIONAL, load_forms
from parsers.rebuild.choice import Drafts, choose_forms, choose_local_form
from parsers.rebuild.draft import open_parted_amounts, write_facts
from parsers.rebuild.fast import LongWay, read_clean, rule_out
from parsers.rebuild.found import Found
from parsers.rebuild.grids.breaks import join_cut_rows
from parsers.rebuild.grids.foreign import GridRow, Sorted, without_foreign_columns
from parsers.rebuild.grids.halves import with_doubted_edges, with_whole_tables
from parsers.rebuild.grids.other_reports import without_other_reports
from parsers.rebuild.grids.turned import with_upright_tables
from parsers.rebuild.labels import compact
from parsers.rebuild.stream import lay_out
from parsers.report import Fact

__all__ = ["Rebuilt", "rebuild", "rebuild_any"]


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
    drafts = [Drafts(Found(form, stream, copy), doubted) for form in load_forms() if form.scope == NATIONAL]
    chosen = choose_forms(drafts, year) or choose_local_form(stream, copy)
    facts: list[Fact] = []
    for draft, _ in chosen:
        facts.extend(write_facts(draft, stream))
    return Rebuilt(
        {draft.table.code: form.name for draft, form in chosen},
        tuple(open_parted_amounts(facts)),
        stream.lines_within([span for draft, _ in chosen for span in draft.spans]),
        tuple(doubt for draft, _ in chosen for doubt in draft.doubts),
    )
