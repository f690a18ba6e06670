"""
What is derived of all reports of a run: `coverage`, `series`, `panel` and `indicators`, written beside the facts.

Reports are admitted one by one and only their harmonised figures are kept; the tables are written when all are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parsers.identify import level_of, read_title
from pipeline.counties import all_counties, listed_counties
from pipeline.coverage import Coverage, Document, Looked
from pipeline.crawled import Crawled, Named
from pipeline.errors import PipelineError
from pipeline.harmonised import Harmonised, harmonise
from pipeline.ledger import Examined, Row
from pipeline.panel import Panel, panel_columns
from pipeline.schema import COVERAGE, INDICATORS, SERIES, Column
from pipeline.series import Series, indicator_rows, years_of
from pipeline.sheets import PanelBook
from pipeline.stata import StataTable
from pipeline.tables import FileTable
from pipeline.wholes import Prose, lateness, with_likeness

__all__ = ["Derived", "span_of"]

_LEVELS = ("county", "office", "department", "township")
_FIRST_YEAR = 2008
"""The Regulations of 2007 came into force in 2008; there are no reports for years before."""

OpenTable = Callable[[str, tuple[Column, ...]], FileTable]


@dataclass
class Derived:
    """Collects the reports of one run, then writes what follows from all of them."""

    wanted_years: Sequence[int] = ()
    _reports: list[Harmonised] = field(default_factory=list)
    _prose: Prose = field(default_factory=Prose)

    def admit(self, examined: Examined) -> None:
        """Keep what a report says in comparable terms."""
        report = examined.report
        if report is not None and report.facts and examined.body is not None:
            late = lateness(report.level, report.year, examined.published_on)
            self._reports.append(harmonise(report, examined.body)._replace(wholes={"days_late": late}))
            self._prose.add(report)

    def write(self, folder: Path, table: OpenTable, rows: Sequence[Row], crawl: Crawled | None) -> dict[str, int]:
        """
        Write the tables, and return their numbers of rows.

        Raises PipelineError when coverage or panel has another number of rows than counties × years ask for.
        """
        crawl = crawl if crawl is not None else Crawled((), (), {})
        superseded = frozenset(cells["supersedes"] for row in rows if (cells := row.cells).get("supersedes"))
        years = list(with_likeness(years_of(self._reports, superseded), self._prose))
        documents = list(_documents(rows, crawl, superseded))
        span = span_of(self.wanted_years, [*(item.year for item in documents), *(item.year for item in years)])
        counties = _counties(span, documents, crawl.looked)
        levels = _levels(documents, crawl.looked)
        coverage = Coverage(counties, levels, span, crawl.looked, documents)
        series = Series(years)
        written = {
            "coverage": _add_all(table("coverage", COVERAGE), coverage.rows()),
            "series": _add_all(table("series", SERIES), series.rows(approximate=False)),
            "series_approximate": _add_all(table("series_approximate", SERIES), series.rows(approximate=True)),
            "indicators": _add_all(table("indicators", INDICATORS), indicator_rows()),
        }
        columns = panel_columns()
        panel, stata = table("panel", columns), StataTable(columns)
        with PanelBook(folder / "panel.xlsx", columns) as book:
            for row in Panel(years, coverage.governments(), counties, span).rows():
                panel.add(row)
                stata.add(row)
                book.add(row)
        written["panel"] = panel.rows
        stata.write(folder / "panel.dta")
        for name, expected in (("coverage", coverage.size), ("panel", len(counties) * len(span))):
            if written[name] != expected:
                raise PipelineError(
                    f"`{name}` has {written[name]} rows instead of {expected}: a fault of the program; please report it"
                )
        return written


def span_of(wanted: Sequence[int], found: Sequence[int | None]) -> tuple[int, ...]:
    """
    The years that coverage and panel speak of: those wanted, else all from the first to the last that a report speaks of.

    >>> span_of((), [2021, None, 2019]), span_of([2020], [2021])
    ((2019, 2020, 2021), (2020,))
    """
    if wanted:
        return tuple(sorted(set(wanted)))
    years = [year for year in found if year is not None and year >= _FIRST_YEAR]
    return tuple(range(min(years), max(years) + 1)) if years else ()


def _add_all(table: FileTable, rows: Iterable[tuple[Any, ...]]) -> int:
    for row in rows:
        table.add(row)
    return table.rows


def _counties(span: Sequence[int], documents: Sequence[Document], looked: Sequence[Looked]) -> tuple[str, ...]:
    """The counties of the registry that existed in one of the years, and every other division that was looked at."""
    found = {county.id for year in span for county in all_counties(year)}
    found |= {item.county_id for item in documents if item.level in _LEVELS} | {item.county_id for item in looked}
    return tuple(sorted(found))


def _levels(documents: Sequence[Document], looked: Sequence[Looked]) -> tuple[str, ...]:
    seen = {item.level for item in documents} | {item.level for item in looked} | {"county"}
    return tuple(level for level in _LEVELS if level in seen)


def _documents(rows: Sequence[Row], crawl: Crawled, superseded: frozenset[str]) -> Iterator[Document]:
    """What each row of `reports` says about a county and year: its own words, else the text of the link that named it."""
    withdrawn = {finding.subject for finding in crawl.findings if finding.code == "source.withdrawn"}
    for row in rows:
        cells = row.cells
        if cells["report_id"] in superseded:
            continue
        county_id, level, year = cells.get("county_id"), cells.get("level"), cells.get("year")
        address = str(cells.get("page") or cells["source"])
        named = crawl.named.get(str(cells["source"])) or crawl.named.get(address)
        if cells["status"] not in ("read", "no_form") and named is not None:
            county_id, level, year = _told_by_link(named)
        if county_id is None or level not in _LEVELS or year is None:
            continue
        gone = {str(cells["source"]), str(cells.get("page")), *row.aliases} & withdrawn
        yield Document(
            county_id, level, year, str(cells["status"]), str(cells.get("reason") or ""), cells.get("fetched_at"), str(cells["source"]),
            cells.get("published_on"), is_withdrawn=bool(gone),
        )  # fmt: skip


def _told_by_link(named: Named) -> tuple[str | None, str | None, int | None]:
    """County, level and year of a document that could not be read, by the list and the link that lead to it."""
    counties = listed_counties(named.county_code or "")
    unit, year = read_title(named.title)
    level = (level_of(unit) if unit else None) or named.level
    return (counties[0].id if len(counties) == 1 else None), level, year
