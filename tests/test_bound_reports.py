"""Two reports in one document: the figures of one are never given to the other."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest

from parsers import Report, Source, parse
from parsers.report import Status
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import Rendering, layout_named

FORMS = [("2021", "2021"), ("2021", "2019"), ("2019", "2021"), ("2021", "2014"), ("2014", "2021"), ("2014", "2019")]
LAYOUTS = ("html.clean", "html.word", "text.tabs", "markdown.sections")
STATED = (Status.PUBLISHED, Status.RECONSTRUCTED, Status.BLANK, Status.NIL)
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)


def drawn(layout: str, form: str, chance: Random) -> Rendering:
    return layout_named(layout).render(random_sheet(chance, form=form), chance)


def bound(first: Rendering, second: Rendering, *, titled: bool) -> Report:
    """The report of a document in which one rendering stands below another, with its titles or without them."""
    one, two = first.data.decode(), second.data.decode()
    body = _BODY.search(two)
    if body is not None:
        below = body[1] if titled else body[1][body[1].index("<table") :]
        page = one.replace("</body>", below + "</body>")
    else:
        lines = [line for line in two.split("\n") if titled or not line.strip().endswith("年度报告")]
        page = one + "\n" + "\n".join(lines)
    return parse(Source(page.encode(), first.name))


def shown(rendering: Rendering, address: str) -> str | None:
    text = rendering.printed.get(address)
    return None if text is None else re.sub(r"[\s\xa0]", "", text)


@pytest.mark.parametrize("forms", FORMS, ids="+".join)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_report_that_stands_first_is_read_and_the_other_is_named(layout: str, forms: tuple[str, str]) -> None:
    for seed in range(3):
        chance = Random(seed)
        first, second = (drawn(layout, form, chance) for form in forms)
        alone, report = parse(Source(first.data, first.name)), bound(first, second, titled=True)
        assert [fact[:9] for fact in report.facts] == [fact[:9] for fact in alone.facts], seed
        assert (report.year, report.unit, dict(report.forms)) == (alone.year, alone.unit, dict(alone.forms))
        (finding,) = [item for item in report.findings if item.code == "identity.bound_reports"]
        assert parse(Source(second.data, second.name)).title in finding.message_zh


@pytest.mark.parametrize("forms", FORMS, ids="+".join)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_tables_of_two_reports_without_a_title_between_give_no_cell_that_differs(layout: str, forms: tuple[str, str]) -> None:
    for seed in range(3):
        chance = Random(seed)
        first, second = (drawn(layout, form, chance) for form in forms)
        report = bound(first, second, titled=False)
        assert report.facts
        for fact in report.facts:
            if fact.status in STATED:
                assert shown(first, fact.address) == shown(second, fact.address), (seed, fact)


def test_the_title_of_the_page_says_which_report_is_meant() -> None:
    chance = Random(5)
    first, second = (drawn("html.clean", "2021", chance) for _ in range(2))
    one, two = (parse(Source(item.data, item.name)) for item in (first, second))
    head, body = first.data.decode().split("</head>")
    page = f"{head.replace(one.title, two.title)}</head>{body}"
    report = bound(replace(first, data=page.encode()), second, titled=True)
    assert [fact.raw for fact in report.facts] == [fact.raw for fact in two.facts]
    assert (report.year, report.unit) == (two.year, two.unit)


@pytest.mark.parametrize(
    "line", ["上一篇：青槐县2019年政府信息公开工作年度报告", "青槐县2019年政府信息公开工作年度报告", "附件：2019年年报"]
)
def test_titles_of_other_reports_below_the_tables_change_nothing(line: str) -> None:
    first = drawn("html.clean", "2021", Random(1))
    page = first.data.decode().replace("</body>", f"<p>{line}</p></body>")
    alone, report = parse(Source(first.data, first.name)), parse(Source(page.encode(), first.name))
    assert (report.facts, report.year, report.findings) == (alone.facts, alone.year, ())
