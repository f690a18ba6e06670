"""Where a county belonged in a year: the columns that `coverage`, `series` and `panel` share."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pipeline.counties import by_id
from pipeline.registry.county import County, Spell

__all__ = ["Division", "division"]


class Division(NamedTuple):
    """A county in a year: code and name then, and the names of its superiors. `exists` is False where it had ceased or was not yet."""

    county_id: str
    code: str | None
    name: str
    prefecture: str | None
    province: str | None
    exists: bool
    carried_forward: bool


@lru_cache(maxsize=100_000)
def division(county_id: str | None, year: int) -> Division | None:
    """
    The division of that id in a year, by its nearest spell where it did not exist then; None for an id that is not known.

    >>> division("360721-2008", 2020).name, division("360721-2008", 2010).name
    ('赣县区', '赣县')
    """
    county = by_id(county_id or "")
    if county is None:
        return None
    spell = county.spell(year) or _nearest(county, year)
    return Division(
        county.id, spell.code, spell.name, _name(spell.prefecture, year), _name(spell.province, year),
        county.exists(year), county.carried_forward(year),
    )  # fmt: skip


def _nearest(county: County, year: int) -> Spell:
    return county.spells[0] if year < county.first_year else county.spells[-1]


def _name(other: str | None, year: int) -> str | None:
    county = by_id(other or "")
    if county is None:
        return None
    return (county.spell(year) or _nearest(county, year)).name
