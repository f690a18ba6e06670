"""A sheet of cells as the blocks of a Document: which rows are a table and which are lines above, between and below."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from parsers.document import Block, Cell, Grid, Paragraph
from parsers.readers._cell_texts import Area
from parsers.readers._spans import MAX_CELLS, refuse_too_many_cells

__all__ = ["Collector", "Marks", "Range", "Spot", "blocks_of"]

Spot = tuple[int, int]
"""Row and column of a cell, from 0."""

Range = tuple[int, int, int, int]
"""First row and column, last row and column."""

_MOST_BLANK = 40
"""So many ruled rows below the last text belong to the table; borders painted to the end of a sheet do not."""
_MOST_RULED = 0.8
"""From this share of the rows with several texts on, borders say what is a table."""
_FEWEST_COLUMNS, _MOST_WORDED, _WORDS = 3, 0.6, re.compile("[\u4e00-\u9fff]")
"""What of columns and rows with words makes a table of its own beside another."""
_LONGEST_LABEL = 40
_NOTE = re.compile(r"^[（(]?(?:注|备注|说明|填表|单位|制表)|[。；：:]$")
"""What stands below a table and is no label of a row."""


@dataclass(frozen=True)
class Marks:
    """
    What a sheet says besides its values: cells with a border, merged ranges, hidden rows and columns, the texts of cells
    without a plain value (an error, a formula without a result, a per cent), and how many fields a row's record has.
    """

    ruled: frozenset[Spot] = frozenset()
    merged: tuple[Range, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    texts: Mapping[Spot, str] = field(default_factory=dict)
    fields: Mapping[int, int] = field(default_factory=dict)


class Collector:
    """Gathers the marks of a sheet while its file is read; each format fills it in its own way."""

    def __init__(self) -> None:
        self.area = Area()
        self.ruled: set[Spot] = set()
        self.merged: list[Range] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.texts: dict[Spot, str] = {}

    def gathered(self) -> Marks:
        """What has been gathered so far."""
        return Marks(
            frozenset(self.ruled), tuple(self.merged), frozenset(self.hidden_rows), frozenset(self.hidden_columns), self.texts
        )


class _Axis:
    """Rows or columns without the hidden ones, and back to their numbers in the sheet."""

    def __init__(self, hidden: frozenset[int]) -> None:
        self._hidden = sorted(hidden)
        self._held = hidden

    def shows(self, at: int) -> bool:
        return at not in self._held

    def shown(self, at: int) -> int:
        """The number among the shown; of a hidden one, that of the next shown."""
        return at - bisect_left(self._hidden, at)

    def in_sheet(self, at: int) -> int:
        for hidden in self._hidden:
            if hidden > at:
                break
            at += 1
        return at


@dataclass
class _Surface:
    """The shown part of a sheet: texts, spans by anchor, cells covered by a span, and cells with a border."""

    rows: _Axis
    columns: _Axis
    texts: dict[Spot, str]
    ruled: set[Spot]
    spans: dict[Spot, Spot] = field(default_factory=dict)
    covered: set[Spot] = field(default_factory=set)
    joined: set[int] = field(default_factory=set)
    """Rows that a span joins to the next one."""

    @cached_property
    def _columns(self) -> dict[int, list[int]]:
        return _by_row({*self.texts, *self.ruled, *self.covered, *self.spans})

    def in_row(self, row: int) -> list[int]:
        """The columns of a row in which anything is: a text, a border, or a span."""
        return self._columns.get(row, [])

    def place_of(self, spot: Spot, table: int) -> str:
        return f"table={table};row={self.rows.in_sheet(spot[0]) + 1};column={self.columns.in_sheet(spot[1]) + 1}"


def blocks_of(
    texts: Mapping[Spot, str], marks: Marks, next_table: Callable[[], int], next_line: Callable[[], int]
) -> Iterator[Block]:
    """
    The blocks of one sheet in order.

    Where borders are drawn, rows with borders are tables. Elsewhere a blank row parts two tables, and texts that stand
    alone in the first and last rows are lines, but not a label without figures below a table. Places count rows and columns as the sheet itself does. Raises ReadError
    with status `limit` for tables with too many cells.
    """
    surface = _surface(texts, marks)
    filled, ruled = _by_row(surface.texts), _by_row(surface.ruled)
    several = [row for row, columns in filled.items() if len(columns) > 1]
    is_ruled = bool(ruled) and sum(row in ruled for row in several) >= _MOST_RULED * len(several)
    end = max((*filled, *ruled, *(row + 1 for row in surface.joined)), default=-1) + 1
    runs = list(_ruled_runs(ruled, end) if is_ruled else _bare_runs(surface, filled, end))
    ends = _ends(surface, runs, filled, marks.fields)
    total = 0
    for is_table, rows in runs:
        if is_table:
            end = ends[rows.start]
            lanes = _ruled_lanes(rows, filled, ruled) if is_ruled else _bare_lanes(surface, rows, filled, end, marks.fields)
            total += sum(map(len, lanes))
            if total > MAX_CELLS:
                refuse_too_many_cells()
            for part in _side_by_side(surface, rows, lanes):
                number = next_table()
                yield Grid(tuple(_cells(surface, rows, part, number)), number)
            continue
        for row in rows:
            if row in filled:
                for line in "\t".join(surface.texts[row, column] for column in filled[row]).split("\n"):
                    yield Paragraph(line, next_line())


# --- what is shown --------------------------------------------------------------------------------


def _surface(texts: Mapping[Spot, str], marks: Marks) -> _Surface:
    rows, columns = _Axis(marks.hidden_rows), _Axis(marks.hidden_columns)

    def shown(spots: Iterable[Spot]) -> Iterator[tuple[Spot, Spot]]:
        for spot in spots:
            if rows.shows(spot[0]) and columns.shows(spot[1]):
                yield spot, (rows.shown(spot[0]), columns.shown(spot[1]))

    surface = _Surface(rows, columns, {at: texts[spot] for spot, at in shown(texts) if texts[spot]}, set())
    low = max((row for row, _ in surface.texts), default=-1) + _MOST_BLANK
    right = max((column for _, column in surface.texts), default=-1) + _MOST_BLANK
    surface.ruled = {at for _, at in shown(marks.ruled) if at[0] <= low and at[1] <= right}
    for top, left, bottom, last in marks.merged:
        corner = rows.shown(top), columns.shown(left)
        far = min(rows.shown(bottom + 1) - 1, low), min(columns.shown(last + 1) - 1, right)
        _merge(surface, texts.get((top, left), ""), corner, far)
    return surface


def _merge(surface: _Surface, text: str, corner: Spot, far: Spot) -> None:
    """Take on a merged range, as far as it is shown; of two that overlap, the first."""
    (top, left), (bottom, right) = corner, far
    if bottom < top or right < left or corner == far:
        return
    if (bottom - top + 1) * (right - left + 1) + len(surface.covered) > MAX_CELLS:
        refuse_too_many_cells()
    spots = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    if any(spot in surface.covered or spot in surface.spans for spot in spots):
        return
    for spot in spots:
        surface.texts.pop(spot, None)  # what stands under a merged range is not shown
    if text:
        surface.texts[corner] = text
    if not surface.ruled.isdisjoint(spots):
        surface.ruled.update(spots)
    surface.spans[corner] = (bottom - top + 1, right - left + 1)
    surface.covered.update(spots[1:])
    surface.joined.update(range(top, bottom))


def _by_row(spots: Iterable[Spot]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for row, column in sorted(spots):
        rows.setdefault(row, []).append(column)
    return rows


# --- tables and lines -----------------------------------------------------------------------------


def _ruled_runs(ruled: Mapping[int, list[int]], end: int) -> Iterator[tuple[bool, range]]:
    start = 0
    for row in range(1, end + 1):
        if row == end or (row in ruled) != (start in ruled):
            yield start in ruled, range(start, row)
            start = row


def _bare_runs(surface: _Surface, filled: Mapping[int, list[int]], end: int) -> Iterator[tuple[bool, range]]:
    """The pieces between blank rows, each cut into the texts that stand alone above, the table, and those below."""

    def is_alone(row: int) -> bool:
        return len(filled.get(row, ())) == 1 and row not in surface.joined and row - 1 not in surface.joined

    def is_label(row: int, above: range) -> bool:
        """Whether a text alone below a table stands where labels do: it opens a row without figures."""
        left, right = _reach(surface, above, filled)
        column = filled[row][0]
        text = surface.texts[row, column]
        wide = surface.spans.get((row, column), (1, 1))[1]
        return column == left and column + wide < right and len(text) <= _LONGEST_LABEL and _NOTE.search(text) is None

    start = 0
    for row in range(end + 1):
        if row < end and (row in filled or row in surface.joined or row - 1 in surface.joined):
            continue
        first, last = start, row
        while first < last and is_alone(first):
            first += 1
        while first < last and is_alone(last - 1):
            last -= 1
        while first < last < row and is_label(last, range(first, last)):
            last += 1
        parts = ((False, range(start, first)), (True, range(first, last)), (False, range(last, row)))
        yield from (part for part in parts if part[1])
        start = row + 1


def _ruled_lanes(rows: range, filled: Mapping[int, list[int]], ruled: Mapping[int, list[int]]) -> list[list[int]]:
    """Of each row the columns between its first and last border, and those with a text."""
    return [sorted({*range(ruled[row][0], ruled[row][-1] + 1), *filled.get(row, ())}) for row in rows]


def _bare_lanes(
    surface: _Surface, rows: range, filled: Mapping[int, list[int]], end: int, fields: Mapping[int, int]
) -> list[list[int]]:
    """
    Of each row all columns from the first one used in these rows to the end of the table.

    A record that is shorter than those beside it ends before: it may have lost a field anywhere. One that is longer ends behind
    the table: it may have one too many. Records of one field are prose, and are none beside others.
    """

    def end_of(row: int) -> int:
        length = fields.get(row, end)
        beside = [fields.get(other, end) for other in (row - 1, row + 1) if other in rows and fields.get(other, end) > 1]
        if length in beside or not beside:
            return end
        if length > max(beside):
            return max(end, length)
        return min(end, length) if length < min(beside) else end

    start = _reach(surface, rows, filled)[0]
    return [list(range(start, end_of(row))) for row in rows]


def _ends(
    surface: _Surface, runs: Iterable[tuple[bool, range]], filled: Mapping[int, list[int]], fields: Mapping[int, int]
) -> dict[int, int]:
    """
    The column behind the last of each table, by its first row.

    Tables between which nothing is written, and whose records are as long, may be one: its last columns may be empty in a part.
    """
    ends: dict[int, int] = {}
    for (is_table, _), together in groupby(runs, key=lambda run: (run[0], fields.get(run[1].start))):
        parts = [rows for _, rows in together]
        if is_table:
            ends |= dict.fromkeys((rows.start for rows in parts), max(_reach(surface, rows, filled)[1] for rows in parts))
    return ends


def _reach(surface: _Surface, rows: range, filled: Mapping[int, list[int]]) -> Spot:
    """The first column used in these rows, and the one behind the last."""
    wide = {
        row: max(column + surface.spans.get((row, column), (1, 1))[1] for column in filled[row]) for row in rows if row in filled
    }
    return min((filled[row][0] for row in wide), default=0), max(wide.values(), default=0)


def _side_by_side(surface: _Surface, rows: range, lanes: list[list[int]]) -> list[list[list[int]]]:
    """The lanes of tables that stand beside each other, parted by columns without anything; words stand in most rows of each."""
    held = {column for row in rows for column in surface.in_row(row)}
    parts: list[list[int]] = []
    for column in sorted(held):
        if parts and column == parts[-1][-1] + 1:
            parts[-1].append(column)
        else:
            parts.append([column])
    if len(parts) < 2 or not all(len(part) >= _FEWEST_COLUMNS and _is_labelled(surface, rows, part) for part in parts):
        return [lanes]
    return [[[column for column in lane if part[0] <= column <= part[-1]] for lane in lanes] for part in parts]


def _is_labelled(surface: _Surface, rows: range, columns: list[int]) -> bool:
    texts = [[text for column in columns if (text := surface.texts.get((row, column)))] for row in rows]
    worded = sum(any(map(_WORDS.search, row)) for row in texts)
    return worded >= _MOST_WORDED * max(1, sum(map(bool, texts)))


def _cells(surface: _Surface, rows: range, lanes: list[list[int]], number: int) -> Iterator[Cell]:
    left = min((lane[0] for lane in lanes if lane), default=0)
    for row, lane in zip(rows, lanes, strict=True):
        order = 0
        for column in lane:
            if (row, column) in surface.covered:
                continue
            order += 1
            high, wide = surface.spans.get((row, column), (1, 1))
            text = surface.texts.get((row, column), "")
            place = surface.place_of((row, column), number)
            yield Cell(text, row - rows.start, column - left, min(high, rows.stop - row), wide, order, place)
