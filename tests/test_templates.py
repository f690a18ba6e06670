"""An empty template of a table beside the table filled in: a row that lost its cells is not blank because the template's is."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from parsers import Source, parse
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts import DAMAGES, layout_named
from pipeline.demo.layouts.model import Kind, Line, Page, Plate, lay_out


def with_templates(page: Page, whole: Page) -> Page:
    """The page with an empty copy of each table before it, whatever the page has lost."""
    tables = {plate.table: plate for plate in whole.plates()}
    blocks: list[Line | Plate] = []
    for block in page.blocks:
        if isinstance(block, Plate):
            rows = (
                tuple(box._replace(text="", cells=()) if box.kind is Kind.FIGURE else box for box in row)
                for row in tables[block.table].rows
            )
            blocks += [Line("附：表格样式"), block._replace(rows=tuple(rows))]
        blocks.append(block)
    return replace(page, blocks=tuple(blocks))


@pytest.mark.parametrize("writer", ["html.clean", "text.bars_between", "text.tabs", "html.word"])
@pytest.mark.parametrize("lost", ["", "cell_lost", "rows_glued"])
def test_a_row_that_lost_its_cells_is_not_blank_as_in_the_template(writer: str, lost: str) -> None:
    for seed in range(15):
        sheet = random_sheet(Random(seed), form=("2021", "2019")[seed % 2], filling=("full", "zero", "half")[seed % 3])
        damages = [damage for damage in DAMAGES if damage.name == lost]
        page = damages[0].change(lay_out(sheet), Random(seed)) if damages else lay_out(sheet)
        rendering = layout_named(writer).writer.write(with_templates(page, lay_out(sheet)), Random(seed))
        judgements = list(judge(rendering, parse(Source(rendering.data, rendering.name)).facts))
        assert [item for item in judgements if item.outcome.wrong] == [], seed
        assert lost or seed % 3 == 2 or all(item.outcome is Outcome.RIGHT for item in judgements), seed


@pytest.mark.parametrize("misprinted", [False, True])
def test_a_sum_below_an_empty_row_is_not_the_rows(*, misprinted: bool) -> None:
    for seed in range(6):
        sheet = random_sheet(Random(seed), form=("2021", "2019")[seed % 2], filling=("blank", "half")[seed % 2])
        lines = [sheet.title, *(text for part in sheet.parts[:3] for text in (part.heading, *part.paragraphs))]
        table = sheet.table("applications")
        lines += [" ".join(column.zh for column in table.columns)]
        for row, below in zip(table.rows, (*table.rows[1:], table.rows[0]), strict=True):
            figures = [sheet.cells.get(f"applications.{row.code}.{column.code}", "") for column in table.columns]
            last = row.parent is not None and below.parent != row.parent
            label = (
                row.zh.replace("确认", "确忍").replace("查询", "查寻").replace("仍不", "扔不") if misprinted and last else row.zh
            )
            lines.append(" ".join([label, *figures]))
            if last:
                lines.append("小计 0 0 0 0 0 0 0")
        facts = parse(Source("\n".join(lines).encode(), "a.txt")).facts
        assert [fact for fact in facts if fact.value is not None and not sheet.cells[fact.address]] == []
