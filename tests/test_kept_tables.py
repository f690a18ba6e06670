"""What is kept of one document for the next gives what reading it anew gives: tables of marked text, folded characters."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from strategies import marked_tables

from parsers.errors import ReadError
from parsers.readers import _marks
from parsers.rebuild.labels import _FOLD, fold

ROW, ROW_END, CELL, CELL_END, SPAN = (_marks.MARKS[name] for name in ("ROW", "ROW_END", "CELL", "CELL_END", "SPAN"))


@given(marked_tables())
@settings(max_examples=300, deadline=None)
def test_a_kept_table_is_the_one_read_cell_by_cell(tables: Sequence[str]) -> None:
    for marked in tables:
        assert _marks._table(marked) == _marks._read_table(marked)


def test_a_table_with_other_figures_is_filled_in() -> None:
    def table(first: str, second: str) -> str:
        row = f"{ROW}{CELL}规章{CELL_END}{CELL}{first}{CELL_END}{CELL}{SPAN}{SPAN}2{SPAN}\n{second} {CELL_END}{ROW_END}"
        foot = f"{_marks.FOOT}{ROW}{CELL}{second}{CELL_END}{ROW_END}{_marks.GROUP_END}"
        return foot + row

    _marks._kept.cache_clear()
    read = [[cell.text for cell in _marks._table(table(*figures))[1]] for figures in (("7", "0"), ("0.5", "12"), ("3", "3"))]
    assert read == [["规章", "7", "0", "0"], ["规章", "0.5", "12", "12"], ["规章", "3", "3", "3"]]
    assert _marks._kept.cache_info().hits == 2


def test_words_and_numbers_of_spans_are_no_figures() -> None:
    _marks._kept.cache_clear()
    one, two = (f"{ROW}{CELL}{SPAN}{SPAN}{width}{SPAN}7{CELL_END}{CELL}7件{CELL_END}{ROW_END}" for width in "12")
    assert [[(cell.text, cell.column) for cell in _marks._table(marked)[1]] for marked in (one, two)] == [
        [("7", 0), ("7件", 1)],
        [("7", 0), ("7件", 2)],
    ]
    assert _marks._kept.cache_info().misses == 2


def test_too_many_cells_are_refused_each_time() -> None:
    wide = f"{CELL}{SPAN}9{SPAN}1000{SPAN}7{CELL_END}"
    marked = f"{_marks.TABLE}{(ROW + wide * 12 + ROW_END) * 9}{_marks.TABLE_END}"
    refused = 0
    for _ in range(2):
        try:
            _marks.blocks_of(marked)
        except ReadError:
            refused += 1
    assert refused == 2


def test_a_text_is_folded_character_by_character() -> None:
    every = "".join(map(chr, _FOLD)) + "規章abc"
    assert fold(every) == "".join(_FOLD.get(ord(character), character) for character in every)
    assert all(_FOLD.get(ord(meant), meant) == meant for meant in _FOLD.values())
