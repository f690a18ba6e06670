"""Fees typed in another unit, and reviews without a request: by a figure of the year before."""

from __future__ import annotations

from decimal import Decimal

import pytest
from across_reports import audited, checks, codes, one, reported, zeros
from audit_reports import with_facts

from parsers.finding import Severity, Verdict
from pipeline.audit.ratios import is_slip


@pytest.mark.parametrize(("before", "after", "slips"), [
    ("4068.2", "40682080", True), ("4068.2", "4068200", True), ("40682080", "4068.2", True), ("4068.2", "4.0682", True),
    ("100", "98000", True), ("100", "102000", True), ("100", "97900", False), ("100", "102100", False),
    ("4068.2", "5100", False), ("100", "10000", False), ("0", "40682080", False), ("0", "0", False),
])  # fmt: skip
def test_fees_in_another_unit_are_seen(before: str, after: str, slips: bool) -> None:
    cell = "proactive.fees.amount"
    found = audited(*(reported({**zeros(), cell: held}, year) for held, year in ((before, 2021), (after, 2022))))
    assert checks(found, "unit.slip") == {"": Verdict.BROKEN if slips else Verdict.HOLDS}
    assert codes(found) == ["unit.slip"] * slips
    assert is_slip(Decimal(after), Decimal(before)) is slips
    if slips:
        finding = one(found, "unit.slip")
        assert (finding.severity, finding.left, finding.right) == (Severity.WARNING, Decimal(after), Decimal(before))


def test_fees_are_compared_in_one_unit() -> None:
    cell = "proactive.fees.amount"
    before, (after, who) = (reported({**zeros(), cell: held}, year) for held, year in ((40, 2021), (400000, 2022)))
    assert codes(audited(before, (after, who))) == ["unit.slip"]
    assert codes(audited(before, (with_facts(after, address=cell, unit_of_measure="元"), who))) == []


ORPHAN = {"review_litigation.review.total": 2}


@pytest.mark.parametrize(("before", "after", "verdict"), [
    ({}, ORPHAN, Verdict.BROKEN),
    ({"applications.received.total": 1}, ORPHAN, Verdict.HOLDS),
    ({"applications.carried_in.total": 1}, ORPHAN, Verdict.HOLDS),
    ({}, {**ORPHAN, "applications.received.total": 1}, Verdict.HOLDS),
    ({}, {**ORPHAN, "applications.carried_in.total": 1}, Verdict.HOLDS),
    ({"applications.received.total": None}, ORPHAN, Verdict.UNKNOWN),
    ({}, {**ORPHAN, "applications.received.total": None}, Verdict.UNKNOWN),
    ({}, {"review_litigation.review.total": None}, Verdict.UNKNOWN),
    ({}, {**ORPHAN, "review_litigation.litigation_direct.total": None}, Verdict.BROKEN),
    ({}, {}, Verdict.HOLDS),
])  # fmt: skip
def test_reviews_without_a_request_in_two_years(
    before: dict[str, int | str | None], after: dict[str, int | str | None], verdict: Verdict
) -> None:
    found = audited(reported({**zeros(), **before}, 2021), reported({**zeros(), **after}, 2022))
    assert checks(found, "review.orphan") == {"": verdict}
    assert codes(found).count("review.orphan") == (verdict is Verdict.BROKEN)
    if verdict is Verdict.BROKEN:
        assert one(found, "review.orphan").severity is Severity.PROMPT
