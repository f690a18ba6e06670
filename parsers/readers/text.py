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
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")


def claims(content: Content) -> bool:
    """Whether the content is plain text or Markdown."""
    return content.kind == "text"


def read(source: Source) -> Document:
    """
    One Paragraph for every line, blank ones too; only the line end is taken off. `heading` is true for `#` lines.

    >>> document = read(Source("# 年报\\r\\n\\r\\n规章 \\t0".encode(), "a.md"))
    >>> [(paragraph.text, paragraph.line, paragraph.heading) for paragraph in document.paragraphs()]
    [('# 年报', 1, True), ('', 2, False), ('规章 \\t0', 3, False)]
    """
    decoded = decode(source.data, http=source.charset)
    lines = _LINE_END.split(decoded.text.lstrip("\f"))
    if lines[-1] == "":
        lines.pop()
    blocks = tuple(Paragraph(text, number, _HEADING.match(text) is not None) for number, text in enumerate(lines, 1))
    return Document(blocks, sniff(source.data, source.name).media_type, notes=(decoded.remark,))
