"""
Rows whose cells have their heads beside them: 自然人：5，商业企业：3, or a list of heads and figures below the label of a row.

Cards for small screens are made so, lists of names and values, and narratives row by row. Each figure is that of the head before
it, whatever the order; one that is followed by no figure, or by more than one, leaves its cell open. So are all cells of a row
that lacks a head: what stands behind another may be of both.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from parsers.form import Block, Table
from parsers.rebuild.draft import Draft
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import MARKS, SPACE
from parsers.rebuild.rows.chain import Weighed, choose_chain
from parsers.rebuild.rows.money import unit_of_row, units_of_heads
from parsers.rebuild.zones import Kind, Piece, Run, cut_zone, is_separate, kind_of

__all__ = ["read_named_blocks", "read_named_rows"]

_LEAST_SHARE = 0.6
_FEWEST = 3
_NOTE = "the head of the cell is not followed by one figure"
_BETWEEN = SPACE + MARKS + ":：="
_LEADER = re.compile(r"[.．·…_]{2,}|[-－−—–]{2,}(?=[\s\d])")
_MARK = re.compile(f"[{MARKS}]")
_NOTE_BEHIND = re.compile(rf"[{SPACE}]*[(（][^()（）{MARKS}]*[\u4e00-\u9fff][^()（）{MARKS}]*[)）]")
"""What a head prints behind it: （单位：万元）, no figure in brackets."""
_SIGNS = "-－−—–+＋"
_BEHIND = SPACE + MARKS + ",，;；。.、"


def read_named_rows(found: Found, table: Table) -> Draft | None:
    """The draft of a table of rows in which most rows have a head before each figure; None elsewhere."""
    if not _has_heads(found, table):
        return None
    hits = [hit for hit in found.of(table.code, "row", "group") if not _may_be_head(hit) and not found.in_prose(hit)]
    chain = choose_chain([Weighed(hit, 1) for hit in hits])
    rows = [(hit, table.blocks[0]) for hit in chain if hit.label.kind == "row"]
    return None if _stand_twice(found, hits, chain, len(table.columns)) else _read(found, table, rows, chain)


def read_named_blocks(found: Found, table: Table) -> Draft | None:
    """The draft of a table of blocks in which most rows have a head before each figure; None elsewhere."""
    if not _has_heads(found, table):
        return None
    hits = [hit for hit in found.of(table.code, "row", "title") if hit.first < hit.start or found.copy.marked_before(hit.nth)]
    blocks = {row.code: block for block in table.blocks for row in block.rows}
    rows = [(hit, blocks[hit.label.name]) for hit in hits if hit.label.kind == "row"]
    return None if len({hit.label.name for hit, _ in rows}) < len(rows) else _read(found, table, rows, hits)


def _has_heads(found: Found, table: Table) -> bool:
    """Whether heads stand there often enough to have one before each figure of most rows: a table prints them once."""
    places = {hit.first for hit in found.of(table.code, "column")}
    once = sum(len(block.columns) for block in table.blocks)
    return len(places) > once and len(places) >= _LEAST_SHARE * len(table.cells)


def _read(found: Found, table: Table, rows: Sequence[tuple[Hit, Block]], edges: Sequence[Hit]) -> Draft | None:
    """What the heads behind the labels of rows say; None where they do not say it of most rows of the form."""
    draft = Draft(table, named=True)
    whole = 0
    for hit, block in rows:
        codes = [column.code for column in block.columns]
        end = _end(found, table, edges, hit)
        heads = _heads(found, table, hit, end)
        cells = _cells(found, table, heads, end)
        draft.units.update(_units(found, block, hit, heads))
        draft.open_row(hit.label.name, codes, _NOTE)
        for code, piece in cells.items() if cells.keys() == set(codes) else ():
            if piece is not None:
                draft.fill(hit.label.name, [code], [piece])
        whole += cells.keys() == set(codes) and None not in cells.values()
    if whole < max(_FEWEST, _LEAST_SHARE * sum(row.values for row in table.rows)):
        return None
    places = [reading.piece.end for reading in draft.readings.values() if reading.piece is not None]
    draft.spans.append((rows[0][0].first, max(places)))
    return draft


def _may_be_head(hit: Hit) -> bool:
    """Whether a label of a row is a short one without its number: 总计 and 其他 are heads of columns too."""
    return hit.label.short and hit.first == hit.start


def _stand_twice(found: Found, hits: Sequence[Hit], chain: Sequence[Hit], width: int) -> bool:
    """Whether labels of rows stand before figures at other places too: a table that is read in another way may stand there."""
    taken = {hit.start for hit in chain}
    others = (hit for hit in hits if hit.start not in taken and hit.label.kind == "row")
    runs = (cut_zone(found.stream, hit.end, found.next_label(hit.end), rows_marked=False) for hit in others)
    return any(len(run.pieces) >= min(width, 2) for own in runs for run in own[:1])


def _end(found: Found, table: Table, chain: Sequence[Hit], hit: Hit) -> int:
    """Where what belongs to a row ends: at the next row, group or section, or at a label of another table."""
    following = [other.first for other in chain if other.first > hit.first]
    at = bisect_left(found.starts, hit.end)
    foreign = (
        other.first
        for other in found.hits[at:]
        if other.label.kind == "section" or (other.label.table not in ("", table.code) and not other.label.short)
    )
    return min((*following[:1], next(foreign, len(found.stream.text))))


def _heads(found: Found, table: Table, hit: Hit, end: int) -> list[Hit]:
    """The heads between the label of a row and its end, where none stands there twice and no figure before the first of them."""
    heads = {other.first: other for other in found.of(table.code, "column") if hit.end <= other.first < end}
    ordered = [heads[first] for first in sorted(heads)]
    if not ordered or len({other.label.name for other in ordered}) < len(ordered):
        return []
    return [] if cut_zone(found.stream, hit.end, ordered[0].first, rows_marked=False) else ordered


def _units(found: Found, block: Block, hit: Hit, heads: Sequence[Hit]) -> dict[tuple[str, str], str]:
    """The units of amounts that the heads of a row or its label print."""
    row = next(row for row in block.rows if row.code == hit.label.name)
    units = {(row.code, code): unit for code, unit in units_of_heads(found.stream, block, heads).items()}
    words = found.stream.text[hit.end : heads[0].first].strip(_BETWEEN) if heads else ""
    printed = unit_of_row(found.stream, row, hit, Run((), bordered=False, same_row=True, words=words, cut_short=False))
    return units | ({(row.code, column.code): printed for column in block.columns} if printed else {})


def _cells(found: Found, table: Table, heads: Sequence[Hit], end: int) -> dict[str, Piece | None]:
    """The figure behind each head, by the code of its column."""
    edges = [*(other.first for other in heads[1:]), end][: len(heads)]
    signed = {column.code for block in table.blocks for column in block.columns if column.signed}
    return {
        head.label.name: _figure(found, head.end, edge, signed=head.label.name in signed)
        for head, edge in zip(heads, edges, strict=True)
    }


def _figure(found: Found, start: int, end: int, *, signed: bool) -> Piece | None:
    """
    The one figure that stands right behind a head, with nothing but blanks, leaders and marks of punctuation around it.

    One dash before a figure that can have no sign joins it to its head, and so it may do elsewhere: then there is none. Nor is
    there where a sign may be the last of several dashes.
    """
    text = found.stream.text[start:end]
    note = _NOTE_BEHIND.match(text)
    behind = (text[note.end() :] if note else text).lstrip(_BETWEEN)
    leader = _LEADER.match(behind)
    behind = behind[leader.end() :].lstrip(_BETWEEN) if leader else behind
    printed = _MARK.split(behind, maxsplit=1)[0]
    figure = printed.rstrip(_BEHIND)
    if kind_of(figure) is not Kind.FIGURE or not is_separate(figure) or any(map(str.isspace, figure)):
        return None
    joined = len(figure) > 1 and figure[0] in _SIGNS and not signed
    if joined or (signed and leader and leader[0][0] in _SIGNS) or any(map(str.isdigit, behind[len(printed) :])):
        return None
    first = start + len(text) - len(behind)
    return Piece(figure, first, first + len(figure), Kind.FIGURE)
