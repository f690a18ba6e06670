"""
A second reading of a PDF's cells where the first does not fill the form or breaks a sum: pdfplumber (MIT) rules the cells.

It is given the page's characters and lines as they were printed, which takes a tenth of the time that its own way of
opening a file takes. Where the readings differ neither is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from parsers.document import Document
from parsers.finding import Verdict
from parsers.form import load_forms
from parsers.readers._page import Box, Rule, block_text
from parsers.readers.pdf import printed_pages
from parsers.report import Fact, Status

__all__ = ["confirm"]

_PLACE = re.compile(r"page=(\d+);.*box=([-\d.]+),([-\d.]+),([-\d.]+),([-\d.]+)")
_NEAR = 4.0
_SNAP = 3.0
"""pdfplumber's own tolerance, in points."""
_NO_DIGITS = re.compile(r"\D+")
_READ = (Status.PUBLISHED, Status.BLANK, Status.NIL)


def confirm(document: Document, content: bytes, forms: Mapping[str, str], facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """
    The facts, those `ambiguous` that a second reading of their cells gives otherwise; the same where no sum is broken and
    no cell of a table is missing, and for all that is no PDF with a text layer.
    """
    if document.media_type != "application/pdf":
        return tuple(facts)
    asked = set(_doubted(forms, facts))
    places = {fact.address: place for fact in facts if fact.address in asked and (place := _place(fact)) is not None}
    if not places:
        return tuple(facts)
    seen = dict(_second_texts(content, places))
    return tuple(
        fact._replace(value=None, status=Status.AMBIGUOUS, note=f"a second reading of this cell gives {seen[fact.address]!r}")
        if fact.address in seen and _digits(seen[fact.address]) != _digits(fact.raw or "")
        else fact
        for fact in facts
    )


def _doubted(forms: Mapping[str, str], facts: Sequence[Fact]) -> Iterator[str]:
    """The cells of broken sums, and those of tables of which a cell is missing."""
    values = {fact.address: fact.value for fact in facts}
    known = {form.name: form for form in load_forms()}
    for table, name in forms.items():
        for identity in known[name].identities:
            addresses = identity.statement.addresses
            if addresses[0].startswith(f"{table}.") and identity.statement.evaluate(values).verdict is Verdict.BROKEN:
                yield from addresses
        own = [fact for fact in facts if fact.table == table]
        if any(fact.status is Status.MISSING for fact in own):
            yield from (fact.address for fact in own)


def _place(fact: Fact) -> tuple[int, Box] | None:
    match = _PLACE.fullmatch(fact.place or "") if fact.status in _READ else None
    if match is None:
        return None
    left, top, right, bottom = map(float, match.groups()[1:])
    return int(match[1]), Box(left, top, right, bottom)


def _second_texts(content: bytes, places: Mapping[str, tuple[int, Box]]) -> Iterator[tuple[str, str]]:
    """What stands in the cells that pdfplumber rules in the same places, by address."""
    pages = {page.number: page for page in printed_pages(content, {number for number, _ in places.values()})}
    cells = {number: _ruled(page.rules) for number, page in pages.items()}
    for address, (number, box) in places.items():
        cell = next((other for other in cells.get(number, ()) if _is_same(box, other)), None)
        if cell is not None:
            yield address, block_text([glyph for glyph in pages[number].glyphs if Box(*cell).holds(glyph.box)])


def _ruled(rules: Iterable[Rule]) -> list[tuple[float, float, float, float]]:
    """The cells between rules: left, top, right and bottom."""
    from pdfplumber.table import edges_to_intersections, intersections_to_cells, merge_edges

    edges = merge_edges([_edge(rule) for rule in rules], _SNAP, _SNAP, _SNAP, _SNAP)
    return intersections_to_cells(edges_to_intersections(edges, _SNAP, _SNAP))


def _edge(rule: Rule) -> dict[str, object]:
    across, along = (rule.at, rule.at), (rule.start, rule.end)
    (x0, x1), (top, bottom) = (along, across) if rule.level else (across, along)
    shape = {"x0": x0, "x1": x1, "top": top, "bottom": bottom, "width": x1 - x0, "height": bottom - top}
    return {"object_type": "line", "orientation": "h" if rule.level else "v", **shape}


def _is_same(box: Box, other: Sequence[float]) -> bool:
    return all(abs(one - two) <= _NEAR for one, two in zip(box, other, strict=True))


def _digits(text: str) -> str:
    return _NO_DIGITS.sub("", text)
