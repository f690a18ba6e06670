"""A crawl from its archive: the same answers to the same requests, and nobody is asked."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

from scrapers.archive import read_exchanges
from scrapers.errors import Unreachable
from scrapers.exchange import Exchange
from scrapers.family import Request

__all__ = ["Replay"]


class Replay:
    """
    Answers requests out of WARC files, each answer in the order in which it was had; the last one is given again.

    Raises ArchiveError when a file was damaged.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._held: defaultdict[tuple[str, str, bytes], deque[Exchange]] = defaultdict(deque)
        for path in paths:
            for exchange in read_exchanges(path):
                self._held[exchange.method, exchange.url, exchange.request_body].append(exchange)

    def __call__(self, request: Request, *, cookie: str = "") -> Exchange:  # noqa: ARG002 - what Ask takes
        """The answer that was had. Raises Unreachable for an address that the archive does not hold."""
        url = request.url.partition("#")[0]
        held = self._held.get((request.method, url, urlencode(dict(request.form)).encode()))
        if not held:
            raise Unreachable(request.url, "the archive does not hold an answer to it")
        return held.popleft() if len(held) > 1 else held[0]
