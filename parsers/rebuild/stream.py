"""
Stream: a document as one string, its borders as marks of four strengths, every character's place kept.

    TABLE > ROW > CELL > LINE

A mark stands before what it opens. Grids give TABLE, ROW and CELL; lines of text give LINE, and CELL and ROW
where tabs or bars draw borders (`borders.py`).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from parsers.document import Document, Grid, Paragraph
from parsers.rebuild.borders import Borders, mark_line, study_borders
from parsers.rebuild.marks import CELL, LINE, MARKS, ROW, SPACE, TABLE

__all__ = ["Stream", "lay_out"]


@dataclass(frozen=True, slots=True)
class _Origin:
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
    def last(self) -> int:
        """The place of the last printed character; -1 when nothing is printed."""
        return len(self.text.rstrip(SPACE + MARKS)) - 1

    @cached_property
    def line_starts(self) -> dict[int, int]:
        """Where each text line begins in the stream, by its number."""
        starts: dict[int, int] = {}
        for offset, origin in zip(self.offsets, self.origins, strict=True):
            if origin.grid is None:
                starts.setdefault(origin.line, offset)
        return starts

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

    def packed_at(self, start: int) -> bool:
        """Whether empty cells prove no places there: text lines whose bars may be packed to the left."""
        return self.borders.packed and self.grid_column(start) is None

    def line_of(self, start: int) -> int | None:
        """The number of the text line at `start`; None inside grids."""
        origin = self.origins[bisect_right(self.offsets, start) - 1]
        return None if origin.grid is not None else origin.line


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
    for block in document.blocks:
        if isinstance(block, Paragraph):
            for mark, text, first in mark_line(block.text, borders):
                builder.mark(mark)
                builder.text(text, _Origin(None, 0, block.line, first))
        else:
            _lay_grid(block, builder)
    builder.mark(TABLE)
    return Stream("".join(builder.pieces), tuple(builder.offsets), tuple(builder.origins), borders)


def _lay_grid(grid: Grid, builder: _Builder) -> None:
    builder.mark(TABLE)
    row = -1
    for at, cell in enumerate(grid.cells):
        if cell.row != row:
            row = cell.row
            builder.mark(ROW)
        builder.mark(CELL)
        text = cell.text.strip(" \n")
        builder.text(text.replace("\n", LINE) if "\n" in text else text, _Origin(grid, at, 0, 0))
    builder.mark(TABLE)
