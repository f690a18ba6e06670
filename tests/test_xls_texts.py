"""The shared texts of XLS files: parts in fonts of their own, and texts that go on in the next record."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from office import convert

from parsers import Source
from parsers.readers import read_document
from parsers.readers._xls_texts import Font, SharedText, font_of, shared_texts

FONTS = (Font(), Font(struck=True), Font(raised=True), Font(lowered=True), Font(white=True))
"""The last has the number 5: none has the number 4."""


def font(flags: int, colour: int, lifted: int) -> bytes:
    return struct.pack("<HHHHH", 200, flags, colour, 400, lifted) + bytes(6)


def written(text: str, runs: list[tuple[int, int]], *, wide: bool, extended: int) -> tuple[bytes, bytes, bytes]:
    """A text as a workbook holds it: what stands before its characters, these, what stands behind."""
    head = struct.pack("<HB", len(text), wide | 4 * bool(extended) | 8 * bool(runs))
    head += struct.pack("<H", len(runs)) if runs else b""
    head += struct.pack("<I", extended) if extended else b""
    tail = b"".join(struct.pack("<HH", *run) for run in runs) + b"x" * extended
    return head, text.encode("utf-16-le" if wide else "latin-1"), tail


def records(texts: list[tuple[bytes, bytes, bytes, bool]], most: int) -> list[bytes]:
    """The texts in records of about so many bytes; one that ends among characters says in the next how wide they are."""
    found = [bytearray(struct.pack("<II", len(texts), len(texts)))]
    for head, characters, tail, wide in texts:
        size = 2 if wide else 1
        if len(found[-1]) + len(head) > most:
            found.append(bytearray())
        found[-1] += head
        for at in range(0, len(characters), size):
            if len(found[-1]) + size > most:
                found.append(bytearray([wide]))
            found[-1] += characters[at : at + size]
        for at in range(0, len(tail), 4):
            if len(found[-1]) + 4 > most:
                found.append(bytearray())
            found[-1] += tail[at : at + 4]
    return [bytes(record) for record in found]


@given(
    st.lists(
        st.tuples(st.text(st.characters(max_codepoint=0x9FFF), max_size=20), st.integers(0, 9)),
        max_size=9,
    ),
    st.integers(24, 90),
)
def test_texts_are_read_wherever_records_end(given_texts: list[tuple[str, int]], most: int) -> None:
    packed = []
    for text, extended in given_texts:
        wide = any(ord(character) > 255 for character in text)
        packed.append((*written(text, [(0, 0)] if text else [], wide=wide, extended=extended), wide))
    assert list(shared_texts(records(packed, most), FONTS)) == [SharedText(text, None) for text, _ in given_texts]


@pytest.mark.parametrize(
    ("text", "runs", "marked"),
    [
        ("121", [(2, 2)], "12¹"),
        ("121", [(2, 3)], "121\ufffd"),
        ("912", [(0, 1), (1, 0)], "9\ufffd12"),
        ("912", [(0, 5)], None),  # number 5 is the fifth font
        ("规章1", [(2, 2)], "规章¹"),
        ("12", [(0, 2)], None),
        ("12", [(0, 77)], None),
    ],
)
def test_parts_in_other_fonts(text: str, runs: list[tuple[int, int]], marked: str | None) -> None:
    wide = any(ord(character) > 255 for character in text)
    (found,) = shared_texts(records([(*written(text, runs, wide=wide, extended=0), wide)], 999), FONTS)
    assert found == SharedText(text, marked)


@pytest.mark.parametrize("cut", [1, 5, 9, 12])
def test_texts_that_are_cut_off_are_damage(cut: int) -> None:
    (record,) = records([(*written("规章", [], wide=True, extended=0), True)], 999)
    with pytest.raises(ValueError, match=r"ends? too soon|within a character"):
        list(shared_texts([record[:-cut] or b""], FONTS))


def test_fonts() -> None:
    assert [font_of(font(*told)) for told in ((8, 8, 0), (0, 9, 1), (0, 0x7FFF, 2))] == [
        Font(struck=True), Font(raised=True, white=True), Font(lowered=True),
    ]  # fmt: skip


def test_a_workbook_of_libreoffice(need: Callable[[str], object], tmp_path: Path) -> None:
    need("soffice")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, form = book.add_worksheet(), book.add_format
    sheet.write_row(0, 0, ["规章", 7, 8, 9])
    sheet.write_number(1, 0, 12, form({"font_strikeout": True}))
    sheet.write_string(1, 1, "12", form({"font_strikeout": True}))
    sheet.write_rich_string(1, 2, form(), "12", form({"font_script": 1}), "1")
    sheet.write_rich_string(1, 3, form(), "12", form({"font_script": 2}), "1")
    sheet.write_number(2, 0, 12, form({"font_color": "white"}))
    sheet.write_number(2, 1, 12, form({"font_color": "white", "bg_color": "#003366"}))
    sheet.write_number(2, 2, 12, form({"num_format": ";;;"}))
    sheet.write_number(2, 3, 12, form({"num_format": '#,##0"件"'}))
    book.close()
    for kind in ("xls", "ods"):
        (other,) = convert([("a.xlsx", out.getvalue())], kind, tmp_path)
        cells = [cell.text for cell in next(read_document(Source(other, f"a.{kind}")).grids()).cells]
        raised, hidden = ("12¹", "12\ufffd") if kind == "xls" else ("121\ufffd", "12")
        assert cells[4:] == ["12\ufffd", "12\ufffd", raised, "121\ufffd", "12\ufffd", "12", hidden, "12"]
