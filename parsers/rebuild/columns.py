"""
Columns: which cell of a row stands under which head.

By evidence, in this order: the grid position of the heads where spans are whole, the number of cells, the place
of surplus cells in the whole table; row totals only where these leave two ways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from parsers.form import Table
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import CELL, COVER
from parsers.rebuild.stream import Stream
from parsers.rebuild.under import GridColumn, columns_of_heads, pieces_under
from parsers.rebuild.zones import Kind, Piece, Run, is_separate, is_whole
from parsers.values import read_value

__all__ = ["Columns", "least_spare"]

_ALIKE_SHARE = 0.75
_FEWEST_HEADS = 4


@dataclass(frozen=True, slots=True)
class Columns:
    """
    How the cells of a row become columns in the form's order.

    `codes` are the form's columns that the table prints: all, or those with a head where a whole column is gone.
    `order[i]` is the printed position of the form's column i; None when the heads contradict the form's order and do
    not tell another. `grid` gives, instead, the grid column of each
    head. `window` says which cells count when a row has more: `first`, `last`, or None when that is not known.
    `dropped` are positions, in rows of `surplus` cells, that are empty in the whole table. `lonely`
    when a single row of the table lacks a figure; `glued` when some cell holds several
    figures run together, so that an empty cell beside one proves nothing. `even` when some row has
    more cells than columns, or covered places, and nearly all reach equally far: a row that reaches less far than its table has then lost
    a cell, whatever stands in its place. `short` when most rows have fewer cells than columns;
    `spare` as `least_spare` has it; `shifted` as `_are_shifted`. `grid_number` is the grid of the heads, `last` the last row.
    """

    codes: tuple[str, ...]
    order: tuple[int, ...] | None
    grid: tuple[GridColumn, ...] | None = None
    window: str | None = None
    surplus: int = 0
    dropped: frozenset[int] = frozenset()
    lonely: bool = False
    glued: bool = False
    even: bool = False
    short: bool = False
    spare: int = 0
    shifted: bool = False
    grid_number: int | None = None
    last: Run | None = None
    found: Found | None = None

    @classmethod
    def study(cls, found: Found, table: Table, first_row: int, runs: Sequence[Run]) -> Columns:
        """What the heads before the first row and all rows together show."""
        heads = _heads(found, table, first_row)
        codes = _codes_printed(table, heads, runs)
        width = len(codes)
        grid = columns_of_heads(found.stream, heads, codes)
        order = tuple(range(width)) if grid is not None else _printed_order(found, table, heads, codes)
        longer = [run for run in runs if run.bordered and len(run.pieces) > width]
        surplus, dropped = _always_empty(longer, width)
        lonely = sum(run.bordered and run.figures < width for run in runs) == 1
        glued = width > 1 and found.cells_glued
        bordered = [len(run.pieces) for run in runs if run.bordered]
        short = sum(count < width for count in bordered) * 2 > len(bordered)
        spare = least_spare(found.stream, runs, width)
        shifted = width > 1 and _are_shifted(runs, width)
        spot = found.stream.grid_column(heads[0].start) if heads else None
        number, last = (None if spot is None else spot[0]), (runs[-1] if runs else None)
        window = _window(longer, width) or ("first" if any(_covers_behind(found.stream, run) for run in longer) else None)
        even = (bool(longer) or COVER in found.stream.text) and _reach_alike(found, runs)
        return _check(
            cls(
                codes,
                order,
                grid,
                window,
                surplus,
                dropped,
                lonely,
                glued,
                even,
                short,
                spare,
                shifted,
                number,
                last,
                found,
            ),
            runs,
        )

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.codes)

    @property
    def printed(self) -> list[str]:
        """The columns as their heads stand, from left to right."""
        if self.grid is not None:
            return [code for _, code in sorted(zip(self.grid, self.codes, strict=True))]
        return list(self.codes) if self.order is None else [code for _, code in sorted(zip(self.order, self.codes, strict=True))]

    def pick(self, run: Run) -> list[Piece] | None:
        """The cells of a run in the form's order of columns; None where the borders do not tell."""
        pieces = list(run.pieces)
        if self.order is None:
            return None
        if not run.bordered:
            whole = len(pieces) == self.width and (self.width == 1 or all(is_separate(piece.text) for piece in pieces))
            return [pieces[at] for at in self.order] if whole else None
        if run.figures < self.width and self._may_hide_a_loss(run):
            return None
        if self.grid is not None and self.found is not None:
            placed = pieces_under(self.found.stream, self.grid, pieces)
            if placed is not None:
                return placed
            if run.figures < self.width and self._grid_number(run) == self.grid_number:
                return None  # by its place an empty cell is not where by its number it would be
        if len(pieces) < self.width:
            pieces = _split_merged(pieces)
        if len(pieces) > self.width:
            pieces = self._without_surplus(pieces)
        return [pieces[at] for at in self.order] if len(pieces) == self.width else None

    def _may_hide_a_loss(self, run: Run) -> bool:
        """Whether an empty cell of the run may stand where a figure was lost or moved away."""
        same_grid = self.grid is not None and self._grid_number(run) == self.grid_number
        if self.glued or ((self.even or same_grid) and self._is_short(run)):
            return True
        if self.short or (run != self.last and len(run.pieces) < self.width + self.spare) or self._is_shifted(run):
            return True
        return self._in_packed_lines(run) and run.figures > 0 and not self._only_total_lacks(run.pieces)

    def _is_shifted(self, run: Run) -> bool:
        """Whether, in lines of text, an empty total is where it is because a cell before it was lost."""
        return self._grid_number(run) is None and (
            _looks_shifted(run, self.width) or (self.shifted and _lacks_total(run, self.width))
        )

    def _grid_number(self, run: Run) -> int | None:
        spot = None if self.found is None else self.found.stream.grid_column(run.pieces[0].start)
        return None if spot is None else spot[0]

    def _only_total_lacks(self, pieces: Sequence[Piece]) -> bool:
        """
        Whether the one empty cell of the whole table can only be this row's total.

        Packed to the left, the last figure would be the total; where it is not the sum, the total is what lacks.
        """
        filled = pieces[: self.width - 1]
        whole = all(piece.kind is Kind.FIGURE for piece in filled) and len(filled) == self.width - 1
        rest = pieces[self.width - 1 :]
        return self.lonely and whole and all(piece.kind is Kind.EMPTY for piece in rest) and _total_breaks(filled)

    def _is_short(self, run: Run) -> bool:
        """Whether the row of a run does not reach as far as others of its table: then a surplus cell may hide a lost one."""
        if self.found is None:
            return False
        return self.found.stream.row_extent(run.pieces[0].start) < self.found.stream.table_extent(run.pieces[0].start)

    def _in_packed_lines(self, run: Run) -> bool:
        return self.found is not None and self.found.stream.packed_at(run.pieces[0].start)

    def _without_surplus(self, pieces: list[Piece]) -> list[Piece]:
        if all(piece.kind is Kind.EMPTY for piece in pieces):
            return pieces[: self.width]
        if len(pieces) == self.surplus and self.dropped:
            return [piece for at, piece in enumerate(pieces) if at not in self.dropped]
        if self.window == "first":
            kept, thrown = pieces[: self.width], pieces[self.width :]
        elif self.window == "last":
            kept, thrown = pieces[-self.width :], pieces[: -self.width]
        else:
            return pieces
        return pieces if any(piece.kind is Kind.FIGURE for piece in thrown) else kept


