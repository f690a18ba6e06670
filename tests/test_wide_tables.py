"""Section three printed several pages wide: its right half below, behind a line, or on another sheet, with its labels or without."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from sheet_files import Shape, xlsx_of

from parsers import Report, Source, parse_all
from parsers.document import Cell, Document, Grid
from parsers.rebuild import rebuild
from parsers.rebuild.grids.halves import with_doubted_edges
from parsers.report import Fact, Status
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts import WRITERS
from pipeline.demo.layouts.model import Box, Line, Page, Plate, Rendering, lay_out, spread

FIGURES = 7


def halves(plate: Plate, left: int, *, labels: bool) -> tuple[Plate, Plate]:
    """The table cut behind so many of its columns of figures; the second half with its labels or without."""
    before = plate.width - FIGURES
    names = list(range(before))
    first = _columns(plate, [*names, *range(before, before + left)])
    return first, _columns(plate, [*(names if labels else []), *range(before + left, plate.width)])


def _columns(plate: Plate, wanted: list[int]) -> Plate:
    rows = []
    for slots in spread(plate):
        row: list[Box] = []
        for at, column in enumerate(wanted):
            slot = slots[column]
            joined = at > 0 and wanted[at - 1] == column - 1 and not slot.first_column
            if joined and slot.first_row:
                row[-1] = row[-1]._replace(columns=row[-1].columns + 1)
            elif slot.first_row:
                row.append(slot.box._replace(columns=1))
        rows.append(tuple(row))
    return Plate(plate.table, tuple(rows), len(wanted))


def wide(page: Page, left: int, *, labels: bool, place: str) -> Page:
    """The page with section three in two halves: the second `below`, behind a `line`, or at the `end` of the report."""
    blocks: list[Line | Plate] = []
    behind: list[Line | Plate] = []
    for block in page.blocks:
        if isinstance(block, Line) or block.table != "applications":
            blocks.append(block)
            continue
        first, second = halves(block, left, labels=labels)
        blocks.append(first)
        if place == "end":
            behind.append(second)
        else:
            blocks += [Line("续表"), second] if place == "line" else [second]
    return replace(page, blocks=(*blocks, *behind))


def read(rendering: Rendering) -> tuple[Fact, ...]:
    found = next(parse_all(Source(rendering.data, rendering.name)))
    assert isinstance(found, Report)
    return found.facts


def written(page: Page, writer: str) -> Rendering:
    if writer.startswith("xlsx"):
        return xlsx_of(page, Shape(one_sheet="sheets" not in writer, ruled=True, merged="bare" not in writer, numbers=True))
    return {item.name: item for item in WRITERS}[writer].write(page, Random(1))


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("place", ["below", "line", "end"])
@pytest.mark.parametrize("writer", ["html.clean", "docx.clean", "xlsx", "xlsx sheets"])
def test_both_halves_are_one_table(writer: str, place: str, labels: bool) -> None:
    for seed, form in enumerate(("2021", "2019", "mixed")):
        page = wide(lay_out(random_sheet(Random(seed), form=form)), 1 + 2 * seed, labels=labels, place=place)
        rendering = written(page, writer)
        assert {item.outcome for item in judge(rendering, read(rendering))} == {Outcome.RIGHT}


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("filling", ["half", "blank", "zero"])
@pytest.mark.parametrize("writer", ["html.clean", "xlsx bare", "docx.unmerged", "text.tabs", "text.bars_between", "text.lines"])
def test_no_half_gives_a_wrong_cell(writer: str, filling: str, labels: bool) -> None:
    for seed in range(3):
        page = wide(lay_out(random_sheet(Random(seed), filling=filling)), 1 + 2 * seed, labels=labels, place="below")
        rendering = written(page, writer)
        found = next(parse_all(Source(rendering.data, rendering.name)))
        facts = found.facts if isinstance(found, Report) else ()
        assert not [item for item in judge(rendering, facts) if item.outcome.wrong]


@pytest.mark.parametrize("shift", [1, -1])
def test_a_half_without_labels_whose_rows_have_moved_is_not_joined(shift: int) -> None:
    """The totals of no row hold then, so nothing says which row is which."""
    page = lay_out(random_sheet(Random(3)))
    moved = wide(page, 4, labels=False, place="below")
    plates = [block for block in moved.blocks if isinstance(block, Plate) and block.table == "applications"]
    second = plates[1]
    rows = second.rows[3:]
    turned = replace(
        moved,
        blocks=tuple(
            second._replace(rows=(*second.rows[:3], *rows[-shift:], *rows[:-shift])) if block is second else block
            for block in moved.blocks
        ),
    )
    rendering = written(turned, "html.clean")
    facts = [fact for fact in read(rendering) if fact.table == "applications"]
    assert not any(fact.value is not None for fact in facts if fact.column in ("legal_service", "other", "total"))


def test_a_half_whose_labels_are_others_is_not_joined() -> None:
    page = wide(lay_out(random_sheet(Random(3))), 4, labels=True, place="below")
    rendering = written(page, "html.clean")
    text = rendering.data.decode()
    at = text.rindex("属于国家秘密")
    changed = replace(rendering, data=(text[:at] + "属于商业秘密" + text[at + 6 :]).encode())
    facts = [fact for fact in read(changed) if fact.table == "applications"]
    assert not any(fact.value is not None for fact in facts if fact.column in ("legal_service", "other", "total"))


# --- cells that the edge of a page cuts ---------------------------------------------------------------


def printed(number: int, page: int, *rows: tuple[str, ...]) -> Grid:
    """A grid of a printed page, its rows at the same heights on every page."""
    cells = (
        Cell(text, row, at, 1, 1, at + 1, f"page={page};table={number};row={row + 1};column={at + 1};box={90 * at},{20 * row},{90 * at + 90},{20 * row + 20}")
        for row, texts in enumerate(rows)
        for at, text in enumerate(texts)
    )  # fmt: skip
    return Grid(tuple(cells), number)


LEFT = (("第二十条第（五）项", ""), ("信息内容", "本年处理决定数量"), ("行政许可", ""), ("行政处罚", "9"), ("行政强制", ""))


@pytest.mark.parametrize(
    ("right", "doubted"),
    [
        ((("",), ("",), ("632",), ("3726",), ("",)), True),
        ((("行政许可",), ("行政处罚",), ("632",), ("3726",), ("",)), False),
        ((("",), ("",), ("632",)), False),
    ],
    ids=("right half", "table of its own", "other rows"),
)
def test_a_cell_at_the_edge_of_a_page_is_doubted_where_the_table_goes_on(
    right: tuple[tuple[str, ...], ...], doubted: bool
) -> None:
    """行政许可 is empty there because its figure stands on the next page; of 行政处罚 only the first digit does not."""
    document = with_doubted_edges(Document((printed(1, 1, *LEFT), printed(2, 2, *right)), "application/pdf"))
    facts = rebuild(document, year=2022).facts
    found = {fact.row: fact.status for fact in facts if fact.row in ("licensing", "penalties")}
    expected = {Status.UNREADABLE} if doubted else {Status.BLANK, Status.PUBLISHED}
    assert set(found.values()) == expected
