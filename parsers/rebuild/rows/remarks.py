"""Remarks: what a table prints otherwise than its form, as doubts that become findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.form import Row
from parsers.rebuild.zones import Run

__all__ = ["UNKNOWN_ROW", "Doubt", "remark_heads", "remark_labels", "remark_unknown"]

Doubt = tuple[str, str, str]
"""Code, message in Chinese, message in English."""

UNKNOWN_ROW = "rebuild.unknown_row"

_MOST = 5


def _listed(items: Sequence[str], separator: str) -> str:
    return separator.join(items[:_MOST]) + (" …" if len(items) > _MOST else "")


def remark_labels(found: Sequence[tuple[Row, Run]]) -> Iterator[Doubt]:
    """Rows whose label is misprinted, and rows that have none, both assigned by what stands around them."""
    printed = [(run.words, row) for row, run in found if run.words]
    torn = [row for row, run in found if not run.words]
    if printed:
        pairs = [f"“{words}”（{row.zh}）" for words, row in printed]
        english = [f"{words!r} for {row.zh}" for words, row in printed]
        yield (
            "rebuild.label_misprinted",
            f"{len(printed)}个行标签与表式不同：{_listed(pairs, '、')}",
            f"{len(printed)} row labels are printed otherwise than in the form: {_listed(english, '; ')}",
        )
    if torn:
        names = _listed([row.zh for row in torn], "、")
        yield (
            "rebuild.label_missing",
            f"{len(torn)}行无标签，按前后行的次序确定：{names}",
            f"{len(torn)} rows have no label and are told by the rows around them: {names}",
        )


def remark_unknown(runs: Sequence[Run]) -> Iterator[Doubt]:
    """Rows of figures under a label that the form does not have; their figures are left out."""
    labels = [run.words for run in runs if run.words]
    if labels:
        yield (
            UNKNOWN_ROW,
            f"{len(labels)}行为表式所无，未采用：{_listed(labels, '、')}",
            f"{len(labels)} rows are not in the form and left out: {_listed(labels, '; ')}",
        )


def remark_heads(codes: Sequence[str], printed: Sequence[str]) -> Iterator[Doubt]:
    """Column heads in another order than the form's; the figures follow the heads."""
    if list(codes) != list(printed):
        order = ", ".join(printed)
        yield (
            "rebuild.heads_in_other_order",
            f"列的次序与表式不同：{order}",
            f"the columns stand in another order than the form's: {order}",
        )