def _covers_behind(stream: Stream, run: Run) -> bool:
    """Whether places that a wide cell covers stand behind the last cell of a row: then its surplus cells do too."""
    end = run.pieces[-1].end
    return COVER in stream.text[stream.text.rfind(CELL, 0, end) : end + 1]


def _lacks_total(run: Run, width: int) -> bool:
    return all(piece.kind is Kind.EMPTY for piece in run.pieces[width - 1 :])


def _looks_shifted(run: Run, width: int) -> bool:
    """Whether the last figure is the sum of those before it though an empty cell stands in the last column."""
    numbers = [number for piece in run.pieces[:width] if (number := read_value(piece.text).number) is not None]
    return _lacks_total(run, width) and len(numbers) > 1 and numbers[-1] != 0 and sum(numbers[:-1]) == numbers[-1]


def _are_shifted(runs: Sequence[Run], width: int) -> bool:
    """Whether no row has a total, and either some row's last figure is its sum or all lack just one figure."""
    cells = [run for run in runs if run.bordered and run.figures and len(run.pieces) >= width]
    if not cells or not all(_lacks_total(run, width) for run in cells):
        return False
    return any(_looks_shifted(run, width) for run in cells) or all(run.figures == width - 1 for run in cells)


def least_spare(stream: Stream, runs: Sequence[Run], width: int) -> int:
    """
    How many cells more than columns every whole row of lines of text has at least: a row with fewer has lost some.

    A bar that opens the next row, for example, leaves an empty cell behind each row.
    """
    whole = [run for run in runs if run.bordered and run.figures >= width and stream.grid_column(run.pieces[0].start) is None]
    return min((len(run.pieces) - width for run in whole), default=0)


