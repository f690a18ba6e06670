"""Rows that look like a row of the form and are not: of a second table, of a part of a row, of the line below."""

from __future__ import annotations

from collections.abc import Sequence

from parsers import Report, Source, parse_all
from parsers.form import load_forms
from parsers.report import Fact, Status

HEADS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
PLAIN = ["3", "1", "0", "0", "0", "2", "6"]
OTHER = ["4", "0", "0", "0", "0", "1", "5"]
EMPTY = [""] * 7
KNOWN = (Status.PUBLISHED, Status.RECONSTRUCTED, Status.BLANK, Status.NIL)


def form_rows(name: str, table: str) -> list[str]:
    """The labels of the rows of a table that hold figures."""
    form = next(form for form in load_forms() if form.name == name)
    return [row.zh for row in form.table(table).rows if row.values]


APPLICATIONS = form_rows("2021", "applications")


def table(lines: Sequence[Sequence[str]]) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in line) + "</tr>" for line in lines)
    return f"<table>{rows}</table>"


def facts_of(page: str, *, year: int = 2022, name: str = "report.html") -> list[Fact]:
    """What is read of a page, or of a text."""
    title = f"某县{year}年政府信息公开工作年度报告"
    text = f"<h1>{title}</h1>{page}" if name.endswith("html") else f"{title}\n{page}\n"
    report = next(parse_all(Source(text.encode(), name)))
    assert isinstance(report, Report)
    return list(report.facts)


def said(facts: Sequence[Fact], row: str) -> list[Fact]:
    """The facts of a row that say what stands in the cell."""
    return [fact for fact in facts if fact.row == row and fact.status in KNOWN]


def test_figures_before_their_label_in_its_line_are_not_those_of_the_line_above() -> None:
    rows = form_rows("2014", "statistics")
    text = "\n".join(f"{at * 7 % 50} {label}" for at, label in enumerate(rows))
    assert [fact for fact in facts_of(text, year=2015, name="report.txt") if fact.value is not None] == []


def test_a_row_that_is_misprinted_in_both_of_two_tables_is_of_neither() -> None:
    printed = [label.replace("没有现成", "没有某成") for label in APPLICATIONS]
    first = [["", *HEADS], *([label, *PLAIN] for label in printed)]
    second = [["", *HEADS], *([label, *OTHER] for label in printed)]
    assert said(facts_of(f"<p>全县</p>{table(first)}<p>县本级</p>{table(second)}"), "unable.needs_creation") == []


def test_two_rows_printed_in_other_words_are_told_apart_though_the_longer_label_holds_the_shorter() -> None:
    rows = [label.replace("政府网站在线", "门户网站在线") for label in form_rows("2014", "statistics")]
    facts = facts_of(table([["统计指标", "统计数"], *([label, ""] for label in rows)]), year=2015)
    assert {fact.row: fact.status for fact in facts if "interviews" in fact.row} == {
        "response.by_channel.online_interviews": Status.BLANK,
        "response.by_channel.online_interviews_by_leaders": Status.BLANK,
    }


def test_a_sum_of_a_group_is_not_the_total_of_all_that_stands_empty() -> None:
    lines = [["", "", *HEADS[1:]], *([label, *EMPTY] for label in APPLICATIONS)]
    lines.insert(-2, ["总计", *["0"] * 7])
    assert [fact for fact in facts_of(table(lines)) if fact.value is not None] == []


def test_a_part_of_a_row_is_not_the_row_that_stands_out_of_its_order() -> None:
    lines = [["", *HEADS], *([label, *PLAIN] for label in APPLICATIONS)]
    lines[1], lines[2] = [APPLICATIONS[1], *PLAIN[:6]], lines[1]
    lines.insert(3, ["其中", *OTHER])
    facts = facts_of(table(lines))
    assert [fact.value for fact in facts if fact.row in ("received", "carried_in") and fact.value == 4] == []


def test_a_row_of_whose_cells_one_is_too_many_is_compared_with_its_part() -> None:
    lines = [["", "", *HEADS], *([label, label, *PLAIN] for label in APPLICATIONS)]
    lines[3:4] = [[APPLICATIONS[2], APPLICATIONS[2], *PLAIN[:4], "", *PLAIN[4:]], [APPLICATIONS[2], "其中", *OTHER]]
    assert [fact.value for fact in said(facts_of(table(lines)), "granted") if fact.value == 4] == []


def test_a_misprinted_bracket_hides_no_row_of_figures() -> None:
    rows = form_rows("2019", "applications")
    printed = [label.replace("（七）", "己七）") for label in rows]
    figures = [OTHER if label.startswith("己") else PLAIN for label in printed]
    text = " ".join(f"{label} {' '.join(row)}" for label, row in zip(printed, figures, strict=True))
    facts = facts_of(" ".join(["", *HEADS, text]), year=2020, name="report.txt")
    assert [fact.value for fact in said(facts, "other") if fact.value == 4] == []


def test_the_number_of_a_page_behind_figures_on_their_line_is_no_cell() -> None:
    lines = [f"{label} {' '.join(PLAIN)}" for label in APPLICATIONS]
    lines[8] = f"{APPLICATIONS[8]} 3 1 0 6 — 3 —"
    facts = facts_of("\n".join([" ".join(HEADS), *lines]), name="report.txt")
    assert said(facts, "refused.internal_affairs") == [] or {fact.status for fact in said(facts, "refused.internal_affairs")} == {
        Status.RECONSTRUCTED
    }
