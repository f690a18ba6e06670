"""What a writer cannot keep: rows that nothing ends, blanks that nothing shows, positions that nothing proves."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.demo.layouts.model import Box, Kind, Page, figures_of

__all__ = ["doubtful_positions", "doubtful_runs"]


def doubtful_runs(page: Page, *, blanks_seen: bool) -> frozenset[str]:
    """
    The addresses that a layout without row marks does not keep.

    Figures of two rows with no label between them run into one; and where a blank is not a cell that can be seen
    (`blanks_seen` false), a row that holds one has lost its places.
    """
    doubtful: set[str] = set()
    for run in _runs(page):
        rows = {at for at, _ in run}
        blank = any(not box.text for _, box in run)
        if len(rows) > 1 or (blank and not blanks_seen):
            doubtful.update(cell.address for _, box in run for cell in box.cells)
    return frozenset(doubtful)


def _runs(page: Page) -> Iterator[list[tuple[int, Box]]]:
    """Figures that stand together, with the number of their row; any other text ends a run, an empty cell does not."""
    run: list[tuple[int, Box]] = []
    number = 0
    for plate in page.plates():
        for row in plate.rows:
            number += 1
            for box in row:
                if box.kind is Kind.FIGURE:
                    run.append((number, box))
                elif box.text and run:
                    yield run
                    run = []
    if run:
        yield run


def doubtful_positions(page: Page) -> frozenset[str]:
    """
    The addresses of rows with figures and blanks in a document that does not prove its positions.

    `7 | 1 | 8 | | | |` may have been packed to the left. Only an empty cell that stands before a figure of its row
    somewhere in the document shows that empty cells are where they belong.
    """
    partial: set[str] = set()
    for plate in page.plates():
        for row in plate.rows:
            figures = figures_of(row)
            filled = [bool(box.text) for box in figures]
            if any(filled) and not all(filled):
                if filled.index(False) < len(filled) - 1 - filled[::-1].index(True):
                    return frozenset()
                partial.update(cell.address for box in figures for cell in box.cells)
    return frozenset(partial)