def _codes_printed(table: Table, heads: Sequence[Hit], runs: Sequence[Run]) -> tuple[str, ...]:
    """The columns that the table prints: those with a head, where every row has just as many cells; else all of the form's."""
    codes = tuple(column.code for column in table.columns)
    headed = tuple(code for code in codes if code in {hit.label.name for hit in heads})
    filled = [run for run in runs if run.pieces]
    if len(headed) >= _FEWEST_HEADS and filled and all(run.bordered and len(run.pieces) == len(headed) for run in filled):
        return headed
    return codes


def _check(columns: Columns, runs: Sequence[Run]) -> Columns:
    """The columns, or the form's own order where heads say otherwise but only that order makes the row totals hold."""
    usual = replace(columns, order=tuple(range(columns.width)), grid=None)
    if columns.order is None or columns.codes[-1] != "total" or (columns.grid is None and columns.order == usual.order):
        return columns
    pairs = [(columns.pick(run), usual.pick(run)) for run in runs]
    mine = sum(_total_breaks(picked) for picked, _ in pairs)
    plain = sum(_total_breaks(picked) for _, picked in pairs)
    unread = sum(picked is None for _, picked in pairs)
    return usual if mine > 0 and plain == 0 and unread == 0 else columns


def _reach_alike(found: Found, runs: Sequence[Run]) -> bool:
    """Whether nearly all rows reach equally far, as rows do in which wide cells leave their covered places behind."""
    extents = Counter(found.stream.row_extent(run.pieces[0].start) for run in runs if run.bordered and run.pieces)
    return max(extents.values(), default=0) >= _ALIKE_SHARE * sum(extents.values())


def _heads(found: Found, table: Table, first_row: int) -> list[Hit]:
    """The column heads in the last header before the first row, one hit each, in printed order."""
    last: dict[str, Hit] = {}
    for hit in found.of(table.code, "column"):
        if hit.end <= first_row:
            last[hit.label.name] = hit
    return sorted(last.values(), key=lambda hit: hit.first)


