"""The unit of an amount of money where its head or its label prints another than the form's: 元 for 万元 is ten thousand times less."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from parsers.form import Block, Row
from parsers.rebuild.labels import Hit, fold
from parsers.rebuild.marks import BORDERS, LINE, SPACE
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Run

__all__ = ["unit_of_row", "units_of_heads"]

_FARTHEST = 16
_UNIT = r"(?P<unit>亿元|万元|千元|元)"
_BEHIND = re.compile(rf"[{SPACE}{LINE}]*[(\[][^()\[\]{BORDERS}]{{0,6}}?{_UNIT}[)\]]")
_ALONE = re.compile(rf"[(\[]?(?:单位)?:?{_UNIT}[)\]]?")


def units_of_heads(stream: Stream, block: Block, heads: Sequence[Hit]) -> Mapping[str, str]:
    """The unit printed in the head of each column of amounts, by the column's code."""
    amounts = {column.code for column in block.columns if column.amount}
    printed = {hit.label.name: _behind(stream, hit) for hit in heads if hit.label.name in amounts}
    return {code: unit for code, unit in printed.items() if unit is not None}


def unit_of_row(stream: Stream, row: Row, label: Hit, run: Run) -> str | None:
    """The unit printed behind the label of a row of amounts, or in a cell between it and its figure."""
    if not row.amount:
        return None
    match = _ALONE.fullmatch(fold(run.words).strip())
    return match["unit"] if match else _behind(stream, label)


def _behind(stream: Stream, hit: Hit) -> str | None:
    match = _BEHIND.match(fold(stream.text[hit.end : hit.end + _FARTHEST]))
    return match["unit"] if match else None
