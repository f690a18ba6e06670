"""A column that the form does not have, beside tables that have lost one of its own."""

from __future__ import annotations

from random import Random

import pytest

from parsers import parse
from parsers.report import Status
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import layout_named


@pytest.mark.parametrize("filling", ["full", "half"])
@pytest.mark.parametrize("seed", range(4))
def test_an_empty_column_of_remarks_does_not_hide_that_one_of_figures_is_gone(seed: int, filling: str) -> None:
    """All rows have as many cells as before, and each figure behind the gap stands one place further to the left."""
    rendering = layout_named("markdown.sections").render(random_sheet(Random(seed), form="2021", filling=filling), Random(seed))
    blocks = [_with_remarks(block) if "申请人情况" in block else block for block in rendering.data.decode().split("\n\n")]
    for fact in parse("\n\n".join(blocks).encode(), name="report.md").facts:
        printed = rendering.printed[fact.address]
        assert fact.value is None or str(fact.value) == printed, fact
        assert fact.status is not Status.BLANK or not printed, fact


def _with_remarks(table: str) -> str:
    rows = [line.strip("|").split("|") for line in table.splitlines()]
    return "\n".join("|" + "|".join([*row[:5], *row[6:], "---" if "---" in row[0] else "  "]) + "|" for row in rows)
