"""
What is to be read, as an ordered list of Inputs: files, folders, standard input, rows of a manifest, snapshots.

Folders are walked in the order of their names. Hidden files are passed over; pipes, sockets and devices too, and
they are never opened. A dead link is an input that could not be read; a link out of the folder or in a circle is
not followed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from parsers.errors import ReadStatus
from parsers.report import Unread
from parsers.source import MAX_BYTES, Hints, Source, open_source
from pipeline.companions import Companion, find_companions, is_saved_with
from pipeline.errors import UsageError
from pipeline.kept import Kept

__all__ = ["Input", "gather", "refuse", "shown"]

_LOG = logging.getLogger("gongkai.inputs")
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Input:
    """
    One document to be looked at, with what is known of it before it is read.

    `sha256` is that of its bytes. An input that cannot be read at all has `refused`, and its digest is that of
    its name. `held` is set for documents that are no file (standard input), `kept` for those in an archive.
    """

    name: str
    sha256: str
    path: Path | None = None
    companions: tuple[Companion, ...] = ()
    held: Source | None = None
    kept: Kept | None = None
    url: str | None = None
    hints: Hints | None = None
    page: str | None = None
    fetched_at: str | None = None
    published_on: str | None = None
    published_from: str | None = None
    refused: Unread | None = None

    @property
    def address(self) -> str:
        """What the column `source` will say."""
        return self.url or self.name

    @cached_property
    def content(self) -> str:
        """SHA-256 over all that is read: pages with the same bytes and other frames are other documents."""
        if self.kept is not None and self.kept.companions:
            return self.kept.digest
        along = [item.sha256 for item in self.companions]
        return hashlib.sha256("\0".join([self.sha256, *along]).encode()).hexdigest() if along else self.sha256

    @cached_property
    def key(self) -> str:
        """SHA-256 over everything that can change what is read: the input's part in the name of its shard."""
        hints = asdict(self.hints) if self.hints else None
        http = (self.held.media_type, self.held.charset, sorted(self.held.companions)) if self.held else None
        unread = (str(self.refused.status), self.refused.reason) if self.refused else None
        shown_files = [(item.reference, item.sha256) for item in self.companions]
        along = self.kept.digest if self.kept else None
        text = json.dumps([self.sha256, self.name, self.url, hints, http, unread, shown_files, along], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def open(self) -> Source:
        """The document as a Source. Raises ReadError when the file has gone or grown since it was listed."""
        if self.held is not None:
            return self.held
        if self.kept is not None:
            return self.kept.open(self.name, self.url, self.hints)
        if self.path is None:
            raise ValueError(f"{self.name} was refused and cannot be opened")
        shown_files = {item.reference: item.path.read_bytes() for item in self.companions if item.path.is_file()}
        return replace(open_source(self.path, name=self.name, hints=self.hints), url=self.url, companions=shown_files)

    @classmethod
    def of(cls, source: Source, *, page: str | None = None, fetched_at: str | None = None) -> Input:
        """An Input that holds its document."""
        return cls(
            shown(source.name), source.sha256, held=source, url=source.url, hints=source.hints, page=page, fetched_at=fetched_at
        )


def shown(text: str) -> str:
    r"""
    A name on one line: control and format characters, and bytes that are no UTF-8, as escapes.

    >>> shown("a\nb.txt")
    'a\\nb.txt'
    """
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    hidden = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(char.encode("unicode_escape").decode() if unicodedata.category(char) in hidden else char for char in clean)


def refuse(name: str, status: ReadStatus, reason: str, *, size: int = 0, url: str | None = None) -> Input:
    """An input that could not be read; its digest is that of its name, since its bytes are not known."""
    clean = shown(name)
    digest = hashlib.sha256((url or clean).encode()).hexdigest()
    return Input(clean, digest, url=url, refused=Unread(url or clean, digest, "", size, status, reason))


def gather(
    paths: Sequence[str | Path],
    *,
    hints: Mapping[str, Input] | None = None,
    stdin: BinaryIO | None = None,
    max_bytes: int = MAX_BYTES,
) -> Iterator[Input]:
    """
    The inputs that the paths stand for, in order; `-` is standard input.

    `hints` are rows of a manifest by the real path of their file: a file found there takes what the row says.
    Raises UsageError at once for a path that does not exist.
    """
    for path in paths:
        if str(path) != "-" and not os.path.lexists(path):
            raise UsageError(f"{shown(str(path))}: there is no such file or folder")
    return _gather(paths, hints or {}, stdin, max_bytes)


def _gather(paths: Sequence[str | Path], hints: Mapping[str, Input], stdin: BinaryIO | None, max_bytes: int) -> Iterator[Input]:
    for path in map(Path, paths):
        if str(path) == "-":
            yield _from_stdin(stdin, max_bytes)
        elif path.is_dir():
            found = False
            for item in _walk(path):
                found = True
                yield item if isinstance(item, Input) else measure(item, hints.get(os.path.realpath(item)), max_bytes, top=path)
            if not found:
                yield refuse(str(path), ReadStatus.EMPTY, "the folder holds no file that could be a report")
        elif not path.exists():
            yield _dead_link(path)
        elif not path.is_file():
            yield refuse(str(path), ReadStatus.UNSUPPORTED, "not a regular file; use - to read standard input")
        else:
            yield measure(path, hints.get(os.path.realpath(path)), max_bytes)


def measure(path: Path, row: Input | None = None, max_bytes: int = MAX_BYTES, *, top: Path | None = None) -> Input:
    """
    The file as an Input with its digest, its hints from the manifest's row, and what it shows from inside the folder `top`.

    It is refused where it cannot be read.
    """
    name, url = shown(str(path)), row.url if row else None
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > max_bytes:
                reason = f"the file has {size:,} bytes, more than the {max_bytes:,} allowed; it was not read"
                return refuse(name, ReadStatus.LIMIT, reason, size=size, url=url)
            digest = hashlib.sha256()
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError as exc:
        return refuse(name, ReadStatus.FAILED, f"the file cannot be opened: {exc.strerror or exc}", url=url)
    known = row or Input(name, "")
    return replace(known, name=name, sha256=digest.hexdigest(), path=path, companions=find_companions(path, top))


def _from_stdin(stdin: BinaryIO | None, max_bytes: int) -> Input:
    if stdin is None:
        raise UsageError("-: standard input is not open here")
    body = stdin.read(max_bytes + 1)
    if len(body) > max_bytes:
        return refuse("-", ReadStatus.LIMIT, f"standard input holds more than the {max_bytes:,} bytes allowed", size=len(body))
    return Input.of(Source(body, "-"))


def _dead_link(path: Path) -> Input:
    return refuse(str(path), ReadStatus.FAILED, "the link leads nowhere")


def _walk(root: Path) -> Iterator[Path | Input]:
    """Files below a folder in the order of their names, and an Input for what is there but cannot be read."""
    top = os.path.realpath(root)
    followed: set[str] = set()
    waiting: list[Path] = [root]
    while waiting:
        path = waiting.pop()
        kind = stat.S_IFDIR if path == root else _kind(path, top, followed)
        if kind is None:
            continue
        if kind == 0:
            yield _dead_link(path)
        elif stat.S_ISDIR(kind):
            try:
                held = frozenset(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
                names = sorted(name for name in held if not is_saved_with(name, held))
            except OSError as exc:
                yield refuse(str(path), ReadStatus.FAILED, f"the folder cannot be opened: {exc.strerror or exc}")
                continue
            waiting.extend(path / name for name in reversed(names))
        elif stat.S_ISREG(kind):
            yield path
        else:
            _LOG.warning("%s: passed over: a pipe, socket or device", shown(str(path)))


def _kind(path: Path, top: str, followed: set[str]) -> int | None:
    """The mode of an entry, links followed where they may be; 0 for a dead link, None for what is passed over."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        _LOG.warning("%s: passed over: it went away while the folder was read", shown(str(path)))
        return None
    return _link(path, top, followed) if stat.S_ISLNK(mode) else mode


def _link(path: Path, top: str, followed: set[str]) -> int | None:
    """The mode of what a link leads to; 0 for a dead link, None for one that is not followed."""
    target = os.path.realpath(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return 0
    except OSError:
        _LOG.warning("%s: not followed: the link leads in a circle", shown(str(path)))
        return None
    if os.path.commonpath([top, target]) != top:
        _LOG.warning("%s: not followed: the link leads out of the folder", shown(str(path)))
        return None
    if stat.S_ISDIR(mode):
        here = os.path.realpath(path.parent)
        if target in followed or os.path.commonpath([target, here]) == target:
            _LOG.warning("%s: not followed: the link leads in a circle", shown(str(path)))
            return None
        followed.add(target)
    return mode
