"""
Lines of figures that stand nearer to one another than the rows of a table do: numbers go on in the line below there.

Where a cell without rules is narrower than its number, the rest of this stands in the next line, and the numbers of the row that
are shorter stand in the line between the two. Which figures are one number is not known then, and all of them are doubted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from parsers.readers._doubt import DOUBT
from parsers.readers._line_words import Row, is_text, row_of, words_in
from parsers.readers._page import Glyph, words_of

__all__ = ["doubting_wrapped"]

_NEAR, _NEAR_BARE = 1.0, 1.6
"""
In sizes of the type: lines that are nearer are never two rows. Nor are those of which one has figures only, each below or above
one of the other, which has more, or with a label between the two.
"""
_NOTHING = frozenset("-−－—–/无")


def doubting_wrapped(lines: Sequence[list[Glyph]]) -> Sequence[list[Glyph]]:
    """The lines from top to bottom, with U+FFFD for the figures of those that are near to one another."""
    ends = [number for number, line in enumerate(lines) if line[-1].text[-1:].isdecimal() or line[-1].text in _NOTHING]
    near = [(above, below) for above, below in pairwise(ends) if _apart(lines[above], lines[below]) < _NEAR_BARE]
    doubted = {number for above, below in near if _are_one_row(lines[above : below + 1]) for number in (above, below)}
    return [_doubted(line) if number in doubted else line for number, line in enumerate(lines)] if doubted else lines


def _apart(above: Sequence[Glyph], below: Sequence[Glyph]) -> float:
    """How far from each other the last characters of two lines stand downwards, in sizes of the larger type."""
    first, second = above[-1], below[-1]
    return (second.box.middle[1] - first.box.middle[1]) / max(first.size, second.size)


def _are_one_row(lines: Sequence[Sequence[Glyph]]) -> bool:
    """Whether the first and the last of some lines hold figures of one row; those between hold none."""
    first, second = _row(lines[0]), _row(lines[-1])
    if first is None or second is None:
        return False
    if _apart(lines[0], lines[-1]) < _NEAR:
        return True
    labelled = any(is_text(words_in(part)) for line in lines[1:-1] for part in words_of(line))
    fewer, more = sorted((first, second), key=lambda row: len(row.figures))
    if len(fewer.figures) == len(more.figures) and not labelled:
        return False
    return _are_parts(fewer, more) or (len(fewer.figures) == len(more.figures) and _are_parts(more, fewer))


def _row(line: Sequence[Glyph]) -> Row | None:
    return row_of([words_in(part) for part in words_of(line)])


def _are_parts(row: Row, other: Row) -> bool:
    """Whether a row has figures only, each below or above one of the other."""
    return not any(map(is_text, row.label)) and all(
        any(word.left < beside.right and beside.left < word.right for beside in other.figures) for word in row.figures
    )


def _doubted(line: Sequence[Glyph]) -> list[Glyph]:
    """A line, its figures behind the last words as U+FFFD."""
    parts = list(words_of(line))
    figures = len(row.figures) if (row := _row(line)) is not None else 0
    label = sum(map(len, parts[: len(parts) - figures]))
    return [
        *line[:label],
        *(glyph._replace(text=glyph.text[:-1] + DOUBT) if glyph.text[-1:].isdecimal() else glyph for glyph in line[label:]),
    ]
