"""
The harmonised variables and the indicators: what can be compared over forms, and how each is computed.

They are data, in `indicators.toml`; here they become values. Short names are the columns of `panel` and never change.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from parsers.errors import FormError
from parsers.form import NATIONAL, load_forms
from parsers.identities import Sum, parse_sum
from pipeline.codebook import MAX_SHORT, Entry, codebook
from pipeline.crosswalk import USABLE, Source, newest_form, parse_braces, source_of, weakest

__all__ = ["Formula", "Indicator", "Variable", "find_measure", "indicators", "measures", "relations", "variables"]

_FILE = "pipeline/indicators.toml"
_BY_DEFAULT = ("2019", "2021")
"""The forms whose cells an indicator is computed from unless it says otherwise (assessment.md, 3)."""


class Variable(NamedTuple):
    """A quantity that reports print: cells of the newest form, or of one older form (`only`), whose sum it is."""

    code: str
    short: str
    zh: str
    en: str
    unit: str | None
    terms: tuple[str, ...]
    only: str | None = None
    note: str = ""

    def source(self, form_name: str) -> Source:
        """Where a form holds it."""
        return _source(self, form_name)


class Formula(NamedTuple):
    """Numerator and denominator over variables; without a denominator the numerator is the figure."""

    numerator: Sum
    denominator: Sum | None
    relation: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """The codes of the variables it needs."""
        sides = (self.numerator, *((self.denominator,) if self.denominator is not None else ()))
        return tuple(dict.fromkeys(code for side in sides for _, code in side.terms))


class Indicator(NamedTuple):
    """
    A figure computed from variables, with the formula that each form allows.

    Without formulas it is one of the report as a whole, and `told` says in words what stands above and below the line.
    """

    code: str
    short: str
    zh: str
    en: str
    unit: str | None
    formulas: Mapping[str, Formula]
    note: str = ""
    told: tuple[str, str] | None = None


Measure = Variable | Indicator


@cache
def variables() -> tuple[Variable, ...]:
    """
    Every harmonised variable, in the order of the file. Raises FormError where the file names a cell that no form has.

    >>> [item.short for item in variables()][:2]
    ['app_recv_total', 'app_recv_person']
    """
    raw = _raw()
    entries = {entry.address: entry for entry in codebook()}
    found = [_cell(address, entries) for address in raw["variables"]]
    found += [_sum(entry) for entry in raw["sums"]]
    found += [_cell(address, entries)._replace(only=name) for name, listed in raw["of_form"].items() for address in listed]
    return tuple(found)


@cache
def indicators() -> tuple[Indicator, ...]:
    """
    Every indicator, in the order of the file.

    >>> next(item for item in indicators() if item.code == "disclosure_of_decided").formulas["2014"].relation
    'approximate'
    """
    return tuple(made for entry in _raw()["indicators"] for made in _indicators(entry))


@cache
def measures() -> Mapping[str, Measure]:
    """Variables and indicators by their codes. Raises FormError for a code or a short name that stands twice or is too long."""
    found: dict[str, Measure] = {}
    shorts: dict[str, str] = {}
    listed: list[Measure] = [*variables(), *indicators()]
    for item in listed:
        if item.code in found or item.short in shorts:
            raise FormError(f"{_FILE}: {item.code!r} ({item.short!r}) stands there twice")
        if len(item.short) > MAX_SHORT - len("_st"):
            raise FormError(f"{_FILE}: {item.code!r}: the short name {item.short!r} is too long")
        found[item.code] = item
        shorts[item.short] = item.code
    return found


def find_measure(name: str) -> Measure | None:
    """The variable or indicator of that code or short name; None where there is none."""
    return measures().get(name) or next((item for item in measures().values() if item.short == name), None)


def relations(item: Measure) -> dict[str, str]:
    """How each national form stands to a variable or an indicator."""
    names = [form.name for form in load_forms() if form.scope == NATIONAL]
    if isinstance(item, Variable):
        return {name: item.source(name).relation for name in names}
    if item.told is not None:
        return dict.fromkeys(names, "same")
    return {name: item.formulas[name].relation if name in item.formulas else "not comparable" for name in names}


@cache
def _source(variable: Variable, form_name: str) -> Source:
    if variable.only is None:
        return source_of(_forms()[form_name], variable.terms)
    if form_name == variable.only:
        return Source("same", variable.terms)
    return Source("not comparable", note=f"only the form {variable.only} asks for it")


# --- reading the file -----------------------------------------------------------------------------


@cache
def _raw() -> Mapping[str, Any]:
    return tomllib.loads((files("pipeline") / "indicators.toml").read_text("utf-8"))


@cache
def _forms() -> Mapping[str, Any]:
    return {form.name: form for form in load_forms()}


def _cell(address: str, entries: Mapping[str, Entry]) -> Variable:
    if address not in entries:
        raise FormError(f"{_FILE}: no form has the cell {address!r}")
    entry = entries[address]
    return Variable(entry.address, entry.short, entry.zh, entry.en, entry.unit, (address,))


def _sum(entry: Mapping[str, str]) -> Variable:
    pattern = parse_braces(entry["cells"])
    terms = tuple(address for address in newest_form().addresses if pattern.fullmatch(address))
    if not terms:
        raise FormError(f"{_FILE}: no cell of form {newest_form().name} is {entry['cells']!r}")
    return Variable(entry["code"], entry["short"], entry["zh"], entry["en"], newest_form().unit_of(terms[0]), terms)


def _indicators(entry: Mapping[str, Any]) -> Iterator[Indicator]:
    """One indicator, or one for each cell that the name in braces stands for."""
    if "{" not in entry["code"]:
        yield _indicator(entry)
        return
    pattern = parse_braces(entry["numerator"])
    for variable in variables():
        if variable.code != entry["denominator"] and (match := pattern.fullmatch(variable.code)):
            at = -1 if variable.code.startswith("applications.received.") else -2  # which of the labels tells the cells apart
            words = {**match.groupdict(), "zh": variable.zh.split(" > ")[at], "en": variable.en.split(" > ")[at]}
            filled = {key: _fill(text, words) for key, text in entry.items()}
            yield _indicator({**filled, "short": f"share_{variable.short.removesuffix('_total')}"})


def _fill(text: str, words: Mapping[str, str]) -> str:
    for key, value in words.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _indicator(entry: Mapping[str, Any]) -> Indicator:
    known = {variable.code: variable for variable in variables()}
    formulas: dict[str, Formula] = {}
    if "numerator" in entry:
        for name in _BY_DEFAULT:
            formula = _formula(entry, known)
            relation = weakest([known[code].source(name).relation for code in formula.inputs])
            formulas[name] = formula._replace(relation=relation)
    for name, own in entry.get("by_form", {}).items():
        formulas[name] = _formula(own, known)
    short = entry.get("short", entry["code"])
    usable = {name: formula for name, formula in formulas.items() if formula.relation in USABLE}
    told = tuple(entry["told"]) if "told" in entry else None
    return Indicator(entry["code"], short, entry["zh"], entry["en"], entry.get("unit"), usable, entry.get("note", ""), told)


def _formula(entry: Mapping[str, str], known: Mapping[str, Variable]) -> Formula:
    denominator = parse_sum(entry["denominator"]) if "denominator" in entry else None
    formula = Formula(parse_sum(entry["numerator"]), denominator, entry.get("relation", "same"))
    for code in formula.inputs:
        if code not in known:
            raise FormError(f"{_FILE}: {code!r} is no variable")
    return formula
