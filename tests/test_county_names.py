"""Names of counties: which divisions a text may mean, what a report's words and its list settle together, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.counties import find, name_of, settle
from pipeline.registry.county import load_registry

ROOT = Path(__file__).resolve().parents[1]
DIVISIONS = tuple(load_registry().divisions.values())


def ids(text: str, *, year: int | None = None, province: str | None = None) -> list[str]:
    return [match.county.id for match in find(text, year=year, province=province)]


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "year", "wanted"),
    [
        ("赣县", None, ["360721-2008"]),
        ("赣县区", None, ["360721-2008"]),
        ("赣县", 2019, ["360721-2008"]),
        ("赣县区", 2014, ["360721-2008"]),
        ("赣县区", 2010, []),
        ("江西省赣州市赣县人民政府办公室", 2014, ["360721-2008"]),
        ("赣州市人民政府", 2014, ["360700-2008"]),
        ("上饶县", 2020, ["361121-2008"]),
        ("360721", None, ["360721-2008"]),
        ("360721-2008", None, ["360721-2008"]),
        ("500110", 2009, ["500110-2008"]),
        ("500110", 2019, ["500110-2011"]),
        ("上高", None, ["360923-2008"]),
        ("江西上高", None, ["360923-2008"]),
        ("威宁县", 2020, ["522427-2008"]),
        ("鼓楼区", 2020, ["320106-2013", "320302-2008", "350102-2008", "410204-2008"]),
        ("福建省鼓楼区", 2020, ["350102-2008"]),
        ("徐州市鼓楼区", 2020, ["320302-2008"]),
        ("朝阳区", 2020, ["110105-2008", "220104-2008"]),
        ("桥西区", 2012, ["130104-2008", "130503-2008", "130703-2008"]),
        ("石家庄市桥西区", 2012, ["130104-2008"]),
        ("三元区", 2020, ["350403-2008"]),
        ("三元区", 2021, ["350404-2021"]),
        ("綦江县", 2015, ["500110-2011"]),
        ("崇文区", 2009, ["110103-2008"]),
        ("铜仁市", 2009, ["522201-2008", "522200-2008"]),
        ("铜仁市", 2020, ["522200-2008"]),
        ("铜仁市江口县", 2020, ["522222-2008"]),
        ("龙华区", 2015, ["460106-2008", "440309-2016"]),
        ("长沙市长沙县", 2020, ["430121-2008"]),
        ("青岛市市南区", 2020, ["370202-2008"]),
        ("平潭综合实验区", 2019, ["zone-350000-01"]),
        ("全市和县区卫生局", None, []),
        ("马鞍山市和县卫生局", 2020, ["341424-2008"]),
        ("东区街道办事处", None, []),
        ("中山市东区街道办事处", 2020, ["442000-2008"]),
        ("攀枝花市东区人民政府", 2020, ["510402-2008"]),
        ("新县城建设指挥部", None, []),
        ("新县民政局", 2020, ["411523-2008"]),
        ("江西省上饶市广信区", 2010, []),
        ("海南区域合作", None, []),
        ("民政局", None, []),
        ("", None, []),
    ],
)
def test_names(text: str, year: int | None, wanted: list[str]) -> None:
    assert [match.county.id for match in find(text, year=year)] == wanted


@pytest.mark.parametrize("province", ["吉林省", "吉林", "22", "220000", "220000-2008"])
def test_a_province_narrows(province: str) -> None:
    assert ids("朝阳区", province=province) == ["220104-2008"]


@pytest.mark.parametrize("year", [2010, 2014, 2019, 2024])
def test_every_division_is_found_by_its_whole_name(year: int) -> None:
    """But for cities whose name went from a county to the prefecture in these years: both are named."""
    open_names = set()
    for county in DIVISIONS:
        spell = county.spell(year)
        if spell is None:
            continue
        above = [name_of(name, year) or "" for name in (spell.province, spell.prefecture) if name is not None]
        text = "".join([*above, spell.name, "人民政府"])
        found = ids(text, year=year)
        assert found[0] == county.id, text
        if len(found) > 1:
            open_names.add(spell.name)
        elif spell.name not in ("城区", "郊区", "矿区"):
            assert settle([text], year=year).county is county, text
    assert open_names == {2010: {"巢湖市"}, 2014: {"日喀则市"}}.get(year, set())


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60) | st.text(alphabet="赣县上高江西省市区鼓楼城朝阳和360721-20 自治族", max_size=40),
    st.none() | st.integers(0, 9999),
)
def test_no_text_ends_a_search_in_an_error(text: str, year: int | None) -> None:
    matches = find(text, year=year, province=text[:4])
    assert set(ids(text, year=year)) >= {match.county.id for match in matches}
    settlement = settle([text, text[1:]], site_code=text[:6], year=year, report_id="x")
    assert (settlement.county is None) <= bool(settlement.findings), "an open county has its finding"


# --- a report's county ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "year", "wanted", "finding"),
    [
        (["上高县", "上高县民政局"], None, 2020, "360923-2008", ""),
        (["赣县", "赣县人民政府"], "360704", 2014, "360721-2008", ""),
        (["县民政局"], "360704", 2014, "360721-2008", ""),
        (["鼓楼区", "鼓楼区人民政府"], "350102", 2020, "350102-2008", ""),
        (["鼓楼区", "福州市鼓楼区人民政府"], None, 2020, "350102-2008", ""),
        (["綦江县人民政府"], "500110", 2009, "500222-2008", ""),
        (["綦江区人民政府"], "500222", 2015, "500110-2011", ""),
        (["宜春市上高生态环境局"], "360923", 2020, "360923-2008", ""),
        (["上高县人民政府"], "360900", 2020, "360923-2008", ""),
        ([], "500110", 2009, "500110-2008", ""),
        ([], "500110", 2019, "500110-2011", ""),
        (["城东区"], "360923", 2020, "360923-2008", ""),
        (["崇文区人民政府"], None, 2010, "110103-2008", "identity.county_not_then"),
        (["鼓楼区人民政府"], None, 2020, None, "identity.county_ambiguous"),
        (["鼓楼区人民政府"], "360923", 2020, None, "identity.county_conflict"),
        (["上饶县人民政府"], "360704", 2014, None, "identity.county_conflict"),
        (["宜春市人民政府"], "360923", 2020, None, "identity.county_conflict"),
        (["巢湖市人民政府"], None, 2010, None, "identity.county_ambiguous"),
        ([], "500110", None, None, "identity.county_ambiguous"),
        (["綦江县人民政府"], None, 2018, None, "identity.county_unknown"),
        (["上高"], None, 2020, None, "identity.county_unknown"),
        (["城东区", "城东区管理委员会"], None, 2020, None, "identity.county_unknown"),
        (["北坡镇"], None, 2020, None, "identity.county_unknown"),
        (["北坡镇"], "999999", 2020, None, "identity.county_unknown"),
        ([], None, None, None, "identity.county_unknown"),
    ],
)
def test_words_and_list_settle_a_county_or_leave_it_open(
    words: list[str], code: str | None, year: int | None, wanted: str | None, finding: str
) -> None:
    settlement = settle(words, site_code=code, year=year, report_id="ab12")
    assert (settlement.county.id if settlement.county else None) == wanted
    assert [each.code for each in settlement.findings] == ([finding] if finding else [])
    assert all(each.subject == "ab12" and each.message_zh and each.message_en for each in settlement.findings)


@pytest.mark.parametrize("why", ["unknown", "ambiguous", "conflict", "not_then"])
def test_findings_are_documented(why: str) -> None:
    assert f"`identity.county_{why}`" in (ROOT / "docs" / "findings.md").read_text("utf-8")


# --- the command ----------------------------------------------------------------------------------


def gongkai(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_find_prints_a_row_a_county(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = gongkai(capsys, "counties", "find", "赣县", "--lang", "en")
    heading, row = (line.split("\t") for line in out.splitlines())
    assert (code, err) == (0, "")
    assert dict(zip(heading, row, strict=True)) == {
        "county_id": "360721-2008", "code": "360704", "name": "赣县区", "level": "county", "prefecture": "赣州市",
        "province": "江西省", "first_year": "2016", "last_year": "", "how": "name in another year",
    }  # fmt: skip


def test_find_gives_all_of_an_ambiguous_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = gongkai(capsys, "counties", "find", "鼓楼区", "--year", "2020", "--json")
    assert code == 0
    assert [row["code"] for row in json.loads(out)] == ["320106", "320302", "350102", "410204"]


def test_show_tells_the_history(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = gongkai(capsys, "counties", "show", "360704", "--history", "--json")
    (county,) = json.loads(out)
    assert code == 0
    assert [(spell["code"], spell["name"]) for spell in county["spells"]] == [("360721", "赣县"), ("360704", "赣县区")]
    assert [(step["year"], step["kind"]) for step in county["changes"]] == [(2016, "became_district")]
    code, out, _ = gongkai(capsys, "counties", "show", "500110", "--history", "--lang", "zh")
    assert code == 0
    assert "2011\t并入\t綦江县 [500222-2008]\t綦江区\t国函〔2011〕129号" in out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("find", "没有这个县"), 1, "没有这个县"),
        (("show", "999999"), 1, "999999"),
        (("find", "赣县", "--year", "1999"), 2, "2008"),
        (("find", "赣县", "--lang", "fr"), 2, "--lang"),
        (("find",), 2, "TEXT"),
    ],
)
def test_what_is_not_found_or_not_understood_has_its_exit_code(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, word: str
) -> None:
    done, out, err = gongkai(capsys, "counties", *arguments)
    assert (done, out) == (code, "")
    assert word in err


def test_a_year_after_the_newest_table_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = gongkai(capsys, "counties", "find", "赣县区", "--year", "2026", "--json", "--lang", "en")
    assert (code, json.loads(out)[0]["carried_forward"]) == (0, True)
    assert err == "2026 stands as the end of 2024 does\n"
