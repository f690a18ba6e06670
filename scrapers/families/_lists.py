"""What list pages of every family share: their links with whole titles and dates, and which of these are entries of the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from urllib.parse import urlsplit

from parsers.raw.signs import REPORT_TITLE, is_look_alike, is_other_report
from scrapers.addresses import canonical_key, host_of, joined, main_key, same_site
from scrapers.families._pages import Link, Page, attribute, clean, digest, page_of
from scrapers.family import Item

__all__ = [
    "Link", "Page", "Rows", "column_prefix", "digest", "frames", "is_annual", "is_report", "looks_like_column", "new_items", "page_of", "printed_total",
    "rows_from", "rows_of", "sub_lists",
]  # fmt: skip

_SPACES = re.compile(r"[\s\u3000\xa0]+")
_NAVIGATION = re.compile(
    r"^[\[【(（<]?(?:\d{1,3}|第\d+页|[<>«»‹›|.…\s]*|[首尾末]\s*[页頁]|(?:上|下|前|后)\s*一?\s*[页頁].{0,3}|第一页|最后一?页|更多.{0,2}|more.{0,3}|next|prev.*|打印.*|关闭.*|返回.*|附件.{0,4}|(?:pdf|word)?下载.{0,2}|(?:政策)?(?:图解|解读|视频|图片)|pdf|docx?|word|查看.{0,4}|点击.{0,6})[\]】)）>]?$",
    re.IGNORECASE,
)
_OF_ARTICLE = re.compile(r"(?<=/)(?:(?:19|20)\d\d(?:[-/]?\d{1,2}){0,2}|\d{1,2}|\d{6,}|[0-9a-fA-F-]{16,})(?=/|$)")
"""Parts of a folder that an article has for itself: its date, or a number of its own."""
_DOCUMENT = re.compile(r"\.(?:docx?|wps|et|xlsx?|pdf|ofd|zip|rar)$", re.IGNORECASE)
_COLUMN_FILE = re.compile(
    r"^(?:(?:index|default|\w*list|\w*lbs?|(?:col|node|channel|column)_?\d+)(?:_\d+)?\.(?:s?html?|jspx?|aspx?|php))?$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_ONLY = re.compile(r"^(?:19|20)\d\d\s*年?(?:度)?(?:年报|年度报告|报告)?$")
_ANNUAL = re.compile(r"年报|年度报告")
_CUT_SHORT = re.compile(r"(?:政府信息|信息公|年度?(?:政府?|政务?|信息?|报告?)?|政府信)[^。，]{0,6}(?:…+|⋯+|\.{2,})$")
_CUT_OFF = re.compile(r"(?:…+|⋯+|\.{2,})$")
_UNIT_ALONE = re.compile(
    r"[^，。、：；《》？！\s]{2,24}(?:政府|办公室|委员会|[县区市]委|局|委|办|院|中心|站|队|镇|乡|街道|办事处|苏木|管委会|联合会|总工会|公司)"
)
_LIST_TITLE = re.compile(
    r"公开.{0,8}(?:年报|年度报告)|^(?:历年|各?(?:政府)?部门|乡镇|街道|镇街|乡镇.街道.?|县政府|区政府|市政府|县级?|单位)[^统财]{0,6}(?:年报|年度报告)"
)
"""Titles of columns of these reports (`cms_families` 4.1); 统计年报 and 财政年报 are others."""
_BODIES = re.compile(
    r"^(?:各|所有)?(?:.{0,14}?)(?:部门|单位|机构|乡镇|镇街|街镇|街道|苏木|镇|乡|局|委|办|办公室|中心|政府|本级|县级|区级|市级|机关|办事处|园区|开发区|管委会|公司)"
    r"(?:[（(/、和及·]?(?:各)?(?:部门|乡镇|镇|乡|街道|园区|苏木|办事处|场)(?:办事处)?[）)]?)*(?:政府)?(?:政务|政府)?(?:信息)?(?:公开)?(?:工作)?(?:年度|年)?(?:报告|年报|报)?$"
)
"""What sub-columns of bodies are called: kinds of bodies, or one body, alone or with the words of reports."""
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
    re.compile(
        r"(?:共|总计|合计|总数|总条数|总记录数|记录总?数|总条目)\s*(?:有|计)?\s*[:：]?\s*(\d{1,6})\s*(?:条|篇|项|个|则|份)(?!附件|[页站])"
    ),
    re.compile(r"共\s*\d+\s*页[\s,，、/|]*(?:共\s*)?(\d{1,6})\s*条"),
    re.compile(r"(?:总(?:记录|条)数|记录(?:总)?数|总条目|总数)\s*[:：]?\s*(\d{1,6})(?!\d)"),
    re.compile(r"(?<![\d页示])(?<![页示] )(\d{1,6})\s*条(?:记录|信息|数据)"),
)
_TOTAL_ATTRIBUTE = re.compile(
    r"\sdata-(?:total|count)(?:-?(?:count|records?|items?|num))?\s*=\s*[\"']?(\d{1,6})\b", re.IGNORECASE
)


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

    @property
    def shapes(self) -> tuple[str, ...]:
        """Digests of what the addresses of the entries share with others of their column: all but dates and numbers of articles."""
        return tuple(dict.fromkeys(digest(_shape(link.url)) for link in self.links))


def _shape(url: str) -> str:
    parts = urlsplit(url)
    folder, _, file = parts.path.rpartition("/")
    return (
        f"{_OF_ARTICLE.sub('#', folder)}/{re.sub('[0-9a-fA-F]{16,}|[0-9]+', '#', file)}?{re.sub('[0-9]{4,}', '#', parts.query)}"
    )


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

    Blocks that hold an entry of the list's own column are the list; where none does, the blocks that hold titles of reports,
    else the block with most dates. All that is no navigation in such a block is an entry.
    """
    prefix, host = column_prefix(list_url), host_of(list_url)

    def own(link: Link) -> bool:
        below = prefix != "/" and link.path.startswith(prefix) and host_of(link.url) == host
        return below or (is_own is not None and is_own(link.url))

    candidates = [link for link in page.links if _may_be_entry(link, is_article) or (own(link) and _may_be_plain_entry(link))]
    here = [link for link in candidates if same_site(link.url, list_url)]
    chosen = {link.block for link in here if own(link)}
    grade = 2
    if not chosen:
        chosen, grade = _best_blocks(here, is_article)
    known = {id(link) for link in candidates}
    rows = [
        link
        for link in page.links
        if link.block in chosen and (id(link) in known or (_may_be_plain_entry(link) and own(link) == (grade == 2)))
    ]
    elsewhere = {canonical_key(link.url) for link in rows if not same_site(link.url, list_url)}
    return rows_from((link for link in rows if same_site(link.url, list_url)), len(elsewhere), grade)


