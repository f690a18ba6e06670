"""Tables as other programs write them in text, by one who had not seen the parser."""

from __future__ import annotations

from random import Random

import pytest
from test_layouts_adversary import page_of, unread, wrong

from parsers import parse
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts.model import Page, Plate, Rendering, lay_out, rendered, spread


def written(page: Page, line: str, between: str) -> Rendering:
    """The report with each row of its tables on a line: its texts with `between` them, set into `line`."""
    lines = [page.title]
    for block in page.blocks:
        if not isinstance(block, Plate):
            lines.append(block.text)
            continue
        for row in spread(block):
            texts = (slot.box.text if slot.first_column and slot.first_row else "" for slot in row)
            lines.append(line.format(between.join(texts)))
    return rendered(page, ("\n".join(lines) + "\n").encode(), "report.txt")


@pytest.mark.parametrize("seed", [0, 2, 3])
@pytest.mark.parametrize(
    ("line", "between"),
    [(r"{} \\ \hline", " & "), (r"{} \\ \midrule", " & "), (r"{} \\\cline{{1-4}}\hline", " & "), ("> {}", "\t"), ("> {}", "|")],
)
def test_rows_with_what_a_program_writes_around_them_are_read(line: str, between: str, seed: int) -> None:
    rendering = written(page_of(seed), line, between)
    assert wrong(rendering) == []
    assert unread(rendering) == []


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_what_a_wiki_says_of_the_look_of_its_cells_is_no_cell(seed: int) -> None:
    page = page_of(seed)
    lines = [page.title]
    for block in page.blocks:
        if not isinstance(block, Plate):
            lines.append(block.text)
            continue
        lines.append('{| class="wikitable"')
        for row in block.rows:
            lines += ["|-", *(f"| colspan={box.columns} rowspan=\"{box.rows}\" style='x' | {box.text}" for box in row)]
        lines.append("|}")
    rendering = rendered(page, ("\n".join(lines) + "\n").encode(), "report.txt")
    assert wrong(rendering) == []
    assert unread(rendering) == []


def test_a_cell_that_says_more_than_a_number_is_not_quoted() -> None:
    lines = ["某县2021年政府信息公开工作年度报告", "第二十条第（五）项", "信息内容", "本年处理决定数量", "行政许可", "> 5"]
    report = parse("\n".join(lines).encode(), name="report.txt")
    assert report.by_address["proactive.licensing.decisions"].value is None


@pytest.mark.parametrize("seed", [0, 2, 3])
@pytest.mark.parametrize("mark", ["-", "*", "•", "  -"])
def test_marks_of_list_items_are_no_dashes_and_no_signs(mark: str, seed: int) -> None:
    page = page_of(seed)
    lines = [page.title]
    for block in page.blocks:
        texts = (box.text for row in block.rows for box in row) if isinstance(block, Plate) else (block.text,)
        lines += [f"{mark} {text}" for text in texts]
    rendering = rendered(page, ("\n".join(lines) + "\n").encode(), "report.md")
    assert wrong(rendering) == []
    assert unread(rendering) == []


@pytest.mark.parametrize("form", ["2014", "2021"])
@pytest.mark.parametrize(("row_mark", "quote"), [("-\n  - ", ""), ("-\n  - ", '"'), ("   * - ", "")])
def test_lists_with_a_list_for_each_row_give_no_dashes(row_mark: str, quote: str, form: str) -> None:
    page = lay_out(random_sheet(Random(2), form=form, filling="half"))
    lines = [page.title]
    for block in page.blocks:
        for row in spread(block) if isinstance(block, Plate) else ():
            texts = (slot.box.text if slot.first_column and slot.first_row else "" for slot in row)
            lines.append(row_mark + "\n     - ".join(f"{quote}{text}{quote}" for text in texts))
    rendering = rendered(page, ("\n".join(lines) + "\n").encode(), "report.txt")
    assert wrong(rendering) == []
