"""The marks of a stream: private-use characters, which readers never let through from a source."""

from __future__ import annotations

import unicodedata

__all__ = ["BORDERS", "CELL", "COVER", "LINE", "MARKS", "ROW", "ROW_ENDS", "SPACE", "TABLE", "display_width", "is_space"]

TABLE = "\ue000"
ROW = "\ue001"
CELL = "\ue002"
LINE = "\ue003"
COVER = "\ue004"
"""A place between two bars that a wide cell covers: no cell, but it counts in the width of its row."""

MARKS = TABLE + ROW + CELL + LINE + COVER
ROW_ENDS = TABLE + ROW
BORDERS = TABLE + ROW + CELL
SPACE = " \t\u3000\xa0\u2002\u2003\u2009\u200b\ufeff"


def is_space(text: str) -> bool:
    """
    Whether nothing is printed here: white space and marks only.

    >>> is_space(" " + CELL), is_space("0")
    (True, False)
    """
    return not text.strip(SPACE + MARKS + "\n\r")


def display_width(text: str) -> int:
    """
    How many columns of a terminal a text takes: two for a Chinese character.

    >>> display_width("总计12")
    6
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
