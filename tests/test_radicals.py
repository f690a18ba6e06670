"""Radicals where a program took the text out of a PDF: labels, names and years are read as if the characters stood there."""

from __future__ import annotations

import unicodedata
from random import Random

import pytest

from parsers import Source, parse
from parsers.raw.radicals import RADICALS, without_radicals
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts import layout_named

_PRINTED_AS = {ord(meant): chr(code) for code, meant in RADICALS.items() if not meant.isdecimal()}


@pytest.mark.parametrize("layout", ["html.clean", "text.bars_between"])
def test_a_report_full_of_radicals_is_read(layout: str) -> None:
    rendering = layout_named(layout).render(random_sheet(Random(4)), Random(4))
    plain = parse(Source(rendering.data, rendering.name))
    text = rendering.data.decode().translate(_PRINTED_AS)
    report = parse(Source(text.encode(), rendering.name))
    assert (report.year, report.unit, report.title) == (plain.year, plain.unit, plain.title)
    assert {item.outcome.value for item in judge(rendering, report.facts)} == {"right"}


def test_a_radical_stands_for_a_character_that_is_none() -> None:
    assert not any("RADICAL" in unicodedata.name(meant) for meant in RADICALS.values())
    assert without_radicals("⼈⺠政府⻔户⻚") == "人民政府门户页"
