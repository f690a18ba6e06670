"""Tables whose heads and labels are cut, as a workbook prints cells that are too low: no form is told by how many cells a row has."""

from __future__ import annotations

import pytest

from parsers import parse
from parsers.report import Status

_ROWS = (
    ("（一）项", "", "", ""), ("信息内容", "数", "数", "数"), ("规章", "0", "0", "0"), ("文件", "0", "0", "0"), ("（五）项", "", "", ""),
    ("信息内容", "定数量", "", ""), ("行政许可", "9", "", ""), ("（六）项", "", "", ""), ("信息内容", "定数量", "", ""), ("行政处罚", "6", "", ""),
    ("行政强制", "0", "", ""), ("（八）项", "", "", ""), ("信息内容", "万元）", "", ""), ("收费", "0", "", ""),
)  # fmt: skip


@pytest.mark.parametrize("year", ["2022年", ""])
def test_a_table_that_no_label_tells_from_that_of_another_form_is_open(year: str) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in _ROWS)
    page = f"<h1>青槐县{year}政府信息公开工作年度报告</h1><p>二、主动公开政府信息情况</p><table>{rows}</table>"
    read = (Status.PUBLISHED, Status.BLANK, Status.NIL, Status.RECONSTRUCTED)
    assert not [fact.address for fact in parse(page.encode(), name="a.html").facts if fact.status in read]
