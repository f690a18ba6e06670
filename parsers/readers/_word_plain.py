"""
A plain Word part, written out by a style sheet as one string with private-use marks and split at the marks.

Walking the elements of a document in Python costs more than parsing them; the same way as in `html.py`, for parts that hold
paragraphs, runs of text and tables of cells and nothing else. The style sheet marks an element that it does not know, and a
part with such an element is walked by `_word.Body`.
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

__all__ = ["may_hide", "plain_pieces"]

_UNKNOWN, _ROW, _CELL, _WIDE, _MERGED, _SPAN, _BREAK, _BLOCK = (
    MARKS[name] for name in ("GROUP", "ROW", "CELL", "FOOT", "HEADING", "SPAN", "BREAK", "BLOCK")
)
# No groups, feet and headings stand in cells here, so that their marks serve for what is unknown, for widths and for merges.
_STYLE_SHEET = """
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:w="{namespace}">
  <xsl:output method="text" encoding="utf-8"/>
  <xsl:template match="w:body"><xsl:apply-templates mode="piece"/></xsl:template>
  <xsl:template mode="piece" match="w:p"
    >{BLOCK}<xsl:value-of select="w:pPr/w:pStyle/@*[local-name() = 'val']"
    />{SPAN}<xsl:value-of select="w:pPr/w:outlineLvl/@*[local-name() = 'val']"
    />{SPAN}<xsl:if test="w:pPr[preceding-sibling::* or *[{outline}]]">{GROUP}</xsl:if><xsl:apply-templates/></xsl:template>
  <xsl:template mode="piece" match="w:tbl">{TABLE}<xsl:apply-templates mode="row"/></xsl:template>
  <xsl:template mode="piece" match="w:sectPr | {passed}"/>
  <xsl:template mode="row" match="w:tr">{ROW}<xsl:apply-templates mode="cell"/></xsl:template>
  <xsl:template mode="row" match="w:tblPr | w:tblGrid | {passed}"/>
  <xsl:template mode="cell" match="w:tc">{CELL}<xsl:apply-templates mode="inner"/></xsl:template>
  <xsl:template mode="cell" match="w:trPr"><xsl:if test="*[{of_row}]">{GROUP}</xsl:if></xsl:template>
  <xsl:template mode="cell" match="w:tblPrEx | {passed}"/>
  <xsl:template mode="inner" match="w:tcPr"
    ><xsl:if test="preceding-sibling::*">{GROUP}</xsl:if
    ><xsl:for-each select="w:gridSpan">{FOOT}<xsl:value-of select="@*[local-name() = 'val']"/></xsl:for-each
    >{SPAN}<xsl:for-each select="w:vMerge">{HEADING}<xsl:value-of select="@*[local-name() = 'val']"/></xsl:for-each
    >{SPAN}</xsl:template>
  <xsl:template mode="inner" match="w:p">{BREAK}<xsl:apply-templates/></xsl:template>
  <xsl:template mode="inner" match="{passed}"/>
  <xsl:template match="w:r"><xsl:apply-templates/></xsl:template>
  <xsl:template match="w:t"><xsl:apply-templates mode="said"/></xsl:template>
  <xsl:template match="w:br | w:cr">{BREAK}</xsl:template>
  <xsl:template match="w:pPr | w:rPr | w:lastRenderedPageBreak | {passed}"/>
  <xsl:template match="text()"/>
  <xsl:template match="text()" mode="piece"/>
  <xsl:template match="text()" mode="row"/>
  <xsl:template match="text()" mode="cell"/>
  <xsl:template match="text()" mode="inner"/>
  <xsl:template match="*">{GROUP}</xsl:template>
  <xsl:template match="*" mode="said">{GROUP}</xsl:template>
  <xsl:template match="*" mode="piece">{GROUP}</xsl:template>
  <xsl:template match="*" mode="row">{GROUP}</xsl:template>
  <xsl:template match="*" mode="cell">{GROUP}</xsl:template>
  <xsl:template match="*" mode="inner">{GROUP}</xsl:template>
</xsl:stylesheet>
"""
_OUTLINED_ODDLY = " or ".join(
    f"local-name() = '{name}' and (not(self::w:{name}) or preceding-sibling::w:{name})" for name in ("pStyle", "outlineLvl")
)
_PASSED = "w:bookmarkStart | w:bookmarkEnd | w:proofErr"
_OF_ROWS = "trHeight cantSplit tblHeader jc tblCellSpacing cnfStyle gridAfter wAfter"
"""Properties of rows that say nothing of what is read."""
_HIDES = (b"vanish", b"strike", b"superscript")
_SELDOM = (b"\xee", b"!", b"#", b"del", b"cellDel")
"""Signs of private-use characters, which serve as marks, of declarations, references and marks of deletion; one byte is soon found."""
_OTHER_CHARSET = re.compile(rb"""\s*<\?xml[^>]*\bencoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
"""In which the marks have other bytes."""
_MET_AS_OFTEN = ((b"gridSpan", _WIDE), (b"Merge", _MERGED))
"""Properties of cells that the style sheet must have met as often as the bytes name them: none elsewhere, none sideways."""
_AT_PIECES = re.compile(f"([{MARKS['TABLE']}{_BLOCK}])")


class _Printed(NamedTuple):
    """A cell as the source has it; one that `continues` is part of the cell above."""

    text: str
    width: int
    merged: bool
    continues: bool


def may_hide(part: bytes) -> bool:
    """
    Whether some text of a part, as bytes, may be hidden, struck out or raised.

    >>> may_hide(b"<w:rPr><w:b/></w:rPr><w:t>7</w:t>"), may_hide(b"<w:rPr><w:vanish/></w:rPr><w:t>7</w:t>")
    (False, True)
    """
    return b"\0" in part[:64] or any(word in part for word in _HIDES)


def plain_pieces(body: etree._Element, part: bytes) -> list[Line | Table] | None:
    """
    The lines and tables of the body of a part, whose bytes are `part`; None where it is not plain.

    Raises ReadError with status `limit` for too many cells.
    """
    if may_hide(part) or _OTHER_CHARSET.match(part) or any(sign in part for sign in _SELDOM) or part.rfind(b"<?") > 0:
        return None
    marked = str(_marking(etree.QName(body).namespace or "")(body))
    if _UNKNOWN in marked or any(part.count(name) != marked.count(mark) for name, mark in _MET_AS_OFTEN):
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
    of_row = f"not({' or '.join(f'self::w:{name}' for name in _OF_ROWS.split())})"
    sheet = _STYLE_SHEET.format(**MARKS, namespace=namespace, passed=_PASSED, of_row=of_row, outline=_OUTLINED_ODDLY)
    return etree.XSLT(etree.XML(sheet))


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
    width, merge, text = marked.split(_SPAN, 2) if _SPAN in marked else ("", "", marked)
    merged = merge != ""
    continues = merged and merge.rpartition(_MERGED)[2] != "restart"
    return _Printed(text[1:].replace(_BREAK, "\n"), max(1, _number(width.rpartition(_WIDE)[2], 1)), merged, continues)


def _number(text: str, absent: int) -> int:
    return min(int(text[:9]), MAX_SPAN) if text.isascii() and text.isdecimal() else absent
