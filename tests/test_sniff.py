"""What bytes are: content first, the name hardly ever."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.raw.sniff import sniff


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


MHT = b"From: <Saved by browser>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=x\r\n\r\n<html>"

CASES = [
    ("empty", b""),
    ("empty", b" \r\n\t\n"),
    ("empty", b"\xef\xbb\xbf\n"),
    ("empty", "\u3000\n".encode("gb18030")),
    ("empty", b"\xff\xfe\n\x00"),
    ("empty", b" " * 10_000),
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    ("gif", b"GIF89a"),
    ("tiff", b"II*\0\x08\0\0\0"),
    ("bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + bytes(40)),
    ("webp", b"RIFF\x10\0\0\0WEBPVP8 "),
    ("pdf", b"%PDF-1.4\n%\xe2\xe3"),
    ("pdf", b"\r\n\0junk\xff\xfe%PDF-1.7\n"),
    ("rtf", rb"{\rtf1\ansi"),
    ("rar", b"Rar!\x1a\x07\x00"),
    ("7z", b"7z\xbc\xaf\x27\x1c"),
    ("gzip", b"\x1f\x8b\x08\0"),
    ("docx", zipped(**{"[Content_Types].xml": b"", "word/document.xml": b""})),
    ("docx", zipped(**{"docProps/app.xml": b"", "word\\document2.xml": b""})),
    ("xlsx", zipped(**{"xl/workbook.xml": b""})),
    ("pptx", zipped(**{"ppt/presentation.xml": b""})),
    ("odt", zipped(**{"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""})),
    ("ods", zipped(**{"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""})),
    ("ofd", zipped(**{"OFD.xml": b"", "Doc_0/Document.xml": b""})),
    ("zip", zipped(**{"2021/report.html": b"<html>", "a.pdf": b"%PDF-1.4"})),
    ("damaged_zip", b"PK\x03\x04broken"),
    ("damaged_zip", zipped(**{"word/document.xml": b"x" * 500})[:-30]),
    ("damaged_ole", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    (
        "fodt",
        b'<?xml version="1.0"?>\n<office:document xmlns:office="x" office:mimetype="application/vnd.oasis.opendocument.text">',
    ),
    ("word_xml", b'<?xml version="1.0"?>\n<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">'),
    ("sheet_xml", b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'),
    ("pdf_xml", b'<?xml version="1.0"?>\n<!DOCTYPE pdf2xml SYSTEM "pdf2xml.dtd">\n<pdf2xml producer="poppler">'),
    ("pdf_words", b'<!DOCTYPE html><html><body><doc><page width="5" height="5"><word xMin="1" yMin="1">7</word>'),
    ("mht", MHT),
    ("html", b"<!DOCTYPE html><html>"),
    ("html", b"\xef\xbb\xbf\n<!-- a --><HTML><body>"),
    ("html", b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html xmlns="y">'),
    ("html", b"\xff\xfe" + "<html><p>年报</p>".encode("utf-16-le")),
    ("html", b"<table><tr><td>1</td></tr></table>"),
    ("html", b"<ucapcontent><p>1</p></ucapcontent>"),
    ("html", "Warning: x on line 3\n<html><body>年报".encode("gbk")),
    ("html", "年报全文\n\n".encode() * 500 + b"<table><tr><td>1</td></tr></table>"),
    ("xml", b'<?xml version="1.0"?><feed xmlns="x"/>'),
    ("text", "一、总体情况\n规章 | 0 | 0".encode()),
    ("text", "一、总体情况\n规章 | 0 | 0".encode("gb18030")),
    ("text", b"\xff\xfe" + "规章\t0".encode("utf-16-le")),
    ("text", "| 规章<br>x | 0 |\n本年 < 上年 > 0".encode()),
    ("text", "公开网址：<http://www.example.gov.cn>".encode()),
    ("text", "规".encode() * 2000),
    ("text", "BMW 公司".encode()),
    ("text", "行政机关,件数\n规章,0\n".encode()),
    ("unknown", bytes(range(256)) * 4),
    ("unknown", b"\0\0\0\0\x01"),
]


@pytest.mark.parametrize(("kind", "data"), CASES, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(CASES)])
@pytest.mark.parametrize("name", ["report.html", "report.docx", "report"])
def test_content_decides(kind: str, data: bytes, name: str) -> None:
    assert sniff(data, name).kind == kind


def test_markdown_is_told_from_plain_text_by_its_content() -> None:
    assert sniff("## 二、\n| 规章 | 0 |".encode(), "a.txt").media_type == "text/markdown"
    assert sniff("# 二".encode(), "a.txt").media_type == "text/markdown"
    assert sniff("规章 0".encode(), "a.md").media_type == "text/plain"


@given(
    st.binary(max_size=400),
    st.sampled_from([magic for kind, magic in CASES if kind not in {"text", "empty"}]),
    st.integers(0, 60),
)
def test_any_bytes_have_a_kind(noise: bytes, start: bytes, kept: int) -> None:
    assert sniff(noise).kind
    assert sniff(start[:kept] + noise).kind


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_archive_has_a_kind(position: int, value: int) -> None:
    archive = bytearray(zipped(**{"[Content_Types].xml": b"", "word/document.xml": b"x" * 100}))
    archive[position % len(archive)] = value
    assert sniff(bytes(archive)).kind in {"docx", "zip", "damaged_zip", "unknown", "text", "pdf"}


@pytest.fixture(scope="module")
def office_files(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], Path]) -> dict[str, bytes]:
    """A DOC and an XLS file as LibreOffice writes them."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "a.csv").write_text("规章,0\n", "utf-8")
    (folder / "b.txt").write_text("规章 0\n", "utf-8")
    for kind, name in (("xls", "a.csv"), ("doc", "b.txt")):
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = [str(need("soffice")), profile, "--headless", "--convert-to", kind, name]
        subprocess.run(convert, cwd=folder, check=True, capture_output=True, timeout=120)
    return {"xls": (folder / "a.xls").read_bytes(), "doc": (folder / "b.doc").read_bytes()}


def test_office_files_are_told_by_their_streams(office_files: dict[str, bytes]) -> None:
    assert sniff(office_files["doc"], "a.html").kind == "doc"
    assert sniff(office_files["doc"], "a.wps").kind == "wps"
    assert sniff(office_files["xls"], "a.doc").kind == "xls"
    assert sniff(office_files["doc"][:700]).kind in {"damaged_ole", "doc", "ole"}


@given(st.data())
def test_damaged_office_files_have_a_kind(office_files: dict[str, bytes], data: st.DataObject) -> None:
    whole = bytearray(office_files[data.draw(st.sampled_from(sorted(office_files)))])
    # The header, where sectors and chains are declared, and the directory are what a reader of streams believes.
    for position in data.draw(st.lists(st.one_of(st.integers(0, 600), st.integers(0, len(whole) - 1)), max_size=4)):
        whole[position] = data.draw(st.integers(0, 255))
    assert sniff(bytes(whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole)).kind
