"""One empty cell too many in one row: where the row has empty cells of its own, which of them it is cannot be told."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest

from pipeline.demo.figures import FILLINGS, random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts import Rendering, layout_named
from pipeline.demo.trial import facts_of

_ROW = re.compile(rb"<tr.*?</tr>", re.DOTALL)
_CELL = re.compile(rb"<td|</tr")


def with_a_cell_too_many(rendering: Rendering, chance: Random) -> Rendering:
    row = chance.choice(list(_ROW.finditer(rendering.data)))
    at = row.start() + chance.choice([cell.start() for cell in _CELL.finditer(row[0])])
    return replace(rendering, data=rendering.data[:at] + b"<td></td>" + rendering.data[at:])


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize("name", ["html.clean", "html.word", "html.spans_gone", "html.cut", "html.nested"])
def test_a_cell_too_many_moves_no_figure(name: str, filling: str) -> None:
    for seed in range(40):
        chance = Random(f"{name}.{filling}.{seed}")
        sheet = random_sheet(chance, form=("2021", "2019", "2014")[seed % 3], scale=200, filling=filling)
        rendering = with_a_cell_too_many(layout_named(name).render(sheet, chance), chance)
        assert [item for item in judge(rendering, facts_of(rendering)) if item.outcome.wrong] == [], seed


@pytest.mark.parametrize("name", ["html.clean", "html.word"])
def test_a_cell_too_many_costs_no_row_that_has_all_its_figures(name: str) -> None:
    for seed in range(10):
        chance = Random(seed)
        rendering = with_a_cell_too_many(layout_named(name).render(random_sheet(chance, scale=200), chance), chance)
        outcomes = [item.outcome for item in judge(rendering, facts_of(rendering))]
        assert outcomes.count(Outcome.RIGHT) >= len(outcomes) - 15, seed
