"""
The data proxy of Hanweb's jpage (`cms_families` 3.2a): the first rows stand in the column page as XML, the others are asked for
by page, and by windows of records where the proxy does not know pages.

A page may make several calls: each list of reports among them is read, news beside them is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import urlencode

from bs4 import Tag

from scrapers.addresses import joined, same_site
from scrapers.families._hanweb_articles import column_in, column_of, is_article
from scrapers.families._hanweb_parts import OTHER, together
from scrapers.families._hanweb_records import Store, record_rows, stores_of, total_of
from scrapers.families._hanweb_told import address_told, calls_of, plain, told_of, value_of, written_with
from scrapers.families._lists import Page, Rows, is_annual, is_report, new_items, page_of, printed_total, rows_of, sub_lists
from scrapers.families._pager import MAX_PAGES, Place, end_of
from scrapers.family import Answer, Claim, Listing, Request, Verdict

__all__ = ["SIGNS", "parameters_of", "read"]

SIGNS = re.compile(r"dataproxy\w*\.jsp|\.jpage\s*\(|<record(?:set)?>", re.IGNORECASE)

_PROXY_PATH = "/module/web/jpage/dataproxy.jsp"
_ROWS_A_PAGE = 100
"""`perpage` above about 300 is cut; 100 is safe (`cms_families` 3.2a)."""

_DOUBT = "totalrecord of the data proxy is not established"
"""`cms_families` 3.2a marks it [?]: a total that is met proves nothing yet."""

_CALL = re.compile(r"dataproxy\w*\.jsp|\.jpage\s*\(|\bproxyUrl\b", re.IGNORECASE)
_NEXT_GROUP = re.compile(r"<nextgroup>\s*(?:<!\[CDATA\[)?.*?href=[\"']([^\"']*\.jsp[^\"']*)", re.IGNORECASE | re.DOTALL)
_PROXY_TOLD = re.compile(r"proxyUrl[\"']?\s*[:=]\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_PROXY_NAME = re.compile(r"dataproxy\w{0,40}\.jsp", re.IGNORECASE)
_NAMES = ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
_FIXED = {"col": "1", "appid": "1", "path": "/", "permissiontype": "0"}
_NO_POST = (400, 404, 405, 411, 415, 501)
"""Answers of proxies that take a GET only."""

_WAYS = ("page POST", "page GET", "window POST", "window GET")
_SEALED_WAYS = ("page GET", "window GET")


@dataclass(frozen=True, slots=True)
class _Asked:
    """
    How the proxy was asked: by which `call` of the page; the `ways` not given up, the current one first; for which page; how
    many rows a page; at its own sealed address, if it gives one; a digest of the first rows it gave; and why the way before was
    given up.
    `probed` says that the call may be of another list, `columns` are those that its first rows name.
    """

    call: int
    ways: tuple[str, ...]
    number: int
    size: int
    group: str = ""
    why: str = ""
    first: str = ""
    probed: bool = False
    doubt: str = ""
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, memo: Mapping[str, str]) -> _Asked:
        told = json.loads(memo["asked"])
        return cls(**{**told, "ways": tuple(told["ways"]), "columns": tuple(told["columns"])})

    @property
    def memo(self) -> dict[str, str]:
        return {"asked": json.dumps({name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False)}

    @property
    def mode(self) -> str:
        return self.ways[0].partition(" ")[0]

    @property
    def method(self) -> str:
        return self.ways[0].partition(" ")[2]


def parameters_of(page: Page) -> dict[str, str] | None:
    """What the proxy wants to be told by each call of the page, as its own scripts say it; None for a page without calls and records."""
    pieces = [piece for piece in calls_of(page, _CALL) if "getMessage" not in piece and SIGNS.search(piece)]
    if not pieces and re.search(r"dataproxy\w*\.jsp", page.text, re.IGNORECASE):
        pieces = [""]
    if not pieces and not stores_of(page):
        return None
    calls = [_call(page, piece, pieces) for piece in pieces] or [_call(page, "", ()) | {"proxy": ""}]
    once = {(call["proxy"], call.get("columnid"), call.get("unitid")): call for call in calls}
    return {"calls": json.dumps(list(once.values()), ensure_ascii=False), "base": page.base}


def _call(page: Page, piece: str, pieces: Sequence[str]) -> dict[str, str]:
    others = [other for other in pieces if other != piece]
    told = told_of(page, _NAMES, piece, others)
    if not others and (column := column_in(page.url)):
        told.setdefault("columnid", column)
    told["proxy"] = next(_proxies(page, piece), None) or joined(page.base, _PROXY_PATH) or ""
    for name in ("perPage", "totalRecord"):
        if value := value_of(page, name, piece, others):
            told[name] = value
    return told


def _proxies(page: Page, piece: str) -> Iterator[str]:
    """The addresses of proxies that a call tells, then those of the page."""
    for text in map(plain, (piece, page.scripts, page.text)):
        for reference in (*_PROXY_TOLD.findall(text), *written_with(text, _PROXY_NAME)):
            if url := address_told(page, reference):
                yield url


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The rows of the column page, or of an answer of the proxy."""
    if "asked" in answer.request.memo:
        return _proxied(claim, answer, seen)
    if answer.status != 200:
        return Listing((), verdict=Verdict("partial", f"the list page answers {answer.status}"))
    page, calls = page_of(answer.text, answer.url), _calls(claim)
    shown = [_shown(page, claim, call, store) for call, store in zip(calls, _stores(page, calls), strict=True)]
    lists = sub_lists(page, claim.list_url, Rows(tuple(link for rows, _ in shown for link in rows.links)))
    if is_report(page) and not any(rows.links for rows, _ in shown):
        verdict = Verdict("complete-unverified", "the list page is a report itself")
        return Listing((), verdict=verdict, lists=lists, is_report=True)
    ours = [_is_ours(rows, claim, call) for call, (rows, _) in zip(calls, shown, strict=True)]
    if len(calls) == 1 or not any(our is not False for our in ours):
        ours = [True] * len(calls)
    printed = printed_total(page) if sum(our is not False for our in ours) == 1 else None
    begun = [_begin(claim, at, shown[at], printed, seen, is_ours=ours[at]) for at in range(len(calls))]
    return replace(together(begun), lists=lists)


