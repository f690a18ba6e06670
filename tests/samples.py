"""
Reports made without reading a document, for tests of what comes after the reading.

A sample document is text: `REPORT unit year form` and then `address=value` lines; a value may be `status:raw`. A line
`TITLE …` gives it another title.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType

from parsers.errors import ReadError, ReadStatus
from parsers.form import Form, load_forms
from parsers.report import Fact, Report, Status, Unread
from parsers.source import Source

__all__ = ["parse_all", "sample_report", "sample_text"]


def sample_text(unit: str = "上高县人民政府", year: int = 2021, form: str = "2021", **cells: str) -> str:
    """A sample document; the cells' addresses are written with `__` for a dot."""
    lines = [f"{name.replace('__', '.')}={value}" for name, value in cells.items()]
    return "\n".join((f"REPORT {unit} {year} {form}", *lines)) + "\n"


def sample_report(text: str, name: str = "sample.txt") -> Report:
    """The report that a sample document stands for; cells it does not name are published zeros."""
    return next(item for item in parse_all(Source(text.encode(), name)) if isinstance(item, Report))


def parse_all(source: Source) -> Iterator[Report | Unread]:
    """Stands in for parsers.parse_all: reads sample documents, and fails in the ways that real ones do."""
    text = source.data.decode("utf-8", "replace")
    if not text:
        raise ReadError(ReadStatus.EMPTY, "the file holds no bytes", name=source.name)
    if text.startswith("BUG"):
        raise ZeroDivisionError("a bug in a reader")
    if text.startswith("ARCHIVE"):
        for number, member in enumerate(text.split("\n---\n")[1:], 1):
            yield from parse_all(Source(member.encode(), f"{source.name}!/{number}.txt", hints=source.hints))
        return
    if not text.startswith("REPORT "):
        yield Unread(source.address, source.sha256, "text/plain", len(source.data), ReadStatus.NOT_A_REPORT, "not a report")
        return
    heading, *lines = text.splitlines()
    _, unit, year, form = heading.split(" ")
    told = next((line.removeprefix("TITLE ") for line in lines if line.startswith("TITLE ")), None)
    lines = [line for line in lines if not line.startswith("TITLE ")]
    hints = source.hints
    yield Report(
        source=source.address, source_sha256=source.sha256, media_type="text/plain", bytes=len(source.data),
        title=told or f"{unit}{year}年政府信息公开工作年度报告", county_code=hints.county_code if hints else None, county="上高县",
        unit=None if unit == "?" else unit, level="county", year=int(year), scope=None,
        forms=MappingProxyType({table.code: form for table in _form(form).tables} if form != "none" else {}),
        facts=tuple(_facts(form, dict(line.split("=", 1) for line in lines if line))) if form != "none" else (),
        findings=(), sections=(), reason="" if form != "none" else "no statutory table",
    )  # fmt: skip


def _form(name: str) -> Form:
    return next(form for form in load_forms() if form.name == name)


def _facts(name: str, cells: dict[str, str]) -> Iterator[Fact]:
    form = _form(name)
    for line, (address, (table, row, column)) in enumerate(form.cells.items(), 2):
        status, _, raw = cells.get(address, "0").rpartition(":")
        kind = Status(status) if status else Status.PUBLISHED
        figure, unit = (raw[:-1], "元") if raw.endswith("元") else (raw, form.unit_of(address))
        value = Decimal(figure) if kind in (Status.PUBLISHED, Status.RECONSTRUCTED) else None
        place = None if kind is Status.MISSING else f"line={line};chars=1-{len(raw)}"
        yield Fact(table.code, row.code, column.code, value, raw or None, unit, kind, None, (), place)
