"""
Tables with one row a label under one set of heads: which run of figures belongs to which row.

First the labels are chosen (`chain.py`), then each run in the row of its label is its row, then rows whose label
is lost are counted: between two rows that own their label, as many unlabelled runs as missing rows are taken in
order; any other number is left open.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise

from parsers.form import Row, Table
from parsers.rebuild.draft import Draft
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit, compact, core_of, is_tail
from parsers.rebuild.marks import BORDERS, CELL, LINE, MARKS, SPACE
from parsers.rebuild.mend.rows import sums_of
from parsers.rebuild.rows.above import stand_above
from parsers.rebuild.rows.behind import runs_behind
from parsers.rebuild.rows.chain import Weighed, choose_chain, without_strangers
from parsers.rebuild.rows.columns import Columns
from parsers.rebuild.rows.copies import compare_copies
from parsers.rebuild.rows.headless import open_headless, open_numbered
from parsers.rebuild.rows.heads import heads_before
from parsers.rebuild.rows.money import unit_of_row
from parsers.rebuild.rows.named_cells import read_named_rows
from parsers.rebuild.rows.parted import with_doubted_blanks
from parsers.rebuild.rows.remarks import remark_heads, remark_labels, remark_unknown
from parsers.rebuild.rows.stacks import is_stacked, unstack
from parsers.rebuild.rows.surplus import may_be_moved, sums_up_on_one_line
from parsers.rebuild.rows.torn import figures_behind_heads, is_anothers, is_nameless, is_on_own_line, is_printed_alone, is_surplus
from parsers.rebuild.rows.unlabelled import Unit, count_gaps, find_alike, gaps, join_cut, may_be_whole
from parsers.rebuild.zones import Kind, Run, cut_zone

__all__ = ["read_rows"]

_BORDER = re.compile(f"[{BORDERS}]")
_LEAST_COVERAGE, _LEAST_LABEL = 0.5, 4
_HEADS_DISPUTED = "the heads stand in another order than the form's, and not all can be read, or totals contradict them"


def read_rows(found: Found, table: Table) -> Draft:
    """The draft of a table whose layout is `rows`."""
    if named := read_named_rows(found, table):
        return named
    draft = Draft(table)
    hits = [hit for hit in found.of(table.code, "row", "group") if not (found.in_prose(hit) or found.amid_another(hit))]
    if not hits:
        return draft
    marked = found.rows_marked(hits[0].first, hits[-1].end, len({hit.label.name for hit in hits}))
    width = len(table.columns)
    weighed = without_strangers(
        [Weighed(hit, _weigh(found, hit, width, marked=marked)) for hit in hits], table, _numbered(found, hits, marked=marked)
    )
    hits = [item.hit for item in weighed]
    chain = choose_chain(weighed)
    if _coverage(chain) < _LEAST_COVERAGE:
        return draft
    units = _units(found, table, chain, hits, marked=marked)
    draft.torn = _are_torn(found, table, units) or stand_above(found, units, width)
    if not any(unit.run.pieces for unit in units):
        return draft
    draft.spans.append((chain[0].first, max(unit.run.pieces[-1].end for unit in units if unit.run.pieces)))
    units = _assigned(found, table, units, draft, _placed_elsewhere(found, hits, chain, marked=marked))
    first = _first_row(units, chain[0].first, width)
    columns = Columns.study(found, table, first, [unit.run for unit in units if unit.row is not None])
    codes = columns.codes
    draft.doubts.extend(remark_heads(codes, columns.printed))
    mixed = _may_be_mixed(units, table, found, marked=marked)
    summed = [unit for unit in mixed if sums_up_on_one_line(found.stream, unit.run.pieces, width)]
    mixed = [*(unit for unit in mixed if unit not in summed), *_may_be_next(units, table, found)]
    sums = sums_of(found.form, table)
    for unit in units:
        if unit.row is None:
            continue
        if (unit.row.code, codes[0]) in draft.readings:
            continue
        removed = found.lines_removed and not unit.run.bordered and len(codes) == 1
        moved = unit.label is not None and may_be_moved(unit.run, len(codes), unit.row, unit.label.core)
        labelless = _begins_empty(found, unit, width)
        picked = None if unit in mixed or removed or labelless else columns.pick(unit.run, moved=moved)
        if unit.label is not None and (printed := unit_of_row(found.stream, unit.row, unit.label, unit.run)):
            draft.units.update({(unit.row.code, code): printed for code in codes})
        if picked is not None:
            rests_on = (f"{sums.row_code}[{unit.row.code}]",) if sums is not None and unit in summed else ()
            draft.fill(unit.row.code, codes, picked, rests_on)
        elif columns.order is None:
            draft.open_row(unit.row.code, codes, _HEADS_DISPUTED)
        elif unit.run.pieces:
            moved = moved or any(piece.doubt for piece in unit.run.pieces) or labelless or (unit in mixed and unit.run.bordered)
            gone = moved or columns.holds_others(unit.run) or found.lacks_cells(unit.run, len(codes)) or not columns.as_in_form
            draft.lose(unit.row.code, codes, unit.run, found.stream, lacks_cells=gone)
    _doubt_missing(units, table, draft, codes)
    compare_copies(found, hits, chain, draft, columns, marked=marked)
    open_headless(draft, {hit.label.name for hit in heads_before(found, table, first)}, codes)
    open_numbered(draft)
    return draft


def _opens_row(found: Found, run: Run) -> bool:
    """Whether the figure of a run stands in the first column of a grid, where labels stand: it may be the number of a page."""
    spots = [found.stream.grid_column(piece.start) for piece in run.pieces if piece.text]
    return bool(spots) and all(spot is not None and spot[1] == 0 for spot in spots)


def _numbered(found: Found, hits: Sequence[Hit], *, marked: bool) -> frozenset[str]:
    """The rows whose labels stand with their numbers before several cells of their own."""
    zones = (
        (hit.label.name, cut_zone(found.stream, hit.end, found.next_label(hit.end), rows_marked=marked))
        for hit in hits
        if hit.label.short and hit.first < hit.start
    )
    return frozenset(name for name, runs in zones if runs and runs[0].same_row and len(runs[0].pieces) > 1)


def _placed_elsewhere(found: Found, hits: Sequence[Hit], chain: Sequence[Hit], *, marked: bool) -> frozenset[str]:
    """The rows out of the form's order: their labels stand at a border beside figures, but not in the chain."""
    lacking = {hit.label.name for hit in hits} - {hit.label.name for hit in chain}
    runs = (
        (hit.label.name, cut_zone(found.stream, hit.end, found.next_label(hit.end), rows_marked=marked))
        for hit in hits
        if hit.label.name in lacking and (hit.first < hit.start or (found.copy.marked_before(hit.nth) and not hit.label.short))
    )
    return frozenset(name for name, own in runs if own and own[0].same_row and own[0].figures)


