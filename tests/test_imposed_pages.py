"""Pages that are turned, or two of which stand side by side on one: tables go on to the right, and rows are cut there too."""

from __future__ import annotations

import csv
import ctypes
import io

import pypdfium2
import pytest
from make_fixtures import FIXTURES
from make_formats import CASE, FOLDER
from pypdfium2 import raw

from parsers import Report, Source, parse_all
from parsers.document import Cell, Document, Grid, Paragraph
from parsers.rebuild.grids.breaks import join_cut_rows

PDF = (FOLDER / "pdf" / "input.pdf").read_bytes()
PRINTED = {
    row["address"]: (row["value"], row["status"])
    for row in csv.DictReader((FIXTURES / CASE / "expected.csv").read_text("utf-8").splitlines())
}


def read(pdf: bytes) -> dict[str, tuple[str, str]]:
    found = next(parse_all(Source(pdf, "report.pdf")))
    assert isinstance(found, Report)
    return {fact.address: ("" if fact.value is None else format(fact.value, "f"), str(fact.status)) for fact in found.facts}


def saved(document: pypdfium2.PdfDocument) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_pages_are_read_as_upright_ones(angle: int) -> None:
    document = pypdfium2.PdfDocument(PDF)
    for page in document:
        page.set_rotation(angle)
    assert read(saved(document)) == PRINTED


def test_no_cell_of_two_pages_on_one_is_wrong() -> None:
    imposed = raw.FPDF_ImportNPagesToOne(pypdfium2.PdfDocument(PDF), ctypes.c_float(1263), ctypes.c_float(892), 2, 1)
    found = read(saved(pypdfium2.PdfDocument(imposed)))
    wrong = [address for address, cell in found.items() if cell != PRINTED[address] and cell[1] not in ("ambiguous", "missing")]
    assert not wrong
    assert sum(cell == PRINTED[address] for address, cell in found.items()) > 0.8 * len(PRINTED)


def grid(number: int, page: int, left: float, *rows: tuple[str, ...]) -> Grid:
    """A grid of equal cells 40 points wide, from so far to the right."""
    return Grid(
        tuple(
            Cell(text, row, at, 1, 1, at + 1, place_of(number, page, row, at, left))
            for row, texts in enumerate(rows)
            for at, text in enumerate(texts)
        ),
        number,
    )


def place_of(number: int, page: int, row: int, at: int, left: float) -> str:
    box = (left + 40 * at, 100 + 20 * row, left + 40 * at + 40, 120 + 20 * row)
    return f"page={page};table={number};row={row + 1};column={at + 1};box={','.join(map(str, box))}"


@pytest.mark.parametrize(("page", "left"), [(1, 500.0), (2, 60.0), (2, 95.0)], ids=("column", "page", "margin"))
def test_a_row_that_is_cut_goes_on_wherever_the_table_does(page: int, left: float) -> None:
    """In the next column, on the next page, and there with another margin; what stands between is the foot of the page."""
    above = grid(1, 1, 60.0, ("6.属于四类过程性信息", "0", "0"), ("7.", "3", "0"))
    below = grid(2, page, left, ("属于行政执法案卷", "", ""), ("8.属于行政查询事项", "1", "2"))
    foot = Paragraph("-5-" + " " * 120 + "-6-", 1)
    joined = list(join_cut_rows(Document((above, foot, below), "application/pdf")).grids())
    assert [cell.text for cell in joined[0].cells[3:]] == ["7.\n属于行政执法案卷", "3", "0"]
    assert [cell.text for cell in joined[1].cells] == ["8.属于行政查询事项", "1", "2"]


def test_a_table_below_another_on_one_page_does_not_go_on_with_it() -> None:
    above, below = grid(1, 1, 60.0, ("7.", "3", "0")), grid(2, 1, 60.0, ("属于行政执法案卷", "", ""))
    document = Document((above, below), "application/pdf")
    assert join_cut_rows(document) == document
