"""Pages of glyphs and rules as the blocks of a Document: ruled grids, and lines of text outside them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count, pairwise
from statistics import median

from parsers.document import Block, Cell, Grid, Paragraph
from parsers.raw.charset import without_marks
from parsers.readers._doubt import DOUBT, is_figure, is_label
from parsers.readers._near_lines import doubting_wrapped
from parsers.readers._open_columns import Heads, tabbed_lines
from parsers.readers._page import Box, Drawn, Glyph, Page, Rule, block_text, lines_of, text_of, upright
from parsers.readers._ruled import RuledCell, RuledTable, tables_between

__all__ = ["blocks_of", "numbered", "paragraphs_of", "without_margins"]

_PAGE_NUMBER = re.compile(
    r"\s*(?:[-—–－─~～·.•]*\s*\d{1,3}\s*[-—–－─~～·.•]*|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3})\s*"
)
_DIGITS = re.compile(r"\d+")
_ENDS = ("。", "：", "；", ":", ";")
_FULL, _INDENT, _COLUMN_GAP = 1.7, 0.8, 2.0
"""In sizes of the type: how near to the margin a full line comes, what is less is no indent, what is more parts columns."""
_FEWEST_WORDS = 4
_EDGE, _OVER = 1.5, 0.1
"""Points or pixels: how near to a side of the page a cell may be cut by it, and how far a rule that goes on runs over it."""
_INSIDE, _ALIKE, _AS_LARGE = 3.0, 0.85, 1.5
"""
Points: how far inside a cell a stroke stands that is none of its rules; the share of a cell that its background fills; how many
times as large as its cell a field may be.
"""
_LOWEST = 0.75
"""In sizes of the type: what is lower or narrower holds no text, and is not seen to be blank."""
_MARGIN = 0.12
"""The share of a page's height, above and below, in which its number stands."""


def numbered(pages: Iterable[tuple[int, Iterable[Block]]], *, first_table: int = 1, first_line: int = 1) -> Iterator[Block]:
    """
    The blocks of pages with the numbers of tables and lines in the document; cells keep their page in their place.

    Pages come with their number, from 1, and blocks without numbers.
    """
    tables, lines = count(first_table), count(first_line)
    for page, blocks in pages:
        for block in blocks:
            if isinstance(block, Paragraph):
                yield block._replace(line=next(lines))
                continue
            table = next(tables)
            cells = (cell._replace(place=f"page={page};table={table};{cell.place}") for cell in block.cells)
            yield Grid(tuple(cells), table)


def without_margins(pages: Sequence[Page]) -> Iterator[Page]:
    """The pages upright and without the lines that stand on most of them alike, above or below: running heads and feet."""
    upright_pages = [upright(page) for page in pages]
    marginal = [{_wording(line): line for line in _marginal_lines(page)} for page in upright_pages]
    counts = Counter(wording for lines in marginal for wording in lines)
    for page, lines in zip(upright_pages, marginal, strict=True):
        running = {glyph for wording, line in lines.items() if counts[wording] > max(1, len(pages) / 2) for glyph in line}
        yield replace(page, glyphs=tuple(glyph for glyph in page.glyphs if glyph not in running)) if running else page


def _wording(line: Sequence[Glyph]) -> str:
    return _DIGITS.sub("#", "".join(glyph.text for glyph in line))


def _marginal_lines(page: Page) -> Iterator[list[Glyph]]:
    """The lines of words above and below that stand beside no upright rule and in no columns."""
    low, high = page.height * _MARGIN, page.height * (1 - _MARGIN)
    for line in lines_of(glyph for glyph in page.glyphs if not low <= glyph.box.middle[1] <= high):
        middle = line[0].box.middle[1]
        ruled = any(not rule.level and rule.start <= middle <= rule.end for rule in page.rules)
        words = sum(not glyph.text.isascii() for glyph in line)
        if not ruled and words >= _FEWEST_WORDS and sum(map(_is_gap, line, line[1:])) < 2:
            yield line


