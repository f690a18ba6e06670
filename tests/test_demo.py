"""The renderers of broken layouts are the ground truth of a proof, so they are tested without any reader of ours."""

from __future__ import annotations

import io
import re
from collections import Counter
from html import unescape
from random import Random

import pytest
from docx import Document
from hypothesis import given, settings
from strategies import layout_pairs, seeds, sheets

from parsers.finding import Verdict
from pipeline.demo.figures import FILLINGS, equations, numbers, random_sheet, with_one_false_figure
from pipeline.demo.layouts import DAMAGES, LAYOUTS, WRITERS, Layout, Rendering, layout_named, pairs
from pipeline.demo.layouts.model import figures_of, lay_out
from pipeline.demo.sheet import FORMS, Sheet

NAMES = [layout.name for layout in LAYOUTS]


def plain_text(rendering: Rendering) -> str:
    """What a person would see of the document, by the shortest means."""
    if rendering.name.endswith(".docx"):
        document = Document(io.BytesIO(rendering.data))
        return "\n".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))
    try:
        text = rendering.data.decode()
    except UnicodeDecodeError:
        text = rendering.data.decode("gb18030")
    if rendering.name.endswith(".html"):
        text = unescape(re.sub(r"</?(?:span|b|o:p)[^>]*>", "", text))
    return text


def numbered_sheet(form: str) -> Sheet:
    """A sheet in which no two cells print the same text, and no text stands in another or in the prose."""
    sheet = random_sheet(Random(5), form=form, filling="blank")
    return sheet.with_cells({address: str(71_200_001 + 17 * at) for at, address in enumerate(sheet.cells)})


def assert_true(layout: Layout, sheet: Sheet, seed: int) -> Rendering:
    """What a rendering says of itself, checked against its bytes."""
    rendering = layout.render(sheet, Random(seed))
    again = layout.render(sheet, Random(seed))
    assert (again.data, again.printed, again.kept) == (rendering.data, rendering.printed, rendering.kept)
    assert set(rendering.printed) == set(sheet.cells)
    assert all(rendering.printed[address] is not None for address in rendering.kept)
    text = plain_text(rendering)
    for address, shown in rendering.printed.items():
        if shown is not None:
            assert shown in text, f"{layout.name}: {address} is printed {shown!r}, but the document does not show it"
    return rendering


@pytest.mark.parametrize("form", [form for form in FORMS if form != "none"])
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_that_is_kept_can_be_seen_once(name: str, form: str) -> None:
    layout, sheet = layout_named(name), numbered_sheet(form)
    rendering = assert_true(layout, sheet, len(name))
    seen = Counter(re.findall(r"71[2-3]\d{5}", plain_text(rendering)))
    for address, shown in rendering.printed.items():
        if shown is None:
            assert sheet.cells[address] not in seen, f"{name}: {address} still stands in the document"
        elif address in rendering.kept and shown == sheet.cells[address]:
            assert seen[shown] == 1, f"{name}: {address} stands {seen[shown]} times in the document"


@pytest.mark.parametrize("filling", [filling for filling in FILLINGS if filling != "full"])
@pytest.mark.parametrize("name", NAMES)
def test_rendering_is_true_and_deterministic(name: str, filling: str) -> None:
    assert_true(layout_named(name), random_sheet(Random(11), filling=filling), 3)


@pytest.mark.parametrize("name", NAMES)
def test_only_a_layout_that_says_so_loses_printed_figures(name: str) -> None:
    layout = layout_named(name)
    filling = "half" if layout.loses in ("blank cells", "places") else "full"
    rendering = layout.render(random_sheet(Random(4), filling=filling), Random(4))
    assert (len(rendering.kept) < 200) is bool(layout.loses)
    assert 2_500 < len(rendering.data) < 200_000


def test_word_paste_is_as_long_as_real_ones() -> None:
    assert 100_000 < len(layout_named("html.word").render(random_sheet(Random(1)), Random(1)).data) < 180_000


def test_a_report_without_a_form_has_no_cells() -> None:
    sheet = random_sheet(Random(2), form="none")
    assert not sheet.cells
    assert all(not layout.render(sheet, Random(1)).printed for layout in LAYOUTS)


def test_names_are_unique_and_every_layout_is_possible() -> None:
    for named in (LAYOUTS, WRITERS, DAMAGES):
        assert len({item.name for item in named}) == len(named)
    assert all(layout.possible() for layout in LAYOUTS)
    assert {layout.writer.name for layout in pairs()} == {writer.name for writer in WRITERS}


def test_a_damage_that_spoils_what_another_needs_is_not_paired_with_it() -> None:
    together = {frozenset(damage.name for damage in layout.damages) for layout in pairs()}
    assert {"columns_permuted", "stray_cells"} in together
    for names in ({"columns_permuted", "heads_damaged"}, {"review_tall", "review_three"}, {"misprinted", "extra_row"}):
        assert names not in together


def test_packed_rows_hide_where_their_blanks_were() -> None:
    rendering = layout_named("loss.packed_left").render(random_sheet(Random(3), filling="half"), Random(3))
    for line in rendering.data.decode().splitlines():
        figures = [bool(cell.strip()) for cell in line.split("|") if not cell.strip() or cell.strip().isdigit()]
        assert figures == sorted(figures, reverse=True), line


def test_positions_of_the_statutory_page_are_those_of_the_form() -> None:
    plates = {plate.table: plate for plate in lay_out(random_sheet(Random(1))).plates()}
    assert [len(figures_of(row)) for row in plates["applications"].rows] == [0, 0, 0, *[7] * 25]
    assert [plate.width for plate in plates.values()] == [4, 10, 15]


@given(sheets(fillings=("full", "zero")))
@settings(deadline=None, max_examples=60)
def test_figures_obey_every_sum_of_their_form(sheet: Sheet) -> None:
    values = numbers(sheet)
    assert None not in values.values()
    broken = [rule.name for rule in equations(sheet) if rule.statement.evaluate(values).verdict is not Verdict.HOLDS]
    assert not broken


@given(sheets(fillings=("full", "half")), seeds())
@settings(deadline=None, max_examples=60)
def test_one_false_figure_breaks_a_sum(sheet: Sheet, seed: int) -> None:
    false = with_one_false_figure(sheet, Random(seed))
    assert sum(false.cells[address] != text for address, text in sheet.cells.items()) == 1
    values = {address: value or 0 for address, value in numbers(false).items()}
    assert any(rule.statement.evaluate(values).verdict is Verdict.BROKEN for rule in equations(false))  # type: ignore[arg-type]


@given(layout_pairs(), sheets(false=None), seeds())
@settings(deadline=None, max_examples=150)
def test_two_damages_at_once_stay_true(layout: Layout, sheet: Sheet, seed: int) -> None:
    assert_true(layout, sheet, seed)
