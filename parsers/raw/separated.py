"""Tables of separated fields in plain text: which character separates them, and whether the text is such a table at all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from contextlib import suppress

__all__ = ["delimiter_of", "plain_delimiter_of"]

_DELIMITERS = (",", "\t", ";")
_SAME_WIDTH = 0.8
_FEWEST_RECORDS = 5
_FIELD_OF_TABLE = re.compile(r"\s*(?:[-+]?\d+(?:\.\d+)?|[-—/]+|nan|NaN|None)?\s*")
_FIGURE = re.compile(r"\s*[-+]?\d+(?:\.\d+)?\s*")
_HALF_A_ROW = re.compile(r".*\S\s+[-+]?\d+\s*|\s*\d+\s+\S.*|.*[|\t。].*", re.DOTALL)
"""A field that ends or begins with a figure of its own: the comma stood within a number, as in 规章 1,234 0; or one of prose."""
_THOUSANDS = re.compile(r"\s*[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*")
_FEWEST_SEPARATED = 20
_WIDE = 3
_QUOTED_TAB = re.compile(r'"\t"')


def delimiter_of(text: str, *, whole: bool = True) -> str | None:
    """
    The character that plainly separates fields in a text; None where most records look like no record of a table.

    Those are as wide as one beside them, or hold a figure alone in a field, or nothing. Tables of several widths may stand below each
    other, and lines of prose, which are of one field, between them. A text that is not `whole` may end within a record,
    which does not count.

    >>> delimiter_of("规章,1,2\\n其他,0,0\\n"), delimiter_of("一,二,三\\n四五六\\n七,八\\n")
    (',', None)
    """
    for delimiter in _DELIMITERS:
        if text.count(delimiter) < 2:
            continue
        records = _records(text, delimiter)
        if _is_table(records if whole else records[:-1]):
            return delimiter
    return None


def plain_delimiter_of(text: str, *, whole: bool = True) -> str | None:
    """
    The same for a text that no name calls a table; None too for tabs without quotes, which are read as they stand.

    Several records must then hold figures alone in their fields, and none a piece of a number or of prose, or one number whole.

    >>> plain_delimiter_of("信息内容,数量,备注,其他\\n" + "规章,1,,\\n" * 6), plain_delimiter_of("规章 1,234 0,5\\n" * 20)
    (',', None)
    >>> plain_delimiter_of("申请办结数\\n3,000\\n" * 20)
    """
    for delimiter in _DELIMITERS:
        if text.count(delimiter) < _FEWEST_SEPARATED or (
            delimiter == "\t" and len(_QUOTED_TAB.findall(text)) < _FEWEST_SEPARATED
        ):
            continue
        records = _records(text, delimiter)
        records = records if whole else records[:-1]
        figured = [record for record in records if len(record) > 1 and any(map(_FIGURE.fullmatch, record))]
        halves = any(_HALF_A_ROW.fullmatch(field) for record in figured for field in record)
        halves = halves or any(_THOUSANDS.fullmatch(delimiter.join(record)) for record in figured)
        if len(figured) + sum(map(_is_empty, records)) >= _FEWEST_RECORDS and not halves and _is_table(records):
            return delimiter
    return None


def _is_empty(record: Sequence[str]) -> bool:
    """Whether most fields of a record hold nothing, as in a report that leaves its cells blank."""
    return len(record) > _WIDE and 2 * sum(not field.strip() for field in record) > len(record)


def _records(text: str, delimiter: str) -> list[list[str]]:
    """The records of a text that are not blank, up to one that cannot be read."""
    records: list[list[str]] = []
    with suppress(csv.Error):
        records.extend(filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    return records


def _is_table(records: Sequence[Sequence[str]]) -> bool:
    """Whether records are of a table: nearly all as wide as one beside them; or enough of them, and of those nearly all are so or hold figures."""
    widths = [len(record) for record in records]
    beside = zip(widths, [0, *widths], [*widths[1:], 0], strict=False)
    alike = [width > 1 and width in neighbours for width, *neighbours in beside]
    if any(alike) and sum(alike) >= _SAME_WIDTH * len(records):
        return True
    wide = [
        same or any(map(_FIELD_OF_TABLE.fullmatch, record))
        for record, same in zip(records, alike, strict=True)
        if len(record) > 1
    ]
    return len(wide) >= _FEWEST_RECORDS and sum(wide) >= _SAME_WIDTH * len(wide)
