"""
The published columns: name, type and meaning. The data dictionary and datapackage.json are made from here.

`python -m pipeline.schema` prints `docs/data-dictionary.md`; a test compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from parsers.errors import ReadStatus
from parsers.finding import RuleLevel, Severity, Verdict
from parsers.report import Status

__all__ = [
    "CHECKS", "CODEBOOK", "COVERAGE", "COVERED", "FACTS", "FINDINGS", "INDICATORS", "PANEL_IDENTITY", "RELATIONS", "REPORTS", "SERIES",
    "TABLES", "WIDE_IDENTITY", "Column", "dictionary",
]  # fmt: skip


class Column(NamedTuple):
    """
    One published column.

    `kind` is `text`, `code` (a text with few values, dictionary-encoded in Parquet), `integer`, `number`, `date` or
    `moment` (UTC). `values` lists the words that may stand in it.
    """

    name: str
    kind: str
    zh: str
    en: str
    values: tuple[str, ...] = ()


_REPORT_ID = Column("report_id", "code", "报告编号：源文件SHA-256的前12位", "first 12 hex digits of source_sha256")
_COUNTY_ID = Column(
    "county_id",
    "code",
    "本项目的县级区划编号，代码变更后不变；不能确定时为空",
    "our id of the county, which survives a change of code; empty where it is not settled",
)
_COUNTY_CODE = Column(
    "county_code", "code", "行政区划代码（GB/T 2260），由调用者给出", "county code (GB/T 2260), as the caller gives it"
)
_COUNTY = Column("county", "code", "所属县（市、区）名称", "name of the county the body belongs to")
_UNIT = Column("unit", "code", "编制报告的机关", "the body that reports")
_LEVELS = ("province", "prefecture", "county", "office", "department", "township", "other")
_LEVEL = Column("level", "code", "机关层级", "level of the body", _LEVELS)
_YEAR = Column("year", "integer", "数据年度（不是发布年份）", "data year, not the year of publication")
_SOURCE = Column(
    "source",
    "code",
    "来源文件或网址；压缩包成员写作 包!/成员",
    "file or address as given; a member of an archive is archive!/member",
)
_SHA = Column(
    "source_sha256",
    "code",
    "源文件SHA-256；未能读取时为来源名称的SHA-256",
    "SHA-256 of the bytes; of the name where they were not read",
)

FACTS = (
    _REPORT_ID,
    _COUNTY_CODE,
    _COUNTY,
    _UNIT,
    _LEVEL,
    _YEAR,
    Column("form", "code", "该单元格所在表的格式年版", "the form by which the cell's table was read"),
    Column("address", "code", "单元格地址：表.行.列", "address of the cell: table.row.column"),
    Column("table", "code", "表的代码", "code of the table"),
    Column("row", "code", "行的代码", "code of the row"),
    Column("column", "code", "列的代码", "code of the column"),
    Column(
        "value",
        "number",
        "数值，按所印单位；无数为空，空不是零",
        "the figure in the unit printed; empty is no figure, and not zero",
    ),
    Column("raw", "text", "单元格原文", "the text as printed in the cell"),
    Column(
        "unit_of_measure",
        "code",
        "计量单位；单元格内所印优先于表式",
        "unit of measure; one printed in the cell wins over the form's",
    ),
    Column("status", "code", "读取状态", "how the cell was read", tuple(map(str, Status))),
    Column(
        "note",
        "text",
        "非直接读取的原因，或单元格内的附注",
        "why, when the status is not published; a remark printed in the cell",
    ),
    Column("rests_on", "text", "读取时依据的勾稽关系，以;分隔", "identities used to read the cell, ; between"),
    _SOURCE,
    _SHA,
    Column("place", "text", "在来源中的位置", "where in the source it was read"),
)

_CELLS = tuple(
    Column(f"cells_{status}", "integer", f"状态为{status}的单元格数", f"cells with the status {status}") for status in Status
)
_CHECKS = tuple(
    Column(f"checks_{word}", "integer", f"结论为{verdict}的检查数", f"checks with the verdict {verdict}")
    for word, verdict in (("hold", "holds"), ("broken", "broken"), ("unknown", "unknown"))
)
_FINDINGS = tuple(
    Column(f"findings_{severity}", "integer", f"{severity}级问题数", f"findings of severity {severity}") for severity in Severity
)

REPORTS = (
    _REPORT_ID,
    Column("series_id", "code", "序列编号：区划代码/层级/机关", "county_code/level/unit; empty while one of them is unknown"),
    _COUNTY_CODE,
    _COUNTY,
    _UNIT,
    _LEVEL,
    _YEAR,
    Column(
        "form",
        "code",
        "格式年版；mixed为各表不同，none为无法定表格",
        "the form; mixed when tables differ, none without a statutory table",
    ),
    Column("forms", "code", "各表所用格式（form为mixed时）", "table=form, ; between, when form is mixed"),
    Column(
        "scope",
        "code",
        "统计口径：all含下级，own仅本机关",
        "all when it sums the bodies below it, own for itself alone",
        ("all", "own"),
    ),
    Column("status", "code", "读取结果", "what became of the input", tuple(map(str, ReadStatus))),
    Column("reason", "text", "未能读取的原因", "why, in one line; empty when read"),
    _SOURCE,
    _SHA,
    Column(
        "content_sha256",
        "code",
        "内容摘要：机关、年度及各单元格地址、原文、状态",
        "digest of unit, year and every cell's address, raw text and status",
    ),
    Column("media_type", "code", "内容的实际类型", "what the content is, not what the name says"),
    Column("bytes", "integer", "字节数", "size in bytes"),
    Column("page", "text", "附件所在网页", "the page that led to an attachment"),
    Column(
        "aliases",
        "text",
        "同一报告的其他来源，以空格分隔（名称中的空格写作%20）",
        "other addresses of the same report, one blank between (a blank within is %20)",
    ),
    Column("published_on", "date", "网站所示发布日期", "date of publication that the site gives"),
    Column("published_from", "code", "发布日期的出处", "where the site gives it: meta or text"),
    Column("fetched_at", "moment", "抓取时间（UTC）", "time of the request (UTC); empty for local files"),
    Column("version", "integer", "版次", "1, 2 … for one unit, level and year"),
    Column("supersedes", "code", "所取代版本的报告编号", "report_id of the version before"),
    *_CELLS,
    *_CHECKS,
    *_FINDINGS,
    _COUNTY_ID,
)

FINDINGS = (
    Column("finding_id", "text", "问题编号：对象、代码、实例的摘要", "12 hex digits of subject, code and instance"),
    Column("subject", "code", "对象：报告编号、栏目网址或主机", "report_id, address of a list, or host"),
    Column("code", "code", "问题代码", "stable code"),
    Column("instance", "code", "实例，如某一列", "which case of the rule, e.g. a column"),
    Column("severity", "code", "程度", "how much it matters", tuple(map(str, Severity))),
    Column("rule_level", "code", "规则的依据", "where the rule comes from", tuple(map(str, RuleLevel))),
    Column(
        "addresses",
        "text",
        "有关单元格，以;分隔；other:为另一报告",
        "cells concerned, ; between; other: before those of the other report",
    ),
    Column("left", "number", "左边之和（表式单位）", "left side, in the codebook's unit"),
    Column("right", "number", "右边之和（表式单位）", "right side, in the codebook's unit"),
    Column("difference", "number", "左边减右边", "left minus right"),
    Column("message_zh", "text", "说明（中文）", "message in Chinese"),
    Column("message_en", "text", "说明（英文）", "message in English"),
    _REPORT_ID,
    Column("other_report_id", "code", "另一报告的编号", "report_id of the other report"),
    Column("source_in_law", "code", "规则的法律依据", "source in law of the rule"),
)

CHECKS = (
    _REPORT_ID,
    Column("code", "code", "规则代码", "code of the rule"),
    Column("instance", "code", "实例，如某一列", "which case of the rule, e.g. a column"),
    Column("verdict", "code", "结论", "three-valued", tuple(map(str, Verdict))),
    Column("reason", "text", "结论为unknown的原因", "why, when the verdict is unknown"),
)

CODEBOOK = (
    Column("address", "code", "单元格地址：表.行.列", "address of the cell: table.row.column"),
    Column("table", "code", "表的代码", "code of the table"),
    Column("row", "code", "行的代码", "code of the row"),
    Column("column", "code", "列的代码", "code of the column"),
    Column("zh", "text", "中文名称，各级标签以 > 分隔", "Chinese labels from the table down to the column"),
    Column("en", "text", "英文名称", "the same in English"),
    Column("unit", "code", "计量单位（wide所用）", "unit of measure that wide uses"),
    Column("short", "text", "短名，用于统计软件", "short name for statistics programs"),
    Column("forms", "code", "含有该单元格的格式，以;分隔", "forms that have the cell, ; between"),
    Column(
        "order",
        "integer",
        "次序：首个含有该单元格的格式中的印刷次序",
        "order in codebook and wide: as printed in the first form that has the cell",
    ),
)

WIDE_IDENTITY = (
    _REPORT_ID,
    _COUNTY_CODE,
    _COUNTY,
    _UNIT,
    _LEVEL,
    _YEAR,
    Column("form", "code", "格式年版；mixed为各表不同", "the form; mixed when tables differ"),
)

_CODE_THEN = Column("county_code", "code", "该年度的行政区划代码", "the code (GB/T 2260) that the county had in that year")
_NAME_THEN = Column("county", "code", "该年度的名称", "the name that it had in that year")
_PREFECTURE = Column("prefecture", "code", "所属地级区划名称", "name of the prefecture")
_PROVINCE = Column("province", "code", "所属省级区划名称", "name of the province")
_FORM = Column("form", "code", "格式年版；mixed为各表不同", "the form; mixed when tables differ")
_SCOPE = Column(
    "scope",
    "code",
    "统计口径：all含下级，own仅本机关；不明为空",
    "all, own, or empty where the text does not say",
    ("all", "own"),
)

COVERED = (
    "read", "no_form", "late", "absent_from_complete_list", "list_partial", "blocked", "needs_ocr", "withdrawn", "not_checked",
    "county_did_not_exist", "unread",
)  # fmt: skip
"""What `coverage` says of a county, level and year; `unread` is a document that was had and could not be read, with the reason."""

COVERAGE = (
    _COUNTY_ID, _CODE_THEN, _NAME_THEN, _PREFECTURE, _PROVINCE, _LEVEL, _YEAR,
    Column("status", "code", "该县该年有无报告，没有则为何", "whether there is a report, and if not why", COVERED),
    Column("reason", "text", "说明", "why, in one line"),
    Column("first_checked", "moment", "首次查看时间（UTC）", "when it was first looked for (UTC)"),
    Column("last_checked", "moment", "末次查看时间（UTC）", "when it was last looked for (UTC)"),
    Column("address", "text", "查看的网址或文件", "the address or file that was looked at"),
    Column("reports", "integer", "该县该层级该年报告数", "reports of that county, level and year"),
    Column("carried_forward", "code", "区划沿用最近一年的代码表", "yes where the registry has no list of that year and the last one is used", ("yes",)),
)  # fmt: skip

RELATIONS = ("same", "sum", "close", "approximate", "not comparable", "dropped", "new")
"""How a form's cells stand to the indicator, from the same quantity to none."""

