"""Spreadsheets: every cell of every shape, what is hidden or unknown, and files that are damaged."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import xlsxwriter
from damage import is_answer, repacked, spoiled, zipped
from hypothesis import given, settings
from hypothesis import strategies as st
from office import convert, require_office
from sheet_files import SHAPES, Shape, page_of, xlsx_of

from parsers import Source, parse_all
from parsers.document import Document, Grid, Paragraph
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import sniff
from parsers.readers import read_document
from parsers.readers._sheets import Marks, blocks_of
from parsers.report import Report, Status
from pipeline.demo.judge import Judgement, Outcome, judge
from pipeline.demo.layouts.model import Rendering

IDS = [f"{n}-{'one' if s.one_sheet else 'many'}{'-ruled' * s.ruled}{'-merged' * s.merged}" for n, s in enumerate(SHAPES)]
LAST_ROWS = ("proactive.fees.", "applications.carried_out.")


def complaints(rendering: Rendering, content: bytes, name: str) -> list[Judgement]:
    """Every cell that is not read as it is printed."""
    (report,) = parse_all(Source(content, name))
    return [item for item in judge(rendering, getattr(report, "facts", ())) if item.outcome is not Outcome.RIGHT]


def rows_of(document: Document) -> list[list[str]]:
    """The texts of all grids, row by row."""
    rows: dict[tuple[int, int], list[str]] = {}
    for grid in document.grids():
        for cell in grid.cells:
            rows.setdefault((grid.number, cell.row), []).append(cell.text)
    return list(rows.values())


def lines_of(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def book(fill: Callable[[Any], None]) -> bytes:
    """A workbook that a function fills."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(workbook)
    workbook.close()
    return out.getvalue()


def status_of(content: bytes, name: str) -> tuple[ReadStatus, str]:
    with pytest.raises(ReadError) as caught:
        read_document(Source(content, name))
    return caught.value.status, caught.value.reason


# --- whole reports --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(SHAPES)), ids=IDS)
@pytest.mark.parametrize("form", ["2021", "2019"])
def test_every_cell_of_an_xlsx_is_read(number: int, form: str) -> None:
    rendering = xlsx_of(page_of(number, form=form), SHAPES[number])
    assert complaints(rendering, rendering.data, "report.xlsx") == []


@pytest.mark.parametrize("form", ["2014", "mixed"])
def test_forms_of_other_years_are_read(form: str) -> None:
    rendering = xlsx_of(page_of(3, form=form), SHAPES[0])
    assert complaints(rendering, rendering.data, "report.xlsx") == []


@pytest.mark.parametrize("number", range(len(SHAPES)), ids=IDS)
def test_a_blank_last_row_of_a_sheet_is_blank(number: int) -> None:
    page = page_of(number)
    last = [address for address in xlsx_of(page, SHAPES[number]).printed if address.startswith(LAST_ROWS)]
    rendering = xlsx_of(page_of(number, cells=dict.fromkeys(last, "")), SHAPES[number])
    assert len(last) == 8
    assert complaints(rendering, rendering.data, "report.xlsx") == []


@pytest.mark.parametrize("number", [n for n, shape in enumerate(SHAPES) if shape.ruled])
def test_a_ruled_row_without_any_text_is_blank(number: int) -> None:
    page = page_of(number)
    last = [address for address in xlsx_of(page, SHAPES[number]).printed if address.startswith("review_litigation.")]
    rendering = xlsx_of(page_of(number, cells=dict.fromkeys(last, "")), SHAPES[number])
    assert complaints(rendering, rendering.data, "report.xlsx") == []


@pytest.mark.parametrize("number", [n for n, shape in enumerate(SHAPES) if not shape.ruled])
def test_a_row_that_no_border_and_no_text_shows_is_left_open(number: int) -> None:
    page = page_of(number)
    last = [address for address in xlsx_of(page, SHAPES[number]).printed if address.startswith("review_litigation.")]
    rendering = xlsx_of(page_of(number, cells=dict.fromkeys(last, "")), SHAPES[number])
    found = complaints(rendering, rendering.data, "report.xlsx")
    assert ({item.outcome for item in found}, sorted(item.address for item in found)) == ({Outcome.OPEN}, sorted(last))


KINDS = ("xls", pytest.param("ods", marks=pytest.mark.slow))
Written = Callable[[str], list[bytes]]
QUICK = range(0, len(SHAPES), 5)


