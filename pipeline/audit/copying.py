"""
The same figures under two titles: a table copied from another year or another body, or a report under a wrong title.

Most townships are all zeros, and one request that was granted fills six cells: only figures that are no totals count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from parsers.finding import Finding
from parsers.form import load_forms
from pipeline.audit.catalogue import OWN_RULES, words_of
from pipeline.audit.compact import Compact, Layout

__all__ = ["FEWEST", "check_copies"]

FEWEST = 5
"""So many figures above zero, totals not counted, make equal tables worth a look (assessment.md, 2)."""

_CODE = "copy.table"
_GOVERNMENTS = ("province", "prefecture", "county", "office")
_Content = tuple[tuple[str, ...], tuple[Decimal, ...]]


def check_copies(reports: Iterable[Compact]) -> Iterator[Finding]:
    """One Finding for each report whose figures are those of an earlier year's or another body's, the earliest named."""
    groups: dict[_Content, list[Compact]] = defaultdict(list)
    for report in reports:
        if len(report.figures) >= FEWEST:
            content = _content(report)
            if content is not None:
                groups[content].append(report)
    for (addresses, figures), found in groups.items():
        found.sort(key=lambda report: (report.year or 0, report.report_id))
        for at, report in enumerate(found):
            other = next((before for before in found[:at] if _are_two(report, before)), None)
            if other is not None:
                yield _finding(report, other, addresses, figures)


def _content(report: Compact) -> _Content | None:
    addresses = report.not_zero()
    counted = len(addresses) - len(_totals(report.layout).intersection(addresses))
    return (addresses, report.figures) if counted >= FEWEST else None


@lru_cache(maxsize=1_000)
def _totals(layout: Layout) -> frozenset[str]:
    """Cells that follow from others of the report: alone on one side of a sum of several."""
    found = set()
    for form in load_forms():
        for identity in form.identities:
            for item in identity.statement.comparisons:
                for side, other in ((item.left, item.right), (item.right, item.left)):
                    if item.sign == "==" and len(side.terms) == 1 and len(other.terms) > 1:
                        address = side.terms[0][1]
                        if layout.form_of(address) == form.name:
                            found.add(address)
    return frozenset(found)


def _are_two(report: Compact, other: Compact) -> bool:
    """Whether both titles cannot be right: two years, or two bodies that are certainly not the same."""
    if report.supersedes == other.report_id or other.supersedes == report.report_id:
        return False  # a title that was put right
    if report.year is None or other.year is None:
        return False
    if report.year != other.year:
        return True
    one, two = report.body, other.body
    if None in (*one, *two) or one == two:
        return False
    if one.county_id != two.county_id:
        return True
    # A government's report may stand under its own name and under its office's; 斗门镇 is also 斗门镇人民政府.
    both_govern = one.level in _GOVERNMENTS and two.level in _GOVERNMENTS
    return not both_govern and (one.name or "") not in (two.name or "") and (two.name or "") not in (one.name or "")


def _finding(report: Compact, other: Compact, addresses: tuple[str, ...], figures: tuple[Decimal, ...]) -> Finding:
    rule, words = OWN_RULES[_CODE], words_of(_CODE)
    shown = figures[:5]
    listed = ", ".join(f"{address} {value}" for address, value in zip(addresses, shown, strict=False))
    return Finding(
        code=_CODE, instance=other.report_id, subject=report.report_id, report_id=report.report_id,
        other_report_id=other.report_id, severity=rule.severity, rule_level=rule.level,
        addresses=(*addresses, *(f"other:{address}" for address in addresses)),
        message_zh=f"{report.name.zh}与{other.name.zh}：{words.zh}，共{len(addresses)}个非零数字（{listed} …），请核对年度与机关",
        message_en=f"{report.name.en} and {other.name.en}: {words.en}: {len(addresses)} above zero ({listed} …); look at year and body",
    )  # fmt: skip
