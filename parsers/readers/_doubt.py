"""
Which recognised figures are believed: only those that two readings give alike and the shapes in the crop bear out.

Any other gets U+FFFD behind its first reading. No value is made of such text: the cell is `unreadable`, its raw text
shows what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.readers._page import Box
from parsers.readers._recognise import Reading
from parsers.report import Status
from parsers.values import read_value

__all__ = ["DOUBT", "believed", "is_figure", "is_label", "with_sure_digits"]

DOUBT = "\ufffd"

_LEAST_SCORE = 0.5
_WIDTH = {ord("，"): ",", ord("．"): ".", ord("："): ":", ord("（"): "(", ord("）"): ")", ord("－"): "-", ord(" "): None}
_WIDTH |= {ord(wide): plain for wide, plain in zip("０１２３４５６７８９", "0123456789", strict=True)}
_WORDS = re.compile(r"[\u4e00-\u9fff]")
_DIGITS = re.compile(r"\d+")
_PLAIN = re.compile(r"-?[\d,.]+")
_FLAT = re.compile(r"[-—―–_ー一~]+")
_MARKS = re.compile(r"[,.]")


def is_label(text: str) -> bool:
    """
    Whether a cell's text holds words, and is no value with a unit or a sign for nothing.

    >>> [is_label(text) for text in ("规章", "1.属于国家秘密", "total", "12件", "无", "12", "")]
    [True, True, True, False, False, False, False]
    """
    return any(map(str.isalpha, text)) and read_value(text, signed=True).status not in (Status.PUBLISHED, Status.NIL)


def is_figure(text: str) -> bool:
    """
    Whether a cell's text would become a value, or holds no words that could be a label.

    >>> [is_figure(text) for text in ("12", "—", "", "22（其中修订16件）", "规章", "1.属于国家秘密")]
    [True, True, True, True, False, False]
    """
    return read_value(text, signed=True).status in (Status.PUBLISHED, Status.NIL) or not _WORDS.search(text)


def believed(first: Reading, second: Reading, shapes: Sequence[Box], line: Box) -> str:
    """
    The text of a figure, with U+FFFD behind it where it is doubtful; `shapes` are the connected marks of its line.

    >>> digits = [Box(0, 0, 12, 20), Box(14, 0, 26, 20)]
    >>> believed(Reading("12", 0.9), Reading("12", 0.9), digits, Box(0, 0, 26, 20))
    '12'
    >>> [believed(Reading(text, 0.9), Reading("1", 0.9), digits, Box(0, 0, 26, 20)) for text in ("7", "1", "")]
    ['7\ufffd', '1\ufffd', '\ufffd']
    """
    text = _folded(first.text)
    sure = text and text == _folded(second.text) and min(first.score, second.score) >= _LEAST_SCORE
    return text if sure and _fits(text, shapes, line) else text + DOUBT


def with_sure_digits(first: Reading, second: Reading) -> str:
    """
    The first reading of a line of words, with U+FFFD for figures that the second gives otherwise.

    >>> with_sure_digits(Reading("2021年共7件", 0.9), Reading("2021年共1件", 0.9))
    '2021年共\ufffd件'
    """
    mine, other = _DIGITS.findall(first.text), _DIGITS.findall(second.text)
    if mine == other:
        return first.text
    agreed = iter([a == b for a, b in zip(mine, other, strict=True)] if len(mine) == len(other) else [False] * len(mine))
    return _DIGITS.sub(lambda match: match[0] if next(agreed) else DOUBT, first.text)


def _folded(text: str) -> str:
    return text.translate(_WIDTH)


def _fits(text: str, shapes: Sequence[Box], line: Box) -> bool:
    """
    Whether so many marks stand in the line: a lost one of equal digits and a lost point escape both readings.

    A flat stroke alone may be a dash or the numeral 一, and is neither.
    """
    if _FLAT.fullmatch(text):
        return "一" not in text
    if not _PLAIN.fullmatch(text):
        return True
    high = line.bottom - line.top
    low = [box for box in shapes if box.bottom - box.top < 0.38 * high and box.top > line.top + 0.5 * high]
    if len(low) != len(_MARKS.findall(text)):
        return False
    digits = (len(_DIGITS.sub("", text)) and sum(map(len, _DIGITS.findall(text)))) or len(text)
    runs = _joined([box for box in shapes if box not in low and box.bottom - box.top >= 0.6 * high])
    least = sum(max(1, round((right - left) / high - 0.25)) for left, right in runs)
    most = sum(1 + int((right - left) / high / 0.45) for left, right in runs)
    return least <= digits <= most


def _joined(boxes: Sequence[Box]) -> list[tuple[float, float]]:
    """The boxes' extents from left to right, those that overlap made one."""
    runs: list[tuple[float, float]] = []
    for box in sorted(boxes):
        if runs and box.left < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], box.right))
        else:
            runs.append((box.left, box.right))
    return runs
