"""Columns aligned by spaces, as `pdftotext -layout` prints a table: only the place on the line tells the column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from random import Random

from pipeline.demo.layouts.model import Evidence, Kind, Page, Plate, Rendering, Writer, rendered, spread
from pipeline.demo.layouts.rowless import doubtful_runs
from pipeline.demo.layouts.text import text_document

__all__ = ["WRITERS", "columns_of"]

_GAP = 2


def columns_of(text: str) -> int:
    """
    How many columns of a terminal a text takes: two for a Chinese character.

    >>> columns_of("总计12")
    6
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def _wrap(text: str, width: int) -> list[str]:
    """The text in lines of that width; a number is never cut in two."""
    lines = [""]
    for piece in re.findall(r"\d+|\D", text.replace("\n", "")):
        if lines[-1] and columns_of(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines


def _plate_text(plate: Plate, label_width: int, head_width: int, between: str) -> str:
    widths = _widths(plate, label_width, head_width)
    starts = [sum(widths[:at]) + _GAP * at for at in range(len(widths))]
    grid = spread(plate)
    wrapped: dict[tuple[int, int], list[str]] = {}
    heights = [1] * len(grid)
    for number, slots in enumerate(grid):
        for column, slot in enumerate(slots):
            if slot.first_row and slot.first_column:
                room = sum(widths[column : column + slot.box.columns]) + _GAP * (slot.box.columns - 1)
                lines = _wrap(
                    slot.box.text, min(room, head_width) if slot.box.kind is Kind.HEAD and slot.box.columns == 1 else room
                )
                wrapped[number, column] = lines
                last = min(number + slot.box.rows, len(grid)) - 1
                heights[last] = max(heights[last], len(lines) - sum(heights[number:last]))
    tops = [sum(heights[:at]) for at in range(len(heights))]
    canvas: list[list[tuple[int, str]]] = [[] for _ in range(sum(heights))]
    for (number, column), lines in wrapped.items():
        box = grid[number][column].box
        height = sum(heights[number : number + box.rows])
        room = sum(widths[column : column + box.columns]) + _GAP * (box.columns - 1)
        for at, line in enumerate(lines):
            indent = 0 if box.kind is Kind.LABEL else (room - columns_of(line)) // 2
            canvas[tops[number] + (height - len(lines)) // 2 + at].append((starts[column] + indent, line))
    return between.join(_line(pieces) for pieces in canvas)


def _widths(plate: Plate, label_width: int, head_width: int) -> list[int]:
    """The width of each column: of its widest single cell, labels and heads no wider than allowed."""
    grid = spread(plate)
    widths = [4] * max(len(slots) for slots in grid)
    for slots in grid:
        for column, slot in enumerate(slots):
            if slot.first_row and slot.box.columns == 1:
                most = head_width if slot.box.kind is Kind.HEAD else label_width if slot.box.kind is not Kind.FIGURE else 40
                widths[column] = max(widths[column], min(columns_of(slot.box.text), most))
    for slots in grid:  # a figure or head that spans must still fit on one line
        for column, slot in enumerate(slots):
            if (
                slot.first_row
                and slot.first_column
                and slot.box.columns > 1
                and slot.box.kind in (Kind.FIGURE, Kind.HEAD, Kind.TITLE)
            ):
                reach = range(column, column + slot.box.columns)
                lacking = columns_of(slot.box.text) - sum(widths[at] for at in reach) - _GAP * (slot.box.columns - 1)
                widths[reach[-1]] += max(0, lacking)
    return widths


def _line(pieces: Sequence[tuple[int, str]]) -> str:
    text, at = "", 0
    for start, piece in sorted(piece for piece in pieces if piece[1]):
        text += " " * (start - at) + piece
        at = start + columns_of(piece)
    return text


def _write(page: Page, label_width: int, head_width: int, between: str) -> Rendering:
    content = text_document(page, lambda plate: _plate_text(plate, label_width, head_width, between))
    return rendered(page, content.encode(), "report.txt", doubtful=doubtful_runs(page, blanks_seen=False))


def write_aligned(page: Page, random: Random) -> Rendering:
    """Labels on one line each."""
    return _write(page, 80, 12, random.choice(("\n", "\n\n")))


def write_wrapped(page: Page, random: Random) -> Rendering:
    """Labels wrapped in narrow columns, group labels printed down the side, figures in the middle of their row."""
    return _write(page, random.choice((18, 24, 30)), random.choice((4, 6)), "\n")


def write_vertical_heads(page: Page, random: Random) -> Rendering:
    """Heads printed one character a line, so that the columns' characters are interleaved."""
    return _write(page, 80, 2, "\n")


_OFFERS: frozenset[Evidence] = frozenset({Evidence.SHAPE})

WRITERS = (
    Writer("text.aligned", "text", write_aligned, _OFFERS),
    Writer("text.aligned_wrapped", "text", write_wrapped, _OFFERS),
    Writer("text.vertical_heads", "text", write_vertical_heads, _OFFERS),
)
