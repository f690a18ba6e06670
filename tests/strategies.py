"""Hypothesis strategies over seeds: sheets whose sums hold or break in one cell, and the layouts that print them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random

from hypothesis import strategies as st

from parsers.readers._marks import MARKS
from parsers.rebuild.labels import Hit, Label
from parsers.rebuild.rows.chain import Weighed
from pipeline.demo.figures import FILLINGS, SCALES, random_sheet, with_one_false_figure
from pipeline.demo.layouts import LAYOUTS, Layout, pairs
from pipeline.demo.sheet import Sheet

__all__ = ["layout_pairs", "layouts", "marked_tables", "seeds", "sheets", "weighed_labels"]


def seeds() -> st.SearchStrategy[int]:
    """Seeds for `Random`: one seed is one sheet, or one rendering of it."""
    return st.integers(0, 2**32 - 1)


def sheets(
    forms: Sequence[str] = ("2021", "2019", "2014", "mixed"),
    scales: Sequence[int] = SCALES,
    fillings: Sequence[str] = FILLINGS,
    *,
    false: bool | None = False,
) -> st.SearchStrategy[Sheet]:
    """Sheets of these forms, scales and fillings; `false`: with one false figure, or either when None."""
    return st.builds(
        _sheet,
        seeds(),
        st.sampled_from(forms),
        st.sampled_from(scales),
        st.sampled_from(fillings),
        st.booleans() if false is None else st.just(false),
    )


def _sheet(seed: int, form: str, scale: int, filling: str, false: bool) -> Sheet:
    random = Random(seed)
    sheet = random_sheet(random, form=form, scale=scale, filling=filling)
    return with_one_false_figure(sheet, random) if false else sheet


def layouts(*, keeping: bool = False) -> st.SearchStrategy[Layout]:
    """The layouts of the project, or only those that keep every value."""
    return st.sampled_from([layout for layout in LAYOUTS if not (keeping and layout.loses)])


@cache
def _pairs() -> tuple[Layout, ...]:
    return tuple(pairs())


def layout_pairs() -> st.SearchStrategy[Layout]:
    """Two damages at once under one writer, of all that leave each other the evidence they need."""
    return st.deferred(lambda: st.sampled_from(_pairs()))


_FIGURE = "<figure>"


@st.composite
def weighed_labels(draw: st.DrawFn, *, most: int) -> list[Weighed]:
    """Labels of rows in the order of their places, some over one another, with weights of few kinds, so that chains are equal."""
    found: list[Weighed] = []
    place = 0
    for _ in range(draw(st.integers(0, most))):
        place += draw(st.integers(0, 4))
        label = Label("row", "applications", "row", draw(st.integers(0, 8)), ("x",), "", short=False)
        end = place + draw(st.integers(1, 6))
        found.append(Weighed(Hit(label, place, place, end, place, "x"), draw(st.sampled_from((100, 105, 210, 400)))))
    return found


def marked_tables() -> st.SearchStrategy[tuple[str, ...]]:
    """A table as the HTML reader writes it out, well formed or not, three times with other figures in the same places."""
    block, line_end = MARKS["BLOCK"], MARKS["BREAK"]
    around = (("", ""), (f"\n{block}", f"{block}\n"), (line_end, ""), (" ", line_end), ("", f"{line_end}{line_end}"))
    figure = st.sampled_from([f"{before}{_FIGURE}{after}" for before, after in around])
    words = st.sampled_from(
        ("", "规章", "7件", "1.其他", f"3{MARKS['BREAK']}4", f"{_FIGURE}{MARKS['BLOCK']}{_FIGURE}", "７", "\xa05")
    )
    spans = st.sampled_from(
        ("", "", *(f"{{0}}{rows}{{0}}{columns}{{0}}".format(MARKS["SPAN"]) for rows, columns in ("2 ", "03", " 2")))
    )
    cell = st.builds("{}{}{}{}".format, st.just(MARKS["CELL"]), spans, figure | words, st.just(MARKS["CELL_END"]))
    row = st.builds("{}{}{}".format, st.just(MARKS["ROW"]), st.lists(cell, max_size=6).map("".join), st.just(MARKS["ROW_END"]))
    other = st.sampled_from([MARKS[name] for name in ("GROUP", "FOOT", "GROUP_END", "ROW", "ROW_END", "CELL", "CELL_END")])
    table = st.lists(row | row | cell | other | figure | words, max_size=12).map("".join)
    return st.builds(_filled, table, st.lists(st.sampled_from(("0", "7", "12", "0.5", "3000")), min_size=5, max_size=5))


def _filled(table: str, figures: Sequence[str]) -> tuple[str, ...]:
    texts = table.split(_FIGURE)
    fillings = [[figures[(number * times + times) % len(figures)] for number in range(len(texts))] for times in (1, 2, 3)]
    return tuple("".join(text + figure for text, figure in zip(texts, filling, strict=True)) for filling in fillings)
