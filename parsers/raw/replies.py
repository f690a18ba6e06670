"""The page that a reply of a site's interface carries as a string: JSON, JSON in the call of a function, or an entry of an XML feed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape, unescape
from typing import Any, NamedTuple
from urllib.parse import unquote

from lxml import etree

__all__ = ["Carried", "carried_page", "page_in_feed"]

_OPENS = re.compile(r"\s*(?:[A-Za-z_$][\w$.]*\s*\(\s*)?(?=[{\[]\s*[\"{\[])")
_TABLE = re.compile(r"<table\b|<p\b|<div\b", re.IGNORECASE)
_REFERRED = re.compile(r"&(?:amp;)?lt;(?:table|p|div)\b", re.IGNORECASE)
_PER_CENT = re.compile(r"%3C(?:table|p|div)(?:%|\b)", re.IGNORECASE)
_DEEPEST, _TWICE = 20, 2


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
    return _chosen(list(_pages(value, "", 0)))


def page_in_feed(root: etree._Element) -> Carried | None:
    """
    The same of an XML file, whose elements hold pages as text: RSS, Atom, and what sites make of their own.

    >>> page_in_feed(etree.XML("<rss><item><title>年报</title><description>&lt;p>规章</description></item></rss>"))
    Carried(page='<p>规章', title='年报')
    """
    elements = list(root.iter(etree.Element))
    pages = ((_unescaped(held.text), held) for held in elements if held.text)
    return _chosen([Carried(page, _title_of(held)) for page, held in pages if _TABLE.search(page)])


def _value_of(text: str) -> Any:
    """What a string holds that is a reply itself; None for any other."""
    if text[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            return json.loads(text, strict=False)
    return None


def _unescaped(text: str) -> str:
    """A text whose tags are written with references, or as in an address, as it is shown."""
    for _ in range(_TWICE):
        if _TABLE.search(text):
            break
        if _REFERRED.search(text):
            text = unescape(text)
        elif _PER_CENT.search(text):
            text = unquote(text)
    return text


def _title_of(element: etree._Element) -> str:
    """The title that stands beside an element or around it."""
    for outer in (element, *element.iterancestors()):
        for child in outer.iterchildren(etree.Element):
            if "title" in etree.QName(child).localname.lower() and child is not element and (child.text or "").strip():
                return (child.text or "").strip()
    return ""


def _chosen(pages: list[Carried]) -> Carried | None:
    tabled = [carried for carried in pages if "</td>" in carried.page.lower()]
    if len(tabled) > 1:
        return Carried("".join(f"<h1>{escape(carried.title)}</h1>{carried.page}" for carried in tabled), tabled[0].title)
    return max(tabled or pages, key=lambda carried: len(carried.page), default=None)


def _pages(value: Any, title: str, depth: int) -> Iterator[Carried]:  # what JSON holds has no type of its own
    """The strings that are pages, each with the nearest title around it."""
    if isinstance(value, str):
        inner = _value_of(value) if depth < _DEEPEST else None
        if inner is not None:
            yield from _pages(inner, title, depth + 1)
        elif _TABLE.search(page := _unescaped(value)):
            yield Carried(page, title)
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        title = next((text for key, text in value.items() if "title" in key.lower() and isinstance(text, str) and text), title)
        for inner in value.values():
            yield from _pages(inner, title, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for inner in value:
            yield from _pages(inner, title, depth + 1)
