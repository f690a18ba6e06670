"""
Form: one statutory form as a value, read from one file in `parsers/forms/` and checked while it is read.

A form file states `name`, `scope` (`national`, or the name of a place) and `since`; (scope, since) is unique.
An unknown name in an identity, a row without a label, or two forms with one scope and `since` stop the program
with the file and the key.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from parsers.errors import FormError
from parsers.finding import RuleLevel
from parsers.identities import Identity, expand_identity

__all__ = ["Block", "Column", "Form", "Row", "Table", "forms_digest", "load_forms", "named_range", "national_form", "read_form"]

NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column head: code, printed label, English, unit (None where the form prints none), spellings seen.

    `signed` where the form allows a sign, `amount` where decimals are usual, `under` is the head printed above it.
    """

    code: str
    zh: str
    en: str
    unit: str | None = None
    aliases: tuple[str, ...] = ()
    signed: bool = False
    amount: bool = False
    under: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row label; `values` is false for a group title, which owns no figure."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    values: bool = True
    unit: str | None = None
    number: str | None = None
    amount: bool = False
    under: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a table with a title and column heads of its own."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """
    One table of a form. `layout` says how it is printed.

    `blocks`: small tables one below the other, each with its title and heads. `rows`: one row a label under one
    set of heads. `groups`: one printed row, the columns repeated for each group.
    """

    code: str
    zh: str
    en: str
    layout: str
    blocks: tuple[Block, ...]
    heads: tuple[str, ...]
    note: str | None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in printed order."""
        return tuple(row for block in self.blocks for row in block.rows)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The column heads of a table with one set of heads; of the first block elsewhere."""
        return self.blocks[0].columns

    @cached_property
    def cells(self) -> Mapping[tuple[str, str], tuple[Row, Column]]:
        """Row and column of every cell that holds a figure, by (row code, column code), in printed order."""
        return {
            (row.code, column.code): (row, column)
            for block in self.blocks
            for row in block.rows
            if row.values
            for column in block.columns
        }


@dataclass(frozen=True, eq=False)
class Form:
    """
    One vintage or local form: tables, identities, crosswalk, rules across years and bodies, source in law.

    >>> form = national_form(2022)
    >>> form.name, len(form.addresses), form.unit_of("proactive.fees.amount")
    ('2021', 200, '万元')
    """

    name: str
    scope: str
    since: int
    comparable: bool
    zh: str
    en: str
    source_in_law: str
    sections: tuple[tuple[str, ...], ...]
    tables: tuple[Table, ...]
    identities: tuple[Identity, ...]
    crosswalk: tuple[Mapping[str, str], ...]
    across_years: tuple[Mapping[str, Any], ...]
    across_bodies: tuple[Mapping[str, Any], ...]

    def table(self, code: str) -> Table:
        """The table of that code; KeyError names the tables there are."""
        for table in self.tables:
            if table.code == code:
                return table
        raise KeyError(f"form {self.name} has no table {code!r}; it has {', '.join(t.code for t in self.tables)}")

    @cached_property
    def cells(self) -> Mapping[str, tuple[Table, Row, Column]]:
        """Table, row and column of every address, in printed order."""
        return {
            f"{table.code}.{row.code}.{column.code}": (table, row, column)
            for table in self.tables
            for row, column in table.cells.values()
        }

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """All addresses, in printed order."""
        return tuple(self.cells)

    def unit_of(self, address: str) -> str | None:
        """The unit of measure that the form gives a cell, or None where it prints none."""
        _, row, column = self.cells[address]
        return row.unit or column.unit


# --- reading a form file --------------------------------------------------------------------------

_KEYS = {
    "form": {"name", "scope", "since", "comparable", "zh", "en", "source_in_law", "sections", "tables", "identities", "crosswalk", "across_years", "across_bodies"},
    "table": {"code", "zh", "en", "layout", "heads", "note", "columns", "rows", "blocks"},
    "block": {"title", "columns", "rows"},
    "column": {"code", "zh", "en", "unit", "aliases", "signed", "amount", "under"},
    "row": {"code", "zh", "en", "aliases", "parent", "values", "unit", "number", "amount", "under"},
    "identity": {"code", "level", "basis", "on", "when", "expr", "for_each"},
}  # fmt: skip
_LAYOUTS = ("blocks", "rows", "groups")
_RELATIONS = ("same", "sum", "close", "approximate", "not comparable", "dropped", "new")


def read_form(text: str, *, file: str) -> Form:
    """
    The form that a TOML text describes; `file` is its name for messages.

    Raises FormError with the file and the key for anything that cannot be right.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise FormError(f"{file}: not valid TOML: {exc}") from exc
    _know(raw, "form", file)
    for key in ("name", "scope", "since", "zh", "en", "source_in_law", "tables"):
        if key not in raw:
            raise FormError(f"{file}: the key {key!r} is missing")
    tables = tuple(_table(item, f"{file}: tables[{at}]") for at, item in enumerate(raw["tables"]))
    _unique((table.code for table in tables), f"{file}: tables")
    for entry in raw.get("crosswalk", ()):
        if entry.get("relation") not in _RELATIONS:
            raise FormError(f"{file}: crosswalk: relation {entry.get('relation')!r} is none of {', '.join(_RELATIONS)}")
    form = Form(
        name=raw["name"], scope=raw["scope"], since=raw["since"], comparable=raw.get("comparable", True),
        zh=raw["zh"], en=raw["en"], source_in_law=raw["source_in_law"],
        sections=tuple((item["zh"], *item.get("aliases", ())) for item in raw.get("sections", ())),
        tables=tables, identities=(), crosswalk=tuple(raw.get("crosswalk", ())),
        across_years=tuple(raw.get("across_years", ())), across_bodies=tuple(raw.get("across_bodies", ())),
    )  # fmt: skip
    identities = tuple(_identities(raw.get("identities", ()), form, file))
    _unique((f"{item.code}[{item.instance}]" for item in identities), f"{file}: identities")
    return replace(form, identities=identities)