def made(number: int) -> Rendering:
    """The report that stands in the shape of this number."""
    return xlsx_of(page_of(number, form=("2021", "2019")[number % 2]), SHAPES[number])


def filled_oddly(workbook: Any) -> None:
    """Everything that is no plain value: hidden parts, per cents, dates, errors, merged cells, blanks with a border."""
    border, hidden = workbook.add_format({"border": 1}), {"hidden": True}
    share, day, money = (
        workbook.add_format({"border": 1, "num_format": code}) for code in ("0.0%", "yyyy-mm-dd", '#,##0.00"元"')
    )
    sheet = workbook.add_worksheet("表")
    sheet.merge_range(0, 0, 0, 3, "某县年报")
    sheet.write_row(1, 0, ["项目", "数", "不见", "比"], border)
    sheet.write_row(2, 0, ["不见", 1, 2, 3], border)
    sheet.set_row(2, None, None, hidden)
    sheet.set_column(2, 2, None, None, hidden)
    sheet.write_row(3, 0, ["百分比", None, 5], border)
    sheet.write_number(3, 1, 0.203, share)
    sheet.write_datetime(3, 3, datetime.datetime(2021, 3, 4), day)  # noqa: DTZ001 - a sheet knows no zone
    sheet.write(4, 0, "错", border)
    sheet.write_formula(4, 1, "=1/0", border, "#DIV/0!")
    sheet.write_number(4, 3, 1234567.5, money)
    sheet.merge_range(5, 0, 6, 0, "跨", border)
    sheet.write_row(5, 1, [0.1 + 0.2, None, -3], border)
    sheet.write_row(6, 1, [7, None, "0"], border)
    sheet.write_string(7, 0, "无", border)
    for column in (1, 2, 3):
        sheet.write_blank(7, column, None, border)
    secret = workbook.add_worksheet("藏")
    secret.write(0, 0, "密")
    secret.hide()
    secret = workbook.add_worksheet("极藏")
    secret.write(0, 0, "密")
    secret.very_hidden()


