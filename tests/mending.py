"""What a reading of a broken layout must be: said once, for the parser and for the fakes that must fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.report import Fact
from pipeline.demo.judge import Judgement, Outcome, judge
from pipeline.demo.layouts import Layout, Rendering

__all__ = ["FLOORS", "READ", "complaints", "share_read"]

READ = (Outcome.RIGHT, Outcome.RECONSTRUCTED)

FLOORS = {
    "html.rows_stacked": 0.99,
    "loss.blanks_dropped": 0.65,
    "loss.cell_lost": 0.85,
    "loss.cell_lost_text": 0.85,
    "loss.column_and_head_lost": 0.15,
    "loss.column_lost": 0.15,
    "loss.glued": 0.80,
    "loss.labels_torn": 0.85,
    "loss.lines_removed": 0.01,
    "loss.one_figure": 0.15,
    "loss.packed_left": 0.80,
    "loss.rows_glued": 0.80,
    "values.letters": 0.90,
}
"""The share of cells of full reports to be read at least, for layouts that lose something: who leaves all open, reads nothing."""


def complaints(layout: Layout, rendering: Rendering, facts: Sequence[Fact], *, alone: bool = True) -> Iterator[str]:
    """
    What is wrong with a reading.

    Nothing may be silently wrong, and a layout that keeps every value is read whole where it stands `alone`. Only the same
    digits of a group of section four, cut so that its sum holds though the report broke it, are no complaint; nor is what is
    open where a report prints a single figure: no other shows whether figures stand in their places or were packed together.
    """
    alone = alone and sum(map(bool, rendering.printed.values())) != 1
    judgements = list(judge(rendering, tuple(facts)))
    cut_otherwise = _cut_otherwise(rendering, judgements)
    for item in judgements:
        if item.address.rpartition(".")[0] in cut_otherwise and item.outcome is Outcome.FALSE_RECONSTRUCTED:
            continue
        if item.outcome.wrong or (alone and not layout.loses and item.kept and item.outcome not in READ):
            yield f"{layout.name}: {_shown(rendering, item)}"


def _cut_otherwise(rendering: Rendering, judgements: Sequence[Judgement]) -> set[str]:
    """The groups of section four whose digits were printed together and are all read, in a cut that obeys the sum."""
    groups: dict[str, list[Judgement]] = {}
    for item in judgements:
        if item.address.startswith("review_litigation."):
            groups.setdefault(item.address.rpartition(".")[0], []).append(item)
    found = set()
    for name, items in groups.items():
        values = [item.fact.value for item in items if item.fact is not None and item.fact.value is not None]
        printed = "".join(rendering.printed.get(item.address) or "?" for item in items)
        *parts, total = values if len(values) == len(items) else (1, 0)
        if sum(parts) == total and "".join(map(str, values)) == printed:
            found.add(name)
    return found


def _shown(rendering: Rendering, item: Judgement) -> str:
    fact = item.fact
    read = "no fact" if fact is None else f"{fact.status} {fact.value} from {fact.raw!r} at {fact.place} ({fact.note})"
    return f"{item.address} is {item.outcome}: printed {rendering.printed.get(item.address)!r}, read {read}"


def share_read(rendering: Rendering, facts: Sequence[Fact]) -> float:
    """The share of the form's cells that came out right."""
    outcomes = [item.outcome for item in judge(rendering, tuple(facts))]
    return sum(outcome in READ for outcome in outcomes) / len(outcomes)
