"""The audit of one report: identities, blanks, the papers, and the seed report of the corpus."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from audit_reports import check_of, clean_figures, findings, form_named, gold_report, make_report, verdicts, with_facts
from hypothesis import given
from hypothesis import strategies as st

from parsers.finding import RuleLevel, Severity, Verdict
from parsers.form import Form
from parsers.report import Report, Section, Status
from pipeline.audit import audit_report
from pipeline.audit.catalogue import IDENTITY_WORDS, OWN_RULES, known_codes
from pipeline.audit.rules import read_rules

ROOT = Path(__file__).resolve().parents[1]
FORM = form_named("2021")
FLOW = {
    "applications.received.total": 10,
    "applications.carried_in.total": 2,
    "applications.total.total": 9,
    "applications.carried_out.total": 3,
}


# --- identities -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_a_clean_report_has_no_findings(name: str) -> None:
    form = form_named(name)
    audit = audit_report(make_report(clean_figures(form, 1), form=name, year=form.since, level="prefecture"))
    assert [finding.code for finding in audit.findings if finding.severity is Severity.ERROR] == []
    equalities = [
        check for check in audit.checks if check.code.startswith(("applications", "review")) and "nonneg" not in check.code
    ]
    assert len(equalities) == {"2019": 40, "2021": 42}[name]
    assert {check.verdict for check in equalities} == {Verdict.HOLDS}


def test_a_broken_sum_names_both_sides_and_all_cells() -> None:
    report = make_report({**FLOW, "applications.carried_out.total": 4})
    (finding,) = findings(report, "applications.flow")
    assert (finding.instance, finding.severity, finding.rule_level) == ("total", Severity.ERROR, RuleLevel.STATED)
    assert [finding.left, finding.right, finding.difference] == [Decimal(12), Decimal(13), Decimal(-1)]
    assert finding.addresses == tuple(FLOW)
    assert finding.source_in_law == FORM.source_in_law
    for message in (finding.message_zh, finding.message_en):
        assert "某县人民政府" in message
        assert report.report_id in message
        assert all(figure in message for figure in ("10", "12", "13"))


def test_a_message_names_only_the_addends_that_are_not_zero() -> None:
    figures = dict.fromkeys((address for address in FORM.addresses if address.endswith(".enterprise")), 0)
    report = make_report({**figures, "applications.granted.enterprise": 2, "applications.total.enterprise": 3})
    (finding,) = findings(report, "applications.outcome_total")
    assert "“（一）予以公开·商业企业”2＝2，应等于“（七）总计·商业企业”3，相差-1" in finding.message_zh
    assert "国家秘密" not in finding.message_zh
    assert len(finding.addresses) == 22


def test_a_sum_of_zeros_still_reads_as_a_sentence() -> None:
    figures = dict.fromkeys((address for address in FORM.addresses if address.startswith("review_litigation.review.")), 0)
    (finding,) = findings(make_report({**figures, "review_litigation.review.total": 1}), "review_litigation.total")
    assert "合计0，应等于“行政复议·总计”1，相差-1" in finding.message_zh


def test_a_cell_without_a_number_makes_the_sum_unknown_and_says_why() -> None:
    report = make_report({**FLOW, "applications.carried_in.total": "/"})
    check = check_of(report, "applications.flow", "total")
    assert (check.verdict, check.reason) == (Verdict.UNKNOWN, "no number in applications.carried_in.total (nil)")
    assert check_of(report, "applications.flow", "enterprise").reason.startswith(
        "no number in applications.received.enterprise (missing)"
    )
    assert not findings(report, "applications.flow")


def test_an_identity_used_to_read_a_cell_is_no_evidence() -> None:
    report = with_facts(
        make_report(FLOW),
        address="applications.received.total",
        status=Status.RECONSTRUCTED,
        rests_on=("applications.flow[total]",),
    )
    check = check_of(report, "applications.flow", "total")
    assert (check.verdict, "used to read" in check.reason) == (Verdict.UNKNOWN, True)
    broken = with_facts(report, address="applications.total.total", value=Decimal(99))
    assert not findings(broken, "applications.flow")


def test_a_reconstructed_cell_is_named_in_the_message() -> None:
    report = with_facts(
        make_report({**FLOW, "applications.total.total": 8}), address="applications.total.total", status=Status.RECONSTRUCTED
    )
    (finding,) = findings(report, "applications.flow")
    assert "applications.total.total reconstructed" in finding.message_en
    assert "重建" in finding.message_zh


@pytest.mark.parametrize("status", [Status.AMBIGUOUS, Status.UNREADABLE, Status.MISSING, Status.BLANK, Status.NIL])
def test_only_published_and_reconstructed_cells_have_a_value(status: Status) -> None:
    report = with_facts(make_report(FLOW), address="applications.total.total", status=status, value=None)
    assert verdicts(report, "applications.flow")["total"] is Verdict.UNKNOWN


def test_each_table_is_audited_by_the_form_it_was_read_by() -> None:
    forms = {"proactive": "2021", "applications": "2019", "review_litigation": "2021"}
    audit = audit_report(make_report({}, form=forms))
    counted = Counter(check.code for check in audit.checks)
    assert counted["applications.row_total"] == 23
    assert counted["proactive.in_force_floor"] == 2
    assert "proactive.made_ge_disclosed" not in counted
    assert max(Counter((check.code, check.instance) for check in audit.checks).values()) == 1


def test_a_plausible_identity_is_a_warning() -> None:
    report = make_report(
        {f"proactive.rules.{column}": figure for column, figure in (("issued", 5), ("repealed", 0), ("in_force", 3))}
    )
    (finding,) = findings(report, "proactive.in_force_floor")
    assert (finding.severity, finding.left, finding.right) == (Severity.WARNING, Decimal(3), Decimal(5))
    assert "5＝5" not in finding.message_en


@pytest.mark.parametrize(
    ("level", "scope", "applies"),
    [
        ("county", "all", True),
        ("office", "all", True),
        ("township", "all", False),
        ("county", "own", False),
        ("county", None, False),
        (None, "all", False),
    ],
)
def test_a_condition_that_is_not_known_makes_no_check(level: str | None, scope: str | None, applies: bool) -> None:
    zeros = {"proactive.licensing.decisions": 0, "proactive.penalties.decisions": 0}
    report = make_report(zeros, level=level, scope=scope)
    assert bool(verdicts(report, "proactive.county_zero")) is applies
    assert len(findings(report, "proactive.county_zero")) == applies


def test_the_county_without_licences_is_told_so_in_words() -> None:
    zeros = {"proactive.licensing.decisions": 0, "proactive.penalties.decisions": 0}
    (finding,) = findings(make_report(zeros, scope="all"), "proactive.county_zero")
    assert finding.severity is Severity.WARNING
    assert "汇总全县" in finding.message_zh
    assert "行政许可" in finding.message_zh
    assert "whole county" in finding.message_en
    assert "相差" not in finding.message_zh


def test_the_weak_rules_and_form_2014_are_off_unless_asked_for() -> None:
    report = make_report({"statistics.requests.received.count": 5}, form="2014", year=2016)
    assert not [check for check in audit_report(report).checks if check.code.startswith("statistics.")]
    rules = read_rules('[[rules]]\ncode = "statistics.*"\non = true\nreason = "old years"', file="rules.toml")
    assert len([check for check in audit_report(report, rules=rules).checks if check.code.startswith("statistics.")]) == 13


def test_a_finding_that_reading_made_is_not_made_again() -> None:
    report = make_report({**FLOW, "applications.carried_out.total": 4})
    (finding,) = findings(report, "applications.flow")
    known = replace(report, findings=(finding,))
    assert not findings(known, "applications.flow")
    assert verdicts(known, "applications.flow")["total"] is Verdict.BROKEN


def test_the_audit_is_the_same_twice_and_findings_have_ids_of_their_own() -> None:
    report = make_report({**clean_figures(FORM, 3), "applications.granted.total": 1, "proactive.fees.amount": None})
    first = audit_report(report)
    assert first == audit_report(report)
    assert first == audit_report(Report.from_json(report.to_json()))
    assert len({finding.finding_id for finding in first.findings}) == len(first.findings)
    assert all(finding.subject == finding.report_id == report.report_id for finding in first.findings)


@given(
    st.lists(
        st.sampled_from(["0", "3", "-4", "1.5", "", None, "/", "MISSING", "99999999999999999999999999999"]),
        min_size=200,
        max_size=200,
    )
)
def test_the_audit_never_raises(printed: list[str | None]) -> None:
    figures = {address: figure for address, figure in zip(FORM.addresses, printed, strict=True) if figure != "MISSING"}
    audit = audit_report(make_report(figures))
    known = known_codes()
    assert all(check.code in known for check in audit.checks)
    assert all((check.reason != "") == (check.verdict is Verdict.UNKNOWN) for check in audit.checks)


# --- blanks ---------------------------------------------------------------------------------------


def test_blanks_that_would_be_zeros_make_one_prompt_for_a_code() -> None:
    columns = ("total", "enterprise")
    figures: dict[str, int | None] = {}
    for column in columns:
        figures |= {
            f"applications.{row}.{column}": figure
            for row, figure in (("received", 4), ("carried_in", None), ("total", 4), ("carried_out", None))
        }
    report = make_report(figures)
    (finding,) = findings(report, "blank.would_hold")
    assert (finding.instance, finding.severity) == ("applications.flow", Severity.PROMPT)
    assert set(finding.addresses) == {address for address, figure in figures.items() if figure is None}
    assert "total, enterprise" in finding.message_en or "enterprise, total" in finding.message_en
    assert verdicts(report, "applications.flow")["total"] is Verdict.UNKNOWN
    assert not findings(report, "blank.would_break")


def test_blanks_that_would_not_hold_as_zeros_are_a_warning() -> None:
    report = make_report({**FLOW, "applications.carried_in.total": None})
    (finding,) = findings(report, "blank.would_break")
    assert (finding.instance, finding.severity, finding.rule_level) == ("applications.flow", Severity.WARNING, RuleLevel.STATED)
    assert not findings(report, "blank.would_hold")


@pytest.mark.parametrize("status", [Status.MISSING, Status.UNREADABLE, Status.AMBIGUOUS])
def test_other_gaps_are_not_blanks(status: Status) -> None:
    report = make_report({**FLOW, "applications.carried_in.total": None, "applications.carried_out.total": None})
    report = with_facts(report, address="applications.carried_in.total", status=status)
    assert not findings(report, "blank.would_break") + findings(report, "blank.would_hold")


def test_a_column_of_blanks_says_nothing() -> None:
    report = make_report(dict.fromkeys(FLOW))
    assert not findings(report, "blank.would_break") + findings(report, "blank.would_hold")
    (finding,) = findings(report, "form.no_entry")
    assert finding.addresses == tuple(FLOW)
    assert "applications 4" in finding.message_en


# --- papers ---------------------------------------------------------------------------------------


def emitted_codes() -> set[str]:
    """Codes of findings that stand in the sources: an argument `code`, or any of a call that makes a finding or a doubt."""
    found = set()
    for package in ("parsers", "scrapers", "pipeline"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                    values = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                    values += node.args if re.search("finding|doubt", name.lower()) else []
                    found |= {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    return {code for code in found if re.fullmatch(r"[a-z]+(?:_[a-z]+)*\.[a-z0-9_]+", code)}


def test_every_code_is_documented() -> None:
    text = (ROOT / "docs" / "findings.md").read_text("utf-8")
    documented = re.findall(r"^\| `([a-z_]+\.[a-z0-9_]+)` \|", text, re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert known_codes() - set(documented) == set()
    assert emitted_codes() - set(documented) == set()
    assert {code for code in documented if code.startswith(("narr.", "form.", "blank.", "unit."))} <= known_codes()


def test_every_identity_of_the_forms_has_words() -> None:
    assert known_codes() - set(OWN_RULES) == set(IDENTITY_WORDS)


def test_the_documented_severity_is_the_one_given() -> None:
    text = (ROOT / "docs" / "findings.md").read_text("utf-8")
    documented = dict(re.findall(r"^\| `([a-z_]+\.[a-z0-9_]+)` \| (error|warning|prompt)", text, re.MULTILINE))
    assert {code: documented[code] for code in OWN_RULES} == {code: rule.severity.value for code, rule in OWN_RULES.items()}


# --- real reports ---------------------------------------------------------------------------------


@pytest.fixture
def shanggao(corpus: Path) -> Report:
    text = (corpus / "shanggao_2021.txt").read_text("utf-8")
    prose = text[: text.index("\n二、主动公开政府信息情况\n")]
    return gold_report(
        corpus / "gold" / "shanggao_2021.json", level="office", scope="all", sections=[Section("一、总体情况", prose, 1)]
    )


def test_the_seed_report(shanggao: Report) -> None:
    audit = audit_report(shanggao)
    errors = [finding for finding in audit.findings if finding.severity is Severity.ERROR]
    assert [(finding.code, finding.instance, finding.rule_level.value) for finding in errors] == [
        ("applications.outcome_total", "natural_person", "structural"),
        ("applications.outcome_total", "total", "structural"),
    ]
    assert {(finding.left, finding.right) for finding in errors} == {(Decimal(3), Decimal(2))}
    assert list(verdicts(shanggao, "applications.flow").values()) == [Verdict.HOLDS] * 7
    assert "2＋“5.属于三类内部事务信息·自然人”1＝3，应等于“（七）总计·自然人”2，相差1" in errors[0].message_zh
    warnings = [finding.code for finding in audit.findings if finding.severity is Severity.WARNING]
    assert warnings == ["proactive.county_zero"]
    assert not [finding for finding in audit.findings if finding.code.startswith("narr.")]
    assert check_of(shanggao, "narr.received", "").verdict is Verdict.HOLDS


def test_the_office_that_left_blanks(corpus: Path) -> None:
    report = gold_report(corpus / "gold" / "shanghai_office_2019.json", level="office", scope="own")
    audit = audit_report(report)
    assert not [finding for finding in audit.findings if finding.severity is Severity.ERROR]
    needing = [check for check in audit.checks if "(blank)" in check.reason]
    assert needing
    assert {check.verdict for check in needing} == {Verdict.UNKNOWN}
    assert {finding.instance for finding in audit.findings if finding.code == "blank.would_hold"} >= {
        "applications.outcome_total"
    }


@pytest.fixture(params=["hongze_2023", "pingtan_2019", "pingtan_2022", "shuyang_2025", "shanghai_kewei_2024"])
def gold(request: pytest.FixtureRequest, corpus: Path) -> Path:
    return corpus / "gold" / f"{request.param}.json"


def test_a_gold_report_can_be_audited(gold: Path) -> None:
    form: Form | None = next((form_named(name) for name in ("2019", "2021") if f'"{name}"' in gold.read_text("utf-8")), None)
    if form is None:
        pytest.skip("the gold file names no national form")
    assert audit_report(gold_report(gold, level=None, scope=None)).checks
