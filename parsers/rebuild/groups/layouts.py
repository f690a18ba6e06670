"""
The layouts in which a table of groups is printed: each says which cell is which, or that the table is not printed so.

    all figures in one row under their heads → the same by their number → a row a group → a column a group → a figure a row
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from parsers.form import Table
from parsers.rebuild.found import Found
from parsers.rebuild.groups.cells import begins_before, is_alone, is_apart, may_be_glued, may_hide_a_loss, take
from parsers.rebuild.groups.order import is_mirrored
from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import BORDERS, CELL, COVER, LINE, ROW_ENDS
from parsers.rebuild.rows.under import columns_of_heads, pieces_under, stands_beside
from parsers.rebuild.zones import Kind, Piece, Run, is_separate
from parsers.values import read_value

__all__ = ["Cells", "Step", "cells_of", "printed_columns", "stand_elsewhere"]

_DIGIT = re.compile(r"\d")

Cells = dict[tuple[str, str], Piece]
"""The piece of each cell, by group and column."""

_Spot = tuple[int, int, int]
"""Grid number, first grid column and column span of a label."""


@dataclass(frozen=True, slots=True)
class Step:
    """A label of the table and the runs of figures between it and the next one."""

    hit: Hit
    runs: tuple[Run, ...]


def cells_of(steps: Sequence[Step], table: Table, found: Found) -> Cells | None:
    """The cells of one printed table by the first layout that explains it; empty where its figures contradict its heads."""
    groups = [row.code for row in table.rows]
    columns = [column.code for column in table.columns]
    for read in (
        partial(_read_by_grid, found=found),
        partial(_read_wide, found=found),
        partial(_read_by_group, found=found),
        partial(_read_across, found=found),
        partial(_read_tall, found=found),
    ):
        cells = read(steps, groups, columns)
        if cells is not None:
            return {} if _end_in_a_note(cells) else cells
    return None


def _end_in_a_note(cells: Cells) -> bool:
    """Whether words stand in the last cell of a row whose others hold figures: a note behind a row that has lost one."""
    last = max(cells.values(), key=lambda piece: piece.start, default=None)
    return last is not None and last.kind is Kind.WORDS and any(piece.kind is Kind.FIGURE for piece in cells.values())


def _read_by_grid(steps: Sequence[Step], groups: Sequence[str], columns: Sequence[str], *, found: Found) -> Cells | None:
    """The one cell under each head, where all heads and groups stand apart in one grid."""
    spots = [(step, found.stream.grid_column(step.hit.start)) for step in steps]
    titles = [(step.hit.label.name, spot) for step, spot in spots if step.hit.label.kind == "row" and spot]
    heads = [(step.hit.label.name, spot) for step, spot in spots if step.hit.label.kind == "column" and spot]
    if len(heads) != len(groups) * len(columns) or len({spot[0] for _, spot in (*titles, *heads)}) != 1:
        return None
    under = _owned_columns(titles, heads) or _columns_in_blocks(titles, heads, groups, columns)
    rows = [run for step in steps for run in step.runs if run.bordered and len(run.pieces) >= len(heads) and not run.words]
    rows = [run for run in rows if run.figures] or _blank_row(steps, found)
    if len(under) != len(heads) or len(set(under.values())) != len(heads) or len(rows) != 1:
        return None
    if may_be_glued(rows[0]) or (rows[0].figures < len(heads) and may_hide_a_loss(rows[0], found)):
        return None
    reach = max(found.stream.row_extent(step.hit.start) for step in steps if step.hit.label.kind == "column")
    if rows[0].figures < len(heads) and found.stream.row_extent(rows[0].pieces[0].start) > reach:
        return {}  # one of its empty cells is one too many
    places = {spot[1]: piece for piece in rows[0].pieces if (spot := found.stream.grid_column(piece.start)) and spot[2] == 1}
    cells = {name: places[column] for name, column in under.items() if column in places}
    left = rows[0].figures - sum(piece.kind is Kind.FIGURE for piece in cells.values())
    if left and len(rows[0].pieces) > len(heads) and stands_beside(found.stream, [step.hit for step in steps], rows[0].pieces):
        return {}  # the row holds more than the form's cells: their number says nothing
    return cells if len(cells) == len(heads) and left == 0 else None


def _owned_columns(titles: Sequence[tuple[str, _Spot]], heads: Sequence[tuple[str, _Spot]]) -> dict[tuple[str, str], int]:
    """The grid column of each group and head, where every head stands under one group; else empty."""
    under: dict[tuple[str, str], int] = {}
    for name, (_, column, span) in heads:
        owners = [title for title, (_, first, wide) in titles if first <= column < first + wide]
        if len(owners) != 1 or span != 1:
            return {}
        under[owners[0], name] = column
    return under


def _columns_in_blocks(
    titles: Sequence[tuple[str, _Spot]], heads: Sequence[tuple[str, _Spot]], groups: Sequence[str], columns: Sequence[str]
) -> dict[tuple[str, str], int]:
    """The same where groups have lost their spans: heads in the form's order, each group named over one of its own; else empty."""
    placed = sorted((column, name) for name, (_, column, _) in heads)
    size = len(columns)
    if [name for _, name in placed] != [*columns] * len(groups) or any(span != 1 for _, (_, _, span) in heads):
        return {}
    blocks = [[column for column, _ in placed[at : at + size]] for at in range(0, len(placed), size)]
    if any(not blocks[groups.index(title)][0] <= first <= blocks[groups.index(title)][-1] for title, (_, first, _) in titles):
        return {}
    return {
        (group, name): column
        for group, block in zip(groups, blocks, strict=True)
        for name, column in zip(columns, block, strict=True)
    }


