"""LibreOffice for tests: DOCX files of random reports in two fonts and two page shapes, converted in one call."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Pt

from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import layout_named
from pipeline.demo.layouts.model import Rendering

__all__ = ["FONTS", "convert", "renderings", "require_office", "restyled"]

FONTS = ("Noto Sans CJK SC", "Noto Serif CJK SC")


def require_office() -> None:
    """Skip where LibreOffice or the fonts are absent; fail on CI."""
    absent = _absent()
    if absent and os.environ.get("CI"):
        pytest.fail(f"CI must have {absent}: see .ci/run")
    if absent:
        pytest.skip(f"{absent} is not installed")


@cache
def _absent() -> str:
    if shutil.which("soffice") is None:
        return "LibreOffice"
    if shutil.which("fc-list") is None:
        return "fontconfig"
    listed = subprocess.run(["fc-list"], capture_output=True, check=True, text=True).stdout
    return next((font for font in FONTS if font not in listed), "")


def renderings(seeds: Sequence[int]) -> list[Rendering]:
    """A DOCX rendering of a random report a seed, with merged cells, in turn in each font and page shape."""
    made = []
    for seed in seeds:
        sheet = random_sheet(Random(seed), form=("2021", "2019")[seed % 2])
        rendering = layout_named("docx.clean").render(sheet, Random(seed))
        font, landscape = FONTS[seed % 2], seed % 4 >= 2
        made.append(
            Rendering(
                restyled(rendering.data, font, landscape=landscape), f"report-{seed}.docx", rendering.printed, rendering.kept
            )
        )
    return made


def restyled(document: bytes, font: str, *, landscape: bool, points: float = 10.5) -> bytes:
    """The DOCX in a font and page shape."""
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
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def convert(files: Sequence[tuple[str, bytes]], kind: str, folder: Path) -> list[bytes]:
    """The files converted by LibreOffice to a kind (`pdf`, `doc`, `rtf`, `odt`), in their order."""
    for name, content in files:
        (folder / name).write_bytes(content)
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to",
        kind,
        "--outdir",
    ]
    command += [str(folder / "out"), *(str(folder / name) for name, _ in files)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    suffix = kind.partition(":")[0]
    return [(folder / "out" / f"{Path(name).stem}.{suffix}").read_bytes() for name, _ in files]
