"""Archives of documents: one report a member, names, nesting, bombs and damage, and nothing on the disk."""

from __future__ import annotations

import csv
import io
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from damage import is_answer, spoiled, zipped
from PIL import Image

from parsers import Source, parse, parse_all
from parsers.containers import Member, Pages, open_container
from parsers.report import Report, Unread
from parsers.source import Hints
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import layout_named
from pipeline.inputs import Input
from pipeline.run import read_input

FIXTURES = Path(__file__).parent / "fixtures"
ROOT = Path(__file__).resolve().parents[1]


def document(layout: str, seed: int) -> bytes:
    return layout_named(layout).render(random_sheet(Random(seed)), Random(seed)).data


PAGE, WORD, TEXT = (document(layout, seed) for seed, layout in enumerate(("html.clean", "docx.clean", "text.tabs")))


def with_raw_names(names: Sequence[bytes], contents: Sequence[bytes]) -> bytes:
    """An archive whose names are these bytes, without the flag of UTF-8."""
    stand_ins = [chr(65 + at) * len(name) for at, name in enumerate(names)]
    packed = zipped(list(zip(stand_ins, contents, strict=True)), packed=zipfile.ZIP_STORED)
    for name, stand_in in zip(names, stand_ins, strict=True):
        packed = packed.replace(stand_in.encode(), name)
    return packed


def read(content: bytes, name: str = "a.zip") -> dict[str, Report | Unread]:
    found = list(parse_all(Source(content, name)))
    by_source = {item.source: item for item in found}
    assert len(by_source) == len(found)
    return by_source


def statuses(content: bytes) -> dict[str, str]:
    return {source: str(item.status) for source, item in read(content).items()}


def facts(item: Report | Unread) -> list[tuple[str, object]]:
    assert isinstance(item, Report)
    return [(fact.address, fact.value) for fact in item.facts]


def png(shade: int = 255) -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8), shade).save(out, "PNG")
    return out.getvalue()


# --- members --------------------------------------------------------------------------------------


def test_every_document_is_a_report_and_has_an_address() -> None:
    found = read(zipped({"甲县/年报.docx": WORD, "乙县.html": PAGE, "c.txt": TEXT}), "某市.zip")
    assert list(found) == ["某市.zip!/c.txt", "某市.zip!/乙县.html", "某市.zip!/甲县/年报.docx"]
    assert {type(item) for item in found.values()} == {Report}


def test_a_document_in_an_archive_has_the_same_facts_as_alone() -> None:
    for name, content in (("年报.docx", WORD), ("a.html", PAGE), ("a.txt", TEXT)):
        ((_, item),) = read(zipped({name: content})).items()
        alone = parse(Source(content, name))
        assert isinstance(item, Report)
        assert (item.facts, item.findings, item.source_sha256) == (alone.facts, alone.findings, alone.source_sha256)


def test_an_address_on_the_web_is_kept() -> None:
    source = Source(zipped({"a.html": PAGE}), "a.zip", url="https://example.cn/a.zip")
    assert [item.source for item in parse_all(source)] == ["https://example.cn/a.zip!/a.html"]


def test_what_systems_leave_behind_is_no_document() -> None:
    junk = ("__MACOSX/._a.html", "__MACOSX/a.html", ".DS_Store", "x/.DS_Store", "Thumbs.db", "desktop.ini", "~$a.docx", "leer/")
    assert list(statuses(zipped([*((name, b"" if name.endswith("/") else TEXT) for name in junk), ("x/a.html", PAGE)]))) == [
        "a.zip!/x/a.html"
    ]
    assert statuses(zipped([(name, b"") for name in junk])) == {"a.zip": "empty"}
    assert statuses(zipped({})) == {"a.zip": "empty"}


def test_the_unit_of_an_archive_is_not_that_of_each_report_in_it() -> None:
    hints = Hints(county_code="110101", unit="某县人民政府", year=2021)
    for files in ({"a.html": PAGE}, {"a.html": PAGE, "b.html": TEXT}):
        members = list(open_container(Source(zipped(files), "a.zip", hints=hints)))
        told = [item.source.hints for item in members]
        assert [hint and hint.unit for hint in told] == ["某县人民政府" if len(files) == 1 else None] * len(files)
        assert {hint and hint.county_code for hint in told} == {"110101"}


