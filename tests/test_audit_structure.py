"""Units and the structure of a report: what is converted, and what is said of cells, tables and prose."""

from __future__ import annotations

from decimal import Decimal

import pytest
from audit_reports import check_of, findings, form_named, make_report, verdicts, with_facts

from parsers.finding import Severity, Verdict
from parsers.report import Section
from pipeline.audit import audit_report
from pipeline.audit.rules import read_rules
from pipeline.units import codebook_value, convert

FORM = form_named("2021")
FLOW = {
    "applications.received.total": 10,
    "applications.carried_in.total": 2,
    "applications.total.total": 9,
    "applications.carried_out.total": 3,
}


# --- units ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        ("251000", "元", "万元", "25.1"), ("1", "亿元", "万元", "10000"), ("3.5", "千元", "元", "3500"),
        ("0.0001", "万元", "元", "1"), ("0", "亿元", "元", "0"),
        ("7", "件", "件", "7"), ("7", "条", "件", None), ("7", "元", "件", None), ("7", "份", "件", None),
    ],
)  # fmt: skip
def test_money_converts_exactly_and_counts_only_to_themselves(
    value: str, from_unit: str, to_unit: str, expected: str | None
) -> None:
    assert convert(Decimal(value), from_unit, to_unit) == (None if expected is None else Decimal(expected))


def test_identities_compare_in_the_codebooks_unit() -> None:
    report = make_report({"proactive.fees.amount": 251000})
    report = with_facts(report, address="proactive.fees.amount", unit_of_measure="元")
    assert codebook_value(report.by_address["proactive.fees.amount"], FORM) == Decimal("25.1")
    rules = read_rules('[[rules]]\ncode = "proactive.fee_unit"\non = true\nreason = "slips"', file="rules.toml")
    million = with_facts(report, address="proactive.fees.amount", value=Decimal(2_000_000))
    assert not [finding for finding in audit_report(million, rules=rules).findings if finding.code == "proactive.fee_unit"]
    slip = with_facts(million, address="proactive.fees.amount", unit_of_measure="万元")
    assert [finding for finding in audit_report(slip, rules=rules).findings if finding.code == "proactive.fee_unit"]


def test_a_unit_that_does_not_convert_makes_the_sum_unknown() -> None:
    report = with_facts(make_report(FLOW), address="applications.received.total", unit_of_measure="条")
    check = check_of(report, "applications.flow", "total")
    assert check.verdict is Verdict.UNKNOWN
    assert "applications.received.total (printed in 条" in check.reason
    assert [finding.addresses for finding in findings(report, "unit.other")] == [("applications.received.total",)]


def test_money_without_any_unit_is_unknown() -> None:
    report = make_report({"proactive.procurement.amount": 8040}, form="2019", year=2020)
    assert [finding.instance for finding in findings(report, "unit.unknown")] == ["proactive.procurement.amount"]
    with_unit = with_facts(report, address="proactive.procurement.amount", unit_of_measure="元")
    assert not findings(with_unit, "unit.unknown")


# --- structure ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "form", "obsolete"),
    [(2022, "2021", False), (2022, "2019", True), (2020, "2019", False), (2020, "2014", True), (2016, "2014", False)],
)
def test_an_old_form_in_a_new_year_is_an_error(year: int, form: str, obsolete: bool) -> None:
    report = make_report({}, form=form, year=year)
    assert [finding.severity for finding in findings(report, "form.obsolete")] == [Severity.ERROR] * obsolete


def test_an_old_table_among_new_ones_is_named() -> None:
    report = make_report({}, form={"proactive": "2021", "applications": "2019"}, year=2023)
    (finding,) = findings(report, "form.obsolete")
    assert "applications=2019" in finding.message_zh
    assert "proactive" not in finding.message_zh


def test_without_a_year_an_old_form_is_unknown() -> None:
    assert verdicts(make_report({}, year=None), "form.obsolete") == {"": Verdict.UNKNOWN}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("该部分以表格形式报告。表格如下：", True),
        ("XX年共收到申请3件。", True),
        ("××县人民政府", True),
        ("2022年共收到申请3件。", False),
        ("规格为3×4米", False),
    ],
)
def test_words_of_the_template_are_seen(text: str, left: bool) -> None:
    report = make_report({}, sections=[Section("一、总体情况", f"本县。\n{text}", 4)])
    found = findings(report, "form.template_left")
    assert len(found) == left
    assert not found or "line 5" in found[0].message_en


@pytest.mark.parametrize(
    ("text", "prompts"),
    [("国办公开办函〔2019〕60号", 1), ("国办公开办函〔2021〕30号", 0), ("〔2019〕60号和【2021】30号", 0), ("按照有关规定", 0)],
)
def test_only_the_old_notice_cited_is_a_prompt(text: str, prompts: int) -> None:
    sections = [Section("", text, 1)]
    assert len(findings(make_report({}, sections=sections), "form.citation")) == prompts
    assert not findings(make_report({}, form="2019", year=2020, sections=sections), "form.citation")


@pytest.mark.parametrize(("text", "short"), [("无", True), ("", True), ("公开的深度还不够，下一步将加强培训和检查。", False)])
def test_a_section_five_without_words_is_a_warning(text: str, short: bool) -> None:
    report = make_report({}, sections=[Section("五、存在的主要问题及改进情况", text, 9)])
    assert len(findings(report, "form.empty_section")) == short


def test_a_section_five_that_was_cut_up_is_not_called_empty() -> None:
    sections = [Section("五、存在的主要问题及改进情况", "", 9), Section("一、加强学习", "要进一步加强学习。", 10)]
    assert not findings(make_report({}, sections=sections), "form.empty_section")
