"""PDF whose figures are not plainly text: struck out, covered, in white, in pictures, below watermarks, or without names."""

from __future__ import annotations

import pytest
from test_reader_pdf import drawn

from parsers import Source
from parsers.document import Grid
from parsers.readers import read_document
from parsers.readers.pdf import printed_pages

_TABLE = b"0 G 1 w " + b" ".join(
    [b"50 %d m 350 %d l S" % (y, y) for y in (700, 720, 740)] + [b"%d 700 m %d 740 l S" % (x, x) for x in (50, 150, 250, 350)]
)


def words(x: float, y: float, text: bytes, *, size: int = 10) -> bytes:
    return b" BT /F %d Tf 1 0 0 1 %.2f %.2f Tm (%s) Tj ET" % (size, x, y, text)


def read(content: bytes, *, extra: bytes = b"", table: bytes = _TABLE) -> list[str]:
    """The texts of a table of two rows and three columns, whose last cell is empty unless something is drawn into it."""
    cells = b"".join(words(60 + 100 * at, 726, text) for at, text in enumerate((b"first", b"12", b"345")))
    data = drawn(table + cells + words(60, 706, b"second") + words(160, 706, b"67") + content)
    if extra:
        data = data.replace(b"/Contents 4 0 R", b"/Contents 4 0 R" + extra)
    return [cell.text for grid in read_document(Source(data, "a.pdf")).grids() for cell in grid.cells]


_PLAIN = ["first", "12", "345", "second", "67", ""]


def test_a_table_without_any_of_it_is_read() -> None:
    assert read(b"") == _PLAIN


def test_an_empty_strip_beside_a_figure_of_its_row_is_not_blank() -> None:
    lines = [b"50 %d m 350 %d l S" % (y, y) for y in (690, 720, 740)] + [
        b"%d 690 m %d 740 l S" % (x, x) for x in (50, 150, 250, 350)
    ]
    table = b"0 G 1 w " + b" ".join(lines)
    assert read(b"", table=table) == _PLAIN
    assert read(b" 150 702 m 250 702 l S", table=table) == ["first", "12", "345", "second", "67", "", "\ufffd"]
    assert read(b" 50 702 m 350 702 l S", table=table) == [*_PLAIN, "", "", ""]  # a row of its own


def bits(wide: float, step: float, close: bytes) -> bytes:
    """The lines of the table as small boxes in a row, each painted by `close`, or all of a line at its end."""
    spots = [[(x, y) for x in range(50, 350, 1) if (x - 50) % step == 0] for y in (700, 720, 740)]
    spots += [[(x, y) for y in range(700, 740) if (y - 700) % step == 0] for x in (50, 150, 250, 350)]
    sizes = [(wide, 0.7)] * 3 + [(0.7, wide)] * 4
    lines = []
    for line, (across, down) in zip(spots, sizes, strict=True):
        boxes = [b" %d %d %.1f %.1f re" % (x, y, across, down) for x, y in line]
        lines.append(close.join(boxes) + close if close else b"".join(boxes) + b" f")
    return b"0 g" + b"".join(lines)


@pytest.mark.parametrize(
    "table", [bits(0.7, 2, b" f"), bits(2.2, 4, b" f"), bits(2.2, 4, b"")], ids=["dots", "dashes", "lines of dashes"]
)
def test_dotted_and_dashed_lines_make_a_table(table: bytes) -> None:
    assert read(b"", table=table) == _PLAIN
    assert read(words(260, 706, b"8"), table=table) == [*_PLAIN[:5], "8"]


@pytest.mark.parametrize(
    ("content", "figure", "empty"),
    [
        (b" 150 709.5 m 175 709.5 l S", "\ufffd\ufffd", ""),  # struck out
        (b" 158 704.5 m 175 704.5 l S", "67", ""),  # underlined
        (words(163, 706, b"8"), "\ufffd\ufffd\ufffd", ""),  # another figure over it
        (b" 1 g" + words(171, 706, b"8"), "67\ufffd", ""),  # a figure in white
        (b" 1 g" + words(260, 706, b"8"), "67", "\ufffd"),
        (b" .2 .3 .6 rg 250 700 100 20 re f 1 g" + words(260, 706, b"8"), "67", "8"),  # white on blue
        (b" .7 g" + words(260, 706, b"8"), "67", "8"),  # a faint figure that stands in its cell
        (words(172, 710, b"1", size=6), "67¹", ""),  # the number of a note
        (words(172, 710, b"12", size=6), "67¹²", ""),
        (b" q 4 0 0 8 172 706 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \0 EI Q", "67\ufffd", ""),  # a picture
        (b" q 4 0 0 8 262 706 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \0 EI Q", "67", "\ufffd"),
        (b" 0 g 262 706 m 266 706 l 266 712 l 264 716 262 714 262 712 c 262 711 l 263 710 l h f", "67", "\ufffd"),  # an outline
        (b" 0 g 262 706 2 8 re f", "67", "\ufffd"),  # that of a one
        (b" .9 g 250 700 100 20 re f", "67", ""),  # a background
        (b" 0 G 250 700 m 350 720 l S", "67", ""),  # a stroke from corner to corner
        (b" 1 g 150 700 100 20 re f 0 g", "\ufffd", ""),  # covered in white
        (b" 1 g 150 700 100 20 re f 0 g" + words(162, 706, b"8"), "8", ""),  # and another figure over it
        (b" 3 Tr" + words(260, 706, b"8"), "67", "\ufffd"),  # a figure that is not shown
        (words(236, 706, b"1234"), "67  12\ufffd", "\ufffd"),  # a number that runs over the side
    ],
)
def test_what_is_not_plainly_text_makes_no_figure_and_no_blank(content: bytes, figure: str, empty: str) -> None:
    assert read(content) == [*_PLAIN[:4], figure, empty]


