"""
A document within one other file and nothing else: as it was sent, packed or in chunks, or an office package written as one XML file.

Servers send pages so, and programs that save what they were sent save them so, under whatever name.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
import zlib
from dataclasses import replace

from lxml import etree

from parsers.errors import ReadError, ReadStatus
from parsers.guard import MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_FROM_BYTES, parse_xml
from parsers.raw.sniff import sniff
from parsers.source import Source

__all__ = ["unwrapped"]

_GZIP = b"\x1f\x8b\x08"
_DEFLATE = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_EITHER = zlib.MAX_WBITS | 32
_PACKAGE = b"http://schemas.microsoft.com/office/2006/xmlPackage"
_START, _HEAD = 8, 2_000
_DEEPEST = 4
_BEFORE = re.compile(rb"[\r\n\t \xef\xbb\xbf]{1,64}(?=PK\x03\x04|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\x1f\x8b\x08)")
"""What a server's own program lets slip out before the file that it sends."""
_HEADERS = re.compile(rb"HTTP/\d(?:\.\d)? \d{3}[^\r\n]*(?:\r?\n[^\r\n]+)*+\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")


def unwrapped(source: Source) -> Source:
    """
    The document in a file that only wraps one, else the source itself; name and address stay.

    Raises ReadError with status `limit` for one that unpacks to too much, or `failed` for one that is damaged.

    >>> unwrapped(Source(zlib.compress("年报".encode()), "a.html")).data.decode()
    '年报'
    """
    for _ in range(_DEEPEST):
        sent = _as_sent(source.data)
        deflated = source.data.startswith(_DEFLATE) and sniff(source.data, source.name).kind == "unknown"
        if sent is not None:
            source = replace(source, data=sent)
        elif deflated or source.data.startswith(_GZIP):
            source = replace(source, data=_inflated(source.data))
        elif (
            b"<?xml" in source.data[:_START]
            and _PACKAGE in source.data[:_HEAD]
            and sniff(source.data, source.name).kind == "package_xml"
        ):
            source = replace(source, data=_as_archive(source.data))
        else:
            break
    return source


def _as_sent(data: bytes) -> bytes | None:
    """The body of an answer that is packed or in chunks, or what stands behind blanks that do not belong to it; None for anything else."""
    if (before := _BEFORE.match(data)) is not None:
        return data[before.end() :]
    headers = _HEADERS.match(data) if data.startswith(b"HTTP/") else None
    start = 0 if headers is None else headers.end()
    if (joined := _joined(data, start)) is not None:
        return joined
    return data[start:] if headers is not None and data.startswith((_GZIP, *_DEFLATE), start) else None


def _joined(data: bytes, start: int) -> bytes | None:
    """The chunks of a body from there on, each with its length before it, as one; None where it is not all in such chunks."""
    pieces: list[bytes] = []
    while (chunk := _CHUNK.match(data, start)) is not None:
        length = int(chunk[1], 16)
        if not length:
            return b"".join(pieces) if pieces else None
        start = chunk.end() + length
        pieces.append(data[chunk.end() : start])
        if data[start : start + 2] != b"\r\n":
            return None
        start += 2
    return None


def _inflated(packed: bytes) -> bytes:
    """What was packed by gzip, in one part or several, or by deflate."""
    pieces: list[bytes] = []
    length = 0
    allowed = min(MAX_UNPACKED_BYTES, max(RATIO_FROM_BYTES, MAX_RATIO * len(packed)))
    rest = packed
    while rest:
        stream = zlib.decompressobj(_EITHER)
        try:
            pieces.append(stream.decompress(rest, allowed + 1 - length))
        except zlib.error as exc:
            if pieces and rest.strip(b"\0") == b"":
                break  # what fills the last block of a tape
            raise ReadError(ReadStatus.FAILED, f"a packed file that is damaged ({exc}); ask for the file again") from exc
        length += len(pieces[-1])
        if length > allowed:
            raise ReadError(ReadStatus.LIMIT, f"the packed file unpacks to more than the {allowed:,} bytes allowed")
        if not stream.eof:
            raise ReadError(ReadStatus.FAILED, "a packed file that is cut off; ask for the file again")
        rest = stream.unused_data
    return b"".join(pieces)


def _as_archive(package: bytes) -> bytes:
    """The parts of a package that was saved as one XML file, as the archive that it is elsewhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part in parse_xml(package, "the package").iterchildren("{*}part"):
            name = next((str(value) for key, value in part.attrib.items() if str(key).endswith("}name")), "").lstrip("/")
            content = _content_of(part)
            if name and content is not None:
                archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _content_of(part: etree._Element) -> bytes | None:
    for data in part.iterchildren("{*}xmlData", "{*}binaryData"):
        if etree.QName(data).localname == "binaryData":
            try:
                return base64.b64decode(data.text or "")
            except (binascii.Error, ValueError):
                return None
        inner = next(data.iterchildren(etree.Element), None)
        if inner is not None:
            return etree.tostring(inner, encoding="utf-8", xml_declaration=True, with_tail=False)
    return None
