"""One cell explained: where it stands in a text or a table, and the identities it takes part in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from samples import sample_report, sample_text

from parsers.document import Cell, Document, Grid, Paragraph
from parsers.report import Report
from parsers.source import Source
from pipeline.audit import audit_report
from pipeline.errors import UsageError
from pipeline.explain import Explanation, explain_cell, find_cell, lines_around


def explained(text: str, address: str, **given: Any) -> Explanation:
    report: Report = sample_report(text)
    source = given.get("source", Source(text.encode(), "sample.txt"))
    return explain_cell(report, address, source, audit_report(report).checks)


def test_a_cell_with_its_identities_and_both_sides() -> None:
    found = explained(sample_text(applications__received__total="3"), "applications.received.total")
    sides = {side.name: side for side in found.identities}
    flow = sides["applications.flow[total]"]
    assert (flow.level, flow.verdict, flow.left, flow.right) == ("stated", "broken", "3", "0")
    assert sides["applications.nonneg[received.total]"].verdict == "holds"
    assert found.fact.value == Decimal(3)
    assert "总计" in found.label_zh


def test_an_identity_without_a_number_is_unknown_with_its_reason() -> None:
    found = explained(sample_text(applications__received__total="blank:"), "applications.received.total")
    flow = next(side for side in found.identities if side.name == "applications.flow[total]")
    assert (flow.verdict, flow.left, flow.right) == ("unknown", "?", "0")
    assert "blank" in flow.reason


def test_the_line_of_a_text_is_marked() -> None:
    document = Document(tuple(Paragraph(f"第{number}行", number) for number in range(1, 9)), "text/plain")
    lines = list(lines_around(document, "line=4;chars=2-2"))
    assert [(line.label, line.marked) for line in lines] == [("2", False), ("3", False), ("4", True), ("5", False), ("6", False)]
    assert lines[2].text == "第【4】行"


def test_the_row_of_a_table_is_marked() -> None:
    cells = tuple(Cell(f"r{row}c{column}", row, column, 1, 1, column + 1) for row in range(6) for column in range(2))
    document = Document((Paragraph("x", 1), Grid(cells, 1), Grid(cells, 2)), "text/html")
    lines = list(lines_around(document, "table=2;row=1;column=2"))
    assert [line.text for line in lines] == ["r0c0 | 【r0c1】", "r1c0 | r1c1", "r2c0 | r2c1"]
    assert not list(lines_around(document, "table=3;row=1;column=2"))


@pytest.mark.parametrize(
    ("text", "source", "word"),
    [
        (sample_text(), None, "not at hand"),
        (sample_text(), Source(b"changed", "sample.txt"), "has changed"),
        (sample_text(proactive__rules__issued="missing:"), Source(b"x", "x"), "no place"),
    ],
)
def test_why_there_are_no_lines_is_said(text: str, source: Source | None, word: str) -> None:
    found = explained(text, "proactive.rules.issued", source=source)
    assert not found.lines
    assert word in found.why_no_lines


def test_an_unknown_address_names_the_nearest() -> None:
    report = sample_report(sample_text())
    with pytest.raises(UsageError, match=r"applications\.received\.total"):
        find_cell(report, "applications.recieved.total")
    with pytest.raises(UsageError, match=r"applications\.refused\.internal_affairs\.natural_person"):
        find_cell(report, "internal_affairs")
    with pytest.raises(UsageError, match="no statutory table"):
        find_cell(sample_report(sample_text(form="none")), "applications.received.total")
