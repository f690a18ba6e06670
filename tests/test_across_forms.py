"""The rules across reports as the form files state them: all are read, and one that cannot be stops the program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from audit_reports import form_named

from parsers.errors import FormError
from parsers.finding import RuleLevel
from parsers.form import load_forms
from pipeline.audit import across_bodies, across_years, ratios
from pipeline.audit.catalogue import ACROSS_SEVERITY, IDENTITY_WORDS, ON_UNLESS_WEAK, known_codes

FORM = form_named("2021")
CARRY: dict[str, Any] = {
    "code": "x.made", "level": "plausible", "strength": "strong", "for_each": {"c": "applications.columns"},
    "expr": "applications.carried_out.{c}[y] == applications.carried_in.{c}[y+1]",
}  # fmt: skip
BODIES: dict[str, Any] = {
    "code": "l.made", "level": "plausible", "strength": "strong",
    "expr": "applications.{r}.{c}[county aggregate] >= applications.{r}.{c}[any one body]",
}  # fmt: skip
JUMP: dict[str, Any] = {
    "code": "x.made", "level": "plausible", "strength": "weak", "for_each": {"x": ["proactive.fees.amount"]},
    "expr": "0.2 <= {x}[y] / {x}[y-1] <= 5",
}  # fmt: skip


def test_every_entry_of_the_forms_is_read() -> None:
    stated = {(form.name, str(raw["code"])) for form in load_forms() for raw in (*form.across_years, *form.across_bodies)}
    years = {(rule.form, rule.code) for rule in across_years.year_rules()}
    bands = {(band.form, band.code) for band in ratios._bands()}
    bodies = {(rule.form, rule.code) for rule in across_bodies.body_rules()}
    assert years | bands | bodies == stated
    assert {code for _, code in stated} <= known_codes() & set(IDENTITY_WORDS)
    assert {rule.level for rule in across_years.year_rules()} == {RuleLevel.PLAUSIBLE}


def test_the_forms_state_the_strengths_of_the_reference(root: Path) -> None:
    reference = root.parent / "shared" / "reference" / "forms.json"
    if not reference.is_file():
        pytest.skip("the reference (../shared/reference/forms.json) is not here")
    told = json.loads(reference.read_text("utf-8"))
    wanted = {rule["id"]: rule["strength"] for rule in (*told["cross_year"], *told["cross_level"])}
    stated = {raw["code"]: raw["strength"] for form in load_forms() for raw in (*form.across_years, *form.across_bodies)}
    assert {code: stated[code] for code in wanted} == wanted
    assert set(ACROSS_SEVERITY) == set(wanted.values())
    assert set(ON_UNLESS_WEAK) == set(wanted.values()) - {"weak"}


@pytest.mark.parametrize(("change", "said"), [
    ({"expr": "applications.carried_out.{c} == applications.carried_in.{c}"}, "two years"),
    ({"expr": "applications.none.{c}[y] == applications.carried_in.{c}[y+1]"}, "has no cell"),
    ({"strength": "great"}, "great"), ({"level": "sure"}, "sure"), ({"for_each": {}}, "no range"), ({"years": 3}, "unknown key"),
])  # fmt: skip
def test_a_rule_over_years_that_cannot_be_stops_the_program(change: dict[str, Any], said: str) -> None:
    assert len(across_years._rule(FORM, CARRY).instances) == 7
    with pytest.raises(FormError, match=said):
        across_years._rule(FORM, {**CARRY, **change})


@pytest.mark.parametrize(("change", "said"), [
    ({"expr": "applications.{r}.{c}[county aggregate] >= proactive.{r}.{c}[any one body]"}, "cannot be read"),
    ({"strength": "great"}, "cannot be read"),
])  # fmt: skip
def test_a_rule_over_bodies_that_cannot_be_stops_the_program(change: dict[str, Any], said: str) -> None:
    assert across_bodies._rule(FORM, BODIES).sign == ">="
    with pytest.raises(FormError, match=said):
        across_bodies._rule(FORM, {**BODIES, **change})


@pytest.mark.parametrize(("change", "said"), [
    ({"expr": "0.2 <= {x}[y] / {x}[y+1] <= 5"}, "no ratio"), ({"for_each": {"x": ["proactive.none.amount"]}}, "has no cell"),
])  # fmt: skip
def test_a_ratio_that_cannot_be_stops_the_program(change: dict[str, Any], said: str) -> None:
    assert ratios._band(FORM, JUMP).addresses == ("proactive.fees.amount",)
    with pytest.raises(FormError, match=said):
        ratios._band(FORM, {**JUMP, **change})
