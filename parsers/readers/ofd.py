"""OFD (GB/T 33190): a ZIP archive of XML with placed characters and drawn lines, read as pages."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import NoReturn

from lxml import etree

from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.guard import parse_xml
from parsers.raw.charset import without_marks
from parsers.raw.sniff import Content
from parsers.readers._archive import open_archive, read_member
from parsers.readers._layout import blocks_of, numbered, without_margins
from parsers.readers._ofd_page import POINTS, Drawn, draw
from parsers.readers._open_columns import Heads
from parsers.readers._page import Page
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "ofd"

MAX_PAGES = 500
_FEWEST_GLYPHS = 30
_MOST_DRAWN = 1_000_000
"""Glyphs and rules of all pages; each page that prints a template counts its own."""
_MOST_PICTURED = 0.5
"""The share of a page that a picture may cover before a page with hardly any text is one."""
_A4 = (0.0, 0.0, 210.0, 297.0)


def claims(content: Content) -> bool:
    """Whether the content is an OFD document."""
    return content.kind == "ofd"


def read(source: Source) -> Document:
    """
    Ruled tables as Grids, a Grid on each page, and the lines outside them as Paragraphs; boxes are in points.

    Annotations, seals and pictures are not text. Raises ReadError with status `needs_ocr` (pages without text), `limit`
    (sizes, pages, nesting) or `failed` (damaged, locked).
    """
    with open_archive(source.data) as archive:
        package = _Package(archive)
        root = package.xml("OFD.xml")
        bodies = root.findall("{*}DocBody")
        title = next((text for body in bodies if (text := (body.findtext("{*}DocInfo/{*}Title") or "").strip())), "")
        pages: list[Page] = []
        pictured = drawn_so_far = 0.0
        for body in bodies:
            for page, drawn in _Book(package, body.findtext("{*}DocRoot") or "").pages(first=len(pages) + 1):
                pages.append(page)
                pictured += drawn.pictured
                drawn_so_far += len(page.glyphs) + len(page.rules)
                if drawn_so_far > _MOST_DRAWN:
                    raise ReadError(ReadStatus.LIMIT, f"the OFD file draws more than {_MOST_DRAWN:,} characters and lines")
                if len(page.glyphs) < _FEWEST_GLYPHS and drawn.pictured > _MOST_PICTURED * page.width * page.height:
                    _refuse_pictures()
    if sum(len(page.glyphs) for page in pages) < _FEWEST_GLYPHS:
        if pictured:
            _refuse_pictures()
        raise ReadError(ReadStatus.EMPTY, "an OFD file without any text or table")
    heads = Heads()
    return Document(
        tuple(numbered((page.number, blocks_of(page, heads)) for page in without_margins(pages))),
        "application/ofd",
        title=without_marks(title),
    )


def _refuse_pictures() -> NoReturn:
    raise ReadError(ReadStatus.NEEDS_OCR, "an OFD file with pages that are pictures; their text must be recognised first")


@dataclass
class _Package:
    """The parts of the archive, by name without regard to case and to slashes."""

    archive: zipfile.ZipFile
    names: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = {name.replace("\\", "/").lower().lstrip("/"): name for name in self.archive.namelist()}

    def xml(self, path: str) -> etree._Element:
        """The root of a part. Raises ReadError when it is missing or damaged."""
        name = self.names.get(path.lower())
        packed = None if name is None else read_member(self.archive, name)
        if packed is None:
            raise ReadError(ReadStatus.FAILED, f"an OFD file without its part {path}; ask for the file again")
        return parse_xml(packed, path)


def _joined(base: str, location: str) -> str:
    """A location as the standard has it: from the root when it begins with a slash, else beside the part that names it."""
    location = location.strip().replace("\\", "/")
    if location.startswith("/"):
        return posixpath.normpath(location.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), location))


class _Book:
    """One document of the package: its pages over their templates."""

    def __init__(self, package: _Package, root: str) -> None:
        self._package = package
        self._path = _joined("OFD.xml", root)
        self._document = package.xml(self._path)
        self._box = _box(self._document.find("{*}CommonData/{*}PageArea/{*}PhysicalBox")) or _A4
        self._templates = {
            template.get("ID") or "": _joined(self._path, template.get("BaseLoc") or "")
            for template in self._document.iterfind("{*}CommonData/{*}TemplatePage")
        }
        self._drawn: dict[str, Drawn] = {}

    def pages(self, *, first: int) -> Iterator[tuple[Page, Drawn]]:
        listed = self._document.findall("{*}Pages/{*}Page")
        if first + len(listed) - 1 > MAX_PAGES:
            raise ReadError(ReadStatus.LIMIT, f"the OFD file has {first + len(listed) - 1:,} pages; {MAX_PAGES} are allowed")
        for number, item in zip(count(first), listed, strict=False):
            content = self._package.xml(_joined(self._path, item.get("BaseLoc") or ""))
            left, top, wide, high = _box(content.find("{*}Area/{*}PhysicalBox")) or self._box
            drawn = draw(content)
            for template in content.iterfind("{*}Template"):
                drawn = drawn.over(self._template(template.get("TemplateID") or ""))
            shown = drawn.moved(-left * POINTS, -top * POINTS)
            yield Page(number, wide * POINTS, high * POINTS, shown.glyphs, shown.rules), shown

    def _template(self, key: str) -> Drawn:
        if key not in self._drawn:
            path = self._templates.get(key)
            self._drawn[key] = draw(self._package.xml(path)) if path else Drawn((), (), 0.0)
        return self._drawn[key]


_NUMBERS = re.compile(r"\s*(?:[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?\s*){4}")


def _box(element: etree._Element | None) -> tuple[float, float, float, float] | None:
    text = "" if element is None else element.text or ""
    if not _NUMBERS.fullmatch(text):
        return None
    try:
        left, top, wide, high = map(float, text.split())
    except ValueError:
        return None
    return (left, top, wide, high) if 0 < wide < 10_000 and 0 < high < 10_000 else None
