"""Columns of which nothing shows that they are the form's: without a head that can be read, and without a figure but row numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from parsers.rebuild.draft import Draft, Open, Printed
from parsers.rebuild.zones import Kind, Piece

__all__ = ["open_headless", "open_numbered"]

_FEWEST_NUMBERS = 8


def open_headless(draft: Draft, heads: Collection[str], codes: Sequence[str]) -> None:
    """
    Open the empty cells of one column that has no head where all others have one, and figures.

    Where a column of the form was taken out of a table and one that is empty put in, no cell of it is one of the form's.
    """
    (lacking, *others) = [code for code in codes if code not in heads] or [""]
    if not lacking or others:
        return
    printed = {cell: reading.piece for cell, reading in draft.readings.items() if isinstance(reading, Printed)}
    under = {cell: piece for cell, piece in printed.items() if cell[1] == lacking}
    if any(piece.kind is not Kind.EMPTY for piece in under.values()):
        return
    if not any(piece.kind is Kind.FIGURE for piece in printed.values()):
        return
    for cell, piece in under.items():
        draft.readings[cell] = Open("no head stands over the column, and no figure in it", piece)


def open_numbered(draft: Draft) -> None:
    """Open a table in which the figures of a column count its rows, one to each: they are row numbers, and others may have moved."""
    columns: dict[str, list[Piece]] = {}
    for (_, code), reading in draft.readings.items():
        if isinstance(reading, Printed) and reading.piece.kind is Kind.FIGURE:
            columns.setdefault(code, []).append(reading.piece)
    if any(map(_count, columns.values())):
        for cell, reading in draft.readings.items():
            if isinstance(reading, Printed):
                draft.readings[cell] = Open("the figures of a column count the rows of the table", reading.piece)


def _count(column: Sequence[Piece]) -> bool:
    """Whether so many numbers follow each other down a column, but for one that may lack; one that stands there twice counts nothing."""
    texts = {piece.text for piece in column}
    if len(texts) < max(len(column), _FEWEST_NUMBERS) or not all(map(str.isdecimal, texts)):
        return False
    numbers = [int(piece.text) for piece in sorted(column, key=lambda piece: piece.start)]
    steps = [behind - before for before, behind in pairwise(numbers)]
    return set(steps) <= {1, 2} and steps.count(2) <= 1
