"""
Tables on their way to disk: rows in, CSV and Parquet out, streamed, the same bytes for the same rows.

pyarrow is imported where Parquet is written: `gongkai forms` must not wait for it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

from parsers.report import plain
from pipeline.schema import Column

__all__ = ["CsvTable", "FileTable", "ParquetTable", "RowSink", "csv_cell", "guarded"]

BATCH_CELLS = 500_000
"""Cells held before a record batch is written: the wide tables have 300 columns, the facts 20."""

_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")


def guarded(text: str) -> str:
    """
    Text as CSV holds it: what a spreadsheet would run as a formula has `'` before it.

    >>> guarded("=1+1"), guarded("-8"), guarded("-"), guarded("－")
    ("'=1+1", '-8', '-', '－')
    """
    if len(text) > 1 and text[0] in "=+-@\t\r" and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_cell(value: Any) -> str:
    """One value as CSV holds it; empty for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    return plain(value) if isinstance(value, Decimal) else str(value)


class RowSink(Protocol):
    """Takes rows in the order of its columns."""

    def add(self, row: Sequence[Any]) -> None:
        """Take one row."""


class CsvTable:
    """Writes rows as CSV to an open text stream, the heading first."""

    def __init__(self, stream: TextIO, columns: Sequence[Column]) -> None:
        self._write: Callable[[Sequence[str | None]], Any] = csv.writer(stream, lineterminator="\n").writerow
        self._write([column.name for column in columns])

    def add(self, row: Sequence[Any]) -> None:
        """Write one row."""
        self._write([value if value is None else csv_cell(value) for value in row])  # the writer makes None empty


class ParquetTable:
    """Writes rows as record batches to a Parquet file; a context manager. Texts with few values are dictionary-encoded."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        import pyarrow  # slow to import, and only files need it
        import pyarrow.parquet

        self._columns = columns
        self._held: list[Sequence[Any]] = []
        self._limit = max(1, BATCH_CELLS // len(columns))
        self._schema = pyarrow.schema([(column.name, _arrow_type(column.kind)) for column in columns])
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self._flush()
        self._writer.close()

    def add(self, row: Sequence[Any]) -> None:
        """Take one row; it is written with its batch."""
        self._held.append(tuple(row))
        if len(self._held) >= self._limit:
            self._flush()

    def _flush(self) -> None:
        import pyarrow

        if not self._held:
            return
        arrays = [
            pyarrow.array(_arrow_values(values, column.kind), type=field.type)
            for column, field, values in zip(self._columns, self._schema, zip(*self._held, strict=True), strict=True)
        ]
        self._writer.write_batch(pyarrow.record_batch(arrays, schema=self._schema))
        self._held.clear()


def _arrow_type(kind: str) -> Any:
    import pyarrow

    types: Mapping[str, Callable[[], Any]] = {
        "code": lambda: pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
        "text": pyarrow.string, "integer": pyarrow.int64, "number": pyarrow.float64,
        "date": pyarrow.date32, "moment": lambda: pyarrow.timestamp("s", tz="UTC"),
    }  # fmt: skip
    return types[kind]()


def _arrow_values(values: Sequence[Any], kind: str) -> Sequence[Any]:
    if kind in ("code", "text", "integer"):
        return values
    made: Mapping[str, Callable[[Any], Any]] = {
        "number": float, "date": date.fromisoformat, "moment": datetime.fromisoformat,
    }  # fmt: skip
    make = made[kind]
    return [None if value is None else make(value) for value in values]


class FileTable:
    """One table as CSV (with byte-order mark) and Parquet of the same name; rows go to both."""

    def __init__(self, sinks: Sequence[RowSink]) -> None:
        self._sinks = sinks
        self.rows = 0

    @classmethod
    @contextmanager
    def open(cls, folder: Path, name: str, columns: Sequence[Column], *, parquet: bool = True) -> Iterator[FileTable]:
        """The table in a folder, whole when the block ends without an error."""
        with ExitStack() as stack:
            stream = stack.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline=""))
            sinks: list[RowSink] = [CsvTable(stream, columns)]
            if parquet:
                sinks.append(stack.enter_context(ParquetTable(folder / f"{name}.parquet", columns)))
            yield cls(sinks)

    def add(self, row: Sequence[Any]) -> None:
        """Take one row."""
        for sink in self._sinks:
            sink.add(row)
        self.rows += 1
