"""Plain text and Markdown: lines as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.document import Paragraph
from parsers.readers.text import read
from parsers.source import Source


def lines(text: str) -> list[str]:
    return [paragraph.text for paragraph in read(Source(text.encode(), "a.txt")).paragraphs()]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\f", "\v", "\u2028", "\u2029", "\x85"])
def test_every_kind_of_line_end(end: str) -> None:
    assert lines(end.join(["规章", "", "\t0 | ", "1"])) == ["规章", "", "\t0 | ", "1"]


def test_a_form_feed_at_the_start_of_a_page_does_not_shift_line_numbers() -> None:
    assert read(Source("一\n\f二\n".encode(), "a.txt")).blocks == (Paragraph("一", 1), Paragraph("二", 2))


def test_only_hash_lines_are_headings() -> None:
    document = read(Source("## 二、情况\n#5 号文件\n 规章\n|---|---|\n".encode(), "a.md"))
    assert [paragraph.heading for paragraph in document.paragraphs()] == [True, False, False, False]
    assert document.media_type == "text/markdown"


def test_what_was_declared_is_noted() -> None:
    document = read(Source("规章".encode("gbk"), "a.txt", charset="utf-8"))
    assert document.notes == ("charset: read as gb18030, declared utf-8",)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\\"))))
def test_lines_come_back_untouched_and_numbered(written: list[str]) -> None:
    # a backslash is Markdown's escape of what stands behind it, and is taken away
    document = read(Source("".join(line + "\n" for line in written).encode(), "a.txt"))
    assert [paragraph.text for paragraph in document.paragraphs()] == [
        "".join("\ufffd" if "\ue000" <= character <= "\ue00f" else character for character in line) for line in written
    ]
    assert [paragraph.line for paragraph in document.paragraphs()] == list(range(1, len(written) + 1))


@pytest.mark.parametrize("name", ["shanggao_2021.txt", "shuyang_2025.md", "pingtan_2022.txt"])
def test_real_reports_keep_every_character(corpus: Path, name: str) -> None:
    written = (corpus / name).read_bytes()
    document = read(Source(written, name))
    assert [paragraph.text for paragraph in document.paragraphs()] == written.decode().splitlines()