def _assigned(found: Found, table: Table, units: list[Unit], draft: Draft, elsewhere: frozenset[str]) -> list[Unit]:
    """The units with the rows that own them, also where labels are misprinted, cut in two or lost; the draft's doubts say which."""
    width = len(table.columns)
    _doubt_cut_figures(units, table)
    if draft.torn:
        units = [_without_owner(found, unit, width) for unit in units]
    else:
        join_cut(units, table)
        labelled = list(units)
        find_alike(found.stream.text, units, table)
        count_gaps(units, table, elsewhere)
        told = [(now.row, now.run) for then, now in zip(labelled, units, strict=True) if then.row is None and now.row is not None]
        draft.doubts.extend(remark_labels(told))
    end = max((at for at, unit in enumerate(units) if unit.row is not None), default=0)
    unknown = [at for at, unit in enumerate(units[:end]) if unit.row is None and len(unit.run.pieces) >= width > 1]
    draft.doubts.extend(remark_unknown([units[at].run for at in unknown]))
    draft.loose = sum(_is_loose(unit, width) for unit in units[:end])
    draft.nameless = any(_is_loose(unit, width) and _is_nameless_row(found, unit.run, width) for unit in units[:end])
    draft.crowded = _are_crowded(units, [at for at in unknown if units[at].run.figures and not units[at].run.words], table)
    return units


def _doubt_cut_figures(units: list[Unit], table: Table) -> None:
    """Doubt rows whose label goes on in the next line with more figures behind it, the last digits of its own, and cut rows."""
    for at, (unit, below) in enumerate(pairwise(units)):
        if unit.row is not None and below.row is None and below.label is None and not below.leads:
            units[at] = unit._replace(run=with_doubted_blanks(unit.run, below.run, table))
        if unit.row is None or unit.run.bordered or below.row is not None or not below.run.figures or not below.run.words:
            continue
        if any(compact(below.run.words).text in compact(spelling).text for spelling in (unit.row.zh, *unit.row.aliases)):
            note = "digits stand below the figures of the row, behind the rest of its label"
            pieces = tuple(piece._replace(doubt=note) for piece in unit.run.pieces)
            units[at] = unit._replace(run=unit.run._replace(pieces=pieces))


def _is_loose(unit: Unit, width: int) -> bool:
    """Whether figures stand there that are no row's, or as many empty cells behind the label of a group that has no figures."""
    named = unit.run.same_row and len(unit.run.pieces) >= width
    return unit.row is None and unit.label is None and (unit.run.figures > 0 or named)


