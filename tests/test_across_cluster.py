"""A rule that breaks under one way of reading is our own fault first; one that breaks everywhere, or seldom, is not."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.finding import Check, Finding, RuleLevel, Severity, Verdict
from pipeline.audit import cluster
from pipeline.audit.cluster import CHANCE, Cluster, Tally, hold_back

CODE = "applications.flow"
BAD, GOOD = ("application/pdf", "lines", "trs"), ("text/html", "table", "trs")
Traits = dict[str, tuple[str, ...]]


def run(*groups: tuple[tuple[str, ...], int, int], code: str = CODE, level: RuleLevel = RuleLevel.STATED) -> tuple[
    list[Finding], list[Check], Traits
]:  # fmt: skip
    """Reports of each group, so many of them broken."""
    findings, checks, traits = [], [], {}
    ids = (f"{at:012x}" for at in count())
    for trait, whole, broken in groups:
        for at in range(whole):
            report_id = next(ids)
            traits[report_id] = trait
            checks.append(Check(report_id, code, "total", Verdict.BROKEN if at < broken else Verdict.HOLDS))
            if at < broken:
                findings.append(_broken(report_id, code, level))
    return findings, checks, traits


def _broken(report_id: str, code: str, level: RuleLevel) -> Finding:
    return Finding(
        code=code, instance="total", subject=report_id, report_id=report_id, severity=Severity.ERROR, rule_level=level,
        message_zh="不成立", message_en="does not hold",
    )  # fmt: skip


def test_a_cluster_is_held_back_and_said() -> None:
    findings, checks, traits = run((BAD, 40, 20), (GOOD, 400, 10))
    found = hold_back(findings, checks, traits)
    assert len(found) == len(findings) + 1
    held = [finding for finding in found if finding.severity is Severity.PROMPT]
    assert {traits[finding.report_id or ""] for finding in held} == {BAD}
    assert [finding.finding_id for finding in found[:-1]] == [finding.finding_id for finding in findings]
    assert all("run.cluster" in finding.message_zh and "run.cluster" in finding.message_en for finding in held)
    said = found[-1]
    assert (said.code, said.instance, said.severity, said.report_id) == ("run.cluster", CODE, Severity.WARNING, None)
    assert "20 of 40" in said.message_en
    assert "10 of the other 400" in said.message_en
    assert all(finding.finding_id in said.message_zh for finding in held)
    assert found[: len(findings)] != tuple(findings)


@pytest.mark.parametrize("groups", [
    [(BAD, 40, 4), (GOOD, 400, 0)],  # few are broken
    [(BAD, 19, 19), (GOOD, 400, 0)],  # few reports
    [(BAD, 400, 200), (GOOD, 19, 0)],  # nothing to compare with
    [(BAD, 400, 200)],
    [(BAD, 40, 12), (GOOD, 400, 40)],  # exactly three times the rest's
    [(BAD, 20, 5), (GOOD, 40, 3)],  # over three times, and may well be chance
    [(BAD, 40, 0), (GOOD, 400, 30)],
    [(BAD, 40, 20), (GOOD, 400, 200)],
])  # fmt: skip
def test_what_is_no_cluster_stays_as_it_is(groups: list[tuple[tuple[str, ...], int, int]]) -> None:
    findings, checks, traits = run(*groups)
    assert hold_back(findings, checks, traits) == tuple(findings)


def test_just_over_three_times_with_enough_reports_is_one() -> None:
    findings, checks, traits = run((BAD, 400, 121), (GOOD, 4000, 400))
    assert hold_back(findings, checks, traits)[-1].code == "run.cluster"
    findings, checks, traits = run((BAD, 400, 120), (GOOD, 4000, 400))
    assert hold_back(findings, checks, traits) == tuple(findings)


def test_findings_about_no_figure_are_never_held_back() -> None:
    findings, checks, traits = run((BAD, 40, 40), (GOOD, 400, 0), code="form.obsolete", level=RuleLevel.NONE)
    assert hold_back(findings, checks, traits) == tuple(findings)


def test_other_rules_other_reports_and_findings_of_fetching_stay() -> None:
    findings, checks, traits = run((BAD, 40, 20), (GOOD, 400, 10))
    others = [
        _broken(findings[0].report_id or "", "applications.row_total", RuleLevel.STRUCTURAL),
        _broken("f" * 12, CODE, RuleLevel.STATED),
        Finding(code="source.blocked", subject="a.example", severity=Severity.WARNING, message_zh="", message_en=""),
    ]
    assert hold_back([*others, *findings], checks, traits)[:3] == tuple(others)


def test_a_report_counts_once_and_unknown_not_at_all() -> None:
    findings, checks, traits = run((BAD, 25, 4), (GOOD, 400, 0))
    many = [Check(check.report_id, CODE, f"i{at}", check.verdict) for check in checks for at in range(7)]
    assert hold_back(findings, many, traits) == tuple(findings)
    unknown = [Check(f"{at:012x}", CODE, "x", Verdict.UNKNOWN, "blank") for at in range(25)]
    few = [check for check in checks if traits[check.report_id] == GOOD or check.verdict is Verdict.BROKEN]
    assert hold_back(findings, [*few, *unknown], traits) == tuple(findings)


def test_counting_report_by_report_is_the_same() -> None:
    findings, checks, traits = run((BAD, 40, 20), (GOOD, 400, 10))
    tally = Tally()
    for check in checks:
        tally.admit([check], traits)
    assert tuple(tally.hold_back(findings, traits)) == hold_back(findings, checks, traits)


def test_many_rules_ask_for_more() -> None:
    """One cluster in many is found by chance: what is enough for one rule is not for a hundred."""
    one = run((BAD, 20, 8), (GOOD, 60, 3))
    cluster = Cluster(CODE, BAD, 20, 8, 60, 3)
    assert cluster.is_suspect
    assert CHANCE / 200 < cluster.chance <= CHANCE / 2
    assert hold_back(*one)[-1].code == "run.cluster"
    more: list[Check] = []
    for at in range(100):
        more += run((BAD, 20, 0), (GOOD, 60, 0), code=f"made.{at}")[1]
    assert hold_back(one[0], [*one[1], *more], one[2]) == tuple(one[0])


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 12), st.integers(0, 12))
def test_the_chance_is_that_of_counting_all_ways(some: int, rest: int, hits: int, others: int) -> None:
    hits, others = min(hits, some), min(others, rest)
    broken, whole = hits + others, some + rest
    ways = sum(
        comb(broken, at) * comb(whole - broken, some - at)
        for at in range(hits, min(some, broken) + 1)
        if some - at <= whole - broken
    )
    assert Cluster("a.b", (), some, hits, rest, others).chance == pytest.approx(ways / comb(whole, some))


@given(st.dictionaries(st.sampled_from([BAD, GOOD, ("x",)]), st.tuples(st.integers(0, 60), st.integers(0, 60))))
def test_nothing_is_lost_and_only_severity_and_words_change(groups: Mapping[tuple[str, ...], tuple[int, int]]) -> None:
    findings, checks, traits = run(*((trait, whole, min(whole, broken)) for trait, (whole, broken) in groups.items()))
    found = hold_back(findings, checks, traits)
    kept = [finding for finding in found if finding.code != "run.cluster"]
    assert [finding.finding_id for finding in kept] == [finding.finding_id for finding in findings]
    assert all(before.message_zh in after.message_zh for before, after in zip(findings, kept, strict=True))
    assert hold_back(findings, checks, traits) == found


@pytest.mark.parametrize(("name", "value", "groups"), [
    ("TIMES", 2, [(BAD, 400, 120), (GOOD, 4000, 400)]),
    ("TIMES", 4, [(BAD, 400, 121), (GOOD, 4000, 400)]),
    ("FEWEST_REPORTS", 19, [(BAD, 19, 19), (GOOD, 400, 0)]),
    ("FEWEST_REPORTS", 21, [(BAD, 20, 20), (GOOD, 400, 0)]),
    ("FEWEST_BROKEN", 4, [(BAD, 40, 4), (GOOD, 400, 0)]),
    ("FEWEST_BROKEN", 6, [(BAD, 40, 5), (GOOD, 400, 0)]),
    ("CHANCE", 1.0, [(BAD, 20, 5), (GOOD, 40, 3)]),
    ("CHANCE", 0.0, [(BAD, 40, 20), (GOOD, 400, 10)]),
])  # fmt: skip
def test_every_bound_decides_something(
    name: str, value: float, groups: list[tuple[tuple[str, ...], int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    findings, checks, traits = run(*groups)
    before = hold_back(findings, checks, traits)
    monkeypatch.setattr(cluster, name, value)
    assert (hold_back(findings, checks, traits)[-1].code == "run.cluster") is not (before[-1].code == "run.cluster")
