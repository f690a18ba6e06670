"""
Random sheets whose figures obey the sums of their forms, as reports do: mostly zeros, a few large columns.

Everything comes from the `Random` that is handed in: the same seed gives the same sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from random import Random

from parsers.finding import RuleLevel, Verdict
from parsers.identities import Identity
from pipeline.demo.sheet import FORMS, Sheet, form_named, write_sheet

__all__ = [
    "FILLINGS",
    "SCALES",
    "carried_on",
    "equations",
    "numbers",
    "random_sheet",
    "stock_carried_on",
    "with_one_false_figure",
]

SCALES = (20, 200, 600, 3_000)
"""Requests a year, about: a township, a small county, a large county, a city."""

FILLINGS = ("full", "half", "zero", "blank")
"""How cells are filled: `full` prints its zeros, `half` leaves some of them blank, `zero` is all zeros, `blank` is empty."""


def random_sheet(random: Random, *, form: str = "2021", scale: int = 200, filling: str = "full") -> Sheet:
    """
    A sheet of one of `FORMS` (`2021`, `2019`, `2014`, `mixed`, `none`) whose figures obey every sum of the form.

    >>> sheet = random_sheet(Random(7), scale=200)
    >>> all(rule.statement.evaluate(numbers(sheet)).verdict.value == "holds" for rule in equations(sheet))
    True
    """
    figures: dict[str, str] = {}
    for code, name in FORMS[form].items():
        figures.update(_FIGURES[code](random, name, scale))
    cells = {address: _fill(random, text, filling) for address, text in figures.items()}
    return write_sheet(random, form, cells)


def numbers(sheet: Sheet) -> Mapping[str, Decimal | None]:
    """The plain decimal figures of a sheet by address, None for every other text: of use before a layout changes texts."""
    return {
        address: Decimal(text) if text.lstrip("-").replace(".", "", 1).isdecimal() else None
        for address, text in sheet.cells.items()
    }


def equations(sheet: Sheet) -> tuple[Identity, ...]:
    """The equalities of the sheet's forms that concern it: stated and structural ones, for form 2014 the plausible sums too."""
    found = []
    for name in dict.fromkeys(sheet.forms.values()):
        for rule in form_named(name).identities:
            tied = all(
                address in sheet.cells and sheet.forms[address.split(".")[0]] == name for address in rule.statement.addresses
            )
            equal = all(
                item.sign == "==" and len(item.left.terms) + len(item.right.terms) > 1 for item in rule.statement.comparisons
            )
            if tied and equal and (rule.level is not RuleLevel.PLAUSIBLE or name == "2014") and not rule.when:
                found.append(rule)
    return tuple(found)


def with_one_false_figure(sheet: Sheet, random: Random) -> Sheet:
    """
    The same sheet with one figure that breaks at least one equality, a blank counted as 0; prose is left as it was.

    >>> sheet = with_one_false_figure(random_sheet(Random(7)), Random(8))
    >>> {rule.code for rule in equations(sheet) if rule.statement.evaluate(numbers(sheet)).verdict.value == "broken"} != set()
    True
    """
    rules = equations(sheet)
    tied = sorted({address for rule in rules for address in rule.statement.addresses})
    if not tied:
        return sheet
    values = {address: value or Decimal(0) for address, value in numbers(sheet).items()}
    while True:
        address = random.choice(tied)
        value = int(values[address])
        false = random.choice(
            (value + 1, value + 1, max(value - 1, 0), value * 10, value + random.choice((2, 3, 9, 10)), int(str(value)[::-1]))
        )
        spoilt = {**values, address: Decimal(false)}
        if false != value and any(rule.statement.evaluate(spoilt).verdict is Verdict.BROKEN for rule in rules):
            return sheet.with_cells({address: str(false)})


def _fill(random: Random, text: str, filling: str) -> str:
    if filling == "zero":
        return "0"
    if filling == "blank" or (filling == "half" and text == "0" and random.random() < 0.5):
        return ""
    return text


# --- figures, table by table ----------------------------------------------------------------------


def _proactive(random: Random, name: str, _scale: int) -> dict[str, str]:
    """Section two does not grow with the requests: licences and penalties have any size."""
    return _proactive_2019(random) if name == "2019" else _proactive_2021(random)


def _proactive_2021(random: Random) -> dict[str, str]:
    cells = {f"proactive.rules.{column}": "0" for column in ("issued", "repealed", "in_force")}
    issued, repealed = _rare(random, 30), _rare(random, 8)
    cells["proactive.normative_documents.issued"] = str(issued)
    cells["proactive.normative_documents.repealed"] = str(repealed)
    cells["proactive.normative_documents.in_force"] = str(
        max(0, issued - repealed) + random.choice((0, 0, 5, random.randint(1, 400)))
    )
    for row in ("licensing", "penalties", "compulsory_measures"):
        cells[f"proactive.{row}.decisions"] = str(_decisions(random))
    cells["proactive.fees.amount"] = _amount(random, random.randint(0, 9_999))
    return cells


