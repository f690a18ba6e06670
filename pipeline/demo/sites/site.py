"""
Site: one replica as frozen values, before anything is served: what each path answers, and what must be found there.

A replica has two editions. In the second one a report is corrected at its address and another is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from pipeline.demo.layouts.model import Rendering

__all__ = [
    "HITS",
    "Answering",
    "Ask",
    "Edition",
    "ListTruth",
    "Page",
    "Published",
    "Route",
    "Site",
    "Truth",
    "find_route",
    "truth",
]

HITS = b"@@hits@@"
"""Where a page shows its visits: the server puts another number there at each request."""


class Ask(NamedTuple):
    """One request as a route sees it: `fields` are those of the query and of the form, `headers` in lower case."""

    method: str
    path: str
    fields: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """
    What is answered. `before` is what the first requests get instead, in their order; None there hangs up in the body.

    `hangs_up` pages always end in the middle of their body.
    """

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    before: tuple[Page | None, ...] = ()
    hangs_up: bool = False


Answering = Callable[[Ask], Page]
Route = Page | Answering


@dataclass(frozen=True, slots=True)
class Published:
    """
    One report that a reader can find on the site.

    `address` is where its list leads, `document` what holds the figures (an attachment, a frame's page), the same where that
    is the page itself; `kind` is `page`, `list` (a list page that is the report), `attachment` or `frame`. `aliases` are
    further addresses of the same report. `rendering` says which figures are printed, for `pipeline.demo.judge`.
    """

    host: str
    address: str
    unit: str
    level: str
    year: int
    kind: str
    document: str
    published_on: str
    rendering: Rendering
    aliases: tuple[str, ...] = ()
    doubtful: bool = False  # one figure breaks a sum


@dataclass(frozen=True, slots=True)
class ListTruth:
    """
    How a list must end: a word of `gongkai status`, and the total that the site states.

    `reports` counts the different reports that its rows lead to, without those of its sub-columns.
    """

    address: str
    status: str
    declared: int | None = None
    reports: int = 0


@dataclass(frozen=True, slots=True)
class Edition:
    """A site at one time. `missing` is what unknown paths answer; `forbidden` are addresses that robots.txt keeps from us."""

    routes: Mapping[str, Route]
    missing: Page
    published: tuple[Published, ...] = ()
    lists: tuple[ListTruth, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """
    A replica: its host, other names of the host, its family, its columns (`lists`, that of the government first), and its two
    editions. `crawl_delay` is what its robots.txt asks for, in seconds.
    """

    host: str
    family: str
    code: str
    county: str
    home: str
    lists: tuple[str, ...]
    editions: tuple[Edition, Edition]
    aliases: tuple[str, ...] = ()
    gzip: bool = False
    crawl_delay: float | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """What a crawl of some sites must find, how each list must end, and what must never be asked."""

    published: tuple[Published, ...]
    lists: tuple[ListTruth, ...]
    forbidden: tuple[str, ...]


def truth(sites: Iterable[Site], edition: int = 1) -> Truth:
    """The truth of the sites in edition 1 or 2."""
    chosen = [site.editions[edition - 1] for site in sites]
    return Truth(
        tuple(report for item in chosen for report in item.published),
        tuple(entry for item in chosen for entry in item.lists),
        tuple(address for item in chosen for address in item.forbidden),
    )


def find_route(edition: Edition, method: str, target: str, form: str, headers: Mapping[str, str]) -> Page:
    """
    The page that a request gets: that of the whole target, else that of its path, else the site's missing page.

    A POST to a page that is no endpoint is answered 405.
    """
    parts = urlsplit(target)
    route = edition.routes.get(target) or edition.routes.get(parts.path)
    if route is None:
        return edition.missing
    if isinstance(route, Page):
        return route if method == "GET" else Page(b"", status=405)
    fields = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(parse_qsl(form, keep_blank_values=True))
    return route(Ask(method, parts.path, fields, headers))
