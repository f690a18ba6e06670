"""What is read out of an answer that is not it, as HTML in a field of JSON: kept as `conversion` records of its response."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crawls import configured
from servers import Answer as Served
from servers import Server, page
from test_archive import PAGE
from warcio.archiveiterator import ArchiveIterator

from parsers import Report, parse
from pipeline.commands.fetch import RAW, fetch_into, open_state
from pipeline.config import Output
from pipeline.demo.judge import judge
from pipeline.demo.sites import replica, serve
from pipeline.demo.sites.site import HITS, Page
from pipeline.fetched import fetched_inputs
from scrapers.archive import Archive, Snapshot, read_exchanges, read_snapshots
from scrapers.errors import ArchiveError
from scrapers.families._hanweb_message import pieces
from scrapers.family import Answer, Claim, Family, Item, Listing, Piece, Request, Verdict

WARC = "gongkai-00001.warc.gz"
PIECE = "<ul><li>政府信息公开年报</li></ul>".encode()


def kept(path: Path) -> int:
    """An archive of one response and one conversion of it; the offset of the conversion."""
    with Archive(path) as archive:
        response = archive.append(PAGE)
        offset = archive.convert(response, PIECE, media_type="text/html; charset=utf-8", place="/data/html")
        archive.sync()
        archive.append(PAGE)
    return offset


def test_a_conversion_refers_to_its_response(tmp_path: Path) -> None:
    offset = kept(tmp_path / WARC)
    response, conversion, after = read_snapshots(tmp_path / WARC)
    assert conversion == Snapshot(
        url=PAGE.url, fetched_at=PAGE.fetched_at, status=200, media_type="text/html", charset="utf-8", body=PIECE,
        body_sha256=conversion.body_sha256, warc=WARC, offset=offset, made_of=response.record_id, place="/data/html",
    )  # fmt: skip
    assert next(read_snapshots(tmp_path / WARC, start=offset)) == conversion
    assert (response.made_of, after.made_of) == ("", "")
    assert list(read_exchanges(tmp_path / WARC)) == [PAGE, PAGE]


def test_a_conversion_is_a_record_of_the_standard(tmp_path: Path) -> None:
    kept(tmp_path / WARC)
    with (tmp_path / WARC).open("rb") as file:
        records = [
            (record.rec_headers, record.content_stream().read()) for record in ArchiveIterator(file, check_digests="raise")
        ]
    (response, _), _, (conversion, content) = records[1:4]
    assert conversion["WARC-Type"] == "conversion"
    assert conversion["WARC-Refers-To"] == response["WARC-Record-ID"]
    assert conversion["Content-Type"] == "text/html; charset=utf-8"
    assert content == PIECE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("政府".encode(), "政务".encode()),
        (b"WARC-Refers-To", b"WARC-Refers-XX"),
        (b"WARC-Block-Digest: sha256:", b"WARC-Block-Digest: sha999:"),
    ],
)
def test_a_conversion_that_was_changed_is_found_out(old: bytes, new: bytes, tmp_path: Path) -> None:
    path, offset = tmp_path / WARC, kept(tmp_path / WARC)
    content = path.read_bytes()
    path.write_bytes(content[:offset] + gzip.compress(gzip.decompress(content[offset:]).replace(old, new)))
    with pytest.raises(ArchiveError, match=f"record at byte {offset}: it is not what was written"):
        list(read_snapshots(path))


def test_a_full_disk_leaves_no_half_of_a_conversion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Archive, block: bytes) -> None:
        self._file.write(block[:20])
        raise OSError(28, "No space left on device")

    with Archive(tmp_path / WARC) as archive:
        response = archive.append(PAGE)
        before = archive.end
        monkeypatch.setattr(Archive, "_write", full)
        with pytest.raises(ArchiveError, match="No space left on device"):
            archive.convert(response, PIECE, media_type="text/html", place="/x")
        assert archive.end == before


# Lists in JSON


def conversions(raw: Path) -> list[tuple[str, str, bytes, Any]]:
    """Address, place and bytes of every conversion, and the JSON of the response that it was made of."""
    snapshots = list(read_snapshots(raw / WARC))
    responses = {snapshot.record_id: snapshot for snapshot in snapshots if not snapshot.made_of}
    made = [snapshot for snapshot in snapshots if snapshot.made_of]
    return [(one.url, one.place, one.body, json.loads(responses[one.made_of].body)) for one in made]


def test_the_lists_of_a_unit_build_are_kept_as_they_were_read(tmp_path: Path) -> None:
    site = replica(4, "hanweb", years=(2021, 2022), jpaas_pages="json")
    with serve([site]) as served:
        config = configured(tmp_path, [site], served.resolve)
        fetch_into(config)
    found = conversions(config.output.folder / RAW)
    assert found
    for url, place, body, told in found:
        assert (place, body.decode()) == ("/data/html", told["data"]["html"]), url
    again = replace(config, output=Output(tmp_path / "again"))
    fetch_into(again, from_warc=config.output.folder / RAW)
    assert conversions(again.output.folder / RAW) == found


# Reports in JSON


def told_family(read: Callable[[str], list[dict[str, str]]]) -> Family:
    """A family whose lists are JSON that holds the reports themselves."""

    def claims(answer: Answer) -> Claim | None:
        return Claim("told", answer.url) if answer.text.startswith("{") else None

    def listing(_: Claim, answer: Answer, __: Set[str]) -> Listing:
        rows = read(answer.text)
        items = [
            Item(row["url"], row["title"], row["date"], Piece(row["content"], f"/rows/{at}/content") if row["content"] else None)
            for at, row in enumerate(rows)
        ]
        return Listing(tuple(items), verdict=Verdict("complete", "", len(items)))

    return Family("told", 1, claims, lambda claim: Request(claim.list_url), listing)


class TellingServer(Server):
    """Answers 404 to what it does not know."""

    def answer(self, head: bytes) -> Served:
        return self.answers.get(head.split()[1].decode(), page(b"<h1>404</h1>", status="404 Not Found"))


@pytest.fixture
def server() -> Iterator[TellingServer]:
    server = TellingServer()
    yield server
    server.close()


def test_a_report_in_a_field_is_had_with_its_list(tmp_path: Path, server: TellingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    site = replica(5, "static", years=(2022, 2023), frame=False, attachments=(), gbk=False, twins=False, inline_year=False)
    first, second, *_ = (item for item in site.editions[0].published if item.kind == "page")
    pages = {item.address: site.editions[0].routes[item.address.removeprefix(f"http://{site.host}")] for item in (first, second)}
    texts = {url: route.body.replace(HITS, b"1").decode() for url, route in pages.items() if isinstance(route, Page)}
    picture = 'id="zoom"><p><img src="./w1.png" width="600" height="400"></p>'
    rows = [
        {
            "url": item.address,
            "title": f"{item.unit}{item.year}年政府信息公开工作年度报告",
            "date": item.published_on,
            "content": content,
        }
        for item, content in ((first, texts[first.address].replace('id="zoom">', picture)), (second, ""))
    ]
    told = json.dumps({"rows": rows}).encode()
    path = second.address.removeprefix(f"http://{site.host}")
    server.add("/nb.json", page(told, "Content-Type: application/json"))
    server.add(path, page(texts[second.address].encode(), "Content-Type: text/html; charset=utf-8"))
    family = told_family(lambda text: list(json.loads(text)["rows"]))
    monkeypatch.setattr("scrapers.family.families", lambda: (family,))
    monkeypatch.setattr("pipeline.listing.families", lambda: (family,))
    lists = (f"http://{site.host}/nb.json",)
    config = configured(tmp_path, [replace(site, lists=lists)], {site.host: f"127.0.0.1:{server.port}"})
    fetch_into(config)
    asked = [head.split()[1].decode() for head in server.asked]
    held = first.address.removeprefix(f"http://{site.host}")
    assert held not in asked
    assert path in asked
    assert f"{held.rpartition('/')[0]}/w1.png" in asked  # what belongs to it is asked as for any other
    raw = config.output.folder / RAW
    assert conversions(raw) == [(lists[0], "/rows/0/content", rows[0]["content"].encode(), json.loads(told))]
    assert_reports(config.output.folder, {first.address: first, second.address: second})
    again = replace(config, output=Output(tmp_path / "again"))
    fetch_into(again, from_warc=raw)
    assert conversions(again.output.folder / RAW) == conversions(raw)
    assert_reports(again.output.folder, {first.address: first, second.address: second})


def assert_reports(folder: Path, published: dict[str, Any]) -> None:
    with open_state(folder) as frontier:
        inputs = list(fetched_inputs(frontier, folder / RAW))
    assert {item.address for item in inputs} == set(published)
    for item in inputs:
        wanted = published[item.address]
        report = parse(item.open())
        assert isinstance(report, Report)
        assert (report.unit, report.year) == (wanted.unit, wanted.year)
        assert [one.address for one in judge(wanted.rendering, report.facts) if one.outcome.wrong] == []
        assert item.published_on
        assert item.fetched_at


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('cb({"success":true,"result":"<datastore/>"});', (Piece("<datastore/>", "/result"),)),
        ('{"data":{"html":"<ul>"}}', (Piece("<ul>", "/data/html"),)),
        ("<datastore/>", ()),
    ],
)
def test_the_records_of_a_message_controller_are_pieces(text: str, found: tuple[Piece, ...]) -> None:
    request = Request("http://a.gov.cn/getMessage.do", memo={"window": "10"})
    assert pieces(Answer(request, request.url, 200, text)) == found


def test_half_a_surrogate_pair_can_be_kept() -> None:
    assert Piece(json.loads(r'"\ud83d年报"'), "/x").body == "?年报".encode()
