"""
Reports bound in one document, one below the other: told apart by the titles above their tables.

A page that keeps last year's report below this year's, a file with the reports of all offices: to read the tables of both
as one report would give a cell of one year the figure of another. Tables that stand twice without such titles are left to
the rebuild, which opens the rows that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from parsers.document import Block, Document, Grid
from parsers.identify import read_title
from parsers.raw.signs import REPORT_TITLE

__all__ = ["Bound", "open_bound"]

_LONGEST_TITLE = 70
_NO_TITLE = re.compile(r"[。；;，,]|[:：]$|[>＞»›]|首页|当前位置|[上下]一[篇条]|附件")
_BLANKS = re.compile(r"[\s\u3000#*|]+")
_FIRST_TABLE = ("制发件数", "现行有效", "处理决定数量", "新公开数量")
_LAST_TABLE = ("结果维持", "结果纠正", "未经复议直接起诉", "复议后起诉")
_ONE_TABLE = "主动公开政府信息数"
"""A word of the statistics table of 2014, which is the only one of its report."""


class Bound(NamedTuple):
    """A document with the tables of one report, and the titles of the other reports that stand in it."""

    document: Document
    others: tuple[str, ...]


class _Part(NamedTuple):
    """A title and the blocks from it to the next title of another report."""

    title: str
    blocks: tuple[Block, ...]


def open_bound(document: Document) -> Bound:
    """
    The report that a document's own title names, else the first, where whole reports of several years or bodies stand in it.

    >>> from parsers.document import Paragraph
    >>> lines = ("青槐县{}年政府信息公开工作年度报告", "现行有效件数", "结果维持")
    >>> texts = [line.format(year) for year in (2021, 2020) for line in lines]
    >>> bound = open_bound(Document(tuple(Paragraph(text, at) for at, text in enumerate(texts, 1)), "text/plain"))
    >>> len(bound.document.blocks), bound.others
    (3, ('青槐县2020年政府信息公开工作年度报告',))
    """
    parts = list(_parts(document.blocks))
    whole = [part for part in parts if _is_whole(part.blocks)] if len(parts) > 1 else []
    if len(whole) < 2:
        return Bound(document, ())
    own = _BLANKS.sub("", document.title)
    meant = [part for part in whole if not _is_other(part.title, own)] if REPORT_TITLE.search(own) else []
    taken = meant[0] if len(meant) == 1 else whole[0]
    others = tuple(part.title for part in whole if part is not taken)
    return Bound(replace(document, blocks=taken.blocks, pictures=()), others)


def _parts(blocks: Sequence[Block]) -> Iterator[_Part]:
    """The blocks cut before each title of another report than that of the title before it."""
    title, start = "", 0
    for at, block in enumerate(blocks):
        named = "" if isinstance(block, Grid) else _title_in(block.text)
        if named and title and _is_other(named, title):
            yield _Part(title, tuple(blocks[start:at]))
            start = at
        title = named or title
    yield _Part(title, tuple(blocks[start:]))


def _title_in(text: str) -> str:
    """The title of a report that names its year, where a line is nothing else; empty for other lines."""
    if len(text) > 2 * _LONGEST_TITLE or "报" not in text:
        return ""
    plain = _BLANKS.sub("", text).strip("《》")
    if len(plain) > _LONGEST_TITLE or _NO_TITLE.search(plain) or not REPORT_TITLE.search(plain):
        return ""
    return plain if read_title(plain)[1] is not None else ""


def _is_other(title: str, before: str) -> bool:
    """Whether two titles name different years, or different bodies of which neither is the short name of the other."""
    (unit, year), (unit_before, year_before) = read_title(title), read_title(before)
    if year is not None and year_before is not None and year != year_before:
        return True
    return unit is not None and unit_before is not None and unit not in unit_before and unit_before not in unit


def _is_whole(blocks: Sequence[Block]) -> bool:
    """Whether the first and the last table of a report stand in some blocks: a table alone is no report."""
    texts = ("".join([cell.text for cell in block.cells]) if isinstance(block, Grid) else block.text for block in blocks)
    text = _BLANKS.sub("", "".join(texts))
    return _ONE_TABLE in text or (any(word in text for word in _FIRST_TABLE) and any(word in text for word in _LAST_TABLE))
