"""Stacks: several rows in one, each of their cells with a line for every row."""

from __future__ import annotations

from parsers.rebuild.marks import SPACE
from parsers.rebuild.zones import Piece, Run, is_whole, kind_of

__all__ = ["is_stacked", "unstack"]


def is_stacked(run: Run) -> bool:
    """Whether several cells of a run hold several figures, one a line: those of rows whose labels are not there."""
    # those in doubt stand in a stack that is taken apart
    stacks = [piece.text.split("\n") for piece in run.pieces if "\n" in piece.text and not piece.doubt]
    return sum(sum(map(is_whole, lines)) > 1 for lines in stacks) > 1


def unstack(run: Run, height: int, *, unnamed: bool = False) -> list[Run] | None:
    """
    The rows of a run whose cells each stack so many rows, one a line; None when no cell has as many lines.

    A cell with fewer lines has lost some (empty ones): its figures are in doubt in every row. All are when a cell has
    more lines, or the label's cell a line that names no row (`unnamed`): then there are more rows than are known.
    """
    if height < 2:
        return None
    columns = [_split_lines(piece) for piece in run.pieces]
    if not any(len(column) >= height for column in columns):
        return None
    unnamed = unnamed or any(len(column) > height for column in columns)
    doubt = f"the lines of the cells are not those of its {height} rows"
    rows = [
        tuple(
            column[level] if len(column) == height and not unnamed else piece._replace(doubt=doubt)
            for piece, column in zip(run.pieces, columns, strict=True)
        )
        for level in range(height)
    ]
    return [Run(pieces, bordered=True, same_row=False, words="", cut_short=run.cut_short) for pieces in rows]


def _split_lines(piece: Piece) -> list[Piece]:
    at, lines = piece.start, []
    for line in piece.text.split("\n"):
        bare = line.strip(SPACE)
        left = at + len(line) - len(line.lstrip(SPACE))
        lines.append(Piece(bare, left, left + len(bare), kind_of(bare)))
        at += len(line) + 1
    return lines
