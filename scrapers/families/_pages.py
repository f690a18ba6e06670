"""A page as the families read it: its links with whole titles and dates, in the blocks they are rows of, and its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import islice
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers.addresses import joined, within_handler, without_session

__all__ = ["Link", "Page", "attribute", "clean", "digest", "page_of", "reference_of"]

_XML_DECLARATION = re.compile(r"<\?xml[^>]*>", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}日?(?!\d)")
_SPACES = re.compile(r"[\s\u3000\xa0]+")
_CUT_OFF = re.compile(r"(?:\.{2,}|…+|⋯+)$")
_ROW_TAGS = ("li", "tr", "td", "dt", "dd", "p", "span", "h2", "h3", "h4")
"""What a list makes its rows of; several links in one of them are one row."""
_NO_WORDS = ("a", "script", "style", "title", "noscript")


@dataclass(frozen=True, slots=True)
class Link:
    """An anchor of a page: the absolute address, the whole title, the date beside it as printed, and where it stands."""

    url: str
    title: str
    date: str | None
    block: int
    anchor: Tag

    @property
    def path(self) -> str:
        """The path of the address."""
        return urlsplit(self.url).path


@dataclass(frozen=True)
class Page:
    """A page as a tree, with the base of its references (`<base>` is honoured); `links` in the page's order."""

    url: str
    text: str
    base: str
    soup: BeautifulSoup

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links of the page; what cannot be asked (`javascript:`, a broken address) is left out."""
        return tuple(_links(self.soup, self.base))

    @cached_property
    def words(self) -> str:
        """The visible text outside of links, blanks run together."""
        strings: list[str] = []
        within: set[int] = set()
        for element in self.soup.descendants:
            if isinstance(element, Tag):
                if element.name in _NO_WORDS or id(element.parent) in within:
                    within.add(id(element))
            elif id(element.parent) not in within:
                strings.append(str(element))
        return _SPACES.sub(" ", " ".join(strings))

    @cached_property
    def scripts(self) -> str:
        """The scripts of the page."""
        return "\n".join(script.get_text() for script in self.soup.find_all("script"))


def digest(text: str) -> str:
    """The first 10 hex digits of the SHA-256 of a text."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:10]


@lru_cache(maxsize=2)
def page_of(text: str, url: str) -> Page:
    """
    A page from its text and the address it was served at; the last ones are kept, since claims and reading ask in turn.

    >>> page = page_of('<base href="/zwgk/"><li><a href="t1.html" title="2021年年报全文">2021年…</a> 2022-01-05</li>', "http://a.gov.cn/")
    >>> [(link.url, link.title, link.date) for link in page.links]
    [('http://a.gov.cn/zwgk/t1.html', '2021年年报全文', '2022-01-05')]
    """
    # bs4 warns of a declaration of XML, and of texts that look like file names: a line feed is none.
    soup = BeautifulSoup("\n" + _XML_DECLARATION.sub("", text), "lxml")
    base = soup.find("base", href=True)
    return Page(url, text, (joined(url, attribute(base, "href")) if base else None) or url, soup)


def attribute(tag: Tag | None, name: str) -> str:
    """An attribute of a tag; empty where there is none, or no tag."""
    value = tag.get(name) if tag else None
    return value if isinstance(value, str) else ""


def _links(soup: BeautifulSoup, base: str) -> Iterator[Link]:
    blocks: dict[int, int] = {}
    rows: dict[int, Counter[str]] = {}
    for anchor in [tag for tag in _tags(soup) if "onclick" in tag.attrs or ("href" in tag.attrs and tag.name in ("a", "area"))]:
        href = reference_of(anchor)
        if not href or (url := joined(base, href)) is None:
            continue
        block = _block(anchor, rows)
        number = blocks.setdefault(id(block), len(blocks))
        yield Link(without_session(url.partition("#")[0]), _title(anchor), _date(anchor), number, anchor)


def _tags(place: Tag) -> Iterator[Tag]:
    """The elements of a place in order; a plain walk, several times as quick as `find_all` and `select`."""
    return (element for element in place.descendants if isinstance(element, Tag))


def reference_of(tag: Tag) -> str:
    """
    Where a link leads, as it is written: its `href`, or where that is no address, the one that its script opens.

    >>> page = page_of("<a href='#' onclick='go(&quot;/nb/1.html&quot;)'>2021</a>", "http://a.gov.cn/")
    >>> reference_of(page.links[0].anchor)
    '/nb/1.html'
    """
    href = attribute(tag, "href").strip() if tag.name in ("a", "area") else ""
    if href and not href.startswith("#") and not href.lower().startswith("javascript:"):
        return href
    if tag.name not in ("a", "area") and tag.find(["a", "input", "select", "button"]) is not None:
        return ""
    return within_handler(unquote(href)) or within_handler(attribute(tag, "onclick"))


def _block(anchor: Tag, rows: dict[int, Counter[str]]) -> Tag:
    """
    What a link is a row of: the nearest element with more children of the same kind that hold links; else a list or table.

    `rows` remembers how many such children an element has.
    """
    row = anchor
    while (parent := row.parent) is not None and parent.name not in ("body", "html", "[document]"):
        if id(parent) not in rows:
            rows[id(parent)] = Counter(_kind(child) for child in parent.children if isinstance(child, Tag) and _holds_link(child))
        # Cells beside each other are one row, and so are several links in a cell or an item.
        if rows[id(parent)][_kind(row)] > 1 and parent.name != "tr" and not (row is anchor and parent.name in _ROW_TAGS):
            return parent
        row = parent
    found = next((parent for parent in anchor.parents if parent.name in ("ul", "ol", "dl", "table")), None)
    if found is None:
        found = anchor.parent.parent if anchor.parent and anchor.parent.parent else anchor
    return found


def _kind(tag: Tag) -> str:
    """What rows of one list share: their name; and their class, where each row is a box of its own."""
    return tag.name if tag.name in _ROW_TAGS else f"{tag.name} {tag.get('class')}"


def _holds_link(tag: Tag) -> bool:
    return tag.name == "a" or "onclick" in tag.attrs or any(inner.name == "a" for inner in _tags(tag))


def _title(anchor: Tag) -> str:
    """The title in full: lists cut the text of an anchor and keep the whole in its `title` (`cms_families` 3.2a)."""
    whole = clean(attribute(anchor, "title"))
    text = clean(anchor.get_text(" "))
    if _DATE.search(text):
        text = clean(_DATE.sub("", text)).strip("[]()（）【】 ·•")
    return whole if whole and (len(whole) >= len(text) or _CUT_OFF.search(text)) else text


def clean(text: str) -> str:
    """A text with its blanks run together."""
    return _SPACES.sub(" ", text).strip()


def _date(anchor: Tag) -> str | None:
    """The date in the smallest element around an anchor that holds no other link; else in the cell or item after it."""
    row: Tag = anchor
    while row.parent is not None and row.parent.name not in ("body", "html", "[document]", "ul", "ol", "table", "tbody"):
        others = (tag for tag in _tags(row.parent) if tag.name == "a" and "href" in tag.attrs)
        if len({reference_of(other) for other in islice(others, 4)}) > 1:
            break
        row = row.parent
    own = clean(anchor.get_text(" "))
    found = list(_DATE.finditer(clean(row.get_text(" ")).replace(own, " ", 1) if row is not anchor else "")) or list(
        _DATE.finditer(own)
    )
    if not found and row.name == "dt" and (after := row.find_next_sibling()) is not None and after.name == "dd":
        found = list(_DATE.finditer(clean(after.get_text(" "))))
    return found[-1][0].strip() if found else None
