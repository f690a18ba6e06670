"""
`panel`: every county of the registry in every year, observed or not, with the harmonised variables and indicators.

A county's year is its government's own report; where there is none, the office's report if it says that it sums the county.
Only figures of the relations same, sum and close stand here; every gap has its reason in the column `…_st`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from parsers.report import Status
from pipeline.crosswalk import USABLE
from pipeline.divisions import Division, division
from pipeline.harmonised import Figure, Harmonised
from pipeline.indicators import Measure, Variable, measures, variables
from pipeline.schema import PANEL_IDENTITY, Column
from pipeline.series import APPROXIMATE, Year, exact

__all__ = ["GAPS", "Panel", "panel_columns", "panel_measures", "shown_figure"]

GAPS: Mapping[str, str] = {
    "ambiguous": "a", "blank": "b", "not_comparable": "c", "dropped": "d", "missing": "m", "nil": "n",
    "two_reports": "r", "new": "s", "unreadable": "u", "unit_unknown": "v", "approximate": "x", "zero_denominator": "z",
}  # fmt: skip
"""Why a report has no figure, and the letter of Stata's extended missing value for it; without a report it is a plain dot."""

_STATUSES = (str(Status.PUBLISHED), str(Status.RECONSTRUCTED), *GAPS)
_FIGURES = (str(Status.PUBLISHED), str(Status.RECONSTRUCTED))


@cache
def panel_measures() -> tuple[Measure, ...]:
    """The variables and indicators of the panel: all that the newest forms ask for."""
    return tuple(item for item in measures().values() if not (isinstance(item, Variable) and item.only))


def panel_columns() -> tuple[Column, ...]:
    """The columns of `panel`: identity, then for each measure its figure and its status."""
    found = list(PANEL_IDENTITY)
    for item in panel_measures():
        found += [
            Column(item.short, "number", item.zh, item.en),
            Column(
                f"{item.short}_st", "code", f"{item.zh}：读取状态或缺失原因", f"{item.en}: how it was read, or why not", _STATUSES
            ),
        ]
    return tuple(found)


class Panel:
    """The balanced panel of a run: counties × years, whatever was found."""

    def __init__(
        self, years: Sequence[Year], coverage: Mapping[tuple[str, int], str], counties: Sequence[str], span: Sequence[int]
    ) -> None:
        self._chosen = dict(_choose(years))
        self._coverage = coverage
        self._counties = counties
        self._span = span

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows in the order of `panel_columns`, county by county; their number is counties × years."""
        for county_id in self._counties:
            before: Harmonised | None = None
            for year in self._span:
                found = self._chosen.get((county_id, year))
                report = found.report if found is not None else None
                place = division(county_id, year)
                if place is None:
                    raise ValueError(f"{county_id} is no id of the registry")
                yield (*self._identity(place, year, found, before), *_figures(found))
                before = report or before

    def _identity(self, place: Division, year: int, found: Year | None, before: Harmonised | None) -> tuple[Any, ...]:
        report = found.report if found is not None else None
        why = None if report is not None else self._coverage.get((place.county_id, year), "not_checked")
        level = found.body.level if found is not None else None
        return (
            place.county_id, place.code, place.name, place.prefecture, place.province, year, int(report is not None), why,
            report.scope if report else None, report.form if report else None, _breaks(before, report) or None,
            report.report_id if report else None, level,
        )  # fmt: skip


def _choose(years: Sequence[Year]) -> Iterator[tuple[tuple[str, int], Year]]:
    """The report that speaks for a county and year: the government's, else its office's if that sums the county."""
    offices: dict[tuple[str, int], list[Year]] = {}
    governments: dict[tuple[str, int], Year] = {}
    for item in years:
        county_id, level, name = item.body
        if county_id is None:
            continue
        if level == "county" and not name:
            governments[county_id, item.year] = item
        elif level == "office" and any(report.scope == "all" for report in item.reports):
            offices.setdefault((county_id, item.year), []).append(item)
    yield from governments.items()
    for key, found in offices.items():
        if key not in governments and len(found) == 1:
            yield key, found[0]


def _breaks(before: Harmonised | None, report: Harmonised | None) -> str:
    if before is None or report is None:
        return ""
    changes = [("form", before.form, report.form), ("scope", before.scope or "unknown", report.scope or "unknown")]
    return ";".join(f"{what} {old}→{new}" for what, old, new in changes if old != new)


@cache
def _no_figures(status: str | None) -> tuple[Any, ...]:
    return (None, status) * len(panel_measures())


def _figures(found: Year | None) -> Iterator[Any]:
    if found is None or found.report is None:
        yield from _no_figures(None if found is None else "two_reports")
        return
    places = {variable.code: at for at, variable in enumerate(variables())}
    report = found.report
    for item in panel_measures():
        figure = report.variable(places[item.code]) if isinstance(item, Variable) else report.indicator(item)
        yield from shown_figure(figure)


def shown_figure(figure: Figure) -> tuple[Decimal | None, str]:
    """A figure and its status; the gap's name where there is none, and where the figure compares only approximately."""
    if figure.relation == APPROXIMATE:
        return None, APPROXIMATE
    if figure.relation not in USABLE:
        return None, figure.relation.replace(" ", "_")
    if figure.value is not None:
        return exact(figure.value), figure.status or ""
    if figure.denominator is not None:
        return None, "zero_denominator"
    return None, "unit_unknown" if figure.status in _FIGURES else figure.status or "missing"
