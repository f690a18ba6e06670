"""
Worker processes by pebble, with limits on time and memory.

Each worker is a pebble pool of one: when a process ends, whatever it was doing, the pool can only say so of the one job
it had, and it is replaced with its pipes and locks. In a pool of many, a worker that dies while it takes a job may leave
the job waiting for ever.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, cast

from pebble import ProcessExpired, ProcessPool

from pipeline.errors import OutputError, PipelineError
from pipeline.forks import undisturbed, worker_context
from pipeline.job import ALLOWED, AT, BOARD_SIZE, GIVEN, PATIENCE, PID, READER, Board, Job, Limits, Told, begin_work, work
from pipeline.workers import Death, Ending

__all__ = ["Pool"]

_TICK_S = 0.05
_JOBS_A_PROCESS = 64
"""Then it makes way for a fresh one, and what a library has leaked goes with it. Pebble would start that from a thread."""

_LOST_S = 3.0
_LAST_WORDS_S = 0.5
_NEAR = 0.95
_PROC = Path("/proc")


class Pool:
    """
    An executor of worker processes, as many as there are cores unless told otherwise, that are started when they are needed.

    Use it as a context: on its way out it ends the processes at once, with what they started, and their files.
    """

    def __init__(self, limits: Limits, workers: int = 0) -> None:
        self.limits = limits
        self._most = workers or _cores()
        self._workers: list[_Worker] = []
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._made = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        with undisturbed(), _deaf():
            _end(self._workers)
            self._workers.clear()
            if self._scratch is not None:
                _sweep(Path(self._scratch.name))
                self._scratch.cleanup()

    @property
    def free(self) -> bool:
        """Whether a worker is idle or may yet be started."""
        return len(self._workers) < self._most or any(worker.job is None for worker in self._workers)

    def submit(self, job: Job) -> None:
        """Hand a job to an idle worker, or to a new one."""
        idle = next((worker for worker in self._workers if worker.job is None), None)
        if idle is not None and (job.again or not idle.sound):
            self._drop(idle)
            idle = None
        (idle or self._add()).begin(job)

    def take(self) -> Ending:
        """A job that has ended, in one way or another."""
        while True:
            busy = [worker for worker in self._workers if worker.job is not None]
            wait([worker.future for worker in busy], _TICK_S, FIRST_COMPLETED)
            for worker in busy:
                if worker.look():
                    ending = worker.finish()
                    if ending.death is not None:
                        self._drop(worker)
                    return ending

    def _add(self) -> _Worker:
        self._made += 1
        try:
            if self._scratch is None:
                self._scratch = tempfile.TemporaryDirectory(prefix="gongkai-", ignore_cleanup_errors=True)
            scratch = Path(self._scratch.name, str(self._made))
            scratch.mkdir()
        except OSError as exc:
            raise OutputError(f"no temporary folder can be made: {exc.strerror or exc}; set TMPDIR") from exc
        self._workers.append(_Worker(self.limits, scratch))
        return self._workers[-1]

    def _drop(self, worker: _Worker) -> None:
        with undisturbed():
            self._workers.remove(worker)
            _end([worker])
            _sweep(worker.scratch)


class _Worker:
    """One process and the job it is at."""

    def __init__(self, limits: Limits, scratch: Path) -> None:
        self.scratch = scratch
        self.job: Job | None = None
        self.jobs = 0
        self.future: Future[list[Told]] = Future()
        context: Any = worker_context()
        self._board = cast("Board", context.RawArray("q", BOARD_SIZE))
        # Without signals that end a process from within, pebble ends it from without.
        self._clock = None if hasattr(signal, "setitimer") else PATIENCE * limits.seconds
        self.pool = ProcessPool(
            max_workers=1,
            initializer=begin_work,
            initargs=(self._board, scratch, limits),
            context=context,
        )
        self._peak = 0
        self._missed_at: float | None = None

    @property
    def sound(self) -> bool:
        """Whether it can take another job."""
        return self.jobs < _JOBS_A_PROCESS and self.pool.active

    @property
    def pid(self) -> int:
        """The process, 0 before it has begun."""
        return self._board[PID]

    def begin(self, job: Job) -> None:
        """Hand it a job."""
        self.job, self.jobs, self._peak, self._missed_at = job, self.jobs + 1, 0, None
        self._board[READER] = self._board[AT] = self._board[GIVEN] = 0
        timeout = None if self._clock is None else self._clock * len(job.batch)
        with undisturbed():  # the process begins here
            self.future = self.pool.schedule(work, (job,), timeout=timeout)

    def look(self) -> bool:
        """Whether its job has ended; looks at the memory of the process on the way."""
        if self.future.done():
            return True
        self._peak = max(self._peak, _peak_memory(self._board[READER]))
        if _is_gone(self._board[READER]):  # one that leaves with exit code 0 is no death to pebble
            self._missed_at = self._missed_at or time.monotonic()
            return time.monotonic() - self._missed_at > _LOST_S
        self._missed_at = None
        return False

    def finish(self) -> Ending:
        """What became of its job. Raises what the job raised."""
        job, self.job = self.job, None
        if job is None:
            raise RuntimeError("the worker has no job that could end")
        if not self.future.done():
            return Ending(job, death=self._death(job, "with exit code 0"))
        try:
            return Ending(job, self.future.result())
        except ProcessExpired as exc:
            return Ending(job, death=self._death(job, _how(exc.exitcode), exc.exitcode))
        except BrokenProcessPool:
            return Ending(job, death=self._death(job, "without a word"))
        except (TimeoutError, MemoryError) as exc:  # the whole job took too long; what was read could not be written
            cause: Literal["time", "memory"] = "time" if isinstance(exc, TimeoutError) else "memory"
            return Ending(job, death=Death(cause, 0 if len(job.batch) == 1 else None))

    def _death(self, job: Job, how: str, code: int = 0) -> Death:
        if not self.pid:
            raise PipelineError(f"no worker process can be started: it ended {how} before it began; what was read is kept")
        self._board[PID], allowed = 0, self._board[ALLOWED]
        if hasattr(signal, "SIGALRM") and -code in (signal.SIGALRM, signal.SIGPROF):
            return Death("time", self._board[AT], self._board[GIVEN], how)
        if job.again and code < 0 and allowed and self._peak >= _NEAR * allowed:  # alone in a fresh process, so it is its own
            return Death("memory", self._board[AT], self._board[GIVEN], how)
        return Death("else", self._board[AT], self._board[GIVEN], how)


def _how(code: int) -> str:
    if code >= 0:
        return f"with exit code {code}"
    with suppress(ValueError):
        return f"by signal {signal.Signals(-code).name}"
    return f"by signal {-code}"


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _peak_memory(pid: int) -> int:
    """The most address space that a process has had, in bytes; 0 where that cannot be seen."""
    try:
        lines = (_PROC / str(pid) / "status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmPeak:")), 0)


def _is_gone(pid: int) -> bool:
    return pid > 0 and _PROC.is_dir() and not (_PROC / str(pid)).exists()


def _end(workers: list[_Worker]) -> None:
    """End processes at once, whatever they are doing, with what they started."""
    for worker in workers:
        worker.pool.stop()  # type: ignore[no-untyped-call]
    for worker in workers:
        if worker.pid and hasattr(signal, "SIGKILL"):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(worker.pid, signal.SIGKILL)
    for worker in workers:
        worker.pool.join()


@contextmanager
def _deaf() -> Iterator[None]:
    """Ignore a second Ctrl-C, whichever thread it comes to."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _sweep(scratch: Path) -> None:
    """End what workers have left running (LibreOffice ends with its worker, by and by), and remove their files."""
    start = time.monotonic()
    sockets: set[Path] = set()
    while (left := list(_users(scratch))) and (waited := time.monotonic() - start) < 6 * _LAST_WORDS_S:
        if waited > _LAST_WORDS_S:
            for process in left:
                sockets.update(_sockets(process))
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(int(process.name), signal.SIGKILL)
        time.sleep(_TICK_S)
    for socket in sockets:
        socket.unlink(missing_ok=True)
    shutil.rmtree(scratch, ignore_errors=True)


def _users(scratch: Path) -> Iterator[Path]:
    """The processes, as folders of /proc, whose command names the scratch folder, which is nobody else's."""
    signs = (os.fsencode(scratch) + b"/", scratch.as_uri().encode() + b"/")
    for process in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if any(sign in command for sign in signs):
                yield process


def _sockets(process: Path) -> Iterator[Path]:
    """The sockets with a name that a process has made: LibreOffice's stand in /tmp."""
    with suppress(OSError):
        own = {str(link.readlink()) for link in (process / "fd").iterdir()}
        for line in (process / "net" / "unix").read_text("utf-8", "replace").splitlines()[1:]:
            *_, inode, name = line.split(maxsplit=7) if line.count(" /") else ("", "")
            if f"socket:[{inode}]" in own:
                yield Path(name)
