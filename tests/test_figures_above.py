"""Figures that stand above the label of their row are not read as those of the label above them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from parsers import Report, Source, parse_all
from parsers.form import load_forms
from pipeline.demo.figures import random_sheet
from pipeline.demo.sheet import Sheet

Line = tuple[str, ...]


def own_lines(sheet: Sheet, code: str) -> list[Line]:
    """A table as lines of cells: its heads, then for each row its figures and below them its label."""
    table = sheet.table(code)
    lines: list[Line] = []
    for block in table.blocks:
        lines += [(block.title,)] if block.title else []
        lines += [tuple(column.zh for column in block.columns)]
        for row in block.rows:
            figures = [sheet.cells[f"{code}.{row.code}.{column.code}"] for column in block.columns if row.values]
            lines += [tuple(figures), (row.zh,)] if row.values else [(row.zh,)]
    return lines


def as_text(lines: list[Line]) -> str:
    return "<pre>" + "\n".join(" ".join(line) for line in lines) + "</pre>"


def as_grid(lines: list[Line]) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in line) + "</tr>" for line in lines)
    return f"<table>{rows}</table>"


def as_text_without_heads(lines: list[Line]) -> str:
    return as_text(lines[1:])


@pytest.mark.parametrize("code", ["proactive", "applications"])
@pytest.mark.parametrize("write", [as_text, as_text_without_heads, as_grid])
def test_what_stands_below_a_label_may_be_the_next_rows(write: Callable[[list[Line]], str], code: str) -> None:
    for seed in range(12):
        for filling in ("full", "half"):
            random = Random(seed)
            sheet = random_sheet(random, form=("2021", "2019")[seed % 2], filling=filling)
            lines = own_lines(sheet, code)
            if seed % 3 == 0:  # one more line of figures: as many follow the first label as labels there are
                lines.insert(-4, lines[-4])
            report = next(parse_all(Source(f"<h1>{sheet.title}</h1>\n{write(lines)}".encode(), "report.html")))
            assert isinstance(report, Report)
            assert [fact for fact in report.facts if fact.value is not None] == []


def test_figures_of_one_column_above_their_labels_are_open() -> None:
    for seed in range(12):
        sheet = random_sheet(Random(seed), form="2014", filling="half")
        lines = own_lines(sheet, "statistics")
        del lines[-2]  # the last row has lost its figure
        text = as_text([line if line != ("",) else ("0",) for line in lines])
        report = next(parse_all(Source(f"<h1>{sheet.title}</h1>{text}".encode(), "report.html")))
        assert isinstance(report, Report)
        assert [fact for fact in report.facts if fact.value is not None] == []


def test_the_numbers_of_columns_are_no_row_above_the_first() -> None:
    table = next(form for form in load_forms() if form.name == "2021").table("applications")
    rows = [(row.zh, *("0" * 6), "0") for row in table.rows if row.values]
    lines = [("", *(column.zh for column in table.columns)), ("", *"1234567"), *rows]
    for read in (as_grid(lines), "\n".join("\t".join(line) for line in lines)):
        report = next(parse_all(Source(f"某县2022年政府信息公开工作年度报告\n{read}\n".encode(), "report.txt")))
        assert isinstance(report, Report)
        assert all(fact.value == 0 for fact in report.facts if fact.table == "applications")
