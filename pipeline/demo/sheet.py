"""
Sheet: one report to be printed, before any layout touches it.

A sheet holds the printed text of every cell of its forms, and the prose around the tables. The prose is written
here and quotes on purpose what a reader may mistake for the tables: years, counts of 条, labels in the list of parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from parsers.form import Form, Table, load_forms

__all__ = ["FORMS", "Part", "Sheet", "addresses_of", "form_named", "write_sheet"]

FORMS: Mapping[str, Mapping[str, str]] = {
    "2021": {"proactive": "2021", "applications": "2021", "review_litigation": "2021"},
    "2019": {"proactive": "2019", "applications": "2019", "review_litigation": "2019"},
    "2014": {"statistics": "2014"},
    "mixed": {"proactive": "2021", "applications": "2019", "review_litigation": "2021"},
    "none": {},
}
"""The kinds of sheet: which form each table is printed by. `mixed` was seen in a county report for 2023."""

_YEARS = {"2021": (2021, 2025), "2019": (2019, 2020), "2014": (2014, 2018), "mixed": (2021, 2023), "none": (2008, 2013)}
_PLACES = ("禾川县", "青槐县", "柳渡县", "望溪县", "石坞县", "云栈区", "北砚区", "松泊县", "麦积坪县", "临棠市")
_BODIES = ("人民政府", "人民政府办公室", "司法局", "农业农村局", "市场监督管理局")


class Part(NamedTuple):
    """A part of the report: its heading, its paragraphs, and the table that stands below them, if any."""

    heading: str
    paragraphs: tuple[str, ...]
    table: str | None = None


@dataclass(frozen=True)
class Sheet:
    """
    One report to be printed.

    `forms` maps each table to the form that prints it; `cells` maps every address to its printed text, where an
    empty text is a blank cell.

    >>> sheet = write_sheet(Random(1), "2021", {}, year=2022)
    >>> sheet.year, list(sheet.forms), len(sheet.cells), sheet.cells["proactive.fees.amount"]
    (2022, ['proactive', 'applications', 'review_litigation'], 200, '')
    """

    unit: str
    county: str
    year: int
    forms: Mapping[str, str]
    cells: Mapping[str, str]
    title: str
    opening: tuple[str, ...]
    parts: tuple[Part, ...]

    def table(self, code: str) -> Table:
        """The table of that code, in the form that prints it."""
        return form_named(self.forms[code]).table(code)

    def with_cells(self, cells: Mapping[str, str]) -> Sheet:
        """The same report with other printed texts."""
        return replace(self, cells={**self.cells, **cells})


def form_named(name: str) -> Form:
    """The form of that name; StopIteration is impossible for a sheet's own forms."""
    return next(form for form in load_forms() if form.name == name)


def addresses_of(forms: Mapping[str, str]) -> tuple[str, ...]:
    """All addresses that a sheet of these forms prints, in printed order."""
    return tuple(
        address for code, name in forms.items() for address, (table, _, _) in form_named(name).cells.items() if table.code == code
    )


def write_sheet(random: Random, kind: str, cells: Mapping[str, str], *, year: int | None = None) -> Sheet:
    """A sheet of one of `FORMS` with these cells (blank where none is given), a random body, and prose that fits them."""
    forms = FORMS[kind]
    whole = {address: cells.get(address, "") for address in addresses_of(forms)}
    county = random.choice(_PLACES)
    unit = county + random.choice(_BODIES)
    data_year = random.randint(*_YEARS[kind]) if year is None else year
    parts = (
        _annual_parts(random, county, data_year, forms, whole)
        if "applications" in forms
        else _early_parts(random, county, data_year, forms)
    )
    title = random.choice(
        ("{u}{y}年政府信息公开工作年度报告", "{y}年{u}政府信息公开工作年度报告", "{u}关于{y}年度政府信息公开工作的年度报告")
    )
    return Sheet(
        unit, county, data_year, forms, whole, title.format(u=unit, y=data_year), _opening(random, unit, data_year, parts), parts
    )


# --- prose ----------------------------------------------------------------------------------------


