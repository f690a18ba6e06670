"""Figures that a tool has cut in pieces are no smaller ones, and any sign that stands between the cells of rows parts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers import Fact, open_source, parse

_ROWS = [
    ["第二十条第（一）项"],
    ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"],
    ["规章", "0", "0", "0"],
    ["规范性文件", "12", "", "13"],
    ["第二十条第（五）项"],
    ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"],
    ["行政许可", "40", "-2", "14"],
    ["其他对外管理服务事项", "3", "0", "7"],
    ["第二十条第（六）项"],
    ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"],
    ["行政处罚", "5", "0", "15"],
    ["行政强制", "6", "0", "16"],
    ["第二十条第（九）项"],
    ["信息内容", "采购项目数量", "采购总金额"],
    ["政府集中采购", "2", "{amount}"],
]


def _facts(folder: Path, sign: str, amount: str) -> dict[tuple[str, str], Fact]:
    page = folder / "page.txt"
    lines = [sign.join(row) for row in _ROWS]
    text = "禾川县青槐镇2020年政府信息公开工作年度报告\n" + "\n".join(lines).replace("{amount}", amount)
    page.write_text(text + "\n三、收到和处理政府信息公开申请情况\n", encoding="utf-8")
    return {(fact.row, fact.column): fact for fact in parse(open_source(page)).facts}


@pytest.mark.parametrize("sign", ["\t", " ", "  ", "|", "\n", "\n\n", "#", "\\", ";"])
@pytest.mark.parametrize("amount", ["349 8. 66", "349 8.66", "34 98.66"])
def test_the_beginning_of_a_cut_figure_is_not_published(sign: str, amount: str, tmp_path: Path) -> None:
    fact = _facts(tmp_path, sign, amount)["procurement", "amount"]
    assert fact.value is None


@pytest.mark.parametrize("sign", ["\t", "|", "\n"])
@pytest.mark.parametrize("pieces", [("349", "8.", "66"), ("0", ".31")])
def test_pieces_of_a_figure_in_places_of_cells(sign: str, pieces: tuple[str, ...], tmp_path: Path) -> None:
    facts = _facts(tmp_path, sign, sign.join(pieces))
    assert facts["procurement", "amount"].value is None
    page = tmp_path / "page.txt"
    page.write_text(page.read_text("utf-8").replace("\n", sign), encoding="utf-8")
    amounts = [fact.value for fact in parse(open_source(page)).facts if (fact.row, fact.column) == ("procurement", "amount")]
    assert amounts == [None]


def test_a_figure_before_the_number_of_a_row_is_read(tmp_path: Path) -> None:
    facts = _facts(tmp_path, " ", "349\n1.\n2021年，我镇公开信息30条")
    assert facts["procurement", "amount"].value == 349


@pytest.mark.parametrize("sign", list("#\\^@$¦"))
@pytest.mark.parametrize("outer", [False, True])
def test_a_sign_between_cells(sign: str, *, outer: bool, tmp_path: Path) -> None:
    facts = _facts(tmp_path, sign, "349")
    if outer:
        page = tmp_path / "page.txt"
        lines = page.read_text("utf-8").splitlines()
        page.write_text("\n".join(f"{sign}{line}{sign}" if sign in line else line for line in lines), encoding="utf-8")
        facts = {(fact.row, fact.column): fact for fact in parse(open_source(page)).facts}
    read = [facts["normative_documents", column] for column in ("produced", "disclosed", "disclosed_total")]
    assert [(fact.status.value, fact.value) for fact in read] == [("published", 12), ("blank", None), ("published", 13)]
    assert [facts["licensing", column].value for column in ("items_last_year", "change", "decisions")] == [40, -2, 14]
    assert facts["procurement", "amount"].value == 349
