"""
Figures of a report as a whole: how late it was published, and how like its prose is to the year before's.

The prose of a run is kept compressed, outside memory where it grows, until the report of the year after is known.
"""

from __future__ import annotations

import re
import tempfile
import weakref
import zlib
from collections.abc import Iterator, Sequence

from parsers.report import Report
from pipeline.deadlines import days_late, deadline
from pipeline.harmonised import Figure, Harmonised
from pipeline.series import Year

__all__ = ["Prose", "lateness", "likeness", "with_likeness"]

_GRAM = 5
"""Characters of a gram, as assessment.md 2 has it for copied years."""

_MASKED = re.compile(r"[0-9０-９〇零一二三四五六七八九十百千万两]+")
_NOTHING = re.compile(r"\s+")
_IN_MEMORY_BYTES = 32_000_000


def lateness(level: str | None, year: int | None, published_on: str | None) -> Figure:
    """
    The days after the deadline on which a report was published; without a figure where that is not known.

    >>> lateness("county", 2021, "2022-04-02").value, lateness("township", 2021, "2022-04-02").reason
    (2.0, 'the Regulations give no deadline')
    """
    if level is None or year is None or deadline(level, year) is None:
        return Figure(None, None, "same", "the Regulations give no deadline")
    late = days_late(level, year, published_on)
    if late is None:
        why = "the site gives no date" if not published_on else f"{published_on} cannot be the day of publication"
        return Figure(None, None, "same", why)
    return Figure(float(late), "published", "same")


def likeness(one: str, other: str) -> tuple[int, int]:
    """
    How many 5-grams two masked texts share, and how many there are in either.

    >>> likeness("公开政府信息#条", "公开政府信息#件")
    (3, 5)
    """
    grams, others = _grams(one), _grams(other)
    return len(grams & others), len(grams | others)


def masked(report: Report) -> str:
    """The prose of a report without blanks, its figures masked: what is left is wording."""
    text = "".join(section.text for section in report.sections)
    return _MASKED.sub("#", _NOTHING.sub("", text))


def _grams(text: str) -> set[str]:
    return {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}


class Prose:
    """The masked prose of many reports, by report_id."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - it goes away with this
        weakref.finalize(self, self._file.close)
        self._places: dict[str, tuple[int, int]] = {}

    def add(self, report: Report) -> None:
        """Keep the prose of a report that has any."""
        body = zlib.compress(masked(report).encode(), 1)
        self._places[report.report_id] = (self._file.seek(0, 2), len(body))
        self._file.write(body)

    def of(self, report_id: str) -> str:
        """The prose of a report; empty where it has none."""
        if report_id not in self._places:
            return ""
        at, length = self._places[report_id]
        self._file.seek(at)
        return zlib.decompress(self._file.read(length)).decode()


def with_likeness(years: Sequence[Year], prose: Prose) -> Iterator[Year]:
    """The years in their order, each report with the likeness of its prose to that of the year before."""
    before: Year | None = None
    for item in years:
        report = item.report
        if report is None:
            yield item
        else:
            figure = _compared(report, before if before is not None and _follows(before, item) else None, prose)
            yield item._replace(reports=(report._replace(wholes={**report.wholes, "narrative_similarity": figure}),))
        before = item


def _follows(before: Year, item: Year) -> bool:
    return before.body.is_settled and (before.body, before.year + 1) == (item.body, item.year)


def _compared(report: Harmonised, before: Year | None, prose: Prose) -> Figure:
    earlier = before.report if before is not None else None
    if earlier is None:
        return Figure(None, None, "same", "no one report of the year before")
    shared, either = likeness(prose.of(report.report_id), prose.of(earlier.report_id))
    if not prose.of(report.report_id) or not prose.of(earlier.report_id) or not either:
        return Figure(None, None, "same", "a report without prose")
    return Figure(shared / either, "published", "same", "", float(shared), float(either))
