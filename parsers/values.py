"""
Printed text of a cell to a number, its unit, or a named kind of nothing.

Never a number that was not printed as one: a letter O, a lone 一, 约20 and 20余 are `unreadable`. A blank, a dash and 无 are
three different things, and none of them is zero.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from parsers.report import Status

__all__ = ["NOTHING", "TRADITIONAL", "Value", "read_value"]


class Value(NamedTuple):
    """A status, the number if there is one, the unit printed in the cell, and a remark."""

    status: Status
    number: Decimal | None = None
    unit: str | None = None
    note: str | None = None


TRADITIONAL = str.maketrans("減約餘萬億條項個無沒兩過", "减约余万亿条项个无没两过")
"""The traditional characters of what stands beside figures to their simplified ones, one for one, so that all places stay."""

_FOLD = TRADITIONAL | str.maketrans(
    {
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        "，": ",", "．": ".", "。": ".", "（": "(", "）": ")", "【": "[", "】": "]", "〔": "[", "〕": "]", "：": ":", "；": ";",
        "？": "?", "－": "-", "−": "-", "–": "-", "‐": "-", "‑": "-", "＋": "+", "／": "/", "﹣": "-",
        "\u3000": " ", "\xa0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ",
        **dict.fromkeys("\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u2060\u2066\u2067\u2068\u2069\ufeff"),
    }
)  # fmt: skip

_PLAIN = re.compile(r"\d+")
_UNITS = "万元|亿元|千元|元|件次|人次|件|条|项|个|次|人|篇|份|宗|起|例"
_NUMBER = re.compile(
    rf"""
    (?P<sign>[+-]|增加?|减少?|新增)?\s*
    (?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d{{1,3}}(?:[ ]\d{{3}})+|\d+)
    (?P<fraction>\.\d+)?\s*
    (?P<unit>{_UNITS})?
    """,
    re.VERBOSE,
)
_REMARK = re.compile(r"\s*(?:[(\[](?P<remark>[^()\[\]]*)[)\]]|(?P<mark>[*※#①-⑳¹²³⁰-⁹†‡]+))\s*")
_NIL = re.compile(r"(?:[-—―_/\\~～ー─━]+|无|没有|N/?A)", re.IGNORECASE)
NOTHING = frozenset({"nan", "NaN", "None", "null", "<NA>", "NaT"})
"""What programs print for a cell in which they found nothing."""
_ABOUT = re.compile(r"(?:约|近|超过?|逾|大约|不足|至少)\s*\d|\d\s*(?:余|多|左右|以上|以下)")
_DIGIT = re.compile(r"\d[\d,]*(?:\.\d+)?")
_HAN = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_STEP = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMBER = re.compile(rf"([零一二两三四五六七八九十百千万]+)({_UNITS})?")


def read_value(text: str, *, signed: bool = False) -> Value:
    """
    What a cell's text says, under the statuses of `contracts.md`; `signed` where the form allows a sign.

    >>> read_value("１,２０３ 件")
    Value(status=<Status.PUBLISHED: 'published'>, number=Decimal('1203'), unit='件', note=None)
    >>> read_value("22（其中修订16件）").note
    '其中修订16件'
    >>> [read_value(text).status.value for text in ("", "—", "无", "约20", "O", "-8", "007")]
    ['blank', 'nil', 'nil', 'unreadable', 'unreadable', 'unreadable', 'unreadable']
    >>> read_value("减8", signed=True).number, read_value("3萬元").unit
    (Decimal('-8'), '万元')
    """
    return _read_short(text, signed) if len(text) <= _LONGEST_CELL else _read(text, signed)


def _read(text: str, signed: bool) -> Value:  # noqa: FBT001 - remembered by its arguments, which names would slow down
    if _PLAIN.fullmatch(text) and text.isascii() and (text[0] != "0" or text == "0"):
        return Value(Status.PUBLISHED, Decimal(text))
    folded = text.translate(_FOLD).strip()
    if folded.startswith("?"):  # a non-breaking space that a copier lost, before the figure or alone in the cell
        folded = folded.lstrip("? ")
        if not folded:
            return Value(Status.UNREADABLE, note="a question mark stands in the cell")
    if not folded:
        return Value(Status.BLANK)
    if folded in NOTHING:
        return Value(Status.BLANK, note=f"a program printed {folded} for an empty cell")
    if _NIL.fullmatch(folded):
        return Value(Status.NIL, note=f"printed {text.strip()}")
    if folded == "一":
        return Value(Status.UNREADABLE, note="the numeral one, or a dash typed or recognised as it")
    return _number(folded, signed=signed) or _unreadable(folded)


_LONGEST_CELL = 40
_read_short = lru_cache(maxsize=8192)(_read)
"""The same for what is short enough to be remembered: a rebuild reads each cell several times."""


def _number(folded: str, *, signed: bool) -> Value | None:
    match = _NUMBER.match(folded)
    if match is None:
        return _han_number(folded)
    note = _remarks(folded[match.end() :])
    if note is None:
        return None
    digits = match["digits"].replace(",", "").replace(" ", "")
    if len(digits) > 1 and digits[0] == "0":
        return Value(Status.UNREADABLE, note=f"a number does not begin with 0: {folded}")
    sign = match["sign"]
    if sign is not None and not signed:
        return Value(Status.UNREADABLE, note=f"a sign where the form allows none: {folded}")
    number = Decimal(digits + (match["fraction"] or ""))
    return Value(Status.PUBLISHED, -number if sign and sign[0] in "-减" else number, match["unit"], note or None)


def _remarks(rest: str) -> str | None:
    """The remarks that follow a number, joined; None when something else follows."""
    found = []
    at = 0
    while at < len(rest):
        match = _REMARK.match(rest, at)
        if match is None or match.end() == at:
            return None
        found.append(match["remark"] if match["remark"] is not None else match["mark"])
        at = match.end()
    return "; ".join(found)


def _han_number(folded: str) -> Value | None:
    match = _HAN_NUMBER.fullmatch(folded)
    if match is None or "万" in match[1]:
        return None
    total, digit, step, filled = 0, None, 10_000, False
    for character in match[1]:
        if character in _HAN_STEP:
            if _HAN_STEP[character] >= step or (digit is None and character != "十"):
                return None
            step = _HAN_STEP[character]
            total += (1 if digit is None else digit) * step
            digit = None
        elif digit not in (None, 0) or (digit == 0 and (step == 10_000 or _HAN[character] == 0)):
            return None
        else:
            digit, filled = _HAN[character], digit == 0
    if digit is None:
        return Value(Status.PUBLISHED, Decimal(total), match[2])
    if step in (100, 1000) and not filled:  # 一百二 is 120 to some and 102 to others
        return None
    return Value(Status.PUBLISHED, Decimal(total + digit), match[2])


def _unreadable(folded: str) -> Value:
    if _ABOUT.search(folded):
        number = _DIGIT.search(folded)
        return Value(Status.UNREADABLE, note=f"only about a number: {number[0] if number else folded}")
    return Value(Status.UNREADABLE, note=f"not a number: {folded[:40]}")
