"""A page of which the report is read by its tags alone gives what its tree gives, or is handed over to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest

import parsers
from parsers.document import Document, Paragraph
from parsers.errors import ReadError
from parsers.raw.charset import decode
from parsers.readers import html
from parsers.readers._html_plain import _AROUND_ELEMENT, _WITHOUT_END
from pipeline.demo.figures import random_sheet
from pipeline.demo.frames import FRAMES, framed
from pipeline.demo.layouts import DAMAGES, LAYOUTS, WRITERS, Layout, layout_named
from pipeline.demo.sites import hanweb_site, static_site, trs_site
from pipeline.demo.sites.chrome import Article, article_page, info_table
from pipeline.demo.sites.replicas import PLANS

ELEMENTS = (*_AROUND_ELEMENT, *_WITHOUT_END)
AROUND = {"li": "<ul>{}</ul>", "tr": "<table>{}</table>", "td": "<table><tr>{}</tr></table>", "th": "<table><tr>{}</tr></table>"}
AROUND |= dict.fromkeys(("thead", "tbody", "tfoot", "caption", "colgroup"), "<table>{}</table>")
AROUND |= dict.fromkeys(("dt", "dd"), "<dl>{}</dl>")
WORD = next(writer for writer in WRITERS if writer.name == "html.word")
DAMAGED = [layout for damage in DAMAGES if (layout := Layout(f"word.{damage.name}", "html", WORD, (damage,))).possible()]
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
    "<表>", "<p/>", "<title>t</title>", "<form>", "</form>", "<select><option>1</select>", "<![if x]>", "<?a b?>", "<![endif]>", "<?xml:a b />",
    "<o:p/>", "<span style='display:block'>", '<td><img src="a.png"></td>', "<img src='data:image/png;base64,AAAA'>", "<iframe src=a></iframe>",
    "<iframe>", "<noscript>", "<textarea>", "<svg><p>", "</svg>", "<object>", "<h1>", "</h1>", "<s>5</s>", "<s>", "</s>", "<dl>", "<dt>", "<caption>c</caption>",
    "<col>", "<blockquote>", "<meta name=a>", "<meta name=a content=b>", "<input type=hidden value=4>", "<label>", "</label>", "<UCAPCONTENT>", "<!--",
    "-->", "<script>", "</script>", '"', "\ue010", "&#xe010;", "<td>\ue010 制发件数", "索引号", "DET", "AIL", '<body class="crumb">', "<div hidden>",
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
        mark_page = html._mark_page
        patch.setattr(html, "_mark_page", lambda *page: trees.append(page) or mark_page(*page))  # type: ignore[func-returns-value]
        given = read(data)
        if trees:
            return False
        patch.setattr(html, "cut_out", lambda _: None)
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
    assert plain > 20


def article_of(page: bytes) -> str:
    """What stands in the article of a page of the demo."""
    text = decode(page).text
    return text[text.index(">", text.index('<div id="zoom"')) + 1 : text.rindex("</div>", 0, text.index('<div class="foot">'))]


def pages_around(article: str, chance: Random) -> Iterator[bytes]:
    """The pages of all families, and those of the demo sites, around an article."""
    for family in FRAMES:
        yield framed(family, article, title=TITLE, unit="某县人民政府")
    for site, module in (("trs", trs_site), ("hanweb", hanweb_site), ("static", static_site)):
        plan = next(plan for plan in PLANS if plan.family == site)
        table = info_table(plan, "某县人民政府", chance.randrange(1000), "2022-01-20")
        yield article_page(plan, module._LOOK, Article(TITLE, "某县人民政府", "2022-01-20", article, table)).body


@pytest.mark.parametrize("layout", [*LAYOUTS, *DAMAGED], ids=lambda layout: layout.name)
def test_ordinary_pages_around_all_layouts_are_plain(layout: Layout) -> None:
    """All but those in which no word of a form stands as the form has it."""
    for number, form in enumerate(("2021", "2019")):
        chance = Random(f"{layout.name}.{number}")
        rendering = layout.render(random_sheet(chance, form=form, filling="half"), chance)
        if rendering.name.endswith(".html"):
            unlike = layout.name.endswith((".traditional", ".readings"))
            assert is_plain(rendering.data) or unlike
            assert unlike or all(map(is_plain, pages_around(article_of(rendering.data), chance)))


@pytest.mark.parametrize("seed", range(8))
def test_changes_around_and_in_an_article(seed: int) -> None:
    chance = Random(seed)
    rendering = layout_named(("html.clean", "html.nested")[seed % 2]).render(
        random_sheet(chance, form="2021", filling="half"), chance
    )
    pages = [decode(page).text for page in pages_around(article_of(rendering.data), chance)]
    plain = 0
    for _ in range(60):
        changed = chance.choice(pages)
        for _ in range(chance.randint(1, 2)):
            places = [found.start() + chance.randint(0, 1) for found in re.finditer("[<>]", changed)]
            at = chance.choice(places)
            changed = changed[:at] + chance.choice(PIECES) + changed[at:]
        plain += is_plain(changed)
    assert plain > 4


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
        (f'<div class="title">{TITLE}</div><p class="title">a</p><div id="zoom">{TABLE}</div>', True),
        (f'<p>予以公开</p><div id="zoom">{TABLE}</div>', False),
        (f'<p>予以</p><div id="zoom"><p>公开</p>{TABLE}</div>', False),
        (f'<div id="zoom">{TABLE}<p>予以</p></div><p>公开</p>', False),
        (f'<p>DET</p><div id="zoom">AIL{TABLE}</div>', False),
        (f'<div class="TRS_Editor"><p>甲</p></div><div id="zoom">{TABLE}</div>', True),
        (f'<div class="TRS_Editor"><p>{"甲" * 99}</p></div><div class="TRS_Editor">{TABLE}</div>', False),
        (f'<div class="TRS_Editor"><div id="zoom">{TABLE}</div><img src="a.png"></div>', True),
        (f'<p hidden>a</p><img src="a.png"><nav>b</nav><div id="zoom">{TABLE}</div>', True),
        (f'<div id="zoom" style="display:none">{TABLE}</div>', True),
        (f'<div style="text-decoration:line-through"><div id="zoom">{TABLE}</div></div>', True),
        (f'<div style="text-decoration:line-through" class="article"><div class="a">{TABLE}</div></div>', False),
        (f'<del><div>{TABLE}</div></del>', False),
        (f'<div id="zoom">{TABLE}</divx>b</div>', True),
        (f'<div id="zoom" style="color:red">{TABLE}</div>', True),
        (f'<table><tr><td><div id="zoom">{TABLE}</div></td></tr></table>', True),
        (f'<table><tr><td><div id="zoom">{TABLE.replace("td", "th")}</div></td></tr></table>', False),
        (f'<pre>\n<div>{TABLE}</div></pre>', False),
        (f'<h1><div id="zoom">{TABLE}</div></h1>', False),
        (f'<noscript><div id="zoom">{TABLE}</div></noscript>', True),
        (f'<noscript><div>{TABLE}</div></noscript>', False),
        (f'<!-- <div id="zoom"> -->{TABLE}</div>', False),
        (f'<script>"<div>"</script>{TABLE}</div>', False),
        (f'<p title="<div>">a</p>{TABLE}</div>', False),
        (f'<div title="a>b">{TABLE}</div>', False),
        (f'<div><table><tr><td>索引号</td><td>7</td></tr></table>{TABLE}</div>', False),
        (f'<table><tr><td>索引号</td><td>7</td><td>名称</td><td>8</td></tr></table><div>政府信息公开机构{TABLE}</div>', True),
        (f'<div class="crumb"><div>{TABLE}</div></div>', True),
        (f'<div><div class="crumb">a</div>{TABLE}</div>', False),
        (f'<div>{TABLE}<p>#PAGE_BREAK#</p></div>', False),
        (f'<p>#PAGE_BREAK#</p><div>{TABLE}</div>', True),
        (f'<p>&#xe010;</p><div>{TABLE}</div>', False),
        (f'<p>\ue001</p><div>{TABLE}</div>', True),
        (f'<div>{TABLE}\ue001</div>', False),
        (f'<div>{"<p>政府信息公开申请予以公开七件。</p>" * 9}</div>', True),
        ("<div><p>予以公开</p></div>", False),
        (f"<p>a&<b>nbsp;</b>b</p>{TABLE}", False),
        (f"<p>a&nbsp;b &lt;td&gt; &#8220;&#x5e74;&copy;&permil;</p>{TABLE}", True),
        (f"<p>a&lang;b</p>{TABLE}", False),
        (f"<p>a&#xe001;b</p>{TABLE}", False),
        (f"<p>a&#150;b</p>{TABLE}", False),
        (f"<p>a&#13;b</p>{TABLE}", False),
        (f"<p>a<!-- <td> --><script>if (a < b) c('</p>')</script></p>{TABLE}", False),
        (f"<p>a<!-- <td> --><script>if (a < b) c('<p>')</script></p>{TABLE}", True),
        (f"<p>a<![if !supportEmptyParas]>&nbsp;<![endif]><?xml:namespace prefix = o /><o:p/></p>{TABLE}", True),
        (f"<p>a<?xml:name<b>c</b>space/>d</p>{TABLE}", False),
        (f"<p>a<!--b <b>c</b>d-->e</p>{TABLE}", True),
        (f"<p>a<!--b-c-->d</p>{TABLE}", True),
        (f"<p>a<!-->b-->c</p>{TABLE}", False),
        (f'<div><p align = center><img src="a.png"><iframe src="b"></iframe></p>{TABLE}</div>', True),
        (f'<div><img src="data:image/png;base64,AAAA">{TABLE}</div>', False),
        (f'<div>{TABLE}<table><tr><td><img src="a.png"></td><td>7</td></tr></table></div>', False),
        (f'<div>{TABLE}<table><tr><td rowspan="2">a<img src="a.png"></td><td>7</td></tr></table></div>', True),
        (f'<div><input type="hidden" value="7">{TABLE}</div>', True),
        (f'<div><input value="7">{TABLE}</div>', False),
        ('<table><tr><td align="center"<script>a</script>>予以公开</td></tr></table>', False),
        (f"<p title=\"a>b\">c</p>{TABLE}", False),
        (f"<form><form>a</form>b</form>{TABLE}", False),
        (f"<p>a<hr>b</p>{TABLE}", False),
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
        "<!-- <body>",
        "<body class='print'>",
    )
    page = f"<p>a</p>{TABLE}"
    assert [is_plain(page_of(page, head)) for head in heads] == [True, False, True, True, True, True, True, False, True]


def test_an_article_that_is_struck_out_is_no_end_of_the_program() -> None:
    """The library that applies the style sheet crashed there."""
    struck = read('<div class="TRS_Editor" style="text-decoration:line-through"><table><tr><td>x</td></tr></table></div>')
    assert isinstance(struck, Document)
    assert [cell.text for grid in struck.grids() for cell in grid.cells] == ["x"]


@pytest.mark.parametrize("body", ["<nav>a</nav>\x0cb<p>7</p>", "<p>a\x0b\ue001</p><p>7</p>", "<p>a#PAGEBREAK#\x0b</p><p>7</p>"])
def test_control_characters_are_no_fault(body: str) -> None:
    found = read(page_of(body))
    assert isinstance(found, Document)
    last = found.blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.text == "7"
