"""The values of spreadsheet cells as the texts that the sheet shows, and how far apart cells may stand."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from parsers.errors import ReadError, ReadStatus
from parsers.raw.charset import without_marks
from parsers.readers._spans import MAX_CELLS, refuse_too_many_cells

__all__ = [
    "NO_RESULT",
    "Area",
    "Piece",
    "is_figure_in_cell",
    "joined",
    "per_cent",
    "shows_no_number",
    "shows_per_cent",
    "text_of",
    "zero_shown",
]

NO_RESULT = "\ufffd"
"""What a formula shows whose result is not stored: no figure can be made of it, and it is not blank."""

MAX_AREA = 2_000_000
"""Rows times columns from the first to the last value: a parser lays them all out in memory."""

_DIGITS = 15
"""Spreadsheets show so many digits of a number; further ones are noise of binary arithmetic."""

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta | None


def text_of(value: Value) -> str:
    """
    The text that stands for a value.

    >>> [text_of(value) for value in (7.0, 20.3, 0.1 + 0.2, 1e20, -3.0, True, datetime.date(2021, 3, 4), " 7 ", None)]
    ['7', '20.3', '0.3', '100000000000000000000', '-3', 'TRUE', '2021-03-04', ' 7 ', '']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return without_marks(value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _plain(Decimal(format(value, f".{_DIGITS}g")))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    return str(value) if isinstance(value, datetime.timedelta) else value.isoformat()


def _plain(number: Decimal) -> str:
    if not number.is_finite():
        return NO_RESULT
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def per_cent(value: str) -> str | None:
    """
    A stored number as a per cent; None when it is no number.

    >>> per_cent("0.20300000000000001"), per_cent("x")
    ('20.3%', None)
    """
    try:
        return _plain(Decimal(format(float(value) * 100, f".{_DIGITS}g"))) + "%"
    except (ValueError, OverflowError, InvalidOperation):
        return None


_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PLACEHOLDER = re.compile(r"[0#?@ymdhs]|general|g/", re.IGNORECASE)
_DIGIT_WITHIN = re.compile(r"\d")
_FIGURE_IN_CELL = re.compile(r"[-+−－]?[\d,，.]*\d\s*[\u4e00-\u9fff]{0,2}")
_SCALED = re.compile(r"[0#?],+(?![0#?,])|!\.")
_SPACED, _FILLED = re.compile(r"_.|!(?=.)"), re.compile(r"\*.")
_MARKED = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|[#?,.]')
_OTHERWISE = re.compile(r"[ymdhs@]|general|g/|e[+-]|[#?]/", re.IGNORECASE)
"""What shows zero as a figure by other signs than `0`."""
_BUILT_IN_ZEROS = dict.fromkeys((41, 43), "-") | dict.fromkeys((42, 44), "¥-")
"""The number formats of accounts, which workbooks name without their code."""
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def shows_per_cent(code: str) -> bool:
    """Whether a number format shows per cents."""
    return "%" in _QUOTED.sub("", code)


def shows_no_number(code: str) -> bool:
    """
    Whether a number format shows positive numbers by nothing, by words alone, by their thousandth, or with figures of its own.

    >>> [shows_no_number(code) for code in (";;;", '"-"', "0,", '[>5]"多";0', '0"0"', "#,##0", "", "0;-0;;@", 'General"件"', "yyyy/m/d")]
    [True, True, True, True, True, False, False, False, False, False]
    """
    section = _QUOTED.sub("", code).split(";")[0]
    if any(_DIGIT_WITHIN.search(literal) for literal in _QUOTED.findall(code) if literal[0] != "["):
        return True
    return bool(code) and (not _PLACEHOLDER.search(section) or _SCALED.search(section) is not None)


def zero_shown(code: str, number: int = 0) -> str | None:
    """
    What a cell that holds zero shows by a number format, by its code or its number: None for a figure.

    A cell that shows nothing though it holds a zero is neither blank nor a zero that was printed: U+FFFD behind it.

    >>> [zero_shown(code) for code in ("0", "#,##0", "", "General", "0;-0;;@", "#", '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ')]
    [None, None, None, None, '0\ufffd', '0\ufffd', '-']
    >>> zero_shown('0;-0;"无"'), zero_shown("[Red]0;[Blue]-0;[Black]0"), zero_shown("", 43), zero_shown("@"), zero_shown("# ?/?")
    ('无', None, '-', None, None)
    """
    if not code:
        return _BUILT_IN_ZEROS.get(number)
    # A semicolon within quotes parts no sections, and none of the formats of accounts has one.
    sections = code.split(";")
    section = _FILLED.sub("", _SPACED.sub("", sections[2] if len(sections) > 2 else sections[0]))
    if "0" in _QUOTED.sub("", section) or _OTHERWISE.search(_QUOTED.sub("", section)):
        return None
    shown = _MARKED.sub(lambda found: found[1] or found[2] or "", section).strip()
    return shown or "0" + NO_RESULT


def is_figure_in_cell(text: str) -> bool:
    """
    Whether a text of a cell is a figure, with or without its unit: no label, though it begins with a number.

    >>> [is_figure_in_cell(text) for text in ("12", "1,200 件", "-8", "1.属于国家秘密", "规章", "2021年度报告")]
    [True, True, True, False, False, False]
    """
    return _FIGURE_IN_CELL.fullmatch(text.strip()) is not None


class Piece(NamedTuple):
    """A part of a cell's text that is written alike: struck out or not, raised, lowered, or neither."""

    text: str
    struck: bool = False
    raised: bool = False
    lowered: bool = False


def joined(pieces: Iterable[Piece]) -> str | None:
    """
    A text of several pieces: figures raised behind others as such, those struck out or lowered unknown; None where none is.

    >>> joined([Piece("12"), Piece("1", raised=True)]), joined([Piece("9", struck=True), Piece("12")]), joined([Piece("1"), Piece("2")])
    ('12¹', '9\ufffd12', None)
    """
    text, marked = "", False
    for piece in pieces:
        shown = piece.text
        if any(map(str.isdigit, shown)) and (piece.struck or (piece.lowered and text)):
            shown, marked = shown + NO_RESULT, True
        elif piece.raised and text and shown.strip().isdecimal():
            shown, marked = shown.translate(_RAISED), True
        text += shown
    return text if marked else None


class Area:
    """The part of a sheet that holds values: how many they are, and from where to where they reach."""

    def __init__(self) -> None:
        self.cells = 0
        self._top = self._left = 1 << 30
        self._bottom = self._right = -1

    def add(self, row: int, column: int, *, rows: int = 1, columns: int = 1) -> None:
        """Take in a value, or one repeated over rows and columns. Raises ReadError `limit` when they grow too many or too wide."""
        self.cells += rows * columns
        if self.cells > MAX_CELLS:
            refuse_too_many_cells()
        self._top, self._left = min(self._top, row), min(self._left, column)
        self._bottom, self._right = max(self._bottom, row + rows - 1), max(self._right, column + columns - 1)
        area = (self._bottom - self._top + 1) * (self._right - self._left + 1)
        if area > MAX_AREA:
            reason = f"its cells stand as far apart as {area:,} cells would need; {MAX_AREA:,} are allowed, so it was not read"
            raise ReadError(ReadStatus.LIMIT, reason)
