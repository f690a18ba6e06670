"""
Plain text and Markdown: one Paragraph a line; tabs, bars and blank lines are for the rebuild.

What a converter printed around the text of a page is made blank, so that all places stay: marks of emphasis, rules, numbers of lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from parsers.document import Document, Paragraph
from parsers.raw.charset import decode
from parsers.raw.sniff import Content, sniff
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "text"

# A form feed right after a line end only starts a page; counted as a line it would shift all numbers after it against
# what an editor shows.
_LINE_END = re.compile("(?:\r\n|\r|\n)\f*|[\f\v\x85\u2028\u2029]")
# Marks around a figure alone, and a blank written as a reference, are no text of a cell; blanks as long keep all places.
_SPACE_REFERENCE = re.compile(r"&(?:nbsp|ensp|emsp|#160|#xa0);", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![^\s|｜│┃])(\*{1,3}|_{1,3}|`|~~)([-+−－]?[\d.,，]+|[-—/]|[无])(\1)(?![^\s|｜│┃])")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_ESCAPED = re.compile(r"(\d{1,2})?\\([-+.()\[\]_*#!])")
_RULE = re.compile(r"\s*(?:(?:-{3,}|={3,})\s+)+(?:-{3,}|={3,})\s*|\s*[-=]{10,}\s*")
_WIKI = re.compile(r"(?:\{\|.*|\|\}|\|-.*)")
_RULE_INSIDE = re.compile(r"(?<=\S)\s*(?:\|\s*:?-{3,}:?\s*){2,}(?=\|[\s|]*[^\s|:-])")
_LINE_NUMBER = re.compile(r"\s*(\d{1,4})(?=\s)")
_WORDS = re.compile(r"[\u4e00-\u9fff]")
_APART = {sign: re.compile(rf"(?<=\s){sign}(?=\s|$)|^{sign}(?=\s)") for sign in "/_~"}
_BETWEEN_WORDS = {sign: re.compile(rf"[\u4e00-\u9fff)）]\s+{sign}(?=\s+[\u4e00-\u9fff（(])") for sign in _APART}
_ESCAPED_BARS = re.compile(r"\\\|.*\\\|")
_QUOTE = re.compile(r"(?:> )+|>$")
_BULLETS = tuple(re.compile(rf"\s*(?:(?!{re.escape(mark)})[*+•-] )?{re.escape(mark)}(?:[ \t\u3000]|$)") for mark in "-*+•·▪●")
"""Marks of list items, behind one of another kind where a row of a list is a list."""
_WIKI_STYLE = re.compile(r"""(?<=[|!])\s*(?:[a-z]+\s*=\s*(?:"[^"]*"|'[^']*'|\w+)\s*)+\|(?!\|)""")
_RULES = r"(?:\s*\\(?:hline|[a-z]*rule|cline\{[\d-]+\}))*\s*"
_ROW_OF_LATEX = re.compile(rf".* & .*\\\\{_RULES}")
_CLOSES_ROW = re.compile(rf"\\\\{_RULES}\Z")
_SIGNS = tuple(map(re.escape, "#\\^@$¦"))
_ROWS_OF_SIGNS = tuple(
    (sign[-1], re.compile(rf"(?=.*{sign}\s*-?\d){sign}?[^\s{sign}][^|\t{sign}]*(?:{sign}\s*(?:-?\d[\d.]*)?\s*){{2,}}"))
    for sign in _SIGNS
)
_DOUBLED = re.compile(r"[^\s|]\s*\|\|(?=\s*[^\s|])|^\s*\|\|[^|]+\|\|\s*$")
_SINGLE = re.compile(r"(?<!\|)(?:\|\|)*\|(?!\|)")
_FEWEST_LINES = 5
_FEWEST_DOUBLED = 20
_SHARE_OF_BREAKS = 0.8


def claims(content: Content) -> bool:
    """Whether the content is plain text or Markdown."""
    return content.kind == "text"


