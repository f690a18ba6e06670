"""
A workbook for auditors: one selection with its figures, what they mean, where they come from, and what does not hold.

Every text is written as text: nothing that a report says can become a formula or a link by accident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.compare import COLUMNS, Comparison
from pipeline.errors import UsageError
from pipeline.schema import FINDINGS, INDICATORS, REPORTS, Column
from pipeline.series import indicator_rows

__all__ = ["MOST_ROWS", "write_workbook"]

MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows; beyond this the workbook is refused."""

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file's own time, which must not be that of the run; XLSX has no zones
_LONGEST_LINK = 2_000
_MOST_LINKS = 60_000
"""A sheet holds 65,530 links."""

_WIDTHS = {
    "message_zh": 60,
    "message_en": 60,
    "source": 50,
    "zh": 40,
    "en": 40,
    "note": 40,
    "numerator": 40,
    "reason": 40,
    "addresses": 40,
}


class _Sheet(NamedTuple):
    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


def write_workbook(path: Path, comparisons: Sequence[Comparison], folder: Path, tongue: str) -> None:
    """
    Write the comparisons with their sources and findings, which are read from the exported tables of `folder`.

    Raises UsageError above a million rows: half a table would look like a whole one.
    """
    rows = [row for comparison in comparisons for row in comparison.rows()]
    reports = {row[COLUMNS.index("report_id")] for row in rows} - {None}
    sources = _read(folder / "reports.parquet", REPORTS, "report_id", reports)
    findings = _read(folder / "findings.parquet", FINDINGS, "report_id", reports)
    codes = {comparison.measure.code for comparison in comparisons}
    told = [row for row in indicator_rows() if row[0] in codes]
    sheets = [
        _Sheet("数据", _data_columns(), rows), _Sheet("指标说明", INDICATORS, told),
        _Sheet("来源", REPORTS, sources), _Sheet("核验", FINDINGS, findings),
    ]  # fmt: skip
    for sheet in sheets:
        if len(sheet.rows) > MOST_ROWS:
            raise UsageError(
                f"{path}: the sheet {sheet.name} would have {len(sheet.rows):,} rows, and {MOST_ROWS:,} is the most; choose less, or CSV"
            )
    _write(path, sheets, comparisons, tongue)


def _write(path: Path, sheets: Sequence[_Sheet], comparisons: Sequence[Comparison], tongue: str) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": "gongkai", "created": _CREATED})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    link = book.add_format({"font_color": "blue", "underline": 1})
    first_rows = _first_rows(sheets)
    for sheet in sheets:
        made = book.add_worksheet(sheet.name)
        for at, column in enumerate(sheet.columns):
            made.write_string(0, at, column.name, head)
            made.write_comment(0, at, column.zh if tongue == "zh" else column.en)
            made.set_column(at, at, _WIDTHS.get(column.name, 14))
        made.freeze_panes(1, 0)
        made.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
        links = 0
        for number, row in enumerate(sheet.rows, 1):
            for at, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                target = _target(sheet.name, column.name, value, first_rows)
                if target is not None and links < _MOST_LINKS:
                    made.write_url(number, at, target, link, str(value))
                    links += 1
                else:
                    _write_cell(made, number, at, value)
    notes = [note for comparison in comparisons for note in comparison.notes]
    if notes:
        made = book.add_worksheet("说明")
        for number, (zh, en) in enumerate(dict.fromkeys(notes)):
            made.write_string(number, 0, zh)
            made.write_string(number, 1, en)
    book.close()


def _write_cell(sheet: Any, row: int, at: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        sheet.write_string(row, at, str(value))
    else:
        sheet.write_number(row, at, float(value))


def _first_rows(sheets: Sequence[_Sheet]) -> Mapping[tuple[str, str], int]:
    """The first row of each report in each sheet, counted as a spreadsheet does."""
    found: dict[tuple[str, str], int] = {}
    for sheet in sheets:
        names = [column.name for column in sheet.columns]
        if "report_id" in names:
            at = names.index("report_id")
            for number, row in enumerate(sheet.rows, 2):
                if row[at] is not None:
                    found.setdefault((sheet.name, row[at]), number)
    return found


def _target(sheet: str, column: str, value: Any, first_rows: Mapping[tuple[str, str], int]) -> str | None:
    """Where a cell leads: a report's id to its source or its figures, a source to its address on the web."""
    if value is None:
        return None
    if column in ("report_id", "other_report_id"):
        other = "来源" if sheet in ("数据", "核验") and (("来源", value) in first_rows) else "数据"
        at = first_rows.get((other, value))
        return f"internal:'{other}'!A{at}" if at is not None and other != sheet else None
    if column == "finding_id":
        return None
    if column == "source" and str(value).startswith(("http://", "https://")) and len(str(value)) < _LONGEST_LINK:
        return str(value)
    return None


def _data_columns() -> Sequence[Column]:
    return [Column(name, "text", name, name) for name in COLUMNS]


def _read(path: Path, columns: Sequence[Column], key: str, wanted: set[str]) -> list[tuple[Any, ...]]:
    import pyarrow.parquet

    names = [column.name for column in columns]
    table = pyarrow.parquet.read_table(path, columns=names, filters=[(key, "in", sorted(wanted))]) if wanted else None
    return [] if table is None else [tuple(row[name] for name in names) for row in table.to_pylist()]
