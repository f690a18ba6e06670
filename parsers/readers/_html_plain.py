"""
A plain HTML page, marked by its tags alone: the marks that the style sheet of `html.py` writes, without a tree.

A page is plain where its tags nest as they should, so that a parser has nothing to put right, and where nothing of what is
looked at in a tree only stands in its article: what is hidden, struck out or raised, pictures, fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html.entities import name2codepoint
from itertools import chain, zip_longest
from typing import NamedTuple

from parsers.raw.body import AROUND, BODIES, CERTAIN_LABELS, FORM_WORDS, TITLES, bears_mark, is_title_above
from parsers.readers._marks import MARKS
from parsers.readers._tags import NOTHING, Nesting, cut_at_tags, tags_in

__all__ = ["marked_article", "split_page"]

_INLINE = ("span", "font", "b", "strong", "i", "em", "u", "o:p")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINES = ("p", *_HEADINGS)
_BOXES = ("div", "section", "article", "header", "main", "center", "form", "nav", "footer", "aside")
_CUSTOM = ("ucapcontent", "ucaptitle")
_LISTS, _GROUPS, _CELLS = ("ul", "ol"), ("thead", "tbody", "tfoot"), ("td", "th")
_ANYTHING = (*_INLINE, "a", *_LINES, *_BOXES, *_CUSTOM, *_LISTS, "table", "hr")
_NESTING = Nesting(
    {
        "": _ANYTHING,
        **dict.fromkeys((*_INLINE, *_LINES), (*_INLINE, "a")),
        **dict.fromkeys((*_BOXES, *_CUSTOM, "li", *_CELLS), _ANYTHING),
        **dict.fromkeys(_LISTS, ("li",)),
        **dict.fromkeys(_GROUPS, ("tr",)),
        "a": _INLINE,
        "form": [name for name in _ANYTHING if name != "form"],
        "table": (*_GROUPS, "tr"),
        "tr": _CELLS,
    },
    free=_INLINE,
    empty=("hr",),
    often=(
        *((cell, "p") for cell in _CELLS),
        *(("tr", cell) for cell in _CELLS),
        ("tbody", "tr"),
        ("table", "tr"),
        ("table", "tbody"),
    ),
)

_BLOCK = MARKS["BLOCK"]
_BEGINS, _ENDS, _ARTICLE, _TITLE, _AROUND, _ODD = "\3\4\5\6\7\x08"
"""Notes beside the marks: where boxes and headings begin and end; before a box that bears the mark of an article; before one that
may be the title above it; before what stands around articles; for what must not stand in one here."""
_AROUND_ELEMENT = {
    **dict.fromkeys((*_INLINE, "a"), ("", "")),
    **dict.fromkeys((*_LISTS, "li", "p"), (_BLOCK, _BLOCK)),
    **dict.fromkeys(_HEADINGS, (_BEGINS + _BLOCK + MARKS["HEADING"], _BLOCK + _ENDS)),
    **dict.fromkeys(_BOXES, (_BEGINS + _BLOCK, _BLOCK + _ENDS)),
    **dict.fromkeys(_CUSTOM, (_BEGINS, _ENDS)),
    **dict.fromkeys(_GROUPS[:2], (MARKS["GROUP"], MARKS["GROUP_END"])),
    **dict.fromkeys(_CELLS, (MARKS["CELL"], MARKS["CELL_END"])),
    "tfoot": (MARKS["FOOT"], MARKS["GROUP_END"]),
    "tr": (MARKS["ROW"], MARKS["ROW_END"]),
    "table": (MARKS["TABLE"], MARKS["TABLE_END"]),
}
"""The marks where an element begins and where it ends."""
_WITHOUT_END = {"br": MARKS["BREAK"], "hr": _BLOCK, "img": _ODD, "input": _ODD}

_BODY = re.compile(rb"<body(?:[ \t\r\n][^<>]*)?>", re.IGNORECASE)
_BODY_END = re.compile(rb"</body>\s*</html>\s*\Z", re.IGNORECASE)
_LONGEST_END = 60
_UNSEEN = re.compile(
    rb"<!--(?!-?>)(?:[^-]|-(?!-))*+-->|<(script|style)(?:[ \t\r\n][^<>]*)?>(?:[^<]|<(?!/|!--|script|style))*+</\1>", re.IGNORECASE
)
"""Comments, scripts and styles: where no tag can stand, they are something else."""
_ATTRIBUTE = r"[ \t\r\n]+([a-z_:][a-z0-9_:.-]*+)(?:=(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^ \t\r\n\"'=`/<>]+)))?+"
_ATTRIBUTES = re.compile(_ATTRIBUTE, re.IGNORECASE)
_TAG = re.compile(rf"(/?)([a-z][a-z0-9:]*+)((?:{_ATTRIBUTE})*+)[ \t\r\n]*(/?)", re.IGNORECASE)
_SHORT = 1_500
"""Longer tags, and runs of them, are seldom the same in two pages, and not kept."""
_READ_ATTRIBUTES = ("class", "id", "style", "rowspan", "colspan")
_HIDES = re.compile("display|line-through|super", re.IGNORECASE)
_NO_TEXT = re.compile("[\0\2-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_REFERENCE = re.compile("&(?:([a-zA-Z]+[0-9]*);)?")
_NAMES = "nbsp ensp emsp thinsp lt gt amp quot ldquo rdquo lsquo rsquo mdash ndash middot hellip"
_REFERENCES = {name: chr(name2codepoint[name]) for name in _NAMES.split()}
_NOT_SAID = re.compile(rf"[\s{_BEGINS}-{_ODD}{''.join(MARKS.values())}]+")
_BOX_ENDS = re.compile(f"[{_BEGINS}{_ENDS}]")
_LOOKED_AT = (*CERTAIN_LABELS, "BREAK#", "DETAIL")
"""Words for which a page is looked at more closely."""
_MENU_MARKS = frozenset(AROUND)
_MENUS = ("nav", "footer", "aside")
_WORD_BEGINS = tuple(word[:length] for word in FORM_WORDS for length in range(1, len(word) + 1))
_WORD_ENDS = tuple(word[-length:] for word in FORM_WORDS for length in range(1, len(word) + 1))


class _Run(NamedTuple):
    """Tags that follow each other: the shortened order of their signs, and their marks."""

    order: str
    marks: str


def split_page(page: bytes) -> tuple[bytes, bytes] | None:
    """
    What stands in a page of UTF-8 before its body, and in it; None where it is not plain where these end.

    >>> split_page(b"<html><title>a</title><body class=x><p>b</body></html>")
    (b'<html><title>a</title>', b'<p>b')
    """
    start = _BODY.search(page)
    end = _BODY_END.search(page, max(0, len(page) - _LONGEST_END))
    # The characters that serve as marks, and others for private use, have a first byte of their own.
    if start is None or end is None or end.start() < start.end() or b"\xee" in page:
        return None
    return page[: start.start()], page[start.end() : end.start()]


def marked_article(body: bytes, head: str) -> str | None:
    """
    The article in the body of a page, marked, below the title above it; None where the body is not plain.

    `head` is the text of the page before its body, without blanks. The article is the one of `raw/body.py`.

    >>> marked_article("<p>甲</p>".encode(), "") == "{BLOCK}{HEADING}{BLOCK}{BLOCK}甲{BLOCK}".format(**MARKS)
    True
    """
    if NOTHING in body:
        return None
    cut = cut_at_tags(body, _read_run)
    if cut is None and b"DETAIL" not in body:
        cut = cut_at_tags(_UNSEEN.sub(b"<%b>" % NOTHING, body), _read_run)
    if cut is None or not _NESTING.fits("".join([run.order for run in cut.runs])):
        return None
    texts = _plain_texts(cut.texts)
    if texts is None or any(word in head + "".join("".join(texts).split()) for word in _LOOKED_AT):
        return None
    marked = "".join(chain.from_iterable(zip_longest([run.marks for run in cut.runs], texts, fillvalue="")))
    if _ARTICLE in marked:
        return _marked_part(marked, head)
    return None if _AROUND in marked or _ODD in marked else _printed("", marked)


def _marked_part(marked: str, head: str) -> str | None:
    """The one part of a marked page that bears the mark of an article, where all that a table may be of stands in it."""
    above, _, rest = marked.partition(_ARTICLE)
    end = _end_of_box(rest)
    article, below = rest[:end], _said(rest[end:])
    if _ARTICLE in rest or _ODD in article or MARKS["TABLE"] not in article:
        return None
    said = head + _said(above)
    if said.endswith(_WORD_BEGINS) or below.startswith(_WORD_ENDS) or any(word in said or word in below for word in FORM_WORDS):
        return None
    title = _title_in(above)
    return None if title is None else _printed(title, article)


def _title_in(above: str) -> str | None:
    """The last title of a report in what stands above the article, empty where there is none; None where that is not plain."""
    at = above.rfind(_TITLE)
    while at >= 0:
        if not above.startswith(_BEGINS, at + 1):
            return None
        end = _end_of_box(above, at)
        # A box that does not end there holds the article, with a table in it.
        if end and above.find(MARKS["TABLE"], at, end) < 0 and is_title_above(title := _said(above[at:end])):
            return title
        at = above.rfind(_TITLE, 0, at)
    return ""


def _end_of_box(marked: str, start: int = 0) -> int:
    """Where the first box behind a place ends; 0 where it does not."""
    depth = 0
    for found in _BOX_ENDS.finditer(marked, start):
        depth += 1 if found[0] == _BEGINS else -1
        if not depth:
            return found.end()
    return 0


def _printed(title: str, marked: str) -> str:
    """A title as a heading, and a marked text without notes."""
    for note in (_BEGINS, _ENDS, _TITLE, _AROUND):
        marked = marked.replace(note, "")
    return f"{_BLOCK}{MARKS['HEADING']}{title}{_BLOCK}{marked}"


def _said(marked: str) -> str:
    """A marked text without marks, notes and blanks."""
    return _NOT_SAID.sub("", marked)


def _plain_texts(texts: Sequence[bytes]) -> Sequence[str] | None:
    """Texts with what their references mean; None where a reference or a character in them is not plain."""
    said = NOTHING.join(texts).decode()
    if _NO_TEXT.search(said) or not _REFERENCES.keys() >= set(_REFERENCE.findall(said)):
        return None
    return _REFERENCE.sub(lambda found: _REFERENCES[found[1]], said).split(NOTHING.decode())


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
    if written is None or _NO_TEXT.search(text):
        return None
    name, attributes, closed = written[2].lower(), written[3], written[written.re.groups]
    if written[1]:
        plain = name in _AROUND_ELEMENT and not attributes and not closed
        return (_NESTING.sign("/" + name), _AROUND_ELEMENT[name][1]) if plain else None
    own = _attributes(attributes)
    if own is None or (closed and name not in _WITHOUT_END):
        return None
    odd = _ODD if "hidden" in own or _HIDES.search(own.get("style", "")) else ""
    if name in _WITHOUT_END:
        return _NESTING.sign(name) if name == "hr" else "", _WITHOUT_END[name] + odd
    notes = _notes_on(name, own.get("class", ""), own.get("id", "")) if name in _AROUND_ELEMENT else None
    return None if notes is None else (_NESTING.sign(name), notes + _begin_of(name, own) + odd)


def _begin_of(name: str, own: Mapping[str, str]) -> str:
    """The mark where an element begins, with the spans of a cell."""
    mark = _AROUND_ELEMENT[name][0]
    spans = name in _CELLS and ("rowspan" in own or "colspan" in own)
    return MARKS["SPAN"].join((mark, own.get("rowspan", ""), own.get("colspan", ""), "")) if spans else mark


def _notes_on(name: str, classes: str, identity: str) -> str | None:
    """The notes before an element; None where it bears the mark of an article and is no box."""
    notes = ""
    if name in _MENUS or not _MENU_MARKS.isdisjoint((*classes.split(), *identity.split())):
        notes += _AROUND
    if any(bears_mark(name, classes, identity, *mark) for mark in BODIES):
        if name not in (*_BOXES, *_CUSTOM):
            return None
        notes += _ARTICLE
    return notes + _TITLE if name in TITLES or "title" in f"{classes} {identity}".lower() else notes


def _attributes(written: str) -> dict[str, str] | None:
    """The attributes of a tag; None where one stands twice, or one that is read has no plain value."""
    own: dict[str, str] = {}
    for found in _ATTRIBUTES.finditer(written):
        name, value = found[1].lower(), found[2] or found[3] or found[4] or ""
        if name in own or (name in _READ_ATTRIBUTES and (not value or "&" in value)):
            return None
        own[name] = value
    return own
