"""
A county on Hanweb (cms_families.md 3.2): its government's column by the data proxy, its departments by unit and year, its
townships by the unit build of JPaaS.

Quirks, each with its place there: page 1 in the column's own page as `script type="text/xml"` (3.2a, page rule); the proxy heeds
`page` or the window of records, caps `perpage`, and wants a Referer (3.2a, page rule and headers); ids that stand only in the
sealed address of `<nextgroup>` (3.2a, encrypted form); `totalrecord` is marked [?] there, so its list stays unverified;
`xxgkAnnualReport.jsp?area=&fbtime=` (3.2b) and the same report at its `/art/` address (0.5); `queryData` with single quotes,
`paramJson`, bare `pageNo` heeded or not, and page 1 whatever is asked (3.2c, call and trap); a table of 索引号 (3.2, body).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from pipeline.demo.sites.alikes import look_alikes
from pipeline.demo.sites.chrome import REPORTS, Link, Look, html_page, list_page
from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.reports import Body, Paper, bodies
from pipeline.demo.sites.shelf import TRAP, Shelf
from pipeline.demo.sites.site import Answering, Ask, Edition, ListTruth, Page

__all__ = ["build", "list_paths"]

_LOOK = Look('<div class="bt_content" id="zoom">', "default_pgContainer")
_PROXY = "/module/web/jpage/dataproxy.jsp"
_BUILD = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_ANNUAL = "/module/xxgk/xxgkAnnualReport.jsp"
_TREE = "/module/xxgk/tree.jsp"
_NO_ROWS = Page(b'<?xml version="1.0" encoding="utf-8"?>\n<datastore/>\n', "text/xml; charset=utf-8")
"""An answer of about 54 bytes without rows, as deep pages give (3.2a, encrypted form)."""


def list_paths(plan: Plan) -> tuple[str, str, str]:
    """The three columns: of the government, and those of departments and townships."""
    start = 1_229_000_000 + sum(plan.seed.encode()) * 1_013 % 900_000
    return f"/col/col{start}/index.html", f"/xxgk/{plan.column}/index.html", f"/col/col{start + 2}/index.html"


def build(plan: Plan, edition: int) -> Edition:
    """The site in one edition."""
    shelf = Shelf(plan, edition, _LOOK)
    paths = list_paths(plan)
    if plan.jpaas_pages == "stuck":  # its reports are found by unit and year first, and some nowhere else
        _annual_column(shelf, paths[1])
    rows = _articles(shelf)
    _proxy_column(shelf, paths, rows[0])
    if plan.jpaas_pages != "stuck":
        _annual_column(shelf, paths[1])
    _jpaas_column(shelf, paths[2], rows[2])
    return shelf.finish(paths[0], (shelf.url(paths[0]),))


def _articles(shelf: Shelf) -> tuple[list[Link], ...]:
    """The articles of government and townships at their `/art/` addresses: rows by column."""
    plan = shelf.plan
    rows: tuple[list[Link], ...] = ([], [], [])
    for paper in shelf.papers():
        at = paper.body.column
        if at == 1:
            continue
        path = _path(shelf, at, paper.published.isoformat(), paper.title)
        twin = path.replace(".html", "_wap.html")
        is_twin = shelf.quirk(paper) == "twin"
        rows[at].append(shelf.place(paper, path, after=f'<p><a href="{twin}">手机版</a></p>\n' if is_twin else ""))
        if is_twin:
            shelf.place_twin(paper, twin)
    for alike in look_alikes(plan):
        at = 2 if alike.column == 2 else 0
        rows[at].append(shelf.place_alike(alike, _path(shelf, at, alike.on, alike.title)))
    rows[2].append(shelf.dead(_path(shelf, 2, f"{plan.years[0]}-01-19", "dead")))
    for links in rows:
        links.sort(key=lambda link: link.date, reverse=True)
    return rows


def _path(shelf: Shelf, at: int, on: str, title: str) -> str:
    """The older address with numbers, the newer one with 32 hex digits below its column where the unit build is (3.2)."""
    column = list_paths(shelf.plan)[at]
    year, month, day = (int(part) for part in on.split("-"))
    if at == 2:
        return f"{column.rpartition('/')[0]}/art/{year}/art_{shelf.hex(column + title)}.html"
    number = column.removeprefix("/col/col").partition("/")[0]
    return f"/art/{year}/{month}/{day}/art_{number}_{shelf.number(column + title)}.html"


# --- (a) the data proxy ---------------------------------------------------------------------------


def _record(link: Link) -> str:
    shown = link.title if len(link.title) <= 20 else f"{link.title[:19]}..."
    row = f'<li><a href="{link.href}" title="{escape(link.title)}" target="_blank">{shown}</a><span>{link.date}</span></li>'
    return f"<record><![CDATA[{row}]]></record>"


def _datastore(rows: Sequence[Link], *, total: int, size: int, group: str = "") -> str:
    records = "\n".join(map(_record, rows))
    counts = f"<totalrecord>{total}</totalrecord><totalpage>{-(-total // size)}</totalpage>"
    return f"<datastore>{group}{counts}<recordset>\n{records}\n</recordset></datastore>"


def _proxy_column(shelf: Shelf, paths: Sequence[str], rows: Sequence[Link]) -> None:
    """The column page with its first rows and the ids of its unit, and the proxy for the others."""
    plan, path = shelf.plan, paths[0]
    column = path.removeprefix("/col/col").partition("/")[0]
    ids = {"columnid": column, "unitid": str(shelf.number(path)), "webid": "11"}
    if plan.sealed:
        ids |= {"columnid": shelf.hex(f"{path} column"), "unitid": shelf.hex(f"{path} unit")}
    fields = "&amp;".join(f"{name}={value}" for name, value in ids.items())
    group = (
        f'<nextgroup><![CDATA[<a href="{_PROXY}?page=2&amp;{fields}&amp;permissiontype=0"></a>]]></nextgroup>'
        if plan.sealed
        else ""
    )
    store = _datastore(rows[: plan.rows], total=len(rows), size=plan.rows, group=group)
    told = {} if plan.sealed else ids
    known = ",".join(f"{name}:'{value}'" for name, value in told.items())
    script = (
        f"<script>$(function(){{$('#{shelf.number(path)}').jpage({{themeName:'default',perPage:{plan.rows},totalRecord:{len(rows)},"
        f"proxyUrl:'{_PROXY}',col:1,appid:1,path:'/',{known}{',' if known else ''}sourceContentType:1,"
        f"webname:'{plan.county}人民政府',permissiontype:0}});}});</script>\n"
    )
    main = f'<div id="{shelf.number(path)}"><script type="text/xml">{store}</script></div>\n{script}'
    subs = [Link("部门信息公开年报", paths[1]), Link("乡镇信息公开年报", paths[2])]
    subs += [Link("年报归档", TRAP)] if plan.robots == "delay" else []
    shelf.routes[path] = list_page(plan, shelf.look, REPORTS, (), subs=subs, main=main)
    shelf.routes[_PROXY] = _proxy(plan, rows, ids)
    shelf.lists.append(ListTruth(shelf.url(path), "complete-unverified", len(rows), len(list(shelf.papers(0)))))


def _proxy(plan: Plan, rows: Sequence[Link], ids: Mapping[str, str]) -> Answering:
    """The proxy: by `page`, whose size is `perpage`, or by the window of records; `perpage` is capped."""

    def answer(ask: Ask) -> Page:
        if "/col/" not in ask.headers.get("referer", ""):
            return Page(b"", "text/html", 404)
        if any(ask.fields.get(name) != value for name, value in ids.items() if name != "webid"):
            return _NO_ROWS
        size = min(max(1, _number(ask.fields, "perpage", plan.rows)), plan.proxy_most)
        first = (_number(ask.fields, "page", 1) - 1) * size
        last = first + size
        if plan.page_rule == "window":
            first = _number(ask.fields, "startrecord", 1) - 1
            last = min(_number(ask.fields, "endrecord", first + size), first + plan.proxy_most)
        given = rows[max(0, first) : max(0, last)]
        if not given:
            return _NO_ROWS
        store = _datastore(given, total=len(rows), size=size)
        return Page(f'<?xml version="1.0" encoding="utf-8"?>\n{store}\n'.encode(), "text/xml; charset=utf-8")

    return answer


def _number(fields: Mapping[str, str], name: str, default: int) -> int:
    text = fields.get(name, "")
    return int(text) if text.isdecimal() else default


# --- (b) by unit and year -------------------------------------------------------------------------


def _area(shelf: Shelf, body: Body) -> str:
    """The code of a unit, of 18 characters as the unified ones; its first six digits are the county's."""
    return f"11{shelf.plan.code}{shelf.number(body.unit):07}{shelf.number(body.level) % 100:02}X"


