"""Skipping what LibreOffice and the CJK fonts are needed for, where they are absent."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

import pytest

from pipeline.demo.office import FONTS, convert, renderings, restyled

__all__ = ["FONTS", "convert", "renderings", "require_office", "restyled"]


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
