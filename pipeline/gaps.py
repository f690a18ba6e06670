"""What the words for a gap mean to a reader, in Chinese and English; in tables they stay words, so that scripts travel."""

from __future__ import annotations

__all__ = ["GAP_TEXTS", "gap_text"]

GAP_TEXTS: dict[str, tuple[str, str]] = {
    # there is no report (coverage)
    "not_checked": ("未查看", "not looked for"),
    "blocked": ("网站拒绝访问", "site blocked access"),
    "absent_from_complete_list": ("完整列表中没有", "not in a complete list"),
    "list_partial": ("列表不完整", "list is not complete"),
    "county_did_not_exist": ("当年无此区划", "county did not exist"),
    "needs_ocr": ("图片，未识别", "picture, not read"),
    "no_form": ("无法定表格", "no statutory table"),
    "unread": ("有文件，未能读取", "document not readable"),
    "withdrawn": ("已撤下", "withdrawn"),
    "late": ("逾期发布，无可用数值", "late, no figure"),
    "read": ("已读取，无可用数值", "read, no figure"),
    "not_seen": ("未见报告", "no report seen"),
    # the report has no such figure (panel)
    "two_reports": ("两份报告不一致", "two reports differ"),
    "blank": ("空白", "blank"),
    "nil": ("印作“-”“/”或“无”", "printed as a dash or none"),
    "ambiguous": ("读法不唯一", "more than one reading"),
    "unreadable": ("不是数字", "no number"),
    "missing": ("缺此单元格", "cell missing"),
    "unit_unknown": ("计量单位不明", "unit of measure unknown"),
    "zero_denominator": ("分母为零", "denominator zero"),
    "not_comparable": ("该格式口径不可比", "form does not compare"),
    "dropped": ("该格式已取消", "dropped from the form"),
    "new": ("该格式尚无此项", "not yet in the form"),
    "approximate": ("仅近似可比", "only approximate"),
    # the figure is there and was not asked for
    "other_scope": ("统计范围不同", "other scope"),
    "scope_unknown": ("统计范围未说明", "scope not said"),
}


def gap_text(word: str, tongue: str) -> str:
    """
    A gap's word for a reader.

    >>> gap_text("blocked", "en"), gap_text("no_population", "zh")
    ('site blocked access', '缺population')
    """
    texts = GAP_TEXTS.get(word)
    if texts is None:  # of the user's own divisor
        name = word.removeprefix("no_").replace("_", " ")
        return f"缺{name}" if tongue == "zh" else f"no {name}"
    return texts[0] if tongue == "zh" else texts[1]
