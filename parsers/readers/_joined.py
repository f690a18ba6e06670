"""Documents one behind the other, as the sheets of a workbook and the chapters of a book are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parsers.document import Block, Document, Grid, Paragraph

__all__ = ["joined"]


def joined(documents: Sequence[Document]) -> Document:
    """
    Documents as one: its tables and lines are counted through.

    >>> pages = [Document((Paragraph(text, 1),), "text/html") for text in ("年报", "规章")]
    >>> [(block.text, block.line) for block in joined(pages).paragraphs()]
    [('年报', 1), ('规章', 2)]
    """
    blocks: list[Block] = []
    for document in documents:
        tables = sum(isinstance(block, Grid) for block in blocks)
        lines = max((block.line for block in blocks if isinstance(block, Paragraph)), default=0)
        blocks += [
            Grid(block.cells, block.number + tables) if isinstance(block, Grid) else block._replace(line=block.line + lines)
            for block in document.blocks
        ]
    return replace(documents[0], blocks=tuple(blocks), notes=tuple(note for document in documents for note in document.notes))
