"""Hanweb's three ways to a list against small sites in memory, and every family against the replica counties."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from family_sites import HOST, Serve, answer, list_page, pages, walk
from hanweb_sites import COLUMN, DOUBT, EMPTY, PROXY, Rule, always_first, by_page, by_window, column_page, jpage, read, store
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.raw.charset import decode
from pipeline.demo.sites import county_sites, replica
from pipeline.demo.sites.site import Edition, find_route
from scrapers.addresses import canonical_key
from scrapers.family import Answer, Request, Verdict, claim_page


@pytest.mark.parametrize(
    "rule", [by_page(), by_page(100), by_page(40), by_page(7), by_window], ids=["300", "100", "40", "7", "window"]
)
@pytest.mark.parametrize("count", [5, 9, 10, 130, 230])
def test_jpage_reads_every_record_by_page_or_window(count: int, rule: Rule) -> None:
    found = read(jpage(count, rule, total=count))
    assert len(found.items) == count
    assert found.verdict == Verdict("complete-unverified", DOUBT, count)


@pytest.mark.parametrize("rule", [by_page(), by_window], ids=["page", "window"])
def test_jpage_without_a_total_ends_with_an_empty_answer(rule: Rule) -> None:
    found = read(jpage(130, rule))
    assert (len(found.items), found.verdict) == (130, Verdict("complete-unverified", "no total is declared"))


def test_a_total_that_is_printed_is_one() -> None:
    assert read(jpage(30, by_page(), more="<p>共30条</p>")).verdict == Verdict("complete", "", 30)


def test_titles_of_records_are_whole() -> None:
    item = read(jpage(3, by_page(), total=3)).items[2]
    assert (item.title, item.date) == ("青淮县第2局2021年政府信息公开工作年度报告", "2022-01-28")
    assert item.url == f"{HOST}/art/2022/1/3/art_1229_2.html"


def test_a_proxy_that_gives_page_1_again_is_partial() -> None:
    found = read(jpage(130, always_first, first=15))
    assert found.verdict == Verdict("partial", "the pager gives page 1 again")
    assert len(found.items) == 15


def test_records_cut_by_a_ceiling_are_partial() -> None:
    def cut(asked: dict[str, str]) -> tuple[int, int]:
        return by_page()(asked) if asked.get("page") == "1" else (500, 600)

    found = read(jpage(230, cut, total=230))
    reason = "the site declares 230 entries, 100 were found; page 2 of the data proxy is empty (44 bytes)"
    assert found.verdict == Verdict("partial", reason, 230)


def test_a_proxy_that_takes_get_only_is_asked_so() -> None:
    found = read(jpage(130, by_page(), total=130, methods="GET"))
    assert [request.method for request in found.asked] == ["GET", "POST", "GET", "GET"]
    assert len(found.items) == 130


def test_records_of_another_column_are_not_taken() -> None:
    def serve(request: Request) -> Answer:
        if PROXY not in request.url:
            return answer(request, column_page(store(range(9), 40)))
        return answer(request, store(range(100, 140), 40, column=77))

    found = read(serve)
    assert len(found.items) == 9
    assert found.status == "partial"
    assert found.verdict.reason.endswith("belongs to another column")


def sealed(count: int, *, deep: bool = True, stuck: bool = False) -> Serve:
    """The ids stand only in the address that the store gives, which is to be used as it is but for the page."""
    group = f'<nextgroup><![CDATA[<a href="{PROXY}?page=2&amp;columnid=abc%2Bd&amp;unitid=9f"></a>]]></nextgroup>'

    def serve(request: Request) -> Answer:
        if PROXY not in request.url:
            return answer(request, column_page(store(range(9), count, group=group), ids="col:1"))
        asked = dict(parse_qsl(urlsplit(request.url).query))
        assert (request.method, asked["columnid"], asked["unitid"]) == ("GET", "abc+d", "9f")
        page = 1 if stuck else int(asked["page"])
        return answer(request, EMPTY if page > 2 and not deep else store(range((page - 1) * 9, min(page * 9, count)), count))

    return serve


def test_a_sealed_address_is_used_as_it_is() -> None:
    found = read(sealed(31))
    assert len(found.items) == 31
    assert found.paths[1:] == [f"{PROXY}?page={page}&columnid=abc%2Bd&unitid=9f" for page in (2, 3, 4)]


@pytest.mark.parametrize(
    ("deep", "stuck", "reason"), [(False, False, "is empty (44 bytes)"), (True, True, "the pager gives page 1 again")]
)
def test_a_sealed_address_may_lead_nowhere(reason: str, *, deep: bool, stuck: bool) -> None:
    found = read(sealed(31, deep=deep, stuck=stuck))
    assert found.status == "partial"
    assert found.verdict.reason.endswith(reason)


@given(count=st.integers(1, 400), first=st.integers(1, 60), most=st.integers(5, 300), window=st.booleans(), told=st.booleans())
@settings(max_examples=10, deadline=None)
def test_no_record_is_lost_whatever_the_ceiling(count: int, first: int, most: int, *, window: bool, told: bool) -> None:
    found = walk(
        jpage(count, by_window if window else by_page(most), first=first, total=count if told else None),
        COLUMN,
        family="hanweb",
        limit=99,
    )
    assert (len(found.items), found.status) == (count, "complete-unverified")
    assert len({(request.url, request.method) for request in found.asked}) == len(found.asked)


# --- by unit and year (3.2b) ------------------------------------------------------------------------

REPORT = "/module/xxgk/xxgkAnnualReport.jsp"
TREE = "/module/xxgk/tree.jsp?area=990102"
AREAS = ("11990102004363095F", "11990102004328871A")


def test_units_and_years_are_multiplied_and_never_invented() -> None:
    units = "".join(f'<li><a href="{REPORT}?area={area}&amp;fbtime=2022">第{at}局</a></li>' for at, area in enumerate(AREAS))
    years = "<select><option value='2021'>2021年</option><option value='2022'>2022年</option></select>"
    found = read(pages({"/xxgk/nb/": list_page(f'<a href="{TREE}">目录</a><ul>{units}</ul>{years}')}), f"{HOST}/xxgk/nb/")
    expected = {f"{HOST}{REPORT}?area={area}&fbtime={year}" for area in AREAS for year in (2021, 2022)}
    assert {item.url for item in found.items} == expected
    assert len(found.items) == 4
    assert found.verdict == Verdict("complete-unverified", "2 units and 2 years as the site names them; no total is declared")


def test_pairs_that_are_all_linked_are_not_added_to() -> None:
    pairs = [(AREAS[0], 2021), (AREAS[0], 2022), (AREAS[1], 2022)]
    links = "".join(f'<li><a href="{REPORT}?area={area}&amp;fbtime={year}">{year}年年报</a></li>' for area, year in pairs)
    found = read(pages({"/xxgk/nb/": list_page(f"<ul>{links}</ul>")}), f"{HOST}/xxgk/nb/")
    assert [item.url for item in found.items] == [f"{HOST}{REPORT}?area={area}&fbtime={year}" for area, year in pairs]


def test_the_tree_is_asked_where_the_page_names_no_unit() -> None:
    nodes = ",".join(f"{{id:{at},name:'第{at}局',area:'{area}'}}" for at, area in enumerate(AREAS))
    texts = {
        "/xxgk/nb/": list_page(f'<a href="{TREE}">目录</a><ul><li><a href="#">2022年</a></li></ul><span>2022年</span>'),
        TREE: f"<html><script>var zNodes=[{nodes}];</script></html>",
    }
    found = read(pages(texts), f"{HOST}/xxgk/nb/")
    assert found.paths == ["/xxgk/nb/", TREE]
    assert [(item.url.removeprefix(HOST), item.title) for item in found.items] == [
        (f"{REPORT}?area={area}&fbtime=2022", f"第{at}局 2022") for at, area in enumerate(AREAS)
    ]


def test_units_without_a_year_are_asked_for_theirs() -> None:
    links = "".join(f'<li><a href="{REPORT}?area={area}">局</a></li>' for area in AREAS)
    years = "<select><option>2021年</option><option>2022年</option></select>"
    texts = {"/xxgk/nb/": list_page(f"<ul>{links}</ul>"), f"{REPORT}?area={AREAS[0]}": list_page(years)}
    found = read(pages(texts), f"{HOST}/xxgk/nb/")
    assert found.verdict == Verdict("complete-unverified", "2 units are named, each with its years on its own page")
    assert [item.url for item in found.lists] == [f"{HOST}{REPORT}?area={area}" for area in AREAS]
    own = read(pages(texts), f"{HOST}{REPORT}?area={AREAS[0]}")
    assert [item.url for item in own.items] == [f"{HOST}{REPORT}?area={AREAS[0]}&fbtime={year}" for year in (2021, 2022)]
    assert own.status == "complete-unverified"


# --- the unit build (3.2c) --------------------------------------------------------------------------

BUILD = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def jpaas(count: int, heeds: str, *, total: bool = False, size: int = 15) -> Serve:
    """A column whose rows come by a unit build that heeds `paramJson`, `pageNo` or nothing; its first tag is a menu."""

    def tag(name: str) -> str:
        data = f"{{'webId':'w1','pageId':'p1','parseType':'bulidstatic','pageType':'column','tagId':'{name}','tplSetId':7}}"
        return f'<script src="/jpaas/AuthorizedRead/unitbuild.js" url="{BUILD}" queryData="{data}"></script>'

    def serve(request: Request) -> Answer:
        if BUILD not in request.url:
            return answer(request, list_page(tag("当前位置") + tag("信息列表")))
        asked = dict(parse_qsl(urlsplit(request.url).query))
        assert (asked["webId"], asked["pageId"], asked["tplSetId"], asked["tagId"]) == ("w1", "p1", "7", "信息列表")
        told = json.loads(asked.get("paramJson", "{}"))
        page = int({"paramJson": told.get("pageNo", 1), "pageNo": asked.get("pageNo", 1), "": 1}[heeds])
        rows = "".join(
            f'<li><a href="/zwgk/nb/art/2022/art_{number:032x}.html" title="第{number}局年报">年报</a></li>'
            for number in range((page - 1) * size, min(page * size, count))
        )
        html = f"<ul>{rows}</ul>" + (f"<i>共{count}条</i>" if total else "")
        return answer(request, json.dumps({"success": True, "code": "200", "data": {"html": html}}))

    return serve


@pytest.mark.parametrize("heeds", ["paramJson", "pageNo"])
@pytest.mark.parametrize(("count", "size"), [(31, 15), (30, 15), (7, 5)])
def test_jpaas_reads_every_page(count: int, size: int, heeds: str) -> None:
    found = read(jpaas(count, heeds, size=size), f"{HOST}/zwgk/nb/index.html")
    assert (len(found.items), found.verdict) == (count, Verdict("complete-unverified", "no total is declared"))
    assert read(jpaas(count, heeds, size=size, total=True), f"{HOST}/zwgk/nb/index.html").verdict == Verdict(
        "complete", "", count
    )


def test_jpaas_that_gives_page_1_whatever_is_asked_is_partial() -> None:
    found = read(jpaas(31, ""), f"{HOST}/zwgk/nb/index.html")
    assert (len(found.items), found.verdict) == (15, Verdict("partial", "the pager gives page 1 again"))
    assert len(found.asked) == 4  # the page, its first 15, and page 2 in both ways


def test_jpaas_that_is_no_json_is_partial() -> None:
    def serve(request: Request) -> Answer:
        return answer(request, "<html>") if BUILD in request.url else jpaas(1, "")(request)

    assert read(serve, f"{HOST}/zwgk/nb/").verdict == Verdict("partial", "the unit build is no JSON")


# --- the replica counties ---------------------------------------------------------------------------


def served(edition: Edition) -> Serve:
    """What a replica answers, without a network."""

    def serve(request: Request) -> Answer:
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {name.lower(): value for name, value in request.headers.items()}
        page = find_route(edition, request.method, target, urlencode(dict(request.form)), headers)
        return Answer(request, request.url, page.status, decode(page.body).text, page.body)

    return serve


SITES = [site for site in county_sites() if site.family != "challenge"]
SITES += [
    replica(seed, family, jpaas_pages=("json", "bare")[seed % 2]) for seed in range(2) for family in ("trs", "hanweb", "static")
]
SITES += [replica(seed, "hanweb", jpaas_pages="stuck", rows=rows) for seed, rows in ((2, 3), (3, 15))]


@pytest.mark.parametrize("site", SITES, ids=lambda site: f"{site.family}-{site.host}")
def test_every_report_of_a_replica_is_listed_and_every_verdict_right(site: object) -> None:
    edition = site.editions[0]  # type: ignore[attr-defined]
    serve, named = served(edition), set()
    for told in edition.lists:
        claim = claim_page(serve(Request(told.address)))
        assert claim is not None
        found = walk(serve, told.address, family=claim.family)
        assert found.status == told.status, (told, found.verdict)
        named |= {canonical_key(item.url) for item in found.items} | ({canonical_key(told.address)} if found.is_report else set())
    missed = [one.address for one in edition.published if not {canonical_key(url) for url in (one.address, *one.aliases)} & named]
    assert not missed
