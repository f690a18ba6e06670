"""What follows from all reports of a run: how coverage comes to know what could not be read, what is gone, and what is blocked."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from samples import sample_report, sample_text

from parsers.errors import ReadStatus
from parsers.finding import Finding, Severity
from parsers.report import Unread
from pipeline import derived as derived_module
from pipeline.bodies import Body
from pipeline.counties import all_counties
from pipeline.coverage import Coverage, Looked
from pipeline.crawled import Crawled, Named
from pipeline.derived import Derived, span_of
from pipeline.errors import PipelineError
from pipeline.ledger import Examined, Ledger, Row
from pipeline.schema import Column
from pipeline.tables import FileTable

COUNTY = "360923-2008"
LIST = "http://www.shanggao.gov.cn/list/"
NO_CRAWL = Crawled((), (), {})


def examined(
    *, year: int = 2021, level: str = "county", source: str = "http://www.shanggao.gov.cn/a.html", **cells: str
) -> Examined:
    report = replace(sample_report(sample_text(year=year, **cells), source), level=level, county_code="360923", scope="all")
    return Examined(report, body=Body(COUNTY, level, "" if level == "county" else "民政局"))


def unread(source: str, status: ReadStatus) -> Examined:
    return Examined(Unread(source, source.encode().hex().ljust(64, "0"), "application/pdf", 10, status, "why"))


def written(folder: Path, found: Sequence[Examined], crawl: Crawled | None = None, years: Sequence[int] = ()) -> dict[str, int]:
    ledger, derived = Ledger(), Derived(years)
    for item in found:
        ledger.admit(item)
        derived.admit(item)
    rows: list[Row] = ledger.close(len(found), (), ())
    with ExitStack() as stack:

        def table(name: str, columns: tuple[Column, ...]) -> FileTable:
            return stack.enter_context(FileTable.open(folder, name, columns))

        return derived.write(folder, table, rows, crawl)


def coverage(folder: Path, *, level: str = "county", county_id: str = COUNTY) -> dict[int, dict[str, str]]:
    with (folder / "coverage.csv").open(encoding="utf-8-sig", newline="") as file:
        return {int(row["year"]): row for row in csv.DictReader(file) if row["county_id"] == county_id and row["level"] == level}


@pytest.fixture(autouse=True)
def _few_counties(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of five counties: all of them take a second a test, and one test is enough for that."""
    if "registrys" not in request.node.name:
        five = [county for county in all_counties(2021) if county.codes()[-1].startswith("36092")][:5]
        monkeypatch.setattr(derived_module, "all_counties", lambda year: tuple(county for county in five if county.exists(year)))


def test_rows_are_the_registrys_counties_times_years(tmp_path: Path) -> None:
    counts = written(tmp_path, [examined(year=2021), examined(year=2023, source="b.html")])
    counties = len({county.id for year in (2021, 2022, 2023) for county in all_counties(year)})
    assert counts["panel"] == counts["coverage"] == counties * 3
    assert pyarrow.parquet.read_table(tmp_path / "panel.parquet").num_rows == counts["panel"]
    assert [row["status"] for row in coverage(tmp_path).values()] == ["read", "not_checked", "read"]


def test_the_years_wanted_are_the_years_spoken_of(tmp_path: Path) -> None:
    written(tmp_path, [examined(year=2021)], years=(2020, 2021))
    assert list(coverage(tmp_path)) == [2020, 2021]
    assert span_of((), [2021, 1999, None, 2019]) == (2019, 2020, 2021)


def test_a_run_without_reports_has_empty_tables(tmp_path: Path) -> None:
    counts = written(tmp_path, [])
    assert (counts["coverage"], counts["panel"], counts["series"]) == (0, 0, 0)


def test_a_scan_that_could_not_be_read_is_known_by_the_link_that_named_it(tmp_path: Path) -> None:
    scan = "http://www.shanggao.gov.cn/b.pdf"
    crawl = NO_CRAWL._replace(named={scan: Named("360923", "上高县人民政府2022年政府信息公开工作年度报告", None, "trs")})
    written(tmp_path, [examined(), unread(scan, ReadStatus.NEEDS_OCR)], crawl)
    row = coverage(tmp_path)[2022]
    assert (row["status"], row["address"], row["reason"]) == ("needs_ocr", scan, "why")


def test_a_document_that_nothing_names_covers_nothing(tmp_path: Path) -> None:
    written(tmp_path, [examined(), unread("c.pdf", ReadStatus.LIMIT)])
    assert list(coverage(tmp_path)) == [2021]


def test_a_report_that_is_gone_is_withdrawn_and_its_figures_stay(tmp_path: Path) -> None:
    source = "http://www.shanggao.gov.cn/a.html"
    gone = Finding(code="source.withdrawn", subject=source, severity=Severity.WARNING, message_zh="", message_en="")
    written(tmp_path, [examined(source=source, applications__received__total="7")], NO_CRAWL._replace(findings=(gone,)))
    assert coverage(tmp_path)[2021]["status"] == "withdrawn"
    panel = pyarrow.parquet.read_table(tmp_path / "panel.parquet", filters=[("county_id", "=", COUNTY)]).to_pylist()
    assert [(row["observed"], row["app_recv_total"]) for row in panel] == [(1, 7)]


def test_a_blocked_list_is_a_reason_in_coverage_and_panel(tmp_path: Path) -> None:
    other = "360922-2008"
    looked = Looked(other, None, "blocked:js_challenge", "521", "2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z", LIST)
    written(tmp_path, [examined()], NO_CRAWL._replace(looked=(looked,)))
    row = coverage(tmp_path, county_id=other)[2021]
    assert (row["status"], row["address"], row["first_checked"]) == ("blocked", LIST, "2025-01-01T00:00:00Z")
    panel = pyarrow.parquet.read_table(tmp_path / "panel.parquet", filters=[("county_id", "=", other)]).to_pylist()
    assert [(line["observed"], line["why_absent"]) for line in panel] == [(0, "blocked")]


def test_levels_below_the_county_have_rows_once_one_is_seen(tmp_path: Path) -> None:
    written(tmp_path, [examined(), examined(level="department", source="b.html")])
    assert coverage(tmp_path, level="department")[2021]["reports"] == "1"
    assert coverage(tmp_path, level="township") == {}


def test_a_code_that_only_the_list_knows_is_covered_too(tmp_path: Path) -> None:
    looked = Looked("123456-unregistered", "county", "complete", "", "2024-01-01T00:00:00Z", "2024-05-01T00:00:00Z", LIST)
    written(tmp_path, [examined()], NO_CRAWL._replace(looked=(looked,)))
    assert coverage(tmp_path, county_id="123456-unregistered")[2021]["status"] == "absent_from_complete_list"


def test_a_superseded_version_covers_and_speaks_no_more(tmp_path: Path) -> None:
    first = examined(applications__received__total="1")
    second = examined(applications__received__total="2")
    written(tmp_path, [first, second])
    series = pyarrow.parquet.read_table(
        tmp_path / "series.parquet", filters=[("indicator", "=", "applications.received.total")]
    ).to_pylist()
    assert [row["value"] for row in series] == [2]
    assert coverage(tmp_path)[2021]["reports"] == "1"


def test_a_lost_row_is_never_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(self: Coverage) -> Any:
        return iter(())

    monkeypatch.setattr(Coverage, "rows", short)
    with pytest.raises(PipelineError, match="`coverage` has 0 rows"):
        written(tmp_path, [examined()])
