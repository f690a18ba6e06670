"""
The codebook: every address of every form, with its labels, unit and a short name.

National forms come first, the oldest first, each in its printed order; a new form adds its own addresses at the
end and moves none. A short name is made of the address alone, so it never changes when another address appears.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from parsers.errors import FormError
from parsers.form import NATIONAL, Form, Row, Table, load_forms
from pipeline.units import codebook_unit

__all__ = ["Entry", "codebook", "short_name", "wide_addresses"]

MAX_SHORT = 32

_PARTS: Mapping[str, str] = {
    # tables
    "proactive": "pro", "applications": "app", "review_litigation": "rl", "statistics": "st", "short_statistics": "short",
    # rows: proactive disclosure
    "normative_documents": "normdoc", "normative_documents_issued": "normdoc_issued", "licensing": "licence",
    "compulsory_measures": "compulsory", "procurement": "procure", "other_services": "services",
    # rows: requests
    "partly_granted": "part", "prohibited_by_law": "by_law", "security_and_stability": "stability",
    "third_party_rights": "third_party", "internal_affairs": "internal", "process_information": "process",
    "enforcement_files": "enforce", "administrative_inquiry": "inquiry", "needs_creation": "create",
    "still_unclear": "unclear", "not_processed": "notproc", "publication": "publ", "reconfirmation": "reconf",
    "not_corrected": "uncorrect", "fee_unpaid": "unpaid",
    # rows: review and litigation
    "litigation_direct": "lit_direct", "litigation_after_review": "lit_after",
    # rows: form 2014
    "by_channel": "via", "press_conferences": "press", "press_conferences_by_leaders": "press_leader",
    "online_interviews": "interview", "online_interviews_by_leaders": "interview_leader", "policy_explanations": "explain",
    "requests": "req", "received": "recv", "concluded": "done", "answered": "ans", "refused": "ref", "already_public": "public",
    "not_government_information": "not_info", "other_by_law": "other_law", "not_this_body": "not_body",
    "not_existing": "not_exist", "to_be_supplemented": "supplement", "other_channel": "channel", "response": "resp",
    "capacity": "cap", "reading_points": "points", "participants": "people",
    # columns
    "natural_person": "person", "enterprise": "firm", "research_institution": "research", "public_interest": "charity",
    "legal_service": "legal", "items_last_year": "items_before", "disclosed_total": "disclosed_all", "in_force": "in_force",
    "cumulative": "cum",
}  # fmt: skip


class Entry(NamedTuple):
    """One address: the columns of `codebook.csv`."""

    address: str
    table: str
    row: str
    column: str
    zh: str
    en: str
    unit: str | None
    short: str
    forms: tuple[str, ...]
    order: int

    def cells(self) -> tuple[Any, ...]:
        """The entry in the order of the published columns."""
        return (*self[:8], ";".join(self.forms), self.order)


def short_name(address: str) -> str:
    """
    The short name of an address: its parts abbreviated and joined, at most 32 of `[a-z0-9_]`.

    Raises FormError for an address that stays too long: it needs an abbreviation in `pipeline/codebook.py`.

    >>> short_name("applications.refused.internal_affairs.natural_person")
    'app_ref_internal_person'
    """
    parts = address.split(".")
    if parts[0] == "statistics" and parts[-1] == "count":
        parts = parts[:-1]  # the form of 2014 has one column
    short = "_".join(_PARTS.get(part, part) for part in parts)
    if len(short) > MAX_SHORT or not re.fullmatch(r"[a-z][a-z0-9_]*", short):
        raise FormError(f"pipeline/codebook.py: {address!r}: {short!r} is no name of {MAX_SHORT} letters; add an abbreviation")
    return short


@cache
def codebook() -> tuple[Entry, ...]:
    """Every address of every form, in the codebook's order. Raises FormError when two short names are the same."""
    holders: dict[str, list[Form]] = {}
    for form in load_forms():
        for address in form.addresses:
            holders.setdefault(address, []).append(form)
    taken: dict[str, str] = {}
    entries = []
    for order, (address, forms) in enumerate(holders.items(), 1):
        short = short_name(address)
        if short in taken:
            raise FormError(f"pipeline/codebook.py: {address!r} and {taken[short]!r} have the same short name {short!r}")
        taken[short] = address
        entries.append(_entry(order, address, short, forms))
    return tuple(entries)


def wide_addresses() -> tuple[str, ...]:
    """The addresses of all national forms: the columns of `wide`."""
    national = {form.name for form in load_forms() if form.scope == NATIONAL}
    return tuple(entry.address for entry in codebook() if national & set(entry.forms))


def _entry(order: int, address: str, short: str, forms: list[Form]) -> Entry:
    newest = forms[-1]
    table, row, column = newest.cells[address]
    path = _path(table, row)
    return Entry(
        address, table.code, row.code, column.code,
        " > ".join((table.zh, *(item.zh for item in path), column.zh)),
        " > ".join((table.en, *(item.en.removesuffix(" (group)") for item in path), column.en)),
        codebook_unit(newest, address), short, tuple(form.name for form in forms), order,
    )  # fmt: skip


def _path(table: Table, row: Row) -> tuple[Row, ...]:
    """The row under its group titles, from the top."""
    rows = {item.code: item for item in table.rows}
    path = [row]
    while path[0].parent is not None:
        path.insert(0, rows[path[0].parent])
    return tuple(path)
