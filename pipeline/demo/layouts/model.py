"""
The page as printed, between a sheet and its bytes: lines and plates, and plates are rows of boxes with spans.

A damage is a function Page -> Page, a writer a function Page -> Rendering, so any two damages compose and any
writer prints the result. Each figure box carries the cells that it prints and whether it is `sure`: its value,
its place and its borders are all still there. Only sure boxes make up the `kept` of a rendering, and a damage or a
writer that spoils any of the three must say so by taking the mark away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import NamedTuple

from parsers.form import Block, Column, Row, Table
from pipeline.demo.sheet import Sheet

__all__ = [
    "Box", "Damage", "Evidence", "Kind", "Layout", "Line", "Page", "Plate", "PlateRow", "Printed", "Rendering", "Slot", "Writer",
    "figures_of", "lay_out", "map_boxes", "map_rows", "printed_box", "rendered", "spread", "unsure",
]  # fmt: skip


class Kind(StrEnum):
    """What a box holds."""

    TITLE = "title"
    CORNER = "corner"
    HEAD = "head"
    GROUP = "group"
    LABEL = "label"
    UNIT = "unit"
    FIGURE = "figure"
    EMPTY = "empty"


class Printed(NamedTuple):
    """One cell of the form as it is printed."""

    address: str
    text: str


class Box(NamedTuple):
    """
    One cell of the printed table. `code` is the row or column that a label or head names.

    A figure box normally prints one cell; where borders are gone it prints several, and a row that the form does
    not have prints figures of no cell. `merged` marks one that stands where several stood: text has no sign for its
    span, since a bar more would be a blank cell.
    """

    kind: Kind
    text: str
    rows: int = 1
    columns: int = 1
    code: str = ""
    cells: tuple[Printed, ...] = ()
    sure: bool = True
    merged: bool = False


PlateRow = tuple[Box, ...]


class Plate(NamedTuple):
    """One printed table: rows of anchored boxes, each `width` columns wide with what spans into it."""

    table: str
    rows: tuple[PlateRow, ...]
    width: int


class Line(NamedTuple):
    """A line outside tables."""

    text: str
    heading: bool = False


@dataclass(frozen=True)
class Page:
    """One report as laid out: title, county's unit, year, the blocks in order, and every address the form has."""

    title: str
    unit: str
    year: int
    blocks: tuple[Line | Plate, ...]
    addresses: tuple[str, ...]

    def plates(self) -> Iterator[Plate]:
        """The tables, in order."""
        return (block for block in self.blocks if isinstance(block, Plate))

    def map_plates(self, change: Callable[[Plate], Plate]) -> Page:
        """The page with every table changed."""
        return replace(self, blocks=tuple(change(block) if isinstance(block, Plate) else block for block in self.blocks))

    def boxes(self) -> Iterator[Box]:
        """All boxes, in order."""
        return (box for plate in self.plates() for row in plate.rows for box in row)


@dataclass(frozen=True)
class Rendering:
    """
    The bytes of a document, and what it still says.

    `printed`: the text that the document shows for a cell, "" for a blank one, None where it has no such cell any
    more. `kept`: the addresses whose value, place and borders are kept, so that a right reader returns them as
    printed; every other one must be read as open, or right.
    """

    data: bytes
    name: str
    printed: Mapping[str, str | None]
    kept: frozenset[str]


class Evidence(StrEnum):
    """What a reader goes by: a damage needs some of it left, and spoils some of it for a second damage."""

    GRID = "grid"  # cells with positions and spans
    MARKS = "marks"  # every cell has a border that can be seen
    BARS = "bars"  # the borders are bars
    SHAPE = "shape"  # the writer prints tables of any shape
    BLANKS = "blanks"  # a cell may hold a blank character
    HEADS = "heads"  # column heads stand whole over their figures
    LINES = "lines"  # a line in a cell is a row of a stack, not a piece of a text
    WIDE = "wide"  # review and litigation stand in one row of fifteen
    ORDER = "order"  # rows can be told by their order, because all of them and no others are there


class Damage(NamedTuple):
    """A change of the page; `stage` orders two damages: texts first, spans last."""

    name: str
    family: str
    stage: int
    change: Callable[[Page, Random], Page]
    needs: frozenset[Evidence] = frozenset()
    spoils: frozenset[Evidence] = frozenset()
    loses: str = ""


class Writer(NamedTuple):
    """A way to print a page; `offers` is the evidence that it keeps."""

    name: str
    family: str
    write: Callable[[Page, Random], Rendering]
    offers: frozenset[Evidence]
    loses: str = ""


