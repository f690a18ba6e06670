"""
The one client: one request, one answer, every limit kept. Nothing else imports httpx.

httpx makes the request and the roots of trust. The exchange itself goes through httpcore, the layer below: only
there can a connection be made to the very address that was checked, and only there can a deadline hold for
headers that drip. httpx's own client would also keep cookies and read a login out of an address.
"""

from __future__ import annotations

import ssl
import string
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, getaddrinfo
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urljoin

import httpcore
import httpx

from scrapers.errors import BrokenOff, Refused, TimedOut, TlsFailed, TooLarge, TooManyRedirects, Undecodable, Unreachable

__all__ = ["Client", "Exchange", "Headers", "Resolver", "Settings", "follow", "system_addresses", "unpack"]

Headers = tuple[tuple[str, str], ...]
"""Names and values in the order and spelling of the wire; each character is one byte (Latin-1)."""

Resolver = Callable[[str, int], Sequence[tuple[str, int]]]
"""Host name and port to the numeric addresses and ports that may be tried, in order; raises OSError for no such name."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 10
IDLE_CONNECTIONS = 32
IDLE_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What a Client keeps to; names and defaults are those of `[fetch]` in `gongkai.toml`, times in seconds.

    Without a contact nothing outside loopback is asked. `allowed_networks` may be asked besides public addresses.

    >>> Settings(version="1.0", contact="study@example.org").user_agent
    'gongkai/1.0 (+mailto:study@example.org)'
    """

    version: str
    contact: str = ""
    timeout_connect: float = 10.0
    timeout_read: float = 30.0
    timeout_total: float = 120.0
    max_bytes: int = 50_000_000
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def __post_init__(self) -> None:
        if not (self.user_agent.isascii() and self.user_agent.isprintable()):
            raise ValueError(f"contact {self.contact!r}: it stands in a header of every request; use printable ASCII")

    @property
    def user_agent(self) -> str:
        """The honest User-Agent: who asks, and whom to write to."""
        contact = self.contact if "://" in self.contact else f"mailto:{self.contact}"
        return f"gongkai/{self.version} (+{contact})" if self.contact else f"gongkai/{self.version}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    One request and its whole answer, of whatever status.

    `url` is the address as it was asked (host and escapes in normal form, no fragment). `raw_body` holds the bytes
    under their Content-Encoding, with chunked framing undone; `body` is what they unpack to. `fetched_at` is when
    the request was begun, UTC, as `2024-03-01T08:00:00Z`.
    """

    method: str
    url: str
    request_headers: Headers
    fetched_at: str
    remote_ip: str
    http_version: str
    status: int
    reason: str
    headers: Headers
    raw_body: bytes
    body: bytes

    def header(self, name: str) -> str:
        """All values of a header, a comma between them; empty when there is none."""
        return _header(self.headers, name)

    @property
    def redirect(self) -> str | None:
        """The absolute address the answer sends on to, if it does; not yet checked in any way."""
        location = self.header("Location")
        if self.status not in REDIRECTS or not location:
            return None
        # Servers put raw GBK or UTF-8 bytes here: they are escaped as they are, without guessing which.
        escaped = quote(location.encode("latin-1"), safe=string.punctuation)
        try:
            return urljoin(self.url, escaped)
        except ValueError:
            return escaped  # no address at all: asking it will be refused


class Client:
    """
    Asks one address at a time; a context manager, and safe to share between threads.

    No cookies, no proxy from the environment, no login, certificates always checked. `clock` gives the time that
    is kept with the answer; `resolve` turns names into addresses, each of which is checked before it is connected to.
    A name server's own time limits come on top of `timeout_total`.

        with Client(Settings(version="1.0", contact="study@example.org")) as client:
            exchange = client.get("http://www.example.org/")
    """

    def __init__(
        self, settings: Settings, *, clock: Callable[[], datetime] | None = None, resolve: Resolver | None = None
    ) -> None:
        self.settings = settings
        self._clock = clock or (lambda: datetime.now(UTC))
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=None,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=_CheckedBackend(settings, resolve or system_addresses),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.close()

    def get(self, url: str) -> Exchange:
        """
        The answer to one GET; a redirect is an answer like any other and is not followed.

        Raises FetchError, by kind, when there is no whole answer.
        """
        request = self._request(url)
        deadline = time.monotonic() + self.settings.timeout_total
        before = _deadline.set(deadline)
        try:
            with _in_our_words(url, self.settings, deadline):
                return self._send(request)
        finally:
            _deadline.reset(before)

    def _request(self, url: str) -> httpx.Request:
        settings = self.settings
        limits = {"connect": settings.timeout_connect, "read": settings.timeout_read, "write": settings.timeout_read}
        try:
            address = httpx.URL(url).copy_with(fragment=None)
        except httpx.InvalidURL as exc:
            raise Refused(url, f"this is no address: {exc}") from exc
        port = 80 if address.port is None else address.port
        if address.scheme not in {"http", "https"} or not address.host or not 0 < port < 65536:
            raise Refused(url, "only whole addresses that begin with http:// or https:// are asked")
        if address.userinfo:
            raise Refused(url, "the address holds a login; pages that need one are not asked")
        return httpx.Request(
            "GET",
            address,
            headers={
                "User-Agent": settings.user_agent,
                "Accept": "*/*",
                "Accept-Language": "zh-CN, zh;q=0.9, *;q=0.1",
                "Accept-Encoding": "gzip, deflate",
            },
            extensions={"timeout": limits},
        )

    def _send(self, request: httpx.Request) -> Exchange:
        url, address = str(request.url), request.url
        fetched_at = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        with closing(response):
            headers = _text(response.headers)
            raw_body = _collect(response, _header(headers, "Content-Length"), url=url, max_bytes=self.settings.max_bytes)
        return Exchange(
            method=request.method,
            url=url,
            request_headers=_text(request.headers.raw),
            fetched_at=fetched_at,
            remote_ip=response.extensions["network_stream"].get_extra_info("server_addr"),
            http_version=response.extensions["http_version"].decode("ascii"),
            status=response.status,
            reason=response.extensions.get("reason_phrase", b"").decode("latin-1"),
            headers=headers,
            raw_body=raw_body,
            body=unpack(raw_body, _header(headers, "Content-Encoding"), url=url, max_bytes=self.settings.max_bytes),
        )


def follow(get: Callable[[str], Exchange], url: str, *, limit: int = MAX_REDIRECTS) -> Iterator[Exchange]:
    """
    Every exchange of a chain of redirects, each given out before the next address is asked by `get`.

    The last one is the answer. Raises what `get` raises, and TooManyRedirects after `limit` redirects.
    """
    first = url
    for _ in range(limit + 1):
        exchange = get(url)
        yield exchange
        if exchange.redirect is None:
            return
        url = exchange.redirect
    raise TooManyRedirects(first, f"redirected more than {limit} times, last to {url}")


def unpack(raw: bytes, coding: str, *, url: str, max_bytes: int) -> bytes:
    """
    The body that `raw` holds under the Content-Encoding `coding`; never more than `max_bytes` are made of it.

    Bytes after the end of a packed body are passed over, as browsers do. Raises Undecodable or TooLarge.

    >>> import gzip
    >>> unpack(gzip.compress(b"<html>"), "gzip", url="http://example.org/", max_bytes=100)
    b'<html>'
    """
    coding = coding.strip().lower()
    if coding in {"", "identity"} or not raw:
        return raw
    if coding in {"gzip", "x-gzip"}:
        window = 31
    elif coding == "deflate":
        # The standard means the zlib format; many servers send the bare stream inside it.
        window = 15 if raw[0] & 0x0F == 8 and int.from_bytes(raw[:2]) % 31 == 0 else -15
    else:
        raise Undecodable(url, f"the body comes in Content-Encoding {coding!r}, which was not asked for and cannot be read")
    body = bytearray()
    while True:
        inflater = zlib.decompressobj(window)
        try:
            body += inflater.decompress(raw, max_bytes + 1 - len(body))
        except zlib.error as exc:
            raise Undecodable(url, f"the body is not {coding}, as its Content-Encoding says: {exc}") from exc
        if len(body) > max_bytes:
            raise TooLarge(url, f"{len(raw):,} packed bytes unpack to more than the {max_bytes:,} allowed")
        if not inflater.eof:
            raise Undecodable(url, f"the {coding} body ends before it is whole")
        raw = inflater.unused_data
        if window != 31 or not raw.startswith(b"\x1f\x8b"):
            return bytes(body)


def system_addresses(host: str, port: int) -> Sequence[tuple[str, int]]:
    """The addresses that the system's resolver gives for a name, in its order; raises OSError when there is none."""
    return [(str(address[0]), int(address[1])) for *_, address in getaddrinfo(host, port, type=SOCK_STREAM)]


