"""Dotted and dashed lines of a page, which some printers draw dot by dot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from parsers.readers._page import Box, Rule

__all__ = ["dotted_rules"]

_FEWEST = 5
_FARTHEST = 4.0
"""Dots farther from each other, in points, are of no line."""
_SQUARE = 0.5


def dotted_rules(dots: Iterable[Box]) -> Iterator[Rule]:
    """
    The lines that small dots or dashes make which stand close to each other in a row.

    >>> dots = [Box(at, 0.0, at + 1.0, 1.0) for at in (0.0, 2.0, 4.0, 6.0, 8.0)]
    >>> list(dotted_rules(dots)), list(dotted_rules(dots[:3]))
    ([Rule(level=True, at=0.5, start=0.0, end=9.0)], [])
    """
    all_dots = list(dots)
    for level in (True, False):
        lanes: dict[int, list[tuple[float, float, float]]] = {}
        for box in all_dots:
            x, y = box.middle
            start, end, at = (box.left, box.right, y) if level else (box.top, box.bottom, x)
            lanes.setdefault(round(at / _SQUARE), []).append((start, end, at))
        for lane in lanes.values():
            yield from (
                Rule(level=level, at=run[0][2], start=run[0][0], end=max(end for _, end, _ in run))
                for run in _runs(sorted(lane))
                if len(run) >= _FEWEST
            )


def _runs(lane: Sequence[tuple[float, float, float]]) -> Iterator[list[tuple[float, float, float]]]:
    """The dots of a lane that follow each other closely."""
    run: list[tuple[float, float, float]] = []
    for dot in lane:
        if run and dot[0] - run[-1][1] > _FARTHEST:
            yield run
            run = []
        run.append(dot)
    if run:
        yield run
