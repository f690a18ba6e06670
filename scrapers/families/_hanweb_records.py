"""Rows in the XML of Hanweb (`cms_families` 3.2a): `<record>` elements that hold a fragment of HTML each, in a page or alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import NamedTuple

from scrapers.addresses import canonical_key, same_site
from scrapers.families._lists import Link, Page, Rows, page_of, rows_from

__all__ = ["Store", "record_rows", "stores_of", "total_of"]

_RECORD = re.compile(r"<record(?:\s[^>]*)?>(.*?)<\\?/record\s*>", re.IGNORECASE | re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_TOTAL = re.compile(
    r"<totalrecords?\s*>\s*(?:<!\[CDATA\[)?\s*(\d{1,6})\b|<(?:datastore|recordset)\s[^<>]*\btotal(?:records?)?=[\"'](\d{1,6})[\"']",
    re.IGNORECASE,
)


class Store(NamedTuple):
    """The XML of a list in its column page, with the ids of the elements around it, by which a script says whose it is."""

    text: str
    ids: tuple[str, ...] = ()


def stores_of(page: Page) -> tuple[Store, ...]:
    """The stores of records that a page holds, in its order; those in a text of a script without its escapes."""
    found = []
    for tag in page.soup.find_all(("script", "textarea", "xmp", "noscript")):
        text = tag.get_text()
        if _RECORD.search(text) or "<datastore" in text.lower():
            ids = [str(one["id"]) for one in (tag, *tag.parents) if one.get("id")]
            found.append(Store(text.replace('\\"', '"').replace("\\/", "/"), tuple(ids)))
    if not found and _RECORD.search(page.text):
        found.append(Store(page.text))
    return tuple(found)


def record_rows(text: str, base: str, list_url: str, is_article: Callable[[str], bool]) -> Rows:
    """The rows of records, one a record; relative references are the column page's."""
    fragments = "".join(f"<div class='record'>{_inside(record)}</div>" for record in _RECORD.findall(text))
    page = page_of(f"<body>{fragments}</body>" if fragments else "", base)
    chosen: dict[int, Link] = {}
    for link in page.links:
        record = id(link.anchor.find_parent("div", class_="record"))
        if record not in chosen or (is_article(link.url) and not is_article(chosen[record].url)):
            chosen[record] = link
    elsewhere = {canonical_key(link.url) for link in chosen.values() if not same_site(link.url, list_url)}
    return rows_from([link for link in chosen.values() if same_site(link.url, list_url)], len(elsewhere))


def _inside(record: str) -> str:
    """The HTML of a record: in CDATA, or escaped, or as it is. Rows of tables are none outside of one."""
    sections = _CDATA.findall(record)
    inside = "".join(sections) if sections else unescape(record) if "&lt;" in record else record
    return re.sub(r"<(/?)(?:table|tbody|tr|td)\b", r"<\1span", inside, flags=re.IGNORECASE)


def total_of(text: str) -> int | None:
    """The `totalrecord` that a store declares."""
    match = _TOTAL.search(text)
    return int(match[1] or match[2]) if match else None
