"""
Text with private-use marks for structure, to lines and tables.

The HTML reader writes a page out as one string in which marks stand where a line ends and where a table, a group of
rows, a row or a cell begins and ends; here that string becomes blocks. decode() keeps the marks out of all input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from parsers.document import Block, Cell, Grid, Paragraph
from parsers.readers._spans import MAX_CELLS, TO_THE_END, PrintedCell, expand, refuse_too_many_cells, span_of

__all__ = ["MARKS", "blocks_of"]

TABLE, TABLE_END, GROUP, FOOT, GROUP_END, ROW, ROW_END, CELL, CELL_END, SPAN, BREAK, BLOCK, HEADING, BLANK, TAB = map(
    chr, range(0xE000, 0xE00F)
)
MARKS = {
    "TABLE": TABLE,
    "TABLE_END": TABLE_END,
    "GROUP": GROUP,
    "FOOT": FOOT,  # a group that is printed last, wherever it stands
    "GROUP_END": GROUP_END,
    "ROW": ROW,
    "ROW_END": ROW_END,
    "CELL": CELL,
    "CELL_END": CELL_END,
    "SPAN": SPAN,  # after CELL, where the cell has spans: SPAN rowspan SPAN colspan SPAN
    "BREAK": BREAK,  # ends a line
    "BLOCK": BLOCK,  # ends a line where there is one
    "HEADING": HEADING,
    "BLANK": BLANK,  # a blank and a tab that are not to be collapsed
    "TAB": TAB,
}

_AT_GROUPS = re.compile(f"([{GROUP}{FOOT}{GROUP_END}])")
_STRUCTURE = re.compile(f"[{GROUP}-{CELL_END}](?:(?<={CELL}){SPAN}[^{SPAN}]*{SPAN}[^{SPAN}]*{SPAN})?")
_BLANKS = " \t\r\n\f"
_WHITE_SPACE = re.compile(f"[{_BLANKS}]+")
_KEPT = {ord(BLANK): " ", ord(TAB): "\t"}

_AT_FIGURES = re.compile(
    f"{CELL}((?:{SPAN}[0-9]*{SPAN}[0-9]*{SPAN})?)[{BLOCK}{_BLANKS}]*+([0-9]++(?:[.][0-9]++)?)[{BLOCK}{_BLANKS}]*+{CELL_END}"
)
"""A cell that prints one figure and nothing else: its spans, the figure."""

_ZERO = "0"

_SHORT = 200
"""Longer cells are seldom the same in two documents, and not kept."""
_LONGEST_KEPT = 20_000
"""Characters of a table that is kept for the next one like it; those of the statutory forms have under 4,000."""

_Piece = str | tuple[Cell, ...]
_Place = tuple[int, int, int, int, int]


def blocks_of(marked: str) -> tuple[Block, ...]:
    """
    The Paragraphs and Grids of a marked text.

    Raises ReadError with status `limit` when there are too many cells.

    >>> blocks_of(f"a{BREAK}b{TABLE}{ROW}{CELL}7{CELL_END}{ROW_END}{TABLE_END}")[1]
    Paragraph(text='b', line=2, heading=False)
    """
    if marked.count(CELL) > MAX_CELLS:
        refuse_too_many_cells()
    return tuple(_blocks(_pieces(marked)))


def _pieces(marked: str) -> list[_Piece]:
    """Text outside tables, and the cells of each table that holds no other, in order."""
    open_tables: list[list[_Piece]] = [[]]
    for number, opened in enumerate(marked.split(TABLE)):
        if number:
            open_tables.append([])
        text, *after_tables = opened.split(TABLE_END)
        _append(open_tables[-1], text)
        for text in after_tables:
            inside = open_tables.pop()
            _close(inside, open_tables[-1])
            _append(open_tables[-1], text)
    return open_tables[0]


def _close(inside: list[_Piece], around: list[_Piece]) -> None:
    """Put what stands in a table behind what stands before it."""
    _append(around, BLOCK)
    if len(inside) == 1 and isinstance(inside[0], str) and _frames_a_cell(inside[0], around):
        _append(around, _STRUCTURE.sub(BLOCK, inside[0]))
    elif len(inside) == 1 and isinstance(inside[0], str):
        loose, cells = _table(inside[0])
        _append(around, loose)
        if cells:
            around.append(cells)
    else:
        for piece in inside:
            _append(around, piece)
    _append(around, BLOCK)


def _frames_a_cell(marked: str, around: list[_Piece]) -> bool:
    """Whether a table of one cell stands in the cell of another: it frames what that cell prints."""
    before = around[-1] if around else ""
    return marked.count(CELL) == 1 and isinstance(before, str) and before.rfind(CELL) > before.rfind(CELL_END)


def _append(pieces: list[_Piece], piece: _Piece) -> None:
    if isinstance(piece, str) and pieces and isinstance(last := pieces[-1], str):
        pieces[-1] = last + piece
    else:
        pieces.append(piece)


def _table(marked: str) -> tuple[str, tuple[Cell, ...]]:
    """
    The text between the cells of a table, which browsers show before it, and its cells at their places.

    Most tables have the labels and the shape of one met before, with other figures: those are filled in.
    """
    parts = _AT_FIGURES.split(marked)
    figures = parts[2::3]
    if not figures or len(marked) > _LONGEST_KEPT:
        return _read_table(marked)
    between, spans = tuple(parts[::3]), tuple(parts[1::3])
    kept = _kept(between, spans)
    kept.met += 1
    if kept.met == 1:
        return _read_table(marked)
    skeleton = kept.skeleton = kept.skeleton or _skeleton(between, spans)
    cells = list(skeleton.cells)
    for (at, place), figure in zip(skeleton.figures, figures, strict=True):
        if figure != _ZERO:
            cells[at] = Cell(figure, *place)
    return skeleton.loose, tuple(cells)


class _Skeleton(NamedTuple):
    """A table with 0 for each figure: the text between its cells, the cells, and for each figure which of them, and its place."""

    loose: str
    cells: tuple[Cell, ...]
    figures: tuple[tuple[int, _Place], ...]


@dataclass(slots=True)
class _Kept:
    """How often a table was met, with whatever figures, and its skeleton once it was met twice: many are never met again."""

    met: int = 0
    skeleton: _Skeleton | None = None


@lru_cache(maxsize=128)
def _kept(between: tuple[str, ...], spans: tuple[str, ...]) -> _Kept:
    del between, spans  # the key of the cache
    return _Kept()


def _skeleton(between: Sequence[str], spans: Sequence[str]) -> _Skeleton:
    """What a table becomes, from the text between the cells that print a figure, and the spans of these."""
    # A mark that no cell can hold, and the number of the figure, stand for each: so their cells tell where they went.
    stand_ins = [f"{TABLE}{number}" for number in range(len(spans))]
    figures = [f"{CELL}{span}{stand_in}{CELL_END}" for span, stand_in in zip(spans, stand_ins, strict=True)]
    loose, cells = _read_table("".join(chain.from_iterable(zip(between, (*figures, ""), strict=True))))
    order = {cell.text: at for at, cell in enumerate(cells)}
    places = tuple((order[stand_in], cells[order[stand_in]][1:6]) for stand_in in stand_ins)
    return _Skeleton(loose, tuple(cell._replace(text=_ZERO) if cell.text.startswith(TABLE) else cell for cell in cells), places)


def _read_table(marked: str) -> tuple[str, tuple[Cell, ...]]:
    """The same, cell by cell."""
    loose: list[str] = []
    body: list[list[list[PrintedCell]]] = []
    foot: list[list[list[PrintedCell]]] = []
    mark = GROUP
    for part in _AT_GROUPS.split(marked):
        if part in {GROUP, FOOT, GROUP_END}:
            mark = part
            continue
        rows = list(_rows(part, loose))
        if rows:
            (foot if mark == FOOT else body).append(rows)
    return "".join(loose), expand(body + foot)


def _rows(marked: str, loose: list[str]) -> Iterator[list[PrintedCell]]:
    before, *rows = marked.split(ROW)
    if CELL in before:  # cells outside any row make one of their own
        yield _row(before, loose)
    else:
        _keep(before, loose)
    for row in rows:
        inside, _, after = row.partition(ROW_END)
        yield _row(inside, loose)
        if CELL in after:
            yield _row(after, loose)
        else:
            _keep(after, loose)


def _row(marked: str, loose: list[str]) -> list[PrintedCell]:
    before, *cells = marked.split(CELL)
    _keep(before, loose)
    row = []
    for cell in cells:
        printed, after = _printed(cell) if len(cell) <= _SHORT else _printed.__wrapped__(cell)
        row.append(printed)
        if after:
            _keep(after, loose)
    return row


def _keep(text: str, loose: list[str]) -> None:
    if text and not text.isspace():
        loose += (BLOCK, _STRUCTURE.sub(BLOCK, text), BLOCK)


@lru_cache(maxsize=4096)
def _printed(marked: str) -> tuple[PrintedCell, str]:
    """A cell, and what stands behind it; figures and labels are the same in most reports."""
    inside, _, after = marked.partition(CELL_END)
    if after.isspace():
        after = ""
    if not inside.startswith(SPAN):
        return PrintedCell(_cell_text(inside)), after
    _, rows, columns, text = inside.split(SPAN, 3)
    return PrintedCell(_cell_text(text), span_of(rows, zero=TO_THE_END), span_of(columns)), after


def _cell_text(marked: str) -> str:
    return "\n".join(line for line, _ in _lines(marked))


def _blocks(pieces: list[_Piece]) -> Iterator[Block]:
    line = table = 0
    for piece in pieces:
        if isinstance(piece, str):
            for text, heading in _lines(_STRUCTURE.sub(BLOCK, piece)):
                line += 1
                yield Paragraph(text, line, heading)
        else:
            table += 1
            yield Grid(piece, table)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """
    The lines that a browser shows of inline text with BREAK and BLOCK marks, and whether each is a heading.

    A block boundary ends a line only where there is one; a break always does, but the last one of a block adds none.
    """
    for block in text.split(BLOCK):
        if not block.strip(_BLANKS):
            continue
        heading = HEADING in block
        pieces = (block.replace(HEADING, "") if heading else block).split(BREAK)
        lines = [_WHITE_SPACE.sub(" ", piece.strip(_BLANKS)) for piece in pieces]
        if not lines[-1]:
            lines.pop()
        for line in lines:
            yield line.translate(_KEPT) if BLANK in line or TAB in line else line, heading
