"""A folder of damaged and hostile files through the command line: no crash, no hang, a row for every file, and no other trace."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from damage import spoiled, zipped

from parsers.errors import ReadStatus
from pipeline.inputs import shown

FIXTURES = Path(__file__).parent / "fixtures"
ROOT = Path(__file__).resolve().parents[1]
SLOW_KINDS = (".tiff", ".zip", ".doc", ".rtf", ".png")
"""Kinds that are recognised or go through LibreOffice: seconds each, so that few are made."""

SUFFIXES = (
    ".html",
    ".docx",
    ".pdf",
    ".xlsx",
    ".xls",
    ".doc",
    ".wps",
    ".et",
    ".txt",
    ".csv",
    ".ofd",
    ".zip",
    ".mht",
    ".png",
    ".tiff",
    "",
)


def mutate(content: bytes, other: bytes, chance: Random) -> bytes:
    """The content in one way damaged, cut short in its middle, glued to another, or left alone."""
    at = chance.randrange(len(content))
    match chance.randrange(6):
        case 0:
            return content + other
        case 1:
            return content[:at] + content[at + chance.randrange(1, 2_000) :]
        case 2:
            return content
        case _:
            return spoiled(content, chance)


def mutants(count: int, chance: Random, *, slow_kinds: int) -> Iterator[tuple[str, bytes]]:
    """So many files by name, made of the fixtures; a quarter of them under another suffix."""
    seeds = [(path.suffix, path.read_bytes()) for path in sorted(FIXTURES.glob("**/input.*"))]
    quick = [seed for seed in seeds if seed[0] not in SLOW_KINDS]
    slow = [seed for seed in seeds if seed[0] in SLOW_KINDS]
    for number in range(count):
        suffix, content = chance.choice(slow if number < slow_kinds else quick)
        other = chance.choice(quick)[1]
        if chance.random() < 0.25:
            suffix = chance.choice(SUFFIXES)
        yield f"{number:04d}{suffix}", mutate(content, other, chance)


def nested(depth: int) -> bytes:
    content = b"<html><body>x</body></html>"
    for _ in range(depth):
        content = zipped({"a.zip": content})
    return content


def hostile(rows: int) -> dict[bytes, bytes]:
    """Files that are made to hurt, by the bytes of their names; the long tables have so many rows."""
    page = (FIXTURES / "hechuan-2023" / "input.html").read_bytes()
    cell = b"<tr><td>1</td><td>2</td></tr>\n"
    return {
        b"bomb.zip": zipped({"a.html": bytes(30_000_000)}),
        b"bomb.docx": zipped({"word/document.xml": b"<a>" + b" " * 30_000_000}),
        b"bomb.xlsx": zipped({"xl/workbook.xml": b" " * 30_000_000}),
        b"bomb.ofd": zipped({"OFD.xml": b" " * 30_000_000}),
        b"many.zip": zipped({f"{at}.txt": b"" for at in range(6_000)}),
        b"deep.zip": nested(12),
        b"deep.html": b"<div>" * 100_000 + b"x",
        b"deep tables.html": b"<table><tr><td>" * 20_000,
        b"deep.xml": b"<a>" * 100_000,
        b"deep.docx": zipped({"word/document.xml": b"<w:p>" * 100_000, "[Content_Types].xml": b"<Types/>"}),
        b"entities.html": b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><html><body>&b;&b;</body></html>',
        b"outside.html": b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body>&x;<img src="../../../etc/passwd"></body></html>',
        b"rows.csv": b"1,2,3\n" * rows,
        b"rows.html": b"<table>" + cell * rows + b"</table>",
        b"rows.txt": b"1\t2\t3\n" * rows,
        b"spans.html": b"<table>" + b'<tr><td rowspan="65534" colspan="1000">1</td></tr>' * 500 + b"</table>",
        b"one line.txt": b"\xe6\x94\xbf\xe5\xba\x9c1" * 300_000,
        b"climbs.zip": zipped({"../../climbed.html": page, "/absolute.html": page + b" ", "a/../../b.html": page + b"  "}),
        b"line\nbreak.html": page + b"\n\n",
        b"bell\x07 and \x1b[31m.html": page + b"\n\n\n",
        b"no utf-8 \xff\xfe.html": page + b"\n\n\n\n",
        b"-rf": b"\0" * 100,
        b"empty.html": b"",
        b"blanks.txt": b" \r\n\t" * 1_000,
        b"zeros.pdf": b"%PDF-1.7\n" + bytes(10_000),
        b"ones.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 10_000,
        b"head.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\0\0\0\0",
        b"a.rar": b"Rar!\x1a\x07\x01\0" + bytes(500),
        b"a.7z": b"7z\xbc\xaf\x27\x1c" + bytes(500),
        b"a.et": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000),
    }


def fill(folder: Path, count: int, *, slow_kinds: int, rows: int) -> list[bytes]:
    """The names of the files that must have a row; pipes and circles are there too and have none."""
    folder.mkdir()
    files = {os.fsencode(name): content for name, content in mutants(count, Random(count), slow_kinds=slow_kinds)} | hostile(rows)
    for name, content in files.items():
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(content)
    os.mkfifo(folder / "pipe.html")
    (folder / "circle").symlink_to(folder)
    (folder / "circle.html").symlink_to("circle.html")
    (folder / "outside").symlink_to("/etc")
    (folder / "dead.html").symlink_to("nowhere.html")
    return [*files, b"dead.html"]


def tree(folder: Path) -> dict[str, int]:
    """Every file below a folder and its size, links not followed."""
    return {str(path): path.lstat().st_size for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}


def run(folder: Path, count: int, *, slow_kinds: int, rows: int, seconds: int) -> None:
    names = fill(folder / "in", count, slow_kinds=slow_kinds, rows=rows)
    before = tree(folder)
    temporary = folder / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-m", "gongkai", "run", "in", "--output", "out"],
        cwd=folder, env=environment, capture_output=True, timeout=seconds, check=False,
    )  # fmt: skip
    errors = done.stderr.decode(errors="replace")
    assert done.returncode == 3, errors[-2_000:]
    assert errors.partition("Traceback")[2] == "", errors.partition("Traceback")[0][-500:]
    after = {path: size for path, size in tree(folder).items() if not path.startswith((str(folder / "out"), str(temporary)))}
    assert after == before
    assert tree(temporary) == {}

    with (folder / "out" / "reports.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows_of = list(csv.DictReader(stream))
    sources = {row["source"] for row in rows_of} | {alias for row in rows_of for alias in row["aliases"].split(" ")}
    found = {source.replace("%20", " ").partition("!/")[0] for source in sources}
    wanted = {shown(os.fsdecode(b"in/" + name)) for name in names}
    assert wanted - found == set()
    assert {source for source in found if source} - wanted == set()
    assert {row["status"] for row in rows_of} <= {str(status) for status in ReadStatus}
    assert [row["source"] for row in rows_of if row["status"] != "read" and not row["reason"]] == []
    faults = [
        (row["source"], row["reason"])
        for row in rows_of
        if "the program failed" in row["reason"] or row["status"] == "quarantined"
    ]
    assert faults == []
    by_name = {row["source"]: row["status"] for row in rows_of}
    assert {by_name[f"in/{name}"] for name in ("bomb.zip", "bomb.docx", "bomb.xlsx", "bomb.ofd", "many.zip")} == {"limit"}
    assert Counter(by_name.values())["read"] > count / 10


def test_damaged_and_hostile_files_stop_nothing(tmp_path: Path) -> None:
    run(tmp_path, 110, slow_kinds=0, rows=60_000, seconds=90)


@pytest.mark.slow
def test_two_thousand_damaged_and_hostile_files_stop_nothing(tmp_path: Path) -> None:
    run(tmp_path, 2_000, slow_kinds=24, rows=1_000_000, seconds=400)