ODD_ROWS = [
    ["项目", "数", "比"], ["百分比", "20.3%", "2021-03-04"], ["错", "#DIV/0!", "1234567.5"], ["跨", "0.3", "-3"], ["7", "0"], ["无", "", ""],
]  # fmt: skip
ODD_NOTES = (
    "hidden rows or columns of the sheet 表 were not read",
    "the hidden sheet 藏 was not read",
    "the hidden sheet 极藏 was not read",
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Of a kind the reports of some shapes, and last the odd sheet, as LibreOffice writes them."""
    require_office()
    files = [*((f"{number}.xlsx", made(number).data) for number in QUICK), ("odd.xlsx", book(filled_oddly))]
    return cache(lambda kind: convert(files, kind, tmp_path_factory.mktemp(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_of_an_xls_and_an_ods_is_read(kind: str, written: Written) -> None:
    for number, content in zip(QUICK, written(kind), strict=False):
        assert (number, complaints(made(number), content, f"report.{kind}")) == (number, [])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_of_every_shape_of_xls_and_ods_is_read(kind: str, tmp_path: Path) -> None:
    require_office()
    contents = convert([(f"{number}.xlsx", made(number).data) for number in range(len(SHAPES))], kind, tmp_path)
    for number, content in enumerate(contents):
        assert (number, complaints(made(number), content, f"report.{kind}")) == (number, [])


@pytest.mark.parametrize("kind", ["xlsx", *KINDS])
def test_what_is_no_plain_value(kind: str, request: pytest.FixtureRequest) -> None:
    content = book(filled_oddly) if kind == "xlsx" else request.getfixturevalue("written")(kind)[-1]
    document = read_document(Source(content, f"odd.{kind}"))
    assert (rows_of(document), lines_of(document), document.notes) == (ODD_ROWS, ["某县年报"], ODD_NOTES)


def test_places_count_as_the_sheet_does() -> None:
    (grid,) = read_document(Source(book(filled_oddly), "odd.xlsx")).grids()
    assert [cell.place for cell in grid.cells if cell.text == "2021-03-04"] == ["table=1;row=4;column=4"]


# --- formulas -------------------------------------------------------------------------------------


@pytest.mark.parametrize("stored", ["", "<v></v>", "<v/>", "<v> </v>", "<v>0</v>", "<v>0.0</v>"])
def test_a_formula_without_a_stored_result_is_unknown_not_nothing(stored: str) -> None:
    """xlsxwriter asks for a new reckoning and stores 0; other programs store nothing."""
    address = "applications.granted.enterprise"
    rendering = xlsx_of(page_of(1, cells={address: "777"}), SHAPES[0], formulas={"777": ("=700+77", "777")})

    def change(_: str, content: bytes) -> bytes:
        return content.replace(b' t="str"><f>700+77</f><v>777</v>', b"><f>700+77</f>" + stored.encode())

    changed = repacked(rendering.data, change)
    (report,) = parse_all(Source(changed, "a.xlsx"))
    assert isinstance(report, Report)
    fact = report.by_address[address]
    assert (fact.raw, fact.status, fact.value) == ("\ufffd", Status.UNREADABLE, None)
    assert read_document(Source(changed, "a.xlsx")).notes == (
        "1 formulas of the sheet 年报 have no stored result; open and save the file to have them",
    )
    assert complaints(rendering, rendering.data, "a.xlsx") == []


def test_a_stored_zero_counts_where_the_file_was_reckoned() -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("a")
        sheet.write_row(0, 0, ["甲", "乙"])
        sheet.write_string(1, 0, "丙")
        sheet.write_formula(1, 1, "=1-1", None, 0)

    content = repacked(book(fill), lambda _, member: member.replace(b' fullCalcOnLoad="1"', b""))
    assert rows_of(read_document(Source(content, "a.xlsx"))) == [["甲", "乙"], ["丙", "0"]]


@pytest.mark.parametrize(
    ("result", "flags", "text"),
    [
        (b"\3\0\0\0\0\0\xff\xff", 0, "\ufffd"),
        (b"\0" * 8, 2, "\ufffd"),
        (b"\0" * 8, 0, "0"),
        (b"\0\0\0\0\0\0\x1c\x40", 2, "7"),
        (b"\2\0\x2a\0\0\0\xff\xff", 0, "#N/A"),
    ],
)
def test_a_formula_of_an_xls(result: bytes, flags: int, text: str, written: Written) -> None:
    content = written("xls")[-1]
    error = re.escape(b"\2\0\7\0\0\0\xff\xff\0\0")
    assert len(re.findall(error, content)) == 1
    changed = re.sub(error, lambda _: result + bytes([flags, 0]), content)
    assert rows_of(read_document(Source(changed, "a.xls")))[2][:2] == ["错", text]


# --- tables and lines -----------------------------------------------------------------------------


def test_merged_ranges_that_overlap_give_each_cell_once() -> None:
    texts = {(0, 0): "甲", (0, 2): "乙", (1, 1): "丙", (2, 0): "1", (2, 1): "2", (2, 2): "3"}
    merged = ((0, 0, 1, 1), (1, 1, 2, 2), (0, 0, 1, 1), (9, 9, 3, 3), (2, 0, 2, 0))
    blocks = list(blocks_of(texts, Marks(merged=merged), lambda: 1, lambda: 1))
    (grid,) = [block for block in blocks if isinstance(block, Grid)]
    cells = [(cell.text, cell.row, cell.column, cell.row_span, cell.column_span) for cell in grid.cells]
    assert cells == [
        ("甲", 0, 0, 2, 2),
        ("乙", 0, 2, 1, 1),
        ("", 1, 2, 1, 1),
        ("1", 2, 0, 1, 1),
        ("2", 2, 1, 1, 1),
        ("3", 2, 2, 1, 1),
    ]


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        ("四、结转下年度继续办理", True),
        ("其他", True),
        ("注：本表由办公室填写", False),
        ("以上数据截至12月31日。", False),
        ("说" * 60, False),
    ],
)
def test_a_text_alone_below_a_table_is_a_label_or_a_line(below: str, *, kept: bool) -> None:
    texts = {(0, 0): "项目", (0, 1): "数", (1, 0): "甲", (1, 1): "7", (2, 0): below}
    blocks = list(blocks_of(texts, Marks(), lambda: 1, lambda: 1))
    assert [below in getattr(block, "text", "") for block in blocks if isinstance(block, Paragraph)] == [True] * (not kept)
    assert sum(cell.text == below for block in blocks if isinstance(block, Grid) for cell in block.cells) == kept


def test_borders_painted_to_the_end_of_a_sheet_are_no_rows() -> None:
    ruled = frozenset((row, column) for row in range(3_000) for column in range(2))
    texts = {(0, 0): "项目", (0, 1): "数", (1, 0): "甲", (1, 1): "7"}
    (grid,) = blocks_of(texts, Marks(ruled=ruled), lambda: 1, lambda: 1)
    assert isinstance(grid, Grid)
    assert len(grid.cells) < 100


# --- kinds that are not read ----------------------------------------------------------------------


def test_xlsb_is_unsupported_and_named() -> None:
    content = book(filled_oddly)
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        changed = zipped({name.replace("xl/workbook.xml", "xl/workbook.bin"): old.read(name) for name in old.namelist()})
    assert sniff(changed, "a.xlsb").kind == "xlsb"
    status, reason = status_of(changed, "a.xlsb")
    assert (status, "XLSB" in reason) == (ReadStatus.UNSUPPORTED, True)


@pytest.mark.parametrize("name", ["年报.et", "年报.ETT"])
def test_et_is_unsupported_and_named(name: str, written: Written) -> None:
    status, reason = status_of(written("xls")[-1], name)
    assert (status, "ET" in reason, "XLSX" in reason) == (ReadStatus.UNSUPPORTED, True, True)


def test_an_ole_file_without_sheets_is_unsupported_and_named(written: Written) -> None:
    other = written("xls")[-1].replace("Workbook".encode("utf-16-le"), "Sheetset".encode("utf-16-le"))
    status, reason = status_of(other, "年报.et")
    assert (status, "OLE" in reason) == (ReadStatus.UNSUPPORTED, True)


# --- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["xlsx", *KINDS])
def test_damaged_and_cut_sheets_have_a_status(kind: str, request: pytest.FixtureRequest) -> None:
    shape = Shape(one_sheet=True, ruled=True, merged=True, numbers=True)
    content = xlsx_of(page_of(0), shape).data if kind == "xlsx" else request.getfixturevalue("written")(kind)[0]
    chance = Random(kind)
    assert all(is_answer(spoiled(content, chance), f"a.{kind}") for _ in range(40))


def test_sizes_that_an_xls_only_claims_take_no_memory(written: Written) -> None:
    """The library would end the whole program when it cannot have that much."""
    extent, claim = rb"\x00\x02\x0e\x00.{8}", b"\x00\x02\x0e\x00" + bytes(4) + b"\xff\xff\xff\x7f"
    claimed, many = re.subn(extent, lambda _: claim, written("xls")[0], flags=re.DOTALL)
    assert many > 0
    assert complaints(made(QUICK[0]), claimed, "a.xls") == []
    count = b"\xff\xff\xff\x7f"
    texts = re.sub(
        rb"(\xfc\x00..)..\x00\x00..\x00\x00", lambda match: match[1] + count * 2, written("xls")[0], count=1, flags=re.DOTALL
    )
    assert status_of(texts, "a.xls")[0] is ReadStatus.FAILED


def test_sizes_that_an_xlsx_only_claims_take_no_memory() -> None:
    def change(_: str, member: bytes) -> bytes:
        member = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', member)
        return re.sub(rb'[cC]ount="\d+"', b'count="2000000000"', member)

    assert complaints(made(0), repacked(made(0).data, change), "a.xlsx") == []


def test_cells_that_stand_far_apart_are_a_limit() -> None:
    content = repacked(made(0).data, lambda _, member: member.replace(b'r="A16"', b'r="XFD1048576"'))
    assert status_of(content, "a.xlsx")[0] is ReadStatus.LIMIT


def test_damage_within_the_parts_has_a_status() -> None:
    """Bits turned over in a part before it is packed: the archive is sound, its XML is not."""
    content, chance = xlsx_of(page_of(0), SHAPES[0]).data, Random(5)

    def change(_: str, member: bytes) -> bytes:
        return spoiled(member, chance) if chance.random() < 0.3 else member

    assert all(is_answer(repacked(content, change), "a.xlsx") for _ in range(30))


@given(st.binary(max_size=300))
@settings(max_examples=50)
def test_never_raises(content: bytes) -> None:
    for name, magic in (
        ("a.xlsx", b"PK\3\4"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a.csv", b""),
        ("a.tsv", b"a\tb\n"),
    ):
        assert is_answer(magic + content, name)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", *KINDS])
def test_much_damage_has_a_status(kind: str, written: Written) -> None:
    content = xlsx_of(page_of(0), SHAPES[0]).data if kind == "xlsx" else written(kind)[0]
    chance = Random(f"more {kind}")
    assert all(is_answer(spoiled(content, chance), f"a.{kind}") for _ in range(400))
