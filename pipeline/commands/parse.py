"""`gongkai parse`: the facts of files and folders as CSV, JSON, Parquet or a table."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from parsers.finding import Finding
from parsers.report import fact_row, plain
from pipeline.commands.reading import dataset_of, find_config, find_inputs, find_rules
from pipeline.commands.screen import logging_to, out, print_table
from pipeline.errors import OutputError, UsageError
from pipeline.export import finding_row, whole_files
from pipeline.inputs import shown
from pipeline.ledger import Row
from pipeline.run import Dataset, summarise
from pipeline.schema import FACTS, FINDINGS, REPORTS, Column
from pipeline.tables import CsvTable, ParquetTable, RowSink, csv_cell

__all__ = ["FORMATS", "json_object", "parse"]

FORMATS = ("csv", "json", "parquet", "table")


def parse(paths: Sequence[Path], manifest: Path | None, rules_file: Path | None, kind: str, file: Path | None) -> int:
    """Write the facts of the paths in a format, to a file or to stdout; returns the exit code."""
    if kind not in FORMATS:
        raise UsageError(f"--format: must be one of {', '.join(FORMATS)}, is {kind!r}")
    if kind == "parquet" and file is None and sys.stdout.isatty():
        raise UsageError("--format parquet: binary output does not belong on a terminal; give -o FILE")
    limits = find_config(None, None).parse
    with logging_to(None), dataset_of(find_inputs(paths, manifest), find_rules(rules_file, None), limits) as dataset:
        if file is None:
            rows = _write(dataset, kind)
        elif file.exists() and not file.is_file():  # a device or a pipe takes the bytes and must not be replaced
            rows = _copy(dataset, kind, file)
        else:
            with whole_files(file.parent) as part:
                rows = _write_file(dataset, kind, part / file.name)
    return summarise(rows).exit_code


def _write(dataset: Dataset, kind: str) -> list[Row]:
    if kind == "parquet":
        return _copy(dataset, kind, None)
    if kind == "table":
        return _print(dataset)
    stream = out()
    rows = _write_text(dataset, kind, stream)
    stream.flush()
    return rows


def _copy(dataset: Dataset, kind: str, file: Path | None) -> list[Row]:
    """Write a file elsewhere, then its bytes to what cannot be written piece by piece; stdout without a file."""
    with tempfile.TemporaryDirectory(prefix="gongkai-") as folder:
        made = Path(folder) / "facts"
        rows = _write_file(dataset, kind, made)
        try:
            with made.open("rb") as body, nullcontext(sys.stdout.buffer) if file is None else file.open("wb") as stream:
                shutil.copyfileobj(body, stream)
                stream.flush()
        except BrokenPipeError:
            raise
        except OSError as exc:
            raise OutputError(f"{shown(str(file or '-'))}: the output cannot be written: {exc.strerror or exc}") from exc
    return rows


def _write_file(dataset: Dataset, kind: str, path: Path) -> list[Row]:
    if kind == "parquet":
        with ParquetTable(path, FACTS) as table:
            return _add_facts(dataset, table)
    with path.open("w", encoding="utf-8-sig" if kind == "csv" else "utf-8", newline="") as stream:
        return _write_text(dataset, kind, stream)


def _write_text(dataset: Dataset, kind: str, stream: TextIO) -> list[Row]:
    if kind == "csv":
        return _add_facts(dataset, CsvTable(stream, FACTS))
    if kind == "json":
        return _write_json(dataset, stream)
    stream.write("\t".join(_SHOWN) + "\n")
    rows = list(_shown_facts(dataset))
    stream.writelines("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)
    return dataset.close().rows


def _add_facts(dataset: Dataset, sink: RowSink) -> list[Row]:
    for examined in dataset:
        if examined.report is not None:
            for fact in examined.report.facts:
                sink.add(fact_row(examined.report, fact))
    return dataset.close().rows


# --- a table for people ---------------------------------------------------------------------------

_SHOWN = ("report_id", "unit", "year", "address", "value", "unit_of_measure", "status", "raw", "note")


def _print(dataset: Dataset) -> list[Row]:
    print_table(_SHOWN, list(_shown_facts(dataset)))
    return dataset.close().rows


def _shown_facts(dataset: Dataset) -> Iterator[tuple[str, ...]]:
    places = [next(at for at, column in enumerate(FACTS) if column.name == name) for name in _SHOWN]
    for examined in dataset:
        if examined.report is not None:
            for fact in examined.report.facts:
                row = fact_row(examined.report, fact)
                yield tuple(csv_cell(row[at]) for at in places)


# --- JSON -----------------------------------------------------------------------------------------


def json_object(columns: Sequence[Column], values: Sequence[Any], more: Sequence[str] = ()) -> str:
    """
    A row as a JSON object; numbers are written exactly, which a float would not always do.

    >>> json_object([Column("value", "number", "", "")], [Decimal("25.10")])
    '{"value": 25.1}'
    """
    pairs = [
        f"{json.dumps(column.name)}: {plain(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)}"
        for column, value in zip(columns, values, strict=True)
    ]
    return "{" + ", ".join((*pairs, *more)) + "}"


def _write_json(dataset: Dataset, stream: TextIO) -> list[Row]:
    """One array with an object a row of `reports`; a later copy may add an alias to any of them, so all are held."""
    examined = list(dataset)
    rows, findings, _ = dataset.close()
    by_report: dict[str | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_report[finding.report_id].append(finding)
    with _array(stream) as add:
        for one, row in zip(examined, rows, strict=True):
            found = by_report[one.result.report_id]
            parts = [
                f'"facts": {_list(FACTS, [fact_row(one.report, fact) for fact in one.report.facts] if one.report else [])}',
                f'"findings": {_list(FINDINGS, [finding_row(finding) for finding in found])}',
            ]
            add(json_object(REPORTS, row.values(), parts))
    return rows


def _list(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> str:
    return "[" + ",\n ".join(json_object(columns, row) for row in rows) + "]"


@contextmanager
def _array(stream: TextIO) -> Iterator[Any]:
    count = 0

    def add(text: str) -> None:
        nonlocal count
        stream.write(("[\n" if count == 0 else ",\n") + text)
        count += 1

    yield add
    stream.write("\n]\n" if count else "[]\n")
