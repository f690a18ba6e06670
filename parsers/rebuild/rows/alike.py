"""How alike printed words are to the labels of a form: printers misspell, shorten and annotate them."""

from __future__ import annotations

from difflib import SequenceMatcher

from parsers.form import Row, Table
from parsers.rebuild.labels import core_of

__all__ = ["is_other", "likeness", "ratio"]

_LEAST_LABEL = 4
_MOST = 0.6
_NEARLY_WHOLE = 0.85


def likeness(words: str, row: Row) -> float:
    """How alike a printed label is to a row's: 0 to 1."""
    return max(ratio(words, spelling) for spelling in (row.zh, *row.aliases))


def ratio(words: str, spelling: str) -> float:
    """How alike words are to one spelling of a label: 0 to 1."""
    return SequenceMatcher(None, words, core_of(spelling), autojunk=False).ratio()


def is_other(words: str, row: Row, table: Table) -> bool:
    """Whether a printed label is nearer to another row of the table, or holds most of the label of one and not nearly its own."""
    mine = likeness(words, row)
    others = [other for other in table.rows if other.code != row.code]
    if any(likeness(words, other) > mine for other in others):
        return True
    return mine < _NEARLY_WHOLE and any(other.values and _holds(words, other, row) for other in others)


def _holds(words: str, other: Row, row: Row) -> bool:
    """Whether words hold most of another row's label, in a piece that the label of their own row does not have."""
    core = core_of(other.zh)
    shared = SequenceMatcher(None, words, core, autojunk=False).find_longest_match()
    piece = core[shared.b : shared.b + shared.size]
    return shared.size >= max(_LEAST_LABEL, _MOST * len(core)) and piece not in core_of(row.zh)
