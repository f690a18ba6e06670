"""Rows read back from an exported Parquet file: some columns of those rows that are wanted, without looking at the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError

__all__ = ["stored_rows"]


def stored_rows(
    path: Path, columns: Sequence[str], wanted: Mapping[str, Collection[Any]] | None = None
) -> Iterator[tuple[Any, ...]]:
    """
    The columns of the rows in which each column of `wanted` has one of its values, in the file's order.

    Row groups that cannot hold one are not read: `series` has a measure's rows side by side, and one in a hundred is wanted.
    Raises OutputError for a file that is damaged or has other columns.
    """
    import pyarrow
    import pyarrow.parquet

    wanted = wanted or {}
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            lacking = [name for name in (*columns, *wanted) if file.schema_arrow.get_field_index(name) < 0]
            if lacking:
                raise OutputError(f"{path}: the table has no column {lacking[0]!r}; export once more")
            groups = [at for at in range(file.num_row_groups) if _may_hold(file.metadata.row_group(at), wanted)]
            names = list(dict.fromkeys((*columns, *wanted)))
            # Group by group: of millions of facts a few thousand are wanted, and the rest is never held at once.
            parts = [_wanted(file.read_row_group(at, columns=names, use_threads=False), wanted) for at in groups]
            table = pyarrow.concat_tables(parts) if parts else file.read_row_groups([], columns=names)
    except (OSError, pyarrow.ArrowException) as exc:
        raise OutputError(f"{path}: the table cannot be read: {exc}; export once more") from exc
    return zip(*(_values(table.column(name)) for name in columns), strict=True)


def _wanted(table: Any, wanted: Mapping[str, Collection[Any]]) -> Any:
    for name, values in wanted.items():
        table = table.filter(_among(table.column(name), values))
    return table


def _may_hold(group: Any, wanted: Mapping[str, Collection[Any]]) -> bool:
    """Whether by its statistics a row group may have a row that is wanted; without statistics it may."""
    for at in range(group.num_columns):
        column = group.column(at)
        values, statistics = wanted.get(column.path_in_schema), column.statistics
        if values is None or statistics is None or not statistics.has_min_max:
            continue
        if not any(statistics.min <= value <= statistics.max for value in values):
            return False
    return True


def _among(column: Any, values: Collection[Any]) -> Any:
    import pyarrow
    import pyarrow.compute

    plain = _decoded(column)
    return pyarrow.compute.is_in(plain, value_set=pyarrow.array(list(values), plain.type))


def _values(column: Any) -> list[Any]:
    return list(_decoded(column).to_pylist())


def _decoded(column: Any) -> Any:
    """A column without its dictionary: ten times faster to turn into texts."""
    import pyarrow

    return column.cast(column.type.value_type) if pyarrow.types.is_dictionary(column.type) else column
