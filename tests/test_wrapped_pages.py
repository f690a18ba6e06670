"""A report's page within something else: a reply of an interface, a text of another page, a Word file, two bytes a character."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from html import escape
from random import Random

import pytest

from parsers import ReadError, Report, Source, parse
from parsers.document import Grid
from parsers.readers import read_document
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import layout_named

PAGE = layout_named("html.clean").render(random_sheet(Random(3)), Random(3)).data
ALONE = parse(Source(PAGE, "a.html"))
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def assert_same(report: Report) -> None:
    assert [fact[:9] for fact in report.facts] == [fact[:9] for fact in ALONE.facts]
    assert (report.year, report.unit, report.title) == (ALONE.year, ALONE.unit, ALONE.title)


def mail_of(page: bytes) -> bytes:
    message = MIMEMultipart("related")
    message.attach(MIMEText(page.decode(), "html", "utf-8"))
    return message.as_bytes()


def word_around(name: str, embedded: bytes, text: str = "") -> bytes:
    """A DOCX file that embeds a document whole, as programs make them that write a page out for Word."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="{_OFFICE}"><w:body>'
            f'<w:p><w:r><w:t>{text}</w:t></w:r></w:p><w:altChunk r:id="rId7"/></w:body></w:document>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels", f'<Relationships><Relationship Id="rId7" Target="/word/{name}"/></Relationships>'
        )
        archive.writestr(f"word/{name}", embedded)
    return out.getvalue()


WRAPPINGS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "json": ("a.json", lambda page: json.dumps({"code": 0, "data": [{"content": page}]}).encode()),
    "json, plain": ("a.json", lambda page: json.dumps({"data": {"content": page, "hits": 3}}, ensure_ascii=False).encode()),
    "json, no name": ("download", lambda page: json.dumps([{"content": page}, {"content": "<p>其他</p>"}]).encode()),
    "call": ("a.js", lambda page: f"callback({json.dumps({'content': page})});".encode()),
    "textarea": ("a.html", lambda page: f"<html><body><textarea>{escape(page)}</textarea></body></html>".encode()),
    "escaped": ("a.html", lambda page: f"<html><body><div id='zoom'>{escape(page)}</div></body></html>".encode()),
    "two bytes": ("a.html", lambda page: page.encode("utf-16-le")),
    "two bytes, other order": ("a.html", lambda page: page.encode("utf-16-be")),
    "word": ("a.docx", lambda page: word_around("chunk.html", page.encode())),
    "word, mail": ("a.docx", lambda page: word_around("chunk.mht", mail_of(page.encode()))),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_a_wrapped_page_is_read_as_it_is_alone(name: str) -> None:
    called, wrap = WRAPPINGS[name]
    assert_same(parse(Source(wrap(PAGE.decode()), called)))


def test_a_reply_with_two_reports_gives_the_first_and_names_the_other() -> None:
    other = layout_named("html.clean").render(random_sheet(Random(8)), Random(8)).data
    told = parse(Source(other, "b.html"))
    assert (told.year, told.unit) != (ALONE.year, ALONE.unit)
    pages = [{"title": report.title, "content": page.decode()} for report, page in ((ALONE, PAGE), (told, other))]
    report = parse(Source(json.dumps({"data": pages}).encode(), "a.json"))
    assert_same(report)
    assert [item.code for item in report.findings] == ["identity.bound_reports"]
    assert told.title in report.findings[0].message_zh


def test_a_reply_tells_the_title_that_its_page_lacks() -> None:
    title = "青槐县2021年政府信息公开工作年度报告"
    reply = json.dumps({"docTitle": title, "content": "<table><tr><td>规章<td>1</table>"}).encode()
    document = read_document(Source(reply, "a.json"))
    assert (document.title, document.media_type) == (title, "application/json")


def test_a_word_file_with_a_text_of_its_own_says_that_another_is_in_it() -> None:
    document = read_document(Source(word_around("chunk.html", PAGE, "年报"), "a.docx"))
    assert document.notes == ("an embedded document (altChunk) was not read",)
    with pytest.raises(ReadError, match="embeds a document of another format"):
        read_document(Source(word_around("chunk.bin", b"\1\2\3\4" * 99), "a.docx"))


def test_a_page_with_tables_of_its_own_is_read_by_them() -> None:
    page = f"<table><tr><td>规章<td>1</table><textarea>{escape('<table><tr><td>规章<td>2</td></table>')}</textarea>"
    grids = [block for block in read_document(Source(page.encode(), "a.html")).blocks if isinstance(block, Grid)]
    assert [cell.text for grid in grids for cell in grid.cells] == ["规章", "1"]


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_a_table_of_separated_fields_in_two_bytes_a_character(charset: str) -> None:
    text = "信息内容,数量\r\n规章,1\r\n其他,0\r\n"
    cells = [cell.text for cell in next(read_document(Source(text.encode(charset), "a.csv")).grids()).cells]
    assert cells == ["信息内容", "数量", "规章", "1", "其他", "0"]


def test_fields_that_are_written_as_formulas() -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["信息内容", "数量", "金额"], ["规章", '="0"', '= "1.20"'], ["其他", '="a=b"', "=B2+1"]])
    cells = [cell.text for cell in next(read_document(Source(out.getvalue().encode(), "a.csv")).grids()).cells]
    assert cells == ["信息内容", "数量", "金额", "规章", "0", "1.20", "其他", '="a=b"', "=B2+1"]
