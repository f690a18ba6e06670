"""
Labels: where the printed labels of a form stand in a stream.

They are searched in a compact copy of the text: no white space, no marks, quotes and 、， gone, half width,
simplified. So a label cut by a tag, a line break or a wrapped column is found by exact matching, and each
character of the copy knows its place in the stream.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from parsers.form import Row
from parsers.raw.radicals import RADICALS
from parsers.rebuild.marks import BORDERS, LINE, MARKS, SPACE
from parsers.rebuild.script import SIMPLIFIED

__all__ = ["SUMS", "Compact", "Hit", "Label", "compact", "core_of", "enumerator_of", "find_hits", "fold", "is_tail"]

_WIDTH = {0xFF01 + at: chr(0x21 + at) for at in range(94)}
_SAME = {
    "【": "[", "】": "]", "〔": "[", "〕": "]", "﹙": "(", "﹚": ")", "。": ".", "．": ".", "﹒": ".", "·": ".", "•": ".",
    "它": "他", "钩": "勾", "构": "勾", "型": "性", "帐": "账",
}  # fmt: skip
_PLAIN = {
    **{code: _SAME.get(meant, meant) for code, meant in SIMPLIFIED.items()},
    **_WIDTH,
    **{ord(seen): meant for seen, meant in _SAME.items()},
}
_FOLD = _PLAIN | {code: _PLAIN.get(ord(meant), meant) for code, meant in RADICALS.items()}
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, _FOLD)))}]")
_DROPPED = re.compile(
    f"[{SPACE}{MARKS}" + "\n\r\v\f\x85\u2028\u2029\xad\u200c\u200d\u200e\u200f、，,;：:\"'“”‘’„‟「」『』《》〈〉*＊?¹²³⁰⁴-⁹]"
)
_BROKEN = f"[{SPACE}{LINE}]*"
_HIDDEN = re.compile(
    rf"\((?:(?<=[\u4e00-\u9fff]\()|(?<=[\u4e00-\u9fff][{SPACE}{LINE}]\())(?:{_BROKEN}[a-zA-Zɑɡāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ]){{1,7}}{_BROKEN}\)|<[bB][rR]\s*/?>"
)
"""Pinyin in brackets behind its character, also broken between two lines, and a break printed as a tag."""

_LONGEST_ENUMERATOR = 4
_HAN_DIGITS = "一二三四五六七八九十"
_ENUMERATOR = re.compile(
    rf"(?:[({{\[]?[{_HAN_DIGITS}]{{1,3}}[)\]}}]|[{_HAN_DIGITS}]{{1,3}}[.是]?|[㈠-㈩]|\(?\d{{1,2}}[.)]?|[①-⑩]|其中)"
)
_COMMA_BEHIND_NUMBER = re.compile(rf"、(?<=[\d{_HAN_DIGITS}]、)")
_LONGEST_TAIL = 3
SUMS = ("小计", "合计", "共计", "累计", "总计")
"""Labels of rows of sums, which forms have but for one."""
_NOTES = ("注", "备注", "说明")
_NUMBER_AT_END = re.compile(r"(?<!\d)\d{1,2}\.\Z")
_BORDER = re.compile(f"[{BORDERS}]")
_MARK = re.compile(f"[{MARKS}]")
_MARK_OR_BLANK = re.compile(f"[{MARKS} \u3000\xa0]")
_NOTE = re.compile(r"[(\[][^()\[\]]*[)\]]$")


def fold(text: str) -> str:
    """The text in half width and simplified script, character by character (the length stays)."""
    for seen in set(_FOLDED.findall(text)):  # in any order: what a character is folded to is folded to nothing else
        text = text.replace(seen, _FOLD[ord(seen)])
    return text


@dataclass(frozen=True, slots=True)
class Compact:
    """The compact copy of a stream; `at[i]` is the place in the stream of its character i."""

    text: str
    at: tuple[int, ...]
    stream: str
    places: dict[tuple[tuple[str, ...], str], list[tuple[int, int, int, int, str]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Where labels stand that were looked for before, by spellings and enumerator: forms share most of them."""

    def marked_before(self, index: int) -> bool:
        """Whether a border, a line break or the document's edge stands before character `index`."""
        return self._marked(self.at[index - 1] + 1 if index else 0, self.at[index])

    def marked_after(self, index: int) -> bool:
        """Whether a border, a line break or the document's edge stands before character `index`, behind one."""
        end = self.at[index] if index < len(self.at) else len(self.stream)
        return index >= len(self.at) or self._marked(self.at[index - 1] + 1, end)

    def opens(self, index: int) -> bool:
        """Whether character `index` is the first of its cell or line."""
        start = self.at[index - 1] + 1 if index else 0
        return start == 0 or _MARK.search(self.stream, start, self.at[index]) is not None

    def splits_number(self, index: int, end: int) -> bool:
        """Whether what stands from character `index` to before `end` begins with the last digits of a figure, on the line before."""
        if LINE not in self.stream[self.at[index] : self.at[end]]:
            return False
        return index > 0 and self.text[index - 1 : index + 1].isdigit() and self.at[index - 1] + 1 == self.at[index]

    def _marked(self, start: int, end: int) -> bool:
        return start == 0 or end == len(self.stream) or _MARK_OR_BLANK.search(self.stream, start, end) is not None


