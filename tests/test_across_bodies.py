"""A county's aggregate against its bodies, and a prefecture's against its counties."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from across_reports import COUNTY, Case, audited, body, checks, codes, one, reported, switched_on, zeros
from audit_reports import clean_figures, form_named
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import seeds

from parsers.finding import Severity, Verdict
from pipeline.bodies import Body

PREFECTURE = "360900-2008"
RECEIVED = "applications.received"
FORM = form_named("2021")
NAMES = ("民政局", "教育局", "斗门镇", "县人民政府办公室")
BODIES = [body("department", NAMES[0]), body("department", NAMES[1]), body("township", NAMES[2]), body("office", NAMES[3])]
SUMS = {"l.t3", "l.t2", "l.t4"}


def always(_county_id: str, _year: int) -> bool:
    return True


def family(seed: int, year: int = 2022) -> tuple[list[dict[str, int]], dict[str, int]]:
    """Figures of four bodies and of their sum; each body's stay apart from those of the others."""
    units = [clean_figures(FORM, seed * 10 + at) for at in range(len(BODIES))]
    return units, {address: sum(unit[address] for unit in units) for address in FORM.addresses}


def county_of(
    units: list[dict[str, int]], whole: Mapping[str, int | str | None], *, scope: str | None = "all", level: str = "county"
) -> list[Case]:
    own = [
        reported(figures, 2022, who, scope="own" if who.level == "office" else None)
        for figures, who in zip(units, BODIES, strict=True)
    ]
    return [reported(whole, 2022, body(level, "" if level == "county" else "人民政府办公室"), scope=scope), *own]


# --- any one body ---------------------------------------------------------------------------------


@settings(max_examples=20)
@given(seeds())
def test_a_sum_of_its_bodies_is_silent(seed: int) -> None:
    found = audited(*county_of(*family(seed)), complete=always)
    assert codes(found) == []
    assert {check.code for check in found[1]} == SUMS | {"l.t3_ge"}
    assert {check.verdict for check in found[1]} == {Verdict.HOLDS}
    assert len(found[1]) == len(BODIES) + 3


@settings(max_examples=20)
@given(seeds(), st.integers(0, len(BODIES) - 1), st.integers(1, 9))
def test_a_body_with_more_than_its_county_is_found(seed: int, at: int, more: int) -> None:
    units, whole = family(seed)
    units[at][f"{RECEIVED}.total"] = whole[f"{RECEIVED}.total"] + more
    cases = county_of(units, whole)
    finding = one(audited(*cases), "l.t3_ge")
    assert (finding.report_id, finding.other_report_id) == (cases[0][0].report_id, cases[1 + at][0].report_id)
    assert (finding.instance, finding.severity) == (cases[1 + at][0].report_id, Severity.WARNING)
    assert finding.addresses == (f"{RECEIVED}.total", f"other:{RECEIVED}.total")
    assert finding.difference == -more
    assert NAMES[at] in finding.message_zh
    assert "should be >=" in finding.message_en


def test_a_body_that_sorts_otherwise_is_a_prompt_and_the_total_comes_first() -> None:
    base = zeros()
    units = [{**base, f"{RECEIVED}.enterprise": 2}, *[base] * 3]
    whole = {**base, f"{RECEIVED}.total": 2, f"{RECEIVED}.natural_person": 2}
    finding = one(audited(*county_of(units, whole)), "l.t3_ge")
    assert (finding.severity, finding.left, finding.right) == (Severity.PROMPT, Decimal(0), Decimal(2))
    units[0] = {**units[0], f"{RECEIVED}.total": 3}
    finding = one(audited(*county_of(units, whole)), "l.t3_ge")
    assert (finding.severity, finding.left, finding.right) == (Severity.WARNING, Decimal(2), Decimal(3))
    assert finding.addresses[:2] == (f"{RECEIVED}.total", f"{RECEIVED}.enterprise")


def broken_family() -> tuple[list[dict[str, int]], dict[str, int]]:
    units, whole = family(1)
    units[0][f"{RECEIVED}.total"] = whole[f"{RECEIVED}.total"] + 5
    return units, whole


@pytest.mark.parametrize("scope", ["own", None])
def test_only_a_report_that_says_that_it_sums_all_is_an_aggregate(scope: str | None) -> None:
    assert audited(*county_of(*broken_family(), scope=scope), complete=always) == ((), ())


