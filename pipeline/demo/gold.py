"""
Gold: what a person wrote down of a real document, as a rendering, so that one judge serves replicas and real pages.

A gold file maps addresses to printed texts; null is a blank cell, `MISSING` a cell that the document does not have,
`UNKNOWN` one that nobody can know from it. Cells that it does not name are not in the document either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

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


def _gold(known: Mapping[str, object], content: bytes, name: str) -> Gold:
    texts: dict[str, str | None] = known["facts"]  # type: ignore[assignment]
    undecidable: Mapping[str, str] | list[str] = known.get("undecidable_from_text") or {}  # type: ignore[assignment]
    printed: dict[str, str | None] = {address: _printed(text) for address, text in texts.items()}
    if isinstance(undecidable, Mapping):  # the figure is known from elsewhere: open is right, another figure is not
        printed |= {address: text for address, text in undecidable.items() if printed.get(address) is None}
    kept = frozenset(
        address for address, text in texts.items() if text not in _NO_FIGURE and address not in undecidable
    )
    return Gold(name, Rendering(content, name, printed, kept), known["year"], known["form"])  # type: ignore[arg-type]


def _printed(text: str | None) -> str | None:
    return "" if text is None else None if text in _NO_FIGURE else text
