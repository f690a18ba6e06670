"""
Hanweb 大汉 (`cms_families` 3.2): three ways to a list, told apart on its page and kept in the claim as `mechanism`.

`jpaas` is the unit build (3.2c), `jpage` the data proxy (3.2a), `xxgk` the enumeration of units and years (3.2b).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from typing import NamedTuple

from scrapers.families import _hanweb_jpaas, _hanweb_jpage, _hanweb_xxgk
from scrapers.families._lists import Page, page_of
from scrapers.family import Answer, Claim, Listing, Request

__all__ = ["NAME", "ORDER", "claims", "read", "start"]

NAME = "hanweb"
ORDER = 20


class _Mechanism(NamedTuple):
    """The words that may betray it, what it reads on the list page (None: not its page), and how it reads answers."""

    signs: re.Pattern[str]
    parameters_of: Callable[[Page], dict[str, str] | None]
    read: Callable[[Claim, Answer, Set[str]], Listing]


_MECHANISMS = {
    "jpaas": _Mechanism(_hanweb_jpaas.SIGNS, _hanweb_jpaas.parameters_of, _hanweb_jpaas.read),
    "jpage": _Mechanism(_hanweb_jpage.SIGNS, _hanweb_jpage.parameters_of, _hanweb_jpage.read),
    "xxgk": _Mechanism(_hanweb_xxgk.SIGNS, _hanweb_xxgk.parameters_of, _hanweb_xxgk.read),
}
"""In the order of the fingerprints 2 to 4 (`cms_families` 1)."""


def claims(page: Answer) -> Claim | None:
    """
    A claim on a page that one of the mechanisms knows, with what it reads there: ids, endpoints, units.

    >>> claims(Answer(Request("http://a.gov.cn/col/col7/index.html"), "http://a.gov.cn/col/col7/index.html", 200, "<p>")).parameters
    {'mechanism': 'jpage', 'columnid': '7', 'base': 'http://a.gov.cn/col/col7/index.html'}
    """
    if page.status != 200 or not any(mechanism.signs.search(page.text + page.url) for mechanism in _MECHANISMS.values()):
        return None
    tree = page_of(page.text, page.url)
    for name, mechanism in _MECHANISMS.items():
        if (parameters := mechanism.parameters_of(tree)) is not None:
            return Claim(NAME, page.url, {"mechanism": name, **parameters})
    return None


def start(claim: Claim) -> Request:
    """The list page itself: each mechanism begins with what stands on it."""
    return Request(claim.list_url)


def read(claim: Claim, answer: Answer, seen: Set[str]) -> Listing:
    """The entries of an answer, read as the claim's mechanism does."""
    return _MECHANISMS[claim.parameters.get("mechanism", "jpage")].read(claim, answer, seen)
