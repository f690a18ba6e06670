"""`gongkai forms`: the statutory forms the program knows, and one of them as it is printed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from parsers.form import Block, Form, Table, load_forms
from pipeline.commands.screen import language, out, print_table
from pipeline.config import nearest
from pipeline.errors import UsageError

__all__ = ["list_forms", "show_form"]

_LISTED = ("name", "scope", "since", "cells", "identities", "title", "source_in_law")


def list_forms(lang: str | None, *, as_json: bool) -> int:
    """List the forms on stdout; returns the exit code."""
    tongue = language(lang, os.environ)
    rows = [_listed(form, tongue) for form in load_forms()]
    if as_json:
        out().write(json.dumps([dict(zip(_LISTED, row, strict=True)) for row in rows], ensure_ascii=False, indent=1) + "\n")
    else:
        print_table(_LISTED, [tuple(map(str, row)) for row in rows])
    return 0


def _listed(form: Form, tongue: str) -> tuple[str | int, ...]:
    title = form.zh if tongue == "zh" else form.en
    return (form.name, form.scope, form.since, len(form.addresses), len(form.identities), title, form.source_in_law)


def show_form(name: str, lang: str | None) -> int:
    """Print one form: its tables with their labels, blocks and columns; returns the exit code."""
    tongue = language(lang, os.environ)
    forms = {form.name: form for form in load_forms()}
    if name not in forms:
        raise UsageError(f"there is no form {name!r}{nearest(name, list(forms))}")
    form = forms[name]
    stream = out()
    stream.write(f"{form.zh if tongue == 'zh' else form.en} ({form.name})\n{form.source_in_law}\n")
    for table in form.tables:
        stream.write(f"\n{table.zh if tongue == 'zh' else table.en} [{table.code}]\n")
        for block in table.blocks:
            stream.write(f"\n{block.title}\n" if block.title else "")
            heading, rows = _printed(table, block, tongue)
            print_table(heading, rows)
        if table.note:
            stream.write(f"{table.note}\n")
    return 0


def _printed(table: Table, block: Block, tongue: str) -> tuple[list[str], list[list[str]]]:
    """Heading and rows as the form prints them, cells that hold a figure as their unit; the codes stand at the end of a row."""
    zh = tongue == "zh"
    corner = table.heads[0] if zh and table.heads else ""
    heading = [corner, *(f"{column.zh if zh else column.en}" for column in block.columns), "code"]
    depths = {row.code: row.parent for row in block.rows}
    rows = []
    for row in block.rows:
        label = "　" * _depth(row.code, depths) + (row.zh if zh else row.en)
        units = [(row.unit or column.unit or "?") if row.values else "" for column in block.columns]
        rows.append([label, *units, f"{table.code}.{row.code}"])
    return heading, rows


def _depth(code: str, parents: dict[str, str | None]) -> int:
    return sum(1 for _ in _above(code, parents))


def _above(code: str, parents: dict[str, str | None]) -> Iterator[str]:
    parent = parents.get(code)
    while parent is not None:
        yield parent
        parent = parents.get(parent)
