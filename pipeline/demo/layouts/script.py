"""Characters as data: traditional script for what the forms print, readings that parasite mirrors add, look-alikes."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LOOK_ALIKES", "READINGS", "TRADITIONAL"]

_PAIRS = (
    "动動开開况況条條项項规規发發废廢现現数數处處决決许許罚罰强強业業费費额額单單万萬请請据據关關为為于於织織总總构構会會务務机機结結转轉办辦区區这這计計类類国國护護权權内內过過执執询詢"
    "无無确確认認举舉报報诉訴复復补補门門统統维維纠糾审審经經续續继繼个個体體别別对對时時应應减減购購采採号號电電话話乡鄉镇鎮县縣联聯设設网網众眾题題进進还還训訓议議负負责責问問间間队隊"
    "读讀图圖场場属屬当當径徑户戶检檢标標栏欄传傳参參访訪谈談讼訟线線纳納组組络絡编編缴繳获獲范範错錯闻聞阅閱隐隱驳駁职職稳穩热熱济濟围圍员員后後舆輿点點从從级級"
)
TRADITIONAL: Mapping[int, str] = {ord(simple): full for simple, full in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}
"""Simplified to traditional, for the characters that the forms and the prose around them use; not a dictionary."""

READINGS: Mapping[str, str] = {
    "項": "xiàng", "規": "guī", "發": "fā", "數": "shù", "機": "jī", "構": "gòu", "會": "huì", "務": "wù", "請": "qǐng", "計": "jì",
    "據": "jù", "關": "guān", "業": "yè", "強": "qiáng", "費": "fèi", "內": "nèi", "國": "guó", "權": "quán", "結": "jié", "總": "zǒng",
    "實": "shí", "認": "rèn", "複": "fù", "執": "zhí", "詢": "xún", "審": "shěn", "維": "wéi", "糾": "jiū", "經": "jīng", "續": "xù",
}  # fmt: skip
"""Traditional characters that the mirrors follow with their reading in brackets: 項(xiàng)."""

LOOK_ALIKES: Mapping[str, str] = {
    "属": "厲", "开": "井", "护": "户", "其": "具", "他": "地", "法": "洁", "已": "己", "不": "下", "明": "朋", "安": "按", "卷": "券",
    "查": "杳", "询": "洵", "事": "亊", "项": "顶", "大": "太", "量": "重", "信": "言", "访": "防", "申": "甲", "请": "清", "复": "夏",
    "提": "题", "供": "共", "版": "板", "物": "吻", "密": "蜜", "国": "囯", "政": "攻", "行": "形", "处": "外", "理": "里", "结": "洁",
    "传": "转", "继": "断", "度": "渡", "收": "牧", "逾": "愈", "期": "斯",
}  # fmt: skip
"""Misprints: a character for one that looks or sounds like it."""
