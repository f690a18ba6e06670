"""Pages as counties serve them: the article found, its surroundings left out, what it shows from elsewhere read."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from parsers import Report, Source, Unread, parse, parse_all
from parsers.errors import ReadError, ReadStatus
from parsers.raw.body import body_within
from parsers.readers import picture, read_document
from pipeline.audit import Rules
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts import layout_named
from pipeline.inputs import gather
from pipeline.run import Dataset, read_all
from pipeline.shards import Shards

SHEET = random_sheet(Random(7), form="2021")
RENDERING = layout_named("html.clean").render(SHEET, Random(7))
ARTICLE = RENDERING.data.decode().partition("</h1>")[2].rpartition('</div>\n<div class="foot">')[0]
TITLE = f"{SHEET.unit}{SHEET.year}年政府信息公开工作年度报告"

TRAIL = '<div class="crumbs"><a href="/">首页</a> &gt; <a>政府信息公开年报</a></div>'
MENU = "<table class='nav'><tr><td>首页</td><td>新闻 12</td><td>政务公开 7</td></tr></table>"
FACTS = """<table class="xxgk_table"><tr><td>索引号：</td><td>014500-2022-00012</td><td>组配分类</td><td>政府信息公开年报</td></tr>
<tr><td>发布机构</td><td>青槐县人民政府</td><td>生成日期：2022-01-20</td><td></td></tr></table>"""
FOOT = "<div class='footer'>版权所有 备案 360923000001 <table><tr><td>访问量</td><td>123456</td></tr></table></div>"

CONTAINERS = [
    '<div class="TRS_Editor">{}</div>', "<ucapcontent>{}</ucapcontent>", '<div id="zoom">{}</div>', '<div class="view TRS_UEDITOR">{}</div>',
    '<div id="vsb_content_500">{}</div>', '<div class="j-fontContent"><div class="wzcon">{}</div></div>', '<div class="article-content">{}</div>',
]  # fmt: skip


def served(container: str, article: str = ARTICLE, *, head: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}<title>年报_青槐县政府网</title></head><body>"
        f"{MENU}{TRAIL}<h1>{TITLE}</h1>{FACTS}{container.format(article)}{FOOT}</body></html>"
    ).encode()


def assert_all_right(report: Report) -> None:
    judged = list(judge(RENDERING, report.facts))
    assert [(item.address, item.outcome) for item in judged if item.outcome != "right"] == []


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_article_is_read_without_its_surroundings(container: str) -> None:
    page = served(container, head='<meta name="ArticleTitle" content="年报"><meta name="PubDate" content="2022-01-20 10:00">')
    document = read_document(Source(page, "a.html"))
    text = "".join(item.text for item in document.paragraphs()) + "".join(c.text for grid in document.grids() for c in grid.cells)
    assert "版权所有" not in text
    assert "首页" not in text
    assert "索引号" not in text
    assert {("索引号", "014500-2022-00012"), ("发布机构", "青槐县人民政府"), ("PubDate", "2022-01-20 10:00")} <= set(
        document.meta
    )
    report = parse(Source(page, "a.html"))
    assert (report.unit, report.year) == (SHEET.unit, SHEET.year)
    assert_all_right(report)


def test_a_container_that_misses_a_table_is_not_taken() -> None:
    at = ARTICLE.index("<table", ARTICLE.index("<table") + 10)
    page = served('<div class="TRS_Editor">{}</div>' + ARTICLE[at:], ARTICLE[:at])
    assert_all_right(parse(Source(page, "a.html")))


def test_a_page_without_a_container_loses_its_navigation_only() -> None:
    page = served("<div class='unknown'>{}</div>")
    text = "".join(item.text for item in read_document(Source(page, "a.html")).paragraphs())
    assert "首页" not in text
    assert_all_right(parse(Source(page, "a.html")))


def test_parts_are_joined() -> None:
    half = ARTICLE.index("<table", ARTICLE.index("<table") + 10)
    cut = f"{ARTICLE[:half]}<p>#PAGE_BREAK#</p>{ARTICLE[half:]}"
    page = served("<div id=zoomcon>{}</div>", cut)
    assert "BREAK" not in "".join(item.text for item in read_document(Source(page, "a.html")).paragraphs())
    assert_all_right(parse(Source(page, "a.html")))


def test_an_article_held_in_a_script_is_read() -> None:
    script = json.dumps({"id": 7, "title": TITLE, "content": ARTICLE})
    page = (
        f"<html><head><title>{TITLE}</title></head><body>{MENU}<script>window._CONFIG = {{SID: '1', DETAIL: {script}}};</script>"
    )
    assert_all_right(parse(Source(page.encode(), "a.html")))
    assert body_within("<script>var DETAIL = {'content': 1}</script>") is None


@pytest.mark.parametrize(("publisher", "unit"), [("青槐县民政局", "青槐县民政局"), ("青槐县人民政府办公室", None)])
def test_the_publisher_is_the_unit_where_the_report_names_none(publisher: str, unit: str | None) -> None:
    article = ARTICLE.replace(SHEET.unit, "我单位")
    page = served('<div class="TRS_Editor">{}</div>', article).decode().replace(TITLE, f"{SHEET.year}年政府信息公开工作年度报告")
    report = parse(Source(page.replace("青槐县人民政府</td>", f"{publisher}</td>").encode(), "a.html"))
    assert report.unit == unit
    assert ("identity.from_metadata" in {item.code for item in report.findings}) == (unit is not None)


def test_a_frame_that_came_along_is_part_of_the_page() -> None:
    page = served("<div id=zoom><iframe src='inner/report.html'></iframe></div>".replace("{}", ""))
    companions = {"inner/report.html": RENDERING.data}
    assert_all_right(parse(Source(page, "a.html", companions=companions)))
    assert not parse(Source(page, "a.html")).facts


def test_attachments_are_read_where_the_page_has_no_table() -> None:
    word = layout_named("docx.clean").render(SHEET, Random(7))
    page = served('<div class="TRS_Editor"><p>附件：<a href="./P01.docx">年度报告</a><a href="./b.zip">表</a></p></div>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("说明.txt", "填表说明")
    source = Source(
        page, "a.html", url="http://a.invalid/x/a.html", companions={"./P01.docx": word.data, "./b.zip": out.getvalue()}
    )
    (report,) = parse_all(source)
    assert isinstance(report, Report)
    assert report.source == "http://a.invalid/x/P01.docx"
    assert [item for item in judge(word, report.facts) if item.outcome != "right"] == []
    (own,) = parse_all(Source(served('<div class="TRS_Editor">{}</div>'), "a.html", companions=source.companions))
    assert isinstance(own, Report)
    assert own.source == "a.html"


def test_an_attachment_that_cannot_be_read_is_said_beside_its_page() -> None:
    page = served('<div class="TRS_Editor"><a href="a.docx">年度报告</a></div>')
    results = list(parse_all(Source(page, "a.html", companions={"a.docx": b"PK\x03\x04broken"})))
    assert [(result.source, str(result.status)) for result in results] == [("a.html", "no_form"), ("a.html!/a.docx", "failed")]


def png(wide: int, high: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (wide, high), 255).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("inline", [True, False])
def test_tables_that_are_pictures_need_recognition(inline: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise ReadError(ReadStatus.NEEDS_OCR, "install gongkai[ocr]")

    monkeypatch.setattr(picture, "require_recogniser", absent)
    reference = "data:image/png;base64," + base64.b64encode(png(800, 400)).decode() if inline else "W02.png"
    page = served(f'<div class="TRS_Editor"><p>一、总体情况</p><img src="{reference}"></div>')
    (result,) = parse_all(Source(page, "a.html", companions={} if inline else {"W02.png": png(800, 400)}))
    assert isinstance(result, Unread)
    assert result.status is ReadStatus.NEEDS_OCR
    (with_icon,) = parse_all(Source(page, "a.html", companions={"W02.png": png(80, 40)})) if not inline else (None,)
    assert with_icon is None or str(with_icon.status) == "no_form"


def test_a_page_numbers_no_pictures_itself() -> None:
    page = b'<p>a</p><img picture="99" src="b.png"><p>b</p><img src="W02.png">'
    (found,) = read_document(Source(page, "a.html", companions={"W02.png": png(800, 400)})).pictures
    assert found.data == png(800, 400)


def test_pictures_of_tables_are_read_where_they_stand(need: Callable[[str], Path], root: Path) -> None:
    need("rapidocr")
    pages = list(picture.pictures_of((root / "tests/fixtures/formats/tiff/input.tiff").read_bytes(), "tiff"))
    companions: dict[str, bytes] = {}
    for number, page in enumerate(pages):
        out = io.BytesIO()
        Image.fromarray(page).save(out, "PNG")
        companions[f"W{number}.png"] = out.getvalue()
    images = "".join(f'<img src="{name}">' for name in companions)
    source = Source(served(f'<div class="TRS_Editor">{images}</div>'), "a.html", companions=companions)
    (report,) = parse_all(source)
    assert isinstance(report, Report)
    expected = (root / "tests/fixtures/hechuan-2022/expected.csv").read_text("utf-8").splitlines()[1:]
    assert [str(fact.value) for fact in report.facts if fact.value is not None] == [
        row.split(",")[1] for row in expected if row.split(",")[1]
    ]


def test_equal_pages_around_other_frames_are_other_reports(tmp_path: Path) -> None:
    renderings = [layout_named("html.clean").render(random_sheet(Random(seed), form="2021"), Random(seed)) for seed in (1, 2)]
    for number, rendering in enumerate(renderings):
        folder = tmp_path / "sites" / str(number)
        folder.mkdir(parents=True)
        (folder / "page.html").write_text('<html><body><iframe src="inner.frame"></iframe></body></html>', "utf-8")
        (folder / "inner.frame").write_bytes(rendering.data)
    inputs = [item for item in gather([tmp_path / "sites"]) if item.name.endswith("page.html")]
    dataset = Dataset(read_all(inputs, Shards(tmp_path / "shards")), Shards(tmp_path / "shards"), Rules())
    reports = [examined.report for examined in dataset if examined.report is not None]
    assert len({report.report_id for report in reports}) == 2
    for rendering, report in zip(renderings, reports, strict=True):
        assert [item.address for item in judge(rendering, report.facts) if item.outcome != "right"] == []


def test_a_script_does_not_take_the_place_of_a_table_that_is_shown() -> None:
    page = (
        served('<div id="zoom">{}</div>').decode().replace("</body>", '<script>var DETAIL={"content":"<p>x</p>"}</script></body>')
    )
    assert_all_right(parse(Source(page.encode(), "a.html")))
