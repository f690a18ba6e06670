"""
Rows whose labels are lost, misprinted or cut in two: runs of figures that no label owns, given to the rows that lack.

Between two rows that own their label, a run goes to the one missing row that its words are alike to; then as many runs
as missing rows are taken in order, and any other number is left open.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from parsers.form import Row, Table
from parsers.rebuild.labels import SUMS, Hit, compact, core_of, enumerator_of
from parsers.rebuild.marks import MARKS, SPACE
from parsers.rebuild.rows.alike import is_other, likeness, ratio
from parsers.rebuild.rows.other_years import is_of_another_year
from parsers.rebuild.zones import Run

__all__ = ["Unit", "count_gaps", "find_alike", "gaps", "has_digit", "join_cut", "may_be_whole", "names_group"]

_DIGIT = re.compile(r"\d")
_ALIKE = 0.55
_NOT_ALIEN = 0.3
_WHOLE = 0.8
_LEAST_LABEL = 4


class Unit(NamedTuple):
    """
    A run of figures, and the row that owns it by its label (None: a run without a label).

    `leads`: it stands in the row of the next label and before it, as the number of a row does.
    """

    row: Row | None
    run: Run
    label: Hit | None = None
    leads: bool = False


def may_be_whole(run: Run, width: int) -> bool:
    """Whether a run has a piece, or at least a digit, for each column."""
    return len(run.pieces) >= width or sum(character.isdigit() for piece in run.pieces for character in piece.text) >= width


def has_digit(run: Run) -> bool:
    """Whether a run holds more than dashes and words for nothing."""
    return any(_DIGIT.search(piece.text) for piece in run.pieces)


def names_group(run: Run, table: Table) -> bool:
    """Whether the words before a run are alike to the label of a group of rows, which has no figures."""
    words = core_of(run.words) if run.words else ""
    return len(words) >= _LEAST_LABEL and any(likeness(words, row) >= _ALIKE for row in table.rows if not row.values)


def join_cut(units: list[Unit], table: Table) -> None:
    """
    Give a row the figures of its upper half where a page break cut it in two: half its label stands below, beside empty cells.

    The halves are known by the label that they make together, which is more like a missing row's than either alone.
    """
    lacking = {at: missing for start, stop, missing in gaps(units, table) for at in range(start, stop)}
    for at, (upper, lower) in enumerate(pairwise(tuple(units))):
        if not _is_upper_half(upper) or not _is_lower_half(lower):
            continue
        below = lower.run.words or (lower.label.core if lower.label else "")
        rows = lacking.get(at, []) if lower.row is None else [lower.row]
        whole = [row for row in rows if _make_a_label(compact(upper.run.words).text, compact(below).text, row)]
        if len(whole) == 1:
            units[at : at + 2] = (
                Unit(whole[0], upper.run._replace(words=""), lower.label),
                Unit(None, lower.run._replace(pieces=())),
            )


def _is_upper_half(unit: Unit) -> bool:
    """Whether a unit has figures and words that are no row's label."""
    return unit.row is None and bool(unit.run.figures) and bool(unit.run.words)


def _is_lower_half(unit: Unit) -> bool:
    """Whether a unit has words and no figures: empty cells, in a row of cells."""
    return unit.run.bordered and bool(unit.run.pieces) and not unit.run.figures and bool(unit.run.words or unit.label)


def _make_a_label(upper: str, lower: str, row: Row) -> bool:
    """Whether the words end with the two halves of a row's label, or are together more like it than either alone."""
    for spelling in (row.zh, *row.aliases):
        whole = compact(spelling).text
        for label in (whole, whole.removeprefix(enumerator_of(spelling)), core_of(spelling)):
            halves = (upper.endswith(label[:cut]) and lower.endswith(label[cut:]) for cut in range(1, len(label)))
            if not lower.endswith(label) and any(halves):  # a whole label lacks no upper half
                return True
    together = likeness(core_of(upper + lower), row)
    return together >= _WHOLE and together > max(likeness(core_of(upper), row), likeness(core_of(lower), row))


def find_alike(text: str, units: list[Unit], table: Table) -> None:
    """
    Give runs behind a misprinted label their row in a text, where exactly one missing row in that gap is alike.

    A dash between blanks is no row of a table of one column: groups have one in the place of their unit.
    """
    for start, stop, missing in gaps(units, table):
        for at in range(start, stop):
            unit = units[at]
            words = core_of(unit.run.words) if unit.run.words else ""
            if unit.row is not None or len(words) < 3 or not unit.run.pieces:
                continue
            if len(table.columns) == 1 and not unit.run.bordered and not has_digit(unit.run):
                continue
            if any(_is_sentence(text, left.run, right.run) for left, right in pairwise(units[max(0, at - 1) : at + 2])):
                continue
            if not unit.run.figures and at and _is_upper_half(units[at - 1]):
                continue
            alike = [
                row
                for row in missing
                if _is_alike(words, units, at, row, table)
                and not is_of_another_year(unit.run.words, row)
                and not _runs_on(unit.run.words, row)
                and not (at and _begins(units[at - 1], row))
            ]
            others = [core_of(other.run.words) for other in units[start:stop] if other.run.words and other is not unit]
            rivals = (likeness(other, row) >= _ALIKE and not is_other(other, row, table) for row in alike for other in others)
            if len(alike) == 1 and not any(rivals):
                units[at] = Unit(alike[0], unit.run, unit.label)


