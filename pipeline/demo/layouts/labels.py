"""Damages of labels: reworded, misprinted, shortened, renumbered, annotated, in another script; figures stay whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from random import Random

from parsers.form import Column, Form, Row, load_forms
from pipeline.demo.layouts.model import Box, Damage, Evidence, Kind, Line, Page, Plate, map_boxes
from pipeline.demo.layouts.script import LOOK_ALIKES, READINGS, TRADITIONAL

__all__ = ["DAMAGES"]

_ENUMERATOR = re.compile(r"^(?:([一二三四五六七八九十]+)、|（([一二三四五六七八九十]+)）|(\d+)[.．])")
_NOTE = re.compile(r"（[^（）]{4,}）$")
_HAN = "一二三四五六七八九十"


def _spellings(form: Form) -> Mapping[str, tuple[str, ...]]:
    items: list[Row | Column] = [row for table in form.tables for row in table.rows]
    items += [column for table in form.tables for block in table.blocks for column in block.columns]
    return {item.zh: item.aliases for item in items if item.aliases}


_ALIASES: Mapping[str, tuple[str, ...]] = {zh: names for form in load_forms() for zh, names in _spellings(form).items()}

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    names[0]: tuple(name for name in names if not re.search(r"\d", name)) for form in load_forms() for names in form.sections
}

_REWORDINGS = (
    ("属于", "涉及"), ("不明确", "不清楚"), ("要求提供", "要求获取"), ("逾期不补正", "超期未补正"), ("掌握", "持有"), ("继续办理", "接续办理"),
    ("现成", "既有"), ("大量反复", "多次反复"), ("保护", "维护"), ("禁止公开", "不得公开"), ("数量", "件数"), ("重新出具", "再次出具"),
    ("政府网站", "门户网站"), ("申请数", "申请件数"), ("其他情形", "其余情形"),
)  # fmt: skip


def _each(page: Page, change: Callable[[Box], str], kinds: Collection[Kind] = (Kind.LABEL,)) -> Page:
    """The page with the text of every box of these kinds changed."""
    return map_boxes(page, lambda box: box._replace(text=change(box)) if box.kind in kinds and box.text else box)


def _some(page: Page, change: Callable[[str], str], random: Random, most: int) -> Page:
    """The page with up to `most` row labels of its long tables changed, of those that the change touches."""
    long = [plate for plate in page.plates() if plate.table in ("applications", "statistics")]
    touched = [
        box for plate in long for row in plate.rows for box in row if box.kind is Kind.LABEL and change(box.text) != box.text
    ]
    chosen = {box.code: change(box.text) for box in random.sample(touched, k=min(len(touched), random.randint(1, most)))}

    def change_plate(plate: Plate) -> Plate:
        rows = (
            tuple(box._replace(text=chosen.get(box.code, box.text)) if box.kind is Kind.LABEL else box for box in row)
            for row in plate.rows
        )
        return plate._replace(rows=tuple(rows)) if plate in long else plate

    return page.map_plates(change_plate)


def use_aliases(page: Page, random: Random) -> Page:
    """Spellings that the form file knows, for headings, labels and heads."""
    blocks = (
        block._replace(text=random.choice(_HEADINGS.get(block.text, (block.text,)))) if isinstance(block, Line) else block
        for block in page.blocks
    )
    page = replace(page, blocks=tuple(blocks))
    return _each(page, lambda box: random.choice(_ALIASES.get(box.text, (box.text,))), (Kind.LABEL, Kind.HEAD))


def reword(page: Page, random: Random) -> Page:
    """Some row labels in other words."""

    def change(text: str) -> str:
        for old, new in _REWORDINGS:
            if old in text:
                return text.replace(old, new)
        return text

    return _some(page, change, random, 6)


def misprint(page: Page, random: Random) -> Page:
    """One character of a few row labels printed wrong."""

    def change(text: str) -> str:
        places = [at for at, character in enumerate(text) if character in LOOK_ALIKES]
        if len(text) < 6 or not places:
            return text
        at = places[len(places) // 2]
        return text[:at] + LOOK_ALIKES[text[at]] + text[at + 1 :]

    return _some(page, change, random, 4)


def lose_characters(page: Page, random: Random) -> Page:
    """A character lost from a few row labels, and 减 from 本年增/减."""
    cut = random.randint(2, 4)
    page = _some(page, lambda text: text[:-cut] + text[-cut + 1 :] if len(text) > 7 else text, random, 4)
    return _each(page, lambda box: box.text.replace("本年增/减", "本年增/"), (Kind.HEAD,))


def shorten(page: Page, random: Random) -> Page:
    """The notes in brackets at the end of labels dropped."""
    return _each(page, lambda box: _NOTE.sub("", box.text), (Kind.LABEL, Kind.HEAD, Kind.CORNER))


_SHAPES: Mapping[str, tuple[Callable[[int], str], Callable[[int], str], Callable[[int], str]]] = {
    "none": (lambda number: "", lambda number: "", lambda number: ""),
    "narrow": (lambda number: f"{_HAN[number - 1]}.", lambda number: f"({_HAN[number - 1]})", lambda number: f"{number}、"),
    "ringed": (
        lambda number: f"{_HAN[number - 1]}、",
        lambda number: chr(ord("㈠") + number - 1),
        lambda number: chr(ord("①") + number - 1),
    ),
    "spoken": (lambda number: f"{_HAN[number - 1]}、", lambda number: f"{_HAN[number - 1]}是", lambda number: f"（{number}）"),
}
"""What stands for 一、, （一） and 1. in each style."""


def _renumbered(text: str, style: str) -> str:
    match = _ENUMERATOR.match(text)
    if match is None:
        return text
    level = next(at for at in range(3) if match[at + 1])
    number = int(match[3]) if match[3] else _HAN.index(match[level + 1]) + 1
    return _SHAPES[style][level](number) + text[match.end() :]


def renumber(page: Page, random: Random) -> Page:
    """Enumerators gone, or in another shape: (一), ㈠, 一是, 1、, ①."""
    style = random.choice(tuple(_SHAPES))
    return _each(page, lambda box: _renumbered(box.text, style), (Kind.LABEL, Kind.GROUP))


def annotate(page: Page, random: Random) -> Page:
    """Notes with digits inside some labels."""
    notes = ("（含2020年度结转）", "（注：第14条、第15条）", "(全市共3家)", "（2021年起填报）", "【参见表1】")
    return _each(page, lambda box: box.text + random.choice(notes) if random.random() < 0.15 else box.text)


def use_traditional(page: Page, random: Random) -> Page:
    """The whole page in traditional script."""
    return _every_text(page, lambda text: text.translate(TRADITIONAL))


def add_readings(page: Page, random: Random) -> Page:
    """Traditional script, and the reading in brackets after many characters, as parasite mirrors print it."""

    def change(text: str) -> str:
        return "".join(
            f"{character}({READINGS[character]})" if character in READINGS else character
            for character in text.translate(TRADITIONAL)
        )

    return _every_text(page, change)


def change_width(page: Page, random: Random) -> Page:
    """Brackets, commas and enumerators of labels half-width, or digits and stops full-width."""
    wide = random.random() < 0.5
    widths = str.maketrans("0123456789.", "０１２３４５６７８９．")
    return _every_text(page, lambda text: text.translate(widths) if wide else unicodedata.normalize("NFKC", text), prose=False)


def _every_text(page: Page, change: Callable[[str], str], *, prose: bool = True) -> Page:
    changed = map_boxes(page, lambda box: box if box.kind is Kind.FIGURE else box._replace(text=change(box.text)))
    blocks = (
        block._replace(text=change(block.text)) if isinstance(block, Line) and (prose or block.heading) else block
        for block in changed.blocks
    )
    whole = replace(changed, blocks=tuple(blocks))
    return replace(whole, title=change(page.title), unit=change(page.unit)) if prose else whole


def break_lines(page: Page, random: Random) -> Page:
    """Labels and heads broken over two lines in their cell, as narrow columns print them: 商业 / 企业."""

    def change(box: Box) -> str:
        text = box.text
        if len(text) < 4 or (box.kind is not Kind.HEAD and random.random() < 0.7):
            return text
        at = match.end() if (match := _ENUMERATOR.match(text)) and box.kind is Kind.GROUP else max(2, len(text) // 2)
        return f"{text[:at]}\n{text[at:]}"

    return _each(page, change, (Kind.LABEL, Kind.HEAD, Kind.GROUP))


def use_other_totals(page: Page, random: Random) -> Page:
    """合计 for 总计 everywhere."""
    return _each(page, lambda box: box.text.replace("总计", "合计"), (Kind.LABEL, Kind.HEAD))


_ORDERED = frozenset({Evidence.ORDER})

DAMAGES = (
    Damage("aliases", "labels", 20, use_aliases),
    Damage("reworded", "labels", 21, reword, _ORDERED, _ORDERED),
    Damage("misprinted", "labels", 21, misprint, _ORDERED, _ORDERED),
    Damage("characters_lost", "labels", 21, lose_characters, _ORDERED, _ORDERED),
    Damage("shortened", "labels", 22, shorten),
    Damage("renumbered", "labels", 23, renumber, spoils=_ORDERED),
    Damage("annotated", "labels", 24, annotate),
    Damage("broken_lines", "labels", 27, break_lines, spoils=frozenset({Evidence.LINES})),
    Damage("other_totals", "labels", 22, use_other_totals),
    Damage("traditional", "labels", 25, use_traditional),
    Damage("readings", "labels", 26, add_readings),
    Damage("widths", "labels", 25, change_width),
)
