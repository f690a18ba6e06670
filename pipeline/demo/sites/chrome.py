"""
What stands around an article or a list on every page of a replica: head, navigation, trail, table of what it is, footer.

The meta tags are those of cms_families.md 2, `ColumnType` 信息公开年报 among them; `SiteIDCode` begins with the county's code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.site import HITS, Page

__all__ = [
    "REPORTS",
    "Link",
    "Look",
    "article_page",
    "gbk_page",
    "home_page",
    "html_page",
    "info_table",
    "list_page",
    "open_page",
]

REPORTS = "政府信息公开年报"


_NAVIGATION = "".join(
    f'<li><a href="{path}">{text}</a></li>'
    for text, path in (("首页", "/"), ("政务公开", "/zwgk/"), ("办事服务", "/bsfw/"), ("互动交流", "/hdjl/"))
)


class Link(NamedTuple):
    """A text and where it leads, with the date that a list prints beside it."""

    title: str
    href: str
    date: str = ""


class Look(NamedTuple):
    """How a family's pages differ: the opening tag of the article, the class of its lists, scripts in the head."""

    article: str
    rows: str
    head: str = ""


class Article(NamedTuple):
    """What an article's page shows: `on` is its date in text, `meta_on` the one of its meta tag where that is another."""

    title: str
    unit: str
    on: str
    body: str
    table: str = ""
    after: str = ""
    meta_on: str = ""


def html_page(plan: Plan, title: str, main: str, *, meta: Mapping[str, str], trail: Iterable[Link] = (), head: str = "") -> Page:
    """A whole page of the site around `main`; GBK that says gb2312 where the plan wants it (cms_families.md 4.5)."""
    charset = "gb2312" if plan.gbk else "utf-8"
    site = {"SiteName": f"{plan.county}人民政府", "SiteDomain": plan.host, "SiteIDCode": f"{plan.code}0001"} | dict(meta)
    tags = "".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in site.items())
    way = " &gt; ".join(f'<a href="{link.href}">{escape(link.title)}</a>' for link in trail)
    body = (
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="{charset}">\n<title>{escape(title)}</title>\n{tags}{head}</head>\n<body>\n'
        f'<div class="topnav"><ul>{_NAVIGATION}</ul></div>\n'
        + (f'<div class="crumb">当前位置：{way}</div>\n' if way else "")
        + main
        + f'<div class="footer">主办：{escape(plan.county)}人民政府办公室 网站标识码：{plan.code}0001 '
        f"浏览次数：<span>{HITS.decode()}</span></div>\n</body>\n</html>\n"
    )
    return gbk_page(body) if plan.gbk else Page(body.encode())


def gbk_page(text: str) -> Page:
    """A page in GB18030 that HTTP says nothing about and that calls itself gb2312 (cms_families.md 4.5, charset order)."""
    return Page(text.replace('charset="utf-8"', 'charset="gb2312"').encode("gb18030"), "text/html")


def home_page(plan: Plan) -> Page:
    """The home page: news, and 政务公开 in its navigation, where discovery starts (cms_families.md 4.1)."""
    news = "".join(f"<li>{plan.county}召开第{number}次常务会议</li>" for number in range(1, 9))
    main = f'<div class="news"><h2>要闻</h2><ul>{news}</ul></div>\n<div><a href="/zwgk/">政府信息公开</a></div>\n'
    return html_page(plan, f"{plan.county}人民政府", main, meta={"ColumnName": "首页", "ColumnType": "首页"})


def open_page(plan: Plan, column: str) -> Page:
    """The page of 政府信息公开 with the four blocks of the national layout; its last block leads to the reports (4.1)."""
    blocks = (
        Link("政府信息公开指南", "/zwgk/zn/"), Link("政府信息公开制度", "/zwgk/zd/"), Link("法定主动公开内容", "/zwgk/fdzdgk/"),
        Link(REPORTS, column),
    )  # fmt: skip
    main = "".join(f'<div class="block"><a href="{link.href}">{link.title}</a></div>\n' for link in blocks)
    trail = (Link("首页", "/"), Link("政务公开", "/zwgk/"))
    return html_page(
        plan, "政府信息公开", main, meta={"ColumnName": "政府信息公开", "ColumnType": "政府信息公开目录"}, trail=trail
    )


def list_page(
    plan: Plan,
    look: Look,
    title: str,
    links: Sequence[Link],
    *,
    subs: Sequence[Link] = (),
    pager: str = "",
    main: str | None = None,
) -> Page:
    """One page of a list: its sub-columns beside it, its rows with date and title in full, and its pager."""
    side = "".join(f'<li><a href="{link.href}">{escape(link.title)}</a></li>' for link in subs)
    rows = "".join(
        f'<li><a href="{link.href}" title="{escape(link.title)}">{escape(_cut(link.title))}</a><span>{link.date}</span></li>\n'
        for link in links
    )
    inside = f'<ul class="{look.rows}">\n{rows}</ul>\n' if main is None else main
    return html_page(
        plan, f"{title}_{plan.county}人民政府",
        (f'<div class="leftnav"><ul>{side}</ul></div>\n' if side else "") + f'<div class="list">\n{inside}{pager}</div>\n',
        meta={"ColumnName": title, "ColumnDescription": f"{plan.county}{title}", "ColumnKeywords": REPORTS, "ColumnType": "信息公开年报"},
        trail=(Link("首页", "/"), Link("政务公开", "/zwgk/"), Link(title, "#")), head=look.head,
    )  # fmt: skip


def _cut(title: str) -> str:
    """The text of a link as lists print it: cut with an ellipsis, the whole title is in its attribute (3.2a, response)."""
    return title if len(title) <= 24 else f"{title[:23]}…"


def info_table(plan: Plan, unit: str, number: int, on: str) -> str:
    """The table of 索引号 and 发布机构 above an article, with 组配分类 (cms_families.md 3.2, body)."""
    return (
        f'<table class="xxgk_table" width="100%"><tr><td>索引号：</td><td>{plan.code}/{on[:4]}-{number:05}</td>'
        f"<td>发布机构：</td><td>{escape(unit)}</td></tr><tr><td>组配分类：</td><td>{REPORTS}</td>"
        f"<td>生成日期：</td><td>{on}</td></tr></table>\n"
    )


def article_page(plan: Plan, look: Look, article: Article) -> Page:
    """An article: title, date and source, the table of what it is, the body in the family's container, what follows it."""
    title, unit, on = article.title, article.unit, article.on
    meta = {
        "ArticleTitle": title, "PubDate": f"{article.meta_on or on} 09:30", "ContentSource": unit, "Keywords": REPORTS,
        "ColumnName": REPORTS, "ColumnType": "信息公开年报",
    }  # fmt: skip
    main = (
        f'<div class="main">\n{article.table}<h1>{escape(title)}</h1>\n'
        f'<div class="source">发布时间：{on} 09:30　来源：{escape(unit)}　<a href="javascript:window.print()">打印</a></div>\n'
        f"{look.article}\n{article.body}\n</div>\n{article.after}</div>\n"
    )
    trail = (Link("首页", "/"), Link("政务公开", "/zwgk/"), Link(REPORTS, "./"))
    return html_page(plan, f"{title}_{plan.county}人民政府", main, meta=meta, trail=trail, head=look.head)
