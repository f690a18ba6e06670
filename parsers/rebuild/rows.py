"""
Tables with one row a label under one set of heads: which run of figures belongs to which row.

First the labels are chosen (`chain.py`), then each run in the row of its label is its row, then rows whose label
is lost are counted: between two rows that own their label, as many unlabelled runs as missing rows are taken in
order; any other number is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from parsers.form import Row, Table
from parsers.rebuild.alike import is_other, likeness, ratio
from parsers.rebuild.chain import Weighed, choose_chain
from parsers.rebuild.columns import Columns
from parsers.rebuild.copies import compare_copies
from parsers.rebuild.draft import Draft
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit, core_of, is_tail
from parsers.rebuild.marks import BORDERS, LINE
from parsers.rebuild.money import unit_of_row
from parsers.rebuild.remarks import remark_heads, remark_labels, remark_unknown
from parsers.rebuild.stacks import unstack
from parsers.rebuild.surplus import is_dashed, may_be_moved, on_one_line, sums_up_on_one_line
from parsers.rebuild.zones import Run, cut_zone, is_whole

__all__ = ["read_rows"]

_DIGIT = re.compile(r"\d")
_BORDER = re.compile(f"[{BORDERS}]")
_LEAST_COVERAGE = 0.5
_ALIKE = 0.55
_NOT_ALIEN = 0.3
_LEAST_LABEL = 4


class _Unit(NamedTuple):
    """
    A run of figures, and the row that owns it by its label (None: a run without a label).

    `leads`: it stands in the row of the next label and before it, as the number of a row does.
    """

    row: Row | None
    run: Run
    label: Hit | None = None
    leads: bool = False


def read_rows(found: Found, table: Table) -> Draft:
    """The draft of a table whose layout is `rows`."""
    draft = Draft(table)
    hits = [hit for hit in found.of(table.code, "row", "group") if not (found.in_prose(hit) or found.amid_another(hit))]
    if not hits:
        return draft
    marked = found.rows_marked(hits[0].first, hits[-1].end, len({hit.label.name for hit in hits}))
    width = len(table.columns)
    chain = choose_chain([Weighed(hit, _weigh(found, hit, width, marked=marked)) for hit in hits])
    if _coverage(chain) < _LEAST_COVERAGE:
        return draft
    units = _units(found, table, chain, marked=marked)
    if not any(unit.run.pieces for unit in units):
        return draft
    draft.spans.append((chain[0].first, max(unit.run.pieces[-1].end for unit in units if unit.run.pieces)))
    labelled = list(units)
    _find_alike(units, table)
    _count_gaps(units, table)
    told = [(now.row, now.run) for then, now in zip(labelled, units, strict=True) if then.row is None and now.row is not None]
    draft.doubts.extend(remark_labels(told))
    end = max((at for at, unit in enumerate(units) if unit.row is not None), default=0)
    draft.doubts.extend(
        remark_unknown([unit.run for unit in units[:end] if unit.row is None and len(unit.run.pieces) >= width > 1])
    )
    columns = Columns.study(
        found, table, _first_row(units, chain[0].first, width), [unit.run for unit in units if unit.row is not None]
    )
    codes = columns.codes
    draft.doubts.extend(remark_heads(codes, columns.printed))
    mixed = [*_may_be_mixed(found, units, table), *_may_be_next(units, table, found)]
    for unit in units:
        if unit.row is None:
            continue
        if (unit.row.code, codes[0]) in draft.readings:
            continue
        removed = found.lines_removed and not unit.run.bordered and len(codes) == 1
        moved = unit.label is not None and may_be_moved(unit.run, len(codes), unit.row, unit.label.core)
        picked = None if unit in mixed or removed else columns.pick(unit.run, moved=moved)
        if unit.label is not None and (printed := unit_of_row(found.stream, unit.row, unit.label, unit.run)):
            draft.units.update({(unit.row.code, code): printed for code in codes})
        if picked is not None:
            draft.fill(unit.row.code, codes, picked)
        elif columns.order is None:
            draft.open_row(unit.row.code, codes, "the heads stand in another order than the form's, and not all can be read")
        elif unit.run.pieces:
            moved = moved or any(piece.doubt for piece in unit.run.pieces)
            gone = moved or found.lacks_cells(unit.run, len(codes)) or not columns.as_in_form
            draft.lose(unit.row.code, codes, unit.run, found.stream, lacks_cells=gone)
    _doubt_missing(units, table, draft, codes)
    compare_copies(found, hits, chain, draft, columns, marked=marked)
    return draft


def _coverage(chain: Sequence[Hit]) -> float:
    """The share of the form's labels between the first and the last found that are found; another form shows few."""
    return len(chain) / (chain[-1].label.order - chain[0].label.order + 1)


