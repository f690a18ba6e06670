"""PDF with a text layer: characters with boxes and ruling lines by pypdfium2 (Apache-2.0, BSD), read as pages."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from parsers.document import Block, Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import Content
from parsers.readers import picture
from parsers.readers._layout import blocks_of, numbered, without_margins
from parsers.readers._page import Box, Glyph, Page, Rule, turned, upright
from parsers.readers._recognise import Gray, require_recogniser
from parsers.source import Source

__all__ = ["NAME", "claims", "printed_pages", "read"]

NAME = "pdf"

MAX_PAGES = 500
_DEEPEST = 6
_THIN = 3.0
_MOST_COVERED = 0.5
_FEW_CHARACTERS = 40
"""A scanned page may have a page number, a stamp or a watermark printed over it."""
_SQUARE = 8.0
"""Points: what stands in the same square or in those around it is compared."""
_DOTS_PER_INCH = 200
_MAX_PRINTED_PIXELS = 40_000_000

Matrix = tuple[float, float, float, float, float, float]

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
    printed = without_margins([page for page in pages if page is not None])
    for number, page in enumerate(pages):
        if page is None:
            require_recogniser()
            yield number + 1, picture.blocks_of(_printed(document[number]))
        else:
            yield number + 1, blocks_of(next(printed))


def _page(document: Any, number: int) -> Page | None:
    """What is printed on a page; None for one that is a picture."""
    page = document[number]
    left, bottom, right, top = page.get_mediabox()
    objects = list(_objects(page))
    some_hidden = any(_is_hidden(item) for item in objects)
    text = page.get_textpage()
    try:
        glyphs = tuple(_glyphs(text.raw, text.count_chars(), left, top, some_hidden=some_hidden))
        if _must_be_looked_at(glyphs, objects, (right - left) * (top - bottom)):
            return None
    finally:
        text.close()
    rules = tuple(_rules(objects, left, top))
    return turned(Page(number + 1, right - left, top - bottom, glyphs, rules), page.get_rotation() // 90)


def _glyphs(text: Any, total: int, left: float, top: float, *, some_hidden: bool) -> Iterator[Glyph]:
    """The visible characters; one that the font does not name is U+FFFD, so that no figure is made of it."""
    import pypdfium2.raw as pdfium

    x0, x1, y0, y1 = (ctypes.c_double() for _ in range(4))
    matrix = pdfium.FS_MATRIX()
    printed: dict[tuple[str, int, int], list[Box]] = {}
    code_of, box_of, size_of, matrix_of = (
        pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetCharBox, pdfium.FPDFText_GetFontSize, pdfium.FPDFText_GetMatrix
    )  # fmt: skip
    before = ""
    for at in range(total):
        code = code_of(text, at)
        if code <= 0x20 and code not in _HYPHENS and code != 0:
            before = " " if before.isdigit() and code == 0x20 else ""
            continue
        shown = "-" if code in _HYPHENS else chr(code) if code else _UNNAMED
        if shown.isspace() or not box_of(text, at, x0, x1, y0, y1) or (some_hidden and not _is_visible(text, at)):
            before = " " if before.isdigit() else ""
            continue
        box = Box(x0.value - left, top - y1.value, x1.value - left, top - y0.value)
        size, turns = max(size_of(text, at), 1.0), 0
        if matrix_of(text, at, matrix):
            size, turns = _scaled(size, matrix, box)
        if not _is_printed_twice(shown, box, printed):
            # A blank between two figures parts them, however narrow it is.
            yield Glyph(f" {shown}" if before == " " and shown.isdigit() else shown, box, size, turns)
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


def _scaled(size: float, matrix: Any, box: Box) -> tuple[float, int]:
    """The size of the type on the page, and by how many quarters it is turned: the font's own is scaled by a matrix."""
    a, b, c, d = matrix.a, matrix.b, matrix.c, matrix.d
    scaled = size * math.hypot(c, d)
    high = max(box.bottom - box.top, box.right - box.left)
    if not high / 4 <= scaled <= 1_000:  # no type is so much smaller than its own characters
        scaled = max(high, 1.0)
    return scaled, 0 if a > abs(b) else round(-math.atan2(b, a) / (math.pi / 2)) % 4


