"""What list pages of every family share: their links with whole titles and dates, and which of these are entries of the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from parsers.raw.signs import REPORT_TITLE, is_look_alike
from scrapers.addresses import canonical_key, host_of, joined, main_key, within_handler, without_session
from scrapers.family import Item

__all__ = [
    "Link", "Page", "Rows", "column_prefix", "digest", "frames", "is_annual", "is_report", "looks_like_column", "new_items", "page_of", "printed_total",
    "reference_of", "rows_from", "rows_of", "sub_lists",
]  # fmt: skip

_XML_DECLARATION = re.compile(r"<\?xml[^>]*>", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}日?(?!\d)")
_SPACES = re.compile(r"[\s\u3000\xa0]+")
_CUT_OFF = re.compile(r"(?:\.{2,}|…+|⋯+)$")
_NAVIGATION = re.compile(
    r"^(?:\d{1,3}|[<>«»‹›|.…\s]*|首\s*页|尾\s*页|末\s*页|(?:上|下|前|后)一?\s*[页頁]|第一页|最后一?页|更多.{0,2}|more.{0,3}|next|prev.*|打印.*|关闭.*|返回.*)$",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(r"\.(?:docx?|wps|et|xlsx?|pdf|ofd|zip|rar)$", re.IGNORECASE)
_COLUMN_FILE = re.compile(r"^(?:(?:index|default|\w*list|\w*lbs?|col\d+)(?:_\d+)?\.(?:s?html?|jspx?|aspx?|php))?$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_ONLY = re.compile(r"^(?:19|20)\d\d\s*年?(?:度)?(?:年报|年度报告|报告)?$")
_ANNUAL = re.compile(r"年报|年度报告")
_LIST_TITLE = re.compile(
    r"公开.{0,8}(?:年报|年度报告)|^(?:历年|各?(?:政府)?部门|乡镇|街道|镇街|乡镇.街道.?|县政府|区政府|市政府|县级?|单位)[^统财]{0,6}(?:年报|年度报告)"
)
"""Titles of columns of these reports (`cms_families` 4.1); 统计年报 and 财政年报 are others."""
_BODIES = re.compile(
    r"^(?:各?.{0,12}?(?:县|市|区|旗)?(?:政府)?(?:部门|单位|乡镇|镇街|街道|镇|乡|苏木|局|委|办公室|办|中心|县政府|区政府|市政府|人民政府)).{0,6}$"
)
_IDLE_FRAME = re.compile(
    r"login|count|tongji|visit|tree|search|header|footer|top\.|foot\.|weather|share|player|video|map", re.IGNORECASE
)
"""Frames that hold no list: logins, counters, trees (`cms_families` 1)."""

_HEADINGS = tuple(
    re.compile(heading)
    for heading in (
        "总体情况|概述",
        "主动公开(?:政府)?信息的?(?:工作)?情况",
        "(?:收到和处理政府信息公开申请|依申请公开(?:政府信息)?的?(?:工作)?|申请公开政府信息的?)情况",
        "复议.{0,8}诉讼的?情况",
        "存在的?(?:主要)?(?:问题|不足)",
        "其他需要报告",
        "收费.{0,4}减免",
    )
)
"""Headings of the reports of 2014 to 2021; a report inside a list page has most of them (`cms_families` 3.1, Guizhou)."""

_TOTALS = (
    re.compile(r"共(?:有|计)?\s*(\d{1,6})\s*(?:条|篇|项(?:信息|记录))"),
    re.compile(r"共\s*\d+\s*页[\s,，、/|]*(?:共\s*)?(\d{1,6})\s*条"),
    re.compile(r"(?:总(?:记录|条)数|记录(?:总)?数|总条目|总数)\s*[:：]?\s*(\d{1,6})"),
)


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
        strings = (
            text
            for text in self.soup.find_all(string=True)
            if not text.find_parent(("a", "script", "style", "title", "noscript"))
        )
        return _SPACES.sub(" ", " ".join(str(text) for text in strings))

    @cached_property
    def scripts(self) -> str:
        """The scripts of the page."""
        return "\n".join(script.get_text() for script in self.soup.find_all("script"))


@dataclass(frozen=True, slots=True)
class Rows:
    """
    The entries of a list page: on the list's own host, and how many lead `elsewhere`.

    `grade` is 2 when entries lie in the list's own column, 1 when their titles speak of annual reports, else 0.
    `twins` are digests of rows that were left out because the page whose twin they are stands beside them.
    """

    links: tuple[Link, ...]
    elsewhere: int = 0
    grade: int = 0
    twins: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Digests of the entries; a page and its twin have the same."""
        return tuple(digest(main_key(link.url) or canonical_key(link.url)) for link in self.links)

    @property
    def print(self) -> str:
        """A digest of the addresses, to know a page again by its entries."""
        return digest("\n".join(canonical_key(link.url) for link in self.links)) if self.links else ""


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
    return Page(url, text, (joined(url, _attribute(base, "href")) if base else None) or url, soup)


