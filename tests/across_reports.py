"""Bodies, years and reports for the tests of the audit across reports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from audit_reports import APPLICANTS, clean_figures, form_named, make_report

from parsers.finding import Check, Finding, Verdict
from parsers.report import Report
from pipeline.audit.across import Across
from pipeline.audit.rules import Rules, read_rules
from pipeline.bodies import Body

__all__ = [
    "COUNTY",
    "Case",
    "audited",
    "body",
    "carried",
    "checks",
    "codes",
    "one",
    "reported",
    "switched_on",
    "with_sums",
    "zeros",
]

COUNTY = "360923-2008"
"""上高县: unchanged over all years of the registry."""

Figures = Mapping[str, int | str | None]
Case = tuple[Report, Body]


def body(level: str = "county", name: str = "", county: str | None = COUNTY) -> Body:
    return Body(county, level, name)


def reported(
    figures: Figures, year: int | None, who: Body | None = None, *, form: str | None = None, scope: str | None = None,
    unit: str | None = None, version: int = 1,
) -> Case:  # fmt: skip
    """A report of a body, with an id of its own whatever its figures are."""
    who = who or body()
    form = form or ("2021" if (year or 2021) >= 2021 else "2019")
    report = make_report(figures, form=form, year=year, level=who.level, scope=scope)
    digest = hashlib.sha256(repr((who, year, unit, scope, version)).encode()).hexdigest()
    return replace(report, source_sha256=digest, unit=unit or f"{who.name or '某县人民政府'}"), who


def audited(
    *cases: Case, rules: Rules | None = None, complete: Callable[[str, int], bool] | None = None,
    supersedes: Mapping[str, str] | None = None,
) -> tuple[tuple[Finding, ...], tuple[Check, ...]]:  # fmt: skip
    across = Across(rules or Rules()) if complete is None else Across(rules or Rules(), complete)
    for report, who in cases:
        across.admit(report, who, supersedes=(supersedes or {}).get(report.report_id))
    return across.close()


def codes(found: tuple[Sequence[Finding], Sequence[Check]]) -> list[str]:
    return sorted(finding.code for finding in found[0])


def one(found: tuple[Sequence[Finding], Sequence[Check]], code: str) -> Finding:
    (finding,) = [finding for finding in found[0] if finding.code == code]
    return finding


def checks(found: tuple[Sequence[Finding], Sequence[Check]], code: str) -> dict[str, Verdict]:
    return {check.instance: check.verdict for check in found[1] if check.code == code}


def switched_on(*names: str) -> Rules:
    text = "".join(f'[[rules]]\ncode = "{name}"\non = true\nreason = "asked for"\n' for name in names)
    return read_rules(text, file="rules.toml")


def zeros(form: str = "2021") -> dict[str, int]:
    return dict.fromkeys(form_named(form).addresses, 0)


def with_sums(figures: Mapping[str, int], changed: Mapping[str, int]) -> dict[str, int]:
    """Figures with some changed, and the total column of the rows concerned made to fit."""
    result = {**figures, **changed}
    for row in {address.rpartition(".")[0] for address in changed if address.startswith("applications.")}:
        result[f"{row}.total"] = sum(result[f"{row}.{column}"] for column in APPLICANTS)
    return result


def carried(years: Iterable[int], seed: int = 1) -> dict[int, dict[str, int]]:
    """Figures of one body over the years that obey every sum and every rule across years."""
    found: dict[int, dict[str, int]] = {}
    for year in years:
        figures = clean_figures(form_named("2021" if year >= 2021 else "2019"), seed * 100 + year)
        before = found.get(year - 1)
        if before is not None:
            changed = {f"applications.carried_in.{column}": before[f"applications.carried_out.{column}"] for column in APPLICANTS}
            moved = {
                f"applications.received.{column}": figures[f"applications.received.{column}"]
                + figures[f"applications.carried_in.{column}"]
                - changed[f"applications.carried_in.{column}"]
                for column in APPLICANTS
            }
            figures = with_sums(figures, {**changed, **moved})
            for row in ("rules", "normative_documents"):
                stock, made, gone = (f"proactive.{row}.{column}" for column in ("in_force", "issued", "repealed"))
                if stock in before and stock in figures:
                    figures[stock] = before[stock] + figures[made] - figures[gone]
            for row in ("licensing", "other_services", "penalties", "compulsory_measures", "fees"):
                items, change = f"proactive.{row}.items_last_year", f"proactive.{row}.change"
                if items in before and items in figures:
                    figures[items] = before[items] + before[change]
        found[year] = figures
    return found
