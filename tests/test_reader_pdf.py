"""PDF with a text layer: real reports' figures, cut rows, turned pages, and files that are none."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office import convert, renderings, require_office

from parsers import Source, parse, parse_all, second_opinion
from parsers.document import Cell, Document, Grid
from parsers.errors import ReadError, ReadStatus
from parsers.readers import read_document
from parsers.readers._layout import blocks_of
from parsers.readers._page import Box, Glyph, Page, Rule, turned, upright
from parsers.rebuild.grids.breaks import join_cut_rows
from parsers.report import Report, Unread
from pipeline.demo.gold import gold_documents
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts.model import Rendering

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Rendering, bytes]]:
    require_office()
    made = renderings(range(8))
    return list(zip(made, convert([(item.name, item.data) for item in made], "pdf", tmp_path_factory.mktemp("pdf")), strict=True))


def complaints(rendering: Rendering, content: bytes) -> list[tuple[str, str]]:
    """Every cell that is not read as it is printed."""
    report = parse(Source(content, "report.pdf"))
    return [(item.address, str(item.outcome)) for item in judge(rendering, report.facts) if item.outcome is not Outcome.RIGHT]


def test_every_cell_of_a_printed_report_is_read(printed: list[tuple[Rendering, bytes]]) -> None:
    assert [complaints(*item) for item in printed] == [[]] * 8


def test_a_page_printed_on_its_side_is_read(printed: list[tuple[Rendering, bytes]]) -> None:
    rendering, content = printed[0]
    document = pypdfium2.PdfDocument(content)
    for number in range(len(document)):
        document[number].set_rotation(90)
    turned_file = io.BytesIO()
    document.save(turned_file)
    document.close()
    assert complaints(rendering, turned_file.getvalue()) == []


def test_places_name_page_table_row_column_and_box(printed: list[tuple[Rendering, bytes]]) -> None:
    report = parse(Source(printed[0][1], "report.pdf"))
    place = report.by_address["proactive.licensing.decisions"].place or ""
    assert [part.partition("=")[0] for part in place.split(";")] == ["page", "table", "row", "column", "box"]


def test_damaged_and_cut_files_have_a_status(printed: list[tuple[Rendering, bytes]]) -> None:
    content, chance = printed[0][1], Random(1)
    for _ in range(25):
        spoiled = bytearray(content)
        for _ in range(chance.randrange(1, 40)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        for bytes_ in (bytes(spoiled), content[: chance.randrange(len(content))]):
            assert all(isinstance(item, Report | Unread) for item in parse_all(Source(bytes_, "report.pdf")))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside this checkout")
def test_the_published_pdf_is_read_as_gold_says() -> None:
    gold = next(item for item in gold_documents(CORPUS) if item.name == "hongze_2023.pdf")
    report = parse(Source(gold.rendering.data, gold.name))
    assert [item for item in judge(gold.rendering, report.facts) if item.outcome is not Outcome.RIGHT] == []
    assert (report.year, dict(report.forms)) == (2023, {"proactive": "2021", "applications": "2019", "review_litigation": "2021"})


def test_a_pdf_of_blank_pages_is_empty() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(ReadError) as caught:
        read_document(Source(out.getvalue(), "scan.pdf"))
    assert caught.value.status is ReadStatus.EMPTY


@given(st.binary(max_size=400))
@settings(max_examples=50)
def test_never_raises(content: bytes) -> None:
    assert list(parse_all(Source(b"%PDF-1.7\n" + content, "a.pdf")))


def test_turning_four_times_changes_nothing() -> None:
    page = Page(1, 100, 200, (Glyph("7", Box(10, 20, 15, 30), 10, turns=3),), (Rule(level=True, at=5, start=1, end=9),))
    assert turned(page, 4) == page
    assert upright(page).glyphs[0].turns == 0


def cut_table(above: tuple[str, ...], below: tuple[str, ...]) -> Document:
    """Two grids of one row on two pages, as a break leaves them."""
    grids = []
    for page, texts in ((1, above), (2, below)):
        cells = [
            Cell(
                text,
                0,
                at,
                1,
                1,
                at + 1,
                f"page={page};table={page};row=1;column={at + 1};box={at * 50}.0,0.0,{at * 50 + 50}.0,9.0",
            )
            for at, text in enumerate(texts)
        ]
        grids.append(Grid(tuple(cells), page))
    return Document(tuple(grids), "application/pdf")


@pytest.mark.parametrize(
    ("above", "below", "rows"),
    [
        (("2.没有现成信息需要", "3", "3"), ("另行制作", "", ""), [["2.没有现成信息需要\n另行制作", "3", "3"]]),
        (("2.没有现成信息需要", "", ""), ("另行制作", "3", "3"), [["2.没有现成信息需要\n另行制作", "3", "3"]]),
        (("2.重复申请", "3", "3"), ("", "", ""), [["2.重复申请", "3", "3"]]),
        (
            ("2.重复申请", "", ""),
            ("3.要求提供公开出版物", "4", "4"),
            [["2.重复申请", "", ""], ["3.要求提供公开出版物", "4", "4"]],
        ),
        (
            ("2.重复申请", "1", "1"),
            ("3.要求提供公开出版物", "", ""),
            [["2.重复申请", "1", "1"], ["3.要求提供公开出版物", "", ""]],
        ),
        (("某种情形的", "", ""), ("另一半", "4", "4"), [["某种情形的", "\ufffd", "\ufffd"], ["另一半", "4", "4"]]),
    ],
)
def test_a_row_cut_by_a_page_break(above: tuple[str, ...], below: tuple[str, ...], rows: list[list[str]]) -> None:
    joined = join_cut_rows(cut_table(above, below))
    assert [[cell.text for cell in grid.cells] for grid in joined.grids()] == rows


def test_grids_that_are_no_pages_are_left_alone() -> None:
    document = cut_table(("2.没有现成信息需要", "3"), ("另行制作", ""))
    plain = replace(
        document, blocks=tuple(Grid(tuple(c._replace(place=None) for c in grid.cells), grid.number) for grid in document.grids())
    )
    assert join_cut_rows(plain) is plain


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside this checkout")
def test_a_second_reading_that_differs_leaves_the_cell_open(monkeypatch: pytest.MonkeyPatch) -> None:
    content = (CORPUS / "hongze_2023.pdf").read_bytes()
    first = parse(Source(content, "a.pdf"))
    asked: list[str] = []

    def other(_: bytes, places: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        asked.extend(places)
        yield "review_litigation.review.upheld", "999"

    monkeypatch.setattr(second_opinion, "_second_texts", other)
    second = parse(Source(content, "a.pdf"))
    assert all(address.startswith("review_litigation.") for address in asked)
    changed = [fact for fact, before in zip(second.facts, first.facts, strict=True) if fact != before]
    assert [(fact.address, fact.value, str(fact.status)) for fact in changed] == [(asked[0], None, "ambiguous")]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside this checkout")
def test_the_second_reader_finds_the_same_cells() -> None:
    content = (CORPUS / "hongze_2023.pdf").read_bytes()
    report = parse(Source(content, "a.pdf"))
    places = {fact.address: place for fact in report.facts if (place := second_opinion._place(fact)) is not None}
    seen = dict(second_opinion._second_texts(content, places))
    assert len(seen) > 0.9 * len(places)
    assert [address for address, text in seen.items() if "".join(text.split()) != (report.by_address[address].raw or "")] == []


def drawn(content: bytes) -> bytes:
    """A PDF of one page with what the content stream draws; /F is a font."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (table, len(made))
    return made + end


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"BT /F 10 Tf 50 700 Td (11 1118 100000) Tj ET", ["11", "1118", "100000"]),
        (b"BT /F 10 Tf 40 Tz 50 700 Td (11 1118 100000) Tj ET", ["11", "1118", "100000"]),
        (b"BT /F 50 Tf .2 0 0 .2 50 700 Tm (11 1118 100000) Tj ET", ["11", "1118", "100000"]),
        (b"q .2 0 0 .2 0 0 cm BT /F 50 Tf 250 3500 Td (12) Tj 100 0 Td (7) Tj ET Q", ["12", "7"]),
        (b"q 20 0 0 20 0 0 cm BT /F .5 Tf 2.5 35 Td (11 1118) Tj ET Q", ["11", "1118"]),
        (b"BT /F 10 Tf 50 700 Td (11 1118) Tj .4 0 Td (11 1118) Tj ET", ["11", "1118"]),
        (b"BT /F 10 Tf 50 700 Td (12) Tj 3 Tr 12 0 Td (345) Tj ET", ["12"]),
    ],
    ids=["plain", "squeezed", "scaled type", "scaled page", "tiny type", "bold by printing twice", "beside invisible text"],
)
def test_no_figure_is_shortened_or_joined_however_it_is_drawn(content: bytes, words: list[str]) -> None:
    document = read_document(Source(drawn(content), "a.pdf"))
    assert [paragraph.text.split() for paragraph in document.paragraphs()] == [words]


