"""
County against county, year against year: figures of one indicator side by side, and nothing that does not compare.

A comparison is read from the exported tables. Counties stand in the order of their codes, never by rank. Figures of reports
that sum a whole county and of reports about one office alone are never mixed; where the text of some does not say, the
comparison says so. Breaks of the form are part of it, and every gap has its reason.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.divisions import division
from pipeline.errors import UsageError
from pipeline.indicators import Measure
from pipeline.selection import Selection
from pipeline.series import APPROXIMATE

__all__ = ["COLUMNS", "Comparison", "Entry", "Key", "compare", "read_divisor"]

COLUMNS = (
    "county_id", "county_code", "county", "prefecture", "province", "unit", "level", "scope", "year", "form", "indicator", "value",
    "unit_of_measure", "status", "why_absent", "relation", "numerator", "denominator", "small_base", "breaks", "report_id",
)  # fmt: skip
_FORM_BREAKS = ((2018, 2019), (2020, 2021))
"""Between these years the national form changed (assessment.md, 3: to be stated with every series)."""


class Key(NamedTuple):
    """One line of a comparison: a county and, below the county's own level, a unit."""

    county_id: str | None
    unit: str | None


class Entry(NamedTuple):
    """One figure, or why there is none, with what it rests on."""

    value: Decimal | None
    status: str | None
    why_absent: str | None
    scope: str | None
    form: str | None
    relation: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    is_small: bool
    breaks: str | None
    report_id: str | None

    @property
    def gap(self) -> str:
        """In one word why there is no figure; empty where there is one."""
        return "" if self.value is not None else self.why_absent or self.status or "not_checked"


@dataclass(frozen=True)
class Comparison:
    """One measure over lines and years. `notes` say what a reader must know of it, in Chinese and English."""

    measure: Measure
    years: tuple[int, ...]
    keys: tuple[Key, ...]
    entries: Mapping[tuple[Key, int], Entry]
    unit: str | None
    notes: tuple[tuple[str, str], ...]
    level: str

    def entry(self, key: Key, year: int) -> Entry | None:
        """The entry of a line and year; None where nothing is known of it at all."""
        return self.entries.get((key, year))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row a line and year, in the order of `COLUMNS`."""
        for key in self.keys:
            for year in self.years:
                place, entry = division(key.county_id, year), self.entry(key, year)
                names = (place.code, place.name, place.prefecture, place.province) if place is not None else (None,) * 4
                if entry is None:
                    yield (
                        key.county_id,
                        *names,
                        key.unit,
                        self.level,
                        None,
                        year,
                        None,
                        self.measure.code,
                        None,
                        self.unit,
                        None,
                        "not_checked",
                        *(None,) * 6,
                    )
                    continue
                yield (
                    key.county_id, *names, key.unit, self.level, entry.scope, year, entry.form, self.measure.code, entry.value,
                    self.unit if entry.value is not None else None, entry.status, entry.gap or None, entry.relation, entry.numerator,
                    entry.denominator, "yes" if entry.is_small else None, entry.breaks, entry.report_id,
                )  # fmt: skip


def compare(folder: Path, selection: Selection, *, divisor: Divisor | None = None) -> tuple[Comparison, ...]:
    """
    The comparisons of a selection, one a measure, out of the exported tables of a folder.

    Raises UsageError where the selection would mix figures that do not compare, or where nothing is selected.
    """
    return tuple(_compare(folder, selection, item, divisor) for item in selection.measures)


def _compare(folder: Path, selection: Selection, item: Measure, divisor: Divisor | None) -> Comparison:
    read = _governments if selection.level == "county" else _units
    entries = read(folder, selection, item)
    if not entries:
        raise UsageError(f"{folder}: nothing is known of {item.code!r} for this selection; widen --counties, --years or --level")
    if selection.scope is not None:
        entries = {key: _only(entry, selection.scope) for key, entry in entries.items()}
    years = selection.years or tuple(sorted({year for _, year in entries}))
    keys = tuple(sorted({key for key, _ in entries}, key=lambda key: _place_of(key, years)))
    found = {pair: entry for pair, entry in entries.items() if pair[1] in set(years)}
    _refuse_mixed_scopes(found, item)
    notes = tuple(_notes(found, years, selection))
    unit = item.unit
    if divisor is not None:
        found = {pair: divisor.divide(pair[0], pair[1], entry) for pair, entry in found.items()}
        unit = f"{unit or '1'}/{divisor.name}"
    return Comparison(item, years, keys, found, unit, notes, selection.level)


# --- reading ----------------------------------------------------------------------------------------


def _governments(folder: Path, selection: Selection, item: Measure) -> dict[tuple[Key, int], Entry]:
    """The counties' own figures out of the panel, so that a county that is not observed says why."""
    told = {
        row["report_id"]: row
        for row in _series(folder, "series", item, ("report_id", "relation", "numerator", "denominator", "small_base"))
    }
    apart = _approximate(folder, item) if selection.approximate else {}
    status = f"{item.short}_st"
    columns = ["county_id", "year", "why_absent", "scope", "form", "breaks", "report_id", item.short, status]
    entries = {}
    for row in _read(folder / "panel.parquet", columns, selection):
        report_id = row["report_id"]
        known: Mapping[str, Any] = told.get(report_id, {}) if report_id is not None else {}
        if report_id in apart:
            known = apart[report_id]
            row[item.short], row[status] = known["value"], known["status"]
        entries[Key(row["county_id"], None), row["year"]] = _entry(row, row[item.short], row[status], known)
    return entries


