"""Figures of one line that are shown to be one row by their own sum."""

from __future__ import annotations

import pytest

from parsers import Report, Source, parse_all
from parsers.form import load_forms
from parsers.rebuild.lines.borders import Borders
from parsers.rebuild.rows.surplus import sums_up_on_one_line
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import cut_zone
from parsers.report import Status
from pipeline.audit import audit_report

FIGURES = {"received": "5 3 0 0 0 1 9", "granted": "4 2 0 0 0 1 7", "partly_granted": "1 1 2"}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("586 83 5 0 29 57 760", True),
        ("586 83 5 0 29 57 761", False),
        ("0 0 3 4 0 0 7", False),  # two noughts of a row of blanks, and the next row
        ("586 83 5 7\ufffd 29 57 760", False),  # what cannot be read proves no sum
        ("586 83 5 29 57 760", False),
    ],
)
def test_a_sum_shows_a_row_only_where_every_figure_is_known_and_the_first_is_not_nought(line: str, shown: bool) -> None:
    (run,) = cut_zone(Stream(line, (), (), Borders()), 0, len(line), rows_marked=False)
    assert sums_up_on_one_line(Stream(line, (), (), Borders()), run.pieces, 7) is shown


def test_a_row_that_its_sum_showed_is_no_evidence_of_the_sum() -> None:
    """The next row lacks, and blanks are dropped: only its total says that the seven figures are all of the first."""
    table = next(form for form in load_forms() if form.name == "2021").table("applications")
    rows = [row for row in table.rows if row.code != "carried_in"]
    lines = [f"{row.zh} {FIGURES.get(row.code, '0 0 0 0 0 0 0') if row.values else ''}" for row in rows]
    heads = "自然人 商业企业 科研机构 社会公益组织 法律服务机构 其他 总计"
    report = next(parse_all(Source("\n".join([heads, *lines]).encode(), "report.txt")))
    assert isinstance(report, Report)
    read = {fact.column: fact for fact in report.facts if fact.row == "received"}
    assert [str(fact.value) for fact in read.values()] == FIGURES["received"].split()
    assert {fact.status for fact in read.values()} == {Status.RECONSTRUCTED}
    assert {fact.rests_on for fact in read.values()} == {("applications.row_total[received]",)}
    verdicts = {check.instance: check.verdict for check in audit_report(report).checks if check.code == "applications.row_total"}
    assert (verdicts["received"], verdicts["granted"]) == ("unknown", "holds")
