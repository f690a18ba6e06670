"""
The search of Hanweb's xxgk module (`cms_families` 3.2b): a POST with the fields that the column page writes, answered as HTML
rows page by page. It may ignore the column and give those of the whole district.

Where the page names no type of information, the directory tree does: one search for each node of annual reports in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Set
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

from scrapers.addresses import joined, same_site
from scrapers.families._hanweb_articles import column_in, column_of, fragment_rows
from scrapers.families._hanweb_parts import together
from scrapers.families._hanweb_told import address_told, calls_of, plain, told_of, written_with
from scrapers.families._hanweb_units import report_nodes
from scrapers.families._lists import Page, Rows, new_items, page_of, printed_total, sub_lists
from scrapers.families._pager import MAX_PAGES, Place, end_of
from scrapers.family import Answer, Claim, Listing, Request, Verdict

__all__ = ["SIGNS", "parameters_of", "read"]

SIGNS = re.compile(r"/search\.jsp", re.IGNORECASE)

_CALL = re.compile(r"module/xxgk/search\.jsp", re.IGNORECASE)
_NAMES = (
    "infotypeId", "jdid", "area", "divid", "vc_title", "vc_number", "vc_filenumber", "vc_all", "texttype", "fbtime", "sortfield",
    "standardXxgk", "isAllList",
)  # fmt: skip
_TREE = re.compile(r"[\"'(]([^\"'()\s]*module/xxgk/tree\.jsp[^\"'()\s]*)")
_PAGES = re.compile(r"共\s*(\d{1,4})\s*页")
_WHOLE_DISTRICT = "the search gives other columns too, and no total of this one"
_METHODS = ("POST", "GET")


def parameters_of(page: Page) -> dict[str, str] | None:
    """The address of the search and its fields as the page writes them; None for a page without a column to search for."""
    reference = next((one for text in map(plain, (page.scripts, page.text)) for one in written_with(text, _CALL)), None)
    endpoint = address_told(page, reference) if reference else None
    pieces = calls_of(page, _CALL)
    told = told_of(page, _NAMES, pieces[0] if pieces else "")
    trees = (
        []
        if told.get("infotypeId")
        else [url for match in _TREE.findall(page.text) if (url := joined(page.base, unescape(match)))]
    )
    if endpoint is None or "xxgkAnnualReport.jsp" in page.text or not (told.get("divid") or told.get("infotypeId") or trees):
        return None
    tree = {"tree": trees[0]} if trees and same_site(trees[0], page.url) else {}
    return {"endpoint": endpoint, "base": page.base, **tree, **{f"field {name}": value for name, value in told.items()}}


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The column page leads to the first page of the search, or to the tree and from there to one search a node."""
    memo = answer.request.memo
    if "currpage" in memo:
        return _searched(claim, answer, seen, memo)
    in_tree = memo.get("step") == "tree"
    if answer.status != 200:
        what = "the tree" if in_tree else "the list page"
        return Listing((), verdict=Verdict("partial", f"{what} answers {answer.status}"))
    page = page_of(answer.text, answer.url)
    lists = () if in_tree else sub_lists(page, claim.list_url, Rows(()))
    nodes = () if claim.parameters.get("field infotypeId") else report_nodes(page)
    if not nodes and not in_tree and claim.parameters.get("tree"):
        following = Request(claim.parameters["tree"], headers={"Referer": claim.list_url}, memo={"step": "tree"})
        return Listing((), next=following, lists=lists)
    if not nodes and in_tree:
        return Listing((), verdict=Verdict("partial", "the tree names no annual reports"))
    begun = [Listing((), next=_request(claim, Place(), "POST", "", {"node": json.dumps(node)})) for node in nodes or ({},)]
    return replace(together(begun), lists=lists)


def _searched(claim: Claim, answer: Answer, seen: Set[str], memo: Mapping[str, str]) -> Listing:
    place, method, doubt = Place.of(memo), memo["method"], memo["doubt"]
    page = page_of(answer.text if answer.status == 200 else "", claim.parameters["base"])
    shown = fragment_rows(page, claim.list_url)
    rows = _of_column(shown, claim)
    is_again = bool(shown.links) and shown.print in (memo["shown"], memo["shown_first"])
    if not shown.links or is_again:
        if place.page == 1 and method == "POST":
            return Listing((), next=_request(claim, place, "GET", doubt, {"node": memo["node"]}))
        return Listing((), verdict=end_of(place, _why(place, answer, is_again=is_again), doubt))
    if len(rows.links) < len(shown.links):
        doubt = _WHOLE_DISTRICT
    if place.page == 1:
        match = _PAGES.search(page.words)
        place = replace(place, pages=int(match[1]) if match else None, total=printed_total(page))
    if doubt:
        place = replace(place, total=None)
    items, place = new_items(rows, seen), place.with_rows(rows)
    is_last = place.pages is not None and place.page >= place.pages
    if is_last or (place.total is not None and len(place.known) + len(place.twins) >= place.total):
        return Listing(items, verdict=end_of(place, "", doubt))
    if place.page >= MAX_PAGES:
        return Listing(items, verdict=end_of(place, f"stopped after {MAX_PAGES} pages", doubt))
    kept = {"node": memo["node"], "shown": shown.print, "shown_first": memo["shown_first"] or shown.print}
    return Listing(items, next=_request(claim, replace(place, page=place.page + 1), method, doubt, kept))


def _of_column(rows: Rows, claim: Claim) -> Rows:
    """The rows of the column that is searched for, where any names it; newer addresses name none."""
    column = claim.parameters.get("field divid", "").removeprefix("div")
    named = {column_of(link.url) for link in rows.links} - {None}
    if not column.isdecimal() or not named or (column not in named and column_in(claim.list_url) != column):
        return rows
    return replace(rows, links=tuple(link for link in rows.links if column_of(link.url) in (None, column)))


def _why(place: Place, answer: Answer, *, is_again: bool) -> str:
    if answer.status != 200:
        return f"page {place.page} of the search answers {answer.status}"
    if is_again:
        return "the pager gives page 1 again"
    if place.pages is not None and place.page <= place.pages:
        return f"page {place.page} of {place.pages} of the search has no entries"
    return "" if place.known else "the search has no entries"


def _request(claim: Claim, place: Place, method: str, doubt: str, kept: Mapping[str, str]) -> Request:
    told = {name: claim.parameters.get(f"field {name}", "") for name in _NAMES} | json.loads(kept["node"])
    told["currpage"] = str(place.page)
    memo = place.memo | {"currpage": str(place.page), "method": method, "doubt": doubt, "shown": "", "shown_first": "", **kept}
    headers, endpoint = {"Referer": claim.list_url}, claim.parameters["endpoint"]
    if method == "GET":
        return Request(f"{endpoint}?{urlencode(told)}", headers=headers, memo=memo)
    return Request(endpoint, "POST", told, headers, memo)
