"""
When a report is due: Article 49 of the Regulations on Open Government Information (2019), and the 2007 Regulations before.

From data year 2019 on departments publish by 31 January and governments by 31 March; before, every body by 31 March.
Townships have no date in Article 49, so none is ever late here.
"""

from __future__ import annotations

from datetime import date

__all__ = ["days_late", "deadline", "is_due", "is_late"]

_NEW_RULE_SINCE = 2019
_GOVERNMENTS = ("province", "prefecture", "county")
_OFFICES = ("office", "department")
_LATEST_YEARS = 2
"""A date later than the second year after the data year is one of a site's move, not of publication (assessment.md, 2)."""


def deadline(level: str, year: int) -> date | None:
    """
    The last day on which a report may be published; None where the Regulations give none.

    >>> deadline("department", 2021), deadline("county", 2021), deadline("township", 2021)
    (datetime.date(2022, 1, 31), datetime.date(2022, 3, 31), None)
    """
    if year < _NEW_RULE_SINCE or level in _GOVERNMENTS:
        return date(year + 1, 3, 31) if level in (*_GOVERNMENTS, *_OFFICES, "township") else None
    return date(year + 1, 1, 31) if level in _OFFICES else None


def days_late(level: str, year: int, published_on: str | None) -> int | None:
    """
    Days after the deadline, 0 when in time; None where no date, no deadline, or a date that cannot be the day of publication.

    >>> days_late("county", 2021, "2022-04-02"), days_late("county", 2021, "2026-01-01")
    (2, None)
    """
    last = deadline(level, year)
    if last is None or not published_on:
        return None
    day = date.fromisoformat(published_on)
    if not date(year + 1, 1, 1) <= day <= date(year + _LATEST_YEARS, 12, 31):
        return None
    return max(0, (day - last).days)


def is_late(level: str, year: int, published_on: str | None) -> bool:
    """Whether the date that the site gives is after the deadline."""
    return bool(days_late(level, year, published_on))


def is_due(level: str, year: int, at: str | None) -> bool:
    """Whether the deadline had passed at a time; without a deadline, whether the year after the data year had ended."""
    if at is None:
        return False
    last = deadline(level, year) or date(year + 1, 12, 31)
    return date.fromisoformat(at[:10]) > last
