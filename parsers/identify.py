"""
Identity of a report: unit, level, county, data year and scope, from title, headings and the period sentence.

What the text does not say stays None. Where two places of the text disagree, the finding names both and neither
is taken; a hint of the caller settles what is left open and never overrides what the text says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parsers.document import Document
from parsers.finding import Finding, Severity
from parsers.raw.radicals import without_radicals
from parsers.raw.signs import REPORT_TITLE
from parsers.rebuild.script import NAMES
from parsers.source import Hints

__all__ = ["Identity", "identify", "level_of", "read_title", "split_unit"]

_HAN_DIGIT = {
    "〇": "0",
    "○": "0",
    "零": "0",
    "Ｏ": "0",
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
}
_YEAR = re.compile(
    r"(?<!\d)(20[0-3]\d)(?=\s*年|\s*年度|年)|(?<![〇零一二三四五六七八九])(二[〇○零Ｏ][〇○零一二三][〇○零一二三四五六七八九])(?=\s*年)"
)
_BARE_YEAR = re.compile(r"^20[0-3]\d(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff(（])20[0-3]\d(?=[)）]?$)")
"""A year without its word, at the beginning or the end of a title."""
_PERIOD = re.compile(
    r"(20[0-3]\d)(?<!\d....)\s*年\s*0?1\s*月\s*0?1\s*日?\s*(?:起|开始)?\s*[至到—\-－~～─]+\s*(?:(20[0-3]\d)\s*年)?\s*12\s*月\s*3[01]\s*日?"
)
_SPACES = re.compile(r"\s+")
_TRADITIONAL = ("公開", "報告", "年報")
_PINYIN = re.compile(r"(?<=[\u4e00-\u9fff])[(（][a-zA-Zɑɡāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ]{1,7}[)）]")
_TITLE_LINES = 60
_LINES_OF_A_TITLE = 3
_PART_OF_A_TITLE = re.compile(
    r"(?:20[0-3]\d年度?)?(?:[A-Za-z0-9.-]+\.[a-z]{2,3})?[\u4e00-\u9fff（）()]{2,30}(?:20[0-3]\d年度?)?|20[0-3]\d年度?"
)
_LONGEST_TITLE, _TITLE_ROWS = 70, 3
_TRAIL = re.compile(r"[>＞»›]|首页|当前位置")  # where a page stands in its site, which names the column of all reports

_FIELD = re.compile(r"^(?:信息|文件|公文)?(?:名称|标题|题名)[:：]")  # the name of a field in a page's table of its own data
_SENTENCE = re.compile(r"[。，,；;]")  # what stands before a title in running text is no name
_ADDRESS = re.compile(r"[A-Za-z0-9.-]+\.(?:com|cn|net|org)")  # what some who copy pages put in the place of a name
_ANNOUNCING = r"[现特](?:就|将|予以|特|面?向社会|编制|形成|发布|公布|公开|了)+《?"
_ANNOUNCED = re.compile(
    _ANNOUNCING + r"([^，。；：:、《》（）()]{0,30}(?:" + REPORT_TITLE.pattern + r"))(?!编制|撰写|发布工作|公布工作|的通知|格式)"
)
"""How a report says what it is in running text: 现公布某县2021年政府信息公开工作年度报告."""
_MAKER = re.compile(
    r"本(?:年度)?报告(?:系|是)?由(?P<first>[^，。；]{3,30}?)(?:负责)?(?:根据|按照|依据|编制|公布|汇总)"
    r"|由(?P<after>[^，。；]{3,40}?)(?:负责)?(?:编制|编写|撰写)(?:完成|而成|形成)?了?本(?:年度)?报告"
    r"|[，,。；](?P<active>[^，。；,由]{3,40}?)(?:负责)?(?:编制|编写|撰写)(?:完成|形成)?了?本(?:年度)?报告"
)
_OF_ITSELF = re.compile(r"[我本该全各]")
_WRITES_FOR = re.compile(r"(.*?(?:[镇乡](?:人民政府)?|街道(?:办事处)?|局|委员会))(?:.*(?:办公室|[办科股室处]|中心)(?:[(（].*)?)")
"""A body, and the office in it that writes its report."""

_LONGEST_UNIT = 40
_OPENING = 3000
_PUBLISHERS = ("发布机构", "发文机关", "发布机关", "公开机构", "公开责任部门")

_OFFICE = re.compile(r"(?:人民)?政府办(?:公室|公厅)?$")
_CITIES_OF_PROVINCE_RANK = ("北京市", "上海市", "天津市", "重庆市")
_ZONE = re.compile(
    r"(?:开发|高新|实验|试验|示范|产业|工业|科技|度假|旅游|风景|保税|经开|生态|管理|园)(?:技术|名胜|产业|开发)*(?:园)?区$"
)
_DEPARTMENT = re.compile(r"(?:局|委员会|委|厅|中心|办公室|办|处|院|队|社|站|所|馆|会|部|公司|学校|中学|小学|大学|医院)$")
_TOWNSHIP = re.compile(r"(?:镇|乡|街道|苏木|街道办事处|办事处)(?:人民政府)?$")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a report says of itself; None where it does not."""

    title: str
    county_code: str | None
    county: str | None
    unit: str | None
    level: str | None
    year: int | None
    scope: str | None
    findings: tuple[Finding, ...]


