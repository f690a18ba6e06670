"""Lists as no adapter expects them: pagers, rows, totals and sub-columns in other spellings, each a kind that once was lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from family_sites import HOST, NAVIGATION, entries, list_page, pages, walk

from scrapers.addresses import within_handler
from scrapers.families._lists import Rows, printed_total, sub_lists
from scrapers.families._pager import Place, end_of
from scrapers.families._pages import page_of
from scrapers.families._ways import declared
from scrapers.family import Verdict

ROW = "./202201/t20220128_{}.html"
Pager = Callable[[int], str]
"""What page n of three shows as its pager."""


def listed(address: str, name: Callable[[int], str], pager: Pager, *, count: int = 12, rows: int = 5) -> dict[str, str]:
    """A list at an address, whose page n is called as `name` says."""
    number = -(-count // rows)
    return {
        address if page == 1 else name(page): list_page(
            entries(range((page - 1) * rows, min(page * rows, count)), path="/nb/202201/t20220128_{}.html") + pager(page)
        )
        for page in range(1, number + 1)
    }


def zero(page: int) -> str:
    return f"/nb/index_{page - 1}.shtml"


def one(page: int) -> str:
    return f"/nb/list_{page}.html"


def query(page: int) -> str:
    return f"/nb/list.jsp?cat=7&pageNo={page}"


def script(text: str) -> str:
    return f"<script>{text}</script>"


BUILT = (
    "var currentPage = {0};//所在页从0开始\nvar nextPage = currentPage+1;\nvar countPage = 3;\n"
    'document.write("<a href=\\"index"+"_"+nextPage+"."+"shtml\\">下一页</a>");'
)
GO_ZERO = 'function goPage(n){if(n==1)location.href="index.shtml";else location.href="index_"+(n-1)+".shtml";}'
GO_ONE = 'function toPage(n) { window.location = "list_" + n + ".html"; }'
SENT = '<form name="pf" action="list.jsp"><input type="hidden" name="cat" value="7"><input type="hidden" name="pageNo" value="1"></form>'


@pytest.mark.parametrize(
    ("address", "name", "pager"),
    [
        ("/nb/", zero, lambda page: script(f"CreatePageHTML ( 3 , {page - 1} , 'index' , \".shtml\" ) ;")),
        ("/nb/", zero, lambda page: script(f"var n = '3', at = {page - 1}; createPageHTML(n, at, 'index', 'shtml');")),
        ("/nb/list.html", one, lambda page: script(f"createPageHTML(3, {page}, 'list', 'html');")),
        ("/nb/list.html", one, lambda page: script(f"showPageNav('p', 3, {page}, 'list', 'html');")),
        ("/nb/", zero, lambda page: script(BUILT.format(page - 1))),
        ("/nb/", zero, lambda page: script(GO_ZERO) + f'<a href="javascript:goPage({page + 1})">下一页</a>' * (page < 3)),
        ("/nb/list.html", one, lambda page: script(GO_ONE) + f'<a href="#" onclick="toPage({page + 1})">[下一页]</a>' * (page < 3)),
        ("/nb/list.html", one, lambda page: f'<link rel="next" href="list_{page + 1}.html">' * (page < 3)),
        ("/nb/list.html", one, lambda page: f'<A HREF="list_{page + 1}.html">下 一 页&gt;&gt;</A>' * (page < 3)),
        (
            "/nb/list.html", one,
            lambda page: "".join(f'<li onclick="window.location.href=\'/nb/list_{to}.html\'">{to}</li>' for to in (2, 3) if to > page),
        ),
        (
            "/nb/", zero,
            lambda _: script('var o = {pageCount: 3, pageName: "index", pageExt: "shtml"};') + '<a href="javascript:;">下一页</a>',
        ),
        ("/nb/list.jsp?cat=7", query, lambda page: f'<a href="list.jsp?cat=7&amp;pageNo={page + 1}#p">下页</a>' * (page < 3)),
        (
            "/nb/list.jsp?cat=7", query,
            lambda _: '<select onchange="location.href=\'list.jsp?cat=7&pageNo=\'+this.value">'
            + "".join(f'<option value="{to}">{to}</option>' for to in (1, 2, 3)) + "</select> 共3页",
        ),
        (
            "/nb/list.jsp?cat=7", query,
            lambda page: SENT + f'<a href="javascript:document.pf.pageNo.value={page + 1};document.pf.submit()">下一页</a>' * (page < 3),
        ),
    ],
)  # fmt: skip
def test_a_pager_in_any_spelling_leads_through_the_whole_list(address: str, name: Callable[[int], str], pager: Pager) -> None:
    found = walk(pages(listed(address, name, pager)), HOST + address, family="trs")
    assert (found.status, len(found.items)) == ("complete-unverified", 12)


def test_the_number_that_page_1_gives_itself_settles_where_counting_begins() -> None:
    texts = listed("/nb/list.html", one, lambda page: script(f"createPageHTML(3, {page}, 'list', 'html');"))
    found = walk(pages(texts), f"{HOST}/nb/list.html", family="trs")
    assert found.paths == ["/nb/list.html", "/nb/list_2.html", "/nb/list_3.html"]


def test_a_script_that_goes_nowhere_is_no_way_to_page_2() -> None:
    texts = listed("/nb/", zero, lambda _: '<a href="javascript:;">下一页</a> 共3页')
    found = walk(pages({"/nb/": texts["/nb/"]}), f"{HOST}/nb/", family="trs")
    assert found.verdict.status == "partial"
    assert found.paths == ["/nb/", "/nb/index_1.html", "/nb/index_2.html"]


@pytest.mark.parametrize(
    "says",
    [
        "总计 12 条", "合计：12条", "共 12 项", "共12个", "共<b>12</b>条信息，每页 5 条", "记录总数：12", "每页5条记录 <b>12</b>条记录", "共3页 12条",
        '<i data-total-count="12"></i>', script("var recordCount = '12';"), script("var m_nRecordCount=12;"),
    ],
)  # fmt: skip
def test_a_total_in_any_spelling_is_compared(says: str) -> None:
    texts = listed("/nb/", zero, lambda page: script(f"createPageHTML(3, {page - 1}, 'index', 'shtml');") + says)
    assert walk(pages(texts), f"{HOST}/nb/", family="trs").verdict == Verdict("complete", "", 12)
    del texts["/nb/index_2.shtml"]
    assert walk(pages(texts), f"{HOST}/nb/", family="trs").status == "partial"


def test_rows_of_a_page_are_no_total_in_either_form_of_the_call() -> None:
    page = page_of(list_page("", pager="createPageHTML(3, 0, 'index', 'html', 'page', 5)"), f"{HOST}/nb/")
    rows = Rows(page_of(entries(range(5)), f"{HOST}/nb/").links)
    assert declared(page, f"{HOST}/nb/", rows, ())[:2] == (3, None)


def test_a_page_without_entries_divides_nothing() -> None:
    page = page_of("<p>共 12 条</p>", f"{HOST}/nb/")
    assert declared(page, f"{HOST}/nb/", Rows(()), ()) == (None, 12, ())


def test_of_several_figures_the_one_that_can_be_the_total_counts() -> None:
    assert printed_total(page_of("<p>本周共 2 条</p><p>共 12 条</p><p>共 3 条评论</p>", HOST), 5) == 12


REPORT = "青淮县民政局2021年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    "row",
    [
        "<li><a href=\"javascript:window.open('{}','_blank')\">{}</a></li>",
        '<li><a href="javascript:void(0)" onclick="openUrl(\'{}\')">{}</a></li>',
        '<li><a href="#" onclick="return view(&quot;{}&quot;)">{}</a></li>',
        "<li onclick=\"window.open('{}')\">{}</li>",
        '<div class="item"><div class="t"><a href="\n {}#top ">{}</a></div><div class="d">2022-01-28</div></div>',
        '<table><tr><td><a href="{};jsessionid=1F2E">{}</a></td><td>2022-01-28</td></tr></table>',
        '<div class="item"><h3><A HREF="{}">{}</A></h3><p>2022/01/28 发布机构：县政府</p></div>',
        "<tr><th>民政局</th><td><a href='{}' title='{}'><i></i></a></td></tr>",
        '<dt><a href="http://WWW.qinghuai.gov.cn:80{}">{}</a></dt><dd>2022年01月28日</dd>',
    ],
)
def test_a_row_in_any_shape_is_one_entry(row: str) -> None:
    body = "".join(
        row.format(f"/nb/202201/t20220128_{number}.html", REPORT.replace("民政", f"第{number}")) for number in range(1, 4)
    )
    found = walk(pages({"/nb/": list_page(f"<div>{body}</div>")}), f"{HOST}/nb/", family="trs")
    assert [item.url for item in found.items] == [f"{HOST}/nb/202201/t20220128_{number}.html" for number in range(1, 4)]
    assert [item.title for item in found.items] == [REPORT.replace("民政", f"第{number}") for number in range(1, 4)]


def test_a_date_within_a_link_does_not_hide_its_whole_title() -> None:
    row = f'<li><a href="./202201/t20220128_1.html" title="{REPORT}">{REPORT[:-2]}…<span>2022-01-28</span></a></li>'
    found = walk(pages({"/nb/": list_page(f"<ul>{row}</ul>")}), f"{HOST}/nb/", family="trs")
    assert [(item.title, item.date) for item in found.items] == [(REPORT, "2022-01-28")]


def test_what_stands_beside_a_title_in_its_row_is_no_entry() -> None:
    links = (
        '<a href="/nb/{0}.html"><img src="a.png"></a><a href="/nb/{0}.html">' + REPORT + '</a>[<a href="/tj/{0}.html">图解</a>]'
    )
    body = "".join(f"<li>{links.format(number)} <a href='/nb/{number}.docx'>下载</a></li>" for number in (12345, 12346))
    found = walk(pages({"/nb/": list_page(f"<ul>{body}</ul>共2条")}), f"{HOST}/nb/", family="static")
    assert found.verdict == Verdict("complete", "", 2)


def test_a_table_of_bodies_and_years_is_one_list() -> None:
    cells = "".join(
        f"<tr><th>第{body}局</th>"
        + "".join(f'<td><a href="/{body}000{year}.html">{year}年</a></td>' for year in (2021, 2022))
        + "</tr>"
        for body in (1, 2, 3)
    )
    found = walk(pages({"/gk/nb/": list_page(f"<table>{cells}</table>共6条")}), f"{HOST}/gk/nb/", family="static")
    assert (found.verdict, len(found.items)) == (Verdict("complete", "", 6), 6)


def test_titles_that_are_cut_short_and_names_of_bodies_are_entries() -> None:
    titles = ("青淮县第1局2021年政府信…", "青淮县第2局关于2021年度政府信息公…", "第3局")
    first = "".join(f'<li><a href="/77{at}001.html">{title}</a></li>' for at, title in enumerate(titles))
    news = "".join(f'<li><a href="/88{at}001.html">县里召开会议</a> 2024-01-0{at + 1}</li>' for at in range(5))
    found = walk(pages({"/nb/": list_page(f"<ul>{first}</ul><div><ul>{news}</ul></div>")}), f"{HOST}/nb/", family="static")
    assert [item.title for item in found.items] == list(titles)


def test_an_empty_column_beside_news_has_no_entries() -> None:
    news = entries(range(5), path="/xwzx/202401/t20240105_{}.html", title="县里召开会议")
    found = walk(pages({"/nb/": list_page(f"<p>暂无数据</p><div>{news}</div>")}), f"{HOST}/nb/", family="static")
    assert (found.items, found.status) == ([], "partial")


def test_other_documents_in_a_list_are_counted_and_not_named() -> None:
    others = (
        "青淮县2021年部门决算公开",
        "青淮县2021年国民经济和社会发展统计公报",
        "青淮县2021年政府工作报告",
        "关于2021年政府信息公开年度报告的更正说明",
    )
    rows = "".join(f'<li><a href="./202201/t20220128_{at}.html">{title}</a></li>' for at, title in enumerate((*others, REPORT)))
    found = walk(pages({"/nb/": list_page(f"<ul>{rows}</ul>共5条")}), f"{HOST}/nb/", family="trs")
    assert ([item.title for item in found.items], found.verdict) == ([REPORT], Verdict("complete", "", 5))


@pytest.mark.parametrize(
    "title", ["审计局2021年年报", "综合行政执法局2021年政府信息公开年报", "应急管理局", "绩效评估中心2021年年度报告"]
)
def test_a_body_named_for_its_work_publishes_reports(title: str) -> None:
    found = walk(
        pages({"/nb/": list_page(f'<ul><li><a href="/nb/12345.html">{title}</a></li></ul>')}), f"{HOST}/nb/", family="static"
    )
    assert [item.title for item in found.items] == [title]


def test_news_of_trs_beside_a_list_do_not_make_it_one_of_trs() -> None:
    name = "6A1A2587CA0661ADB9B77EFE8DBFA02"
    rows = "".join(
        f'<li><a href="/nb/2024/{name}{number}/index.shtml">第{number}局2024年信息公开年报</a></li>' for number in range(3)
    )
    news = entries(range(3), path="/xwzx/202401/t20240105_{}.html", title="县里召开会议")
    found = walk(pages({"/nb/2024/": list_page(f"<ul>{rows}</ul>{news}")}), f"{HOST}/nb/2024/", family="static")
    assert (len(found.items), found.lists) == (3, [])


def test_a_report_on_a_list_page_does_not_end_the_list() -> None:
    headings = "一、总体情况 二、主动公开政府信息情况 三、收到和处理政府信息公开申请情况 四、行政复议、行政诉讼情况 五、存在的主要问题及改进情况"
    report = f"<h1>{REPORT}</h1><p>{headings}{'本年度。' * 40}共 3 条</p>"
    texts = listed("/nb/list.html", one, lambda page: f'<a href="list_{page + 1}.html">下一页</a>' * (page < 3))
    texts["/nb/list.html"] = texts["/nb/list.html"].replace("<ul>", f"{report}<ul>")
    found = walk(pages(texts), f"{HOST}/nb/list.html", family="trs")
    assert (found.is_report, len(found.items), found.verdict) == (
        True,
        12,
        Verdict("complete-unverified", "no total is declared"),
    )


def test_a_page_of_the_same_column_may_name_no_report() -> None:
    texts = listed(
        "/gk/list.html",
        lambda page: f"/gk/list_{page}.html",
        lambda page: f'<a href="list_{page + 1}.html">下一页</a>' * (page < 3),
    )
    texts["/gk/list_2.html"] = texts["/gk/list_2.html"].replace("政府信息公开工作年度报告", "2021年公开情况")
    found = walk(pages(texts), f"{HOST}/gk/list.html", family="trs")
    assert (found.status, len(found.items)) == ("complete-unverified", 12)


@pytest.mark.parametrize(
    "title",
    ["本级", "县政府", "政府年报", "县直部门", "乡镇（街道）", "民政局", "石桥镇", "2021年", "2021年度", "各部门年度报告"],
)
@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("/list.php?catid=12", "/list.php?catid=13"),
        ("/info/iList.jsp?node_id=GK1&cat_id=1", "/info/iList.jsp?node_id=GK1&cat_id=2"),
        ("/zwgk/nb/", "/zwgk/nb/x12/"),
        ("/zwgk/nb/node_7.html", "/zwgk/nb/bm/node_71.html"),
        ("/channels/35920.html", "/channels/35921.html"),
    ],
)
def test_a_sub_column_is_known_by_its_name_and_place(title: str, here: str, there: str) -> None:
    others = "".join(
        f'<a href="{there[:-1]}99{end}">{text}</a>' for text in ("办事服务", "政策文件", "通知公告", "部门动态") for end in ("",)
    )
    page = page_of(list_page(f'{NAVIGATION}<ul><li><a href="{there}">{title}</a></li></ul>{others}'), HOST + here)
    assert [item.url for item in sub_lists(page, HOST + here, Rows(()))] == [HOST + there]


def test_a_total_that_is_met_with_pages_missing_is_never_complete() -> None:
    assert end_of(Place(total=12, known=tuple("abcde")), "page 2 answers 404", "").status == "partial"


@pytest.mark.parametrize(
    ("handler", "address"),
    [
        ("window.open('/a/b.html?x=1&y=2','_blank')", "/a/b.html?x=1&y=2"),
        ("openUrl( \" ./t1.shtml \" )", "./t1.shtml"),
        ("share('weibo', 'http://a.gov.cn/x.html')", "http://a.gov.cn/x.html"),
        ("setTab('one', 2, '1.5')", ""),
        ("goPage(2)", ""),
    ],
)  # fmt: skip
def test_a_handler_gives_the_address_that_it_opens(handler: str, address: str) -> None:
    assert within_handler(handler) == address
