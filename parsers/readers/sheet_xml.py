"""The XML of Excel 2003 (SpreadsheetML): cells, merged ranges, borders and what is hidden, as the file itself says them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product

from lxml import etree

from parsers.document import Block, Document
from parsers.errors import ReadError, ReadStatus
from parsers.guard import parse_xml
from parsers.raw.charset import without_marks
from parsers.raw.sniff import Content, sniff
from parsers.readers._cell_texts import NO_RESULT, per_cent, text_of
from parsers.readers._sheets import Collector, Marks, blocks_of
from parsers.readers._spans import MAX_CELLS
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "sheet_xml"

_SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14


def claims(content: Content) -> bool:
    """Whether the content is the XML of Excel 2003."""
    return content.kind == "sheet_xml"


def read(source: Source) -> Document:
    """
    The tables of every sheet as Grids and the lines around them as Paragraphs, as the reader of XLSX has them.

    Raises ReadError with status `failed` (damaged, no sheet) or `limit` (cells too many or too far apart).
    """
    root = parse_xml(source.data, "the XML of Excel")
    sheets = list(root.iterchildren(f"{_SHEET}Worksheet"))
    if not sheets:
        raise ReadError(ReadStatus.FAILED, "an XML file of Excel without sheets; ask for the file again")
    styles = _Styles(root)
    notes: list[str] = []
    blocks: list[Block] = []
    tables, lines = count(1), count(1)
    for sheet in sheets:
        if sheet.findtext(f"{_EXCEL}WorksheetOptions/{_EXCEL}Visible") in ("SheetHidden", "SheetVeryHidden"):
            notes.append(f"the hidden sheet {without_marks(sheet.get(f'{_SHEET}Name') or '')} was not read")
            continue
        marks = _Sheet(styles).marks(sheet)
        blocks += blocks_of(marks.texts, marks, tables.__next__, lines.__next__)
    return Document(tuple(blocks), sniff(source.data, source.name).media_type, notes=tuple(notes))


class _Styles:
    """Which styles draw a border, and which show a number in per cent; a style is what its parent is besides."""

    def __init__(self, root: etree._Element) -> None:
        self._styles = {style.get(f"{_SHEET}ID") or "": style for style in root.iterfind(f"{_SHEET}Styles/{_SHEET}Style")}
        self.ruled = {name for name in self._styles if any(map(_draws, self._lineage(name)))}
        self.percent = {name for name in self._styles if self._format(name).endswith("%") or self._format(name) == "Percent"}

    def _lineage(self, name: str) -> Iterator[etree._Element]:
        met: set[str] = set()
        while name in self._styles and name not in met:
            met.add(name)
            yield self._styles[name]
            name = self._styles[name].get(f"{_SHEET}Parent") or ""

    def _format(self, name: str) -> str:
        formats = (style.find(f"{_SHEET}NumberFormat") for style in self._lineage(name))
        return next((found.get(f"{_SHEET}Format") or "" for found in formats if found is not None), "")


def _draws(style: etree._Element) -> bool:
    borders = style.iterfind(f"{_SHEET}Borders/{_SHEET}Border")
    return any((border.get(f"{_SHEET}LineStyle") or "None") != "None" for border in borders)


class _Sheet(Collector):
    """Collects the cells and marks of one sheet row by row."""

    def __init__(self, styles: _Styles) -> None:
        super().__init__()
        self._styles = styles

    def marks(self, sheet: etree._Element) -> Marks:
        for column, at, end in _placed(sheet, "Column"):
            if _is_hidden(column):
                self.hidden_columns.update(range(at, min(end, _MOST_COLUMNS)))
        for row, at, end in _placed(sheet, "Row"):
            if _is_hidden(row):
                self.hidden_rows.update(range(at, min(end, _MOST_ROWS)))
            self._add_row(row, at)
        return self.gathered()

    def _add_row(self, element: etree._Element, row: int) -> None:
        column = 0
        for cell in element.iterchildren(f"{_SHEET}Cell"):
            column = _index(cell, column)
            style = cell.get(f"{_SHEET}StyleID") or element.get(f"{_SHEET}StyleID") or ""
            high, wide = 1 + _number(cell, "MergeDown"), 1 + _number(cell, "MergeAcross")
            text = self._text(cell, style)
            if text.strip():
                self.area.add(row, column)
                self.texts[row, column] = text
            if style in self._styles.ruled and high * wide + len(self.ruled) <= 2 * MAX_CELLS:
                self.ruled.update(product(range(row, row + high), range(column, column + wide)))
            if (high > 1 or wide > 1) and len(self.merged) < MAX_CELLS:
                self.merged.append((row, column, row + high - 1, column + wide - 1))
            column += wide

    def _text(self, cell: etree._Element, style: str) -> str:
        data = cell.find(f"{_SHEET}Data")
        if data is None:
            return NO_RESULT if cell.get(f"{_SHEET}Formula") is not None else ""
        shown = "".join(str(piece) for piece in data.itertext())
        if data.get(f"{_SHEET}Type") != "Number":
            return text_of(shown)
        shown_as = per_cent(shown) if style in self._styles.percent else None
        return shown_as or _plain(shown)


def _placed(sheet: etree._Element, kind: str) -> Iterator[tuple[etree._Element, int, int]]:
    """The rows or columns that a sheet describes, each with where it begins and ends: one description may be of several."""
    end = 0
    for element in sheet.iterfind(f"{_SHEET}Table/{_SHEET}{kind}"):
        start = _index(element, end)
        end = start + 1 + _number(element, "Span")
        yield element, start, end


def _index(element: etree._Element, at: int) -> int:
    """Where a row, column or cell stands, from 0: as it says, else behind the one before; it cannot stand before that."""
    return max(at, _number(element, "Index") - 1)


def _number(element: etree._Element, name: str) -> int:
    text = element.get(f"{_SHEET}{name}") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _is_hidden(element: etree._Element) -> bool:
    return element.get(f"{_SHEET}Hidden") == "1"


def _plain(shown: str) -> str:
    """A number as the sheet shows it: 20.300000000000001 is 20.3."""
    try:
        return text_of(float(shown))
    except ValueError:
        return text_of(shown)
