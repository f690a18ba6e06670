"""Bars, and signs in their place, in lines of text: which of them part cells, and which are stray."""

from __future__ import annotations

from random import Random

import pytest

from parsers import Source, parse
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts import DAMAGES
from pipeline.demo.layouts.labels import misprint
from pipeline.demo.layouts.model import Line, Page, lay_out, rendered, spread

SIGNS = (("", " _ ", ""), ("", " ~ ", ""), ("\\| ", " \\| ", " \\|"), ("", " & ", " \\\\"), ("", " / ", ""))


def in_lines(page: Page, opens: str, between: str, ends: str) -> bytes:
    """A row a line, its cells between signs."""
    lines = [page.title]
    for block in page.blocks:
        if isinstance(block, Line):
            lines.append(block.text)
            continue
        rows = [[slot.box.text if slot.first_row and slot.first_column else "" for slot in slots] for slots in spread(block)]
        lines += [opens + between.join(row) + ends for row in rows]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("lost", ["", "cell_lost", "blanks_dropped"])
def test_signs_that_part_cells_are_none(sign: tuple[str, str, str], lost: str) -> None:
    for seed in range(12):
        filling = ("full", "blank", "half", "zero")[seed % 4]
        page = lay_out(random_sheet(Random(seed), form=("2021", "2019", "2014")[seed % 3], filling=filling))
        damages = [damage for damage in DAMAGES if damage.name == lost]
        page = damages[0].change(page, Random(seed)) if damages else page
        rendering = rendered(page, in_lines(page, *sign), "report.txt")
        judgements = list(judge(rendering, parse(Source(rendering.data, rendering.name)).facts))
        assert [item for item in judgements if item.outcome.wrong] == [], seed
        assert lost or filling not in ("full", "zero") or all(item.outcome is Outcome.RIGHT for item in judgements), seed


def test_a_figure_before_a_stray_bar_is_the_labels_and_what_stands_behind_it_another_rows() -> None:
    for seed in range(40):
        random = Random(seed)
        page = misprint(
            lay_out(random_sheet(random, form=("2014", "2021")[seed % 2], filling=("full", "zero")[seed // 2 % 2])), random
        )
        lines = [page.title]
        for block in page.blocks:
            rows = [[block.text]] if isinstance(block, Line) else [[box.text for box in row if box.text] for row in block.rows]
            for row in rows:
                signs = [" | " if random.random() < 0.05 else "  " if random.random() < 0.3 else " " for _ in row]
                lines.append("".join(text + sign for text, sign in zip(row, signs, strict=True)).rstrip())
        rendering = rendered(page, "\n".join(lines).encode(), "report.txt")
        wrong = [item for item in judge(rendering, parse(Source(rendering.data, rendering.name)).facts) if item.outcome.wrong]
        assert wrong == [], seed
