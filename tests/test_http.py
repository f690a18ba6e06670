from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Server, closed_port, get, page, sent_on, settings

from scrapers.errors import (
    Refused,
    TimedOut,
    TooManyRedirects,
    Unreachable,
)
from scrapers.http import Client, _CheckedBackend, follow, system_addresses


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


# Redirects


def test_each_redirect_is_an_exchange_of_its_own(server: Server) -> None:
    server.add("/a", sent_on("b?x=1"))
    server.add("/b?x=1", sent_on(server.url("/c")))
    server.add("/c", page(b"here"))
    with Client(settings()) as client:
        chain = list(follow(client.get, server.url("/a")))
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
        hops = follow(client.get, url)
        assert next(hops).status == 302
        with pytest.raises(Refused) as refused:
            next(hops)
    assert refused.value.url == target


def test_a_circle_of_redirects_ends(server: Server) -> None:
    url = server.add("/", sent_on("/"))
    with Client(settings()) as client, pytest.raises(TooManyRedirects, match="more than 3 times"):
        list(follow(client.get, url, limit=3))
    assert len(server.asked) == 4


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


def test_without_a_contact_only_loopback_is_asked(server: Server) -> None:
    assert get(server.add("/", page(b"here")), contact="").body == b"here"
    with (
        Client(settings(contact=""), resolve=lambda _, port: [("8.8.8.8", port)]) as client,
        pytest.raises(Refused, match="without a contact"),
    ):
        client.get("http://county.example/")


@given(st.ip_addresses())
def test_an_address_outside_the_public_net_never_passes(ip: IPv4Address | IPv6Address) -> None:
    objection = _CheckedBackend(settings(allowed_networks=()), system_addresses)._objection(ip)
    assert objection or ip.is_global


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
