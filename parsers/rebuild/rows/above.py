"""
Figures that stand above the label of their row: the first of them stand before the first label of the table.

What stands below a label of such a table is the next row's, and as many rows of figures as labels seem to follow each other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from parsers.rebuild.found import Found
from parsers.rebuild.marks import LINE, MARKS, ROW_ENDS, SPACE
from parsers.rebuild.rows.unlabelled import Unit
from parsers.rebuild.zones import Kind, kind_of

__all__ = ["NOTE", "figures_above", "stand_above"]

NOTE = "the figures stand above the labels of their rows, and what stands below a label is the next row's"

_MOST_WORDS = 0.4
"""Of what stands in a row so much may be words in the place of figures."""
_PARTED = re.compile(f"[{SPACE}{MARKS}]+")


def stand_above(found: Found, units: Sequence[Unit], width: int) -> bool:
    """
    Whether figures stand above the first label of a table of rows, and beside few of its labels.

    Where a row holds several, a single one may be the number of a page.
    """
    labels = [(unit.label, unit) for unit in units if unit.label is not None and unit.label.label.kind == "row"]
    if not labels or 2 * sum(_is_beside(found, unit) for _, unit in labels) >= len(labels):
        return False
    return figures_above(found, labels[0][0].first, fewest=min(width, 2))


def figures_above(found: Found, label: int, *, fewest: int) -> bool:
    """Whether so many figures, and few words, stand in the line, or the row of a grid, right above a label."""
    text = found.stream.text
    end = len(text[:label].rstrip(SPACE + MARKS))
    if not end:
        return False
    ends = ROW_ENDS if found.stream.grid_column(end - 1) is not None else LINE + ROW_ENDS
    start = max(text.rfind(mark, 0, end) for mark in ends) + 1
    before = bisect_left(found.starts, label)
    if any(mark in text[end:label] for mark in ends) and (before == 0 or found.hits[before - 1].end <= start):
        tokens = [token for token in _PARTED.split(text[start:end]) if token]
        figures = [token for token in tokens if kind_of(token) is Kind.FIGURE]
        printed = any(map(str.isdigit, text[start:end])) and len(tokens) - len(figures) <= _MOST_WORDS * len(tokens)
        return printed and len(figures) >= fewest and not _count(figures)
    return False


def _count(figures: Sequence[str]) -> bool:
    """Whether figures count from 1 or from 0: the numbers of columns."""
    return len(figures) > 1 and any(figures == [str(first + at) for at in range(len(figures))] for first in (0, 1))


def _is_beside(found: Found, unit: Unit) -> bool:
    """Whether the figures of a row stand on the line, or in the row of the grid, on which its label ends."""
    if unit.row is None or unit.label is None or not unit.run.pieces:
        return False
    between = found.stream.text[unit.label.end : unit.run.pieces[0].start]
    return unit.run.same_row if unit.run.bordered else LINE not in between
