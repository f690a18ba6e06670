"""
Fetching: hosts side by side, one request a host at a time, and every answer kept before it counts as had.

The order of work is a queue of hosts by the time at which each may be asked again. Threads ask; this thread alone writes the
archive and the state, and reads what came. What has come meanwhile is taken in together: its records are brought to disk at
once, and only then does one transaction say what became of it.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
        for host in self.frontier.waiting_hosts():
            self._queue.put(host, self._pace(host).next_at)
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
                host = self._queue.pop(self.clock())
                if host is None:
                    break
                turn = self.crawl.next_turn(host)
                if turn is None:
                    self._queue.done(host)
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
                self.frontier.keep_archive_length(self.archive.path.name, self.archive.end)
                for turn, result, offset in kept:
                    self._settle(turn, result, offset)
            for host in self.frontier.take_touched():
                self._queue.put(host, self._pace(host).next_at)
            self._tell()
        if failure is not None:
            raise _cannot_be_kept(failure) from failure

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
        if isinstance(result, Exchange):
            snapshot = self._note(turn, result, offset)
            attempt = self.crawl.attempt(turn)
            onward = self.crawl.settle(turn, result, snapshot, result.fetched_at)
            if result.transport.startswith("tls"):
                self.frontier.set_host(turn.host, transport=result.transport)
            backoff = retry_after_failure(attempt, result.status, chance=self.chance(), initial=self._first_wait)
            pace = self._pace(turn.host).after(
                now, chance=self.chance(), status=result.status, retry_after=result.header("Retry-After"), backoff=backoff
            )
            if pace.asked_to_wait > _LONGEST_WAIT_S:
                self.crawl.defer(turn.host, pace.asked_to_wait, result.fetched_at)
        else:
            _LOG.warning("%s", result)
            self.crawl.settle_error(turn, result, datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
            backoff = retry_after_failure(self.crawl.attempt(turn), result, chance=self.chance(), initial=self._first_wait)
            pace = self._pace(turn.host).after(now, chance=self.chance(), backoff=backoff)
        if turn.purpose == "robots":
            pace = pace.with_robots(self.crawl.robots_of(turn.host))
        self._paces[turn.host] = pace.within(self.hours)
        self._queue.done(turn.host, self._paces[turn.host].next_at)
        if onward is not None and onward != turn.host:
            self._queue.put(onward, self._pace(onward).next_at)

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

    def _pace(self, host: str) -> Pace:
        if host not in self._paces:
            self._paces[host] = Pace(self.delay, self.jitter).within(self.hours)
        return self._paces[host]


def _cannot_be_kept(fault: ArchiveError) -> OutputError:
    return OutputError(f"{fault}; what was fetched before is kept: make room and run the same command again")
