"""
Tables printed as small blocks, each with a title and heads of its own (section two).

No order of rows can be trusted here, so each row label is looked for anywhere in the table's region, at a
border, outside brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from parsers.form import Block, Row, Table
from parsers.rebuild.blocks.heads import are_beside_others, head_order, heads_of_block, order_of, stand_elsewhere
from parsers.rebuild.draft import Draft
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit, is_tail
from parsers.rebuild.marks import CELL, ROW, is_space
from parsers.rebuild.rows.above import NOTE as ABOVE
from parsers.rebuild.rows.above import figures_above
from parsers.rebuild.rows.copies import has_figures_beside, stands_among_figures
from parsers.rebuild.rows.money import units_of_heads
from parsers.rebuild.rows.named_cells import read_named_blocks
from parsers.rebuild.rows.other_years import are_years_headed, is_of_another_year
from parsers.rebuild.rows.parted import with_doubted_blanks
from parsers.rebuild.rows.surplus import may_be_grouped, may_be_moved, may_be_thrown
from parsers.rebuild.rows.torn import NOTE, figures_behind_heads, is_on_own_line, is_printed_alone, is_surplus
from parsers.rebuild.rows.under import columns_of_heads, pieces_by_number, pieces_under, stands_beside
from parsers.rebuild.zones import Kind, Piece, Run, cut_zone, is_glued, is_separate

__all__ = ["read_blocks"]

_LONGEST_NOTE = 200
_TURNED = "the figures stand behind the heads, not behind the label of their row"
_BRACKETS = re.compile(r"[(（][^()（）]*$")


def read_blocks(found: Found, table: Table) -> Draft:
    """The draft of a table whose layout is `blocks`."""
    if named := read_named_blocks(found, table):
        return named
    draft = Draft(table)
    anchors = _anchors(found, table)
    if not anchors:
        return draft
    start = anchors[0].first
    rows = [hit for hit in found.of(table.code, "row") if hit.first > start and not _in_brackets(found, hit)]
    in_grid = found.stream.grid_column(start) is not None
    marked = in_grid or found.rows_marked(start, max(hit.end for hit in (*anchors, *rows)), len(anchors) + len(rows))
    habits = _study(found, table, rows, marked=marked)
    above = _stand_above(found, table, anchors, rows)
    draft.torn = above or (not marked and _are_torn(found, table, anchors, rows))
    for block in table.blocks:
        for row in block.rows:
            hits = [hit for hit in rows if hit.label.name == row.code]
            if draft.torn and not all(_is_whole_line(found, hit, len(block.columns), marked=marked) for hit in hits):
                draft.open_row(row.code, [column.code for column in block.columns], ABOVE if above else NOTE)
            elif any(_is_turned(found, hit, marked=marked) for hit in hits):
                draft.open_row(row.code, [column.code for column in block.columns], _TURNED)
            else:
                _read_row(found, block, row, hits, draft, habits, marked=marked)
    _read_unlabelled(found, table, anchors, rows, draft, marked=marked)
    if draft.readings:
        pieces = [reading.piece for reading in draft.readings.values() if reading.piece is not None]
        draft.spans.append((start, max((piece.end for piece in pieces), default=start)))
    return draft


def _are_torn(found: Found, table: Table, anchors: Sequence[Hit], rows: Sequence[Hit]) -> bool:
    """Whether figures stand in lines of text behind heads or behind another row's own, while a row that is named has none."""
    widths = {row.code: len(block.columns) for block in table.blocks for row in block.rows}
    own = [
        (widths[hit.label.name], cut_zone(found.stream, hit.end, found.next_label(hit.end), rows_marked=False))
        for hit in rows
        if is_printed_alone(found, hit)
    ]
    surplus = (is_surplus(runs[0], width, 1) for width, runs in own if runs and not runs[0].words)
    return not all(runs for _, runs in own) and (figures_behind_heads(found, anchors, 1) or any(surplus))


