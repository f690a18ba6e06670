"""
Batches on their way to whatever carries them: one process today, a pool or a cluster behind the same `submit`.

The driver trusts shards, never what a worker returns. A batch that left no shard is split into single documents;
a document that leaves none either is quarantined and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from parsers.errors import ReadStatus
from parsers.report import Unread
from pipeline.inputs import Input
from pipeline.shards import Result, Shards

__all__ = ["BATCH", "Executor", "InProcess", "carry", "cut"]

BATCH = 64
"""Documents in a batch: parsing one takes milliseconds, handing one over takes as long."""

Read = Callable[[Input], Iterable[Result]]
"""Reads one input; never raises for bad data."""

Task = Callable[[tuple[Input, ...], Path, Read], None]
"""What a worker does with a batch, the folder of the shards, and the way to read one input."""


class Executor(Protocol):
    """Anything with `submit` that has done, or given up, all that was submitted when `wait` returns."""

    def submit(self, task: Task, batch: tuple[Input, ...], folder: Path, read: Read) -> None:
        """Take the task on."""

    def wait(self) -> None:
        """Return when nothing is under way."""


class InProcess:
    """Does what is submitted at once, here; a bug flies."""

    def submit(self, task: Task, batch: tuple[Input, ...], folder: Path, read: Read) -> None:
        """Do the task now."""
        task(batch, folder, read)

    def wait(self) -> None:
        """Nothing is ever under way."""


def cut(items: Sequence[Input], size: int = BATCH) -> Iterator[tuple[Input, ...]]:
    """The items in batches of at most `size`, in order."""
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])


def read_batch(batch: tuple[Input, ...], folder: Path, read: Read) -> None:
    """Read a batch and leave its shard in the folder: the task that a worker does."""
    shards = Shards(folder)
    shards.write(shards.name_of(batch), ((item, result) for item in batch for result in read(item)))


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
    pending = [item for item in items if item.key not in placed]
    done = len(items) - len(pending)
    if progress:
        progress(done)
    for batch in cut(pending, size):
        for part in _settle(batch, shards, read, executor):
            placed.update((item.key, shards.name_of(part)) for item in part)
        done += len(batch)
        if progress:
            progress(done)
    return placed


def _settle(batch: tuple[Input, ...], shards: Shards, read: Read, executor: Executor) -> Iterator[tuple[Input, ...]]:
    """The parts of a batch, each of which has left its shard."""
    if _try(batch, shards, read, executor):
        yield batch
    elif len(batch) > 1:
        for item in batch:
            yield from _settle((item,), shards, read, executor)
    else:
        shards.write(shards.name_of(batch), [(batch[0], _quarantined(batch[0]))])
        yield batch


def _try(batch: tuple[Input, ...], shards: Shards, read: Read, executor: Executor) -> bool:
    name = shards.name_of(batch)
    if not shards.has(name):
        executor.submit(read_batch, batch, shards.folder, read)
        executor.wait()
    return shards.has(name)


def _quarantined(item: Input) -> Unread:
    reason = "the worker that read it ended without a result; it was set aside and the rest went on"
    return Unread(item.address, item.sha256, "", 0, ReadStatus.QUARANTINED, reason)
