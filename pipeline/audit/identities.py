"""
Identities within a report: every sum of the form by which each table was read, three-valued.

A blank is never zero here: it makes a sum unknown, and a finding of its own may say what would follow if it were.
An identity that was used to read one of its cells is no evidence about the report, so it is unknown too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from parsers.finding import Check, Finding, Verdict
from parsers.form import Form, load_forms
from parsers.identities import Comparison, Identity
from parsers.report import Report, Status, plain
from pipeline.audit.catalogue import IDENTITY_SEVERITY, OWN_RULES, Words, words_of
from pipeline.audit.rules import Rules
from pipeline.audit.wording import describe_comparison, report_name
from pipeline.units import codebook_value

__all__ = ["check_identities"]

_EMPTY = (Status.BLANK, Status.NIL)
_Hidden = tuple[Identity, tuple[str, ...]]  # an identity, and its cells without a number


def check_identities(report: Report, rules: Rules) -> Iterator[Check | Finding]:
    """A Check for every identity that applies, and a Finding for every broken one; then what blanks hide, code by code."""
    values = _values(report)
    rested_on = {name for fact in report.facts for name in fact.rests_on}
    hidden: dict[tuple[str, str], list[_Hidden]] = defaultdict(list)
    for form, identity in _applicable(report, rules):
        addresses = identity.statement.addresses
        reason = _used_to_read(report, identity, addresses) if identity.name in rested_on else ""
        outcome = identity.statement.evaluate(values)
        verdict = Verdict.UNKNOWN if reason else outcome.verdict
        if verdict is Verdict.UNKNOWN and not reason:
            reason = _absent(report, outcome.absent)
            code = _if_blanks_were_zeros(report, identity, values, outcome.absent)
            if code is not None:
                hidden[code, identity.code].append((identity, outcome.absent))
        yield Check(report.report_id, identity.code, identity.instance, verdict, reason)
        if verdict is Verdict.BROKEN:
            yield _broken(report, form, identity, values)
    for (code, identity_code), found in hidden.items():
        yield _hidden_by_blanks(report, code, identity_code, found)


def _applicable(report: Report, rules: Rules) -> Iterator[tuple[Form, Identity]]:
    """The identities whose tables were all read by the identity's own form, that are on, and whose condition is met."""
    read_by = set(report.forms.values())
    for form in load_forms():
        if form.name not in read_by:
            continue
        tables = {table for table, name in report.forms.items() if name == form.name}
        for identity in form.identities:
            if (
                all(address.partition(".")[0] in tables for address in identity.statement.addresses)
                and _condition_met(report, identity)
                and rules.runs(identity.code, default=identity.on, county_code=report.county_code)
            ):
                yield form, identity


def _condition_met(report: Report, identity: Identity) -> bool:
    said: Mapping[str, str | None] = {"level": report.level, "scope": report.scope}
    return all(said[key] in wanted for key, wanted in identity.when)


def _values(report: Report) -> Mapping[str, Decimal | None]:
    """The figures that were printed, in the codebook's unit."""
    forms = {form.name: form for form in load_forms()}
    return {
        fact.address: codebook_value(fact, forms[report.forms[fact.table]])
        for fact in report.facts
        if fact.status in (Status.PUBLISHED, Status.RECONSTRUCTED)
    }


# --- why a verdict is unknown -------------------------------------------------------------------


def _used_to_read(report: Report, identity: Identity, addresses: Sequence[str]) -> str:
    used = [address for address in addresses if (fact := report.by_address.get(address)) and identity.name in fact.rests_on]
    return f"used to read {_some(used)}, so no evidence that the report adds up" if used else ""


def _absent(report: Report, addresses: Sequence[str]) -> str:
    return f"no number in {_some([f'{address} ({_why(report, address)})' for address in addresses])}"


def _why(report: Report, address: str) -> str:
    fact = report.by_address.get(address)
    if fact is None:
        return "missing"
    if fact.value is None:
        return fact.status.value
    return f"printed in {fact.unit_of_measure}, which the form's unit cannot hold" if fact.unit_of_measure else "unit unknown"


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")