def _blank_row(steps: Sequence[Step], found: Found) -> list[Run]:
    """
    The first empty row behind the heads, where no figure stands in the whole table; none where it may not be the table's.

    A stray empty row may stand there too: the table's own is another where one of them has lost a cell.
    """
    if found.cells_dropped or any(run.figures for step in steps for run in step.runs):
        return []
    stream, last = found.stream, steps[-1].hit
    whole = stream.borders.row_lines or stream.grid_column(last.start) is not None
    if whole and _DIGIT.search(stream.text, last.end, stream.end_of_part(last.end)):
        return []  # words with digits are figures that cannot be read
    rows = [run for run in steps[-1].runs if run.bordered and not run.words and run.pieces]
    if found.stream.grid_column(steps[-1].hit.start) is not None:
        rows = [run for run in rows if not run.same_row]
    return [] if any(may_hide_a_loss(run, found) for run in rows) else rows[:1]


def _has_empty_heads(steps: Sequence[Step], found: Found) -> bool:
    """
    Whether empty cells stand in the rows of heads of a grid that has lost its spans.

    A stray column goes through the rows of figures too, so that as many cells as the form has are then one too few.
    """
    if not found.stream.reaches_less(steps[-1].hit.start) or found.stream.grid_column(steps[-1].hit.start) is None:
        return False
    return any(run.pieces and (run.same_row or step is not steps[-1]) for step in steps for run in step.runs)


def _read_wide(steps: Sequence[Step], groups: Sequence[str], columns: Sequence[str], *, found: Found) -> Cells | None:
    """All figures in one row behind the heads."""
    width = len(groups) * len(columns)
    rows = [run for step in steps for run in step.runs if len(run.pieces) >= width and run.figures]
    if not rows and not _has_empty_heads(steps, found):
        rows = [run for run in _blank_row(steps, found) if len(run.pieces) == width]
    if sum(step.hit.label.kind == "column" for step in steps) < width:
        rows = [run for run in rows if is_apart(run, found)]
    if any(run.figures < width == len(run.pieces) for run in rows) and _has_empty_heads(steps, found):
        return {}  # one of the cells is of the stray column
    heads = [step.hit for step in steps if step.hit.label.kind == "column"]
    if len(heads) == width and any(begins_before(run, heads, found) for run in rows):
        return {}
    picked = [pieces for run in rows if (pieces := take(run, width, found, heads)) is not None]
    if len(rows) != 1 or len(picked) != 1:
        return None
    hits = [step.hit for step in steps]
    if stand_elsewhere(hits, groups, columns) or is_mirrored(hits, found):
        return {}
    names = list(printed_columns(steps, groups, columns))
    return dict(zip(names, picked[0], strict=True))