def read(source: Source) -> Document:
    """
    One Paragraph for every line, blank ones too; the line end is taken off, and marks around a figure are blanks.

    `heading` is true for `#` lines.

    >>> document = read(Source("# 年报\\r\\n\\r\\n规章 \\t0".encode(), "a.md"))
    >>> [(paragraph.text, paragraph.line, paragraph.heading) for paragraph in document.paragraphs()]
    [('# 年报', 1, True), ('', 2, False), ('规章 \\t0', 3, False)]
    """
    decoded = decode(source.data, http=source.charset)
    lines = _LINE_END.split(decoded.text.lstrip("\f"))
    if lines[-1] == "":
        lines.pop()
    lines = _without_numbers(
        _with_bars(
            _without_outer_tabs(
                [_without_marks(line) for line in _with_signs(_without_wiki(_without_bullets(_without_quotes(lines))))]
            )
        )
    )
    blocks = tuple(Paragraph(text, number, _HEADING.match(text) is not None) for number, text in enumerate(lines, 1))
    return Document(blocks, sniff(source.data, source.name).media_type, notes=(decoded.remark,))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _without_quotes(lines: Sequence[str]) -> Sequence[str]:
    """
    The lines without the marks before quoted ones, as mail and Markdown write them, where many are quoted.

    >>> _without_quotes(["> 规章|0|2"] * 5)[0]
    '  规章|0|2'
    """
    quoted = sum(line.startswith("> ") for line in lines) >= _FEWEST_LINES
    return [_blank(match) + line[match.end() :] if (match := _QUOTE.match(line)) else line for line in lines] if quoted else lines


def _without_bullets(lines: Sequence[str]) -> Sequence[str]:
    """
    The lines without the marks of list items, where most lines are items of one list: such a mark is no dash and no sign.

    Words stand behind such marks too: a text in which only figures lack has dashes alone.

    >>> _without_bullets(["# 年报", "- 规章", "- 0", "-", "- -", "- -3"])
    ['# 年报', '  规章', '  0', ' ', '  -', '  -3']
    >>> _without_bullets(["规章", "-", "-", "- |", "- |", "- |"])[1:4]
    ['-', '-', '- |']
    """
    filled = [line for line in lines if line.strip()]
    worded = [line for line in filled if _WORDS.search(line)]
    for bullet in _BULLETS:
        if 2 * _count(bullet, filled) > max(len(filled), _FEWEST_LINES) and 2 * _count(bullet, worded) >= len(worded):
            return [bullet.sub(_blank, line, count=1) if bullet.match(line) else line for line in lines]
    return lines


def _count(pattern: re.Pattern[str], lines: Sequence[str]) -> int:
    return sum(pattern.match(line) is not None for line in lines)


def _without_wiki(lines: Sequence[str]) -> Sequence[str]:
    """
    The lines of a wiki's tables without the marks that begin and end tables and rows, where a table begins: these are no dashes.

    What says how a cell looks, between its bar and another one, goes too.

    >>> _without_wiki(["{| class=a", "|-", "! 规章", "| 0", "|}"])
    ['          ', '  ', '| 规章', '| 0', '  ']
    """
    if not any(line.startswith("{|") for line in lines):
        return lines
    bare = [_WIKI_STYLE.sub(_blank, _WIKI.sub(_blank, line)) for line in lines]
    return ["|" + line[1:] if line.startswith("!") else line for line in bare]


def _with_signs(lines: Sequence[str]) -> Sequence[str]:
    """
    The lines with bars where another sign stands between the labels and figures of many.

    >>> _with_signs(["规章#0##2"] * 5)[0]
    '规章|0||2'
    """
    for sign, row in _ROWS_OF_SIGNS:
        if sum(sign in line and row.fullmatch(line) is not None for line in lines) >= _FEWEST_LINES:
            lines = [line if _HEADING.match(line) else line.replace(sign, "|") for line in lines]
    return lines


def _without_marks(line: str) -> str:
    """
    A line, its marks of emphasis around figures and its references to blanks as so many blanks.

    A figure that is struck out becomes one that cannot be read.

    >>> _without_marks("规章|**12**|&nbsp;|")
    '规章|  12  |      |'
    """
    if "--" in line or "==" in line:
        rule = _RULE if _RULE.fullmatch(line) else _RULE_INSIDE
        line = rule.sub(lambda match: " " * len(match[0]), line)
    if "\\" in line:
        line = _ESCAPED.sub(lambda match: " " + (match[1] or "") + match[2], line)
    if "&" in line:
        line = _SPACE_REFERENCE.sub(lambda match: " " * len(match[0]), line)
    return _EMPHASIS.sub(_plain, line) if any(mark in line for mark in "*_`~") else line


