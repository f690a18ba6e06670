"""Structure of a report, as far as it is sure: cells without an entry, units, obsolete tables, words of the template left in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from parsers.finding import Check, Finding, Verdict
from parsers.form import load_forms, national_form
from parsers.report import Report, Section, Status
from pipeline.audit.catalogue import OWN_RULES, words_of
from pipeline.audit.wording import report_name
from pipeline.units import codebook_value

__all__ = ["check_structure"]

_NATIONAL = "national"
_TEMPLATE = re.compile(r"该部分以表格形式报告|[XＸx×]{2,}(?:年|县|市|区|省|局|镇|乡|单位|机关)|〔[XＸx×]+〕")
_OLD_NOTICE = re.compile(r"[〔\[【［(（]2019[〕\]】］)）]\s*60\s*号")
_NEW_NOTICE = re.compile(r"[〔\[【［(（]2021[〕\]】］)）]\s*30\s*号")
_NEW_FORM_SINCE = 2021
_FIVE = re.compile(r"\s*五[、.．].*(?:问题|改进)")
_SIX = re.compile(r"\s*六[、.．]")
_SHORTEST_SECTION = 10


def check_structure(report: Report) -> Iterator[Check | Finding]:
    """A Check for every rule that could be looked at, and a Finding for each that does not hold."""
    if report.facts:
        yield from _no_entry(report)
        yield from _units(report)
        yield from _obsolete(report)
    if report.sections:
        yield from _template_left(report)
        yield from _citation(report)
        yield from _empty_section(report)


def _no_entry(report: Report) -> Iterator[Check | Finding]:
    """Cells that are seen to be blank, or that hold a mark; never taken for zeros."""
    empty = [fact for fact in report.facts if fact.status in (Status.BLANK, Status.NIL)]
    by_table = Counter(fact.table for fact in empty)
    listed = ", ".join(f"{table} {count}" for table, count in by_table.items())
    addresses = tuple(fact.address for fact in empty)
    zh, en = f"共{len(empty)}格（{listed}）", f"{listed}"
    yield from _verdict(report, "form.no_entry", zh, en, addresses, broken=bool(empty))


def _units(report: Report) -> Iterator[Finding]:
    """Figures that cannot be brought to the codebook's unit: no unit said, or one of another kind."""
    forms = {form.name: form for form in load_forms()}
    for fact in report.facts:
        form = forms[report.forms[fact.table]]
        if fact.value is None or codebook_value(fact, form) is not None:
            continue
        code = "unit.other" if fact.unit_of_measure else "unit.unknown"
        yield _finding(report, code, f"{fact.address}：{fact.raw}", f"{fact.address}: {fact.raw}", (fact.address,), fact.address)


def _obsolete(report: Report) -> Iterator[Check | Finding]:
    """Tables of a national form older than the one in force for the data year."""
    if report.year is None:
        yield Check(report.report_id, "form.obsolete", "", Verdict.UNKNOWN, "the data year is not known")
        return
    since = {form.name: form.since for form in load_forms() if form.scope == _NATIONAL}
    wanted = national_form(report.year)
    old = {table: name for table, name in report.forms.items() if name in since and since[name] < wanted.since}
    listed = ", ".join(f"{table}={name}" for table, name in sorted(old.items()))
    zh, en = f"{listed}，{report.year}年度应为{wanted.name}", f"{listed}; {wanted.name} is in force for {report.year}"
    yield from _verdict(report, "form.obsolete", zh, en, broken=bool(old))


def _template_left(report: Report) -> Iterator[Check | Finding]:
    found = next(((section, match) for section in report.sections if (match := _TEMPLATE.search(section.text))), None)
    zh, en = _quote(*found) if found else ("", "")
    yield from _verdict(report, "form.template_left", zh, en, broken=found is not None)


def _citation(report: Report) -> Iterator[Check | Finding]:
    if report.year is None or report.year < _NEW_FORM_SINCE:
        return
    text = "\n".join(section.text for section in report.sections)
    old = _OLD_NOTICE.search(text)
    only_old = old is not None and not _NEW_NOTICE.search(text)
    cited = old[0] if old else ""
    yield from _verdict(report, "form.citation", f"引用{cited}", f"cites {cited}", broken=only_old)


def _empty_section(report: Report) -> Iterator[Check | Finding]:
    """
    Section five, where it is found and the section after it is six or none: else its text may stand under another heading.

    Whether it is there at all is not asked, because a heading may have been read as text.
    """
    for section, after in zip_longest(report.sections, report.sections[1:]):
        if _FIVE.match(section.heading) and (after is None or _SIX.match(after.heading)):
            text = section.text.strip()
            yield from _verdict(report, "form.empty_section", f"“{text}”", f"“{text}”", broken=len(text) < _SHORTEST_SECTION)
            return


def _quote(section: Section, match: re.Match[str]) -> tuple[str, str]:
    line = section.line + section.text.count("\n", 0, match.start())
    quote = section.text[max(0, match.start() - 10) : match.end() + 10].replace("\n", " ")
    return f"第{line}行“{quote}”", f"line {line}: “{quote}”"


def _verdict(
    report: Report, code: str, zh: str, en: str, addresses: tuple[str, ...] = (), *, broken: bool
) -> Iterator[Check | Finding]:
    yield Check(report.report_id, code, "", Verdict.BROKEN if broken else Verdict.HOLDS)
    if broken:
        yield _finding(report, code, zh, en, addresses)


def _finding(report: Report, code: str, zh: str, en: str, addresses: tuple[str, ...], instance: str = "") -> Finding:
    rule, words, name = OWN_RULES[code], words_of(code), report_name(report)
    return Finding(
        code=code, instance=instance, subject=report.report_id, report_id=report.report_id, severity=rule.severity,
        rule_level=rule.level, addresses=addresses,
        message_zh=f"{name.zh}：{words.zh}：{zh}", message_en=f"{name.en}: {words.en}: {en}",
    )  # fmt: skip
