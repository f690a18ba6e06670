"""What a crawl of Hanweb must keep to beside finding all: another host of the site, a proxy that takes no POST, years without a report."""

from __future__ import annotations

from pathlib import Path

import pytest
from crawls import assert_ended, assert_found, crawl
from hanweb_sites import PROXY, store

from pipeline.commands.fetch import how_it_ended, open_state
from pipeline.demo.sites import Site
from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.reports import Paper, papers
from pipeline.demo.sites.site import Ask, Edition, ListTruth, Page, Published, Route

HOST, SISTER = "www.qinghuai.test", "xxgk.qinghuai.test"
PLAN = Plan(
    "hanweb crawl", "hanweb", HOST, "990199", "青槐县", years=(2022, 2023), departments=("民政局",), townships=(), look_alikes=False,
    false_figure=False,
)  # fmt: skip
REPORT = "/module/xxgk/xxgkAnnualReport.jsp"
AREA = "11990199004363095F"
EMPTY = Page(
    "<html><head><title>政府信息公开年报</title></head><body><div id='zoom'><p>暂无内容</p></div></body></html>".encode()
)
MISSING = Page(b"<html><head><title>404 Not Found</title></head><body>404 Not Found</body></html>", "text/html", 404)


def html(title: str, body: str) -> Page:
    return Page(f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'.encode())


def article(paper: Paper) -> Page:
    return html(paper.title, f'<h1>{paper.title}</h1><p>发布时间：{paper.published}</p><div id="zoom">{paper.article}</div>')


def published(host: str, path: str, paper: Paper) -> Published:
    url = f"http://{host}{path}"
    return Published(host, url, paper.body.unit, paper.body.level, paper.year, "page", url, f"{paper.published}", paper.rendering)


def site(host: str, routes: dict[str, Route], found: list[Published], *lists: ListTruth) -> Site:
    edition = Edition(routes, MISSING, tuple(found), lists)
    home = f"http://{HOST}/"
    return Site(host, "hanweb", PLAN.code, PLAN.county, home, tuple(one.address for one in lists), (edition, edition))


@pytest.mark.parametrize("at", [HOST, SISTER])
def test_a_proxy_by_get_alone_at_this_host_or_another_of_the_site(at: str, tmp_path: Path) -> None:
    """`cms_families` 3.2a: GET or form POST, and `proxyUrl` may lead elsewhere; 5: robots.txt of every host is asked first."""
    wanted = list(papers(PLAN))
    places = {f"/art/2024/1/2/art_77_{number}.html": paper for number, paper in enumerate(wanted)}
    rows = "".join(
        f'<record><![CDATA[<a href="http://{HOST}{path}">{paper.title}</a>]]></record>' for path, paper in places.items()
    )

    def proxy(ask: Ask) -> Page:
        if ask.method != "GET":
            return Page(b"", status=405)
        return Page((f"<datastore>{rows}</datastore>" if ask.fields.get("page") == "1" else store((), None)).encode(), "text/xml")

    lists = [f"/col/col{number}/index.html" for number in (77, 78, 79, 80)]
    script = f"<div id='9'></div><script>$('#9').jpage({{proxyUrl:'http://{at}{PROXY}',unitid:'9',webid:1}});</script>"
    routes: dict[str, Route] = {"/": html("青槐县人民政府", "<p>要闻</p>" * 20)}
    routes |= {path: html("政府信息公开年报", script) for path in lists} | {
        path: article(paper) for path, paper in places.items()
    }
    ends = [ListTruth(f"http://{HOST}{path}", "complete-unverified") for path in lists]
    sites = [site(HOST, routes, [published(HOST, path, paper) for path, paper in places.items()], *ends), site(SISTER, {}, [])]
    sites[0 if at == HOST else 1].editions[0].routes[PROXY] = proxy  # type: ignore[index]
    config, log = crawl(tmp_path, sites)
    assert_found(config, sites)
    assert_ended(config, sites)
    first = {line.host: line.target for line in sorted(log, key=lambda line: line.started, reverse=True)}
    assert set(first.values()) == {"/robots.txt"}
    with open_state(config.output.folder) as frontier:
        assert not frontier.host(at).status
        assert {page.host for page in frontier.lists()} == {HOST}


def test_a_year_without_a_report_is_no_loss(tmp_path: Path) -> None:
    """`cms_families` 3.2b: units and years are multiplied; 5: a soft 404 is a page that was named, which these were not."""
    paper = next(paper for paper in papers(PLAN) if paper.body.level == "department")
    found = f"{REPORT}?area={AREA}&fbtime={paper.year}"
    years = "".join(f"<option>{year}年</option>" for year in (2021, 2022, 2023))
    page = html(
        "政府信息公开年报", f'<ul><li><a href="{REPORT}?area={AREA}&amp;fbtime=2023">民政局</a></li></ul><select>{years}</select>'
    )
    routes: dict[str, Route] = {"/xxgk/nb/index.html": page, found: article(paper), f"{REPORT}?area={AREA}&fbtime=2021": EMPTY}
    sites = [
        site(HOST, routes, [published(HOST, found, paper)], ListTruth(f"http://{HOST}/xxgk/nb/index.html", "complete-unverified"))
    ]
    config, _ = crawl(tmp_path, sites)
    assert_found(config, sites)
    assert_ended(config, sites)
    with open_state(config.output.folder) as frontier:
        states = {item.url.rpartition("=")[2]: (item.state, item.status) for item in frontier.addresses("article")}
    assert states.pop(f"{paper.year}") == ("done", "ok")
    assert states["2021"] in (("done", "absent"), ("done", "not_a_report"))
    assert how_it_ended(config.output.folder).exit_code == (0 if paper.year == 2023 else 3)  # 2023 is linked, so it is missed
