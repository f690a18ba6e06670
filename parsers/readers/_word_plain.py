"""
A plain Word part, read by its tags alone: the lines and tables that `_word.Body` finds in it, without a tree.

A part is plain where it holds paragraphs, runs of text and tables of cells and nothing else, but links and smart tags around runs,
and where nothing in it is hidden, struck out, raised, deleted or merged sideways. Its tags are written out as one string with private-use marks, as in `html.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, compress, zip_longest
from typing import NamedTuple, cast

from parsers.document import Cell
from parsers.errors import ReadError
from parsers.guard import parse_xml
from parsers.readers._marks import MARKS
from parsers.readers._spans import MAX_CELLS, MAX_SPAN, refuse_too_many_cells
from parsers.readers._tags import NOTHING, Nesting, cut_at_tags, tags_in
from parsers.readers._word import Line, Table

__all__ = ["may_hide", "plain_pieces"]

_TABLE, _TABLE_END, _ROW, _CELL, _LINE, _BREAK, _END_OF_VALUE, _STYLE, _LEVEL, _WIDE, _MERGED = (
    MARKS[name]
    for name in ("TABLE", "TABLE_END", "ROW", "CELL", "BLOCK", "BREAK", "SPAN", "GROUP", "GROUP_END", "FOOT", "HEADING")
)
# No groups, feet and headings stand in cells here, so that their marks serve for what a line or a cell is told to be.
_PROPERTIES = ("pPr", "rPr", "trPr", "tcPr", "tblPr", "tblPrEx", "tblGrid", "sectPr")
_INNER = ("numPr", "tabs", "pBdr", "tblBorders", "tcBorders", "tblCellMar", "tcMar", "cols", "pgBorders")
_OF_ROW = ("trHeight", "cantSplit", "tblHeader", "jc", "tblCellSpacing", "cnfStyle", "gridAfter", "wAfter")
"""Properties of rows that say nothing of what is read."""
_PASSED = ("bookmarkStart", "bookmarkEnd", "proofErr")
_WRAPPERS = ("hyperlink", "smartTag")
_SAID = {"br": _BREAK, "cr": _BREAK, "tab": "\t", "lastRenderedPageBreak": ""}
"""What is said in a run beside its text; a tab that has attributes is one of a style."""
_TOLD = {"pStyle": _STYLE, "outlineLvl": _LEVEL, "gridSpan": _WIDE, "vMerge": _MERGED}
"""Properties whose value is read."""
_ANY = "any"
"""Any other property: it says nothing of what is read."""
_REFUSED = frozenset({"vanish", "strike", "dstrike", "vertAlign", "position", "del", "cellDel", "hMerge", "altChunk"})
_UNSEEN = {"color": ("FFFFFF",), "sz": ("1", "2", "3", "4")}
"""What such text is printed in cannot be seen."""
_NESTING = Nesting(
    {
        "": ("p", "tbl", "sectPr", *_PASSED),
        "p": ("pPr", "r", *_WRAPPERS, *_PASSED),
        "hyperlink": ("r", *_WRAPPERS, *_PASSED),
        "smartTag": ("smartTagPr", "r", *_WRAPPERS, *_PASSED),
        "smartTagPr": (_ANY,),
        "r": ("rPr", "t", *_SAID, *_PASSED),
        "t": (),
        "tbl": ("tblPr", "tblGrid", "tr", *_PASSED),
        "tr": ("tblPrEx", "trPr", "tc", *_PASSED),
        "tc": ("tcPr", "p", *_PASSED),
        "pPr": ("rPr", "sectPr", "pStyle", "outlineLvl", *_INNER, *_OF_ROW, _ANY),
        "trPr": _OF_ROW,
        "tcPr": ("gridSpan", "vMerge", *_INNER, *_OF_ROW, _ANY),
        **dict.fromkeys(("rPr", "tblPr", "tblPrEx", "tblGrid", "sectPr", *_INNER), (*_INNER, *_OF_ROW, _ANY)),
    },
    empty=(*_PASSED, *_SAID, *_TOLD, *_OF_ROW, _ANY),
    often=(
        *((properties, _ANY) for properties in _PROPERTIES if properties != "trPr"),
        *(("tcPr", "gridSpan"), ("tcPr", "vMerge"), ("pPr", "pStyle"), ("r", "rPr"), ("r", "t"), ("p", "pPr"), ("p", "r")),
        *(("tc", "tcPr"), ("tc", "p"), ("tr", "trPr"), ("tr", "tc"), ("tbl", "tr")),
    ),
)
_AT_ONCE = [(_NESTING.sign(whose), _NESTING.sign(properties)) for whose, properties in (("p", "pPr"), ("tc", "tcPr"))]
"""Properties that are read are the first thing in what they are of: others are none."""
_TEXT = _NESTING.sign("t")
_HOLDING = frozenset(("p", "r", "t", "tbl", "tr", "tc", "smartTagPr", *_WRAPPERS, *_PROPERTIES, *_INNER))
_BEGINS = {"p": _LINE, "tbl": _TABLE, "tr": _ROW, "tc": _CELL}
_ENDS = {"tbl": _TABLE_END}
_HIDES = (
    b"vanish", b"strike", b"superscript", b"subscript", b"position ", b'color w:val="FFFFFF"', b'color w:val="ffffff"',
    *(b'sz w:val="%d"' % half_points for half_points in range(1, 5)),
)  # fmt: skip
_BODY, _BODY_END, _END = b"<w:body>", b"</w:body></w:document>", b"</w:document>"
_LONGEST_PART = 5_000_000
_LONGEST_HEAD = 4_000
_MOST_KEPT = 1_000
"""Cells of a table whose shape is kept for the next one like it."""
_SHORT = 1_500
"""Longer tags, cells and runs of tags are seldom the same in two parts, and not kept."""
_OTHER_CHARSET = re.compile(rb"""\s*<\?xml[^>]*\bencoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_SELDOM = (b"\xee", b"\r", NOTHING)
"""The first byte of private-use characters, which serve as marks; ends of lines that a parser changes."""
_IDENTITY, _NO_IDENTITY = re.compile(rb'''="(?<!val=")[0-9A-F]{8}"'''), b'=""'
"""Word tells of each paragraph which it is, and when it was written: without that, most have the same tags."""
_REFERENCE = re.compile("&(?:([a-z]+);)?")
_REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ATTRIBUTE = r"[ \t\n]+(?:([a-zA-Z0-9]+):)?([a-zA-Z][a-zA-Z0-9]*)=(?:\"([^\"<>]*)\"|'([^'<>]*)')"
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(rf"(/?)w:([a-zA-Z]+)((?:{_ATTRIBUTE})*+)[ \t\n]*(/?)")
_CONTROLS = re.compile("[\0\2-\x08\x0b-\x1f\ufffe\uffff]")
_OF_LINE = re.compile(f"[{_STYLE}{_LEVEL}][^{_END_OF_VALUE}]*{_END_OF_VALUE}")