def _stand_above(found: Found, table: Table, anchors: Sequence[Hit], rows: Sequence[Hit]) -> bool:
    """Whether figures stand right above the first label of some block, behind its heads."""
    firsts = [hit for hit in rows if hit.label.name in {block.rows[0].code for block in table.blocks}]
    heads = {hit.end for hit in anchors}
    return any(_ends_before(found, hit.first) in heads and figures_above(found, hit.first, fewest=1) for hit in firsts)


def _ends_before(found: Found, place: int) -> int:
    """Where the last label before a place ends; 0 when there is none."""
    at = bisect_left(found.starts, place)
    return found.hits[at - 1].end if at else 0


def _is_whole_line(found: Found, hit: Hit, width: int, *, marked: bool) -> bool:
    runs = cut_zone(found.stream, hit.end, _next_label(found, hit.end), rows_marked=marked)
    if marked:
        return bool(runs) and runs[0].same_row
    return bool(runs) and is_on_own_line(found, hit, runs[0], width)


def _anchors(found: Found, table: Table) -> list[Hit]:
    """Titles, heads and column heads at borders, or right behind another label in text that lost them: they show where the table is."""
    hits = found.of(table.code, "title", "column", "head")
    return [hit for hit in hits if found.copy.marked_before(hit.nth) or hit.first in found.ends]


def _next_label(found: Found, place: int) -> int:
    """Where the first label at or behind a place begins that no note in brackets quotes."""
    at = bisect_left(found.starts, place)
    return next((hit.first for hit in found.hits[at:] if not _in_brackets(found, hit)), len(found.stream.text))


def _in_brackets(found: Found, hit: Hit) -> bool:
    line = found.stream.text[max(0, hit.first - _LONGEST_NOTE) : hit.first]
    return _BRACKETS.search(line[max(line.rfind(mark) for mark in (CELL, ROW, "\ue003")) + 1 :]) is not None


@dataclass(frozen=True, slots=True)
class _Habits:
    """
    What all rows of the table together show of their surplus cells.

    `window`: they stand behind the `first` cells or before the `last`; None when that is not known. `spare`: so many
    at least stand beside every whole row of a width in lines of text. `mixed`: the heads of some block stand in another order
    than the form's.
    """

    window: str | None
    spare: Mapping[int, int]
    mixed: bool


def _study(found: Found, table: Table, rows: Sequence[Hit], *, marked: bool) -> _Habits:
    """The habits of a table."""
    widths = {row.code: len(block.columns) for block in table.blocks for row in block.rows}
    first, last = True, True
    spare: dict[int, int] = {}
    for hit in rows:
        width = widths[hit.label.name]
        for run in cut_zone(found.stream, hit.end, found.next_label(hit.end), rows_marked=marked)[:1]:
            if not run.bordered or not run.same_row or not run.figures:
                continue
            if len(run.pieces) > width:
                first &= not any(piece.kind is Kind.FIGURE for piece in run.pieces[width:])
                last &= not any(piece.kind is Kind.FIGURE for piece in run.pieces[:-width])
            if run.figures >= width and found.stream.grid_column(run.pieces[0].start) is None:
                spare[width] = min(len(run.pieces) - width, spare.get(width, len(run.pieces)))
    mixed = any(
        head_order(heads_of_block(found, block, table), [column.code for column in block.columns]) for block in table.blocks
    )
    return _Habits(None if first == last else "first" if first else "last", spare, mixed)


