"""Text and tables of a WordprocessingML part, walked as XML; names are compared without their namespace (strict files differ)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from parsers.document import Cell
from parsers.raw.charset import without_marks
from parsers.readers._spans import MAX_CELLS, refuse_too_many_cells
from parsers.readers._word_elements import (
    UNSAID,
    WRAPPERS,
    attribute_of,
    between,
    child_of,
    choice_of,
    has_field_without_result,
    holds_text,
    is_of_unknown,
    local_name,
    members_of,
    name_of,
    number_of,
    one_version,
    properties_of,
    says_two_things,
)  # fmt: skip

__all__ = ["Body", "Line", "Table", "hides_text"]

_HIDING = frozenset({"vanish", "strike", "dstrike", "vertAlign", "position"})
_PLAIN_MATH = frozenset({"oMath", "oMathPara", "oMathParaPr", "r"})
_OFF = frozenset({"0", "false", "off"})
_DIGIT = re.compile(r"\d")
_UNKNOWN = "\ufffd"
_OF_PROGRAM = ("pgNum", "dayLong", "dayShort", "monthLong", "monthShort", "yearLong", "yearShort")
"""What stands for a number that the program prints."""
_SAID = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"} | dict.fromkeys(_OF_PROGRAM, _UNKNOWN)
_POSITION = re.compile(r"-?\d{1,4}")
_LEAST_LIFT, _SMALLEST, _WHITE = 4, 4, "FFFFFF"
"""Half-points from which on text is raised or lowered, and to which no type can be read; the colour of paper."""
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Line(NamedTuple):
    """One line of text, and the style and outline level of its paragraph."""

    text: str
    style: str | None = None
    outlined: bool = False


class Table(NamedTuple):
    """The cells of one table that holds no other."""

    cells: tuple[Cell, ...]


@dataclass(slots=True)
class _Open:
    """A cell that rows below may still continue."""

    text: str
    row: int
    column: int
    width: int
    order: int
    height: int = 1


@dataclass(slots=True)
class _Unfinished:
    """A table being read: its cells, all that they hold, and by column those that the next row may continue."""

    cells: list[_Open] = field(default_factory=list)
    content: list[Line | Table] = field(default_factory=list)
    above: dict[int, _Open] = field(default_factory=dict)
    rows: int = 0


@dataclass(slots=True)
class Body:
    """
    Reads blocks of a part in order; keeps what it learned on the way.

    Tracked changes are read as accepted: what was deleted or moved away is not there. Hidden text is not there either.
    """

    hides: bool = True
    """Whether some text of the part may be hidden, struck out or raised; it costs to ask each run."""
    styles: Mapping[str, Mapping[str, etree._Element]] = field(default_factory=dict)
    """The properties of the character styles that may do so, by their ids."""
    cells: int = 0
    pictures: int = 0
    _boxes: list[etree._Element] = field(default_factory=list)
    _fields: list[bool] = field(default_factory=list)
    """For each field that is open in a paragraph, whether its instruction goes on: what stands in it is not shown."""

    def blocks(self, container: etree._Element) -> Iterator[Line | Table]:
        """The lines and tables of a body, cell or text box. Raises ReadError with status `limit` for too many cells."""
        joined = ""  # the text of a paragraph whose mark was deleted runs into the next one
        for element in members_of(container):
            if (name := name_of(element)) != "p":
                if joined:
                    yield Line(joined)
                joined = ""
                yield from self._table(element) if name == "tbl" else (Line(_UNKNOWN),)
                continue
            text = joined + without_marks(self._text(element))
            if self._fields:
                text += _UNKNOWN if any(self._fields) else ""
                self._fields = []
            own = properties_of(element, "pPr")
            mark = own.get("rPr")
            joined = text if mark is not None and child_of(mark, "del") is not None else ""
            if not joined:
                style = attribute_of(own["pStyle"], "val") if "pStyle" in own else None
                outlined = number_of(own.get("outlineLvl"), 9) < 9
                for line in text.split("\n"):
                    yield Line(line, style, outlined)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                yield from self.blocks(box)
        if joined:
            yield Line(joined)

    def _text(self, element: etree._Element) -> str:
        parts: list[str] = []
        for child in element:
            name = local_name(child.tag)
            if name == "r":
                parts.append(self._run(child, opens=not any(parts)) if self.hides else self._text(child))
            elif name == "t":
                parts.append("" if self._fields and any(self._fields) else child.text or "")
            elif name == "AlternateContent":
                parts.extend(self._text(version) for version in one_version(child))
                parts.append(_UNKNOWN if says_two_things(child) else "")
            elif name in WRAPPERS:
                parts.append(self._text(child))
            elif name in _SAID:
                parts.append(_SAID[name])
            elif name == "sym":
                parts.append(_symbol(child))
            elif name == "fldChar":
                parts.append(self._pass_field(child))
            elif name in {"oMath", "oMathPara"}:
                parts.append(_formula(child))
            elif name in {"drawing", "pict", "object"}:
                self._look_into(child)
            elif name not in UNSAID and holds_text(child):
                parts.append(_UNKNOWN)
        return "".join(parts)

    def _pass_field(self, mark: etree._Element) -> str:
        """Note the begin, the middle or the end of a field; gives what it shows where that is a choice from a list."""
        kind = attribute_of(mark, "fldCharType")
        if kind == "begin":
            shown = choice_of(mark) if not any(self._fields) else ""
            self._fields.append(True)
            return shown
        if self._fields and kind == "separate":
            self._fields[-1] = False
        elif self._fields and kind == "end":
            self._fields.pop()
        return ""

    def _run(self, run: etree._Element, *, opens: bool) -> str:
        """
        The text of a run: not what is hidden; no figure that is struck out, shifted or not to be seen; that of a note's mark as one,
        unless it `opens` the line.
        """
        own = properties_of(run, "rPr")
        if self.styles and "rStyle" in own:
            own = {**self.styles.get(attribute_of(own["rStyle"], "val") or "", {}), **own}
        if _is_on(own.get("vanish")):
            return ""
        text = self._text(run)
        if _DIGIT.search(text) and (_is_on(own.get("strike")) or _is_on(own.get("dstrike"))):
            return _UNKNOWN
        if text.isdecimal() and _is_unseen(run, own):
            return _UNKNOWN
        if opens or not text.isdecimal():
            return text
        if "vertAlign" in own and attribute_of(own["vertAlign"], "val") == "superscript":
            return text.translate(_RAISED)
        return _UNKNOWN if _is_shifted(own) else text

    def _look_into(self, drawing: etree._Element) -> None:
        """Keep text boxes for after the paragraph, and count pictures; an object is one, whatever it shows."""
        self.pictures += name_of(drawing) == "object"
        for element in drawing.iter(
            "{*}txbxContent", "{*}blip", "{*}imagedata", "{*}textpath", "{*}chart", "{*}relIds", "{*}OLEObject"
        ):
            if name_of(element) != "txbxContent":
                self.pictures += 1
            elif not any(name_of(outer) in {"txbxContent", "Fallback"} for outer in between(element, drawing)):
                self._boxes.append(element)

    def _table(self, element: etree._Element) -> Iterator[Line | Table]:
        """The table, or, when a cell of it holds a table, the lines and inner tables in order."""
        table = _Unfinished()
        for row in members_of(element, "tr"):
            own = properties_of(row, "trPr")
            if not _is_on(own.get("hidden")) and "del" not in own:
                self._add_row(row, number_of(own.get("gridBefore"), 0), table)
        if any(isinstance(block, Table) for block in table.content):
            yield from table.content
        elif table.cells:
            yield Table(
                tuple(Cell(cell.text, cell.row, cell.column, cell.height, cell.width, cell.order) for cell in table.cells)
            )

    def _add_row(self, row: etree._Element, column: int, table: _Unfinished) -> None:
        going_on: dict[int, _Open] = {}
        last: _Open | None = None
        for order, cell in enumerate(members_of(row, "tc"), 1):
            own = properties_of(cell, "tcPr")
            if "cellDel" in own:
                continue
            self._count_cell()
            width = max(1, number_of(own.get("gridSpan"), 1))
            above = table.above.get(column)
            if _continues(own.get("hMerge")) and last is not None:
                last.width += width if last.row == table.rows else 0
            elif _continues(own.get("vMerge")) and above is not None:
                above.height += 1
                last = going_on[column] = above
            else:
                pictures = self.pictures
                inner = [_unframed(block) for block in self.blocks(cell)]
                table.content += inner
                text = "\n".join(block.text for block in inner if isinstance(block, Line))
                if self.pictures > pictures and not text.strip():
                    text = _UNKNOWN  # a picture stands there, so that the cell is not empty
                if has_field_without_result(cell) or is_of_unknown(cell):
                    text += _UNKNOWN
                last = _Open(text, table.rows, column, width, order)
                table.cells.append(last)
                if "vMerge" in own:
                    going_on[column] = last
            column += width
        table.above = going_on
        table.rows += 1

    def _count_cell(self) -> None:
        self.cells += 1
        if self.cells > MAX_CELLS:
            refuse_too_many_cells()


def _unframed(block: Line | Table) -> Line | Table:
    """A table of one cell in the cell of another frames what that cell prints."""
    return Line(block.cells[0].text) if isinstance(block, Table) and len(block.cells) == 1 else block


def _continues(merge: etree._Element | None) -> bool:
    return merge is not None and attribute_of(merge, "val") != "restart"


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and attribute_of(element, "val") not in _OFF


def _is_shifted(own: dict[str, etree._Element]) -> bool:
    """Whether a run stands higher or lower than the text around it."""
    position = (attribute_of(own["position"], "val") or "") if "position" in own else ""
    lowered = "vertAlign" in own and attribute_of(own["vertAlign"], "val") == "subscript"
    return lowered or (_POSITION.fullmatch(position) is not None and abs(int(position)) >= _LEAST_LIFT)


def _is_unseen(run: etree._Element, own: dict[str, etree._Element]) -> bool:
    """Whether a run is printed in white on white, or in the smallest type."""
    if 0 < number_of(own.get("sz"), 0) <= _SMALLEST:
        return True
    color = attribute_of(own["color"], "val") if "color" in own else None
    if (color or "").upper() != _WHITE or "highlight" in own or "shd" in own:
        return False
    cell = next((outer for outer in run.iterancestors() if name_of(outer) == "tc"), None)
    ground = None if cell is None else properties_of(cell, "tcPr").get("shd")
    fill = None if ground is None else attribute_of(ground, "fill")
    return fill is None or fill.upper() in ("AUTO", _WHITE)


def hides_text(own: Mapping[str, etree._Element]) -> bool:
    """Whether the properties of a character style may hide a text, strike it out, raise or lower it, or print it in white."""
    color = attribute_of(own["color"], "val") if "color" in own else None
    shown = (color or "").upper() != _WHITE and not 0 < number_of(own.get("sz"), 0) <= _SMALLEST
    return not shown or not _HIDING.isdisjoint(own)


def _formula(math: etree._Element) -> str:
    """The text of a formula; U+FFFD where it prints figures in another way than one behind the other."""
    text = "".join(element.text or "" for element in math.iter("{*}t"))
    plain = all(name_of(outer) in _PLAIN_MATH for element in math.iter("{*}t") for outer in between(element, math))
    return text if plain or not _DIGIT.search(text) else _UNKNOWN


def _symbol(element: etree._Element) -> str:
    """A character by number; U+FFFD where only the symbol font knows what it shows."""
    try:
        code = int(attribute_of(element, "char") or "", 16)
    except ValueError:
        return "\ufffd"
    return chr(code) if 0x20 <= code < 0xD800 or 0xF900 <= code < 0xFFFE else "\ufffd"
