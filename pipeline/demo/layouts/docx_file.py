"""Pages as DOCX, written by python-docx: with the form's merges, and without any."""

from __future__ import annotations

import io
import zipfile
from random import Random

from docx import Document
from docx.document import Document as WordDocument

from pipeline.demo.layouts.model import Evidence, Line, Page, Plate, Rendering, Writer, rendered, spread

__all__ = ["WRITERS"]

_OFFERS = frozenset({Evidence.GRID, Evidence.MARKS, Evidence.BLANKS})
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the least time a ZIP member can have: the clock must not reach the bytes


def _write(page: Page, *, merged: bool) -> Rendering:
    document = Document()
    document.add_heading(page.title, 0)
    for block in page.blocks:
        if isinstance(block, Line):
            if block.heading:
                document.add_heading(block.text, 1)
            else:
                document.add_paragraph(block.text)
        else:
            _add_table(document, block, merged=merged)
    return rendered(page, _frozen(document), "report.docx")


def _add_table(document: WordDocument, plate: Plate, *, merged: bool) -> None:
    grid = spread(plate)
    table = document.add_table(rows=len(grid), cols=max(len(row) for row in grid), style="Table Grid")
    cells = [list(row.cells) for row in table.rows]
    for at_row, row in enumerate(grid):
        for at_column, slot in enumerate(row):
            if not (slot.first_row and slot.first_column):
                continue
            box, cell = slot.box, cells[at_row][at_column]
            if merged and (box.rows > 1 or box.columns > 1):
                cell = cell.merge(cells[at_row + box.rows - 1][at_column + box.columns - 1])
            cell.text = box.text


def _frozen(document: WordDocument) -> bytes:
    """The bytes of the document with the times taken out of its ZIP."""
    written, frozen = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(frozen, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(member))
    return frozen.getvalue()


def write_docx(page: Page, random: Random) -> Rendering:
    """A document with the form's merges."""
    return _write(page, merged=True)


def write_docx_unmerged(page: Page, random: Random) -> Rendering:
    """A document without merges: what a span covered is an empty cell."""
    return _write(page, merged=False)


WRITERS = (
    Writer("docx.clean", "docx", write_docx, _OFFERS),
    Writer("docx.unmerged", "docx", write_docx_unmerged, _OFFERS),
)
