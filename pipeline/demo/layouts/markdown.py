"""Markdown as converters write it: a table a section, a small table a row with invented heads, wrong heads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from pipeline.demo.layouts.model import Box, Evidence, Kind, Line, Page, Plate, Rendering, Writer, rendered, spread
from pipeline.demo.layouts.rowless import doubtful_positions

__all__ = ["WRITERS"]

_WRONG_HEADS = ("项目", "本年新收件数", "上年结转件数", "予以公开", "部分公开", "不予公开", "结转下年度", "总计")


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace(chr(10), '<br>') for text in texts)} |\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """A pipe table whose first row is taken for its head."""
    head, *others = rows
    return _row(head) + "|" + "---|" * len(head) + "\n" + "".join(_row(row) for row in others) + "\n"


def _document(page: Page, tables: Sequence[str]) -> str:
    waiting = iter(tables)
    parts = [f"# {page.title}\n\n"]
    for block in page.blocks:
        if isinstance(block, Line):
            parts.append(f"## {block.text}\n\n" if block.heading else f"{block.text}\n\n")
        else:
            parts.append(next(waiting))
    return "".join(parts)


def _write(page: Page, tables: Sequence[str]) -> Rendering:
    return rendered(page, _document(page, tables).encode(), "report.md", doubtful=doubtful_positions(page))


def write_sections(page: Page, random: Random) -> Rendering:
    """One table a section; what a span covers is an empty cell."""

    def text(plate: Plate) -> str:
        rows = []
        for slots in spread(plate):
            shown = (slot for slot in slots if slot.first_column or not slot.box.merged)
            rows.append([slot.box.text if slot.first_row and slot.first_column else "" for slot in shown])
        return _table(rows)

    return _write(page, [text(plate) for plate in page.plates()])


def write_small_tables(page: Page, random: Random) -> Rendering:
    """A heading and a small table for each row or group of rows; heads of value columns are called 数据1 and so on."""
    return _write(page, [_small(plate, wrong_from=None) for plate in page.plates()])


def write_wrong_heads(page: Page, random: Random) -> Rendering:
    """As small tables, and the last rows of the applications under heads that belong to something else."""
    return _write(page, [_small(plate, wrong_from=random.randint(3, 6)) for plate in page.plates()])


def _one_line(text: str) -> str:
    return text.replace("\n", "")


def _small(plate: Plate, *, wrong_from: int | None) -> str:
    match plate.table:
        case "proactive":
            return "".join(_block_tables(plate))
        case "applications":
            return "".join(_application_tables(plate, wrong_from))
        case "review_litigation":
            return "".join(_review_tables(plate))
    return _table([[box.text for box in row] for row in plate.rows])


def _block_tables(plate: Plate) -> Iterator[str]:
    title, rows = "", list[list[str]]()
    for row in plate.rows:
        if row[0].kind is Kind.TITLE:
            if rows:
                yield f"### {title}\n" + _table(rows)
            title, rows = row[0].text, []
        else:
            rows.append([box.text for box in row])
    yield f"### {title}\n" + _table(rows)


def _application_tables(plate: Plate, wrong_from: int | None) -> Iterator[str]:
    heads = ["类别", *(f"数据{number}" for number in range(1, 7)), "总计"]
    corner = next((box.text for row in plate.rows for box in row if box.kind is Kind.CORNER), "")
    yield f"{_one_line(corner)}\n\n"
    rows = [row for row in plate.rows if any(box.cells for box in row)]
    group: list[list[str]] = []
    wrong_rows: list[list[str]] = []
    for number, row in enumerate(rows):
        titles = [box.text for box in row if box.kind is Kind.GROUP]
        label = next(box for box in row if box.kind is Kind.LABEL)
        texts = [label.text, *(box.text for box in row if box.kind is Kind.FIGURE)]
        if wrong_from is not None and number >= len(rows) - wrong_from:
            if not wrong_rows and group:
                yield _table([heads, *group])
                group = []
            wrong_rows.append(texts)
            continue
        alone = label.columns > 1
        if (titles or alone) and group:
            yield _table([heads, *group])
            group = []
        for title in titles:
            yield f"### {_one_line(title)}\n\n"
        if alone:
            bare = label.text.split("、", 1)[-1].split("）", 1)[-1] if label.text[0] not in "（(" else label.text[3:]
            yield f"### {_one_line(label.text)}\n" + _table([heads, [bare or label.text, *texts[1:]]])
        else:
            group.append(texts)
    if group:
        yield _table([heads, *group])
    if wrong_rows:
        yield _table([list(_WRONG_HEADS), *wrong_rows])


def _review_tables(plate: Plate) -> Iterator[str]:
    heads: list[Box] = [box for box in plate.rows[1] if box.kind is Kind.HEAD]
    groups = [box.text for row in plate.rows[:2] for box in row if box.kind is Kind.GROUP]
    figures = [box.text for box in plate.rows[-1]]
    for number, group in enumerate(groups):
        title = _one_line(f"行政诉讼（{group}）" if number else group)
        yield f"### {title}\n" + _table([[box.text for box in heads], figures[5 * number : 5 * number + 5]])


_BARRED = frozenset({Evidence.MARKS, Evidence.BARS, Evidence.BLANKS})

WRITERS = (
    Writer("markdown.sections", "markdown", write_sections, _BARRED | {Evidence.SHAPE}),
    Writer("markdown.small_tables", "markdown", write_small_tables, _BARRED),
    Writer("markdown.wrong_heads", "markdown", write_wrong_heads, _BARRED),
)
