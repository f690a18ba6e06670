"""What a page shows from elsewhere: frames, which become part of it, and pictures large enough to hold a table."""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from urllib.parse import unquote, unquote_to_bytes

from lxml import etree

from parsers.document import Block, Grid, Paragraph, Picture
from parsers.raw.charset import declared_charset, decode
from parsers.raw.sniff import sniff

__all__ = ["PICTURE_MARK", "SOURCES", "mark_pictures", "open_frames", "split_pictures"]

PICTURE_MARK = "\ue00f"
"""Stands around the number of a picture in a marked text."""

_ATTRIBUTE = "picture"
SOURCES = ("src", "data-original", "data-src")
"""Where pages name a picture; the others are those of pictures that a script shows once they are scrolled to."""
_MARKED = re.compile(f"{PICTURE_MARK}([0-9]+){PICTURE_MARK}")
_INLINE = re.compile(r"data:image/[\w.+-]+((?:;[\w=.+-]+)*),(.*)", re.IGNORECASE | re.DOTALL)
_PICTURES = frozenset({"png", "jpeg", "gif", "tiff", "bmp", "webp"})
_NARROWEST, _LOWEST = 300, 80
"""In pixels: what is smaller is an icon, a seal or a code, and no table."""


def open_frames(root: etree._Element, companions: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """The pages of frames that came along, now in the place of their frames; a frame within a frame stays shut."""
    opened: list[bytes] = []
    for frame in list(root.iter("iframe", "frame")):
        held = _held(frame.get("src"), companions)
        parent = frame.getparent()
        if held is None or parent is None or sniff(held).kind != "html":
            continue
        page = decode(held, declared=declared_charset(held)).text
        inner = etree.fromstring(page.encode(), etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True))
        if inner is None:
            continue
        opened.append(held)
        place = etree.Element("div")
        place.extend(list(inner.iterfind("body/*")))
        place.text, place.tail = inner.findtext("body"), frame.tail
        if parent.tag == "frameset":
            _to_body(root, place)
        else:
            parent.replace(frame, place)
    return tuple(opened)


def _to_body(root: etree._Element, place: etree._Element) -> None:
    """A page of frames has no body of its own."""
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    body.append(place)


def mark_pictures(parts: Iterable[etree._Element], companions: Mapping[str, bytes]) -> list[bytes]:
    """The large pictures that came along or stand in the page itself, each numbered in its tree."""
    found: list[bytes] = []
    for element in chain.from_iterable(part.iter("img") for part in parts):
        if _ATTRIBUTE in element.attrib:  # the page's own, which numbers nothing
            del element.attrib[_ATTRIBUTE]
        references = [element.get(name) for name in SOURCES]
        packed = next((held for name in references if (held := _inline(name) or _held(name, companions)) is not None), None)
        if packed is not None and _is_large(packed):
            element.set(_ATTRIBUTE, str(len(found)))
            found.append(packed)
    return found


def split_pictures(blocks: Sequence[Block], pictures: Sequence[bytes]) -> tuple[tuple[Block, ...], tuple[Picture, ...]]:
    """The blocks without the numbers of pictures, and the pictures with the number of blocks before each."""
    kept: list[Block] = []
    found: list[Picture] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            text = _MARKED.sub("", block.text)
            if text.strip() or text == block.text:
                kept.append(block._replace(text=text))
            numbers = _MARKED.findall(block.text)
        else:
            numbers = list(chain.from_iterable(_MARKED.findall(cell.text) for cell in block.cells))
            kept.append(Grid(tuple(cell._replace(text=_MARKED.sub("", cell.text)) for cell in block.cells), block.number))
        found += (Picture(len(kept), pictures[int(number)]) for number in numbers)
    return tuple(kept), tuple(found)


def _held(reference: str | None, companions: Mapping[str, bytes]) -> bytes | None:
    """What came along for a reference, as it is written or with its escapes undone."""
    for name in _names(reference):
        if name in companions:
            return companions[name]
    return None


def _names(reference: str | None) -> Iterator[str]:
    if reference:
        yield reference
        yield reference.strip()
        yield unquote(reference.strip())


def _inline(reference: str | None) -> bytes | None:
    match = _INLINE.fullmatch((reference or "").strip())
    if match is None:
        return None
    try:
        return base64.b64decode(unquote(match[2])) if "base64" in match[1].lower() else unquote_to_bytes(match[2])
    except (binascii.Error, ValueError):
        return None


def _is_large(packed: bytes) -> bool:
    """Whether it is a picture of the size of a table; one that is damaged is none."""
    from PIL import Image

    kind = sniff(packed).kind
    if kind not in _PICTURES:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(packed), formats=(kind.upper(),)) as picture:
                return picture.width >= _NARROWEST and picture.height >= _LOWEST
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError, Image.DecompressionBombError):
            return False
