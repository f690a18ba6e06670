"""
Accuracy and speed by file format, as JSON lines on stdout.

    python bench/formats.py [--reports N] [--scans N] [--only TEXT] [--corpus FOLDER]

One section a line of the table in issue 10: the published PDF; PDFs of our own Word files in two fonts and two page shapes,
plain, with page numbers and turned labels, printed on their side; the same printed at 150 and 200 dpi, turned by 0.6
degrees, with noise, as JPEG, against rapidocr over the whole page in the same run; what LibreOffice writes as DOC, RTF and
ODT (so these are LibreOffice's files, not Word's), and the DOC renamed .wps; spreadsheets; OFD. Times are medians of
warm readings in milliseconds.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import pypdfium2
from PIL import Image

from parsers import Report, Source, parse, parse_all
from pipeline.audit import audit_report
from pipeline.demo.gold import gold_documents
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts.model import Rendering
from pipeline.demo.office import convert, renderings, with_page_numbers, with_turned_labels

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
PRINTS: dict[str, Callable[[bytes], bytes]] = {
    "pdf": lambda word: word,
    "pdf.page_numbers": with_page_numbers,
    "pdf.labels_upright": lambda word: with_turned_labels(word, "tbRlV"),
    "pdf.labels_turned": lambda word: with_turned_labels(word, "btLr"),
}
READ = (Outcome.RIGHT, Outcome.RECONSTRUCTED)


def score(pairs: Iterable[tuple[Rendering, bytes]], name: str) -> dict[str, object]:
    """The shares of cells, and the median time of a document."""
    counts: Counter[Outcome] = Counter()
    times: list[float] = []
    for rendering, content in pairs:
        source = Source(content, name)
        start = time.perf_counter()
        results = list(parse_all(source))
        times.append(time.perf_counter() - start)
        facts = [fact for result in results if isinstance(result, Report) for fact in result.facts]
        counts.update(item.outcome for item in judge(rendering, facts))
    cells = sum(counts.values())
    return {
        "documents": len(times),
        "cells": cells,
        "right": sum(counts[outcome] for outcome in READ) / max(1, cells),
        "silently_wrong": sum(number for outcome, number in counts.items() if outcome.wrong),
        "ms_a_document": round(median(times) * 1e3, 1),
    }


def say(section: str, **measured: object) -> None:
    """One JSON line."""
    print(json.dumps({"section": section, **measured}, ensure_ascii=False), flush=True)


def published(corpus: Path) -> None:
    """The published PDF of the corpus."""
    for gold in gold_documents(corpus):
        if gold.name != "hongze_2023.pdf":
            continue
        report = parse(Source(gold.rendering.data, gold.name))
        times = []
        for _ in range(20):
            start = time.perf_counter()
            parse(Source(gold.rendering.data, gold.name))
            times.append(time.perf_counter() - start)
        found = [item for item in audit_report(report).findings if item.code.startswith("review")]
        say(
            "hongze_2023.pdf",
            **score([(gold.rendering, gold.rendering.data)], gold.name) | {"ms_a_document": round(median(times) * 1e3, 1)},
            forms=dict(report.forms),
            findings=[f"{item.code}: {item.message_en}" for item in found],
        )


def printed(words: Sequence[Rendering], prints: Callable[[bytes], bytes]) -> list[tuple[Rendering, bytes]]:
    """The renderings with the PDF that LibreOffice prints of each."""
    with tempfile.TemporaryDirectory() as folder:
        files = [(word.name, prints(word.data)) for word in words]
        return list(zip(words, convert(files, "pdf", Path(folder)), strict=True))


def pages_of(content: bytes) -> int:
    """The number of pages of a PDF."""
    document = pypdfium2.PdfDocument(content)
    try:
        return len(document)
    finally:
        document.close()


def on_its_side(content: bytes) -> bytes:
    """The PDF with every page turned."""
    document, out = pypdfium2.PdfDocument(content), io.BytesIO()
    for number in range(len(document)):
        document[number].set_rotation(90)
    document.save(out)
    return out.getvalue()


def scanned(content: bytes, dpi: int, seed: int) -> Iterator[Image.Image]:
    """The pages as a scanner gives them: turned by 0.6 degrees, with noise, through JPEG."""
    noise = np.random.default_rng(seed)
    for page in pypdfium2.PdfDocument(content):
        image = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        image = image.rotate(0.6 if seed % 2 else -0.6, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        spoiled = np.asarray(image, np.float32) + noise.normal(0, 12, (image.height, image.width))
        packed = io.BytesIO()
        Image.fromarray(spoiled.clip(0, 255).astype(np.uint8)).save(packed, "JPEG", quality=60)
        yield Image.open(packed)


def as_pdf(pages: Sequence[Image.Image], dpi: int) -> bytes:
    """The pictures as a PDF of pictures."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=list(pages[1:]), resolution=dpi)
    return out.getvalue()


