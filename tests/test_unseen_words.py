"""Cells that print no number, by one who had not seen the parser: such a cell is open, and those beside it are read."""

from __future__ import annotations

from random import Random

import pytest

from parsers import parse
from parsers.report import Report
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts.model import Plate, lay_out, spread

ADDRESSES = (
    "applications.refused.process_information.enterprise",
    "proactive.rules.repealed",
    "review_litigation.litigation_direct.other",
)
WORDS = ("见附件", "3-5", "暂无", "5万", "12%")


def read_with(text: str, address: str, between: str) -> Report:
    """A report of 2021 with a text in one cell, its rows on lines with `between` the cells."""
    page = lay_out(random_sheet(Random(3), form="2021", filling="full"))
    lines = [page.title]
    for block in page.blocks:
        for row in spread(block) if isinstance(block, Plate) else ():
            firsts = [slot.box for slot in row if slot.first_column and slot.first_row]
            lines.append(between.join(text if [cell.address for cell in box.cells] == [address] else box.text for box in firsts))
        if not isinstance(block, Plate):
            lines.append(block.text)
    return parse(("\n".join(lines) + "\n").encode(), name="report.txt")


@pytest.mark.parametrize("between", ["\t", " | "], ids=["tabs", "bars"])
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("text", WORDS)
def test_a_cell_that_is_no_number_opens_only_itself(text: str, address: str, between: str) -> None:
    report = read_with(text, address, between)
    assert [fact.address for fact in report.facts if fact.value is None] == [address]
