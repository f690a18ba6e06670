"""
A county on a system of its own (cms_families.md 3.10 and 4): static lists whose pager is links, addresses of any dialect.

Quirks, each with its place there: `index_2` as second page (3.5, NFCMS; 3.1, trap) or `index_1`; `?page=` that repeats its last
page (5, infinite spaces); pages that run backwards, with `span.p_next.p_fun` (3.6); 共N条 (3.6, 4.2); article addresses of five
dialects (3.10); whole pages in GBK that say gb2312 (4.5); a soft 404 for all that is not there (5); tables in a frame (1);
a file named in a script only (3.1, attachments); a page of a year that is the report (3.1, Guizhou).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.demo.sites.alikes import look_alikes
from pipeline.demo.sites.chrome import REPORTS, Link, Look, list_page
from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.shelf import TRAP, Shelf, chunks
from pipeline.demo.sites.site import Ask, Edition, ListTruth, Page

__all__ = ["build", "list_paths"]

_TITLES = (REPORTS, "部门年报", "乡镇年报")
_LOOK = Look('<div class="article-content" id="zoom">', "list")


def list_paths(plan: Plan) -> tuple[str, str, str]:
    """The three columns: of the government, and below it those of departments and townships."""
    top = f"/xxgk/{plan.column}/"
    return top, f"{top}bm/", f"{top}xz/"


def build(plan: Plan, edition: int) -> Edition:
    """The site in one edition."""
    shelf = Shelf(plan, edition, _LOOK)
    paths = list_paths(plan)
    rows: list[list[Link]] = [[], [], []]
    subs: list[list[Link]] = [[Link(_TITLES[1], paths[1]), Link(_TITLES[2], paths[2])], [], []]
    if plan.robots == "delay":
        subs[0].append(Link("年报归档", TRAP))
    seen: list[set[tuple[str, int]]] = [set(), set(), set()]
    for paper in shelf.papers():
        at, on = paper.body.column, paper.published.isoformat()
        if shelf.quirk(paper) == "inline":
            subs[at].append(shelf.place_inline(paper, f"{paths[at]}{paper.year}/"))
            continue
        seen[at].add((paper.body.unit, paper.year))
        path = _path(shelf, paths[at], on, paper.title)
        twin = path.replace(".html", "_wap.html").replace(".shtml", "_wap.shtml")
        has_twin = shelf.quirk(paper) == "twin" and twin != path
        after = f'<p class="wap"><a href="{twin}">手机版</a></p>\n' if has_twin else ""
        rows[at].append(shelf.place(paper, path, after=after))
        if has_twin:
            twin_row = shelf.place_twin(paper, twin)
            rows[at] += [] if plan.total_shown[at] else [twin_row]
        elif shelf.quirk(paper) == "double":
            rows[1].append(shelf.place(paper, _path(shelf, paths[1], on, paper.title)))
            seen[1].add((paper.body.unit, paper.year))
    for alike in look_alikes(plan):
        rows[alike.column].append(shelf.place_alike(alike, _path(shelf, paths[alike.column], alike.on, alike.title)))
    rows[2].append(shelf.dead(_path(shelf, paths[2], f"{plan.years[0]}-01-19", "dead")))
    for at, path in enumerate(paths):
        rows[at].sort(key=lambda row: row.date, reverse=True)
        _column(shelf, at, path, rows[at], subs[at], len(seen[at]))
    return shelf.finish(paths[0], (shelf.url(paths[0]),))


def _path(shelf: Shelf, column: str, on: str, title: str) -> str:
    """The address of an article in the plan's dialect (cms_families.md 3.10, each with its region)."""
    number, day = shelf.number(column + title), on.replace("-", "")
    return {
        "content": f"{column}content_{number}",  # Luzhou: no extension
        "doc": f"/doc/{on.replace('-', '/')}/{number}.shtml",  # Yuncheng: not below its list
        "timestamp": f"{column}{day}{number}{number % 89 + 10}/index.html",  # Liaoning: the digits begin with a date
        "article": f"{column}{on[:7]}/{on[8:]}/article_{day}09{number}.html",  # Xing'an
        "numbers": f"{column}{number}.html",  # Shangluo
    }[shelf.plan.dialect]


def _page_names(pager: str, count: int) -> list[str]:
    """The names of the pages of a list after its directory; the first is the directory itself."""
    name = {"zero": "index_{before}.html", "one": "index_{number}.html", "query": "?page={number}", "down": "{left}.html"}[pager]
    numbers = range(2, count + 1)
    return ["", *(name.format(before=number - 1, number=number, left=count - number + 1) for number in numbers)]


def _column(shelf: Shelf, at: int, path: str, rows: Sequence[Link], subs: Sequence[Link], reports: int) -> None:
    """All pages of a column, and how its list must end."""
    plan, pages = shelf.plan, chunks(rows, shelf.plan.rows)
    off, stubs = (plan.total_off, plan.stubs) if at == 1 else (0, 0)
    pager, total = plan.pagers[at], len(rows) + off
    names = _page_names(pager, len(pages) + stubs)
    made = []
    for number, links in enumerate(pages):
        parts = "".join(_pager(pager, path, names, number))
        says = f'<span class="total">共{total}条</span> <span>{number + 1}/{len(names)}</span>' if plan.total_shown[at] else ""
        made.append(
            list_page(plan, shelf.look, _TITLES[at], links, subs=subs, pager=f'<div class="page">{says}{parts}</div>\n')
        )  # fmt: skip
    if pager == "query":
        shelf.routes[path] = lambda ask: _page_asked(made, ask)
    else:
        shelf.routes |= {path + name: page for name, page in zip(names, made, strict=False)}
        shelf.routes[f"{path}index.html"] = made[0]
    shown = plan.total_shown[at]
    status = "partial" if (off and shown) or stubs else "complete" if shown else "complete-unverified"
    shelf.lists.append(ListTruth(shelf.url(path), status, total if shown else None, reports))


def _page_asked(pages: Sequence[Page], ask: Ask) -> Page:
    """The page of `?page=`; a number beyond the last repeats the last (cms_families.md 5, infinite spaces)."""
    number = ask.fields.get("page", "1")
    return pages[min(max(int(number), 1), len(pages)) - 1] if number.isdecimal() else pages[0]


def _pager(pager: str, path: str, names: Sequence[str], number: int) -> Iterator[str]:
    """The links to other pages: to all by their numbers and to the next one, or to the next one only where they run backwards."""
    if pager != "down":
        yield from (f'<a href="{path}{name}">{at}</a> ' for at, name in enumerate(names, 1))
    if number + 1 < len(names):
        link = f'<a href="{path}{names[number + 1]}">下一页</a>'
        yield f'<span class="p_next p_fun">{link}</span>' if pager == "down" else link
