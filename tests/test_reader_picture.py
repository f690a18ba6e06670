"""Pictures and scanned PDFs: pages however they lie, every kind of picture, and files that are none."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from damage import is_answer, spoiled
from drawings import drawn, paper, ruled
from office import FONTS, convert, renderings, require_office
from PIL import Image, ImageDraw, ImageFont

from parsers import Source, parse_all
from parsers.document import Document, Paragraph
from parsers.errors import ReadError, ReadStatus
from parsers.readers import _recognise, read_document
from pipeline.demo.judge import judge

SLOW = pytest.mark.slow
TIFF = Path(__file__).parent / "fixtures" / "formats" / "tiff" / "input.tiff"

TITLE = "某县人民政府信息公开工作年度报告"
ROWS = (
    ("信息内容", "本年制发件数", "现行有效件数"),
    ("规章", "0", "12"),
    ("行政规范性文件", "7", "3086"),
    ("行政许可", "", "45.6"),
)
LINES = ("一、总体情况", "本年度共收到申请二十三件", "二、存在的问题")


@pytest.fixture
def _ocr(need: Callable[[str], Path]) -> None:
    """Skip where the extra `ocr` is not installed."""
    need("rapidocr")


@pytest.fixture
def _no_ocr(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without the extra `ocr`."""
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    _recognise._engine.cache_clear()
    yield
    _recognise._engine.cache_clear()


# --- recognised pages -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> Image.Image:
    """A page with a title and a ruled table, as a printer sets it at 150 dpi."""
    require_office()
    return _sample(ROWS)


