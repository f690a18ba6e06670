"""Pages drawn on purpose: rules, and marks that stand for print."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from parsers.readers._recognise import Gray

__all__ = ["drawn", "paper", "printed", "ruled"]


def paper(high: int = 1400, wide: int = 1200) -> Gray:
    return np.full((high, wide), 255, np.uint8)


def ruled(page: Gray, rows: Sequence[int], columns: Sequence[int], *, skip: Sequence[tuple[int, int]] = ()) -> Gray:
    """Lines at these places; `skip` leaves out the plumb line right of a row's column."""
    for row in rows:
        page[row - 1 : row + 2, columns[0] : columns[-1] + 1] = 0
    for at, column in enumerate(columns):
        for number, (top, bottom) in enumerate(pairwise(rows)):
            if (number, at) not in skip:
                page[top : bottom + 1, column - 1 : column + 2] = 0
    return page


def printed(page: Gray, x: int, y: int, many: int, *, size: int = 24) -> Gray:
    """A line of marks, each as high as print, with the gaps of characters."""
    for at in range(many):
        left = x + at * (size + 4)
        page[y : y + size, left : left + 5] = 0
        page[y : y + 5, left : left + size - 4] = 0
        page[y + size - 5 : y + size, left : left + size - 4] = 0
    return page


def drawn() -> Gray:
    page = ruled(paper(), (400, 470, 540, 610), (150, 450, 750, 1050))
    for top in (420, 490, 560):
        for left in (180, 480, 780):
            printed(page, left, top, 3)
    printed(page, 300, 200, 14)
    return printed(page, 150, 800, 20)
