"""
Text with private-use marks for structure, to lines and tables.

The HTML reader writes a page out as one string in which marks stand where a line ends and where a table, a group of
rows, a row or a cell begins and ends; here that string becomes blocks. decode() keeps the marks out of all input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

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

_AT_TABLES = re.compile(f"([{TABLE}{TABLE_END}])")
_AT_GROUPS = re.compile(f"([{GROUP}{FOOT}{GROUP_END}])")
_STRUCTURE = re.compile(f"{CELL}{SPAN}[^{SPAN}]*{SPAN}[^{SPAN}]*{SPAN}|[{GROUP}-{CELL_END}]")
_WHITE_SPACE = re.compile("[ \t\r\n\f]+")
_KEPT = {ord(BLANK): " ", ord(TAB): "\t"}

_SHORT = 200
"""Longer cells are seldom the same in two documents, and not kept."""

_Piece = str | tuple[Cell, ...]


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
    parts = _AT_TABLES.split(marked)
    _append(open_tables[-1], parts[0])
    for mark, text in zip(parts[1::2], parts[2::2], strict=True):
        if mark == TABLE:
            open_tables.append([])
        else:
            inside = open_tables.pop()
            around = open_tables[-1]
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
        _append(open_tables[-1], text)
    return open_tables[0]


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
    """The text between the cells of a table, which browsers show before it, and its cells at their places."""
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
        heading = HEADING in block
        pieces = (block.replace(HEADING, "") if heading else block).split(BREAK)
        lines = [_WHITE_SPACE.sub(" ", piece).strip(" ") for piece in pieces]
        if not lines[-1]:
            lines.pop()
        for line in lines:
            yield line.translate(_KEPT) if BLANK in line or TAB in line else line, heading
