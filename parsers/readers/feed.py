"""XML that carries a page: a feed (RSS, Atom), an entry that a site's interface gives, XHTML; it goes to the HTML reader."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.guard import parse_xml
from parsers.raw.charset import decode
from parsers.raw.replies import page_in_feed
from parsers.raw.sniff import Content
from parsers.readers import html
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "feed"

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
"""It may name a charset; what the bytes are tells the reader."""


def claims(content: Content) -> bool:
    """Whether the content is XML of no office program."""
    return content.kind == "xml"


def read(source: Source) -> Document:
    """
    The page that stands in an element as text, or whose elements stand among others, as the HTML reader reads it.

    Raises ReadError with status `unsupported` for XML without a page, or `failed` and `limit` as that reader does.

    >>> read(Source("<rss><item><title>年报</title><description><![CDATA[<p>规章</p>]]></description></item></rss>".encode(), "a")).title
    '年报'
    """
    decoded = decode(source.data, http=source.charset)
    root = parse_xml(_DECLARATION.sub("", decoded.text.lstrip("\ufeff")).encode("utf-8", "replace"), "the XML file")
    carried = page_in_feed(root)
    if carried is not None:
        page, title = carried.page.encode("utf-8", "replace"), carried.title
    elif next(root.iter("{*}td"), None) is not None:
        page, title = _without_namespaces(root), ""
    else:
        raise ReadError(ReadStatus.UNSUPPORTED, "an XML file that carries no page; ask for HTML, DOCX or plain text")
    document = html.read(replace(source, data=page, charset=None))
    return replace(document, media_type="application/xml", title=document.title or title, notes=(decoded.remark,))


def _without_namespaces(root: etree._Element) -> bytes:
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return etree.tostring(root, encoding="utf-8", method="html")
