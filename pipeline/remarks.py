"""What the reader of a comparison must know of it: breaks, scopes that are not said, figures that are only close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.figures import Entry, Key
from pipeline.series import APPROXIMATE

__all__ = ["FORM_BREAKS", "Remark", "break_of", "remarks"]

FORM_BREAKS = ((2018, 2019), (2020, 2021))
"""Between these years the national form changed (assessment.md, 3: to be stated with every series)."""

_MOST_NAMES = 3


class Remark(NamedTuple):
    """One sentence in Chinese and in English."""

    zh: str
    en: str

    def text(self, tongue: str) -> str:
        """The sentence in one language, `zh` or `en`."""
        return self.zh if tongue == "zh" else self.en


def remarks(
    entries: Mapping[tuple[Key, int], Entry], years: Sequence[int], level: str, left_out: int, names: Mapping[Key, str]
) -> Iterator[Remark]:
    """The remarks that a comparison asks for, in a fixed order."""
    held = [entry for entry in entries.values() if entry.value is not None]
    for before, after in FORM_BREAKS:
        if years[0] <= before and after <= years[-1]:
            yield Remark(f"{before}、{after}年度之间全国统一格式有变", f"the national form changed between {before} and {after}")
    changed = [(key, year) for (key, year), entry in entries.items() if entry.breaks and "scope" in entry.breaks and key in names]
    if changed:
        shown = [f"{names[key]}{year}" for key, year in changed[:_MOST_NAMES]]
        more = len(changed) - len(shown)
        zh, en = (f"等{len(changed)}处", f" and {more} more") if more else ("", "")
        yield Remark(
            f"统计范围有变或不再说明：{'、'.join(shown)}{zh}",
            f"the scope has changed, or is not said any more: {', '.join(shown)}{en}",
        )
    counted = (
        (sum(entry.scope is None for entry in held), "个数值所在报告未说明统计范围", "of reports that do not say their scope"),
        (sum(entry.relation == "close" for entry in held), "个数值口径相近而不相同", "close to it, and not the same quantity"),
        (sum(entry.relation == APPROXIMATE for entry in held), "个数值仅近似可比", "comparable only approximately"),
        (sum(entry.status == "reconstructed" for entry in held), "个数值由残缺版面重建", "reconstructed from damaged layouts"),
        (sum(entry.is_small for entry in held), "个比率的分母小于30", "ratios with a denominator below 30"),
    )
    for count, zh, en in counted:
        if count:
            yield Remark(f"{count}{zh}", f"{count} of the figures are {en}")
    if left_out:
        yield Remark(
            f"另有{left_out}份报告的机关或所属县尚未判定，未列入",
            f"{left_out} reports of bodies that are not settled are left out",
        )
    if level != "county":
        yield Remark(
            "未列出的机关未必没有报告，见coverage表", "a unit that is not listed may still have a report: see `coverage`"
        )


def break_of(before: Entry | None, entry: Entry) -> str | None:
    """
    What has changed from one report of a body to its next, as `panel` words it; None where nothing has.

    >>> break_of(Entry(form="2019", report_id="a"), Entry(form="2021", scope="all", report_id="b"))
    'form 2019→2021;scope unknown→all'
    """
    if before is None or before.report_id is None or entry.report_id is None:
        return None
    changes = [("form", before.form, entry.form), ("scope", before.scope or "unknown", entry.scope or "unknown")]
    return ";".join(f"{what} {old}→{new}" for what, old, new in changes if old != new) or None
