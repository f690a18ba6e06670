"""Bodies that title lines of real pages name: fields, tables of a page's own data and running text are no names."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers import open_source, parse
from parsers.identify import read_title

_TABLE = (
    "\n二、主动公开政府信息情况\n信息内容\n本年制发件数\n本年废止件数\n现行有效件数\n规章\n0\n0\n0\n行政规范性文件\n1\n0\n2\n"
)


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("名 称: 新下陆街道办事处2022年度 政府信息公开工作年度报告", "新下陆街道办事处"),
        ("标题：甲县教育局2022年政府信息公开工作年度报告", "甲县教育局"),
        ("信息名称: 甲县教育局2022年政府信息公开工作年度报告", "甲县教育局"),
        ("名　　称 | 甲县教育局2022年政府信息公开工作年度报告 |", "甲县教育局"),
        ("索 引 号 | 014416330/2018-04736 | 分 类 | 政府信息公开年报 综合政务 |", None),
    ],
)
def test_a_field_of_the_page_is_no_part_of_the_body(line: str, unit: str | None, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(line + _TABLE, encoding="utf-8")
    assert parse(open_source(page)).unit == unit


def test_running_text_is_no_name() -> None:
    assert read_title("统计期限至12月31日止。现将信访局2021年度政府信息公开工作年度报告如下")[0] is None


@pytest.mark.parametrize(("alone", "unit"), [(True, "甲县教育局"), (False, None)])
def test_a_title_alone_in_the_first_row_of_a_table_is_one(alone: bool, unit: str | None) -> None:
    """As spreadsheet programs save a sheet: all of it in one table."""
    rows = (
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "0", "0", "0"],
        ["行政规范性文件", "1", "0", "2"],
    )
    beside = "" if alone else "<td>附件</td>"
    first = f"<tr><td colspan=4>甲县教育局2022年政府信息公开工作年度报告</td>{beside}</tr><tr><td colspan=4>第二十条第（一）项</td></tr>"
    page = f"<table>{first}{''.join('<tr><td>' + '<td>'.join(row) for row in rows)}</table>"
    report = parse(page.encode(), name="a.html")
    assert (report.unit, report.year) == (unit, 2022 if alone else None)
    assert report.by_address["proactive.rules.issued"].value == 0