def _attribute(tag: Tag | None, name: str) -> str:
    value = tag.get(name) if tag else None
    return value if isinstance(value, str) else ""


def _links(soup: BeautifulSoup, base: str) -> Iterator[Link]:
    blocks: dict[int, int] = {}
    for anchor in soup.select("a[href], area[href], [onclick]"):
        href = reference_of(anchor)
        if not href or (url := joined(base, href)) is None:
            continue
        block = _block(anchor)
        number = blocks.setdefault(id(block), len(blocks))
        yield Link(without_session(url.partition("#")[0]), _title(anchor), _date(anchor), number, anchor)


def reference_of(tag: Tag) -> str:
    """
    Where a link leads, as it is written: its `href`, or where that is no address, the one that its script opens.

    >>> page = page_of("<a href='#' onclick='go(&quot;/nb/1.html&quot;)'>2021</a>", "http://a.gov.cn/")
    >>> reference_of(page.links[0].anchor)
    '/nb/1.html'
    """
    href = _attribute(tag, "href").strip() if tag.name in ("a", "area") else ""
    if href and not href.startswith("#") and not href.lower().startswith("javascript:"):
        return href
    if tag.name not in ("a", "area") and tag.find(["a", "input", "select", "button"]) is not None:
        return ""
    return within_handler(unquote(href)) or within_handler(_attribute(tag, "onclick"))


def _block(anchor: Tag) -> Tag:
    found = anchor.find_parent(("ul", "ol", "dl", "table"))
    if found is None:
        found = anchor.parent.parent if anchor.parent and anchor.parent.parent else anchor
    return found


def _title(anchor: Tag) -> str:
    """The title in full: lists cut the text of an anchor and keep the whole in its `title` (`cms_families` 3.2a)."""
    whole = _clean(_attribute(anchor, "title"))
    text = _clean(anchor.get_text(" "))
    if whole and (len(whole) >= len(text) or _CUT_OFF.search(text)):
        return whole
    return _clean(_DATE.sub("", text)).strip("[]()（）【】 ·•") if _DATE.search(text) else text


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _date(anchor: Tag) -> str | None:
    """The date in the smallest element around an anchor that holds no other link; else in the cell or item after it."""
    row: Tag = anchor
    while row.parent is not None and row.parent.name not in ("body", "html", "[document]", "ul", "ol", "table", "tbody"):
        if len({reference_of(other) for other in row.parent.find_all("a", href=True, limit=4)}) > 1:
            break
        row = row.parent
    own = _clean(anchor.get_text(" "))
    found = list(_DATE.finditer(_clean(row.get_text(" ")).replace(own, " ", 1) if row is not anchor else "")) or list(
        _DATE.finditer(own)
    )
    if not found and row.name == "dt" and (after := row.find_next_sibling()) is not None and after.name == "dd":
        found = list(_DATE.finditer(_clean(after.get_text(" "))))
    return found[-1][0].strip() if found else None


