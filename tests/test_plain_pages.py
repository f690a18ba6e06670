"""A page that is read by its tags alone gives what its tree gives, or is handed over to it."""

from __future__ import annotations

import re
from random import Random

import pytest

import parsers
from parsers.document import Document, Paragraph
from parsers.errors import ReadError
from parsers.readers import html
from parsers.readers._html_plain import _AROUND_ELEMENT, _WITHOUT_END
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import LAYOUTS, Layout, layout_named

ELEMENTS = (*_AROUND_ELEMENT, *_WITHOUT_END)
AROUND = {"li": "<ul>{}</ul>", "tr": "<table>{}</table>", "td": "<table><tr>{}</tr></table>", "th": "<table><tr>{}</tr></table>"}
AROUND |= dict.fromkeys(("thead", "tbody", "tfoot"), "<table>{}</table>")
TITLE = "某县2021年政府信息公开工作年度报告"
TABLE = "<table><tr><td>予以公开<td>7</table>".replace("<td>7", "</td><td>7</td></tr>")
PIECES = (
    "<p>", "</p>", "<td>", "</td>", "<tr>", "</tr>", "<table>", "</table>", "<div>", "</div>", "<span>", "</span>", "<b>x</b>", "<br>", "<br/>",
    "<hr>", "&nbsp;", "&amp;lt;", "&", "&mdash", "&#49;", "<", ">", "\n", "<!-- <td> -->", "<!--a--b-->", "<!---->", "<script>if(a<b)c('<td>')</script>",
    "<style>td{}</style>", "<sup>1</sup>", "<del>7</del>", f"<h2>{TITLE}</h2>", f'<div class="title">{TITLE}</div>', "<li>", "<ul>", "</ul>", "<a>",
    "</a>", "<img src=a.png>", "<input value=3>", '<p style="Display : none">9</p>', '<p style="display:none">9</p>', "<p hidden>8</p>", "<tbody>",
    "<tfoot>", "<th>", "<font>", "</font>", "<o:p></o:p>", "<center>", "<pre> 1 </pre>", "</body>", "<body>", "\0", "\x0b", "\x85", "\ue003", "\ufffd",
    '<div class="TRS_Editor">', '<div id="zoom">', "<nav>a</nav>", '<div class="crumb">b</div>', "<footer>c</footer>", "予以公开", "予以", "公开",
    "发布机构", "DETAIL", "#PAGEBREAK#", "<td rowspan='2'>", "<td rowspan=0>", '<td rowspan="">', "<td class='a' class='b'>", "<td a=b/c>", "<P>",
    "<表>", "<p/>", "<title>t</title>", "<form>", "</form>", "<select><option>1</select>", "<![if x]>", "<?a b?>",
)  # fmt: skip


def read(page: str | bytes) -> Document | str:
    try:
        return html.read(parsers.Source(page.encode() if isinstance(page, str) else page, "page.html"))
    except ReadError as error:
        return error.reason


def is_plain(page: str | bytes) -> bool:
    """Whether a page is read by its tags; what it gives must be what its tree gives."""
    data = page.encode("utf-8", "surrogatepass") if isinstance(page, str) else page
    with pytest.MonkeyPatch.context() as patch:
        trees: list[object] = []
        parse_whole = html._with_line_ends
        patch.setattr(html, "_with_line_ends", lambda page: trees.append(page) or parse_whole(page))  # type: ignore[func-returns-value]
        given = read(data)
        if trees:
            return False
        patch.setattr(html, "_read_plain", lambda _: None)
        assert given == read(data), data
    return True


