"""The registry of counties: counts, codes and ids over the years, successions, and the script that builds it."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.counties import (
    FIRST_YEAR,
    LAST_YEAR,
    Change,
    County,
    Link,
    all_counties,
    by_id,
    listed_counties,
    name_of,
    of_code,
    resolve,
)
from pipeline.registry.county import load_registry

ROOT = Path(__file__).resolve().parents[1]
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
DIVISIONS = tuple(load_registry().divisions.values())
KINDS = {
    "merged", "split", "part", "became_prefecture", "created", "unknown",
    "renamed", "became_district", "became_city", "became_county", "code_changed", "moved",
}  # fmt: skip


def lines(name: str) -> list[dict[str, str]]:
    text = files("pipeline.registry").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


# --- counts ---------------------------------------------------------------------------------------

# The Ministry's figures of county-level divisions at the end of the year. docs/counties.md says where 2,862 for 2008 comes from.
OFFICIAL = {
    2008: 2859, 2009: 2858, 2010: 2856, 2011: 2853, 2012: 2852, 2013: 2853, 2014: 2854, 2015: 2850, 2016: 2851, 2017: 2851,
    2018: 2851, 2019: 2846, 2020: 2844, 2021: 2843, 2022: 2843, 2023: 2844, 2024: 2846,
}  # fmt: skip


@pytest.mark.parametrize("year", YEARS)
def test_as_many_counties_as_the_official_count(year: int) -> None:
    assert len(all_counties(year)) == OFFICIAL[year]


def test_the_other_count_of_2008_has_the_three_islands() -> None:
    islands = [county.spells[0].code for county in all_counties(2008, level="islands")]
    assert islands == ["469031", "469032", "469033"]
    assert len(all_counties(2008)) + len(islands) == 2862


@pytest.mark.parametrize(("year", "count"), [(2008, 333), (2011, 332), (2012, 333), (2015, 334), (2018, 333), (2024, 333)])
def test_as_many_prefectures_as_the_official_count(year: int, count: int) -> None:
    assert len(all_counties(year, level="prefecture")) == count


def test_thirty_one_provinces_and_three_that_do_not_report() -> None:
    provinces = all_counties(2024, level="province")
    assert len(provinces) == 34
    assert [county.spells[0].name for county in provinces if not county.reports] == ["台湾省", "香港特别行政区", "澳门特别行政区"]


def test_what_cannot_report_says_why() -> None:
    silent = {county.spells[-1].name for county in DIVISIONS if not county.reports and county.level != "province"}
    assert silent == {"金门县", "西沙群岛", "南沙群岛", "中沙群岛的岛礁及其海域"}
    assert all(county.note for county in DIVISIONS if not county.reports)
    assert all(resolve(code, 2020) for code in ("460302", "460303")), "the two districts of 三沙 are counties"


# --- codes and spells -----------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_every_code_of_a_year_means_one_division(year: int) -> None:
    rows = [row for row in lines("counties.csv") if int(row["first_year"]) <= year <= int(row["last_year"] or LAST_YEAR)]
    assert max(Counter(row["code"] for row in rows).values()) == 1, "spells of one code overlap"
    assert len(rows) > 3200
    for row in rows:
        county = resolve(row["code"], year)
        assert county is not None
        assert (county.id, name_of(county.id, year)) == (row["id"], row["name"])


@pytest.mark.parametrize(
    ("old", "last", "new", "first", "name"),
    [
        ("360721", 2015, "360704", 2016, "赣县区"),
        ("361121", 2018, "361104", 2019, "广信区"),
        ("360782", 2012, "360703", 2013, "南康区"),
        ("320829", 2015, "320813", 2016, "洪泽区"),
        ("110228", 2014, "110118", 2015, "密云区"),
        ("360427", 2015, "360483", 2016, "庐山市"),
        ("341402", 2010, "340181", 2011, "巢湖市"),
        ("522401", 2010, "520502", 2011, "七星关区"),
        ("610125", 2015, "610118", 2016, "鄠邑区"),
        ("513229", 2014, "513201", 2015, "马尔康市"),
    ],
)
def test_a_county_keeps_its_id_when_code_and_name_change(old: str, last: int, new: str, first: int, name: str) -> None:
    before, after = resolve(old, last), resolve(new, first)
    assert before is not None
    assert before is after
    assert resolve(old, first) is None, "the old code has ended"
    assert resolve(new, last) is None
    assert (before.id, name_of(before.id, first)) == (f"{old}-2008", name)


def test_a_county_that_never_changed() -> None:
    county = resolve("360923", 2008)
    assert county is not None
    assert all(resolve("360923", year) is county for year in YEARS)
    assert (county.names(), county.history, county.predecessors, county.successors) == (("上高县",), (), (), ())


def test_a_code_that_was_given_again_is_another_county() -> None:
    old, new = of_code("500110")
    assert (old.names(), new.names()) == (("万盛区",), ("綦江区",))
    assert {link.other for link in new.predecessors} == {"500110-2008", "500222-2008"}


def test_a_county_that_was_merged_under_its_own_name_is_another_county() -> None:
    old, new = of_code("110101")
    assert old.names() == new.names() == ("东城区",)
    assert [(link.kind, link.other, link.source) for link in old.successors] == [("merged", new.id, "国函〔2010〕55号")]
    assert {link.other for link in new.predecessors} == {old.id, "110103-2008"}


def test_a_split_names_every_part() -> None:
    county = by_id("130421-2008")
    assert county is not None
    assert [(link.kind, link.other) for link in county.successors] == [("split", "130402-2008"), ("split", "130404-2008")]


def test_years_after_the_newest_table_are_carried_forward() -> None:
    county = resolve("360704", LAST_YEAR + 2)
    assert county is not None
    assert (county.carried_forward(LAST_YEAR + 1), county.carried_forward(LAST_YEAR)) == (True, False)
    assert len(all_counties(LAST_YEAR + 1)) == len(all_counties(LAST_YEAR))
    gone = resolve("360721", 2015), resolve("110103", 2009)
    assert [each is not None and each.carried_forward(LAST_YEAR + 1) for each in gone] == [True, False]


def test_years_before_the_registry_are_not_known() -> None:
    assert resolve("360721", FIRST_YEAR - 1) is None
    assert all_counties(FIRST_YEAR - 1) == ()


@pytest.mark.parametrize("code", ["", "000000", "36072", "abc", "999999"])
def test_no_division_has_a_code_that_is_none(code: str) -> None:
    assert (of_code(code), resolve(code, 2020)) == ((), None)


def test_spells_follow_each_other_without_gap_and_stay_under_what_stood() -> None:
    for county in DIVISIONS:
        for old, new in pairwise(county.spells):
            assert old.last_year is not None, county.id
            assert new.first_year == old.last_year + 1, county.id
        for spell in county.spells:
            years = range(spell.first_year, (spell.last_year or LAST_YEAR) + 1)
            for above in (spell.prefecture, spell.province):
                superior = by_id(above) if above is not None else None
                assert above is None or (superior is not None and all(superior.exists(year) for year in years)), county.id
            assert all(name_of(county.id, year) == spell.name for year in years)


def test_a_county_lies_in_one_province_always() -> None:
    for county in DIVISIONS:
        assert len({spell.province for spell in county.spells}) == 1, county.id


def test_ids_are_the_first_code_and_year() -> None:
    for county in DIVISIONS:
        if county.level != "zone":
            assert county.id == f"{county.spells[0].code}-{county.first_year}"


def test_ids_have_not_moved() -> None:
    """A released id is in other people's files: newer tables may add ids and end spells, and change no line of this."""
    text = "".join(
        f"{county.id} {spell.code} {spell.name} {spell.first_year}\n"
        for county in sorted(DIVISIONS, key=lambda county: county.id)
        for spell in county.spells
        if spell.first_year <= 2024 and county.level != "replica"
    )
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "b04048678f021484"