def column_prefix(list_url: str) -> str:
    """
    The path under which the entries of a list lie; `/` when the address of the list does not tell.

    >>> column_prefix("http://a.gov.cn/zwgk/zfxxgknb/index_1.html"), column_prefix("http://a.gov.cn/zwgk/zfxxgknb/2023n")
    ('/zwgk/zfxxgknb/', '/zwgk/zfxxgknb/2023n/')
    """
    path = urlsplit(list_url).path
    folder, _, file = path.rpartition("/")
    return f"{folder}/" if "." in file or not file else f"{path}/"


def looks_like_column(url: str) -> bool:
    """
    Whether an address looks like that of a list: a folder, or its index.

    >>> [looks_like_column("http://a.gov.cn" + path) for path in ("/nb/", "/nb/list.shtml", "/nb/t20210101_1.html")]
    [True, True, False]
    """
    file = urlsplit(url).path.rpartition("/")[2]
    return _COLUMN_FILE.match(file) is not None


def rows_of(page: Page, list_url: str, is_article: Callable[[str], bool], is_own: Callable[[str], bool] | None = None) -> Rows:
    """
    The entries of a list among all links of a page of it, guarded by host and column (`cms_families` 4.2).

    Blocks (`ul`, `table`) that hold an entry of the list's own column are the list; where none does, the blocks that hold
    titles of reports, else the block with most dates.
    """
    prefix, host = column_prefix(list_url), host_of(list_url)

    def own(link: Link) -> bool:
        return (prefix != "/" and link.path.startswith(prefix)) or (is_own is not None and is_own(link.url))

    candidates = [link for link in page.links if _may_be_entry(link, is_article) or (own(link) and _may_be_plain_entry(link))]
    here = [link for link in candidates if host_of(link.url) == host]
    chosen = {link.block for link in here if own(link)}
    grade = 2
    if chosen:
        kept = [link for link in here if own(link) or (link.block in chosen and is_annual(link.title))]
    else:
        chosen, grade = _best_blocks(here, is_article)
        kept = [link for link in here if link.block in chosen]
    elsewhere = {canonical_key(link.url) for link in candidates if link.block in chosen and host_of(link.url) != host}
    return rows_from(kept, len(elsewhere), grade)


def _may_be_plain_entry(link: Link) -> bool:
    """Lists of units print their names alone, without a date, and link to files of any name."""
    named = bool(link.title) and not _NAVIGATION.match(link.title)
    return named and _is_file(link.url) and link.anchor.find_parent(("li", "tr", "dd", "dt")) is not None


def _may_be_entry(link: Link, is_article: Callable[[str], bool]) -> bool:
    if not link.title or _NAVIGATION.match(link.title):
        return False
    if is_article(link.url) or (link.date and _clean(link.anchor.get_text())):
        return True
    return (
        bool(_YEAR.search(link.title))
        and is_annual(link.title)
        and (_DOCUMENT.search(link.path) is not None or _is_file(link.url))
    )


def _is_file(url: str) -> bool:
    parts = urlsplit(url)
    return not looks_like_column(url) and ("." in parts.path.rpartition("/")[2] or bool(parts.query))


def is_annual(title: str) -> bool:
    """Whether a title speaks of an annual report, of any kind."""
    return bool(_ANNUAL.search(title) or REPORT_TITLE.search(title))


def _best_blocks(links: Iterable[Link], is_article: Callable[[str], bool]) -> tuple[set[int], int]:
    annual: dict[int, int] = {}
    entries: dict[int, int] = {}
    for link in links:
        annual[link.block] = annual.get(link.block, 0) + is_annual(link.title)
        entries[link.block] = entries.get(link.block, 0) + (2 if is_article(link.url) else 1)
    spoken = {block for block, count in annual.items() if count}
    if spoken:
        return spoken, 1
    return ({max(entries, key=lambda block: (entries[block], -block))} if entries else set()), 0


