"""
The message controller of Hanweb's truecms (`cms_families` 3.2d): a window of records by GET, answered as JSONP whose `result` is
the XML or HTML of the rows. It wants a Referer, and a window no wider than its ceiling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set
from dataclasses import replace
from urllib.parse import urlencode

from scrapers.families._hanweb_articles import fragment_rows, is_article
from scrapers.families._hanweb_records import record_rows, stores_of, total_of
from scrapers.families._hanweb_told import address_told, value_of
from scrapers.families._lists import Page, Rows, new_items, page_of, printed_total, sub_lists
from scrapers.families._pager import MAX_PAGES, Place, end_of
from scrapers.family import Answer, Claim, Listing, Piece, Request, Verdict

__all__ = ["SIGNS", "parameters_of", "pieces", "read"]

SIGNS = re.compile(r"messageController/getMessage\.do", re.IGNORECASE)

_PROXY = re.compile(r"[\"']([^\"']*messageController/getMessage\.do)", re.IGNORECASE)
_CALLBACK = re.compile(r"^[\s;/*]*[\w$.]+\s*\((.*)\)[\s;]*$", re.DOTALL)
_WINDOWS = (50, 10)
"""Ceilings lie between 10 and 50 (`cms_families` 3.2d)."""

_DOUBT = "totalrecord of the message controller is not established"


def parameters_of(page: Page) -> dict[str, str] | None:
    """The address of the controller and the column that it is asked for; None for a page without both."""
    match = _PROXY.search(page.scripts) or _PROXY.search(page.text)
    proxy = address_told(page, match[1]) if match else None
    column = value_of(page, "columnId")
    return {"proxy": proxy, "columnId": column, "base": page.base} if proxy and column else None


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The column page leads to the first window; each answer to the next, until one is empty or the total is met."""
    memo = answer.request.memo
    if "window" not in memo:
        if answer.status != 200:
            return Listing((), verdict=Verdict("partial", f"the list page answers {answer.status}"))
        page = page_of(answer.text, answer.url)
        total = printed_total(page)
        place = Place(1, None, total)
        lists = sub_lists(page, claim.list_url, Rows(()))
        if stores_of(page):
            rows = record_rows(stores_of(page)[0].text, page.base, claim.list_url, is_article)
            place = place.with_rows(rows)
            return Listing(
                new_items(rows, seen), next=_request(claim, place, _WINDOWS[0], printed=total is not None), lists=lists
            )
        return Listing((), next=_request(claim, place, _WINDOWS[0], printed=total is not None), lists=lists)
    return _window(claim, answer, seen)


def _window(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    memo = answer.request.memo
    place, size, is_printed = Place.of(memo), int(memo["window"]), memo["printed"] == "1"
    result = _result(answer.text) if answer.status == 200 else None
    rows = Rows(()) if result is None else _rows(result, claim)
    first = memo["first_record"]
    if not place.has_new(rows):
        if not place.known and size != _WINDOWS[-1]:
            return Listing((), next=_request(claim, replace(place, page=place.page + 1), _WINDOWS[-1], printed=is_printed))
        why = ""
        if answer.status != 200:
            why = f"record {first} of the message controller answers {answer.status}"
        elif result is None:
            why = f"record {first} of the message controller is no JSON"
        elif rows.links:
            why = "the pager gives page 1 again"
        elif not place.known:
            why = "the message controller holds no entries"
        return Listing((), verdict=end_of(place, why, "" if is_printed else _DOUBT))
    items, place = new_items(rows, seen), place.with_rows(rows)
    if place.total is None and result is not None:
        printed = printed_total(page_of(result, claim.parameters["base"]))
        is_printed = printed is not None
        place = replace(place, total=total_of(result) if printed is None else printed)
    count = len(rows.links) + len(rows.twins)
    # A first answer of few records may be cut by a ceiling, and its total be that of a page.
    is_short = count < size and place.page > 1
    if place.total is not None and _count(place) >= place.total and (is_printed or is_short):
        return Listing(items, verdict=end_of(place, "", "" if is_printed else _DOUBT))
    if place.page >= MAX_PAGES:
        return Listing(items, verdict=end_of(place, f"stopped after {MAX_PAGES} pages", ""))
    following = replace(place, page=place.page + 1, before=rows.print, first=place.first or rows.print)
    # A controller with a ceiling is asked in its own measure from then on.
    return Listing(items, next=_request(claim, following, min(size, max(count, _WINDOWS[-1])), printed=is_printed))


def _count(place: Place) -> int:
    return len(place.known) + len(place.twins)


def _rows(result: str, claim: Claim) -> Rows:
    """The rows of an answer: in records, else as HTML."""
    rows = record_rows(result, claim.parameters["base"], claim.list_url, is_article)
    return rows if rows.links else fragment_rows(page_of(result, claim.parameters["base"]), claim.list_url)


def _result(text: str) -> str | None:
    """
    The `result` within JSONP or JSON; None where the answer is neither.

    >>> _result('cb({"success":true,"result":"<ul></ul>"});')
    '<ul></ul>'
    """
    piece = _piece(text)
    return None if piece is None else piece.text


def pieces(answer: Answer) -> tuple[Piece, ...]:
    """The records in an answer of the controller."""
    piece = _piece(answer.text) if "window" in answer.request.memo and answer.status == 200 else None
    return () if piece is None else (piece,)


def _piece(text: str) -> Piece | None:
    match = _CALLBACK.match(text)
    try:
        told = json.loads(match[1] if match else text)
    except (ValueError, RecursionError):  # the second for brackets within brackets without end
        return None
    place = ""
    while isinstance(told, dict):
        name = next((name for name in ("result", "data", "html") if name in told), "")
        told, place = told.get(name, ""), f"{place}/{name}" if name else place
    return Piece(told if isinstance(told, str) else "".join(map(str, told)) if isinstance(told, list) else "", place)


def _request(claim: Claim, place: Place, size: int, *, printed: bool) -> Request:
    first = _count(place) + 1
    told = {
        "startrecord": str(first), "endrecord": str(first + size - 1), "perpage": str(size),
        "columnId": claim.parameters["columnId"], "callback": "cb",
    }  # fmt: skip
    memo = place.memo | {"window": str(size), "first_record": str(first), "printed": "1" if printed else ""}
    return Request(f"{claim.parameters['proxy']}?{urlencode(told)}", headers={"Referer": claim.list_url}, memo=memo)
