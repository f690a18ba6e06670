"""
Shelf: the reports of a plan put at their addresses, each with what is odd about it, as routes and as truth.

Families decide addresses and lists; what a report's page holds, and its twins, files and frames, is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, urljoin

from pipeline.demo.sites.alikes import Alike
from pipeline.demo.sites.chrome import Article, Link, Look, article_page, gbk_page, home_page, info_table, list_page, open_page
from pipeline.demo.sites.obstacles import MISSING, obstructed, robots, soft_404
from pipeline.demo.sites.plan import Plan
from pipeline.demo.sites.reports import Paper, corrected, in_layout, papers
from pipeline.demo.sites.site import Edition, ListTruth, Page, Published, Route

__all__ = ["FILES", "TRAP", "Shelf", "chunks", "file_name", "quirks"]

FILES = Path(__file__).parent / "files"
"""Attachments that make_files.py has made, by `file_name`."""

TRAP = "/neibu/"
"""What robots.txt forbids where it forbids something: a column that looks like one of annual reports."""

_MEDIA = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


def file_name(paper: Paper, kind: str) -> str:
    """The name of a paper's file: of a digest of what it prints, so that no file is taken for another report."""
    digest = sha256(repr((paper.title, sorted(paper.sheet.cells.items()))).encode()).hexdigest()
    return f"{digest[:12]}.{kind}"


def chunks(links: Sequence[Link], size: int) -> list[Sequence[Link]]:
    """The links page by page; one empty page when there are none."""
    return [links[at : at + size] for at in range(0, len(links), size)] or [()]


def quirks(plan: Plan) -> dict[tuple[str, int], str]:
    """
    What is odd about which report, by unit and year; at most one thing each, as many as there are reports for.

    The wish names a column and how many years back; the next report without a quirk is taken, of that column where possible.
    """
    wishes: list[tuple[str, int, int]] = [("corrected", 0, 1), ("withdrawn", 1, 4)]
    wishes += [("inline", 2, 5)] if plan.inline_year else []
    wishes += [(f"file:{kind}", 1, 2 + at) for at, kind in enumerate(plan.attachments)]
    wishes += [("frame", 0, 4)] if plan.frame else []
    wishes += [("twin", 0, 0), ("double", 0, 3)] if plan.twins else []
    wishes += [("busy", 1, 0), ("hang_up", 2, 0)] if plan.flaky else []
    wishes += [("migrated", 2, 4)] if plan.migrated else []
    wishes += [] if plan.gbk else [("gbk", 2, 1)]
    found: dict[tuple[str, int], str] = {}
    for name, column, back in wishes:
        wanted = plan.years[max(0, len(plan.years) - 1 - back)]
        free = [paper for paper in papers(plan) if (paper.body.unit, paper.year) not in found and not paper.false]
        free.sort(key=lambda paper: (paper.body.column != column, abs(paper.year - wanted)))
        if free:
            found[free[0].body.unit, free[0].year] = name
    return found


@lru_cache(maxsize=64)
def _docx_of(plan: Plan, unit: str, year: int) -> bytes:
    """The report of a unit and year as a DOCX; slow to write, and the same in both editions."""
    return in_layout(next(paper for paper in papers(plan) if (paper.body.unit, paper.year) == (unit, year)), "docx.clean").data


