"""A document that lies in an archive of fetched pages, with what its page shows: opened when it is read, by any process."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.errors import ReadError, ReadStatus
from parsers.source import Hints, Source
from scrapers.errors import ArchiveError

if TYPE_CHECKING:
    from scrapers.archive import Snapshot

__all__ = ["Kept", "Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """Where the answer of an address stands: the archive's name, the byte at which it begins, the digest of its body."""

    warc: str
    offset: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A page in an archive, and what came along with it by the reference in the page."""

    folder: Path
    record: Record
    companions: tuple[tuple[str, Record], ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all that is read."""
        parts = [self.record.sha256, *(f"{reference}\0{record.sha256}" for reference, record in self.companions)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def open(self, name: str, url: str | None, hints: Hints | None) -> Source:
        """
        The document as a Source, digests checked.

        Raises ReadError with status `failed` when the archive was damaged or has gone.
        """
        page = self._snapshot(self.record, name)
        along = {reference: self._snapshot(record, name).body for reference, record in self.companions}
        return Source(page.body, name, url=url, media_type=page.media_type, charset=page.charset, companions=along, hints=hints)

    def _snapshot(self, record: Record, name: str) -> Snapshot:
        try:
            snapshot = _read(self.folder / record.warc, record.offset)
        except ArchiveError as exc:
            raise ReadError(ReadStatus.FAILED, f"its record in the archive cannot be read: {exc}", name=name) from exc
        if snapshot is None or snapshot.body_sha256 != record.sha256:
            raise ReadError(ReadStatus.FAILED, f"the archive {record.warc} does not hold it at byte {record.offset}", name=name)
        return snapshot


@lru_cache(maxsize=8)
def _read(path: Path, offset: int) -> Snapshot | None:
    from scrapers.archive import read_snapshots  # what reads files only never waits for it

    return next(islice(read_snapshots(path, start=offset), 1), None)
