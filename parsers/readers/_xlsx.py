"""XLSX: what the XML of a sheet says besides its values: borders, errors, formulas without a result, hidden rows, per cents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from lxml import etree

from parsers.errors import ReadError, ReadStatus
from parsers.guard import iterate_xml, parse_xml
from parsers.readers._cell_texts import (
    NO_RESULT,
    Piece,
    is_figure_in_cell,
    joined,
    per_cent,
    shows_no_number,
    shows_per_cent,
    zero_shown,
)
from parsers.readers._sheets import Collector, Marks, Spot
from parsers.readers._spans import MAX_CELLS, refuse_too_many_cells

__all__ = ["is_needed", "marks_of_xlsx"]

Item = TypeVar("Item")

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_PICTURES = re.compile(r"/(?:drawings|charts|pivot\w+|media|comments|externallinks)/?", re.IGNORECASE)
_ZERO = re.compile(r"(?:^|[=<])\s*0\s*(?:$|[,)])")
"""A condition that holds for zero."""
_MAX_COLUMNS = 16_384
_PER_CENT_FORMATS = ("9", "10")


class _Styles(NamedTuple):
    """
    For each cell format by its number: whether it has a border, shows a per cent, and whether it doubts what it shows: struck
    out, in white on nothing, or by a number format that shows no number, or the thousandth of it.
    """

    ruled: tuple[bool, ...]
    per_cent: tuple[bool, ...]
    doubted: tuple[bool, ...] = ()
    zeros: tuple[str | None, ...] = ()
    """What a cell shows that holds zero; None for a figure."""
    hiding: frozenset[str] = frozenset()
    """The formats of conditions, by their numbers, in which a figure is not shown."""


def is_needed(name: str) -> bool:
    """Whether a member of the archive holds values, formats or names of sheets: no pictures, charts or macros."""
    return name.lower().endswith((".xml", ".rels")) and _PICTURES.search(name) is None


def marks_of_xlsx(parts: Mapping[str, bytes]) -> dict[str, Marks]:
    """
    The marks of each sheet by its name.

    Raises ReadError with status `failed` (damaged) or `limit` (cells too many or too far apart).
    """
    parts = {name.replace("\\", "/").lower().lstrip("/"): content for name, content in parts.items()}
    workbook = parse_xml(_part(parts, "xl/workbook.xml"), "xl/workbook.xml")
    styles, targets, marked = _styles(parts), _targets(parts), _marked_strings(parts)
    strings = _strings(parts) if any(styles.doubted) else {}
    calculation = workbook.find("{*}calcPr")
    stale = calculation is not None and calculation.get("fullCalcOnLoad") in ("1", "true")
    found: dict[str, Marks] = {}
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        key = next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")
        target = targets.get(key, "")
        if "worksheets/" in target:
            found[sheet.get("name") or ""] = _Sheet(styles, strings, marked, stale=stale).marks(_part(parts, target), target)
    return found


def _part(parts: Mapping[str, bytes], name: str) -> bytes:
    if name not in parts:
        raise ReadError(ReadStatus.FAILED, f"an XLSX file without its part {name}; ask for the file again")
    return parts[name]


def _targets(parts: Mapping[str, bytes]) -> dict[str, str]:
    name = "xl/_rels/workbook.xml.rels"
    targets: dict[str, str] = {}
    for relation in parse_xml(_part(parts, name), name).iterchildren("{*}Relationship"):
        target = (relation.get("Target") or "").replace("\\", "/").lower()
        targets[relation.get("Id") or ""] = target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"
    return targets


def _styles(parts: Mapping[str, bytes]) -> _Styles:
    packed = parts.get("xl/styles.xml")
    if packed is None:
        return _Styles((), ())
    root = parse_xml(packed, "xl/styles.xml")
    borders = [
        any((side.get("style") or "none") != "none" for side in border.iterchildren("{*}*"))
        for border in root.iterfind("{*}borders/{*}border")
    ]
    codes = {number.get("numFmtId") or "": number.get("formatCode") or "" for number in root.iterfind("{*}numFmts/{*}numFmt")}
    fonts, fills = list(root.iterfind("{*}fonts/{*}font")), list(root.iterfind("{*}fills/{*}fill"))
    struck = [_is_on(font.find("{*}strike")) for font in fonts]
    white, coloured = [_is_white(font.find("{*}color")) for font in fonts], list(map(_is_coloured, fills))
    formats = list(root.iterfind("{*}cellXfs/{*}xf"))
    shown = [form.get("numFmtId") or "" for form in formats]
    unseen = [_at(white, form.get("fontId")) and not _at(coloured, form.get("fillId")) for form in formats]
    return _Styles(
        tuple(_at(borders, form.get("borderId")) for form in formats),
        tuple(shows_per_cent(codes[number]) if number in codes else number in _PER_CENT_FORMATS for number in shown),
        tuple(
            _at(struck, form.get("fontId")) or hidden or shows_no_number(codes.get(number, ""))
            for form, hidden, number in zip(formats, unseen, shown, strict=True)
        ),
        tuple(zero_shown(codes.get(number, ""), _number(number, 0)) for number in shown),
        frozenset(str(at) for at, form in enumerate(root.iterfind("{*}dxfs/{*}dxf")) if _hides(form)),
    )


def _hides(form: etree._Element) -> bool:
    """Whether the format of a condition writes in white on nothing, or shows no number."""
    number, ground = form.find("{*}numFmt"), form.find("{*}fill/{*}patternFill/{*}bgColor")  # a plain fill has no other here
    unseen = _is_white(form.find("{*}font/{*}color")) and (ground is None or _is_white(ground))
    return unseen or (number is not None and shows_no_number(number.get("formatCode") or ""))


def _is_white(colour: etree._Element | None) -> bool:
    """Whether a colour is the white of paper, by its value, its place in the palette or in the theme."""
    if colour is None or colour.get("tint"):
        return False
    return (colour.get("rgb") or "").upper().endswith("FFFFFF") or colour.get("indexed") == "9" or colour.get("theme") == "0"


def _is_coloured(fill: etree._Element) -> bool:
    """Whether a fill is one of a colour that white can be seen on."""
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        return len(fill) > 0
    kind = pattern.get("patternType") or "none"
    return kind != "none" and not (kind == "solid" and _is_white(pattern.find("{*}fgColor")))


def _strings(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The shared texts by their numbers."""
    name = "xl/sharedstrings.xml"
    texts = (
        "".join(piece.text or "" for piece in text.iter("{*}t"))
        for text in iterate_xml(parts.get(name, b"<sst/>"), name, "{*}si")
    )
    return {str(number): text for number, text in enumerate(texts)}


