"""Surplus cells: which cells of a row count when it has more than the table has columns, and what fewer would mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from parsers.form import Row
from parsers.rebuild.labels import is_tail
from parsers.rebuild.marks import BORDERS, CELL, COVER, LINE, MARKS, SPACE
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Kind, Piece, Run, is_whole
from parsers.values import read_value

__all__ = [
    "Surplus",
    "behind",
    "is_dashed",
    "is_dashed_line",
    "least_spare",
    "lies_unevenly",
    "may_be_grouped",
    "may_be_moved",
    "may_be_thrown",
    "on_one_line",
    "split_merged",
    "sums_up_on_one_line",
    "surplus_of",
    "total_breaks",
]

Behind = tuple[int, bool]
"""How many covered places a line of bars shows behind a row, and whether a bar stands in one line with the label behind it."""

_DIGIT = re.compile(r"\d")
_HEAD, _GROUP = re.compile(r"[1-9]\d{0,2}"), re.compile(r"\d{3}")
_BEHIND = re.compile(f"[{LINE}{SPACE}]*{CELL}?[{LINE}{SPACE}{COVER}]*")
_BAR = re.compile(f"[{LINE}{SPACE}]*{CELL}[{SPACE}]*[^{MARKS}{SPACE}]")


@dataclass(frozen=True, slots=True)
class Surplus:
    """
    Which cells of a row with more cells than columns count: the `first` or the `last` ones, None when that is not known.

    `dropped` are positions, in rows of `length` cells, that are empty in the whole grid. Most rows have `usual` cells or more,
    and most reach as far as `reach` or less far. `contested` when most longer rows have a figure in their surplus cells at either end.
    """

    window: str | None = None
    length: int = 0
    dropped: frozenset[int] = frozenset()
    usual: int = 0
    reach: int = 0
    contested: bool = False


def surplus_of(stream: Stream, runs: Sequence[Run], width: int) -> dict[int | None, Surplus]:
    """What the rows with more cells than columns show, grid by grid; in lines, that covered places stand behind others too."""
    grids: dict[int | None, list[Run]] = {}
    for run in runs:
        if run.bordered and run.pieces:
            spot = stream.grid_column(run.pieces[0].start)
            grids.setdefault(None if spot is None else spot[0], []).append(run)
    shown = {}
    for number, rows in grids.items():
        longer = [run for run in rows if len(run.pieces) > width]
        covered = any(_covers_behind(stream, run) for run in longer) or any(behind(stream, run)[0] for run in rows)
        first, last = _cost(longer, width, "first"), _cost(longer, width, "last")
        window = "first" if not first and last else "last" if not last and first else "first" if covered else None
        counts = sorted(len(run.pieces) for run in rows)
        extents = sorted(stream.row_extent(run.pieces[0].start) for run in rows)
        usual, reach = counts[(len(rows) - 1) // 2], extents[len(rows) // 2]
        shown[number] = Surplus(window, *_always_empty(longer, width), usual, reach, _is_contested(longer, width))
    return shown


def _covers_behind(stream: Stream, run: Run) -> bool:
    """Whether places that a wide cell covers stand behind the last cell of a row: then its surplus cells do too."""
    end = run.pieces[-1].end
    return COVER in stream.text[stream.text.rfind(CELL, 0, end) : end + 1]


def least_spare(stream: Stream, runs: Sequence[Run], width: int) -> dict[Behind, int]:
    """
    How many cells more than columns every whole row of lines of text has at least: a row with fewer has lost some.

    A bar that opens the next row, for example, leaves an empty cell behind each row. It depends on what stands behind a row:
    rows of another number of labels have other covered places. One alone looks like an empty cell, so that where more are
    shown behind other rows, a row that shows none has one cell too many; so it has where the next label has a bar in its line,
    as those of other rows have not: then the label before it is empty.
    """
    spare: dict[Behind, int] = {}
    shown: set[Behind] = set()
    for run in runs:
        if run.bordered and run.pieces and stream.grid_column(run.pieces[0].start) is None:
            follows = behind(stream, run)
            shown.add(follows)
            if run.figures >= width:
                spare[follows] = min(len(run.pieces) - width, spare.get(follows, len(run.pieces)))
    if max((covered for covered, _ in shown), default=0) > 1 and not stream.borders.wrapped:
        spare.setdefault((0, False), 1)
    if any(not bar for _, bar in shown):
        for covered, _ in shown:
            spare.setdefault((covered, True), spare.get((covered, False), 0) + 1)
    return spare


def behind(stream: Stream, run: Run) -> Behind:
    """What lines show behind a row whose cells have lines of their own: covered places, and whether a bar leads the next label."""
    if stream.borders.row_lines:
        return 0, False
    covers, label = (pattern.match(stream.text, run.pieces[-1].end) for pattern in (_BEHIND, _BAR))
    return (covers[0].count(COVER) if covers else 0), label is not None


def _always_empty(runs: Sequence[Run], width: int) -> tuple[int, frozenset[int]]:
    """In rows of one surplus length: the positions empty in all of them, when just as many as there is surplus."""
    lengths = {len(run.pieces) for run in runs}
    if len(lengths) != 1 or len(runs) < 3:
        return 0, frozenset()
    length = lengths.pop()
    empty = frozenset(at for at in range(length) if all(run.pieces[at].kind is Kind.EMPTY for run in runs))
    return (length, empty) if len(empty) == length - width else (0, frozenset())


def _is_contested(runs: Sequence[Run], width: int) -> bool:
    """Whether most rows hold a figure both before their last cells and behind their first ones."""
    ends = ((run.pieces[:-width], run.pieces[width:]) for run in runs)
    both = sum(all(any(piece.kind is Kind.FIGURE for piece in pieces) for pieces in pair) for pair in ends)
    return 2 * both > len(runs)


def _cost(runs: Sequence[Run], width: int, window: str) -> int:
    """How many figures the first or the last cells throw away, and how many words they take in, over the whole table."""
    cost = 0
    for run in runs:
        kept = run.pieces[:width] if window == "first" else run.pieces[-width:]
        thrown = run.pieces[width:] if window == "first" else run.pieces[:-width]
        cost += sum(piece.kind is Kind.FIGURE for piece in thrown) + sum(piece.kind is Kind.WORDS for piece in kept)
    return cost


def may_be_moved(run: Run, width: int, row: Row | None = None, core: str = "") -> bool:
    """
    Whether words stand where the first figure of a row should, so that its cells may be one place too far to the left.

    Words that belong to the row's label move nothing; nor do others before just as many figures as there are columns.
    """
    words = run.words.strip()
    if not run.bordered or not words or (row is not None and (words == row.unit or is_tail(words, row, core, shortest=0))):
        return False
    return not len(run.pieces) == run.figures == width


def is_dashed(run: Run) -> bool:
    """Whether dashes stand between the figures of a run, in the place of borders."""
    texts = [piece.text for piece in run.pieces]
    return len(texts) > 2 and any(
        not any(map(_DIGIT.search, texts[at::2])) and all(map(_DIGIT.search, texts[1 - at :: 2])) for at in (0, 1)
    )


def is_dashed_line(stream: Stream, run: Run) -> bool:
    """Whether dashes stand so in one line; one on a line of its own is a cell."""
    return LINE not in stream.text[run.pieces[0].start : run.pieces[-1].end] and is_dashed(run)


def may_be_thrown(thrown: Sequence[Piece], kept: Sequence[Piece]) -> bool:
    """Whether cells beside those of a row are no cells of it: empty ones, or words beside a row of figures alone."""
    words = any(piece.kind is Kind.WORDS for piece in thrown)
    if any(piece.kind is Kind.FIGURE for piece in thrown):
        return False
    return not words or all(piece.kind is Kind.FIGURE for piece in kept)


def lies_unevenly(stream: Stream, pieces: Sequence[Piece]) -> bool:
    """Whether figures without borders stand on several lines, more on one than on another, or two of them may be one: not all are cells of one row."""
    counts = [1]
    for left, right in pairwise(pieces):
        if LINE in stream.text[left.end : right.start]:
            counts.append(0)
        counts[-1] += 1
    return len(set(counts)) > 1 or may_be_grouped(stream, pieces)


def may_be_grouped(stream: Stream, pieces: Sequence[Piece]) -> bool:
    """
    Whether two figures may be one, its thousands parted by a blank: 9 924 where wider gaps part the others, or the label.

    >>> from parsers.document import Document, Paragraph
    >>> from parsers.rebuild.stream import lay_out
    >>> stream = lay_out(Document((Paragraph("行政许可   32   9 924", 1),), "text/plain"))
    >>> figures = [Piece(text, at := stream.text.index(text), at + len(text), Kind.FIGURE) for text in ("32", "9", "924")]
    >>> may_be_grouped(stream, figures), may_be_grouped(stream, figures[:2])
    (True, False)
    """
    gaps = [stream.text[left.end : right.start] for left, right in pairwise(pieces)]
    before = stream.text[max(0, pieces[0].start - 2) : pieces[0].start] if pieces else ""
    if not any(len(gap) > 1 for gap in (*gaps, before if not before.strip(SPACE) else "")):
        return False
    return any(
        len(gap) == 1 and gap in SPACE and _HEAD.fullmatch(left.text) and _GROUP.fullmatch(right.text)
        for gap, (left, right) in zip(gaps, pairwise(pieces), strict=True)
    )


def on_one_line(stream: Stream, left: Run, right: Run) -> bool:
    """Whether two runs without borders stand on one line."""
    return not any(mark in stream.text[left.pieces[0].start : right.pieces[0].start] for mark in LINE + BORDERS)


def sums_up_on_one_line(stream: Stream, pieces: Sequence[Piece], width: int) -> bool:
    """
    Whether the figures of a line are shown to be one whole row, the last of which is the sum of the others.

    Were they of two rows, whose own sums hold, all of the first row's would be nought: so its first figure must not be.
    """
    if len(pieces) != width or LINE in stream.text[pieces[0].start : pieces[-1].end]:
        return False
    numbers = [read_value(piece.text).number for piece in pieces]
    known = [number for number in numbers if number is not None]
    return len(known) == width and known[0] > 0 and sum(known[:-1], Decimal(0)) == known[-1]


def total_breaks(pieces: Sequence[Piece] | None) -> bool:
    """Whether seven plain figures do not add up to their last one; never true of rows with other cells."""
    if pieces is None:
        return False
    numbers = [read_value(piece.text).number for piece in pieces]
    known = [number for number in numbers if number is not None]
    return len(known) == len(pieces) and sum(known[:-1], Decimal(0)) != known[-1]


def split_merged(pieces: Sequence[Piece]) -> list[Piece]:
    """The figures of cells that hold several, when every one is written as numbers are."""
    parts: list[Piece] = []
    for piece in pieces:
        at = 0
        tokens = piece.text.split()
        if piece.kind is not Kind.FIGURE or len(tokens) < 2 or not all(is_whole(token) for token in tokens):
            parts.append(piece)
            continue
        for token in tokens:
            at = piece.text.index(token, at)
            parts.append(Piece(token, piece.start + at, piece.start + at + len(token), Kind.FIGURE))
            at += len(token)
    return parts
