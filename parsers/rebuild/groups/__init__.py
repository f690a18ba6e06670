"""
Tables whose columns repeat for each group in one printed row (section four): 15 figures, three groups of five.

Also printed as one small table a group, as a tall table with one figure a line, or as one row a group.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from parsers.form import Table
from parsers.rebuild.draft import Draft
from parsers.rebuild.found import Found
from parsers.rebuild.groups.cells import ends_before, is_apart, take
from parsers.rebuild.groups.layouts import Step, cells_of, printed_columns, stand_elsewhere
from parsers.rebuild.groups.order import is_mirrored
from parsers.rebuild.labels import Hit
from parsers.rebuild.rows.surplus import may_be_moved
from parsers.rebuild.zones import Kind, Piece, Run, cut_zone

__all__ = ["read_groups"]


def read_groups(found: Found, table: Table) -> Draft:
    """The draft of a table whose layout is `groups`."""
    draft = Draft(table)
    regions = _regions(found, table)
    if not regions:
        _read_by_position(found, table, draft)
        return draft
    copies = [_steps(found, hits) for hits in regions]
    read = [(steps, cells_of(steps, table, found)) for steps in copies]
    figured = [steps for steps, cells in read if cells and any(piece.kind is Kind.FIGURE for piece in cells.values())]
    chosen, cells = next(((steps, cells) for steps, cells in read if steps in figured), read[0])
    texts = {
        tuple((cells[name].text if name in cells else None) for name in table.cells)
        for steps, cells in read
        if cells and steps in figured
    }
    unread = len(read) > 1 and any(cells is None and _figures(steps) for steps, cells in read)
    if len(texts) > 1 or (texts and unread):
        first = next(iter(chosen[0].runs), None) if chosen else None
        for row in table.rows:
            note = "the table stands twice with different figures"
            draft.open_row(row.code, [column.code for column in table.columns], note, first.pieces[0] if first else None)
    elif cells:
        for (group, column), piece in cells.items():
            draft.fill(group, [column], [piece])
    else:
        if cells is None:
            _read_by_position(found, table, draft)
        if not draft.readings:
            _lose(chosen, table, draft, found)
    pieces = [piece for step in chosen for run in step.runs for piece in run.pieces]
    if draft.readings and pieces:
        draft.spans.append((chosen[0].hit.first, max(piece.end for piece in pieces)))
    return draft


def _steps(found: Found, hits: Sequence[Hit]) -> list[Step]:
    marked = found.rows_marked(hits[0].first, found.next_label(hits[-1].end), 3)
    return [
        Step(hit, tuple(cut_zone(found.stream, hit.end, _end(found, hits, at), rows_marked=marked)))
        for at, hit in enumerate(hits)
    ]


def _figures(steps: Sequence[Step]) -> bool:
    """Whether a figure stands in a cell of a stretch, or several side by side; prose behind it has single ones."""
    return any(run.figures > (0 if run.bordered else 2) for step in steps for run in step.runs)


def _regions(found: Found, table: Table) -> list[list[Hit]]:
    """The labels of the table in each stretch that holds most of its column heads; more than one where it stands twice."""
    hits = found.of(table.code, "row", "column", "head")
    others = [hit for hit in found.hits if hit.label.table != table.code and hit.label.kind != "section"]
    stretches: list[list[Hit]] = [[]]
    shared = {hit.first for hit in hits}
    edges = sorted({hit.first for hit in others if hit.first not in shared})
    for hit in hits:
        last = stretches[-1][-1] if stretches[-1] else None
        if last and (_parted(edges, last.end, hit.first) or hit.first - last.end > 2000):
            stretches.append([])
        if not (stretches[-1] and stretches[-1][-1].first == hit.first):
            stretches[-1].append(hit)
    most = max(map(_heads, stretches))
    return [_from_first_group(_of_one_table(hits, found)) for hits in stretches if _heads(hits) == most] if most >= 4 else []


def _of_one_table(hits: list[Hit], found: Found) -> list[Hit]:
    """The labels without heads before the first group that stand in another grid, or before a heading: 总计 is another table's too."""
    first = next((at for at, hit in enumerate(hits) if hit.label.kind == "row"), 0)
    if not first:
        return hits
    group = hits[first].first
    sections = [hit.first for hit in found.hits if hit.label.kind == "section"]
    own = found.stream.grid_column(group)
    kept = [
        hit
        for hit in hits[:first]
        if not any(hit.end <= section < group for section in sections)
        and ((spot := found.stream.grid_column(hit.first)) is None or own is None or spot[0] == own[0])
    ]
    return [*kept, *hits[first:]]


def _from_first_group(hits: list[Hit]) -> list[Hit]:
    start = next((at for at, hit in enumerate(hits) if hit.label.kind == "row" and _heads(hits[at:]) == _heads(hits)), 0)
    return hits[start:]


def _parted(edges: Sequence[int], start: int, end: int) -> bool:
    """Whether one of the edges, which are in order, lies between two places."""
    return bisect_left(edges, start) < bisect_left(edges, end)


def _heads(hits: Sequence[Hit]) -> int:
    return sum(hit.label.kind == "column" for hit in hits)


