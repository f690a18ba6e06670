"""Tables whose rows are printed as columns: whole ones, and the blocks of section two by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from sheet_files import written_as

from parsers import Report, Source, parse_all
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts.model import Box, Kind, Plate, lay_out, spread

REPORTS = (("2021", "full"), ("2019", "half"), ("mixed", "full"), ("2021", "zero"), ("2014", "full"))


def turned(plate: Plate) -> Plate:
    """The table with its rows as columns and its columns as rows."""
    grid = spread(plate)
    columns = [[slots[at] if at < len(slots) else None for slots in grid] for at in range(max(map(len, grid)))]
    rows = tuple(
        tuple(
            Box(Kind.EMPTY, "") if slot is None else slot.box._replace(rows=slot.box.columns, columns=slot.box.rows)
            for slot in column
            if slot is None or (slot.first_row and slot.first_column)
        )
        for column in columns
    )
    return Plate(plate.table, rows, len(grid))


def blocks_turned(plate: Plate) -> Plate:
    """Section two with the heads of each block below each other, and its rows side by side."""
    if plate.table != "proactive":
        return plate
    starts = [at for at, row in enumerate(plate.rows) if row[0].kind is Kind.TITLE]
    blocks = [plate.rows[start:end] for start, end in zip(starts, [*starts[1:], len(plate.rows)], strict=True)]
    width = max(len(block) - 1 for block in blocks)
    rows = []
    for title, *lines in blocks:
        rows.append((title[0]._replace(columns=width),))
        for column in zip(*lines, strict=True):
            boxes = [box._replace(columns=1) for box in column]
            rows.append((*boxes[:-1], boxes[-1]._replace(columns=width - len(lines) + 1)))
    return Plate(plate.table, tuple(rows), width)


def _outcomes(writer: str, change: Callable[[Plate], Plate]) -> Iterator[tuple[str, Outcome]]:
    for seed, (form, filling) in enumerate(REPORTS):
        page = lay_out(random_sheet(Random(seed), form=form, filling=filling)).map_plates(change)
        rendering = written_as(page, writer, seed)
        read = next(parse_all(Source(rendering.data, rendering.name)))
        for item in judge(rendering, read.facts if isinstance(read, Report) else ()):
            yield f"{form} {filling} {item.address}", item.outcome


@pytest.mark.parametrize("change", [turned, blocks_turned])
@pytest.mark.parametrize("writer", ["html.clean", "docx.clean", "docx.unmerged", "xlsx merged", "xlsx"])
def test_a_turned_table_of_a_grid_is_read_whole(writer: str, change: Callable[[Plate], Plate]) -> None:
    for cell, outcome in _outcomes(writer, change):
        assert outcome is Outcome.RIGHT, cell


@pytest.mark.parametrize("change", [turned, blocks_turned])
@pytest.mark.parametrize("writer", ["csv", "text.tabs", "text.bars_end", "text.bars_between", "text.lines", "markdown.sections"])
def test_elsewhere_no_cell_of_it_is_wrong(writer: str, change: Callable[[Plate], Plate]) -> None:
    for cell, outcome in _outcomes(writer, change):
        assert not outcome.wrong, cell


def test_a_row_that_lost_a_cell_is_not_turned() -> None:
    """Behind the lost cell every figure would be another row's."""
    rows = (("信息内容", "规章", "行政规范性文件"), ("本年制发件数", "7", "3"), ("本年废止件数", "5"), ("现行有效件数", "2", "4"))
    body = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in cells)}</tr>" for cells in (("第二十条第（一）项",), *rows))
    page = f"<html><body><h1>某县2022年政府信息公开工作年度报告</h1><table>{body}</table></body></html>"
    read = next(parse_all(Source(page.encode(), "report.html")))
    assert isinstance(read, Report)
    assert not any(fact.value is not None for fact in read.facts)


def test_the_place_of_a_figure_is_where_it_is_printed() -> None:
    rows = (("第二十条第（五）项", ""), ("信息内容", "行政许可"), ("本年处理决定数量", "7"))
    body = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in cells)}</tr>" for cells in rows)
    page = f"<html><body><h1>某县2022年政府信息公开工作年度报告</h1><table>{body}</table></body></html>"
    read = next(parse_all(Source(page.encode(), "report.html")))
    assert isinstance(read, Report)
    fact = read.by_address["proactive.licensing.decisions"]
    assert (str(fact.value), fact.place) == ("7", "table=1;row=3;column=2")
