"""
From page to page of a list that is served as pages: where the next page is, whether it is one, and how the list ended.

A pager is never trusted: page 2 must bring entries, other ones than page 1, of the same column (`cms_families` 4.2). What is
known of a list travels in the memo of its Request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from math import ceil
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapers.addresses import canonical_key, host_of
from scrapers.families._lists import (
    Page,
    Rows,
    column_prefix,
    frames,
    is_annual,
    is_report,
    new_items,
    page_of,
    printed_total,
    rows_of,
    sub_lists,
)
from scrapers.family import Answer, Claim, Item, Listing, Request, Verdict

__all__ = ["MAX_PAGES", "Guess", "Place", "Reading", "end_of", "guesses_of", "read_page", "scripted_pager"]

MAX_PAGES = 500
"""Calendars and searches have no end; a list of reports does."""

_STUB_BYTES = 600
"""Deep pages are sometimes stubs of 300 to 400 bytes (`cms_families` 3.1)."""

_NEXT = re.compile(r"^(?:下一?[页頁]|后一?[页頁]|next|[>›»]|下一页\s*[>›»]+)$", re.IGNORECASE)
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


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a list is: the page asked, what was declared, the digests of page 1 and of the page before, and the ways to go on.

    `left_out` are digests of entries that are no reports; `guesses` are the ways not yet given up, the current one first.
    """

    page: int = 1
    pages: int | None = None
    total: int | None = None
    first: str = ""
    before: str = ""
    grade: int = 0
    guesses: tuple[Guess, ...] = ()
    left_out: tuple[str, ...] = ()
    elsewhere: int = 0
    failed: str = ""

    @classmethod
    def of(cls, memo: Mapping[str, str]) -> Place:
        """The place that a memo tells of."""
        return cls(
            page=int(memo.get("page", "1")),
            pages=int(memo["pages"]) if memo.get("pages") else None,
            total=int(memo["total"]) if memo.get("total") else None,
            first=memo.get("first", ""),
            before=memo.get("before", ""),
            grade=int(memo.get("grade", "0")),
            guesses=tuple(Guess(*line.rsplit(" ", 1)) for line in memo.get("pager", "").splitlines()),
            left_out=tuple(memo.get("left_out", "").split()),
            elsewhere=int(memo.get("elsewhere", "0")),
            failed=memo.get("failed", ""),
        )

    @property
    def memo(self) -> dict[str, str]:
        """What `of` reads."""
        return {
            "page": str(self.page),
            "pages": "" if self.pages is None else str(self.pages),
            "total": "" if self.total is None else str(self.total),
            "first": self.first,
            "before": self.before,
            "grade": str(self.grade),
            "pager": "\n".join(f"{guess.pattern} {guess.base}" for guess in self.guesses),
            "left_out": " ".join(self.left_out),
            "elsewhere": str(self.elsewhere),
            "failed": self.failed,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """
    How a family reads its lists: which addresses are articles, which are of the list's own column, ways to page 2 that are
    tried where the page shows none, and a doubt that stays on every list of more than one page.
    """

    is_article: Callable[[str], bool]
    is_own: Callable[[str], bool] | None = None
    guesses: tuple[Guess, ...] = ()
    doubt: str = ""


def read_page(claim: Claim, answer: Answer, seen: Set[str], reading: Reading) -> Listing:
    """One page of a list, as `Family.read` does."""
    place = Place.of(answer.request.memo)
    return _first_page(claim, answer, seen, reading) if place.page == 1 else _further_page(claim, answer, seen, reading, place)


def _first_page(claim: Claim, answer: Answer, seen: Set[str], reading: Reading) -> Listing:
    if answer.status != 200:
        return Listing((), verdict=Verdict("partial", f"the list page answers {answer.status}"))
    page = page_of(answer.text, answer.url)
    rows = rows_of(page, claim.list_url, reading.is_article, reading.is_own)
    items, left_out = new_items(rows, seen)
    lists = sub_lists(page, claim.list_url, rows)
    if is_report(page):
        # Figures in the text of a report (共 12 条) are no totals of a list.
        verdict = Verdict("complete-unverified", "the list page is a report itself")
        return Listing(tuple(item for item in items if is_annual(item.title)), verdict=verdict, lists=lists, is_report=True)
    if not rows.links:
        lists = lists or frames(page)
        if lists:
            reason = f"no entries of its own; it leads to {len(lists)} further lists"
            return Listing((), verdict=Verdict("complete-unverified", reason), lists=lists)
        return Listing((), verdict=Verdict("partial", "the list page has no entries"))
    pages, total, guesses = _declared(page, claim, rows, reading)
    place = Place(1, pages, total, rows.print, "", rows.grade, guesses, left_out, rows.elsewhere)
    return _go_on(claim, page, rows, place, items, lists, seen, reading)


def _further_page(claim: Claim, answer: Answer, seen: Set[str], reading: Reading, place: Place) -> Listing:
    page = page_of(answer.text, answer.url)
    rows = rows_of(page, claim.list_url, reading.is_article, reading.is_own)
    items, left_out = new_items(rows, seen)
    fresh = set(left_out) - set(place.left_out)
    wrong = _what_is_wrong(answer, rows, place) or ("" if items or fresh else f"page {place.page} brings nothing new")
    if not wrong:
        known = tuple(dict.fromkeys((*place.left_out, *left_out)))
        place = replace(place, left_out=known, elsewhere=place.elsewhere + rows.elsewhere)
        return _go_on(claim, page, rows, place, items, (), seen, reading)
    other = _other_base(place, answer.status)
    if other is not None:
        address, place = other
        return Listing((), next=_request(claim, address, replace(place, failed=wrong)))
    return Listing((), verdict=end_of(place, len(seen), wrong, reading.doubt))


def _what_is_wrong(answer: Answer, rows: Rows, place: Place) -> str:
    """Why an answer is not page n of the list; empty when it may be (`cms_families` 4.2)."""
    number = place.page
    if answer.status != 200:
        return f"page {number} answers {answer.status}"
    if not rows.links:
        size = len(answer.body or answer.text.encode("utf-8", "replace"))
        return f"page {number} is a stub of {size} bytes" if size < _STUB_BYTES else f"page {number} has no entries"
    if rows.grade < place.grade:
        return f"page {number} belongs to another column"
    if rows.print == place.first:
        return "the pager gives page 1 again"
    return f"page {number} repeats the page before" if rows.print == place.before else ""


def _other_base(place: Place, status: int) -> tuple[str, Place] | None:
    """
    Another way to page 2, each tried once; and, where a one-based pager ends in a 404, the page that it would have left out
    had it been zero-based.
    """
    if len(place.guesses) < 2:
        return None
    other = replace(place, guesses=place.guesses[1:])
    if place.page == 2:
        return other.guesses[0].address(2, place.pages), other
    if status == 404 and place.page == place.pages and (place.guesses[0].base, place.guesses[1].base) == ("1", "0"):
        return other.guesses[0].address(2, place.pages), other
    return None


def _go_on(
    claim: Claim,
    page: Page,
    rows: Rows,
    place: Place,
    items: tuple[Item, ...],
    lists: tuple[Item, ...],
    seen: Set[str],
    reading: Reading,
) -> Listing:
    """The entries of a page that is one, with the request for the next or the verdict."""
    count, doubt = len(seen) + len(items), reading.doubt if place.page > 1 else ""
    if place.page >= MAX_PAGES:
        return Listing(items, verdict=end_of(place, count, f"stopped after {MAX_PAGES} pages", doubt), lists=lists)
    address = _linked(page, place.page + 1) if place.page == 1 or not place.guesses else None
    if address is not None:
        if not urlsplit(address).path.startswith(column_prefix(claim.list_url)) and _left_column(claim.list_url, address):
            return Listing(items, verdict=end_of(place, count, "the pager leads to another column", doubt), lists=lists)
        place = replace(place, guesses=())
    elif place.guesses and (place.pages is None or place.page < place.pages):
        address = place.guesses[0].address(place.page + 1, place.pages)
    if address is None:
        more = place.pages is not None and place.page < place.pages
        wrong = f"{place.pages} pages are declared, and no way to page {place.page + 1} was found" if more else ""
        return Listing(items, verdict=end_of(place, count, wrong, doubt), lists=lists)
    following = replace(place, page=place.page + 1, before=rows.print)
    return Listing(items, next=_request(claim, address, following), lists=lists)


def _left_column(list_url: str, address: str) -> bool:
    """Whether a pager's link leaves the folder of its list: pagers can jump to another column (`cms_families` 4.2)."""
    folder = urlsplit(list_url).path.rpartition("/")[0] + "/"
    return not urlsplit(address).path.startswith(folder)


def _request(claim: Claim, address: str, place: Place) -> Request:
    return Request(address, headers={"Referer": claim.list_url}, memo=place.memo)


def end_of(place: Place, found: int, wrong: str, doubt: str) -> Verdict:
    """
    The verdict on a list that ended at a place with `found` items: for the reason `wrong`, and with a `doubt` that keeps a
    total that is met from being trusted.

    >>> end_of(Place(total=3), 2, "page 2 answers 404", "").reason
    'the site declares 3 entries, 2 were found; page 2 answers 404'
    """
    listed = found + len(place.left_out)
    remarks = [wrong] if wrong else []
    if place.elsewhere:
        remarks.append(f"{place.elsewhere} entries lead to other hosts and were not followed")
    if place.total is not None and place.total != listed:
        return Verdict(
            "partial", "; ".join([f"the site declares {place.total} entries, {listed} were found", *remarks]), place.total
        )
    if place.total is not None:
        status = "complete-unverified" if doubt else "complete"
        return Verdict(status, "; ".join([doubt, *remarks] if doubt else remarks), place.total)
    if wrong:
        return Verdict("partial", "; ".join(remarks))
    return Verdict("complete-unverified", "; ".join(["no total is declared", *remarks]))


def _linked(page: Page, number: int) -> str | None:
    """The address of page `number` as the page itself links it: the next page, or its number."""
    here = canonical_key(page.url)
    numbered = None
    for link in page.links:
        text = re.sub(r"\s+", "", link.anchor.get_text())
        if host_of(link.url) != host_of(page.url) or canonical_key(link.url) == here:
            continue
        if _NEXT.match(text) and "disabled" not in (link.anchor.get("class") or ()):
            return link.url
        if text == str(number) and numbered is None:
            numbered = link.url
    return numbered


def _declared(page: Page, claim: Claim, rows: Rows, reading: Reading) -> tuple[int | None, int | None, tuple[Guess, ...]]:
    """How many pages and entries page 1 declares, and the ways to the others."""
    total = printed_total(page)
    extension = _extension(claim.list_url, rows)
    scripted = scripted_pager(page.scripts, column_folder(claim.list_url), extension, len(rows.links))
    if scripted is not None:
        return scripted[0], scripted[1] if total is None else total, scripted[2]
    if total is None and (match := _COUNT_ROWS.search(page.scripts)):
        total = int(match[1])
    pages: int | None = None
    if match := _COUNT_PAGE.search(page.scripts) or _PRINTED_PAGES.search(page.words):
        pages = int(next(group for group in match.groups() if group))
    elif total is not None and total > len(rows.links):
        pages = ceil(total / len(rows.links))
    return pages, total, (reading.guesses or guesses_of(claim.list_url, extension)) if (pages or 1) > 1 else ()


def column_folder(list_url: str) -> str:
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
    return _both_bases(f"{column_folder(list_url)}{stem}_{{n}}.{extension}", "0")


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
