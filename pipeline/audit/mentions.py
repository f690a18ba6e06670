"""
Figures in a report's prose that speak of a cell of the form: what kind, which number, where, and of what they may be a part.

Left out: other years' figures (同比, 较上年), counts of other things (条 are not 件; 建议, 信访, 咨询 are no requests) and
numbers that are only about right (约20件, 20余件). 信息处理费 is no cell of the form, so nothing here looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from parsers.report import Report, Section
from parsers.values import read_value

__all__ = ["Mention", "find_mentions"]


_Choices = tuple[tuple[str, ...], ...]


class Mention(NamedTuple):
    """
    A figure in the text, in 件.

    `choices` are the sums it may stand for, each a tuple of address patterns (`*` stands for anything); `parts` are
    the cells of which it may be one. `part` says that the words themselves speak of a part (其中, 自然人, 网上).
    """

    code: str
    instance: str
    number: Decimal
    quote: str
    line: int
    choices: _Choices
    parts: tuple[str, ...]
    part: bool


class _Pattern(NamedTuple):
    """How a kind of figure is written; `topic` must be spoken of nearby, `foreign` in the clause means another thing."""

    code: str
    instance: str
    words: re.Pattern[str]
    topic: re.Pattern[str]
    foreign: re.Pattern[str]
    choices: _Choices
    parts: tuple[str, ...]


_OUTCOMES: Mapping[str, str] = {
    "予以公开": "granted", "部分公开": "partly_granted", "不予公开": "refused", "无法提供": "unable", "不予处理": "not_processed",
}  # fmt: skip

_COUNT = r"(?<![\d第每约近逾超.,])(?P<n>\d{1,3}(?:,\d{3})+|\d+|[零〇一二两三四五六七八九十百千]+)\s*件(?!次|套)"
_GAP = r"(?P<gap>[^\d，,。；;：:！!？?（）()\n件]{0,24}?)"
_SHORT_GAP = r"(?P<gap>[^\d，,。；;：:！!？?（）()\n件]{0,8}?)"
_OUTCOME = "|".join(_OUTCOMES)
_OUTCOME_LIST = rf"(?<!不)(?P<groups>(?:{_OUTCOME})(?:(?:以及|及|和|与|、|或者|或)(?:予以)?(?:{_OUTCOME}))*)"
_NEXT_YEAR = r"结转(?:至|到|为)?[下次]一?年度?"
_NOT = r"(?<!未)(?<!没有)(?<!未曾)"

_REQUESTS = re.compile("申请")
_ABOUT_DISCLOSURE = re.compile("信息公开|申请")
_NORMDOCS = re.compile("规范性文件")
_NOT_REQUESTS = re.compile("建议|提案|信访|举报|投诉|来信|留言|咨询|案件|工单|热线|诉求|求助|邮件|许可|备案|复议|诉讼")
_NOT_CONCLUDED = re.compile(rf"{_NOT_REQUESTS.pattern}|{_OUTCOME}|结转|补正|征求")
_NOT_OUTCOME = re.compile("建议|提案|信访|举报|投诉|留言|咨询|文件|主动公开")
_ELSEWHERE = re.compile("建议|提案|留言|来信|工单|热线")  # once a sentence speaks of these, its figures may be theirs
_LAWSUIT = re.compile("诉讼")
_NOTHING = re.compile(r"(?!)")

_RECEIVED: _Choices = (("applications.received.total",), ("statistics.requests.received.count",))
_WITH_CARRIED_IN: _Choices = (("applications.received.total", "applications.carried_in.total"),)
_RECEIVED_PARTS = ("applications.received.*", "statistics.requests.received.*")
_CONCLUDED: _Choices = (
    ("applications.total.total",),
    ("statistics.requests.concluded.count",),
    ("statistics.requests.answered.count",),
)
_CONCLUDED_PARTS = ("applications.total.*", "statistics.requests.concluded.*", "statistics.requests.answered.*")
_REVIEW: _Choices = (("review_litigation.review.total",), ("statistics.review.count",))
_REVIEW_PARTS = ("review_litigation.review.*", "statistics.review.*")
_LAWSUITS: _Choices = (
    ("review_litigation.litigation_direct.total", "review_litigation.litigation_after_review.total"),
    ("statistics.litigation.count",),
)
_LAWSUIT_PARTS = ("review_litigation.litigation_*", "statistics.litigation.*")
_BOTH: _Choices = (
    ("review_litigation.review.total", *_LAWSUITS[0]),
    ("statistics.review.count", *_LAWSUITS[1]),
)


def _kind(
    code: str, words: str, topic: re.Pattern[str], foreign: re.Pattern[str], choices: _Choices, parts: tuple[str, ...] = ()
) -> _Pattern:
    return _Pattern(code, "", re.compile(words), topic, foreign, choices, parts)


def _carried(way: str, words: str) -> _Pattern:
    row = f"applications.carried_{way}"
    return _kind(f"narr.carried_{way}", words, _REQUESTS, _NOT_REQUESTS, ((f"{row}.total",),), (f"{row}.*",))


def _lawsuits(words: str, choices: _Choices) -> _Pattern:
    return _kind("narr.litigation", words, _ABOUT_DISCLOSURE, _NOTHING, choices, _LAWSUIT_PARTS)


def _normdoc(column: str, words: str) -> _Pattern:
    choices = ((f"proactive.normative_documents.{column}",),)
    return _Pattern("narr.normdoc", column, re.compile(words), _NORMDOCS, _NOTHING, choices, ())


_RECEIVED_COUNT = rf"{_NOT}(?:收到|受理|新收){_GAP}{_COUNT}"
_NONE_RECEIVED = r"(?:未|没有)曾?(?:收到|接到)(?P<gap>[^\d，,。；;！!\n]{0,20}?)申请(?!人|表|行政复议|复议)"
_NO_REQUEST = r"(?<!有)无(?P<gap>(?:新增|新收)?)(?:政府信息公开申请|依申请公开(?:申请|件|事项))"
_CONCLUDED_COUNT = rf"{_NOT}(?:办结|办理完成|办理完毕|答复){_GAP}{_COUNT}"

_PATTERNS = (
    _kind("narr.received", _RECEIVED_COUNT, _REQUESTS, _NOT_REQUESTS, _RECEIVED, _RECEIVED_PARTS),
    _kind("narr.received", _NONE_RECEIVED, _REQUESTS, _NOT_REQUESTS, _RECEIVED),
    _kind("narr.received", _NO_REQUEST, _REQUESTS, _NOT_REQUESTS, _RECEIVED),
    _kind("narr.concluded", _CONCLUDED_COUNT, _REQUESTS, _NOT_CONCLUDED, _CONCLUDED, _CONCLUDED_PARTS),
    _carried("out", rf"{_NEXT_YEAR}{_GAP}{_COUNT}"),
    _carried("out", rf"{_COUNT}{_SHORT_GAP}{_NEXT_YEAR}"),
    _carried("in", rf"上一?年度?结转{_GAP}{_COUNT}"),
    _kind("narr.outcome", rf"{_OUTCOME_LIST}{_GAP}{_COUNT}", _REQUESTS, _NOT_OUTCOME, ()),
    _kind("narr.review", rf"行政复议{_GAP}{_COUNT}", _ABOUT_DISCLOSURE, _LAWSUIT, _REVIEW, _REVIEW_PARTS),
    _lawsuits(rf"(?<!复议[、和及与])行政诉讼{_GAP}{_COUNT}", _LAWSUITS),
    _lawsuits(rf"复议[、和及与]行政诉讼{_GAP}{_COUNT}", (*_BOTH, *_LAWSUITS, *_REVIEW)),
    _normdoc("issued", rf"(?:制发|制定|出台|印发|发布)(?:行政)?规范性文件{_SHORT_GAP}{_COUNT}"),
    _normdoc("repealed", rf"废止(?:行政)?(?:规范性文件)?{_SHORT_GAP}{_COUNT}"),
    _normdoc("in_force", rf"现行有效的?(?:行政)?(?:规范性文件)?{_SHORT_GAP}{_COUNT}"),
)

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_CLAUSE_ENDS = "，,、：:（）()"
_OTHER_YEAR = re.compile(r"同比|环比|相比|较|比上|去年|往年|历年|以来|上一?年(?!度?结转)")
_YEAR = re.compile(r"(20\d\d)年")
_CARRIED_IN_TOO = re.compile(r"上一?年度?结转|结转上年")
_PART = re.compile(
    "其中|自然人|企业|法人|科研|公益|法律服务|线上|线下|网上|网络|网站|平台|信函|邮寄|现场|当面|传真|电话|窗口"
    "|按时|按期|延期|逾期|维持|纠正|撤销|驳回|撤回|未经|复议后|各部门|乡镇|街道"
)
_FOLD = str.maketrans({**{chr(0xFF10 + digit): str(digit) for digit in range(10)}, "\u3000": " ", "\xa0": " ", "．": "."})
_QUOTED = 60


def find_mentions(report: Report) -> Iterator[Mention]:
    """
    The figures in the report's prose that speak of a cell of the form, in the order of the text.

    A figure is read where its clause speaks of it and its paragraph or heading speaks of requests, disclosure or
    normative documents.
    """
    for section in report.sections:
        for at, paragraph in enumerate(section.text.split("\n")):
            yield from _in_paragraph(paragraph, section, section.line + at, report.year)


def _in_paragraph(paragraph: str, section: Section, line: int, year: int | None) -> Iterator[Mention]:
    folded = paragraph.translate(_FOLD)  # character for character, so that a quote can be cut from the original
    for sentence in _SENTENCE.finditer(folded):
        for pattern in _PATTERNS:
            nearby = f"{section.heading}{sentence[0] if pattern.topic is _ABOUT_DISCLOSURE else folded}"
            if not pattern.topic.search(nearby):
                continue
            for match in pattern.words.finditer(folded, sentence.start(), sentence.end()):
                mention = _mention(pattern, match, folded, sentence.start(), year)
                if mention is not None:
                    start, end = sentence.span()
                    start = max(start, min(match.start() - 10, end - _QUOTED))
                    yield mention._replace(quote=paragraph[start : min(end, start + _QUOTED)].strip(), line=line)


def _mention(pattern: _Pattern, match: re.Match[str], paragraph: str, start: int, year: int | None) -> Mention | None:
    number = read_value(match["n"]).number if "n" in match.groupdict() else Decimal(0)
    before = _clause_before(paragraph, match.start())
    clause = f"{before}{match['gap']}"
    if number is None or pattern.foreign.search(clause) or _of_another_year(before, year):
        return None
    if pattern.topic is _REQUESTS and _ELSEWHERE.search(paragraph, start, match.start()):
        return None
    instance, choices, parts = pattern.instance, pattern.choices, pattern.parts
    if pattern.code == "narr.outcome":
        groups = [_OUTCOMES[name] for name in re.findall(_OUTCOME, match["groups"])]
        instance = "+".join(groups)
        choices = (tuple(f"applications.{group}.*total" for group in groups),)
        parts = tuple(f"applications.{group}.*" for group in groups)
    elif pattern.choices is _RECEIVED and _CARRIED_IN_TOO.search(paragraph):
        choices = (*_WITH_CARRIED_IN, *_RECEIVED)
    return Mention(pattern.code, instance, number, "", 0, choices, parts, bool(_PART.search(clause)))


def _clause_before(paragraph: str, at: int) -> str:
    """The words of the clause that stand before a position."""
    start = max(paragraph.rfind(mark, 0, at) for mark in f"{_CLAUSE_ENDS}。；;！!？?")
    return paragraph[start + 1 : at]


def _of_another_year(before: str, year: int | None) -> bool:
    return bool(_OTHER_YEAR.search(before)) or any(year is not None and int(found) != year for found in _YEAR.findall(before))