def _font(size: int) -> ImageFont.FreeTypeFont:
    found = subprocess.run(
        ["fc-match", "-f", "%{file}\n%{index}", FONTS[0]], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return ImageFont.truetype(found[0], size, index=int(found[1]))


def _sample(rows: Sequence[Sequence[str]]) -> Image.Image:
    page = Image.fromarray(ruled(paper(700, 1200), [250 + 70 * at for at in range(len(rows) + 1)], (150, 450, 750, 1050)))
    draw = ImageDraw.Draw(page)
    draw.text((300, 120), TITLE, font=_font(36), fill=0)
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            draw.text((165 + 300 * column, 267 + 70 * row), text, font=_font(28), fill=0)
    return page


def packed(page: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    page.save(out, kind, **more)
    return out.getvalue()


def read(content: bytes, name: str = "a.png") -> Document:
    return read_document(Source(content, name))


def tables(document: Document) -> list[list[tuple[str, ...]]]:
    found = []
    for grid in document.grids():
        rows: dict[int, list[str]] = {}
        for cell in grid.cells:
            rows.setdefault(cell.row, []).append(cell.text)
        found.append([tuple(texts) for texts in rows.values()])
    return found


def lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


@pytest.mark.usefixtures("_ocr")
@pytest.mark.parametrize("degrees", [0, 90, pytest.param(180, marks=SLOW), pytest.param(270, marks=SLOW)])
def test_a_page_is_read_however_it_lies(degrees: int, sample: Image.Image) -> None:
    document = read(packed(sample.rotate(degrees, expand=True), "PNG"))
    assert (lines(document), tables(document)) == ([TITLE], [list(ROWS)])


@pytest.mark.usefixtures("_ocr")
def test_places_name_page_table_row_column_and_box(sample: Image.Image) -> None:
    (grid,) = read(packed(sample, "PNG")).grids()
    (cell,) = (cell for cell in grid.cells if cell.text == "3086")
    assert (cell.place or "").startswith("page=1;table=1;row=3;column=3;box=7")


@pytest.mark.usefixtures("_ocr")
@pytest.mark.parametrize(
    "kind",
    [
        *("bilevel", "transparent"),
        *(
            pytest.param(kind, marks=SLOW)
            for kind in ("GIF", "16 bits", "BMP", "WEBP", "TIFF", "JPEG", "palette", "CMYK", "float")
        ),
    ],
)
def test_every_kind_of_picture_is_read(kind: str, sample: Image.Image) -> None:
    clear = Image.new("RGBA", sample.size, (0, 0, 0, 0))
    clear.putalpha(Image.eval(sample, lambda value: 255 - value))
    content = {
        "bilevel": lambda: packed(sample.convert("1"), "PNG"),
        "transparent": lambda: packed(clear, "PNG"),
        "palette": lambda: packed(clear.convert("P", palette=Image.Palette.ADAPTIVE), "PNG", transparency=0),
        "CMYK": lambda: packed(sample.convert("RGB").convert("CMYK"), "JPEG", quality=90),
        "16 bits": lambda: packed(Image.fromarray(np.asarray(sample, np.uint16) * 257), "PNG"),
        "float": lambda: packed(Image.fromarray(np.asarray(sample, np.float32)), "TIFF"),
    }.get(kind, lambda: packed(sample, kind))()
    assert tables(read(content)) == [list(ROWS)]


@pytest.mark.usefixtures("_ocr")
def test_a_page_without_rules_is_lines() -> None:
    require_office()
    page = Image.fromarray(paper(700, 1200))
    for at, line in enumerate(LINES):
        ImageDraw.Draw(page).text((150, 150 + 60 * at), line, font=_font(30), fill=0)
    document = read(packed(page, "PNG"))
    assert (lines(document), tables(document)) == (list(LINES), [])


@pytest.mark.usefixtures("_ocr")
def test_pages_of_a_tiff_are_one_document(sample: Image.Image) -> None:
    second = _sample((("项目", "数"), ("行政处罚", "19")))
    document = read(packed(sample, "TIFF", save_all=True, append_images=[second]), "a.tiff")
    pages = [next(cell.place.partition(";")[0] for cell in grid.cells if cell.place) for grid in document.grids()]
    assert pages == ["page=1", "page=2"]
    assert tables(document)[1] == [("项目", "数", ""), ("行政处罚", "19", "")]


@pytest.mark.usefixtures("_ocr")
def test_a_blank_page_is_empty() -> None:
    with pytest.raises(ReadError) as caught:
        read(packed(Image.new("L", (900, 900), 255), "PNG"))
    assert caught.value.status is ReadStatus.EMPTY


# --- files that cannot be read --------------------------------------------------------------------


def png_of_size(wide: int, high: int) -> bytes:
    """A PNG that says it is so large."""
    out = b"\x89PNG\r\n\x1a\n"
    for name, body in (
        (b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(100))),
        (b"IEND", b""),
    ):
        out += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return out


def status_of(content: bytes) -> tuple[ReadStatus, str]:
    with pytest.raises(ReadError) as caught:
        read(content)
    return caught.value.status, caught.value.reason


@pytest.mark.usefixtures("_no_ocr")
def test_without_the_extra_a_picture_must_be_recognised_and_what_to_install_is_said() -> None:
    status, reason = status_of(packed(Image.fromarray(drawn()), "PNG"))
    assert (status, "gongkai[ocr]" in reason, "rapidocr" in reason) == (ReadStatus.NEEDS_OCR, True, True)
    (unread,) = parse_all(Source(TIFF.read_bytes(), "input.tiff"))
    assert str(unread.status) == "needs_ocr"


@pytest.mark.parametrize("fixture", ["_ocr", "_no_ocr"])
def test_too_many_pixels_and_damage_are_so_on_every_machine(fixture: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(fixture)
    assert status_of(png_of_size(20_000, 20_000))[0] is ReadStatus.LIMIT
    assert status_of(png_of_size(10_001, 10_000))[0] is ReadStatus.LIMIT
    assert status_of(packed(Image.fromarray(drawn()), "PNG")[:500])[0] is ReadStatus.FAILED
    assert status_of(b"\x89PNG\r\n\x1a\n" + bytes(80))[0] is ReadStatus.FAILED


@pytest.mark.usefixtures("_no_ocr")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_damage_has_a_status(kind: str) -> None:
    content, chance = packed(Image.fromarray(drawn()[:300, :400]), kind), Random(kind)
    assert all(is_answer(spoiled(content, chance), f"a.{kind}") for _ in range(80))


# --- scanned PDF ----------------------------------------------------------------------------------


def pdf_of(page: Image.Image, hidden: str) -> bytes:
    """A PDF whose page is a picture with a text laid over it that is not shown, as scanners do."""
    document = pypdfium2.PdfDocument.new()
    wide, high = page.width * 0.48, page.height * 0.48
    sheet = document.new_page(wide, high)
    bitmap = pypdfium2.PdfBitmap.from_pil(page.convert("RGB"))
    image = pypdfium2.PdfImage.new(document)
    image.set_bitmap(bitmap)
    image.set_matrix(pypdfium2.PdfMatrix().scale(wide, high))
    sheet.insert_obj(image)
    for at in range(40):
        text = pdfium.FPDFPageObj_NewTextObj(document.raw, b"Helvetica", 10.0)
        codes = f"{hidden}\0".encode("utf-16-le")
        pdfium.FPDFText_SetText(text, (pdfium.FPDF_WCHAR * (len(codes) // 2)).from_buffer_copy(codes))
        pdfium.FPDFTextObj_SetTextRenderMode(text, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
        pdfium.FPDFPageObj_Transform(text, 1, 0, 0, 1, 80.0, 20.0 + 7 * at)
        pdfium.FPDFPage_InsertObject(sheet.raw, text)
    sheet.gen_content()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


@pytest.mark.usefixtures("_ocr")
def test_text_laid_invisibly_over_a_scan_is_not_taken(sample: Image.Image) -> None:
    content = pdf_of(sample, "99999")
    seen = pypdfium2.PdfDocument(content)
    assert "99999" in seen[0].get_textpage().get_text_bounded()
    seen.close()
    document = read(content, "a.pdf")
    assert (lines(document), tables(document)) == ([TITLE], [list(ROWS)])


@pytest.mark.usefixtures("_no_ocr")
def test_a_scanned_pdf_must_be_recognised(sample: Image.Image) -> None:
    with pytest.raises(ReadError) as caught:
        read(pdf_of(sample, "99999"), "a.pdf")
    assert (caught.value.status, "gongkai[ocr]" in caught.value.reason) == (ReadStatus.NEEDS_OCR, True)


def scanned(pdf: bytes, dpi: int, seed: int) -> bytes:
    """The pages printed, laid askew by 0.6 degrees, with noise, as JPEG in a PDF."""
    chance = np.random.default_rng(seed)
    pages = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        image = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        image = image.rotate(0.6 if seed % 2 else -0.6, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        noisy = np.asarray(image, np.float32) + chance.normal(0, 12, (image.height, image.width))
        pages.append(Image.open(io.BytesIO(packed(Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), "JPEG", quality=60))))
    document.close()
    return packed(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=dpi)


@pytest.mark.slow
@pytest.mark.usefixtures("_ocr")
def test_scans_are_read_and_never_silently_wrong(tmp_path: Path) -> None:
    require_office()
    made = renderings(range(4))
    pdfs = convert([(item.name, item.data) for item in made], "pdf", tmp_path)
    outcomes: Counter[str] = Counter()
    wrong = []
    for seed, (rendering, pdf) in enumerate(zip(made, pdfs, strict=True)):
        (report,) = parse_all(Source(scanned(pdf, (150, 200)[seed // 2], seed), "scan.pdf"))
        judged = list(judge(rendering, getattr(report, "facts", ())))
        outcomes.update(str(item.outcome) for item in judged)
        wrong += [item for item in judged if item.outcome.wrong]
    assert wrong == []
    assert outcomes["right"] + outcomes["reconstructed"] >= 0.995 * outcomes.total(), outcomes
