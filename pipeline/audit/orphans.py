"""Reviews and lawsuits without a request: both follow from one, of that year or of the year before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from parsers.finding import Check, Finding, Verdict
from parsers.report import plain
from pipeline.audit.across_years import pair_finding
from pipeline.audit.catalogue import OWN_RULES, Words
from pipeline.audit.compact import Pair

__all__ = ["check_orphans"]

_CODE = "review.orphan"
_CASES = tuple(f"review_litigation.{group}.total" for group in ("review", "litigation_direct", "litigation_after_review"))
_REQUESTS = ("applications.received.total", "applications.carried_in.total")


def check_orphans(pair: Pair) -> Iterator[Check | Finding]:
    """A Check where both reports have the tables, and a Finding for cases without any request in two years."""
    later, earlier = pair.later, pair.earlier
    if not all(address in later.layout.places for address in (*_CASES, *_REQUESTS)):
        return
    if not all(address in earlier.layout.places for address in _REQUESTS):
        return
    requests = [(pair.after, _REQUESTS), (pair.before, _REQUESTS)]
    if _any_above_zero(requests) or _all_zero([(pair.after, _CASES)]):
        yield Check(later.report_id, _CODE, "", Verdict.HOLDS)
        return
    if not (_any_above_zero([(pair.after, _CASES)]) and _all_zero(requests)):
        lacking = [f"{address} of {later.year}" for address in (*_REQUESTS, *_CASES) if address not in pair.after]
        lacking += [f"{address} of {earlier.year}" for address in _REQUESTS if address not in pair.before]
        yield Check(later.report_id, _CODE, "", Verdict.UNKNOWN, f"no number in {', '.join(lacking)}")
        return
    yield Check(later.report_id, _CODE, "", Verdict.BROKEN)
    rule = OWN_RULES[_CODE]
    cases = sum((pair.after[address] for address in _CASES if address in pair.after), Decimal(0))
    said = Words(
        f"{later.year}年度复议、诉讼{plain(cases)}件，{earlier.year}、{later.year}年度均无新收及结转的申请",
        f"{plain(cases)} cases in {later.year}, no request received or carried in in {earlier.year} and {later.year}",
    )
    weight = rule.severity, rule.level
    yield pair_finding(pair, _CODE, "", said, (*_CASES, *_REQUESTS), _REQUESTS, (cases, Decimal(0)), weight)


_Cells = Sequence[tuple[Mapping[str, Decimal], Sequence[str]]]


def _any_above_zero(cells: _Cells) -> bool:
    return any(known.get(address, Decimal(0)) > 0 for known, addresses in cells for address in addresses)


def _all_zero(cells: _Cells) -> bool:
    return all(known.get(address) == 0 for known, addresses in cells for address in addresses)
