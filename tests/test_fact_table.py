"""The facts are written a report at a time: the same bytes and values as row by row."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest
from samples import sample_report, sample_text

from parsers.report import Report, Status, fact_row
from pipeline import fact_table
from pipeline.fact_table import FactTable
from pipeline.schema import FACTS
from pipeline.tables import FileTable

AWKWARD = (
    "=1+1",
    "-8",
    "a,b",
    'said "no"',
    "two\nlines",
    "",
    " 12 ",
    "－",
    "22（其中修订16件）",
    "'x",
    "@",
    "@a",
    "\u3000",
    "1\r2",
)


def awkward_report(form: str = "2021", year: int = 2021) -> Report:
    """A report whose cells hold what CSV must quote or guard."""
    report = sample_report(sample_text(unit="=乙,局", year=year, form=form), name="a, b.html")
    statuses = list(Status)
    facts = [
        fact._replace(
            raw=AWKWARD[at % len(AWKWARD)], note=AWKWARD[(at + 3) % len(AWKWARD)] if at % 3 else None, status=statuses[at % len(statuses)],
            value=Decimal(at).scaleb(-at % 3) if at % 2 else None, place=f"page=1;box={at},2.5" if at % 5 else None,
            rests_on=("applications.flow[total]", "applications.row_total[received]")[: at % 3], unit_of_measure=None if at % 7 == 0 else "件",
        )
        for at, fact in enumerate(report.facts)
    ]  # fmt: skip
    return replace(report, facts=tuple(facts), county=None, year=None if form == "2014" else year, source="http://a/b?c=1,2")


REPORTS = (awkward_report(), awkward_report("2019", 2019), awkward_report("2014", 2016), sample_report(sample_text()))


def test_the_bytes_are_those_of_the_table_written_row_by_row(tmp_path: Path) -> None:
    with FactTable.open(tmp_path, "ours") as ours, FileTable.open(tmp_path, "plain", FACTS) as rows:
        for report in REPORTS:
            ours.add(report)
            for fact in report.facts:
                rows.add(fact_row(report, fact))
    assert ours.rows == rows.rows == sum(len(report.facts) for report in REPORTS)
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()


@pytest.mark.parametrize("rows_a_batch", [1, 300, 50_000])
def test_parquet_holds_the_same_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_batch: int) -> None:
    monkeypatch.setattr(fact_table, "_BATCH_ROWS", rows_a_batch)
    with FactTable.open(tmp_path, "ours") as ours, FileTable.open(tmp_path, "plain", FACTS) as rows:
        for report in REPORTS:
            ours.add(report)
            for fact in report.facts:
                rows.add(fact_row(report, fact))
    held, wanted = (pyarrow.parquet.read_table(tmp_path / f"{name}.parquet") for name in ("ours", "plain"))
    assert held.schema == wanted.schema
    assert held.to_pylist() == wanted.to_pylist()


def test_a_table_of_no_reports_has_a_heading_and_columns(tmp_path: Path) -> None:
    with FactTable.open(tmp_path, "facts") as table:
        pass
    assert table.rows == 0
    assert (tmp_path / "facts.csv").read_text("utf-8-sig") == ",".join(column.name for column in FACTS) + "\n"
    assert pyarrow.parquet.read_table(tmp_path / "facts.parquet").num_rows == 0


def test_a_report_in_another_order_of_cells_keeps_it(tmp_path: Path) -> None:
    report = sample_report(sample_text(applications__received__total="7"))
    turned = replace(report, facts=tuple(reversed(report.facts)))
    with FactTable.open(tmp_path, "facts") as table:
        table.add(turned)
    held = pyarrow.parquet.read_table(tmp_path / "facts.parquet").to_pylist()
    assert [row["address"] for row in held] == [fact.address for fact in turned.facts]
    assert [row["value"] for row in held if row["address"] == "applications.received.total"] == [7]
