"""Lists of values as programs print them: rows of JSON, and of Python's own lists, tuples and dictionaries, in any text."""

from __future__ import annotations

import json
import re
from ast import literal_eval

__all__ = ["records_of"]

_FEWEST_STRINGS = 10
_MOST_VALUES = 20
_NAMED = 2
_NAME = re.compile(r"[a-z][A-Za-z_]*")
_QUOTED = r'"(?:[^"\\\n]|\\.)*"' + r"|'(?:[^'\\\n]|\\.)*'"
_SCALAR = rf"(?:{_QUOTED}|[-+]?\d+(?:\.\d+)?|[A-Za-z]{{1,5}}(?:\(\s*(?:{_QUOTED})\s*\))?)"
_PAIR = rf"(?:{_QUOTED}|\d+)\s*:\s*{_SCALAR}"
_RECORD = re.compile(
    rf"[\[(]\s*(?P<list>{_SCALAR}(?:\s*,\s*{_SCALAR})*+)\s*,?\s*[\])]|\{{\s*(?P<pairs>{_PAIR}(?:\s*,\s*{_PAIR})*+)\s*\}}"
)
_SCALARS, _PAIRS = re.compile(_SCALAR), re.compile(rf"((?:{_QUOTED})|\d+)\s*:\s*({_SCALAR})")
_NAMES_NO_ROW = re.compile(r"""["'](?:index|columns)["']\s*:\s*\Z""")
_BETWEEN = re.compile(r"""[\s,\[\](){}:]*|[\s,\[\](){}:]*(?:(?:"[^"\n]*"|'[^'\n]*'|\d+)\s*:[\s,\[\](){}:]*)+""")
_NOTHING = frozenset({"None", "null", "nan", "NaN"})
_UNKNOWN = "\ufffd"


def records_of(text: str) -> list[list[str]] | None:
    """
    The rows of lists of values in a text, each line of other text a row of one field; None where it holds no such lists.

    A value for nothing is an empty field. A dictionary is a row of its values, under a row of its keys where these are words;
    or a column, where one holds more values than any row of a form. One that lacks a key of those before it has U+FFFD there.

    >>> records_of("年报\\n" + "['规章', '0', None]\\n" * 5)[:2]
    [['年报'], ['规章', '0', '']]
    """
    found = [
        match for match in _RECORD.finditer(text) if not _NAMES_NO_ROW.search(text, max(0, match.start() - 20), match.start())
    ]
    if sum(len(re.findall(_QUOTED, match[0])) for match in found) < _FEWEST_STRINGS or 2 * sum(map(_is_of_program, found)) > len(
        found
    ):
        return None
    records: list[list[str]] = []
    columns: list[list[str]] = []
    upright = any(len(_PAIRS.findall(match["pairs"])) > _MOST_VALUES for match in found if match["pairs"])
    at, keys = 0, list[str]()
    for match in found:
        between = text[at : match.start()]
        at = match.end()
        pairs = [(_value(pair[1]), _value(pair[2])) for pair in _PAIRS.finditer(match["pairs"] or "")]
        named = [key for key, _ in pairs]
        if columns and (named != keys or not _BETWEEN.fullmatch(between)):
            records += map(list, zip(*columns, strict=True))
            columns = []
        records += _lines(between)
        if match["list"] is not None:
            records.append([_value(scalar[0]) for scalar in _SCALARS.finditer(match["list"])])
        elif upright:
            columns.append([value for _, value in pairs])
        else:
            lacking = bool(named) and set(named) < set(keys)  # a record of the same table that has lost a value
            records += [named] if named != keys and not lacking and not all(map(str.isdecimal, named)) else []
            values = dict(pairs)
            records.append([values.get(key, _UNKNOWN) for key in keys] if lacking else [value for _, value in pairs])
            named = keys if lacking else named
        keys = named
    return [*records, *map(list, zip(*columns, strict=True)), *_lines(text[at:])]


def _is_of_program(match: re.Match[str]) -> bool:
    """Whether a dictionary has names of a program for its keys, or two values are such a name and its own, as no row of a table."""
    if match["pairs"] is not None:
        return all(_NAME.fullmatch(_value(pair[0])) for pair in _PAIRS.findall(match["pairs"]))
    values = [_value(scalar[0]) for scalar in _SCALARS.finditer(match["list"])]
    return len(values) == _NAMED and values[0] not in _NOTHING and _NAME.fullmatch(values[0]) is not None


def _lines(between: str) -> list[list[str]]:
    """The lines of prose between two lists, each a row of one field."""
    return [] if _BETWEEN.fullmatch(between) else [[line.strip()] for line in between.splitlines() if line.strip()]


def _value(scalar: str) -> str:
    """The text of a value; a string as its quotes and escapes spell it."""
    if scalar[:1] == '"':
        try:
            return str(json.loads(scalar))
        except ValueError:
            pass
    if scalar[:1] in ("'", '"'):
        try:
            return str(literal_eval(scalar))
        except (ValueError, SyntaxError):
            return scalar[1:-1]
    return "" if scalar in _NOTHING else scalar
