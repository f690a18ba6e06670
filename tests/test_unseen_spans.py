"""Spans that programs print falsely, by one who had not seen the parser: figures are never moved under another head."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from test_layouts_adversary import SEEDS, page_of, unread, web_page, wrong

from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts import layout_named
from pipeline.demo.layouts.model import Box, Page, Plate, map_boxes, printed_box, rendered, spread
from pipeline.demo.trial import facts_of

Spans = Callable[[Box], tuple[int, int]]


def printed_with(spans: Spans) -> Callable[[Plate], str]:
    """A printer of tables in which each cell has the spans that are said for it."""

    def cell(box: Box) -> str:
        rows, columns = spans(box)
        return f'<td rowspan="{rows}" colspan="{columns}">{box.text}</td>'

    return lambda plate: "<table>" + "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in plate.rows) + "</table>"


FALSE_SPANS: dict[str, Spans] = {
    "both doubled": lambda box: (2 * box.rows, 2 * box.columns),
    "one row more": lambda box: (box.rows + 1, box.columns),
    "two rows each": lambda box: (2, box.columns),
    "three times the rows": lambda box: (3 * box.rows, box.columns),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", FALSE_SPANS)
def test_heads_moved_by_false_row_spans_move_no_figures(name: str, seed: int) -> None:
    assert wrong(web_page(page_of(seed), printed_with(FALSE_SPANS[name]))) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_without_their_column_spans_are_read(seed: int) -> None:
    page = page_of(seed)
    rendering = web_page(page, printed_with(lambda box: (box.rows, 1)))
    assert wrong(rendering) == []
    if seed != 1:  # half of the cells of that report are empty
        assert unread(rendering) == []


@pytest.mark.parametrize("seed", [0, 4, 8])
def test_a_false_sum_in_lists_of_values_leaves_the_table_read(seed: int) -> None:
    """Each line a list, as programs write tables: what the heads say is not doubted by a sum that no other reading mends."""
    page = map_boxes(page_of(seed), false_total)
    rendering = rendered(page, lists(page).encode(), "report.txt")
    assert wrong(rendering) == []
    assert unread(rendering) == []


def false_total(box: Box) -> Box:
    """The box, with a figure of its own where it is the total of what was newly received."""
    received = any(cell.address == "applications.received.total" for cell in box.cells)
    return printed_box(box, f"{box.text}7") if received else box


def lists(page: Page) -> str:
    """The report with each row of its tables as a list of the texts in its cells, empty where a wide cell covers one."""
    lines = [page.title]
    for block in page.blocks:
        if not isinstance(block, Plate):
            lines.append(block.text)
            continue
        for row in spread(block):
            texts = [slot.box.text if slot.first_column and slot.first_row else "" for slot in row]
            lines.append(json.dumps(texts, ensure_ascii=False))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", [5, 17, 19])
def test_heads_that_cannot_be_read_are_in_no_order_where_others_are_mixed(seed: int) -> None:
    chance = Random(seed)
    rendering = layout_named("html.columns_permuted").render(random_sheet(chance, form="2019"), chance)
    text = rendering.data.decode()
    for head in ("本年新公开", "本年新制作", "对外公开总"):
        text = text.replace(f"{head}数量", head).replace(head, "甲")
    damaged = replace(rendering, data=text.encode())
    assert not [item for item in judge(damaged, facts_of(damaged)) if item.outcome.wrong]
