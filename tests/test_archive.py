from __future__ import annotations

import gzip
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from scrapers.archive import Archive, Snapshot, read_snapshots
from scrapers.errors import ArchiveError
from scrapers.http import Exchange

PAGE = Exchange(
    method="GET",
    url="http://county.example/zfxxgk/a.html?page=1",
    request_headers=(("Host", "county.example"), ("User-Agent", "gongkai/1.0 (+mailto:study@example.org)")),
    fetched_at="2024-03-01T08:00:00Z",
    remote_ip="192.0.2.7",
    http_version="HTTP/1.1",
    status=200,
    reason="OK",
    headers=(("content-type", "Text/HTML; charset=GBK"), ("Transfer-Encoding", "chunked")),
    raw_body="信息公开".encode("gbk"),
    body="信息公开".encode("gbk"),
)
PACKED = replace(
    PAGE,
    url="http://county.example/b",
    headers=(("Content-Encoding", "gzip"),),
    raw_body=gzip.compress(b"<table>" * 500, mtime=0),
    body=b"<table>" * 500,
)
MOVED = replace(
    PAGE,
    url="http://county.example/c",
    status=302,
    reason="",
    headers=(("Location", "/年报".encode().decode("latin-1")),),
    raw_body=b"",
    body=b"",
)
ALL = (PAGE, PACKED, MOVED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "0001.warc.gz"


def keep(path: Path, *exchanges: Exchange) -> list[int]:
    with Archive(path) as archive:
        return [archive.append(exchange) for exchange in exchanges]


def test_a_snapshot_is_what_was_served(path: Path) -> None:
    [offset] = keep(path, PAGE)
    assert list(read_snapshots(path)) == [
        Snapshot(
            url="http://county.example/zfxxgk/a.html?page=1",
            fetched_at="2024-03-01T08:00:00Z",
            status=200,
            media_type="text/html",
            charset="GBK",
            body=PAGE.body,
            body_sha256=sha256(PAGE.body).hexdigest(),
            warc="0001.warc.gz",
            offset=offset,
        )
    ]


def test_every_answer_comes_back_in_order_and_by_its_offset(path: Path) -> None:
    offsets = keep(path, *ALL)
    snapshots = list(read_snapshots(path))
    assert [(shot.url, shot.status, shot.body, shot.offset) for shot in snapshots] == [
        (exchange.url, exchange.status, exchange.body, offset) for exchange, offset in zip(ALL, offsets, strict=True)
    ]
    assert [next(read_snapshots(path, start=offset)) for offset in offsets] == snapshots
    assert (snapshots[2].media_type, snapshots[2].charset) == (None, None)


def test_the_records_hold_the_bytes_of_the_wire(path: Path) -> None:
    keep(path, *ALL)
    kinds, blocks = [], []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            kinds.append(record.rec_type)
            blocks.append(record.raw_stream.read())
    assert kinds == ["warcinfo", *["response", "request"] * 3]
    assert blocks[1] == (
        b"HTTP/1.1 200 OK\r\ncontent-type: Text/HTML; charset=GBK\r\nX-Orig-Transfer-Encoding: chunked\r\n\r\n" + PAGE.raw_body
    )
    assert blocks[2].startswith(b"GET /zfxxgk/a.html?page=1 HTTP/1.1\r\nHost: county.example\r\n")
    assert blocks[3].endswith(PACKED.raw_body)
    assert blocks[5] == b"HTTP/1.1 302 \r\nLocation: /" + "年报".encode() + b"\r\n\r\n"


def test_warcio_finds_every_digest_right(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(path, *ALL)
    checker = Checker(type("Options", (), {"inputs": [str(path)], "verbose": True})())
    checker.process_all()
    assert checker.exit_value == 0
    assert capsys.readouterr().out.count("digest pass") == 7


def test_a_request_says_which_response_it_led_to(path: Path) -> None:
    keep(path, PAGE)
    with path.open("rb") as file:
        _, response, request = (record.rec_headers for record in ArchiveIterator(file))
    assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert response["WARC-IP-Address"] == "192.0.2.7"
    assert response.protocol == "WARC/1.1"


def test_a_second_run_appends(path: Path) -> None:
    offsets = keep(path, PAGE) + keep(path, PACKED)
    assert [shot.offset for shot in read_snapshots(path)] == offsets


def test_what_a_killed_run_left_is_cut_off(path: Path) -> None:
    with Archive(path) as archive:
        archive.append(PAGE)
        end = archive.end
        archive.append(PACKED)
    os.truncate(path, path.stat().st_size - 100)
    with Archive(path, end=end) as archive:
        assert archive.append(MOVED) == end
    assert [shot.url for shot in read_snapshots(path)] == [PAGE.url, MOVED.url]


def test_an_archive_shorter_than_known_is_not_written_to(path: Path) -> None:
    keep(path, PAGE)
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match="kept records are lost"):
        Archive(path, end=len(before) + 1)
    assert path.read_bytes() == before


def test_a_full_disk_loses_nothing_that_was_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with Archive(path) as archive:
        archive.append(PAGE)
        before = path.read_bytes()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(ArchiveError, match="No space left on device"):
                archive.append(PACKED)
        assert path.read_bytes() == before
        archive.append(MOVED)
    assert [shot.url for shot in read_snapshots(path)] == [PAGE.url, MOVED.url]


def test_it_is_on_disk_before_the_offset_is_known(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    with Archive(path) as archive:
        archive.append(PAGE)
        assert synced == [path.stat().st_size]
        assert [shot.url for shot in read_snapshots(path)] == [PAGE.url]


def read(path: Path) -> tuple[list[Snapshot], ArchiveError | None]:
    """The snapshots up to the first error, and the error."""
    shots: list[Snapshot] = []
    try:
        shots.extend(read_snapshots(path))
    except ArchiveError as error:
        return shots, error
    return shots, None


def test_no_spoiled_byte_passes(path: Path) -> None:
    keep(path, PAGE)
    whole, (shots, _) = path.read_bytes(), read(path)
    passed = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        found, error = read(path)
        assert found == shots[: len(found)]
        assert found == shots if error is None else error.offset <= place
        passed += error is None
    # Six bytes of a gzip head say nothing of the content, and the last byte before its check sum may be padded.
    assert passed <= 3 * 7


def test_a_file_cut_anywhere_gives_what_is_whole_and_says_so(path: Path) -> None:
    keep(path, PAGE, MOVED)
    whole, (shots, _) = path.read_bytes(), read(path)
    unseen = 0
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        found, error = read(path)
        assert found == shots[: len(found)]
        assert error is None or error.reason == "the record is cut short; what stands before it is whole"
        unseen += error is None
    assert unseen == 5  # before each of the five records; the state knows how long the file was


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"charset=GBK", b"charset=BIG"),
        (b"WARC-Block-Digest: sha256:", b"WARC-Block-Digest: sha999:"),
        (b"WARC-Target-URI", b"WARC-Target-URL"),
        (b"WARC-Date", b"WARC-Data"),
        (b"WARC/1.1", b"WARC/7.1"),
        (b"http:", b"gone:"),
        (b"X-Orig-Transfer-Encoding", b"Transfer-Encoding"),
    ],
)
def test_a_record_changed_and_packed_again_is_found_out(path: Path, old: bytes, new: bytes) -> None:
    [offset] = keep(path, PAGE)
    content = path.read_bytes()
    path.write_bytes(content[:offset] + gzip.compress(gzip.decompress(content[offset:]).replace(old, new)))
    with pytest.raises(ArchiveError, match=rf"0001\.warc\.gz: record at byte {offset}: it is not what was written"):
        list(read_snapshots(path))


