"""Whose report it is: the same body over the years, by the list and the report's words, never by a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import sample_report, sample_text

from parsers.report import Report
from pipeline.bodies import Body, body_of


def report(
    unit: str | None, *, level: str | None, year: int = 2021, county: str | None = None, code: str | None = None
) -> Report:
    made = sample_report(sample_text(unit=unit or "?", year=year, form="2021" if year >= 2021 else "2019"))
    return replace(
        made, unit=unit, level=level, county=county, county_code=code, title=f"{unit or ''}{year}年政府信息公开工作年度报告"
    )


def test_a_county_keeps_its_body_when_it_is_renamed() -> None:
    before = body_of(report("赣县人民政府", level="county", year=2015, county="赣县")).body
    after = body_of(report("赣县区人民政府", level="county", year=2021, county="赣县区")).body
    assert before == after == Body("360721-2008", "county", "")


def test_a_department_keeps_its_body_when_its_county_is_renamed() -> None:
    before = body_of(report("赣县农业农村局", level="department", year=2015, county="赣县")).body
    after = body_of(report("赣州市赣县区农业农村局", level="department", year=2021, county="赣县区")).body
    assert before == after == Body("360721-2008", "department", "农业农村局")


def test_what_the_prefecture_alone_names_is_not_the_countys_body_of_the_same_kind() -> None:
    above = body_of(report("赣州市民政局", level="department", code="360704")).body
    own = body_of(report("赣州市赣县区民政局", level="department", county="赣县区", code="360704")).body
    assert above != own
    assert own.name == "民政局"


def test_an_ambiguous_name_is_settled_by_the_list_only() -> None:
    told = body_of(report("鼓楼区人民政府", level="county", county="鼓楼区"))
    assert told.body.county_id is None
    assert [finding.code for finding in told.findings] == ["identity.county_ambiguous"]
    assert body_of(report("鼓楼区人民政府", level="county", county="鼓楼区", code="350102")).body.county_id == "350102-2008"


def test_a_report_that_contradicts_its_list_stays_open() -> None:
    told = body_of(report("上高县人民政府", level="county", county="上高县", code="350102"))
    assert told.body.county_id is None
    assert [finding.code for finding in told.findings] == ["identity.county_conflict"]


@pytest.mark.parametrize(
    ("unit", "level", "county_id"),
    [
        ("耒阳市人民政府", "county", "430481-2008"),
        ("宜春市人民政府", "prefecture", "360900-2008"),
        ("江西省宜春市人民政府", "prefecture", "360900-2008"),
    ],
)
def test_the_registry_knows_whether_a_city_is_a_county(unit: str, level: str, county_id: str) -> None:
    told = body_of(report(unit, level=None))
    assert (told.level, told.body) == (level, Body(county_id, level, ""))


def test_a_city_of_two_ranks_stays_open() -> None:
    assert body_of(report("吉林市人民政府", level=None)).level == "prefecture"
    assert body_of(report("某某市人民政府", level=None)).level is None


def test_the_county_of_a_city_is_named_by_the_registry() -> None:
    assert body_of(report("耒阳市人民政府", level=None)).county == "耒阳市"
    assert body_of(report("耒阳市民政局", level="department")).body == Body("430481-2008", "department", "民政局")


def test_a_code_that_only_the_list_knows_is_a_county_of_its_own() -> None:
    told = body_of(report("某某县人民政府", level="county", county="某某县", code="123456"))
    assert told.body.county_id == "123456-unregistered"
    assert [finding.code for finding in told.findings] == ["identity.county_unknown"]
    real = body_of(report("上高县人民政府", level="county", county="上高县", code="123456"))
    assert real.body.county_id == "360923-2008"


def test_a_report_without_a_unit_has_no_body() -> None:
    told = body_of(report(None, level=None))
    assert told.body == Body(None, None, None)
    assert not told.body.is_settled
    assert Body("360923-2008", "county", "").is_settled
