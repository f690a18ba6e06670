"""Pictures of pages, one page a picture or several in a TIFF: ruled tables as Grids, other lines as Paragraphs."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from parsers.document import Block, Cell, Document, Grid
from parsers.errors import ReadError, ReadStatus
from parsers.raw.charset import without_marks
from parsers.raw.sniff import Content, sniff
from parsers.readers._doubt import believed, is_figure, with_sure_digits
from parsers.readers._layout import numbered, paragraphs_of
from parsers.readers._page import Box, Glyph, Page
from parsers.readers._recognise import Gray, Look, Reading, read_lines, require_recogniser
from parsers.readers._ruled import RuledTable
from parsers.readers._scan import Scan, scan
from parsers.source import Source

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["NAME", "blocks_of", "claims", "pictures_of", "read", "read_pages", "with_pictures"]

NAME = "picture"

MAX_PIXELS = 100_000_000
"""A picture with more is refused before it is decoded; A3 at 600 dpi has 70 million."""
MAX_PAGES = 500

_KINDS = ("png", "jpeg", "gif", "tiff", "bmp", "webp")
_LEGIBLE = 0.75
_SAMPLE = 12
_HEADING = 40


def claims(content: Content) -> bool:
    """Whether the content is a picture."""
    return content.kind in _KINDS


def read(source: Source) -> Document:
    """
    The page or pages of a picture; a GIF or WEBP that moves is its first picture.

    A figure that is not believed has U+FFFD in its text. An empty cell is one without ink. Boxes are pixels of the
    picture as given, once it is turned upright and made straight. Raises ReadError with status `limit` (pixels, pages),
    `failed` (damaged), or `needs_ocr` where the extra `ocr` is not installed.
    """
    return read_pages([source])


def read_pages(sources: Sequence[Source]) -> Document:
    """The one document whose pages are pictures, in their order; the media type is that of the first. Raises as `read` does."""
    kinds = [sniff(source.data, source.name) for source in sources]
    images = (image for source, kind in zip(sources, kinds, strict=True) for image in pictures_of(source.data, kind.kind))
    require_recogniser(images)
    return Document(tuple(numbered((number, blocks_of(image)) for number, image in enumerate(images, 1))), kinds[0].media_type)


def with_pictures(document: Document) -> Document:
    """
    The document with what its pictures hold where they stand; those that are damaged or too large are noted and left out.

    Raises ReadError with status `needs_ocr` where the extra `ocr` is not installed.
    """
    require_recogniser()
    notes: list[str] = []
    found: list[tuple[int, Block]] = []
    for number, held in enumerate(document.pictures, 1):
        try:
            images = list(pictures_of(held.data, sniff(held.data).kind))
        except ReadError as exc:
            notes.append(exc.reason)
            continue
        blocks = [(number, blocks_of(image)) for image in images]
        first_table = 1 + max((grid.number for grid in (*document.grids(), *_grids(found))), default=0)
        first_line = 1 + len(list(document.paragraphs())) + len(found)
        found += ((held.after, block) for block in numbered(blocks, first_table=first_table, first_line=first_line))
    along = (*document.along, *(held.data for held in document.pictures))
    merged = sorted([*((at + 1, block) for at, block in enumerate(document.blocks)), *found], key=lambda item: item[0])
    return replace(
        document, blocks=tuple(block for _, block in merged), notes=(*document.notes, *notes), pictures=(), along=along
    )


def _grids(found: Iterable[tuple[int, Block]]) -> Iterator[Grid]:
    return (block for _, block in found if isinstance(block, Grid))


def blocks_of(image: Gray) -> Iterator[Block]:
    """
    The blocks of one page picture, dark print on light paper, in reading order, without numbers.

    Raises ReadError with status `needs_ocr` where the extra `ocr` is not installed.
    """
    yield from _page_blocks(_upright(image))


def pictures_of(packed: bytes, kind: str) -> Iterator[Gray]:
    """The pictures in a file in grey, decoded one by one. Raises ReadError with status `limit` or `failed`."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    damage = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged metadata, and of sizes, which are checked here
        try:
            with Image.open(io.BytesIO(packed), formats=(kind.upper(),)) as picture:
                pages = getattr(picture, "n_frames", 1) if kind == "tiff" else 1
                if pages > MAX_PAGES:
                    raise ReadError(ReadStatus.LIMIT, f"the picture has {pages:,} pages, more than the {MAX_PAGES} allowed")
                for number in range(pages):
                    picture.seek(number)
                    if picture.width * picture.height > MAX_PIXELS:
                        size = f"{picture.width:,} by {picture.height:,} pixels"
                        raise ReadError(ReadStatus.LIMIT, f"a picture of {size}, more than the {MAX_PIXELS:,} allowed")
                    yield _gray(ImageOps.exif_transpose(picture))
        except Image.DecompressionBombError as exc:
            raise ReadError(ReadStatus.LIMIT, f"a picture with more than the {MAX_PIXELS:,} pixels allowed") from exc
        except damage as exc:
            detail = "it is no such picture" if isinstance(exc, UnidentifiedImageError) else exc  # that names an object in memory
            reason = f"a {kind.upper()} picture that is cut off or damaged ({detail}); ask for the file again"
            raise ReadError(ReadStatus.FAILED, " ".join(reason.split())) from exc


