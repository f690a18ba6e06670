"""
Rules over two years of one body: every rule of the form files (`across_years`) that names cells, three-valued.

A rule is evaluated where the later report's table was read by the form that states it, and the earlier report's by that form
or by one that states the same rule: so what is carried over is followed from the form of 2019 into that of 2021.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

from parsers.errors import FormError
from parsers.finding import Check, Finding, RuleLevel, Severity, Verdict
from parsers.form import Form, load_forms, named_range
from parsers.identities import Comparison, Statement, Sum, expand_identity
from parsers.report import plain
from pipeline.audit.catalogue import ACROSS_SEVERITY, ON_UNLESS_WEAK, Words, words_of
from pipeline.audit.compact import Compact, Layout, Pair, rebuilt_note
from pipeline.audit.rules import Rules
from pipeline.audit.wording import SIGNS_ZH, cell_label

__all__ = ["YearRule", "check_years", "pair_finding", "year_rules", "years_of_rule"]

_YEAR_OF_CELL = re.compile(r"([a-z_{}]+(?:\.[a-z_{}]+)*)\[(y(?:[+-]1)?|\d{4})\]")
_EARLIER, _LATER = "earlier", "later"
_TOTAL = "total"
_APPLICANTS = "applicants"
_KEYS = {"code", "level", "strength", "expr", "for_each", "note", "since", "until"}


class YearRule(NamedTuple):
    """One rule of a form file: a statement for each instance, whose cells begin with `earlier.` or `later.`."""

    code: str
    level: RuleLevel
    strength: str
    since: int | None
    until: int | None
    form: str
    instances: tuple[tuple[str, Statement], ...]

    def covers(self, year: int) -> bool:
        """Whether it holds for a pair whose later report is of that year."""
        return (self.since is None or self.since <= year) and (self.until is None or year <= self.until)


def check_years(pair: Pair, rules: Rules) -> Iterator[Check | Finding]:
    """A Check for every instance of every rule that applies to two years, and a Finding for what does not hold."""
    earlier, later = pair.earlier, pair.later
    for rule, names in _applicable(earlier.layout, later.layout):
        if later.year is None or not rule.covers(later.year):
            continue
        if not rules.runs(rule.code, default=rule.strength in ON_UNLESS_WEAK, county_code=later.county_code):
            continue
        values = {name: _value(pair, name) for name in names}
        broken: list[tuple[str, Statement]] = []
        for instance, statement in rule.instances:
            outcome = statement.evaluate(values)
            reason = _absent(pair, outcome.absent) if outcome.verdict is Verdict.UNKNOWN else ""
            yield Check(later.report_id, rule.code, instance, outcome.verdict, reason)
            if outcome.verdict is Verdict.BROKEN:
                broken.append((instance, statement))
        yield from _findings(pair, rule, broken)


# --- the rules of the form files ------------------------------------------------------------------


@cache
def year_rules() -> tuple[YearRule, ...]:
    """The rules of all forms that compare cells; those that compare a ratio are `ratios.py`'s. FormError for one that cannot be."""
    return tuple(_rule(form, raw) for form in load_forms() for raw in form.across_years if "/" not in raw["expr"])


def years_of_rule(expression: str) -> tuple[str, int | None]:
    """
    The expression with `earlier.` and `later.` before its cells, and the later year where it names one; ValueError otherwise.

    >>> years_of_rule("a.b.out[y] == a.b.in[y+1]")
    ('earlier.a.b.out == later.a.b.in', None)
    >>> years_of_rule("a.b.c[2020] >= a.b.c[2019]")
    ('later.a.b.c >= earlier.a.b.c', 2020)
    """
    when = {tag: int(tag) if tag.isdigit() else int(tag[1:] or "0") for _, tag in _YEAR_OF_CELL.findall(expression)}
    if len(when) != 2 or max(when.values()) - min(when.values()) != 1:
        raise ValueError(f"{expression!r} must name two years that follow each other, as [y] and [y+1]")
    last = max(when.values())
    text = _YEAR_OF_CELL.sub(lambda found: f"{_LATER if when[found[2]] == last else _EARLIER}.{found[1]}", expression)
    return text, last if all(tag.isdigit() for tag in when) else None


def _rule(form: Form, raw: Mapping[str, Any]) -> YearRule:
    where = f"form {form.name}: across_years {raw.get('code', '?')!r}"
    if unknown := set(raw) - _KEYS:
        raise FormError(f"{where}: unknown key {min(unknown)!r}; known are {', '.join(sorted(_KEYS))}")
    try:
        text, year = years_of_rule(raw["expr"])
        ranges = {name: named_range(value, form) for name, value in raw.get("for_each", {}).items()}
        instances = tuple(expand_identity(text, ranges))
        level, _ = RuleLevel(raw["level"]), ACROSS_SEVERITY[raw["strength"]]
    except (KeyError, ValueError) as exc:
        raise FormError(f"{where}: {exc}") from exc
    for _, statement in instances:
        for name in statement.addresses:
            if _address(name) not in form.cells:
                raise FormError(f"{where}: the form has no cell {_address(name)!r}")
    since, until = raw.get("since", year), raw.get("until", year)
    return YearRule(raw["code"], level, raw["strength"], since, until, form.name, instances)


@lru_cache(maxsize=1_000)
def _applicable(earlier: Layout, later: Layout) -> tuple[tuple[YearRule, tuple[str, ...]], ...]:
    """The rules for reports with these layouts, each with the cells that it names."""
    stating = {(rule.code, rule.form) for rule in year_rules()}
    found = []
    for rule in year_rules():
        names = tuple(dict.fromkeys(name for _, statement in rule.instances for name in statement.addresses))
        after = {_address(name) for name in names if name.startswith(_LATER)}
        before = {_address(name) for name in names if name.startswith(_EARLIER)}
        if all(later.form_of(address) == rule.form for address in after) and all(
            address in earlier.places and (rule.code, earlier.form_of(address)) in stating for address in before
        ):
            found.append((rule, names))
    return tuple(found)