def compact(stream: str) -> Compact:
    """
    The compact copy of a stream's text.

    >>> compact("規(guī)章 | ０").text
    '规章|0'
    """
    folded = _COMMA_BEHIND_NUMBER.sub(".", fold(stream))
    shown = _DROPPED.sub(" ", _HIDDEN.sub(lambda hidden: " " * len(hidden[0]), folded))
    return Compact(shown.replace(" ", ""), tuple([at for at, character in enumerate(shown) if character != " "]), stream)


@dataclass(frozen=True, slots=True)
class Label:
    """
    One printed label to look for: what it names, its order in the form, and its spellings without enumerator.

    `kind`: `row`, `group` (a row without figures), `column`, `head`, `title`, `section`.
    `short` labels count only where a border or their enumerator shows that they stand alone.
    """

    kind: str
    table: str
    name: str
    order: int
    cores: tuple[str, ...]
    enumerator: str
    short: bool


class Hit(NamedTuple):
    """A label found: `first` (enumerator included), `start` and `end` in the stream; the number of its first compact character; its spelling."""

    label: Label
    first: int
    start: int
    end: int
    nth: int
    core: str


@lru_cache(maxsize=4096)
def core_of(printed: str) -> str:
    """
    A label as it stands in a compact copy, without its enumerator and without a note in brackets behind it.

    >>> core_of("（二）部分公开（区分处理的，只计这一情形，不计其他情形）"), core_of("3.危及“三安全一稳定”")
    ('部分公开', '危及三安全一稳定')
    """
    text = compact(printed).text
    match = _ENUMERATOR.match(text)
    if match is not None and len(text) > match.end() and match[0] not in _HAN_DIGITS:
        text = text[match.end() :]
    shorter = _NOTE.sub("", text)
    return shorter or text


def enumerator_of(printed: str) -> str:
    """
    The enumerator of a label in compact form, or an empty text.

    >>> enumerator_of("（二）部分公开"), enumerator_of("一、本年新收"), enumerator_of("规章")
    ('(二)', '一.', '')
    """
    text = compact(printed).text
    core = core_of(printed)
    return text[: text.index(core)]


def is_tail(words: str, row: Row, core: str, *, shortest: int = _LONGEST_TAIL) -> bool:
    """
    Whether words between a row's label and its figures belong to it: the rest of the label, its unit, or little more.

    `core` is the spelling that was found. Longer words may be the label of another row whose figures these are, and so
    may words with the row's unit inside: the unit ends a row, and what follows is of the next. Words of up to
    `shortest` characters belong to it whatever they are, but a number at their end is that of the next row, whose label
    goes on behind its figures.
    """
    text = compact(words).text.removesuffix(row.unit or "") if words else ""
    if text == core or _NUMBER_AT_END.search(text):
        return False  # a label of its own: 其他 is a column's head too
    if (text in SUMS or text.startswith(_NOTES)) and not any(
        text in compact(spelling).text for spelling in (row.zh, *row.aliases)
    ):
        return False  # a sum below the rows of a group, or a note
    if len(text) <= shortest and not (row.unit and row.unit in text):
        return True
    rests = [compact(spelling).text.partition(core)[2] for spelling in (row.zh, *row.aliases)]
    if row.unit and text.startswith(row.unit):
        rests = [rest for rest in rests if rest.startswith(row.unit)]
    return any(_is_within(text, rest) for rest in rests)