def _is_sentence(text: str, before: Run, run: Run) -> bool:
    """Whether the words between two figures without borders stand in the text without a blank: 2023年共收取处理费0元."""
    if run.bordered or not before.pieces or not run.pieces or not run.words:
        return False
    return not any(mark in text[before.pieces[-1].end : run.pieces[0].start] for mark in SPACE + MARKS)


def _begins(before: Unit, row: Row) -> bool:
    """Whether the words before other figures end with the beginning of a row's label: then those are its figures."""
    words = compact(before.run.words).text
    labels = [label for spelling in (row.zh, *row.aliases) for label in (compact(spelling).text, core_of(spelling))]
    return _is_upper_half(before) and any(words.endswith(label[:cut]) for label in labels for cut in range(2, len(label)))


def _runs_on(words: str, row: Row) -> bool:
    """Whether words go on behind the end of a row's label, or behind its unit: what follows is the label of the next, or of a sum."""
    text, end = compact(words).text, core_of(row.zh)[-_LEAST_LABEL:]
    if text.endswith(SUMS) and not end.endswith(SUMS):
        return True
    _, ended, follows = text.rpartition(end)
    if ended and len(core_of(follows)) >= _LEAST_LABEL and follows[0] not in "([":  # a note belongs to its label
        return True
    if row.unit is None or row.unit in core_of(row.zh):
        return False
    before, _, behind = text.removesuffix(row.unit).partition(row.unit)
    return bool(core_of(before)) and len(core_of(behind)) >= _LEAST_LABEL


def _is_alike(words: str, units: Sequence[Unit], at: int, row: Row, table: Table, *, least: float = _ALIKE) -> bool:
    """
    Whether the words before a run are alike to a row's label; where that label stands already, they can only be its end.

    A row that the form does not have may be called much like one that stands there with empty cells.
    """
    stands = (
        (place, unit.label)
        for place, unit in enumerate(units)
        if unit.row is None and unit.label is not None and unit.label.label.name == row.code
    )
    place, label = next(stands, (-1, None))
    if label is None:
        return likeness(words, row) >= least and not is_other(words, row, table)
    whole = label.core + words
    if enumerator_of(units[at].run.words) or place != at - 1 or ratio(whole, row.zh) < ratio(label.core, row.zh):
        return False  # the end of a label has no enumerator, and stands right behind its beginning
    return ratio(whole, row.zh) >= least and not is_other(whole, row, table)


def gaps(units: Sequence[Unit], table: Table) -> list[tuple[int, int, list[Row]]]:
    """Stretches of units without an owner (start, stop), each with the form's rows that lack there."""
    valued = [row for row in table.rows if row.values]
    order = {row.code: at for at, row in enumerate(valued)}
    owners = [(at, order[unit.row.code]) for at, unit in enumerate(units) if unit.row is not None]
    edges = [(-1, -1), *owners, (len(units), len(valued))]
    return [
        (left + 1, right, valued[before + 1 : after]) for (left, before), (right, after) in pairwise(edges) if after - before > 1
    ]


def count_gaps(units: list[Unit], table: Table, elsewhere: Collection[str] = ()) -> None:
    """
    Assign unlabelled runs in order where their number equals that of the missing rows.

    None to a row whose label stands elsewhere, with figures of its own, by its code. Empty rows alone are none of the form's for sure: stray ones look the same.
    """
    width = len(table.columns)
    for start, stop, missing in gaps(units, table):
        inside = [at for at in range(start, stop) if units[at].row is None and units[at].run.pieces and not units[at].leads]
        if any(row.code in elsewhere for row in missing):
            continue
        if width > 1 and any(len(units[at].run.pieces) == 1 and not may_be_whole(units[at].run, width) for at in inside):
            continue  # a figure alone is no row, and may be anything
        if width == 1:  # a dash alone is no row
            inside = [at for at in inside if has_digit(units[at].run)]
        figures = [at for at in inside if units[at].run.figures]
        for chosen in (figures, inside) if figures else ():
            if len(chosen) != len(missing) or _begin_inside([units[at] for at in chosen], missing, table):
                continue
            if all(_fits(units, at, row, table) for at, row in zip(chosen, missing, strict=True)):
                for at, row in zip(chosen, missing, strict=True):
                    units[at] = Unit(row, units[at].run, units[at].label)
                break


def _begin_inside(units: Sequence[Unit], rows: Sequence[Row], table: Table) -> bool:
    """Whether a row of cells behind the label of a group would not be the group's first one: those before it are others'."""
    first, *behind = [unit.run.bordered and unit.run.same_row and unit.label is None for unit in units]
    siblings = [row.code for row in table.rows if row.values and row.parent == rows[0].parent]
    if first and rows[0].code not in siblings[:1]:
        return True
    return any(begins and left.parent == right.parent for begins, (left, right) in zip(behind, pairwise(rows), strict=True))


def _fits(units: Sequence[Unit], at: int, row: Row, table: Table) -> bool:
    """Whether a run may be a row's by its words: none are left, or they are not another row's."""
    run = units[at].run
    words = core_of(run.words) if run.words else ""
    if _runs_on(run.words, row) or is_of_another_year(run.words, row):
        return False
    for head in (*table.heads, *(column.zh for column in table.columns)):
        words = words.replace(core_of(head), "")
    if len(words) < 3:
        return words.removesuffix(row.unit or "") in core_of(row.zh)
    return _is_alike(words, units, at, row, table, least=_NOT_ALIEN)
