"""Cells that stand where the form has them not, by one who had not seen the parser: mirrored rows, blanks moved to the end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from test_layouts_adversary import unread, wrong

from parsers import parse
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts.model import Plate, Rendering, lay_out, rendered, spread

FILLINGS = ("full", "half", "sparse")
TITLE = "某县2021年政府信息公开工作年度报告\n四、政府信息公开行政复议、行政诉讼情况\n"
GROUPS = "行政复议\t行政诉讼\n未经复议直接起诉\t复议后起诉\n"
HEADS = "\t".join(["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3)
FIGURES = "\t".join(map(str, (1, 2, 3, 4, 10, 5, 6, 7, 8, 26, 9, 1, 2, 3, 15)))


def tabbed(seed: int, filling: str, arrange: Callable[[list[str]], list[str]], *, whole: bool) -> Rendering:
    """A report of 2021 in tabs with the texts of each row arranged anew; `whole`: with the places that wide cells cover."""
    page = lay_out(random_sheet(Random(seed), form="2021", filling=filling))
    lines = [page.title]
    for block in page.blocks:
        if not isinstance(block, Plate):
            lines.append(block.text)
            continue
        for row in spread(block):
            firsts = [(slot.box.text, slot.first_column and slot.first_row) for slot in row]
            lines.append("\t".join(arrange([text if first else "" for text, first in firsts if first or whole])))
    return rendered(page, ("\n".join(lines) + "\n").encode(), "report.txt")


def packed(texts: list[str]) -> list[str]:
    return sorted(texts, key=lambda text: text == "")


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_mirrored_rows_are_not_read_in_the_order_of_the_text(seed: int, filling: str, whole: bool) -> None:
    assert wrong(tabbed(seed, filling, lambda texts: texts[::-1], whole=whole)) == []


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize("seed", range(8))
def test_blanks_at_the_ends_of_rows_in_tabs_prove_no_places(seed: int, filling: str) -> None:
    assert wrong(tabbed(seed, filling, packed, whole=False)) == []


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize("whole", [True, False])
def test_blanks_between_figures_prove_places_in_tabs(filling: str, whole: bool) -> None:
    rendering = tabbed(1, filling, list, whole=whole)
    assert wrong(rendering) == []
    assert unread(rendering) == []


def upheld(groups: str, heads: str) -> object:
    """The value read for reviews upheld under these lines of groups and heads."""
    report = parse(f"{TITLE}{groups}{heads}\n{FIGURES}\n".encode(), name="report.txt")
    return next((fact.value for fact in report.facts if fact.address == "review_litigation.review.upheld"), None)


def test_groups_in_the_order_of_the_form_are_read() -> None:
    assert upheld(GROUPS, HEADS) == 1


@pytest.mark.parametrize(
    "groups",
    [
        "行政诉讼\t行政复议\n未经复议直接起诉\t复议后起诉\n",
        "行政诉讼\t行政复议\n复议后起诉\t未经复议直接起诉\n",
        "行政某讼\t行政复议\n未经复议直接起诉\t复议后起诉\n",
        "\t\t\t\t\t\t\t\t\t\t行政复议\n未经复议直接起诉\t\t\t\t\t复议后起诉\n",
    ],
    ids=["litigation first", "mirrored", "misprinted", "whole"],
)
@pytest.mark.parametrize("heads", [HEADS, "\t".join(["某"] * 15)], ids=["heads", "torn heads"])
def test_groups_that_stand_behind_others_are_left_open(groups: str, heads: str) -> None:
    assert upheld(groups, heads) is None


def test_groups_in_another_order_are_not_read_by_position_under_torn_heads() -> None:
    assert upheld("复议后起诉\t行政复议\t未经复议直接起诉\n", "\t".join(["某"] * 15)) is None
