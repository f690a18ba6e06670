"""
Findings that look like our own fault: a rule that breaks far more often under one reader, layout and family than elsewhere.

A body is named for a sum only when the sum is its own. Where a rule's breaks gather in the reports that were read in one way,
the reading is suspected first, and the findings wait until a person has looked at a sample of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from parsers.finding import Check, Finding, RuleLevel, Severity, Verdict
from pipeline.audit.catalogue import OWN_RULES, words_of

__all__ = ["CHANCE", "FEWEST_BROKEN", "FEWEST_REPORTS", "TIMES", "Cluster", "Tally", "hold_back"]

TIMES = 3
"""The broken share of a cluster over that of all other reports, above which the reading is suspected (assessment.md, 2)."""
FEWEST_REPORTS = 20
"""Reports with a verdict in a cluster, and in the rest: fewer say nothing about a share."""
FEWEST_BROKEN = 5
"""Reports of a cluster in which the rule is broken."""
CHANCE = 0.001
"""The most that chance alone may have to do with it, over all clusters that were looked at (Bonferroni)."""

_CODE = "run.cluster"
_MOST_LISTED = 50


class Cluster(NamedTuple):
    """A rule in the reports read in one way: how many have a verdict and how many are broken, there and elsewhere."""

    code: str
    traits: tuple[str, ...]
    reports: int
    broken: int
    rest: int
    rest_broken: int

    @property
    def is_suspect(self) -> bool:
        """Whether the broken share is over `TIMES` the rest's, and there are enough reports to say so."""
        enough = min(self.reports, self.rest) >= FEWEST_REPORTS and self.broken >= FEWEST_BROKEN
        return enough and self.broken * self.rest > TIMES * self.rest_broken * self.reports

    @property
    def chance(self) -> float:
        """
        How likely so many or more of the broken reports fall into the cluster by chance (Fisher's exact test, one-sided).

        >>> round(Cluster("a.b", ("html",), 4, 3, 4, 1).chance, 4)
        0.2429
        """
        whole, broken = self.reports + self.rest, self.broken + self.rest_broken
        most = min(self.reports, broken)
        total = _log_choose(whole, self.reports)
        terms = (
            _log_choose(broken, hit) + _log_choose(whole - broken, self.reports - hit) - total
            for hit in range(self.broken, most + 1)
            if self.reports - hit <= whole - broken
        )
        return min(1.0, math.fsum(math.exp(term) for term in terms))


@dataclass
class Tally:
    """
    How often each rule is broken under each way of reading; grows with rules and ways, not with reports.

    `traits` says by report_id how a report was read: the content's media type, the form or the layout found, the family of the
    site that it came from. Reports that are not in it are left out.
    """

    _counts: dict[str, dict[tuple[str, ...], list[int]]] = field(default_factory=dict)

    def admit(self, checks: Iterable[Check], traits: Mapping[str, tuple[str, ...]]) -> None:
        """
        Count checks. A report counts once for a rule, however many instances are broken: all its checks of a rule come in one call.
        """
        verdicts: dict[tuple[str, str], bool] = {}
        for check in checks:
            if check.verdict is not Verdict.UNKNOWN and check.report_id in traits:
                key = check.code, check.report_id
                verdicts[key] = verdicts.get(key, False) or check.verdict is Verdict.BROKEN
        for (code, report_id), is_broken in verdicts.items():
            count = self._counts.setdefault(code, {}).setdefault(traits[report_id], [0, 0])
            count[0] += 1
            count[1] += is_broken

    def suspects(self) -> tuple[Cluster, ...]:
        """The clusters in which the reading is suspected, by rule and traits."""
        looked_at = [cluster for code, counts in sorted(self._counts.items()) for cluster in _clusters(code, counts)]
        suspects = [cluster for cluster in looked_at if cluster.is_suspect]
        return tuple(cluster for cluster in suspects if cluster.chance * len(looked_at) <= CHANCE)

    def hold_back(self, findings: Iterable[Finding], traits: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
        """
        The findings in their order, those of a suspect cluster made prompts that say so, and one finding for each cluster.

        Only rules about figures can be misread: findings of level `none` stay as they are.
        """
        suspects = {(cluster.code, cluster.traits): cluster for cluster in self.suspects()}
        held: dict[tuple[str, tuple[str, ...]], list[Finding]] = defaultdict(list)
        for finding in findings:
            key = (finding.code, traits.get(finding.report_id or "", ()))
            if key not in suspects or finding.rule_level is RuleLevel.NONE:
                yield finding
                continue
            held[key].append(finding)
            yield _held(finding)
        yield from (_finding(suspects[key], items) for key, items in sorted(held.items()))


def hold_back(findings: Iterable[Finding], checks: Iterable[Check], traits: Mapping[str, tuple[str, ...]]) -> tuple[Finding, ...]:
    """The findings of a run after `Tally.hold_back`, where all its checks are at hand."""
    tally = Tally()
    tally.admit(checks, traits)
    return tuple(tally.hold_back(findings, traits))


def _clusters(code: str, counts: Mapping[tuple[str, ...], Sequence[int]]) -> Iterator[Cluster]:
    whole, broken = (sum(count[at] for count in counts.values()) for at in (0, 1))
    for traits, (some, hits) in sorted(counts.items()):
        yield Cluster(code, traits, some, hits, whole - some, broken - hits)


def _log_choose(whole: int, some: int) -> float:
    return math.lgamma(whole + 1) - math.lgamma(some + 1) - math.lgamma(whole - some + 1)


def _held(finding: Finding) -> Finding:
    return replace(
        finding,
        severity=Severity.PROMPT,
        message_zh=f"（暂缓采信：疑为本程序误读，见{_CODE}）{finding.message_zh}",
        message_en=f"(held back: looks like our own misreading, see {_CODE}) {finding.message_en}",
    )


def _finding(cluster: Cluster, held: Sequence[Finding]) -> Finding:
    rule, words, broken = OWN_RULES[_CODE], words_of(_CODE), words_of(cluster.code)
    traits = " × ".join(cluster.traits)
    ids = [finding.finding_id for finding in held[:_MOST_LISTED]]
    more = f" … ({len(held)})" if len(held) > len(ids) else ""
    listed = " ".join(ids) + more
    return Finding(
        code=_CODE, instance=cluster.code, subject=traits, severity=rule.severity, rule_level=rule.level,
        message_zh=f"{words.zh}：“{broken.zh}”（{cluster.code}）在{traits}的{cluster.reports}份报告中有{cluster.broken}份不成立，"
        f"其余{cluster.rest}份中有{cluster.rest_broken}份；暂缓的问题：{listed}",
        message_en=f"{words.en}: {broken.en} ({cluster.code}) is broken in {cluster.broken} of {cluster.reports} reports of {traits}, "
        f"in {cluster.rest_broken} of the other {cluster.rest}; held back: {listed}",
    )  # fmt: skip