SERIES = (
    _COUNTY_ID, _CODE_THEN, _NAME_THEN, _PREFECTURE, _PROVINCE, _UNIT, _LEVEL, _SCOPE, _YEAR, _FORM,
    Column("indicator", "code", "指标代码，见indicators表", "code of the indicator, see `indicators`"),
    Column("value", "number", "数值；空不是零", "the figure; empty is no figure, and not zero"),
    Column("unit_of_measure", "code", "计量单位；比率为空", "unit of measure; empty for a ratio"),
    Column("status", "code", "最弱的来源单元格的读取状态", "status of the weakest cell that it rests on", tuple(map(str, Status))),
    Column("relation", "code", "与指标的关系", "how this form's cells stand to the indicator", RELATIONS),
    Column("numerator", "number", "分子", "numerator of a ratio"),
    Column("denominator", "number", "分母", "denominator of a ratio"),
    Column("small_base", "code", "分母小于30", "yes where the denominator is below 30", ("yes",)),
    Column("reason", "text", "无数值的原因", "why there is no figure"),
    _REPORT_ID,
)  # fmt: skip

INDICATORS = (
    Column("indicator", "code", "指标代码", "code of the indicator"),
    Column("short", "text", "短名，面板列名", "short name, the column of `panel`"),
    Column(
        "kind", "code", "变量或指标", "a harmonised variable, or an indicator computed from variables", ("variable", "indicator")
    ),
    Column("zh", "text", "中文名称", "Chinese name"),
    Column("en", "text", "英文名称", "English name"),
    Column("unit", "code", "计量单位；比率为空", "unit of measure; empty for a ratio"),
    Column("numerator", "text", "分子的公式", "what the numerator, or the variable, sums"),
    Column("denominator", "text", "分母的公式", "what the denominator sums"),
    Column("forms", "code", "各格式的关系：格式=关系", "form=relation for each national form, ; between"),
    Column("note", "text", "说明", "what to bear in mind"),
)

