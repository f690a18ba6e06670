"""
The unit build of Hanweb's JPaaS (`cms_families` 3.2c): a script tag `unitbuild.js` names an address and its parameters; the
answer is JSON that holds a piece of HTML.

A page builds its menus and its news in the same way: every unit is asked, and those with reports are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode, urlsplit

from scrapers.families._hanweb_articles import fragment_rows
from scrapers.families._hanweb_parts import OTHER, together
from scrapers.families._hanweb_told import address_told
from scrapers.families._lists import Page, Rows, is_annual, new_items, page_of, printed_total, sub_lists
from scrapers.families._pager import MAX_PAGES, Place, end_of
from scrapers.family import Answer, Claim, Listing, Piece, Request, Verdict

__all__ = ["SIGNS", "parameters_of", "pieces", "read"]

SIGNS = re.compile(r"unitbuild\.js|jpaas-publish-server", re.IGNORECASE)

_ROWS_A_PAGE = 15
_MOST_UNITS = 8
_LIST_TAG = re.compile(r"列表|list|信息|内容|年报|报告", re.IGNORECASE)
_MENU_TAG = re.compile(r"导航|菜单|位置|面包屑|头部|底部|页脚|页头|搜索|友情|链接|轮播|banner|nav|menu|head|foot", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b(?:(?!</script).)*?unitbuild\.js(?:(?!</script).)*?</script", re.IGNORECASE | re.DOTALL)
_URL = re.compile(r"(?<![\w-])url\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_QUERY = re.compile(r"(?<![\w-])queryData\s*=\s*[\"']?\s*(\{.*?\})", re.IGNORECASE | re.DOTALL)
_PAIR = re.compile(r"[\"']?([\w-]+)[\"']?\s*:\s*(?:'([^']*)'|\"([^\"]*)\"|([\w.-]+))")
_COUNT = re.compile(
    r"(?:\btotal|\bcount|\bdata-total|totalCount|recordCount|totalRecords?|totalNum)[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b",
    re.IGNORECASE,
)
_COUNT_NAMES = ("total", "totalCount", "count", "recordCount", "totalRecord", "totalRecords", "totalNum", "totalElements")
_ONE_PAGE = re.compile(r"共\s*1\s*页|(?<!\d)1\s*/\s*1\s*页?(?!\d)")
_WAYS = ("paramJson", "pageNo")
"""How the page is told: bare `pageNo` is ignored on some hosts and taken on others."""


def parameters_of(page: Page) -> dict[str, str] | None:
    """The addresses of the page's unit builds, those of lists first; None for a page without one. No id is invented."""
    units: list[tuple[bool, str]] = []
    menus: list[str] = []
    for tag in _SCRIPT.findall(page.text):
        told_url, told_query = _URL.search(tag), _QUERY.search(unescape(tag))
        told = dict(_pairs(told_query[1])) if told_query else {}
        reference = unescape(told_url[1]) if told_url else ""
        url = address_told(page, reference)
        if url is None or not told:
            continue
        name, unit = told.get("tagId", ""), "&".join(filter(None, (urlsplit(reference).query, urlencode(told))))
        if _MENU_TAG.search(name):
            menus.append(f"{url}?{unit}")
        else:
            is_list = _LIST_TAG.search(name) is not None and told.get("pageType", "column") == "column"
            units.append((not is_list, f"{url}?{unit}"))
    found = dict.fromkeys([url for _, url in sorted(units, key=lambda unit: unit[0])] or menus)
    return {"units": "\n".join(list(found)[:_MOST_UNITS])} if found else None


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The column page leads to the first page of every unit build; those that have reports are read page by page."""
    memo = answer.request.memo
    units = claim.parameters["units"].splitlines()
    if "unit" not in memo:
        if answer.status != 200:
            return Listing((), verdict=Verdict("partial", f"the list page answers {answer.status}"))
        lists = sub_lists(page_of(answer.text, answer.url), claim.list_url, Rows(()))
        begun = [Listing((), next=_request(claim, Place(), at)) for at in range(len(units))]
        return replace(together(begun), lists=lists)
    place = Place.of(memo)
    told = _json(answer.text) if answer.status == 200 else None
    html = _html_in(told)
    page = page_of(html or "", claim.list_url)
    rows = fragment_rows(page, claim.list_url)
    if place.page == 1:
        status = "partial" if len(units) == 1 else OTHER
        if not rows.links:
            why = f"answers {answer.status}" if answer.status != 200 else "holds no entries" if html is not None else "is no JSON"
            return Listing((), verdict=Verdict(status, f"the unit build {why}"))
        if len(units) > 1 and not _is_list(rows):
            return Listing((), verdict=Verdict(OTHER, "the unit builds hold no reports"))
        place = Place(1, None, _total_in(told, html or "", page), rows.print, "", rows.grade)
        if _ONE_PAGE.search(page.words):
            place = replace(place, pages=1)
    return _on(claim, rows, place, seen, answer)


def _is_list(rows: Rows) -> bool:
    """Whether a unit is a list of reports: by its titles, or by the column of its entries."""
    return rows.grade == 2 or any(is_annual(link.title) for link in rows.links)


def _on(claim: Claim, rows: Rows, place: Place, seen: Set[str], answer: Answer) -> Listing:
    unit, way, size = (int(answer.request.memo[name]) for name in ("unit", "way", "size"))
    if place.page > 1 and (rows.grade < place.grade or not place.has_new(rows)):
        again = rows.print in (place.first, place.before) and bool(rows.links)
        if again and place.page == 2 and way + 1 < len(_WAYS):
            # Page 1 came in the host's own measure, since it did not heed what was asked: so is page 2.
            return Listing((), next=_request(claim, place, unit, way + 1, len(rows.links) + len(rows.twins)))
        if place.page > 2 and rows.links and rows.print == place.before:
            return Listing((), verdict=end_of(place, "", ""))  # some give the last page again and again (`cms_families` 5)
        return Listing((), verdict=end_of(place, _why(rows, place, answer.status, again=again), ""))
    items, place = new_items(rows, seen), place.with_rows(rows)
    is_whole = place.total is not None and len(place.known) + len(place.twins) >= place.total
    if is_whole or (place.pages == 1 and place.total is None):
        return Listing(items, verdict=end_of(place, "", ""))
    if place.page >= MAX_PAGES:
        return Listing(items, verdict=end_of(place, f"stopped after {MAX_PAGES} pages", ""))
    return Listing(items, next=_request(claim, replace(place, page=place.page + 1, before=rows.print), unit, way, size))


def _why(rows: Rows, place: Place, status: int, *, again: bool) -> str:
    """Why a list ended at a page without anything new; nothing for an empty page, which is how a list without a total ends."""
    if status != 200:
        return f"page {place.page} answers {status}"
    if again:
        return "the pager gives page 1 again" if rows.print == place.first else f"page {place.page} repeats the page before"
    if not rows.links:
        return ""
    return f"page {place.page} " + ("belongs to another column" if rows.grade < place.grade else "brings nothing new")


def _request(claim: Claim, place: Place, unit: int, way: int = 0, size: int = _ROWS_A_PAGE) -> Request:
    url = claim.parameters["units"].splitlines()[unit]
    counted = {"pageNo": place.page, "pageSize": str(size)}
    told = {"paramJson": json.dumps(counted, separators=(",", ":"))} if _WAYS[way] == "paramJson" else counted
    memo = place.memo | {"unit": str(unit), "way": str(way), "size": str(size)}
    return Request(f"{url}&{urlencode(told)}", headers={"Referer": claim.list_url}, memo=memo)


def pieces(answer: Answer) -> tuple[Piece, ...]:
    """The piece of HTML in an answer of a unit build."""
    told = _json(answer.text) if "unit" in answer.request.memo and answer.status == 200 else None
    html = _html_in(told)
    if html is None or not isinstance(told, dict):
        return ()
    return (Piece(html, "/data/html" if isinstance(told["data"], dict) else "/data"),)


def _json(text: str) -> object:
    try:
        told: object = json.loads(text)
    except (ValueError, RecursionError):  # the second for brackets within brackets without end
        return None
    return told


def _html_in(told: object) -> str | None:
    """The piece of HTML in an answer; None where it has none."""
    inner = told.get("data") if isinstance(told, dict) else None
    html = inner.get("html") if isinstance(inner, dict) else inner
    return html if isinstance(html, str) else None


def _total_in(told: object, html: str, page: Page) -> int | None:
    """How many entries an answer declares: in print, as a field of the JSON, or as an attribute of its pager."""
    if (printed := printed_total(page)) is not None:
        return printed
    inner = told.get("data") if isinstance(told, dict) else None
    for holder in (inner, told):
        for name in _COUNT_NAMES:
            value = holder.get(name) if isinstance(holder, dict) else None
            if isinstance(value, int | str) and str(value).isdecimal() and len(str(value)) < 7:
                return int(value)
    match = _COUNT.search(html)
    return int(match[1]) if match else None


def _pairs(text: str) -> list[tuple[str, str]]:
    """
    The pairs of JSON in quotes of either kind or none, numbers as their digits.

    >>> _pairs("{'webId':12,'tagId':'信息列表'}")
    [('webId', '12'), ('tagId', '信息列表')]
    """
    return [(name, first or second or third) for name, first, second, third in _PAIR.findall(text)]
