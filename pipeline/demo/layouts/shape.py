"""Damages of the shape of tables: cut at pages, spans gone, stray cells, other orders, other forms of the same table."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from pipeline.demo.layouts.model import Box, Damage, Evidence, Kind, Line, Page, Plate, PlateRow, Slot, spread

__all__ = ["DAMAGES"]


def is_head(row: PlateRow) -> bool:
    """Whether a row holds heads, titles and notes only."""
    return all(box.kind in (Kind.HEAD, Kind.CORNER, Kind.TITLE, Kind.EMPTY) for box in row) and any(box.text for box in row)


# --- spans ----------------------------------------------------------------------------------------


def _respan(page: Page, *, rows_only: bool, cells_left: bool) -> Page:
    """Every box in its first row only (and first column, unless `rows_only`); `cells_left` leaves an empty cell where it was."""

    def cell(slot: Slot) -> Box | None:
        if rows_only:
            if not slot.first_column:
                return None
            return slot.box._replace(rows=1) if slot.first_row else Box(Kind.EMPTY, "", columns=slot.box.columns)
        if slot.first_row and slot.first_column:
            return slot.box._replace(rows=1, columns=1)
        return Box(Kind.EMPTY, "") if cells_left else None

    def change(plate: Plate) -> Plate:
        return plate._replace(
            rows=tuple(tuple(box for slot in slots if (box := cell(slot)) is not None) for slots in spread(plate))
        )

    return page.map_plates(change)


def unspan_with_cells(page: Page, random: Random) -> Page:
    """No spans: an empty cell wherever one reached."""
    return _respan(page, rows_only=False, cells_left=True)


def unspan(page: Page, random: Random) -> Page:
    """No spans: each row keeps the cells that it had in the source, and no others."""
    return _respan(page, rows_only=False, cells_left=False)


def group_on_first_row(page: Page, random: Random) -> Page:
    """Group labels on the first row only, empty cells below."""
    return _respan(page, rows_only=True, cells_left=True)


# --- pages ----------------------------------------------------------------------------------------


def cut_with_heads(page: Page, random: Random) -> Page:
    """The largest table cut at page breaks; heads and group labels printed again on each page."""
    return _cut(page, random, heads=True, groups="again")


def cut_bare(page: Page, random: Random) -> Page:
    """The largest table cut at page breaks; no heads on the later pages, group labels repeated, empty or gone."""
    return _cut(page, random, heads=False, groups=random.choice(("again", "empty", "gone")))


def _cut(page: Page, random: Random, *, heads: bool, groups: str) -> Page:
    plates = list(page.plates())
    if not plates:
        return page
    longest = max(plates, key=lambda plate: len(plate.rows))
    number = random.randint(2, 9)
    blocks: list[Line | Plate] = []
    for block in page.blocks:
        if block is not longest:
            blocks.append(block)
            continue
        for at, part in enumerate(_parts(longest, random, heads=heads, groups=groups)):
            if at and random.random() < 0.7:
                blocks.append(Line(f"— {number + at} —"))
            blocks.append(part)
    return replace(page, blocks=tuple(blocks))


def _parts(plate: Plate, random: Random, *, heads: bool, groups: str) -> list[Plate]:
    head = next(at for at, row in enumerate(plate.rows) if not is_head(row))
    places = range(head + 2, len(plate.rows) - 1)
    cuts = [0, *sorted(random.sample(places, k=min(len(places), random.choice((1, 1, 2))))), len(plate.rows)]
    grid = spread(plate)
    parts = []
    for start, end in itertools.pairwise(cuts):
        rows = [_clip(plate, grid, at, start, end, groups) for at in range(start, end)]
        if start and groups == "gone" and not heads:
            rows = _without_first_column(rows)
        elif start and heads:
            rows = [*plate.rows[:head], *rows]
        parts.append(plate._replace(rows=tuple(rows)))
    return parts


def _clip(plate: Plate, grid: list[list[Slot]], at: int, start: int, end: int, groups: str) -> PlateRow:
    """One row of a part: spans end with the part, and what reaches in from the part before opens its first row."""
    own = [box._replace(rows=min(box.rows, end - at)) for box in plate.rows[at]]
    if at != start or not start:
        return tuple(own)
    reaching: list[Box] = []
    for column, slot in enumerate(grid[at]):
        if slot.first_row or not slot.first_column:
            continue
        rest = next(
            row
            for row in range(at, len(grid) + 1)
            if row == len(grid) or column >= len(grid[row]) or grid[row][column].box is not slot.box
        )
        text = "" if groups == "empty" else slot.box.text
        reaching.append(slot.box._replace(text=text, kind=slot.box.kind if text else Kind.EMPTY, rows=min(rest, end) - at))
    return (*reaching, *own)


def _without_first_column(rows: Sequence[PlateRow]) -> list[PlateRow]:
    """The rows without their outermost group, and labels over it as much shorter."""
    left = []
    for row in rows:
        first, *others = row
        if first.kind is Kind.GROUP and first.code == "outcomes":
            left.append(tuple(others))
        elif first.columns > 1 and first.kind is Kind.LABEL and first.code in ("received", "carried_in", "carried_out"):
            left.append((first._replace(columns=first.columns - 1), *others))
        else:
            left.append(row)
    return left


# --- stray cells ----------------------------------------------------------------------------------


def insert_row(plate: Plate, at: int, row: PlateRow) -> Plate:
    """The table with a row put in before row `at`; spans that reach over the place grow by one."""
    rows = [
        tuple(box._replace(rows=box.rows + 1) if number < at < number + box.rows else box for box in boxes)
        for number, boxes in enumerate(plate.rows)
    ]
    return plate._replace(rows=(*rows[:at], row, *rows[at:]))


def stray_cells(page: Page, random: Random) -> Page:
    """An empty column and a few empty rows that the form does not have."""

    def change(plate: Plate) -> Plate:
        for _ in range(random.choice((0, 1, 2))):
            at = random.randint(1, len(plate.rows))
            covered = _covered(plate, at)
            plate = insert_row(plate, at, tuple(Box(Kind.EMPTY, "") for _ in range(plate.width - covered)))
        return _with_column(plate, random.choice((0, plate.width, plate.width, random.randint(1, plate.width - 1))))

    return page.map_plates(change)


def _covered(plate: Plate, at: int) -> int:
    """Columns of the place before row `at` that spans reach over."""
    return sum(box.columns for number, row in enumerate(plate.rows[:at]) for box in row if number + box.rows > at)


def _with_column(plate: Plate, at: int) -> Plate:
    """The table with an empty column before column `at`; boxes that reach over the place grow by one."""
    grid = spread(plate)
    rows = []
    for slots in grid:
        row: list[Box] = []
        placed = False
        for column, slot in enumerate(slots):
            if column == at and slot.first_column:
                row.append(Box(Kind.EMPTY, ""))
                placed = True
            if slot.first_row and slot.first_column:
                over = column < at < column + slot.box.columns
                row.append(slot.box._replace(columns=slot.box.columns + 1) if over else slot.box)
        if at >= len(slots) and not placed:
            row.append(Box(Kind.EMPTY, ""))
        rows.append(tuple(row))
    return plate._replace(rows=tuple(rows), width=plate.width + 1)


# --- heads and orders -----------------------------------------------------------------------------


def damage_heads(page: Page, random: Random) -> Page:
    """Right rows under heads that are cut, misprinted, empty or gone; no head is left in another's place."""
    gone = random.random() < 0.3

    def change(plate: Plate) -> Plate:
        if plate.table == "proactive":
            return _shorten_heads(plate)
        if gone and plate.table == "applications":
            return plate._replace(rows=tuple(row for row in plate.rows if not is_head(row)))
        rows = [tuple(_spoil(box, random) if box.kind is Kind.HEAD else box for box in row) for row in plate.rows]
        return plate._replace(rows=tuple(rows))

    return page.map_plates(change)


