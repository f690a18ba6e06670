"""The heads of the blocks of a table that is printed as small blocks: which are of a block, and in what order they stand."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.form import Block, Table
from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.rows.other_columns import strange_words
from parsers.rebuild.zones import Piece, Run

__all__ = ["are_beside_others", "head_order", "heads_of_block", "order_of", "stand_elsewhere"]


_AROUND = 60
"""A head that stands before the first of a block does so within so many characters."""


def heads_of_block(found: Found, block: Block, table: Table) -> list[Hit]:
    """The column heads of a block, in printed order: those between its title and its first row."""
    rows = [hit for hit in found.of(table.code, "row") if hit.label.name == block.rows[0].code]
    if not rows:
        return []
    title = next((hit for hit in found.of(table.code, "title") if hit.label.name == block.title), None)
    start = title.end if title else 0
    row = next((hit for hit in rows if hit.first > start), rows[0])
    order = order_of(table, block)
    return [hit for hit in found.of(table.code, "column") if start <= hit.first < row.first and hit.label.order == order]


def are_beside_others(found: Found, table: Table, heads: Sequence[Hit], run: Run) -> bool:
    """
    Whether, in lines without borders, a row may hold a figure of a column that stands beside those of its block.

    A word of no label stands among the heads then; or heads of other blocks do, and a sign for nothing is in the row.
    """
    if run.bordered or not heads:
        return False
    first = heads[0].first
    row = next((hit.first for hit in found.of(table.code, "row") if hit.first > first), run.pieces[0].start)
    own = {hit.first for hit in heads}  # 处理决定数量 is a head of several blocks
    others = any(first < hit.first < row and hit.first not in own for hit in found.of(table.code, "column"))
    if others and not all(any(map(str.isdigit, piece.text)) for piece in run.pieces):
        return True
    start = max((hit.end for hit in found.hits if first - _AROUND < hit.end <= first), default=first)
    return len(strange_words(found, table, start, row)) > 0


def stand_elsewhere(found: Found, heads: Sequence[Hit], codes: Sequence[str], pieces: Sequence[Piece]) -> bool:
    """Whether some heads of a block show that its columns stand in another order, by their own or by what is under them."""
    known = [codes.index(hit.label.name) for hit in heads]
    for at, hit in zip(known, heads, strict=True):
        head, cell = found.stream.grid_column(hit.start), found.stream.grid_column(pieces[at].start)
        if head and cell and head[0] == cell[0] and not (head[1] < cell[1] + cell[2] and cell[1] < head[1] + head[2]):
            return True
    return known != sorted(known)


def head_order(heads: Sequence[Hit], codes: Sequence[str]) -> tuple[int, ...] | None:
    """The printed position of each column of a block, when its heads stand whole in another order; else None."""
    order = [hit.label.name for hit in heads]
    if sorted(order) != sorted(codes) or order == list(codes):
        return None
    return tuple(order.index(code) for code in codes)


def order_of(table: Table, block: Block) -> int:
    """The order that the labels of a block's columns carry: the number of rows before it."""
    before = 0
    for other in table.blocks:
        if other is block:
            return before
        before += len(other.rows)
    raise ValueError(block.title)
