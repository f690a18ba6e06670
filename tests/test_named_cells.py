"""Rows whose heads stand beside their figures are read by these heads, or left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest

from parsers import Report, Source, parse_all
from parsers.form import load_forms
from parsers.report import Fact, Status
from pipeline.demo.figures import random_sheet
from pipeline.demo.sheet import Sheet

Row = tuple[str, list[tuple[str, str]]]
KNOWN = (Status.PUBLISHED, Status.RECONSTRUCTED, Status.BLANK, Status.NIL)


def rows_of(sheet: Sheet, code: str) -> Iterator[Row]:
    """The label of each row of a table, and head and figure of each of its cells."""
    for block in sheet.table(code).blocks:
        for row in block.rows:
            if row.values:
                yield row.zh, [(column.zh, sheet.cells[f"{code}.{row.code}.{column.code}"]) for column in block.columns]


def as_list(row: Row) -> str:
    label, cells = row
    return f"<p>{label}</p><ul>" + "".join(f"<li>{head}：{figure}</li>" for head, figure in cells) + "</ul>"


def as_definitions(row: Row) -> str:
    label, cells = row
    return f"<h4>{label}</h4><dl>" + "".join(f"<dt>{head}</dt><dd>{figure}</dd>" for head, figure in cells) + "</dl>"


def as_cells(row: Row) -> str:
    label, cells = row
    return f"<table><tr><td>{label}</td>" + "".join(f"<td>{head}：{figure}</td>" for head, figure in cells) + "</tr></table>"


WRITERS = (as_list, as_definitions, as_cells)


def read(title: str, body: str) -> list[Fact]:
    report = next(parse_all(Source(f"<h1>{title}</h1>{body}".encode(), "report.html")))
    assert isinstance(report, Report)
    return list(report.facts)


@pytest.mark.parametrize("write", WRITERS)
def test_heads_beside_figures_say_which_cell_each_is(write: Callable[[Row], str]) -> None:
    for seed in range(6):
        sheet = random_sheet(Random(seed), form=("2021", "2019")[seed % 2])
        for code in ("applications", "proactive"):
            facts = read(sheet.title, "".join(map(write, rows_of(sheet, code))))
            values = {fact.address: fact.value for fact in facts if fact.table == code}
            assert {address: str(value) for address, value in values.items()} == {
                address: figure for address, figure in sheet.cells.items() if address.startswith(code)
            }


@pytest.mark.parametrize("write", WRITERS)
def test_a_row_that_lacks_a_head_is_open(write: Callable[[Row], str]) -> None:
    sheet = random_sheet(Random(2), form="2021")
    rows = list(rows_of(sheet, "applications"))
    label, cells = rows[5]
    rows[5] = label, [(head if at != 2 else "", figure) for at, (head, figure) in enumerate(cells)]
    facts = read(sheet.title, "".join(map(write, rows)))
    assert [fact for fact in facts if fact.row == "refused.prohibited_by_law" and fact.status in KNOWN] == []


@pytest.mark.parametrize("figure", ["", "见附件", "3 4", "5?"])
def test_a_head_without_one_figure_costs_its_own_cell(figure: str) -> None:
    sheet = random_sheet(Random(2), form="2021")
    rows = list(rows_of(sheet, "applications"))
    label, cells = rows[5]
    rows[5] = label, [(head, figure if at == 2 else other) for at, (head, other) in enumerate(cells)]
    facts = read(sheet.title, "".join(map(as_list, rows)))
    row = [fact for fact in facts if fact.row == "refused.prohibited_by_law"]
    assert row[2].status not in KNOWN
    assert all(fact.value is None or str(fact.value) == printed for fact, (_, printed) in zip(row, rows[5][1], strict=True))
    assert sum(fact.value is not None for fact in facts) >= 24 * 7


def test_a_figure_before_its_head_is_not_that_of_the_head_before() -> None:
    sheet = random_sheet(Random(2), form="2021")
    cards = (
        f"<h4>{label}</h4>" + "".join(f"<p>{figure}</p><p>{head}</p>" for head, figure in cells)
        for label, cells in rows_of(sheet, "applications")
    )
    assert [fact for fact in read(sheet.title, "".join(cards)) if fact.value is not None and fact.table == "applications"] == []


@pytest.mark.parametrize(("between", "read_as"), [("：", -8), ("……", -8), ("------", None)])
def test_a_sign_is_kept_and_told_from_a_leader(between: str, read_as: int | None) -> None:
    form = next(form for form in load_forms() if form.name == "2019")
    rows = [
        (row.zh, [(column.zh, "-8" if column.signed else "3") for column in block.columns])
        for block in form.table("proactive").blocks
        for row in block.rows
    ]
    body = "".join(
        f"<p>{label}</p>" + "".join(f"<p>{head}{between}{figure}</p>" for head, figure in cells) for label, cells in rows
    )
    facts = {fact.address: fact.value for fact in read("某县2020年政府信息公开工作年度报告", body)}
    assert facts["proactive.licensing.change"] == read_as
    assert facts["proactive.licensing.decisions"] == (3 if read_as else None)


def test_a_narrative_with_dashes_between_heads_and_figures_tells_no_sign() -> None:
    form = next(form for form in load_forms() if form.name == "2019")
    rows = [(row.zh, [column.zh for column in block.columns]) for block in form.table("proactive").blocks for row in block.rows]
    body = "".join(f"<p>{label}</p>" + "".join(f"<p>{head}-8</p>" for head in heads) for label, heads in rows)
    assert [fact for fact in read("某县2020年政府信息公开工作年度报告", body) if fact.value is not None] == []


@pytest.mark.parametrize("unit", ["元", "万元"])
def test_the_unit_in_a_head_beside_its_figure_wins(unit: str) -> None:
    sheet = random_sheet(Random(0), form="2021").with_cells({"proactive.fees.amount": "251000"})
    body = "".join(map(as_list, rows_of(sheet, "proactive"))).replace("单位：万元", f"单位：{unit}")
    fees = next(fact for fact in read(sheet.title, body) if fact.row == "fees")
    assert (str(fees.value), fees.unit_of_measure) == ("251000", unit)
