"""
The short way for clean grids: a table met before, with other figures in the same cells.

The way of all layouts reads a skeleton (the grids of a document with stand-ins for figures, and its known headings)
and says which cell is which address. A later document with the same skeleton is read by that knowledge alone, where
nothing in its prose could change what the long way makes of it. Whatever is not shown to be so takes the long way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from parsers.document import Cell, Document, Grid, Paragraph
from parsers.form import NATIONAL, Form, load_forms
from parsers.rebuild.found import labels_of
from parsers.rebuild.labels import Compact, Hit, Label, compact, core_of, find_hits
from parsers.rebuild.lines.borders import Borders
from parsers.rebuild.marks import CELL, LINE, ROW, TABLE
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import runs_of
from parsers.report import Fact, Status

__all__ = ["Clean", "LongWay", "read_clean", "rule_out"]

_FIGURE = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:[0-9]{1,2}|[0-9]{4,6}))?")
_MAY_BE_FIGURE = re.compile(r"\d|(?<![^\s\ue003)）\]】〕])[-_/\\~−–—―─━－／～ー无無没NOoＯ〇]")
_BORDER = re.compile(r"[|｜│┃║￤¦\t]")
_OTHER_PROSE = "。"
_ZERO = "0"
_ROW_WEIGHT, _GROUP_WEIGHT, _PROSE_WEIGHT = 300, 100, 215
"""What `rows/` gives a row with all its cells and a group title at least, and a label in prose at most."""
_STATED = ("row", "group", "column", "title")


class Clean(NamedTuple):
    """What the short way gives: the facts and the form of each table."""

    facts: tuple[Fact, ...]
    forms: Mapping[str, str]


class LongWay(NamedTuple):
    """What the long way makes of a skeleton; `open` when it has doubts or takes lines of prose for a table."""

    facts: tuple[Fact, ...]
    forms: Mapping[str, str]
    open: bool


_Read = Callable[[Document, int | None], LongWay]


@dataclass(frozen=True, slots=True)
class _Plan:
    """
    All facts in order as they are where each figure is 0.

    `figures`: for each fact with a figure, its place in the order and the number of its cell among all cells.
    """

    form: Form
    forms: Mapping[str, str]
    facts: tuple[Fact, ...]
    figures: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Template:
    """A skeleton: how often it was met, and its plan once it was met twice (None: it has none)."""

    met: int = 0
    plan: _Plan | None = field(default=None)


def read_clean(document: Document, year: int | None, long_way: _Read) -> Clean | None:
    """The facts of a document of clean grids, just as `long_way` would make them; None where that is not certain."""
    met = _meet(document, year)
    if met is None:
        return None
    template, texts = met
    template.met += 1
    if template.met == 2:
        template.plan = _make_plan(document, year, long_way)
    plan = template.plan
    if plan is None or not _prose_is_apart(document, plan.form):
        return None
    facts = list(plan.facts)
    for at, cell in plan.figures:
        raw = texts[cell]
        if raw != _ZERO:
            facts[at] = _printed(facts[at], raw)
    return Clean(tuple(facts), plan.forms)


def _printed(fact: Fact, raw: str) -> Fact:
    """The fact of the same cell of the form, where its cell prints this figure."""
    table, row, column, _, _, unit, _, _, _, place = fact
    return Fact(table, row, column, _figure(raw), raw, unit, Status.PUBLISHED, None, (), place)


def rule_out(document: Document, year: int | None, facts: Sequence[Fact]) -> None:
    """Make no plan for documents of this skeleton when the long way did not read every cell of one: it would be in vain."""
    if all(fact.status in (Status.PUBLISHED, Status.BLANK, Status.NIL) for fact in facts):
        return
    met = _meet(document, year)
    if met is not None:
        met[0].met = max(met[0].met, 2)


def _meet(document: Document, year: int | None) -> tuple[_Template, list[str]] | None:
    """The template of a document's skeleton, and the texts of all cells; None where a grid does not end with a figure."""
    skeleton: list[object] = [_since(year)]
    texts: list[str] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            text = block.text
            if text in _headings():
                skeleton.append(text)
            elif skeleton[-1] != _OTHER_PROSE:
                skeleton.append(_OTHER_PROSE)
        else:
            if not block.cells or _figure(block.cells[-1].text) is None:
                return None
            printed, *places = zip(*block.cells, strict=True)
            labels = tuple([text if _figure(text) is None else None for text in printed])
            skeleton += (block.number, labels, tuple(places))
            texts += printed
    if not texts:
        return None
    return _template(tuple(skeleton)), texts


@lru_cache(maxsize=4096)
def _figure(text: str) -> Decimal | None:
    """The number that a cell prints as numbers are usually written; None for all else."""
    return Decimal(text) if _FIGURE.fullmatch(text) else None


@lru_cache(maxsize=512)
def _template(skeleton: tuple[object, ...]) -> _Template:
    del skeleton  # the key of the cache
    return _Template()


