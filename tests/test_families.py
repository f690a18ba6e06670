"""The families against small sites in memory: every page is a text written here, every quirk one of `cms_families`."""

from __future__ import annotations

import re
from math import ceil

import pytest
from family_sites import HOST, answer, entries, entry, linked_site, list_page, one_page, pages, trs_site, walk
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.raw.charset import decode
from scrapers.families import trs
from scrapers.families._scripted import Guess
from scrapers.family import Answer, Item, Request, Verdict, claim_page, families

# --- TRS (cms_families 3.1) -----------------------------------------------------------------------


def test_trs_reads_pages_with_a_zero_based_pager_and_the_declared_total() -> None:
    found = walk(pages(trs_site(12, total=12)), f"{HOST}/nb/", family="trs")
    assert found.paths == ["/nb/", "/nb/index_1.html", "/nb/index_2.html"]
    assert found.verdict == Verdict("complete", "", 12)
    assert found.items[0] == Item(
        f"{HOST}/nb/202201/t20220128_1000.html", "青淮县第0局2021年政府信息公开工作年度报告", "2022-01-28"
    )
    assert len(found.items) == 12


def test_trs_without_a_total_is_unverified() -> None:
    assert walk(pages(trs_site(12)), f"{HOST}/nb/", family="trs").verdict == Verdict(
        "complete-unverified", "no total is declared"
    )


def test_trs_with_a_quoted_first_argument_counts_from_one() -> None:
    found = walk(pages(trs_site(12, base=1, quoted=True, total=12)), f"{HOST}/nb/", family="trs")
    assert found.paths == ["/nb/", "/nb/index_2.html", "/nb/index_3.html"]
    assert found.verdict == Verdict("complete", "", 12)


def test_totals_are_compared_with_all_entries_whichever_of_them_the_driver_keeps() -> None:
    serve, request = pages(trs_site(12, total=12)), Request(f"{HOST}/nb/")
    claim = claim_page(serve(request))
    assert claim is not None
    while True:
        listing = trs.read(claim, serve(request), frozenset())
        if listing.next is None:
            break
        request = listing.next
    assert listing.verdict == Verdict("complete", "", 12)


def test_rows_on_a_page_are_not_taken_for_a_total() -> None:
    found = walk(pages(trs_site(12, base=1, quoted=True, total=5)), f"{HOST}/nb/", family="trs")
    assert found.verdict.declared is None
    assert (found.status, len(found.items)) == ("complete-unverified", 12)


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("number", [2, 3, 5])
def test_a_pager_of_the_other_base_is_found_out(base: int, number: int, *, quoted: bool) -> None:
    count = number * 5 - 2
    found = walk(pages(trs_site(count, base=base, quoted=quoted, total=count)), f"{HOST}/nb/", family="trs")
    assert (found.status, len(found.items)) == ("complete", count)


def test_page_1_again_leads_to_the_other_base_once() -> None:
    texts = trs_site(12, base=1, total=12)
    texts["/nb/index_1.html"] = texts["/nb/"]
    found = walk(pages(texts), f"{HOST}/nb/", family="trs")
    assert found.paths == ["/nb/", "/nb/index_1.html", "/nb/index_2.html", "/nb/index_3.html"]
    assert found.status == "complete"


def test_a_pager_that_always_gives_page_1_is_partial() -> None:
    texts = trs_site(12)
    for number in range(1, 4):
        texts[f"/nb/index_{number}.html"] = texts["/nb/"]
    found = walk(pages(texts), f"{HOST}/nb/", family="trs")
    assert found.verdict == Verdict("partial", "the pager gives page 1 again")
    assert found.paths == ["/nb/", "/nb/index_1.html", "/nb/index_2.html"]


def test_a_page_repeated_ends_the_list() -> None:
    texts = trs_site(20)
    texts["/nb/index_2.html"] = texts["/nb/index_1.html"]
    found = walk(pages(texts), f"{HOST}/nb/", family="trs")
    assert found.verdict == Verdict("partial", "page 3 repeats the page before")
    assert len(found.items) == 10


def test_a_last_page_that_answers_404_ends_the_list_with_the_reason() -> None:
    found = walk(pages(trs_site(20, stop=3)), f"{HOST}/nb/", family="trs")
    assert found.verdict == Verdict("partial", "page 4 answers 404")


