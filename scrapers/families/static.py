"""The generic adapter (`cms_families` 3.10, 4.2): any list of plain links; its dialects of addresses stand in `static.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Set
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from scrapers.families._lists import frames, is_report, page_of
from scrapers.families._pager import Reading, read_page
from scrapers.families._scripted import Guess
from scrapers.family import Answer, Claim, Listing, Request

__all__ = ["NAME", "ORDER", "Dialect", "claims", "dialects", "read", "start"]

NAME = "static"
ORDER = 900


class Dialect(NamedTuple):
    """
    How a system writes the addresses of articles and lists; a group `column` in both tells to which list an article belongs.

    `pager` is the address of page n, of the parts of the list's address; `doubt` says which rule is not established.
    """

    name: str
    section: str
    article: re.Pattern[str]
    list: re.Pattern[str] | None
    pager: str
    base: str
    doubt: str


@cache
def dialects() -> tuple[Dialect, ...]:
    """The dialects of `static.toml`, in its order."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["dialect"]
    return tuple(
        Dialect(
            row["name"],
            row["section"],
            re.compile(row["article"]),
            re.compile(row["list"]) if "list" in row else None,
            row.get("pager", ""),
            row.get("base", ""),
            row.get("doubt", ""),
        )
        for row in rows
    )


def claims(page: Answer) -> Claim | None:
    """A claim on any page with links, frames or a report in it (fingerprint 13); the dialect of its own address goes with it."""
    if page.status != 200 or "<" not in page.text:
        return None
    tree = page_of(page.text, page.url)
    if not (tree.links or frames(tree) or is_report(tree)):
        return None
    dialect = _dialect_of(page.url)
    return Claim(NAME, page.url, {"dialect": dialect.name} if dialect else {})


def start(claim: Claim) -> Request:
    """The list page itself."""
    return Request(claim.list_url)


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The entries of a page; the pager is found on it, or tried as the dialect has it, and verified as `_pager` does."""
    dialect = _dialect_of(claim.list_url)
    if dialect is None or dialect.list is None:
        return read_page(claim, answer, seen, Reading(_is_article))
    found = dialect.list.search(urlsplit(claim.list_url).path)
    column = found.groupdict().get("column") if found else None
    article = dialect.article

    def is_own(url: str) -> bool:
        match = article.search(urlsplit(url).path)
        return match is not None and column is not None and match.groupdict().get("column") == column

    return read_page(claim, answer, seen, Reading(_is_article, is_own, _guesses(claim.list_url, dialect), dialect.doubt))


def _guesses(list_url: str, dialect: Dialect) -> tuple[Guess, ...]:
    if not dialect.pager:
        return ()
    parts = urlsplit(list_url)
    folder, _, file = parts.path.rpartition("/")
    stem, _, extension = file.rpartition(".")
    address = f"{parts.scheme}://{parts.netloc}{folder}/"
    pattern = dialect.pager.format(folder=address, stem=stem or "index", extension=extension or "html", n="{n}")
    return tuple(Guess(pattern, base) for base in dict.fromkeys((dialect.base, "0", "1")))


def _is_article(url: str) -> bool:
    path = urlsplit(url).path
    return any(dialect.article.search(path) for dialect in dialects())


def _dialect_of(list_url: str) -> Dialect | None:
    path = urlsplit(list_url).path
    return next((dialect for dialect in dialects() if dialect.list and dialect.list.search(path)), None)
