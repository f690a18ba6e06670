"""Document: what every reader makes of its format, ordered blocks of text lines and grids with places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Block", "Cell", "Document", "Grid", "Paragraph", "Picture", "fill_rectangle"]


class Paragraph(NamedTuple):
    """One line of text outside a grid; `line` is its number in the document, from 1."""

    text: str
    line: int
    heading: bool = False


class Cell(NamedTuple):
    """
    One printed cell, anchored once however far it spans.

    `row` and `column` are its grid position (from 0, spans expanded), `order` the number of the cell in its
    row of the source, from 1. `text` keeps line breaks inside the cell as newlines. `place` is set only where
    the place is not simply table, row and order (a cell with a box on a page).
    """

    text: str
    row: int
    column: int
    row_span: int
    column_span: int
    order: int
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """
    One table: cells in the source's own order, row by row.

    `number` counts the tables of the document from 1. Places read `table=3;row=12;column=5`.

    >>> grid = Grid((Cell("a", 0, 0, 1, 1, 1), Cell("7", 0, 1, 1, 1, 2)), 3)
    >>> grid.place_of(grid.cells[1])
    'table=3;row=1;column=2'
    """

    cells: tuple[Cell, ...]
    number: int

    def place_of(self, cell: Cell) -> str:
        """The place of a cell as `contracts.md` writes it."""
        return cell.place or f"table={self.number};row={cell.row + 1};column={cell.order}"


def fill_rectangle(cells: Iterable[Cell]) -> bool:
    """
    Whether cells hold every place of a rectangle once: then none of them was lost, and none is one too many.

    >>> fill_rectangle([Cell("a", 0, 0, 2, 1, 1), Cell("7", 0, 1, 1, 1, 2)])
    False
    """
    places = Counter(
        (row, column)
        for cell in cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    )
    rows, columns = {row for row, _ in places}, {column for _, column in places}
    return len(places) == len(rows) * len(columns) and max(places.values(), default=0) == 1


Block = Paragraph | Grid


class Picture(NamedTuple):
    """A picture that a document shows, large enough to hold a table, and how many blocks stand before it."""

    after: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """
    Ordered blocks of one document, and what its reader learned of the file.

    `title` is what the file itself calls its title (an HTML title element, a core property); it may be empty.
    `meta` holds the pairs a page declares of itself (official meta elements, the table of 索引号 and 发布机构).
    `media_type` is what the content is. `notes` are remarks of the reader, such as the charset declared and used.
    `pictures` are looked at only when the blocks hold no statutory table. `along` are the frames and pictures that were read
    as part of it, without which its own bytes do not tell it from another.
    """

    blocks: tuple[Block, ...]
    media_type: str
    title: str = ""
    meta: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = field(default=())
    pictures: tuple[Picture, ...] = ()
    along: tuple[bytes, ...] = ()

    def paragraphs(self) -> Iterator[Paragraph]:
        """The lines outside grids, in order."""
        return (block for block in self.blocks if isinstance(block, Paragraph))

    def grids(self) -> Iterator[Grid]:
        """The grids, in order."""
        return (block for block in self.blocks if isinstance(block, Grid))
