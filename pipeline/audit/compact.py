"""
A report as the audit across reports keeps it: a state for each cell and the figures that are not zero.

All reports of a run are held until the last is known, so equal parts are kept once: most townships are all zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import compress
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from parsers.form import load_forms
from parsers.report import Report, Status
from pipeline.audit.catalogue import Words
from pipeline.audit.wording import name_report
from pipeline.bodies import Body
from pipeline.units import codebook_unit, codebook_value

__all__ = ["Compact", "Keeper", "Layout", "Pair", "Slot", "rebuilt_note"]

# A cell's state, one byte. Those below _GAP have a figure; the odd ones of them one that is not zero.
_ZERO, _FIGURE, _REBUILT_ZERO, _REBUILT_FIGURE, _GAP = range(5)
_WITH_SUMS, _UNIT = _GAP, _GAP + 1
_REASONS = (
    "reconstructed with the help of sums", "unit unknown or not convertible", *(str(status) for status in Status)
)  # fmt: skip
_STATE_OF = {status: _UNIT + 1 + at for at, status in enumerate(Status)}
_HAS_FIGURE, _NOT_ZERO = (bytes(state in held for state in range(256)) for held in (range(_GAP), (_FIGURE, _REBUILT_FIGURE)))
"""Tables for `bytes.translate`: 1 for the states meant."""
_NOTHING = Decimal(0)
_ADDRESS = itemgetter(0, 1, 2)
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Layout:
    """The cells that a report has, in order, and the form by which each of its tables was read."""

    addresses: tuple[str, ...]
    units: tuple[str | None, ...]
    forms: Mapping[str, str]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each address stands in a report's states."""
        return MappingProxyType({address: at for at, address in enumerate(self.addresses)})

    def form_of(self, address: str) -> str | None:
        """The form by which the address's table was read; None without that table."""
        return self.forms.get(address.partition(".")[0])


class Compact(NamedTuple):
    """One report: who, when, and its cells. `body` has a None in it where it is not settled whose report it is."""

    report_id: str
    unit: str
    body: Body
    county_code: str | None
    year: int | None
    scope: str | None
    supersedes: str | None
    layout: Layout
    states: bytes
    figures: tuple[Decimal, ...]

    @property
    def name(self) -> Words:
        """How messages name it."""
        return name_report(self.unit, self.year, self.report_id)

    def known(self) -> dict[str, Decimal]:
        """The figures by address, zeros too; no cell without a figure, and none that sums were used to read."""
        found = dict.fromkeys(compress(self.layout.addresses, self.states.translate(_HAS_FIGURE)), _NOTHING)
        found.update(zip(self.not_zero(), self.figures, strict=True))
        return found

    def not_zero(self) -> tuple[str, ...]:
        """The addresses of `figures`."""
        return tuple(compress(self.layout.addresses, self.states.translate(_NOT_ZERO)))

    def why_absent(self, address: str) -> str:
        """Why a cell has no figure that counts here."""
        place = self.layout.places.get(address)
        return str(Status.MISSING) if place is None else _REASONS[self.states[place] - _GAP]

    def is_rebuilt(self, address: str) -> bool:
        """Whether the figure was reconstructed, though without the help of a sum."""
        place = self.layout.places.get(address)
        return place is not None and self.states[place] in (_REBUILT_ZERO, _REBUILT_FIGURE)


class Slot(NamedTuple):
    """What one body reported of one year: one report, or several that differ, of which none can stand for the body."""

    body: Body
    year: int
    reports: tuple[Compact, ...]

    @property
    def doubt(self) -> str:
        """Why its figures cannot be compared; empty for one report."""
        if len(self.reports) == 1:
            return ""
        return f"two different reports of {self.year}: {', '.join(report.report_id for report in self.reports)}"


@dataclass(frozen=True)
class Pair:
    """One body's reports of two years that follow each other."""

    earlier: Compact
    later: Compact

    @cached_property
    def before(self) -> Mapping[str, Decimal]:
        """The earlier report's figures."""
        return self.earlier.known()

    @cached_property
    def after(self) -> Mapping[str, Decimal]:
        """The later report's figures."""
        return self.later.known()


def rebuilt_note(cells: Iterable[tuple[Compact, Sequence[str]]]) -> Words:
    """What to bear in mind where cells were reconstructed: the fault may be the report's, or lie in our reading."""
    rebuilt = [address for report, addresses in cells for address in addresses if report.is_rebuilt(address)]
    if not rebuilt:
        return Words("", "")
    some = ", ".join(rebuilt[:5]) + (" …" if len(rebuilt) > 5 else "")
    return Words(f"（注意：{some}系据残缺版面重建）", f" (note: {some} reconstructed from a damaged layout)")


@dataclass
class Keeper:
    """Makes compact reports and keeps equal parts of them once."""

    _held: dict[Any, Any] = field(default_factory=dict)

    def keep(self, report: Report, body: Body, supersedes: str | None) -> Compact:
        """The report, made compact; figures are in the codebook's unit and exact."""
        layout = _layout(tuple(map(_ADDRESS, report.facts)), tuple(report.forms.items()))
        states, figures = _cells(report, layout)
        return Compact(
            report.report_id, self._once(report.unit or report.title or report.source), self._once(body),
            self._once(report.county_code), report.year, report.scope, supersedes, layout, self._once(states),
            self._once(tuple(map(self._held.setdefault, figures, figures))),
        )  # fmt: skip

    def _once(self, value: _T) -> _T:
        held: _T = self._held.setdefault(value, value)
        return held


def _cells(report: Report, layout: Layout) -> tuple[bytes, list[Decimal]]:
    states, figures = bytearray(), []
    forms = {form.name: form for form in load_forms()}
    for fact, unit in zip(report.facts, layout.units, strict=True):
        value = fact.value
        if value is None:
            states.append(_STATE_OF[fact.status])
            continue
        if fact.rests_on:
            states.append(_WITH_SUMS)
            continue
        if unit is None or fact.unit_of_measure != unit:
            value = codebook_value(fact, forms[layout.forms[fact.table]])
            if value is None:
                states.append(_UNIT)
                continue
        state = _ZERO if fact.status is Status.PUBLISHED else _REBUILT_ZERO
        if value:
            figures.append(value)
            state += _FIGURE
        states.append(state)
    return bytes(states), figures


@lru_cache(maxsize=1_000)
def _layout(cells: Sequence[tuple[str, str, str]], forms: Sequence[tuple[str, str]]) -> Layout:
    by_table = dict(forms)
    by_name = {form.name: form for form in load_forms()}
    addresses = tuple(".".join(cell) for cell in cells)
    units = tuple(codebook_unit(by_name[by_table[cell[0]]], ".".join(cell)) for cell in cells)
    return Layout(addresses, units, MappingProxyType(by_table))
