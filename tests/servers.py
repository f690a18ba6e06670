"""Servers on loopback that answer as they are told, or misbehave; and a client that may ask them."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from pipeline.demo.sites import Site
from pipeline.demo.sites.site import HITS, Page, find_route
from scrapers.http import Client, Exchange, Settings

__all__ = [
    "Answer", "CountyServer", "Server", "closed_port", "dripping", "get", "listening", "page", "sent_on", "served", "settings",
]  # fmt: skip

LOOPBACK = (ip_network("127.0.0.0/8"),)
NOW = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)

Answer = bytes | Callable[[socket.socket], None]


class Server:
    """A server on loopback whose answers are bytes, or a function that misbehaves on the socket; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[bytes] = []
        self.bodies: list[bytes] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = self.rfile.readline()
                    if not line:
                        return
                    head += line
                if length := re.search(rb"(?i)^Content-Length: (\d+)\r$", head, re.MULTILINE):
                    outer.bodies.append(self.rfile.read(int(length[1])))
                outer.asked.append(head)
                answer = outer.answer(head)
                with suppress(OSError):  # the client leaves early, as it should
                    self.connection.sendall(answer) if isinstance(answer, bytes) else answer(self.connection)

        self._tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._tcp.daemon_threads = True
        self.port: int = self._tcp.server_address[1]
        self._thread = threading.Thread(target=self._tcp.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def answer(self, head: bytes) -> Answer:
        return self.answers[head.split()[1].decode()]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def add(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.url(path)

    def close(self) -> None:
        self._tcp.shutdown()
        self._tcp.server_close()
        self._thread.join()


class CountyServer(Server):
    """
    Serves replicas by the name in the Host header; an address in `faults` gives these first, one a request, and is well after.

    Every request that came stands in `targets`, as host and target.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        self.editions = {site.host: site.editions[0] for site in sites}
        self.faults: dict[str, Iterator[Answer]] = {}
        self.targets: list[tuple[str, str]] = []
        super().__init__()

    def answer(self, head: bytes) -> Answer:
        method, target = head.decode("latin-1").split()[:2]
        named = re.search(rb"(?i)^Host: ([^:\r]+)", head, re.MULTILINE)
        host = named[1].decode().lower() if named else ""
        self.targets.append((host, target))
        fault = next(self.faults.get(f"http://{host}{target}", iter(())), None)
        return served(find_route(self.editions[host], method, target, "", {})) if fault is None else fault


def served(answered: Page, *headers: str) -> bytes:
    """A page of a replica as it goes over the wire, without a count of visits."""
    media_type = (f"Content-Type: {answered.media_type}",)
    return page(answered.body.replace(HITS, b""), *(headers or media_type), status=f"{answered.status} -")


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


def dripping(start: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100):
            connection.sendall(drop)
            time.sleep(0.05)

    return drip


@contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """The https address of a listener that treats its one connection as told; a client that gave up before is not waited for."""

    def take_one() -> None:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            return
        with connection:
            behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=take_one)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}/"
        thread.join()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