PANEL_IDENTITY = (
    _COUNTY_ID, _CODE_THEN, _NAME_THEN, _PREFECTURE, _PROVINCE, _YEAR,
    Column("observed", "integer", "有县级报告数据为1，否则为0", "1 where the county's own report gave figures, else 0"),
    Column("why_absent", "code", "没有的原因（coverage的状态）", "why not: the status in `coverage`", COVERED),
    _SCOPE, _FORM,
    Column("breaks", "code", "与上一年之间格式或口径的变化，以;分隔", "changes of form or scope since the year before, ; between"),
    _REPORT_ID,
    Column("level", "code", "该报告机关的层级：县政府，或汇总全县的政府办公室", "level of the body whose report it is", ("county", "office")),
)  # fmt: skip
"""Then come the harmonised variables and indicators, each with a column `…_st` for its status."""

TABLES: Mapping[str, tuple[Column, ...]] = {
    "facts": FACTS,
    "reports": REPORTS,
    "findings": FINDINGS,
    "checks": CHECKS,
    "codebook": CODEBOOK,
    "coverage": COVERAGE,
    "series": SERIES,
    "series_approximate": SERIES,
    "indicators": INDICATORS,
}

_TITLES = {
    "facts": ("单元格：每份报告的每个单元格一行", "one row a cell of a report"),
    "reports": ("报告：每份报告或每个已查看的输入一行", "one row for every report or input that was looked at"),
    "findings": ("问题：不成立之处，每处一行", "one row for each thing that does not hold"),
    "checks": ("检查：每条已评估的规则一行", "one row for each rule evaluated"),
    "codebook": ("编码本：每个单元格地址一行", "one row for each address"),
    "coverage": ("覆盖情况：每个县级区划、层级、年度一行", "one row for each county of the registry, level and year"),
    "series": ("序列：每个机关、年度、指标一行，跨格式可比", "one row for each body, year and indicator, over all forms"),
    "series_approximate": ("只近似可比的序列，列同series", "what compares only approximately, in the columns of `series`"),
    "indicators": ("指标：每个指标一行", "one row for each indicator"),
}

