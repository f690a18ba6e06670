"""
Mend: rows whose figures are printed but whose borders are lost, read by the sums of the form.

Every reading of every row is made (`cuts.py`), all stated and structural sums of the form decide together
(`solver.py`), and a cell on which all supported readings agree is taken. A cell that may hold 0 or nothing stays
open. A report that itself breaks a sum has no solution as a whole; what may still be read then is said below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from parsers.finding import RuleLevel
from parsers.form import Form, Table
from parsers.rebuild.draft import Draft, Lost, Mended, Open, Printed
from parsers.rebuild.mend.cuts import Readings, cut_freely, read_row
from parsers.rebuild.mend.solver import MAX_STEPS, Equation, Vector, solve
from parsers.rebuild.zones import is_glued, is_separate, is_whole
from parsers.report import Status
from parsers.values import read_value

__all__ = ["Habits", "Sums", "mend_rows", "sums_of"]

_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
_SHARE_WHOLE = 0.7
_LONGEST_KEPT = 40
_STEPS_A_CELL = MAX_STEPS // 7


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums that a table's layout `rows` obeys: across each row (its code), and down the columns."""

    row_code: str
    columns: tuple[tuple[str, Equation], ...]


class Habits(NamedTuple):
    """What the rows of a table show of the whole document: that it prints its zeros, that its figures run together."""

    zeros_printed: bool = False
    glued: bool = False


@lru_cache(maxsize=64)
def sums_of(form: Form, table: Table) -> Sums | None:
    """The row sum and the column equations of a table; None for a table without row totals."""
    row_code = ""
    equations: dict[str, Equation] = {}
    prefix = f"{table.code}."
    for identity in form.identities:
        comparison = identity.statement.comparisons[0]
        if identity.level is RuleLevel.PLAUSIBLE or comparison.sign != "==":
            continue
        if comparison.left.terms and not comparison.left.terms[0][1].startswith(prefix):
            continue
        terms = [(sign, address) for sign, address in comparison.left.terms]
        terms += [(-sign, address) for sign, address in comparison.right.terms]
        if any(not address.startswith(prefix) for _, address in terms):
            continue
        places = [address.removeprefix(prefix).rpartition(".") for _, address in terms]
        if len({row for row, _, _ in places}) == 1:
            row_code = identity.code
        elif len({column for _, _, column in places}) == 1:
            equations[identity.code] = Equation(tuple((row, sign) for (sign, _), (row, _, _) in zip(terms, places, strict=True)))
    return Sums(row_code, tuple(equations.items())) if row_code else None


def mend_rows(draft: Draft, form: Form) -> Habits:
    """
    Read the lost rows of a draft in place; what the document is shown to do.

    Figures that run together are read only where it prints its zeros. That is shown when seven rows in ten hold a
    figure in every cell whichever way they are read, and no row has fewer digits than cells.
    """
    sums = sums_of(form, draft.table)
    if sums is None:
        return Habits()
    codes = [column.code for column in draft.table.columns]
    rows = [row.code for row in draft.table.rows if row.values]
    fixed = {row: vector for row in rows if (vector := _fixed(draft, row, codes)) is not None}
    glued = any(
        is_glued(piece.text) if lost.run.bordered else not is_separate(piece.text)
        for lost in draft.lost.values()
        for piece in lost.run.pieces
    )
    readings = {row: _readings(lost, len(codes), glued=glued) for row, lost in draft.lost.items()}
    printed = _prints_zeros(draft, fixed, readings, len(codes))
    if not readings:
        return Habits(printed, glued)
    options = _options(fixed, readings)
    # Digits that run together beside cells that may print nothing fit the sums of a false report in other cuts.
    supported, used = _support(sums.columns, options) if printed or not glued else (None, ())
    if supported is None and printed:
        without = _without_false_cell(sums.columns, options, readings, draft.lost, len(codes))
        supported, used = without or _what_stands(sums.columns, options, readings, len(codes))
        if without is not None:  # the false row has no reading under its total, but may have one under all other sums
            readings |= {
                row: _full(supported[row], len(codes))
                for row, item in readings.items()
                if not item.vectors and _may_be_cut(draft.lost[row], glued=glued)
            }
    supported = supported or {}
    for row, lost in draft.lost.items():
        standing = supported.get(row, ()) if readings[row].vectors else ()
        _decide(draft, row, lost, codes, readings[row], standing, sums, used)
    return Habits(printed, glued)


