"""
One reader a file format, found by its content.

A module in this folder is a reader and exports `NAME`, `claims(content) -> bool` and `read(source) -> Document`;
a module whose name begins with `_` is what readers share. A new format is a new file here and nothing else.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from types import ModuleType
from typing import NamedTuple

from parsers.document import Document, Grid
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import Content, sniff
from parsers.raw.wrapped import unwrapped
from parsers.source import MAX_BYTES, Source

__all__ = ["Reader", "read_document", "readers"]

_UNREAD: dict[str, tuple[ReadStatus, str]] = {
    "empty": (ReadStatus.EMPTY, "the file holds no text, only white space or nothing at all"),
    "damaged_zip": (ReadStatus.FAILED, "a DOCX or ZIP archive that is cut off or damaged; ask for the file again"),
    "damaged_ole": (ReadStatus.FAILED, "a DOC, XLS or WPS file that is cut off or damaged; ask for the file again"),
    "encrypted": (ReadStatus.FAILED, "an office file that is protected by a password; ask for an open copy"),
    "zip": (ReadStatus.UNSUPPORTED, "an archive of documents; parse_all and the command line read each of them"),
    "pdf_words": (
        ReadStatus.UNSUPPORTED,
        "the words of a PDF and their places (pdftotext -bbox), without the lines of its tables; ask for the PDF",
    ),
    "pdf_xml": (
        ReadStatus.UNSUPPORTED,
        "the texts of a PDF and their places (pdftohtml -xml), without the lines of its tables; ask for the PDF",
    ),
    "unknown": (ReadStatus.UNSUPPORTED, "binary content of no known type"),
}


class Reader(NamedTuple):
    """A reader module: its name, what it claims, and how it reads."""

    name: str
    claims: Callable[[Content], bool]
    read: Callable[[Source], Document]


def read_document(source: Source) -> Document:
    """
    The document in `source`, by the one reader that claims its content.

    Raises ReadError with the status and the one-line reason that `reports` shows.

    >>> read_document(Source("一、总体情况".encode(), "a.txt")).blocks
    (Paragraph(text='一、总体情况', line=1, heading=False),)
    """
    if len(source.data) > MAX_BYTES:
        reason = f"the file has {len(source.data):,} bytes, more than the {MAX_BYTES:,} allowed; it was not read"
        raise ReadError(ReadStatus.LIMIT, reason, name=source.name)
    named = source.name
    try:
        source = unwrapped(source)
        content = sniff(source.data, named)
        reader = _claimant(content, readers())
        if reader is None:
            raise ReadError(*_UNREAD.get(content.kind, _unsupported(content)))
        document = reader.read(source)
        if not document.pictures and not any(isinstance(block, Grid) or block.text.strip() for block in document.blocks):
            raise ReadError(ReadStatus.EMPTY, f"a {content.kind.upper()} file without any text or table")
    except ReadError as exc:
        raise ReadError(exc.status, exc.reason, name=named) from exc.__cause__
    return document


@cache
def readers() -> tuple[Reader, ...]:
    """The readers of this folder, by name."""
    return discover(f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def discover(module_names: Iterable[str]) -> tuple[Reader, ...]:
    """
    The readers that the modules named are; an import error surfaces.

    Raises RuntimeError when a module is no reader or two readers have one name.
    """
    found: dict[str, tuple[Reader, str]] = {}
    for module_name in sorted(module_names):
        reader = _as_reader(importlib.import_module(module_name))
        if reader.name in found:
            raise RuntimeError(f"two readers are called {reader.name!r}: {found[reader.name][1]} and {module_name}; rename one")
        found[reader.name] = (reader, module_name)
    return tuple(reader for _, (reader, _) in sorted(found.items()))


def _as_reader(module: ModuleType) -> Reader:
    absent = [word for word in ("NAME", "claims", "read") if not hasattr(module, word)]
    if absent:
        raise RuntimeError(f"{module.__name__} is no reader: it lacks {', '.join(absent)}; begin a helper's name with _")
    return Reader(module.NAME, module.claims, module.read)


def _claimant(content: Content, candidates: Iterable[Reader]) -> Reader | None:
    claimants = [reader for reader in candidates if reader.claims(content)]
    if len(claimants) > 1:
        names = " and ".join(reader.name for reader in claimants)
        raise RuntimeError(f"content of kind {content.kind!r} is claimed by {names}; one of them must let go")
    return claimants[0] if claimants else None


def _unsupported(content: Content) -> tuple[ReadStatus, str]:
    return ReadStatus.UNSUPPORTED, f"{content.kind.upper()} files are not read; ask for HTML, DOCX or plain text"
