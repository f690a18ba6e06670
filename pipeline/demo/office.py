"""Word reports in two fonts and two page shapes, with page numbers and turned labels, and what LibreOffice makes of them."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import layout_named
from pipeline.demo.layouts.model import Rendering

__all__ = ["FONTS", "convert", "renderings", "restyled", "with_page_numbers", "with_turned_labels"]

FONTS = ("Noto Sans CJK SC", "Noto Serif CJK SC")

_LIMIT_S = 240


def renderings(seeds: Sequence[int]) -> list[Rendering]:
    """A DOCX rendering of a random report a seed, with merged cells, in turn in each font and page shape."""
    made = []
    for seed in seeds:
        sheets, layouts = Random(seed), Random(seed)  # noqa: S311 - no secret
        sheet = random_sheet(sheets, form=("2021", "2019")[seed % 2], filling=("full", "half")[seed // 4 % 2])
        rendering = layout_named("docx.clean").render(sheet, layouts)
        styled = restyled(rendering.data, FONTS[seed % 2], landscape=seed % 4 >= 2)
        made.append(Rendering(styled, f"report-{seed}.docx", rendering.printed, rendering.kept))
    return made


def restyled(document: bytes, font: str, *, landscape: bool, points: float = 10.5) -> bytes:
    """The DOCX in a font and page shape, tables with all their lines."""
    word = Document(io.BytesIO(document))
    style = word.styles["Normal"]
    style.font.name, style.font.size = font, Pt(points)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    for table in word.tables:
        table.style = "Table Grid"
    for section in word.sections:
        if landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = section.page_height, section.page_width
    return _saved(word)


def with_page_numbers(document: bytes) -> bytes:
    """The DOCX with a number below each page and a line above it."""
    word = Document(io.BytesIO(document))
    for section in word.sections:
        section.header.paragraphs[0].text = "政府信息公开工作年度报告"
        line = section.footer.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for text in ("- ", "PAGE", " -"):
            run = line.add_run("" if text == "PAGE" else text)
            if text == "PAGE":
                field = OxmlElement("w:fldSimple")
                field.set(qn("w:instr"), text)
                run.element.addnext(field)
    return _saved(word)


def with_turned_labels(document: bytes, direction: str) -> bytes:
    """The DOCX with the labels that span rows written downwards (`tbRlV`) or turned (`btLr`, `tbRl`)."""
    word = Document(io.BytesIO(document))
    for cell in word.element.body.iter(qn("w:tc")):
        merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        if merge is not None and merge.get(qn("w:val")) == "restart":
            turned = OxmlElement("w:textDirection")
            turned.set(qn("w:val"), direction)
            cell.get_or_add_tcPr().append(turned)
    return _saved(word)


def convert(files: Sequence[tuple[str, bytes]], kind: str, folder: Path) -> list[bytes]:
    """
    The named files as LibreOffice converts them to a kind (`pdf`, `doc`, `rtf`, `odt`), in one call and in their order.

    Raises subprocess.SubprocessError or FileNotFoundError when it cannot.
    """
    for name, content in files:
        (folder / name).write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", kind, "--outdir", str(folder / "out")]
    subprocess.run(  # noqa: S603 - a list of our own words and file names
        [*command, *(str(folder / name) for name, _ in files)], check=True, capture_output=True, timeout=_LIMIT_S,
    )  # fmt: skip
    suffix = kind.partition(":")[0]
    return [(folder / "out" / f"{Path(name).stem}.{suffix}").read_bytes() for name, _ in files]


def _saved(word: Word) -> bytes:
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()
