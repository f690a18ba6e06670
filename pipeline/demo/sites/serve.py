"""Serves replicas over HTTP/1.1 on one port of loopback, by the name in the Host header, and keeps a log of every request."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from pipeline.demo.sites.site import HITS, Edition, Page, Site, find_route

__all__ = ["Asked", "Served", "serve"]

_MOST_FORM_BYTES = 65_536
_VISITED_BEFORE = 1_024


class Asked(NamedTuple):
    """
    One line of the log. Times are monotonic seconds; `at_once` counts the requests of the host under way, this one included.

    `status` is 0 where the server hung up.
    """

    started: float
    ended: float
    host: str
    method: str
    target: str
    form: str
    status: int
    at_once: int
    user_agent: str


class Served:
    """Sites while they are served: `port` on 127.0.0.1, the `hosts`, and the `log` of all requests in the order in which they ended."""

    def __init__(self, sites: Iterable[Site], edition: int, *, pause: float, counts_visits: bool) -> None:
        self._sites = {host: site for site in sites for host in (site.host, *site.aliases)}
        self._edition = edition - 1
        self.pause, self._counts_visits = pause, counts_visits
        self._lock = threading.Lock()
        self._log: list[Asked] = []
        self._under_way: Counter[str] = Counter()
        self._given: Counter[tuple[str, str]] = Counter()
        self._visits: Counter[tuple[str, str]] = Counter()
        self._open: set[socket.socket] = set()
        outer = self

        class Handler(_Handler):
            served = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def hosts(self) -> tuple[str, ...]:
        """All host names that are served."""
        return tuple(self._sites)

    @property
    def resolve(self) -> Mapping[str, str]:
        """`[fetch.resolve]` for these sites: host name to address and port."""
        return dict.fromkeys(self._sites, f"127.0.0.1:{self.port}")

    @property
    def log(self) -> tuple[Asked, ...]:
        """Every request so far."""
        with self._lock:
            return tuple(self._log)

    def close(self) -> None:
        """Stop, and cut the connections that are still open."""
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()

    def edition_of(self, host: str) -> tuple[Site, Edition] | None:
        """The site of a host name and its edition; None where it is not served."""
        site = self._sites.get(host)
        return None if site is None else (site, site.editions[self._edition])

    def turn(self, host: str, key: str, page: Page) -> Page | None:
        """The page, or what stands before it at this request; None hangs up."""
        if not page.before:
            return page
        with self._lock:
            number = self._given[host, key]
            self._given[host, key] += 1
        return page.before[number] if number < len(page.before) else page

    def count(self, host: str, key: str, body: bytes) -> bytes:
        """The body with the number of visits of its page, which is another each time that it is asked for."""
        if HITS not in body or not self._counts_visits:
            return body
        with self._lock:
            self._visits[host, key] += 1
            return body.replace(HITS, b"%d" % (_VISITED_BEFORE + self._visits[host, key]))

    def begin(self, host: str) -> int:
        """One more request of a host under way; how many there are."""
        with self._lock:
            self._under_way[host] += 1
            return self._under_way[host]

    def end(self, line: Asked) -> None:
        """One less, and its line in the log."""
        with self._lock:
            self._under_way[line.host] -= 1
            self._log.append(line)

    def hold(self, connection: socket.socket, *, is_open: bool) -> None:
        """Remember a connection while it is open."""
        with self._lock:
            (self._open.add if is_open else self._open.discard)(connection)


@contextmanager
def serve(sites: Iterable[Site], edition: int = 1, *, pause: float = 0.0, counts_visits: bool = True) -> Iterator[Served]:
    """
    The sites in edition 1 or 2, served until the block ends.

    Each answer takes `pause` seconds more. Without `counts_visits` a page has the same bytes whenever it is asked for.

    >>> with serve(()) as served:
    ...     served.port > 0, served.log
    (True, ())
    """
    served = Served(tuple(sites), edition, pause=pause, counts_visits=counts_visits)
    try:
        yield served
    finally:
        served.close()


class _Reply(NamedTuple):
    """What goes out for one request; one that is not `whole` breaks off."""

    page: Page
    body: bytes
    headers: Mapping[str, str]
    whole: bool = True


class _Handler(BaseHTTPRequestHandler):
    """One connection, which stays open until the client or the end of serving closes it."""

    protocol_version = "HTTP/1.1"
    server_version = "replica"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    served: Served

    def setup(self) -> None:
        super().setup()
        self.served.hold(self.connection, is_open=True)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.served.hold(self.connection, is_open=False)

    def handle(self) -> None:
        with suppress(OSError):  # the client leaves early, as it may
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing on stderr: the log is kept."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer("")

    def do_POST(self) -> None:
        """Answer a POST with a form."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST_FORM_BYTES:
            self.close_connection = True
            return
        self._answer(self.rfile.read(length).decode("utf-8", "replace"))

    def _answer(self, form: str) -> None:
        host = (self.headers.get("Host") or "").partition(":")[0].lower()
        started, at_once = time.monotonic(), self.served.begin(host)
        status = 0
        last = b""
        try:
            time.sleep(self.served.pause)
            reply = self._reply(host, form)
            status = reply.page.status if reply.whole else 0
            body, last = (reply.body[:-1], reply.body[-1:]) if reply.whole else (reply.body, b"")
            self._head(reply)
            self.wfile.write(body)
        finally:
            # Before the last byte goes out: a client that has the whole answer finds it in the log, and no longer under way.
            agent = self.headers.get("User-Agent") or ""
            self.served.end(Asked(started, time.monotonic(), host, self.command, self.path, form, status, at_once, agent))
        self.wfile.write(last)
        self.wfile.flush()

    def _reply(self, host: str, form: str) -> _Reply:
        known = self.served.edition_of(host)
        if known is None:
            return _Reply(Page(b"", "text/plain", 421), b"no such host", {})
        site, edition = known
        sent = {name.lower(): value for name, value in self.headers.items()}
        wanted = find_route(edition, self.command, self.path, form, sent)
        key = f"{self.command} {self.path} {form}"
        page = self.served.turn(host, key, wanted)
        if page is None or page.hangs_up:
            self.close_connection = True
            return _Reply(wanted, wanted.body[: len(wanted.body) // 2], {}, whole=False)
        headers: dict[str, str] = {}
        if HITS not in page.body and page.status == 200:
            headers["ETag"] = f'"{sha256(page.body).hexdigest()[:16]}"'
            if sent.get("if-none-match") == headers["ETag"]:
                return _Reply(Page(b"", page.media_type, 304), b"", headers)
        body = self.served.count(host, key, page.body)
        if site.gzip:
            body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
        return _Reply(page, body, headers)

    def _head(self, reply: _Reply) -> None:
        self.send_response(reply.page.status)
        if reply.page.media_type:
            self.send_header("Content-Type", reply.page.media_type)
        for name, value in (*reply.page.headers, *reply.headers.items()):
            self.send_header(name, value)
        if reply.page.status != 304:
            promised = len(reply.body) if reply.whole else 2 * len(reply.body) + 1_000
            self.send_header("Content-Length", str(promised))
        self.end_headers()
