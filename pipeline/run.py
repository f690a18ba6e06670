"""
The order of work: inputs to shards, shards to the audit, and every result to the ledger.

Here is the one boundary at which a fault of the program is caught: it is recorded in the log, the report's row says
`failed` with one line, and the rest goes on.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from parsers import parse_all
from parsers.errors import ReadError, ReadStatus
from parsers.finding import Check, Finding
from parsers.report import Report, Unread
from pipeline.audit import Rules, audit_report
from pipeline.audit.across import Across
from pipeline.audit.cluster import Tally
from pipeline.inputs import Input
from pipeline.ledger import Examined, Ledger, Row
from pipeline.shards import Entry, Result, Shards
from pipeline.spool import Spool
from pipeline.workers import Executor, InProcess, carry

if TYPE_CHECKING:
    from pipeline.bodies import Body, Settled
    from pipeline.crawled import Crawled

__all__ = ["Closed", "Dataset", "Summary", "examine", "read_all", "read_input", "summarise"]

_LOG = logging.getLogger("gongkai.run")
_CORRECTION = re.compile(
    r"[（(【\[〔](?:已)?(?:更正|修正|修订|订正|勘误|重新发布|重发|更新)[^）)】\]〕]{0,6}[）)】\]〕]|(?:更正|修正|修订|订正)(?:版|稿|后)|重新发布"
)
"""How a title says that the report takes the place of an earlier one."""
_NO_MEMORY = re.compile(r"bad_alloc|out of memory|allocat\w* (?:of )?memory|memory allocation", re.IGNORECASE)
"""How libraries in C++ say MemoryError."""


@contextmanager
def _boundary(source: str, what: str, faults: list[str]) -> Iterator[None]:
    """Record a fault of the program while it is `what` (reading, auditing) one report, and go on."""
    try:
        yield
    except MemoryError:  # the document asks for too much, which is no fault of the program
        raise
    except Exception as exc:
        if _NO_MEMORY.search(str(exc)):
            raise MemoryError from exc
        _LOG.exception("%s: the program failed while %s", source, what)
        faults.append(f"the program failed while {what} ({type(exc).__name__}); the log has the details")


def read_input(item: Input) -> Iterator[Result]:
    """What one input gives, as it comes: at least one Report or Unread, whatever happens but want of memory (MemoryError)."""
    if item.refused is not None:
        yield item.refused
        return
    faults: list[str] = []
    size = given = 0
    with _boundary(item.address, "reading", faults):
        try:
            source = item.open()
            size = len(source.data)
            for given, result in enumerate(parse_all(source), 1):  # noqa: B007 - looked at when the loop has ended
                yield result
        except ReadError as exc:
            given += 1
            yield Unread(item.address, item.sha256, "", size, exc.status, exc.reason)
    if faults:
        yield Unread(item.address, item.sha256, "", size, ReadStatus.FAILED, faults[0])
    elif not given:
        yield Unread(item.address, item.sha256, "", size, ReadStatus.EMPTY, "nothing in it could be a report")


def examine(result: Result, rules: Rules) -> tuple[tuple[Finding, ...], tuple[Check, ...], str]:
    """The findings of reading and audit, the checks, and the reason when the audit failed."""
    if not isinstance(result, Report):
        return (), (), ""
    findings = dict.fromkeys(result.findings)
    checks: tuple[Check, ...] = ()
    faults: list[str] = []
    with _boundary(result.source, "auditing", faults):
        audit = audit_report(result, rules=rules)
        findings |= dict.fromkeys(audit.findings)  # what both report is one finding
        checks = audit.checks
    return tuple(findings), checks, faults[0] if faults else ""


def read_all(
    inputs: Iterable[Input],
    shards: Shards,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Entry]:
    """
    Read what no earlier run has read, and return the index of this run, which is also kept with the shards.

    Inputs with the same bytes are one entry with aliases; an input named twice is one input.
    """
    primary, copies = _fold(inputs)
    tell = (lambda done: progress(done, len(primary))) if progress else None
    placed = carry(primary, shards, read_input, executor or InProcess(), progress=tell)
    entries = [_entry(item, placed[item.key], copies[item.content]) for item in primary]
    shards.write_index(entries)
    return entries


def _entry(item: Input, shard: str, copies: Sequence[str]) -> Entry:
    dates = item.fetched_at, item.published_on, item.published_from
    return Entry(item.key, item.address, item.sha256, shard, tuple(copies), item.page, *dates)


def _fold(inputs: Iterable[Input]) -> tuple[list[Input], dict[str, list[str]]]:
    """The first input of each content, and by digest the addresses of its copies."""
    first: dict[str, Input] = {}
    copies: dict[str, list[str]] = {}
    seen: set[tuple[str, str]] = set()
    for item in inputs:
        if (item.address, item.content) in seen:
            continue
        seen.add((item.address, item.content))
        held = first.setdefault(item.content, item)
        addresses = copies.setdefault(item.content, [])
        if held is not item:
            addresses.append(item.address)
            if item.hints is not None and item.hints != held.hints:
                _LOG.warning("%s: the same bytes as %s, whose hints were used; its own differ", item.address, held.address)
    return list(first.values()), copies


class Closed(NamedTuple):
    """A run that has ended: the rows of `reports`, all findings in their final form, and the checks across reports."""

    rows: list[Row]
    findings: Spool[Finding]
    checks: Sequence[Check]


@dataclass
class Dataset:
    """
    The results of a run, one by one: iterate once, then `close`.

    `notice` is told of every input that is not `read`: its address, status and reason. `crawl` is what the crawl that the
    inputs come from knows. `settle` says whose report it is by the registry of counties; without it nothing is compared
    across years and bodies.
    """

    entries: Sequence[Entry]
    shards: Shards
    rules: Rules
    notice: Callable[[str, str, str], None] | None = None
    crawl: Crawled | None = None
    settle: Callable[[Report], Settled] | None = None
    ledger: Ledger = field(default_factory=Ledger)
    _inputs: int = 0
    _findings: Spool[Finding] = field(default_factory=Spool)
    _across: Across = field(init=False)
    _tally: Tally = field(default_factory=Tally)
    _traits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _places: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._across = Across(self.rules, self._is_complete)

    def __iter__(self) -> Iterator[Examined]:
        """Every result that is no copy of an earlier one, audited, in the order of the inputs."""
        for entry in self.entries:
            for result in self.shards.read(entry.shard, entry.key):
                if self.ledger.is_seen_again(result):
                    continue
                aliases = tuple(_alias(alias, entry.address, result.source) for alias in entry.aliases)
                self._inputs += 1 + len(aliases)
                self._tell(result.source, result, "")
                for alias in aliases:
                    self._tell(alias, result, f" (the same bytes as {result.source})")
                if not self.ledger.find_copy(result, aliases):
                    yield self._examined(entry, result, aliases)

    def _examined(self, entry: Entry, result: Result, aliases: tuple[str, ...]) -> Examined:
        result, body, settling = self._settled(result)
        findings, checks, fault = examine(result, self.rules)
        # A member of an archive keeps its place in it as its source; anything else that a page gave is an attachment.
        attached = result.source != entry.address and not result.source.startswith(f"{entry.address}!/")
        page = entry.address if attached else entry.page
        dates = entry.fetched_at, entry.published_on, entry.published_from
        correction = isinstance(result, Report) and self._is_correction(result)
        examined = Examined(result, aliases, page, *dates, (*findings, *settling), checks, fault, body, correction)
        self._places[result.report_id] = (entry.shard, entry.key)
        if fault and self.notice is not None:
            self.notice(result.source, str(ReadStatus.FAILED), fault)
        supersedes = self.ledger.admit(examined)
        self._findings.add_all(examined.findings)
        if body is not None and isinstance(result, Report):
            self._compare(result, body, checks, supersedes)
        return examined

    def _compare(self, report: Report, body: Body, checks: Sequence[Check], supersedes: str | None) -> None:
        """Keep what the comparison with other reports needs, and how this one was read."""
        self._across.admit(report, body, supersedes=supersedes)
        layout = "rebuilt" if any(fact.rests_on for fact in report.facts) else "as printed"
        self._traits[report.report_id] = (report.media_type, report.form, layout, self._family(report.source))
        self._tally.admit(checks, {report.report_id: self._traits[report.report_id]})

    def _is_complete(self, county_id: str, _year: int) -> bool:
        """Whether every list of a county was had to its declared end: only then can its bodies' reports be summed."""
        looked = [item.status for item in self.crawl.looked if item.county_id == county_id] if self.crawl is not None else []
        return bool(looked) and all(status == "complete" for status in looked)

    def _is_correction(self, report: Report) -> bool:
        """Whether the report's title, or the link that led to it, says that it corrects an earlier one."""
        named = self.crawl.named.get(report.source) if self.crawl is not None else None
        return any(_CORRECTION.search(title) for title in (report.title, named.title if named is not None else ""))

    def _kept(self, report_id: str) -> Report:
        """A report of this run, from its shard."""
        shard, key = self._places[report_id]
        return next(item for item in self.shards.read(shard, key) if isinstance(item, Report) and item.report_id == report_id)

    def _family(self, source: str) -> str:
        named = self.crawl.named.get(source) if self.crawl is not None else None
        return named.family if named is not None else "file"

    def _settled(self, result: Result) -> tuple[Result, Body | None, tuple[Finding, ...]]:
        """The result with the level and county that only the registry knows, whose it is, and what was found on the way."""
        if self.settle is None or not isinstance(result, Report):
            return result, None, ()
        told = self.settle(result)
        if (told.level, told.county) != (result.level, result.county):
            result = replace(result, level=told.level, county=told.county)
        return result, told.body, told.findings

    def _tell(self, address: str, result: Result, more: str) -> None:
        if result.status is not ReadStatus.READ and self.notice is not None:
            self.notice(address, str(result.status), (result.reason or "without a statutory table") + more)

    def close(self) -> Closed:
        """
        What only the whole run shows; inputs = rows + aliases is checked.

        Findings that look like our own misreading are held back: they become prompts, and a finding of ourselves names them.
        """
        pairs = self.ledger.corrections()
        for old, new in pairs:
            self.ledger.note_change(self._kept(old), self._kept(new))
        self._across.supersede(pairs)
        across, checks = self._across.close()
        findings = Spool(self._tally.hold_back(chain(self._findings, self.ledger.late(), across), self._traits))
        rows = self.ledger.close(self._inputs, findings, checks)
        findings.add_all(self.crawl.findings if self.crawl is not None else ())
        return Closed(rows, findings, checks)


def _alias(alias: str, address: str, source: str) -> str:
    """The address of a copy: that of a copied archive's member is the copy's address and the member's path."""
    return alias + source.removeprefix(address) if source.startswith(address) else alias


@dataclass(frozen=True)
class Summary:
    """What a run looked at and found, counted from the rows of `reports` and from nothing else."""

    inputs: int
    aliases: int
    reports: dict[str, int]
    cells: dict[str, int]
    checks: dict[str, int]
    findings: dict[str, int]

    @property
    def exit_code(self) -> int:
        """0 when every input was read, else 3."""
        return 0 if set(self.reports) <= {"read"} else 3


def summarise(rows: Sequence[Row]) -> Summary:
    """The summary of the rows."""
    sums: dict[str, Counter[str]] = {"cells": Counter(), "checks": Counter(), "findings": Counter()}
    for row in rows:
        for name, value in row.cells.items():
            group, _, word = name.partition("_")
            if group in sums:
                sums[group][word] += value
    aliases = sum(len(row.aliases) for row in rows)
    reports = dict(sorted(Counter(row.cells["status"] for row in rows).items()))
    return Summary(len(rows) + aliases, aliases, reports, dict(sums["cells"]), dict(sums["checks"]), dict(sums["findings"]))
