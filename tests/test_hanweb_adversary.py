"""What templates of Hanweb do otherwise than the replica counties: each case is one that an adversary of the adapters found."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from family_sites import HOST, Serve, answer, entries, list_page, pages
from hanweb_sites import DOUBT, PROXY, Rule, by_page, by_window, column_page, jpage, read, record, store

from scrapers.family import Answer, Request, Verdict

SISTER = "http://xxgk.qinghuai.gov.cn"
NEWS = '<h3>动态</h3><ul><li><a href="/art/2024/5/1/art_9_77.html" title="召开会议">召开会议</a><span>2024-05-01</span></li></ul>'
WANTED = {"webid": "11", "columnid": "1229", "unitid": "4711", "webname": "青淮县人民政府"}


def fields(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True)) | dict(request.form)


# --- (a) what a page tells of its proxy -------------------------------------------------------------

TEMPLATES = {
    "quoted": f"""$('#4711').jpage({{proxyUrl : "{PROXY}", "unitid" : "4711", 'columnid':'1229' ,webname: "青淮县人民政府", "webid":11}});""",
    "variables": f"var columnid = '1229', unitid=\"4711\";\nvar webid=11; var webname='青淮县人民政府';\n"
    f"$.post('{PROXY}?startrecord='+s+'&endrecord='+e, {{unitid:unitid, webid : webid, columnid:columnid, webname:webname}}, show);",
    "added": f"""var c="1229",u = '4711', w=11, n='青淮县人民政府';
