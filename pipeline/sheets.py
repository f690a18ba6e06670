"""
Sheets of an XLSX file: rows in, text as text, numbers as numbers, and the same bytes for the same rows.

Rows go to the file as they come; a sheet of a million rows is never held.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from pipeline.errors import OutputError
from pipeline.schema import Column

__all__ = ["Book", "Link", "PanelBook", "Sheet", "is_address"]

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file's own time must not be that of the run; XLSX knows no zones
_ADDRESS = re.compile(r"https?://[!-~\u00a1-\ud7ff\uf900-\ufffd]{1,2000}")
"""Without blanks and control characters: a spreadsheet would call the whole file damaged."""

_MOST_LINKS = 60_000
"""A sheet holds 65,530 links; what comes after them is text without a link."""

_LONGEST = 32_000
"""A cell holds 32,767 characters, counted as UTF-16; a longer text would be left out altogether."""

_WIDE = frozenset(
    "message_zh message_en source page reason zh en note numerator denominator addresses remarks_zh remarks_en address".split()
)


class Link(NamedTuple):
    """A cell that leads to a row of another sheet, or without a sheet to the address that it shows."""

    sheet: str
    row: int
    text: Any


def is_address(text: str | None) -> bool:
    """
    Whether a text is an address on the web that a cell may lead to.

    >>> is_address("http://www.example.gov.cn/a.html"), is_address("report.pdf"), is_address("javascript:alert(1)")
    (True, False, False)
    """
    return text is not None and _ADDRESS.fullmatch(text) is not None


class Book:
    """An XLSX file that is being written; a context manager. Raises OutputError when the file cannot be written."""

    def __init__(self, path: Path, tongue: str = "zh") -> None:
        import xlsxwriter

        self._path, self._tongue = path, tongue
        try:
            self._file = path.open("wb")  # first of all: once there are sheets, their temporary files would stay behind
        except OSError as exc:
            raise OutputError(f"{path}: the workbook cannot be written: {exc.strerror or exc}") from exc
        self._room = tempfile.TemporaryDirectory(prefix="gongkai-")
        self._book = xlsxwriter.Workbook(
            self._file,
            {
                "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
                "tmpdir": self._room.name,
            },
        )  # fmt: skip
        self._book.set_properties({"title": "gongkai", "created": _CREATED})
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._link = self._book.add_format({"font_color": "#0563C1", "underline": 1})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        from xlsxwriter.exceptions import FileCreateError

        try:
            self._book.close()
            self._file.close()
        except (FileCreateError, OSError) as exc:
            raise OutputError(f"{self._path}: the workbook cannot be written: {exc}") from exc
        finally:
            self._file.close()
            self._room.cleanup()

    def add(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """A sheet of these rows, with what each column means as a note on its heading."""
        sheet = self.sheet(name, columns, self._tongue)
        for row in rows:
            sheet.add(row)
        sheet.close()

    def sheet(self, name: str, columns: Sequence[Column], tongue: str | None = None) -> Sheet:
        """A sheet to add rows to; it must be closed before the next one is asked for."""
        return Sheet(self._book.add_worksheet(name), columns, self._head, self._link, tongue)


class Sheet:
    """Rows under a frozen heading with filters; cells without a value are left out. With a language the heading has notes."""

    def __init__(self, sheet: Any, columns: Sequence[Column], head: Any, link: Any, tongue: str | None) -> None:
        self._sheet, self._link, self._width = sheet, link, len(columns)
        self._rows = self._links = 0
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, 44 if column.name in _WIDE else 14)
            sheet.write_string(0, at, column.name, head)
            if tongue is not None:
                sheet.write_comment(0, at, column.zh if tongue == "zh" else column.en, {"author": "gongkai"})

    def add(self, row: Sequence[Any]) -> None:
        """Take one row."""
        self._rows += 1
        for at, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, Link):
                self._write_link(at, value)
            elif isinstance(value, (int, float, Decimal)):
                self._sheet.write_number(self._rows, at, float(value))
            else:
                self._sheet.write_string(self._rows, at, _text(value))

    def close(self) -> None:
        """Say how far the filters reach."""
        self._sheet.autofilter(0, 0, max(1, self._rows), self._width - 1)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:{_column_name(self._width - 1)}{max(2, self._rows + 1)}"})

    def _write_link(self, at: int, value: Link) -> None:
        self._links += 1
        if self._links <= _MOST_LINKS:
            target = f"internal:'{value.sheet}'!A{value.row}" if value.sheet else str(value.text)
            self._sheet.write_url(self._rows, at, target, self._link, _text(value.text))
        else:
            self._sheet.write_string(self._rows, at, _text(value.text))
        if isinstance(value.text, int):
            self._sheet.write_number(self._rows, at, value.text, self._link)


class PanelBook:
    """
    The panel as XLSX, row by row: a sheet `panel`, and a sheet 变量说明 that says what each column means; a context manager.

    Raises OutputError when the file cannot be written.
    """

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._book, self._columns = Book(path), columns
        self._sheet = self._book.sheet("panel", columns)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._sheet.close()
        told = (
            Column("column", "text", "列名", "column"),
            Column("zh", "text", "中文", "Chinese"),
            Column("en", "text", "英文", "English"),
        )
        self._book.add("变量说明", told, ((column.name, column.zh, column.en) for column in self._columns))
        self._book.__exit__(kind, error, trace)

    def add(self, row: Sequence[Any]) -> None:
        """Take one row; cells without a value are left out."""
        self._sheet.add(row)


def _text(value: Any) -> str:
    if isinstance(value, str) and value.isascii() and len(value) < _LONGEST:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = value.isoformat() if isinstance(value, date) else str(value)
    if len(text.encode("utf-16-le", "replace")) // 2 > _LONGEST:
        text = f"{text[: _LONGEST // 2]}… ({len(text)})"
    return text.encode("utf-8", "replace").decode()  # a lone surrogate is no text that a file could hold


def _column_name(at: int) -> str:
    """
    What a spreadsheet calls a column, counted from 0.

    >>> _column_name(0), _column_name(27)
    ('A', 'AB')
    """
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
