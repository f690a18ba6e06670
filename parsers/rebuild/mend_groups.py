"""
Mend section four when its 15 figures run together: each group's last figure is the sum of the others.

A dynamic programme over (group, place in the digits): which stretches of the digits can be which group, and per
cell what all chains of stretches say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from parsers.form import Form
from parsers.rebuild.cuts import Readings, read_row
from parsers.rebuild.draft import Draft, Mended, Open
from parsers.rebuild.mend import Habits
from parsers.rebuild.zones import is_whole

__all__ = ["mend_groups"]

_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
_LONGEST = 60
_BLANK = Readings(((0, 0, 0, 0, 0),), (0,), (0,))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Digits from `start` to before `end` read as one group."""

    start: int
    end: int
    readings: Readings


def mend_groups(draft: Draft, form: Form, habits: Habits) -> None:
    """Read a lost table of groups in place; where the document prints its zeros, every cell holds a figure."""
    if len(draft.lost) != len(draft.table.rows):
        return
    lost = next(iter(draft.lost.values()))
    tokens = [piece.text.translate(_FULL_WIDTH) for piece in lost.run.pieces if piece.text]
    if not all(token.isdigit() and token.isascii() for token in tokens) or sum(map(len, tokens)) > _LONGEST:
        return
    short = habits.zeros_printed and habits.glued and len(tokens) < len(draft.table.cells) <= sum(map(len, tokens))
    glued = short or not all(is_whole(token) for token in tokens)
    codes = {
        identity.instance: identity.code for identity in form.identities if identity.code.startswith(f"{draft.table.code}.total")
    }
    chains = _chains(tokens, len(draft.table.rows), len(draft.table.columns), glued=glued, full=habits.zeros_printed)
    for at, row in enumerate(draft.table.rows):
        if not chains[at]:
            continue
        cells = _project(chains[at], len(draft.table.columns))
        for column, (numbers, always, ever) in zip(draft.table.columns, cells, strict=True):
            key = (row.code, column.code)
            if len(numbers) == 1 and always:
                draft.readings[key] = Mended(Decimal(numbers[0]), (f"{codes[row.code]}[{row.code}]",), lost.piece)
            elif not ever:
                draft.readings.pop(key, None)
            else:
                shown = (*map(str, numbers), *(() if always else ("nothing",)))
                draft.readings[key] = Open("more than one reading fits", lost.piece, shown)


def _chains(tokens: Sequence[str], groups: int, width: int, *, glued: bool, full: bool) -> list[list[_Stretch]]:
    """For each group the stretches that stand in a chain over all the digits."""
    digits = "".join(tokens)
    borders = [0]
    for token in tokens:
        borders.append(borders[-1] + len(token))
    places = range(len(digits) + 1) if glued else borders
    every = [
        _Stretch(start, end, _read(digits, start, end, borders, width, glued=glued, full=full))
        for start in places
        for end in places
        if start <= end
    ]
    if not all(item.readings.complete for item in every):
        return [[] for _ in range(groups)]  # a stretch that was given up could be any group's
    stretches = [item for item in every if item.readings.vectors]
    reach = [{0}]
    for _ in range(groups):
        reach.append({item.end for item in stretches if item.start in reach[-1]})
    wanted = {len(digits)}
    chains: list[list[_Stretch]] = []
    for at in range(groups - 1, -1, -1):
        kept = [item for item in stretches if item.start in reach[at] and item.end in wanted]
        chains.append(kept)
        wanted = {item.start for item in kept}
    return chains[::-1]


def _read(digits: str, start: int, end: int, borders: Sequence[int], width: int, *, glued: bool, full: bool) -> Readings:
    if start == end:
        return Readings((), (), ()) if full else _BLANK
    cuts = [start, *(border for border in borders if start < border < end), end]
    tokens = tuple(digits[left:right] for left, right in pairwise(cuts))
    readings = read_row(tokens, width, uncut=not glued)
    return readings.whole(width) if full else readings


def _project(stretches: Sequence[_Stretch], width: int) -> list[tuple[list[int], bool, bool]]:
    """Per cell: the numbers it may hold, whether a figure is always printed there, and whether ever."""
    cells: list[tuple[list[int], bool, bool]] = []
    for at in range(width):
        numbers: set[int] = set()
        always, ever = True, False
        for item in stretches:
            for vector, printed, filled in zip(item.readings.vectors, item.readings.printed, item.readings.filled, strict=True):
                numbers.add(vector[at])
                always = always and bool(printed >> at & 1)
                ever = ever or bool(filled >> at & 1)
        cells.append((sorted(numbers), always, ever))
    return cells
