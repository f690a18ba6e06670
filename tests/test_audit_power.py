"""
The power of the audit: change each number of a clean report, and see which changes it catches.

Run with `-s` to see the share by table. A cell that no stated or structural sum ties can hold any number; the form
gives no means to see it, and such cells are counted apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from audit_reports import clean_figures, form_named, make_report

from parsers.finding import RuleLevel, Severity
from parsers.form import Form, read_form
from pipeline.audit import audit_report, identities

ROOT = Path(__file__).resolve().parents[1]
STRICT = (RuleLevel.STATED, RuleLevel.STRUCTURAL)


class Share(NamedTuple):
    caught: int
    made: int


def changes(figure: int) -> set[int]:
    """The numbers put in a figure's place: one more, one less, a zero too many."""
    return {figure + 1, figure - 1, figure * 10} - {figure}


def errors(form: Form, figures: Mapping[str, int]) -> int:
    audit = audit_report(make_report(figures, form=form.name, year=form.since, level="prefecture"))
    return sum(finding.severity is Severity.ERROR for finding in audit.findings)


def tied(form: Form) -> set[str]:
    """The cells that a stated or structural equality of the form ties to others."""
    return {
        address
        for identity in form.identities
        if identity.on and identity.level in STRICT
        for comparison in identity.statement.comparisons
        if comparison.sign == "=="
        for address in identity.statement.addresses
    }


def power(form: Form, figures: Mapping[str, int]) -> dict[str, Share]:
    """Caught and made changes by table; `untied` for the cells that nothing ties."""
    ties = tied(form)
    counts: dict[str, list[bool]] = {}
    for address, figure in figures.items():
        table = address.partition(".")[0] if address in ties else "untied"
        for changed in sorted(changes(figure)):
            counts.setdefault(table, []).append(errors(form, {**figures, address: changed}) > 0)
    return {table: Share(sum(caught), len(caught)) for table, caught in counts.items()}


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_every_tied_cell_is_caught(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    form = form_named(name)
    figures = clean_figures(form, seed=7)
    assert errors(form, figures) == 0
    shares = power(form, figures)
    with capsys.disabled():
        listed = ", ".join(f"{table} {share.caught}/{share.made}" for table, share in shares.items())
        print(f"\naudit power, form {name}: {listed}")  # noqa: T201
    assert set(shares) == {"applications", "review_litigation", "untied"}
    assert all(share.caught == share.made for table, share in shares.items() if table != "untied")
    assert len(tied(form)) == len(form.table("applications").cells) + len(form.table("review_litigation").cells)


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_figures_by_chance_are_clean(name: str) -> None:
    form = form_named(name)
    assert [errors(form, clean_figures(form, seed)) for seed in range(20)] == [0] * 20


@pytest.mark.parametrize(
    "lost",
    [
        "  applications.refused.internal_affairs.{c} + \\\n",
        "  applications.{r}.enterprise + \\\n",
        " + review_litigation.{b}.pending",
        " + applications.carried_in.{c}",
    ],
)
def test_a_form_that_loses_an_addend_is_seen(lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "parsers" / "forms" / "2021.toml").read_text("utf-8")
    assert lost in text
    damaged = read_form(text.replace(lost, "", 1), file="2021.toml")
    figures = clean_figures(damaged, seed=7)
    monkeypatch.setattr(identities, "load_forms", lambda: (damaged,))
    assert errors(damaged, figures) > 0


@pytest.mark.parametrize("code", ["applications.row_total", "applications.outcome_total", "review_litigation.total"])
def test_a_form_that_loses_a_sum_loses_power(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    form = form_named("2021")
    poorer = tuple(identity for identity in form.identities if identity.code != code)
    damaged = replace(form, identities=poorer)
    figures = clean_figures(form, seed=7)
    monkeypatch.setattr(identities, "load_forms", lambda: (damaged,))
    table = code.partition(".")[0]
    cells = [address for address in sorted(tied(form)) if address.startswith(f"{table}.")]
    found = [errors(damaged, {**figures, address: figures[address] + 1}) for address in cells]
    full = {"applications.row_total": 2, "applications.outcome_total": 2, "review_litigation.total": 1}[code]
    assert min(found) < full
