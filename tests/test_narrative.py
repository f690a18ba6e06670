"""Figures in the text against the table: what is compared, and every trap that must stay silent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from audit_reports import gold_report, make_report
from hypothesis import given
from hypothesis import strategies as st

from parsers.finding import Finding, RuleLevel, Severity, Verdict
from parsers.report import Report, Section
from pipeline.audit import audit_report
from pipeline.audit.mentions import find_mentions

TABLE: dict[str, int | None] = {
    "applications.received.natural_person": 8, "applications.received.enterprise": 2, "applications.received.total": 10,
    "applications.carried_in.total": 3, "applications.granted.natural_person": 4, "applications.granted.total": 5,
    "applications.partly_granted.total": 1, "applications.total.natural_person": 9, "applications.total.total": 11,
    "applications.carried_out.total": 2, "applications.unable.not_held.total": 2,
    "applications.unable.needs_creation.total": 1, "applications.unable.still_unclear.total": 0,
    "review_litigation.review.total": 6, "review_litigation.review.upheld": 4, "review_litigation.litigation_direct.total": 1,
    "review_litigation.litigation_after_review.total": 2,
    "proactive.normative_documents.issued": 7, "proactive.normative_documents.repealed": 1,
    "proactive.normative_documents.in_force": 70,
    "proactive.licensing.decisions": 0, "proactive.fees.amount": 0,
}  # fmt: skip


def report_saying(*paragraphs: str, heading: str = "一、总体情况", line: int = 7, **changes: int | None) -> Report:
    figures = TABLE | {name.replace("__", "."): figure for name, figure in changes.items()}
    return make_report(figures, sections=[Section(heading, "\n".join(paragraphs), line)])


def prompts(report: Report) -> list[Finding]:
    return [finding for finding in audit_report(report).findings if finding.code.startswith("narr.")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("全年收到政府信息公开申请12件。", "narr.received"),
        ("本年新收申请１２件。", "narr.received"),
        ("共受理依申请公开十二件。", "narr.received"),
        ("收到申请1,203件（含上年结转3件）。", "narr.received"),
        ("2022年未收到政府信息公开申请。", "narr.received"),
        ("本年度无政府信息公开申请。", "narr.received"),
        ("收到申请10件，办结12件。", "narr.concluded"),
        ("对公民的申请，依法答复15件。", "narr.concluded"),
        ("收到申请10件，结转下一年4件。", "narr.carried_out"),
        ("收到申请10件，结转至下年度继续办理4件。", "narr.carried_out"),
        ("申请中尚有4件结转下年度办理。", "narr.carried_out"),
        ("收到申请10件，上一年结转5件。", "narr.carried_in"),
        ("申请的答复中，予以公开9件。", "narr.outcome"),
        ("对申请无法提供9件。", "narr.outcome"),
        ("因政府信息公开引起的行政复议9件。", "narr.review"),
        ("政府信息公开行政诉讼9件。", "narr.litigation"),
        ("政府信息公开行政复议、行政诉讼共30件。", "narr.litigation"),
        ("制发行政规范性文件8件。", "narr.normdoc"),
        ("清理规范性文件，废止3件。", "narr.normdoc"),
        ("现行有效行政规范性文件71件。", "narr.normdoc"),
    ],
)
def test_a_figure_that_differs_is_a_prompt_with_the_sentence(text: str, code: str) -> None:
    (finding,) = prompts(report_saying("前言。", text))
    assert (finding.code, finding.severity, finding.rule_level) == (code, Severity.PROMPT, RuleLevel.PLAUSIBLE)
    assert "第8行" in finding.message_zh
    assert "line 8" in finding.message_en
    assert text[:6] in finding.message_zh
    assert finding.addresses


@pytest.mark.parametrize(
    "text",
    [
        "全年收到政府信息公开申请10件，办结11件，结转下年2件，上年结转3件。",
        "收到申请13件（含上一年结转3件），办理完成11件（结转下一年2件）。",
        "收到申请10件（含上一年结转3件）。",  # the figure may leave it out
        "对申请予以公开5件、部分公开1件、无法提供3件。",
        "对申请予以公开及部分公开6件。",
        "政府信息公开行政复议6件、行政诉讼3件。",
        "政府信息公开行政复议和行政诉讼共9件。",
        "制发行政规范性文件7件，废止1件，现行有效70件。",
    ],
)
def test_figures_that_fit_are_silent(text: str) -> None:
    report = report_saying(text)
    assert not prompts(report)
    assert [check for check in audit_report(report).checks if check.code.startswith("narr.") and check.verdict is Verdict.HOLDS]


@pytest.mark.parametrize(
    "text",
    [
        "公布行政许可的依据、条件、程序等信息447条，收到申请10件。",  # 条 are not 件, and published items are not decisions
        "发布政务公开信息12件。",  # not a kind of figure that the form has
        "收到申请447条。",
        "全年收到申请8件。",  # one applicant's column
        "依申请公开办结9件。",  # one applicant's column
        "对申请予以公开4件，无法提供2件。",  # one column; one sub-item
        "政府信息公开行政复议4件，均维持。",  # one result
        "政府信息公开行政诉讼2件。",  # one of the two groups
        "对申请予以公开及部分公开4件。",
        "收到申请10件，同比增加50%，上年收到申请20件。",
        "较上年收到的申请20件减少10件。",
        "与2021年收到申请20件相比有所下降。",
        "去年办结申请20件。",
        "2020年至今，历年来收到申请200件。",
        "收到网上申请6件、信函申请4件。",  # channels are no part of the form
        "其中，按时办结申请5件。",
        "收到人大代表建议12件，办结12件，均与申请无关。",
        "收到咨询类申请留言30件。",
        "约有申请，收到约20件。",
        "收到申请20余件。",
        "收到申请12件次。",
        "信息处理费收取12元；收到信息处理费12件。",
        "行政复议案件9件。",  # of the county at large: disclosure is not spoken of
        "未发生一起行政复议和行政诉讼而被纠正的情况。",
        "未收到申请人提出的行政复议申请。",
        "收到每件申请均按时办理，共收到申请表12份。",
    ],
)  # fmt: skip
def test_traps_stay_silent(text: str) -> None:
    assert not prompts(report_saying(text))


def test_one_mention_that_fits_silences_the_others_of_its_kind() -> None:
    assert not prompts(report_saying("依申请公开工作稳步推进，乡镇收到申请6件。", "全县共收到申请10件。"))
    assert len(prompts(report_saying("乡下收到申请6件。", "全县共收到申请12件。"))) == 1


def test_a_zero_is_no_part_of_anything() -> None:
    report = report_saying("全年收到申请0件。", applications__received__other=0)
    (finding,) = prompts(report)
    assert (finding.left, finding.right) == (Decimal(0), Decimal(10))


def test_without_carried_in_the_words_must_say_so() -> None:
    assert prompts(report_saying("全年收到申请13件。"))
    assert not prompts(report_saying("全年收到申请13件。其中上年结转3件。"))


def test_a_cell_without_a_number_is_unknown_and_no_prompt() -> None:
    report = report_saying("全年收到申请12件。", applications__received__total=None)
    assert not prompts(report)
    (check,) = [check for check in audit_report(report).checks if check.code == "narr.received"]
    assert (check.verdict, check.reason) == (Verdict.UNKNOWN, "no number in applications.received.total")


def test_a_kind_that_the_form_lacks_is_not_checked() -> None:
    report = make_report({}, form="2019", year=2020, sections=[Section("", "现行有效规范性文件71件。", 1)])
    assert not [check for check in audit_report(report).checks if check.code == "narr.normdoc"]


def test_form_2014_where_it_is_obvious() -> None:
    figures = {"statistics.requests.received.count": 10, "statistics.requests.received.online.count": 6}
    text = [Section("依申请公开", "全年收到申请{}件。", 1)]
    for said, expected in ((12, 1), (10, 0), (6, 0)):
        section = text[0]._replace(text=text[0].text.format(said))
        assert len(prompts(make_report(figures, form="2014", year=2016, sections=[section]))) == expected


def test_a_report_without_tables_or_text_has_nothing_to_compare() -> None:
    assert not prompts(make_report({}, form={}, sections=[Section("", "收到申请12件。", 1)]))
    assert not prompts(make_report(TABLE))


def test_a_long_sentence_is_quoted_around_its_figure() -> None:
    text = "为" + "进一步" * 60 + "，全年收到申请12件。"
    (finding,) = prompts(report_saying(text))
    quote = finding.message_zh.split("“")[1].split("”")[0]
    assert "收到申请12件" in quote
    assert len(quote) <= 60


@given(st.text(alphabet="收到受理申请办结答复予以公开结转下年上行政复议诉讼件条０12一十，。（）、其中 \n", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    for mention in find_mentions(report_saying(text, heading="依申请公开")):
        assert isinstance(mention.number, Decimal)
        assert mention.quote in text
        assert mention.quote in text.split("\n")[mention.line - 7]


def test_the_office_that_quotes_parts(corpus: Path) -> None:
    text = "收到申请859件。对申请予以公开及部分公开258件，无法提供265件，政府信息公开行政诉讼9件均获维持。"
    sections = [Section("三、依申请公开", text, 1)]
    report = gold_report(corpus / "gold" / "shanghai_office_2019.json", level="office", scope="own", sections=sections)
    assert not prompts(report)