def _calls(claim: Claim) -> list[dict[str, str]]:
    return list(json.loads(claim.parameters["calls"]))


def _stores(page: Page, calls: Sequence[Mapping[str, str]]) -> list[Store]:
    """The store of each call: the one inside the element of its unit, else the one whose rows are of its column, else by order."""
    stores = list(stores_of(page))
    if len(calls) == 1 and len(stores) == 1:
        return stores
    chosen: dict[int, Store] = {}
    for test in (_is_inside, _is_of_column):
        for at, call in enumerate(calls):
            found = next((store for store in stores if test(store, call)), None) if at not in chosen else None
            if found is not None:
                chosen[at] = found
                stores.remove(found)
    left = iter(stores if len(stores) == len(calls) - len(chosen) or len(calls) == 1 else ())
    return [chosen.get(at) or next(left, Store("")) for at in range(len(calls))]


def _is_inside(store: Store, call: Mapping[str, str]) -> bool:
    return any(call.get("unitid") and call["unitid"] in one for one in store.ids)


def _is_of_column(store: Store, call: Mapping[str, str]) -> bool:
    return bool(call.get("columnid")) and f"art_{call['columnid']}_" in store.text


def _shown(page: Page, claim: Claim, call: Mapping[str, str], store: Store) -> tuple[Rows, str]:
    """The rows of a call that the column page shows, in its store, else as HTML; and the text of the store."""
    rows = record_rows(store.text, page.base, claim.list_url, is_article)
    if rows.links:
        return rows, store.text
    holder = page.soup.find(id=call["unitid"]) if call.get("unitid") else None
    if isinstance(holder, Tag) and holder.find("a"):
        page = page_of(str(holder), page.base)
        return rows_of(page, claim.list_url, is_article, lambda url: _is_own(url, call)), store.text
    if len(_calls(claim)) > 1:
        return Rows(()), store.text
    rows = rows_of(page, claim.list_url, is_article, lambda url: _is_own(url, call))
    return rows if rows.grade else Rows(()), store.text  # what stands there else is news beside an empty element


