"""
Tables that print more columns than their form: then as many figures as the form has columns are not a row.

A blank cell that was dropped and a figure of another column make the right number. So where borders do not tell cells, or
where two heads name totals, a row is none by its number alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from parsers.form import Table
from parsers.rebuild.found import Found
from parsers.rebuild.grids.foreign import REMARKS
from parsers.rebuild.labels import Hit, compact
from parsers.rebuild.marks import COVER, MARKS, SPACE
from parsers.rebuild.rows.other_years import are_shares_headed, are_years_headed
from parsers.rebuild.rows.surplus import on_one_line, sums_up, total_breaks
from parsers.rebuild.rows.under import line_start
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Kind, Piece, Run

__all__ = ["OtherColumns", "stands_under_other_head", "strange_words"]

_TOTAL = "total"
_TOTALS = ("小计", "合计", "共计", "总计")
_WORD = re.compile(f"[^{SPACE}{MARKS}]+")
_HEAD = re.compile("[\u4e00-\u9fff]{2,8}(?:[(（][^()（）]*[)）])?|\\d{4}年度?")
_HEADS_OF_LABELS = frozenset(
    {
        "单位",
        "计量单位",
        "类别",
        "类型",
        "情形",
        "项目",
        "指标",
        "指标名称",
        "统计指标",
        "内容",
        "事项",
        "名称",
        "分类",
        "申请人",
        "办理结果",
    }
)
_LINES_ABOVE = 2
_FEWEST_LONGER, _SHARE_LONGER = 3, 0.2


@dataclass(frozen=True, slots=True)
class OtherColumns:
    """
    What the heads and the numbers of cells show of columns that the form does not have.

    `dated`: heads name two years, so that a row holds those of both. `shared`: one names a share. `crowded`: two name
    totals, or cells of lines do not count. `loose`: figures without borders do not count.
    """

    dated: bool = False
    shared: bool = False
    crowded: bool = False
    loose: bool = False

    @classmethod
    def study(
        cls, found: Found, table: Table, heads: Sequence[Hit], first_row: int, runs: Sequence[Run], unowned: Sequence[Run]
    ) -> OtherColumns:
        """What is shown before the first row, by all rows together, and by runs that are no row's."""
        width = len(table.columns)
        dated, shared = are_years_headed(found, first_row), are_shares_headed(found, first_row)
        own = [run for run in runs if not run.bordered and run.pieces]
        if width == 1:
            return cls(dated, shared, loose=_are_many_longer(found, own, unowned))
        first_row = _end_of_heads(found, table, heads, first_row)
        crowded = _name_two_totals(found, heads, first_row) or _are_miscounted(found, runs, width)
        loose = bool(own) and (crowded or _numbers_mislead(own, width) or _have_strange_head(found, table, heads, first_row, own))
        return cls(dated, shared, crowded, loose)

    def may_be_in(self, run: Run, width: int) -> bool:
        """Whether a run may hold a cell of such a column, and which one is not told by its number of cells."""
        longer = len(run.pieces) > width
        if self.dated or (self.crowded and not longer) or (self.loose and not run.bordered):
            return True
        return self.shared and (not longer or any(piece.kind is Kind.EMPTY for piece in run.pieces))


def stands_under_other_head(stream: Stream, heads: Sequence[Hit], piece: Piece) -> bool:
    """Whether a cell of a grid stands behind the first of all its heads, under a word in their rows, where its row reaches as far as any."""
    spot = stream.grid_column(piece.start)
    spots = [stream.grid_column(hit.start) for hit in heads]
    if spot is None or not spots or stream.reaches_less(piece.start) or any(at is None or at[0] != spot[0] for at in spots):
        return False
    rows = {row[1] for hit in heads if (row := stream.grid_row(hit.start))}
    behind = spot[1] > min(at[1] for at in spots if at is not None)
    return behind and any(row in rows and _HEAD.fullmatch("".join(text.split())) for row, text in stream.cells_above(piece.start))


