"""
Figures of a PDF that two text objects print over one another, or the same figure twice side by side.

Where programs print a figure anew over the one that stood there, or a bold one twice and a little aside, the characters of both
may stand so that they seem to be one longer number. What is one number stands in one object, or in several that join.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from parsers.readers._doubt import DOUBT
from parsers.readers._overprint import Printed
from parsers.readers._page import Box, Drawn

__all__ = ["Character", "Unseen", "doubting_twice"]

_OVER, _SAME_OVER = 0.12, 0.05
"""In sizes of the type: by so much two objects of one number, and two of the same text, never lie on one another."""
_BESIDE, _FAR = 0.1, 0.6
"""In sizes of the type: the gaps between which one number may be two of the same text, or two figures set apart."""
_SAME_LINE = 1.0
_SAME_GAP, _SAME_SIZE = 0.05, 0.1
"""In sizes of the type, and in points: how far gaps within numbers, and the types of these, differ at most on one page."""


class Character(NamedTuple):
    """
    A visible character, and by how many degrees it is turned away from the nearest quarter.

    Of a figure also its text object, by its address, and from where to where it reaches with the blank at its sides.
    """

    printed: Printed
    tilt: float
    of: int
    reach: tuple[float, float]

    @property
    def is_figure(self) -> bool:
        """Whether it is one of the ten figures."""
        return self.printed.glyph.text.strip().isdigit()


@dataclass
class Unseen:
    """
    What of a page is not taken as text, by its objects: figures that are hidden, and those on which others stand alike; and what
    the file says to stand for its figures.
    """

    hidden: list[tuple[Box, int]] = field(default_factory=list)
    doubled: set[int] = field(default_factory=set)
    said: Mapping[int, str] = field(default_factory=dict)

    def drawn(self, found: Iterable[Character]) -> Iterator[Drawn]:
        """What is hidden, as something drawn: a cell with it is not plainly blank, and what is shown of its object not all of it."""
        shown = {item.of for item in found if item.is_figure} if self.hidden else set()
        return (Drawn(box, beside=of in shown, written=True) for box, of in self.hidden)


class _Run(NamedTuple):
    """The figures of one text object, and how far it reaches across the page."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    of: int


def doubting_twice(found: Sequence[Character], unseen: Unseen) -> list[Character]:
    """The characters, figures that two objects print at one place, or for which the file says others, as U+FFFD."""
    texts: dict[int, list[Character]] = defaultdict(list)
    for item in found:
        if item.of and item.is_figure and item.printed.glyph.turns == 0:
            texts[item.of].append(item)
    lines: dict[int, list[_Run]] = defaultdict(list)
    runs: dict[int, _Run] = {}
    for of, items in texts.items():
        run = runs[of] = _run(of, items)
        lines[round(run.bottom)].append(run)
    doubted = {of for of in unseen.doubled if of in texts}
    doubted |= {of for of, said in unseen.said.items() if of in texts and runs[of].text not in said}
    joined: list[tuple[float, float]] = []
    alike: list[tuple[_Run, _Run]] = []
    for place, beside in lines.items():
        near = sorted((*beside, *lines.get(place + 1, ())), key=lambda run: run.left)
        for at, (run, other) in enumerate(pairwise(near)):
            if abs(run.bottom - other.bottom) > _SAME_LINE:
                continue
            if _are_twice(run, other, near[max(at - 1, 0) : at + 3]):
                doubted |= {run.of, other.of}
            elif abs(_gap_between(run, other)) <= _OVER:
                if run.text.endswith(other.text):  # pdfium leaves out what stands on its like
                    alike.append((run, other))
                else:
                    joined.append((run.size, _gap_between(run, other)))
    doubted |= {item.of for pair in alike if not _is_of_two(*pair, joined) for item in pair}
    return [_doubted(item) if item.of in doubted and item.is_figure else item for item in found] if doubted else list(found)


def _doubted(item: Character) -> Character:
    return item._replace(printed=item.printed._replace(glyph=item.printed.glyph._replace(text=DOUBT)))


def _run(of: int, items: Sequence[Character]) -> _Run:
    glyphs = [item.printed.glyph for item in items]
    text = "".join(glyph.text for glyph in glyphs).strip()
    bottom = max(glyph.box.bottom for glyph in glyphs)
    left, right = min(item.reach[0] for item in items), max(item.reach[1] for item in items)
    return _Run(text, left, right, bottom, glyphs[0].size, of)


def _is_of_two(run: _Run, other: _Run, joined: Iterable[tuple[float, float]]) -> bool:
    """
    Whether two runs, the same text at their ends, are one number: others of that type on the page are of two that differ, as near.

    The same figure printed twice at one advance looks like a number of which each figure is an object.
    """
    gap = _gap_between(run, other)
    return any(abs(size - run.size) <= _SAME_SIZE and abs(apart - gap) <= _SAME_GAP for size, apart in joined)


def _gap_between(run: _Run, other: _Run) -> float:
    """How far a run is from the one before it, in sizes of its type."""
    return (other.left - run.right) / run.size


def _are_twice(run: _Run, other: _Run, around: Sequence[_Run]) -> bool:
    """Whether two runs, one behind the other, are no two parts of one number."""
    gap = _gap_between(run, other)
    if run.text != other.text:
        return gap < -_OVER
    if gap < -_SAME_OVER:
        return True
    joined = [item for item in around if item not in (run, other) and _gap(item, run, other) <= _FAR * run.size]
    return _BESIDE < gap <= _FAR and not joined


def _gap(item: _Run, run: _Run, other: _Run) -> float:
    return max(run.left - item.right, item.left - other.right)