def rows_from(links: Iterable[Link], elsewhere: int = 0, grade: int = 0) -> Rows:
    """Each address once; of a page and its twin (`_wap`, `mpost_`, print) the page itself (`cms_families` 4.5)."""
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(canonical_key(link.url), link)
    kept = tuple(link for link in found.values() if main_key(link.url) not in found)
    return Rows(kept, elsewhere, grade, tuple(digest(key) for key, link in found.items() if main_key(link.url) in found))


def new_items(rows: Rows, seen: Set[str]) -> tuple[Item, ...]:
    """The entries that are not in `seen` (canonical keys), without those whose titles only speak of reports (4.1)."""
    return tuple(
        Item(link.url, link.title, link.date)
        for link in rows.links
        if not is_look_alike(link.title) and canonical_key(link.url) not in seen and main_key(link.url) not in seen
    )


def sub_lists(page: Page, list_url: str, rows: Rows) -> tuple[Item, ...]:
    """
    Lists of years, departments and townships that a page leads to (`cms_families` 4.1): columns below its own, years beside
    it, and columns of the same host whose title speaks of annual reports. Its own ancestors are none.
    """
    host, prefix, here = host_of(page.url), column_prefix(list_url), canonical_key(list_url)
    above = prefix.rstrip("/").rpartition("/")[0] + "/"
    entries = {canonical_key(link.url) for link in rows.links}
    found: dict[str, Item] = {}
    for link in page.links:
        key = canonical_key(link.url)
        if host_of(link.url) != host or key in entries or _is_same_column(key, here) or _NAVIGATION.match(link.title):
            continue
        folder = column_prefix(link.url)
        if not link.title or link.date or is_look_alike(link.title) or prefix.startswith(folder):
            continue
        year = _YEAR_ONLY.match(link.title) is not None
        named = year or is_annual(link.title)
        is_column = looks_like_column(link.url) or (named and not _is_file(link.url) and folder.startswith(above))
        below = prefix != "/" and folder.startswith(prefix) and (named or _BODIES.match(link.title))
        beside = above != "/" and folder.startswith(above) and (year or (not rows.links and _BODIES.match(link.title)))
        if is_column and (below or beside or _LIST_TITLE.search(link.title)):
            found.setdefault(key, Item(link.url, link.title))
    return tuple(found.values())


def _is_same_column(key: str, other: str) -> bool:
    def folder(text: str) -> str:
        return re.sub(r"(?:index|default)(?:_\d+)?\.\w+$", "", text).rstrip("/")

    return folder(key) == folder(other)


def frames(page: Page) -> tuple[Item, ...]:
    """The frames of the same host that may hold the list of a shell page (`cms_families` 1), by the page's title."""
    title = _clean(page.soup.title.get_text()) if page.soup.title else ""
    found: dict[str, Item] = {}
    for frame in page.soup.find_all(("iframe", "frame"), src=True):
        url = joined(page.base, _attribute(frame, "src"))
        if url and host_of(url) == host_of(page.url) and not _IDLE_FRAME.search(urlsplit(url).path):
            found.setdefault(canonical_key(url), Item(url, title))
    found.pop(canonical_key(page.url), None)
    return tuple(found.values())


def is_report(page: Page) -> bool:
    """Whether the text of a list page, its links left out, is a report: it has most of the headings of one."""
    words = _SPACES.sub("", page.words)
    return len(words) > 150 and sum(heading.search(words) is not None for heading in _HEADINGS) >= 4


def printed_total(page: Page) -> int | None:
    """
    How many entries a page says the whole list has (共 45 条); None when it does not.

    >>> printed_total(page_of("<div>共 3 页 45 条</div>", "http://a.gov.cn/"))
    45
    """
    for pattern in _TOTALS:
        if match := pattern.search(page.words):
            return int(match[1])
    return None
