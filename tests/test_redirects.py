"""Chains of redirects: kept hop by hop, put to the caller, ended; and the cookies that live as long as a chain."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from servers import Server, get, page, sent_on, settings

from scrapers.errors import Refused, TooManyRedirects, Unreachable
from scrapers.exchange import Exchange
from scrapers.family import Request
from scrapers.http import Client
from scrapers.redirects import MAX_REDIRECTS, Ask, Hop, next_hop


def follow(
    ask: Ask, request: Request, *, allowed: Callable[[str], bool] = lambda _: True, limit: int = MAX_REDIRECTS
) -> Iterator[Exchange]:
    """Every exchange of a chain, one after the other; the driver puts each hop into its host's turn instead."""
    hop: Hop | None = Hop(request)
    while hop is not None:
        exchange = ask(hop.request, cookie=hop.cookie)
        yield exchange
        hop = next_hop(hop, exchange, allowed=allowed, limit=limit)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def test_each_redirect_is_an_exchange_of_its_own(server: Server) -> None:
    server.add("/a", sent_on("b?x=1"))
    server.add("/b?x=1", sent_on(server.url("/c")))
    server.add("/c", page(b"here"))
    with Client(settings()) as client:
        chain = list(follow(client.ask, Request(server.url("/a"))))
    assert [(hop.url, hop.status) for hop in chain] == [
        (server.url("/a"), 302),
        (server.url("/b?x=1"), 302),
        (server.url("/c"), 200),
    ]


def test_get_follows_nothing(server: Server) -> None:
    exchange = get(server.add("/a", sent_on("/b")))
    assert exchange.redirect == server.url("/b")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest", "file:///etc/passwd", "http://u:p@127.0.0.1/"],
)
def test_a_redirect_to_a_forbidden_address_is_refused_and_the_hop_before_it_kept(server: Server, target: str) -> None:
    url = server.add("/", sent_on(target))
    with Client(settings()) as client:
        hops = follow(client.ask, Request(url))
        assert next(hops).status == 302
        with pytest.raises(Refused) as refused:
            next(hops)
    assert refused.value.url == target


@pytest.mark.parametrize("circle", [["/"], ["/a", "/b", "/"]], ids=len)
def test_a_circle_of_redirects_is_asked_once(server: Server, circle: list[str]) -> None:
    for path, target in zip(["/", *circle], circle, strict=False):
        server.add(path, sent_on(target))
    with Client(settings()) as client, pytest.raises(TooManyRedirects, match="in a circle"):
        list(follow(client.ask, Request(server.url("/"))))
    assert len(server.asked) == len(circle)


def test_redirects_without_an_end_end(server: Server) -> None:
    for number in range(9):
        server.add(f"/{number}", sent_on(f"/{number + 1}"))
    with Client(settings()) as client, pytest.raises(TooManyRedirects, match="more than 3 times"):
        list(follow(client.ask, Request(server.url("/0")), limit=3))
    assert len(server.asked) == 4


def cookie_after(server: Server, path: str, cookies: list[str]) -> None:
    """Answers `path` with a redirect to itself, setting one cookie more each time, until all have come back."""

    def answer(connection: socket.socket) -> None:
        told = server.asked[-1].decode("latin-1")
        missing = next((cookie for cookie in cookies if cookie.partition(";")[0] not in told), None)
        sent = page(b"at last")
        if missing:
            sent = page(b"", f"Location: {path}", f"Set-Cookie: {missing}", status="302 Found")
        connection.sendall(sent)

    server.add(path, answer)


def chain_of(request: Request, **options: Any) -> list[Exchange]:
    with Client(settings()) as client:
        return list(follow(client.ask, request, **options))


