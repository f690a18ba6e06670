"""Figures that pages, Word files and workbooks show struck out, raised, lowered, in white or by other means than text; tables side by side."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from parsers import Source
from parsers.readers import read_document
from parsers.readers._html_plain import cut_out

_TABLE = "<html><body><table><tr><td>规章</td><td>{}</td><td>3</td></tr></table></body></html>"


def html_cell(inside: str) -> str:
    grid = next(read_document(Source(_TABLE.format(inside).encode(), "a.html")).grids())
    return grid.cells[1].text


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        ('<span style="color:#fff">9</span>12', "\ufffd12"),
        ('<span style="Color: white ">9</span>12', "\ufffd12"),
        ('<font color="#FFFFFF">9</font>12', "\ufffd12"),
        ('<span style="background:#036"><span style="color:#fff">12</span></span>', "12"),
        ('<span style="background-color:#fff">12</span>', "12"),
        ('<span style="white-space:nowrap">12</span>', "12"),
        ('<span style="font-size:0px">9</span>12', "\ufffd12"),
        ('<span style="font-size:10px">12</span>', "12"),
        ('<span style="visibility: hidden">9</span>12', "\ufffd12"),
        ('<span style="opacity:0">9</span>12', "\ufffd12"),
        ('<span style="opacity:0.9">12</span>', "12"),
        ('<span style="mso-hide:all">9</span>12', "\ufffd12"),
        ("12<sub>1</sub>", "12\ufffd"),
        ("<sub>12</sub>", "12"),
        ('12<span style="vertical-align:sub">1</span>', "12\ufffd"),
        ('12<span style="vertical-align:text-top">1</span>', "12\ufffd"),
        ('12<span style="position:relative;top:-4pt;mso-text-raise:4pt">1</span>', "12\ufffd"),
        ('<span style="position:relative;top:-1pt;mso-text-raise:1pt">12</span>', "12"),
        ("<canvas></canvas>", "\ufffd"),
        ("<svg><text>12</text></svg>", "\ufffd"),
        ('<embed src="a.svg">', "\ufffd"),
        ("<script>document.write(12)</script>", "\ufffd"),
        ("<noscript>12</noscript>", "\ufffd"),
        ("12<script>count()</script>", "12"),
        ('<span data-count="12">0</span>', "\ufffd"),
        ('<span data-value="12"></span>', "\ufffd"),
        ('<span data-num="12">12</span>', "12"),
        ('<span data-value="a">12</span>', "12"),
        ('<progress value="3"></progress>', "\ufffd"),
        ("<ruby>12<rt>3</rt></ruby>", "12"),
        ('<bdo dir="rtl">21</bdo>', "\ufffd"),
        ('<span style="direction:rtl;unicode-bidi:bidi-override">21</span>', "\ufffd"),
        ('<span style="position:absolute;left:-9999px">9</span>12', "\ufffd12"),
        ('<span style="text-indent:-9999px;display:inline-block">9</span>12', "\ufffd12"),
        ('<span style="text-indent:-21.0pt">12</span>', "12"),
        ('<span style="clip:rect(0,0,0,0)">9</span>12', "\ufffd12"),
    ],
)
def test_a_page(inside: str, read: str) -> None:
    assert html_cell(inside) == read


@pytest.mark.parametrize("style", ["visibility:hidden", "color:#fff", "font-size:0", "opacity:0"])
def test_a_cell_without_ink_is_still_a_cell(style: str) -> None:
    page = _TABLE.format(f'9</td><td style="{style}"><b>1</b>2')
    assert [cell.text for cell in next(read_document(Source(page.encode(), "a.html")).grids()).cells] == [
        "规章",
        "9",
        "\ufffd",
        "3",
    ]


RULED = [
    (".x {display:none}", '<span class="x">9</span>12', "\ufffd12"),
    (".x, #y { Visibility : hidden }", '<i id="y">9</i>12', "\ufffd12"),
    ("/* a */ td .x.z{text-decoration:line-through}", '<b class="z x">9</b>12', "\ufffd12"),
    ("table td > s {display:none}", "<s>9</s>12", "\ufffd12"),
    ("@media print {.a{x:y} .x{display:none}}", '<p class="x">9</p>12', "\ufffd\n12"),
    (".x{vertical-align:super}", '12<span class="x">9</span>', "12\ufffd"),
    (".x{color:#fff}", '<span class="x">9</span>12', "\ufffd12"),
    (".x{color:#fff} tr{background:#036}", '<span class="x">12</span>', "12"),
    (".x{color:red;text-decoration:line-through} tr{background:#036}", '<span class="x">9</span>12', "\ufffd12"),
    (".x:hover{display:none}", '<span class="x">12</span>', "12"),
    (".menu .x{display:none}", '<span class="x">12</span>', "12"),
    ("i.x{display:none}", '<span class="x">12</span>', "12"),
    (".x{display:none}", '<span class="y">12</span>', "12"),
    (".x{display:none}", '<span class="x">件</span>12', "件12"),
]


def ruled(rules: str, inside: str, *, row: str = "<tr>", table: str = "<table>", before: str = "") -> list[str]:
    page = _TABLE.format(inside).replace("<tr>", row).replace("<table>", f"{before}<div>{table}")
    page = page.replace("<body>", f"<head><style type='text/css'>{rules}</style></head><body>")
    return [cell.text for cell in next(read_document(Source(page.encode(), "a.html")).grids()).cells]


@pytest.mark.parametrize("before", ["", "<p>予以公开</p>" * 200], ids=["by its tree", "by its tags"])
@pytest.mark.parametrize(("rules", "inside", "read"), RULED)
def test_a_page_with_a_style_sheet(rules: str, inside: str, read: str, before: str) -> None:
    assert ruled(rules, inside, before=before) == ["规章", read, "3"]


def test_a_style_sheet_within_the_article() -> None:
    sheet = "<style>.x{display:none}</style>"
    assert ruled("", '<i class="x">9</i>12', before="<p>予以公开</p>" * 200, table=f"{sheet}<table>")[1] == "\ufffd12"


def test_rows_and_tables_for_which_a_hiding_rule_is() -> None:
    assert ruled(".x{display:none}", "12", row='<tr class="x">') == ["规章", "\ufffd", "\ufffd"]
    assert ruled(".x{display:none}", "12", table='<table class="x">') == ["规章", "12", "3"]


@pytest.mark.parametrize(
    "inside",
    ['<font color="white">9</font>12', '<span style="color: #fff">9</span>12', "12<sub>1</sub>", "<script>write(12)</script>"],
)
def test_such_a_page_is_not_read_by_its_tags_alone(inside: str) -> None:
    body = "<body><div id=b><table><tr><td>予以公开</td><td>{}</td></tr></table></div>c"
    assert cut_out(body.format(12).encode()) is not None
    assert cut_out(body.format(inside).encode()) is None


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_cell(inside: str, properties: str = "", *, styles: str = "") -> str:
    return word_cells(inside, properties, styles=styles)[1]


def word_cells(inside: str, properties: str = "", *, styles: str = "") -> list[str]:
    """The texts of a table of two cells, of which the second holds this."""
    text = (
        f'<w:document xmlns:w="{_WORD}"><w:body><w:tbl><w:tr><w:tc><w:p><w:r><w:t>规章</w:t></w:r></w:p></w:tc>'
        f"<w:tc>{properties}<w:p>{inside}</w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", text)
        archive.writestr("word/styles.xml", f'<w:styles xmlns:w="{_WORD}">{styles}</w:styles>')
    return [cell.text for cell in next(read_document(Source(out.getvalue(), "a.docx")).grids()).cells]


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def field(instruction: str) -> str:
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return f"{begin}<w:r><w:instrText>{instruction}</w:instrText></w:r>{end}"


def shown_field(instruction: str, result: str) -> str:
    """A field whose instruction may hold fields of its own, and what it shows."""
    begin, middle, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    return begin + instruction + middle + run(result) + end


CHOICE = (
    '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="7"/><w:listEntry w:val="12"/>'
    '</w:ddList></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMDROPDOWN </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def formula(inside: str) -> str:
    return f'<m:oMath xmlns:m="{_MATH}">{inside}</m:oMath>'


@pytest.mark.parametrize(
    ("inside", "properties", "read"),
    [
        (run("9", '<w:color w:val="FFFFFF"/>') + run("12"), "", "\ufffd12"),
        (run("12", '<w:color w:val="FFFFFF"/>'), '<w:tcPr><w:shd w:val="clear" w:fill="003366"/></w:tcPr>', "12"),
        (run("12", '<w:color w:val="FFFFFF"/>'), '<w:tcPr><w:shd w:val="clear" w:fill="auto"/></w:tcPr>', "\ufffd"),
        (run("9", '<w:sz w:val="2"/>') + run("12", '<w:sz w:val="21"/>'), "", "\ufffd12"),
        (run("12", '<w:sz w:val="21"/><w:color w:val="FF0000"/>'), "", "12"),
        (run("12") + run("1", '<w:vertAlign w:val="subscript"/>'), "", "12\ufffd"),
        (run("12") + run("1", '<w:position w:val="10"/>'), "", "12\ufffd"),
        (run("1") + run("2", '<w:position w:val="1"/>'), "", "12"),
        (run("12", '<w:position w:val="10"/>'), "", "12"),
        (field(" =SUM(LEFT) "), "", "\ufffd"),
        (field(r" eq \o\ac(○,12) "), "", "\ufffd"),
        (field(' XE "规章" ') + run("12"), "", "12"),
        ('<w:fldSimple w:instr=" =SUM(LEFT) "/>', "", "\ufffd"),
        ('<w:fldSimple w:instr=" =SUM(LEFT) ">' + run("12") + "</w:fldSimple>", "", "12"),
        (shown_field(run(" =3+4 "), "12"), "", "12"),  # an instruction written as text
        (shown_field(shown_field("", "1"), "12"), "", "12"),  # the result of a field within the instruction of another
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("12"), "", "\ufffd"),  # which never ends
        (field(" MERGEFIELD number "), "", "\ufffd"),
        (field(" FORMDROPDOWN "), "", "\ufffd"),
        (CHOICE, "", "12"),
        ("<w:r><w:pgNum/></w:r>", "", "\ufffd"),
        (formula("<m:r><m:t>12</m:t></m:r>"), "", "12"),
        (formula("<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"), "", "\ufffd"),
        ('<w:r><w:pict><v:shape xmlns:v="urn:v"><v:textpath string="12"/></v:shape></w:pict></w:r>', "", "\ufffd"),
    ],
)
def test_a_word_file(inside: str, properties: str, read: str) -> None:
    assert word_cell(inside, properties) == read


def versions(choice: str, fallback: str, *, requires: str) -> str:
    alternatives = f'<mc:Choice Requires="{requires}">{choice}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>'
    outer = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    return f'<mc:AlternateContent xmlns:mc="{outer}">{alternatives}</mc:AlternateContent>'


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        (f"<w:new>{run('12')}</w:new>", "\ufffd"),
        (run("1") + f'<x:new xmlns:x="urn:x">{run("2")}</x:new>', "1\ufffd"),
        ("<w:r><w:new><w:t>12</w:t></w:new></w:r>", "\ufffd"),
        (run("12") + "<w:new/>", "12"),
        (f"</w:p><w:new><w:p>{run('12')}</w:p></w:new><w:p>", "\n\ufffd\n"),
        (f"<w:del>{run('9')}</w:del>" + run("12"), "12"),
        (versions(run("12"), run("12"), requires="new"), "12"),
        (versions(run("9"), run("12"), requires="new"), "9\ufffd"),
        (versions("", run("12"), requires="wps"), "\ufffd"),
        (versions(run("12"), "", requires="wps"), "12"),
        (versions(run("12"), "", requires="new"), "12\ufffd"),
        ('<w:r><w:object><v:shape xmlns:v="urn:v"/></w:object></w:r>', "\ufffd"),
    ],
)
def test_a_word_file_of_elements_that_are_not_known(inside: str, read: str) -> None:
    assert word_cell(inside) == read


def test_cells_and_rows_within_an_element_that_is_not_known() -> None:
    cell, end = f"<w:tc><w:p>{run('12')}</w:p></w:tc>", "</w:p></w:tc>"
    assert word_cells(f"{run('9')}{end}<w:new>{cell}</w:new><w:tc><w:p>") == ["规章", "9", "12\ufffd", ""]
    assert word_cells(f"{run('9')}{end}</w:tr><w:new><w:tr>{cell}</w:tr></w:new><w:tr><w:tc><w:p>") == [
        "规章",
        "9",
        "12\ufffd",
        "",
    ]


@pytest.mark.parametrize(
    ("hides", "read"),
    [("<w:vanish/>", "12"), ("<w:strike/>", "\ufffd12"), ('<w:vertAlign w:val="subscript"/>', "9\ufffd"), ("<w:b/>", "912")],
)
def test_a_word_file_whose_styles_hide_figures(hides: str, read: str) -> None:
    """The style of the first figure is based on one that hides."""
    styles = f'<w:style w:type="character" w:styleId="a"><w:rPr>{hides}</w:rPr></w:style>'
    styles += '<w:style w:type="character" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    first, second = (
        (run("9"), run("12", '<w:rStyle w:val="b"/>')) if "vert" in hides else (run("9", '<w:rStyle w:val="b"/>'), run("12"))
    )
    assert word_cell(first + second, styles=styles) == read


def test_a_workbook() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, border = book.add_worksheet("年报"), book.add_format({"border": 1})
    struck, raised = book.add_format({"font_strikeout": True}), book.add_format({"font_script": 1})
    lowered, both = book.add_format({"font_script": 2}), book.add_format({"font_strikeout": True, "border": 1})
    sheet.write_string(0, 0, "规章", border)
    sheet.write_rich_string(0, 1, struck, "9", book.add_format(), "12", border)
    sheet.write_rich_string(0, 2, book.add_format(), "12", raised, "1", border)
    sheet.write_rich_string(0, 3, book.add_format(), "12", lowered, "1", border)
    sheet.write_rich_string(0, 4, book.add_format(), "1", book.add_format({"bold": True}), "2", border)
    sheet.write_number(0, 5, 12, both)
    sheet.write_number(0, 6, 12, border)
    book.close()
    document = read_document(Source(out.getvalue(), "a.xlsx"))
    cells = [cell.text for cell in next(document.grids()).cells]
    assert cells == ["规章", "9\ufffd12", "12¹", "121\ufffd", "12", "12\ufffd", "12"]
    assert document.notes == ()


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ({"font_color": "white"}, "12\ufffd"),
        ({"font_color": "white", "bg_color": "white"}, "12\ufffd"),
        ({"font_color": "white", "bg_color": "#003366"}, "12"),
        ({"font_color": "red"}, "12"),
        ({"num_format": ";;;"}, "12\ufffd"),
        ({"num_format": '"-"'}, "12\ufffd"),
        ({"num_format": "0,"}, "12\ufffd"),
        ({"num_format": '0"0"'}, "12\ufffd"),
        ({"num_format": '#,##0"件"'}, "12"),
        ({"num_format": '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ '}, "12"),
    ],
)
def test_a_workbook_whose_cells_show_otherwise_than_they_hold(shown: dict[str, str], read: str) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, form = book.add_worksheet("年报"), book.add_format(shown)
    sheet.write_row(0, 0, ["规章", 7, 8])
    sheet.write_number(0, 1, 12, form)
    sheet.write_row(1, 0, ["行政规范性文件", 7, 8])
    sheet.write_string(1, 1, "12", form)
    sheet.write_string(1, 2, "无", form)
    sheet.write_row(2, 0, ["其他", 7, 8])
    sheet.write_string(2, 1, "1,200 件", form)
    book.close()
    cells = [cell.text for cell in next(read_document(Source(out.getvalue(), "a.xlsx")).grids()).cells]
    assert cells == ["规章", read, "8", "行政规范性文件", read, "无", "其他", read.replace("12", "1,200 件"), "8"]


@pytest.mark.parametrize("ruled", [True, False])
def test_tables_beside_each_other_are_two(ruled: bool) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, border = book.add_worksheet("年报"), book.add_format({"border": 1} if ruled else {})
    for row, label in enumerate(("信息内容", "规章", "行政规范性文件", "行政许可")):
        for left in (0, 5):
            sheet.write_string(row, left, label, border)
            for column in (1, 2, 3):
                sheet.write(row, left + column, f"列{column}" if not row else 10 * left + column, border)
    book.close()
    first, second = read_document(Source(out.getvalue(), "a.xlsx")).grids()
    assert [cell.text for cell in second.cells if cell.row == 1] == ["规章", "51", "52", "53"]
    assert first.place_of(first.cells[5]) == "table=1;row=2;column=2"


def test_columns_without_labels_of_their_own_are_no_table_beside() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("年报")
    for row, label in enumerate(("信息内容", "规章", "行政规范性文件", "行政许可")):
        sheet.write_string(row, 0, label)
        for column in (2, 3, 4):
            sheet.write(row, column, f"列{column}" if not row else column)
    book.close()
    assert len(list(read_document(Source(out.getvalue(), "a.xlsx")).grids())) == 1


def test_an_ods() -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
    )
    styles = "".join(
        f'<style:style style:name="T{at}" style:family="text"><style:text-properties style:{told}/></style:style>'
        for at, told in enumerate(('text-position="super 58%"', 'text-line-through-type="single"', 'text-position="0% 100%"'))
    )
    row = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in (
            '规章<text:span text:style-name="T0">1</text:span>', '12<text:span text:style-name="T0">1</text:span>',
            '<text:span text:style-name="T1">9</text:span>12', '1<text:span text:style-name="T2">2</text:span>',
        )
    )  # fmt: skip
    flat = (
        f'<?xml version="1.0"?><office:document {spaces} office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
        f'<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="a">'
        f"<table:table-row>{row}</table:table-row></table:table></office:spreadsheet></office:body></office:document>"
    )
    grid = next(read_document(Source(flat.encode(), "a.fods")).grids())
    assert [cell.text for cell in grid.cells] == ["规章1", "121\ufffd", "912\ufffd", "12"]


@pytest.mark.parametrize(
    ("ground", "seen"),
    [("background:white", False), ("background-color: #fff", False), ("", False), ("background:#1f4e79", True)],
)
def test_white_figures_are_seen_on_a_colour_only(ground: str, seen: bool) -> None:
    cell = f'<td style="{ground}"><span style="color:white">5</span>7</td>'
    page = f"<table><tr><td>规章</td>{cell}</tr></table>".encode()
    texts = [cell.text for grid in read_document(Source(page, "a.html")).grids() for cell in grid.cells]
    assert texts[1] == ("57" if seen else "\ufffd7")
