"""
The evidence: every exchange as WARC 1.1 records, digests made on write and always checked on read.

One gzip member a record. A body stays under its Content-Encoding; because chunked framing is undone by the client,
`Transfer-Encoding` is kept under the name `X-Orig-Transfer-Encoding`, so that no reader looks for chunks. All other
header bytes are those of the wire.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from scrapers.errors import ArchiveError, FetchError
from scrapers.exchange import Exchange, Headers
from scrapers.unpack import unpack

__all__ = ["MAX_RECORD_BYTES", "Archive", "Snapshot", "read_exchanges", "read_snapshots"]

MAX_RECORD_BYTES = 500_000_000
"""A record, or a body, that unpacks to more is refused: the file may not be our own."""

READ_BYTES = 1 << 16

_TRANSPORT = "X-Gongkai-Transport"
"""The field of a record that holds the step of `scrapers.tls`; a record without it came over plain HTTP."""


_PLACE = "X-Gongkai-Place"
"""The field of a conversion that says where in the response it was read."""

_NAMED = ("WARC-Target-URI", "WARC-Date")
_NEEDED = {"response": _NAMED, "request": _NAMED, "conversion": ("WARC-Record-ID", "WARC-Refers-To", *_NAMED)}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    What one address served at one time, and where the record of it stands.

    `body` holds the bytes of the document, Content-Encoding undone; `media_type` and `charset` are what HTTP said of
    them, None when it said nothing; `fetched_at` is UTC, as `2024-03-01T08:00:00Z`; `offset` is the byte of the
    file `warc` where the record begins. Redirects and errors are snapshots too: look at `status`.

    `made_of` is empty but for a conversion, whose bytes were not served as such: the id of the response that they were read
    out of, at the `place` in it; `url` is the address of that response.
    """

    url: str
    fetched_at: str
    status: int
    media_type: str | None
    charset: str | None
    body: bytes
    body_sha256: str
    warc: str
    offset: int
    record_id: str = field(default="", compare=False)
    made_of: str = ""
    place: str = ""