def _fixed(draft: Draft, row: str, codes: Sequence[str]) -> Vector | None:
    """The numbers of a row that is printed cell by cell, nothing counting as 0 in sums; None when a cell is not known."""
    numbers = []
    for code in codes:
        reading = draft.readings.get((row, code))
        if not isinstance(reading, Printed):
            return None
        text = reading.piece.text
        number = _whole_number(text) if len(text) <= _LONGEST_KEPT else _whole_number.__wrapped__(text)
        if number is None:
            return None
        numbers.append(number)
    return tuple(numbers)


@lru_cache(maxsize=4096)
def _whole_number(text: str) -> int | None:
    """What a cell adds to a sum; None when it cannot be read, or is not a whole number."""
    value = read_value(text)
    if value.status not in (Status.PUBLISHED, Status.BLANK, Status.NIL):
        return None
    number = value.number or Decimal(0)
    return int(number) if number == int(number) else None


def _tokens(lost: Lost) -> tuple[str, ...]:
    """The printed figures of a lost row, in half width."""
    return tuple(piece.text.translate(_FULL_WIDTH) for piece in lost.run.pieces if piece.text)


def _readings(lost: Lost, width: int, *, glued: bool) -> Readings:
    """The readings of a lost row; incomplete when a token is more than digits."""
    tokens = _tokens(lost)
    if not tokens or not all(token.isdigit() and token.isascii() for token in tokens):
        return Readings((), (), (), complete=False)
    if _may_be_cut(lost, glued=glued):
        return read_row(tokens, width)
    if not all(is_whole(token) for token in tokens) or len(tokens) > width:
        return Readings((), (), (), complete=False)
    return read_row(tokens, width, uncut=True)


def _may_be_cut(lost: Lost, *, glued: bool) -> bool:
    """Whether the tokens of a row may hold several figures each: where figures run together, and cells do not part these."""
    return glued and (not lost.run.bordered or len(_tokens(lost)) == 1)


def _prints_zeros(draft: Draft, fixed: Mapping[str, Vector], readings: Mapping[str, Readings], width: int) -> bool:
    full = (1 << width) - 1
    codes = [column.code for column in draft.table.columns]
    whole = sum(1 for row in fixed if all(map(str.strip, draft.texts(row, codes) or ())))
    whole += sum(1 for item in readings.values() if item.complete and item.vectors and all(mask == full for mask in item.printed))
    enough = all(sum(len(piece.text) for piece in lost.run.pieces) >= width for lost in draft.lost.values())
    return enough and whole >= _SHARE_WHOLE * max(1, len(fixed) + len(readings))


Options = Mapping[str, tuple[Vector, ...]]
Equations = Sequence[tuple[str, Equation]]


def _options(fixed: Mapping[str, Vector], readings: Mapping[str, Readings]) -> Options:
    """What each row may hold; rows that no one can read are left out."""
    options: dict[str, tuple[Vector, ...]] = {row: (vector,) for row, vector in fixed.items()}
    return options | {row: item.vectors for row, item in readings.items() if item.complete and item.vectors}


def _support(equations: Equations, options: Options, *, steps: int = MAX_STEPS) -> tuple[Options | None, tuple[str, ...]]:
    """The supported readings of all rows and the column sums used; None when the sums do not close, or lack a row."""
    if not equations or not all(row in options for _, equation in equations for row, _ in equation.rows):
        return None, ()
    solution = solve(options, [equation for _, equation in equations], steps=steps)
    if not all(solution.supported.values()):
        return None, ()
    return solution.supported, tuple(code for code, _ in equations)


def _without_false_cell(
    equations: Equations, options: Options, readings: Mapping[str, Readings], lost: Mapping[str, Lost], width: int
) -> tuple[Options, tuple[str, ...]] | None:
    """
    The rows' readings when one row has none under its total, so that one of its cells is false; its own too.

    Whichever cell it is, all columns but that one must close; readings that some such system supports are left.
    None when more rows are false than one, or when no system closes.
    """
    false = [row for row, item in readings.items() if item.complete and not item.vectors]
    if len(false) != 1:
        return None
    free = cut_freely(_tokens(lost[false[0]]), width)
    if not free:
        return None
    standing: dict[str, set[Vector]] = {}
    for column in range(width):
        kept = {
            row: {_leave_out(vector, column): vector for vector in vectors}
            for row, vectors in {**options, false[0]: free}.items()
        }
        supported, _ = _support(equations, {row: tuple(sorted(vectors)) for row, vectors in kept.items()}, steps=_STEPS_A_CELL)
        for row, vectors in (supported or {}).items():
            standing.setdefault(row, set()).update(
                vector for vector in {**options, false[0]: free}[row] if _leave_out(vector, column) in vectors
            )
    if not standing:
        return None
    return {row: tuple(sorted(standing[row])) for row in readings}, tuple(code for code, _ in equations)


