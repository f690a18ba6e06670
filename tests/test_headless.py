"""A column without a head and without a figure is not said to be blank: it may be none of the form's."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest

from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts import Rendering, layout_named
from pipeline.demo.trial import facts_of

CODES = ("enterprise", "research_institution", "public_interest", "legal_service")
HEADS = ("商业企业", "科研机构", "社会公益组织", "法律服务机构")


def emptied(seed: int, at: int, *, head: bool) -> Rendering:
    """A page whose column `at` of section three holds nothing, nor, unless `head`, has a head."""
    chance = Random(seed)
    sheet = random_sheet(chance)
    cells = {
        address: "" if address.startswith("applications.") and address.endswith("." + CODES[at]) else text
        for address, text in sheet.cells.items()
    }
    rendering = layout_named("html.clean").render(replace(sheet, cells=cells), chance)
    page = rendering.data.decode()
    return rendering if head else replace(rendering, data=re.sub(rf">\s*{HEADS[at]}\s*<", "><", page).encode())


@pytest.mark.parametrize("at", range(len(CODES)))
def test_its_cells_are_open_and_no_others(at: int) -> None:
    for seed in range(3):
        told, untold = ({fact.address: fact for fact in facts_of(emptied(seed, at, head=head))} for head in (True, False))
        lacking = {address for address in told if address.startswith("applications.") and address.endswith("." + CODES[at])}
        assert {str(told[address].status) for address in lacking} == {"blank"}
        assert {str(untold[address].status) for address in lacking} <= {"ambiguous", "missing"}
        assert {told[address][:7] == untold[address][:7] for address in told.keys() - lacking} == {True}


@pytest.mark.parametrize("at", range(len(CODES)))
def test_a_column_with_figures_needs_no_head(at: int) -> None:
    chance = Random(at)
    rendering = layout_named("html.clean").render(random_sheet(chance), chance)
    page = re.sub(rf">\s*{HEADS[at]}\s*<", "><", rendering.data.decode())
    assert {item.outcome for item in judge(rendering, facts_of(replace(rendering, data=page.encode())))} == {"right"}
