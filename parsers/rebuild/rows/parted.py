"""Rows of cells printed in two: some figures of a row stand one row lower, without a label, below its empty cells."""

from __future__ import annotations

from parsers.form import Table
from parsers.rebuild.labels import core_of
from parsers.rebuild.zones import Kind, Run

__all__ = ["with_doubted_blanks"]

_LEAST_LABEL = 4
_NOTE = "a row without a label follows whose figures stand below the empty cells of this one"


def with_doubted_blanks(run: Run, below: Run, table: Table) -> Run:
    """
    The run of a row, its empty cells doubted where the run below holds figures in their places and in no others.

    It has no label, but the title of its group may stand there again.
    """
    if not (run.bordered and below.bordered and any(piece.kind is not Kind.EMPTY for piece in below.pieces)):
        return run
    if below.words and not _names_groups(below.words, table):
        return run
    pairs = list(zip(reversed(run.pieces), reversed(below.pieces), strict=False))
    if any(lower.kind is not Kind.EMPTY and upper.kind is not Kind.EMPTY for upper, lower in pairs):
        return run
    doubted = (piece._replace(doubt=_NOTE) if piece.kind is Kind.EMPTY else piece for piece in run.pieces)
    return run._replace(pieces=tuple(doubted))


def _names_groups(words: str, table: Table) -> bool:
    """Whether words are titles of groups, which have no figures, and nothing else."""
    rest = core_of(words)
    for row in table.rows:
        if not row.values:
            rest = rest.replace(core_of(row.zh), "")
    return len(rest) < _LEAST_LABEL