def _full(vectors: Sequence[Vector], width: int) -> Readings:
    """Vectors as readings of a row in which every cell holds a figure."""
    full = ((1 << width) - 1,) * len(vectors)
    return Readings(tuple(vectors), full, full)


def _leave_out(vector: Vector, column: int) -> Vector:
    return vector[:column] + vector[column + 1 :]


def _what_stands(
    equations: Equations, options: Options, readings: Mapping[str, Readings], width: int
) -> tuple[Options, tuple[str, ...]]:
    """
    What still stands in a report that breaks a sum and prints its zeros.

    The false row has no reading, or one wrong reading that happens to add up. Sums that close without it bear out
    the rows they hold; where it is not known, it may be one of theirs, and only rows of one reading are borne out. The
    other rows stand on their own totals when the false one is known; else only those of one digit a cell do. A single
    row without a reading is not all that is false when no sums close beside it (`_without_false_cell`).
    """
    full = (1 << width) - 1
    whole = {row: item for row, item in readings.items() if item.complete and all(mask == full for mask in item.printed)}
    false = [row for row, item in readings.items() if item.complete and not item.vectors]
    standing_in = {row for _, equation in equations for row, _ in equation.rows}
    known = len(false) > 1 or (len(false) == 1 and not standing_in <= {*options, *false})
    standing: dict[str, tuple[Vector, ...]] = {}
    for row, item in whole.items():
        if known or (len(item.vectors) == 1 and all(number < 10 for number in item.vectors[0])):
            standing[row] = item.vectors
    closed: dict[str, Options] = {}
    for code, equation in equations:
        rows = [row for row, _ in equation.rows]
        if all(row in options for row in rows):
            supported, _ = _support([(code, equation)], {row: options[row] for row in rows})
            if supported is not None:
                closed[code] = supported
    if len(closed) == len(equations):  # each closes alone, all together do not: one of them closes by a wrong reading
        return standing, ()
    for supported in closed.values():
        standing |= {
            row: vectors for row, vectors in supported.items() if row in whole and (known or len(whole[row].vectors) == 1)
        }
    return standing, tuple(closed)


def _decide(
    draft: Draft,
    row: str,
    lost: Lost,
    codes: Sequence[str],
    readings: Readings,
    supported: Sequence[Vector],
    sums: Sums,
    used: Sequence[str],
) -> None:
    """Give each cell of a row its reading: a number all supported vectors agree on, nothing, or candidates."""
    if not supported:
        note = "no reading of the row fits the sums of the form" if readings.complete else "the row cannot be read digit by digit"
        draft.open_row(row, codes, note, lost.piece)
        return
    masks = {vector: (readings.printed[at], readings.filled[at]) for at, vector in enumerate(readings.vectors)}
    holds = all(sum(vector[:-1]) == vector[-1] for vector in supported)
    own = [f"{sums.row_code}[{row}]"] if holds else []
    differ = [code for at, code in enumerate(codes) if not holds or len({vector[at] for vector in readings.vectors}) > 1]
    rests_on = (*own, *(f"{code}[{column}]" for code in used for column in differ))
    for at, code in enumerate(codes):
        numbers = sorted({vector[at] for vector in supported})
        always = all(masks[vector][0] >> at & 1 for vector in supported)
        ever = any(masks[vector][1] >> at & 1 for vector in supported)
        if len(numbers) == 1 and always:
            draft.readings[row, code] = Mended(Decimal(numbers[0]), rests_on, lost.piece)
        elif not ever:
            draft.readings.pop((row, code), None)
        else:
            shown = [str(number) for number in numbers] + ([] if always else ["nothing"])
            draft.readings[row, code] = Open("more than one reading fits", lost.piece, tuple(shown))
