"""What is drawn or typed in beside a figure may be more of its digits: such a cell is no plain number."""

from __future__ import annotations

import pytest

from parsers import Fact, Status, parse

PAGE = (
    "<title>某县2021年政府信息公开工作年度报告</title><div class=TRS_Editor><table>"
    "<tr><td>第二十条第（五）项</td><td></td></tr><tr><td>信息内容</td><td>本年处理决定数量</td></tr>"
    f"<tr><td>行政许可</td><td>{{}}</td></tr></table><p>{'文' * 200}</p></div>"
)


def read(cell: str, tag: str = "td") -> Fact:
    page = PAGE.replace("<td>{}</td>", f"<{tag}>{{}}</{tag}>").format(cell)
    return parse(page.encode(), name="report.html").by_address["proactive.licensing.decisions"]


@pytest.mark.parametrize(
    "cell",
    [
        "7<img src='8.png'>", "<p><img src='8.png'>7</p>", "7<img src='data:image/png;base64,AAAA'>", "7<svg><path d='M0 0'/></svg>",
        "7<canvas></canvas>", "7<input value=8>", "<input value=7><input type=text value=8>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("tag", ["td", "th"])
def test_a_figure_beside_something_drawn_is_doubted(cell: str, tag: str) -> None:
    fact = read(cell, tag)
    assert (fact.status, fact.value) == (Status.UNREADABLE, None)


@pytest.mark.parametrize(
    "cell",
    [
        "7", "7<img src='s.gif' width=1 height=1>", "<input value=7>", "<input value=7><input type=hidden value=8>", "<input value=7> 件",
        "7<input type=checkbox>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("tag", ["td", "th"])
def test_a_figure_beside_what_shows_nothing_is_read(cell: str, tag: str) -> None:
    assert read(cell, tag).value == 7
