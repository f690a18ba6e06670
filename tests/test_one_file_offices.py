"""Office documents that are one file of XML, and workbooks that Excel saved as a web archive: read as what they are, whatever their name."""

from __future__ import annotations

import html
import quopri
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from office import convert
from sheet_files import Shape, page_of, sheet_xml_of, workbook_xml, xlsx_of

from parsers import Report, Source, parse_all
from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import sniff
from parsers.readers import _soffice, read_document
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts import WRITERS
from pipeline.demo.layouts.model import Page, Rendering, rendered

FORMS = ("2021", "2019", "2014")


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    _soffice.close_office()


def assert_read_whole(rendering: Rendering, name: str) -> None:
    read = next(parse_all(Source(rendering.data, name)))
    assert isinstance(read, Report)
    assert {item.outcome for item in judge(rendering, read.facts)} == {Outcome.RIGHT}


@pytest.mark.parametrize(
    ("kind", "filter_name"), [("fodt", "fodt"), ("word_xml", "xml:MS Word 2003 XML"), ("fods", "fods"), ("uof", "uot")]
)
def test_what_libreoffice_saves_as_one_file(kind: str, filter_name: str, tmp_path: Path, need: Callable[[str], Path]) -> None:
    need("soffice")
    pages = [page_of(seed, form=form) for seed, form in enumerate(FORMS)]
    if kind == "fods":
        made = [xlsx_of(page, Shape(one_sheet=True, ruled=True, merged=True, numbers=True)) for page in pages]
    else:
        made = [{item.name: item for item in WRITERS}["docx.clean"].write(page, Random(1)) for page in pages]
    files = [(f"{at}{'.xlsx' if kind == 'fods' else '.docx'}", rendering.data) for at, rendering in enumerate(made)]
    for rendering, data in zip(made, convert(files, filter_name, tmp_path), strict=True):
        assert sniff(data).kind == kind
        for name in ("report.xml", "report.doc", "report.xls"):
            assert_read_whole(Rendering(data, name, rendering.printed, rendering.kept), name)


@pytest.mark.parametrize("kind", ["fodt", "word_xml", "uof"])
def test_entities_are_refused_before_libreoffice_sees_them(kind: str) -> None:
    roots = {
        "fodt": '<office:document xmlns:office="x" office:mimetype="application/vnd.oasis.opendocument.text">',
        "uof": '<u:UOF xmlns:u="http://schemas.uof.org/cn/2003/uof" u:mimetype="vnd.uof.text">',
        "word_xml": '<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">',
    }
    data = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>{roots[kind]}&b;'.encode()
    assert sniff(data).kind == kind
    with pytest.raises(ReadError) as caught:
        read_document(Source(data, "a.xml"))
    assert caught.value.status is ReadStatus.FAILED


# --- the XML of Excel 2003 ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report.xml", "report.xls"])
@pytest.mark.parametrize(("merged", "ruled"), [(True, True), (True, False), (False, True), (False, False)])
def test_the_xml_of_excel_is_read_whole(merged: bool, ruled: bool, name: str) -> None:
    for seed, form in enumerate(FORMS):
        page = page_of(seed, form=form)
        assert_read_whole(sheet_xml_of(page, merged=merged, ruled=ruled), name)


def texts_of(document: Document) -> list[tuple[str, str]]:
    return [(grid.place_of(item), item.text) for grid in document.grids() for item in grid.cells]


def test_places_per_cents_formulas_and_what_is_hidden() -> None:
    hidden = '<Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>'
    rows = (
        '<Column ss:Index="2" ss:Hidden="1"/>'
        '<Row ss:Index="3"><Cell ss:StyleID="b"><Data ss:Type="String">规章</Data></Cell><Cell ss:StyleID="b"><Data ss:Type="Number">9</Data></Cell>'
        '<Cell ss:StyleID="p"><Data ss:Type="Number">0.20300000000000001</Data></Cell><Cell ss:StyleID="b" ss:Formula="=1"/></Row>'
        '<Row ss:Hidden="1"><Cell ss:StyleID="b"><Data ss:Type="Number">8</Data></Cell></Row>'
        '<Row ss:Index="6"><Cell ss:StyleID="b"><Data ss:Type="String">其他</Data></Cell><Cell ss:Index="4"><Data ss:Type="Number">20.300000000000001</Data></Cell></Row>'
    )
    document = read_document(Source(workbook_xml(hidden, f"<Table>{rows}</Table>"), "a.xml"))
    assert [item for item in texts_of(document) if item[1]] == [
        ("table=1;row=3;column=1", "规章"), ("table=1;row=3;column=3", "20.3%"), ("table=1;row=3;column=4", "\ufffd"),
        ("table=2;row=6;column=1", "其他"), ("table=2;row=6;column=4", "20.3"),
    ]  # fmt: skip
    assert document.notes == ("the hidden sheet S0 was not read",)


# --- workbooks as web archives ------------------------------------------------------------------------


def archive_of(page: Page, *, hidden: bool) -> bytes:
    """A workbook of Excel with a sheet for each table; its page shows the first of them and a strip with the others' names."""
    tables = [
        "".join(
            "<tr>"
            + "".join(f"<td rowspan={box.rows} colspan={box.columns}>{html.escape(box.text)}</td>" for box in row)
            + "</tr>"
            for row in plate.rows
        )
        for plate in page.plates()
    ]
    sheets = [f"<p>{page.title}</p>", *tables, *(tables[:1] if hidden else [])]
    listed = "".join(
        f'<x:ExcelWorksheet><x:Name>{at}</x:Name><x:WorksheetSource HRef="r.files/sheet{at:03d}.htm"/>'
        + ("<x:Visible>SheetHidden</x:Visible>" if hidden and at == len(sheets) else "")
        + "</x:ExcelWorksheet>"
        for at in range(1, len(sheets) + 1)
    )
    frames = f'<html><head><xml>{listed}</xml></head><frameset><frame src="r.files/sheet001.htm"></frameset></html>'
    parts = [
        ("r.htm", frames),
        *((f"r.files/sheet{at:03d}.htm", f"<table>{sheet}</table>") for at, sheet in enumerate(sheets, 1)),
    ]
    lines = ['MIME-Version: 1.0\nContent-Type: multipart/related; boundary="B"\n']
    for name, text in parts:
        lines.append(f"--B\nContent-Location: file:///C:/{name}\nContent-Transfer-Encoding: quoted-printable")
        lines.append(f'Content-Type: text/html; charset="gb2312"\n\n{quopri.encodestring(text.encode("gb18030")).decode()}')
    return ("\n".join(lines) + "\n--B--\n").encode()


@pytest.mark.parametrize("hidden", [False, True])
def test_all_sheets_of_a_workbook_in_a_web_archive_are_read_but_hidden_ones(hidden: bool) -> None:
    for seed, form in enumerate(FORMS[:2]):
        page = page_of(seed, form=form)
        assert_read_whole(rendered(page, archive_of(page, hidden=hidden), "report.mht"), "report.mht")
        numbers = [grid.number for grid in read_document(Source(archive_of(page, hidden=hidden), "a.mht")).grids()]
        assert numbers == [1, 2, 3]
