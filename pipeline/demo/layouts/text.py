"""Pages as text: a tab that opens a cell, one cell a line, repeated lines gone, and everything run together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from pipeline.demo.layouts.model import Evidence, Kind, Line, Page, Plate, Rendering, Slot, Writer, figures_of, rendered, spread
from pipeline.demo.layouts.rowless import doubtful_positions, doubtful_runs

__all__ = ["WRITERS", "drop_empty_figures", "text_document"]

_MARKED = frozenset({Evidence.MARKS, Evidence.SHAPE, Evidence.BLANKS})


def text_document(page: Page, table: Callable[[Plate], str]) -> str:
    """The title, the lines, and each table as `table` prints it."""
    parts = [page.title]
    parts.extend(block.text if isinstance(block, Line) else table(block) for block in page.blocks)
    return "\n".join(parts) + "\n"


def write_tabs(page: Page, random: Random) -> Rendering:
    """
    A Word table as a browser's text: newline and tab open a cell, an empty line ends a row.

    A cell covered by a row span comes out empty, one covered by a column span does not come out.
    """

    def shown(slot: Slot) -> bool:
        return slot.first_column

    def table(plate: Plate) -> str:
        rows = []
        for slots in spread(plate):
            cells = [slot.box.text if slot.first_row else "" for slot in slots if shown(slot)]
            rows.append("".join(f"\t{text}\n" for text in cells) + "\n")
        return "".join(rows)

    return rendered(page, text_document(page, table).encode(), "report.txt", doubtful=doubtful_positions(page))


def _cell_lines(plate: Plate, *, empty: bool) -> Iterator[str]:
    for row in plate.rows:
        for box in row:
            if box.text or (empty and box.kind is Kind.FIGURE):
                yield from box.text.split("\n")


def write_spaced_lines(page: Page, random: Random) -> Rendering:
    """One cell a line, an empty line between two cells; a blank cell is one more empty line."""
    content = text_document(page, lambda plate: "\n" + "\n\n".join(_cell_lines(plate, empty=True)) + "\n")
    return rendered(page, content.encode(), "report.txt", doubtful=doubtful_runs(page, blanks_seen=False))


def drop_empty_figures(page: Page) -> Page:
    """The page without its blank cells; the figures beside one have lost their places."""

    def change(plate: Plate) -> Plate:
        rows = []
        for row in plate.rows:
            lossy = any(not box.text for box in figures_of(row))
            boxes = (box._replace(sure=box.sure and not lossy) for box in row if box.kind is not Kind.FIGURE or box.text)
            rows.append(tuple(boxes))
        return plate._replace(rows=tuple(rows))

    return page.map_plates(change)


def write_lines(page: Page, random: Random) -> Rendering:
    """One cell a line and nothing for a blank cell."""
    doubtful = doubtful_runs(page, blanks_seen=False)
    left = drop_empty_figures(page)
    content = text_document(left, lambda plate: "\n".join(_cell_lines(plate, empty=False)))
    return rendered(left, content.encode(), "report.txt", doubtful=doubtful | doubtful_runs(left, blanks_seen=False))


def write_lines_once(page: Page, random: Random) -> Rendering:
    """One cell a line, and every line that stood before is gone: nothing can be recovered."""
    seen: set[str] = {page.title}
    parts = [page.title]
    shown: dict[str, str | None] = dict.fromkeys(page.addresses)
    for block in page.blocks:
        boxes = [] if isinstance(block, Line) else [box for row in block.rows for box in row]
        for text, cells in [(block.text, ())] if isinstance(block, Line) else [(box.text, box.cells) for box in boxes]:
            if text and text not in seen:
                seen.add(text)
                parts.append(text)
                shown.update({cell.address: cell.text for cell in cells if cell.text})
    return Rendering(("\n".join(parts) + "\n").encode(), "report.txt", shown, frozenset())


def write_glued(page: Page, random: Random) -> Rendering:
    """
    Every border of every cell gone, as a crawler leaves it: `1.属于国家秘密00000002.其他法律…`.

    A blank stands here and there where a border was, more often around labels than between figures.
    """
    left = drop_empty_figures(page)
    after_label, after_figure = random.choice(((0.0, 0.0), (0.3, 0.0), (0.5, 0.02), (1.0, 0.0)))
    parts: list[str] = [page.title, "\n"]
    for block in left.blocks:
        if isinstance(block, Line):
            parts.extend((block.text, " " if block.heading and random.random() < 0.5 else "" if block.heading else "\n"))
            continue
        for row in block.rows:
            for box in row:
                parts.append(box.text.replace("\n", " "))
                if random.random() < (after_figure if box.kind is Kind.FIGURE else after_label):
                    parts.append(" ")
    return rendered(left, ("".join(parts) + "\n").encode(), "report.txt", doubtful=left.addresses)


WRITERS = (
    Writer("text.tabs", "text", write_tabs, _MARKED),
    Writer("text.lines_spaced", "text", write_spaced_lines, _MARKED),
    Writer("text.lines", "text", write_lines, _MARKED),
    Writer("loss.lines_removed", "loss", write_lines_once, frozenset({Evidence.SHAPE}), "repeated lines"),
    Writer("loss.glued", "loss", write_glued, frozenset({Evidence.SHAPE}), "borders"),
)
