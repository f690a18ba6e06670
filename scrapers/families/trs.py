"""TRS WCM and 海云 (`cms_families` 3.1): a folder of articles `YYYYMM/tYYYYMMDD_<id>.html`, paged by `createPageHTML`."""

from __future__ import annotations

import re
from collections.abc import Set
from urllib.parse import urlsplit

from scrapers.families._lists import page_of, rows_of
from scrapers.families._pager import Reading, read_page
from scrapers.family import Answer, Claim, Listing, Request

__all__ = ["NAME", "ORDER", "claims", "read", "start"]

NAME = "trs"
ORDER = 100

# Guangxi's variant has neither date nor underscore.
_ARTICLE = re.compile(r"/(?:\d{6}/)?t(?:\d{8}_\d+|\d{7,})\.s?html?$")
_CONTAINERS = re.compile(r"TRS_Editor|trs_editor_view|TRS_UEDITOR", re.IGNORECASE)


def claims(page: Answer) -> Claim | None:
    """
    A claim on a list whose entries have the addresses of TRS, or on a report in one of its containers (fingerprint 10).

    >>> claims(Answer(Request("http://a.gov.cn/nb/"), "http://a.gov.cn/nb/", 200, '<a href="./202201/t20220129_10.html">年报</a>'))
    Claim(family='trs', list_url='http://a.gov.cn/nb/', parameters={})
    """
    if page.status != 200 or not (_CONTAINERS.search(page.text) or re.search(r"[/\"']t\d{7}", page.text)):
        return None
    if _CONTAINERS.search(page.text):
        return Claim(NAME, page.url, {})
    rows = rows_of(page_of(page.text, page.url), page.url, _is_article)
    top = urlsplit(page.url).path[1:].partition("/")[0]
    # News beside a list may be of TRS where the list itself is not.
    own = [link for link in rows.links if rows.grade or link.path[1:].partition("/")[0] == top]
    return Claim(NAME, page.url, {}) if any(_is_article(link.url) for link in own) else None


def start(claim: Claim) -> Request:
    """The list page itself."""
    return Request(claim.list_url)


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The entries of a page, verified as `_pager` does: zero-based unless the first argument is quoted, and never trusted."""
    return read_page(claim, answer, seen, Reading(_is_article))


def _is_article(url: str) -> bool:
    return _ARTICLE.search(urlsplit(url).path) is not None
