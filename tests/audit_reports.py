"""Reports for the tests of the audit, built by hand: the parser has no part in them."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from parsers.finding import Check, Finding, Verdict
from parsers.form import Form, load_forms
from parsers.report import Fact, Report, Section, Status
from pipeline.audit import audit_report

__all__ = [
    "check_of", "clean_figures", "findings", "form_named", "gold_report", "make_report", "verdicts", "with_facts",
]  # fmt: skip

APPLICANTS = ("natural_person", "enterprise", "research_institution", "public_interest", "legal_service", "other")


def form_named(name: str) -> Form:
    return next(form for form in load_forms() if form.name == name)


def make_report(
    figures: Mapping[str, str | int | Decimal | None],
    *,
    form: str | Mapping[str, str] = "2021",
    year: int | None = 2022,
    level: str | None = "county",
    scope: str | None = None,
    county_code: str | None = "360923",
    sections: Sequence[Section] = (),
) -> Report:
    """A report whose cells are published where a figure is given, blank for None and "", nil for a mark, missing elsewhere."""
    names = {table.code: form for table in form_named(form).tables} if isinstance(form, str) else dict(form)
    cells = [
        (form_named(name), address)
        for table, name in names.items()
        for address in form_named(name).addresses
        if address.startswith(f"{table}.")
    ]
    facts = [_fact(wanted, address, figures) for wanted, address in cells]
    unknown = set(figures) - {fact.address for fact in facts}
    assert not unknown, f"no such cells: {unknown}"
    digest = hashlib.sha256(repr(sorted(figures.items(), key=str)).encode()).hexdigest()
    return Report(
        source="made.txt", source_sha256=digest, media_type="text/plain", bytes=1, title="某县政府信息公开工作年度报告",
        county_code=county_code, county="某县", unit="某县人民政府", level=level, year=year, scope=scope, forms=names,
        facts=tuple(facts), findings=(), sections=tuple(sections),
    )  # fmt: skip


def _fact(form: Form, address: str, figures: Mapping[str, str | int | Decimal | None]) -> Fact:
    table, row, column = form.cells[address]
    unit = form.unit_of(address)
    if address not in figures:
        return Fact(table.code, row.code, column.code, None, None, unit, Status.MISSING)
    printed = figures[address]
    if printed is None or printed == "":
        return Fact(table.code, row.code, column.code, None, "", unit, Status.BLANK)
    if str(printed) in "-—/无":
        return Fact(table.code, row.code, column.code, None, str(printed), unit, Status.NIL)
    return Fact(table.code, row.code, column.code, Decimal(str(printed)), str(printed), unit, Status.PUBLISHED)


def with_facts(report: Report, *, address: str, **changes: Any) -> Report:
    """The report with other fields in one fact."""
    assert address in report.by_address
    facts = (fact._replace(**changes) if fact.address == address else fact for fact in report.facts)
    return replace(report, facts=tuple(facts))


def gold_report(path: Path, *, level: str | None, scope: str | None, sections: Sequence[Section] = ()) -> Report:
    """The report that a gold file of the corpus describes."""
    gold = json.loads(path.read_text("utf-8"))
    figures = {address: printed for address, printed in gold["facts"].items() if printed not in ("MISSING", "UNKNOWN")}
    return make_report(figures, form=gold["form"], year=gold["year"], level=level, scope=scope, sections=sections)


def clean_figures(form: Form, seed: int) -> dict[str, int]:
    """Figures by chance that obey every sum of a form with the tables `applications` and `review_litigation`."""
    chance = random.Random(seed)
    figures = dict.fromkeys(form.addresses, 0)
    for address in form.addresses:
        if address.startswith("proactive."):
            figures[address] = chance.randint(2, 40)
    rows = [row.code for row in form.table("applications").rows if row.values]
    outcomes = [row for row in rows if row not in ("received", "carried_in", "total", "carried_out")]
    for column in APPLICANTS:
        cell = {row: f"applications.{row}.{column}" for row in rows}
        for row in outcomes:
            figures[cell[row]] = chance.randint(1, 30)
        figures[cell["total"]] = sum(figures[cell[row]] for row in outcomes)
        figures[cell["carried_out"]] = chance.randint(1, 20)
        figures[cell["carried_in"]] = chance.randint(1, 20)
        figures[cell["received"]] = figures[cell["total"]] + figures[cell["carried_out"]] - figures[cell["carried_in"]]
    for row in rows:
        figures[f"applications.{row}.total"] = sum(figures[f"applications.{row}.{column}"] for column in APPLICANTS)
    for row_of_cases in form.table("review_litigation").rows:
        parts = [f"review_litigation.{row_of_cases.code}.{column}" for column in ("upheld", "corrected", "other", "pending")]
        for address in parts:
            figures[address] = chance.randint(1, 9)
        figures[f"review_litigation.{row_of_cases.code}.total"] = sum(figures[address] for address in parts)
    return figures


def verdicts(report: Report, code: str) -> dict[str, Verdict]:
    return {check.instance: check.verdict for check in audit_report(report).checks if check.code == code}


def check_of(report: Report, code: str, instance: str) -> Check:
    return next(check for check in audit_report(report).checks if (check.code, check.instance) == (code, instance))


def findings(report: Report, code: str) -> list[Finding]:
    return [finding for finding in audit_report(report).findings if finding.code == code]
