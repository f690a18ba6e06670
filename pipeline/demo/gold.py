"""
Gold: what a person wrote down of a real document, as a rendering, so that one judge serves replicas and real pages.

A gold file maps addresses to printed texts; null is a blank cell, `MISSING` a cell that the document does not have,
`UNKNOWN` one that nobody can know from it. Cells that it does not name are not in the document either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.demo.layouts.model import Rendering

__all__ = ["Gold", "gold_documents", "gold_fragments"]

_NO_FIGURE = ("MISSING", "UNKNOWN")


class Gold(NamedTuple):
    """A real document with its figures, in the words of a rendering, and the year and form that it has."""

    name: str
    rendering: Rendering
    year: int | None
    form: str | None


def gold_documents(corpus: Path) -> Iterator[Gold]:
    """Every whole document of the corpus that has a gold file."""
    for path in sorted(corpus.glob("*_*.*")):
        gold = corpus / "gold" / f"{path.stem}.json"
        if gold.is_file():
            yield _gold(json.loads(gold.read_text("utf-8")), path.read_bytes(), path.name)


def gold_fragments(corpus: Path) -> Iterator[Gold]:
    """Every piece of a report in `fragments.jsonl`, each as a text file by its line number."""
    for number, line in enumerate((corpus / "fragments.jsonl").read_text("utf-8").splitlines(), 1):
        gold = corpus / "gold" / f"fragment_{number:02}.json"
        yield _gold(json.loads(gold.read_text("utf-8")), json.loads(line)["text"].encode(), f"fragment_{number:02}.txt")


def _gold(known: Mapping[str, Any], content: bytes, name: str) -> Gold:
    """Under `undecidable_from_text` the figure is right and open is right; figures `outside_form` belong to the document."""
    texts: Mapping[str, str | None] = known["facts"]
    undecidable = set(known.get("undecidable_from_text") or ())
    outside: Mapping[str, str] = known.get("outside_form") or {}
    printed = {address: _printed(text) for address, text in (*outside.items(), *texts.items())}
    kept = frozenset(address for address, text in texts.items() if text not in _NO_FIGURE and address not in undecidable)
    return Gold(name, Rendering(content, name, printed, kept), known["year"], known["form"])


def _printed(text: str | None) -> str | None:
    return "" if text is None else None if text in _NO_FIGURE else text
