"""
Columns that no form has: the numbers of rows (行次, 序号) and remarks (备注).

Each is told by its head and by what stands under it, and is taken out of a grid before a table is read: its numbers would
count as figures, its dashes as cells. A row that does not reach as far as its heads has lost a cell, or has one too many:
then a number may stand where a figure was, and no cell of the row is read. For lines of text see `lines/foreign_lines.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from parsers.document import Block, Cell, Document, Grid
from parsers.values import read_value

__all__ = ["NUMBERS", "REMARKS", "GridRow", "Sorted", "is_head", "number_of", "without_foreign_columns", "word_of"]

NUMBERS = frozenset({"行次", "行号", "序号", "编号", "次序", "代码", "指标代码"})
REMARKS = frozenset({"备注", "附注", "备考", "说明", "情况说明"})
_FIRST = frozenset(word[0] for word in NUMBERS | REMARKS)

GridRow = tuple[int, int]
"""The number of a grid, and a row of it, from 0."""


class Sorted(NamedTuple):
    """A document without its foreign columns, and the rows of its grids where they could not be told from the form's."""

    document: Document
    doubted: frozenset[GridRow]


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of a grid from the head of a foreign column to the next head of one, and the columns that the head takes up."""

    rows: range
    head: Cell

    @property
    def left(self) -> int:
        return self.head.column

    @property
    def right(self) -> int:
        return self.head.column + self.head.column_span


def without_foreign_columns(document: Document) -> Sorted:
    """
    The document without the columns of its grids that no form has; the same document where there are none.

    >>> rows = (("信息内容", "行次", "数量"), ("行政许可", "1", "7"))
    >>> cells = (Cell(text, row, at, 1, 1, at + 1) for row, texts in enumerate(rows) for at, text in enumerate(texts))
    >>> document, doubted = without_foreign_columns(Document((Grid(tuple(cells), 1),), "text/html"))
    >>> [(cell.text, cell.column, cell.order) for cell in next(document.grids()).cells], doubted
    ([('信息内容', 0, 1), ('数量', 1, 3), ('行政许可', 0, 1), ('7', 1, 3)], frozenset())
    """
    blocks: list[Block] = []
    doubted: set[GridRow] = set()
    changed = False
    for block in document.blocks:
        heads = [cell for cell in block.cells if cell[0][:1] in _FIRST and is_head(cell.text)] if isinstance(block, Grid) else []
        if isinstance(block, Grid) and heads:
            cells: Sequence[Cell] = block.cells
            for part in _parts(block, heads):
                cells, lost = _without(cells, part)
                doubted.update((block.number, row) for row in lost)
            changed = changed or cells is not block.cells
            block = Grid(tuple(cells), block.number)  # noqa: PLW2901 - the same table with fewer cells
        blocks.append(block)
    return Sorted(replace(document, blocks=tuple(blocks)) if changed else document, frozenset(doubted))


def is_head(text: str) -> bool:
    """Whether a cell is the head of a column of numbers or of remarks."""
    return text[:1] in _FIRST and word_of(text) in NUMBERS | REMARKS


def word_of(text: str) -> str:
    """A cell's text without its blanks: 备 注 is printed too."""
    return "".join(text.split())


def number_of(text: str) -> int | None:
    """The number that a cell prints, -1 for a fraction; None for words, nothing, and marks for nothing."""
    if text.strip().isdecimal():
        return int(text)
    number = read_value(text).number
    return None if number is None else int(number) if number % 1 == 0 else -1


def _parts(grid: Grid, heads: Sequence[Cell]) -> Iterator[_Part]:
    """Each head with its rows, and the row of a title above it; the last column first, so that the others stay where they are."""
    filled = Counter(cell.row for cell in grid.cells if cell.text.strip())
    end = max(cell.row + cell.row_span for cell in grid.cells)
    parts = []
    for head in heads:
        start = head.row - 1 if head.row and filled[head.row - 1] == 1 else head.row
        below = [other.row for other in heads if other.row > head.row]
        stop = min(below, default=end)
        stop -= stop < end and filled[stop - 1] == 1
        parts.append(_Part(range(start, max(stop, head.row + 1)), head))
    yield from sorted(parts, key=lambda part: -part.left)


def _without(cells: Sequence[Cell], part: _Part) -> tuple[Sequence[Cell], Set[int]]:
    """
    The cells of a grid without those of a foreign column in some rows, and the rows of these that may have lost a cell.

    All cells, and all of the rows, where what stands under the head is not what the head says.
    """
    reach: dict[int, int] = {}
    for cell in cells:
        for row in range(cell.row, cell.row + cell.row_span):
            reach[row] = max(reach.get(row, 0), cell.column + cell.column_span)
    whole = {row for row in part.rows if reach.get(row) == reach[part.head.row]}
    within = [
        cell for cell in cells if cell.row in whole and cell.column < part.right and part.left < cell.column + cell.column_span
    ]
    inside = [cell for cell in within if part.left <= cell.column and cell.column + cell.column_span <= part.right]
    over = [cell for cell in within if cell not in inside]
    covered = {row for cell in within for row in range(cell.row, cell.row + cell.row_span)}
    lost = set(part.rows) - (whole & covered)
    across = (cell for cell in cells if cell.row_span > 1 and cell.column + cell.column_span > part.left)
    cut = any(cell.row < edge < cell.row + cell.row_span for cell in across for edge in (part.rows.start, part.rows.stop))
    if cut or any(number_of(cell.text) is not None for cell in over) or not _are_foreign(inside, part.head, lost):
        return cells, set(part.rows)
    filled = Counter(cell.row for cell in cells if cell.text.strip())
    titles = {cell.row: cell.text for cell in inside if cell.row + 1 == part.head.row and filled[cell.row] == 1}
    kept = (
        cell._replace(text=titles[cell.row]) if cell.row in titles and cell.column == part.right else cell
        for cell in cells
        if cell not in inside
    )
    return [_moved(cell, part) if cell.row in part.rows else cell for cell in kept], lost


def _moved(cell: Cell, part: _Part) -> Cell:
    if cell.column >= part.right:
        return cell._replace(column=cell.column - (part.right - part.left))
    gone = max(0, min(part.right, cell.column + cell.column_span) - max(part.left, cell.column))
    return cell._replace(column_span=max(1, cell.column_span - gone))


def _are_foreign(inside: Sequence[Cell], head: Cell, lost: Set[int]) -> bool:
    """Whether the cells under a head are what it says: remarks without a figure, or numbers that count the rows one by one."""
    numbered = [(number, cell.row) for cell in inside if (number := number_of(cell.text)) is not None]
    if not numbered or word_of(head.text) in REMARKS:
        return not numbered
    numbered.sort(key=lambda item: item[1])
    return numbered[0][0] >= 0 and all(
        0 < number - before <= 1 + sum(above < row < below for row in lost)
        for (before, above), (number, below) in pairwise(numbered)
    )
