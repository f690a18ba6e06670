"""Other ways to print the same figures: widths, separators, units, signs, marks, remarks, and letters for digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from random import Random

from parsers.form import load_forms
from parsers.report import plain
from pipeline.demo.layouts.model import Box, Damage, Evidence, Page, map_boxes, printed_box

__all__ = ["DAMAGES"]

_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_WIDE = str.maketrans("0123456789.-+", "０１２３４５６７８９．－＋")
_SIGNED = frozenset(
    f".{column.code}"
    for form in load_forms()
    for table in form.tables
    for block in table.blocks
    for column in block.columns
    if column.signed
)
_AMOUNTS = frozenset(
    address for form in load_forms() for address, (_, row, column) in form.cells.items() if row.amount or column.amount
)  # fmt: skip


def _each(page: Page, change: Callable[[Box], str | None]) -> Page:
    """The page with the text of each figure that prints one cell changed; None leaves it."""

    def changed(box: Box) -> Box:
        text = change(box) if len(box.cells) == 1 else None
        return box if text is None else printed_box(box, text)

    return map_boxes(page, changed)


def _signed(box: Box) -> bool:
    return any(box.cells[0].address.endswith(code) for code in _SIGNED)


def _counted(box: Box) -> bool:
    return _PLAIN.fullmatch(box.text) is not None and box.cells[0].address not in _AMOUNTS


def print_wide(page: Page, random: Random) -> Page:
    """Full-width digits, in all cells or in some."""
    share = random.choice((0.2, 1.0))
    return _each(page, lambda box: box.text.translate(_WIDE) if random.random() < share else None)


def print_thousands(page: Page, random: Random) -> Page:
    """A comma after each thousand, narrow or wide."""
    comma = random.choice((",", ",", "，"))
    return _each(page, lambda box: f"{Decimal(box.text):,}".replace(",", comma) if _PLAIN.fullmatch(box.text) else None)


def print_units(page: Page, random: Random) -> Page:
    """The unit in the cell: 12件, 251000元, 20.3万元; an amount of money is multiplied out in 元."""
    share = random.choice((0.1, 0.5, 1.0))

    def change(box: Box) -> str | None:
        if _PLAIN.fullmatch(box.text) is None or random.random() >= share:
            return None
        if _counted(box):
            return f"{box.text}件" if box.cells[0].address.startswith(("applications.", "review_litigation.")) else None
        return f"{box.text}万元" if random.random() < 0.5 else f"{plain(Decimal(box.text) * 10_000)}元"

    return _each(page, change)


def print_signs(page: Page, random: Random) -> Page:
    """Changes of form 2019 with their sign in other shapes: +43, 减8, 增5, －8."""

    def change(box: Box) -> str | None:
        if not box.text or not _signed(box) or box.text == "0":
            return None
        size = box.text.lstrip("-")
        return (
            random.choice(("-", "－", "减", "减少")) + size
            if box.text.startswith("-")
            else random.choice(("+", "＋", "增", "增加")) + size
        )

    return _each(page, change)


def print_marks(page: Page, random: Random) -> Page:
    """A mark where 0 should stand: / or — or 无."""
    mark = random.choice(("/", "—", "无", "-", "——"))
    share = random.choice((0.1, 0.6, 1.0))
    return _each(page, lambda box: mark if box.text == "0" and random.random() < share else None)


def print_about(page: Page, random: Random) -> Page:
    """约20, 20余: only about a number."""
    return _each(
        page, lambda box: random.choice(("约{}", "{}余", "{}左右")).format(box.text) if _chosen(box, random, 0.1) else None
    )


def print_footnotes(page: Page, random: Random) -> Page:
    """A footnote mark after the figure."""
    return _each(page, lambda box: box.text + random.choice(("*", "①", "[1]", "※")) if _chosen(box, random, 0.15) else None)


def print_remarks(page: Page, random: Random) -> Page:
    """A remark in the cell, with figures of its own: 22（其中修订16件）."""

    def change(box: Box) -> str | None:
        part = random.randint(0, 16)
        return (
            f"{box.text}{random.choice((f'（其中修订{part}件）', f'（含上年{part}件）', '（见说明）'))}"
            if _chosen(box, random, 0.1)
            else None
        )

    return _each(page, change)


def print_lost_space(page: Page, random: Random) -> Page:
    """`? 0`: a non-breaking space that a copier lost."""
    return _each(page, lambda box: f"? {box.text}" if box.text and random.random() < 0.2 else None)


def print_letters(page: Page, random: Random) -> Page:
    """The letter O for 0, as a machine reads it: the figure is no longer sure."""

    def changed(box: Box) -> Box:
        if len(box.cells) != 1 or "0" not in box.text or random.random() >= 0.1:
            return box
        return printed_box(box, box.text.replace("0", random.choice("Oo")))._replace(sure=False)

    return map_boxes(page, changed)


def _chosen(box: Box, random: Random, share: float) -> bool:
    return _counted(box) and box.text != "0" and random.random() < share


_CELL = frozenset({Evidence.MARKS})

DAMAGES = (
    Damage("wide_digits", "values", 10, print_wide),
    Damage("thousands", "values", 10, print_thousands),
    Damage("units", "values", 11, print_units),
    Damage("signs", "values", 9, print_signs),
    Damage("marks", "values", 10, print_marks),
    Damage("about", "values", 11, print_about, _CELL),
    Damage("footnotes", "values", 12, print_footnotes, _CELL),
    Damage("remarks", "values", 12, print_remarks, _CELL),
    Damage("lost_space", "values", 13, print_lost_space, _CELL | {Evidence.BLANKS}),
    Damage("letters", "values", 13, print_letters, loses="digits"),
)
