"""What variables and indicators are called where there is little room: in a picture's title, in a file's name."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from pipeline.indicators import Measure, measures

__all__ = ["measure_label"]

_NUMBERING = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]+[）)]?[、.．,，]?\s*)(?=\D)")
_TOTALS = ("总计", "统计数", "total", "count")


def measure_label(item: Measure, tongue: str) -> str:
    """
    A measure's name in one language without what goes without saying; two measures never have the same.

    >>> from pipeline.indicators import find_measure
    >>> measure_label(find_measure("app_ref_internal_total"), "zh"), measure_label(find_measure("clearance"), "en")
    ('不予公开：属于三类内部事务信息', 'decided, of accepted requests')
    """
    return _labels(tongue)[item.code]


@cache
def _labels(tongue: str) -> dict[str, str]:
    made = {
        code: _short(item.zh if tongue == "zh" else item.en, "：" if tongue == "zh" else ": ")
        for code, item in measures().items()
    }
    often = Counter(made.values())
    return {code: label if often[label] == 1 else f"{label} ({measures()[code].short})" for code, label in made.items()}


def _short(name: str, between: str) -> str:
    """The last two labels on the way to a cell, without their numbers and without a bare total at the end."""
    parts = [_NUMBERING.sub("", part).strip() or part for part in name.split(" > ")]
    if len(parts) > 1 and parts[-1] in _TOTALS:
        parts = parts[:-1]
    return between.join(parts[-2:] if len(parts) > 2 else parts[-1:])
