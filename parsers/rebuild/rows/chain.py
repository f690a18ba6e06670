"""
Chain: which label stands where, an order-preserving choice.

Of all places where the rows of a table may be labelled, the increasing chain in the form's order with the
largest weight is taken. This kills headings repeated at a page break, column heads taken for rows, and prose
that quotes labels.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from parsers.form import Row, Table
from parsers.rebuild.labels import Hit, core_of

__all__ = ["Weighed", "choose_chain", "without_strangers"]


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


def without_strangers(weighed: Sequence[Weighed], table: Table, numbered: Collection[str]) -> list[Weighed]:
    """
    The hits without those of rows whose label stands behind the parent of another row that is called alike.

    Nor those of short labels without their number where they stand with it before cells (`numbered`): 总计 of a group is not （七）总计.
    Form 2014 counts 被依法纠错数 of reviews and of cases: one alone behind 行政复议数量 is not that of 行政诉讼数量. Where it stands
    twice and one parent is nowhere, that one's label is misprinted. A row that one parent alone has tells of that parent too.
    """
    alike: dict[str, list[Row]] = {}
    for row in table.rows:
        if row.parent is not None:
            alike.setdefault(core_of(row.zh), []).append(row)
    several = {row.code: rows for rows in alike.values() if len(rows) > 1 for row in rows}
    parents = {row.code: row.parent for rows in several.values() for row in rows}
    children = {row.code: row.parent for row in table.rows if row.parent in parents.values() and row.code not in several}
    hits = [item.hit for item in weighed]
    named = {hit.label.name for hit in hits}
    last: dict[str | None, int] = {}
    kept = []
    for item, hit in zip(weighed, hits, strict=True):
        last[children.get(hit.label.name, hit.label.name)] = hit.first
        own, rows = parents.get(hit.label.name), several.get(hit.label.name, [])
        nearest = max((row.parent for row in rows if row.parent in last), key=lambda parent: last[parent], default=own)
        places = len({other.first for other in hits if other.label.name == hit.label.name}) if nearest != own else 0
        if hit.label.short and hit.first == hit.start and hit.label.name in numbered:
            continue
        if nearest == own or (own not in named and places >= len(rows)):
            kept.append(item)
    return kept
