"""
How hosts are asked: what their robots.txt permits, when the next request may go, in which hours, and whose turn it is.

Values and functions of them only: the time is seconds since 1970 (UTC) given by the caller, chance is a number from 0 to 1
drawn by the caller, and nobody sleeps here. So the next allowed time of a host can be kept and holds after a restart.

stamina's retries are not used: it sleeps inside the caller on a clock of its own, which would hold one of the places of
`hosts` for a host that is not asked meanwhile. `retry_after_failure` computes its schedule (initial, doubled, jitter, cap).
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from itertools import count
from urllib.parse import urlsplit

from protego import Protego

from parsers.raw.charset import decode
from scrapers.errors import BrokenOff, FetchError, TimedOut, Unreachable

__all__ = [
    "CRAWL_DELAY_CAP", "MAX_TRIES", "PASSING", "RETRY_AFTER_CAP", "ROBOTS_SECONDS", "WIDENED_CAP", "Hours", "Pace", "ReadyQueue", "Robots",
    "read_robots", "retry_after_failure", "retry_after_seconds", "robots_url",
]  # fmt: skip

CRAWL_DELAY_CAP = 60.0
"""Seconds: a longer Crawl-delay is recorded and kept to as this one."""
RETRY_AFTER_CAP = 86_400.0
"""Seconds: a longer Retry-After is kept to as this one; a driver that will not wait so long defers the host."""
WIDENED_CAP = 300.0
"""Seconds: 429 and 503 widen the gap of a host up to here."""
ROBOTS_SECONDS = 86_400.0
"""So long a robots.txt may be relied on before it is asked again."""
MAX_TRIES = 3
PASSING = (Unreachable, TimedOut, BrokenOff)
"""Errors of transport, after which the same may be asked once more."""

_ROBOTS_BYTES = 512_000
_WIDENED_FROM = 0.1  # a delay of 0, as replicas have it, is widened from here
_GOOD_ANSWERS = 5  # in a row, before a widened gap is halved again
_BACKOFF_INITIAL, _BACKOFF_CAP, _BACKOFF_JITTER = 1.0, 60.0, 1.0
_BUSY = frozenset({429, 503})
_FINAL_5XX = frozenset({501, 505, 521})  # not able to, and a challenge: asking again changes neither


@dataclass(frozen=True, slots=True)
class Robots:
    """
    What the robots.txt of a host means for us.

    `verdict` is `permit` (ask what `permits` says), `refuse` (ask nothing) or `defer` (ask nothing yet, but robots.txt again
    later). `crawl_delay` is what is kept to, `crawl_delay_stated` what the file says (Crawl-delay, or Request-rate when that is
    slower), both 0 when it says nothing. `name` is what it calls us.
    """

    verdict: str
    crawl_delay: float = 0.0
    crawl_delay_stated: float = 0.0
    name: str = ""
    rules: Protego | None = field(default=None, repr=False, compare=False)

    def permits(self, url: str) -> bool:
        """Whether the address, path and query, may be asked; robots.txt itself always may."""
        if urlsplit(url).path == "/robots.txt":
            return True
        if self.verdict != "permit":
            return False
        return self.rules is None or self.rules.can_fetch(url, self.name)


def robots_url(url: str) -> str:
    """
    The address of the robots.txt that speaks for an address: one for each scheme, host and port.

    >>> robots_url("http://a.gov.cn:8080/zwgk/?id=1")
    'http://a.gov.cn:8080/robots.txt'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def read_robots(status: int | None, body: bytes, *, user_agent: str) -> Robots:
    """
    What an answer to robots.txt means; `status` is that of the last hop, None when there was no whole answer.

    404, 410 and other 4xx permit everything; 401 and 403 refuse; 408, 429, 5xx, redirects to nowhere and no answer defer.

    >>> robots = read_robots(200, b"User-agent: *\\nDisallow: /*?print=\\nCrawl-delay: 90", user_agent="gongkai/1.0")
    >>> robots.permits("http://a.gov.cn/x?print=1"), robots.crawl_delay, robots.crawl_delay_stated
    (False, 60.0, 90.0)
    """
    if status is None or status in {408, 429} or not (200 <= status < 300 or 400 <= status < 500):
        return Robots("defer")
    if status >= 400:
        return Robots("refuse" if status in {401, 403} else "permit")
    rules = Protego.parse(decode(body[:_ROBOTS_BYTES]).text)
    name = user_agent.partition("/")[0]  # a group is not meant for us because its name stands in our contact
    delays = [rules.crawl_delay(name) or 0.0]
    if (rate := rules.request_rate(name)) and rate.requests > 0:
        delays.append(rate.seconds / rate.requests)
    stated = max((delay for delay in delays if delay > 0), default=0.0)  # nan is not more than 0
    return Robots("permit", min(stated, CRAWL_DELAY_CAP), stated, name, rules)


