"""DOCX written by python-docx, by LibreOffice and by hand, never by the code that reads it."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE

from parsers.document import Cell, Document, Paragraph
from parsers.errors import ReadError, ReadStatus
from parsers.readers import read_document
from parsers.source import Source

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NAMESPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:m="urn:math" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="urn:wps" xmlns:a="urn:drawing"'
)


def packed(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def by_hand(body: str, *, namespace: str = W, prolog: str = "", **parts: str) -> bytes:
    document = f'{prolog}<w:document xmlns:w="{namespace}" {NAMESPACES}><w:body>{body}</w:body></w:document>'
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **parts})


def read(data: bytes) -> Document:
    return read_document(Source(data, "a.docx"))


def lines(body: str) -> list[str]:
    return [block.text for block in read(by_hand(body + "<w:p><w:r><w:t>.</w:t></w:r></w:p>")).paragraphs()][:-1]


def run(inner: str) -> str:
    return f"<w:p><w:r>{inner}</w:r></w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def grid_of(rows: str) -> list[tuple[str, int, int, int, int]]:
    (grid,) = read(by_hand(f"<w:tbl>{rows}</w:tbl>")).grids()
    return [cell[:5] for cell in grid.cells]


def refusal(data: bytes) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read(data)
    return caught.value


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def statutory(document: docx.document.Document) -> None:
    """The head of the applications table with the merges of the form, and figures 100, 101, … below it."""
    table = document.add_table(6, 10)
    table.cell(0, 0).merge(table.cell(2, 2)).text = "（本列数据的勾稽关系为）"
    table.cell(0, 3).merge(table.cell(0, 9)).text = "申请人情况"
    table.cell(1, 3).merge(table.cell(2, 3)).text = "自然人"
    table.cell(1, 4).merge(table.cell(1, 8)).text = "法人或其他组织"
    table.cell(1, 9).merge(table.cell(2, 9)).text = "总计"
    for column, label in enumerate(("商业\n企业", "科研机构", "社会公益组织", "法律服务机构", "其他"), 4):
        table.cell(2, column).text = label
    table.cell(3, 0).merge(table.cell(3, 2)).text = "一、本年新收政府信息公开申请数量"
    table.cell(4, 0).merge(table.cell(5, 0)).text = "三、本年度办理结果"
    table.cell(4, 1).merge(table.cell(4, 2)).text = "（一）予以公开"
    table.cell(5, 1).merge(table.cell(5, 2)).text = "（二）部分公开"
    for row in range(3, 6):
        for column in range(3, 10):
            table.cell(row, column).text = str(row * 100 + column)


def assert_statutory(document: Document) -> None:
    (grid,) = document.grids()
    at = {(cell.row, cell.column): cell for cell in grid.cells}
    assert at[0, 0][3:5] == (3, 3)
    assert at[0, 3][3:5] == (1, 7)
    assert at[1, 3][3:5] == (2, 1)
    assert at[1, 4][3:5] == (1, 5)
    assert at[2, 4].text.replace("\n", "") == "商业企业"
    assert at[4, 0][3:5] == (2, 1)
    assert at[5, 1][3:5] == (1, 2)
    assert {place: at[place].text for place in at if place[0] > 2 and place[1] > 2} == {
        (row, column): str(row * 100 + column) for row in range(3, 6) for column in range(3, 10)
    }
    assert len(grid.cells) == 5 + 5 + 1 + 3 + 21
    covered = sum(cell.row_span * cell.column_span for cell in grid.cells)
    assert covered == 6 * 10


def test_the_merges_of_the_form_as_python_docx_writes_them() -> None:
    document = docx.Document()
    document.add_paragraph("年报\n2021年\t一")
    document.add_heading("三、收到和处理政府信息公开申请情况", 2)
    statutory(document)
    document.core_properties.title = "某县年报"
    result = read(saved(document))
    assert result.blocks[:3] == (
        Paragraph("年报", 1),
        Paragraph("2021年\t一", 2),
        Paragraph("三、收到和处理政府信息公开申请情况", 3, heading=True),
    )
    assert result.title == "某县年报"
    assert result.media_type.endswith("wordprocessingml.document")
    assert_statutory(result)


PAGE = """<html><head><meta charset="utf-8"></head><body><h1>三、收到和处理政府信息公开申请情况</h1><table border="1">
<tr><td colspan="3" rowspan="3">（本列数据的勾稽关系为）</td><td colspan="7">申请人情况</td></tr>
<tr><td rowspan="2">自然人</td><td colspan="5">法人或其他组织</td><td rowspan="2">总计</td></tr>
<tr><td>商业<br>企业</td><td>科研机构</td><td>社会公益组织</td><td>法律服务机构</td><td>其他</td></tr>
<tr><td colspan="3">一、本年新收政府信息公开申请数量</td>%s</tr>
<tr><td rowspan="2">三、本年度办理结果</td><td colspan="2">（一）予以公开</td>%s</tr>
<tr><td colspan="2">（二）部分公开</td>%s</tr></table></body></html>"""


def test_the_merges_of_the_form_as_libreoffice_writes_them(tmp_path: Path, need: Callable[[str], Path]) -> None:
    figures = tuple("".join(f"<td>{row * 100 + column}</td>" for column in range(3, 10)) for row in range(3, 6))
    (tmp_path / "form.html").write_text(PAGE % figures, "utf-8")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = [str(need("soffice")), profile, "--headless", "--infilter=HTML (StarWriter)", "--convert-to", "docx", "form.html"]
    subprocess.run(convert, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    result = read((tmp_path / "form.docx").read_bytes())
    assert any(paragraph.heading and paragraph.text.startswith("三、") for paragraph in result.paragraphs())
    assert_statutory(result)


def test_rows_that_begin_late_or_end_early() -> None:
    before = '<w:trPr><w:gridBefore w:val="2"/><w:gridAfter w:val="1"/></w:trPr>'
    assert grid_of(f"<w:tr>{cell('a')}{cell('b')}</w:tr><w:tr>{before}{cell('c')}</w:tr>") == [
        ("a", 0, 0, 1, 1),
        ("b", 0, 1, 1, 1),
        ("c", 1, 2, 1, 1),
    ]


def test_old_horizontal_merges() -> None:
    merged = cell("a", '<w:hMerge w:val="restart"/>') + cell("", "<w:hMerge/>") + cell("b")
    assert grid_of(f"<w:tr>{merged}</w:tr>") == [("a", 0, 0, 1, 2), ("b", 0, 2, 1, 1)]


def test_vertical_merges_end_where_a_row_does_not_continue_them() -> None:
    start, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = "".join(
        f"<w:tr>{cell(text, merge)}{cell('x')}</w:tr>" for text, merge in [("a", start), ("", go_on), ("b", ""), ("c", go_on)]
    )
    assert [entry for entry in grid_of(rows) if entry[0] != "x"] == [("a", 0, 0, 2, 1), ("b", 2, 0, 1, 1), ("c", 3, 0, 1, 1)]


def test_the_order_of_a_cell_counts_the_cells_of_the_source_row() -> None:
    start, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = f"<w:tr>{cell('a', start)}{cell('b')}</w:tr><w:tr>{cell('', go_on)}{cell('c')}</w:tr>"
    (grid,) = read(by_hand(f"<w:tbl>{rows}</w:tbl>")).grids()
    assert grid.cells[2] == Cell("c", 1, 1, 1, 1, 2)


def test_malformed_spans_are_tolerated() -> None:
    row = cell("a", '<w:gridSpan w:val="x"/>') + cell("b", "<w:gridSpan/>") + cell("c", '<w:gridSpan w:val="-1"/>')
    assert [entry[2] for entry in grid_of(f"<w:tr>{row}</w:tr>")] == [0, 1, 2]


def test_tracked_changes_are_read_as_accepted() -> None:
    deleted = "<w:del><w:r><w:delText>9</w:delText><w:t>9</w:t></w:r></w:del>"
    moved = "<w:moveFrom><w:r><w:t>8</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>3</w:t></w:r></w:moveTo>"
    assert lines(f"<w:p>{deleted}<w:ins><w:r><w:t>12</w:t></w:r></w:ins>{moved}</w:p>") == ["123"]
    joined = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>1</w:t></w:r></w:p>" + run("<w:t>2</w:t>")
    assert lines(joined) == ["12"]
    rows = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('9')}</w:tr><w:tr>{cell('9', '<w:cellDel/>')}{cell('1')}</w:tr>"
    assert grid_of(rows) == [("1", 0, 0, 1, 1)]


def test_hidden_text_is_not_text() -> None:
    hidden = '<w:r><w:rPr><w:vanish/></w:rPr><w:t>9</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>1</w:t></w:r>'
    assert lines(f"<w:p>{hidden}</w:p>") == ["1"]
    assert grid_of(f"<w:tr><w:trPr><w:hidden/></w:trPr>{cell('9')}</w:tr><w:tr>{cell('1')}</w:tr>") == [("1", 0, 0, 1, 1)]


def test_what_stands_for_characters() -> None:
    inner = '<w:t>a</w:t><w:tab/><w:noBreakHyphen/><w:softHyphen/><w:br/><w:cr/><w:sym w:font="Wingdings" w:char="F081"/><w:sym w:char="00B7"/>'
    assert lines(run(inner)) == ["a\t-", "", "\ufffd·"]


def test_fields_keep_their_result_and_notes_are_left_out() -> None:
    field = '<w:fldChar w:fldCharType="begin"/><w:instrText> =SUM(ABOVE) </w:instrText><w:fldChar w:fldCharType="separate"/><w:t>7</w:t>'
    field += '<w:fldChar w:fldCharType="end"/><w:footnoteReference w:id="1"/>'
    assert lines(run(field) + '<w:p><w:fldSimple w:instr="PAGE"><w:r><w:t>8</w:t></w:r></w:fldSimple></w:p>') == ["7", "8"]


def test_content_controls_links_and_pinyin() -> None:
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    link = "<w:p><w:hyperlink><w:r><w:t>a</w:t></w:r></w:hyperlink>" + control.format("<w:r><w:t>b</w:t></w:r>") + "</w:p>"
    pinyin = run("<w:ruby><w:rt><w:r><w:t>nian</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>年</w:t></w:r></w:rubyBase></w:ruby>")
    assert lines(control.format(link) + pinyin) == ["ab", "年"]
    rows = control.format(f"<w:tr>{control.format(cell('1'))}{cell('2')}</w:tr>")
    assert grid_of(rows) == [("1", 0, 0, 1, 1), ("2", 0, 1, 1, 1)]


def test_text_boxes_are_read_once_and_after_their_paragraph() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    choice = f"<mc:Choice><w:drawing><wps:txbx>{box.format('b')}</wps:txbx></w:drawing></mc:Choice>"
    fallback = f"<mc:Fallback><w:pict><v:textbox>{box.format('b')}</v:textbox></w:pict></mc:Fallback>"
    assert lines(run(f"<w:t>a</w:t><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent><w:t>c</w:t>")) == ["ac", "b"]
    assert lines(run(f"<mc:AlternateContent>{fallback}</mc:AlternateContent>")) == ["", "b"]


def test_nested_tables_make_the_outer_one_layout() -> None:
    inner = f"<w:tbl><w:tr>{cell('7')}{cell('8')}</w:tr></w:tbl><w:p/>"
    outer = f"<w:tbl><w:tr>{cell('左')}<w:tc>{inner}</w:tc></w:tr></w:tbl>"
    document = read(by_hand(outer))
    assert [block.text if isinstance(block, Paragraph) else [cell.text for cell in block.cells] for block in document.blocks] == [
        "左",
        ["7", "8"],
        "",
    ]


def test_headings_by_style_name_and_by_outline_level() -> None:
    styles = f'<w:styles xmlns:w="{W}"><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="a"><w:name/></w:style>'
    styles += '<w:style w:styleId="x"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>'
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>t</w:t></w:r></w:p>' for style in ("1", "a", "x", "标题2")
    )
    body += '<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>t</w:t></w:r></w:p>'
    body += '<w:p><w:pPr><w:outlineLvl w:val="9"/></w:pPr><w:r><w:t>t</w:t></w:r></w:p>'
    document = read(by_hand(body, **{"word/styles.xml": styles}))
    assert [paragraph.heading for paragraph in document.paragraphs()] == [True, False, True, True, True, False]


def test_a_heading_style_of_ones_own() -> None:
    document = docx.Document()
    style = document.styles.add_style("标题一级", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("一、总体情况", style)
    assert read(saved(document)).blocks == (Paragraph("一、总体情况", 1, heading=True),)


def test_strict_files_and_other_names_of_the_main_part() -> None:
    assert read(by_hand(run("<w:t>a</w:t>"), namespace=STRICT)).blocks == (Paragraph("a", 1),)
    relations = '<Relationships><Relationship Type="http://x/officeDocument" Target="/word/document2.xml"/></Relationships>'
    document = f'<w:document xmlns:w="{W}"><w:body>{run("<w:t>b</w:t>")}</w:body></w:document>'
    assert read(packed({"_rels/.rels": relations, "word/document2.xml": document})).blocks == (Paragraph("b", 1),)


def test_no_mark_comes_in_from_outside() -> None:
    assert lines(run("<w:t>1\ue000&#xE00A;</w:t>")) == ["1\ufffd\ufffd"]


def test_entities_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    prolog = f'<!DOCTYPE x [<!ENTITY a "inside"><!ENTITY b SYSTEM "{secret.as_uri()}">]>'
    written = "".join(block.text for block in read(by_hand(run("<w:t>1&a;&b;</w:t>"), prolog=prolog)).paragraphs())
    assert "secret" not in written
    assert "inside" not in written


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (packed({"word/other.xml": "<a/>"}), ReadStatus.FAILED, "without its part"),
        (packed({"word/document.xml": "<a/>"}), ReadStatus.FAILED, "no body"),
        (packed({"word/document.xml": "<a"}), ReadStatus.FAILED, "damaged"),
        (packed({"word/document.xml": b"\0" * 30_000_000}), ReadStatus.LIMIT, "times its size"),
        (packed({f"word/{number}.xml": "" for number in range(5001)}), ReadStatus.LIMIT, "5,001 members"),
        (by_hand("<w:sdt><w:sdtContent>" * 20), ReadStatus.FAILED, "damaged"),
        (by_hand("<w:ins>" * 300 + "</w:ins>" * 300), ReadStatus.LIMIT, "256 levels"),
        (by_hand(run('<w:drawing><a:blip r="1"/></w:drawing>')), ReadStatus.NEEDS_OCR, "only pictures"),
        (by_hand("<w:p/>"), ReadStatus.EMPTY, "without any text"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, status: ReadStatus, reason: str) -> None:
    error = refusal(data)
    assert (error.status, error.name) == (status, "a.docx")
    assert reason in error.reason


def test_a_damaged_part_that_holds_no_text_is_left_out_and_noted() -> None:
    body = '<w:p><w:pPr><w:pStyle w:val="1"/></w:pPr><w:r><w:t>t</w:t></w:r></w:p>'
    document = read(by_hand(body, **{"word/styles.xml": "<a", "docProps/core.xml": "<b"}))
    assert document.blocks == (Paragraph("t", 1),)
    assert [note.split(":")[0] for note in document.notes] == [
        "its part word/styles.xml is damaged",
        "its part docProps/core.xml is damaged",
    ]


def test_an_encrypted_part_is_named() -> None:
    data = bytearray(by_hand(run("<w:t>a</w:t>")))
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 8] |= 1
    assert "password" in refusal(bytes(data)).reason


def test_a_lying_header_does_not_unpack_more_than_it_says() -> None:
    data = bytearray(by_hand(run("<w:t>" + "a" * 5000 + "</w:t>")))
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    assert refusal(bytes(data)).status == ReadStatus.FAILED


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_character_that_serves_as_a_mark_makes_no_cell(charset: str) -> None:
    table = "<w:tbl><w:tr>" + cell("5\ue0077") + cell("9") + "</w:tr></w:tbl>"
    part = f'<?xml version="1.0" encoding="{charset}"?><w:document xmlns:w="{W}"><w:body>{table}</w:body></w:document>'
    (grid,) = read(packed({"word/document.xml": part.encode(charset)})).grids()
    assert [(item.text, item.column) for item in grid.cells] == [("5\ufffd7", 0), ("9", 1)]
