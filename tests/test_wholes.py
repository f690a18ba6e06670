"""Figures of a report as a whole: its lateness, and the likeness of its prose to the year before's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_report, sample_text

from parsers.report import Report, Section
from pipeline.bodies import Body
from pipeline.harmonised import Harmonised, harmonise
from pipeline.series import Series, years_of
from pipeline.wholes import Prose, lateness, likeness, masked, with_likeness

BODY = Body("360923-2008", "county", "")
TEXT = "本年度主动公开政府信息1203条，其中通过政府网站公开1100条。下一步将加强培训。"


def report(year: int, text: str = TEXT) -> Report:
    form = "2021" if year >= 2021 else "2019"
    sections = (Section("一、总体情况", text, 3),) if text else ()
    return replace(sample_report(sample_text(year=year, form=form)), sections=sections)


def told(*reports: Report, body: Body = BODY) -> dict[int, tuple[float | None, str]]:
    prose = Prose()
    kept: list[Harmonised] = []
    for item in reports:
        prose.add(item)
        kept.append(harmonise(item, body))
    found = {}
    for year in with_likeness(years_of(kept), prose):
        for one in year.reports:
            figure = one.wholes.get("narrative_similarity")
            found[year.year] = (None, "none") if figure is None else (figure.value, figure.reason)
    return found


def test_the_same_prose_with_other_figures_is_a_copy() -> None:
    found = told(report(2021), report(2022, TEXT.replace("1203", "998").replace("1100", "12")))
    assert found[2022] == (1.0, "")
    assert found[2021] == (None, "no one report of the year before")


def test_other_prose_is_less_like() -> None:
    value, _ = told(report(2021), report(2022, TEXT[:20] + "另行开展了专题调研，并组织了公众开放日活动。"))[2022]
    assert value is not None
    assert 0 < value < 0.6


def test_what_cannot_be_compared_says_so() -> None:
    assert told(report(2021), report(2023))[2023] == (None, "no one report of the year before")
    assert told(report(2021, ""), report(2022))[2022] == (None, "a report without prose")
    nobody = Body(None, "department", None)
    assert told(report(2021), report(2022), body=nobody)[2022][0] is None


def test_of_two_reports_of_a_year_none_is_compared() -> None:
    other = replace(report(2021, TEXT * 2), source_sha256="ab" * 32)
    assert told(report(2021), other, report(2022))[2022] == (None, "no one report of the year before")


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_symmetric_and_a_share(one: str, other: str) -> None:
    shared, either = likeness(one, other)
    assert likeness(other, one) == (shared, either)
    assert 0 <= shared <= either
    same, whole = likeness(one, one)
    assert same == whole


def test_figures_and_blanks_are_masked() -> None:
    assert masked(report(2021, "公开 12 条，\n二〇二一年三月")) == "公开#条，#年#月"


@pytest.mark.parametrize(
    ("level", "year", "published", "value", "reason"),
    [
        ("county", 2021, "2022-03-31", 0.0, ""),
        ("department", 2021, "2022-02-02", 2.0, ""),
        ("department", 2018, "2019-03-01", 0.0, ""),
        ("county", 2021, None, None, "the site gives no date"),
        ("county", 2021, "2026-05-01", None, "2026-05-01 cannot be the day of publication"),
        ("township", 2021, "2022-05-01", None, "the Regulations give no deadline"),
        (None, 2021, "2022-05-01", None, "the Regulations give no deadline"),
    ],
)
def test_lateness(level: str | None, year: int, published: str | None, value: float | None, reason: str) -> None:
    figure = lateness(level, year, published)
    assert (figure.value, figure.reason) == (value, reason)


def test_both_are_rows_of_the_series() -> None:
    prose = Prose()
    for year in (2021, 2022):
        prose.add(report(year))
    kept = [
        harmonise(report(year), BODY)._replace(wholes={"days_late": lateness("county", year, f"{year + 1}-04-03")})
        for year in (2021, 2022)
    ]
    rows = list(Series(list(with_likeness(years_of(kept), prose))).rows(approximate=False))
    late = [row[11] for row in rows if row[10] == "days_late"]
    like = [row[11:17] for row in rows if row[10] == "narrative_similarity"]
    assert late == [3, 3]
    assert like[0][0] is None
    assert like[1][0] == 1
    assert like[1][4] == like[1][5] > 0
