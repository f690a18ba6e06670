"""What a comparison is asked for: indicators, counties, years, level, scope; each checked before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.config import nearest
from pipeline.counties import County, find
from pipeline.errors import UsageError
from pipeline.indicators import Measure, find_measure, measures
from pipeline.registry.county import load_registry

__all__ = ["LEVELS", "Selection", "select", "select_counties", "select_measures", "select_years"]

LEVELS = ("county", "office", "department", "township")
SCOPES = ("all", "own")
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")


class Selection(NamedTuple):
    """What is compared. `counties` empty: all that there are; `words` are as they were asked for, for file names."""

    measures: tuple[Measure, ...]
    counties: tuple[str, ...]
    years: tuple[int, ...]
    level: str = "county"
    scope: str | None = None
    approximate: bool = False
    words: str = ""


def select(
    indicators: Sequence[str], counties: Sequence[str], years: str | None, level: str, scope: str | None, *, approximate: bool
) -> Selection:
    """The selection that a user's words mean. Raises UsageError that names what is not known, and what is near it."""
    if level not in LEVELS:
        raise UsageError(f"--level: must be one of {', '.join(LEVELS)}, is {level!r}")
    if scope is not None and scope not in SCOPES:
        raise UsageError(f"--scope: must be one of {', '.join(SCOPES)}, is {scope!r}")
    wanted = _split(counties)
    return Selection(
        select_measures(indicators), select_counties(wanted), select_years(years), level, scope, approximate, "、".join(wanted)
    )  # fmt: skip


def select_measures(names: Sequence[str]) -> tuple[Measure, ...]:
    """The variables and indicators of these codes or short names, in the order asked for."""
    found = []
    for name in _split(names):
        item = find_measure(name)
        if item is None:
            known = [*measures(), *(each.short for each in measures().values())]
            raise UsageError(
                f"--indicator: {name!r} is no variable or indicator{nearest(name, known)}; the table `indicators` lists them"
            )
        found.append(item)
    if not found:
        raise UsageError("--indicator: name at least one; the table `indicators` lists them")
    return tuple(dict.fromkeys(found))


def select_years(text: str | None) -> tuple[int, ...]:
    """
    The years that a text means; none means all.

    >>> select_years("2019-2021,2016"), select_years(None)
    ((2016, 2019, 2020, 2021), ())
    """
    years: set[int] = set()
    for part in (text or "").replace("，", ",").split(","):
        if not part.strip():
            continue
        match = _YEARS.fullmatch(part.strip())
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise UsageError(f"--years: {part.strip()!r} is no year and no range such as 2019-2024")
        years.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(years))


def select_counties(words: Iterable[str]) -> tuple[str, ...]:
    """
    The ids that names, codes and ids mean; a prefecture or a province stands for its counties.

    Raises UsageError for a name that several counties have: none of them is taken.

    >>> select_counties(["上高县"]), len(select_counties(["宜春市"]))
    (('360923-2008',), 10)
    """
    found: dict[str, None] = {}
    for word in words:
        matches = find(word)
        if not matches:
            raise UsageError(f"--counties: the registry has no {word!r}; `gongkai counties find` lists what is near")
        if len(matches) > 1:
            listed = ", ".join(f"{match.spell.name} {match.county.id}" for match in matches[:6])
            raise UsageError(f"--counties: {word!r} may be {listed}; name the prefecture too, or give the id")
        found.update(dict.fromkeys(_below(matches[0].county)))
    return tuple(found)


def _below(county: County) -> list[str]:
    """The division itself, or the counties that ever belonged to it."""
    if county.level not in ("prefecture", "province"):
        return [county.id]
    under = [
        other.id
        for other in load_registry().divisions.values()
        if other.level in ("county", "zone") and any(county.id in (spell.prefecture, spell.province) for spell in other.spells)
    ]
    return sorted(under)


def _split(words: Sequence[str]) -> list[str]:
    return [part.strip() for word in words for part in re.split(r"[,，、]", word) if part.strip()]
