"""
Room for a picture: margins, title, remarks and labels of a comparison's figure.

Text is measured by counting its characters, a Chinese one as wide as it is high: no font of the machine decides where things
stand.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from parsers.report import plain
from pipeline.compare import Comparison, Key, is_ratio
from pipeline.divisions import division
from pipeline.labels import measure_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Frame", "ems", "frame_of", "line_name", "number_text", "wrapped"]

_POINTS = 72.0
_LABEL = 8.0
"""Size of labels, in points."""

_SMALL = 7.0
_TITLE = 11.0
_NARROWEST = 3.6
_PAD = 0.12


class Frame(NamedTuple):
    """A figure with its axes in the middle; lengths in inches."""

    figure: Figure
    axes: Axes
    width: float
    height: float

    def beside(self, width: float) -> Axes:
        """Narrow axes to the right of the picture, for its scale."""
        total, high = self.figure.get_size_inches()
        place = self.axes.get_position()
        tall = min(place.height, 2.6 / high)
        return self.figure.add_axes((place.x1 + 0.15 / total, place.y1 - tall, width / total, tall))


def frame_of(
    comparison: Comparison, tongue: str, *, width: float, height: float, left: int | Sequence[str],
    right: Sequence[str] | None, notes: str,
) -> Frame:  # fmt: skip
    """
    A figure around a picture of `width` × `height` inches, with title and unit above and remarks below.

    `left` is the labels on that side, or how many characters they take; `right` those on the other.
    """
    from matplotlib.figure import Figure

    before = _inches(left if isinstance(left, int) else max(map(ems, left)), _LABEL) + 0.22
    after = _inches(max(map(ems, right)), _LABEL) + 0.55 if right else 0.25
    width = max(width, _NARROWEST)
    total = before + width + after
    room = (total - 2 * _PAD) * _POINTS
    title = wrapped(_title(comparison, tongue), room / _TITLE)
    lines = [line for text in _below(comparison, tongue, notes) for line in wrapped(text, room / _SMALL)]
    above = (len(title) * _TITLE * 1.35 + _LABEL * 1.6) / _POINTS + 0.3
    below = (len(lines) * _SMALL * 1.45) / _POINTS + 0.42
    high = above + height + below
    figure = Figure(figsize=(round(total, 2), round(high, 2)))
    axes = figure.add_axes((before / total, below / high, width / total, height / high))
    for at, line in enumerate(title):
        figure.text(_PAD / total, 1 - (_PAD + (at + 1) * _TITLE * 1.3 / _POINTS) / high, line, fontsize=_TITLE, va="baseline")
    under = 1 - (_PAD + (len(title) * _TITLE * 1.3 + _LABEL * 1.5) / _POINTS) / high
    figure.text(_PAD / total, under, _subtitle(comparison, tongue), fontsize=_LABEL, color="#555555", va="baseline")
    for at, line in enumerate(lines):
        figure.text(_PAD / total, (_PAD + (len(lines) - 1 - at) * _SMALL * 1.45 / _POINTS) / high, line, fontsize=_SMALL, color="#555555", va="baseline")  # fmt: skip
    return Frame(figure, axes, width, height)


def ems(text: str) -> float:
    """
    How wide a text is, in heights of its font: a Chinese character counts 1, any other 0.56.

    >>> ems("宜春市"), ems("2021")
    (3.0, 2.24)
    """
    return round(sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.56 for char in text), 2)


def wrapped(text: str, width: float) -> list[str]:
    """
    A text in lines of at most so many ems, broken at blanks and after Chinese punctuation where there are any.

    >>> wrapped("一二三四，五六七", 6)
    ['一二三四，', '五六七']
    """
    lines: list[str] = []
    rest = text
    while ems(rest) > width:
        end = 1
        while ems(rest[: end + 1]) <= width:
            end += 1
        good = max((at + 1 for at, char in enumerate(rest[:end]) if char in " ，。；：、）"), default=end)
        end = good if good > end // 2 else end
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest] if rest else lines


def line_name(comparison: Comparison, key: Key) -> str:
    """How a line is labelled: the county, with its prefecture where two have the same name; below that level the unit."""
    last = comparison.years[-1]
    place, name = division(key.county_id, last), comparison.county_of(key) or key.county_id
    same = [other for other in comparison.keys if other != key and comparison.county_of(other) == name]
    if comparison.level != "county" and key.unit:
        unit = comparison.unit_of(key) or key.unit
        return unit if name in unit else f"{name}{key.unit}"
    if same and place is not None:
        return f"{place.prefecture or place.province or ''}{name}"
    return name


def number_text(value: Decimal | float, comparison: Comparison) -> str:
    """
    A figure for the eye: a ratio as a percentage, thousands parted, at most four digits of a small one.

    The table and CSV have it in full.
    """
    number = float(value)
    if comparison.unit is None and is_ratio(comparison.measure):
        return f"{plain(Decimal(f'{number * 100:.1f}'))}%"
    if abs(number) >= 1000 or number == int(number):
        return f"{number:,.0f}"
    return plain(Decimal(f"{number:.4g}"))


def _inches(count: float, size: float) -> float:
    return count * size / _POINTS


def _title(comparison: Comparison, tongue: str) -> str:
    return measure_label(comparison.measure, tongue)


def _subtitle(comparison: Comparison, tongue: str) -> str:
    """The unit of measure and the years."""
    unit = comparison.unit or ("比率" if tongue == "zh" else "ratio")
    first, last = comparison.years[0], comparison.years[-1]
    span = f"{first}–{last}" if first != last else f"{first}"
    return (
        f"单位：{unit}　{span}年度"
        if tongue == "zh"
        else f"{unit}, data years {span}"
        if first != last
        else f"{unit}, data year {span}"
    )


def _below(comparison: Comparison, tongue: str, notes: str) -> list[str]:
    """What stands under the picture: gaps, then the remarks."""
    between = "；" if tongue == "zh" else "; "
    remarks = between.join(remark.text(tongue) for remark in comparison.remarks)
    return [text for text in (notes, remarks) if text]
