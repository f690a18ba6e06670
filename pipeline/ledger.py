"""
The ledger of a run: one row for every report or input that was looked at, and nothing else counts.

Equal bytes are one report with aliases, and so are equal contents for one body and year. Two different contents
for one body, level and year are kept both, and a finding names them. Inputs = rows + aliases, checked at the end.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from parsers.errors import ReadStatus
from parsers.finding import Check, Finding, RuleLevel, Severity, Verdict
from parsers.report import Fact, Report, Status, Unread, plain
from pipeline.bodies import Body
from pipeline.errors import PipelineError
from pipeline.schema import REPORTS

__all__ = ["Examined", "Ledger", "Row", "content_sha256"]

_MOST_SHOWN = 20
_VERDICTS = (("hold", Verdict.HOLDS), ("broken", Verdict.BROKEN), ("unknown", Verdict.UNKNOWN))
_NAMES = tuple(column.name for column in REPORTS)


@dataclass(frozen=True)
class Examined:
    """
    One result with what the audit says of it, and what the run knows of its source.

    `fault` is the one-line reason when the audit itself failed; `aliases` are copies of the same bytes; `body` is who
    reports, None where nobody asked the registry; `is_correction` where its title says that it corrects an earlier report.
    """

    result: Report | Unread
    aliases: tuple[str, ...] = ()
    page: str | None = None
    fetched_at: str | None = None
    published_on: str | None = None
    published_from: str | None = None
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    fault: str = ""
    body: Body | None = None
    is_correction: bool = False

    @property
    def report(self) -> Report | None:
        """The report, None for an input that gave none."""
        return self.result if isinstance(self.result, Report) else None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `reports`: cells by column name, and how many aliases it has."""

    cells: Mapping[str, Any]
    aliases: tuple[str, ...]

    def values(self) -> tuple[Any, ...]:
        """The cells in the order of the published columns."""
        return tuple(self.cells.get(name) for name in _NAMES)


