"""
Arguments in, exit code out.

0: every input was read. 3: any other status anywhere. 1: nothing usable was written. 2: usage or configuration.
130: interrupted. Data goes to stdout, everything else to stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from pipeline.errors import PipelineError
from pipeline.interrupt import INTERRUPTED, importing, obey

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave with its exit code; the errors it knows are one line on stderr."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a process without threads can be forked; see pipeline/forks.py
    try:
        with obey():
            with importing():
                from pipeline.arguments import app
            app(args=words, prog_name="gongkai")
    except PipelineError as exc:
        _leave(str(exc), exc.exit_code)
    except SystemExit as exc:
        if exc.code == INTERRUPTED:
            _leave("interrupted", INTERRUPTED)
        raise
    except KeyboardInterrupt:
        _leave("interrupted", INTERRUPTED)
    except OSError as exc:  # files have their own errors; what is left is a full disk behind stdout, or no temporary space
        with Path(os.devnull).open("wb") as nowhere, suppress(OSError, ValueError):
            os.dup2(nowhere.fileno(), sys.stdout.fileno())  # else the interpreter tries once more on its way out
        _leave(f"the output cannot be written: {exc.strerror or exc}", 1)
    except _form_error() as exc:
        _leave(str(exc), 2)


def _form_error() -> type[Exception]:
    """Looked up when an error has come this far: the import would keep `--help` waiting."""
    from parsers.errors import FormError

    return FormError


def _leave(line: str, code: int) -> NoReturn:
    sys.stderr.write(f"gongkai: {line}\n")
    sys.exit(code)
