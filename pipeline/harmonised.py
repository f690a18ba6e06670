"""
A report in the terms that compare over forms: one figure and one status for each harmonised variable, and nothing else.

Kept for every report of a run until all of them are known, so it is small: 8 bytes a figure, one a status.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from parsers.form import Form, load_forms
from parsers.identities import Sum
from parsers.report import Fact, Report, Status
from pipeline.bodies import Body
from pipeline.crosswalk import USABLE, Source, weakest
from pipeline.indicators import Formula, Indicator, Variable, variables
from pipeline.units import codebook_value

__all__ = ["Figure", "Harmonised", "harmonise"]

_STATUSES = tuple(Status)
_NO_CELL = 255
_OLD_TABLE = "statistics"
"""The one table of the form of 2014, which holds what later forms have in three."""

SMALL_BASE = 30
"""A ratio over fewer cases than this is flagged (assessment.md, 3)."""


class Figure(NamedTuple):
    """One variable or indicator of one report: the figure, or the reason why there is none."""

    value: float | None
    status: str | None
    relation: str
    reason: str = ""
    numerator: float | None = None
    denominator: float | None = None

    @property
    def is_small(self) -> bool:
        """Whether it is a ratio over few cases."""
        return self.denominator is not None and self.denominator < SMALL_BASE


class Harmonised(NamedTuple):
    """
    What one report says, in the variables' order; NaN where there is no figure.

    `wholes` are the figures of the report as a whole, by the indicator's code.
    """

    report_id: str
    body: Body
    county_code: str | None
    county: str | None
    unit: str | None
    year: int | None
    form: str
    scope: str | None
    forms: tuple[str | None, ...]
    values: array[float]
    statuses: bytes
    wholes: Mapping[str, Figure] = MappingProxyType({})

    def variable(self, at: int) -> Figure:
        """The figure of the variable that stands at a place of `variables()`."""
        variable, name = variables()[at], self.forms[at]
        if name is None:
            return Figure(None, str(Status.MISSING), "same", "the report has no such table")
        source = variable.source(name)
        if source.relation not in USABLE:
            return Figure(None, None, source.relation, source.note)
        status = _STATUSES[self.statuses[at]]
        value = self.values[at]
        if not math.isnan(value):
            return Figure(value, str(status), source.relation)
        why = "the unit of measure is not known" if status in (Status.PUBLISHED, Status.RECONSTRUCTED) else f"a cell is {status}"
        return Figure(None, str(status), source.relation, why)

    def indicator(self, item: Indicator) -> Figure:
        """The figure of an indicator, by the formula that the report's forms allow."""
        if item.told is not None:
            return self.wholes.get(item.code, Figure(None, None, "same", "not looked at"))
        formula = self._formula(item)
        if formula is None:
            return Figure(None, None, "not comparable", "the form does not ask for what it needs")
        places = _places()
        inputs = {code: self.variable(places[code]) for code in formula.inputs}
        lacking = [f"{code}: {figure.reason}" for code, figure in inputs.items() if figure.value is None]
        weakest = max((_rank(figure.status) for figure in inputs.values()), default=0)
        status = str(_STATUSES[weakest]) if weakest < len(_STATUSES) else None
        if lacking:
            return Figure(None, status, formula.relation, "; ".join(lacking[:3]))
        held = {code: figure.value for code, figure in inputs.items()}
        above = _over(formula.numerator, held)
        if formula.denominator is None:
            return Figure(above, status, formula.relation)
        below = _over(formula.denominator, held)
        if below <= 0:
            return Figure(None, status, formula.relation, "the denominator is not above zero", above, below)
        return Figure(above / below, status, formula.relation, "", above, below)

    def _formula(self, item: Indicator) -> Formula | None:
        """
        The newest formula that all the tables allow which it needs; where they are of several forms, the weakest relation.

        A formula of one form over cells of another would give a figure that looks more comparable than it is.
        """
        for name in sorted({name for name in self.forms if name is not None} & item.formulas.keys(), reverse=True):
            formula = item.formulas[name]
            read_by = {found for code in formula.inputs if (found := self.forms[_places()[code]]) is not None}
            others = [item.formulas.get(form) for form in sorted(read_by)]
            if all(other is not None and other[:2] == formula[:2] for other in others):
                return formula._replace(relation=weakest([other.relation for other in others if other is not None]))
        return None


def harmonise(report: Report, body: Body) -> Harmonised:
    """The report's variables. Figures are in the codebook's unit; a sum has the status of its weakest cell."""
    plan = _plan(tuple(sorted(report.forms.items())))
    forms = _forms()
    values, statuses = array("d"), bytearray()
    for name, source in plan:
        value, status = math.nan, _NO_CELL
        if name is not None and source is not None and source.relation in USABLE:
            value, status = _sum([report.by_address.get(address) for address in source.terms], forms[name])
        values.append(value)
        statuses.append(status)
    return Harmonised(
        report.report_id, body, report.county_code, report.county, report.unit, report.year, report.form, report.scope,
        tuple(name for name, _ in plan), values, bytes(statuses),
    )  # fmt: skip


def _sum(facts: Sequence[Fact | None], form: Form) -> tuple[float, int]:
    total = Decimal(0)
    weakest, lacks = 0, False
    for fact in facts:
        status = fact.status if fact is not None else Status.MISSING
        value = codebook_value(fact, form) if fact is not None else None
        weakest = max(weakest, _STATUSES.index(status))
        if value is None:
            lacks = True
        else:
            total += value
    return (math.nan if lacks else float(total)), weakest


@cache
def _plan(forms: tuple[tuple[str, str], ...]) -> tuple[tuple[str | None, Source | None], ...]:
    """For each variable the form it is read by in a report with these tables, and where that form holds it."""
    held = dict(forms)
    names = [_form_for(variable, held) for variable in variables()]
    return tuple(
        (name, variable.source(name) if name is not None else None) for name, variable in zip(names, variables(), strict=True)
    )


def _form_for(variable: Variable, held: Mapping[str, str]) -> str | None:
    table = variable.terms[0].partition(".")[0]
    if variable.only is not None:
        return held.get(table) or next(iter(held.values()), None)
    return (
        held.get(table) or held.get(_OLD_TABLE) or (next(iter(held.values())) if table not in held and _is_local(held) else None)
    )


def _is_local(held: Mapping[str, str]) -> bool:
    return any(not _forms()[name].comparable for name in held.values())


def _over(side: Sum, held: Mapping[str, float | None]) -> float:
    return float(side.constant) + sum(sign * (held[code] or 0.0) for sign, code in side.terms)


def _rank(status: str | None) -> int:
    return len(_STATUSES) if status is None else _STATUSES.index(Status(status))


@cache
def _places() -> Mapping[str, int]:
    return {variable.code: at for at, variable in enumerate(variables())}


@cache
def _forms() -> Mapping[str, Form]:
    return {form.name: form for form in load_forms()}
