"""A run from inputs to the ledger: nothing is lost, one fault stops nothing, and the door for the scrapers is there."""

from __future__ import annotations

import csv
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from samples import parse_all, sample_report, sample_text

from parsers.errors import ReadStatus
from parsers.finding import Finding
from parsers.form import national_form
from parsers.report import Report, Unread
from parsers.source import Hints, Source
from pipeline import run as run_module
from pipeline.audit import Audit, Rules
from pipeline.bodies import body_of
from pipeline.config import Config
from pipeline.coverage import Looked
from pipeline.crawled import Crawled
from pipeline.errors import PipelineError
from pipeline.export import export
from pipeline.inputs import Input
from pipeline.kept import Kept, Record
from pipeline.ledger import Examined, Ledger, Row, content_sha256
from pipeline.run import Dataset, read_all, read_input, summarise
from pipeline.shards import Shards
from scrapers.archive import Archive, read_snapshots
from scrapers.http import Client, Settings


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "parse_all", parse_all)


def held(text: str, name: str, hints: Hints | None = None) -> Input:
    return Input.of(Source(text.encode(), name, hints=hints))


def rows_of(items: list[Input], folder: Path) -> list[Row]:
    shards = Shards(folder / "shards")
    dataset = Dataset(read_all(items, shards), shards, Rules())
    list(dataset)
    return dataset.close()[0]


def by_source(rows: list[Row]) -> dict[str, Row]:
    return {row.cells["source"]: row for row in rows}


@pytest.mark.usefixtures("samples")
def test_every_input_is_a_row_or_an_alias(tmp_path: Path) -> None:
    items = [
        held(sample_text(), "a.txt"),
        held(sample_text(), "a copy.txt"),
        held(sample_text() + "\n", "same content.txt"),
        held("", "empty.txt"),
        held("BUG", "bug.txt"),
        held("no report", "other.txt"),
        held(sample_text(unit="乙局", form="none"), "prose.txt"),
        held(f"ARCHIVE\n---\n{sample_text()}\n---\n{sample_text(unit='丙局')}", "x.zip"),
        held(f"ARCHIVE\n---\n{sample_text()}\n---\n{sample_text(unit='丙局')}", "y.zip"),
        held(sample_text(), "a.txt"),  # named twice
    ]
    rows = rows_of(items, tmp_path)
    found = by_source(rows)
    assert {source: row.cells["status"] for source, row in found.items()} == {
        "a.txt": "read", "empty.txt": "empty", "bug.txt": "failed", "other.txt": "not_a_report", "prose.txt": "no_form",
        "x.zip!/2.txt": "read",
    }  # fmt: skip
    assert found["a.txt"].cells["aliases"] == "a%20copy.txt same%20content.txt x.zip!/1.txt y.zip!/1.txt"
    assert found["x.zip!/2.txt"].aliases == ("y.zip!/2.txt",)
    assert summarise(rows).inputs == 11
    assert summarise(rows).exit_code == 3


@pytest.mark.usefixtures("samples")
def test_a_fault_of_the_program_is_one_row_and_its_traceback_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        (unread,) = read_input(held("BUG", "bug.txt"))
    assert isinstance(unread, Unread)
    assert (unread.status, unread.bytes) == (ReadStatus.FAILED, 3)
    assert "ZeroDivisionError" in unread.reason
    assert "\n" not in unread.reason
    assert "Traceback" in caplog.text


@pytest.mark.usefixtures("samples")
def test_what_an_archive_gave_before_a_fault_is_kept() -> None:
    text = f"ARCHIVE\n---\n{sample_text()}\n---\nBUG\n---\n{sample_text(unit='丙局')}"
    assert [str(result.status) for result in read_input(held(text, "x.zip"))] == ["read", "failed"]


@pytest.mark.usefixtures("samples")
def test_a_fault_of_the_audit_leaves_the_facts_and_says_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def audit(report: Report, *, rules: Rules) -> Audit:
        if report.unit == "甲局":
            raise KeyError("a bug in a rule")
        return Audit((), ())

    monkeypatch.setattr(run_module, "audit_report", audit)
    rows = by_source(rows_of([held(sample_text(unit="甲局"), "a.txt"), held(sample_text(unit="乙局"), "b.txt")], tmp_path))
    assert (rows["a.txt"].cells["status"], rows["a.txt"].cells["cells_published"]) == ("failed", 200)
    assert "auditing (KeyError)" in rows["a.txt"].cells["reason"]
    assert rows["b.txt"].cells["status"] == "read"


