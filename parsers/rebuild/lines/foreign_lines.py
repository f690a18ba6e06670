"""
Columns that no form has (`grids/foreign.py`) in lines of text whose cells have borders: which cell of each row is of them.

Rows of text may be short of the cells that a wide label covers, so a column is counted from the left or from the right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from parsers.form import load_forms
from parsers.rebuild.grids.foreign import NUMBERS, is_head, number_of, word_of
from parsers.rebuild.labels import core_of
from parsers.rebuild.marks import CELL, COVER, LINE, ROW_ENDS

__all__ = ["Marked", "without_foreign_cells"]

_SECTION = re.compile(r"\s*(?:第?[一二三四五六七八九十][、.．部]|#)")
_FEWEST_ROWS = 3


class Marked(NamedTuple):
    """A mark of the stream and the text behind it: the number of its line, and the index of its first character there."""

    mark: str
    text: str
    line: int
    first: int


class _Cell(NamedTuple):
    """A cell of a row: its text, and the range of what is laid out that it takes up."""

    text: str
    start: int
    end: int
    covered: bool = False


_Row = list[_Cell]


def without_foreign_cells(laid: Sequence[Marked]) -> Sequence[Marked]:
    """
    Lines as they are laid out, without the cells of columns that no form has; all of them where there are none.

    >>> laid = [Marked(CELL, text, 1, 0) for text in ("信息内容", "行次", "数量")] + [Marked(ROW_ENDS[1], "", 1, 0)]
    >>> laid += [Marked(CELL, text, 2, 0) for text in ("行政许可", "1", "7")]
    >>> [item.text for item in without_foreign_cells(laid)]
    ['信息内容', '数量', '', '行政许可', '7']
    """
    if not any(item.mark == CELL and is_head(item.text.strip()) for item in laid):
        return laid
    gone: set[int] = set()
    rows = list(_rows(laid))
    parts = list(_parts(rows))
    last = 0
    columns: list[list[_Cell]] = []
    for start, end, at in parts:
        columns.append(_column(rows[start:end], at, last))
        last = max((number_of(cell.text) or 0 for cell in columns[-1][1:]), default=last)
    told = False
    for (start, end, at), column in zip(reversed(parts), reversed(columns), strict=True):
        levels = not column and told and end == start + 1
        cells = [rows[start][at]] if levels else column  # one of several levels of heads
        told = len(cells) > 0
        for cell in (*cells, *(_beside(rows, start, end, at, cells) if cells else ())):
            gone.update(range(cell.start, cell.end))
    return [item for at, item in enumerate(laid) if at not in gone]


def _rows(laid: Sequence[Marked]) -> Iterator[_Row]:
    """The rows of cells; a line that begins a section is a row without any."""
    row: _Row = []
    for at, item in enumerate(laid):
        if item.mark in (CELL, COVER):
            row.append(_Cell(item.text.strip(), at, at + 1, item.mark == COVER))
        elif item.mark == LINE and row:
            row[-1] = _Cell(f"{row[-1].text}\n{item.text}".strip(), row[-1].start, at + 1)
        if item.mark in ROW_ENDS and row:
            yield _without_end(row)
            row = []
        if item.mark == LINE and not row and _SECTION.match(item.text):
            yield row
    if row:
        yield _without_end(row)


def _without_end(row: _Row) -> _Row:
    """A row without the covered places at its end, which converters print behind a row in place of its spans."""
    last = max((at for at, cell in enumerate(row) if not cell.covered), default=-1)
    return row[: last + 1]


def _parts(rows: Sequence[_Row]) -> Iterator[tuple[int, int, int]]:
    """From each row with such a head to the next one, or to the end of the section; and the number of the head's cell."""
    starts = [(at, number) for at, row in enumerate(rows) for number, cell in enumerate(row) if is_head(cell.text)]
    for (at, number), (following, _) in pairwise([*starts, (len(rows), 0)]):
        yield at, next((row for row in range(at, following) if not rows[row]), following), number


def _beside(rows: Sequence[_Row], start: int, end: int, head: int, column: Sequence[_Cell]) -> Iterator[_Cell]:
    """The empty cells that rows without any of the column have in its place, the row of a title above the heads too."""
    taken = {cell.start for cell in column}
    for row in rows[max(start - 1, 0) : end]:
        if len(row) != len(rows[start]) or any(cell.start in taken for cell in row):
            continue
        empty = [at for at in (head, head + 1, head - 1) if 0 <= at < len(row) and not row[at].text]
        if empty and (empty[0] == head or sum(1 for cell in row if cell.text) == 1):
            yield row[empty[0]]


