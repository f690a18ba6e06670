"""What becomes of a list: whose family it is, what it names, what is asked next of it, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from parsers.raw.charset import decode
from parsers.raw.signs import EMPTY_WORDS, is_look_alike
from scrapers.addresses import canonical_key, host_of, main_key, same_site
from scrapers.archive import Archive
from scrapers.discover import columns, next_steps
from scrapers.exchange import Exchange
from scrapers.family import Answer, Family, Item, Listing, Piece, Request, Verdict, claim_page, families
from scrapers.frontier import Frontier
from scrapers.guard import Judgement, fingerprint
from scrapers.known import Address, ListPage, Site

__all__ = ["UNLINKED", "Held", "ListReader"]

_LIST_WORDS = {
    "soft_404": "not_found", "homepage": "not_found", "throttled": "deferred", "server_error": "deferred",
    "failed": "blocked:unreachable", "limit": "partial",
}  # fmt: skip
"""What an answer was called, in the words of a list."""

_OF_HOSTS = ("blocked:js_challenge", "blocked:robots")
"""What ends every list of a host, however far it was read; any other end of a list that was begun makes it partial."""

_PLAIN_LINKS = "static"
"""The family that reads what a page shows, and nothing that its script would ask."""

_DEEPEST = 3
"""Columns of columns (government, departments, one department, its years) and no further."""
_MOST_PAGES = 500

UNLINKED = "unlinked"
"""The reference of an article that no page links: its unit and year are named, whether there is a report is not."""
_YEAR = re.compile(r"(20[012]\d)\s*年")
_REFRESH = re.compile(rb"<meta\b[^<>]{0,500}http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^"'\s;,]+)""", re.IGNORECASE)


class Held(NamedTuple):
    """A document that came within the answer of a list: its address, its bytes, and the snapshot under which they are kept."""

    address: Address
    url: str
    body: bytes
    snapshot: int


