"""Draft: what the passes have decided for the cells of one table, before it becomes facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from parsers.form import Table
from parsers.rebuild.marks import CELL, COVER, LINE, ROW, TABLE
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Kind, Piece, Run
from parsers.report import Fact, Status, plain
from parsers.values import read_value

__all__ = ["Draft", "Lost", "Mended", "Open", "Printed", "Reading", "open_parted_amounts", "printed_between", "write_facts"]

MAX_CANDIDATES = 5
_SIGN_FOR_NOTHING = frozenset("—–―─━－/／无無")
_POINT_OR_COMMA = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_NO_FRACTION = "no count is a fraction; a comma may be meant, or another cell"


class Printed(NamedTuple):
    """A cell whose borders the source keeps: its text says what it is. `rests_on`: the sums that show which row it is of."""

    piece: Piece
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mended:
    """A number whose borders are lost and that all supported readings agree on."""

    value: Decimal
    rests_on: tuple[str, ...]
    piece: Piece
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """A cell that more than one reading fits, or that lies where the source cannot be read with certainty."""

    note: str
    piece: Piece | None = None
    candidates: tuple[str, ...] = ()


Reading = Printed | Mended | Open


@dataclass(frozen=True, slots=True)
class Lost:
    """A row whose figures are printed but not their borders: the run, and all of it as one piece."""

    run: Run
    piece: Piece


@dataclass(slots=True)
class Draft:
    """
    One table while it is rebuilt: a reading for each cell found, by (row code, column code).

    A cell without a reading is missing. `spans` are the ranges of the stream that the table takes up; `torn` when its
    figures stand apart from the labels of their rows (`rows/torn.py`), `named` when a head stands before each of them
    (`rows/named_cells.py`), `loose` is the number of rows in it that are no row of the form, `nameless` when one that is whole has no
    words before it, `crowded` when more of them stand somewhere than rows of the form lack there.
    """

    table: Table
    readings: dict[tuple[str, str], Reading] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)
    lost: dict[str, Lost] = field(default_factory=dict)
    torn: bool = False
    named: bool = False
    crowded: bool = False
    loose: int = 0
    nameless: bool = False
    doubts: list[tuple[str, str, str]] = field(default_factory=list)
    """Findings of the rebuild: (code, message in Chinese, message in English)."""
    units: dict[tuple[str, str], str] = field(default_factory=dict)
    """The unit of a cell where the document prints one in its head or label; it wins over the form's."""

    def fill(self, row: str, columns: Sequence[str], pieces: Sequence[Piece], rests_on: tuple[str, ...] = ()) -> None:
        """Give a row its pieces, column by column."""
        for column, piece in zip(columns, pieces, strict=False):
            self.readings[row, column] = Open(piece.doubt, piece) if piece.doubt else Printed(piece, rests_on)

    def open_row(self, row: str, columns: Sequence[str], note: str, piece: Piece | None = None) -> None:
        """Leave a whole row open."""
        for column in columns:
            self.readings[row, column] = Open(note, piece)

    def lose(self, row: str, columns: Sequence[str], run: Run, stream: Stream, *, lacks_cells: bool = False) -> None:
        """
        Leave a row open whose figures stand there without their borders; `mend/` may read it unless cells are gone.

        A sign for nothing right beside the figures is a cell too, of which the run knows nothing.
        """
        piece = Piece(printed_between(stream, run), run.pieces[0].start, run.pieces[-1].end, Kind.FIGURE)
        self.open_row(row, columns, f"{len(run.pieces)} figures stand here for {len(columns)} columns", piece)
        beside = stream.text[piece.start - 1 : piece.start] + stream.text[piece.end : piece.end + 1]
        if not lacks_cells and (run.bordered or _SIGN_FOR_NOTHING.isdisjoint(beside)):
            self.lost[row] = Lost(run, piece)

    def texts(self, row: str, columns: Sequence[str]) -> list[str] | None:
        """The printed texts of a row; None unless every cell of it is printed."""
        readings = [self.readings.get((row, column)) for column in columns]
        texts = [reading.piece.text for reading in readings if isinstance(reading, Printed)]
        return texts if len(texts) == len(columns) else None

    @property
    def filled(self) -> int:
        """How many cells have a reading that is not open."""
        return sum(not isinstance(reading, Open) for reading in self.readings.values())


def printed_between(stream: Stream, run: Run) -> str:
    """A run as it is printed, its borders shown as bars."""
    text = stream.text[run.pieces[0].start : run.pieces[-1].end]
    for mark, shown in ((CELL, "|"), (COVER, "|"), (ROW, "\n"), (TABLE, "\n"), (LINE, "\n")):
        text = text.replace(mark, shown)
    return text


def write_facts(draft: Draft, stream: Stream) -> Iterator[Fact]:
    """One fact for every cell of the table, in the form's order."""
    table = draft.table.code
    for cell, (row_label, column_label) in draft.table.cells.items():
        unit = draft.units.get(cell) or row_label.unit or column_label.unit
        reading = draft.readings.get(cell)
        name = (table, *cell)
        if isinstance(reading, Printed):
            text, start, end, _, _ = reading.piece
            status, number, printed_unit, note = read_value(text, signed=column_label.signed)
            counted = text.isdecimal() or row_label.amount or column_label.amount
            if not counted and (_POINT_OR_COMMA.fullmatch(text) or (number is not None and number % 1 != 0)):
                status, number, note = (
                    Status.UNREADABLE,
                    None,
                    f"{_NO_FRACTION}: {text}",
                )
            rests_on = reading.rests_on if status is Status.PUBLISHED else ()
            if rests_on:
                status, note = Status.RECONSTRUCTED, note or "figures of the next row might stand here; the row's total says not"
            yield Fact(*name, number, text, printed_unit or unit, status, note, rests_on, stream.place(start, end))
        elif reading is None:
            yield Fact(*name, None, None, unit, Status.MISSING, "the document has no such cell")
        elif isinstance(reading, Mended):
            place = stream.place(reading.piece.start, reading.piece.end)
            note = f"the borders of the cell are lost in the source, which prints {reading.piece.text}"
            yield Fact(
                *name,
                reading.value,
                plain(reading.value),
                reading.unit or unit,
                Status.RECONSTRUCTED,
                note,
                reading.rests_on,
                place,
            )
        else:
            note = reading.note
            if reading.candidates:
                note += ": " + ", ".join(reading.candidates[:MAX_CANDIDATES])
            raw = None if reading.piece is None else reading.piece.text
            where = None if reading.piece is None else stream.place(reading.piece.start, reading.piece.end)
            yield Fact(*name, None, raw, unit, Status.AMBIGUOUS, note, (), where)


def open_parted_amounts(facts: Sequence[Fact]) -> Sequence[Fact]:
    """The facts, with amounts like 1.936 open where points part the thousands of some count: it may be 1936."""
    parted = any(fact.note is not None and fact.note.startswith(_NO_FRACTION) for fact in facts if fact.raw)
    if not parted:
        return facts

    def opened(fact: Fact) -> Fact:
        bare = re.match(r"[\d.]*", fact.raw or "")
        if fact.value is None or fact.value % 1 == 0 or bare is None or not _POINT_OR_COMMA.fullmatch(bare[0]):
            return fact
        note = f"points part the thousands of counts here: {bare[0]}, {bare[0].replace('.', '')}"
        return fact._replace(value=None, status=Status.AMBIGUOUS, note=note, rests_on=())

    return [opened(fact) for fact in facts]
