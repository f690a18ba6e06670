"""Whole crawls of a county of which one address fails: a typed status for it, nothing else lost, and a retry of that alone."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from crawls import assert_ended, assert_found, configured
from servers import Answer, CountyServer, closed_port, dripping, page, sent_on, served

from pipeline.commands.fetch import fetch_into, how_it_ended, open_state
from pipeline.config import Config
from pipeline.demo.sites import Site, replica
from pipeline.demo.sites.obstacles import OBSTACLES
from pipeline.demo.sites.site import Page
from pipeline.fetched import crawl_findings, status_rows

LIMITS: Mapping[str, Any] = {"timeout_total": 10.0, "timeout_read": 5.0, "max_bytes": 300_000}
DRIP_S = 1.0
"""How long a dripping answer is waited for; the others come at once, however busy this machine is."""


class Fault(NamedTuple):
    """What comes in place of a page, the status that must come of it, what its reason says, and how often it is asked."""

    answer: Answer
    status: str
    reason: str
    asked: int


def county(years: Sequence[int] = (2022, 2023), **changes: object) -> Site:
    """A county without quirks of its own, so that the fault is the only one."""
    plain: dict[str, object] = {
        "years": tuple(years), "departments": ("财政局",), "townships": (), "flaky": False, "twins": False, "inline_year": False,
        "attachments": (), "frame": False, "soft_404": False, "gbk": False, "gzip": False, "robots": "absent", "migrated": False,
        "pagers": ("zero", "one", "zero"), "total_shown": (True, True, True), "dialect": "", "host": "www.qingya.gov.cn",
    }  # fmt: skip
    return replica(91, "trs", **plain | changes)


def faults_of(good: Page) -> Mapping[str, Fault]:
    """Every fault for a page that should have come."""
    body = good.body.replace(b"@@hits@@", b"")
    html = "Content-Type: text/html; charset=utf-8"
    half = body[: len(body) // 2]
    denied = OBSTACLES["denied_200"].page

    def head(length: int) -> bytes:
        return f"HTTP/1.1 200 OK\r\n{html}\r\nContent-Length: {length}\r\n\r\n".encode()

    def unbounded(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\n{html}\r\n\r\n".encode())
        for _ in range(100):
            connection.sendall(b"<p>x</p>" * 10_000)

    return {
        "hang up in the body": Fault(head(len(body)) + half, "blocked:unreachable", "", 3),
        "hang up in a chunk": Fault(
            f"HTTP/1.1 200 OK\r\n{html}\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + half, "blocked:unreachable", "", 3
        ),
        "more bytes than Content-Length": Fault(head(len(half)) + body, "blocked:unreachable", "Content-Length", 3),
        "drip beyond the total limit": Fault(dripping(head(len(body)), b"<"), "blocked:unreachable", "timeout_total", 3),
        "no status line": Fault(b"SSH-2.0-OpenSSH\r\n\r\n", "blocked:unreachable", "", 3),
        "endless headers": Fault(b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 30_000, "blocked:unreachable", "", 3),
        "nothing": Fault(b"", "blocked:unreachable", "", 3),
        "redirects in a circle": Fault(sent_on("?"), "failed", "circle", 1),
        "redirect to a private address": Fault(sent_on("http://10.7.7.7/nb.html"), "failed", "may not be asked", 1),
        "redirect to another host": Fault(sent_on("http://www.qingyan.gov.cn/nb.html"), "failed", "may not be asked", 1),
        "gzip bomb": Fault(
            page(gzip.compress(bytes(3_000_000)), html, "Content-Encoding: gzip"), "limit", "unpack to more than the 300,000", 1
        ),
        "more than allowed": Fault(page(body + b" " * 300_000, html), "limit", "more than the 300,000 allowed", 1),
        "more than allowed, unannounced": Fault(unbounded, "limit", "the rest was not read", 1),
        "gzip cut short": Fault(page(gzip.compress(body)[:-9], html, "Content-Encoding: gzip"), "failed", "before it is whole", 1),
        "no gzip": Fault(page(body, html, "Content-Encoding: gzip"), "failed", "is not gzip", 1),
        "a block page": Fault(served(denied), "blocked:denied", "a firewall", 1),
        "busy for good": Fault(page(b"busy", status="503 Service Unavailable"), "throttled", "503", 3),
        "broken for good": Fault(page(b"oh", status="500 Internal Server Error"), "server_error", "500", 3),
        "204": Fault(b"HTTP/1.1 204 No Content\r\n\r\n", "soft_404", "the answer is empty", 1),
        "an empty body": Fault(page(b"", html), "soft_404", "the answer is empty", 1),
        "206": Fault(
            page(half, html, f"Content-Range: bytes 0-{len(half) - 1}/{len(body)}", status="206 Partial Content"), "server_error", "206", 3
        ),
    }  # fmt: skip


def passing_of(good: Page) -> Mapping[str, Iterator[Answer]]:
    """What a patient reader gets over: the address is had, whatever came first or whatever the head says of it."""
    body = good.body.replace(b"@@hits@@", b"")
    return {
        "429 with Retry-After": iter([page(b"", "Retry-After: 1", status="429 Too Many Requests")]),
        "503 once": iter([page(b"busy", status="503 Service Unavailable")]),
        "hung up once": iter([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<html>"]),
        "a charset that it is not": repeat(page(body, "Content-Type: text/html; charset=gb2312")),
        "a charset that there is not": repeat(page(body, "Content-Type: text/html; charset=x-unknown")),
        "said to be a PDF": repeat(page(body, "Content-Type: application/pdf")),
        "said to be a picture": repeat(page(body, "Content-Type: image/png")),
        "without a Content-Type": repeat(page(body)),
    }


FAULTS = tuple(faults_of(Page(b"<html>")))
PASSING = tuple(passing_of(Page(b"<html>")))


@pytest.fixture
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn on top of the pauses before another try, and a busy server is not waited for long."""
    monkeypatch.setattr("pipeline.commands.fetch.random.random", lambda: 0.0)
    monkeypatch.setattr("scrapers.polite._WIDENED_FROM", 0.01)


