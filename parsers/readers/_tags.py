"""
Markup as tags and the texts between them: read without a tree where tags are written plainly and nest as they should.

To build a tree costs more than all that is read in it. Here a markup is cut where text stands, each different run of tags
between two texts is read once, and the order of all tags is held against what may stand in what. What does not stand the
test is left to a parser.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Generic, NamedTuple, TypeVar, cast

__all__ = ["NOTHING", "Cut", "Nesting", "cut_at_tags", "tags_in"]

NOTHING = b"\1"
"""A tag that says nothing: one stands before a markup, one behind it; a reader may put in others, and lets none in from a source."""

_TEXT = re.compile(rb">([^<>\n][^<>]*+|\n[^<>]++)<")
"""A text between two tags that is more than the end of a line."""
_NEXT = re.compile(rb">(\n?)<")
_LETTERS = string.ascii_lowercase + "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ" + "абвгдежзийклмнопрстуфхцчшщ"
_DEEPEST = 100
_MOST_ROUNDS = 200

Run = TypeVar("Run")


class Cut(NamedTuple, Generic[Run]):
    """A markup: its runs of tags, the texts between them, and each different run."""

    runs: list[Run]
    texts: list[bytes]
    different: Collection[Run]


class _Read(dict[bytes, Run | None]):
    """What each different run of tags is, read when the first is met."""

    def __init__(self, read: Callable[[bytes], Run | None]) -> None:
        self._read = read

    def __missing__(self, run: bytes) -> Run | None:
        self[run] = self._read(run)
        return self[run]


def cut_at_tags(markup: bytes, read: Callable[[bytes], Run | None]) -> Cut[Run] | None:
    """
    A markup cut at its tags; None where `read` makes nothing of what stands between its texts: stray < and > stand there too.

    >>> cut = cut_at_tags(b"a<b>c</b><p>d</p>", lambda run: list(tags_in(run)))
    >>> cut.texts, cut.runs[1:3]
    ([b'a', b'c', b'd'], [[(b'b', b'')], [(b'/b', b''), (b'p', b'')]])
    """
    parts = _TEXT.split(b"%b>%b<%b" % (NOTHING, markup, NOTHING))
    known = _Read(read)
    runs = list(map(known.__getitem__, parts[::2]))
    if None in known.values():
        return None
    return Cut(cast("list[Run]", runs), parts[1::2], cast("Collection[Run]", known.values()))


def tags_in(run: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The tags of a run, each with the end of a line that follows it there, or nothing."""
    parts = _NEXT.split(run)
    return zip_longest(parts[::2], parts[1::2], fillvalue=b"")


class Nesting:
    """
    What may stand in what: for each element those that it may hold itself, for "" the outermost.

    The tags of a markup in their order are a text with one character for each: a small letter begins an element, the capital
    ends it. `free` elements may stand in each other and in all others, `empty` ones have no end. `often` are pairs of elements
    of which the second often stands in the first: such a pair is soon seen to be right.

    >>> nesting = Nesting({"": ("p",), "p": ("b",), "b": ()})
    >>> def order(tags): return "".join(nesting.sign(tag) for tag in tags.split())
    >>> [nesting.fits(order(tags)) for tags in ("p b /b /p p /p", "p b /p /b", "b /b", "p")]
    [True, False, False, False]
    """

    def __init__(
        self, within: Mapping[str, Iterable[str]], *, free: Iterable[str] = (), empty: Iterable[str] = (), often: Iterable[tuple[str, str]] = ()
    ) -> None:  # fmt: skip
        names = [*(name for name in within if name), *empty]
        self._letter = dict(zip(names, _LETTERS[: len(names)], strict=True))
        self._empty = frozenset(map(self._letter.__getitem__, empty))
        self._within = {
            self._letter.get(name, ""): frozenset(map(self._letter.__getitem__, inner)) for name, inner in within.items()
        }
        self._right = [(self._whole(name), "") for name in free]
        for outer, inner in often:
            begins = self._letter[outer]
            self._right.append((begins + self._whole(inner), begins))

    def _whole(self, name: str) -> str:
        """The signs of an element that holds nothing."""
        letter = self._letter[name]
        return letter if letter in self._empty else letter + letter.upper()

    def sign(self, tag: str) -> str:
        """The character of a tag, called by the element's name, with / before it where it ends one."""
        return self._letter[tag[1:]].upper() if tag.startswith("/") else self._letter[tag]

    def shortened(self, order: str) -> str:
        """An order, or a part of one, less elements that stand right where they stand and hold nothing else."""
        right = [pair for pair in self._right if pair[0][0] in order]
        rounds, before = 0, ""
        while order != before and rounds < _MOST_ROUNDS:
            before = order
            for found, left in right:
                while found in order and rounds < _MOST_ROUNDS:
                    order = order.replace(found, left)
                    rounds += 1
        return order

    def fits(self, order: str) -> bool:
        """Whether all elements end in the order in which they began, each in one that may hold it, and none too deep."""
        opened = [""]
        for sign in self.shortened(order):
            if sign in self._within[opened[-1]]:
                if sign not in self._empty:
                    opened.append(sign)
                    if len(opened) > _DEEPEST:
                        return False
            elif opened.pop().upper() != sign:
                return False
        return len(opened) == 1