def retry_after_seconds(value: str, now: float) -> float | None:
    """
    The seconds that a Retry-After header asks to wait, as stated; None for what is none.

    >>> retry_after_seconds("120", 0.0), retry_after_seconds("Thu, 01 Jan 1970 00:01:00 GMT", 15.0), retry_after_seconds("soon", 0.0)
    (120.0, 45.0, None)
    """
    value = value.strip()
    if re.fullmatch(r"\d{1,12}", value, re.ASCII):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now, 0.0)


def retry_after_failure(
    attempt: int, failure: FetchError | int, *, chance: float, initial: float = _BACKOFF_INITIAL
) -> float | None:
    """
    Seconds to wait before an address is tried again after its `attempt`th try (from 1) failed; None when it is not.

    `failure` is the error, or the status answered. Only errors of transport, 429 and 5xx are tried again (501, 505 and the
    challenge 521 are not), MAX_TRIES times in all. A Retry-After that is longer wins: it is in the host's Pace.

    >>> retry_after_failure(1, 503, chance=0.5), retry_after_failure(2, 503, chance=0.5), retry_after_failure(3, 503, chance=0.5)
    (1.5, 2.5, None)
    """
    if isinstance(failure, int):
        passing = failure == 429 or (500 <= failure < 600 and failure not in _FINAL_5XX)
    else:
        passing = isinstance(failure, PASSING)
    if not passing or attempt >= MAX_TRIES:
        return None
    return min(_BACKOFF_CAP, initial * 2.0 ** (attempt - 1) + chance * _BACKOFF_JITTER)


