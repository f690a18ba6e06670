"""
The errors of `parsers/`.

    ParseError
    ├── ReadError      one document could not be read; carries the status and the reason for `reports`
    └── FormError      a file in parsers/forms/ is wrong; the program stops

Bad figures are never errors: they are facts with another status than `published`, and findings.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FormError", "ParseError", "ReadError", "ReadStatus"]


class ReadStatus(StrEnum):
    """What became of an input: the words of the column `status` of `reports`."""

    READ = "read"
    NO_FORM = "no_form"
    NOT_A_REPORT = "not_a_report"
    EMPTY = "empty"
    NEEDS_OCR = "needs_ocr"
    NEEDS_LIBREOFFICE = "needs_libreoffice"
    UNSUPPORTED = "unsupported"
    LIMIT = "limit"
    QUARANTINED = "quarantined"
    FAILED = "failed"


class ParseError(Exception):
    """Base of all errors of this package."""


class ReadError(ParseError):
    """
    A document that cannot be read, with the status and the one-line reason that `reports` shows.

    >>> ReadError(ReadStatus.EMPTY, "the file holds no bytes", name="a.html")
    ReadError('a.html: the file holds no bytes')
    """

    def __init__(self, status: ReadStatus, reason: str, *, name: str = "") -> None:
        super().__init__(f"{name}: {reason}" if name else reason)
        self.status = status
        self.reason = reason
        self.name = name


class FormError(ParseError):
    """A form file that cannot be used; the message names the file and the key."""
