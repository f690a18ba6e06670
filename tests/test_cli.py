"""The commands from arguments to exit code: data on stdout, words on stderr, never a traceback for bad input."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from commands import Command, command_in
from samples import parse_all, sample_text

from parsers.report import FACT_COLUMNS
from pipeline import run as run_module
from pipeline import schema
from pipeline.commands import reading
from pipeline.commands.reading import find_inputs

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def gongkai(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    return command_in(tmp_path, monkeypatch, capsys, parse_all)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    (made / "a.txt").write_text(sample_text(applications__received__total="3"), "utf-8")
    (made / "b.txt").write_text(sample_text(applications__received__total="3"), "utf-8")
    (made / "empty.html").write_bytes(b"")
    (made / "other.txt").write_text("no report", "utf-8")
    (made / "bug.txt").write_text("BUG", "utf-8")
    return made


# --- parse ----------------------------------------------------------------------------------------


def test_parse_writes_facts_and_one_line_for_each_unread_input(gongkai: Command, folder: Path) -> None:
    done = gongkai("parse", "in")
    assert done.code == 3
    assert done.out.startswith("report_id,"), "no byte-order mark on stdout"
    facts = list(csv.DictReader(io.StringIO(done.out)))
    assert tuple(facts[0]) == FACT_COLUMNS
    assert len(facts) == 200
    for line in ("in/empty.html: empty: ", "in/other.txt: not_a_report: ", "in/bug.txt: failed: "):
        assert done.err.count(line) == 1
    log = Path(done.err.rstrip().rsplit(" ", 1)[1])
    assert "ZeroDivisionError" in log.read_text("utf-8")
    log.unlink()


def test_parse_leaves_with_0_when_all_was_read(gongkai: Command, folder: Path) -> None:
    done = gongkai("parse", "in/a.txt", "in/b.txt")
    assert (done.code, done.out.count("\n")) == (0, 201)


def test_a_folder_without_reports_leaves_with_3_and_a_line(gongkai: Command, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    done = gongkai("parse", "nothing")
    assert done.code == 3
    assert done.err.startswith("nothing: empty: ")


def test_parse_json_is_an_array_of_reports_with_facts_and_findings(gongkai: Command, folder: Path) -> None:
    (folder / "bug.txt").unlink()
    done = gongkai("parse", "in", "--format", "json")
    reports = {report["source"]: report for report in json.loads(done.out)}
    assert set(reports) == {"in/a.txt", "in/empty.html", "in/other.txt"}
    first = reports["in/a.txt"]
    assert list(first) == [*(column.name for column in schema.REPORTS), "facts", "findings"]
    assert (first["aliases"], len(first["facts"])) == ("in/b.txt", 200)
    assert list(first["facts"][0]) == list(FACT_COLUMNS)
    assert list(first["findings"][0]) == [column.name for column in schema.FINDINGS]
    assert (reports["in/empty.html"]["status"], reports["in/empty.html"]["facts"]) == ("empty", [])


def test_parse_writes_files_whole_and_with_a_byte_order_mark(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    import pyarrow.parquet

    assert gongkai("parse", "in/a.txt", "-o", "f.csv").code == 0
    assert (tmp_path / "f.csv").read_bytes().startswith(b"\xef\xbb\xbfreport_id,")
    assert gongkai("parse", "in/a.txt", "--format", "parquet", "-o", "f.parquet").code == 0
    assert pyarrow.parquet.read_table(tmp_path / "f.parquet").column_names == list(FACT_COLUMNS)
    assert gongkai("parse", "in/a.txt", "--format", "table", "-o", "f.tsv").code == 0
    assert (tmp_path / "f.tsv").read_text("utf-8").count("\n") == 201
    assert {path.name for path in tmp_path.iterdir()} == {"in", "f.csv", "f.parquet", "f.tsv"}


def test_a_device_is_written_to_and_never_replaced(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()), daemon=True)
    reader.start()
    done = gongkai("parse", "in/b.txt", "--format", "json", "-o", "pipe")
    reader.join(timeout=10)
    assert (done.code, (tmp_path / "pipe").is_fifo()) == (0, True)
    assert len(json.loads(got[0])) == 1


def test_a_manifest_gives_hints_to_files_that_a_folder_names_too(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "FILES.csv").write_text("path,county_code\nin/a.txt,360923\nin/gone.txt,\n", "utf-8")
    done = gongkai("parse", "in/a.txt", "--manifest", "FILES.csv")
    assert {row["county_code"] for row in csv.DictReader(io.StringIO(done.out))} == {"360923"}
    assert (done.code, "gone.txt: failed: there is no such file" in done.err) == (3, True)
    names = [item.name for item in find_inputs([Path("in")], Path("FILES.csv"))]
    assert names.count("in/a.txt") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["parse"],
        ["parse", "absent.txt"],
        ["parse", "in", "--format", "xml"],
        ["parse", "in", "--manifest", "absent.csv"],
        ["parse", "in", "--rules", "absent.toml"],
        ["run", "in", "--config", "absent.toml"],
        ["audit", "in", "--lang", "fr"],
        ["audit", "--output", "nowhere"],
        ["export", "--output", "nowhere"],
        ["explain", "in/a.txt", "applications.recieved.total"],
        ["explain", "abcdef123456", "applications.received.total", "--output", "nowhere"],
        ["explain", "in/empty.html", "applications.received.total"],
        ["forms", "show", "1999"],
        ["nothing"],
    ],
)
def test_what_cannot_be_done_leaves_with_2(gongkai: Command, folder: Path, arguments: list[str]) -> None:
    done = gongkai(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_what_cannot_be_written_leaves_with_1(gongkai: Command, folder: Path) -> None:
    done = gongkai("parse", "in/a.txt", "-o", "in/a.txt/x.csv")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert gongkai("run", "in/a.txt", "--output", "in/b.txt").code == 1


# --- audit, export, explain, run --------------------------------------------------------------------


def test_run_prints_a_summary_and_goes_on_where_it_was(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    done = gongkai("run", "in", "--output", "o", "--lang", "en")
    assert done.code == 3
    assert done.out.splitlines()[:3] == [
        "inputs    5 (copies: 1)", "reports   1 empty, 1 failed, 1 not_a_report, 1 read", "cells     200 published",
    ]  # fmt: skip
    assert done.out.splitlines()[-1] == "output    o"
    assert "ZeroDivisionError" in (tmp_path / "o" / "log.txt").read_text("utf-8")
    before = {path.name: path.read_bytes() for path in (tmp_path / "o").iterdir() if path.is_file()}
    assert gongkai("run", "in", "--output", "o", "--lang", "en").out == done.out
    after = {path.name: path.read_bytes() for path in (tmp_path / "o").iterdir() if path.is_file()}
    assert {name: body for name, body in after.items() if name != "manifest.json"} == {
        name: body for name, body in before.items() if name != "manifest.json"
    }
    assert "输入" in gongkai("run", "in", "--output", "o", "--lang", "zh").out


def test_run_takes_its_output_folder_from_the_configuration(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "gongkai.toml").write_text('[output]\nfolder = "made"\n', "utf-8")
    assert gongkai("run", "in/a.txt").code == 0
    assert (tmp_path / "made" / "reports.csv").is_file()
    (tmp_path / "gongkai.toml").write_text("[output]\nfoldr = 'made'\n", "utf-8")
    assert gongkai("run", "in/a.txt").code == 2


def test_run_without_paths_reads_the_bundled_reports(
    gongkai: Command, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "demo" / "reports"
    bundle.mkdir(parents=True)
    monkeypatch.setattr(reading, "files", lambda _: tmp_path)
    done = gongkai("run", "--output", "o")
    assert (done.code, "brings no reports" in done.err) == (2, True)
    (bundle / "a.txt").write_text(sample_text(), "utf-8")
    assert gongkai("run", "--output", "o").code == 0
    with (tmp_path / "o" / "reports.csv").open(encoding="utf-8-sig") as file:
        assert [row["source"] for row in csv.DictReader(file)] == ["demo/a.txt"]


def test_audit_of_files_and_of_an_output_folder_are_the_same(gongkai: Command, folder: Path) -> None:
    gongkai("run", "in", "--output", "o")
    done = gongkai("audit", "in", "--json")
    made = json.loads(done.out)
    assert list(made) == ["findings", "checks"]
    assert list(made["checks"][0]) == ["report_id", "code", "instance", "verdict", "reason"]
    assert {finding["code"] for finding in made["findings"]} >= {"applications.flow", "applications.row_total"}
    assert gongkai("audit", "o", "--json").out == gongkai("audit", "--output", "o", "--json").out == done.out
    table = gongkai("audit", "in/a.txt", "--lang", "zh")
    assert table.code == 0
    assert table.out.splitlines()[0].split("\t")[:3] == ["severity", "code", "instance"]
    assert "broken" in table.err


def test_rules_switch_a_finding_off(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    text = '[[rules]]\ncode = "applications.flow"\non = false\nreason = "a test"\n'
    (tmp_path / "r.toml").write_text(text, "utf-8")
    made = json.loads(gongkai("audit", "in/a.txt", "--rules", "r.toml", "--json").out)
    assert "applications.flow" not in {finding["code"] for finding in made["findings"]}
    (tmp_path / "gongkai.toml").write_text("", "utf-8")
    (tmp_path / "rules.toml").write_text(text, "utf-8")
    assert json.loads(gongkai("audit", "in/a.txt", "--json").out) == made


def test_export_gives_the_same_from_shards_and_from_files(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    gongkai("run", "in", "--output", "o")
    held = {path.name: path.read_bytes() for path in (tmp_path / "o").glob("*.csv")}
    assert gongkai("export", "in", "--output", "p").code == 3
    assert {path.name: path.read_bytes() for path in (tmp_path / "p").glob("*.csv")} == held
    for path in (tmp_path / "o").glob("*.csv"):
        path.unlink()
    assert gongkai("export", "o", "--published-only").code == 3
    assert (tmp_path / "o" / "wide_published_only.csv").is_file()
    assert gongkai("export", "--output", "o").code == 3
    assert {path.name: path.read_bytes() for path in (tmp_path / "o").glob("*.csv")} == held


def test_explain_a_file_and_a_report_of_an_output_folder(gongkai: Command, folder: Path) -> None:
    gongkai("run", "in", "--output", "o")
    by_file = gongkai("explain", "in/a.txt", "applications.received.total", "--lang", "en")
    assert by_file.code == 0
    assert "broken   applications.flow[total] (stated): 3 | 0" in by_file.out
    report_id = by_file.out.splitlines()[0].split()[-1]
    again = gongkai("explain", report_id, "applications.received.total", "--output", "o", "--lang", "en")
    assert again.out == by_file.out
    assert "数值" in gongkai("explain", "in/a.txt", "applications.received.total", "--lang", "zh").out


# --- forms, and the program itself ------------------------------------------------------------------


def test_forms_are_listed_and_shown(gongkai: Command) -> None:
    listed = gongkai("forms")
    assert (listed.code, listed.out.splitlines()[0].split("\t")[0]) == (0, "name")
    assert gongkai("forms", "list").out == listed.out
    assert {form["name"]: form["cells"] for form in json.loads(gongkai("forms", "--json").out)}["2021"] == 200
    shown = gongkai("forms", "show", "2021", "--lang", "zh").out
    for word in ("第二十条第（八）项", "行政规范性文件", "　　1.属于国家秘密", "未经复议直接起诉", "社会公益组织"):
        assert word in shown
    assert "state secrets" in gongkai("forms", "show", "2021", "--lang", "en").out


def test_help_and_version(gongkai: Command) -> None:
    told = gongkai("--help")
    assert told.code == 0
    for command in ("parse", "audit", "export", "explain", "forms", "run"):
        assert command in told.out
    assert gongkai("--version").out.startswith("gongkai ")


def program(*arguments: str, **more: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload, no-any-return]


def test_a_reader_that_leaves_is_no_traceback(tmp_path: Path) -> None:
    for at in range(3):
        (tmp_path / f"{at}.txt").write_text("no report", "utf-8")
    read, write = os.pipe()
    os.close(read)
    running = program("forms", "show", "2021", stdout=write)
    os.close(write)
    _, err = running.communicate(timeout=60)
    assert b"Traceback" not in err
    assert b"Exception" not in err


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        running = program("forms", "show", "2021", stdout=full)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err.count(b"\n")) == (1, 1), err
    assert b"No space left" in err


def test_light_commands_do_not_wait_for_pandas_or_pyarrow() -> None:
    code = "import sys; from pipeline.commands import audit, explain, forms, parse, run; import pipeline.cli; print(*sorted({'pandas', 'pyarrow', 'httpx'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_accepted_seed(gongkai: Command, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import parsers

    monkeypatch.setattr(run_module, "parse_all", parsers.parse_all)
    seed = str(corpus / "shanggao_2021.txt")
    facts = {row["address"]: row for row in csv.DictReader(io.StringIO(gongkai("parse", seed).out))}
    lost = facts.pop("proactive.normative_documents.in_force")
    assert (lost["status"], lost["value"]) == ("missing", "")
    assert {row["status"] for row in facts.values()} == {"published"}
    errors = [item for item in json.loads(gongkai("audit", seed, "--json").out)["findings"] if item["severity"] == "error"]
    assert [item["code"] for item in errors] == ["applications.outcome_total"] * 2
    shown = gongkai("explain", seed, "proactive.normative_documents.issued").out
    assert "【2】" in shown
