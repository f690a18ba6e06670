"""
The crosswalk: which cells of a form hold a quantity of the newest national form, and how close they come to it.

The links stand in the form files; a name in braces there stands for any part of an address. What no link names is not
comparable: two forms that print the same words need not count the same things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from parsers.errors import FormError
from parsers.form import NATIONAL, Form, load_forms
from parsers.identities import parse_sum
from pipeline.schema import RELATIONS

__all__ = ["USABLE", "Source", "newest_form", "parse_braces", "source_of", "weakest"]

USABLE = ("same", "sum", "close", "approximate")
"""Relations under which there is a figure."""

_BRACES = re.compile(r"\{([a-z_]+)\}")


class Source(NamedTuple):
    """The cells of one form whose sum is a quantity of the newest form; none where the relation leaves no figure."""

    relation: str
    terms: tuple[str, ...] = ()
    note: str = ""


@cache
def newest_form() -> Form:
    """The national form that is in force now: its addresses name the quantities."""
    return max((form for form in load_forms() if form.scope == NATIONAL), key=lambda form: form.since)


def source_of(form: Form, terms: Sequence[str]) -> Source:
    """
    Where a form holds the sum of these cells of the newest form.

    >>> from parsers.form import national_form
    >>> source_of(national_form(2019), ["proactive.normative_documents.issued"])
    Source(relation='close', terms=('proactive.normative_documents.produced',), note='制作 is not quite 制发')
    >>> source_of(national_form(2019), ["proactive.fees.amount"]).relation
    'new'
    """
    wanted = newest_form()
    if form.name == wanted.name:
        return Source("same", tuple(terms))
    if not form.comparable:
        return Source("not comparable", note=f"the form {form.name} counts other things")
    links = _links(form.name)
    whole = links.get(frozenset(terms))
    parts = [whole] if whole is not None else [_of_one(form, links, term) for term in terms]
    relation = weakest([part.relation for part in parts])
    note = "; ".join(dict.fromkeys(part.note for part in parts if part.note))
    if relation not in USABLE:
        return Source(relation, note=note)
    return Source(relation, tuple(term for part in parts for term in part.terms), note)


def weakest(relations: Sequence[str]) -> str:
    """
    The relation that is furthest from `same`.

    >>> weakest(["same", "close", "sum"])
    'close'
    """
    return max(relations, key=RELATIONS.index, default="same")


def _of_one(form: Form, links: Mapping[frozenset[str], Source], term: str) -> Source:
    found = links.get(frozenset((term,)))
    if found is not None:
        return found
    return Source("new" if term in _new_cells() else "not comparable", note=f"the form {form.name} has no such cell")


@cache
def _links(name: str) -> Mapping[frozenset[str], Source]:
    """What a form says of the newest one; the first entry that speaks of a sum stands."""
    form = next(form for form in load_forms() if form.name == name)
    known = set(newest_form().addresses)
    links: dict[frozenset[str], Source] = {}
    for entry in form.crosswalk:
        if entry.get("to_form") != newest_form().name:
            continue
        for named in _namings(entry, form.addresses):
            ours, theirs = (_cells(entry[side], named, name) for side in ("from", "to"))
            if set(theirs) <= known:
                links.setdefault(frozenset(theirs), Source(entry["relation"], ours, entry.get("note", "")))
            elif not named:
                raise FormError(f"form {name}: crosswalk: {entry['to']!r} is no cell of form {newest_form().name}")
    return links


def _namings(entry: Mapping[str, str], addresses: Sequence[str]) -> Iterator[dict[str, str]]:
    """What the names in braces can stand for, so that the first cell of `from` is one of the form's."""
    first = parse_braces(entry["from"].split(" + ")[0])
    for address in addresses:
        if match := first.fullmatch(address):
            yield match.groupdict()


def parse_braces(text: str) -> re.Pattern[str]:
    """
    The pattern of an address with names in braces.

    >>> parse_braces("applications.other.{applicant}").fullmatch("applications.other.total").groupdict()
    {'applicant': 'total'}
    """
    pieces = _BRACES.split(text.strip())
    parts = (re.escape(piece) if at % 2 == 0 else f"(?P<{piece}>[a-z_.]+)" for at, piece in enumerate(pieces))
    return re.compile("".join(parts))


def _cells(text: str, named: Mapping[str, str], name: str) -> tuple[str, ...]:
    for key, value in named.items():
        text = text.replace(f"{{{key}}}", value)
    try:
        return tuple(address for _, address in parse_sum(text).terms)
    except ValueError as exc:
        raise FormError(f"form {name}: crosswalk: {exc}") from exc


@cache
def _new_cells() -> frozenset[str]:
    """The cells that the newest form was the first to ask for."""
    form = newest_form()
    patterns = [parse_braces(entry["to"]) for entry in form.crosswalk if entry["relation"] == "new"]
    return frozenset(address for address in form.addresses if any(pattern.fullmatch(address) for pattern in patterns))
