"""
A plain Word part, written out by a style sheet as one string with private-use marks and split at the marks.

Walking the elements of a document in Python costs more than parsing them; the same way as in `html.py`, for parts that hold
paragraphs, runs of text and tables of cells and nothing else. What is not plain is walked by `_word.Body`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from parsers.document import Cell
from parsers.readers._marks import MARKS
from parsers.readers._spans import MAX_CELLS, MAX_SPAN, refuse_too_many_cells
from parsers.readers._word import Line, Table

__all__ = ["is_plain", "plain_pieces"]

_TABLE, _GROUP, _ROW, _CELL, _SPAN, _BREAK, _BLOCK = (
    MARKS[name] for name in ("TABLE", "GROUP", "ROW", "CELL", "SPAN", "BREAK", "BLOCK")
)
_STYLE_SHEET = """
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:w="{namespace}">
  <xsl:output method="text" encoding="utf-8"/>
  <xsl:template match="w:body/w:p"
    >{BLOCK}<xsl:value-of select="w:pPr/w:pStyle/@*[local-name() = 'val']"
    />{SPAN}<xsl:value-of select="w:pPr/w:outlineLvl/@*[local-name() = 'val']"
    />{SPAN}<xsl:apply-templates/></xsl:template>
  <xsl:template match="w:body/w:tbl">{TABLE}<xsl:apply-templates select="w:tr"/></xsl:template>
  <xsl:template match="w:tc//w:tbl">{GROUP}</xsl:template>
  <xsl:template match="w:tr">{ROW}<xsl:apply-templates select="w:tc"/></xsl:template>
  <xsl:template match="w:tc"
    >{CELL}<xsl:value-of select="w:tcPr/w:gridSpan/@*[local-name() = 'val']"
    />{SPAN}<xsl:for-each select="w:tcPr/w:vMerge">merged <xsl:value-of select="@*[local-name() = 'val']"/></xsl:for-each
    >{SPAN}<xsl:apply-templates select="w:p | w:tbl"/></xsl:template>
  <xsl:template match="w:tc/w:p">{BREAK}<xsl:apply-templates/></xsl:template>
  <xsl:template match="w:br | w:cr">{BREAK}</xsl:template>
  <xsl:template match="w:t"><xsl:value-of select="."/></xsl:template>
  <xsl:template match="w:pPr | w:rPr | text()"/>
</xsl:stylesheet>
"""
_OPENED = re.compile(rb"<([^/?\s>]+)")
_ELEMENTS = frozenset(
    b"w:" + name
    for name in b"document body p pPr r rPr t br cr tbl tblPr tblGrid gridCol tr trPr tc tcPr gridSpan vMerge sectPr pgSz pgMar "
    b"cols docGrid headerReference footerReference pStyle rStyle outlineLvl jc ind spacing keepNext keepLines widowControl snapToGrid "
    b"rFonts b bCs i iCs color sz szCs lang kern u highlight tblW tblStyle tblLook tblBorders tblInd tblLayout tblCellMar "
    b"tblCellSpacing tcW tcBorders tcMar vAlign shd top left bottom right start end insideH insideV noWrap trHeight cantSplit tblHeader "
    b"bookmarkStart bookmarkEnd proofErr pgNumType titlePg rsid".split()
)
_SELDOM = (b"<!", b"&#", b"\xee\x80")
"""Declarations, references, and the private-use characters that serve as marks."""
_OTHER_CHARSET = re.compile(rb"""\s*<\?xml[^>]*\bencoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
"""In which the marks have other bytes."""
_AT_PIECES = re.compile(f"([{_TABLE}{_BLOCK}])")


class _Printed(NamedTuple):
    """A cell as the source has it; one that `continues` is part of the cell above."""

    text: str
    width: int
    merged: bool
    continues: bool


def is_plain(part: bytes) -> bool:
    """
    Whether a part, as bytes, holds no element but those of which `plain_pieces` knows what they say.

    >>> is_plain(b"<w:p><w:r><w:t>7</w:t></w:r></w:p>"), is_plain(b"<w:p><w:ins><w:r/></w:ins></w:p>")
    (True, False)
    """
    if b"\0" in part[:64] or _OTHER_CHARSET.match(part) or any(sign in part for sign in _SELDOM):
        return False
    return _ELEMENTS.issuperset(_OPENED.findall(part))


def plain_pieces(body: etree._Element) -> list[Line | Table] | None:
    """
    The lines and tables of the body of a plain part; None where a table holds another.

    Raises ReadError with status `limit` for too many cells.
    """
    marked = str(_marking(etree.QName(body).namespace or "")(body))
    if _GROUP in marked:
        return None
    if marked.count(_CELL) > MAX_CELLS:
        refuse_too_many_cells()
    pieces: list[Line | Table] = []
    parts = _AT_PIECES.split(marked)
    for mark, piece in zip(parts[1::2], parts[2::2], strict=True):
        if mark == _BLOCK:
            pieces += _lines(piece)
        elif _CELL in piece:
            pieces.append(Table(tuple(_at_places(piece))))
    return pieces


@lru_cache(maxsize=4)
def _marking(namespace: str) -> etree.XSLT:
    """The style sheet for the names of one edition of the standard, transitional or strict."""
    return etree.XSLT(etree.XML(_STYLE_SHEET.format(**MARKS, namespace=namespace)))


def _lines(marked: str) -> Iterator[Line]:
    style, level, text = marked.split(_SPAN, 2)
    for line in text.replace(_BREAK, "\n").split("\n"):
        yield Line(line, style or None, _number(level, 9) < 9)


def _at_places(marked: str) -> Iterator[Cell]:
    """The cells of a table at their places, those merged downwards once."""
    heights: list[int] = []
    cells: list[tuple[str, int, int, int, int]] = []
    above: dict[int, int] = {}  # by column: the number of the cell that the next row may continue
    for row, printed in enumerate(marked.split(_ROW)[1:]):
        going_on: dict[int, int] = {}
        column = 0
        for order, (text, width, merged, continues) in enumerate(map(_read, printed.split(_CELL)[1:]), 1):
            if continues and column in above:
                number = above[column]
                heights[number] += 1
            else:
                number = len(cells)
                cells.append((text, row, column, width, order))
                heights.append(1)
            if merged:
                going_on[column] = number
            column += width
        above = going_on
    for (text, row, column, width, order), height in zip(cells, heights, strict=True):
        yield Cell(text, row, column, height, width, order)


@lru_cache(maxsize=4096)
def _read(marked: str) -> _Printed:
    """One cell; figures and labels are the same in most reports."""
    width, merge, text = marked.split(_SPAN, 2)
    merged = merge.startswith("merged")
    continues = merged and merge != "merged restart"
    return _Printed(text[1:].replace(_BREAK, "\n"), max(1, _number(width, 1)), merged, continues)


def _number(text: str, absent: int) -> int:
    return min(int(text[:9]), MAX_SPAN) if text.isascii() and text.isdecimal() else absent
