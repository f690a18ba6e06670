"""Figures that stand beside a table's own and are not its own: another year's, row numbers, the rest of a cut row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from itertools import count

import pytest

from parsers import Report, Source, parse_all
from parsers.form import load_forms
from parsers.report import Fact, Status

WIDTH = 7
PLAIN = ["3", "1", "0", "0", "0", "2", "6"]
EMPTY = [""] * WIDTH


def form_rows(name: str, table: str) -> list[str]:
    """The labels of the rows of a table that hold figures."""
    form = next(form for form in load_forms() if form.name == name)
    return [row.zh for row in form.table(table).rows if row.values]


APPLICATIONS = form_rows("2021", "applications")
HEADS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]


def facts_of(lines: Sequence[Sequence[str]], *, year: int = 2022) -> list[Fact]:
    """What is read of a page with one table of these cells."""
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in line) + "</tr>" for line in lines)
    page = f"<h1>某县{year}年政府信息公开工作年度报告</h1><table>{rows}</table>"
    report = next(parse_all(Source(page.encode(), "report.html")))
    assert isinstance(report, Report)
    return list(report.facts)


def said(facts: Sequence[Fact], row: str = "") -> list[Fact]:
    """The facts, of one row or all, that say what stands in the cell."""
    known = (Status.PUBLISHED, Status.RECONSTRUCTED, Status.BLANK, Status.NIL)
    return [fact for fact in facts if fact.status in known and row in ("", fact.row)]


@pytest.mark.parametrize("years", [("2022年", "2021年"), ("本年", "上年"), ("本年数", "上年同期")])
def test_columns_of_another_year_are_not_read_where_those_of_this_one_are_blank(years: tuple[str, str]) -> None:
    beside = [["", *[years[0]] * WIDTH, *[years[1]] * WIDTH], ["", *HEADS, *HEADS]]
    beside += [[label, *EMPTY, *PLAIN] for label in APPLICATIONS]
    assert said(facts_of(beside)) == []
    between = [["", *(head for head in HEADS for _ in years)], ["", *years * WIDTH]]
    between += [[label, *(text for figure in PLAIN for text in ("", figure))] for label in APPLICATIONS]
    assert said(facts_of(between)) == []


def test_a_column_of_another_year_is_not_read_in_a_block() -> None:
    lines = [["第二十条第（五）项"], ["信息内容", "本年处理决定数量", ""], ["", "本年", "上年"], ["行政许可", "", "14"]]
    assert said(facts_of(lines)) == []


def test_a_row_of_another_year_is_not_read_where_the_label_of_both_is_misprinted() -> None:
    lines = [["", "", *HEADS]]
    for at, label in enumerate(APPLICATIONS):
        printed = label.replace("国家", "某家") if at == 4 else label
        lines += [[printed, "上年", *PLAIN], [printed, "本年", *EMPTY]]
    assert said(facts_of(lines), "refused.state_secret") == []


def test_a_row_of_another_year_is_not_read_where_this_ones_figure_cannot_be() -> None:
    lines = [
        ["第二十条第（五）项"],
        ["信息内容", "", "本年处理决定数量"],
        ["行政许可", "本年", "同上"],
        ["行政许可", "上年", "8"],
    ]
    assert said(facts_of(lines)) == []


@pytest.mark.parametrize("first", [True, False])
def test_the_number_of_a_row_is_no_figure_of_one_that_lost_a_cell(first: bool) -> None:
    lines = [["", "", *HEADS] if first else ["", *HEADS, ""]]
    for at, label in enumerate(APPLICATIONS):
        figures = PLAIN[1:] if at == 9 else PLAIN
        lines.append([label, str(at + 1), *figures] if first else [label, *figures, str(at + 1)])
    assert said(facts_of(lines), "refused.process_information") == []


def test_row_numbers_are_no_figures_of_a_table_that_is_not_filled_in() -> None:
    number = count(1)
    rows = form_rows("2014", "statistics")
    lines = [["统计指标", "单位", "统计数", ""], *([label, "", "", str(next(number))] for label in rows)]
    assert [fact for fact in facts_of(lines, year=2015) if fact.value is not None] == []


def test_row_numbers_move_no_row_of_a_table_that_lost_a_column() -> None:
    lines = [["", "", *HEADS[1:]], *([label, str(at), *PLAIN[1:]] for at, label in enumerate(APPLICATIONS, 1))]
    assert [fact for fact in facts_of(lines) if fact.value is not None and fact.column == "natural_person"] == []


def test_empty_cells_above_the_rest_of_their_row_are_open() -> None:
    lines = [["", *HEADS], *([label, *PLAIN] for label in APPLICATIONS)]
    lines[9:10] = [[APPLICATIONS[8], *PLAIN[:3], "", "", "", ""], ["", "", "", "", *PLAIN[3:]]]
    code = "refused.internal_affairs"
    facts = {fact.column: fact for fact in facts_of(lines) if fact.row == code}
    assert len(said(facts_of(lines), code)) == 3
    assert facts["natural_person"].value == 3


def test_empty_cells_of_a_block_above_the_rest_of_their_row_are_open() -> None:
    lines = [["第二十条第（一）项"], ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]]
    lines += [["规章", "0", "0", "0"], ["行政规范性文件", "2", "", ""], ["", "", "1", "9"]]
    assert [(fact.column, fact.value) for fact in said(facts_of(lines), "normative_documents")] == [("issued", Decimal(2))]


def test_a_place_that_a_wide_label_covers_is_no_cell_of_a_row_that_lost_one() -> None:
    rows = [[label, "", "", *PLAIN] if "、" in label[:2] else ["", "", label, *PLAIN] for label in APPLICATIONS]
    rows[0] = [APPLICATIONS[0], "", "", *PLAIN[1:]]
    lines = [
        "\\begin{tabular}{lccc}",
        " & ".join(["", "", "", *HEADS]) + " \\\\",
        *(" & ".join(row) + " \\\\ \\hline" for row in rows),
    ]
    text = "某县2022年政府信息公开工作年度报告\n" + "\n".join(lines) + "\n\\end{tabular}\n"
    report = next(parse_all(Source(text.encode(), "report.txt")))
    assert isinstance(report, Report)
    assert said(report.facts, "received") == []


def test_a_cell_too_many_whose_row_total_breaks_is_open() -> None:
    lines = [["", *HEADS], *([label, *PLAIN] for label in APPLICATIONS)]
    del lines[0]  # no head says where a cell stands
    lines[8] = [APPLICATIONS[8], "3", "1", "0", "0", "5", "0", "2", ""]
    assert said(facts_of(lines), "refused.internal_affairs") == []


def test_a_head_of_another_table_is_no_head_of_section_four() -> None:
    lines = [[label, *PLAIN] for label in APPLICATIONS]
    columns = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in line) + "</tr>" for line in (*lines, ["", *HEADS]))
    heads = "".join(f"<td>{text}</td>" for text in [*columns[:4], "", *columns * 2])
    figures = "".join(f"<td>{text}</td>" for text in ["136", "", "0", "3", "139", *["0"] * 10])
    page = f"""<h1>某县2022年政府信息公开工作年度报告</h1><table>{rows}</table><h2>四、政府信息公开行政复议、行政诉讼情况</h2>
    <table><tr><td colspan=5 rowspan=2>行政复议</td><td colspan=10>行政诉讼</td></tr>
    <tr><td colspan=5>未经复议直接起诉</td><td colspan=5>复议后起诉</td></tr><tr>{heads}</tr><tr>{figures}</tr></table>"""
    report = next(parse_all(Source(page.encode(), "report.html")))
    assert isinstance(report, Report)
    total, upheld = (report.by_address[f"review_litigation.review.{code}"].value for code in ("total", "upheld"))
    assert (total, upheld) in ((139, 136), (None, None))


def test_a_label_that_two_groups_share_is_that_of_the_group_before_it() -> None:
    form = next(form for form in load_forms() if form.name == "2014")
    gone = ("litigation", "litigation.upheld", "litigation.corrected", "litigation.other", "review.upheld", "review.corrected")
    rows = [row for row in form.table("statistics").rows if row.values and row.code not in gone]
    facts = {fact.address: fact for fact in facts_of([(row.zh, str(at)) for at, row in enumerate(rows)], year=2015)}
    assert facts["statistics.litigation.other.count"].value is None


@pytest.mark.parametrize("joiner", ["-统计数　", "—统计数　", "_统计数 "])
def test_what_joins_a_label_and_its_figure_is_no_sign_for_nothing(joiner: str) -> None:
    rows = form_rows("2014", "statistics")
    text = "\n".join(f"{label}{joiner}{at * 7 % 50}" for at, label in enumerate(rows))
    report = next(parse_all(Source(f"某县2015年政府信息公开工作年度报告\n{text}\n".encode(), "report.txt")))
    assert isinstance(report, Report)
    assert [fact for fact in report.facts if fact.status is Status.NIL] == []


def test_figures_that_dashes_part_are_no_row_with_signs_for_nothing() -> None:
    lines = [" ".join(["", *HEADS]), *(f"{label} _ {' _ '.join(PLAIN)}" for label in APPLICATIONS)]
    lines[9] = f"{APPLICATIONS[8]} _ 6 _ 0 _ 7 _"
    report = next(parse_all(Source(("某县2022年政府信息公开工作年度报告\n" + "\n".join(lines) + "\n").encode(), "report.txt")))
    assert isinstance(report, Report)
    assert said(report.facts, "refused.internal_affairs") == []


def test_a_blank_may_part_the_thousands_of_one_figure() -> None:
    lines = [
        "第二十条第（五）项",
        "信息内容   上一年项目数量   本年增/减   处理决定数量",
        "行政许可   32      9 924",
        "其他对外管理服务事项   1   0   5",
    ]
    report = next(parse_all(Source(("某县2020年政府信息公开工作年度报告\n" + "\n".join(lines) + "\n").encode(), "report.txt")))
    assert isinstance(report, Report)
    assert [fact for fact in said(report.facts, "licensing") if fact.value in (9, 924)] == []


def test_a_figure_before_a_question_mark_is_open() -> None:
    rows = form_rows("2014", "statistics")
    text = "\n".join(f"{label}\n{at * 7 % 50}{'?' if at == 9 else ''}" for at, label in enumerate(rows))
    report = next(parse_all(Source(f"某县2015年政府信息公开工作年度报告\n{text}\n".encode(), "report.txt")))
    assert isinstance(report, Report)
    assert [fact.value for fact in report.facts if (fact.raw or "").startswith("13")] == [None]


def test_a_record_that_lacks_a_key_moves_no_other_value() -> None:
    rows = [{"项目": label, **dict(zip(HEADS, PLAIN, strict=True))} for label in APPLICATIONS]
    del rows[9]["科研机构"]
    text = "某县2022年政府信息公开工作年度报告\n" + "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"
    report = next(parse_all(Source(text.encode(), "report.txt")))
    assert isinstance(report, Report)
    values = [fact.value for fact in report.facts if fact.row == "refused.process_information"]
    assert [None if value is None else str(value) for value in values] == ["3", "1", None, "0", "0", "2", "6"]


def test_a_row_that_stands_twice_is_compared_cell_by_cell() -> None:
    first = [["", *HEADS], *([label, *PLAIN] for label in APPLICATIONS)]
    first[9:10] = [[APPLICATIONS[8], *PLAIN[:3], "", "", "", ""], ["", "", "", "", *PLAIN[3:]]]
    second = [["", *HEADS], *([label, *(["4"] if at == 8 else ["3"]), *PLAIN[1:]] for at, label in enumerate(APPLICATIONS))]
    assert [fact.value for fact in said(facts_of([*first, *second]), "refused.internal_affairs") if fact.value == 3] == []
