"""OFD: every cell in every way that pages are made, what is not text, pages that are pictures, and damage."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from damage import is_answer, repacked, spoiled, zipped
from hypothesis import given, settings
from hypothesis import strategies as st
from ofd_files import Print, ofd_of, packed
from sheet_files import page_of

from parsers import Source, parse_all
from parsers.document import Document, Paragraph
from parsers.errors import ReadError, ReadStatus
from parsers.readers import read_document
from parsers.report import Report, Unread
from pipeline.demo.judge import Judgement, Outcome, judge
from pipeline.demo.layouts.model import Rendering

PRINTS = [
    Print(*size, boxes=boxes, scaled=scaled, spelled=spelled, filled=filled)
    for size in ((210.0, 297.0), (297.0, 210.0))
    for boxes, scaled, spelled, filled in product((False, True), repeat=4)
    if not (boxes and filled)
]
SENTENCE = "某县人民政府办公室向社会公布政府信息公开工作年度报告，本报告中所列数据统计期限自上一年起。"


def complaints(rendering: Rendering, content: bytes) -> list[Judgement]:
    """Every cell that is not read as it is printed."""
    (report,) = parse_all(Source(content, "report.ofd"))
    return [item for item in judge(rendering, getattr(report, "facts", ())) if item.outcome is not Outcome.RIGHT]


def text(content: str, *, more: str = "", x: float = 20, y: float = 20, inner: str = "") -> str:
    return (
        f'<ofd:TextObject ID="1" Font="1" Size="3.5" Boundary="{x} {y} 180 6" {more}>{inner}'
        f'<ofd:TextCode X="0" Y="3">{content}</ofd:TextCode></ofd:TextObject>'
    )


def picture(wide: float, high: float) -> str:
    return f'<ofd:ImageObject ID="8" ResourceID="9" CTM="{wide} 0 0 {high} 0 0" Boundary="0 0 {wide} {high}"/>'


def lines(content: bytes) -> list[str]:
    document: Document = read_document(Source(content, "a.ofd"))
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def status_of(content: bytes) -> tuple[ReadStatus, str]:
    with pytest.raises(ReadError) as caught:
        read_document(Source(content, "a.ofd"))
    return caught.value.status, caught.value.reason


@pytest.mark.parametrize("number", [n if n % 5 == 0 else pytest.param(n, marks=pytest.mark.slow) for n in range(len(PRINTS))])
def test_every_cell_is_read(number: int) -> None:
    rendering = ofd_of(page_of(number, form=("2021", "2019", "2014", "mixed")[number % 4]), PRINTS[number])
    assert complaints(rendering, rendering.data) == []


@pytest.mark.parametrize("number", [0, 3, 13])
def test_blank_cells_are_blank(number: int) -> None:
    page = page_of(number)
    cells = [address for address in ofd_of(page, Print()).printed if address.startswith(("applications.carried_out", "review"))]
    rendering = ofd_of(page_of(number, cells=dict.fromkeys(cells, "")), PRINTS[number])
    assert complaints(rendering, rendering.data) == []


def test_places_name_page_table_row_column_and_box() -> None:
    (report,) = parse_all(Source(ofd_of(page_of(1), Print()).data, "a.ofd"))
    assert isinstance(report, Report)
    place = report.by_address["proactive.licensing.decisions"].place or ""
    assert [part.partition("=")[0] for part in place.split(";")] == ["page", "table", "row", "column", "box"]


def test_what_a_template_prints_stands_on_each_page() -> None:
    content = packed([[text(SENTENCE)], [text("第二页", y=60)]], Print())
    heading = text("年度报告", y=90).encode()
    content = repacked(
        content, lambda _, part: part.replace(b'<ofd:Layer ID="4"/>', b'<ofd:Layer ID="4">' + heading + b"</ofd:Layer>")
    )
    assert lines(content) == [SENTENCE, "年度报告", "第二页", "年度报告"]


@pytest.mark.parametrize(
    ("more", "inner"),
    [
        ('Visible="false"', ""),
        ('Alpha="0"', ""),
        ('Fill="false"', ""),
        ("", '<ofd:FillColor Value="0 0 0" Alpha="0"/>'),
    ],
)
def test_text_that_is_not_shown_is_not_read(more: str, inner: str) -> None:
    assert lines(packed([[text(SENTENCE), text("不见", more=more, inner=inner, y=60)]], Print())) == [SENTENCE]


def test_text_in_outlines_is_read() -> None:
    content = packed([[text(SENTENCE), text("空心", more='Fill="false" Stroke="true"', y=60)]], Print())
    assert lines(content) == [SENTENCE, "空心"]


def test_the_same_character_twice_on_one_place_is_one() -> None:
    assert lines(packed([[text(SENTENCE), text(SENTENCE)]], Print())) == [SENTENCE]


def test_annotations_and_seals_are_not_text() -> None:
    note = f'<ofd:PageAnnot xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Annot>{text("批注", y=60)}</ofd:Annot></ofd:PageAnnot>'
    more = {"Doc_0/Annots/Page_0/Annotation.xml": note.encode(), "Doc_0/Signs/Sign_0/Signature.xml": note.encode()}
    assert lines(packed([[text(SENTENCE)]], Print(), more=more)) == [SENTENCE]


@pytest.mark.parametrize(
    "pages",
    [
        [[picture(210, 297)]],
        [[picture(40, 40)]],
        [[text(SENTENCE)], [picture(200, 280)]],
        [[text(SENTENCE)], [text("附件"), picture(200, 280)]],
        [[text(SENTENCE)], ['<ofd:CompositeObject ID="8" ResourceID="9" Boundary="0 0 210 297"/>']],
    ],
)
def test_pages_that_are_pictures_must_be_recognised(pages: list[list[str]]) -> None:
    assert status_of(packed(pages, Print()))[0] is ReadStatus.NEEDS_OCR


@pytest.mark.parametrize("pages", [[[text(SENTENCE), picture(210, 297)]], [[text(SENTENCE)], [text("某县"), picture(40, 40)]]])
def test_a_seal_or_a_background_hides_nothing(pages: list[list[str]]) -> None:
    assert lines(packed(pages, Print()))[0] == SENTENCE


def test_pages_without_anything_are_empty() -> None:
    assert status_of(packed([[], []], Print()))[0] is ReadStatus.EMPTY


def test_a_missing_part_is_named() -> None:
    content = repacked(packed([[text(SENTENCE)]], Print()), lambda name, part: None if "Page_0" in name else part)
    assert status_of(content) == (
        ReadStatus.FAILED, "an OFD file without its part Doc_0/Pages/Page_0/Content.xml; ask for the file again",
    )  # fmt: skip


def test_names_of_parts_may_have_other_case_slashes_and_roots() -> None:
    content = packed([[text(SENTENCE)]], Print())
    rooted = repacked(content, lambda _, part: part.replace(b"Doc_0/Document.xml", b"\\Doc_0\\Document.xml"))
    cased = repacked(content, lambda _, part: part.replace(b'BaseLoc="Pages/Page_0', b'BaseLoc="/doc_0/PAGES/page_0'))
    climbing = repacked(content, lambda _, part: part.replace(b'BaseLoc="Pages', b'BaseLoc="../../../Doc_0/Pages'))
    assert [lines(rooted), lines(cased)] == [[SENTENCE]] * 2
    assert status_of(climbing)[0] is ReadStatus.FAILED


def test_too_much_is_a_limit() -> None:
    assert status_of(packed([[text("字" * 100_001)]], Print()))[0] is ReadStatus.LIMIT
    assert status_of(packed([[text(SENTENCE)]] * 501, Print()))[0] is ReadStatus.LIMIT
    deep = "<ofd:PageBlock>" * 300 + "</ofd:PageBlock>" * 300
    assert status_of(packed([[deep]], Print()))[0] is ReadStatus.LIMIT


def test_a_large_template_on_many_pages_is_a_limit() -> None:
    content = packed([[text(SENTENCE)]] * 400, Print())
    filled = text("字" * 3_000).encode()
    content = repacked(
        content, lambda _, part: part.replace(b'<ofd:Layer ID="4"/>', b'<ofd:Layer ID="4">' + filled + b"</ofd:Layer>")
    )
    assert status_of(content)[0] is ReadStatus.LIMIT


# --- damage ---------------------------------------------------------------------------------------


def test_damaged_and_cut_files_have_a_status() -> None:
    content, chance = ofd_of(page_of(0), Print()).data, Random(1)
    assert all(is_answer(spoiled(content, chance), "a.ofd") for _ in range(20))


@pytest.mark.parametrize(
    "values", ["", "x", "nan", "inf", "1e999", "-1", "0", "1e9 1e9 1e9 1e9 1e9 1e9", "g g g", "g 999999999 1"]
)
def test_attributes_that_are_no_numbers_have_a_status(values: str) -> None:
    names = ("Boundary", "CTM", "Size", "DeltaX", "DeltaY", "HScale", "X", "Y", "ReadDirection", "CharDirection", "Alpha")
    attributes = " ".join(f'{name}="{values}"' for name in names)
    item = f"<ofd:TextObject {attributes}><ofd:TextCode {attributes}>{SENTENCE}</ofd:TextCode></ofd:TextObject>"
    path = f"<ofd:PathObject {attributes}><ofd:AbbreviatedData>M {values} L {values} B 1 C</ofd:AbbreviatedData></ofd:PathObject>"
    content = packed([[item, path, text(SENTENCE, y=70)]], Print())
    assert is_answer(content, "a.ofd")
    assert is_answer(repacked(content, lambda _, part: part.replace(b"0 0 210.0 297.0", values.encode())), "a.ofd")


def test_damage_within_the_parts_has_a_status() -> None:
    """Words and signs of the XML changed before it is packed: the archive is sound, what it says is not."""
    content, chance = ofd_of(page_of(0), Print()).data, Random(2)

    def change(__: str, part: bytes) -> bytes:
        damaged = bytearray(part)
        for _ in range(chance.randrange(6)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b'0123456789. -eg"ML<')
        return bytes(damaged)

    assert all(is_answer(repacked(content, change), "a.ofd") for _ in range(12))


@given(st.binary(max_size=300))
@settings(max_examples=20)
def test_never_raises(content: bytes) -> None:
    package = zipped({"OFD.xml": content})
    assert is_answer(package, "a.ofd")
    assert isinstance(next(parse_all(Source(package, "a.ofd"))), Unread)
