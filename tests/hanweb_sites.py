"""Columns of Hanweb in memory: the page with its first records, and the data proxy behind it (`cms_families` 3.2a)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl, urlsplit

from family_sites import HOST, Serve, Walk, answer, list_page, walk

from scrapers.family import Answer, Request

__all__ = [
    "COLUMN", "DOUBT", "EMPTY", "IDS", "PROXY", "Rule", "always_first", "by_page", "by_window", "column_page", "jpage", "read",
    "record", "store",
]  # fmt: skip

COLUMN = f"{HOST}/col/col1229/index.html"
PROXY = "/module/web/jpage/dataproxy.jsp"
IDS = "col:1,webid:11,path:'/',columnid:1229,sourceContentType:1,unitid:'4711',webname:'青淮县人民政府',permissiontype:0"
DOUBT = "totalrecord of the data proxy is not established"
EMPTY = '<?xml version="1.0"?><datastore></datastore>'


def record(number: int, column: int = 1229) -> str:
    title = f"青淮县第{number}局2021年政府信息公开工作年度报告"
    link = f'<a href="/art/2022/1/{number % 28 + 1}/art_{column}_{number}.html" title="{title}">{title[:8]}…</a>'
    return f"<record><![CDATA[<li>{link}<span>2022-01-28</span></li>]]></record>"


def store(numbers: Sequence[int], total: int | None, *, group: str = "", column: int = 1229) -> str:
    said = f"<totalrecord>{total}</totalrecord>" if total is not None else ""
    records = "".join(record(number, column) for number in numbers)
    return f"<datastore>{group}{said}<recordset>{records}</recordset></datastore>" if numbers else EMPTY


def column_page(first: str, *, ids: str = IDS, more: str = "") -> str:
    script = f"<script>$('#4711').jpage({{proxyUrl:'{PROXY}',{ids}}});</script>"
    return list_page(f'<div id="4711"><script type="text/xml">{first}</script></div>{script}{more}')


Rule = Callable[[dict[str, str]], tuple[int, int]]


def by_page(most: int = 300) -> Rule:
    """Only `page` counts, and `perpage` up to a ceiling (Jiangsu)."""

    def rule(asked: dict[str, str]) -> tuple[int, int]:
        size = min(int(asked.get("perpage", 15)), most)
        start = (int(asked.get("page", 1)) - 1) * size
        return start, start + size

    return rule


def by_window(asked: dict[str, str]) -> tuple[int, int]:
    """Only the window of records counts."""
    start = int(asked.get("startrecord", 1)) - 1
    return start, int(asked.get("endrecord", start + 15))


def always_first(asked: dict[str, str]) -> tuple[int, int]:
    return 0, 15


def jpage(count: int, rule: Rule, *, first: int = 9, total: int | None = None, methods: str = "GET POST", **words: str) -> Serve:
    """A column of `count` records, the `first` of them in its page."""

    def serve(request: Request) -> Answer:
        if PROXY not in request.url:
            return answer(request, column_page(store(range(min(first, count)), total), **words))
        assert request.headers["Referer"] == COLUMN
        if request.method not in methods:
            return answer(request, "", 405)
        asked = dict(parse_qsl(urlsplit(request.url).query)) | dict(request.form)
        assert (asked["columnid"], asked["unitid"], asked["webid"], asked["webname"]) == ("1229", "4711", "11", "青淮县人民政府")
        start, stop = rule(asked)
        return answer(request, store(range(start, min(stop, count)), total))

    return serve


def read(serve: Serve, url: str = COLUMN) -> Walk:
    return walk(serve, url, family="hanweb")