@dataclass(frozen=True)
class Layout:
    """One way to print a report: a writer after some damages. `loses` says what is lost; empty when every value is kept."""

    name: str
    family: str
    writer: Writer
    damages: tuple[Damage, ...] = ()

    @property
    def loses(self) -> str:
        """What of values, places or borders the layout loses; empty for one that keeps them all."""
        lost = [*(damage.loses for damage in self.damages), self.writer.loses]
        return ", ".join(dict.fromkeys(filter(None, lost)))

    def render(self, sheet: Sheet, random: Random) -> Rendering:
        """The sheet printed in this layout; the same sheet and seed give the same bytes."""
        page = lay_out(sheet)
        for damage in sorted(self.damages, key=lambda item: item.stage):
            page = damage.change(page, random)
        return self.writer.write(page, random)

    def possible(self) -> bool:
        """Whether every damage finds the evidence that it needs, after the writer and the other damages."""
        for at, damage in enumerate(self.damages):
            others = (spoilt for other in (*self.damages[:at], *self.damages[at + 1 :]) for spoilt in other.spoils)
            if not damage.needs <= (self.writer.offers | {Evidence.HEADS, Evidence.LINES, Evidence.ORDER, Evidence.WIDE}) - set(
                others
            ):
                return False
        return True


# --- what a page says -----------------------------------------------------------------------------


def rendered(page: Page, content: bytes, name: str, *, doubtful: Collection[str] = ()) -> Rendering:
    """The rendering of a page whose writer made these bytes; `doubtful` addresses are not kept by the writer."""
    printed: dict[str, str | None] = dict.fromkeys(page.addresses)
    kept = set()
    for box in page.boxes():
        for cell in box.cells:
            printed[cell.address] = cell.text
            if box.sure:
                kept.add(cell.address)
    return Rendering(content, name, printed, frozenset(kept.difference(doubtful)))


def map_boxes(page: Page, change: Callable[[Box], Box]) -> Page:
    """The page with every box changed."""
    return map_rows(page, lambda row: tuple(change(box) for box in row))


def map_rows(page: Page, change: Callable[[PlateRow], PlateRow], *, table: str | None = None) -> Page:
    """The page with every row of its tables, or of one table, changed."""
    return page.map_plates(
        lambda plate: plate._replace(rows=tuple(change(row) for row in plate.rows)) if table in (None, plate.table) else plate
    )


def figures_of(row: PlateRow) -> list[Box]:
    """The figure boxes of a row that print cells of the form."""
    return [box for box in row if box.cells]


def unsure(row: PlateRow) -> PlateRow:
    """The row with none of its figures sure any more."""
    return tuple(box._replace(sure=False) if box.kind is Kind.FIGURE else box for box in row)


def printed_box(box: Box, text: str) -> Box:
    """A figure box that prints another text in its one cell."""
    return box._replace(text=text, cells=tuple(cell._replace(text=text) for cell in box.cells))


class Slot(NamedTuple):
    """One position of the grid: the box that covers it, and whether it is the box's first row and column."""

    box: Box
    first_row: bool
    first_column: bool


def spread(plate: Plate) -> list[list[Slot]]:
    """The grid row by row, spans expanded; a row is as long as its boxes reach."""
    grid: list[list[Slot]] = []
    open_spans: dict[int, tuple[Box, int, int]] = {}
    for row in plate.rows:
        slots: list[Slot] = []
        waiting = list(row)
        while waiting or len(slots) in open_spans:
            at = len(slots)
            if at in open_spans:
                box, left, first = open_spans.pop(at)
                slots.append(Slot(box, first_row=False, first_column=at == first))
                if left > 1:
                    open_spans[at] = (box, left - 1, first)
                continue
            box = waiting.pop(0)
            for offset in range(box.columns):
                slots.append(Slot(box, first_row=True, first_column=offset == 0))
                if box.rows > 1:
                    open_spans[at + offset] = (box, box.rows - 1, at)
        grid.append(slots)
    return grid


# --- from a sheet to a page -----------------------------------------------------------------------


def lay_out(sheet: Sheet) -> Page:
    """The page of a sheet as the statutory form prints it, with its spans."""
    blocks: list[Line | Plate] = [Line(text) for text in sheet.opening]
    for part in sheet.parts:
        blocks.append(Line(part.heading, heading=True))
        blocks.extend(Line(text) for text in part.paragraphs)
        if part.table is not None:
            blocks.append(_PLATES[sheet.table(part.table).layout](sheet, sheet.table(part.table)))
    return Page(sheet.title, sheet.unit, sheet.year, tuple(blocks), tuple(sheet.cells))


def _figure(sheet: Sheet, table: Table, row: Row, column: Column, columns: int = 1) -> Box:
    address = f"{table.code}.{row.code}.{column.code}"
    text = sheet.cells[address]
    return Box(Kind.FIGURE, text, columns=columns, cells=(Printed(address, text),))


