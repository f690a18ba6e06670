"""
The panel for Stata: DTA of release 118, gaps as extended missing values with their names, labels in Chinese.

pandas writes the file, but knows only the one missing value `.`; the extended ones are put in afterwards, where the format
says that they are (`help dta` of Stata, release 118: a double's `.a` follows `.` by 2 to the power of 40).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.panel import GAPS
from pipeline.schema import Column

__all__ = ["MAX_LABEL", "StataTable", "label_of"]

MAX_LABEL = 80
"""Characters that Stata allows in the label of a variable."""

_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - the file's own time, which must not be that of the run; Stata has no zones
_NO_VALUE = 0x7FE0_0000_0000_0000
_NEXT = 1 << 40
_FIRST_LABEL = 2147483621
"""Value labels have long integers as keys; that of `.a` is one more."""

_RANKS = {status: ord(letter) - ord("a") + 1 for status, letter in GAPS.items()}
"""Which letter stands for a gap, counted from 1."""

_NUMBERS = {65526: "<f8", 65527: "<f4", 65528: "<i4", 65529: "<i2", 65530: "i1"}
"""Types of release 118; any smaller code is the length of a string."""


class StataTable:
    """Takes the panel's rows; the columns `…_st` become the missing values of the columns before them."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = [column for column in columns if not column.name.endswith("_st")]
        self._places = [at for at, column in enumerate(columns) if not column.name.endswith("_st")]
        self._held: list[Any] = [array("d") if column.kind == "number" else [] for column in self._columns]
        self._gaps: list[bytearray] = [bytearray() for _ in self._columns]

    def add(self, row: Sequence[Any]) -> None:
        """Take one row."""
        for at, column, held, gaps in zip(self._places, self._columns, self._held, self._gaps, strict=True):
            value = row[at]
            if column.kind == "number":
                held.append(math.nan if value is None else float(value))
                gaps.append(_RANKS.get(row[at + 1], 0))
            else:
                held.append("" if value is None else value)

    def write(self, path: Path) -> None:
        """Write the file."""
        import numpy
        import pandas
        from pandas.io.stata import StataWriterUTF8  # type: ignore[attr-defined]  # the stubs forget it

        series: dict[str, Any] = {}
        gaps: dict[str, Any] = {}
        for column, held, ranks in zip(self._columns, self._held, self._gaps, strict=True):
            if column.kind == "number":
                series[column.name] = numpy.frombuffer(held, "float64") if held else numpy.zeros(0)
                gaps[column.name] = numpy.frombuffer(ranks, "uint8") if ranks else numpy.zeros(0, "uint8")
            else:
                series[column.name] = numpy.array(held, dtype="int32") if column.kind == "integer" else held
        names = {_FIRST_LABEL + rank: status for status, rank in _RANKS.items()}
        StataWriterUTF8(
            path, pandas.DataFrame(series), version=118, write_index=False, time_stamp=_TIME, data_label="gongkai panel",
            variable_labels={column.name: label_of(column) for column in self._columns},
            value_labels={name: names for name, each in gaps.items() if each.any()},
        ).write_file()  # fmt: skip
        _put_gaps(path, list(series), gaps)


def label_of(column: Column) -> str:
    """The column's Chinese name, its end kept where it is too long: labels of cells differ there."""
    return column.zh if len(column.zh) <= MAX_LABEL else f"…{column.zh[-MAX_LABEL + 1 :]}"


def _put_gaps(path: Path, names: Sequence[str], gaps: dict[str, Any]) -> None:
    """Replace `.` by the extended missing values, in place."""
    import numpy

    body = bytearray(path.read_bytes())
    codes = numpy.frombuffer(body, "<u2", len(names), body.index(b"<variable_types>") + len(b"<variable_types>"))
    record = numpy.dtype([(name, _NUMBERS.get(int(code), f"S{code}")) for name, code in zip(names, codes, strict=True)])
    count = len(next(iter(gaps.values()), ()))
    table = numpy.frombuffer(body, record, count, body.index(b"<data>") + len(b"<data>"))
    for name, ranks in gaps.items():
        bits = table[name].view("<u8")
        bits[ranks > 0] = _NO_VALUE + ranks[ranks > 0].astype("<u8") * numpy.uint64(_NEXT)
    path.write_bytes(body)
