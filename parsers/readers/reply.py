"""Replies of a site's interface (JSON) that carry a page: it goes to the HTML reader."""

from __future__ import annotations

from dataclasses import replace

from parsers.document import Document
from parsers.raw.charset import decode
from parsers.raw.replies import carried_page
from parsers.raw.sniff import Content
from parsers.readers import html
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "reply"


def claims(content: Content) -> bool:
    """Whether the content is JSON with a page in it."""
    return content.kind == "json"


def read(source: Source) -> Document:
    """
    The page, as the HTML reader reads it; its title is the one that stands beside it, where it has none itself.

    >>> document = read(Source('{"title": "年报", "body": "<p>规章</p>"}'.encode(), "a.json"))
    >>> document.blocks[0].text, document.title
    ('规章', '年报')
    """
    decoded = decode(source.data, http=source.charset)
    carried = carried_page(decoded.text)
    assert carried is not None  # noqa: S101 - the sniffer found it there
    document = html.read(replace(source, data=carried.page.encode("utf-8", "replace"), charset=None))
    return replace(document, media_type="application/json", title=document.title or carried.title, notes=(decoded.remark,))
