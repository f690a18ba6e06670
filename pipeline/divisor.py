"""A table of the user's own, population for example, that the figures of a comparison are divided by."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from pipeline.counties import by_id, listed_counties, of_code, resolve
from pipeline.errors import UsageError
from pipeline.inputs import shown

__all__ = ["Divisor", "read_divisor"]

_KEYS = ("county_id", "county_code")
_NAMES = ("county", "prefecture", "province")
"""Columns that a table may have for its reader; they are not looked at."""


class Divisor(NamedTuple):
    """Figures above zero by the id of a county and a year."""

    name: str
    values: Mapping[tuple[str, int], Decimal]

    def of(self, county: str | None, year: int) -> Decimal | None:
        """The figure of a county and year; None where the table has none."""
        return self.values.get((county or "", year))


def read_divisor(path: Path) -> Divisor:
    """
    The figures of a CSV file with `county_id` or `county_code`, `year`, and one column of figures, whose name is the divisor's.

    An empty field is no figure. Raises UsageError with the line for a file that cannot be right: a code that was no county's
    in that year, a figure that is not above zero, a county and year that stand there twice.
    """
    try:
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True)
        key, name = _columns(path, list(reader.fieldnames or ()))
        values: dict[tuple[str, int], Decimal] = {}
        for place, value in _rows(path, reader, key, name):
            if place in values:
                raise UsageError(f"{shown(str(path))}:{reader.line_num}: {place[0]} {place[1]} stands there twice")
            values[place] = value
    except OSError as exc:
        raise UsageError(f"{shown(str(path))}: the table cannot be read: {exc.strerror or exc}") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{shown(str(path))}: the table is not UTF-8 (byte {exc.start}); save it as CSV UTF-8") from exc
    except csv.Error as exc:
        raise UsageError(f"{shown(str(path))}: not a CSV file: {exc}") from exc
    return Divisor(name, values)


def _columns(path: Path, names: list[str]) -> tuple[str, str]:
    """The column that tells the county, and that of the figures."""
    key = next((name for name in _KEYS if name in names), None)
    figures = [name for name in names if name not in (*_KEYS, *_NAMES, "year")]
    if key is None or "year" not in names or len(figures) != 1 or not figures[0]:
        found = ", ".join(names) or "no columns"
        raise UsageError(f"{shown(str(path))}: wanted county_id or county_code, year, and one column of figures; it has {found}")
    return key, figures[0]


def _rows(path: Path, reader: csv.DictReader[str], key: str, name: str) -> Iterator[tuple[tuple[str, int], Decimal]]:
    for row in reader:
        where = f"{shown(str(path))}:{reader.line_num}"
        county, year, figure = ((row[column] or "").strip() for column in (key, "year", name))
        if not figure:
            continue
        try:
            place, value = (county, int(year)), Decimal(figure.replace(",", ""))
        except (InvalidOperation, ValueError) as exc:
            raise UsageError(f"{where}: year and {name} must be numbers, are {year!r} and {figure!r}") from exc
        if not value.is_finite() or value <= 0:
            raise UsageError(f"{where}: {name} must be above zero, is {figure!r}")
        yield (_county(where, key, *place), place[1]), value


def _county(where: str, key: str, county: str, year: int) -> str:
    if key == "county_id":
        if by_id(county) is None:
            raise UsageError(f"{where}: {county!r} is no id of the registry; `gongkai counties find` gives it")
        return county
    found = resolve(county, year)
    if found is not None:
        return found.id
    if len(county) != 6 or not county.isdecimal():
        raise UsageError(f"{where}: county_code: {county!r} has not six digits")
    if of_code(county):
        raise UsageError(f"{where}: {county} was no division's code at the end of {year}")
    return listed_counties(county)[0].id  # a site of the user's own, with a code that only its list knows