def _know(raw: Mapping[str, Any], kind: str, where: str) -> None:
    for key in raw:
        if key not in _KEYS[kind]:
            raise FormError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(_KEYS[kind]))}")


def _unique(names: Iterator[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise FormError(f"{where}: {name!r} stands twice")
        seen.add(name)


def _table(raw: Mapping[str, Any], where: str) -> Table:
    _know(raw, "table", where)
    if raw.get("layout") not in _LAYOUTS:
        raise FormError(f"{where}: layout {raw.get('layout')!r} is none of {', '.join(_LAYOUTS)}")
    raw_blocks = raw["blocks"] if "blocks" in raw else [{"title": "", "columns": raw["columns"], "rows": raw["rows"]}]
    blocks = tuple(_block(item, f"{where}.blocks[{at}]") for at, item in enumerate(raw_blocks))
    table = Table(raw["code"], raw["zh"], raw["en"], raw["layout"], blocks, tuple(raw.get("heads", ())), raw.get("note"))
    _unique((row.code for row in table.rows), f"{where}.rows")
    known = {row.code for row in table.rows}
    for row in table.rows:
        if row.parent is not None and row.parent not in known:
            raise FormError(f"{where}.rows: {row.code!r} has the unknown parent {row.parent!r}")
    return table


def _block(raw: Mapping[str, Any], where: str) -> Block:
    _know(raw, "block", where)
    for kind in ("column", "row"):
        for at, item in enumerate(raw[f"{kind}s"]):
            _know(item, kind, f"{where}.{kind}s[{at}]")
            for key in ("code", "zh", "en"):
                if not item.get(key):
                    raise FormError(f"{where}.{kind}s[{at}]: {kind} {item.get('code', '?')!r} has no {key!r}")
    columns = tuple(Column(**{**item, "aliases": tuple(item.get("aliases", ()))}) for item in raw["columns"])
    rows = tuple(Row(**{**item, "aliases": tuple(item.get("aliases", ()))}) for item in raw["rows"])
    _unique((column.code for column in columns), f"{where}.columns")
    return Block(raw.get("title", ""), columns, rows)


def _identities(raw: Sequence[Mapping[str, Any]], form: Form, file: str) -> Iterator[Identity]:
    for at, item in enumerate(raw):
        where = f"{file}: identities[{at}]"
        _know(item, "identity", where)
        try:
            level = RuleLevel(item["level"])
            ranges = {name: named_range(value, form) for name, value in item.get("for_each", {}).items()}
            expanded = list(expand_identity(item["expr"], ranges))
        except (KeyError, ValueError) as exc:
            raise FormError(f"{where} ({item.get('code', '?')}): {exc}") from exc
        for instance, statement in expanded:
            for address in statement.addresses:
                if address not in form.cells:
                    raise FormError(f"{where} ({item['code']}): the form has no cell {address!r}")
            yield Identity(
                item["code"], instance, level, statement, item.get("basis", ""),
                on=item.get("on", True), when=_condition(item.get("when", {})),
            )  # fmt: skip


def _condition(raw: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key, (value,) if isinstance(value, str) else tuple(value)) for key, value in raw.items())


def named_range(value: str | Sequence[str], form: Form) -> tuple[str, ...]:
    """The names that a `for_each` runs over: a list, or `table.rows`, `table.columns`, `table.addresses`."""
    if not isinstance(value, str):
        return tuple(value)
    code, _, what = value.partition(".")
    table = form.table(code)
    match what:
        case "rows":
            return tuple(row.code for row in table.rows if row.values)
        case "columns":
            return tuple(column.code for column in table.columns)
        case "addresses":
            return tuple(address for address in form.addresses if address.startswith(f"{code}."))
    raise ValueError(f"for_each range {value!r} is none of table.rows, table.columns, table.addresses")


# --- the forms of the package ---------------------------------------------------------------------


@cache
def load_forms() -> tuple[Form, ...]:
    """All forms of the package, by scope (national first) and `since`; read and checked once."""
    found: dict[tuple[str, int], tuple[str, Form]] = {}
    names: dict[str, str] = {}
    for file, text in _form_texts():
        form = read_form(text, file=file)
        key = (form.scope, form.since)
        if key in found:
            raise FormError(f"{file}: scope {form.scope!r} since {form.since} is already taken by {found[key][0]}")
        if form.name in names:
            raise FormError(f"{file}: the name {form.name!r} is already taken by {names[form.name]}")
        found[key], names[form.name] = (file, form), file
    return tuple(
        form for _, form in sorted(found.values(), key=lambda item: (item[1].scope != NATIONAL, item[1].scope, item[1].since))
    )


def _form_texts() -> Iterator[tuple[str, str]]:
    folder = files("parsers") / "forms"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if re.fullmatch(r"[a-z0-9_]+\.toml", entry.name):
            yield f"parsers/forms/{entry.name}", entry.read_text("utf-8")


@cache
def forms_digest() -> str:
    """SHA-256 over all form files: part of the name of every shard."""
    digest = hashlib.sha256()
    for file, text in _form_texts():
        digest.update(f"{file}\0{text}\0".encode())
    return digest.hexdigest()


def national_form(year: int) -> Form:
    """The national form in force for a data year; the oldest one for years before it."""
    national = [form for form in load_forms() if form.scope == NATIONAL]
    return max((form for form in national if form.since <= year), key=lambda form: form.since, default=national[0])
