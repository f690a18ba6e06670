"""
Tables whose columns repeat for each group in one printed row (section four): 15 figures, three groups of five.

Also printed as one small table a group, as a tall table with one figure a line, or as one row a group.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from parsers.form import Table
from parsers.rebuild.draft import Draft
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.zones import Kind, Piece, Run, cut_zone, is_glued, is_separate

__all__ = ["read_groups"]


@dataclass(frozen=True, slots=True)
class _Step:
    """A label of the table and the runs of figures between it and the next one."""

    hit: Hit
    runs: tuple[Run, ...]


def read_groups(found: Found, table: Table) -> Draft:
    """The draft of a table whose layout is `groups`."""
    draft = Draft(table)
    hits = _region(found, table)
    if not hits:
        _read_by_position(found, table, draft)
        return draft
    marked = found.rows_marked(hits[0].first, found.next_label(hits[-1].end), 3)
    steps = [
        _Step(hit, tuple(cut_zone(found.stream, hit.end, _end(found, hits, at), rows_marked=marked)))
        for at, hit in enumerate(hits)
    ]
    groups = [row.code for row in table.rows]
    columns = [column.code for column in table.columns]
    for read in (
        partial(_read_by_grid, found=found),
        partial(_read_wide, found=found),
        partial(_read_by_group, found=found),
        _read_tall,
    ):
        cells = read(steps, groups, columns)
        if cells:
            for (group, column), piece in cells.items():
                draft.fill(group, [column], [piece])
            break
    else:
        _read_by_position(found, table, draft)
        if not draft.readings:
            _lose(steps, groups, columns, draft, found)
    pieces = [piece for step in steps for run in step.runs for piece in run.pieces]
    if draft.readings and pieces:
        draft.spans.append((hits[0].first, max(piece.end for piece in pieces)))
    return draft


def _region(found: Found, table: Table) -> list[Hit]:
    """The labels of the table in the one stretch that holds most of its column heads."""
    hits = found.of(table.code, "row", "column", "head")
    others = [hit for hit in found.hits if hit.label.table != table.code and hit.label.kind != "section"]
    best: list[Hit] = []
    stretch: list[Hit] = []
    shared = {hit.first for hit in hits}
    edges = sorted({hit.first for hit in others if hit.first not in shared})
    for hit in hits:
        if stretch and (_parted(edges, stretch[-1].end, hit.first) or hit.first - stretch[-1].end > 2000):
            best = max(best, stretch, key=_heads)
            stretch = []
        if not (stretch and stretch[-1].first == hit.first):
            stretch.append(hit)
    best = max(best, stretch, key=_heads)
    start = next((at for at, hit in enumerate(best) if hit.label.kind == "row" and _heads(best[at:]) == _heads(best)), 0)
    return best[start:] if _heads(best) >= 4 else []


def _parted(edges: Sequence[int], start: int, end: int) -> bool:
    """Whether one of the edges, which are in order, lies between two places."""
    return bisect_left(edges, start) < bisect_left(edges, end)


def _heads(hits: Sequence[Hit]) -> int:
    return sum(hit.label.kind == "column" for hit in hits)


def _end(found: Found, hits: Sequence[Hit], at: int) -> int:
    return hits[at + 1].first if at + 1 < len(hits) else found.next_label(hits[at].end)


Cells = dict[tuple[str, str], Piece]


def _read_by_grid(steps: Sequence[_Step], groups: Sequence[str], columns: Sequence[str], *, found: Found) -> Cells | None:
    """The one cell under each head, where all heads and groups stand apart in one grid."""
    spots = [(step, found.stream.grid_column(step.hit.start)) for step in steps]
    titles = [(step.hit.label.name, spot) for step, spot in spots if step.hit.label.kind == "row" and spot]
    heads = [(step.hit.label.name, spot) for step, spot in spots if step.hit.label.kind == "column" and spot]
    if len(heads) != len(groups) * len(columns) or len({spot[0] for _, spot in (*titles, *heads)}) != 1:
        return None
    under: dict[tuple[str, str], int] = {}
    for name, (_, column, span) in heads:
        owners = [title for title, (_, first, wide) in titles if first <= column < first + wide]
        if len(owners) != 1 or span != 1:
            return None
        under[owners[0], name] = column
    rows = [run for step in steps for run in step.runs if run.bordered and len(run.pieces) >= len(heads) and not run.words]
    rows = [run for run in rows if run.figures] or (rows[:1] if _all_blank(steps) else [])
    if len(under) != len(heads) or len(set(under.values())) != len(heads) or len(rows) != 1:
        return None
    places = {spot[1]: piece for piece in rows[0].pieces if (spot := found.stream.grid_column(piece.start)) and spot[2] == 1}
    cells = {name: places[column] for name, column in under.items() if column in places}
    left = rows[0].figures - sum(piece.kind is Kind.FIGURE for piece in cells.values())
    return cells if len(cells) == len(heads) and left == 0 else None


def _all_blank(steps: Sequence[_Step]) -> bool:
    """Whether no figure stands in the whole table, so that an empty row may be its row."""
    return not any(run.figures for step in steps for run in step.runs)


def _read_wide(steps: Sequence[_Step], groups: Sequence[str], columns: Sequence[str], *, found: Found) -> Cells | None:
    """All figures in one row behind the heads."""
    width = len(groups) * len(columns)
    rows = [run for step in steps for run in step.runs if len(run.pieces) >= width and run.figures]
    if not rows and _all_blank(steps):
        rows = [run for step in steps[-1:] for run in step.runs if len(run.pieces) == width and run.bordered and not run.words]
    picked = [pieces for run in rows if (pieces := _take(run, width, found)) is not None]
    if len(rows) != 1 or len(picked) != 1:
        return None
    names = list(_printed_columns(steps, groups, columns))
    return dict(zip(names, picked[0], strict=True))


def _take(run: Run, width: int, found: Found) -> list[Piece] | None:
    """
    The cells of a run of that width; surplus cells must be empty and leave no choice.

    A row with empty cells cannot be taken as it stands where bars prove no places, nor where it does not reach as far
    as its table: a surplus cell may then stand in the place of a lost one.
    """
    pieces = list(run.pieces)
    if any(is_glued(piece.text) for piece in pieces) or (0 < run.figures < width and _may_hide_a_loss(run, found)):
        return None
    if not run.bordered:
        return pieces if len(pieces) == width and all(is_separate(piece.text) for piece in pieces) else None
    if len(pieces) == width:
        return pieces
    first, last = pieces[width:], pieces[:-width]
    first_fits = not any(piece.kind is not Kind.EMPTY for piece in first)
    last_fits = not any(piece.kind is not Kind.EMPTY for piece in last)
    if first_fits == last_fits:
        return None
    return pieces[:width] if first_fits else pieces[-width:]


def _may_hide_a_loss(run: Run, found: Found) -> bool:
    start = run.pieces[0].start
    in_grid = found.stream.grid_column(start) is not None
    return found.packed_at(start) or (in_grid and found.stream.row_extent(start) < found.stream.table_extent(start))


def _printed_columns(steps: Sequence[_Step], groups: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Group and column of each printed position: as the heads stand when all of them are whole, else the form's order."""
    printed_groups = list(dict.fromkeys(step.hit.label.name for step in steps if step.hit.label.kind == "row"))
    heads = [step.hit.label.name for step in steps if step.hit.label.kind == "column"]
    size = len(columns)
    parts = [heads[at : at + size] for at in range(0, len(heads), size)]
    whole = len(heads) == size * len(groups) and all(sorted(part) == sorted(columns) for part in parts)
    chosen_groups = printed_groups if sorted(printed_groups) == sorted(groups) else list(groups)
    for at, group in enumerate(chosen_groups):
        for column in parts[at] if whole else columns:
            yield group, column


