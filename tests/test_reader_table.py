"""Separated fields: every cell in every charset, quotes, prose with commas, and limits."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from damage import is_answer
from hypothesis import given, settings
from hypothesis import strategies as st
from sheet_files import csv_rows, page_of

from parsers import Source, parse, parse_all
from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import sniff
from parsers.readers import read_document
from parsers.report import Report
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts.model import lay_out, rendered, spread


def rows_of(document: Document) -> list[list[str]]:
    """The texts of all grids, row by row."""
    rows: dict[tuple[int, int], list[str]] = {}
    for grid in document.grids():
        for cell in grid.cells:
            rows.setdefault((grid.number, cell.row), []).append(cell.text)
    return list(rows.values())


def separated(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(("delimiter", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.csv"), ("\t", "a.tsv")])
def test_every_cell_of_separated_fields_is_read(charset: str, delimiter: str, name: str) -> None:
    page = page_of(2, form="2019" if delimiter == ";" else "2021")
    content = separated(list(csv_rows(page)), delimiter).encode(charset)
    rendering = rendered(page, content, name)
    (report,) = parse_all(Source(content, name))
    assert isinstance(report, Report)
    assert {item.outcome for item in judge(rendering, report.facts)} == {Outcome.RIGHT}


def numbered(rows: Sequence[Sequence[str]], *heads: str) -> list[list[str]]:
    """Rows with their numbers before them, under the names of columns."""
    return [["", *heads], *([str(at), *row] for at, row in enumerate(rows))]


@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("made", ["numbers", "counted", "title", "quotes"])
def test_what_a_program_put_around_the_fields_is_none_of_them(made: str, seed: int) -> None:
    page = page_of(seed)
    rows = list(csv_rows(page))
    wide = range(len(rows[0]))
    if made == "numbers":
        rows = numbered(rows)[1:]
    elif made == "counted":
        rows = numbered(rows, *map(str, wide))
    elif made == "title":
        rows = numbered(rows[1:], rows[0][0], *(f"Unnamed: {at}" for at in wide[1:]))
    else:
        rows = [["'" + text if text.isdecimal() else text for text in row] for row in rows]
    content = separated(rows).encode()
    (report,) = parse_all(Source(content, "a.csv"))
    assert isinstance(report, Report)
    assert {item.outcome for item in judge(rendered(page, content, "a.csv"), report.facts)} == {Outcome.RIGHT}
    assert report.year == page.year


def test_quoted_fields_keep_line_breaks_and_quotes() -> None:
    content = '年报,,\r\n"甲\r\n""乙"", 丙",1,2\r\n丁,"3",4\r\n'.encode()
    assert rows_of(read_document(Source(content, "a.csv"))) == [['甲\n"乙", 丙', "1", "2"], ["丁", "3", "4"]]


def test_tables_of_several_widths_below_each_other_are_read() -> None:
    """As programs write the tables of a page, each as wide as it is, parted anew at every page."""
    for seed in range(6):
        page = lay_out(random_sheet(Random(seed), form=("2021", "2019", "2014")[seed % 3], filling=("full", "half")[seed // 3]))
        rows = [[page.title]]
        for plate in page.plates():
            for at, slots in enumerate(spread(plate)):
                rows += [[]] if at == 0 or (at % (5 + seed) == 4 and at > 6) else []
                rows.append([slot.box.text if slot.first_row and slot.first_column else "" for slot in slots])
        rendering = rendered(page, separated(rows, ",").encode(), "a.csv")
        report = parse(Source(rendering.data, rendering.name))
        outcomes = [(item.address, item.outcome) for item in judge(rendering, report.facts) if item.outcome is not Outcome.RIGHT]
        assert not any(outcome.wrong for _, outcome in outcomes), (seed, outcomes)
        assert seed >= 3 or outcomes == [], (seed, outcomes)


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_a_record_that_has_lost_a_field_has_no_blank_cell_of_its_own(name: str) -> None:
    for seed in range(8):
        sheet = random_sheet(Random(seed), form=("2021", "2019")[seed % 2], filling=("full", "half", "zero", "blank")[seed % 4])
        page = lay_out(sheet)
        rows = [[page.title]]
        shown: dict[str, str | None] = dict(sheet.cells)
        for plate in page.plates():
            at = Random(seed).choice([at for at, row in enumerate(plate.rows) if sum(bool(box.cells) for box in row) > 1])
            for number, slots in enumerate(spread(plate)):
                row = [slot.box.text if slot.first_row and slot.first_column else "" for slot in slots]
                if number == at:
                    figures = [place for place, slot in enumerate(slots) if slot.box.cells and slot.first_column]
                    place = Random(seed).choice(figures)
                    shown[slots[place].box.cells[0].address] = None
                    del row[place]
                rows.append(row)
        rendering = replace(rendered(page, separated(rows).encode(), name), printed=shown)
        wrong = [item for item in judge(rendering, parse(Source(rendering.data, name)).facts) if item.outcome.wrong]
        assert wrong == [], (seed, wrong)


def test_prose_with_commas_is_text() -> None:
    prose = "一、总体情况\n今年,我县公开政府信息\n受理申请,依法答复,没有收费,\n二、存在问题\n"
    assert sniff(prose.encode(), "a.csv").kind == "text"
    assert list(read_document(Source(prose.encode(), "a.csv")).grids()) == []


def test_too_many_fields_are_a_limit() -> None:
    long = b"a,b\n" * 2_000 + b'"' + b"x" * 200_000 + b'",2\n'
    for content in (b"1,2,3\n" * 40_000, long):
        with pytest.raises(ReadError) as caught:
            read_document(Source(content, "a.csv"))
        assert caught.value.status is ReadStatus.LIMIT


@given(st.binary(max_size=300), st.sampled_from([b"", b"a\tb\n", b"a,b\n1,2\n"]))
@settings(max_examples=50)
def test_never_raises(content: bytes, head: bytes) -> None:
    assert is_answer(head + content, "a.csv")


def test_a_short_record_of_section_four_before_prose_and_a_label_alone_have_no_blank_cells() -> None:
    heads = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    rows = [
        ["某县2022年政府信息公开工作年度报告"],
        ["二、主动公开政府信息情况"],
        ["信息内容", "本年处理决定数量", "", ""],
        ["行政处罚", "14940", "", ""],
        ["行政强制"],
        ["信息内容", "本年收费金额（单位：万元）", "", ""],
        ["行政事业性收费", "0", "", ""],
        ["四、政府信息公开行政复议、行政诉讼情况"],
        ["行政复议", *[""] * 4, "未经复议直接起诉", *[""] * 4, "复议后起诉", *[""] * 4],
        heads * 3,
        ["0", "0", "0", "0", "0", "0", "6", "0", "6", "0", "0", "0", "0", "0"],
        ["五、存在的主要问题及改进情况"],
    ]
    facts = {fact.address: fact for fact in parse(Source(separated(rows).encode(), "report.csv")).facts}
    assert facts["proactive.penalties.decisions"].value == 14940
    assert facts["proactive.compulsory_measures.decisions"].status in ("missing", "ambiguous")
    cases = [fact for address, fact in facts.items() if address.startswith("review_litigation.")]
    assert {str(fact.status) for fact in cases} <= {"missing", "ambiguous"}