var address = "{PROXY}?perpage=15&unitid="+u+"&columnid=" + c + "&webid="+w+"&webname="+encodeURIComponent(n);""",
    "query": f"$('#4711').jpage({{proxyUrl:'{PROXY}?unitid=4711&webid=11&webname={quote(WANTED['webname'])}&columnid=1229'}});",
    "form": f"$.ajax({{url:'{PROXY}?startrecord=1', data:'webname={quote(WANTED['webname'])}&unitid=4711&columnid=1229&webid=11'}});",
    "options": f"var options = {json.dumps({'ajaxParam': WANTED, 'proxyUrl': PROXY, 'perPage': 15}, indent=1, ensure_ascii=False)}; list(options);",
}


def proxied(page: str, count: int, told: int | None = None, rule: Rule | None = None) -> Serve:
    """A column page, and a proxy that gives nothing to who does not know its ids."""

    def serve(request: Request) -> Answer:
        if PROXY not in request.url:
            return answer(request, page)
        asked = fields(request)
        start, stop = (rule or by_page(7))(asked)
        right = all(asked.get(name) == value for name, value in WANTED.items())
        return answer(request, store(range(start, min(stop, count)) if right else (), told))

    return serve


@pytest.mark.parametrize("name", TEMPLATES)
def test_ids_are_read_however_a_script_writes_them(name: str) -> None:
    page = list_page(f'{NEWS}<div id="4711"></div><script>{TEMPLATES[name]}</script>')
    assert len(read(proxied(page, 16)).items) == 16


@pytest.mark.parametrize("name", ["inputs", "attributes"])
def test_ids_stand_in_inputs_or_attributes(name: str) -> None:
    inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in WANTED.items())
    attributes = " ".join(f'data-{name}="{value}"' for name, value in WANTED.items())
    told = f"<form>{inputs}</form>" if name == "inputs" else f'<div class="list" {attributes}></div>'
    page = list_page(f"{told}<script>$.post('{PROXY}', $('form').serialize(), show);</script>")
    assert len(read(proxied(page, 16)).items) == 16


@pytest.mark.parametrize("own_first", [True, False])
def test_of_several_calls_the_news_is_not_read(own_first: bool) -> None:
    own = f'<div id="4711"><script type="text/xml">{store(range(3), 16)}</script></div><script>{TEMPLATES["quoted"]}</script>'
    news = '<record><![CDATA[<a href="/art/2024/5/1/art_99_7.html" title="召开会议">召开会议</a>]]></record>'
    other = f"$('#88').jpage({{proxyUrl:'{PROXY}',columnid:99,unitid:'88',webid:1,totalRecord:1}});"
    beside = f'<div id="88"><script type="text/xml"><datastore>{news}</datastore></script></div><script>{other}</script>'
    found = read(proxied(list_page(own + beside if own_first else beside + own), 16, 16))
    assert len(found.items) == 16
    assert found.verdict == Verdict("complete-unverified", DOUBT, 16)
    assert not any(fields(request).get("unitid") == "88" for request in found.asked)


def test_several_lists_of_reports_on_one_page_are_all_read() -> None:
    tabs = ((71, 5), (72, 12), (73, 1))
    calls = "".join(
        f'<div id="u{column}"><script type="text/xml">{store(range(min(count, 2)), count, column=column)}</script></div>'
        f"<script>$('#u{column}').jpage({{columnid:{column},unitid:'u{column}',webid:1,perPage:2,proxyUrl:'{PROXY}'}});</script>"
        for column, count in tabs
    )

    def serve(request: Request) -> Answer:
        if PROXY not in request.url:
            return answer(request, list_page(calls))
        asked = fields(request)
        count = next(count for column, count in tabs if asked["unitid"] == f"u{column}")
        start, stop = by_window(asked) if asked["unitid"] == "u72" else by_page(4)(asked)
        return answer(request, store(range(start, min(stop, count)), count, column=int(asked["columnid"])))

    found = read(serve)
    assert len(found.items) == 18
    assert found.verdict == Verdict("complete-unverified", DOUBT, 18)


@pytest.mark.parametrize("rule", [by_page(5), by_window], ids=["page", "window"])
def test_a_total_that_is_that_of_a_page_loses_nothing(rule: Rule) -> None:
    found = read(jpage(17, rule, first=5, total=5))
    assert len(found.items) == 17
    assert found.verdict == Verdict("partial", "the site declares 5 entries, 17 were found", 5)


def test_a_proxy_that_answers_a_post_with_nothing_is_asked_by_get() -> None:
    def serve(request: Request) -> Answer:
        return answer(request, "<datastore/>") if request.method == "POST" else jpage(30, by_page(9))(request)

    found = read(serve)
    assert (len(found.items), found.status) == (30, "complete-unverified")


def test_groups_of_records_overlap_what_is_known() -> None:
    def group(asked: dict[str, str]) -> tuple[int, int]:
        start = (int(asked.get("startrecord", 1)) - 1) // 9 * 9
        return start, start + 9

    found = read(jpage(31, group, first=3, total=31))
    assert (len(found.items), found.status) == (31, "complete-unverified")


@pytest.mark.parametrize("first", [0, 3])
def test_a_column_above_others_lists_their_articles(first: int) -> None:
    def records(start: int, stop: int) -> str:
        rows = "".join(record(one, column=1229 if one == 0 else 1230 + one % 2) for one in range(start, min(stop, 9)))
        return f"<datastore><totalrecord>9</totalrecord><recordset>{rows}</recordset></datastore>"

    def serve(request: Request) -> Answer:
        if PROXY not in request.url:
            return answer(request, column_page(records(0, first)))
        number = int(fields(request).get("page", 9))
        return answer(request, records((number - 1) * 4, number * 4))

    found = read(serve)
    assert (len(found.items), found.verdict) == (9, Verdict("complete-unverified", DOUBT, 9))


WRAPS: dict[str, Callable[[str], str]] = {
    "spaces": lambda row: f"<record>\n <![CDATA[\n{row}\n]]>\n</record>",
    "capitals": lambda row: f"<Record><![CDATA[{row}]]></Record>",
    "escaped": lambda row: f"<record>{escape(row)}</record>",
    "row of a table": lambda row: f"<record><![CDATA[<tr><td>{row}</td></tr>]]></record>",
}


@pytest.mark.parametrize("wrap", WRAPS)
def test_records_are_wrapped_in_many_ways(wrap: str) -> None:
    link = "<a href='/art/2022/1/2/art_1229_{}.html' title='第{}局2021年政府信息公开年报'>第…</a><span>2022-01-02</span>"
    rows = "".join(WRAPS[wrap](link.format(number, number)) for number in range(6))
    found = read(
        pages({"/col/col1229/index.html": column_page(f"<datastore><recordset>{rows}</recordset></datastore>", more="共6条")})
    )
    assert [(item.title, item.date) for item in found.items[:1]] == [("第0局2021年政府信息公开年报", "2022-01-02")]
    assert found.verdict == Verdict("complete", "", 6)


def test_rows_and_proxy_on_the_host_of_public_information_are_of_the_site() -> None:
    row = record(1).replace('href="/art', f'href="{SISTER}/art')
    page = column_page(f"<recordset>{row}</recordset>").replace(PROXY, f"{SISTER}{PROXY}")

    def serve(request: Request) -> Answer:
        return answer(request, page if PROXY not in request.url else store((), None))

    found = read(serve)
    assert [item.url for item in found.items] == [f"{SISTER}/art/2022/1/2/art_1229_1.html"]
    assert {urlsplit(request.url).netloc for request in found.asked[1:]} == {"xxgk.qinghuai.gov.cn"}


def test_a_column_that_only_leads_on_names_its_columns_beside_news() -> None:
    subs = "".join(
        f'<li><a href="/col/col{number}/index.html">{name}</a></li>' for number, name in ((31, "财政局"), (32, "石桥镇"))
    )
    found = read(pages({"/col/col1229/index.html": list_page(f"{NEWS}<ul>{subs}</ul>")}))
    assert [item.title for item in found.lists] == ["财政局", "石桥镇"]
    assert (found.items, found.status) == ([], "complete-unverified")


# --- (b) units, years and the search ----------------------------------------------------------------

REPORT = "/module/xxgk/xxgkAnnualReport.jsp"
TREE = "/module/xxgk/tree.jsp?area=990102"
UNITS = {"11990102004363095F": "财政局", "001008003014106": "教育局"}
YEARS = "<select id='fbtime'><option value='2021'>2021</option><option value='2022'>2022年度</option></select>"
NODES = [{"id": at, "name": name, "area": area, "children": [{"name": "指南"}]} for at, (area, name) in enumerate(UNITS.items())]

NAMED = {
    "select": '<select name="area"><option value="">全部</option>'
    + "".join(f"<option value='{area}'>{name}</option>" for area, name in UNITS.items())
    + "</select>",
    "nodes": f"<script>var zNodes = {json.dumps(NODES, ensure_ascii=False)};</script>",
    "handlers": "".join(f"""<li onclick="show({{area:'{area}'}})">{name}</li>""" for area, name in UNITS.items()),
}
TREES = {
    "json": json.dumps(NODES),
    "xml": '<?xml version="1.0"?><tree>'
    + "".join(f'<node text="{name}" area="{area}"/>' for area, name in UNITS.items())
    + "</tree>",
    "html": list_page("".join(f'<li><a href="{TREE}" area="{area}">{name}</a></li>' for area, name in UNITS.items())),
}
PAIRS = {f"{HOST}{REPORT}?area={area}&fbtime={year}": f"{name} {year}" for area, name in UNITS.items() for year in (2021, 2022)}


@pytest.mark.parametrize("named", NAMED)
def test_units_are_read_wherever_they_stand(named: str) -> None:
    script = f'<script>function show(o){{$("#r").load("{REPORT}?area="+o.area+"&fbtime="+y);}}</script>'
    found = read(pages({"/col/col5/index.html": list_page(NAMED[named] + YEARS + script)}), f"{HOST}/col/col5/index.html")
    assert {item.url: item.title for item in found.items} == PAIRS
    assert not any(item.is_linked for item in found.items)
    assert found.status == "complete-unverified"


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize(
    "years", [YEARS, "<script>var years = [2022, 2021];</script>", "<script>for(var y=2022;y>=2021;y--){add(y)}</script>"]
)
def test_a_tree_answers_in_many_shapes(tree: str, years: str) -> None:
    page = list_page(f'<script>$("#tree").load("{TREE}");var report="{REPORT}";</script>{years}')
    found = read(pages({"/col/col5/index.html": page, TREE: TREES[tree]}), f"{HOST}/col/col5/index.html")
    assert {item.url: item.title for item in found.items} == PAIRS


SEARCH = "/module/xxgk/search.jsp"
ASKED = {"infotypeId": "A0108", "jdid": "11", "area": "11990102004363095F", "divid": "div77"}
SEARCHES = {
    "object": f"$.post('{SEARCH}',{{divid:'div77',infotypeId:\"A0108\",jdid:11,area:'11990102004363095F',vc_title:'',currpage:1}},show);",
    "query": f'$.ajax({{type:"POST",url:"{SEARCH}",data:"infotypeId=A0108&jdid=11&area=11990102004363095F&divid=div77&vc_all=&currpage="+n}});',
}


def row(number: int, column: int = 77) -> str:
    title = f"第{number}局2021年政府信息公开年报"
    link = f'<a class="bt_link" href="/art/2022/1/2/art_{column}_{number}.html" title="{title}">第…</a>'
    return f'<tr class="tr_main_value_odd"><td>{link}</td><td>2022-01-02</td></tr>'


def searched(page: str, rows: Sequence[str], said: str, *, method: str = "POST", texts: dict[str, str] | None = None) -> Serve:
    def serve(request: Request) -> Answer:
        if SEARCH not in request.url:
            return pages({"/col/col77/index.html": page, **(texts or {})})(request)
        if request.method != method:
            return answer(request, "", 405)
        asked = fields(request)
        number = int(asked["currpage"])
        right = all(asked[name] == value for name, value in ASKED.items())
        shown = "".join(rows[(number - 1) * 4 : number * 4]) if right else ""
        return answer(request, f"<table>{shown}</table><div>{said}</div>")

    return serve


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("script", SEARCHES)
def test_a_search_is_read_page_by_page(script: str, method: str) -> None:
    serve = searched(
        list_page(f'<div id="div77"></div><script>{SEARCHES[script]}</script>'), [*map(row, range(10))], "共3页", method=method
    )
    found = read(serve, f"{HOST}/col/col77/index.html")
    assert (len(found.items), found.verdict) == (10, Verdict("complete-unverified", "no total is declared"))
    asked = [request for request in found.asked if SEARCH in request.url and request.method == method]
    assert [fields(request)["currpage"] for request in asked] == ["1", "2", "3"]


def test_a_search_that_says_its_total_is_complete() -> None:
    serve = searched(list_page(f"<script>{SEARCHES['object']}</script>"), [*map(row, range(9))], "共9条 共3页")
    assert read(serve, f"{HOST}/col/col77/index.html").verdict == Verdict("complete", "", 9)


def test_a_search_that_gives_the_whole_district_is_kept_to_its_column() -> None:
    rows = [row(number, 77 if number % 3 else 55) for number in range(10)]
    serve = searched(list_page(f"<script>{SEARCHES['object']}</script>"), rows, "共10条 共3页")
    found = read(serve, f"{HOST}/col/col77/index.html")
    assert {item.url.partition("art_")[2][:2] for item in found.items} == {"77"}
    assert (len(found.items), found.status, found.verdict.declared) == (6, "complete-unverified", None)


def test_the_tree_names_the_type_of_information_that_is_searched_for() -> None:
    nodes = [
        {"name": "政府信息公开指南", "infotypeId": "A0101"},
        {"name": "信息公开年报", "infotypeId": "A0108", "area": ASKED["area"]},
    ]
    script = f'$("#t").load("{TREE}");function pick(n){{$.post("{SEARCH}",{{infotypeId:n.infotypeId,area:n.area,jdid:11,divid:"div77"}});}}'
    serve = searched(list_page(f"<script>{script}</script>"), [*map(row, range(6))], "共2页", texts={TREE: json.dumps(nodes)})
    found = read(serve, f"{HOST}/col/col77/index.html")
    assert (len(found.items), found.status) == (6, "complete-unverified")
    assert found.paths[:2] == ["/col/col77/index.html", TREE]


# --- (c) the unit build -----------------------------------------------------------------------------

BUILD = "/api-gateway/jpaas-publish-server/front/page/build/unit"
QUERY = {"webId": "w1", "pageId": "p1", "parseType": "bulidstatic", "pageType": "column", "tagId": "右侧", "tplSetId": "7"}
QUOTES = {
    "single in double": '"{' + ",".join(f"'{name}':'{value}'" for name, value in QUERY.items()) + '}"',
    "double in single": f"'{json.dumps(QUERY, ensure_ascii=False)}'",
    "entities": f'"{escape(json.dumps(QUERY))}"'.replace("\\u53f3\\u4fa7", "右侧"),
    "numbers and blanks": '"{ '
    + " , ".join(f"'{name}' : {value if value.isdecimal() else repr(value)}" for name, value in QUERY.items())
    + ' }"',
    "double in double": f'"{json.dumps(QUERY, ensure_ascii=False)}"',
}


def built(
    count: int, *, quotes: str = "single in double", size: int = 6, honours: bool = False, total: str = "", news: bool = False
) -> Serve:
    def serve(request: Request) -> Answer:
        if BUILD not in request.url:
            tag = f'<script queryData={QUOTES[quotes]} src="http://a.gov.cn/AuthorizedRead/unitbuild.js" url="{BUILD}"></script>'
            return answer(request, list_page((tag.replace("右侧", "最新信息列表") if news else "") + tag))
        asked = fields(request)
        if asked["tagId"] == "最新信息列表":
            return answer(request, json.dumps({"data": {"html": NEWS}}))
        assert {name: asked[name] for name in QUERY} == QUERY
        rows = size if not honours or "pageNo" not in asked else int(asked["pageSize"])
        start = (int(asked.get("pageNo", 1)) - 1) * rows
        shown = "".join(
            f'<li><a href="/art/2022/art_{number:032x}.html" title="第{number}局年报">第…</a></li>'
            for number in range(start, min(start + rows, count))
        )
        told = {"html": f"<ul>{shown}</ul>{total}"} | ({"total": count} if total == "field" else {})
        return answer(request, json.dumps({"success": True, "code": "200", "data": told}))

    return serve


@pytest.mark.parametrize("quotes", QUOTES)
def test_the_query_of_a_unit_build_is_read_in_all_quotes(quotes: str) -> None:
    assert len(read(built(14, quotes=quotes), f"{HOST}/zwgk/nb/").items) == 14


def test_a_host_that_heeds_the_size_beside_a_bare_page_number_loses_nothing() -> None:
    found = read(built(20, size=4, honours=True), f"{HOST}/zwgk/nb/")
    assert (len(found.items), found.status) == (20, "complete-unverified")


@pytest.mark.parametrize("total", ["field", '<div count="14"></div>', "<p>共14条</p>"])
def test_a_unit_build_declares_its_total_in_many_places(total: str) -> None:
    assert read(built(14, total=total), f"{HOST}/zwgk/nb/").verdict == Verdict("complete", "", 14)


def test_of_several_unit_builds_the_one_with_reports_is_read() -> None:
    found = read(built(14, news=True), f"{HOST}/zwgk/nb/")
    assert (len(found.items), found.status) == (14, "complete-unverified")
    assert not any("召开" in item.title for item in found.items)


# --- (d) the message controller ---------------------------------------------------------------------

MESSAGES = "/messageController/getMessage.do"


def messages(count: int, ceiling: int, *, cuts: bool = True, shape: str = "xml", total: int | None = None) -> Serve:
    def serve(request: Request) -> Answer:
        if MESSAGES not in request.url:
            page = list_page(f"{NEWS}<script>new Pager({{ proxyUrl : '{MESSAGES}', perPage:15 ,columnId:\"c77\"}});</script>")
            return answer(request, page)
        asked = fields(request)
        assert (request.method, request.headers["Referer"], asked["columnId"]) == ("GET", f"{HOST}/nb/list.html", "c77")
        start, stop = int(asked["startrecord"]) - 1, int(asked["endrecord"])
        if stop - start > ceiling:
            stop = start + ceiling if cuts else start
        numbers = range(start, min(stop, count))
        told = entries(numbers) if shape == "html" else store(numbers, total)
        return answer(request, f"{asked['callback']}({json.dumps({'result': told})});")

    return serve


@pytest.mark.parametrize("shape", ["xml", "html"])
@pytest.mark.parametrize(("ceiling", "cuts"), [(10, True), (10, False), (15, True), (50, True)])
def test_the_message_controller_is_read_within_its_ceiling(ceiling: int, cuts: bool, shape: str) -> None:
    found = read(messages(57, ceiling, cuts=cuts, shape=shape), f"{HOST}/nb/list.html")
    assert (len(found.items), found.verdict) == (57, Verdict("complete-unverified", "no total is declared"))


def test_a_total_of_the_message_controller_does_not_end_a_list() -> None:
    found = read(messages(23, 10, total=10), f"{HOST}/nb/list.html")
    assert (len(found.items), found.status, found.verdict.declared) == (23, "partial", 10)


def test_a_message_controller_that_is_no_json_is_partial() -> None:
    def serve(request: Request) -> Answer:
        return answer(request, "<html>") if MESSAGES in request.url else messages(3, 10)(request)

    assert read(serve, f"{HOST}/nb/list.html").verdict == Verdict("partial", "record 1 of the message controller is no JSON")
