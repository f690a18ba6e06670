"""One request and its answer, as a value: what the client gives, the archive keeps and the families' driver reads."""

from __future__ import annotations

import string
from dataclasses import dataclass
from urllib.parse import quote, urljoin

__all__ = ["Exchange", "Headers", "header_value"]

Headers = tuple[tuple[str, str], ...]
"""Names and values in the order and spelling of the wire; each character is one byte (Latin-1)."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    One request and its whole answer, of whatever status.

    `url` is the address as it was asked (host and escapes in normal form, no fragment). `raw_body` holds the bytes
    under their Content-Encoding, with chunked framing undone; `body` is what they unpack to. `fetched_at` is when
    the request was begun, UTC, as `2024-03-01T08:00:00Z`. `transport` is `http`, or the step of `scrapers.tls` at
    which the host spoke; `request_body` is the form of a POST as it was sent.
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
    transport: str = "http"
    request_body: bytes = b""

    def header(self, name: str) -> str:
        """All values of a header, a comma between them; empty when there is none."""
        return header_value(self.headers, name)

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


def header_value(headers: Headers, name: str) -> str:
    """
    All values of a header, a comma between them; empty when there is none.

    >>> header_value((("VARY", "a"), ("Vary", "b")), "vary")
    'a, b'
    """
    return ", ".join(value for key, value in headers if key.lower() == name.lower())
