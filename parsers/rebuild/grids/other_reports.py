"""
Tables of another year printed whole beside this year's: left out where a caption says whose figures they are.

A row that is blank this year, or lost, would else be read from the table of the year before, where the same label has figures.
What stands behind such a caption is left out only where the same labels stand outside of it too: a caption may be a slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from parsers.document import Block, Document, Grid, Paragraph
from parsers.form import load_forms
from parsers.rebuild.found import labels_of
from parsers.rebuild.labels import compact, core_of

__all__ = ["without_other_reports"]

_LONGEST = 40
_CAPTION = re.compile(
    r"(?:附件?|附表|表|[(（]?[一二三四五六七八九十\d]{1,2}[)）]?)?[\d一二三四五六七八九十]{0,2}[:：、.．]?[(（]?"
    r"(?P<year>\d{4}年度?|本年度?|今年|上一?年度?|去年)(?:[(（]\d{4}年度?[)）])?的?(?:全年|同期|有关|相关|各项|主要|政府信息公开|工作|年度|报告)*"
    r"(?:数据|情况|统计|统计数据|数据统计|统计情况|情况统计|统计表|情况表|情况统计表|报表|表)?(?:如下)?[)）]?[:：]?"
)
_OTHERS = ("上", "去")
_LOOSE, _MENTION = 60, re.compile(r"(?<!\d)\d{4}(?=年)|上一?年度|去年|上年同期")
_MARKUP = "#*_"
_SECTION = re.compile(r"[一二三四五六七八九]、")
_SHORTEST_LABEL, _FEWEST_LABELS = 4, 3


def without_other_reports(document: Document, year: int | None) -> Document:
    """
    The document without the tables that captions give to another year than its own, where it has the same tables outside too.

    >>> lines = ["2020年度同期数据", "结果维持\\t结果纠正\\t其他结果", "1\\t2\\t3", "2021年度数据", "结果维持\\t结果纠正\\t其他结果", "\\t\\t"]
    >>> whole = Document(tuple(Paragraph(text, at) for at, text in enumerate(lines, 1)), "text/plain")
    >>> [block.line for block in without_other_reports(whole, 2021).paragraphs()]
    [4, 5, 6]
    """
    if year is None:
        return document
    years = [_year_of(block) or _year_before(document.blocks, at, year) for at, block in enumerate(document.blocks)]
    if not any(_is_another(named, year) for named in years):
        return document
    blocks, others = document.blocks, list[range]()
    for start, named in enumerate(years):
        if _is_another(named, year) and (not others or start >= others[-1].stop):
            others.append(range(start, _end(blocks, years, start, year)))
    inside = {at for stretch in others for at in stretch}
    outside = _labels([block for at, block in enumerate(blocks) if at not in inside])
    left_out = {at for stretch in others if _stand(_labels([blocks[at] for at in stretch]), outside) for at in stretch}
    if not left_out:
        return document
    return replace(document, blocks=tuple(block for at, block in enumerate(blocks) if at not in left_out))


def _year_of(block: Block) -> str:
    """The year that a caption names: a line that says no more, or a cell that does so in the first row of a table; else empty."""
    texts = [block.text] if isinstance(block, Paragraph) else [cell.text for cell in block.cells if cell.row == 0]
    for text in texts:
        bare = "".join(text.split()).strip(_MARKUP) if len(text) <= _LONGEST else ""
        match = _CAPTION.fullmatch(bare) if "年" in bare else None
        if match is not None:
            return match["year"]
    return ""


def _year_before(blocks: Sequence[Block], at: int, year: int) -> str:
    """The other year that a short line without labels names right before a table, whatever else it says; else empty."""
    block = blocks[at]
    if not isinstance(block, Paragraph) or len(block.text) > _LOOSE or "年" not in block.text:
        return ""
    named = _MENTION.findall(block.text)
    if not named or not all(_is_another(name, year) for name in named) or _labels([block]):
        return ""
    follows = next((other for other in blocks[at + 1 :] if not isinstance(other, Paragraph) or other.text.strip()), None)
    return named[0] if follows is not None and (isinstance(follows, Grid) or _labels([follows])) else ""


def _is_another(named: str, year: int) -> bool:
    """Whether a caption names another year than this one; empty for no caption."""
    return named.startswith(_OTHERS) or (named[:4].isdecimal() and named[:4] != str(year))


def _end(blocks: Sequence[Block], years: Sequence[str], start: int, year: int) -> int:
    """Where the tables behind a caption end: at this year's caption, at the heading of a section, or where one of them stands again."""
    seen: set[str] = set()
    for at in range(start, len(blocks)):
        block = blocks[at]
        own = years[at] and not _is_another(years[at], year)
        if at > start and (own or (isinstance(block, Paragraph) and _is_heading(block.text.strip(_MARKUP + " ")))):
            return at
        if isinstance(block, Grid):
            rows = _labels([block], "row")
            if len(rows & seen) >= _FEWEST_LABELS:
                return at
            seen |= rows
    return len(blocks)


def _stand(labels: frozenset[str], outside: frozenset[str]) -> bool:
    """Whether most labels of a stretch stand outside of it too."""
    shared = labels & outside
    return len(shared) >= _FEWEST_LABELS and 2 * len(shared) >= len(labels)


def _labels(blocks: Sequence[Block], *kinds: str) -> frozenset[str]:
    """The labels of tables that stand in some blocks."""
    text = compact("\n".join(_texts(blocks))).text
    return frozenset(core for core in _cores(kinds or ("row", "group", "column", "head", "title")) if core in text)


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        else:
            yield from (cell.text for cell in block.cells)


@lru_cache(maxsize=2)
def _cores(kinds: tuple[str, ...]) -> frozenset[str]:
    labels = (label for form in load_forms() for label in labels_of(form.name) if label.kind in kinds)
    return frozenset(core for label in labels for core in label.cores if len(core) >= _SHORTEST_LABEL)


def _is_heading(line: str) -> bool:
    """Whether a line has the number of a section before words that are no row's."""
    core = core_of(line) if _SECTION.match(line) else ""
    return bool(core) and not any(core.startswith(row) for row in _cores(("row", "group")))
