"""Scans: which figures are believed, and how a page is cut into cells and lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from drawings import drawn, paper, printed, ruled
from PIL import Image

from parsers.readers._doubt import believed, is_figure, with_sure_digits
from parsers.readers._page import Box
from parsers.readers._recognise import Reading
from parsers.readers._scan import Scan, scan


@pytest.fixture
def _ocr(need: Callable[[str], Path]) -> None:
    """Skip where the extra `ocr` is not installed."""
    need("rapidocr")


# --- figures that are believed --------------------------------------------------------------------


def digits(*lefts: int, high: int = 20) -> list[Box]:
    """Marks of the size of digits."""
    return [Box(left, 0, left + 11, high) for left in lefts]


def told(first: str, second: str, shapes: Sequence[Box], score: float = 0.9) -> str:
    return believed(Reading(first, score), Reading(second, score), shapes, Box(0, 0, 80, 20))


POINT = [Box(28, 17, 31, 20)]


@pytest.mark.parametrize(
    ("first", "second", "shapes", "text"),
    [
        ("12", "12", digits(0, 14), "12"),
        ("12", "13", digits(0, 14), "12\ufffd"),
        ("１２", "12", digits(0, 14), "12"),
        ("1 2", "12", digits(0, 14), "12"),
        ("111", "111", digits(0, 14, 28, 42), "111\ufffd"),
        ("11111", "11111", digits(0, 14), "11111\ufffd"),
        ("12.5", "12.5", [*digits(0, 14, 33), *POINT], "12.5"),
        ("125", "125", [*digits(0, 14, 33), *POINT], "125\ufffd"),
        ("12.5", "12.5", digits(0, 14, 33), "12.5\ufffd"),
        ("12,500", "12,500", [*digits(0, 14, 33, 47, 61), *POINT], "12,500"),
        ("—", "-", [Box(0, 9, 20, 11)], "—\ufffd"),
        ("—", "—", [Box(0, 9, 20, 11)], "—"),
        ("一", "一", [Box(0, 9, 20, 11)], "一\ufffd"),
        ("", "", [], "\ufffd"),
        ("", "7", digits(0), "\ufffd"),
        ("7（件）", "7(件)", digits(0), "7(件)"),
    ],
)
def test_which_figures_are_believed(first: str, second: str, shapes: list[Box], text: str) -> None:
    assert told(first, second, shapes) == text


def test_a_figure_hardly_recognised_is_not_believed() -> None:
    assert told("12", "12", digits(0, 14), score=0.3) == "12\ufffd"


@pytest.mark.parametrize("text", ["12", "-3", "3.50", "12%", "—", "", "/", "|", "O", "1.000"])
def test_figures_are_read_twice(text: str) -> None:
    assert is_figure(text)


@pytest.mark.parametrize("text", ["规章", "1.属于国家秘密", "（三）不予公开", "第二十条第（一）项"])
def test_labels_are_no_figures(text: str) -> None:
    assert not is_figure(text)


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("收到12件", "收到12件", "收到12件"),
        ("2021年共7件", "2021年共1件", "2021年共\ufffd件"),
        ("2021年共7件", "2021年共件", "\ufffd年共\ufffd件"),
        ("规章", "规草", "规章"),
    ],
)
def test_figures_in_words_are_kept_where_both_readings_have_them(first: str, second: str, text: str) -> None:
    assert with_sure_digits(Reading(first, 0.9), Reading(second, 0.9)) == text


# --- cells and lines of a page --------------------------------------------------------------------


def shape_of(page: Scan) -> list[tuple[int, int, int, int, int]]:
    return [
        (cell.row, cell.column, cell.row_span, cell.column_span, len(page.inside(cell.box)))
        for table in page.tables
        for cell in table.cells
    ]


NINE = [(row, column, 1, 1, 1) for row in range(3) for column in range(3)]


@pytest.mark.usefixtures("_ocr")
def test_cells_and_lines_are_found() -> None:
    page = scan(drawn())
    assert shape_of(page) == NINE
    assert [(round(box.left, -1), round(box.top, -1)) for box in page.outside()] == [(300, 200), (150, 800)]


@pytest.mark.usefixtures("_ocr")
@pytest.mark.parametrize("degrees", [-3.0, -0.6, 0.6, 2.0, 4.0])
def test_a_page_laid_askew_is_made_straight(degrees: float) -> None:
    askew = Image.fromarray(drawn()).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    page = scan(np.asarray(askew, np.uint8))
    assert (shape_of(page), len(page.outside())) == (NINE, 2)


@pytest.mark.usefixtures("_ocr")
def test_merged_cells_are_one() -> None:
    page = ruled(paper(), (400, 470, 540), (150, 450, 750, 1050), skip=[(0, 1)])
    assert shape_of(scan(page)) == [(0, 0, 1, 2, 0), (0, 2, 1, 1, 0), (1, 0, 1, 1, 0), (1, 1, 1, 1, 0), (1, 2, 1, 1, 0)]


@pytest.mark.usefixtures("_ocr")
def test_noise_and_grey_paper_change_nothing() -> None:
    noisy = drawn().astype(np.float64) * 0.7 + 40 + np.random.default_rng(1).normal(0, 10, drawn().shape)
    page = scan(noisy.clip(0, 255).astype(np.uint8))
    assert (shape_of(page), len(page.outside())) == (NINE, 2)


@pytest.mark.usefixtures("_ocr")
def test_small_and_large_pictures_keep_their_own_pixels_as_places() -> None:
    for factor in (0.5, 2.0):
        size = (round(1200 * factor), round(1400 * factor))
        page = scan(np.asarray(Image.fromarray(drawn()).resize(size, Image.Resampling.BICUBIC), np.uint8))
        assert shape_of(page) == NINE
        box = page.in_picture(page.tables[0].box)
        assert [round(value / factor / 50) for value in box] == [3, 8, 21, 12]


@pytest.mark.usefixtures("_ocr")
def test_a_page_without_rules_has_no_table() -> None:
    page = scan(printed(printed(paper(), 150, 300, 20), 150, 360, 12))
    assert (page.tables, len(page.outside())) == ((), 2)


@pytest.mark.usefixtures("_ocr")
@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 2), (40, 9000), (9000, 40), (500, 500)])
@pytest.mark.parametrize("shade", ["white", "black", "noise"])
def test_any_picture_can_be_looked_at(shape: tuple[int, int], shade: str) -> None:
    chance = np.random.default_rng(2)
    values = {"white": np.full(shape, 255), "black": np.zeros(shape), "noise": chance.integers(0, 256, shape)}[shade]
    page = scan(values.astype(np.uint8))
    for box in page.outside():
        assert page.crop(box).size > 0
