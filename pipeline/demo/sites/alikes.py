"""Look-alikes: pages about a report, or reports of another kind, as lists of annual reports hold them (cms_families.md 4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.demo.sites.plan import Plan

__all__ = ["Alike", "look_alikes"]


class Alike(NamedTuple):
    """One page that is no report: its title, its date, its body, and the column that lists it."""

    title: str
    on: str
    body: str
    column: int


def look_alikes(plan: Plan) -> Iterator[Alike]:
    """解读, 图解, 网站工作年度报表, 法治政府建设年度报告 and 通知; none where the plan wants none."""
    if not plan.look_alikes:
        return
    county, year = plan.county, plan.years[-1]
    yield Alike(
        f"《{county}人民政府{year - 1}年政府信息公开工作年度报告》解读", f"{year}-04-02",
        f"<p>{county}人民政府{year - 1}年政府信息公开工作年度报告已经发布。报告显示，本年新收政府信息公开申请36件，"
        f"予以公开21件，行政许可处理决定数量412件。下面从主动公开、依申请公开两个方面作一解读。</p>", 0,
    )  # fmt: skip
    yield Alike(
        f"一图读懂{county}{year - 2}年政府信息公开工作年度报告", f"{year - 1}-04-06",
        '<p><img src="./W020230406001.png" alt="图解"></p>', 0,
    )  # fmt: skip
    yield Alike(
        f"{county}人民政府网站工作年度报表（{year - 1}年度）", f"{year}-01-24",
        "<table border=1><tr><td>独立用户访问总量（单位：个）</td><td>302114</td></tr><tr><td>网站总访问量（单位：次）</td><td>911873</td></tr>"
        "<tr><td>信息发布总数（单位：条）</td><td>4471</td></tr><tr><td>办事服务注册用户数</td><td>0</td></tr></table>", 1,
    )  # fmt: skip
    yield Alike(
        f"{county}{year - 1}年法治政府建设年度报告", f"{year}-02-28",
        f"<p>{year - 1}年，{county}制定行政规范性文件7件，办结行政复议案件31件，行政应诉18件，政府信息公开工作不断规范。</p>", 1,
    )  # fmt: skip
    yield Alike(
        f"关于做好{year - 1}年政府信息公开工作年度报告编制工作的通知", f"{year - 1}-12-20",
        f"<p>各乡镇人民政府、县政府各部门：为做好{year - 1}年政府信息公开工作年度报告的编制和发布，请于{year}年1月31日前报送。</p>", 2,
    )  # fmt: skip