@dataclass
class ListReader:
    """
    Reads lists into the state; `years` are the data years wanted, all when empty.

    `archive` holds the answers that are read; what is read out of them and was not served as such is kept there too.
    """

    frontier: Frontier
    archive: Archive
    sites: Collection[Site]
    years: frozenset[int]
    _held: list[Held] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._hosts = {host_of(url) for site in self.sites for url in (site.list_url, site.home_url) if url}

    def is_known_host(self, url: str) -> bool:
        """Whether the lists of sites name the host of an address."""
        return host_of(url) in self._hosts

    def may_ask(self, page: str, url: str) -> bool:
        """Whether an address that a page names belongs to the same site, or to another that the lists of sites name."""
        return same_site(page, url) or self.is_known_host(url)

    def take_held(self) -> list[Held]:
        """The documents that came with the lists read since this was last asked."""
        held, self._held = self._held, []
        return held

    def settle(self, page: ListPage, request: Request, exchange: Exchange, judged: Judgement, snapshot: int, now: str) -> None:
        """Read an answer of a list."""
        first = page.claim is None
        if first and judged.kind == "needs_render" and self._is_sent_on(page, judged.evidence, exchange, now):
            return
        if first and judged.kind == "needs_render" and page.kind == "list":
            claim = claim_page(_answer(request, exchange), page.family_hint)
            if claim is not None and claim.family != _PLAIN_LINKS:  # its family knows what the script would ask
                judged = judged._replace(kind="ok")
        if judged.kind not in ("ok", "empty_list") and (first or judged.kind not in ("not_found", "soft_404", "gone")):
            self.fail(page, judged.kind, judged.reason, now)
            return
        answer = _answer(request, exchange)
        if page.kind == "home":
            self._read_home(page, answer, now)
            return
        if first:
            claim = claim_page(answer, page.family_hint)
            if claim is None:
                empty = judged.kind == "empty_list" or EMPTY_WORDS.search(answer.text)
                reason = judged.reason or "no family of systems recognises this list"
                self.fail(page, "empty_list" if empty else "partial", "the list says that it is empty" if empty else reason, now)
                return
            page = replace(page, claim=claim)
            start = self._family(page).start(claim)
            if (start.url, start.method) != (request.url, "GET") and (start.url, start.method) != (exchange.url, "GET"):
                self.frontier.set_list(page.number, claim=claim, request=start, state="due", tries=0)
                return
            answer = replace(answer, request=start)
        self._take(page, self._family(page).read(page.claim, answer, self.frontier.seen(page.number)), exchange, snapshot, now)  # type: ignore[arg-type]

    def _family(self, page: ListPage) -> Family:
        name = page.claim.family if page.claim is not None else ""
        return next(family for family in families() if family.name == name)

    def _take(self, page: ListPage, listing: Listing, exchange: Exchange, snapshot: int, now: str) -> None:
        for piece in listing.pieces:
            self._keep(piece, snapshot)
        elsewhere = self._add_items(page, listing, exchange.url, snapshot)
        for item in listing.lists:
            if page.depth < _DEEPEST and self.may_ask(exchange.url, item.url):
                self.frontier.add_list(item.url, urlsplit(item.url).netloc.lower(), kind="list", parent=page, title=item.title)
        if listing.is_report:
            key = canonical_key(exchange.url)
            address = self.frontier.add_address(
                key, exchange.url, urlsplit(exchange.url).netloc.lower(), kind="article", title=page.title, page=page
            )
            self.frontier.set_address(address.number, state="done", status="ok", snapshot=snapshot)
            self.frontier.set_snapshot(snapshot, address=address.number, is_good=1)
        pages = page.pages + 1
        if listing.next is not None and pages < _MOST_PAGES:
            self.frontier.set_list(page.number, claim=page.claim, request=listing.next, state="due", pages=pages, tries=0)
            return
        verdict = listing.verdict or Verdict("partial", f"it has more than {_MOST_PAGES} pages")
        if verdict.status == "partial" and not (page.pages or listing.items or listing.lists or listing.is_report):
            verdict = Verdict("empty_list", verdict.reason, verdict.declared)
        self._end(page, verdict, pages, elsewhere, now)

    def _keep(self, piece: Piece, snapshot: int) -> int:
        """The place in the archive of a text that was read out of the answer of a snapshot."""
        response = self.frontier.snapshot(snapshot)["offset"]
        return self.archive.convert(response, piece.body, media_type=f"{piece.media_type}; charset=utf-8", place=piece.place)

    def _take_held(self, address: Address, item: Item, piece: Piece, snapshot: int) -> None:
        """A document that the list's own answer holds counts as had, at the time of that answer."""
        served = self.frontier.snapshot(snapshot)
        number = self.frontier.add_snapshot(
            address.number, url=item.url, fetched_at=served["fetched_at"], code=served["code"], warc=served["warc"],
            offset=self._keep(piece, snapshot), sha256=sha256(piece.body).hexdigest(), etag="", last_modified="", is_good=1,
        )  # fmt: skip
        self.frontier.set_address(address.number, state="done", status="ok", reason="", snapshot=number)
        self._held.append(Held(address, item.url, piece.body, number))

    def _add_items(self, page: ListPage, listing: Listing, base: str, snapshot: int) -> int:
        """Make due what the list names; how many of its reports stand on other sites, which are not asked."""
        elsewhere = 0
        for item in listing.items:
            if is_look_alike(item.title) or not self._is_of_years(item.title):
                continue
            if not self.may_ask(base, item.url):
                elsewhere += 1
                continue
            key = main_key(item.url) or canonical_key(item.url)
            address = self.frontier.add_address(
                key, item.url, urlsplit(item.url).netloc.lower(), kind="article", title=item.title, page=page,
                reference="" if item.is_linked else UNLINKED,
            )  # fmt: skip
            if item.piece is not None:
                self._take_held(address, item, item.piece, snapshot)
        return elsewhere

    def _is_of_years(self, title: str) -> bool:
        """Whether a title names a wanted year, or none: then the report itself says which."""
        named = {int(year) for year in _YEAR.findall(title)}
        return not self.years or not named or bool(named & self.years)

    def _end(self, page: ListPage, verdict: Verdict, pages: int, elsewhere: int, now: str) -> None:
        status, reason = verdict.status, verdict.reason
        if elsewhere:
            reason = "; ".join(filter(None, (reason, f"{elsewhere} of its reports stand on other sites and were not asked")))
            status = "partial"
        state = "done" if status.startswith("complete") else "failed"
        self.frontier.set_list(
            page.number,
            claim=page.claim,
            host=urlsplit(page.url).netloc.lower(),
            state=state,
            status=status,
            reason=reason,
            since=now,
            declared=verdict.declared,
            pages=pages,
        )

    def _is_sent_on(self, page: ListPage, url: str, exchange: Exchange, now: str) -> bool:
        """Whether a page only sends on to another address of its site, by a refresh: that one is then read in its place."""
        if _REFRESH.search(exchange.body) is None or page.depth >= _DEEPEST or not self.may_ask(exchange.url, url):
            return False
        self._keep_home(page, exchange.body)
        if not self.frontier.add_list(url, urlsplit(url).netloc.lower(), kind=page.kind, parent=page, title=page.title):
            return False
        reason = f"it sends on to {url}"
        self.frontier.set_list(page.number, state="done", status="complete-unverified", reason=reason, since=now)
        return True

    def _keep_home(self, page: ListPage, body: bytes) -> None:
        if urlsplit(page.url).path in ("", "/"):
            self.frontier.set_host(page.host, home=fingerprint(body))

    def _read_home(self, page: ListPage, answer: Answer, now: str) -> None:
        self._keep_home(page, answer.body)
        home = self._home_of(page)
        found = columns(answer, page.depth, home=home)
        for item in found:
            if self.may_ask(answer.url, item.url):
                self.frontier.add_list(item.url, urlsplit(item.url).netloc.lower(), kind="list", parent=page, title=item.title)
        steps: tuple[Item, ...] = () if found or page.depth >= _DEEPEST else next_steps(answer, page.depth, home=home)
        for item in steps:
            if self.may_ask(answer.url, item.url):
                self.frontier.add_list(item.url, urlsplit(item.url).netloc.lower(), kind="home", parent=page, title=item.title)
        status = "complete-unverified" if found or steps else "not_found"
        reason = "" if found or steps else "no column of annual reports was found from here"
        self.frontier.set_list(page.number, state="done" if found or steps else "failed", status=status, reason=reason, since=now)

    def _home_of(self, page: ListPage) -> str:
        """The home page from which the way to a page began."""
        while page.parent is not None:
            page = self.frontier.list_page(page.parent)
        return page.url

    def fail(self, page: ListPage, status: str, reason: str, now: str | None) -> None:
        """A list that ended before its end: what it named so far stays, its status says why."""
        status = _LIST_WORDS.get(status, status)
        if page.pages and status not in _OF_HOSTS:
            status, reason = "partial", f"page {page.pages + 1}: {status}: {reason}"
        self.frontier.set_list(page.number, request=page.request, state="failed", status=status, reason=reason, since=now)


def _answer(request: Request, exchange: Exchange) -> Answer:
    said = _CHARSET.search(exchange.header("Content-Type"))
    text = decode(exchange.body, http=said[1] if said else None).text
    media_type = exchange.header("Content-Type").partition(";")[0].strip().lower() or None
    return Answer(request, exchange.url, exchange.status, text, exchange.body, media_type)
