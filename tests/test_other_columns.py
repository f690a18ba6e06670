"""Tables of applications with a column that the form does not have: sums of a part, shares, figures of another year."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from parsers import Report, Source, parse_all
from parsers.form import load_forms
from parsers.report import Fact
from parsers.values import read_value
from pipeline.demo.figures import random_sheet
from pipeline.demo.sheet import Sheet

TITLE, SECTION = "某县2022年政府信息公开工作年度报告", "三、收到和处理政府信息公开申请情况"
HEADS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
TABLE = next(form for form in load_forms() if form.name == "2021").table("applications")
ROWS = [row for row in TABLE.rows if row.values]
Rows = Sequence[Sequence[str]]


def grid(rows: Rows) -> Source:
    cells = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows)
    return Source(f"<h1>{TITLE}</h1><p>{SECTION}</p><table>{cells}</table>".encode(), "report.html")


def text(rows: Rows, between: str) -> Source:
    lines = (between.join(cell for cell in row if cell) for row in rows)
    return Source("\n".join((TITLE, SECTION, *lines)).encode(), "report.txt")


def printed(sheet: Sheet, head: str, at: int, figures: Random) -> Rows:
    """The table with one column more before the column `at`."""
    heads = ["", *HEADS]
    heads.insert(at + 1, head)
    rows = [heads]
    for row in ROWS:
        cells = [sheet.cells[f"applications.{row.code}.{column.code}"] for column in TABLE.columns]
        rows.append([row.zh, *cells[:at], str(figures.randint(0, 99)), *cells[at:]])
    return rows


def next_report(source: Source) -> Report:
    report = next(parse_all(source))
    assert isinstance(report, Report)
    return report


def told(source: Source) -> list[Fact]:
    """The facts of the table that say a value, or nothing."""
    return [
        fact for fact in next_report(source).facts if fact.table == "applications" and fact.status not in ("missing", "ambiguous")
    ]


def is_right(fact: Fact, sheet: Sheet) -> bool:
    meant = read_value(sheet.cells[fact.address])
    return (fact.value, fact.status == "blank") == (meant.number, meant.status == "blank")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("at", [0, 3, 7])
@pytest.mark.parametrize("head", ["法人小计", "占比", "上年总计", "2021年", "历年累计", "境外"])
@pytest.mark.parametrize("between", [" ", "   ", "\n"])
def test_blanks_that_were_dropped_do_not_make_a_row_with_a_figure_of_another_column(
    head: str, at: int, seed: int, between: str
) -> None:
    """Seven figures of eight columns are as many as the form has columns."""
    sheet = random_sheet(Random(seed), scale=(20, 200, 3000)[seed % 3], filling="half")
    assert [fact for fact in told(text(printed(sheet, head, at, Random(seed)), between)) if not is_right(fact, sheet)] == []


@pytest.mark.parametrize("filling", ["full", "half"])
@pytest.mark.parametrize("head", ["小计", "法人小计", "境外", "平均天数"])
def test_cells_under_their_heads_are_read_beside_a_column_that_has_another_head(head: str, filling: str) -> None:
    for seed in range(3):
        sheet = random_sheet(Random(seed), filling=filling)
        facts = told(grid(printed(sheet, head, 6, Random(seed))))
        assert [fact for fact in facts if not is_right(fact, sheet)] == []
        assert len(facts) == len(ROWS) * len(HEADS)


@pytest.mark.parametrize(("before", "cell", "behind"), [("单位", "件", ""), ("类别", "结果", ""), ("", "", "备注")])
def test_a_column_of_units_of_groups_or_of_empty_remarks_costs_no_row_of_text(before: str, cell: str, behind: str) -> None:
    sheet = random_sheet(Random(2))
    figures = {row.code: [sheet.cells[f"applications.{row.code}.{column.code}"] for column in TABLE.columns] for row in ROWS}
    rows = [["项目", before, *HEADS, behind], *([row.zh, cell, *figures[row.code]] for row in ROWS)]
    facts = told(text(rows, " "))
    assert [fact for fact in facts if not is_right(fact, sheet)] == []
    assert len(facts) == len(ROWS) * len(HEADS)


def test_figures_of_a_column_of_groups_in_the_place_of_a_dropped_one_are_told_by_the_totals() -> None:
    """All rows have as many figures as the form has columns, and the first of each is the number of its group."""
    rows = [
        ["项目", "类别", *HEADS],
        *([row.zh, "3", str(at % 4), "0", "0", "0", "0", str(at % 4)] for at, row in enumerate(ROWS)),
    ]
    assert [fact for fact in told(text(rows, " ")) if fact.value is not None] == []


def test_figures_under_no_head_leave_a_row_open() -> None:
    """The row may have moved to the right."""
    sheet = random_sheet(Random(1))
    assert [fact for fact in told(grid(printed(sheet, "", 7, Random(1)))) if not is_right(fact, sheet)] == []


def test_the_sum_of_a_group_of_section_four_is_no_sum_of_a_part() -> None:
    heads = ["结果维持", "结果纠正", "其他结果", "尚未审结", "小计"]
    rows = [
        ["行政复议", *[""] * 4, "未经复议直接起诉", *[""] * 4, "复议后起诉", *[""] * 4],
        [*heads, *heads[:4], "合计", *heads[:4], "合计"],
    ]
    figures = [str(at + 1) for at in range(15)]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (*rows, figures))
    page = f"<h1>{TITLE}</h1><p>四、政府信息公开行政复议、行政诉讼情况</p><table>{cells}</table>"
    report = next_report(Source(page.encode(), "report.html"))
    assert [str(fact.value) for fact in report.facts if fact.table == "review_litigation"] == figures


@pytest.mark.parametrize("heads", [["2016年", "2015年"], ["本年度", "历年累计"], ["统计数", "上年数"]])
def test_one_figure_of_two_columns_in_lines_of_text_is_not_this_years(heads: list[str]) -> None:
    rows = [row for row in next(form for form in load_forms() if form.name == "2014").table("statistics").rows if row.values]
    lines = [f"{row.zh} {'' if at % 3 == 0 else at} {'' if at % 2 else 100 * at}" for at, row in enumerate(rows)]
    source = Source(
        "\n".join(("某县2016年政府信息公开工作年度报告", " ".join(["统计指标", *heads]), *lines)).encode(), "report.txt"
    )
    report = next_report(source)
    assert [fact.row for fact in report.facts if fact.value is not None] == []


def licences(sheet: Sheet, shape: str) -> Rows:
    """Section two with figures of the year before beside its own, or with all its heads in one line."""
    row = {code: [text for address, text in sheet.cells.items() if address.startswith(f"proactive.{code}.")] for code in BLOCKS}
    if shape == "years":
        return [
            ["信息内容", "本年处理决定数量", "上年处理决定数量"],
            *([BLOCKS[code], *row[code], "5"] for code in ("licensing", "penalties", "compulsory_measures")),
            ["信息内容", "上年收费金额（单位：万元）", "本年收费金额（单位：万元）"],
            [BLOCKS["fees"], "3.5", *row["fees"]],
        ]
    return [
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数", "本年处理决定数量", "本年收费金额（单位：万元）"],
        *([BLOCKS[code], *row[code], "/", "/"] for code in ("rules", "normative_documents")),
        *([BLOCKS[code], "/", "/", "/", *row[code], "/"] for code in ("licensing", "penalties", "compulsory_measures")),
        [BLOCKS["fees"], "/", "/", "/", "/", *row["fees"]],
    ]


BLOCKS = {
    "rules": "规章", "normative_documents": "行政规范性文件", "licensing": "行政许可", "penalties": "行政处罚",
    "compulsory_measures": "行政强制", "fees": "行政事业性收费",
}  # fmt: skip


@pytest.mark.parametrize("between", [" ", "\n"])
@pytest.mark.parametrize("filling", ["full", "half", "blank"])
@pytest.mark.parametrize("shape", ["years", "wide"])
def test_a_figure_behind_a_blank_that_was_dropped_is_not_the_blocks_own(shape: str, filling: str, between: str) -> None:
    for seed in range(12):
        sheet = random_sheet(Random(seed), filling=filling)
        lines = [between.join(cell for cell in row if cell) for row in licences(sheet, shape)]
        report = next_report(Source("\n".join((TITLE, "二、主动公开政府信息情况", *lines)).encode(), "report.txt"))
        facts = [fact for fact in report.facts if fact.table == "proactive" and fact.status not in ("missing", "ambiguous")]
        assert [fact for fact in facts if not is_right(fact, sheet)] == [], seed


@pytest.mark.parametrize("note", ["见附件2", "229个工作日", "含2件"])
def test_a_note_behind_a_row_of_section_four_may_hide_a_lost_figure(note: str) -> None:
    heads = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3
    groups = ["行政复议", *[""] * 4, "未经复议直接起诉", *[""] * 4, "复议后起诉", *[""] * 4]
    figures = [str(at) for at in range(15) if at != 3]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (groups, heads, [*figures, note]))
    page = f"<h1>{TITLE}</h1><p>四、政府信息公开行政复议、行政诉讼情况</p><table>{cells}</table>"
    report = next_report(Source(page.encode(), "report.html"))
    assert [fact.address for fact in report.facts if fact.value is not None or fact.status == "blank"] == []


@pytest.mark.parametrize("row", ["| {0} | {1} |  | 47 |", "| {0} | {1} | 47 |"])
def test_the_rule_of_a_markdown_table_parts_no_heads_of_two_years_from_their_figures(row: str) -> None:
    rows = [row_ for row_ in next(form for form in load_forms() if form.name == "2014").table("statistics").rows if row_.values]
    lines = ["", "| 统计指标 | 单位 | 2016年 | 2015年 |", "|---|---|---|---|", "| 一、主动公开情况 | —— |  |  |"]
    lines += [row.format(item.zh, item.unit) for item in rows]
    report = next_report(Source("\n".join(("某县2016年政府信息公开工作年度报告", *lines)).encode(), "report.md"))
    assert [fact.row for fact in report.facts if fact.value is not None] == []


def test_a_note_behind_a_row_of_section_two_may_hide_a_lost_figure() -> None:
    rows = [
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "0", "236", "见附件2"],
        ["行政规范性文件", "1", "2", "3"],
    ]
    facts = [fact for fact in next_report(grid(rows)).facts if fact.table == "proactive" and fact.value is not None]
    assert [(fact.row, str(fact.value)) for fact in facts] == [("normative_documents", text) for text in "123"]