@pytest.mark.usefixtures("samples")
def test_an_interruption_is_no_fault_of_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Source) -> Iterator[Report]:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "parse_all", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(read_input(held("x", "a.txt")))


@pytest.mark.usefixtures("samples")
def test_copies_with_other_hints_are_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    items = [held(sample_text(), "a.txt", Hints("360923")), held(sample_text(), "b.txt", Hints("360924"))]
    (row,) = rows_of(items, tmp_path)
    assert (row.cells["county_code"], row.aliases) == ("360923", ("b.txt",))
    assert row.cells["series_id"] == "360923/county/上高县人民政府"
    assert "b.txt" in caplog.text


# --- the ledger -----------------------------------------------------------------------------------


def test_content_is_what_was_said_not_where() -> None:
    one, two = sample_report(sample_text(), "a.txt"), sample_report(sample_text() + "\n", "b.txt")
    assert one.source_sha256 != two.source_sha256
    assert content_sha256(one) == content_sha256(two)
    for other in (sample_text(year=2022), sample_text(unit="乙局"), sample_text(applications__received__total="1")):
        assert content_sha256(sample_report(other)) != content_sha256(one)
    blank = sample_report(sample_text(applications__received__total="blank:"))
    missing = sample_report(sample_text(applications__received__total="missing:"))
    assert content_sha256(blank) != content_sha256(missing)


def test_two_tables_of_nobody_are_two_reports() -> None:
    ledger = Ledger()
    ledger.admit(Examined(sample_report(sample_text(unit="?"), "a.txt")))
    assert not ledger.find_copy(sample_report(sample_text(unit="?") + "\n", "b.txt"))


def test_two_contents_for_one_body_and_year_are_kept_and_named() -> None:
    ledger = Ledger()
    for name, cell in (("a.txt", "1"), ("b.txt", "2")):
        report = sample_report(sample_text(applications__received__total=cell), name)
        assert not ledger.find_copy(report)
        ledger.admit(Examined(report))
    findings = ledger.late()
    rows = ledger.close(2, findings, ())
    first, second = (row.cells["report_id"] for row in rows)
    assert {(item.report_id, item.other_report_id) for item in findings} == {(first, second), (second, first)}
    assert {item.code for item in findings} == {"identity.two_reports"}
    assert [row.cells["findings_warning"] for row in rows] == [1, 1]


def test_a_lost_input_is_never_silent() -> None:
    ledger = Ledger()
    ledger.admit(Examined(sample_report(sample_text())))
    with pytest.raises(PipelineError, match="2 inputs, but `reports` accounts for 1"):
        ledger.close(2, (), ())


# --- from the web to the dataset --------------------------------------------------------------------


def page() -> bytes:
    """A county's report as a page: the tables of form 2021 but the last, all figures 0, in GB18030."""
    form = national_form(2021)
    proactive, applications = form.tables[:2]
    rows = []
    for block in proactive.blocks:
        rows.append(f"<tr><td colspan=4>{block.title}</td></tr>")
        rows.append(f"<tr><td>信息内容</td>{''.join(f'<td>{column.zh}</td>' for column in block.columns)}</tr>")
        rows.extend(f"<tr><td>{row.zh}</td>{'<td>0</td>' * len(block.columns)}</tr>" for row in block.rows)
    heads = "".join(f"<td>{column.zh}</td>" for column in applications.columns)
    requests = [f"<tr><td>申请人情况</td>{heads}</tr>"]
    requests += [f"<tr><td>{row.zh}</td>{'<td>0</td>' * 7}</tr>" for row in applications.rows if row.values]
    title = "上高县人民政府2021年政府信息公开工作年度报告"
    body = f"""<html><head><title>{title}</title></head><body><h1>{title}</h1>
        <p>二、主动公开政府信息情况</p><table>{"".join(rows)}</table>
        <p>三、收到和处理政府信息公开申请情况</p><table>{"".join(requests)}</table></body></html>"""
    return body.encode("gb18030")


