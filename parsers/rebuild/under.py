"""Which cell stands under which head, where heads and cells keep their positions in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import CELL, COVER, LINE, ROW_ENDS
from parsers.rebuild.stream import Stream
from parsers.rebuild.wrapped import display_width
from parsers.rebuild.zones import Kind, Piece

__all__ = ["GridColumn", "columns_of_heads", "from_left", "pieces_under", "stands_beside"]

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

    Where a line without borders holds several of them, one that is printed in the middle of two lines stands apart.
    """
    starts = [max(stream.text.rfind(mark, 0, hit.start) for mark in LINE + ROW_ENDS) + 1 for hit in heads]
    before = [stream.text[start : hit.start] for start, hit in zip(starts, heads, strict=True)]
    if len(set(starts)) == len(heads) or any(CELL in text or COVER in text for text in before):
        return sorted(heads, key=lambda hit: hit.first)
    places = {hit: display_width(text) for hit, text in zip(heads, before, strict=True)}
    return sorted(heads, key=lambda hit: (places[hit], hit.first))


def pieces_under(stream: Stream, heads: Sequence[GridColumn], pieces: Sequence[Piece]) -> list[Piece] | None:
    """The piece under each head; None unless each head has one of its own and no figure is left over."""
    spots = [(piece, stream.grid_column(piece.start)) for piece in pieces]
    sides = [(piece, spot[1], spot[1] + spot[2]) for piece, spot in spots if spot is not None]
    chosen: list[Piece] = []
    for column, span in heads:
        end = column + span
        under = [piece for piece, left, right in sides if left < end and column < right]
        if len(under) != 1:
            return None
        chosen.append(under[0])
    left = [piece for piece in pieces if piece.kind is Kind.FIGURE and piece not in chosen]
    return None if left or len({piece.start for piece in chosen}) != len(heads) else chosen


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