def test_an_archive_within_is_opened_once_and_no_deeper() -> None:
    inner = zipped({"a.html": PAGE})
    twice = zipped({"inner.zip": inner, "b.txt": TEXT})
    assert statuses(twice) == {"a.zip!/b.txt": "read", "a.zip!/inner.zip!/a.html": "read"}
    found = read(zipped({"deep.zip": twice, "c.docx": WORD}))
    assert {source: str(item.status) for source, item in found.items()} == {
        "a.zip!/c.docx": "read", "a.zip!/deep.zip!/b.txt": "read", "a.zip!/deep.zip!/inner.zip": "unsupported",
    }  # fmt: skip
    refused = found["a.zip!/deep.zip!/inner.zip"]
    assert isinstance(refused, Unread)
    assert "archive within an archive" in refused.reason


def test_members_of_other_kinds_are_named() -> None:
    found = statuses(zipped({"a.rar": b"Rar!\x1a\x07\0" + bytes(50), "b.bin": bytes(range(256)), "c.html": PAGE, "d.txt": b""}))
    assert found == {
        "a.zip!/a.rar": "unsupported",
        "a.zip!/b.bin": "unsupported",
        "a.zip!/c.html": "read",
        "a.zip!/d.txt": "empty",
    }


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_names_without_a_flag_are_utf_8_or_gb18030(charset: str) -> None:
    content = with_raw_names([f"{name}.html".encode(charset) for name in ("甲县年报", "乙县人民政府年报")], [PAGE, PAGE + b"\n"])
    assert set(statuses(content)) == {"a.zip!/甲县年报.html", "a.zip!/乙县人民政府年报.html"}


def test_names_with_a_flag_are_utf_8() -> None:
    assert list(statuses(zipped({"甲县年报.html": PAGE}))) == ["a.zip!/甲县年报.html"]


def test_a_name_listed_twice_is_two_documents() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("a.html", PAGE), ("a.html", PAGE + b"\n"), ("b.txt", TEXT)])
    assert statuses(content) == {"a.zip!/a.html": "read", "a.zip!/a.html#2": "read", "a.zip!/b.txt": "read"}


HOSTILE = (
    "../../outside.html",
    "/absolute.html",
    "C:\\windows.html",
    "..\\..\\back.html",
    "a/../../b.html",
    "line\nbreak.html",
    "\x1b[31m.html",
)


def test_names_that_lead_elsewhere_never_touch_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "deep" / "er"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    content = zipped([(name, PAGE + bytes([10] * at)) for at, name in enumerate(HOSTILE)])
    found = read(content)
    assert [str(item.status) for item in found.values()] == ["read"] * len(HOSTILE)
    assert not any(ord(character) < 32 for source in found for character in source)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert not Path("/absolute.html").exists()


# --- pages in pictures ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names", [("1.png", "2.png", "10.png"), ("第1页.png", "第10页.png", "第2页.png"), ("x/p-01.png", "x/p-02.png", "x/p-03.png")]
)
def test_numbered_pictures_are_the_pages_of_one_report(names: tuple[str, ...]) -> None:
    (pages,) = open_container(Source(zipped({name: png(at) for at, name in enumerate(names)}), "a.zip"))
    assert isinstance(pages, Pages)
    numbers = [int("".join(filter(str.isdigit, page.name))) for page in pages.pages]
    assert (pages.source.name, numbers) == ("a.zip", sorted(numbers))


@pytest.mark.parametrize(
    "files",
    [
        {"1.png": png(), "2.html": PAGE},
        {"1.png": png(), "甲县.png": png(0)},
        {"a/1.png": png(), "b/2.png": png(0)},
        {"甲县1.png": png(), "乙县2.png": png(0)},
        {"年报.png": png()},
    ],
)
def test_other_pictures_are_documents_of_their_own(files: dict[str, bytes]) -> None:
    assert len(list(open_container(Source(zipped(files), "a.zip")))) == len(files)


def test_numbered_documents_that_are_no_pictures_are_reports() -> None:
    assert statuses(zipped({"年报1.html": PAGE, "年报2.docx": WORD})) == {
        "a.zip!/年报1.html": "read",
        "a.zip!/年报2.docx": "read",
    }


# --- limits and damage ----------------------------------------------------------------------------


def test_an_encrypted_member_does_not_hide_the_others() -> None:
    content = bytearray(zipped([("a.html", PAGE), ("b.html", TEXT)]))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + offset] |= 1
    found = read(bytes(content))
    assert [str(item.status) for item in found.values()] == ["failed", "read"]
    assert "password" in next(iter(found.values())).reason


