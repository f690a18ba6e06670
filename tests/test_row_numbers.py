"""Figures that run into the number of the next row."""

from __future__ import annotations

import pytest

from parsers import parse
from parsers.report import Status

TABLE = (
    "2018年云栈区司法局政府信息公开工作年度报告\n附表：政府信息公开情况统计表（2018年度）\n统计指标单位统计数一、主动公开情况——"
    "（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）条{0}其中：主动公开规范性文件数条{1}制发规范性文件总数件{2}"
    "（二）通过不同渠道和方式公开政府信息的情况——{n[0]}政府公报公开政府信息数条{3}{n[1]}政府网站公开政府信息数条{4}"
    "{n[2]}政务微博公开政府信息数条{5}{n[3]}政务微信公开政府信息数条{6}{n[4]}其他方式公开政府信息数条{7}二、回应解读情况——"
)
FIGURES = ("30", "1", "2", "3", "17", "4", "0", "6")
CHANNELS = ("gazette", "website", "weibo", "wechat", "other")


def read(figures: tuple[str, ...], numbers: str) -> dict[str, tuple[Status, str | None]]:
    report = parse(TABLE.format(*figures, n=numbers.split(" ")).encode(), name="report.txt")
    return {fact.row: (fact.status, None if fact.value is None else str(fact.value)) for fact in report.facts}


@pytest.mark.parametrize("numbers", ["1 2 3 4 5", "１ ２ ３ ４ ５"])
@pytest.mark.parametrize("figures", [FIGURES, ("",) * 8])
def test_a_bare_number_of_the_next_row_is_never_part_of_a_figure(numbers: str, figures: tuple[str, ...]) -> None:
    found = read(figures, numbers)
    for channel in CHANNELS[:4]:
        assert found[f"proactive.by_channel.{channel}"] == (Status.AMBIGUOUS, None)


@pytest.mark.parametrize("numbers", ["1. 2. 3. 4. 5.", "1． 2． 3． 4． 5．"])
def test_a_number_with_its_point_leaves_the_figure_whole(numbers: str) -> None:
    found = read(FIGURES, numbers)
    for channel, figure in zip(CHANNELS, FIGURES[3:], strict=True):
        assert found[f"proactive.by_channel.{channel}"] == (Status.PUBLISHED, figure)