def identify(document: Document, *, hints: Hints | None, report_id: str) -> Identity:
    """The identity of a document; `findings` hold every disagreement."""
    lines = _in_simplified([line for paragraph in document.paragraphs() if (line := paragraph.text.strip())])
    title = _title(document, lines)
    prose = "\n".join(lines)
    findings: list[Finding] = []
    year = _agree(list(_years(title, document, prose)), findings, report_id)
    unit = _unit(title) or _unit_from_prose(prose) or _unit_from_meta(document, findings, report_id)
    level, county = (None, None) if unit is None else (level_of(unit), split_unit(unit))
    scope = _scope(unit, level, prose, findings, report_id)
    told = hints or Hints()
    findings.extend(_against_hints(told, unit, level, year, report_id))
    return Identity(
        title, told.county_code, county, unit or told.unit, level or told.level, year or told.year, scope, tuple(findings)
    )  # fmt: skip


@lru_cache(maxsize=256)
def read_title(title: str) -> tuple[str | None, int | None]:
    """
    Unit and data year as a report's title names them, None for what it does not name.

    >>> read_title("上高县2021年政府信息公开工作年度报告"), read_title("通知")
    (('上高县', 2021), (None, None))
    """
    plain = _in_simplified([title])[0]
    return _unit(plain), _year_in(plain)


# --- title and year -------------------------------------------------------------------------------


def _title(document: Document, lines: Sequence[str]) -> str:
    """
    The first short line that is a report's title and names a year, else the file's own title, else the first that is one, else one
    that stands alone in the first rows of the first table, as workbooks have it.
    """
    undated: list[str] = []
    for title in _titles(lines):
        if _year_in(title):
            return title
        undated.append(title)
    own = _in_simplified([_SPACES.sub("", document.title)])[0]
    if REPORT_TITLE.search(own):
        return own
    return undated[0] if undated else next(_titles(_in_simplified(_alone_in_rows(document))), own)


def _alone_in_rows(document: Document) -> Sequence[str]:
    """The texts that stand alone in one of the first rows of the first table."""
    first = next(document.grids(), None)
    rows: dict[int, list[str]] = {}
    for cell in () if first is None else first.cells:
        if cell.text.strip() and cell.row < _TITLE_ROWS:
            rows.setdefault(cell.row, []).append(cell.text)
    return [texts[0] for texts in rows.values() if len(texts) == 1]


def _in_simplified(lines: Sequence[str]) -> Sequence[str]:
    """The lines without radicals, and in simplified script, less pinyin in brackets, where words of these reports stand in the traditional one."""
    printed = "\n".join(lines)
    plain = without_radicals(printed)
    lines = lines if plain == printed else [*map(without_radicals, lines)]
    if not any(word in line for line in lines[:_TITLE_LINES] for word in _TRADITIONAL):
        return lines
    return [_PINYIN.sub("", line).translate(NAMES) for line in lines]


def _titles(lines: Sequence[str]) -> Iterator[str]:
    plains = [_SPACES.sub("", line).strip("#*") for line in lines[:_TITLE_LINES]]
    for at, printed in enumerate(plains):
        cell = next((cell for cell in printed.split("|") if REPORT_TITLE.search(cell)), None)
        plain = _FIELD.sub("", _cut_title(plains[at : at + 2]) if cell is None else cell)
        if len(plain) > _LONGEST_TITLE or plain.endswith(("。", "；", "：", "，")):
            continue
        if REPORT_TITLE.search(plain) and not _TRAIL.search(plain):
            yield _with_lines_above(plains[:at], plain)


def _cut_title(lines: Sequence[str]) -> str:
    """Two lines as one where a break stands within the words of a title; empty where none does."""
    joined = "".join(lines)
    match = REPORT_TITLE.search(joined) if len(joined) <= _LONGEST_TITLE else None
    return joined if match is not None and match.start() < len(lines[0]) < match.end() == len(joined) else ""


def _with_lines_above(above: Sequence[str], title: str) -> str:
    """A title that names no unit with the lines above it that do, and that stand in its line elsewhere."""
    if _unit(title) is None:
        for count in range(1, min(len(above) + 1, _LINES_OF_A_TITLE)):
            if _PART_OF_A_TITLE.fullmatch(above[-count]) is None:
                break
            joined = "".join((*above[-count:], title))
            unit = _unit(joined)
            if unit and _year_in(joined) and _is_body(unit):
                return joined
    return title


