"""Tables of separated fields that no name calls so: comma, semicolon and quoted tabs in files named .txt, .dat, or not at all."""

from __future__ import annotations

import csv
import io

import pytest
from sheet_files import csv_rows, page_of

from parsers import Report, Source, parse_all
from parsers.raw.sniff import sniff
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts.model import Page, rendered


def separated(page: Page, delimiter: str, *, quoted: bool = False) -> str:
    """The report as a spreadsheet program saves it, with a title line and its prose."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(csv_rows(page))
    return out.getvalue()


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["report.txt", "report", "report.dat", "report.csv"])
@pytest.mark.parametrize(("delimiter", "quoted"), [(",", False), (";", False), ("\t", True), (",", True)])
def test_a_table_is_told_by_its_fields_whatever_its_name(delimiter: str, quoted: bool, name: str, charset: str) -> None:
    for seed, form in enumerate(("2021", "2019", "2014")):
        page = page_of(seed, form=form)
        rendering = rendered(page, separated(page, delimiter, quoted=quoted).encode(charset), name)
        read = next(parse_all(Source(rendering.data, name)))
        assert isinstance(read, Report)
        assert {item.outcome for item in judge(rendering, read.facts)} == {Outcome.RIGHT}


@pytest.mark.parametrize(
    "line",
    [
        "一、本年新收政府信息公开申请数量 1,127 12 1 1 2 4 1,147",
        "一、本年新收政府信息公开申请数量 127, 12, 1, 1, 2, 4, 147",
        "| 一、本年新收 | 1,127 | 12 | 1,147 |",
        "全年公开信息1,127条, 其中规章0件, 规范性文件12件, 比上年多3件。",
    ],
)
def test_commas_within_numbers_and_prose_make_no_table(line: str) -> None:
    assert sniff("\n".join([line] * 30).encode(), "report.txt").kind == "text"
