"""
Batches on their way to whatever carries them out: worker processes, this process, or machines elsewhere.

The driver trusts shards, never what a worker returns. A batch that ended its worker is split into single documents. A
document that passed its limit ends as `limit`; one that ends its worker once more, alone, is quarantined; the rest
goes on.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal, Protocol

from parsers.errors import ReadStatus
from pipeline.inputs import Input
from pipeline.job import Job, Limits, Read, Told, do, unread, which
from pipeline.shards import Shards

__all__ = ["BATCH", "Death", "Ending", "Executor", "InProcess", "carry", "cut"]

BATCH = 64
"""Documents in a batch: parsing one takes milliseconds, handing one over takes as long."""

_LIGHT = frozenset(".csv .docx .htm .html .jhtml .json .md .shtml .tsv .txt .xhtml .xls .xlsx .xml".split())
_HEAVY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")


@dataclass(frozen=True, slots=True)
class Death:
    """
    How a worker ended that left no shard: of time or memory of one document, or else.

    `at` is the document of the batch, None where that is not known, and `given` the results it had given by then.
    """

    cause: Literal["time", "memory", "else"] = "else"
    at: int | None = None
    given: int = 0
    how: str = "without a word"


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a job: what the log is to be told, and how the worker died if it did."""

    job: Job
    told: Sequence[Told] = ()
    death: Death | None = None


class Executor(Protocol):
    """What carries jobs out: `submit` while it has a free hand, `take` what has ended, in whatever order."""

    limits: Limits

    @property
    def free(self) -> bool:
        """Whether a job would be begun at once."""

    def submit(self, job: Job) -> None:
        """Take a job on."""

    def take(self) -> Ending:
        """A job that has ended, waited for when none has. What is wrong with the program or the disk flies."""


class InProcess:
    """Does one job at a time, here, with no limits; a bug flies."""

    def __init__(self) -> None:
        self.limits = Limits()
        self._ended: deque[Ending] = deque()

    @property
    def free(self) -> bool:
        """Whether what was done last has been taken."""
        return not self._ended

    def submit(self, job: Job) -> None:
        """Do the job now."""
        do(job)
        self._ended.append(Ending(job))

    def take(self) -> Ending:
        """The job that was done."""
        return self._ended.popleft()


def cut(items: Sequence[Input], size: int = BATCH) -> Iterator[tuple[Input, ...]]:
    """The items in batches of at most `size`, in order; what may take long (a scan, LibreOffice, an archive) goes alone."""
    batch: list[Input] = []
    for item in items:
        if _may_take_long(item):
            yield (item,)
            continue
        batch.append(item)
        if len(batch) == size:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def _may_take_long(item: Input) -> bool:
    """By suffix, else by how it begins: only how the work is cut hangs on it."""
    if item.refused is not None or PurePath(item.address).suffix.lower() in _LIGHT:
        return False
    if item.held is not None:
        return item.held.data.startswith(_HEAVY)
    try:
        with open(item.path or "", "rb") as file:  # noqa: PTH123 - there may be no path
            return file.read(8).startswith(_HEAVY)
    except OSError:
        return False


def carry(
    items: Sequence[Input],
    shards: Shards,
    read: Read,
    executor: Executor,
    *,
    size: int = BATCH,
    progress: Callable[[int], None] | None = None,
) -> Mapping[str, str]:
    """
    The shard of every input, by its key; inputs that an earlier run has read are not read again.

    `progress` is called with the number of inputs done so far.
    """
    placed = dict(shards.known())
    placed.update(_alone(shards, [item for item in items if item.key not in placed]))
    driver = _Driver(shards, read, executor, placed, progress or (lambda _: None), sum(item.key in placed for item in items))
    driver.run([item for item in items if item.key not in placed], size)
    return placed


def _alone(shards: Shards, items: Sequence[Input]) -> Iterator[tuple[str, str]]:
    """Inputs that a run which was broken off has left in shards of their own."""
    there = {path.name for path in shards.folder.iterdir()} if shards.folder.is_dir() else set()
    if there:
        yield from ((item.key, name) for item in items if (name := shards.name_of((item,))) in there)


@dataclass
class _Driver:
    """Hands jobs to the executor and sees to it that every input stands in a shard."""

    shards: Shards
    read: Read
    executor: Executor
    placed: dict[str, str]
    progress: Callable[[int], None]
    done: int

    def run(self, items: Sequence[Input], size: int) -> None:
        """Carry the items out."""
        self.progress(self.done)
        order = {item.key: at for at, item in enumerate(items)}
        told: list[tuple[int, Sequence[Told]]] = []
        jobs = deque(self._job(batch) for batch in cut(items, size))
        under_way = 0
        try:
            while jobs or under_way:
                while jobs and self.executor.free:
                    job = jobs.popleft()
                    if self.shards.has(job.name):
                        self._place(job)
                        continue
                    self.executor.submit(job)
                    under_way += 1
                if under_way:
                    ending = self.executor.take()
                    under_way -= 1
                    told.append((order[ending.job.batch[0].key], ending.told))
                    jobs.extendleft(reversed(list(self._after(ending))))
        finally:
            _log(told)

    def _job(self, batch: tuple[Input, ...]) -> Job:
        return Job(batch, self.shards.folder, self.shards.name_of(batch), self.read)

    def _place(self, job: Job) -> None:
        self.placed.update((item.key, job.name) for item in job.batch)
        self.done += len(job.batch)
        self.progress(self.done)

    def _after(self, ending: Ending) -> Iterator[Job]:
        """What is to be done now that a job has ended: nothing when its shard is there."""
        job, death = ending.job, ending.death or Death()
        if self.shards.has(job.name):
            self._place(job)
        elif len(job.batch) == 1:
            yield from self._again(job, death)
        else:
            for at, item in enumerate(job.batch):
                single = self._job((item,))
                yield from self._again(single, death) if at == death.at else (single,)

    def _again(self, job: Job, death: Death) -> Iterator[Job]:
        """One more try for a document that ended its worker; none where it would end in the same way, and after the last."""
        (item,) = job.batch
        if death.cause == "else" and not job.again:
            yield replace(job, again=True)
            return
        if death.cause == "else":
            why = f"{which(death.given)} ended the worker that read it {death.how}, twice; it was set aside and the rest went on"
            instead = unread(item, ReadStatus.QUARANTINED, why)
        else:
            limits = self.executor.limits
            reason = limits.late(death.given) if death.cause == "time" else limits.large(death.given)
            instead = unread(item, ReadStatus.LIMIT, reason)
        if death.given and job.instead is None:
            yield replace(job, again=True, kept=death.given, instead=instead)
            return
        self.shards.write(job.name, [(item, job.instead or instead)])
        self._place(job)


def _log(told: Sequence[tuple[int, Sequence[Told]]]) -> None:
    """Tell the log what the workers had to tell, in the order of the inputs."""
    for _, records in sorted(told, key=lambda pair: pair[0]):
        for level, name, text in records:
            logging.getLogger(name).log(level, "%s", text)
