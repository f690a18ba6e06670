"""
The data proxy of Hanweb's jpage (`cms_families` 3.2a): the first rows stand in the column page as XML, the others are asked for
by page, and by windows of records where the proxy does not know pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapers.addresses import canonical_key, host_of, joined
from scrapers.families._lists import Link, Page, Rows, is_report, new_items, page_of, printed_total, rows_of, sub_lists
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
    How the proxy was asked: by `group` (its own encrypted address), `page` or `window`, the current one first of those not
    given up; by which method; for which page; how many rows a page; and how many rows are known without a gap.
    """

    modes: tuple[str, ...]
    method: str
    number: int
    size: int
    reached: int
    group: str

    @classmethod
    def of(cls, memo: Mapping[str, str]) -> _Asked:
        modes = tuple(memo["modes"].split())
        return cls(modes, memo["method"], int(memo["number"]), int(memo["size"]), int(memo["reached"]), memo["group"])

    @property
    def memo(self) -> dict[str, str]:
        return {
            "modes": " ".join(self.modes),
            "method": self.method,
            "number": str(self.number),
            "size": str(self.size),
            "reached": str(self.reached),
            "group": self.group,
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
    items, left_out = new_items(rows, seen)
    lists = sub_lists(page, claim.list_url, rows)
    if is_report(page) and not rows.links:
        return Listing(
            (), verdict=Verdict("complete-unverified", "the list page is a report itself"), lists=lists, is_report=True
        )
    printed = printed_total(page)
    total = _total(answer.text) if printed is None else printed
    place = Place(1, None, total, rows.print, "", _grade(rows, claim), (), left_out, rows.elsewhere)
    group = _next_group(answer.text, claim)
    modes = ("group", "page", "window") if group else ("page", "window")
    number = int(_query(group).get("page", "2")) if _query(group).get("page", "2").isdecimal() else 2
    asked = _Asked(modes, "GET" if group else "POST", max(number, 2) if group else 1, _ROWS_A_PAGE, len(rows.links), group)
    if total is not None and len(seen) + len(items) + len(left_out) >= total:
        return Listing(
            items, verdict=end_of(place, len(seen) + len(items), "", "" if printed is not None else _DOUBT), lists=lists
        )
    extra = {"printed": "yes" if printed is not None else ""}
    return Listing(items, next=_request(claim, replace(place, page=2, before=rows.print), asked, extra), lists=lists)


def _proxied(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    memo = answer.request.memo
    place, asked = Place.of(memo), _Asked.of(memo)
    extra = {"printed": memo.get("printed", "")}
    if answer.status in _NO_POST and asked.method == "POST":
        return Listing((), next=_request(claim, place, replace(asked, method="GET"), extra))
    rows = _records(answer.text, claim) if answer.status == 200 else Rows(())
    items, left_out = new_items(rows, seen)
    fresh = bool(items) or bool(set(left_out) - set(place.left_out))
    wrong = _what_is_wrong(answer, rows, place, asked, claim, fresh=fresh)
    if not wrong:
        place = replace(
            place,
            left_out=tuple(dict.fromkeys((*place.left_out, *left_out))),
            elsewhere=place.elsewhere + rows.elsewhere,
            total=_total(answer.text) if place.total is None else place.total,
        )
        asked = _after(asked, rows, answer.text, claim)
    else:
        items = ()
    found = len(seen) + len(items)
    whole = place.total is not None and found + len(place.left_out) >= place.total
    doubt = "" if extra["printed"] else _DOUBT
    if wrong and not whole and len(asked.modes) > 1 and not _is_end(rows, answer, place):
        asked = replace(asked, modes=asked.modes[1:], method="POST", number=1 if asked.modes[1] == "page" else asked.number)
        return Listing((), next=_request(claim, replace(place, page=place.page + 1), asked, extra))
    if not wrong and not whole and place.page < MAX_PAGES:
        return Listing(items, next=_request(claim, replace(place, page=place.page + 1, before=rows.print), asked, extra))
    if not wrong and not whole:
        wrong = f"stopped after {MAX_PAGES} pages"
    elif wrong and _is_end(rows, answer, place):
        wrong = ""
    return Listing(items, verdict=end_of(place, found, "" if whole else wrong, doubt))


def _what_is_wrong(answer: Answer, rows: Rows, place: Place, asked: _Asked, claim: Claim, *, fresh: bool) -> str:
    what = f"page {asked.number} of the data proxy"
    if answer.status != 200:
        return f"{what} answers {answer.status}"
    if not rows.links:
        return f"{what} is empty ({len(answer.body or answer.text.encode('utf-8', 'replace'))} bytes)"
    if _grade(rows, claim) < place.grade:
        return f"{what} belongs to another column"
    if fresh or (asked.modes[0] == "page" and asked.number == 1):
        return ""  # the proxy's first page holds what the column page shows already
    return "the pager gives page 1 again" if rows.print in (place.first, place.before) else f"{what} brings nothing new"


def _is_end(rows: Rows, answer: Answer, place: Place) -> bool:
    """An empty answer ends a list that declares no total, once the proxy has answered with rows."""
    return answer.status == 200 and not rows.links and place.total is None and place.page > 2


def _after(asked: _Asked, rows: Rows, text: str, claim: Claim) -> _Asked:
    """What to ask after a page that held: a proxy that cuts `perpage` is asked in its own measure from then on."""
    count = len(rows.links)
    if asked.modes[0] == "group":
        return replace(
            asked, number=asked.number + 1, reached=asked.reached + count, group=_next_group(text, claim) or asked.group
        )
    if asked.modes[0] == "window":
        return replace(asked, number=asked.number + 1, reached=asked.reached + count)
    size = count if asked.number == 1 else asked.size
    reached = max(asked.reached, count) if asked.number == 1 else max(asked.reached, (asked.number - 1) * size + count)
    return replace(asked, number=asked.number + 1, size=size, reached=reached)


def _request(claim: Claim, place: Place, asked: _Asked, extra: dict[str, str]) -> Request:
    """One host answers 404 without the Referer (`cms_families` 3.2a)."""
    headers, memo = {"Referer": claim.list_url}, place.memo | asked.memo | extra
    if asked.modes[0] == "group":
        parts = urlsplit(asked.group)
        query = re.sub(r"(?<![\w])page=\d*", f"page={asked.number}", parts.query)
        return Request(parts._replace(query=query).geturl(), headers=headers, memo=memo)
    if asked.modes[0] == "page":
        counted = {"page": str(asked.number), "perpage": str(asked.size)}
    else:
        counted = {
            "startrecord": str(asked.reached + 1),
            "endrecord": str(asked.reached + asked.size),
            "perpage": str(asked.size),
        }
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
    here = {canonical_key(link.url): link for link in reversed(chosen.values()) if host_of(link.url) == host}
    elsewhere = {canonical_key(link.url) for link in chosen.values() if host_of(link.url) != host}
    return Rows(tuple(reversed(here.values())), len(elsewhere))


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


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def _total(text: str) -> int | None:
    match = _TOTAL.search(text)
    return int(match[1] or match[2]) if match else None
