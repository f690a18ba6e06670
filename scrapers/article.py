"""
What one article says of itself and what belongs to it: title, date, issuing body, attachments, frames and pictures.

Official meta tags go first (`cms_families` 2), then the page's own words; an address proves nothing, since moved pages bear
the date of their move. References are kept as they stand in the page: by them a reader finds what came along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from parsers.raw.body import AROUND, BODIES, FORM_WORDS, body_within
from parsers.raw.charset import decode, without_marks
from parsers.raw.signs import REPORT_HEADINGS, is_look_alike, is_report_title
from scrapers._links import Reference, attachments_in, frames_in, pictures_in
from scrapers._tree import (
    DATE_PLACE,
    attribute,
    base_of,
    lean_soup_of,
    meta_tags,
    parts_of,
    tags_in,
    text_of,
    tight,
    title_within,
    visible,
    words_of,
)
from scrapers.addresses import joined

__all__ = ["Article", "Reference", "read_article"]

_ENOUGH_CHARACTERS = 80
_SHORTEST_BODY, _SHORTEST_LOOSE_BODY = 30, 100
"""Characters that are no links, in a known container and without one."""

_HEAD_CHARACTERS = 1500
_TAIL_CHARACTERS = 600

_DATE_TAGS = ("pubdate", "publishdate", "pubtime", "publish-date", "firstpublishedtime", "article:published_time")
_OWN_SITE = re.compile(
    r"^(?:本网|本站|本单位|本局|本级|互联网|网络|转载|原创|未知|无|其他|其它|admin)|(?:网|网站|门户|平台|公众号)$", re.IGNORECASE
)

_DATE = r"((?:19|20)\d\d)\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})(?!\d)"
_PLAIN_DATE = re.compile(_DATE)
_PACKED_DATE = re.compile(r"^\s*((?:19|20)\d\d)(\d\d)(\d\d)(?:\d{4}|\d{6})?\s*$")
_DATE_ALONE = re.compile(r"^[\s\[(（【]*" + _DATE + r"\s*日?[\sT]*(?:\d{1,2}:\d{2}(?::\d{2})?)?[\s\])）】]*$")
_LABELLED = tuple(
    re.compile(rf"(?:{labels})[\s\u3000\xa0】\]）)]*{colon}[\s\u3000\xa0]*{_DATE}")
    for labels, colon in (
        (r"发\s*布\s*时\s*间|发\s*布\s*日\s*期|发布于|公布(?:时间|日期)", "[：:]?"),
        (r"公\s*开\s*日\s*期|公开时间|信息时间|上传(?:时间|日期)|录入(?:时间|日期)", "[：:]?"),
        (r"生\s*成\s*日\s*期|成\s*文\s*日\s*期|发\s*文\s*日\s*期", "[：:]?"),
        (r"时\s*间|日\s*期", "[：:]"),
    )
)
_BESIDE = (
    re.compile(rf"(?:来源|作者|浏览|阅读|点击|访问|字体|字号|打印)[^。；\n]{{0,60}}?{_DATE}"),
    re.compile(
        rf"{_DATE}[\sT]*日?\s*(?:\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?[\s|]*(?:信息)?(?:来源|作者|浏览|阅读|点击|访问|字体|字号)"
    ),
)
_PUBLISHER = re.compile(
    r"(?:发布机构|发文机关|发布机关|公开机构|公开责任部门|责任部门|发布单位|发文单位)[\s\u3000\xa0】\]]*[：:]?[\s\u3000\xa0]*([^\s\u3000\xa0：:，。|【\[]{2,40})"
)
_LABEL_WORDS = ("日期", "时间", "文号", "索引", "分类", "名称", "标题", "有效", "来源", "体裁")


_TEMPLATE_TAGS = frozenset(("nav", "footer", "aside"))
_MARKS = frozenset(AROUND)


@dataclass(frozen=True, slots=True)
class Article:
    """
    What a page says of itself and what belongs to it.

    `published_on` is an ISO date, `published_from` where it was read: `meta` or `text`; both None where neither has one.
    `unit_hint` is who issues it by the page's own words. `frames` are of the page's own host. `is_report` is about the
    page alone: its title and its body, or what hangs on it. `twins` are other views of it that it names itself.
    """

    title: str
    published_on: str | None
    published_from: str | None
    unit_hint: str | None
    attachments: tuple[Reference, ...]
    frames: tuple[Reference, ...]
    pictures: tuple[Reference, ...]
    is_report: bool
    twins: tuple[str, ...] = ()


class _Body(NamedTuple):
    """The elements that hold the article; none where no known container does, then `page` counts."""

    page: BeautifulSoup
    elements: tuple[Tag, ...]

    @property
    def places(self) -> Sequence[Tag]:
        return self.elements or (self.page,)

    @property
    def text(self) -> str:
        return " ".join(visible(self.places))


def read_article(url: str, page: str | bytes, *, http_charset: str | None = None) -> Article:
    """
    The article at `url` (its final address, after redirects); never raises, whatever the page holds.

    Bytes are decoded as `parsers.raw.charset` decides; `http_charset` is what the server said.

    >>> article = read_article(
    ...     "http://www.a.gov.cn/nb/202201/t20220120_1.html",
    ...     '<meta name="ArticleTitle" content="2021年政府信息公开工作年度报告"><div class="TRS_Editor">发布时间：2022-01-20 '
    ...     '<a href="./P02.docx">附件：年度报告</a></div>',
    ... )
    >>> article.published_on, article.published_from, article.attachments[0].url
    ('2022-01-20', 'text', 'http://www.a.gov.cn/nb/202201/P02.docx')
    """
    text = decode(page, http=http_charset).text if isinstance(page, bytes) else without_marks(page)
    soup = lean_soup_of(text)
    meta = meta_tags(soup)
    held = body_within(text)
    if held is not None:
        inner = lean_soup_of(held)
        body = _Body(soup, (inner.body or inner,))
    else:
        body = _Body(soup, _container(soup, text))
    base = base_of(soup, url)
    head = _head(soup, body)
    title = title_within(soup, meta, body.elements)
    published_on, published_from = _published(meta, soup, head, body)
    around = _around(soup)
    searched = (*body.elements, soup) if held is not None else (soup,)
    attachments = attachments_in(searched, base, around)
    frames = frames_in(searched, base, url, around)
    pictures = pictures_in(body.places, base, around, in_template=not body.elements)
    return Article(
        title,
        published_on,
        published_from,
        _unit(meta, head),
        attachments,
        frames,
        pictures,
        _is_report(title, meta, body, hangs_on=bool(attachments or frames or pictures)),
        _twins(soup, base),
    )


# --- date and publisher ---------------------------------------------------------------------------


def _published(meta: dict[str, str], soup: BeautifulSoup, head: str, body: _Body) -> tuple[str | None, str | None]:
    for name in _DATE_TAGS:
        if (found := _iso(meta.get(name, ""))) is not None:
            return found, "meta"
    printed = next(_dates_in(head, soup, body), None)
    return printed, None if printed is None else "text"


def _dates_in(head: str, soup: BeautifulSoup, body: _Body) -> Iterator[str]:
    """Dates that the page itself prints, the most telling first."""
    for pattern in _LABELLED:
        # The last one stands nearest to the article; what stands above may be of the site.
        yield from _valid(reversed(list(pattern.finditer(head))))
    for pattern in _BESIDE:
        yield from _valid(pattern.finditer(head))
    for tag in tags_in(soup, "span", "div", "p", "i", "em", "td", "time"):
        marks = [*words_of(tag, "class"), attribute(tag, "id")]
        if tag.name == "time" or any(DATE_PLACE.match(mark) for mark in marks):
            match = _DATE_ALONE.match(text_of(tag, " ")) or _DATE_ALONE.match(attribute(tag, "datetime")[:10])
            if match and not _is_within(tag, body.elements) and tag.find_parent("li") is None:
                yield from _valid([match])
    if body.elements:
        tail = _tail(body)
        for pattern in _LABELLED[:3]:
            yield from _valid(pattern.finditer(tail))


def _valid(matches: Iterable[re.Match[str]]) -> Iterator[str]:
    for match in matches:
        try:
            yield date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:
            continue


def _iso(text: str) -> str | None:
    match = _PLAIN_DATE.search(text) or _PACKED_DATE.match(text)
    return next(_valid([match]), None) if match else None


def _unit(meta: dict[str, str], head: str) -> str | None:
    match = _PUBLISHER.search(head)
    if match and not any(word in match[1] for word in _LABEL_WORDS):
        return match[1]
    source = tight(meta.get("contentsource", ""))
    return source if len(source) > 2 and not _OWN_SITE.search(source) else None


# --- the parts of a page --------------------------------------------------------------------------


def _container(soup: BeautifulSoup, text: str) -> tuple[Tag, ...]:
    """The outermost elements of the first mark of a family that holds anything (`cms_families` 4.3), else a few words."""
    lower = text.lower()
    short: tuple[Tag, ...] = ()
    for kind, name in BODIES:
        outer = _outermost(_marked(soup, kind, name)) if name.lower() in lower else ()
        if any(map(_holds_something, outer)):
            return outer
        if not short and any(text_of(tag).strip() for tag in outer):
            short = outer
    return short


def _marked(soup: BeautifulSoup, kind: str, name: str) -> list[Tag]:
    if kind == "tag":
        return tags_in(soup, name)
    tags = [element for element in soup.descendants if isinstance(element, Tag)]
    if kind == "id":
        return [tag for tag in tags if attribute(tag, "id") == name]
    if kind == "begin":
        return [tag for tag in tags if attribute(tag, "id").startswith(name)]
    return [tag for tag in tags if name in words_of(tag, "class")]


def _outermost(found: Sequence[Tag]) -> tuple[Tag, ...]:
    same = {id(tag) for tag in found}
    return tuple(
        tag for tag in found if tag.name not in ("html", "body") and not any(id(parent) in same for parent in tag.parents)
    )


def _holds_something(tag: Tag) -> bool:
    return tag.find(["table", "img", "iframe", "embed"]) is not None or tag.find("a", href=True) is not None or (
        len("".join(visible([tag]))) > _ENOUGH_CHARACTERS
    )  # fmt: skip


def _around(soup: BeautifulSoup) -> frozenset[int]:
    """The elements of the template around an article, by identity: menus, trails, footers, what else is worth reading."""
    found = (
        tag
        for tag in soup.descendants
        if isinstance(tag, Tag)
        and (tag.name in _TEMPLATE_TAGS or (tag.attrs and not _MARKS.isdisjoint((attribute(tag, "id"), *words_of(tag, "class")))))
    )
    return frozenset(id(tag) for tag in found if tag.name not in ("html", "body") and not tags_in(tag, "table", "h1"))


def _head(soup: BeautifulSoup, body: _Body) -> str:
    """The text above the article and its first lines; of a page without a container, from its title on."""
    if body.elements and _is_within(body.elements[0], (soup,)):
        above = " ".join(visible([soup], until=body.elements[0]))
        return f"{above[-_HEAD_CHARACTERS * 2 :]}\n{' '.join(visible(body.elements))[:200]}"
    text = " ".join(visible([soup]))
    heading = next(iter(tags_in(soup, "h1", "ucaptitle")), None)
    at = text.find(text_of(heading, " ").strip()) if heading is not None else 0
    return text[max(at, 0) : max(at, 0) + _HEAD_CHARACTERS]


def _tail(body: _Body) -> str:
    last = body.elements[-1]
    found: list[str] = []
    for element in last.next_elements:
        if isinstance(element, NavigableString) and type(element) is NavigableString and not _is_within(element, body.elements):
            for part in parts_of(element):
                found.append(part)
                if sum(map(len, found)) > _TAIL_CHARACTERS:
                    return " ".join(found)
    return " ".join(found)


def _is_within(element: PageElement, places: Sequence[Tag]) -> bool:
    return any(parent is place for parent in element.parents for place in places)


# --- what it is -----------------------------------------------------------------------------------


def _is_report(title: str, meta: dict[str, str], body: _Body, *, hangs_on: bool) -> bool:
    """A report by its title, with something under it; or by its body, whatever it is called. Lists have neither."""
    if is_look_alike(title):
        return False
    text = body.text
    if len(set(REPORT_HEADINGS.findall(text))) > 2 or sum(word in text for word in FORM_WORDS) > 2:
        return True
    if not is_report_title(title):
        return False
    linked = sum(len(tight(text_of(tag))) for place in body.places for tag in tags_in(place, "a"))
    unlinked = len(tight(text)) - linked
    if body.elements or "articletitle" in meta:
        return hangs_on or unlinked > _SHORTEST_BODY
    return unlinked > max(_SHORTEST_LOOSE_BODY, linked)


def _twins(soup: BeautifulSoup, base: str) -> tuple[str, ...]:
    """Other views of itself that a page names: for telephones, and the one it takes for the first."""
    found: dict[str, None] = {}
    for tag in tags_in(soup, "link"):
        relations = {word.lower() for word in words_of(tag, "rel")}
        if relations & {"alternate", "canonical"} and "rss" not in attribute(tag, "type") and "hreflang" not in tag.attrs:
            address = joined(base, attribute(tag, "href")) if attribute(tag, "href") else None
            if address and address != base:
                found[address] = None
    return tuple(found)
