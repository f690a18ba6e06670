"""Ways from one page of a list to the next, and what the list declares of itself: links, calls of `createPageHTML`, guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil
from typing import TypeGuard
from urllib.parse import parse_qsl, urlencode, urlsplit

from bs4 import Tag

from scrapers.addresses import canonical_key, host_of, joined
from scrapers.families._lists import Rows, column_prefix, printed_total
from scrapers.families._pages import Page
from scrapers.families._scripted import Guess, built_ways, page_by_handler, value_of

__all__ = ["declared", "guesses_of", "has_scripted_pager", "linked_page", "scripted_pager"]

_NEXT = re.compile(r"^[\[【(（<]?(?:(?:下|后)一?[页頁]|next(?:page)?|[>›»→])[>›»→]*[\]】)）]?$", re.IGNORECASE)
_PAGER_CALL = re.compile(
    r"(?<!function )\b(?:create_?Page(?:HTML)?|\w*Page\w*(?=\s*\([^()]*,[^()]*,[^()]*,\s*[\"']\.?s?html?[\"']))\s*\(([^()]*)\)",
    re.IGNORECASE,
)
_ARGUMENT = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^,\s][^,]*)")
_COUNT_PAGE = re.compile(
    r"\b\w{0,8}?(?:countPage|pageCount|totalPages?|pageTotal|pageNumTotal|maxPage)\b[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b",
    re.IGNORECASE,
)
_COUNT_ROWS = re.compile(
    r"\b\w{0,8}?(?:totalRecords?|recordCount|recordTotal|totalCount|totalNum|totalRows?|totalItems?)\b[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b",
    re.IGNORECASE,
)
_PRINTED_PAGES = re.compile(
    r"共\s*(\d{1,4})\s*页|第?\s*\d+\s*/\s*(?:共\s*)?(\d{1,4})\s*页|总页数\s*[:：]?\s*(\d{1,4})|页[次码]\s*[:：]?\s*\d+\s*/\s*(\d{1,4})"
)
_STEM = re.compile(r"page_?(?:file)?name[\"']?\s*[:=]\s*[\"']([\w-]+)[\"']", re.IGNORECASE)
_EXTENSION = re.compile(r"\w*ext(?:ension|name)?[\"']?\s*[:=]\s*[\"']\.?(s?html?)[\"']", re.IGNORECASE)
_PAGE_PARAMETER = re.compile(r"^(?:page|pageindex|page_?no|page_?num|cur_?page|currpage|p)$", re.IGNORECASE)


def linked_page(page: Page, number: int, list_url: str) -> str | None:
    """
    The address of page `number` as the page itself gives it: its link to the next page, else one with that number, else a
    choice of a select or a handler that goes there; never page 1 or itself again.
    """
    before = {canonical_key(page.url), canonical_key(list_url)}

    def is_other(url: str | None) -> TypeGuard[str]:
        return url is not None and host_of(url) == host_of(page.url) and canonical_key(url) not in before

    for tag in _said_to_follow(page):
        if is_other(url := joined(page.base, str(tag["href"]))):
            return url
    numbered = None
    for link in page.links:
        if not is_other(link.url):
            continue
        label = _label(link.anchor)
        if _NEXT.match(label) and "disabled" not in (link.anchor.get("class") or ()):
            return link.url
        if label == str(number) and numbered is None:
            numbered = link.url
    if numbered is not None:
        return numbered
    for tag in page.soup.select("option[value], a, [onclick]"):
        label = _label(tag)
        if label in (str(number), f"第{number}页") or _NEXT.match(label):
            given = str(tag.get("value") or "") if tag.name == "option" else ""
            given = given if re.search(r"[/.?]", given) else page_by_handler(page, tag)
            if given and is_other(url := joined(page.base, given)):
                return url
    return None


def _said_to_follow(page: Page) -> Iterator[Tag]:
    """The elements with `rel="next"`; a plain walk, several times as quick as `find_all`."""
    for tag in page.soup.descendants:
        if isinstance(tag, Tag) and tag.name in ("link", "a") and "next" in tag.get_attribute_list("rel") and "href" in tag.attrs:
            yield tag


def _label(tag: Tag) -> str:
    """What a link calls itself: its text, else its title, else that of its picture."""
    image = tag.find("img")
    texts = (tag.get_text(), tag.get("title"), image.get("alt") if isinstance(image, Tag) else None)
    return next((label for text in texts if text and (label := re.sub(r"\s+", "", str(text)))), "")


def declared(
    page: Page, list_url: str, rows: Rows, guesses: tuple[Guess, ...]
) -> tuple[int | None, int | None, tuple[Guess, ...]]:
    """How many pages and entries page 1 declares, and the ways to the others."""
    total = printed_total(page, len(rows.links))
    if total is None and (match := _COUNT_ROWS.search(page.scripts)):
        total = int(match[1])
    extension = _extension(page, list_url, rows)
    scripted = scripted_pager(page.scripts, _folder(list_url), extension, len(rows.links))
    if scripted is not None:
        return scripted[0], scripted[1] if total is None else total, scripted[2]
    pages: int | None = None
    if match := _COUNT_PAGE.search(page.scripts) or _PRINTED_PAGES.search(page.words):
        pages = int(next(group for group in match.groups() if group))
    elif total is not None and total > len(rows.links) > 0:
        pages = ceil(total / len(rows.links))
    if (pages or 1) == 1:
        return pages, total, ()
    stem = _STEM.search(page.scripts)
    return pages, total, built_ways(page) or guesses or guesses_of(list_url, extension, stem[1] if stem else "")


def has_scripted_pager(page: Page) -> bool:
    """Whether a script of the page writes a pager."""
    return bool(_PAGER_CALL.search(page.scripts) or _COUNT_PAGE.search(page.scripts))


def _folder(list_url: str) -> str:
    """The address of the folder that the pages of a list lie in."""
    parts = urlsplit(list_url)
    return f"{parts.scheme}://{parts.netloc}{column_prefix(list_url)}"


def _extension(page: Page, list_url: str, rows: Rows) -> str:
    if match := _EXTENSION.search(page.scripts):
        return match[1]
    for path in (urlsplit(list_url).path, *(link.path for link in rows.links)):
        if match := re.search(r"\.(s?html?)$", path):
            return match[1]
    return "html"


def guesses_of(list_url: str, extension: str, stem: str = "") -> tuple[Guess, ...]:
    """
    The ways to page 2 of a list whose pager shows none: zero-based first, since a wrong one-based guess would pass over
    a page without anybody noticing. A parameter that counts pages is counted on.

    >>> [guess.address(2, 3) for guess in guesses_of("http://a.gov.cn/nb/", "shtml")]
    ['http://a.gov.cn/nb/index_1.shtml', 'http://a.gov.cn/nb/index_2.shtml']
    >>> [guess.address(2, 3) for guess in guesses_of("http://a.gov.cn/iList.jsp?cat_id=7&cur_page=1", "html")]
    ['http://a.gov.cn/iList.jsp?cat_id=7&cur_page=2']
    """
    parts = urlsplit(list_url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for index, (name, value) in enumerate(query):
        if _PAGE_PARAMETER.match(name) and value in ("0", "1"):
            counted = [*query[:index], (name, "{n}"), *query[index + 1 :]]
            return (Guess(parts._replace(query=urlencode(counted, safe="{}")).geturl(), value),)
    file = parts.path.rpartition("/")[2]
    if parts.query or re.search(r"\.(?!s?html?$)\w+$", file):
        return ()
    stem = stem or file.rpartition(".")[0] or "index"
    return _both_bases(f"{_folder(list_url)}{stem}_{{n}}.{extension}", "0")


def _both_bases(pattern: str, first: str) -> tuple[Guess, ...]:
    return Guess(pattern, first), Guess(pattern, "1" if first == "0" else "0")


def scripted_pager(scripts: str, folder: str, extension: str, rows: int) -> tuple[int, int | None, tuple[Guess, ...]] | None:
    """
    The pages, the declared total and the ways to page 2 that a call of `createPageHTML` tells of (`cms_families` 3.1): its
    first argument an integer means zero-based, a quoted one that it counts from one; None where there is no such call.

    >>> scripted_pager("createPageHTML(3, 0, 'index', 'shtml')", "http://a.gov.cn/nb/", "html", 15)[2][0].address(2, 3)
    'http://a.gov.cn/nb/index_1.shtml'
    >>> scripted_pager("createPageHTML('page_div', 3, 1, 'list', 'shtml', 41)", "http://a.gov.cn/nb/", "html", 15)
    (3, 41, (Guess(pattern='http://a.gov.cn/nb/list_{n}.shtml', base='1'), Guess(pattern='http://a.gov.cn/nb/list_{n}.shtml', base='0')))
    """
    for call in _PAGER_CALL.finditer(scripts):
        found = [(match[1] or match[2] or (match[3] or "").strip(), match[3] is None) for match in _ARGUMENT.finditer(call[1])]
        values = [value if quoted else value_of(value, scripts) for value, quoted in found]
        quoted = bool(found) and found[0][1] and not values[0].isdecimal()
        plain = values[1:] if quoted else values
        if len(plain) < 2 or not _is_count(plain[0]):
            continue
        pages = int(plain[0])
        names = [*plain[2:4], "", ""]
        stem, suffix = names[0] or "index", names[1] or extension
        counts = [int(value) for value in plain[4:] if _is_count(value)]
        total = counts[-1] if counts and _may_be_total(counts[-1], pages, rows) else None
        # Page 1 calls itself 0 or 1; where it does neither, a quoted first argument goes with counting from one.
        first = plain[1] if plain[1] in ("0", "1") else "1" if quoted else "0"
        return pages, total, _both_bases(f"{folder}{stem}_{{n}}.{suffix.lstrip('.')}", first)
    return None


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) < 7


def _may_be_total(count: int, pages: int, rows: int) -> bool:
    """The last argument is the number of all rows on some sites, of those on one page on others."""
    return rows < count <= pages * rows if pages > 1 else count == rows
