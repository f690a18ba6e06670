"""
The errors of `pipeline/`; each knows the exit code of the program.

    PipelineError      exit 1: nothing usable was written
    ├── OutputError    a file cannot be written or was damaged
    └── UsageError     exit 2: what was asked for cannot be done
        └── ConfigError    a configuration, a variable or a manifest is wrong

Bad documents are never errors here: they are rows of `reports` with a status and a reason.
"""

from __future__ import annotations

__all__ = ["ConfigError", "OutputError", "PipelineError", "UsageError"]


class PipelineError(Exception):
    """Base of all errors of this package; the message is one line for a person."""

    exit_code = 1


class OutputError(PipelineError):
    """A file of the output cannot be written or read back."""


class UsageError(PipelineError):
    """The request cannot be carried out as it stands."""

    exit_code = 2


class ConfigError(UsageError):
    """The message names the file or variable, the key, and the nearest key that is known."""
