"""PDF with a text layer: characters with boxes and ruling lines by pypdfium2 (Apache-2.0, BSD), read as pages."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from parsers.document import Block, Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.radicals import RADICALS
from parsers.raw.sniff import Content
from parsers.readers import picture
from parsers.readers._actual_texts import take_figures_as_printed
from parsers.readers._dots import dotted_rules
from parsers.readers._layers import texts_switched_off
from parsers.readers._layout import blocks_of, numbered, without_margins
from parsers.readers._open_columns import Heads
from parsers.readers._overprint import BLACK, Ink, Printed, text_printed
from parsers.readers._page import Box, Glyph, Page, Rule, turned, upright
from parsers.readers._pdf_objects import (
    THIN,
    Covers,
    Object,
    Sides,
    address_of,
    annotations_on,
    bounds_of,
    drawn_in,
    grounds_in,
    inks_of,
    objects_of,
)  # fmt: skip
from parsers.readers._printed_twice import Character, Unseen, doubting_twice
from parsers.readers._recognise import Gray, require_recogniser
from parsers.source import Source

__all__ = ["NAME", "claims", "printed_pages", "read"]

NAME = "pdf"

MAX_PAGES = 500
_MOST_COVERED = 0.5
_FEW_CHARACTERS = 40
"""A scanned page may have a page number, a stamp or a watermark printed over it."""
_SQUARE = 8.0
"""Points: what stands in the same square or in those around it is compared."""
_SKEW, _OBLIQUE = 1.0, 10.0
"""Degrees off the upright: a page so is a picture to be set straight, and a character so is a watermark's."""
_DOTS_PER_INCH = 200
_MAX_PRINTED_PIXELS = 40_000_000

_LOWEST = 1.2
"""Points: lower figures cannot be seen."""

_UNNAMED = "\ufffd"
_HYPHENS = {0x02, 0xFFFE, 0xAD}
"""What pdfium makes of a hyphen at the end of a line."""


def claims(content: Content) -> bool:
    """Whether the content is a PDF document."""
    return content.kind == "pdf"


def read(source: Source) -> Document:
    """
    Ruled tables as Grids, a Grid on each page, and the lines outside them as Paragraphs; boxes are in points.

    A page that is a picture is printed at 200 dpi and recognised; text laid invisibly over it is another program's reading
    and is not taken. Raises ReadError with status `needs_ocr` (such a page, and the extra `ocr` is not installed), `limit`
    (pages) or `failed` (damaged, locked).
    """
    with _opened(source.data) as document:
        title = document.get_metadata_value("Title").strip("\0 \r\n")
        return Document(tuple(numbered(_pages(document))), "application/pdf", title=title)


def printed_pages(content: bytes, numbers: Collection[int]) -> list[Page]:
    """What is printed on some of the pages, upright, those left out that are pictures. Raises ReadError as `read` does."""
    with _opened(content) as document:
        pages = (_page(document, number - 1) for number in sorted(numbers) if number <= len(document))
        return [upright(page) for page in pages if page is not None]


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as exc:
        locked = "password" in str(exc).lower()
        reason = "a PDF that is protected by a password; ask for an open copy" if locked else f"a damaged PDF ({exc})"
        raise ReadError(ReadStatus.FAILED, reason) from exc
    try:
        if len(document) > MAX_PAGES:
            raise ReadError(ReadStatus.LIMIT, f"the PDF has {len(document):,} pages, more than the {MAX_PAGES} allowed")
        yield document
    except pypdfium2.PdfiumError as exc:
        raise ReadError(ReadStatus.FAILED, f"a page of the PDF is damaged ({exc}); ask for the file again") from exc
    finally:
        document.close()


def _pages(document: Any) -> Iterator[tuple[int, Iterator[Block]]]:
    """The blocks of each page, of those that are printed and of those that are pictures."""
    pages = [_page(document, number) for number in range(len(document))]
    heads = Heads()
    printed = without_margins([page for page in pages if page is not None])
    for number, page in enumerate(pages):
        if page is None:
            require_recogniser()
            yield number + 1, picture.blocks_of(_printed(document[number]))
        else:
            yield number + 1, blocks_of(next(printed), heads)


