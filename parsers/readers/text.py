"""Plain text and Markdown: one Paragraph a line, nothing interpreted; tabs, bars and blank lines are for the rebuild."""

from __future__ import annotations

import re

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
    lines = [_without_marks(line) for line in lines]
    blocks = tuple(Paragraph(text, number, _HEADING.match(text) is not None) for number, text in enumerate(lines, 1))
    return Document(blocks, sniff(source.data, source.name).media_type, notes=(decoded.remark,))


def _without_marks(line: str) -> str:
    """
    A line, its marks of emphasis around figures and its references to blanks as so many blanks.

    A figure that is struck out becomes one that cannot be read.

    >>> _without_marks("规章|**12**|&nbsp;|")
    '规章|  12  |      |'
    """
    if "&" in line:
        line = _SPACE_REFERENCE.sub(lambda match: " " * len(match[0]), line)
    return _EMPHASIS.sub(_plain, line) if any(mark in line for mark in "*_`~") else line


def _plain(match: re.Match[str]) -> str:
    marks = " " * len(match[1])
    return marks + ("\ufffd" + match[2][1:] if match[1] == "~~" else match[2]) + marks
