"""
Wrapped labels in lines whose columns are aligned by blanks: each label is put together before its figures.

A label that is longer than its column goes on above and below the line that holds its figures. Its pieces begin at
one place of the line, and the first of them begins with an enumerator.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.document import Paragraph
from parsers.rebuild.lines.spelled import Printed, Span, spelled_pieces
from parsers.rebuild.marks import display_width

__all__ = ["Strip", "unwrap"]

_SEGMENT = re.compile(r"\S+(?: \S+)*")
_FIGURE = re.compile(
    r"(?!\d{1,2}[.．、]\D)(?:[?？] ?)?(?:约|近|逾|大约|减少?|增加?|新增)?[+\-＋－−﹣]?[\d０-９][\d０-９OoＯ〇,，.．]*(?:[^\d\s（(]{1,3})?(?:[（(][^（()）]*[）)])?"
    r"|[-—―－–/／]+|无|[OoＯ〇]|\S{0,9}[\ufffd#]\S{0,9}"
)
_UNIT = re.compile(r"(?:条|件|次|篇|个|人|人次|万元|元|项|—+)")
_FIGURE_OR_UNIT = re.compile(f"(?:{_FIGURE.pattern}|{_UNIT.pattern})")
_ENUMERATOR = re.compile(r"(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.．、]|其中)")
_BEGINS = re.compile(rf"{_ENUMERATOR.pattern}|[\u4e00-\u9fff]?\d{{1,2}}(?:[.．、]|(?=[\u4e00-\u9fff]))")
"""
The beginning of a label, also behind a character of one that is written downwards beside it, or without the point that stands low:
no label goes on with a figure.
"""
_ALIGNED = re.compile(r"\S\s{2,}[\d０-９]+(?:\s|$)")
_ROW = re.compile(rf"{_ALIGNED.pattern}|(?:\s[\d０-９]+){{3}}\s*$|\s{_UNIT.pattern}\s[\d０-９]+\s*$")
"""A line that begins with words and goes on with figures: apart by several blanks, several of them, or one behind its unit."""
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
    if not _are_enough(paragraphs, _ROW):
        yield from (Strip(paragraph.text, paragraph.line, 0) for paragraph in paragraphs)
        return
    moves = dict(_moves(paragraphs))
    owners = Counter(span for spans in moves.values() for span in spans)
    moves = {at: spans for at, spans in moves.items() if all(owners[span] == 1 for span in spans)}
    moved = {span.line: span for spans in moves.values() for span in spans}
    for at, paragraph in enumerate(paragraphs):
        if at in moves:
            figures = _figures(paragraph)
            yield from _part(paragraph, 0, moved[at].first if moved.get(at) in moves[at] else figures)
            for where, first, end in moves[at]:
                yield Strip(paragraphs[where].text[first:end], paragraphs[where].line, first)
            yield Strip(paragraph.text[figures:], paragraph.line, figures)
        elif at in moved:
            yield from _part(paragraph, 0, moved[at].first)
            yield from _part(paragraph, moved[at].end, len(paragraph.text))
        else:
            yield Strip(paragraph.text, paragraph.line, 0)


def _are_enough(paragraphs: Sequence[Paragraph], row: re.Pattern[str]) -> bool:
    return sum(1 for paragraph in paragraphs if row.search(paragraph.text)) >= _FEWEST_ROWS


def _moves(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, tuple[Span, ...]]]:
    """The pieces of each label that does not stand whole before its figures, by the line of these."""
    printed = [Printed(paragraph.text, _FIGURE_OR_UNIT) for paragraph in paragraphs]
    lines = [_cut(paragraph) for paragraph in paragraphs]
    aligned = _are_enough(paragraphs, _ALIGNED)
    for at, line in enumerate(lines):
        figures = printed[at].figures
        if figures is None:
            continue
        spans = spelled_pieces(printed, at)
        if not spans and line.figures and aligned:
            spans = [Span(where, piece.first, piece.first + len(piece.text)) for where, piece in _pieces(lines, at)]
        if len(spans) > 1 and not any(span.line == at and span.end > figures for span in spans):
            yield at, tuple(spans)


def _part(paragraph: Paragraph, first: int, end: int) -> Iterator[Strip]:
    """What stands between two places of a line, if anything does."""
    text = paragraph.text[first:end]
    if text.strip():
        yield Strip(text, paragraph.line, first)


def _figures(paragraph: Paragraph) -> int:
    """Where the figures of a line begin."""
    figures = Printed(paragraph.text, _FIGURE_OR_UNIT).figures
    return len(paragraph.text) if figures is None else figures


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


def _pieces(lines: Sequence[_Line], at: int) -> list[tuple[int, _Segment]]:
    """The pieces of the label of the figures in line `at`, in order; none when the label stands whole in its line."""
    own = lines[at].label
    found: list[tuple[int, _Segment]] = [] if own is None else [(at, own)]
    column = None if own is None else own.column
    above = at - 1
    while not (found and _BEGINS.match(found[0][1].text)):
        piece = _piece(lines, above, column) if at - above < _MOST_LINES else None
        if piece is None:
            return []
        found.insert(0, (above, piece))
        column, above = piece.column, above - 1
    below = at + 1
    while below - at < _MOST_LINES and (piece := _piece(lines, below, column)) and not _BEGINS.match(piece.text):
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
