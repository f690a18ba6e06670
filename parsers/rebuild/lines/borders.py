"""
What tabs and bars in lines of text are worth, and the marks they become.

Bars have three dialects, fixed for a document: between cells, after each cell, or before each; and a row is one
line or a cell is one. Mixing them up loses or invents the last cell of a row whenever it is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.rebuild.marks import CELL, COVER, LINE, ROW, SPACE, TABLE

__all__ = ["BAR", "RULE", "Borders", "draws_frame", "mark_line", "study_borders"]

_BARS = "|｜│┃║￤¦"
BAR = re.compile(f"[{_BARS}]")
_FRAME = r"\s|｜│┃║￤¦+:\-=─━┼┬┴├┤┌┐└┘╋═╔╦╗╠╬╣╚╩╝╟╢╫╪╭╮╰╯┏┓┗┛┣┫┳┻"
RULE = re.compile(rf"[{_FRAME}]*(?:-{{3,}}|-:?\||─|━|═)[{_FRAME}]*")
_CORNERED = re.compile(r"\s*[+┌├└╔╠╚┏┣┗╭╰]")
_TAB_OPENS = re.compile(r"[ \u3000\xa0]*\t[^\t]*")
_FEWEST_ROWS = 3
_OPENED = 0.8
"""Of the rows with bars so many must begin with one, if it opens rows: a cell that spans several leaves many of them without their first."""
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Borders:
    """
    The dialect of a document's text lines.

    `row_lines`: a line with bars is a row of cells. `closing`: the last bar of a row ends its last cell (else an
    empty cell may follow it). `tab_opens`: a tab at a line's start opens a cell and an empty line ends a row.
    `bars`: some line has bars or tabs inside, which prove no places before an empty cell is seen to stand before a figure
    (`found.py`).
    `opening`: a bar stands before the first cell of a row. `cover`: a place of at most so many blanks between two
    bars is covered by a wide cell and is none itself, because empty cells hold more blanks here; -1 for no such.
    `wrapped`: each cell has a line of its own that a bar closes, and a line of one bar opens a row.
    """

    row_lines: bool = True
    closing: bool = True
    tab_opens: bool = False
    bars: bool = False
    opening: bool = False
    cover: int = -1
    wrapped: bool = False


def study_borders(lines: Sequence[str]) -> Borders:
    """
    The dialect that all lines together show.

    >>> study_borders(["信息内容 | 本年制发件数 |", "规章 | 0 |"])
    Borders(row_lines=True, closing=True, tab_opens=False, bars=True, opening=False, cover=1, wrapped=False)
    >>> study_borders(["信息内容 |", "本年制发件数 |", "规章 |", "0 |"]).row_lines
    False
    """
    barred = [BAR.split(line) for line in lines if BAR.search(line) and not RULE.fullmatch(line)]
    filled = [sum(1 for piece in pieces if piece.strip(SPACE)) for pieces in barred]
    rows = [pieces for pieces, texts in zip(barred, filled, strict=True) if len(pieces) > 2 and texts]
    singles = [pieces for pieces, texts in zip(barred, filled, strict=True) if len(pieces) == 2 and texts < 2]
    row_lines = len(rows) * 2 >= len(singles)
    closing = _are_closed(rows if row_lines else singles)
    tab_opens = sum(1 for line in lines if _TAB_OPENS.fullmatch(line)) >= 5
    opening = sum(1 for pieces in rows if not pieces[0].strip(SPACE)) > _OPENED * len(rows)
    wrapped = not row_lines and closing and _are_wrapped(lines)
    tabbed = any("\t" in line and not _TAB_OPENS.fullmatch(line) for line in lines)
    return Borders(row_lines, closing, tab_opens, bool(barred) or tabbed, opening, _cover(barred), wrapped)


def draws_frame(line: str) -> bool:
    """Whether a line is a rule of a framed table, with a corner at its start."""
    return _CORNERED.match(line) is not None and RULE.fullmatch(line) is not None


def _cover(lines: Sequence[list[str]]) -> int:
    """How many blanks a covered place holds at most: fewer than the padding of a printed cell, or none at all."""
    inner = [piece for pieces in lines for piece in pieces[1:-1]]
    printed = [piece for piece in inner if piece.strip(SPACE)]
    blanks = {len(piece) for piece in inner if not piece.strip(SPACE)}
    padding = min((len(piece) - len(piece.strip(SPACE)) for piece in printed), default=0)
    before, apart = _blank_widths(lines)
    if before and apart and max(before) < min(apart):
        return max(before)
    if padding >= 2:
        wide = any(length >= padding for length in blanks)
        return padding - 1 if wide or not any(_short_inside(pieces, padding) for pieces in lines) else -1
    return 0 if 0 in blanks and len(blanks) > 1 else -1


def _blank_widths(lines: Sequence[list[str]]) -> tuple[set[int], set[int]]:
    """How wide blanks are that stand right before a place without any, at the end of a row, and all others."""
    before: set[int] = set()
    apart: set[int] = set()
    for pieces in lines:
        last = max((at for at, piece in enumerate(pieces) if piece), default=0)
        for at, piece in enumerate(pieces[1:-2], 1):
            if piece and not piece.strip(SPACE):
                (apart if at < last else before).add(len(piece))
    return before, apart


def _short_inside(pieces: Sequence[str], padding: int) -> bool:
    """Whether a blank shorter than the padding stands before a printed cell of its line."""
    last = max((at for at, piece in enumerate(pieces) if piece.strip(SPACE)), default=0)
    return any(len(piece) < padding and not piece.strip(SPACE) for piece in pieces[1:last])


def _is_covered(piece: str, borders: Borders) -> bool:
    return not piece.strip(SPACE) and (not borders.row_lines or len(piece) <= borders.cover)


def _are_wrapped(lines: Sequence[str]) -> bool:
    """Whether every stretch of lines with bars begins with a line of one bar, and the cells behind it close with theirs."""
    alone = [line[:1] in _BARS and len(line) > 0 and not line[1:].strip(SPACE) for line in lines]
    barred = [BAR.search(line) is not None for line in lines]
    firsts = [alone[at] for at in range(len(lines)) if barred[at] and (at == 0 or not barred[at - 1])]
    closed = sum(barred) - sum(alone)
    return len(firsts) > 0 and all(firsts) and closed >= sum(alone) >= _FEWEST_ROWS


def _are_closed(lines: Sequence[list[str]]) -> bool:
    """Whether heads, which are never empty, have a bar behind the last of them."""
    for least in (3, 2, 1):
        heads = [pieces for pieces in lines if sum(1 for piece in pieces if piece.strip(SPACE)) >= least]
        heads = [pieces for pieces in heads if not any(_DIGIT.search(piece) for piece in pieces)] or heads
        if heads:
            return sum(1 for pieces in heads if not pieces[-1].strip(SPACE)) * 2 > len(heads)
    return True


def mark_line(line: str, borders: Borders) -> Iterator[tuple[str, str, int]]:
    """
    The line as (mark, text, index of the text's first character in the line), in order.

    >>> [(mark == ROW, text) for mark, text, _ in mark_line("规章 | 0 |", Borders())]
    [(True, ''), (False, '规章 '), (False, ' 0 '), (True, '')]
    """
    if BAR.search(line):
        if RULE.fullmatch(line):
            yield TABLE, "", 0
            return
        yield from _mark_bars(line, borders)
    elif "\t" in line:
        yield from _mark_tabs(line)
    elif not line.strip(SPACE):
        yield ROW if borders.tab_opens else LINE, "", 0
    else:
        if borders.wrapped:  # cells have bars, so that this line is outside the table
            yield ROW, "", 0
        yield LINE, line, 0


def _mark_tabs(line: str) -> Iterator[tuple[str, str, int]]:
    if _TAB_OPENS.fullmatch(line):
        at = line.index("\t")
        yield CELL, line[at + 1 :], at + 1
        return
    yield ROW, "", 0
    at = 0
    for piece in line.split("\t"):
        yield CELL, piece, at
        at += len(piece) + 1
    yield ROW, "", len(line)


def _mark_bars(line: str, borders: Borders) -> Iterator[tuple[str, str, int]]:
    pieces: list[tuple[str, int]] = []
    at = 0
    for piece in BAR.split(line):
        pieces.append((piece, at))
        at += len(piece) + 1
    if not borders.row_lines and not borders.wrapped and len(pieces) > 2 and not line.strip(SPACE + _BARS):
        yield LINE, "", 0  # a line of bars only: places that a wide cell covers, each real cell has a line of its own
        yield from ((COVER, "", first) for _, first in pieces[1:])
        return
    if borders.wrapped:
        yield (ROW, "", 0) if not line[1:].strip(SPACE) and line[0] in _BARS else (CELL, *pieces[0])
        for text, first in pieces[1:-1]:
            yield COVER, text, first
        return
    if not borders.row_lines:
        yield LINE, *pieces[0]
        for text, first in pieces[1:-1]:
            yield (COVER if _is_covered(text, borders) else CELL), text, first
        yield CELL, *pieces[-1]
        return
    if borders.opening and not pieces[0][0].strip(SPACE):
        pieces = pieces[1:]
    last = len(pieces) - 1
    yield ROW, "", 0
    for at, (text, first) in enumerate(pieces):
        if borders.closing and at == last and at and not text.strip(SPACE):
            continue
        yield (COVER if 0 < at < last and _is_covered(text, borders) else CELL), text, first
    yield ROW, "", len(line)
