"""How messages name reports, cells and sums, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from parsers.form import Form
from parsers.identities import Comparison, Sum
from parsers.report import Report, plain
from pipeline.audit.catalogue import Words

__all__ = ["SIGNS_ZH", "cell_label", "describe_comparison", "name_report", "report_name"]

SIGNS_ZH: Mapping[str, str] = {"==": "应等于", "<=": "应不大于", ">=": "应不小于", "<": "应小于", ">": "应大于"}
_LONGEST_LABEL = 24


def report_name(report: Report) -> Words:
    """How messages name a report: the body, its data year and the report_id."""
    return name_report(report.unit or report.title or report.source, report.year, report.report_id)


def name_report(unit: str, year: int | None, report_id: str) -> Words:
    """
    The same of a report of which only these are at hand.

    >>> name_report("上高县人民政府", 2021, "0123456789ab").zh
    '上高县人民政府2021年度报告［0123456789ab］'
    """
    year_zh = f"{year}年度" if year is not None else "（年度不明）"
    year_en = str(year) if year is not None else "(year unknown)"
    return Words(f"{unit}{year_zh}报告［{report_id}］", f"{unit} {year_en} [{report_id}]")


def cell_label(form: Form, address: str) -> Words:
    """
    Row and column as the form prints them, long labels cut.

    >>> from parsers.form import national_form
    >>> cell_label(national_form(2021), "applications.partly_granted.total").zh
    '“（二）部分公开·总计”'
    """
    _, row, column = form.cells[address]
    row_zh = row.zh if len(row.zh) <= _LONGEST_LABEL else row.zh[0] + row.zh[1:].split("（")[0][:_LONGEST_LABEL]
    return Words(f"“{row_zh}·{column.zh}”", f"“{row.en} · {column.en}”")


def describe_comparison(form: Form, comparison: Comparison, values: Mapping[str, Decimal | None]) -> Words:
    """Both sides of a comparison over known values, with the addends that are not zero."""
    left, right = _side(form, comparison.left, values), _side(form, comparison.right, values)
    sign_en = "=" if comparison.sign == "==" else comparison.sign
    return Words(f"{left.zh}，{SIGNS_ZH[comparison.sign]}{right.zh}", f"{left.en}, should be {sign_en} {right.en}")


def _side(form: Form, side: Sum, values: Mapping[str, Decimal | None]) -> Words:
    total = plain(side.over(values))
    if not side.terms:
        return Words(total, total)
    alone = len(side.terms) == 1 and not side.constant
    addends = [(sign, cell_label(form, address), values[address]) for sign, address in side.terms if alone or values[address]]
    if not addends and not side.constant:
        labels = [cell_label(form, address) for _, address in side.terms[:2]]
        more_zh, more_en = ("等", " …") if len(side.terms) > len(labels) else ("", "")
        zh, en = "、".join(label.zh for label in labels), ", ".join(label.en for label in labels)
        return Words(f"{zh}{more_zh}合计0", f"{en}{more_en} sum to 0")
    zh = "".join(f"{'－' if sign < 0 else '＋'}{label.zh}{plain(value)}" for sign, label, value in addends)
    en = " ".join(f"{'-' if sign < 0 else '+'} {label.en} {plain(value)}" for sign, label, value in addends)
    if side.constant:
        zh += f"{'－' if side.constant < 0 else '＋'}{plain(abs(side.constant))}"
        en += f" {'-' if side.constant < 0 else '+'} {plain(abs(side.constant))}"
    zh, en = zh.removeprefix("＋"), en.strip().removeprefix("+ ")
    return Words(zh, en) if alone else Words(f"{zh}＝{total}", f"{en} = {total}")
