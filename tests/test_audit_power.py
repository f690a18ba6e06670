"""
The power of the audit: change each number of a clean report, and see which changes it catches.

Run with `-s` to see the share by table. A cell that no stated or structural sum ties can hold any number; the form
gives no means to see it, and such cells are counted apart.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from audit_reports import clean_figures, form_named

from parsers.form import Form, read_form
from pipeline.audit import identities
from pipeline.demo.power import count_errors, power, tied

ROOT = Path(__file__).resolve().parents[1]


def figures_of(form: Form, seed: int) -> dict[str, Decimal]:
    return {address: Decimal(figure) for address, figure in clean_figures(form, seed).items()}


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_every_tied_cell_is_caught(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    form = form_named(name)
    figures = figures_of(form, seed=7)
    assert count_errors(form, figures) == 0
    shares = power(form, figures)
    with capsys.disabled():
        listed = ", ".join(f"{table} {kind} {share.caught}/{share.made}" for (table, kind), share in shares.items())
        print(f"\naudit power, form {name}: {listed}")  # noqa: T201
    assert {table for table, _ in shares} == {"applications", "review_litigation", "untied"}
    assert all(share.caught == share.made for (table, _), share in shares.items() if table != "untied")
    assert len(tied(form)) == len(form.table("applications").cells) + len(form.table("review_litigation").cells)


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_figures_by_chance_are_clean(name: str) -> None:
    form = form_named(name)
    assert [count_errors(form, figures_of(form, seed)) for seed in range(20)] == [0] * 20


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
    figures = figures_of(damaged, seed=7)
    monkeypatch.setattr(identities, "load_forms", lambda: (damaged,))
    assert count_errors(damaged, figures) > 0


@pytest.mark.parametrize("code", ["applications.row_total", "applications.outcome_total", "review_litigation.total"])
def test_a_form_that_loses_a_sum_loses_power(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    form = form_named("2021")
    poorer = tuple(identity for identity in form.identities if identity.code != code)
    damaged = replace(form, identities=poorer)
    figures = figures_of(form, seed=7)
    monkeypatch.setattr(identities, "load_forms", lambda: (damaged,))
    table = code.partition(".")[0]
    cells = [address for address in sorted(tied(form)) if address.startswith(f"{table}.")]
    found = [count_errors(damaged, {**figures, address: figures[address] + 1}) for address in cells]
    full = {"applications.row_total": 2, "applications.outcome_total": 2, "review_litigation.total": 1}[code]
    assert min(found) < full
