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

__all__ = ["INTERRUPTED", "Interrupted", "importing", "keeping", "obey"]

INTERRUPTED = 130


class Interrupted(PipelineError):  # noqa: N818 - no error
    """Somebody ended the program; the message says what is left of its work."""

    exit_code = INTERRUPTED


@contextmanager
def obey() -> Iterator[None]:
    """
    Take Ctrl-C, and SIGTERM for it, once each, unless somebody has decided otherwise.

    A second one would cut short what the first begins: work is tidied up, and an interpreter that ends dies of a signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    ours = {number: handler for number, handler in usual.items() if signal.getsignal(number) is handler}
    for number in ours:
        signal.signal(number, _interrupt_once)
    try:
        yield
    finally:
        for number, handler in ours.items():
            if signal.getsignal(number) is _interrupt_once:
                signal.signal(number, handler)


@contextmanager
def importing() -> Iterator[None]:
    """Leave at once on Ctrl-C, with exit code 130 and one line, until this ends; within `obey`."""
    if signal.getsignal(signal.SIGINT) is not _interrupt_once:
        yield
        return
    signal.signal(signal.SIGINT, _leave_now)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _interrupt_once)


@contextmanager
def keeping() -> Iterator[None]:
    """Say on Ctrl-C that what was read is kept: for commands of which that is true."""
    try:
        yield
    except KeyboardInterrupt as exc:
        raise Interrupted("interrupted; what was read is kept; run the same command again to go on") from exc


def _interrupt_once(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _leave_now(*_: object) -> None:
    with suppress(OSError):
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"gongkai: interrupted\n")
    os._exit(INTERRUPTED)
