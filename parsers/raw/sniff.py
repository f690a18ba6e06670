"""What kind of content bytes are: by magic bytes, archive members, OLE streams and tags, never by the name alone."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import NamedTuple

import olefile

from parsers.raw.charset import REPLACEMENT, decode
from parsers.raw.lists import records_of
from parsers.raw.replies import carried_page
from parsers.raw.separated import delimiter_of, plain_delimiter_of

__all__ = ["Content", "separator_of", "sniff"]

HEAD_BYTES = 4096
ROOT_BYTES = 16_384
"""The root of an XML file stands in so many bytes, with all its namespaces."""
TABLE_BYTES = 262_144
"""So much of a file that is named a table is looked at: prose may stand before its first record."""
MAX_LISTED_MEMBERS = 20_000
"""An archive with more members is not listed here; the guard of the readers refuses it."""


class Content(NamedTuple):
    """
    A kind, the key by which readers claim, and its media type.

    Kinds: text, csv, json, html, xml, fodt, fods, word_xml, sheet_xml, uof, package_xml, pdf_words, pdf_xml, mht, pdf, rtf, png, jpeg, gif, tiff, bmp, webp, docx, xlsx, xlsb, pptx, odt, ods, odp, ofd, epub,
    zip, damaged_zip, doc, wps, xls, ppt, ole, encrypted, damaged_ole, rar, 7z, tar, gzip, sylk, dif, empty, unknown.
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
    (b"ID;P", Content("sylk", "text/x-sylk")),
    (b"TABLE\r\n0,1\r\n", Content("dif", "text/x-dif")),
    (b"TABLE\n0,1\n", Content("dif", "text/x-dif")),
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
_FLAT = "application/vnd.oasis.opendocument.{}-flat-xml"
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
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)[\s>]")
_PREAMBLE = re.compile(rb"(?:\s|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_XML_SIGNS = (
    (re.compile(rb"<pdf2xml[\s>]"), Content("pdf_xml", "application/xml")),
    (
        re.compile(rb"<office:document\s[^>]*office:mimetype=.application/vnd\.oasis\.opendocument\.text[\"']"),
        Content("fodt", _FLAT.format("text")),
    ),
    (
        re.compile(rb"<office:document\s[^>]*office:mimetype=.application/vnd\.oasis\.opendocument\.spreadsheet[\"']"),
        Content("fods", _FLAT.format("spreadsheet")),
    ),
    (re.compile(rb"<\w+:UOF\s[^>]*schemas\.uof\.org/cn/[^>]*vnd\.uof\.text"), Content("uof", "application/xml")),
    (
        re.compile(rb"<\w+:package\s[^>]*schemas\.microsoft\.com/office/2006/xmlPackage"),
        Content("package_xml", "application/xml"),
    ),
    (
        re.compile(rb"<\w+:wordDocument\s[^>]*schemas\.microsoft\.com/office/word/2003/wordml"),
        Content("word_xml", "application/xml"),
    ),
    (
        re.compile(rb"<(?:\w+:)?Workbook\s[^>]*urn:schemas-microsoft-com:office:spreadsheet"),
        Content("sheet_xml", "application/xml"),
    ),
)
"""The roots of office documents that are one XML file (flat ODF, UOF, what Word and Excel save as XML), and of `pdftohtml -xml`."""
_WORDS_OF_PDF = re.compile(rb"<word xMin=[\"'\d]")
"""What `pdftotext -bbox` prints: every word of a page with its place, and none of the lines of a table."""
_MIME_HEADER = re.compile(rb"\s*[A-Za-z][A-Za-z-]{1,60}:[ \t]")
_MIME_VERSION = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_MIME_BODY = re.compile(rb"^Content-Type:\s*(?:multipart/|message/|text/html)", re.IGNORECASE | re.MULTILINE)
_OPENS_REPLY = re.compile(rb"[A-Za-z_$][\w$.]*\s*\(\s*[{\[]|[{\[]\s*[\"{\[]")
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|\|? ?:?-{3,}:? ?\|)", re.MULTILINE)
_FEWEST_QUOTES = 10
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
    if _PLAINLY_PAGE.match(data):
        return Content("pdf_words", "text/html") if _WORDS_OF_PDF.search(data[:HEAD_BYTES]) else Content("html", "text/html")
    return _sniff_text(data, name)


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
        return next(
            (content for sign, content in _XML_SIGNS if sign.search(data[:ROOT_BYTES])), Content("xml", "application/xml")
        )
    if data[257:262] == b"ustar":
        return Content("tar", "application/x-tar")
    if _is_binary(head):
        return Content("unknown", "application/octet-stream")
    return _plain(data, head, plain, name)


def _plain(data: bytes, head: str, plain: bytes, name: str) -> Content:
    """Text by its beginning, and by a page in it; the name alone makes no table of it, nor do commas in prose."""
    if _OPENS_REPLY.match(plain) and carried_page(decode(data).text) is not None:
        return Content("json", "application/json")
    if _HOLDS_PAGE.search(plain) or _holds_table(data):
        return Content("html", "text/html")
    root = _ROOT.match(plain)
    if root is not None and data.rstrip().endswith(b"</%s>" % root[1]):
        return Content("xml", "application/xml")
    if delimiter := separator_of(decode(data[:TABLE_BYTES]).text, name, whole=len(data) <= TABLE_BYTES):
        return Content("csv", "text/tab-separated-values" if delimiter == "\t" else "text/csv")
    if data.count(b'"') + data.count(b"'") >= _FEWEST_QUOTES and records_of(decode(data[:TABLE_BYTES]).text) is not None:
        return Content("csv", "application/json")
    return Content("text", "text/markdown" if _MARKDOWN.search(head) else "text/plain")


def separator_of(text: str, name: str, *, whole: bool) -> str | None:
    """
    The character that separates the fields of a table; None where a text is none, or a list of values that programs print.

    `name` tells a table more readily; a text that is not `whole` may end within a record.

    >>> separator_of("规章,1,2\\n其他,0,0\\n", "a.csv", whole=True), separator_of("规章,1,2\\n其他,0,0\\n", "a.txt", whole=True)
    (',', None)
    """
    if name.lower().endswith((".csv", ".tsv")):
        return delimiter_of(text, whole=whole)
    delimiter = plain_delimiter_of(text, whole=whole)
    return None if delimiter is None or records_of(text) is not None else delimiter


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
    if "META-INF/container.xml" in names and any(name.lower().endswith(".opf") for name in names):
        return Content("epub", "application/epub+zip")
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
