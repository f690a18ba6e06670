"""XLS: what the records of a sheet say besides its values: borders, errors, spans, hidden rows and columns, per cents."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import olefile

from parsers.errors import ReadError, ReadStatus
from parsers.readers._cell_texts import (
    NO_RESULT,
    is_figure_in_cell,
    per_cent,
    shows_no_number,
    shows_per_cent,
    text_of,
    zero_shown,
)
from parsers.readers._ole import ole_of
from parsers.readers._sheets import Collector, Marks, Spot
from parsers.readers._xls_texts import Font, SharedText, fills_with_colour, font_at, font_of, shared_texts

__all__ = ["marks_of_xls"]

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BOF, _EOF, _FORMULA, _BOUNDSHEET, _XF, _FORMAT, _FILEPASS = 0x809, 0x0A, 0x06, 0x85, 0xE0, 0x41E, 0x2F
_BLANK, _MULBLANK, _BOOLERR, _NUMBER, _RK, _MULRK = 0x201, 0xBE, 0x205, 0x203, 0x27E, 0xBD
_LABEL, _LABELSST, _RSTRING, _ROW, _COLINFO, _MERGED = 0x204, 0xFD, 0xD6, 0x208, 0x7D, 0xE5
_VALUES = (_FORMULA, _BOOLERR, _NUMBER, _RK, _LABEL, _LABELSST, _RSTRING)
_DAMAGE = (struct.error, IndexError, ValueError, OSError, KeyError, TypeError, AttributeError, OverflowError, MemoryError)
_SST, _DIMENSIONS, _FONT, _CONTINUE = 0xFC, 0x200, 0x31, 0x3C
_BIFF8 = 0x600
_WINDOW, _WITH_ZEROS = 0x23E, 0x10
"""How a sheet is shown, which stands behind its cells; the flag that cells show their zeros."""
_PER_CENTS = (9, 10)
_SHORTEST_TEXT = 3
_NOTHING = 3
"""A formula's result that is nothing: a text without characters, or what programs write which do not reckon."""
_TO_RECKON = 2
"""The flag of a formula that is to be reckoned when the file is opened."""


class _Format(NamedTuple):
    """A cell format: whether it has a border, the number of its number format, that of its font, and whether it fills the cell."""

    ruled: bool
    number: int
    font: int
    filled: bool


@dataclass
class _Book:
    """What the sheets of a workbook share."""

    formats: list[_Format] = field(default_factory=list)
    fonts: list[Font] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    texts: list[SharedText] = field(default_factory=list)

    def is_ruled(self, form: int) -> bool:
        """Whether cells of a format have a border."""
        return form < len(self.formats) and self.formats[form].ruled

    def shows_per_cent(self, form: int) -> bool:
        """Whether cells of a format show per cents."""
        if form >= len(self.formats):
            return False
        number = self.formats[form].number
        return number in _PER_CENTS or shows_per_cent(self.codes.get(number, ""))

    def is_doubted(self, form: int) -> bool:
        """Whether cells of a format are struck out, in white on nothing, or show another number than they hold, or none."""
        if form >= len(self.formats):
            return False
        own = self.formats[form]
        font = font_at(self.fonts, own.font)
        return font.struck or (font.white and not own.filled) or shows_no_number(self.codes.get(own.number, ""))

    def zero_shown(self, form: int) -> str | None:
        """What cells of a format show that hold zero; None for a figure."""
        number = self.formats[form].number if form < len(self.formats) else 0
        return zero_shown(self.codes.get(number, ""), number)


def marks_of_xls(content: bytes) -> tuple[dict[int, Marks], bytes]:
    """
    The marks of each sheet by its number, from 0, and the file anew, with nothing in it but its sheets.

    Files before Excel 97 know no borders. The library that reads the values ends the whole program on some false sizes;
    the new file says none. Raises ReadError with status `failed` (damaged, locked) or `limit` (cells too many or too far
    apart).
    """
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            name = "Workbook" if container.exists("Workbook") else "Book"
            stream = container.openstream(name).read()
        return dict(enumerate(_sheets(stream))), ole_of(name, _without_sizes(stream))
    except _DAMAGE as exc:
        raise ReadError(ReadStatus.FAILED, f"an XLS file that is cut off or damaged ({exc}); ask for the file again") from exc


def _without_sizes(stream: bytes) -> bytes:
    """The stream with no extent of any sheet. Raises ValueError when it counts more texts than it can hold."""
    changed = bytearray(stream)
    starts = [0]
    for kind, body in _records(stream, 0):
        if kind == _BOUNDSHEET:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == _SST and struct.unpack_from("<I", body, 4)[0] * _SHORTEST_TEXT > len(stream):
            raise ValueError("it counts more texts than it can hold")
    for start in starts:
        at = start
        while at + 4 <= len(stream):
            kind, length = struct.unpack_from("<HH", stream, at)
            if kind == _EOF:
                break
            if kind == _DIMENSIONS:
                changed[at + 4 : at + 4 + length] = bytes(len(changed[at + 4 : at + 4 + length]))
            at += 4 + length
    return bytes(changed)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place to the end of their part; parts within it (charts) are left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, body


