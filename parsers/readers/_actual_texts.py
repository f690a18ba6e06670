"""
What a PDF says to stand for its glyphs (/ActualText), where that is a figure, or nothing.

Programs write it beside hyphens, ligatures and shapes. Nobody sees it: where it gives figures, those that are printed are read,
and they are doubted where it says others.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

from parsers.readers._pdf_objects import Object, address_of

__all__ = ["take_figures_as_printed"]

_KEY = b"ActualText\0"
_LONGEST = 512
"""Bytes; a longer one stands for a line or more, and no figure is said by it."""


def take_figures_as_printed(objects: Iterable[Object]) -> dict[int, str]:
    """
    Take what stands for figures or for nothing away from the text objects, before their text is read.

    Gives its figures by the addresses of the objects; a text page that is opened then has the glyphs of these.
    """
    import pypdfium2.raw as pdfium

    said: dict[int, str] = {}
    held = ctypes.create_string_buffer(_LONGEST)
    for item in objects:
        if item.kind != pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        for at in reversed(range(pdfium.FPDFPageObj_CountMarks(item.raw))):
            mark = pdfium.FPDFPageObj_GetMark(item.raw, at)
            text = _said_by(mark, held)
            if text is not None and not any(map(str.isalpha, text)):
                said[address_of(item.raw)] = "".join(filter(str.isdigit, text))
                pdfium.FPDFPageObj_RemoveMark(item.raw, mark)
    return said


def _said_by(mark: Any, held: ctypes.Array[ctypes.c_char]) -> str | None:
    import pypdfium2.raw as pdfium

    length = ctypes.c_ulong()
    if not pdfium.FPDFPageObjMark_GetParamStringValue(
        mark, _KEY, ctypes.cast(held, ctypes.POINTER(pdfium.FPDF_WCHAR)), len(held), length
    ):
        return None
    return held.raw[: min(length.value, _LONGEST)].decode("utf-16-le", "replace").rstrip("\0")