def _is_own(url: str, call: Mapping[str, str]) -> bool:
    return bool(call.get("columnid")) and column_of(url) == call["columnid"]


def _is_ours(rows: Rows, claim: Claim, call: Mapping[str, str]) -> bool | None:
    """Whether a call is of a list of reports: by the column of the page, by its rows; None where nothing says so yet."""
    if call.get("columnid") == (column_in(claim.list_url) or "") or any(is_annual(link.title) for link in rows.links):
        return True
    return None if not rows.links else False


def _begin(
    claim: Claim, at: int, shown: tuple[Rows, str], printed: int | None, seen: Set[str], *, is_ours: bool | None
) -> Listing:
    """What the column page holds of one call, and the first thing to ask for it."""
    (rows, text), call = shown, _calls(claim)[at]
    if is_ours is False:
        return Listing((), verdict=Verdict(OTHER, "its records are of another column"))
    told = total_of(text)
    if told is None and call.get("totalRecord", "").isdecimal():
        told = int(call["totalRecord"])
    doubt = "" if printed is not None else _DOUBT
    place = Place(1, None, told if printed is None else printed, rows.print).with_rows(rows)
    count = _count(place)
    perpage = int(call["perPage"]) if call.get("perPage", "").isdecimal() else 0
    is_short = perpage > 0 and count % perpage > 0
    items = new_items(rows, seen)
    if (_is_whole(place) and (printed is not None or is_short or not call["proxy"])) or (
        count and not call["proxy"] and place.total is None
    ):
        return Listing(items, verdict=end_of(place, "", doubt))
    group = _next_group(text, claim)
    asked = _Asked(at, _WAYS, 1, _ROWS_A_PAGE, probed=is_ours is None, doubt=doubt, columns=_columns(rows, call))
    if group:  # its first page is the one that is shown
        asked = replace(asked, ways=_SEALED_WAYS, number=2, size=count or _ROWS_A_PAGE, group=group, first=rows.print)
    return Listing(items, next=_request(claim, replace(place, page=2, before=rows.print), asked))


