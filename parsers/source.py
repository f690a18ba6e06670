"""Source: the bytes of one document and what is known of them before they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from parsers.errors import ReadError, ReadStatus

__all__ = ["MAX_BYTES", "Hints", "Source", "open_source"]

MAX_BYTES = 100_000_000
"""A larger file is refused before it is read; the longest scans met were about 60 MB."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the caller believes of a report: it settles what the document leaves open, never overrides it."""

    county_code: str | None = None
    unit: str | None = None
    level: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class Source:
    """
    One document: bytes, name, and optionally address, what HTTP said, and companions.

    `companions` holds pictures, frames and attachments by the reference that stands in the page.

    >>> Source(b"abc", "a.txt").sha256[:12]
    'ba7816bf8f01'
    """

    data: bytes
    name: str
    url: str | None = None
    media_type: str | None = None
    charset: str | None = None
    companions: Mapping[str, bytes] = field(default_factory=dict)
    hints: Hints | None = None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def address(self) -> str:
        """Where the document came from, as given: its address, else its name."""
        return self.url or self.name


def open_source(path: Path, *, name: str | None = None, hints: Hints | None = None, max_bytes: int = MAX_BYTES) -> Source:
    """
    The file at `path` as a Source; a file over `max_bytes` is refused before it is read.

    Raises ReadError with status `limit` (too large) or `failed` (cannot be opened).
    """
    shown = name if name is not None else str(path)
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise ReadError(
                ReadStatus.LIMIT, f"the file has {size:,} bytes, more than the {max_bytes:,} allowed; it was not read", name=shown
            )
        return Source(path.read_bytes(), shown, hints=hints)
    except OSError as exc:
        raise ReadError(ReadStatus.FAILED, f"the file cannot be opened: {exc.strerror or exc}", name=shown) from exc