@lru_cache(maxsize=1)
def _headings() -> frozenset[str]:
    return frozenset(spelling for form in load_forms() for section in form.sections for spelling in section)


@lru_cache(maxsize=256)
def _since(year: int | None) -> int:
    """The first year of the national form in force: all that a year decides."""
    return max(
        (form.since for form in load_forms() if year is not None and form.scope == NATIONAL and form.since <= year), default=0
    )


# --- a plan -----------------------------------------------------------------------------------------


def _make_plan(document: Document, year: int | None, long_way: _Read) -> _Plan | None:
    """
    What the long way makes of a skeleton, when its grids are clean and figures do not change which cell is which.

    Three fillings show that: all zero, rows that add up to their last cell, rows that do not.
    """
    first = long_way(_filled(document, _zeros), year)
    names = set(first.forms.values())
    if first.open or len(names) != 1 or not first.facts or any(fact.place is None for fact in first.facts):
        return None
    form = next(form for form in load_forms() if form.name in names)
    if form.scope != NATIONAL:
        return None
    others = [long_way(_filled(document, fill), year) for fill in (_sums, _odds)]
    if any(item.open or list(map(_constant, item.facts)) != list(map(_constant, first.facts)) for item in others):
        return None
    grids = list(document.grids())
    spots = {grid.place_of(cell): cell for grid in grids for cell in grid.cells}
    order = {place: at for at, place in enumerate(spots)}
    places = [fact.place or "" for fact in first.facts]
    if len({(fact.table, (fact.place or "").partition(";")[0]) for fact in first.facts}) > len(first.forms):
        return None  # a table in several grids: prose may stand between them
    if len(set(places)) < len(places) or len(spots) < sum(len(grid.cells) for grid in grids) or not set(places) <= set(spots):
        return None
    if not all(map(_is_plain, first.facts, [spots[place].text for place in places])):
        return None
    figures = tuple((at, order[place]) for at, place in enumerate(places) if _figure(spots[place].text) is not None)
    if not _is_clean(grids, frozenset(places), form) or not _is_alone(document, form) or not _outweighs_prose(form):
        return None
    return _Plan(form, dict(first.forms), first.facts, figures)


def _is_plain(fact: Fact, text: str) -> bool:
    """Whether a fact of a skeleton says what its cell shows: a figure, read without a doubt, or nothing."""
    if _figure(text) is not None:
        return fact == _printed(fact, _ZERO)
    return fact.status in (Status.BLANK, Status.NIL)


def _constant(fact: Fact) -> tuple[object, ...]:
    return (*fact[:3], *fact[5:])


def _zeros(place: int, before: Sequence[int]) -> int:
    del place, before
    return 0


def _sums(place: int, before: Sequence[int]) -> int:
    return sum(before) if len(before) and (len(before) + 1) % 5 in (0, 2) else place + 1


def _odds(place: int, before: Sequence[int]) -> int:
    return 7 * place + 3 + len(before)


def _filled(document: Document, fill: Callable[[int, Sequence[int]], int]) -> Document:
    """The skeleton of a document with a number in the place of each figure, and other prose gone."""
    blocks: list[Paragraph | Grid] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            blocks.append(block if block.text in _headings() else Paragraph(_OTHER_PROSE, block.line))
            continue
        cells: list[Cell] = []
        row, numbers = -1, list[int]()
        for cell in block.cells:
            if cell.row != row:
                row, numbers = cell.row, []
            if _figure(cell.text) is None:
                cells.append(cell)
            else:
                numbers.append(fill(len(cells), numbers))
                cells.append(cell._replace(text=str(numbers[-1])))
        blocks.append(Grid(tuple(cells), block.number))
    return Document(tuple(blocks), document.media_type)


def _is_clean(grids: Sequence[Grid], places: frozenset[str], form: Form) -> bool:
    """
    Whether all labels of the form's rows stand there and no other text, every figure has an address, and nothing else
    stands in its row.
    """
    printed = {core_of(cell.text) for grid in grids for cell in grid.cells}
    if not all(printed.intersection(label.cores) for label in labels_of(form.name) if label.kind in ("row", "group")):
        return False
    known = _cores(form.name)
    for grid in grids:
        owned = {cell.row for cell in grid.cells if grid.place_of(cell) in places}
        for cell in grid.cells:
            if grid.place_of(cell) in places:
                continue
            if _figure(cell.text) is not None or (not cell.text and cell.row in owned):
                return False
            if cell.text and core_of(cell.text) not in known:
                return False
    return True


@lru_cache(maxsize=16)
def _cores(form_name: str) -> frozenset[str]:
    return frozenset(core for label in labels_of(form_name) for core in label.cores)


@lru_cache(maxsize=16)
def _rival_cores(form_name: str) -> tuple[str, ...]:
    """Spellings that only other national forms have, in any table: where none stands, prose speaks for no other form."""
    mine = frozenset(core for label in labels_of(form_name) for core in label.cores)
    rivals = {
        core
        for form in load_forms()
        if form.name != form_name and form.scope == NATIONAL
        for label in labels_of(form.name)
        if label.kind in _STATED and not mine.intersection(label.cores)
        for core in label.cores
    }
    return tuple(sorted(rivals, key=len))


