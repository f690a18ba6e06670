"""datapackage.json: the tables of an export as a Frictionless data package, made from `pipeline/schema.py`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.panel import panel_columns
from pipeline.schema import TABLES, Column
from pipeline.shards import program_version

if TYPE_CHECKING:
    from pipeline.export import Wide

__all__ = ["data_package"]

_TYPES = {"code": "string", "text": "string", "integer": "integer", "number": "number", "date": "date", "moment": "datetime"}


def data_package(folder: Path, wide: Wide) -> bytes:
    """The description of the tables in a folder, as UTF-8 JSON; the same bytes for the same tables."""
    tables = {**TABLES, "panel": panel_columns(), wide.name: wide.columns("number"), "wide_status": wide.columns("code")}
    resources = [
        _resource(folder / f"{name}{kind}", name, columns)
        for name, columns in sorted(tables.items())
        for kind in (".csv", ".parquet")
        if (folder / f"{name}{kind}").is_file()
    ]
    package = {
        "name": "gongkai", "title": "政府信息公开工作年度报告数据集", "version": program_version(),
        "description": "Figures of annual reports on open government information, cell by cell, with what does not hold in them.",
        "resources": resources,
    }  # fmt: skip
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()


def _resource(path: Path, name: str, columns: Sequence[Column]) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    kind = path.suffix.removeprefix(".")
    resource: dict[str, Any] = {
        "name": f"{name}-{kind}".replace("_", "-"), "type": "table" if kind == "csv" else "file",
        "path": path.name, "scheme": "file", "format": kind,
        "mediatype": "text/csv" if kind == "csv" else "application/vnd.apache.parquet",
        "bytes": path.stat().st_size, "hash": f"sha256:{digest}",
    }  # fmt: skip
    if kind == "csv":  # a Parquet file brings its own schema, and Frictionless would read its empty integers as NaN
        resource["encoding"] = "utf-8-sig"
        resource["schema"] = {"fields": [_field(column) for column in columns], "missingValues": [""]}
    return resource


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _TYPES[column.kind], "title": column.zh, "description": column.en}
    if column.kind == "moment":
        field["format"] = "%Y-%m-%dT%H:%M:%SZ"
    if column.values:
        field["constraints"] = {"enum": list(column.values)}
    return field