def _rules(objects: Iterable[_Object], left: float, top: float) -> Iterator[Rule]:
    """The ruling lines: strokes, the sides of stroked rectangles, and rectangles filled so thin that they are lines."""
    import pypdfium2.raw as pdfium

    filled, stroked = ctypes.c_int(), ctypes.c_int()
    for item in objects:
        if item.kind != pdfium.FPDF_PAGEOBJ_PATH or not pdfium.FPDFPath_GetDrawMode(item.raw, filled, stroked):
            continue
        bounds = _bounds(item) if filled.value or stroked.value else None
        if bounds is None:
            continue
        x0, y0, x1, y1 = bounds
        box = Box(x0 - left, top - y1, x1 - left, top - y0)
        wide, high = box.right - box.left, box.bottom - box.top
        x, y = box.middle
        if high <= _THIN < wide:
            yield Rule(level=True, at=y, start=box.left, end=box.right)
        elif wide <= _THIN < high:
            yield Rule(level=False, at=x, start=box.top, end=box.bottom)
        elif stroked.value and pdfium.FPDFPath_CountSegments(item.raw) >= 4 and wide > _THIN and high > _THIN:
            for at in (box.top, box.bottom):
                yield Rule(level=True, at=at, start=box.left, end=box.right)
            for at in (box.left, box.right):
                yield Rule(level=False, at=at, start=box.top, end=box.bottom)


class _Object(NamedTuple):
    """An object of a page, of which kind it is, and the matrix that puts it on the page."""

    raw: Any
    kind: int
    matrix: Matrix


def _objects(page: Any) -> Iterator[_Object]:
    """The objects of a page, those of forms within it too."""
    import pypdfium2.raw as pdfium

    kind_of, form = pdfium.FPDFPageObj_GetType, pdfium.FPDF_PAGEOBJ_FORM
    top: Matrix = (1, 0, 0, 1, 0, 0)
    waiting = [(pdfium.FPDFPage_GetObject(page.raw, at), top, 0) for at in range(pdfium.FPDFPage_CountObjects(page.raw))]
    while waiting:
        item, matrix, depth = waiting.pop()
        kind = kind_of(item)
        if kind == form and depth < _DEEPEST:
            own = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(item, own)
            inner = _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
            count = pdfium.FPDFFormObj_CountObjects(item)
            waiting.extend((pdfium.FPDFFormObj_GetObject(item, at), inner, depth + 1) for at in range(max(count, 0)))
        else:
            yield _Object(item, kind, matrix)


def _bounds(item: _Object) -> tuple[float, float, float, float] | None:
    """Left, bottom, right and top of an object on the page."""
    import pypdfium2.raw as pdfium

    sides = tuple(ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item.raw, *sides):
        return None
    return _placed(item.matrix, *(side.value for side in sides))


def _must_be_looked_at(glyphs: Sequence[Glyph], objects: Sequence[_Object], page_area: float) -> bool:
    """
    Whether a page's characters are drawn as pictures or outlines: nothing visible is printed on it, or little over a picture
    that covers most of it, or what is printed has no names.
    """
    import pypdfium2.raw as pdfium

    if not glyphs:
        return any(item.kind != pdfium.FPDF_PAGEOBJ_TEXT for item in objects)
    if sum(glyph.text == _UNNAMED for glyph in glyphs) > len(glyphs) / 2:
        return True
    if len(glyphs) >= _FEW_CHARACTERS:
        return False
    covered = 0.0
    for item in objects:
        if item.kind == pdfium.FPDF_PAGEOBJ_IMAGE and (bounds := _bounds(item)) is not None:
            x0, y0, x1, y1 = bounds
            covered += (x1 - x0) * (y1 - y0)
    return covered > _MOST_COVERED * page_area


def _is_hidden(item: _Object) -> bool:
    """Whether it is text that is laid on the page invisibly, as programs do that have recognised a scan."""
    import pypdfium2.raw as pdfium

    hidden = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    return bool(item.kind == pdfium.FPDF_PAGEOBJ_TEXT and pdfium.FPDFTextObj_GetTextRenderMode(item.raw) == hidden)


def _is_visible(text: Any, at: int) -> bool:
    import pypdfium2.raw as pdfium

    held = pdfium.FPDFText_GetTextObject(text, at)
    return bool(held) and pdfium.FPDFTextObj_GetTextRenderMode(held) != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE


def _printed(page: Any) -> Gray:
    """The page as a picture."""
    high, wide = page.get_height(), page.get_width()
    scale = min(_DOTS_PER_INCH / 72, (_MAX_PRINTED_PIXELS / max(high * wide, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        return np.array(bitmap.to_numpy().reshape(bitmap.height, bitmap.width), np.uint8)
    finally:
        bitmap.close()


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _placed(matrix: Matrix, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
    ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
    return min(xs), min(ys), max(xs), max(ys)
