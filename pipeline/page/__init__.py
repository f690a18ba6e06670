"""
The page for auditors: one HTML file of a province, a prefecture or some counties that opens from disk and asks no network.

It is built from the exported tables: what was run, what is covered, what does not hold, the figures side by side, and for every
figure the report it comes from. Both languages are in the file; the switch between them is CSS, and there is no script at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.audit.catalogue import Words
from pipeline.compare import Comparison
from pipeline.errors import OutputError
from pipeline.page.compared import Compared, lay_out
from pipeline.page.covered import Covered, read_covered
from pipeline.page.found import Found, read_found
from pipeline.page.origins import Label, Origin, read_origins, reports_of
from pipeline.selection import Selection

__all__ = ["NEEDED", "USUAL", "Page", "Run", "page_of"]

USUAL = (
    "applications.received.total", "workload", "disclosure_of_decided", "refusal_rate", "not_held", "carry_over", "dispute_rate",
    "proactive.normative_documents.in_force",
)  # fmt: skip
"""What a page shows unless it is told otherwise: how much was asked, what became of it, and what was left over or disputed."""

NEEDED = ("coverage", "facts", "findings", "panel", "reports", "series")
"""The tables that a page is made from; it names their digests."""


class Run(NamedTuple):
    """The run whose tables the page shows, as its manifest has it; `run_at` is None where the tables were made for the page."""

    version: str
    code: str
    forms: str
    rules: str
    settings: tuple[str, ...]
    run_at: str | None
    inputs: int
    aliases: int
    statuses: tuple[tuple[str, int], ...]
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """All that a page shows, in the order in which it shows it."""

    title: Words
    years: tuple[int, ...]
    run: Run
    covered: Covered
    found: Found
    compared: tuple[Compared, ...]
    origins: tuple[Origin, ...]
    labels: tuple[Label, ...]


def page_of(folder: Path, selection: Selection, comparisons: Sequence[Comparison], *, with_time: bool) -> Page:
    """
    The page of comparisons that were made from the tables of a folder.

    `with_time` says whether the time in its manifest is that of a run, and not of the making of this page. Raises OutputError
    where a table or the manifest cannot be read.
    """
    first = comparisons[0]
    ids = list(dict.fromkeys(key.county_id for comparison in comparisons for key in comparison.keys if key.county_id))
    reports = reports_of(folder, ids, first.years)
    coverage = read_covered(folder, first)
    shown = tuple(lay_out(comparison, coverage.gap_at) for comparison in comparisons)
    findings = read_found(folder, reports, coverage.addresses, ids)
    listed, labels = read_origins(folder, comparisons, findings, reports)
    return Page(
        _title(selection, first), first.years, _run(folder, with_time=with_time), coverage, findings, shown, listed, labels
    )


def _title(selection: Selection, first: Comparison) -> Words:
    zh, en = (
        ("、".join(selection.words), ", ".join(selection.words))
        if selection.words
        else ("全部已查看的县级区划", "All counties looked for")
    )
    years = f"{first.years[0]}–{first.years[-1]}" if len(first.years) > 1 else f"{first.years[0]}"
    return Words(f"{zh}　{years}年度政府信息公开工作年度报告", f"{en}: annual reports on open government information, {years}")


def _run(folder: Path, *, with_time: bool) -> Run:
    path = folder / "manifest.json"
    try:
        told: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        counts, rules, files = told["counts"], told["rules"], told["files"]
        return Run(
            told["version"], told["code"], told["forms"], rules["digest"], tuple(map(_setting, rules["settings"])),
            told["run_at"] if with_time else None, counts["inputs"], counts["aliases"],
            tuple(counts["by_status"]["reports"].items()),
            tuple((f"{name}.parquet", files[f"{name}.parquet"]) for name in NEEDED),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise OutputError(f"{path}: the manifest cannot be read ({type(exc).__name__}: {exc}); export once more") from exc


def _setting(item: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in item.items() if value not in (None, ""))
