"""Fact, Report and Unread: what a document says, cell by cell; and the frames users ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from parsers.errors import ReadStatus
from parsers.finding import Finding, RuleLevel, Severity

if TYPE_CHECKING:
    import pandas

__all__ = ["FACT_COLUMNS", "Fact", "Report", "Section", "Status", "Unread", "plain"]

FACT_COLUMNS = (
    "report_id", "county_code", "county", "unit", "level", "year", "form",
    "address", "table", "row", "column", "value", "raw", "unit_of_measure", "status", "note", "rests_on",
    "source", "source_sha256", "place",
)  # fmt: skip


class Status(StrEnum):
    """How a cell was read; `contracts.md` defines each word."""

    PUBLISHED = "published"
    RECONSTRUCTED = "reconstructed"
    AMBIGUOUS = "ambiguous"
    BLANK = "blank"
    NIL = "nil"
    UNREADABLE = "unreadable"
    MISSING = "missing"


class Fact(NamedTuple):
    """One cell of one report. `value` is a number only under `published` and `reconstructed`."""

    table: str
    row: str
    column: str
    value: Decimal | None
    raw: str | None
    unit_of_measure: str | None
    status: Status
    note: str | None = None
    rests_on: tuple[str, ...] = ()
    place: str | None = None

    @property
    def address(self) -> str:
        """`table.row.column`."""
        return f"{self.table}.{self.row}.{self.column}"


class Section(NamedTuple):
    """A part of the report's prose under its heading; tables left out. `line` is where the text begins."""

    heading: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Unread:
    """An input that gave no report: its digest, status and one line for a person."""

    source: str
    source_sha256: str
    media_type: str
    bytes: int
    status: ReadStatus
    reason: str

    @property
    def report_id(self) -> str:
        """First 12 hex digits of the digest."""
        return self.source_sha256[:12]


@dataclass(frozen=True)
class Report:
    """
    One annual report: identity, facts, and what the reading itself found.

    `forms` maps each table to the form it was read by; `form` is the one name, `mixed`, or `none`.
    `facts` holds one Fact for every cell of the form(s), in the form's order, also for cells the document lacks.
    `county_code` is given by the caller (a hint, the registry), never guessed from the text.
    """

    source: str
    source_sha256: str
    media_type: str
    bytes: int
    title: str
    county_code: str | None
    county: str | None
    unit: str | None
    level: str | None
    year: int | None
    scope: str | None
    forms: Mapping[str, str]
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]
    sections: tuple[Section, ...]
    reason: str = ""

    @property
    def report_id(self) -> str:
        """First 12 hex digits of the source's SHA-256: nothing else goes into it."""
        return self.source_sha256[:12]

    @property
    def form(self) -> str:
        """The form's name; `mixed` when the tables differ, `none` without a statutory table."""
        names = set(self.forms.values())
        return "none" if not names else names.pop() if len(names) == 1 else "mixed"

    @property
    def status(self) -> ReadStatus:
        """`read`, or `no_form` for a report without a statutory table."""
        return ReadStatus.READ if self.facts else ReadStatus.NO_FORM

    @cached_property
    def by_address(self) -> Mapping[str, Fact]:
        """The facts by their address."""
        return MappingProxyType({fact.address: fact for fact in self.facts})

    def to_frame(self) -> pandas.DataFrame:
        """
        One row a cell, in the columns of `FACT_COLUMNS`; `value` is the exact Decimal or None.

        Shape: (cells of the form, 20). No row is left out: a gap has a status and no value.
        """
        import pandas  # here, because reading needs no frames and pandas takes half a second to import

        return pandas.DataFrame([fact_row(self, fact) for fact in self.facts], columns=list(FACT_COLUMNS))

    def table(self, name: str) -> pandas.DataFrame:
        """
        One table shaped like the printed form: row hierarchy down, column hierarchy across, Chinese labels.

        Cells without a number are None. Raises KeyError for a table the report does not have.
        """
        from parsers.frame import shape_table  # the frame needs the forms, which need no report

        return shape_table(self, name)

    def to_json(self) -> str:
        """The whole report as one line of JSON, read back by `from_json` without loss."""
        return json.dumps(_pack(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Report:
        """The report that `to_json` wrote."""
        return _unpack(json.loads(line))


def plain(value: Decimal | None) -> str:
    """
    The shortest plain decimal text of a value; empty for None.

    >>> plain(Decimal("4068.2080")), plain(Decimal("2E+3")), plain(None)
    ('4068.208', '2000', '')
    """
    if value is None:
        return ""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def fact_row(report: Report, fact: Fact) -> tuple[Any, ...]:
    """A fact with its report's identity, in the order of `FACT_COLUMNS`."""
    return (
        report.report_id, report.county_code, report.county, report.unit, report.level, report.year,
        report.forms[fact.table], fact.address, fact.table, fact.row, fact.column,
        fact.value, fact.raw, fact.unit_of_measure, str(fact.status), fact.note, ";".join(fact.rests_on) or None,
        report.source, report.source_sha256, fact.place,
    )  # fmt: skip


# --- JSON ---------------------------------------------------------------------------------------


def _number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _pack(report: Report) -> dict[str, Any]:
    names = ("source", "source_sha256", "media_type", "bytes", "title", "county_code", "county", "unit", "level", "year", "scope")
    packed: dict[str, Any] = {name: getattr(report, name) for name in names}
    packed["reason"] = report.reason
    packed["forms"] = dict(report.forms)
    packed["facts"] = [
        [
            *fact[:3],
            _number(fact.value),
            fact.raw,
            fact.unit_of_measure,
            str(fact.status),
            fact.note,
            list(fact.rests_on),
            fact.place,
        ]
        for fact in report.facts
    ]
    packed["findings"] = [pack_finding(finding) for finding in report.findings]
    packed["sections"] = [list(section) for section in report.sections]
    return packed


def _unpack(packed: dict[str, Any]) -> Report:
    facts = tuple(
        Fact(table, row, column, _decimal(value), raw, unit, Status(status), note, tuple(rests_on), place)
        for table, row, column, value, raw, unit, status, note, rests_on, place in packed.pop("facts")
    )
    findings = tuple(unpack_finding(finding) for finding in packed.pop("findings"))
    sections = tuple(Section(*section) for section in packed.pop("sections"))
    forms = MappingProxyType(packed.pop("forms"))
    return Report(facts=facts, findings=findings, sections=sections, forms=forms, **packed)


def pack_finding(finding: Finding) -> dict[str, Any]:
    """A finding as JSON values; the names are its fields."""
    packed: dict[str, Any] = {name: getattr(finding, name) for name in Finding.__dataclass_fields__}
    packed.update(severity=str(finding.severity), rule_level=str(finding.rule_level), addresses=list(finding.addresses))
    packed.update(left=_number(finding.left), right=_number(finding.right))
    return packed


def unpack_finding(packed: Mapping[str, Any]) -> Finding:
    """The finding that `pack_finding` made."""
    return Finding(
        **{
            **packed,
            "severity": Severity(packed["severity"]),
            "rule_level": RuleLevel(packed["rule_level"]),
            "addresses": tuple(packed["addresses"]),
            "left": _decimal(packed["left"]),
            "right": _decimal(packed["right"]),
        }
    )
