"""
Pages that a script writes out of strings of its own: `document.write("<table>…")`, or a variable that it puts into the page.

Only what is written out of strings alone is taken: where a script puts something else between them, figures would be lost.
"""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["page_written_by"]

_STRING = r"""(?:"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|`(?:[^`\\$]|\\[\s\S]|\$(?!\{))*`)"""
_STRINGS = re.compile(_STRING)
_WRITE = r"document\s*\.\s*write(?:ln)?\s*\("
_VARIABLE = r"""(?<![\w.$'"])[\w$][\w.$]*\s*\+?=(?![=>])"""
_KEY = r"""(?<![\w$])(?:[\w$]+|"[\w$]+"|'[\w$]+')\s*:(?!:)"""
_GOES_ON = r"(?=\s*(?:[;,)}\]]|\Z)|[ \t]*\n(?!\s*[-+.?*/\[(]))"
_TOLD = re.compile(rf"(?P<to>{_WRITE}|{_VARIABLE}|{_KEY})\s*(?P<strings>{_STRING}(?:\s*\+\s*{_STRING})*+){_GOES_ON}")
_TARGET = re.compile(rf"{_WRITE}|{_VARIABLE}")
_CHOOSES = re.compile(r"\b(?:if|else|for|while|switch|case)\b|\?")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_MEANT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\ufffd", "\n": "", "\r\n": "", "\r": ""}


def page_written_by(script: str) -> str | None:
    """
    The page with a table that a script writes; None where there is none, or several, or not out of strings alone.

    >>> page_written_by("var page = '<table><tr>';\\npage += '<td>7<\\\\/td>'; show(page);")
    '<table><tr><td>7</td>'
    >>> page_written_by("page = '<table><tr><td>' + count + '</td>';")
    """
    written: dict[str, list[str]] = {}
    told: Counter[str] = Counter()
    for number, match in enumerate(_TOLD.finditer(script)):
        to = match["to"].rstrip()
        # Each key is one of an object of its own; what is written to the document or to a variable goes on.
        target = f"{number}:" if to.endswith(":") else _name_of(to)
        told[target] += 1
        written.setdefault(target, []).extend(map(_meant, _STRINGS.findall(match["strings"])))
    bare = _STRINGS.sub('""', script)
    asked = Counter(_name_of(match[0]) for match in _TARGET.finditer(bare))
    chooses = _CHOOSES.search(bare) is not None
    pages = {
        page
        for target, pieces in written.items()
        if "</td>" in (page := "".join(pieces)).lower() and told[target] >= asked[target] and not (chooses and told[target] > 1)
    }
    return pages.pop() if len(pages) == 1 else None


def _name_of(target: str) -> str:
    """What is written to: the document, or a variable by its name."""
    return "document" if target.endswith("(") else target.rstrip("+= \t\r\n")


def _meant(string: str) -> str:
    """The text of a string as its escapes spell it."""
    return _ESCAPE.sub(_character, string[1:-1])


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _MEANT.get(match[4], match[4])
    number = int(code, 16)
    return chr(number) if 0 < number < 0xD800 or 0xDFFF < number < 0x110000 else "\ufffd"
