"""Ruled tables: which ruling lines belong together, and the cells between them, spans included."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from parsers.readers._page import Box, Rule

__all__ = ["RuledCell", "RuledTable", "tables_between"]

_NEAR = 3.0
"""Rules nearer than this, in units of the page, are one: double lines, and borders drawn cell by cell."""


class RuledCell(NamedTuple):
    """A cell between rules: its place in the grid, how far it spans, and its box."""

    row: int
    column: int
    row_span: int
    column_span: int
    box: Box


@dataclass(frozen=True)
class RuledTable:
    """The cells of one table, row by row, the box around them, and the places of its rules across and down."""

    cells: tuple[RuledCell, ...]
    box: Box
    xs: tuple[float, ...]
    ys: tuple[float, ...]

    @cached_property
    def _owners(self) -> dict[tuple[int, int], int]:
        return {
            (row, column): at
            for at, cell in enumerate(self.cells)
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        }

    def cell_at(self, box: Box) -> int:
        """The number of the cell that holds the middle of a box within the table."""
        x, y = box.middle
        row = min(max(bisect_right(self.ys, y) - 1, 0), len(self.ys) - 2)
        column = min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)
        return self._owners[row, column]


def tables_between(rules: Iterable[Rule], *, near: float = _NEAR) -> list[RuledTable]:
    """
    The tables that rules draw, from top to bottom; lines that cross no other are no table.

    >>> frame = [Rule(level=True, at=at, start=0, end=40) for at in (0, 20)]
    >>> frame += [Rule(level=False, at=at, start=0, end=20) for at in (0, 20, 40)]
    >>> [cell.box.left for cell in tables_between(frame)[0].cells]
    [0.0, 20.0]
    """
    merged = [*_merged((rule for rule in rules if rule.level), near), *_merged((rule for rule in rules if not rule.level), near)]
    tables = [table for group in _groups(merged, near) if (table := _table(group, near)) is not None]
    return sorted(tables, key=lambda table: (table.box.top, table.box.left))


def _merged(rules: Iterable[Rule], near: float) -> list[Rule]:
    """Rules of one direction, those that lie on one another or continue one another made one."""
    lanes: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda item: item.at):
        if lanes and rule.at - lanes[-1][0].at <= near:
            lanes[-1].append(rule)
        else:
            lanes.append([rule])
    found: list[Rule] = []
    for lane in lanes:
        at = sum(rule.at for rule in lane) / len(lane)
        open_rule: Rule | None = None
        for rule in sorted(lane, key=lambda item: item.start):
            if open_rule is not None and rule.start <= open_rule.end + near:
                open_rule = open_rule._replace(end=max(open_rule.end, rule.end))
            else:
                if open_rule is not None:
                    found.append(open_rule)
                open_rule = rule._replace(at=at)
        if open_rule is not None:
            found.append(open_rule)
    return found


def _groups(rules: Sequence[Rule], near: float) -> list[list[Rule]]:
    """The rules in groups that touch or cross one another."""
    level = [rule for rule in rules if rule.level]
    plumb = [rule for rule in rules if not rule.level]
    leader = {id(rule): rule for rule in rules}

    def head(rule: Rule) -> Rule:
        while leader[id(rule)] is not rule:
            rule = leader[id(rule)]
        return rule

    for across in level:
        for down in plumb:
            crosses = across.start - near <= down.at <= across.end + near and down.start - near <= across.at <= down.end + near
            if crosses:
                leader[id(head(down))] = head(across)
    groups: dict[int, list[Rule]] = {}
    for rule in rules:
        groups.setdefault(id(head(rule)), []).append(rule)
    return list(groups.values())


def _levels(values: Iterable[float], near: float) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > near:
            found.append(value)
    return found


def _table(rules: Sequence[Rule], near: float) -> RuledTable | None:
    level = [rule for rule in rules if rule.level]
    plumb = [rule for rule in rules if not rule.level]
    if len(level) < 2 and len(plumb) < 2:
        return None
    # Sides that were not drawn end where the rules across them end.
    left, right = min((rule.start for rule in level), default=0.0), max((rule.end for rule in level), default=0.0)
    top, bottom = min((rule.start for rule in plumb), default=0.0), max((rule.end for rule in plumb), default=0.0)
    xs = _levels([*(rule.at for rule in plumb), *((left, right) if level else ())], near * 2)
    ys = _levels([*(rule.at for rule in level), *((top, bottom) if plumb else ())], near * 2)
    if len(xs) < 2 or len(ys) < 2 or (len(xs) == 2 and len(ys) == 2):
        return None
    return RuledTable(tuple(_cells(xs, ys, level, plumb, near)), Box(xs[0], ys[0], xs[-1], ys[-1]), tuple(xs), tuple(ys))


def _cells(
    xs: Sequence[float], ys: Sequence[float], level: Sequence[Rule], plumb: Sequence[Rule], near: float
) -> Iterator[RuledCell]:
    """The cells in reading order: squares of the grid without a rule between them are one cell, a rectangle."""
    taken: set[tuple[int, int]] = set()

    def walled(rules: Sequence[Rule], at: float, along: float) -> bool:
        return any(abs(rule.at - at) <= near * 2 and rule.start - near <= along <= rule.end + near for rule in rules)

    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            if (row, column) in taken:
                continue
            middle = (ys[row] + ys[row + 1]) / 2
            last = column
            while last + 1 < len(xs) - 1 and (row, last + 1) not in taken and not walled(plumb, xs[last + 1], middle):
                last += 1
            low = row
            while low + 1 < len(ys) - 1 and not any(
                walled(level, ys[low + 1], (xs[at] + xs[at + 1]) / 2) or (low + 1, at) in taken for at in range(column, last + 1)
            ):
                low += 1
            taken |= {(y, x) for y in range(row, low + 1) for x in range(column, last + 1)}
            box = Box(xs[column], ys[row], xs[last + 1], ys[low + 1])
            yield RuledCell(row, column, low - row + 1, last - column + 1, box)