@pytest.mark.parametrize(
    "strange",
    [b"plain text", gzip.compress(b""), gzip.compress(b"no record\r\n\r\n"), gzip.compress(b"WARC/1.1\r\n\r\n")],
    ids=["not packed", "nothing", "no record", "a bare head"],
)
def test_what_is_no_archive_is_said_to_be_none(path: Path, strange: bytes) -> None:
    path.write_bytes(strange)
    with pytest.raises(ArchiveError, match="record at byte 0"):
        list(read_snapshots(path))


def test_an_archive_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be opened"):
        list(read_snapshots(tmp_path / "none.warc.gz"))
    with pytest.raises(ArchiveError, match="cannot be opened"):
        Archive(tmp_path / "none" / "0001.warc.gz")


def test_an_empty_archive_holds_nothing(path: Path) -> None:
    keep(path)
    assert list(read_snapshots(path)) == []


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200),
    packed=st.booleans(),
    value=st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=20),
)
def test_any_body_and_any_header_byte_come_back(tmp_path: Path, *, body: bytes, packed: bool, value: str) -> None:
    path = tmp_path / "any.warc.gz"
    path.unlink(missing_ok=True)
    coding = (("Content-Encoding", "gzip"),) if packed else ()
    exchange = replace(PAGE, headers=(("X-Any", value), *coding), raw_body=gzip.compress(body) if packed else body, body=body)
    keep(path, exchange)
    assert [shot.body for shot in read_snapshots(path)] == [body]
    with path.open("rb") as file:
        response = [record.raw_stream.read() for record in ArchiveIterator(file, no_record_parse=True)][1]
    assert f"X-Any: {value}\r\n".encode("latin-1") in response