def test_a_cookie_hop_is_ordinary_cookie_handling(server: Server) -> None:
    cookie_after(server, "/a", ["CT6T=5f1; Path=/; HttpOnly"])
    chain = chain_of(Request(server.url("/a"), headers={"If-None-Match": '"1"'}))
    assert [(hop.status, hop.body) for hop in chain] == [(302, b""), (200, b"at last")]
    assert ("Cookie", "CT6T=5f1") in chain[1].request_headers
    assert b"If-None-Match" in server.asked[1]  # it is the same address
    # The next chain knows nothing of it.
    chain_of(Request(server.url("/a")))
    assert [b"Cookie" in head for head in server.asked] == [False, True, False, True]


def test_cookies_of_a_chain_go_together(server: Server) -> None:
    cookie_after(server, "/a", ["first=1", "second=2", "third=3"])
    assert chain_of(Request(server.url("/a")))[-1].body == b"at last"
    assert b"Cookie: first=1; second=2; third=3\r\n" in server.asked[-1]


def test_more_than_five_cookie_hops_are_too_many(server: Server) -> None:
    cookie_after(server, "/a", [f"number{number}=1" for number in range(9)])
    with pytest.raises(TooManyRedirects, match="more than 5 times"):
        chain_of(Request(server.url("/a")))
    assert len(server.asked) == 6


@pytest.mark.parametrize("cookie", ["a=1; Secure", "a=1; Max-Age=0", "no cookie", "a=\x01", "=1"])
def test_a_cookie_that_may_not_come_back_makes_a_circle(server: Server, cookie: str) -> None:
    server.add("/", page(b"", "Location: /", f"Set-Cookie: {cookie}", status="302 Found"))
    with pytest.raises(TooManyRedirects, match="in a circle"):
        chain_of(Request(server.url("/")))


def test_another_host_gets_no_cookie_and_no_etag(server: Server) -> None:
    other = Server()
    server.add("/", page(b"", f"Location: {other.url('/')}", "Set-Cookie: a=1", status="302 Found"))
    other.add("/", page(b"other"))
    chain_of(Request(server.url("/"), headers={"If-None-Match": '"1"', "Referer": "http://a.invalid/"}))
    assert b"Cookie" not in other.asked[0]
    assert b"If-None-Match" not in other.asked[0]
    assert b"Referer: http://a.invalid/" in other.asked[0]
    other.close()


@pytest.mark.parametrize(
    ("status", "method"), [("301 Moved", "GET"), ("303 See Other", "GET"), ("307 Again", "POST"), ("308 Again", "POST")]
)
def test_a_form_is_sent_on_only_when_the_server_says_so(server: Server, status: str, method: str) -> None:
    server.add("/a", page(b"", "Location: /b", status=status))
    server.add("/b", page(b""))
    chain = chain_of(Request(server.url("/a"), method="POST", form={"a": "1"}))
    assert [(hop.method, hop.request_body) for hop in chain] == [("POST", b"a=1"), (method, b"a=1" if method == "POST" else b"")]


def test_every_redirect_is_put_to_the_caller(server: Server) -> None:
    server.add("/a", sent_on("/b"))
    server.add("/b", sent_on("/forbidden"))
    put: list[str] = []

    def allowed(url: str) -> bool:
        put.append(url)
        return "forbidden" not in url

    with pytest.raises(Refused, match="it may not be asked"):
        chain_of(Request(server.url("/a")), allowed=allowed)
    assert put == [server.url("/b"), server.url("/forbidden")]
    assert len(server.asked) == 2


@pytest.mark.parametrize("location", ["http://[bad", "http://[::1", "http://a:port/", "http://a:99999/", "mailto:a@b.org"])
def test_a_redirect_to_nowhere_is_an_answer_and_asking_on_is_refused(server: Server, location: str) -> None:
    exchange = get(server.add("/", sent_on(location)))
    assert exchange.status == 302
    assert exchange.redirect is not None
    with pytest.raises((Refused, Unreachable)):
        get(exchange.redirect)


def test_raw_bytes_in_a_location_are_escaped_as_they_are(server: Server) -> None:
    raw = "/年报 1.html".encode("gbk").decode("latin-1")
    assert get(server.add("/", sent_on(raw))).redirect == server.url("/%C4%EA%B1%A8%201.html")
