"""Tables of another year printed whole beside this year's: a cell that is blank or lost this year is not read from them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from parsers import Source, parse
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts import DAMAGES, layout_named
from pipeline.demo.layouts.model import Line, Page, Plate, lay_out

_LOSSES = [damage for damage in DAMAGES if damage.name in ("cell_lost", "blanks_dropped")]


def without_cells(plate: Plate) -> Plate:
    return plate._replace(rows=tuple(tuple(box._replace(cells=()) for box in row) for row in plate.rows))


def captioned(page: Page, other: Page, caption: str, own: str, *, before: bool) -> Page:
    """The page with each table of another year beside its own, under a caption."""
    blocks: list[Line | Plate] = []
    for block in page.blocks:
        if isinstance(block, Line):
            blocks.append(block)
            continue
        theirs = next(without_cells(plate) for plate in other.plates() if plate.table == block.table)
        pair: list[list[Line | Plate]] = [[Line(caption), theirs], [Line(own), block]]
        for parts in pair if before else pair[::-1]:
            blocks += parts
    return replace(page, blocks=tuple(blocks))


def outcomes(page: Page, writer: str, seed: int) -> tuple[list[Outcome], int]:
    rendering = layout_named(writer).writer.write(page, Random(seed))
    judgements = list(judge(rendering, parse(Source(rendering.data, rendering.name)).facts))
    return [item.outcome for item in judgements if item.outcome.wrong], sum(item.outcome is Outcome.OPEN for item in judgements)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    "caption", ["附：{}年度同期数据", "（{}年度）", "上年度情况统计表：", "以下为{}年本县的数据，供对照。", "去年同期"]
)
@pytest.mark.parametrize("writer", ["html.clean", "text.bars_between", "text.tabs", "markdown.sections"])
def test_rows_are_not_read_from_the_table_of_another_year(writer: str, caption: str, *, before: bool) -> None:
    for seed, filling in enumerate(("blank", "half", "full", "zero")):
        form = ("2021", "2019", "2014")[seed % 3]
        sheet = random_sheet(Random(seed), form=form, filling=filling)
        other = random_sheet(Random(seed + 40), form=form)
        page = captioned(lay_out(sheet), lay_out(other), caption.format(sheet.year - 1), f"{sheet.year}年度数据", before=before)
        wrong, left = outcomes(page, writer, seed)
        assert (wrong, left) == ([], 0) or (filling == "half" and not wrong), (seed, wrong, left)
        for damage in _LOSSES:
            wrong, _ = outcomes(damage.change(page, Random(seed)), writer, seed)
            assert wrong == [], (damage.name, seed, wrong)


@pytest.mark.parametrize("caption", ["2020年度数据", "上年度情况"])
def test_tables_that_stand_once_are_read_whatever_their_caption_says(caption: str) -> None:
    sheet = random_sheet(Random(3), form="2021")
    page = lay_out(sheet)
    blocks = [part for block in page.blocks for part in ((Line(caption), block) if isinstance(block, Plate) else (block,))]
    assert outcomes(replace(page, blocks=tuple(blocks)), "html.clean", 3) == ([], 0)


def test_a_table_of_this_year_without_a_caption_is_not_left_out_with_the_one_before_it() -> None:
    sheet, other = random_sheet(Random(5), form="2021"), random_sheet(Random(6), form="2021")
    page = captioned(lay_out(sheet), lay_out(other), f"{sheet.year - 1}年度数据", "", before=True)
    assert outcomes(page, "html.clean", 5) == ([], 0)


@pytest.mark.parametrize("filling", ["blank", "half", "full"])
def test_a_figure_alone_below_the_heads_of_two_years_is_of_either(filling: str) -> None:
    for seed in range(6):
        sheet = random_sheet(Random(seed), form="2014", filling=filling)
        lines = [sheet.title, f"统计指标 单位 {sheet.year}年 {sheet.year - 1}年"]
        for row in sheet.table("statistics").rows:
            figures = (sheet.cells[f"statistics.{row.code}.count"], str(7 + seed)) if row.values else ()
            lines.append(" ".join(filter(None, (row.zh, row.unit or "——", *figures))))
        facts = parse(Source("\n".join(lines).encode(), "report.txt")).facts
        assert [fact for fact in facts if fact.value is not None and sheet.cells[fact.address] != fact.raw] == []
