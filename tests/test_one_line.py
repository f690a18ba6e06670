"""Figures of one line that are shown to be one row by their own sum."""

from __future__ import annotations

import pytest

from parsers.rebuild.borders import Borders
from parsers.rebuild.stream import Stream
from parsers.rebuild.surplus import sums_up_on_one_line
from parsers.rebuild.zones import cut_zone


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("586 83 5 0 29 57 760", True),
        ("586 83 5 0 29 57 761", False),
        ("0 0 3 4 0 0 7", False),  # two noughts of a row of blanks, and the next row
        ("586 83 5 7\ufffd 29 57 760", False),  # what cannot be read proves no sum
        ("586 83 5 29 57 760", False),
    ],
)
def test_a_sum_shows_a_row_only_where_every_figure_is_known_and_the_first_is_not_nought(line: str, shown: bool) -> None:
    (run,) = cut_zone(Stream(line, (), (), Borders()), 0, len(line), rows_marked=False)
    assert sums_up_on_one_line(Stream(line, (), (), Borders()), run.pieces, 7) is shown
