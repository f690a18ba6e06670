"""
Units of measure: exact conversion between amounts of money, and none between counts.

件 are not 条: a count converts to its own unit only, and what cannot be converted is None, never a guess.
"""

from __future__ import annotations

from decimal import Decimal

from parsers.form import Form
from parsers.report import Fact

__all__ = ["MONEY_UNIT", "codebook_unit", "codebook_value", "convert"]

MONEY_UNIT = "万元"
"""The codebook's unit of an amount of money for which the form prints none."""

_YUAN_POWER = {"元": 0, "千元": 3, "万元": 4, "亿元": 8}


def convert(value: Decimal, from_unit: str, to_unit: str) -> Decimal | None:
    """
    The value in another unit, exactly; None where the two units do not measure the same thing.

    >>> convert(Decimal(251000), "元", "万元"), convert(Decimal(3), "件", "件"), convert(Decimal(447), "条", "件")
    (Decimal('25.1000'), Decimal('3'), None)
    """
    if from_unit == to_unit:
        return value
    if from_unit not in _YUAN_POWER or to_unit not in _YUAN_POWER:
        return None
    return value.scaleb(_YUAN_POWER[from_unit] - _YUAN_POWER[to_unit])


def codebook_unit(form: Form, address: str) -> str | None:
    """
    The unit in which `wide` and all identities hold a cell: the form's own, 万元 for money that the form leaves open.

    >>> from parsers.form import national_form
    >>> codebook_unit(national_form(2019), "proactive.procurement.amount")
    '万元'
    """
    unit = form.unit_of(address)
    if unit is not None:
        return unit
    _, row, column = form.cells[address]
    return MONEY_UNIT if row.amount or column.amount else None


def codebook_value(fact: Fact, form: Form) -> Decimal | None:
    """
    The cell's figure in the codebook's unit; None without a figure, without a known unit, or where it cannot be converted.

    >>> from parsers.form import national_form
    >>> from parsers.report import Status
    >>> cell = Fact("proactive", "procurement", "amount", Decimal(251000), "251000元", "元", Status.PUBLISHED)
    >>> codebook_value(cell, national_form(2019))
    Decimal('25.1000')
    """
    if fact.value is None:
        return None
    printed = fact.unit_of_measure or form.unit_of(fact.address)
    wanted = codebook_unit(form, fact.address)
    return None if printed is None or wanted is None else convert(fact.value, printed, wanted)
