"""
A workbook for auditors: one selection with its figures, what they mean, where they come from, and what does not hold.

Every text is written as text: nothing that a report says can become a formula or a link by accident. Links are ours, from a
finding to the figure and to the source, and from a source to its address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.compare import COMPARED, Comparison
from pipeline.errors import UsageError
from pipeline.indicators import Measure, Variable, measures
from pipeline.schema import FINDINGS, INDICATORS, REPORTS, Column
from pipeline.series import indicator_rows
from pipeline.sheets import Book, Link, is_address
from pipeline.stored import stored_rows

__all__ = ["MOST_ROWS", "SHEETS", "cells_behind", "write_workbook"]

MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows; beyond this the workbook is refused."""

SHEETS = ("数据", "指标说明", "来源", "核验")
_DATA, _MEANING, _SOURCE, _FINDING = SHEETS
_SEVERITIES = ("error", "warning", "prompt")

_FINDINGS_HERE = Column(
    "findings", "integer", "涉及该数值所依据单元格的问题数", "findings that concern the cells behind the figure"
)
_REMARKS = (
    Column("remarks_zh", "text", "阅读本次比较时须注意（中文）", "what the reader of this comparison must know, in Chinese"),
    Column("remarks_en", "text", "阅读本次比较时须注意（英文）", "what the reader of this comparison must know, in English"),
)
_LEADS = (
    Column(
        "behind", "code", "是否涉及所比较数值依据的单元格", "yes where it concerns a cell behind the figures compared", ("yes",)
    ),
    Column("figure", "text", "所涉数值（数据表中的行）", "the figure, by its row in the sheet 数据"),
    Column("origin", "text", "所涉来源（来源表中的行）", "the report's source, by its row in the sheet 来源"),
    Column("address", "text", "来源的网址", "the source's address on the web"),
)


class _Finding(NamedTuple):
    """A row of `findings`, and the row of a figure whose cells it concerns, 0 where there is none."""

    cells: Mapping[str, Any]
    report_id: str
    figure: int


def write_workbook(path: Path, comparisons: Sequence[Comparison], folder: Path, tongue: str) -> None:
    """
    Write the comparisons with their sources and findings, which are read from the exported tables of `folder`.

    The findings that concern cells behind the figures come first. Raises UsageError above a million rows, since half a table
    would look like a whole one; OutputError when the file cannot be written.
    """
    size = sum(len(comparison.keys) * len(comparison.years) for comparison in comparisons)
    if size > MOST_ROWS:
        raise UsageError(f"the sheet {_DATA} would have {size:,} rows, and {MOST_ROWS:,} is the most; choose less, or CSV")
    figures = _figures(comparisons)
    sources = {row["report_id"]: row for row in _read(folder / "reports.parquet", REPORTS, "report_id", figures)}
    findings = list(_findings(folder, comparisons, figures))
    with Book(path, tongue) as book:
        _write_data(book, comparisons, list(sources), findings)
        _write_meaning(book, comparisons)
        _write_sources(book, list(sources.values()), figures)
        _write_findings(book, findings, sources)


def cells_behind(item: Measure) -> frozenset[str]:
    """
    The addresses of all cells that a measure rests on, in whatever form.

    >>> from pipeline.indicators import find_measure
    >>> sorted(cells_behind(find_measure("app_recv_total")))
    ['applications.received.total', 'statistics.requests.received.count']
    """
    if isinstance(item, Variable):
        forms = ("2014", "2019", "2021")
        return frozenset(item.terms).union(*(item.source(name).terms for name in forms))
    known = measures()
    codes = {code for formula in item.formulas.values() for code in formula.inputs}
    return frozenset[str]().union(*(cells_behind(known[code]) for code in codes))


# --- the sheets ------------------------------------------------------------------------------------------


def _write_data(book: Book, comparisons: Sequence[Comparison], reports: Sequence[str], findings: Sequence[_Finding]) -> None:
    first: dict[int, int] = {}
    count: dict[int, int] = defaultdict(int)
    for number, finding in enumerate(findings, 2):
        if finding.figure:
            first.setdefault(finding.figure, number)
            count[finding.figure] += 1
    places = {report_id: number for number, report_id in enumerate(reports, 2)}
    at = [column.name for column in COMPARED].index("report_id")

    def rows() -> Iterator[list[Any]]:
        number = 1
        for comparison in comparisons:
            for row in comparison.rows():
                number += 1
                cells: list[Any] = [*row, Link(_FINDING, first[number], count[number]) if number in first else None]
                if row[at] in places:
                    cells[at] = Link(_SOURCE, places[row[at]], row[at])
                yield cells

    book.add(_DATA, (*COMPARED, _FINDINGS_HERE), rows())


