"""
Tables printed several pages wide, put together: the columns that lack in one grid stand in a later one, row by row.

The later grid has as many rows, its heads go on where those of the first end, and it repeats all labels or has none. Where it
has none the totals must show that its rows are those of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

from parsers.document import Block, Cell, Document, Grid, fill_rectangle
from parsers.form import NATIONAL, Table, load_forms
from parsers.rebuild.labels import core_of
from parsers.rebuild.zones import Kind, kind_of
from parsers.values import read_value

__all__ = ["with_doubted_edges", "with_whole_tables"]

_PLACE = re.compile(r"page=(\d+);.*box=([-\d.]+),([-\d.]+),([-\d.]+),([-\d.]+)")
_NEAR = 1.5
_FEWEST_ROWS = 3
_MOST_HEADS = 6
"""The heads stand in so many rows at most, titles above them counted."""
_UNKNOWN = "\ufffd"


def with_whole_tables(document: Document) -> Document:
    """The document with the parts of such tables joined into the first of them; parts that do not fit stay as they are."""
    blocks: list[Block] = list(document.blocks)
    grids = [at for at, block in enumerate(blocks) if isinstance(block, Grid) and _may_be_part(block)]
    if len(grids) < 2:
        return document
    gone: set[int] = set()
    for number, at in enumerate(grids):
        for later in grids[number + 1 :]:
            first, second = blocks[at], blocks[later]
            if at not in gone and later not in gone and isinstance(first, Grid) and isinstance(second, Grid):
                whole = _joined(first, second)
                if whole is not None:
                    blocks[at] = whole
                    gone.add(later)
    return replace(document, blocks=tuple(block for at, block in enumerate(blocks) if at not in gone)) if gone else document


def with_doubted_edges(document: Document) -> Document:
    """
    The document with a doubt on what stands at the right edge of a table that goes on to the right, on a later page of the print.

    A cell may be cut by that edge: its figure, or the last digits of it, stand on the other page then. The parts of such a table
    have their rows at the same heights, and only the first has labels.
    """
    edges = [(block, _heights(block)) for block in document.grids() if block.cells and _PLACE.match(block.cells[0].place or "")]
    cut = {
        first.number
        for at, (first, (page, heights)) in enumerate(edges)
        for second, (other, others) in edges[at + 1 :]
        if other > page and _are_alike(heights, others) and _is_labelled(first) and not _is_labelled(second)
    }
    if not cut:
        return document
    blocks = [_doubted(block) if isinstance(block, Grid) and block.number in cut else block for block in document.blocks]
    return replace(document, blocks=tuple(blocks))


def _may_be_part(grid: Grid) -> bool:
    """Whether some heads of the table, but not all, stand in the first rows of a grid."""
    top = takewhile(lambda cell: cell.row < _MOST_HEADS, grid.cells)
    found = {_heads()[core] for cell in top if cell.text and (core := core_of(cell.text)) in _heads()}
    return 0 < len(found) <= max(_heads().values())


def _heights(grid: Grid) -> tuple[int, list[float]]:
    """The page of a grid, and how high its rows begin and end."""
    places = [match for cell in grid.cells if (match := _PLACE.match(cell.place or ""))]
    return int(places[0][1]), sorted({float(height) for match in places for height in (match[3], match[5])})


def _are_alike(one: Sequence[float], two: Sequence[float]) -> bool:
    """Whether two tables begin and end at one height, and all rows of the one with fewer of them where some of the other's do."""
    few, many = sorted((one, two), key=len)
    near = all(any(abs(height - other) <= _NEAR for other in many) for height in few)
    return len(few) > _FEWEST_ROWS and near and abs(one[0] - two[0]) <= _NEAR and abs(one[-1] - two[-1]) <= _NEAR


def _is_labelled(grid: Grid) -> bool:
    return any(core_of(cell.text) in _every_label() for cell in grid.cells if cell.text and not cell.text.isdecimal())


