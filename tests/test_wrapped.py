"""Documents within one other file: packed by gzip or deflate under any name, or an office package written as one XML file."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from random import Random

import pytest

from parsers import Report, Source, parse, parse_all
from parsers.errors import ReadError, ReadStatus
from parsers.raw.wrapped import unwrapped
from parsers.report import Unread
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts import layout_named
from pipeline.demo.layouts.model import Rendering

_PAGE, _WORD = (layout_named(name).render(random_sheet(Random(5)), Random(5)) for name in ("html.clean", "docx.clean"))


def complaints(rendering: Rendering, report: Report) -> list[str]:
    return [item.address for item in judge(rendering, report.facts) if item.outcome.value != "right"]


@pytest.mark.parametrize("rendering", [_PAGE, _WORD], ids=["page", "word"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: gzip.compress(data, mtime=0),
        lambda data: gzip.compress(data[:900], mtime=0) + gzip.compress(data[900:], mtime=0),
        lambda data: gzip.compress(gzip.compress(data, mtime=0), mtime=0),
        zlib.compress,
    ],
    ids=["gzip", "two parts", "twice", "deflate"],
)
def test_what_a_server_packed_is_read(rendering: Rendering, wrap: Callable[[bytes], bytes]) -> None:
    packed = wrap(rendering.data)
    report = parse(Source(packed, rendering.name))
    assert complaints(rendering, report) == []
    assert report.source_sha256 == Source(packed, "").sha256
    assert report.bytes == len(packed)


_ANSWER = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\n\r\n"


def chunks(data: bytes, length: int) -> bytes:
    parts = (data[at : at + length] for at in range(0, len(data), length))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("rendering", [_PAGE, _WORD], ids=["page", "word"])
@pytest.mark.parametrize("headers", [b"", _ANSWER], ids=["alone", "with headers"])
@pytest.mark.parametrize("length", [7, 100, 5_000])
@pytest.mark.parametrize("pack", [bytes, lambda data: gzip.compress(data, mtime=0)], ids=["plain", "packed"])
def test_a_body_in_chunks_is_read(rendering: Rendering, headers: bytes, length: int, pack: Callable[[bytes], bytes]) -> None:
    data = headers + chunks(pack(rendering.data), length)
    assert complaints(rendering, parse(Source(data, "a.html"))) == []


def test_chunks_that_do_not_end_where_they_say_are_left_alone() -> None:
    data = chunks(_PAGE.data, 5_000)
    assert unwrapped(Source(data[:-20], "a.html")).data == data[:-20]
    assert unwrapped(Source(b"64\r\n" + _PAGE.data, "a.html")).data == b"64\r\n" + _PAGE.data


@pytest.mark.parametrize("before", [b"\r\n", b"\xef\xbb\xbf", b"\n\n \xef\xbb\xbf\r\n"])
def test_what_slipped_out_before_a_file_is_no_part_of_it(before: bytes) -> None:
    assert complaints(_WORD, parse(Source(before + _WORD.data, "a.docx"))) == []
    assert complaints(_PAGE, parse(Source(before + gzip.compress(_PAGE.data, mtime=0), "a.html"))) == []


def test_an_archive_that_is_packed_once_more_is_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.docx", _WORD.data)
        archive.writestr("b.html", gzip.compress(_PAGE.data, mtime=0))
    results = list(parse_all(Source(gzip.compress(out.getvalue(), mtime=0), "all.zip.gz")))
    assert [result.source for result in results] == ["all.zip.gz!/a.docx", "all.zip.gz!/b.html"]
    assert all(isinstance(result, Report) and result.facts for result in results)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (gzip.compress(bytes(50_000_000), mtime=0), ReadStatus.LIMIT),
        (gzip.compress(_WORD.data, mtime=0)[:-50], ReadStatus.FAILED),
        (gzip.compress(_WORD.data, mtime=0) + b"x", ReadStatus.FAILED),
        (gzip.compress(b"", mtime=0), ReadStatus.EMPTY),
    ],
    ids=["bomb", "cut off", "with more behind", "empty"],
)
def test_what_cannot_be_unpacked_has_a_status(data: bytes, status: ReadStatus) -> None:
    with pytest.raises(ReadError) as caught:
        parse(Source(data, "a.html"))
    assert caught.value.status is status


def test_an_archive_of_another_kind_is_named() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("a.docx")
        entry.size = len(_WORD.data)
        archive.addfile(entry, io.BytesIO(_WORD.data))
    (result,) = parse_all(Source(out.getvalue(), "a.tar"))
    assert isinstance(result, Unread)
    assert result.reason.startswith("TAR files are not read")


@pytest.mark.parametrize(("data", "kind"), [(b"ID;PSCALCUCX\r\nC;X1;Y1;K7\r\n", "SYLK"), (b'TABLE\r\n0,1\r\n"EXCEL"\r\n', "DIF")])
def test_workbooks_of_old_are_named(data: bytes, kind: str) -> None:
    (result,) = parse_all(Source(data, "a.csv"))
    assert isinstance(result, Unread)
    assert (result.status, result.reason.partition(" ")[0]) == (ReadStatus.UNSUPPORTED, kind)


def flat(package: bytes) -> bytes:
    """A package as Word saves it as one XML file."""
    text = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<?mso-application progid="Word.Document"?>\n'
    text += '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith((".xml", ".rels")) and name != "[Content_Types].xml":
                inner = content.decode().partition("?>")[2]
                held = f"<pkg:xmlData>{inner}</pkg:xmlData>"
            else:
                held = f"<pkg:binaryData>{base64.encodebytes(content).decode()}</pkg:binaryData>"
            text += f'<pkg:part pkg:name="/{name}" pkg:contentType="a/b">{held}</pkg:part>'
    return (text + "</pkg:package>").encode()


@pytest.mark.parametrize("name", ["a.xml", "a.doc"])
def test_a_package_saved_as_one_file_is_read(name: str) -> None:
    assert complaints(_WORD, parse(Source(flat(_WORD.data), name))) == []


def test_a_package_without_its_text_has_a_status() -> None:
    with pytest.raises(ReadError) as caught:
        parse(Source(flat(_WORD.data).replace(b"/word/document.xml", b"/word/other.xml"), "a.xml"))
    assert caught.value.status in (ReadStatus.FAILED, ReadStatus.EMPTY)
