"""
Tables without upright rules: which of a line's figures stand in which column, so that the empty places between them show.

Columns are made by where figures and heads stand across the page: what stands over or below one another is one column. They
count only where each has a head, no two figures of a line stand in one, all figures of each are set alike (in the middle, to
the right or to the left), and wide blanks part them. Then the figures of a line are parted by tabs, one a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from statistics import median
from typing import NamedTuple

from parsers.readers._line_words import Row, Words, is_text, row_of, words_without_lanes
from parsers.readers._page import Glyph, text_of

__all__ = ["Heads", "tabbed_lines"]

_PARTED, _SET_ALIKE = 0.5, 0.6
"""In sizes of the type: what parts two columns at least, and how far the figures of one that are set alike differ."""

_LEVEL, _LINES = 0.4, 2.0
"""In sizes of the type: how near to the middle of a label its figures stand, and how far from each other its two lines."""
_LINE, _SAME_ROW = 1.8, 0.25
"""In sizes of the type: the lines of a head are no farther apart, and the middles of heads of one row differ by no more."""
_STEP = 1.65
"""In sizes of the type: so near to each other stand the middles of figures that may be of one number which is spaced."""
_MANY, _APART = 4, 1.5
"""So many words, or two so many sizes of the type apart, are heads."""
_NO_NOTHING = "无"
"""A character of 无法提供 where that is written downwards: no sign for nothing stands before a label."""
_MAY_END_ROW = re.compile(r"[\d\ufffd件条元个次人项无\-−－—–/]")
_OF_LABELS = re.compile("信息内容|统计指标|指标|项目|内容|类别|单位")
"""The heads of columns in which no figures stand."""


class _Column(NamedTuple):
    """A part of the page across, and whether a head and whether figures stand in it."""

    left: float
    right: float
    headed: bool
    filled: bool

    def meets(self, other: _Column | Words) -> bool:
        return self.left < other.right and other.left < self.right

    def with_(self, other: _Column) -> _Column:
        return _Column(
            min(self.left, other.left), max(self.right, other.right), self.headed or other.headed, self.filled or other.filled
        )


@dataclass(slots=True)
class Heads:
    """The columns of the last table above, which may go on on the next page."""

    columns: tuple[_Column, ...] = ()


@dataclass
class _Block:
    """Lines of figures below one another, by their numbers, and the lines of heads over them."""

    heads: dict[int, list[Words]]
    size: float
    far: dict[int, list[Words]] = field(default_factory=dict)
    """Lines that may be heads too, but words of a label or of the text stand between: as a note in the corner of a table does."""
    rows: dict[int, Row] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Where the figures begin."""
        return min(row.figures[0].left for row in self.rows.values())

    @property
    def edge(self) -> float:
        """Where the labels end."""
        return max((word.right for row in self.rows.values() for word in row.label), default=float("-inf"))


def tabbed_lines(lines: Sequence[Sequence[Glyph]], above: Heads) -> dict[int, str]:
    """
    The lines with figures whose columns are clear, by their numbers, with a tab before the place of each column.

    `above` are the columns of the page before; they become those of this page's last table.
    """
    if not any(_MAY_END_ROW.match(line[-1].text[-1:]) for line in lines):
        return {}  # pages whose tables are ruled are many
    worded, rests = words_without_lanes(lines)
    bare = {number: text_of(rest, aligned=True) for number, rest in rests.items()}
    found = {number: text for number, text in bare.items() if _lacks_no(lines[number], rests[number])}
    for block in _blocks(worded, [line[0].size for line in lines]):
        above.columns = _columns_of(block, above.columns)
        if all(len(row.figures) == len(above.columns) for row in block.rows.values()):
            continue  # no place is empty
        if above.columns:
            found |= {number: text for number, text in bare.items() if min(block.rows) <= number <= max(block.rows)}
            found |= _tabbed_block(block, worded, above.columns)
    return found


def _lacks_no(line: Sequence[Glyph], rest: Sequence[Glyph]) -> bool:
    """Whether the characters before the rest of a line have one that would be taken for a sign for nothing."""
    return any(glyph.text == _NO_NOTHING for glyph in line[: len(line) - len(rest)])


def _tabbed_block(block: _Block, worded: Sequence[list[Words]], columns: Sequence[_Column]) -> dict[int, str]:
    """The lines of a block, by their numbers: heads and figures with tabs, labels above and below their figures before these."""
    found = _heads_of(block, columns) if block.heads else {}
    labelled = any(is_text(word) for row in block.rows.values() for word in row.label)
    for number, row in block.rows.items():
        around = _around(number, row, worded, block.size)
        if labelled and not around and all(len(word.text) == 1 for word in row.label):
            continue  # it is not known of which row these are the figures, and so not that their number is all that lacks
        found |= dict.fromkeys(around, "")
        found[number] = _tabbed(_with_label(row, [worded[at] for at in around]), columns)
    return found


