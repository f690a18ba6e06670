"""Ways from one page of a list to the next, and what the list declares of itself: links, calls of `createPageHTML`, guesses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import TypeGuard
from urllib.parse import parse_qsl, urlencode, urlsplit

from bs4 import Tag

from scrapers.addresses import canonical_key, host_of, joined
from scrapers.families._lists import Page, Rows, column_prefix, printed_total

__all__ = ["Guess", "declared", "guesses_of", "linked_page", "scripted_pager"]

_NEXT = re.compile(r"^(?:下一?[页頁]|后一?[页頁]|next|[>›»]|下一页\s*[>›»]+)$", re.IGNORECASE)
_GOES_TO = re.compile(r"location(?:\.href)?\s*=\s*[\"']([^\"']+)[\"']|\b(?:toPage|goPage|gotoPage|go)\(\s*[\"']([^\"']+)[\"']")
_PAGER_CALL = re.compile(r"(?<!function )\bcreatePage(?:HTML)?\s*\(([^()]*)\)")
_ARGUMENT = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^,\s][^,]*)")
_COUNT_PAGE = re.compile(r"\b(?:countPage|pageCount|totalPages?|nPageCount)\b[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b")
_COUNT_ROWS = re.compile(r"\b(?:totalRecords?|recordCount|totalCount|rowCount|totalNum)\b[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b")
_PRINTED_PAGES = re.compile(r"共\s*(\d{1,4})\s*页|第?\s*\d+\s*/\s*(\d{1,4})\s*页")
_PAGE_PARAMETER = re.compile(r"^(?:page|pageindex|page_?no|page_?num|cur_?page|currpage|p)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Guess:
    """A way to address page n: `pattern` with `{n}`, and the number that page 1 has; `down` counts backwards from the last."""

    pattern: str
    base: str

    def address(self, page: int, pages: int | None) -> str:
        """
        The address of a page, counted from 1.

        >>> Guess("http://a.gov.cn/index_{n}.html", "0").address(2, None)
        'http://a.gov.cn/index_1.html'
        """
        number = {"0": page - 1, "1": page, "down": (pages or 0) - page + 1}[self.base]
        return self.pattern.replace("{n}", str(number))


def linked_page(page: Page, number: int, list_url: str) -> str | None:
    """
    The address of page `number` as the page itself gives it: its link to the next page, else one with that number, else a
    choice of a select or a handler that goes there; never page 1 or itself again.
    """
    before = {canonical_key(page.url), canonical_key(list_url)}

    def is_other(url: str | None) -> TypeGuard[str]:
        return url is not None and host_of(url) == host_of(page.url) and canonical_key(url) not in before

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
    for tag in page.soup.select("option[value], [onclick]"):
        given = str(tag["value"]) if tag.name == "option" else _target(str(tag["onclick"]))
        if re.search(r"[/.?]", given) and (_label(tag) in (str(number), f"第{number}页") or _NEXT.match(_label(tag))):
            url = joined(page.base, given)
            if is_other(url):
                return url
    return None


def _target(handler: str) -> str:
    match = _GOES_TO.search(handler)
    return (match[1] or match[2]) if match else ""


def _label(tag: Tag) -> str:
    """What a link calls itself: its text, else its title, else that of its picture."""
    image = tag.find("img")
    texts = (tag.get_text(), tag.get("title"), image.get("alt") if isinstance(image, Tag) else None)
    return next((label for text in texts if text and (label := re.sub(r"\s+", "", str(text)))), "")


def declared(
    page: Page, list_url: str, rows: Rows, guesses: tuple[Guess, ...]
) -> tuple[int | None, int | None, tuple[Guess, ...]]:
    """How many pages and entries page 1 declares, and the ways to the others."""
    total = printed_total(page)
    extension = _extension(list_url, rows)
    scripted = scripted_pager(page.scripts, _folder(list_url), extension, len(rows.links))
    if scripted is not None:
        return scripted[0], scripted[1] if total is None else total, scripted[2]
    if total is None and (match := _COUNT_ROWS.search(page.scripts)):
        total = int(match[1])
    pages: int | None = None
    if match := _COUNT_PAGE.search(page.scripts) or _PRINTED_PAGES.search(page.words):
        pages = int(next(group for group in match.groups() if group))
    elif total is not None and total > len(rows.links):
        pages = ceil(total / len(rows.links))
    return pages, total, (guesses or guesses_of(list_url, extension)) if (pages or 1) > 1 else ()


def _folder(list_url: str) -> str:
    """The address of the folder that the pages of a list lie in."""
    parts = urlsplit(list_url)
    return f"{parts.scheme}://{parts.netloc}{column_prefix(list_url)}"


def _extension(list_url: str, rows: Rows) -> str:
    for path in (urlsplit(list_url).path, *(link.path for link in rows.links)):
        if match := re.search(r"\.(s?html?)$", path):
            return match[1]
    return "html"


def guesses_of(list_url: str, extension: str) -> tuple[Guess, ...]:
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
    stem = file.rpartition(".")[0] or "index"
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
        values = [_resolved(value, scripts) for value, _ in found]
        quoted = bool(found) and found[0][1] and not values[0].isdecimal()
        plain = values[1:] if quoted else values
        if len(plain) < 2 or not _is_count(plain[0]):
            continue
        pages = int(plain[0])
        names = [*plain[2:4], "", ""]
        stem, suffix = names[0] or "index", names[1] or extension
        counts = [int(value) for value in plain[4:] if _is_count(value)]
        total = counts[-1] if counts and (not quoted or _may_be_total(counts[-1], pages, rows)) else None
        return pages, total, _both_bases(f"{folder}{stem}_{{n}}.{suffix.lstrip('.')}", "1" if quoted else "0")
    return None


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) < 7


def _resolved(value: str, scripts: str) -> str:
    if value.isidentifier() and (match := re.search(rf"\bvar\s+{re.escape(value)}\s*=\s*[\"']?(\d{1, 6})\b", scripts)):
        return match[1]
    return value


def _may_be_total(count: int, pages: int, rows: int) -> bool:
    """The last argument of the quoted form is the number of all rows on some sites, of those on one page on others."""
    return (pages - 1) * rows < count <= pages * rows if pages > 1 else count == rows
