"""What an OFD page draws: its text objects as glyphs with boxes, and the straight lines of its paths as rules."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from lxml import etree

from parsers.errors import ReadError, ReadStatus
from parsers.raw.charset import without_marks
from parsers.readers._page import Box, Glyph, Rule

__all__ = ["POINTS", "Drawn", "draw"]

POINTS = 72 / 25.4
"""OFD measures in millimetres."""

_MOST_DRAWN = 100_000
"""Glyphs and rules of one page."""
_ASCENT, _DESCENT = 0.86, 0.14
_THIN = 1.0
"""A filled shape thinner than this, in millimetres, is a line."""

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The glyphs and rules of a page in points, and how much of it pictures cover, in square points."""

    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    pictured: float

    def over(self, other: Drawn) -> Drawn:
        """This drawn over another, its template."""
        return Drawn(other.glyphs + self.glyphs, other.rules + self.rules, other.pictured + self.pictured)

    def moved(self, x: float, y: float) -> Drawn:
        """The same at another place."""
        if not x and not y:
            return self
        glyphs = tuple(
            glyph._replace(box=Box(glyph.box.left + x, glyph.box.top + y, glyph.box.right + x, glyph.box.bottom + y))
            for glyph in self.glyphs
        )
        rules = tuple(
            Rule(
                rule.level,
                rule.at + (y if rule.level else x),
                rule.start + (x if rule.level else y),
                rule.end + (x if rule.level else y),
            )
            for rule in self.rules
        )
        return Drawn(glyphs, rules, self.pictured)


def draw(page: etree._Element) -> Drawn:
    """
    What the content of a page or template draws.

    Raises ReadError with status `limit` for a page with too much on it.
    """
    glyphs: dict[tuple[str, int, int], Glyph] = {}
    rules: list[Rule] = []
    pictured = 0.0
    for item in page.iterfind("{*}Content//{*}*"):
        match etree.QName(item).localname:
            case "TextObject" if _is_shown(item) and _is_inked(item):
                for glyph in islice(
                    _glyphs(item), _MOST_DRAWN + 1
                ):  # bold type is at times the same character twice on one place
                    fine = max(glyph.size, 1) / 4
                    glyphs.setdefault((glyph.text, round(glyph.box.left / fine), round(glyph.box.top / fine)), glyph)
            case "PathObject" if _is_shown(item):
                rules.extend(_rules(item))
            case "ImageObject" | "CompositeObject":
                _, _, wide, high = (*_floats(item.get("Boundary")), 0.0, 0.0, 0.0, 0.0)[:4]
                pictured += abs(wide * high) * POINTS**2
        if len(glyphs) + len(rules) > _MOST_DRAWN:
            raise ReadError(ReadStatus.LIMIT, f"a page of the OFD file draws more than {_MOST_DRAWN:,} characters and lines")
    return Drawn(tuple(glyphs.values()), tuple(rules), pictured)


def _is_shown(item: etree._Element) -> bool:
    return item.get("Visible") not in ("false", "0") and item.get("Alpha") != "0"


def _is_inked(item: etree._Element) -> bool:
    """Whether a text is printed at all: filled unless said otherwise, or drawn in outlines."""
    colour = item.find("{*}FillColor")
    filled = item.get("Fill") not in ("false", "0") and (colour is None or colour.get("Alpha") != "0")
    return filled or item.get("Stroke") in ("true", "1")


def _floats(text: str | None) -> list[float]:
    """The numbers of an attribute up to the first word that is none."""
    found: list[float] = []
    for word in (text or "").split():
        try:
            value = float(word)
        except ValueError:
            break
        if not math.isfinite(value) or abs(value) > 1e6:
            break
        found.append(value)
    return found


def _float(text: str | None, otherwise: float) -> float:
    return next(iter(_floats(text)), otherwise)


def _placing(item: etree._Element) -> Matrix:
    """From the object's own coordinates to the page: its matrix, then the corner of its boundary."""
    x, y = (*_floats(item.get("Boundary")), 0.0, 0.0)[:2]
    matrix = _floats(item.get("CTM"))
    a, b, c, d, e, f = matrix[:6] if len(matrix) >= 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return a, b, c, d, e + x, f + y


def _placed(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e) * POINTS, (b * x + d * y + f) * POINTS


# --- text -----------------------------------------------------------------------------------------


def steps(text: str | None, most: int) -> list[float]:
    """
    The distances from each character to the next, at most so many; `g 3 4.5` stands for three times 4.5.

    >>> steps("4 g 2 5.5 6", 9)
    [4.0, 5.5, 5.5, 6.0]
    """
    words = (text or "").split()
    found: list[float] = []
    at = 0
    while at < len(words) and len(found) < most:
        if words[at] == "g" and at + 2 < len(words):
            many, step = _floats(words[at + 1]), _floats(words[at + 2])
            if not many or not step:
                break
            found += step * min(max(int(many[0]), 0), most)
            at += 3
            continue
        step = _floats(words[at])
        if not step:
            break
        found += step
        at += 1
    return found[:most]


