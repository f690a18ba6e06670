"""
The facts on their way to disk: by far the largest table, so it is written a report at a time.

What all cells of a report share, and what all reports of a form share, is made once; the bytes are those that
`pipeline/tables.py` would write row by row, which a test compares.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from parsers.form import load_forms
from parsers.report import Report, Status, plain
from pipeline.schema import FACTS
from pipeline.tables import CsvTable, csv_cell

__all__ = ["FactTable"]

_BATCH_ROWS = 50_000
_MOST_KEPT = 200_000
_REPORT = ("report_id", "county_code", "county", "unit", "level", "year", "source", "source_sha256")
_CELL = ("form", "address", "table", "row", "column")
_OWN = ("value", "raw", "unit_of_measure", "status", "note", "rests_on", "place")


_WORDS = {id(status): str(status) for status in Status}
"""By identity: an enumeration's own hash is slow, and this is asked of every cell."""


class _Order(NamedTuple):
    """The cells of a report in their order: how their constant columns look in CSV, and their numbers among all cells."""

    csv: tuple[str, ...]
    numbers: tuple[int, ...]


class FactTable:
    """Takes whole reports and writes their facts as CSV (with byte-order mark) and Parquet."""

    def __init__(self, stream: TextIO, parquet: _Batches) -> None:
        self._write = stream.write
        self._parquet = parquet
        self._texts, self._figures, self._rests = _Texts(), _Figures(), _Rests()
        self.rows = 0
        CsvTable(stream, FACTS)  # its heading

    @classmethod
    @contextmanager
    def open(cls, folder: Path, name: str) -> Iterator[FactTable]:
        """The table in a folder, whole when the block ends without an error."""
        with ExitStack() as stack:
            stream = stack.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline=""))
            batches = _Batches(folder / f"{name}.parquet")
            yield cls(stream, batches)
            batches.finish()

    def add(self, report: Report) -> None:
        """Write the facts of a report."""
        before = _joined((report.report_id, report.county_code, report.county, report.unit, report.level, report.year))
        behind = _joined((report.source, report.source_sha256))
        order = _order(report)
        texts, figures, rests = self._texts, self._figures, self._rests
        self._write(
            "".join(
                [
                    f"{before},{cell},{figures[value]},{texts[raw]},{texts[unit]},{_WORDS[id(status)]},{texts[note]},{rests[on]},{behind},{texts[place]}\n"
                    for cell, (_, _, _, value, raw, unit, status, note, on, place) in zip(order.csv, report.facts, strict=True)
                ]
            )
        )
        self._parquet.add(report, order.numbers)
        self.rows += len(report.facts)


class _Batches:
    """Facts as record batches of a Parquet file; constant columns are kept as runs."""

    def __init__(self, path: Path) -> None:
        import pyarrow
        import pyarrow.parquet

        coded = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        kinds = {"code": coded, "text": pyarrow.string(), "integer": pyarrow.int64(), "number": pyarrow.float64()}
        self._schema = pyarrow.schema([(column.name, kinds[column.kind]) for column in FACTS])
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._clear()

    def _clear(self) -> None:
        self._reports: list[tuple[Any, ...]] = []
        self._counts: list[int] = []
        self._cells: list[int] = []
        self._own: list[list[Any]] = [[] for _ in _OWN]

    def add(self, report: Report, numbers: Sequence[int]) -> None:
        """Take a report, with the numbers of its cells; it is written with its batch."""
        identity = (report.report_id, report.county_code, report.county, report.unit, report.level, report.year)
        self._reports.append((*identity, report.source, report.source_sha256))
        self._counts.append(len(numbers))
        self._cells.extend(numbers)
        for held, values in zip(self._own, list(zip(*report.facts, strict=True))[3:], strict=True):
            held.extend(values)
        if len(self._cells) >= _BATCH_ROWS:
            self._flush()

    def finish(self) -> None:
        """Write what is held, and the end of the file."""
        if self._cells:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import numpy
        import pyarrow

        runs = numpy.repeat(numpy.arange(len(self._counts), dtype="int32"), self._counts)
        cells = numpy.array(self._cells, dtype="int32")
        arrays: dict[str, Any] = {}
        for name, values in zip(_REPORT, zip(*self._reports, strict=True), strict=True):
            arrays[name] = self._spread(name, values, runs)
        for name, values in zip(_CELL, zip(*_all_cells(), strict=True), strict=True):
            arrays[name] = self._spread(name, values, cells)
        for name, own in zip(_OWN, self._own, strict=True):
            arrays[name] = pyarrow.array(_MAKE[name](own) if name in _MAKE else own, type=self._schema.field(name).type)
        self._writer.write_batch(pyarrow.record_batch([arrays[field.name] for field in self._schema], schema=self._schema))
        self._clear()

    def _spread(self, name: str, values: Sequence[Any], at: Any) -> Any:
        """The values of a column, each as often and in the places where `at` has its number."""
        import pyarrow

        return pyarrow.array(values, type=self._schema.field(name).type).take(pyarrow.array(at))


@cache
def _all_cells() -> tuple[tuple[str, str, str, str, str], ...]:
    """Form, address, table, row and column of every cell of every form."""
    return tuple(
        (form.name, address, table.code, row.code, column.code)
        for form in load_forms()
        for address, (table, row, column) in form.cells.items()
    )


def _order(report: Report) -> _Order:
    return _order_of(tuple(report.forms.items()), tuple(fact[:3] for fact in report.facts))


@lru_cache(maxsize=64)
def _order_of(forms: tuple[tuple[str, str], ...], cells: tuple[tuple[str, str, str], ...]) -> _Order:
    by_table = dict(forms)
    places = {(cell[0], *cell[2:]): at for at, cell in enumerate(_all_cells())}
    numbers = tuple(places[by_table[table], table, row, column] for table, row, column in cells)
    return _Order(tuple(",".join(_all_cells()[at]) for at in numbers), numbers)


class _Texts(dict[str | None, str]):
    """Texts as they stand in a line of CSV, each made once."""

    def __missing__(self, text: str | None) -> str:
        if len(self) > _MOST_KEPT:
            self.clear()
        made = self[text] = _joined((str(text),)) if text else ""
        return made


class _Figures(dict[Decimal | None, str]):
    """Figures as they stand in CSV."""

    def __missing__(self, value: Decimal | None) -> str:
        if len(self) > _MOST_KEPT:
            self.clear()
        made = self[value] = plain(value)
        return made


class _Rests(dict[tuple[str, ...], str]):
    """Lists of identities as they stand in CSV."""

    def __missing__(self, names: tuple[str, ...]) -> str:
        made = self[names] = _joined((";".join(names),)) if names else ""
        return made


_MAKE: Mapping[str, Callable[[Sequence[Any]], Sequence[Any]]] = {
    "value": lambda values: [None if value is None else float(value) for value in values],
    "rests_on": lambda values: [";".join(names) if names else None for names in values],
}


def _joined(values: Sequence[Any]) -> str:
    """Values as CSV holds them, without the end of the line."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerow([csv_cell(value) for value in values])
    return stream.getvalue()[:-1]
