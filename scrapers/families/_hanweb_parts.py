"""
Several lists on one page: tabs of the government, its departments and townships, each by a call of its own (`cms_families` 3.2).

They are read one after another. What waits, and how those before it ended, travels in the memo of the Request.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from scrapers.addresses import canonical_key
from scrapers.family import Item, Listing, Request, Verdict

__all__ = ["OTHER", "carried_on", "together"]

OTHER = "other"
"""The status of a part that is no list of reports: a menu, or news beside the list."""


def together(listings: Sequence[Listing]) -> Listing:
    """What the parts of a page hold, with the first Request that any of them has; the others wait in its memo."""
    if len(listings) == 1 and (listings[0].verdict is None or listings[0].verdict.status != OTHER):
        return listings[0]
    waiting = [listing.next for listing in listings if listing.next is not None]
    ended = [listing.verdict for listing in listings if listing.verdict is not None]
    whole = Listing(
        _once(item for listing in listings for item in listing.items),
        lists=_once(item for listing in listings for item in listing.lists),
        is_report=any(listing.is_report for listing in listings),
    )
    return _on(whole, waiting, ended)


def carried_on(listing: Listing, memo: Mapping[str, str]) -> Listing:
    """The listing of a part with what waits after it, as the memo of the answered Request has it."""
    if "waiting" not in memo:
        return listing if listing.verdict is None or listing.verdict.status != OTHER else _on(listing, [], [listing.verdict])
    waiting = [Request.from_json(text) for text in json.loads(memo["waiting"])]
    ended = [Verdict(*told) for told in json.loads(memo["ended"])]
    if listing.next is not None:
        waiting.insert(0, listing.next)
    if listing.verdict is not None:
        ended.append(listing.verdict)
    return _on(listing, waiting, ended)


def _on(listing: Listing, waiting: Sequence[Request], ended: Sequence[Verdict]) -> Listing:
    if not waiting:
        return replace(listing, next=None, verdict=_joint(ended))
    kept = {
        "waiting": json.dumps([request.to_json() for request in waiting[1:]]),
        "ended": json.dumps([[verdict.status, verdict.reason, verdict.declared] for verdict in ended], ensure_ascii=False),
    }
    return replace(listing, next=replace(waiting[0], memo={**waiting[0].memo, **kept}), verdict=None)


def _joint(verdicts: Sequence[Verdict]) -> Verdict:
    """
    One verdict on all parts, the worst; the total is declared where every part declares its own.

    >>> _joint([Verdict("complete", "", 3), Verdict("complete-unverified", "no total is declared"), Verdict(OTHER, "a menu")])
    Verdict(status='complete-unverified', reason='no total is declared', declared=None)
    """
    counted = [verdict for verdict in verdicts if verdict.status != OTHER]
    if not counted:
        return Verdict("partial", "; ".join(dict.fromkeys(verdict.reason for verdict in verdicts)))
    totals = [verdict.declared for verdict in counted if verdict.declared is not None]
    worst = next((word for word in ("partial", "complete-unverified") if any(one.status == word for one in counted)), "complete")
    reasons = dict.fromkeys(verdict.reason for verdict in counted if verdict.status == worst and verdict.reason)
    return Verdict(worst, "; ".join(reasons), sum(totals) if len(totals) == len(counted) else None)


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple({canonical_key(item.url): item for item in items}.values())
