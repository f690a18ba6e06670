"""
The part of a page in which its report stands, marked by its tags alone, as the style sheet of `html.py` would mark it.

That part is most of a page, and in it the tags mostly nest as they should, so that a parser has nothing to put right. What stands
around it (menus, the table of 索引号, forms, scripts) is left to a parser, with a stand-in for what was cut out. The part is plain
where nothing in it is hidden, struck out, raised or drawn, and nothing bears the mark of an article or of a menu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain, zip_longest
from typing import NamedTuple

from parsers.raw.body import AROUND, BODIES, CERTAIN_LABELS, FORM_WORDS, bears_mark
from parsers.readers._companions import SOURCES
from parsers.readers._marks import MARKS
from parsers.readers._references import NO_TEXT, plain_texts
from parsers.readers._rules import names_of_rules
from parsers.readers._tags import NOTHING, Nesting, cut_at_tags, tags_in
from parsers.readers._unseen import COUNTERS, WRITTEN_CELL, is_hidden_by

__all__ = ["STAND_IN", "Cutting", "cut_out"]

_INLINE = (
    *("span", "font", "b", "strong", "i", "em", "u", "o:p", "small", "big", "tt", "label", "ins", "nobr"),
    *("st1:chsdate", "st1:chmetcnv", "st1:personname"),
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINES = ("p", *_HEADINGS)
_BOXES = ("div", "section", "article", "header", "main", "center", "form", "blockquote")
_LISTS, _GROUPS, _CELLS = ("ul", "ol"), ("thead", "tbody", "tfoot"), ("td", "th")
_ANYTHING = (*_INLINE, "a", *_LINES, *_BOXES, *_LISTS, "dl", "table", "hr")
_NESTING = Nesting(
    {
        "": _ANYTHING,
        **dict.fromkeys((*_INLINE, *_LINES, "caption"), (*_INLINE, "a")),
        **dict.fromkeys((*_BOXES, "li", *_CELLS), _ANYTHING),
        **dict.fromkeys(("dt", "dd"), tuple(name for name in _ANYTHING if name != "dl")),
        **dict.fromkeys(_LISTS, ("li",)),
        **dict.fromkeys(_GROUPS, ("tr",)),
        "a": _INLINE,
        "form": [name for name in _ANYTHING if name != "form"],
        "dl": ("dt", "dd"),
        "table": ("caption", "colgroup", "col", *_GROUPS, "tr"),
        "colgroup": ("col",),
        "tr": _CELLS,
    },
    free=_INLINE,
    empty=("hr", "col"),
    often=(
        *((cell, "p") for cell in _CELLS),
        *(("tr", cell) for cell in _CELLS),
        ("tbody", "tr"),
        ("table", "tr"),
        ("table", "tbody"),
    ),
)

_BLOCK = MARKS["BLOCK"]
_PICTURE, _STYLED, _HEAD_CELL = "\3\4\5"
"""Notes beside the marks: for a picture, for a style that has a word of hiding, though it hides nothing, and before a cell of a head."""
_AROUND_ELEMENT = {
    **dict.fromkeys((*_INLINE, "a", "colgroup"), ("", "")),
    **dict.fromkeys((*_LISTS, "li", "dl", "dt", "dd", "p", "caption", *_BOXES), (_BLOCK, _BLOCK)),
    **dict.fromkeys(_HEADINGS, (_BLOCK + MARKS["HEADING"], _BLOCK)),
    **dict.fromkeys(_GROUPS[:2], (MARKS["GROUP"], MARKS["GROUP_END"])),
    "td": (MARKS["CELL"], MARKS["CELL_END"]),
    "th": (_HEAD_CELL + MARKS["CELL"], MARKS["CELL_END"]),
    "tfoot": (MARKS["FOOT"], MARKS["GROUP_END"]),
    "tr": (MARKS["ROW"], MARKS["ROW_END"]),
    "table": (MARKS["TABLE"], MARKS["TABLE_END"]),
}
"""The marks where an element begins and where it ends."""
_WITHOUT_END = {"br": MARKS["BREAK"], "hr": _BLOCK, "col": "", "img": _PICTURE, "input": "", "meta": ""}

STAND_IN = "\ue010"
"""Where a stand-in begins: no page that has this character keeps a stand-in."""
_PRINTED = f"{STAND_IN} {FORM_WORDS[0]}" + "0。" * 80
"""
What a stand-in prints. It is taken for what it stands for: a word of a statutory table stands in it, it is more than a title and
than nothing, and where figures or blanks are written in another way, it is written in another way too, and found no more.
"""
_BOX_TAG = re.compile(rb"<(/?)(body|div|section|article|ucapcontent)(?=[ \t\r\n>])", re.IGNORECASE)
_TABLE_ENDS, _NEAR = (b"</table>", b"</TABLE>"), 1_000
"""What ends behind a table, or begins just before its last word, may be another box: all of them are counted then."""
_FOR_SCRIPTS = ("BREAK#", "</td>")
_MOST_BOXES, _MOST_PICTURES, _LEAST_SAID = 4, 200, 100
_FIRST_WORDS = [
    word.encode() for word in ("处理决定数量", "现行有效", "制发件数", "新公开数量", "主动公开政府信息数", *FORM_WORDS)
]
_LAST_WORDS = [word.encode() for word in ("复议后起诉", "未经复议直接起诉", "结果纠正", "结果维持", *FORM_WORDS)]
"""Words of statutory tables, first those of the first table or of the last; in some pages a word is cut into pieces."""
_UNSEEN = re.compile(
    rb"<!--(?!-?>)(?:[^-]|-(?!-))*+-->|<(script|style)(?:[ \t\r\n][^<>]*)?>(?:[^<]|<(?!/|!--|script|style))*+</\1>"
    rb"|<iframe(?:[ \t\r\n][^<>]*)?>\s*</iframe>", re.IGNORECASE,
)  # fmt: skip
"""Comments, scripts, styles and frames: where no tag can stand, they are something else."""
_ATTRIBUTE = r"[ \t\r\n]+([a-z_:][a-z0-9_:.-]*+)(?:[ \t\r\n]*+=[ \t\r\n]*+(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^ \t\r\n\"'=`<>]++)))?+"
_ATTRIBUTES = re.compile(_ATTRIBUTE, re.IGNORECASE)
_TAG = re.compile(rf"(/?)([a-z][a-z0-9:]*+)((?:{_ATTRIBUTE})*+)[ \t\r\n]*(/?)", re.IGNORECASE)
_PASSED = re.compile(r"!--(?!-)[^<>-]*+(?:-[^<>-]++)*--|!\[(?:if [^<>\[\]]*|endif)\]|\?xml[^<>?]*")
"""Comments without tags in them, the conditions of Word, and what is written for other readers of XML."""
_SHORT = 1_500
"""Longer tags, and runs of them, are seldom the same in two pages, and not kept."""
_READ_ATTRIBUTES = ("class", "id", "style", "rowspan", "colspan")
_WORD_OF_HIDING = re.compile("isplay|ISPLAY|super")
_SILENT_FIELDS = ("hidden", "button", "submit", "reset", "checkbox", "radio", "image")
_WITHIN = ("d", "&")
"""How the address of a picture begins that stands in the page itself: with data:, however it is written."""
_NOT_SAID = re.compile(rf"[\s{''.join(MARKS.values())}]+")
_MENU_MARKS = frozenset(AROUND)


class Cutting(NamedTuple):
    """
    A page from which the part with its report is cut out.

    `around` is the page with a stand-in for that part, which stands in an element `box`, prints `printed` and is marked as
    `stand_in`; `marked` is how the part itself is marked, `said` its text without blanks; `hides` says whether a style in it has a word
    of hiding.
    """

    around: bytes
    box: str
    printed: str
    stand_in: str
    marked: str
    said: str
    hides: bool

    def fits(self, text: str) -> bool:
        """Whether all that a table may be of stands in the part; `text` is that of the page around it, without blanks."""
        before, *behind = text.split(STAND_IN)
        if len(behind) != 1:
            return False
        after = behind[0].removeprefix("".join(self.printed[1:].split()))
        return not any(
            word in before
            or word in after
            or word in before[1 - len(word) :] + self.said[: len(word) - 1]
            or word in self.said[1 - len(word) :] + after[: len(word) - 1]
            for word in (*FORM_WORDS, "DETAIL")
        )


class _Run(NamedTuple):
    """Tags that follow each other: the shortened order of their signs, and their marks."""

    order: str
    marks: str


class _Told(NamedTuple):
    """What a part of a page tells, as a Cutting has it; `labelled` says whether a label of the table of 索引号 stands anywhere in it."""

    marked: str
    said: str
    labelled: bool
    hides: bool


def cut_out(page: bytes) -> Cutting | None:
    """
    A page of UTF-8 less the innermost box that holds all words of statutory tables; None where none does, or it is not plain.

    >>> cut = cut_out("<body><nav>a</nav><div id=b><p>予以公开</p>".encode() + b"<p>7</p>" * 99 + b"</div>c")
    >>> cut.around.decode().startswith("<body><nav>a</nav><div id=b><p>"), cut.around.endswith(b"</p></div>c"), cut.box
    (True, True, 'div')
    """
    if (place := _place_of(page)) is None:
        return None
    part = page[place[1] : place[2]]
    if any(name in part for name in names_of_rules(page[: place[1]] + page[place[2] :])) or (told := _told(part)) is None:
        return None
    printed = _PRINTED + CERTAIN_LABELS[0] * told.labelled
    begins, ends = ("<table><tr><td>", "</td></tr></table>") if MARKS["TABLE"] in told.marked else ("<p>", "</p>")
    around = b"%b%b%b" % (page[: place[1]], f"{begins}{printed}{ends}".encode(), page[place[2] :])
    stand_in = "".join([_AROUND_ELEMENT[name][0] for name in begins[1:-1].split("><")]) + printed
    stand_in += "".join([_AROUND_ELEMENT[name][1] for name in ends[2:-1].split("></")])
    return Cutting(around, place[0], printed, stand_in, told.marked, told.said, told.hides)


def _place_of(page: bytes) -> tuple[str, int, int] | None:
    """The tag of the innermost box that holds the first and the last table of the form, and where its inside begins and ends."""
    last = next((at for word in _LAST_WORDS if (at := page.rfind(word)) >= 0), -1)
    first = next((at for word in _FIRST_WORDS if (at := page.find(word, 0, last)) >= 0), last)
    opened: list[re.Match[bytes]] = []
    for found in _BOX_TAG.finditer(page, max(0, page.find(b"<body")), max(0, first)):
        if not found[1]:
            opened.append(found)
        elif opened and opened[-1][2] == found[2]:
            opened.pop()
    for box in opened[: -_MOST_BOXES - 1 : -1]:
        end = _end_of(box[2], page, last)
        other = page.find(b"<" + box[2], max(0, last - _NEAR), last) > 0
        if not end or other or page[end - 20 : end].rstrip().endswith(_TABLE_ENDS):
            end = _end_of(box[2], page, box.end())
        if end > last:
            return box[2].decode().lower(), page.find(b">", box.end()) + 1, end
    return None


def _end_of(name: bytes, page: bytes, start: int) -> int:
    """Where the element ends that was opened last before a place; 0 where it does not."""
    depth = 1
    for found in re.compile(b"<%b|</%b" % (name, name)).finditer(page, start):
        depth += -1 if found[0].startswith(b"</") else 1
        if not depth:
            return found.start()
    return 0


def _told(part: bytes) -> _Told | None:
    """What a part of a page tells; None where it is not plain."""
    # The characters that serve as marks, and others for private use, have a first byte of their own.
    if NOTHING in part or b"\xee" in part:
        return None
    cut, unseen = cut_at_tags(part, _read_run), ""
    if cut is None and (WRITTEN_CELL.search(part) or names_of_rules(part)):
        return None
    if cut is None:
        unseen = b"".join([found[0] for found in _UNSEEN.finditer(part)]).decode("utf-8", "replace")
        cut = cut_at_tags(_UNSEEN.sub(b"<%b>" % NOTHING, part), _read_run)
    if cut is None or not _NESTING.fits("".join([run.order for run in cut.runs])):
        return None
    texts = plain_texts(cut.texts)
    if texts is None:
        return None
    said = "".join("".join(texts).split())
    heard = "".join(unseen.split()) + said
    noted = "".join(chain.from_iterable(zip_longest([run.marks for run in cut.runs], texts, fillvalue="")))
    marked = _without_pictures(noted.replace(_STYLED, "").replace(_HEAD_CELL, ""))
    if marked is None or "DETAIL" in heard or any(map(said.__contains__, _FOR_SCRIPTS)):
        return None
    if 0 < marked.count(MARKS["CELL"]) == noted.count(_HEAD_CELL):
        return None  # where a table has no cell but of heads, the one around it counts
    labelled = any(label in heard for label in CERTAIN_LABELS)
    return _Told(marked, said, labelled, _STYLED in noted) if _is_a_report(marked, said, labelled=labelled) else None


def _is_a_report(marked: str, said: str, *, labelled: bool) -> bool:
    """Whether words of statutory tables stand in a part, in cells where it has any, and its tables are none of 索引号."""
    if MARKS["TABLE"] not in marked:
        return len(said) >= _LEAST_SAID and any(word in said for word in FORM_WORDS)
    if not labelled and any(_is_in_cell(marked, marked.find(word)) for word in FORM_WORDS):
        return True
    cells = [_NOT_SAID.sub("", cell) for cell in _innermost_cells(marked)]
    if labelled and any(label in cell for cell in cells for label in CERTAIN_LABELS):
        return False
    return any(word in cell for cell in cells for word in FORM_WORDS)


def _is_in_cell(marked: str, at: int) -> bool:
    """Whether a place is one in a cell that holds no other."""
    begins, ends = MARKS["CELL"], MARKS["CELL_END"]
    if at < 0 or marked.rfind(begins, 0, at) <= marked.rfind(ends, 0, at):
        return False
    after = marked.find(begins, at)
    return after < 0 or marked.find(ends, at) < after


def _innermost_cells(marked: str) -> Iterator[str]:
    """What stands in the cells that hold no others."""
    for opened in marked.split(MARKS["CELL"])[1:]:
        cell, end, _ = opened.partition(MARKS["CELL_END"])
        if end:
            yield cell


def _without_pictures(marked: str) -> str | None:
    """A marked text without its pictures; None where one is all that a cell shows, or stands beside a figure alone."""
    parts = marked.split(_PICTURE)
    if not 1 < len(parts) < _MOST_PICTURES:
        return marked if len(parts) == 1 else None
    marked = "".join(parts)
    at = tables = 0
    for part in parts[:-1]:
        at += len(part)
        tables += part.count(MARKS["TABLE"]) - part.count(MARKS["TABLE_END"])
        if tables and not (_is_in_cell(marked, at) and (text := _cell_at(marked, at)) and not text.isdecimal()):
            return None
    return marked


def _cell_at(marked: str, at: int) -> str:
    """The text of the cell at a place, without blanks."""
    inside = marked[marked.rfind(MARKS["CELL"], 0, at) + 1 : marked.find(MARKS["CELL_END"], at)]
    return _NOT_SAID.sub("", inside.rpartition(MARKS["SPAN"])[2])


# --- tags -----------------------------------------------------------------------------------------


def _read_run(run: bytes) -> _Run | None:
    return _kept_run(run) if len(run) <= _SHORT else _kept_run.__wrapped__(run)


@lru_cache(maxsize=2048)
def _kept_run(run: bytes) -> _Run | None:
    """Tags that follow each other; None where one is not plain."""
    signs, marks = "", ""
    for tag, line_end in tags_in(run):
        read = _read_tag(tag) if len(tag) <= _SHORT else _read_tag.__wrapped__(tag)
        if read is None:
            return None
        signs += read[0]
        marks += read[1] + line_end.decode()
    return _Run(_NESTING.shortened(signs), marks)


@lru_cache(maxsize=4096)
def _read_tag(tag: bytes) -> tuple[str, str] | None:
    """The sign and the mark of a tag; None where it is not written plainly, or that of an element that is not plain."""
    if tag == NOTHING:
        return "", ""
    text = tag.decode()
    written = _TAG.fullmatch(text)
    if written is None or NO_TEXT.search(text):
        return ("", "") if _PASSED.fullmatch(text) else None
    name, attributes, closed = written[2].lower(), written[3], written[written.re.groups]
    if written[1]:
        plain = name in _AROUND_ELEMENT and not attributes and not closed
        return (_NESTING.sign("/" + name), _AROUND_ELEMENT[name][1]) if plain else None
    own = _attributes(attributes)
    if own is None or "hidden" in own or is_hidden_by(own) or any(map(own.__contains__, COUNTERS)):
        return None
    styled = _STYLED if _WORD_OF_HIDING.search(own.get("style", "")) else ""
    if name in _WITHOUT_END:
        return (
            (_NESTING.sign(name) if name in ("hr", "col") else "", styled + _WITHOUT_END[name])
            if _says_nothing(name, own)
            else None
        )
    plain = name in _AROUND_ELEMENT and not _bears_a_mark(name, own.get("class", ""), own.get("id", ""))
    if not plain:
        return None
    sign, mark = _NESTING.sign(name), styled + _begin_of(name, own)
    return (sign + _NESTING.sign("/" + name), mark + _AROUND_ELEMENT[name][1]) if closed else (sign, mark)


def _says_nothing(name: str, own: Mapping[str, str]) -> bool:
    """Whether an element without an end is no field with a value, no picture that stands in the page itself, and tells nothing of it."""
    if name == "input":
        return own.get("type", "text") in _SILENT_FIELDS
    if name == "meta":
        return "content" not in own and "charset" not in own and "http-equiv" not in own
    return not any(own.get(source, "").strip().lower().startswith(_WITHIN) for source in SOURCES)


def _begin_of(name: str, own: Mapping[str, str]) -> str:
    """The mark where an element begins, with the spans of a cell."""
    mark = _AROUND_ELEMENT[name][0]
    spans = name in _CELLS and ("rowspan" in own or "colspan" in own)
    return MARKS["SPAN"].join((mark, own.get("rowspan", ""), own.get("colspan", ""), "")) if spans else mark


def _bears_a_mark(name: str, classes: str, identity: str) -> bool:
    """Whether an element bears the mark of an article, or that of a menu."""
    if not _MENU_MARKS.isdisjoint((*classes.split(), *identity.split())):
        return True
    return any(bears_mark(name, classes, identity, *mark) for mark in BODIES)


def _attributes(written: str) -> dict[str, str] | None:
    """The attributes of a tag; None where one stands twice, or one that is read has no plain value."""
    own: dict[str, str] = {}
    for found in _ATTRIBUTES.finditer(written):
        name, value = found[1].lower(), found[2] or found[3] or found[4] or ""
        if name in own or (name in _READ_ATTRIBUTES and (not value or "&" in value)):
            return None
        own[name] = value
    return own