def _block_plate(sheet: Sheet, table: Table) -> Plate:
    width = 1 + max(len(block.columns) for block in table.blocks)
    rows: list[PlateRow] = []
    for block in table.blocks:
        rows.append((Box(Kind.TITLE, block.title, columns=width),))
        last = width - len(block.columns)  # the last cell takes what the block leaves over
        spans = [1] * (len(block.columns) - 1) + [last]
        heads = (
            Box(Kind.HEAD, column.zh, columns=span, code=column.code) for column, span in zip(block.columns, spans, strict=True)
        )
        rows.append((Box(Kind.HEAD, table.heads[0]), *heads))
        for row in block.rows:
            figures = (_figure(sheet, table, row, column, span) for column, span in zip(block.columns, spans, strict=True))
            rows.append((Box(Kind.LABEL, row.zh, code=row.code), *figures))
    return Plate(table.code, tuple(rows), width)


def _row_plate(sheet: Sheet, table: Table) -> Plate:
    return _nested_plate(sheet, table) if table.note else _flat_plate(sheet, table)


def _flat_plate(sheet: Sheet, table: Table) -> Plate:
    heads = (
        *(Box(Kind.HEAD, text) for text in table.heads),
        *(Box(Kind.HEAD, column.zh, code=column.code) for column in table.columns),
    )
    rows: list[PlateRow] = [heads]
    for row in table.rows:
        label = Box(Kind.LABEL if row.values else Kind.GROUP, row.zh, code=row.code)
        unit = [Box(Kind.UNIT, row.unit or "——")] if len(table.heads) > 1 else []
        figures = (
            [_figure(sheet, table, row, column) for column in table.columns]
            if row.values
            else [Box(Kind.EMPTY, "")] * len(table.columns)
        )
        rows.append((label, *unit, *figures))
    return Plate(table.code, tuple(rows), len(heads))


def _nested_plate(sheet: Sheet, table: Table) -> Plate:
    columns = table.columns
    inner = columns[1:-1]
    depth = 1 + max(_depth(table, row) for row in table.rows)
    head = [
        (Box(Kind.CORNER, table.note or "", rows=3, columns=depth), Box(Kind.HEAD, table.heads[0], columns=len(columns))),
        (
            Box(Kind.HEAD, columns[0].zh, rows=2, code=columns[0].code),
            Box(Kind.HEAD, table.heads[1], columns=len(inner)),
            Box(Kind.HEAD, columns[-1].zh, rows=2, code=columns[-1].code),
        ),
        tuple(Box(Kind.HEAD, column.zh, code=column.code) for column in inner),
    ]
    rows: list[PlateRow] = list(head)
    opening: list[Box] = []
    for row in table.rows:
        if not row.values:
            opening.append(Box(Kind.GROUP, row.zh, rows=_leaves(table.blocks[0], row.code), code=row.code))
            continue
        label = Box(Kind.LABEL, row.zh, columns=depth - _depth(table, row), code=row.code)
        rows.append((*opening, label, *(_figure(sheet, table, row, column) for column in columns)))
        opening = []
    return Plate(table.code, tuple(rows), depth + len(columns))


def _depth(table: Table, row: Row) -> int:
    """How many groups stand before the label: a group that has values of its own is printed as a row, not as a group."""
    parent = next((item for item in table.rows if item.code == row.parent), None)
    return 0 if parent is None else (0 if parent.values else 1) + _depth(table, parent)


def _leaves(block: Block, code: str) -> int:
    children = [row for row in block.rows if row.parent == code]
    return sum((1 if row.values else 0) + _leaves(block, row.code) for row in children)


def _group_plate(sheet: Sheet, table: Table) -> Plate:
    """行政复议 over five columns, 行政诉讼 over two groups of five; the first group's heads reach over two rows."""
    first, *others = table.rows
    many = len(table.columns)
    top = (Box(Kind.GROUP, first.zh, columns=many, code=first.code), Box(Kind.HEAD, table.heads[0], columns=many * len(others)))
    middle = (
        *(Box(Kind.HEAD, column.zh, rows=2, code=column.code) for column in table.columns),
        *(Box(Kind.GROUP, row.zh, columns=many, code=row.code) for row in others),
    )
    low = tuple(Box(Kind.HEAD, column.zh, code=column.code) for _ in others for column in table.columns)
    figures = tuple(_figure(sheet, table, row, column) for row in table.rows for column in table.columns)
    return Plate(table.code, (top, middle, low, figures), many * len(table.rows))


_PLATES: Mapping[str, Callable[[Sheet, Table], Plate]] = {"blocks": _block_plate, "rows": _row_plate, "groups": _group_plate}
