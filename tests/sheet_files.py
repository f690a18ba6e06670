"""Spreadsheets of a report as counties make them: in one sheet or one a table, with borders or none, merged or not."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

import xlsxwriter

from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import WRITERS
from pipeline.demo.layouts.model import Line, Page, Plate, Rendering, lay_out, rendered, spread

__all__ = ["SHAPES", "Shape", "csv_rows", "page_of", "sheet_xml_of", "workbook_xml", "written_as", "xlsx_of"]


class Shape(NamedTuple):
    """How a report is put into sheets."""

    one_sheet: bool
    ruled: bool
    merged: bool
    numbers: bool


SHAPES = tuple(
    Shape(one_sheet, ruled, merged, numbers)
    for one_sheet in (True, False)
    for ruled, merged in ((True, True), (True, False), (False, True), (False, False))
    for numbers in (True, False)
)


def page_of(seed: int, *, form: str = "2021", cells: Mapping[str, str] | None = None) -> Page:
    """A random report as the form prints it, some cells with another text."""
    return lay_out(random_sheet(Random(seed), form=form).with_cells(cells or {}))


def xlsx_of(page: Page, shape: Shape, *, formulas: Mapping[str, tuple[str, str | None]] | None = None) -> Rendering:
    """
    A report as an XLSX file of a shape; figures stand as numbers where they are numbers, else as text.

    `formulas` maps the text of a cell to the formula that stands there instead, and its stored result.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    border = book.add_format({"border": 1, "text_wrap": True}) if shape.ruled else None
    sheet, row = book.add_worksheet("年报"), 0
    sheet.merge_range(0, 0, 0, 5, page.title)
    for block in page.blocks:
        row += 2 if isinstance(block, Plate) and row else 1
        if isinstance(block, Line):
            sheet.write_string(row, 0, block.text)
            continue
        target, top = (sheet, row) if shape.one_sheet else (book.add_worksheet(), 0)
        high = _write_plate(target, block, top, border, shape, formulas or {})
        row += high if shape.one_sheet else 0
    book.close()
    return rendered(page, out.getvalue(), "report.xlsx")


def _write_plate(
    sheet: Any, plate: Plate, top: int, border: Any, shape: Shape, formulas: Mapping[str, tuple[str, str | None]]
) -> int:
    grid = spread(plate)
    for at_row, slots in enumerate(grid):
        for column, (box, first_row, first_column) in enumerate(slots):
            if not (first_row and first_column):
                if not shape.merged and border is not None:
                    sheet.write_blank(top + at_row, column, None, border)
                continue
            spans = shape.merged and (box.rows > 1 or box.columns > 1)
            if spans:
                sheet.merge_range(top + at_row, column, top + at_row + box.rows - 1, column + box.columns - 1, "", border)
            if not box.text:
                if border is not None:
                    sheet.write_blank(top + at_row, column, None, border)
            elif box.text in formulas:
                sheet.write_formula(top + at_row, column, formulas[box.text][0], border, formulas[box.text][1])
            elif shape.numbers and _is_number(box.text):
                sheet.write_number(top + at_row, column, float(box.text), border)
            else:
                sheet.write_string(top + at_row, column, box.text, border)
    return len(grid)


def _is_number(text: str) -> bool:
    try:
        return text == format(float(text), ".15g") and "e" not in text
    except ValueError:
        return False


def csv_rows(page: Page) -> Iterator[list[str]]:
    """The records that a spreadsheet program writes of such a sheet: what a span covers is an empty field."""
    width = max(len(row) for plate in page.plates() for row in spread(plate))
    yield [page.title] + [""] * (width - 1)
    for block in page.blocks:
        if isinstance(block, Line):
            yield [block.text] + [""] * (width - 1)
            continue
        for slots in spread(block):
            texts = [slot.box.text if slot.first_row and slot.first_column else "" for slot in slots]
            yield texts + [""] * (width - len(texts))
        yield [""] * width


# --- the XML of Excel 2003 ----------------------------------------------------------------------------

_SPACES = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
_STYLES = (
    '<Styles><Style ss:ID="b"><Borders><Border ss:Position="Left" ss:LineStyle="Continuous"/></Borders></Style>'
    '<Style ss:ID="p"><NumberFormat ss:Format="0%"/></Style></Styles>'
)


def workbook_xml(*sheets: str) -> bytes:
    """A workbook in the XML of Excel 2003, with a style `b` that draws a border and a style `p` that shows per cents."""
    shown = "".join(f'<Worksheet ss:Name="S{at}">{sheet}</Worksheet>' for at, sheet in enumerate(sheets))
    root = f'<Workbook {_SPACES} xmlns:x="urn:schemas-microsoft-com:office:excel">'
    return f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n{root}{_STYLES}{shown}</Workbook>\n'.encode()


def sheet_xml_of(page: Page, *, merged: bool, ruled: bool) -> Rendering:
    """A report as one sheet in the XML of Excel 2003."""
    style = "b" if ruled else ""
    rows = [_cell_xml(page.title)]
    for block in page.blocks:
        if isinstance(block, Line):
            rows.append(_cell_xml(block.text))
            continue
        for slots in spread(block):
            row = ""
            for at, (box, first_row, first_column) in enumerate(slots, 1):
                if first_row and first_column and merged:
                    row += _cell_xml(box.text, style=style, rows=box.rows, columns=box.columns, at=at)
                elif not merged:
                    row += _cell_xml(box.text if first_row and first_column else "", style=style, at=at)
            rows.append(row)
        rows.append("")
    return rendered(page, workbook_xml(f"<Table>{''.join(f'<Row>{row}</Row>' for row in rows)}</Table>"), "report.xml")


def _cell_xml(text: str, *, style: str = "", rows: int = 1, columns: int = 1, at: int = 0) -> str:
    attributes = f' ss:StyleID="{style}"' if style else ""
    attributes += f' ss:MergeDown="{rows - 1}"' if rows > 1 else ""
    attributes += f' ss:MergeAcross="{columns - 1}"' if columns > 1 else ""
    attributes += f' ss:Index="{at}"' if at else ""
    kind = "Number" if _is_number(text) else "String"
    return f"<Cell{attributes}>{f'<Data ss:Type={kind!r}>{html.escape(text)}</Data>' if text else ''}</Cell>"


def written_as(page: Page, writer: str, seed: int) -> Rendering:
    """A page as a writer of the layouts prints it, or as a table of separated fields or a workbook (`csv`, `xlsx`, `xlsx merged`)."""
    if writer.startswith("xlsx"):
        return xlsx_of(page, Shape(one_sheet=True, ruled=True, merged="merged" in writer, numbers=True))
    if writer == "csv":
        out = io.StringIO()
        csv.writer(out).writerows(csv_rows(page))
        return rendered(page, out.getvalue().encode("utf-8-sig"), "report.csv")
    return {item.name: item for item in WRITERS}[writer].write(page, Random(seed))
