"""
What becomes of each answer: the state of its host, its list or its address, and what is asked next.

Nothing here waits or asks. What is written belongs to one transaction of the driver, together with the length of the archive
that holds the answer.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from parsers.raw.charset import decode
from parsers.raw.signs import is_look_alike, is_other_report, is_report_title
from parsers.raw.sniff import sniff
from pipeline.listing import UNLINKED, Held, ListReader
from scrapers.addresses import canonical_key, same_site
from scrapers.article import read_article
from scrapers.errors import FetchError, Refused, TimedOut, TlsFailed, TooLarge, TooManyRedirects
from scrapers.exchange import Exchange
from scrapers.family import Request
from scrapers.frontier import Frontier
from scrapers.guard import Expected, Judgement, Known, Served, fingerprint, judge, judge_address, probe_url
from scrapers.known import Address, Host, Task
from scrapers.polite import MAX_TRIES, PASSING, Robots, read_robots, retry_after_failure, robots_url
from scrapers.redirects import Hop, next_hop

__all__ = ["Crawl", "Settled", "Turn", "host_key"]

_LOOKED_AT_ONCE = ("robots", "probe", "home")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^"'\s;,]+)""", re.IGNORECASE)
_TAKEN_AWAY = ("not_found", "gone", "soft_404", "homepage")
_CHALLENGES = frozenset({202, 412, 503, 521})
_ERROR_WORDS = dict.fromkeys(PASSING, "blocked:unreachable") | {TlsFailed: "tls_failed", TooLarge: "limit"}
"""What it is called that no whole answer came; `failed` where the answer, or the address, is at fault."""
_FEW_DENIED = 3
"""So many documents refused one after another, and the host is taken to refuse us."""


_STALLED = {"throttled": 6, "blocked:unreachable": 4, "server_error": 1}
_MOST_STALLED = 12
"""How much it counts that all tries of an address came to nothing, and how much of it in a row a host is given."""


class Settled(NamedTuple):
    """What came of an answer: the host that has another hop of the chain to ask, if any, and whether the host wants us slower."""

    onward: str | None = None
    is_throttled: bool = False


class Turn(NamedTuple):
    """One request that a host may be asked now: why, the hop of its chain of redirects, and for which list or address."""

    host: str
    purpose: str
    hop: Hop
    task: Task | None = None


def host_key(url: str) -> str:
    """
    The host and port by which requests are paced.

    >>> host_key("http://WWW.a.gov.cn:80/x"), host_key("http://a.gov.cn:8080")
    ('www.a.gov.cn', 'a.gov.cn:8080')
    """
    parts = urlsplit(url)
    return parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80")