def blocks_of(page: Page, heads: Heads | None = None) -> Iterator[Block]:
    """
    The blocks of one upright page in reading order, without numbers: a Grid for each ruled table, and the lines outside them.

    The page's own number is no text. Cells have row, column and box as their place. `heads` are the columns of the page before.
    """
    ruled = tables_between(page.rules)
    inside: list[list[Glyph]] = [[] for _ in ruled]
    outside: list[Glyph] = []
    for glyph in page.glyphs:
        at = next((at for at, table in enumerate(ruled) if table.box.holds(glyph.box)), None)
        (outside if at is None else inside[at]).append(glyph)
    pieces: list[tuple[float, Block]] = [*paragraphs_of(page, outside, heads or Heads())]
    for table, glyphs in zip(ruled, inside, strict=True):
        if glyphs:
            pieces.append((table.box.top, Grid(tuple(_cells(table, glyphs, page)), 0)))
    yield from (piece for _, piece in sorted(pieces, key=lambda item: item[0]))


def paragraphs_of(page: Page, glyphs: Sequence[Glyph], heads: Heads | None = None) -> Iterator[tuple[float, Paragraph]]:
    """
    The lines of a page's glyphs with how far down they start, without the page's number.

    A line that was only broken because the page is no wider goes on in the same Paragraph; rows with gaps never do.
    """
    lines = list(_body_lines(page, doubting_wrapped(lines_of(glyphs)) if heads is not None else lines_of(glyphs)))
    left = min((line[0].box.left for line in lines), default=0.0)
    right = max((line[-1].box.right for line in lines), default=0.0)
    body = median(line[0].size for line in lines) if lines else 0.0
    above: Sequence[Glyph] = ()
    text, down = "", 0.0
    tabbed = tabbed_lines(lines, heads) if heads is not None else {}
    for number, line in enumerate(lines):
        printed = tabbed[number] if number in tabbed else text_of(line, aligned=True)
        if not printed:
            continue
        if above and _goes_on(above, line, right=right, indent=left + _INDENT * body, body=body, wide=page.width / 2):
            text += printed
        else:
            if above:
                yield down, Paragraph(without_marks(text), 0)
            text, down = printed, line[0].box.middle[1]
        above = line
    if above:
        yield down, Paragraph(without_marks(text), 0)


def _goes_on(above: Sequence[Glyph], line: Sequence[Glyph], *, right: float, indent: float, body: float, wide: float) -> bool:
    """Whether a line only goes on with the one above: that is full, and this begins at the margin, or both are a title's."""
    size = above[0].size
    if above[-1].box.right - above[0].box.left < wide or above[-1].box.right < right - _FULL * size:
        return False
    if above[-1].text.endswith(_ENDS) or abs(line[0].size - size) > 0.2 * size or _has_gaps(above) or _has_gaps(line):
        return False
    if line[0].box.top - above[0].box.bottom > 2 * size:
        return False
    return line[0].box.left <= indent or size > 1.2 * body


def _has_gaps(line: Sequence[Glyph]) -> bool:
    return any(_is_gap(before, after) for before, after in pairwise(line))


def _is_gap(before: Glyph, after: Glyph) -> bool:
    return after.box.left - before.box.right > _COLUMN_GAP * before.size


def _body_lines(page: Page, lines: Iterable[list[Glyph]]) -> Iterator[list[Glyph]]:
    """The lines without the page's number."""
    for line in lines:
        middle = line[0].box.middle[1]
        marginal = middle < page.height * _MARGIN or middle > page.height * (1 - _MARGIN)
        if not (marginal and _PAGE_NUMBER.fullmatch(text_of(line))):
            yield line


