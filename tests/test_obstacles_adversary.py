"""Obstacles in wordings and mechanics that no replica has: each ends as its status, and reports that speak of such things pass."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from crawls import assert_ended, assert_found, configured

from pipeline.commands.fetch import RAW, fetch_into, open_state
from pipeline.config import Config
from pipeline.demo.sites import Asked, Site, replica, serve
from pipeline.demo.sites.site import Ask, Page, Route
from pipeline.fetched import crawl_findings, fetched_inputs, status_rows
from scrapers.guard import Expected, Known, Served, fingerprint, judge

AT = "http://www.lanqiao.gov.cn/xxgk/nb/202301/t20230120_12.html"
LIST = "http://www.lanqiao.gov.cn/xxgk/nb/"
MENU = "<ul><li><a href='/zwgk/'>政务公开</a></li><li><a href='/bsfw/'>办事服务</a></li><li><a href='/zmhd/'>政民互动</a></li><li><a href='/sj/'>数据</a></li></ul>"
FOOT = "<p>主办：岚桥县人民政府办公室　<a href='/wzdt/'>网站地图</a></p>"


def page(title: str, body: str, *, template: bool = False) -> str:
    head, foot = (MENU, FOOT) if template else ("", "")
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>{head}{body}{foot}</body></html>"


PIECES = "<script>var d=document,k='coo'+'kie';d[k]='tk='+(12^7)+';path=/';d.location.reload(true)</script>"
STAGES = "<script>var a=['\\x63\\x6f\\x6f\\x6b\\x69\\x65'];document[a[0]]='t=1';setTimeout(function(){location['href']=location['pathname']},9)</script>"
WORDED: Mapping[str, tuple[str, Expected, int, str]] = {
    "cookie in pieces": ("blocked:js_challenge", "list", 200, PIECES),
    "cookie in escapes": ("blocked:js_challenge", "article", 521, STAGES),
    "202 and a script": ("blocked:js_challenge", "list", 202, "<html><script src='/_x/auto.js'></script></html>"),
    "code": ("blocked:js_challenge", "list", 200, page("验证码", "<p>为了保障网站安全，请输入验证码后继续访问</p><img src='/c.jpg'><input>")),
    "human": ("blocked:js_challenge", "article", 403, page("请稍候…", "<h2>正在验证您是否是真人。</h2>")),
    "abroad": ("blocked:denied", "list", 200, page("温馨提示", "<p>因网络安全管理需要，本网站暂不对境外地区提供访问服务。</p>")),
    "rule": ("blocked:denied", "list", 200, page("百度云加速", "<h2>该请求触发了网站所有者设置的访问规则</h2>")),
    "no brand": ("blocked:denied", "article", 200, page("", "<p>请求未通过安全策略校验，已终止</p>")),
    "behaviour": ("blocked:denied", "list", 200, page("提示", "<p>您的访问行为异常，已被系统暂时限制访问</p>")),
    "rejected": ("blocked:denied", "attachment", 200, page("", "The requested URL was rejected. Your support ID is: 12")),
    "json": ("blocked:denied", "list", 200, '{"code":403,"message":"请求被拦截"}'),
    "too often": ("throttled", "list", 200, page("", "<p>您的访问过于频繁，请稍后再试</p>")),
    "closed": ("throttled", "list", 200, page("岚桥县人民政府", "<p>网站改版升级中，请稍后访问……</p>", template=True)),
    "program": ("server_error", "article", 200, page("运行时错误", "<p>未将对象引用设置到对象的实例</p>")),
    "bare login": ("login_required", "list", 200, page("内容管理", "<form>用户名<input> 密码<input type=password></form>")),
    "archived": ("soft_404", "article", 200, page("岚桥县人民政府", "<p>该文档已归档，暂不提供浏览</p>", template=True)),
    "json gone": ("soft_404", "article", 200, '{"code":404,"msg":"数据不存在"}'),
    "loading": ("needs_render", "list", 200, page("年报", "<div>数据加载中，请稍候…</div><script src='/l.js'></script>", template=True)),
    "blanks": ("needs_render", "article", 200, page("详情", "<div id='d'>{{info.title}}</div><script src='/vue.js'></script>")),
    "list by call": ("needs_render", "list", 200, page("年报", "<ul id='l'></ul><script>fetch('/api').then(r=>l.innerHTML=r)</script>", template=True)),
    "no such records": ("empty_list", "list", 200, page("政府信息公开年报", "<p>抱歉，没有找到相关信息！</p>", template=True)),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDED)
def test_an_obstacle_is_known_in_other_words(name: str) -> None:
    kind, expected, status, body = WORDED[name]
    url = LIST if expected == "list" else AT
    assert judge(Served(status, body.encode(), url, url), expected).kind == kind


def test_words_that_nobody_has_foreseen_are_known_by_where_they_stand() -> None:
    body = page("", "<p>今日风大，门已关好，诸位请回，明年春天再来看花。</p>").encode()
    everywhere = fingerprint(body)
    assert judge(Served(200, body, LIST, LIST), "list", Known(everywhere, everywhere)).kind == "blocked:denied"
    assert judge(Served(200, body, LIST, LIST), "list", Known(everywhere, "page:1")).kind == "soft_404"


TOLD = {
    "403": "2022年，本局门户网站曾出现403 Forbidden访问错误，已修复。全年未收到政府信息公开申请。",
    "login": "2022年，申请人请先登录依申请公开系统，再提交政府信息公开申请。",
    "code": "2022年，在依申请公开平台增设滑块验证，请输入验证码后继续提交政府信息公开申请。",
    "closed": "2022年完成网站改版升级，网站维护期间暂停服务两日，主动公开政府信息12条。",
    "refused": "2022年，收到政府信息公开申请2件，其中不予公开1件，拒绝访问0件。",
    "firewall": "2022年，部署网站防火墙，拦截恶意访问请求1200次，保障政府信息公开平台安全。",
    "missing": "2022年，因政府信息不存在不予提供1件，页面不存在、链接失效问题已整改，主动公开信息3条。",
    "busy": "2022年，针对系统繁忙、访问过于频繁问题，扩容政府信息公开平台，未收到申请。",
}


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("title", ["", "岚桥县人民政府", "岚桥县档案局2022年政府信息公开工作年度报告"])
@pytest.mark.parametrize("container", ["", "id='zoom'"])
def test_a_short_report_may_speak_of_them_under_any_title(name: str, title: str, container: str) -> None:
    body = page(title, f"<div {container}><p>{TOLD[name]}</p></div>", template=True).encode()
    assert judge(Served(200, body, AT, AT, (("Set-Cookie", "yunsuo_session_verify=1"),)), "article").kind == "ok"


@pytest.mark.parametrize(
    "link", ["<a href='./P02.docx'>附件</a>", "<embed src='/a/1.pdf'>", "<script>var f='<a href=\"./1.doc\">1</a>'</script>"]
)
@pytest.mark.parametrize("title", ["", "岚桥县人民政府", "岚桥县2022年政府信息公开工作年度报告"])
def test_a_document_beside_an_empty_article_is_the_report(link: str, title: str) -> None:
    body = page(title, f"<div id='zoom'> </div><div>{link}</div>").encode()
    assert judge(Served(200, body, AT, AT), "article").kind == "ok"


# --- whole crawls ---------------------------------------------------------------------------------


def county(seed: int = 88, **changes: Any) -> Site:
    plain: dict[str, Any] = {
        "years": (2022, 2023), "departments": ("财政局",), "townships": (), "flaky": False, "twins": False, "inline_year": False, "gbk": False,
        "attachments": (), "frame": False, "soft_404": False, "robots": "absent", "migrated": False, "look_alikes": False, "dialect": "content",
    }  # fmt: skip
    return replica(seed, "static", **plain | changes)


def behind(site: Site, routes: Mapping[str, Route], missing: Page | None = None) -> Site:
    edition = site.editions[0]
    changed = replace(edition, routes={**edition.routes, **routes}, missing=missing or edition.missing)
    return replace(site, editions=(changed, changed))


def paths(site: Site) -> list[str]:
    return [url.removeprefix(f"http://{site.host}") for url in site.lists]


def articles(site: Site) -> list[str]:
    return [item.address.removeprefix(f"http://{site.host}") for item in site.editions[0].published]


def crawled(folder: Path, site: Site, **limits: Any) -> tuple[Config, list[Asked]]:
    with serve([site]) as served:
        config = configured(folder, [site], dict(served.resolve), **limits)
        fetch_into(config)
        return config, sorted(served.log, key=lambda line: line.started)


def ends(config: Config) -> set[str]:
    with open_state(config.output.folder) as frontier:
        return {str(row["status"]) for row in status_rows(frontier)}


BUSY = Page(b"busy", "text/plain", 503)


@pytest.mark.parametrize("wait", ["86400", formatdate(time.time() + 90_000, usegmt=True)], ids=["seconds", "date"])
def test_a_host_that_asks_to_come_back_another_day_is_not_waited_for_and_not_asked_before(wait: str, tmp_path: Path) -> None:
    site = county()
    far = replace(BUSY, headers=(("Retry-After", wait),))
    site = behind(site, dict.fromkeys(paths(site), far))
    with serve([site]) as served:
        config = configured(tmp_path, [site], dict(served.resolve))
        fetch_into(config)
        assert ends(config) == {"deferred"}
        asked = [line.target for line in served.log]
        assert asked.count(paths(site)[0]) == 1
        assert len(asked) == 4
        with open_state(config.output.folder) as frontier, frontier.transaction():
            frontier.retry(())
        fetch_into(config)
        assert len(served.log) == 4
    assert ends(config) == {"deferred"}


def test_a_host_that_deferred_us_is_asked_by_a_run_of_another_hour(tmp_path: Path) -> None:
    site = county()
    with serve([behind(site, dict.fromkeys(paths(site), replace(BUSY, headers=(("Retry-After", "86400"),))))]) as served:
        config = configured(tmp_path, [site], dict(served.resolve))
        fetch_into(config)
    assert ends(config) == {"deferred"}
    with serve([site]) as served:
        config = replace(config, fetch=replace(config.fetch, resolve=dict(served.resolve)))
        fetch_into(config)
        assert not served.log
        with open_state(config.output.folder) as frontier, frontier.transaction():
            frontier.set_host(site.host, since="2020-01-01T00:00:00Z")
        fetch_into(config)
        assert not served.log  # the day that it asked for has not passed
        with open_state(config.output.folder) as frontier, frontier.transaction():
            frontier.set_host(site.host, since="2020-01-01T00:00:00Z", next_at=time.time() - 1)
        fetch_into(config)
        assert served.log
    assert ends(config) <= {"complete", "complete-unverified"}
    assert_found(config, [site])


def test_a_host_that_gives_nothing_any_more_is_left_alone(tmp_path: Path) -> None:
    site = county()
    site = behind(site, dict.fromkeys([*articles(site), *paths(site)[1:]], BUSY))
    config, log = crawled(tmp_path, site)
    assert "deferred" in ends(config)
    assert Counter(line.status for line in log)[503] == 6
    with open_state(config.output.folder) as frontier:
        assert not list(fetched_inputs(frontier, config.output.folder / RAW))


def test_a_crawl_that_goes_on_keeps_the_gap_and_the_crawl_delay(tmp_path: Path) -> None:
    site = county(robots="delay", crawl_delay=0.3)
    with serve([site]) as served:
        config = configured(tmp_path, [site], dict(served.resolve))
        for _ in range(3):
            fetch_into(config, limit=2)
        log = sorted(served.log, key=lambda line: line.started)
    assert len(log) == 6
    assert min(later.started - line.ended for line, later in pairwise(log)) > 0.29


def test_two_names_of_one_host_are_asked_in_turn(tmp_path: Path) -> None:
    site = county()
    bare = site.host.removeprefix("www.")
    site = replace(site, aliases=(bare,), lists=(site.lists[0], site.lists[1].replace(site.host, bare)))
    with serve([site]) as served:
        config = configured(tmp_path, [site], dict(served.resolve))
        config = replace(config, fetch=replace(config.fetch, delay=0.03))
        fetch_into(config)
        log = sorted(served.log, key=lambda line: line.started)
    assert {line.host for line in log} == {site.host, bare}
    assert min(later.started - line.ended for line, later in pairwise(log)) > 0.02


@pytest.mark.parametrize(
    "first", [BUSY, replace(BUSY, status=429, headers=(("Retry-After", "1"),)), None], ids=["503", "429", "hang-up"]
)
def test_a_robots_txt_that_is_there_at_the_second_try_is_kept_to(first: Page | None, tmp_path: Path) -> None:
    site = county()
    rules = Page(f"User-agent: *\nDisallow: {paths(site)[1]}\n".encode(), "text/plain", before=(first,))
    config, log = crawled(tmp_path, behind(site, {"/robots.txt": rules}))
    assert [line.target for line in log][:2] == ["/robots.txt", "/robots.txt"]
    assert "blocked:robots" in ends(config)
    assert not [line for line in log if line.target.startswith(paths(site)[1])]


@pytest.mark.parametrize(
    ("where", "status"),
    [("/index.html", "not_found"), ("/login.jsp?from=nb", "login_required"), ("https://sso.other.test/cas/login", "login_required"), ("/404.html", "not_found")],
)  # fmt: skip
def test_lists_that_are_sent_on_end_by_where_they_lead(where: str, status: str, tmp_path: Path) -> None:
    site = county()
    home = site.editions[0].routes["/"]
    known: dict[str, Route] = {"/index.html": home, "/login.jsp": Page(b"<p>welcome</p>"), "/404.html": home}
    sent = dict.fromkeys(paths(site), Page(b"", status=302, headers=(("Location", where),)))
    config, log = crawled(tmp_path, behind(site, {**known, **sent}))
    assert ends(config) == {status}
    assert {line.host for line in log} == {site.host}


def test_cookies_that_another_path_sets_are_brought_back(tmp_path: Path) -> None:
    site = county()
    kept = site.editions[0].routes

    def guarded(path: str) -> Route:
        def answer(ask: Ask) -> Page:
            page = kept[path]
            assert isinstance(page, Page)
            sent = Page(b"", status=302, headers=(("Location", f"/check?u={path}"),))
            return page if "tok=7" in ask.headers.get("cookie", "") else sent

        return answer

    def check(ask: Ask) -> Page:
        return Page(b"", status=302, headers=(("Location", ask.fields["u"]), ("Set-Cookie", "tok=7; Path=/; HttpOnly")))

    site = behind(site, {"/check": check, **{path: guarded(path) for path in articles(site)}})
    config, _ = crawled(tmp_path, site)
    assert_ended(config, [site])
    assert_found(config, [site])


def test_a_page_that_is_no_report_under_the_title_of_one_is_said(tmp_path: Path) -> None:
    site = county()
    path = articles(site)[0]
    other = Page(page("岚桥县人民政府", f"<p>{'今日要闻：全县项目建设推进会召开。' * 9}</p>", template=True).encode())
    config, _ = crawled(tmp_path, behind(site, {path: other}))
    with open_state(config.output.folder) as frontier:
        assert {finding.subject: finding.code for finding in crawl_findings(frontier)}[
            f"http://{site.host}{path}"
        ] == "source.not_a_report"
