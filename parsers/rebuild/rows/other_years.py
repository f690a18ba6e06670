"""
Figures of another year printed beside those of this one: heads and labels that say so.

Where a table has columns for two years, an empty place of this year's is no stray cell, and a figure beside it is not its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.form import Row
from parsers.rebuild.found import Found
from parsers.rebuild.marks import BORDERS, CELL, LINE, MARKS, ROW, ROW_ENDS, TABLE

__all__ = ["are_shares_headed", "are_years_headed", "is_of_another_year"]

_ANOTHER = "上年度?|上一年度?|去年|上期|同期|前年"
_YEARS = re.compile(
    rf"(?:本年度?|今年|当年|本期|(?:{_ANOTHER})(?:同期)?|\d{{4}}年度?)数?|(?:较|比|同比).*|增减.*|增长.*|增幅|变化"
)
_OTHERS = re.compile(rf"{_ANOTHER}|\d{{4}}年")
_SHARE = re.compile(r"(?:占比|比例|比重|百分比|所占比例)(?:[(（]?[%％][)）]?)?")
_PARTED = re.compile(f"[{MARKS}]+")
_ROWS_OF_HEADS, _LINES_OF_HEADS = 6, 200


def are_years_headed(found: Found, first_row: int) -> bool:
    """Whether the heads above a place, cell by cell or word by word of a line without cells, name two years or what changed between them."""
    rows = [_cells_above(found, first_row), *_lines_above(found, first_row)]
    return any(sum(_YEARS.fullmatch(text) is not None for text in row) > 1 for row in rows)


def are_shares_headed(found: Found, first_row: int) -> bool:
    """Whether a head above a place is that of a share: then as many cells as the form has columns are one too few."""
    return any(_SHARE.fullmatch(cell) for cell in _cells_above(found, first_row))


def _cells_above(found: Found, first_row: int) -> set[str]:
    """What stands in the cells of the rows of heads above a place."""
    text = found.stream.text
    start = first_row
    for _ in range(_ROWS_OF_HEADS):
        start = max(0, *(text.rfind(mark, 0, start) for mark in ROW_ENDS))
        if (
            text[start] == TABLE and text[start - 1 : start] != ROW
        ):  # a rule below the heads of a table in lines follows their row
            break
    return {"".join(cell.split()) for cell in _PARTED.split(text[start:first_row])} if CELL in text[start:first_row] else set()


def _lines_above(found: Found, first_row: int) -> Iterator[set[str]]:
    """What stands between blanks in each of the lines right above a place, as far as they are not of cells."""
    *_, above = re.split(f"[{BORDERS}]", found.stream.text[max(0, first_row - _LINES_OF_HEADS) : first_row])
    return (set(line.split()) for line in above.split(LINE)[-_ROWS_OF_HEADS:])


def is_of_another_year(words: str, row: Row) -> bool:
    """Whether words beside the label of a row say that its figures are those of another year, or of a year by its number."""
    own = (row.zh, *row.aliases)
    return any(not any(match[0] in spelling for spelling in own) for match in _OTHERS.finditer(words))
