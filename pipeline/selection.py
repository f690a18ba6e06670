"""What a comparison is asked for: indicators, counties, years, level, scope; each checked before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.config import nearest
from pipeline.counties import County, find, listed_counties
from pipeline.errors import UsageError
from pipeline.indicators import Measure, find_measure, measures
from pipeline.registry.county import load_registry

__all__ = ["LEVELS", "SCOPES", "Selection", "select", "select_counties", "select_measures", "select_years"]

LEVELS = ("county", "office", "department", "township", "prefecture", "province")
SCOPES = ("all", "own")
_YEARS = re.compile(r"(\d{4})(?:[-–—~至](\d{4}))?")
_CODE = re.compile(r"[0-9]{6}")
_MOST_YEARS = 200


class Selection(NamedTuple):
    """
    What is compared. `words` are the counties as they were asked for; without any, all that there are is meant.

    `counties` are ids. A code that the registry does not have stands for the county that only a list of sites knows.
    """

    measures: tuple[Measure, ...]
    words: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    level: str = "county"
    scope: str | None = None
    approximate: bool = False


def select(
    indicators: Sequence[str], counties: Sequence[str], years: str | None, level: str, scope: str | None, *, approximate: bool
) -> Selection:
    """
    The selection that a user's words mean. Raises UsageError that names what is not known, and what is near it.

    >>> select(["clearance"], ["上高县"], "2021-2023", "county", None, approximate=False)[1:4]
    (('上高县',), ('360923-2008',), (2021, 2022, 2023))
    """
    if level not in LEVELS:
        raise UsageError(f"--level: must be one of {', '.join(LEVELS)}, is {level!r}")
    if scope is not None and scope not in SCOPES:
        raise UsageError(f"--scope: must be one of {', '.join(SCOPES)}, is {scope!r}")
    words = tuple(dict.fromkeys(_split(counties)))
    return Selection(
        select_measures(indicators), words, select_counties(words, level), select_years(years), level, scope, approximate
    )


def select_measures(names: Sequence[str]) -> tuple[Measure, ...]:
    """
    The variables and indicators of these codes or short names, in the order asked for.

    >>> [item.code for item in select_measures(["clearance,app_total_total"])]
    ['clearance', 'applications.total.total']
    """
    found: dict[str, Measure] = {}
    for name in _split(names):
        item = find_measure(name)
        if item is None:
            known = [*measures(), *(each.short for each in measures().values())]
            near = nearest(name, known)
            hint = near if near.startswith("; did you mean") else ""  # a hundred names are no help in one line
            raise UsageError(f"--indicator: {name!r} is no variable or indicator{hint}; the table `indicators` lists them")
        found[item.code] = item
    if not found:
        raise UsageError("--indicator: name at least one; the table `indicators` lists them")
    return tuple(found.values())


def select_years(text: str | None) -> tuple[int, ...]:
    """
    The years that a text means; none means all.

    >>> select_years("2019-2021,2016"), select_years(None)
    ((2016, 2019, 2020, 2021), ())
    """
    years: set[int] = set()
    for part in _split([text or ""]):
        match = _YEARS.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match is not None else (1, 0)
        if not 0 <= last - first < _MOST_YEARS:
            raise UsageError(f"--years: {part!r} is no year and no range such as 2019-2024")
        years.update(range(first, last + 1))
    return tuple(sorted(years))


def select_counties(words: Iterable[str], level: str = "county") -> tuple[str, ...]:
    """
    The ids that names, codes and ids mean.

    A prefecture or a province stands for its counties; at the levels `prefecture` and `province` it stands for itself and for
    those of that level below it. Raises UsageError for a name that nothing has, and for one that several have: none is taken.

    >>> select_counties(["上高县"]), len(select_counties(["宜春市"]))
    (('360923-2008',), 10)
    """
    found: dict[str, None] = {}
    for word in words:
        matches = find(word)
        if len(matches) > 1:
            listed = ", ".join(f"{match.spell.name} {match.county.id}" for match in matches[:6])
            raise UsageError(f"--counties: {word!r} may be {listed}; name the prefecture too, or give the id")
        if not matches and not _CODE.fullmatch(word):
            raise UsageError(f"--counties: the registry has no {word!r}; `gongkai counties find` lists what is near")
        found.update(dict.fromkeys(_meant(matches[0].county, level) if matches else (listed_counties(word)[0].id,)))
    return tuple(found)


def _meant(county: County, level: str) -> list[str]:
    """The division itself, or those below it that ever belonged to it."""
    if county.level not in ("prefecture", "province") or county.level == level:
        return [county.id]
    wanted = (level,) if level in ("prefecture", "province") else ("county", "zone")
    return sorted(
        other.id
        for other in load_registry().divisions.values()
        if other.level in wanted and any(county.id in (spell.prefecture, spell.province) for spell in other.spells)
    )


def _split(words: Sequence[str]) -> list[str]:
    return [part.strip() for word in words for part in re.split(r"[,，、;；]", word) if part.strip()]
