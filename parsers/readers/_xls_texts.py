"""
XLS: the shared texts of a workbook with the fonts of their parts, and what fonts and cell formats show.

Source: [MS-XLS] 2.4.122 (Font), 2.4.265 (SST), 2.5.293 (XLUnicodeRichExtendedString), 2.4.353 (XF).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from parsers.readers._cell_texts import Piece, joined

__all__ = ["Font", "SharedText", "fills_with_colour", "font_at", "font_of", "shared_texts"]

_STRUCK, _RAISED, _LOWERED = 0x08, 1, 2
_WHITES = (1, 9)
"""White in the palette that every workbook has."""
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08
_SKIPPED_FONT = 4
"""No font has this number: those behind the fourth count on from 5."""


class Font(NamedTuple):
    """Whether a font strikes out, raises, lowers, and writes in white."""

    struck: bool = False
    raised: bool = False
    lowered: bool = False
    white: bool = False


class SharedText(NamedTuple):
    """A text of the workbook, and how it reads where parts of it are struck out, raised or lowered; None where none is."""

    plain: str
    marked: str | None


def font_of(body: bytes) -> Font:
    """The font that a record describes."""
    flags, colour, _, lifted = struct.unpack_from("<HHHH", body, 2)
    return Font(bool(flags & _STRUCK), lifted == _RAISED, lifted == _LOWERED, colour in _WHITES)


def font_at(fonts: Sequence[Font], number: int) -> Font:
    """The font with a number; a plain one where there is none."""
    at = number - (number > _SKIPPED_FONT)
    return fonts[at] if at < len(fonts) else Font()


def fills_with_colour(body: bytes) -> bool:
    """Whether a cell format fills the cell with something on which white can be seen."""
    pattern, colours = body[17] >> 2, struct.unpack_from("<H", body, 18)[0]
    return pattern != 0 and not (pattern == 1 and colours & 0x7F in _WHITES)


def shared_texts(records: Sequence[bytes], fonts: Sequence[Font]) -> Iterator[SharedText]:
    """The shared texts in their order, from the record that holds them and those that continue it."""
    reader = _Reader(records)
    total = struct.unpack("<I", reader.take(8)[4:])[0]
    for _ in range(total):
        yield _next_text(reader, fonts)


class _Reader:
    """Reads on from record to record."""

    def __init__(self, records: Sequence[bytes]) -> None:
        self._records = records
        self._number = self._at = 0

    def take(self, length: int) -> bytes:
        """So many bytes. Raises ValueError where there are fewer."""
        taken = b""
        while length:
            self._step()
            part = self._records[self._number][self._at : self._at + length]
            taken, length, self._at = taken + part, length - len(part), self._at + len(part)
        return taken

    def characters(self, count: int, *, wide: bool) -> str:
        """So many characters; where a record ends among them, the next one says anew how wide they are."""
        text = ""
        while count:
            if self._step():
                wide = bool(self.take(1)[0] & _WIDE)
            size = 2 if wide else 1
            held = min(count, (len(self._records[self._number]) - self._at) // size)
            if not held:
                raise ValueError("a text ends within a character")
            text += self.take(held * size).decode("utf-16-le" if wide else "latin-1", "replace")
            count -= held
        return text

    def _step(self) -> bool:
        """Whether the next record was begun, since this one is at its end."""
        stepped = False
        while self._at >= len(self._records[self._number]):
            self._number, self._at, stepped = self._number + 1, 0, True
            if self._number >= len(self._records):
                raise ValueError("its texts end too soon")
        return stepped


def _next_text(reader: _Reader, fonts: Sequence[Font]) -> SharedText:
    count, flags = struct.unpack("<HB", reader.take(3))
    runs = struct.unpack("<H", reader.take(2))[0] if flags & _RICH else 0
    extended = struct.unpack("<I", reader.take(4))[0] if flags & _EXTENDED else 0
    text = reader.characters(count, wide=bool(flags & _WIDE))
    starts = [struct.unpack("<HH", reader.take(4)) for _ in range(runs)]
    reader.take(extended)
    ends = [*(start for start, _ in starts[1:]), len(text)] if starts else []
    pieces = [Piece(text[: starts[0][0]])] if starts else []
    for (start, number), end in zip(starts, ends, strict=True):
        pieces.append(Piece(text[start:end], *font_at(fonts, number)[:3]))
    return SharedText(text, joined(pieces))
