"""The page that a reply of a site's interface carries as a string: JSON, or JSON in the call of a function."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, NamedTuple

__all__ = ["Carried", "carried_page"]

_OPENS = re.compile(r"\s*(?:[A-Za-z_$][\w$.]*\s*\(\s*)?(?=[{\[]\s*[\"{\[])")
_TABLE = re.compile(r"<table\b|<p\b|<div\b", re.IGNORECASE)
_DEEPEST = 20


class Carried(NamedTuple):
    """A page as HTML, and the title that stands beside it; empty where there is none."""

    page: str
    title: str


def carried_page(text: str) -> Carried | None:
    """
    The longest page among the strings of a reply, or all with tables below each other, each under its title; None for a text
    that is no reply, or one without a page.

    >>> carried_page('show({"data": {"title": "年报", "content": "\\\\u003cp>规章</p>"}});')
    Carried(page='<p>规章</p>', title='年报')
    >>> carried_page('[["规章", 0], ["其他", 1]]'), carried_page("{|\\n| 规章")
    (None, None)
    """
    opened = _OPENS.match(text)
    if opened is None:
        return None
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, opened.end())
    except (ValueError, RecursionError):
        return None
    pages = list(_pages(value, "", 0))
    tabled = [carried for carried in pages if "</td>" in carried.page.lower()]
    if len(tabled) > 1:
        return Carried("".join(f"<h1>{escape(carried.title)}</h1>{carried.page}" for carried in tabled), tabled[0].title)
    return max(tabled or pages, key=lambda carried: len(carried.page), default=None)


def _pages(value: Any, title: str, depth: int) -> Iterator[Carried]:  # what JSON holds has no type of its own
    """The strings that are pages, each with the nearest title around it."""
    if isinstance(value, str) and _TABLE.search(value):
        yield Carried(value, title)
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        title = next((text for key, text in value.items() if "title" in key.lower() and isinstance(text, str) and text), title)
        for inner in value.values():
            yield from _pages(inner, title, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for inner in value:
            yield from _pages(inner, title, depth + 1)
