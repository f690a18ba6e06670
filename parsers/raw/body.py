"""
The report within a page as a county serves it: the container of the article, without what stands around it.

Systems that publish pages put the article into an element that bears their mark. That element is taken only when nothing
that belongs to a statutory table is left outside; a page without such a mark keeps all but its navigation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from lxml import etree

from parsers.raw.charset import without_controls
from parsers.raw.scripts import page_written_by
from parsers.raw.signs import REPORT_TITLE

__all__ = [
    "AROUND", "BODIES", "CERTAIN_LABELS", "FORM_WORDS", "TITLES", "Article", "bears_mark", "body_within", "find_article", "is_title_above",
    "page_printed_in", "page_written_in", "whole_text",
]  # fmt: skip

BODIES: tuple[tuple[str, str], ...] = (
    ("tag", "ucapcontent"), ("id", "UCAP-CONTENT"), ("class", "trs_editor_view"), ("class", "TRS_UEDITOR"), ("class", "TRS_Editor"),
    ("id", "zoom"), ("id", "Zoom"), ("id", "zoomcon"), ("class", "j-fontContent"), ("class", "v_news_content"),
    ("begin", "vsb_content"), ("class", "bt_content"), ("class", "bt-content"), ("class", "article-content"),
    ("class", "article_content"), ("class", "Article_content"), ("id", "ivs_content"), ("class", "main-txt"),
    ("class", "xxgk-content"), ("class", "detail-content"), ("class", "pages_content"), ("class", "content_body"),
)  # fmt: skip
"""The containers of the families (`cms_families`), in the order in which they are tried."""

AROUND = ("breadcrumb", "breadcrumbs", "crumb", "crumbs", "dqwz", "position", "location", "weizhi", "footer", "foot", "copyright", "share",
           "bshare", "sidebar", "menu", "leftnav", "topnav", "navbar", "pagination", "fontsize", "print")  # fmt: skip
_ENOUGH_CHARACTERS = 80
_LONGEST_TITLE = 70
_LONGEST_AROUND = 400
"""A report without tables is longer than any trail or menu."""

_LABELS = frozenset(
    ("索引号", "发布机构", "发文机关", "发布机关", "公开机构", "信息来源", "来源", "文号", "发文字号", "组配分类", "主题分类", "体裁分类", "生成日期",
     "成文日期", "发文日期", "发布日期", "公开日期", "公开方式", "公开范围", "公开时限", "公开形式", "信息名称", "名称", "标题", "有效性", "有效期",
     "关键词", "主题词", "内容概述", "责任部门", "公开责任部门", "所属机构", "信息索引")
)  # fmt: skip
CERTAIN_LABELS = ("索引号", "发布机构", "发文机关", "发布机关", "公开机构", "组配分类", "公开责任部门", "信息索引")
FORM_WORDS = (
    "制发件数", "现行有效", "新制作数量", "新公开数量", "处理决定数量", "收费金额", "采购总金额", "商业企业", "科研机构", "本年度办理结果", "予以公开",
    "结果维持", "结果纠正", "未经复议直接起诉", "复议后起诉", "主动公开政府信息数",
)  # fmt: skip
"""Words of statutory tables, of 2014, 2019 and 2021: where they stand is no navigation."""

_LABEL_END = re.compile(r"[\s\u3000：:]+")
_PAGE_BREAKS = re.compile(r"#PAGE_?BREAK#", re.IGNORECASE)
_DETAIL = re.compile(r"\bDETAIL[\"']?\s*[:=]\s*\{")
_DETAIL_CONTENT = re.compile(r'"content"\s*:\s*("(?:[^"\\]|\\.)*")')
_SILENT = ("script", "style", "noscript", "template")
_TEXTS = etree.XPath("descendant-or-self::*[not(self::script or self::style or self::noscript or self::template)]/text()")
_WHOLE_TEXT = etree.XPath("string()", smart_strings=False)
_CLASSES_AND_IDS = etree.XPath("//@class | //@id", smart_strings=False)
_BEARERS = {
    "class": etree.XPath("//@class[contains(., $name)]/.."),
    "id": etree.XPath("//@id[. = $name]/.."),
    "begin": etree.XPath("//@id[starts-with(., $name)]/.."),
}
TITLES = frozenset({"h1", "h2", "h3", "ucaptitle"})


class Article(NamedTuple):
    """The elements that hold the article of a page, the title above them, and the pairs of its table of 索引号 and 发布机构."""

    parts: Sequence[etree._Element]
    title: str
    pairs: tuple[tuple[str, str], ...]


def _text(element: etree._Element) -> str:
    """The text of an element without any blank."""
    if next(element.iter(*_SILENT), None) is None:
        return whole_text(element)
    return "".join("".join(_texts(element)).split())


def _texts(element: etree._Element) -> list[str]:
    return cast("list[str]", _TEXTS(element))


def whole_text(element: etree._Element) -> str:
    """
    The text of an element without any blank, that of scripts and styles too; a fortieth of the cost of looking for these.

    >>> whole_text(etree.HTML("<p>a <b>b</b><script>c"))
    'abc'
    """
    return "".join(cast("str", _WHOLE_TEXT(element)).split())


def body_within(page: str) -> str | None:
    """
    The article that a page of gkmlpt holds only as a string in its script (`DETAIL.content`); None for other pages, and for
    those that show a statutory table themselves.

    >>> body_within('<script>window._CONFIG = {DETAIL: {"id": 1, "content": "<p>\\\\u6b63\\\\u6587</p>"}}</script>')
    '<p>正文</p>'
    """
    found = _DETAIL.search(page)
    content = None if found is None else _DETAIL_CONTENT.search(page, found.end())
    if found is None or content is None:
        return None
    try:
        body = json.loads(content[1], strict=False)
    except ValueError:
        return None
    if not isinstance(body, str) or "<" not in body:
        return None
    return None if _has_form_words(page[: found.start()] + page[content.end() :]) else body


def page_printed_in(root: etree._Element) -> str | None:
    """
    The page that another one holds as a text, tags and all, for a script to show; None for other pages.

    >>> page_printed_in(etree.HTML("<textarea>&lt;table>&lt;tr>&lt;td>7&lt;/td></textarea>"))
    '<table><tr><td>7</td>'
    """
    texts = (text for element in root.iter("textarea", "div", "pre", "td", "p", "span", "body") if (text := element.text))
    pages = [text for text in texts if "<table" in text.lower() and "</td>" in text.lower()]
    return max(pages, key=len, default=None)


def page_written_in(root: etree._Element) -> str | None:
    """
    The page with a statutory table that the scripts of another one hold, or write out of strings; None for those that show one.

    >>> page_written_in(etree.HTML("<script>document.write('<table><tr><td>予以公开</td>');</script>"))
    '<table><tr><td>予以公开</td>'
    """
    if _first_form_cell(root) is not None:
        return None
    scripts = (script.text.lstrip() for script in root.iter("script") if script.text)
    pages = {text if text.startswith("<") and "</td>" in text.lower() else page_written_by(text) for text in scripts}
    tabled = [page for page in pages if page is not None and _has_form_words(whole_text(etree.HTML(page)))]
    return tabled[0] if len(tabled) == 1 else None


def find_article(root: etree._Element, text: str) -> Article:
    """
    The article of a page; a page without a container that holds all of it, less its navigation, where there is none.

    `text` is what `whole_text` gives for the page, from which the table of 索引号 and 发布机构 is taken, in place.

    >>> page = etree.HTML('<h2>某县2021年政府信息公开工作年度报告</h2><div id="zoom"><table><tr><td>予以公开<td>7</table></div>')
    >>> article = find_article(page, whole_text(page))
    >>> article.parts[0].get("id"), article.title
    ('zoom', '某县2021年政府信息公开工作年度报告')
    """
    pairs = tuple(_take_pairs(root)) if any(label in text for label in CERTAIN_LABELS) else ()
    if "BREAK#" in text:
        _join_parts(root)
    for parts in _containers(root):
        if _is_whole(parts, root, text):
            return Article(parts, _title_above(root, parts[0]), pairs)
    _take_navigation(root)
    return Article((root,), "", pairs)


# --- the table of what a page is ------------------------------------------------------------------


def _take_pairs(root: etree._Element) -> Iterator[tuple[str, str]]:
    """The pairs of the innermost tables that hold two labels and no word of a statutory table; the tables go."""
    for table in [table for table in root.iter("table") if next(table.iterdescendants("table"), None) is None]:
        texts = [_text(cell) for cell in table.iter("td", "th")]
        pairs = list(_pairs(texts))
        if len(pairs) > 1 and any(label in CERTAIN_LABELS for label, _ in pairs) and not _has_form_words("".join(texts)):
            yield from pairs
            _remove(table)


def _pairs(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for at, text in enumerate(texts):
        label, _, value = text.partition("：") if "：" in text else text.partition(":")
        label = _LABEL_END.sub("", label.strip("[]【】"))
        if label not in _LABELS:
            continue
        value = value or (texts[at + 1] if at + 1 < len(texts) else "")
        if value and _LABEL_END.sub("", value) not in _LABELS:
            yield label, value


def _join_parts(root: etree._Element) -> None:
    """A script shows the parts of such an article one by one; the page holds them all, with a word between."""
    for element in root.iter():
        for name in ("text", "tail"):
            text = getattr(element, name)
            if text and "BREAK#" in text:
                setattr(element, name, _PAGE_BREAKS.sub("\n", without_controls(text)))


# --- the article ----------------------------------------------------------------------------------


def _containers(root: etree._Element) -> Iterator[list[etree._Element]]:
    """The outermost elements that bear the mark of a family, family by family, where they hold anything."""
    cell = _first_form_cell(root)
    above = None if cell is None else _Names.of([cell, *cell.iterancestors()])
    marks = _marks_of(root) if cell is None else frozenset()
    for kind, name in BODIES:
        if above is not None and not above.bear(kind, name):
            continue  # whatever bears it does not hold all of the article
        if kind == "tag":
            found = list(root.iter(name))
        elif above is not None or name in marks or (kind == "begin" and any(mark.startswith(name) for mark in marks)):
            found = [element for element in cast("list[Any]", _BEARERS[kind](root, name=name)) if _bears(element, kind, name)]
        else:
            continue
        inner = {element for outer in found for element in outer.iterdescendants()} if len(found) > 1 else set()
        articles = [element for element in found if element not in inner and element.tag not in ("html", "body")]
        if articles and any(map(_holds_something, articles)):
            yield articles


class _Names(NamedTuple):
    """What some elements are called: their tags, their classes and their ids."""

    tags: frozenset[str]
    classes: frozenset[str]
    ids: frozenset[str]

    @classmethod
    def of(cls, elements: Sequence[etree._Element]) -> _Names:
        classes = " ".join([element.get("class") or "" for element in elements]).split()
        return cls(
            frozenset([str(element.tag) for element in elements]),
            frozenset(classes),
            frozenset([identity for element in elements if (identity := element.get("id"))]),
        )

    def bear(self, kind: str, name: str) -> bool:
        """Whether one of the elements bears the mark of a family."""
        if kind == "begin":
            return any(identity.startswith(name) for identity in self.ids)
        return name in (self.tags if kind == "tag" else self.classes if kind == "class" else self.ids)


def _first_form_cell(root: etree._Element) -> etree._Element | None:
    """The first cell, none of a layout, in which a word of a statutory table stands: an article that is whole holds it."""
    for cell in root.iter("td", "th"):
        if _has_form_words(whole_text(cell)) and next(cell.iterdescendants("td"), None) is None and _has_form_words(_text(cell)):
            return cell
    return None


def _marks_of(root: etree._Element) -> frozenset[str]:
    """All classes and ids of a page."""
    return frozenset(" ".join(cast("list[str]", _CLASSES_AND_IDS(root))).split())


def _bears(element: etree._Element, kind: str, name: str) -> bool:
    """Whether an element is called by, or bears, the mark of a family."""
    return bears_mark(str(element.tag), element.get("class"), element.get("id"), kind, name)


def bears_mark(tag: str, classes: str | None, identity: str | None, kind: str, name: str) -> bool:
    """
    The same for an element of this tag, class and id.

    >>> bears_mark("div", "article TRS_Editor", None, "class", "TRS_Editor"), bears_mark("div", None, "zoomcon", "id", "zoom")
    (True, False)
    """
    names = _Names(frozenset((tag,)), frozenset((classes or "").split()), frozenset((identity,) if identity else ()))
    return names.bear(kind, name)


def _holds_something(element: etree._Element) -> bool:
    if next(element.iter("table", "img", "iframe"), None) is not None or element.find(".//a[@href]") is not None:
        return True
    return len(_text(element)) > _ENOUGH_CHARACTERS


def _is_whole(articles: Sequence[etree._Element], root: etree._Element, text: str) -> bool:
    """Whether every word of a statutory table on the page stands in the articles."""
    # Where none stands outside when the scripts are read along, none does without them.
    return _hold_all("".join(map(whole_text, articles)), text) or _hold_all("".join(map(_text, articles)), _text(root))


def _hold_all(inside: str, everywhere: str) -> bool:
    return all(inside.count(word) == everywhere.count(word) for word in FORM_WORDS if word in everywhere)


def _has_form_words(text: str) -> bool:
    return any(word in text for word in FORM_WORDS)


def _title_above(root: etree._Element, article: etree._Element) -> str:
    """The last title of a report that stands above the article; empty where there is none."""
    title = ""
    for element in root.iter(etree.Element):
        if element is article:
            break
        if element.tag in TITLES or (_is_called_title(element) and next(element.iterdescendants("table"), None) is None):
            text = _text(element)
            if is_title_above(text):
                title = text
    return title


def is_title_above(text: str) -> bool:
    """
    Whether the text of a heading, without any blank, is the title of the report below it.

    >>> is_title_above("某县2021年政府信息公开工作年度报告"), is_title_above("某县人民政府")
    (True, False)
    """
    return len(text) <= _LONGEST_TITLE and REPORT_TITLE.search(text) is not None


def _is_called_title(element: etree._Element) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return names != " " and "title" in names.lower()


# --- pages without a container --------------------------------------------------------------------


def _take_navigation(root: etree._Element) -> None:
    """Take off menus, trails and footers, by their tag or their mark; what holds a table or much text stays."""
    around = list(root.iter("nav", "footer", "aside"))
    for name in sorted(_marks_of(root).intersection(AROUND), key=AROUND.index):
        for kind in ("class", "id"):
            around += [element for element in cast("list[Any]", _BEARERS[kind](root, name=name)) if _bears(element, kind, name)]
    for element in around:
        if element.tag in ("html", "body") or element.getparent() is None or next(element.iter("table", "h1"), None) is not None:
            continue
        text = _text(element)
        if len(text) <= _LONGEST_AROUND and not _has_form_words(text):
            _remove(element)


def _remove(element: etree._Element) -> None:
    """Take an element out, what follows it stays."""
    if element.getparent() is None:
        return
    element.clear(keep_tail=True)  # type: ignore[call-arg]  # to copy the tail is refused where control characters are in it
    element.tag = "div"
