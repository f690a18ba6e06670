"""What is known of a crawl's sites, hosts, lists and addresses, as values; `frontier` keeps them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from scrapers.family import Claim, Request

__all__ = ["Address", "Host", "ListPage", "Site", "Task", "address_of", "list_of"]


class Site(NamedTuple):
    """A row of `sites.csv`."""

    county_code: str
    unit: str
    level: str
    list_url: str
    home_url: str
    family: str


@dataclass(frozen=True, slots=True)
class Host:
    """
    What is known of a host: how it was reached, its robots.txt, what its error page and home page look like, its state.

    `next_at` is when it may be asked again, in seconds since 1970.
    """

    host: str
    transport: str
    robots: str | None
    robots_status: int | None
    soft_404: str | None
    home: str | None
    status: str
    reason: str
    since: str | None
    next_at: float | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list, or a page on which lists are looked for (`kind` home), and how far it was read."""

    number: int
    url: str
    host: str
    county_code: str | None
    unit: str | None
    level: str | None
    family_hint: str
    parent: int | None
    depth: int
    title: str
    kind: str
    claim: Claim | None
    request: Request | None
    pages: int
    state: str
    tries: int
    status: str
    reason: str
    since: str | None
    declared: int | None


@dataclass(frozen=True, slots=True)
class Address:
    """An article or something that belongs to one; `asked_url` is where redirects have led so far."""

    number: int
    key: str
    url: str
    host: str
    kind: str
    list: int | None
    parent: int | None
    reference: str
    title: str
    asked_url: str
    hops: int
    state: str
    tries: int
    status: str
    reason: str
    snapshot: int | None


class Task(NamedTuple):
    """The next thing to ask of a host: for a list, or for an address."""

    request: Request
    page: ListPage | None
    address: Address | None


def list_of(row: sqlite3.Row) -> ListPage:
    """A row of the table of lists as a value."""
    values = dict(row)
    if values["claim"] is not None:
        family, url, parameters = json.loads(values["claim"])
        values["claim"] = Claim(family, url, parameters)
    if values["request"] is not None:
        values["request"] = Request.from_json(values["request"])
    return ListPage(**values)


def address_of(row: sqlite3.Row) -> Address:
    """A row of the table of addresses as a value."""
    return Address(**{name: row[name] for name in Address.__slots__})