def _annual_column(shelf: Shelf, path: str) -> None:
    """The page of units, each with its newest year; the other years stand on the page of each report."""
    plan = shelf.plan
    units = [body for body in bodies(plan) if body.column == 1 or (body.column == 0 and plan.twins)]
    units = list(bodies(plan)) if plan.jpaas_pages == "stuck" else units
    newest = plan.years[-1]
    links = [Link(body.unit, f"{_ANNUAL}?area={_area(shelf, body)}&amp;fbtime={newest}") for body in units]
    tree = f'<p><a href="{_TREE}?area={_area(shelf, units[0])}">政府信息公开目录</a></p>\n'
    rows = "".join(f'<li><a href="{link.href}">{link.title}</a></li>\n' for link in links)
    years = "".join(f'<option value="{year}">{year}年</option>' for year in reversed(plan.years))
    main = f'{tree}<select id="fbtime">{years}</select>\n<ul class="units">\n{rows}</ul>\n'
    shelf.routes[path] = list_page(plan, shelf.look, "部门信息公开年报", (), main=main)
    options = "".join(
        f'<li><a href="{_TREE}?area={_area(shelf, body)}" area="{_area(shelf, body)}">{body.unit}</a></li>\n' for body in units
    )
    shelf.routes[_TREE] = list_page(plan, shelf.look, "政府信息公开目录", (), main=f"<ul>\n{options}</ul>\n")
    reports = 0
    by_key = {(paper.body.unit, paper.year): paper for paper in shelf.papers()}
    for body in units:
        for year in plan.years:
            paper = by_key.get((body.unit, year))
            reports += paper is not None
            _annual_report(shelf, body, year, paper)
    shelf.routes[_ANNUAL] = _nothing(plan)
    shelf.lists.append(ListTruth(shelf.url(path), "complete-unverified", None, reports))


