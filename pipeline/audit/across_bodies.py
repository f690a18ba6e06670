"""
Rules over the bodies of one county or prefecture and year: every rule of the form files (`across_bodies`), three-valued.

An aggregate is the report of a government, or of its office, that says that it sums all bodies (scope `all`). It is at least
any one of them; it is their sum only where the set of bodies is known to be complete.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from parsers.errors import FormError
from parsers.finding import Check, Finding, RuleLevel, Severity, Verdict
from parsers.form import Form, load_forms
from parsers.report import plain
from pipeline.audit.catalogue import ACROSS_SEVERITY, ON_UNLESS_WEAK, Words, words_of
from pipeline.audit.compact import Compact, Slot, rebuilt_note
from pipeline.audit.rules import Rules
from pipeline.audit.wording import SIGNS_ZH, cell_label

__all__ = ["BodyRule", "body_rules", "check_county", "check_prefecture"]

_EXPRESSION = re.compile(
    r"(?P<table>\w+)\.\{r\}\.\{c\}\[(?P<above>county|prefecture) aggregate\] (?P<sign>==|>=|<=) (?P<sum>sum\()?(?P=table)\.\{r\}\.\{c\}"
    r"\[(?:any one body|any one county|bodies reporting in the county)\]\)?"
)
_OWN_SUPERIORS = re.compile(
    r"税务|海关|海事|气象局|烟草|邮政|消防救援|调查队|人民银行|银保监|银监|金融监督|外汇管理|边防|铁路|民用航空"
)
"""Bodies that report to a superior of their own: a county's aggregate may or may not hold them."""
_STANDS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {"==": operator.eq, ">=": operator.ge, "<=": operator.le}
_MOST_SHOWN = 5
_Unit = tuple[Compact, Mapping[str, Decimal]]


class BodyRule(NamedTuple):
    """One rule of a form file: every cell of a table, of the aggregate, against each body or against their sum."""

    code: str
    level: RuleLevel
    strength: str
    form: str
    table: str
    above: str
    sign: str
    is_sum: bool


@cache
def body_rules() -> tuple[BodyRule, ...]:
    """The rules of all forms; FormError for one that cannot be."""
    return tuple(_rule(form, raw) for form in load_forms() for raw in form.across_bodies)


def _rule(form: Form, raw: Mapping[str, Any]) -> BodyRule:
    match = _EXPRESSION.fullmatch(raw["expr"])
    if match is None or raw.get("strength") not in ACROSS_SEVERITY:
        raise FormError(
            f"form {form.name}: across_bodies {raw.get('code', '?')!r}: the expression or the strength cannot be read"
        )
    form.table(match["table"])
    level = RuleLevel(raw["level"])
    return BodyRule(
        raw["code"], level, raw["strength"], form.name, match["table"], match["above"], match["sign"], match["sum"] is not None
    )


def check_county(slots: Sequence[Slot], rules: Rules, complete: Callable[[], bool]) -> Iterator[Check | Finding]:
    """Checks and findings of each aggregate among the reports of one county and year; nothing without an aggregate or a body."""
    for slot in slots:
        if _says_all(slot) and slot.body.level in ("county", "office"):
            units = [other for other in slots if other is not slot and _is_unit(other)]
            doubtful = [other for other in slots if other is not slot and _may_be_unit(other)]
            if units:
                yield from _each(slot, units, rules, "county")
                yield from _sums(slot, units, doubtful, rules, complete)


def check_prefecture(slots: Sequence[Slot], counties: Sequence[Slot], rules: Rules) -> Iterator[Check | Finding]:
    """Checks and findings of a prefecture's aggregate against the reports of its counties' governments."""
    below = [slot for slot in counties if slot.body.level == "county" or (slot.body.level == "office" and _says_all(slot))]
    for slot in slots:
        if _says_all(slot) and slot.body.level in ("prefecture", "office") and below:
            yield from _each(slot, below, rules, "prefecture")


def _says_all(slot: Slot) -> bool:
    return all(report.scope == "all" for report in slot.reports)


def _is_unit(slot: Slot) -> bool:
    level = slot.body.level
    return level in ("department", "township") or (level == "office" and all(report.scope == "own" for report in slot.reports))


def _may_be_unit(slot: Slot) -> bool:
    """A zone, or an office that does not say for whom it speaks: an addend, or none."""
    level = slot.body.level
    return level == "other" or (level == "office" and not _is_unit(slot) and not _says_all(slot))