def _blocks(worded: Sequence[list[Words]], sizes: Sequence[float]) -> Iterator[_Block]:
    """The tables of a page: lines of figures with what may be their heads, from one line of heads to the next."""
    block: _Block | None = None
    heads: dict[int, list[Words]] = {}
    far: dict[int, list[Words]] = {}
    for number, (words, size) in enumerate(zip(worded, sizes, strict=True)):
        row = row_of(words)
        if row is not None:
            if block is None or heads:
                if block is not None:
                    yield block
                block, heads, far = _Block(heads, size, far), {}, {}
            block.rows[number] = row
        elif _may_be_heads(words, size, block.edge if block is not None else float("-inf"), goes_on=bool(heads)):
            heads[number] = words
        elif block is None or words[-1].right < block.left:
            heads, far = {}, far | heads
    if block is not None:
        yield block


def _around(number: int, row: Row, worded: Sequence[list[Words]], size: float) -> tuple[int, ...]:
    """The numbers of the two lines of a label between which its figures stand; none where they have it beside them or elsewhere."""
    if any(map(is_text, row.label)):
        return ()
    down = row.figures[0].down
    found = []
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(worded) and not any(map(is_text, worded[at])):  # characters of a label that is written downwards
            at += step
        if not 0 <= at < len(worded) or row_of(worded[at]) is not None or not is_text(worded[at][-1]):
            return ()
        found.append(at)
    first, second = (worded[at][-1] for at in found)
    alike = abs(first.left - second.left) <= size and abs(first.down + second.down - 2 * down) <= _LEVEL * size
    return tuple(found) if alike and 0 < second.down - first.down <= _LINES * size else ()


def _with_label(row: Row, around: Sequence[list[Words]]) -> Row:
    """A row with the two lines of its label, behind the characters that stand beside them."""
    if not around:
        return row
    first, second = (line[-1] for line in around)
    beside = [*around[0][:-1], *row.label, *around[1][:-1]]
    return Row([*beside, first._replace(text=first.text + second.text)], row.figures)


def _may_be_heads(words: Sequence[Words], size: float, edge: float, *, goes_on: bool) -> bool:
    """Whether words are many, or stand far apart and go on where labels have ended: no line of a label, in which a comma stands low."""
    apart = any(after.left - before.right >= _APART * size for before, after in pairwise(words))
    return len(words) >= _MANY or (apart and words[-1].left >= edge and (goes_on or is_text(words[-1])))


def _columns_of(block: _Block, above: Sequence[_Column]) -> tuple[_Column, ...]:
    """The columns of a block's figures from left to right; none where they are not clear."""
    edge = block.edge
    for number in [number for number, row in block.rows.items() if row.figures[-1].right <= edge]:
        del block.rows[number]  # a sign for nothing, or a number, within the labels
    if not block.rows or block.left < edge:
        return ()
    if any(word.is_figure or word.text in ".," for row in block.rows.values() for word in row.label[1:]):
        return ()  # a number of which only the end was taken for a figure
    if any(_may_be_spaced(*pair, block.size) for row in block.rows.values() for pair in pairwise(row.figures)):
        return ()
    if any(_may_be_one(first, second, block.size) for first, second in pairwise(block.rows.values())):
        return ()
    figures = [word for row in block.rows.values() for word in row.figures]
    columns = _joined(_Column(word.left, word.right, headed=False, filled=True) for word in figures)
    if not block.heads:
        goes_on = bool(above) and above[0].left >= edge
        columns = _joined((*columns, *above)) if goes_on else columns if block.far else []
    columns = _beside_heads(_headed_from_far(_headed(columns, list(block.heads.values()), edge), block))
    if not columns or not all(column.headed for column in columns):
        return ()
    if any(after.left - before.right < _PARTED * block.size for before, after in pairwise(columns)):
        return ()
    return tuple(columns) if _are_set_alike(block, columns) else ()


def _may_be_spaced(first: Words, second: Words, size: float) -> bool:
    return len(first.text) == len(second.text) == 1 and second.left + second.right - first.left - first.right <= 2 * _STEP * size


def _may_be_one(first: Row, second: Row, size: float) -> bool:
    """Whether two lines of figures are so near that numbers may go on from one to the other, as in narrow cells."""
    bare = not any(map(is_text, second.label))
    return second.figures[0].down - first.figures[0].down < (_LINE if bare else 1.0) * size


def _joined(columns: Iterable[_Column]) -> list[_Column]:
    """The columns from left to right, those that meet made one."""
    found: list[_Column] = []
    for column in sorted(columns):
        if found and found[-1].meets(column):
            found[-1] = found[-1].with_(column)
        else:
            found.append(column)
    return found


def _headed(columns: list[_Column], heads: Sequence[Sequence[Words]], edge: float) -> list[_Column]:
    """The columns with the heads over them, the lowest first; one over several is theirs only where none has its own."""
    wide: list[_Column] = []
    for line in reversed(heads):
        for word in line:
            head = _Column(word.left, word.right, headed=True, filled=False)
            met = [column for column in columns if column.meets(head)]
            if word.left < edge or _OF_LABELS.fullmatch(word.text):
                continue
            if len(met) > 1:
                wide.append(head)
            else:
                columns = _joined((*columns, head))
    for head in wide:
        met = [column for column in columns if column.meets(head)]
        if not any(column.headed for column in met):
            columns = _joined((*columns, head))
    return columns


