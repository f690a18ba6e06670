"""
Stream: a document as one string, its borders as marks of four strengths, every character's place kept.

    TABLE > ROW > CELL > LINE

A mark stands before what it opens. Grids give TABLE, ROW and CELL; lines of text give LINE, and CELL and ROW
where tabs or bars draw borders (`lines/borders.py`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple, cast

from parsers.document import Document, Grid, Paragraph
from parsers.rebuild.lines.borders import Borders, mark_line, study_borders
from parsers.rebuild.lines.foreign_lines import Marked, without_foreign_cells
from parsers.rebuild.lines.framed import FramedRow, part_rows
from parsers.rebuild.lines.wrapped import unwrap
from parsers.rebuild.marks import CELL, COVER, LINE, MARKS, ROW, ROW_ENDS, SPACE, TABLE

__all__ = ["Stream", "lay_out"]


class _Extents(NamedTuple):
    """How far the cells of a grid reach: of each row, by its number, and of the widest."""

    rows: dict[int, int]
    widest: int


class _Origin(NamedTuple):
    """Where a run of the stream comes from: a cell of a grid, or a line of text from a character on."""

    grid: Grid | None
    cell: int
    line: int
    first: int


@dataclass(frozen=True)
class Stream:
    """
    The marked text, where each part of it comes from, and what the borders of its text lines are worth.
    """

    text: str
    offsets: tuple[int, ...]
    origins: tuple[_Origin, ...] = field(repr=False)
    borders: Borders

    @cached_property
    def zones(self) -> dict[tuple[int, int, bool], tuple[Any, ...]]:
        """The runs of each zone that was cut before (`zones.py`): passes and forms ask for the same ones again."""
        return {}

    @cached_property
    def last(self) -> int:
        """The place of the last printed character; -1 when nothing is printed."""
        return len(self.text.rstrip(SPACE + MARKS)) - 1

    @cached_property
    def covers_shown(self) -> bool:
        """Whether each row is a line that shows the places its wide cells cover, so that all of a table reach equally far."""
        return self.borders.row_lines and COVER in self.text

    @cached_property
    def line_starts(self) -> dict[int, int]:
        """Where each text line begins in the stream, by its number."""
        starts: dict[int, int] = {}
        for offset, origin in zip(self.offsets, self.origins, strict=True):
            if origin.grid is None:
                starts.setdefault(origin.line, offset)
        return starts

    def lines_within(self, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
        """The numbers of the text lines that begin in one of the ranges."""
        starts = self.line_starts.items()
        return frozenset(line for line, at in starts if any(left <= at < right for left, right in spans))

    def place(self, start: int, end: int) -> str:
        """The place of the characters from `start` to before `end`, as `contracts.md` writes it."""
        at = bisect_right(self.offsets, start) - 1
        origin = self.origins[at]
        if origin.grid is not None:
            return origin.grid.place_of(origin.grid.cells[origin.cell])
        first = origin.first + start - self.offsets[at]
        return f"line={origin.line};chars={first + 1}-{max(first + 1, first + end - start)}"

    def grid_column(self, start: int) -> tuple[int, int, int] | None:
        """Grid number, first grid column and column span of the cell at `start`; None outside grids."""
        origin = self.origins[bisect_right(self.offsets, start) - 1]
        if origin.grid is None:
            return None
        cell = origin.grid.cells[origin.cell]
        return origin.grid.number, cell.column, cell.column_span

    def grid_row(self, start: int) -> tuple[int, int] | None:
        """Grid number and row of the cell at `start`, from 0; None outside grids."""
        origin = self.origins[bisect_right(self.offsets, start) - 1]
        return None if origin.grid is None else (origin.grid.number, origin.grid.cells[origin.cell].row)

    def is_headed(self, start: int) -> bool:
        """Whether words stand above the cell at `start`, in a cell of its own column and no wider; false outside grids."""
        return any(text.strip() for _, text in self.cells_above(start))

    def cells_above(self, start: int) -> Iterator[tuple[int, str]]:
        """The cells above the one at `start`, in its own column and no wider: the row of each, and its text; none outside grids."""
        origin = self.origins[bisect_right(self.offsets, start) - 1]
        if origin.grid is not None:
            cell = origin.grid.cells[origin.cell]
            for other in origin.grid.cells:
                if other.row < cell.row and other.column == cell.column and other.column_span <= cell.column_span:
                    yield other.row, other.text

    def row_extent(self, start: int) -> int:
        """How far the row at `start` reaches: the right edge of its last cell in a grid, its number of cells elsewhere."""
        origin = self.origins[bisect_right(self.offsets, start) - 1]
        if origin.grid is not None:
            return self._extents_of(origin.grid).rows[origin.grid.cells[origin.cell].row]
        left = max(self.text.rfind(mark, 0, start) for mark in ROW_ENDS)
        ends = [at for at in (self.text.find(mark, start) for mark in ROW_ENDS) if at >= 0]
        end = min(ends, default=len(self.text))
        return self.text.count(CELL, left + 1, end) + self.text.count(COVER, left + 1, end)

    def table_extent(self, start: int) -> int:
        """How far the widest row of the table at `start` reaches: of its grid, or of the rows of text that follow each other."""
        origin = self.origins[bisect_right(self.offsets, start) - 1]
        if origin.grid is not None:
            return self._extents_of(origin.grid).widest
        at = bisect_left(self._edges, start)
        first = self._edges[at - 1] + 1 if at else 0
        rows = re.split(f"[{ROW_ENDS}]", self.text[first : self.end_of_part(start)])
        return max(row.count(CELL) + row.count(COVER) for row in rows)

    def part(self, start: int) -> int:
        """In which of the tables of the lines of text a place is, by its number; a cut table is several."""
        return bisect_left(self._edges, start)

    def stands_alone(self, start: int) -> bool:
        """Whether a row of text is a table by itself, because nothing but lines without cells stands beside it."""
        at = bisect_left(self._edges, start)
        first = self._edges[at - 1] if at else 0
        return self.grid_column(start) is None and self.text.count(ROW, first, self.end_of_part(start) + 1) <= _ENDS_OF_ONE_ROW

    def end_of_part(self, start: int) -> int:
        """Where the table at a place ends: its grid, or the rows of text that follow each other."""
        at = bisect_left(self._edges, start)
        return self._edges[at] if at < len(self._edges) else len(self.text)

    def number_in_row(self, start: int) -> int:
        """How many cells, and places that wide ones cover, begin before a place in its row of cells."""
        left = max(self.text.rfind(mark, 0, start) for mark in ROW_ENDS) + 1
        return self.text.count(CELL, left, start) + self.text.count(COVER, left, start)

    def reaches_less(self, start: int) -> bool:
        """Whether the row at `start` reaches less far than the widest of its table: it may have lost a cell."""
        return self.row_extent(start) < self.table_extent(start)

    def _extents_of(self, grid: Grid) -> _Extents:
        """The extents of a grid, which is told by its identity: to compare two of them costs more than to read one."""
        if id(grid) not in self._extents:
            rows: dict[int, int] = {}
            for cell in grid.cells:
                reach = cell.column + cell.column_span
                for row in range(cell.row, cell.row + cell.row_span):
                    rows[row] = max(reach, rows.get(row, reach))
            self._extents[id(grid)] = _Extents(rows, max(rows.values()))
        return self._extents[id(grid)]

    @cached_property
    def _extents(self) -> dict[int, _Extents]:
        """What was measured before: the rows of a table ask for the same ones."""
        return {}

    @cached_property
    def _edges(self) -> tuple[int, ...]:
        """Where tables begin and end: at line breaks between rows, and at edges of grids; not at a rule between two rows of bars."""
        texts = frozenset(self.offsets)  # a rule leaves an empty text behind its mark
        edges = (match.start() for match in _EDGE.finditer(self.text))
        return tuple(at for at in edges if self.text[at] != TABLE or at + 1 not in texts)


_ENDS_OF_ONE_ROW = 3
_EDGE = re.compile(f"{ROW}(?={LINE})|{TABLE}")


class _Builder:
    """Collects pieces of the stream with their origins; used while laying out only."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.offsets: list[int] = []
        self.origins: list[_Origin] = []

    def mark(self, mark: str) -> None:
        self.pieces.append(mark)
        self.length += 1

    def text(self, text: str, origin: _Origin) -> None:
        self.offsets.append(self.length)
        self.origins.append(origin)
        self.pieces.append(text)
        self.length += len(text)


