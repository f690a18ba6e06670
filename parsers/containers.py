"""ZIP archives as the documents in them: which members count, what they are called, and how deep is looked."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin

from parsers.errors import ReadError, ReadStatus
from parsers.guard import MAX_MEMBERS, MAX_UNPACKED_BYTES
from parsers.raw.sniff import sniff
from parsers.readers._archive import open_archive, read_member
from parsers.readers.mht import attached_to
from parsers.source import Hints, Source

__all__ = ["Member", "Pages", "attachments_of", "is_container", "open_container"]

_Held = TypeVar("_Held")
_UTF8_NAME = 0x800
_DEEPEST = 2
"""Archives are opened in an archive, and no deeper."""

_LEFT_BEHIND = re.compile(r"(?:\.|~\$).*|__MACOSX|Thumbs\.db|desktop\.ini", re.IGNORECASE)
"""What systems leave in archives: hidden files, locks of open documents, thumbnails."""

_PICTURES = frozenset({"png", "jpeg", "gif", "tiff", "bmp", "webp"})
_PARTS_OF_PAGES = ("html", "xml", "text", "empty", "unknown")
_NO_DOCUMENTS = ("text", "empty", "unknown")
_NUMBER = re.compile(r"[0-9]+")
_CONTROLS = re.compile(r"[\0-\x1f\x7f]")


class Member(NamedTuple):
    """One document of an archive: its source, or why it cannot be read (its source then has the packed bytes)."""

    source: Source
    refused: ReadError | None = None


class Pages(NamedTuple):
    """An archive that holds the numbered pictures of one report's pages: the archive itself, and its pages in order."""

    source: Source
    pages: tuple[Source, ...]


@dataclass
class _Allowance:
    """What an archive and all archives in it may still unpack to, together."""

    bytes: int = MAX_UNPACKED_BYTES
    members: int = MAX_MEMBERS

    def take(self, archive: zipfile.ZipFile) -> None:
        """Take off what an archive declares. Raises ReadError `limit` when that is more than is left."""
        self.bytes -= sum(member.file_size for member in archive.infolist())
        self.members -= len(archive.infolist())
        if self.bytes < 0:
            reason = f"the archive and those in it would unpack to more than the {MAX_UNPACKED_BYTES:,} bytes allowed"
            raise ReadError(ReadStatus.LIMIT, reason)
        if self.members < 0:
            raise ReadError(ReadStatus.LIMIT, f"the archive and those in it list more than the {MAX_MEMBERS:,} members allowed")


def is_container(source: Source) -> bool:
    """Whether the source is an archive of documents; an office file, which is a ZIP archive too, is none."""
    return sniff(source.data, source.name).kind == "zip"


def open_container(source: Source) -> Iterator[Member | Pages]:
    """
    The documents in an archive and in the archives in it, by name; nothing is ever written to the disk.

    The address of a member is that of its archive, `!/` and its name. Raises ReadError with status `limit`, `failed` or
    `empty` for the archive as a whole; what is wrong with one member is said in its Member.
    """
    yield from _open(source, 1, _Allowance())


def attachments_of(source: Source) -> tuple[Source, ...]:
    """The documents and archives that came along with a page or mail, by their references; pictures and frames are part of it."""
    kind = sniff(source.data, source.name).kind
    if kind not in ("html", "mht") or (kind == "html" and not source.companions):
        return ()
    sent = source.companions.items() if kind == "html" else _told_apart(attached_to(source.data))
    parts = _PARTS_OF_PAGES if kind == "html" else _NO_DOCUMENTS
    return tuple(
        Source(
            attached,
            f"{source.name}!/{reference}",
            url=None if source.url is None else urljoin(source.url, reference),
            hints=source.hints,
        )
        for reference, attached in sorted(sent)
        if sniff(attached, reference).kind not in (*_PICTURES, *parts)
    )


