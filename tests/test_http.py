from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Server, closed_port, get, page, settings

from scrapers.errors import (
    Refused,
    TimedOut,
    Unreachable,
)
from scrapers.family import Request
from scrapers.http import Client
from scrapers.networks import objection


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def test_an_exchange_says_everything_that_was_asked_and_answered(server: Server) -> None:
    body = "信息公开".encode("gbk")
    url = server.add("/a%CE?b=1", page(body, "content-TYPE: text/html; charset=GBK", "X-Raw: caf\xe9"))
    exchange = get(url + "#part")
    assert (exchange.method, exchange.url, exchange.status, exchange.reason) == ("GET", url, 200, "OK")
    assert exchange.body == exchange.raw_body == body
    assert (exchange.fetched_at, exchange.remote_ip, exchange.http_version) == ("2024-03-01T08:00:00Z", "127.0.0.1", "HTTP/1.1")
    assert exchange.headers[:2] == (("content-TYPE", "text/html; charset=GBK"), ("X-Raw", "caf\xe9"))
    assert exchange.header("Content-Type") == "text/html; charset=GBK"
    # What is said to have been asked is what the server has heard.
    asked = "".join(f"{name}: {value}\r\n" for name, value in exchange.request_headers)
    assert server.asked == [f"GET /a%CE?b=1 HTTP/1.1\r\n{asked}\r\n".encode()]
    assert "User-Agent: gongkai/1.0 (+mailto:study@example.org)\r\n" in asked


def test_the_time_kept_is_utc_whatever_the_clock_shows(server: Server) -> None:
    url = server.add("/", page(b""))
    china = datetime.fromisoformat("2024-03-01T08:00:00+08:00")
    with Client(settings(), clock=lambda: china) as client:
        assert client.get(url).fetched_at == "2024-03-01T00:00:00Z"


@pytest.mark.parametrize("status", ["404 Not Found", "412 Precondition Failed", "503 Busy", "521 "])
def test_any_status_is_an_answer(server: Server, status: str) -> None:
    assert get(server.add("/", page(b"no", status=status))).status == int(status[:3])


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", lambda data: gzip.compress(data, mtime=0)),
        ("x-gzip", lambda data: gzip.compress(data, mtime=0)),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
        ("identity", bytes),
    ],
)
def test_both_the_sent_and_the_unpacked_body_are_kept(server: Server, coding: str, pack: Callable[[bytes], bytes]) -> None:
    body = b"<table>" * 1000
    exchange = get(server.add("/", page(pack(body), f"Content-Encoding: {coding}")))
    assert (exchange.raw_body, exchange.body) == (pack(body), body)


def test_chunks_are_joined(server: Server) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert get(server.add("/", chunked)).body == b"abcde"


def test_no_cookie_is_sent_back(server: Server) -> None:
    url = server.add("/", page(b"", "Set-Cookie: id=1; Path=/"))
    with Client(settings()) as client:
        client.get(url)
        client.get(url)
    assert len(server.asked) == 2
    assert not any(b"cookie" in head.lower() for head in server.asked)


def test_a_proxy_in_the_environment_is_passed_over(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert get(server.add("/", page(b"direct"))).body == b"direct"


def test_threads_share_a_client_and_each_keeps_its_own_deadline(server: Server) -> None:
    quick = server.add("/quick", page(b"quick"))
    slow = server.add("/slow", lambda _: time.sleep(0.6))
    with Client(settings(timeout_total=0.5)) as client, ThreadPoolExecutor(4) as threads:
        failing = threads.submit(client.get, slow)
        assert [exchange.body for exchange in threads.map(client.get, [quick] * 20)] == [b"quick"] * 20
        assert isinstance(failing.exception(), TimedOut)


# POST, and what a request may bring


def test_a_form_is_posted_as_a_browser_would(server: Server) -> None:
    url = server.add("/module/xxgk/search.jsp", page(b"rows"))
    request = Request(url, method="POST", form={"vc_title": "年报 1", "currpage": "2"}, headers={"Referer": url})
    with Client(settings()) as client:
        exchange = client.ask(request)
    assert (exchange.method, exchange.body) == ("POST", b"rows")
    assert exchange.request_body == b"vc_title=%E5%B9%B4%E6%8A%A5+1&currpage=2"
    asked = server.asked[0].decode()
    assert asked.startswith("POST /module/xxgk/search.jsp HTTP/1.1\r\n")
    for line in (
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(exchange.request_body)}",
        f"Referer: {url}",
    ):
        assert f"{line}\r\n" in asked
    assert "".join(f"{name}: {value}\r\n" for name, value in exchange.request_headers) in asked
    assert server.bodies == [exchange.request_body]


