"""
The power of the audit: change each number of a report that is clean, and count the changes that draw an error.

A cell that no stated or structural sum ties can hold any number: the form gives no means to see it, and such cells
are counted apart, under `untied`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from parsers.finding import RuleLevel, Severity
from parsers.form import Form
from parsers.report import Fact, Report, Status, plain
from pipeline.audit import audit_report

__all__ = ["Change", "Share", "changes", "count_errors", "power", "report_of", "tied"]

_STRICT = (RuleLevel.STATED, RuleLevel.STRUCTURAL)


class Change(NamedTuple):
    """A number put in the place of another, and what was done to it."""

    kind: str
    number: Decimal


class Share(NamedTuple):
    """Changes that drew an error, and changes made."""

    caught: int
    made: int


def changes(figure: Decimal) -> Iterator[Change]:
    """
    One more, one less, a zero too many; only what changes the number.

    >>> [str(change.number) for change in changes(Decimal(7))], [change.kind for change in changes(Decimal(0))]
    (['8', '6', '70'], ['+1', '-1'])
    """
    made = (Change("+1", figure + 1), Change("-1", figure - 1), Change("x10", figure * 10))
    return (change for change in made if change.number != figure)


def tied(form: Form) -> frozenset[str]:
    """The cells that a stated or structural equality of the form ties to others."""
    return frozenset(
        address
        for identity in form.identities
        if identity.on and identity.level in _STRICT
        for comparison in identity.statement.comparisons
        if comparison.sign == "=="
        for address in identity.statement.addresses
    )


def report_of(form: Form, figures: Mapping[str, Decimal]) -> Report:
    """A report of a whole form in which every cell is published; the figures that are not given are 0."""
    facts = []
    for address, (table, row, column) in form.cells.items():
        figure = figures.get(address, Decimal(0))
        facts.append(Fact(table.code, row.code, column.code, figure, plain(figure), form.unit_of(address), Status.PUBLISHED))
    digest = hashlib.sha256(repr(sorted(figures.items())).encode()).hexdigest()
    return Report(
        source="made.txt", source_sha256=digest, media_type="text/plain", bytes=1, title="某县政府信息公开工作年度报告",
        county_code=None, county="某县", unit="某县人民政府", level="prefecture", year=form.since, scope=None,
        forms={table.code: form.name for table in form.tables}, facts=tuple(facts), findings=(), sections=(),
    )  # fmt: skip


def count_errors(form: Form, figures: Mapping[str, Decimal]) -> int:
    """How many errors the audit finds in a report of these figures."""
    return sum(finding.severity is Severity.ERROR for finding in audit_report(report_of(form, figures)).findings)


def power(form: Form, figures: Mapping[str, Decimal]) -> dict[tuple[str, str], Share]:
    """Caught and made changes by table (`untied` for cells that nothing ties) and kind of change."""
    ties = tied(form)
    caught: Counter[tuple[str, str]] = Counter()
    made: Counter[tuple[str, str]] = Counter()
    for address, figure in figures.items():
        table = address.partition(".")[0] if address in ties else "untied"
        for change in changes(figure):
            made[table, change.kind] += 1
            caught[table, change.kind] += count_errors(form, {**figures, address: change.number}) > 0
    return {key: Share(caught[key], number) for key, number in made.items()}
