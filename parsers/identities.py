"""
Identities: the sums of a form as values, evaluated over cells with three verdicts.

The rebuild decides with them, the audit finds with them. Arithmetic is exact (Decimal); a cell that is not a
number makes a statement unknown, never false.
"""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from parsers.finding import RuleLevel, Verdict

__all__ = ["Comparison", "Identity", "Outcome", "Statement", "Sum", "expand_identity", "parse_statement", "parse_sum"]

_OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "==": operator.eq, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_COMPARISON = re.compile(r"(==|<=|>=|<|>)")
_TERM = re.compile(r"([+-]?)\s*([a-z_]+(?:\.[a-z_]+)+|\d+)\s*")


@dataclass(frozen=True, slots=True)
class Sum:
    """Signed addresses and a constant: `a.b.c + d.e.f - 2`."""

    terms: tuple[tuple[int, str], ...]
    constant: Decimal = Decimal(0)

    def over(self, values: Mapping[str, Decimal | None]) -> Decimal | None:
        """The sum, or None when a cell is not a number."""
        total = self.constant
        for sign, address in self.terms:
            value = values.get(address)
            if value is None:
                return None
            total += value if sign > 0 else -value
        return total


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sums and the sign between them."""

    left: Sum
    sign: str
    right: Sum

    def verdict(self, left: Decimal | None, right: Decimal | None) -> Verdict:
        """Whether the two sides stand as the sign says; unknown when a side is not a number."""
        if left is None or right is None:
            return Verdict.UNKNOWN
        return Verdict.HOLDS if _OPERATORS[self.sign](left, right) else Verdict.BROKEN


@dataclass(frozen=True, slots=True)
class Outcome:
    """A statement evaluated: the verdict, both sides of the comparison that decided, and the cells without a number."""

    verdict: Verdict
    left: Decimal | None
    right: Decimal | None
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Comparisons joined by `and`."""

    comparisons: tuple[Comparison, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address it speaks of, once, in order."""
        sides = (side for item in self.comparisons for side in (item.left, item.right))
        return tuple(dict.fromkeys(address for side in sides for _, address in side.terms))

    def evaluate(self, values: Mapping[str, Decimal | None]) -> Outcome:
        """
        The outcome over values by address; broken wins over unknown, unknown over holds.

        >>> statement = parse_statement("a.b.c + a.b.d == a.b.e")
        >>> statement.evaluate({"a.b.c": Decimal(2), "a.b.d": Decimal(1), "a.b.e": Decimal(2)}).verdict.value
        'broken'
        >>> statement.evaluate({"a.b.c": Decimal(2), "a.b.e": Decimal(2)}).absent
        ('a.b.d',)
        """
        outcomes = []
        for item in self.comparisons:
            left, right = item.left.over(values), item.right.over(values)
            outcomes.append(Outcome(item.verdict(left, right), left, right, ()))
        absent = tuple(address for address in self.addresses if values.get(address) is None)
        for wanted in (Verdict.BROKEN, Verdict.UNKNOWN):
            for outcome in outcomes:
                if outcome.verdict is wanted:
                    return Outcome(wanted, outcome.left, outcome.right, absent)
        return outcomes[-1]


@dataclass(frozen=True, slots=True)
class Identity:
    """
    One rule of a form for one instance: `applications.flow` for `natural_person`.

    `on` is false for rules that run only when asked for; `when` limits a rule to reports whose level or scope is
    among those named.
    """

    code: str
    instance: str
    level: RuleLevel
    statement: Statement
    basis: str
    on: bool = True
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def name(self) -> str:
        """The instance as `rests_on` writes it."""
        return f"{self.code}[{self.instance}]" if self.instance else self.code


def parse_statement(text: str) -> Statement:
    """The statement that an expression describes; ValueError says where it cannot be read."""
    comparisons = []
    for part in text.split(" and "):
        pieces = _COMPARISON.split(part)
        if len(pieces) != 3:
            raise ValueError(f"{part.strip()!r} needs exactly one of {', '.join(_OPERATORS)}")
        comparisons.append(Comparison(parse_sum(pieces[0]), pieces[1], parse_sum(pieces[2])))
    return Statement(tuple(comparisons))


def parse_sum(text: str) -> Sum:
    """
    The sum that an expression describes; ValueError says where it cannot be read.

    >>> parse_sum("a.b.c - d.e.f").terms
    ((1, 'a.b.c'), (-1, 'd.e.f'))
    """
    terms, constant, at = [], Decimal(0), 0
    text = text.strip()
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or (at > 0 and not match[1]):
            raise ValueError(f"cannot read {text[at:]!r} in the sum {text!r}")
        sign = -1 if match[1] == "-" else 1
        if match[2].isdigit():
            constant += sign * Decimal(match[2])
        else:
            terms.append((sign, match[2]))
        at = match.end()
    if not text:
        raise ValueError("a side of the comparison is empty")
    return Sum(tuple(terms), constant)


def expand_identity(expression: str, ranges: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Statement]]:
    """Instance name and statement for every combination of the ranges; the code alone where there is none."""
    for chosen in itertools.product(*ranges.values()):
        named = dict(zip(ranges, chosen, strict=True))
        text = expression
        for name, value in named.items():
            if f"{{{name}}}" not in text:
                raise ValueError(f"the expression has no {{{name}}}, but for_each does")
            text = text.replace(f"{{{name}}}", value)
        if "{" in text:
            raise ValueError(f"no range for the name in {text[text.index('{') :][:20]!r}")
        yield ".".join(chosen), parse_statement(text)
