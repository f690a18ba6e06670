"""
Cuts: every way in which the figures of one row can be read when its borders are lost.

A reading is a vector of numbers, one a column, in which a cell without a figure adds nothing. Readings with the
same vector are one, and remember for each cell whether a figure is printed there in some of them or in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations

from parsers.rebuild.mend.steps import OutOfSteps, Steps

__all__ = ["MAX_CUTS", "MAX_DIGITS", "Readings", "cut_freely", "read_row"]

MAX_DIGITS = 7
"""No count of requests has more digits; the largest figure ever reported for a whole country has seven."""

MAX_CUTS = 60_000
"""Steps spent on one row before it is given up: counted, so that every machine gives the same answer."""


@dataclass(frozen=True, slots=True)
class Readings:
    """
    The vectors that a row may hold, each with two bit masks over its cells.

    `printed[v]` marks the cells that hold a figure in every way to read vector v, `filled[v]` in at least one.
    `complete` is false when there were too many to look at: then nothing can be said of the row.
    """

    vectors: tuple[tuple[int, ...], ...]
    printed: tuple[int, ...]
    filled: tuple[int, ...]
    complete: bool = True

    def whole(self, width: int) -> Readings:
        """Only the readings that hold a figure in every one of `width` cells."""
        kept = [at for at, mask in enumerate(self.printed) if mask == (1 << width) - 1]
        return Readings(
            tuple(self.vectors[at] for at in kept),
            tuple(self.printed[at] for at in kept),
            tuple(self.filled[at] for at in kept),
            self.complete,
        )


@lru_cache(maxsize=4096)
def read_row(tokens: tuple[str, ...], width: int, *, uncut: bool = False) -> Readings:
    """
    The readings of a row whose last figure is the sum of those before it.

    `tokens` are the digit strings between the blanks that are left, each one number when they are `uncut`. The
    last number stands in the last column, unless all are zero.

    >>> read_row(("713000074",), 7).vectors
    ((71, 3, 0, 0, 0, 0, 74),)
    >>> len(read_row(("7", "1", "8"), 7, uncut=True).vectors)
    15
    """
    found: dict[tuple[int, ...], tuple[int, int]] = {}
    steps = Steps(MAX_CUTS)
    try:
        for numbers in _whole_sum(tokens) if uncut else _sums(tokens, width, steps):
            for vector, mask in _placed(numbers, width):
                steps.take()
                printed, filled = found.get(vector, (mask, 0))
                found[vector] = (printed & mask, filled | mask)
    except OutOfSteps:
        return Readings((), (), (), complete=False)
    vectors = tuple(sorted(found))
    return Readings(vectors, tuple(found[v][0] for v in vectors), tuple(found[v][1] for v in vectors))


@lru_cache(maxsize=256)
def cut_freely(tokens: tuple[str, ...], width: int) -> tuple[tuple[int, ...], ...]:
    """
    Every cut of the tokens into `width` numbers, whatever they add up to; empty when there are too many.

    >>> cut_freely(("1203",), 3)
    ((1, 20, 3), (12, 0, 3))
    """
    steps = Steps(MAX_CUTS)
    borders = frozenset(accumulate(len(token) for token in tokens))
    try:
        return tuple(sorted(_cuts("".join(tokens), 0, borders, width, steps)))
    except OutOfSteps:
        return ()


def _cuts(digits: str, start: int, borders: frozenset[int], width: int, steps: Steps) -> Iterator[tuple[int, ...]]:
    steps.take()
    if width == 0 or len(digits) - start < width:
        if width == 0 and start == len(digits):
            yield ()
        return
    for stop in range(start + 1, (start + 1 if digits[start] == "0" else min(len(digits), start + MAX_DIGITS)) + 1):
        for tail in _cuts(digits, stop, borders, width - 1, steps):
            yield (int(digits[start:stop]), *tail)
        if stop in borders:
            return


def _whole_sum(tokens: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """The tokens as numbers, when the last is the sum of the others."""
    numbers = tuple(int(token) for token in tokens)
    if tokens and max(map(len, tokens)) <= MAX_DIGITS and sum(numbers[:-1]) == numbers[-1]:
        yield numbers


def _sums(tokens: Sequence[str], width: int, steps: Steps) -> Iterator[tuple[int, ...]]:
    """The cuts of the tokens whose last number is the sum of the others."""
    digits = "".join(tokens)
    borders = frozenset(accumulate(len(token) for token in tokens))
    if not digits.strip("0"):
        yield (0,) * len(digits) if len(digits) <= width else ()
        return
    for start in range(len(digits) - 1, -1, -1):
        if len(digits) - start > MAX_DIGITS:
            return
        if digits[start] != "0" or start == len(digits) - 1:
            total = int(digits[start:])
            for head in _heads(digits, 0, start, borders, total, width - 1, steps):
                yield (*head, total)
        if start in borders:
            return


def _heads(
    digits: str, start: int, end: int, borders: frozenset[int], rest: int, places: int, steps: Steps
) -> Iterator[tuple[int, ...]]:
    """The cuts of digits[start:end] into at most `places` numbers that add up to `rest`."""
    steps.take()
    if start == end:
        if rest == 0:
            yield ()
        return
    if places == 0:
        return
    if digits[start] == "0":
        for tail in _heads(digits, start + 1, end, borders, rest, places - 1, steps):
            yield (0, *tail)
        return
    for stop in range(start + 1, min(end, start + MAX_DIGITS) + 1):
        number = int(digits[start:stop])
        if number > rest:
            return
        for tail in _heads(digits, stop, end, borders, rest - number, places - 1, steps):
            yield (number, *tail)
        if stop in borders:
            return


def _placed(numbers: tuple[int, ...], width: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """The vectors that numbers in order make in `width` places, each with the mask of cells that hold a figure."""
    count = len(numbers)
    if not numbers or count > width:
        return
    if not any(numbers):
        zeros = (0,) * width
        for places in combinations(range(width), count):
            yield zeros, sum(1 << place for place in places)
        return
    for places in combinations(range(width - 1), count - 1):
        vector = [0] * width
        for place, number in zip(places, numbers, strict=False):
            vector[place] = number
        vector[-1] = numbers[-1]
        yield tuple(vector), sum(1 << place for place in places) | 1 << (width - 1)
