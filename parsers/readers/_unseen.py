"""Styles by which a page shows a text in no ink or in no place of a figure's: no plain figure is made of what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from lxml import etree

from parsers.raw.body import whole_text

__all__ = ["COUNTERS", "WRITTEN_CELL", "doubt_counted", "is_hidden_by", "take_figures", "tell_unseen"]

_ROWS = ("tr", "tbody", "thead", "tfoot")
_FIGURE = re.compile(r"[\d.,，]*\d[\d.,，]*")

_WHITE = ("transparent", "#fff", "#ffffff", "white", "rgb(255,255,255)")
_NO_SIZE = ("0", "0px", "0pt", "1px", "1pt", "1.0pt")

_FAR = [f";{way}:-{begin}" for way in ("text-indent", "left", "margin-left") for begin in ("99", "100", "200")]
_NO_INK = (
    *(";visibility:hidden;", ";opacity:0;", ";mso-hide:all;", ";clip:rect(0", ";clip:rect(1px", ";unicode-bidi:bidi-override;"),
    *(";transform:scale(-", ";transform:scalex(-", ";transform:rotatey(180"),
    *(f";font-size:{size};" for size in _NO_SIZE),
    *_FAR,
)
_OF_PAPER = tuple(f";color:{color};" for color in _WHITE)
"""What cannot be seen as it is written, and what cannot on a white ground: as it stands in a style without blanks, in small letters, between semicolons."""
_SHIFTED = (";vertical-align:sub;", ";vertical-align:text-top;", ";mso-text-raise:", ";top:-")
"""What stands higher or lower than the text around it."""
_WAYS = {"ink": _NO_INK, "paper": _OF_PAPER, "place": _SHIFTED}

_BACKGROUND = re.compile(";background(?:-color|-image)?:([^;]*)")
_PAPER = re.compile(r"(?:transparent|white|#ffffff|#fff|rgb\(255,255,255\))(?![0-9a-f])")
_NO_GROUND = ("", "none", "transparent", "inherit", "initial")

WRITTEN_CELL = re.compile(rb"<t[dh](?:\s[^<>]*)?>\s*<script", re.IGNORECASE)
"""A cell that a script fills."""

_HIDES = re.compile("|".join(("display:none", "line-through", "super", *map(re.escape, (*_NO_INK, *_OF_PAPER, *_SHIFTED)))))
_STYLES = etree.XPath("descendant-or-self::*/@style | descendant-or-self::font/@color", smart_strings=False)
_WRITTEN_IN = etree.XPath("descendant-or-self::*[@style or self::font[@color]]")

COUNTERS = ("data-count", "data-to", "data-num", "data-number", "data-value", "data-val", "data-target", "data-end", "data-total")
"""What scripts that count up to a figure take it from."""
_COUNTED = etree.XPath(" | ".join(f"//*[@{name}]" for name in COUNTERS) + " | //bdo")


def is_hidden_by(attributes: Mapping[str, str]) -> bool:
    """
    Whether the style of an element, or the colour of a font, hides text, strikes it out, or shows it in no ink or out of its place.

    >>> is_hidden_by({"style": "Color: #FFF"}), is_hidden_by({"style": "background-color: #fff"}), is_hidden_by({"color": "white"})
    (True, False, True)
    """
    return _HIDES.search(_plain(attributes.get("style", ""), attributes.get("color", ""))) is not None


def tell_unseen(part: etree._Element) -> bool:
    """
    Whether a style in a part of a page, or the colour of a font, shows text in no ink, in that of paper, or out of its place.

    Figures in no ink, or in that of paper, are made unreadable; an element out of its place is given an attribute `unseen`.
    To look at styles here, where most are the same, takes much less time than in a style sheet.

    >>> cell = etree.fromstring('<td>7<span style="top: -2pt">8</span></td>')
    >>> tell_unseen(cell), cell[0].get("unseen")
    (True, 'place')
    """
    if not any(_ways(style, "") or _ways("", style) for style in set(cast("list[str]", _STYLES(part)))):
        return False
    for element in cast("list[etree.ElementBase]", _WRITTEN_IN(part)):
        colour = element.get("color", "") if element.tag == "font" else ""
        ways = _ways(element.get("style", ""), colour).split()
        if "paper" in ways and _stands_on_colour(element):
            ways.remove("paper")
        if "ink" in ways or "paper" in ways:
            take_figures(element)
        if "place" in ways:
            element.set("unseen", "place")
    return True


def take_figures(element: etree._Element) -> None:
    """
    Make an element that prints a figure and nothing else print one that cannot be read; of rows, each of their cells.

    >>> row = etree.fromstring('<tr><td>规章</td><td><b>1</b>2</td></tr>')
    >>> take_figures(row)
    >>> [cell.xpath("string()") for cell in row]
    ['规章', '\\ufffd']
    """
    for printed in element.iter("td", "th") if element.tag in _ROWS else (element,):
        if _FIGURE.fullmatch(whole_text(printed)):
            for inner in printed.iter():
                inner.text = ""
                if inner is not printed:
                    inner.tail = ""
            printed.text = "\ufffd"


def _stands_on_colour(element: etree._Element) -> bool:
    """Whether the innermost background around a text that is no paper's is one of another colour, or a picture."""
    for around in (element, *element.iterancestors()):
        grounds = [around.get("bgcolor", ""), around.get("background", "")]
        grounds += _BACKGROUND.findall(_plain(around.get("style", ""), ""))
        stated = [ground for each in grounds if (ground := "".join(each.lower().split())) not in _NO_GROUND]
        if stated:
            return _PAPER.match(stated[-1]) is None
    return False


def doubt_counted(root: etree._Element) -> None:
    """
    Make what stands in elements unreadable whose figure a script counts up, where they print another or nothing, or which are turned round.

    >>> row = etree.fromstring('<tr><td data-count="12">0</td><td data-value="7">7</td><td><i data-to="3"/></td></tr>')
    >>> doubt_counted(row)
    >>> [cell.xpath("string()") for cell in row]
    ['\\ufffd', '7', '\\ufffd']
    """
    for element in cast("list[etree.ElementBase]", _COUNTED(root)):
        counted = [figure for name in COUNTERS if _FIGURE.fullmatch(figure := element.get(name, "").strip())]
        text = whole_text(element)
        if counted and not text:
            element.text = "\ufffd"
        elif element.tag == "bdo" or any(figure != text for figure in counted):
            take_figures(element)


@lru_cache(maxsize=4096)
def _ways(style: str, colour: str) -> str:
    written = _plain(style, colour)
    return " ".join(way for way, words in _WAYS.items() if any(word in written for word in words))


def _plain(style: str, colour: str) -> str:
    """A style and a colour without blanks, in small letters, between semicolons."""
    return "".join(f";{style};color:{colour};".lower().split())