def _is_nameless_row(found: Found, run: Run, width: int) -> bool:
    """Whether a run is one whole row of cells without a word: its label is lost. Blanks beside stacked labels are those of several rows."""
    if len(run.pieces) < width or run.words or is_stacked(run):
        return False
    before = found.stream.text[: run.pieces[0].start].rstrip(SPACE + MARKS).rpartition(CELL)[2]
    return run.figures > 0 or LINE not in before


def _are_crowded(units: Sequence[Unit], unknown: Sequence[int], table: Table) -> bool:
    """Whether more rows of nobody stand between two rows of the form than lack there."""
    room = {at: (start, len(missing)) for start, stop, missing in gaps(units, table) for at in range(start, stop)}
    counts = Counter(room.get(at, (at, 0)) for at in unknown)
    return any(count > lacking for (_, lacking), count in counts.items())


def _are_torn(found: Found, table: Table, units: Sequence[Unit]) -> bool:
    """Whether figures stand in lines of text where no row is, while nothing stands behind a row that is named."""
    width = len(table.columns)
    if not any(unit.row is None and unit.label is not None and is_printed_alone(found, unit.label) for unit in units):
        return False
    heads = [hit for hit in found.of(table.code, "head", "column") if not found.amid_another(hit)]
    nameless = (unit for unit in units if unit.run.pieces and is_nameless(found, unit.run) and not is_anothers(found, unit.run))
    surplus = (is_surplus(unit.run, 0 if unit.row is None else width, width) for unit in nameless)
    return figures_behind_heads(found, heads, width) or any(surplus)


def _without_owner(found: Found, unit: Unit, width: int) -> Unit:
    """A unit as nobody's, unless it is whole on its label's own line or has borders."""
    if unit.row is None or unit.label is None or unit.run.bordered or is_on_own_line(found, unit.label, unit.run, width):
        return unit
    return unit._replace(row=None)


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
        weight = 4 if may_be_whole(own, width) else 2
    else:
        weight = 3 if len(own.pieces) >= width else 1
    enumerated = hit.first < hit.start
    return weight * 100 + 10 * enumerated + 5 * found.copy.marked_before(hit.nth)


def _first_row(units: Sequence[Unit], start: int, width: int) -> int:
    """Where the first row of the table begins: prose before its heads may quote the label of a row that lost its own."""
    for unit in units:
        if unit.row is not None and unit.run.pieces and (unit.run.bordered or may_be_whole(unit.run, width)):
            return unit.label.first if unit.label is not None else unit.run.pieces[0].start
    return start


def _units(found: Found, table: Table, chain: Sequence[Hit], hits: Sequence[Hit], *, marked: bool) -> list[Unit]:
    """The runs behind each label of the chain; the label's own run first."""
    taken = {hit.start for hit in chain}
    others = [hit for hit in hits if hit.label.kind == "row" and hit.start not in taken]
    rows = {row.code: row for row in table.rows}
    units: list[Unit] = []
    stack: list[Row] = []
    for at, hit in enumerate(chain):
        end = chain[at + 1].first if at + 1 < len(chain) else found.next_label(hit.end)
        row = rows[hit.label.name]
        runs = runs_behind(found, row, hit.end, end, len(table.columns), marked=marked)
        stack = [*stack, row] if at and _same_cell(found, chain[at - 1], hit) else [row]
        labels = [item for item in stack if item.values]
        mixed = _are_stacked_above(units, runs, len(table.columns))
        owned = _owns(row, hit, runs, len(table.columns)) and not mixed and not _is_parted(hit, runs[0], others)
        stack_owned = owned and runs[0].bordered and len(labels) > 1
        stacked = unstack(runs[0], len(labels), unnamed=_names_more(found, hit)) if stack_owned else None
        if stacked is not None:
            del units[len(units) - (len(labels) - 1) :]
            units.extend(Unit(item, run, hit) for item, run in zip(labels, stacked, strict=True))
            runs = runs[1:]
        elif owned and (len(labels) == 1 or not runs[0].bordered):
            units.append(Unit(row, runs[0], hit))
            runs = runs[1:]
        elif row.values:
            units.append(Unit(None, Run((), bordered=False, same_row=False, words="", cut_short=False), hit))
        loose = [run for run in runs if run.figures or len(run.pieces) >= len(table.columns)]
        loose = [run for run in loose if len(table.columns) > 1 or not _opens_row(found, run)]
        units.extend(Unit(None, run, leads=mixed or found.leads(run, end)) for run in loose)
    return units


def _owns(row: Row, hit: Hit, runs: Sequence[Run], width: int) -> bool:
    """
    Whether the first run is the row of the label before it.

    Not when the label's row is empty and unlabelled figures follow: whose they are is for counting to say.
    """
    if not runs or not row.values or not runs[0].same_row or not is_tail(runs[0].words, row, hit.core):
        return False
    return bool(runs[0].figures) or not any(run.figures >= width and not run.words for run in runs[1:])