def _plain(match: re.Match[str]) -> str:
    marks = " " * len(match[1])
    return marks + ("\ufffd" + match[2][1:] if match[1] == "~~" else match[2]) + marks


def _without_outer_tabs(lines: Sequence[str]) -> list[str]:
    """
    The lines without the tabs beside their breaks, where these stand at nearly all of them: they part no cells.

    A program that joins all pieces of text of a page by tabs joins the line breaks of its source too.

    >>> _without_outer_tabs(["规章\\t", "\\t0\\t1\\t", "\\t", "\\t其他\\t", "\\t2\\t0\\t", "\\t"])
    ['规章 ', ' 0\\t1 ', ' ', ' 其他 ', ' 2\\t0 ', ' ']
    """
    bare = [line.strip(" ") for line in lines]
    parted = sum(above.endswith("\t") and below.startswith("\t") for above, below in pairwise(bare))
    if parted < _FEWEST_LINES or parted < _SHARE_OF_BREAKS * (len(lines) - 1):
        return list(lines)
    return [re.sub(r"^( *)\t|\t( *)$", r"\1 \2", line) for line in lines]


def _with_bars(lines: Sequence[str]) -> list[str]:
    """
    The lines with bars where others part the cells of many: a sign that stands apart between words, LaTeX's own, bars by twos or escaped.

    >>> _with_bars([r"规章 & 0 & 2 \\\\"] * 5)[0]
    '规章 | 0 | 2   '
    """
    if sum(_ROW_OF_LATEX.fullmatch(line) is not None for line in lines) >= _FEWEST_LINES:
        lines = [
            _CLOSES_ROW.sub("  ", line.replace("&", "|").replace("~", " ") if _ROW_OF_LATEX.fullmatch(line) else line)
            for line in lines
        ]
    if sum(_ESCAPED_BARS.search(line) is not None for line in lines if "\\|" in line) >= _FEWEST_LINES:
        lines = [line.replace("\\|", " |") for line in lines]
    if sum(len(_DOUBLED.findall(line)) for line in lines) >= _FEWEST_DOUBLED and not any(map(_SINGLE.search, lines)):
        lines = [line.replace("||", " |") for line in lines]
    for sign, apart in _APART.items():
        joined = sum(_BETWEEN_WORDS[sign].search(line) is not None for line in lines if sign in line)
        lines = [apart.sub("|", line) for line in lines] if joined >= _FEWEST_LINES else lines
    return list(lines)


def _without_numbers(lines: Sequence[str]) -> list[str]:
    """
    The lines without the numbers that a program printed before each, as it does before the rows of a table.

    They count from 0 or 1, line by line, and words stand behind most of the first ones.

    >>> _without_numbers(["0 信息内容 数量", "1 规章 3", "2 其他 0", "3 许可 8", "4 0"])
    ['  信息内容 数量', '  规章 3', '  其他 0', '  许可 8', '  0']
    """
    numbers = [int(match[1]) if (match := _LINE_NUMBER.match(line)) else None for line in lines]
    bare = list(lines)
    at = 0
    while at < len(lines):
        end = at + 1
        while end < len(lines) and numbers[at] in (0, 1) and numbers[end] == (numbers[at] or 0) + end - at:
            end += 1
        worded = sum(_WORDS.search(line) is not None for line in lines[at:end])
        if end - at > 2 and worded > 1:
            if at and _counts_columns(lines[at - 1]):
                bare[at - 1] = " " * len(lines[at - 1])
            bare[at:end] = [_LINE_NUMBER.sub(lambda match: " " * len(match[0]), line, count=1) for line in lines[at:end]]
        at = end
    return bare


def _counts_columns(line: str) -> bool:
    """Whether a line holds nothing but the numbers of columns."""
    return line.split() == [str(number) for number in range(len(line.split()))]
