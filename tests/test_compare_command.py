"""`gongkai compare`: what it writes where, how files are named, and the same figures from files, shards and tables."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import compared
import pytest
from commands import Command, command_in
from compared import SAMPLES, output_of

from pipeline.commands.compare import file_name
from pipeline.compare import COMPARED, Comparison
from pipeline.indicators import measures
from pipeline.selection import select

RECEIVED = "app_recv_total"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return output_of(tmp_path_factory.mktemp("compared"))


# --- the name of a file -----------------------------------------------------------------------------------


def named(indicators: list[str], counties: list[str], years: str = "2019-2021", tongue: str = "zh", **choices: Any) -> str:
    selection = select(
        indicators,
        counties,
        years,
        choices.get("level", "county"),
        choices.get("scope"),
        approximate=choices.get("approximate", False),
    )
    found = [Comparison(item, selection.level, selection.years, (), {}, None) for item in selection.measures]
    return file_name(found, selection, choices.get("per"), tongue)


def test_a_file_says_what_was_selected() -> None:
    assert named(["disclosure_of_decided"], ["宜春市"]) == "宜春市_2019-2021_公开率（以办理结果总计为分母）"
    assert (
        named(["clearance"], ["宜春市"], "2021", "en", level="department", scope="own") == "宜春市_2021_department_own_clearance"
    )
    assert named(["clearance"], [], approximate=True, per=Path("人口.csv")) == "全部_2019-2021_approximate_办结率_per_人口"


def test_two_selections_never_share_a_name_and_none_is_too_long() -> None:
    names = [
        named(["clearance"], ["上高县"], "2019,2021"), named(["clearance"], ["上高县"], "2019-2021"), named(["clearance", "petition"], ["上高县"]),
        named(["clearance", "abuse"], ["上高县"]), named(["clearance"], [f"3609{number}" for number in (21, 22, 23, 24, 25, 26, 81, 82, 83)] * 9),
        named(["clearance"], ["江西省", "福建省", "宜春市", "上高县", "宜丰县", "奉新县", "靖安县", "铜鼓县", "丰城市", "樟树市", "高安市", "万载县", "平潭县", "赣县"]),
        named(["clearance"], ["江西省", "福建省", "宜春市", "上高县", "宜丰县", "奉新县", "靖安县", "铜鼓县", "丰城市", "樟树市", "高安市", "万载县", "平潭县", "南康区"]),
        *(named([item.code], ["宜丰县"]) for item in measures().values()),
    ]  # fmt: skip
    assert len(set(names)) == len(names)
    assert all(len(name.encode()) <= 200 and not set(name) & set('\\/:*?"<>|\n\t ') for name in names)


# --- the command -------------------------------------------------------------------------------------------


@pytest.fixture
def gongkai(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    return command_in(tmp_path, monkeypatch, capsys, compared.parse_said)


def test_the_table_goes_to_stdout_and_the_remarks_to_stderr(gongkai: Command, folder: Path) -> None:
    outcome = gongkai(
        "compare", "--output", folder, "--indicator", "clearance", "--counties", "上高县，靖安县", "--years", "2020-2022"
    )
    assert outcome.code == 0
    assert outcome.out == (
        "county_code\tcounty\t2020\t2021\t2022\n360923\t上高县\t0\t1\t1.1429'*\n360925\t靖安县\tnot_checked\tnot_checked\tnot_checked\n"
    )
    assert "the national form changed between 2020 and 2021" in outcome.err
    assert "* denominator below 30" in outcome.err
    assert "~" not in outcome.err


def test_without_counties_the_table_leaves_out_what_nobody_looked_for_and_says_so(gongkai: Command, folder: Path) -> None:
    outcome = gongkai("compare", "--output", folder, "--indicator", RECEIVED, "--scope", "all", "--lang", "zh")
    assert 5 <= len(outcome.out.splitlines()) <= 9
    assert "个县级区划各年均未查看，未列出" in outcome.err
    everything = gongkai("compare", "--output", folder, "--indicator", RECEIVED, "--scope", "all", "--format", "csv")
    assert len(everything.out.splitlines()) > 5 * 2800


def test_several_indicators_stand_in_one_table(gongkai: Command, folder: Path) -> None:
    outcome = gongkai(
        "compare", "--output", folder, "--indicator", f"{RECEIVED},clearance", "--counties", "上高县", "--years", "2021"
    )
    assert [line.split("\t")[0] for line in outcome.out.splitlines()] == ["indicator", "applications.received.total", "clearance"]


def test_csv_is_guarded_and_has_a_mark_in_files_only(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    asked = ("compare", "--output", folder, "--indicator", RECEIVED, "--level", "department", "--scope", "all")
    shown = gongkai(*asked, "--format", "csv").out
    assert gongkai(*asked, "-o", "a.csv").code == 0
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + shown.encode()
    rows = list(csv.DictReader(io.StringIO(shown)))
    assert list(rows[0]) == [column.name for column in COMPARED]
    assert {"'=1+1局", "上高县财政局"} <= {row["unit"] for row in rows}


def test_the_same_from_files_from_shards_and_from_tables(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    asked = ("--indicator", RECEIVED, "--scope", "all", "--counties", "宜春市", "--format", "csv")
    of_tables = gongkai("compare", "--output", folder, *asked)
    shutil.copytree(folder / "shards", tmp_path / "kept" / "shards")
    of_shards = gongkai("compare", "--output", tmp_path / "kept", *asked)
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["shards"]
    (tmp_path / "documents").mkdir()
    for at, text in enumerate((*SAMPLES, "no report")):
        (tmp_path / "documents" / f"{at:02}.html").write_text(text, "utf-8")
    of_files = gongkai("compare", tmp_path / "documents", *asked)
    assert of_tables.out.count("\n") > 40
    assert of_tables.out == of_shards.out == of_files.out
    assert (of_tables.code, of_shards.code, of_files.code) == (0, 0, 3)


def test_json_has_everything(gongkai: Command, folder: Path) -> None:
    outcome = gongkai("compare", "--output", folder, "--indicator", "clearance", "--counties", "上高县", "--json")
    (told,) = json.loads(outcome.out)
    assert told["indicator"] == "clearance"
    assert told["remarks"]
    assert [row["value"] for row in told["rows"]][-2:] == [1, pytest.approx(8 / 7)]


def test_a_folder_is_given_a_file_that_says_what_was_selected(gongkai: Command, folder: Path, tmp_path: Path) -> None:
    asked = ("compare", "--output", folder, "--counties", "上高县", "--years", "2019-2022", "--indicator", "clearance")
    assert gongkai(*asked, "-o", "figures").code == 0
    assert gongkai(*asked, "--indicator", RECEIVED, "-o", "figures", "--format", "svg", "--lang", "zh").code == 0
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        "上高县_2019-2022_clearance.csv", "上高县_2019-2022_办结率.svg", "上高县_2019-2022_本年新收政府信息公开申请数量.svg",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("--indicator", "nothing"), 2, "no variable or indicator"),
        (("--indicator", RECEIVED), 2, "--scope all or --scope own"),
        (("--indicator", RECEIVED, "--level", "township"), 1, "nothing is known"),
        (("--indicator", RECEIVED, "--counties", "靖安县", "--chart", "line"), 1, "no figure to draw"),
        (("--indicator", RECEIVED, "--counties", "上高县", "--format", "doc"), 2, "--format"),
        (("--indicator", RECEIVED, "--counties", "上高县", "--format", "svg", "-o", "a.png"), 2, "a.png"),
        (("--indicator", RECEIVED, "--counties", "上高县", "--chart", "pie"), 2, "--chart"),
        (("--indicator", RECEIVED, "--counties", "上高县", "--chart", "line", "-o", "a.csv"), 2, "--chart"),
        (("--indicator", f"{RECEIVED},clearance", "--counties", "上高县", "--chart", "line"), 2, "give a folder"),
        (("--indicator", RECEIVED, "--counties", "上高县", "--json", "-o", "a.csv"), 2, "--json"),
        (("--indicator", RECEIVED, "--counties", "上高县", "--per", "nowhere.csv"), 2, "nowhere.csv"),
        (("--indicator", RECEIVED, "--lang", "fr"), 2, "--lang"),
    ],
)
def test_what_cannot_be_done_is_said_and_writes_nothing(
    gongkai: Command, folder: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, why: str
) -> None:
    outcome = gongkai("compare", "--output", folder, *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert why in outcome.err
    assert not list(tmp_path.glob("a.*"))


def test_a_folder_without_a_run_is_refused(gongkai: Command, tmp_path: Path) -> None:
    outcome = gongkai("compare", "--output", tmp_path / "empty", "--indicator", RECEIVED)
    assert (outcome.code, outcome.out) == (2, "")
    assert "no complete run" in outcome.err
