"""
Which characters of a printed page are its text, and which of its figures are not plain.

Programs lay watermarks over tables, strike figures out, print in white, cover a figure and print another over it, raise the
figure of a note, and let a number run over the side of its cell. None of these may become a figure of the table, or a part of one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from parsers.readers._doubt import DOUBT
from parsers.readers._page import Box, Glyph, Rule

__all__ = ["BLACK", "Ink", "Printed", "text_printed"]

_FAINT, _WHITE = 0.5, 0.85
"""Shares of full light: from the first on an ink is that of a watermark rather than of text, from the second on it cannot be seen."""
_LARGE, _RAISED = 1.5, 0.87
"""In sizes of the type around: what is larger than text, and smaller than the figure beside it, as the figure of a note is."""
_INNER = 0.25
"""How far from the sides of a character the middle of it begins, where a line strikes it out."""
_OVERLAP_WIDE, _OVERLAP_HIGH = 0.25, 0.4
"""The shares of the smaller of two characters that lie on the other where one is printed over the other."""
_LIFT, _BESIDE = 0.1, 0.35
"""In sizes of the type: how much higher than a figure that of a note ends, and how near to it it begins."""
_ADVANCE = 0.68
"""In sizes of the type: so near to each other stand the middles of two figures of one number, but not of two that a rule parts."""
_LANE = 24.0
"""Points: what stands in lanes of this height beside each other is compared."""
_RAISED_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Ink(NamedTuple):
    """A colour of red, green and blue, and how much of it covers what is below, each to 255."""

    red: int
    green: int
    blue: int
    cover: int

    @property
    def light(self) -> float:
        """How light it is on white paper: 0 is black, 1 cannot be seen."""
        shown = (0.3 * self.red + 0.59 * self.green + 0.11 * self.blue) / 255
        return 1 - (1 - shown) * self.cover / 255


BLACK = Ink(0, 0, 0, 255)


class Printed(NamedTuple):
    """A character and the ink in which it is printed."""

    glyph: Glyph
    ink: Ink = BLACK


def text_printed(printed: Sequence[Printed], rules: Sequence[Rule], grounds: Sequence[Box]) -> tuple[Glyph, ...]:
    """
    The characters that are text; a figure that is struck out, printed over or cannot be seen as U+FFFD, that of a note raised.

    `grounds` are what is not white below the text. What is laid over a table is no text of it.

    >>> struck = Printed(Glyph("7", Box(0, 0, 5, 10), 10))
    >>> [text_printed([struck], [Rule(level=True, at=at, start=-1, end=6)], [])[0].text for at in (5, 10)]
    ['\ufffd', '7']
    """
    shown = list(_shown(printed, grounds))
    text = [item.glyph for item in _without_overlays(shown, rules)]
    lanes = _Lanes(text)
    level, plumb = _by_place(rule for rule in rules if rule.level), _by_place(rule for rule in rules if not rule.level)
    return tuple(_plain(glyph, lanes, level, plumb) if glyph.text.strip().isdigit() else glyph for glyph in text)


def _shown(printed: Sequence[Printed], grounds: Sequence[Box]) -> Iterator[Printed]:
    for item in printed:
        if item.ink.light < _WHITE or any(ground.holds(item.glyph.box) for ground in grounds):
            yield item
        elif item.glyph.text.strip().isdigit():
            yield Printed(item.glyph._replace(text=DOUBT))


def _without_overlays(printed: Sequence[Printed], rules: Sequence[Rule]) -> Iterator[Printed]:
    """The characters without those of an ink and size, faint or large, of which one stands across a rule or on another character."""
    body = median(item.glyph.size for item in printed) if printed else 0.0
    groups: dict[tuple[Ink, int], list[Glyph]] = defaultdict(list)
    for item in printed:
        if item.ink.light >= _FAINT or item.glyph.size > _LARGE * body:
            groups[item.ink, round(item.glyph.size)].append(item.glyph)
    if not groups:
        yield from printed
        return
    level, plumb = _by_place(rule for rule in rules if rule.level), _by_place(rule for rule in rules if not rule.level)
    lanes = _Lanes([item.glyph for item in printed if (item.ink, round(item.glyph.size)) not in groups])
    laid = {
        key
        for key, glyphs in groups.items()
        if any(_is_crossed(glyph, level) or _is_crossed(glyph, plumb) or lanes.overlapped(glyph) for glyph in glyphs)
    }
    for item in printed:
        if (item.ink, round(item.glyph.size)) not in laid:
            yield item
        elif item.ink.light < _FAINT and item.glyph.text.strip().isdigit():
            yield Printed(item.glyph._replace(text=DOUBT))


def _plain(glyph: Glyph, lanes: _Lanes, level: Sequence[Rule], plumb: Sequence[Rule]) -> Glyph:
    if _is_crossed(glyph, level) or lanes.overlapped(glyph) or lanes.parted(glyph, plumb):
        return glyph._replace(text=DOUBT)
    return glyph._replace(text=glyph.text.translate(_RAISED_DIGITS)) if lanes.raises(glyph) else glyph


def _by_place(rules: Iterator[Rule]) -> list[Rule]:
    return sorted(rules, key=_place)


def _place(rule: Rule) -> float:
    return rule.at


def _is_crossed(glyph: Glyph, rules: Sequence[Rule]) -> bool:
    """Whether one of these rules, which run in one direction, goes through the middle of a character."""
    left, top, right, bottom = glyph.box
    low, high, along = (top, bottom, (left + right) / 2) if rules and rules[0].level else (left, right, (top + bottom) / 2)
    inner = _INNER * (high - low)
    first, last = bisect_left(rules, low + inner, key=_place), bisect_right(rules, high - inner, key=_place)
    return any(rule.start <= along <= rule.end for rule in rules[first:last])


class _Lanes:
    """Characters by where they stand, to compare each with those around it only."""

    def __init__(self, glyphs: Sequence[Glyph]) -> None:
        self._held: dict[int, list[Glyph]] = defaultdict(list)
        for glyph in glyphs:
            for lane in self._lanes(glyph.box):
                self._held[lane].append(glyph)
        for held in self._held.values():
            held.sort(key=_right)

    def _lanes(self, box: Box) -> range:
        return range(int(box.top // _LANE), int(box.bottom // _LANE) + 1)

    def _near(self, box: Box, reach: float) -> Iterator[Glyph]:
        """Those that end behind a place a little before the box and begin before its end."""
        for lane in self._lanes(box):
            held = self._held.get(lane, [])
            for glyph in held[bisect_left(held, box.left - reach, key=_right) :]:
                if glyph.box.left > box.right + 4 * _LANE:
                    break
                yield glyph

    def overlapped(self, glyph: Glyph) -> bool:
        """Whether another character stands on this one."""
        return any(other is not glyph and _lies_on(glyph.box, other.box) for other in self._near(glyph.box, 0.0))

    def parted(self, glyph: Glyph, plumb: Sequence[Rule]) -> bool:
        """Whether an upright rule parts it from a figure of its own number, which runs over the side of its cell."""
        (x, y), reach = glyph.box.middle, _ADVANCE * glyph.size
        near = plumb[bisect_left(plumb, x - reach, key=_place) : bisect_right(plumb, x + reach, key=_place)]
        rules = [rule.at for rule in near if rule.start <= y <= rule.end]
        for other in self._near(glyph.box, reach) if rules else ():
            far, beside = other.box.middle
            if abs(far - x) > reach or abs(beside - y) > _LIFT * glyph.size or not other.text.strip().isdigit():
                continue
            if any(min(x, far) < at < max(x, far) for at in rules):
                return True
        return False

    def raises(self, glyph: Glyph, *, most: int = 3) -> bool:
        """Whether a larger figure stands before a small one that is higher, or before at `most` so many that are raised so."""
        for other in self._near(glyph.box, _BESIDE * glyph.size):
            if other is glyph or not other.text.strip().isdigit() or other.box.left >= glyph.box.left:
                continue
            beside = abs(glyph.box.left - other.box.right) <= _BESIDE * glyph.size
            if not beside or other.box.bottom < glyph.box.top or other.box.top > glyph.box.bottom:
                continue
            if glyph.size <= _RAISED * other.size and glyph.box.bottom < other.box.bottom - _LIFT * other.size:
                return True
            if abs(glyph.size - other.size) < 0.1 * glyph.size and abs(glyph.box.bottom - other.box.bottom) < 0.5:
                return most > 1 and self.raises(other, most=most - 1)
        return False


def _right(glyph: Glyph) -> float:
    return glyph.box.right


def _lies_on(box: Box, other: Box) -> bool:
    wide = min(box.right, other.right) - max(box.left, other.left)
    high = min(box.bottom, other.bottom) - max(box.top, other.top)
    narrow = min(box.right - box.left, other.right - other.left)
    low = min(box.bottom - box.top, other.bottom - other.top)
    return narrow > 0 and low > 0 and wide >= _OVERLAP_WIDE * narrow and high >= _OVERLAP_HIGH * low
