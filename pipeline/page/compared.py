"""What the page says of one measure: its formula, the table county × year with colours, lines, and where the series breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from parsers.report import plain
from pipeline.audit.catalogue import Words
from pipeline.canvas import line_name, number_text
from pipeline.charts import draw
from pipeline.compare import Comparison, Entry, Key, is_ratio
from pipeline.gaps import gap_text
from pipeline.indicators import Indicator, Measure, Variable, find_measure, relations
from pipeline.labels import measure_label
from pipeline.page.covered import Place, anchor, place_of
from pipeline.page.drawn import inline_svg, small_line
from pipeline.remarks import FORM_BREAKS, Remark

__all__ = ["MOST_LINES", "SHADES", "Compared", "Field", "Formula", "Row", "lay_out"]

MOST_LINES = 12
"""More lines in one picture cannot be told apart; then each county has a small one of its own."""

SHADES = 9
_MOST_NAMES = 20

_RELATIONS: Mapping[str, Words] = {
    "same": Words("相同", "the same quantity"), "sum": Words("各项之和", "a sum of its cells"), "close": Words("相近而不相同", "close, not the same"),
    "approximate": Words("仅近似可比", "only approximate"), "not comparable": Words("不可比", "not comparable"),
    "dropped": Words("已取消", "dropped"), "new": Words("尚无此项", "not yet in the form"),
}  # fmt: skip
_SCOPES = {"unknown": ("未说明", "not said"), "all": ("含下级", "all bodies below"), "own": ("仅本机关", "the office alone")}


class Formula(NamedTuple):
    """How a measure is had from one form: the relation, and the cells or variables above and below the line."""

    form: str
    relation: Words
    above: str
    below: str


class Field(NamedTuple):
    """One county and year: a figure with what it rests on, or a gap with its word; `href` is where to read more."""

    text: str
    base: str
    marks: str
    shade: int
    gap: Words | None
    is_broken: bool
    href: str


class Row(NamedTuple):
    """A county's fields, and a small line of them where there is no picture of all."""

    place: Place
    fields: tuple[Field, ...]
    line: str


class Compared(NamedTuple):
    """One measure over counties and years."""

    anchor: str
    code: str
    name: Words
    full: Words
    unit: str | None
    formula: tuple[Words, Words]
    forms: tuple[Formula, ...]
    note: str
    years: tuple[int, ...]
    new_forms: frozenset[int]
    rows: tuple[Row, ...]
    scale: tuple[str, str] | None
    remarks: tuple[Remark, ...]
    breaks: tuple[tuple[int, Words, str], ...]
    gaps: tuple[tuple[Words, int], ...]
    drawings: tuple[str, str] | None


def lay_out(comparison: Comparison, gap_at: Mapping[tuple[str | None, int], str]) -> Compared:
    """A comparison as the page shows it; `gap_at` has the anchors of what coverage says, by county and year."""
    item = comparison.measure
    values = [float(entry.value) for entry in comparison.held if entry.value is not None]
    low, high = (min(0.0, *values), max(*values, 0.0)) if values else (0.0, 0.0)
    has_picture = bool(values) and len(comparison.keys) <= MOST_LINES and len(comparison.years) > 1
    rows = tuple(
        Row(
            place_of(comparison, key),
            tuple(_field(comparison, key, year, (low, high), gap_at) for year in comparison.years),
            "" if has_picture or not values or len(comparison.years) == 1 else small_line(_values(comparison, key), low, high),
        )
        for key in comparison.keys
    )
    scale = (number_text(low, comparison), number_text(high, comparison)) if values else None
    return Compared(
        f"m-{item.short}", item.code, Words(measure_label(item, "zh"), measure_label(item, "en")), Words(item.zh, item.en),
        comparison.unit, _formula(item), tuple(_forms(item)), item.note, comparison.years,
        frozenset(after for _, after in FORM_BREAKS), rows, scale, comparison.remarks, tuple(_breaks(comparison)),
        tuple((_gap_words(word), count) for word, count in comparison.gaps.items()),
        _drawings(comparison) if has_picture else None,
    )  # fmt: skip


def _drawings(comparison: Comparison) -> tuple[str, str]:
    short = comparison.measure.short
    zh, en = (inline_svg(draw(comparison, "line", ".svg", tongue), f"{short}-{tongue}-") for tongue in ("zh", "en"))
    return zh, en


