"""`gongkai explain`: one cell of one report."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from parsers.errors import ReadError
from parsers.report import Report, plain
from parsers.source import Source, open_source
from pipeline.audit import Rules
from pipeline.commands.reading import BUNDLED, dataset_of, find_config, find_inputs, find_rules, kept_dataset
from pipeline.commands.screen import language, logging_to, out
from pipeline.config import Parse
from pipeline.errors import UsageError
from pipeline.explain import Explanation, explain_cell
from pipeline.inputs import shown
from pipeline.ledger import Examined

__all__ = ["explain"]


def explain(
    wanted: str, address: str, config_file: Path | None, output: Path | None, rules_file: Path | None, lang: str | None
) -> int:
    """Print one cell of a report, named by its file or, in an output folder, by its report_id; returns the exit code."""
    tongue = language(lang, os.environ)
    config = find_config(config_file, output)
    rules = find_rules(rules_file, config)
    with logging_to(None):
        if os.path.lexists(wanted):
            found = _in_files(Path(wanted), rules, config.parse)
        else:
            found = _in_output(config.output.folder, wanted, rules)
        report = found.report
        if report is None:
            raise UsageError(f"{shown(found.result.source)}: {found.result.status}: {found.result.reason}; it has no cells")
        explanation = explain_cell(report, address, _source(report), found.checks)
    stream = out()
    stream.writelines(f"{line}\n" for line in _lines(explanation, tongue))
    stream.flush()
    return 0


def _in_files(path: Path, rules: Rules, limits: Parse) -> Examined:
    with dataset_of(find_inputs([path], None), rules, limits) as dataset:
        return _only(list(dataset), str(path))


def _in_output(folder: Path, wanted: str, rules: Rules) -> Examined:
    if not re.fullmatch(r"[0-9a-f]{4,64}", wanted):
        raise UsageError(f"{shown(wanted)}: there is no such file, and this is no report_id")
    dataset = kept_dataset(folder, rules)
    # A member of an archive has a digest that the index does not know; then all are looked through.
    dataset.entries = [entry for entry in dataset.entries if entry.sha256.startswith(wanted)] or dataset.entries
    found = [item for item in dataset if item.result.source_sha256.startswith(wanted)]
    return _only(found, f"{wanted} in {folder}")


def _only(found: Sequence[Examined], wanted: str) -> Examined:
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"{shown(wanted)}: there is no such report")
    names = ", ".join(f"{item.result.report_id} ({shown(item.result.source)})" for item in found[:5])
    raise UsageError(f"{shown(wanted)}: wanted one report, found {len(found)}: {names}; name one of them")


def _source(report: Report) -> Source | None:
    """The document again, None where its file has gone or it never was one."""
    path = Path(report.source)
    if path.parts[:1] == (BUNDLED,) and not path.exists():
        path = Path(str(files("pipeline") / "demo" / "reports"), *path.parts[1:])
    try:
        return open_source(path) if path.is_file() else None
    except (ReadError, OSError):
        return None


def _lines(found: Explanation, tongue: str) -> Iterator[str]:
    report, fact = found.report, found.fact
    zh = tongue == "zh"
    yield f"{report.unit or report.title or report.source} · {report.year or '?'} · {report.report_id}"
    yield found.label_zh if zh else found.label_en
    rows = (
        ("地址", "address", fact.address), ("格式", "form", report.forms[fact.table]),
        ("数值", "value", plain(fact.value)), ("单位", "unit", fact.unit_of_measure or ""),
        ("原文", "raw", shown(fact.raw or "")), ("状态", "status", str(fact.status)),
        ("附注", "note", fact.note or ""), ("依据", "rests on", "; ".join(fact.rests_on)),
        ("来源", "source", shown(report.source)), ("位置", "place", fact.place or ""),
    )  # fmt: skip
    for name_zh, name_en, value in rows:
        if value:
            yield f"{name_zh if zh else name_en:<9} {value}"
    yield ""
    for line in found.lines:
        yield f"{'>' if line.marked else ' '} {line.label:>5} {shown(line.text.replace(chr(9), '→'))}"
    if found.why_no_lines:
        yield f"({found.why_no_lines})"
    yield ""
    for side in found.identities:
        reason = f" ({side.reason})" if side.reason else ""
        yield f"{side.verdict:<8} {side.name} ({side.level}): {side.left} | {side.right}{reason}"
    if not found.identities:
        yield "此单元格不参与任何已评估的勾稽关系" if zh else "the cell takes part in no identity that was evaluated"
