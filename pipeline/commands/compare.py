"""`gongkai compare`: counties and years side by side, as a table, as CSV, as a workbook or as a picture."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.commands.exported import exported
from pipeline.commands.reading import find_config, scratch
from pipeline.commands.screen import language, out, print_table, say
from pipeline.compare import COMPARED, Comparison, Entry, Key, compare, is_ratio
from pipeline.divisions import division
from pipeline.divisor import read_divisor
from pipeline.errors import UsageError
from pipeline.export import whole_files
from pipeline.inputs import shown
from pipeline.labels import measure_label
from pipeline.remarks import Remark
from pipeline.selection import Selection, select
from pipeline.series import APPROXIMATE
from pipeline.tables import CsvTable, csv_cell

__all__ = ["FORMATS", "Request", "compare_command", "file_name"]

FORMATS = ("table", "csv", "xlsx", "svg", "png")
_PICTURES = ("svg", "png")
_MOST_BYTES = 180
"""Of a file's name without its suffix: file systems take 255, and some encrypt names into longer ones."""

_MARKS: tuple[tuple[str, Callable[[Entry], bool], Remark], ...] = (
    ("~", lambda entry: entry.relation == APPROXIMATE, Remark("仅近似可比", "only approximately comparable")),
    ("'", lambda entry: entry.status == "reconstructed", Remark("由残缺版面重建", "reconstructed from a damaged layout")),
    ("*", lambda entry: entry.is_small, Remark("分母小于30", "denominator below 30")),
)


class Request(NamedTuple):
    """What was asked for, as it was written."""

    indicators: Sequence[str]
    counties: Sequence[str]
    years: str | None
    level: str
    scope: str | None
    per: Path | None
    approximate: bool
    kind: str | None
    chart: str | None
    file: Path | None
    as_json: bool


def compare_command(
    request: Request, paths: Sequence[Path], config_file: Path | None, output: Path | None, lang: str | None
) -> int:
    """Compare, and write what was asked for; returns the exit code."""
    tongue = language(lang, os.environ)
    selection = select(
        request.indicators, request.counties, request.years, request.level, request.scope, approximate=request.approximate
    )
    kind = _kind(request)
    divisor = read_divisor(request.per) if request.per is not None else None
    with exported(paths, find_config(config_file, output)) as tables:
        made = compare(tables.folder, selection, divisor=divisor)
        if not selection.words and not request.as_json and kind in ("table", *_PICTURES):
            made = tuple(comparison.looked_for() for comparison in made)
        _tell(made, tongue)
        if request.as_json:
            _print_json(made)
        elif kind == "table" and request.file is None:
            _print(made, tongue)
        else:
            _write(made, selection, request, kind, tables.folder, tongue)
    return tables.exit_code


def _kind(request: Request) -> str:
    """The format: the one asked for, else by the file's suffix, else a table, or what a chart or a folder asks for."""
    suffix = request.file.suffix.lower().removeprefix(".") if request.file is not None else ""
    usual = "svg" if request.chart is not None else "csv" if request.file is not None else "table"
    kind = request.kind or (suffix if suffix in FORMATS and not _is_folder(request.file) else usual)
    if kind not in FORMATS:
        raise UsageError(f"--format: must be one of {', '.join(FORMATS)}, is {kind!r}")
    if suffix in FORMATS and suffix != kind and not _is_folder(request.file):
        raise UsageError(f"--format {kind}: the file is named {shown(str(request.file))}")
    if request.chart is not None and kind not in _PICTURES:
        raise UsageError(f"--chart is for pictures, --format {' or '.join(_PICTURES)}, not for {kind}")
    if request.as_json and (request.file is not None or request.kind not in (None, "table")):
        raise UsageError("--json writes to stdout and takes no --format and no -o")
    if kind == "table" and request.file is not None:
        raise UsageError("--format table is for the screen; a file is csv, xlsx, svg or png")
    if request.file is None and kind in ("xlsx", "png") and sys.stdout.isatty():
        raise UsageError(f"--format {kind}: binary output does not belong on a terminal; give -o FILE")
    return kind


def _is_folder(file: Path | None) -> bool:
    return file is not None and (file.is_dir() or not file.suffix)


def _tell(made: Sequence[Comparison], tongue: str) -> None:
    """The remarks, each once, on stderr."""
    for line in dict.fromkeys(remark.text(tongue) for comparison in made for remark in comparison.remarks):
        say(line)


# --- the screen ----------------------------------------------------------------------------------------


def _print(made: Sequence[Comparison], tongue: str) -> None:
    """Lines × years; a gap is its word."""
    years = sorted({year for comparison in made for year in comparison.years})
    has_units = made[0].level in ("office", "department", "township")
    heading = [*(["indicator"] if len(made) > 1 else []), "county_code", "county", *(["unit"] if has_units else [])]
    rows = []
    for comparison in made:
        for key in comparison.keys:
            names = [*([comparison.measure.code] if len(made) > 1 else []), *_names(comparison, key)]
            if has_units:
                names.append(comparison.unit_of(key) or "")
            cells = {year: comparison.entries[key, year] for year in comparison.years}
            rows.append([*names, *(_cell(cells.get(year, Entry()), comparison) for year in years)])
    titles = [f"{measure_label(comparison.measure, tongue)} ({comparison.unit or '1'})" for comparison in made]
    print_table([*heading, *map(str, years)], rows, "; ".join(titles))
    held = [entry for comparison in made for entry in comparison.held]
    marked = [f"{mark} {meaning.text(tongue)}" for mark, holds, meaning in _MARKS if any(map(holds, held))]
    if marked:
        say("   ".join(marked))