def _units(folder: Path, selection: Selection, item: Measure) -> dict[tuple[Key, int], Entry]:
    """The figures of the units of a level out of the series: what is not there was not read, and no more is known."""
    columns = (
        "county_id",
        "unit",
        "level",
        "scope",
        "year",
        "form",
        "value",
        "status",
        "relation",
        "numerator",
        "denominator",
        "small_base",
        "reason",
        "report_id",
    )
    rows = _series(folder, "series", item, columns)
    if selection.approximate:
        rows += _series(folder, "series_approximate", item, columns)
    counties, years = set(selection.counties), set(selection.years)
    entries = {}
    for row in rows:
        if (
            row["level"] != selection.level
            or (counties and row["county_id"] not in counties)
            or (years and row["year"] not in years)
        ):
            continue
        known = {**row, "breaks": None, "why_absent": None}
        entries[Key(row["county_id"], row["unit"]), row["year"]] = _entry(
            known, row["value"], row["status"] or row["relation"], row
        )
    return entries


def _entry(row: Mapping[str, Any], value: float | None, status: str | None, known: Mapping[str, Any]) -> Entry:
    return Entry(
        _decimal(value), status, row["why_absent"], row["scope"], row["form"], known.get("relation"), _decimal(known.get("numerator")),
        _decimal(known.get("denominator")), known.get("small_base") == "yes", row["breaks"], row["report_id"],
    )  # fmt: skip


def _approximate(folder: Path, item: Measure) -> Mapping[str, Mapping[str, Any]]:
    columns = ("report_id", "value", "status", "relation", "numerator", "denominator", "small_base")
    return {row["report_id"]: row for row in _series(folder, "series_approximate", item, columns)}


def _series(folder: Path, name: str, item: Measure, columns: Sequence[str]) -> list[dict[str, Any]]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(folder / f"{name}.parquet", columns=list(columns), filters=[("indicator", "=", item.code)])
    return list(table.to_pylist())


def _read(path: Path, columns: Sequence[str], selection: Selection) -> list[dict[str, Any]]:
    import pyarrow.parquet

    filters: list[tuple[str, str, Any]] = []
    if selection.counties:
        filters.append(("county_id", "in", list(selection.counties)))
    if selection.years:
        filters.append(("year", "in", list(selection.years)))
    return list(pyarrow.parquet.read_table(path, columns=list(columns), filters=filters or None).to_pylist())


def _decimal(value: float | None) -> Decimal | None:
    if value is None:
        return None
    exact = Decimal(repr(float(value)))
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact


def _place_of(key: Key, years: Sequence[int]) -> tuple[str, str]:
    place = division(key.county_id, years[-1]) if years else None
    return (place.code if place is not None and place.code else key.county_id or "~", key.unit or "")


# --- what must not be mixed ----------------------------------------------------------------------------


