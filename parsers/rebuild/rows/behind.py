"""The runs of figures behind the label of a row: without page numbers, and dashes that stand for no cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.form import Row
from parsers.rebuild.found import Found
from parsers.rebuild.marks import LINE, MARKS, SPACE
from parsers.rebuild.rows.surplus import is_dashed, on_one_line
from parsers.rebuild.rows.unlabelled import has_digit
from parsers.rebuild.zones import Kind, Run, cut_zone, is_whole

__all__ = ["runs_behind"]

_NO_CELL = ":：;；,，"
_TO_LINES = dict.fromkeys(map(ord, MARKS), "\n")


def runs_behind(found: Found, row: Row, start: int, end: int, width: int, *, marked: bool) -> list[Run]:
    """The runs behind a label, without page numbers before a whole row and the dashes of a group without figures."""
    runs = [part for run in cut_zone(found.stream, start, end, rows_marked=marked) for part in _split_long(run, width)]
    if width == 1:
        behind = [run for run in runs[1:2] if not (found.leads(run, end) and run.pieces[-1].kind is Kind.FIGURE)]
        runs = [_doubt_before_unit(run, behind, row) for run in runs[:1]] + runs[1:]
        if len(runs) > 1 and not has_digit(runs[0]) and has_digit(runs[1]) and on_one_line(found.stream, *runs[:2]):
            return runs[1:]  # a dash between a label and its figure
        runs = [run for run in runs if not _joins(found, run, end, row)]
        runs = [run._replace(pieces=tuple(piece for piece in run.pieces if piece.text != row.unit)) for run in runs]
        if found.lacks_number(end):
            runs = [_doubt_number(run, end) for run in runs]
    runs = [_doubt_before_label(found, run, start, end) for run in runs]
    if len(runs) > 1 and not runs[0].bordered and len(runs[0].pieces) < width <= max(len(run.pieces) for run in runs):
        return runs[1:]
    dashes = bool(runs) and (width == 1 or len(runs[0].pieces) < width)
    if not row.values and dashes and runs[0].same_row and not has_digit(runs[0]):
        return runs[1:]
    return runs


def _doubt_before_unit(run: Run, behind: Sequence[Run], row: Row) -> Run:
    """A run whose row's unit stands behind it, and then a figure: its figure may be the number of the next row, its blank no cell."""
    figured = any(row.unit and other.words.strip() == row.unit and other.figures for other in behind)
    if not figured or (run.bordered and has_digit(run)):
        return run
    doubted = [piece._replace(doubt="a figure stands behind the unit of the row") for piece in run.pieces]
    return run._replace(pieces=tuple(doubted))


def _doubt_before_label(found: Found, run: Run, start: int, end: int) -> Run:
    """A run of text that stands before the next label in its line, and not in that of its own: it may be the next row's."""
    if run.bordered or not run.pieces or end >= len(found.stream.text):
        return run
    before, behind = found.stream.text[start : run.pieces[0].start], found.stream.text[run.pieces[-1].end : end]
    if LINE not in before or behind.strip(SPACE):
        return run
    note = "the figures stand before the next label in its line"
    return run._replace(pieces=tuple(piece._replace(doubt=piece.doubt or note) for piece in run.pieces))


def _doubt_number(run: Run, label: int) -> Run:
    """A run whose last figure runs into the label at a place: its last digits may be the number of that label's row."""
    if not run.pieces or run.pieces[-1].end != label or not run.pieces[-1].text[-1:].isdigit():
        return run  # a number in brackets behind a figure stands apart from it
    doubted = run.pieces[-1]._replace(doubt="the number of the next row may stand at its end")
    return run._replace(pieces=(*run.pieces[:-1], doubted))


def _joins(found: Found, run: Run, end: int, row: Row) -> bool:
    """
    Whether a dash in a line of text is no cell: the head of the column follows it at once, or words that are not the row's unit.

    Or it opens the line of the next label, as the marks of lists do.
    """
    if run.bordered or not run.pieces or has_digit(run):
        return False
    rest = found.stream.text[run.pieces[-1].end : end]
    line = rest.translate(_TO_LINES).partition("\n")[0].strip(SPACE + _NO_CELL)
    opens = found.stream.text[: run.pieces[0].start].rstrip(SPACE)[-1:] in MARKS
    return (
        (opens and bool(rest) and not rest.strip(SPACE) and end < len(found.stream.text))
        or (not rest and found.is_head_at(end))
        or (bool(line) and line != row.unit)
    )


def _split_long(run: Run, width: int) -> Iterator[Run]:
    """A run of tokens that holds several whole rows, row by row."""
    count = len(run.pieces)
    several = not run.bordered and width > 1 and count > width and count % width == 0
    if not several or not all(is_whole(piece.text) for piece in run.pieces) or is_dashed(run):
        yield run
        return
    for at in range(0, count, width):
        first, last = at == 0, at + width == count
        yield Run(
            run.pieces[at : at + width],
            bordered=False,
            same_row=run.same_row and first,
            words=run.words if first else "",
            cut_short=run.cut_short and last,
        )
