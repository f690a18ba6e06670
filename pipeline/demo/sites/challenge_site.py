"""
A county whose lists stand behind a challenge (cms_families.md 5: 加速乐, 521 and a script that sets a cookie).

Its home page answers, so that it can be seen that there is a site; nothing here solves the challenge. The county ends as a
finding with its date, never as an empty result. The site behind is one of the static tail.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.demo.sites import static_site
from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.site import Edition
from pipeline.demo.sites.static_site import list_paths

__all__ = ["build", "list_paths"]


def build(plan: Plan, edition: int) -> Edition:
    """The site in one edition."""
    return static_site.build(plan if plan.obstacle else replace(plan, obstacle="jsl"), edition)
