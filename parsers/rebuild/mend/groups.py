"""
Mend section four when its 15 figures run together: each group's last figure is the sum of the others.

A dynamic programme over (group, place in the digits): which stretches of the digits can be which group, and per
cell what all chains of stretches say. Where no chain obeys all sums, one digit a cell is the only other way to read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise, product

from parsers.form import Form
from parsers.rebuild.draft import Draft, Lost, Mended, Open
from parsers.rebuild.mend.cuts import Readings, read_row
from parsers.rebuild.mend.rows import Habits
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
    if table.glued:
        _cut_groups(draft, form, lost, table)
        return
    note = "fewer figures stand here than cells, and which of them lack is not seen"
    for row, group in zip(draft.table.rows, _whole_groups(table), strict=True):
        for at, column in enumerate(draft.table.columns):
            known = None if group is None else Mended(Decimal(group[at]), (_sum_of(form, draft, row.code),), lost.piece)
            draft.readings[row.code, column.code] = known or Open(note, lost.piece)


def _sum_of(form: Form, draft: Draft, row: str) -> str:
    """The instance of the identity that says what a group adds up to."""
    code = f"{draft.table.code}.total"
    return next(
        f"{identity.code}[{row}]" for identity in form.identities if identity.instance == row and identity.code.startswith(code)
    )


def _cut_groups(draft: Draft, form: Form, lost: Lost, table: _Table) -> None:
    """Give every cell its reading where figures run together."""
    chains, rest_on_sums = _readings(table)
    for row, chain in zip(draft.table.rows, chains, strict=True):
        if not chain:
            continue
        rests_on = (_sum_of(form, draft, row.code),) if rest_on_sums else ()
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
    Whether the sums are evidence enough: not where blank cells may be dropped between figures that run together.

    A report that breaks a sum then has a wrong reading in one case of fifteen. Zeros alone can be cut in one way only.
    """
    return table.full or not table.digits.strip("0")


# --- figures that stand apart --------------------------------------------------------------------


def _whole_groups(table: _Table) -> list[tuple[str, ...] | None]:
    """
    The figures of each group that has all of its own, however those are shared out that stand there; None for the others.

    Where fewer stand there than cells, some cells are blank or lost, and a lost one leaves no trace: `2 0 2` are two figures
    and their total, or three of a group whose total is gone. So a sum proves a group only where none of its cells lacks, and
    where it would hold in no other way even if the report breaks the sum of one group: one may be false.
    """
    sizes = product(range(table.width + 1), repeat=table.groups)
    ways = [_shared_out(table.tokens, share) for share in sizes if sum(share) == len(table.tokens)]
    ways = [way for way in ways if sum(len(group) == table.width and not _adds_up(group) for group in way) <= 1]
    groups = [set(alike) for alike in zip(*ways, strict=True)] or [set[tuple[str, ...]]()] * table.groups
    alone = [next(iter(alike)) if len(alike) == 1 else () for alike in groups]
    return [group if len(group) == table.width and _adds_up(group) else None for group in alone]


def _shared_out(tokens: tuple[str, ...], share: Sequence[int]) -> list[tuple[str, ...]]:
    edges = [0, *accumulate(share)]
    return [tokens[left:right] for left, right in pairwise(edges)]


def _adds_up(group: Sequence[str]) -> bool:
    return sum(map(int, group[:-1])) == int(group[-1])


# --- which stretches -----------------------------------------------------------------------------


def _readings(table: _Table) -> tuple[_Chains, bool]:
    """The chains that the digits may be, and whether they rest on the sums; all are empty where they can be none."""
    nothing: _Chains = [[] for _ in range(table.groups)]
    sound = _stretches(table, full=table.full)
    if sound is None:
        return nothing, False
    chains = _chain(sound, table.groups, 0, len(table.digits))
    if all(chains) or not table.full:
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
    places = range(len(table.digits) + 1)
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
    readings = read_row(table.between(start, end), table.width)
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