def _is_within(text: str, label: str) -> bool:
    """Whether all characters of a text stand in a label in their order (printers lose some of them)."""
    rest = iter(label)
    return all(character in rest for character in text)


def find_hits(copy: Compact, labels: Sequence[Label]) -> list[Hit]:
    """
    Every place where a label stands, in order of place; longer spellings win over those inside them.

    A label that only stands inside a longer label of the same list is no hit.
    """
    found = [Hit(label, *place) for label in labels for place in _places(copy, label)]
    found.sort(key=lambda hit: (hit.start, -hit.end))
    hits: list[Hit] = []
    longest_start, reach = 0, 0
    for hit in found:
        if hit.end < reach or (hit.end == reach and longest_start < hit.start):
            continue
        if hit.end > reach:
            longest_start, reach = hit.start, hit.end
        hits.append(hit)
    firsts, ends = {hit.first for hit in hits}, {hit.end for hit in hits}
    return [hit for hit in hits if not hit.label.short or _stands_alone(copy, hit, firsts, ends)]


def _places(copy: Compact, label: Label) -> list[tuple[int, int, int, int, str]]:
    """Where a label stands: all that a hit has but the label."""
    key = label.cores, label.enumerator
    if key in copy.places:
        return copy.places[key]
    text, at = copy.text, copy.at
    found: dict[int, tuple[int, int, int, int, str]] = {}
    for core in label.cores:
        index = text.find(core)
        while index >= 0:
            if index not in found:
                first = _enumerated(copy, index, label.enumerator)
                found[index] = at[first], at[index], at[index + len(core) - 1] + 1, index, core
            index = text.find(core, index + 1)
    copy.places[key] = list(found.values())
    return copy.places[key]


def _enumerated(copy: Compact, index: int, expected: str) -> int:
    """Where the label begins when the enumerator before it is counted in."""
    if expected and copy.text.endswith(expected, 0, index) and not copy.splits_number(index - len(expected), index):
        return index - len(expected)
    for length in _enumerators_ending(copy.text[max(0, index - _LONGEST_ENUMERATOR) : index]):
        at = index - length
        if _BORDER.search(copy.stream, copy.at[at], copy.at[index]):
            continue
        if copy.text[at].isdigit() and LINE in copy.stream[copy.at[at] : copy.at[index]]:
            continue  # a figure of the row above, and the point that is left of an enumerator
        if copy.text[at:index].isdigit():  # a bare figure counts only at the very start of the label's own line
            if copy.opens(at):
                return at
        elif copy.marked_before(at):
            return at
    return index


def _is_of_another(copy: Compact, hit: Hit) -> bool:
    """Whether an enumerator is of another level and of another number: （六）其他处理, cut short, is not 3.其他."""
    expected = hit.label.enumerator
    if not expected[:1].isdigit():
        return False
    printed = compact(copy.stream[hit.first : hit.start]).text
    return any(map(_HAN_DIGITS.count, printed)) and _number_of(printed) != _number_of(expected)


def _number_of(enumerator: str) -> int:
    """The number that an enumerator of one digit says; 0 for others."""
    digits = [character for character in enumerator if character.isdigit() or character in _HAN_DIGITS]
    if len(digits) != 1:
        return 0
    return int(digits[0]) if digits[0].isdigit() else _HAN_DIGITS.index(digits[0]) + 1


@lru_cache(maxsize=4096)
def _enumerators_ending(text: str) -> tuple[int, ...]:
    """The lengths of the enumerators with which a text may end, longest first."""
    return tuple(length for length in range(len(text), 0, -1) if _ENUMERATOR.fullmatch(text[-length:]))


def _stands_alone(copy: Compact, hit: Hit, firsts: Set[int], ends: Set[int]) -> bool:
    """
    Whether a short label is shown to be one, on both sides: by a border, another label, its enumerator, a figure.

    `firsts` and `ends` are the places where labels begin and end.
    """
    index = hit.nth + len(hit.core)
    enumerated = bool(hit.label.enumerator) and hit.first < hit.start
    if enumerated and _is_of_another(copy, hit):
        return False
    prior, follower = copy.text[hit.nth - 1 : hit.nth], copy.text[index : index + 1]
    before = enumerated or copy.marked_before(hit.nth) or hit.first in ends or prior.isdigit() or prior in "/—–-"
    after = copy.marked_after(index) or hit.end in firsts or follower.isdigit() or follower in "([/-—–"
    return before and (after or (enumerated and index - hit.nth > 2))
