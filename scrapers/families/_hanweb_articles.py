"""Addresses of articles on Hanweb (`cms_families` 3.2), the column they name, and columns that are served as plain pages."""

from __future__ import annotations

import re
from collections.abc import Set
from urllib.parse import urlsplit

from scrapers.addresses import canonical_key, same_site
from scrapers.families._lists import Page, Rows, is_annual, rows_from, rows_of
from scrapers.families._pager import Reading, read_page
from scrapers.family import Answer, Claim, Listing

__all__ = ["SIGNS", "column_in", "column_of", "fragment_rows", "is_article", "parameters_of", "read"]

SIGNS = re.compile(r"/col/col\d+", re.IGNORECASE)

_COLUMN = re.compile(r"/col/col(\d+)")
_ARTICLE = re.compile(
    r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/art_(?P<column>\d+)_\d+|art_[0-9a-f]{32})(?:_wap)?\.html?$|/xxgkAnnualReport\.jsp$",
    re.IGNORECASE,
)


def is_article(url: str) -> bool:
    """Whether an address is that of an article of Hanweb: `art_<column>_<id>`, the newer `art_<32 hex>`, or a report by year."""
    return _ARTICLE.search(urlsplit(url).path) is not None


def column_of(url: str) -> str | None:
    """The column that an article's address names; None for the newer ones, which name none."""
    match = _ARTICLE.search(urlsplit(url).path)
    return match["column"] if match else None


def column_in(list_url: str) -> str | None:
    """The column that a list's address names."""
    match = _COLUMN.search(urlsplit(list_url).path)
    return match[1] if match else None


def fragment_rows(page: Page, list_url: str) -> Rows:
    """
    The rows of a piece of HTML that is nothing but rows: every article in it, of whatever it speaks; else as on a whole page.

    `grade` is 2 when rows name the column of the list, 1 when they name none or speak of annual reports, else 0.
    """
    articles = [link for link in page.links if is_article(link.url) and link.title]
    column = column_in(list_url)
    if not articles:
        return rows_of(page, list_url, is_article, lambda url: column is not None and column_of(url) == column)
    named = {column_of(link.url) for link in articles}
    grade = 2 if column and column in named else 1 if None in named or any(is_annual(link.title) for link in articles) else 0
    elsewhere = {canonical_key(link.url) for link in articles if not same_site(link.url, list_url)}
    return rows_from([link for link in articles if same_site(link.url, list_url)], len(elsewhere), grade)


def parameters_of(page: Page) -> dict[str, str] | None:
    """The column of a page below `/col/colN/`; None for other addresses."""
    column = column_in(page.url)
    return {"columnid": column} if column else None


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The entries of a plain page, its own column's before others."""
    column = claim.parameters.get("columnid")
    return read_page(claim, answer, seen, Reading(is_article, lambda url: column is not None and column_of(url) == column))
