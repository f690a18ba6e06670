"""What kind of content bytes are: by magic bytes, archive members, OLE streams and tags, never by the name alone."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import olefile

from parsers.raw.charset import REPLACEMENT, decode
from parsers.raw.lists import records_of

__all__ = ["Content", "delimiter_of", "sniff"]

HEAD_BYTES = 4096
TABLE_BYTES = 262_144
"""So much of a file that is named a table is looked at: prose may stand before its first record."""
MAX_LISTED_MEMBERS = 20_000
"""An archive with more members is not listed here; the guard of the readers refuses it."""


class Content(NamedTuple):
    """
    A kind, the key by which readers claim, and its media type.

    Kinds: text, csv, html, xml, mht, pdf, rtf, png, jpeg, gif, tiff, bmp, webp, docx, xlsx, xlsb, pptx, odt, ods, odp, ofd,
    zip, damaged_zip, doc, wps, xls, ppt, ole, encrypted, damaged_ole, rar, 7z, gzip, empty, unknown.
    """

    kind: str
    media_type: str


_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", Content("png", "image/png")),
    (b"\xff\xd8\xff", Content("jpeg", "image/jpeg")),
    (b"GIF87a", Content("gif", "image/gif")),
    (b"GIF89a", Content("gif", "image/gif")),
    (b"II*\0", Content("tiff", "image/tiff")),
    (b"MM\0*", Content("tiff", "image/tiff")),
    (b"II+\0", Content("tiff", "image/tiff")),
    (b"MM\0+", Content("tiff", "image/tiff")),
    (b"{\\rtf", Content("rtf", "application/rtf")),
    (b"%PDF-", Content("pdf", "application/pdf")),
    (b"Rar!\x1a\x07", Content("rar", "application/vnd.rar")),
    (b"7z\xbc\xaf\x27\x1c", Content("7z", "application/x-7z-compressed")),
    (b"\x1f\x8b\x08", Content("gzip", "application/gzip")),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE_XML = "application/vnd.openxmlformats-officedocument."
_BY_MEMBER = (
    (re.compile(r"word/[^/]+\.xml", re.IGNORECASE), Content("docx", _OFFICE_XML + "wordprocessingml.document")),
    (re.compile(r"xl/workbook\.xml", re.IGNORECASE), Content("xlsx", _OFFICE_XML + "spreadsheetml.sheet")),
    (re.compile(r"xl/workbook\.bin", re.IGNORECASE), Content("xlsb", "application/vnd.ms-excel.sheet.binary.macroenabled.12")),
    (re.compile(r"ppt/presentation\.xml", re.IGNORECASE), Content("pptx", _OFFICE_XML + "presentationml.presentation")),
    (re.compile(r"OFD\.xml", re.IGNORECASE), Content("ofd", "application/ofd")),
)
_OPEN_DOCUMENT = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_OPEN_DOCUMENT_TYPE = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")
_ZIP_DAMAGE = (zipfile.BadZipFile, struct.error, ValueError, OSError, EOFError, NotImplementedError, IndexError, OverflowError)
_ZIP_END, _ZIP_ENTRY = struct.Struct("<4sLHHLLH"), struct.Struct("<4s2xH20x3H12x")
_ZIP_VERSION = 63
"""Of an archive that needs a later one zipfile reads nothing."""
_OLE_DAMAGE = (OSError, struct.error, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError)
_BITMAP_HEADERS = {12, 40, 52, 56, 64, 108, 124}

_TAGS = (
    rb"html|head|body|title|meta|base|link|script|style|table|thead|tbody|tr|td|th|div|p|span|font|br|hr|ul|ol|li|dl|h[1-6]"
    rb"|a|b|strong|em|i|u|img|center|form|section|article|main|header|nav|pre|iframe|frameset|blockquote|ucap\w+"
)
_OPENS_AS_PAGE = re.compile(rb"<!doctype\s+html|<(?:" + _TAGS + rb")[\s/>]", re.IGNORECASE)
_PLAINLY_PAGE = re.compile(rb"[ \t\r\n]*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_HOLDS_PAGE = re.compile(
    rb"<!doctype\s+html|<(?:html|head|body)[\s>]|<(?:div|p|td|meta|link|script)(?:\s[^<>]*)?>", re.IGNORECASE
)
_PREAMBLE = re.compile(rb"(?:\s|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_MIME_HEADER = re.compile(rb"\s*[A-Za-z][A-Za-z-]{1,60}:[ \t]")
_MIME_VERSION = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_MIME_BODY = re.compile(rb"^Content-Type:\s*(?:multipart/|message/|text/html)", re.IGNORECASE | re.MULTILINE)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|\|? ?:?-{3,}:? ?\|)", re.MULTILINE)
_DELIMITERS = (",", "\t", ";")
_SAME_WIDTH = 0.8
_FEWEST_RECORDS = 5
_FEWEST_QUOTES = 10
_FIELD_OF_TABLE = re.compile(r"\s*(?:[-+]?\d+(?:\.\d+)?|[-—/]+|nan|NaN|None)?\s*")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(data: bytes, name: str = "") -> Content:
    """
    The kind of content of `data`. `name` only tells apart what the content cannot (WPS from DOC, CSV from text).

    >>> sniff(b"<html><body>x</body></html>", "report.doc").kind
    'html'
    >>> sniff(b"%PDF-1.4 ...", "report.html").kind
    'pdf'
    """
    for magic, content in _MAGIC:
        if data.startswith(magic):
            return content
    if data.startswith(_ZIP):
        return _sniff_zip(data)
    if data.startswith(_OLE):
        return _sniff_ole(data, name)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Content("webp", "image/webp")
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0" and int.from_bytes(data[14:18], "little") in _BITMAP_HEADERS:
        return Content("bmp", "image/bmp")
    return Content("html", "text/html") if _PLAINLY_PAGE.match(data) else _sniff_text(data, name)


def _sniff_text(data: bytes, name: str) -> Content:
    head, plain = _heads(data)
    if not head.strip() and not decode(data).text.strip().strip("\ufeff"):
        return Content("empty", "application/x-empty")
    plain = plain.lstrip()
    opening = plain[_end_of_preamble(plain) :]
    if plain.startswith(b"<") and _OPENS_AS_PAGE.match(opening):
        return Content("html", "text/html")
    if b"%PDF-" in data[:1024]:
        return Content("pdf", "application/pdf")
    if _MIME_HEADER.match(plain) and _MIME_VERSION.search(plain) and _MIME_BODY.search(plain):
        return Content("mht", "multipart/related")
    if plain.startswith(b"<?xml") or (opening.startswith(b"<") and b"xmlns" in opening[:1000]):
        return Content("xml", "application/xml")
    if _is_binary(head):
        return Content("unknown", "application/octet-stream")
    if _HOLDS_PAGE.search(plain) or _holds_table(data):
        return Content("html", "text/html")
    return _plain(data, head, name)


def _plain(data: bytes, head: str, name: str) -> Content:
    """Text by its beginning; the name alone makes no table of it, nor do commas in prose."""
    if name.lower().endswith((".csv", ".tsv")) and (
        delimiter := delimiter_of(decode(data[:TABLE_BYTES]).text, whole=len(data) <= TABLE_BYTES)
    ):
        return Content("csv", "text/tab-separated-values" if delimiter == "\t" else "text/csv")
    if data.count(b'"') + data.count(b"'") >= _FEWEST_QUOTES and records_of(decode(data[:TABLE_BYTES]).text) is not None:
        return Content("csv", "application/json")
    return Content("text", "text/markdown" if _MARKDOWN.search(head) else "text/plain")


def delimiter_of(text: str, *, whole: bool = True) -> str | None:
    """
    The character that plainly separates fields in a text; None where most records look like no record of a table.

    Those are as wide as one beside them, or hold a figure alone in a field, or nothing. Tables of several widths may stand below each
    other, and lines of prose, which are of one field, between them. A text that is not `whole` may end within a record,
    which does not count.

    >>> delimiter_of("规章,1,2\\n其他,0,0\\n"), delimiter_of("一,二,三\\n四五六\\n七,八\\n")
    (',', None)
    """
    for delimiter in _DELIMITERS:
        if text.count(delimiter) < 2:
            continue
        records = _records(text, delimiter)
        if _is_table(records if whole else records[:-1]):
            return delimiter
    return None


def _records(text: str, delimiter: str) -> list[list[str]]:
    """The records of a text that are not blank, up to one that cannot be read."""
    records: list[list[str]] = []
    with suppress(csv.Error):
        records.extend(filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    return records


def _is_table(records: Sequence[Sequence[str]]) -> bool:
    """Whether records are of a table: nearly all as wide as one beside them; or enough of them, and of those nearly all are so or hold figures."""
    widths = [len(record) for record in records]
    beside = zip(widths, [0, *widths], [*widths[1:], 0], strict=False)
    alike = [width > 1 and width in neighbours for width, *neighbours in beside]
    if any(alike) and sum(alike) >= _SAME_WIDTH * len(records):
        return True
    wide = [
        same or any(map(_FIELD_OF_TABLE.fullmatch, record))
        for record, same in zip(records, alike, strict=True)
        if len(record) > 1
    ]
    return len(wide) >= _FEWEST_RECORDS and sum(wide) >= _SAME_WIDTH * len(wide)


def _heads(data: bytes) -> tuple[str, bytes]:
    """The first 4 kB as text, and as UTF-8 bytes in which tags can be searched."""
    head = decode(data[:HEAD_BYTES]).text
    return head, head.encode("utf-8", "replace")


def _end_of_preamble(plain: bytes) -> int:
    match = _PREAMBLE.match(plain)
    return match.end() if match else 0


def _is_binary(head: str) -> bool:
    bad = head.count(REPLACEMENT) + len(_CONTROLS.findall(head))
    return bad > 1 + len(head) // 20


def _holds_table(data: bytes) -> bool:
    """Whether a text holds a whole HTML table further down, as converters write them into Markdown."""
    return b"<" in data and b"<table" in (lower := data.lower()) and b"</td>" in lower


def _sniff_zip(data: bytes) -> Content:
    if data.count(b"PK\x01\x02") > MAX_LISTED_MEMBERS:
        return Content("zip", "application/zip")
    try:
        names = [name.replace("\\", "/") for name in _plainly_listed(data) or _listed(data)]
    except _ZIP_DAMAGE:
        return Content("damaged_zip", "application/zip")
    for pattern, content in _BY_MEMBER:
        if any(pattern.fullmatch(name) for name in names):
            return content
    # The specification puts the member `mimetype` first and uncompressed, so that it can be read from here.
    open_document = _OPEN_DOCUMENT_TYPE.search(data[:200])
    if open_document and "content.xml" in names:
        return Content(_OPEN_DOCUMENT[open_document[1].decode()], open_document[0].decode())
    return Content("zip", "application/zip")


def _listed(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def _plainly_listed(data: bytes) -> list[str] | None:
    """The names of an archive's members, at a tenth of what zipfile takes; None where anything in its list is unusual."""
    if len(data) < _ZIP_END.size:
        return None
    magic, disks, members, all_members, length, at, comment = _ZIP_END.unpack_from(data, len(data) - _ZIP_END.size)
    end = at + length
    if magic != b"PK\5\6" or disks or members != all_members or comment or end != len(data) - _ZIP_END.size:
        return None
    if b"PK\6\7" in data[max(0, end - 20) : end]:  # which leads to another list, of 64 bits
        return None
    names = []
    while at + _ZIP_ENTRY.size <= end:
        magic, version, name_length, extra_length, comment_length = _ZIP_ENTRY.unpack_from(data, at)
        at += _ZIP_ENTRY.size
        name = data[at : at + name_length]
        if magic != b"PK\1\2" or version > _ZIP_VERSION or extra_length or not name.isascii() or b"\0" in name:
            return None
        names.append(name.decode())
        at += name_length + comment_length
    return names if at == end and len(names) == members else None


def _sniff_ole(data: bytes, name: str) -> Content:
    try:
        with olefile.OleFileIO(data) as container:
            streams = {entry[0].lower() for entry in container.listdir() if entry}
    except _OLE_DAMAGE:
        return Content("damaged_ole", "application/x-ole-storage")
    if "encryptedpackage" in streams:
        return Content("encrypted", "application/x-ole-storage")
    if "worddocument" in streams:
        if name.lower().endswith((".wps", ".wpt")) or any(stream.startswith("wps") for stream in streams):
            return Content("wps", "application/kswps")
        return Content("doc", "application/msword")
    if streams & {"workbook", "book"}:
        return Content("xls", "application/vnd.ms-excel")
    if "powerpoint document" in streams:
        return Content("ppt", "application/vnd.ms-powerpoint")
    if "contents" in streams and "matost" in streams:
        return Content("wps", "application/vnd.ms-works")
    return Content("ole", "application/x-ole-storage")
