"""What becomes of a list: whose family it is, what it names, what is asked next of it, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from parsers.raw.charset import decode
from parsers.raw.signs import EMPTY_WORDS, is_look_alike
from scrapers.addresses import canonical_key, host_of, main_key, same_site
from scrapers.discover import columns, next_steps
from scrapers.exchange import Exchange
from scrapers.family import Answer, Family, Item, Listing, Request, Verdict, claim_page, families
from scrapers.frontier import Frontier
from scrapers.guard import Judgement, fingerprint
from scrapers.known import ListPage, Site

__all__ = ["ListReader"]

_LIST_WORDS = {
    "soft_404": "not_found", "homepage": "not_found", "throttled": "deferred", "server_error": "deferred",
    "failed": "blocked:unreachable", "limit": "partial",
}  # fmt: skip
"""What an answer was called, in the words of a list."""

_OF_HOSTS = ("blocked:js_challenge", "blocked:robots")
"""What ends every list of a host, however far it was read; any other end of a list that was begun makes it partial."""

_DEEPEST = 3
"""Columns of columns (government, departments, one department, its years) and no further."""
_MOST_PAGES = 500
_YEAR = re.compile(r"(20[012]\d)\s*年")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^"'\s;,]+)""", re.IGNORECASE)


@dataclass
class ListReader:
    """Reads lists into the state; `years` are the data years wanted, all when empty."""

    frontier: Frontier
    sites: Collection[Site]
    years: frozenset[int]

    def __post_init__(self) -> None:
        self._hosts = {host_of(url) for site in self.sites for url in (site.list_url, site.home_url) if url}

    def is_known_host(self, url: str) -> bool:
        """Whether the lists of sites name the host of an address."""
        return host_of(url) in self._hosts

    def may_ask(self, page: str, url: str) -> bool:
        """Whether an address that a page names belongs to the same site, or to another that the lists of sites name."""
        return same_site(page, url) or self.is_known_host(url)

    def settle(self, page: ListPage, request: Request, exchange: Exchange, judged: Judgement, snapshot: int, now: str) -> None:
        """Read an answer of a list."""
        first = page.claim is None
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
        elsewhere = self._add_items(page, listing, exchange.url)
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

    def _add_items(self, page: ListPage, listing: Listing, base: str) -> int:
        """Make due what the list names; how many of its reports stand on other sites, which are not asked."""
        elsewhere = 0
        for item in listing.items:
            if is_look_alike(item.title) or not self._is_of_years(item.title):
                continue
            if not self.may_ask(base, item.url):
                elsewhere += 1
                continue
            key = main_key(item.url) or canonical_key(item.url)
            self.frontier.add_address(
                key, item.url, urlsplit(item.url).netloc.lower(), kind="article", title=item.title, page=page
            )
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
            state=state,
            status=status,
            reason=reason,
            since=now,
            declared=verdict.declared,
            pages=pages,
        )

    def _read_home(self, page: ListPage, answer: Answer, now: str) -> None:
        if urlsplit(answer.url).path in ("", "/"):
            self.frontier.set_host(page.host, home=fingerprint(answer.body))
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
