"""
The unit build of Hanweb's JPaaS (`cms_families` 3.2c): a script tag `unitbuild.js` names an address and its parameters; the
answer is JSON that holds a piece of HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Set
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from scrapers.addresses import host_of, joined
from scrapers.families._hanweb_jpage import is_article
from scrapers.families._lists import Page, Rows, new_items, page_of, printed_total, rows_of, sub_lists
from scrapers.families._pager import MAX_PAGES, Place, end_of
from scrapers.family import Answer, Claim, Listing, Request, Verdict

__all__ = ["SIGNS", "parameters_of", "read"]

SIGNS = re.compile(r"AuthorizedRead/unitbuild\.js|jpaas-publish-server")

_ROWS_A_PAGE = 15
_LIST_TAG = re.compile(r"列表|list|信息|内容", re.IGNORECASE)
_COUNT = re.compile(r"(?:\btotal|\bcount|\bdata-total|totalCount|recordCount)[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b", re.IGNORECASE)
_WAYS = ("paramJson", "pageNo")
"""How the page is told: bare `pageNo` is ignored on some hosts and taken on others."""


def parameters_of(page: Page) -> dict[str, str] | None:
    """The addresses of the page's unit builds, those of lists first; None for a page without one. No id is invented."""
    units: list[tuple[bool, str]] = []
    for script in page.soup.find_all("script"):
        source, query = _attribute(script.attrs, "src"), _attribute(script.attrs, "querydata")
        if not (source.endswith("unitbuild.js") or "unitbuild.js?" in source) or not query:
            continue
        url = joined(page.base, _attribute(script.attrs, "url"))
        told = _single_quoted(query)
        if url is None or host_of(url) != host_of(page.url) or not told:
            continue
        is_list = told.get("pageType", "column") == "column" and _LIST_TAG.search(told.get("tagId", "")) is not None
        units.append((not is_list, f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(told)}"))
    found = [url for _, url in sorted(units, key=lambda unit: unit[0])]
    return {"units": "\n".join(dict.fromkeys(found))} if found else None


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The column page leads to its first unit build; that is read page by page, and the next one tried where it has no entries."""
    memo = answer.request.memo
    units = claim.parameters["units"].splitlines()
    if "unit" not in memo:
        if answer.status != 200:
            return Listing((), verdict=Verdict("partial", f"the list page answers {answer.status}"))
        lists = sub_lists(page_of(answer.text, answer.url), claim.list_url, Rows(()))
        return Listing((), next=_request(claim, Place(), 0, 0), lists=lists)
    place, unit, way = Place.of(memo), int(memo["unit"]), int(memo["way"])
    html = _html(answer) if answer.status == 200 else None
    page = page_of(html or "", claim.list_url)
    rows = rows_of(page, claim.list_url, is_article)
    if place.page == 1:
        if not rows.links and unit + 1 < len(units):
            return Listing((), next=_request(claim, Place(), unit + 1, 0))
        if not rows.links:
            why = f"answers {answer.status}" if answer.status != 200 else "holds no entries" if html is not None else "is no JSON"
            return Listing((), verdict=Verdict("partial", f"the unit build {why}"))
        match = _COUNT.search(html or "")
        total = printed_total(page) or (int(match[1]) if match else None)
        place = Place(1, None, total, rows.print, "", rows.grade)
    return _on(claim, rows, place, seen, unit=unit, way=way, status=answer.status)


def _on(claim: Claim, rows: Rows, place: Place, seen: Set[str], *, unit: int, way: int, status: int) -> Listing:
    if place.page > 1 and (rows.grade < place.grade or not place.has_new(rows)):
        again = rows.print in (place.first, place.before) and bool(rows.links)
        if again and place.page == 2 and way + 1 < len(_WAYS):
            return Listing((), next=_request(claim, place, unit, way + 1))
        return Listing((), verdict=end_of(place, _why(rows, place, status, again=again), ""))
    items, place = new_items(rows, seen), place.with_rows(rows)
    if place.total is not None and len(place.known) + len(place.twins) >= place.total:
        return Listing(items, verdict=end_of(place, "", ""))
    if place.page >= MAX_PAGES:
        return Listing(items, verdict=end_of(place, f"stopped after {MAX_PAGES} pages", ""))
    return Listing(items, next=_request(claim, replace(place, page=place.page + 1, before=rows.print), unit, way))


def _why(rows: Rows, place: Place, status: int, *, again: bool) -> str:
    """Why a list ended at a page without anything new; nothing for an empty page, which is how a list without a total ends."""
    if status != 200:
        return f"page {place.page} answers {status}"
    if again:
        return "the pager gives page 1 again" if rows.print == place.first else f"page {place.page} repeats the page before"
    if not rows.links:
        return ""
    return f"page {place.page} " + ("belongs to another column" if rows.grade < place.grade else "brings nothing new")


def _request(claim: Claim, place: Place, unit: int, way: int) -> Request:
    url = claim.parameters["units"].splitlines()[unit]
    if _WAYS[way] == "paramJson":
        told = {"paramJson": json.dumps({"pageNo": place.page, "pageSize": str(_ROWS_A_PAGE)}, separators=(",", ":"))}
    else:
        told = {"pageNo": str(place.page), "pageSize": str(_ROWS_A_PAGE)}
    memo = place.memo | {"unit": str(unit), "way": str(way)}
    return Request(f"{url}&{urlencode(told)}", headers={"Referer": claim.list_url}, memo=memo)


def _html(answer: Answer) -> str | None:
    try:
        told = json.loads(answer.text)
    except (ValueError, RecursionError):  # the second for brackets within brackets without end
        return None
    inner = told.get("data") if isinstance(told, dict) else None
    html = inner.get("html") if isinstance(inner, dict) else None
    return html if isinstance(html, str) else None


def _single_quoted(text: str) -> dict[str, str]:
    """
    The pairs of JSON in single quotes, numbers as their digits.

    >>> _single_quoted("{'webId':12,'tagId':'信息列表'}")
    {'webId': '12', 'tagId': '信息列表'}
    """
    pairs = re.findall(r"[\"']([\w-]+)[\"']\s*:\s*(?:'([^']*)'|\"([^\"]*)\"|([\w.-]+))", text)
    return {name: first or second or third for name, first, second, third in pairs}


def _attribute(attributes: Mapping[str, object], name: str) -> str:
    value = attributes.get(name)
    return value.strip() if isinstance(value, str) else ""