# --- successions ----------------------------------------------------------------------------------


def ended() -> Iterator[County]:
    yield from (county for county in DIVISIONS if county.last_year is not None)


def test_every_division_that_ended_says_what_became_of_it() -> None:
    for county in ended():
        assert county.last_year is not None
        assert {link.year for link in county.successors} >= {county.last_year + 1}, county.id


def test_every_division_that_came_later_says_out_of_what_or_that_it_is_not_known() -> None:
    for county in DIVISIONS:
        if county.first_year > FIRST_YEAR and county.level != "zone":
            assert {link.year for link in county.predecessors} >= {county.first_year}, county.id


def test_links_lead_to_divisions_of_their_year_and_back() -> None:
    for county in DIVISIONS:
        for link in county.successors:
            other = by_id(link.other or "")
            assert county.exists(link.year - 1)
            assert other is not None
            assert other.exists(link.year)
            assert any(back.other == county.id and back.year == link.year for back in other.predecessors)
        for link in county.predecessors:
            assert (link.other is None) == (link.kind in ("created", "unknown"))


def test_every_step_is_of_a_known_kind_and_has_a_source() -> None:
    for county in DIVISIONS:
        steps: tuple[Change | Link, ...] = (*county.history, *county.predecessors, *county.successors)
        assert {step.kind for step in steps} <= KINDS
        assert all(step.source for step in steps)


