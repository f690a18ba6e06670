"""PDF figures that are not on the page as it is seen: cut off, outside of it, faint, of no height, or printed twice."""

from __future__ import annotations

import pytest
from test_files_print import read, words

_PLAIN = ["first", "12", "345", "second", "67", ""]


def within(left: float, right: float, content: bytes) -> bytes:
    """The content as far as it stands between two places across the page."""
    return b" q %.1f 690 %.1f 60 re W n" % (left, right - left) + content + b" Q"


@pytest.mark.parametrize(
    ("content", "figure", "empty"),
    [
        (within(250, 350, words(260, 706, b"8")), "67", "8"),
        (within(250, 350, words(171, 706, b"8")), "67", ""),  # cut off, and so none of the figure beside it
        (within(150, 250, words(260, 706, b"8")), "67", "\ufffd"),
        (within(250, 265, words(260, 706, b"89")), "67", "8\ufffd"),
        (b" q 7 Tr" + words(260, 706, b"8") + b" Q", "67", "\ufffd"),
        (b" q 1 Tr 1 G" + words(260, 706, b"8") + b" Q", "67", "\ufffd"),
        (b" q 1 Tr 1 g" + words(260, 706, b"8") + b" Q", "67", "8"),
        (b" .9 g" + words(260, 706, b"8"), "67", "\ufffd"),
        (b" q .1 0 0 .1 0 0 cm" + words(2600, 7060, b"8") + b" Q", "67", "\ufffd"),
    ],
)
def test_figures_that_cannot_be_seen_are_none_and_no_blanks(content: bytes, figure: str, empty: str) -> None:
    assert read(content) == [*_PLAIN[:4], figure, empty]


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (words(260, 706, b"7") + words(260.3, 706, b"7"), "7"),  # bold
        (words(260, 706, b"1") + words(262, 706, b"1"), "\ufffd\ufffd"),
        (words(260, 706, b"1") + words(263.5, 706, b"7"), "\ufffd\ufffd"),
        (words(260, 706, b"1") + words(265.56, 706, b"7"), "17"),
        (words(260, 706, b"27") + words(273, 706, b"27"), "\ufffd\ufffd\ufffd\ufffd"),
        (words(260, 706, b"2") + words(267.56, 706, b"7") + words(275.12, 706, b"7"), "277"),  # set apart
        (words(260, 706, b"7") + words(265.56, 706, b"7"), "\ufffd\ufffd"),  # nothing else is made so
        (words(260, 706, b"7") + words(265.56, 706, b"7") + words(60, 640, b"1") + words(65.56, 640, b"2"), "77"),
        (words(260, 706, b"11") + words(266, 706, b"11"), "\ufffd\ufffd\ufffd"),
    ],
)
def test_figures_that_are_printed_twice(content: bytes, shown: str) -> None:
    assert read(content)[:6] == [*_PLAIN[:5], shown]


@pytest.mark.parametrize(
    ("box", "texts"),
    [
        (b"20 600 500 800", _PLAIN),
        (b"20 600 250 800", ["first", "12", "\ufffd", "second", "67", "\ufffd"]),
        (b"20 600 167 800", ["first", "1\ufffd", "\ufffd", "second", "6\ufffd", "\ufffd"]),
        (b"20 715 500 800", ["first", "12", "345", "\ufffd", "\ufffd", "\ufffd"]),
        (b"700 900 800 999", _PLAIN),  # none of the page: programs show all of it
    ],
)
def test_what_is_outside_of_the_page_as_it_is_shown(box: bytes, texts: list[str]) -> None:
    assert read(b"", extra=b"/CropBox[" + box + b"]") == texts


@pytest.mark.parametrize(
    ("said", "shown"),
    [(b"8", "8"), (b"18", "8"), (b"9", "\ufffd"), (b"", "\ufffd"), (b"\\255", "\ufffd"), (b"\\376\\377\\0008", "8")],
)
def test_what_is_said_to_stand_for_a_figure_does_not_count(said: bytes, shown: str) -> None:
    span = b" /Span<</ActualText(" + said + b")>>BDC" + words(260, 706, b"8") + b" EMC"
    assert read(span) == [*_PLAIN[:5], shown]


def test_what_is_said_to_stand_for_words_counts() -> None:
    assert read(b" /Span<</ActualText(last)>>BDC" + words(260, 706, b"8") + b" EMC")[-1] == "last"