def test_a_conditional_request_brings_back_what_was_said(server: Server) -> None:
    url = server.add("/", page(b"", 'ETag: W/"\xe9"', status="304 Not Modified"))
    headers = {"If-None-Match": 'W/"\xe9"', "If-Modified-Since": "Fri, 01 Mar 2024 08:00:00 GMT"}
    with Client(settings()) as client:
        exchange = client.ask(Request(url, headers=headers))
    assert (exchange.status, exchange.redirect, exchange.body) == (304, None, b"")
    assert b'If-None-Match: W/"\xe9"\r\nIf-Modified-Since: Fri, 01 Mar 2024 08:00:00 GMT\r\n' in server.asked[0]


def test_a_referer_with_chinese_is_escaped(server: Server) -> None:
    url = server.add("/", page(b""))
    with Client(settings()) as client:
        client.ask(Request(url, headers={"Referer": "http://a.invalid/年报?x=%41"}))
    assert b"Referer: http://a.invalid/%E5%B9%B4%E6%8A%A5?x=%41\r\n" in server.asked[0]


def test_a_header_that_would_break_the_request_is_refused(server: Server) -> None:
    with Client(settings()) as client, pytest.raises(Refused, match="cannot be sent"):
        client.ask(Request(server.url("/"), headers={"Referer": "http://a.invalid/\r\nX: 1"}))
    assert server.asked == []


@pytest.mark.parametrize(
    "changes",
    [{"method": "PUT"}, {"form": {"a": "1"}}, {"headers": {"User-Agent": "Mozilla/5.0"}}, {"headers": {"Cookie": "a=1"}}],
)
def test_what_no_family_may_ask_is_a_bug(server: Server, changes: dict[str, Any]) -> None:
    with Client(settings()) as client, pytest.raises(ValueError, match=r"http://127\.0\.0\.1"):
        client.ask(Request(server.url("/"), **changes))
    assert server.asked == []


# The address guard


def test_loopback_is_refused_unless_allowed(server: Server) -> None:
    url = server.add("/", page(b""))
    with pytest.raises(Refused, match=r"127\.0\.0\.1 is no public address and not in allowed_networks"):
        get(url, allowed_networks=())
    assert server.asked == []


INWARD_4 = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "198.18.0.1"]  # noqa: S104
NOBODY_4 = ["224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"]
INWARD_6 = ["::1", "::", "fe80::1", "fe80::1%2", "fc00::1", "fec0::1", "ff02::1"]
INSIDE_6 = ["::ffff:127.0.0.1", "::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b::7f00:1"]


@pytest.mark.parametrize("ip", INWARD_4 + NOBODY_4 + INWARD_6 + INSIDE_6)
def test_a_name_that_resolves_inward_is_refused(ip: str) -> None:
    with Client(settings(allowed_networks=()), resolve=lambda _, port: [(ip, port)]) as client, pytest.raises(Refused):
        client.get("http://county.example/")


@pytest.mark.parametrize("host", ["localhost", "0x7f000001", "2130706433", "127.1", "[::ffff:7f00:1]"])
def test_other_spellings_of_loopback_are_refused(server: Server, host: str) -> None:
    with pytest.raises((Refused, Unreachable)):
        get(f"http://{host}:{server.port}/", allowed_networks=())
    assert server.asked == []


