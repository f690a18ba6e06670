"""
Radicals for the characters that they look like: fonts of PDF files name a character by its radical, and text copied out of them does.

Source: the Unicode blocks Kangxi Radicals, by their compatibility decompositions, and CJK Radicals Supplement, by their names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

__all__ = ["RADICALS", "without_radicals"]

_PAIRS = (
    "⺁厂 ⺄乙 ⺅亻 ⺇几 ⺈刀 ⺊卜 ⺋卩 ⺌小 ⺍小 ⺒巳 ⺓幺 ⺔彐 ⺕彐 ⺖忄 ⺗心 ⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歹 ⺟母 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫目 ⺬示 ⺭礻 ⺮竹 ⺯糹 ⺰纟 ⺱罒 "
    "⺲罒 ⺳网 ⺶羊 ⺷羊 ⺸羊 ⺹老 ⺺聿 ⺻聿 ⺼月 ⺽臼 ⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃西 ⻄西 ⻅见 ⻆角 ⻇角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻐钅 ⻑長 ⻒镸 ⻓长 ⻔门 ⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 "
    "⻜飞 ⻝食 ⻞食 ⻟飠 ⻠饣 ⻡首 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜 ⻰龙 ⻱龟 ⻲龟 ⻳龟"
)
RADICALS: Mapping[int, str] = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    **{ord(pair[0]): pair[1] for pair in _PAIRS.split()},
}
"""Code point of a radical to the character that it stands for."""
_BEGIN = re.compile(b"\xe2[\xba-\xbf]")
"""How the radicals, and hardly anything else, begin in UTF-8, in which they are found much faster than in text."""


def without_radicals(text: str) -> str:
    """
    The text with characters where radicals stand for them.

    >>> without_radicals("⼯作⻚")
    '工作页'
    """
    return text.translate(RADICALS) if _BEGIN.search(text.encode("utf-8", "replace")) else text
