"""A page picture made upright and straight: its ruled cells, and the lines of print in them and outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from parsers.readers._page import Box, Rule
from parsers.readers._recognise import Gray
from parsers.readers._ruled import RuledTable, tables_between

__all__ = ["Scan", "scan"]

_SHORTEST_SIDE = 1100
_LONGEST_SIDE = 4000
_STEEPEST = 5.0
_FAINTEST = 0.3
"""Ink is what is darker than the paper around it by this share of the darkness of print."""
_SMALLEST_MARK = 3
_THINNEST = 0.12
"""In heights of print."""
_PAPER_BLOCK = 51


@dataclass(frozen=True, slots=True)
class Scan:
    """
    An upright page in grey and as ink (255 where ink is), rules of tables wiped from both.

    `em` is the height of its print; `tables` as `_ruled` has them; `scale` is its size over that of the picture as given.
    """

    gray: Gray
    ink: Gray
    em: float
    tables: tuple[RuledTable, ...]
    scale: float

    def inside(self, box: Box) -> list[Box]:
        """The lines of print in a cell, from top to bottom."""
        left, top, right, bottom = (round(value) for value in box)
        ink = self.ink[top + 1 : bottom, left + 1 : right]
        lines = [line for line in _lines(ink, self.em) if not _is_residue(line, ink.shape, self.em)]
        return [Box(left + 1 + x0, top + 1 + y0, left + 1 + x1, top + 1 + y1) for x0, y0, x1, y1 in lines]

    def outside(self) -> list[Box]:
        """The pieces of lines outside tables, each as far as print reaches without a wide gap."""
        import cv2

        ink = self.ink.copy()
        for table in self.tables:
            left, top, right, bottom = (round(value) for value in table.box)
            ink[max(top - 3, 0) : bottom + 4, max(left - 3, 0) : right + 4] = 0
        found = []
        for y0, y1 in _whole_characters(ink, _bands(ink, self.em)):
            joined = cv2.dilate(ink[y0:y1].max(axis=0)[None, :], np.ones((1, round(self.em * 1.2) | 1), np.uint8))
            for start, end in _runs(joined[0] > 0):
                piece = ink[y0:y1, start:end]
                columns = np.flatnonzero(piece.max(axis=0))
                rows = np.flatnonzero(piece.max(axis=1))
                found.append(Box(start + columns[0], y0 + rows[0], start + columns[-1] + 1, y0 + rows[-1] + 1))
        return [box for box in found if box.bottom - box.top > self.em * 0.3]

    def crop(self, box: Box) -> Gray:
        """The picture of one line, with a little paper around it."""
        margin = max(1, round(self.em * 0.08))
        left, top, right, bottom = (round(value) for value in box)
        return self.gray[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin]

    def shapes(self, box: Box) -> list[Box]:
        """The connected marks of one line, from left to right, specks left out."""
        left, top, right, bottom = (round(value) for value in box)
        marks = _marks(self.ink[top:bottom, left:right])
        return sorted(Box(left + x0, top + y0, left + x1, top + y1) for x0, y0, x1, y1 in marks)

    def in_picture(self, box: Box) -> Box:
        """A box in pixels of the picture as given, once it is turned upright and made straight."""
        return Box(*(value / self.scale for value in box))


def scan(picture: Gray, quarters: int = 0) -> Scan:
    """The page turned counter-clockwise by so many quarters, made straight by its lines, and its ruled cells found."""
    import cv2

    sized = _sized(picture)
    scale = sized.shape[0] / picture.shape[0]
    gray = np.ascontiguousarray(np.rot90(sized, quarters))
    ink = _ink_of(gray)
    angle = _slant(ink)
    if abs(angle) >= 0.02:
        gray = _turned(gray, angle)
        ink = _ink_of(gray)
    em = _em(ink)
    level, plumb = _rule_masks(ink, em)
    rules = _anchored([*_rules(level, em, level_lines=True), *_rules(plumb, em, level_lines=False)], em)
    tables = tuple(table for table in tables_between(rules, near=_near(gray)) if _is_table(table, em))
    kept = cv2.bitwise_and(cv2.dilate(level | plumb, np.ones((3, 3), np.uint8)), _borders(gray.shape, tables, _near(gray)))
    paper = cv2.dilate(cv2.medianBlur(gray, 3), np.ones((9, 9), np.uint8))
    gray = np.where(kept > 0, paper, gray).astype(np.uint8)
    ink = np.where(kept > 0, 0, ink).astype(np.uint8)
    return Scan(gray, ink, em, tables, scale)


def _sized(picture: Gray) -> Gray:
    """The picture at a size at which print is neither tiny nor slow."""
    import cv2

    high, wide = picture.shape
    factor = 1.0
    if max(high, wide) > _LONGEST_SIDE:
        factor = _LONGEST_SIDE / max(high, wide)
    elif min(high, wide) < _SHORTEST_SIDE:
        factor = min(2.0, _LONGEST_SIDE / max(high, wide))
    if factor == 1.0:
        return picture
    size = (max(round(wide * factor), 1), max(round(high * factor), 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC), np.uint8)


def _borders(shape: tuple[int, ...], tables: Sequence[RuledTable], near: float) -> Gray:
    """255 along the sides of cells: a long stroke of a character elsewhere is none of theirs."""
    import cv2

    mask = np.zeros(shape[:2], np.uint8)
    for cell in (cell for table in tables for cell in table.cells):
        left, top, right, bottom = (round(value) for value in cell.box)
        cv2.rectangle(mask, (left, top), (right, bottom), (255,), thickness=2 * round(near) + 1)
    return mask


def _near(gray: Gray) -> float:
    return max(3.0, float(min(gray.shape)) / 400)


def _ink_of(gray: Gray) -> Gray:
    """255 where a pixel is plainly darker than the paper around it."""
    import cv2

    smooth = cv2.medianBlur(gray, 5)  # the lightest pixels of noisy paper are lighter than paper
    paper = cv2.blur(cv2.dilate(smooth, np.ones((15, 15), np.uint8)), (_PAPER_BLOCK, _PAPER_BLOCK))
    darker = cv2.subtract(paper, gray)
    print_dark = float(np.percentile(darker[darker > 40], 80)) if (darker > 40).any() else 255.0
    ink = np.where(darker > max(_FAINTEST * print_dark, 30), 255, 0).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= _SMALLEST_MARK
    keep[0] = False
    return np.where(keep[labels], 255, 0).astype(np.uint8)


def _slant(ink: Gray) -> float:
    """The angle in degrees, counter-clockwise, that makes the rows of ink sharpest; 0 on a page without any."""
    import cv2

    size = [max(1, round(side * 1000 / max(ink.shape))) for side in ink.shape]
    small = cv2.resize(ink, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    if not small.any():
        return 0.0

    def sharpness(angle: float) -> float:
        high, wide = small.shape
        shear = np.array([[1.0, 0, 0], [-np.tan(np.radians(angle)), 1, np.tan(np.radians(angle)) * wide / 2]])
        rows = cv2.warpAffine(small, shear, (wide, high)).sum(axis=1, dtype=np.float64)
        return float((np.diff(rows) ** 2).sum())

    best = 0.0
    for step, reach in ((0.5, _STEEPEST), (0.1, 0.5), (0.02, 0.1)):
        tried = [best + step * at for at in range(-round(reach / step), round(reach / step) + 1)]
        best = max(tried, key=lambda angle: (sharpness(angle), -abs(angle)))
    return best


def _turned(gray: Gray, angle: float) -> Gray:
    """The page turned counter-clockwise by some degrees, on a canvas that holds all of it."""
    import cv2

    high, wide = gray.shape
    around = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    cos, sin = abs(around[0, 0]), abs(around[0, 1])
    size = (round(high * sin + wide * cos), round(high * cos + wide * sin))
    around[0, 2] += (size[0] - wide) / 2
    around[1, 2] += (size[1] - high) / 2
    paper = int(np.percentile(gray, 90))
    return np.asarray(cv2.warpAffine(gray, around, size, flags=cv2.INTER_CUBIC, borderValue=(paper,)), np.uint8)


def _rule_masks(ink: Gray, em: float) -> tuple[Gray, Gray]:
    """The level and plumb strokes that are longer than a character's, small gaps in them closed."""
    import cv2

    masks: list[Any] = []
    for kernel, gap in (((1, round(em * 1.6)), (1, 5)), ((round(em * 1.25), 1), (3, 1))):
        closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(gap, np.uint8))
        masks.append(cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(kernel, np.uint8)))
    return masks[0], masks[1]


