"""
What converters make of a report: pandas, bs4, lxml, python-docx, csv, json and tabulate, as users call them.

Each converter prints a page of the demo. A cell is read as the page prints it, or left open; never silently wrong. Those that
keep every value, place and border have a floor of cells read.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count
from random import Random
from typing import Literal, get_args

import docx
import lxml.html
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from docx.table import Table
from docx.text.paragraph import Paragraph
from tabulate import tabulate  # type: ignore[import-untyped]

from parsers import parse
from parsers.report import Status
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import Outcome, judge
from pipeline.demo.layouts import layout_named
from pipeline.demo.layouts.model import Kind, Line, Plate, Rendering, lay_out, rendered, spread
from pipeline.demo.sheet import Sheet
from pipeline.demo.trial import facts_of

FORMS = ("2021", "2019", "2014", "2021", "2014", "mixed", "2019", "2021")
FILLINGS = ("full", "half", "full", "blank", "half", "zero", "full", "half")
SCALES = (20, 200, 600, 3000)
Rows = list[list[str]]
Orient = Literal["records", "split", "values", "index", "columns"]


def sheet_of(seed: int) -> Sheet:
    at = seed % len(FORMS)
    return random_sheet(Random(seed), form=FORMS[at], filling=FILLINGS[at], scale=SCALES[seed % len(SCALES)])


@cache
def rendering_of(layout: str, seed: int) -> Rendering:
    return layout_named(layout).render(sheet_of(seed), Random(seed))


# --- the parts of a page as libraries give them -------------------------------------------------------


def frames(data: bytes) -> Iterator[str | pd.DataFrame]:
    """The paragraphs of a page, and its tables as pandas reads them."""
    for element in lxml.html.fromstring(data.decode()).iter("h1", "p", "table"):
        if element.tag == "table":
            text = lxml.html.tostring(element, encoding="unicode")
            width = pd.read_html(io.StringIO(text), flavor="lxml")[0].shape[1]
            converters = dict.fromkeys(range(width), str)
            yield pd.read_html(io.StringIO(text), flavor="lxml", converters=converters, keep_default_na=False)[0]
        elif not list(element.iterancestors("table")):
            yield " ".join("".join(map(str, element.itertext())).split())


def with_frames(print_frame: Callable[[pd.DataFrame], str], data: bytes) -> str:
    return "\n".join(part if isinstance(part, str) else print_frame(part) for part in frames(data)) + "\n"


def soup_parts(data: bytes) -> Iterator[str | list[str]]:
    """The paragraphs of a page, and the rows of its tables as bs4 finds them: spans are gone."""
    for element in BeautifulSoup(data.decode(), "lxml").find_all(["h1", "p", "tr"]):
        if element.name == "tr":
            yield [cell.get_text(strip=True) for cell in element.find_all("td")]
        elif not element.find_parent("td"):
            yield element.get_text(strip=True)


def word_parts(data: bytes) -> Iterator[str | list[str]]:
    """The paragraphs of a document, and its rows as python-docx gives them: a merged cell stands in each of its places."""
    document = docx.Document(io.BytesIO(data))
    for element in document.element.body.iterchildren():
        if element.tag.endswith("}p"):
            yield Paragraph(element, document).text
        elif element.tag.endswith("}tbl"):
            yield from ([cell.text for cell in row.cells] for row in Table(element, document).rows)


def joined(separator: str, parts: Iterator[str | list[str]]) -> str:
    return "\n".join(part if isinstance(part, str) else separator.join(part) for part in parts) + "\n"


def as_csv(parts: Iterator[str | list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([part] if isinstance(part, str) else part for part in parts)
    return out.getvalue()


def rows_of(parts: Iterator[str | list[str]]) -> Rows:
    return [part for part in parts if not isinstance(part, str)]


def table(style: str, frame: pd.DataFrame) -> str:
    return str(tabulate(frame.to_numpy().tolist(), tablefmt=style, disable_numparse=True))


def as_json(orient: Orient, frame: pd.DataFrame) -> str:
    return frame.to_json(orient=orient)


def all_text(separator: str, data: bytes) -> str:
    return BeautifulSoup(data.decode(), "lxml").get_text(separator)


def soup_rows(separator: str, data: bytes) -> str:
    return joined(separator, soup_parts(data))


def word_rows(separator: str, data: bytes) -> str:
    return joined(separator, word_parts(data))


def empty_as(word: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.replace("", word)


Converter = tuple[str, str, Callable[[bytes], str], float]
"""The layout that is converted, the name of the file, what prints it, and the least share of kept cells that is read."""

CONVERTERS: dict[str, Converter] = {
    # pandas
    "to_csv": ("html.word", "a.csv", partial(with_frames, lambda frame: frame.to_csv(index=False, header=False)), 0.95),
    "to_csv nan": (
        "html.word",
        "a.csv",
        partial(with_frames, lambda f: empty_as("nan", f).to_csv(index=False, header=False)),
        0.95,
    ),
    "to_csv index": ("html.word", "a.csv", partial(with_frames, lambda frame: frame.to_csv()), 0.85),
    "to_string": ("html.word", "a.txt", partial(with_frames, lambda f: f.to_string(index=False, header=False)), 0.0),
    "to_string index": ("html.word", "a.txt", partial(with_frames, lambda frame: frame.to_string()), 0.0),
    "to_string NaN": ("html.word", "a.txt", partial(with_frames, lambda f: empty_as("NaN", f).to_string()), 0.93),
    "to_html": (
        "html.word",
        "a.html",
        partial(with_frames, lambda f: empty_as("NaN", f).to_html(index=False, header=False)),
        0.95,
    ),
    "to_html index": ("html.word", "a.html", partial(with_frames, lambda frame: frame.to_html()), 0.85),
    "to_latex": ("html.word", "a.tex", partial(with_frames, lambda frame: frame.to_latex(index=False, header=False)), 0.95),
    **{
        f"to_json {orient}": ("html.word", "a.json", partial(with_frames, partial(as_json, orient)), 0.95)
        for orient in get_args(Orient)
    },
    **{
        f"tabulate {style}": (
            "html.word",
            "a.txt",
            partial(with_frames, partial(table, style)),
            floor,
        )
        for style, floor in {
            "github": 0.95,
            "grid": 0.95,
            "orgtbl": 0.95,
            "jira": 0.95,
            "tsv": 0.5,
            "simple": 0.0,
            "rst": 0.0,
        }.items()
    },
    "tabulate index": (
        "html.word",
        "a.txt",
        partial(with_frames, lambda f: tabulate(f, "keys", "psql", disable_numparse=True)),
        0.75,
    ),
    # bs4 and lxml
    **{
        f"get_text {name} {layout}": (layout, "a.txt", partial(all_text, mark), floor)
        for name, mark in {"": "", "blank": " ", "line": "\n", "tab": "\t", "bar": "|", "bars": "||"}.items()
        for layout, floor in {"html.clean": 0.7 if "|" in mark else 0.0, "html.paragraphs": 0.0, "html.rows_stacked": 0.0}.items()
    },
    "text_content": ("html.clean", "a.txt", lambda data: "".join(map(str, lxml.html.fromstring(data.decode()).itertext())), 0.0),
    **{
        f"rows {name}": ("html.word", "a.txt", partial(soup_rows, mark), floor)
        for name, mark, floor in (
            ("tab", "\t", 1.0),
            ("bar", "|", 1.0),
            ("slash", " / ", 1.0),
            ("blank", " ", 0.0),
            ("comma", ",", 0.0),
        )
    },
    "rows csv": ("html.word", "a.csv", lambda data: as_csv(soup_parts(data)), 0.95),
    "rows tsv": ("html.word", "a.tsv", lambda data: as_csv(soup_parts(data), "\t"), 0.95),
    "rows json": ("html.word", "a.json", lambda data: json.dumps(rows_of(soup_parts(data))), 0.95),
    "rows printed": ("html.word", "a.txt", lambda data: "\n".join(map(repr, soup_parts(data))), 0.95),
    # python-docx
    **{
        f"docx {name}": ("docx.clean", "a.txt", partial(word_rows, mark), floor)
        for name, mark, floor in (("tab", "\t", 0.95), ("bar", " | ", 0.95), ("blank", " ", 0.0), ("line", "\n", 0.0))
    },
    "docx csv": ("docx.clean", "a.csv", lambda data: as_csv(word_parts(data)), 0.95),
    "docx printed": ("docx.unmerged", "a.txt", lambda data: "\n".join(map(repr, word_parts(data))), 0.95),
}


def outcomes(rendering: Rendering) -> tuple[list[str], int, int]:
    """What is silently wrong in the reading of a document; how many cells it keeps, and how many of them were read."""
    judged = list(judge(rendering, facts_of(rendering)))
    wrong = [
        f"{item.address} {item.outcome}: printed {rendering.printed.get(item.address)!r}, {item.fact}"
        for item in judged
        if item.outcome.wrong
    ]
    kept = [item.outcome in (Outcome.RIGHT, Outcome.RECONSTRUCTED) for item in judged if item.kept]
    return wrong, len(kept), sum(kept)


def check(renderings: Iterator[Rendering], floor: float) -> None:
    kept = read = 0
    for rendering in renderings:
        wrong, has, right = outcomes(rendering)
        assert wrong == []
        kept, read = kept + has, read + right
    assert read >= floor * kept, f"{read} of {kept} cells"


def converted(name: str, seeds: range) -> Iterator[Rendering]:
    layout, file, convert, _ = CONVERTERS[name]
    for seed in seeds:
        page = rendering_of(layout, seed)
        yield Rendering(convert(page.data).encode(), file, page.printed, page.kept)


@pytest.mark.parametrize("name", CONVERTERS)
def test_a_conversion_is_never_silently_wrong(name: str) -> None:
    check(converted(name, range(4)), CONVERTERS[name][-1])


@pytest.mark.slow
@pytest.mark.parametrize("name", CONVERTERS)
def test_many_conversions_are_never_silently_wrong(name: str) -> None:
    check(converted(name, range(4, 44)), CONVERTERS[name][-1])


# --- tables with a column of numbers ------------------------------------------------------------------


def numbered(plate: Plate, before: Kind | None) -> Rows:
    """The rows of a table with a column 行次: before its first column of that kind, at the end for None."""
    number = count(1)
    rows = []
    for slots in spread(plate):
        texts = [slot.box.text if slot.first_row and slot.first_column else "" for slot in slots]
        figures = [
            at for at, slot in enumerate(slots) if slot.box.kind is Kind.FIGURE or (slot.box.code and slot.box.kind is Kind.HEAD)
        ]
        at = len(texts) if before is None else 0 if before is Kind.LABEL else figures[0] if figures else len(texts)
        row_number = str(next(number)) if any(slot.box.kind is Kind.FIGURE for slot in slots) else "行次"
        rows.append([*texts[:at], row_number, *texts[at:]])
    return rows


@pytest.mark.parametrize("before", [Kind.LABEL, Kind.FIGURE, None])
@pytest.mark.parametrize(("opening", "mark"), [("", "\t"), ("|", "|")])
def test_a_column_of_numbers_is_told_by_the_heads(before: Kind | None, opening: str, mark: str) -> None:
    def renderings() -> Iterator[Rendering]:
        for seed in range(8):
            page = lay_out(sheet_of(seed))
            parts = [[block.text] if isinstance(block, Line) else None for block in page.blocks]
            lines = [page.title]
            for block, part in zip(page.blocks, parts, strict=True):
                rows = [] if isinstance(block, Line) else numbered(block, before)
                lines += part or [opening + mark.join(row) + opening for row in rows]
            yield rendered(page, ("\n".join(lines) + "\n").encode(), "a.txt")

    check(renderings(), 0.6)


# --- single cells -------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["nan", "NaN", "None", "null"])
def test_what_a_program_prints_for_nothing_is_an_empty_cell(word: str) -> None:
    head = "某县2022年政府信息公开工作年度报告\n第二十条第（一）项\n信息内容|本年制发件数|本年废止件数|现行有效件数\n"
    report = parse(f"{head}规章|3|{word}|12\n行政规范性文件|{word}|0|7\n".encode(), name="a.txt")
    facts = [
        report.by_address[f"proactive.{cell}"] for cell in ("rules.repealed", "normative_documents.issued", "rules.in_force")
    ]
    assert [(fact.status, fact.value, fact.raw) for fact in facts[:2]] == [(Status.BLANK, None, word)] * 2
    assert facts[2].value == 12


def test_the_number_of_a_heading_that_a_bar_cuts_off_is_no_figure() -> None:
    head = "某县2022年政府信息公开工作年度报告\n第二十条第（八）项\n信息内容\n|\n本年收费金额（单位：万元）\n|\n"
    report = parse(f"{head}行政事业性收费\n|\n三\n|\n、收到和处理政府信息公开申请情况\n|\n".encode(), name="a.txt")
    assert not [fact for fact in report.facts if fact.value is not None]


def test_a_rule_inside_a_line_holds_no_dashes_for_nothing() -> None:
    groups = "| 行政复议 | | | | | 行政诉讼 | | | | | | | | | | " + "| --- " * 15 + "| "
    heads = "| 结果维持 | 结果纠正 | 其他结果 | 尚未审结 | 总计 "
    direct = "| 结果维持 | 结果纠正 | 其他结果 | 尚未审结 | 总计 | 未经复议直接起诉 | | | | | 复议后起诉 | | | | | "
    line = f"{groups}{direct}{heads * 2}| " + "|  " * 15 + "|"
    report = parse(
        f"某县2022年政府信息公开工作年度报告\n四、政府信息公开行政复议、行政诉讼情况\n\n{line}\n".encode(), name="a.md"
    )
    statuses = {fact.status for fact in report.facts if fact.table == "review_litigation"}
    assert statuses <= {Status.BLANK, Status.MISSING}


def test_a_row_of_labels_ends_with_no_empty_cell_of_its_last_one() -> None:
    """A transposed table: labels stand beside each other, and what fills up their line is nobody's."""
    labels = "第二十条第（一）项,信息内容,规章,行政规范性文件,第二十条第（八）项,信息内容,行政事业性收费"
    figures = [
        f"第二十条第（一）项,{head},3,1,第二十条第（八）项,本年收费金额（单位：万元）,12.5"
        for head in ("本年制发件数", "本年废止件数", "现行有效件数")
    ]
    wide = ",".join(["一、本年新收政府信息公开申请数量"] * 10)
    rows = ["某县2022年政府信息公开工作年度报告", "", labels, *figures, wide]
    report = parse(("\n".join(rows) + "\n").encode(), name="a.csv")
    assert not [fact for fact in report.facts if fact.status is Status.BLANK]