def _proactive_2019(random: Random) -> dict[str, str]:
    cells = {f"proactive.rules.{column}": "0" for column in ("produced", "disclosed", "disclosed_total")}
    produced = _rare(random, 60)
    disclosed = random.randint(0, produced)
    cells["proactive.normative_documents.produced"] = str(produced)
    cells["proactive.normative_documents.disclosed"] = str(disclosed)
    cells["proactive.normative_documents.disclosed_total"] = str(disclosed + _rare(random, 400))
    for row in ("licensing", "other_services", "penalties", "compulsory_measures", "fees"):
        items = _decisions(random) % 10_000
        change = random.choice((0, 0, random.randint(-items, items), random.randint(0, 90)))
        cells[f"proactive.{row}.items_last_year"], cells[f"proactive.{row}.change"] = str(items), str(change)
        if row != "fees":
            cells[f"proactive.{row}.decisions"] = str(_decisions(random))
    cells["proactive.procurement.items"] = str(_rare(random, 200))
    cells["proactive.procurement.amount"] = _amount(
        random, random.choice((random.randint(0, 90_000), random.randint(0, 9_000_000)))
    )
    return cells


_APPLICANT_WEIGHTS = (60.0, 7.0, 0.3, 0.4, 0.8, 2.0)


def _applications(random: Random, name: str, scale: int) -> dict[str, str]:
    """Column by column: new and carried-in requests, what is carried out, and the rest spread over few outcomes."""
    table = form_named(name).table("applications")
    rows = [row.code for row in table.rows if row.values]
    outcomes = [row for row in rows if row not in ("received", "carried_in", "total", "carried_out")]
    columns = [column.code for column in table.columns if column.code != "total"]
    favour = {row: random.choice((0.0, 0.0, 0.2, 1.0, 4.0)) for row in outcomes} | {"granted": 8.0, "unable.not_held": 4.0}
    requests = round(scale * random.uniform(0.3, 1.5))
    received = _spread(random, requests, columns, dict(zip(columns, _APPLICANT_WEIGHTS, strict=True)))
    carried_in = _spread(
        random,
        round(requests * random.choice((0, 0, 0.02, 0.08))),
        columns,
        {column: received[column] + 0.01 for column in columns},
    )
    figures: dict[str, dict[str, int]] = {row: {} for row in rows}
    for column in columns:
        whole = received[column] + carried_in[column]
        carried_out = min(whole, round(whole * random.choice((0, 0, 0, 0.03, 0.1))))
        spread = _spread(random, whole - carried_out, outcomes, favour)
        entries = {
            "received": received[column],
            "carried_in": carried_in[column],
            "total": whole - carried_out,
            "carried_out": carried_out,
            **spread,
        }
        for row in rows:
            figures[row][column] = entries[row]
    return {
        f"applications.{row}.{column}": str(sum(line.values()) if column == "total" else line[column])
        for row, line in figures.items()
        for column in (*columns, "total")
    }