class _Run(NamedTuple):
    """Tags that follow each other: the shortened order of their signs, their marks, and whether the text behind them is said."""

    order: str
    marks: str
    said: bool


_Spans = tuple[int, bool, bool]
"""How wide a cell is, whether it is merged with those above or below, and whether it continues the one above."""


def may_hide(part: bytes) -> bool:
    """
    Whether some text of a part, as bytes, may be hidden, struck out or raised.

    >>> may_hide(b"<w:rPr><w:b/></w:rPr><w:t>7</w:t>"), may_hide(b"<w:rPr><w:vanish/></w:rPr><w:t>7</w:t>")
    (False, True)
    """
    return b"\0" in part[:64] or any(word in part for word in _HIDES)


def plain_pieces(part: bytes) -> list[Line | Table] | None:
    """
    The lines and tables of a part; None where it is not plain. Raises ReadError with status `limit` for too many cells.

    >>> w = b'<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>7</w:t></w:r></w:p></w:body></w:document>'
    >>> plain_pieces(w), plain_pieces(w.replace(b"w:r>", b"w:ins>"))
    ([Line(text='7', style=None, outlined=False)], None)
    """
    if len(part) > _LONGEST_PART:
        return None
    head, _, rest = part.rstrip().partition(_BODY)
    if len(head) > _LONGEST_HEAD or not rest.endswith(_BODY_END):
        return None
    try:
        marked = _marked(rest.removesuffix(_BODY_END), _prefixes(head))
    except UnicodeDecodeError:
        return None
    if marked is None:
        return None
    if marked.count(_CELL) > MAX_CELLS:
        refuse_too_many_cells()
    lines, *tables = marked.split(_TABLE)
    pieces: list[Line | Table | None] = list(_lines(lines))
    for table in tables:
        cells, _, lines = table.partition(_TABLE_END)
        pieces += _tables(cells)
        pieces += _lines(lines)
    return None if None in pieces else cast("list[Line | Table]", pieces)


