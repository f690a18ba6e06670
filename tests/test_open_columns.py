"""Tables of a printed page without upright rules: the columns of their figures where these are clear, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from parsers.document import Paragraph
from parsers.readers._layout import blocks_of
from parsers.readers._open_columns import Heads
from parsers.readers._page import Box, Glyph, Page

_SIZE = 10.0
_PLACES = (200.0, 280.0, 360.0)
_HEADS = ("本年制发件数", "本年废止件数", "现行有效件数")


def glyphs(text: str, x: float, y: float, *, at: float = 0.0, gap: float = 0.0) -> list[Glyph]:
    """A text from x on, or with so much of it, from 0 to 1, before x; figures are half as wide as other characters."""
    wide = [_SIZE * (0.5 if char.isascii() else 1.0) + gap for char in text]
    left = x - at * sum(wide)
    found = []
    for char, width in zip(text, wide, strict=True):
        found.append(Glyph(char, Box(left, y, left + width - gap, y + _SIZE), _SIZE))
        left += width
    return found


def lines_of_page(rows: Sequence[Sequence[Glyph]], heads: Heads | None = None) -> list[str]:
    page = Page(1, 600, 800, tuple(glyph for row in rows for glyph in row), ())
    return [block.text for block in blocks_of(page, heads) if isinstance(block, Paragraph)]


def row(label: str, figures: Sequence[str], y: float, *, at: float = 0.5, shift: float = 0.0) -> list[Glyph]:
    found = glyphs(label, 60, y)
    for place, text in zip(_PLACES, figures, strict=False):
        found += glyphs(text, place + shift, y, at=at)
    return found


def head(y: float = 100.0, texts: Sequence[str] = _HEADS) -> list[Glyph]:
    return row("信息内容", texts, y)


def test_figures_stand_below_their_heads() -> None:
    shown = lines_of_page([head(), row("规章", ("", "0", ""), 120), row("行政规范性文件", ("12", "", "345"), 140)])
    assert shown == ["信息内容\t本年制发件数\t本年废止件数\t现行有效件数", "规章\t\t0\t", "行政规范性文件\t12\t\t345"]


@pytest.mark.parametrize(("at", "shift"), [(1.0, 38.0), (0.0, -38.0)], ids=["right", "left"])
def test_figures_at_the_sides_of_their_columns_belong_to_the_heads_in_the_middle(at: float, shift: float) -> None:
    rows = [
        row("规章", ("", "0", ""), 120, at=at, shift=shift),
        row("行政规范性文件", ("12", "", "345"), 140, at=at, shift=shift),
    ]
    assert lines_of_page([row("信息内容", ("制发数", "废止数", "有效数"), 100), *rows])[1:] == [
        "规章\t\t0\t",
        "行政规范性文件\t12\t\t345",
    ]


def test_a_full_table_stays_as_it_is_printed() -> None:
    assert "\t" not in "".join(lines_of_page([head(), row("规章", ("1", "0", "2"), 120), row("文件", ("12", "3", "345"), 140)]))


def test_a_column_without_a_figure_has_its_head() -> None:
    assert lines_of_page([head(), row("规章", ("", "0", ""), 120), row("文件", ("", "2", "3"), 140)])[1:] == [
        "规章\t\t0\t",
        "文件\t\t2\t3",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [head(texts=_HEADS[:2]), row("规章", ("", "0", ""), 120), row("文件", ("1", "", "3"), 140)],  # a column without a head
        [head(), row("规章", ("5", "0", ""), 120), row("文件", ("1", "", "3"), 140, shift=14)],  # set neither way
        [head(), row("规章", ("", "0", ""), 120), [*row("文件", ("1", "", "3"), 140), *glyphs("7", 290, 140)]],  # two in one
        [head(), row("规章", ("", "0", ""), 120), row("", ("1", "", "3"), 128)],  # numbers that may go on
        [row("规章", ("", "0", ""), 120), row("文件", ("1", "", "3"), 140)],  # no head at all
        [
            [*row("内容", _HEADS[:1], 100), *glyphs("甲", 280, 100, at=0.5), *glyphs("乙", 296, 100, at=0.5)],
            [*row("规章", ("", "1"), 120), *glyphs("6", 296, 120, at=0.5)],
            row("文件", ("1",), 140),
        ],  # figures of one number that is spaced
    ],
)
def test_columns_that_are_not_clear_are_none(rows: list[list[Glyph]]) -> None:
    assert "\t" not in "".join(lines_of_page(rows))


def test_the_head_of_a_group_is_none_of_the_column_below_it() -> None:
    group = glyphs("法人", 280, 82, at=0.5)
    assert lines_of_page([group, head(), row("规章", ("", "0", ""), 120), row("文件", ("1", "", ""), 140)])[:2] == [
        "法人",
        "信息内容\t本年制发件数\t本年废止件数\t现行有效件数",
    ]


def test_heads_of_two_lines_are_whole() -> None:
    high = row("信息", ("制发", "废止", "有效"), 86)
    low = row("内容", ("件数", "件数", "件数"), 100)
    assert lines_of_page([high, low, row("规章", ("", "0", ""), 120)])[1] == "内容\t制发件数\t废止件数\t有效件数"


def test_a_table_goes_on_on_the_next_page() -> None:
    heads = Heads()
    lines_of_page([head(), row("规章", ("", "0", ""), 120)], heads)
    assert lines_of_page([row("文件", ("1", "", ""), 60)], heads) == ["文件\t1\t\t"]


def test_figures_between_the_two_lines_of_their_label_stand_behind_it() -> None:
    rows = [row("规章", ("", "0", ""), 120), glyphs("行政规范", 60, 140), row("", ("1", "", "3"), 147), glyphs("性文件", 60, 154)]
    assert lines_of_page([head(), *rows])[1:] == ["规章\t\t0\t", "行政规范性文件\t1\t\t3"]


def test_heads_above_a_note_in_the_corner_are_heads() -> None:
    corner = glyphs("（本列数据）", 60, 86)
    rows = [row("规章", ("", "0", "7"), 120), row("文件", ("1", "", "3"), 140)]
    assert lines_of_page([row("", _HEADS, 76), corner, *rows])[-2:] == ["规章\t\t0\t7", "文件\t1\t\t3"]
    unknown = [row("", _HEADS, 76), corner, row("规章", ("", "", "7"), 120), row("文件", ("1", "", "3"), 140)]
    assert "\t" not in "".join(lines_of_page(unknown))


def test_characters_of_a_label_written_downwards_are_none_of_those_beside_it() -> None:
    labels = zip("无法提供", ("不掌握信息", "没有现成信息", "内容不明确", "其他情况"), strict=True)
    rows = [
        [*glyphs(char, 40, 120 + 20 * at), *row(label, ("", "0", ""), 120 + 20 * at)] for at, (char, label) in enumerate(labels)
    ]
    assert lines_of_page([head(), *rows])[1:] == [
        "不掌握信息\t\t0\t",
        "没有现成信息\t\t0\t",
        "内容不明确\t\t0\t",
        "其他情况\t\t0\t",
    ]


@pytest.mark.parametrize(
    ("gap", "shown"), [(0.0, "规章 328"), (8.0, "规章 3\ufffd28"), (12.0, "规章 3  2  8")], ids=["close", "spaced", "apart"]
)
def test_figures_that_are_spaced_may_be_one_number(gap: float, shown: str) -> None:
    text = lines_of_page([[*glyphs("规章", 60, 120), *glyphs("328", 90, 120, gap=gap)]])
    assert [" ".join(line.split("  ", 1)) for line in text] == [shown] or text[0].replace("规章  ", "规章 ") == shown


def test_figures_equally_far_down_are_of_one_line() -> None:
    """Another line runs so near that the lower ones of these figures are nearer to it."""
    near = [Glyph("中", Box(40, 123.4, 50, 133.4), 10.0)]
    figures = [Glyph("1", Box(200, 120, 205, 130), 10.0), Glyph("8", Box(205, 121, 210, 131.4), 10.0)]
    assert [line.replace(" ", "") for line in lines_of_page([near, figures])] in (["18", "中"], ["中18"])


@pytest.mark.parametrize(("second", "shown"), [(11.0, "规章 7\ufffd16"), (20.0, "规章 7 1 6")], ids=["spaced", "apart"])
def test_the_ink_of_a_one_leaves_its_place_blank(second: float, shown: str) -> None:
    """Figures that are spaced alike stand as far apart by their middles, though not by their ink."""
    figures = [
        Glyph(text, Box(100 + at * (5 + second) + (5 - wide) / 2, 120, 100 + at * (5 + second) + (5 + wide) / 2, 130), _SIZE)
        for at, (text, wide) in enumerate((("7", 5), ("1", 2), ("6", 5)))
    ]
    assert [" ".join(line.split()) for line in lines_of_page([glyphs("规章", 60, 120), figures])] == [shown]


def test_figures_that_touch_others_of_a_spaced_number_are_doubted_with_it() -> None:
    """The 5 is a number of its own, and 297 the next."""
    spaced = [Glyph(text, Box(105 + at * 14, 120, 110 + at * 14, 130), _SIZE) for at, text in enumerate("297")]
    text = lines_of_page([glyphs("规章", 60, 120), glyphs("5", 100, 120), spaced])
    assert [" ".join(line.split()) for line in text] == ["规章 52\ufffd97"]


@pytest.mark.parametrize(
    "rows",
    [
        [row("", ("10",), 113), row("规章", ("", "0", "3"), 120), row("", ("7",), 127)],  # between the lines of 107
        [row("规章", ("10", "0", "3"), 120), row("", ("7",), 134)],
        [row("", ("1",), 113), glyphs("规章", 60, 120), row("", ("7",), 127)],
    ],
)
def test_numbers_that_go_on_in_the_line_below_are_doubted(rows: list[list[Glyph]]) -> None:
    assert not any(map(str.isdecimal, "".join(lines_of_page(rows))))


def test_what_stands_near_to_figures_is_no_number_of_the_page() -> None:
    assert "\ufffd" in lines_of_page([row("规章", ("", "0", "3"), 780), row("", ("7",), 787)])[-1]


def test_rows_of_figures_without_labels_are_read() -> None:
    rows = [row("", ("1", "2", "3"), 120 + 12 * at) for at in range(4)]
    assert [line.split() for line in lines_of_page(rows)] == [["1", "2", "3"]] * 4


def test_figures_whose_label_is_not_known_have_no_columns() -> None:
    rows = [row("规章", ("", "0", ""), 120), row("", ("1", "", "3"), 160), row("文件", ("1", "", ""), 200)]
    shown = [line.split("\t") for line in lines_of_page([head(), *rows])][1:]
    assert [shown[0], shown[1][0].split(), shown[2]] == [["规章", "", "0", ""], ["1", "3"], ["文件", "1", "", ""]]


def test_a_character_that_means_nothing_stands_behind_another_label_that_is_written_downwards() -> None:
    rows = [
        [
            *glyphs(before, 20, 120 + 20 * at),
            *glyphs(char, 40, 120 + 20 * at),
            *row("" if char == "无" else "情况", ("4", "5"), 120 + 20 * at),
        ]
        for at, (before, char) in enumerate(zip("办理结果", "无法提供", strict=True))
    ]
    assert not any("无" in line for line in lines_of_page(rows))
