"""
Shards: what was read of each batch, as JSON lines, whole or not at all.

A shard's name is made of its inputs' keys, the program and the forms, so that a second run finds it again and a
changed program does not. One line a document: `{"input": key, "report": …}` or `{"input": key, "unread": …}`;
an archive has one line for each of its members. `index.jsonl` says of the last complete run which inputs it had,
in which order, with which copies (aliases), and in which shard each stands; it is written last.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from parsers.errors import ReadStatus
from parsers.form import forms_digest
from parsers.report import Report, Unread
from pipeline.errors import OutputError, UsageError
from pipeline.inputs import Input

__all__ = ["Entry", "Result", "Shards", "code_digest", "is_output", "program_version", "write_whole"]

Result = Report | Unread
_INDEX = "index.jsonl"
_OPEN_SHARDS = 8


@cache
def program_version() -> str:
    """The version of the distribution; `0` when it runs from a checkout that is not installed."""
    try:
        return version("gongkai")
    except PackageNotFoundError:
        return "0"


@cache
def code_digest() -> str:
    """SHA-256 over the modules of `parsers/`: while one is being changed the version stays the same, the facts may not."""
    digest = hashlib.sha256()
    for name, text in _modules(files("parsers"), "parsers"):
        digest.update(name.encode() + b"\0" + text + b"\0")
    return digest.hexdigest()


def _modules(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _modules(entry, f"{name}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{name}/{entry.name}", entry.read_bytes()


def write_whole(path: Path, body: bytes) -> None:
    """The file, whole or not at all, on the disk when this returns. Raises OutputError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with part.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as exc:
        raise OutputError(f"{path}: cannot be written: {exc.strerror or exc}") from exc


@dataclass(frozen=True, slots=True)
class Entry:
    """One input of a run as the index holds it: its key and address, its copies, and the shard it stands in."""

    key: str
    address: str
    sha256: str
    shard: str
    aliases: tuple[str, ...] = ()
    page: str | None = None
    fetched_at: str | None = None
    published_on: str | None = None
    published_from: str | None = None


@dataclass(frozen=True)
class Shards:
    """The shards of one output folder."""

    folder: Path
    _open: OrderedDict[str, Mapping[str, list[str]]] = field(default_factory=OrderedDict, repr=False, compare=False)

    def name_of(self, batch: Sequence[Input]) -> str:
        """The name that the shard of a batch has or will have."""
        digest = hashlib.sha256("\0".join((program_version(), code_digest(), forms_digest())).encode())
        for item in batch:
            digest.update(f"\0{item.key}".encode())
        return f"{digest.hexdigest()[:32]}.jsonl"

    def has(self, name: str) -> bool:
        """Whether the shard is there; when it is, it is whole."""
        return (self.folder / name).is_file()

    def write(self, name: str, results: Iterable[tuple[Input, Result]]) -> None:
        """Write a shard, whole or not at all."""
        lines = "".join(f"{_line(item.key, result)}\n" for item, result in results)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise OutputError(f"{self.folder}: the folder cannot be made: {exc.strerror or exc}") from exc
        write_whole(self.folder / name, lines.encode())

    def read(self, name: str, key: str) -> list[Result]:
        """What a shard holds of one input. Raises OutputError for a shard that was damaged."""
        lines = self._lines(name).get(key, [])
        return [_unpack(line, self.folder / name) for line in lines]

    def _lines(self, name: str) -> Mapping[str, list[str]]:
        if name not in self._open:
            path = self.folder / name
            by_key: dict[str, list[str]] = {}
            try:
                text = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as exc:
                raise OutputError(f"{path}: the shard cannot be read ({exc}); run again to make it anew") from exc
            for line in text.splitlines() if "\n" not in text else text.split("\n")[:-1]:
                by_key.setdefault(line[10:74], []).append(line)
            self._open[name] = by_key
            while len(self._open) > _OPEN_SHARDS:
                self._open.popitem(last=False)
        return self._open[name]

    def write_index(self, entries: Iterable[Entry]) -> None:
        """Write which inputs the run had, after all its shards."""
        heading = {"program": program_version(), "code": code_digest(), "forms": forms_digest()}
        lines = [_dumps(heading), *(_dumps(asdict(entry)) for entry in entries)]
        write_whole(self.folder / _INDEX, ("\n".join(lines) + "\n").encode())

    def read_index(self) -> list[Entry]:
        """The inputs of the last complete run. Raises UsageError when there was none in this folder."""
        path = self.folder / _INDEX
        try:
            lines = path.read_text("utf-8").split("\n")[1:-1]
            return [Entry(**{**item, "aliases": tuple(item["aliases"])}) for item in map(json.loads, lines)]
        except FileNotFoundError as exc:
            raise UsageError(f"{self.folder.parent}: no complete run is in this folder; use `gongkai run` first") from exc
        except (OSError, ValueError, TypeError, KeyError) as exc:
            raise OutputError(f"{path}: the index was damaged ({exc}); run again to make it anew") from exc

    def known(self) -> Mapping[str, str]:
        """Shard by input key, from the last run, where program and forms are still the same and the shard is there."""
        path = self.folder / _INDEX
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8") as file:
            heading = file.readline()
        if heading != _dumps({"program": program_version(), "code": code_digest(), "forms": forms_digest()}) + "\n":
            return {}
        return {entry.key: entry.shard for entry in self.read_index() if self.has(entry.shard)}


def is_output(path: Path) -> bool:
    """Whether a complete run lies in this folder."""
    return (path / "shards" / _INDEX).is_file()


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _line(key: str, result: Result) -> str:
    if isinstance(result, Report):
        return f'{{"input":"{key}","report":{result.to_json()}}}'
    return f'{{"input":"{key}","unread":{_dumps(asdict(result))}}}'


def _unpack(line: str, path: Path) -> Result:
    head = '"report":'
    try:
        if line.startswith(head, 76):
            return Report.from_json(line[76 + len(head) : -1])
        unread = json.loads(line)["unread"]
        return Unread(**{**unread, "status": ReadStatus(unread["status"])})
    except (ValueError, TypeError, KeyError) as exc:
        raise OutputError(f"{path}: the shard was damaged ({exc}); delete it and run again") from exc
