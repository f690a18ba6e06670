"""`gongkai report`: one HTML file for auditors, of a province, a prefecture or a list of counties."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.commands.exported import exported
from pipeline.commands.reading import find_config
from pipeline.commands.screen import language, out, say
from pipeline.compare import Comparison, compare
from pipeline.errors import UsageError
from pipeline.export import whole_files
from pipeline.inputs import shown
from pipeline.selection import Selection, select

__all__ = ["Wanted", "report"]

_SUFFIXES = (".html", ".htm")
_MOST_BYTES = 160
"""Of a file's name: file systems take 255."""


class Wanted(NamedTuple):
    """What was asked for, as it was written."""

    indicators: Sequence[str]
    counties: Sequence[str]
    years: str | None
    scope: str | None
    file: Path | None


def report(wanted: Wanted, paths: Sequence[Path], config_file: Path | None, output: Path | None, lang: str | None) -> int:
    """Write the page of a selection to a file, into a folder, or to stdout; returns the exit code."""
    from pipeline.page import USUAL, page_of
    from pipeline.page.render import page_html

    tongue = language(lang, os.environ)
    selection = select(wanted.indicators or USUAL, wanted.counties, wanted.years, "county", wanted.scope, approximate=False)
    if wanted.file is None and sys.stdout.isatty():
        raise UsageError("a page does not belong on a terminal; give -o FILE.html or a folder")
    if wanted.file is not None and not _is_folder(wanted.file) and wanted.file.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"-o: a page is an .html file, and not {shown(wanted.file.name)}")
    config = find_config(config_file, output)
    with exported(paths, config) as tables:
        made = compare(tables.folder, selection, apart=selection.scope is None)
        if not selection.words:
            made = tuple(comparison.looked_for() for comparison in made)
        is_kept = tables.folder == config.output.folder or tables.folder in paths
        body = page_html(page_of(tables.folder, selection, made, with_time=is_kept), tongue)
    _write(body, wanted.file, selection, made, tongue)
    return tables.exit_code


def _is_folder(file: Path) -> bool:
    return file.is_dir() or not file.suffix


def _write(body: bytes, file: Path | None, selection: Selection, made: Sequence[Comparison], tongue: str) -> None:
    if file is None:
        stream = out()
        stream.buffer.write(body)
        stream.flush()
        return
    target, name = (file, _name(selection, made[0].years, tongue)) if _is_folder(file) else (file.parent, file.name)
    with whole_files(target) as part:
        (part / name).write_bytes(body)
    say(shown(str(target / name)))


def _name(selection: Selection, years: Sequence[int], tongue: str) -> str:
    """A file's name that says what was selected, safe on every file system."""
    words = "、".join(selection.words) or ("全部" if tongue == "zh" else "all")
    clean = re.sub(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+', "_", shown(words)).strip("._ ") or "counties"
    short = clean.encode()[:_MOST_BYTES].decode("utf-8", "ignore")
    span = f"{years[0]}-{years[-1]}" if len(years) > 1 else f"{years[0]}"
    return f"{short}_{span}_{'报告' if tongue == 'zh' else 'report'}.html"
