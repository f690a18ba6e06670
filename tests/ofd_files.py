"""OFD files of a report, written here: text with run-length distances, drawn lines, a template, tables over page breaks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from pipeline.demo.layouts.model import Box, Line, Page, Plate, Rendering, rendered, spread

__all__ = ["Print", "ofd_of", "packed"]

_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_SIZE, _LEADING, _MARGIN, _PAD = 3.5, 4.6, 15.0, 0.8


@dataclass(frozen=True)
class Print:
    """How the pages are made: width and height in millimetres, boxes or long lines, sizes by matrix, distances written out."""

    wide: float = 210.0
    high: float = 297.0
    boxes: bool = False
    scaled: bool = False
    spelled: bool = False
    filled: bool = False


@dataclass
class _Sheets:
    """The pages being printed: their objects, and how far down the last one is."""

    style: Print
    pages: list[list[str]] = field(default_factory=lambda: [[]])
    down: float = _MARGIN + 5

    @property
    def floor(self) -> float:
        return self.style.high - _MARGIN - 5

    def turn(self) -> None:
        self.pages.append([])
        self.down = _MARGIN + 5

    def text(self, x: float, y: float, text: str) -> None:
        """One line whose upper left corner is at x, y."""
        widths = [_width(character) for character in text]
        scale = 0.5 if self.style.scaled else 1.0
        steps = [width / scale for width in widths[:-1]]
        attributes = f'Boundary="{x:.3f} {y:.3f} {sum(widths):.3f} {_LEADING}" Size="{_SIZE / scale}"'
        attributes += ' CTM="0.5 0 0 0.5 0 0"' if self.style.scaled else ""
        delta = f' DeltaX="{_distances(steps, spelled=self.style.spelled)}"' if steps else ""
        self.pages[-1].append(
            f'<ofd:TextObject ID="1" Font="1" {attributes}>'
            f'<ofd:TextCode X="0" Y="{_SIZE * 0.9 / scale}"{delta}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
        )

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        wide, high = x1 - x0, y1 - y0
        box = f'Boundary="{x0:.3f} {y0:.3f} {wide:.3f} {high:.3f}"'
        if self.style.filled:
            wide, high = max(wide, 0.2), max(high, 0.2)
            corners = f"M 0 0 L {wide:.3f} 0 L {wide:.3f} {high:.3f} L 0 {high:.3f} C"
            self._path(f'{box} Stroke="false" Fill="true"', corners)
        else:
            self._path(f'{box} LineWidth="0.25"', f"M 0 0 L {wide:.3f} {high:.3f}")

    def frame(self, x0: float, y0: float, x1: float, y1: float) -> None:
        if not self.style.boxes:
            for sides in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
                self.line(*sides)
            return
        corners = f"M 0 0 L {x1 - x0:.3f} 0 L {x1 - x0:.3f} {y1 - y0:.3f} L 0 {y1 - y0:.3f} C"
        self._path(f'Boundary="{x0:.3f} {y0:.3f} {x1 - x0:.3f} {y1 - y0:.3f}"', corners)

    def _path(self, attributes: str, corners: str) -> None:
        self.pages[-1].append(
            f'<ofd:PathObject ID="2" {attributes}><ofd:AbbreviatedData>{corners}</ofd:AbbreviatedData></ofd:PathObject>'
        )


def _width(character: str) -> float:
    return _SIZE if ord(character) > 0x2000 else _SIZE / 2


def _distances(steps: Sequence[float], *, spelled: bool) -> str:
    """Each distance, or runs of equal ones as `g n v`."""
    pieces: list[str] = []
    at = 0
    while at < len(steps):
        end = at
        while not spelled and end < len(steps) and steps[end] == steps[at]:
            end += 1
        pieces.append(f"g {end - at} {steps[at]}" if end - at > 2 else f"{steps[at]}")
        at = end if end - at > 2 else at + 1
    return " ".join(pieces)


def _wrapped(text: str, wide: float) -> list[str]:
    lines = [""]
    for character in text:
        if character == "\n" or (lines[-1] and sum(map(_width, lines[-1] + character)) > wide):
            lines.append("")
        lines[-1] += character.strip("\n")
    return lines if text else []


def ofd_of(page: Page, style: Print) -> Rendering:
    """A report as an OFD file."""
    sheets = _Sheets(style)
    wide = style.wide - 2 * _MARGIN
    for block in (Line(page.title), *page.blocks):
        if isinstance(block, Plate):
            _print_plate(sheets, block, wide)
            continue
        for line in _wrapped(block.text, wide):
            if sheets.down + _LEADING > sheets.floor:
                sheets.turn()
            sheets.text(_MARGIN, sheets.down, line)
            sheets.down += _LEADING
        sheets.down += 1.5
    return rendered(page, packed(sheets.pages, style), "report.ofd")


def _print_plate(sheets: _Sheets, plate: Plate, wide: float) -> None:
    grid = spread(plate)
    step = wide / max(map(len, grid))
    heights = [_height(slots, step) for slots in grid]
    for at, slots in enumerate(grid):
        for box, first_row, first_column in slots:  # a label that spans rows must have room in them
            if first_row and first_column and box.rows > 1:
                needed = len(_wrapped(box.text, box.columns * step - 2 * _PAD)) * _LEADING + 2 * _PAD
                heights[at + box.rows - 1] += max(0.0, needed - sum(heights[at : at + box.rows]))
    start = 0
    while start < len(grid):
        if sheets.down + heights[start] > sheets.floor:
            sheets.turn()
        end, bottom = start, sheets.down
        while end < len(grid) and bottom + heights[end] <= sheets.floor:
            bottom += heights[end]
            end += 1
        _print_rows(sheets, grid, heights, range(start, max(end, start + 1)), step)
        start = max(end, start + 1)
        sheets.down = bottom
    sheets.down += 3


def _height(slots: Sequence[tuple[Box, bool, bool]], step: float) -> float:
    lines = [
        len(_wrapped(box.text, box.columns * step - 2 * _PAD))
        for box, first_row, first_column in slots
        if first_row and first_column and box.rows == 1
    ]
    return max([1, *lines]) * _LEADING + 2 * _PAD


def _print_rows(
    sheets: _Sheets, grid: Sequence[Sequence[tuple[Box, bool, bool]]], heights: Sequence[float], rows: range, step: float
) -> None:
    tops = {row: sheets.down + sum(heights[rows.start : row]) for row in (*rows, rows.stop)}
    for anchor, column, box, is_first in _boxes(grid, rows):
        end = min(anchor + box.rows, rows.stop) if is_first else min(_start_of(grid, anchor, column) + box.rows, rows.stop)
        left, right = _MARGIN + column * step, _MARGIN + (column + box.columns) * step
        sheets.frame(left, tops[anchor], right, tops[end])
        for number, line in enumerate(_wrapped(box.text, right - left - 2 * _PAD) if is_first else ()):
            sheets.text(left + _PAD, tops[anchor] + _PAD + number * _LEADING, line)


def _boxes(grid: Sequence[Sequence[tuple[Box, bool, bool]]], rows: range) -> Iterator[tuple[int, int, Box, bool]]:
    """Each box that begins in these rows, and the rests of those that began on the page before."""
    for row in rows:
        for column, (box, first_row, first_column) in enumerate(grid[row]):
            if first_column and (first_row or row == rows.start):
                yield row, column, box, first_row


def _start_of(grid: Sequence[Sequence[tuple[Box, bool, bool]]], row: int, column: int) -> int:
    while not grid[row][column][1]:
        row -= 1
    return row


def packed(pages: Sequence[Sequence[str]], style: Print, *, more: dict[str, bytes] | None = None) -> bytes:
    """The pages, each a list of objects, as a package; a template prints a line under each."""
    box = f"<ofd:PhysicalBox>0 0 {style.wide} {style.high}</ofd:PhysicalBox>"
    listed = "".join(f'<ofd:Page ID="{10 + at}" BaseLoc="Pages/Page_{at}/Content.xml"/>' for at in range(len(pages)))
    foot = f'<ofd:TextObject ID="5" Boundary="{style.wide / 2} {style.high - 10} 30 5" Size="3"><ofd:TextCode X="0" Y="3">'
    members = {
        "OFD.xml": f'<ofd:OFD {_SPACE} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID></ofd:DocInfo>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_SPACE}><ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID>"
        f'<ofd:PageArea>{box}</ofd:PageArea><ofd:TemplatePage ID="3" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
        f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        "Doc_0/Tpls/Tpl_0/Content.xml": f'<ofd:Page {_SPACE}><ofd:Content><ofd:Layer ID="4"/></ofd:Content></ofd:Page>',
    }
    for at, items in enumerate(pages):
        number = f"{foot}- {at + 1} -</ofd:TextCode></ofd:TextObject>"
        members[f"Doc_0/Pages/Page_{at}/Content.xml"] = (
            f'<ofd:Page {_SPACE}><ofd:Template TemplateID="3"/><ofd:Content><ofd:Layer ID="6">'
            f"{''.join(items)}{number}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8"?>\n{text}')
        for name, content in (more or {}).items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()
