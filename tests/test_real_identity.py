"""What pages say of themselves in the ways of real ones: cut titles, traditional script, announcements in running text."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers import open_source, parse
from parsers.identify import read_title

_TABLE = (
    "\n二、主动公开政府信息情况\n信息内容\n本年制发件数\n本年废止件数\n现行有效件数\n规章\n0\n0\n0\n行政规范性文件\n1\n0\n2\n"
)


@pytest.mark.parametrize(
    ("opening", "unit", "year"),
    [
        ("2019年青槐街道\n政府信息公开工作年度报告", "青槐街道", 2019),
        ("2025年禾川县林业社区管委会\n政府信息公开工作年度报告", "禾川县林业社区管委会", 2025),
        ("青槐市人民政府2016年\n政府信息公开工作年度报告\n青槐市人民政府办公室\n2017年3月", "青槐市人民政府", 2016),
        ("禾川县青槐镇\n2008年\n政府信息公开工作年度报告", "禾川县青槐镇", 2008),
        ("禾川县青槐镇2008年政府信息公开工作\n年度报告", "禾川县青槐镇", 2008),
        ("example.com青槐镇\n2008年政府信息公开工作年度报告", "青槐镇", 2008),
        ("来源：禾川县民政局\n政府信息公开工作年度报告\n统计期限自2021年1月1日起至2021年12月31日止。", None, 2021),
        ("政务公开\n2021年政府信息公开工作年度报告", None, 2021),
        ("禾川縣青槐鎮2024年政府信息公開工作年度報告", "禾川县青槐镇", 2024),
        ("漢河市生態環境局2020年政府信息公開工作年度報告", "汉河市生态环境局", 2020),
        ("禾川縣(xiàn)財政局2012年政府信息公開工作年度報(bào)告", "禾川县财政局", 2012),
        ("2009禾川縣政府信息公開工作年度報告", "禾川县", 2009),
        ("2009禾川县政府信息公开工作年度报告", "禾川县", 2009),
        ("禾川县政府信息公开工作年度报告（2016）", "禾川县", 2016),
        ("2025年度禾川县青槐镇人民政府信息公开工作年度报告", "禾川县青槐镇人民政府", 2025),
    ],
)
def test_a_title(opening: str, unit: str | None, year: int, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(opening + _TABLE, encoding="utf-8")
    report = parse(open_source(page))
    assert (report.unit, report.year) == (unit, year)


@pytest.mark.parametrize(
    ("opening", "unit", "year"),
    [
        ("根据规定，现公布禾川县青槐街道办事处2019年政府信息公开工作年度报告。本年报自行编制。", "禾川县青槐街道办事处", 2019),
        ("根据规定，现公布《禾川县2024年政府信息公开工作年度报告》（以下简称报告）。", "禾川县", 2024),
        ("现将2021年禾川县财政局政府信息公开工作年度报告（以下简称“报告”）予以公布。", "禾川县财政局", 2021),
        ("现向社会公布禾川县青槐镇人民政府2023年政府信息公开工作年度报告", "禾川县青槐镇人民政府", 2023),
        ("现将青槐镇人民政府2024年政府信息公开工作情况报告如下：", "青槐镇人民政府", 2024),
        ("特向社会公布2023年度我局政府信息公开工作年度报告。", None, 2023),
        ("2022年，我局按时公布了2021年政府信息公开工作年度报告。", None, None),
        ("根据《关于做好2024年政府信息公开工作年度报告编制发布工作的通知》要求，编制本报告。", None, None),
        ("根据要求，由青槐镇党政办公室编制完成本报告，统计期限自2020年1月1日起至12月31日止。", "青槐镇", 2020),
        ("由禾川县青槐镇人民政府综合信息指挥室（党政综合办公室）负责编制本报告。", "禾川县青槐镇人民政府", None),
        ("根据要求，禾川县财政局编制了本报告。", "禾川县财政局", None),
        ("本报告由禾川县教育局办公室编制。", "禾川县教育局", None),
    ],
)
def test_an_opening_without_a_title(opening: str, unit: str | None, year: int | None, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(opening + "\n一、总体情况\n略。" + _TABLE, encoding="utf-8")
    report = parse(open_source(page))
    assert (report.unit, report.year) == (unit, year)


def test_a_name_in_simplified_script_keeps_its_characters() -> None:
    assert read_title("於潜镇2021年政府信息公开工作年度报告") == ("於潜镇", 2021)
