"""
The way from a home page to the columns of annual reports: by words, by pinyin in addresses, by the official ColumnType.

Nothing is crawled (`cms_families` 4.1): a link is taken for what it says, within one site and at most three steps from its
home page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from parsers.raw.signs import REPORT_TITLE, is_look_alike
from scrapers._tree import attribute, base_of, meta_tags, soup_of, tags_in, tight, title_within
from scrapers.addresses import canonical_key, host_of, is_twin, joined, path_of, same_site, within_handler, without_session
from scrapers.family import Answer, Item

__all__ = ["DEEPEST", "columns", "is_column", "next_steps"]

DEEPEST = 3
"""Steps from a home page; further away is another part of the site."""

_MOST_STEPS = 20

_COLUMN = re.compile(
    r"(?:政府信息|政务信息|信息|政务)公开(?:工作)?(?:情况)?(?:年度|年)?(?:工作)?(?:年度)?(?:报告|年报)|公开年报|公开年度报告|历年(?:年报|年度报告|报告)|年报专栏"
    r"|^(?:政府|部门|单位|本级|县级?|区级?|市级?|旗|乡镇|镇街|街道|县政府|区政府|市政府|工作|政务)?(?:年度报告|年报|年度工作报告)(?:专栏|汇总|目录)?$|^(?:20[0-3]\d)年?(?:度)?(?:年报|年度报告)$"
)
_TOKEN = re.compile(
    r"(?:(?:bm|xz|xzf|zf|zj|jd|qzf|xz?jd|qx|sj|xj|dw)*(?:zfxxgk|xxgk|zfgk|zwgk)(?:gz|gzz)?(?:nb|ndbg|ndgzbg|nbg|nianbao)|(?:bm|xz|jd|zj|zf)?gknb|ndbg|(?:bm|xz|tb)?nb|nbzl|linian|lnnb)"
    r"(?:20\d\d\w{0,3}|_\d+|\d{1,6})?|annualreports?",
    re.IGNORECASE,
)
_YEAR_TOKEN = re.compile(r"(?:nb_?)?20[0-3]\d[a-z]{0,2}", re.IGNORECASE)
_YEAR = re.compile(r"^(?:20[0-3]\d)年?(?:度)?(?:年报|年度报告|政府信息公开(?:工作)?(?:年报|年度报告))?$")
_BODIES = re.compile(
    r"^(?:各)?(?:县|区|市|旗)?(?:直|级|政府|人民政府)?(?:各)?(?:部门|单位|直属机构|政府部门|工作部门|职能部门|直属单位|派出机构)(?:年报|年度报告)?$"
    r"|^(?:各)?(?:乡镇|镇街|镇办|乡镇街道|镇（?街道）?|街道|街镇|乡|镇|苏木镇|苏木乡镇|园区|开发区|基层|乡镇（街道）|乡镇、街道|乡镇/街道)(?:政府|办事处)?(?:年报|年度报告)?$"
    r"|^(?:县|区|市|旗)(?:人民)?政府(?:办公室|本级)?(?:年报|年度报告)?$|^(?:本级|县本级|区本级|市本级|企事业单位|国有企业|事业单位|公共企事业单位|双管单位|垂管单位)$"
)
_UNIT = re.compile(
    r"^[^，。、：；《》？！\s]{2,24}(?:人民政府|办公室|委员会|局|委|办|院|中心|队|镇|乡|街道|街道办事处|办事处|苏木|嘎查|管委会|联合会|总工会|公司)(?:年报|年度报告)?$"
)
_STEP = re.compile(
    r"^(?:[^，。]{0,10}(?:政府|部门|县|区|市|旗))?(?:政府信息公开|信息公开|政务公开|政府信息|政务信息公开)(?:专栏|平台|目录|专区|网|内容|首页|栏目|公示栏|系统)?$"
    r"|^(?:法定)?主动公开(?:内容|目录|信息|基本目录)?$|^(?:部门|乡镇|镇街|街道|各部门|各乡镇|乡镇街道|基层|县直部门|区直部门)(?:政府)?(?:政府信息|信息|政务)公开(?:目录|专栏)?$"
    r"|^信息公开(?:目录|专栏)$|^公开目录$|^法定公开(?:内容)?$"
)
_STEP_TOKEN = re.compile(
    r"(?:zfxxgk|xxgk|zwgk|zfxxgkzl|xxgkml|zfxxgkml|gkml|fdzdgk|fdzdgknr|zdgk|openness|govinfopub)(?:_\d+|\d{1,6})?", re.IGNORECASE
)
_NEVER = re.compile(
    r"/(?:search|so|jsearch\w*|calendar|rili|login|logout|signin|register|sso|cas|passport|tags?|rss|feed|sitemap|print|ysqgk)(?:[/._?-]|$)"
    r"|search\.(?:jspx?|s?html?|do|php|aspx)|(?:login|calendar|register|print)\w*\.(?:jspx?|s?html?|do|php|aspx)"
    r"|[?&](?:keywords?|q|searchword|tag|date|month|day)=",
    re.IGNORECASE,
)
_NEVER_WORDS = re.compile(
    r"搜索|检索|登录|登陆|注册|日历|依申请公开|公开指南|公开制度|网站地图|收藏|打印|下载|政策解读|上一页|下一页|末页|尾页|首页$"
)
_FILE = re.compile(r"\.(?:docx?|wps|et|xlsx?|pdf|ofd|zip|rar|jpe?g|png|gif|mp4|apk)$", re.IGNORECASE)
_ARTICLE = re.compile(
    r"/t(?:\d{8}_\d+|\d{5,})\.s?html?$|/art/\d{4}/.*art_[\w]+\.html?$|/content(?:_|/)\w*\d{3,}(?:\.s?html?)?$|/info/\d+/\d+\.html?$|/[0-9a-f]{24,32}\.s?html?$|/(?:m?post|doc|article)_\w+\.html?$"
    r"|/columns/[0-9a-f-]{36}/\d{6}/|/\d{4,6}/\d{1,2}/(?:\d{1,2}/)?[\w-]+\.s?html?$|/\d{5,}\.s?html?$|/i\d{5,}\.p?html$|/c\d{2,}_\d+\.s?html?$|/[\w-]*show-\d+\.html$|/\d{15,}/index\.s?html?$"
    r"|/public/content/\d+|/\d{8}/\w+\.s?html?$|/[\w-]*-\d{4,}\.s?html?$",
    re.IGNORECASE,
)  # fmt: skip
_MARKS = re.compile(r"^(?:\d{1,2}[.、])?[\[【·•>»\-—]*|[>»】\]…]+$")
_PAGER_TEXT = re.compile(r"\d{1,3}|[<«‹上下]+[一1]?页?|尾页|末页|最后一页|GO|跳转", re.IGNORECASE)
_PAGER_ADDRESS = re.compile(
    r"/(?:index|default|[\w-]*list)_\d{1,3}\.\w+$|[?&](?:page|pageindex|page_?no|page_?num|cur_?page|currpage|p)=", re.IGNORECASE
)
_FOLDER = re.compile(r"(?:/|/(?:index|default|[\w-]*list)(?:_\d+)?\.\w+|/[^./]*)$", re.IGNORECASE)
_DATED = re.compile(r"(?:19|20)\d\d|二[〇○零]")


class _Link(NamedTuple):
    url: str
    text: str
    key: str


def columns(page: Answer, depth: int, *, home: str = "") -> tuple[Item, ...]:
    """
    The columns of annual reports that a page leads to, in the page's order; `depth` is how far the page is from the home page.

    On a page that is such a column itself, also its own sub-columns: of years, of departments, of townships. Other hosts
    count when they are registered under the same gov.cn domain; with `home`, only those at or below that host.

    >>> from scrapers.family import Request
    >>> text = '<a href="/zwgk/zfxxgknb/">政府信息公开年报</a><a href="/search?q=1">年报</a>'
    >>> [(item.url, item.title) for item in columns(Answer(Request("http://a.gov.cn/"), "http://a.gov.cn/", 200, text), 0)]
    [('http://a.gov.cn/zwgk/zfxxgknb/', '政府信息公开年报')]
    """
    if depth > DEEPEST:
        return ()
    soup = soup_of(page.text)
    within = _is_column(page, soup)
    found: dict[str, Item] = {}
    for link in _links(page, soup, home):
        if is_look_alike(link.text) or _is_article(link):
            continue
        if _leads_to_column(link) or (within and _is_sub_column(link, page.url)):
            before = found.get(link.key)
            if before is None or (len(before.title) < 3 < len(link.text)):
                found[link.key] = Item(before.url if before else link.url, link.text)
    return tuple(found.values())


def next_steps(page: Answer, depth: int = 0, *, home: str = "") -> tuple[Item, ...]:
    """
    The links worth one more step, the best first: 政府信息公开, 信息公开, 法定主动公开; none from the third step on.

    A page that shows little but a frame of its own host, or has no such link, leads to that frame.
    """
    if depth >= DEEPEST:
        return ()
    soup = soup_of(page.text)
    ranked: dict[str, tuple[int, Item]] = {}
    links = list(_links(page, soup, home))
    for link in links:
        if _is_article(link) or _leads_to_column(link) or link.key in ranked:
            continue
        rank = _rank(link, path_of(link.url))
        if rank is not None:
            ranked[link.key] = (rank, Item(link.url, link.text))
    if len(links) < 5 or not ranked:
        for item in _frames(page, soup):
            ranked.setdefault(canonical_key(item.url), (9, item))
    return tuple(item for _, item in sorted(ranked.values(), key=lambda entry: entry[0]))[:_MOST_STEPS]


def is_column(page: Answer) -> bool:
    """
    Whether a page is a column of annual reports: by its ColumnType, its name, its title, or its address.

    >>> from scrapers.family import Request
    >>> text = '<meta name="ColumnType" content="信息公开年报"><a href="1.html">…</a>'
    >>> is_column(Answer(Request("http://a.gov.cn/c1/"), "http://a.gov.cn/c1/", 200, text))
    True
    """
    return _is_column(page, soup_of(page.text))


def _is_column(page: Answer, soup: BeautifulSoup) -> bool:
    meta = meta_tags(soup)
    if "articletitle" in meta:
        return False
    if any(word in meta.get("columntype", "") for word in ("信息公开年报", "政府信息公开年报", "公开年报")):
        return True
    name = tight(meta.get("columnname", ""))
    if name:
        return _COLUMN.search(name) is not None and not is_look_alike(name)
    title = title_within(soup, meta)
    if _COLUMN.search(title) and not is_look_alike(title):
        return True
    path = path_of(page.url)
    return _has_token(path) and _ARTICLE.search(path) is None


# --- links ----------------------------------------------------------------------------------------


def _links(page: Answer, soup: BeautifulSoup, home: str) -> Iterator[_Link]:
    """The links of a page that may be followed at all: of its site, and neither search nor login, nor a page of a list, nor a twin."""
    base = base_of(soup, page.url)
    own = canonical_key(page.url)
    for tag in tags_in(soup, "a", "area", "option"):
        reference = attribute(tag, "href") or (attribute(tag, "value") if tag.name == "option" else "")
        if not reference.strip("# ") or reference.lower().lstrip().startswith("javascript:"):
            reference = within_handler(reference) or within_handler(attribute(tag, "onclick"))
        address = joined(base, without_session(reference)) if reference and not reference.lstrip().startswith("#") else None
        if address is None:
            continue
        address = address.partition("#")[0]
        text = _named(tag)
        if not _is_of_site(address, page.url, home) or _NEVER.search(_target(address)) or _NEVER_WORDS.search(text):
            continue
        if _PAGER_TEXT.fullmatch(text) or _PAGER_ADDRESS.search(_target(address)):
            continue
        if is_twin(address) or _FILE.search(path_of(address)) or (key := canonical_key(address)) == own:
            continue
        yield _Link(address, text, key)


def _frames(page: Answer, soup: BeautifulSoup) -> Iterator[Item]:
    base = base_of(soup, page.url)
    for tag in tags_in(soup, "iframe", "frame"):
        address = joined(base, attribute(tag, "src"))
        if address and host_of(address) == host_of(page.url) and not _NEVER.search(_target(address)):
            yield Item(address, attribute(tag, "title") or attribute(tag, "name"))


def _named(tag: Tag) -> str:
    """What a link is called; its title where its text is cut short."""
    text, title = tight(tag.get_text(" ")), tight(attribute(tag, "title") or attribute(tag, "alt"))
    if not text:
        picture = tag.find("img")
        text = title or (tight(attribute(picture, "alt") or attribute(picture, "title")) if isinstance(picture, Tag) else "")
    elif title and (text.endswith(("…", "..")) or text in ("更多", "more", "更多>>", "MORE", "查看更多")):
        text = title
    return _MARKS.sub("", text)


def _is_of_site(address: str, page_url: str, home: str) -> bool:
    if host_of(address) == host_of(page_url):
        return True
    if home:
        return host_of(address) == host_of(home) or host_of(address).endswith(f".{host_of(home)}")
    return same_site(address, page_url)


def _is_article(link: _Link) -> bool:
    """Whether a link leads to one article: by the shape of its address, or by a report's whole title on a file."""
    path = path_of(link.url)
    if "xxgkannualreport" in path.lower():
        return False
    titled = REPORT_TITLE.search(link.text) is not None and _DATED.search(link.text) is not None
    return _ARTICLE.search(path) is not None or (titled and _FOLDER.search(path) is None)


