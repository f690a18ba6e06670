"""A report pasted from Word into a site's editor: fonts, nested spans, `<o:p>`, and labels cut into pieces."""

from __future__ import annotations

import itertools
from html import escape
from random import Random

from pipeline.demo.layouts.html import html_document, table_rows
from pipeline.demo.layouts.model import Box, Evidence, Kind, Line, Page, Rendering, Writer, rendered

__all__ = ["WRITERS"]

_FONT = "font-family:仿宋_GB2312;mso-bidi-font-family:宋体;color:black;mso-font-kerning:0pt"
_CELL = (
    "border-top:none;border-left:none;border-bottom:solid black 1.0pt;border-right:solid black 1.0pt;"
    "mso-border-top-alt:solid black .5pt;mso-border-left-alt:solid black .5pt;padding:0cm 5.4pt 0cm 5.4pt"
)


def write_word(page: Page, random: Random) -> Rendering:
    """One table a section with its spans, each cell a paragraph of class MsoNormal; about 130 KB for a whole report."""
    parts = []
    for block in page.blocks:
        if isinstance(block, Line):
            weight = "mso-bidi-font-weight:bold;font-family:黑体" if block.heading else _FONT
            parts.append(
                f'<p class="MsoNormal" style="text-indent:32.0pt;line-height:28.0pt">{_pieces(block.text, weight, random)}</p>\n'
            )
        else:
            rows = table_rows(block, lambda box: _cell(box, random))
            parts.append(
                '<table class="MsoNormalTable" border="0" cellspacing="0" cellpadding="0" width="100%" '
                f'style="width:100.0%;border-collapse:collapse;mso-yfti-tbllook:1184">\n<tbody>\n{rows}</tbody>\n</table>\n'
            )
    return rendered(page, html_document(page, "".join(parts)).encode(), "report.html")


def _cell(box: Box, random: Random) -> str:
    spans = (f" rowspan={box.rows}" if box.rows > 1 else "") + (f" colspan={box.columns}" if box.columns > 1 else "")
    align = "left" if box.kind in (Kind.LABEL, Kind.CORNER) else "center"
    lines = [_pieces(text, _FONT, random) for text in box.text.split("\n")]
    width = 38 * box.columns if box.kind in (Kind.FIGURE, Kind.HEAD) else 96
    return (
        f'<td width="{width}"{spans} style="width:{width}.0pt;{_CELL}">\n'
        f'<p class="MsoNormal" align="{align}" style="text-align:{align};mso-pagination:widow-orphan">{"<br>".join(lines)}</p>\n</td>\n'
    )


def _pieces(text: str, style: str, random: Random) -> str:
    """The text in nested spans, now and then cut into pieces; digits and Chinese often lie in spans of their own."""
    if not text:
        return f'<span lang="EN-US" style="font-size:10.5pt;{style}"><o:p>&nbsp;</o:p></span>'
    cuts = sorted(
        {
            0,
            len(text),
            *(random.randrange(len(text)) for _ in range(random.choice((0, 0, 1, 2))) if len(text) > 3 and not text.isdigit()),
        }
    )
    spans = []
    for start, end in itertools.pairwise(cuts):
        piece = escape(text[start:end])
        inner = f'<span style="font-size:10.5pt;{style}">{piece}</span>'
        spans.append(f'<b style="mso-bidi-font-weight:normal">{inner}</b>' if random.random() < 0.1 else inner)
    language = ' lang="EN-US"' if text.isascii() else ""
    mark = "<o:p></o:p>" if random.random() < 0.5 else ""
    return f"<span{language}>{''.join(spans)}{mark}</span>"


WRITERS = (Writer("html.word", "html", write_word, frozenset({Evidence.GRID, Evidence.MARKS, Evidence.SHAPE, Evidence.BLANKS})),)