_HEAD = """# Data dictionary · 数据字典

Made by `python -m pipeline.schema`; do not edit. 由程序生成，请勿手改。

Each table is a CSV file (UTF-8 with byte-order mark, `\\n` at line ends) and, the codebook apart, a Parquet file (zstd) of the
same name. An empty field is no value and never zero. `value` is written exactly in CSV and as a double in Parquet.

In CSV, text longer than one character that begins with `=`, `+`, `-`, `@`, a tab or a carriage return and is no number has `'`
before it, so that a spreadsheet does not run it as a formula; Parquet keeps the original.

CSV 中以 `=`、`+`、`-`、`@`、制表符或回车开头、长于一个字符且不是数字的文本前加 `'`，以免被电子表格当作公式；Parquet 保留原文。
"""

_TAIL = """## `wide`, `wide_status`

One row a report that was read, one column an address, for all addresses of the national forms in the order of the codebook.
`wide` holds the figures read as `published` or `reconstructed`, in the codebook's unit, converted exactly; where the unit is not
known it is empty, and a finding (`unit.unknown`, `unit.other`) says so. `wide_status` holds the status of each cell; it is empty
where the report's form has no such cell. `wide_published_only` leaves reconstructed figures out.

每份已读取的报告一行，每个单元格地址一列。数值按编码本单位精确换算；单位不明则为空，并记为问题。

## `panel`

One row a county of the registry and year, observed or not: the columns below, then for each variable and indicator of
`indicators`, by its short name, the figure and `…_st`, how it was read or why it is not there. `panel.dta` is the same for Stata
(release 118): gaps are extended missing values with their names, and a plain dot where there is no report.

每个县级区划、年度一行，无论有无报告；随后为各变量、指标（以短名为列名）及其状态列。

{panel}

## `gongkai query`

SQL over the Parquet files, with DuckDB (extra `analysis`). The views are `facts`, `reports`, `findings`, `checks`, `wide` or
`wide_published_only`, `wide_status`, `coverage`, `series`, `series_approximate`, `panel`, `indicators` and `codebook`. Columns that
are reserved words in SQL have other names in them: `table_code`, `row_code`, `column_code` for `table`, `row`, `column`. A query
is one SELECT; it can write nothing and open no other file. Without ORDER BY the rows come in the order of the files.

用SQL查询上述各表（视图同表名）；其中`table`、`row`、`column`三列改称`table_code`、`row_code`、`column_code`。只读。
"""


def dictionary() -> str:
    """The data dictionary as Markdown, in Chinese and English."""
    return "\n".join((_HEAD, *_sections(), _TAIL.replace("{panel}", "\n".join(_lines(PANEL_IDENTITY)))))


def _sections() -> Iterator[str]:
    for name, columns in TABLES.items():
        zh, en = _TITLES[name]
        yield "\n".join((f"## `{name}`", "", f"{zh}. {en.capitalize()}.", "", *_lines(columns), ""))


def _lines(columns: tuple[Column, ...]) -> Iterator[str]:
    yield "| column | type | 含义 | meaning |"
    yield "|---|---|---|---|"
    for column in columns:
        words = f" ({', '.join(f'`{value}`' for value in column.values)})" if column.values else ""
        kind = "text" if column.kind == "code" else column.kind
        yield f"| `{column.name}` | {kind} | {column.zh} | {column.en}{words} |"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]  # the file has the same bytes everywhere
    sys.stdout.write(dictionary())
