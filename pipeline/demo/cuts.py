"""
What digits that run together decide: all cuts of a row of groups whose sums hold, by plain enumeration.

A reader that never guesses can read no more of such a row than what all its cuts agree on. The rebuild does not use this.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["decided_figures"]

_MOST_DIGITS = 7
"""Digits of a figure."""

Numbers = tuple[int, ...]


def decided_figures(digits: str, groups: int = 3, width: int = 5) -> tuple[int | None, ...]:
    """
    The figures of a row of groups whose last figure is the sum of the others; None where two cuts that obey all sums differ.

    Figures have 1 to 7 digits and no leading zeros.

    `0 0 111 0 111` and `0 0 1 110 111` are printed alike:

    >>> decided_figures("001110111", groups=1)
    (0, 0, None, None, 111)
    """
    ways = {start: list(_groups(digits, start, width)) for start in range(len(digits))}
    reached = [{0}]
    for _ in range(groups):
        reached.append({end for start in reached[-1] for end, _ in ways.get(start, ())})
    wanted = {len(digits)}
    figures: list[set[int]] = []
    for starts in reversed(reached[:-1]):
        found = [(start, group) for start in starts for end, group in ways.get(start, ()) if end in wanted]
        figures[:0] = [{group[at] for _, group in found} for at in range(width)]
        wanted = {start for start, _ in found}
    return tuple(next(iter(values)) if len(values) == 1 else None for values in figures)


def _groups(digits: str, start: int, width: int) -> Iterator[tuple[int, Numbers]]:
    """Every group that begins at a place and obeys its sum, with the place where it ends."""
    for end, parts in _parts(digits, start, width - 1):
        total = str(sum(parts))
        if digits.startswith(total, end):
            yield end + len(total), (*parts, int(total))


def _parts(digits: str, start: int, count: int) -> Iterator[tuple[int, Numbers]]:
    """Every way to cut so many figures, with the place where they end."""
    if count == 0:
        yield start, ()
        return
    longest = 1 if digits.startswith("0", start) else _MOST_DIGITS
    for end in range(start + 1, min(start + longest, len(digits)) + 1):
        for last, rest in _parts(digits, end, count - 1):
            yield last, (int(digits[start:end]), *rest)
