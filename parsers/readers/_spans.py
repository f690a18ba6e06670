"""Row and column spans of a table to grid positions, with caps, as browsers lay tables out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from parsers.document import Cell
from parsers.errors import ReadError, ReadStatus

__all__ = ["MAX_CELLS", "MAX_SPAN", "TO_THE_END", "PrintedCell", "expand", "refuse_too_many_cells", "span_of"]

MAX_SPAN = 1_000
"""Wider spans are cut to this, as browsers do; a row span also ends with its group of rows."""
MAX_CELLS = 100_000
"""Grid positions of one table, and printed cells of one document; the largest report met has under 2,000."""
TO_THE_END = 0
"""The row span of a cell that reaches to the end of its group (`rowspan="0"`)."""

_MOST_KEPT = 1_000
"""Cells of a table whose shape is kept for the next one like it."""

_LEADING_DIGITS = re.compile(r"[ \t\n\f\r]*\+?([0-9]{1,9})")


class PrintedCell(NamedTuple):
    """One cell as the source has it, before it has a place in the grid."""

    text: str
    row_span: int = 1
    column_span: int = 1


def span_of(attribute: str | None, *, zero: int = 1) -> int:
    """
    The span that an attribute means, read as browsers read it; `zero` is what 0 means.

    >>> [span_of(text) for text in (None, "2", "2;", "0", "-1", "1e9", "", "70000")]
    [1, 2, 2, 1, 1, 1, 1, 1000]
    """
    match = _LEADING_DIGITS.match(attribute) if attribute else None
    if match is None:
        return 1
    return min(int(match[1]), MAX_SPAN) or zero


def expand(groups: Sequence[Sequence[Sequence[PrintedCell]]]) -> tuple[Cell, ...]:
    """
    The cells of groups of rows at their grid positions, row by row in the order given.

    A cell takes the first free column of its row. Where the source lets two cells overlap, both keep their anchor.
    Raises ReadError with status `limit` for a table over MAX_CELLS grid positions.

    >>> head, figure = PrintedCell("a", row_span=2), PrintedCell("7")
    >>> [(cell.row, cell.column) for cell in expand([[[head, figure], [figure]]])]
    [(0, 0), (0, 1), (1, 1)]
    """
    texts = [cell[0] for group in groups for cells in group for cell in cells]
    lay = _places if len(texts) <= _MOST_KEPT else _places.__wrapped__
    places = lay(tuple([tuple([tuple([cell[1:] for cell in cells]) for cells in group]) for group in groups]))
    return tuple(map(Cell, texts, *places))


_Spans = tuple[tuple[tuple[tuple[int, int], ...], ...], ...]


@lru_cache(maxsize=256)
def _places(groups: _Spans) -> tuple[tuple[int, ...], ...]:
    """Row, column, row span, column span and order of each cell; most tables have the shape of one met before."""
    return tuple(zip(*_expand(groups), strict=True)) or ((),) * 5


def _expand(groups: _Spans) -> Iterator[tuple[int, int, int, int, int]]:
    free_from: list[int] = []  # by column: the first row in which nothing from above stands there
    positions = 0
    row = 0
    for group in groups:
        end = row + len(group)
        for cells in group:
            column = 0
            for order, (row_span, column_span) in enumerate(cells, 1):
                while column < len(free_from) and free_from[column] > row:
                    column += 1
                height = min(row_span or end, end - row)
                positions += height * column_span
                if positions > MAX_CELLS:
                    refuse_too_many_cells()
                yield row, column, height, column_span, order
                after = column + column_span
                if height > 1:
                    if after > len(free_from):
                        free_from.extend([0] * (after - len(free_from)))
                    for covered in range(column, after):
                        free_from[covered] = max(free_from[covered], row + height)
                column = after
            row += 1


def refuse_too_many_cells() -> None:
    """Raise the ReadError that says a table or document holds more cells than MAX_CELLS."""
    raise ReadError(ReadStatus.LIMIT, f"its tables have more than {MAX_CELLS:,} cells; no annual report does, so it was not read")
