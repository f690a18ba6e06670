"""`gongkai counties`: which divisions a name or a code may mean, and what became of one over the years."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.commands.screen import language, out, print_table, say
from pipeline.counties import FIRST_YEAR, LAST_YEAR, County, Link, Match, Spell, by_id, find
from pipeline.errors import UsageError

__all__ = ["find_counties", "show_counties"]

_WORDS = {
    "zh": {
        "county_id": "编号", "code": "代码", "name": "名称", "level": "级别", "prefecture": "地级", "province": "省级",
        "first_year": "起", "last_year": "止", "how": "依据", "kind": "变动", "year": "年度", "source": "出处",
        "none": "登记中没有与“{text}”相符的区划", "unknown": "不详", "years": "年度须在{first}年及以后，而不是{year}",
        "from": "来自", "to": "变为", "merged": "并入", "split": "分入", "part": "部分划入", "became_prefecture": "升为地级",
        "abolished": "撤销", "created": "新设", "renamed": "更名", "became_district": "改区", "became_city": "改市",
        "became_county": "改县", "code_changed": "代码变更", "moved": "隶属变更", "carried": "{year}年按{last}年底的状况",
        "code_how": "代码", "id_how": "编号", "name_how": "名称", "other_year_how": "其他年度的名称", "short_how": "简称",
        "code_basis": "代码未变", "name_basis": "省内唯一同名", "stem_basis": "本地区唯一同专名",
        "stem_how": "专名", "gone_how": "该年已不存在或尚未设立", "successor_how": "由同名区划而来",
    },
    "en": {
        "code_basis": "the code stayed", "name_basis": "the one of that name in the province",
        "stem_basis": "the one of that stem in the prefecture",
        "none": "the registry has no division that {text!r} may mean", "years": "--year: must be {first} or later, is {year}",
        "carried": "{year} stands as the end of {last} does",
        "from": "from", "to": "to", "code_how": "code", "id_how": "id", "name_how": "name", "other_year_how": "name in another year",
        "short_how": "short form", "stem_how": "stem", "gone_how": "did not exist in that year",
        "successor_how": "came out of one of that name",
    },
}  # fmt: skip
_FOUND = ("county_id", "code", "name", "level", "prefecture", "province", "first_year", "last_year", "how")
_SPELLS = ("code", "name", "prefecture", "province", "first_year", "last_year")
_STEPS = ("year", "kind", "from", "to", "source")


def find_counties(text: str, year: int | None, province: str | None, lang: str | None, *, as_json: bool) -> int:
    """List every division that a text may mean; returns the exit code, 1 when there is none."""
    tongue = language(lang, os.environ)
    matches = _found(text, year, province, tongue)
    if as_json:
        _print_json([_plain(match, year) for match in matches])
    elif matches:
        rows = [[*_texts(_plain(match, year), _FOUND[:-1]), _word(f"{match.how}_how", tongue)] for match in matches]
        print_table([_word(name, tongue) for name in _FOUND], rows)
    return 0 if matches else 1


def show_counties(text: str, year: int | None, lang: str | None, *, history: bool, as_json: bool) -> int:
    """Print the divisions that a code, an id or a name means, with `history` all they were; returns the exit code."""
    tongue = language(lang, os.environ)
    matches = _found(text, year, None, tongue)
    if as_json:
        _print_json([_plain(match, year) | (_history(match.county) if history else {}) for match in matches])
        return 0 if matches else 1
    stream = out()
    for place, match in enumerate(matches):
        county = match.county
        heading = f"{match.spell.name} {match.spell.code or ''}".strip()
        stream.write(f"{chr(10) if place else ''}{heading} [{county.id}]\n{f'{county.note}{chr(10)}' if county.note else ''}")
        spells, shown = (county.spells, None) if history else ((match.spell,), year)
        print_table(
            [_word(name, tongue) for name in _SPELLS], [_texts(_spell(county, spell, shown), _SPELLS) for spell in spells]
        )
        steps = list(_steps(county, tongue)) if history else []
        if steps:
            stream.write("\n")
            print_table([_word(name, tongue) for name in _STEPS], steps)
    return 0 if matches else 1


def _found(text: str, year: int | None, province: str | None, tongue: str) -> tuple[Match, ...]:
    if year is not None and year < FIRST_YEAR:
        raise UsageError(_word("years", tongue).format(first=FIRST_YEAR, year=year))
    matches = find(text, year=year, province=province)
    if not matches:
        say(f"gongkai: {_word('none', tongue).format(text=text)}")
    elif year is not None and year > LAST_YEAR:
        say(_word("carried", tongue).format(year=year, last=LAST_YEAR))
    return matches


def _word(name: str, tongue: str) -> str:
    return _WORDS[tongue].get(name, name)


def _texts(row: dict[str, Any], names: Sequence[str]) -> list[str]:
    return ["" if row[name] is None else str(row[name]) for name in names]


def _print_json(rows: list[dict[str, Any]]) -> None:
    out().write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def _plain(match: Match, year: int | None) -> dict[str, Any]:
    county = match.county
    return {
        "county_id": county.id,
        **_spell(county, match.spell, year),
        "how": match.how,
        "reports": county.reports,
        "note": county.note,
        "carried_forward": year is not None and county.carried_forward(year),
    }


def _spell(county: County, spell: Spell, year: int | None = None) -> dict[str, Any]:
    """A spell with its superiors by the names they had in `year`, else at the spell's end."""
    when = year if year is not None and spell.covers(year) else spell.last_year or LAST_YEAR
    return {
        "code": spell.code,
        "name": spell.name,
        "level": county.level,
        "prefecture": _name(spell.prefecture, when),
        "province": _name(spell.province, when),
        "first_year": spell.first_year,
        "last_year": spell.last_year,
    }


