"""
Connections that wait for the next request to their host: not many, and not for long.

httpcore's own pool looks at all of its connections at every request, which with hundreds of hosts takes longer than a request
does. A host is asked one thing at a time here, so that a connection is either in use by one request or waits.
"""

from __future__ import annotations

import ssl
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import httpcore

__all__ = ["Connections"]

IDLE_CONNECTIONS = 256
IDLE_SECONDS = 4.0  # shorter than servers wait: over HTTP/2 httpcore does not see that one has left meanwhile

_Key = tuple[str, bytes, bytes, int | None]


class Connections:
    """The connections of a client, by transport and host; safe to share between threads. `context` gives that of a transport."""

    def __init__(self, backend: httpcore.NetworkBackend, context: Callable[[str], ssl.SSLContext]) -> None:
        self._backend = backend
        self._context = context
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._idle: OrderedDict[_Key, tuple[float, httpcore.HTTPConnection]] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def answer(self, request: httpcore.Request, transport: str) -> Iterator[httpcore.Response]:
        """The answer to a request, to be read within; a connection that can go on afterwards waits for the next."""
        url = request.url
        key = (transport, url.scheme, url.host, url.port)
        connection = self._waiting(key) or self._new(url.origin, transport)
        try:
            response = connection.handle_request(request)
            try:
                yield response
            finally:
                response.close()
        except BaseException:
            connection.close()
            raise
        if connection.is_idle():
            self._keep(key, connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close all that wait."""
        with self._lock:
            waiting = [connection for _, connection in self._idle.values()]
            self._idle.clear()
        for connection in waiting:
            connection.close()

    def _waiting(self, key: _Key) -> httpcore.HTTPConnection | None:
        with self._lock:
            _, connection = self._idle.pop(key, (0.0, None))
        if connection is not None and connection.has_expired():
            connection.close()
            return None
        return connection

    def _new(self, origin: httpcore.Origin, transport: str) -> httpcore.HTTPConnection:
        with self._lock:
            if transport not in self._contexts:
                self._contexts[transport] = self._context(transport)
        return httpcore.HTTPConnection(
            origin, self._contexts[transport], keepalive_expiry=IDLE_SECONDS, http2=True, network_backend=self._backend
        )

    def _keep(self, key: _Key, connection: httpcore.HTTPConnection) -> None:
        now = time.monotonic()
        left: list[httpcore.HTTPConnection] = []
        with self._lock:
            if key in self._idle:
                left.append(self._idle.pop(key)[1])
            self._idle[key] = now, connection
            while len(self._idle) > IDLE_CONNECTIONS or next(iter(self._idle.values()))[0] < now - IDLE_SECONDS:
                left.append(self._idle.popitem(last=False)[1][1])
        for one in left:
            one.close()