_deadline: ContextVar[float] = ContextVar("_deadline")
"""When the request that the current thread is about must be over, on the monotonic clock."""


def _time_left(timeout: float | None) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.TimeoutException
    return left if timeout is None else min(timeout, left)


class _ForbiddenError(Exception):
    """No address of a host may be asked."""


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects only to addresses that were checked after the name was resolved."""

    def __init__(self, settings: Settings, resolve: Resolver) -> None:
        self._settings = settings
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError(f"the name {host} has no address ({exc})") from exc
        allowed = [pair for pair in found if not self._objection(ip_address(pair[0]))]
        if found and not allowed:
            raise _ForbiddenError("; ".join(dict.fromkeys(f"{ip} {self._objection(ip_address(ip))}" for ip, _ in found)))
        failure: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for ip, port_there in allowed:
            try:
                stream = httpcore.SyncBackend().connect_tcp(ip, port_there, _time_left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
            else:
                return _TimedStream(stream, ip)
        raise failure

    def _objection(self, ip: IPv4Address | IPv6Address) -> str:
        # The IPv4 address inside an IPv6 one is what is reached in the end.
        inner = ip if isinstance(ip, IPv4Address) else ip.ipv4_mapped or ip.sixtofour or ip
        if not self._settings.contact and not inner.is_loopback:
            return "lies outside this machine, which is not asked without a contact in the configuration"
        if any(ip in network or inner in network for network in self._settings.allowed_networks):
            return ""
        special = inner.is_multicast or inner.is_reserved or (isinstance(inner, IPv6Address) and inner.is_site_local)
        return "" if inner.is_global and not special else "is no public address and not in allowed_networks"


class _TimedStream(httpcore.NetworkStream):
    """A connection on which nothing waits longer than the deadline of the current request."""

    def __init__(self, stream: httpcore.NetworkStream, ip: str) -> None:
        self._stream = stream
        self._ip = ip

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _time_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _time_left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _time_left(timeout)), self._ip)

    def get_extra_info(self, info: str) -> Any:
        return self._ip if info == "server_addr" else self._stream.get_extra_info(info)


@contextmanager
def _in_our_words(url: str, settings: Settings, deadline: float) -> Iterator[None]:
    try:
        yield
    except _ForbiddenError as exc:
        raise Refused(url, str(exc)) from exc
    except httpcore.TimeoutException as exc:
        raise TimedOut(url, _which_limit(exc, settings, deadline)) from exc
    except httpcore.ConnectError as exc:
        # httpcore's pool takes the cause off the exception but leaves it as the argument.
        if isinstance(exc.args[0], ssl.SSLError):
            raise TlsFailed(url, str(exc)) from exc
        raise Unreachable(url, str(exc)) from exc
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as exc:
        raise BrokenOff(url, str(exc)) from exc


def _which_limit(exc: httpcore.TimeoutException, settings: Settings, deadline: float) -> str:
    if time.monotonic() >= deadline - 0.01:  # a socket's own time-out may fire a little early
        return f"the answer was not whole after {settings.timeout_total:g} s (timeout_total)"
    if isinstance(exc, httpcore.ConnectTimeout):
        return f"no connection within {settings.timeout_connect:g} s (timeout_connect)"
    return f"silent for {settings.timeout_read:g} s (timeout_read)"


def _collect(response: httpcore.Response, declared: str, *, url: str, max_bytes: int) -> bytes:
    if declared.isdecimal() and int(declared) > max_bytes:
        raise TooLarge(url, f"{int(declared):,} bytes are announced, more than the {max_bytes:,} allowed; they were not read")
    raw = bytearray()
    for chunk in response.iter_stream():
        raw += chunk
        if len(raw) > max_bytes:
            raise TooLarge(url, f"more than the {max_bytes:,} bytes allowed; the rest was not read")
    return bytes(raw)


def _text(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _header(headers: Headers, name: str) -> str:
    return ", ".join(value for key, value in headers if key.lower() == name.lower())
