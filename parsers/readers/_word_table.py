"""
The cells of a plain Word table, written out by a style sheet as one string with private-use marks.

Walking the elements of a table in Python costs more than parsing them; the same way as in `html.py`, for tables that hold
paragraphs and runs of text and nothing else (`_word.is_plain`).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import NamedTuple

from lxml import etree

from parsers.document import Cell
from parsers.readers._marks import MARKS
from parsers.readers._spans import MAX_SPAN

__all__ = ["plain_cells"]

_ROW, _CELL, _SPAN, _BREAK = (MARKS[name] for name in ("ROW", "CELL", "SPAN", "BREAK"))
_STYLE_SHEET = """
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:w="{namespace}">
  <xsl:output method="text" encoding="utf-8"/>
  <xsl:template match="w:tr">{ROW}<xsl:apply-templates select="w:tc"/></xsl:template>
  <xsl:template match="w:tc"
    >{CELL}<xsl:value-of select="w:tcPr/w:gridSpan/@w:val"
    />{SPAN}<xsl:for-each select="w:tcPr/w:vMerge">merged <xsl:value-of select="@w:val"/></xsl:for-each
    >{SPAN}<xsl:apply-templates select="w:p"/></xsl:template>
  <xsl:template match="w:p">{BREAK}<xsl:apply-templates/></xsl:template>
  <xsl:template match="w:br | w:cr">{BREAK}</xsl:template>
  <xsl:template match="w:t"><xsl:value-of select="."/></xsl:template>
  <xsl:template match="w:pPr | w:rPr | text()"/>
</xsl:stylesheet>
"""


class _Printed(NamedTuple):
    """A cell as the source has it; one that `continues` is part of the cell above."""

    text: str
    width: int
    merged: bool
    continues: bool


def plain_cells(table: etree._Element) -> tuple[Cell, ...]:
    """The cells of a plain table at their places, those merged downwards once."""
    marked = str(_marking(etree.QName(table).namespace or "")(table))
    heights: dict[int, int] = {}  # by the number of a cell
    cells: list[tuple[str, int, int, int, int]] = []
    above: dict[int, int] = {}  # by column, the number of the cell that the next row may continue
    for row, printed in enumerate(marked.split(_ROW)[1:]):
        going_on: dict[int, int] = {}
        column = 0
        for order, cell in zip(count(1), map(_read, printed.split(_CELL)[1:]), strict=False):
            number = above.get(column) if cell.continues else None
            if number is None:
                number = len(cells)
                cells.append((cell.text, row, column, cell.width, order))
            else:
                heights[number] = heights.get(number, 1) + 1
            if cell.merged:
                going_on[column] = number
            column += cell.width
        above = going_on
    return tuple(
        Cell(text, row, column, heights.get(number, 1), width, order)
        for number, (text, row, column, width, order) in enumerate(cells)
    )


@lru_cache(maxsize=4)
def _marking(namespace: str) -> etree.XSLT:
    """The style sheet for the names of one edition of the standard, transitional or strict."""
    return etree.XSLT(etree.XML(_STYLE_SHEET.format(**MARKS, namespace=namespace)))


@lru_cache(maxsize=4096)
def _read(marked: str) -> _Printed:
    """One cell; figures and labels are the same in most reports."""
    width, merge, text = marked.split(_SPAN, 2)
    known = width.isascii() and width.isdecimal()
    merged = merge.startswith("merged")
    continues = merged and merge != "merged restart"
    return _Printed(text[1:].replace(_BREAK, "\n"), max(1, min(int(width[:9]), MAX_SPAN)) if known else 1, merged, continues)