def test_the_checked_address_is_the_one_connected_to(server: Server) -> None:
    url = server.add("/", page(b"checked")).replace("127.0.0.1", "county.example")
    calls: list[str] = []

    def turning(host: str, port: int) -> list[tuple[str, int]]:
        calls.append(host)
        return [("127.0.0.1" if len(calls) == 1 else "10.0.0.1", port)]

    with Client(settings(), resolve=turning) as client:
        assert client.get(url).body == b"checked"
        with pytest.raises(Refused, match=r"10\.0\.0\.1"):
            client.get(url)
    assert calls == ["county.example", "county.example"]
    assert f"Host: county.example:{server.port}".encode() in server.asked[0]


def test_only_the_allowed_ones_of_several_addresses_are_tried(server: Server) -> None:
    server.add("/", page(b"second"))
    found = [("10.0.0.1", server.port), ("127.0.0.1", server.port)]
    with Client(settings(), resolve=lambda *_: found) as client:
        assert client.get(f"http://county.example:{server.port}/").remote_ip == "127.0.0.1"


def test_the_next_address_is_tried_when_nobody_answers(server: Server) -> None:
    server.add("/", page(b"second"))
    found = [("127.0.0.1", closed_port()), ("127.0.0.1", server.port)]
    with Client(settings(), resolve=lambda *_: found) as client:
        assert client.get("http://county.example/").body == b"second"


def test_the_address_that_answered_is_tried_first_from_then_on(server: Server) -> None:
    server.add("/", page(b""))
    dead = closed_port()
    tried: list[str] = []

    def alternating(host: str, port: int) -> list[tuple[str, int]]:
        tried.append(host)
        return [("127.0.0.1", dead), ("127.0.0.2", dead), ("127.0.0.1", server.port)]

    with Client(settings(), resolve=alternating) as client:
        for _ in range(2):
            assert client.get("http://county.example/").remote_ip == "127.0.0.1"
    assert client._backend._answering == {"county.example": "127.0.0.1"}


def test_a_name_leads_where_the_configuration_says(server: Server) -> None:
    server.add("/", page(b"replica"))
    there = {"County.example": f"127.0.0.1:{server.port}"}
    with Client(settings(resolve=there), resolve=lambda *_: []) as client:
        exchange = client.get("http://county.example/")
        with pytest.raises(Unreachable):
            client.get("http://other.example/")
    assert (exchange.body, exchange.remote_ip, exchange.url) == (b"replica", "127.0.0.1", "http://county.example/")
    assert b"Host: county.example\r\n" in server.asked[0]


@pytest.mark.parametrize(
    "place",
    ["127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", "localhost:80", "10.0.0.1:80", "8.8.8.8:80", "[::1]:80"],
)
def test_a_name_leads_to_an_allowed_address_and_port_only(place: str) -> None:
    with pytest.raises(ValueError, match=r"resolve: county\.example"):
        settings(resolve={"county.example": place})


def test_without_a_contact_only_loopback_is_asked(server: Server) -> None:
    assert get(server.add("/", page(b"here")), contact="").body == b"here"
    with (
        Client(settings(contact=""), resolve=lambda _, port: [("8.8.8.8", port)]) as client,
        pytest.raises(Refused, match="without a contact"),
    ):
        client.get("http://county.example/")


@given(st.ip_addresses())
def test_an_address_outside_the_public_net_never_passes(ip: IPv4Address | IPv6Address) -> None:
    assert objection(ip, (), contact="study@example.org") or ip.is_global


@pytest.mark.parametrize(
    "url", ["", "x", "//x/", "ftp://127.0.0.1/", "http:///x", "http://127.0.0.1:0/", "http://a/\x00", "javascript:1"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        get(url)


@pytest.mark.parametrize("contact", ["研究", "a@b.org\r\nX: 1"])
def test_a_contact_that_fits_no_header_is_refused_at_once(contact: str) -> None:
    with pytest.raises(ValueError, match="contact"):
        settings(contact=contact)


def test_a_web_page_may_be_the_contact() -> None:
    assert settings(contact="https://study.example.org").user_agent == "gongkai/1.0 (+https://study.example.org)"