def scans(pairs: Sequence[tuple[Rendering, bytes]], dpi: int) -> None:
    """Scans of printed reports, beside rapidocr over whole pages."""
    from rapidocr import RapidOCR

    whole = RapidOCR(
        params={
            "Global.log_level": "critical",
            **{f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")},
        }
    )
    images = [list(scanned(content, dpi, seed)) for seed, (_, content) in enumerate(pairs)]
    made = [(rendering, as_pdf(pages, dpi)) for (rendering, _), pages in zip(pairs, images, strict=True)]
    parse_all(Source(made[0][1], "warm.pdf")).__next__()
    start = time.perf_counter()
    measured = score(made, "scan.pdf")
    ours = time.perf_counter() - start
    start = time.perf_counter()
    for pages in images:
        for page in pages:
            whole(np.asarray(page.convert("RGB")))
    theirs = time.perf_counter() - start
    pages = sum(map(len, images))
    say(
        f"scan.{dpi}dpi",
        **measured,
        s_a_page=round(ours / pages, 2),
        rapidocr_s_a_page=round(theirs / pages, 2),
        ratio=round(ours / theirs, 2),
    )


def written(words: Sequence[Rendering]) -> None:
    """DOC, RTF and ODT as LibreOffice writes them, read through LibreOffice."""
    for kind in ("doc", "rtf", "odt"):
        with tempfile.TemporaryDirectory() as folder:
            files = convert([(word.name, word.data) for word in words], kind, Path(folder))
        pairs = list(zip(words, files, strict=True))
        score(pairs[:1], f"warm.{kind}")
        say(kind, **score(pairs, f"report.{kind}"))
        if kind == "doc":
            say("wps", **score(pairs, "report.wps"))


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--reports", type=int, default=8)
    parser.add_argument("--scans", type=int, default=4)
    parser.add_argument("--only", default="", help="sections whose name holds this text")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    asked = parser.parse_args()
    if asked.corpus.is_dir() and asked.only in "hongze_2023.pdf":
        published(asked.corpus)
    words = renderings(range(asked.reports))
    pairs = []
    for name, prints in PRINTS.items():
        if asked.only in name or (name == "pdf" and "scan" in asked.only):
            made = printed(words, prints)
            pairs = pairs or made
            pages = sum(pages_of(content) for _, content in made)
            measured = score(made, "report.pdf")
            milliseconds = float(str(measured["ms_a_document"])) * len(made) / pages
            say(name, **measured, pages=pages, ms_a_page=round(milliseconds, 1))
    if pairs and asked.only in "pdf.on_its_side":
        say("pdf.on_its_side", **score([(word, on_its_side(content)) for word, content in pairs], "report.pdf"))
    for dpi in (150, 200):
        if pairs and asked.only in f"scan.{dpi}dpi":
            scans(pairs[: asked.scans], dpi)
    if any(asked.only in kind for kind in ("doc", "rtf", "odt", "wps")):
        written(words)


if __name__ == "__main__":
    sys.exit(main())
