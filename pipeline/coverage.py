"""
`coverage`: for every county of the registry, level and year whether there is a report, and if not why.

A gap is never taken for an absence: only a list that declared its total and gave all of it can say that a report is not
there. What nobody looked for is `not_checked`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.deadlines import is_due, is_late
from pipeline.divisions import division

__all__ = ["Coverage", "Document", "Looked"]

_READ, _LATE, _NO_FORM, _NEEDS_OCR, _UNREAD, _WITHDRAWN = "read", "late", "no_form", "needs_ocr", "unread", "withdrawn"
_ORDER = (_READ, _LATE, _WITHDRAWN, _NO_FORM, _NEEDS_OCR, _UNREAD)
"""Of several documents the best one speaks for the year."""

_BEYOND = "not_checked"


class Looked(NamedTuple):
    """A list page that was looked at for a county: what became of it, and when."""

    county_id: str
    level: str | None
    status: str
    reason: str
    first_checked: str | None
    last_checked: str | None
    address: str


class Document(NamedTuple):
    """A document that a county, level and year have, whatever it could be read as."""

    county_id: str
    level: str
    year: int
    status: str
    reason: str
    checked: str | None
    address: str
    published_on: str | None = None
    is_withdrawn: bool = False


class Coverage:
    """The rows of `coverage`; their number is counties × levels × years."""

    def __init__(
        self,
        counties: Sequence[str],
        levels: Sequence[str],
        span: Sequence[int],
        lists: Iterable[Looked],
        documents: Iterable[Document],
    ) -> None:
        self._counties, self._levels, self._span = counties, levels, span
        self._lists: dict[str, list[Looked]] = defaultdict(list)
        for item in lists:
            self._lists[item.county_id].append(item)
        self._documents: dict[tuple[str, str, int], list[Document]] = defaultdict(list)
        for document in documents:
            self._documents[document.county_id, document.level, document.year].append(document)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self._counties) * len(self._levels) * len(self._span)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows, in the columns of `schema.COVERAGE`, county by county."""
        for county_id in self._counties:
            for level in self._levels:
                for year in self._span:
                    yield self._row(county_id, level, year)

    def governments(self) -> Mapping[tuple[str, int], str]:
        """What is said of the county governments' own reports, by county and year."""
        return {(row[0], row[6]): row[7] for row in self.rows() if row[5] == "county"}

    def _row(self, county_id: str, level: str, year: int) -> tuple[Any, ...]:
        place = division(county_id, year)
        if place is None:
            raise ValueError(f"{county_id} is no id of the registry")
        documents = self._documents.get((county_id, level, year), [])
        status, reason, first, last, address = self._say(county_id, level, year, documents, exists=place.exists)
        return (
            county_id, place.code, place.name, place.prefecture, place.province, level, year, status, reason or None, first, last,
            address, len(documents), "yes" if place.carried_forward else None,
        )  # fmt: skip

    def _say(
        self, county_id: str, level: str, year: int, documents: Sequence[Document], *, exists: bool
    ) -> tuple[str, str, str | None, str | None, str | None]:
        if documents:
            return _of_documents(documents)
        if not exists:
            return "county_did_not_exist", "", None, None, None
        looked = [item for item in self._lists.get(county_id, ()) if item.level in (None, "", level)]
        holds = any(item.level == level for item in looked) or any(
            (county_id, level, other) in self._documents for other in self._span
        )
        return _of_lists(looked, level, year, holds=holds)


def _of_documents(documents: Sequence[Document]) -> tuple[str, str, str | None, str | None, str | None]:
    best = min(documents, key=lambda item: (_ORDER.index(_word(item)), item.address))
    times = sorted(item.checked for item in documents if item.checked)
    first, last = (times[0], times[-1]) if times else (None, None)
    word, reason = _word(best), best.reason
    if word == _LATE:
        reason = f"the site dates it {best.published_on}"
    elif word == _WITHDRAWN:
        reason = "it is no longer on its site; the copy that was kept is used"
    return word, reason, first, last, best.address


def _word(item: Document) -> str:
    if item.is_withdrawn:
        return _WITHDRAWN
    if item.status == "read":
        return _LATE if is_late(item.level, item.year, item.published_on) else _READ
    return item.status if item.status in (_NO_FORM, _NEEDS_OCR) else _UNREAD


def _of_lists(
    looked: Sequence[Looked], level: str, year: int, *, holds: bool
) -> tuple[str, str, str | None, str | None, str | None]:
    """
    What the lists say where none of them gave a report: the strongest word wins, but never absence from part of a list.

    `holds` says whether these lists are known to hold reports of the level, by the list of sites or by what they gave.
    """
    if not looked:
        return _BEYOND, "", None, None, None
    firsts, lasts = (
        sorted(time for item in looked if (time := getattr(item, name))) for name in ("first_checked", "last_checked")
    )
    first, last = (firsts[0] if firsts else None), (lasts[-1] if lasts else None)
    blocked = next((item for item in looked if item.status.startswith("blocked")), None)
    open_list = next((item for item in looked if item.status != "complete"), None)
    if blocked is not None:
        return "blocked", _because(blocked), first, last, blocked.address
    if open_list is not None:
        return "list_partial", _because(open_list), first, last, open_list.address
    if not holds:
        return _BEYOND, "no list that was read is known to hold reports of this level", first, last, looked[0].address
    if not is_due(level, year, last):
        return _BEYOND, "it was not yet due when the list was read", first, last, looked[0].address
    return "absent_from_complete_list", "", first, last, looked[0].address


def _because(item: Looked) -> str:
    if item.status == "complete-unverified":
        return "the list declares no total, so that its end is not proved"
    return f"{item.status}: {item.reason}" if item.reason else item.status
