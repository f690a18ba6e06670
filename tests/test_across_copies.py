"""The same figures under two years or two bodies are found; the same report twice, zeros and one request are not."""

from __future__ import annotations

import pytest
from across_reports import Case, audited, body, codes, one, reported, zeros
from audit_reports import clean_figures, form_named
from hypothesis import given, settings
from strategies import seeds

from parsers.finding import Severity
from pipeline.bodies import Body

TOWN, OTHER = body("township", "斗门镇"), body("township", "敖山镇")
FIVE = dict(zip(
    ("proactive.licensing.decisions", "proactive.penalties.decisions", "proactive.compulsory_measures.decisions",
     "proactive.normative_documents.in_force", "proactive.normative_documents.issued"), (31, 12, 5, 9, 2), strict=True,
))  # fmt: skip
FOUR = dict(list(FIVE.items())[:4])
ONE_REQUEST = {
    f"applications.{row}.{column}": 1 for row in ("received", "granted", "total") for column in ("natural_person", "total")
}


def pair(figures: dict[str, int], one_: tuple[Body, int], two: tuple[Body, int]) -> list[Case]:
    return [reported({**zeros(), **figures}, year, who) for who, year in (one_, two)]


@pytest.mark.parametrize(("one_", "two"), [
    ((TOWN, 2022), (OTHER, 2022)), ((TOWN, 2021), (TOWN, 2022)), ((TOWN, 2021), (TOWN, 2023)), ((TOWN, 2021), (OTHER, 2022)),
    ((TOWN, 2022), (body("township", "斗门镇", "360924-2008"), 2022)),
])  # fmt: skip
def test_the_same_table_under_two_years_or_bodies_is_found(one_: tuple[Body, int], two: tuple[Body, int]) -> None:
    cases = pair(FIVE, one_, two)
    finding = one(audited(*cases), "copy.table")
    assert finding.severity is Severity.WARNING
    assert {finding.report_id, finding.other_report_id} == {report.report_id for report, _ in cases}
    assert set(finding.addresses) == {*FIVE, *(f"other:{address}" for address in FIVE)}


def test_the_later_year_names_the_earlier() -> None:
    before, after = pair(FIVE, (TOWN, 2021), (TOWN, 2022))
    for cases in ((before, after), (after, before)):
        finding = one(audited(*cases), "copy.table")
        assert (finding.report_id, finding.other_report_id) == (after[0].report_id, before[0].report_id)


@pytest.mark.parametrize("figures", [{}, FOUR, ONE_REQUEST, {**ONE_REQUEST, **dict(list(FIVE.items())[:2])}])
def test_few_figures_and_zeros_are_no_copy(figures: dict[str, int]) -> None:
    assert "copy.table" not in codes(audited(*pair(figures, (TOWN, 2022), (OTHER, 2022))))


def test_one_figure_apart_is_no_copy() -> None:
    cases = [reported({**zeros(), **FIVE, "proactive.fees.amount": held}, 2022, who) for held, who in ((1, TOWN), (2, OTHER))]
    assert codes(audited(*cases)) == []


@pytest.mark.parametrize(("one_", "two"), [
    ((TOWN, 2022), (TOWN, 2022)),
    ((TOWN, 2022), (Body(None, "township", None), 2022)),
    ((body(), 2022), (body("office", "人民政府办公室"), 2022)),
    ((TOWN, 2022), (body("township", "斗门镇人民政府"), 2022)),
    ((body("township", "斗门镇人民政府"), 2022), (TOWN, 2022)),
])  # fmt: skip
def test_what_may_be_one_report_is_no_copy(one_: tuple[Body, int], two: tuple[Body, int]) -> None:
    cases = [reported({**zeros(), **FIVE}, year, who, version=at) for at, (who, year) in enumerate((one_, two))]
    assert codes(audited(*cases)) == []


def test_a_year_that_is_not_known_and_a_title_that_was_put_right_are_no_copy() -> None:
    before, after = pair(FIVE, (TOWN, 2021), (TOWN, 2022))
    assert "copy.table" not in codes(audited(before, after, supersedes={after[0].report_id: before[0].report_id}))
    assert codes(audited(before, reported({**zeros(), **FIVE}, None, TOWN, form="2021"))) == []


def test_three_copies_are_two_findings() -> None:
    cases = [reported({**zeros(), **FIVE}, year, TOWN) for year in (2020 + 1, 2023, 2025)]
    found = [finding for finding in audited(*cases)[0] if finding.code == "copy.table"]
    assert [(finding.report_id, finding.other_report_id) for finding in found] == [
        (case[0].report_id, cases[0][0].report_id) for case in cases[1:]
    ]


@settings(max_examples=20)
@given(seeds(), seeds())
def test_whole_reports_are_copies_only_when_they_are_equal(seed: int, other: int) -> None:
    form = form_named("2021")
    figures, others = clean_figures(form, seed), clean_figures(form, other)
    assert codes(audited(reported(figures, 2022, TOWN), reported(figures, 2022, OTHER))) == ["copy.table"]
    assert codes(audited(reported(figures, 2022, TOWN), reported(others, 2022, OTHER))) == ["copy.table"] * (figures == others)
