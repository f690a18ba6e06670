"""Hypothesis strategies over seeds: sheets whose sums hold or break in one cell, and the layouts that print them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random

from hypothesis import strategies as st

from pipeline.demo.figures import FILLINGS, SCALES, random_sheet, with_one_false_figure
from pipeline.demo.layouts import LAYOUTS, Layout, pairs
from pipeline.demo.sheet import Sheet

__all__ = ["layout_pairs", "layouts", "seeds", "sheets"]


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
