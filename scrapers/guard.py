"""
What an answer is: the page that was asked for, or a refusal, a challenge, a missing page, or another page in its place.

Words alone decide nothing. A block page says 拦截 and little else; a report may say it too, under its title and beside its
tables. So the page is weighed: what it calls itself, how much it shows, what a report would show. No challenge is ever
answered (`cms_families` 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, NamedTuple, get_args
from urllib.parse import urljoin

from parsers.raw.body import FORM_WORDS, body_within
from parsers.raw.signs import (
    CHALLENGE_WORDS,
    DENIED_SCRIPT,
    DENIED_WORDS,
    EMPTY_WORDS,
    LOGIN_WORDS,
    MISSING_PLAINLY,
    MISSING_WORDS,
    REPORT_HEADINGS,
    REPORT_TITLE,
    SCRIPT_WORDS,
)
from parsers.raw.sniff import sniff
from scrapers._scripts import challenge_in, has_script, loading_in, sent_on_to, shell_in
from scrapers._seen import (
    PAGE_KINDS,
    Page,
    excerpt,
    fingerprint,
    has_empty_body,
    has_entries,
    has_no_records,
    has_things,
    is_home,
    see,
)
from scrapers.addresses import canonical_key, path_of

__all__ = ["KINDS", "Expected", "Judgement", "Kind", "Known", "Served", "fingerprint", "judge", "probe_url"]

Kind = Literal[
    "ok", "blocked:js_challenge", "blocked:denied", "throttled", "soft_404", "not_found", "gone", "login_required", "empty_list",
    "needs_render", "server_error", "homepage",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)

Expected = Literal["list", "article", "attachment", "home"]

_STUB, _FEW, _SMALL, _TEMPLATE = 12, 200, 600, 1800
"""Visible characters, at most: of nothing, of a sentence, of a page with a message, of a message amid a template."""

_BUSY = frozenset({408, 420, 425, 429, 503, 509})
_LOOKED_AT = 300_000
_EVIDENCE = 80

_YEAR = re.compile(r"(?:19|20)\d\d|二[〇○Ο零]")
_PASSWORD = re.compile(r"""<input\b[^<>]{0,500}type\s*=\s*["']?password""", re.IGNORECASE)
_RENDERED_ADDRESS = re.compile(r"/article\.html\?(?:[^#]*&)?infoid=", re.IGNORECASE)
_LOGIN_ADDRESS = re.compile(r"/(?:login|signin|sso|cas|passport|oauth2?|authserver|userlogin)(?:[/._-]|$)", re.IGNORECASE)
_ERROR_ADDRESS = re.compile(r"/(?:40[34]|errors?|err|notfound|not[_-]found|nopage|missing)(?:[/._-]|$)", re.IGNORECASE)
_LIST_SCRIPT = re.compile(
    r"unitbuild\.js|dataproxy\.jsp|<record>|<recordset|messageController/getMessage|/common/search/|/searchList/|labelName=|getgovinfolist"
    r"|window\._CONFIG|xxgk/search\.jsp|Ls\.pagination|loadDataByChannelId",
    re.IGNORECASE,
)
_DATA = re.compile(r"\s*(?:[\[{]|<\?xml|<datastore|<recordset)")


