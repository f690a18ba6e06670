"""
Heads of columns that no form has and that lines of text still show (`foreign_lines.py` did not tell their cells).

Any figure in such lines may be the number of its row, any dash its remark. So none of them is read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache

from parsers.form import load_forms
from parsers.rebuild.draft import Draft, Mended, Open, Printed
from parsers.rebuild.found import Found
from parsers.rebuild.grids.foreign import NUMBERS, REMARKS, GridRow, is_head
from parsers.rebuild.labels import core_of
from parsers.rebuild.marks import CELL, MARKS, SPACE, display_width
from parsers.report import Status
from parsers.values import read_value

__all__ = ["NOTE", "lines_with_foreign_cells", "open_foreign"]

NOTE = "a column of row numbers or remarks, which the form does not have, stands among the figures, and which cells are of it is not told"

_LEAST_HEAD = 3
_AROUND = 60
_LINES_DOWN = 3
_TOKEN = re.compile(f"[^{SPACE}{MARKS}\n]+")
_LINE = re.compile(f"[^{MARKS}]+")
_FIRST = frozenset(word[0] for word in NUMBERS | REMARKS)
_FIRST_ALONE = re.compile(f"(?<![^{SPACE}{MARKS}\n])[{''.join(sorted(_FIRST))}](?![^{SPACE}{MARKS}\n])")
_WORDS = re.compile(r"[\u4e00-\u9fff]")


def lines_with_foreign_cells(found: Found) -> tuple[tuple[int, int], ...]:
    """The sections in whose lines of text a head of numbers stands beside one of the form, or one of remarks that are not all empty."""
    sections = sorted({hit.first for hit in found.hits if hit.label.kind == "section"})
    ends = [*sections, len(found.stream.text)]
    heads = [(word, place, next(end for end in ends if end >= place)) for word, place in _heads_left(found)]
    return tuple((place, end) for word, place, end in heads if _is_filled(found, word, place, end))


def open_foreign(found: Found, draft: Draft, lines: Sequence[tuple[int, int]], rows: Set[GridRow]) -> None:
    """Open the cells of a table that stand in such lines, or in such rows of grids."""

    def is_within(start: int) -> bool:
        row = found.stream.grid_row(start)
        return row in rows if row is not None else any(left <= start < right for left, right in lines)

    for cell, reading in draft.readings.items():
        if isinstance(reading, Printed | Mended) and is_within(reading.piece.start):
            draft.readings[cell] = Open(NOTE, reading.piece)
    draft.lost = {row: lost for row, lost in draft.lost.items() if not is_within(lost.piece.start)}


def _heads_left(found: Found) -> Iterator[tuple[str, int]]:
    """The heads that lines of text show, and where each of them ends."""
    copy = found.copy
    for word in sorted(NUMBERS | REMARKS):
        at = copy.text.find(word)
        while at >= 0:
            end = at + len(word)
            beside = _is_beside_head(copy.text, at, end) or (
                copy.marked_before(at) and copy.marked_after(end) and _is_near_head(found, at)
            )
            if beside and found.stream.grid_column(copy.at[at]) is None:
                yield word, copy.at[end - 1] + 1
            at = copy.text.find(word, end)
    yield from _upright(found.stream.text)


def _upright(text: str) -> Iterator[tuple[str, int]]:
    """The heads that are written downwards, a character below the other or with lines between them: the word, and where it ends."""
    if not _FIRST_ALONE.search(text):
        return
    lines = [(match[0], match.start()) for match in _LINE.finditer(text)]
    for at, (above, _) in enumerate(lines):
        for token in _FIRST_ALONE.finditer(above):
            column = display_width(above[: token.start()])
            for below, start in lines[at + 1 : at + 1 + _LINES_DOWN]:
                for other in _TOKEN.finditer(below):
                    near = abs(display_width(below[: other.start()]) - column) <= 1
                    if near and token[0] + other[0] in NUMBERS | REMARKS:
                        yield token[0] + other[0], start + other.end()


def _is_beside_head(text: str, start: int, end: int) -> bool:
    before, behind = text[max(0, start - _AROUND) : start].rstrip("|"), text[end : end + _AROUND].lstrip("|")
    return before.endswith(_long_heads()) or behind.startswith(_long_heads())


def _is_near_head(found: Found, at: int) -> bool:
    """Whether a head of the form, or the title of a block, stands not far from a character: some heads are cut in several lines."""
    places = found.copy.at
    first, last = places[max(0, at - _AROUND)], places[min(at + _AROUND, len(places) - 1)]
    near = found.hits[bisect_left(found.starts, first) : bisect_left(found.starts, last)]
    return any(hit.label.kind in ("head", "column", "title") for hit in near)


def _is_filled(found: Found, word: str, place: int, end: int) -> bool:
    """Whether what stands under a head may be taken for figures."""
    if word in NUMBERS:
        return True
    text = found.stream.text
    behind = _TOKEN.search(text, place)
    if behind is not None and CELL in text[place : behind.start()] and core_of(behind[0]) in _heads():
        return True  # its cells stand between the figures, where an empty one is another's
    return any(_is_remark(found, token) for token in _TOKEN.finditer(text, place, end))


def _is_remark(found: Found, token: re.Match[str]) -> bool:
    """Whether a word is a mark for nothing, or stands in no label."""
    if _WORDS.search(token[0]) is None or token[0] in ("无", "無"):
        return read_value(token[0]).status is Status.NIL
    if is_head(token[0]) or token[0] in _units():
        return False
    at = bisect_left(found.starts, token.end())
    return not any(hit.first < token.end() and token.start() < hit.end for hit in found.hits[max(0, at - 4) : at])


@lru_cache(maxsize=1)
def _units() -> frozenset[str]:
    """The units that the forms print."""
    return frozenset(row.unit for form in load_forms() for table in form.tables for row in table.rows if row.unit)


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    """The heads of the forms, and the groups that one of their tables has for heads."""
    tables = [table for form in load_forms() for table in form.tables]
    printed = [head for table in tables for head in (*table.heads, table.note or "")]
    printed += [column.zh for table in tables for block in table.blocks for column in block.columns]
    printed += [row.zh for table in tables if table.layout == "groups" for row in table.rows]
    return frozenset(core_of(text) for text in printed if text)


@lru_cache(maxsize=1)
def _long_heads() -> tuple[str, ...]:
    """The heads of so many characters that no other words end or begin with them."""
    return tuple(sorted(head for head in _heads() if len(head) >= _LEAST_HEAD))