def _open(source: Source, depth: int, allowance: _Allowance) -> Iterator[Member | Pages]:
    with open_archive(source.data) as archive:
        allowance.take(archive)
        listed = sorted(((_name_of(member), member) for member in archive.infolist()), key=lambda item: item[0])
        wanted = list(_told_apart((name, member) for name, member in listed if _is_document(name)))
        if not wanted:
            raise ReadError(ReadStatus.EMPTY, "the archive holds no document")
        hints = _hints_for(source.hints, len(wanted))
        if _are_numbered([name for name, _ in wanted]):
            pages = [_member(source, name, hints, archive, member) for name, member in wanted]
            if _are_pictures(pages):
                in_order = sorted(pages, key=lambda page: _numbers(page.source.name))
                yield Pages(source, tuple(page.source for page in in_order))
                return
            del pages
        for name, member in wanted:
            item = _member(source, name, hints, archive, member)
            if item.refused is not None or not is_container(item.source):
                yield item
            elif depth == _DEEPEST:
                yield _refuse(item.source, ReadStatus.UNSUPPORTED, "an archive within an archive within an archive is not opened")
            else:
                yield from _open_member(item.source, depth, allowance)


def _open_member(source: Source, depth: int, allowance: _Allowance) -> Iterator[Member | Pages]:
    try:
        yield from _open(source, depth + 1, allowance)
    except ReadError as exc:
        yield Member(source, exc)


def _member(source: Source, name: str, hints: Hints | None, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Member:
    within = Source(b"", f"{source.name}!/{name}", url=None if source.url is None else f"{source.url}!/{name}", hints=hints)
    try:
        content = read_member(archive, member)
    except ReadError as exc:
        return Member(replace(within, data=_packed(source, member, name)), exc)
    return Member(replace(within, data=content or b""))


def _packed(source: Source, member: zipfile.ZipInfo, name: str) -> bytes:
    """The packed bytes of a member that cannot be unpacked: their digest tells it from the others."""
    start = member.header_offset + 30
    start += sum(int.from_bytes(source.data[at : at + 2], "little") for at in (start - 4, start - 2))
    return source.data[start : start + member.compress_size] or f"{source.sha256}!/{name}".encode()


def _refuse(source: Source, status: ReadStatus, reason: str) -> Member:
    return Member(source, ReadError(status, reason, name=source.name))


def _hints_for(hints: Hints | None, members: int) -> Hints | None:
    """What is known of an archive holds for each member; but the unit of a whole archive is not that of each report in it."""
    return hints if hints is None or members == 1 else replace(hints, unit=None)


# --- names ----------------------------------------------------------------------------------------


def _name_of(member: zipfile.ZipInfo) -> str:
    """
    The name of a member as it was meant; zipfile takes one without the UTF-8 flag for code page 437, but it is UTF-8 all the
    same where it can be, as macOS writes it, else GB18030.

    >>> [_name_of(zipfile.ZipInfo("年报.docx".encode(charset).decode("cp437"))) for charset in ("gb18030", "utf-8")]
    ['年报.docx', '年报.docx']
    """
    name = member.orig_filename
    if not member.flag_bits & _UTF8_NAME:
        with suppress(UnicodeEncodeError):  # made by a program, not read from an archive
            written = name.encode("cp437")
            try:
                name = written.decode("utf-8")
            except UnicodeDecodeError:
                name = written.decode("gb18030", "replace")
    return _CONTROLS.sub("\ufffd", name.replace("\\", "/"))


def _told_apart(members: Iterable[tuple[str, _Held]]) -> Iterator[tuple[str, _Held]]:
    """The members, each under a name of its own: an archive, and mail, may list one name twice, with different bytes."""
    used: Counter[str] = Counter()
    for name, member in members:
        used[name] += 1
        yield (name if used[name] == 1 else f"{name}#{used[name]}"), member


def _is_document(name: str) -> bool:
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    return not name.endswith("/") and bool(parts) and not any(_LEFT_BEHIND.fullmatch(part) for part in parts)


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(digits[:18]) for digits in _NUMBER.findall(PurePosixPath(name).name))


def _are_numbered(names: Sequence[str]) -> bool:
    """Whether names differ in nothing but the numbers in the file's name."""
    patterns = {_NUMBER.sub("#", PurePosixPath(name).stem) for name in names}
    folders = {PurePosixPath(name).parent for name in names}
    return len(names) > 1 and len(patterns) == len(folders) == 1 and "#" in patterns.pop()


def _are_pictures(pages: Sequence[Member]) -> bool:
    return all(page.refused is None and sniff(page.source.data, page.source.name).kind in _PICTURES for page in pages)