def _if_blanks_were_zeros(
    report: Report, identity: Identity, values: Mapping[str, Decimal | None], absent: Sequence[str]
) -> str | None:
    """
    The code of the finding that blanks call for, if any.

    Only sums speak: an inequality, or cells that are all blank, would hold or break whatever the blanks mean.
    """
    statement = identity.statement
    if any(item.sign != "==" for item in statement.comparisons) or len(absent) == len(statement.addresses):
        return None
    if not all(address in report.by_address and report.by_address[address].status in _EMPTY for address in absent):
        return None
    verdict = statement.evaluate({**values, **dict.fromkeys(absent, Decimal(0))}).verdict
    return "blank.would_hold" if verdict is Verdict.HOLDS else "blank.would_break"


# --- findings -----------------------------------------------------------------------------------


def _broken(report: Report, form: Form, identity: Identity, values: Mapping[str, Decimal | None]) -> Finding:
    comparison, left, right = _broken_comparison(identity, values)
    addresses = identity.statement.addresses
    name, words, where = report_name(report), words_of(identity.code), _instance(form, identity)
    sides, caution = describe_comparison(form, comparison, values), _caution(report, addresses)
    off = plain(left - right) if comparison.sign == "==" else ""
    off_zh, off_en = (f"，相差{off}", f"; difference {off}") if off else ("", "")
    return Finding(
        code=identity.code, instance=identity.instance, subject=report.report_id, report_id=report.report_id,
        severity=IDENTITY_SEVERITY[identity.level], rule_level=identity.level, addresses=addresses,
        left=left, right=right, source_in_law=form.source_in_law,
        message_zh=f"{name.zh}：{words.zh}{where.zh}。{sides.zh}{off_zh}{caution.zh}",
        message_en=f"{name.en}: {words.en}{where.en}. {sides.en}{off_en}{caution.en}",
    )  # fmt: skip


def _broken_comparison(identity: Identity, values: Mapping[str, Decimal | None]) -> tuple[Comparison, Decimal, Decimal]:
    """The first comparison of a broken identity that does not stand, with both sides."""
    for item in identity.statement.comparisons:
        left, right = item.left.over(values), item.right.over(values)
        if left is not None and right is not None and item.verdict(left, right) is Verdict.BROKEN:
            return item, left, right
    raise ValueError(f"{identity.name} is not broken")


def _instance(form: Form, identity: Identity) -> Words:
    """The instance in the form's words, in brackets: the column or the row that all its cells share."""
    if not identity.instance:
        return Words("", "")
    zh = en = identity.instance
    cells = [form.cells[address] for address in identity.statement.addresses]
    rows, columns = {row.code: row for _, row, _ in cells}, {column.code: column for _, _, column in cells}
    if len(columns) == 1 and len(rows) > 1:
        zh, en = cells[0][2].zh, cells[0][2].en
    elif len(rows) == 1 and len(columns) > 1:
        zh, en = cells[0][1].zh, cells[0][1].en
    return Words(f"（{zh}）", f" ({en})")


def _caution(report: Report, addresses: Sequence[str]) -> Words:
    """What to bear in mind when cells were reconstructed: the fault may be the report's, or lie in our reading."""
    facts = (report.by_address.get(address) for address in addresses)
    rebuilt = [fact.address for fact in facts if fact is not None and fact.status is Status.RECONSTRUCTED]
    if not rebuilt:
        return Words("", "")
    some = _some(rebuilt)
    return Words(f"（注意：{some}系据残缺版面重建）", f" (note: {some} reconstructed from a damaged layout)")


def _hidden_by_blanks(report: Report, code: str, identity_code: str, found: Sequence[_Hidden]) -> Finding:
    """One finding for all instances of an identity that only blanks keep from a verdict."""
    instances = [identity.instance for identity, _ in found if identity.instance] or [identity_code]
    addresses = tuple(dict.fromkeys(address for _, absent in found for address in absent))
    name, rule, words = report_name(report), words_of(code), words_of(identity_code)
    zh = f"{'、'.join(instances)}；无数字{len(addresses)}格，未作0计"
    en = f"{', '.join(instances)}; cells without a number, not counted as zeros: {len(addresses)}"
    return Finding(
        code=code, instance=identity_code, subject=report.report_id, report_id=report.report_id,
        severity=OWN_RULES[code].severity, rule_level=found[0][0].level, addresses=addresses,
        message_zh=f"{name.zh}：{words.zh}：{rule.zh}（{zh}）", message_en=f"{name.en}: {words.en}: {rule.en} ({en})",
    )  # fmt: skip
