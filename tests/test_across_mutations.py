"""
The power of the audit across reports: switch each rule off, turn its comparison round, drop each guard, and a test must see it.

A battery is a set of reports that a rule must find and sets that it must pass over. Every mutation must change what its battery
says; run with `-s` to see the table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from across_reports import Case, Figures, audited, body, codes, reported, switched_on, zeros

from parsers.form import load_forms
from parsers.identities import Comparison, Statement, Sum
from pipeline.audit import across, across_bodies, across_years, copying, orphans, ratios
from pipeline.audit.compact import Slot
from pipeline.bodies import Body

RULES = switched_on("x.pending", "x.jump", "x.public_total")
IN, OUT = "applications.carried_in.total", "applications.carried_out.total"
RECEIVED = "applications.received.total"
LICENCES, FEES = "proactive.licensing.decisions", "proactive.fees.amount"
ISSUED, GONE, STOCK = (f"proactive.normative_documents.{column}" for column in ("issued", "repealed", "in_force"))
ITEMS, CHANGE, ALL = "proactive.fees.items_last_year", "proactive.fees.change", "proactive.rules.disclosed_total"
PENDING, CASES = "review_litigation.review.pending", "review_litigation.review.total"
TOWN, BUREAU, TAX = body("township", "斗门镇"), body("department", "民政局"), body("department", "税务局")
FIVE = {"proactive.penalties.decisions": 12, "proactive.compulsory_measures.decisions": 5, LICENCES: 31, STOCK: 9, ISSUED: 2}
ONE_REQUEST = {
    f"applications.{row}.{column}": 1 for row in ("received", "granted", "total") for column in ("natural_person", "total")
}


@dataclass(frozen=True)
class Battery:
    """Sets of reports in which a code must be found, and sets in which it must not; all the bodies of a county are there."""

    code: str
    found: Sequence[Sequence[Case]]
    passed_over: Sequence[Sequence[Case]]
    versions: bool = False

    def fails(self) -> bool:
        """Whether anything is otherwise than it must be."""
        seen = [self.code in self._codes(cases) for cases in (*self.found, *self.passed_over)]
        return seen != [True] * len(self.found) + [False] * len(self.passed_over)

    def _codes(self, cases: Sequence[Case]) -> list[str]:
        ids = [report.report_id for report, _ in cases]
        supersedes = dict(zip(ids[2:], ids[1:], strict=False)) if self.versions else {}
        return codes(audited(*cases, rules=RULES, complete=lambda _county, _year: True, supersedes=supersedes))


def pair(before: Figures, after: Figures, year: int = 2022, scopes: tuple[str | None, str | None] = (None, None)) -> list[Case]:
    base = zeros("2021" if year > 2020 else "2019")
    first = zeros("2021" if year > 2021 else "2019")
    return [reported({**first, **before}, year - 1, scope=scopes[0]), reported({**base, **after}, year, scope=scopes[1])]


def county(whole: Figures, *units: Figures, who: Sequence[Body] = (TOWN, BUREAU), level: str = "county") -> list[Case]:
    above = Body("360900-2008", "prefecture", "") if level == "prefecture" else body()
    own = [reported({**zeros(), **figures}, 2022, body_) for figures, body_ in zip(units, who, strict=False)]
    return [reported({**zeros(), **whole}, 2022, above, scope="all"), *own]


def copies(figures: Figures, one: tuple[Body, int], two: tuple[Body, int]) -> list[Case]:
    return [reported({**zeros(), **figures}, year, who) for who, year in (one, two)]


def versions(old: int, new: int) -> list[Case]:
    before, last = pair({OUT: 3}, {IN: new})
    return [before, reported({**zeros(), IN: old}, 2022, version=2), last]


MERGED = [
    reported({**zeros("2019"), IN: held}, year, body(county="110101-2010"), form="2019") for held, year in ((0, 2009), (5, 2010))
]
TWO = [*pair({OUT: 3}, {IN: 4}), reported({**zeros(), IN: 5}, 2022, version=2)]

BATTERIES = {battery.code: battery for battery in (
    Battery("x.carry", [pair({OUT: 3}, {IN: 2}), pair({OUT: 2}, {IN: 3}), pair({OUT: 3}, {IN: 2}, 2021)],
            [pair({OUT: 3, IN: 8}, {IN: 3, OUT: 5}), pair({OUT: 3}, {IN: 3}, 2021), pair({}, {}), MERGED, TWO]),
    Battery("x.valid", [pair({STOCK: 5}, {STOCK: 9, ISSUED: 3, GONE: 1}), pair({STOCK: 5}, {STOCK: 6, ISSUED: 3, GONE: 1})],
            [pair({STOCK: 5, ISSUED: 4}, {STOCK: 7, ISSUED: 3, GONE: 1}), pair({}, {})]),
    Battery("x.items", [pair({ITEMS: 5, CHANGE: -2}, {ITEMS: 4}, 2020), pair({ITEMS: 5, CHANGE: -2}, {ITEMS: 2}, 2020)],
            [pair({ITEMS: 5, CHANGE: -2}, {ITEMS: 3, CHANGE: 4}, 2020), pair({}, {}, 2020)]),
    Battery("x.public_total", [pair({ALL: 5}, {ALL: 4}, 2020)], [pair({ALL: 5}, {ALL: 6}, 2020), pair({ALL: 5}, {ALL: 5}, 2020)]),
    Battery("x.pending", [pair({PENDING: 3}, {CASES: 2})], [pair({PENDING: 3}, {CASES: 4}), pair({PENDING: 3, CASES: 9}, {CASES: 3, PENDING: 9})]),
    Battery("x.jump", [pair({LICENCES: 10}, {LICENCES: 51}), pair({LICENCES: 10}, {LICENCES: 1})],
            [pair({LICENCES: 10}, {LICENCES: 50}), pair({LICENCES: 10}, {LICENCES: 2}), pair({}, {LICENCES: 9})]),
    Battery("x.scope", [pair({}, {}, scopes=("own", "all")), pair({}, {}, scopes=(None, "all"))], [pair({}, {}, scopes=("all", "all"))]),
    Battery("unit.slip", [pair({FEES: 7}, {FEES: 70_100}), pair({FEES: 7_000}, {FEES: 7})], [pair({FEES: 7}, {FEES: 700}), pair({}, {})]),
    Battery("review.orphan", [pair({}, {CASES: 1})], [pair({RECEIVED: 1}, {CASES: 1}), pair({}, {CASES: 1, IN: 1}), pair({}, {})]),
    Battery("copy.table", [copies(FIVE, (TOWN, 2021), (TOWN, 2022)), copies(FIVE, (TOWN, 2022), (BUREAU, 2022))],
            [copies(ONE_REQUEST, (TOWN, 2021), (BUREAU, 2022)), copies({}, (TOWN, 2022), (BUREAU, 2022)),
             copies(FIVE, (body(), 2022), (body("office", "人民政府办公室"), 2022)), copies(FIVE, (TOWN, 2022), (Body(None, None, None), 2022))]),
    Battery("l.t3_ge", [county({RECEIVED: 2}, {RECEIVED: 3})], [county({RECEIVED: 3}, {RECEIVED: 2}), county({RECEIVED: 3}, {RECEIVED: 3}, {RECEIVED: 2}), county({}, {RECEIVED: 3}, who=[TAX])]),
    Battery("l.t3", [county({RECEIVED: 6}, {RECEIVED: 2}, {RECEIVED: 3}), county({RECEIVED: 4}, {RECEIVED: 2}, {RECEIVED: 3})],
            [county({RECEIVED: 5}, {RECEIVED: 2}, {RECEIVED: 3}), county({RECEIVED: 2}, {RECEIVED: 2}, {RECEIVED: 3}, who=[TOWN, TAX])]),
    Battery("l.t2", [county({LICENCES: 6}, {LICENCES: 2}, {LICENCES: 3}), county({LICENCES: 4}, {LICENCES: 2}, {LICENCES: 3})],
            [county({LICENCES: 5}, {LICENCES: 2}, {LICENCES: 3})]),
    Battery("l.t4", [county({CASES: 6}, {CASES: 2}, {CASES: 3})], [county({CASES: 5}, {CASES: 2}, {CASES: 3}), county({CASES: 4}, {CASES: 2}, {CASES: 3})]),
    Battery("l.prefecture_ge", [county({RECEIVED: 2}, {RECEIVED: 3}, who=[body()], level="prefecture")],
            [county({RECEIVED: 3}, {RECEIVED: 2}, who=[body()], level="prefecture"), county({RECEIVED: 3}, {RECEIVED: 3}, who=[body()], level="prefecture")]),
)}  # fmt: skip
NEWEST = Battery("x.carry", [versions(3, 9)], [versions(9, 3)], versions=True)

NOBODY = re.compile(r"(?!)")
Patch = Callable[[pytest.MonkeyPatch], None]


# --- mutations ------------------------------------------------------------------------------------


def _year_rules(change: Callable[[across_years.YearRule], across_years.YearRule | None], code: str) -> Patch:
    rules = across_years.year_rules()
    changed = [change(rule) if rule.code == code else rule for rule in rules]

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(across_years, "year_rules", lambda: tuple(rule for rule in changed if rule is not None))

    return patch


_TURNED = {"==": ">", ">=": "<", "<=": ">"}


def _turned(rule: across_years.YearRule) -> across_years.YearRule:
    return _each(rule, lambda item: replace(item, sign=_TURNED[item.sign]))


def _loosened(rule: across_years.YearRule) -> across_years.YearRule:
    return _each(rule, lambda item: replace(item, sign=">=" if item.sign == "==" else "=="))


def _other_years(rule: across_years.YearRule) -> across_years.YearRule:
    swap = {"earlier": "later", "later": "earlier"}

    def side(held: Sum) -> Sum:
        return replace(
            held, terms=tuple((sign, swap[(parts := name.partition("."))[0]] + "." + parts[2]) for sign, name in held.terms)
        )

    return _each(rule, lambda item: Comparison(side(item.left), item.sign, side(item.right)))


def _each(rule: across_years.YearRule, change: Callable[[Comparison], Comparison]) -> across_years.YearRule:
    return rule._replace(
        instances=tuple((name, Statement(tuple(map(change, statement.comparisons)))) for name, statement in rule.instances)
    )


def _body_rules(code: str, **changes: Any) -> Patch:
    rules = across_bodies.body_rules()
    changed = tuple(rule._replace(**changes) if rule.code == code else rule for rule in rules if changes or rule.code != code)
    return lambda monkeypatch: monkeypatch.setattr(across_bodies, "body_rules", lambda: changed)


def _bands(**changes: Any) -> Patch:
    changed = tuple(band._replace(**changes) for band in ratios._bands() if changes)
    return lambda monkeypatch: monkeypatch.setattr(ratios, "_bands", lambda: changed)


def _set(module: object, name: str, value: object) -> Patch:
    return lambda monkeypatch: monkeypatch.setattr(module, name, value)


def _mutations() -> Iterator[tuple[str, str, Patch, Battery]]:
    for code in ("x.carry", "x.valid", "x.items", "x.public_total", "x.pending"):
        for name, change in (("turned round", _turned), ("loosened", _loosened), ("years swapped", _other_years)):
            yield code, name, _year_rules(change, code), BATTERIES[code]
        yield code, "switched off", _year_rules(lambda _rule: None, code), BATTERIES[code]
    for code, sign in (("l.t3_ge", "<="), ("l.t3", ">="), ("l.t2", "<="), ("l.t4", "=="), ("l.prefecture_ge", "==")):
        yield code, "switched off", _body_rules(code), BATTERIES[code]
        yield code, f"reads {sign}", _body_rules(code, sign=sign), BATTERIES[code]
        yield code, "each for sum, sum for each", _body_rules(code, is_sum=code.endswith("_ge")), BATTERIES[code]
    yield "x.jump", "switched off", _bands(), BATTERIES["x.jump"]
    yield "x.jump", "lower bound gone", _bands(least=0), BATTERIES["x.jump"]
    yield "x.jump", "upper bound at ten", _bands(most=10), BATTERIES["x.jump"]
    yield "unit.slip", "never", _set(ratios, "is_slip", lambda _now, _before: False), BATTERIES["unit.slip"]
    yield "unit.slip", "always", _set(ratios, "is_slip", lambda _now, _before: True), BATTERIES["unit.slip"]
    yield "unit.slip", "10^3 only", _set(ratios, "_SLIPS", (3,)), BATTERIES["unit.slip"]
    yield "unit.slip", "10^4 only", _set(ratios, "_SLIPS", (4,)), BATTERIES["unit.slip"]
    yield "review.orphan", "switched off", _set(across, "check_orphans", lambda _pair: iter(())), BATTERIES["review.orphan"]
    yield (
        "review.orphan",
        "no request looked for",
        _set(orphans, "_any_above_zero", lambda _cells: False),
        BATTERIES["review.orphan"],
    )
    yield (
        "review.orphan",
        "carried in not looked at",
        _set(orphans, "_REQUESTS", orphans._REQUESTS[:1]),
        BATTERIES["review.orphan"],
    )
    yield "copy.table", "switched off", _set(across, "check_copies", lambda _reports: iter(())), BATTERIES["copy.table"]
    yield "copy.table", "six figures", _set(copying, "FEWEST", 6), BATTERIES["copy.table"]
    yield "copy.table", "zeros too", _set(copying, "FEWEST", 0), BATTERIES["copy.table"]
    yield "copy.table", "totals count", _set(copying, "_totals", lambda _layout: frozenset()), BATTERIES["copy.table"]
    yield "copy.table", "any two", _set(copying, "_are_two", lambda _one, _two: True), BATTERIES["copy.table"]
    yield "x.scope", "not looked at", _set(across, "_scope_changed", lambda _pair: ""), BATTERIES["x.scope"]
    yield "x.scope", "always changed", _set(across, "_scope_changed", lambda _pair: "so"), BATTERIES["x.scope"]
    yield "x.carry", "mergers not looked at", _set(across, "_reshaped", lambda _body, _year: ""), BATTERIES["x.carry"]
    yield "x.carry", "two reports not looked at", _set(Slot, "doubt", property(lambda _slot: "")), BATTERIES["x.carry"]
    yield "x.carry", "old versions count", _set(across, "_newest", list), NEWEST
    yield "l.t3_ge", "own superiors compared", _set(across_bodies, "_OWN_SUPERIORS", NOBODY), BATTERIES["l.t3_ge"]
    yield "l.t3", "own superiors in every sum", _set(across_bodies, "_OWN_SUPERIORS", NOBODY), BATTERIES["l.t3"]


MUTATIONS = list(_mutations())


@pytest.fixture(autouse=True)
def rules_read_again() -> Iterator[None]:
    """Which rules apply to which layouts is remembered, and must not outlive a mutation."""
    across_years._applicable.cache_clear()
    yield
    across_years._applicable.cache_clear()


@pytest.mark.parametrize("battery", [*BATTERIES.values(), NEWEST], ids=lambda battery: battery.code)
def test_a_battery_passes_as_things_are(battery: Battery) -> None:
    assert not battery.fails()


@pytest.mark.parametrize(
    ("code", "name", "patch", "battery"), MUTATIONS, ids=[f"{code}: {name}" for code, name, _, _ in MUTATIONS]
)
def test_every_mutation_is_seen(code: str, name: str, patch: Patch, battery: Battery, monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch)
    assert battery.fails(), f"{code} {name}: nobody sees it"


def test_every_rule_has_a_battery_and_is_switched_off_once(capsys: pytest.CaptureFixture[str]) -> None:
    across_codes = {str(raw["code"]) for form in load_forms() for raw in (*form.across_years, *form.across_bodies)}
    assert across_codes | {"x.scope", "unit.slip", "review.orphan", "copy.table"} == set(BATTERIES)
    assert {code for code, _, _, _ in MUTATIONS} == set(BATTERIES)
    counted = Counter(code for code, _, _, _ in MUTATIONS)
    with capsys.disabled():
        print(f"\nmutations of the audit across, all seen: {', '.join(f'{code} {number}' for code, number in counted.items())}")  # noqa: T201
