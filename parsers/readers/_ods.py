"""ODS: what the XML of a sheet says besides its values: spans, borders, errors, hidden rows and columns, per cents."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from lxml import etree

from parsers.errors import ReadError, ReadStatus
from parsers.guard import parse_xml
from parsers.readers._cell_texts import NO_RESULT
from parsers.readers._doubt import is_figure
from parsers.readers._sheets import Collector, Marks
from parsers.readers._spans import MAX_CELLS, span_of

__all__ = ["content_of_flat", "marks_of_ods"]

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_FORMAT = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_SIDES = ("border", "border-left", "border-right", "border-top", "border-bottom")
_WHITE = "#ffffff"
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def marks_of_ods(packed: bytes) -> dict[str, Marks]:
    """
    The marks of each sheet by its name, from `content.xml`.

    Raises ReadError with status `failed` (damaged) or `limit` (cells too many or too far apart).
    """
    root = parse_xml(packed, "content.xml")
    body = root.find(f"{_OFFICE}body/{_OFFICE}spreadsheet")
    if body is None:
        raise ReadError(ReadStatus.FAILED, "an ODS file without sheets; ask for the file again")
    ruled, shifted = frozenset(_ruled_styles(root)), frozenset(_shifted_styles(root))
    return {
        table.get(f"{_TABLE}name") or "": _Sheet(ruled, shifted).marks(table) for table in body.iterchildren(f"{_TABLE}table")
    }


def content_of_flat(flat: bytes) -> bytes:
    """
    The `content.xml` that a flat file is, without the line breaks between its elements, which the reader of values refuses.

    Blanks within a paragraph stay: they may part two figures. Raises ReadError with status `failed` (damaged).

    >>> content = content_of_flat(b'<t> <c> <p xmlns="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><s>1</s> <s>2</s></p> </c> </t>')
    >>> b"<c><p" in content, b"</s> <s>" in content
    (True, True)
    """
    root = parse_xml(flat, "the flat file")
    for element in root.iter(etree.Element):
        if element.tag.startswith(_TEXT):
            continue
        element.text = element.text if (element.text or "").strip() else None
        for child in element:
            child.tail = child.tail if (child.tail or "").strip() else None
    return etree.tostring(root)


def _ruled_styles(root: etree._Element) -> Iterator[str]:
    for style in root.iterfind(f"{_OFFICE}automatic-styles/{_STYLE}style"):
        properties = style.find(f"{_STYLE}table-cell-properties")
        sides = [] if properties is None else [properties.get(f"{_FORMAT}{side}") for side in _SIDES]
        if any(side and side != "none" for side in sides):
            yield style.get(f"{_STYLE}name") or ""


def _shifted_styles(root: etree._Element) -> Iterator[str]:
    """The styles that strike a text out, raise or lower it, or write it in white on nothing."""
    for style in root.iterfind(f"{_OFFICE}automatic-styles/{_STYLE}style"):
        properties = style.find(f"{_STYLE}text-properties")
        if properties is not None and (
            any((properties.get(f"{_STYLE}text-line-through-{word}") or "none") != "none" for word in ("style", "type"))
            or not (properties.get(f"{_STYLE}text-position") or "0%").startswith("0%")
            or (properties.get(f"{_FORMAT}color") == _WHITE and not _is_coloured(style))
        ):
            yield style.get(f"{_STYLE}name") or ""


def _is_coloured(style: etree._Element) -> bool:
    """Whether a style gives a cell a ground on which white can be seen."""
    cell = style.find(f"{_STYLE}table-cell-properties")
    return cell is not None and (cell.get(f"{_FORMAT}background-color") or "transparent") not in ("transparent", _WHITE)


def _repeats(element: etree._Element, word: str) -> int:
    text = element.get(f"{_TABLE}number-{word}-repeated") or "1"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def _is_hidden(element: etree._Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")


class _Sheet(Collector):
    """Collects the marks of one sheet row by row."""

    def __init__(self, ruled_styles: frozenset[str], shifted_styles: frozenset[str]) -> None:
        super().__init__()
        self._styles = ruled_styles
        self._shifted = shifted_styles

    def marks(self, table: etree._Element) -> Marks:
        at = 0
        for column in table.iter(f"{_TABLE}table-column"):
            many = _repeats(column, "columns")
            if _is_hidden(column):
                self.hidden_columns.update(range(at, min(at + many, _MOST_COLUMNS)))
            at += many
        at = 0
        for row in table.iter(f"{_TABLE}table-row"):
            many = _repeats(row, "rows")
            if _is_hidden(row):
                self.hidden_rows.update(range(at, min(at + many, _MOST_ROWS)))
            self._add_row(row, at, many)
            at += many
        return self.gathered()

    def _add_row(self, element: etree._Element, row: int, rows: int) -> None:
        column = 0
        for cell in element.iterchildren(*_CELLS):
            columns = _repeats(cell, "columns")
            holds = cell.get(f"{_OFFICE}value-type") is not None or cell.get(f"{_TABLE}formula") is not None
            text = self._text(cell)
            if holds or text:
                self.area.add(row, column, rows=rows, columns=columns)
            is_ruled = (cell.get(f"{_TABLE}style-name") or "") in self._styles
            if text is not None or (is_ruled and rows * columns + len(self.ruled) <= 2 * MAX_CELLS):
                for spot in product(range(row, row + rows), range(column, column + columns)):
                    if is_ruled:
                        self.ruled.add(spot)
                    if text is not None:
                        self.texts[spot] = text
            high, wide = (span_of(cell.get(f"{_TABLE}number-{word}-spanned")) for word in ("rows", "columns"))
            if (high > 1 or wide > 1) and len(self.merged) < MAX_CELLS:
                self.merged.append((row, column, row + high - 1, column + wide - 1))
            column += columns

    def _text(self, cell: etree._Element) -> str | None:
        """The text of a cell that is no plain value; None for one that is."""
        kind = cell.get(f"{_OFFICE}value-type")
        shown = "\n".join("".join(str(piece) for piece in line.itertext()) for line in cell.iterchildren(f"{_TEXT}p"))
        if cell.get(f"{_CALC}value-type") == "error":
            return shown or "#VALUE!"
        if kind is None and cell.get(f"{_TABLE}formula") is not None:
            return shown or NO_RESULT
        if (
            self._shifted
            and is_figure(shown)
            and any(
                part.get(name) in self._shifted and any(map(str.isdigit, "".join(map(str, part.itertext()))))
                for name, part in (
                    (f"{_TABLE}style-name", cell),
                    *((f"{_TEXT}style-name", span) for span in cell.iter(f"{_TEXT}span")),
                )
            )
        ):
            return shown + NO_RESULT
        if (
            kind in ("float", "currency")
            and not any(map(str.isdigit, shown))
            and not (cell.get(f"{_OFFICE}value") or "0").strip("-0.")
        ):
            return shown.strip() or "0" + NO_RESULT  # what the number format shows for zero
        return shown if kind in ("percentage", "boolean") else None
