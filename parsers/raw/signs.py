"""Words by which a report is known, and by which its look-alikes are kept out."""

from __future__ import annotations

import re

__all__ = ["LOOK_ALIKE", "REPORT_TITLE", "has_report_words", "is_look_alike"]

REPORT_TITLE = re.compile(
    r"(?:政府信息|政务信息|信息|政务)公开(?:工作)?(?:的)?(?:情况)?(?:年度|年)?(?:工作)?(?:年度)?(?:报告|年报)"
)
"""The words that the titles of these reports share: 政府信息公开工作年度报告 and its variants."""

LOOK_ALIKE = re.compile(
    r"(?:解读|图解|一图读懂|网站(?:工作)?年度(?:工作)?报表|法治政府|的通知|通知$|的函$|的公告$|格式(?:（试行）)?$|模板|填报说明|填表说明|工作要点|考核|评估|培训)"
)
"""Words of titles that speak about a report, or of another one, and are none."""

_WORDS = ("政府信息公开", "政务公开", "信息公开")
_KINDS = ("年度报告", "年报", "申请公开", "主动公开")


def has_report_words(text: str) -> bool:
    """
    Whether a text speaks the language of these reports at all.

    >>> has_report_words("关于召开会议的通知"), has_report_words("上高县政府信息公开年度报告")
    (False, True)
    """
    return any(word in text for word in _WORDS) and any(kind in text for kind in _KINDS)


def is_look_alike(title: str) -> bool:
    """
    Whether a title is of a document about such reports, or of another kind of report.

    >>> is_look_alike("关于做好2021年政府信息公开年度报告编制工作的通知"), is_look_alike("2021年政府信息公开工作年度报告")
    (True, False)
    """
    return LOOK_ALIKE.search(title) is not None
