"""What an answer is: block pages of every kind, also with status 200, missing pages, and real reports that must pass."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from parsers.raw.signs import is_report_title
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import layout_named
from scrapers.guard import KINDS, Expected, Judgement, Known, Served, fingerprint, judge, probe_url

AT = "http://www.qinghuai.gov.cn/zwgk/zfxxgknb/202201/t20220120_12.html"
LIST = "http://www.qinghuai.gov.cn/zwgk/zfxxgknb/"
HOME = "http://www.qinghuai.gov.cn/"
RENDERING = layout_named("html.clean").render(random_sheet(Random(7), form="2021"), Random(7))

MENU = "".join(
    f'<li><a href="/{path}/">{name}</a></li>'
    for path, name in (("zjqh", "走进青槐"), ("xwzx", "新闻中心"), ("zwgk", "政务公开"), ("zwfw", "政务服务"), ("hdjl", "互动交流"), ("nb", "政府信息公开年报"))
)  # fmt: skip
FOOT = "<div class='footer'>主办：青槐县人民政府办公室 承办：青槐县大数据中心 网站标识码 3609230001 备 12345678 号 <a href='/map.html'>网站地图</a></div>"
LONG = "本单位认真贯彻落实条例，依法主动公开政府信息，不断提高工作水平，群众满意度逐年上升。" * 8


def page(title: str, body: str, *, head: str = "", template: bool = False) -> str:
    around = (f"<ul class='nav'>{MENU}</ul>", FOOT) if template else ("", "")
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{around[0]}{body}{around[1]}</body></html>"


def judged(
    body: str | bytes,
    expected: Expected = "article",
    *,
    status: int = 200,
    url: str = AT,
    asked: str = "",
    known: Known | None = None,
    **headers: str,
) -> Judgement:
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    packed = body.encode() if isinstance(body, str) else body
    return judge(Served(status, packed, url, asked or url, sent), expected, known)


JSL = "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_clearance=1709.33|0|');location.href=location.pathname+location.search</script>"
JSL_PLAIN = "<script>var x='__jsl_clearance_s=1700000000.1|-1|abc';document.cookie=x;location.reload()</script>"
RUISHU = "<html><head><meta id='m' content='" + "qZ4k" * 300 + "'><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=44;</script></head><body></body></html>"  # fmt: skip
PACKED = "<script>eval(function(p,a,c,k,e,d){return p}('0 1=2',3,3,'var|_0x4f2a|1'.split('|')))</script>"
WZWS = "<html><body><noscript><h1>Please enable JavaScript</h1></noscript><script>var dynamicurl='/WZWSRELw==';wzwschallenge='x';</script></body></html>"  # fmt: skip
ACW = "<html><script>var arg1='AB12';function setCookie(n,v){document.cookie=n+'='+v;}setCookie('acw_sc__v2',x);document.location.reload();</script></html>"  # fmt: skip

CHALLENGES: dict[str, tuple[int, str]] = {  # cms_families 5: 加速乐, 瑞数
    "jsl-521": (521, JSL),
    "jsl-200": (200, JSL),
    "jsl-named-200": (200, JSL_PLAIN),
    "jsl-521-bare": (521, ""),
    "ruishu-412": (412, RUISHU),
    "ruishu-202": (202, RUISHU),
    "ruishu-200": (200, RUISHU),
    "any-script-412": (412, "<html><script src='/a1b2.js'></script></html>"),
    "packed-200": (200, PACKED),
    "packed-202": (202, PACKED),
    "wzws-200": (200, WZWS),
    "aliyun-200": (200, ACW),
    "cloudflare-503": (503, page("Just a moment...", "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate.js'></script>")),
    "cloudflare-403": (403, page("Just a moment...", "<p>Checking your browser</p><script>window._cf_chl_opt={}</script>")),
    "slider-200": (200, page("安全验证", "<p>请完成安全验证后继续访问</p><div id='nc'></div><script src='nc.js'></script>")),
    "jsl-in-404": (404, JSL_PLAIN),
}


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_is_known_whatever_its_status(name: str) -> None:
    status, body = CHALLENGES[name]
    assert judged(body, status=status).kind == "blocked:js_challenge"


ALIYUN = page("405", "<p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p><p>您的请求ID是: 7b6a</p>")
CHUANGYU = page("访问被拒绝", "<h2>当前访问疑似黑客攻击，已被创宇盾拦截</h2><p>事件ID：8f2c 您的IP：203.0.113.9</p>")
YUNFANG = page(
    "提示", "<p>您的请求带有不合法参数，已被网站管理员设置拦截！可能原因：您提交的内容包含危险的攻击请求</p><p>云防护</p>"
)
DENIALS: dict[str, tuple[int, str]] = {  # cms_families 5: WAF deny
    "403": (403, "<h1>403 Forbidden</h1>"),
    "403-empty": (403, ""),
    "401": (401, "no"),
    "405-waf": (405, ALIYUN),
    "405-waf-200": (200, ALIYUN),
    "chuangyu-200": (200, CHUANGYU),
    "chuangyu-403": (403, CHUANGYU),
    "yunfanghu-200": (200, YUNFANG),
    "denied-title-200": (200, page("访问被拒绝", LONG)),
    "safedog-200": (200, page("网站防火墙", "<p>您的请求带有不合法的参数，已被网站安全狗拦截</p>")),
    "intercept-title": (200, page("拦截提示", "<img src='/waf/stop.png'><p>请求编号 12</p>")),
    "yunsuo-200": (200, "<html><script>function YunSuoAutoJump(){self.location='/x?security_verify_data=31'}</script><script>cookie='yunsuo_session_verify=1'</script></html>"),
    "wzws-body-200": (200, "<html><body><script>var c='wzws_sessionid';</script></body></html>"),
    "ip-200": (200, page("", "<p>您的IP地址已被列入黑名单，访问受限，请联系管理员。</p>")),
    "english-200": (200, page("Access Denied", "<p>Your request was blocked by the firewall.</p>")),
    "gbk-200": (200, ""),
    "412-plain": (412, "<p>访问被拦截</p>"),
    "451": (451, ""),
    "waf-500": (500, page("", "<p>您的访问被拦截，事件编号 4</p>")),
    "no-right-200": (200, page("提示", "<p>对不起，您没有权限访问该页面</p>")),
}  # fmt: skip


@pytest.mark.parametrize("name", DENIALS)
def test_a_refusal_is_known_whatever_its_status(name: str) -> None:
    status, body = DENIALS[name]
    packed = "<title>访问被拒绝</title><p>您的请求已被拦截</p>".encode("gbk") if name == "gbk-200" else body
    assert judged(packed, status=status).kind == "blocked:denied"


DOWN = page("Web server is down", "<p>Cloudflare: error 521</p>")
BY_STATUS = {
    404: "not_found", 410: "gone", 429: "throttled", 503: "throttled", 509: "throttled", 408: "throttled", 500: "server_error",
    502: "server_error", 504: "server_error", 505: "server_error", 304: "ok", 400: "blocked:denied", 302: "server_error",
}  # fmt: skip


@pytest.mark.parametrize("status", BY_STATUS)
def test_other_statuses_decide_alone(status: int) -> None:
    assert judged(page("", "x"), status=status).kind == BY_STATUS[status]


def test_retry_after_is_kept_and_a_server_that_is_down_is_no_challenge() -> None:
    assert judged("", status=429, Retry_After="120").evidence == "Retry-After: 120"
    assert judged(DOWN, status=521).kind == "server_error"
    assert judged("", status=401, WWW_Authenticate="Basic").kind == "login_required"


GONE = "<p>抱歉，您访问的页面不存在或已删除！</p><a href='/'>返回首页</a>"
MISSING: dict[str, tuple[Expected, str]] = {  # cms_families 5: soft 404
    "words": ("article", page("提示", GONE)),
    "title": ("article", page("404 页面不存在", "<img src='/404.png'>", template=True)),
    "amid-menus": ("article", page("青槐县人民政府", GONE + "<p>相关推荐</p>" + "政务要闻 " * 200, template=True)),
    "column-in-title": ("article", page("政府信息公开年报_青槐县人民政府", GONE, template=True)),
    "left-title": ("article", page("2021年政府信息公开工作年度报告", "<p>该文章已被删除</p>")),
    "list": ("list", page("青槐县人民政府", GONE, template=True)),
    "english": ("article", page("Error", "<p>The page was not found on this server.</p>")),
    "alert": ("article", "<script>alert('您访问的页面不存在！');history.go(-1);</script>"),
    "empty": ("article", ""),
    "blanks": ("list", " \r\n "),
    "stub": ("article", "<html><body> </body></html>"),
    "stub-list": ("list", "<html><head><title>列表</title></head><body></body></html>"),
    "no-title-no-body": ("article", page("", "<div id='zoom'></div>", template=True)),
    "empty-template": ("article", page("青槐县人民政府", "<div class='TRS_Editor'> <p>&nbsp;</p></div>", template=True)),
    "attachment": ("attachment", page("错误", "<p>文件不存在</p>")),
    "attachment-json": ("attachment", '{"code":404,"msg":"文件不存在"}'),
    "attachment-few-words": ("attachment", page("", "<p>下载次数已满</p>")),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_page_is_known_though_its_status_is_good(name: str) -> None:
    expected, body = MISSING[name]
    assert judged(body, expected).kind == "soft_404"


LOGINS = {
    "title": page("用户登录", "<form><input name=u><input type='password' name=p></form>"),
    "words": page("提示", "<p>请先登录后再访问</p>"),
    "unified": page("统一身份认证平台", "<input type=password>"),
    "alert": "<script>alert('登录超时，请重新登录');top.location='/admin/login.jsp'</script>",
    "script": "<script>window.location.href='/sso/login?service=x'</script>",
}


@pytest.mark.parametrize("name", LOGINS)
def test_a_login_is_known(name: str) -> None:
    assert judged(LOGINS[name]).kind == "login_required"


RENDERED: dict[str, tuple[Expected, str, str]] = {  # cms_families 5: JS-only body, 3.10: article.html?infoid=
    "vue": ("article", AT, page("青槐县", "<div id='app'></div><script src='/js/app.9f.js'></script>")),
    "vue-list": ("list", LIST, page("青槐县", "<div id=app><!-- --></div><script src='/js/app.js'></script>")),
    "noscript": ("home", HOME, page("", "<noscript>We're sorry but it doesn't work properly without JavaScript enabled.</noscript><script src=a.js></script>")),
    "infoid": ("article", "http://xxgk.qinghuai.gov.cn/article.html?infoid=3f2a-11", page("信息公开", "<div id='content'></div><script src='a.js'></script>", template=True)),
    "ajax": ("article", AT, page("信息详情", "<div id='zoom'></div><script>$.get('/api/info',function(d){$('#zoom').html(d)})</script>", template=True)),
    "refresh": ("home", HOME, "<meta http-equiv='refresh' content='0;url=/qhx/index.html'>"),
}  # fmt: skip


@pytest.mark.parametrize("name", RENDERED)
def test_a_page_that_a_script_fills_is_known(name: str) -> None:
    expected, url, body = RENDERED[name]
    assert judged(body, expected, url=url).kind == "needs_render"


ENTRY = '<li><a href="./202201/t20220120_12.html" title="青槐县2021年政府信息公开工作年度报告">青槐县2021年政府信息公开工作年…</a><span>2022-01-20</span></li>'  # fmt: skip
EMPTY = {  # cms_families 5: empty_list
    "words": page("政府信息公开年报", "<ul class='list'></ul><p>暂无数据</p>", template=True),
    "no-words": page("政府信息公开年报", "<ul class='list'></ul>", template=True),
    "none-of": page("政府信息公开年报", "<p>共 0 条</p>", template=True),
    "json": '{"success":true,"code":200,"data":{"html":"","total":0,"list":[]}}',
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_list_without_an_entry_is_known(name: str) -> None:
    assert judged(EMPTY[name], "list", url=LIST).kind == "empty_list"


def report(body: str, title: str = "青槐县档案局2021年政府信息公开工作年度报告") -> str:
    return page(f"{title}_青槐县人民政府", f"<h1>{title}</h1><div class='TRS_Editor'>{body}</div>")


GOOD: dict[str, tuple[Expected, str, str]] = {
    "whole-report": ("article", AT, RENDERING.data.decode()),
    "short-report": ("article", AT, report("<p>2021年，本局未收到政府信息公开申请，未发生行政复议、行政诉讼。</p>")),
    "report-on-a-firewall": ("article", AT, report("<p>网站防火墙全年已拦截恶意访问30次，云防护运行平稳。未收到申请。</p>")),
    "report-on-missing": ("article", AT, report("<p>有1件申请因政府信息不存在无法提供，告知申请人页面不存在的链接已更正。</p>" + LONG)),
    "report-on-login": ("article", AT, report("<p>申请人请先登录依申请公开系统，登录后可查看进度。</p>")),
    "attachment-only": ("article", AT, report("<p><a href='./P02.docx'>附件</a></p>")),
    "pictures-only": ("article", AT, report("<img src='W02.png'><img src='W03.png'>")),
    "report-without-title": ("article", AT, page("", "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p><p>系统拦截</p>")),
    "waf-script-in-a-report": ("article", AT, report("<p>" + LONG + "</p><script>$_ts=window['$_ts']</script>")),
    "gkmlpt": ("article", AT, page("年报", '<script>window._CONFIG = {DETAIL: {"id":1,"content":"<p>一、总体情况</p>"}}</script>')),
    "list": ("list", LIST, page("政府信息公开年报", f"<ul>{ENTRY}</ul>", template=True)),
    "one-entry-list": ("list", LIST, page("年报", f"<ul>{ENTRY}</ul>")),
    "list-of-units": ("list", LIST, page("部门", "<a href='/mzj_1234/'>民政局</a><a href='/jyj_1235/'>教育局</a>")),
    "list-by-script": ("list", LIST, page("年报", "<script type='text/xml'><recordset><record><![CDATA[x]]></record></recordset></script>")),
    "list-by-unitbuild": ("list", LIST, page("年报", "<script src='/AuthorizedRead/unitbuild.js' url='/api-gateway/x'></script>")),
    "list-json": ("list", LIST, '{"data":{"total":1,"results":[{"title":"2021年年报","url":"/a.html"}]}}'),
    "list-that-is-a-report": ("list", LIST, RENDERING.data.decode()),
    "list-on-attacks": ("list", LIST, page("年报", f"<ul>{ENTRY}<li><a href='2.html'>关于防范恶意访问和黑客攻击的公告，已拦截</a></li></ul>")),
    "home": ("home", HOME, page("青槐县人民政府", f"<p>欢迎</p><form><input type=password>登录</form>{LONG}", template=True)),
    "notice": ("article", AT, page("关于做好年报工作的通知", f"<h1>关于做好年报工作的通知</h1><div id='zoom'>{LONG}</div>", template=True)),
    "short-article": ("article", AT, page("网络安全周", "<h1>网络安全周</h1><div id='zoom'>本局演示了如何拦截恶意访问。</div>")),
    "frames": ("article", AT, "<html><head><title>年报</title></head><frameset><frame src='a.html'></frameset></html>"),
    "html-as-doc": ("attachment", AT, RENDERING.data.decode()),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_what_is_real_passes(name: str) -> None:
    expected, url, body = GOOD[name]
    # A firewall's cookie comes with every page behind it: cms_families 3.4, "lists work without login".
    found = judged(body, expected, url=url, Set_Cookie="wzws_sessionid=a; __jsluid_h=b", known=Known("page:1", "page:2"))
    assert found.kind == "ok", found


@pytest.mark.parametrize("body", [b"%PDF-1.4 x", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x", b"\x89PNG\r\n\x1a\n"])
def test_a_document_passes_by_its_bytes(body: bytes) -> None:
    assert judged(body, "attachment").kind == "ok"


# --- the home page and the soft 404 of a host -----------------------------------------------------

SITE = page(
    "青槐县人民政府",
    f"<p>今日访问 {{}} 次，今天是2024年3月{{}}日 星期五</p><input type=hidden name=csrf value={{}}>{LONG}",
    template=True,
)


def test_the_home_page_in_place_of_an_article() -> None:
    home = SITE.format(123, 1, "a91f")
    known = Known(home=fingerprint(home.encode()))
    later = SITE.format("1,207", 12, "77c0")
    assert judged(later, known=known).kind == "throttled"  # cms_families 5: burst throttling
    assert judged(later, url=HOME, asked=AT, known=known).kind == "homepage"
    assert judged(later, url=HOME, asked=AT).kind == "homepage"
    assert judged(later, url=HOME + "sy.html", asked=AT, known=known).kind == "homepage"
    assert judged(later, "home", url=HOME, known=known).kind == "ok"
    listing = later.replace("</body>", f"{ENTRY}</body>")
    everywhere = fingerprint(listing.encode())
    assert judged(listing, "list", url=HOME, known=Known(soft_404=everywhere, home=everywhere)).kind == "ok"
    assert judged(later, known=Known(soft_404=known.home, home=known.home)).kind == "soft_404"
    assert judged(report(f"<p>{LONG}</p>"), known=known).kind == "ok"
    assert judged("<script>location.href='/'</script>").kind == "homepage"


def test_a_soft_404_without_words_is_known_by_its_shape() -> None:
    shape = page("青槐县人民政府", "<p>正在为您跳转</p><p>{} {}</p><script>var t={}</script>", template=True)
    probe = shape.format("/no-such-page-q7.html", "2024-01-01 10:00", 3)
    same = shape.format("/zwgk/zfxxgknb/t1.html", "2024-01-02 11:30", 9)
    known = Known(soft_404=fingerprint(probe.encode()))
    assert judged(same, known=known).kind == "soft_404"
    assert judged(same, "attachment", known=known).kind == "soft_404"
    assert judged(RENDERING.data, known=known).kind == "ok"


def test_sent_on_to_an_error_or_a_login() -> None:
    assert judged(page("", LONG), url=HOME + "error.html", asked=AT).kind == "soft_404"
    assert judged(page("门户", "<p>欢迎使用</p>"), url=HOME + "cas/login?service=x", asked=AT).kind == "login_required"


def test_fingerprints_differ_for_different_pages() -> None:
    first, second = report("<p>甲</p>").encode(), report("<p>乙</p>").encode()
    assert fingerprint(first) != fingerprint(second)
    assert fingerprint(b"%PDF-1.4 a") != fingerprint(b"%PDF-1.4 b")
    assert fingerprint(first) == fingerprint(first.decode().encode("gbk"))
    assert fingerprint(b"<p>Not Found /a12</p>") == fingerprint(b"<p>Not Found /a7</p>")
    assert fingerprint(b"<p>Not Found</p>") != fingerprint(b"<p>Welcome</p>")


def test_a_probe_is_of_the_host_and_of_nothing_else() -> None:
    assert probe_url("https://a.gov.cn:8443/x/y/?z=1", "t0k3n") == "https://a.gov.cn:8443/no-such-page-t0k3n.html"


def test_no_bytes_make_the_guard_raise() -> None:
    random = Random(5)
    pieces = [
        *(body.encode() for _, body in CHALLENGES.values()),
        RENDERING.data[:3000],
        SITE.encode(),
        b"<",
        b"\xff\xfe",
        b"{[",
        b"</div",
    ]
    expectations: tuple[Any, ...] = ("list", "article", "attachment", "home")
    for turn in range(300):
        body = random.randbytes(random.randrange(400)) if turn % 3 == 0 else b"".join(random.choices(pieces, k=2))
        at = random.randrange(len(body) + 1)
        body = body[:at] + random.randbytes(3) + body[at : at + 4000]
        url = random.choice([AT, HOME, "http://[", "x", ""])
        found = judge(
            Served(random.choice([200, 202, 404, 412, 521, 0, 700]), body, url, AT),
            expectations[turn % 4],
            Known("page:0", "page:1"),
        )
        assert found.kind in KINDS
        assert fingerprint(body)


@pytest.mark.parametrize(
    "piece",
    ["<a href=", "<a href='x'>y", "<!--", "<title>", "<h1>", "<meta name=ArticleTitle ", "<div id='zoom' ", "<script", "<input "],
)
def test_tags_that_never_end_are_not_run_to_the_end(piece: str) -> None:
    assert judged(piece * 3000, known=Known("page:1", "page:2")).kind in KINDS


def test_the_table_is_long_enough() -> None:
    assert len(CHALLENGES) + len(DENIALS) + len(MISSING) + len(LOGINS) + len(RENDERED) + len(EMPTY) + len(GOOD) > 80


# --- the titles of items (cms_families 4.1: look-alikes) ------------------------------------------

TITLES = {
    ("青槐县2021年政府信息公开工作年度报告", ""): True,
    ("青槐县民政局政府信息公开2021年度报告", ""): True,
    ("2021年政府信息公开工作年…", ""): True,
    ("2020年年报", "政府信息公开年报"): True,
    ("民政局", "信息公开年报"): True,
    ("青槐县人才培训中心2020年政府信息公开年报", ""): True,
    ("中共青槐县委机构编制委员会办公室2021年政府信息公开工作年度报告", ""): True,
    ("2021年政府信息公开工作年度报告解读", "政府信息公开年报"): False,
    ("【图解】2021年政府信息公开工作年度报告", "政府信息公开年报"): False,
    ("一图读懂2021年政府信息公开工作年度报告", ""): False,
    ("2021年政府网站工作年度报表", "政府信息公开年报"): False,
    ("青槐县2021年法治政府建设年度报告", "政府信息公开年报"): False,
    ("关于做好2021年政府信息公开工作年度报告编制工作的通知", "政府信息公开年报"): False,
    ("政府信息公开工作年度报告模板", "政府信息公开年报"): False,
    ("政府信息公开指南", "政府信息公开年报"): False,
    ("2021年部门决算", "政府信息公开年报"): False,
    ("2021年年报", ""): False,
    ("", "政府信息公开年报"): False,
}


@pytest.mark.parametrize(("title", "column"), TITLES)
def test_titles_of_reports_and_of_look_alikes(title: str, column: str) -> None:
    assert is_report_title(title, column) is TITLES[title, column]