def _only(entry: Entry, scope: str) -> Entry:
    """The entry, its figure taken away where its report has another scope or does not say."""
    if entry.value is None or entry.scope == scope:
        return entry
    return entry._replace(value=None, numerator=None, denominator=None, status="other_scope")


def _refuse_mixed_scopes(entries: Mapping[tuple[Key, int], Entry], item: Measure) -> None:
    scopes = {entry.scope for entry in entries.values() if entry.value is not None}
    if {"all", "own"} <= scopes:
        raise UsageError(
            f"{item.code}: some of these reports sum a whole county and others speak of one office alone; "
            "choose one with --scope all or --scope own"
        )


def _notes(entries: Mapping[tuple[Key, int], Entry], years: Sequence[int], selection: Selection) -> Iterator[tuple[str, str]]:
    held = [entry for entry in entries.values() if entry.value is not None]
    for before, after in _FORM_BREAKS:
        if years and years[0] <= before and years[-1] >= after:
            yield (f"{before}年度与{after}年度之间法定格式有变", f"the statutory form changed between {before} and {after}")
    unsaid = sum(entry.scope is None for entry in held)
    if unsaid:
        yield (f"{unsaid}个数值所在报告未说明统计范围", f"{unsaid} figures are of reports that do not say their scope")
    close = sum(entry.relation == "close" for entry in held)
    if close:
        yield (f"{close}个数值为相近口径（close）", f"{close} figures are close, not the same quantity (relation close)")
    approximate = sum(entry.relation == APPROXIMATE for entry in held)
    if approximate:
        yield (f"{approximate}个数值仅近似可比（approximate）", f"{approximate} figures compare only approximately")
    rebuilt = sum(entry.status == "reconstructed" for entry in held)
    if rebuilt:
        yield (f"{rebuilt}个数值由残缺版面重建", f"{rebuilt} figures were reconstructed from damaged layouts")
    small = sum(entry.is_small for entry in held)
    if small:
        yield (f"{small}个比率的分母小于30", f"{small} ratios have a denominator below 30")
    if selection.level != "county":
        yield ("未列出的机关未必没有报告，见coverage", "a unit that is not listed may still have a report: see `coverage`")


# --- a divisor that the user gives ------------------------------------------------------------------------


class Divisor(NamedTuple):
    """Figures of a user's own by county id and year, population for example."""

    name: str
    values: Mapping[tuple[str, int], Decimal]

    def divide(self, key: Key, year: int, entry: Entry) -> Entry:
        """The entry with its figure divided; a gap where the table has no figure above zero."""
        if entry.value is None:
            return entry
        below = self.values.get((key.county_id or "", year))
        if below is None or below <= 0:
            return entry._replace(value=None, status=f"no_{self.name}")
        return entry._replace(value=entry.value / below, numerator=entry.value, denominator=below, is_small=False)


def read_divisor(path: Path) -> Divisor:
    """
    The table of a user: CSV with `county_id` or `county_code`, `year`, and one column more, whose name is the figure's.

    Raises UsageError that names the line which cannot be read.
    """
    from pipeline.counties import resolve

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"{path}: cannot be read: {exc}") from exc
    names = list(rows[0]) if rows else []
    key = next((name for name in ("county_id", "county_code") if name in names), None)
    others = [name for name in names if name not in ("county_id", "county_code", "year")]
    if key is None or "year" not in names or len(others) != 1:
        raise UsageError(
            f"{path}: must have the columns county_id or county_code, year, and one figure; it has {', '.join(names) or 'none'}"
        )
    values: dict[tuple[str, int], Decimal] = {}
    for number, row in enumerate(rows, 2):
        try:
            year, value = int(row["year"]), Decimal(row[others[0]].replace(",", ""))
        except (InvalidOperation, ValueError, AttributeError) as exc:
            raise UsageError(f"{path}: line {number}: year and {others[0]} must be numbers") from exc
        county_id = row[key]
        if key == "county_code":
            county = resolve(county_id.zfill(6), year)
            if county is None:
                raise UsageError(f"{path}: line {number}: {county_id} was no county's code at the end of {year}")
            county_id = county.id
        if (county_id, year) in values:
            raise UsageError(f"{path}: line {number}: {row[key]} {year} stands there twice")
        values[county_id, year] = value
    return Divisor(others[0], values)
