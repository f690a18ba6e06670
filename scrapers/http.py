"""
The one client: one request, one answer, every limit kept. Nothing else imports httpx, nor httpcore but `_connections`.

httpx makes the request and the roots of trust. The exchange itself goes through httpcore, the layer below: only
there can a connection be made to the very address that was checked, and only there can a deadline hold for
headers that drip. httpx's own client would also keep cookies and read a login out of an address.
"""

from __future__ import annotations

import ssl
import string
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpcore
import httpx

from scrapers import tls
from scrapers._connections import Connections
from scrapers.errors import BrokenOff, Refused, TimedOut, TlsFailed, TooLarge, Unreachable
from scrapers.exchange import Exchange, Headers, header_value
from scrapers.family import Request
from scrapers.networks import IPNetwork, Resolver, objection, pinned, pins, system_addresses
from scrapers.unpack import unpack

__all__ = ["Client", "Exchange", "Settings"]

FAMILY_HEADERS = frozenset({"referer", "if-none-match", "if-modified-since"})
"""What a Request may add to the headers of every request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What a Client keeps to; names and defaults are those of `[fetch]` in `gongkai.toml`, times in seconds.

    Without a contact nothing outside loopback is asked. `allowed_networks` may be asked besides public addresses;
    `resolve` says where names lead (`{"county.example": "127.0.0.1:8000"}`), inside `allowed_networks` only. Raises ValueError
    for a value that cannot be kept to, and for a `ca_file` without certificates.

    >>> Settings(version="1.0", contact="study@example.org").user_agent
    'gongkai/1.0 (+mailto:study@example.org)'
    """

    version: str
    contact: str = ""
    timeout_connect: float = 10.0
    timeout_read: float = 30.0
    timeout_total: float = 120.0
    max_bytes: int = 50_000_000
    allowed_networks: tuple[IPNetwork, ...] = ()
    ca_file: str = ""
    resolve: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not (self.user_agent.isascii() and self.user_agent.isprintable()):
            raise ValueError(f"contact {self.contact!r}: it stands in a header of every request; use printable ASCII")
        pins(self.resolve, self.allowed_networks)
        tls.at_step(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), tls.STEPS[0], ca_file=self.ca_file)

    @property
    def user_agent(self) -> str:
        """The honest User-Agent: who asks, and whom to write to."""
        contact = self.contact if "://" in self.contact else f"mailto:{self.contact}"
        return f"gongkai/{self.version} (+{contact})" if self.contact else f"gongkai/{self.version}"