def _read_by_group(steps: Sequence[_Step], groups: Sequence[str], columns: Sequence[str], *, found: Found) -> Cells | None:
    """One run of figures for each group: behind its own heads, or in the row of its label."""
    cells: Cells = {}
    group: str | None = None
    heads: list[str] = []
    for step in steps:
        if step.hit.label.kind == "row":
            group = step.hit.label.name
            heads = heads if len(heads) == len(columns) and not any(name == group for name, _ in cells) else []
        elif step.hit.label.kind == "column":
            heads = [*heads, step.hit.label.name] if len(heads) < len(columns) else [step.hit.label.name]
        for run in step.runs:
            pieces = _take(run, len(columns), found) if len(run.pieces) >= len(columns) else None
            if pieces is None or group is None or run.words:
                continue
            if any(name == group for name, _ in cells):
                return None
            names = heads if sorted(heads) == sorted(columns) else columns
            cells.update({(group, column): piece for column, piece in zip(names, pieces, strict=True)})
    return cells if {name for name, _ in cells} == set(groups) else None


def _read_tall(steps: Sequence[_Step], groups: Sequence[str], columns: Sequence[str]) -> Cells | None:
    """One figure behind each head, the group named before its first head."""
    cells: Cells = {}
    group: str | None = None
    for step in steps:
        if step.hit.label.kind == "row":
            group = step.hit.label.name
            continue
        if step.hit.label.kind != "column":
            continue
        runs = [run for run in step.runs if run.pieces]
        if group is None or len(runs) != 1 or not runs[0].same_row:
            continue
        pieces = [piece for piece in runs[0].pieces if piece.kind is Kind.FIGURE] or list(runs[0].pieces[:1])
        if (
            len(pieces) != 1
            or (group, step.hit.label.name) in cells
            or (not runs[0].bordered and not is_separate(pieces[0].text))
        ):
            return None
        cells[group, step.hit.label.name] = pieces[0]
    return cells if len(cells) == len(groups) * len(columns) else None


