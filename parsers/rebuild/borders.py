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

__all__ = ["Borders", "mark_line", "study_borders"]

_BARS = "|｜│┃"
_BAR = re.compile(f"[{_BARS}]")
_RULE = re.compile(r"[\s|｜│┃+:\-=─━┼┬┴├┤┌┐└┘╋═]*(?:-{3,}|-:?\||─|━|═)[\s|｜│┃+:\-=─━┼┬┴├┤┌┐└┘╋═]*")
_TAB_OPENS = re.compile(r"[ \u3000\xa0]*\t[^\t]*")
_FEWEST_ROWS = 3
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Borders:
    """
    The dialect of a document's text lines.

    `row_lines`: a line with bars is a row of cells. `closing`: the last bar of a row ends its last cell (else an
    empty cell may follow it). `tab_opens`: a tab at a line's start opens a cell and an empty line ends a row.
    `packed`: bars stand, but no empty cell was seen before a figure of its row, so that they prove no places.
    `opening`: a bar stands before the first cell of a row. `cover`: a place of at most so many blanks between two
    bars is covered by a wide cell and is none itself, because empty cells hold more blanks here; -1 for no such.
    `wrapped`: each cell has a line of its own that a bar closes, and a line of one bar opens a row.
    """

    row_lines: bool = True
    closing: bool = True
    tab_opens: bool = False
    packed: bool = False
    opening: bool = False
    cover: int = -1
    wrapped: bool = False


def study_borders(lines: Sequence[str]) -> Borders:
    """
    The dialect that all lines together show.

    >>> study_borders(["信息内容 | 本年制发件数 |", "规章 | 0 |"])
    Borders(row_lines=True, closing=True, tab_opens=False, packed=False, opening=False, cover=1, wrapped=False)
    >>> study_borders(["信息内容 |", "本年制发件数 |", "规章 |", "0 |"]).row_lines
    False
    """
    barred = [_BAR.split(line) for line in lines if _BAR.search(line) and not _RULE.fullmatch(line)]
    filled = [sum(1 for piece in pieces if piece.strip(SPACE)) for pieces in barred]
    rows = [pieces for pieces, texts in zip(barred, filled, strict=True) if len(pieces) > 2 and texts]
    singles = [pieces for pieces, texts in zip(barred, filled, strict=True) if len(pieces) == 2 and texts < 2]
    row_lines = len(rows) * 2 >= len(singles)
    closing = _are_closed(rows if row_lines else singles)
    tab_opens = sum(1 for line in lines if _TAB_OPENS.fullmatch(line)) >= 5
    opening = sum(1 for pieces in rows if not pieces[0].strip(SPACE)) * 2 > len(rows)
    wrapped = not row_lines and closing and _are_wrapped(lines)
    packed = _are_packed(rows if row_lines else _wrapped_rows(lines)) if row_lines or wrapped else False
    return Borders(row_lines, closing, tab_opens, packed, opening, _cover(barred), wrapped)


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
        for at, piece in enumerate(pieces[1:-2], 1):
            if piece and not piece.strip(SPACE):
                (apart if any(pieces[at + 1 :]) else before).add(len(piece))
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
    barred = [_BAR.search(line) is not None for line in lines]
    firsts = [alone[at] for at in range(len(lines)) if barred[at] and (at == 0 or not barred[at - 1])]
    closed = sum(barred) - sum(alone)
    return len(firsts) > 0 and all(firsts) and closed >= sum(alone) >= _FEWEST_ROWS


def _wrapped_rows(lines: Sequence[str]) -> list[list[str]]:
    """The rows of wrapped cells, each as a line would be cut at its bars."""
    rows: list[list[str]] = []
    for line in lines:
        if line[:1] and line[0] in _BARS and not line[1:].strip(SPACE):
            rows.append([""])
        elif rows and _BAR.search(line):
            rows[-1].append(_BAR.split(line)[0])
    return [[*row, ""] for row in rows]


def _are_closed(lines: Sequence[list[str]]) -> bool:
    """Whether heads, which are never empty, have a bar behind the last of them."""
    for least in (3, 2, 1):
        heads = [pieces for pieces in lines if sum(1 for piece in pieces if piece.strip(SPACE)) >= least]
        heads = [pieces for pieces in heads if not any(_DIGIT.search(piece) for piece in pieces)] or heads
        if heads:
            return sum(1 for pieces in heads if not pieces[-1].strip(SPACE)) * 2 > len(heads)
    return True


def _are_packed(rows: Sequence[list[str]]) -> bool:
    """Whether empty cells stand only behind the last figure of their row, in every row that has any."""
    behind = False
    for pieces in rows:
        cells = [piece.strip(SPACE) for piece in pieces]
        cells = cells[1:] if not cells[0] else cells
        figures = [at for at, cell in enumerate(cells) if cell[:1].isdigit()]
        empty = [at for at, cell in enumerate(cells[:-1]) if not cell]
        label = max((at for at, cell in enumerate(cells) if cell and at not in figures), default=-1)
        if figures and any(label < at < figures[-1] for at in empty):
            return False
        behind = behind or (len(figures) > 1 and any(at > figures[-1] for at in empty))
    return behind


def mark_line(line: str, borders: Borders) -> Iterator[tuple[str, str, int]]:
    """
    The line as (mark, text, index of the text's first character in the line), in order.

    >>> [(mark == ROW, text) for mark, text, _ in mark_line("规章 | 0 |", Borders())]
    [(True, ''), (False, '规章 '), (False, ' 0 '), (True, '')]
    """
    if _BAR.search(line):
        if _RULE.fullmatch(line):
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
    for piece in _BAR.split(line):
        pieces.append((piece, at))
        at += len(piece) + 1
    if not borders.row_lines and not borders.wrapped and len(pieces) > 2 and not line.strip(SPACE + _BARS):
        yield LINE, "", 0  # a line of bars only: places that a wide cell covers, each real cell has a line of its own
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