def _rules(mask: Gray, em: float, *, level_lines: bool) -> Iterator[Rule]:
    import cv2

    count, _, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for at in range(1, count):
        left, top, wide, high = (int(value) for value in stats[at, :4])
        if level_lines and high <= em / 2:
            yield Rule(level=True, at=float(centres[at][1]), start=left, end=left + wide)
        elif not level_lines and wide <= em / 2:
            yield Rule(level=False, at=float(centres[at][0]), start=top, end=top + high)


def _anchored(rules: Sequence[Rule], em: float) -> list[Rule]:
    """The rules without short strokes whose ends do not lie on other rules: those belong to characters."""
    long = [rule for rule in rules if rule.end - rule.start > 4 * em]

    def ends_on_rule(rule: Rule, end: float) -> bool:
        return any(
            other.level != rule.level and abs(other.at - end) <= em / 3 and other.start - em / 3 <= rule.at <= other.end + em / 3
            for other in long
        )

    return [
        rule
        for rule in rules
        if rule.end - rule.start > 4 * em or (ends_on_rule(rule, rule.start) and ends_on_rule(rule, rule.end))
    ]


def _is_table(table: RuledTable, em: float) -> bool:
    left, top, right, bottom = table.box
    return right - left > 5 * em and bottom - top > 2 * em and len(table.cells) > 1


