"""The exported tables that a command reads: those of an output folder, or of files that are read first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pipeline.bodies import body_of
from pipeline.commands.reading import dataset_of, find_inputs, find_rules, kept_dataset, scratch
from pipeline.commands.screen import logging_to, say
from pipeline.config import Config
from pipeline.export import export
from pipeline.run import Dataset
from pipeline.schema import PANEL_IDENTITY, TABLES
from pipeline.shards import is_output

__all__ = ["Exported", "exported"]

_MANIFEST = "manifest.json"


class Exported(NamedTuple):
    """A folder with the tables of an export, and the exit code that the reading of files asks for."""

    folder: Path
    exit_code: int


@contextmanager
def exported(paths: Sequence[Path], config: Config) -> Iterator[Exported]:
    """
    The tables of the output folder, or of the one that the paths name; where they are not those of its shards, of the shards.

    Paths that are documents are read and exported to a folder that goes away afterwards: the figures are the same. Raises
    UsageError when no complete run lies in the folder.
    """
    folder = paths[0] if len(paths) == 1 and (is_output(paths[0]) or _stands(paths[0])) else config.output.folder
    if paths and folder is not paths[0]:
        with (
            logging_to(None),
            dataset_of(find_inputs(paths, None), find_rules(None, config), config.parse, settle=body_of) as dataset,
            scratch() as made,
        ):
            yield Exported(made, _export(dataset, made, config))
    elif _stands(folder):
        yield Exported(folder, 0)
    else:
        with logging_to(None), scratch() as made:
            dataset = kept_dataset(folder, find_rules(None, config))
            _export(dataset, made, config)
            yield Exported(made, 0)


def _export(dataset: Dataset, folder: Path, config: Config) -> int:
    say("audit and export")
    return export(dataset, folder, rules=dataset.rules, config=config, run_at=datetime.now(UTC)).exit_code


def _stands(folder: Path) -> bool:
    """Whether the tables in a folder are there, made by a program with these columns, and not older than its shards."""
    manifest, index = folder / _MANIFEST, folder / "shards" / "index.jsonl"
    if not manifest.is_file() or (index.is_file() and index.stat().st_mtime_ns > manifest.stat().st_mtime_ns):
        return False
    tables = {name: columns for name, columns in {**TABLES, "panel": PANEL_IDENTITY}.items() if name != "codebook"}
    return all(_has(folder / f"{name}.parquet", {column.name for column in columns}) for name, columns in tables.items())


def _has(file: Path, names: set[str]) -> bool:
    import pyarrow
    import pyarrow.parquet

    try:
        return names <= set(pyarrow.parquet.read_schema(file).names)
    except (OSError, pyarrow.ArrowException):
        return False
