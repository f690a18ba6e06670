"""
Which divisions a text names: full names wherever they stand, short forms of autonomous divisions, and bare stems.

A name is taken at its longest; divisions above it in the same text narrow it; what stays open stays open, as several divisions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.registry.county import County, Link, Spell, load_registry

__all__ = ["COMMON", "Named", "at", "by_stem", "heirs", "in_text", "related", "short_name", "superiors"]

_PEOPLES = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 "
    "达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 鄂温克 德昂 保安 裕固 京 独龙 鄂伦春 赫哲 门巴 珞巴 基诺 各"
).split()
_PEOPLE = "|".join(sorted(_PEOPLES, key=len, reverse=True))
_AUTONOMOUS = re.compile(rf"(.{{2,}}?|)((?:(?:{_PEOPLE})族?)+)自治([县旗州])|(.{{2,}}?)(?:{_PEOPLE})族区")
_ENDING = re.compile(r"(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|特区|林区|地区|[省市县区旗盟州])$")
# A name of two characters (和县, 赣县) may be a piece of other words (市和县区): it counts at the start, behind another name, or
# behind one of these.
_OPENS = re.compile(r"[年于由在]|[^一-鿿]")
# Names that are words of the language, and of quarters in other counties: they count behind another name, or alone.
COMMON = frozenset(
    "城区 郊区 矿区 东区 西区 城东区 城西区 城北区 城中区 城关区 市中区 市南区 市北区 新城区 老城区 古城区 山城区 "
    "新市区 北市区 南市区 西市区 南郊区".split()
)
_GOES_ON = ("区域", "区划", "区间", "区别", "区位", "区块", "新县城")
_SHORTEST, _LONGEST = 2, 15
_READ = 400  # characters of a text that are looked at: units and titles are shorter


@dataclass(frozen=True, slots=True)
class Named:
    """A division whose name stands in a text, in full (`name`), as a `short` form or as a `stem`."""

    county: County
    spell: Spell
    text: str
    form: str


def short_name(name: str) -> str:
    """
    The short form of a name that holds a people's, as its own offices use it; the name itself for all others.

    >>> [short_name(name) for name in ("威宁彝族回族苗族自治县", "延边朝鲜族自治州", "东乡族自治县", "管城回族区", "上高县")]
    ['威宁县', '延边州', '东乡县', '管城区', '上高县']
    """
    match = _AUTONOMOUS.fullmatch(name)
    if match is None:
        return name
    if match[4]:
        return f"{match[4]}区"
    return (match[1] or match[2].removesuffix("族")) + match[3]


@lru_cache(maxsize=1)
def _index() -> Mapping[str, tuple[Named, ...]]:
    """Name or short form -> every spell that has it."""
    found: dict[str, list[Named]] = defaultdict(list)
    for county in load_registry().divisions.values():
        for spell in county.spells:
            short = short_name(spell.name)
            found[spell.name].append(Named(county, spell, spell.name, "name"))
            if short != spell.name:
                found[short].append(Named(county, spell, short, "short"))
    return {name: tuple(each) for name, each in found.items()}


@lru_cache(maxsize=1)
def _stems() -> Mapping[str, tuple[Named, ...]]:
    """Name without its ending -> every spell that has it."""
    found: dict[str, list[Named]] = defaultdict(list)
    for county in load_registry().divisions.values():
        for spell in county.spells:
            stem = _ENDING.sub("", short_name(spell.name))
            if len(stem) > 1:
                found[stem].append(Named(county, spell, stem, "stem"))
    return {name: tuple(each) for name, each in found.items()}


def in_text(text: str) -> tuple[Named, ...]:
    """Every division whose name stands in a text, as far as the other names in it leave it open; in the text's order."""
    return _narrowed([_index()[name] for name in _names(text[:_READ])])


def by_stem(text: str) -> tuple[Named, ...]:
    """Every division whose name without its ending is this text; a province's stem may stand before it (江西上高)."""
    rest = _ENDING.sub("", text)
    whole = _stems().get(text, ()) or (_stems().get(rest, ()) if rest != text else ())
    if whole:
        return whole
    for length in (2, 3):
        above = [named for named in _stems().get(text[:length], ()) if named.county.level == "province"]
        found = (*_stems().get(text[length:], ()), *_index().get(text[length:], ()))
        if above and found:
            return _narrowed([above, found])
    return ()


def _names(text: str) -> Iterator[str]:
    """The names in a text, each at its longest, from left to right."""
    names = _index()
    start, behind, free = 0, False, True
    while start < len(text):
        for end in range(min(start + _LONGEST, len(text)), start + _SHORTEST - 1, -1):
            name = text[start:end]
            if name in names and _counts(name, text, end, free=free, behind=behind):
                yield name
                start, behind, free = end, True, True
                break
        else:
            behind, free = False, _OPENS.match(text[start]) is not None
            start += 1


def _counts(name: str, text: str, end: int, *, free: bool, behind: bool) -> bool:
    """Whether a name that stands before `end` is one there, and no piece of another word."""
    if name in COMMON and not (behind or name == text):
        return False
    if len(name) == _SHORTEST and not free:
        return False
    return not text[end - len(name) : end + 1].endswith(_GOES_ON)


def _narrowed(groups: Sequence[Iterable[Named]]) -> tuple[Named, ...]:
    """What the names of one text leave open: of one name those that lie deepest in the others, and no division above another."""
    each_group = [list(group) for group in groups]
    ids = [{named.county.id for named in group} for group in each_group]
    kept: list[list[Named]] = []
    for here, group in enumerate(each_group):
        others = {name for there, each in enumerate(ids) if there != here for name in each}
        shared = [len(others.intersection(superiors(named.spell))) for named in group]  # province alone, or prefecture too
        best = [named for named, count in zip(group, shared, strict=True) if count == max(shared)]
        kept.append(best if max(shared) or not others or group[0].text not in COMMON else [])  # 中山市东区街道
    above = [{name for named in group for name in superiors(named.spell)} for group in kept]
    return tuple(
        named
        for here, group in enumerate(kept)
        if not any(ids[here] & each for there, each in enumerate(above) if there != here)
        for named in group
    )


def superiors(spell: Spell) -> tuple[str, ...]:
    """The ids of the prefecture and the province, where there are any."""
    return tuple(name for name in (spell.prefecture, spell.province) if name is not None)


def at(county: County, year: int | None) -> Spell:
    """The spell of a year, else the nearest one; the last one without a year."""
    if year is None:
        return county.spells[-1]
    return county.spell(year) or (county.spells[0] if year < county.first_year else county.spells[-1])


@lru_cache(maxsize=4096)
def related(county_id: str) -> frozenset[str]:
    """The ids of all divisions that it came out of or went into, over any number of steps."""
    return heirs(county_id) | _over(county_id, "predecessors")


@lru_cache(maxsize=4096)
def heirs(county_id: str) -> frozenset[str]:
    """The ids of all divisions that it went into, over any number of steps."""
    return _over(county_id, "successors")


def _over(county_id: str, side: str) -> frozenset[str]:
    divisions = load_registry().divisions
    found: set[str] = set()
    todo = [county_id]
    while todo:
        links: Iterable[Link] = getattr(divisions[todo.pop()], side)
        fresh = {link.other for link in links if link.other is not None} - found
        found |= fresh
        todo += fresh
    return frozenset(found - {county_id})
