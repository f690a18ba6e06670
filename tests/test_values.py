"""What the text of a cell says: a number only where one is printed, and three kinds of nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.report import Status
from parsers.values import read_value

NUMBERS = {
    "0": "0",
    "１２３": "123",
    "1,234": "1234",
    "1，234": "1234",
    "1 234": "1234",
    "12件": "12",
    "7.0": "7.0",
    "八": "8",
    "一件": "1",
    "十一": "11",
    "二十": "20",
    "一百零二": "102",
    "22（其中修订16件）": "22",
    "12①": "12",
    "5\u200b": "5",
    "?5": "5",  # a non-breaking space that a copier lost
}
NO_NUMBER = (
    "O", "l2", "1O", "〇", "一", "约20", "20余", "30多", "≥5", "12+3", "3/7", "3:4", "100%", "1e3", "12万", "一百二", "007", "00",
    "-8", "+3", "(3)", "12.", ".5", "1.234.567", "12,34,567", "3,0", "①", "Ⅲ", "²3", "见附件", "无此项", "√", "#REF!", "。", "零零", "零二", "一百零零二",
)  # fmt: skip
NIL = ("/", "／", "—", "——", "--", "-", "无", "没有", "N/A", "\\")
BLANK = ("", " ", "\u3000", "\xa0", "\u200b")


@pytest.mark.parametrize("text", NUMBERS)
def test_a_printed_number_is_its_value(text: str) -> None:
    value = read_value(text)
    assert (value.status, value.number) == (Status.PUBLISHED, Decimal(NUMBERS[text]))


@pytest.mark.parametrize("text", NO_NUMBER)
def test_what_is_not_printed_as_a_number_has_no_value_and_a_reason(text: str) -> None:
    value = read_value(text)
    assert (value.status, value.number) == (Status.UNREADABLE, None)
    assert value.note


@pytest.mark.parametrize("text", NIL)
def test_a_mark_for_nothing_is_nil_and_not_nought(text: str) -> None:
    assert (read_value(text).status, read_value(text).number) == (Status.NIL, None)


@pytest.mark.parametrize("text", BLANK)
def test_an_empty_cell_is_blank(text: str) -> None:
    assert read_value(text).status is Status.BLANK


@pytest.mark.parametrize(("text", "number"), [("减8", "-8"), ("-8", "-8"), ("+43", "43"), ("增3", "3"), ("−5", "-5")])
def test_a_sign_counts_only_where_the_form_allows_one(text: str, number: str) -> None:
    assert read_value(text, signed=True).number == Decimal(number)
    assert read_value(text).status is Status.UNREADABLE


@given(st.text(max_size=60))
def test_any_text_has_one_status_and_a_value_only_where_it_is_published(text: str) -> None:
    value = read_value(text)
    assert (value.number is not None) is (value.status is Status.PUBLISHED)
