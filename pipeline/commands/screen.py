"""What commands share of the terminal: data on stdout, words and progress on stderr, and the language of both."""

from __future__ import annotations

import logging
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pipeline.errors import UsageError
from pipeline.inputs import shown

__all__ = ["FaultLog", "counter", "language", "logging_to", "out", "print_table", "say"]


def language(flag: str | None, environment: Mapping[str, str]) -> str:
    """
    `zh` or `en`: the flag, else what the locale says.

    >>> language(None, {"LANG": "zh_CN.UTF-8"}), language(None, {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    ('zh', 'en')
    """
    if flag is not None:
        if flag not in ("zh", "en"):
            raise UsageError(f"--lang: must be zh or en, is {flag!r}")
        return flag
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def out() -> TextIO:
    """Standard output as UTF-8 with `\\n` at line ends, whatever the terminal was set to."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    return sys.stdout


def say(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def print_table(heading: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """A table on stdout: drawn on a terminal, tab-separated elsewhere (drawn lines would stand in the way of a script)."""
    stream = out()
    if not stream.isatty():
        for row in (heading, *rows):
            stream.write("\t".join(re.sub(r"[\t\r\n]+", " ", cell) for cell in row) + "\n")
        return
    from rich.console import Console  # a script that reads our output need not wait for it
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", show_lines=False)
    for name in heading:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    Console(file=stream).print(table)


@contextmanager
def counter(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function to call with (done, total): a bar on a terminal, else a line at every tenth."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress

        # Refreshed when it is told of something: a thread of its own would keep this process from being forked.
        with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total, refresh=True)
        return
    last = [-1]

    def tell(done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if tenth != last[0] and done and total > 1:
            say(f"{what}: {done} of {total}")
        last[0] = tenth

    yield tell


class FaultLog(logging.Handler):
    """Keeps faults of the program, with their traceback, in a file that is made when the first one comes."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(logging.ERROR)
        self.path = path
        self.written = False
        # No times in it: the same fault of the same input leaves the same bytes.
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Append one record."""
        if self.path is None:
            handle, name = tempfile.mkstemp(prefix="gongkai-", suffix=".log")
            os.close(handle)
            self.path = Path(name)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a" if self.written else "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(self.format(record) + "\n")
        self.written = True


class _Lines(logging.Handler):
    """Warnings as lines on stderr; faults are told of as reasons, their traceback is for the log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say one record, unless it is a fault."""
        if record.levelno < logging.ERROR:
            say(shown(record.getMessage()))


@contextmanager
def logging_to(path: Path | None) -> Iterator[FaultLog]:
    """Log warnings to stderr and faults to a file (a temporary one without a path); say at the end where it is."""
    log, lines = FaultLog(path), _Lines(logging.WARNING)
    logger = logging.getLogger("gongkai")
    logger.propagate = False
    for handler in (log, lines):
        logger.addHandler(handler)
    try:
        yield log
    finally:
        for handler in (log, lines):
            logger.removeHandler(handler)
        if log.written:
            say(f"the program failed on a document, which is a fault of the program; please report it with the log {log.path}")