def _may_be_plain_entry(link: Link) -> bool:
    """Lists of units print their names alone, without a date, and link to files of any name."""
    return bool(link.title) and not _NAVIGATION.match(link.title) and _is_file(link.url)


def _may_be_entry(link: Link, is_article: Callable[[str], bool]) -> bool:
    if not link.title or _NAVIGATION.match(link.title):
        return False
    if is_article(link.url) or (link.date and clean(link.anchor.get_text())):
        return True
    return _speaks(link.title) and (_DOCUMENT.search(link.path) is not None or _is_file(link.url))


def _is_file(url: str) -> bool:
    parts = urlsplit(url)
    return not looks_like_column(url) and ("." in parts.path.rpartition("/")[2] or bool(parts.query))


def is_annual(title: str) -> bool:
    """
    Whether a title speaks of an annual report, of any kind, or is cut short where it would.

    >>> is_annual("财政局2021年年报"), is_annual("青槐县民政局2021年政府信…"), is_annual("县里召开会议…")
    (True, True, False)
    """
    return bool(_ANNUAL.search(title) or REPORT_TITLE.search(title) or _CUT_SHORT.search(title))


def _speaks(title: str) -> bool:
    """Whether an entry of a list of reports may be called so: of a report, of a year, or of a body alone."""
    if is_annual(title) or _YEAR_ONLY.match(title) or _UNIT_ALONE.fullmatch(title):
        return True
    return _YEAR.search(title) is not None and ("公开" in title or "报告" in title)


def _best_blocks(links: Sequence[Link], is_article: Callable[[str], bool]) -> tuple[set[int], int]:
    annual: dict[int, int] = {}
    entries: dict[int, int] = {}
    for link in links:
        annual[link.block] = annual.get(link.block, 0) + is_annual(link.title)
        entries[link.block] = entries.get(link.block, 0) + (2 if is_article(link.url) else 1) + 2 * _speaks(link.title)
    spoken = {block for block, count in annual.items() if count}
    if spoken:
        return spoken, 1
    # What speaks of no report, year or body is news beside a list that is elsewhere, or empty.
    spoken = {link.block for link in links if _speaks(link.title) or _CUT_OFF.search(link.title)}
    return ({max(spoken, key=lambda block: (entries[block], -block))} if spoken else set()), 0


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
        if not is_look_alike(link.title)
        and not is_other_report(link.title)
        and canonical_key(link.url) not in seen
        and main_key(link.url) not in seen
    )


