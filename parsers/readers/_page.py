"""A printed page as glyphs with boxes and ruling lines, and the lines of text that glyphs make."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import NamedTuple

__all__ = [
    "Box",
    "Drawn",
    "Glyph",
    "Page",
    "Rule",
    "block_text",
    "lines_of",
    "text_of",
    "turned",
    "upright",
    "words_of",
]

_WORD_GAP = 0.6
"""A wider gap, in sizes of the type, is a blank; figures that stand in two columns never stand closer."""

_SPACED, _NARROW, _FIGURE = 1.15, 0.75, 0.5
"""
In sizes of the type: a column in which a head stands is wider than the first and a figure, no blank as narrow parts two, and how
wide a figure is with the blank at its sides.
"""
_OF_NUMBER = (".", ",", "\ufffd")
"""Of a number too: its marks, and a figure that is doubted."""
_SAME_STEP = 0.12
"""In sizes of the type: the middles of figures that are spaced alike are farther apart by no more."""


_INK_FIRST, _INK_LAST, _HALF_BLANK = frozenset("，。、；：！？）》”〕】"), frozenset("（《“〔【"), 0.5
"""Full-width punctuation: half of its square is blank, behind the ink or before it."""


_REACH, _SMALL_REACH, _EQUALLY = 0.45, 0.7, 0.15
"""In sizes of the type: how far from the middle of a line that of a glyph, of a comma or quote, and of its other figures may stand."""


class Box(NamedTuple):
    """A rectangle in points or pixels from the top left of the page."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, other: Box) -> bool:
        """Whether the centre of another box lies inside."""
        x, y = other.middle
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class Glyph(NamedTuple):
    """One printed character; `turns` says how many quarters it is turned clockwise, `size` is that of its type."""

    text: str
    box: Box
    size: float
    turns: int = 0


class Rule(NamedTuple):
    """A ruling line: its place across, and where it starts and ends along."""

    level: bool
    at: float
    start: float
    end: float


class Drawn(NamedTuple):
    """
    Something drawn that is neither text nor a rule and may be a figure; `beside` text too, else only where none stands.

    What is `written` over a page is a figure however much of its cell it fills; anything else is then its background.
    """

    box: Box
    beside: bool = True
    written: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What is printed on one page; the number counts from 1."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    drawn: tuple[Drawn, ...] = ()


def upright(page: Page) -> Page:
    """
    The page turned so that most of its characters stand upright.

    >>> page = Page(1, 100, 200, (Glyph("7", Box(10, 20, 15, 30), 10, turns=1),), ())
    >>> upright(page).glyphs[0]
    Glyph(text='7', box=Box(left=20, top=85, right=30, bottom=90), size=10, turns=0)
    """
    counts = [0, 0, 0, 0]
    for glyph in page.glyphs:
        counts[glyph.turns] += 1
    most = max(range(4), key=lambda turns: (counts[turns], -turns))
    return page if most == 0 else turned(page, -most % 4)


def turned(page: Page, quarters: int) -> Page:
    """The page turned clockwise by so many quarters."""
    for _ in range(quarters % 4):
        high = page.height
        page = Page(
            page.number,
            high,
            page.width,
            tuple(Glyph(text, _turned(box, high), size, (turns + 1) % 4) for text, box, size, turns in page.glyphs),
            tuple(
                Rule(level=False, at=high - at, start=start, end=end)
                if level
                else Rule(level=True, at=at, start=high - end, end=high - start)
                for level, at, start, end in page.rules
            ),
            tuple(drawn._replace(box=_turned(drawn.box, high)) for drawn in page.drawn),
        )
    return page


def _turned(box: Box, high: float) -> Box:
    """A box on a page of that height that is turned clockwise by a quarter."""
    return Box(high - box.bottom, box.left, high - box.top, box.right)


def lines_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """
    The glyphs as lines from top to bottom, each from left to right.

    Tall glyphs make the lines; commas, quotes and dashes, whose boxes are low or high, join the line around them. Figures that
    stand equally far down are of one line, though another runs so near that some of them are nearer to that.
    """
    lines: list[list[Glyph]] = []
    middles: list[float] = []
    figures, figures_down = list[Glyph](), float("-inf")
    for small, middle, _, glyph in sorted(map(_by_height, glyphs), key=itemgetter(0, 1, 2)):
        if (is_figure := glyph.text[-1:].isdecimal()) and middle - figures_down <= _EQUALLY * glyph.size:
            figures.append(glyph)
            continue
        reach = max(glyph.size, glyph.box.bottom - glyph.box.top) * (_SMALL_REACH if small else _REACH)
        near = range(bisect_left(middles, middle - reach), bisect_right(middles, middle + reach))
        if near:
            line = lines[near[0] if len(near) == 1 else min(near, key=lambda at: abs(middles[at] - middle))]
            line.append(glyph)
        else:
            at = bisect_left(middles, middle)
            line = [glyph]
            lines.insert(at, line)
            middles.insert(at, middle)
        if is_figure and not small:
            figures, figures_down = line, middle
    return [sorted(line, key=_left) for line in lines]


def _by_height(glyph: Glyph) -> tuple[bool, float, float, Glyph]:
    """Whether a glyph is small, where its middle and its left side are, and itself."""
    left, top, _, bottom = glyph.box
    return bottom - top < 0.5 * glyph.size, (top + bottom) / 2, left, glyph


