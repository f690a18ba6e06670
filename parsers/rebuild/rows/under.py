"""Which cell stands under which head, where heads and cells keep their positions in a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import CELL, COVER, LINE, ROW_ENDS, display_width
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Kind, Piece

__all__ = [
    "GridColumn",
    "by_place",
    "columns_of_heads",
    "from_left",
    "line_start",
    "pieces_by_number",
    "pieces_under",
    "stands_beside",
]

GridColumn = tuple[int, int]
"""First grid column and column span of a head."""


def columns_of_heads(stream: Stream, heads: Sequence[Hit], codes: Sequence[str]) -> tuple[GridColumn, ...] | None:
    """Where the head of each code stands; None unless all stand apart in one grid."""
    spots = {hit.label.name: stream.grid_column(hit.start) for hit in heads}
    known = [place for code in codes if (place := spots.get(code)) is not None]
    if len(known) != len(codes) or len(codes) < 2 or len({place[0] for place in known}) != 1:
        return None
    ranges = sorted((column, column + span) for _, column, span in known)
    if any(left[1] > right[0] for left, right in pairwise(ranges)):
        return None
    return tuple((column, span) for _, column, span in known)


def from_left(stream: Stream, heads: Sequence[Hit]) -> list[Hit]:
    """
    Heads of one level from left to right: as they follow each other in the text, or by their place on the line.

    Where a line without borders holds several of them, one that is printed in the middle of two lines stands apart. Heads
    that stand below each other are no columns: then their lines were only broken, and they follow each other in the text.
    """
    starts = [line_start(stream, hit.start) for hit in heads]
    before = [stream.text[start : hit.start] for start, hit in zip(starts, heads, strict=True)]
    in_text = sorted(heads, key=lambda hit: hit.first)
    if len(set(starts)) == len(heads) or any(CELL in text or COVER in text for text in before):
        return in_text
    return by_place(stream, heads) or in_text


def by_place(stream: Stream, heads: Sequence[Hit]) -> list[Hit]:
    """Heads by their place on their lines; none where some stand below each other, or it depends on how wide characters count."""
    orders = [order for measure in (display_width, len) if (order := _by_place(stream, heads, measure))]
    return orders[0] if orders and orders[0] == orders[-1] else []


def _by_place(stream: Stream, heads: Sequence[Hit], measure: Callable[[str], int]) -> list[Hit]:
    places = {hit: measure(stream.text[line_start(stream, hit.start) : hit.start]) for hit in heads}
    ordered = sorted(heads, key=lambda hit: (places[hit], hit.first))
    ends = [places[hit] + measure(stream.text[hit.start : hit.end].partition(LINE)[0]) for hit in ordered]
    return ordered if all(end < places[hit] for end, hit in zip(ends, ordered[1:], strict=False)) else []


def line_start(stream: Stream, place: int) -> int:
    """Where the line, or the row of cells, of a place begins."""
    return max(stream.text.rfind(mark, 0, max(place, 0)) for mark in LINE + ROW_ENDS) + 1


def pieces_under(
    stream: Stream, heads: Sequence[GridColumn], pieces: Sequence[Piece], is_others: Callable[[Piece], bool] | None = None
) -> list[Piece] | None:
    """The piece under each head; None unless each head has one of its own and every figure left over is that of another column."""
    spots = [(piece, stream.grid_column(piece.start)) for piece in pieces]
    sides = {spot[1:]: piece for piece, spot in spots if spot is not None}
    if len(sides) < sum(spot is not None for _, spot in spots):
        return None
    chosen: list[Piece] = []
    for column, span in heads:
        under = sides.get((column, span))  # most cells are as wide as their head, and no two of a row overlap
        if under is None:
            beside = [piece for (left, wide), piece in sides.items() if left < column + span and column < left + wide]
            if len(beside) != 1:
                return None
            under = beside[0]
        chosen.append(under)
    if len({piece.start for piece in chosen}) != len(heads):
        return None
    left = [piece for piece in pieces if piece.kind is Kind.FIGURE and piece not in chosen]
    return None if any(is_others is None or not is_others(piece) for piece in left) else chosen


def pieces_by_number(stream: Stream, heads: Sequence[Hit], pieces: Sequence[Piece]) -> list[Piece] | None:
    """
    The piece in the place of each head, counted from the left in lines of cells; None in grids and where the places are unlike.

    They are alike where the lines of all heads have as many cells as that of the pieces, and no wide cell covers any.
    """
    if not heads or not pieces or stream.grid_column(pieces[0].start) is not None:
        return None
    extent = stream.row_extent(pieces[0].start)
    if any(stream.grid_column(hit.start) is not None or stream.row_extent(hit.start) != extent for hit in heads):
        return None
    by_place = {_number_in_row(stream, piece.start): piece for piece in pieces}
    numbers = [_number_in_row(stream, hit.start) for hit in heads]
    if None in numbers or None in by_place or len(by_place) != len(pieces) or len(set(numbers)) != len(heads):
        return None
    if not by_place.keys() >= set(numbers):
        return None
    return [by_place[number] for number in numbers]


def _number_in_row(stream: Stream, at: int) -> int | None:
    """How many cells begin before a place in its line; None where a wide cell covers some."""
    text = stream.text
    left = max(text.rfind(mark, 0, at) for mark in ROW_ENDS) + 1
    return None if text.count(COVER, left, at) else text.count(CELL, left, at)


def stands_beside(stream: Stream, heads: Sequence[Hit], pieces: Sequence[Piece]) -> bool:
    """Whether a figure stands under none of the heads of its own grid: the row holds more than the form's cells."""
    spots = [spot for hit in heads if (spot := stream.grid_column(hit.start)) is not None]
    for piece in pieces:
        spot = stream.grid_column(piece.start)
        if piece.kind is not Kind.FIGURE or spot is None or not any(head[0] == spot[0] for head in spots):
            continue
        if not any(spot[1] < head[1] + head[2] and head[1] < spot[1] + spot[2] for head in spots if head[0] == spot[0]):
            return True
    return False
