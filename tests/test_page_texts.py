"""
The texts that programs take out of printed pages: read right or left open, never silently wrong.

Each printer here does on purpose what pdftotext, pdfminer, pdfplumber, pypdf and pdfium were seen to do by their nature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from random import Random

import pytest

from parsers.document import Paragraph
from parsers.rebuild.labels import compact
from parsers.rebuild.lines.wrapped import unwrap
from parsers.rebuild.marks import display_width
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts.model import Box, Kind, Page, Plate, PlateRow, Rendering, lay_out, rendered, spread
from pipeline.demo.layouts.text import text_document
from pipeline.demo.trial import facts_of

SEEDS = range(6)
FORMS = ("2021", "2019", "2014")
FILLINGS = ("full", "full", "full", "half", "zero", "full")
READ = (Outcome.RIGHT, Outcome.RECONSTRUCTED)


def page_of(seed: int, form: str) -> Page:
    return lay_out(random_sheet(Random(seed), form=form, scale=200, filling=FILLINGS[seed % len(FILLINGS)]))


def wrong(rendering: Rendering) -> list[str]:
    """What is silently wrong in the reading of a text."""
    return [
        f"{item.address} {item.outcome}: printed {rendering.printed.get(item.address)!r}, read {item.fact}"
        for item in judge(rendering, facts_of(rendering))
        if item.outcome.wrong
    ]


def unread(rendering: Rendering) -> list[str]:
    """What was not read of the cells that hold something."""
    return [
        item.address
        for item in judge(rendering, facts_of(rendering))
        if rendering.printed.get(item.address) and item.outcome not in READ
    ]


def text_of(page: Page, print_plate: Callable[[Plate], str]) -> Rendering:
    return rendered(page, text_document(page, print_plate).encode(), "report.txt")


def pieces(text: str, width: int) -> list[str]:
    """A text wrapped as a column so wide wraps it."""
    return [text[at : at + width] for at in range(0, len(text), width)]


def wrapped(box: Box, width: int) -> list[str]:
    """The lines of a cell; figures stand on one."""
    return pieces(box.text, width) if box.text and box.kind is not Kind.FIGURE else [box.text]


def runs_of_rows(plate: Plate) -> Iterator[list[PlateRow]]:
    """The rows of a plate in runs: those of words alone, and those that hold figures."""
    run: list[PlateRow] = []
    for row in plate.rows:
        if run and _is_figured(run[-1]) and not _is_figured(row):
            yield run
            run = []
        run.append(row)
    yield run


def _is_figured(row: PlateRow) -> bool:
    return any(box.kind is Kind.FIGURE for box in row)


# --- one column behind the other ---------------------------------------------------------------------


def column_after_column(plate: Plate) -> str:
    """First the labels of several rows, then their figures, column after column."""
    lines: list[str] = []
    for run in runs_of_rows(plate):
        lines += [box.text for row in run for box in row if box.kind not in (Kind.FIGURE, Kind.UNIT)]
        lines += [box.text for row in run for box in row if box.kind is Kind.UNIT]
        for column in zip_longest(*([box for box in row if box.kind is Kind.FIGURE] for row in run)):
            lines += [box.text for box in column if box is not None]
    return "\n".join(filter(None, lines))


def figures_before_labels(plate: Plate) -> str:
    """A row's figures stand higher than its label, of which the middle is printed on their level."""
    lines: list[str] = []
    for row in plate.rows:
        figures = [box.text for box in row if box.kind in (Kind.UNIT, Kind.FIGURE)]
        lines += figures + [box.text for box in row if box.kind not in (Kind.UNIT, Kind.FIGURE)]
    return "\n".join(filter(None, lines))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("print_plate", [column_after_column, figures_before_labels])
def test_figures_apart_from_their_labels_are_no_rows(print_plate: Callable[[Plate], str], form: str) -> None:
    for seed in SEEDS:
        assert wrong(text_of(page_of(seed, form), print_plate)) == []


def rows_on_lines(plate: Plate) -> str:
    """Each row on its line, heads wrapped: what stands in several lines of one column follows each other."""
    lines = []
    for row in plate.rows:
        if _is_figured(row):
            lines.append(" ".join(box.text for box in row if box.text))
            continue
        for box in row:
            lines += pieces(box.text, 2) if box.kind is Kind.HEAD and len(box.text) in (4, 6) else [box.text]
    return "\n".join(_joined(lines))


