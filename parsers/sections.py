"""Sections: the prose of a report under its numbered headings, tables left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from parsers.document import Document
from parsers.report import Section

__all__ = ["split_sections"]

_HEADING = re.compile(r"#*\s*[一二三四五六七八九十]{1,2}\s*[、.．]\s*\S{2,38}$")


def split_sections(document: Document, table_lines: Set[int]) -> tuple[Section, ...]:
    """
    The parts of the report in order; the first, without a heading, is what stands before 一、.

    Line n of a section's text is line `section.line + n` of the document.
    """
    sections: list[Section] = []
    heading, start, text = "", 1, list[str]()

    def close() -> None:
        body = "\n".join(text)
        if heading or body.strip():
            sections.append(Section(heading, body.rstrip("\n"), start))

    for line, printed in _prose(document, table_lines):
        if _HEADING.fullmatch(printed) and not printed.endswith(("。", "；", "，")):
            close()
            heading, start, text = printed.lstrip("# "), line + 1, []
        else:
            text.append(printed)
    close()
    return tuple(sections)


def _prose(document: Document, table_lines: Set[int]) -> Iterator[tuple[int, str]]:
    """Every line with its number; the lines of tables are empty, so that the count of lines goes on."""
    for paragraph in document.paragraphs():
        printed = paragraph.text.strip()
        in_table = "|" in printed or paragraph.line in table_lines
        yield paragraph.line, "" if in_table else printed
