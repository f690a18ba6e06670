"""The short way for clean grids gives what the long way gives, or nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import parsers
from parsers.document import Document, Grid, Paragraph
from parsers.errors import ReadError
from parsers.form import load_forms
from parsers.readers import read_document
from parsers.rebuild import _long_way, fast
from parsers.rebuild.fast import LongWay, read_clean
from parsers.report import Status
from pipeline.demo.figures import random_sheet, with_one_false_figure
from pipeline.demo.layouts import LAYOUTS, Layout, layout_named

FIXTURES = sorted(path for path in (Path(__file__).parent / "fixtures").glob("*/input.*"))
CORPUS = sorted(path for path in (Path(__file__).parents[2] / "shared" / "corpus").glob("*_20*.*"))
FILLINGS = ("full", "full", "half", "zero", "full", "blank")
FORMS = tuple(form.name for form in load_forms() if form.scope == "national")


def compare(document: Document, year: int | None) -> bool:
    """Whether the short way was open; what it gives must be what the long way gives."""
    clean = read_clean(document, year, _long_way)
    if clean is None:
        return False
    way = _long_way(document, year)
    assert clean.facts == way.facts
    assert dict(clean.forms) == dict(way.forms)
    assert not way.open
    return True


def documents(layout: Layout, count: int, form: str = "2021") -> Iterator[tuple[Document, int | None]]:
    """Documents of a layout with other figures and prose each, every filling and scale in turn."""
    for number in range(count):
        chance = random.Random(f"{layout.name}.{form}.{number}")
        scale = (20, 200, 3000)[number % 3]
        sheet = random_sheet(chance, form=form, scale=scale, filling=FILLINGS[number % len(FILLINGS)])
        sheet = with_one_false_figure(sheet, chance) if number % 5 == 4 else sheet
        rendering = layout.render(sheet, chance)
        try:
            yield read_document(parsers.Source(rendering.data, rendering.name)), sheet.year
        except ReadError:
            continue


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_both_ways_agree(layout: Layout) -> None:
    for form in FORMS:
        for document, year in documents(layout, 2, form):
            compare(document, year)
            compare(document, year)


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_both_ways_agree_on_many(layout: Layout) -> None:
    for form in FORMS:
        for document, year in documents(layout, 40, form):
            compare(document, year)


@pytest.mark.parametrize("path", [*FIXTURES, *CORPUS], ids=lambda path: f"{path.parent.name}-{path.name}")
def test_both_ways_agree_on_real_reports(path: Path) -> None:
    try:
        document = read_document(parsers.Source(path.read_bytes(), path.name))
    except ReadError:
        return
    for year in (2019, 2022, 2022, None):
        compare(document, year)
        compare(document, year)


@pytest.mark.parametrize("name", ["html.clean", "html.word", "docx.clean"])
def test_the_short_way_is_open_from_the_third_clean_report_on(name: str) -> None:
    full = [pair for number, pair in enumerate(documents(layout_named(name), 15)) if FILLINGS[number % 6] == "full"]
    opened = [compare(document, year) for document, year in full]
    assert sum(opened) >= len(opened) - 4


PROSE = (
    "行政许可 7 件", "全年办理行政许可7件、行政处罚 12 件。", "一、本年新收政府信息公开申请数量 1 2 3 4 5 6 21", "三、本年度办理结果 0000000",
    "四、结转下年度继续办理 9 9 9 9 9 9 54", "行政复议 3 件", "复议后起诉\n0 0 0 0 0", "规章 | 1 | 2 | 3", "行政许可\t9", "第二十条第（五）项",
    "信息内容", "本年处理决定数量", "3.其他 0 0 0 0 0 0 0", "（七）总计 5 5 5 5 5 5 30", "其他", "总计", "结果维持 1", "共收到申请 12 件",
    "一、主动公开政府信息数 15", "（二）部分公开 1 0 0 0 0 0 1", "无", "/", "本年新收政府信息公开申请110件，上年结转3件",
)  # fmt: skip


@pytest.mark.parametrize("text", PROSE)
def test_prose_with_labels_and_figures_changes_nothing_unseen(text: str) -> None:
    document, year = next(documents(layout_named("html.clean"), 1))
    for at in range(0, len(document.blocks) + 1, 2):
        lines = [Paragraph(line, 900 + number) for number, line in enumerate(text.split("\n"))]
        blocks = (*document.blocks[:at], *lines, *document.blocks[at:])
        for _ in range(2):
            compare(Document(blocks, document.media_type), year)


def test_a_table_that_stands_twice_takes_the_long_way() -> None:
    document, year = next(documents(layout_named("html.clean"), 1))
    grids = list(document.grids())
    again = Grid(grids[1].cells, len(grids) + 1)
    twice = Document((*document.blocks, again), document.media_type)
    assert not any(compare(twice, year) for _ in range(4))


def test_a_figure_that_is_doubted_gives_no_plan() -> None:
    fast._template.cache_clear()
    document, year = next(documents(layout_named("html.clean"), 1))

    def doubting(read: Document, year: int | None) -> LongWay:
        way = _long_way(read, year)
        doubted = [fact._replace(value=None, status=Status.UNREADABLE) for fact in way.facts[:1]]
        return way._replace(facts=(*doubted, *way.facts[1:]))

    assert not any(read_clean(document, year, doubting) for _ in range(4))
    fast._template.cache_clear()


def test_figures_in_places_that_decide_give_no_plan() -> None:
    fast._template.cache_clear()
    document, year = next(documents(layout_named("html.clean"), 1))

    def doubtful(read: Document, year: int | None) -> LongWay:
        way = _long_way(read, year)
        first = next(cell for grid in read.grids() for cell in grid.cells if cell.text.isdigit())
        return way if first.text == "0" else way._replace(facts=(way.facts[0]._replace(place=way.facts[1].place), *way.facts[1:]))

    shifted = Document((Paragraph("附注", 1), *document.blocks[3:]), document.media_type)
    assert not any(read_clean(shifted, year, doubtful) for _ in range(4))
    fast._template.cache_clear()
