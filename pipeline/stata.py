"""
The panel for Stata: DTA of release 118, gaps as extended missing values with their names, labels in Chinese.

pandas writes the file, but knows only the one missing value `.`; the extended ones are put in afterwards, where the format
says that they are (`help dta` of Stata, release 118: a double's `.a` follows `.` by 2 to the power of 40).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.panel import GAPS
from pipeline.schema import Column

__all__ = ["MAX_LABEL", "label_of", "write_stata"]

MAX_LABEL = 80
"""Characters that Stata allows in the label of a variable."""

_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - the file's own time, which must not be that of the run; Stata has no zones
_NO_VALUE = 0x7FE0_0000_0000_0000
_NEXT = 1 << 40
_FIRST_LABEL = 2147483621
"""Value labels have long integers as keys; that of `.a` is one more."""

_NUMBERS = {65526: "<f8", 65527: "<f4", 65528: "<i4", 65529: "<i2", 65530: "i1"}
"""Types of release 118; any smaller code is the length of a string."""


def write_stata(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Write the panel's rows; the columns `…_st` become the missing values of the columns before them."""
    import numpy
    import pandas
    from pandas.io.stata import StataWriterUTF8  # type: ignore[attr-defined]  # the stubs forget it

    held = list(zip(*rows, strict=True)) or [() for _ in columns]
    series: dict[str, Any] = {}
    gaps: dict[str, Any] = {}
    for at, column in enumerate(columns):
        if column.kind == "number":
            series[column.name] = numpy.array([numpy.nan if value is None else float(value) for value in held[at]])
            gaps[column.name] = numpy.array([_rank(status) for status in held[at + 1]], dtype="uint8")
        elif column.kind == "integer":
            series[column.name] = numpy.array(held[at], dtype="int32")
        elif not column.name.endswith("_st"):
            series[column.name] = ["" if value is None else value for value in held[at]]
    kept = {column.name: label_of(column) for column in columns if column.name in series}
    names = {_FIRST_LABEL + _rank(status): status for status in GAPS}
    StataWriterUTF8(
        path, pandas.DataFrame(series), version=118, write_index=False, time_stamp=_TIME, data_label="gongkai panel",
        variable_labels=kept, value_labels={name: names for name, each in gaps.items() if each.any()},
    ).write_file()  # fmt: skip
    _put_gaps(path, list(series), gaps)


def label_of(column: Column) -> str:
    """The column's Chinese name, its end kept where it is too long: labels of cells differ there."""
    return column.zh if len(column.zh) <= MAX_LABEL else f"…{column.zh[-MAX_LABEL + 1 :]}"


def _rank(status: str | None) -> int:
    """Which letter stands for a gap, counted from 1; 0 where there is a figure, or no report."""
    letter = GAPS.get(status or "")
    return ord(letter) - ord("a") + 1 if letter is not None else 0


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
