"""
The rules of the audit by code: how much each matters, where it comes from, and what it says in words.

Sums and other identities belong to the form files; only their wording stands here. All other rules are defined here.
A code that a form file brings along without wording is named by its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from parsers.finding import RuleLevel, Severity
from parsers.form import load_forms

__all__ = [
    "ACROSS_SEVERITY", "IDENTITY_SEVERITY", "IDENTITY_WORDS", "ON_UNLESS_WEAK", "OWN_RULES", "Rule", "Words", "known_codes", "words_of",
]  # fmt: skip


class Words(NamedTuple):
    """What a rule says, in Chinese and English."""

    zh: str
    en: str


class Rule(NamedTuple):
    """A rule that is no identity of a form: its severity unless `rules.toml` says otherwise, its level, its words."""

    severity: Severity
    level: RuleLevel
    zh: str
    en: str


IDENTITY_SEVERITY: Mapping[RuleLevel, Severity] = {
    RuleLevel.STATED: Severity.ERROR,
    RuleLevel.STRUCTURAL: Severity.ERROR,
    RuleLevel.PLAUSIBLE: Severity.WARNING,
    RuleLevel.NONE: Severity.PROMPT,
}

ACROSS_SEVERITY: Mapping[str, Severity] = {
    "strong": Severity.WARNING,
    "medium": Severity.PROMPT,
    "weak": Severity.PROMPT,
}
"""
By the strength of a rule across years or bodies. Never an error: no form states such a rule, and a merger or a late correction
may break the best of them.
"""

ON_UNLESS_WEAK = ("strong", "medium")
"""Strengths of the rules that run without being asked for."""

IDENTITY_WORDS: Mapping[str, Words] = {
    "applications.flow": Words("第一项加第二项之和应等于第三项加第四项之和", "received + carried in = outcomes + carried out"),
    "applications.outcome_total": Words("各类办理结果之和应等于“（七）总计”", "the outcomes add up to the total of outcomes"),
    "applications.row_total": Words("各类申请人之和应等于“总计”列", "the applicant columns add up to the total column"),
    "applications.nonneg": Words("件数不应为负", "a count is not negative"),
    "review_litigation.total": Words("各类结果之和应等于“总计”", "the results add up to their total"),
    "review_litigation.nonneg": Words("件数不应为负", "a count is not negative"),
    "proactive.in_force_floor": Words("现行有效件数一般不少于制发减废止", "in force is at least issued less repealed"),
    "proactive.nonneg": Words("数量或金额不应为负", "a count or an amount is not negative"),
    "proactive.rules_power": Words("没有规章制定权的机关，规章各栏应为0", "a body without power to make rules reports none"),
    "proactive.fee_unit": Words("收费金额疑似以元填入万元栏", "the fee looks like yuan in a cell of 10,000 yuan"),
    "proactive.county_zero": Words(
        "报告称汇总全县数据，却无一件行政许可、无一件行政处罚，统计范围可疑",
        "the report says that it sums a whole county, yet shows no licence and no penalty: its scope is in doubt",
    ),
    "proactive.disclosed_le_total": Words("本年新公开数量不应大于对外公开总数量", "newly disclosed is at most all disclosed"),
    "proactive.made_ge_disclosed": Words("本年新公开数量一般不大于本年新制作数量", "newly disclosed is at most newly produced"),
    "proactive.items_nonneg": Words("上一年项目数量加本年增减不应为负", "last year's items and the change are not below zero"),
    "statistics.received": Words("各渠道申请数之和应等于收到申请数", "the channels add up to the requests received"),
    "statistics.concluded": Words("按时办结加延期办结应等于申请办结数", "on time and extended add up to concluded"),
    "statistics.replies": Words("各类答复之和应等于申请答复数", "the classes of reply add up to the replies"),
    "statistics.refusals": Words("各类不同意公开之和应等于不同意公开答复数", "the grounds add up to the refusals"),
    "statistics.review": Words("各类复议结果之和应等于行政复议数量", "the results add up to the reviews"),
    "statistics.litigation": Words("各类诉讼结果之和应等于行政诉讼数量", "the results add up to the lawsuits"),
    "statistics.staff": Words("专职加兼职应等于工作人员数", "full time and part time add up to the staff"),
    "statistics.press": Words("主要负责同志参加次数不应大于总次数", "press conferences by leaders are part of all"),
    "statistics.interview": Words("主要负责同志参加次数不应大于总次数", "online interviews by leaders are part of all"),
    "statistics.normdoc": Words("主动公开规范性文件数不应大于主动公开政府信息数", "normative documents are part of all items"),
    "statistics.channels_sum": Words("各渠道公开数之和一般不少于主动公开政府信息数", "the channels carry at least all items"),
    "statistics.channel_max": Words("网站公开数不应大于主动公开政府信息数", "the website carries at most all items"),
    "statistics.concl_vs_reply": Words("申请办结数一般等于申请答复数", "concluded equals replied"),
    "x.carry": Words("上年度结转下年度的件数应等于本年度所列上年结转", "carried out of a year is carried into the next"),
    "x.valid": Words("现行有效件数一般等于上年度现行有效加本年制发减废止", "in force = last year's + issued - repealed"),
    "x.items": Words("上一年项目数量一般等于上年度所列项目数量加增减", "last year's items = those of its report and the change"),
    "x.public_total": Words("对外公开总数量一般不少于上年度", "the total publicly available is not below last year's"),
    "x.pending": Words("上年度尚未审结的案件一般计入本年度总计", "cases pending last year are part of this year's total"),
    "x.jump": Words("数量较上年度变化超过五倍", "a figure changed more than fivefold over a year"),
    "l.t3": Words("汇总报告的申请件数一般等于各机关之和", "the aggregate's requests are the sum of its bodies'"),
    "l.t3_ge": Words("汇总报告的申请件数不应少于任一机关", "the aggregate's requests are at least any one body's"),
    "l.t2": Words("汇总报告的主动公开数量一般等于各机关之和", "the aggregate's disclosure is the sum of its bodies'"),
    "l.t4": Words("汇总报告的复议、诉讼件数一般不大于各机关之和", "the aggregate's cases are at most the sum of its bodies'"),
    "l.prefecture_ge": Words("设区市汇总的申请件数一般不少于任一县", "a prefecture's requests are at least any one county's"),
}  # fmt: skip

_PROMPT, _WARNING, _ERROR = Severity.PROMPT, Severity.WARNING, Severity.ERROR
_PLAUSIBLE, _NONE = RuleLevel.PLAUSIBLE, RuleLevel.NONE

OWN_RULES: Mapping[str, Rule] = {
    "blank.would_hold": Rule(_PROMPT, _NONE, "空白若作0，等式成立", "the sums would hold if blanks were zeros"),
    "blank.would_break": Rule(_WARNING, _NONE, "空白若作0，等式不成立", "the sums would not hold if blanks were zeros"),
    "unit.unknown": Rule(_WARNING, _NONE, "表中和表格式样均未注明单位", "neither the cell nor the form says the unit"),
    "unit.other": Rule(_PROMPT, _NONE, "单元格所印单位与表格式样不同，不能换算", "a printed unit that does not convert"),
    "narr.received": Rule(_PROMPT, _PLAUSIBLE, "文字所述收到申请件数与表不同", "requests received: text and table differ"),
    "narr.concluded": Rule(_PROMPT, _PLAUSIBLE, "文字所述办结、答复件数与表不同", "requests concluded: text and table differ"),
    "narr.carried_in": Rule(_PROMPT, _PLAUSIBLE, "文字所述上年结转件数与表不同", "carried in: text and table differ"),
    "narr.carried_out": Rule(_PROMPT, _PLAUSIBLE, "文字所述结转下年件数与表不同", "carried out: text and table differ"),
    "narr.outcome": Rule(_PROMPT, _PLAUSIBLE, "文字所述办理结果件数与表不同", "an outcome: text and table differ"),
    "narr.review": Rule(_PROMPT, _PLAUSIBLE, "文字所述行政复议件数与表不同", "reconsiderations: text and table differ"),
    "narr.litigation": Rule(_PROMPT, _PLAUSIBLE, "文字所述行政诉讼件数与表不同", "lawsuits: text and table differ"),
    "narr.normdoc": Rule(_PROMPT, _PLAUSIBLE, "文字所述行政规范性文件件数与表不同", "normative documents: text and table differ"),
    "form.no_entry": Rule(_WARNING, _NONE, "有空白或画线的单元格", "cells are blank or hold a mark"),
    "form.obsolete": Rule(_ERROR, _NONE, "使用了已被取代的表格", "a table is of a form that is no longer in force"),
    "form.template_left": Rule(_WARNING, _NONE, "残留式样说明文字", "words of the template were left in"),
    "form.citation": Rule(_PROMPT, _NONE, "只引用了已被取代的格式文件", "only the notice of the old form is cited"),
    "unit.slip": Rule(_WARNING, _PLAUSIBLE, "收费金额与上年度相差约一千倍或一万倍，疑似单位有误", "fees 1,000 or 10,000 times last year's"),
    "review.orphan": Rule(_PROMPT, _PLAUSIBLE, "有复议或诉讼，而两年均无申请", "reviews or lawsuits, but no request in two years"),
    "copy.table": Rule(_WARNING, _PLAUSIBLE, "两份报告的表格数字完全相同", "the tables of two reports have the same figures"),
    "x.scope": Rule(_PROMPT, _NONE, "统计范围与上年度不同，未作跨年比较", "the scope is not last year's; the two are not compared"),
    "run.cluster": Rule(_WARNING, _NONE, "疑为本程序误读，相关问题暂缓采信", "looks like our own misreading; findings held back"),
    "form.empty_section": Rule(_WARNING, _NONE, "第五部分为空或过短", "section five is empty or too short"),
}  # fmt: skip


def words_of(code: str) -> Words:
    """What a code says; the code itself where a local form brings one of its own."""
    if code in OWN_RULES:
        return Words(OWN_RULES[code].zh, OWN_RULES[code].en)
    return IDENTITY_WORDS.get(code, Words(code, code))


def known_codes() -> frozenset[str]:
    """Every code of a rule that the audit can evaluate, those of the forms included."""
    forms = load_forms()
    across = {str(raw["code"]) for form in forms for raw in (*form.across_years, *form.across_bodies)}
    return frozenset(OWN_RULES) | across | {identity.code for form in forms for identity in form.identities}
