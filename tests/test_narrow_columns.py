"""Texts that `pdftotext` makes of pages whose columns are narrow: labels go on below their figures, figures in the next line."""

from __future__ import annotations

import pytest

from parsers import load_forms, parse
from parsers.report import Report, Status
from parsers.source import Source

TITLE = "某县2019年政府信息公开工作年度报告\n三、收到和处理政府信息公开申请情况\n"
HEADS = "申请人情况\n自然 法人或其他组织 总计\n人 商业 科研 社会公 法律服 其他\n企业 机构 益组织 务机构\n"


def read(text: str) -> Report:
    return parse(Source((TITLE + HEADS + text).encode(), "report.txt"))


def row(report: Report, name: str) -> list[str]:
    facts = [fact for fact in report.facts if fact.row == name]
    return [str(fact.status if fact.value is None else fact.value) for fact in facts]


LABELS_BELOW = """一、本年新收政府信息公开申请数量   20   0    0    0   0   0   20
二、上年结转政府信息公开申请数量   0    0    0    0   0   0   0
三、本年度办理结果（一）予以公开   1    0    0    0   0   0   1
（二）部分公开                     0    0    0    0   0   0   0
（三）不予公开
    1.   0    0    0    0   0   0   0
    属
    于
    国
    家
    秘
    密
    2.  16    0    0    0   0   0   16
    其
    他
    法
    律
    行
    政
    法
    规
    禁
    止
    公
    开
    3.   0    0    0    0   0   0   0
    危
    及
    “
    三
    安
    全
    一
    稳
    定
    ”
    4.   2    0    0    0   0   0   2
    保
    护
    第
    三
    方
    合
    法
    权
    益
"""


def test_the_figures_of_a_number_are_not_those_of_the_label_before_it() -> None:
    report = read(LABELS_BELOW)
    printed = {
        "refused.state_secret": ["0"] * 7,
        "refused.prohibited_by_law": ["16", "0", "0", "0", "0", "0", "16"],
        "refused.security_and_stability": ["0"] * 7,
        "refused.third_party_rights": ["2", "0", "0", "0", "0", "0", "2"],
    }
    open_words = {str(Status.AMBIGUOUS), str(Status.MISSING)}
    for name, figures in printed.items():
        assert all(found in (figure, *open_words) for found, figure in zip(row(report, name), figures, strict=True)), name


@pytest.mark.parametrize("below", ["府信息公开申请   3                        9", "府信息公开申请   3   9"])
def test_digits_below_the_figures_of_a_row_are_theirs(below: str) -> None:
    lines = ("一、本年新收政   161 191 0 6        8  1  181", below, "数量", "二、上年结转政府信息公开申请数量 32 4 0 0 0 0 36")
    found = row(read("\n".join(lines)), "received")
    assert set(found) == {str(Status.AMBIGUOUS)}
    assert row(read("\n".join(lines)), "carried_in") == ["32", "4", "0", "0", "0", "0", "36"]


WRAPPED = {
    "other": "（六） 其他处 理",
    "other.not_corrected": "1.申请 人无正 当理由 逾期不 补正、 行政机 关不再 处理其 政府信 息公开 申请",
    "other.fee_unpaid": "2.申请 人逾期 未按收 费通知 要求缴 纳费 用、行 政机关 不再处 理其政 府信息 公开申 请",
}


def test_a_label_that_ends_above_its_figures_is_not_the_next_one() -> None:
    """Both labels end with 申请, and the second begins with it."""
    form = next(form for form in load_forms() if form.name == "2021")
    lines = []
    for of_form in form.table("applications").rows:
        figures = "1 0 0 0 0 0 1" if of_form.code == "other.not_corrected" else "0 0 0 0 0 0 0"
        if of_form.code in WRAPPED:
            lines += [*WRAPPED[of_form.code].split(), *([figures] if of_form.values else [])]
        else:
            lines.append(f"{of_form.zh} {figures}" if of_form.values else of_form.zh)
    report = read("\n".join(lines))
    assert row(report, "other.not_corrected") in (list("1000001"), ["ambiguous"] * 7, ["missing"] * 7)
    assert row(report, "other.fee_unpaid") in (list("0000000"), ["ambiguous"] * 7, ["missing"] * 7)