@dataclass
class Crawl:
    """The rules of one crawl over its state; `token` makes the address that surely does not exist."""

    frontier: Frontier
    user_agent: str
    token: str
    lists: ListReader
    _robots: dict[str, Robots] = field(default_factory=dict)
    _going_on: defaultdict[str, deque[Turn]] = field(default_factory=lambda: defaultdict(deque))
    _denied: Counter[str] = field(default_factory=Counter)
    _robots_tries: Counter[str] = field(default_factory=Counter)
    _stalled: Counter[str] = field(default_factory=Counter)

    # --- what to ask ------------------------------------------------------------------------------

    def next_turn(self, host: str) -> Turn | None:
        """What to ask of a host next; None when it has nothing more, or is blocked."""
        known = self.frontier.host(host)
        while self._going_on[host]:
            turn = self._going_on[host].popleft()
            if turn.purpose == "task" and not known.status and known.robots_status is None:
                self._going_on[host].appendleft(turn)
                return Turn(host, "robots", Hop(Request(robots_url(turn.hop.request.url))))
            if not known.status and (turn.purpose == "robots" or self._may(turn)):
                return turn
            if known.status and turn.task is not None:
                self._fail(turn.task, known.status, f"it is sent on to {turn.hop.request.url}: {known.reason}", known.since)
        if known.status:
            return None
        while (task := self.frontier.next_task(host)) is not None:
            if known.robots_status is None:
                self._put_back(task)
                return Turn(host, "robots", Hop(Request(robots_url(task.request.url))))
            first = self._look_first(known, task)
            if first is not None and self._may(first):
                self._put_back(task)
                return first
            turn = Turn(host, "task", Hop(task.request), task)
            if self._may(turn):
                return turn
        return None

    def robots_of(self, host: str) -> Robots:
        """What the robots.txt of a host permits, as it was read."""
        if host not in self._robots:
            known = self.frontier.host(host)
            self._robots[host] = read_robots(known.robots_status, (known.robots or "").encode(), user_agent=self.user_agent)
        return self._robots[host]

    def _look_first(self, known: Host, task: Task) -> Turn | None:
        """An address that does not exist and the home page, each once, by which errors sent with status 200 are known."""
        start = "{0.scheme}://{0.netloc}/".format(urlsplit(task.request.url))
        if known.soft_404 is None:
            return self._once(known.host, "probe", Request(probe_url(start, self.token)))
        if known.home is None and not (task.page is not None and task.page.kind == "home" and task.request.url == start):
            return self._once(known.host, "home", Request(start))
        return None

    def _once(self, host: str, purpose: str, request: Request) -> Turn | None:
        if not self.robots_of(host).permits(request.url):
            self.frontier.set_host(host, **{"soft_404" if purpose == "probe" else "home": ""})
            return None
        return Turn(host, purpose, Hop(request))

    def _may(self, turn: Turn) -> bool:
        """Whether the host's robots.txt permits the request; what it forbids is written down."""
        if self.frontier.host(turn.host).robots_status is None or self.robots_of(turn.host).permits(turn.hop.request.url):
            return True
        if turn.task is not None:
            self._fail(turn.task, "blocked:robots", "the robots.txt of the host forbids the address")
        return False

    def _put_back(self, task: Task) -> None:
        if task.page is not None:
            self.frontier.set_list(task.page.number, request=task.page.request, state="due", tries=task.page.tries)
        elif task.address is not None:
            self.frontier.set_address(task.address.number, state="due", tries=task.address.tries)

    # --- what came --------------------------------------------------------------------------------

    def settle(self, turn: Turn, exchange: Exchange, snapshot: int, now: str) -> Settled:
        """
        Take an answer in.

        `snapshot` is the number under which the answer is kept, `now` the time of the request.
        """
        try:
            hop = next_hop(turn.hop, exchange, allowed=lambda url: self._stays(turn, url))
        except (Refused, TooManyRedirects) as error:
            self._sent_away(turn, error, now)
            return Settled()
        if hop is not None:
            return Settled(self._go_on(turn, hop))
        if turn.purpose == "robots":
            self._settle_robots(turn.host, exchange, now)
        elif turn.purpose in _LOOKED_AT_ONCE:
            self._settle_look(turn, exchange, now)
        elif turn.task is not None:
            return Settled(is_throttled=self._settle_task(turn.task, turn.hop.request, exchange, snapshot, now) == "throttled")
        return Settled()

    def settle_error(self, turn: Turn, error: FetchError, now: str) -> bool:
        """Take in that no whole answer came; whether the same is asked once more."""
        if turn.purpose == "robots":
            return self._robots_failed(turn.host, error, now)
        if turn.task is None:
            self.frontier.set_host(turn.host, **{"soft_404" if turn.purpose == "probe" else "home": ""})
            return False
        if isinstance(error, PASSING) and self._tries(turn.task) < MAX_TRIES:
            self._again(turn.task)
            return True
        status = _ERROR_WORDS.get(type(error), "failed")
        self._fail(turn.task, status, error.reason, now)
        self._count_stalled(turn.host, status, error.reason, now)
        return False

    def _sent_away(self, turn: Turn, error: Refused | TooManyRedirects, now: str) -> None:
        """A redirect that is not followed: its address may say what it leads to."""
        if turn.purpose == "robots":
            self._block(turn.host, "deferred", f"robots.txt is sent on, and not had: {error.reason}", now)
        elif turn.task is not None and isinstance(error, Refused) and (found := judge_address(error.url)) is not None:
            self._fail(turn.task, found.kind, found.reason, now)
        else:
            self.settle_error(turn, error, now)

    def defer(self, host: str, seconds: float, now: str) -> None:
        """The host asks us to come back so late that this run does not wait for it."""
        self._block(host, "deferred", f"the host asks us to wait for {seconds:,.0f} s (Retry-After)", now)

    def attempt(self, turn: Turn) -> int:
        """The number of this try, from 1."""
        return self._tries(turn.task) if turn.task is not None else 1 + self._robots_tries[turn.host]

    def _go_on(self, turn: Turn, hop: Hop) -> str:
        host = host_key(hop.request.url)
        # A robots.txt that is sent on still speaks for the host that was asked.
        going_on = turn._replace(hop=hop) if turn.purpose in _LOOKED_AT_ONCE else turn._replace(hop=hop, host=host)
        self._going_on[going_on.host].append(going_on)
        return going_on.host

    def _stays(self, turn: Turn, url: str) -> bool:
        """Whether a redirect leads nowhere but to the same site, or to another that the lists name."""
        return same_site(turn.hop.request.url, url) or self.lists.is_known_host(url)

    # --- hosts ------------------------------------------------------------------------------------

    def _settle_robots(self, host: str, exchange: Exchange, now: str) -> None:
        if exchange.status in _CHALLENGES:
            judged = self._judged(host, Request(exchange.url), exchange, "home")
            if judged.kind == "blocked:js_challenge" or (judged.kind == "blocked:denied" and exchange.status < 500):
                self._block(host, judged.kind, judged.reason, now)
                return
        robots = read_robots(exchange.status, exchange.body, user_agent=self.user_agent)
        if retry_after_failure(self._robots_tries[host] + 1, exchange.status, chance=0.0) is not None:
            self._robots_tries[host] += 1
            return
        self._robots.pop(host, None)
        text = decode(exchange.body).text if exchange.status == 200 else ""
        self.frontier.set_host(host, robots=text, robots_status=exchange.status, robots_at=_seconds(now))
        if robots.verdict == "refuse":
            self._block(host, "blocked:robots", f"robots.txt is answered with {exchange.status}", now)
        elif robots.verdict == "defer":
            self._block(host, "deferred", f"robots.txt is answered with {exchange.status}; the host is asked another day", now)

    def _robots_failed(self, host: str, error: FetchError, now: str) -> bool:
        self._robots_tries[host] += 1
        if self._robots_tries[host] < MAX_TRIES and isinstance(error, PASSING):
            return True
        # Who answers, but not in time, may do so another day; so says `cms_families` 5 of robots.txt.
        status = (
            "tls_failed" if isinstance(error, TlsFailed) else "deferred" if type(error) is TimedOut else "blocked:unreachable"
        )
        self._block(host, status, f"robots.txt: {error.reason}", now)
        return False

    def _settle_look(self, turn: Turn, exchange: Exchange, now: str) -> None:
        judged = self._judged(turn.host, turn.hop.request, exchange, "home")
        if judged.kind == "blocked:js_challenge":
            self._block(turn.host, judged.kind, judged.reason, now)
            return
        is_page = exchange.status == 200 and (turn.purpose == "home" or judged.kind in ("ok", "soft_404", "homepage"))
        print_of = fingerprint(exchange.body) if is_page else ""
        self.frontier.set_host(turn.host, **{"soft_404" if turn.purpose == "probe" else "home": print_of})

    def _block(self, host: str, status: str, reason: str, now: str) -> None:
        """The host is not asked again in this run: its open lists say why, with the date."""
        self.frontier.set_host(host, status=status, reason=reason, since=now)
        for page in self.frontier.lists():
            if page.host == host and page.state in ("due", "asked"):
                self.frontier.set_list(page.number, request=page.request, state="failed", status=status, reason=reason, since=now)
        self.frontier.fail_due(host, status, reason)

    # --- lists and addresses ----------------------------------------------------------------------

    def _settle_task(self, task: Task, request: Request, exchange: Exchange, snapshot: int, now: str) -> str:
        """What the answer to a list or an address is, taken in."""
        host = host_key(exchange.url)
        if exchange.status == 304 and task.address is not None:
            self.frontier.set_address(task.address.number, state="done", status="ok")
            return "ok"
        judged = self._judged(host, task.request, exchange, _expected(task))
        if request.method == "POST" and judged.kind == "blocked:denied" and judged.evidence == f"status {exchange.status}":
            judged = Judgement("not_found", "the address takes no POST")  # the family asks it by GET
        if judged.kind in _STALLED and self._tries(task) < MAX_TRIES:
            self._again(task)
            return judged.kind
        if judged.kind == "blocked:js_challenge" or (judged.kind == "blocked:denied" and self._is_denied(host, task)):
            self._fail(task, judged.kind, judged.reason, now)
            self._block(host, judged.kind, judged.reason, now)
        elif task.page is not None:
            self.lists.settle(task.page, request, exchange, judged, snapshot, now)
            for held in self.lists.take_held():
                self._keep_article(held, "utf-8")
        elif task.address is not None:
            self._settle_address(task.address, exchange, judged, snapshot, now)
        self._count_stalled(host, judged.kind, judged.reason, now)
        return judged.kind

    def _count_stalled(self, host: str, kind: str, reason: str, now: str) -> None:
        """A host that gives nothing any more, whatever it is asked, is left alone for this run."""
        if kind not in _STALLED:
            self._stalled[host] = 0
            return
        self._stalled[host] += _STALLED[kind]
        if self._stalled[host] >= _MOST_STALLED:
            status = kind if kind == "blocked:unreachable" else "deferred"
            self._block(host, status, f"nothing was had of the host, several times in a row: {reason}", now)

    def _is_denied(self, host: str, task: Task) -> bool:
        self._denied[host] += 1
        return (task.page is not None and not task.page.pages) or self._denied[host] >= _FEW_DENIED

    def _settle_address(self, address: Address, exchange: Exchange, judged: Judgement, snapshot: int, now: str) -> None:
        if judged.kind in _TAKEN_AWAY and address.reference == UNLINKED and address.snapshot is None:
            reason = f"the site names the unit and the year, and has no report of them: {judged.reason}"
            self.frontier.set_address(address.number, state="done", status="absent", reason=reason)
            return
        if judged.kind != "ok":
            self._fail(Task(Request(address.url), None, address), judged.kind, judged.reason, now)
            return
        self._denied[address.host] = 0
        self.frontier.set_address(address.number, state="done", status="ok", reason="", snapshot=snapshot)
        self.frontier.set_snapshot(snapshot, is_good=1)
        if address.kind == "article" and sniff(exchange.body).kind == "html":
            said = _CHARSET.search(exchange.header("Content-Type"))
            self._keep_article(Held(address, exchange.url, exchange.body, snapshot), said[1] if said else None)

    def _keep_article(self, held: Held, charset: str | None) -> None:
        """Write what an article says of itself, and make due what belongs to it; a page that is no report has nothing."""
        address = held.address
        article = read_article(held.url, held.body, http_charset=charset)
        self.frontier.set_snapshot(held.snapshot, published_on=article.published_on, published_from=article.published_from)
        if article.title:
            self.frontier.set_address(address.number, title=article.title)
        holds = (
            (article.attachments or article.frames) and not is_look_alike(article.title) and not is_other_report(article.title)
        )
        if not article.is_report and not holds:
            # A list that calls it a report says so to its readers: that it is none is a gap, not a matter of course.
            self.frontier.set_address(
                address.number, state="failed" if is_report_title(address.title) else "done", status="not_a_report",
                reason="neither its title nor its text is a report's",
            )  # fmt: skip
            return
        belonging = {item.url: item for item in (*article.frames, *article.attachments, *article.pictures)}
        for url, item in belonging.items():
            if canonical_key(url) != address.key and self.lists.may_ask(held.url, url):
                key = f"{address.number} {canonical_key(url)}"
                self.frontier.add_address(
                    key, url, host_key(url), kind="companion", title=item.name, parent=address.number, reference=item.reference
                )

    def _judged(self, host: str, request: Request, exchange: Exchange, expected: Expected) -> Judgement:
        known = self.frontier.host(host)
        media_type = exchange.header("Content-Type").partition(";")[0].strip().lower() or None
        served = Served(exchange.status, exchange.body, exchange.url, request.url, exchange.headers, media_type)
        return judge(served, expected, Known(known.soft_404 or "", known.home or ""))

    def _tries(self, task: Task) -> int:
        known = task.page if task.page is not None else task.address
        return known.tries + 1 if known is not None else MAX_TRIES

    def _again(self, task: Task) -> None:
        if task.page is not None:
            self.frontier.set_list(task.page.number, request=task.page.request, state="due")
        elif task.address is not None:
            self.frontier.set_address(task.address.number, state="due")

    def _fail(self, task: Task, status: str, reason: str, now: str | None = None) -> None:
        if task.page is not None:
            self.lists.fail(task.page, status, reason, now)
        elif task.address is not None:
            if task.address.snapshot is not None and status in _TAKEN_AWAY:  # it was had before: the copy stays
                self.frontier.set_address(task.address.number, state="done", status="withdrawn", reason=f"now {status}: {reason}")
                return
            self.frontier.set_address(task.address.number, state="failed", status=status, reason=reason)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _expected(task: Task) -> Expected:
    if task.page is not None:
        return "home" if task.page.kind == "home" else "list"
    return "attachment" if task.address is not None and task.address.kind == "companion" else "article"
