"""The balanced panel: which report speaks for a county and year, why others are absent, and what Stata reads of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas
import pyreadstat
import pytest
from samples import sample_report, sample_text

from pipeline.bodies import Body
from pipeline.harmonised import Harmonised, harmonise
from pipeline.indicators import measures
from pipeline.panel import GAPS, Panel, panel_columns, panel_measures
from pipeline.series import years_of
from pipeline.stata import MAX_LABEL, StataTable, label_of

COUNTY, OTHER = "360923-2008", "360721-2008"
GOVERNMENT = Body(COUNTY, "county", "")
SPAN = (2019, 2020, 2021)


def report(
    year: int = 2021, body: Body = GOVERNMENT, *, scope: str | None = "all", form: str | None = None, **cells: str
) -> Harmonised:
    name = form or ("2021" if year >= 2021 else "2019")
    return harmonise(replace(sample_report(sample_text(year=year, form=name, **cells)), scope=scope), body)


def panel_of(*reports: Harmonised, coverage: dict[tuple[str, int], str] | None = None) -> list[dict[str, Any]]:
    names = [column.name for column in panel_columns()]
    rows = Panel(years_of(reports), coverage or {}, (OTHER, COUNTY), SPAN).rows()
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_every_county_has_every_year() -> None:
    rows = panel_of(report())
    assert [(row["county_id"], row["year"]) for row in rows] == [(county, year) for county in (OTHER, COUNTY) for year in SPAN]
    assert [row["observed"] for row in rows] == [0, 0, 0, 0, 0, 1]


def test_what_is_not_observed_says_why_and_has_no_figure() -> None:
    rows = panel_of(report(), coverage={(OTHER, 2020): "blocked"})
    assert [row["why_absent"] for row in rows] == ["not_checked", "blocked", "not_checked", "not_checked", "not_checked", None]
    for row in rows[:5]:
        assert all(row[item.short] is None and row[f"{item.short}_st"] is None for item in panel_measures())


def test_code_and_name_are_those_of_the_year() -> None:
    names = [column.name for column in panel_columns()]
    rows = [dict(zip(names, row, strict=True)) for row in Panel([], {}, (OTHER,), (2015, 2017)).rows()]
    assert [(row["county_code"], row["county"]) for row in rows] == [("360721", "赣县"), ("360704", "赣县区")]


def test_the_government_speaks_for_the_county_before_its_office() -> None:
    office = report(body=Body(COUNTY, "office", "人民政府办公室"), applications__received__total="9")
    own = report(applications__received__total="4")
    assert panel_of(office, own)[-1]["app_recv_total"] == 4
    alone = panel_of(office)[-1]
    assert (alone["app_recv_total"], alone["level"]) == (9, "office")


def test_an_offices_own_report_is_not_the_countys() -> None:
    office = report(body=Body(COUNTY, "office", "人民政府办公室"), scope="own", applications__received__total="9")
    unsaid = report(body=Body(COUNTY, "office", "人民政府办公室"), scope=None, applications__received__total="9")
    for item in (office, unsaid):
        assert panel_of(item)[-1]["observed"] == 0


def test_a_department_is_not_the_county() -> None:
    assert panel_of(report(body=Body(COUNTY, "department", "民政局")))[-1]["observed"] == 0


def test_breaks_of_form_and_scope_are_named() -> None:
    rows = panel_of(report(2019, scope="own"), report(2020), report(2021))
    assert [row["breaks"] for row in rows[3:]] == [None, "scope own→all", "form 2019→2021"]


def test_gaps_have_their_reason_beside_them() -> None:
    row = panel_of(
        report(
            2020,
            applications__granted__total="blank:",
            applications__received__total="reconstructed:3",
            proactive__rules__produced="2",
        )
    )[4]
    assert (row["app_granted_total"], row["app_granted_total_st"]) == (None, "blank")
    assert (row["app_recv_total"], row["app_recv_total_st"]) == (3, "reconstructed")
    assert (row["pro_rules_issued"], row["pro_rules_issued_st"]) == (2, "published")
    assert row["pro_fees_amount_st"] == "new"
    assert row["pro_rules_in_force_st"] == "not_comparable"
    assert row["refusal_rate_st"] == "zero_denominator"


def test_two_reports_give_no_figures() -> None:
    row = panel_of(report(applications__received__total="1"), report(applications__received__total="2"))[-1]
    assert (row["observed"], row["app_recv_total"], row["app_recv_total_st"]) == (0, None, "two_reports")


def test_approximate_figures_are_not_mixed_in() -> None:
    old = report(2019, form="2014", statistics__requests__answered__granted__count="7")
    row = panel_of(old)[3]
    assert (row["app_granted_total"], row["app_granted_total_st"]) == (None, "approximate")


def test_names_fit_stata() -> None:
    for column in panel_columns():
        assert len(column.name) <= 32
        assert len(label_of(column)) <= MAX_LABEL
    assert len({column.name for column in panel_columns()}) == len(panel_columns())
    assert all("a" <= letter <= "z" for letter in GAPS.values())
    assert len(set(GAPS.values())) == len(GAPS)


def write(path: Path, panel: Panel) -> None:
    table = StataTable(panel_columns())
    for row in panel.rows():
        table.add(row)
    table.write(path)


@pytest.fixture
def dta(tmp_path: Path) -> Path:
    found = years_of([report(applications__received__total="12", applications__granted__total="blank:")])
    path = tmp_path / "panel.dta"
    write(path, Panel(found, {(COUNTY, 2019): "blocked"}, (COUNTY,), SPAN))
    return path


def test_stata_release_118_and_the_same_bytes(dta: Path, tmp_path: Path) -> None:
    assert dta.read_bytes().startswith(b"<stata_dta><header><release>118</release>")
    again = tmp_path / "again.dta"
    found = years_of([report(applications__received__total="12", applications__granted__total="blank:")])
    write(again, Panel(found, {(COUNTY, 2019): "blocked"}, (COUNTY,), SPAN))
    assert again.read_bytes() == dta.read_bytes()


def test_pandas_reads_figures_and_extended_missing_values(dta: Path) -> None:
    with pandas.io.stata.StataReader(dta, convert_missing=True, convert_categoricals=False) as reader:
        frame: Any = reader.read()  # type: ignore[attr-defined]  # the stubs forget it
        labels = reader.variable_labels()
    assert list(frame["county"]) == ["上高县"] * 3
    assert list(frame["why_absent"]) == ["blocked", "not_checked", ""]
    assert frame["app_recv_total"].iloc[2] == 12
    assert str(frame["app_granted_total"].iloc[2]) == f".{GAPS['blank']}"
    assert str(frame["app_recv_total"].iloc[0]) == "."
    assert labels["app_recv_total"].endswith("总计")
    assert list(frame["county_code"]) == ["360923"] * 3


def test_pyreadstat_reads_the_names_of_the_gaps(dta: Path) -> None:
    frame, meta = pyreadstat.read_dta(str(dta), user_missing=True)
    assert frame["app_granted_total"].iloc[2] == GAPS["blank"]
    names: dict[Any, str] = meta.variable_value_labels["app_granted_total"]
    assert names[GAPS["blank"]] == "blank"
    assert set(frame.columns) == {column.name for column in panel_columns() if not column.name.endswith("_st")}
    assert len(measures()) > len(panel_measures()) > 80


def test_a_panel_of_no_years_is_a_file_of_no_rows(tmp_path: Path) -> None:
    write(tmp_path / "panel.dta", Panel([], {}, (COUNTY,), ()))
    assert len(pandas.read_stata(tmp_path / "panel.dta")) == 0
