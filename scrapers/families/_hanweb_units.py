"""The units and years that a page of Hanweb's xxgk module names (`cms_families` 3.2b): in links, selects, trees and scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from bs4 import Tag

from scrapers.addresses import same_site
from scrapers.families._lists import Link, Page, is_annual

__all__ = ["is_pair", "pairs_of", "query_of", "report_nodes", "units_of", "years_of"]

_CODE = re.compile(r"[0-9A-Za-z]{7,24}")
"""Six digits are the code of a division, not of a unit."""

_AREA = re.compile(r"(?<![\w])area(?:_?code|_?id)?[\"']?\s*[=:]\s*[\"']?([0-9A-Za-z]{7,24})(?![\w])", re.IGNORECASE)
_NAME = re.compile(
    r"(?<!\w)(?:name|title|text|label|areaname|unitname)[\"']?\s*[:=]\s*[\"']([^\"']{2,240})[\"']|add\([^,()]*,[^,()]*,\s*[\"']([^\"']{2,240})[\"']",
    re.IGNORECASE,
)
_NODE = re.compile(r"[^{}]+|\badd\([^()]*\)")
_NODE_NAMES = ("infotypeId", "area", "jdid")
_PAIR_PATH = "/xxgkAnnualReport.jsp"
_YEAR = re.compile(r"^\s*((?:19|20)\d\d)\s*年?(?:度)?(?:年报|年度报告)?\s*$")
_YEAR_ARRAY = re.compile(r"(?:year|nian|fbtime)\w{0,20}[\"']?\s*[:=]\s*\[([^\[\]]{0,2000})\]", re.IGNORECASE)
_YEAR_LOOP = re.compile(r"for\s*\(\s*(?:var|let)?\s*(\w+)\s*=\s*(20\d\d)\s*;\s*\1\s*[<>](=?)\s*(20\d\d)\s*;")
_LONGEST_NAME = 40


def units_of(page: Page) -> dict[str, str]:
    """
    The area codes that a page names, with the names beside them: by links to reports, else by other links, selects, attributes
    and the script of a tree. A county's own code stands in many addresses beside those of its units.
    """
    units: dict[str, str] = {}
    links = [link for link in page.links if same_site(link.url, page.url) and "area" in query_of(link.url)]
    reports = [link for link in links if link.path.endswith(_PAIR_PATH)]
    own = query_of(page.url).get("area", "") if urlsplit(page.url).path.endswith(_PAIR_PATH) else ""
    for link in reports or links:
        area = query_of(link.url)["area"]
        if _CODE.fullmatch(area):
            units[area] = units.get(area) or ("" if _YEAR.match(link.title) else link.title)
    if set(units) - {own} and reports:
        return units
    for area, name in _elsewhere(page):
        if not units.get(area):
            units[area] = name
    if _CODE.fullmatch(own):
        units.setdefault(own, "")
    return units


def _elsewhere(page: Page) -> Iterator[tuple[str, str]]:
    """Units in the choices of selects, in attributes, in handlers, and in what a script or an answer writes as nodes."""
    for option in page.soup.select("select option[value]"):
        select = option.find_parent("select")
        marks = f"{select.get('name')} {select.get('id')} {select.get('class')}".lower() if select else ""
        value = str(option["value"]).strip()
        code = _AREA.search(value) or (re.match(r"(\w+)$", value) if re.search("area|unit|dept|org|jg|bm", marks) else None)
        if code and _CODE.fullmatch(code[1]):
            yield code[1], _short(option)
    for tag in page.soup.select("[area]"):
        if _CODE.fullmatch(str(tag["area"]).strip()):
            yield str(tag["area"]).strip(), str(tag.get("text") or tag.get("name") or tag.get("title") or _short(tag))
    for tag in page.soup.select("[onclick*='area'], a[href^='javascript:']"):
        if match := _AREA.search(f"{tag.get('onclick')} {tag.get('href')}"):
            yield match[1], _short(tag)
    for node in _NODE.findall(page.text if _is_answer(page) else page.scripts):
        if match := _AREA.search(node):
            name = _NAME.search(node)
            yield match[1], _plain(name[1] or name[2]) if name else ""


def report_nodes(page: Page) -> tuple[dict[str, str], ...]:
    """
    The nodes of a directory tree that are called annual reports: what each says of `area`, `infotypeId` and `jdid`.

    >>> from scrapers.families._lists import page_of
    >>> report_nodes(page_of('[{"name":"信息公开年报","infotypeId":"A0108","area":"11990102004363095F"}]', "http://a.gov.cn/t.jsp"))
    ({'infotypeId': 'A0108', 'area': '11990102004363095F'},)
    """
    found = [
        {name: value for name, value in query_of(link.url).items() if name in _NODE_NAMES}
        for link in page.links
        if is_annual(link.title)
    ]
    for tag in page.soup.select("[infotypeid]"):
        name = str(tag.get("text") or tag.get("name") or tag.get("title") or _short(tag))
        if is_annual(name):
            found.append({name: str(tag[name.lower()]) for name in _NODE_NAMES if tag.get(name.lower())})
    for node in _NODE.findall(page.text if _is_answer(page) else page.scripts):
        named = _NAME.search(node)
        if named and is_annual(_plain(named[1] or named[2])):
            values = {name: re.search(rf"(?<!\w){name}[\"']?\s*[:=]\s*[\"']?(\w+)", node, re.IGNORECASE) for name in _NODE_NAMES}
            found.append({name: match[1] for name, match in values.items() if match})
    nodes = [node for node in found if "infotypeId" in node]
    return tuple(node for at, node in enumerate(nodes) if node not in nodes[:at])


def _is_answer(page: Page) -> bool:
    """Whether a page is the data of a script, not one to be seen."""
    start = page.text.lstrip()
    return start[:1] in ("[", "{") or start.startswith("<?xml")


def _plain(text: str) -> str:
    r"""
    A text of a script without its escapes.

    >>> _plain("\\u6559\\u80b2\\u5c40")
    '教育局'
    """
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _short(tag: Tag) -> str:
    text = " ".join(tag.get_text(" ").split())
    return text if len(text) <= _LONGEST_NAME else ""


def years_of(page: Page) -> list[str]:
    """The years that a page names by itself: in selects, in links to reports, in short texts that are only a year, in scripts."""
    found = {
        year
        for url in (link.url for link in page.links)
        if (year := query_of(url).get("fbtime", "")).isdecimal() and len(year) == 4
    }
    for tag in page.soup.find_all(("a", "option", "li", "span", "dd", "td", "button")):
        if match := _YEAR.match(tag.get_text()):
            found.add(match[1])
    for array in _YEAR_ARRAY.findall(page.scripts):
        found.update(re.findall(r"(?<!\d)(20\d\d)(?!\d)", array))
    for _, first, closed, last in _YEAR_LOOP.findall(page.scripts):
        low, high = sorted((int(first), int(last)))
        found.update(str(year) for year in range(low, high + 1) if closed or str(year) != last)
    return sorted(found)


def pairs_of(page: Page) -> dict[str, str]:
    """The reports that a page links by unit and year, with their titles."""
    return {link.url: link.title for link in page.links if is_pair(link) and same_site(link.url, page.url)}


def is_pair(link: Link) -> bool:
    """Whether a link leads to the report of one unit and year."""
    return link.path.endswith(_PAIR_PATH) and {"area", "fbtime"} <= query_of(link.url).keys()


def query_of(url: str) -> dict[str, str]:
    """
    The parameters of an address.

    >>> query_of("http://a.gov.cn/x.jsp?area=11990102004363095F&fbtime=2021")
    {'area': '11990102004363095F', 'fbtime': '2021'}
    """
    return dict(parse_qsl(urlsplit(url).query))
