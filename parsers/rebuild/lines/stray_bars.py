"""
Stray bars in lines of text whose cells have no others: a machine that reads a picture sees one at the edge of a table.

What stands before the first bar behind a label belongs to the label, but not a figure: that is one on the label's own line.
"""

from __future__ import annotations

from parsers.rebuild.marks import CELL, LINE, ROW_ENDS

__all__ = ["end_of_figures"]


def end_of_figures(text: str, start: int, stop: int) -> int:
    """
    Where figures without a border end that stand between a label and the first border behind it; `start` when there are none.

    They are on lines above that of the border, or on its own, when nothing but that one border follows them.

    >>> end_of_figures(f"行政处罚 12 {CELL}", 4, 9), end_of_figures(f"规章{CELL}12{CELL}", 2, 6)
    (8, 2)
    """
    border = text.find(CELL, start, stop)
    line = text.rfind(LINE, start, border)
    if line >= 0 and any(map(str.isdecimal, text[start:line].split())):
        return line
    alone = not text[border + 1 : stop].strip().strip(ROW_ENDS + LINE)
    return border if alone and any(map(str.isdecimal, text[start:border].split())) else start
