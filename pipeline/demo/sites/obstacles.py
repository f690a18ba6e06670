"""
Obstacles: what sites answer in place of a page, by the words of cms_families.md 5, and what a crawl must make of it.

An obstacle stands before the whole site (its robots.txt apart), or before its lists only; the home page answers then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.site import Ask, Edition, ListTruth, Page, Route

__all__ = ["MISSING", "OBSTACLES", "PASSING", "Obstacle", "obstructed", "robots", "soft_404"]

MISSING = Page(b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>", "text/html", 404)


class Obstacle(NamedTuple):
    """A page in place of another, the status that a list behind it must get, and whether the home page is behind it too."""

    page: Page
    status: str
    everywhere: bool = False


_JSL = b"""<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_clearance_s=')+(-~[]+'')+('.7|-1|')+('replica')+\
(';max-age=3600;path=/');location.href=location.pathname+location.search</script>"""
_RUISHU = b"""<!DOCTYPE html><html><head><meta charset="utf-8"><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=71;$_ts.cd="qErl";\
</script><script src="/replica.1f0a.js"></script></head><body></body></html>"""


def _html(text: str) -> bytes:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{text}</title></head><body><p>{text}</p></body></html>'.encode()
    )


_DENIED = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>访问被拒绝</title></head><body><h1>您的访问被拒绝</h1>\
<p>您的请求疑似攻击行为，已被云防护拦截。事件编号：2f61c0</p></body></html>'.encode()

OBSTACLES: Mapping[str, Obstacle] = {
    # 加速乐: 521 and a small script that sets a cookie; nothing here solves it.
    "jsl": Obstacle(
        Page(_JSL, "text/html", 521, (("Set-Cookie", "__jsluid_s=0f3c2b; max-age=31536000; path=/; HttpOnly"),)), "blocked:js_challenge"
    ),
    "jsl_everywhere": Obstacle(
        Page(_JSL, "text/html", 521, (("Set-Cookie", "__jsluid_s=0f3c2b; path=/"),)), "blocked:js_challenge", everywhere=True
    ),
    # 瑞数: 412 with a page of script only; 202 is marked [?] there.
    "ruishu": Obstacle(Page(_RUISHU, status=412), "blocked:js_challenge", everywhere=True),
    "denied_403": Obstacle(
        Page(_DENIED, status=403, headers=(("Set-Cookie", "yunsuo_session_verify=5d1; path=/"),)), "blocked:denied", everywhere=True
    ),
    "denied_405": Obstacle(Page(_DENIED, status=405), "blocked:denied"),
    "denied_200": Obstacle(Page(_DENIED, headers=(("Set-Cookie", "wzws_sessionid=oA; path=/"),)), "blocked:denied"),
    "unreachable": Obstacle(Page(_html("hang up"), hangs_up=True), "blocked:unreachable", everywhere=True),
    "login": Obstacle(
        Page('<!DOCTYPE html><html><head><meta charset="utf-8"><title>用户登录</title></head><body><form action="/login" method="post">\
用户名<input name="username">密码<input type="password" name="password"><button>登录</button></form></body></html>'.encode()),
        "login_required",
    ),
    "needs_render": Obstacle(
        Page(b'<!DOCTYPE html><html><head><meta charset="utf-8"><title></title></head><body><div id="app"></div>\
<script src="/static/js/app.8c1f.js"></script></body></html>'),
        "needs_render",
    ),
    "empty_list": Obstacle(
        Page('<!DOCTYPE html><html><head><meta charset="utf-8"><title>政府信息公开年报</title><meta name="ColumnType" content="信息公开年报"></head>\
<body><div class="topnav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/bsfw/">办事服务</a></li></ul></div>\
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; 政府信息公开年报</div>\
<div class="list"><h2>政府信息公开年报</h2><ul class="list"></ul><p>暂无信息</p></div><div class="footer">主办：县人民政府办公室</div></body></html>'.encode()),
        "empty_list",
    ),
    "gone": Obstacle(Page(_html("410 Gone"), status=410), "gone"),
    "not_found": Obstacle(MISSING, "not_found"),
}  # fmt: skip


def soft_404(plan: Plan) -> Page:
    """A page that is not there, answered 200 (cms_families.md 5, soft 404)."""
    text = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title></title></head><body><div class="err"><p>您访问的页面不存在或已被删除</p>\
<a href="/">返回{plan.county}人民政府首页</a></div></body></html>'
    )
    return Page(text.encode())


def robots(plan: Plan, trap: str) -> Page:
    """
    robots.txt (cms_families.md 5): absent is 404, which permits; 403 refuses, 503 defers; a Crawl-delay is kept.

    `trap` is the path that `delay` forbids.
    """
    text = {
        "delay": f"User-agent: *\nCrawl-delay: {plan.crawl_delay:g}\nDisallow: {trap}\n",
        "refuse": "User-agent: *\nDisallow: /\n",
    }
    page = {"absent": MISSING, "denied": Page(_DENIED, status=403), "broken": Page(_html("503"), status=503)}.get(plan.robots)
    return page or Page(text[plan.robots].encode(), "text/plain")


PASSING = ("cookie_hop", "homepage", "throttled")
"""Obstacles that pass: the first answer of the main list is another one, and nothing is lost by it."""

_OF_ROBOTS = {"refuse": "blocked:robots", "denied": "blocked:robots", "broken": "deferred"}


def obstructed(edition: Edition, plan: Plan, lists: tuple[str, ...]) -> Edition:
    """The edition behind the plan's obstacle, or behind a robots.txt that refuses: nothing is found and its lists say why."""
    status = _OF_ROBOTS.get(plan.robots)
    if status is not None:
        return replace(edition, published=(), lists=tuple(ListTruth(address, status) for address in lists))
    if not plan.obstacle:
        return edition
    if plan.obstacle in PASSING:
        return _passed(edition, plan, urlsplit(lists[0]).path)
    obstacle = OBSTACLES[plan.obstacle]
    kept = ("/robots.txt",) if obstacle.everywhere else ("/robots.txt", "/", "/zwgk/")
    routes: dict[str, Route] = dict.fromkeys(edition.routes, obstacle.page)
    routes |= {path: edition.routes[path] for path in kept}
    missing = obstacle.page if obstacle.everywhere else edition.missing
    truths = tuple(ListTruth(address, obstacle.status) for address in lists)
    return replace(edition, routes=routes, missing=missing, published=(), lists=truths)


def _cookie_hop(page: Page, path: str) -> Route:
    """A page that first sends on to itself with a cookie (cms_families.md 5, plain cookie hop): ordinary cookies are enough."""

    def answer(ask: Ask) -> Page:
        if "CT6T=" in ask.headers.get("cookie", ""):
            return page
        return Page(b"", status=302, headers=(("Location", path), ("Set-Cookie", "CT6T=10; path=/")))

    return answer


def _passed(edition: Edition, plan: Plan, path: str) -> Edition:
    """The edition with an obstacle that a patient crawl gets over: what is published and how lists end stay the same."""
    page = edition.routes[path]
    if not isinstance(page, Page):
        return edition
    if plan.obstacle == "cookie_hop":
        return replace(edition, routes={**edition.routes, path: _cookie_hop(page, path)})
    first = {
        "homepage": edition.routes["/"],  # burst throttling: 200 and the home page in place of the page
        "throttled": Page(_html("429"), status=429, headers=(("Retry-After", "1"),)),
    }[plan.obstacle]
    return (
        replace(edition, routes={**edition.routes, path: replace(page, before=(first,))}) if isinstance(first, Page) else edition
    )