def _running(aggregate: Compact, rules: Rules, above: str, *, is_sum: bool) -> Iterator[tuple[BodyRule, tuple[str, ...]]]:
    """The rules that apply to an aggregate, each with the cells of its table, the total column first."""
    for rule in body_rules():
        if (rule.above, rule.is_sum) != (above, is_sum) or aggregate.layout.forms.get(rule.table) != rule.form:
            continue
        if rules.runs(rule.code, default=rule.strength in ON_UNLESS_WEAK, county_code=aggregate.county_code):
            cells = [address for address in aggregate.layout.addresses if address.startswith(f"{rule.table}.")]
            yield rule, tuple(sorted(cells, key=lambda address: not _is_total(address)))


def _is_total(address: str) -> bool:
    return address.endswith(".total")


# --- each body ------------------------------------------------------------------------------------


def _each(slot: Slot, units: Sequence[Slot], rules: Rules, above: str) -> Iterator[Check | Finding]:
    known = {report.report_id: report.known() for report in slot.reports}
    for aggregate in slot.reports:
        for rule, cells in _running(aggregate, rules, above, is_sum=False):
            for unit in units:
                other = unit.reports[0]
                doubt = slot.doubt or unit.doubt or _not_comparable(other, rule)
                if doubt:
                    yield Check(aggregate.report_id, rule.code, other.report_id, Verdict.UNKNOWN, doubt)
                    continue
                yield from _one(rule, cells, (aggregate, known[aggregate.report_id]), (other, other.known()))


def _not_comparable(other: Compact, rule: BodyRule) -> str:
    if _OWN_SUPERIORS.search(other.body.name or ""):
        return f"{other.unit} reports to a superior of its own, and may not be part of the aggregate"
    form = other.layout.forms.get(rule.table)
    return (
        ""
        if form == rule.form
        else f"the table of {other.unit} was read by the form {form}, that of the aggregate by {rule.form}"
    )


def _one(rule: BodyRule, cells: Sequence[str], above: _Unit, below: _Unit) -> Iterator[Check | Finding]:
    (aggregate, figures), (other, others) = above, below
    lacking, broken = [], []
    for address in cells:
        figure, part = figures.get(address), others.get(address)
        if figure is None or part is None:
            if part is None or part > 0:  # nothing is at least zero, whatever stands in the aggregate
                lacking.append(address)
        elif not _STANDS[rule.sign](figure, part):
            broken.append(address)
    verdict = Verdict.BROKEN if broken else Verdict.UNKNOWN if lacking else Verdict.HOLDS
    reason = f"no number in {_some(lacking)} of both reports" if verdict is Verdict.UNKNOWN else ""
    yield Check(aggregate.report_id, rule.code, other.report_id, verdict, reason)
    if broken:
        # Where all totals hold, the county may have sorted requests otherwise than its body.
        severity = ACROSS_SEVERITY[rule.strength] if _is_total(broken[0]) else Severity.PROMPT
        said = _said(rule, broken, figures, others)
        yield _finding(rule, (aggregate, other), broken, said, (figures[broken[0]], others[broken[0]]), severity)


# --- their sum ------------------------------------------------------------------------------------


def _sums(
    slot: Slot, units: Sequence[Slot], doubtful: Sequence[Slot], rules: Rules, complete: Callable[[], bool]
) -> Iterator[Check | Finding]:
    whole = complete()
    for aggregate in slot.reports:
        for rule, cells in _running(aggregate, rules, "county", is_sum=True):
            doubt = slot.doubt or _no_sum(units, doubtful, rule, is_complete=whole)
            if doubt:
                yield Check(aggregate.report_id, rule.code, "", Verdict.UNKNOWN, doubt)
                continue
            yield from _sum(rule, cells, aggregate, [unit.reports[0] for unit in units])


def _no_sum(units: Sequence[Slot], doubtful: Sequence[Slot], rule: BodyRule, *, is_complete: bool) -> str:
    """Why the bodies cannot be summed; empty when they can."""
    if not is_complete:
        return "the set of bodies is not known to be complete"
    if doubtful:
        return f"{doubtful[0].reports[0].unit} may or may not be part of the aggregate"
    for unit in units:
        if unit.doubt:
            return unit.doubt
        if unit.reports[0].layout.forms.get(rule.table) != rule.form:
            return _not_comparable(unit.reports[0], rule)
    return ""


