"""Which cell stands under which head, where heads and cells keep their positions in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from parsers.rebuild.labels import Hit
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Kind, Piece

__all__ = ["GridColumn", "columns_of_heads", "pieces_under"]

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


def pieces_under(stream: Stream, heads: Sequence[GridColumn], pieces: Sequence[Piece]) -> list[Piece] | None:
    """The piece under each head; None unless each head has one of its own and no figure is left over."""
    spots = [(piece, stream.grid_column(piece.start)) for piece in pieces]
    chosen: list[Piece] = []
    for column, span in heads:
        under = [piece for piece, spot in spots if spot is not None and spot[1] < column + span and column < spot[1] + spot[2]]
        if len(under) != 1:
            return None
        chosen.append(under[0])
    left = [piece for piece in pieces if piece.kind is Kind.FIGURE and piece not in chosen]
    return None if left or len({piece.start for piece in chosen}) != len(heads) else chosen
