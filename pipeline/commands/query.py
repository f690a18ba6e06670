"""`gongkai query`: SQL over the exported tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from parsers.report import plain
from pipeline.commands.reading import find_config, scratch
from pipeline.commands.screen import out, print_table
from pipeline.errors import UsageError
from pipeline.query import ask
from pipeline.schema import Column
from pipeline.tables import CsvTable, csv_cell

__all__ = ["FORMATS", "query"]

FORMATS = ("table", "csv", "json")


def query(sql: str, kind: str, config_file: Path | None, output: Path | None) -> int:
    """Print the answer to a query over the tables of an output folder; returns the exit code."""
    if kind not in FORMATS:
        raise UsageError(f"--format: must be one of {', '.join(FORMATS)}, is {kind!r}")
    folder = find_config(config_file, output).output.folder
    with scratch() as room, ask(folder, sql, room) as answer:
        if kind == "json":
            _print_json(answer.names, answer.rows)
        elif kind == "csv":
            stream = out()
            table = CsvTable(stream, [Column(name, "text", name, name) for name in answer.names])
            for row in answer.rows:
                table.add([_cell(value) for value in row])
            stream.flush()
        else:
            print_table(answer.names, [[csv_cell(_cell(value)) for value in row] for row in answer.rows])
    return 0


def _print_json(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One array of objects, written as the rows come."""
    stream = out()
    stream.write("[")
    for number, row in enumerate(rows):
        told = dict(zip(names, map(_json_value, row), strict=True))
        stream.write(("," if number else "") + "\n" + json.dumps(told, ensure_ascii=False))
    stream.write("\n]\n")
    stream.flush()


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and value - value == 0):
        return value
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    return {str(key): _json_value(item) for key, item in value.items()} if isinstance(value, dict) else _cell(value)


def _cell(value: Any) -> Any:
    """A value as the tables write it: figures as plain decimals, times in UTC."""
    if isinstance(value, float) and value - value == 0:
        return plain(Decimal(repr(value)))
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if value.tzinfo is not None else "")
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(_json_value(value), ensure_ascii=False)
    return value if value is None or isinstance(value, str) else value.isoformat() if isinstance(value, date) else str(value)