def _marks(ink: Gray) -> Iterator[tuple[int, int, int, int]]:
    import cv2

    count, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink), connectivity=8)
    for left, top, wide, high, _ in stats[1:count].tolist():
        yield left, top, left + wide, top + high


def _em(ink: Gray) -> float:
    """The height of print: what nine in ten marks that are no specks do not exceed."""
    highs = [y1 - y0 for _, y0, _, y1 in _marks(ink) if 7 < y1 - y0 < 120]
    return max(12.0, float(np.percentile(highs, 90)) * 1.05) if highs else 24.0


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _bands(ink: Gray, em: float) -> list[tuple[int, int]]:
    """The rows of print: runs of rows with ink, those that are parts of one line joined."""
    if ink.size == 0:
        return []
    bands: list[tuple[int, int]] = []
    for start, end in _runs(ink.max(axis=1) > 0):
        if bands and (start - bands[-1][1] <= em * 0.1 or end - bands[-1][0] <= em * 1.15):
            bands[-1] = (bands[-1][0], end)
        else:
            bands.append((start, end))
    return bands


def _whole_characters(ink: Gray, bands: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The bands with those joined that are the upper and lower part of a large character that stands alone."""
    found: list[tuple[int, int]] = []
    for start, end in bands:
        if found and start - found[-1][1] <= 0.15 * (end - found[-1][0]):
            columns = np.flatnonzero(ink[found[-1][0] : end].max(axis=0))
            if columns[-1] - columns[0] < 1.3 * (end - found[-1][0]):
                found[-1] = (found[-1][0], end)
                continue
        found.append((start, end))
    return found


def _is_residue(line: tuple[int, int, int, int], cell: tuple[int, ...], em: float) -> bool:
    """Whether ink is a speck, or what is left of a rule along a side of the cell; print is thicker, and a dash stands free."""
    x0, y0, x1, y1 = line
    thin = _THINNEST * em
    if max(x1 - x0, y1 - y0) < thin:
        return True
    beside = min(x0, cell[1] - x1) < thin if x1 - x0 < thin else min(y0, cell[0] - y1) < thin
    return min(x1 - x0, y1 - y0) < thin and beside


def _lines(ink: Gray, em: float) -> Iterator[tuple[int, int, int, int]]:
    for top, bottom in _bands(ink, em):
        columns = np.flatnonzero(ink[top:bottom].max(axis=0))
        yield int(columns[0]), top, int(columns[-1]) + 1, bottom
