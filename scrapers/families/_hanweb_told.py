"""
What a page of Hanweb tells of the calls that its scripts make: names and values in scripts, hidden inputs and attributes.

Templates write them in every order, with either kind of quotes or none, in a call, in a query, or by way of variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from urllib.parse import unquote_plus

from scrapers.addresses import joined, same_site
from scrapers.families._lists import Page

__all__ = ["address_told", "calls_of", "plain", "told_of", "value_of", "written_with"]

_CALL = re.compile(r"(?<![\w])(?:jpage|ajax|post|get|getJSON|load|request|fetch)\s*\(", re.IGNORECASE)
_WRITTEN = r"""(?:
    (?P<close>["'])\s*\+\s*(?:encodeURI(?:Component)?\(\s*|escape\(\s*)?(?P<added>[A-Za-z_$][\w$.]*)   # "&unitid=" + unitid
  | (?:encodeURI(?:Component)?\(\s*|escape\(\s*)?(?:"(?P<double>[^"<>]*)"|'(?P<single>[^'<>]*)')
  | (?P<bare>[^\s"'&;,(){}\[\]<>+]+)
)"""
_SCRIPTS = re.compile(r"<script\b.*?</script", re.IGNORECASE | re.DOTALL)
_RECORDS = re.compile(r"<datastore.*</datastore|<nextgroup>.*?</nextgroup|<record\b.*</record", re.IGNORECASE | re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$.]*")
_RUN = re.compile(r"[\w:/.-]*$")
_LONGEST_ADDRESS = 200
_EMBEDDED = re.compile(r"[\w+/=]{2000,}")
_LITERAL = ("null", "undefined", "true", "false", "this", "function")


def calls_of(page: Page, sign: re.Pattern[str]) -> tuple[str, ...]:
    """
    The pieces of a page's scripts that make a call by the `sign` in them, one a call; a script whose calls cannot be told
    apart is one piece. Records in a script are no calls.
    """
    found: list[str] = []
    for script in page.soup.find_all("script"):
        text = _RECORDS.sub("", script.get_text())
        if not sign.search(text):
            continue
        starts = [match.start() for match in _CALL.finditer(text)]
        cuts = [0, *starts[1:], len(text)] if starts else [0, len(text)]
        pieces = [text[first:last] for first, last in pairwise(cuts)]
        signed = [piece for piece in pieces if sign.search(piece)]
        found += signed if len(signed) > 1 else [text]
    return tuple(dict.fromkeys(found))


def told_of(page: Page, names: Sequence[str], call: str = "", others: Sequence[str] = ()) -> dict[str, str]:
    """
    The values of names: as a call tells them, else as the page does anywhere but in its `others`; names without one are left
    out.
    """
    return {name: value for name in names if (value := value_of(page, name, call, others)) is not None}


def value_of(page: Page, name: str, call: str = "", others: Sequence[str] = ()) -> str | None:
    """
    The value of a name in a call, else in the page's scripts, hidden inputs or attributes; None where it has none.

    >>> from scrapers.families._lists import page_of
    >>> page = page_of("<script>var u = '4711'; load('p.jsp?unitid=' + u + '&webid=7');</script>", "http://a.gov.cn/")
    >>> value_of(page, "unitid"), value_of(page, "webid"), value_of(page, "columnid")
    ('4711', '7', None)
    """
    everywhere = plain(page.scripts)
    scripts = everywhere
    for other in others:
        scripts = scripts.replace(plain(other), "")
    for text in dict.fromkeys((plain(call), scripts)):
        for value in _values(text, name, everywhere):
            if value:
                return value
    for tag in page.soup.find_all("input"):
        if str(tag.get("name") or tag.get("id") or "").lower() == name.lower():
            return str(tag.get("value") or "")
    return next((value for value in _values(_SCRIPTS.sub("", plain(page.text)), name, everywhere) if value), None)


@lru_cache(maxsize=16)
def plain(text: str) -> str:
    """The text without the pictures and fonts that are written into it: they are long, and tell nothing."""
    return _EMBEDDED.sub("", text)


def _values(text: str, name: str, scripts: str) -> Iterator[str]:
    for match in re.finditer(rf"(?<=[?&;\"']){name}=([^&\"'<>\s]+)(?=[&\"'])", text, re.IGNORECASE):
        yield unquote_plus(match[1])
    for match in re.finditer(rf"(?<![\w.$]){name}[\"']?\s*[:=]\s*{_WRITTEN}", text, re.IGNORECASE | re.VERBOSE):
        if match["added"]:
            yield _resolved(match["added"], scripts, within=name)
        elif match["bare"] is None:
            yield match["double"] or match["single"] or ""
        elif _IDENTIFIER.fullmatch(match["bare"]):
            yield _resolved(match["bare"], scripts, within=name)
        else:
            yield unquote_plus(match["bare"])


def _resolved(identifier: str, scripts: str, *, within: str) -> str:
    """What a variable holds: the text or number that it is first set to."""
    name = identifier.rpartition(".")[2]
    if name in _LITERAL:
        return ""
    found = re.search(rf"(?<![\w.$]){re.escape(name)}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(-?\d+)\b)", scripts)
    if found is None and name.lower() != within.lower():
        found = re.search(rf"(?<![\w$]){re.escape(name)}[\"']?\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|(-?\d+)\b)", scripts)
    return next((group for group in found.groups() if group), "") if found else ""


def written_with(text: str, name: re.Pattern[str]) -> Iterator[str]:
    """
    The addresses that end in a file's name, as a text writes them.

    >>> list(written_with("load('/jcms/list.jsp?a=1')", re.compile(r"list[.]jsp")))
    ['/jcms/list.jsp']
    """
    for match in name.finditer(text):
        before = _RUN.search(text[max(0, match.start() - _LONGEST_ADDRESS) : match.start()])
        yield f"{before[0] if before else ''}{match[0]}"


def address_told(page: Page, reference: str) -> str | None:
    """The address that a script calls, without its query; None where it is none, or of another site."""
    url = joined(page.base, reference.partition("?")[0])
    return url if url and same_site(url, page.url) else None