def _sheets(stream: bytes) -> Iterator[Marks]:
    book, starts = _Book(), list[int]()
    is_late = False  # formats of Excel 95 and before are laid out otherwise: no borders are known of them
    shared, before = list[bytes](), 0
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise ReadError(ReadStatus.FAILED, "an XLS file that is protected by a password; ask for an open copy")
        if kind == _BOF:
            is_late = struct.unpack_from("<H", body)[0] >= _BIFF8
        elif kind == _BOUNDSHEET:
            starts.append(struct.unpack_from("<I", body)[0])
        elif is_late:
            if kind == _SST or (kind == _CONTINUE and before in (_SST, _CONTINUE) and shared):
                shared.append(body)
            _take_note(book, kind, body)
        before = kind
    with suppress(ValueError):  # of texts that end too soon the library that reads the values decides
        book.texts.extend(shared_texts(shared, book.fonts) if shared else ())
    for start in starts:
        yield _Sheet(book).marks(stream, start)


def _take_note(book: _Book, kind: int, body: bytes) -> None:
    """Take in a record of a font, a number format or a cell format."""
    if kind == _FONT:
        book.fonts.append(font_of(body))
    elif kind == _FORMAT:
        code = body[5:].decode("utf-16-le" if body[4] & 1 else "latin-1", "replace")
        book.codes[struct.unpack_from("<H", body)[0]] = code
    elif kind == _XF:
        font, number = struct.unpack_from("<HH", body)
        book.formats.append(_Format(bool(struct.unpack_from("<H", body, 10)[0]), number, font, fills_with_colour(body)))


class _Sheet(Collector):
    """Collects the marks of one sheet record by record."""

    def __init__(self, book: _Book) -> None:
        super().__init__()
        self._book = book
        self._zeros: list[Spot] = []

    def marks(self, stream: bytes, start: int) -> Marks:
        for kind, body in _records(stream, start):
            if kind in _VALUES:
                self._add_value(kind, body)
            elif kind == _BLANK:
                self._add_cell(*struct.unpack_from("<HHH", body))
            elif kind in (_MULBLANK, _MULRK):
                self._add_cells(kind, body)
            elif kind == _ROW and body[12] & 0x20:
                self.hidden_rows.add(struct.unpack_from("<H", body)[0])
            elif kind == _COLINFO and body[8] & 1:
                first, last = struct.unpack_from("<HH", body)
                self.hidden_columns.update(range(first, min(last, 255) + 1))
            elif kind == _MERGED:
                for at in range(struct.unpack_from("<H", body)[0]):
                    top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * at)
                    self.merged.append((top, left, bottom, right))
            elif kind == _WINDOW and not body[0] & _WITH_ZEROS:
                self.texts.update(dict.fromkeys(self._zeros, "0" + NO_RESULT))
        return self.gathered()

    def _add_cell(self, row: int, column: int, form: int) -> None:
        if self._book.is_ruled(form):
            self.ruled.add((row, column))

    def _add_value(self, kind: int, body: bytes) -> None:
        row, column, form = struct.unpack_from("<HHH", body)
        self.area.add(row, column)
        self._add_cell(row, column, form)
        if kind == _BOOLERR and body[7]:
            self.texts[row, column] = _ERRORS.get(body[6], "#VALUE!")
        elif kind == _FORMULA and body[12:14] == b"\xff\xff":
            if body[6] == 2:
                self.texts[row, column] = _ERRORS.get(body[8], "#VALUE!")
            elif body[6] == _NOTHING:
                self.texts[row, column] = NO_RESULT
        elif kind == _FORMULA and body[14] & _TO_RECKON and not any(body[6:14]):
            self.texts[row, column] = NO_RESULT
        elif kind in (_FORMULA, _NUMBER):
            self._add_number(row, column, form, struct.unpack_from("<d", body, 6)[0])
        elif kind == _RK:
            self._add_number(row, column, form, _rk(struct.unpack_from("<I", body, 6)[0]))
        elif kind == _LABELSST:
            self._add_shared(row, column, form, struct.unpack_from("<I", body, 6)[0])

    def _add_cells(self, kind: int, body: bytes) -> None:
        """A run of blank cells, or of numbers in short."""
        row, first = struct.unpack_from("<HH", body)
        step = 2 if kind == _MULBLANK else 6
        for at in range((len(body) - 6) // step):
            form = struct.unpack_from("<H", body, 4 + step * at)[0]
            self._add_cell(row, first + at, form)
            if kind == _MULRK:
                self.area.add(row, first + at)
                self._add_number(row, first + at, form, _rk(struct.unpack_from("<I", body, 6 + step * at)[0]))

    def _add_number(self, row: int, column: int, form: int, value: float) -> None:
        text = per_cent(repr(value)) if self._book.shows_per_cent(form) else None
        if value == 0:
            self._zeros.append((row, column))
            text = text or self._book.zero_shown(form)
        if self._book.is_doubted(form):
            text = (text or text_of(value)) + NO_RESULT
        if text is not None:
            self.texts[row, column] = text

    def _add_shared(self, row: int, column: int, form: int, number: int) -> None:
        """A shared text of which a part is struck out, raised or lowered, or that is a figure in a format that doubts it."""
        if number >= len(self._book.texts):
            return
        plain, marked = self._book.texts[number]
        if self._book.is_doubted(form) and is_figure_in_cell(plain):
            self.texts[row, column] = plain + NO_RESULT
        elif marked is not None:
            self.texts[row, column] = marked


def _rk(packed: int) -> float:
    """A number in the short form: two flags, then an integer or the upper half of a float."""
    value: float
    if packed & 2:
        whole = packed >> 2
        value = whole - (1 << 30) if whole >= 1 << 29 else whole
    else:
        value = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return value / 100 if packed & 1 else value
