"""How the audit across reports keeps a report: exactly, and equal parts once."""

from __future__ import annotations

from decimal import Decimal

from across_reports import reported, zeros
from audit_reports import form_named, with_facts
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.compact import Keeper
from pipeline.units import codebook_value


@given(st.lists(st.sampled_from(["0", "7", "-1", "2.50", "", "/", "MISSING"]), min_size=200, max_size=200))
def test_a_compact_report_holds_every_figure_exactly(printed: list[str]) -> None:
    figures = {address: text for address, text in zip(zeros(), printed, strict=True) if text != "MISSING"}
    report, who = reported(figures, 2021)
    kept = Keeper().keep(report, who, None)
    held = {fact.address: fact.value for fact in report.facts if fact.value is not None}
    assert kept.known() == held
    assert list(kept.not_zero()) == [address for address, value in held.items() if value]
    for fact in report.facts:
        if fact.value is None:
            assert kept.why_absent(fact.address) == str(fact.status)


def test_figures_are_kept_in_the_unit_of_the_codebook() -> None:
    report, who = reported({**zeros("2019"), "proactive.procurement.amount": 251000}, 2019)
    told = with_facts(report, address="proactive.procurement.amount", unit_of_measure="元")
    kept = Keeper().keep(told, who, None)
    assert kept.known()["proactive.procurement.amount"] == codebook_value(
        told.by_address["proactive.procurement.amount"], form_named("2019")
    )
    assert kept.known()["proactive.procurement.amount"] == Decimal("25.1")
    bare = with_facts(report, address="proactive.procurement.amount", unit_of_measure=None)
    assert "proactive.procurement.amount" not in Keeper().keep(bare, who, None).known()


def test_equal_parts_are_kept_once() -> None:
    keeper = Keeper()
    one_, two = (keeper.keep(*reported({**zeros(), "applications.carried_in.total": 4}, year), None) for year in (2021, 2022))
    assert one_.states is two.states
    assert one_.figures is two.figures
    assert one_.layout is two.layout
    assert one_.body is two.body
