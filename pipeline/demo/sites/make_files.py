"""
Makes the attachments of the replica sites anew, each the report that its page announces.

    python -m pipeline.demo.sites.make_files

The PDF needs LibreOffice, whose files are not the same from one release to another; what is read from them is.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.demo.office import FONTS, convert, restyled
from pipeline.demo.sites.replicas import PLANS
from pipeline.demo.sites.reports import Paper, in_layout, papers
from pipeline.demo.sites.shelf import FILES, file_name, quirks

__all__ = ["MOST_BYTES", "attached", "main"]

MOST_BYTES = 200_000


def attached() -> Iterator[tuple[Paper, str]]:
    """The reports of the default sites that are in files, and the kind of each file."""
    for plan in PLANS:
        odd = quirks(plan)
        for paper in papers(plan):
            quirk = odd.get((paper.body.unit, paper.year), "")
            if quirk.startswith("file:"):
                yield paper, quirk.removeprefix("file:").replace("script", "docx")


def main() -> None:
    """Write the files and delete those that no page leads to any more."""
    FILES.mkdir(exist_ok=True)
    for old in FILES.iterdir():
        old.unlink()
    for paper, kind in attached():
        content = in_layout(paper, "docx.clean").data
        if kind != "docx":
            word = restyled(content, FONTS[0], landscape=False)
            with tempfile.TemporaryDirectory() as folder:
                (content,) = convert([("report.docx", word)], kind, Path(folder))
        if len(content) > MOST_BYTES:
            sys.exit(f"{file_name(paper, kind)} has {len(content):,} bytes, more than {MOST_BYTES:,}")
        (FILES / file_name(paper, kind)).write_bytes(content)


if __name__ == "__main__":
    main()