def _is_parted(hit: Hit, run: Run, others: Sequence[Hit]) -> bool:
    """Whether the label of another row, which is out of its order, stands between a label and the run of its row."""
    return bool(run.pieces) and any(
        hit.end <= other.first < run.pieces[0].start and other.label.name != hit.label.name for other in others
    )


def _are_stacked_above(units: Sequence[Unit], runs: Sequence[Run], width: int) -> bool:
    """Whether a label without figures stands above and whole rows below, in text: rows stacked in cells, whole or column by column."""
    above = bool(units) and units[-1].row is None and units[-1].label is not None and not units[-1].run.pieces
    below = any(len(run.pieces) == width and not run.words for run in runs[1:])
    return above and below and width > 1 and not runs[0].bordered


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


def _begins_empty(found: Found, unit: Unit, width: int) -> bool:
    """Whether a row of lines without its label begins with an empty cell, which may be the label's place, while figures lack."""
    run = unit.run
    if unit.label is not None or run.words or not run.bordered or not run.pieces or run.figures >= width:
        return False
    return run.pieces[0].kind is Kind.EMPTY and found.stream.grid_column(run.pieces[0].start) is None


def _may_be_mixed(units: Sequence[Unit], table: Table, found: Found, *, marked: bool) -> list[Unit]:
    """
    Runs whose ends are not marked that may hold figures of two rows: rows of the form lack behind them, and empty cells
    leave no trace.

    So they may where figures of nobody follow them without a word: both were cut from one run by their number alone. Where
    every run without borders is a whole number of rows and none of cells is shorter than one, zeros are printed and nothing is
    mixed; nor is a row whose lines show all its cells, where those of another show empty ones.
    """
    width = len(table.columns)
    loose = [unit for unit in units if unit.run.pieces and not (unit.run.bordered and _has_end(found, unit.run, marked=marked))]
    if width == 1 or not any(_lacks_some(unit.run, width) for unit in loose):
        return []
    order = {row.code: at for at, row in enumerate(row for row in table.rows if row.values)}
    owners = [unit for unit in units if unit.row is not None]
    behind = [order[other.row.code] - order[unit.row.code] for unit, other in pairwise(owners) if unit.row and other.row]
    behind += [len(order) - order[owners[-1].row.code]] if owners and owners[-1].row else []
    cut = {id(unit) for unit, other in pairwise(units) if other.row is None and other.run.figures and not other.run.words}
    traced = any((unit.run.shown or 0) > len(unit.run.pieces) for unit in loose)
    endless = {id(unit) for unit in loose}
    return [
        unit
        for unit, gap in zip(owners, behind, strict=True)
        if (gap > 1 or id(unit) in cut)
        and id(unit) in endless
        and not (traced and unit.run.shown == width == len(unit.run.pieces))
    ]


def _has_end(found: Found, run: Run, *, marked: bool) -> bool:
    """Whether it is marked where a row of cells ends."""
    return marked or found.stream.grid_column(run.pieces[0].start) is not None


def _lacks_some(run: Run, width: int) -> bool:
    """Whether a run shows that cells of rows lack: figures that are no whole number of rows, or too few cells."""
    return len(run.pieces) < width if run.bordered else len(run.pieces) % width > 0


def _may_be_next(units: Sequence[Unit], table: Table, found: Found) -> list[Unit]:
    """
    Figures that may be the next row's, whose label the form prints twice and the text once: repeated lines were removed.

    Then the row's own figure may have gone as well, and the one that stands behind its label is the next row's.
    """
    if len(table.columns) > 1 or found.repeats_figures:
        return []
    cores = [core_of(row.zh) for row in table.rows]
    doubted = []
    for start, stop, missing in gaps(units, table):
        core = core_of(missing[0].zh)
        gone = cores.count(core) > 1 and found.copy.text.count(core) == 1
        if gone and start and not units[start - 1].run.bordered and not any(unit.run.pieces for unit in units[start:stop]):
            doubted.append(units[start - 1])
    return doubted


def _doubt_missing(units: Sequence[Unit], table: Table, draft: Draft, codes: Sequence[str]) -> None:
    """Rows that lack between runs nobody owns are open, not missing: one of those runs may be theirs."""
    for start, stop, missing in gaps(units, table):
        loose = [unit for unit in units[start:stop] if unit.row is None and unit.run.figures]
        if not loose:
            continue
        note = f"{len(loose)} rows of figures without a label stand where {len(missing)} rows of the form lack"
        for row in missing:
            draft.open_row(row.code, codes, note)