def _write_meaning(book: Book, comparisons: Sequence[Comparison]) -> None:
    said = {
        comparison.measure.code: ("\n".join(remark.zh for remark in comparison.remarks), "\n".join(remark.en for remark in comparison.remarks))
        for comparison in comparisons
    }  # fmt: skip
    rows = {row[0]: row for row in indicator_rows() if row[0] in said}
    book.add(_MEANING, (*INDICATORS, *_REMARKS), ([*rows[code], *told] for code, told in said.items()))


def _write_sources(book: Book, sources: Sequence[Mapping[str, Any]], figures: Mapping[str, list[tuple[int, Measure]]]) -> None:
    def rows() -> Iterator[list[Any]]:
        for row in sources:
            cells = {**row, "report_id": Link(_DATA, figures[row["report_id"]][0][0], row["report_id"])}
            for name in ("source", "page"):
                if is_address(row[name]):
                    cells[name] = Link("", 0, row[name])
            yield [cells[column.name] for column in REPORTS]

    book.add(_SOURCE, REPORTS, rows())


def _write_findings(book: Book, findings: Sequence[_Finding], sources: Mapping[str, Mapping[str, Any]]) -> None:
    places = {report_id: number for number, report_id in enumerate(sources, 2)}

    def rows() -> Iterator[list[Any]]:
        for cells, report_id, figure in findings:
            source = sources.get(report_id, {})
            web = next((source[name] for name in ("source", "page") if is_address(source.get(name))), None)
            place = places.get(report_id)
            yield [
                "yes" if figure else None,
                Link(_DATA, figure, f"{_DATA}!{figure}") if figure else None,
                Link(_SOURCE, place, f"{_SOURCE}!{place}") if place is not None else None,
                Link("", 0, web) if web is not None else None,
                *(cells[column.name] for column in FINDINGS),
            ]

    book.add(_FINDING, (*_LEADS, *FINDINGS), rows())


# --- what belongs to the figures ----------------------------------------------------------------------------


def _figures(comparisons: Sequence[Comparison]) -> dict[str, list[tuple[int, Measure]]]:
    """The rows in which the sheet of figures has each report, with the measure that stands there."""
    found: dict[str, list[tuple[int, Measure]]] = defaultdict(list)
    number = 1
    for comparison in comparisons:
        for _, _, entry in comparison.cells():
            number += 1
            if entry.report_id is not None:
                found[entry.report_id].append((number, comparison.measure))
    return found


def _findings(
    folder: Path, comparisons: Sequence[Comparison], figures: Mapping[str, list[tuple[int, Measure]]]
) -> Iterator[_Finding]:
    """The findings about the reports of the figures: first those about cells behind these, the graver first."""
    behind = {comparison.measure.code: cells_behind(comparison.measure) for comparison in comparisons}
    found = []
    path = folder / "findings.parquet"
    rows = {row["finding_id"]: row for key in ("report_id", "other_report_id") for row in _read(path, FINDINGS, key, figures)}
    for row in rows.values():
        report_id = row["report_id"] if row["report_id"] in figures else row["other_report_id"]
        named = (row["addresses"] or "").split(";")
        own, other = {name for name in named if ":" not in name}, {name[6:] for name in named if name.startswith("other:")}
        concerned = (
            (report, number)
            for report, addresses in ((row["report_id"], own), (row["other_report_id"], other))
            for number, item in figures.get(report, ())
            if addresses & behind[item.code]
        )
        report, figure = next(concerned, (report_id, 0))
        found.append(_Finding(row, report, figure))
    return iter(sorted(found, key=_gravity))


def _gravity(finding: _Finding) -> tuple[Any, ...]:
    cells = finding.cells
    return (
        not finding.figure,
        _SEVERITIES.index(cells["severity"]),
        finding.figure,
        cells["code"],
        cells["instance"],
        cells["finding_id"],
    )


def _read(path: Path, columns: Sequence[Column], key: str, wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows in which a key is wanted, in the table's order."""
    names = [column.name for column in columns]
    return (dict(zip(names, row, strict=True)) for row in stored_rows(path, names, {key: wanted}))
