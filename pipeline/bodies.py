"""
Who reports: the same body over the years, whatever its name and its county's code were.

A county is told by the code in the list of sites and by the report's own words, never by a host's name; where the two do
not settle it the county stays open, and nothing is put together that might not belong together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from parsers.finding import Finding
from parsers.identify import level_of
from parsers.report import Report
from pipeline.counties import County, by_id, find, listed_counties, name_of, of_code, settle

__all__ = ["Body", "Settled", "body_of", "own_name"]

_GOVERNMENTS = ("province", "prefecture", "county")
_CITY = re.compile(r"(?:\w{2,8}(?:省|自治区))?(\w{1,10}市)(?:人民政府)?")
_PRONOUNS = ("本", "我")


class Body(NamedTuple):
    """
    A reporting body: the id of its county (or prefecture, or province), its level, its name without the county's own names.

    `name` is empty for the government itself. None in any part means that it is not settled.
    """

    county_id: str | None
    level: str | None
    name: str | None

    @property
    def is_settled(self) -> bool:
        """Whether it can be told from every other body."""
        return None not in self


class Settled(NamedTuple):
    """A report's body, the level and the county's name that the registry adds, and what was found on the way."""

    body: Body
    level: str | None
    county: str | None
    findings: tuple[Finding, ...]


def body_of(report: Report) -> Settled:
    """
    The body whose report it is. An open county is a finding; a report without level or unit has an open body.

    A bare X市人民政府 is a prefecture's or a county's report; which of the two the registry says, where it knows one X市 only.
    """
    level = report.level or (level_of(report.unit) if report.unit else None) or _level_of_city(report.unit, report.year)
    findings: tuple[Finding, ...] = ()
    if level in ("province", "prefecture"):
        county = _superior(report.unit, level, report.year)
    else:
        words = tuple(word for word in (report.county, report.unit, report.title) if word)
        settlement = settle(words, site_code=report.county_code, year=report.year, report_id=report.report_id)
        county, findings = settlement.county, settlement.findings
        if county is None and report.county_code and not of_code(report.county_code) and not any(find(word) for word in words):
            county = listed_counties(report.county_code)[0]  # only the list knows it, and nothing speaks against the list
    if county is None:
        return Settled(Body(None, level, "" if level in _GOVERNMENTS else None), level, report.county, findings)
    name = "" if level in _GOVERNMENTS else own_name(report.unit, county.id) if report.unit is not None else None
    return Settled(Body(county.id, level, name), level, report.county or _name_then(county, report.year), findings)


def _name_then(county: County, year: int | None) -> str | None:
    return name_of(county.id, year) if county.level == "county" and year is not None else None


@lru_cache(maxsize=10_000)
def _level_of_city(unit: str | None, year: int | None) -> str | None:
    """The level of a city's government, None for any other unit and where several divisions have the name."""
    match = _CITY.fullmatch(unit or "")
    if match is None:
        return None
    levels = {found.county.level for found in find(match[1], year=year) if match[1] in found.county.names()}
    level = levels.pop() if len(levels) == 1 else None
    return level if level in _GOVERNMENTS else None


@lru_cache(maxsize=10_000)
def _superior(unit: str | None, level: str, year: int | None) -> County | None:
    """The province or prefecture that a unit names; None where it names none or several."""
    found = {match.county.id: match.county for match in find(unit or "", year=year) if match.county.level == level}
    return next(iter(found.values())) if len(found) == 1 else None


@lru_cache(maxsize=100_000)
def own_name(unit: str, county_id: str) -> str:
    """
    The unit's name without the name of its county, and without what stands before that.

    What is named by the prefecture alone is the prefecture's: it keeps its name, and is not the county's body of the same kind.

    >>> own_name("赣县区农业农村局", "360721-2008"), own_name("江西省赣州市赣县梅林镇人民政府", "360721-2008")
    ('农业农村局', '梅林镇')
    >>> own_name("赣州市农业农村局", "360721-2008")
    '赣州市农业农村局'
    """
    above, own = _names(county_id)
    rest = unit
    for name in above:
        rest = rest.removeprefix(name)
    held = next((name for name in own if rest.startswith(name)), None)
    name = unit if held is None else rest.removeprefix(held)
    return name.removeprefix(_PRONOUNS[0]).removeprefix(_PRONOUNS[1]).removesuffix("人民政府")


@lru_cache(maxsize=10_000)
def _names(county_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of province and prefecture, then those of the division itself, over all years, the longer first."""
    county = by_id(county_id)
    if county is None:
        return (), ()
    ids = dict.fromkeys([*(spell.province for spell in county.spells), *(spell.prefecture for spell in county.spells)])
    superiors = [division for other in ids if other is not None and (division := by_id(other)) is not None]
    above = tuple(name for division in superiors for name in _longest_first(division))
    return above, tuple(_longest_first(county))


def _longest_first(county: County) -> list[str]:
    return sorted(county.names(), key=len, reverse=True)