def _headed_from_far(columns: list[_Column], block: _Block) -> list[_Column]:
    """The columns, those without a head with that which stands farther up over each alone; these count as heads of the table then."""
    if not all(column.filled for column in columns) or all(column.headed for column in columns):
        return columns
    found: dict[int, list[Words]] = {}
    for number, line in block.far.items():
        over = [
            (word, [at for at, column in enumerate(columns) if column.meets(word)]) for word in line if word.left >= block.edge
        ]
        own = [word for word, met in over if len(met) == 1 and not columns[met[0]].headed]
        if own and not all(met for _, met in over):
            return columns  # one of the heads stands over a column that is not known
        if own:
            found[number] = own
    headed = [column._replace(headed=column.headed or any(map(column.meets, chain(*found.values())))) for column in columns]
    if not all(column.headed for column in headed):
        return columns
    block.heads = {**{number: block.far[number] for number in found}, **block.heads}
    return headed


def _beside_heads(columns: list[_Column]) -> list[_Column]:
    """
    The columns, where heads stand in the middle of theirs and figures at the right or the left made one of each two.

    They are when each figure has a head before it, or each behind it, and not both.
    """
    if all(column.headed for column in columns):
        return columns
    right, left = _paired(columns), _paired(columns[::-1])[::-1]
    fitting = [found for found in (right, left) if all(column.headed for column in found)]
    return fitting[0] if len(fitting) == 1 else []


def _paired(columns: Sequence[_Column]) -> list[_Column]:
    """Each column without a head made one with the one before it, where that has one and no figures."""
    found: list[_Column] = []
    for column in columns:
        if column.headed or not found or found[-1].filled:
            found.append(column)
        else:
            found[-1] = found[-1].with_(column)
    return found


def _are_set_alike(block: _Block, columns: Sequence[_Column]) -> bool:
    """Whether in each column stands one figure of a line at most, and all of them by one of three ways to set them."""
    ways: tuple[Callable[[Words], float], ...] = (
        lambda word: (word.left + word.right) / 2, lambda word: word.right, lambda word: word.left,
    )  # fmt: skip
    held: list[list[Words]] = [[] for _ in columns]
    for row in block.rows.values():
        for inside, words in zip(held, _by_column(row.figures, columns), strict=True):
            inside.extend(words)
            if len(words) > 1:
                return False
    return any(
        all(max(map(way, words)) - min(map(way, words)) <= _SET_ALIKE * block.size for words in held if words) for way in ways
    )


def _heads_of(block: _Block, columns: Sequence[_Column]) -> dict[int, str]:
    """The lines of heads, by their numbers: in the last of them the heads of the columns, whole, one behind the other."""
    over = [
        [word for line in block.heads.values() for word in line if _is_over(word, at, columns, block.edge)]
        for at in range(len(columns))
    ]
    stacks = [_stack(sorted(words, key=_down, reverse=True), block.size) for words in over]
    middle = median(map(_middle, filter(None, stacks)))
    own = [_own(stack, middle, block.size) for stack in stacks]
    taken = {word for words in own for word in words}
    found = {number: " ".join(word.text for word in line if word not in taken) for number, line in block.heads.items()}
    heads = ("".join(word.text for word in reversed(words)) for words in own)
    label = found[max(found)]
    found[max(found)] = "\t".join((*((label,) if label else ()), *heads))
    return found


def _is_over(word: Words, at: int, columns: Sequence[_Column], edge: float) -> bool:
    """Whether a word of a head stands over this column and over no other."""
    return word.left >= edge and [column.meets(word) for column in columns] == [other == at for other in range(len(columns))]


def _stack(words: Sequence[Words], size: float) -> list[Words]:
    """The lowest words of a column's heads, upwards, as far as they stand as near to one another as the lines of one head."""
    found = list(words[:1])
    for below, above in pairwise(words):
        if below.down - above.down > _LINE * size:
            break
        found.append(above)
    return found


def _own(stack: list[Words], middle: float, size: float) -> list[Words]:
    """
    The words of a column's own head: not that of a group over several columns, which stands over the one in the middle.

    Heads of one row have one middle, `middle`; without the group's those of this column have it too.
    """
    if stack and abs(_middle(stack) - middle) > 2 * _SAME_ROW * size:
        for count in range(1, len(stack)):
            if abs(_middle(stack[:count]) - middle) <= _SAME_ROW * size:
                return stack[:count]
    return stack


def _middle(stack: Sequence[Words]) -> float:
    return (stack[0].down + stack[-1].down) / 2


def _down(word: Words) -> float:
    return word.down


def _by_column(figures: Sequence[Words], columns: Sequence[_Column]) -> list[list[Words]]:
    return [[word for word in figures if column.meets(word)] for column in columns]


def _tabbed(row: Row, columns: Sequence[_Column]) -> str:
    label = " ".join(word.text for word in row.label)
    cells = ["".join(word.text for word in words) for words in _by_column(row.figures, columns)]
    return "\t".join((*((label,) if label else ()), *cells))
