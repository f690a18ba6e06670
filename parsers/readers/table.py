"""CSV, TSV and lists of values (JSON, Python): each record a row, each field a cell; quoted fields keep their line breaks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import count

from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.charset import decode
from parsers.raw.lists import records_of
from parsers.raw.sniff import TABLE_BYTES, Content, separator_of, sniff
from parsers.readers._cell_texts import text_of
from parsers.readers._sheets import Marks, Spot, blocks_of
from parsers.readers._spans import MAX_CELLS, refuse_too_many_cells
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "table"

MAX_FIELD = 131_072
_FORMULA = re.compile(r"""\A\s*=\s*"([^"=]*)"\s*\Z|\A\s*'([-+]?\d[\d.,]*)\s*\Z""")
"""How programs keep a workbook from reading a text as a number."""
_FEWEST_NUMBERED = 10
_LONGEST_NUMBER = 4
_NAMELESS = re.compile(r"Unnamed: \d{1,3}")


def claims(content: Content) -> bool:
    """Whether the content is a table of separated fields."""
    return content.kind == "csv"


def read(source: Source) -> Document:
    """
    The records as Grids, parted at blank records; texts alone in the first and last records of each are Paragraphs.

    Places count records and fields from 1. Raises ReadError with status `limit` (cells, a field over 131,072 characters).

    >>> document = read(Source("年报,,\\r\\n规章,1,\\r\\n,0,2\\r\\n".encode(), "a.csv"))
    >>> [cell.text for grid in document.grids() for cell in grid.cells]
    ['规章', '1', '', '', '0', '2']
    """
    decoded = decode(source.data, http=source.charset)
    texts: dict[Spot, str] = {}
    lengths: dict[int, int] = {}
    try:
        for row, record in enumerate(_without_index([*_bounded(_records(decoded.text, source))])):
            lengths[row] = len(record)
            texts.update(
                {(row, column): text_of(_FORMULA.sub(r"\1\2", field)) for column, field in enumerate(record) if field.strip()}
            )
    except csv.Error as exc:
        raise ReadError(ReadStatus.LIMIT, f"a field of its table is too long to be one ({exc}); it was not read") from exc
    blocks = tuple(blocks_of(texts, Marks(fields=lengths), count(1).__next__, count(1).__next__))
    return Document(blocks, sniff(source.data, source.name).media_type, notes=(decoded.remark,))


def _records(text: str, source: Source) -> Iterator[Sequence[str]]:
    """The records of a table of separated fields, else those of the lists of values in it."""
    delimiter = separator_of(text[:TABLE_BYTES], source.name, whole=len(text) <= TABLE_BYTES)
    lists = records_of(text) if delimiter is None else None
    if lists is not None:
        yield from lists
    else:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _named(source))


def _bounded(records: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The records, as long as their fields are neither too many nor too long."""
    fields = 0
    for record in records:
        fields += len(record)
        if fields > MAX_CELLS:
            refuse_too_many_cells()
        if any(len(field) > MAX_FIELD for field in record):  # csv has a limit of its own that any library may lift
            raise csv.Error(f"a field is larger than {MAX_FIELD:,} characters")
        yield record


def _without_index(records: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """
    The records without the numbers that a program printed before each, and without the names that it gave to nameless columns.

    >>> _without_index([["", "年报", "Unnamed: 1"], *([str(row), "规章", "7"] for row in range(10))])[:2]
    [['', '年报', ''], ['', '规章', '7']]
    """
    head = [*records[0]] if records else []
    numbers = [int(field) for field in head if field.strip().isdecimal() and len(field) < _LONGEST_NUMBER]
    counted = len(numbers) > 1 and numbers == [*range(numbers[0], numbers[0] + len(numbers))] and numbers[0] in (0, 1)
    counted = counted and len(numbers) == sum(map(bool, head))
    named = counted or any(map(_NAMELESS.fullmatch, head))
    body = records[1:] if named else records
    first = [record[0].strip() if record else "" for record in body]
    numbered = len(body) >= _FEWEST_NUMBERED and any(first == [str(start + at) for at in range(len(body))] for start in (0, 1))
    body = [["", *record[1:]] for record in body] if numbered else body
    return [["" if counted or _NAMELESS.fullmatch(field) else field for field in head], *body] if named else body


def _named(source: Source) -> str:
    return "\t" if source.name.lower().endswith(".tsv") else ","
