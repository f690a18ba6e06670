"""
A county on TRS WCM (cms_families.md 3.1): directories as lists, `createPageHTML` as pager, `t20220129_1234567.html` as articles.

Quirks, each with its place there: first argument an integer, pages from 0, and quoted, pages from 1 (3.1, pager and trap);
`index_1` of a list that counts from 1 is its first page again (3.1, trap: verify that page 2 differs); declared last pages that
are not there (3.1, trap); a page of a year that is the report (3.1, Guizhou); attachments beside the page (3.1, attachments);
column ids that only links tell (3.1, other); addresses without a date (3.1, article URL, Guangxi).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.demo.sites.alikes import look_alikes
from pipeline.demo.sites.chrome import REPORTS, Link, Look, list_page
from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.reports import Paper
from pipeline.demo.sites.shelf import TRAP, Shelf, chunks
from pipeline.demo.sites.site import Edition, ListTruth

__all__ = ["build", "list_paths"]

_TITLES = (REPORTS, "部门信息公开年报", "乡镇信息公开年报")
_LOOK = Look('<div class="TRS_Editor">', "gl-list", '<script src="/images/createPage.js"></script>\n')


def list_paths(plan: Plan) -> tuple[str, str, str]:
    """The three columns: of the government, and below it those of departments and townships."""
    start = 100 + sum(plan.seed.encode()) * 37 % 900
    top = f"/zwgk_{start}/{plan.column}_{start}01/"
    return top, f"{top}bmnb_{start}02/", f"{top}xznb_{start}03/"


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
        at = paper.body.column
        if shelf.quirk(paper) == "inline":
            subs[at].append(shelf.place_inline(paper, f"{paths[at]}{paper.year}n/"))
            continue
        seen[at].add((paper.body.unit, paper.year))
        rows[at].append(_article(shelf, paper, paths[at]))
        if shelf.quirk(paper) == "twin":
            twin = shelf.place_twin(paper, rows[at][-1].href.replace(f".{plan.extension}", f"_wap.{plan.extension}"))
            rows[at] += [] if _total_shown(plan, at) else [twin]
        elif shelf.quirk(paper) == "double":  # 0.5: the same report at the path before and after a migration
            rows[1].append(_article(shelf, paper, paths[1]))
            seen[1].add((paper.body.unit, paper.year))
    for alike in look_alikes(plan):
        rows[alike.column].append(shelf.place_alike(alike, _path(shelf, paths[alike.column], alike.on, alike.title)))
    rows[2].append(shelf.dead(_path(shelf, paths[2], f"{plan.years[0]}-01-19", "dead")))
    for at, path in enumerate(paths):
        rows[at].sort(key=lambda row: row.date, reverse=True)
        _column(shelf, at, path, rows[at], subs[at], len(seen[at]))
    return shelf.finish(paths[0], (shelf.url(paths[0]),))


def _article(shelf: Shelf, paper: Paper, column: str) -> Link:
    path = _path(shelf, column, paper.published.isoformat(), paper.title)
    wap = path.rpartition("/")[2].replace(f".{shelf.plan.extension}", f"_wap.{shelf.plan.extension}")
    after = f'<p class="wap"><a href="./{wap}">手机版</a></p>\n' if shelf.quirk(paper) == "twin" else ""
    return shelf.place(paper, path, after=after)


def _path(shelf: Shelf, column: str, on: str, title: str) -> str:
    """The address of an article in a column."""
    number, day = shelf.number(column + title), on.replace("-", "")
    if shelf.plan.dialect == "guangxi":
        return f"{column}t{number}.{shelf.plan.extension}"
    return f"{column}{day[:6]}/t{day}_{number}.{shelf.plan.extension}"


def _total_shown(plan: Plan, at: int) -> bool:
    """Whether a column states how many rows it has: those that count from 1 always do, beside the pager."""
    return plan.total_shown[at] or plan.pagers[at] == "one"


def _column(shelf: Shelf, at: int, path: str, rows: Sequence[Link], subs: Sequence[Link], reports: int) -> None:
    """All pages of a column, and how its list must end."""
    plan, pages = shelf.plan, chunks(rows, shelf.plan.rows)
    off, stubs = (plan.total_off, plan.stubs) if at == 1 else (0, 0)
    declared, total = len(pages) + stubs, len(rows) + off
    one_based = plan.pagers[at] == "one"
    for number, links in enumerate(pages):
        script = (
            f"createPageHTML('paging', {declared}, {number + 1}, 'index', '{plan.extension}', {total});"
            if one_based
            else f'createPageHTML({declared}, {number}, "index", "{plan.extension}");'
        )
        says = f'<span class="total">共{total}条</span>' if _total_shown(plan, at) else ""
        pager = f'<div class="page" id="paging">{says}<script>{script}</script></div>\n'
        page = list_page(plan, shelf.look, _TITLES[at], links, subs=subs, pager=pager)
        name = f"index_{number + one_based}.{plan.extension}"
        if number == 0:
            shelf.routes[path] = shelf.routes[f"{path}index.{plan.extension}"] = page
        if number or one_based:
            shelf.routes[path + name] = page
    status = "partial" if off or stubs else "complete" if _total_shown(plan, at) else "complete-unverified"
    shelf.lists.append(ListTruth(shelf.url(path), status, total if _total_shown(plan, at) else None, reports))