def _annual_report(shelf: Shelf, body: Body, year: int, paper: Paper | None) -> None:
    """The report of one unit and year, with links to its other years; without one the page says that there is none."""
    area = _area(shelf, body)
    path = f"{_ANNUAL}?area={area}&fbtime={year}"
    bar = "".join(f'<a href="{_ANNUAL}?area={area}&amp;fbtime={other}">{other}年</a> ' for other in reversed(shelf.plan.years))
    if paper is None:
        shelf.routes[path] = _nothing(shelf.plan, bar)
    else:
        shelf.place(paper, path, after=f'<div class="years">{bar}</div>\n')


def _nothing(plan: Plan, bar: str = "") -> Page:
    """The page of a unit and year without a report: 200, and nothing in it (cms_families.md 5, soft 404)."""
    main = f'<div class="main"><div class="bt_content" id="zoom"><p>暂无内容</p></div><div class="years">{bar}</div></div>\n'
    return html_page(plan, f"政府信息公开_{plan.county}人民政府", main, meta={"ColumnName": "政府信息公开目录"})


# --- (c) the unit build of JPaaS ------------------------------------------------------------------


def _jpaas_column(shelf: Shelf, path: str, rows: Sequence[Link]) -> None:
    """The shell of a column whose rows the unit build gives as HTML inside JSON."""
    plan = shelf.plan
    page_id, tag_id = shelf.hex(f"{path} page"), f"{plan.column}列表"
    query = {
        "webId": shelf.hex("web"), "pageId": page_id, "parseType": "bulidstatic", "pageType": "column", "tagId": tag_id,
        "tplSetId": shelf.hex("templates"),
    }  # fmt: skip
    data = "{" + ",".join(f"'{name}':'{value}'" for name, value in query.items()) + "}"
    main = (
        f'<div class="unit"><script src="/jpaas-jpublish-web/AuthorizedRead/unitbuild.js" url="{_BUILD}" queryData="{data}"></script></div>\n'
    )  # fmt: skip
    shelf.routes[path] = list_page(plan, shelf.look, "乡镇信息公开年报", (), main=main)
    shelf.routes[_BUILD] = _unit_build(plan, rows, query)
    shown = rows[: plan.rows] if plan.jpaas_pages == "stuck" else rows
    shelf.hide([link.href for link in rows[len(shown) :]])
    at_shown = {shelf.url(link.href) for link in shown}
    found = sum(not at_shown.isdisjoint((item.address, *item.aliases)) for item in shelf.published.values())
    # Page 1 whatever is asked proves no end, however few its rows (3.2c, trap).
    shelf.lists.append(
        ListTruth(shelf.url(path), "partial" if plan.jpaas_pages == "stuck" else "complete-unverified", None, found)
    )


def _unit_build(plan: Plan, rows: Sequence[Link], query: Mapping[str, str]) -> Answering:
    """Gives one page of rows; which parameter it heeds is the plan's, and the size of its page is its own."""

    def answer(ask: Ask) -> Page:
        number = 1
        if plan.jpaas_pages != "stuck":
            number = _number(ask.fields, "pageNo", 1) if plan.jpaas_pages == "bare" else 1
            number = _asked_page(ask.fields.get("paramJson", "")) or number
        right = all(ask.fields.get(name) == value for name, value in query.items())
        given = rows[(number - 1) * plan.rows : number * plan.rows] if right else ()
        items = "".join(
            f'<li><a href="{link.href}" title="{escape(link.title)}">{link.title}</a><span>{link.date}</span></li>'
            for link in given
        )
        told = {"success": right, "code": "200" if right else "500", "data": {"html": f"<ul>{items}</ul>"}}
        return Page(json.dumps(told, ensure_ascii=False).encode(), "application/json;charset=UTF-8")

    return answer


def _asked_page(parameters: str) -> int:
    """The page of `paramJson={"pageNo":N,…}`; 0 where it names none."""
    try:
        told = json.loads(parameters) if parameters else {}
    except ValueError:
        return 0
    number = str(told.get("pageNo", "")) if isinstance(told, dict) else ""
    return int(number) if number.isdecimal() else 0