def _joined(lines: list[str]) -> Iterator[str]:
    """The lines, the third and the fourth of each four on one."""
    for at in range(0, len(lines), 4):
        yield from lines[at : at + 2]
        yield " ".join(lines[at + 2 : at + 4])


@pytest.mark.parametrize("form", FORMS)
def test_wrapped_heads_tell_no_other_order_of_columns(form: str) -> None:
    for seed in SEEDS:
        rendering = text_of(page_of(seed, form), rows_on_lines)
        assert wrong(rendering) == []
    assert len(unread(text_of(page_of(0, form), rows_on_lines))) <= 15


def heads_mixed_up(plate: Plate) -> str:
    """One cell a line; heads of several lines, which begin higher, come before those of one."""
    lines: list[str] = []
    for row in plate.rows:
        heads = sorted((box.text for box in row if box.kind is Kind.HEAD), key=len, reverse=True)
        lines += heads + [box.text for box in row if box.kind is not Kind.HEAD]
    return "\n\n".join(filter(None, lines))


@pytest.mark.parametrize("form", FORMS)
def test_heads_mixed_up_move_no_figure(form: str) -> None:
    for seed in SEEDS:
        assert wrong(text_of(page_of(seed, form), heads_mixed_up)) == []


# --- labels wrapped in their columns ----------------------------------------------------------------------


def columns_kept(width: int, *, wide: bool, apart: int) -> Callable[[Plate], str]:
    """
    Labels wrapped at so many characters, a row's figures on its first line, cells at the place of their column.

    `wide`: a Chinese character takes two places; `apart` 0: one blank stands between cells, whatever their places.
    """

    def measure(text: str) -> int:
        return display_width(text) if wide else len(text)

    def table(plate: Plate) -> str:
        grid = spread(plate)
        lines: list[str] = []
        stops = [0]
        for at in range(plate.width):
            texts = [text for row in grid for slot in row[at : at + 1] for text in wrapped(slot.box, width)]
            stops.append(stops[-1] + max(map(measure, texts), default=1) + apart)
        waiting: dict[int, list[str]] = {}
        for slots in grid:
            for at, slot in enumerate(slots):
                if slot.first_row and slot.first_column:
                    waiting[at] = wrapped(slot.box, width)
            high = max((len(waiting[at]) for at, slot in enumerate(slots) if slot.box.rows == 1 and at in waiting), default=1)
            lines += [_line(waiting, stops, measure, apart) for _ in range(high)]
        while any(waiting.values()):
            lines.append(_line(waiting, stops, measure, apart))
        return "\n".join(lines)

    return table


def _line(waiting: dict[int, list[str]], stops: list[int], measure: Callable[[str], int], apart: int) -> str:
    line = ""
    for at in sorted(waiting):
        text = waiting[at].pop(0) if waiting[at] else ""
        if text:
            line += " " * (max(stops[at] - measure(line), 1 if line else 0) if apart else bool(line)) + text
    return line


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("width", "wide", "apart"), [(6, False, 1), (4, False, 3), (9, True, 2), (7, False, 0), (4, True, 0)])
def test_wrapped_labels_are_put_together(width: int, wide: bool, apart: int, form: str) -> None:
    for seed in SEEDS:
        rendering = text_of(page_of(seed, form), columns_kept(width, wide=wide, apart=apart))
        assert wrong(rendering) == []
        if FILLINGS[seed] == "full":
            assert [address for address in unread(rendering) if not address.startswith("proactive")] == []


# --- rows that a page break cut --------------------------------------------------------------------------


def cut_rows(page: Page, seed: int, bar: str) -> Rendering:
    """Every fourth row goes on behind a page break: half its label, also half its group's, beside empty cells."""

    def table(plate: Plate) -> str:
        lines = []
        for at, slots in enumerate(spread(plate)):
            cells = [slot.box.text if slot.first_row and slot.first_column else "" for slot in slots]
            label = next((place for place, slot in enumerate(slots) if slot.box.kind is Kind.LABEL), None)
            if at % 4 != seed % 4 or label is None or len(cells[label]) < 4 or plate.table != "applications":
                lines.append(bar.join(cells))
                continue
            upper, lower = list(cells), [""] * len(cells)
            for place in range(label + 1):
                half = len(cells[place]) * 2 // 3
                upper[place], lower[place] = cells[place][:half], cells[place][half:]
            lines += [bar.join(upper), "", bar.join(lower)]
        return "\n".join(lines)

    return text_of(page, table)


