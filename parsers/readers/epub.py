"""EPUB: the chapters of a book in the order in which it is read, each a page for the HTML reader."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from lxml import etree

from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.guard import parse_xml
from parsers.raw.sniff import Content, sniff
from parsers.readers import html
from parsers.readers._archive import open_archive, read_member
from parsers.readers._joined import joined
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "epub"

_CONTAINER = "META-INF/container.xml"
_LOCKED = "META-INF/encryption.xml"


def claims(content: Content) -> bool:
    """Whether the content is an EPUB book."""
    return content.kind == "epub"


def read(source: Source) -> Document:
    """
    The chapters one behind the other, tables and lines counted through.

    Raises ReadError with status `limit`, or `failed` for a book that is damaged or protected, or names a chapter that it lacks.
    """
    with open_archive(source.data) as archive:
        if b"EncryptedData" in (read_member(archive, _LOCKED) or b""):
            raise ReadError(ReadStatus.FAILED, "an EPUB file that is protected; ask for an open copy")
        place = next((root.get("full-path") for root in _part(archive, _CONTAINER).iter("{*}rootfile")), None) or ""
        package = _part(archive, place)
        title = next((element.text or "" for element in package.iter("{*}title")), "").strip()
        pages = [
            html.read(replace(source, data=chapter, charset=None)) if sniff(chapter).kind != "empty" else None
            for chapter in _chapters(archive, package, posixpath.dirname(place))
        ]
    documents = [page for page in pages if page is not None]
    if not documents:
        raise ReadError(ReadStatus.EMPTY, "an EPUB file without chapters")
    document = joined(documents)
    return replace(document, media_type="application/epub+zip", title=title or document.title)


def _chapters(archive: zipfile.ZipFile, package: etree._Element, folder: str) -> Iterator[bytes]:
    places = {item.get("id"): item.get("href") or "" for item in package.iterfind("{*}manifest/{*}item")}
    for item in package.iterfind("{*}spine/{*}itemref"):
        name = posixpath.normpath(posixpath.join(folder, unquote(places.get(item.get("idref"), ""))))
        yield _member(archive, name)


def _part(archive: zipfile.ZipFile, name: str) -> etree._Element:
    return parse_xml(_member(archive, name), name)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    content = read_member(archive, name)
    if content is None:
        raise ReadError(ReadStatus.FAILED, f"an EPUB file without its part {name}; ask for the file again")
    return content
