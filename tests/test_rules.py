"""rules.toml: what it may say, what it changes, and how it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_reports import make_report

from parsers.finding import Severity, Verdict
from pipeline.audit import Audit, Rules, audit_report, load_rules
from pipeline.audit.rules import read_rules
from pipeline.errors import ConfigError

FLOW = {"received": 10, "carried_in": 2, "total": 9, "carried_out": 4}
BROKEN = {f"applications.{row}.total": figure for row, figure in FLOW.items()}


def audit(text: str, *, county_code: str | None = "360923", figures: dict[str, int] | None = None) -> Audit:
    report = make_report(dict(BROKEN if figures is None else figures), county_code=county_code)
    return audit_report(report, rules=read_rules(text, file="rules.toml"))


def severities(found: Audit, code: str) -> list[Severity]:
    return [finding.severity for finding in found.findings if finding.code == code]


def rule(code: str, change: str, reason: str = "we say so") -> str:
    return f'[[rules]]\ncode = "{code}"\n{change}\nreason = "{reason}"\n'


def test_no_file_is_the_defaults() -> None:
    assert load_rules(None) == Rules() == read_rules("", file="rules.toml")
    assert audit("") == audit_report(make_report(dict(BROKEN)))


def test_a_rule_switched_off_leaves_neither_check_nor_finding() -> None:
    found = audit(rule("applications.flow", "on = false"))
    assert not [check for check in found.checks if check.code == "applications.flow"]
    assert severities(audit(""), "applications.flow") == [Severity.ERROR]
    assert severities(found, "applications.flow") == []


def test_a_rule_can_be_given_another_severity() -> None:
    found = audit(rule("applications.flow", 'severity = "prompt"'))
    assert severities(found, "applications.flow") == [Severity.PROMPT]
    assert [check for check in found.checks if check.verdict is Verdict.BROKEN]


@pytest.mark.parametrize(
    ("county_code", "expected"),
    [("360923", [Severity.PROMPT]), ("360100", [Severity.WARNING]), ("110101", [Severity.ERROR]), (None, [Severity.ERROR])],
)
def test_the_longest_region_wins(county_code: str | None, expected: list[Severity]) -> None:
    text = rule("applications.flow", 'severity = "prompt"\nregion = "3609"') + rule(
        "applications.flow", 'severity = "warning"\nregion = "36"'
    )
    assert severities(audit(text, county_code=county_code), "applications.flow") == expected


def test_a_region_can_take_back_what_was_said_for_all() -> None:
    text = rule("applications.flow", "on = false") + rule("applications.flow", 'on = true\nregion = "3609"')
    assert severities(audit(text), "applications.flow") == [Severity.ERROR]
    assert severities(audit(text, county_code="110101"), "applications.flow") == []


def test_a_weak_rule_runs_when_asked_for() -> None:
    slip = {"proactive.fees.amount": 2_000_000}
    assert severities(audit("", figures=slip), "proactive.fee_unit") == []
    assert severities(audit(rule("proactive.fee_unit", "on = true"), figures=slip), "proactive.fee_unit") == [Severity.WARNING]


def test_a_star_speaks_of_all_codes_that_begin_so() -> None:
    found = audit(rule("applications.*", "on = false"))
    assert not [check for check in found.checks if check.code.startswith("applications.")]
    assert [check for check in found.checks if check.code.startswith("review_litigation.")]


def test_rules_of_our_own_can_be_switched_off_too() -> None:
    figures = {"applications.received.total": 10, "applications.carried_in.total": 2}
    report = make_report({**figures, "applications.total.total": None, "applications.carried_out.total": 3})
    off = read_rules(rule("blank.*", "on = false") + rule("form.*", "on = false"), file="rules.toml")
    assert {finding.code for finding in audit_report(report).findings} == {"blank.would_break", "form.no_entry"}
    assert not audit_report(report, rules=off).findings


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (rule("applications.flaw", "on = true"), "'applications.flaw' is not known; did you mean 'applications.flow'?"),
        (rule("aplications.*", "on = true"), "code 'aplications.*' is not known"),
        (rule("applications.flow", "off = true"), "key 'off' is not known"),
        (rule("applications.flow", "sevrity = 'error'"), "key 'sevrity' is not known; did you mean 'severity'?"),
        (rule("applications.flow", "severity = 'warn'"), "severity 'warn' is not known; did you mean 'warning'?"),
        (rule("applications.flow", "on = 1"), "on must be true or false, not 1"),
        (rule("applications.flow", "on = true\nregion = 3609"), "region must be text, not 3609"),
        (rule("applications.flow", "on = true\nregion = '江西'"), "region must be the first digits of a county code"),
        (rule("applications.flow", ""), "neither on nor severity"),
        (rule("applications.flow", "on = true", reason=" "), "the key 'reason' is missing or empty"),
        (rule("applications.flow", "on = true") * 2, "entry 2: 'applications.flow' is set twice for all regions"),
        ("[[rule]]\n", "key 'rule' is not known; did you mean 'rules'?"),
        ("rules = 3", "rules must be written as [[rules]] tables"),
        ("rules = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_stops_with_the_file_the_key_and_the_nearest(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_rules(text, file="rules.toml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("rules.toml: ")


def test_a_file_is_read_and_a_bad_one_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(rule("applications.flow", "on = false"), "utf-8-sig")
    assert not load_rules(path).runs("applications.flow", default=True, county_code=None)
    path.write_bytes(b'x = "\xff"')
    with pytest.raises(ConfigError, match=r"rules\.toml: not UTF-8"):
        load_rules(path)
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read"):
        load_rules(tmp_path / "absent.toml")


def test_the_digest_follows_what_the_rules_say() -> None:
    one, two = rule("applications.flow", "on = false"), rule("narr.review", 'severity = "warning"')
    both = read_rules(one + two, file="a")
    assert both.digest == read_rules(f"# a comment\n{two}{one}", file="b").digest
    digests = {
        Rules().digest,
        both.digest,
        read_rules(one, file="a").digest,
        read_rules(rule("applications.flow", "on = true"), file="a").digest,
    }
    assert len(digests) == 4
    assert all(len(digest) == 64 for digest in digests)
