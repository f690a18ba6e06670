"""
Trials: one seed makes one report, one layout prints it, the parser reads it, and the outcomes are counted.

A trial has a name by which it can be made again: `trial_named("loss.glued/1.37")`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, lgamma, log, log1p
from random import Random
from typing import NamedTuple

from parsers import Report, Source, parse_all
from parsers.report import Fact
from pipeline.demo.figures import SCALES, random_sheet, with_one_false_figure
from pipeline.demo.judge import Judgement, Outcome, judge
from pipeline.demo.layouts import DAMAGES, WRITERS, Layout, Rendering, layout_named
from pipeline.demo.sheet import Sheet

__all__ = ["Tally", "Trial", "Wrong", "facts_of", "layout_of", "trial_named", "trials", "upper_bound"]

_FORMS = ("2021", "2021", "2019", "2021", "2014", "2021", "mixed")
_FILLINGS = ("full", "full", "full", "half", "full", "zero", "half", "full", "blank")


@dataclass(frozen=True)
class Trial:
    """One report in one layout. Seeds `run.number` go through forms, fillings and scales in turn; one full report in five is false."""

    layout: Layout
    run: int
    number: int

    @property
    def name(self) -> str:
        """Layout and seed: all that is needed to make it again."""
        return f"{self.layout.name}/{self.run}.{self.number}"

    @property
    def about(self) -> str:
        """What kind of report it is, for a person."""
        return f"form {self.form}, {self.filling}, {self.scale} requests" + (", one false figure" if self.false else "")

    @property
    def form(self) -> str:
        """The kind of sheet."""
        return _FORMS[self.number % len(_FORMS)]

    @property
    def filling(self) -> str:
        """How its cells are filled."""
        return _FILLINGS[self.number % len(_FILLINGS)]

    @property
    def scale(self) -> int:
        """About how many requests."""
        return SCALES[self.number % len(SCALES)]

    @property
    def false(self) -> bool:
        """Whether one figure breaks a sum."""
        return self.filling == "full" and self.number % 5 == 3

    @cached_property
    def _made(self) -> tuple[Sheet, Rendering]:
        chance = Random(f"{self.run}.{self.number}")  # noqa: S311 - no secret
        sheet = random_sheet(chance, form=self.form, scale=self.scale, filling=self.filling)
        sheet = with_one_false_figure(sheet, chance) if self.false else sheet
        return sheet, self.layout.render(sheet, chance)

    @property
    def sheet(self) -> Sheet:
        """The report before it is printed."""
        return self._made[0]

    @property
    def rendering(self) -> Rendering:
        """The report as printed."""
        return self._made[1]


def trials(layout: Layout, count: int, *, run: int = 1) -> Iterator[Trial]:
    """So many trials of a layout."""
    return (Trial(layout, run, number) for number in range(count))


def layout_of(name: str) -> Layout:
    """The layout of a name, also of a pair `writer+damage+damage`; KeyError when there is none."""
    if "+" not in name:
        return layout_named(name)
    writer, *damages = name.split("+")
    chosen = tuple({damage.name: damage for damage in DAMAGES}[damage] for damage in damages)
    return Layout(name, "pair", {item.name: item for item in WRITERS}[writer], chosen)


def trial_named(name: str) -> Trial:
    """
    The trial of that name.

    >>> trial_named("html.clean/1.4").about
    'form 2014, full, 20 requests'
    """
    layout, _, seed = name.partition("/")
    run, _, number = seed.partition(".")
    return Trial(layout_of(layout), int(run), int(number))


def facts_of(rendering: Rendering) -> tuple[Fact, ...]:
    """What the parser reads in a rendering; nothing where it finds no report."""
    read = next(parse_all(Source(rendering.data, rendering.name)))
    return read.facts if isinstance(read, Report) else ()


class Wrong(NamedTuple):
    """A cell that was read wrongly, and where."""

    trial: str
    about: str
    printed: str | None
    judgement: Judgement

    def __str__(self) -> str:
        fact = self.judgement.fact
        read = "nothing" if fact is None else f"{fact.status} {fact.value} (raw {fact.raw!r}, {fact.place})"
        return f"{self.trial} [{self.about}] {self.judgement.address}: {self.judgement.outcome}, printed {self.printed!r}, read {read}"


@dataclass
class Tally:
    """Outcomes counted: of all cells, of those the layout keeps, and of the cells of rows that hold a value other than 0."""

    cells: Counter[Outcome] = field(default_factory=Counter)
    kept: Counter[Outcome] = field(default_factory=Counter)
    live: Counter[Outcome] = field(default_factory=Counter)

    def count(self, judgements: Iterable[Judgement]) -> None:
        """Count the judgements of one report."""
        whole = list(judgements)
        live_rows = {item.address.rpartition(".")[0] for item in whole if item.non_zero}
        self.cells.update(item.outcome for item in whole)
        self.kept.update(item.outcome for item in whole if item.kept)
        self.live.update(item.outcome for item in whole if item.address.rpartition(".")[0] in live_rows)

    def add(self, other: Tally) -> None:
        """Count what another tally has counted."""
        self.cells.update(other.cells)
        self.kept.update(other.kept)
        self.live.update(other.live)

    def run(self, trial: Trial) -> list[Wrong]:
        """Read, judge and count one trial; what was wrong in it."""
        rendering = trial.rendering
        judgements = list(judge(rendering, facts_of(rendering)))
        self.count(judgements)
        wrong = (item for item in judgements if item.outcome.wrong)
        return [Wrong(trial.name, trial.about, rendering.printed.get(item.address), item) for item in wrong]


def upper_bound(wrong: int, made: int, *, confidence: float = 0.95) -> float:
    """
    The one-sided upper Clopper–Pearson bound of a rate: at a greater one, so few wrong would be seen in 5 % of runs only.

    >>> round(upper_bound(0, 100_000) * 100_000, 2), round(upper_bound(2, 1_000) * 1_000, 2), upper_bound(0, 0)
    (3.0, 6.28, 1.0)
    """
    if wrong >= made:
        return 1.0
    low, high = wrong / made, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, made, middle) > 1 - confidence else (low, middle)
    return high


def _at_most(wrong: int, made: int, rate: float) -> float:
    """The chance of at most so many wrong at a rate."""
    if rate >= 1:
        return 0.0
    ways = (lgamma(made + 1) - lgamma(number + 1) - lgamma(made - number + 1) for number in range(wrong + 1))
    return sum(exp(way + number * log(rate) + (made - number) * log1p(-rate)) for number, way in enumerate(ways))