def _read_by_group(steps: Sequence[Step], groups: Sequence[str], columns: Sequence[str], *, found: Found) -> Cells | None:
    """One run of figures for each group: behind its own heads, or in the row of its label."""
    rows: dict[str, list[tuple[list[Hit], Run]]] = {group: [] for group in groups}
    group: str | None = None
    heads: list[Hit] = []
    for step in steps:
        if step.hit.label.kind == "row":
            group = step.hit.label.name
            heads = heads if len(heads) == len(columns) and not rows[group] else []
        elif step.hit.label.kind == "column":
            heads = [*heads, step.hit] if len(heads) < len(columns) else [step.hit]
        if group is not None:
            rows[group] += [(heads, run) for run in step.runs if run.pieces and not run.words]
    cells: Cells = {}
    for name, printed in rows.items():
        whole = [(above, run) for above, run in printed if len(run.pieces) >= len(columns)]
        lost = found.cells_dropped or len(whole) < len(printed) or any(may_hide_a_loss(run, found) for _, run in whole)
        figured = [(above, run) for above, run in whole if run.figures] or ([] if lost else whole[:1])
        if len(figured) != 1:
            return None
        ((above, run),) = figured
        if run.figures < len(columns) and may_hide_a_loss(run, found):
            return None
        placed = _under_heads(run, above, columns, found)
        pieces = placed or take(run, len(columns), found, above)
        if pieces is None:
            return None
        printed_order = [hit.label.name for hit in above]
        as_printed = not placed and sorted(printed_order) == sorted(columns)
        if not placed and not as_printed and stand_elsewhere(above, [name], columns):
            return {}
        cells.update(
            {(name, column): piece for column, piece in zip(printed_order if as_printed else columns, pieces, strict=True)}
        )
    return cells


def _under_heads(run: Run, heads: Sequence[Hit], columns: Sequence[str], found: Found) -> list[Piece] | None:
    """The cells of a run in the form's order of columns, by their places in the grid of their heads."""
    grid = columns_of_heads(found.stream, heads, columns)
    at, above = (found.stream.grid_column(start) for start in (run.pieces[0].start, heads[0].start)) if heads else (None, None)
    if grid is None or at is None or above is None or at[0] != above[0]:
        return None
    return pieces_under(found.stream, grid, run.pieces)


def _read_across(steps: Sequence[Step], groups: Sequence[str], columns: Sequence[str], *, found: Found) -> Cells | None:
    """
    One row of figures behind each head, with a cell for each of the groups, which are named before the first head.

    A row whose first cell alone is filled may hold the figures of all three: then the first group's must add up to its total.
    """
    titles = [step for step in steps if step.hit.label.kind == "row"]
    heads = [step for step in steps if step.hit.label.kind == "column"]
    names = [step.hit.label.name for step in titles]
    if sorted(names) != sorted(groups) or sorted(step.hit.label.name for step in heads) != sorted(columns):
        return None
    if titles[-1].hit.first > heads[0].hit.first or is_mirrored([step.hit for step in titles], found):
        return None
    cells: Cells = {}
    doubted = False
    for step in heads:
        rows = [run for run in step.runs if run.pieces]
        if len(rows) != 1 or not rows[0].same_row:
            return None
        run = rows[0]
        alone = is_alone(run) and len(run.pieces) == len(groups) and run.bordered and not may_hide_a_loss(run, found)
        pieces = list(run.pieces) if alone else take(run, len(groups), found)
        if pieces is None:
            return None
        doubted = doubted or alone
        cells.update({(name, step.hit.label.name): piece for name, piece in zip(names, pieces, strict=True)})
    return None if doubted and not _adds_up([cells[names[0], column] for column in columns]) else cells


def _adds_up(pieces: Sequence[Piece]) -> bool:
    """Whether the last of some cells is the sum of the others, nothing counting as 0."""
    numbers = [0 if piece.kind is Kind.EMPTY else read_value(piece.text).number for piece in pieces]
    known = [number for number in numbers if number is not None]
    return len(known) == len(numbers) and sum(known[:-1]) == known[-1] > 0


