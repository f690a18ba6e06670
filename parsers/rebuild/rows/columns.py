"""
Columns: which cell of a row stands under which head.

By evidence, in this order: the grid position of the heads where spans are whole, the number of cells, the place
of surplus cells in the whole table; row totals only where these leave two ways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from parsers.form import Table
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import COVER
from parsers.rebuild.rows.heads import codes_printed, heads_before, heads_in_order, lack_a_head, printed_order
from parsers.rebuild.rows.other_columns import OtherColumns, stands_under_other_head
from parsers.rebuild.rows.stacks import is_stacked
from parsers.rebuild.rows.surplus import (
    Behind,
    Surplus,
    behind,
    is_dashed_line,
    least_spare,
    lies_unevenly,
    may_be_thrown,
    split_merged,
    surplus_of,
    total_breaks,
)
from parsers.rebuild.rows.totals import are_shifted, grids_without_totals, lacks_total, looks_shifted, total_stands_first
from parsers.rebuild.rows.under import GridColumn, columns_of_heads, pieces_by_number, pieces_under
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Kind, Piece, Run, is_separate

__all__ = ["Columns"]

_NO_OTHERS = OtherColumns()


@dataclass(frozen=True, slots=True)
class Columns:
    """
    How the cells of a row become columns in the form's order.

    `codes` are the form's columns that the table prints: all (`of_form` in number), or those with a head where a column is gone.
    `order[i]` is the printed position of the form's column i; None when the heads contradict the form's order and do
    not tell another. `grid` gives the grid column of each head, `grids` that in each grid that has all
    heads, for rows that have a cell under each. `surplus` says grid by grid which cells count when a row has more. `lonely`
    when a single row of the table lacks a figure; `glued` when some cell holds several figures run together, so that an
    empty cell beside one proves nothing. `even` when some row has more cells than columns, or covered places, and most reach as
    far as their table: a row that reaches less far has then lost a cell, whatever stands in its place. `short` when most
    rows have fewer cells than columns, a column is gone, or heads are displaced: then an empty cell proves no place. `heads`
    are those of all columns, in the form's order, else none. `others` is what shows of columns that the form does not have.
    `spare` as `least_spare` has it; `shifted` as `are_shifted`, `untotalled` the grids as in `grids_without_totals`.
    `reaches` as `_usual_reaches` has it, where `even` is asked for. `grid_number` is the grid of the heads, `last` the last row.
    """

    codes: tuple[str, ...]
    of_form: int
    order: tuple[int, ...] | None
    grid: tuple[GridColumn, ...] | None = None
    grids: Mapping[int | None, tuple[GridColumn, ...]] = field(default_factory=dict)
    surplus: Mapping[int | None, Surplus] = field(default_factory=dict)
    lonely: bool = False
    glued: bool = False
    even: bool = False
    short: bool = False
    spare: Mapping[Behind, int] = field(default_factory=dict)
    shifted: bool = False
    others: OtherColumns = _NO_OTHERS
    untotalled: frozenset[int | None] = frozenset()
    grid_number: int | None = None
    last: Run | None = None
    found: Found | None = None
    heads: tuple[Hit, ...] = ()
    reaches: Mapping[int, int] = field(default_factory=dict)
    picked: dict[tuple[int, bool], tuple[Run, list[Piece] | None]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `pick` gave, by the identity of the run, which is kept beside it."""

    @classmethod
    def study(cls, found: Found, table: Table, first_row: int, runs: Sequence[Run], unowned: Sequence[Run]) -> Columns:
        """What the heads before the first row, all rows together, and runs that are no row's show."""
        heads = heads_before(found, table, first_row)
        codes = codes_printed(found.stream, table, heads, runs)
        width = len(codes)
        grid = columns_of_heads(found.stream, heads, codes)
        unusual = grid is not None and grid != tuple(sorted(grid))
        displaced = unusual and (_are_displaced(found, heads, runs) or _stand_aside(found, grid or (), heads[0], runs))
        grid = None if displaced else grid
        order = printed_order(found, table, heads, codes) if grid is None else tuple(sorted(grid).index(spot) for spot in grid)
        longer = any(run.bordered and len(run.pieces) > width for run in runs)
        lonely = sum(run.bordered and run.figures < width for run in runs) == 1
        glued = width > 1 and found.cells_glued
        bordered = [len(run.pieces) for run in runs if run.bordered]
        short = sum(count < width for count in bordered) * 2 > len(bordered)
        alike = _are_alike(found, heads, runs)
        # Then columns of labels stand before the figures, and none behind them where some row has no cell more.
        flush = alike and min((len(run.pieces) for run in runs if run.bordered), default=0) == width
        headed = {hit.label.name for hit in heads} == set(codes)
        spare = {} if alike and headed else least_spare(found.stream, runs, width)
        shifted = width > 1 and are_shifted(runs, width)
        untotalled = grids_without_totals(found, runs, width, flush=flush) if codes[-1] == "total" else frozenset()
        spot = found.stream.grid_column(heads[0].start) if heads else None
        number, last = (None if spot is None else spot[0]), (runs[-1] if runs else None)
        surplus = surplus_of(found.stream, runs, width)
        if flush and headed:
            known = surplus.get(None, Surplus())
            surplus[None] = replace(known, window=known.window or "last")
        uneven = longer or COVER in found.stream.text
        even, usual = uneven and _reach_alike(found, runs), _usual_reaches(found, runs) if uneven else {}
        gone = order == tuple(range(width)) and lack_a_head(found, table, heads, codes)
        short = short or gone or displaced or _all_lack_one(found, heads, runs)
        grids = {} if displaced else _heads_by_grid(found, table, codes, runs)
        others = OtherColumns.study(found, table, heads, first_row, runs, unowned)
        studied = cls(
            codes, len(table.columns), order, grid, grids, surplus, lonely, glued, even, short, spare, shifted,
            others, untotalled, number, last, found, heads_in_order(heads, codes), usual,
        )  # fmt: skip
        return _check(studied, runs)

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

    @property
    def as_in_form(self) -> bool:
        """Whether all columns of the form stand in its order, so that its sums hold of figures as they are printed."""
        return self.order == tuple(range(self.of_form))

    def pick(self, run: Run, *, moved: bool = False) -> list[Piece] | None:
        """
        The cells of a run in the form's order of columns; None where the borders do not tell.

        `moved`: its cells may be one place too far to the left, so that only those under their heads can be told.
        """
        key = id(run), moved
        if key not in self.picked:
            self.picked[key] = run, self._pick(run, moved=moved)
        return self.picked[key][1]

    def _pick(self, run: Run, *, moved: bool) -> list[Piece] | None:
        pieces = list(run.pieces)
        if self.order is None:
            return None
        if not run.bordered:
            # Programs that take a text out of a page mix up heads, so that without borders another order of them tells nothing.
            whole = len(pieces) == self.width and (self.width == 1 or self._are_apart(run))
            whole = whole and not self.others.may_be_in(run, self.width)
            return pieces if whole and self.order == tuple(range(self.width)) else None
        if is_stacked(run) or self.holds_others(run) or (run.figures < self.width and self._may_hide_a_loss(run)):
            return None
        grid = self.grids.get(self._grid_number(run))
        if grid is not None and self.found is not None:
            placed = pieces_under(self.found.stream, grid, pieces, self._is_others)
            if placed is not None:
                return placed
            if run.figures < self.width:
                return None  # by its place an empty cell is not where by its number it would be
        if moved:
            return None
        if len(pieces) < self.width:
            pieces = split_merged(pieces)
        if len(pieces) > self.width:
            if self.found is not None and (placed := pieces_by_number(self.found.stream, self.heads, pieces)):
                return placed
            surplus = self.surplus.get(self._grid_number(run), Surplus())
            pieces = self._without_surplus(pieces, surplus)
            if total_breaks(pieces) and self._reaches_on(run, surplus.reach):
                pieces = []  # the cell too many may be one of the figures
        return [pieces[at] for at in self.order] if len(pieces) == self.width else None

    def _is_others(self, piece: Piece) -> bool:
        """Whether a figure stands under the head of a column that the form does not have."""
        return self.found is not None and stands_under_other_head(self.found.stream, self.heads, piece)

    def _are_apart(self, run: Run) -> bool:
        """Whether figures without borders are one row: each by itself, on one line or on a line each."""
        uneven = self.found is not None and lies_unevenly(self.found.stream, run.pieces)
        one_cell = any(left.doubt and right.doubt and right.start - left.end < 2 for left, right in pairwise(run.pieces))
        dashed = self.found is not None and is_dashed_line(self.found.stream, run)
        return not (uneven or one_cell or dashed) and all(is_separate(piece.text) for piece in run.pieces)

    def holds_others(self, run: Run) -> bool:
        """Whether a run holds cells of another year, dashes for borders, or a row number that hides a loss: most rows have one at an end."""
        dashed = self.found is not None and not run.bordered and self.width > 1 and is_dashed_line(self.found.stream, run)
        if dashed or self.others.may_be_in(run, self.width):
            return True
        if not run.figures == len(run.pieces) == self.width:
            return False
        others = self.surplus.get(self._grid_number(run), Surplus())
        return others.contested and self.width < others.usual

    def _may_hide_a_loss(self, run: Run) -> bool:
        """Whether an empty cell of the run may stand where a figure was lost or moved away, or be one too many."""
        number = self._grid_number(run)
        headed = number in self.grids or (self.width == 1 and number is not None and number == self.grid_number)
        others = self.surplus.get(number, Surplus())
        fewer = len(run.pieces) < others.usual
        covered = number is None and others.window == "last" and self._may_begin_covered(run)
        if (
            covered
            or self.glued
            or self._reaches_on(run, others.reach)
            or self._reaches_less_than_most(run)
            or ((self.even or headed or fewer) and self._is_short(run))
        ):
            return True
        if self.short or number in self.untotalled or self._lacks_spare(run) or self._is_shifted(run):
            return True
        return self._in_packed_lines(run) and run.figures > 0 and not self._only_total_lacks(run.pieces)

    def _reaches_less_than_most(self, run: Run) -> bool:
        """Whether the row of a run reaches less far than most of its part of the table, however far one with a cell too many does."""
        if self.found is None:
            return False
        stream, start = self.found.stream, run.pieces[0].start
        return stream.row_extent(start) < self.reaches.get(_part_of(stream, start), 0)

    def _may_begin_covered(self, run: Run) -> bool:
        """Whether, in lines of text, the first of the last cells is empty in a row that may have lost one: a wide label may cover it."""
        first = run.pieces[max(0, len(run.pieces) - self.width)]
        return len(run.pieces) > self.width and first.kind is Kind.EMPTY and self._is_short(run)

    def _lacks_spare(self, run: Run) -> bool:
        """Whether a run has fewer cells than whole rows with the same behind them."""
        follows = (0, False) if self.found is None else behind(self.found.stream, run)
        return run != self.last and len(run.pieces) < self.width + self.spare.get(follows, 0)

    def _is_shifted(self, run: Run) -> bool:
        """Whether, in lines of text, an empty total is where it is because a cell before it was lost."""
        return self._grid_number(run) is None and (
            looks_shifted(run, self.width) or (self.shifted and lacks_total(run, self.width))
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
        return self.lonely and whole and all(piece.kind is Kind.EMPTY for piece in rest) and total_breaks(filled)

    def _is_short(self, run: Run) -> bool:
        """Whether the row of a run does not reach as far as others of its table: then a surplus cell may hide a lost one."""
        if self.found is None:
            return False
        return self.found.stream.reaches_less(run.pieces[0].start)

    def _reaches_on(self, run: Run, reach: int) -> bool:
        """Whether a run has a cell too many, and its row reaches further than most."""
        return (
            self.found is not None and len(run.pieces) > self.width and self.found.stream.row_extent(run.pieces[0].start) > reach
        )

    def _in_packed_lines(self, run: Run) -> bool:
        return self.found is not None and self.found.is_packed(run)

    def _without_surplus(self, pieces: list[Piece], surplus: Surplus) -> list[Piece]:
        if all(piece.kind is Kind.EMPTY for piece in pieces):
            return pieces if len(pieces) >= 2 * self.width > 2 else pieces[: self.width]  # it may be several rows
        if len(pieces) == surplus.length and surplus.dropped:
            return [piece for at, piece in enumerate(pieces) if at not in surplus.dropped]
        if surplus.window == "first":
            kept, thrown = pieces[: self.width], pieces[self.width :]
        elif surplus.window == "last":
            kept, thrown = pieces[-self.width :], pieces[: -self.width]
        else:
            return pieces
        return kept if may_be_thrown(thrown, kept) else pieces


def _heads_by_grid(
    found: Found, table: Table, codes: Sequence[str], runs: Sequence[Run]
) -> dict[int | None, tuple[GridColumn, ...]]:
    """Where the heads of the columns stand in each grid that has them all, before its first row: a table cut at a page is several."""
    grids: dict[int | None, tuple[GridColumn, ...]] = {}
    for run in sorted((run for run in runs if run.bordered and run.pieces), key=lambda run: run.pieces[0].start):
        spot = found.stream.grid_column(run.pieces[0].start)
        if spot is not None and spot[0] not in grids:
            heads = heads_before(found, table, run.pieces[0].start)
            own = [hit for hit in heads if (at := found.stream.grid_column(hit.start)) is not None and at[0] == spot[0]]
            places = columns_of_heads(found.stream, own, codes)
            if places is not None:
                grids[spot[0]] = places
    return grids


def _check(columns: Columns, runs: Sequence[Run]) -> Columns:
    """The columns, without an order where a row total breaks in it that holds in the form's own: the heads may be false."""
    usual = replace(columns, order=tuple(range(columns.width)), grid=None, grids={})
    if columns.codes[-1] != "total":
        return columns
    if columns.order == usual.order and not columns.heads and total_stands_first(columns.pick(run) for run in runs):
        return replace(columns, order=None)
    if columns.order is None or (columns.grid is None and columns.order == usual.order):
        return columns
    broken = [usual.pick(run) for run in runs if total_breaks(columns.pick(run))]
    if columns.order == usual.order:  # only the places of the heads are in doubt, and only by a row that is whole without them
        broken = [pieces for pieces in broken if pieces is not None]
    return columns if all(map(total_breaks, broken)) else replace(columns, order=None)


def _are_displaced(found: Found, heads: Sequence[Hit], runs: Sequence[Run]) -> bool:
    """Whether a row of heads has a cell too many, so that the places of heads in the grid are wrong: it reaches further than most rows."""
    spots = {hit: spot[0] for hit in heads if (spot := found.stream.grid_column(hit.start)) is not None}
    starts = [run.pieces[0].start for run in runs if run.bordered and run.pieces]
    rows = sorted(
        found.stream.row_extent(start)
        for start in starts
        if (spot := found.stream.grid_column(start)) is not None and spot[0] in spots.values()
    )
    return bool(rows) and max(found.stream.row_extent(hit.start) for hit in spots) > rows[len(rows) // 2]


def _stand_aside(found: Found, grid: Sequence[GridColumn], head: Hit, runs: Sequence[Run]) -> bool:
    """Whether most whole rows in the grid of the heads have no cell under each of them: false row spans have moved one or other."""
    own = found.stream.grid_column(head.start)
    rows = [run.pieces for run in runs if run.bordered and len(run.pieces) >= len(grid)]
    rows = [pieces for pieces in rows if (spot := found.stream.grid_column(pieces[0].start)) and own and spot[0] == own[0]]
    return 2 * sum(pieces_under(found.stream, grid, pieces) is None for pieces in rows) > len(rows)


def _reach_alike(found: Found, runs: Sequence[Run]) -> bool:
    """
    Whether most rows reach as far as their table, as rows do in which wide cells leave their covered places behind.

    A table that is cut at the end of a page is several, and a row without its label reaches less far.
    """
    starts = [run.pieces[0].start for run in runs if run.bordered and run.pieces]
    return 2 * sum(not found.stream.reaches_less(start) for start in starts) > len(starts)


def _usual_reaches(found: Found, runs: Sequence[Run]) -> dict[int, int]:
    """How far most rows of each part of the table reach; none for a part where no reach is that of most."""
    parts: dict[int, Counter[int]] = {}
    for start in (run.pieces[0].start for run in runs if run.bordered and run.pieces):
        parts.setdefault(_part_of(found.stream, start), Counter())[found.stream.row_extent(start)] += 1
    usual = {part: extents.most_common(1)[0] for part, extents in parts.items()}
    return {part: extent for part, (extent, rows) in usual.items() if 2 * rows > parts[part].total()}


def _part_of(stream: Stream, start: int) -> int:
    """The number of the part of a table in which a row stands; -1 for all rows that stand between empty lines one by one."""
    return -1 if stream.stands_alone(start) else stream.part(start)


def _all_lack_one(found: Found, heads: Sequence[Hit], runs: Sequence[Run]) -> bool:
    """
    Whether rows have lost a cell each where wide cells leave their covered places behind: none reaches as far as the heads.

    The parts of a table that is cut need not be equally wide, so that only rows in the part of the heads show it, for all.
    """
    starts = [run.pieces[0].start for run in runs if run.bordered and run.pieces]
    if not found.stream.covers_shown or not starts:
        return False
    beside = [start for start in starts if heads and found.stream.part(heads[0].start) == found.stream.part(start)]
    return all(map(found.stream.reaches_less, beside or starts))


def _are_alike(found: Found, heads: Sequence[Hit], runs: Sequence[Run]) -> bool:
    """Whether all rows are lines with as many cells as those of their heads, labels counted: then none has lost one."""
    if not found.stream.borders.row_lines:
        return False
    starts = [*(hit.start for hit in heads), *(run.pieces[0].start for run in runs if run.bordered and run.pieces)]
    extents = map(found.stream.row_extent, starts)
    first = next(extents, None)
    return first is not None and all(extent == first for extent in extents)