def _marked_strings(parts: Mapping[str, bytes]) -> dict[str, str]:
    """By their numbers, the shared texts of which a part is struck out, raised or lowered, without that."""
    name = "xl/sharedstrings.xml"
    packed = parts.get(name, b"")
    if b"vertAlign" not in packed and b"strike" not in packed:
        return {}
    texts = (_text_of_runs(text) for text in iterate_xml(packed, name, "{*}si"))
    return {str(number): text for number, text in enumerate(texts) if text is not None}


def _text_of_runs(element: etree._Element) -> str | None:
    """A text of several runs as `joined` gives it."""
    pieces = []
    for run in element.iterchildren("{*}r"):
        align = run.find("{*}rPr/{*}vertAlign")
        lifted = "" if align is None else align.get("val") or ""
        struck = _is_on(run.find("{*}rPr/{*}strike"))
        pieces.append(Piece(run.findtext("{*}t") or "", struck, lifted == "superscript", lifted == "subscript"))
    return joined(pieces)


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and element.get("val") not in ("0", "false")


def _at(flags: list[bool] | tuple[bool, ...], number: str | None) -> bool:
    """The flag with this number; False where there is none."""
    return bool(_item(flags, number))


def _item(items: Sequence[Item], number: str | None) -> Item | None:
    at = int(number) if number and number.isascii() and number.isdigit() else 0
    return items[at] if at < len(items) else None


