"""
From page to page of a list that is served as pages: where the next page is, whether it is one, and how the list ended.

A pager is never trusted: page 2 must bring entries, other ones than page 1, of the same column (`cms_families` 4.2). What is
known of a list travels in the memo of its Request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scrapers.addresses import canonical_key, main_key
from scrapers.families._lists import (
    Page,
    Rows,
    digest,
    frames,
    is_annual,
    is_report,
    new_items,
    page_of,
    rows_of,
    sub_lists,
)
from scrapers.families._scripted import Guess
from scrapers.families._ways import declared, has_scripted_pager, linked_page
from scrapers.family import Answer, Claim, Item, Listing, Request, Verdict

__all__ = ["MAX_PAGES", "Place", "Reading", "end_of", "read_page"]

MAX_PAGES = 500
"""Calendars and searches have no end; a list of reports does."""

_STUB_BYTES = 600
"""Deep pages are sometimes stubs of 300 to 400 bytes (`cms_families` 3.1)."""

_REPEATED = "repeats the page before"


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a list is: the page asked, what was declared, the digests of page 1 and of the page before, and the ways to go on.

    `shapes` are those of the addresses on page 1, by which a page of another column is known. `known` are digests of all entries so far, those left out included, so that totals can be compared; `guesses` are the ways not yet given up, the current one first.
    """

    page: int = 1
    pages: int | None = None
    total: int | None = None
    first: str = ""
    before: str = ""
    grade: int = 0
    guesses: tuple[Guess, ...] = ()
    known: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    elsewhere: int = 0
    shapes: tuple[str, ...] = ()

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
            known=tuple(memo.get("known", "").split()),
            twins=tuple(memo.get("twins", "").split()),
            elsewhere=int(memo.get("elsewhere", "0")),
            shapes=tuple(memo.get("shapes", "").split()),
        )

    def has_new(self, rows: Rows) -> bool:
        """Whether a page brings entries that were not there before, if only twins of such that were."""
        return not set(rows.keys) <= set(self.known) or not self._late(rows) <= set(self.twins)

    def with_rows(self, rows: Rows) -> Place:
        """The place after a page's entries."""
        return replace(
            self,
            known=tuple(dict.fromkeys((*self.known, *rows.keys))),
            twins=tuple(dict.fromkeys((*self.twins, *rows.twins, *sorted(self._late(rows))))),
            elsewhere=self.elsewhere + rows.elsewhere,
        )

    def _late(self, rows: Rows) -> set[str]:
        """Digests of entries whose pages were there before, and they are twins of them."""
        entries = zip(rows.keys, rows.links, strict=True)
        return {digest(canonical_key(link.url)) for key, link in entries if key in self.known and main_key(link.url) is not None}

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
            "known": " ".join(self.known),
            "twins": " ".join(self.twins),
            "elsewhere": str(self.elsewhere),
            "shapes": " ".join(self.shapes),
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
    items = new_items(rows, seen)
    lists = sub_lists(page, claim.list_url, rows, reading.is_article)
    if is_report(page):
        items = tuple(item for item in items if is_annual(item.title) or item.title.endswith(("…", "..")))
        # Figures in the text of a report (共 12 条) are no totals of a list.
        pages, _, guesses = declared(page, claim.list_url, rows, ()) if has_scripted_pager(page) else (None, None, ())
        place = Place(1, pages, None, rows.print, "", rows.grade, guesses, shapes=rows.shapes).with_rows(rows)
        if rows.links and (listing := _go_on(claim, page, rows, place, items, lists, reading)).next is not None:
            return replace(listing, is_report=True)
        verdict = Verdict("complete-unverified", "the list page is a report itself")
        return Listing(items, verdict=verdict, lists=lists, is_report=True)
    lists = lists or (frames(page) if rows.grade == 0 else ())
    if rows.grade == 0 and (lists or not rows.links):
        # What stands there is news beside a page that only leads on, or nothing.
        if lists:
            reason = f"no entries of its own; it leads to {len(lists)} further lists"
            return Listing((), verdict=Verdict("complete-unverified", reason), lists=lists)
        return Listing((), verdict=Verdict("partial", "the list page has no entries"))
    pages, total, guesses = declared(page, claim.list_url, rows, reading.guesses)
    place = Place(1, pages, total, rows.print, "", rows.grade, guesses, shapes=rows.shapes).with_rows(rows)
    return _go_on(claim, page, rows, place, items, lists, reading)


