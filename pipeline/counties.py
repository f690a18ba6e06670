"""
Which county is meant: GB/T 2260 codes and names over the years 2008 to 2024, under ids of our own.

A county keeps its id when it is renamed, becomes a district or changes its code; where it was merged or split, the new one has
an id of its own, and both say so. An id is the first code and year that the registry has of a division (`360721-2008`): text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.registry.county import FIRST_YEAR, LAST_YEAR, Change, County, Link, Spell, load_registry
from pipeline.registry.names import COMMON, Named, at, by_stem, heirs, in_text, related, superiors

if TYPE_CHECKING:
    from parsers.finding import Finding

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Change",
    "County",
    "Link",
    "Match",
    "Settlement",
    "Spell",
    "all_counties",
    "by_id",
    "find",
    "listed_counties",
    "name_of",
    "of_code",
    "resolve",
    "settle",
]

_UNREGISTERED = "-unregistered"
_NEAR = 2  # pages keep an old name for a year or two, and use a new one before the year ends
_RANKS = ("code", "id", "name", "other_year", "short", "stem", "gone", "successor")


# --- by code and id -------------------------------------------------------------------------------


def by_id(county_id: str) -> County | None:
    """
    The division with this id; None when there is none.

    >>> [spell.name for spell in by_id("360721-2008").spells]
    ['赣县', '赣县区']
    """
    if county_id.endswith(_UNREGISTERED):
        return _unregistered(county_id.removesuffix(_UNREGISTERED))
    return load_registry().divisions.get(county_id)


def of_code(code: str) -> tuple[County, ...]:
    """
    Every division that ever had this code, oldest first; more than one where a code was given again.

    >>> [county.id for county in of_code("360704")], [county.id for county in of_code("500110")]
    (['360721-2008'], ['500110-2008', '500110-2011'])
    """
    registry = load_registry()
    return tuple(registry.divisions[county_id] for county_id in registry.by_code.get(code, ()))


def listed_counties(code: str) -> tuple[County, ...]:
    """
    What a list of sites means by a code: every division that ever had it, else one that only the list knows.

    >>> [county.id for county in listed_counties("360923")], listed_counties("123456")[0].level
    (['360923-2008'], 'unregistered')
    """
    found = of_code(code)
    return found if found or not code else (_unregistered(code),)


def _unregistered(code: str) -> County:
    return County(f"{code}{_UNREGISTERED}", "unregistered", (Spell(code, code, None, None, FIRST_YEAR, None),), (), (), ())


def resolve(code: str, year: int) -> County | None:
    """
    The division that had this code at the end of `year`; None when none had. Years after the newest table stand as it does.

    >>> resolve("360721", 2015) is resolve("360704", 2016), resolve("360721", 2016)
    (True, None)
    """
    for county in of_code(code):
        spell = county.spell(year)
        if spell is not None and spell.code == code:
            return county
    return None


def name_of(county_id: str, year: int) -> str | None:
    """
    The name at the end of `year`; None when the division did not exist then, or the id is unknown.

    >>> name_of("360721-2008", 2015), name_of("360721-2008", 2016)
    ('赣县', '赣县区')
    """
    county = by_id(county_id)
    spell = county.spell(year) if county is not None else None
    return spell.name if spell is not None else None


def all_counties(year: int, *, level: str = "county") -> tuple[County, ...]:
    """
    Every division of that level at the end of `year`, by its code of that year.

    >>> len(all_counties(2024)), len(all_counties(2024, level="prefecture"))
    (2846, 333)
    """
    standing = [
        (spell.code or "", county.id, county)
        for county in load_registry().divisions.values()
        if county.level == level and (spell := county.spell(year)) is not None
    ]
    return tuple(county for _, _, county in sorted(standing, key=lambda each: each[:2]))


# --- by name --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Match:
    """
    A division that a text may mean, as it stood in the year asked for.

    `how`: `code`, `id`, `name` (its name then), `other_year` (its name in another year), `short` (恭城县), `stem` (上高), `gone` (its
    name, but it had ceased or was not yet), `successor` (it came out of a division of that name).
    """

    county: County
    spell: Spell
    how: str


def find(text: str, *, year: int | None = None, province: str | None = None) -> tuple[Match, ...]:
    """
    Every division that a text may mean, the surest first; empty when it names none. Never one of several by guessing.

    With `year` the name must hold within two years of it, or have held before. `province` is a code, id, name or stem.

    >>> [(match.spell.name, match.how) for match in find("赣县")]
    [('赣县区', 'other_year')]
    >>> len(find("鼓楼区", year=2021)), [match.spell.code for match in find("福州市鼓楼区人民政府")]
    (4, ['350102'])
    """
    plain = re.sub(r"\s+", "", text)
    if re.fullmatch(r"[0-9]{6}", plain):
        found = _by_code(plain, year)
    elif (county := by_id(plain)) is not None:
        found = [Match(county, at(county, year), "id")]
    else:
        found = _by_name(in_text(plain) or by_stem(plain), year)
    if province is not None:
        wanted = {match.county.id for match in _by_name(in_text(province) or by_stem(province), None)}
        wanted |= {county.id for county in (by_id(province), *of_code(province.ljust(6, "0"))) if county is not None}
        found = [match for match in found if wanted & {match.county.id, *superiors(match.spell)}]
    return tuple(sorted(found, key=lambda match: (_RANKS.index(match.how), match.county.id)))


def _by_code(code: str, year: int | None) -> list[Match]:
    if year is not None and (county := resolve(code, year)) is not None:
        return [Match(county, at(county, year), "code")]
    return [Match(county, at(county, year), "code") for county in of_code(code)]


def _by_name(named: Iterable[Named], year: int | None) -> list[Match]:
    """One match a division, the best; what another one of the same name or descent makes needless is left out."""
    best: dict[str, Match] = {}
    named = list(named)
    held = {each.text for each in named if _how(each, year) in ("name", "short")} if year is not None else set()
    for each in named:
        how = _how(each, year)
        if year is not None and how != "name" and each.text in held and (each.spell.last_year or year) < year - _NEAR:
            continue  # 铜仁市 of 2015 is the prefecture; the county that had the name until 2010 is 碧江区 long since
        if how is not None:
            old = best.get(each.county.id)
            if old is None or _RANKS.index(how) < _RANKS.index(old.how):
                best[each.county.id] = Match(each.county, at(each.county, year), how)
        if how in (None, "gone") and year is not None and each.text not in held and each.spell.first_year <= year:
            for heir in heirs(each.county.id):
                if (county := load_registry().divisions[heir]).exists(year):
                    best.setdefault(heir, Match(county, at(county, year), "successor"))
    sure = {county_id for county_id, match in best.items() if match.how == "name"} if year is not None else set()
    return [match for match in best.values() if match.how not in ("gone", "successor") or not sure & related(match.county.id)]


def _how(named: Named, year: int | None) -> str | None:
    """How a name fits a division in a year; None when it does not."""
    county, spell = named.county, named.spell
    if year is None:
        return named.form if spell is county.spells[-1] or named.form != "name" else "other_year"
    if spell.covers(year):
        return named.form
    if county.exists(year):
        near = spell.first_year <= year + _NEAR
        return ("other_year" if named.form == "name" else named.form) if near else None
    return "gone" if spell.first_year - _NEAR <= year <= (spell.last_year or year) + _NEAR else None


# --- one report -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settlement:
    """The division a report belongs to, None where that is open; every doubt is a finding."""

    county: County | None
    findings: tuple[Finding, ...]


def settle(words: Sequence[str], *, site_code: str | None = None, year: int | None = None, report_id: str = "") -> Settlement:
    """
    The division of a report, by its own words (county, unit, title) and by the code of the list it stood in.

    The list settles what the words leave open and never overrides them; where they exclude each other, and where several
    divisions fit, it stays open with a finding. The name of a host is no evidence and no argument.

    >>> settle(["鼓楼区人民政府"], year=2021).findings[0].code
    'identity.county_ambiguous'
    >>> settle(["鼓楼区人民政府"], site_code="350102", year=2021).county.id
    '350102-2008'
    """
    said = _said(words, year)
    listed = [Match(county, at(county, year), "code") for county in (of_code(site_code) if site_code else ())]
    if not listed:
        sure = [match for match in said if match.how not in ("stem", "successor")]
        why = "unknown" if not site_code else "unlisted"
        return _one(sure, words, year, report_id) if sure else _open(why, said, words, year, report_id, site_code or "")
    if not said:  # a code that was given again means the division of the year
        then = [match for match in listed if year is not None and match.county.exists(year)]
        return _one(then or listed, words, year, report_id)
    both = _agreed(said, listed, words)
    return _one(both, words, year, report_id) if both else _open("conflict", [*said, *listed], words, year, report_id)


def _agreed(said: Sequence[Match], listed: Sequence[Match], words: Sequence[str]) -> list[Match]:
    """What words and list have in common."""
    codes = {match.county.id for match in listed}
    both = [match for match in said if match.county.id in codes]
    if not both:  # the list has the code of a later or earlier division, or of the one above
        both = [match for match in said if codes & {*related(match.county.id), *superiors(match.spell)}]
    if not both and not _is_government(words, said):  # a prefecture's office in the county, on the county's list
        above = {match.county.id for match in said}
        both = [match for match in listed if above.intersection(superiors(match.spell))]
    return both


def _said(words: Sequence[str], year: int | None) -> list[Match]:
    """What all words together leave open; empty when none names a division. Words that exclude each other are all kept."""
    each = [{match.county.id: match for match in find(word, year=year)} for word in words if word not in COMMON]
    each = [matches for matches in each if matches]
    if not each:
        return []
    common = set.intersection(*(set(matches) for matches in each))
    every = {county_id: match for matches in reversed(each) for county_id, match in matches.items()}
    if not common:  # 赣县区 in one, 赣州市 in another: the narrower one stands
        above = {name for match in every.values() for name in superiors(match.spell)}
        common = set(every) - above
    return [match for county_id, match in sorted(every.items()) if county_id in common]


def _is_government(words: Sequence[str], said: Sequence[Match]) -> bool:
    """True when a word is a division's own government, or its bare name."""
    names = {name for match in said for name in match.county.names()}
    return any(re.sub(r"(?:人民政府)?(?:办公[室厅])?$", "", re.sub(r"\s+", "", word)).endswith(tuple(names)) for word in words)


