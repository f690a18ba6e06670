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

__all__ = ["MAX_MEMBERS", "MAX_RATIO", "MAX_UNPACKED_BYTES", "open_archive", "read_member"]

MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 200
MAX_MEMBERS = 5_000

_ENCRYPTED = 0x1
_DAMAGE = (zipfile.BadZipFile, struct.error, zlib.error, LZMAError, EOFError, OSError, ValueError, IndexError, OverflowError)


@contextmanager
def open_archive(data: bytes) -> Iterator[zipfile.ZipFile]:
    """
    The ZIP archive in `data`, within the limits above.

    Raises ReadError with status `limit`, or `failed` when it is damaged.
    """
    members = data.count(b"PK\x01\x02")  # before the list is read: a list of a million names costs seconds
    if members > MAX_MEMBERS:
        raise ReadError(ReadStatus.LIMIT, f"the archive lists {members:,} members, more than the {MAX_MEMBERS:,} allowed")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*_DAMAGE, NotImplementedError) as exc:
        raise ReadError(ReadStatus.FAILED, "a DOCX or ZIP archive that is cut off or damaged; ask for the file again") from exc
    with archive:
        _refuse_bomb(archive, len(data))
        yield archive


def _refuse_bomb(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    unpacked_bytes = sum(member.file_size for member in archive.infolist())
    if unpacked_bytes > MAX_UNPACKED_BYTES:
        reason = f"the archive would unpack to {unpacked_bytes:,} bytes, more than the {MAX_UNPACKED_BYTES:,} allowed"
        raise ReadError(ReadStatus.LIMIT, reason)
    if unpacked_bytes > MAX_RATIO * packed_bytes:
        reason = f"the archive would unpack to {unpacked_bytes // packed_bytes:,} times its size; {MAX_RATIO} times is allowed"
        raise ReadError(ReadStatus.LIMIT, reason)


def read_member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """
    The bytes of one member, or None when the archive has no such member.

    Raises ReadError with status `failed` when it is damaged, encrypted or packed in an unknown way, or `limit`.
    """
    try:
        member = archive.getinfo(name)
    except KeyError:
        return None
    if member.flag_bits & _ENCRYPTED:
        raise ReadError(ReadStatus.FAILED, "the archive is protected by a password; ask for an open copy")
    try:
        with archive.open(member) as stream:
            unpacked = stream.read(MAX_UNPACKED_BYTES + 1)
    except (*_DAMAGE, NotImplementedError) as exc:
        raise ReadError(ReadStatus.FAILED, f"its part {name} is damaged: {exc}; ask for the file again") from exc
    if len(unpacked) > MAX_UNPACKED_BYTES:
        raise ReadError(ReadStatus.LIMIT, f"its part {name} unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
    return unpacked
