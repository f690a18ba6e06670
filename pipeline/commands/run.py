"""`gongkai run` and `gongkai export`: the whole job, and the tables of an output folder once more."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.bodies import body_of
from pipeline.commands.reading import bundled, crawl_into, find_config, find_inputs, find_rules, kept_dataset, read_into
from pipeline.commands.screen import language, logging_to, out, say
from pipeline.config import Config
from pipeline.export import export
from pipeline.inputs import Input, shown
from pipeline.interrupt import keeping
from pipeline.run import Dataset, Summary
from pipeline.shards import Shards, is_output

if TYPE_CHECKING:
    from pipeline.commands.fetch import Ended

__all__ = ["export_again", "run", "summary_lines"]

LOG_NAME = "log.txt"


def run(
    paths: Sequence[Path],
    manifest: Path | None,
    config_file: Path | None,
    output: Path | None,
    rules_file: Path | None,
    lang: str | None,
) -> int:
    """Read, audit and export the paths, or without any what the lists of sites give; returns the exit code."""
    tongue = language(lang, os.environ)
    config = find_config(config_file, output)
    inputs: Sequence[Input] | Iterator[Input]
    folder = config.output.folder
    ended: Ended | None = None
    with keeping(), logging_to(folder / LOG_NAME):
        rules = find_rules(rules_file, config)
        if paths or manifest is not None:
            inputs = find_inputs(paths, manifest)
        elif config.sites.files:
            inputs, ended = _fetched(config)
        else:
            inputs = bundled()
        dataset = read_into(inputs, Shards(folder / "shards"), rules, config.parse, settle=body_of)
        if ended is not None:
            dataset.crawl = crawl_into(folder)
        code = _export(dataset, config, tongue, published_only=False)
        return code if ended is None else max(code, _tell_lists(ended, tongue))


def _fetched(config: Config) -> tuple[list[Input], Ended]:
    """What the lists of sites give, fetched now where it was not before, and what became of the crawl."""
    from pipeline.commands.fetch import RAW, fetch_into, open_state, tell_lists
    from pipeline.fetched import fetched_inputs

    say("fetch")
    fetch_into(config)
    ended = tell_lists(config)
    with open_state(config.output.folder) as frontier:
        return list(fetched_inputs(frontier, config.output.folder / RAW)), ended


def _tell_lists(ended: Ended, tongue: str) -> int:
    """Say how the lists ended, and give the exit code that this asks for."""
    counts = Counter(str(row["status"]) for row in ended.lists)
    stream = out()
    stream.write(f"{_WORDS[tongue]['lists']:<9} {', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}\n")
    stream.flush()
    return ended.exit_code


def export_again(
    paths: Sequence[Path],
    config_file: Path | None,
    output: Path | None,
    rules_file: Path | None,
    lang: str | None,
    *,
    published_only: bool,
) -> int:
    """Write the tables of an output folder's shards, or of files that are read first; returns the exit code."""
    tongue = language(lang, os.environ)
    config = find_config(config_file, output)
    with keeping() if paths else nullcontext(), logging_to(config.output.folder / LOG_NAME):
        rules = find_rules(rules_file, config)
        if len(paths) == 1 and is_output(paths[0]):
            dataset = kept_dataset(paths[0], rules)
            config = config if output is not None else config.to_output(paths[0])
        elif paths:
            dataset = read_into(
                find_inputs(paths, None), Shards(config.output.folder / "shards"), rules, config.parse, settle=body_of
            )
        else:
            dataset = kept_dataset(config.output.folder, rules)
        return _export(dataset, config, tongue, published_only=published_only)


def _export(dataset: Dataset, config: Config, tongue: str, *, published_only: bool) -> int:
    say("audit and export")
    folder = config.output.folder
    summary = export(dataset, folder, rules=dataset.rules, config=config, run_at=datetime.now(UTC), published_only=published_only)
    stream = out()
    stream.writelines(f"{line}\n" for line in summary_lines(summary, folder, tongue))
    stream.flush()
    return summary.exit_code


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "inputs": "inputs", "aliases": "copies", "reports": "reports", "cells": "cells", "checks": "checks",
        "findings": "findings", "output": "output", "none": "none", "lists": "lists", "coverage": "coverage",
        "county years": "counties and years",
    },
    "zh": {
        "inputs": "输入", "aliases": "副本", "reports": "报告", "cells": "单元格", "checks": "检查", "findings": "问题",
        "output": "输出", "none": "无", "lists": "列表", "coverage": "覆盖", "county years": "县年",
    },
}  # fmt: skip


def summary_lines(summary: Summary, folder: Path, tongue: str) -> Iterator[str]:
    """The summary of a run for a person, line by line."""
    words = _WORDS[tongue]
    yield f"{words['inputs']:<9} {summary.inputs} ({words['aliases']}: {summary.aliases})"
    for name in ("reports", "cells", "checks", "findings"):
        counts: Mapping[str, int] = getattr(summary, name)
        listed = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        yield f"{words[name]:<9} {listed or words['none']}"
    covered = _covered(folder)
    counties = f"{sum(covered.values())} {words['county years']}: " if covered else ""
    yield f"{words['coverage']:<9} {counties}{', '.join(f'{count} {word}' for word, count in covered.items()) or words['none']}"
    yield f"{words['output']:<9} {shown(str(folder))}"


def _covered(folder: Path) -> Mapping[str, int]:
    """How many counties and years have each status in `coverage`, for the counties' own reports."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(folder / "coverage.parquet", columns=["status"], filters=[("level", "=", "county")])
    return dict(sorted(Counter(table.column("status").to_pylist()).items()))
