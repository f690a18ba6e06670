"""
SQL over the exported tables: DuckDB, with one view a table, that reads these files and nothing else.

A query can read the views; it can write nothing, open no other file, reach no network and load no extension. One thread
does the work: the same query gives the same rows in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import UsageError
from pipeline.inputs import shown

if TYPE_CHECKING:
    import duckdb

__all__ = ["RENAMED", "VIEWS", "Answer", "ask"]

VIEWS = (
    "facts", "reports", "findings", "checks", "wide", "wide_published_only", "wide_status", "coverage", "series", "series_approximate",
    "panel", "indicators", "codebook",
)  # fmt: skip
"""The tables that are views, those of them that the folder has."""

RENAMED = {"table": "table_code", "row": "row_code", "column": "column_code"}
"""Columns that are reserved words in SQL, and what the views call them."""

_BATCH = 10_000


class Answer(NamedTuple):
    """The columns of an answer, and its rows as they come."""

    names: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def ask(folder: Path, sql: str, scratch: Path) -> Iterator[Answer]:
    """
    The answer to one SELECT over the tables of a folder. What does not fit into memory goes to `scratch`.

    Raises UsageError when DuckDB is not installed, the folder has no tables, or the query cannot be answered.
    """
    try:
        import duckdb
    except ImportError as exc:
        raise UsageError("SQL needs DuckDB, which is not installed: pip install 'gongkai[analysis]'") from exc
    files = {name: path for name in VIEWS if (path := _file(folder, name)).is_file()}
    if "facts" not in files:
        raise UsageError(f"{shown(str(folder))}: no tables are in this folder; `gongkai export --output` writes them")
    with duckdb.connect(":memory:") as connection:
        try:
            _open_views(connection, files, scratch)
            _refuse_more_than_reading(duckdb.extract_statements(sql), duckdb.StatementType.SELECT)
            cursor = connection.execute(sql)
            yield Answer(tuple(column[0] for column in cursor.description or ()), _rows(cursor))
        except duckdb.Error as exc:
            raise UsageError(f"the query cannot be answered: {_one_line(str(exc), files)}") from exc


def _file(folder: Path, name: str) -> Path:
    return (folder / f"{name}{'.csv' if name == 'codebook' else '.parquet'}").absolute()


def _open_views(connection: duckdb.DuckDBPyConnection, files: dict[str, Path], scratch: Path) -> None:
    """Make the views, then lock everything else. They read their files when asked, so these few stay allowed."""
    for setting in (
        "threads=1", "TimeZone='UTC'", "python_enable_replacements=false", "autoinstall_known_extensions=false", "autoload_known_extensions=false",
        f"temp_directory={_quoted(scratch)}",
    ):  # fmt: skip
        connection.execute(f"SET {setting}")
    for name, path in files.items():
        reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
        options = ", all_varchar=true" if path.suffix == ".csv" else ""
        source = f"{reader}({_quoted(path)}{options})"
        held = {column[0] for column in connection.execute(f"SELECT * FROM {source} LIMIT 0").description or ()}  # noqa: S608 - a path of ours, quoted
        renamed = ", ".join(f'"{old}" AS {new}' for old, new in RENAMED.items() if old in held)
        clause = f" RENAME ({renamed})" if renamed else ""
        connection.execute(f"CREATE VIEW {name} AS SELECT *{clause} FROM {source}")  # noqa: S608
    allowed = ", ".join(_quoted(path) for path in files.values())
    for setting in (f"allowed_paths=[{allowed}]", "enable_external_access=false", "lock_configuration=true"):
        connection.execute(f"SET {setting}")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _refuse_more_than_reading(statements: Sequence[Any], select: Any) -> None:
    if len(statements) != 1 or statements[0].type != select:
        raise UsageError("wanted one SELECT (or FROM, WITH, DESCRIBE, SUMMARIZE): a query reads, and changes nothing")


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(_BATCH):
        yield from batch


def _one_line(message: str, files: dict[str, Path]) -> str:
    """What DuckDB says, without the drawing of the place; where a table is not known, the views that there are."""
    told = "; ".join(line.strip() for line in message.partition("LINE ")[0].splitlines() if line.strip())
    return f"{told}; the views are {', '.join(files)}" if "Table with name" in message else told