class Archive:
    """
    A WARC file to which exchanges are appended; a context manager.

    `end`: the length up to which an earlier run knows the file to be whole. What follows, a record that a killed
    run did not finish, is cut off. Raises ArchiveError when the file cannot be opened or is shorter than `end`.
    """

    def __init__(self, path: Path, *, end: int | None = None) -> None:
        self.path = path
        try:
            self._file = path.open("ab", buffering=0)
        except OSError as exc:
            raise ArchiveError(str(path), 0, f"the file cannot be opened: {exc.strerror}") from exc
        if end is not None and end > self.end:
            self._file.close()
            raise ArchiveError(str(path), end, "the file ends before it, so kept records are lost; restore it from a copy")
        if end is not None:
            self._file.truncate(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    @property
    def end(self) -> int:
        """The length of the file in bytes: every record before it is whole, and on disk once it was synced."""
        return os.fstat(self._file.fileno()).st_size

    def append(self, exchange: Exchange, *, sync: bool = True) -> int:
        """
        The offset of the response record, once it and its request record are on disk; without `sync`, once they are written.

        Raises ArchiveError when they cannot be written; the file is then as it was before.
        """
        before = self.end
        info = b"" if before else _warcinfo(exchange, self.path.name)
        try:
            self._write(info + _response_and_request(exchange))
            if sync:
                os.fsync(self._file.fileno())
        except OSError as exc:
            self._file.truncate(before)
            raise ArchiveError(str(self.path), before, f"it cannot be written: {exc.strerror}; the ones before are kept") from exc
        return before + len(info)

    def convert(self, response: int, body: bytes, *, media_type: str, place: str) -> int:
        """
        The offset of a conversion record, written and not yet synced: bytes that are read and were not served as such.

        They were read out of the response at byte `response` of this archive, at `place` in it (`/data/html`). Raises
        ArchiveError when they cannot be written.
        """
        before = self.end
        _, content = next(_members(self.path, response))
        origin = StatusAndHeadersParser(["WARC/1.1"]).parse(BytesIO(content))
        headers = (
            ("WARC-Record-ID", StatusAndHeadersParser.make_warc_id()),
            ("WARC-Refers-To", origin["WARC-Record-ID"]),
            ("WARC-Target-URI", origin["WARC-Target-URI"]),
            ("WARC-Date", origin["WARC-Date"]),
            (_PLACE, place),
        )
        try:
            self._write(_record("conversion", headers, b"", body, media_type=media_type))
        except OSError as exc:
            self._file.truncate(before)
            raise ArchiveError(str(self.path), before, f"it cannot be written: {exc.strerror}; the ones before are kept") from exc
        return before

    def sync(self) -> None:
        """Have all that was written on disk. Raises ArchiveError when it cannot be."""
        try:
            os.fsync(self._file.fileno())
        except OSError as exc:
            raise ArchiveError(str(self.path), self.end, f"what was written last cannot be kept: {exc.strerror}") from exc

    def _write(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]


def read_snapshots(path: Path, *, start: int = 0) -> Iterator[Snapshot]:
    """
    The snapshots of an archive in the order of writing, conversions among them, from the record at byte `start` on.

    The digests of every record are checked, of requests too. Raises ArchiveError at the first record that is cut
    short, spoiled, or without digests.
    """
    for offset, record_bytes in _members(path, start):
        try:
            record, payload = _checked_record(record_bytes)
            snapshot = _SNAPSHOTS[record.rec_type](record, payload, path.name, offset) if record.rec_type in _SNAPSHOTS else None
        except (ArchiveLoadFailed, StatusAndHeadersParserException, FetchError, EOFError, ValueError) as exc:
            raise ArchiveError(str(path), offset, f"it is not what was written: {exc}") from exc
        if snapshot:
            yield snapshot


def read_exchanges(path: Path) -> Iterator[Exchange]:
    """The exchanges of an archive in the order of writing, as they were had. Raises ArchiveError as `read_snapshots` does."""
    response: tuple[Any, bytes] | None = None
    for offset, record_bytes in _members(path, 0):
        try:
            record, payload = _checked_record(record_bytes)
            if record.rec_type == "response":
                response = record, payload
            elif record.rec_type == "request" and response is not None:
                yield _exchange(*response, record, payload)
                response = None
        except (ArchiveLoadFailed, StatusAndHeadersParserException, FetchError, EOFError, ValueError) as exc:
            raise ArchiveError(str(path), offset, f"it is not what was written: {exc}") from exc


def _exchange(response: Any, raw_body: bytes, request: Any, form: bytes) -> Exchange:
    url: str = response.rec_headers["WARC-Target-URI"]
    answered, asked = response.http_headers, request.http_headers
    headers = tuple((name.removeprefix("X-Orig-"), value) for name, value in answered.headers)
    code, _, reason = answered.statusline.partition(" ")
    version = "HTTP/2" if response.rec_headers["WARC-Protocol"] == "h2" else answered.protocol
    coding = answered.get_header("Content-Encoding", "")
    return Exchange(
        method=asked.protocol or "GET", url=url, request_headers=tuple(asked.headers), fetched_at=response.rec_headers["WARC-Date"],
        remote_ip=response.rec_headers["WARC-IP-Address"] or "", http_version=version, status=int(code), reason=reason,
        headers=headers, raw_body=raw_body, body=unpack(raw_body, coding, url=url, max_bytes=MAX_RECORD_BYTES),
        transport=response.rec_headers.get_header(_TRANSPORT, "http"), request_body=form,
    )  # fmt: skip


def _response_and_request(exchange: Exchange) -> bytes:
    response_id, request_id = StatusAndHeadersParser.make_warc_id(), StatusAndHeadersParser.make_warc_id()
    shared: Headers = (
        ("WARC-Target-URI", exchange.url),
        ("WARC-Date", exchange.fetched_at),
        ("WARC-IP-Address", exchange.remote_ip),
    )
    # HTTP/2 has no text of its own; it is written as HTTP/1.1, which readers know, with a note.
    version = exchange.http_version if exchange.http_version.startswith("HTTP/1.") else "HTTP/1.1"
    if version != exchange.http_version:
        shared += (("WARC-Protocol", "h2"),)
    if exchange.transport != "http":
        shared += ((_TRANSPORT, exchange.transport),)
    target = urlsplit(exchange.url)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    answer = _head(f"{version} {exchange.status} {exchange.reason}", exchange.headers)
    question = _head(f"{exchange.method} {path} {version}", exchange.request_headers)
    return _record("response", (("WARC-Record-ID", response_id), *shared), answer, exchange.raw_body) + _record(
        "request", (("WARC-Record-ID", request_id), ("WARC-Concurrent-To", response_id), *shared), question, exchange.request_body
    )


def _warcinfo(exchange: Exchange, name: str) -> bytes:
    agent = dict(exchange.request_headers).get("User-Agent", "")
    fields = f"software: gongkai\r\nformat: WARC File Format 1.1\r\nhttp-header-user-agent: {agent}\r\n"
    record_id = StatusAndHeadersParser.make_warc_id()
    headers = (("WARC-Record-ID", record_id), ("WARC-Date", exchange.fetched_at), ("WARC-Filename", name))
    return _record("warcinfo", headers, b"", fields.encode())


def _record(kind: str, headers: Headers, head: bytes, payload: bytes, *, media_type: str = "") -> bytes:
    # Written as one opaque block with digests of our own: warcio would percent-encode header bytes that are not ASCII.
    block = head + payload
    digests = (("WARC-Payload-Digest", _digest(payload)), ("WARC-Block-Digest", _digest(block)))
    record_headers = StatusAndHeaders("", [("WARC-Type", kind), *headers, *digests], protocol="WARC/1.1")
    media_type = media_type or (f"application/http; msgtype={kind}" if head else "application/warc-fields")
    out = BytesIO()
    record = ArcWarcRecord("warc", kind, record_headers, BytesIO(block), None, media_type, len(block))
    WARCWriter(out, gzip=True, warc_version="1.1").write_record(record)
    return out.getvalue()


def _head(first_line: str, headers: Headers) -> bytes:
    renamed = ((f"X-Orig-{name}" if name.lower() == "transfer-encoding" else name, value) for name, value in headers)
    lines = (first_line, *(f"{name}: {value}" for name, value in renamed), "", "")
    return "\r\n".join(lines).encode("latin-1")


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _members(path: Path, start: int) -> Iterator[tuple[int, bytes]]:
    # warcio's own reader takes a torn or spoiled gzip member for the end of the file, so members are cut here.
    try:
        file = path.open("rb")
    except OSError as exc:
        raise ArchiveError(str(path), start, f"the file cannot be opened: {exc.strerror}") from exc
    with file:
        file.seek(start)
        pending = b""
        while pending := pending or file.read(READ_BYTES):
            offset = file.tell() - len(pending)
            inflater, content = zlib.decompressobj(31), bytearray()
            while not inflater.eof:
                pending = pending or file.read(READ_BYTES)
                if not pending:
                    raise ArchiveError(str(path), offset, "the record is cut short; what stands before it is whole")
                try:
                    content += inflater.decompress(pending, MAX_RECORD_BYTES + 1 - len(content))
                except zlib.error as exc:
                    raise ArchiveError(str(path), offset, f"the record is spoiled: {exc}") from exc
                if len(content) > MAX_RECORD_BYTES:
                    raise ArchiveError(str(path), offset, f"the record unpacks to more than {MAX_RECORD_BYTES:,} bytes")
                pending = inflater.unused_data
            yield offset, bytes(content)


def _checked_record(record_bytes: bytes) -> tuple[Any, bytes]:
    headers = StatusAndHeadersParser(["WARC/1.1", "WARC/1.0"]).parse(BytesIO(record_bytes))
    needed = _NEEDED.get(headers["WARC-Type"], ())
    if lacking := [name for name in needed if not headers[name]]:
        raise ValueError(f"it lacks {' and '.join(lacking)}")
    record = next(iter(ArchiveIterator(BytesIO(record_bytes), verify_http=True, check_digests="raise")))
    payload: bytes = record.raw_stream.read()
    if record.digest_checker.passed is not True:
        raise ValueError("it has no digests, or is shorter than it says")
    return record, payload


def _snapshot(record: Any, payload: bytes, warc: str, offset: int) -> Snapshot:
    if record.http_headers is None:
        raise ValueError("it holds no HTTP head")
    url: str = record.rec_headers["WARC-Target-URI"]
    said = record.http_headers.get_header
    if said("Transfer-Encoding"):
        raise ValueError("its body is still in transfer encoding, which this program never writes")
    body = unpack(payload, said("Content-Encoding", ""), url=url, max_bytes=MAX_RECORD_BYTES)
    media_type, charset = _content_type(said("Content-Type", ""))
    return Snapshot(
        url=url,
        fetched_at=record.rec_headers["WARC-Date"],
        status=int(record.http_headers.get_statuscode()),
        media_type=media_type,
        charset=charset,
        body=body,
        body_sha256=sha256(body).hexdigest(),
        warc=warc,
        offset=offset,
        record_id=record.rec_headers["WARC-Record-ID"] or "",
    )


def _conversion(record: Any, payload: bytes, warc: str, offset: int) -> Snapshot:
    said = record.rec_headers.get_header
    media_type, charset = _content_type(said("Content-Type", ""))
    return Snapshot(
        url=said("WARC-Target-URI"), fetched_at=said("WARC-Date"), status=200, media_type=media_type, charset=charset, body=payload,
        body_sha256=sha256(payload).hexdigest(), warc=warc, offset=offset, record_id=said("WARC-Record-ID"),
        made_of=said("WARC-Refers-To"), place=said(_PLACE, ""),
    )  # fmt: skip


_SNAPSHOTS = {"response": _snapshot, "conversion": _conversion}


def _content_type(value: str) -> tuple[str | None, str | None]:
    """
    Media type and charset of a Content-Type header.

    >>> _content_type('Text/HTML; Charset="GBK"')
    ('text/html', 'GBK')
    """
    charset = re.search(r"""charset\s*=\s*["']?([^\s;,"']+)""", value, re.IGNORECASE)
    return value.partition(";")[0].strip().lower() or None, charset[1] if charset else None
