"""
DOCX: the one part that holds the text, read by its tags alone where it is plain (`_word_plain.py`), else walked as a tree.

Opening the whole package with python-docx costs eleven times as much as parsing that part and is needed for nothing here.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from lxml import etree

from parsers.document import Block, Document, Grid, Paragraph, Picture
from parsers.errors import ReadError, ReadStatus
from parsers.guard import damaged_part
from parsers.raw.charset import without_marks
from parsers.raw.sniff import Content, sniff
from parsers.readers._archive import Packed, open_archive, packed_member, read_member, unpacked_of
from parsers.readers._word import Body, Line, Table, hides_text
from parsers.readers._word_elements import attribute_of, name_of
from parsers.readers._word_plain import may_hide, plain_pieces
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "docx"

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN_PART = "word/document.xml"
_STYLES = "word/styles.xml"
_LONGEST_KEPT = 100_000
"""Bytes, packed, of a part of styles that is kept for the next one."""
_HEADING_STYLES = ("heading", "标题")


def claims(content: Content) -> bool:
    """Whether the content is a DOCX document."""
    return content.kind == "docx"


def read(source: Source) -> Document:
    """
    Lines outside tables as Paragraphs, each table as a Grid, in order.

    Tracked changes are read as accepted; hidden text, field codes, list numbers and footnotes are not text; pictures are
    kept when there is nothing else. Raises ReadError with status `limit` (sizes, cells, nesting), `needs_ocr` (drawings only)
    or `failed`.
    """
    with open_archive(source.data) as archive:
        name = _main_part(archive)
        packed = read_member(archive, name)
        if packed is None:
            raise ReadError(ReadStatus.FAILED, f"a DOCX file without its part {name}; ask for the file again")
        root = None
        hiding = _hiding_styles(archive, packed)
        pieces = None if hiding else plain_pieces(packed)
        pictures_seen = 0
        if pieces is None:
            root = _parse(packed, name)
            body = Body(hides=bool(hiding) or may_hide(packed), styles=hiding)
            pieces = list(body.blocks(_container(root, name)))
            pictures_seen = body.pictures
        notes: list[str] = []
        styles = {piece.style for piece in pieces if isinstance(piece, Line) and piece.style}
        headings = _heading_styles(archive, styles, notes)
        title = _title(archive, notes)
        blocks = tuple(_blocks(pieces, headings))
        silent = not any(isinstance(block, Grid) or block.text.strip() for block in blocks)
        empty = pictures_seen and silent
        pictures = tuple(_pictures(archive, root, name)) if empty and root is not None else ()
        if empty and not pictures:
            raise ReadError(ReadStatus.NEEDS_OCR, "a DOCX file that holds only pictures, and none that can be opened")
        embedded = _embedded(archive, root, name) if root is not None and silent else None
    if embedded is not None:
        return replace(_read_embedded(source, embedded), media_type=_MEDIA_TYPE)
    if root is not None and root.find(".//{*}altChunk") is not None:
        notes.append("an embedded document (altChunk) was not read")
    return Document(blocks, _MEDIA_TYPE, title=title, notes=tuple(notes), pictures=pictures)


def _embedded(archive: zipfile.ZipFile, root: etree._Element, name: str) -> bytes | None:
    """The first document that is embedded whole (altChunk), as programs make DOCX files of pages; None where there is none."""
    targets = _targets(archive, name)
    for chunk in root.iter("{*}altChunk"):
        return _member_at(archive, name, targets.get(attribute_of(chunk, "id"), ""))
    return None


def _read_embedded(source: Source, packed: bytes) -> Document:
    """An embedded page or web archive as its own reader reads it. Raises ReadError with status `unsupported` for others."""
    from parsers.readers import html, mht  # here, since few documents embed another

    content = sniff(packed)
    reader = next((reader for reader in (html, mht) if reader.claims(content)), None)
    if reader is None:
        raise ReadError(
            ReadStatus.UNSUPPORTED, f"a DOCX file that embeds a document of another format ({content.kind}); ask for that"
        )
    document: Document = reader.read(replace(source, data=packed, charset=None))
    return document


def _targets(archive: zipfile.ZipFile, name: str) -> dict[str | None, str]:
    """The parts to which a part refers, by the ids of its references."""
    folder, _, part = name.rpartition("/")
    relations = read_member(archive, f"{folder}/_rels/{part}.rels".lstrip("/"))
    return {} if relations is None else {item.get("Id"): item.get("Target") or "" for item in _parse(relations, f"{part}.rels")}


def _member_at(archive: zipfile.ZipFile, name: str, target: str) -> bytes | None:
    """A part by its address from the part `name`; None where there is none."""
    folder = name.rpartition("/")[0]
    return read_member(archive, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")) if target else None


def _container(root: etree._Element, name: str) -> etree._Element:
    """The element that holds the text of the main part."""
    container = next((child for child in root if name_of(child) == "body"), None)
    if container is None:
        raise ReadError(ReadStatus.FAILED, f"the part {name} of this DOCX file has no body; ask for the file again")
    return container


def _pictures(archive: zipfile.ZipFile, root: etree._Element, name: str) -> Iterator[Picture]:
    """The pictures of a document that holds nothing else, in their order."""
    targets = _targets(archive, name)
    for element in root.iter("{*}blip", "{*}imagedata"):
        packed = _member_at(archive, name, targets.get(attribute_of(element, "embed") or attribute_of(element, "id"), ""))
        if packed is not None:
            yield Picture(0, packed)


def _main_part(archive: zipfile.ZipFile) -> str:
    """The name of the part that holds the text; some writers call it word/document2.xml."""
    if _MAIN_PART in archive.namelist():
        return _MAIN_PART
    relations = read_member(archive, "_rels/.rels")
    if relations is not None:
        for relation in _parse(relations, "_rels/.rels"):
            if (relation.get("Type") or "").endswith("/officeDocument"):
                return (relation.get("Target") or "").lstrip("/")
    return _MAIN_PART


def _parse(packed: bytes, name: str) -> etree._Element:
    from docx.oxml import parse_xml  # its parser resolves no entities and asks no network; 0.2 s that only DOCX pays

    try:
        return parse_xml(packed)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise damaged_part(exc, name) from exc


def _optional(archive: zipfile.ZipFile, name: str, notes: list[str]) -> etree._Element | None:
    """A part that holds no text of the report: where it is damaged a note says so, and the report is read."""
    try:
        packed = read_member(archive, name)
        return None if packed is None else _parse(packed, name)
    except ReadError as exc:
        notes.append(exc.reason)
        return None


def _heading_styles(archive: zipfile.ZipFile, used: set[str], notes: list[str]) -> frozenset[str]:
    """Those of the style ids used that are headings by id, by name or by outline level; Chinese Word calls them 1, 2, 3."""
    headings = {style for style in used if style.lower().startswith(_HEADING_STYLES)}
    if used - headings:
        try:
            headings |= used & _headings_of(archive)
        except ReadError as exc:
            notes.append(exc.reason)
    return frozenset(headings)


def _hiding_styles(archive: zipfile.ZipFile, packed: bytes) -> Mapping[str, Mapping[str, etree._Element]]:
    """The properties of those character styles used in a part that hide a text, strike it out or shift it."""
    try:
        hiding = _styles_of(archive).hiding
    except ReadError:  # which a note says where headings are looked for
        return {}
    # To look into the part costs more than to know its styles, which most documents share.
    return {style: own for style, own in hiding.items() if f'"{style}"'.encode() in packed or b"\0" in packed[:64]}


def _headings_of(archive: zipfile.ZipFile) -> frozenset[str]:
    """The ids of the styles that are headings."""
    return _styles_of(archive).headings


class _Styles(NamedTuple):
    """The ids of the styles that are headings, and the properties of those that hide, strike out or shift a text."""

    headings: frozenset[str] = frozenset()
    hiding: Mapping[str, Mapping[str, etree._Element]] = MappingProxyType({})


def _styles_of(archive: zipfile.ZipFile) -> _Styles:
    """What the part of styles says; an archive without one has none."""
    if _STYLES not in archive.NameToInfo:
        return _Styles()
    packed = packed_member(archive, archive.getinfo(_STYLES))
    kept = _kept_styles(packed) if packed is not None and len(packed.packed) <= _LONGEST_KEPT else None
    return _styles_in(read_member(archive, _STYLES) or b"") if kept is None else kept


@lru_cache(maxsize=64)
def _kept_styles(packed: Packed) -> _Styles | None:
    """
    The same of a part as it is packed; None where it does not unpack.

    Programs that write documents bring their own few sets of styles, many times as long as the text of a report.
    """
    content = unpacked_of(packed)
    return None if content is None else _styles_in(content)


def _styles_in(content: bytes) -> _Styles:
    headings: set[str] = set()
    own: dict[str, dict[str, etree._Element]] = {}
    for style in _parse(content, _STYLES).iterchildren("{*}style") if content else ():
        key = attribute_of(style, "styleId") or ""
        name = style.find("{*}name")
        called = "" if name is None else attribute_of(name, "val") or ""
        if called.lower().startswith(_HEADING_STYLES) or style.find("{*}pPr/{*}outlineLvl") is not None:
            headings.add(key)
        if attribute_of(style, "type") == "character":
            based, run = style.find("{*}basedOn"), style.find("{*}rPr")
            above = own.get(attribute_of(based, "val") or "", {}) if based is not None else {}
            own[key] = above | {name_of(child): child for child in (() if run is None else run)}
    hiding = {key: properties for key, properties in own.items() if hides_text(properties)}
    return _Styles(frozenset(headings), MappingProxyType(hiding))


def _title(archive: zipfile.ZipFile, notes: list[str]) -> str:
    properties = _optional(archive, "docProps/core.xml", notes)
    title = None if properties is None else properties.find("{*}title")
    return without_marks((title.text or "").strip()) if title is not None else ""


def _blocks(pieces: list[Line | Table], headings: frozenset[str]) -> Iterator[Block]:
    line = table = 0
    for piece in pieces:
        if isinstance(piece, Table):
            table += 1
            yield Grid(piece.cells, table)
        else:
            line += 1
            yield Paragraph(piece.text, line, piece.outlined or piece.style in headings)
