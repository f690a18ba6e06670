"""
Rows cut by a page break, made whole: what stands above the break and what stands below it are one row of cells.

Printers cut a row anywhere: half its label above, the rest below, its figures on either side. Only the form shows
that such halves are one row: a label of the form that begins above and ends below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from parsers.document import Block, Cell, Document, Grid
from parsers.form import NATIONAL, load_forms
from parsers.rebuild.found import labels_of
from parsers.rebuild.labels import compact

__all__ = ["join_cut_rows"]

_PLACE = re.compile(r"page=(\d+);.*box=([-\d.]+),[-\d.]+,([-\d.]+),[-\d.]+")
_NEAR = 6.0
_SHARE = 0.2
_FIGURE = re.compile(r"[-+]?[\d.,０-９／/—–-]+")
_UNKNOWN = "\ufffd"
_MOST_MARGINAL, _LONGEST_MARGINAL = 4, 60
"""So many lines, and so long, may be the foot of one page and the head of the next."""


class _Half(NamedTuple):
    """A cell at a break, the page it stands on, and its sides."""

    cell: Cell
    left: float
    right: float

    def moved(self, by: float) -> _Half:
        """The same so far to the right."""
        return self._replace(left=self.left + by, right=self.right + by)


def join_cut_rows(document: Document) -> Document:
    """The document with the rows that page breaks cut made whole; the same document where there are none."""
    if not any(_page(grid.cells[0]) for grid in document.grids() if grid.cells):
        return document
    blocks: list[Block] = []
    for block in document.blocks:
        at = _table_before(blocks) if isinstance(block, Grid) else None
        if at is None or not isinstance(block, Grid):
            blocks.append(block)
            continue
        before = blocks.pop(at)
        above, below = _joined(before, block) if isinstance(before, Grid) else (before, block)
        between = len(blocks) if above != before else at  # what stood between was the margin of the page
        blocks.insert(between, above)
        if below.cells:
            blocks.append(below)
    return replace(document, blocks=tuple(blocks))


def _table_before(blocks: Sequence[Block]) -> int | None:
    """Where the last table is, if nothing but the head and the foot of a page can stand behind it."""
    for at in range(len(blocks) - 1, max(-1, len(blocks) - _MOST_MARGINAL - 2), -1):
        block = blocks[at]
        if isinstance(block, Grid):
            return at
        if len("".join(block.text.split())) > _LONGEST_MARGINAL:
            return None
    return None


def _joined(above: Grid, below: Grid) -> tuple[Grid, Grid]:
    aside = _aside(above, below)
    if aside is None:
        return above, below
    first = _first_row(above, below)
    bottom = max(cell.row + cell.row_span for cell in above.cells)
    ends = list(_halves(cell for cell in above.cells if cell.row + cell.row_span == bottom))
    starts = [half.moved(-aside) for half in _halves(cell for cell in below.cells if cell.row == first)]
    pairs = [(upper, lower) for lower in starts if (upper := _over(lower, ends)) is not None]
    if not any(lower.cell.text.strip() for lower in starts):
        return above, _without_row(below, first) if len(pairs) == len(starts) > 1 else below
    if any(upper.cell.text.strip() and lower.cell.text.strip() and _is_figure(lower.cell.text) for upper, lower in pairs):
        return above, below
    if len(pairs) == len(starts) > 1 and any(_label_crosses(upper.cell.text, lower.cell.text) for upper, lower in pairs):
        whole = {upper.cell: _whole(upper.cell, lower.cell) for upper, lower in pairs}
        return _replaced(above, whole), _without_row(below, first)
    if any(_names_a_row(lower.cell.text) for lower in starts) or not any(_is_figure(lower.cell.text) for lower in starts):
        return above, below
    # Figures without a label above them may be those of the row before the break.
    return _replaced(
        above, {upper.cell: upper.cell._replace(text=_UNKNOWN) for upper in ends if not upper.cell.text.strip()}
    ), below


def _aside(above: Grid, below: Grid) -> float | None:
    """
    How far to the right of the first the second grid stands, where it can go on with it; None where it cannot.

    That is on another page, whose margins may be others, or in the next column of one page.
    """
    one, two = list(_halves(above.cells)), list(_halves(below.cells))
    if not one or not two:
        return None
    beside = min(half.left for half in two) >= max(half.right for half in one)
    if _page(one[0].cell) == _page(two[0].cell) and not beside:
        return None
    return max(half.right for half in two) - max(half.right for half in one)


def _page(cell: Cell) -> str | None:
    match = _PLACE.match(cell.place or "")
    return match[1] if match else None


def _halves(cells: Iterable[Cell]) -> Iterator[_Half]:
    for cell in cells:
        match = _PLACE.match(cell.place or "")
        if match:
            yield _Half(cell, float(match[2]), float(match[3]))


def _over(lower: _Half, ends: Sequence[_Half]) -> _Half | None:
    """The cell above that has the same right side; labels may widen to the left after a break."""
    nearest = min(ends, key=lambda upper: abs(upper.right - lower.right), default=None)
    near = max(_NEAR, _SHARE * (lower.right - lower.left))  # the pages of a scan do not lie alike
    return nearest if nearest is not None and abs(nearest.right - lower.right) <= near else None


def _first_row(above: Grid, below: Grid) -> int:
    """The first row below the break that is no heading printed again."""
    printed = {_row_text(above, row) for row in {cell.row for cell in above.cells}}
    row = 0
    while (text := _row_text(below, row)) and text in printed and not any(map(_is_figure, text)):
        row += 1
    return row


def _row_text(grid: Grid, row: int) -> tuple[str, ...]:
    return tuple(text for cell in grid.cells if cell.row == row and (text := compact(cell.text).text))


def _is_figure(text: str) -> bool:
    return _FIGURE.fullmatch(text.strip()) is not None


@lru_cache(maxsize=1)
def _spellings() -> frozenset[str]:
    """The labels of all rows of the national forms, with their notes and without."""
    found: set[str] = set()
    for form in load_forms():
        if form.scope == NATIONAL:
            found.update(core for label in labels_of(form.name) if label.kind == "row" for core in label.cores)
            for table in form.tables:
                found.update(compact(spelling).text for row in table.rows for spelling in (row.zh, *row.aliases))
    return frozenset(found)


def _label_crosses(upper: str, lower: str) -> bool:
    """Whether a label of the form begins in one text and ends in the other."""
    start, end = compact(upper).text, compact(lower).text
    if not start or not end:
        return False
    for spelling in _spellings():
        for cut in range(1, len(spelling)):
            if start.endswith(spelling[:cut]) and end.startswith(spelling[cut:]):
                return True
    return False


def _names_a_row(text: str) -> bool:
    words = compact(text).text
    return any(spelling in words for spelling in _spellings())


def _whole(upper: Cell, lower: Cell) -> Cell:
    """The cell above with what stands below it; its place is where its figure stands."""
    if not upper.text.strip():
        return upper._replace(text=lower.text, place=lower.place)
    return upper._replace(text=f"{upper.text}\n{lower.text}") if lower.text.strip() else upper


def _replaced(grid: Grid, whole: dict[Cell, Cell]) -> Grid:
    return Grid(tuple(whole.get(cell, cell) for cell in grid.cells), grid.number) if whole else grid


def _without_row(grid: Grid, row: int) -> Grid:
    """The grid without the cells that stand only in one row; a taller cell loses its first line of the grid."""
    kept = (
        cell._replace(row=row + 1, row_span=cell.row_span - 1) if cell.row == row and cell.row_span > 1 else cell
        for cell in grid.cells
        if cell.row != row or cell.row_span > 1
    )
    return Grid(tuple(sorted(kept, key=lambda cell: (cell.row, cell.column))), grid.number)
