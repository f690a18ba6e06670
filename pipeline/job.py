"""
What a worker does: read a batch, document by document, and leave its shard.

A document has so many seconds and so much memory. Time is an alarm whose action is the system's own, the end of the
process: it comes in C code too. Memory that is asked for beyond the limit is refused, which is a MemoryError in
Python and the end of the process in some C code. So the worker says beforehand, on a board that the driver reads,
which document it is at.
"""

from __future__ import annotations

import logging
import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, MutableSequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from parsers.errors import ReadStatus
from parsers.report import Unread
from pipeline.inputs import Input
from pipeline.shards import Result, Shards

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = [
    "ALLOWED", "AT", "BOARD_SIZE", "GIVEN", "PATIENCE", "PID", "READER", "Board", "Job", "Limits", "Read", "Told", "begin_work", "do", "unread",
    "which", "work",
]  # fmt: skip

Read = Callable[[Input], Iterable[Result]]
"""Reads one input; raises nothing for bad data, and MemoryError for want of memory."""

Told = tuple[int, str, str]
"""A record of the log: its level, the logger, and the text."""

Board = MutableSequence[int]
PID, READER, AT, GIVEN, ALLOWED = range(5)
"""
Places of the board: the process, the process that took the job, the document of the batch it is at, the results that
document gave, the address space allowed.
"""

BOARD_SIZE = 5
PATIENCE = 3
"""The limit is on time of the processor; by the clock it is so many times as long: a busy machine must not decide what is read."""

_MEGABYTE = 1_000_000
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take; each member of an archive is one."""

    seconds: float = 30.0
    megabytes: int = 1500

    def late(self, given: int) -> str:
        """Why a document took too long; `given` are the results an archive gave before."""
        return (
            f"{which(given)} takes longer than {self.seconds:g} s to read, all that `seconds` of [parse] in gongkai.toml allows"
        )

    def large(self, given: int) -> str:
        """Why a document needed too much memory; `given` as above."""
        most = f"{self.megabytes:,} MB of memory"
        return f"{which(given)} takes more than {most} to read, all that `megabytes` of [parse] in gongkai.toml allows"


def which(given: int) -> str:
    """What a reason speaks of: the document, or what an archive did not give after so many documents."""
    return f"the rest of the archive was not read: what comes after its first {given} documents" if given else "it"


@dataclass(frozen=True)
class Job:
    """
    A batch, the way to read it, and the shard that is to be left.

    `again` says that its document has ended a worker before. With `instead`, only the first `kept` results of the
    document are read, and this stands for what would come after them.
    """

    batch: tuple[Input, ...]
    folder: Path
    name: str
    read: Read
    again: bool = False
    kept: int = 0
    instead: Unread | None = None


@dataclass
class _Guard:
    """The limits of this process and the board it writes on; without limits nothing is guarded."""

    limits: Limits | None = None
    board: Board = field(default_factory=lambda: [0] * BOARD_SIZE)

    def begin(self, at: int, given: int) -> None:
        """Begin with a document, or with the next one of an archive."""
        self.board[AT], self.board[GIVEN] = at, given
        if self.limits is None:
            return
        if resource is not None and _STATM.exists():
            held = int(_STATM.read_text("ascii").split()[0]) * resource.getpagesize()
            self._allow(held + self.limits.megabytes * _MEGABYTE)
        self._set_alarm(self.limits.seconds)

    def end(self) -> None:
        """Nothing is being read."""
        if self.limits is not None:
            self._set_alarm(0)
            self._allow(0)

    def _set_alarm(self, seconds: float) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)

    def _allow(self, size: int) -> None:
        """Bound the address space of this process, 0 for no bound; the hard limit stays, for LibreOffice has its own."""
        if resource is not None:
            most = resource.getrlimit(resource.RLIMIT_AS)[1]
            bound = size or most
            resource.setrlimit(resource.RLIMIT_AS, (bound if most == resource.RLIM_INFINITY else min(bound, most), most))
            self.board[ALLOWED] = size


_guard = _Guard()


def begin_work(board: Board, scratch: Path, limits: Limits) -> None:
    """Make this process a worker: it writes on the board, and keeps its temporary files in the scratch folder."""
    _guard.limits, _guard.board = limits, board
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    if hasattr(signal, "SIGALRM"):
        for late in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(late, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM, signal.SIGPROF, signal.SIGTERM})
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    board[PID] = os.getpid()


def do(job: Job) -> None:
    """Read the batch and leave its shard; the log is told of faults as they come."""
    try:
        Shards(job.folder).write(job.name, _results(job))
    finally:
        _guard.end()


def work(job: Job) -> list[Told]:
    """Do a job in a worker, and return what the log is to be told: the log is the driver's."""
    logger, collector = logging.getLogger("gongkai"), _Collector()
    _guard.board[READER] = os.getpid()
    logger.handlers, logger.propagate = [collector], False
    do(job)
    return collector.told


class _Collector(logging.Handler):
    """Keeps the records of the log as what can be handed to another process."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[Told] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record, its traceback included."""
        self.told.append((record.levelno, record.name, self.format(record)))


def unread(item: Input, status: ReadStatus, reason: str) -> Unread:
    """An input that was not read."""
    try:
        size = len(item.held.data) if item.held else item.path.stat().st_size if item.path else 0
    except OSError:
        size = 0
    return Unread(item.address, item.sha256, "", size, status, reason)


def _results(job: Job) -> Iterator[tuple[Input, Result]]:
    for at, item in enumerate(job.batch):
        given, large = 0, False
        _guard.begin(at, given)
        try:
            for result in islice(job.read(item), job.kept) if job.instead else job.read(item):
                yield item, result
                given += 1
                _guard.begin(at, given)
        except MemoryError:
            _guard.end()
            large = True  # what is said of it is said when the exception has gone, and with it the memory it holds
        if large:
            yield item, unread(item, ReadStatus.LIMIT, (_guard.limits or Limits()).large(given))
        elif job.instead is not None:
            yield item, job.instead
