"""What a parser made of a rendering, cell by cell: right, open, or one of the distinct ways of being wrong."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from parsers.report import Fact, Status
from parsers.values import Value, read_value
from pipeline.demo.layouts.model import Rendering

__all__ = ["Judgement", "Outcome", "judge"]


class Outcome(StrEnum):
    """One cell's outcome; the last six are silently wrong."""

    RIGHT = "right"
    RECONSTRUCTED = "reconstructed"
    OPEN = "open"
    FALSE_NUMBER = "false_number"
    FALSE_RECONSTRUCTED = "false_reconstructed"
    FALSE_BLANK = "false_blank"
    OPEN_WITH_VALUE = "open_with_value"
    NO_SUCH_CELL = "no_such_cell"
    TWICE = "twice"

    @property
    def wrong(self) -> bool:
        """Whether it is silently wrong."""
        return self not in (Outcome.RIGHT, Outcome.RECONSTRUCTED, Outcome.OPEN)


class Judgement(NamedTuple):
    """The outcome of one cell, whether the layout keeps it, and whether its figure is not zero."""

    address: str
    outcome: Outcome
    kept: bool
    non_zero: bool
    fact: Fact | None


_OPEN = (Status.AMBIGUOUS, Status.MISSING)


def judge(rendering: Rendering, facts: tuple[Fact, ...]) -> Iterator[Judgement]:
    """
    A judgement for every address that the form or the facts have.

    A cell that the layout keeps must come out as printed; any other must be open, or right all the same. A number
    under another unit than the one printed in its cell is a false number.
    """
    by_address: dict[str, Fact] = {}
    for fact in facts:
        if fact.address in by_address:
            yield Judgement(fact.address, Outcome.TWICE, kept=False, non_zero=False, fact=fact)
        by_address[fact.address] = fact
    for address in dict.fromkeys((*rendering.printed, *by_address)):
        found = by_address.get(address)
        printed = rendering.printed.get(address)
        meant = None if printed is None else read_value(printed, signed=address.endswith(".change"))
        yield Judgement(address, _outcome(found, meant), address in rendering.kept, bool(meant and meant.number), found)


def _outcome(fact: Fact | None, meant: Value | None) -> Outcome:
    if fact is None or fact.status in (*_OPEN, Status.UNREADABLE):
        return Outcome.OPEN_WITH_VALUE if fact is not None and fact.value is not None else _open(fact, meant)
    if fact.status in (Status.BLANK, Status.NIL):
        if fact.value is not None:
            return Outcome.OPEN_WITH_VALUE
        return Outcome.RIGHT if meant is not None and meant.status is fact.status else Outcome.FALSE_BLANK
    if meant is None or meant.status is Status.BLANK:
        return Outcome.NO_SUCH_CELL
    same = fact.value is not None and fact.value == meant.number and meant.unit in (None, fact.unit_of_measure)
    if fact.status is Status.RECONSTRUCTED:
        return Outcome.RECONSTRUCTED if same else Outcome.FALSE_RECONSTRUCTED
    return Outcome.RIGHT if same else Outcome.FALSE_NUMBER


def _open(fact: Fact | None, meant: Value | None) -> Outcome:
    """An unreadable cell read as unreadable is right; everything else here is open."""
    if fact is not None and fact.status is Status.UNREADABLE and meant is not None and meant.status is Status.UNREADABLE:
        return Outcome.RIGHT
    return Outcome.OPEN
