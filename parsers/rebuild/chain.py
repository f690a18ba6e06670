"""
Chain: which label stands where, an order-preserving choice.

Of all places where the rows of a table may be labelled, the increasing chain in the form's order with the
largest weight is taken. This kills headings repeated at a page break, column heads taken for rows, and prose
that quotes labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.rebuild.labels import Hit

__all__ = ["Weighed", "choose_chain"]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A hit and how much speaks for it."""

    hit: Hit
    weight: int


def choose_chain(weighed: Sequence[Weighed]) -> list[Hit]:
    """
    The heaviest chain of hits that rises both in the stream and in the form; nearer neighbours win a tie.

    `weighed` is in order of place. Quadratic in the number of hits (some 60 for a report).
    """
    best = [item.weight for item in weighed]
    before = [-1] * len(weighed)
    for at, item in enumerate(weighed):
        order, first = item.hit.label.order, item.hit.first
        for prior in range(at - 1, -1, -1):
            other = weighed[prior].hit
            if other.label.order < order and other.end <= first and best[prior] + item.weight > best[at]:
                best[at] = best[prior] + item.weight
                before[at] = prior
    chain: list[Hit] = []
    at = max(range(len(best)), key=lambda index: best[index], default=-1)
    while at >= 0:
        chain.append(weighed[at].hit)
        at = before[at]
    return chain[::-1]