class Client:
    """
    Asks one address at a time; a context manager, and safe to share between threads that ask different hosts.

    No proxy from the environment, no login, certificates always checked. `clock` gives the time that is kept with the
    answer; `resolve` turns names into addresses, each of which is checked before it is connected to. `transports` are the
    steps of `scrapers.tls` at which hosts (`name`, or `name:port`) have spoken before; ValueError for a step that is none.
    A name server's own time limits come on top of `timeout_total`.

        with Client(Settings(version="1.0", contact="study@example.org")) as client:
            exchange = client.get("http://www.example.org/")
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime] | None = None,
        resolve: Resolver | None = None,
        transports: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self._clock = clock or (lambda: datetime.now(UTC))
        self._backend = _CheckedBackend(settings, resolve or system_addresses)
        self._steps = {host: step for host, step in (transports or {}).items() if step != "http"}
        if unknown := set(self._steps.values()) - set(tls.STEPS):
            raise ValueError(f"transports: {', '.join(sorted(unknown))}: the steps are {', '.join(tls.STEPS)}")
        self._connections = Connections(self._backend, self._ssl_context)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connections.close()

    @property
    def transports(self) -> dict[str, str]:
        """The step of `scrapers.tls` at which each host was last spoken to, by name and, where it is not 443, `:port`."""
        return dict(self._steps)

    def get(self, url: str) -> Exchange:
        """The answer to one GET, as `ask` gives it."""
        return self.ask(Request(url))

    def ask(self, request: Request, *, cookie: str = "") -> Exchange:
        """
        The answer to one GET, or to one POST of a form; a redirect is an answer like any other and is not followed.

        A Request may bring the headers Referer, If-None-Match and If-Modified-Since. Raises ValueError for others, and for
        another method; FetchError, by kind, when there is no whole answer.
        """
        made = self._request(request, cookie)
        deadline = time.monotonic() + self.settings.timeout_total
        before = _deadline.set(deadline)
        try:
            with _in_our_words(request.url, self.settings, deadline):
                return self._climb(made)
        finally:
            _deadline.reset(before)

    def _request(self, request: Request, cookie: str) -> httpx.Request:
        if request.method not in {"GET", "POST"} or (request.form and request.method != "POST"):
            raise ValueError(f"{request.url}: only a GET without a form, or a POST, can be asked; not {request.method}")
        address = _address(request.url)
        settings = self.settings
        limits = {"connect": settings.timeout_connect, "read": settings.timeout_read, "write": settings.timeout_read}
        headers = {
            "User-Agent": settings.user_agent,
            "Accept": "*/*",
            "Accept-Language": "zh-CN, zh;q=0.9, *;q=0.1",
            "Accept-Encoding": "gzip, deflate",
        }
        for name, value in request.headers.items():
            if name.lower() not in FAMILY_HEADERS:
                raise ValueError(f"{request.url}: the header {name} is not one that a request may bring")
            headers[name] = _header_text(value, url=request.url)
        if cookie:
            headers["Cookie"] = cookie
        content = None
        if request.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = urlencode(request.form).encode("ascii")
        raw = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        return httpx.Request(request.method, address, headers=raw, content=content, extensions={"timeout": limits})

    def _climb(self, request: httpx.Request) -> Exchange:
        if request.url.scheme == "http":
            return self._send(request, "http")
        host = request.url.netloc.decode("ascii")
        step = self._steps.get(host, tls.STEPS[0])
        while True:
            try:
                exchange = self._send(request, step)
            except httpcore.ConnectError as exc:
                following = tls.step_after(step, exc.args[0])
                if following is None:
                    self._steps.pop(host, None)
                    raise
                step = following
            else:
                self._steps[host] = step
                return exchange

    def _ssl_context(self, transport: str) -> ssl.SSLContext:
        if transport == "http":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: reading the roots takes longer than many a page
        return tls.at_step(httpx.create_ssl_context(trust_env=False), transport, ca_file=self.settings.ca_file)

    def _send(self, request: httpx.Request, transport: str) -> Exchange:
        url, address = str(request.url), request.url
        fetched_at = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path),
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )
        with self._connections.answer(asked, transport) as response:
            headers = _text(response.headers)
            raw_body = _collect(response, header_value(headers, "Content-Length"), url=url, max_bytes=self.settings.max_bytes)
            bounded = header_value(headers, "Content-Length") and not header_value(headers, "Transfer-Encoding")
            if bounded and response.extensions["http_version"].startswith(b"HTTP/1."):
                _check_end(response.extensions["network_stream"], raw_body, url=url)
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
            body=unpack(raw_body, header_value(headers, "Content-Encoding"), url=url, max_bytes=self.settings.max_bytes),
            transport=transport,
            request_body=request.content,
        )


def _address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
        if "#" in url:
            address = address.copy_with(fragment=None)
    except httpx.InvalidURL as exc:
        raise Refused(url, f"this is no address: {exc}") from exc
    port = 80 if address.port is None else address.port
    if address.scheme not in {"http", "https"} or not address.host or not 0 < port < 65536:
        raise Refused(url, "only whole addresses that begin with http:// or https:// are asked")
    if address.userinfo:
        raise Refused(url, "the address holds a login; pages that need one are not asked")
    return address


def _header_text(value: str, *, url: str) -> str:
    # Addresses come from pages and may hold Chinese; an ETag comes back byte for byte, and those are Latin-1 here.
    value = value if all(character < "\u0100" for character in value) else quote(value, safe=string.punctuation)
    if any(character < " " or character == "\x7f" for character in value):
        raise Refused(url, f"the header value {value!r} cannot be sent")
    return value.strip()


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
        self._resolve = pinned(resolve, pins(settings.resolve, settings.allowed_networks))
        self._answering: dict[str, str] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            # The address that answered last comes first: some hosts hang on IPv6, others on IPv4.
            found = sorted(self._resolve(host, port), key=lambda pair: pair[0] != self._answering.get(host))
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError(f"the name {host} has no address ({exc})") from exc
        allowed = [pair for pair in found if not self._objection(pair[0])]
        if found and not allowed:
            raise _ForbiddenError("; ".join(dict.fromkeys(f"{ip} {self._objection(ip)}" for ip, _ in found)))
        failure: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for ip, port_there in allowed:
            try:
                stream = httpcore.SyncBackend().connect_tcp(ip, port_there, _time_left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
            else:
                self._answering[host] = ip
                return _TimedStream(stream, ip)
        raise failure

    def _objection(self, ip: str) -> str:
        return objection(ip_address(ip), self._settings.allowed_networks, contact=self._settings.contact)


class _TimedStream(httpcore.NetworkStream):
    """A connection on which nothing waits longer than the deadline of the current request."""

    def __init__(self, stream: httpcore.NetworkStream, ip: str) -> None:
        self._stream = stream
        self._ip = ip
        self.last = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.last = self._stream.read(max_bytes, _time_left(timeout))
        return self.last

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
        # httpcore gives the cause as the argument.
        if isinstance(exc.args[0], ssl.SSLError):
            raise TlsFailed(url, str(exc)) from exc
        raise Unreachable(url, str(exc)) from exc
    except (httpcore.NetworkError, httpcore.ProtocolError) as exc:
        # h2 calls what the server did wrong a LocalProtocolError when it cannot go on.
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


def _check_end(stream: httpcore.NetworkStream, raw_body: bytes, *, url: str) -> None:
    """Raise BrokenOff where more came than Content-Length says: what was taken for the body is then only its beginning."""
    last = stream.last.rstrip(b"\r\n") if isinstance(stream, _TimedStream) else b""
    end = raw_body.rstrip(b"\r\n")[-len(last) :]
    if end and last and not last.endswith(end):
        raise BrokenOff(url, f"more came than the {len(raw_body):,} bytes that Content-Length says")


def _text(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
