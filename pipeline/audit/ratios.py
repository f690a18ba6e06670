"""
A figure against that of the year before, by their ratio: a fee typed in another unit, and changes too large to pass unseen.

The bounds of `x.jump` stand in the form files; those of `unit.slip` are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from parsers.errors import FormError
from parsers.finding import Check, Finding, RuleLevel, Verdict
from parsers.form import Form, load_forms, named_range
from parsers.report import plain
from pipeline.audit.across_years import pair_finding
from pipeline.audit.catalogue import ACROSS_SEVERITY, ON_UNLESS_WEAK, OWN_RULES, Words
from pipeline.audit.compact import Pair
from pipeline.audit.rules import Rules

__all__ = ["check_ratios", "is_slip"]

_FEES = "proactive.fees.amount"
_SLIPS = (3, 4)
"""Powers of ten between 元, 千元 and 万元."""
_TOLERANCE = Decimal("0.02")
_BAND = re.compile(r"([\d.]+) <= (\S+)\[y\] / (\S+)\[y-1\] <= ([\d.]+)")


class _Band(NamedTuple):
    """The ratio of a cell to that of the year before, within bounds."""

    code: str
    level: RuleLevel
    strength: str
    form: str
    least: Decimal
    most: Decimal
    addresses: tuple[str, ...]


def check_ratios(pair: Pair, rules: Rules) -> Iterator[Check | Finding]:
    """A Check for the fees and, where asked for, for each figure that may jump; a Finding for what is out of bounds."""
    if _FEES in pair.later.layout.places and _FEES in pair.earlier.layout.places:
        yield from _slip(pair)
    for band in _bands():
        if rules.runs(band.code, default=band.strength in ON_UNLESS_WEAK, county_code=pair.later.county_code):
            for address in band.addresses:
                if pair.later.layout.form_of(address) == band.form and address in pair.earlier.layout.places:
                    yield from _jump(pair, band, address)


def is_slip(now: Decimal, before: Decimal) -> bool:
    """
    Whether one amount looks like the other in a unit 1,000 or 10,000 times larger or smaller.

    >>> is_slip(Decimal(40682080), Decimal("4068.2")), is_slip(Decimal(4100), Decimal("4068.2")), is_slip(Decimal(0), Decimal(0))
    (True, False, False)
    """
    if now <= 0 or before <= 0:
        return False
    larger, smaller = max(now, before), min(now, before)
    return any(abs(larger - smaller.scaleb(power)) <= _TOLERANCE * smaller.scaleb(power) for power in _SLIPS)


def _slip(pair: Pair) -> Iterator[Check | Finding]:
    now, before = pair.after.get(_FEES), pair.before.get(_FEES)
    if now is None or before is None:
        yield _unknown(pair, "unit.slip", "", _FEES)
        return
    broken = is_slip(now, before)
    yield Check(pair.later.report_id, "unit.slip", "", Verdict.BROKEN if broken else Verdict.HOLDS)
    if broken:
        rule = OWN_RULES["unit.slip"]
        said = _said(pair, _FEES, now, before)
        yield pair_finding(pair, "unit.slip", "", said, (_FEES,), (_FEES,), (now, before), (rule.severity, rule.level))


def _jump(pair: Pair, band: _Band, address: str) -> Iterator[Check | Finding]:
    now, before = pair.after.get(address), pair.before.get(address)
    if now is None or before is None:
        yield _unknown(pair, band.code, address, address)
    elif before <= 0:
        yield Check(pair.later.report_id, band.code, address, Verdict.UNKNOWN, "no ratio to a figure that is not above zero")
    elif band.least * before <= now <= band.most * before:
        yield Check(pair.later.report_id, band.code, address, Verdict.HOLDS)
    else:
        yield Check(pair.later.report_id, band.code, address, Verdict.BROKEN)
        weight = ACROSS_SEVERITY[band.strength], band.level
        said = _said(pair, address, now, before)
        yield pair_finding(pair, band.code, address, said, (address,), (address,), (now, before), weight)


def _unknown(pair: Pair, code: str, instance: str, address: str) -> Check:
    report = pair.earlier if address in pair.after else pair.later
    reason = f"no number in {address} of {report.year} ({report.why_absent(address)})"
    return Check(pair.later.report_id, code, instance, Verdict.UNKNOWN, reason)


def _said(pair: Pair, address: str, now: Decimal, before: Decimal) -> Words:
    text = f"{address}: {plain(now)} ({pair.later.year}), {plain(before)} ({pair.earlier.year})"
    return Words(text, text)


@cache
def _bands() -> tuple[_Band, ...]:
    return tuple(_band(form, raw) for form in load_forms() for raw in form.across_years if "/" in raw["expr"])


def _band(form: Form, raw: Mapping[str, Any]) -> _Band:
    where = f"form {form.name}: across_years {raw['code']!r}"
    match = _BAND.fullmatch(raw["expr"])
    if match is None or match[2] != match[3]:
        raise FormError(f"{where}: {raw['expr']!r} is no ratio of a cell to last year's")
    (cells,) = (named_range(value, form) for value in raw["for_each"].values())
    for address in cells:
        if address not in form.cells:
            raise FormError(f"{where}: the form has no cell {address!r}")
    return _Band(raw["code"], RuleLevel(raw["level"]), raw["strength"], form.name, Decimal(match[1]), Decimal(match[4]), cells)
