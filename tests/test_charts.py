"""Pictures: text stays text, a gap is a gap, and the same comparison has the same bytes wherever it is drawn."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from decimal import Decimal
from typing import Any

import matplotlib
import numpy
import pytest
from matplotlib import font_manager

from pipeline import charts
from pipeline.canvas import line_name, number_text
from pipeline.charts import KINDS, chinese_font, draw, usual_kind
from pipeline.compare import Comparison
from pipeline.counties import all_counties
from pipeline.errors import PipelineError, UsageError
from pipeline.figures import Entry, Key
from pipeline.indicators import find_measure
from pipeline.remarks import Remark

SHANGGAO, YIFENG, CHAOYANG, OTHER_CHAOYANG = "360923-2008", "360924-2008", "110105-2008", "220104-2008"
FIGURES = {
    SHANGGAO: [Decimal(40), Entry(why_absent="blocked"), Decimal(0), Decimal(260)],
    YIFENG: [Decimal(7), Decimal(8), Entry(status="blank"), Decimal("9.5")],
}
NO_FIGURE = Entry(why_absent="not_checked")


def comparison(
    figures: dict[str, list[Any]] | None = None, measure: str = "app_recv_total", first: int = 2019, **changes: Any
) -> Comparison:
    """A comparison of these figures (a number, or the entry of a gap) in consecutive years."""
    figures = FIGURES if figures is None else figures
    item = find_measure(measure)
    assert item is not None
    years = tuple(range(first, first + len(next(iter(figures.values())))))
    entries = {
        (Key(county_id, changes.get("name", "")), year): value
        if isinstance(value, Entry)
        else Entry(value, "published", report_id="1" * 12)
        for county_id, values in figures.items()
        for year, value in zip(years, values, strict=True)
    }
    keys = tuple(dict.fromkeys(key for key, _ in entries))
    remarks = (Remark("阅读时须注意", "bear this in mind"),)
    return Comparison(item, changes.get("level", "county"), years, keys, entries, item.unit, remarks)


def texts(svg: bytes) -> list[str]:
    """The texts of a picture that are text and no outlines."""
    return ["".join(node.itertext()).strip() for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - ours


def test_text_stays_text_and_names_fonts_that_readers_have() -> None:
    for kind in KINDS:
        svg = draw(comparison(), kind, ".svg", "zh")
        shown = texts(svg)
        assert {"上高县", "宜丰县", "本年新收政府信息公开申请数量", "单位：件　2019–2022年度", "阅读时须注意"} <= set(shown), kind
        assert b"Noto Sans CJK SC" in svg
        assert b"DejaVu" not in svg


def test_the_language_is_that_of_the_reader() -> None:
    shown = texts(draw(comparison(), "heat", ".svg", "en"))
    assert {"requests newly received this year", "件, data years 2019–2022", "bear this in mind"} <= set(shown)
    assert "no figure 2: ①blank 1, ②site blocked access 1" in shown


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_same_comparison_has_the_same_bytes(kind: str, suffix: str) -> None:
    first = draw(comparison(), kind, suffix, "zh")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.dpi": 10}):  # of the user's matplotlibrc
        assert draw(comparison(), kind, suffix, "zh") == first
    assert b"tIME" not in first
    assert b"<dc:date>" not in first


def test_an_svg_asks_for_no_font_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    first = draw(comparison(), "bar", ".svg", "zh")
    _only_the_bundled_font(monkeypatch)
    assert draw(comparison(), "bar", ".svg", "zh") == first


def test_a_png_without_a_chinese_font_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    _only_the_bundled_font(monkeypatch)
    with pytest.raises(UsageError, match="ask for SVG") as caught:
        draw(comparison(), "line", ".png", "zh")
    assert "\n" not in str(caught.value)


def test_a_png_is_drawn_with_a_chinese_font() -> None:
    assert draw(comparison(), "line", ".png", "zh").startswith(b"\x89PNG\r\n")
    assert chinese_font() in charts.FONTS or "CJK" in chinese_font() or "Han" in chinese_font()


def _only_the_bundled_font(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [font for font in font_manager.fontManager.ttflist if font.name == "DejaVu Sans"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", held)


# --- gaps ----------------------------------------------------------------------------------------------


def test_a_line_breaks_at_a_gap() -> None:
    drawn = charts._lines(comparison(), "zh").axes.lines
    values = [[None if math.isnan(value) else value for value in numpy.asarray(line.get_ydata()).tolist()] for line in drawn]
    assert values[:2] == [[40, None, 0, 260], [7, 8, None, 9.5]]
    path = ET.fromstring(draw(comparison(), "line", ".svg", "zh"))  # noqa: S314 - ours
    starts = [
        node.get("d", "").count("M ")
        for node in path.iter("{http://www.w3.org/2000/svg}path")
        if node.get("style", "").startswith("fill: none; stroke: #0072b2")
    ]
    assert 2 in starts


def test_a_line_without_any_figure_says_why() -> None:
    shown = texts(
        draw(comparison({SHANGGAO: [Decimal(1), Decimal(2)], YIFENG: [Entry(why_absent="blocked")] * 2}), "line", ".svg", "zh")
    )
    assert "宜丰县（网站拒绝访问）" in shown


def test_a_missing_bar_says_why_and_a_zero_is_a_zero() -> None:
    shown = texts(draw(comparison(), "bar", ".svg", "zh"))
    assert {"网站拒绝访问", "空白", "0", "260", "9.5"} <= set(shown)
    assert "无数值 2：空白 1、网站拒绝访问 1" in shown


def test_a_field_without_a_figure_is_hatched_and_has_the_number_of_its_reason() -> None:
    svg = draw(comparison(), "heat", ".svg", "zh")
    shown = texts(svg)
    assert b"<pattern" in svg
    assert [text for text in shown if text in {"①", "②"}] == ["②", "①"]
    assert "无数值 2：①空白 1、②网站拒绝访问 1" in shown
    assert {"40", "0", "260", "7", "8", "9.5"} <= set(shown)


def test_a_picture_of_gaps_only_is_not_drawn() -> None:
    with pytest.raises(PipelineError, match="2 not_checked") as caught:
        draw(comparison({SHANGGAO: [NO_FIGURE, NO_FIGURE]}), "heat", ".svg", "zh")
    assert caught.value.exit_code == 1


# --- what can be read ---------------------------------------------------------------------------------


def test_breaks_of_the_form_are_drawn() -> None:
    assert "2021年起新格式" in texts(draw(comparison(), "line", ".svg", "zh"))
    assert not any("新格式" in text for text in texts(draw(comparison(first=2021), "line", ".svg", "zh")))


@pytest.mark.parametrize(("kind", "counties", "years"), [("line", 13, 2), ("bar", 61, 2), ("heat", 401, 10)])
def test_more_than_can_be_read_is_refused(kind: str, counties: int, years: int) -> None:
    figures = {county.id: [Decimal(1)] * years for county in all_counties(2024)[:counties]}
    with pytest.raises(UsageError, match="choose"):
        draw(comparison(figures), kind, ".svg", "zh")


def test_the_usual_kind_is_what_can_be_read() -> None:
    many = {county.id: [Decimal(1)] * 2 for county in all_counties(2024)[:13]}
    one = {county: [Decimal(1)] for county in FIGURES}
    assert [usual_kind(comparison(item)) for item in (many, one, FIGURES)] == ["heat", "bar", "line"]


def test_counties_of_one_name_are_told_apart() -> None:
    both = comparison({CHAOYANG: [Decimal(1)], OTHER_CHAOYANG: [Decimal(2)], SHANGGAO: [Decimal(3)]})
    assert [line_name(both, key) for key in both.keys] == ["北京市朝阳区", "长春市朝阳区", "上高县"]


def test_a_unit_is_named_with_its_county() -> None:
    units = comparison({SHANGGAO: [Decimal(1)]}, level="department", name="民政局")
    assert [line_name(units, key) for key in units.keys] == ["上高县民政局"]


def test_figures_are_written_for_the_eye() -> None:
    ratio, count = comparison(measure="clearance"), comparison()
    assert [number_text(value, ratio) for value in (Decimal("0.30798"), Decimal(1), Decimal(0))] == ["30.8%", "100%", "0%"]
    assert [number_text(value, count) for value in (Decimal(1234567), Decimal("0.123456"), Decimal("12.5"))] == [
        "1,234,567",
        "0.1235",
        "12.5",
    ]


def test_figures_below_zero_and_figures_that_are_all_zero_are_drawn() -> None:
    for kind in KINDS:
        assert "上高县" in texts(draw(comparison({SHANGGAO: [Decimal(-5), Decimal(3)]}), kind, ".svg", "zh"))
        assert "上高县" in texts(draw(comparison({SHANGGAO: [Decimal(0), Decimal(0)]}), kind, ".svg", "zh"))