@dataclass(frozen=True, slots=True)
class Served:
    """An answer as it came: `url` is its final address, `asked` the one that was asked for."""

    status: int
    body: bytes
    url: str
    asked: str
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str | None = None

    def header(self, name: str) -> str:
        """All values of a header, a comma between them; empty when there is none."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


@dataclass(frozen=True, slots=True)
class Known:
    """What was learned of a host before, as `fingerprint` gives it: of its answer to `probe_url`, and of its home page."""

    soft_404: str = ""
    home: str = ""


class Judgement(NamedTuple):
    """
    What an answer is, why in one line, and what in it says so.

    `throttled` passes, also where the home page stands at another page's own address; `homepage` is to be sent on there.
    """

    kind: Kind
    reason: str
    evidence: str = ""


class _Proof(IntEnum):
    """How far a page proves to be a report: not at all, by a title that no firewall and no template has, by its body."""

    NONE = 0
    TITLE = 1
    BODY = 2


class _Case(NamedTuple):
    """All that is known of one answer."""

    served: Served
    page: Page
    expected: Expected
    known: Known
    proof: _Proof

    @property
    def seen(self) -> int:
        """How many characters are visible."""
        return len(self.page.visible)

    @property
    def moved(self) -> bool:
        """Whether it came from another address than was asked."""
        return canonical_key(self.served.url) != canonical_key(self.served.asked)


def judge(served: Served, expected: Expected, known: Known | None = None) -> Judgement:
    """
    What an answer is, of what was expected; never raises, whatever its bytes are.

    >>> page = "<title>访问被拒绝</title><p>您的请求已被云防护拦截</p>".encode()
    >>> judge(Served(200, page, "http://a.gov.cn/x.html", "http://a.gov.cn/x.html"), "article").kind
    'blocked:denied'
    """
    if not 200 <= served.status < 300 or served.status == 206:  # a part, which nobody asked for
        return _by_status(served)
    kind = sniff(served.body, path_of(served.url)).kind
    if kind == "empty":
        return Judgement("soft_404", "the answer is empty", f"{len(served.body)} bytes")
    if kind not in PAGE_KINDS:
        return Judgement("ok", f"a document of kind {kind}")
    page = see(served.body)
    case = _Case(served, page, expected, known or Known(), _proof(page, expected))
    found = next(_doubts(case), None)
    return found or Judgement("ok", "a page of a report" if case.proof else "a page with content")


def probe_url(host_url: str, random_token: str) -> str:
    """
    An address of the host that surely does not exist, to learn how the host answers then.

    >>> probe_url("http://www.a.gov.cn/zwgk/index.html", "q7x2k9")
    'http://www.a.gov.cn/no-such-page-q7x2k9.html'
    """
    return urljoin(host_url, f"/no-such-page-{random_token}.html")


# --- by status ------------------------------------------------------------------------------------


def _by_status(served: Served) -> Judgement:
    """What a status other than of success says, with a look at the page where two kinds share it."""
    status = served.status
    page = see(served.body[:_LOOKED_AT])
    kind, reason, evidence = _refusal(served, page) or _kind_of(status)
    after = served.header("Retry-After")
    if kind == "throttled" and after:
        evidence = f"Retry-After: {after}"
    return Judgement(kind, reason, evidence or f"status {status}")


def _refusal(served: Served, page: Page) -> Judgement | None:
    status = served.status
    if (challenge := _challenge(page, served)) is not None:
        return challenge
    if status == 401 and (served.header("WWW-Authenticate") or _PASSWORD.search(page.source)):
        return Judgement("login_required", "the server asks for a login")
    words = excerpt(DENIED_WORDS, (*page.names, page.visible[:2000])) or excerpt(DENIED_SCRIPT, (page.source,))
    if words and status >= 400 and status not in (404, 410) and status not in _BUSY and len(page.visible) < _SMALL:
        return Judgement("blocked:denied", f"a firewall answers with {status}", words)
    return None


def _kind_of(status: int) -> Judgement:
    reason = f"the server answers {status}"
    if status == 304:
        return Judgement("ok", "not modified")
    if status == 404:
        return Judgement("not_found", reason)
    if status == 410:
        return Judgement("gone", reason)
    if status in _BUSY:
        return Judgement("throttled", reason)
    if 400 <= status < 500:
        return Judgement("blocked:denied", f"the server refuses with {status}")
    return Judgement("server_error", reason)


# --- by the page ----------------------------------------------------------------------------------


def _doubts(case: _Case) -> Iterator[Judgement]:
    """What speaks against a page that was served as good, the weightiest first."""
    tests = [_other_page]
    if case.proof is _Proof.NONE:
        tests = [
            _challenged,
            _denied,
            _asks_login,
            _other_page,
            _says_missing,
            _sends_on,
            _unrendered,
            _nothing,
            _without_entries,
        ]
    elif case.proof is _Proof.TITLE:
        tests = [_other_page, _gone_under_its_title, _unrendered]
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
    # The name of a column stands in the title of every page in it, also of those that are missing; a year does not.
    named = any(REPORT_TITLE.search(name) and (_YEAR.search(name) or name in page.headings) for name in page.names)
    return _Proof.TITLE if named and len(page.visible) > _STUB else _Proof.NONE


def _challenged(case: _Case) -> Judgement | None:
    return _challenge(case.page, case.served)


def _challenge(page: Page, served: Served) -> Judgement | None:
    """A page that is a script to be solved, and shows next to nothing."""
    evidence = challenge_in(page, served.status, served.header("Set-Cookie")) if len(page.visible) <= _FEW else ""
    return Judgement("blocked:js_challenge", "the server wants a script to be solved first", evidence) if evidence else None


def _denied(case: _Case) -> Judgement | None:
    page, reason = case.page, "a firewall's page stands in its place"
    if words := excerpt(DENIED_WORDS, page.names):
        return Judgement("blocked:denied", reason, words) if case.seen < _TEMPLATE else None
    bare = case.seen < _SMALL and not has_entries(page) and has_empty_body(page) is not False
    if bare and (words := excerpt(DENIED_WORDS, (page.visible,))):
        return Judgement("blocked:denied", reason, words)
    if case.seen <= _STUB * 5 and not has_things(page) and (words := excerpt(DENIED_SCRIPT, (page.source,))):
        return Judgement("blocked:denied", reason, words)
    return None


def _asks_login(case: _Case) -> Judgement | None:
    page, path = case.page, path_of(case.served.url)
    asks = _PASSWORD.search(page.source) is not None
    if case.moved and _LOGIN_ADDRESS.search(path) and not _LOGIN_ADDRESS.search(path_of(case.served.asked)):
        return Judgement("login_required", "sent on to a login", path[:_EVIDENCE])
    if (words := excerpt(LOGIN_WORDS, page.names)) and (asks or case.seen < _FEW):
        return Judgement("login_required", "the page is a login", words)
    if case.seen < _FEW and not has_entries(page) and (words := excerpt(LOGIN_WORDS, (page.visible,))):
        return Judgement("login_required", "the page asks for a login", words)
    return None


def _other_page(case: _Case) -> Judgement | None:
    """The host's page for what is missing, or its home page, where something else was asked for."""
    served, known = case.served, case.known
    if case.expected == "home" or is_home(served.asked):
        return None
    own = fingerprint(served.body) if known.soft_404 or known.home else ""
    if own and own == known.soft_404 and not shell_in(case.page):
        return Judgement("soft_404", "the same page as for an address that does not exist", own[:21])
    if case.moved and is_home(served.url) and case.proof is not _Proof.BODY:
        return Judgement("homepage", "sent on to the home page", served.url[:_EVIDENCE])
    if own and own == known.home:
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
    if case.seen < _SMALL and has_empty_body(page) is not False and (words := excerpt(MISSING_WORDS, (page.visible,))):
        return Judgement("soft_404", "the page says that it does not exist", words)
    if has_empty_body(page) is not False and (words := excerpt(MISSING_PLAINLY, (page.visible,))):
        return Judgement("soft_404", "the page says amid its template that it does not exist", words)
    return None


def _gone_under_its_title(case: _Case) -> Judgement | None:
    words = excerpt(MISSING_PLAINLY, (case.page.visible,)) if case.seen < _FEW and not has_things(case.page) else ""
    return Judgement("soft_404", "the title is left, the page says that it does not exist", words) if words else None


def _sends_on(case: _Case) -> Judgement | None:
    """A page that only sends on by itself; the evidence is where to."""
    address = sent_on_to(case.page, case.served.url) if case.seen <= _STUB * 5 and not has_entries(case.page) else None
    if address is None:
        return None
    if _LOGIN_ADDRESS.search(path_of(address)):
        return Judgement("login_required", "the page sends on to a login", address)
    if _ERROR_ADDRESS.search(path_of(address)):
        return Judgement("soft_404", "the page sends on to one about errors", address)
    if is_home(address) and case.expected != "home" and not is_home(case.served.asked):
        return Judgement("homepage", "the page sends on to the home page", address)
    return Judgement("needs_render", "the page only sends on to another address", address)


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
    if case.expected != "article" or body_within(page.source) is not None:
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
