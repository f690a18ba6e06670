"""
Rows of text tables that have a rule between every two, as converters draw them: a row of several lines is one row.

Where no rule parts the rows, each line is one; then a column holds figures on several lines between two rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from parsers.document import Paragraph
from parsers.rebuild.lines.borders import BAR, RULE, draws_frame
from parsers.rebuild.marks import SPACE

__all__ = ["FramedRow", "part_rows"]

FramedRow = tuple[tuple[tuple[str, int, int], ...], ...]
"""The cells of a row; each cell is its lines: text, number of the line, index of its first character."""

_FIGURE = re.compile(r"[-+]?[\d０-９][\d０-９,，.．]*|[-—/]+|无")


def part_rows(paragraphs: Sequence[Paragraph]) -> Iterator[list[Paragraph] | FramedRow]:
    """
    The lines in order, those of a framed row as its cells; all other lines as they are.

    >>> lines = ["+---+---+", "| 规 | 0 |", "| 章 |   |", "+---+---+"]
    >>> list(part_rows([Paragraph(text, at) for at, text in enumerate(lines, 1)]))[1]
    (((' 规 ', 2, 1), (' 章 ', 3, 1)), ((' 0 ', 2, 5), ('   ', 3, 5)))
    """
    plain: list[Paragraph] = []
    for in_table, group in groupby(paragraphs, key=lambda line: draws_frame(line.text) or BAR.search(line.text) is not None):
        lines = list(group)
        rows = _rows(lines) if in_table else None
        if rows is None:
            plain += lines
            continue
        for rule, row in rows:
            yield [*plain, *rule]
            plain = []
            yield row
        plain = [lines[-1]]
    yield plain


def _rows(lines: Sequence[Paragraph]) -> list[tuple[list[Paragraph], FramedRow]] | None:
    """Each row of a framed table behind its rule; None where the lines are no such table, or all its rows have one line."""
    if not draws_frame(lines[0].text) or not draws_frame(lines[-1].text) or len(lines) < 3:
        return None
    rows: list[tuple[list[Paragraph], FramedRow]] = []
    rule: list[Paragraph] = []
    for is_rule, group in groupby(lines, key=lambda line: RULE.fullmatch(line.text) is not None):
        if is_rule:
            rule = list(group)
            continue
        cells = _cells(list(group))
        if cells is None:
            return None
        rows.append((rule, cells))
    return rows if any(len(cell) > 1 for _, row in rows for cell in row) else None


def _cells(lines: Sequence[Paragraph]) -> FramedRow | None:
    """The cells between two rules; None where the lines have other borders each, or are rows of their own."""
    parted = []
    for line in lines:
        bars = [match.start() for match in BAR.finditer(line.text)]
        if len(bars) < 3 or line.text[: bars[0]].strip(SPACE) or line.text[bars[-1] + 1 :].strip(SPACE):
            return None
        parted.append([(line.text[left + 1 : right], line.line, left + 1) for left, right in pairwise(bars)])
    if len({len(cells) for cells in parted}) != 1:
        return None
    columns = tuple(zip(*parted, strict=True))
    if any(sum(_FIGURE.fullmatch(text.strip(SPACE)) is not None for text, _, _ in column) > 1 for column in columns):
        return None
    return columns