def test_a_damaged_member_does_not_hide_the_others() -> None:
    content = bytearray(zipped([("a.html", PAGE), ("b.docx", WORD), ("c.txt", TEXT)]))
    middle = content.index(b"b.docx") + 200
    content[middle : middle + 50] = bytes(50)
    assert statuses(bytes(content)) == {"a.zip!/a.html": "read", "a.zip!/b.docx": "failed", "a.zip!/c.txt": "read"}


def test_two_damaged_members_are_not_one() -> None:
    """What they hold cannot be unpacked, but they are told apart."""
    content = bytearray(zipped([("a.html", PAGE), ("b.html", document("html.clean", 9))]))
    for name in (b"a.html", b"b.html"):
        middle = content.index(name) + 300
        content[middle : middle + 50] = bytes(50)
    found = read(bytes(content))
    assert [str(item.status) for item in found.values()] == ["failed", "failed"]
    assert len({item.source_sha256 for item in found.values()}) == 2


def test_an_archive_cut_off_is_damaged() -> None:
    content = zipped({"a.html": PAGE, "b.txt": TEXT})
    assert statuses(content[: len(content) // 2]) == {"a.zip": "failed"}


def test_bombs_are_a_limit() -> None:
    ratio = zipped({"a.html": bytes(3_000_000)})
    many = zipped({f"{at}.txt": b"" for at in range(5_001)})
    assert (statuses(ratio), statuses(many)) == ({"a.zip": "limit"}, {"a.zip": "limit"})


def test_declared_sizes_are_added_up_over_archives_within() -> None:
    """Each inner archive claims 150 MB: one is allowed, two are not."""

    def claiming(seed: int) -> bytes:
        content = bytearray(zipped({f"{seed}.html": os.urandom(1_000_000)}, packed=zipfile.ZIP_STORED))
        struct.pack_into("<I", content, content.index(b"PK\1\2") + 24, 150_000_000)
        return bytes(content)

    found = read(zipped({"1.zip": claiming(1), "2.zip": claiming(2), "c.html": PAGE}))
    assert "limit" in {str(item.status) for item in found.values()}
    assert str(found["a.zip!/c.html"].status) == "read"


def test_members_are_counted_over_archives_within() -> None:
    inner = zipped({f"{at}.txt": b"x" for at in range(1_700)})
    content = zipped([(f"{at}.zip", inner + bytes(at)) for at in range(3)])
    members = [item for item in open_container(Source(content, "a.zip")) if isinstance(item, Member)]
    refused = [(item.source.name, str(item.refused.status)) for item in members if item.refused is not None]
    assert (refused, len(members)) == ([("a.zip!/2.zip", "limit")], 3_401)


def test_an_archive_that_holds_itself_ends() -> None:
    content = zipped({"a.zip": zipped({"a.zip": zipped({"a.zip": zipped({"a.html": PAGE})})})})
    assert statuses(content) == {"a.zip!/a.zip!/a.zip": "unsupported"}


def test_damage_anywhere_has_a_status() -> None:
    content, chance = zipped({"a.html": PAGE, "甲.docx": WORD, "in.zip": zipped({"c.txt": TEXT})}), Random(4)
    assert all(is_answer(spoiled(content, chance), "a.zip") for _ in range(50))


# --- the order of work ----------------------------------------------------------------------------


def test_the_pipeline_reads_every_member() -> None:
    source = Source(zipped({"a.html": PAGE, "b.docx": WORD, "c.rar": b"Rar!\x1a\x07\0" + bytes(50)}), "a.zip")
    assert [item.source for item in read_input(Input.of(source))] == ["a.zip!/a.html", "a.zip!/b.docx", "a.zip!/c.rar"]


def test_the_command_line_gives_a_row_a_member(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    content = zipped({"甲/a.html": PAGE, "b.docx": WORD, "c.rar": b"Rar!\x1a\x07\0" + bytes(50)})
    (folder / "某市.zip").write_bytes(content)
    command = [sys.executable, "-m", "gongkai", "run", "in", "--output", "out"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    with (tmp_path / "out" / "reports.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["source"]: row["status"] for row in csv.DictReader(stream)}
    assert rows == {"in/某市.zip!/b.docx": "read", "in/某市.zip!/c.rar": "unsupported", "in/某市.zip!/甲/a.html": "read"}