def content_sha256(report: Report) -> str:
    """SHA-256 of unit, year and the sorted address, raw text and status of every cell: what was said, not where."""
    cells = sorted((fact.address, fact.raw or "", str(fact.status)) for fact in report.facts)
    text = json.dumps([report.unit, report.year, cells], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Ledger:
    """Admits results one by one and keeps their rows; the only thing that grows with a run."""

    looked_at: int = 0
    _rows: list[Row] = field(default_factory=list)
    _by_bytes: dict[str, int] = field(default_factory=dict)
    _by_content: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _by_body: dict[tuple[Any, ...], list[int]] = field(default_factory=dict)
    _by_source: dict[str, int] = field(default_factory=dict)
    _last: dict[str, Report] = field(default_factory=dict)
    _changes: list[Finding] = field(default_factory=list)
    _corrections: set[int] = field(default_factory=set)

    def is_seen_again(self, result: Report | Unread) -> bool:
        """Whether this is what its address gave before: looked at again and not changed, which is no input of its own."""
        at = self._by_source.get(result.source)
        if at is None:
            return False
        if isinstance(result, Report):
            return self._rows[at].cells.get("content_sha256") == content_sha256(result)
        return bool(self._rows[at].cells["source_sha256"] == result.source_sha256)

    def find_copy(self, result: Report | Unread, aliases: Sequence[str] = ()) -> bool:
        """Whether the same bytes or the same content were admitted before; the result is then an alias of that row."""
        at = self._by_bytes.get(result.source_sha256)
        if at is None and isinstance(result, Report) and (content := _content_key(result)):
            at = self._by_content.get(content)
        if at is None:
            return False
        row = self._rows[at]
        self._rows[at] = replace(row, aliases=(*row.aliases, result.source, *aliases))
        self._by_bytes.setdefault(result.source_sha256, at)
        self.looked_at += 1 + len(aliases)
        return True

    def admit(self, examined: Examined) -> str | None:
        """Enter a result that is no copy as a row of its own; the report_id of the version that it supersedes, if any."""
        at, result = len(self._rows), examined.result
        cells = _cells(examined)
        before = self._by_source.get(result.source)
        if before is not None and isinstance(result, Report) and (held := self._last.get(result.source)) is not None:
            cells.update(version=self._rows[before].cells["version"] + 1, supersedes=held.report_id)
            self.note_change(held, result)
        self._rows.append(Row(cells, examined.aliases))
        self._by_source[result.source] = at
        # The versions of one address come one after another.
        self._last = {result.source: result} if isinstance(result, Report) else {}
        self._by_bytes[result.source_sha256] = at
        self.looked_at += 1 + len(examined.aliases)
        if isinstance(result, Report):
            if content := _content_key(result):
                self._by_content[content] = at
            if body := _body_key(result):
                self._by_body.setdefault(body, []).append(at)
            if examined.is_correction:
                self._corrections.add(at)
        return cells.get("supersedes")

    def corrections(self) -> list[tuple[str, str]]:
        """
        The report_ids of each report and of the one at another address that says that it corrects it, entered as a new version.

        Only one report and one correction of it are a pair: of several nobody can tell which corrects which.
        """
        pairs = []
        for places in self._by_body.values():
            superseded = {self._rows[at].cells.get("supersedes") for at in places}
            newest = [at for at in places if self._rows[at].cells["report_id"] not in superseded]
            after = [at for at in newest if at in self._corrections]
            if len(newest) == 2 and len(after) == 1:
                old, new = (self._rows[at] for at in sorted(newest, key=lambda at: at in after))
                pairs.append((old.cells["report_id"], new.cells["report_id"]))
                version = {"version": old.cells["version"] + 1, "supersedes": old.cells["report_id"]}
                self._rows[after[0]] = replace(new, cells={**new.cells, **version})
        return pairs

    def note_change(self, before: Report, after: Report) -> None:
        """Keep in which cells a version differs from the one before."""
        self._changes.append(_changed(before, after))

    def late(self) -> list[Finding]:
        """The findings that only the rows of the whole run show."""
        return [*self._two_reports(), *self._changes]

    def close(self, inputs: int, findings: Iterable[Finding], checks: Iterable[Check]) -> list[Row]:
        """
        The rows, with the findings of the run counted, and with its checks across reports.

        Raises PipelineError when `inputs`, counted apart from the ledger, is not rows + aliases.
        """
        per_report = Counter((finding.report_id, finding.severity) for finding in findings)
        verdicts = Counter((check.report_id, check.verdict) for check in checks)
        rows = []
        for row in self._rows:
            cells = dict(row.cells)
            cells["aliases"] = " ".join(alias.replace(" ", "%20") for alias in row.aliases) or None
            for severity in Severity:
                cells[f"findings_{severity}"] = per_report[cells["report_id"], severity]
            for word, verdict in _VERDICTS:
                cells[f"checks_{word}"] += verdicts[cells["report_id"], verdict]
            rows.append(Row(cells, row.aliases))
        counted = len(rows) + sum(len(row.aliases) for row in rows)
        if inputs != counted:
            raise PipelineError(
                f"{inputs} inputs, but `reports` accounts for {counted}: a fault of the program; please report it"
            )
        return rows

    def _two_reports(self) -> Iterator[Finding]:
        for places in self._by_body.values():
            superseded = {self._rows[at].cells.get("supersedes") for at in places}
            rows = [cells for at in places if (cells := self._rows[at].cells)["report_id"] not in superseded]
            for row in rows[1:]:
                yield _two_reports(row, rows[0])
            if len(rows) > 1:
                yield _two_reports(rows[0], rows[1])


def _content_key(report: Report) -> tuple[Any, ...] | None:
    """What makes two reports one; None where too little is known to say so: two blank tables of nobody are two reports."""
    if not report.facts or report.unit is None or report.year is None:
        return None
    return (report.county_code, report.county, report.level, content_sha256(report))


def _body_key(report: Report) -> tuple[Any, ...] | None:
    if not report.facts or report.unit is None or report.year is None or report.level is None:
        return None
    return (report.county_code, report.county, report.unit, report.level, report.year)


def _two_reports(row: Mapping[str, Any], other: Mapping[str, Any]) -> Finding:
    both = [f"{item['source']} [{item['report_id']}]" for item in (row, other)]
    zh = f"{row['unit']}{row['year']}年度有两份内容不同的报告：{'、'.join(both)}"
    en = f"two different reports of {row['unit']} for {row['year']}: {', '.join(both)}"
    return Finding(
        code="identity.two_reports", subject=row["report_id"], instance=other["report_id"], severity=Severity.WARNING,
        rule_level=RuleLevel.NONE, message_zh=zh, message_en=en, report_id=row["report_id"], other_report_id=other["report_id"],
    )  # fmt: skip


def _changed(before: Report, after: Report) -> Finding:
    """The cells in which a version differs from the one before."""
    held = {fact.address: _said(fact) for fact in before.facts}
    said = {fact.address: _said(fact) for fact in after.facts}
    differ = [address for address in dict.fromkeys([*held, *said]) if held.get(address) != said.get(address)]
    shown = "; ".join(f"{address}: {held.get(address, '')} → {said.get(address, '')}" for address in differ[:_MOST_SHOWN])
    more = f" … ({len(differ)})" if len(differ) > _MOST_SHOWN else ""
    return Finding(
        code="source.changed", subject=after.report_id, instance=before.report_id, severity=Severity.WARNING,
        rule_level=RuleLevel.NONE, addresses=tuple(differ), report_id=after.report_id, other_report_id=before.report_id,
        message_zh=f"报告发布后内容有变（{before.source} → {after.source}），{len(differ)}个单元格不同：{shown}{more}",
        message_en=f"the report was changed after publication ({before.source} → {after.source}), "
        f"{len(differ)} cells differ: {shown}{more}",
    )  # fmt: skip


def _said(fact: Fact) -> str:
    return plain(fact.value) if fact.value is not None else str(fact.status)


def _cells(examined: Examined) -> dict[str, Any]:
    result = examined.result
    cells: dict[str, Any] = {
        "report_id": result.report_id, "status": str(result.status), "reason": result.reason or None,
        "source": result.source, "source_sha256": result.source_sha256,
        "media_type": result.media_type or None, "bytes": result.bytes,
        "page": examined.page, "fetched_at": examined.fetched_at,
        "published_on": examined.published_on, "published_from": examined.published_from,
    }  # fmt: skip
    report = examined.report
    if report is not None:
        cells.update(_identity(report))
        cells["county_id"] = examined.body.county_id if examined.body is not None else None
    if examined.fault:
        cells.update(status=str(ReadStatus.FAILED), reason=examined.fault)
    by_status = Counter(fact.status for fact in report.facts) if report else Counter()
    cells.update({f"cells_{status}": by_status[status] for status in Status})
    verdicts = Counter(check.verdict for check in examined.checks)
    for word, verdict in _VERDICTS:
        cells[f"checks_{word}"] = verdicts[verdict]
    return cells


def _identity(report: Report) -> dict[str, Any]:
    series = (report.county_code, report.level, report.unit)
    return {
        "series_id": "/".join(map(str, series)) if all(series) else None,
        "county_code": report.county_code, "county": report.county, "unit": report.unit, "level": report.level,
        "year": report.year, "form": report.form, "scope": report.scope, "version": 1,
        "forms": ";".join(f"{table}={form}" for table, form in report.forms.items()) if report.form == "mixed" else None,
        "content_sha256": content_sha256(report),
    }  # fmt: skip