def _name(county_id: str | None, year: int) -> str | None:
    county = by_id(county_id) if county_id is not None else None
    spell = county.spell(year) if county is not None else None
    return spell.name if spell is not None else None


def _history(county: County) -> dict[str, Any]:
    return {
        "spells": [_spell(county, spell) for spell in county.spells],
        "changes": [
            {
                "year": change.year,
                "kind": change.kind,
                "from": f"{change.before.name} {change.before.code}",
                "to": f"{change.after.name} {change.after.code}",
                "basis": change.basis,
                "source": change.source,
            }
            for change in county.history
        ],
        "predecessors": [_link(link, before=True) for link in county.predecessors],
        "successors": [_link(link, before=False) for link in county.successors],
    }


def _link(link: Link, *, before: bool) -> dict[str, Any]:
    return {
        "year": link.year,
        "kind": link.kind,
        "county_id": link.other,
        "name": _name(link.other, link.year - 1 if before else link.year),
        "source": link.source,
        "note": link.note,
    }


def _steps(county: County, tongue: str) -> Iterator[list[str]]:
    """Every step in the order of years: where it came from, what it became, where it went."""
    told = _history(county)
    here = county.names()
    steps = [(row["year"], row["kind"], _other(row, tongue), here[0], row) for row in told["predecessors"]]
    steps += [(row["year"], row["kind"], row["from"], row["to"], row) for row in told["changes"]]
    steps += [(row["year"], row["kind"], here[-1], _other(row, tongue), row) for row in told["successors"]]
    for year, kind, start, end, row in sorted(steps, key=lambda step: step[0]):
        note = row.get("note") or ("" if row.get("basis", "table") == "table" else _word(f"{row['basis']}_basis", tongue))
        yield [str(year), _word(kind, tongue), start, end, f"{row['source']}{f' ({note})' if note else ''}"]


def _other(row: dict[str, Any], tongue: str) -> str:
    return f"{row['name']} [{row['county_id']}]" if row["county_id"] else _word("unknown", tongue)
