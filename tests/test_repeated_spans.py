"""Tables as libraries dump them: what spans columns or rows is repeated in each of them."""

from __future__ import annotations

import pytest

from parsers import Report, parse

SHORT = "某县{year}年政府信息公开工作年度报告\n二、主动公开政府信息情况\n"


def read(body: str, *, year: int = 2021) -> Report:
    return parse((SHORT.format(year=year) + body).encode(), name="report.txt")


@pytest.mark.parametrize("row", ["行政许可,897,897,897", "行政许可,897,897,897,", "行政许可，897，897，897"])
def test_commas_between_cells_make_no_thousands(row: str) -> None:
    body = f"第二十条第（五）项\n信息内容,本年处理决定数量\n{row}\n第二十条第（六）项\n信息内容,本年处理决定数量\n行政处罚,3\n行政强制,4\n"
    report = read(body)
    assert report.by_address["proactive.licensing.decisions"].value in (None, 897)
    assert report.by_address["proactive.penalties.decisions"].value == 3


def test_thousands_are_read_where_no_comma_parts_the_cells() -> None:
    report = read("第二十条第（五）项\n信息内容\t本年处理决定数量\n行政许可\t1,897\n")
    assert report.by_address["proactive.licensing.decisions"].value == 1897


def test_an_amount_repeated_by_its_span_is_no_count_of_the_empty_cell_before_it() -> None:
    body = "第二十条第（九）项\n信息内容\t采购项目数量\t采购总金额\t采购总金额\n政府集中采购\t\t6525.51\t6525.51\n"
    report = read(body, year=2020)
    assert report.by_address["proactive.procurement.items"].value is None


def test_a_number_at_the_head_of_the_next_row_is_no_figure_of_an_empty_one() -> None:
    lines = [
        "第二十条第（五）项 | | | |", "信息内容 | 本年处理决定数量 | | |", "行政许可 | nan | nan | nan |", "第二十条第（六）项 | | | |",
        "信息内容 | 本年处理决定数量 | | |", "行政处罚 | nan | nan | nan |", "行政强制 | 4 | 4 | 4 |",
    ]  # fmt: skip
    report = read("".join(f"| {number} | {line}\n" for number, line in enumerate(lines, 4)))
    assert report.by_address["proactive.licensing.decisions"].value is None
    assert report.by_address["proactive.penalties.decisions"].value is None


def test_a_row_of_single_blanks_is_no_part_of_a_wrapped_label() -> None:
    rows = (
        "第二十条第（一）项\n信息内容 本年新制作数量 本年新公开数量 对外公开总数量\n规章 0\n规范性文件   242\n"
        "第二十条第（五）项\n信息内容 上一年项目数量 本年增/减 处理决定数量\n行政许可 80 89 0\n其他对外管理服务事项 677 40 \n"
        "第二十条第（六）项\n信息内容 上一年项目数量 本年增/减 处理决定数量\n行政处罚 8542  664133\n行政强制 7   28\n"
        "第二十条第（八）项\n信息内容 上一年项目数量 本年增/减\n行政事业性收费 747  16\n"
        "第二十条第（九）项\n信息内容 采购项目数量 采购总金额\n政府集中采购   6525.51\n总计   12\n"
    )
    assert read(rows, year=2020).by_address["proactive.other_services.decisions"].value is None
