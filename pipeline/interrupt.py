"""
Ctrl-C: one line and exit code 130, at any moment after the interpreter has begun.

While modules are imported the program leaves at once, since an exception there may come out of anybody's code and be
swallowed; then KeyboardInterrupt flies, so that what was begun is tidied up. SIGTERM is obeyed in the same way.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pipeline.errors import PipelineError

__all__ = ["INTERRUPTED", "Interrupted", "importing", "keeping", "obey", "turn_deaf"]

INTERRUPTED = 130


class Interrupted(PipelineError):  # noqa: N818 - no error
    """Somebody ended the program; the message says what is left of its work."""

    exit_code = INTERRUPTED


@contextmanager
def obey() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C, unless somebody has decided otherwise."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def importing() -> Iterator[None]:
    """Leave at once on Ctrl-C, with exit code 130 and one line, until this ends."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not ours or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _leave_now)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def keeping() -> Iterator[None]:
    """Say on Ctrl-C that what was read is kept: for commands of which that is true."""
    try:
        yield
    except KeyboardInterrupt as exc:
        raise Interrupted("interrupted; what was read is kept; run the same command again to go on") from exc


def turn_deaf() -> None:
    """Ignore Ctrl-C for good: the program is leaving, and the interpreter, once it ends, would die of the signal instead."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _leave_now(*_: object) -> None:
    with suppress(OSError):
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"gongkai: interrupted\n")
    os._exit(INTERRUPTED)
