"""Bytes to text: the bytes decide, declarations are recorded."""

from __future__ import annotations

import codecs
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parsers import Source, parse
from parsers.raw.charset import Decoded, declared_charset, decode
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts import layout_named

TEXT = "二、主动公开政府信息情况\n规章\t0\t〇\t１２\n"
MARKS = "\0" + "".join(map(chr, range(0xE000, 0xE010)))
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff" + MARKS))


@pytest.mark.parametrize("declared", ["gb2312", "utf-8", "big5", "no-such-charset", None])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "gbk"])
def test_a_wrong_declaration_changes_nothing(charset: str, declared: str | None) -> None:
    decoded = decode(TEXT.encode(charset), declared=declared)
    assert (decoded.text, decoded.declared, decoded.replaced) == (TEXT, declared, 0)
    assert decoded.used == ("utf-8" if charset == "utf-8" else "gb18030")


@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_marks_decide_and_are_dropped(mark: bytes, charset: str) -> None:
    assert decode(mark + TEXT.encode(charset), http="gbk") == (TEXT, charset, "gbk", 0)


def test_a_utf8_mark_over_a_gb18030_body_is_overruled_by_the_body() -> None:
    assert decode(codecs.BOM_UTF8 + TEXT.encode("gb18030"))[:2] == (TEXT, "gb18030")


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_one_bad_byte_costs_little_and_does_not_turn_the_page_to_garbage(charset: str) -> None:
    damaged = (TEXT * 50).encode(charset)
    damaged = damaged[:900] + b"\xff" + damaged[900:]
    decoded = decode(damaged)
    assert decoded.used == charset
    assert 1 <= decoded.replaced <= 4
    assert decoded.text.count("主动公开") >= 49
    assert "could not be decoded" in decoded.remark


def test_utf8_cut_inside_a_character_stays_utf8() -> None:
    assert decode("规章 7 件".encode()[:-1]) == ("规章 7 \ufffd", "utf-8", None, 1)


def test_marks_and_nul_never_come_through() -> None:
    decoded = decode(("1" + MARKS + "2").encode())
    assert decoded.text == "1" + "\ufffd" * len(MARKS) + "2"
    assert decode("年\ue003".encode("gb18030")).text == "年\ufffd"


def test_both_declarations_are_recorded_where_they_differ() -> None:
    assert decode(b"a", http="GBK", declared="utf-8").declared == "utf-8 (HTTP: GBK)"
    assert decode(b"a", http="UTF-8", declared="utf-8").declared == "utf-8"


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        (b'<meta charset="UTF-8">', "utf-8"),
        (b"<META http-equiv=Content-Type content='text/html; charset=gb2312'>", "gb2312"),
        (b'<?xml version="1.0" encoding="GBK"?><html>', "gbk"),
        (b"<p>charset=utf-8</p>", None),
        (b" " * 2048 + b"<meta charset=utf-8>", None),
    ],
)
def test_the_declared_charset_of_a_page(head: bytes, charset: str | None) -> None:
    assert declared_charset(head) == charset


@given(text=texts, declared=st.sampled_from(["utf-8", "gbk", "iso-8859-1", None]))
def test_utf8_and_utf16_round_trip(text: str, declared: str | None) -> None:
    assert decode(text.encode(), declared=declared).text == text
    assert decode(codecs.BOM_UTF16_LE + text.encode("utf-16-le"), declared=declared).text == text


@given(text=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1).map(lambda text: text + "公开"))
def test_gb18030_round_trips_unless_it_is_utf8_too(text: str) -> None:
    encoded = text.encode("gb18030")
    try:
        encoded.decode("utf-8")
    except UnicodeDecodeError as exc:
        assume(exc.reason != "unexpected end of data")
        assert decode(encoded, declared="utf-8").text == text


@given(st.binary(max_size=300))
def test_any_bytes_give_a_text_without_marks(data: bytes) -> None:
    decoded = decode(data)
    assert not set(decoded.text) & set(MARKS)
    assert decoded.replaced == decoded.text.count("\ufffd")
    decoded.text.encode()


def test_big5_is_told_by_words_that_are_none_in_gb18030() -> None:
    text = "<p>上高縣政府信息公開工作年度報告</p>"
    assert decode(text.encode("big5")) == Decoded(text, "big5hkscs", None, 0)
    assert decode(text.encode("gb18030")).used == "gb18030"
    assert decode("無關的文字".encode("big5")).used == "gb18030"


def test_a_report_in_big5_is_read() -> None:
    rendering = layout_named("labels.traditional").render(random_sheet(Random(3)), Random(3))
    data = rendering.data.decode().encode("big5", "xmlcharrefreplace")
    assert {item.outcome.value for item in judge(rendering, parse(Source(data, "a.html")).facts)} == {"right"}
