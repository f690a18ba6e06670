"""
What a page of Hanweb tells of the calls that its scripts make: names and values in scripts, hidden inputs and attributes.

Templates write them in every order, with either kind of quotes or none, in a call, in a query, or by way of variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_plus

from scrapers.addresses import joined, same_site
from scrapers.families._lists import Page

__all__ = ["address_told", "calls_of", "told_of", "value_of"]

_CALL = re.compile(r"(?<![\w])(?:jpage|ajax|post|get|getJSON|load|request|fetch)\s*\(", re.IGNORECASE)
_WRITTEN = r"""(?:
    (?P<close>["'])\s*\+\s*(?:encodeURI(?:Component)?\(\s*|escape\(\s*)?(?P<added>[A-Za-z_$][\w$.]*)   # "&unitid=" + unitid
  | (?:encodeURI(?:Component)?\(\s*|escape\(\s*)?(?:"(?P<double>[^"<>]*)"|'(?P<single>[^'<>]*)')
  | (?P<bare>[^\s"'&;,(){}\[\]<>+]+)
)"""
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$.]*")
_LITERAL = ("null", "undefined", "true", "false", "this", "function")


def calls_of(page: Page, sign: re.Pattern[str]) -> tuple[str, ...]:
    """
    The pieces of a page's scripts that make a call by the `sign` in them, one a call; a script whose calls cannot be told
    apart is one piece. Scripts that hold records are no calls.
    """
    found: list[str] = []
    for script in page.soup.find_all("script"):
        text = script.get_text()
        if not sign.search(text) or "<record" in text.lower():
            continue
        starts = [match.start() for match in _CALL.finditer(text)]
        cuts = [0, *starts[1:], len(text)] if starts else [0, len(text)]
        pieces = [text[first:last] for first, last in zip(cuts, cuts[1:], strict=False)]
        signed = [piece for piece in pieces if sign.search(piece)]
        found += signed if len(signed) > 1 else [text]
    return tuple(dict.fromkeys(found))


def told_of(page: Page, names: Sequence[str], call: str = "") -> dict[str, str]:
    """The values of names: as a call tells them, else as the page does anywhere; names without one are left out."""
    return {name: value for name in names if (value := value_of(page, name, call)) is not None}


def value_of(page: Page, name: str, call: str = "") -> str | None:
    """
    The value of a name in a call, else in the page's scripts, hidden inputs or attributes; None where it has none.

    >>> from scrapers.families._lists import page_of
    >>> page = page_of("<script>var u = '4711'; load('p.jsp?unitid=' + u + '&webid=7');</script>", "http://a.gov.cn/")
    >>> value_of(page, "unitid"), value_of(page, "webid"), value_of(page, "columnid")
    ('4711', '7', None)
    """
    for text in dict.fromkeys((call, page.scripts)):
        for value in _values(text, name, page.scripts):
            if value:
                return value
    for tag in page.soup.find_all("input"):
        if str(tag.get("name") or tag.get("id") or "").lower() == name.lower():
            return str(tag.get("value") or "")
    return next((value for value in _values(page.text, name, page.scripts) if value), None)


def _values(text: str, name: str, scripts: str) -> Iterator[str]:
    for match in re.finditer(rf"(?<![\w.$]){name}[\"']?\s*[:=]\s*{_WRITTEN}", text, re.IGNORECASE | re.VERBOSE):
        if match["added"]:
            yield _resolved(match["added"], scripts, within=name)
        elif match["bare"] is None:
            yield match["double"] or match["single"] or ""
        elif _IDENTIFIER.fullmatch(match["bare"]) and not _in_query(text, match.start()):
            yield _resolved(match["bare"], scripts, within=name)
        else:
            yield unquote_plus(match["bare"])


def _in_query(text: str, at: int) -> bool:
    return at > 0 and text[at - 1] in "?&;"


def _resolved(identifier: str, scripts: str, *, within: str) -> str:
    """What a variable holds: the text or number that it is first set to."""
    name = identifier.rpartition(".")[2]
    if name in _LITERAL:
        return ""
    found = re.search(rf"(?<![\w.$]){re.escape(name)}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(-?\d+)\b)", scripts)
    if found is None and name.lower() != within.lower():
        found = re.search(rf"(?<![\w$]){re.escape(name)}[\"']?\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|(-?\d+)\b)", scripts)
    return next((group for group in found.groups() if group), "") if found else ""


def address_told(page: Page, reference: str) -> str | None:
    """The address that a script calls, without its query; None where it is none, or of another site."""
    url = joined(page.base, reference.partition("?")[0])
    return url if url and same_site(url, page.url) else None
