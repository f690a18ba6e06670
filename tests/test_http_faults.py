"""Servers that fail, drip, lie about sizes or speak no TLS, each on a real socket."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Answer, Server, closed_port, dripping, get, page, settings

from scrapers.errors import BrokenOff, TimedOut, TooLarge, Undecodable, Unreachable
from scrapers.http import Client
from scrapers.unpack import unpack


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


# Faults of servers


def test_nobody_there() -> None:
    with pytest.raises(Unreachable):
        get(f"http://127.0.0.1:{closed_port()}/")


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