def _leads_to_column(link: _Link) -> bool:
    if _COLUMN.search(link.text):
        return True
    path = path_of(link.url)
    if "xxgkannualreport" in path.lower():
        return True
    return _has_token(path) and not _says_other(link.text)


def _has_token(path: str) -> bool:
    """Whether one of the last two folders of an address is a pinyin token of these columns, such as `zfxxgknb_171215`."""
    parts = [part for part in path.split("/") if part]
    if parts and "." in parts[-1]:
        parts[-1] = parts[-1].rpartition(".")[0]
    if parts and re.fullmatch(r"(?:index|list|default|common_list|xxgk_list|[\w]*list)(?:_\d+)?", parts[-1], re.IGNORECASE):
        parts.pop()
    return any(_TOKEN.fullmatch(part) for part in parts[-2:])


def _says_other(text: str) -> bool:
    """Whether a link under such a folder says that it leads to something else."""
    return bool(text) and re.search(r"指南|制度|目录|决算|预算|规划|解读|法规|政策|通知|公告|动态", text) is not None


def _is_sub_column(link: _Link, page_url: str) -> bool:
    if _YEAR.match(link.text) or _BODIES.match(link.text):
        return True
    parts = [part for part in path_of(link.url).split("/") if part]
    below = path_of(link.url).startswith(path_of(page_url).rpartition("/")[0] + "/") and link.url != page_url
    if not below:
        return False
    return _UNIT.match(link.text) is not None or any(_YEAR_TOKEN.fullmatch(part) for part in parts[-2:-1] or parts[-1:])


def _rank(link: _Link, path: str) -> int | None:
    if _STEP.match(link.text):
        order = ("政府信息公开", "法定主动公开", "信息公开", "政务公开")
        return next((at for at, word in enumerate(order) if word in link.text), len(order))
    parts = [part for part in path.split("/") if part]
    if parts and "." in parts[-1]:
        parts.pop()
    if parts and _STEP_TOKEN.fullmatch(parts[-1]) and len(link.text) < 12 and not _says_other(link.text):
        return 6
    return None


def _target(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