def lay_out(document: Document) -> Stream:
    """
    The document's stream.

    >>> from parsers.document import Document, Paragraph
    >>> stream = lay_out(Document((Paragraph("规章 | 0 | 2 |", 7),), "text/plain"))
    >>> stream.place(stream.text.index("2"), stream.text.index("2") + 1)
    'line=7;chars=10-10'
    """
    builder = _Builder()
    builder.text("", _Origin(None, 0, 1, 0))
    borders = study_borders([block.text for block in document.blocks if isinstance(block, Paragraph)])
    for in_grid, blocks in groupby(document.blocks, key=lambda block: isinstance(block, Grid)):
        if in_grid:
            for grid in blocks:
                _lay_grid(cast("Grid", grid), builder)
        else:
            _lay_lines(cast("list[Paragraph]", list(blocks)), borders, builder)
    builder.mark(TABLE)
    return Stream("".join(builder.pieces), tuple(builder.offsets), tuple(builder.origins), borders)


def _lay_lines(paragraphs: Sequence[Paragraph], borders: Borders, builder: _Builder) -> None:
    for mark, text, line, first in without_foreign_cells(list(_marked(paragraphs, borders))):
        builder.mark(mark)
        builder.text(text, _Origin(None, 0, line, first))


def _marked(paragraphs: Sequence[Paragraph], borders: Borders) -> Iterator[Marked]:
    """Lines of text cell by cell, each behind its mark."""
    for part in part_rows(paragraphs):
        if isinstance(part, tuple):
            yield from _framed(part)
            continue
        for strip in unwrap(part):
            for mark, text, first in mark_line(strip.text, borders):
                yield Marked(mark, text, strip.line, strip.first + first)


def _framed(row: FramedRow) -> Iterator[Marked]:
    yield Marked(ROW, "", row[0][0][1], 0)
    for cell in row:
        for at, (text, line, first) in enumerate(cell):
            yield Marked(LINE if at else CELL, text, line, first)
    yield Marked(ROW, "", row[-1][-1][1], 0)


def _lay_grid(grid: Grid, builder: _Builder) -> None:
    builder.mark(TABLE)
    pieces, offsets, length, row = builder.pieces, builder.offsets, builder.length, -1
    for cell in grid.cells:
        mark = CELL if cell.row == row else ROW + CELL
        row = cell.row
        text = cell.text.strip(" \n")
        length += len(mark)
        offsets.append(length)
        length += len(text)
        pieces.append(mark)
        pieces.append(text.replace("\n", LINE) if "\n" in text else text)
    builder.length = length
    builder.origins += [_Origin(grid, at, 0, 0) for at in range(len(grid.cells))]
    builder.mark(TABLE)
