"""The output folder: columns, bytes, guards, units, and what a validator of others says of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from samples import parse_all, sample_report, sample_text

from parsers.finding import Finding, Severity
from parsers.form import load_forms
from parsers.report import FACT_COLUMNS, Report
from parsers.source import Source
from pipeline import export as export_module
from pipeline import run as run_module
from pipeline import schema
from pipeline.audit import Rules
from pipeline.codebook import MAX_SHORT, codebook, short_name, wide_addresses
from pipeline.config import Config
from pipeline.errors import OutputError
from pipeline.export import Wide, export, whole_files
from pipeline.inputs import Input
from pipeline.run import Dataset, read_all
from pipeline.shards import Shards
from pipeline.tables import CsvTable, guarded

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "codebook_short.csv"
REWRITE = os.environ.get("GONGKAI_REWRITE_GOLDENS") == "1"
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

SAMPLES = (
    sample_text(),
    sample_text(year=2019, form="2019", proactive__procurement__amount="251000元", proactive__licensing__change="blank:"),
    sample_text(unit="乙局", applications__received__total="reconstructed:3", applications__granted__total="missing:"),
    "no report",
)


@pytest.fixture(autouse=True)
def _samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "parse_all", parse_all)


def exported(folder: Path, *, published_only: bool = False, time: datetime = TIME) -> Path:
    items = [Input.of(Source(text.encode(), f"{at}.txt")) for at, text in enumerate(SAMPLES)]
    shards = Shards(folder / "shards")
    dataset = Dataset(read_all(items, shards), shards, Rules())
    export(dataset, folder, rules=Rules(), config=Config(), run_at=time, published_only=published_only)
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


# --- columns --------------------------------------------------------------------------------------


def test_the_columns_are_those_of_the_contract() -> None:
    assert tuple(column.name for column in schema.FACTS) == FACT_COLUMNS
    assert [column.name for column in schema.REPORTS] == (
        "report_id series_id county_code county unit level year form forms scope status reason source source_sha256 content_sha256 "
        "media_type bytes page aliases published_on published_from fetched_at version supersedes cells_published cells_reconstructed "
        "cells_ambiguous cells_blank cells_nil cells_unreadable cells_missing checks_hold checks_broken checks_unknown findings_error "
        "findings_warning findings_prompt county_id"
    ).split()
    assert [column.name for column in schema.FINDINGS] == (
        "finding_id subject code instance severity rule_level addresses left right difference message_zh message_en report_id "
        "other_report_id source_in_law"
    ).split()
    assert [column.name for column in schema.CHECKS] == "report_id code instance verdict reason".split()


def test_every_column_has_a_meaning_in_both_languages() -> None:
    for columns in schema.TABLES.values():
        for column in columns:
            assert column.zh, column
            assert column.en, column


def test_the_data_dictionary_is_the_schema() -> None:
    made = (ROOT / "docs" / "data-dictionary.md").read_text("utf-8")
    assert made == schema.dictionary(), "run `python -m pipeline.schema > docs/data-dictionary.md`"


# --- codebook -------------------------------------------------------------------------------------


def test_short_names_are_short_plain_and_unique() -> None:
    shorts = [entry.short for entry in codebook()]
    assert len(set(shorts)) == len(shorts)
    assert all(re.fullmatch(rf"[a-z0-9_]{{1,{MAX_SHORT}}}", short) for short in shorts)
    assert {address for form in load_forms() for address in form.addresses} == {entry.address for entry in codebook()}


def test_short_names_are_frozen() -> None:
    made = "".join(("address,short\n", *(f"{entry.address},{entry.short}\n" for entry in codebook())))
    if REWRITE:
        GOLDEN.write_text(made, "utf-8", newline="")
        pytest.fail(f"rewrote {GOLDEN.name}: read the diff, then run again without the switch")
    held = GOLDEN.read_text("utf-8")
    assert made.startswith(held), "a short name that was published changed; new addresses go to the end"
    assert made == held, "new addresses: set GONGKAI_REWRITE_GOLDENS=1, run once, and read the diff"


def test_the_codebook_is_in_printed_order_the_oldest_form_first() -> None:
    assert [entry.order for entry in codebook()] == list(range(1, len(codebook()) + 1))
    oldest = load_forms()[0]
    assert wide_addresses()[: len(oldest.addresses)] == oldest.addresses
    amount = next(entry for entry in codebook() if entry.address == "proactive.procurement.amount")
    assert (amount.unit, amount.forms) == ("万元", ("2019",))
    shared = next(entry for entry in codebook() if entry.address == "applications.refused.state_secret.total")
    assert shared.forms == ("2019", "2021")
    assert "（三）不予公开 > 1.属于国家秘密 > 总计" in shared.zh


def test_an_address_without_a_short_name_asks_for_one() -> None:
    with pytest.raises(Exception, match="add an abbreviation"):
        short_name("applications.an_endless_name_of_a_row_that_nobody_shortened.total")


# --- CSV and Parquet --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("=SUM(A1)", "'=SUM(A1)"), ("+cmd", "'+cmd"), ("-x", "'-x"), ("@a", "'@a"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("-", "-"), ("=", "="), ("-8", "-8"), ("+3.5", "+3.5"), ("-1,203", "-1,203"), ("--", "'--"), ("-1+1", "'-1+1"),
        ("", ""), ("22（其中修订16件）", "22（其中修订16件）"), ("－", "－"), ("－－", "－－"),
    ],
)  # fmt: skip
def test_text_that_a_spreadsheet_would_run_is_guarded(text: str, made: str) -> None:
    assert guarded(text) == made


def test_csv_holds_exact_numbers_and_nothing_is_not_zero() -> None:
    stream = io.StringIO(newline="")
    table = CsvTable(stream, [schema.Column(name, "number", "", "") for name in "abcd"])
    table.add((Decimal("4068.2080"), Decimal("2E+3"), None, Decimal("-0.0")))
    assert stream.getvalue() == "a,b,c,d\n4068.208,2000,,0\n"


def test_files_of_a_folder(tmp_path: Path) -> None:
    folder = exported(tmp_path)
    tables = (
        "facts", "reports", "findings", "checks", "wide", "wide_status", "coverage", "series", "series_approximate", "panel", "indicators",
    )  # fmt: skip
    wanted = {f"{name}.{kind}" for name in tables for kind in ("csv", "parquet")}
    wanted |= {"codebook.csv", "datapackage.json", "manifest.json", "panel.dta", "panel.xlsx", "shards"}
    assert {path.name for path in folder.iterdir()} == wanted
    for name in (*tables, "codebook"):
        body = (folder / f"{name}.csv").read_bytes()
        assert body.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in body


def test_parquet_holds_the_rows_of_csv(tmp_path: Path) -> None:
    import pyarrow.parquet

    folder = exported(tmp_path)
    for name in ("facts", "reports", "findings", "checks", "wide", "wide_status"):
        table = pyarrow.parquet.read_table(folder / f"{name}.parquet")
        held = rows(folder / f"{name}.csv")
        assert table.num_rows == len(held)
        assert table.column_names == list(held[0])
    facts = pyarrow.parquet.read_table(folder / "facts.parquet")
    assert str(facts.schema.field("value").type) == "double"
    assert "dictionary" in str(facts.schema.field("status").type)
    assert facts["value"].null_count == sum(row["value"] == "" for row in rows(folder / "facts.csv"))
    assert pyarrow.parquet.ParquetFile(folder / "facts.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


def test_parquet_keeps_the_original_of_what_csv_guards(tmp_path: Path) -> None:
    import pyarrow.parquet

    from pipeline.tables import FileTable

    with FileTable.open(tmp_path, "t", [schema.Column("raw", "text", "", "")]) as table:
        table.add(("=1+1",))
        table.add((None,))
    assert pyarrow.parquet.read_table(tmp_path / "t.parquet")["raw"].to_pylist() == ["=1+1", None]
    assert rows(tmp_path / "t.csv")[0]["raw"] == "'=1+1"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    one = exported(tmp_path / "a")
    two = exported(tmp_path / "b", time=datetime(2027, 1, 1, tzinfo=UTC))
    again = {path.name: path.read_bytes() for path in exported(tmp_path / "a").iterdir() if path.is_file()}
    for path in two.iterdir():
        if path.is_file() and path.name != "manifest.json":
            assert path.read_bytes() == (one / path.name).read_bytes() == again[path.name], path.name
    assert {path.name: path.read_bytes() for path in (one / "shards").iterdir()} == {
        path.name: path.read_bytes() for path in (two / "shards").iterdir()
    }


def test_the_manifest_says_what_was_made_from_what(tmp_path: Path) -> None:
    folder = exported(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["run_at"] == "2026-01-02T03:04:05Z"
    assert manifest["counts"]["inputs"] == 4
    assert manifest["counts"]["facts"] == len(rows(folder / "facts.csv"))
    assert manifest["rules"]["digest"] == Rules().digest
    assert manifest["configuration"]["parse"]["seconds"] == 30.0
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert set(manifest["files"]) == {path.name for path in folder.iterdir() if path.is_file()} - {"manifest.json"}


def test_frictionless_passes_the_package(tmp_path: Path) -> None:
    frictionless: Any = pytest.importorskip("frictionless")
    report = frictionless.Package(str(exported(tmp_path) / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])
    assert len(report.tasks) == 23


# --- wide -----------------------------------------------------------------------------------------


def test_wide_converts_exactly_and_leaves_unknown_units_out(tmp_path: Path) -> None:
    folder = exported(tmp_path)
    wide = {row["report_id"]: row for row in rows(folder / "wide.csv")}
    status = {row["report_id"]: row for row in rows(folder / "wide_status.csv")}
    reports = [sample_report(text, f"{at}.txt") for at, text in enumerate(SAMPLES[:3])]
    assert list(wide) == [report.report_id for report in reports]
    first, second, third = (wide[report.report_id] for report in reports)
    assert second["proactive.procurement.amount"] == "25.1"
    assert first["proactive.procurement.amount"] == status[reports[0].report_id]["proactive.procurement.amount"] == ""
    assert (second["proactive.licensing.change"], status[reports[1].report_id]["proactive.licensing.change"]) == ("", "blank")
    assert third["applications.received.total"] == "3"
    assert status[reports[2].report_id]["applications.granted.total"] == "missing"
    assert list(first)[7:] == list(wide_addresses())


def test_an_amount_without_a_unit_is_null_in_wide_and_a_finding(tmp_path: Path) -> None:
    report = sample_report(sample_text(year=2019, form="2019", proactive__procurement__amount="251000"))
    row = dict(zip([column.name for column in Wide().columns("number")], Wide().figures(report), strict=True))
    assert row["proactive.procurement.amount"] is None
    findings, _, _ = run_module.examine(report, Rules())
    assert "unit.unknown" in {finding.code for finding in findings}


def test_published_only_leaves_rebuilt_figures_out_and_says_so(tmp_path: Path) -> None:
    exported(tmp_path)
    folder = exported(tmp_path, published_only=True)
    assert not (folder / "wide.csv").exists()
    third = rows(folder / "wide_published_only.csv")[2]
    assert (third["applications.received.total"], third["applications.received.other"]) == ("", "0")
    assert rows(folder / "wide_status.csv")[2]["applications.received.total"] == "reconstructed"
    exported(tmp_path)
    assert not (folder / "wide_published_only.parquet").exists()


def test_what_reading_and_audit_both_found_is_one_finding() -> None:
    report = sample_report(sample_text(year=2019, form="2019", proactive__procurement__amount="251000"))
    found, _, _ = run_module.examine(report, Rules())
    doubled: Report = replace(report, findings=found)
    assert run_module.examine(doubled, Rules())[0] == found


def test_a_finding_becomes_a_row() -> None:
    finding = Finding(
        code="a.b", subject="s", severity=Severity.ERROR, message_zh="一", message_en="one", addresses=("x", "y"),
        left=Decimal(3), right=Decimal(2), report_id="s",
    )  # fmt: skip
    row = dict(zip([column.name for column in schema.FINDINGS], export_module.finding_row(finding), strict=True))
    assert (row["addresses"], row["difference"], row["rule_level"]) == ("x;y", Decimal(1), "none")


# --- a disk that is full --------------------------------------------------------------------------


def test_a_full_disk_leaves_the_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = exported(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="cannot be written: No space left"), whole_files(folder) as part:
        (part / "facts.csv").write_text("half")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert not list(folder.glob(".partial*"))
