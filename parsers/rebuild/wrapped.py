"""
Wrapped labels in lines whose columns are aligned by blanks: each label is put together before its figures.

A label that is longer than its column goes on above and below the line that holds its figures. Its pieces begin at
one place of the line, and the first of them begins with an enumerator.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.document import Paragraph

__all__ = ["Strip", "display_width", "unwrap"]

_SEGMENT = re.compile(r"\S+(?: \S+)*")
_FIGURE = re.compile(
    r"(?:[?？] ?)?(?:约|近|逾|大约|减少?|增加?|新增)?[+\-＋－−﹣]?[\d０-９][\d０-９OoＯ〇,，.．]*(?:[^\d\s（(]{1,3})?(?:[（(][^（()）]*[）)])?"
    r"|[-—―－–/／]+|无|[OoＯ〇]|\S{0,9}[\ufffd#]\S{0,9}"
)
_UNIT = re.compile(r"(?:条|件|次|篇|个|人|人次|万元|元|项|—+)")
_ENUMERATOR = re.compile(r"(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.．、]|其中)")
_ALIGNED = re.compile(r"\S\s{2,}[\d０-９]+(?:\s|$)")
_MARGINAL = re.compile(r"\d+(?![.．、\d])|第\s*\d+\s*页|[-—–－]\s*\d+\s*[-—–－]|[Pp](?:age|\.)\s*\d")
"""The number of a page, and a date or year at its head: no label of the forms goes on with one."""
_ENDS_WITH_FIGURE = re.compile(r" [\d０-９]+$")
"""A row whose figures stand but one blank apart from its label and each other."""
_FEWEST_ROWS = 5
_MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of a line: its text, the line's number, and the index of its first character."""

    text: str
    line: int
    first: int


@dataclass(frozen=True, slots=True)
class _Segment:
    """Text between wide gaps: its characters, where it stands in the line, and on which display column."""

    text: str
    first: int
    column: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A line cut into segments; `figures` is the number of segments at its end that are figures or units."""

    paragraph: Paragraph
    segments: tuple[_Segment, ...]
    figures: int

    @property
    def label(self) -> _Segment | None:
        """The segment before the figures."""
        labels = self.segments[: len(self.segments) - self.figures]
        return labels[-1] if labels else None


def unwrap(paragraphs: Sequence[Paragraph]) -> Iterator[Strip]:
    """
    The lines in order, each label's pieces right before its figures.

    >>> lines = ["1.属于国家   5    7", "秘密", "2.重复申请   1    2"]
    >>> [strip.text for strip in unwrap([Paragraph(text, at) for at, text in enumerate(lines * 3, 1)])][:4]
    ['1.属于国家', '秘密', '5    7', '2.重复申请   1    2']
    """
    if sum(1 for paragraph in paragraphs if _ALIGNED.search(paragraph.text)) < _FEWEST_ROWS:
        yield from (Strip(paragraph.text, paragraph.line, 0) for paragraph in paragraphs)
        return
    lines = [_cut(paragraph) for paragraph in paragraphs]
    pieces = {at: found for at, line in enumerate(lines) if line.figures and (found := _pieces(lines, at))}
    moved = {(at, segment.first) for found in pieces.values() for at, segment in found}
    for at, line in enumerate(lines):
        if at in pieces:
            figures = line.segments[len(line.segments) - line.figures].first
            own = line.label
            yield from _before(line, figures if own is None or (at, own.first) not in moved else own.first)
            for where, segment in pieces[at]:
                yield Strip(segment.text, lines[where].paragraph.line, segment.first)
            yield Strip(line.paragraph.text[figures:], line.paragraph.line, figures)
        else:
            yield from _rest(line, moved, at)


def _before(line: _Line, first: int) -> Iterator[Strip]:
    """What stands before a row's own label (or its figures) in its line, a group's label for example."""
    text = line.paragraph.text[:first]
    if text.strip():
        yield Strip(text, line.paragraph.line, 0)


def _rest(line: _Line, moved: set[tuple[int, int]], at: int) -> Iterator[Strip]:
    """A line without the segments that were moved to another."""
    if not any((at, segment.first) in moved for segment in line.segments):
        yield Strip(line.paragraph.text, line.paragraph.line, 0)
        return
    for segment in line.segments:
        if (at, segment.first) not in moved:
            yield Strip(segment.text, line.paragraph.line, segment.first)


def _cut(paragraph: Paragraph) -> _Line:
    text = paragraph.text
    segments = []
    column, at = 0, 0
    for match in _SEGMENT.finditer(text):
        column += display_width(text[at : match.start()])
        segments.append(_Segment(match[0], match.start(), column))
        column += display_width(match[0])
        at = match.end()
    figures = 0
    for segment in reversed(segments):
        if not (_FIGURE.fullmatch(segment.text) or (figures and _UNIT.fullmatch(segment.text))):
            break
        figures += 1
    return _Line(paragraph, tuple(segments), figures)


def display_width(text: str) -> int:
    """
    How many columns of a terminal a text takes: two for a Chinese character.

    >>> display_width("总计12")
    6
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def _pieces(lines: Sequence[_Line], at: int) -> list[tuple[int, _Segment]]:
    """The pieces of the label of the figures in line `at`, in order; none when the label stands whole in its line."""
    own = lines[at].label
    found: list[tuple[int, _Segment]] = [] if own is None else [(at, own)]
    column = None if own is None else own.column
    above = at - 1
    while not (found and _ENUMERATOR.match(found[0][1].text)):
        piece = _piece(lines, above, column) if at - above < _MOST_LINES else None
        if piece is None:
            return []
        found.insert(0, (above, piece))
        column, above = piece.column, above - 1
    below = at + 1
    while below - at < _MOST_LINES and (piece := _piece(lines, below, column)) and not _ENUMERATOR.match(piece.text):
        found.append((below, piece))
        below += 1
    return found if len(found) > 1 else []


def _piece(lines: Sequence[_Line], at: int, column: int | None) -> _Segment | None:
    """
    The last segment of a line without figures, when it begins at that display column (any, when it is not known).

    What stands to the right of it, a unit for example, shows that the line is a row of its own with an empty cell.
    """
    if not 0 <= at < len(lines) or lines[at].figures or not lines[at].segments:
        return None
    last = lines[at].segments[-1]
    if _MARGINAL.match(last.text) or _ENDS_WITH_FIGURE.search(last.text):
        return None
    return last if column is None or abs(last.column - column) <= 1 else None