def _read_row(found: Found, block: Block, row: Row, hits: Sequence[Hit], draft: Draft, habits: _Habits, *, marked: bool) -> None:
    """Fill a row from the one place where its label owns figures or empty cells; open it when places disagree."""
    codes = [column.code for column in block.columns]
    heads = heads_of_block(found, block, draft.table)
    order = head_order(heads, codes)
    grid = columns_of_heads(found.stream, heads, codes)
    draft.units.update({(row.code, code): unit for code, unit in units_of_heads(found.stream, block, heads).items()})
    readings: dict[tuple[str, ...], tuple[list[Piece], Run]] = {}
    lost: Run | None = None
    gone = False
    bare: list[Hit] = []
    for hit in hits:
        run = _run_of(found, row, hit, len(codes), marked=marked)
        if run is None:
            bare.append(hit)
            continue
        placed = _under_heads(found, heads, run, codes)
        beside = may_be_moved(run, len(codes), row, hit.core)
        headed = grid is not None or len(heads) == len(codes) == 1
        if headed and len(run.pieces) > len(codes) and not (found.cells_glued and run.figures < len(codes)):
            beside = beside or stands_beside(found.stream, heads, run.pieces)
        told = beside or _reaches_less(found, heads, run, len(codes))
        # Programs that take a text out of a page mix up heads, or print one that spans columns, and its figure, in each.
        beside = beside or (not run.bordered and len(codes) < len(heads) != len(run.pieces))
        beside = beside or are_beside_others(found, draft.table, heads, run)
        # Where a head and its figure stand in each column that they span, an empty cell and a repeated figure look alike.
        repeated = run.bordered and len(codes) < len(heads) and run.figures < len(run.pieces)
        told = told or beside or repeated or (order is not None and not run.bordered)
        surplus = _reaches_more(found, heads, run, len(codes)) or (
            len(run.pieces) != len(codes) and are_years_headed(found, hit.first)
        )
        pieces = None if surplus else placed or (None if told else _pick(run, len(codes), found, habits))
        if pieces is None:
            bare += [] if run.figures else [hit]
            lost, gone = (lost, gone) if lost else (run, beside)
            continue
        if placed is None and order is not None and len(pieces) == len(codes):
            pieces = [pieces[at] for at in order]
        by_number = (
            placed is None and order is None and len(pieces) == len(codes) and (run.figures or len(run.pieces) == len(codes))
        )
        unread = habits.mixed and len({hit.label.name for hit in heads}) < len(codes) > 1
        if by_number and (unread or stand_elsewhere(found, heads, codes, pieces)):
            draft.open_row(
                row.code, codes, "the heads stand in another order than the form's, and not all can be read", pieces[0]
            )
            return
        readings.setdefault(tuple(piece.text for piece in pieces), (pieces, run))
    _decide(found, row, _Places(codes, readings, bare, lost, gone, order is not None), draft, marked=marked)


class _Places(NamedTuple):
    """
    What stands behind the labels of a row, wherever they do: what was read, labels without cells, and cells that tell no columns.

    `gone` when some of the latter are no cells of the form, `reordered` when the heads stand in another order than the form's.
    """

    codes: Sequence[str]
    readings: dict[tuple[str, ...], tuple[list[Piece], Run]]
    bare: Sequence[Hit]
    lost: Run | None
    gone: bool
    reordered: bool


def _decide(found: Found, row: Row, places: _Places, draft: Draft, *, marked: bool) -> None:
    """Fill a row, or open it when the places of its label disagree."""
    codes, readings, bare, lost, gone, reordered = places
    figured = {texts: found_at for texts, found_at in readings.items() if any(p.kind is Kind.FIGURE for p in found_at[0])}
    blank = [found_at[0] for texts, found_at in readings.items() if texts not in figured] if figured else []
    if any(stands_among_figures(found, draft.table, pieces[0].start, marked=marked) for pieces in blank):
        draft.open_row(row.code, codes, "the row stands twice, and once without figures", blank[0][0])
        return
    template = [pieces for pieces, _ in readings.values()] if not figured else []
    if template and any(has_figures_beside(found, hit, marked=marked) for hit in bare):
        draft.open_row(row.code, codes, "the row stands twice, and once without cells", template[0][0])
        return
    readings = {} if template and lost is not None and lost.figures else figured or readings
    if readings and lost is not None and gone:
        draft.open_row(row.code, codes, "the row stands twice, and once with other cells than the form's", lost.pieces[0])
    elif len(readings) == 1:
        ((pieces, _),) = readings.values()
        draft.fill(row.code, codes, pieces)
    elif readings:
        draft.open_row(row.code, codes, "the row stands twice with different figures", next(iter(readings.values()))[0][0])
    elif lost is not None:
        dated = are_years_headed(found, lost.pieces[0].start)
        gone = gone or reordered or dated or found.lacks_cells(lost, len(codes))
        draft.lose(row.code, codes, lost, found.stream, lacks_cells=gone)