def _further_page(claim: Claim, answer: Answer, seen: Set[str], reading: Reading, place: Place) -> Listing:
    page = page_of(answer.text, answer.url)
    rows = rows_of(page, claim.list_url, reading.is_article, reading.is_own)
    wrong = _what_is_wrong(answer, rows, place)
    if not wrong:
        return _go_on(claim, page, rows, place.with_rows(rows), new_items(rows, seen), (), reading)
    other = _other_base(place, answer.status)
    if other is not None:
        address, place = other
        return Listing((), next=_request(claim, address, place))
    if place.page > 2 and place.pages is None and wrong.endswith(_REPEATED):
        # Pagers of parameters give the last page again and again (`cms_families` 5): so they end.
        return Listing((), verdict=end_of(replace(place, pages=place.page - 1), "", reading.doubt))
    return Listing((), verdict=end_of(place, wrong, reading.doubt))


def _what_is_wrong(answer: Answer, rows: Rows, place: Place) -> str:
    """Why an answer is not page n of the list; empty when it may be (`cms_families` 4.2)."""
    number = place.page
    if answer.status != 200:
        return f"page {number} answers {answer.status}"
    if not rows.links:
        size = len(answer.body or answer.text.encode("utf-8", "replace"))
        return f"page {number} is a stub of {size} bytes" if size < _STUB_BYTES else f"page {number} has no entries"
    if rows.grade < place.grade and set(rows.shapes).isdisjoint(place.shapes):
        return f"page {number} belongs to another column"
    if rows.print == place.first:
        return "the pager gives page 1 again"
    if rows.print == place.before:
        return f"page {number} {_REPEATED}"
    return "" if place.has_new(rows) else f"page {number} brings nothing new"


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
    reading: Reading,
) -> Listing:
    """The entries of a page that is one, with the request for the next or the verdict."""
    doubt = reading.doubt if place.page > 1 else ""
    if place.page >= MAX_PAGES:
        return Listing(items, verdict=end_of(place, f"stopped after {MAX_PAGES} pages", doubt), lists=lists)
    address = linked_page(page, place.page + 1, claim.list_url) if place.page == 1 or not place.guesses else None
    if address is not None:
        if _left_column(claim.list_url, address):
            return Listing(items, verdict=end_of(place, "the pager leads to another column", doubt), lists=lists)
        place = replace(place, guesses=())
    elif place.guesses and (place.pages is None or place.page < place.pages):
        address = place.guesses[0].address(place.page + 1, place.pages)
    if address is None:
        more = place.pages is not None and place.page < place.pages
        wrong = f"{place.pages} pages are declared, and no way to page {place.page + 1} was found" if more else ""
        return Listing(items, verdict=end_of(place, wrong, doubt), lists=lists)
    following = replace(place, page=place.page + 1, before=rows.print)
    return Listing(items, next=_request(claim, address, following), lists=lists)


def _left_column(list_url: str, address: str) -> bool:
    """Whether a pager's link leaves the folder of its list: pagers can jump to another column (`cms_families` 4.2)."""
    folder = urlsplit(list_url).path.rpartition("/")[0] + "/"
    return not urlsplit(address).path.startswith(folder)


def _request(claim: Claim, address: str, place: Place) -> Request:
    return Request(address, headers={"Referer": claim.list_url}, memo=place.memo)


def end_of(place: Place, wrong: str, doubt: str) -> Verdict:
    """
    The verdict on a list that ended at a place: for the reason `wrong`, and with a `doubt` that keeps a
    total that is met from being trusted.

    >>> end_of(Place(total=3, known=("1", "2")), "page 2 answers 404", "").reason
    'the site declares 3 entries, 2 were found; page 2 answers 404'
    """
    listed = len(place.known)
    remarks = [wrong] if wrong else []
    if place.elsewhere:
        remarks.append(f"{place.elsewhere} entries lead to other hosts and were not followed")
    # Where the list shows pages and their twins, some sites count both.
    if place.total is not None and place.total not in (listed, listed + len(place.twins)):
        return Verdict(
            "partial", "; ".join([f"the site declares {place.total} entries, {listed} were found", *remarks]), place.total
        )
    if place.total is not None:
        status = "complete-unverified" if doubt else "complete"
        return Verdict(status, "; ".join([doubt, *remarks] if doubt else remarks), place.total)
    if wrong:
        return Verdict("partial", "; ".join(remarks))
    return Verdict("complete-unverified", "; ".join(["no total is declared", *remarks]))
