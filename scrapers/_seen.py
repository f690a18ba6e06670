"""What is seen of a page, and what is not, by its source alone: quick enough for every answer, and of any bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple

from parsers.raw.body import BODIES
from parsers.raw.charset import decode
from parsers.raw.sniff import sniff
from scrapers.addresses import host_of, path_of

__all__ = [
    "PAGE_KINDS",
    "Page",
    "excerpt",
    "fingerprint",
    "has_documents",
    "has_empty_body",
    "has_entries",
    "has_no_records",
    "has_things",
    "is_home",
    "links_of",
    "see",
]

PAGE_KINDS = frozenset({"html", "xml", "text", "csv", "mht"})
"""What a host sends where it has a page to show; all else is a document."""

_EVIDENCE_CHARACTERS = 80
_FEW_WORDS = 60
_LONGEST_OPENING = 4000

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_UNSEEN = re.compile(
    r"<(script|style|noscript|template|textarea|svg)\b[^<>]{0,2000}>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_SCRIPT = re.compile(r"<script\b[^<>]{0,2000}>(.*?)(?:</script\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_ALERT = re.compile(r"""\balert\s*\(\s*(?:"([^"]{2,200})"|'([^']{2,200})')""")
_TITLE = re.compile(r"<title\b[^<>]{0,200}>(.{0,500}?)(?:</title\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"<(h1|ucaptitle)\b[^<>]{0,500}>(.{0,1000}?)</\1", re.DOTALL | re.IGNORECASE)
_META_TITLE = re.compile(
    r"""<meta\b(?=[^<>]{0,500}name\s*=\s*["']?ArticleTitle\b)[^<>]{0,500}?content\s*=\s*(?:"([^"]{0,500})"|'([^']{0,500})')""",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_TAG_NAME = re.compile(r"<\s*([a-zA-Z][\w:-]*)")
_LINK = re.compile(
    r"""<a\b[^<>]{0,500}?\bhref\s*=\s*(?:"([^"<>]{0,1000})"|'([^'<>]{0,1000})'|([^\s<>"']{1,1000}))[^<>]{0,500}>(.{0,800}?)</a""",
    re.DOTALL | re.IGNORECASE,
)
_THINGS = re.compile(r"<(?:img|iframe|frame|embed|object|table|video)\b", re.IGNORECASE)
_DOCUMENT_LINK = re.compile(
    r"\.(?:docx?|wps|xlsx?|pdf|ofd|zip|rar|et)[\"'\\\s>?]|appendix\s*=\s*[\"']true|/down(?:load|file)\w*\.(?:jsp|do|aspx?|php)|wbfileid=|/[PW]0\d{8}",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[\s\u3000\xa0]+")
_CHANGING = re.compile(
    r"[\x00-\x7f０-９]+|(?:星期|周)[一二三四五六日天]|[上下]午|[年月日时分秒]|[○〇零一二三四五六七八九十]{1,6}(?=[年月日])"
)
_TOKENS = re.compile(r"[0-9a-f]{6,}|\d+")
_UNSTEADY = frozenset({"input", "meta", "link", "br"})
_HOME_PATH = re.compile(r"/(?:(?:index|default|home|main)\.(?:s?html?|jspx?|aspx?|php|do))?", re.IGNORECASE)
_CLOSED = re.compile(
    r"\s*(?:<(?:p|br|span|div)\b[^<>]{0,2000}>\s*|&nbsp;\s*|[\u3000\xa0]|</(?:p|span)>\s*)*</(?:div|td|ucapcontent|article|section)",
    re.IGNORECASE,
)

_NUMBERED = re.compile(r"\d{3}|[0-9a-f]{16}|(?:doc|content|art)_|\.(?:docx?|pdf|ofd|xlsx?|wps|zip|rar)$", re.IGNORECASE)
_DATED_REPORT = re.compile(r"(?:20[0-3]\d|二[〇○零]).*(?:报告|年报)")
_SHORTEST_ENTRY, _LONG_ENTRY = 2, 10


class Page(NamedTuple):
    """
    A page's source without comments, its title, its headings (h1 and ArticleTitle), what is visible, and its own scripts.

    `visible` has no blanks between Chinese words; where next to nothing is seen, it has what a script says in an alert.
    """

    source: str
    title: str
    headings: tuple[str, ...]
    visible: str
    scripts: str

    @property
    def names(self) -> tuple[str, ...]:
        """All that the page calls itself."""
        return (self.title, *self.headings)


def see(body: bytes) -> Page:
    """
    What is seen of a page.

    >>> see(b"<title>A</title><h1>B</h1><script>alert('C c')</script>")
    Page(source=..., title='A', headings=('B',), visible='B C c', scripts="alert('C c')")
    """
    source = _COMMENT.sub("", decode(body).text)
    scripts = "\n".join(_SCRIPT.findall(source))
    title = _TITLE.search(source)
    headings = [_plain(text) for _, text in _HEADING.findall(source)]
    headings += [_plain(double or single) for double, single in _META_TITLE.findall(source)]
    visible = _plain(_TITLE.sub(" ", _UNSEEN.sub(" ", source)))
    if len(visible) <= _FEW_WORDS:
        visible = " ".join((visible, *(double or single for double, single in _ALERT.findall(scripts)))).strip()
    return Page(source, _plain(title[1]) if title else "", tuple(filter(None, headings)), visible, scripts)


def fingerprint(body: bytes) -> str:
    """
    The shape of a page: equal for two answers that differ only in counters, dates, nonces, tokens and echoed addresses.

    Tags and Chinese text count; digits, Latin letters, scripts and attributes do not. Other content has its digest.

    >>> fingerprint("<p>访问 12 次，2024-01-02</p>".encode()) == fingerprint("<p>访问 9,001 次，2023-11-12</p>".encode())
    True
    """
    if sniff(body).kind not in PAGE_KINDS:
        return f"bytes:{hashlib.sha256(body).hexdigest()}"
    seen = _UNSEEN.sub("", _COMMENT.sub("", decode(body).text))
    tags = " ".join(name for name in map(str.lower, _TAG_NAME.findall(seen)) if name not in _UNSTEADY)
    text = unescape(_TAG.sub(" ", seen))
    # A page of Latin letters only keeps its words; an address in it is still told by its digits.
    words = _CHANGING.sub("", _SPACES.sub("", text)) or _TOKENS.sub("", _SPACES.sub(" ", text).lower())
    return f"page:{hashlib.sha256(f'{tags}|{words}'.encode('utf-8', 'replace')).hexdigest()}"


def links_of(page: Page) -> Iterator[tuple[str, str]]:
    """The address and the text of each link that leads to another page."""
    for double, single, bare, text in _LINK.findall(page.source):
        address = unescape(double or single or bare).strip()
        if address and not address.lower().startswith(("javascript:", "mailto:", "#")):
            yield address, _plain(text)


def has_things(page: Page) -> bool:
    """Whether a page shows or offers what is no text: a picture, a table, a frame, a document."""
    return _THINGS.search(page.source) is not None or has_documents(page)


def has_documents(page: Page) -> bool:
    """
    Whether a page offers a document: by a link, in a frame, or in a text of its script.

    >>> has_documents(see(b"<a href='./P02.docx'>1</a>")), has_documents(see(b"<img src='logo.png'>"))
    (True, False)
    """
    return _DOCUMENT_LINK.search(page.source) is not None


def has_empty_body(page: Page) -> bool | None:
    """
    Whether the container of the article is there and empty; None for a page without a container that is known.

    >>> has_empty_body(see(b'<div id="zoom"> </div>')), has_empty_body(see(b'<div id="zoom">x</div>')), has_empty_body(see(b"x"))
    (True, False, None)
    """
    empty: bool | None = None
    lower = page.source.lower()
    for kind, name in BODIES:
        if name.lower() not in lower:
            continue
        for opening in _OPENINGS[kind, name].finditer(page.source):
            rest = page.source[opening.end() : opening.end() + _LONGEST_OPENING]
            if _CLOSED.match(_UNSEEN.sub("", rest)) is None:
                return False
            empty = True
    return empty


def has_entries(page: Page, *, strict: bool = False) -> bool:
    """Whether a page has links that can be entries of a list; when `strict`, of reports, and not of a menu."""
    for address, text in links_of(page):
        if _DATED_REPORT.search(text) or (not strict and len(text) > _LONG_ENTRY):
            return True
        if not strict and len(text) >= _SHORTEST_ENTRY and _NUMBERED.search(address):
            return True
    return False


def has_no_records(source: str) -> bool:
    """Whether a text is JSON in which no list, and no piece of a page, holds anything."""
    try:
        waiting = [json.loads(source)]
    except (ValueError, RecursionError):
        return False
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif (isinstance(item, list) and item) or (isinstance(item, str) and "<a" in item.lower()):
            return False
    return True


def is_home(url: str) -> bool:
    """
    Whether an address is that of a host's first page.

    >>> is_home("http://a.gov.cn/index.shtml"), is_home("http://a.gov.cn/zwgk/")
    (True, False)
    """
    return bool(host_of(url)) and "?" not in url and _HOME_PATH.fullmatch(path_of(url) or "/") is not None


def excerpt(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    """The first find of a pattern with a few characters around it; empty where there is none."""
    for text in texts:
        if match := pattern.search(text):
            return text[max(match.start() - 10, 0) : match.end() + 20].strip()[:_EVIDENCE_CHARACTERS]
    return ""


def _plain(fragment: str) -> str:
    """The text of a fragment: tags and blanks between Chinese words out, one blank between others."""
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", _SPACES.sub(" ", unescape(_TAG.sub(" ", fragment))).strip())


def _opening(kind: str, name: str) -> re.Pattern[str]:
    quoted = re.escape(name)
    mark = {
        "tag": rf"<{quoted}\b[^<>]{{0,2000}}>",
        "id": rf"""<\w+\b[^<>]{{0,2000}}\bid\s*=\s*["']?{quoted}(?=["'\s>])[^<>]{{0,2000}}>""",
        "begin": rf"""<\w+\b[^<>]{{0,2000}}\bid\s*=\s*["']?{quoted}[^<>]{{0,2000}}>""",
        "class": rf"""<\w+\b[^<>]{{0,2000}}\bclass\s*=\s*["'](?:[^"'<>]{{0,300}}\s)?{quoted}(?=[\s"'])[^<>]{{0,2000}}>""",
    }[kind]
    return re.compile(mark, re.IGNORECASE)


_OPENINGS = {(kind, name): _opening(kind, name) for kind, name in BODIES}
