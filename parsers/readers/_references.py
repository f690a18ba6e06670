"""The characters that the references of a page mean (`&nbsp;`, `&#20844;`), where every parser takes them alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html.entities import name2codepoint

from parsers.readers._tags import NOTHING

__all__ = ["NO_TEXT", "plain_texts"]

NO_TEXT = re.compile("[\0\2-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_REFERENCE = re.compile("&(?:(#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]+[0-9]*);)?")
_PRIVATE_USE = 0xD800
_MEANT_OTHERWISE = ("lang", "rang")
"""Numbers from here on are of no character, or of one for private use; and names that have come to mean another character."""


def plain_texts(texts: Sequence[bytes]) -> Sequence[str] | None:
    """Texts with what their references mean; None where a reference or a character in them is not plain."""
    try:
        said = NOTHING.join(texts).decode()
    except UnicodeDecodeError:
        return None
    if NO_TEXT.search(said) or not all(map(_meant, set(_REFERENCE.findall(said)))):
        return None
    return _REFERENCE.sub(lambda found: _meant(found[1]), said).split(NOTHING.decode())


@lru_cache(maxsize=1024)
def _meant(reference: str) -> str:
    """The character that a reference means; none where that is not plain."""
    if reference.startswith("#"):
        number = int(f"0{reference[1:]}", 16) if reference[1] in "xX" else int(reference[1:])
        character = chr(number) if ord(" ") <= number < _PRIVATE_USE else ""
    else:
        character = "" if reference in _MEANT_OTHERWISE else chr(name2codepoint.get(reference, 0))
    return "" if NO_TEXT.search(character) else character