def _sum(rule: BodyRule, cells: Sequence[str], aggregate: Compact, units: Sequence[Compact]) -> Iterator[Check | Finding]:
    """The aggregate against the sum of its bodies, with or without those that report to a superior of their own."""
    figures = aggregate.known()
    local = [unit for unit in units if not _OWN_SUPERIORS.search(unit.body.name or "")]
    sets = [local] if len(local) == len(units) else [local, list(units)]
    tried = [_added(rule, cells, figures, [unit.known() for unit in addends]) for addends in sets]
    verdicts = [_verdict(broken, lacking) for broken, lacking, _ in tried]
    broken, lacking, sums = tried[0]
    verdict = next((wanted for wanted in (Verdict.HOLDS, Verdict.UNKNOWN) if wanted in verdicts), Verdict.BROKEN)
    reason = f"no number in {_some(lacking or tried[-1][1])} of all reports" if verdict is Verdict.UNKNOWN else ""
    yield Check(aggregate.report_id, rule.code, "", verdict, reason)
    if verdict is Verdict.BROKEN:
        said = _said(rule, broken, figures, sums)
        yield _finding(
            rule, (aggregate, None), broken, said, (figures[broken[0]], sums[broken[0]]), ACROSS_SEVERITY[rule.strength]
        )


def _verdict(broken: Sequence[str], lacking: Sequence[str]) -> Verdict:
    return Verdict.BROKEN if broken else Verdict.UNKNOWN if lacking else Verdict.HOLDS


def _added(
    rule: BodyRule, cells: Sequence[str], figures: Mapping[str, Decimal], units: Sequence[Mapping[str, Decimal]]
) -> tuple[list[str], list[str], dict[str, Decimal]]:
    """The cells that do not stand, those without a number, and the sums."""
    broken, lacking, sums = [], [], {}
    for address in cells:
        addends = [unit[address] for unit in units if address in unit]
        if address not in figures or len(addends) < len(units):
            lacking.append(address)
            continue
        sums[address] = sum(addends, Decimal(0))
        if not _STANDS[rule.sign](figures[address], sums[address]):
            broken.append(address)
    return broken, lacking, sums


# --- findings -------------------------------------------------------------------------------------


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:_MOST_SHOWN]) + (f" and {len(words) - _MOST_SHOWN} more" if len(words) > _MOST_SHOWN else "")


def _said(rule: BodyRule, broken: Sequence[str], left: Mapping[str, Decimal], right: Mapping[str, Decimal]) -> Words:
    form = next(form for form in load_forms() if form.name == rule.form)
    sign = "=" if rule.sign == "==" else rule.sign
    zh, en = [], []
    for address in broken[:_MOST_SHOWN]:
        label, figure, other = cell_label(form, address), plain(left[address]), plain(right[address])
        zh.append(f"{label.zh}{figure}，{SIGNS_ZH[rule.sign]}{other}")
        en.append(f"{label.en} {figure}, should be {sign} {other}")
    more = len(broken) - _MOST_SHOWN
    return Words(
        "；".join(zh) + (f"；另{more}格" if more > 0 else ""), "; ".join(en) + (f"; and {more} more" if more > 0 else "")
    )


def _finding(
    rule: BodyRule, reports: tuple[Compact, Compact | None], broken: Sequence[str], said: Words, sides: tuple[Decimal, Decimal],
    severity: Severity,
) -> Finding:  # fmt: skip
    aggregate, other = reports
    words, form = words_of(rule.code), next(form for form in load_forms() if form.name == rule.form)
    with_zh, with_en = (f"与{other.name.zh}", f" and {other.name.en}") if other is not None else ("", "")
    caution = rebuilt_note([(report, broken) for report in reports if report is not None])
    elsewhere = tuple(f"other:{address}" for address in broken) if other is not None else ()
    return Finding(
        code=rule.code, instance=other.report_id if other is not None else "", subject=aggregate.report_id,
        report_id=aggregate.report_id, other_report_id=other.report_id if other is not None else None,
        severity=severity, rule_level=rule.level, addresses=(*broken, *elsewhere), left=sides[0], right=sides[1],
        source_in_law=form.source_in_law,
        message_zh=f"{aggregate.name.zh}{with_zh}：{words.zh}。{said.zh}{caution.zh}",
        message_en=f"{aggregate.name.en}{with_en}: {words.en}. {said.en}{caution.en}",
    )  # fmt: skip
