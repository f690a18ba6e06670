"""
Mend section four when its 15 figures run together: each group's last figure is the sum of the others.

A dynamic programme over (group, place in the digits): which stretches of the digits can be which group, and per
cell what all chains of stretches say. Where no chain obeys all sums, one digit a cell is the only other way to read it.
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


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Digits from `start` to before `end` read as one group."""

    start: int
    end: int
    readings: Readings


@dataclass(frozen=True, slots=True)
class _Table:
    """The digits of a table as printed, and what they are to be cut into; `full`: every cell holds a figure."""

    tokens: tuple[str, ...]
    groups: int
    width: int
    glued: bool
    full: bool

    @property
    def digits(self) -> str:
        return "".join(self.tokens)

    @property
    def borders(self) -> list[int]:
        """The places between tokens, and both ends."""
        borders = [0]
        for token in self.tokens:
            borders.append(borders[-1] + len(token))
        return borders

    def between(self, start: int, end: int) -> tuple[str, ...]:
        """The tokens of a stretch, those at its ends maybe in part."""
        cuts = [start, *(border for border in self.borders if start < border < end), end]
        return tuple(self.digits[left:right] for left, right in pairwise(cuts))


_Chains = list[list[_Stretch]]
"""For each group the stretches that it may be; all are empty when the digits cannot be shared out."""


def mend_groups(draft: Draft, form: Form, habits: Habits) -> None:
    """Read a lost table of groups in place; where the document prints its zeros, every cell holds a figure."""
    if len(draft.lost) != len(draft.table.rows):
        return
    lost = next(iter(draft.lost.values()))
    tokens = tuple(piece.text.translate(_FULL_WIDTH) for piece in lost.run.pieces if piece.text)
    length = sum(map(len, tokens))
    if not all(token.isdigit() and token.isascii() for token in tokens) or length > _LONGEST:
        return
    short = habits.zeros_printed and habits.glued and len(tokens) < len(draft.table.cells) <= length
    glued = short or not all(is_whole(token) for token in tokens)
    table = _Table(tokens, len(draft.table.rows), len(draft.table.columns), glued, habits.zeros_printed)
    chains, rest_on_sums = _readings(table)
    codes = {
        identity.instance: identity.code for identity in form.identities if identity.code.startswith(f"{draft.table.code}.total")
    }
    for row, chain in zip(draft.table.rows, chains, strict=True):
        if not chain:
            continue
        rests_on = (f"{codes[row.code]}[{row.code}]",) if rest_on_sums else ()
        cells = _project(chain, table.width)
        for column, (numbers, always, ever) in zip(draft.table.columns, cells, strict=True):
            key = (row.code, column.code)
            if not _is_sure(table):
                shown = tuple(map(str, numbers))
                draft.readings[key] = Open("figures run together where blank cells may be dropped", lost.piece, shown)
            elif len(numbers) == 1 and always:
                draft.readings[key] = Mended(Decimal(numbers[0]), rests_on, lost.piece)
            elif not ever:
                draft.readings.pop(key, None)
            else:
                shown = (*map(str, numbers), *(() if always else ("nothing",)))
                draft.readings[key] = Open("more than one reading fits", lost.piece, shown)


def _is_sure(table: _Table) -> bool:
    """
    Whether the sums are evidence enough: not where figures run together and blank cells may be dropped between them.

    A report that breaks a sum then has a wrong reading in one case of fifteen. Zeros alone can be cut in one way only.
    """
    return table.full or not table.glued or not table.digits.strip("0")


# --- which stretches -----------------------------------------------------------------------------


def _readings(table: _Table) -> tuple[_Chains, bool]:
    """The chains that the digits may be, and whether they rest on the sums; all are empty where they can be none."""
    nothing: _Chains = [[] for _ in range(table.groups)]
    sound = _stretches(table, full=table.full)
    if sound is None:
        return nothing, False
    chains = _chain(sound, table.groups, 0, len(table.digits))
    if all(chains) or not table.glued or not table.full:
        return chains, True
    return _one_digit_a_cell(table) or nothing, False


def _one_digit_a_cell(table: _Table) -> _Chains | None:
    """The one way to cut a digit for each cell, whatever the sums say; None where they hold if blank cells are dropped."""
    if len(table.digits) != table.groups * table.width:
        return None
    with_blanks = _stretches(table, full=False)
    if with_blanks is None or all(_chain(with_blanks, table.groups, 0, len(table.digits))):
        return None
    full = ((1 << table.width) - 1,)
    chains: _Chains = []
    for start in range(0, len(table.digits), table.width):
        end = start + table.width
        vector = tuple(map(int, table.digits[start:end]))
        chains.append([_Stretch(start, end, Readings((vector,), full, full))])
    return chains


def _stretches(table: _Table, *, full: bool) -> list[_Stretch] | None:
    """Every stretch that obeys its sum; None when one was given up, which could be any group's."""
    places = range(len(table.digits) + 1) if table.glued else table.borders
    longest = len(table.digits) - (table.width * (table.groups - 1) if full else 0)
    every = [
        _Stretch(start, end, _read(table, start, end, full=full))
        for start in places
        for end in places
        if start <= end <= start + longest
    ]
    return [item for item in every if item.readings.vectors] if all(item.readings.complete for item in every) else None


def _read(table: _Table, start: int, end: int, *, full: bool) -> Readings:
    if start == end:
        return Readings((), (), ()) if full else Readings(((0,) * table.width,), (0,), (0,))
    readings = read_row(table.between(start, end), table.width, uncut=not table.glued)
    return readings.whole(table.width) if full else readings


def _chain(stretches: Sequence[_Stretch], groups: int, start: int, end: int) -> _Chains:
    """For each of so many groups the stretches that stand in a chain from `start` to `end`."""
    reach = _reach(stretches, groups, start)
    wanted = {end}
    chains: _Chains = []
    for at in range(groups - 1, -1, -1):
        kept = [item for item in stretches if item.start in reach[at] and item.end in wanted]
        chains.append(kept)
        wanted = {item.start for item in kept}
    return chains[::-1]


def _reach(stretches: Sequence[_Stretch], groups: int, start: int) -> list[set[int]]:
    """Where none, one, two … groups from `start` on may end."""
    reach = [{start}]
    for _ in range(groups):
        reach.append({item.end for item in stretches if item.start in reach[-1]})
    return reach


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
