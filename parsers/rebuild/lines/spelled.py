"""
Labels wrapped in their column, put together by their spelling: pieces that make a label of a form line by line.

Where a text keeps the columns of a page, a label may go on above and below the line of its figures, beside the label of
its group. Which pieces are its own only the form says: they begin at one place of their lines and spell a label together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from parsers.form import NATIONAL, load_forms
from parsers.rebuild.labels import compact, core_of
from parsers.rebuild.marks import display_width

__all__ = ["Printed", "Span", "spelled_pieces"]

_TOKEN = re.compile(r"(?:[?？] )?\S+")
_MOST_LINES, _MOST_PASSED = 40, 6
_NEAR = 1
_LONG = 8
"""Labels of fewer characters may be the last line of a longer one: 申请, 其他."""


class Span(NamedTuple):
    """A part of a line: the line's index, and its first character and the one behind its last."""

    line: int
    first: int
    end: int


class _Token(NamedTuple):
    """Characters between blanks: where they stand in the line, and on which display column."""

    text: str
    first: int
    column: int


@dataclass(frozen=True)
class Printed:
    """A line of text; `figure` says what is a figure or a unit."""

    text: str
    figure: re.Pattern[str]

    @cached_property
    def tokens(self) -> tuple[_Token, ...]:
        """What stands between blanks."""
        found, column, at = [], 0, 0
        for match in _TOKEN.finditer(self.text):
            column += display_width(self.text[at : match.start()])
            found.append(_Token(match[0], match.start(), column))
            column += display_width(match[0])
            at = match.end()
        return tuple(found)

    @cached_property
    def words(self) -> tuple[_Token, ...]:
        """The tokens before the figures at the line's end."""
        last = len(self.tokens)
        while last and self.figure.fullmatch(self.tokens[last - 1].text):
            last -= 1
        return self.tokens[:last]

    @property
    def figures(self) -> int | None:
        """Where the figures at the line's end begin; None when it has none."""
        return self.tokens[len(self.words)].first if len(self.words) < len(self.tokens) else None

    def pieces_at(self, place: _Token | None) -> Iterator[tuple[int, int]]:
        """What begins at a place of the line, or with any of its tokens, to the end of its words."""
        for token in reversed(self.words):
            if place is None or _is_near(token, place):
                yield token.first, self.words[-1].first + len(self.words[-1].text)

    def may_be_beside(self, place: _Token | None) -> bool:
        """Whether the words of the line may be of the label of a group alone, left of a place."""
        if place is None:
            return len(self.words) <= 1
        return all(token.first < place.first and not _is_near(token, place) for token in self.words)


def _is_near(token: _Token, place: _Token) -> bool:
    return abs(token.first - place.first) <= _NEAR or abs(token.column - place.column) <= _NEAR


def spelled_pieces(lines: Sequence[Printed], at: int) -> list[Span]:
    """
    The pieces of the one label that stands around the figures of line `at`, in order; none when none is spelled, or several are.

    >>> figure = re.compile(r"\\d+")
    >>> lines = [Printed(text, figure) for text in ("（三） 1.属于   5  7", "不予公 国家秘", "开   密", "      2.其他   1  2")]
    >>> [(span.line, lines[span.line].text[span.first : span.end]) for span in spelled_pieces(lines, 0)]
    [(0, '1.属于'), (1, '国家秘'), (2, '密')]
    """
    if not lines[at].words and _ends_above(lines, at):
        return []
    places = {token for line in lines[max(0, at - 1) : at + 2] for token in line.words}
    found = {spans for place in places for spans in _spelled_at(lines, at, place)} or set(_spelled_at(lines, at, None))
    best = min((_rank(lines, spans) for spans in found), default=(0, 0))
    chosen = [spans for spans in found if _rank(lines, spans) == best]
    return list(chosen[0]) if len(chosen) == 1 else []


def _ends_above(lines: Sequence[Printed], at: int) -> bool:
    """Whether a label stands whole right above the figures of a line: what begins below them is the next row's."""
    if at == 0 or lines[at - 1].figures is not None:
        return False
    ending = (spans for place in lines[at - 1].words for spans in _spelled_at(lines, at - 1, place) if spans[-1].line == at - 1)
    return any(-_rank(lines, spans)[0] >= _LONG for spans in ending)


def _rank(lines: Sequence[Printed], spans: tuple[Span, ...]) -> tuple[int, int]:
    """The longest label first, then the one on the fewest lines."""
    letters = sum(len(_compact(lines[span.line].text[span.first : span.end])) for span in spans)
    return -letters, spans[-1].line - spans[0].line


def _spelled_at(lines: Sequence[Printed], at: int, place: _Token | None) -> Iterator[tuple[Span, ...]]:
    """The labels that begin above line `at` or in it and end in it or below it, all their pieces at one place or at any."""
    for first in range(at, max(-1, at - _MOST_LINES), -1):
        if first != at and lines[first].figures is not None:
            return
        yield from _grown(lines, first, at, place, "", ())


def _grown(
    lines: Sequence[Printed], line: int, at: int, place: _Token | None, text: str, spans: tuple[Span, ...], passed: int = 0
) -> Iterator[tuple[Span, ...]]:
    """The labels that go on from a line with what is spelled so far; so many lines were passed that have no piece of them."""
    whole, beginnings = _spellings()
    if line >= len(lines) or (line != at and lines[line].figures is not None) or len(spans) >= _MOST_LINES:
        return
    for first, end in lines[line].pieces_at(place):
        longer = text + _compact(lines[line].text[first:end])
        if longer in beginnings:
            grown = (*spans, Span(line, first, end))
            if line >= at and longer in whole:
                yield grown
            yield from _grown(lines, line + 1, at, place, longer, grown, passed)
    passed += bool(lines[line].words)
    if spans and passed <= _MOST_PASSED and lines[line].may_be_beside(place):
        yield from _grown(lines, line + 1, at, place, text, spans, passed)


@lru_cache(maxsize=4096)
def _compact(text: str) -> str:
    return compact(text).text


@lru_cache(maxsize=1)
def _spellings() -> tuple[frozenset[str], frozenset[str]]:
    """The labels of all rows of the national forms, with and without their enumerators and notes, and all their beginnings."""
    printed = {
        spelling
        for form in load_forms()
        if form.scope == NATIONAL
        for table in form.tables
        for row in table.rows
        for spelling in (row.zh, *row.aliases)
    }
    whole = {text for spelling in printed for text in _ways(spelling)}
    return frozenset(whole), frozenset(text[:end] for text in whole for end in range(1, len(text) + 1))


def _ways(spelling: str) -> Iterator[str]:
    full, core = compact(spelling).text, core_of(spelling)
    enumerator = full[: full.index(core)]
    yield from (full, full.removeprefix(enumerator), enumerator + core, core)
