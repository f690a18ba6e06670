"""The pictures and frames that lie beside a page on the disk, by the reference in the page."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from parsers.raw.charset import declared_charset, decode

__all__ = ["Companion", "find_companions", "is_saved_with"]

_PAGES = (".html", ".htm", ".shtml", ".xhtml")
_FOLDERS = ("_files", ".files")
"""What browsers call the folder in which they save what a page shows."""
_SHOWN = re.compile(r"<(?:img|iframe|frame)\b[^>]*?\bsrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|[/\\#?]")
_MOST = 200
_MOST_BYTES = 100_000_000


class Companion(NamedTuple):
    """One file that a page shows: the reference in the page, where the file lies, and the digest of its bytes."""

    reference: str
    path: Path
    sha256: str


def is_saved_with(folder: str, names: frozenset[str]) -> bool:
    """
    Whether a folder holds what a page beside it shows: it is read with that page, not by itself.

    >>> is_saved_with("年报_files", frozenset({"年报.html"})), is_saved_with("年报_files", frozenset({"a.html"}))
    (True, False)
    """
    stem = next((folder.removesuffix(end) for end in _FOLDERS if folder.endswith(end)), "")
    return bool(stem) and any(f"{stem}{suffix}" in names for suffix in _PAGES)


def find_companions(page: Path, top: Path | None) -> tuple[Companion, ...]:
    """
    The files that a page shows and that lie inside `top`, the folder given; none for a file that is no page.

    Of a page given by itself (`top` is None) only the folder that was saved with it counts. A file that cannot be opened
    is none; nothing outside is looked at, whatever links say.
    """
    if page.suffix.lower() not in _PAGES:
        return ()
    try:
        served = page.read_bytes()
    except OSError:
        return ()
    inside = [top] if top is not None else [page.with_name(page.stem + end) for end in _FOLDERS]
    roots = [os.path.realpath(folder) for folder in inside]
    text = decode(served, declared=declared_charset(served)).text
    found: list[Companion] = []
    left = _MOST_BYTES
    for reference, path in _references(text, page.parent):
        if len(found) == _MOST or not any(os.path.commonpath([root, path]) == root for root in roots):
            continue
        try:
            if not path.is_file() or path.stat().st_size > left:
                continue
            held = path.read_bytes()
        except OSError:
            continue
        left -= len(held)
        found.append(Companion(reference, path, hashlib.sha256(held).hexdigest()))
    return tuple(found)


def _references(text: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Each reference to a file beside the page, once, and where that file really lies."""
    seen: set[str] = set()
    for match in _SHOWN.finditer(text):
        reference = next(group for group in match.groups() if group is not None)
        plain = unquote(re.split(r"[?#]", reference.strip(), maxsplit=1)[0])
        if reference in seen or not plain or "\0" in plain or _ELSEWHERE.match(plain):
            continue
        seen.add(reference)
        yield reference, Path(os.path.realpath(folder / plain))
