"""Figures of texts in traditional script: the signs, units and marks beside them are read as those of simplified ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers import open_source, parse

_ROWS = [
    ["第二十條第（五）項"],
    ["信息內容", "上一年項目數量", "本年增/減", "處理決定數量"],
    ["行政許可", "37", "減3", "1125件"],
    ["其他對外管理服務事項", "無", "增4", "5項"],
    ["第二十條第（六）項"],
    ["信息內容", "上一年項目數量", "本年增/減", "處理決定數量"],
    ["行政處罰", "二", "減少1", "約20"],
    ["行政強制", "兩", "0", "6"],
    ["第二十條第（九）項"],
    ["信息內容", "採購項目數量", "採購總金額"],
    ["政府集中採購", "3個", "103萬元"],
]
_EXPECTED = {
    "licensing": [("published", 37), ("published", -3), ("published", 1125)],
    "other_services": [("nil", None), ("published", 4), ("published", 5)],
    "penalties": [("published", 2), ("published", -1), ("unreadable", None)],
    "compulsory_measures": [("published", 2), ("published", 0), ("published", 6)],
    "procurement": [("published", 3), ("published", 103)],
}
_TITLE = "禾川縣市場監督管理局2020年政府信息公開工作年度報告"


def _page(rows: list[list[str]]) -> str:
    return "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", f"<p>{_TITLE}</p>{_page(_ROWS)}"),
        ("bars.txt", _TITLE + "\n" + "\n".join(" | ".join(row) + " |" for row in _ROWS)),
        ("ends.txt", _TITLE + "\n" + " |\n".join(cell for row in _ROWS for cell in row) + " |"),
        ("lines.txt", _TITLE + "\n" + "\n|\n".join(cell for row in _ROWS for cell in row) + "\n|"),
    ],
)
def test_figures_with_words(name: str, text: str, tmp_path: Path) -> None:
    page = tmp_path / name
    page.write_text(text, encoding="utf-8")
    report = parse(open_source(page))
    read = {
        row: [(fact.status.value, fact.value) for fact in report.facts if fact.table == "proactive" and fact.row == row]
        for row in _EXPECTED
    }
    assert read == _EXPECTED
    assert [fact.unit_of_measure for fact in report.facts if fact.row == "procurement"] == ["个", "万元"]