class Shelf:
    """The routes and the truth of one edition while they are put together."""

    def __init__(self, plan: Plan, edition: int, look: Look) -> None:
        self.plan, self.edition, self.look = plan, edition, look
        self.routes: dict[str, Route] = {}
        self.published: dict[tuple[str, int], Published] = {}
        self.lists: list[ListTruth] = []
        self.quirks = quirks(plan)
        self.missing = soft_404(plan) if plan.soft_404 else MISSING

    # --- numbers and addresses --------------------------------------------------------------------

    def number(self, key: str) -> int:
        """The number of an article of seven digits: the same key has the same number in both editions."""
        return 1_000_000 + int(self.hex(key)[:12], 16) % 9_000_000

    def hex(self, key: str) -> str:
        """Its 32 hex digits."""
        return sha256(f"{self.plan.seed} {self.plan.host} {key}".encode()).hexdigest()[:32]

    def url(self, path: str) -> str:
        """The address of a path of the site."""
        return f"http://{self.plan.host}{path}"

    # --- what there is ----------------------------------------------------------------------------

    def papers(self, column: int | None = None) -> Iterator[Paper]:
        """The reports of a column as this edition has them: one corrected, one gone in the second."""
        for paper in papers(self.plan):
            quirk = self.quirk(paper)
            if column not in (None, paper.body.column) or (self.edition == 2 and quirk == "withdrawn"):
                continue
            yield corrected(paper) if self.edition == 2 and quirk == "corrected" else paper

    def quirk(self, paper: Paper) -> str:
        """What is odd about a report; empty for most."""
        return self.quirks.get((paper.body.unit, paper.year), "")

    # --- pages of reports -------------------------------------------------------------------------

    def place(self, paper: Paper, path: str, *, after: str = "") -> Link:
        """
        Put a report's page at a path, and give its row in a list. A report that has its place already gets another address.

        `path` ends in an extension or is an endpoint with its query; companions go beside it.
        """
        key, quirk = (paper.body.unit, paper.year), self.quirk(paper)
        first = key not in self.published
        page, document, kind = self._page(paper, path, self.number(path), after)
        if first and quirk == "busy":
            page = replace(page, before=(Page(b"busy", "text/plain", 503, (("Retry-After", "1"),)),))
        elif first and quirk == "hang_up":
            page = replace(page, before=(None,))
        self.routes[path] = page
        if first:
            rendering = in_layout(paper, "html.clean") if kind == "attachment" else paper.rendering
            self.published[key] = Published(
                self.plan.host, self.url(path), *paper.body[:2], paper.year, kind, self.url(document), self._meta_date(paper), rendering,
                (), paper.false,
            )  # fmt: skip
        else:
            self.add_alias(paper, path)
        return Link(paper.title, path, paper.published.isoformat())

    def add_alias(self, paper: Paper, path: str) -> None:
        """Note another address of a report."""
        key = (paper.body.unit, paper.year)
        known = self.published[key]
        self.published[key] = replace(known, aliases=(*known.aliases, self.url(path)))

    def hide(self, paths: Iterable[str]) -> None:
        """Note that no list leads to these paths: they are no addresses of their reports, which others are."""
        hidden = {self.url(path) for path in paths}
        for key, known in self.published.items():
            kept = tuple(alias for alias in known.aliases if alias not in hidden)
            self.published[key] = replace(known, aliases=kept)

    def place_twin(self, paper: Paper, path: str) -> Link:
        """The `_wap` twin of a page (cms_families.md 4.5, duplicates): the same article without the site around it."""
        head = f'<meta charset="utf-8">\n<title>{paper.title}</title>\n<meta name="viewport" content="width=device-width">'
        body = f"<html>\n<head>\n{head}\n</head>\n<body>\n<h1>{paper.title}</h1>\n{self.look.article}\n{paper.article}\n</div>\n</body>\n</html>\n"
        self.routes[path] = gbk_page(body) if self.plan.gbk else Page(body.encode())
        self.add_alias(paper, path)
        return Link(paper.title, path, paper.published.isoformat())

    def place_inline(self, paper: Paper, path: str) -> Link:
        """A page of a year that is the report itself (cms_families.md 3.1, Guizhou), as the sub-column that leads to it."""
        main = f"<h1>{paper.title}</h1>\n{self.look.article}\n{paper.article}\n</div>\n"
        self.routes[path] = list_page(self.plan, self.look, f"{paper.year}年", (), main=main)
        self.published[paper.body.unit, paper.year] = Published(
            self.plan.host, self.url(path), *paper.body[:2], paper.year, "list", self.url(path), "", paper.rendering, (), paper.false
        )  # fmt: skip
        self.lists.append(ListTruth(self.url(path), "complete-unverified", reports=1))
        return Link(f"{paper.year}年", path)

    def place_alike(self, alike: Alike, path: str) -> Link:
        """Put a look-alike at a path, and give its row."""
        article = Article(alike.title, f"{self.plan.county}人民政府办公室", alike.on, alike.body)
        self.routes[path] = article_page(self.plan, self.look, article)
        return Link(alike.title, path, alike.on)

    def dead(self, path: str) -> Link:
        """A row whose page is no more: 404, or 200 and 页面不存在 where the site says so (cms_families.md 5, soft 404)."""
        year = self.plan.years[0] - 1
        return Link(f"{self.plan.county}档案局{year}年政府信息公开工作年度报告", path, f"{year + 1}-01-19")

    def _meta_date(self, paper: Paper) -> str:
        """A migrated page carries the date of its migration in its meta tag (cms_families.md 2, parsing notes)."""
        return f"{paper.year + 3}-08-14" if self.quirk(paper) == "migrated" else paper.published.isoformat()

    def _page(self, paper: Paper, path: str, number: int, after: str) -> tuple[Page, str, str]:
        """The page of a report, the path of what holds the figures, and the kind of that."""
        quirk, on, body = self.quirk(paper), paper.published.isoformat(), paper.article
        document, kind = path, "page"
        if quirk.startswith("file:"):
            body, document = self._attached(paper, path, quirk.partition(":")[2], number)
            kind = "attachment"
        elif quirk == "frame":
            document, kind = urljoin(path, f"./table_{number}.html"), "frame"
            self.routes[document] = Page(f'<html><head><meta charset="utf-8"></head><body>\n{body}</body></html>\n'.encode())
            body = (
                f'<p>{paper.title}</p>\n<iframe src="./table_{number}.html" width="100%" height="3000" frameborder="0"></iframe>'
            )
        table = info_table(self.plan, paper.body.unit, number % 100_000, on)
        article = Article(paper.title, paper.body.unit, on, body, table, after, self._meta_date(paper))
        page = article_page(self.plan, self.look, article)
        return (gbk_page(page.body.decode()) if quirk == "gbk" else page), document, kind

    def _attached(self, paper: Paper, path: str, kind: str, number: int) -> tuple[str, str]:
        """
        The body of a page whose report is in a file only, and the file's path.

        cms_families.md 3.1, attachments: beside the page, the real name in `download`; or in a text of a script only (`script`).
        4.4: download.jsp-like addresses, whose name stands in Content-Disposition (`pdf`).
        """
        suffix = "docx" if kind == "script" else kind
        kept = FILES / file_name(paper, suffix)
        if kept.is_file():
            content = kept.read_bytes()
        elif suffix == "docx":
            content = _docx_of(self.plan, paper.body.unit, paper.year)
        else:
            raise FileNotFoundError(f"{kept} is not there for {paper.title}; run python -m pipeline.demo.sites.make_files")
        says = f"<p>现将{paper.title}予以公布，全文见附件。</p>"
        if kind == "pdf":
            href = f"/module/download/downfile.jsp?classid=0&filename={number}.pdf"
            name = quote(f"{paper.title}.pdf")
            self.routes[href] = Page(
                content, _MEDIA[suffix], headers=(("Content-Disposition", f"attachment; filename*=UTF-8''{name}"),)
            )
            return (
                f'{says}\n<p>附件：<a href="{href.replace("&", "&amp;")}" title="{paper.title}.pdf">{paper.title}.pdf</a></p>',
                href,
            )
        href = f"./P0{paper.published:%Y%m%d}{number}.{suffix}"
        self.routes[urljoin(path, href)] = Page(content, _MEDIA[suffix])
        link = (
            f'<a href="{href}" appendix="true" download="{paper.title}.{suffix}" '
            f'OLDSRC="/protect/P0{paper.published:%Y%m}/{href[2:]}">{paper.title}.{suffix}</a>'
        )
        shown = f"<script>\nvar rel_appendix = '{link}';\n</script>" if kind == "script" else f"<p>附件：{link}</p>"
        return f"{says}\n{shown}", urljoin(path, href)

    # --- the whole --------------------------------------------------------------------------------

    def finish(self, column: str, lists: tuple[str, ...]) -> Edition:
        """The edition, with home page, page of 政府信息公开 and robots.txt, behind the plan's obstacle."""
        plan = self.plan
        self.routes |= {"/": home_page(plan), "/zwgk/": open_page(plan, column), "/robots.txt": robots(plan, TRAP)}
        forbidden: Iterable[str] = ()
        if plan.robots == "delay":
            paper = next(iter(self.papers()))
            self.routes[TRAP] = list_page(plan, self.look, "年报归档", (Link(paper.title, f"{TRAP}1.html", "2024-01-02"),))
            article = Article(paper.title, paper.body.unit, "2024-01-02", paper.article)
            self.routes[f"{TRAP}1.html"] = article_page(plan, self.look, article)
            forbidden = (self.url(TRAP), self.url(f"{TRAP}1.html"))
        edition = Edition(self.routes, self.missing, tuple(self.published.values()), tuple(self.lists), tuple(forbidden))
        return obstructed(edition, plan, lists)