def sub_lists(page: Page, list_url: str, rows: Rows, is_article: Callable[[str], bool] | None = None) -> tuple[Item, ...]:
    """
    Lists of years, departments and townships that a page leads to (`cms_families` 4.1): columns below its own or addressed as
    it is, years beside it, and columns of the same host whose title speaks of annual reports. Its own ancestors are none.
    """
    host, prefix, here = host_of(page.url), column_prefix(list_url), canonical_key(list_url)
    above = prefix.rstrip("/").rpartition("/")[0] + "/"
    entries = {canonical_key(link.url) for link in rows.links}
    found: dict[str, Item] = {}
    for link in page.links:
        key = canonical_key(link.url)
        # The host of the public information lies below that of the site; above it may be that of the prefecture.
        if not f".{host_of(link.url)}".endswith(f".{host}"):
            continue
        if key in entries or _is_same_column(key, here) or _NAVIGATION.match(link.title):
            continue
        folder = column_prefix(link.url)
        alike = _is_addressed_alike(link.url, list_url)
        if not link.title or link.date or is_look_alike(link.title) or (prefix.startswith(folder) and not alike):
            continue
        year = _YEAR_ONLY.match(link.title) is not None
        named = year or is_annual(link.title)
        is_column = alike or looks_like_column(link.url) or (named and not _is_file(link.url) and folder.startswith(above))
        below = (alike or (prefix != "/" and folder.startswith(prefix))) and (named or _BODIES.match(link.title))
        # A list that is addressed by a number or a parameter does not tell where its years lie.
        near = "?" in list_url or (above != "/" and folder.startswith(above))
        beside = near and (year or (not (rows.links and rows.grade) and _BODIES.match(link.title) and "?" not in list_url))
        if host_of(link.url) != host:
            below = beside = False
        if is_column and (below or beside or _LIST_TITLE.search(link.title)) and not (is_article and is_article(link.url)):
            found.setdefault(key, Item(link.url, link.title))
    return tuple(found.values())


def _is_addressed_alike(url: str, list_url: str) -> bool:
    """
    Whether two addresses differ in their numbers or parameters alone, as those of the lists of one site do.

    >>> _is_addressed_alike("http://a.gov.cn/list.php?catid=12", "http://a.gov.cn/list.php?catid=9")
    True
    """
    parts, other = urlsplit(url), urlsplit(list_url)
    if parts.path == other.path:
        return bool(parts.query and other.query)
    file, other_file = (re.sub(r"\d+", "#", text.path) for text in (parts, other))
    return file == other_file and re.search(r"\d[^/]*$", parts.path) is not None


def _is_same_column(key: str, other: str) -> bool:
    def folder(text: str) -> str:
        return re.sub(r"(?:index|default)(?:_\d+)?\.\w+$", "", text).rstrip("/")

    return folder(key) == folder(other)


def frames(page: Page) -> tuple[Item, ...]:
    """The frames of the same host that may hold the list of a shell page (`cms_families` 1), by the page's title."""
    title = clean(page.soup.title.get_text()) if page.soup.title else ""
    found: dict[str, Item] = {}
    for frame in page.soup.find_all(("iframe", "frame"), src=True):
        url = joined(page.base, attribute(frame, "src"))
        if url and host_of(url) == host_of(page.url) and not _IDLE_FRAME.search(urlsplit(url).path):
            found.setdefault(canonical_key(url), Item(url, title))
    found.pop(canonical_key(page.url), None)
    return tuple(found.values())


def is_report(page: Page) -> bool:
    """Whether the text of a list page, its links left out, is a report: it has most of the headings of one."""
    words = _SPACES.sub("", page.words)
    return len(words) > 150 and sum(heading.search(words) is not None for heading in _HEADINGS) >= 4


def printed_total(page: Page, rows: int = 0) -> int | None:
    """
    How many entries a page says the whole list has (共 45 条); None when it does not.

    Where several figures are printed, the one that is not fewer than the `rows` of the page, the last of them.

    >>> printed_total(page_of("<div>共 3 页 45 条</div>", "http://a.gov.cn/"))
    45
    """
    found = [int(match[1]) for pattern in _TOTALS for match in pattern.finditer(page.words)]
    found = found or [int(match[1]) for match in _TOTAL_ATTRIBUTE.finditer(page.text) if int(match[1]) >= rows > 0]
    fitting = [total for total in found if total >= rows]
    return (fitting or found)[-1] if found else None