def _is_turned(found: Found, hit: Hit, *, marked: bool) -> bool:
    """Whether figures stand in the row of the column head that follows a label, and none behind the label: rows are columns here."""
    end = _next_label(found, hit.end)
    heads = [other for other in found.of(hit.label.table, "column") if other.first == end]
    if not heads or any(run.figures for run in cut_zone(found.stream, hit.end, end, rows_marked=marked)):
        return False
    behind = cut_zone(found.stream, heads[0].end, found.next_label(heads[0].end), rows_marked=marked)
    return bool(behind) and behind[0].same_row and behind[0].figures > 0


def _run_of(found: Found, row: Row, hit: Hit, width: int, *, marked: bool) -> Run | None:
    """The cells that a label of a row owns; None where there are none."""
    end = _next_label(found, hit.end)
    runs = cut_zone(found.stream, hit.end, end, rows_marked=marked)
    run = next((item for item in runs if item.pieces), None)
    if run is None or found.leads(run, end) or not _belongs(row, hit, run, runs, width, marked=marked):
        return None
    if marked and not run.figures and found.follows_a_row(hit):
        return None
    below = next((item for item in runs[runs.index(run) + 1 :] if item.pieces and not found.leads(item, end)), None)
    return run if below is None else with_doubted_blanks(run, below, found.form.table(hit.label.table))


def _belongs(row: Row, hit: Hit, run: Run, runs: Sequence[Run], width: int, *, marked: bool) -> bool:
    """Whether a run is the row of the label before it: in its row, or alone and whole in the row below."""
    if is_of_another_year(run.words, row):
        return False
    if run.same_row:
        # Where rows are not marked, words between a label and a figure may name another row, whose figure it is.
        return (run.bordered and (marked or not run.words)) or is_tail(run.words, row, hit.core)
    return not run.words and len(runs) == 1 and run.figures == width == len(run.pieces)


def _under_heads(found: Found, heads: Sequence[Hit], run: Run, codes: Sequence[str]) -> list[Piece] | None:
    """The cells under the heads of a block, in a row that has more of them than the block has columns; None where it does not tell."""
    if len(run.pieces) <= len(codes) or (found.cells_glued and run.figures < len(codes)):
        return None
    grid = columns_of_heads(found.stream, heads, codes)
    if grid is not None:
        return pieces_under(found.stream, grid, run.pieces)
    if len(heads) != len(codes) or (run.figures < len(codes) and found.is_packed(run)):
        return None
    ordered = sorted(heads, key=lambda hit: codes.index(hit.label.name))
    return pieces_by_number(found.stream, ordered, run.pieces)


def _pick(run: Run, width: int, found: Found, habits: _Habits) -> list[Piece] | None:
    """The cells of a run; fewer than the columns only when what lacks, lacks at the end."""
    pieces = list(run.pieces)
    if width > 1 and (any(is_glued(piece.text) for piece in pieces) or (found.cells_glued and run.figures < width)):
        return None
    if run.bordered:
        in_lines = found.stream.grid_column(pieces[0].start) is None
        if in_lines and run.figures < width and len(pieces) < width + habits.spare.get(width, 0) and not run.cut_short:
            return None
        if 0 < run.figures < width and found.is_packed(run):
            return None
        if len(pieces) > width:
            return _trim(pieces, width, habits.window)
        noted = width > 1 and pieces[-1].kind is Kind.WORDS and run.figures > 0  # a note behind a row that has lost a cell
        return pieces if (len(pieces) == width and not noted) or run.cut_short else None
    if may_be_grouped(found.stream, pieces) or not all(is_separate(piece.text) for piece in pieces):
        return None
    if len(pieces) == width:
        return pieces
    return pieces if len(pieces) < width and run.cut_short and _is_closed(found, pieces[-1]) else None