def page_of(body: str, head: str = "<title>t</title>") -> str:
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize("outer", _AROUND_ELEMENT)
def test_elements_in_elements(outer: str) -> None:
    plain = 0
    for inner in ELEMENTS:
        within = f"<{inner}>" if inner in _WITHOUT_END else f"<{inner}>x</{inner}>"
        for held in (within, f"x{within}y", f"{within}\n{within}z"):
            element = f"<{outer}>{held}</{outer}>"
            plain += is_plain(page_of(f'<div id="zoom">{TABLE}{AROUND.get(outer, "{}").format(element)}tail <b>b</b></div>'))
    assert plain or outer == "ucapcontent"  # which bears the mark of an article itself


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_pages_of_layouts(layout: Layout) -> None:
    for number in range(3):
        chance = Random(f"{layout.name}.{number}")
        rendering = layout.render(random_sheet(chance, form="2021", filling="half"), chance)
        if rendering.name.endswith(".html"):
            is_plain(rendering.data)


@pytest.mark.parametrize("name", ["html.clean", "html.word"])
def test_clean_pages_are_plain(name: str) -> None:
    chance = Random(name)
    assert is_plain(layout_named(name).render(random_sheet(chance, form="2021", filling="full"), chance).data)


@pytest.mark.parametrize("seed", range(6))
def test_pages_that_are_changed(seed: int) -> None:
    chance = Random(seed)
    page = (
        layout_named(("html.clean", "html.word")[seed % 2])
        .render(random_sheet(chance, form="2021", filling="half"), chance)
        .data.decode()
    )
    plain = 0
    for _ in range(60):
        changed = page
        for _ in range(chance.randint(1, 2)):
            places = [found.start() + chance.randint(0, 1) for found in re.finditer("[<>]", changed)]
            at = chance.choice(places)
            changed = changed[:at] + chance.choice(PIECES) + changed[at:]
        plain += is_plain(changed)
    assert plain


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (f'<h1>{TITLE}</h1><div id="zoom"><p>甲</p>{TABLE}</div><div>乙</div>', True),
        (f'<div class="title">{TITLE}</div><p class="title">a</p><div id="zoom">{TABLE}</div>', False),
        (f'<p>予以公开</p><div id="zoom">{TABLE}</div>', False),
        (f'<p>予以</p><div id="zoom"><p>公开</p>{TABLE}</div>', False),
        (f'<div class="TRS_Editor"><p>甲</p></div><div id="zoom">{TABLE}</div>', False),
        (f'<p hidden>a</p><img src="a.png"><nav>b</nav><div id="zoom">{TABLE}</div>', True),
        (f'<div id="zoom" style="display:none">{TABLE}</div>', False),
        ("<p>a</p><nav>b</nav>", False),
        ("<p>a&<b>nbsp;</b>b</p>", False),
        ("<p>a&nbsp;b &lt;td&gt;</p>", True),
        ("<p>a<!-- <td> --><script>if (a < b) c('</p>')</script></p>", False),
        ("<p>a<!-- <td> --><script>if (a < b) c('<p>')</script></p>", True),
        ('<table><tr><td align="center"<script>a</script>>7</td></tr></table>', False),
        ("<p title=\"a>b\">c</p>", False),
        ("<form><form>a</form>b</form>", False),
        ("<p>a<hr>b</p>", False),
    ],
)  # fmt: skip
def test_pages_by_hand(body: str, *, plain: bool) -> None:
    assert is_plain(page_of(body)) == plain


def test_what_stands_before_the_body_is_seen() -> None:
    heads = (
        "<!-- <body> -->",
        "<title>a",
        "<script>'<body>'</script>",
        "<p>a</p>",
        "text",
        "<meta content='<body>'>",
        "<base><link>",
    )
    assert [is_plain(page_of("<p>a</p>", head)) for head in heads] == [False, False, False, False, False, False, True]


@pytest.mark.parametrize("body", ["<nav>a</nav>\x0cb<p>7</p>", "<p>a\x0b\ue001</p><p>7</p>", "<p>a#PAGEBREAK#\x0b</p><p>7</p>"])
def test_control_characters_are_no_fault(body: str) -> None:
    found = read(page_of(body))
    assert isinstance(found, Document)
    last = found.blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.text == "7"