def _years(title: str, document: Document, prose: str) -> Iterator[tuple[int, str, str]]:
    """Each year that the text gives as the data year, with where it says so in Chinese and English."""
    year = _year_in(title)
    named = year or _year_in(document.title) if REPORT_TITLE.search(document.title) else year
    if year is not None:
        yield year, f"标题“{title}”", f"the title {title!r}"
    elif named is not None:
        yield named, f"网页标题“{document.title.strip()}”", f"the page title {document.title.strip()!r}"
    period = _PERIOD.search(prose)
    if period is not None:
        sentence = _SPACES.sub("", period[0])
        yield int(period[1]), f"统计期限“{sentence}”", f"the period {sentence!r}"
        if period[2] and period[2] != period[1]:
            yield int(period[2]), f"统计期限“{sentence}”", f"the end of the period {sentence!r}"
    elif named is None and (announced := _announced(prose)) is not None and (year := _year_in(announced)) is not None:
        yield year, f"正文“{announced}”", f"the words {announced!r}"


def _announced(prose: str) -> str | None:
    """The title that a report's opening announces in running text; None where it does not."""
    match = _ANNOUNCED.search(prose[:_OPENING])
    return None if match is None else _SPACES.sub("", match[1])


def _year_in(title: str) -> int | None:
    """The year that a title names; None where it names none."""
    match = _YEAR.search(title)
    if match is not None:
        return int(match[1]) if match[1] else int("".join(_HAN_DIGIT[character] for character in match[2]))
    bare = _BARE_YEAR.search(title)
    return None if bare is None else int(bare[0])


def _agree(years: Sequence[tuple[int, str, str]], findings: list[Finding], report_id: str) -> int | None:
    """The one year all places name; None with a finding when they differ."""
    named = {year for year, _, _ in years}
    if len(named) == 1:
        return named.pop()
    if named:
        zh = "；".join(f"{where}为{year}年" for year, where, _ in years)
        en = "; ".join(f"{where} says {year}" for year, _, where in years)
        findings.append(_doubt("identity.year_conflict", f"数据年度不一致：{zh}", f"the data year is not clear: {en}", report_id))
    return None


def _doubt(code: str, zh: str, en: str, report_id: str) -> Finding:
    return Finding(code=code, subject=report_id, report_id=report_id, severity=Severity.WARNING, message_zh=zh, message_en=en)


# --- unit, level, county --------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _unit(title: str) -> str | None:
    """
    The unit that a title names.

    >>> _unit("上高县政府办2021年信息公开工作年度报告"), _unit("2019年上海市人民政府办公厅政府信息公开工作年度报告")
    ('上高县人民政府办公室', '上海市人民政府办公厅')
    """
    match = REPORT_TITLE.search(title)
    if match is None:
        return None
    named = _ADDRESS.sub("", _BARE_YEAR.sub("", _YEAR.sub("", title[: match.start()]), count=1))
    named = re.sub(f"^{_ANNOUNCING}", "", named)
    named = re.sub(r"年度?|关于|[《》“”\"\-—_|：:]", "", named).strip("的 ")
    named = re.sub(r"(?:本级|(?<=[局委办厅镇乡])政务)$", "", named)
    named = re.sub(r"人民$", "人民政府", named)  # the title has 政府 once: 人民政府信息公开
    if not 2 < len(named) <= _LONGEST_UNIT or _SENTENCE.search(named):
        return None
    return _OFFICE.sub(lambda office: "人民政府办公厅" if office[0].endswith("厅") else "人民政府办公室", named)


def _unit_from_prose(prose: str) -> str | None:
    """The unit whose report the opening announces, or that it says has made the report (本报告由…编制)."""
    made = _MAKER.search(prose[:_OPENING])
    maker = "" if made is None else next(filter(None, made.groups()))
    within = _WRITES_FOR.fullmatch(maker)
    for name in (_unit(_announced(prose) or ""), maker if within is None else within[1]):
        if name and len(name) > 2 and not _OF_ITSELF.match(name) and _is_body(name):
            return name
    return None


def _unit_from_meta(document: Document, findings: list[Finding], report_id: str) -> str | None:
    """
    The unit that the page itself names as its publisher, with a finding; None for a government's office, which publishes
    its own report and that of the whole government alike.
    """
    named = {value for key, value in document.meta if key in _PUBLISHERS}
    publisher = named.pop() if len(named) == 1 else ""
    if not 3 < len(publisher) <= _LONGEST_UNIT or level_of(publisher) in (None, "office"):
        return None
    zh = f"报告正文未写明单位，取网页所载发布机构“{publisher}”"
    en = f"the report names no unit; the publisher that its page names is taken: {publisher!r}"
    findings.append(_doubt("identity.from_metadata", zh, en, report_id))
    return publisher