@dataclass(frozen=True, slots=True)
class Hours:
    """
    The hours of the day, local time, in which hosts may be asked; `22:00-06:00` goes over midnight.

    >>> hours, noon = Hours.parse("22:00-06:00"), 12 * 3600.0
    >>> hours.open_at(noon, UTC), hours.next_open(noon, UTC) / 3600
    (False, 22.0)
    """

    start_minute: int = 0
    end_minute: int = 1440

    @classmethod
    def parse(cls, text: str) -> Hours:
        """The hours of `HH:MM-HH:MM`; from a time to itself is the whole day. Raises ValueError for another form."""
        found = re.fullmatch(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", text, re.ASCII)
        start, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (1440, 1440)
        if start >= 1440 or end > 1440:
            raise ValueError(f"hours {text!r}: write two times of day, as 22:00-06:00")
        return cls(start, end)

    def open_at(self, now: float, zone: tzinfo | None = None) -> bool:
        """Whether hosts may be asked at a time; `zone` is the local one, None for this machine's."""
        local = datetime.fromtimestamp(now, zone)
        minute = local.hour * 60 + local.minute
        if self.start_minute < self.end_minute:
            return self.start_minute <= minute < self.end_minute
        return minute >= self.start_minute or minute < self.end_minute

    def next_open(self, now: float, zone: tzinfo | None = None) -> float:
        """The earliest time from `now` on at which hosts may be asked."""
        if self.open_at(now, zone):
            return now
        midnight = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        openings = (midnight + timedelta(days=day, minutes=self.start_minute) for day in range(3))
        # A day on which clocks are put forward may lack the opening itself.
        return next(
            (time for opening in openings if (time := opening.timestamp()) > now and self.open_at(time, zone)), now + 86_400
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """
    How fast one host is asked, and when it may be asked next (`next_at`, seconds since 1970).

    The gap between two requests is the longest of `delay`, `crawl_delay` and `widened`, with up to `jitter` more; it counts
    from the end of an answer. `asked_to_wait` is the last Retry-After as stated, 0 for none. `settled` is what `widened` falls
    back to once a host that `is_throttled` answers again.

    >>> pace = Pace(delay=2.0, jitter=0.5).after(100.0, chance=0.5, status=200)
    >>> pace.next_at, pace.after(103.0, chance=0.0, status=429, retry_after="30").next_at
    (102.25, 133.0)
    """

    delay: float
    jitter: float = 0.0
    crawl_delay: float = 0.0
    widened: float = 0.0
    good_answers: int = 0
    asked_to_wait: float = 0.0
    next_at: float = 0.0
    settled: float = 0.0
    is_throttled: bool = False

    @property
    def gap(self) -> float:
        """Seconds between two requests, at least."""
        return max(self.delay, self.crawl_delay, self.widened)

    def with_robots(self, robots: Robots) -> Pace:
        """The pace of a host whose robots.txt has been read; its longer Crawl-delay counts from the next allowed time on."""
        longer = max(max(self.delay, robots.crawl_delay) - max(self.delay, self.crawl_delay), 0.0)
        return replace(self, crawl_delay=robots.crawl_delay, next_at=self.next_at + longer)

    def after(
        self, now: float, *, chance: float, status: int | None = None, retry_after: str = "", backoff: float | None = None
    ) -> Pace:
        """
        The pace after a request that ended at `now`: with `status` (None: no whole answer) and its Retry-After header.

        `backoff` is what `retry_after_failure` said. 429 and 503 double the gap, up to WIDENED_CAP (once where they come with a
        Retry-After); the first good answer takes back all but the first doubling of its row, and every fifth in a row halves
        the rest, down to what it was.
        """
        is_good = status is not None and status not in _BUSY and status < 500
        good = self.good_answers + 1 if is_good else 0
        widened, settled = self.widened, self.settled
        stated = retry_after_seconds(retry_after, now) or 0.0
        if status in _BUSY:
            # A host that says itself how long to wait is waited for: its gap need not be felt for.
            start = max(self.delay, self.crawl_delay) if stated else self.gap
            widened = max(min(2 * max(start, _WIDENED_FROM), WIDENED_CAP), self.gap)
            settled = settled if self.is_throttled else widened
        elif is_good and self.is_throttled:
            widened = settled
        elif widened and good >= _GOOD_ANSWERS:
            widened, good = (widened / 2 if widened / 2 > max(self.delay, self.crawl_delay, _WIDENED_FROM) else 0.0), 0
        is_throttled = status in _BUSY or (self.is_throttled and not is_good)
        paced = replace(
            self, widened=widened, good_answers=good, asked_to_wait=stated, settled=settled, is_throttled=is_throttled
        )
        wait = max(paced.gap + chance * self.jitter, min(stated, RETRY_AFTER_CAP), backoff or 0.0)
        return replace(paced, next_at=max(now + wait, self.next_at))

    def within(self, hours: Hours, zone: tzinfo | None = None) -> Pace:
        """The same pace, its next time moved into the hours in which hosts may be asked."""
        return replace(self, next_at=hours.next_open(self.next_at, zone))


class ReadyQueue:
    """
    The hosts that wait for their turn, by the time from which they may be asked; one that is asked is in flight, once.

    >>> queue = ReadyQueue()
    >>> queue.put("a.gov.cn", 5.0); queue.put("b.gov.cn", 1.0)
    >>> queue.pop(2.0), queue.pop(2.0), queue.next_time()
    ('b.gov.cn', None, 5.0)
    >>> queue.done("b.gov.cn", 4.0); queue.pop(9.0)
    'b.gov.cn'
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str]] = []
        self._waiting: dict[str, float] = {}
        self._in_flight: set[str] = set()
        self._turn: Iterator[int] = count()  # of two hosts that are due, the one that has waited longer comes first

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def in_flight(self) -> frozenset[str]:
        """The hosts that were taken and are not done."""
        return frozenset(self._in_flight)

    def put(self, host: str, at: float) -> None:
        """
        A host joins the queue; one that waits already is asked at the later of the two times.

        One in flight stays so: whoever has taken it says with `done` when it comes again.
        """
        if host in self._in_flight or self._waiting.get(host, float("-inf")) >= at:
            return
        self._waiting[host] = at
        heapq.heappush(self._heap, (at, next(self._turn), host))

    def pop(self, now: float) -> str | None:
        """The host that has been allowed for longest, in flight from here on; None when none is allowed yet."""
        self._forget_stale()
        if not self._heap or self._heap[0][0] > now:
            return None
        _, _, host = heapq.heappop(self._heap)
        del self._waiting[host]
        self._in_flight.add(host)
        return host

    def done(self, host: str, at: float | None = None) -> None:
        """The host is no longer in flight; it waits again until `at`, or leaves when that is None. KeyError if it was not."""
        self._in_flight.remove(host)
        if at is not None:
            self.put(host, at)

    def next_time(self) -> float | None:
        """The time from which the next waiting host may be asked; None when none waits."""
        self._forget_stale()
        return self._heap[0][0] if self._heap else None

    def _forget_stale(self) -> None:
        while self._heap and self._waiting.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
