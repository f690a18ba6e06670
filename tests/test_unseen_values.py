"""Figures that are none, by one who had not seen the parser: what stands beside a figure counts in every layout."""

from __future__ import annotations

import pytest

from parsers import parse

ABOUT = ("约 5", "5 余", "超 5", "≥ 5", "> 5", "共 5", "5 %", "5 +", "+ 5", "减 8", "N 5")
RUN_ON = ("5号", "5%", "5½", "5次以上", "3~5", "2021年3月1日")


def licensing(lines: str) -> object:
    """The value read for the decisions on licences, from lines behind the title and before the next block."""
    text = f"某县2021年政府信息公开工作年度报告\n第二十条第（五）项\n{lines}\n第二十条第（六）项\n"
    report = parse(text.encode(), name="report.txt")
    return report.by_address["proactive.licensing.decisions"].value


@pytest.mark.parametrize("text", ABOUT)
def test_a_figure_with_a_word_beside_it_is_no_plain_one_on_a_line_of_its_own(text: str) -> None:
    assert licensing(f"信息内容\n本年处理决定数量\n行政许可\n{text}") is None


@pytest.mark.parametrize("text", ABOUT)
def test_a_figure_with_a_word_beside_it_is_no_plain_one_behind_its_label(text: str) -> None:
    assert licensing(f"信息内容  本年处理决定数量\n行政许可  {text}") is None


@pytest.mark.parametrize("text", RUN_ON)
def test_what_follows_a_figure_at_once_is_seen_where_no_blank_parts_it_from_its_label(text: str) -> None:
    assert licensing(f"信息内容本年处理决定数量\n行政许可{text}") is None


@pytest.mark.parametrize("text", ["5", "5件", "5 件", "5；", "（5）5"])
def test_plain_figures_are_read_there(text: str) -> None:
    assert licensing(f"信息内容\n本年处理决定数量\n行政许可\n{text}") == 5
    assert licensing(f"信息内容  本年处理决定数量\n行政许可  {text}") == 5
