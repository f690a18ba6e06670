"""
The layouts in which reports are printed: one ordered tuple, from clean pages to pages that lose nearly everything.

`LAYOUTS` names every layout by itself; `pairs` combines any two damages and a writer that leave enough to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from pipeline.demo.layouts import aligned, bars, docx_file, html, labels, loss, markdown, review, shape, text, values, word
from pipeline.demo.layouts.model import Damage, Layout, Page, Rendering, Writer

__all__ = ["DAMAGES", "LAYOUTS", "WRITERS", "Damage", "Layout", "Rendering", "Writer", "layout_named", "pairs"]

WRITERS: tuple[Writer, ...] = (
    *html.WRITERS, *word.WRITERS, *text.WRITERS, *bars.WRITERS, *aligned.WRITERS, *markdown.WRITERS, *docx_file.WRITERS,
)  # fmt: skip
"""Every way to print a page."""

DAMAGES: tuple[Damage, ...] = (*values.DAMAGES, *labels.DAMAGES, *shape.DAMAGES, *review.DAMAGES, *loss.DAMAGES)
"""Every change of a page before it is printed."""

_writers = {writer.name: writer for writer in WRITERS}
_damages = {damage.name: damage for damage in DAMAGES}

_PLAIN = tuple(_writers[name] for name in ("html.clean", "text.tabs", "text.bars_between", "text.lines_spaced"))


def _write_plain(page: Page, random: Random) -> Rendering:
    return random.choice(_PLAIN).write(page, random)


_ANY_PLAIN = Writer("any", "", _write_plain, frozenset.intersection(*(writer.offers for writer in _PLAIN)))
"""One of the four plainest writers, by the seed: what a damage of labels, figures or blanks looks like everywhere."""


def _alone(writer: str) -> Layout:
    return Layout(writer, _writers[writer].family, _writers[writer])


def _damaged(damage: str, writer: str | None = None) -> Layout:
    part = _damages[damage]
    return Layout(f"{part.family}.{damage}", part.family, _ANY_PLAIN if writer is None else _writers[writer], (part,))


LAYOUTS: tuple[Layout, ...] = (
    _alone("html.clean"),
    _alone("html.word"),
    _damaged("spans_gone_with_cells", "html.clean"),
    _damaged("spans_gone", "html.clean"),
    _damaged("cut", "html.clean"),
    _damaged("cut_bare", "html.clean"),
    _damaged("stray_cells", "html.clean"),
    _damaged("heads_damaged", "html.clean"),
    _damaged("columns_permuted", "html.clean"),
    _alone("html.nested"),
    _alone("html.paragraphs"),
    _alone("html.divs"),
    _damaged("rows_stacked", "html.clean"),
    _damaged("review_tall", "html.clean"),
    _damaged("review_three", "html.clean"),
    _damaged("review_rows", "html.clean"),
    _damaged("review_columns", "html.clean"),
    _damaged("group_on_first_row", "html.clean"),
    _alone("html.gb_as_gb2312"),
    _alone("html.gb_as_utf8"),
    _alone("html.gb_undeclared"),
    _alone("html.utf8_as_gb2312"),
    _alone("text.tabs"),
    _alone("text.lines_spaced"),
    _alone("text.lines"),
    _alone("text.bars_end"),
    _alone("text.bars_between"),
    _alone("text.bars_separators"),
    _alone("text.bars_open_row"),
    _alone("text.bars_start"),
    _alone("text.bars_alone"),
    _alone("text.bars_wrapped"),
    _alone("text.aligned"),
    _alone("text.aligned_wrapped"),
    _alone("text.vertical_heads"),
    _alone("markdown.sections"),
    _alone("markdown.small_tables"),
    _alone("markdown.wrong_heads"),
    _damaged("blanks_dropped"),
    _damaged("packed_left", "text.bars_between"),
    _damaged("one_figure"),
    _damaged("rows_glued"),
    _alone("loss.glued"),
    _damaged("column_lost"),
    _damaged("column_and_head_lost", "html.clean"),
    _damaged("cell_lost", "html.clean"),
    Layout("loss.cell_lost_text", "loss", _ANY_PLAIN, (_damages["cell_lost"],)),
    _damaged("labels_torn"),
    _alone("loss.lines_removed"),
    *(_damaged(damage.name) for damage in (*labels.DAMAGES, _damages["extra_row"], *values.DAMAGES)),
    _alone("docx.clean"),
    _alone("docx.unmerged"),
)
"""Every layout of the project, in the order in which benches print them."""


def layout_named(name: str) -> Layout:
    """The layout of that name; KeyError names the nearest family's layouts."""
    for layout in LAYOUTS:
        if layout.name == name:
            return layout
    family = name.split(".", maxsplit=1)[0]
    raise KeyError(
        f"no layout {name!r}; this family has {', '.join(item.name for item in LAYOUTS if item.family == family) or 'none'}"
    )


def pairs() -> Iterator[Layout]:
    """Every two damages under every writer, where each damage still finds the evidence that it needs."""
    for writer in WRITERS:
        for at, first in enumerate(DAMAGES):
            for second in DAMAGES[at + 1 :]:
                layout = Layout(f"{writer.name}+{first.name}+{second.name}", "pair", writer, (first, second))
                if layout.possible():
                    yield layout
