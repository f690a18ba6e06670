"""Columns that no form has: the numbers of rows and remarks, before the labels, behind them, behind the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from sheet_files import written_as

from parsers import Report, Source, parse_all
from parsers.report import Fact, Status
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts.model import Box, Kind, Page, Plate, PlateRow, Rendering, lay_out

Text = Callable[[int], str]

COLUMNS: tuple[tuple[str, Text], ...] = (
    ("行次", str),
    ("备注", lambda number: ("", "含转办2件", "", "无", "见附件1")[number % 5]),
    ("备 注", lambda _: "—"),
)
PLACES = ("front", "labels", "behind")
REPORTS = (("2021", "full"), ("2019", "half"), ("mixed", "full"), ("2021", "zero"), ("2014", "full"))


def with_column(page: Page, word: str, text: Text, place: str) -> Page:
    """The page with one more column in each table: its head, and a text for each row of figures."""
    return page.map_plates(lambda plate: _widened(plate, word, text, place))


def _widened(plate: Plate, word: str, text: Text, place: str) -> Plate:
    high = 3 if plate.table in ("applications", "review_litigation") else 1
    numbers = iter(range(1, 200))
    rows: list[PlateRow] = []
    for at, row in enumerate(plate.rows):
        if row[0].kind is Kind.TITLE:
            rows.append((row[0]._replace(columns=row[0].columns + 1),))
        elif at < high or row[0].kind is Kind.HEAD:
            box = Box(Kind.HEAD, word, rows=high)
            rows.append(row if 0 < at < high else _put(row, box, place, plate.table))
        else:
            rows.append(_put(row, Box(Kind.EMPTY, text(next(numbers))), place, plate.table))
    return Plate(plate.table, tuple(rows), plate.width + 1)


def _put(row: PlateRow, box: Box, place: str, table: str) -> PlateRow:
    labels = 0 if table == "review_litigation" else sum(item.kind in (Kind.GROUP, Kind.LABEL, Kind.CORNER) for item in row)
    if place == "labels" and not labels and table in ("proactive", "statistics"):
        labels = 1
    at = {"front": 0, "labels": labels, "behind": len(row)}[place]
    return (*row[:at], box, *row[at:])


def _facts(rendering: Rendering) -> tuple[Fact, ...]:
    read = next(parse_all(Source(rendering.data, rendering.name)))
    return read.facts if isinstance(read, Report) else ()


def _outcomes(writer: str, word: str, text: Text, place: str) -> Iterator[tuple[str, Outcome]]:
    for seed, (form, filling) in enumerate(REPORTS):
        page = with_column(lay_out(random_sheet(Random(seed), form=form, filling=filling)), word, text, place)
        rendering = written_as(page, writer, seed)
        for item in judge(rendering, _facts(rendering)):
            yield f"{form} {filling} {item.address}", item.outcome


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("word", "text"), COLUMNS, ids=("numbers", "remarks", "dashes"))
@pytest.mark.parametrize("writer", ["html.clean", "docx.clean", "docx.unmerged", "xlsx merged", "xlsx", "csv", "text.tabs"])
def test_where_cells_have_places_the_form_is_read_whole_beside_the_column(writer: str, word: str, text: Text, place: str) -> None:
    for cell, outcome in _outcomes(writer, word, text, place):
        assert outcome is Outcome.RIGHT, cell


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("word", "text"), COLUMNS, ids=("numbers", "remarks", "dashes"))
@pytest.mark.parametrize(
    "writer",
    [
        "text.lines",
        "text.lines_spaced",
        "text.aligned",
        "text.aligned_wrapped",
        "text.vertical_heads",
        "text.bars_end",
        "text.bars_between",
        "markdown.sections",
    ],
)
def test_in_lines_of_text_no_number_or_remark_is_taken_for_a_figure(writer: str, word: str, text: Text, place: str) -> None:
    for cell, outcome in _outcomes(writer, word, text, place):
        assert not outcome.wrong, cell


@pytest.mark.parametrize("row", [("1", "7", ""), ("7", "", ""), ("1", "7", "9")], ids=("whole", "moved", "surplus"))
def test_a_figure_under_the_head_of_remarks_is_the_end_of_a_row_that_moved(row: tuple[str, ...]) -> None:
    """The last figure under 备注 says that a cell more stands in the row: none is taken then."""
    heads = ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数", "备注")
    rows = (("第二十条第（一）项", "", "", "", ""), heads, ("规章", "0", "0", "0", ""), ("行政规范性文件", "5", *row))
    body = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in cells)}</tr>" for cells in rows)
    page = f"<html><body><h1>某县2022年政府信息公开工作年度报告</h1><table>{body}</table></body></html>"
    read = next(parse_all(Source(page.encode(), "report.html")))
    assert isinstance(read, Report)
    facts = [fact for fact in read.facts if fact.row == "normative_documents"]
    if row[-1]:
        assert {fact.status for fact in facts} == {Status.AMBIGUOUS}
    else:
        printed = ["5", *row[:2]]
        assert [str(fact.value) if fact.status is Status.PUBLISHED else "" for fact in facts] == printed