def _read_tall(steps: Sequence[Step], groups: Sequence[str], columns: Sequence[str], *, found: Found) -> Cells | None:
    """
    One figure behind each head, in its row.

    Where all heads stand in the form's order, each on a line of its own, a cell that leaves no trace lacks alone.
    """
    owned = _in_blocks(steps, groups, columns, found)
    reach = _reaches(steps, found)
    furthest = max(reach.values(), default=0)
    cells: Cells = {}
    lost = 0
    loose = True  # whether figures stand on the lines of their heads without borders
    for step, group in owned or _named_before(steps):
        name = (group, step.hit.label.name)
        runs = [run for run in step.runs if run.pieces]
        if any(run.figures for run in runs if not run.same_row) or name in cells:
            return None
        if not runs or not runs[0].same_row:
            continue
        lacks = reach.get(step.hit, furthest) < furthest
        if not runs[0].figures and (lacks or may_hide_a_loss(runs[0], found)):
            lost += 1
            continue
        pieces = [piece for piece in runs[0].pieces if piece.kind is Kind.FIGURE] or list(runs[0].pieces[:1])
        if len(pieces) != 1 or (not runs[0].bordered and not is_separate(pieces[0].text)):
            return None
        cells[name] = pieces[0]
        loose = loose and not any(mark in found.stream.text[step.hit.end : pieces[0].start] for mark in BORDERS + LINE)
    return cells if len(cells) + lost == len(groups) * len(columns) or (owned and cells and loose) else None


def _reaches(steps: Sequence[Step], found: Found) -> dict[Hit, int]:
    """
    How many cells, and places that wide ones cover, each head's row has in lines of text: from its first label to the next row's.

    The last row may be cut off.
    """
    reach: dict[Hit, int] = {}
    start: int | None = None
    for step, below in pairwise(steps):
        start = step.hit.first if start is None else start
        if step.runs and step.runs[0].same_row:
            if found.stream.grid_column(start) is None:
                row = found.stream.text[start : below.hit.first]
                reach[step.hit] = row.count(CELL) + row.count(COVER)
            start = None
    return reach


def _in_blocks(steps: Sequence[Step], groups: Sequence[str], columns: Sequence[str], found: Found) -> list[tuple[Step, str]]:
    """
    Each head with its group, where the heads are the form's in its order and no group is named outside of its own ones.

    In the middle of them is where printers put the name of a group. Empty where it is not so, or two heads share a line.
    """
    heads = [step for step in steps if step.hit.label.kind == "column"]
    size = len(columns)
    if [step.hit.label.name for step in heads] != [*columns] * len(groups):
        return []
    before = 0
    for step in steps:
        if step.hit.label.kind == "row" and before // size != groups.index(step.hit.label.name):
            return []
        before += step.hit.label.kind == "column"
    between = (found.stream.text[above.hit.end : below.hit.first] for above, below in pairwise(heads))
    if not all(any(mark in text for mark in LINE + ROW_ENDS) for text in between):
        return []
    return [(step, groups[at // size]) for at, step in enumerate(heads)]


def _named_before(steps: Sequence[Step]) -> Iterator[tuple[Step, str]]:
    """Each head with the group that was named last before it."""
    group: str | None = None
    for step in steps:
        if step.hit.label.kind == "row":
            group = step.hit.label.name
        elif step.hit.label.kind == "column" and group is not None:
            yield step, group


def stand_elsewhere(labels: Sequence[Hit], groups: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether heads of which not all can be read show that the columns stand in another order than the form's."""
    heads = [hit.label.name for hit in labels if hit.label.kind == "column"]
    places = iter([*columns] * len(groups))
    return len(heads) < len(groups) * len(columns) and not all(name in places for name in heads)


def printed_columns(steps: Sequence[Step], groups: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Group and column of each printed position: as the heads stand when all of them are whole, else the form's order."""
    printed_groups = list(dict.fromkeys(step.hit.label.name for step in steps if step.hit.label.kind == "row"))
    heads = [step.hit.label.name for step in steps if step.hit.label.kind == "column"]
    size = len(columns)
    parts = [heads[at : at + size] for at in range(0, len(heads), size)]
    whole = len(heads) == size * len(groups) and all(sorted(part) == sorted(columns) for part in parts)
    chosen_groups = printed_groups if sorted(printed_groups) == sorted(groups) else list(groups)
    for at, group in enumerate(chosen_groups):
        for column in parts[at] if whole else columns:
            yield group, column