@lru_cache(maxsize=64)
def _prefixes(head: bytes) -> frozenset[str] | None:
    """The prefixes that the root of a part declares, where it is the one of a plain document; each program writes its own root."""
    if b"<!" in head or _OTHER_CHARSET.match(head):
        return None
    try:
        root = parse_xml(head + _END, "")
    except ReadError:
        return None
    return frozenset(filter(None, root.nsmap)) if root.prefix == "w" and not len(root) and not (root.text or "").strip() else None


def _marked(body: bytes, prefixes: frozenset[str] | None) -> str | None:
    """What stands in the body of a part, with a mark for each tag that means something; None where it is not plain."""
    if prefixes is None or any(sign in body for sign in _SELDOM):
        return None
    cut = cut_at_tags(_IDENTITY.sub(_NO_IDENTITY, body), lambda run: _read_run(run, prefixes))
    if cut is None or not _NESTING.fits("".join([run.order for run in cut.runs])):
        return None
    texts = _plain_texts(cut.texts)
    if texts is None or not all(run.said for run, text in zip(cut.runs, texts, strict=False) if text):
        return None
    return "".join(chain.from_iterable(zip_longest([run.marks for run in cut.runs], texts, fillvalue="")))


def _plain_texts(texts: list[bytes]) -> list[str] | None:
    """Texts with what their references mean; None where one of these, or a character, is not plain."""
    said = NOTHING.join(texts).decode()
    if _CONTROLS.search(said) or _NO_IDENTITY.decode() in said:
        return None
    if not _REFERENCES.keys() >= set(_REFERENCE.findall(said)):
        return None
    return _REFERENCE.sub(lambda found: _REFERENCES[found[1]], said).split(NOTHING.decode())


def _read_run(run: bytes, prefixes: frozenset[str]) -> _Run | None:
    return _kept_run(run, prefixes) if len(run) <= _SHORT else _kept_run.__wrapped__(run, prefixes)


@lru_cache(maxsize=2048)
def _kept_run(run: bytes, prefixes: frozenset[str]) -> _Run | None:
    """Tags that follow each other; None where one is not plain."""
    signs, marks = "", ""
    for tag, line_end in tags_in(run):
        read = _read_tag(tag, prefixes) if len(tag) <= _SHORT else _read_tag.__wrapped__(tag, prefixes)
        if read is None:
            return None
        signs += read[0]
        marks += read[1] + (line_end.decode() if read[0] == _TEXT else "")
    if any(signs.count(properties) != signs.count(whose + properties) for whose, properties in _AT_ONCE):
        return None
    return _Run(_NESTING.shortened(signs), marks, said=signs.endswith(_TEXT))


@lru_cache(maxsize=4096)
def _read_tag(tag: bytes, prefixes: frozenset[str]) -> tuple[str, str] | None:
    """The sign and the mark of a tag; None where it is not written plainly, or that of an element that is not plain."""
    if tag == NOTHING:
        return "", ""
    text = tag.decode()
    written = _TAG.fullmatch(text)
    if written is None or "&" in text or _CONTROLS.search(text):
        return None
    ends, name, alone = written[1], written[2], written[written.re.groups]
    attributes = _ATTRIBUTES.findall(written[3])
    if name in _REFUSED or not _are_plain(attributes, prefixes):
        return None
    if ends:
        plain = name in _HOLDING and not attributes and not alone
        return (_NESTING.sign("/" + name), _ENDS.get(name, "")) if plain else None
    if name in _HOLDING:
        begins = _NESTING.sign(name), _BEGINS.get(name, "")
        return (begins[0] + _NESTING.sign("/" + name), begins[1] + _ENDS.get(name, "")) if alone else begins
    return _read_empty(name, attributes) if alone else None


