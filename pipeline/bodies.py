"""
Who reports: the same body over the years, whatever its name and its county's code were.

A county is told by the code in the list of sites and by the report's own words, never by a host's name; where the two do
not settle it the county stays open, and nothing is put together that might not belong together.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Body"]


class Body(NamedTuple):
    """
    A reporting body: the county's id, its level, and its name without the county's own names.

    `name` is empty for the government itself. None in any part means that it is not settled.
    """

    county_id: str | None
    level: str | None
    name: str | None
