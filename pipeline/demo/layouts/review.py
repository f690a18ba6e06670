"""Damages of the table of reviews and litigation: the same fifteen figures in tables of another shape."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from pipeline.demo.layouts.model import Box, Damage, Evidence, Kind, Line, Page, Plate, PlateRow

__all__ = ["DAMAGES"]


def review_tall(page: Page, random: Random) -> Page:
    """Review and litigation as a tall table: group, outcome, figure."""
    return page.map_plates(lambda plate: _tall(plate) if plate.table == "review_litigation" else plate)


def _tall(plate: Plate) -> Plate:
    groups, figures = _review_parts(plate)
    heads = [box for box in plate.rows[1] if box.kind is Kind.HEAD]
    litigation = plate.rows[0][-1]
    rows: list[PlateRow] = []
    for number, group in enumerate(groups):
        for at, head in enumerate(heads):
            opening = (
                []
                if at
                else [litigation._replace(rows=10, columns=1)] * (number == 1)
                + [group._replace(rows=5, columns=1 if number else 2)]
            )
            rows.append((*opening, head._replace(rows=1, kind=Kind.LABEL), figures[5 * number + at]))
    return plate._replace(rows=tuple(rows), width=4)


def review_three(page: Page, random: Random) -> Page:
    """Review and litigation as three small tables, each under its name."""
    blocks: list[Line | Plate] = []
    for block in page.blocks:
        if not isinstance(block, Plate) or block.table != "review_litigation":
            blocks.append(block)
            continue
        groups, figures = _review_parts(block)
        heads = tuple(box._replace(rows=1) for box in block.rows[1] if box.kind is Kind.HEAD)
        for number, group in enumerate(groups):
            blocks.append(Line(f"{block.rows[0][-1].text}（{group.text}）" if number else group.text))
            blocks.append(Plate(block.table, (heads, tuple(figures[5 * number : 5 * number + 5])), 5))
    return replace(page, blocks=tuple(blocks))


def review_rows(page: Page, random: Random) -> Page:
    """Review and litigation with a row for each group, under one row of heads."""
    return page.map_plates(lambda plate: _group_rows(plate) if plate.table == "review_litigation" else plate)


def _group_rows(plate: Plate) -> Plate:
    groups, figures = _review_parts(plate)
    heads = [box._replace(rows=1) for box in plate.rows[1] if box.kind is Kind.HEAD]
    rows = [
        (group._replace(rows=1, columns=1, kind=Kind.LABEL), *figures[5 * number : 5 * number + 5])
        for number, group in enumerate(groups)
    ]
    return plate._replace(rows=((Box(Kind.EMPTY, ""), *heads), *rows), width=6)


def review_columns(page: Page, random: Random) -> Page:
    """Review and litigation with a column for each group and a row for each outcome."""
    return page.map_plates(lambda plate: _group_columns(plate) if plate.table == "review_litigation" else plate)


def _group_columns(plate: Plate) -> Plate:
    groups, figures = _review_parts(plate)
    heads = [box._replace(rows=1, kind=Kind.LABEL) for box in plate.rows[1] if box.kind is Kind.HEAD]
    titles = (Box(Kind.EMPTY, ""), *(group._replace(rows=1, columns=1) for group in groups))
    return plate._replace(rows=(titles, *((head, *figures[at::5]) for at, head in enumerate(heads))), width=4)


def _review_parts(plate: Plate) -> tuple[list[Box], list[Box]]:
    groups = [box for row in plate.rows[:2] for box in row if box.kind is Kind.GROUP]
    return groups, [box for box in plate.rows[-1] if box.kind is Kind.FIGURE]


_SHAPE, _WIDE = frozenset({Evidence.SHAPE}), frozenset({Evidence.WIDE})

DAMAGES = tuple(
    Damage(change.__name__, "html", 35, change, _SHAPE | _WIDE, _WIDE)
    for change in (review_tall, review_three, review_rows, review_columns)
)