def _cells(table: RuledTable, glyphs: Sequence[Glyph], page: Page) -> Iterator[Cell]:
    held: list[list[Glyph]] = [[] for _ in table.cells]
    for glyph in glyphs:
        held[table.cell_at(glyph.box)].append(glyph)
    drawn = _drawn_in(table, page.drawn)
    low = _LOWEST * median(glyph.size for glyph in glyphs)
    order = row = -1
    texts = [without_marks(block_text(inside)) for inside in held]
    parted = _beside_boxes(table.cells, texts)
    for number, (cell, inside, shown) in enumerate(zip(table.cells, held, texts, strict=True)):
        order = 1 if cell.row != row else order + 1
        row = cell.row
        box = ",".join(f"{value:.1f}" for value in cell.box)
        place = f"row={cell.row + 1};column={order};box={box}"
        text = shown + (DOUBT if number in parted or _is_cut(cell.box, inside, page) else "")
        too_low = min(cell.box.bottom - cell.box.top, cell.box.right - cell.box.left) < low
        blank = not text.strip()
        if (blank and too_low) or (number in drawn and (drawn[number] or blank) and is_figure(text)):
            text += DOUBT
        yield Cell(text, cell.row, cell.column, cell.row_span, cell.column_span, order, place)


def _beside_boxes(cells: Sequence[RuledCell], texts: Sequence[str]) -> set[int]:
    """
    The numbers of empty cells above or below a figure of their own row: what parts them is a box that is drawn around it.

    The row of a cell is that of the nearest words on its left, which stand beside all of it.
    """
    words = [cell for cell, text in zip(cells, texts, strict=True) if is_label(text)]
    figures = [cell for cell, text in zip(cells, texts, strict=True) if text.strip() and not is_label(text)]
    found: set[int] = set()
    for number, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        beside = [label for label in words if label.column < cell.column and label.row <= cell.row < label.row + label.row_span]
        label = max(beside, key=lambda item: item.column, default=cell)
        if text.strip() or label.row_span <= cell.row_span:
            continue
        rows, columns = range(label.row, label.row + label.row_span), range(cell.column, cell.column + cell.column_span)
        if any(figure.row in rows and figure.column in columns for figure in figures):
            found.add(number)
    return found


def _drawn_in(table: RuledTable, drawn: Iterable[Drawn]) -> dict[int, bool]:
    """The numbers of cells in which something is drawn that may be a figure, and whether it is also where text stands."""
    found: dict[int, bool] = {}
    for item in drawn:
        if table.box.holds(item.box):
            number = table.cell_at(item.box)
            if _is_in(item, table.cells[number].box):
                found[number] = found.get(number, False) or item.beside
    return found


def _is_in(item: Drawn, cell: Box) -> bool:
    """Whether something lies within a cell, but neither at its sides nor over the whole of it; `cell` holds its middle."""
    inside = -_INSIDE if item.beside else _INSIDE
    box = item.box
    wide, high = cell.right - cell.left, cell.bottom - cell.top
    if item.written:
        return box.right - box.left <= _AS_LARGE * wide and box.bottom - box.top <= _AS_LARGE * high
    if box.left < cell.left + inside or box.right > cell.right - inside:
        return False
    if box.top < cell.top + inside or box.bottom > cell.bottom - inside:
        return False
    return box.right - box.left < _ALIKE * wide or box.bottom - box.top < _ALIKE * high


def _is_cut(box: Box, glyphs: Sequence[Glyph], page: Page) -> bool:
    """
    Whether a cell goes on behind a side of the page and part of its text may lack there.

    It does not where a blank as wide as a character stands between the text and that side.
    """
    size = max((glyph.size for glyph in glyphs), default=0.0)
    return any(
        (side - edge) * outwards > -_EDGE
        and max((outwards * (glyph.box[at] - edge) for glyph in glyphs), default=1.0) > -size
        and _goes_over(page.rules, level=level, side=side, edge=edge, outwards=outwards)
        for level, at, side, edge, outwards in (
            (True, 2, box.right, page.width, 1),
            (True, 0, box.left, 0.0, -1),
            (False, 3, box.bottom, page.height, 1),
            (False, 1, box.top, 0.0, -1),
        )
    )


def _goes_over(rules: Sequence[Rule], *, level: bool, side: float, edge: float, outwards: int) -> bool:
    """Whether what ends at a side of the page, or behind it, goes on there: rules run over the side, or none is drawn at it."""
    if any(rule.level == level and ((rule.end if outwards > 0 else rule.start) - edge) * outwards > _OVER for rule in rules):
        return True
    return not any(rule.level != level and abs(rule.at - side) <= _EDGE for rule in rules)
