"""`gongkai audit`: what does not hold in reports, and every check that was made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from parsers.finding import Check, Finding
from parsers.report import plain
from pipeline.bodies import body_of
from pipeline.commands.parse import json_object
from pipeline.commands.reading import dataset_of, find_config, find_inputs, find_rules, kept_dataset
from pipeline.commands.screen import language, logging_to, out, print_table, say
from pipeline.export import check_row, finding_row
from pipeline.run import Dataset, summarise
from pipeline.schema import CHECKS, FINDINGS
from pipeline.shards import is_output

__all__ = ["audit"]

_SHOWN = ("severity", "code", "instance", "report_id", "left", "right", "difference", "addresses", "message")


def audit(paths: Sequence[Path], output: Path | None, rules_file: Path | None, lang: str | None, *, as_json: bool) -> int:
    """Write the findings and checks of files, or of an output folder, to stdout; returns the exit code."""
    tongue = language(lang, os.environ)
    with logging_to(None), _dataset(paths, output, rules_file) as dataset:
        checks: list[Check] = []
        for examined in dataset:
            checks.extend(examined.checks)
        rows, findings, across = dataset.close()
    checks.extend(across)
    summary = summarise(rows)
    if as_json:
        stream = out()
        stream.write('{"findings": [')
        stream.write(",\n ".join(json_object(FINDINGS, finding_row(finding)) for finding in findings))
        stream.write('],\n"checks": [')
        stream.write(",\n ".join(json_object(CHECKS, check_row(check)) for check in checks) + "]}\n")
        stream.flush()
    else:
        print_table(_SHOWN, [_shown(finding, tongue) for finding in findings])
        say(", ".join(f"{count} {word}" for word, count in summary.checks.items()) or "no checks")
    return summary.exit_code


@contextmanager
def _dataset(paths: Sequence[Path], output: Path | None, rules_file: Path | None) -> Iterator[Dataset]:
    config = find_config(None, output)
    rules = find_rules(rules_file, config)
    if not paths:
        yield kept_dataset(config.output.folder, rules)
    elif len(paths) == 1 and is_output(paths[0]):
        yield kept_dataset(paths[0], rules)
    else:
        with dataset_of(find_inputs(paths, None), rules, config.parse, settle=body_of) as dataset:
            yield dataset


def _shown(finding: Finding, tongue: str) -> tuple[str, ...]:
    message = finding.message_zh if tongue == "zh" else finding.message_en
    return (
        str(finding.severity), finding.code, finding.instance, finding.report_id or "",
        plain(finding.left), plain(finding.right), plain(finding.difference), ";".join(finding.addresses), message,
    )  # fmt: skip
