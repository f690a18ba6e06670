"""Where the page's figures and findings come from: a row for every report, with its address, digest, version and cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from pipeline.codebook import codebook
from pipeline.compare import Comparison
from pipeline.divisions import division
from pipeline.page.covered import anchor
from pipeline.page.found import Found
from pipeline.sheets import is_address
from pipeline.stored import stored_rows
from pipeline.workbook import cells_behind

__all__ = ["Cell", "Label", "Origin", "Report", "link_of", "read_origins", "reports_of"]


class Report(NamedTuple):
    """Columns of `reports`."""

    report_id: str
    county_id: str | None
    county_code: str | None
    county: str | None
    unit: str | None
    level: str | None
    year: int | None
    form: str | None
    scope: str | None
    status: str
    reason: str | None
    source: str
    source_sha256: str
    page: str | None
    published_on: date | None
    published_from: str | None
    fetched_at: datetime | None
    version: int | None
    supersedes: str | None

    @property
    def code(self) -> str:
        """The county's code of that year, as the registry has it, else as it was given."""
        place = division(self.county_id, self.year) if self.year is not None else None
        return (place.code if place is not None else None) or self.county_code or ""


class Cell(NamedTuple):
    """A cell of a report that a figure or a finding rests on, as it is printed there."""

    address: str
    raw: str
    status: str
    place: str


class Origin(NamedTuple):
    """A report with the cells that the page uses; `link` and `page_link` are empty where there is no address on the web."""

    anchor: str
    report: Report
    link: str
    page_link: str
    cells: tuple[Cell, ...]


class Label(NamedTuple):
    """What an address is called."""

    address: str
    zh: str
    en: str


def reports_of(folder: Path, counties: Collection[str], years: Sequence[int]) -> dict[str, Report]:
    """The reports of all bodies of these counties, of these years or of none that is known, by their ids."""
    wanted = set(years)
    rows = _reports(folder, "county_id", counties)
    return {row.report_id: row for row in rows if row.year is None or row.year in wanted}


def read_origins(
    folder: Path, comparisons: Sequence[Comparison], findings: Found, reports: Mapping[str, Report]
) -> tuple[tuple[Origin, ...], tuple[Label, ...]]:
    """The reports behind all figures and findings, by county, year and unit, and what the cells named on the page are called."""
    cells: dict[str, set[str]] = defaultdict(set)
    for comparison in comparisons:
        behind = cells_behind(comparison.measure)
        for _, _, entry in comparison.cells():
            if entry.report_id is not None:
                cells[entry.report_id] |= behind
    for item in findings.items:
        for report_id, addresses in ((item.report_id, item.cells), (item.other_report_id, item.other_cells)):
            if report_id is not None:
                cells[report_id].update(addresses)
    known = {report_id: reports[report_id] for report_id in cells if report_id in reports}
    known |= {row.report_id: row for row in _reports(folder, "report_id", [name for name in cells if name not in known])}
    facts = _facts(folder, cells)
    listed = tuple(_origin(row, tuple(facts[row.report_id])) for row in sorted(known.values(), key=_order))
    named = {name for item in findings.items for name in (*item.cells, *item.other_cells)}
    named |= {cell.address for origin in listed for cell in origin.cells}
    return listed, tuple(Label(entry.address, entry.zh, entry.en) for entry in codebook() if entry.address in named)


def link_of(source: str | None) -> str:
    """
    The address to follow to a source: of a member of an archive that of the archive; empty for a file.

    >>> link_of("http://www.example.gov.cn/a.zip!/1.html"), link_of("javascript:alert(1)"), link_of("a.html")
    ('http://www.example.gov.cn/a.zip', '', '')
    """
    whole = (source or "").split("!/", 1)[0]
    return whole if is_address(whole) else ""


def _reports(folder: Path, key: str, wanted: Collection[str]) -> Iterator[Report]:
    return (
        (Report(*row) for row in stored_rows(folder / "reports.parquet", Report._fields, {key: wanted})) if wanted else iter(())
    )


def _facts(folder: Path, cells: Mapping[str, Collection[str]]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = defaultdict(list)
    addresses = sorted(set().union(*cells.values())) if cells else []
    columns = ("report_id", "address", "raw", "status", "place")
    for report_id, address, raw, status, place in stored_rows(
        folder / "facts.parquet", columns, {"report_id": sorted(cells), "address": addresses}
    ):
        if address in cells[report_id]:
            found[report_id].append(Cell(address, raw or "", "" if status == "published" else status, place or ""))
    return found


def _origin(row: Report, cells: tuple[Cell, ...]) -> Origin:
    return Origin(anchor(row.report_id), row, link_of(row.source), link_of(row.page), cells)


def _order(row: Report) -> tuple[str, int, str, str, str]:
    return row.code, row.year or 0, row.level or "", row.unit or "", row.report_id
