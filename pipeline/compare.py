"""
County against county, year against year: figures of one indicator side by side, and nothing that does not compare.

A comparison is read from the exported tables. Counties stand in the order of their codes, never by rank, and nothing is summed
up to a score. Figures of reports that sum a whole county and of reports about one office alone are never mixed; where the text
of some does not say, the comparison says so. Breaks of form and scope are part of it, and every gap has its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.counties import by_id
from pipeline.divisions import division
from pipeline.divisor import Divisor
from pipeline.errors import PipelineError, UsageError
from pipeline.figures import Entry, Key, absent, read_coverage, read_figures
from pipeline.indicators import Indicator, Measure
from pipeline.remarks import Remark, break_of, remarks
from pipeline.schema import PANEL_IDENTITY, SERIES, Column
from pipeline.selection import Selection

__all__ = ["COMPARED", "Comparison", "Entry", "Key", "compare", "is_ratio"]

_KNOWN = {column.name: column for column in (*SERIES, *PANEL_IDENTITY)}
COMPARED: tuple[Column, ...] = tuple(
    _KNOWN[name]
    for name in (
        "county_id", "county_code", "county", "prefecture", "province", "unit", "level", "scope", "year", "form", "indicator",
        "value", "unit_of_measure", "status", "why_absent", "relation", "numerator", "denominator", "small_base", "breaks",
        "report_id", "reason",
    )
)  # fmt: skip
"""The columns of a comparison: those of `series` and `panel` of the same names."""

NOT_SEEN = "not_seen"
"""Of units of this county and level some reports were had, of this one none; why, nothing says."""

_HAD = ("read", "late", "withdrawn", "no_form", "needs_ocr", "unread")
_NOBODY_LOOKED = {"not_checked", "county_did_not_exist"}
_GONE = "county_did_not_exist"
_DIGITS = 12


@dataclass(frozen=True)
class Comparison:
    """One measure over lines and years; every line has an entry in every year. `remarks` say what a reader must know."""

    measure: Measure
    level: str
    years: tuple[int, ...]
    keys: tuple[Key, ...]
    entries: Mapping[tuple[Key, int], Entry]
    unit: str | None
    remarks: tuple[Remark, ...] = ()

    @property
    def held(self) -> list[Entry]:
        """The entries that have a figure, in the order of lines and years."""
        return [entry for _, _, entry in self.cells() if entry.value is not None]

    @cached_property
    def gaps(self) -> dict[str, int]:
        """How many fields have no figure, by the reason, the most frequent first."""
        words = [entry.gap for _, _, entry in self.cells() if entry.gap]
        return {word: words.count(word) for word in sorted(set(words), key=lambda word: (-words.count(word), word))}

    def cells(self) -> Iterator[tuple[Key, int, Entry]]:
        """Every line and year with its entry."""
        for key in self.keys:
            for year in self.years:
                yield key, year, self.entries[key, year]

    def unit_of(self, key: Key) -> str | None:
        """The unit's name as its newest report has it; None for a county's government without a report."""
        named = (self.entries[key, year].unit for year in reversed(self.years))
        return next((name for name in named if name), key.unit or None)

    def county_of(self, key: Key, year: int | None = None) -> str | None:
        """The county's name in a year, without one in the last year of the comparison."""
        place = division(key.county_id, self.years[-1] if year is None else year)
        return place.name if place is not None else None

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row a line and year, in the order of `COMPARED`."""
        for key, year, entry in self.cells():
            place = division(key.county_id, year)
            code, prefecture, province = (place.code, place.prefecture, place.province) if place is not None else (None,) * 3
            yield (
                key.county_id, code, self.county_of(key, year), prefecture, province, entry.unit or self.unit_of(key), self.level,
                entry.scope, year, entry.form, self.measure.code, entry.value, self.unit, entry.status, entry.why_absent,
                entry.relation, entry.numerator, entry.denominator, "yes" if entry.is_small else None, entry.breaks,
                entry.report_id, entry.reason,
            )  # fmt: skip

    def looked_for(self) -> Comparison:
        """
        The same without the lines that nobody looked for in any year; a remark says how many they are.

        Raises PipelineError when no line is left.
        """
        kept = tuple(key for key in self.keys if not self._gaps_of(key) <= _NOBODY_LOOKED)
        without = len(self.keys) - len(kept)
        if not kept:
            raise PipelineError(
                f"{self.measure.code}: nobody has looked for a report of this level in these years; name --counties to see it so"
            )
        if not without:
            return self
        remark = Remark(
            f"另有{without}个县级区划各年均未查看，未列出", f"{without} counties that nobody looked for are left out here"
        )
        return replace(self, keys=kept, remarks=(*self.remarks, remark))

    def _gaps_of(self, key: Key) -> set[str]:
        return {self.entries[key, year].gap for year in self.years}


def is_ratio(item: Measure) -> bool:
    """Whether a measure is a quotient already."""
    if not isinstance(item, Indicator):
        return False
    return item.told is not None or any(formula.denominator is not None for formula in item.formulas.values())


def compare(folder: Path, selection: Selection, *, divisor: Divisor | None = None, apart: bool = False) -> tuple[Comparison, ...]:
    """
    The comparisons of a selection, one a measure, out of the exported tables of a folder.

    With `apart`, figures of one office alone are left out where others sum a whole county, and a remark says so.
    Raises UsageError where the selection would mix figures that do not compare, or names a code that neither the registry nor the
    tables have, and PipelineError where nothing is known of it.
    """
    coverage = read_coverage(folder, selection) if selection.level != "county" else {}  # else the panel has said it
    return tuple(_compare(folder, selection, item, divisor, coverage, apart=apart) for item in selection.measures)


def _compare(
    folder: Path,
    selection: Selection,
    item: Measure,
    divisor: Divisor | None,
    coverage: Mapping[tuple[str, int], str],
    *,
    apart: bool,
) -> Comparison:
    if divisor is not None and is_ratio(item):
        raise UsageError(f"--per: {item.code!r} is a ratio already, and divided by {divisor.name} it would mean nothing")
    found = read_figures(folder, selection, item)
    _know(selection.counties, {key.county_id for key, _ in found.entries})
    years = selection.years or tuple(sorted({year for _, year in found.entries}))
    met = {key for key, _ in found.entries}
    silent = set(selection.counties) - {key.county_id for key in met}
    keys = sorted({*met, *(Key(county_id, "") for county_id in silent)}, key=lambda key: _place(key, years))
    if not years or not keys:
        raise PipelineError(f"{folder}: nothing is known of this selection; widen --counties, --years or --level")
    entries = {
        (key, year): found.entries.get((key, year)) or absent(_why_absent(key, year, selection.level, coverage))
        for key in keys
        for year in years
    }
    if selection.scope is not None:
        entries = {place: _only(entry, selection.scope) for place, entry in entries.items()}
    made = _without_gone(Comparison(item, selection.level, years, tuple(keys), entries, item.unit))
    if selection.level != "county":
        made = replace(made, entries=dict(_with_breaks(made)))
    made = _set_apart(made) if apart else made
    _refuse_mixed_scopes(made)
    said = remarks(made.entries, years, selection.level, found.left_out, {key: made.county_of(key) or "" for key in made.keys})
    made = replace(made, remarks=(*made.remarks, *said))
    return made if divisor is None else _divided(made, divisor)


def _know(wanted: Sequence[str], met: set[str]) -> None:
    """Raises UsageError for a code that the registry does not have, and no report at this level either."""
    for county_id in wanted:
        county = by_id(county_id)
        if county is not None and county.level == "unregistered" and county_id not in met:
            raise UsageError(
                f"--counties: neither the registry nor the reports of this level have the code {county.spells[0].code}"
            )


def _place(key: Key, years: Sequence[int]) -> tuple[str, str]:
    place = division(key.county_id, years[-1]) if years else None
    return ((place.code if place is not None else None) or key.county_id, key.unit)


def _why_absent(key: Key, year: int, level: str, coverage: Mapping[tuple[str, int], str]) -> str:
    place = division(key.county_id, year)
    if place is not None and not place.exists:
        return _GONE
    covered = coverage.get((key.county_id, year))
    if covered in _HAD or (covered is None and level in ("prefecture", "province")):
        return NOT_SEEN
    return covered or "not_checked"


def _without_gone(made: Comparison) -> Comparison:
    """Without the lines of counties that existed in none of the years, where there are others; a remark says how many."""
    kept = tuple(key for key in made.keys if {made.entries[key, year].gap for year in made.years} != {_GONE})
    without = len(made.keys) - len(kept)
    if not without or not kept:
        return made
    remark = Remark(
        f"{without}个县级区划在这些年度均不存在，未列出", f"{without} counties existed in none of these years and are left out"
    )
    return replace(made, keys=kept, remarks=(remark,))


# --- what must not be mixed -------------------------------------------------------------------------


def _only(entry: Entry, scope: str) -> Entry:
    """The entry, its figure taken away where its report has another scope or does not say."""
    if entry.value is None or entry.scope == scope:
        return entry
    return entry._replace(
        value=None, numerator=None, denominator=None, status="scope_unknown" if entry.scope is None else "other_scope"
    )


def _set_apart(made: Comparison) -> Comparison:
    """Without the figures of one office alone, where there are others that sum a whole county; a remark says how many."""
    if not {"all", "own"} <= {entry.scope for entry in made.held}:
        return made
    entries = {place: _only(entry, "all") if entry.scope == "own" else entry for place, entry in made.entries.items()}
    count = len(made.held) - sum(entry.value is not None for entry in entries.values())
    remark = Remark(
        f"{count}个数值只是机关本身的，不与全县汇总的数值并列，未列出",
        f"{count} figures of one office alone are left out, since others sum a whole county",
    )
    return replace(made, entries=entries, remarks=(*made.remarks, remark))


def _refuse_mixed_scopes(made: Comparison) -> None:
    scopes = [entry.scope for entry in made.held]
    if "all" in scopes and "own" in scopes:
        raise UsageError(
            f"{made.measure.code}: {scopes.count('all')} of these figures sum a whole county and {scopes.count('own')} are of one "
            "office alone; choose with --scope all or --scope own"
        )


def _with_breaks(made: Comparison) -> Iterator[tuple[tuple[Key, int], Entry]]:
    """Entries of units with what has changed since the unit's report before, as the panel has it for counties."""
    for key in made.keys:
        before: Entry | None = None
        for year in made.years:
            entry = made.entries[key, year]
            yield (key, year), entry._replace(breaks=break_of(before, entry))
            before = entry if entry.report_id is not None else before


# --- a divisor that the user gives -----------------------------------------------------------------------


def _divided(made: Comparison, divisor: Divisor) -> Comparison:
    entries = {
        place: _divide(entry, divisor.of(place[0].county_id, place[1]), divisor.name) for place, entry in made.entries.items()
    }
    return replace(made, entries=entries, unit=f"{made.unit or '1'}/{divisor.name}")


def _divide(entry: Entry, below: Decimal | None, name: str) -> Entry:
    """The entry with its figure divided; a gap where the table has no figure."""
    if entry.value is None:
        return entry
    if below is None:
        return entry._replace(value=None, status=f"no_{name}")
    value = Decimal(f"{entry.value / below:.{_DIGITS}g}")
    return entry._replace(value=value, numerator=entry.value, denominator=below, is_small=False)