def test_a_page_that_is_drawn_twice_is_read_once() -> None:
    content = (
        b"BT /F 10 Tf "
        + b" ".join(b"1 0 0 1 50 %d Tm (1011 %d) Tj" % (800 - 12 * row, 100 + row) for row in range(60))
        + b" ET\n"
    )
    lines = [paragraph.text.split() for paragraph in read_document(Source(drawn(content + content), "a.pdf")).paragraphs()]
    assert lines == [["1011", str(100 + row)] for row in range(60)]


def cell_texts(*glyphs: Glyph, last: float, over: float) -> list[str]:
    """The texts of a table of two cells on a page 100 wide: where its last upright line stands, and how far the level ones run."""
    rules = [Rule(level=True, at=at, start=10, end=over) for at in (10, 30)]
    rules += [Rule(level=False, at=at, start=10, end=30) for at in (10, 60, last)]
    page = Page(1, 100, 200, glyphs, tuple(rules))
    return [cell.text for block in blocks_of(page) if isinstance(block, Grid) for cell in block.cells]


def digits(text: str, left: float) -> tuple[Glyph, ...]:
    return tuple(Glyph(digit, Box(left + at * 6, 15, left + at * 6 + 5, 25), 10) for at, digit in enumerate(text))


@pytest.mark.parametrize(
    ("text", "left", "last", "over", "read"),
    [
        ("456", 78, 100, 100.5, "456\ufffd"),  # a digit may stand behind the side of the page
        ("45", 65, 100, 100.5, "45"),  # none does where a blank stands between
        ("", 65, 100, 100.5, "\ufffd"),
        ("", 65, 140, 140, "\ufffd"),
        ("456", 78, 100, 100, "456"),  # the table ends at the side of the page
        ("456", 74, 95, 95, "456"),
    ],
)
def test_a_cell_that_goes_on_behind_the_page_is_doubtful(text: str, left: float, last: float, over: float, read: str) -> None:
    assert cell_texts(*digits("7", 20), *digits(text, left), last=last, over=over) == ["7", read]
