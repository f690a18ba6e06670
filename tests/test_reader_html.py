"""HTML pages: lines outside tables, grids with spans expanded, nothing that a reader of the page does not see."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.document import Cell, Document, Grid, Paragraph
from parsers.errors import ReadError, ReadStatus
from parsers.readers import read_document
from parsers.readers._spans import PrintedCell, expand, span_of
from parsers.readers.html import read
from parsers.source import Source


def page(markup: str) -> Document:
    return read(Source(markup.encode(), "a.html"))


def shape(markup: str) -> list[str | list[tuple[str, int, int, int, int]]]:
    """The blocks of a page: lines as text, grids as (text, row, column, row span, column span)."""
    return [block.text if isinstance(block, Paragraph) else [cell[:5] for cell in block.cells] for block in page(markup).blocks]


def only_grid(markup: str) -> Grid:
    (grid,) = page(markup).grids()
    return grid


def cell_texts(markup: str) -> list[str]:
    return [cell.text for cell in only_grid(markup).cells]


def test_blocks_come_in_the_order_of_the_page() -> None:
    assert shape("<h1>年报</h1>一<table><tr><td>7</table>二<p>三<p>四") == ["年报", "一", [("7", 0, 0, 1, 1)], "二", "三", "四"]
    document = page("<h2>年<b>报</b></h2><p>x<table><tr><td>7</table><table><tr><td>8</table>")
    assert document.blocks[:2] == (Paragraph("年报", 1, heading=True), Paragraph("x", 2))
    assert [grid.number for grid in document.grids()] == [1, 2]


def test_lines_end_where_a_browser_ends_them() -> None:
    assert shape("<div>a<div>b</div>c</div>d<br>e<br><br>f<p>g<br></p><p></p><p>h") == [
        "a",
        "b",
        "c",
        "d",
        "e",
        "",
        "f",
        "g",
        "h",
    ]


def test_white_space_collapses_and_inline_elements_join_without_blanks() -> None:
    assert shape("<p> 本<span>年</span>\n\t <b>新</b> 收&nbsp;7 ") == ["本年 新 收\xa07"]


def test_markdown_with_html_tables_keeps_its_lines() -> None:
    markup = "# 年报\n一、总体情况\n<html><body><table>\n<tr><td>规\n章</td><td>7</td></tr></table></body></html>\n\n二\n"
    assert shape(markup) == ["# 年报", "一、总体情况", [("规 章", 0, 0, 1, 1), ("7", 0, 1, 1, 1)], "", "", "二"]
    assert shape("Warning\non line 3\n<html><p>一\n二") == ["Warning on line 3", "一 二"]


def test_preformatted_text_keeps_its_lines_and_tabs() -> None:
    assert shape("<pre>规章\t0  1\n<b>其他\t2</b>\n</pre>x") == ["规章\t0  1", "其他\t2", "x"]


def test_cells_keep_line_breaks_and_blank_lines_between() -> None:
    assert cell_texts("<table><tr><td>\n<p>1</p>\n<p>2</p>\n<td>3<br>4<br/>5<td>6<br><br>7</table>") == [
        "1\n2",
        "3\n4\n5",
        "6\n\n7",
    ]


def test_a_cell_of_blanks_keeps_what_it_holds() -> None:
    assert cell_texts("<table><tr><td></td><td> \n</td><td>&nbsp;</td><td><p></p></td><td><br></td></table>") == [
        "",
        "",
        "\xa0",
        "",
        "",
    ]


def test_figures_cut_by_inline_elements_are_one() -> None:
    cell = "<td><span lang=EN-US><font>1</font></span><font>2</font><o:p></o:p></td>"
    assert cell_texts(f"<table><tr>{cell}</table>") == ["12"]


@pytest.mark.parametrize(
    ("markup", "cells"),
    [
        ("<tr><td>1<td>2<tr><td>3<td>4", ["1@0,0", "2@0,1", "3@1,0", "4@1,1"]),
        ("<td>1</td><td>2</td><tr><td>3</td></tr><td>4</td>", ["1@0,0", "2@0,1", "3@1,0", "4@2,0"]),
        ("<thead><tr><th>1</thead><tfoot><tr><td>3</tfoot><tbody><tr><td>2</tbody>", ["1@0,0", "2@1,0", "3@2,0"]),
        ("<tr><td rowspan=2>1<td>2</tr><tr><td>3</tr>", ["1@0,0", "2@0,1", "3@1,1"]),
        ("<tr><td rowspan=9>1</tr><tr></tr><tr><td>2</tr>", ["1@0,0", "2@2,1"]),
        ("<tbody><tr><td rowspan=0>1<td>2<tr><td>3</tbody><tbody><tr><td>4</tbody>", ["1@0,0", "2@0,1", "3@1,1", "4@2,0"]),
        ("<tr><td colspan='2;'>1<td>2</tr>", ["1@0,0", "2@0,2"]),
        (
            "<tr><td colspan=-1>1<td colspan=''>2<td colspan=1e9>3<td colspan=0>4<td>5",
            ["1@0,0", "2@0,1", "3@0,2", "4@0,3", "5@0,4"],
        ),
        ("<tr><td><div>1</td><td>2</div></td></tr>", ["1@0,0", "2@0,1"]),
    ],
)
def test_tables_however_written(markup: str, cells: list[str]) -> None:
    assert [f"{cell.text}@{cell.row},{cell.column}" for cell in only_grid(f"<table>{markup}</table>").cells] == cells


def test_the_order_of_a_cell_counts_the_cells_of_its_source_row() -> None:
    grid = only_grid("<table><tr><td rowspan=2>1<td>2</tr><tr><td>3<td>4</tr></table>")
    assert grid.place_of(grid.cells[3]) == "table=1;row=2;column=2"


def test_a_row_span_ends_with_the_rows_and_a_wide_span_is_cut() -> None:
    grid = only_grid("<table><tr><td rowspan=65535>1<td colspan=70000>2</table>")
    assert [(cell.row_span, cell.column_span) for cell in grid.cells] == [(1, 1), (1, 1000)]


def test_layout_tables_give_their_text_and_their_inner_tables() -> None:
    inner = "<table><tr><td>7<td>8</table>"
    markup = f"<table><tr><td>左<br>栏</td><td>前{inner}后<table><tr><td>{inner}</table></td></tr><tr><td>脚</table>尾"
    figures = [("7", 0, 0, 1, 1), ("8", 0, 1, 1, 1)]
    assert shape(markup) == ["左", "栏", "前", figures, "后", figures, "脚", "尾"]


def test_text_between_cells_is_not_lost() -> None:
    assert shape("<table>题<caption>表</caption><tr>甲<td>1</td>乙</tr>丙</table>") == [
        "题",
        "表",
        "甲",
        "乙",
        "丙",
        [("1", 0, 0, 1, 1)],
    ]


def test_cells_outside_tables_are_lines() -> None:
    assert shape("<div><tr><td>a</td><td>b</td></tr></div>") == ["a", "b"]


def test_what_is_not_printed_is_not_read() -> None:
    unseen = (
        "<script>1</script><style>2</style><noscript>3</noscript><template><p>4</template><!-- 5 --><select><option>6</select>"
    )
    assert shape(f"<html><head><title>t</title></head><body>{unseen}<p>x<![if !a]>y<![endif]>") == ["xy"]


def test_hidden_cells_and_spans_are_dropped_but_not_a_hidden_article() -> None:
    hidden = "<td hidden>1<td style='DISPLAY : none'>2<td>3<span style='color:red;display:none'>4</span>5"
    assert cell_texts(f"<table><tr>{hidden}<td style='overflow:hidden'>6</table>") == ["35", "6"]
    assert cell_texts("<div style='display:none'><table><tr><td>7</table></div>") == ["7"]


def test_title_and_meta_elements_and_charsets_are_kept() -> None:
    markup = '<meta charset="gb2312"><title> 年报\n2021 </title><meta name="PubDate" content="2022-01-20"><meta name=x><p>一'
    document = read(Source(markup.encode(), "a.html", charset="GBK"))
    assert document.title == "年报 2021"
    assert document.meta == (("PubDate", "2022-01-20"),)
    assert document.notes == ("charset: read as utf-8, declared gb2312 (HTTP: GBK)",)
    assert document.media_type == "text/html"


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("declared", ["gb2312", "utf-8", "iso-8859-1"])
def test_a_wrong_meta_element_changes_nothing(charset: str, declared: str) -> None:
    markup = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head><p>行政规范性文件'
    assert read(Source(markup.encode(charset), "a.html")).blocks == (Paragraph("行政规范性文件", 1),)


@pytest.mark.parametrize("written", ["\ue000", "&#xE000;", "&#57344;", "&#xe00f", "&#57359;", "\ue00a"])
def test_no_mark_comes_in_from_outside(written: str) -> None:
    assert cell_texts(f"<table><tr><td>1{written} <td>2</table>") == ["1\ufffd", "2"]


def test_characters_that_xml_refuses_do_no_harm() -> None:
    assert (
        len(cell_texts("<table><tr><td>1\0<td>\x0b2&#11;<td hidden>\x01<td><pre>\x02&#xFFFF;\uffff&#xD800;</pre></table>")) == 3
    )


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 5000 + "x", "<p>x</p><table>" * 3000, "<table><tr>" + "<td>" * 100_001, "<table>" + "<tr><td colspan=999>" * 200],
)
def test_deep_and_huge_pages_are_refused(markup: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_document(Source(markup.encode(), "a.html"))
    assert caught.value.status == ReadStatus.LIMIT


def test_a_row_span_bomb_costs_nothing() -> None:
    assert len(only_grid("<table>" + "<tr><td rowspan=99999>" * 300 + "</table>").cells) == 300


def test_a_real_page(corpus: Path) -> None:
    document = read_document(Source((corpus / "shanghai_office_2019.html").read_bytes(), "a.html"))
    assert document.title == "2019年上海市人民政府办公厅政府信息公开工作年度报告"
    assert [len(grid.cells) for grid in document.grids()] == [53, 198, 34]
    first, second, _ = document.grids()
    assert first.cells[2] == Cell("本年新\n制作数量", 1, 1, 1, 1, 2)
    assert first.cells[-1] == Cell("251000元", 17, 3, 1, 2, 3)
    assert second.cells[0][1:5] == (0, 0, 3, 3)
    assert {cell.column + cell.column_span for cell in second.cells if cell.order > 1} >= {10}


tables = st.lists(
    st.lists(
        st.lists(st.builds(PrintedCell, st.sampled_from("ab"), st.integers(0, 4), st.integers(1, 3)), max_size=4), max_size=4
    ),
    max_size=3,
)


@given(tables)
def test_expansion_equals_a_naive_reference(groups: list[list[list[PrintedCell]]]) -> None:
    """The reference marks every covered position in a set, as the HTML standard tells it."""
    expected = []
    covered: set[tuple[int, int]] = set()
    first = 0
    for group in groups:
        for row, cells in enumerate(group, first):
            column = 0
            for order, cell in enumerate(cells, 1):
                while (row, column) in covered:
                    column += 1
                height = min(cell.row_span or 99, first + len(group) - row)
                expected.append(Cell(cell.text, row, column, height, cell.column_span, order))
                covered |= {(row + down, column + across) for down in range(height) for across in range(cell.column_span)}
                column += cell.column_span
        first += len(group)
    assert list(expand(groups)) == expected


@given(tables)
def test_a_page_of_tables_reads_back_as_expanded(groups: list[list[list[PrintedCell]]]) -> None:
    def written(cell: PrintedCell) -> str:
        return f"<td rowspan={cell.row_span} colspan='{cell.column_span}'> {cell.text}</td>\n"

    rows = [["".join(map(written, row)) for row in group] for group in groups]
    body = "".join("<tbody>" + "".join(f"<tr>{row}</tr>" for row in group) + "</tbody>" for group in rows)
    grids = list(page(f"<p>x</p><table>{body}</table>").grids())
    assert (grids[0].cells if grids else ()) == expand(groups)


@given(st.text(max_size=12))
def test_any_span_attribute_is_a_span(text: str) -> None:
    assert 1 <= span_of(text) <= 1000
