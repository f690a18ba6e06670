"""The rows of `sites.csv`: which list of which county is asked, and what is known of it before."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.config import nearest
from pipeline.errors import ConfigError
from scrapers.family import families
from scrapers.known import Site

__all__ = ["COLUMNS", "read_sites"]

COLUMNS = ("county_code", "unit", "level", "list_url", "home_url", "family", "note")
_LEVELS = ("province", "prefecture", "county", "office", "department", "township", "other")


def read_sites(files: Iterable[Path]) -> list[Site]:
    """
    The rows of all files, in order.

    Raises ConfigError with file and line for a file that cannot be right: an unknown column, level or family, a code without
    six digits, an address that is none, a row without any.
    """
    return [site for file in files for site in _rows(file)]


def _rows(file: Path) -> Iterator[Site]:
    try:
        text = file.read_text("utf-8-sig")
    except OSError as exc:
        raise ConfigError(f"{file}: the list of sites cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{file}: the list of sites is not UTF-8 (byte {exc.start}); save it as CSV UTF-8") from exc
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _know(reader.fieldnames or (), file)
        for row in reader:
            where = f"{file}:{reader.line_num}"
            if None in row:
                raise ConfigError(f"{where}: the line has more fields than the heading")
            yield _site({key: (value or "").strip() for key, value in row.items()}, where)
    except csv.Error as exc:
        raise ConfigError(f"{file}:{reader.line_num}: not a CSV line: {exc}") from exc


def _know(found: Sequence[str], file: Path) -> None:
    for name in found:
        if name not in COLUMNS:
            raise ConfigError(f"{file}: unknown column {name!r}{nearest(name, COLUMNS)}")
    if not {"list_url", "home_url"} & set(found):
        raise ConfigError(f"{file}: the list of sites has neither list_url nor home_url; its columns are {', '.join(COLUMNS)}")


def _site(cells: Mapping[str, str], where: str) -> Site:
    code, level, family = (cells.get(name, "") for name in ("county_code", "level", "family"))
    if code and not re.fullmatch(r"\d{6}", code):
        raise ConfigError(f"{where}: county_code: {code!r} has not six digits")
    if level and level not in _LEVELS:
        raise ConfigError(f"{where}: level: unknown level {level!r}{nearest(level, _LEVELS)}")
    known = [item.name for item in families()]
    if family and family not in known:
        raise ConfigError(f"{where}: family: unknown family {family!r}{nearest(family, known)}")
    addresses = [cells.get(name, "") for name in ("list_url", "home_url")]
    for address in filter(None, addresses):
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"{where}: {address!r} is no address that begins with http:// or https://")
    if not any(addresses):
        raise ConfigError(f"{where}: neither list_url nor home_url is given")
    return Site(code, cells.get("unit", ""), level, addresses[0], addresses[1], family)
