"""
Export: the dataset of a run as byte-stable CSV and Parquet files, with codebook, data package and manifest.

Everything is written beside its place and moved there when all of it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from parsers.finding import Check, Finding
from parsers.form import Form, forms_digest, load_forms
from parsers.report import Report, Status
from pipeline.audit import Rules
from pipeline.codebook import codebook, wide_addresses
from pipeline.config import Config
from pipeline.derived import Derived
from pipeline.errors import OutputError
from pipeline.fact_table import FactTable
from pipeline.inputs import shown
from pipeline.package import data_package
from pipeline.run import Dataset, Summary, summarise
from pipeline.schema import CHECKS, CODEBOOK, FINDINGS, REPORTS, WIDE_IDENTITY, Column
from pipeline.shards import code_digest, program_version
from pipeline.tables import FileTable
from pipeline.units import codebook_value

__all__ = ["Wide", "check_row", "export", "finding_row", "whole_files"]

_FIGURES = (Status.PUBLISHED, Status.RECONSTRUCTED)
_KINDS = (".csv", ".parquet")


@dataclass(frozen=True)
class Wide:
    """The wide tables: one row a report, one column an address; `published_only` leaves reconstructed figures out."""

    published_only: bool = False

    @property
    def name(self) -> str:
        """The name of the table of figures; it says when something was left out."""
        return "wide_published_only" if self.published_only else "wide"

    @cached_property
    def _forms(self) -> Mapping[str, Form]:
        return {form.name: form for form in load_forms()}

    def columns(self, kind: str) -> tuple[Column, ...]:
        """Identity, then the addresses, as `number` or as `code`."""
        entries = {entry.address: entry for entry in codebook()}
        found = (entries[address] for address in wide_addresses())
        return (*WIDE_IDENTITY, *(Column(entry.address, kind, entry.zh, entry.en) for entry in found))

    def figures(self, report: Report) -> tuple[Any, ...]:
        """The figures in the codebook's unit, None where there is none or the unit is not known."""
        kept = (Status.PUBLISHED,) if self.published_only else _FIGURES
        held: dict[str, Decimal | None] = {
            fact.address: codebook_value(fact, self._forms[report.forms[fact.table]])
            for fact in report.facts
            if fact.status in kept
        }
        return (*_identity(report), *(held.get(address) for address in wide_addresses()))

    def statuses(self, report: Report) -> tuple[Any, ...]:
        """The status of each cell, None where the report's form has none."""
        held = {fact.address: str(fact.status) for fact in report.facts}
        return (*_identity(report), *(held.get(address) for address in wide_addresses()))


def export(
    dataset: Dataset, folder: Path, *, rules: Rules, config: Config, run_at: datetime, published_only: bool = False
) -> Summary:
    """
    Write all tables of a dataset to a folder and return the summary.

    Raises OutputError when a file cannot be written; the folder is then as it was before.
    """
    with whole_files(folder) as part:
        summary, counts = _write_tables(dataset, part, Wide(published_only), config.fetch.years)
        package = data_package(part, Wide(published_only))
        (part / "datapackage.json").write_bytes(package)
        manifest = {
            "program": "gongkai", "version": program_version(), "code": code_digest(), "forms": forms_digest(),
            "rules": {"digest": rules.digest, "settings": [item._asdict() for item in rules.settings]},
            "configuration": _settings(config), "published_only": published_only,
            "counts": {"inputs": summary.inputs, "aliases": summary.aliases, **counts, "by_status": asdict(summary)},
            "files": {path.name: _sha256(path) for path in sorted(part.iterdir())},
            "run_at": run_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }  # fmt: skip
        (part / "manifest.json").write_bytes((json.dumps(manifest, ensure_ascii=False, indent=2, default=str) + "\n").encode())
    for kind in _KINDS:  # the other choice of an earlier export is no part of this one
        (folder / f"{Wide(not published_only).name}{kind}").unlink(missing_ok=True)
    return summary


def _write_tables(dataset: Dataset, part: Path, wide: Wide, years: Sequence[int]) -> tuple[Summary, dict[str, int]]:
    derived = Derived(years)
    with ExitStack() as stack:

        def table(name: str, columns: tuple[Column, ...], *, parquet: bool = True) -> FileTable:
            return stack.enter_context(FileTable.open(part, name, columns, parquet=parquet))

        facts = stack.enter_context(FactTable.open(part, "facts"))
        findings, checks = table("findings", FINDINGS), table("checks", CHECKS)
        figures, statuses = table(wide.name, wide.columns("number")), table("wide_status", wide.columns("code"))
        for examined in dataset:
            _add_all(checks, (check_row(check) for check in examined.checks))
            derived.admit(examined)
            report = examined.report
            if report is not None and report.facts:
                facts.add(report)
                figures.add(wide.figures(report))
                statuses.add(wide.statuses(report))
        rows, found, across = dataset.close()
        _add_all(findings, (finding_row(finding) for finding in found))
        _add_all(checks, (check_row(check) for check in across))
        reports = table("reports", REPORTS)
        _add_all(reports, (row.values() for row in rows))
        _add_all(table("codebook", CODEBOOK, parquet=False), (entry.cells() for entry in codebook()))
        made: Mapping[str, FileTable | FactTable] = {
            "reports": reports,
            "facts": facts,
            "findings": findings,
            "checks": checks,
            "wide": figures,
        }
        counts = {name: one.rows for name, one in made.items()} | derived.write(part, table, rows, dataset.crawl)
    return summarise(rows), counts


def _add_all(table: FileTable, rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        table.add(row)


def _identity(report: Report) -> tuple[Any, ...]:
    return (report.report_id, report.county_code, report.county, report.unit, report.level, report.year, report.form)


def finding_row(finding: Finding) -> tuple[Any, ...]:
    """A finding in the order of its published columns."""
    return (
        finding.finding_id, finding.subject, finding.code, finding.instance, str(finding.severity), str(finding.rule_level),
        ";".join(finding.addresses) or None, finding.left, finding.right, finding.difference,
        finding.message_zh, finding.message_en, finding.report_id, finding.other_report_id, finding.source_in_law,
    )  # fmt: skip


def check_row(check: Check) -> tuple[Any, ...]:
    """A check in the order of its published columns."""
    return (check.report_id, check.code, check.instance, str(check.verdict), check.reason or None)


def _settings(config: Config) -> dict[str, Any]:
    settings = {name: getattr(config, name) for name in ("contact", "sites", "fetch", "parse", "output")}
    return {name: _plain(value) for name, value in settings.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def whole_files(folder: Path) -> Iterator[Path]:
    """
    A folder to write in; what stands in it is moved to `folder`, file by file, when the block ends without an error.

    Raises OutputError, with one line for a person, when the disk is full or the folder cannot be written.
    """
    part: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
        yield part
        for path in sorted(part.iterdir()):
            with path.open("rb") as file:
                os.fsync(file.fileno())
        for path in sorted(part.iterdir()):
            path.replace(folder / path.name)
    except OSError as exc:
        raise OutputError(f"{shown(str(folder))}: the output cannot be written: {exc.strerror or exc}") from exc
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
