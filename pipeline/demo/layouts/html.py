"""Pages as HTML: the statutory table with its spans, tables inside layout tables, no table at all, and wrong charsets."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from random import Random

from pipeline.demo.layouts.model import Box, Evidence, Kind, Line, Page, Plate, Rendering, Writer, rendered
from pipeline.demo.layouts.rowless import doubtful_runs

__all__ = ["WRITERS", "html_document", "table_rows"]

_ALL = frozenset({Evidence.GRID, Evidence.MARKS, Evidence.SHAPE, Evidence.BLANKS})
_NO_GRID = frozenset({Evidence.MARKS, Evidence.SHAPE, Evidence.BLANKS})

_CHROME = """<div class="top"><a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/zwgk/nb/">政府信息公开年报</a></div>
"""
_FOOT = """<div class="foot">主办单位：{unit} 版权所有 浏览次数：<span id="hits">1024</span></div>
"""


def html_document(page: Page, body: str, *, charset: str | None = "utf-8") -> str:
    """A whole page of a county site around the article."""
    declared = f'<meta charset="{charset}">\n' if charset else ""
    return (
        f"<!DOCTYPE html>\n<html>\n<head>\n{declared}<title>{escape(page.title)}</title>\n"
        f'<meta name="ArticleTitle" content="{escape(page.title)}">\n<meta name="ContentSource" content="{escape(page.unit)}">\n'
        f'</head>\n<body>\n{_CHROME}<div id="zoom" class="article">\n<h1>{escape(page.title)}</h1>\n{body}</div>\n'
        f"{_FOOT.format(unit=escape(page.unit))}</body>\n</html>\n"
    )


def spans_of(box: Box) -> str:
    """The span attributes of a box, empty for a single cell."""
    return (f' rowspan="{box.rows}"' if box.rows > 1 else "") + (f' colspan="{box.columns}"' if box.columns > 1 else "")


def table_rows(plate: Plate, cell: Callable[[Box], str]) -> str:
    """The rows of a table, each box printed by `cell`."""
    return "".join(f"<tr>{''.join(cell(box) for box in row)}</tr>\n" for row in plate.rows)


def _text(box: Box) -> str:
    return "<br>".join(escape(line) for line in box.text.split("\n"))


def _plain_cell(box: Box) -> str:
    align = ' align="center"' if box.kind in (Kind.FIGURE, Kind.HEAD) else ""
    return f"<td{spans_of(box)}{align}>{_text(box) or '&nbsp;'}</td>"


def _plain_blocks(page: Page) -> list[str]:
    parts = []
    for block in page.blocks:
        if isinstance(block, Line):
            parts.append(
                f"<p><strong>{escape(block.text)}</strong></p>\n" if block.heading else f"<p>　　{escape(block.text)}</p>\n"
            )
        else:
            parts.append(
                f'<table border="1" cellspacing="0" width="100%">\n<tbody>\n{table_rows(block, _plain_cell)}</tbody>\n</table>\n'
            )
    return parts


def write_html(page: Page, random: Random) -> Rendering:
    """A clean page: one table a section, spans as the form has them."""
    return rendered(page, html_document(page, "".join(_plain_blocks(page))).encode(), "report.html")


def write_nested(page: Page, random: Random) -> Rendering:
    """The whole report inside layout tables: a side column, and one row of the outer table for each block or all of them."""
    parts = _plain_blocks(page)
    if random.random() < 0.5:
        inner = "".join(f'<tr><td class="content">\n{part}</td></tr>\n' for part in parts)
    else:
        inner = f'<tr><td class="content">\n{"".join(parts)}</td></tr>\n'
    side = '<td width="180" valign="top"><ul><li>机构职能</li><li>政府信息公开指南</li><li>政府信息公开年报</li></ul></td>'
    body = f'<table width="1000" border="0"><tr>{side}<td width="20"></td><td>\n<table width="780" border="0"><tbody>\n{inner}</tbody></table>\n</td></tr></table>\n'
    return rendered(page, html_document(page, body).encode(), "report.html")


def _write_cells(page: Page, opening: str, closing: str) -> Rendering:
    parts = []
    for block in page.blocks:
        if isinstance(block, Line):
            parts.append(f"<p>{escape(block.text)}</p>\n")
        else:
            parts.extend(f"{opening}{_text(box)}{closing}\n" for row in block.rows for box in row)
    return rendered(
        page, html_document(page, "".join(parts)).encode(), "report.html", doubtful=doubtful_runs(page, blanks_seen=False)
    )


def write_paragraphs(page: Page, random: Random) -> Rendering:
    """No table at all: a paragraph a cell."""
    return _write_cells(page, random.choice(("<p>", '<p style="text-align:center">')), "</p>")


def write_divs(page: Page, random: Random) -> Rendering:
    """No table at all: a div a cell."""
    return _write_cells(page, '<div class="cell">', "</div>")


def _write_as(page: Page, encoding: str, declared: str | None) -> Rendering:
    return rendered(page, html_document(page, "".join(_plain_blocks(page)), charset=declared).encode(encoding), "report.html")


def write_gb_as_gb2312(page: Page, random: Random) -> Rendering:
    """GB18030 bytes that call themselves gb2312."""
    return _write_as(page, "gb18030", "gb2312")


def write_gb_as_utf8(page: Page, random: Random) -> Rendering:
    """GB18030 bytes that call themselves UTF-8."""
    return _write_as(page, "gb18030", "utf-8")


def write_gb_undeclared(page: Page, random: Random) -> Rendering:
    """GB18030 bytes that do not say what they are."""
    return _write_as(page, "gb18030", None)


def write_utf8_as_gb2312(page: Page, random: Random) -> Rendering:
    """UTF-8 bytes that call themselves gb2312."""
    return _write_as(page, "utf-8", "gb2312")


WRITERS = (
    Writer("html.clean", "html", write_html, _ALL),
    Writer("html.nested", "html", write_nested, _ALL),
    Writer("html.paragraphs", "html", write_paragraphs, _NO_GRID),
    Writer("html.divs", "html", write_divs, _NO_GRID),
    Writer("html.gb_as_gb2312", "html", write_gb_as_gb2312, _ALL),
    Writer("html.gb_as_utf8", "html", write_gb_as_utf8, _ALL),
    Writer("html.gb_undeclared", "html", write_gb_undeclared, _ALL),
    Writer("html.utf8_as_gb2312", "html", write_utf8_as_gb2312, _ALL),
)
