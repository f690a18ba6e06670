"""
Heads: which columns a table prints, and in what order, as far as the heads before its first row can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from parsers.form import Column, Table
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import CELL, LINE, ROW_ENDS, SPACE
from parsers.rebuild.rows.under import by_place, columns_of_heads, from_left, pieces_under
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Run

__all__ = ["codes_printed", "heads_before", "heads_in_order", "lack_a_head", "printed_order"]

_FEWEST_HEADS = 4


def heads_before(found: Found, table: Table, first_row: int) -> list[Hit]:
    """The column heads in the last header before the first row, one hit each, in printed order."""
    last: dict[str, Hit] = {}
    for hit in found.of(table.code, "column"):
        if hit.end <= first_row:
            last[hit.label.name] = hit
    return sorted(last.values(), key=lambda hit: hit.first)


def codes_printed(stream: Stream, table: Table, heads: Sequence[Hit], runs: Sequence[Run]) -> tuple[str, ...]:
    """
    The columns that the table prints: those with a head, where no row has a figure that stands under none of them.

    Else all of the form's. A head that cannot be read still stands there: the heads that can must be all of the row.
    """
    codes = tuple(column.code for column in table.columns)
    headed = tuple(code for code in codes if code in {hit.label.name for hit in heads})
    filled = [run for run in runs if run.pieces]
    grid = columns_of_heads(stream, heads, headed) if _FEWEST_HEADS <= len(headed) < len(codes) else None
    if grid is None or not filled or not all(run.bordered for run in filled):
        return codes
    if not all(pieces_under(stream, grid, run.pieces) for run in filled):
        return codes
    if all(len(run.pieces) == len(headed) for run in filled):
        ends = max(column + span for column, span in grid)
        return headed if all(stream.table_extent(run.pieces[0].start) == ends for run in filled) else codes
    if not all(len(run.pieces) > len(headed) for run in filled):
        return codes
    # An empty column without a head is one too many; the form's own may lack.
    under = pieces_under(stream, grid, filled[0].pieces) or []
    return codes if any(stream.is_headed(piece.start) for piece in filled[0].pieces if piece not in under) else headed


def heads_in_order(heads: Sequence[Hit], codes: Sequence[str]) -> tuple[Hit, ...]:
    """The head of each code; none where one of them lacks."""
    named = {hit.label.name: hit for hit in heads}
    return tuple(named[code] for code in codes) if named.keys() == set(codes) else ()


def printed_order(found: Found, table: Table, heads: Sequence[Hit], codes: Sequence[str]) -> tuple[int, ...] | None:
    """
    The printed position of each of the form's columns, from the order of heads in the text.

    The form's own order where too few heads are whole to say more; None where heads contradict it and do not say all.
    """
    usual = tuple(range(len(codes)))
    names = [hit.label.name for hit in heads]
    if len(codes) < 2 or len(names) < 2:
        return usual
    if found.stream.grid_column(heads[0].start) is None and [hit.label.name for hit in by_place(found.stream, heads)] == [*codes]:
        return usual
    inner = {column.code for column in table.columns if column.under}
    if sorted(names) != sorted(codes):
        inside = [hit for hit in heads if hit.label.name in inner]
        known = [[hit.label.name for hit in ordered] for ordered in (inside, by_place(found.stream, inside))]
        return usual if [code for code in codes if code in known[0]] in known and _ascend(found, heads, codes) else None
    groups = {column.under for column in table.columns if column.under}
    over = [hit for hit in found.of(table.code, "head") if hit.label.name in groups and hit.first <= heads[-1].first]
    if not over:
        in_two_levels = {code for code in codes if code not in inner} == set(names[:2]) and names[0] == codes[0]
        return None if in_two_levels and inner else tuple(names.index(code) for code in codes)
    level = from_left(found.stream, [hit for hit in heads if hit.label.name not in inner] + over[-1:])
    low = [hit.label.name for hit in from_left(found.stream, [hit for hit in heads if hit.label.name in inner])]
    if max(hit.first for hit in level) > next(hit.first for hit in heads if hit.label.name in inner):
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


def lack_a_head(found: Found, table: Table, heads: Sequence[Hit], codes: Sequence[str]) -> bool:
    """
    Whether the head of one of the columns is not there, nor any cell in its place between the heads beside it.

    Then the column is gone too, even where rows have as many cells as the form has columns: one of them is a stray one.
    """
    last = heads[-1].first if heads else 0
    named = {hit.label.name: hit for hit in (*found.of(table.code, "head"), *heads) if hit.first <= last}
    for column in table.columns:
        if column.code in codes and column.code not in named:
            level = _level(table, column)
            at = level.index(column.code)
            before, behind = ([named.get(name) for name in side] for side in (level[:at][-1:], level[at + 1 :][:1]))
            if _adjoin(found.stream, before, behind):
                return True
    return False


def _level(table: Table, column: Column) -> list[str]:
    """The heads that stand in one row with that of a column, in the form's order; a group's in the place of its columns'."""
    if column.under:
        return [other.code for other in table.columns if other.under == column.under]
    return list(dict.fromkeys(other.under or other.code for other in table.columns))


def _adjoin(stream: Stream, before: Sequence[Hit | None], behind: Sequence[Hit | None]) -> bool:
    """Whether two heads of one row stand side by side in cells, or the one at its start or end, where no other is asked for."""
    named = [hit for hit in (*before, *behind) if hit is not None]
    if not named or len(named) < len(before) + len(behind):
        return False
    text = stream.text
    start = max(text.rfind(mark, 0, named[0].first) for mark in ROW_ENDS) + 1
    end = min((at for mark in ROW_ENDS if (at := text.find(mark, named[0].end)) >= 0), default=len(text))
    between = text[named[0].end if before else start : named[-1].first if behind else end]
    return text.count(CELL, start, end) > 1 and between.strip(SPACE + LINE) == (CELL if behind else "")