def _review_litigation(random: Random, _name: str, scale: int) -> dict[str, str]:
    cells = {}
    for group in ("review", "litigation_direct", "litigation_after_review"):
        parts = [_rare(random, max(2, scale // 20)) for _ in range(4)] if random.random() < 0.6 else [0] * 4
        for column, value in zip(("upheld", "corrected", "other", "pending", "total"), (*parts, sum(parts)), strict=True):
            cells[f"review_litigation.{group}.{column}"] = str(value)
    return cells


def _statistics(random: Random, name: str, scale: int) -> dict[str, str]:
    """The annex of form 2014: free rows first, then the sums that its lines imply."""
    rows = [row for row in form_named(name).table("statistics").rows if row.values]
    figures = {row.code: _rare(random, scale) for row in rows}
    items = random.randint(100, 99_999)
    figures |= {
        "proactive.items": items,
        "proactive.normative_documents": random.randint(0, 90),
        "proactive.by_channel.website": items,
    }
    for row in ("press_conferences", "online_interviews"):
        figures[f"response.by_channel.{row}_by_leaders"] = min(
            figures[f"response.by_channel.{row}"], figures[f"response.by_channel.{row}_by_leaders"]
        )
    answers = _children(figures, "requests.answered")
    figures.update(_spread(random, scale, answers, {row: random.choice((0.0, 0.5, 3.0)) + 0.01 for row in answers}))
    grounds = _children(figures, "requests.answered.refused")
    figures.update(_spread(random, figures["requests.answered.refused"], grounds, dict.fromkeys(grounds, 1.0)))
    figures.update(
        _spread(
            random,
            scale,
            ["requests.concluded.on_time", "requests.concluded.extended"],
            {"requests.concluded.on_time": 9.0, "requests.concluded.extended": 1.0},
        )
    )
    for parent in ("requests.received", "requests.concluded", "requests.answered", "review", "litigation", "capacity.staff"):
        figures[parent] = sum(figures[row] for row in _children(figures, parent))
    amounts = {row.code for row in rows if row.amount}
    return {f"statistics.{row}.count": _amount(random, value) if row in amounts else str(value) for row, value in figures.items()}


def _children(rows: Iterable[str], parent: str) -> list[str]:
    return [row for row in rows if row.startswith(f"{parent}.") and "." not in row[len(parent) + 1 :]]


_FIGURES: Mapping[str, Callable[[Random, str, int], dict[str, str]]] = {
    "proactive": _proactive, "applications": _applications, "review_litigation": _review_litigation, "statistics": _statistics,
}  # fmt: skip


def _rare(random: Random, most: int) -> int:
    """Mostly 0, else up to `most`."""
    return 0 if random.random() < 0.55 else random.randint(1, max(1, most))


def _decisions(random: Random) -> int:
    """A count of 1 to 7 digits, each length as likely; sometimes 0."""
    digits = random.randint(0, 7)
    return 0 if digits == 0 else random.randint(10 ** (digits - 1), 10**digits - 1)


def _amount(random: Random, whole: int) -> str:
    """An amount of money: often 0 or whole, else with 1 to 6 decimals, the last of which is not 0."""
    if random.random() < 0.3:
        return "0"
    decimals = random.choice((0, 0, 1, 2, 2, 3, 6))
    if decimals == 0:
        return str(whole)
    head = "".join(random.choices("0123456789", k=decimals - 1))
    return f"{whole}.{head}{random.randint(1, 9)}"


def _spread(random: Random, whole: int, names: Sequence[str], weights: Mapping[str, float]) -> dict[str, int]:
    """`whole` cases dealt over names by weight, one by one up to 60, then in shares."""
    dealt = dict.fromkeys(names, 0)
    chosen = [weights[name] for name in names]
    if sum(chosen) == 0:
        chosen = [1.0] * len(names)
    step = max(1, whole // 60)
    left = whole
    while left > 0:
        share = min(left, step if left < 2 * step else random.randint(1, step * 2))
        dealt[random.choices(names, chosen)[0]] += share
        left -= share
    return dealt


def carried_on(sheet: Sheet, before: Sheet) -> Sheet:
    """The sheet with the requests that were carried out the year before: more are granted or more came in, as the sums need."""
    cells = dict(sheet.cells)
    rows = ("received", "carried_in", "granted", "total")
    columns = [column.code for column in sheet.table("applications").columns if column.code != "total"]
    for column in columns:
        received, carried_in, granted, total = (int(cells[f"applications.{row}.{column}"]) for row in rows)
        more = int(before.cells[f"applications.carried_out.{column}"]) - carried_in
        figures = (received - min(more, 0), carried_in + more, granted + max(more, 0), total + max(more, 0))
        cells.update({f"applications.{row}.{column}": str(figure) for row, figure in zip(rows, figures, strict=True)})
    for row in rows:
        cells[f"applications.{row}.total"] = str(sum(int(cells[f"applications.{row}.{column}"]) for column in columns))
    return sheet.with_cells(cells)


def stock_carried_on(sheet: Sheet, before: Sheet) -> Sheet:
    """The sheet with what was in force, and the items there were, at the end of the year before, where both forms ask for it."""
    cells = dict(sheet.cells)
    documents = "proactive.normative_documents"
    if f"{documents}.in_force" in before.cells and f"{documents}.in_force" in cells:
        held = int(before.cells[f"{documents}.in_force"]) + int(cells[f"{documents}.issued"])
        cells[f"{documents}.repealed"] = str(min(held, int(cells[f"{documents}.repealed"])))
        cells[f"{documents}.in_force"] = str(held - int(cells[f"{documents}.repealed"]))
    for row in ("licensing", "other_services", "penalties", "compulsory_measures", "fees"):
        items, change = f"proactive.{row}.items_last_year", f"proactive.{row}.change"
        if items in before.cells and items in cells:
            cells[items] = str(int(before.cells[items]) + int(before.cells[change]))
            cells[change] = str(max(int(cells[change]), -int(cells[items])))
    return sheet.with_cells(cells)
