"""What the page says of findings: those about the reports of its counties, by severity and rule, the doubtful ones apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from parsers.report import plain
from pipeline.audit.catalogue import Words, words_of
from pipeline.sheets import is_address
from pipeline.stored import stored_rows

if TYPE_CHECKING:
    from pipeline.page.origins import Report

__all__ = ["MOST_OF_RULE", "Found", "Item", "Rule", "Weight", "read_found"]

MOST_OF_RULE = 50
"""Findings of one rule that are listed; of the others the page says how many there are, and where."""

HELD = "(held back: "
"""How `audit/cluster.py` begins the English message of a finding that looks like our own misreading."""

_OWN = "run.cluster"
_COLUMNS = (
    "finding_id", "subject", "code", "severity", "addresses", "left", "right", "difference", "message_zh", "message_en", "report_id",
    "other_report_id", "source_in_law",
)  # fmt: skip
_SEVERITIES: Mapping[str, Words] = {
    "error": Words("错误", "Errors"), "warning": Words("警告", "Warnings"), "prompt": Words("提示", "Prompts"),
}  # fmt: skip


class Item(NamedTuple):
    """One finding. `cells` are addresses of its report, `other_cells` those of the other; `web` is its subject where that is an address."""

    finding_id: str
    code: str
    cells: tuple[str, ...]
    other_cells: tuple[str, ...]
    left: str
    right: str
    difference: str
    words: Words
    report_id: str | None
    other_report_id: str | None
    web: str
    law: str


class Rule(NamedTuple):
    """The findings of one rule: how many there are, those that are listed, and how many more that leaves."""

    code: str
    words: Words
    total: int
    items: tuple[Item, ...]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.total - len(self.items)


class Weight(NamedTuple):
    """The findings of one severity, rule by rule."""

    severity: str
    words: Words
    total: int
    rules: tuple[Rule, ...]


class Found(NamedTuple):
    """The findings by severity; `held` look like our own misreading and are no reproach to anybody."""

    weights: tuple[Weight, ...]
    held: Weight
    reports: int

    @property
    def items(self) -> Iterator[Item]:
        """All that are listed."""
        return (item for weight in (*self.weights, self.held) for rule in weight.rules for item in rule.items)


class _Row(NamedTuple):
    finding_id: str
    subject: str
    code: str
    severity: str
    addresses: str | None
    left: float | None
    right: float | None
    difference: float | None
    message_zh: str
    message_en: str
    report_id: str | None
    other_report_id: str | None
    source_in_law: str | None

    @property
    def is_held(self) -> bool:
        return self.message_en.startswith(HELD)


def read_found(folder: Path, reports: Mapping[str, Report], addresses: Collection[str], counties: Collection[str]) -> Found:
    """
    The findings about reports of the page's counties, and about lists and pages on sites that no other county has.

    `addresses` are those that were looked at for these counties.
    """
    path = folder / "findings.parquet"
    rows = {row.finding_id: row for key in ("report_id", "other_report_id") for row in _read(path, {key: list(reports)})}
    rows |= {row.finding_id: row for row in _of_sites(folder, path, addresses, counties)}
    held = [row for row in rows.values() if row.is_held]
    suspected = {row.code for row in held}
    told = [row for row in _read(path, {"code": [_OWN]}) if held and any(code in row.message_en for code in suspected)]
    open_rows = [row for row in rows.values() if not row.is_held and row.code != _OWN]
    weights = (
        _weight(severity, words, (row for row in open_rows if row.severity == severity), reports)
        for severity, words in _SEVERITIES.items()
    )
    return Found(
        tuple(weight for weight in weights if weight.total),
        _weight("held", Words("暂缓采信", "Held back"), [*told, *held], reports),
        len({row.report_id for row in open_rows if row.report_id}),
    )


def _read(path: Path, wanted: Mapping[str, Collection[str]]) -> Iterator[_Row]:
    return (_Row(*row) for row in stored_rows(path, _COLUMNS, wanted))


def _of_sites(folder: Path, path: Path, addresses: Collection[str], counties: Collection[str]) -> Iterator[_Row]:
    """Findings of fetching: their subject is an address that was looked at, or on a host of these counties alone."""
    rows = [row for row in _read(path, {"rule_level": ["none"]}) if row.report_id is None and row.code != _OWN]
    if not rows:
        return
    ids = set(counties)
    others = {
        _host(address)
        for county_id, address in stored_rows(folder / "coverage.parquet", ("county_id", "address"))
        if address and county_id not in ids
    }
    hosts = {_host(address) for address in addresses} - others - {""}
    yield from (row for row in rows if row.subject in addresses or _host(row.subject) in hosts or row.subject in hosts)


def _host(address: str) -> str:
    return urlsplit(address).netloc.lower() if is_address(address) else ""


def _weight(severity: str, words: Words, rows: Iterable[_Row], reports: Mapping[str, Report]) -> Weight:
    rules: dict[str, list[_Row]] = {}
    for row in rows:
        rules.setdefault(row.code, []).append(row)

    def place(row: _Row) -> tuple[str, int, str]:
        report = reports.get(row.report_id or "") or reports.get(row.other_report_id or "")
        return (report.code, report.year or 0, row.finding_id) if report is not None else ("", 0, row.finding_id)

    made = (
        Rule(code, words_of(code), len(listed), tuple(_item(row) for row in sorted(listed, key=place)[:MOST_OF_RULE]))
        for code, listed in sorted(rules.items())
    )
    return Weight(severity, words, sum(map(len, rules.values())), tuple(made))


def _item(row: _Row) -> Item:
    named = [name for name in (row.addresses or "").split(";") if name]
    return Item(
        row.finding_id, row.code, tuple(name for name in named if not name.startswith("other:")),
        tuple(name[6:] for name in named if name.startswith("other:")), _number(row.left), _number(row.right), _number(row.difference),
        Words(row.message_zh, row.message_en), row.report_id, row.other_report_id,
        row.subject if row.report_id is None and is_address(row.subject) else "", row.source_in_law or "",
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else plain(Decimal(repr(value)))
