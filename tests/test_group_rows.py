"""Section four in lines of cells: numbers before the lines, and tabs that open them, are no cells of a row that has lost one."""

from __future__ import annotations

from functools import partial
from random import Random

import pytest

from parsers import Source, parse
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts.model import Line, Page, Plate, figures_of, lay_out, rendered, spread

PANDAS = ("| {} | ", " | ", " |")
TABS = ("\t", "\t", "")


def printed(page: Page, opens: str, between: str, ends: str) -> str:
    """The tables with a number, or nothing but a tab, before each line."""
    lines = [page.title]
    for block in page.blocks:
        if isinstance(block, Line):
            lines.append(block.text)
            continue
        rows = [[slot.box.text if slot.first_row and slot.first_column else "" for slot in slots] for slots in spread(block)]
        if opens == PANDAS[0]:
            lines += [
                "|  | " + " | ".join(f"Unnamed: {at}" for at in range(block.width)) + " |",
                "|" + "---|" * (block.width + 1),
            ]
        lines += [opens.format(at) + between.join(row) + ends for at, row in enumerate(rows)]
    return "\n".join(lines)


def without_one(plate: Plate, random: Random) -> Plate:
    """Section four without one cell of its row."""
    if plate.table != "review_litigation":
        return plate
    *rows, last = plate.rows
    lost = random.choice(figures_of(last))
    return plate._replace(rows=(*rows, tuple(box._replace(sure=False) for box in last if box is not lost)))


@pytest.mark.parametrize("borders", [PANDAS, TABS])
@pytest.mark.parametrize("whole", [True, False])
def test_a_row_that_has_lost_a_cell_does_not_begin_with_another(borders: tuple[str, str, str], *, whole: bool) -> None:
    for seed in range(18):
        sheet = random_sheet(Random(seed), form=("2021", "2019")[seed % 2], filling=("full", "zero", "half", "blank")[seed % 4])
        page = lay_out(sheet) if whole else lay_out(sheet).map_plates(partial(without_one, random=Random(seed)))
        rendering = rendered(page, printed(page, *borders).encode(), "report.txt")
        judgements = list(judge(rendering, parse(Source(rendering.data, rendering.name)).facts))
        assert [item for item in judgements if item.outcome.wrong] == [], seed
        assert not whole or seed % 4 > 1 or all(item.outcome is Outcome.RIGHT for item in judgements), seed