# --- cells of two years ---------------------------------------------------------------------------


def _address(name: str) -> str:
    return name.partition(".")[2]


def _report(pair: Pair, name: str) -> Compact:
    return pair.later if name.startswith(_LATER) else pair.earlier


def _value(pair: Pair, name: str) -> Decimal | None:
    return (pair.after if name.startswith(_LATER) else pair.before).get(_address(name))


def _absent(pair: Pair, names: Sequence[str]) -> str:
    said = [
        f"{_address(name)} of {_report(pair, name).year} ({_report(pair, name).why_absent(_address(name))})" for name in names
    ]
    return f"no number in {', '.join(said)}"


# --- findings -------------------------------------------------------------------------------------


def _findings(pair: Pair, rule: YearRule, broken: Sequence[tuple[str, Statement]]) -> Iterator[Finding]:
    """One finding for each broken instance; one for all where a total is among the instances."""
    if not broken:
        return
    severity = ACROSS_SEVERITY[rule.strength]
    if not any(instance == _TOTAL for instance, _ in rule.instances):
        for instance, statement in broken:
            yield _finding(pair, rule, instance, [statement], severity)
        return
    named = dict(broken)
    if _TOTAL in named:
        statements = [named.pop(_TOTAL), *named.values()]
        yield _finding(pair, rule, _TOTAL, statements, severity)
    else:  # the total holds, or nobody can tell: applicants may have been sorted otherwise
        yield _finding(pair, rule, _APPLICANTS, list(named.values()), Severity.PROMPT)


def _finding(pair: Pair, rule: YearRule, instance: str, statements: Sequence[Statement], severity: Severity) -> Finding:
    told = [_broken_part(pair, statement) for statement in statements]
    names = tuple(dict.fromkeys(name for statement in statements for name in statement.addresses))
    _, left, right = told[0]
    sides = [_describe(pair, comparison, left, right) for comparison, left, right in told]
    zh, en = "；".join(side.zh for side in sides), "; ".join(side.en for side in sides)
    after = [_address(name) for name in names if name.startswith(_LATER)]
    before = [_address(name) for name in names if name.startswith(_EARLIER)]
    return pair_finding(pair, rule.code, instance, Words(zh, en), after, before, (left, right), (severity, rule.level))


def pair_finding(
    pair: Pair, code: str, instance: str, said: Words, after: Sequence[str], before: Sequence[str],
    sides: tuple[Decimal | None, Decimal | None], weight: tuple[Severity, RuleLevel],
) -> Finding:  # fmt: skip
    """A finding of the later report about two years: `said` comes after the rule's words, `before` are the earlier one's cells."""
    later, earlier, words = pair.later, pair.earlier, words_of(code)
    caution = rebuilt_note([(later, after), (earlier, before)])
    return Finding(
        code=code, instance=instance, subject=later.report_id, report_id=later.report_id, other_report_id=earlier.report_id,
        severity=weight[0], rule_level=weight[1], addresses=(*after, *(f"other:{address}" for address in before)),
        left=sides[0], right=sides[1], source_in_law=_source_in_law(later.layout, after),
        message_zh=f"{later.name.zh}与{earlier.name.zh}：{words.zh}。{said.zh}{caution.zh}",
        message_en=f"{later.name.en} and {earlier.name.en}: {words.en}. {said.en}{caution.en}",
    )  # fmt: skip


def _source_in_law(layout: Layout, addresses: Sequence[str]) -> str | None:
    form = layout.form_of(addresses[0]) if addresses else None
    return next((held.source_in_law for held in load_forms() if held.name == form), None)


def _broken_part(pair: Pair, statement: Statement) -> tuple[Comparison, Decimal, Decimal]:
    values = {name: _value(pair, name) for name in statement.addresses}
    for item in statement.comparisons:
        left, right = item.left.over(values), item.right.over(values)
        if left is not None and right is not None and item.verdict(left, right) is Verdict.BROKEN:
            return item, left, right
    raise ValueError("the statement is not broken")


def _describe(pair: Pair, comparison: Comparison, left: Decimal, right: Decimal) -> Words:
    one, two = _side(pair, comparison.left), _side(pair, comparison.right)
    sign = "=" if comparison.sign == "==" else comparison.sign
    off = plain(left - right) if comparison.sign == "==" else ""
    return Words(
        f"{one.zh}，{SIGNS_ZH[comparison.sign]}{two.zh}" + (f"，相差{off}" if off else ""),
        f"{one.en}, should be {sign} {two.en}" + (f"; difference {off}" if off else ""),
    )


def _side(pair: Pair, side: Sum) -> Words:
    zh, en = "", ""
    for sign, name in side.terms:
        report, address, figure = _report(pair, name), _address(name), plain(_value(pair, name))
        label = cell_label(_form(report.layout.forms[address.partition(".")[0]]), address)
        zh += f"{'－' if sign < 0 else '＋'}{report.year}年度{label.zh}{figure}"
        en += f" {'-' if sign < 0 else '+'} {report.year} {label.en} {figure}"
    zh, en = zh.removeprefix("＋"), en.strip().removeprefix("+ ")
    if len(side.terms) == 1:
        return Words(zh, en)
    total = plain(side.over({name: _value(pair, name) for _, name in side.terms}))
    return Words(f"{zh}＝{total}", f"{en} = {total}")


@cache
def _form(name: str) -> Form:
    return next(form for form in load_forms() if form.name == name)
