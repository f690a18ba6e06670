"""One cell of one report: what was read, where it stands in the source, and the identities it takes part in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from parsers.document import Cell, Document, Grid
from parsers.errors import ReadError
from parsers.finding import Check
from parsers.form import Form, load_forms
from parsers.readers import read_document
from parsers.report import Fact, Report, plain
from parsers.source import Source
from pipeline.errors import UsageError
from pipeline.units import codebook_value

__all__ = ["Explanation", "Line", "Side", "explain_cell", "find_cell", "lines_around"]

_AROUND = 2
_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the source near the cell; `marked` on the one it stands in."""

    label: str
    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Side:
    """An identity the cell takes part in: its verdict in the audit, and both sides as far as they are known."""

    name: str
    level: str
    verdict: str
    left: str
    right: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say of one cell; `lines` is empty, with a reason, when the source cannot be shown."""

    report: Report
    fact: Fact
    label_zh: str
    label_en: str
    lines: tuple[Line, ...]
    why_no_lines: str
    identities: tuple[Side, ...]


def explain_cell(report: Report, address: str, source: Source | None, checks: Sequence[Check]) -> Explanation:
    """
    The explanation of a cell; `source` is the document again, None where it is not at hand; `checks` are the audit's.

    Raises UsageError for an address that the report does not have, naming the nearest ones.
    """
    fact = find_cell(report, address)
    form = next(form for form in load_forms() if form.name == report.forms[fact.table])
    table, row, column = form.cells[address]
    lines, why = _lines(report, fact, source)
    return Explanation(
        report, fact, " > ".join((table.zh, row.zh, column.zh)), " > ".join((table.en, row.en, column.en)),
        lines, why, tuple(_sides(report, form, address, checks)),
    )  # fmt: skip


def find_cell(report: Report, address: str) -> Fact:
    """The cell of that address. Raises UsageError with the nearest addresses."""
    fact = report.by_address.get(address)
    if fact is not None:
        return fact
    if not report.facts:
        raise UsageError(f"{report.source}: the report has no statutory table, so there is no cell {address!r}")
    near = difflib.get_close_matches(address, list(report.by_address), 5, 0.4)
    held = [known for known in report.by_address if address and address in known][:5]
    words = list(dict.fromkeys((*held, *near)))[:5]
    advice = f"nearest are: {', '.join(words)}" if words else "`gongkai forms show NAME` lists the cells of a form"
    raise UsageError(f"{report.source}: form {report.form} has no cell {address!r}; {advice}")


# --- where it stands ----------------------------------------------------------------------------


def _lines(report: Report, fact: Fact, source: Source | None) -> tuple[tuple[Line, ...], str]:
    if fact.place is None:
        return (), "the cell has no place in the source"
    if source is None:
        return (), f"the source {report.source} is not at hand"
    if source.sha256 != report.source_sha256:
        return (), f"the source {report.source} has changed since it was read"
    try:
        found = tuple(lines_around(read_document(source), fact.place))
    except ReadError as exc:
        return (), exc.reason
    return found, "" if found else f"the place {fact.place} cannot be shown"


def lines_around(document: Document, place: str) -> Iterator[Line]:
    """The lines of a text, or the rows of a table, around a place; the cell in the marked row stands in 【】."""
    parts = dict(re.findall(r"(\w+)=([^;]+)", place))
    if "line" in parts:
        yield from _text_lines(document, int(parts["line"]), parts.get("chars", ""))
    elif "table" in parts:
        yield from _table_rows(document, place, int(parts["table"]))


def _text_lines(document: Document, wanted: int, chars: str) -> Iterator[Line]:
    for paragraph in document.paragraphs():
        if abs(paragraph.line - wanted) <= _AROUND:
            marked = paragraph.line == wanted
            yield Line(str(paragraph.line), _text_mark(paragraph.text, chars) if marked else _cut(paragraph.text), marked)


def _text_mark(text: str, chars: str) -> str:
    """The text with 【】 around the characters, counted from 1, and cut to what can be read on a screen."""
    start, _, end = chars.partition("-")
    if not start.isdigit() or not 1 <= int(start) <= len(text) + 1:
        return _cut(text)
    first, last = int(start) - 1, int(end) if end.isdigit() else int(start)
    before, after = text[:first], text[last:]
    shown = f"…{before[-60:]}" if len(before) > 60 else before
    return f"{shown}【{text[first:last]}】{_cut(after)}"


def _table_rows(document: Document, place: str, number: int) -> Iterator[Line]:
    grid = next((grid for grid in document.grids() if grid.number == number), None)
    found = next((cell for cell in grid.cells if grid.place_of(cell) == place), None) if grid else None
    if grid is None or found is None:
        return
    for row, cells in _rows(grid).items():
        if abs(row - found.row) <= _AROUND:
            texts = (f"【{_one_line(cell.text)}】" if cell is found else _one_line(cell.text) for cell in cells)
            yield Line(f"{row + 1}", _cut(" | ".join(texts), 400), row == found.row)


def _rows(grid: Grid) -> Mapping[int, list[Cell]]:
    rows: dict[int, list[Cell]] = {}
    for cell in grid.cells:
        rows.setdefault(cell.row, []).append(cell)
    return rows


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, width: int = _WIDTH) -> str:
    return text if len(text) <= width else f"{text[:width]}…"


# --- identities -----------------------------------------------------------------------------------


def _sides(report: Report, form: Form, address: str, checks: Sequence[Check]) -> Iterator[Side]:
    verdicts = {(check.code, check.instance): check for check in checks}
    forms = {item.name: item for item in load_forms()}
    values: Mapping[str, Decimal | None] = {
        fact.address: codebook_value(fact, forms[report.forms[fact.table]]) for fact in report.facts
    }
    for identity in form.identities:
        check = verdicts.get((identity.code, identity.instance))
        if address not in identity.statement.addresses or check is None:
            continue
        outcome = identity.statement.evaluate(values)
        yield Side(
            identity.name, str(identity.level), str(check.verdict), _known(outcome.left), _known(outcome.right), check.reason
        )  # fmt: skip


def _known(value: Decimal | None) -> str:
    return "?" if value is None else plain(value)