def _page(document: Any, number: int) -> Page | None:
    """What is printed on a page; None for one that is a picture."""
    page = document[number]
    left, bottom, right, top = _sides_of(page)
    objects = list(objects_of(page))
    sheet = Box(0.0, 0.0, right - left, top - bottom)
    inks = inks_of(objects) | dict.fromkeys(texts_switched_off(page, objects))
    unseen = Unseen(said=take_figures_as_printed(objects))
    text = page.get_textpage()
    try:
        found = list(_characters(text.raw, text.count_chars(), left, top, inks, Covers(objects, left, top), unseen))
    finally:
        text.close()
    found = [item for item in found if sheet.holds(item.printed.glyph.box)]
    if _must_be_looked_at(found, objects, (right - left) * (top - bottom)):
        return None
    rules = tuple(_rules(objects, left, top))
    found = doubting_twice(found, unseen)
    printed = [item.printed for item in found if item.tilt <= _OBLIQUE]
    glyphs = text_printed(printed, rules, grounds_in(objects, left, top) if any(item.ink != BLACK for item in printed) else [])
    drawn = (*drawn_in(objects, left, top), *annotations_on(page, left, top), *unseen.drawn(found))
    return turned(Page(number + 1, right - left, top - bottom, glyphs, rules, drawn), page.get_rotation() // 90)


def _sides_of(page: Any) -> Sides:
    """Left, bottom, right and top of what is shown of a page."""
    whole = page.get_mediabox()
    shown = page.get_cropbox()
    left, bottom, right, top = *map(max, whole[:2], shown[:2]), *map(min, whole[2:], shown[2:])
    return (left, bottom, right, top) if left < right and bottom < top else whole


def _characters(
    text: Any, total: int, left: float, top: float, inks: dict[int, Ink | None], covers: Covers, unseen: Unseen
) -> Iterator[Character]:
    """
    The visible characters; one that the font does not name is U+FFFD, so that no figure is made of it.

    `inks` are those of the text objects by their address, where they differ; None for one that is not shown. The figures that
    are not shown, or covered, and those that stand on their place already are noted in `unseen`.
    """
    import pypdfium2.raw as pdfium

    x0, x1, y0, y1 = (ctypes.c_double() for _ in range(4))
    matrix, sides = pdfium.FS_MATRIX(), pdfium.FS_RECTF()
    printed: dict[tuple[str, int, int], list[Box]] = {}
    code_of, box_of, reach_of, size_of, matrix_of, is_unmapped = (
        pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetCharBox, pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetFontSize,
        pdfium.FPDFText_GetMatrix, pdfium.FPDFText_HasUnicodeMapError,
    )  # fmt: skip
    before = ""
    for at in range(total):
        code = code_of(text, at)
        if is_unmapped(text, at) == 1:
            code = 0
        if code <= 0x20 and code not in _HYPHENS and code != 0:
            before = " " if before.isdigit() and code == 0x20 else ""
            continue
        shown = "-" if code in _HYPHENS else RADICALS.get(code) or chr(code) if code else _UNNAMED
        is_figure = shown.isdigit()
        of = address_of(pdfium.FPDFText_GetTextObject(text, at)) if is_figure or inks or covers else 0
        ink = inks.get(of, BLACK) if inks else BLACK
        if shown.isspace() or not box_of(text, at, x0, x1, y0, y1):
            before = " " if before.isdigit() else ""
            continue
        box = Box(x0.value - left, top - y1.value, x1.value - left, top - y0.value)
        if ink is None or (is_figure and box.bottom - box.top < _LOWEST) or covers.hide(box, of):
            before = " " if before.isdigit() else ""
            if is_figure:
                unseen.hidden.append((box, of))
            continue
        size, turns, tilt = max(size_of(text, at), 1.0), 0, 0.0
        if matrix_of(text, at, matrix):
            size, turns, tilt = _scaled(size, matrix, box)
        if not _is_printed_twice(shown, box, printed):
            # A blank between two figures parts them, however narrow it is.
            parted = f" {shown}" if before == " " and is_figure else shown
            known = is_figure and reach_of(text, at, sides)
            reach = (sides.left - left, sides.right - left) if known else (box.left, box.right)
            yield Character(Printed(Glyph(parted, box, size, turns), ink), tilt, of, reach)
        elif is_figure:
            unseen.doubled.add(of)
        before = shown


def _is_printed_twice(shown: str, box: Box, printed: dict[tuple[str, int, int], list[Box]]) -> bool:
    """Whether the character stands on its place already, as the bold type of some printers has it; it is noted by its place."""
    column, row = int(box.left // _SQUARE), int(box.top // _SQUARE)
    around = ((shown, column + across, row + down) for across in (-1, 0, 1) for down in (-1, 0, 1))
    if any(_is_on(box, other) for place in around for other in printed.get(place, ())):
        return True
    printed.setdefault((shown, column, row), []).append(box)
    return False


def _is_on(box: Box, other: Box) -> bool:
    """Whether two boxes of one character lie so much on one another that it was printed twice."""
    wide, high = min(box.right - box.left, other.right - other.left), min(box.bottom - box.top, other.bottom - other.top)
    return abs(box.left - other.left) <= wide / 2 and abs(box.top - other.top) <= high / 2


def _scaled(size: float, matrix: Any, box: Box) -> tuple[float, int, float]:
    """The size of the type on the page, by how many quarters it is turned, and the degrees left over: a matrix scales the font's own."""
    a, b, c, d = matrix.a, matrix.b, matrix.c, matrix.d
    scaled = size * math.hypot(c, d)
    high = max(box.bottom - box.top, box.right - box.left)
    if not high / 4 <= scaled <= 1_000:  # no type is so much smaller than its own characters
        scaled = max(high, 1.0)
    if b == 0 and a > 0:
        return scaled, 0, 0.0
    angle = -math.degrees(math.atan2(b, a))
    quarters = 0 if a > abs(b) else round(angle / 90)
    return scaled, quarters % 4, abs(angle - 90 * quarters)


def _rules(objects: Iterable[Object], left: float, top: float) -> Iterator[Rule]:
    """The ruling lines: strokes, dots in a row, the sides of stroked rectangles, and rectangles filled so thin that they are lines."""
    import pypdfium2.raw as pdfium

    dots: list[Box] = []
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    for item in objects:
        if item.kind != pdfium.FPDF_PAGEOBJ_PATH or not pdfium.FPDFPath_GetDrawMode(item.raw, filled, stroked):
            continue
        bounds = bounds_of(item) if filled.value or stroked.value else None
        if bounds is None:
            continue
        x0, y0, x1, y1 = bounds
        box = Box(x0 - left, top - y1, x1 - left, top - y0)
        wide, high = box.right - box.left, box.bottom - box.top
        x, y = box.middle
        if max(wide, high) <= THIN:
            dots.append(box)
        elif high <= THIN < wide:
            yield Rule(level=True, at=y, start=box.left, end=box.right)
        elif wide <= THIN < high:
            yield Rule(level=False, at=x, start=box.top, end=box.bottom)
        elif stroked.value and pdfium.FPDFPath_CountSegments(item.raw) >= 4 and wide > THIN and high > THIN:
            for at in (box.top, box.bottom):
                yield Rule(level=True, at=at, start=box.left, end=box.right)
            for at in (box.left, box.right):
                yield Rule(level=False, at=at, start=box.top, end=box.bottom)

    yield from dotted_rules(dots)


def _must_be_looked_at(found: Sequence[Character], objects: Sequence[Object], page_area: float) -> bool:
    """
    Whether a page's characters are drawn as pictures or outlines: nothing visible is printed on it, or little over a picture
    that covers most of it, or what is printed has no names, or stands askew.
    """
    import pypdfium2.raw as pdfium

    if not found:
        return any(item.kind != pdfium.FPDF_PAGEOBJ_TEXT for item in objects)
    if sum(item.printed.glyph.text == _UNNAMED for item in found) > len(found) / 2:
        return True
    if sum(item.tilt > _SKEW for item in found) > len(found) / 2:
        return True
    if len(found) >= _FEW_CHARACTERS:
        return False
    covered = 0.0
    for item in objects:
        if item.kind == pdfium.FPDF_PAGEOBJ_IMAGE and (bounds := bounds_of(item)) is not None:
            x0, y0, x1, y1 = bounds
            covered += (x1 - x0) * (y1 - y0)
    return covered > _MOST_COVERED * page_area


def _printed(page: Any) -> Gray:
    """The page as a picture."""
    high, wide = page.get_height(), page.get_width()
    scale = min(_DOTS_PER_INCH / 72, (_MAX_PRINTED_PIXELS / max(high * wide, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        return np.array(bitmap.to_numpy().reshape(bitmap.height, bitmap.width), np.uint8)
    finally:
        bitmap.close()
