"""Frames shaped like the printed form, for users who look at one report."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas

from parsers.form import Block, Form, Row, Table, load_forms

if TYPE_CHECKING:
    from parsers.report import Report

__all__ = ["shape_table"]


def shape_table(report: Report, name: str) -> pandas.DataFrame:
    """
    One table of a report in the shape of its printed form; cells without a number are None.

    The index holds the row labels from the outermost group inwards, the columns the column heads; a table of
    blocks has all column heads of its blocks side by side, None where a block has no such column.
    Raises KeyError for a table that the report does not have.
    """
    if name not in report.forms:
        raise KeyError(f"the report has no table {name!r}; it has {', '.join(report.forms) or 'none'}")
    table = _form(report.forms[name]).table(name)
    return _wide(report, table) if table.layout == "groups" else _tall(report, table)


def _wide(report: Report, table: Table) -> pandas.DataFrame:
    """The one printed row, under heads of two or three levels."""
    heads = [(row.under or row.zh, row.zh if row.under else "", column.zh) for row, column in table.cells.values()]
    values = [report.by_address[f"{table.code}.{row}.{column}"].value for row, column in table.cells]
    return pandas.DataFrame([values], columns=pandas.MultiIndex.from_tuples(heads), dtype=object)


def _tall(report: Report, table: Table) -> pandas.DataFrame:
    rows = [(row, block) for block in table.blocks for row in block.rows if row.values]
    columns = list({column.zh: column for block in table.blocks for column in block.columns}.values())
    body = [[_value(report, table, row, block, column.zh) for column in columns] for row, block in rows]
    index = _levels([_path(row, table) for row, _ in rows])
    heads = _levels([(column.under, column.zh) if column.under else (column.zh,) for column in columns])
    return pandas.DataFrame(body, index=index, columns=heads, dtype=object)


def _levels(paths: Sequence[tuple[str, ...]]) -> pandas.Index[Any]:
    """An index with as many levels as the longest path, shorter paths filled up with empty labels."""
    depth = max(len(path) for path in paths)
    if depth == 1:
        return pandas.Index([path[0] for path in paths])
    return pandas.MultiIndex.from_tuples([(*path, *[""] * (depth - len(path))) for path in paths])


def _form(name: str) -> Form:
    return next(form for form in load_forms() if form.name == name)


def _path(row: Row, table: Table) -> tuple[str, ...]:
    """The labels of a row's groups and its own, outermost first."""
    by_code = {other.code: other for other in table.rows}
    path = [row.zh]
    parent = row.parent
    while parent is not None:
        path.insert(0, by_code[parent].zh)
        parent = by_code[parent].parent
    return tuple(path)


def _value(report: Report, table: Table, row: Row, block: Block, head: str) -> Decimal | None:
    code = next((column.code for column in block.columns if column.zh == head), None)
    return None if code is None else report.by_address[f"{table.code}.{row.code}.{code}"].value