def _proxied(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    place, asked = Place.of(answer.request.memo), _Asked.of(answer.request.memo)
    call = _calls(claim)[asked.call]
    rows = Rows(())
    if answer.status == 200:
        rows = record_rows(answer.text, claim.parameters["base"], claim.list_url, is_article)
    if asked.probed and rows.links:
        if not any(is_annual(link.title) for link in rows.links):
            return Listing((), verdict=Verdict(OTHER, "its records are of another column"))
        asked = replace(asked, probed=False)
    if not place.known and rows.links:  # a column above others lists the articles of these
        asked = replace(asked, columns=_columns(rows, call))
    if wrong := _what_is_wrong(answer, rows, place, asked):
        return _another_way(claim, answer, rows, place, asked, wrong)
    items = new_items(rows, seen)
    place = replace(place.with_rows(rows), total=total_of(answer.text) if place.total is None else place.total)
    count = len(rows.links) + len(rows.twins)
    is_short = asked.number > 1 and count < asked.size and asked.mode == "page"
    # A total that is not established does not end a list: it may be that of a page.
    if _is_whole(place) and (is_short or not asked.doubt):
        return Listing(items, verdict=end_of(place, "", asked.doubt))
    if place.page >= MAX_PAGES:
        return Listing(items, verdict=end_of(place, f"stopped after {MAX_PAGES} pages", asked.doubt))
    following = replace(place, page=place.page + 1, before=rows.print)
    ways = tuple(way for way in asked.ways if way.endswith(asked.method))
    # A proxy that cuts `perpage` is asked in its own measure from then on.
    size = count if asked.number == 1 and asked.mode == "page" else asked.size
    group = _next_group(answer.text, claim) or asked.group
    asked = replace(asked, ways=ways, number=asked.number + 1, size=size, group=group if asked.group else "", why="")
    asked = replace(asked, first=asked.first or rows.print)
    return Listing(items, next=_request(claim, following, asked))


def _another_way(claim: Claim, answer: Answer, rows: Rows, place: Place, asked: _Asked, wrong: str) -> Listing:
    """Ask in another way where one is left, else the verdict."""
    is_empty = answer.status == 200 and not rows.links
    ways = asked.ways[1:]
    if rows.links and place.total is None and rows.print == place.before and rows.print not in (place.first, asked.first):
        return Listing((), verdict=end_of(place, "", asked.doubt))  # some give the last page again and again (`cms_families` 5)
    if (is_empty and asked.first and (place.total is None or _is_whole(place))) or (_is_whole(place) and not ways):
        return Listing((), verdict=end_of(place, "", asked.doubt))  # that is how a list ends that was read to its end
    if answer.status in _NO_POST and asked.method == "POST" and any(way.endswith("GET") for way in ways):
        ways = (f"{asked.mode} GET", *(way for way in ways if way.endswith("GET") and not way.startswith(asked.mode)))
    if not ways:
        if asked.probed:
            return Listing((), verdict=Verdict(OTHER, wrong))
        return Listing((), verdict=end_of(place, asked.why or wrong, asked.doubt))
    following = replace(place, page=place.page + 1)
    why = wrong if asked.mode == "page" and asked.first else asked.why
    return Listing((), next=_request(claim, following, replace(asked, ways=ways, why=why)))


def _count(place: Place) -> int:
    return len(place.known) + len(place.twins)


def _is_whole(place: Place) -> bool:
    return place.total is not None and _count(place) >= place.total


def _what_is_wrong(answer: Answer, rows: Rows, place: Place, asked: _Asked) -> str:
    by_page = asked.mode == "page"
    what = f"page {asked.number} of the data proxy" if by_page else f"record {_count(place) + 1} of the data proxy"
    if answer.status != 200:
        return f"{what} answers {answer.status}"
    if not rows.links:
        return f"{what} is empty ({len(answer.body or answer.text.encode('utf-8', 'replace'))} bytes)"
    named = {column_of(link.url) for link in rows.links}
    if asked.columns and None not in named and named.isdisjoint(asked.columns):
        return f"{what} belongs to another column"
    # The proxy's first pages hold what the column page shows already.
    is_shown = by_page and (asked.number - 1) * asked.size < _count(place)
    if place.has_new(rows) or (is_shown and (asked.number == 1 or rows.print != place.before)):
        return ""
    return "the pager gives page 1 again" if rows.print in (place.first, place.before) else f"{what} brings nothing new"


def _request(claim: Claim, place: Place, asked: _Asked) -> Request:
    """
    The next thing to ask of the proxy. One host answers 404 without the Referer; a sealed address is used as it is but for the
    page (`cms_families` 3.2a).
    """
    headers, memo = {"Referer": claim.list_url}, place.memo | asked.memo
    if asked.mode == "page":
        counted = {"page": str(asked.number), "perpage": str(asked.size)}
    else:
        first = _count(place) + 1
        counted = {"startrecord": str(first), "endrecord": str(first + asked.size - 1), "perpage": str(asked.size)}
    if asked.group:
        paged, changed = re.subn(r"(?<!\w)page=\d*", f"page={asked.number}", asked.group)
        if not changed:
            paged = f"{asked.group}{'&' if '?' in asked.group else '?'}page={asked.number}"
        return Request(paged if asked.mode == "page" else f"{asked.group}&{urlencode(counted)}", headers=headers, memo=memo)
    call = _calls(claim)[asked.call]
    form = _FIXED | {name: call[name] for name in _NAMES if call.get(name)}
    proxy = call["proxy"] or joined(claim.parameters["base"], _PROXY_PATH)
    if asked.method == "GET":
        return Request(f"{proxy}?{urlencode(counted | form)}", headers=headers, memo=memo)
    return Request(f"{proxy}?{urlencode(counted)}", "POST", form, headers, memo)


def _columns(rows: Rows, call: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that the first rows of a call name, and its own; none where they name none."""
    named = {column for link in rows.links if (column := column_of(link.url)) is not None}
    return tuple(sorted(named | {call.get("columnid", "")} - {""})) if named else ()


def _next_group(text: str, claim: Claim) -> str:
    """The address that the proxy gives for its next group, used as it is but for the page."""
    match = _NEXT_GROUP.search(text)
    url = joined(claim.parameters["base"], unescape(match[1])) if match else None
    return url if url and same_site(url, claim.list_url) else ""
