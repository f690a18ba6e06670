"""
What an answer is: the page that was asked for, or a refusal, a challenge, a missing page, or another page in its place.

Words alone decide nothing. A block page says 拦截 and little else; a report may say it too, under its title and beside its
tables. So the page is weighed: what it calls itself, how much it shows, what a report would show. No challenge is ever
answered (`cms_families` 5).
"""

from __future__ import annotations

from urllib.parse import urljoin

from parsers.raw.signs import DENIED_SCRIPT, DENIED_WORDS
from parsers.raw.sniff import sniff
from scrapers._doubts import PASSWORD, SMALL, challenge_of, judge_address, judge_page
from scrapers._judged import KINDS, Expected, Judgement, Kind, Known, Served
from scrapers._seen import PAGE_KINDS, Page, excerpt, fingerprint, see
from scrapers.addresses import path_of

__all__ = ["KINDS", "Expected", "Judgement", "Kind", "Known", "Served", "fingerprint", "judge", "judge_address", "probe_url"]

_BUSY = frozenset({408, 420, 425, 429, 503, 509})
_LOOKED_AT = 300_000


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
    return judge_page(served, expected, known or Known())


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
    if (challenge := challenge_of(page, served)) is not None:
        return challenge
    if status == 401 and (served.header("WWW-Authenticate") or PASSWORD.search(page.source)):
        return Judgement("login_required", "the server asks for a login")
    words = excerpt(DENIED_WORDS, (*page.names, page.visible[:2000])) or excerpt(DENIED_SCRIPT, (page.source,))
    if words and status >= 400 and status not in (404, 410) and status not in _BUSY and len(page.visible) < SMALL:
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
