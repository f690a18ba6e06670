"""The objects of a PDF page: where they stand, in which ink, and which of them may be figures though they are no text."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from parsers.readers._overprint import BLACK, Ink
from parsers.readers._page import Box, Drawn

__all__ = [
    "THIN", "Covers", "Object", "address_of", "annotations_on", "bounds_of", "drawn_in", "grounds_in", "inks_of", "objects_of",
]  # fmt: skip

THIN = 3.0
"""Points: what is no wider is a line."""
_DEEPEST = 6
_HAIR, _TALLEST = 1.5, 9.0
"""Points: what is no wider and longer than the other is no outline of a figure."""
_LARGEST = 150.0
"""Points: what is longer is no figure in a cell."""
_LEFT_WHITE = 0.9
"""The share of light from which on a ground is as good as none."""
_MOST_OF_BOX = 5
"""Segments of a path that draws a rectangle."""

_LANE, _WIDE_PICTURE, _FULL = 24.0, 300.0, 255
"""Points: covers are looked for in lanes of this height; a narrower picture is a seal; what covers fully."""

Matrix = tuple[float, float, float, float, float, float]
Sides = tuple[float, float, float, float]
"""Left, bottom, right and top."""


def drawn_in(objects: Iterable[Object], left: float, top: float) -> Iterator[Drawn]:
    """The pictures and the dark shapes: outlines, which may be figures, and boxes and lines, which may be where nothing else stands."""
    import pypdfium2.raw as pdfium

    for item in objects:
        if item.kind not in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH) or (bounds := bounds_of(item)) is None:
            continue
        x0, y0, x1, y1 = bounds
        if max(x1 - x0, y1 - y0) > _LARGEST:
            continue
        outlined = item.kind == pdfium.FPDF_PAGEOBJ_IMAGE or pdfium.FPDFPath_CountSegments(item.raw) > _MOST_OF_BOX
        outlined = outlined and not _is_stroke(x1 - x0, y1 - y0)
        if item.kind == pdfium.FPDF_PAGEOBJ_IMAGE or _ink_of(item).light < _LEFT_WHITE:
            yield Drawn(Box(x0 - left, top - y1, x1 - left, top - y0), outlined)


def _is_stroke(wide: float, high: float) -> bool:
    """Whether something is a dashed line or a dash of it: no figure is so long and thin, or so small."""
    short, long = sorted((wide, high))
    return long <= THIN or (short <= _HAIR and long > _TALLEST)


def annotations_on(page: Any, left: float, top: float) -> Iterator[Drawn]:
    """What was written over a page with another program: fields, text, drawings and stamps, whose text is not that of the page."""
    import pypdfium2.raw as pdfium

    written = (pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_INK, pdfium.FPDF_ANNOT_STAMP)
    sides = pdfium.FS_RECTF()
    for at in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, at)
        if not annotation:
            continue
        if pdfium.FPDFAnnot_GetSubtype(annotation) in written and pdfium.FPDFAnnot_GetRect(annotation, sides):
            low, high = sorted((sides.bottom, sides.top))
            yield Drawn(Box(sides.left - left, top - high, sides.right - left, top - low), written=True)
        pdfium.FPDFPage_CloseAnnot(annotation)


def grounds_in(objects: Iterable[Object], left: float, top: float) -> list[Box]:
    """What is not white below text: filled shapes that are no lines, and pictures."""
    import pypdfium2.raw as pdfium

    plain = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING)
    found: list[Box] = []
    for item in objects:
        if item.kind in plain or (item.kind == pdfium.FPDF_PAGEOBJ_PATH and _ink_of(item).light < _LEFT_WHITE):
            x0, y0, x1, y1 = bounds_of(item) or (0.0, 0.0, 0.0, 0.0)
            if min(x1 - x0, y1 - y0) > THIN:
                found.append(Box(x0 - left, top - y1, x1 - left, top - y0))
    return found


class Covers:
    """
    What hides text: white boxes that are laid over it, pictures of a whole page, as scanners lay them over what they read, and
    the part of the page to which the program restricts what it draws.
    """

    def __init__(self, objects: Sequence[Object], left: float, top: float) -> None:
        import pypdfium2.raw as pdfium

        self._painted: dict[int, int] = {}
        self._boxes: dict[int, list[tuple[int, Box]]] = defaultdict(list)
        self._clips: dict[int, Box] = {}
        for order, item in enumerate(reversed(objects)):  # they come from the last painted to the first
            if item.kind == pdfium.FPDF_PAGEOBJ_TEXT:
                self._painted[address_of(item.raw)] = order
                if (clip := _clip_of(item)) is not None:
                    x0, y0, x1, y1 = clip
                    self._clips[address_of(item.raw)] = Box(x0 - left, top - y1, x1 - left, top - y0)
            elif self._painted and _is_opaque(item) and (bounds := bounds_of(item)) is not None:
                x0, y0, x1, y1 = bounds
                if min(x1 - x0, y1 - y0) > THIN and (item.kind == pdfium.FPDF_PAGEOBJ_PATH or x1 - x0 > _WIDE_PICTURE):
                    box = Box(x0 - left, top - y1, x1 - left, top - y0)
                    for lane in range(int(box.top // _LANE), int(box.bottom // _LANE) + 1):
                        self._boxes[lane].append((order, box))

    def __bool__(self) -> bool:
        return bool(self._boxes or self._clips)

    def hide(self, box: Box, address: int) -> bool:
        """Whether a character of the text object at this address is covered or cut off."""
        clip = self._clips.get(address)
        if clip is not None and not clip.holds(box):
            return True
        covers = self._boxes.get(int(box.middle[1] // _LANE)) if self._boxes else None
        painted = self._painted.get(address, 1 << 30)
        return covers is not None and any(order > painted and cover.holds(box) for order, cover in covers)


def _clip_of(item: Object) -> Sides | None:
    """The part of the page within which an object is drawn, as far as boxes say; None where that is all of it."""
    import pypdfium2.raw as pdfium

    path = pdfium.FPDFPageObj_GetClipPath(item.raw)
    count = pdfium.FPDFClipPath_CountPaths(path) if path else 0
    x, y = ctypes.c_float(), ctypes.c_float()
    boxes: list[Sides] = []
    for at in range(count):
        segments = (
            pdfium.FPDFClipPath_GetPathSegment(path, at, segment)
            for segment in range(pdfium.FPDFClipPath_CountPathSegments(path, at))
        )
        points = [(x.value, y.value) for segment in segments if pdfium.FPDFPathSegment_GetPoint(segment, x, y)]
        if points:
            xs, ys = zip(*points, strict=True)
            boxes.append(_placed(item.matrix, min(xs), min(ys), max(xs), max(ys)))
    if not boxes:
        return None
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return max(lefts), max(bottoms), min(rights), min(tops)


def _is_opaque(item: Object) -> bool:
    """Whether an object is a filled box or a picture through which nothing can be seen."""
    import pypdfium2.raw as pdfium

    if pdfium.FPDFPageObj_HasTransparency(item.raw):
        return False
    if item.kind != pdfium.FPDF_PAGEOBJ_PATH:
        return bool(item.kind == pdfium.FPDF_PAGEOBJ_IMAGE)
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(item.raw, filled, stroked) or not filled.value:
        return False
    return bool(pdfium.FPDFPath_CountSegments(item.raw) <= _MOST_OF_BOX) and _ink_of(item).cover == _FULL


class Object(NamedTuple):
    """An object of a page, of which kind it is, and the matrix that puts it on the page."""

    raw: Any
    kind: int
    matrix: Matrix


def objects_of(page: Any) -> Iterator[Object]:
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
            yield Object(item, kind, matrix)


def inks_of(objects: Iterable[Object]) -> dict[int, Ink | None]:
    """The inks of the text objects by their address, None for one that is not shown; nothing where all of a page is black."""
    import pypdfium2.raw as pdfium

    inks = {address_of(item.raw): _ink_of_text(item) for item in objects if item.kind == pdfium.FPDF_PAGEOBJ_TEXT}
    return inks if set(inks.values()) - {BLACK} else {}


def _ink_of_text(item: Object) -> Ink | None:
    """The colour of a text, that of its outlines where nothing else of it is drawn; None where that is nothing at all."""
    import pypdfium2.raw as pdfium

    mode = pdfium.FPDFTextObj_GetTextRenderMode(item.raw)
    if mode in (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP):
        return None
    if mode in (pdfium.FPDF_TEXTRENDERMODE_STROKE, pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP):
        parts = tuple(ctypes.c_uint() for _ in range(4))
        return Ink(*(part.value for part in parts)) if pdfium.FPDFPageObj_GetStrokeColor(item.raw, *parts) else BLACK
    return _ink_of(item)


def _ink_of(item: Object) -> Ink:
    """The colour of an object's inside, of its line where it has no other; black where it is neither."""
    import pypdfium2.raw as pdfium

    parts = tuple(ctypes.c_uint() for _ in range(4))
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    if item.kind == pdfium.FPDF_PAGEOBJ_PATH and pdfium.FPDFPath_GetDrawMode(item.raw, filled, stroked):
        if not (filled.value or stroked.value):
            return Ink(255, 255, 255, 0)
        if stroked.value and not filled.value:
            return Ink(*(part.value for part in parts)) if pdfium.FPDFPageObj_GetStrokeColor(item.raw, *parts) else BLACK
    return Ink(*(part.value for part in parts)) if pdfium.FPDFPageObj_GetFillColor(item.raw, *parts) else BLACK


def address_of(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


def bounds_of(item: Object) -> Sides | None:
    """Left, bottom, right and top of an object on the page."""
    import pypdfium2.raw as pdfium

    sides = tuple(ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item.raw, *sides):
        return None
    return _placed(item.matrix, *(side.value for side in sides))


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _placed(matrix: Matrix, x0: float, y0: float, x1: float, y1: float) -> Sides:
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
    ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
    return min(xs), min(ys), max(xs), max(ys)
