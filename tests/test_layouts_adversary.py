"""
Layouts by one who did not write the parser: read right or left open, never silently wrong.

Each printer here makes a document from a random report in a way that the layouts of the demo do not.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from html import escape
from itertools import count
from random import Random

import docx
import pytest
from docx.oxml import OxmlElement
from docx.text.paragraph import Paragraph

from parsers import Report, parse
from parsers.report import Status
from parsers.values import read_value
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Judgement, Outcome, judge
from pipeline.demo.layouts.aligned import columns_of
from pipeline.demo.layouts.model import Box, Kind, Line, Page, Plate, Rendering, lay_out, map_boxes, printed_box, rendered, spread
from pipeline.demo.layouts.values import DAMAGES
from pipeline.demo.trial import facts_of

SEEDS = range(4)
FORMS = ("2021", "2019", "2014", "mixed")
FILLINGS = ("full", "half", "full", "full")
READ = (Outcome.RIGHT, Outcome.RECONSTRUCTED)


def page_of(seed: int) -> Page:
    return lay_out(random_sheet(Random(seed), form=FORMS[seed % 4], filling=FILLINGS[seed % 4]))


def judged(rendering: Rendering) -> list[Judgement]:
    return list(judge(rendering, facts_of(rendering)))


def wrong(rendering: Rendering) -> list[str]:
    """What is silently wrong in the reading of a document."""
    return [
        f"{item.address} {item.outcome}: printed {rendering.printed.get(item.address)!r}, read {item.fact}"
        for item in judged(rendering)
        if item.outcome.wrong
    ]


def unread(rendering: Rendering) -> list[str]:
    """What was not read of what is plainly printed."""
    return [item.address for item in judged(rendering) if item.address in rendering.kept and item.outcome not in READ]


# --- HTML -------------------------------------------------------------------------------------------


def cell(box: Box, inner: str | None = None) -> str:
    text = escape(box.text) if inner is None else inner
    return f'<td rowspan="{box.rows}" colspan="{box.columns}">{text}</td>'


def table(plate: Plate, print_cell: Callable[[Box], str] = cell) -> str:
    return "<table>" + "".join("<tr>" + "".join(map(print_cell, row)) + "</tr>" for row in plate.rows) + "</table>"


def web_page(page: Page, print_plate: Callable[[Plate], str] = table, *, before: str = "") -> Rendering:
    blocks = (f"<p>{escape(block.text)}</p>" if isinstance(block, Line) else print_plate(block) for block in page.blocks)
    text = f'<meta charset="utf-8"><h1>{escape(page.title)}</h1>{before}{"".join(blocks)}'
    return rendered(page, f"<html><body>{text}</body></html>".encode(), "report.html")


def with_figures(page: Page, text: Callable[[], str]) -> str:
    """The tables of a page alone, with other texts in the cells of figures."""
    other = map_boxes(page, lambda box: box._replace(text=text()) if box.kind is Kind.FIGURE else box)
    return "".join(map(table, other.plates()))


def figures_printed(page: Page, print_figure: Callable[[str], str]) -> Rendering:
    """A page on which figures are printed by that function, from text to HTML."""

    def print_cell(box: Box) -> str:
        return cell(box, print_figure(escape(box.text)) if box.kind is Kind.FIGURE and box.text else None)

    return web_page(page, lambda plate: table(plate, print_cell))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_template_that_is_not_filled_in_hides_nothing(seed: int) -> None:
    page = page_of(seed)
    rendering = web_page(page, before=with_figures(page, str))
    assert wrong(rendering) == []
    if FILLINGS[seed] == "full":
        assert unread(rendering) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_tables_of_another_year_are_never_taken_for_those_of_this_one(seed: int) -> None:
    page, random = page_of(seed), Random(seed)
    assert wrong(web_page(page, before=with_figures(page, lambda: str(random.randint(1, 30))))) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_columns_of_another_year_are_never_taken_for_those_of_this_one(seed: int) -> None:
    random = Random(seed)

    def compared(plate: Plate) -> str:
        rows = []
        for row in plate.rows:
            figured = any(box.kind is Kind.FIGURE for box in row)
            more = (str(random.randint(0, 40)), f"{random.randint(-40, 40)}%") if figured else ("上年", "同比")
            rows.append("".join(map(cell, row)) + "".join(f"<td>{text}</td>" for text in more))
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    assert wrong(web_page(page_of(seed), compared)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_for_each_of_two_years_is_not_taken_for_one(seed: int) -> None:
    random = Random(seed)

    def two_rows(plate: Plate) -> str:
        rows = []
        for slots in spread(plate):
            figures = [slot.box for slot in slots if slot.box.kind is Kind.FIGURE and slot.first_column]
            labels = [slot.box.text for slot in slots if slot.box.kind is not Kind.FIGURE]
            if figures:
                rows.append([*labels, "上年", *(str(random.randint(0, 30)) for _ in figures)])
            rows.append([*labels, "本年", *(box.text for box in figures)])
        return "<table>" + "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows) + "</table>"

    assert wrong(web_page(page_of(seed), two_rows)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_numbers_of_rows_are_no_rows(seed: int) -> None:
    def numbered(plate: Plate) -> str:
        number = count(1)
        rows = []
        for slots in spread(plate):
            texts = [slot.box.text if slot.first_row and slot.first_column else "" for slot in slots]
            rows.append([str(next(number)) if any(slot.box.kind is Kind.FIGURE for slot in slots) else "", *texts])
        return "<table>" + "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows) + "</table>"

    assert wrong(web_page(page_of(seed), numbered)) == []


@pytest.mark.parametrize(
    "printed",
    [
        "<table><tr><td>{}</td></tr></table>",
        '<input type="text" value="{}">',
        "{}<sup>2</sup>",
        '{}<span style="vertical-align:super">2</span>',
    ],
)
def test_what_a_browser_shows_is_read(printed: str) -> None:
    for seed in SEEDS:
        rendering = figures_printed(page_of(seed), printed.format)
        assert wrong(rendering) == []
        assert unread(rendering) == []


@pytest.mark.parametrize(
    "printed",
    [
        "<del>7</del>{}",
        "<s>7</s>{}",
        '<span style="text-decoration:line-through">7</span>{}',
        '<img src="{}.png">',
        "<select></select>",
    ],
)
def test_what_cannot_be_told_is_neither_a_number_nor_blank(printed: str) -> None:
    rendering = figures_printed(page_of(0), printed.format)
    assert {item.outcome for item in judged(rendering)} <= {Outcome.OPEN}


def test_words_in_the_place_of_a_figure_move_no_other_figure() -> None:
    for seed, words in enumerate(("若干", "*5", "见附件", "同上", "不详")):
        page = map_boxes(page_of(seed), spoiled(words, Random(seed)))
        covered = web_page(page, lambda plate: table(plate, uncovered))
        lines = "\n".join(" | ".join([*(box.text for box in row), *[""] * 2]) for plate in page.plates() for row in plate.rows)
        assert wrong(covered) == []
        assert wrong(rendered(page, f"{page.title}\n{lines}\n".encode(), "report.txt")) == []


def uncovered(box: Box) -> str:
    return cell(box._replace(columns=1)) + "<td></td>" * (box.columns - 1)


def spoiled(words: str, random: Random) -> Callable[[Box], Box]:
    return lambda box: printed_box(box, words) if len(box.cells) == 1 and random.random() < 0.1 else box


# --- Word -------------------------------------------------------------------------------------------


def word_file(page: Page, print_figure: Callable[[Paragraph, str], object]) -> Rendering:
    document = docx.Document()
    document.add_paragraph(page.title)
    for plate in page.plates():
        grid = spread(plate)
        printed = document.add_table(len(grid), max(map(len, grid)))
        for row, slots in enumerate(grid):
            for column, slot in enumerate(slots):
                if slot.first_row and slot.first_column:
                    paragraph = printed.cell(row, column).paragraphs[0]
                    if slot.box.kind is Kind.FIGURE and slot.box.text:
                        print_figure(paragraph, slot.box.text)
                    else:
                        paragraph.add_run(slot.box.text)
    file = io.BytesIO()
    document.save(file)
    return rendered(page, file.getvalue(), "report.docx")


def test_the_mark_of_a_note_in_word_is_no_digit() -> None:
    def marked(paragraph: Paragraph, text: str) -> None:
        paragraph.add_run(text)
        paragraph.add_run("3").font.superscript = True

    rendering = word_file(page_of(0), marked)
    assert wrong(rendering) == []
    assert unread(rendering) == []


def test_what_is_struck_out_or_drawn_in_word_is_neither_a_number_nor_blank() -> None:
    def struck(paragraph: Paragraph, text: str) -> None:
        paragraph.add_run("7").font.strike = True
        paragraph.add_run(text)

    def drawn(paragraph: Paragraph, text: str) -> None:
        del text
        drawing = OxmlElement("w:drawing")
        drawing.append(OxmlElement("a:blip"))
        paragraph.add_run()._r.append(drawing)

    for print_figure in (struck, drawn):
        assert {item.outcome for item in judged(word_file(page_of(0), print_figure))} <= {Outcome.OPEN}


# --- text -------------------------------------------------------------------------------------------


def grid_of(plate: Plate) -> list[list[str]]:
    return [[slot.box.text if slot.first_row and slot.first_column else "" for slot in slots] for slots in spread(plate)]


def text_file(page: Page, print_plate: Callable[[Plate], str]) -> Rendering:
    lines = [page.title, *(block.text if isinstance(block, Line) else print_plate(block) for block in page.blocks)]
    return rendered(page, ("\n".join(lines) + "\n").encode(), "report.txt")


def wrapped(text: str, width: int) -> Iterator[str]:
    line = ""
    for character in text:
        if columns_of(line + character) > width:
            yield line
            line = ""
        line += character
    yield line


def framed(plate: Plate, bar: str = "|", rule: str = "-", corner: str = "+", widest: int = 16) -> str:
    grid = grid_of(plate)
    widths = [min(widest, max(columns_of(row[at]) for row in grid)) for at in range(len(grid[0]))]
    between = corner + corner.join(rule * (width + 2) for width in widths) + corner
    lines = [between]
    for row in grid:
        cells = [list(wrapped(text, width)) for text, width in zip(row, widths, strict=True)]
        for at in range(max(map(len, cells))):
            texts = [cell[at] if at < len(cell) else "" for cell in cells]
            padded = (f" {text}{' ' * (width - columns_of(text))} " for text, width in zip(texts, widths, strict=True))
            lines.append(bar + bar.join(padded) + bar)
        lines.append(between)
    return "\n".join(lines)


PRINTERS: dict[str, Callable[[Plate], str]] = {
    "framed": framed,
    "framed in double lines": lambda plate: framed(plate, "║", "═", "╬", 80),
    "emphasis": lambda plate: "\n".join(
        "| " + " | ".join(f"**{text}**" if text else "" for text in row) + " |" for row in grid_of(plate)
    ),
    "references": lambda plate: "\n".join("| " + " | ".join(text or "&nbsp;" for text in row) + " |" for row in grid_of(plate)),
}


@pytest.mark.parametrize("name", PRINTERS)
def test_tables_of_converters_are_read(name: str) -> None:
    for seed in SEEDS:
        rendering = text_file(page_of(seed), PRINTERS[name])
        assert wrong(rendering) == []
        assert unread(rendering) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_dashes_and_numbers_of_lines_are_never_taken_for_figures(seed: int) -> None:
    number = count()
    assert (
        wrong(text_file(page_of(seed), lambda plate: "\n".join(" - ".join(box.text for box in row) for row in plate.rows))) == []
    )
    numbered = text_file(
        page_of(seed), lambda plate: "\n".join(f"{next(number)} {'  '.join(row)}" for row in map(filled, grid_of(plate)))
    )
    assert wrong(numbered) == []


def filled(row: list[str]) -> list[str]:
    return [text or "NaN" for text in row]


@pytest.mark.parametrize("words", ["5+3", "2021年", "计5", "3/5", "10%", "第5"])
def test_a_figure_beside_other_characters_is_open(words: str) -> None:
    page = map_boxes(page_of(0), spoiled(words, Random(3)))
    rendering = text_file(page, lambda plate: "\n".join(box.text for row in plate.rows for box in row if box.text))
    assert wrong(rendering) == []


@pytest.mark.parametrize("damage", ["remarks", "lost_space", "about", "letters"])
def test_an_unusual_figure_in_aligned_lines_costs_only_itself(damage: str) -> None:
    from pipeline.demo.layouts import WRITERS

    write = next(writer.write for writer in WRITERS if writer.name == "text.aligned_wrapped")
    change = next(item.change for item in DAMAGES if item.name == damage)
    for seed in SEEDS:
        page = lay_out(random_sheet(Random(seed), form=("2021", "2019")[seed % 2]))
        rendering = write(change(page, Random(seed)), Random(seed))
        assert wrong(rendering) == []
        opened = [item for item in judged(rendering) if item.outcome is Outcome.OPEN]
        assert all(read_value(rendering.printed[item.address] or "").status is Status.UNREADABLE for item in opened)


# --- real pages -------------------------------------------------------------------------------------


def block_page(year: int, *rows: str) -> Report:
    lines = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row.split("|")) + "</tr>" for row in rows)
    return parse(f"<h1>某县{year}年政府信息公开工作年度报告</h1><table>{lines}</table>".encode(), name="report.html")


@pytest.mark.parametrize(("head", "unit"), [("（单位：元）", "元"), ("（元）", "元"), ("（单位：万元）", "万元"), ("", "万元")])
def test_the_unit_of_a_head_wins_over_that_of_the_form(head: str, unit: str) -> None:
    report = block_page(2022, "第二十条第（八）项", f"信息内容|本年收费金额{head}", "行政事业性收费|251000")
    assert report.by_address["proactive.fees.amount"].unit_of_measure == unit


def test_a_label_quoted_in_the_note_of_its_own_row_ends_nothing() -> None:
    row = "規範性檔案（決定、公告等公文，一般情況下屬於規範性檔案，不含行政許可）|2|3|19"
    report = block_page(2020, "第二十条第（一）项", "信息内容|本年新制作数量|本年新公开数量|对外公开总数量", "规章|0|0|0", row)
    values = [
        str(report.by_address[f"proactive.normative_documents.{code}"].value)
        for code in ("produced", "disclosed", "disclosed_total")
    ]
    assert values == ["2", "3", "19"]


@pytest.mark.parametrize("mark", ["\u200b", "\xad", "\u2060", "\u200d"])
def test_characters_without_width_part_no_figure(mark: str) -> None:
    rendering = figures_printed(page_of(0), mark.join)
    assert unread(rendering) == []


def test_a_point_in_a_count_may_be_a_comma() -> None:
    report = block_page(2022, "第二十条第（五）项", "信息内容|本年处理决定数量", "行政许可|236.645")
    assert report.by_address["proactive.licensing.decisions"].status is Status.UNREADABLE


def test_the_head_of_a_page_is_no_part_of_a_label() -> None:
    rows = [
        f"{number}．{label}           件      {number}"
        for number, label in enumerate(("当面申请数", "传真申请数", "网络申请数", "信函申请数"), 1)
    ]
    lines = ["（一）收到申请数          件     10", *rows[:2], "第 4 页 共 9 页", "2015年某县政府信息公开工作年度报告", *rows[2:]]
    report = parse("\n".join(["某县2014年政府信息公开工作年度报告", "三、依申请公开情况", *lines]).encode(), name="report.txt")
    values = {fact.row: fact.value for fact in report.facts if fact.table == "statistics"}
    assert values.get("requests.received.fax") in (None, 2)
