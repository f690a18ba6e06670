"""Small sites in memory for the tests of families, and a walk through a list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import ceil
from urllib.parse import urlsplit

from scrapers.addresses import canonical_key
from scrapers.family import Answer, Item, Request, Verdict, claim_page, families

__all__ = [
    "HOST",
    "Serve",
    "Walk",
    "answer",
    "entries",
    "entry",
    "linked_site",
    "list_page",
    "one_page",
    "pages",
    "trs_site",
    "walk",
]

HOST = "http://www.qinghuai.gov.cn"
Serve = Callable[[Request], Answer]


def answer(request: Request, text: str, status: int = 200, url: str = "") -> Answer:
    return Answer(request, url or request.url, status, text, text.encode())


@dataclass
class Walk:
    """What came of a list: its entries, how it ended, what was asked, and the further lists."""

    items: list[Item] = field(default_factory=list)
    verdict: Verdict = field(default_factory=lambda: Verdict("none"))
    asked: list[Request] = field(default_factory=list)
    lists: list[Item] = field(default_factory=list)
    is_report: bool = False

    @property
    def status(self) -> str:
        return self.verdict.status

    @property
    def paths(self) -> list[str]:
        return [request.url.removeprefix(HOST) for request in self.asked]


def walk(serve: Serve, list_url: str, *, family: str, limit: int = 60) -> Walk:
    """A list from its first page to its verdict; every Request goes through JSON, as the state keeps it."""
    first = serve(Request(list_url))
    claim = claim_page(first)
    assert claim is not None
    assert claim.family == family
    module = next(one for one in families() if one.name == claim.family)
    found = Walk()
    request: Request | None = module.start(claim)
    seen: set[str] = set()
    while request is not None:
        assert len(found.asked) < limit, "the list does not end"
        request = Request.from_json(request.to_json())
        found.asked.append(request)
        listing = module.read(claim, serve(request), frozenset(seen))
        assert (listing.next is None) != (listing.verdict is None)
        keys = [canonical_key(item.url) for item in listing.items]
        assert len(keys) == len(set(keys))
        assert not seen & set(keys)
        seen.update(keys)
        found.items += listing.items
        found.lists += listing.lists
        found.is_report |= listing.is_report
        found.verdict = listing.verdict or found.verdict
        request = listing.next
    return found


def pages(texts: dict[str, str], *, missing: str = "<html><title>404</title>") -> Serve:
    """A site of fixed pages by path and query; the rest is 404."""

    def serve(request: Request) -> Answer:
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return answer(request, texts[path]) if path in texts else answer(request, missing, 404)

    return serve


def entry(number: int, *, path: str = "./202201/t20220128_{}.html", title: str = "") -> str:
    title = title or f"青淮县第{number}局2021年政府信息公开工作年度报告"
    return f'<li><a href="{path.format(1000 + number)}" title="{title}">{title[:9]}...</a><span>2022-01-28</span></li>'


def entries(numbers: Iterable[int], **words: str) -> str:
    return "<ul>" + "".join(entry(number, **words) for number in numbers) + "</ul>"


NAVIGATION = '<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/zwgk/zfgb/">政府公报</a></div>'


def list_page(body: str, *, pager: str = "") -> str:
    script = f"<script>{pager}</script>" if pager else ""
    return f"<html><head><meta charset='utf-8'><title>年报</title></head><body>{NAVIGATION}{body}{script}</body></html>"


def trs_site(
    count: int,
    *,
    rows: int = 5,
    base: int = 0,
    quoted: bool = False,
    total: int | None = None,
    stop: int | None = None,
    css: bool = True,
) -> dict[str, str]:
    """A list of TRS at /nb/ with `count` entries; `base` is the number of page 1 in `index_n`, `stop` the last page that is there."""
    number = max(1, -(-count // rows))
    last = f", 'page', {total}" if total is not None else ""
    if quoted:
        last = f", {total}" if total is not None else ""
    call = (
        f"createPageHTML('div', {number}, 1, 'index', 'html'{last})"
        if quoted
        else f"createPageHTML({number}, 0, 'index', 'html'{last})"
    )
    texts = {}
    for page in range(1, number + 1):
        if stop is not None and page > stop:
            break
        body = entries(range((page - 1) * rows, min(page * rows, count)))
        name = "/nb/" if page == 1 else f"/nb/index_{page - 1 + base}.html"
        texts[name] = list_page(body, pager=call)
    return texts


def linked_site(count: int, *, rows: int, down: bool = False) -> dict[str, str]:
    """A list of Boda: links to the next page, whose numbers run backwards (`cms_families` 3.6)."""
    number = max(1, ceil(count / rows))
    texts = {}
    for page in range(1, number + 1):
        body = entries(range((page - 1) * rows, min(page * rows, count)), path="/info/1648/{}.htm")
        following = number - page if down else page + 1
        if page < number:
            body += f'<span class="p_next p_fun"><a href="/zwgk/nb/{following}.htm">下页</a></span>'
        shown = number - page + 1 if down else page
        texts["/zwgk/nb.htm" if page == 1 else f"/zwgk/nb/{shown}.htm"] = list_page(
            body + f"<i>共{count}条</i> <i>{page}/{number}</i>"
        )
    return texts


def one_page(body: str, *, path: str = "/nb/", family: str = "trs") -> Walk:
    return walk(pages({path: list_page(body)}), f"{HOST}{path}", family=family)
