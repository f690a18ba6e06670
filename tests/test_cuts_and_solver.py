"""The small solver and the cuts before it, each against the plainest enumeration that can be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.rebuild.mend.blocks import cut_by_grammar
from parsers.rebuild.mend.cuts import MAX_CUTS, Readings, read_row
from parsers.rebuild.mend.groups import _project, _readings, _Table, _whole_groups
from parsers.rebuild.mend.solver import Equation, Solution, Vector, solve

Cells = tuple[str, ...]
"""One row as it may have been printed: a text a cell, empty where nothing is printed."""


# --- the plain way: every split, every place, then the rules ---------------------------------------


def splits(text: str) -> Iterator[Cells]:
    """Every way to cut a text into pieces."""
    if not text:
        yield ()
        return
    for end in range(1, len(text) + 1):
        for rest in splits(text[end:]):
            yield (text[:end], *rest)


def is_number(text: str) -> bool:
    return text.isdigit() and (text == "0" or not text.startswith("0"))


@cache
def rows_printed(tokens: tuple[str, ...], width: int, *, uncut: bool = False) -> frozenset[Cells]:
    """Every row of `width` cells, blanks dropped, that prints these tokens and obeys its total."""
    found = set()
    cuts = (tuple((token,) for token in tokens),) if uncut else product(*map(splits, tokens))
    for cut in cuts:
        numbers = tuple(number for piece in cut for number in piece)
        if not numbers or not all(map(is_number, numbers)) or len(numbers) > width:
            continue
        for places in combinations(range(width), len(numbers)):
            cells = dict(zip(places, numbers, strict=True))
            row = tuple(cells.get(place, "") for place in range(width))
            *parts, total = (int(cell or 0) for cell in row)
            if sum(parts) == total and (row[-1] or total == 0):
                found.add(row)
    return frozenset(found)


def plain_readings(rows: frozenset[Cells]) -> dict[Vector, tuple[int, int]]:
    """The vectors of rows, each with the masks of the cells printed in all and in some of them."""
    masks: dict[Vector, tuple[int, int]] = {}
    for row in rows:
        vector = tuple(int(cell or 0) for cell in row)
        mask = sum(1 << at for at, cell in enumerate(row) if cell)
        always, ever = masks.get(vector, (mask, 0))
        masks[vector] = (always & mask, ever | mask)
    return masks


def as_masks(readings: Readings) -> dict[Vector, tuple[int, int]]:
    assert readings.complete
    assert list(readings.vectors) == sorted(set(readings.vectors))
    return {
        vector: (always, ever) for vector, always, ever in zip(readings.vectors, readings.printed, readings.filled, strict=True)
    }


@st.composite
def printed_rows(draw: st.DrawFn, *, width: int = 4, most: int = 30) -> Cells:
    """A row whose last cell is the sum of the others; zeros, and a total of 0, may not be printed."""
    parts = draw(st.lists(st.one_of(st.just(0), st.integers(0, most)), min_size=width - 1, max_size=width - 1))
    blank = draw(st.lists(st.booleans(), min_size=width, max_size=width))
    return tuple(
        "" if number == 0 and hidden else str(number) for number, hidden in zip((*parts, sum(parts)), blank, strict=True)
    )


@st.composite
def token_rows(draw: st.DrawFn, cells: Cells) -> tuple[str, ...]:
    """The figures of a row with some of the borders between them lost, maybe all."""
    figures = [cell for cell in cells if cell]
    tokens: list[str] = []
    for at, figure in enumerate(figures):
        if at and draw(st.integers(0, 3)):
            tokens[-1] += figure
        else:
            tokens.append(figure)
    return tuple(tokens)


# --- cuts -----------------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=300)
def test_the_readings_of_a_row_are_those_of_plain_enumeration(data: st.DataObject) -> None:
    row = data.draw(printed_rows())
    tokens = data.draw(token_rows(row))
    expected = plain_readings(rows_printed(tokens, 4)) if tokens else {}
    assert as_masks(read_row(tokens, 4)) == expected
    if tokens:
        vector = tuple(int(cell or 0) for cell in row)
        mask = sum(1 << at for at, cell in enumerate(row) if cell)
        always, ever = expected[vector]
        assert always & mask == always
        assert ever & mask == mask


@given(st.text("0123456789", min_size=1, max_size=9), st.integers(2, 5))
@settings(max_examples=200)
def test_any_digits_are_cut_as_by_plain_enumeration(digits: str, width: int) -> None:
    assert as_masks(read_row((digits,), width)) == plain_readings(rows_printed((digits,), width))


@given(st.lists(st.text("0123456789", min_size=1, max_size=3), min_size=1, max_size=3).map(tuple))
@settings(max_examples=200)
def test_a_border_that_is_left_is_never_read_over(tokens: tuple[str, ...]) -> None:
    assert as_masks(read_row(tokens, 4)) == plain_readings(rows_printed(tokens, 4))


@given(printed_rows(width=7, most=400))
@settings(max_examples=200)
def test_dropped_blanks_are_put_back_in_every_place(row: Cells) -> None:
    figures = tuple(cell for cell in row if cell)
    expected = plain_readings(rows_printed(figures, 7, uncut=True)) if figures else {}
    assert as_masks(read_row(figures, 7, uncut=True)) == expected
    assert not figures or tuple(int(cell or 0) for cell in row) in expected


@given(st.lists(st.integers(0, 4_000), min_size=6, max_size=6), st.integers(0, 6))
@settings(max_examples=200)
def test_every_reading_gives_the_digits_back(parts: list[int], shown: int) -> None:
    """Long rows as life has them, too long for plain enumeration: what is printed of a reading is the row."""
    figures = [number if at < shown else 0 for at, number in enumerate(parts)]
    row = (*figures, sum(figures))
    digits = "".join(map(str, row))
    readings = read_row((digits,), 7)
    assert row in readings.vectors or not readings.complete  # a row that cost too many steps is left alone, and says so
    for vector, always, ever in zip(readings.vectors, readings.printed, readings.filled, strict=True):
        assert sum(vector[:-1]) == vector[-1]
        assert always & ever == always
        hidden = [at for at in range(7) if not always >> at & 1]
        assert all(vector[at] == 0 for at in hidden)
        texts = {"".join(str(n) for at, n in enumerate(vector) if at not in gone) for gone in _subsets(hidden)}
        assert digits in texts


def _subsets(items: Sequence[int]) -> Iterator[set[int]]:
    for count in range(len(items) + 1):
        yield from map(set, combinations(items, count))


def test_seven_digits_are_no_proof_of_seven_cells() -> None:
    assert {(1, 0, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 0, 0)} & set(read_row(("1000001",), 7).vectors) == {(1, 0, 0, 0, 0, 0, 1)}
    assert len(read_row(("1100011",), 7).vectors) > 1


def test_a_row_with_too_many_readings_says_that_it_was_not_read() -> None:
    hopeless = read_row(("1" * 36 + "9" * 6,), 7)
    assert (hopeless.vectors, hopeless.complete) == ((), False)
    assert MAX_CUTS < 100_000


# --- section two: number grammar ------------------------------------------------------------------

KINDS = {"count": (False, False), "change": (True, False), "amount": (False, True)}


def fits(text: str, kind: tuple[bool, bool]) -> bool:
    """Whether a text is one number of a column: 0 or no leading zero, a sign or a decimal point where it may stand."""
    signed, amount = kind
    if signed and text[0] in "+-":
        text = text[1:]
    whole, point, rest = text.partition(".")
    return is_number(whole) and (not point or (amount and rest.isdigit()))


@given(
    st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4),
    st.lists(st.text("0123459.-+", min_size=1, max_size=4), min_size=1, max_size=3),
)
@settings(max_examples=300)
def test_grammar_cuts_are_those_of_plain_enumeration(kinds: list[str], tokens: list[str]) -> None:
    wanted = tuple(KINDS[kind] for kind in kinds)
    expected = set()
    for cut in product(*map(splits, tokens)):
        numbers = tuple(number for piece in cut for number in piece)
        if len(numbers) == len(wanted) and all(map(fits, numbers, wanted)):
            expected.add(numbers)
    found = cut_by_grammar(tuple(tokens), wanted)
    assert set(found) == expected
    assert len(found) == len(set(found))


# --- section four: groups in a chain --------------------------------------------------------------


def plain_chains(tokens: Sequence[str], groups: int, width: int, *, glued: bool) -> list[list[tuple[set[int], bool, bool]]]:
    """Per group and cell: the numbers, always printed, ever printed, over every row of groups x width cells."""
    rows = list(_rows_of_groups(tuple(tokens), groups, width, glued=glued))
    return (
        [
            [
                (
                    {int(row[group * width + at] or 0) for row in rows},
                    all(row[group * width + at] for row in rows),
                    any(row[group * width + at] for row in rows),
                )
                for at in range(width)
            ]
            for group in range(groups)
        ]
        if rows
        else []
    )


def _rows_of_groups(tokens: tuple[str, ...], groups: int, width: int, *, glued: bool) -> Iterator[Cells]:
    """Every row of groups: each shares out the rest of the tokens between a first group and the others."""
    if groups == 0:
        if not tokens:
            yield ()
        return
    for head, tail in _divisions(tokens, glued=glued):
        firsts = rows_printed(head, width, uncut=not glued) if head else {("",) * width}
        if firsts:
            for rest in _rows_of_groups(tail, groups - 1, width, glued=glued):
                for first in firsts:
                    yield (*first, *rest)


def _divisions(tokens: tuple[str, ...], *, glued: bool) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    yield (), tokens
    for at, token in enumerate(tokens):
        for end in range(1, len(token) + 1) if glued else (len(token),):
            head = (*tokens[:at], token[:end])
            tail = ((token[end:],) if token[end:] else ()) + tokens[at + 1 :]
            yield head, tail


@given(data=st.data())
@settings(max_examples=60)
def test_chains_of_groups_are_those_of_plain_enumeration(data: st.DataObject) -> None:
    cells = tuple(cell for _ in range(2) for cell in data.draw(printed_rows(width=3, most=12)))
    tokens = data.draw(token_rows(cells)) or ("0",)
    chains, _ = _readings(_Table(tuple(tokens), 2, 3, glued=True, full=False))
    expected = plain_chains(tokens, 2, 3, glued=True)
    found = [_project(chain, 3) for chain in chains if chain]
    assert [[(set(numbers), always, ever) for numbers, always, ever in group] for group in found] == expected


@given(data=st.data())
@settings(max_examples=200)
def test_a_group_whose_figures_stand_apart_is_right_or_not_read_whichever_figures_are_lost(data: st.DataObject) -> None:
    """Blank cells and lost ones leave no trace; a group is read only where the others cannot have its figures."""
    cells = [data.draw(printed_rows(width=5, most=12)) for _ in range(3)]
    lost = data.draw(st.sets(st.integers(0, 14), max_size=2))
    kept = [[cell for at, cell in enumerate(group) if cell and 5 * number + at not in lost] for number, group in enumerate(cells)]
    tokens = tuple(token for group in kept for token in group)
    for group, read in zip(kept, _whole_groups(_Table(tokens, 3, 5, glued=False, full=False)), strict=True):
        assert read is None or list(read) == group


# --- the solver -----------------------------------------------------------------------------------

System = tuple[dict[str, list[Vector]], list[Equation]]


def plain_solutions(options: Mapping[str, Sequence[Vector]], equations: Sequence[Equation]) -> dict[str, set[Vector]]:
    """Which readings stand in some solution, by trying every combination of all rows."""
    supported: dict[str, set[Vector]] = {row: set() for row in options}
    for combination in product(*options.values()):
        chosen = dict(zip(options, combination, strict=True))
        if all(
            sum(sign * chosen[row][column] for row, sign in equation.rows) == 0
            for equation in equations
            for column in range(len(combination[0]))
        ):
            for row, vector in chosen.items():
                supported[row].add(vector)
    return supported


def random_system(random: Random, *, holds: bool) -> System:
    """Rows with up to four readings and one or two sums over them, which a true reading of each row obeys or may not."""
    width, names = random.randint(2, 3), [f"r{at}" for at in range(random.randint(3, 6))]
    most = random.choice((2, 5, 40))
    true = {name: tuple(random.randint(0, most) for _ in range(width)) for name in names}
    equations = [Equation((*((name, 1) for name in names[:-1]), (names[-1], -1)))]
    true[names[-1]] = tuple(sum(true[name][at] for name in names[:-1]) for at in range(width))
    if len(names) > 4 and random.random() < 0.6:  # flow: a + b = c + d
        first, second, third, fourth = names[:4]
        equations.append(Equation(((first, 1), (second, 1), (third, -1), (fourth, -1))))
        true[fourth] = tuple(random.randint(0, max(0, a + b)) for a, b in zip(true[first], true[second], strict=True))
        true[third] = tuple(a + b - d for a, b, d in zip(true[first], true[second], true[fourth], strict=True))
        true[names[-1]] = tuple(sum(true[name][at] for name in names[:-1]) for at in range(width))
    options: dict[str, list[Vector]] = {}
    for name in names:
        others = {tuple(max(0, n + random.randint(-2, 2)) for n in true[name]) for _ in range(random.randint(0, 3))}
        options[name] = sorted({*others, true[name]} if holds else others or {true[name]})
    return options, equations


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=400)
def test_the_solver_supports_what_exhaustive_search_supports(seed: int, holds: bool) -> None:
    options, equations = random_system(Random(seed), holds=holds)
    expected = plain_solutions(options, equations)
    solution = solve(options, equations)
    assert not solution.exhausted
    assert {row: set(vectors) for row, vectors in solution.supported.items()} == expected
    assert not holds or all(expected.values())


@given(st.integers(0, 2**32 - 1), st.integers(0, 200))
@settings(max_examples=300)
def test_a_solver_out_of_steps_says_so_and_loses_nothing(seed: int, steps: int) -> None:
    options, equations = random_system(Random(seed), holds=True)
    expected = plain_solutions(options, equations)
    solution = solve(options, equations, steps=steps)
    if not solution.exhausted:
        assert {row: set(vectors) for row, vectors in solution.supported.items()} == expected
        return
    for row, vectors in solution.supported.items():
        assert expected[row] <= set(vectors) <= set(options[row])


def test_the_order_of_rows_and_readings_changes_nothing() -> None:
    for seed in range(60):
        options, equations = random_system(Random(seed), holds=True)
        turned = {row: vectors[::-1] for row, vectors in reversed(options.items())}
        assert _sets(solve(options, equations)) == _sets(solve(turned, equations[::-1]))


def _sets(solution: Solution) -> dict[str, set[Vector]]:
    return {row: set(vectors) for row, vectors in solution.supported.items()}
