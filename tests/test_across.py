"""Two years of one body: pairs made to break each rule are found, and pairs that must not alarm do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from across_reports import COUNTY, Case, audited, body, carried, checks, codes, one, reported, switched_on, with_sums, zeros
from audit_reports import APPLICANTS, form_named, with_facts
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import seeds

from parsers.finding import RuleLevel, Severity, Verdict
from parsers.report import Status
from pipeline.audit.across import Across
from pipeline.audit.across_years import years_of_rule
from pipeline.audit.rules import Rules, read_rules
from pipeline.bodies import Body

YEARS = range(2019, 2024)
FORM_2019 = form_named("2019")
WEAK = switched_on("x.pending", "x.jump", "x.public_total")
OUT, IN = "applications.carried_out", "applications.carried_in"


def years(change: Mapping[int, Mapping[str, int | str | None]], first: int = 2021, last: int = 2022) -> list[Case]:
    """The reports of years that carry on, with some cells changed."""
    figures = carried(range(first, last + 1))
    return [reported({**figures[year], **change.get(year, {})}, year) for year in range(first, last + 1)]


# --- what holds -----------------------------------------------------------------------------------


@settings(max_examples=25)
@given(seeds())
def test_years_that_carry_on_are_silent(seed: int) -> None:
    found = audited(*(reported(figures, year) for year, figures in carried(YEARS, seed).items()))
    assert codes(found) == []
    held = [check for check in found[1] if check.code.startswith("x.")]
    assert {check.verdict for check in held} == {Verdict.HOLDS}
    assert {check.code for check in held} == {"x.carry", "x.valid", "x.items"}
    assert len([check for check in held if check.code == "x.carry"]) == 7 * (len(YEARS) - 1)


def test_the_step_from_one_form_to_the_next_is_followed_and_only_where_it_can_be() -> None:
    found = audited(*years({}, 2020, 2021))
    assert checks(found, "x.carry")["total"] is Verdict.HOLDS
    assert set(checks(found, "x.valid")) == set()
    assert set(checks(found, "x.items")) == set()
    assert codes(found) == []


def test_in_force_is_compared_from_2022_on_even_where_2020_was_printed_on_the_new_form() -> None:
    figures = {**zeros(), "proactive.normative_documents.in_force": 9}
    new = [
        reported(figures | {"proactive.normative_documents.in_force": held}, year, form="2021")
        for held, year in ((9, 2020), (5, 2021))
    ]
    assert codes(audited(*new)) == []
    assert checks(audited(*new), "x.valid") == {}


def test_items_are_compared_from_2019_to_2020_only() -> None:
    late = [
        reported({**zeros("2019"), "proactive.fees.items_last_year": held}, year, form="2019")
        for held, year in ((3, 2020), (9, 2021))
    ]
    assert checks(audited(*late), "x.items") == {}


def test_all_zeros_do_not_alarm() -> None:
    cases = [reported(zeros("2019" if year < 2021 else "2021"), year) for year in YEARS]
    found = audited(*cases, rules=WEAK)
    assert codes(found) == []
    assert {check.verdict for check in found[1] if check.code != "x.jump"} == {Verdict.HOLDS}


def test_a_county_that_was_renamed_is_the_same_body() -> None:
    figures = carried((2021, 2022))
    before, after = (
        reported(figures[year], year, unit=name) for year, name in ((2021, "赣县人民政府"), (2022, "赣县区人民政府"))
    )
    after = replace(after[0], county_code="360704"), after[1]
    assert codes(audited(before, after)) == []
    assert checks(audited(before, after), "x.carry")["total"] is Verdict.HOLDS


def test_a_year_that_is_missing_is_no_pair() -> None:
    figures = carried((2021, 2022, 2023))
    found = audited(reported(figures[2021], 2021), reported({**figures[2023], f"{IN}.total": 99}, 2023))
    assert found == ((), ())


def test_bodies_that_are_not_settled_are_not_compared() -> None:
    figures = carried((2021, 2022))
    broken = {**figures[2022], f"{IN}.total": 99}
    for who in (Body(None, "county", ""), Body(COUNTY, None, ""), Body(COUNTY, "county", None)):
        assert audited(reported(figures[2021], 2021, who), reported(broken, 2022, who)) == ((), ())
    across = Across(Rules())
    across.admit(reported(figures[2021], 2021)[0], None)
    across.admit(reported(broken, 2022)[0], None)
    assert across.close() == ((), ())


# --- carried over ---------------------------------------------------------------------------------


@settings(max_examples=25)
@given(seeds(), st.sampled_from(APPLICANTS), st.integers(1, 50), st.sampled_from([2019, 2020, 2021, 2022]))
def test_what_is_not_carried_over_is_found_once(seed: int, applicant: str, more: int, year: int) -> None:
    figures = carried(YEARS, seed)
    cell = f"{IN}.{applicant}"
    figures[year + 1] = with_sums(figures[year + 1], {cell: figures[year + 1][cell] + more})
    cases = {held: reported(figures[held], held) for held in YEARS}
    finding = one(audited(*cases.values()), "x.carry")
    assert (finding.instance, finding.severity, finding.rule_level) == ("total", Severity.WARNING, RuleLevel.PLAUSIBLE)
    later, earlier = cases[year + 1][0], cases[year][0]
    assert (finding.report_id, finding.subject, finding.other_report_id) == (later.report_id, later.report_id, earlier.report_id)
    assert finding.addresses == (f"{IN}.total", cell, f"other:{OUT}.total", f"other:{OUT}.{applicant}")
    assert finding.difference == -more
    assert [finding.left, finding.right] == [Decimal(figures[year][f"{OUT}.total"]), Decimal(figures[year + 1][f"{IN}.total"])]


@settings(max_examples=25)
@given(seeds())
def test_applicants_sorted_otherwise_are_a_prompt(seed: int) -> None:
    figures = carried((2021, 2022), seed)
    moved = {f"{IN}.enterprise": figures[2022][f"{IN}.enterprise"] + 1, f"{IN}.other": figures[2022][f"{IN}.other"] - 1}
    figures[2022] = with_sums(figures[2022], moved)
    found = audited(*(reported(figures[year], year) for year in (2021, 2022)))
    finding = one(found, "x.carry")
    assert (finding.instance, finding.severity) == ("applicants", Severity.PROMPT)
    assert finding.addresses == (f"{IN}.enterprise", f"{IN}.other", f"other:{OUT}.enterprise", f"other:{OUT}.other")
    assert checks(found, "x.carry")["total"] is Verdict.HOLDS
    assert checks(found, "x.carry")["enterprise"] is Verdict.BROKEN


def test_the_message_names_both_reports_both_years_and_both_figures() -> None:
    zero = zeros()
    cases = reported({**zero, f"{OUT}.total": 5}, 2021), reported({**zero, f"{IN}.total": 3}, 2022)
    finding = one(audited(*cases), "x.carry")
    assert (
        "2021年度“四、结转下年度继续办理·总计”5，应等于2022年度“二、上年结转政府信息公开申请数量·总计”3，相差2"
        in finding.message_zh
    )
    assert "should be = 2022" in finding.message_en
    for message in (finding.message_zh, finding.message_en):
        assert all(report.report_id in message for report, _ in cases)
    assert "国办公开办函〔2021〕30号" in (finding.source_in_law or "")


@pytest.mark.parametrize("printed", [None, "/"])
@pytest.mark.parametrize("year", [2021, 2022])
def test_a_cell_without_a_number_is_unknown_and_never_a_finding(printed: str | None, year: int) -> None:
    cell = f"{OUT if year == 2021 else IN}.total"
    cases = years({2022: {f"{IN}.total": 99}, year: {cell: printed}})
    found = audited(*cases)
    assert "x.carry" not in codes(found)
    (check,) = [check for check in found[1] if (check.code, check.instance) == ("x.carry", "total")]
    status = "nil" if printed else "blank"
    assert (check.verdict, check.reason) == (Verdict.UNKNOWN, f"no number in {cell} of {year} ({status})")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": Status.AMBIGUOUS, "value": None}, "ambiguous"),
        ({"status": Status.UNREADABLE, "value": None}, "unreadable"),
        ({"status": Status.MISSING, "value": None}, "missing"),
        ({"status": Status.RECONSTRUCTED, "rests_on": ("applications.flow[total]",)}, "reconstructed with the help of sums"),
        ({"unit_of_measure": "条"}, "unit unknown or not convertible"),
    ],
)
def test_doubtful_cells_are_unknown(changes: dict[str, object], reason: str) -> None:
    before, (after, who) = years({2022: {f"{IN}.total": 99}})
    found = audited(before, (with_facts(after, address=f"{IN}.total", **changes), who))
    assert "x.carry" not in codes(found)
    (check,) = [check for check in found[1] if (check.code, check.instance) == ("x.carry", "total")]
    assert (check.verdict, check.reason) == (Verdict.UNKNOWN, f"no number in {IN}.total of 2022 ({reason})")


def test_a_figure_reconstructed_without_a_sum_counts_and_is_named() -> None:
    before, (after, who) = years({2022: {f"{IN}.total": 99}})
    after = with_facts(after, address=f"{IN}.total", status=Status.RECONSTRUCTED)
    finding = one(audited(before, (after, who)), "x.carry")
    assert f"{IN}.total reconstructed" in finding.message_en
    assert "重建" in finding.message_zh


# --- the other rules over years -------------------------------------------------------------------


def test_in_force_that_does_not_follow_is_a_prompt() -> None:
    stock = "proactive.normative_documents"
    base = {**zeros(), f"{stock}.in_force": 10}
    after = {**base, f"{stock}.issued": 4, f"{stock}.repealed": 1, f"{stock}.in_force": 12}
    finding = one(audited(reported(base, 2021), reported(after, 2022)), "x.valid")
    assert (finding.instance, finding.severity) == ("normative_documents", Severity.PROMPT)
    assert (finding.left, finding.right, finding.difference) == (Decimal(12), Decimal(13), Decimal(-1))
    assert finding.addresses == (f"{stock}.in_force", f"{stock}.issued", f"{stock}.repealed", f"other:{stock}.in_force")
    assert "10＋2022年度" in finding.message_zh


def test_items_that_do_not_follow_are_a_prompt() -> None:
    base = {**zeros("2019"), "proactive.licensing.items_last_year": 7, "proactive.licensing.change": -2}
    finding = one(audited(reported(base, 2019), reported(base, 2020)), "x.items")
    assert (finding.instance, finding.left, finding.right) == ("licensing", Decimal(7), Decimal(5))
    assert finding.severity is Severity.PROMPT


WEAK_PAIRS = {
    "x.pending": ({"review_litigation.review.pending": 4}, {"review_litigation.review.total": 3}, 2022),
    "x.public_total": ({"proactive.rules.disclosed_total": 4}, {"proactive.rules.disclosed_total": 3}, 2020),
    "x.jump": ({"proactive.penalties.decisions": 10}, {"proactive.penalties.decisions": 51}, 2022),
}


@pytest.mark.parametrize("code", WEAK_PAIRS)
def test_weak_rules_run_when_asked_for(code: str) -> None:
    before, after, year = WEAK_PAIRS[code]
    base = zeros("2021" if year > 2020 else "2019")
    cases = reported({**base, **before}, year - 1), reported({**base, **after}, year)
    assert code not in codes(audited(*cases))
    assert checks(audited(*cases), code) == {}
    assert one(audited(*cases, rules=switched_on(code)), code).severity is Severity.PROMPT


@pytest.mark.parametrize(("before", "after", "verdict"), [
    (10, 50, Verdict.HOLDS), (10, 51, Verdict.BROKEN), (10, 2, Verdict.HOLDS), (10, 1, Verdict.BROKEN), (10, 0, Verdict.BROKEN),
    (0, 10, Verdict.UNKNOWN), (0, 0, Verdict.UNKNOWN),
])  # fmt: skip
def test_a_jump_is_more_than_fivefold(before: int, after: int, verdict: Verdict) -> None:
    cell = "applications.received.total"
    found = audited(*(reported({**zeros(), cell: held}, year) for held, year in ((before, 2021), (after, 2022))), rules=WEAK)
    assert checks(found, "x.jump")[cell] is verdict
    assert codes(found).count("x.jump") == (verdict is Verdict.BROKEN)


# --- what silences --------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [("own", "all"), (None, "all"), ("all", None), (None, "own")])
def test_a_scope_that_changed_is_said_instead(before: str | None, after: str | None) -> None:
    figures = carried((2021, 2022))
    cases = reported(figures[2021], 2021, scope=before), reported({**figures[2022], f"{IN}.total": 99}, 2022, scope=after)
    found = audited(*cases)
    finding = one(found, "x.scope")
    assert codes(found) == ["x.scope"]
    assert (finding.severity, finding.other_report_id) == (Severity.PROMPT, cases[0][0].report_id)
    assert {check.verdict for check in found[1]} == {Verdict.UNKNOWN}
    reason = f"the scope changed from {before or 'unknown'} to {after or 'unknown'}"
    assert {check.reason for check in found[1]} == {reason}
    assert len(found[1]) == 7 + 2 + 1 + 1


@pytest.mark.parametrize("scope", ["own", "all", None])
def test_the_same_scope_is_compared(scope: str | None) -> None:
    figures = carried((2021, 2022))
    cases = reported(figures[2021], 2021, scope=scope), reported({**figures[2022], f"{IN}.total": 99}, 2022, scope=scope)
    assert codes(audited(*cases)) == ["x.carry"]


def test_two_reports_of_one_year_are_compared_with_nothing() -> None:
    figures = carried((2021, 2022, 2023))
    two = [reported({**figures[2022], f"{IN}.total": 90 + version}, 2022, version=version) for version in (1, 2)]
    found = audited(reported(figures[2021], 2021), *two, reported(figures[2023], 2023))
    assert codes(found) == []
    assert {check.verdict for check in found[1]} == {Verdict.UNKNOWN}
    assert {check.report_id for check in found[1]} == {two[0][0].report_id, two[1][0].report_id, figure_id(2023)}
    assert all("two different reports of 2022" in check.reason for check in found[1])


def figure_id(year: int) -> str:
    return reported(zeros(), year)[0].report_id


def test_a_version_that_was_replaced_does_not_count() -> None:
    figures = carried((2021, 2022))
    old, new = (
        reported({**figures[2022], f"{IN}.total": held}, 2022, version=v)
        for v, held in ((1, 99), (2, figures[2022][f"{IN}.total"]))
    )
    before = reported(figures[2021], 2021)
    assert codes(audited(before, old, new, supersedes={new[0].report_id: old[0].report_id})) == []
    found = audited(before, new, old, supersedes={old[0].report_id: new[0].report_id})
    assert codes(found) == ["x.carry"]
    assert one(found, "x.carry").report_id == old[0].report_id


def test_a_page_that_shows_the_next_year_replaces_nothing() -> None:
    before, after = years({2022: {f"{IN}.total": 99}})
    found = audited(before, after, supersedes={after[0].report_id: before[0].report_id})
    assert "x.carry" in codes(found)


def test_a_county_that_was_merged_that_year_is_not_compared() -> None:
    zone = body(county="110101-2010")
    cases = [
        reported({**zeros("2019"), f"{IN}.total": held}, year, zone, form="2019")
        for held, year in ((0, 2009), (5, 2010), (9, 2011))
    ]
    found = audited(*cases)
    assert [(finding.code, finding.report_id) for finding in found[0]] == [("x.carry", cases[2][0].report_id)]
    merged = [check for check in found[1] if check.report_id == cases[1][0].report_id]
    assert {check.verdict for check in merged} == {Verdict.UNKNOWN}
    assert all("merged" in check.reason for check in merged)


# --- rules.toml and order -------------------------------------------------------------------------


def test_rules_toml_switches_off_and_gives_another_severity() -> None:
    cases = years({2022: {f"{IN}.total": 99}})
    text = '[[rules]]\ncode = "x.carry"\n{}\nregion = "3609"\nreason = "so"'
    assert audited(*cases, rules=read_rules(text.format("on = false"), file="r"))[0] == ()
    found = audited(*cases, rules=read_rules(text.format('severity = "prompt"'), file="r"))
    assert one(found, "x.carry").severity is Severity.PROMPT
    other = audited(*cases, rules=read_rules(text.replace("3609", "11").format("on = false"), file="r"))
    assert codes(other) == ["x.carry"]


@settings(max_examples=20)
@given(st.randoms(use_true_random=False), seeds())
def test_the_order_of_reports_does_not_matter(random: Random, seed: int) -> None:
    figures = carried(YEARS, seed)
    figures[2022][f"{IN}.total"] += 3
    cases = [reported(figures[year], year) for year in YEARS]
    straight = audited(*cases)
    random.shuffle(cases)
    shuffled = audited(*cases)
    assert set(shuffled[0]) == set(straight[0])
    assert set(shuffled[1]) == set(straight[1])
    assert len(straight[0]) >= 1


TOKENS = st.sampled_from(["0", "3", "-4", "1.5", "", None, "/", "99999999999999999999999999999"])


@given(st.lists(TOKENS, min_size=400, max_size=400), st.sampled_from([None, "own", "all"]), st.sampled_from([None, "all"]))
def test_the_audit_across_never_raises_and_reasons_stand_where_they_must(
    printed: list[str | None], before: str | None, after: str | None
) -> None:
    addresses = list(zeros())
    cases = [
        reported(dict(zip(addresses, printed[:200], strict=True)), 2021, scope=before),
        reported(dict(zip(addresses, printed[200:], strict=True)), 2022, scope=after),
    ]
    found = audited(*cases, rules=WEAK)
    assert all((check.reason != "") == (check.verdict is Verdict.UNKNOWN) for check in found[1])
    assert len({finding.finding_id for finding in found[0]}) == len(found[0])
    assert len({(check.report_id, check.code, check.instance) for check in found[1]}) == len(found[1])
    broken = {check.code for check in found[1] if check.verdict is Verdict.BROKEN}
    assert {finding.code for finding in found[0]} - {"x.scope", "copy.table"} == broken


@pytest.mark.parametrize(
    "text", ["a.b.c[y] == a.b.d[y]", "a.b.c[y-1] == a.b.d[y+1]", "a.b.c == a.b.d", "a.b.c[2019] == a.b.d[2021]"]
)
def test_a_rule_names_two_years_that_follow_each_other(text: str) -> None:
    with pytest.raises(ValueError, match="two years"):
        years_of_rule(text)
