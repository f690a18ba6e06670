"""Counties and years side by side: what is refused, why figures are absent, and that nothing is mixed in silence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from compared import output_of

from pipeline.compare import COMPARED, Comparison, compare
from pipeline.divisor import read_divisor
from pipeline.errors import PipelineError, UsageError
from pipeline.figures import Entry, Key
from pipeline.gaps import GAP_TEXTS
from pipeline.panel import GAPS, panel_measures
from pipeline.schema import COVERED
from pipeline.selection import select

SHANGGAO, YIFENG, FENGCHENG, FENGXIN, JINGAN = "360923-2008", "360924-2008", "360981-2008", "360921-2008", "360925-2008"
RECEIVED = "app_recv_total"
OURS = ("上高县", "宜丰县", "奉新县", "靖安县")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return output_of(tmp_path_factory.mktemp("compared"))


def made(folder: Path, indicator: str = RECEIVED, counties: tuple[str, ...] = OURS, **choices: Any) -> Comparison:
    level, scope, years = choices.pop("level", "county"), choices.pop("scope", None), choices.pop("years", None)
    selection = select([indicator], counties, years, level, scope, approximate=choices.pop("approximate", False))
    (comparison,) = compare(folder, selection, **choices)
    return comparison


def table(comparison: Comparison) -> dict[str, list[str]]:
    """What a line's fields show, by the line's name."""
    return {
        f"{comparison.county_of(key)}{key.unit}": [
            str(entry.value) if entry.value is not None else entry.gap for year in comparison.years if (entry := comparison.entries[key, year])
        ]
        for key in comparison.keys
    }  # fmt: skip


# --- figures and gaps -------------------------------------------------------------------------------


def test_a_figure_or_the_reason_why_there_is_none(folder: Path) -> None:
    assert table(made(folder, years="2019-2022")) == {
        "奉新县": ["not_checked", "not_checked", "two_reports", "not_checked"],
        "上高县": ["40", "50", "260", "7"],
        "宜丰县": ["not_checked", "not_checked", "blank", "0"],
        "靖安县": ["not_checked"] * 4,
    }


def test_lines_stand_in_the_order_of_codes_whatever_their_figures(folder: Path) -> None:
    turned = made(folder, counties=tuple(reversed(OURS)))
    assert (
        [key.county_id for key in turned.keys]
        == [FENGXIN, SHANGGAO, YIFENG, JINGAN]
        == [key.county_id for key in made(folder).keys]
    )


def test_every_line_has_a_row_for_every_year(folder: Path) -> None:
    comparison = made(folder, years="2016-2022")
    rows = list(comparison.rows())
    assert len(rows) == 4 * 7 == len({(row[0], row[8]) for row in rows})
    assert all(len(row) == len(COMPARED) for row in rows)


def test_a_ratio_comes_with_what_it_is_made_of(folder: Path) -> None:
    entry = made(folder, "disclosure_of_decided").entries[Key(SHANGGAO, ""), 2021]
    assert (entry.numerator, entry.denominator, entry.is_small) == (Decimal(81), Decimal(263), False)
    assert entry.value == pytest.approx(Decimal(81) / 263)
    small = made(folder, "disclosure_of_decided").entries[Key(SHANGGAO, ""), 2022]
    assert (small.value, small.denominator, small.is_small) == (Decimal("0.25"), Decimal(8), True)


def test_figures_and_statuses_are_those_of_the_panel(folder: Path) -> None:
    rows = pyarrow.parquet.read_table(folder / "panel.parquet", filters=[("county_id", "in", [SHANGGAO, YIFENG])]).to_pylist()
    rows = [row for row in rows if row["report_id"] is not None]
    assert len(rows) == 6
    for item in panel_measures():
        comparison = made(folder, item.code, ("上高县", "宜丰县"))
        for row in rows:
            entry = comparison.entries[Key(row["county_id"], ""), row["year"]]
            value = None if entry.value is None else float(entry.value)
            assert (value, entry.status) == (row[item.short], row[f"{item.short}_st"]), (item.code, row["county"], row["year"])


def test_two_reports_that_differ_are_named(folder: Path) -> None:
    entry = made(folder).entries[Key(FENGXIN, ""), 2021]
    assert entry.value is None
    assert "differ" in (entry.reason or "")


def test_a_county_that_did_not_exist_says_so_and_is_left_out_where_it_never_did(folder: Path) -> None:
    assert table(made(folder, counties=("新星市", "上高县"), years="2020-2022"))["新星市"][0] == "county_did_not_exist"
    without = made(folder, counties=("新星市", "上高县"), years="2019-2020")
    assert list(table(without)) == ["上高县"]
    assert any("existed in none" in remark.en for remark in without.remarks)


def test_a_prefecture_stands_for_its_counties(folder: Path) -> None:
    assert len(made(folder, counties=("宜春市",), scope="all").keys) == 10


def test_a_code_that_only_a_list_of_sites_knows_is_a_line_and_a_wrong_one_is_not(folder: Path) -> None:
    assert table(made(folder, counties=("990199",), years="2021")) == {"990199": ["33"]}
    with pytest.raises(UsageError, match="990198"):
        made(folder, counties=("990199", "990198"))


def test_every_word_for_a_gap_can_be_told_to_a_reader() -> None:
    assert {*COVERED, *GAPS, "not_seen", "other_scope", "scope_unknown"} <= set(GAP_TEXTS)
    assert all(zh and en for zh, en in GAP_TEXTS.values())


# --- what is not mixed ----------------------------------------------------------------------------------


def test_reports_of_the_county_and_of_one_office_are_not_put_side_by_side(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"--scope all or --scope own"):
        made(folder, counties=("上高县", "丰城市"))
    with pytest.raises(UsageError, match=r"--scope all or --scope own"):
        made(folder, counties=())


def test_a_chosen_scope_leaves_the_others_out_and_those_that_do_not_say(folder: Path) -> None:
    both = ("上高县", "丰城市")
    assert table(made(folder, counties=both, scope="all", years="2021-2022")) == {
        "上高县": ["260", "scope_unknown"], "丰城市": ["other_scope", "not_checked"],
    }  # fmt: skip
    assert table(made(folder, counties=both, scope="own", years="2021")) == {"上高县": ["other_scope"], "丰城市": ["9"]}
    lost = made(folder, "disclosure_of_decided", counties=both, scope="own", years="2021").entries[Key(SHANGGAO, ""), 2021]
    assert lost.numerator is lost.denominator is None


def test_what_compares_only_approximately_is_not_mixed_in_unless_asked_for(folder: Path) -> None:
    old = ("铜鼓县",)
    assert table(made(folder, "disclosure_of_decided", old, years="2018")) == {"铜鼓县": ["approximate"]}
    asked = made(folder, "disclosure_of_decided", old, years="2018", approximate=True)
    assert table(asked) == {"铜鼓县": ["0.25"]}
    assert any("approximately" in remark.en for remark in asked.remarks)


def test_a_variable_of_one_form_only_does_not_compare_with_others(folder: Path) -> None:
    assert table(made(folder, "st_req_ans", ("铜鼓县", "上高县"), years="2018,2021")) == {
        "上高县": ["not_checked", "not_comparable"], "铜鼓县": ["20", "not_checked"],
    }  # fmt: skip


def test_breaks_are_said(folder: Path) -> None:
    remarks = [remark.en for remark in made(folder, years="2018-2022").remarks]
    assert any("2018 and 2019" in line for line in remarks)
    assert any("2020 and 2021" in line for line in remarks)
    assert any("scope" in line and "上高县2022" in line for line in remarks)
    assert any("do not say their scope" in line for line in remarks)
    assert any("reconstructed" in line for line in remarks)
    assert not any("the national form" in remark.en for remark in made(folder, years="2021-2022").remarks)
    assert made(folder).entries[Key(SHANGGAO, ""), 2021].breaks == "form 2019→2021"


def test_reports_whose_county_is_open_are_counted(folder: Path) -> None:
    assert any(remark.en.startswith("1 reports of bodies that are not settled") for remark in made(folder).remarks)


# --- units ----------------------------------------------------------------------------------------------


def test_a_unit_is_one_line_however_its_reports_name_it(folder: Path) -> None:
    units = made(folder, counties=("上高县", "宜丰县"), level="department")
    assert table(units) == {
        "上高县民政局": ["4", "5"],
        "上高县财政局": ["not_seen", "6"],
        "宜丰县": ["not_checked", "not_checked"],
    }
    assert [units.unit_of(key) for key in units.keys] == ["民政局", "上高县财政局", None]
    assert units.entries[Key(SHANGGAO, "民政局"), 2022].breaks == "scope all→unknown"


def test_units_have_levels(folder: Path) -> None:
    with pytest.raises(PipelineError, match="nothing is known") as caught:
        made(folder, counties=(), level="township")
    assert caught.value.exit_code == 1


# --- a divisor ------------------------------------------------------------------------------------------


def population(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "population.csv"
    path.write_text(text, "utf-8")
    return path


def test_figures_are_divided_by_a_table_of_the_users_own(folder: Path, tmp_path: Path) -> None:
    path = population(
        tmp_path, 'county_code,county,year,population\n360923,上高县,2021,"2,000"\n360923,上高县,2020,\n360924,宜丰县,2022,10\n'
    )
    divided = made(folder, divisor=read_divisor(path), years="2020-2022")
    assert table(divided)["上高县"] == ["no_population", "0.13", "no_population"]
    assert table(divided)["宜丰县"] == ["not_checked", "blank", "0"]
    assert divided.unit == "件/population"
    entry = divided.entries[Key(SHANGGAO, ""), 2021]
    assert (entry.numerator, entry.denominator) == (Decimal(260), Decimal(2000))


def test_a_ratio_is_not_divided_again(folder: Path, tmp_path: Path) -> None:
    divisor = read_divisor(population(tmp_path, "county_id,year,population\n360923-2008,2021,5\n"))
    with pytest.raises(UsageError, match="ratio already"):
        made(folder, "clearance", divisor=divisor)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("county,year,population\n", "county_id or county_code"),
        ("county_code,year\n", "one column of figures"),
        ("county_code,year,population,area\n", "one column of figures"),
        ("", "no columns"),
        ("county_code,year,population\n360923,2021,many\n", r":2: year and population must be numbers"),
        ("county_code,year,population\n360923,2021,0\n", r":2: population must be above zero"),
        ("county_code,year,population\n360923,2021,nan\n", "above zero"),
        ("county_code,year,population\n360721,2020,5\n", "no division's code at the end of 2020"),
        ("county_code,year,population\n36092,2020,5\n", "six digits"),
        ("county_id,year,population\n360923,2020,5\n", "no id of the registry"),
        ("county_id,county_code,year,population\n360923-2008,x,2021,5\n360923-2008,y,2021,6\n", "twice"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_divisor(population(tmp_path, text))


def test_codes_of_different_years_are_one_county(tmp_path: Path) -> None:
    divisor = read_divisor(population(tmp_path, "county_code,year,population\n360721,2015,5\n360704,2017,6\n"))
    assert set(divisor.values) == {("360721-2008", 2015), ("360721-2008", 2017)}


# --- what is asked for ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        ({"indicators": ["clearence"]}, "did you mean 'clearance'"),
        ({"indicators": []}, "name at least one"),
        ({"counties": ["朝阳区"]}, "110105-2008"),
        ({"counties": ["没有县"]}, "the registry has no"),
        ({"years": "2019-20"}, "no year and no range"),
        ({"years": "2021-2019"}, "no year and no range"),
        ({"level": "village"}, "--level"),
        ({"scope": "some"}, "--scope"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is_near(choices: dict[str, Any], why: str) -> None:
    asked = {"indicators": [RECEIVED], "counties": [], "years": None, "level": "county", "scope": None, **choices}
    with pytest.raises(UsageError, match=why):
        select(**asked, approximate=False)


def test_an_entry_is_a_gap_or_a_figure() -> None:
    assert Entry().gap == "not_checked"
    assert Entry(Decimal(0), "published").gap == ""
    assert Entry(None, "blank", "read").gap == "blank"