def test_a_404_does_no_harm_when_the_total_is_met() -> None:
    texts = {path: text.replace("HTML(3", "HTML(4") for path, text in trs_site(12, total=12).items()}
    assert walk(pages(texts), f"{HOST}/nb/", family="trs").verdict == Verdict("complete", "page 4 answers 404", 12)


def test_a_wrong_total_is_partial() -> None:
    found = walk(pages(trs_site(12, total=14)), f"{HOST}/nb/", family="trs")
    assert found.verdict == Verdict("partial", "the site declares 14 entries, 12 were found", 14)


def test_a_stub_is_no_page() -> None:
    texts = trs_site(20)
    texts["/nb/index_2.html"] = "<html><body>" + " " * 320 + "</body></html>"
    found = walk(pages(texts), f"{HOST}/nb/", family="trs")
    assert found.status == "partial"
    assert re.fullmatch(r"page 3 is a stub of 3\d\d bytes", found.verdict.reason)


def test_a_soft_404_is_no_page_2() -> None:
    soft = list_page("<h1>您访问的页面不存在</h1>" + entries(range(3), path="/xw/202201/t20220101_{}.html", title="县里要闻一则"))
    texts = trs_site(12)
    texts["/nb/index_1.html"] = soft
    texts["/nb/index_2.html"] = soft
    found = walk(pages(texts), f"{HOST}/nb/", family="trs")
    assert found.verdict == Verdict("partial", "page 2 has no entries")
    assert len(found.items) == 5


def test_variables_of_the_script_are_looked_up() -> None:
    texts = trs_site(12)
    for path, text in texts.items():
        texts[path] = text.replace(
            "createPageHTML(3, 0,", "var countPage = 3; var currentPage = 0; createPageHTML(countPage, currentPage,"
        )
    assert len(walk(pages(texts), f"{HOST}/nb/", family="trs").items) == 12


def test_guangxi_addresses_have_no_date() -> None:
    found = walk(pages({"/nb/": list_page(entries(range(3), path="./t1560926{}.shtml"))}), f"{HOST}/nb/", family="trs")
    assert len(found.items) == 3


SIX = "".join(
    f"<h3>{heading}</h3><p>{'本年度的工作按照条例进行，具体见下。' * 4}</p>"
    for heading in (
        "一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况", "六、其他需要报告的事项",
    )
)  # fmt: skip


def test_a_list_page_may_be_the_report_and_leads_to_the_other_years() -> None:
    years = '<ul><li><a href="../2022n/">2022年</a></li><li><a href="../2021n/">2021年</a></li></ul>'
    body = f'<div class="TRS_Editor">{SIX}<p>全年共 12 条</p></div>'
    found = walk(pages({"/zfxxgknb_57/2023n/": list_page(years + body)}), f"{HOST}/zfxxgknb_57/2023n/", family="trs")
    assert found.is_report
    assert found.items == []
    assert found.verdict == Verdict("complete-unverified", "the list page is a report itself")
    assert [item.url for item in found.lists] == [f"{HOST}/zfxxgknb_57/2022n/", f"{HOST}/zfxxgknb_57/2021n/"]


# --- what every list must stand (cms_families 4) ----------------------------------------------------


def test_look_alikes_stay_out_and_count_towards_the_total() -> None:
    others = [
        "《2021年政府信息公开工作年度报告》解读",
        "2021年政府网站工作年度报表",
        "2021年法治政府建设年度报告",
        "关于编制年度报告的通知",
    ]
    body = entries(range(3)) + "".join(entry(50 + place, title=title) for place, title in enumerate(others))
    found = one_page(f"{body}<div>共 7 条</div>")
    assert len(found.items) == 3
    assert found.verdict == Verdict("complete", "", 7)


@pytest.mark.parametrize(
    "twin", ["./202201/t20220128_{}_wap.html", "./202201/t20220128_{}.html?print=1", "./202201/t20220128_{}.html#a"]
)
def test_of_a_page_and_its_twin_the_page_is_kept(twin: str) -> None:
    found = one_page(entries(range(3), path=twin) + entries(range(3)) + "<p>共3条</p>")
    assert [item.url for item in found.items] == [f"{HOST}/nb/202201/t20220128_{1000 + number}.html" for number in range(3)]
    assert found.status == "complete"


