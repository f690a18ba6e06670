"""
The audit: what does not hold within one report.

`audit_report` works on a Report and nothing else; it opens no file and knows no clock. Each kind of check is one
module here; `rules.toml` says which rules run and how much each matters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from parsers.finding import Check, Finding
from parsers.report import Report
from pipeline.audit.identities import check_identities
from pipeline.audit.narrative import check_narrative
from pipeline.audit.rules import Rules, load_rules
from pipeline.audit.structure import check_structure

__all__ = ["Audit", "Rules", "audit_report", "load_rules"]


@dataclass(frozen=True, slots=True)
class Audit:
    """
    What the audit of one report found, and every rule that was evaluated with its verdict.

    `findings` holds what the audit adds; what the reading itself found stays in `Report.findings`.
    """

    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]


def audit_report(report: Report, *, rules: Rules | None = None) -> Audit:
    """
    The findings and checks of one report under the rules given, or the defaults.

    Never raises for what a report says; a check that cannot be made is `unknown` with its reason.
    """
    rules = Rules() if rules is None else rules
    known = {finding.finding_id for finding in report.findings}
    findings: list[Finding] = []
    checks: list[Check] = []
    for found in chain(check_identities(report, rules), check_narrative(report), check_structure(report)):
        if not rules.runs(found.code, default=True, county_code=report.county_code):
            continue
        if isinstance(found, Check):
            checks.append(found)
        elif found.finding_id not in known:
            severity = rules.severity(found.code, default=found.severity, county_code=report.county_code)
            findings.append(found if severity is found.severity else replace(found, severity=severity))
    return Audit(tuple(findings), tuple(checks))
