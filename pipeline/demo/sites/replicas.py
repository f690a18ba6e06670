"""The four counties of the default run, and any number of others from a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Any

from pipeline.demo.sites import challenge_site, hanweb_site, static_site, trs_site
from pipeline.demo.sites.plan import DIALECTS, PAGERS, Plan
from pipeline.demo.sites.site import Edition, Site

__all__ = ["FAMILIES", "PLANS", "county_sites", "replica", "site_of"]

FAMILIES: Mapping[str, tuple[Callable[[Plan, int], Edition], Callable[[Plan], tuple[str, str, str]]]] = {
    "trs": (trs_site.build, trs_site.list_paths),
    "hanweb": (hanweb_site.build, hanweb_site.list_paths),
    "static": (static_site.build, static_site.list_paths),
    "challenge": (challenge_site.build, challenge_site.list_paths),
}
"""How a family's site is built, and the paths of its columns."""

PLANS: tuple[Plan, ...] = (
    Plan(
        "hechuan", "trs", "www.hechuan.example", "990101", "禾川县", column="zfxxgknb", robots="delay", aliases=("hechuan.example",),
        attachments=("docx",),
    ),
    Plan(
        "qinghuai", "hanweb", "www.qinghuai.example", "990102", "青槐县", departments=("民政局", "市场监督管理局"),
        townships=("望溪镇", "北砚街道"), attachments=("pdf",), robots="absent", inline_year=False, jpaas_pages="json",
    ),
    Plan(
        "liudu", "static", "www.liudu.test", "990103", "柳渡县", departments=("司法局", "教育局"), townships=("松泊镇", "麦坪乡"),
        column="xxgknb", pagers=("one", "one", "one"), total_shown=(True, True, True), total_off=1, soft_404=True, gbk=True,
        gzip=True, attachments=("script",), frame=True, rows=6, dialect="article",
    ),
    Plan(
        "shiwu", "challenge", "www.shiwu.example", "990104", "石坞县", departments=("水利局",), townships=("云栈镇",), obstacle="jsl",
        attachments=(), flaky=False,
    ),
)  # fmt: skip
"""The counties of the default run. No division's code begins with 99, and `.example` and `.test` are no real names."""

_COUNTIES = (
    "望溪县",
    "云栈区",
    "北砚区",
    "松泊县",
    "麦坪县",
    "岚桥县",
    "白苇县",
    "桐浦区",
    "霜林县",
    "青崖县",
    "竹汀县",
    "雁洲区",
)
_DEPARTMENTS = (
    "财政局",
    "农业农村局",
    "民政局",
    "司法局",
    "教育局",
    "水利局",
    "市场监督管理局",
    "卫生健康局",
    "医疗保障局",
    "统计局",
)
_TOWNSHIPS = ("石桥镇", "云溪乡", "望溪镇", "松泊镇", "麦坪乡", "竹汀镇", "桐浦街道", "白苇乡")
_COLUMNS = ("zfxxgknb", "zfxxgkndbg", "xxgknb", "gknb", "ndbg", "zfgknb", "xxgkndbg")


@lru_cache(maxsize=1)
def county_sites() -> tuple[Site, ...]:
    """The four counties of the default run."""
    return tuple(map(site_of, PLANS))


def site_of(plan: Plan) -> Site:
    """The site of a plan, in both editions."""
    build, list_paths = FAMILIES[plan.family]
    paths = list_paths(plan)
    lists = tuple(f"http://{plan.host}{path}" for path in paths)
    return Site(
        plan.host, plan.family, plan.code, plan.county, f"http://{plan.host}/", lists, (build(plan, 1), build(plan, 2)),
        plan.aliases, plan.gzip, plan.crawl_delay if plan.robots == "delay" else None,
    )  # fmt: skip


def replica(seed: int, family: str, **changes: Any) -> Site:
    """
    One more county, from its seed; `changes` are fields of Plan.

    >>> site = replica(3, "trs", years=(2022, 2023))
    >>> site.host, site.code, len(site.editions[0].published)
    ('www.xian0003.test', '990003', 12)
    """
    chance = Random(f"replica {seed} {family}")  # noqa: S311 - no secret
    plan = Plan(
        f"{seed}", family, f"www.xian{seed:04}.test", f"99{seed % 10_000:04}", chance.choice(_COUNTIES),
        departments=tuple(chance.sample(_DEPARTMENTS, chance.randint(1, 4))),
        townships=tuple(chance.sample(_TOWNSHIPS, chance.randint(1, 3))),
        column=chance.choice(_COLUMNS), rows=chance.randint(3, 15),
        pagers=_pagers(family, chance), total_shown=(chance.random() < 0.5, chance.random() < 0.5, chance.random() < 0.5),
        extension=chance.choice(("html", "shtml", "htm")),
        dialect=chance.choice(DIALECTS) if family != "trs" else chance.choice(("", "", "guangxi")),
        page_rule=chance.choice(("page", "window")), proxy_most=chance.choice((10, 100, 300)), sealed=chance.random() < 0.3,
        jpaas_pages=chance.choice(("json", "bare", "stuck")), robots=chance.choice(("absent", "delay")),
        soft_404=chance.random() < 0.4, gzip=chance.random() < 0.3, gbk=chance.random() < 0.2, twins=chance.random() < 0.6,
        inline_year=chance.random() < 0.4 and family != "hanweb", frame=chance.random() < 0.3,
        attachments=tuple(chance.sample(("docx", "script"), chance.randint(0, 2))), flaky=chance.random() < 0.5,
    )  # fmt: skip
    return site_of(replace(plan, **changes))


def _pagers(family: str, chance: Random) -> tuple[str, str, str]:
    """The pagers of the three columns; `createPageHTML` knows two."""
    names = ("zero", "one") if family == "trs" else PAGERS
    first, second, third = (chance.choice(names) for _ in range(3))
    return first, second, third