def test_mobile_twins_of_gkmlpt_are_known() -> None:
    rows = '<li><a href="./content/mpost_12.html">2021年年报</a></li><li><a href="./content/post_12.html">2021年年报</a></li>'
    found = one_page(f"<ul>{rows}</ul>", family="static")
    assert [item.url for item in found.items] == [f"{HOST}/nb/content/post_12.html"]


def test_addresses_are_joined_to_the_base_of_the_page() -> None:
    text = f'<html><head><base href="/zwgk/nb/"></head><body>{entries(range(2))}</body></html>'
    found = walk(pages({"/zwgk/nb/list.html": text}), f"{HOST}/zwgk/nb/list.html", family="trs")
    assert found.items[0].url == f"{HOST}/zwgk/nb/202201/t20220128_1000.html"


def test_pages_in_gbk_are_read() -> None:
    body = list_page(entries(range(2))).replace("utf-8", "gb2312").encode("gb18030")

    def serve(request: Request) -> Answer:
        return Answer(request, request.url, 200, decode(body).text, body)

    assert walk(serve, f"{HOST}/nb/", family="trs").items[1].title == "青淮县第1局2021年政府信息公开工作年度报告"


def test_other_hosts_are_not_entered_and_said() -> None:
    clone = entry(1, path="http://puroview.example/nb/t20220101_{}.html")
    found = one_page(f"<ul>{entry(2)}{clone}</ul>")
    assert [item.url for item in found.items] == [f"{HOST}/nb/202201/t20220128_1002.html"]
    assert found.verdict.reason == "no total is declared; 1 entries lead to other hosts and were not followed"


def test_navigation_and_news_beside_the_list_are_no_entries() -> None:
    news = entries(range(30, 33), path="/xwzx/202201/t20220128_{}.html", title="县里要闻")
    broken = '<li><a href="javascript:void(0)">2021年年报</a></li><li><a href="../../../x.html">2020年年报 2021-01-02</a></li>'
    assert len(one_page(news + entries(range(3)) + f"<ul>{broken}</ul>").items) == 3


@pytest.mark.parametrize(
    ("row", "title", "date"),
    [
        (
            '<li><a href="t20220101_1.html" title="2021年度报告全文">2021年…</a><i>[2022-01-01]</i></li>',
            "2021年度报告全文",
            "2022-01-01",
        ),
        ('<tr><td><a href="t20220101_1.html">2021年年报</a></td><td>2022年1月1日</td></tr>', "2021年年报", "2022年1月1日"),
        ('<li><a href="t20220101_1.html"><p>2021年年报</p><span>2022/01/01</span></a></li>', "2021年年报", "2022/01/01"),
        ('<dl><dt><a href="t20220101_1.html">2021年年报</a></dt><dd>2022.1.1</dd></dl>', "2021年年报", "2022.1.1"),
        (
            '<li><a href="t20220101_1.html"><img></a><a href="t20220101_1.html">2021年年报</a>2022-01-01</li>',
            "2021年年报",
            "2022-01-01",
        ),
        ('<li><a href="t20220101_1.html" title="">2021年年报</a></li>', "2021年年报", None),
    ],
)
def test_titles_are_whole_and_dates_are_those_beside(row: str, title: str, date: str | None) -> None:
    kind = "table" if row.startswith("<tr") else "ul"
    items = one_page(f"<{kind}>{row}</{kind}>").items
    assert [(item.title, item.date) for item in items] == [(title, date)]


def test_sub_columns_are_lists_and_no_entries() -> None:
    body = '<ul><li><a href="./bm/">县政府部门</a></li><li><a href="./xz/">乡镇（街道）</a></li><li><a href="2021/index.html">2021年</a></li></ul>'
    found = one_page(body + '<a href="/tjj/tjnb/">统计年报</a><a href="./index.html">政府信息公开年报</a>', family="static")
    assert [item.url.removeprefix(HOST) for item in found.lists] == ["/nb/bm/", "/nb/xz/", "/nb/2021/index.html"]
    assert found.items == []
    assert found.verdict == Verdict("complete-unverified", "no entries of its own; it leads to 3 further lists")


def test_a_year_without_an_extension_is_a_column() -> None:
    body = '<ul><li><a href="./2023n">2023年政府信息公开年报</a></li><li><a href="./2022n">2022年</a></li></ul>'
    assert [item.url.removeprefix(HOST) for item in one_page(body, family="static").lists] == ["/nb/2023n", "/nb/2022n"]


