"""
Speed beside the peers in one run: bytes to facts against bare parsing, pandas, bs4 and selectolax.

    python bench/speed.py [--rounds N] [--seed S] [--peers PYTHON]

Every round prints other figures and other prose, so that no bytes are read twice. Facts are checked against the sheet: those
of a few documents before the clock starts, which warms the parser too, and those that the clock saw after it has stopped.
PYTHON is an interpreter in whose environment peers are installed (this one by default; a peer that is not there is left
out). Prints one JSON line a subject and a table on stderr. Times are medians in milliseconds; only the ratio, the median of
those of each document, means anything on another machine.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from operator import truediv
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html

import parsers
from pipeline.demo.figures import random_sheet
from pipeline.demo.frames import FRAMES, framed
from pipeline.demo.judge import judge
from pipeline.demo.layouts import DAMAGES, WRITERS, Layout, Rendering, layout_named

PAGE_BYTES = 130_000
WARM_UP = 4
WORD = next(writer for writer in WRITERS if writer.name == "html.word")

_PEERS = """
import io, json, sys, time, statistics
from pathlib import Path
peers = {}
try:
    import pandas, lxml
    peers["pandas.read_html"] = lambda data: pandas.read_html(io.BytesIO(data), flavor="lxml", encoding="utf-8")
except ImportError: pass
try:
    from bs4 import BeautifulSoup
    peers["bs4 + lxml"] = lambda data: [[c.get_text() for c in r.find_all(["td", "th"])] for r in BeautifulSoup(data, "lxml").find_all("tr")]
except ImportError: pass
try:
    from selectolax.lexbor import LexborHTMLParser
    peers["selectolax"] = lambda data: [[c.text() for c in r.css("td,th")] for r in LexborHTMLParser(data).css("tr")]
