"""Archives opened under guard: declared sizes, ratio and number of members are looked at before anything is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError

from parsers.errors import ReadError, ReadStatus
from parsers.guard import MAX_UNPACKED_BYTES, refuse_bomb, refuse_many_members

__all__ = ["open_archive", "read_member"]

_ENCRYPTED = 0x1
_DAMAGE = (zipfile.BadZipFile, struct.error, zlib.error, LZMAError, EOFError, OSError, ValueError, IndexError, OverflowError)


@contextmanager
def open_archive(data: bytes) -> Iterator[zipfile.ZipFile]:
    """
    The ZIP archive in `data`, within the limits of `guard.py`.

    Raises ReadError with status `limit`, or `failed` when it is damaged.
    """
    refuse_many_members(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*_DAMAGE, NotImplementedError) as exc:
        raise ReadError(ReadStatus.FAILED, "a DOCX or ZIP archive that is cut off or damaged; ask for the file again") from exc
    with archive:
        refuse_bomb(archive)
        yield archive


def read_member(archive: zipfile.ZipFile, name: str | zipfile.ZipInfo) -> bytes | None:
    """
    The bytes of one member, or None when the archive has no such member.

    Raises ReadError with status `failed` when it is damaged, encrypted or packed in an unknown way, or `limit`.
    """
    try:
        member = archive.getinfo(name) if isinstance(name, str) else name
    except KeyError:
        return None
    name = member.filename
    if member.flag_bits & _ENCRYPTED:
        raise ReadError(ReadStatus.FAILED, "the archive is protected by a password; ask for an open copy")
    try:
        with archive.open(member) as stream:
            unpacked = stream.read(MAX_UNPACKED_BYTES + 1)
    except (*_DAMAGE, NotImplementedError, RuntimeError) as exc:
        raise ReadError(
            ReadStatus.FAILED, " ".join(f"its part {name} is damaged: {exc}; ask for the file again".split())
        ) from exc
    if len(unpacked) > MAX_UNPACKED_BYTES:
        raise ReadError(ReadStatus.LIMIT, f"its part {' '.join(name.split())} unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
    return unpacked
