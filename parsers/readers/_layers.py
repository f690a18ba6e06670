"""Layers of a PDF that are switched off: their text stands in the page like any other, and is not to be seen."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from parsers.readers._pdf_objects import Object, address_of, bounds_of

__all__ = ["texts_switched_off"]

_SCALE = 2.0
_LAYER = "OC\0".encode("utf-16-le")
_INK = 250
"""What is darker than this, of 255, is printed."""
_WITHIN = 0.15
"""The share of a text at each side of it in which the rule of a cell may run."""


def texts_switched_off(page: Any, objects: Sequence[Object]) -> frozenset[int]:
    """The text objects of layers, by their addresses, where the page as it is shown has no ink."""
    import pypdfium2.raw as pdfium

    layered = [item for item in objects if item.kind == pdfium.FPDF_PAGEOBJ_TEXT and _is_of_layer(item.raw)]
    if not layered:
        return frozenset()
    bitmap = page.render(scale=_SCALE, grayscale=True)
    try:
        shown = np.array(bitmap.to_numpy().reshape(bitmap.height, bitmap.width), np.uint8)
    finally:
        bitmap.close()
    return frozenset(address_of(item.raw) for item in layered if not _has_ink(page, item, shown))


def _is_of_layer(item: Any) -> bool:
    import pypdfium2.raw as pdfium

    name, length = ctypes.create_string_buffer(16), ctypes.c_ulong()
    for at in range(pdfium.FPDFPageObj_CountMarks(item)):
        mark = pdfium.FPDFPageObj_GetMark(item, at)
        held = ctypes.cast(name, ctypes.POINTER(pdfium.FPDF_WCHAR))
        named = pdfium.FPDFPageObjMark_GetName(mark, held, len(name), length) and length.value == len(_LAYER)
        if named and name.raw.startswith(_LAYER):
            return True
    return False


def _has_ink(page: Any, item: Object, shown: np.ndarray[Any, np.dtype[np.uint8]]) -> bool:
    import pypdfium2.raw as pdfium

    bounds = bounds_of(item)
    if bounds is None:
        return True
    high, wide = shown.shape
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for at_x, at_y in ((bounds[0], bounds[1]), (bounds[2], bounds[3])):
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, wide, high, 0, at_x, at_y, x, y)
        corners.append((x.value, y.value))
    (left, right), (top, bottom) = (sorted(side) for side in zip(*corners, strict=True))
    across, down = int(_WITHIN * (right - left)), int(_WITHIN * (bottom - top))
    part = shown[max(top + down, 0) : bottom - down + 1, max(left + across, 0) : right - across + 1]
    return part.size > 0 and int(part.min()) < _INK
