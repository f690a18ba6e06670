"""A head over two columns, one of which is empty: a cell is told by its place, not by its number in the row."""

from __future__ import annotations

import pytest

from parsers import Report, Source, parse_all

Row = list[tuple[str, int]]
FIRST = [[("第二十条第（五）项", 5)], [("信息内容", 1), ("上一年项目数量", 1), ("本年增/减", 1), ("处理决定数量", 1), ("", 1)]]


def read(rows: list[Row]) -> dict[str, str]:
    """The cells of fees in a grid of cells and spans: the number, or the status of what has none."""
    cells = ("".join(f'<td colspan="{span}">{text}</td>' for text, span in row) for row in rows)
    table = "".join(f"<tr>{row}</tr>" for row in cells)
    page = f"<html><body><h1>某县2020年政府信息公开工作年度报告</h1><table>{table}</table></body></html>"
    report = next(parse_all(Source(page.encode(), "report.html")))
    assert isinstance(report, Report)
    return {fact.column: str(fact.status if fact.value is None else fact.value) for fact in report.facts if fact.row == "fees"}


@pytest.mark.parametrize("last", ["3", ""])
def test_the_figure_under_a_wide_head_is_not_the_next_columns(last: str) -> None:
    """The row above shows that the last cell is one too many; under the wide head the first cell is empty."""
    licences = [("行政许可", 1), ("1", 1), ("2", 1), ("3", 1), ("", 1)]
    heads = [("信息内容", 1), ("上一年项目数量", 2), ("本年增/减", 1), ("", 1)]
    fees = [("行政事业性收费", 1), ("", 1), ("7", 1), (last, 1), ("", 1)]
    found = read([*FIRST, licences, [("第二十条第（八）项", 5)], heads, fees])
    assert found["items_last_year"] in ("7", "ambiguous")
    assert found["change"] in (last or "blank", "ambiguous")