def _one(matches: Sequence[Match], words: Sequence[str], year: int | None, report_id: str) -> Settlement:
    best = [match for match in matches if match.how != "successor"] or list(matches)
    if len(best) > 1:
        return _open("ambiguous", best, words, year, report_id)
    if best[0].how == "successor":
        return _open("unknown", best, words, year, report_id)
    county = best[0].county
    if year is None or county.exists(year):
        return Settlement(county, ())
    return Settlement(county, _open("not_then", best, words, year, report_id).findings)


_SAID = {
    "unknown": ("prompt", "无法判定报告所属县（市、区）", "the county of the report is not known"),
    "unlisted": (
        "prompt",
        "无法判定报告所属县（市、区）；清单所载代码不在登记中",
        "the county is not known; the registry has no such code",
    ),
    "ambiguous": ("warning", "报告所属县（市、区）不能确定", "several counties fit the report"),
    "conflict": (
        "warning",
        "报告所称与站点清单的代码不一致",
        "the report's words and the code of its list exclude each other",
    ),
    "not_then": ("prompt", "该年度末此区划并不存在", "the county did not exist at the end of that year"),
}


def _open(
    why: str, matches: Sequence[Match], words: Sequence[str], year: int | None, report_id: str, code: str = ""
) -> Settlement:
    from parsers.finding import Finding, Severity  # the readers come with it: looking up a name need not wait for them

    severity, zh, en = _SAID[why]
    shown = [f"{match.spell.name} {match.spell.code or match.county.id}" for match in matches[:8]]
    listed = "、".join([*([code] if code else []), *shown, *([f"+{len(matches) - 8}"] if len(matches) > 8 else [])])
    text = f"“{'；'.join(dict.fromkeys(words))[:120]}”{f'（{listed}）' if listed else ''}"
    when = f"{year} " if year is not None else ""
    finding = Finding(
        code=f"identity.county_{'unknown' if why == 'unlisted' else why}",
        subject=report_id,
        report_id=report_id or None,
        severity=Severity(severity),
        message_zh=f"{zh}：{when}{text}",
        message_en=f"{en}: {when}{text}",
    )
    return Settlement(None, (finding,))
