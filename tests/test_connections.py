"""Connections are used again, not for long and not when they were left; and no more of them wait than a few."""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from itertools import count

import httpcore
import pytest

from scrapers import _connections
from scrapers._connections import Connections


class Kept(socketserver.ThreadingTCPServer):
    """A server that keeps its connections, up to `answers` on each, and counts them."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        self.connections = count()
        self.opened = 0
        self.answers = 1000
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.opened = next(outer.connections) + 1
                for _ in range(outer.answers):
                    while (line := self.rfile.readline()) not in (b"\r\n", b""):
                        pass
                    if not line:
                        return
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

        super().__init__(("", 0), Handler)


@pytest.fixture
def server() -> Iterator[Kept]:
    kept = Kept()
    thread = threading.Thread(target=kept.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield kept
    kept.shutdown()
    kept.server_close()
    thread.join()


@pytest.fixture
def connections() -> Iterator[Connections]:
    found = Connections(httpcore.SyncBackend(), lambda _: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    yield found
    found.close()


def ask(connections: Connections, server: Kept, host: str = "127.0.0.1") -> bytes:
    url = httpcore.URL(scheme=b"http", host=host.encode(), port=server.server_address[1], target=b"/")
    with connections.answer(httpcore.Request(b"GET", url, headers=[(b"Host", b"x")]), "http") as response:
        return b"".join(response.iter_stream())


def test_a_connection_is_used_again(connections: Connections, server: Kept) -> None:
    assert [ask(connections, server) for _ in range(5)] == [b"x"] * 5
    assert server.opened == 1


def test_each_host_has_its_own(connections: Connections, server: Kept) -> None:
    for _ in range(2):
        for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
            ask(connections, server, host)
    assert server.opened == 3


def test_one_that_the_server_has_left_is_not_used_again(connections: Connections, server: Kept) -> None:
    server.answers = 1
    ask(connections, server)
    time.sleep(0.2)
    assert ask(connections, server) == b"x"
    assert server.opened == 2


def test_one_that_has_waited_for_long_is_not_used_again(
    connections: Connections, server: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_connections, "IDLE_SECONDS", 0.05)
    ask(connections, server)
    time.sleep(0.1)
    ask(connections, server)
    assert server.opened == 2


def test_no_more_than_a_few_wait(connections: Connections, server: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connections, "IDLE_CONNECTIONS", 2)
    for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
        ask(connections, server, host)
    ask(connections, server, "127.0.0.1")
    assert server.opened == 4
    ask(connections, server, "127.0.0.3")
    assert server.opened == 4


def test_one_on_which_reading_failed_is_not_used_again(connections: Connections, server: Kept) -> None:
    url = httpcore.URL(scheme=b"http", host=b"127.0.0.1", port=server.server_address[1], target=b"/")
    with (
        pytest.raises(KeyError),
        connections.answer(httpcore.Request(b"GET", url, headers=[(b"Host", b"x")]), "http"),
    ):
        raise KeyError
    assert ask(connections, server) == b"x"
    assert server.opened == 2
