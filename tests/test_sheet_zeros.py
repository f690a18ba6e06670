"""Zeros of spreadsheets that are shown as a dash, a word or nothing: a number format or the sheet says so."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from office import convert, require_office

from parsers import Source
from parsers.readers import read_document

_ACCOUNTS = '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ '
_SHOWN = [
    ("0", "0"),
    ("#,##0", "0"),
    ("@", "0"),
    (_ACCOUNTS, "-"),
    ('0;-0;"无"', "无"),
    ("#", "0\ufffd"),
    ("0;-0;;@", "0\ufffd"),
]


def book(*, zeros: bool = True) -> bytes:
    """A row a format: a zero and a number in it."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = workbook.add_worksheet("年报")
    if not zeros:
        sheet.hide_zero()
    for row, (code, _) in enumerate(_SHOWN):
        own = workbook.add_format({"num_format": code, "border": 1})
        sheet.write_string(row, 0, "规章", own)
        sheet.write_number(row, 1, 0, own)
        sheet.write_number(row, 2, 20, own)
    workbook.close()
    return out.getvalue()


def rows(content: bytes, name: str) -> list[tuple[str, str]]:
    texts = [cell.text for cell in next(read_document(Source(content, name)).grids()).cells]
    return list(zip(texts[1::3], texts[2::3], strict=True))


def test_what_a_format_shows_for_zero_is_read() -> None:
    assert rows(book(), "a.xlsx") == [(shown, "20") for _, shown in _SHOWN]


def test_a_sheet_that_shows_no_zeros_has_none_and_no_blanks() -> None:
    assert rows(book(zeros=False), "a.xlsx") == [("0\ufffd", "20")] * len(_SHOWN)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_the_same_of_other_spreadsheets(kind: str, tmp_path: Path) -> None:
    require_office()
    plain, bare = convert([("plain.xlsx", book()), ("bare.xlsx", book(zeros=False))], kind, tmp_path)
    assert rows(plain, f"a.{kind}") == [(shown, "20") for _, shown in _SHOWN]
    if kind == "xls":  # an ODS says so only to LibreOffice, beside its content
        assert rows(bare, "a.xls") == [("0\ufffd", "20")] * len(_SHOWN)


@pytest.mark.parametrize(
    ("rule", "shown", "read"),
    [
        ({"criteria": "=", "value": 0}, {"font_color": "#FFFFFF"}, "0\ufffd"),
        ({"criteria": "=", "value": 0}, {"num_format": ";;;"}, "0\ufffd"),
        ({"criteria": "=", "value": 0}, {"font_color": "#FF0000"}, "0"),
        ({"criteria": "=", "value": 0}, {"font_color": "#FFFFFF", "bg_color": "#003366"}, "0"),
        ({"criteria": ">", "value": 100}, {"font_color": "#FFFFFF"}, "0"),
    ],
)
def test_zeros_that_a_condition_hides(rule: dict[str, object], shown: dict[str, str], read: str) -> None:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = workbook.add_worksheet("年报")
    sheet.write_row(0, 0, ["规章", 0, 20])
    sheet.write_row(1, 0, ["文件", 3, 0])
    sheet.conditional_format(0, 0, 0, 2, {"type": "cell", **rule, "format": workbook.add_format(shown)})
    workbook.close()
    texts = [cell.text for cell in next(read_document(Source(out.getvalue(), "a.xlsx")).grids()).cells]
    assert texts == ["规章", read, "20", "文件", "3", "0"]