def _read_empty(name: str, attributes: list[tuple[str, str, str, str]]) -> tuple[str, str] | None:
    """The same of the tag of an element that holds nothing."""
    if name in ("color", "sz") and any(value.upper() in _UNSEEN[name] for _, _, *values in attributes for value in values):
        return None
    if name in _TOLD:
        value = "".join(double + single for _, name, double, single in attributes if name == "val")
        return (_NESTING.sign(name), _TOLD[name] + value + _END_OF_VALUE) if value or name == "vMerge" else None
    if name in _SAID and not (name == "tab" and attributes):
        return _NESTING.sign(name), _SAID[name]
    return _NESTING.sign(name if name in (*_PASSED, *_OF_ROW) else _ANY), ""


def _are_plain(attributes: list[tuple[str, str, str, str]], prefixes: frozenset[str]) -> bool:
    """Whether no two attributes have one name, and their prefixes are declared."""
    names = {name for _, name, _, _ in attributes}
    return len(names) == len(attributes) and prefixes.union(("", "xml")) >= {prefix for prefix, *_ in attributes}


def _lines(marked: str) -> Iterator[Line | None]:
    """The lines of paragraphs; None for one that tells of itself behind its beginning."""
    for paragraph in marked.split(_LINE)[1:]:
        style, text = _value_of(paragraph, _STYLE)
        level, text = _value_of(text, _LEVEL)
        if _END_OF_VALUE in text:
            yield None
        outlined = _number(level or "", 9) < 9
        for line in text.replace(_BREAK, "\n").split("\n"):
            yield Line(line, style, outlined)


def _tables(marked: str) -> Iterator[Table | None]:
    """The table that has cells, if any; None for one in which a cell tells of itself behind its beginning."""
    rows = [
        [_read(cell) if len(cell) <= _SHORT else _read.__wrapped__(cell) for cell in row.split(_CELL)[1:]]
        for row in marked.split(_ROW)[1:]
    ]
    if any(None in row for row in rows):
        yield None
    elif any(rows):
        printed = cast("list[list[tuple[str, _Spans]]]", rows)
        texts = [text for row in printed for text, _ in row]
        shape = tuple([tuple([spans for _, spans in row]) for row in printed])
        counts, *places = _places(shape) if len(texts) <= _MOST_KEPT else _places.__wrapped__(shape)
        yield Table(tuple(map(Cell, compress(texts, counts), *places)))


def _value_of(text: str, mark: str) -> tuple[str | None, str]:
    """What a mark at the beginning of a text tells, None where it does not stand there; and the text without it."""
    if not text.startswith(mark):
        return None, text
    value, _, text = text[1:].partition(_END_OF_VALUE)
    return value, text


@lru_cache(maxsize=256)
def _places(rows: tuple[tuple[_Spans, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """
    Which cells of a table count, those merged downwards once; and of these row, column, row span, column span and order.

    Most tables have the shape of one met before.
    """
    counts: list[bool] = []
    cells: list[list[int]] = []
    above: dict[int, list[int]] = {}  # by column: the cell that the next row may continue
    for row, printed in enumerate(rows):
        going_on: dict[int, list[int]] = {}
        column = 0
        for order, (width, merged, continues) in enumerate(printed, 1):
            cell = above.get(column) if continues else None
            counts.append(cell is None)
            if cell is None:
                cell = [row, column, 1, width, order]
                cells.append(cell)
            else:
                cell[2] += 1
            if merged:
                going_on[column] = cell
            column += width
        above = going_on
    return tuple(counts), *(zip(*cells, strict=True) if cells else ((),) * 5)


@lru_cache(maxsize=4096)
def _read(marked: str) -> tuple[str, _Spans] | None:
    """The text and the spans of a cell, None where it tells of itself behind its beginning; most are the same in most reports."""
    width, text = _value_of(marked, _WIDE)
    merge, text = _value_of(text, _MERGED)
    text = _OF_LINE.sub("", text)
    if _END_OF_VALUE in text:
        return None
    text = text[1:].replace(_LINE, "\n").replace(_BREAK, "\n")
    return text, (max(1, _number(width or "", 1)), merge is not None, merge not in (None, "restart"))


def _number(text: str, absent: int) -> int:
    return min(int(text[:9]), MAX_SPAN) if text.isascii() and text.isdecimal() else absent
