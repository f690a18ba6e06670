"""
Figures in the text against the table: prompts for a person, never errors.

Authors quote partial figures, so a mention accuses only when nothing excuses it: one mention of a kind that fits the
table silences the rest of that kind, and a figure that equals any cell of the row or group is taken for a part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from parsers.finding import Check, Finding, Verdict
from parsers.report import Report, Status, plain
from pipeline.audit.catalogue import OWN_RULES, words_of
from pipeline.audit.mentions import Mention, find_mentions
from pipeline.audit.wording import report_name

__all__ = ["check_narrative"]


def check_narrative(report: Report) -> Iterator[Check | Finding]:
    """A Check for every kind of figure that the text mentions and the table has, and a prompt where none fits."""
    by_kind: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in find_mentions(report):
        by_kind[mention.code, mention.instance].append(mention)
    for (code, instance), mentions in by_kind.items():
        yield from _compare(report, code, instance, mentions)


def _compare(report: Report, code: str, instance: str, mentions: Sequence[Mention]) -> Iterator[Check | Finding]:
    choices = dict.fromkeys(cells for mention in mentions for choice in mention.choices if (cells := _cells(report, choice)))
    if not choices:
        return
    sums = {cells: total for cells in choices if (total := _sum(report, cells)) is not None}
    if not sums:
        absent = ", ".join(address for cells in choices for address in cells if _count(report, address) is None)
        yield Check(report.report_id, code, instance, Verdict.UNKNOWN, f"no number in {absent}")
        return
    if any(mention.number in sums.values() for mention in mentions):
        yield Check(report.report_id, code, instance, Verdict.HOLDS)
        return
    accusing = [mention for mention in mentions if not mention.part and mention.number not in _parts(report, mention)]
    if not accusing:
        yield Check(report.report_id, code, instance, Verdict.UNKNOWN, "the text gives only a part of what the table counts")
        return
    yield Check(report.report_id, code, instance, Verdict.BROKEN)
    yield _prompt(report, code, instance, accusing[0], sums)


def _cells(report: Report, patterns: Sequence[str]) -> tuple[str, ...]:
    """The addresses of the report that the patterns name; none when one of them names nothing."""
    found = [_matching(report, pattern) for pattern in patterns]
    return tuple(address for addresses in found for address in addresses) if all(found) else ()


def _matching(report: Report, pattern: str) -> list[str]:
    if "*" not in pattern:
        return [pattern] if pattern in report.by_address else []
    return [address for address in report.by_address if fnmatchcase(address, pattern)]


def _count(report: Report, address: str) -> Decimal | None:
    """A cell's figure where it is one in 件; the text's figures are, and other units do not compare."""
    fact = report.by_address[address]
    counts = fact.status in (Status.PUBLISHED, Status.RECONSTRUCTED) and fact.unit_of_measure in (None, "件")
    return fact.value if counts else None


def _sum(report: Report, addresses: Sequence[str]) -> Decimal | None:
    values = [_count(report, address) for address in addresses]
    return None if any(value is None for value in values) else sum((value for value in values if value is not None), Decimal(0))


def _parts(report: Report, mention: Mention) -> set[Decimal]:
    """The figures of which a mention may be one; zeros excuse nothing."""
    found = (_count(report, address) for pattern in mention.parts for address in _matching(report, pattern))
    return {value for value in found if value}


def _prompt(report: Report, code: str, instance: str, mention: Mention, sums: Mapping[tuple[str, ...], Decimal]) -> Finding:
    rule, words, name = OWN_RULES[code], words_of(code), report_name(report)
    addresses = tuple(dict.fromkeys(address for cells in sums for address in cells))
    printed = list(dict.fromkeys(plain(value) for value in sums.values()))
    said, quote = plain(mention.number), f"“{mention.quote}”"
    zh = f"第{mention.line}行{quote}为{said}件，表中为{'或'.join(printed)}件，请人工核对"
    en = f"line {mention.line} says {said} ({quote}), the table {' or '.join(printed)}; for a person to look at"
    return Finding(
        code=code, instance=instance, subject=report.report_id, report_id=report.report_id,
        severity=rule.severity, rule_level=rule.level, addresses=addresses,
        left=mention.number, right=next(iter(sums.values())),
        message_zh=f"{name.zh}：{words.zh}：{zh}", message_en=f"{name.en}: {words.en}: {en}",
    )  # fmt: skip
