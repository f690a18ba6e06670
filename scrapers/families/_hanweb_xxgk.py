"""
Annual reports by unit and year from Hanweb's xxgk module (`cms_families` 3.2b): `xxgkAnnualReport.jsp?area=<code>&fbtime=<year>`.

Units and years are read from the page, its tree, links and selects, and never invented; together they are the county.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapers.addresses import canonical_key, host_of, joined
from scrapers.families._hanweb_articles import is_article
from scrapers.families._lists import Page, Rows, is_report, page_of, sub_lists
from scrapers.families._pager import Reading, read_page
from scrapers.family import Answer, Claim, Item, Listing, Request, Verdict

__all__ = ["SIGNS", "parameters_of", "read"]

SIGNS = re.compile(r"module/xxgk/", re.IGNORECASE)

_ENDPOINT = "/module/xxgk/xxgkAnnualReport.jsp"
_AREA = re.compile(r"(?<![\w])area[\"']?\s*[=:]\s*[\"']?([0-9A-Za-z]{7,24})(?![\w])")
"""Six digits are the code of a division, not of a unit."""

_TREE = re.compile(r"[\"'(]([^\"'()\s]*module/xxgk/tree\.jsp[^\"'()\s]*)")
_PAIR_PATH = "/xxgkAnnualReport.jsp"
_NODE = re.compile(r"\{[^{}]*\}|\badd\([^()]*\)")
_NODE_NAME = re.compile(
    r"(?:name|title|text)[\"']?\s*:\s*[\"']([^\"']{2,40})[\"']|add\([^,()]*,[^,()]*,\s*[\"']([^\"']{2,40})[\"']"
)
_YEAR = re.compile(r"^\s*((?:19|20)\d\d)\s*年?(?:度)?\s*$")


def parameters_of(page: Page) -> dict[str, str] | None:
    """The units, the years, the pairs of both that the page links, and its tree; None for a page without the module."""
    tree = _tree_of(page)
    if not (tree or SIGNS.search(page.url) or "xxgkAnnualReport.jsp" in page.text):
        return None
    told = {
        "endpoint": _endpoint(page),
        "units": _to_text(_units(page)),
        "years": " ".join(_years(page)),
        "pairs": _to_text(_pairs(page)),
    }
    return {**told, "tree": tree} if tree else told


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """
    The addresses of units and years; the tree is asked first where the page names no unit.

    Years that neither page nor tree names are taken from the memo of the request (`years`, blanks between).
    """
    in_tree = answer.request.memo.get("step") == "tree"
    if answer.status != 200 and not in_tree:
        return Listing((), verdict=Verdict("partial", f"the list page answers {answer.status}"))
    page = page_of(answer.text, answer.url)
    units = _from_text(claim.parameters.get("units", "")) | (_units(page) if in_tree else {})
    years = sorted({*claim.parameters.get("years", "").split(), *(_years(page) if in_tree else ())})
    years = years or answer.request.memo.get("years", "").split()
    pairs = _from_text(claim.parameters.get("pairs", ""))
    tree = claim.parameters.get("tree")
    if len(units) < 2 and tree and not in_tree and canonical_key(tree) != canonical_key(claim.list_url):
        memo = {"step": "tree", "years": answer.request.memo.get("years", "")}
        following = Request(tree, headers={"Referer": claim.list_url}, memo=memo)
        return Listing((), next=following, lists=sub_lists(page, claim.list_url, Rows(())), is_report=is_report(page))
    if not units and in_tree:
        return Listing((), verdict=Verdict("partial", f"the tree of units names none (status {answer.status})"))
    if not units:
        return read_page(claim, answer, seen, Reading(is_article))
    inline = not in_tree and is_report(page)
    known = {*seen, canonical_key(claim.list_url)}
    items = [item for item in _items(claim, units, years, pairs) if canonical_key(item.url) not in known]
    lists = () if in_tree else sub_lists(page, claim.list_url, Rows(()))
    if not items and not inline and not seen:
        return Listing((), verdict=Verdict("partial", f"{len(units)} units are named, and no year"), lists=lists)
    if answer.status != 200:
        return Listing(tuple(items), verdict=Verdict("partial", f"the tree of units answers {answer.status}"))
    reason = f"{len(units)} units and {len(years)} years as the site names them; no total is declared"
    return Listing(tuple(items), verdict=Verdict("complete-unverified", reason), lists=lists, is_report=inline)


def _items(claim: Claim, units: Mapping[str, str], years: Sequence[str], pairs: Mapping[str, str]) -> Iterator[Item]:
    """
    The linked pairs; and every unit with every year where the page names units or years that no pair has: a page that
    links all it has is not added to.
    """
    linked = {(query["area"], query["fbtime"]): url for url in pairs if (query := _query(url))}
    yield from (Item(url, title) for url, title in pairs.items())
    if pairs and set(units) <= {area for area, _ in linked} and set(years) <= {year for _, year in linked}:
        return
    endpoint = claim.parameters["endpoint"]
    others = next(({k: v for k, v in _query(url).items() if k not in ("area", "fbtime")} for url in pairs), {})
    for area, name in units.items():
        for year in years:
            if (area, year) not in linked:
                told = {"area": area, "fbtime": year} | others
                yield Item(f"{endpoint}?{urlencode(told)}", f"{name} {year}".strip())


def _units(page: Page) -> dict[str, str]:
    """
    The area codes that a page names, with the names beside them: by links to reports, else by other links, selects and the
    script of a tree. A county's own code stands in many addresses beside those of its units.
    """
    units: dict[str, str] = {}
    links = [link for link in page.links if host_of(link.url) == host_of(page.url) and "area" in _query(link.url)]
    for link in [link for link in links if link.path.endswith(_PAIR_PATH)] or links:
        area = _query(link.url)["area"]
        if _AREA.fullmatch(f"area={area}"):
            name = "" if _YEAR.match(link.title) else link.title
            units[area] = units.get(area) or name
    if any(link.path.endswith(_PAIR_PATH) for link in links):
        return units
    for option in page.soup.select("select[name*=area] option[value], select[id*=area] option[value]"):
        value = str(option["value"]).strip()
        if _AREA.fullmatch(f"area={value}"):
            units.setdefault(value, option.get_text().strip())
    for node in _NODE.finditer(page.scripts):
        if area_match := _AREA.search(node[0]):
            name_match = _NODE_NAME.search(node[0])
            units.setdefault(area_match[1], (name_match[1] or name_match[2]) if name_match else "")
    for handler in page.soup.select("[onclick*='area']"):
        if area_match := _AREA.search(str(handler["onclick"])):
            units.setdefault(area_match[1], handler.get_text().strip())
    return units


def _years(page: Page) -> list[str]:
    """The years that a page names by itself: in selects, in links to reports, and in short texts that are only a year."""
    found = {
        year
        for url in (link.url for link in page.links)
        if (year := _query(url).get("fbtime", "")).isdecimal() and len(year) == 4
    }
    for tag in page.soup.find_all(("a", "option", "li", "span", "dd", "td")):
        if match := _YEAR.match(tag.get_text()):
            found.add(match[1])
    return sorted(found)


def _pairs(page: Page) -> dict[str, str]:
    """The reports that a page links by unit and year, with their titles."""
    host = host_of(page.url)
    return {
        link.url: link.title
        for link in page.links
        if host_of(link.url) == host and link.path.endswith(_PAIR_PATH) and {"area", "fbtime"} <= _query(link.url).keys()
    }


def _endpoint(page: Page) -> str:
    match = re.search(r"[\w:/.-]*/xxgkAnnualReport\.jsp", page.text)
    url = joined(page.base, match[0]) if match else None
    if url is None or host_of(url) != host_of(page.url):
        url = joined(page.base, _ENDPOINT)
    return url or ""


def _tree_of(page: Page) -> str:
    match = _TREE.search(page.text)
    url = joined(page.base, match[1].replace("&amp;", "&")) if match else None
    return url if url and host_of(url) == host_of(page.url) else ""


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def _to_text(names: Mapping[str, str]) -> str:
    return json.dumps(dict(names), ensure_ascii=False) if names else ""


def _from_text(text: str) -> dict[str, str]:
    return dict(json.loads(text)) if text else {}
