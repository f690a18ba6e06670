"""
The audit over all reports of a run: what does not hold over the years of one body, and over the bodies of one county.

Every report is held, compactly, until the last is known. What cannot be compared is said to be so and why; nothing is put
together that might not belong together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from parsers.finding import Check, Finding, Verdict
from parsers.report import Report
from pipeline.audit.across_bodies import check_county, check_prefecture
from pipeline.audit.across_years import check_years, pair_finding
from pipeline.audit.catalogue import OWN_RULES, Words
from pipeline.audit.compact import Compact, Keeper, Pair, Slot
from pipeline.audit.copying import check_copies
from pipeline.audit.orphans import check_orphans
from pipeline.audit.ratios import check_ratios
from pipeline.audit.rules import Rules
from pipeline.bodies import Body
from pipeline.registry.county import load_registry

__all__ = ["Across"]

_NOBODY = Body(None, None, None)
_RESHAPED = ("merged", "split", "part", "became_prefecture")
"""Steps of a county after which it is not the body that it was, though it kept its id."""


def _never(_county_id: str, _year: int) -> bool:
    return False


@dataclass
class Across:
    """
    Admits the reports of a run one by one; `close` compares them and gives findings and checks, each of which names a report.

    `complete` says of a county and year whether the reports of all its bodies are there; until it says so no sum is looked at.
    """

    rules: Rules
    complete: Callable[[str, int], bool] = _never
    _keeper: Keeper = field(default_factory=Keeper)
    _held: list[Compact] = field(default_factory=list)

    def admit(self, report: Report, body: Body | None, *, supersedes: str | None = None) -> None:
        """Take a report and whose it is; `supersedes` is the report_id of the version before."""
        if report.facts:
            self._held.append(self._keeper.keep(report, body or _NOBODY, supersedes))

    def supersede(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Say which reports (the first of each pair) a later one, admitted without knowing it, takes the place of."""
        before = {new: old for old, new in pairs}
        self._held = [item._replace(supersedes=before.get(item.report_id, item.supersedes)) for item in self._held]

    def close(self) -> tuple[tuple[Finding, ...], tuple[Check, ...]]:
        """The findings and the checks of all rules, in the order of `compare`."""
        found = list(self.compare())
        findings = tuple(item for item in found if isinstance(item, Finding))
        return findings, tuple(item for item in found if isinstance(item, Check))

    def compare(self) -> Iterator[Check | Finding]:
        """The same one by one, in the order of the reports: years, then bodies, then copies."""
        reports = _newest(self._held)
        slots = _slots(reports)
        counties = {report.report_id: report.county_code for report in reports}
        for found in chain(self._over_years(slots), self._over_bodies(slots), check_copies(reports)):
            county_code = counties[found.report_id or ""]
            if not self.rules.runs(found.code, default=True, county_code=county_code):
                continue
            if isinstance(found, Finding):
                severity = self.rules.severity(found.code, default=found.severity, county_code=county_code)
                yield found if severity is found.severity else replace(found, severity=severity)
            else:
                yield found

    def _over_years(self, slots: Mapping[tuple[Body, int], Slot]) -> Iterator[Check | Finding]:
        for (body, year), slot in slots.items():
            before = slots.get((body, year - 1))
            if before is None:
                continue
            reason = slot.doubt or before.doubt or _reshaped(body, year)
            for later in slot.reports:
                yield from self._pair(Pair(before.reports[0], later), reason)

    def _pair(self, pair: Pair, reason: str) -> Iterator[Check | Finding]:
        found = chain(check_years(pair, self.rules), check_ratios(pair, self.rules), check_orphans(pair))
        changed = "" if reason else _scope_changed(pair)
        if not reason and not changed:
            yield from found
            return
        checks = [item for item in found if isinstance(item, Check)]
        yield from (replace(check, verdict=Verdict.UNKNOWN, reason=reason or changed) for check in checks)
        if checks and changed:
            rule = OWN_RULES["x.scope"]
            zh = f"{_SCOPES[pair.earlier.scope]}→{_SCOPES[pair.later.scope]}"
            yield pair_finding(pair, "x.scope", "", Words(zh, changed), (), (), (None, None), (rule.severity, rule.level))

    def _over_bodies(self, slots: Mapping[tuple[Body, int], Slot]) -> Iterator[Check | Finding]:
        by_county: dict[tuple[str, int], list[Slot]] = defaultdict(list)
        for (body, year), slot in slots.items():
            if body.county_id is not None:
                by_county[body.county_id, year].append(slot)
        below: dict[tuple[str, int], list[Slot]] = defaultdict(list)
        for (county_id, year), found in by_county.items():
            prefecture = _prefecture(county_id, year)
            if prefecture is not None and (prefecture, year) in by_county:
                below[prefecture, year] += found
        for (county_id, year), found in by_county.items():
            yield from check_county(found, self.rules, partial(self.complete, county_id, year))
            yield from check_prefecture(found, below[county_id, year], self.rules)


_SCOPES: Mapping[str | None, str] = {None: "不明", "all": "汇总", "own": "本机关"}


def _scope_changed(pair: Pair) -> str:
    """How the scope changed; empty when it did not. Unknown against known is a change too: nobody can tell that it is none."""
    earlier, later = pair.earlier.scope, pair.later.scope
    return "" if earlier == later else f"the scope changed from {earlier or 'unknown'} to {later or 'unknown'}"


def _newest(held: Sequence[Compact]) -> list[Compact]:
    """Without the versions that another one of the same body and year took the place of."""
    by_id = {report.report_id: report for report in held}
    gone = set()
    for report in held:
        before = by_id.get(report.supersedes or "")
        if before is not None and (before.body, before.year) == (report.body, report.year):
            gone.add(before.report_id)
    return [report for report in held if report.report_id not in gone]


def _slots(reports: Iterable[Compact]) -> dict[tuple[Body, int], Slot]:
    """What each body reported in each year, where both are known."""
    found: dict[tuple[Body, int], list[Compact]] = defaultdict(list)
    for report in reports:
        if report.body.is_settled and report.year is not None:
            found[report.body, report.year].append(report)
    return {(body, year): Slot(body, year, tuple(items)) for (body, year), items in found.items()}


def _reshaped(body: Body, year: int) -> str:
    """Why a body's county is not what it was the year before; empty when it is."""
    county = load_registry().divisions.get(body.county_id or "")
    if county is None:
        return ""
    for link in chain(county.predecessors, county.successors):
        if link.year == year and link.kind in _RESHAPED:
            return f"the county changed in {year} ({link.kind}), so the two years are not of the same bodies"
    return ""


def _prefecture(county_id: str, year: int) -> str | None:
    county = load_registry().divisions.get(county_id)
    spell = county.spell(year) if county is not None else None
    return spell.prefecture if spell is not None else None
