"""The rows of `--manifest FILES.csv`: documents that came by mail, with what their sender says of them as hints."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from parsers.errors import ReadStatus
from parsers.source import MAX_BYTES, Hints
from pipeline.config import nearest
from pipeline.errors import ConfigError
from pipeline.inputs import Input, measure, refuse

__all__ = ["COLUMNS", "read_manifest"]

COLUMNS = ("path", "county_code", "unit", "level", "year", "url", "fetched_at")
_LEVELS = ("province", "prefecture", "county", "office", "department", "township", "other")


def read_manifest(file: Path, *, max_bytes: int = MAX_BYTES) -> Iterator[Input]:
    """
    The documents of a manifest, in its order; paths are relative to the manifest.

    A document that is not there is an Input with a reason. Raises ConfigError with the line for a manifest that
    cannot be right: an unknown column, no path, a year that is no year.
    """
    rows = list(_rows(file))  # all of them are checked before the first document is opened
    for path, row in rows:
        if not path.is_file():
            reason = "there is no such file" if not os.path.lexists(path) else "the manifest names what is no file"
            yield refuse(str(path), ReadStatus.FAILED, reason, url=row.url)
        else:
            yield measure(path, row, max_bytes)


def _rows(file: Path) -> Iterator[tuple[Path, Input]]:
    try:
        text = _decoded(file.read_bytes(), file)
    except OSError as exc:
        raise ConfigError(f"{file}: the manifest cannot be read: {exc.strerror}") from exc
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _know(reader.fieldnames or (), file)
        for row in reader:
            where = f"{file}:{reader.line_num}"
            if None in row:
                raise ConfigError(f"{where}: the line has more fields than the heading")
            cells = {key: (value or "").strip() for key, value in row.items()}
            if not cells["path"]:
                raise ConfigError(f"{where}: the path is empty")
            yield file.parent / cells["path"], _row(cells, where)
    except csv.Error as exc:
        raise ConfigError(f"{file}:{reader.line_num}: not a CSV line: {exc}") from exc


def _decoded(body: bytes, file: Path) -> str:
    for charset in ("utf-8-sig", "gb18030"):  # the second is what a Chinese Excel writes
        try:
            return body.decode(charset)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"{file}: the manifest is neither UTF-8 nor GB18030; save it as CSV UTF-8")


def _know(found: Sequence[str], file: Path) -> None:
    for name in found:
        if name not in COLUMNS:
            raise ConfigError(f"{file}: unknown column {name!r}{nearest(name, COLUMNS)}")
    if "path" not in found:
        raise ConfigError(f"{file}: the manifest has no column 'path'; its columns are {', '.join(COLUMNS)}")


def _row(cells: Mapping[str, str], where: str) -> Input:
    def given(key: str) -> str | None:
        return cells.get(key) or None

    year, code, level = given("year"), given("county_code"), given("level")
    if year is not None and not re.fullmatch(r"(?:19|20)\d\d", year):
        raise ConfigError(f"{where}: year: {year!r} is no year such as 2021")
    if code is not None and not re.fullmatch(r"\d{6}", code):
        raise ConfigError(f"{where}: county_code: {code!r} has not six digits")
    if level is not None and level not in _LEVELS:
        raise ConfigError(f"{where}: level: unknown level {level!r}{nearest(level, _LEVELS)}")
    hints = Hints(code, given("unit"), level, int(year) if year else None)
    known, fetched_at = None if hints == Hints() else hints, _moment(given("fetched_at"), where)
    return Input("", "", url=given("url"), hints=known, fetched_at=fetched_at)


def _moment(text: str | None, where: str) -> str | None:
    """A moment in UTC, as `2024-03-01T08:00:00Z`; one without a zone is taken as UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ConfigError(f"{where}: fetched_at: {text!r} is no time such as 2024-03-01T08:00:00Z") from exc
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