def _names(comparison: Comparison, key: Key) -> list[str]:
    place = division(key.county_id, comparison.years[-1])
    return [(place.code if place is not None else None) or key.county_id, comparison.county_of(key) or ""]


def _cell(entry: Entry, comparison: Comparison) -> str:
    """A figure with its marks, a ratio by four digits; else the gap's word."""
    if entry.value is None:
        return entry.gap
    rounded = round(entry.value, 4) if is_ratio(comparison.measure) else entry.value
    return csv_cell(rounded) + "".join(mark for mark, holds, _ in _MARKS if holds(entry))


def _print_json(made: Sequence[Comparison]) -> None:
    names = [column.name for column in COMPARED]
    told = [
        {
            "indicator": comparison.measure.code, "zh": comparison.measure.zh, "en": comparison.measure.en,
            "unit_of_measure": comparison.unit, "level": comparison.level, "years": list(comparison.years),
            "remarks": [remark._asdict() for remark in comparison.remarks],
            "rows": [dict(zip(names, map(_plain, row), strict=True)) for row in comparison.rows()],
        }
        for comparison in made
    ]  # fmt: skip
    stream = out()
    stream.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    stream.flush()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


# --- files -----------------------------------------------------------------------------------------------


def _write(made: Sequence[Comparison], selection: Selection, request: Request, kind: str, folder: Path, tongue: str) -> None:
    """Write one file, or into a folder one with the comparison, or one picture for each indicator."""
    file = request.file
    if kind in _PICTURES and len(made) > 1 and not _is_folder(file):
        raise UsageError(f"{len(made)} indicators are {len(made)} pictures; give a folder: -o FOLDER")
    groups = [[comparison] for comparison in made] if kind in _PICTURES else [list(made)]
    if file is None:
        with scratch() as part:
            _write_one(part / f"made.{kind}", groups[0], request.chart, folder, tongue)
            _pour(part / f"made.{kind}", kind)
        return
    target = file if _is_folder(file) else file.parent
    with whole_files(target) as part:
        for group in groups:
            name = f"{file_name(group, selection, request.per, tongue)}.{kind}" if _is_folder(file) else file.name
            _write_one(part / name, group, request.chart, folder, tongue)
            say(shown(str(target / name)))


def _write_one(path: Path, group: Sequence[Comparison], chart: str | None, folder: Path, tongue: str) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            table = CsvTable(stream, COMPARED)
            for row in (row for comparison in group for row in comparison.rows()):
                table.add(row)
    elif path.suffix == ".xlsx":
        from pipeline.workbook import write_workbook

        write_workbook(path, group, folder, tongue)
    else:
        from pipeline.charts import draw

        path.write_bytes(draw(group[0], chart, path.suffix, tongue))


def _pour(path: Path, kind: str) -> None:
    """A file's bytes to stdout; CSV there has no byte-order mark."""
    body = path.read_bytes()
    stream = out()
    stream.buffer.write(body.removeprefix("﻿".encode()) if kind == "csv" else body)
    stream.flush()


def file_name(made: Sequence[Comparison], selection: Selection, per: Path | None, tongue: str) -> str:
    """
    A file's name, without suffix, that says what was selected: counties, years, level, indicator, and what was chosen besides.

    It is safe on every file system; one that is cut ends in a digest of the whole, so that two selections never share it.
    """
    zh = tongue == "zh"
    first, last = made[0].years[0], made[0].years[-1]
    more = f"等{len(made)}项" if zh else f"_and_{len(made) - 1}_more"
    parts = [
        "、".join(selection.words) or ("全部" if zh else "all"), f"{first}-{last}" if first != last else f"{first}",
        selection.level if selection.level != "county" else "", selection.scope or "", "approximate" if selection.approximate else "",
        (measure_label(made[0].measure, "zh") if zh else made[0].measure.short) + (more if len(made) > 1 else ""),
        f"per_{per.stem}" if per is not None else "",
    ]  # fmt: skip
    whole = "_".join(part for part in parts if part)
    clean = re.sub(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+', "_", shown(whole)).strip("._ ") or "compare"
    told = "\0".join((whole, *(item.measure.code for item in made), *map(str, made[0].years)))
    listed = list(range(first, last + 1)) == list(made[0].years) and len(made) == 1
    if len(clean.encode()) <= _MOST_BYTES and listed:
        return clean
    short = clean.encode()[:_MOST_BYTES].decode("utf-8", "ignore").rstrip("._ ")
    return f"{short}_{hashlib.sha256(told.encode()).hexdigest()[:8]}"
