"""
Fetching: hosts side by side, one request a host at a time, and every answer kept before it counts as had.

The order of work is a queue of hosts by the time at which each may be asked again. Threads ask; this thread alone writes the
archive and the state, and reads what came. What has come meanwhile is taken in together: its records are brought to disk at
once, and only then does one transaction say what became of it.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from queue import Empty, SimpleQueue
from threading import Thread

from pipeline.crawl import Crawl, Turn
from pipeline.errors import OutputError
from scrapers.archive import Archive
from scrapers.errors import ArchiveError, FetchError
from scrapers.exchange import Exchange
from scrapers.frontier import Frontier
from scrapers.polite import Hours, Pace, ReadyQueue, retry_after_failure
from scrapers.redirects import Ask

__all__ = ["Fetcher"]

_LOG = logging.getLogger("gongkai.fetch")

Result = Exchange | FetchError
_Answer = tuple[Turn, Result | BaseException]

_LONGEST_WAIT_S = 3_600.0
"""A host that asks for a longer wait is asked in another run."""
_TOLD_EVERY_S = 1.0


@dataclass
class Fetcher:
    """
    One run of a crawl. `ask` is the web or an archive of it; `clock` gives seconds since 1970, `sleep` waits, `chance` draws
    from 0 to 1.
    """

    frontier: Frontier
    archive: Archive
    crawl: Crawl
    ask: Ask
    delay: float
    jitter: float
    hosts: int
    hours: Hours
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    chance: Callable[[], float] = random.random
    progress: Callable[[int, int], None] | None = None
    asked: int = 0
    _queue: ReadyQueue = field(default_factory=ReadyQueue)
    _lanes: defaultdict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _paces: dict[str, Pace] = field(default_factory=dict)
    _turns: SimpleQueue[Turn | None] = field(default_factory=SimpleQueue)
    _answers: SimpleQueue[_Answer] = field(default_factory=SimpleQueue)
    _threads: int = 0
    _under_way: int = 0
    _told_at: float = float("-inf")

    def run(self, limit: int | None = None) -> int:
        """
        Ask all that is due, or `limit` addresses; how many were asked.

        Raises OutputError when an answer cannot be kept: what was said to be had is.
        """
        now = self.clock()
        with self.frontier.transaction():
            for host in self.frontier.waiting_hosts():
                if (left := (self.frontier.host(host).next_at or 0.0) - now) > _LONGEST_WAIT_S:
                    self.crawl.defer(host, left, _moment(now))
                else:
                    self._join(host)
        try:
            while True:
                self._send(limit)
                if not self._under_way and (self._queue.next_time() is None or self.asked == limit):
                    return self.asked
                self._await()
        finally:
            for _ in range(self._threads):
                self._turns.put(None)

    def _send(self, limit: int | None) -> None:
        """Give a request to every host that may be asked now, once it is written that it was asked."""
        turns: list[Turn] = []
        with self.frontier.transaction():
            while self._under_way + len(turns) < self.hosts and self.asked + len(turns) != limit:
                lane = self._queue.pop(self.clock())
                if lane is None:
                    break
                turn = next(filter(None, map(self.crawl.next_turn, self._lanes[lane])), None)
                if turn is None:
                    self._queue.done(lane)
                else:
                    turns.append(turn)
        self.asked += len(turns)
        self._under_way += len(turns)
        for turn in turns:
            self._turns.put(turn)
        while self._threads < self._under_way:
            Thread(target=self._ask, daemon=True).start()  # it dies with the program, whatever a host does to it
            self._threads += 1

    def _ask(self) -> None:
        while (turn := self._turns.get()) is not None:
            try:
                self._answers.put((turn, self.ask(turn.hop.request, cookie=turn.hop.cookie)))
            except BaseException as error:  # noqa: BLE001 - a fault flies where the answers are taken in
                self._answers.put((turn, error))

    def _await(self) -> None:
        """Take in what has come; without anything under way, wait for the next host."""
        due = self._queue.next_time()
        pause = None if due is None or self._under_way >= self.hosts else max(due - self.clock(), 0.0)
        if not self._under_way:
            self.sleep(pause or 0.0)
            return
        came: list[tuple[Turn, Result]] = []
        try:
            turn, result = self._answers.get(timeout=pause)
            while True:
                self._under_way -= 1
                if not isinstance(result, Exchange | FetchError):
                    raise result
                came.append((turn, result))
                turn, result = self._answers.get_nowait()
        except Empty:
            self._take_in(came)

    def _take_in(self, came: Sequence[tuple[Turn, Result]]) -> None:
        """Keep answers, then write what became of them; of those that cannot be kept nothing is written."""
        kept: list[tuple[Turn, Result, int]] = []
        failure: ArchiveError | None = None
        try:
            for turn, result in came:
                kept.append((turn, result, self.archive.append(result, sync=False) if isinstance(result, Exchange) else -1))
        except ArchiveError as exc:
            failure = exc
        if kept:
            self._sync()
            with self.frontier.transaction():
                self._settle_all(kept)
            for host in self.frontier.take_touched():
                self._join(host)
            self._tell()
        if failure is not None:
            raise _cannot_be_kept(failure) from failure

    def _settle_all(self, kept: Sequence[tuple[Turn, Result, int]]) -> None:
        """Write what became of answers that are on disk; what was read out of them is on disk too before its place is written."""
        end = self.archive.end
        try:
            for turn, result, offset in kept:
                self._settle(turn, result, offset)
        except ArchiveError as exc:
            raise _cannot_be_kept(exc) from exc
        if self.archive.end != end:
            self._sync()
        self.frontier.keep_archive_length(self.archive.path.name, self.archive.end)

    def _sync(self) -> None:
        try:
            self.archive.sync()
        except ArchiveError as exc:
            raise _cannot_be_kept(exc) from exc

    def _tell(self) -> None:
        """Say how far it is, now and then and at the end: all that waits must be counted for it."""
        if self.progress is None or (self._under_way and self.clock() - self._told_at < _TOLD_EVERY_S):
            return
        self._told_at = self.clock()
        self.progress(self.asked, self.asked + self.frontier.count_due())

    def _settle(self, turn: Turn, result: Result, offset: int) -> None:
        now = self.clock()
        onward: str | None = None
        lane = _lane(turn.host)
        if isinstance(result, Exchange):
            snapshot = self._note(turn, result, offset)
            attempt = self.crawl.attempt(turn)
            onward, is_throttled = self.crawl.settle(turn, result, snapshot, result.fetched_at)
            status = 429 if is_throttled else result.status  # also where a page that was served as good says so
            if result.transport.startswith("tls"):
                self.frontier.set_host(turn.host, transport=result.transport)
            backoff = retry_after_failure(attempt, status, chance=self.chance(), initial=self._first_wait)
            pace = self._pace(lane).after(
                now, chance=self.chance(), status=status, retry_after=result.header("Retry-After"), backoff=backoff
            )
            if pace.asked_to_wait > _LONGEST_WAIT_S:
                for host in self._lanes[lane]:
                    self.crawl.defer(host, pace.asked_to_wait, result.fetched_at)
        else:
            _LOG.warning("%s", result)
            self.crawl.settle_error(turn, result, _moment(now))
            backoff = retry_after_failure(self.crawl.attempt(turn), result, chance=self.chance(), initial=self._first_wait)
            pace = self._pace(lane).after(now, chance=self.chance(), backoff=backoff)
        if turn.purpose == "robots":
            robots = self.crawl.robots_of(turn.host)
            pace = pace.with_robots(robots) if robots.crawl_delay > pace.crawl_delay else pace
        pace = pace.within(self.hours)
        if pace.next_at > now:  # a run that goes on with this one waits for it too
            self.frontier.set_host(turn.host, next_at=pace.next_at)
        is_left = all(self.frontier.host(host).status for host in self._lanes[lane])
        if is_left:  # what is not asked again in this run is not waited for
            pace = replace(pace, next_at=now)
        self._paces[lane] = pace
        self._queue.done(lane, pace.next_at)
        if onward is not None:
            self._join(onward)

    def _note(self, turn: Turn, exchange: Exchange, offset: int) -> int:
        address = turn.task.address.number if turn.task is not None and turn.task.address is not None else None
        return self.frontier.add_snapshot(
            address, url=exchange.url, fetched_at=exchange.fetched_at, code=exchange.status, warc=self.archive.path.name,
            offset=offset, sha256=sha256(exchange.body).hexdigest(), etag=exchange.header("ETag"),
            last_modified=exchange.header("Last-Modified"),
        )  # fmt: skip

    @property
    def _first_wait(self) -> float:
        """Before the second try of what failed; replicas without a delay are not waited for long."""
        return max(self.delay, 0.1)

    def _join(self, host: str) -> None:
        """A host waits for its turn, among the names of its lane."""
        lane = _lane(host)
        self._lanes[lane].setdefault(host)
        self._queue.put(lane, self._pace(lane).next_at)

    def _pace(self, lane: str) -> Pace:
        if lane not in self._paces:
            hosts = [self.frontier.host(host) for host in self._lanes[lane]]
            delays = [self.crawl.robots_of(known.host).crawl_delay for known in hosts if known.robots_status is not None]
            next_at = max((known.next_at or 0.0 for known in hosts), default=0.0)
            pace = Pace(self.delay, self.jitter, max(delays, default=0.0), next_at=next_at)
            self._paces[lane] = pace.within(self.hours)
        return self._paces[lane]


def _lane(host: str) -> str:
    """By what a host is paced: with `www.` and without it is one server."""
    return host.removeprefix("www.")


def _moment(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cannot_be_kept(fault: ArchiveError) -> OutputError:
    return OutputError(f"{fault}; what was fetched before is kept: make room and run the same command again")