class Crawled:
    """A county on a server that may be told to fail, and crawls of it into one folder."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.site, self.server = site, CountyServer([site])
        config = configured(folder, [site], {site.host: f"127.0.0.1:{self.server.port}"}, **LIMITS)
        self.config: Config = replace(config, contact="study@example.org")

    def fail(self, address: str, name: str) -> Fault:
        """Have an address fail from now on."""
        fault = faults_of(page_at(self.site, address))[name]
        self.server.faults[address] = repeat(fault.answer)
        if name.startswith("drip"):
            self.config = replace(self.config, fetch=replace(self.config.fetch, timeout_total=DRIP_S))
        return fault

    def fetch(self) -> list[tuple[str, str]]:
        """What a run asks, in the order of asking."""
        before = len(self.server.targets)
        fetch_into(self.config)
        return self.server.targets[before:]

    def retry(self, *reasons: str) -> list[tuple[str, str]]:
        """What `gongkai retry` asks."""
        with open_state(self.config.output.folder) as frontier, frontier.transaction():
            frontier.retry(reasons)
        return self.fetch()

    def lost(self) -> dict[str, tuple[str, str]]:
        """Status and reason of every address that was named and not had."""
        with open_state(self.config.output.folder) as frontier:
            addresses = [*frontier.addresses("article"), *frontier.addresses("companion")]
            assert {item.state for item in addresses} <= {"done", "failed"}
            return {item.url: (item.status, item.reason) for item in addresses if item.state == "failed"}

    def said(self) -> dict[str, str]:
        """The codes of findings by what they are about."""
        with open_state(self.config.output.folder) as frontier:
            return {finding.subject: finding.code for finding in crawl_findings(frontier)}

    def lists(self) -> dict[str, tuple[str, str]]:
        """Status and reason of every list."""
        with open_state(self.config.output.folder) as frontier:
            return {str(row["list_url"]): (str(row["status"]), str(row["reason"])) for row in status_rows(frontier)}

    def exit_code(self) -> int:
        return how_it_ended(self.config.output.folder).exit_code


@pytest.fixture
def crawled(tmp_path: Path, no_chance: None) -> Iterator[Crawled]:
    one = Crawled(tmp_path, county())
    yield one
    one.server.close()


def article_of(site: Site) -> str:
    return next(item.address for item in site.editions[0].published if item.kind == "page" and item.level == "county")


def page_at(site: Site, address: str) -> Page:
    route = site.editions[0].routes[address.removeprefix(f"http://{site.host}")]
    assert isinstance(route, Page)
    return route


@pytest.mark.parametrize("name", FAULTS)
def test_an_article_that_fails_is_a_finding_and_nothing_else_is_lost(name: str, crawled: Crawled, root: Path) -> None:
    address = article_of(crawled.site)
    fault = crawled.fail(address, name)
    asked = crawled.fetch()
    status, reason = crawled.lost()[address]
    assert status == fault.status
    assert fault.reason in reason
    assert reason
    assert [f"http://{host}{target}" for host, target in asked].count(address) == fault.asked
    assert f"| `{crawled.said()[address]}` |" in (root / "docs" / "findings.md").read_text("utf-8")
    assert crawled.exit_code() == 3
    assert_ended(crawled.config, [crawled.site])
    assert_found(crawled.config, [crawled.site], lost=[address])
    # A row whose page is no more stands on one of the lists: it has failed too.
    failed = set(crawled.lost())
    del crawled.server.faults[address]
    assert {f"http://{host}{target}" for host, target in crawled.retry()} == failed
    assert address not in crawled.lost()
    assert_found(crawled.config, [crawled.site])
    assert crawled.fetch() == []


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("place", ["article", "list"])
def test_what_passes_or_is_only_said_wrong_costs_nothing(name: str, place: str, crawled: Crawled) -> None:
    address = article_of(crawled.site) if place == "article" else crawled.site.lists[0]
    crawled.server.faults[address] = passing_of(page_at(crawled.site, address))[name]
    crawled.fetch()
    assert address not in crawled.lost()
    assert_ended(crawled.config, [crawled.site])
    assert_found(crawled.config, [crawled.site])


OFTEN = ("hang up in the body", "redirects in a circle", "gzip bomb", "a block page", "an empty body")
"""The faults of lists that are tried in every run of the tests."""

RESUMED = frozenset({"blocked:unreachable", "failed", "limit", "blocked:denied", "throttled", "server_error"})
"""What a list goes on from at the very page; after an answer that was read and found to be no page it is read from its start."""


@pytest.mark.parametrize("name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.slow) for name in FAULTS])
def test_a_list_that_fails_at_its_second_page_is_partial_and_goes_on_there(name: str, tmp_path: Path, no_chance: None) -> None:
    site = county((2019, 2020, 2021, 2022, 2023), rows=3)
    crawled = Crawled(tmp_path, site)
    first, *others = site.lists
    second = f"{first}index_1.{site.editions[0].published[0].address.rpartition('.')[2]}"
    fault = crawled.fail(second, name)
    asked = [f"http://{host}{target}" for host, target in crawled.fetch()]
    status, reason = crawled.lists()[first]
    assert status == "partial"
    assert ("page 2" if fault.status in RESUMED else "page") in reason
    assert fault.status not in RESUMED or fault.reason in reason
    assert asked.count(second) == fault.asked
    assert crawled.said()[first] == "source.partial"
    assert crawled.exit_code() == 3
    ends = crawled.lists()
    assert {ends[other][0] for other in others} == {"complete"}
    beyond = [item.address for item in site.editions[0].published if item.address not in asked]
    assert 0 < len(beyond) < 5
    assert_found(crawled.config, [site], lost=beyond)
    del crawled.server.faults[second]
    again = [f"http://{host}{target}" for host, target in crawled.retry("partial")]
    resumed = fault.status in RESUMED
    assert again[0] == (second if resumed else first)
    assert set(again) & set(asked) <= ({second} if resumed else {first, second, second.replace("_1", "_2")})
    assert len(again) == len(set(again))
    assert_ended(crawled.config, [site])
    assert_found(crawled.config, [site])
    crawled.server.close()


class Elsewhere:
    """Names that lead where they are told, one address after the other and the last one for good; counts how often they were asked."""

    def __init__(self, names: Mapping[str, Sequence[tuple[str, int]]]) -> None:
        self.left = {host: list(places) for host, places in names.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, _: int) -> list[tuple[str, int]]:
        self.asked.append(host)
        places = self.left[host]
        return [places.pop(0) if len(places) > 1 else places[0]]


OTHER_HOST = "xxgk.qingya.gov.cn"


@pytest.mark.parametrize(
    ("places", "status", "reason", "robots"),
    [
        (["closed"], "blocked:unreachable", "refused", 0),
        (["10.7.7.7"], "blocked:unreachable", "is no public address", 0),
        (["169.254.169.254"], "blocked:unreachable", "is no public address", 0),
        (["::ffff:10.7.7.7"], "blocked:unreachable", "is no public address", 0),
        (["here", "10.7.7.7"], "failed", "is no public address", 1),
        (["here", "here", "10.7.7.7"], "", "", 1),
    ],
    ids=["refused", "private", "link-local", "private within IPv6", "changes after robots.txt", "changes after all was had"],
)
def test_a_redirect_to_a_name_that_leads_elsewhere(
    places: list[str], status: str, reason: str, robots: int, crawled: Crawled, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, server = crawled.site, crawled.server
    address = article_of(site)
    target = f"http://{OTHER_HOST}{address.removeprefix(f'http://{site.host}')}"
    server.editions[OTHER_HOST] = site.editions[0]
    server.faults[address] = repeat(sent_on(target))
    known = {"here": ("127.0.0.1", server.port), "closed": ("127.0.0.1", closed_port())}
    names = Elsewhere({OTHER_HOST: [known.get(place, (place, 80)) for place in places]})
    monkeypatch.setattr("scrapers.http.system_addresses", names)
    asked = crawled.fetch()
    assert [place for place in asked if place[0] == OTHER_HOST] == [(OTHER_HOST, "/robots.txt")] * robots + [
        (OTHER_HOST, target.removeprefix(f"http://{OTHER_HOST}"))
    ] * (not status)
    found = crawled.lost().get(address, ("", ""))
    assert found[0] == status
    assert reason in found[1]
    assert_ended(crawled.config, [site])
    assert_found(crawled.config, [site], lost=[address] if status else [])
    # What is connected to is the address that was checked: the name is not asked a second time for it.
    assert len(names.asked) == {"refused": 3}.get(reason, 1 + robots)
    if not status:
        return
    assert crawled.said()[address].startswith("source.")
    assert crawled.exit_code() == 3
    names.left[OTHER_HOST] = [known["here"]]
    again = {f"http://{host}{path}" for host, path in crawled.retry()}
    assert {address, target} <= again
    assert again - {f"http://{OTHER_HOST}/robots.txt", target} == set(crawled.lost()) | {address}
    assert_found(crawled.config, [site])


@pytest.mark.parametrize(("faults", "robots", "is_had"), [(1, 2, True), (3, 3, False)])
def test_a_redirect_waits_for_the_robots_of_the_other_host(
    faults: int, robots: int, is_had: bool, crawled: Crawled, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, server = crawled.site, crawled.server
    address = article_of(site)
    target = address.replace(site.host, OTHER_HOST)
    server.editions[OTHER_HOST] = site.editions[0]
    server.faults[address] = repeat(sent_on(target))
    server.faults[f"http://{OTHER_HOST}/robots.txt"] = iter([b""] * faults)
    monkeypatch.setattr("scrapers.http.system_addresses", Elsewhere({OTHER_HOST: [("127.0.0.1", server.port)]}))
    asked = [path for host, path in crawled.fetch() if host == OTHER_HOST]
    assert asked == ["/robots.txt"] * robots + [target.removeprefix(f"http://{OTHER_HOST}")] * is_had
    assert (address in crawled.lost()) is not is_had


LIST_WORDS = frozenset({"partial", "blocked:denied", "blocked:unreachable", "deferred", "not_found", "empty_list"})
"""What `contracts.md` lets a list be called after one of the faults."""


@pytest.mark.parametrize("name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.slow) for name in FAULTS])
def test_a_list_that_fails_at_its_first_page_says_why(name: str, crawled: Crawled) -> None:
    first, *others = crawled.site.lists
    fault = crawled.fail(first, name)
    asked = crawled.fetch()
    status, reason = crawled.lists()[first]
    assert status in LIST_WORDS
    assert fault.reason in reason
    assert reason
    assert [f"http://{host}{target}" for host, target in asked].count(first) == fault.asked
    # A page of a firewall at the door of a list is taken for the host's word on all of them; anything else ends one list.
    ends = crawled.lists()
    assert {ends[other][0] for other in others} == ({"blocked:denied"} if name == "a block page" else {"complete"})
    assert crawled.said()[first].startswith("source.")
    assert crawled.exit_code() == 3
    del crawled.server.faults[first]
    crawled.retry()
    assert_ended(crawled.config, [crawled.site])
    assert_found(crawled.config, [crawled.site])
