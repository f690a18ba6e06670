"""What the page says of coverage: county × year in one word each, and every gap with reason, address and dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pipeline.audit.catalogue import Words
from pipeline.compare import Comparison, Key
from pipeline.divisions import division
from pipeline.gaps import gap_text
from pipeline.schema import COVERED
from pipeline.stored import stored_rows

__all__ = ["Covered", "Gap", "Line", "Place", "Rest", "anchor", "place_of", "read_covered", "year_span"]

_COLUMNS = (
    "county_id", "county_code", "county", "level", "year", "status", "reason", "first_checked", "last_checked", "address", "carried_forward",
)  # fmt: skip
_READ = "read"
_WORDS: Mapping[str, Words] = {"read": Words("已读取", "read"), "late": Words("逾期发布", "published late")}


class Place(NamedTuple):
    """A county as a line of a table: code and name of the last year, superiors, and what it was called before."""

    code: str
    name: str
    above: str
    before: str


class Told(NamedTuple):
    """One county and year: the word for it, where to read more (an anchor of the page), and the report that was used."""

    word: str
    words: Words
    href: str
    report_id: str | None
    is_gap: bool


class Line(NamedTuple):
    """A county over the years."""

    place: Place
    told: tuple[Told, ...]


class Gap(NamedTuple):
    """Years of one county without a report that could be used, or with one that has a remark, all for the same reason."""

    anchor: str
    place: Place
    years: str
    word: str
    words: Words
    reason: str
    address: str
    first: str
    last: str


class Rest(NamedTuple):
    """How the bodies of another level are covered, all counties and years together."""

    level: str
    counts: tuple[tuple[Words, int], ...]


@dataclass(frozen=True)
class Covered:
    """Coverage of the counties' own reports, and in figures that of the bodies below them."""

    years: tuple[int, ...]
    lines: tuple[Line, ...]
    counts: tuple[tuple[Words, int], ...]
    gaps: tuple[Gap, ...]
    rest: tuple[Rest, ...]
    carried_forward: tuple[int, ...]
    gap_at: Mapping[tuple[str | None, int], str]
    addresses: frozenset[str]


class _Row(NamedTuple):
    county_id: str
    county_code: str | None
    county: str | None
    level: str
    year: int
    status: str
    reason: str | None
    first_checked: datetime | None
    last_checked: datetime | None
    address: str | None
    carried_forward: str | None


def read_covered(folder: Path, comparison: Comparison) -> Covered:
    """The coverage of a comparison's lines and years, out of the exported table."""
    years = comparison.years
    ids = [key.county_id for key in comparison.keys if key.county_id is not None]
    rows = [_Row(*row) for row in stored_rows(folder / "coverage.parquet", _COLUMNS, {"county_id": ids, "year": years})]
    own = {(row.county_id, row.year): row for row in rows if row.level == "county"}
    gaps = tuple(_gaps(comparison, own))
    gap_at = {(key, year): gap.anchor for gap, key, listed in gaps for year in listed}
    lines = tuple(_line(comparison, key, own, gap_at) for key in comparison.keys)
    counts = Counter(told.word for line in lines for told in line.told)
    levels = dict.fromkeys(row.level for row in rows if row.level != "county")
    return Covered(
        years, lines, _counted(counts), tuple(gap for gap, _, _ in gaps),
        tuple(Rest(level, _counted(Counter(row.status for row in rows if row.level == level))) for level in levels),
        tuple(sorted({row.year for row in rows if row.carried_forward})), gap_at,
        frozenset(row.address for row in rows if row.address),
    )  # fmt: skip


def status_words(status: str) -> Words:
    """A status of `coverage` in both languages."""
    return _WORDS.get(status) or Words(gap_text(status, "zh"), gap_text(status, "en"))


def anchor(report_id: str) -> str:
    """Where the page tells of a report."""
    return f"s-{report_id}"


def place_of(comparison: Comparison, key: Key) -> Place:
    """A line's county as it was in the last year."""
    last = comparison.years[-1]
    place = division(key.county_id, last)
    unit = comparison.unit_of(key) if key.unit else None
    name = " ".join(filter(None, (comparison.county_of(key), unit))) or key.county_id or "?"
    if place is None:
        return Place(key.county_id or "", name, "", "")
    above = " ".join(dict.fromkeys(filter(None, (place.province, place.prefecture))))
    before: dict[str, list[int]] = {}
    for year in comparison.years:
        then = division(key.county_id, year)
        if then is not None and then.exists and (then.code, then.name) != (place.code, place.name):
            before.setdefault(f"{then.code or ''} {then.name}".strip(), []).append(year)
    told = "; ".join(f"{year_span(listed)}: {text}" for text, listed in before.items())
    return Place(place.code or "", name, above, told)


def year_span(years: Sequence[int]) -> str:
    """
    Years in few characters.

    >>> year_span([2019, 2020, 2021, 2023])
    '2019–2021, 2023'
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(f"{span[0]}–{span[-1]}" if len(span) > 1 else f"{span[0]}" for span in spans)


def _counted(counts: Mapping[str, int]) -> tuple[tuple[Words, int], ...]:
    return tuple((status_words(word), counts[word]) for word in (*COVERED, "not_seen") if counts.get(word))


def _line(
    comparison: Comparison, key: Key, own: Mapping[tuple[str, int], _Row], gap_at: Mapping[tuple[str | None, int], str]
) -> Line:
    told = []
    for year in comparison.years:
        row = own.get((key.county_id or "", year))
        report_id = comparison.entries[key, year].report_id
        word = row.status if row is not None else _READ if report_id else "not_checked"
        href = gap_at.get((key.county_id, year)) or (anchor(report_id) if report_id else "")
        told.append(Told(word, status_words(word), href, report_id, word not in ("read", "late")))
    return Line(place_of(comparison, key), tuple(told))


def _gaps(comparison: Comparison, own: Mapping[tuple[str, int], _Row]) -> Iterator[tuple[Gap, str | None, tuple[int, ...]]]:
    """The gaps county by county; years of one county with the same reason, address and dates stand together."""
    number = 0
    for key in comparison.keys:
        groups: dict[tuple[str, str, str, str, str], list[int]] = {}
        for year in comparison.years:
            row = own.get((key.county_id or "", year))
            if row is None or row.status == _READ:
                continue
            said = (row.status, row.reason or "", row.address or "", _moment(row.first_checked), _moment(row.last_checked))
            groups.setdefault(said, []).append(year)
        for (status, reason, address, first, last), years in groups.items():
            number += 1
            gap = Gap(
                f"g-{number}",
                place_of(comparison, key),
                year_span(years),
                status,
                status_words(status),
                reason,
                address,
                first,
                last,
            )
            yield gap, key.county_id, tuple(years)


def _moment(value: datetime | None) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%SZ") if value is not None else ""
