"""What a crawl knows beside its documents: lists that were looked at, addresses with their titles, and what was not had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from parsers.finding import Finding
from pipeline.counties import listed_counties
from pipeline.coverage import Looked
from pipeline.fetched import crawl_findings, status_rows
from scrapers.frontier import Frontier

__all__ = ["Crawled", "Named", "crawled"]


class Named(NamedTuple):
    """How a list names a document: the county it is filed under, the text of the link, and the list's level and family."""

    county_code: str | None
    title: str
    level: str | None
    family: str


class Crawled(NamedTuple):
    """The findings of a crawl, the lists it looked at, and how its lists name what they hold, by address."""

    findings: tuple[Finding, ...]
    looked: tuple[Looked, ...]
    named: Mapping[str, Named]


def crawled(state: Path) -> Crawled:
    """What the crawl whose state lies in that file knows."""
    with Frontier(state) as frontier:
        return Crawled(tuple(crawl_findings(frontier)), tuple(_looked(frontier)), dict(_named(frontier)))


def _looked(frontier: Frontier) -> Iterator[Looked]:
    """The lists, each for every county that ever had its code."""
    for row in status_rows(frontier):
        url = str(row["list_url"])
        first, last = frontier.times_of(url)
        level = str(row["level"]) if row["level"] else None
        for county in listed_counties(str(row["county_code"] or "")):
            yield Looked(county.id, level, str(row["status"]), str(row["reason"] or ""), first, last, url)


def _named(frontier: Frontier) -> Iterator[tuple[str, Named]]:
    lists = {page.number: page for page in frontier.lists()}
    for address in frontier.addresses("article"):
        page = lists.get(address.list or 0)
        if page is not None:
            yield (
                address.url,
                Named(page.county_code, address.title, page.level or None, page.claim.family if page.claim else "unknown"),
            )