except ImportError: pass
pages = [path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.html"))]
for name, read in peers.items():
    spent = []
    for page in pages:
        started = time.perf_counter()
        read(page)
        spent.append(1000 * (time.perf_counter() - started))
    print(json.dumps({"peer": name, "ms": statistics.median(spent[2:])}))
"""


def damaged(name: str) -> Layout:
    """A Word page with one damage."""
    return Layout(f"word.{name}", "html", WORD, tuple(damage for damage in DAMAGES if damage.name == name))


FRAMED = {f"word, page of {family}": family for family in FRAMES}
"""Word pages with all that stands around an article on the pages of a family."""

SUBJECTS: dict[str, tuple[Layout, str, float]] = {
    "word": (layout_named("html.word"), "html", 2),
    "padded": (layout_named("html.clean"), "html", 2),
    **{name: (layout_named("html.word"), "html", 2) for name in FRAMED},
    "word, spans gone": (damaged("spans_gone"), "html", 6),
    "word, cut": (damaged("cut"), "html", 6),
    "word, stray cells": (damaged("stray_cells"), "html", 6),
    "word, rows stacked": (damaged("rows_stacked"), "html", 6),
    "word, cell lost": (damaged("cell_lost"), "html", 6),
    "docx": (layout_named("docx.clean"), "docx", 3),
}


def padded(page: bytes) -> bytes:
    """A clean page that markup makes as large as one pasted from Word."""
    filler = b'<span style="font-size:10.5pt;mso-bidi-font-family:Arial"></span>'
    times = max(1, (PAGE_BYTES - len(page)) // (len(filler) * max(1, page.count(b"<td"))))
    return re.sub(rb"<td[^>]*>", lambda tag: tag[0] + filler * times, page)


def in_page_of(family: str, page: bytes) -> bytes:
    """The article of a page in a page of a family."""
    text = page.decode()
    title = text[text.index("<title>") + 7 : text.index("</title>")]
    article = text[text.index("<h1>") : text.rindex("</div>", 0, text.index('<div class="foot">'))]
    return framed(family, article, title=title, unit="禾川县人民政府")


def renderings(layout: Layout, name: str, rounds: int, seed: int) -> Iterator[Rendering]:
    """Documents with other figures each."""
    for number in range(rounds):
        chance = random.Random(f"{seed}.{name}.{number}")
        sheet = random_sheet(chance, form="2021", scale=(20, 200, 600, 3000)[number % 4], filling="full")
        rendering = layout.render(sheet, chance)
        if name == "padded":
            rendering = replace(rendering, data=padded(rendering.data))
        if name in FRAMED:
            rendering = replace(rendering, data=in_page_of(FRAMED[name], rendering.data))
        yield rendering


def check(name: str, rendering: Rendering, facts: Sequence[parsers.Fact]) -> None:
    """Say on stderr which cells are not the sheet's."""
    wrong = [item for item in judge(rendering, facts) if item.outcome.wrong or (item.kept and item.outcome == "open")]
    if wrong:
        print(f"{name}: {len(wrong)} cells are not the sheet's, first {wrong[0].address}", file=sys.stderr)


def clock(read: Callable[[], object]) -> float:
    started = time.perf_counter()
    read()
    return 1000 * (time.perf_counter() - started)


def bare_html(data: bytes) -> object:
    return lxml_html.fromstring(data)


def bare_docx(data: bytes) -> object:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def measure(name: str, layout: Layout, kind: str, target: float, *, rounds: int, seed: int, peers: str) -> dict[str, object]:
    for rendering in renderings(layout, name, WARM_UP, seed + 1):
        check(name, rendering, parsers.parse(parsers.Source(rendering.data, rendering.name)).facts)
    timed = list(renderings(layout, name, rounds, seed))
    bare = bare_html if kind == "html" else bare_docx
    own: list[float] = []
    base: list[float] = []
    reports: list[parsers.Report] = []
    gc.collect()
    for number, rendering in enumerate(timed):  # side by side, so that both meet the same weather; a parse first half the time
        source = parsers.Source(rendering.data, rendering.name)
        own_first = number % 2
        if not own_first:
            base.append(clock(lambda rendering=rendering: bare(rendering.data)))
        own.append(clock(lambda source=source: reports.append(parsers.parse(source))))
        if own_first:
            base.append(clock(lambda rendering=rendering: bare(rendering.data)))
    for rendering, report in zip(timed, reports, strict=True):
        check(name, rendering, report.facts)
    row: dict[str, object] = {
        "subject": name, "bytes": len(timed[0].data), "parse_ms": statistics.median(own),
        "bare_ms": statistics.median(base), "ratio": statistics.median(map(truediv, own, base)), "target": target,
    }  # fmt: skip
    if kind == "html":
        with tempfile.TemporaryDirectory() as folder:
            for number, rendering in enumerate(timed):
                (Path(folder) / f"{number:04}.html").write_bytes(rendering.data)
            asked = subprocess.run([peers, "-c", _PEERS, folder], capture_output=True, text=True, check=True)
        row["peers"] = {item["peer"]: item["ms"] for item in map(json.loads, asked.stdout.splitlines())}
    return row


def hardest(rounds: int, seed: int) -> dict[str, object]:
    """The slowest report whose digits run together."""
    spent = []
    for number in range(rounds):
        chance = random.Random(f"{seed}.glued.{number}")
        rendering = layout_named("loss.glued").render(random_sheet(chance, form="2021", scale=3000, filling="full"), chance)
        spent.append(clock(lambda rendering=rendering: parsers.parse(parsers.Source(rendering.data, rendering.name))))
    return {"subject": "glued, slowest of all", "parse_ms": max(spent), "target_ms": 500}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=24)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--peers", default=sys.executable)
    chosen = arguments.parse_args()
    rows = []
    for name, (layout, kind, target) in SUBJECTS.items():
        rows.append(measure(name, layout, kind, target, rounds=chosen.rounds, seed=chosen.seed, peers=chosen.peers))
        print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    rows.append(hardest(chosen.rounds, chosen.seed))
    print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    print(
        f"{'subject':24} {'kB':>5} {'bare ms':>8} {'parse ms':>9} {'ratio':>6} {'target':>6}  of the peers' time", file=sys.stderr
    )
    for row in rows:
        if "ratio" not in row:
            print(f"{row['subject']:24} {'':>5} {'':>8} {row['parse_ms']:9.1f} (at most {row['target_ms']})", file=sys.stderr)
            continue
        shares = ", ".join(f"{peer} {row['parse_ms'] / ms:.2f}" for peer, ms in row.get("peers", {}).items())
        print(
            f"{row['subject']:24} {row['bytes'] / 1000:5.0f} {row['bare_ms']:8.2f} {row['parse_ms']:9.2f} "
            f"{row['ratio']:6.2f} {row['target']:6}  {shares}",
            file=sys.stderr,
        )  # fmt: skip


if __name__ == "__main__":
    main()
