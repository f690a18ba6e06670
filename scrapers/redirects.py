"""
Chains of redirects, hop by hop, so that each hop can wait for its turn like any other request.

Cookies live as long as their chain: some sites send an address on to itself until a cookie comes back with the request.
That is ordinary cookie handling and nothing else is done with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from scrapers.errors import Refused, TooManyRedirects
from scrapers.exchange import Exchange
from scrapers.family import Request

__all__ = ["COOKIE_HOPS", "MAX_REDIRECTS", "Ask", "Cookie", "Hop", "next_hop"]

MAX_REDIRECTS = 10
COOKIE_HOPS = 5
"""So often an address may send on to itself, each time with another cookie."""

_COOKIE = re.compile(r"[!#$%&'*+.^`|~\w-]+=[\x21-\x7e\x80-\xff ]{0,4096}", re.ASCII)
_MAX_COOKIES = 20


class Cookie(NamedTuple):
    """A cookie of a host (name and port); a `secure` one is sent over TLS only."""

    host: str
    name: str
    value: str
    secure: bool


class Ask(Protocol):
    """What answers a Request: `Client.ask`, or a replay of it."""

    def __call__(self, request: Request, *, cookie: str = "") -> Exchange:
        """The whole answer."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a chain: the cookies that the chain has gathered, and what was asked before (method, address, cookie)."""

    request: Request
    cookies: tuple[Cookie, ...] = ()
    asked: tuple[tuple[str, str, str], ...] = ()

    @property
    def cookie(self) -> str:
        """The value of the Cookie header for the request; empty for none."""
        scheme, host = _origin(self.request.url)
        fitting = (item for item in self.cookies if item.host == host and (scheme == "https" or not item.secure))
        return "; ".join(f"{item.name}={item.value}" for item in fitting)


def next_hop(hop: Hop, exchange: Exchange, *, allowed: Callable[[str], bool], limit: int = MAX_REDIRECTS) -> Hop | None:
    """
    What to ask after the answer `exchange` to `hop`; None when it sends nowhere on.

    Raises Refused when `allowed` says no to the address, and TooManyRedirects after `limit` redirects, for a circle without
    a new cookie, and for an address that sends on to itself more than COOKIE_HOPS times.
    """
    target = exchange.redirect
    if target is None:
        return None
    target = target.partition("#")[0]
    asked = (*hop.asked, (exchange.method, exchange.url, hop.cookie))
    first = asked[0][1]
    if len(asked) > limit:
        raise TooManyRedirects(first, f"redirected more than {limit} times, last to {target}")
    following = Hop(_sent_on(hop.request, exchange, target), _gathered(hop.cookies, exchange), asked)
    before = [(method, cookie) for method, url, cookie in asked if url == target]
    if (following.request.method, following.cookie) in before:
        raise TooManyRedirects(first, f"the redirects lead in a circle, back to {target}")
    if len(before) > COOKIE_HOPS:
        raise TooManyRedirects(first, f"{target} sends on to itself with another cookie, more than {COOKIE_HOPS} times")
    if not allowed(target):
        raise Refused(target, f"{exchange.url} redirects to it, and it may not be asked")
    return following


def _sent_on(request: Request, exchange: Exchange, target: str) -> Request:
    same = target == exchange.url
    # What is known of one address (its ETag) is not said to another.
    headers = {name: value for name, value in request.headers.items() if same or name.lower() == "referer"}
    keeps_form = exchange.status in {307, 308}
    return Request(
        url=target,
        method=request.method if keeps_form else "GET",
        form=request.form if keeps_form else MappingProxyType({}),
        headers=MappingProxyType(headers),
        memo=request.memo,
    )


def _gathered(cookies: tuple[Cookie, ...], exchange: Exchange) -> tuple[Cookie, ...]:
    _, host = _origin(exchange.url)
    jar = {(cookie.host, cookie.name): cookie for cookie in cookies}
    for header, text in exchange.headers:
        pair, *attributes = (part.strip() for part in text.split(";"))
        if header.lower() != "set-cookie" or not _COOKIE.fullmatch(pair):
            continue
        name, _, value = pair.partition("=")
        said = {attribute.lower().replace(" ", "") for attribute in attributes}
        if "max-age=0" in said:
            jar.pop((host, name), None)
        else:
            jar[host, name] = Cookie(host, name, value, "secure" in said)
    return tuple(jar.values())[:_MAX_COOKIES]


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:  # no address: asking it will be refused
        return "", ""
    return parts.scheme, parts.netloc.lower()