def _glyphs(item: etree._Element) -> Iterator[Glyph]:
    matrix = _placing(item)
    size = _float(item.get("Size"), 0.0)
    if not size:
        return
    read, turn = (int(_float(item.get(name), 0)) // 90 % 4 for name in ("ReadDirection", "CharDirection"))
    stretch = _float(item.get("HScale"), 1.0)
    a, b, c, d, _, _ = matrix
    turns = (round(math.atan2(b, a) / (math.pi / 2)) + turn) % 4
    points = size * math.hypot(c, d) * POINTS
    x = y = 0.0
    for code in item.iterchildren("{*}TextCode"):
        text = without_marks(code.text or "")
        x, y = _float(code.get("X"), x), _float(code.get("Y"), y)
        right, down = steps(code.get("DeltaX"), len(text)), steps(code.get("DeltaY"), len(text))
        at_x, at_y = x, y
        for at, character in enumerate(text):
            wide = size * stretch * (1.0 if unicodedata.east_asian_width(character) in "WF" else 0.5)
            if not character.isspace() and unicodedata.category(character) != "Cc":
                yield Glyph(character, _glyph_box(matrix, (at_x, at_y), wide, size, turn), points, turns)
            if not right and not down:  # no distances at all: characters follow in the direction of reading
                at_x += (wide, 0.0, -wide, 0.0)[read]
                at_y += (0.0, size, 0.0, -size)[read]
            at_x += right[at] if at < len(right) else (wide if right else 0.0)
            at_y += down[at] if at < len(down) else 0.0


def _glyph_box(matrix: Matrix, start: Point, wide: float, size: float, turn: int) -> Box:
    """The box of a character about its origin on the base line; `turn` turns it there clockwise."""
    x, y = start
    corners = [(0.0, -_ASCENT * size), (wide, _DESCENT * size)]
    for _ in range(turn):
        corners = [(-down, right) for right, down in corners]
    placed = [
        _placed(matrix, x + right, y + down)
        for right in (corners[0][0], corners[1][0])
        for down in (corners[0][1], corners[1][1])
    ]
    xs, ys = [point[0] for point in placed], [point[1] for point in placed]
    return Box(min(xs), min(ys), max(xs), max(ys))


# --- lines ----------------------------------------------------------------------------------------

_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def _outlines(data: str) -> Iterator[list[Point]]:
    """The corners of each figure of a path; a curve is the way to its end."""
    corners: list[Point] = []
    words = data.split()
    at = 0
    while at < len(words):
        word = words[at]
        wanted = _ARGUMENTS.get(word)
        values = _floats(" ".join(words[at + 1 : at + 1 + (wanted or 0)]))
        if wanted is None or len(values) < wanted:
            break
        if word in "SM":
            yield corners
            corners = []
        if word == "C":
            corners.extend(corners[:1])
        else:
            corners.append((values[-2], values[-1]))
        at += 1 + wanted
    yield corners


def _rules(item: etree._Element) -> Iterator[Rule]:
    """Strokes along the page's sides, and shapes filled so thin that they are lines."""
    matrix = _placing(item)
    stroked = item.get("Stroke") not in ("false", "0")
    filled = item.get("Fill") in ("true", "1")
    for corners in _outlines(item.findtext("{*}AbbreviatedData") or ""):
        points = [_placed(matrix, *corner) for corner in corners]
        if len(points) < 2:
            continue
        thin = _thin(points)
        if filled and thin is not None and len(points) > 3:
            yield thin
        elif stroked:
            yield from _sides(points)


def _thin(points: Sequence[Point]) -> Rule | None:
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    thin = _THIN * POINTS
    if bottom - top <= thin < right - left:
        return Rule(level=True, at=(top + bottom) / 2, start=left, end=right)
    if right - left <= thin < bottom - top:
        return Rule(level=False, at=(left + right) / 2, start=top, end=bottom)
    return None


def _sides(points: Sequence[Point]) -> Iterator[Rule]:
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(y1 - y0) <= 0.5 < abs(x1 - x0):
            yield Rule(level=True, at=(y0 + y1) / 2, start=min(x0, x1), end=max(x0, x1))
        elif abs(x1 - x0) <= 0.5 < abs(y1 - y0):
            yield Rule(level=False, at=(x0 + x1) / 2, start=min(y0, y1), end=max(y0, y1))