def _gray(picture: Image.Image) -> Gray:
    """The picture in grey, what is transparent as white."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, np.float64)
        top = float(values.max()) or 1.0
        return (values.clip(0, top) * (255 / top)).astype(np.uint8)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        picture = Image.alpha_composite(paper, layered)
    return np.asarray(picture.convert("L"))


class _Read(NamedTuple):
    """A page with its lines, those of each cell and those outside, and the first reading of each box."""

    page: Scan
    cells: list[list[list[Box]]]
    outside: list[Box]
    readings: dict[Box, Reading]


def _upright(image: Gray) -> _Read:
    """The page read as it stands, or turned by quarters to where its longer lines are most legible."""
    first = _first_reading(scan(image))
    if _legibility(first) >= _LEGIBLE:
        return first
    tried = [first, *(_first_reading(scan(image, quarters)) for quarters in (1, 3, 2))]
    return max(tried, key=_legibility)


def _first_reading(page: Scan) -> _Read:
    cells = [[page.inside(cell.box) for cell in table.cells] for table in page.tables]
    outside = page.outside()
    boxes = [*(box for table in cells for cell in table for box in cell), *outside]
    readings = read_lines([page.crop(box) for box in boxes], Look.FIRST)
    return _Read(page, cells, outside, dict(zip(boxes, readings, strict=True)))


def _legibility(read: _Read) -> float:
    """The mean score of the longest lines, which alone tell which way is up; 1 on a page without any line."""
    longest = sorted(read.readings, key=lambda box: (box.left - box.right, box))[:_SAMPLE]
    wide = [box for box in longest if box.right - box.left > 1.5 * read.page.em]
    if not wide:
        return 0.0 if longest else 1.0
    return sum(read.readings[box].score for box in wide) / len(wide)


def _page_blocks(read: _Read) -> Iterator[Block]:
    """The grids and lines of a page in reading order, numbers still to come."""
    page = read.page
    cells = [[(lines, is_figure("".join(read.readings[box].text for box in lines))) for lines in table] for table in read.cells]
    figures = [box for table in cells for lines, figure in table if figure for box in lines]
    figures += [box for box in read.outside if is_figure(read.readings[box].text)]
    lines = [box for box in read.outside if box not in set(figures) and _is_read_twice(read.readings[box].text, page)]
    again = [*figures, *lines]
    second = dict(zip(again, read_lines([page.crop(box) for box in again], Look.SECOND), strict=True))
    texts = {box: reading.text for box, reading in read.readings.items()}
    texts |= {box: believed(read.readings[box], second[box], page.shapes(box), box) for box in figures}
    texts |= {box: with_sure_digits(read.readings[box], second[box]) for box in lines}
    high, wide = page.gray.shape
    glyphs = tuple(Glyph(texts[box], box, max(page.em, box.bottom - box.top)) for box in read.outside if texts[box].strip())
    pieces: list[tuple[float, Block]] = [*paragraphs_of(Page(1, wide, high, glyphs, ()), glyphs)]
    for table, held in zip(page.tables, read.cells, strict=True):
        printed = ["\n".join(texts[box] for box in lines) for lines in held]
        if any(text.strip() for text in printed):
            pieces.append((table.box.top, Grid(tuple(_cells(page, table, printed)), 0)))
    yield from (piece for _, piece in sorted(pieces, key=lambda item: item[0]))


def _is_read_twice(text: str, page: Scan) -> bool:
    """Whether a line of words has figures on which more rests than prose: a heading, a caption, a page without rules."""
    return any(character.isdigit() for character in text) and (not page.tables or len(text) <= _HEADING)


def _cells(page: Scan, table: RuledTable, texts: Sequence[str]) -> Iterator[Cell]:
    order = row = -1
    for cell, text in zip(table.cells, texts, strict=True):
        order = 1 if cell.row != row else order + 1
        row = cell.row
        box = ",".join(f"{value:.1f}" for value in page.in_picture(cell.box))
        place = f"row={cell.row + 1};column={order};box={box}"
        yield Cell(without_marks(text), cell.row, cell.column, cell.row_span, cell.column_span, order, place)