def _end(found: Found, hits: Sequence[Hit], at: int) -> int:
    return hits[at + 1].first if at + 1 < len(hits) else found.next_label(hits[at].end)


def _read_by_position(found: Found, table: Table, draft: Draft) -> None:
    """Fill the table where its heads are unreadable (printed one character a line, torn) but its groups are named."""
    _read_row_by_position(found, table, draft)
    if not draft.readings:
        _read_groups_by_position(found, table, draft)


def _read_row_by_position(found: Found, table: Table, draft: Draft) -> None:
    """The one whole row of figures behind the label of the last group is the table's, in the form's order."""
    last = [hit for hit in found.of(table.code, "row") if hit.label.name == table.rows[-1].code]
    names = list(table.cells)
    foreign = [hit.first for hit in found.hits if hit.label.table != table.code and not hit.label.short]
    rows = []
    for hit in last:
        end = min((first for first in foreign if first >= hit.end), default=None)
        runs = cut_zone(found.stream, hit.end, len(found.stream.text) if end is None else end, rows_marked=True)
        cells = [run for run in runs if run.pieces]
        start = max((first for first in foreign if first < hit.first), default=0)
        heads = [head for head in found.of(table.code, "column") if start < head.first and (end is None or head.first < end)]
        rows += [
            (hit, pieces)
            for run in cells
            if (run.figures or _is_blank_row(run, cells, len(names), found))
            and is_apart(run, found)
            and not (run.figures < len(names) and not found.stream.borders.tab_opens and ends_before(run, heads, found))
            and (pieces := take(run, len(names), found)) is not None
        ]
    if len(rows) != 1 or not _in_order(found, table):
        return
    ((hit, pieces),) = rows
    for (group, column), piece in zip(names, pieces, strict=True):
        draft.fill(group, [column], [piece])
    draft.spans.append((hit.first, pieces[-1].end))


def _in_order(found: Found, table: Table) -> bool:
    """Whether nothing that can be read of a table's groups and of the heads behind them stands in another order than the form's."""
    groups = found.of(table.code, "row")
    names = list(dict.fromkeys(hit.label.name for hit in groups))
    usual = [row.code for row in table.rows]
    heads = [hit for hit in found.of(table.code, "column") if hit.first > groups[0].first]
    if is_mirrored(groups, found) or stand_elsewhere(heads, usual, [column.code for column in table.columns]):
        return False
    return names == [name for name in usual if name in names]


def _read_groups_by_position(found: Found, table: Table, draft: Draft) -> None:
    """The one whole row of figures behind the label of each group is the group's, where no head speaks against it."""
    groups = found.of(table.code, "row")
    if [hit.label.name for hit in groups] != [row.code for row in table.rows]:
        return
    columns = [column.code for column in table.columns]
    heads = found.of(table.code, "column")
    foreign = [hit.first for hit in found.hits if hit.label.table != table.code and not hit.label.short]
    ends = [
        *(hit.first for hit in groups[1:]),
        min((at for at in foreign if at >= groups[-1].end), default=len(found.stream.text)),
    ]
    cells: list[tuple[str, list[Piece]]] = []
    for hit, end in zip(groups, ends, strict=True):
        named = [columns.index(head.label.name) for head in heads if hit.end <= head.first < end]
        rows = [run for run in cut_zone(found.stream, hit.end, end, rows_marked=True) if run.figures and is_apart(run, found)]
        pieces = take(rows[0], len(columns), found) if len(rows) == 1 and named == sorted(set(named)) else None
        if pieces is None:
            return
        cells.append((hit.label.name, pieces))
    for group, pieces in cells:
        draft.fill(group, columns, pieces)
    draft.spans.append((groups[0].first, cells[-1][1][-1].end))


def _is_blank_row(run: Run, cells: Sequence[Run], width: int, found: Found) -> bool:
    """
    Whether a run is a row of just so many empty cells, and all others behind the same label are heads that lost their words.

    An empty row among heads, or an empty cell in a row that reaches less far, is a stray one: then their number proves nothing.
    """
    others = [other for other in cells if other is not run]
    if any(other.figures or len(other.pieces) >= width or found.stream.reaches_less(other.pieces[0].start) for other in others):
        return False
    return run.bordered and not run.words and len(run.pieces) == width


def _lose(steps: Sequence[Step], table: Table, draft: Draft, found: Found) -> None:
    """Leave every cell open when figures stand there that no layout explains; one run of tokens may be mended."""
    runs = [run for step in steps for run in step.runs if run.figures]
    if not runs:
        return
    groups, columns = [row.code for row in table.rows], [column.code for column in table.columns]
    usual = [(group, column) for group in groups for column in columns]
    hits = [step.hit for step in steps]
    moved = list(printed_columns(steps, groups, columns)) != usual or stand_elsewhere(hits, groups, columns)
    moved = moved or is_mirrored(hits, found)
    gone = moved or may_be_moved(runs[0], len(usual)) or found.lacks_cells(runs[0], len(usual))
    for group in groups:
        draft.lose(group, columns, runs[0], found.stream, lacks_cells=gone)
    if len(runs) > 1 or (runs[0].bordered and runs[0].figures > 1):
        draft.lost.clear()
