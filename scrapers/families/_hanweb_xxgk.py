"""
Annual reports by unit and year from Hanweb's xxgk module (`cms_families` 3.2b): `xxgkAnnualReport.jsp?area=<code>&fbtime=<year>`.

Units and years are read from the page, its tree, links and selects, and never invented; together they are the county.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from urllib.parse import urlencode, urlsplit

from scrapers.addresses import canonical_key, joined, same_site
from scrapers.families._hanweb_articles import is_article
from scrapers.families._hanweb_told import written_with
from scrapers.families._hanweb_units import is_pair, pairs_of, query_of, units_of, years_of
from scrapers.families._lists import Page, is_annual, is_report, page_of, rows_from, rows_of, sub_lists
from scrapers.families._pager import Reading, read_page
from scrapers.family import Answer, Claim, Item, Listing, Request, Verdict

__all__ = ["SIGNS", "parameters_of", "read"]

SIGNS = re.compile(r"module/xxgk/|xxgkAnnualReport\.jsp", re.IGNORECASE)

_NAME = "xxgkAnnualReport.jsp"
_ENDPOINT = f"/module/xxgk/{_NAME}"
_ENDPOINT_TOLD = re.compile(r"/xxgkAnnualReport\.jsp")
_TREE = re.compile(r"[\"'(]([^\"'()\s]*module/xxgk/tree\.jsp[^\"'()\s]*)")
_SHOW_TYPE = re.compile(r"[?&]showType=(\w+)")


def parameters_of(page: Page) -> dict[str, str] | None:
    """The units, the years, the pairs of both that the page links, and its tree; None for a page without the module."""
    tree = _tree_of(page)
    if "xxgkAnnualReport.jsp" not in page.text + page.url and not SIGNS.search(page.url) and (not tree or _has_entries(page)):
        return None
    told = {
        "endpoint": _endpoint(page),
        "units": _to_text(units_of(page)),
        "years": " ".join(years_of(page)),
        "pairs": _to_text(pairs_of(page)),
    }
    show = _SHOW_TYPE.search(page.scripts)
    return told | ({"tree": tree} if tree else {}) | ({"show": show[1]} if show else {})


def _has_entries(page: Page) -> bool:
    """Whether the page has entries of its own: a tree is linked from the menu of every page."""
    return any(is_annual(link.title) for link in rows_of(page, page.url, is_article).links)


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """
    The addresses of units and years; the tree is asked first where the page names no unit, and the page of a unit for its
    years where nothing else names any.

    Years that neither page nor tree names are taken from the memo of the request (`years`, blanks between).
    """
    in_tree = answer.request.memo.get("step") == "tree"
    if answer.status != 200 and not in_tree:
        return Listing((), verdict=Verdict("partial", f"the list page answers {answer.status}"))
    page = page_of(answer.text, answer.url)
    units = _from_text(claim.parameters.get("units", "")) | (units_of(page) if in_tree else {})
    years = sorted({*claim.parameters.get("years", "").split(), *(years_of(page) if in_tree else ())})
    years = years or answer.request.memo.get("years", "").split()
    tree = claim.parameters.get("tree")
    lists = () if in_tree else sub_lists(page, claim.list_url, rows_from(filter(is_pair, page.links)))
    if len(units) < 2 and tree and not in_tree and canonical_key(tree) != canonical_key(claim.list_url):
        if "area" not in query_of(claim.list_url):
            memo = {"step": "tree", "years": answer.request.memo.get("years", "")}
            following = Request(tree, headers={"Referer": claim.list_url}, memo=memo)
            return Listing((), next=following, lists=lists, is_report=is_report(page))
        lists = (*lists, Item(tree, ""))  # every unit's page leads to it: it is asked as one list
    if not units and in_tree:
        return Listing((), verdict=Verdict("partial", f"the tree of units names none (status {answer.status})"))
    if not units:
        return read_page(claim, answer, seen, Reading(is_article))
    if not years and set(units) - {query_of(claim.list_url).get("area")}:
        reason = f"{len(units)} units are named, each with its years on its own page"
        return Listing((), verdict=Verdict("complete-unverified", reason), lists=(*lists, *_unit_pages(claim, units)))
    inline = not in_tree and is_report(page)
    known = {*seen, canonical_key(claim.list_url)}
    pairs = _from_text(claim.parameters.get("pairs", ""))
    items = [item for item in _items(claim, units, years, pairs) if canonical_key(item.url) not in known]
    if not items and not inline and not seen:
        return Listing((), verdict=Verdict("partial", f"{len(units)} units are named, and no year"), lists=lists)
    if answer.status != 200:
        return Listing(tuple(items), verdict=Verdict("partial", f"the tree of units answers {answer.status}"))
    reason = f"{len(units)} units and {len(years)} years as the site names them; no total is declared"
    return Listing(tuple(items), verdict=Verdict("complete-unverified", reason), lists=lists, is_report=inline)


def _unit_pages(claim: Claim, units: Mapping[str, str]) -> Iterator[Item]:
    own = query_of(claim.list_url).get("area")
    for area, name in units.items():
        if area != own:
            yield Item(f"{claim.parameters['endpoint']}?{urlencode({'area': area})}", name)


def _items(claim: Claim, units: Mapping[str, str], years: Sequence[str], pairs: Mapping[str, str]) -> Iterator[Item]:
    """
    The linked pairs; and every unit with every year where the page names units or years that no pair has: a page that
    links all it has is not added to.
    """
    linked = {(query["area"], query["fbtime"]): url for url in pairs if (query := query_of(url))}
    yield from (Item(url, title) for url, title in pairs.items())
    if pairs and set(units) <= {area for area, _ in linked} and set(years) <= {year for _, year in linked}:
        return
    endpoint = claim.parameters["endpoint"]
    others = next(({k: v for k, v in query_of(url).items() if k not in ("area", "fbtime")} for url in pairs), {})
    if not pairs and (show := claim.parameters.get("show")):
        others = {"showType": show}
    for area, name in units.items():
        for year in years:
            if (area, year) not in linked:
                told = {"area": area, "fbtime": year} | others
                yield Item(f"{endpoint}?{urlencode(told)}", f"{name} {year}".strip(), is_linked=False)


def _endpoint(page: Page) -> str:
    for reference in written_with(page.text, _ENDPOINT_TOLD):
        url = joined(page.base, reference)
        if url and same_site(url, page.url):
            return url
    if "xxgkAnnualReport.jsp" in urlsplit(page.url).path:
        return page.url.partition("?")[0]
    return joined(page.url if SIGNS.search(page.url) else page.base, _NAME if SIGNS.search(page.url) else _ENDPOINT) or ""


def _tree_of(page: Page) -> str:
    match = _TREE.search(page.text)
    url = joined(page.base, match[1].replace("&amp;", "&")) if match else None
    return url if url and same_site(url, page.url) else ""


def _to_text(names: Mapping[str, str]) -> str:
    return json.dumps(dict(names), ensure_ascii=False) if names else ""


def _from_text(text: str) -> dict[str, str]:
    return dict(json.loads(text)) if text else {}
