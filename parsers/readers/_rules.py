"""
The rules of a page's own style sheets that hide text, strike it out, or show it in no ink or out of its place.

What a rule says may be undone by another or by a script, so nothing is taken away by it: figures in the elements that it
is for are unreadable. Rules for states (`:hover`) and for what is put in (`::before`) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from parsers.readers._unseen import is_hidden_by, take_figures

__all__ = ["doubt_ruled", "names_of_rules"]

_SHEET = re.compile(rb"<style(?:\s[^<>]*)?>(.*?)</style", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMPOUND = re.compile(r"([a-zA-Z][a-zA-Z0-9]*|\*)?((?:[.#][\w-]+)*)")
_NAME = re.compile(r"([.#])([\w-]+)")
_COMBINATORS = re.compile(r"\s*[>\s]\s*")
_INK = re.compile(r"(?<![\w-])color\s*:[^;]*")
_LARGEST_SHEET = 200_000
"""Larger ones are those of a site's frame, which a page seldom holds itself."""


class _Compound(NamedTuple):
    """What one part of a selector asks of an element; an empty tag asks for none."""

    tag: str
    classes: frozenset[str]
    identity: str

    def fits(self, element: etree._Element) -> bool:
        """Whether an element is called so and bears these marks."""
        if self.tag and element.tag != self.tag:
            return False
        if self.identity and element.get("id") != self.identity:
            return False
        return self.classes <= set((element.get("class") or "").split())


_Selector = tuple[_Compound, ...]


def names_of_rules(page: bytes) -> frozenset[bytes]:
    """
    The classes, ids and elements that the hiding rules of a page are for: where none of them stands, no rule hides anything.

    >>> sorted(names_of_rules(b"<style>.a, #b .c {display:none} i.d:hover {display:none} td s {text-decoration:line-through}</style>"))
    [b'<s', b'a', b'c']
    """
    return frozenset(_name_of(selector[-1]) for sheet in _sheets(page) for selector in _selectors(sheet))


def doubt_ruled(root: etree._Element, page: bytes) -> None:
    """Make the figures unreadable that stand in elements for which a rule of the page's own style sheets is."""
    selectors = [selector for sheet in _sheets(page) for selector in _selectors(sheet)]
    if not selectors:
        return
    for element in root.iter("td", "th", "tr", "tbody", *_WITHIN_CELLS):
        if any(_is_for(selector, element) for selector in selectors):
            take_figures(element)


_WITHIN_CELLS = ("span", "font", "b", "strong", "i", "em", "u", "s", "del", "small", "sup", "sub", "p", "div", "label", "a")


def _sheets(page: bytes) -> Iterator[str]:
    """The style sheets that stand in a page."""
    for tag in (b"<style", b"<STYLE"):
        start = page.find(tag)
        while start >= 0:
            found = _SHEET.match(page, start, start + _LARGEST_SHEET)
            if found is not None:
                yield found[1].decode("utf-8", "replace")
            start = page.find(tag, start + len(tag))


@lru_cache(maxsize=64)
def _selectors(sheet: str) -> tuple[_Selector, ...]:
    """The selectors of the hiding rules of a sheet; white on whatever ground is none where the sheet paints grounds."""
    plain = _COMMENT.sub("", sheet)
    painted = "background" in plain
    found: list[_Selector] = []
    for selectors, declared in _RULE.findall(plain):
        if is_hidden_by({"style": _INK.sub("", declared) if painted else declared}):
            found += [selector for each in selectors.split(",") if (selector := _read_selector(each)) is not None]
    return tuple(found)


def _read_selector(written: str) -> _Selector | None:
    """The parts of a selector, an element's own last; None for one of which more is asked than tags, classes and ids."""
    parts = [_COMPOUND.fullmatch(part) for part in _COMBINATORS.split(written.strip())]
    compounds = [_compound(part) for part in parts if part is not None and part[0]]
    return tuple(compounds) if compounds and len(compounds) == len(parts) and any(compounds[-1][:3]) else None


def _compound(written: re.Match[str]) -> _Compound:
    marks = _NAME.findall(written[2] or "")
    identity = next((name for sign, name in marks if sign == "#"), "")
    tag = (written[1] or "").lower().strip("*")
    return _Compound(tag, frozenset(name for sign, name in marks if sign == "."), identity)


def _name_of(compound: _Compound) -> bytes:
    """What stands in the bytes of a page wherever a compound may fit."""
    name = compound.identity or next(iter(sorted(compound.classes)), "")
    return (name or f"<{compound.tag}").encode()


def _is_for(selector: _Selector, element: etree._Element) -> bool:
    """Whether a selector is for an element: its last part fits it, the others fit elements around it in their order."""
    if not selector[-1].fits(element):
        return False
    wanted: Sequence[_Compound] = selector[:-1]
    for around in element.iterancestors():
        if not wanted:
            break
        if wanted[-1].fits(around):
            wanted = wanted[:-1]
    return not wanted