def _trim(pieces: list[Piece], width: int, window: str | None = None) -> list[Piece] | None:
    """The first or last cells, when the others are empty: the only choice that keeps all figures, else the table's."""
    first, last = pieces[:width], pieces[-width:]
    rest_first, rest_last = pieces[width:], pieces[:-width]
    first_fits, last_fits = may_be_thrown(rest_first, first), may_be_thrown(rest_last, last)
    if window is None and last_fits and not first_fits and all(piece.text == first[-1].text for piece in rest_first):
        return None  # a figure that spans columns may be repeated in each, behind an empty cell
    if first_fits and (not last_fits or _same(first, last) or window == "first"):
        return first
    return last if last_fits and (not first_fits or window == "last") else None


def _same(first: Sequence[Piece], last: Sequence[Piece]) -> bool:
    """Whether both choices hold nothing but empty cells."""
    return all(piece.kind is Kind.EMPTY for piece in (*first, *last))


def _is_closed(found: Found, piece: Piece) -> bool:
    """Whether something shows that the last figure of a cut document is whole: a border or line end behind it."""
    behind = found.stream.text[piece.end : piece.end + 2]
    return is_space(behind) and len(behind) == 2


def _reaches_more(found: Found, heads: Sequence[Hit], run: Run, width: int) -> bool:
    """Whether a row with empty cells reaches further than its heads: one of them is one too many."""
    start, stream = run.pieces[0].start, found.stream
    if run.figures in (0, width) or len(run.pieces) <= width or not run.bordered:
        return False
    if stream.grid_column(start) is None and not stream.borders.row_lines:
        return False
    return 0 < max((stream.row_extent(hit.start) for hit in heads), default=0) < stream.row_extent(start)


def _reaches_less(found: Found, heads: Sequence[Hit], run: Run, width: int) -> bool:
    """Whether a row with an empty cell does not reach as far as its heads: a surplus cell may stand in a lost one's place."""
    start, stream = run.pieces[0].start, found.stream
    if run.figures >= width or not heads:
        return False
    if stream.grid_column(start) is None:
        if not run.bordered or run.cut_short:
            return False
        if not stream.borders.row_lines:
            behind = cut_zone(stream, heads[-1].end, found.next_label(heads[-1].end), rows_marked=False)
            return len(run.pieces) < width + sum(len(other.pieces) for other in behind if not other.figures)
    return stream.row_extent(start) < stream.row_extent(heads[0].start)


def _read_unlabelled(
    found: Found, table: Table, anchors: Sequence[Hit], rows: Sequence[Hit], draft: Draft, *, marked: bool
) -> None:
    """
    Give a block of one row its figures when only its label is lost: its column heads own the zone behind them.

    上高县's 行政事业性收费 has an empty label cell.
    """
    for block in table.blocks:
        row = block.rows[0]
        codes = [column.code for column in block.columns]
        if len(block.rows) != 1 or (row.code, codes[0]) in draft.readings or any(hit.label.name == row.code for hit in rows):
            continue
        heads = [
            hit
            for hit in anchors
            if hit.label.kind == "column" and hit.label.name == codes[-1] and hit.label.order == order_of(table, block)
        ]
        if len(heads) != 1:
            continue
        runs = cut_zone(found.stream, heads[0].end, found.next_label(heads[0].end), rows_marked=marked)
        runs = [run for run in runs if run.figures and not run.same_row]
        if len(runs) == 1 and not runs[0].words and runs[0].bordered:
            pieces = _trim([*runs[0].pieces], len(codes)) if len(runs[0].pieces) > len(codes) else list(runs[0].pieces)
            if pieces is not None and len(pieces) == len(codes):
                draft.fill(row.code, codes, pieces)
