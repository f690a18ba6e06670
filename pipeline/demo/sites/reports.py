"""
The reports of a replica county: invented figures over the years of each body, and the article that a site makes of them.

Requests carried out at the end of a year are carried in at the start of the next, so that a series adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple

from pipeline.demo.figures import carried_on, random_sheet, stock_carried_on, with_one_false_figure
from pipeline.demo.layouts import layout_named
from pipeline.demo.layouts.model import Rendering
from pipeline.demo.sheet import Sheet
from pipeline.demo.sites.plan import Plan

__all__ = ["LAYOUTS", "Body", "Paper", "bodies", "corrected", "in_layout", "papers"]

LAYOUTS = (
    "html.clean", "html.word", "html.paragraphs", "html.nested", "html.clean", "html.spans_gone_with_cells", "html.divs",
    "html.word", "html.rows_stacked", "html.review_tall", "html.group_on_first_row", "values.wide_digits",
)  # fmt: skip
"""Layouts that lose nothing, those of Word and of no table at all among them, by how often sites use them."""


class Body(NamedTuple):
    """A body that reports: its name, its level, and the column that it publishes in (0 government, 1 departments, 2 townships)."""

    unit: str
    level: str
    column: int


@dataclass(frozen=True)
class Paper:
    """One report before a site shows it: `article` is the HTML of its body, without the title."""

    body: Body
    year: int
    title: str
    published: date
    layout: str
    sheet: Sheet
    rendering: Rendering
    article: str
    false: bool = False


def bodies(plan: Plan) -> tuple[Body, ...]:
    """The bodies of a county: its government first."""
    return (
        Body(f"{plan.county}人民政府", "county", 0),
        *(Body(plan.county + name, "department", 1) for name in plan.departments),
        *(Body(plan.county + name, "township", 2) for name in plan.townships),
    )


@lru_cache(maxsize=64)
def papers(plan: Plan) -> tuple[Paper, ...]:
    """Every report of the plan's bodies and years, the newest year of a body first."""
    chance = Random(f"{plan.seed} {plan.code}")  # noqa: S311 - no secret
    bodies_of_plan = bodies(plan)
    false = (chance.choice(bodies_of_plan[1:] or bodies_of_plan), chance.choice(plan.years)) if plan.false_figure else None
    written = [paper for body in bodies_of_plan for paper in reversed(list(_series(plan, body, false)))]
    return tuple(written)


def corrected(paper: Paper) -> Paper:
    """The paper as its body corrects it later: one figure that no sum ties is another, all else is the same."""
    address = "proactive.licensing.decisions"
    sheet = paper.sheet.with_cells({address: str(int(paper.sheet.cells[address]) + 18)})
    return _printed(replace(paper, sheet=sheet), paper.layout, f"{paper.title} {paper.year}")


def in_layout(paper: Paper, layout: str) -> Rendering:
    """The paper's sheet in another layout, such as `docx.clean` for an attachment."""
    return layout_named(layout).render(paper.sheet, Random(paper.title))  # noqa: S311 - no secret


def _series(plan: Plan, body: Body, false: tuple[Body, int] | None) -> Iterator[Paper]:
    before: Sheet | None = None
    for year in plan.years:
        seed = f"{plan.seed} {body.unit} {year}"
        chance = Random(seed)  # noqa: S311 - no secret
        form = "2019" if year < 2021 else "2021"
        scale = {"county": 200, "department": 60, "township": 20}[body.level]
        sheet = _of_body(random_sheet(chance, form=form, scale=scale, filling="full"), plan, body, year, chance)
        if before is not None:
            sheet = _reworded(stock_carried_on(carried_on(sheet, before), before), sheet.cells)
        before = sheet
        is_false = false == (body, year)
        if is_false:
            sheet = with_one_false_figure(sheet, chance)
        # Reports of one body are due by the end of January, the one of the whole county by the end of March.
        published = date(year + 1, 1, 8) + timedelta(days=chance.randrange(60 if body.level == "county" else 22))
        layout = LAYOUTS[chance.randrange(len(LAYOUTS))]
        paper = Paper(body, year, sheet.title, published, layout, sheet, Rendering(b"", "", {}, frozenset()), "", is_false)
        yield _printed(paper, layout, seed)


def _printed(paper: Paper, layout: str, seed: str) -> Paper:
    """The paper in a layout, always as HTML: layouts of figures choose a writer of their own otherwise."""
    named = layout_named(layout)
    if not layout.startswith("html."):
        named = replace(named, writer=layout_named("html.clean").writer)
    rendering = named.render(paper.sheet, Random(seed))  # noqa: S311 - no secret
    return replace(paper, layout=layout, rendering=rendering, article=_article_within(rendering))


def _article_within(rendering: Rendering) -> str:
    """The inside of the article of a rendered page: a site puts its own surroundings around it."""
    return rendering.data.decode().partition("</h1>\n")[2].rpartition('</div>\n<div class="foot">')[0]


def _of_body(sheet: Sheet, plan: Plan, body: Body, year: int, chance: Random) -> Sheet:
    """The sheet under the names and year that are wanted: the writer of sheets chooses its own."""
    title = chance.choice(
        ("{u}{y}年政府信息公开工作年度报告", "{y}年{u}政府信息公开工作年度报告", "{u}关于{y}年度政府信息公开工作的年度报告")
    )

    def renamed(text: str) -> str:
        text = text.replace(sheet.unit, "\0u").replace(sheet.county, "\0c")
        for offset in (-1, 0, 1):
            text = text.replace(f"{sheet.year + offset}年", f"\0{offset}年")
        for offset in (-1, 0, 1):
            text = text.replace(f"\0{offset}年", f"{year + offset}年")
        return text.replace("\0u", body.unit).replace("\0c", plan.county)

    return replace(
        sheet, unit=body.unit, county=plan.county, year=year, title=title.format(u=body.unit, y=year),
        opening=tuple(map(renamed, sheet.opening)),
        parts=tuple(part._replace(paragraphs=tuple(map(renamed, part.paragraphs))) for part in sheet.parts),
    )  # fmt: skip


def _reworded(sheet: Sheet, before: Mapping[str, str]) -> Sheet:
    """The prose with the figures that have changed since it was written."""
    old = f"申请{before['applications.received.total']}件，结转下年度"
    new = f"申请{sheet.cells['applications.received.total']}件，结转下年度"
    return replace(
        sheet,
        parts=tuple(part._replace(paragraphs=tuple(text.replace(old, new) for text in part.paragraphs)) for part in sheet.parts),
    )
