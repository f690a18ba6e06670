"""MHT: a page saved as a MIME message; it goes to the HTML reader with what it shows, a workbook of Excel sheet by sheet. Mail is read alike."""

from __future__ import annotations

import codecs
import email
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import Message
from operator import itemgetter

from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import Content, sniff
from parsers.readers import html, text
from parsers.readers._joined import joined
from parsers.source import Source

__all__ = ["NAME", "attached_to", "claims", "read"]

NAME = "mht"

_MAX_NESTED = 50
_ENCODINGS = ("", "7bit", "8bit", "binary", "quoted-printable", "base64")
_OF_EXCEL = re.compile(rb"<frameset\b", re.IGNORECASE)
_SHEET = re.compile(r"sheet\d{3}\.html?", re.IGNORECASE)
_HIDDEN_SHEET = re.compile(
    rb'<x:ExcelWorksheet>(?:(?!</x:ExcelWorksheet>).)*?HRef="([^"]*)"(?:(?!</x:ExcelWorksheet>).)*?<x:Visible>Sheet(?:Very)?Hidden',
    re.DOTALL,
)
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def claims(content: Content) -> bool:
    """Whether the content is a web archive."""
    return content.kind == "mht"


def read(source: Source) -> Document:
    """
    The page of the archive, decoded by its own charset and transfer encoding, as the HTML reader reads it; of mail without a
    page, its text.

    Raises ReadError with status `limit` when parts nest too deep, or `failed`.
    """
    try:
        message, parts = _parts(source.data)
        page = _page(message, parts)
        shown = [page]
        if len(sheets := _sheets(_decoded(page), parts)) > 1:
            shown = sheets
        pages = [(_decoded(part), part.get_content_charset()) for part in shown]
        companions = {**source.companions, **dict(_companions(page, parts))}
    except _DAMAGE as exc:
        raise ReadError(ReadStatus.FAILED, f"a web archive (MHT) that is damaged: {exc}; ask for the file again") from exc
    reader = text if page.get_content_type() == "text/plain" else html
    documents = [reader.read(replace(source, data=data, charset=charset, companions=companions)) for data, charset in pages]
    document = documents[0] if len(documents) == 1 else joined(documents)
    return replace(document, media_type=sniff(source.data, source.name).media_type)


def attached_to(data: bytes) -> Sequence[tuple[str, bytes]]:
    """The files that were sent along with mail, by their names. Raises ReadError as `read` does."""
    try:
        _, parts = _parts(data)
        return [
            (" ".join(str(make_header(decode_header(name))).split()), _decoded(part))
            for part in parts
            if (name := str(part.get_filename() or "")) and _is_attached(part)
        ]
    except _DAMAGE as exc:
        raise ReadError(ReadStatus.FAILED, f"a web archive (MHT) that is damaged: {exc}; ask for the file again") from exc


def _is_attached(part: Message) -> bool:
    """Whether a part is sent along; some programs do not say how a file is to be shown."""
    shown = part.get_content_disposition()
    return shown == "attachment" or (shown is None and part.get_content_maintype() == "application")


def _parts(data: bytes) -> tuple[Message, list[Message]]:
    """The message, and its parts that hold no others."""
    # Only multiparts and messages nest, and the library calls itself for each level.
    lower = data.lower()
    nested = lower.count(b"boundary=") + lower.count(b"message/")
    if nested > _MAX_NESTED:
        raise ReadError(ReadStatus.LIMIT, f"the web archive nests {nested:,} parts, more than the {_MAX_NESTED} allowed")
    message = email.message_from_bytes(data.removeprefix(codecs.BOM_UTF8).lstrip())
    return message, [part for part in message.walk() if not part.is_multipart()]


def _page(message: Message, parts: list[Message]) -> Message:
    """The part that the archive names as its start, else the first HTML part, else the first of plain text."""
    start = str(message.get_param("start") or "")
    shown = [part for part in parts if part.get_content_disposition() != "attachment"]
    pages = [part for part in shown if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages and message.get_content_type() != "multipart/related":  # mail, and no page that was saved
        pages = [part for part in shown if part.get_content_type() == "text/plain"]
    if not pages:
        raise ReadError(ReadStatus.FAILED, "a web archive (MHT) without an HTML page; save the page again")
    return next((part for part in pages if start and _id(part) == start.strip("<> ")), pages[0])


def _sheets(page: bytes, parts: list[Message]) -> list[Message]:
    """The sheets of a workbook that Excel saved, whose page shows only the first of them in a frame; those it hides left out."""
    if not _OF_EXCEL.search(page):
        return []
    hidden = {match[1].rpartition(b"/")[2].decode("ascii", "replace") for match in _HIDDEN_SHEET.finditer(page)}
    named = ((_location(part).replace("\\", "/").rpartition("/")[2], part) for part in parts)
    found = sorted(((name, part) for name, part in named if _SHEET.fullmatch(name) and name not in hidden), key=itemgetter(0))
    return [part for _, part in found]


def _decoded(part: Message) -> bytes:
    encoding = str(part.get("Content-Transfer-Encoding") or "").strip().lower()
    if encoding not in _ENCODINGS:
        raise ReadError(ReadStatus.FAILED, f"a part of this web archive is packed as {encoding!r}, which is not known")
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _companions(page: Message, parts: list[Message]) -> Iterator[tuple[str, bytes]]:
    """Every other part, by the references that can stand for it in the page: its id, its address, its address from the page."""
    folder = _location(page).rpartition("/")[0] + "/"
    for part in parts:
        if part is page or str(part.get("Content-Transfer-Encoding") or "").strip().lower() not in _ENCODINGS:
            continue
        data, location = _decoded(part), _location(part)
        if _id(part):
            yield f"cid:{_id(part)}", data
        if location:
            yield location, data
            if len(folder) > 1 and location.startswith(folder):
                yield location.removeprefix(folder), data


def _id(part: Message) -> str:
    return str(part.get("Content-ID") or "").strip().strip("<>")


def _location(part: Message) -> str:
    """The address of a part; long ones are folded over lines, and folding is not part of them."""
    return "".join(str(part.get("Content-Location") or "").split())
