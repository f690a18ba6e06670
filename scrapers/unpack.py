"""Bodies out of their Content-Encoding, never to more than was allowed."""

from __future__ import annotations

import zlib

from scrapers.errors import TooLarge, Undecodable

__all__ = ["unpack"]


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