def test_every_line_written_by_hand_is_used() -> None:
    for row in lines("successions.csv"):
        year = int(row["year"])
        old, new = resolve(row["from_code"], year - 1), resolve(row["to_code"], year)
        assert (old is not None) == bool(row["from_code"])
        assert new is not None
        if row["identity"] == "same":
            assert old is new
            assert any(change.basis == "table" and change.year == year for change in new.history)
        else:
            assert old is not new


@pytest.mark.parametrize(
    ("code", "kind"),
    [("360704", "became_district"), ("451081", "became_city"), ("230726", "became_county"), ("130502", "renamed"),
     ("340722", "code_changed"), ("520603", "became_district")],
)  # fmt: skip
def test_changes_have_the_name_of_what_happened(code: str, kind: str) -> None:
    county = resolve(code, LAST_YEAR)
    assert county is not None
    assert county.history[-1].kind == kind


# --- the script that builds the registry ----------------------------------------------------------


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_counties", ROOT / "scripts" / "build_counties.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_script_takes_what_continues_and_nothing_else(script: ModuleType) -> None:
    before = {"360721": "赣县", "360782": "南康市", "340823": "枞阳县", "130421": "邯郸县"}
    now = {"360704": "赣县区", "360703": "南康区", "340722": "枞阳县", "130402": "邯山区"}
    steps = dict(script._steps(before, now, 1999, script.Told({}, set())))
    assert steps == {"360704": ("360721", "stem"), "360703": ("360782", "stem"), "340722": ("340823", "name")}


def test_the_script_keeps_apart_what_is_stated_apart(script: ModuleType) -> None:
    before, now = {"110101": "东城区", "110103": "崇文区"}, {"110101": "东城区"}
    told = script.Told({}, {(2010, "110101", "110101"), (2010, "110103", "110101")})
    assert dict(script._steps(before, now, 2010, told)) == {}
    assert dict(script._steps(before, now, 2011, told)) == {"110101": ("110101", "code")}


def test_the_script_sees_an_id_that_would_move(script: ModuleType) -> None:
    text = files("pipeline.registry").joinpath("counties.csv").read_text("utf-8")
    assert script.moved_ids(text, text) == []
    moved = script.moved_ids(text, text.replace("360721-2008,county,360704", "360704-2016,county,360704"))
    assert len(moved) == 1
    assert moved[0].startswith("360721-2008: 360704 in 2016 (360704-2016)")


def test_the_script_writes_the_table_as_it_is(script: ModuleType) -> None:
    text = files("pipeline.registry").joinpath("counties.csv").read_text("utf-8")
    assert script.rendered(lines("counties.csv")) == text


# --- codes that only a list of sites knows ------------------------------------------------------------


def test_the_invented_counties_of_the_default_run_are_no_counties() -> None:
    (replica,) = of_code("990101")
    assert (replica.level, replica.spells[0].name) == ("replica", "禾川县")
    assert replica not in all_counties(2021)


def test_a_code_that_only_the_list_knows_gets_an_id_that_says_so() -> None:
    (county,) = listed_counties("123456")
    assert (county.id, county.level) == ("123456-unregistered", "unregistered")
    assert by_id(county.id) == county
    assert listed_counties("") == ()
    assert of_code("123456") == ()