def _doubted(grid: Grid) -> Grid:
    edge = max(cell.column + cell.column_span for cell in grid.cells)
    return Grid(
        tuple(
            cell._replace(text=cell.text.strip() + _UNKNOWN)
            if cell.column and cell.column + cell.column_span == edge and kind_of(cell.text) is not Kind.WORDS
            else cell
            for cell in grid.cells
        ),
        grid.number,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A grid that holds some columns of the table: which (from, to, in the form's order), where they begin, and its rows."""

    start: int
    end: int
    left: int
    top: int
    rows: int
    cells: Sequence[Cell]

    def labels(self, row: int) -> list[str]:
        """What stands before the figures of a row, its spans repeated in each."""
        within = [cell for cell in self.cells if cell.column < self.left and cell.row <= row < cell.row + cell.row_span]
        return [core_of(cell.text) for cell in sorted(within, key=lambda cell: cell.column)]


def _joined(first: Grid, second: Grid) -> Grid | None:
    """The first grid with the columns of the second behind its own; None where they are no parts of one table."""
    one = _part_of(first)
    if one is None or one.start or not one.left or one.end > max(_heads().values()):
        return None
    two = _part_of(second, one)
    if two is None or (two.start, two.rows) != (one.end, one.rows):
        return None
    below = range(one.top, one.rows)
    if two.left and any(one.labels(row) != two.labels(row) for row in below):
        return None
    width = max(cell.column + cell.column_span for cell in first.cells)
    moved = [
        cell._replace(column=cell.column - two.left + width, place=second.place_of(cell))
        for cell in second.cells
        if cell.column >= two.left
    ]
    cells = sorted([*first.cells, *moved], key=lambda cell: (cell.row, cell.column))
    if not two.left and not _add_up(cells, one):
        return None
    return Grid(tuple(cells), first.number)


def _add_up(cells: Sequence[Cell], part: _Part) -> bool:
    """Whether the totals of rows hold: in some row with figures, and in all but one that has all of them."""
    wide = max(_heads().values()) + 1
    rows = [[cell.text for cell in cells if cell.row == row and cell.column >= part.left] for row in range(part.top, part.rows)]
    figures = [[read_value(text).number for text in row] for row in rows if len(row) == wide]
    whole = [[number for number in row if number is not None] for row in figures if row and row[-1]]
    held = sum(sum(row[:-1]) == row[-1] for row in whole)
    return held > 0 and held >= len(whole) - 1


def _part_of(grid: Block, first: _Part | None = None) -> _Part | None:
    """What a grid is a part of, by its heads and labels, or as the part that follows the first; None where it is none."""
    if not isinstance(grid, Grid) or not any(core_of(cell.text) in _heads() for cell in grid.cells):
        return None
    labelled = [cell.row for cell in grid.cells if core_of(cell.text) in _labels()]
    top = min(labelled, default=first.top if first else 0)
    above = [cell for cell in grid.cells if cell.row < top and cell.text.strip()]
    spots = sorted((cell.column, _heads()[core_of(cell.text)]) for cell in above if core_of(cell.text) in _heads())
    order = [number for _, number in spots]
    if not order or order != list(range(order[0], order[0] + len(order))) or (first and top != first.top):
        return None
    left = spots[0][0]
    width = max(cell.column + cell.column_span for cell in grid.cells)
    apart = [column for column, _ in spots] == list(range(left, width)) and (len(labelled) > 0) == (left > 0)
    if not apart or not all(core_of(cell.text) in _heads().keys() | _over() for cell in above) or not fill_rectangle(grid.cells):
        return None
    return _Part(order[0], order[-1] + 1, left, top, max(cell.row + cell.row_span for cell in grid.cells), grid.cells)


def _tables() -> Iterator[Table]:
    """The table whose rows have many columns, as each national form prints it."""
    for form in load_forms():
        if form.scope == NATIONAL:
            yield from (table for table in form.tables if table.layout == "rows" and len(table.columns) > 1)


@lru_cache(maxsize=1)
def _heads() -> Mapping[str, int]:
    """The heads of its columns, and the number of each."""
    return {
        core_of(text): at
        for table in _tables()
        for at, column in enumerate(table.columns)
        for text in (column.zh, *column.aliases)
    }


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    """The labels of its rows that are no head."""
    return frozenset(core_of(row.zh) for table in _tables() for row in table.rows) - _heads().keys()


@lru_cache(maxsize=1)
def _every_label() -> frozenset[str]:
    """The labels of the rows of all tables that are no heads."""
    tables = [table for form in load_forms() if form.scope == NATIONAL for table in form.tables if table.layout != "groups"]
    heads = {core_of(column.zh) for table in tables for block in table.blocks for column in block.columns}
    return frozenset(core_of(row.zh) for table in tables for row in table.rows) - heads


@lru_cache(maxsize=1)
def _over() -> frozenset[str]:
    """What stands over its heads and beside them."""
    return frozenset(core_of(text) for table in _tables() for text in (*table.heads, table.note or ""))
