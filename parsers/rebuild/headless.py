"""Columns without a head that can be read, and without a figure: nothing shows that they are the form's."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from parsers.rebuild.draft import Draft, Open, Printed
from parsers.rebuild.zones import Kind

__all__ = ["open_headless"]


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