def _weigh(found: Found, hit: Hit, width: int, *, marked: bool) -> int:
    """
    How much speaks for a hit: a whole row of figures in its zone, of empty cells, some figures (prose has those too);
    then its own enumerator, and a border before it.
    """
    runs = cut_zone(found.stream, hit.end, found.next_label(hit.end), rows_marked=marked)
    own = runs[0] if runs and runs[0].same_row else None
    if own is None:
        weight = 1
    elif own.figures:
        weight = 4 if _may_be_whole(own, width) else 2
    else:
        weight = 3 if len(own.pieces) >= width else 1
    enumerated = hit.first < hit.start
    return weight * 100 + 10 * enumerated + 5 * found.copy.marked_before(hit.nth)


def _may_be_whole(run: Run, width: int) -> bool:
    """Whether a run has a piece, or at least a digit, for each column."""
    return len(run.pieces) >= width or sum(character.isdigit() for piece in run.pieces for character in piece.text) >= width


def _first_row(units: Sequence[_Unit], start: int, width: int) -> int:
    """Where the first row of the table begins: prose before its heads may quote the label of a row that lost its own."""
    for unit in units:
        if unit.row is not None and unit.run.pieces and (unit.run.bordered or _may_be_whole(unit.run, width)):
            return unit.label.first if unit.label is not None else unit.run.pieces[0].start
    return start


def _units(found: Found, table: Table, chain: Sequence[Hit], *, marked: bool) -> list[_Unit]:
    """The runs behind each label of the chain; the label's own run first."""
    rows = {row.code: row for row in table.rows}
    units: list[_Unit] = []
    stack: list[Row] = []
    for at, hit in enumerate(chain):
        end = chain[at + 1].first if at + 1 < len(chain) else found.next_label(hit.end)
        row = rows[hit.label.name]
        runs = _runs_of(found, row, hit.end, end, len(table.columns), marked=marked)
        stack = [*stack, row] if at and _same_cell(found, chain[at - 1], hit) else [row]
        labels = [item for item in stack if item.values]
        owned = _owns(row, hit, runs, len(table.columns))
        unnamed = len(labels) > 1 and _names_more(found, hit)
        stacked = unstack(runs[0], len(labels), unnamed=unnamed) if owned and runs[0].bordered else None
        if stacked is not None:
            del units[len(units) - (len(labels) - 1) :]
            units.extend(_Unit(item, run, hit) for item, run in zip(labels, stacked, strict=True))
            runs = runs[1:]
        elif owned and (len(labels) == 1 or not runs[0].bordered):
            units.append(_Unit(row, runs[0], hit))
            runs = runs[1:]
        elif row.values:
            units.append(_Unit(None, Run((), bordered=False, same_row=False, words="", cut_short=False), hit))
        loose = [run for run in runs if run.figures or len(run.pieces) >= len(table.columns)]
        units.extend(_Unit(None, run, leads=found.leads(run, end)) for run in loose)
    return units


def _runs_of(found: Found, row: Row, start: int, end: int, width: int, *, marked: bool) -> list[Run]:
    """The runs behind a label, without page numbers before a whole row and the dashes of a group without figures."""
    runs = [part for run in cut_zone(found.stream, start, end, rows_marked=marked) for part in _split_long(run, width)]
    if width == 1:
        if len(runs) > 1 and not _has_digit(runs[0]) and _has_digit(runs[1]) and on_one_line(found.stream, *runs[:2]):
            return runs[1:]  # a dash between a label and its figure
        runs = [run._replace(pieces=tuple(piece for piece in run.pieces if piece.text != row.unit)) for run in runs]
        if found.lacks_number(end):
            runs = [_doubt_number(run, end) for run in runs]
    if len(runs) > 1 and not runs[0].bordered and len(runs[0].pieces) < width <= max(len(run.pieces) for run in runs):
        return runs[1:]
    dashes = bool(runs) and (width == 1 or len(runs[0].pieces) < width)
    if not row.values and dashes and runs[0].same_row and not _has_digit(runs[0]):
        return runs[1:]
    return runs