def test_the_office_may_report_for_the_whole_county() -> None:
    assert codes(audited(*county_of(*broken_family(), level="office"))) == ["l.t3_ge"]


@pytest.mark.parametrize("change", [{"county_id": "360924-2008"}, {"year": 2021}])
def test_bodies_of_another_county_or_year_are_not_compared(change: dict[str, object]) -> None:
    units, whole = broken_family()
    whose = Body(str(change.get("county_id", COUNTY)), "county", "")
    year = int(str(change.get("year", 2022)))
    found = audited(reported(whole, year, whose, scope="all"), *county_of(units, whole)[1:], complete=always)
    assert found == ((), ())


@pytest.mark.parametrize("name", ["税务局", "气象局", "国家统计局上高调查队", "烟草专卖局"])
def test_a_body_with_a_superior_of_its_own_is_not_compared(name: str) -> None:
    units, whole = broken_family()
    cases = county_of(units, whole)
    own = reported(units[0], 2022, body("department", name))
    found = audited(cases[0], own)
    assert codes(found) == []
    (check,) = [check for check in found[1] if check.code == "l.t3_ge"]
    assert (check.verdict, "superior of its own" in check.reason) == (Verdict.UNKNOWN, True)


def test_two_forms_are_not_compared() -> None:
    units, whole = broken_family()
    old = reported({**zeros("2019"), f"{RECEIVED}.total": 10_000}, 2022, BODIES[0], form="2019")
    found = audited(county_of(units, whole)[0], old)
    assert codes(found) == []
    assert [(check.code, check.verdict) for check in found[1] if check.code == "l.t3_ge"] == [("l.t3_ge", Verdict.UNKNOWN)]


def test_two_reports_of_a_body_are_not_compared() -> None:
    units, whole = broken_family()
    cases = county_of(units, whole)
    found = audited(*cases, reported({**units[0], f"{RECEIVED}.total": 1}, 2022, BODIES[0], version=2), complete=always)
    assert codes(found) == []
    unknown = {check.code: check.reason for check in found[1] if check.verdict is Verdict.UNKNOWN}
    assert set(unknown) == SUMS | {"l.t3_ge"}
    assert all("two different reports" in reason for reason in unknown.values())
    twice = audited(*cases, reported({**whole, f"{RECEIVED}.total": 1}, 2022, scope="all", version=2))
    assert codes(twice) == []
    assert {check.verdict for check in twice[1] if check.code.startswith("l.")} == {Verdict.UNKNOWN}


@pytest.mark.parametrize(("whole", "unit", "verdict"), [
    (None, 0, Verdict.HOLDS), (None, 1, Verdict.UNKNOWN), (5, None, Verdict.UNKNOWN), (0, 0, Verdict.HOLDS), (None, None, Verdict.UNKNOWN),
    (4, 5, Verdict.BROKEN),
])  # fmt: skip
def test_nothing_is_at_most_whatever_stands_in_the_aggregate(whole: int | None, unit: int | None, verdict: Verdict) -> None:
    cell = f"{RECEIVED}.other"
    cases = reported({**zeros(), cell: whole}, 2022, scope="all"), reported({**zeros(), cell: unit}, 2022, BODIES[0])
    found = audited(*cases)
    (check,) = [check for check in found[1] if check.code == "l.t3_ge"]
    assert check.verdict is verdict
    assert (cell in check.reason) is (verdict is Verdict.UNKNOWN)
    assert codes(found) == ["l.t3_ge"] * (verdict is Verdict.BROKEN)


# --- their sum ------------------------------------------------------------------------------------


SUM_PAIRS = [
    ("l.t3", f"{RECEIVED}.total", 1, True), ("l.t3", "applications.granted.other", 1, True),
    ("l.t2", "proactive.licensing.decisions", 1, True), ("l.t2", "proactive.licensing.decisions", -1, True),
    ("l.t4", "review_litigation.review.total", 1, True), ("l.t4", "review_litigation.review.total", -1, False),
]  # fmt: skip


@pytest.mark.parametrize(("code", "cell", "more", "is_broken"), SUM_PAIRS)
def test_an_aggregate_that_is_not_the_sum_is_a_prompt(code: str, cell: str, more: int, is_broken: bool) -> None:
    units, whole = family(3)
    cases = county_of(units, {**whole, cell: whole[cell] + more})
    found = audited(*cases, complete=always)
    assert codes(found) == [code] * is_broken
    assert checks(found, code)[""] is (Verdict.BROKEN if is_broken else Verdict.HOLDS)
    if is_broken:
        finding = one(found, code)
        assert (finding.severity, finding.addresses) == (Severity.PROMPT, (cell,))
        assert finding.difference == more
        assert finding.other_report_id is None