@contextmanager
def site(body: bytes) -> Iterator[str]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=gb2312")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/zfxxgk/2021.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_page_goes_from_a_server_through_the_archive_to_the_dataset(tmp_path: Path) -> None:
    body = page()
    settings = Settings(version="0", contact="study@example.org", allowed_networks=(ip_network("127.0.0.0/8"),))
    with site(body) as url, Client(settings) as client, Archive(tmp_path / "a.warc.gz") as archive:
        archive.append(client.get(url))
    (snapshot,) = read_snapshots(tmp_path / "a.warc.gz")
    record = Record(snapshot.warc, snapshot.offset, snapshot.body_sha256)
    kept = Input(url, snapshot.body_sha256, url=url, kept=Kept(tmp_path, record), fetched_at=snapshot.fetched_at)
    source = kept.open()
    assert (source.data, source.address, source.media_type, source.charset) == (body, url, "text/html", "gb2312")

    shards = Shards(tmp_path / "shards")
    entries = read_all([kept], shards)
    (report,) = shards.read(entries[0].shard, entries[0].key)
    assert isinstance(report, Report)
    assert (report.unit, report.year, report.source) == ("上高县人民政府", 2021, url)

    summary = export(Dataset(entries, shards, Rules()), tmp_path, rules=Rules(), config=Config(), run_at=datetime.now(UTC))
    assert summary.exit_code == 0
    with (tmp_path / "reports.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["source"], row["fetched_at"], row["form"]) == (url, snapshot.fetched_at, "2021")
    with (tmp_path / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        facts = {fact["address"]: fact for fact in csv.DictReader(file)}
    assert len(facts) == 200
    assert {fact["value"] for address, fact in facts.items() if not address.startswith("review_")} == {"0"}
    assert {fact["value"] for address, fact in facts.items() if address.startswith("review_")} == {""}


# --- corrected reports at another address ---------------------------------------------------------------


def corrected(folder: Path, title: str, *names: str) -> tuple[list[Mapping[str, Any]], list[Finding]]:
    """The rows and findings of a run over reports of one body and year; the last of them has the title."""
    items = []
    for at, name in enumerate(names):
        text = sample_text(applications__received__total=str(at + 1))
        items.append(held(text + (f"TITLE {title}\n" if name == names[-1] else ""), name))
    shards = Shards(folder / "shards")
    dataset = Dataset(read_all(items, shards), shards, Rules(), settle=body_of)
    list(dataset)
    rows, findings, _ = dataset.close()
    return [row.cells for row in rows], list(findings)


@pytest.mark.parametrize(
    "title",
    [
        "上高县2021年政府信息公开工作年度报告（更正）",
        "上高县2021年政府信息公开工作年度报告（修订版）",
        "【重新发布】上高县2021年政府信息公开年报",
    ],
)
def test_a_report_that_says_that_it_corrects_is_a_new_version(samples: None, tmp_path: Path, title: str) -> None:
    rows, findings = corrected(tmp_path, title, "a.txt", "b.txt")
    first, second = rows
    assert (second["version"], second["supersedes"]) == (2, first["report_id"])
    assert [item.code for item in findings if item.code in ("source.changed", "identity.two_reports")] == ["source.changed"]
    change = next(item for item in findings if item.code == "source.changed")
    assert change.addresses == ("applications.received.total",)
    assert (change.report_id, change.other_report_id) == (second["report_id"], first["report_id"])


def test_of_two_reports_and_a_correction_nobody_can_tell(samples: None, tmp_path: Path) -> None:
    rows, findings = corrected(tmp_path, "上高县2021年政府信息公开工作年度报告（更正）", "a.txt", "b.txt", "c.txt")
    assert [row["version"] for row in rows] == [1, 1, 1]
    assert {item.code for item in findings} >= {"identity.two_reports"}


@pytest.mark.parametrize("title", ["上高县2021年政府信息公开工作年度报告", "上高县修订办公室2021年政府信息公开工作年度报告"])
def test_other_titles_correct_nothing(samples: None, tmp_path: Path, title: str) -> None:
    rows, findings = corrected(tmp_path, title, "a.txt", "b.txt")
    assert [row["version"] for row in rows] == [1, 1]
    assert "identity.two_reports" in {item.code for item in findings}


@pytest.mark.parametrize(
    ("statuses", "complete"),
    [
        ((), False),
        (("complete",), True),
        (("complete", "complete"), True),
        (("complete", "complete-unverified"), False),
        (("partial",), False),
    ],
)
def test_only_lists_had_to_their_declared_end_let_bodies_be_summed(
    tmp_path: Path, statuses: tuple[str, ...], complete: bool
) -> None:
    looked = tuple(Looked("360923-2008", None, status, "", None, None, f"http://a/{at}") for at, status in enumerate(statuses))
    dataset = Dataset([], Shards(tmp_path), Rules(), crawl=Crawled((), looked, {}))
    assert dataset._is_complete("360923-2008", 2021) is complete
    assert not dataset._is_complete("360922-2008", 2021)
    assert not Dataset([], Shards(tmp_path), Rules())._is_complete("360923-2008", 2021)
