"""
What a CMS family is given and what it gives: frozen values between a list page and the reports it leads to.

A family is a module of `scrapers/families/` without any input or output: `NAME`, `claims(page) -> Claim | None`,
`start(claim) -> Request` and `read(claim, answer, seen) -> Listing`. The driver asks the Requests; what a family must
remember from one page of a list to the next stands in the Request itself, so a list resumes at its page.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["Answer", "Claim", "Family", "Item", "Listing", "Piece", "Request", "Verdict", "claim_page", "families"]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One thing to ask: a GET, or a POST with a form. `memo` is what the family wants to know again with the answer.

    >>> Request.from_json(Request("http://a.invalid/", memo={"page": "2"}).to_json()).memo["page"]
    '2'
    """

    url: str
    method: str = "GET"
    form: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    memo: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> str:
        """All of it as JSON with sorted keys."""
        fields = {
            "url": self.url,
            "method": self.method,
            "form": dict(self.form),
            "headers": dict(self.headers),
            "memo": dict(self.memo),
        }
        return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Request:
        """What `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What was served for a Request: the address after redirects, the status, and the body as text.

    `text` is decoded as `parsers.raw.charset` does; `body` holds the bytes.
    """

    request: Request
    url: str
    status: int
    text: str
    body: bytes = b""
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """That a list belongs to a family, with what the family read on its page to go on (addresses, ids); all texts."""

    family: str
    list_url: str
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A text that is read out of an answer which is not that text, as HTML in a field of JSON; `place` is a JSON pointer to it.

    >>> Piece("<ul></ul>", "/data/html").body
    b'<ul></ul>'
    """

    text: str
    place: str
    media_type: str = "text/html"

    @property
    def body(self) -> bytes:
        """The text in UTF-8; half of a surrogate pair, which JSON can hold, becomes a question mark."""
        return self.text.encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Item:
    """
    One entry of a list: the absolute address, its title in full, and the date as the list prints it, if it does.

    `piece` is its document where the answer holds that too; then its address is not asked. `is_linked` is false where the site
    names the parts of the address, such as a unit and a year, and nothing says that there is a report.
    """

    url: str
    title: str
    date: str | None = None
    piece: Piece | None = None
    is_linked: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    How a list ended: `complete` (declared total equals unique items), `complete-unverified`, or `partial` with the reason.

    `declared` is the total that the site states, None where it states none.
    """

    status: str
    reason: str = ""
    declared: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """
    What one answer of a list holds. Exactly one of `next` and `verdict` is set: another page to ask, or how the list ended.

    `lists` are further lists that this page leads to (sub-columns of years, departments, townships), by address and title.
    `is_report` says that the page itself is the report. `pieces` are what the entries were read from, where that is not the
    answer as it was served.
    """

    items: tuple[Item, ...]
    next: Request | None = None
    verdict: Verdict | None = None
    lists: tuple[Item, ...] = ()
    is_report: bool = False
    pieces: tuple[Piece, ...] = ()


class Family(NamedTuple):
    """A family module: its name and its three functions. `order` is where it stands among those that are asked."""

    name: str
    order: int
    claims: Callable[[Answer], Claim | None]
    start: Callable[[Claim], Request]
    read: Callable[[Claim, Answer, Set[str]], Listing]


@cache
def families() -> tuple[Family, ...]:
    """
    The families by `ORDER`, then name; an import error surfaces. Raises RuntimeError for a module that is no family, and
    for a name used twice.
    """
    from scrapers import families as package

    found: dict[str, Family] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        absent = [word for word in ("NAME", "ORDER", "claims", "start", "read") if not hasattr(module, word)]
        if absent:
            raise RuntimeError(f"{module.__name__} is no family: it lacks {', '.join(absent)}; begin a helper's name with _")
        if module.NAME in found:
            raise RuntimeError(f"two families are called {module.NAME!r}; rename one")
        found[module.NAME] = Family(module.NAME, module.ORDER, module.claims, module.start, module.read)
    return tuple(sorted(found.values(), key=lambda family: (family.order, family.name)))


def claim_page(answer: Answer, hint: str = "") -> Claim | None:
    """
    The claim of the first family, by order, that recognises a page; of the family named by `hint` alone where one is.

    Raises RuntimeError when two families of the same order claim it.
    """
    claims = [
        (family.order, claim)
        for family in families()
        if hint in ("", family.name) and (claim := family.claims(answer)) is not None
    ]
    if len(claims) > 1 and claims[0][0] == claims[1][0]:
        raise RuntimeError(f"{answer.url} is claimed by {claims[0][1].family} and {claims[1][1].family}; one must let go")
    return claims[0][1] if claims else None
