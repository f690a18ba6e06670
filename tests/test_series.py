"""What compares over forms: the crosswalk, variables and indicators, and the rows of `series`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from samples import sample_report, sample_text

from parsers.form import load_forms, national_form
from parsers.report import Report, Status
from pipeline import schema
from pipeline.bodies import Body
from pipeline.crosswalk import USABLE, newest_form, source_of
from pipeline.harmonised import Harmonised, harmonise
from pipeline.indicators import Indicator, Variable, find_measure, indicators, measures, relations, variables
from pipeline.series import Series, Year, indicator_rows, years_of

BODY = Body("360923-2008", "county", "")
NAMES = [column.name for column in schema.SERIES]


def harmonised(report: Report | str, body: Body = BODY) -> Harmonised:
    return harmonise(sample_report(report) if isinstance(report, str) else report, body)


def rows_of(*reports: Harmonised, approximate: bool = False) -> list[dict[str, Any]]:
    return [dict(zip(NAMES, row, strict=True)) for row in Series(years_of(reports)).rows(approximate=approximate)]


def by_indicator(*reports: Harmonised, approximate: bool = False) -> Mapping[str, dict[str, Any]]:
    return {row["indicator"]: row for row in rows_of(*reports, approximate=approximate)}


# --- crosswalk ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "terms", "relation", "found"),
    [
        ("2019", ["applications.received.total"], "same", ["applications.received.total"]),
        ("2019", ["proactive.rules.issued"], "close", ["proactive.rules.produced"]),
        ("2019", ["proactive.rules.in_force"], "not comparable", []),
        ("2019", ["proactive.normative_documents.repealed"], "new", []),
        (
            "2019",
            [f"applications.other.{row}.enterprise" for row in ("not_corrected", "fee_unpaid", "other")],
            "sum",
            ["applications.other.enterprise"],
        ),
        ("2019", ["applications.other.other.enterprise"], "not comparable", []),
        ("2014", ["applications.received.total"], "close", ["statistics.requests.received.count"]),
        (
            "2014",
            ["applications.granted.total"],
            "approximate",
            ["statistics.requests.answered.already_public.count", "statistics.requests.answered.granted.count"],
        ),
        ("2014", ["review_litigation.review.upheld"], "approximate", ["statistics.review.upheld.count"]),
        (
            "2014",
            ["review_litigation.litigation_direct.total", "review_litigation.litigation_after_review.total"],
            "approximate",
            ["statistics.litigation.count"],
        ),
        ("2014", ["review_litigation.litigation_direct.total"], "not comparable", []),
        ("2014", ["applications.total.total"], "not comparable", []),
        ("fujian", ["applications.received.total"], "not comparable", []),
    ],
)
def test_the_crosswalk_says_how_far_two_forms_compare(form: str, terms: list[str], relation: str, found: list[str]) -> None:
    source = source_of(next(item for item in load_forms() if item.name == form), terms)
    assert (source.relation, list(source.terms)) == (relation, found)


def test_every_cell_that_the_crosswalk_names_is_one_of_its_form() -> None:
    for form in load_forms():
        for address in newest_form().addresses:
            assert set(source_of(form, [address]).terms) <= set(form.addresses)


def test_same_cells_of_2019_and_2021_are_all_of_sections_three_and_four_but_the_split_row() -> None:
    same = {address for address in newest_form().addresses if source_of(national_form(2019), [address]).relation == "same"}
    both = set(national_form(2019).addresses) & set(newest_form().addresses)
    assert same == both


# --- variables and indicators -----------------------------------------------------------------------


def test_there_are_about_sixty_variables_and_all_indicators_of_the_field_guide() -> None:
    own = [item for item in variables() if item.only is None]
    assert len(own) == 60
    for name in (
        "workload disclosure_of_decided disclosure_of_accepted disclosure_resolvable refusal_rate factual_share not_held not_processed "
        "petition abuse carry_over clearance dispute_rate review_corrected litigation_corrected enforcement licensing_share on_time extended days_late narrative_similarity"
    ).split():
        assert isinstance(find_measure(name), Indicator), name
    assert len([item for item in indicators() if item.code.startswith("refusal_share.")]) == 8
    assert len([item for item in indicators() if item.code.startswith("applicant_share.")]) == 6


def test_codes_and_short_names_are_unique_and_found_by_either() -> None:
    shorts = [item.short for item in measures().values()]
    assert len(set(shorts)) == len(shorts) == len(measures())
    for code, item in measures().items():
        assert find_measure(code) is find_measure(item.short) is item
    assert find_measure("disclosure") is None


def test_sums_cover_the_rows_of_their_group() -> None:
    terms = {item.code: item.terms for item in variables()}
    assert len(terms["applications.refused.total"]) == 8
    assert len(terms["applications.unable.total"]) == 3
    assert len(terms["applications.not_processed.total"]) == 5
    assert len(terms["applications.other.total"]) == 3
    assert terms["review_litigation.litigation.total"] == (
        "review_litigation.litigation_direct.total",
        "review_litigation.litigation_after_review.total",
    )


def test_indicators_are_computed_with_their_bases() -> None:
    text = sample_text(
        applications__received__total="40", applications__carried_in__total="10", applications__granted__total="20",
        applications__partly_granted__total="4", applications__total__total="48", applications__carried_out__total="2",
        applications__refused__state_secret__total="3", applications__refused__enforcement_files__total="5",  # noqa: S106 - a ground of refusal, no password
    )  # fmt: skip
    held = by_indicator(harmonised(text))
    assert held["workload"]["value"] == 50
    decided, accepted = held["disclosure_of_decided"], held["disclosure_of_accepted"]
    assert (decided["value"], decided["numerator"], decided["denominator"]) == (Decimal("0.5"), 24, 48)
    assert (accepted["value"], accepted["denominator"]) == (Decimal("0.48"), 50)
    assert held["refusal_share.enforcement_files"]["value"] == Decimal("0.625")
    assert held["refusal_share.enforcement_files"]["small_base"] == "yes"
    assert decided["small_base"] is None
    assert decided["unit_of_measure"] is None
    assert held["workload"]["unit_of_measure"] == "件"


def test_nothing_is_not_zero_in_an_indicator() -> None:
    held = by_indicator(harmonised(sample_text(applications__granted__total="blank:", applications__total__total="5")))
    row = held["disclosure_of_decided"]
    assert (row["value"], row["status"]) == (None, "blank")
    assert "applications.granted.total: a cell is blank" in row["reason"]
    empty = by_indicator(harmonised(sample_text()))["disclosure_of_decided"]
    assert empty["value"] is None
    assert "denominator" in empty["reason"]


def test_a_sum_has_the_status_of_its_weakest_cell() -> None:
    held = by_indicator(harmonised(sample_text(applications__unable__not_held__total="reconstructed:4")))
    assert (held["applications.unable.total"]["value"], held["applications.unable.total"]["status"]) == (4, "reconstructed")
    lacking = by_indicator(harmonised(sample_text(applications__unable__not_held__total="ambiguous:")))
    assert (lacking["applications.unable.total"]["value"], lacking["applications.unable.total"]["status"]) == (None, "ambiguous")


def test_money_is_in_the_codebooks_unit_and_unknown_units_are_gaps() -> None:
    report = sample_report(sample_text(proactive__fees__amount="251000元"))
    assert by_indicator(harmonised(report))["proactive.fees.amount"]["value"] == Decimal("25.1")
    facts = tuple(
        fact._replace(unit_of_measure="条") if fact.address == "proactive.licensing.decisions" else fact for fact in report.facts
    )
    row = by_indicator(harmonised(replace(report, facts=facts)))["proactive.licensing.decisions"]
    assert (row["value"], row["reason"]) == (None, "the unit of measure is not known")


# --- over forms -------------------------------------------------------------------------------------


def test_approximate_figures_stand_apart() -> None:
    old = harmonised(
        sample_text(
            year=2016, form="2014", statistics__requests__answered__granted__count="7", statistics__requests__answered__count="10"
        )
    )
    straight, apart = by_indicator(old), by_indicator(old, approximate=True)
    assert straight["applications.granted.total"]["value"] is None
    assert straight["applications.granted.total"]["relation"] == "approximate"
    assert apart["applications.granted.total"]["value"] == 7
    assert (apart["disclosure_of_decided"]["value"], apart["disclosure_of_decided"]["denominator"]) == (Decimal("0.7"), 10)
    assert {row["relation"] for row in apart.values()} == {"approximate"}
    assert not [row for row in straight.values() if row["relation"] == "approximate" and row["value"] is not None]


def test_what_a_form_does_not_ask_for_is_a_gap_with_its_reason() -> None:
    held = by_indicator(harmonised(sample_text(year=2019, form="2019")))
    for code, relation in (
        ("proactive.fees.amount", "new"),
        ("proactive.rules.in_force", "not comparable"),
        ("on_time", "not comparable"),
    ):
        assert held[code]["value"] is None, code
        assert held[code]["relation"] == relation, code
        assert held[code]["reason"], code


def test_every_body_and_year_has_a_row_for_every_measure() -> None:
    reports = [harmonised(sample_text(year=year, form=form)) for year, form in ((2016, "2014"), (2019, "2019"), (2021, "2021"))]
    found = rows_of(*reports)
    assert len(found) == 3 * len(measures())
    assert {row["county"] for row in found} == {"上高县"}
    assert {row["prefecture"] for row in found} == {"宜春市"}


def test_relations_are_those_of_the_rows() -> None:
    for name, year in (("2014", 2016), ("2019", 2019), ("2021", 2021)):
        for code, row in by_indicator(harmonised(sample_text(year=year, form=name))).items():
            assert row["relation"] == relations(measures()[code])[name], (name, code)
            assert row["value"] is None or row["relation"] in USABLE


def beside(one: Report, other: Report, *tables: str) -> Report:
    """The first report with tables of the second."""
    forms = {**one.forms, **{table: other.forms[table] for table in tables}}
    kept = tuple(fact for fact in one.facts if fact.table not in tables)
    return replace(one, forms=forms, facts=kept + tuple(fact for fact in other.facts if fact.table in tables))


def test_a_formula_of_one_form_is_not_laid_over_the_cells_of_another() -> None:
    """Section two of 2021 beside the table of 2014: what 2014 gives only roughly must not pass for the same."""
    old = sample_report(
        sample_text(
            year=2016, form="2014", statistics__review__count="3", statistics__requests__received__count="9",
            statistics__requests__answered__granted__count="7", statistics__requests__answered__count="10",
        )
    )  # fmt: skip
    mixed = harmonised(beside(old, sample_report(sample_text(proactive__licensing__decisions="5")), "proactive"))
    straight, apart = by_indicator(mixed), by_indicator(mixed, approximate=True)
    assert (straight["dispute_rate"]["value"], straight["dispute_rate"]["relation"]) == (None, "not comparable")
    assert straight["disclosure_of_decided"]["value"] is None
    assert apart["disclosure_of_decided"]["value"] == Decimal("0.7")
    assert (straight["licensing_share"]["value"], straight["licensing_share"]["relation"]) == (1, "same")


def test_the_relation_is_that_of_the_tables_that_were_needed() -> None:
    cells = {"applications__total__total": "10", "applications__other__total": "2", "applications__granted__total": "4"}
    mixed = beside(sample_report(sample_text(year=2019, form="2019", **cells)), sample_report(sample_text()), "proactive")
    held = by_indicator(harmonised(mixed))
    assert (held["disclosure_resolvable"]["value"], held["disclosure_resolvable"]["relation"]) == (Decimal("0.5"), "sum")
    assert held["disclosure_of_decided"]["relation"] == "same"


# --- bodies and versions ------------------------------------------------------------------------------


def test_two_reports_of_one_body_and_year_give_no_figure() -> None:
    one, other = (
        harmonised(sample_text(applications__received__total="1")),
        harmonised(sample_text(applications__received__total="2")),
    )
    row = by_indicator(one, other)["applications.received.total"]
    assert row["value"] is None
    assert row["report_id"] is None
    assert one.report_id in row["reason"]
    assert other.report_id in row["reason"]


def test_a_superseded_version_is_left_out() -> None:
    old, new = (
        harmonised(sample_text(applications__received__total="1")),
        harmonised(sample_text(applications__received__total="2")),
    )
    years = years_of([old, new], frozenset({old.report_id}))
    assert [item.report for item in years] == [new]


def test_bodies_that_are_not_settled_are_put_together_with_nobody() -> None:
    nobody = Body(None, "department", None)
    one, other = harmonised(sample_text(), nobody), harmonised(sample_text(applications__received__total="2"), nobody)
    assert [len(item.reports) for item in years_of([one, other])] == [1, 1]


def test_a_body_without_a_name_does_not_part_the_reports_of_one_with_an_empty_name() -> None:
    units = [("", "甲"), (None, "乙"), ("", "丙")]
    found = [
        harmonised(replace(sample_report(sample_text()), unit=unit), Body("360923-2008", "department", name))
        for name, unit in units
    ]
    assert sorted(len(item.reports) for item in years_of(found)) == [1, 2]


def test_a_report_without_a_year_is_in_no_series() -> None:
    assert years_of([harmonised(replace(sample_report(sample_text()), year=None))]) == []


def test_scope_is_a_column() -> None:
    held = rows_of(harmonised(replace(sample_report(sample_text()), scope="all")))
    assert {row["scope"] for row in held} == {"all"}


def test_the_order_does_not_depend_on_the_order_of_the_reports() -> None:
    reports = [harmonised(sample_text(year=year)) for year in (2023, 2021, 2022)]
    assert rows_of(*reports) == rows_of(*reversed(reports))


def test_a_report_that_lacks_a_table_says_so() -> None:
    report = sample_report(sample_text())
    forms = {table: name for table, name in report.forms.items() if table != "proactive"}
    facts = tuple(fact for fact in report.facts if fact.table != "proactive")
    row = by_indicator(harmonised(replace(report, forms=forms, facts=facts)))["proactive.licensing.decisions"]
    assert (row["value"], row["status"], row["reason"]) == (None, str(Status.MISSING), "the report has no such table")


def test_every_indicator_is_described() -> None:
    names = [column.name for column in schema.INDICATORS]
    described = [dict(zip(names, row, strict=True)) for row in indicator_rows()]
    assert [row["indicator"] for row in described] == list(measures())
    rate = next(row for row in described if row["indicator"] == "disclosure_of_decided")
    assert rate["numerator"] == "applications.granted.total + applications.partly_granted.total"
    assert "form 2014: statistics.requests.answered.granted.count" in rate["note"]
    for row in described:
        assert row["zh"], row
        assert row["en"], row


def test_years_are_values() -> None:
    report = harmonised(sample_text())
    assert Year(BODY, 2021, (report,)).report is report
    assert isinstance(measures()["applications.received.total"], Variable)
