"""
What speaks against a page that was served as good: a block, a challenge, a login, a missing page, another page in its place.

Two kinds of words are weighed. Some say what they say wherever they stand; others only where a page shows nothing else: no
entry of a list, no article, no document. And a page that proves to be a report is not asked for its words at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import cached_property

from parsers.raw.body import FORM_WORDS, body_within
from parsers.raw.signs import (
    BUSY_WORDS,
    CHALLENGE_BARELY,
    CHALLENGE_WORDS,
    DENIED_BARELY,
    DENIED_SCRIPT,
    DENIED_WORDS,
    EMPTY_WORDS,
    FAULT_WORDS,
    LOADING_WORDS,
    LOGIN_WORDS,
    MISSING_PLAINLY,
    MISSING_WORDS,
    PAUSED_WORDS,
    REPORT_HEADINGS,
    REPORT_TITLE,
    SCRIPT_WORDS,
    speaks_as_report,
)
from scrapers._judged import Expected, Judgement, Known, Served
from scrapers._scripts import challenge_in, has_loaded_script, has_script, loading_in, sent_on_to, shell_in
from scrapers._seen import (
    Page,
    excerpt,
    fingerprint,
    has_documents,
    has_empty_body,
    has_entries,
    has_no_records,
    has_things,
    is_home,
    links_of,
    see,
)
from scrapers.addresses import canonical_key, path_of

__all__ = ["PASSWORD", "SMALL", "challenge_of", "judge_address", "judge_page"]

_STUB, _LINE, _FEW, SMALL, _TEMPLATE = 12, 60, 200, 600, 1800
"""Visible characters, at most: of nothing, of a line, of a sentence, of a page with a message, of a message amid a template."""

_EVIDENCE = 80
_FEW_LINKS = 3

PASSWORD = re.compile(r"""<input\b[^<>]{0,500}type\s*=\s*["']?password""", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d|二[〇○Ο零]")
_RENDERED_ADDRESS = re.compile(r"/article\.html\?(?:[^#]*&)?infoid=", re.IGNORECASE)
_LOGIN_ADDRESS = re.compile(r"/(?:login|signin|sso|cas|passport|oauth2?|authserver|userlogin)(?:[/._-]|$)", re.IGNORECASE)
_ERROR_ADDRESS = re.compile(r"/(?:40[34]|errors?|err|notfound|not[_-]found|nopage|missing)(?:[/._-]|$)", re.IGNORECASE)
_LIST_SCRIPT = re.compile(
    r"unitbuild\.js|dataproxy\.jsp|<record>|<recordset|messageController/getMessage|/common/search/|/searchList/|labelName=|getgovinfolist"
    r"|window\._CONFIG|xxgk/(?:search|tree)\.jsp|xxgkAnnualReport\.jsp|\.jpage\s*\(|Ls\.pagination|loadDataByChannelId",
    re.IGNORECASE,
)
_DATA = re.compile(r"\s*(?:[\[{]|<\?xml|<datastore|<recordset)")


class _Proof(IntEnum):
    """
    How far a page proves to be a report.

    Not at all; by a title that no firewall and no template has; by a sentence that only a report has; by its tables or headings.
    """

    NONE = 0
    TITLE = 1
    PROSE = 2
    BODY = 3


class _Case:
    """All that is known of one answer."""

    def __init__(self, served: Served, expected: Expected, known: Known) -> None:
        self.served, self.expected, self.known = served, expected, known
        self.page = see(served.body)
        self.seen = len(self.page.visible)
        self.proof = _proof(self.page, expected)

    @property
    def moved(self) -> bool:
        """Whether it came from another address than was asked."""
        return canonical_key(self.served.url) != canonical_key(self.served.asked)

    @cached_property
    def bare(self) -> bool:
        """Whether a page has a message and nothing else: no entry of a list, no article, no document."""
        page = self.page
        return self.seen < SMALL and not has_entries(page) and has_empty_body(page) is not False and not has_documents(page)

    def is_wall(self, own: str) -> bool:
        """Whether a page of this fingerprint stands before the whole host: also its home page is it, and leads nowhere."""
        everywhere = own == self.known.home == self.known.soft_404 and self.bare and self.seen > _STUB
        return everywhere and sum(1 for _ in links_of(self.page)) <= _FEW_LINKS

    def barely(self, pattern: re.Pattern[str]) -> str:
        """What a page with nothing else says, of a pattern; empty where there is more to it."""
        return excerpt(pattern, (*self.page.names, self.page.visible)) if self.bare else ""


def judge_page(served: Served, expected: Expected, known: Known) -> Judgement:
    """What a page is that was served as good."""
    case = _Case(served, expected, known)
    found = next(_doubts(case), None)
    return found or Judgement("ok", "a page of a report" if case.proof else "a page with content")


def judge_address(address: str) -> Judgement | None:
    """
    What an address says of the page that something sends on to; None where it says nothing.

    >>> judge_address("https://sso.a.gov.cn/cas/login?service=x").kind
    'login_required'
    """
    if _LOGIN_ADDRESS.search(path_of(address)):
        return Judgement("login_required", "sent on to a login", address)
    return Judgement("soft_404", "sent on to a page about errors", address) if _ERROR_ADDRESS.search(path_of(address)) else None


def challenge_of(page: Page, served: Served) -> Judgement | None:
    """A page that is a script, or a riddle, to be solved, and shows next to nothing."""
    seen = len(page.visible)
    evidence = challenge_in(page, served.status, served.header("Set-Cookie")) if seen <= _FEW else ""
    if not evidence and seen <= SMALL and served.status >= 400 and not PASSWORD.search(page.source):
        evidence = excerpt(CHALLENGE_BARELY, (*page.names, page.visible))
    return Judgement("blocked:js_challenge", "the server wants a script to be solved first", evidence) if evidence else None


def _doubts(case: _Case) -> Iterator[Judgement]:
    """What speaks against a page, the weightiest first."""
    tests = [_other_page]
    if case.proof is _Proof.NONE:
        tests = [
            _challenged,
            _busy,
            _denied,
            _asks_login,
            _paused,
            _denied_barely,
            _other_page,
            _says_missing,
            _sends_on,
            _broken,
            _unrendered,
            _not_yet_rendered,
            _walled,
            _nothing,
            _without_entries,
        ]
    elif case.proof is _Proof.TITLE:
        tests = [_other_page, _gone_under_its_title, _unrendered]
    elif case.proof is _Proof.PROSE:
        tests = [_other_page, _unrendered]
    for test in tests:
        if (found := test(case)) is not None:
            yield found


def _proof(page: Page, expected: Expected) -> _Proof:
    if sum(word in page.visible for word in FORM_WORDS) > 2 or len(set(REPORT_HEADINGS.findall(page.visible))) > 2:
        return _Proof.BODY
    held = body_within(page.source)
    if held is not None and REPORT_HEADINGS.search(held):
        return _Proof.BODY
    if expected == "home" or any(excerpt(words, page.names) for words in (MISSING_WORDS, DENIED_WORDS, CHALLENGE_WORDS)):
        return _Proof.NONE
    if expected != "list" and speaks_as_report(page.visible):
        return _Proof.PROSE
    # The name of a column stands in the title of every page in it, also of those that are missing; a year does not.
    named = any(REPORT_TITLE.search(name) and (_YEAR.search(name) or name in page.headings) for name in page.names)
    return _Proof.TITLE if named and (len(page.visible) > _STUB or has_documents(page)) else _Proof.NONE


def _challenged(case: _Case) -> Judgement | None:
    if (found := challenge_of(case.page, case.served)) is not None:
        return found
    words = "" if PASSWORD.search(case.page.source) else case.barely(CHALLENGE_BARELY)
    return Judgement("blocked:js_challenge", "the page wants to be solved first", words) if words else None


def _busy(case: _Case) -> Judgement | None:
    words = case.barely(BUSY_WORDS)
    return Judgement("throttled", "the page says that too much was asked", words) if words else None


def _denied(case: _Case) -> Judgement | None:
    page, reason = case.page, "a firewall's page stands in its place"
    if words := excerpt(DENIED_WORDS, page.names):
        return Judgement("blocked:denied", reason, words) if case.seen < _TEMPLATE else None
    if words := case.barely(DENIED_WORDS):
        return Judgement("blocked:denied", reason, words)
    if case.seen <= _LINE and not has_things(page) and (words := excerpt(DENIED_SCRIPT, (page.source,))):
        return Judgement("blocked:denied", reason, words)
    return None


def _asks_login(case: _Case) -> Judgement | None:
    page, path = case.page, path_of(case.served.url)
    asks = PASSWORD.search(page.source) is not None
    if case.moved and _LOGIN_ADDRESS.search(path) and not _LOGIN_ADDRESS.search(path_of(case.served.asked)):
        return Judgement("login_required", "sent on to a login", path[:_EVIDENCE])
    if (words := excerpt(LOGIN_WORDS, page.names)) and (asks or case.seen < _FEW):
        return Judgement("login_required", "the page is a login", words)
    if case.seen < _FEW and case.bare and (words := excerpt(LOGIN_WORDS, (page.visible,))):
        return Judgement("login_required", "the page asks for a login", words)
    if asks and case.bare and case.expected != "home":
        return Judgement("login_required", "there is nothing on the page but a login", page.visible[:_EVIDENCE])
    return None


def _other_page(case: _Case) -> Judgement | None:
    """The host's page for what is missing, or its home page, where something else was asked for."""
    served, known = case.served, case.known
    if case.expected == "home" or is_home(served.asked):
        return None
    own = fingerprint(served.body) if known.soft_404 or known.home else ""
    if own and own == known.soft_404 and not shell_in(case.page) and not case.is_wall(own):
        return Judgement("soft_404", "the same page as for an address that does not exist", own[:21])
    if case.moved and is_home(served.url) and case.proof is not _Proof.BODY:
        return Judgement("homepage", "sent on to the home page", served.url[:_EVIDENCE])
    if own and own == known.home and not case.is_wall(own):
        if case.moved:
            return Judgement("homepage", "sent on to a copy of the home page", served.url[:_EVIDENCE])
        return Judgement("throttled", "the home page stands at the address of another page", own[:21])
    return None


def _says_missing(case: _Case) -> Judgement | None:
    page = case.page
    if case.moved and case.seen < _TEMPLATE and (mark := _ERROR_ADDRESS.search(path_of(case.served.url))):
        return Judgement("soft_404", "sent on to a page about errors", mark[0])
    if words := excerpt(MISSING_WORDS, page.names):
        return Judgement("soft_404", "the title says that the page does not exist", words)
    if case.expected == "home" or (has_entries(page) and case.expected == "list"):
        return None
    listed = case.expected == "list" and EMPTY_WORDS.search(page.visible) and not MISSING_PLAINLY.search(page.visible)
    if (
        case.seen < SMALL
        and not listed
        and has_empty_body(page) is not False
        and (words := excerpt(MISSING_WORDS, (page.visible,)))
    ):
        return Judgement("soft_404", "the page says that it does not exist", words)
    if has_empty_body(page) is not False and (words := excerpt(MISSING_PLAINLY, (page.visible,))):
        return Judgement("soft_404", "the page says amid its template that it does not exist", words)
    return None


def _gone_under_its_title(case: _Case) -> Judgement | None:
    words = excerpt(MISSING_PLAINLY, (case.page.visible,)) if case.seen < _FEW and not has_things(case.page) else ""
    return Judgement("soft_404", "the title is left, the page says that it does not exist", words) if words else None


def _sends_on(case: _Case) -> Judgement | None:
    """A page that only sends on by itself; the evidence is where to."""
    address = sent_on_to(case.page, case.served.url) if case.seen <= _LINE and not has_entries(case.page) else None
    if address is None:
        return None
    found = judge_address(address)
    if found is not None:
        return found
    if is_home(address) and case.expected != "home" and not is_home(case.served.asked):
        return Judgement("homepage", "the page sends on to the home page", address)
    return Judgement("needs_render", "the page only sends on to another address", address)


def _paused(case: _Case) -> Judgement | None:
    words = case.barely(PAUSED_WORDS)
    return Judgement("throttled", "the page says that the site is closed for a time", words) if words else None


def _denied_barely(case: _Case) -> Judgement | None:
    words = case.barely(DENIED_BARELY)
    return Judgement("blocked:denied", "the page says that the request is refused", words) if words else None


def _broken(case: _Case) -> Judgement | None:
    words = case.barely(FAULT_WORDS)
    return Judgement("server_error", "a program of the site has failed", words) if words else None


def _unrendered(case: _Case) -> Judgement | None:
    page, reason = case.page, "a script of the page loads what it shows"
    if case.seen < _FEW and (shell := shell_in(page)):
        return Judgement("needs_render", reason, shell[:_EVIDENCE])
    if (mark := _RENDERED_ADDRESS.search(case.served.url)) and has_empty_body(page) is not False:
        return Judgement("needs_render", reason, mark[0])
    if case.seen < _FEW and not has_entries(page) and has_script(page) and (words := SCRIPT_WORDS.search(page.source)):
        return Judgement("needs_render", reason, words[0])
    if case.expected == "article" and any(page.names) and has_empty_body(page) and (loads := loading_in(page)):
        return Judgement("needs_render", reason, loads)
    return None


def _not_yet_rendered(case: _Case) -> Judgement | None:
    """What is left of a page that a script fills, where nothing else is known of it."""
    page, reason = case.page, "a script of the page loads what it shows"
    if has_script(page) and (words := case.barely(LOADING_WORDS)):
        return Judgement("needs_render", reason, words)
    if _LIST_SCRIPT.search(page.source):
        return None
    if case.seen <= _STUB and has_loaded_script(page) and not has_things(page):
        return Judgement("needs_render", reason, "nothing but a script")
    if case.expected == "list" and case.bare and not EMPTY_WORDS.search(page.visible) and (loads := loading_in(page)):
        return Judgement("needs_render", reason, loads)
    return None


def _walled(case: _Case) -> Judgement | None:
    """A message, in words that nobody has foreseen, that a host shows at each of its addresses: also as its home page."""
    if case.known.home and case.known.home == case.known.soft_404 and case.is_wall(fingerprint(case.served.body)):
        shown = case.page.visible[:_EVIDENCE]
        return Judgement("blocked:denied", "the host shows the same page of few words at every address", shown)
    return None


def _nothing(case: _Case) -> Judgement | None:
    """A stub, or a template with nothing in it: a title and a body are asked of a page (`cms_families` 5)."""
    page, shows = case.page, has_things(case.page)
    shown = page.visible[:_EVIDENCE]
    if _DATA.match(page.source):
        return None
    if case.expected == "attachment" and case.seen < _FEW and not shows:
        return Judgement("soft_404", "a page of few words in place of a document", shown)
    listed = case.expected == "list" and (_LIST_SCRIPT.search(page.source) or has_entries(page))
    if case.seen <= _STUB and not shows and not listed:
        return Judgement("soft_404", "a page with nothing on it", shown)
    if case.expected != "article" or has_documents(page) or body_within(page.source) is not None:
        return None
    empty = has_empty_body(page)
    if empty or (empty is None and not any(page.names) and not shows and case.seen < _FEW):
        return Judgement("soft_404", "a template without a body", shown)
    return None


def _without_entries(case: _Case) -> Judgement | None:
    page = case.page
    if case.expected != "list" or _LIST_SCRIPT.search(page.source):
        return None
    if page.source.lstrip()[:1] in ("{", "["):
        return (
            Judgement("empty_list", "an answer without a record", page.source[:_EVIDENCE])
            if has_no_records(page.source)
            else None
        )
    words = excerpt(EMPTY_WORDS, (page.visible,))
    if has_entries(page, strict=bool(words)):
        return None
    return Judgement("empty_list", "a list without an entry", words)
