"""What counts as an input: folders, links, pipes, manifests, and files that cannot be read."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest

from parsers.errors import ReadStatus
from parsers.source import Hints, Source
from pipeline.errors import ConfigError, UsageError
from pipeline.inputs import Input, gather, shown
from pipeline.manifest import read_manifest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "in"
    made.mkdir()
    return Path("in")


def names(found: list[Input]) -> list[str]:
    return [item.name for item in found]


def test_files_come_in_the_order_of_their_names_folders_among_them(folder: Path) -> None:
    (folder / "b").mkdir()
    for name in ("c.txt", "b/z.txt", "b/a.txt", "a.txt"):
        (folder / name).write_text(name)
    assert names(list(gather([folder]))) == ["in/a.txt", "in/b/a.txt", "in/b/z.txt", "in/c.txt"]


def test_hidden_files_pipes_and_sockets_are_passed_over_and_never_block(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / ".hidden.txt").write_text("x")
    (folder / ".git").mkdir()
    (folder / ".git" / "a.txt").write_text("x")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "s"))
        (folder / "a.txt").write_text("x")
        assert names(list(gather([folder]))) == ["in/a.txt"]
    assert "in/pipe" in caplog.text


def test_a_pipe_that_is_named_is_refused_without_being_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (item,) = gather([folder / "pipe"])
    assert item.refused is not None
    assert item.refused.status is ReadStatus.UNSUPPORTED


def test_a_dead_link_is_named_and_links_out_or_in_a_circle_are_not_followed(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Path("outside").mkdir()
    Path("outside/x.txt").write_text("x")
    (folder / "sub").mkdir()
    (folder / "sub" / "a.txt").write_text("a")
    (folder / "dead").symlink_to("nowhere")
    (folder / "out").symlink_to("../outside")
    (folder / "out.txt").symlink_to("../outside/x.txt")
    (folder / "sub" / "up").symlink_to("..")
    (folder / "self").symlink_to("self")
    found = list(gather([folder]))
    assert names(found) == ["in/dead", "in/sub/a.txt"]
    assert found[0].refused is not None
    assert (found[0].refused.status, found[0].refused.reason) == (ReadStatus.FAILED, "the link leads nowhere")
    for name in ("in/out:", "in/out.txt:", "in/sub/up:", "in/self:"):
        assert name in caplog.text


def test_links_within_the_folder_are_followed_and_end(folder: Path) -> None:
    for name in ("x", "y"):
        (folder / name).mkdir()
        (folder / name / "a.txt").write_text(name)
    (folder / "x" / "to_y").symlink_to("../y")
    (folder / "y" / "to_x").symlink_to("../x")
    (folder / "link.txt").symlink_to("x/a.txt")
    found = names(list(gather([folder])))
    assert {"in/link.txt", "in/x/a.txt", "in/y/a.txt"} <= set(found)
    assert len(found) < 10


def test_an_empty_folder_is_one_input_with_a_reason(folder: Path) -> None:
    (item,) = gather([folder])
    assert item.refused is not None
    assert (item.refused.status, item.refused.bytes) == (ReadStatus.EMPTY, 0)


def test_a_path_that_is_not_there_stops_before_anything_is_read(folder: Path) -> None:
    with pytest.raises(UsageError, match="absent"):
        gather([folder, "absent"])


def test_a_file_over_the_cap_is_refused_before_it_is_read(folder: Path) -> None:
    big = folder / "big.html"
    with big.open("wb") as file:
        file.truncate(2_000_000_000)  # sparse: only its size is real
    (item,) = gather([folder])
    assert item.refused is not None
    assert (item.refused.status, item.refused.bytes) == (ReadStatus.LIMIT, 2_000_000_000)
    assert "2,000,000,000 bytes" in item.refused.reason
    assert [again.sha256 for again in gather([folder])] == [item.sha256]


def test_names_stand_on_one_line(folder: Path) -> None:
    (folder / "a\nb.txt").write_text("x")
    (folder / os.fsdecode(b"\xc4\xea.txt")).write_text("y")
    assert names(list(gather([folder]))) == ["in/a\\nb.txt", "in/\\xc4\\xea.txt"]
    assert [item.open().data for item in gather([folder])] == [b"x", b"y"]
    assert shown("上高\u202e县　年报") == "上高\\u202e县　年报"


def test_standard_input_is_one_document() -> None:
    (item,) = gather(["-"], stdin=io.BytesIO(b"abc"))
    assert (item.name, item.open().data) == ("-", b"abc")
    (big,) = gather(["-"], stdin=io.BytesIO(b"abcd"), max_bytes=3)
    assert big.refused is not None
    assert big.refused.status is ReadStatus.LIMIT


def test_the_key_changes_with_everything_that_could_change_what_is_read() -> None:
    source = Source(b"abc", "a.txt")
    keys = {
        Input.of(source).key,
        Input.of(Source(b"abd", "a.txt")).key,
        Input.of(Source(b"abc", "b.txt")).key,
        Input.of(Source(b"abc", "a.txt", charset="gbk")).key,
        Input.of(Source(b"abc", "a.txt", hints=Hints(year=2021))).key,
    }
    assert len(keys) == 5
    assert Input.of(source).key == Input.of(Source(b"abc", "a.txt")).key


# --- manifests ------------------------------------------------------------------------------------


def manifest(folder: Path, text: str, charset: str = "utf-8-sig") -> Path:
    file = folder / "FILES.csv"
    file.write_bytes(text.encode(charset))
    return file


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_manifest_gives_hints_and_names_what_is_not_there(folder: Path, charset: str) -> None:
    (folder / "a.txt").write_text("x")
    text = (
        "path,county_code,unit,level,year,url,fetched_at\n"
        "a.txt,360923,上高县人民政府,county,2021,http://a.example/1,2022-01-31T08:00:00+08:00\n"
        "b.txt,,,,,,\n"
    )
    found = list(read_manifest(manifest(folder, text, charset)))
    assert found[0].hints == Hints("360923", "上高县人民政府", "county", 2021)
    assert (found[0].address, found[0].fetched_at) == ("http://a.example/1", "2022-01-31T00:00:00Z")
    assert (found[0].open().hints, found[0].open().url) == (found[0].hints, "http://a.example/1")
    assert found[1].refused is not None
    assert found[1].refused.reason == "there is no such file"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,jear\na,1", ["'jear'", "'year'"]),
        ("unit\na", ["'path'"]),
        ("path,year\na,21", [":2", "year"]),
        ("path,county_code\na,36", [":2", "county_code"]),
        ("path,level\na,countie", [":2", "'county'"]),
        ("path,fetched_at\na,yesterday", [":2", "fetched_at"]),
        ("path\n ", [":2", "path"]),
        ("path\na,b", [":2", "fields"]),
    ],
)
def test_a_wrong_manifest_stops_with_the_line(folder: Path, text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        list(read_manifest(manifest(folder, text)))
    assert all(word in str(caught.value) for word in words), caught.value


def test_pictures_and_frames_beside_a_page_come_along(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    saved = folder / "年报_files"
    saved.mkdir(parents=True)
    (saved / "表 1.png").write_bytes(b"picture")
    (folder / "frame.html").write_text("<p>frame</p>", "utf-8")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    page = (
        "<img src='年报_files/表%201.png'><iframe src=frame.html></iframe><img src='../secret.png'><img src='link.png'>"
        f"<img src='{tmp_path}/secret.png'><img src='http://a.invalid/b.png'><img src='gone.png'>"
    )
    (folder / "年报.html").write_text(page, "utf-8")
    inputs = {Path(item.name).name: item for item in gather([folder])}
    assert set(inputs) == {"frame.html", "年报.html"}
    assert dict(inputs["年报.html"].open().companions) == {"年报_files/表%201.png": b"picture", "frame.html": b"<p>frame</p>"}
    (alone,) = gather([folder / "年报.html"])
    assert set(alone.open().companions) == {"年报_files/表%201.png"}
    before = alone.key
    (saved / "表 1.png").write_bytes(b"another")
    (again,) = gather([folder / "年报.html"])
    assert again.key != before