@pytest.mark.parametrize(
    "mark",
    [
        b" .8 g" + words(170, 698, b"2021 88", size=9),  # faint, across a rule
        b" .8 g BT /F 60 Tf .7 .7 -.7 .7 140 690 Tm (88) Tj ET",
        b" 0 g BT /F 9 Tf .87 .5 -.5 .87 262 703 Tm (8) Tj ET",  # askew
    ],
    ids=["faint", "large", "askew"],
)
def test_watermarks_are_no_text_of_the_table(mark: bytes) -> None:
    assert read(mark + b" 0 g") == _PLAIN


@pytest.mark.parametrize("kind", [b"/FreeText/Contents(8)", b"/Widget/FT/Tx/T(a)/V(8)", b"/Ink/InkList[[262 706 266 714]]"])
def test_what_was_written_over_a_page_is_not_blank(kind: bytes) -> None:
    annotation = b"/Annots[<</Type/Annot/Rect[260 704 272 716]/F 4/Subtype" + kind + b">>]"
    assert read(b"", extra=annotation) == [*_PLAIN[:5], "\ufffd"]


@pytest.mark.parametrize("sides", [b"250 700 350 720", b"248 696 352 722"])
def test_a_field_as_large_as_its_cell_is_not_blank(sides: bytes) -> None:
    field = b"/Annots[<</Type/Annot/Rect[%s]/F 4/Subtype/Widget/FT/Tx/T(a)/V(8)>>]" % sides
    assert read(b"", extra=field) == [*_PLAIN[:5], "\ufffd"]


def test_figures_below_the_picture_of_a_page_are_none_of_it() -> None:
    """Scanners lay the picture over what they have read, and read it wrongly now and then."""
    letters = words(60, 600, b"a page of more than forty letters, so that it counts")
    picture = b" q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"
    assert read(letters) == _PLAIN
    pages = printed_pages(drawn(_TABLE + letters + words(160, 706, b"67") + picture), [1])
    assert not [glyph for page in pages for glyph in page.glyphs]


@pytest.mark.parametrize(("state", "figure", "empty"), [(b"/OFF[6 0 R]", "67", "\ufffd"), (b"/ON[6 0 R]", "678", "9")])
def test_text_of_a_layer_that_is_switched_off_is_not_seen(state: bytes, figure: str, empty: str) -> None:
    layered = b" /OC /M BDC" + words(171, 706, b"8") + words(260, 706, b"9") + b" EMC"
    cells = b"".join(words(60 + 100 * at, 726, text) for at, text in enumerate((b"first", b"12", b"345")))
    data = drawn(_TABLE + cells + words(60, 706, b"second") + words(160, 706, b"67") + layered)
    data = data.replace(b"/Pages 2 0 R", b"/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<<" + state + b">>>>")
    data = data.replace(b"/Resources<<", b"/Resources<</Properties<</M 6 0 R>>")
    data = data.replace(b"xref\n", b"6 0 obj\n<</Type/OCG/Name(a)>>\nendobj\nxref\n", 1)
    texts = [cell.text for grid in read_document(Source(data, "a.pdf")).grids() for cell in grid.cells]
    assert texts == [*_PLAIN[:4], figure, empty]


def test_figures_of_a_font_without_names_are_not_blank() -> None:
    """Composite fonts number the figures from 19 on, which are no characters."""
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/A"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500/FontDescriptor<</Type/FontDescriptor"
        b"/FontName/A/Flags 4/FontBBox[0 0 500 700]/Ascent 700/Descent 0>>>>]>>"
    )
    content = _TABLE + words(60, 726, b"first") + b" BT /G 10 Tf 1 0 0 1 160 726 Tm <00140015> Tj ET"
    data = drawn(content).replace(b"/Font<<", b"/Font<</G " + font)
    cells = [cell.text for grid in read_document(Source(data, "a.pdf")).grids() for cell in grid.cells]
    assert cells[:3] == ["first", "\ufffd\ufffd", ""]


def test_a_cell_too_low_for_text_is_not_seen_to_be_blank() -> None:
    content = _TABLE + b" 250 706 m 350 706 l S" + words(60, 726, b"first") + words(160, 706, b"67")
    grid = next(read_document(Source(drawn(content), "a.pdf")).grids())
    assert isinstance(grid, Grid)
    assert [cell.text for cell in grid.cells if cell.column == 2] == ["", "", "\ufffd"]
