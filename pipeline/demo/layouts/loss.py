"""Damages that lose something: blanks, borders, places, cells, columns, labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from pipeline.demo.layouts.model import Box, Damage, Evidence, Kind, Line, Page, Plate, PlateRow, figures_of, map_rows, unsure
from pipeline.demo.layouts.text import drop_empty_figures

__all__ = ["DAMAGES"]

_COLUMNS = ("natural_person", "enterprise", "research_institution", "public_interest", "legal_service", "other", "total")


def drop_blanks(page: Page, random: Random) -> Page:
    """Blank cells dropped from rows: `7 | 1 | 8` for seven columns."""
    return drop_empty_figures(page)


def pack_left(page: Page, random: Random) -> Page:
    """Blanks moved to the end of their row, with their bars: the figures have lost their places."""

    def pack(row: PlateRow) -> PlateRow:
        figures = figures_of(row)
        filled = [box for box in figures if box.text]
        if not filled or len(filled) == len(figures):
            return row
        packed = iter(filled)
        boxes = []
        for box in row:
            if not box.cells:
                boxes.append(box)
                continue
            source = next(packed, None)
            if source is None:
                boxes.append(box._replace(text="", cells=(), sure=False))
            else:
                boxes.append(box._replace(text=source.text, cells=source.cells, sure=False))
        blanks = tuple(cell for box in figures if not box.text for cell in box.cells)
        last = max(at for at, box in enumerate(boxes) if box.kind is Kind.FIGURE)
        boxes[last] = boxes[last]._replace(cells=boxes[last].cells + blanks)  # the blanks are still there, somewhere
        return tuple(boxes)

    return map_rows(page, pack)


def _merged(row: PlateRow, text: str, *, cells: Callable[[list[Box]], list[Box]]) -> PlateRow:
    """
    The row with one box in the place of all its figures, printing the cells of those boxes that `cells` picks.

    An empty box shows an empty cell for each of them: that is what a reader sees, the more so where its span is gone.
    """
    figures = figures_of(row)
    shown = tuple(cell for box in cells(figures) for cell in box.cells)
    if not text:
        shown = tuple(cell._replace(text="") for box in figures for cell in box.cells)
    first = next(at for at, box in enumerate(row) if box.cells)
    box = Box(Kind.FIGURE, text, columns=sum(item.columns for item in figures), cells=shown, sure=False, merged=True)
    rest = [item for item in row[first:] if not item.cells]
    return (*row[:first], box, *rest)


def glue_rows(page: Page, random: Random) -> Page:
    """
    The digits of a row run together in one cell; rows of one cell are as they were.

    Where no row prints two figures nothing runs together: one that moved alone could not be told from one printed there.
    """
    if not any(sum(bool(box.text) for box in figures_of(row)) > 1 for plate in page.plates() for row in plate.rows):
        return page

    def glue(row: PlateRow) -> PlateRow:
        figures = figures_of(row)
        if len(figures) < 2:
            return row
        return _merged(row, "".join(box.text for box in figures), cells=lambda boxes: [box for box in boxes if box.text])

    return map_rows(page, glue)


def leave_one_figure(page: Page, random: Random) -> Page:
    """One cell for all seven of a row, with the figure of its total; which of the seven it is, nobody can say."""
    return map_rows(
        page,
        lambda row: _merged(row, figures_of(row)[-1].text, cells=lambda boxes: boxes[-1:]) if len(figures_of(row)) == 7 else row,
        table="applications",
    )


def lose_column(page: Page, random: Random) -> Page:
    """One value column of the applications gone, its head still there: no figure of the table is sure of its place."""
    lost = random.choice(_COLUMNS)
    return map_rows(page, lambda row: unsure(_without_column(row, lost)) if figures_of(row) else row, table="applications")


def lose_column_and_head(page: Page, random: Random) -> Page:
    """One value column of the applications gone with its head; the heads left say which figures are left."""
    lost = random.choice(_COLUMNS)
    narrower = (7,) if lost in ("natural_person", "total") else (7, 5)

    def change_row(row: PlateRow) -> PlateRow:
        if figures_of(row):
            return _without_column(row, lost)
        kept = (box for box in row if not (box.kind is Kind.HEAD and box.code == lost))
        return tuple(
            box._replace(columns=box.columns - 1) if box.kind is Kind.HEAD and box.columns in narrower else box for box in kept
        )

    def change(plate: Plate) -> Plate:
        if plate.table != "applications":
            return plate
        return plate._replace(rows=tuple(change_row(row) for row in plate.rows), width=plate.width - 1)

    return page.map_plates(change)


def _without_column(row: PlateRow, lost: str) -> PlateRow:
    return tuple(box for box in row if not (box.cells and box.cells[0].address.endswith(f".{lost}")))


def _without_figure(row: PlateRow, lost: int) -> PlateRow:
    places = [at for at, box in enumerate(row) if box.cells]
    return (*row[: places[lost]], *row[places[lost] + 1 :])


def lose_cell(page: Page, random: Random) -> Page:
    """One cell lost from one row of each table, without a trace."""

    def change(plate: Plate) -> Plate:
        rows = list(plate.rows)
        filled = [number for number, row in enumerate(rows) if figures_of(row)]
        if not filled:
            return plate
        at = random.choice(filled)
        rows[at] = unsure(_without_figure(rows[at], random.randrange(len(figures_of(rows[at])))))
        return plate._replace(rows=tuple(rows))

    return page.map_plates(change)


def tear_labels(page: Page, random: Random) -> Page:
    """The labels of some rows torn off and printed above the table, or nowhere."""
    elsewhere = random.random() < 0.5
    blocks: list[Line | Plate] = []
    for block in page.blocks:
        if isinstance(block, Line) or block.table not in ("applications", "statistics"):
            blocks.append(block)
            continue
        labelled = [at for at, row in enumerate(block.rows) if any(box.kind is Kind.LABEL for box in row) and figures_of(row)]
        torn = set(random.sample(labelled, k=min(len(labelled), random.randint(2, 6))))
        if elsewhere:
            blocks.extend(Line(box.text) for at in sorted(torn) for box in block.rows[at] if box.kind is Kind.LABEL)
        rows = (
            unsure(tuple(box for box in row if box.kind is not Kind.LABEL)) if at in torn else row
            for at, row in enumerate(block.rows)
        )
        blocks.append(block._replace(rows=tuple(rows)))
    return replace(page, blocks=tuple(blocks))


_CELLS = frozenset({Evidence.MARKS, Evidence.SHAPE})

DAMAGES = (
    Damage("blanks_dropped", "loss", 43, drop_blanks, _CELLS, loses="blank cells"),
    Damage("packed_left", "loss", 43, pack_left, _CELLS | {Evidence.BARS}, loses="places"),
    Damage("one_figure", "loss", 42, leave_one_figure, _CELLS, loses="cells"),
    Damage("rows_glued", "loss", 44, glue_rows, _CELLS, loses="borders"),
    Damage("column_lost", "loss", 38, lose_column, _CELLS, loses="a column"),
    Damage("column_and_head_lost", "loss", 38, lose_column_and_head, _CELLS | {Evidence.GRID, Evidence.HEADS}, loses="a column"),
    Damage("cell_lost", "loss", 46, lose_cell, _CELLS, loses="a cell"),
    Damage("labels_torn", "loss", 46, tear_labels, _CELLS, frozenset({Evidence.ORDER}), loses="labels"),
)
