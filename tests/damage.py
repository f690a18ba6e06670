"""Files damaged on purpose, and archives made and made anew."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from random import Random

from parsers import Source, parse_all
from parsers.report import Report, Unread

__all__ = ["Files", "is_answer", "repacked", "spoiled", "zipped"]

Files = Mapping[str, bytes] | Sequence[tuple[str, bytes]]


def zipped(files: Files, *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of files, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(zipfile.ZipInfo(name), content, packed)
    return out.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The archive with its members changed, or left out where the change is None."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        changed = [(name, change(name, old.read(name))) for name in old.namelist()]
    return zipped([(name, member) for name, member in changed if member is not None])


def spoiled(content: bytes, chance: Random) -> bytes:
    """The content cut off, with bits turned over, with other bytes, or with a piece of zeros in it."""
    at = chance.randrange(len(content))
    changed = bytearray(content)
    match chance.randrange(4):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + bytes(60) + content[at:]
        case 2:
            for _ in range(chance.randrange(1, 30)):
                changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        case _:
            for _ in range(chance.randrange(1, 30)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def is_answer(content: bytes, name: str) -> bool:
    """Whether reading gives reports, or says why not, and raises nothing."""
    found = list(parse_all(Source(content, name)))
    return bool(found) and all(isinstance(item, Report | Unread) for item in found)
