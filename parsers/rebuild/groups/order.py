"""
The order of groups in a table whose columns repeat for each group, where it is not the form's.

The form prints 行政复议 before 行政诉讼, whose two groups stand a row lower: so the order of their names in the text is not
always that of their figures. A table whose rows were mirrored gives the names row by row, each row from its end.
"""

from __future__ import annotations

from collections.abc import Sequence

from parsers.rebuild.found import Found
from parsers.rebuild.labels import Hit
from parsers.rebuild.marks import MARKS, ROW_ENDS, SPACE

__all__ = ["is_mirrored"]


def is_mirrored(labels: Sequence[Hit], found: Found) -> bool:
    """
    Whether the first group may stand behind others in the row of figures, though its name stands before theirs in the text.

    So it is where a head that the form prints behind it stands in the cell before it, and where its name begins further to
    the right than that of a group in another row.
    """
    titles = [hit for hit in labels if hit.label.kind == "row"]
    if not titles:
        return False
    table = found.form.table(titles[0].label.table)
    first = next((hit for hit in titles if hit.label.name == table.rows[0].code), None)
    if first is None:
        return False
    if any(_is_next_to(head, first, found) for head in found.of(table.code, "head")):
        return True
    below = [hit for hit in titles if any(mark in found.stream.text[first.end : hit.first] for mark in ROW_ENDS)]
    return any(_place(first, found) > _place(hit, found) for hit in below)


def _is_next_to(head: Hit, label: Hit, found: Found) -> bool:
    """Whether a head is the only text in the cells right before a label."""
    if head.end > label.first or not found.copy.marked_before(head.nth):
        return False
    between = found.stream.text[head.end : label.first]
    return between.strip(SPACE) != "" and not between.strip(SPACE + MARKS)


def _place(hit: Hit, found: Found) -> int:
    """Where the cell of a label begins: its column in a grid, the number of the cells before it in a row of text."""
    spot = found.stream.grid_column(hit.start)
    return found.stream.number_in_row(hit.start) if spot is None else spot[1]
