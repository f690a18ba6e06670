"""
`series`: one row a body, year and indicator, over all forms, and nothing in it that does not compare.

What a form holds only approximately goes to a table of its own, so that nobody mixes it in without asking for it; `series`
then has a row without a figure that says so. Two different reports of one body and year give one row without a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from pipeline.bodies import Body
from pipeline.divisions import division
from pipeline.harmonised import Figure, Harmonised
from pipeline.indicators import Measure, Variable, measures, relations, variables

__all__ = ["APPROXIMATE", "Series", "Year", "exact", "indicator_rows", "years_of"]

APPROXIMATE = "approximate"


class Year(NamedTuple):
    """One body in one year: its report, or several that differ, of which none can stand for it."""

    body: Body
    year: int
    reports: tuple[Harmonised, ...]

    @property
    def report(self) -> Harmonised | None:
        """The one report; None where there are several."""
        return self.reports[0] if len(self.reports) == 1 else None


def years_of(reports: Iterable[Harmonised], superseded: frozenset[str] = frozenset()) -> list[Year]:
    """
    The bodies' years in a fixed order. Versions that a newer one supersedes are left out, and reports without a year.

    A report whose body is not settled stands alone: it is put together with no other.
    """
    kept = [item for item in reports if item.year is not None and item.report_id not in superseded]
    return [
        Year(key[0], key[1], tuple(group)) for key, group in groupby(sorted(kept, key=_order), key=lambda item: (item.body, item.year or 0, _apart(item)))
    ]  # fmt: skip


def _order(item: Harmonised) -> tuple[Any, ...]:
    parts = tuple((part is None, part or "") for part in item.body)
    return (*parts, item.year, item.unit or "", item.report_id)


def _apart(item: Harmonised) -> str:
    """What keeps reports of bodies that are not settled from being taken for one another's."""
    return "" if all(part is not None for part in item.body) else item.report_id


class Series:
    """The rows of `series` and of `series_approximate`, measure by measure so that one of them is read without the rest."""

    def __init__(self, years: Sequence[Year]) -> None:
        self._years = years
        self._identity = [_identity(item) for item in years]

    def rows(self, *, approximate: bool) -> Iterator[tuple[Any, ...]]:
        """The rows of one of the two tables, in the columns of `schema.SERIES`."""
        places = {variable.code: at for at, variable in enumerate(variables())}
        for code, item in measures().items():
            at = places.get(code)
            for year, identity in zip(self._years, self._identity, strict=True):
                figure = _figure(year, item, at)
                if approximate and figure.relation == APPROXIMATE:
                    yield _row(identity, item, figure)
                elif not approximate:
                    yield _row(identity, item, _held_apart(figure))


def _figure(year: Year, item: Measure, at: int | None) -> Figure:
    report = year.report
    if report is None:
        ids = ", ".join(other.report_id for other in year.reports)
        return Figure(None, None, "same", f"the reports {ids} of this body and year differ")
    if isinstance(item, Variable):
        assert at is not None  # noqa: S101 - every variable has a place
        return report.variable(at)
    return report.indicator(item)


def _held_apart(figure: Figure) -> Figure:
    if figure.relation != APPROXIMATE:
        return figure
    return Figure(None, None, APPROXIMATE, "only approximately the same quantity: see series_approximate")


def _identity(year: Year) -> tuple[Any, ...]:
    """The columns before `indicator`, and the report_id."""
    first = year.reports[0]
    place = division(year.body.county_id, year.year)
    code, county = (place.code, place.name) if place is not None else (first.county_code, first.county)
    prefecture, province = (place.prefecture, place.province) if place is not None else (None, None)
    report = year.report
    return (
        year.body.county_id, code, county, prefecture, province, first.unit, year.body.level,
        report.scope if report is not None else None, year.year, report.form if report is not None else None,
        report.report_id if report is not None else None,
    )  # fmt: skip


def _row(identity: tuple[Any, ...], item: Measure, figure: Figure) -> tuple[Any, ...]:
    return (
        *identity[:-1], item.code, exact(figure.value), item.unit, figure.status, figure.relation, exact(figure.numerator),
        exact(figure.denominator), "yes" if figure.is_small else None, figure.reason or None, identity[-1],
    )  # fmt: skip


def exact(value: float | None) -> Decimal | None:
    """
    A figure as its shortest decimal.

    >>> exact(251.0), exact(0.1), exact(None)
    (Decimal('251.0'), Decimal('0.1'), None)
    """
    return None if value is None else Decimal(repr(value))


def indicator_rows() -> Iterator[tuple[Any, ...]]:
    """The rows of `indicators`: what each code means, how it is computed, and how each form stands to it."""
    for item in measures().values():
        forms = ";".join(f"{name}={relation}" for name, relation in relations(item).items())
        if isinstance(item, Variable):
            yield (
                item.code,
                item.short,
                "variable",
                item.zh,
                item.en,
                item.unit,
                " + ".join(item.terms),
                None,
                forms,
                item.note or None,
            )
            continue
        if item.told is not None:
            yield (
                item.code,
                item.short,
                "indicator",
                item.zh,
                item.en,
                item.unit,
                *(text or None for text in item.told),
                forms,
                item.note,
            )
            continue
        formulas = item.formulas
        newest = formulas[max(formulas)]
        below = _written(newest.denominator) if newest.denominator is not None else None
        notes = [item.note, *_other_formulas(formulas)]
        yield (
            item.code, item.short, "indicator", item.zh, item.en, item.unit, _written(newest.numerator), below, forms,
            "; ".join(note for note in notes if note) or None,
        )  # fmt: skip


def _other_formulas(formulas: Mapping[str, Any]) -> Iterator[str]:
    newest = formulas[max(formulas)]
    for name, formula in formulas.items():
        if (formula.numerator, formula.denominator) != (newest.numerator, newest.denominator):
            yield f"form {name}: {_written(formula.numerator)} / {_written(formula.denominator)}"


def _written(side: Any) -> str:
    text = " ".join(f"{'-' if sign < 0 else '+'} {code}" for sign, code in side.terms)
    return text.removeprefix("+ ")