def _is_body(name: str) -> bool:
    return level_of(name) is not None or name.endswith(("市", "人民政府"))


def level_of(unit: str) -> str | None:
    """
    The level of a unit by the end of its name; None where the name does not tell.

    A bare X市人民政府 may be a prefecture or a county: only a registry knows.

    >>> [level_of(name) for name in ("上高县人民政府办公室", "洪泽区人民政府", "北坡镇", "县民政局", "耒阳市人民政府")]
    ['office', 'county', 'township', 'department', None]
    """
    if _OFFICE.search(unit):
        return "office"
    if _TOWNSHIP.search(unit):
        return "township"
    body = re.sub(r"人民政府$", "", unit)
    if _ZONE.search(body) or re.search(r"(?:管理委员会|管委会)$", body):
        return "other"
    if re.search(r"(?:省|自治区)$", body) or body in _CITIES_OF_PROVINCE_RANK:
        return "province"
    if re.search(r"(?:自治州|地区|盟)$", body):
        return "prefecture"
    if re.search(r"[县旗区]$", body):
        return "county"
    if re.search(r"[市州盟]\w+市$", body) and not body.startswith(("市", "州")):
        return "county"
    return "department" if _DEPARTMENT.search(body) and body == unit else None


_PARTS = re.compile(r"(?:.{2,8}?(?:省|自治区))?(?:.{1,12}?(?:市|自治州|地区|盟)(?=.))?")
_COUNTY = re.compile(r"[^县区旗市]{1,12}?(?:自治县|县|林区|新区|区|自治旗|旗)")
_CITY = re.compile(r"[^市]{1,8}市(?=[^市]*(?:镇|乡|街道|办事处))")


def split_unit(unit: str) -> str | None:
    """
    The county that a unit's name holds; None where it names none.

    >>> [split_unit(name) for name in ("淮安市洪泽区人民政府", "衢州市衢江区湖南镇", "上高县人民政府办公室", "淮安市民政局")]
    ['洪泽区', '衢江区', '上高县', None]
    """
    start = _PARTS.match(unit)
    rest = unit[start.end() :] if start is not None else unit
    for text in (rest, unit):
        match = _COUNTY.match(text)
        if match is not None and not _ZONE.search(match[0]) and len(match[0]) > 1:
            return match[0]
    match = _CITY.search(unit)
    return None if match is None else match[0]


# --- scope and hints ------------------------------------------------------------------------------

_SUMS = re.compile(
    r"(?:汇总|汇集|综合|统计|涵盖|包含)[^。；]{0,60}?(?:各|所属|下属|全[县市区旗]|乡镇|街道)[^。；]{0,40}?(?:部门|单位|乡|镇|街道|机关)"
    r"|(?:各部门|各单位|各乡镇|各镇|各乡|各街道|各局)[^。；]{0,40}?(?:年度报告|数据|情况)[^。；]{0,12}?(?:汇总|综合|基础上)"
)
_OWN = re.compile(
    r"(?:不含|不包括)(?:所属|下属|各)[^。；]{0,20}(?:部门|单位|乡镇|街道)|仅(?:反映|包括|统计|涉及)本(?:机关|单位|级|局|办)"
)


def _scope(unit: str | None, level: str | None, prose: str, findings: list[Finding], report_id: str) -> str | None:
    """`all`, `own`, or None; a text that says both is a finding and None."""
    opening = prose[:_OPENING]
    sums, own = _SUMS.search(opening), _OWN.search(opening)
    if sums is not None and own is not None:
        zh = f"报告范围不一致：“{sums[0]}”与“{own[0]}”"
        en = f"the scope is not clear: {sums[0]!r} against {own[0]!r}"
        findings.append(_doubt("scope.conflict", zh, en, report_id))
        return None
    if sums is not None:
        return "all" if level in ("province", "prefecture", "county", "office", "other", None) or unit is None else None
    return "own" if own is not None else None


def _against_hints(told: Hints, unit: str | None, level: str | None, year: int | None, report_id: str) -> Iterator[Finding]:
    for name, zh, said, hinted in (
        ("unit", "单位", unit, told.unit),
        ("level", "层级", level, told.level),
        ("year", "年度", year, told.year),
    ):
        if (
            said is None
            or hinted is None
            or said == hinted
            or (name == "unit" and (str(hinted) in str(said) or str(said) in str(hinted)))
        ):
            continue
        message_zh = f"报告所载{zh}为“{said}”，与给定的“{hinted}”不一致，以报告为准"
        message_en = f"the report says {name} {said!r}, the caller {hinted!r}; the report's own word stands"
        yield _doubt(f"identity.{name}_hint", message_zh, message_en, report_id)
