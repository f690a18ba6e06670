from __future__ import annotations

import gzip
import socket
import socketserver
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import (
    BrokenOff,
    Refused,
    TimedOut,
    TlsFailed,
    TooLarge,
    TooManyRedirects,
    Undecodable,
    Unreachable,
)
from scrapers.http import Client, Exchange, Settings, _CheckedBackend, follow, system_addresses, unpack

LOOPBACK = (ip_network("127.0.0.0/8"),)
NOW = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)

Answer = bytes | Callable[[socket.socket], None]


class Server:
    """A server on loopback whose answers are bytes, or a function that misbehaves on the socket; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[bytes] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = self.rfile.readline()
                    if not line:
                        return
                    head += line
                outer.asked.append(head)
                answer = outer.answers[head.split()[1].decode()]
                with suppress(OSError):  # the client leaves early, as it should
                    self.connection.sendall(answer) if isinstance(answer, bytes) else answer(self.connection)

        self._tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._tcp.daemon_threads = True
        self.port: int = self._tcp.server_address[1]
        self._thread = threading.Thread(target=self._tcp.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def add(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.url(path)

    def close(self) -> None:
        self._tcp.shutdown()
        self._tcp.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def settings(**changes: Any) -> Settings:
    given_: dict[str, Any] = {"version": "1.0", "contact": "study@example.org", "allowed_networks": LOOPBACK} | changes
    return Settings(**given_)


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def sent_on(location: str) -> bytes:
    return page(b"", f"Location: {location}", status="302 Found")


def get(url: str, **changes: Any) -> Exchange:
    with Client(settings(**changes), clock=lambda: NOW) as client:
        return client.get(url)


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
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
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
    found = [("127.0.0.1", _closed_port()), ("127.0.0.1", server.port)]
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


# Faults of servers


def test_nobody_there() -> None:
    with pytest.raises(Unreachable):
        get(f"http://127.0.0.1:{_closed_port()}/")


def test_no_such_name() -> None:
    def nowhere(host: str, port: int) -> list[tuple[str, int]]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with Client(settings(), resolve=nowhere) as client, pytest.raises(Unreachable, match=r"county\.example has no address"):
        client.get("http://county.example/")


def test_a_name_too_long_for_dns() -> None:
    with pytest.raises(Unreachable):
        get(f"http://{'a' * 70}.example/")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    ],
)
def test_an_answer_that_is_not_whole_is_no_answer(server: Server, answer: bytes) -> None:
    with pytest.raises(BrokenOff):
        get(server.add("/", answer))


def test_a_connection_reset(server: Server) -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")

    with pytest.raises(BrokenOff):
        get(server.add("/", reset))


def dripping(start: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100):
            connection.sendall(drop)
            time.sleep(0.05)

    return drip


@pytest.mark.parametrize(
    "answer",
    [
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
        dripping(b"", b"H"),
    ],
    ids=["body", "headers", "status line"],
)
def test_the_total_limit_holds_however_slowly_it_drips(server: Server, answer: Answer) -> None:
    began = time.monotonic()
    with pytest.raises(TimedOut, match="timeout_total"):
        get(server.add("/", answer), timeout_total=0.3)
    assert time.monotonic() - began < 2


def test_silence_ends_at_the_read_limit(server: Server) -> None:
    with pytest.raises(TimedOut, match="timeout_read"):
        get(server.add("/", lambda _: time.sleep(1)), timeout_read=0.1)


def test_a_connection_that_is_not_taken_ends_at_the_connect_limit() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(4):
            one = waiting.enter_context(socket.socket())
            one.settimeout(0)
            one.connect_ex(full.getsockname())
        with pytest.raises(TimedOut, match="timeout_connect"):
            get(f"http://127.0.0.1:{full.getsockname()[1]}/", timeout_connect=0.2)


def test_an_announced_size_over_the_limit_is_not_read(server: Server) -> None:
    with pytest.raises(TooLarge, match="2,000 bytes are announced"):
        get(server.add("/", page(b"x" * 2000)), max_bytes=1000)


def test_an_unannounced_size_is_cut_off_while_it_comes(server: Server) -> None:
    sent: list[int] = []

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while len(sent) < 1000:
            connection.sendall(b"x" * 100_000)
            sent.append(1)

    with pytest.raises(TooLarge, match="the rest was not read"):
        get(server.add("/", endless), max_bytes=1_000_000)
    assert len(sent) < 1000


def test_a_body_of_exactly_the_limit_passes(server: Server) -> None:
    assert len(get(server.add("/", page(b"x" * 1000)), max_bytes=1000).body) == 1000
    assert len(get(server.add("/z", page(gzip.compress(b"x" * 1000), "Content-Encoding: gzip")), max_bytes=1000).body) == 1000


@pytest.mark.parametrize("members", [1, 50])
def test_a_gzip_bomb_is_stopped(server: Server, members: int) -> None:
    bomb = gzip.compress(bytes(10_000_000 // members)) * members
    with pytest.raises(TooLarge, match="unpack to more than the 1,000,000 allowed"):
        get(server.add("/", page(bomb, "Content-Encoding: gzip")), max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        ("gzip", b"<html>plain"),
        ("gzip", gzip.compress(b"whole" * 99)[:-9]),
        ("deflate", zlib.compress(b"whole" * 99)[:-9]),
        ("br", b"\x8b\x02\x80abc\x03"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"twice"))),
    ],
    ids=["plain", "gzip cut short", "deflate cut short", "not asked for", "packed twice"],
)
def test_a_body_that_is_not_what_its_header_says(server: Server, coding: str, raw: bytes) -> None:
    with pytest.raises(Undecodable):
        get(server.add("/", page(raw, f"Content-Encoding: {coding}")))


def test_an_empty_body_needs_no_unpacking(server: Server) -> None:
    assert get(server.add("/", page(b"", "Content-Encoding: gzip"))).body == b""


@given(st.binary(), st.sampled_from(["gzip", "deflate", "", "br"]))
def test_unpacking_anything_ends_in_bytes_or_in_our_error(raw: bytes, coding: str) -> None:
    with suppress(Undecodable, TooLarge):
        assert len(unpack(raw, coding, url="http://x/", max_bytes=1000)) <= max(1000, len(raw))


# TLS


@contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """The https address of a listener that treats its one connection as told."""

    def take_one() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=take_one)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}/"
        thread.join()


def test_a_certificate_of_ones_own_making_is_not_believed(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_own_certificate(tmp_path))

    def talk_tls(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_side=True)

    with listening(talk_tls) as url, pytest.raises(TlsFailed, match="certificate verify failed"):
        get(url)


def test_a_plain_server_at_an_https_address() -> None:
    with listening(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as url, pytest.raises(TlsFailed):
        get(url)


def test_the_total_limit_holds_in_the_tls_handshake() -> None:
    with listening(lambda _: time.sleep(0.5)) as url, pytest.raises(TimedOut, match="timeout_total"):
        get(url, timeout_total=0.2)


def _own_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "own.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