def _column(rows: Sequence[_Row], head: int, last: int) -> list[_Cell]:
    """The cells of a column with its head; none where it is not told which they are. `last` is the number before it."""
    if word_of(rows[0][head].text) in NUMBERS:
        counted = list(filter(_has_number, rows[1:]))
        ways = [way for way in _ways(counted) if _count(way)]
        chosen = ways if len(counted) >= _FEWEST_ROWS else _few(rows[0], head, counted, ways, last)
        if head == 0 and not chosen and not any(number_of(row[0].text) is not None for row in counted):
            # The reader has taken the numbers before the lines for those of its program, and made them blank.
            chosen = [[row[0] for row in rows[1:] if not row[0].text]]
    else:
        listed = [row for row in rows[1:] if len(row) > 1 and not any(core_of(cell.text) in _heads() for cell in row)]
        ways = [way for way in _ways(listed) if all(number_of(cell.text) is None for cell in way)]
        known = [way for way in ways if _is_under(rows[0], head, listed, way)]
        if not known and head == 1:
            known = [way for way in ways if _follow_labels(listed, way)]
        chosen = [way for way in known if all(core_of(cell.text) not in _labels() for cell in way)]
        if head == 0 and listed and all(core_of(row[0].text) in _labels() for row in listed):
            chosen = [[]]  # empty cells before the first bar of each line are no cells in its dialect
    return [rows[0][head], *chosen[0]] if len(chosen) == 1 else []


def _few(heads: _Row, head: int, counted: Sequence[_Row], ways: Sequence[list[_Cell]], last: int) -> list[list[_Cell]]:
    """The same of few rows: those under the head that begin with 1 or go on from the last number, else any that go on."""
    follow = [way for way in ways if way and number_of(way[0].text) == last + 1]
    first = [way for way in ways if way and number_of(way[0].text) == 1]
    return [way for way in ways if (way in follow or way in first) and _is_under(heads, head, counted, way)] or follow


def _has_number(row: _Row) -> bool:
    return any(number_of(cell.text) is not None for cell in row)


def _follow_labels(rows: Sequence[_Row], way: Sequence[_Cell]) -> bool:
    """Whether cells stand right behind the labels of their rows."""
    return all(
        core_of(left.text) in _labels()
        for row, cell in zip(rows, way, strict=True)
        for left, right in pairwise(row)
        if right == cell
    )


def _ways(rows: Sequence[_Row]) -> list[list[_Cell]]:
    """One cell of each row, as many from the left or as many from the right; each choice once."""
    least = min(map(len, rows), default=0)
    ways = [[row[at] for row in rows] for at in range(-least, least)]
    return [way for at, way in enumerate(ways) if way not in ways[:at]]


def _count(way: Sequence[_Cell]) -> bool:
    """Whether cells count the rows one by one."""
    numbers = [number_of(cell.text) for cell in way]
    return all(number is not None and number >= 0 for number in numbers) and all(
        below == above + 1 for above, below in pairwise(number for number in numbers if number is not None)
    )


def _is_under(heads: _Row, head: int, rows: Sequence[_Row], way: Sequence[_Cell]) -> bool:
    """Whether cells stand under a head: the first or last of their rows as it is, or as many from the left in rows as long."""
    if head == 0 or head == len(heads) - 1:
        return all(row[0 if head == 0 else -1] == cell for row, cell in zip(rows, way, strict=True))
    alike = all(len(row) == len(heads) and row[head] == cell for row, cell in zip(rows, way, strict=True))
    return alike and not any(cell.covered for cell in heads)


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    """The heads that the forms print over their columns and before no row: 其他 is both."""
    tables = [table for form in load_forms() for table in form.tables]
    printed = [head for table in tables for head in (*table.heads, table.note or "")]
    printed += [column.zh for table in tables for block in table.blocks for column in block.columns]
    return frozenset(core_of(text) for text in printed if text) - _labels()


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    """The labels that the forms print before their rows."""
    return frozenset(core_of(row.zh) for form in load_forms() for table in form.tables for row in table.rows)
