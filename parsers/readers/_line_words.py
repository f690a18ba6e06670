"""
Lines of a printed page as words between gaps, rows of figures among them, without labels that are written downwards.

Where labels of groups are written downwards beside the rows, each of their characters stands in the line of some row by chance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from parsers.readers._doubt import DOUBT
from parsers.readers._page import Glyph, text_of, words_of

__all__ = ["Row", "Words", "is_text", "row_of", "words_in", "words_without_lanes"]

_FIGURE = re.compile(rf"[-+−－—–/＋]?[\d{DOUBT}](?:[\d,.，{DOUBT}]*[\d{DOUBT}])?\s*(?:件|条|万元|元|个|次|人|项)?|[-−－—–/]+|无")
_LANE, _FEWEST_IN_LANE, _NEAR = 1.5, 3, 3.0
"""
Points within which characters stand one below the other, how many of them make a label that is written downwards, and, in sizes of
the type, how near to it stands a label beside it.
"""
_DOWNWARDS = re.compile("[\u4e00-\u9fff（）()、]")


class Words(NamedTuple):
    """Characters of a line without a wide gap within: what they say, where they stand across, and how far down."""

    text: str
    left: float
    right: float
    down: float

    @property
    def is_figure(self) -> bool:
        return _FIGURE.fullmatch(self.text) is not None


class Row(NamedTuple):
    """A line of a table: the words of its label, and the figures behind them."""

    label: list[Words]
    figures: list[Words]


def words_without_lanes(lines: Sequence[Sequence[Glyph]]) -> tuple[list[list[Words]], dict[int, Sequence[Glyph]]]:
    """
    The words of the lines without the characters of labels that are written downwards beside other labels.

    Such a character stands at the beginning of a line by chance, before a label, or glued to one, or behind that of another such
    label. Also what is left of lines that had one, by their numbers.
    """
    worded = [[words_in(part) for part in words_of(line)] for line in lines]
    single = [word.left for words in worded for word in takewhile(_is_of_lane, words)]
    lanes = [left for left in single if sum(abs(left - other) <= _LANE for other in single) >= _FEWEST_IN_LANE]
    begins = [word.left for words in worded for word in words[:3] if len(word.text) > 1]
    found: dict[int, Sequence[Glyph]] = {}
    for number, line in enumerate(lines if lanes else ()):
        rest = line
        while len(rest) > 1 and any(abs(rest[0].box.left - lane) <= _LANE for lane in lanes) and _stands_before(rest, begins):
            rest = rest[1:]
        if len(rest) < len(line):
            found[number] = rest
            worded[number] = [words_in(part) for part in words_of(rest)]
    return worded, found


def _is_of_lane(word: Words) -> bool:
    return word.text != "无" and _DOWNWARDS.fullmatch(word.text) is not None


def _stands_before(line: Sequence[Glyph], begins: Sequence[float]) -> bool:
    """Whether a line begins with a character that stands before a label, or glued to one that begins where others do."""
    if _DOWNWARDS.fullmatch(line[0].text) is None:
        return False
    first, *others = [words_in(part) for part in words_of(line)]
    if len(first.text) > 1:
        return sum(abs(line[1].box.left - other) <= _LANE for other in begins) >= _FEWEST_IN_LANE
    return row_of(others) is not None or (is_text(others[0]) and others[0].left - first.right <= _NEAR * line[0].size)


def words_in(part: Sequence[Glyph]) -> Words:
    top, bottom = min(glyph.box.top for glyph in part), max(glyph.box.bottom for glyph in part)
    return Words(text_of(part), part[0].box.left, max(glyph.box.right for glyph in part), (top + bottom) / 2)


def is_text(words: Words) -> bool:
    """Whether words are more than one character of a label that is written downwards, or a comma that stands low."""
    return sum(map(str.isalpha, words.text)) > 1


def row_of(words: list[Words]) -> Row | None:
    """A line's label and figures; None for one without figures, such as a character of a label that is written downwards."""
    at = len(words)
    while at and words[at - 1].is_figure:
        at -= 1
    is_row = at < len(words) and (len(words) > 1 or words[0].text != "无")
    return Row(words[:at], words[at:]) if is_row else None