def _is_alone(document: Document, form: Form) -> bool:
    """Whether no other national form can be chosen for a table, whatever prose adds."""
    printed = compact("".join(LINE + cell.text for grid in document.grids() for cell in grid.cells)).text
    for table in form.tables:
        for other in load_forms():
            rival = next((item for item in other.tables if item.code == table.code), None)
            if other.name == form.name or other.scope != NATIONAL or rival is None or set(rival.cells) <= set(table.cells):
                continue
            if not any(core in printed for core in _own_cores(form.name, other.name, table.code)):
                return False
            if any(core in printed for core in _own_cores(other.name, form.name, table.code)):
                return False
    return True


def _own_cores(form_name: str, other_name: str, table: str) -> list[str]:
    others = {core for label in labels_of(other_name) if label.table == table for core in label.cores}
    labels = [label for label in labels_of(form_name) if label.table == table and label.kind in _STATED]
    return [core for label in labels if not others.intersection(label.cores) for core in label.cores]


def _outweighs_prose(form: Form) -> bool:
    """Whether no labels quoted in prose before or behind a table of rows can outweigh its first or last rows."""
    for table in form.tables:
        if table.layout != "rows":
            continue
        for rows in (table.rows, table.rows[::-1]):
            total = 0
            for count, row in enumerate(rows, 1):
                total += _ROW_WEIGHT if row.values else _GROUP_WEIGHT
                if total <= count * _PROSE_WEIGHT:
                    return False
    return True


# --- prose ------------------------------------------------------------------------------------------


def _prose_is_apart(document: Document, form: Form) -> bool:
    """Whether the prose of a document changes nothing in what the long way makes of its tables."""
    pieces: list[str] = []
    given: list[tuple[int, int]] = []  # what the skeleton holds itself: headings, first cells
    length, first_grid, behind = 0, -1, False
    for block in document.blocks:
        if isinstance(block, Grid):
            first = block.cells[0].text
            piece = f"{TABLE}{ROW}{CELL}{first}{CELL}{TABLE}" if _may_run_on(first) else TABLE
            first_grid = length if first_grid < 0 else first_grid
            behind = True
            given.append((length, length + len(piece)))
        else:
            text = block.text
            piece = LINE + text
            if text in _headings():
                behind = False
                piece = piece if _may_run_on(text) else TABLE
                given.append((length, length + len(piece)))
            elif _BORDER.search(text) or (behind and _MAY_BE_FIGURE.search(text)):
                return False
        pieces.append(piece)
        length += len(piece)
    copy = compact("".join(pieces))
    text = copy.text
    if any(core in text for core in _rival_cores(form.name)):
        return False
    hits = find_hits(copy, _labels_in(text, form.name))
    for hit in hits:
        around = [(start, end) for start, end in given if start < hit.end and hit.first < end]
        if any(hit.first < start or end < hit.end for start, end in around):
            return False
        if not around and hit.label.kind != "section" and not _changes_nothing(hit, hits, copy, form, first_grid):
            return False
    return True


def _labels_in(text: str, form_name: str) -> list[Label]:
    """The labels of a form that have a spelling in a compact text."""
    labels = labels_of(form_name)
    return [labels[at] for at in sorted({at for core, at in _spellings(form_name) if core in text})]


@lru_cache(maxsize=16)
def _spellings(form_name: str) -> tuple[tuple[str, int], ...]:
    """Every spelling of a form's labels, with the number of its label."""
    return tuple((core, at) for at, label in enumerate(labels_of(form_name)) for core in label.cores)


@lru_cache(maxsize=512)
def _may_run_on(text: str) -> bool:
    """Whether a label could stand across an end of a text; where none can, the text needs no second look."""
    whole = compact(text).text
    cores = {core for form in load_forms() for core in _cores(form.name)}
    return any(
        whole in core or any(whole.endswith(core[:length]) or whole.startswith(core[-length:]) for length in range(1, len(core)))
        for core in cores
    )


def _changes_nothing(hit: Hit, hits: Sequence[Hit], copy: Compact, form: Form, first_grid: int) -> bool:
    """Whether a label quoted in prose is one that the long way passes over."""
    table = form.table(hit.label.table)
    if hit.label.kind not in ("row", "group") or table.layout == "groups":
        return table.layout == "rows"
    if table.layout == "blocks":  # rows are looked for behind the first head of the table only
        return hit.end <= first_grid
    end = min((other.first for other in hits if other.first >= hit.end), default=len(copy.stream))
    width = len(table.columns)
    if len(_MAY_BE_FIGURE.findall(copy.stream[hit.end : end])) < width:
        return True
    first = next(runs_of(Stream(copy.stream, (), (), Borders()), hit.end, end, rows_marked=True), None)
    figures = first.pieces if first is not None else ()
    return len(figures) < width and sum(character.isdigit() for piece in figures for character in piece.text) < width