def strange_words(found: Found, table: Table, start: int, end: int) -> list[str]:
    """The words like heads between two places that are of no label, nor a piece of a head that is cut in two, nor name labels."""
    known = [hit for hit in found.hits if start < hit.end and hit.first < end]
    words = (word for word in _WORD.finditer(found.stream.text, start, end) if _HEAD.fullmatch(word[0]))
    strange = (word for word in words if not any(hit.first < word.end() and word.start() < hit.end for hit in known))
    columns = [column.zh for block in table.blocks for column in block.columns]
    printed = [compact(text).text for text in (*table.heads, *columns, table.note or "")]
    cores = (compact(word[0]).text for word in strange)
    return [core for core in cores if core not in _HEADS_OF_LABELS and not any(core in text for text in printed)]


def _end_of_heads(found: Found, table: Table, heads: Sequence[Hit], first_row: int) -> int:
    """Where the first label behind the heads stands, before the first row that is whole: 其他 is a head, and so a label, too."""
    starts = {hit.start for hit in heads}
    labels = (hit.first for hit in found.of(table.code, "row", "group") if hit.start not in starts)
    return min((first for first in labels if heads and heads[-1].end <= first < first_row), default=first_row)


def _name_two_totals(found: Found, heads: Sequence[Hit], first_row: int) -> bool:
    """Whether the heads before the first row name more totals than there are headers: one is that of a part (小计, 法人合计)."""
    other = next((hit for hit in heads if hit.label.name != _TOTAL), None)
    if other is None:
        return False
    start = line_start(found.stream, heads[0].first)
    totals = sum(word[0].endswith(_TOTALS) for word in _WORD.finditer(found.stream.text, start, first_row))
    headers = sum(start <= hit.first < first_row for hit in found.of(other.label.table, "column") if hit.label == other.label)
    return totals > headers


def _have_strange_head(found: Found, table: Table, heads: Sequence[Hit], first_row: int, runs: Sequence[Run]) -> bool:
    """
    Whether a word of no label stands among heads all of which can be read, so that there may be one column more.

    Not where every row has as many figures as the form has columns and the totals bear them out, or the word names remarks.
    """
    width = len(table.columns)
    if {hit.label.name for hit in heads} != {column.code for column in table.columns}:
        return False
    start = heads[0].first
    for _ in range(_LINES_ABOVE):
        start = line_start(found.stream, start - 1)
    sections = (hit.end for hit in found.hits if hit.label.kind == "section" and hit.end <= heads[0].first)
    words = strange_words(found, table, max((start, *sections)), first_row)
    if not words or any(len(run.pieces) != width or run.figures != width for run in runs):
        return len(words) > 0
    broken, borne_out = (sum(holds(run.pieces) for run in runs) for holds in (total_breaks, lambda row: sums_up(row, width)))
    return broken > 1 or not (REMARKS.issuperset(words) or borne_out > broken)


def _numbers_mislead(runs: Sequence[Run], width: int) -> bool:
    """
    Whether the totals of rows with the right number of figures break, and others have another number, or most of them do.

    One row alone may be false in a report; where another has a figure too many, it is doubted all the same.
    """
    whole = [run for run in runs if len(run.pieces) == width == run.figures]
    broken = sum(total_breaks(run.pieces) for run in whole)
    longer = sum(run.figures > width for run in runs)
    return (broken > 1 and (len(whole) < len(runs) or 2 * broken > len(whole))) or (broken > 0 and longer > 0)


def _are_many_longer(found: Found, own: Sequence[Run], unowned: Sequence[Run]) -> bool:
    """Whether behind the figures of many rows others without a label stand on the same line: the table has one column more."""
    others = {id(run) for run in unowned if run.figures and not run.bordered and not run.words}
    runs = sorted((run for run in (*own, *unowned) if run.figures), key=lambda run: run.pieces[0].start)
    longer = sum(run.figures > 1 for run in runs)
    longer += sum(id(right) in others and on_one_line(found.stream, left, right) for left, right in pairwise(runs))
    return longer >= _FEWEST_LONGER and longer >= _SHARE_LONGER * len(own)


def _are_miscounted(found: Found, runs: Sequence[Run], width: int) -> bool:
    """Whether, in lines with places that wide cells may cover, rows are none by the number of their cells."""
    if COVER not in found.stream.text:
        return False
    return _numbers_mislead(
        [run for run in runs if run.bordered and found.stream.grid_column(run.pieces[0].start) is None], width
    )