@pytest.mark.parametrize("bar", ["\t", " | "])
@pytest.mark.parametrize("form", FORMS[:2])
def test_the_lower_half_of_a_row_is_no_blank_row(form: str, bar: str) -> None:
    for seed in SEEDS:
        assert wrong(cut_rows(page_of(seed, form), seed, bar)) == []
    assert unread(cut_rows(page_of(0, form), 0, "\t")) == []


# --- what stands beside figures -------------------------------------------------------------------------


def line_texts(change: Callable[[str], str]) -> Callable[[Plate], str]:
    """A printer of rows on lines with each text changed."""

    def table(plate: Plate) -> str:
        return "\n".join(" ".join(change(box.text) for box in row if box.text) for row in plate.rows)

    return table


@pytest.mark.parametrize(
    ("seen", "shown"), [("．", " ．"), ("行", "⾏"), ("人", "⼈"), ("计1条）", "计1"), ("计1次）", "计1"), ("计1次", "计      1 次")]
)  # fmt: skip
def test_what_fonts_make_of_characters_is_neither_a_figure_nor_another_label(seen: str, shown: str) -> None:
    for seed in SEEDS:
        rendering = text_of(page_of(seed, "2014"), line_texts(lambda text: text.replace(seen, shown)))
        assert wrong(rendering) == []
    if len(shown) == 1:
        assert unread(text_of(page_of(0, "2014"), line_texts(lambda text: text.replace(seen, shown)))) == []


def test_a_radical_is_the_character_that_it_looks_like() -> None:
    assert compact("⾏政处罚⼈⾞").text == "行政处罚人车"


def test_the_foot_of_a_page_is_no_figure_of_the_last_row() -> None:
    foot = "主办单位：某局 版权所有 浏览次数：1024"

    def blank_end(box: Box) -> Box:
        ends = any(cell.address.endswith("participants.count") for cell in box.cells)
        return box._replace(text="", cells=tuple(cell._replace(text="") for cell in box.cells)) if ends else box

    page = page_of(0, "2014")
    plates = tuple(
        block._replace(rows=tuple(tuple(map(blank_end, row)) for row in block.rows)) if isinstance(block, Plate) else block
        for block in page.blocks
    )
    page = Page(page.title, page.unit, page.year, plates, page.addresses)
    for seen, shown in (("人", "⼈"), ("数", "数"), ("接受培训", "接训")):
        text = text_document(page, line_texts(lambda text, seen=seen, shown=shown: text.replace(seen, shown)))  # type: ignore[misc]
        assert wrong(rendered(page, (text + foot + "\n").encode(), "report.txt")) == []


def test_the_beginning_of_a_label_in_brackets_is_no_sign_for_nothing() -> None:
    text = line_texts(lambda text: text.replace("（四）无法提供", "（四）无\n法提供"))
    for form in FORMS[:2]:
        assert wrong(text_of(page_of(0, form), text)) == []
        assert [name for name in unread(text_of(page_of(0, form), text)) if "inquiry" in name or "not_held" in name] == []


def test_the_number_of_the_next_row_before_its_unit_is_no_figure() -> None:
    """Digits in another font stand higher than the row's figure, and come before it."""

    def table(plate: Plate) -> str:
        rows = [[box.text for box in row if box.text] for row in plate.rows]
        lines = []
        for row, behind in zip(rows, [*rows[1:], [""]], strict=True):
            number, point, label = row[0].partition("．")
            after, joined, _ = behind[0].partition("．")
            lines += [point + label if point else number, *([after] if joined else []), *row[1:]]
        return "\n".join(lines)

    for seed in SEEDS:
        assert wrong(text_of(page_of(seed, "2014"), table)) == []


@pytest.mark.parametrize("own", ["处5.要求行政机关确认或重新出具", "处5要求行政机关确认或重新出具"])
def test_a_label_behind_a_character_written_downwards_is_none_of_the_row_above(own: str) -> None:
    """Rows without figures stand before and behind the only one with figures, and all begin at one place."""
    rows = [
        f"{label}            1        0        0        0        0        0        1"
        for label in ("（一）予以公开", "规章", "文件")
    ]
    lines = [*rows, *rows, "3.要求提供公开出版物", "予4.无正当理由大量反复申请" + "        0" * 7, own, "（六）其他处理"]
    shown = [strip.text.split()[0] for strip in unwrap([Paragraph(line, at) for at, line in enumerate(lines)])]
    assert shown[6:] == ["3.要求提供公开出版物", "予4.无正当理由大量反复申请", own, "（六）其他处理"]
