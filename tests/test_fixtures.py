"""
Every folder under tests/fixtures: what is read from its input, and what does not add up in it, against its goldens.

`pytest tests/test_fixtures.py --update-goldens` writes goldens, and fails so that a person reads the difference.
"""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from conftest import FIXTURES, fixture_folders
from make_fixtures import BUNDLE, BUNDLED, RENDERED, rendered, sheet_of
from make_formats import CASE, FOLDER

from parsers import Report, Unread, load_forms, parse_all
from parsers.raw.sniff import sniff
from parsers.readers import readers
from parsers.report import plain
from parsers.source import open_source
from pipeline.audit import audit_report
from pipeline.demo.judge import judge

COLUMNS = ("address", "value", "raw", "unit_of_measure", "status", "form")


NEEDS = {"rtf": "soffice", "doc": "soffice", "tiff": "rapidocr", "zip": "rapidocr"}
"""Formats that are read only where another part is installed."""


@pytest.fixture(autouse=True)
def part(request: pytest.FixtureRequest, need: Callable[[str], Path]) -> None:
    """Skip a format whose part is absent."""
    if "fixture_folder" in request.fixturenames:
        folder = request.getfixturevalue("fixture_folder")
        if folder.parent == FOLDER and folder.name in NEEDS:
            need(NEEDS[folder.name])


@cache
def read(folder: Path) -> Report | Unread:
    """What the folder's input gives: one report, or why there is none."""
    return read_again(folder)


def read_again(folder: Path) -> Report | Unread:
    (found,) = folder.glob("input.*")
    (result,) = parse_all(open_source(found, name=found.name))
    return result


def cells_of(result: Report | Unread) -> str:
    """`expected.csv`: a cell a line, in the form's order."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for fact in result.facts if isinstance(result, Report) else ():
        form = result.forms[fact.table] if isinstance(result, Report) else ""
        writer.writerow((fact.address, plain(fact.value), fact.raw or "", fact.unit_of_measure or "", fact.status, form))
    return text.getvalue()


def findings_of(result: Report | Unread) -> str:
    """`expected.findings.json`: what the reading and the audit found, sorted."""
    findings = [*result.findings, *audit_report(result).findings] if isinstance(result, Report) else []
    rows = sorted((item.code, item.instance, str(item.severity), item.message_en) for item in findings)
    names = ("code", "instance", "severity", "message_en")
    return as_json([dict(zip(names, row, strict=True)) for row in rows])


def identity_of(result: Report | Unread) -> str:
    """`identity.json`: whose report it is, by which form it was read, and whether it was read at all."""
    if isinstance(result, Unread):
        return as_json({"status": str(result.status), "reason": result.reason})
    names = ("status", "reason", "unit", "county", "level", "year", "scope", "form", "title")
    return as_json({name: getattr(result, name) for name in names})


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


GOLDENS = {"expected.csv": cells_of, "expected.findings.json": findings_of, "identity.json": identity_of}


@pytest.mark.parametrize("golden", GOLDENS)
def test_reading_gives_what_is_expected(fixture_folder: Path, golden: str, pytestconfig: pytest.Config) -> None:
    actual = GOLDENS[golden](read(fixture_folder))
    path = fixture_folder / golden
    expected = path.read_text("utf-8") if path.is_file() else None
    if expected is None or (pytestconfig.getoption("--update-goldens") and expected != actual):
        path.write_text(actual, "utf-8", newline="")
        pytest.fail(f"wrote {path.relative_to(FIXTURES)}: read the diff, then run again")
    assert expected == actual


def test_goldens_are_not_written_where_nobody_reads_them(pytestconfig: pytest.Config) -> None:
    assert not (os.environ.get("CI") and pytestconfig.getoption("--update-goldens"))


def test_reading_twice_gives_the_same_bytes_and_json_loses_nothing(fixture_folder: Path) -> None:
    first, second = read(fixture_folder), read_again(fixture_folder)
    if isinstance(first, Unread) or isinstance(second, Unread):
        assert first == second
        return
    line = first.to_json()
    assert second.to_json() == line
    again = Report.from_json(line)
    assert again == first
    assert again.to_json() == line


def test_a_fixture_says_what_it_is(fixture_folder: Path) -> None:
    note = (fixture_folder / "NOTE.md").read_text("utf-8")
    assert note.startswith("# ")
    assert "Licence: MIT" in note
    names = {path.name for path in fixture_folder.iterdir()}
    (given,) = (name for name in names if name.startswith("input."))
    assert names == {given, "NOTE.md", *GOLDENS}


def members(content: bytes) -> dict[str, bytes] | bytes:
    """The bytes, or those of the members of a ZIP: how it is packed differs from one zlib to another."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("case", RENDERED)
def test_nothing_rendered_is_silently_wrong(case: str) -> None:
    sheet, rendering, result = sheet_of(case), rendered(case), read(FIXTURES / case)
    (given,) = (FIXTURES / case).glob("input.*")
    assert members(given.read_bytes()) == members(rendering.data), "the renderers changed: run python tests/make_fixtures.py"
    assert isinstance(result, Report)
    assert (result.year, result.forms) == (sheet.year, sheet.forms)
    assert result.unit in (sheet.unit, None)
    assert result.county in (sheet.county, None)
    judged = list(judge(rendering, result.facts))
    assert [(item.address, item.outcome, item.fact) for item in judged if item.outcome.wrong] == []
    if not RENDERED[case].loses:
        assert [item.address for item in judged if item.kept and item.outcome == "open"] == []


@pytest.mark.parametrize("kind", sorted(folder.name for folder in FOLDER.iterdir()))
def test_every_format_gives_the_same_report(kind: str) -> None:
    (printed, told), (found, says) = (
        (
            list(csv.DictReader((folder / "expected.csv").read_text("utf-8").splitlines())),
            (folder / "identity.json").read_text("utf-8"),
        )
        for folder in (FIXTURES / CASE, FOLDER / kind)
    )
    names = ("address", "value", "status", "form")
    assert [[row[name] for name in names] for row in found] == [[row[name] for name in names] for row in printed]
    assert json.loads(says) == json.loads(told)


def identities() -> Iterator[dict[str, str | None]]:
    return (json.loads((folder / "identity.json").read_text("utf-8")) for folder in fixture_folders())


def test_every_form_and_every_reader_has_a_fixture() -> None:
    tables = [csv.DictReader((folder / "expected.csv").read_text("utf-8").splitlines()) for folder in fixture_folders()]
    forms = {row["form"] for table in tables for row in table}
    assert forms >= {form.name for form in load_forms()}
    assert {known["form"] for known in identities() if "form" in known} >= {"mixed", "none"}
    contents = [sniff(path.read_bytes(), path.name) for folder in fixture_folders() for path in folder.glob("input.*")]
    assert [reader.name for reader in readers() if not any(map(reader.claims, contents))] == []


def test_the_bundled_reports_are_copies_of_fixtures() -> None:
    assert {path.name for path in BUNDLED.iterdir()} == set(BUNDLE)
    for name, case in BUNDLE.items():
        (given,) = (FIXTURES / case).glob("input.*")
        assert (BUNDLED / name).read_bytes() == given.read_bytes(), f"{name}: run python tests/make_fixtures.py"