def _printed_order(found: Found, table: Table, heads: Sequence[Hit], codes: Sequence[str]) -> tuple[int, ...] | None:
    """
    The printed position of each of the form's columns, from the order of heads in the text.

    The form's own order where too few heads are whole to say more; None where heads contradict it and do not say all.
    """
    usual = tuple(range(len(codes)))
    names = [hit.label.name for hit in heads]
    if len(codes) < 2 or len(names) < 2:
        return usual
    inner = {column.code for column in table.columns if column.under}
    if sorted(names) != sorted(codes):
        known = [name for name in names if name in inner]
        return usual if known == [code for code in codes if code in known] and _ascend(found, heads, codes) else None
    groups = {column.under for column in table.columns if column.under}
    over = [hit for hit in found.of(table.code, "head") if hit.label.name in groups and hit.first <= heads[-1].first]
    if not over:
        in_two_levels = {code for code in codes if code not in inner} == set(names[:2]) and names[0] == codes[0]
        return None if in_two_levels and inner else tuple(names.index(code) for code in codes)
    level = sorted([hit for hit in heads if hit.label.name not in inner] + over[-1:], key=lambda hit: hit.first)
    low = [hit.label.name for hit in heads if hit.label.name in inner]
    if level[-1].first > next(hit.first for hit in heads if hit.label.name in inner):
        return tuple(names.index(code) for code in codes) if names == [*codes] else None
    printed = [name for hit in level for name in (low if hit.label.kind == "head" else [hit.label.name])]
    return tuple(printed.index(code) for code in codes)


def _ascend(found: Found, heads: Sequence[Hit], codes: Sequence[str]) -> bool:
    """Whether the heads that stand in one grid stand there in the form's order; true outside grids."""
    spots = {hit.label.name: found.stream.grid_column(hit.start) for hit in heads}
    places = [spot for code in codes if (spot := spots.get(code)) is not None]
    if len({number for number, _, _ in places}) != 1 or len({column for _, column, _ in places}) != len(places):
        return True
    return all(left[1] < right[1] for left, right in pairwise(places))


def _always_empty(runs: Sequence[Run], width: int) -> tuple[int, frozenset[int]]:
    """In rows of one surplus length: the positions empty in all of them, when just as many as there is surplus."""
    lengths = {len(run.pieces) for run in runs}
    if len(lengths) != 1 or len(runs) < 3:
        return 0, frozenset()
    length = lengths.pop()
    empty = frozenset(at for at in range(length) if all(run.pieces[at].kind is Kind.EMPTY for run in runs))
    return (length, empty) if len(empty) == length - width else (0, frozenset())


def _window(runs: Sequence[Run], width: int) -> str | None:
    """`first` or `last`: the window that throws away no figure and takes in no words, over the whole table."""
    costs = {}
    for name in ("first", "last"):
        cost = 0
        for run in runs:
            kept = run.pieces[:width] if name == "first" else run.pieces[-width:]
            thrown = run.pieces[width:] if name == "first" else run.pieces[:-width]
            cost += sum(piece.kind is Kind.FIGURE for piece in thrown) + sum(piece.kind is Kind.WORDS for piece in kept)
        costs[name] = cost
    if costs["first"] == 0 and costs["last"] > 0:
        return "first"
    if costs["last"] == 0 and costs["first"] > 0:
        return "last"
    if costs["first"] == costs["last"] == 0 and runs:
        holds = {
            name: sum(_total_breaks(run.pieces[:width] if name == "first" else run.pieces[-width:]) for run in runs)
            for name in costs
        }
        if holds["first"] != holds["last"]:
            return min(holds, key=lambda name: holds[name])
    return None


def _total_breaks(pieces: Sequence[Piece] | None) -> bool:
    """Whether seven plain figures do not add up to their last one; never true of rows with other cells."""
    if pieces is None:
        return False
    numbers = [read_value(piece.text).number for piece in pieces]
    known = [number for number in numbers if number is not None]
    return len(known) == len(pieces) and sum(known[:-1], Decimal(0)) != known[-1]


def _split_merged(pieces: Sequence[Piece]) -> list[Piece]:
    """The figures of cells that hold several, when every one is written as numbers are."""
    parts: list[Piece] = []
    for piece in pieces:
        at = 0
        tokens = piece.text.split()
        if piece.kind is not Kind.FIGURE or len(tokens) < 2 or not all(is_whole(token) for token in tokens):
            parts.append(piece)
            continue
        for token in tokens:
            at = piece.text.index(token, at)
            parts.append(Piece(token, piece.start + at, piece.start + at + len(token), Kind.FIGURE))
            at += len(token)
    return parts