def _shorten_heads(plate: Plate) -> Plate:
    """本年新制作数量 and 本年新公开数量 both cut to 本年新, as converters print the first of two lines."""
    cut = ("本年新制作数量", "本年新公开数量")
    return plate._replace(
        rows=tuple(tuple(box._replace(text="本年新") if box.text in cut else box for box in row) for row in plate.rows)
    )


def _spoil(box: Box, random: Random) -> Box:
    match random.randrange(4):
        case 0:
            return box._replace(text=box.text[: max(1, len(box.text) // 2)])
        case 1:
            return box._replace(text="", kind=Kind.EMPTY)
        case 2:
            return box._replace(text="".join(reversed(box.text)))
    return box


def permute_columns(page: Page, random: Random) -> Page:
    """Columns in another order, heads and figures alike; groups of columns stay together."""
    return page.map_plates(lambda plate: _permuted(plate, random))


def _permuted(plate: Plate, random: Random) -> Plate:
    if plate.table == "applications":
        outer, inner = _other_order(3, random), _other_order(5, random)
        figures = [source for block in outer for source in ([0], [1 + at for at in inner], [6])[block]]
        orders = {3: outer, 5: inner, 7: figures}
        return _reordered(plate, orders)
    if plate.table == "review_litigation":
        order = _other_order(5, random)
        return _reordered(plate, {5 * many: [5 * group + at for group in range(many) for at in order] for many in (1, 2, 3)})
    return _reordered(plate, {3: _other_order(3, random)})


def _other_order(many: int, random: Random) -> list[int]:
    order = list(range(many))
    while order == sorted(order):
        random.shuffle(order)
    return order


def _reordered(plate: Plate, orders: dict[int, list[int]]) -> Plate:
    """
    The table with the figures, and the heads, of each row in the order given for their number.

    A row of several kinds of heads (five outcomes, then two groups) keeps the kinds apart.
    """

    def reorder(row: PlateRow) -> PlateRow:
        figures = [at for at, box in enumerate(row) if box.kind is Kind.FIGURE]
        heads = [
            at
            for at, box in enumerate(row)
            if box.kind is Kind.HEAD and (box.code or (plate.table == "applications" and len(row) == 3))
        ]
        boxes = list(row)
        for places in (figures, heads):
            order = orders.get(len(places))
            if order is None:
                continue
            fixed = [(row[at].rows, row[at].columns) for at in places] if plate.table == "proactive" else None
            for number, source in enumerate(order):
                box = row[places[source]]
                boxes[places[number]] = box if fixed is None else box._replace(rows=fixed[number][0], columns=fixed[number][1])
        return tuple(boxes)

    return plate._replace(rows=tuple(reorder(row) for row in plate.rows))


# --- the same table in another form ---------------------------------------------------------------


def stack_rows(page: Page, random: Random) -> Page:
    """The rows of a group stacked in one row, a line each; a stack with a blank line in it is no longer sure."""
    return page.map_plates(lambda plate: _stacked(plate, random) if plate.table == "applications" else plate)


def _stacked(plate: Plate, random: Random) -> Plate:
    starts = [at for at, row in enumerate(plate.rows) if row and any(box.kind is Kind.GROUP and 1 < box.rows < 10 for box in row)]
    for at in sorted(random.sample(starts, k=min(len(starts), random.choice((1, 2, 4)))), reverse=True):
        inner = next(number for number, box in enumerate(plate.rows[at]) if box.kind is Kind.GROUP and 1 < box.rows < 10)
        many = plate.rows[at][inner].rows
        tails = [plate.rows[at][inner + 1 :], *plate.rows[at + 1 : at + many]]
        if any(len(tail) != 8 or tail[0].kind is not Kind.LABEL for tail in tails):
            continue
        stacked = tuple(_stack([tail[column] for tail in tails]) for column in range(8))
        row = (*plate.rows[at][:inner], plate.rows[at][inner]._replace(rows=1), *stacked)
        before = [
            tuple(box._replace(rows=box.rows - many + 1) if number + box.rows > at + 1 else box for box in boxes)
            for number, boxes in enumerate(plate.rows[:at])
        ]
        own = tuple(box._replace(rows=box.rows - many + 1) if box.rows > many else box for box in row)
        plate = plate._replace(rows=(*before, own, *plate.rows[at + many :]))
    return plate


def _stack(boxes: Sequence[Box]) -> Box:
    whole = all(box.text and box.sure for box in boxes)
    cells = tuple(cell for box in boxes for cell in box.cells)
    return boxes[0]._replace(text="\n".join(box.text for box in boxes), cells=cells, sure=whole)


# --- rows that the form does not have -------------------------------------------------------------

_EXTRA = {
    "proactive": ("其他主动公开文件",),
    "applications": ("其中：涉企政府信息公开申请", "其中：由下级机关转来的申请", "其中：网络申请"),
    "statistics": ("其中：通过移动客户端公开政府信息数", "其中：电话答复数"),
}


def extra_row(page: Page, random: Random) -> Page:
    """A row that the form does not have, with figures of its own; sums are as before."""

    def change(plate: Plate) -> Plate:
        names = _EXTRA.get(plate.table)
        places = [
            at for at, row in enumerate(plate.rows) if row and row[0].kind is Kind.LABEL and not any(box.rows > 1 for box in row)
        ]
        if names is None or not places:
            return plate
        like = plate.rows[place := random.choice(places)]
        figures = [
            Box(Kind.FIGURE, random.choice(("0", "0", "1", "2")), columns=box.columns) if box.cells else box for box in like[1:]
        ]
        reach = plate.width - _covered(plate, place + 1) - sum(box.columns for box in figures)
        row = (like[0]._replace(text=random.choice(names), code="", columns=reach), *figures)
        return insert_row(plate, place + 1, row)

    return page.map_plates(change)


_GRID, _SHAPE = frozenset({Evidence.GRID, Evidence.SHAPE}), frozenset({Evidence.SHAPE})
_HEADED = _GRID | {Evidence.HEADS}

DAMAGES = (
    Damage("spans_gone_with_cells", "html", 60, unspan_with_cells, _GRID),
    Damage("spans_gone", "html", 60, unspan, _GRID),
    Damage("cut", "html", 40, cut_with_heads, _SHAPE),
    Damage("cut_bare", "html", 40, cut_bare, _SHAPE, frozenset({Evidence.HEADS})),
    Damage("stray_cells", "html", 50, stray_cells, _HEADED),
    Damage("heads_damaged", "html", 30, damage_heads, spoils=frozenset({Evidence.HEADS})),
    Damage("columns_permuted", "html", 30, permute_columns, _HEADED),
    Damage("rows_stacked", "html", 45, stack_rows, _GRID | {Evidence.LINES}),
    Damage("group_on_first_row", "html", 60, group_on_first_row, _GRID),
    Damage("extra_row", "labels", 40, extra_row, _SHAPE, frozenset({Evidence.ORDER})),
)