def _opening(random: Random, unit: str, year: int, parts: Sequence[Part]) -> tuple[str, ...]:
    period = random.choice(
        (
            f"本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。",
            f"报告数据统计期限为{year}年1月1日至{year}年12月31日。",
            f"数据统计时间从{year}年1月1日起，到{year}年12月31日止。",
        )
    )
    order = "国令第711号" if year >= 2019 else "国令第492号"
    names = "、".join(part.heading.split("、", 1)[-1] for part in parts)
    text = (
        f"根据《中华人民共和国政府信息公开条例》（{order}）和上级编制年度报告的要求，{unit}编写本报告。{period}"
        f"全文由{names}{'六个' if len(parts) == 6 else '几个'}部分组成。"
        f"如有疑问，请联系{unit}（地址：中心路{random.randint(1, 199)}号，电话：0{random.randint(300, 999)}-{random.randint(2000000, 8999999)}）。"
    )
    return (text,)


def _annual_parts(random: Random, county: str, year: int, forms: Mapping[str, str], cells: Mapping[str, str]) -> tuple[Part, ...]:
    headings = [names[0] for names in form_named(forms["applications"]).sections]
    return (
        Part(headings[0], _overview(random, county, year, cells)),
        Part(headings[1], (), "proactive"),
        Part(headings[2], (), "applications"),
        Part(headings[3], (), "review_litigation"),
        Part(headings[4], _shortcomings(random, year)),
        Part(headings[5], (random.choice(("本年度无其他需要报告的事项。", f"{year}年共收取政府信息公开信息处理费0元。")),)),
    )


def _overview(random: Random, county: str, year: int, cells: Mapping[str, str]) -> tuple[str, ...]:
    first = (
        f"{year}年，{county}把政务公开放在年度重点工作中推进，全年主动公开各类信息{random.randint(100, 20_000)}条，"
        f"其中行政许可事项信息{random.randint(1, 900)}条、行政处罚信息{random.randint(1, 2_000)}条，比{year - 1}年多{random.randint(2, 30)}%。"
    )
    lines = [
        first,
        f"（一）主动公开。门户网站新发文章{random.randint(100, 9_000)}篇，政务新媒体{random.randint(50, 3_000)}条，回应关切{random.randint(1, 40)}次。",
    ]
    received, carried_out = cells.get("applications.received.total", ""), cells.get("applications.carried_out.total", "")
    if received.isdigit() and carried_out.isdigit():
        lines.append(
            f"（二）依申请公开。本年新收政府信息公开申请{received}件，结转下年度继续办理{carried_out}件，数据见第三部分“三、本年度办理结果”。"
        )
    lines.append(
        f"（三）监督保障。举办业务培训{random.randint(1, 6)}期，{random.randint(20, 400)}人次参加；日常检查栏目{random.randint(5, 80)}个，发出提醒{random.randint(0, 30)}份。"
    )
    return tuple(lines)


def _shortcomings(random: Random, year: int) -> tuple[str, ...]:
    return (
        f"一是解读形式不多，全年图解只有{random.randint(1, 20)}期；二是个别乡镇更新不及时；三是队伍还不稳定，{random.randint(2, 15)}名工作人员是新手。",
        f"{year + 1}年将分3步改进：1.补齐栏目；2.组织培训；3.按季度检查。其他工作照常推进。",
    )


def _early_parts(random: Random, county: str, year: int, forms: Mapping[str, str]) -> tuple[Part, ...]:
    parts = [
        Part("一、概述", (f"{year}年，{county}累计公开信息{random.randint(100, 9_000)}条，公开栏目{random.randint(5, 60)}个。",)),
        Part("二、主动公开情况", (f"通过政府网站公开{random.randint(50, 5_000)}条，其余方式公开{random.randint(1, 500)}条。",)),
        Part("三、依申请公开情况", (f"全年当面申请和网络申请合计不超过{random.randint(20, 90)}件，均按时答复。",)),
        Part("四、复议和诉讼情况", (f"{year}年没有因政府信息公开引起的撤销判决。",)),
        Part("五、存在的主要问题和改进措施", _shortcomings(random, year)),
    ]
    if "statistics" in forms:
        parts.append(Part("附表：政府信息公开情况统计表", (f"（{year}年度）",), "statistics"))
    return tuple(parts)
