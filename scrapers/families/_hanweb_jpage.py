"""
The data proxy of Hanweb's jpage (`cms_families` 3.2a): the first rows stand in the column page as XML, the others are asked for
by page, and by windows of records where the proxy does not know pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import urlencode, urlsplit

from scrapers.addresses import canonical_key, host_of, joined
from scrapers.families._lists import Link, Page, Rows, is_report, new_items, page_of, printed_total, rows_from, rows_of, sub_lists
from scrapers.families._pager import MAX_PAGES, Place, Reading, end_of, read_page
from scrapers.family import Answer, Claim, Listing, Request, Verdict

__all__ = ["SIGNS", "is_article", "parameters_of", "read"]

SIGNS = re.compile(r"dataproxy\.jsp|<recordset>|<record>\s*<!\[CDATA\[|/col/col\d+", re.IGNORECASE)

_ROWS_A_PAGE = 100
"""`perpage` above about 300 is cut; 100 is safe (`cms_families` 3.2a)."""

_DOUBT = "totalrecord of the data proxy is not established"
"""`cms_families` 3.2a marks it [?]: a total that is met proves nothing yet."""

_RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.IGNORECASE | re.DOTALL)
_NEXT_GROUP = re.compile(r"<nextgroup>\s*<!\[CDATA\[.*?href=[\"']([^\"']*dataproxy\.jsp[^\"']*)", re.IGNORECASE | re.DOTALL)
_TOTAL = re.compile(r"<totalrecord>\s*(\d{1,6})\s*</totalrecord>|\btotalRecords?[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b", re.IGNORECASE)
_PROXY = re.compile(r"proxyUrl[\"']?\s*[:=]\s*[\"']([^\"']+)[\"']|[\"'(]([\w:/.-]*dataproxy\.jsp)", re.IGNORECASE)
_COLUMN = re.compile(r"/col/col(\d+)")
_ARTICLE = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/art_(?P<column>\d+)_\d+|art_[0-9a-f]{32})(?:_wap)?\.html$")
_NAMES = ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
_FIXED = {"col": "1", "appid": "1", "path": "/", "permissiontype": "0"}
_NO_POST = (400, 404, 405, 411, 415, 501)
"""Answers of proxies that take a GET only."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """
    How the proxy was asked: by `page` or `window`, the current one first of those not given up; by which method; for which
    page; how many rows a page; how many rows are known without a gap; at its own sealed address, if it gives one; and why the
    mode before was given up.
    """

    modes: tuple[str, ...]
    method: str
    number: int
    size: int
    reached: int
    group: str
    why: str = ""

    @classmethod
    def of(cls, memo: Mapping[str, str]) -> _Asked:
        modes = tuple(memo["modes"].split())
        return cls(
            modes, memo["method"], int(memo["number"]), int(memo["size"]), int(memo["reached"]), memo["group"], memo["why"]
        )

    @property
    def memo(self) -> dict[str, str]:
        return {
            "modes": " ".join(self.modes),
            "method": self.method,
            "number": str(self.number),
            "size": str(self.size),
            "reached": str(self.reached),
            "group": self.group,
            "why": self.why,
        }


def is_article(url: str) -> bool:
    """Whether an address is that of an article of Hanweb: `art_<column>_<id>`, the newer `art_<32 hex>`, or a report by year."""
    parts = urlsplit(url)
    return _ARTICLE.search(parts.path) is not None or parts.path.endswith("/xxgkAnnualReport.jsp")


def parameters_of(page: Page) -> dict[str, str] | None:
    """What the proxy wants to be told, as the page's own script says it; None for a page without a proxy, records or `/col/colN/`."""
    column = _COLUMN.search(urlsplit(page.url).path)
    has_proxy = "dataproxy.jsp" in page.text
    has_records = _RECORD.search(page.text) is not None
    if not (column or has_proxy or has_records) or (not has_proxy and not has_records and "module/xxgk/" in page.text):
        return None
    told: dict[str, str] = {}
    scripts = page.scripts
    for name in _NAMES:
        if match := re.search(
            rf"(?<![\w]){name}[\"']?\s*[:=]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s,;}}&\"'<]+))", scripts, re.IGNORECASE
        ):
            told[name] = next((group for group in match.groups() if group), "")
    if column:
        told.setdefault("columnid", column[1])
    if has_proxy or has_records:
        match = _PROXY.search(scripts) or _PROXY.search(page.text)
        proxy = joined(page.base, (match[1] or match[2]).partition("?")[0]) if match else None
        if proxy is None or host_of(proxy) != host_of(page.url):
            proxy = joined(page.base, "/module/web/jpage/dataproxy.jsp")
        told["proxy"] = proxy or ""
    return {**told, "base": page.base}


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The rows of the column page, or of an answer of the proxy."""
    if "modes" in answer.request.memo:
        return _proxied(claim, answer, seen)
    if answer.status != 200 or not claim.parameters.get("proxy"):
        return read_page(
            claim, answer, seen, Reading(is_article, lambda url: _column_of(url) == claim.parameters.get("columnid"))
        )
    return _column_page(claim, answer, seen)


def _column_page(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    page = page_of(answer.text, answer.url)
    rows = _records(answer.text, claim)
    if not rows.links:
        rows = rows_of(page, claim.list_url, is_article, lambda url: _column_of(url) == claim.parameters.get("columnid"))
    lists = sub_lists(page, claim.list_url, rows)
    if is_report(page) and not rows.links:
        return Listing(
            (), verdict=Verdict("complete-unverified", "the list page is a report itself"), lists=lists, is_report=True
        )
    printed = printed_total(page)
    total = _total(answer.text) if printed is None else printed
    place = Place(1, None, total, rows.print, "", _grade(rows, claim)).with_rows(rows)
    doubt = "" if printed is not None else _DOUBT
    if _is_whole(place):
        return Listing(new_items(rows, seen), verdict=end_of(place, "", doubt), lists=lists)
    group = _next_group(answer.text, claim)
    count = len(rows.links) + len(rows.twins)
    asked = _Asked(("page", "window"), "GET", 2, count or _ROWS_A_PAGE, count, group)
    if not group:  # its first page is asked too: how many rows it gives tells its measure
        asked = replace(asked, method="POST", number=1, size=_ROWS_A_PAGE)
    return Listing(
        new_items(rows, seen), next=_request(claim, replace(place, page=2, before=rows.print), asked, doubt), lists=lists
    )


def _proxied(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    place, asked, doubt = Place.of(answer.request.memo), _Asked.of(answer.request.memo), answer.request.memo.get("doubt", "")
    if answer.status in _NO_POST and asked.method == "POST":
        return Listing((), next=_request(claim, place, replace(asked, method="GET"), doubt))
    rows = _records(answer.text, claim) if answer.status == 200 else Rows(())
    wrong = _what_is_wrong(answer, rows, place, asked, claim)
    following = replace(place, page=place.page + 1)
    if wrong:
        if answer.status == 200 and not rows.links and place.total is None and place.page > 2:
            return Listing((), verdict=end_of(place, "", doubt))  # an empty answer is how a list without a total ends
        if len(asked.modes) > 1:
            return Listing((), next=_request(claim, following, replace(asked, modes=asked.modes[1:], why=wrong), doubt))
        return Listing((), verdict=end_of(place, asked.why or wrong, doubt))
    items = new_items(rows, seen)
    place = replace(place.with_rows(rows), total=_total(answer.text) if place.total is None else place.total)
    if _is_whole(place) or place.page >= MAX_PAGES:
        wrong = "" if _is_whole(place) else f"stopped after {MAX_PAGES} pages"
        return Listing(items, verdict=end_of(place, wrong, doubt))
    following = replace(place, page=place.page + 1, before=rows.print)
    return Listing(items, next=_request(claim, following, _after(asked, rows, answer.text, claim), doubt))


def _is_whole(place: Place) -> bool:
    return place.total is not None and len(place.known) + len(place.twins) >= place.total


def _what_is_wrong(answer: Answer, rows: Rows, place: Place, asked: _Asked, claim: Claim) -> str:
    what = (
        f"page {asked.number} of the data proxy" if asked.modes[0] == "page" else f"record {asked.reached + 1} of the data proxy"
    )
    if answer.status != 200:
        return f"{what} answers {answer.status}"
    if not rows.links:
        return f"{what} is empty ({len(answer.body or answer.text.encode('utf-8', 'replace'))} bytes)"
    if _grade(rows, claim) < place.grade:
        return f"{what} belongs to another column"
    # The proxy's first pages hold what the column page shows already.
    is_shown = asked.modes[0] == "page" and (asked.number - 1) * asked.size < asked.reached
    if place.has_new(rows) or (is_shown and (asked.number == 1 or rows.print != place.before)):
        return ""
    return "the pager gives page 1 again" if rows.print in (place.first, place.before) else f"{what} brings nothing new"


def _after(asked: _Asked, rows: Rows, text: str, claim: Claim) -> _Asked:
    """What to ask after a page that held: a proxy that cuts `perpage` is asked in its own measure from then on."""
    count, group = len(rows.links) + len(rows.twins), _next_group(text, claim) or asked.group
    if asked.modes[0] == "window":
        return replace(asked, number=asked.number + 1, reached=asked.reached + count, group=group, why="")
    size = count if asked.number == 1 else asked.size
    reached = max(asked.reached, (asked.number - 1) * size + count)
    return replace(asked, number=asked.number + 1, size=size, reached=reached, group=group)


def _request(claim: Claim, place: Place, asked: _Asked, doubt: str) -> Request:
    """
    The next thing to ask of the proxy. One host answers 404 without the Referer; a sealed address is used as it is but for the
    page (`cms_families` 3.2a).
    """
    headers, memo = {"Referer": claim.list_url}, place.memo | asked.memo | {"doubt": doubt}
    if asked.modes[0] == "page":
        counted = {"page": str(asked.number), "perpage": str(asked.size)}
    else:
        counted = {
            "startrecord": str(asked.reached + 1),
            "endrecord": str(asked.reached + asked.size),
            "perpage": str(asked.size),
        }
    if asked.group:
        paged = re.sub(r"(?<!\w)page=\d*", f"page={asked.number}", asked.group)
        return Request(paged if asked.modes[0] == "page" else f"{asked.group}&{urlencode(counted)}", headers=headers, memo=memo)
    form = _FIXED | {name: claim.parameters[name] for name in _NAMES if claim.parameters.get(name)}
    proxy = claim.parameters["proxy"]
    if asked.method == "GET":
        return Request(f"{proxy}?{urlencode(counted | form)}", headers=headers, memo=memo)
    return Request(f"{proxy}?{urlencode(counted)}", "POST", form, headers, memo)


def _records(text: str, claim: Claim) -> Rows:
    """The rows in the records of XML, each a fragment of HTML; relative references are the column page's."""
    fragments = "".join(f"<div class='record'>{fragment}</div>" for fragment in _RECORD.findall(text))
    page = page_of(f"<body>{fragments}</body>" if fragments else "", claim.parameters["base"])
    chosen: dict[int, Link] = {}
    for link in page.links:
        record = id(link.anchor.find_parent("div", class_="record"))
        if record not in chosen or (is_article(link.url) and not is_article(chosen[record].url)):
            chosen[record] = link
    host = host_of(claim.list_url)
    elsewhere = {canonical_key(link.url) for link in chosen.values() if host_of(link.url) != host}
    return rows_from([link for link in chosen.values() if host_of(link.url) == host], len(elsewhere))


def _grade(rows: Rows, claim: Claim) -> int:
    """2 when the rows name the column of the list (`art_<column>_`), or none at all; 0 when they name others."""
    columns = {column for link in rows.links if (column := _column_of(link.url)) is not None}
    return 2 if not columns or claim.parameters.get("columnid") in columns else 0


def _column_of(url: str) -> str | None:
    match = _ARTICLE.search(urlsplit(url).path)
    return match["column"] if match else None


def _next_group(text: str, claim: Claim) -> str:
    """The address that the proxy gives for its next group, used as it is but for the page."""
    match = _NEXT_GROUP.search(text)
    url = joined(claim.parameters["base"], unescape(match[1])) if match else None
    return url if url and host_of(url) == host_of(claim.list_url) and "page=" in url else ""


def _total(text: str) -> int | None:
    match = _TOTAL.search(text)
    return int(match[1] or match[2]) if match else None
