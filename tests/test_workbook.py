"""The auditors' workbook: nothing in it is a formula, findings lead to figures and sources, and half a table is refused."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pipeline import workbook as workbook_module
from pipeline.compare import COMPARED, Comparison
from pipeline.errors import OutputError, UsageError
from pipeline.figures import Entry, Key
from pipeline.indicators import find_measure, measures
from pipeline.panel import panel_columns
from pipeline.remarks import Remark
from pipeline.schema import FINDINGS, REPORTS, Column
from pipeline.sheets import Book, PanelBook
from pipeline.tables import ParquetTable
from pipeline.workbook import SHEETS, cells_behind, write_workbook

FIRST, SECOND, ELSE = "a" * 12, "b" * 12, "c" * 12
EVIL = (
    "=1+1",
    "+86",
    "-1+2",
    "@SUM(A1)",
    '=HYPERLINK("http://example.org","x")',
    "\t=1",
    "http://example.org/x",
    "_x0041_",
    "a\x01b",
    "mailto:a@example.org",
)
ADDRESS = "http://www.example.gov.cn/a.html?x=1&y=%E5%B9%B4"


def comparison() -> Comparison:
    item = find_measure("app_recv_total")
    assert item is not None
    keys = (Key("360923-2008", ""), Key("360924-2008", EVIL[0]))
    entries = {
        (keys[0], 2021): Entry(Decimal(263), "published", form="2021", report_id=FIRST, unit=EVIL[4]),
        (keys[0], 2022): Entry(status="blank", form="2021", report_id=SECOND, reason=EVIL[1]),
        (keys[1], 2021): Entry(why_absent="blocked"),
        (keys[1], 2022): Entry(Decimal("0.5"), "reconstructed", report_id=ELSE),
    }
    return Comparison(item, "county", (2021, 2022), keys, entries, "件", (Remark("须注意", "bear in mind"),))


def finding(code: str, report_id: str, addresses: str, severity: str = "error", **cells: Any) -> dict[str, Any]:
    return {
        "finding_id": f"{code}{report_id}"[:12], "subject": report_id, "code": code, "instance": "", "severity": severity,
        "rule_level": "stated", "addresses": addresses, "message_zh": "合计不符", "message_en": "no sum", "report_id": report_id, **cells,
    }  # fmt: skip


FINDINGS_HERE = (
    finding("other.cell", FIRST, "proactive.rules.issued"),
    finding("weak.total", FIRST, "applications.received.total", "prompt"),
    finding(
        "grave.total", SECOND, "applications.received.total;applications.total.total", message_zh=EVIL[0], message_en=EVIL[3]
    ),
    finding("carried", "d" * 12, "applications.carried_in.total;other:applications.received.total", other_report_id=FIRST),
    finding("no.report", "e" * 12, "applications.received.total"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tables")
    reports = [
        {"report_id": FIRST, "unit": EVIL[0], "status": "read", "source": ADDRESS, "published_on": "2022-01-20", "fetched_at": "2022-03-04T05:06:07+00:00"},
        {"report_id": SECOND, "unit": EVIL[5], "status": "read", "source": EVIL[2], "page": ADDRESS, "reason": EVIL[8]},
        {"report_id": ELSE, "unit": EVIL[7], "status": "read", "source": "javascript:alert(1)", "reason": "长" * 40_000},
        {"report_id": "e" * 12, "unit": "别处", "status": "read", "source": "e.html"},
    ]  # fmt: skip
    for name, columns, rows in (("reports", REPORTS, reports), ("findings", FINDINGS, FINDINGS_HERE)):
        with ParquetTable(made / f"{name}.parquet", columns) as table:
            for row in rows:
                table.add([row.get(column.name) for column in columns])
    return made


@pytest.fixture(scope="module")
def file(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    write_workbook(path, [comparison()], folder, "zh")
    return path


def sheet(file: Path, name: str) -> list[dict[str, Any]]:
    heading, *rows = CalamineWorkbook.from_path(file).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def parts(file: Path, pattern: str) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if re.search(pattern, name)}


def links(file: Path, number: int) -> dict[str, str]:
    """Where the cells of a sheet lead: a place in the workbook, or an address."""
    (xml,) = parts(file, rf"worksheets/sheet{number}\.xml$").values()
    targets = dict(
        re.findall(
            r'Id="(rId\d+)"[^>]*?hyperlink" Target="([^"]+)"', "".join(parts(file, rf"sheet{number}\.xml\.rels$").values())
        )
    )
    found = {}
    for element in re.findall(r"<hyperlink [^>]+>", xml):
        held = dict(re.findall(r'([\w:]+)="([^"]*)"', element))
        found[held["ref"]] = held.get("location") or targets[held["r:id"]]
    return found


def test_the_sheets_are_those_that_auditors_know(file: Path) -> None:
    assert tuple(CalamineWorkbook.from_path(file).sheet_names) == SHEETS == ("数据", "指标说明", "来源", "核验")


def test_no_cell_is_a_formula_and_every_text_is_itself(file: Path) -> None:
    sheets = parts(file, r"worksheets/.*\.xml$")
    assert len(sheets) == 4
    assert not [name for name, xml in sheets.items() if "<f>" in xml or "<f " in xml]
    sources = {row["report_id"]: row for row in sheet(file, "来源")}
    assert [sources[report]["unit"] for report in (FIRST, SECOND, ELSE)] == [EVIL[0], EVIL[5], EVIL[7]]
    assert (sources[SECOND]["source"], sources[SECOND]["reason"]) == (EVIL[2], EVIL[8])
    assert [row["unit"] for row in sheet(file, "数据")] == [EVIL[4], EVIL[4], EVIL[0], EVIL[0]]
    (told,) = [row for row in sheet(file, "核验") if row["code"] == "grave.total"]
    assert (told["message_zh"], told["message_en"]) == (EVIL[0], EVIL[3])


@pytest.mark.parametrize("text", EVIL)
def test_whatever_a_text_begins_with_it_is_a_text(tmp_path: Path, text: str) -> None:
    column = Column("a", "text", text, text)
    with Book(tmp_path / "a.xlsx") as book:
        book.add("s", [column], [[text]])
    (xml,) = parts(tmp_path / "a.xlsx", r"sheet1\.xml$").values()
    assert "<f" not in xml
    assert "hyperlink" not in xml
    assert CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_index(0).to_python()[1] == [text]


def test_figures_are_numbers_codes_are_texts_and_a_gap_is_empty(file: Path) -> None:
    rows = sheet(file, "数据")
    assert list(rows[0]) == [*(column.name for column in COMPARED), "findings"]
    assert [row["value"] for row in rows] == [263, "", "", 0.5]
    assert [row["status"] for row in rows] == ["published", "blank", "", "reconstructed"]
    assert [row["why_absent"] for row in rows] == ["", "", "blocked", ""]
    assert [row["county_code"] for row in rows] == ["360923", "360923", "360924", "360924"]


def test_headings_are_frozen_and_have_filters(file: Path) -> None:
    for xml in parts(file, r"worksheets/.*\.xml$").values():
        assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in xml
        assert '<autoFilter ref="A1:' in xml


def test_what_concerns_the_figures_comes_first_and_the_graver_before_the_rest(file: Path) -> None:
    rows = sheet(file, "核验")
    assert [(row["code"], row["behind"]) for row in rows] == [
        ("carried", "yes"), ("grave.total", "yes"), ("weak.total", "yes"), ("other.cell", ""),
    ]  # fmt: skip
    assert [row["findings"] for row in sheet(file, "数据")] == [2, 1, "", ""]


def test_a_finding_leads_to_the_figure_the_source_and_the_address(file: Path) -> None:
    there = links(file, 4)
    assert (there["B3"], there["C3"]) == ("'数据'!A3", "'来源'!A3")
    assert (there["B2"], there["C2"], there["D2"]) == ("'数据'!A2", "'来源'!A2", ADDRESS.replace("&", "&amp;"))
    assert there["D3"] == ADDRESS.replace("&", "&amp;"), "a file without an address leads to the page that led to it"
    assert "B5" not in there
    rows = sheet(file, "核验")
    assert [(row["figure"], row["origin"]) for row in rows[:2]] == [("数据!2", "来源!2"), ("数据!3", "来源!3")]


def test_a_figure_leads_to_its_source_and_its_findings_and_a_source_back(file: Path) -> None:
    report, count = (
        chr(ord("A") + [column.name for column in COMPARED].index(name) + add) for name, add in (("report_id", 0), ("reason", 1))
    )
    figures = links(file, 1)
    assert (figures[f"{report}2"], figures[f"{report}3"]) == ("'来源'!A2", "'来源'!A3")
    assert (figures[f"{count}2"], figures[f"{count}3"]) == ("'核验'!A2", "'核验'!A3")
    sources = links(file, 3)
    assert sources["A2"] == "'数据'!A2"
    assert [target for target in sources.values() if "javascript" in target or target.startswith("-")] == []
    assert ADDRESS.replace("&", "&amp;") in sources.values()


def test_dates_are_those_of_the_tables(file: Path) -> None:
    (row,) = [row for row in sheet(file, "来源") if row["report_id"] == FIRST]
    assert (row["published_on"], row["fetched_at"]) == ("2022-01-20", "2022-03-04T05:06:07Z")


def test_a_text_that_no_cell_holds_is_cut_and_says_so(file: Path) -> None:
    (row,) = [row for row in sheet(file, "来源") if row["report_id"] == ELSE]
    assert row["reason"].startswith("长长")
    assert row["reason"].endswith("… (40000)")


def test_the_meaning_of_each_indicator_and_what_to_bear_in_mind(file: Path) -> None:
    (row,) = sheet(file, "指标说明")
    assert row["indicator"] == "applications.received.total"
    assert (row["remarks_zh"], row["remarks_en"]) == ("须注意", "bear in mind")


def test_the_same_figures_have_the_same_bytes(file: Path, folder: Path, tmp_path: Path) -> None:
    write_workbook(tmp_path / "b.xlsx", [comparison()], folder, "zh")
    assert (tmp_path / "b.xlsx").read_bytes() == file.read_bytes()


def test_more_than_a_sheet_holds_is_refused(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert workbook_module.MOST_ROWS == 1_000_000
    monkeypatch.setattr(workbook_module, "MOST_ROWS", 7)
    with pytest.raises(UsageError, match=r"8 rows, and 7 is the most"):
        write_workbook(tmp_path / "a.xlsx", [comparison(), comparison()], folder, "zh")
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(workbook_module, "MOST_ROWS", 8)
    write_workbook(tmp_path / "a.xlsx", [comparison(), comparison()], folder, "zh")


def test_a_comparison_without_reports_has_empty_sheets(folder: Path, tmp_path: Path) -> None:
    made = comparison()
    empty = replace(made, entries=dict.fromkeys(made.entries, Entry(why_absent="blocked")))
    write_workbook(tmp_path / "a.xlsx", [empty], folder, "en")
    assert sheet(tmp_path / "a.xlsx", "来源") == sheet(tmp_path / "a.xlsx", "核验") == []


def test_a_file_that_cannot_be_written_is_one_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_workbook(tmp_path / "nowhere" / "a.xlsx", [comparison()], folder, "zh")


def test_the_cells_behind_a_measure_are_those_of_all_forms() -> None:
    share = cells_behind(measures()["disclosure_of_decided"])
    assert {
        "applications.granted.total",
        "applications.partly_granted.total",
        "applications.total.total",
        "statistics.requests.answered.count",
    } <= share
    assert "applications.received.total" not in share
    without = {code for code, item in measures().items() if not cells_behind(item)}
    assert without == {"days_late", "narrative_similarity"}  # of the report as a whole


def test_the_panel_is_a_sheet_and_its_columns_are_told(tmp_path: Path) -> None:
    columns = panel_columns()
    rows: Sequence[Sequence[Any]] = [[None] * len(columns) for _ in range(3)]
    rows = [["360923-2008", "360923", *row[2:6], at, *row[7:]] for at, row in enumerate(rows)]
    with PanelBook(tmp_path / "panel.xlsx", columns) as book:
        for row in rows:
            book.add(row)
    told = sheet(tmp_path / "panel.xlsx", "panel")
    assert list(told[0]) == [column.name for column in columns]
    assert [(row["county_code"], row["observed"]) for row in told] == [("360923", 0), ("360923", 1), ("360923", 2)]
    assert len(sheet(tmp_path / "panel.xlsx", "变量说明")) == len(columns)
    (xml,) = parts(tmp_path / "panel.xlsx", r"sheet1\.xml$").values()
    assert xml.count("<c ") == len(columns) + 3 * 3
