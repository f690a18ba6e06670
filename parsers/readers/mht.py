"""MHT: a page saved as a MIME message; the page goes to the HTML reader, what it shows goes along as companions."""

from __future__ import annotations

import codecs
import email
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message

from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import Content, sniff
from parsers.readers import html
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "mht"

_MAX_NESTED = 50
_ENCODINGS = ("", "7bit", "8bit", "binary", "quoted-printable", "base64")
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def claims(content: Content) -> bool:
    """Whether the content is a web archive."""
    return content.kind == "mht"


def read(source: Source) -> Document:
    """
    The page of the archive, decoded by its own charset and transfer encoding, as the HTML reader reads it.

    Raises ReadError with status `limit` when parts nest too deep, or `failed`.
    """
    # Only multiparts and messages nest, and the library calls itself for each level.
    lower = source.data.lower()
    nested = lower.count(b"boundary=") + lower.count(b"message/")
    if nested > _MAX_NESTED:
        raise ReadError(ReadStatus.LIMIT, f"the web archive nests {nested:,} parts, more than the {_MAX_NESTED} allowed")
    try:
        message = email.message_from_bytes(source.data.removeprefix(codecs.BOM_UTF8).lstrip())
        parts = [part for part in message.walk() if not part.is_multipart()]
        page = _page(message, parts)
        charset, data = page.get_content_charset(), _decoded(page)
        companions = dict(_companions(page, parts))
    except _DAMAGE as exc:
        raise ReadError(ReadStatus.FAILED, f"a web archive (MHT) that is damaged: {exc}; ask for the file again") from exc
    document = html.read(replace(source, data=data, charset=charset, companions={**source.companions, **companions}))
    return replace(document, media_type=sniff(source.data, source.name).media_type)


def _page(message: Message, parts: list[Message]) -> Message:
    """The part that the archive names as its start, else the first HTML part."""
    start = str(message.get_param("start") or "")
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise ReadError(ReadStatus.FAILED, "a web archive (MHT) without an HTML page; save the page again")
    return next((part for part in pages if start and _id(part) == start.strip("<> ")), pages[0])


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
