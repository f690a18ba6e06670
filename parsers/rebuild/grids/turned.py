"""
Tables whose rows are printed as columns, made upright: the labels of rows stand side by side, the heads below each other.

A whole table is turned, or each block of section two by itself. Only where every place of it holds one cell is it made
upright: else a row that lost one would be a column whose figures have moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise, takewhile

from parsers.document import Block, Cell, Document, Grid, fill_rectangle
from parsers.form import NATIONAL, Table, load_forms
from parsers.rebuild.labels import core_of

__all__ = ["with_upright_tables"]

_FEWEST_LABELS = 4
_MOST_LABELS = 4
"""The labels of a turned table stand in so many rows at most."""


def with_upright_tables(document: Document) -> Document:
    """
    The document with the turned tables of its grids made upright; the same document where there are none.

    >>> rows = (("第二十条第（五）项", ""), ("信息内容", "行政许可"), ("处理决定数量", "7"))
    >>> cells = (Cell(text, row, at, 1, 1, at + 1) for row, texts in enumerate(rows) for at, text in enumerate(texts))
    >>> upright = with_upright_tables(Document((Grid(tuple(cells), 1),), "text/html"))
    >>> [(cell.text, cell.row, cell.column, cell.place) for cell in next(upright.grids()).cells[3:]]
    [('处理决定数量', 1, 1, 'table=1;row=3;column=1'), ('行政许可', 2, 0, 'table=1;row=2;column=2'), ('7', 2, 1, 'table=1;row=3;column=2')]
    """
    blocks: list[Block] = [_upright(block) if isinstance(block, Grid) else block for block in document.blocks]
    changed = any(new is not old for new, old in zip(blocks, document.blocks, strict=True))
    return replace(document, blocks=tuple(blocks)) if changed else document


def _upright(grid: Grid) -> Grid:
    first = [cell for cell in takewhile(lambda cell: cell.row < _MOST_LABELS, grid.cells) if core_of(cell.text) in _labels()]
    across = {cell.column for cell in first}
    if len(across) >= _FEWEST_LABELS:
        labels = [cell for cell in grid.cells if core_of(cell.text) in _labels()]
        if len({cell.column for cell in labels}) > 2 * len({cell.row for cell in labels}):
            return Grid(tuple(_turned(grid, grid.cells, 0)), grid.number) if fill_rectangle(grid.cells) else grid
    openings = _openings()
    if not any(
        left.row == right.row and core_of(left.text) in _corners() and core_of(right.text) in _labels()
        for left, right in pairwise(grid.cells)
        if left.text[:1] in openings
    ):
        return grid
    cells: list[Cell] = []
    bottom = 0
    for part in _parts(grid.cells):
        top = min(cell.row for cell in part)
        turned = _is_turned(part) and fill_rectangle(part)
        cells += _turned(grid, part, bottom) if turned else _moved(grid, part, bottom - top)
        bottom = max(cell.row + cell.row_span for cell in cells)
    return Grid(tuple(cells), grid.number) if len(cells) != len(grid.cells) or cells != list(grid.cells) else grid


def _parts(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """The cells by rows: each title of a block by itself, and what stands between two of them."""
    filled = Counter(cell.row for cell in cells if cell.text.strip())
    titles = {cell.row for cell in cells if filled[cell.row] == 1 and core_of(cell.text) in _titles()}
    part: list[Cell] = []
    for cell in cells:
        if part and cell.row != part[-1].row and (cell.row in titles or part[-1].row in titles):
            yield part
            part = []
        part.append(cell)
    if part:
        yield part


def _is_turned(part: Sequence[Cell]) -> bool:
    """Whether labels of rows stand behind the first head of a block, and heads of columns, but no label, below it."""
    corner = part[0]
    beside = [cell for cell in part if cell.row == corner.row and cell is not corner and cell.text.strip()]
    below = [cell for cell in part if cell.column == corner.column and cell is not corner and cell.text.strip()]
    return (
        core_of(corner.text) in _corners()
        and len(beside) > 0 < len(below)
        and all(core_of(cell.text) in _labels() for cell in beside)
        and all(core_of(cell.text) in _columns() for cell in below)
    )


def _turned(grid: Grid, cells: Sequence[Cell], top: int) -> Iterator[Cell]:
    """Cells with their rows as columns, from a row on, each with the place where it is printed; empty columns are left out."""
    filled = {cell.column for cell in cells if cell.text.strip()}
    columns = {column: at for at, column in enumerate(sorted(filled), top)}
    rows = {row: at for at, row in enumerate(sorted({cell.row for cell in cells}))}
    placed = [
        cell._replace(
            row=columns[cell.column],
            column=rows[cell.row],
            row_span=sum(cell.column <= column < cell.column + cell.column_span for column in columns),
            column_span=sum(cell.row <= row < cell.row + cell.row_span for row in rows),
            place=grid.place_of(cell),
        )
        for cell in cells
        if cell.column in columns
    ]
    yield from sorted(placed, key=lambda cell: (cell.row, cell.column))


def _moved(grid: Grid, cells: Sequence[Cell], down: int) -> Iterator[Cell]:
    return (cell if down == 0 else cell._replace(row=cell.row + down, place=grid.place_of(cell)) for cell in cells)


def _tables() -> list[Table]:
    tables = [table for form in load_forms() if form.scope == NATIONAL for table in form.tables]
    return [table for table in tables if table.layout != "groups"]


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    """The labels of rows that are no head of a column."""
    rows = [row for table in _tables() for row in table.rows]
    return frozenset(core_of(text) for row in rows for text in (row.zh, *row.aliases)) - _columns()


@lru_cache(maxsize=1)
def _columns() -> frozenset[str]:
    columns = [column for table in _tables() for block in table.blocks for column in block.columns]
    return frozenset(core_of(text) for column in columns for text in (column.zh, *column.aliases))


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    return frozenset(core_of(block.title) for table in _tables() for block in table.blocks if block.title)


@lru_cache(maxsize=1)
def _corners() -> frozenset[str]:
    return frozenset(core_of(table.heads[0]) for table in _tables() if table.layout == "blocks")


@lru_cache(maxsize=1)
def _openings() -> frozenset[str]:
    return frozenset(corner[0] for corner in _corners())