def _doubt_number(run: Run, label: int) -> Run:
    """A run whose last figure runs into the label at a place: its last digits may be the number of that label's row."""
    if not run.pieces or run.pieces[-1].end != label or not run.pieces[-1].text[-1:].isdigit():
        return run  # a number in brackets behind a figure stands apart from it
    doubted = run.pieces[-1]._replace(doubt="the number of the next row may stand at its end")
    return run._replace(pieces=(*run.pieces[:-1], doubted))


def _owns(row: Row, hit: Hit, runs: Sequence[Run], width: int) -> bool:
    """
    Whether the first run is the row of the label before it.

    Not when the label's row is empty and unlabelled figures follow: whose they are is for counting to say.
    """
    if not runs or not row.values or not runs[0].same_row or not is_tail(runs[0].words, row, hit.core):
        return False
    return bool(runs[0].figures) or not any(run.figures >= width and not run.words for run in runs[1:])


def _same_cell(found: Found, above: Hit, hit: Hit) -> bool:
    """Whether two labels are stacked in one cell: then the figures beside them are stacked too, or no row's for certain."""
    return _BORDER.search(found.stream.text, above.end, hit.first) is None


def _names_more(found: Found, hit: Hit) -> bool:
    """Whether a line of the cell of a label holds words that are no label."""
    text = found.stream.text
    start = max(text.rfind(mark, 0, hit.first) for mark in BORDERS) + 1
    end = min((at for mark in BORDERS if (at := text.find(mark, hit.end)) >= 0), default=len(text))
    lines = accumulate((line for line in text[start:end].split(LINE)), lambda at, line: at + len(line) + 1, initial=start)
    within = [other for other in found.hits if other.first <= end and start < other.end]
    return any(
        len(core_of(text[left : right - 1])) >= _LEAST_LABEL
        and not any(other.first < right and left < other.end for other in within)
        for left, right in pairwise(lines)
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


def _find_alike(units: list[_Unit], table: Table) -> None:
    """
    Give runs behind a misprinted label their row, where exactly one missing row in that gap is alike.

    A dash between blanks is no row of a table of one column: groups have one in the place of their unit.
    """
    for start, stop, missing in _gaps(units, table):
        for at in range(start, stop):
            unit = units[at]
            words = core_of(unit.run.words) if unit.run.words else ""
            if unit.row is not None or len(words) < 3 or not unit.run.pieces:
                continue
            if len(table.columns) == 1 and not unit.run.bordered and not _has_digit(unit.run):
                continue
            alike = [
                row
                for row in missing
                if _likeness(units, at, row) >= _ALIKE and not is_other(words, row, table) and not _runs_on(unit.run.words, row)
            ]
            if (
                len(alike) == 1
                and sum(likeness(core_of(other.run.words), alike[0]) >= _ALIKE for other in units[start:stop] if other.run.words)
                == 1
            ):
                units[at] = _Unit(alike[0], unit.run, unit.label)


def _runs_on(words: str, row: Row) -> bool:
    """Whether words go on behind a row's unit: it ends a row, and what follows is the label of the next."""
    if row.unit is None or row.unit in row.zh:
        return False
    before, _, behind = words.removesuffix(row.unit).partition(row.unit)
    return bool(core_of(before)) and len(core_of(behind)) >= _LEAST_LABEL


def _has_digit(run: Run) -> bool:
    return any(_DIGIT.search(piece.text) for piece in run.pieces)


def _likeness(units: Sequence[_Unit], at: int, row: Row) -> float:
    """
    How alike the words before a run are to a row's label; where that label stands already, they can only be its end.

    A row that the form does not have may be called much like one that stands there with empty cells.
    """
    words = core_of(units[at].run.words)
    stands = (
        (place, unit.label)
        for place, unit in enumerate(units)
        if unit.row is None and unit.label is not None and unit.label.label.name == row.code
    )
    place, label = next(stands, (-1, None))
    if label is None:
        return likeness(words, row)
    whole = ratio(label.core + words, row.zh)
    return whole if place == at - 1 and whole >= ratio(label.core, row.zh) else 0.0


def _gaps(units: Sequence[_Unit], table: Table) -> list[tuple[int, int, list[Row]]]:
    """Stretches of units without an owner (start, stop), each with the form's rows that lack there."""
    valued = [row for row in table.rows if row.values]
    order = {row.code: at for at, row in enumerate(valued)}
    owners = [(at, order[unit.row.code]) for at, unit in enumerate(units) if unit.row is not None]
    edges = [(-1, -1), *owners, (len(units), len(valued))]
    return [
        (left + 1, right, valued[before + 1 : after]) for (left, before), (right, after) in pairwise(edges) if after - before > 1
    ]


def _count_gaps(units: list[_Unit], table: Table) -> None:
    """Assign unlabelled runs in order where their number equals that of the missing rows."""
    width = len(table.columns)
    for start, stop, missing in _gaps(units, table):
        inside = [at for at in range(start, stop) if units[at].row is None and units[at].run.pieces and not units[at].leads]
        if width > 1 and any(len(units[at].run.pieces) == 1 and not _may_be_whole(units[at].run, width) for at in inside):
            continue  # a figure alone is no row, and may be anything
        if width == 1:  # a dash alone is no row
            inside = [at for at in inside if _has_digit(units[at].run)]
        figures = [at for at in inside if units[at].run.figures]
        for chosen in (figures, inside):
            if len(chosen) == len(missing) and all(_fits(units, at, row, table) for at, row in zip(chosen, missing, strict=True)):
                for at, row in zip(chosen, missing, strict=True):
                    units[at] = _Unit(row, units[at].run, units[at].label)
                break


def _fits(units: Sequence[_Unit], at: int, row: Row, table: Table) -> bool:
    """Whether a run may be a row's by its words: none are left, or they are not another row's."""
    run = units[at].run
    words = core_of(run.words) if run.words else ""
    for head in (*table.heads, *(column.zh for column in table.columns)):
        words = words.replace(core_of(head), "")
    return len(words) < 3 or (_likeness(units, at, row) >= _NOT_ALIEN and not is_other(words, row, table))


def _may_be_mixed(found: Found, units: Sequence[_Unit], table: Table) -> list[_Unit]:
    """
    Runs without borders that may hold figures of two rows: rows of the form lack behind them, and empty cells leave no trace.

    Where every run without borders is a whole number of rows, zeros are printed and nothing is mixed.
    """
    width = len(table.columns)
    loose = [unit for unit in units if unit.run.pieces and not unit.run.bordered]
    if width == 1 or all(len(unit.run.pieces) % width == 0 for unit in loose):
        return []
    order = {row.code: at for at, row in enumerate(row for row in table.rows if row.values)}
    owners = [unit for unit in units if unit.row is not None]
    behind = [order[other.row.code] - order[unit.row.code] for unit, other in pairwise(owners) if unit.row and other.row]
    behind += [len(order) - order[owners[-1].row.code]] if owners and owners[-1].row else []
    return [
        unit
        for unit, gap in zip(owners, behind, strict=True)
        if gap > 1
        and not unit.run.bordered
        and not unit.run.shown == width == len(unit.run.pieces)
        and not sums_up_on_one_line(found.stream, unit.run.pieces, width)
    ]


def _may_be_next(units: Sequence[_Unit], table: Table, found: Found) -> list[_Unit]:
    """
    Figures that may be the next row's, whose label the form prints twice and the text once: repeated lines were removed.

    Then the row's own figure may have gone as well, and the one that stands behind its label is the next row's.
    """
    if len(table.columns) > 1:
        return []
    cores = [core_of(row.zh) for row in table.rows]
    doubted = []
    for start, stop, missing in _gaps(units, table):
        core = core_of(missing[0].zh)
        gone = cores.count(core) > 1 and found.copy.text.count(core) == 1
        if gone and start and not units[start - 1].run.bordered and not any(unit.run.pieces for unit in units[start:stop]):
            doubted.append(units[start - 1])
    return doubted


def _doubt_missing(units: Sequence[_Unit], table: Table, draft: Draft, codes: Sequence[str]) -> None:
    """Rows that lack between runs nobody owns are open, not missing: one of those runs may be theirs."""
    for start, stop, missing in _gaps(units, table):
        loose = [unit for unit in units[start:stop] if unit.row is None and unit.run.figures]
        if not loose:
            continue
        note = f"{len(loose)} rows of figures without a label stand where {len(missing)} rows of the form lack"
        for row in missing:
            draft.open_row(row.code, codes, note)