def test_a_shell_leads_to_its_frame() -> None:
    body = '<iframe src="/count/visit.html"></iframe><iframe src="nb_list.html"></iframe><iframe src="http://b.invalid/x.html"></iframe>'
    assert [item.url for item in one_page(body, family="static").lists] == [f"{HOST}/nb/nb_list.html"]


def test_an_empty_list_is_never_complete() -> None:
    assert one_page("<ul></ul>", family="static").verdict == Verdict("partial", "the list page has no entries")


# --- arithmetic and robustness ----------------------------------------------------------------------


@given(count=st.integers(1, 60), rows=st.integers(1, 9), base=st.sampled_from([0, 1]), quoted=st.booleans(), told=st.booleans())
@settings(max_examples=15, deadline=None)
def test_every_page_is_asked_once(count: int, rows: int, base: int, *, quoted: bool, told: bool) -> None:
    texts = trs_site(count, rows=rows, base=base, quoted=quoted, total=count if told else None)
    found = walk(pages(texts), f"{HOST}/nb/", family="trs", limit=70)
    assert len(found.items) == count
    assert set(texts) <= set(found.paths)
    assert len(found.paths) == len(set(found.paths)) <= len(texts) + 1  # one page may be asked in vain
    if told and (quoted is False or ceil(count / rows) == 1 or count > rows):
        assert found.status == "complete"


@given(count=st.integers(1, 40), rows=st.integers(1, 9), down=st.booleans())
@settings(max_examples=15, deadline=None)
def test_links_are_followed_to_the_end(count: int, rows: int, *, down: bool) -> None:
    texts = linked_site(count, rows=rows, down=down)
    found = walk(pages(texts), f"{HOST}/zwgk/nb.htm", family="static", limit=70)
    assert (len(found.items), found.status, sorted(found.paths)) == (count, "complete", sorted(texts))


@given(page=st.integers(1, 50), pages_=st.integers(50, 60))
def test_pages_have_each_their_address(page: int, pages_: int) -> None:
    for base in ("0", "1", "down"):
        guess = Guess("http://a.gov.cn/index_{n}.html", base)
        addresses = [guess.address(number, pages_) for number in range(1, pages_ + 1)]
        assert len(set(addresses)) == pages_
        assert guess.address(page, pages_) in addresses


PIECES = st.sampled_from(
    ["<a href='", "'>", "</a>", "<li>", "<ul>", "<base href='", "createPageHTML(", "3, 0, 'index', 'html')", "<record><![CDATA[", "]]>",
     "</record>", "<script>", "</script>", "dataproxy.jsp", "<?xml version='1.0'?>", "共9条", "2022-01-01", "http://[", "t20220101_1.html",
     "module/xxgk/tree.jsp?area=11371082004363095F", "{'a':", "'}", "<iframe src='", "/../", "2021年", "年报", "unitbuild.js", "\0"]
)  # fmt: skip


@given(
    text=st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)),
    status=st.sampled_from([200, 200, 200, 404, 503]),
)
@settings(max_examples=60, deadline=None)
def test_no_family_ever_raises(text: str, status: int) -> None:
    for path in ("/nb/", "/col/col7/index.html", "/module/xxgk/xxgkAnnualReport.jsp"):
        page = answer(Request(HOST + path), text)
        for family in families():
            claim = family.claims(page)
            if claim is None:
                continue
            listing = family.read(claim, page, frozenset())
            assert (listing.next is None) != (listing.verdict is None)
            if listing.next is not None:
                further = family.read(claim, answer(listing.next, text, status), frozenset())
                assert (further.next is None) != (further.verdict is None)


def test_the_families_stand_in_the_order_of_the_fingerprints() -> None:
    assert [family.name for family in families()] == ["hanweb", "trs", "static"]


def test_a_page_of_no_family_is_nobodys() -> None:
    assert claim_page(answer(Request(f"{HOST}/a.json"), '{"code": 1}')) is None
    assert claim_page(answer(Request(f"{HOST}/nb/"), list_page(entries(range(3))), 404)) is None
    assert claim_page(answer(Request(f"{HOST}/nb/"), list_page(entries(range(3)))), hint="hanweb") is None
