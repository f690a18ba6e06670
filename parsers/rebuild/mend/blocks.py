"""
Mend rows without totals whose figures run together: number grammar alone decides, there are no sums.

Each number is 0 or does not begin with 0, a sign stands only where the form allows one, a decimal point only in
an amount. One way to cut is a reading, and only where the document is shown to print its zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from parsers.form import Column
from parsers.rebuild.draft import Draft, Lost, Mended, Open
from parsers.rebuild.mend.rows import Habits
from parsers.rebuild.zones import is_separate

__all__ = ["cut_by_grammar", "mend_blocks", "mend_without_sums"]

MAX_CUTS = 2_000
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0D: "-", 0x2212: "-", 0xFF0B: "+", 0xFF0E: "."}
_UNIT = re.compile(r"(?:万元|亿元|千元|元|件|条|项|个|次)$")


def mend_blocks(draft: Draft, habits: Habits) -> None:
    """
    Read the lost rows of a table of blocks in place.

    A number is cut only where figures run together, in this row or in the document: `17 1` in three columns lacks a cell.
    """
    for block in draft.table.blocks:
        for row in block.rows:
            lost = draft.lost.get(row.code)
            if lost is None or lost.run.bordered or not habits.zeros_printed:
                continue
            if habits.glued or not all(is_separate(piece.text) for piece in lost.run.pieces):
                _mend(draft, row.code, block.columns, lost)


def mend_without_sums(draft: Draft) -> None:
    """Read the lost rows of a table of rows that has no row totals, where every one of them has a digit for each cell."""
    columns = draft.table.columns
    digits = [sum(map(str.isdecimal, piece.text)) for lost in draft.lost.values() for piece in (lost.piece,)]
    if len(columns) < 2 or any(number < len(columns) for number in digits):
        return
    for row, lost in draft.lost.items():
        if not lost.run.bordered:
            _mend(draft, row, columns, lost)


def _mend(draft: Draft, row: str, columns: Sequence[Column], lost: Lost) -> None:
    printed = [piece.text.translate(_FULL_WIDTH) for piece in lost.run.pieces]
    units = [match[0] if (match := _UNIT.search(text)) else None for text in printed]
    if any(units[:-1]):
        return  # a unit inside the row belongs to a cell whose place is not known
    tokens = tuple(_UNIT.sub("", text) for text in printed)
    cuts = cut_by_grammar(tokens, tuple((column.signed, column.amount) for column in columns))
    if len(cuts) == 1:
        for column, text in zip(columns, cuts[0], strict=True):
            unit = units[-1] if column is columns[-1] else None
            draft.readings[row, column.code] = Mended(Decimal(text), (), lost.piece, unit)
        return
    for at, column in enumerate(columns):
        shown = tuple(dict.fromkeys(cut[at] for cut in cuts))
        draft.readings[row, column.code] = Open("more than one reading fits", lost.piece, shown)


@lru_cache(maxsize=1024)
def cut_by_grammar(tokens: tuple[str, ...], kinds: tuple[tuple[bool, bool], ...]) -> tuple[tuple[str, ...], ...]:
    """
    Every cut of the tokens into one number a column; `kinds` says of each column whether it is signed, an amount.

    >>> cut_by_grammar(("0015",), ((False, False),) * 3)
    (('0', '0', '15'),)
    >>> len(cut_by_grammar(("898989",), ((False, False),) * 3))
    10
    """
    text = "".join(tokens)
    borders: set[int] = set()
    at = 0
    for token in tokens:
        at += len(token)
        borders.add(at)
    found = []
    for cut in _cut(text, 0, kinds, frozenset(borders)):
        found.append(cut)
        if len(found) > MAX_CUTS:
            return ()
    return tuple(found)


def _cut(text: str, start: int, kinds: tuple[tuple[bool, bool], ...], borders: frozenset[int]) -> Iterator[tuple[str, ...]]:
    if not kinds:
        if start == len(text):
            yield ()
        return
    pattern = _pattern(*kinds[0])
    for end in range(start + 1, len(text) + 1):
        if pattern.fullmatch(text, start, end):
            for rest in _cut(text, end, kinds[1:], borders):
                yield (text[start:end], *rest)
        if end in borders:
            return


@lru_cache(maxsize=4)
def _pattern(signed: bool, amount: bool) -> re.Pattern[str]:  # noqa: FBT001 - the kind of a column, in its own order
    return re.compile(("[+-]?" if signed else "") + r"(?:0|[1-9]\d*)" + (r"(?:\.\d+)?" if amount else ""))
