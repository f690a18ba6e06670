"""A row that has lost its last cell to the next row: where most rows reach equally far, its empty cells prove no places."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from parsers import Source, parse
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts.model import Box, Kind, Line, Page, Plate, figures_of, lay_out, rendered, spread, unsure


def moved(plate: Plate, at: int) -> Plate:
    """The table with the last cell of a row at the start of the next one."""
    rows = list(plate.rows)
    rows[at : at + 2] = [unsure(rows[at])[:-1], (unsure(rows[at])[-1], *unsure(rows[at + 1]))]
    return plate._replace(rows=tuple(rows))


def printed(page: Page, before: str, between: str, after: str, ends: str) -> str:
    lines = [page.title]
    for block in page.blocks:
        if isinstance(block, Line):
            lines.append(block.text)
            continue
        for slots in spread(block):
            texts = [slot.box.text.replace("\n", "") if slot.first_row and slot.first_column else "" for slot in slots]
            lines.append(before + between.join(texts) + after + ends)
    return "\n".join(lines)


@pytest.mark.parametrize(
    "borders",
    [("| ", " | ", " |", ""), ("", " ¦ ", "", ""), ("", " | ", "", "\n"), ("| ", " || ", "", "\n|-"), ("", "\t", "", "")],
)
def test_a_row_that_reaches_less_far_than_most_is_not_shifted(borders: tuple[str, str, str, str]) -> None:
    for seed in range(24):
        random = Random(seed)
        sheet = random_sheet(random, form=("2021", "2019")[seed % 2], filling=("full", "half", "zero")[seed % 3])
        page = lay_out(sheet)
        plate = next(plate for plate in page.plates() if plate.table == "applications")
        rows = [at for at, row in enumerate(plate.rows[:-1]) if figures_of(row)]
        other = moved(plate, rows[seed % len(rows)])
        page = replace(page, blocks=tuple(other if block is plate else block for block in page.blocks))
        rendering = rendered(page, printed(page, *borders).encode(), "report.txt")
        wrong = [item for item in judge(rendering, parse(Source(rendering.data, "report.txt")).facts) if item.outcome.wrong]
        assert wrong == [], (seed, wrong)


def test_a_cell_too_many_in_section_two_leaves_its_row_open() -> None:
    for seed in range(30):
        random = Random(seed)
        page = lay_out(random_sheet(random, form=("2021", "2019")[seed % 2], filling="half"))
        plate = next(plate for plate in page.plates() if plate.table == "proactive")
        at = random.choice([at for at, row in enumerate(plate.rows) if len(figures_of(row)) > 1])
        row = list(unsure(plate.rows[at]))
        row.insert(random.randint(1, len(row)), Box(Kind.EMPTY, ""))
        other = plate._replace(rows=(*plate.rows[:at], tuple(row), *plate.rows[at + 1 :]))
        page = replace(page, blocks=tuple(other if block is plate else block for block in page.blocks))
        rendering = rendered(page, printed(page, "| ", " | ", " |", "").encode(), "report.txt")
        wrong = [item for item in judge(rendering, parse(Source(rendering.data, "report.txt")).facts) if item.outcome.wrong]
        assert wrong == [], (seed, wrong)


def test_totals_that_stand_first_are_no_applicants_where_no_head_is_read() -> None:
    for seed in range(12):
        sheet = random_sheet(Random(seed), form=("2021", "2019")[seed % 2])
        table = sheet.table("applications")
        lines = [sheet.title, "三、收到和处理政府信息公开申请情况", "总 计 自然 人 法人"]
        codes = [column.code for column in table.columns]
        for row in table.rows:
            figures = [sheet.cells.get(f"applications.{row.code}.{code}", "") for code in (codes[-1], *codes[:-1])]
            lines.append(" ".join((row.zh, *figures)))
        facts = parse(Source("\n".join(lines).encode(), "report.txt")).facts
        assert [fact for fact in facts if fact.value is not None and sheet.cells[fact.address] != fact.raw] == []
