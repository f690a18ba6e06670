"""Text whose borders are bars, in the dialects that converters write."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pipeline.demo.layouts.model import Evidence, Page, Plate, Rendering, Writer, rendered, spread
from pipeline.demo.layouts.rowless import doubtful_positions, doubtful_runs
from pipeline.demo.layouts.text import text_document

__all__ = ["WRITERS"]

_BARRED = frozenset({Evidence.MARKS, Evidence.BARS, Evidence.SHAPE, Evidence.BLANKS})

BarRow = tuple[list[str], int]
"""The texts of a row, and how many positions of it are covered by spans: they come out as bars at the row's end."""


def _bar_rows(plate: Plate) -> list[BarRow]:
    rows = []
    for row, slots in zip(plate.rows, spread(plate), strict=True):
        merged = sum(box.columns - 1 for box in row if box.merged)
        rows.append(([box.text.replace("\n", " ") for box in row], len(slots) - len(row) - merged))
    return rows


def _write(page: Page, row: Callable[[list[str], int], str], *, rows_marked: bool) -> Rendering:
    content = text_document(page, lambda plate: "\n".join(row(texts, covered) for texts, covered in _bar_rows(plate)))
    doubtful = doubtful_positions(page)
    if not rows_marked:
        doubtful |= doubtful_runs(page, blanks_seen=True)
    return rendered(page, content.encode(), "report.txt", doubtful=doubtful)


def write_end(page: Page, random: Random) -> Rendering:
    """One cell a line with a bar at its end; what a span covers is a line of bars after the row. A bar may fall down a line."""
    fallen = random.random() < 0.3

    def row(texts: list[str], covered: int) -> str:
        lines = [f"{text}\n|" if fallen and text and random.random() < 0.02 else f"{text} |".lstrip() for text in texts]
        return "\n".join(lines + (["|" * covered] if covered else []))

    return _write(page, row, rows_marked=False)


def write_between(page: Page, random: Random) -> Rendering:
    """`a | b |`: a row a line, a bar after each cell, and one more for each position that a span covers."""
    extra, wide = random.random() < 0.6, random.random() < 0.3

    def row(texts: list[str], covered: int) -> str:
        line = ("  | " if wide else " | ").join(texts) + (" | " if wide else " |")
        return line + (" " + "|" * covered if extra and covered else "")

    return _write(page, row, rows_marked=True)


def write_separators(page: Page, random: Random) -> Rendering:
    """`a | b`: bars only between cells, so that the end of the line ends the last one."""
    return _write(page, lambda texts, covered: " | ".join(texts), rows_marked=True)


def write_opening_rows(page: Page, random: Random) -> Rendering:
    """`| a | b |`: a bar opens each row too."""
    extra = random.random() < 0.6
    return _write(page, lambda texts, covered: f"| {' | '.join(texts)} |" + ("|" * covered if extra else ""), rows_marked=True)


def write_starts(page: Page, random: Random) -> Rendering:
    """One cell a line with a bar at its start, the first cell of a row without; a lone bar ends the row."""
    return _write(page, lambda texts, covered: "\n| ".join(texts) + "\n|", rows_marked=False)


def write_alone(page: Page, random: Random) -> Rendering:
    """Each cell on a line, each bar on a line of its own."""
    return _write(page, lambda texts, covered: "\n|\n".join(texts) + "\n|", rows_marked=False)


def write_wrapped(page: Page, random: Random) -> Rendering:
    """Cells wrapped in newline and spaces between bars: `| \\n 规章  | \\n 0  |`."""

    def row(texts: list[str], covered: int) -> str:
        return "".join(f"| \n {text}  " for text in texts) + "| " + "|" * covered

    return _write(page, row, rows_marked=False)


WRITERS = (
    Writer("text.bars_end", "text", write_end, _BARRED),
    Writer("text.bars_between", "text", write_between, _BARRED),
    Writer("text.bars_separators", "text", write_separators, _BARRED),
    Writer("text.bars_open_row", "text", write_opening_rows, _BARRED),
    Writer("text.bars_start", "text", write_starts, _BARRED),
    Writer("text.bars_alone", "text", write_alone, _BARRED),
    Writer("text.bars_wrapped", "text", write_wrapped, _BARRED),
)
