"""Parsers that lie must fail what ours must pass: a proof that cannot tell them apart proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from random import Random

import pytest
from mending import FLOORS, complaints, share_read

from parsers.report import Fact, Status
from parsers.values import Value, read_value
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts import LAYOUTS, Layout, Rendering, layout_named

NAMES = [layout.name for layout in LAYOUTS]

Reading = dict[str, Fact]
"""The facts of a parser by address."""


@cache
def printed_report(name: str, filling: str = "full") -> tuple[Layout, Rendering]:
    layout = layout_named(name)
    return layout, layout.render(random_sheet(Random(3), filling=filling), Random(3))


def fact(address: str, status: Status, value: Decimal | None = None, unit: str | None = None) -> Fact:
    table, rest = address.split(".", 1)
    row, column = rest.rsplit(".", 1)
    return Fact(table, row, column, value, None if value is None else str(value), unit, status)


def truth(rendering: Rendering) -> Reading:
    """What a parser without fault makes of a page: every printed cell as printed, every other one missing."""
    return {address: _true_fact(address, printed) for address, printed in rendering.printed.items()}


def _true_fact(address: str, printed: str | None) -> Fact:
    meant = Value(Status.MISSING) if printed is None else read_value(printed, signed=address.endswith(".change"))
    return fact(address, meant.status, meant.number, meant.unit)


def is_refused(name: str, facts: tuple[Fact, ...]) -> bool:
    """Whether the checks of `test_mend` refuse a reading: by a complaint, or because too little is read."""
    layout, rendering = printed_report(name)
    return any(complaints(layout, rendering, facts)) or share_read(rendering, facts) < FLOORS.get(name, 0)


# --- fake parsers ---------------------------------------------------------------------------------

FAKES: Mapping[str, Callable[[Rendering], tuple[Fact, ...]]] = {
    "nothing at all": lambda _: (),
    "always missing": lambda page: tuple(fact(address, Status.MISSING) for address in page.printed),
    "always ambiguous": lambda page: tuple(fact(address, Status.AMBIGUOUS) for address in page.printed),
    "always unreadable": lambda page: tuple(fact(address, Status.UNREADABLE) for address in page.printed),
    "always blank": lambda page: tuple(fact(address, Status.BLANK) for address in page.printed),
    "always nil": lambda page: tuple(fact(address, Status.NIL) for address in page.printed),
    "always 0": lambda page: tuple(fact(address, Status.PUBLISHED, Decimal(0)) for address in page.printed),
    "always 0, reconstructed": lambda page: tuple(fact(address, Status.RECONSTRUCTED, Decimal(0)) for address in page.printed),
    "a guess under ambiguous": lambda page: tuple(
        item._replace(status=Status.AMBIGUOUS) if item.value is not None else item for item in truth(page).values()
    ),
    "a guess under missing": lambda page: tuple(
        item._replace(status=Status.MISSING, value=item.value or Decimal(0)) for item in truth(page).values()
    ),
    "a value under blank": lambda page: tuple(item._replace(status=Status.BLANK) for item in truth(page).values()),
    "published without a value": lambda page: tuple(
        item._replace(status=Status.PUBLISHED, value=None) for item in truth(page).values()
    ),
    "right, but one address twice": lambda page: (*truth(page).values(), next(iter(truth(page).values()))),
    "right, and one address more": lambda page: (
        *truth(page).values(), fact("applications.invented.total", Status.PUBLISHED, Decimal(0)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fake", FAKES)
@pytest.mark.parametrize("name", NAMES)
def test_a_fake_parser_is_refused(name: str, fake: str) -> None:
    assert is_refused(name, FAKES[fake](printed_report(name)[1]))


@pytest.mark.parametrize("name", NAMES)
def test_a_parser_without_fault_is_not_refused(name: str) -> None:
    layout, rendering = printed_report(name)
    assert not list(complaints(layout, rendering, tuple(truth(rendering).values())))


# --- small lies in a reading that is right otherwise ------------------------------------------------


def figures(rendering: Rendering) -> list[str]:
    """The addresses that print a number."""
    return [address for address, item in truth(rendering).items() if item.value is not None]


def wrong_cells(rendering: Rendering, reading: Reading) -> dict[str, Outcome]:
    return {item.address: item.outcome for item in judge(rendering, tuple(reading.values())) if item.outcome.wrong}


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.RECONSTRUCTED])
@pytest.mark.parametrize("change", [1, -1])
@pytest.mark.parametrize("name", NAMES)
def test_a_number_off_by_one_is_seen_in_every_cell(name: str, change: int, status: Status) -> None:
    _, rendering = printed_report(name)
    right = truth(rendering)
    expected = Outcome.FALSE_NUMBER if status is Status.PUBLISHED else Outcome.FALSE_RECONSTRUCTED
    told = figures(rendering)
    lies = {
        address: right[address]._replace(value=(right[address].value or Decimal(0)) + change, status=status) for address in told
    }
    assert wrong_cells(rendering, right | lies) == dict.fromkeys(told, expected)


@pytest.mark.parametrize("name", NAMES)
def test_two_figures_that_change_places_are_seen(name: str) -> None:
    _, rendering = printed_report(name)
    right = truth(rendering)
    told = figures(rendering)
    swapped: Reading = {}
    seen: set[str] = set()
    for first, second in zip(told[::2], told[1::2], strict=False):
        one, other = right[first], right[second]
        swapped |= {first: one._replace(value=other.value), second: other._replace(value=one.value)}
        seen |= {first, second} if one.value != other.value else set()
    assert seen
    assert set(wrong_cells(rendering, right | swapped)) == seen


@pytest.mark.parametrize("filling", ["full", "half"])
@pytest.mark.parametrize("name", NAMES)
def test_rows_that_slip_by_one_are_seen(name: str, filling: str) -> None:
    """Each row of the applications reads the row below it, and the last one the first."""
    _, rendering = printed_report(name, filling)
    right = truth(rendering)
    addresses = [address for address in right if address.startswith("applications.")]
    slipped = {
        here: right[there]._replace(row=right[here].row, unit_of_measure=right[here].unit_of_measure)
        for here, there in zip(addresses, addresses[7:] + addresses[:7], strict=True)
    }
    told = {address for address, item in slipped.items() if _says(item) and _says(item) != _says(right[address])}
    assert told
    assert set(wrong_cells(rendering, right | slipped)) == told


def _says(item: Fact) -> tuple[Status, Decimal | None] | None:
    """What a fact claims; None for an open one, which claims nothing."""
    return None if item.status in (Status.MISSING, Status.AMBIGUOUS, Status.UNREADABLE) else (item.status, item.value)


@pytest.mark.parametrize("status", [Status.BLANK, Status.NIL])
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_read_as_nothing_is_seen_in_every_cell(name: str, status: Status) -> None:
    _, rendering = printed_report(name)
    right = truth(rendering)
    lies = {address: right[address]._replace(value=None, status=status) for address in figures(rendering)}
    assert wrong_cells(rendering, right | lies) == dict.fromkeys(lies, Outcome.FALSE_BLANK)


@pytest.mark.parametrize("name", NAMES)
def test_zero_for_a_cell_without_one_is_seen(name: str) -> None:
    _, rendering = printed_report(name, "half")
    right = truth(rendering)
    empty = [address for address, item in right.items() if item.status in (Status.BLANK, Status.MISSING)]
    assert empty
    lies = {address: fact(address, Status.PUBLISHED, Decimal(0)) for address in empty}
    assert wrong_cells(rendering, right | lies) == dict.fromkeys(empty, Outcome.NO_SUCH_CELL)


def test_money_under_another_unit_is_a_false_number() -> None:
    address = "proactive.fees.amount"
    rendering = Rendering(b"", "page.txt", {address: "251000元"}, frozenset({address}))
    assert not wrong_cells(rendering, {address: fact(address, Status.PUBLISHED, Decimal(251_000), "元")})
    lie = fact(address, Status.PUBLISHED, Decimal(251_000), "万元")
    assert wrong_cells(rendering, {address: lie}) == {address: Outcome.FALSE_NUMBER}
