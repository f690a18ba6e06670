"""
Where worker processes come from: they are forked from a process without threads that has imported what they need.

The copy of a process with threads would hold their locks (pebble's, pyarrow's, a notebook's); a fresh interpreter for
each worker would import for a second. For the first worker, and so for a run over a few documents, the program's own
process will do: it has imported everything and has no threads yet. For the others another process is started, which
has none ever. Windows cannot fork and has the fresh interpreters.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from pathlib import Path
from types import ModuleType
from typing import Any, cast

__all__ = ["undisturbed", "worker_context"]

_LONG_NAME = 60
_SHORT_NAME = "/tmp"  # noqa: S108 - multiprocessing makes a folder of its own in it

# One thread a process: the processes are the parallel work. The working folder is full of other people's files, and a
# `lxml.py` among them must not be imported.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"}


_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_Plain: Any = type(multiprocessing.get_context(_METHOD))


class _Process(_Plain.Process):  # type: ignore[misc]
    """A process that does not run the caller's script once more: it has no use for it, and the script need not expect it."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - where multiprocessing decides how a process is started
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return _Plain.Process._Popen(process_obj)  # noqa: SLF001 - see above
        finally:
            sys.modules["__main__"] = main


class _Context(_Plain):  # type: ignore[misc]
    Process = _Process


def worker_context() -> BaseContext:
    """How the next process is started: forked from this one where it has no threads, else from one that has none."""
    if _is_alone():
        return multiprocessing.get_context("fork")
    if _METHOD == "forkserver":
        _start_forks()
    return cast("BaseContext", _Context())


def _is_alone() -> bool:
    """Whether this process is known to have no threads, those of libraries included."""
    tasks = Path("/proc/self/task")
    return "fork" in multiprocessing.get_all_start_methods() and tasks.is_dir() and len(list(tasks.iterdir())) == 1


def _start_forks() -> None:
    """Start the process without threads, which imports what workers need; nothing where it runs."""
    from multiprocessing import resource_tracker, util
    from multiprocessing.forkserver import ensure_running

    resource_tracker.ensure_running()  # which forks would start too, and let Ctrl-C in again
    with _short_names():
        util.get_temp_dir()
    _Context().set_forkserver_preload(["pipeline.preload"])
    with undisturbed(), _environment(_ENVIRONMENT):
        ensure_running()


@contextmanager
def _short_names() -> Iterator[None]:
    """Where temporary files have long names, put multiprocessing's socket elsewhere: its name may have a hundred bytes or so."""
    before = tempfile.tempdir
    if len(os.fsencode(tempfile.gettempdir())) > _LONG_NAME and os.access(_SHORT_NAME, os.W_OK | os.X_OK):
        tempfile.tempdir = _SHORT_NAME
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put Ctrl-C off, here until this ends, and for good in processes that are started meanwhile: it is for the driver alone."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