def _values(comparison: Comparison, key: Key) -> list[float | None]:
    entries = (comparison.entries[key, year] for year in comparison.years)
    return [float(entry.value) if entry.value is not None else None for entry in entries]


def _field(
    comparison: Comparison, key: Key, year: int, limits: tuple[float, float], gap_at: Mapping[tuple[str | None, int], str]
) -> Field:
    entry = comparison.entries[key, year]
    href = anchor(entry.report_id) if entry.report_id else gap_at.get((key.county_id, year), "")
    if entry.value is None:
        return Field("", "", "", 0, _gap_words(entry.gap), bool(entry.breaks), href)
    text = number_text(entry.value, comparison)
    return Field(text, _base(comparison, entry), _marks(entry), _shade(entry.value, limits), None, bool(entry.breaks), href)


def _base(comparison: Comparison, entry: Entry) -> str:
    """Numerator and denominator of a ratio: never a rate without its base."""
    if not is_ratio(comparison.measure) or entry.numerator is None or entry.denominator is None:
        return ""
    return f"{plain(entry.numerator)}/{plain(entry.denominator)}"


def _marks(entry: Entry) -> str:
    told = (("~", entry.relation == "approximate"), ("≈", entry.relation == "close"), ("'", entry.status == "reconstructed"), ("*", entry.is_small))  # fmt: skip
    return "".join(mark for mark, holds in told if holds)


def _shade(value: Decimal, limits: tuple[float, float]) -> int:
    low, high = limits
    return min(SHADES - 1, int((float(value) - low) / (high - low) * SHADES)) if high > low else 0


def _gap_words(word: str) -> Words:
    return Words(gap_text(word, "zh"), gap_text(word, "en"))


# --- what it means ------------------------------------------------------------------------------------


def _formula(item: Measure) -> tuple[Words, Words]:
    """What stands above and below the line, in the names of the variables, by the newest form."""
    if isinstance(item, Variable):
        return Words(item.zh, item.en), Words("", "")
    if item.told is not None:
        above, below = item.told
        return Words(above, above), Words(below, below)
    newest = item.formulas[max(item.formulas)]
    terms = newest.denominator.terms if newest.denominator is not None else ()
    return _named(newest.numerator.terms), _named(terms)


def _named(terms: tuple[tuple[int, str], ...]) -> Words:
    return Words(
        _sum([(sign, _name(code, "zh")) for sign, code in terms]), _sum([(sign, _name(code, "en")) for sign, code in terms])
    )


def _name(code: str, tongue: str) -> str:
    item = find_measure(code)
    return measure_label(item, tongue) if item is not None else code


def _sum(terms: list[tuple[int, str]]) -> str:
    return " ".join(f"{'−' if sign < 0 else '+'} {name}" for sign, name in terms).removeprefix("+ ")


def _forms(item: Measure) -> Iterator[Formula]:
    for name, relation in relations(item).items():
        words = _RELATIONS.get(relation, Words(relation, relation))
        if isinstance(item, Variable):
            source = item.source(name)
            yield Formula(name, words, " + ".join(source.terms), "")
        elif isinstance(item, Indicator) and name in item.formulas:
            formula = item.formulas[name]
            below = _sum(list(formula.denominator.terms)) if formula.denominator is not None else ""
            yield Formula(name, words, _sum(list(formula.numerator.terms)), below)
        else:
            yield Formula(name, words, "", "")


def _breaks(comparison: Comparison) -> Iterator[tuple[int, Words, str]]:
    """Changes of form and scope since the year before: year, what changed, and the counties unless they are many."""
    found: dict[tuple[int, str], list[str]] = {}
    for key, year, entry in comparison.cells():
        for change in filter(None, (entry.breaks or "").split(";")):
            found.setdefault((year, change), []).append(line_name(comparison, key))
    for (year, change), names in sorted(found.items()):
        yield year, _change(change), "、".join(names) if len(names) <= _MOST_NAMES else f"{len(names)}"


def _change(change: str) -> Words:
    what, _, steps = change.partition(" ")
    if what != "scope":
        return Words(f"格式 {steps}", change)
    zh, en = ("→".join(_SCOPES.get(step, (step, step))[at] for step in steps.split("→")) for at in (0, 1))
    return Words(f"统计范围 {zh}", f"scope {en}")
