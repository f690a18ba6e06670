"""
Hanweb 大汉 (`cms_families` 3.2): the ways to a list, told apart on its page and kept in the claim as `mechanism`.

`jpaas` is the unit build (3.2c), `jpage` the data proxy (3.2a), `xxgk` the enumeration of units and years, `search` the search
of the same module (3.2b), `message` the controller of truecms (3.2d), and `column` a column that is served as plain pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import replace
from typing import NamedTuple

from scrapers.families import (
    _hanweb_articles,
    _hanweb_jpaas,
    _hanweb_jpage,
    _hanweb_message,
    _hanweb_search,
    _hanweb_xxgk,
)
from scrapers.families._hanweb_parts import carried_on
from scrapers.families._lists import Page, page_of
from scrapers.family import Answer, Claim, Listing, Piece, Request

__all__ = ["NAME", "ORDER", "claims", "read", "start"]

NAME = "hanweb"
ORDER = 20


def _as_served(_: Answer) -> tuple[Piece, ...]:
    return ()


class _Mechanism(NamedTuple):
    """
    The words that may betray it, what it reads on the list page (None: not its page), how it reads answers, and out of what in
    them where that is not the answer as it was served.
    """

    signs: re.Pattern[str]
    parameters_of: Callable[[Page], dict[str, str] | None]
    read: Callable[[Claim, Answer, Set[str]], Listing]
    pieces: Callable[[Answer], tuple[Piece, ...]] = _as_served


_MECHANISMS = {
    "jpaas": _Mechanism(_hanweb_jpaas.SIGNS, _hanweb_jpaas.parameters_of, _hanweb_jpaas.read, _hanweb_jpaas.pieces),
    "message": _Mechanism(_hanweb_message.SIGNS, _hanweb_message.parameters_of, _hanweb_message.read, _hanweb_message.pieces),
    "jpage": _Mechanism(_hanweb_jpage.SIGNS, _hanweb_jpage.parameters_of, _hanweb_jpage.read),
    "search": _Mechanism(_hanweb_search.SIGNS, _hanweb_search.parameters_of, _hanweb_search.read),
    "xxgk": _Mechanism(_hanweb_xxgk.SIGNS, _hanweb_xxgk.parameters_of, _hanweb_xxgk.read),
    "column": _Mechanism(_hanweb_articles.SIGNS, _hanweb_articles.parameters_of, _hanweb_articles.read),
}
"""In the order of the fingerprints (`cms_families` 1); 5 is asked before 3, whose name for a proxy it shares."""


def claims(page: Answer) -> Claim | None:
    """
    A claim on a page that one of the mechanisms knows, with what it reads there: ids, endpoints, units.

    >>> claims(Answer(Request("http://a.gov.cn/col/col7/index.html"), "http://a.gov.cn/col/col7/index.html", 200, "<p>")).parameters
    {'mechanism': 'column', 'columnid': '7'}
    """
    said = page.text + page.url
    signed = [name for name, mechanism in _MECHANISMS.items() if mechanism.signs.search(said)] if page.status == 200 else []
    tree = page_of(page.text, page.url) if signed else None
    for name in signed:
        if tree is not None and (parameters := _MECHANISMS[name].parameters_of(tree)) is not None:
            return Claim(NAME, page.url, {"mechanism": name, **parameters})
    return None


def start(claim: Claim) -> Request:
    """The list page itself: each mechanism begins with what stands on it."""
    return Request(claim.list_url)


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The entries of an answer, read as the claim's mechanism does."""
    mechanism = _MECHANISMS[claim.parameters["mechanism"]]
    listing = replace(mechanism.read(claim, answer, seen), pieces=mechanism.pieces(answer))
    return carried_on(listing, answer.request.memo)
