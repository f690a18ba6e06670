"""Which cells of a run are those of a table of groups, and what speaks against taking them by their number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import ROW_ENDS
from parsers.rebuild.rows.surplus import may_be_moved
from parsers.rebuild.rows.under import pieces_by_number
from parsers.rebuild.zones import Kind, Piece, Run, is_glued, is_separate

__all__ = ["begins_before", "ends_before", "is_alone", "is_apart", "may_be_glued", "may_hide_a_loss", "take"]

_DIGIT = re.compile(r"\d")


def take(run: Run, width: int, found: Found, heads: Sequence[Hit] = ()) -> list[Piece] | None:
    """
    The cells of a run of that width; surplus cells must be empty and leave no choice, or stand under none of all its heads.

    In lines a surplus cell beside an empty one leaves a choice: the number of a row stands before its first figure. So does
    the number of its cells where it reaches less far than a line of heads: an empty one at its end may be cut off.

    A row with empty cells cannot be taken as it stands where bars prove no places, nor where it does not reach as far
    as its table: a surplus cell may then stand in the place of a lost one.
    """
    pieces = list(run.pieces)
    if may_be_moved(run, width) or may_be_glued(run):
        return None
    if run.figures < width and may_hide_a_loss(run, found):
        return None
    if not run.bordered:
        return pieces if len(pieces) == width and all(is_separate(piece.text) for piece in pieces) else None
    if len(pieces) == width:
        return None if run.figures < width and ends_before(run, heads, found) else pieces
    by_number = pieces_by_number(found.stream, heads, pieces) if len(heads) == width else None
    if by_number is not None:
        return by_number
    first, last = pieces[width:], pieces[:-width]
    first_fits = not any(piece.kind is not Kind.EMPTY for piece in first)
    last_fits = not any(piece.kind is not Kind.EMPTY for piece in last)
    if first_fits == last_fits or run.figures < width:
        return None  # or the cell too many may be an empty one among the others
    return pieces[:width] if first_fits else pieces[-width:]


def is_apart(run: Run, found: Found) -> bool:
    """Whether no empty head can stand among the cells of a row: they are all figures, or the ends of rows are marked."""
    marked = found.stream.borders.row_lines or found.stream.grid_column(run.pieces[0].start) is not None
    return marked or run.figures == len(run.pieces)


def begins_before(run: Run, heads: Sequence[Hit], found: Found) -> bool:
    """Whether a row in lines of cells begins with a figure further to the left than its heads: it is not the form's, and one has been lost."""
    stream, start = found.stream, run.pieces[0].start
    lines = [hit.start for hit in heads if stream.grid_column(hit.start) is None]
    if not lines or stream.grid_column(start) is not None or not stream.borders.row_lines:
        return False
    first = min(lines, key=stream.number_in_row)
    opening = stream.text[max(stream.text.rfind(mark, 0, first) for mark in ROW_ENDS) + 1 : first]
    counted = len(run.pieces) == len(heads) and run.pieces[0].kind is Kind.FIGURE and _DIGIT.search(opening) is not None
    return counted and stream.number_in_row(start) < stream.number_in_row(first)


def ends_before(run: Run, heads: Sequence[Hit], found: Found) -> bool:
    """Whether a row in lines of cells has fewer of them than a line of its heads."""
    stream, start = found.stream, run.pieces[0].start
    if stream.grid_column(start) is not None or not stream.borders.row_lines:
        return False
    return any(stream.grid_column(hit.start) is None and stream.row_extent(hit.start) > stream.row_extent(start) for hit in heads)


def may_be_glued(run: Run) -> bool:
    """Whether figures of the row run together: in a cell that begins with 0 and goes on, or in the only one that is filled."""
    return is_alone(run) or any(is_glued(piece.text) for piece in run.pieces)


def is_alone(run: Run) -> bool:
    """Whether the first cell of a row is the only one that is filled, with a figure of several digits: those of others may be in it."""
    first = run.pieces[0]
    return run.figures == 1 and first.kind is Kind.FIGURE and sum(map(str.isdecimal, first.text)) > 1 and len(run.pieces) > 1


def may_hide_a_loss(run: Run, found: Found) -> bool:
    """Whether empty cells of a row prove no places: in packed bars, beside glued figures, or where it reaches less far than its table."""
    start = run.pieces[0].start
    shown = found.stream.grid_column(start) is not None or found.stream.covers_shown
    packed = run.figures > 0 and found.is_packed(run)
    return packed or found.cells_glued or (shown and found.stream.reaches_less(start))
