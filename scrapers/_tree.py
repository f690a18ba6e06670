"""A page as a tree, and what its official meta tags and headings say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import NavigableString, Tag

from parsers.raw.body import AROUND, BODIES
from parsers.raw.signs import REPORT_TITLE
from scrapers.addresses import joined

__all__ = [
    "DATE_PLACE", "attribute", "base_of", "lean_soup_of", "meta_tags", "parts_of", "soup_of", "tags_in", "text_of", "tight", "title_within", "visible",
    "words_of",
]  # fmt: skip

_LONGEST_TITLE = 120
_MARKED_TITLE = re.compile(r"title|wzbt|bt\b|biaoti", re.IGNORECASE)
_TITLE_BREAKS = re.compile(r"\s*(?:[_|｜»>]+|\s[-–—]+\s|[-–—]{1,2}(?=[^\d]))\s*")
_SITE_NAME = re.compile(r"(?:网|网站|门户|平台|人民政府|政府|信息公开)$")
_SPACES = re.compile(r"[\s\u3000\xa0]+")
_UNSEEN = frozenset(("script", "style", "noscript", "template", "title", "textarea", "option"))
_DECLARATION = re.compile(r"^\s*(?:<\?[^>]*\?>\s*)+")

DATE_PLACE = re.compile(r"^(?:fbsj|sj|rq|date|time|fb_?(?:time|date)|pub(?:lish)?[-_]?(?:time|date)|info[-_]?(?:time|date)|article[-_]?(?:time|date)|news[-_]?(?:time|date))$", re.IGNORECASE)  # fmt: skip
"""Marks of an element that holds the date of an article."""

_LAYS_OUT = frozenset(
    ("p", "span", "font", "b", "strong", "i", "em", "u", "br", "sup", "sub", "center", "div", "tr", "td", "th", "tbody", "thead", "tfoot", "col", "colgroup")
)  # fmt: skip
_PART = "\0"
"""Stands in the text of a lean tree where an element that was left out begins or ends: decoded text never holds it."""
_MARKS_SOUGHT = frozenset((*AROUND, *(name for _, name in BODIES)))
_BEGINNINGS_SOUGHT = tuple(name for kind, name in BODIES if kind == "begin")


def soup_of(text: str) -> BeautifulSoup:
    """
    A page as a tree, of any text.

    >>> soup_of("<p>x</p>").p
    <p>x</p>
    """
    return BeautifulSoup(_ready(text), "lxml")


def lean_soup_of(text: str) -> BeautifulSoup:
    """
    A page as a tree, of any text, without the elements that only lay out text and bear no mark that is sought here.

    The whole text is there, in the parts that `parts_of` and `visible` give; most elements of a report are cells of its tables,
    and a tree without them takes a fifth of the time.

    >>> page = lean_soup_of("<div id=zoom><p>x<b>y</b></p></div>")
    >>> [tag.name for tag in tags_in(page, "div", "p", "b")], list(visible([page]))
    (['div'], ['x', 'y'])
    """
    return BeautifulSoup(_ready(text), builder=_LeanBuilder(multi_valued_attributes=None))


def _ready(text: str) -> str:
    # Without an XML declaration and with a line end, beautifulsoup4 has nothing to warn of; lone surrogates cannot be parsed.
    return _DECLARATION.sub("", text.lstrip("\ufeff")).encode("utf-8", "replace").decode("utf-8") + "\n"


class _LeanBuilder(LXMLTreeBuilder):
    """Makes the elements of a tree out of what lxml reads, but for those that would never be looked at."""

    def initialize_soup(self, soup: BeautifulSoup) -> None:
        super().initialize_soup(soup)
        self._soup = soup
        self._open: list[str | None] = []

    def start(self, tag: str | bytes, attrib: dict[str | bytes, str | bytes], nsmap: Any = None) -> None:  # noqa: ARG002 - lxml's
        if tag in _LAYS_OUT and not (attrib and (_is_sought(attrib.get("id", "")) or _is_sought(attrib.get("class", "")))):
            self._open.append(None)
            if self._soup.current_data:
                self._soup.current_data.append(_PART)
            return
        self._open.append(str(tag))
        self._soup.handle_starttag(str(tag), None, None, self.attribute_dict_class(attrib))

    def end(self, tag: str | bytes) -> None:
        if self._open.pop() is None:
            if self._soup.current_data:
                self._soup.current_data.append(_PART)
            return
        self._soup.endData()
        self._soup.handle_endtag(str(tag))


@lru_cache(maxsize=4096)
def _is_sought(value: str | bytes) -> bool:
    """Whether an id or a class is one by which containers, templates, titles or dates are known."""
    text = str(value)
    if not text:
        return False
    words = text.split()
    return (
        _MARKED_TITLE.search(text) is not None
        or text.startswith(_BEGINNINGS_SOUGHT)
        or text in _MARKS_SOUGHT
        or any(word in _MARKS_SOUGHT or DATE_PLACE.match(word) for word in words)
        or DATE_PLACE.match(text) is not None
    )


def meta_tags(soup: BeautifulSoup) -> dict[str, str]:
    """
    The meta elements that say something, by name in lower case; the first of a name counts.

    >>> meta_tags(soup_of('<meta content="2022-01-20 10:00" name="PUBDATE"><meta name="PubDate" content="">'))
    {'pubdate': '2022-01-20 10:00'}
    """
    found: dict[str, str] = {}
    for tag in tags_in(soup, "meta"):
        name = attribute(tag, "name") or attribute(tag, "property")
        content = _SPACES.sub(" ", attribute(tag, "content")).strip()
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def base_of(soup: BeautifulSoup, url: str) -> str:
    """The address against which references in a page count: its `<base>`, else its own."""
    stated = next((href for tag in tags_in(soup, "base") if (href := attribute(tag, "href"))), None)
    return (joined(url, stated) if stated else None) or url


def title_within(soup: BeautifulSoup, meta: dict[str, str], bodies: Sequence[Tag] = ()) -> str:
    """
    The title: ArticleTitle, else the heading, else `<title>` without the name of the site; empty where there is none.

    >>> page = soup_of("<title>2021年政府信息公开年报_青槐县人民政府网</title>")
    >>> title_within(page, meta_tags(page))
    '2021年政府信息公开年报'
    """
    site = tight(meta.get("sitename", ""))
    if (title := tight(meta.get("articletitle", ""))) and title != site:
        return title
    headings = [text for text in _headings(soup, bodies) if text != site]
    reports = [text for text in headings if REPORT_TITLE.search(text)]
    if reports or headings:
        return (reports or headings)[0]
    own = next(iter(tags_in(soup, "title")), None)
    return _without_site(text_of(own, " ") if own is not None else "", site)


def _headings(soup: BeautifulSoup, bodies: Sequence[Tag]) -> Iterator[str]:
    for tag in (*tags_in(soup, "ucaptitle"), *tags_in(soup, "h1")):
        text = tight(text_of(tag, " "))
        if text and len(text) <= _LONGEST_TITLE and not text.startswith("欢迎"):
            yield text
    # Templates without h1 mark their heading by a class; it counts where it names a report, for menus bear such marks too.
    marked = [tag for tag in tags_in(soup, "h2", "h3", "div", "p", "span", "td") if _MARKED_TITLE.search(attribute(tag, "class"))]
    for tag in (*marked, *(tag for body in bodies for tag in tags_in(body, "h2", "h3")[:1])):
        text = tight(text_of(tag, " "))
        if len(text) <= _LONGEST_TITLE and REPORT_TITLE.search(text) and re.search(r"\d{4}", text) and not tags_in(tag, "li"):
            yield text


def _without_site(title: str, site: str) -> str:
    parts = [part for part in (tight(part) for part in _TITLE_BREAKS.split(_SPACES.sub(" ", title))) if part and part != site]
    if not parts:
        return ""
    dated = [part for part in parts if REPORT_TITLE.search(part) and re.search(r"\d{4}", part)]
    named = [part for part in parts if REPORT_TITLE.search(part)]
    others = [part for part in parts if not _SITE_NAME.search(part)]
    return (dated or named or others or parts)[0]


def visible(places: Iterable[Tag], *, until: Tag | None = None) -> Iterator[str]:
    """The texts that a reader sees, in order."""
    for place in places:
        for element in place.descendants:
            if element is until:
                return
            if type(element) is not NavigableString:  # comments and scripts are kinds of it
                continue
            parent = element.parent
            if parent is None or parent.name not in _UNSEEN:
                yield from parts_of(element)


def parts_of(text: str) -> Iterator[str]:
    """The parts of a text of a tree that say something, without blanks at their ends."""
    return filter(None, map(str.strip, text.split(_PART)))


def text_of(place: Tag, between: str = "") -> str:
    """The text of an element, with something between its parts."""
    return place.get_text(between).replace(_PART, between)


def tags_in(place: Tag, *names: str) -> list[Tag]:
    """The elements of these names within a place, in order; a plain walk, several times as quick as `find_all`."""
    return [element for element in place.descendants if isinstance(element, Tag) and element.name in names]


def attribute(tag: Tag, name: str) -> str:
    """The value of an attribute; empty where there is none."""
    value = tag.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def words_of(tag: Tag, name: str) -> list[str]:
    """The words of an attribute that holds several, such as class."""
    return attribute(tag, name).split()


def tight(text: str) -> str:
    """The text without blanks at its ends, and between Chinese characters."""
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", _SPACES.sub(" ", text).strip())
