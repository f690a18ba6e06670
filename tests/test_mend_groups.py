"""
Section four when its figures run together, in reports that obey its sums and in reports that break one.

The same digits can sometimes be cut so that all sums hold though the report breaks one of its own: how often is measured by
`bench/layouts.py`; where blank cells may be dropped as well it is so often that nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mending import READ

from parsers.finding import Verdict
from parsers.rebuild.mend.groups import _project, _readings, _Table
from pipeline.demo.cuts import decided_figures
from pipeline.demo.figures import equations, numbers, random_sheet
from pipeline.demo.judge import Judgement, judge
from pipeline.demo.layouts import layout_named
from pipeline.demo.sheet import Sheet
from pipeline.demo.trial import facts_of

Row = tuple[int, ...]


# --- whole reports --------------------------------------------------------------------------------


def with_a_false_figure_of_section_four(sheet: Sheet, random: Random) -> Sheet:
    """The sheet with one figure of section four miscounted, with a zero too many or its digits turned about."""
    rules = [rule for rule in equations(sheet) if rule.code == "review_litigation.total"]
    values = {address: value or Decimal(0) for address, value in numbers(sheet).items()}
    while True:
        address = random.choice(sorted({address for rule in rules for address in rule.statement.addresses}))
        value = int(values[address])
        false = random.choice((value + 1, value - 1, value * 10, value + 9, int(str(value)[::-1])))
        spoilt = {**values, address: Decimal(false)}
        if false >= 0 and any(rule.statement.evaluate(spoilt).verdict is Verdict.BROKEN for rule in rules):
            return sheet.with_cells({address: str(false)})


def judged(seed: int, *, scale: int, filling: str = "full", false: bool, layout: str = "loss.glued") -> list[Judgement]:
    """The cells of section four of a report, printed with its figures run together and read."""
    chance = Random(seed)
    sheet = random_sheet(chance, scale=scale, filling=filling)
    sheet = with_a_false_figure_of_section_four(sheet, chance) if false else sheet
    rendering = layout_named(layout).render(sheet, chance)
    return [item for item in judge(rendering, facts_of(rendering)) if item.address.startswith("review_litigation")]


@pytest.mark.parametrize("seed", [6, 19, 20, 33, 37, 49, 52, 94, 100, 174, 218, 227, 240, 264, 274])
def test_dropped_blanks_between_digits_that_run_together_leave_nothing_sure(seed: int) -> None:
    wrong = [item for item in judged(seed, scale=600, filling="half", false=True) if item.outcome.wrong]
    assert wrong == []


@pytest.mark.parametrize(("scale", "least"), [(20, 0.995), (200, 0.98), (600, 0.96), (3_000, 0.95)])
@pytest.mark.parametrize("layout", ["loss.glued", "loss.rows_glued"])
def test_where_the_sums_hold_little_is_left_open(layout: str, scale: int, least: float) -> None:
    outcomes = [item.outcome for seed in range(25) for item in judged(seed, scale=scale, false=False, layout=layout)]
    assert not [outcome for outcome in outcomes if outcome.wrong]
    assert sum(outcome in READ for outcome in outcomes) >= least * len(outcomes)


@pytest.mark.parametrize("scale", [200, 600, 3_000])
def test_all_that_the_sums_decide_is_read_and_nothing_else(scale: int) -> None:
    """A reader that never guesses can read no more: all cuts of the whole row that obey its sums are enumerated."""
    for seed in range(12):
        cells = judged(seed, scale=scale, false=False)
        digits = "".join(str(random_sheet(Random(seed), scale=scale).cells[item.address]) for item in cells)
        decided = decided_figures(digits)
        assert tuple(item.fact.value if item.fact else None for item in cells) == decided


def test_one_digit_a_cell_is_read_whatever_the_sums_say() -> None:
    """What is read then rests on no sum, so that the audit still finds the one that is broken."""
    whole = 0
    for seed in range(20):
        cells = judged(seed, scale=20, false=True)
        facts = [item.fact for item in cells if item.fact]
        assert not [item for item in cells if item.outcome.wrong]
        if all(len(fact.raw or "") == 1 for fact in facts):
            whole += 1
            assert {fact.rests_on for fact in facts} == {()}
    assert whole >= 12


# --- the rule, by plain enumeration ----------------------------------------------------------------

GROUPS, WIDTH = 2, 3


def rows_of(digits: str) -> Iterator[tuple[Row, ...]]:
    """Every cut of digits into groups of numbers without leading zeros."""
    for places in combinations(range(1, len(digits)), GROUPS * WIDTH - 1):
        texts = [digits[start:end] for start, end in zip((0, *places), (*places, len(digits)), strict=True)]
        if all(text == "0" or text[0] != "0" for text in texts):
            row = tuple(map(int, texts))
            yield tuple(row[at : at + WIDTH] for at in range(0, len(row), WIDTH))


def obeys(group: Row) -> bool:
    return sum(group[:-1]) == group[-1]


@given(st.lists(st.one_of(st.just(0), st.integers(0, 99)), min_size=4, max_size=4), st.integers(0, 2**16))
@settings(max_examples=200)
def test_what_is_read_is_what_all_readings_that_obey_the_sums_agree_on(parts: list[int], seed: int) -> None:
    chance = Random(seed)
    row = [parts[0], parts[1], parts[0] + parts[1], parts[2], parts[3], parts[2] + parts[3]]
    if chance.random() < 0.5:
        at = chance.randrange(len(row))
        row[at] = chance.choice((row[at] + 1, row[at] * 10, int(str(row[at])[::-1]), chance.randint(0, 99)))
    digits = "".join(map(str, row))
    rows = list(rows_of(digits))
    holding = [groups for groups in rows if all(map(obeys, groups))]
    chains, rest_on_sums = _readings(_Table((digits,), GROUPS, WIDTH, glued=True, full=True))
    assert rest_on_sums == bool(holding)
    if not holding:
        assert any(chains) <= (len(digits) == GROUPS * WIDTH)
        return
    for group in range(GROUPS):
        expected = [{groups[group][at] for groups in holding} for at in range(WIDTH)]
        assert [set(shown) for shown, _, _ in _project(chains[group], WIDTH)] == expected, digits
