"""Archives opened under guard: declared sizes, ratio and number of members are looked at before anything is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from typing import NamedTuple

from parsers.errors import ReadError, ReadStatus
from parsers.guard import MAX_UNPACKED_BYTES, refuse_bomb, refuse_many_members

__all__ = ["Packed", "open_archive", "packed_member", "read_member", "unpacked_of"]

_ENCRYPTED = 0x1
_USUAL_FLAGS = 0x80E
"""How hard it was packed, that its sizes stand behind it too, and that its name is UTF-8."""
_HEADER = struct.Struct("<4s22xHH")
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
    plainly = packed_member(archive, member)
    if plainly is not None and (content := unpacked_of(plainly)) is not None:
        return content
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


class Packed(NamedTuple):
    """A member as it is packed, by deflate, and what the archive's list says of its bytes: CRC and number."""

    packed: bytes
    crc: int
    size: int


def packed_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Packed | None:
    """A member as it is packed; None where anything in it is unusual, which `read_member` leaves to zipfile."""
    stream = archive.fp
    usual = member.compress_type == zipfile.ZIP_DEFLATED and not member.flag_bits & ~_USUAL_FLAGS
    if stream is None or not usual or not member.file_size or member.header_offset < 0:
        return None
    stream.seek(member.header_offset)
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    magic, name_length, extra_length = _HEADER.unpack(header)
    name = stream.read(name_length)
    stream.seek(extra_length, io.SEEK_CUR)
    plain = magic == b"PK\3\4" and name.isascii() and name.decode() == member.orig_filename
    packed = stream.read(member.compress_size) if plain else b""
    return Packed(packed, member.CRC, member.file_size) if plain and len(packed) == member.compress_size else None


def unpacked_of(member: Packed) -> bytes | None:
    """The bytes of a packed member; None where they are not what the list says."""
    try:
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(member.packed, member.size)
    except zlib.error:
        return None
    return content if len(content) == member.size and zlib.crc32(content) == member.crc else None