def _read_by_position(found: Found, table: Table, draft: Draft) -> None:
    """
    Fill the table where its heads are unreadable (printed one character a line, or torn) but its last group is named.

    The one whole row of figures behind the last group's label is the table's, in the form's order.
    """
    last = [hit for hit in found.of(table.code, "row") if hit.label.name == table.rows[-1].code]
    names = list(table.cells)
    foreign = [hit.first for hit in found.hits if hit.label.table != table.code and not hit.label.short]
    rows = []
    for hit in last:
        end = min((first for first in foreign if first >= hit.end), default=None)
        runs = cut_zone(found.stream, hit.end, len(found.stream.text) if end is None else end, rows_marked=True)
        figured = any(run.figures for run in runs)
        rows += [
            (hit, pieces)
            for run in runs
            if (run.figures or (not figured and _is_blank_row(run, names)))
            and (pieces := _take(run, len(names), found)) is not None
        ]
    if len(rows) != 1:
        return
    ((hit, pieces),) = rows
    for (group, column), piece in zip(names, pieces, strict=True):
        draft.fill(group, [column], [piece])
    draft.spans.append((hit.first, pieces[-1].end))


def _is_blank_row(run: Run, names: Sequence[tuple[str, str]]) -> bool:
    """Whether a run is a row of a table that has just the table's number of cells, all empty."""
    return run.bordered and not run.words and len(run.pieces) == len(names)


def _lose(steps: Sequence[_Step], groups: Sequence[str], columns: Sequence[str], draft: Draft, found: Found) -> None:
    """Leave every cell open when figures stand there that no layout explains; one run of tokens may be mended."""
    runs = [run for step in steps for run in step.runs if run.figures]
    if not runs:
        return
    usual = [(group, column) for group in groups for column in columns]
    moved = list(_printed_columns(steps, groups, columns)) != usual
    gone = moved or found.lacks_cells(runs[0], len(usual))
    for group in groups:
        draft.lose(group, columns, runs[0], found.stream, lacks_cells=gone)
    if len(runs) > 1 or (runs[0].bordered and runs[0].figures > 1):
        draft.lost.clear()
