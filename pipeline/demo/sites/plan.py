"""Plan: the parameters of one replica. Everything that a site shows follows from its plan, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DIALECTS", "PAGERS", "Plan"]

PAGERS = ("zero", "one", "query", "down")
"""How a static list counts its pages: `index_1`, `index_2` or `?page=2` is the second; `down`: the last has the number 1."""

DIALECTS = ("content", "doc", "timestamp", "article", "numbers")
"""Shapes of article addresses of the static tail (cms_families.md 3.10)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """
    One replica: who, which years and bodies, how its lists are built, and what goes wrong there.

    `code` begins with 99, which no division has. `column` is the path name of the column of annual reports.
    """

    seed: str
    family: str
    host: str
    code: str
    county: str
    years: tuple[int, ...] = (2019, 2020, 2021, 2022, 2023, 2024)
    departments: tuple[str, ...] = ("财政局", "农业农村局")
    townships: tuple[str, ...] = ("石桥镇", "云溪乡")
    aliases: tuple[str, ...] = ()  # further names of the host, such as the bare one
    # lists
    column: str = "zfxxgknb"
    rows: int = 5  # of a page
    pagers: tuple[str, str, str] = ("zero", "one", "zero")  # of the columns of the government, departments, townships
    total_shown: tuple[bool, bool, bool] = (False, True, False)
    total_off: int = 0  # so many more are declared by the department column than are there
    stubs: int = 0  # so many last pages that the department column declares answer 404
    extension: str = "html"
    dialect: str = "content"
    page_rule: str = "page"  # Hanweb's proxy: `page` or `window`
    proxy_most: int = 300  # rows that Hanweb's proxy gives at once
    sealed: bool = False  # Hanweb: the ids stand only in the sealed address of <nextgroup>
    jpaas_pages: str = "json"  # `json`: only paramJson counts; `bare`: pageNo does; `stuck`: always page 1
    # obstacles and quirks
    robots: str = "absent"  # `absent`, `delay`, `refuse`, `denied` (403), `broken` (503)
    crawl_delay: float = 0.0
    obstacle: str = ""  # one of `obstacles.OBSTACLES` or `obstacles.PASSING`
    soft_404: bool = False
    gzip: bool = False
    gbk: bool = False  # every page of the site is GBK and says gb2312
    twins: bool = True  # `_wap` twins and the same report at a second address
    inline_year: bool = True  # a page of a year is the report itself
    look_alikes: bool = True
    flaky: bool = True
    attachments: tuple[str, ...] = ("docx",)  # for which reports hold their figures in a file: `docx`, `pdf`, `script`
    frame: bool = False
    false_figure: bool = True
    migrated: bool = True  # one PubDate is that of a migration, years later
