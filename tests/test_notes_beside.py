"""Notes with figures of their own beside a table in lines of text, and amounts among counts whose thousands are parted by points."""

from __future__ import annotations

from random import Random

import pytest

from parsers import Source, parse
from parsers.report import Status
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts.model import Box, Line, Plate, figures_of, lay_out


def lines_of(plate: Plate, random: Random, note: str, *, behind: bool, lost: bool) -> list[str]:
    """A row a line without borders, a note behind some rows or below them, and a column gone."""
    lines = []
    for row in plate.rows:
        boxes: list[Box] = [*row]
        if lost and len(figures_of(row)) == 7:
            boxes.remove(figures_of(row)[-1])
        line = " ".join(box.text for box in boxes if box.text)
        noted = bool(figures_of(row)) and random.random() < 0.3
        lines += [f"{line} {note}"] if noted and behind else [line, note] if noted else [line]
    return lines


@pytest.mark.parametrize("note", ["229个工作日", "12月31日", "说明：第5项由司法局提供", "注：其中2件为上年结转。"])
@pytest.mark.parametrize("behind", [True, False])
@pytest.mark.parametrize("lost", [True, False])
def test_figures_of_a_note_are_no_cells(note: str, *, behind: bool, lost: bool) -> None:
    for seed in range(8):
        random = Random(seed)
        sheet = random_sheet(random, form=("2021", "2019")[seed % 2], filling=("full", "blank")[seed // 2 % 2])
        lines = [sheet.title]
        for block in lay_out(sheet).blocks:
            lines += [block.text] if isinstance(block, Line) else lines_of(block, random, note, behind=behind, lost=lost)
        facts = parse(Source("\n".join(lines).encode(), "report.txt")).facts
        read = {fact.address: fact.raw for fact in facts if fact.value is not None}
        assert {
            address: raw for address, raw in read.items() if raw and any(text in raw for text in ("229", "12月", "5项"))
        } == {}
        assert {address: raw for address, raw in read.items() if not sheet.cells[address]} == {}


def test_an_amount_may_be_a_whole_number_where_points_part_the_thousands_of_counts() -> None:
    for counts, status in (("1.204", Status.AMBIGUOUS), ("1204", Status.PUBLISHED)):
        sheet = random_sheet(Random(5), form="2021")
        sheet = sheet.with_cells({"proactive.fees.amount": "1.936", "proactive.licensing.decisions": counts})
        rows = "".join(
            "<tr>" + "".join(f'<td colspan="{box.columns}">{box.text}</td>' for box in row) + "</tr>"
            for plate in lay_out(sheet).plates()
            if plate.table == "proactive"
            for row in plate.rows
        )
        report = parse(f"<h1>{sheet.title}</h1><table>{rows}</table>".encode(), name="report.html")
        amount = report.by_address["proactive.fees.amount"]
        assert (amount.status, amount.raw) == (status, "1.936")
        assert (amount.value is None) == (status is Status.AMBIGUOUS)


@pytest.mark.parametrize("filling", ["full", "half", "blank"])
def test_the_name_of_a_cell_is_no_figure_of_it(filling: str) -> None:
    """As programs print the cells of a sheet: B15: 7295."""
    for seed in range(6):
        sheet = random_sheet(Random(seed), form="2019", filling=filling)
        lines = [sheet.title]
        for block in lay_out(sheet).blocks:
            if isinstance(block, Line):
                lines.append(block.text)
                continue
            for number, row in enumerate(block.rows, 1):
                lines += [f"{chr(65 + at)}{number}: {box.text}" for at, box in enumerate(row) if box.text]
        facts = parse(Source("\n".join(lines).encode(), "report.txt")).facts
        assert [fact for fact in facts if fact.value is not None and sheet.cells[fact.address] != fact.raw] == []