def _left(glyph: Glyph) -> float:
    return glyph.box.left


def text_of(line: Sequence[Glyph], *, aligned: bool = False) -> str:
    """
    A line's text; a gap is one blank, or `aligned` as many as fit into it.

    Figures so near to one another that no two columns are as narrow may be one number whose figures are spaced: there stands
    a U+FFFD instead.

    >>> text_of([Glyph("7", Box(0, 0, 5, 10), 10), Glyph("8", Box(40, 0, 45, 10), 10)])
    '7 8'
    """
    pieces: list[str] = []
    end: float | None = None
    alone = doubted = False
    """Whether the last character is a figure behind a gap, and whether that gap makes it doubtful."""
    for at, glyph in enumerate(line):
        gap = 0.0 if end is None else glyph.box.left - end
        if gap and (pieces[-1][-1:] in _INK_FIRST or glyph.text[:1] in _INK_LAST):
            gap -= _HALF_BLANK * glyph.size
        is_apart = end is None or gap > _WORD_GAP * glyph.size
        if is_apart and end is not None:
            spaced = aligned and gap <= (_SPACED + _FIGURE) * glyph.size and _is_spaced(line, at, alone=alone)
            blank = " " * max(1, round(gap / (glyph.size * 0.5)) if aligned else 1)
            pieces.append(blank if not spaced else "" if doubted else "\ufffd")
            doubted = spaced
        pieces.append(glyph.text)
        alone = is_apart and _is_of_number(glyph)
        end = glyph.box.right if end is None else max(end, glyph.box.right)
    return "".join(pieces).lstrip(" ")


def _is_of_number(glyph: Glyph) -> bool:
    return glyph.text[-1:].isdecimal() or glyph.text in _OF_NUMBER


def _is_spaced(line: Sequence[Glyph], at: int, *, alone: bool) -> bool:
    """
    Whether a figure behind a narrow gap and the one before, which stands `alone` or not, may be of one number.

    Two that are not alone may where one of them and its other neighbour are spaced alike: figures of two numbers touch there.
    """
    glyph, before, behind = line[at], line[at - 1], line[at + 1] if at + 1 < len(line) else None
    if not (_is_of_number(glyph) and _is_of_number(before)):
        return False
    gap = _gap_of_figures(before, glyph)
    if gap > _SPACED * glyph.size:
        return False
    closed = behind is not None and _is_of_number(behind) and behind.box.left - glyph.box.right <= _WORD_GAP * glyph.size
    if gap <= _NARROW * glyph.size or (alone and not closed):
        return True
    beside = (pair for pair in ((at - 2, at - 1), (at, at + 1)) if pair[0] >= 0 and pair[1] < len(line))
    return any(
        _is_of_number(line[first]) and _is_of_number(line[second])
        and abs(_gap_of_figures(line[first], line[second]) - gap) <= _SAME_STEP * glyph.size
        for first, second in beside
    )  # fmt: skip


def _gap_of_figures(first: Glyph, second: Glyph) -> float:
    """What is blank between two figures, as if each filled its place: the ink of a 1 leaves much of it blank."""
    if first.text in ".," or second.text in ".,":
        return second.box.left - first.box.right
    size = second.size
    return (second.box.left + second.box.right - first.box.left - first.box.right) / 2 - _FIGURE * size


def words_of(line: Sequence[Glyph]) -> Iterator[Sequence[Glyph]]:
    """The parts of a line between its gaps."""
    start = 0
    for at in range(1, len(line) + 1):
        if at == len(line) or " " in text_of(line[at - 1 : at + 1]):
            yield line[start:at]
            start = at


def block_text(glyphs: Sequence[Glyph]) -> str:
    """
    The text of a cell, its lines as lines; turned or stacked characters in the order in which they are read.
    """
    if not glyphs:
        return ""
    turns = max(range(4), key=lambda quarters: (sum(1 for glyph in glyphs if glyph.turns == quarters), -quarters))
    if turns:
        right = max(glyph.box.right for glyph in glyphs)
        bottom = max(glyph.box.bottom for glyph in glyphs)
        glyphs = turned(Page(1, right, bottom, tuple(glyphs), ()), -turns % 4).glyphs
    lines = lines_of(glyphs)
    if _is_stacked(lines):
        columns: dict[int, list[Glyph]] = {}
        for line in lines:
            for at, glyph in enumerate(reversed(line)):
                columns.setdefault(at, []).append(glyph)
        return "\n".join("".join(glyph.text for glyph in column) for column in columns.values())
    return "\n".join(text_of(line) for line in lines)


def _is_stacked(lines: Sequence[Sequence[Glyph]]) -> bool:
    """Whether characters, no figures, stand in columns: the gaps within a line are wider than those between lines."""
    if len(lines) < 3 or len({len(line) for line in lines[:-1]}) != 1 or not 2 <= len(lines[0]) <= 3:
        return False
    if any(glyph.text.isascii() for line in lines for glyph in line):
        return False
    across = [right.box.left - left.box.right for line in lines for left, right in pairwise(line)]
    down = [below[0].box.top - above[0].box.bottom for above, below in pairwise(lines)]
    return median(across) > 2 * max(median(down), 0.15 * lines[0][0].size)
