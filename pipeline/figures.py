"""
Figures of one variable or indicator out of the exported tables, body by body and year by year, each gap with its reason.

A county's own figures follow `panel`, which has every county in every year; those of units below follow `series`, where a unit
without a report has no row: of it `coverage` tells what is known. Bodies that are not settled are counted and left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.bodies import own_name
from pipeline.errors import OutputError
from pipeline.harmonised import Figure
from pipeline.indicators import Measure
from pipeline.panel import panel_measures, shown_figure
from pipeline.selection import Selection
from pipeline.series import exact
from pipeline.stored import stored_rows

__all__ = ["Entry", "Figures", "Key", "absent", "read_coverage", "read_figures"]

_PANEL = ("county_id", "year", "why_absent", "breaks", "report_id")
_COVERAGE = ("county_id", "year", "status")
_TWO = "two_reports"
_STATUS = f"{panel_measures()[0].short}_st"
"""Any of the panel's status columns: where two reports differ, all of them say so."""


class Key(NamedTuple):
    """One line of a comparison: a county, and a unit by its name without the county's own; empty for its government."""

    county_id: str
    unit: str


class Entry(NamedTuple):
    """One figure, or why there is none, with what it rests on. `unit` is its name as the report has it."""

    value: Decimal | None = None
    status: str | None = None
    why_absent: str | None = None
    scope: str | None = None
    form: str | None = None
    relation: str | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    is_small: bool = False
    breaks: str | None = None
    reason: str | None = None
    report_id: str | None = None
    unit: str | None = None

    @property
    def gap(self) -> str:
        """
        In one word why there is no figure; empty where there is one.

        >>> Entry(why_absent="blocked").gap, Entry(status="blank").gap, Entry(Decimal(0)).gap
        ('blocked', 'blank', '')
        """
        return "" if self.value is not None else self.status or self.why_absent or "not_checked"


class Figures(NamedTuple):
    """What is known by line and year, and how many reports of bodies that are not settled are left out."""

    entries: dict[tuple[Key, int], Entry]
    left_out: int


class _Told(NamedTuple):
    """A row of `series`."""

    county_id: str | None
    unit: str | None
    level: str | None
    scope: str | None
    year: int
    form: str | None
    value: float | None
    status: str | None
    relation: str
    numerator: float | None
    denominator: float | None
    small_base: str | None
    reason: str | None
    report_id: str | None


def read_figures(folder: Path, selection: Selection, item: Measure) -> Figures:
    """The figures of a measure at the level of the selection, for its counties and years, or for all."""
    told = _told(folder, item, approximate=selection.approximate)
    entries: dict[tuple[Key, int], Entry] = {}
    if selection.level == "county":
        entries.update(_governments(folder, selection, told))
    left_out = 0
    years, counties = set(selection.years), set(selection.counties)
    for row in told:
        if row.level != selection.level or (years and row.year not in years):
            continue
        if row.county_id is not None and selection.level == "county":
            continue  # the panel has chosen among them
        key = _key(row)
        if key is None:
            left_out += 1
        elif not selection.words or key.county_id in counties:
            _put(entries, key, row)
    return Figures(entries, left_out)


def read_coverage(folder: Path, selection: Selection) -> Mapping[tuple[str, int], str]:
    """What `coverage` says of a level, by county and year."""
    rows = stored_rows(folder / "coverage.parquet", _COVERAGE, {"level": [selection.level]})
    return {(county_id, year): status for county_id, year, status in rows}


def absent(word: str) -> Entry:
    """The entry of a line and year without a report."""
    return Entry(why_absent=word)


def _governments(folder: Path, selection: Selection, told: Sequence[_Told]) -> Iterator[tuple[tuple[Key, int], Entry]]:
    """The counties' own figures: the report that the panel chose, else why there is none."""
    by_report = {row.report_id: row for row in told if row.report_id is not None}
    differing = {(row.county_id, row.year): row for row in told if row.report_id is None and row.level in ("office", "county")}
    wanted: dict[str, Collection[Any]] = {"year": selection.years} if selection.years else {}
    if selection.words:
        wanted["county_id"] = selection.counties
    rows = stored_rows(folder / "panel.parquet", (*_PANEL, _STATUS), wanted)
    for county_id, year, why_absent, breaks, report_id, status in rows:
        place = Key(county_id, ""), year
        if report_id is None:
            row = differing.get((county_id, year)) if status == _TWO else None
            yield place, absent(why_absent) if row is None else _entry(row)
        elif report_id in by_report:
            yield place, _entry(by_report[report_id], breaks)
        else:
            raise OutputError(f"{folder}: `panel` has the report {report_id} and `series` has not; export once more")


def _key(row: _Told) -> Key | None:
    """The line a row belongs to; None where its body is not settled."""
    if row.county_id is None:
        return None
    if row.level in ("prefecture", "province"):
        return Key(row.county_id, "")
    return Key(row.county_id, own_name(row.unit, row.county_id)) if row.unit is not None else None


def _put(entries: dict[tuple[Key, int], Entry], key: Key, row: _Told) -> None:
    """Take a row; where another report of the same line and year is there, neither of them stands for it."""
    other = entries.get((key, row.year))
    entry = _entry(row)
    if other is not None:
        ids = ", ".join(sorted(filter(None, (other.report_id, entry.report_id))))
        entry = Entry(status=_TWO, reason=f"the reports {ids} of this body and year differ", unit=entry.unit)
    entries[key, row.year] = entry


def _entry(row: _Told, breaks: str | None = None) -> Entry:
    if row.report_id is None:
        return Entry(status=_TWO, reason=row.reason, unit=row.unit)
    numerator, denominator = _plain(row.numerator), _plain(row.denominator)
    value, status = _plain(row.value), row.status
    if value is None:
        _, status = shown_figure(Figure(None, row.status, row.relation, "", row.numerator, row.denominator))
    return Entry(
        value, status, None, row.scope, row.form, row.relation, numerator, denominator, row.small_base == "yes", breaks,
        row.reason, row.report_id, row.unit,
    )  # fmt: skip


def _told(folder: Path, item: Measure, *, approximate: bool) -> list[_Told]:
    """The rows of a measure; those that compare only approximately have their figures where they are asked for."""
    wanted = {"indicator": [item.code]}
    rows = [_Told(*row) for row in stored_rows(folder / "series.parquet", _Told._fields, wanted)]
    if not approximate:
        return rows
    apart = {row[-1]: _Told(*row) for row in stored_rows(folder / "series_approximate.parquet", _Told._fields, wanted)}
    return [apart.get(row.report_id, row) for row in rows]


def _plain(value: float | None) -> Decimal | None:
    """The exact figure, a whole one without decimals."""
    return Decimal(int(value)) if value is not None and value.is_integer() else exact(value)
