"""An OLE file with one stream and nothing else, for a library that trusts what an OLE file says of itself."""

from __future__ import annotations

import struct

__all__ = ["ole_of"]

_SECTOR = 4096
_IN_TABLE = _SECTOR // 4
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LISTED = 109
"""Sectors of the allocation table that the header lists: enough for 450 MB."""


def ole_of(name: str, stream: bytes) -> bytes:
    """
    An OLE file (version 4) whose only stream has this name; it is filled up with zeros to whole sectors.

    >>> import io, olefile
    >>> with olefile.OleFileIO(io.BytesIO(ole_of("Book", b"abc"))) as container:
    ...     container.openstream("Book").read()[:4]
    b'abc\\x00'
    """
    held = -(-max(len(stream), 1) // _SECTOR)
    tables = -(-(held + 2) // (_IN_TABLE - 1))
    first = tables + 2
    links = [_TABLE] * tables + [_END, _END] + [first + at + 1 for at in range(held - 1)] + [_END]
    links += [_FREE] * (tables * _IN_TABLE - len(links))
    listed = [*range(tables), *[_FREE] * (_LISTED - tables)]
    head = struct.pack("<8s16xHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 4, 0xFFFE, 12, 6)
    head += struct.pack(f"<9I{_LISTED}I", 1, tables, tables, 0, _SECTOR, _END, 0, _END, 0, *listed)
    entries = _entry("Root Entry", 5, 1, tables + 1, _SECTOR) + _entry(name, 2, _FREE, first, held * _SECTOR)
    entries += _entry("", 0, _FREE, 0, 0) * (_SECTOR // 128 - 2)
    parts = (
        head,
        struct.pack(f"<{len(links)}I", *links),
        entries,
        bytes(_SECTOR),
        stream,
    )  # the sector before it is for small streams, of which there is none
    return b"".join(part.ljust(-(-len(part) // _SECTOR) * _SECTOR, b"\0") for part in parts)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    """One entry of the directory; the first child of the root is the only one."""
    written = f"{name}\0".encode("utf-16-le") if name else b""
    return struct.pack("<64sHBBIII36xIQ", written, len(written), kind, 1, _FREE, _FREE, child, start, size)
