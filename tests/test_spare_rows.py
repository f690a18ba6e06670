"""Rows and columns that a site adds to a table of the form: sums of groups, shares, footers, numbers of pages."""

from __future__ import annotations

from collections.abc import Sequence

from parsers import Report, Source, parse_all
from parsers.form import load_forms
from parsers.report import Fact

HEADS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
PLAIN = ["3", "1", "0", "0", "0", "2", "6"]
EMPTY = [""] * 7


def labels_of(name: str, table: str) -> list[str]:
    """The labels of the rows of a table that hold figures."""
    form = next(form for form in load_forms() if form.name == name)
    return [row.zh for row in form.table(table).rows if row.values]


APPLICATIONS = labels_of("2019", "applications")
STATISTICS = labels_of("2014", "statistics")


def numbers_of(lines: Sequence[Sequence[str]], year: int) -> list[Fact]:
    """The facts with a number that are read of a page with one table of these cells."""
    wide = max(map(len, lines))
    rows = "".join(
        "<tr>" + "".join(f"<td colspan={wide if len(line) == 1 else 1}>{text}</td>" for text in line) + "</tr>" for line in lines
    )
    page = f"<h1>某县{year}年政府信息公开工作年度报告</h1><table>{rows}</table>"
    report = next(parse_all(Source(page.encode(), "report.html")))
    assert isinstance(report, Report)
    return [fact for fact in report.facts if fact.value is not None]


def test_a_column_of_shares_is_not_one_that_was_lost() -> None:
    lines = [["", *HEADS, "占比"], *([label, *PLAIN[1:], str(at * 7 % 50)] for at, label in enumerate(APPLICATIONS) if label)]
    assert numbers_of(lines, 2020) == []


def test_the_sum_of_a_group_is_not_the_total_whose_row_lost_a_cell() -> None:
    lines = [["", *HEADS], *([label, *EMPTY[1:]] for label in APPLICATIONS)]
    lines.insert(-2, ["总计", *["0"] * 7])
    assert numbers_of(lines, 2020) == []


def test_the_sum_beside_the_title_of_a_group_is_not_a_row_that_lacks_before_it() -> None:
    lines = [["", *HEADS], *([label, *EMPTY] for label in APPLICATIONS)]
    at = next(at for at, line in enumerate(lines) if line[0].startswith("3.补正"))
    lines[at] = ["（五）不予处理", *["0"] * 7]
    assert numbers_of(lines, 2020) == []


def test_the_number_of_a_page_in_the_column_of_labels_is_no_figure_of_a_row_that_lacks() -> None:
    lines = [["统计指标", "单位", "统计数"], *([label, "", ""] for label in STATISTICS)]
    at = next(at for at, line in enumerate(lines) if line[0].startswith("（三）从事"))
    lines[at : at + 1] = [[lines[at][0], "人", ""], ["7", "", ""]]
    assert numbers_of(lines, 2015) == []


def test_a_row_of_the_footer_is_not_the_last_of_the_form() -> None:
    lines = [["统计指标", "单位", "统计数"], *([label, "件", "5"] for label in STATISTICS[:-1]), ["审核", "", "2"]]
    assert [fact.row for fact in numbers_of(lines, 2015) if fact.value == 2] == []


def test_words_among_figures_above_a_label_make_them_no_row_of_the_label_above() -> None:
    labels = labels_of("2021", "applications")
    figures = ["3 1 3/4 0 0 2 6", *[" ".join(PLAIN)] * len(labels)]
    lines = ["三、收到和处理政府信息公开申请情况", *(f"{row}\n{label}" for row, label in zip(figures, labels, strict=False))]
    lines += ["四、政府信息公开行政复议、行政诉讼情况", "0 0 0 0 0", "行政复议"]
    text = "某县2022年政府信息公开工作年度报告\n" + "\n".join(lines) + "\n"
    report = next(parse_all(Source(text.encode(), "report.txt")))
    assert isinstance(report, Report)
    assert [fact for fact in report.facts if fact.value is not None] == []


def test_a_share_beside_an_empty_cell_is_not_its_figure() -> None:
    lines = [
        ["统计指标", "单位", "统计数", "占比"],
        *([label, "件", "", str(at * 7 % 50)] for at, label in enumerate(STATISTICS)),
    ]
    assert numbers_of(lines, 2015) == []