@pytest.mark.parametrize(("code", "cell", "more", "is_broken"), SUM_PAIRS)
def test_without_a_complete_set_no_sum_is_looked_at(code: str, cell: str, more: int, is_broken: bool) -> None:
    units, whole = family(3)
    cases = county_of(units, {**whole, cell: whole[cell] + more})
    asked: list[tuple[str, int]] = []

    def not_complete(county_id: str, year: int) -> bool:
        asked.append((county_id, year))
        return False

    for complete in (None, not_complete):
        found = audited(*cases, complete=complete)
        assert codes(found) == []
        summed = [check for check in found[1] if check.code in SUMS]
        assert {check.reason for check in summed} == {"the set of bodies is not known to be complete"}
        assert len(summed) == 3
    assert asked == [(COUNTY, 2022)]


def test_a_zone_beside_the_county_leaves_the_sum_open() -> None:
    units, whole = family(3)
    zone = reported(zeros(), 2022, body("other", "工业园区管理委员会"))
    found = audited(*county_of(units, {**whole, f"{RECEIVED}.total": 1}), zone, complete=always)
    assert {check.verdict for check in found[1] if check.code in SUMS} == {Verdict.UNKNOWN}


def test_bodies_with_superiors_of_their_own_may_be_in_the_sum_or_not() -> None:
    units, whole = family(3)
    tax = {**zeros(), f"{RECEIVED}.total": 7}
    more = {**whole, f"{RECEIVED}.total": whole[f"{RECEIVED}.total"] + 7}
    less = {**whole, f"{RECEIVED}.total": whole[f"{RECEIVED}.total"] + 3}
    for held, verdict in ((whole, Verdict.HOLDS), (more, Verdict.HOLDS), (less, Verdict.BROKEN)):
        found = audited(*county_of(units, held), reported(tax, 2022, body("department", "税务局")), complete=always)
        assert checks(found, "l.t3")[""] is verdict


def test_a_blank_addend_leaves_the_sum_open() -> None:
    units, whole = family(3)
    cases = county_of(units, whole)
    cases[1] = reported({**units[0], f"{RECEIVED}.other": None}, 2022, BODIES[0])
    found = audited(*cases, complete=always)
    assert checks(found, "l.t3")[""] is Verdict.UNKNOWN
    assert checks(found, "l.t2")[""] is Verdict.HOLDS
    assert codes(found) == []


# --- prefecture and counties ----------------------------------------------------------------------


@pytest.mark.parametrize(("whole", "county", "scope", "found"), [
    (5, 6, "all", ["l.prefecture_ge"]), (6, 6, "all", []), (0, 0, "all", []), (5, 6, "own", []), (5, 6, None, []),
])  # fmt: skip
def test_a_prefecture_is_at_least_any_county(whole: int, county: int, scope: str | None, found: list[str]) -> None:
    cell = f"{RECEIVED}.total"
    above = reported({**zeros(), cell: whole}, 2022, Body(PREFECTURE, "prefecture", ""), scope=scope)
    below = reported({**zeros(), cell: county}, 2022)
    result = audited(above, below)
    assert codes(result) == found
    if found:
        finding = one(result, "l.prefecture_ge")
        assert (finding.severity, finding.other_report_id) == (Severity.PROMPT, below[0].report_id)


def test_a_county_of_another_prefecture_or_a_department_is_not_compared() -> None:
    cell = f"{RECEIVED}.total"
    above = reported(zeros(), 2022, Body(PREFECTURE, "prefecture", ""), scope="all")
    other = reported({**zeros(), cell: 6}, 2022, body(county="360721-2008"))
    department = reported({**zeros(), cell: 6}, 2022, BODIES[0])
    assert audited(above, other, department) == ((), ())


def test_rules_toml_switches_body_rules() -> None:
    cases = county_of(*broken_family())
    rules = switched_on("l.t3_ge")
    off = type(rules)(tuple(setting._replace(on=False) for setting in rules.settings))
    assert codes(audited(*cases, rules=off)) == []
    assert checks(audited(*cases, rules=off), "l.t3_ge") == {}
