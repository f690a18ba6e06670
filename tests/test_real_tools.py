"""Texts that tools make of pages: line breaks of a page's source are no cells, and the tree of a page is no table."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from bs4 import BeautifulSoup

from parsers import Fact, Report, open_source, parse_all
from parsers.raw.lists import records_of
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts import layout_named
from pipeline.demo.layouts.model import Rendering
from pipeline.demo.trial import facts_of


def _facts(folder: Path, text: str) -> list[Fact]:
    page = folder / "page.txt"
    page.write_text("禾川县青槐镇2022年政府信息公开工作年度报告\n" + text, encoding="utf-8")
    return [fact for report in parse_all(open_source(page)) if isinstance(report, Report) for fact in report.facts]


def _page(seed: int = 31) -> Rendering:
    chance = Random(f"conv{seed}")
    sheet = random_sheet(chance, form="2014", filling="half", scale=20)
    return layout_named("html.word").render(sheet, Random(seed))


def _wrong(page: Rendering, text: str, name: str) -> list[str]:
    printed = Rendering(text.encode(), name, page.printed, page.kept)
    return [f"{found.address}: {found.outcome.value}" for found in judge(printed, facts_of(printed)) if found.outcome.wrong]


@pytest.mark.parametrize("seed", [31, 55])
def test_the_blanks_before_a_unit_are_no_cell(seed: int) -> None:
    """As of `get_text("|")`: each line break of the source is a piece of text, and so is what stands after the last row."""
    page = _page(seed)
    assert _wrong(page, BeautifulSoup(page.data, "lxml").get_text("|"), "page.txt") == []


def test_the_tree_of_a_page_holds_no_rows() -> None:
    """As of `pandoc -t json`: lists of two hold the attributes of a cell, and the cell's text stands elsewhere."""
    page = _page()

    def cell(text: str) -> list[object]:
        style = [["width", "38"], ["style", "padding: 0cm 5.4pt"]]
        words = {"t": "Span", "c": [["", [], [["lang", "EN-US"]]], [{"t": "Str", "c": text}]]}
        return [["", [], style], {"t": "AlignDefault"}, 1, 1, [{"t": "Para", "c": [words]}]]

    soup = BeautifulSoup(page.data, "lxml")
    rows = [[["", [], []], [cell(found.get_text(strip=True)) for found in row.find_all("td")]] for row in soup.find_all("tr")]
    tree = {"meta": {}, "blocks": [{"t": "Table", "c": rows}]}
    text = json.dumps(tree, ensure_ascii=False)
    assert records_of(text) is None
    assert _wrong(page, text, "page.json") == []


def test_marks_of_a_wiki_are_no_dashes(tmp_path: Path) -> None:
    rows = [["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], ["规章", "", "", ""], ["行政规范性文件", "3", "", "5"]]
    lines = ["{| class=wikitable", *("|-\n" + "\n".join(f"| {cell}" for cell in row) for row in rows), "|}"]
    facts = _facts(tmp_path, "二、主动公开政府信息情况\n" + "\n".join(lines))
    assert not [fact for fact in facts if fact.status.value == "nil"]
    assert [fact.value for fact in facts if fact.row == "normative_documents"] == [3, None, 5]


def test_a_rule_below_a_table_is_no_dash(tmp_path: Path) -> None:
    table = (
        "第二十条第（八）项\n信息内容    本年收费金额（单位：万元）\n\n行政事业性收费\n"
        + 60 * "-"
        + "\n\n三、收到和处理政府信息公开申请情况"
    )
    assert not [fact for fact in _facts(tmp_path, table) if fact.status.value == "nil"]


def test_a_stroke_between_two_names_of_a_figure_is_no_dash() -> None:
    page = _page()
    rows = [[cell.get_text(strip=True) for cell in row.find_all("td")] for row in BeautifulSoup(page.data, "lxml").find_all("tr")]
    lines = [f"{row[0]}/统计数：{row[-1] or 0}" for row in rows if len(row) > 2]
    nil = [
        fact for fact in facts_of(Rendering("\n".join(lines).encode(), "page.txt", {}, frozenset())) if fact.status.value == "nil"
    ]
    assert nil == []
