"""The generic adapter against small sites in memory: links, parameters, and the dialects of addresses."""

from __future__ import annotations

import re

import pytest
from family_sites import HOST, answer, entries, linked_site, list_page, one_page, pages, walk

from scrapers.families import static
from scrapers.families._pager import MAX_PAGES
from scrapers.family import Answer, Request, Verdict


def test_a_pager_that_counts_backwards_is_followed() -> None:
    found = walk(pages(linked_site(12, rows=5, down=True)), f"{HOST}/zwgk/nb.htm", family="static")
    assert found.paths == ["/zwgk/nb.htm", "/zwgk/nb/2.htm", "/zwgk/nb/1.htm"]
    assert found.verdict == Verdict("complete", "", 12)


def test_a_pager_that_leads_to_another_column_is_not_followed() -> None:
    texts = linked_site(12, rows=5)
    texts["/zwgk/nb.htm"] = texts["/zwgk/nb.htm"].replace("/zwgk/nb/2.htm", "/xwzx/jrxw/2.htm").replace("共12条", "")
    found = walk(pages(texts), f"{HOST}/zwgk/nb.htm", family="static")
    assert found.verdict == Verdict("partial", "the pager leads to another column")
    assert len(found.asked) == 1


def test_a_parameter_that_counts_pages_is_counted_on() -> None:
    base = "/info/iList.jsp?node_id=GKmzs&cat_id=7&cur_page="
    texts = {
        f"{base}{page}": list_page(entries(range(page * 4, min(page * 4 + 4, 14)), path="/html/5973/{}00.html") + "共3页")
        for page in range(1, 4)
    }
    found = walk(pages(texts), f"{HOST}{base}1", family="static")
    assert (found.status, len(found.items), len(found.asked)) == ("complete-unverified", 10, 3)


def test_pages_that_cannot_be_reached_are_said() -> None:
    found = walk(pages({"/list.aspx": list_page(entries(range(3)) + "共3页")}), f"{HOST}/list.aspx", family="trs")
    assert found.verdict == Verdict("partial", "3 pages are declared, and no way to page 2 was found")


def test_a_next_page_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapers.families._pager.MAX_PAGES", 7)
    assert MAX_PAGES < 1000

    def serve(request: Request) -> Answer:
        number = int(request.url.rpartition("_")[2].partition(".")[0]) if "_" in request.url else 1
        more = f'<a href="list_{number + 1}.html">下一页</a>'
        return answer(request, list_page(entries(range(number * 3, number * 3 + 3)) + more))

    assert walk(serve, f"{HOST}/nb/list.html", family="trs").verdict == Verdict("partial", "stopped after 7 pages")


def test_the_last_page_again_and_again_ends_the_list() -> None:
    def serve(request: Request) -> Answer:
        number = min(int(request.url.rpartition("=")[2]), 3)
        more = f'<a href="/nb/list.do?page={int(request.url.rpartition("=")[2]) + 1}">下一页</a>'
        return answer(request, list_page(entries(range(number * 3, number * 3 + 3)) + more))

    found = walk(serve, f"{HOST}/nb/list.do?page=1", family="trs")
    assert found.verdict == Verdict("complete-unverified", "no total is declared")
    assert (len(found.items), len(found.asked)) == (9, 4)


@pytest.mark.parametrize(
    ("list_path", "article"),
    [
        ("/xjwqx/c116485/list.shtml", "/xjwqx/c116485/202301/4f9d71428e7c46e3a9ceaf3822963735.shtml"),
        ("/public/column/12651", "/public/content/36027577"),
        ("/swlufeng/zwgk/zfxxgkndbg/", "/swlufeng/zwgk/zfxxgkndbg/content/post_1220622.html"),
        ("/xxgk/nb.htm", "/info/3811/196921.htm"),
        ("/site_a/channel_x_5669_13598/", "/site_a/channel_x_5669_13598/doc_65b069ef3a2203212e9eea8f.html"),
        ("/xczj/zfxxgknb/", "/xczj/zfxxgknb/2024081413325835975/index.html"),
        ("/aes/nb/", "/aes/2026-01/15/article_2026011509191225642.html"),
        ("/16/30/36/index.html", "/16/30/36/content_1319520.html"),
        ("/zwgk/xxgkndbg/", "/zwgk/xxgkndbg/20240326/i3300070.html"),
        ("/xxgk/bmxxgknb/", "/xxgk/bmxxgknb/61e7bc45f8fd1c0bdc7acf3c.html"),
        ("/xxgk-list-12.html", "/xxgk-show-51954.html"),
        ("/zwgk/xxgknb/bmxxgknb/", "/zwgk/xxgknb/bmxxgknb/content_70172"),
        ("/channels/35920.html", "/contents/35920/288778.html"),
        ("/Pages_183.aspx", "/Pages_183_59307.aspx"),
    ],
)
def test_a_dialect_is_known_without_a_date(list_path: str, article: str) -> None:
    body = f'<ul><li><a href="{article}">县教育局</a></li></ul><div><a href="/xw/1.html">要闻</a></div>'
    found = one_page(body, path=list_path, family="static")
    assert [item.url for item in found.items] == [HOST + article]


def test_a_paging_that_is_not_established_is_never_complete() -> None:
    column = "/columns/e434bf9c-a0e0-4bfa-8e9c-c421f02dbfe2"
    path = column + "/202302/17/eb63700d-3559-4e1d-97c4-43688784{}.html"
    texts = {
        f"{column}/index.html": list_page(entries(range(3), path=path) + '共 5 条<a href="index_1.html">下一页</a>'),
        f"{column}/index_1.html": list_page(entries(range(3, 5), path=path) + "共 5 条"),
    }
    found = walk(pages(texts), f"{HOST}{column}/index.html", family="static")
    assert found.verdict == Verdict("complete-unverified", "the paging of /columns/ is not established", 5)


def test_the_dialects_are_data_and_name_their_section() -> None:
    names = [dialect.name for dialect in static.dialects()]
    assert len(names) == len(set(names)) > 10
    assert all(re.fullmatch(r"3\.\d+", dialect.section) for dialect in static.dialects())


@pytest.mark.parametrize(
    "way",
    [
        '<a href="list-2.html"><img src="n.gif" alt="下一页"></a>',
        '<a href="javascript:void(0)" onclick="location.href=\'list-2.html\'">下一页</a>',
        '<select><option value="list.html">1</option><option value="list-2.html">2</option></select>',
        '<a href="list-2.html">2</a><a href="list.html">1</a>',
        '<a href="list.html">首页</a><a href="list-2.html">下一页 &gt;</a>',
    ],
)
def test_a_way_to_page_2_is_found(way: str) -> None:
    texts = {"/nb/list.html": list_page(entries(range(3)) + way), "/nb/list-2.html": list_page(entries(range(3, 5)) + way)}
    assert len(walk(pages(texts), f"{HOST}/nb/list.html", family="trs").items) == 5


def test_news_beside_a_page_that_only_leads_on_are_no_entries() -> None:
    news = entries(range(3), path="/xwzx/{}.html", title="县里要闻")
    found = one_page(news + '<iframe src="nb_list.html"></iframe>', family="static")
    assert (found.items, [item.url for item in found.lists]) == ([], [f"{HOST}/nb/nb_list.html"])
