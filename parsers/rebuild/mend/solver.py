"""
The solver: which readings of many rows fit together when sums of whole columns must hold too.

Each equation says that signed rows add up to zero in every column. Per column, the sums that the rows before and
behind can reach are kept as bit sets; a reading that no such sum supports is struck, to a fixed point. Then a
search looks for one solution, and for one more through every reading not seen yet. Work is counted in steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parsers.rebuild.mend.steps import OutOfSteps, Steps

__all__ = ["MAX_STEPS", "Equation", "Solution", "solve"]

MAX_STEPS = 400_000
"""Readings looked at, over all columns: about 0.2 s."""

_BITS_A_STEP = 8_192

Vector = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """Rows with their signs: their vectors add up to zero."""

    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """
    The readings that stand in some solution, by row; empty when there is none.

    `exhausted`: the steps ran out, so that readings not shown to be impossible are kept too.
    """

    supported: Mapping[str, tuple[Vector, ...]]
    exhausted: bool = False


def solve(options: Mapping[str, Sequence[Vector]], equations: Sequence[Equation], *, steps: int = MAX_STEPS) -> Solution:
    """
    The readings of each row that stand in at least one solution of all equations.

    >>> rows = {"a": [(1,), (2,)], "b": [(3,), (5,)], "t": [(5,)]}
    >>> solve(rows, [Equation((("a", 1), ("b", 1), ("t", -1)))]).supported["a"]
    ((2,),)
    """
    search = _Search(equations, Steps(steps))
    domain = {row: tuple(vectors) for row, vectors in options.items()}
    try:
        narrowed = search.narrow(domain)
        first = None if narrowed is None else search.first(narrowed)
        if narrowed is None or first is None:
            return Solution(dict.fromkeys(options, ()))
        domain = narrowed
        seen = {row: {vector} for row, vector in first.items()}
        for row, vectors in narrowed.items():
            for vector in vectors:
                if vector not in seen[row]:
                    for name, value in (search.first({**narrowed, row: (vector,)}) or {}).items():
                        seen[name].add(value)
    except OutOfSteps:
        return Solution(domain, exhausted=True)
    return Solution({row: tuple(vector for vector in narrowed[row] if vector in seen[row]) for row in narrowed})


Domain = dict[str, tuple[Vector, ...]]


@dataclass(slots=True)
class _Search:
    equations: Sequence[Equation]
    steps: Steps

    def narrow(self, domain: Mapping[str, tuple[Vector, ...]]) -> Domain | None:
        """The domain without readings that a single column of an equation rules out; None when a row has none left."""
        current: Domain = dict(domain)
        changed = True
        while changed:
            changed = False
            for equation in self.equations:
                kept = self._support(equation, current)
                if kept is None:
                    return None
                if kept:
                    current.update(kept)
                    changed = True
        return current

    def _support(self, equation: Equation, domain: Domain) -> Domain | None:
        """The rows whose readings shrink, or None when one has none left."""
        settled = [(domain[row][0], sign) for row, sign in equation.rows if len(domain[row]) == 1]
        kept = {row: domain[row] for row, _ in equation.rows if len(domain[row]) > 1}
        loose = [(row, sign) for row, sign in equation.rows if row in kept]
        for column in range(len(domain[equation.rows[0][0]][0])):
            sum_of_settled = sum([sign * vector[column] for vector, sign in settled])
            if not loose and sum_of_settled:
                return None
            if loose and not self._narrow_column(column, loose, kept, -sum_of_settled):
                return None
        return {row: vectors for row, vectors in kept.items() if len(vectors) < len(domain[row])}

    def _narrow_column(self, column: int, rows: Sequence[tuple[str, int]], kept: Domain, total: int) -> bool:
        """Leave those readings in `kept` that can add up to a total in a column; whether each row has one."""
        values = [_shifted(kept[row], sign, column) for row, sign in rows]
        target = total + sum([lift for _, lift in values])
        if target < 0:
            return False
        distinct = [set(numbers) for numbers, _ in values]
        within = (1 << (target + 1)) - 1
        forward = [1]
        for each in distinct:
            reach = 0
            for number in each:
                reach |= forward[-1] << number
            forward.append(reach & within)
        backward = 1 << target
        for at in range(len(values) - 1, -1, -1):
            row, numbers = rows[at][0], values[at][0]
            self.steps.take(len(numbers) * (1 + target // _BITS_A_STEP))
            good = {number for number in distinct[at] if (forward[at] << number) & backward}
            if not good:
                return False
            if len(good) < len(distinct[at]):
                kept[row] = tuple(vector for vector, number in zip(kept[row], numbers, strict=True) if number in good)
            before = 0
            for number in good:
                before |= backward >> number
            backward = before
        return True

    def first(self, domain: Mapping[str, tuple[Vector, ...]]) -> dict[str, Vector] | None:
        """One solution, or None."""
        narrowed = self.narrow(domain)
        if narrowed is None:
            return None
        undecided = [row for row, vectors in narrowed.items() if len(vectors) > 1]
        if not undecided:
            return {row: vectors[0] for row, vectors in narrowed.items()}
        row = min(undecided, key=lambda name: len(narrowed[name]))
        for vector in narrowed[row]:
            found = self.first({**narrowed, row: (vector,)})
            if found is not None:
                return found
        return None


def _shifted(vectors: Sequence[Vector], sign: int, column: int) -> tuple[list[int], int]:
    """The signed numbers of a column lifted so that none is negative, and by how much."""
    numbers = [vector[column] for vector in vectors]
    if sign > 0:
        return numbers, 0
    lift = max(numbers)
    return [lift - number for number in numbers], lift