class _Sheet(Collector):
    """Collects the marks of one sheet row by row."""

    def __init__(self, styles: _Styles, strings: Mapping[str, str], marked: Mapping[str, str], *, stale: bool) -> None:
        super().__init__()
        self._styles = styles
        self._strings = strings
        self._marked = marked
        self._stale = stale
        self._zeros = True
        self._zeros_at: set[Spot] = set()

    def marks(self, packed: bytes, name: str) -> Marks:
        row = -1
        for element in iterate_xml(packed, name, "{*}row", "{*}col", "{*}mergeCell", "{*}sheetView", "{*}conditionalFormatting"):
            match etree.QName(element).localname:
                case "conditionalFormatting":
                    self._doubt_zeros(element)
                case "sheetView":
                    self._zeros = element.get("showZeros") not in ("0", "false")
                case "row":
                    row = _number(element.get("r"), row + 2) - 1
                    self._add_row(element, row)
                case "col":
                    self._add_columns(element)
                case _:
                    self._add_range(element.get("ref") or "")
        return self.gathered()

    def _add_row(self, element: etree._Element, row: int) -> None:
        if element.get("hidden") in ("1", "true"):
            self.hidden_rows.add(row)
        column = -1
        for cell in element.iterchildren("{*}c"):
            spot = _spot(cell.get("r")) or (row, column + 1)
            column = spot[1]
            if _at(self._styles.ruled, cell.get("s")):
                self.ruled.add(spot)
            text = self._text(cell)
            if text is not None:
                self.texts[spot] = text
            elif cell.findtext("{*}v") == "0" and cell.get("t") in (None, "n"):
                self._zeros_at.add(spot)
            if text is not None or len(cell):
                self.area.add(*spot)

    def _text(self, cell: etree._Element) -> str | None:
        """The text of a cell that is no plain value; None for one that is."""
        value, formula = cell.findtext("{*}v"), cell.find("{*}f")
        kind = cell.get("t") or "n"
        if kind == "e":
            return value or "#VALUE!"
        if formula is not None and (value is None or (kind not in ("str", "inlineStr") and self._is_no_result(value))):
            return NO_RESULT
        if _at(self._styles.doubted, cell.get("s")) and value:
            printed = self._strings.get(value, "") if kind == "s" else value
            if kind == "n" or is_figure_in_cell(printed):
                return printed + NO_RESULT
        if kind == "s" and value is not None and value in self._marked:
            return self._marked[value]
        if kind == "n" and value and (zero := self._zero_of(value, cell.get("s"))) is not None:
            return zero
        inline = cell.find("{*}is") if kind == "inlineStr" else None
        if inline is not None:
            return _text_of_runs(inline)
        return per_cent(value) if value and kind == "n" and _at(self._styles.per_cent, cell.get("s")) else None

    def _zero_of(self, value: str, style: str | None) -> str | None:
        """What a number shows that is zero; None for a figure."""
        if not value.startswith(("0", "-0")) or value.strip("-0.") or not self._styles.zeros:
            return None
        return _item(self._styles.zeros, style) if self._zeros else "0" + NO_RESULT

    def _doubt_zeros(self, element: etree._Element) -> None:
        """Doubt the zeros of ranges in which a condition hides what is zero; conditions stand behind the cells."""
        rules = element.iterchildren("{*}cfRule")
        if not any(
            rule.get("dxfId") in self._styles.hiding and _ZERO.search(rule.findtext("{*}formula") or "") for rule in rules
        ):
            return
        for reference in (element.get("sqref") or "").split():
            first, _, last = reference.partition(":")
            corner, far = _spot(first), _spot(last or first)
            if corner is not None and far is not None:
                held = (spot for spot in self._zeros_at if corner[0] <= spot[0] <= far[0] and corner[1] <= spot[1] <= far[1])
                self.texts.update(dict.fromkeys(held, "0" + NO_RESULT))

    def _is_no_result(self, value: str) -> bool:
        """Whether a formula's stored number is none, or the 0 that programs write which do not reckon."""
        return not value.strip() or (self._stale and not value.strip().strip("0."))

    def _add_columns(self, element: etree._Element) -> None:
        if element.get("hidden") in ("1", "true") and len(self.hidden_columns) < _MAX_COLUMNS:
            last = min(_number(element.get("max"), 0), _MAX_COLUMNS)
            self.hidden_columns.update(range(_number(element.get("min"), last + 1) - 1, last))

    def _add_range(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        corner, far = _spot(first), _spot(last or first)
        if corner is not None and far is not None:
            self.merged.append((*corner, *far))
        if len(self.merged) > MAX_CELLS:
            refuse_too_many_cells()


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else otherwise


def _spot(reference: str | None) -> Spot | None:
    """Row and column of a reference such as B12; None when it is none."""
    match = _REFERENCE.fullmatch(reference or "")
    if match is None:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1
