"""The chain of labels, against every chain there is."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from strategies import weighed_labels

from parsers.rebuild.rows.chain import Weighed, choose_chain


def rises(chain: tuple[Weighed, ...]) -> bool:
    """Whether labels follow one another in the stream and in the form."""
    return all(
        left.hit.label.order < right.hit.label.order and left.hit.end <= right.hit.first for left, right in pairwise(chain)
    )


@given(weighed_labels(most=9))
def test_no_chain_that_rises_is_heavier_than_the_chosen_one(weighed: list[Weighed]) -> None:
    chosen = choose_chain(weighed)
    weights = {id(item.hit): item.weight for item in weighed}
    every = (chain for length in range(len(weighed) + 1) for chain in combinations(weighed, length) if rises(chain))
    heaviest = max(sum(item.weight for item in chain) for chain in every)
    assert sum(weights[id(hit)] for hit in chosen) == heaviest
    assert rises(tuple(Weighed(hit, 1) for hit in chosen))


@given(weighed_labels(most=40))
def test_the_nearer_of_two_equal_neighbours_is_taken(weighed: list[Weighed]) -> None:
    """The chosen chain is the one that looking back from each label, nearest first, gives."""
    best, before = [item.weight for item in weighed], [-1] * len(weighed)
    for at, item in enumerate(weighed):
        for prior in reversed(range(at)):
            if rises((weighed[prior], item)) and best[prior] + item.weight > best[at]:
                best[at], before[at] = best[prior] + item.weight, prior
    at, chain = max(range(len(best)), key=lambda index: best[index], default=-1), []
    while at >= 0:
        chain.append(weighed[at].hit)
        at = before[at]
    assert choose_chain(weighed) == chain[::-1]
