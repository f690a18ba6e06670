"""
HTML pages: decoded first, then one string with private-use marks for the structure, which is split at the marks.

lxml makes a tree of a page, and a style sheet writes the whole of it out as text, with a mark where an element ends a line or
opens a cell: to walk it in Python costs more than to parse the page. Where the tags of the part with the report nest as they
should, that part is cut out of the page before, and marked by its tags alone (`_html_plain.py`), at half of the cost.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lxml import etree

from parsers.document import Document, Picture
from parsers.errors import ReadError, ReadStatus
from parsers.raw.body import TITLES, body_within, find_article, page_printed_in, page_written_in, whole_text
from parsers.raw.charset import Decoded, declared_charset, decode_all, without_controls, without_marks
from parsers.raw.scripts import page_written_by
from parsers.raw.sniff import Content
from parsers.readers._companions import PICTURE_MARK, mark_pictures, open_frames, split_pictures
from parsers.readers._html_plain import STAND_IN, Cutting, cut_out
from parsers.readers._marks import MARKS, blocks_of
from parsers.readers._rules import doubt_ruled
from parsers.readers._unseen import doubt_counted, tell_unseen
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "html"

_STYLE_SHEET = """
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text" encoding="utf-8"/>
  <xsl:template match="td | th"
    >{CELL}<xsl:if test="@rowspan | @colspan"
      >{SPAN}<xsl:value-of select="translate(@rowspan, '{ANY}', '')"
      />{SPAN}<xsl:value-of select="translate(@colspan, '{ANY}', '')"/>{SPAN}</xsl:if
    ><xsl:apply-templates/>{CELL_END}</xsl:template>
  <xsl:template match="tr">{ROW}<xsl:apply-templates/>{ROW_END}</xsl:template>
  <xsl:template match="thead | tbody">{GROUP}<xsl:apply-templates/>{GROUP_END}</xsl:template>
  <xsl:template match="tfoot">{FOOT}<xsl:apply-templates/>{GROUP_END}</xsl:template>
  <xsl:template match="table">{TABLE}<xsl:apply-templates/>{TABLE_END}</xsl:template>
  <xsl:template match="img[@picture]">{BLOCK}{PICTURE}<xsl:value-of select="@picture"/>{PICTURE}{BLOCK}</xsl:template>
  <xsl:template match="br">{BREAK}</xsl:template>
  <xsl:template match="hr">{BLOCK}</xsl:template>
  <xsl:template match="h1 | h2 | h3 | h4 | h5 | h6">{BLOCK}{HEADING}<xsl:apply-templates/>{BLOCK}</xsl:template>
  <xsl:template match="p | div | li | ul | ol | dl | dt | dd | section | article | header | footer | nav | aside | main | form
    | fieldset | legend | center | blockquote | pre | address | caption | figure | figcaption | details | summary"
    >{BLOCK}<xsl:apply-templates/>{BLOCK}</xsl:template>
  <xsl:template match="script | style | title | noscript | noframes | template | iframe | svg | select | object | rt | rp | rtc"/>
  <xsl:template match="sup[not(translate(normalize-space(), '0123456789', ''))]"
    ><xsl:choose
      ><xsl:when test="normalize-space((ancestor::td | ancestor::th)[last()]) = normalize-space()"
        ><xsl:apply-templates/></xsl:when
      ><xsl:otherwise><xsl:value-of select="translate(., '0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹')"/></xsl:otherwise
    ></xsl:choose></xsl:template>
  <xsl:template match="del[translate(., '0123456789', '') != string()] | s[translate(., '0123456789', '') != string()]
    | strike[translate(., '0123456789', '') != string()]">{UNKNOWN}</xsl:template>
  <xsl:template match="td//input[not(@type) or @type = 'text' or @type = 'number'] | th//input[not(@type) or @type = 'text' or @type = 'number']"
    ><xsl:if test="translate((ancestor::td | ancestor::th)[last()], '0123456789', '') != string((ancestor::td | ancestor::th)[last()]) or count((ancestor::td | ancestor::th)[last()]//input[@value][not(@type) or @type = 'text' or @type = 'number']) > 1"
      >{UNKNOWN}</xsl:if><xsl:value-of select="translate(@value, '{ANY}', '')"/></xsl:template>
  <xsl:template match="td//select | th//select">{UNKNOWN}</xsl:template>
  <xsl:template match="sub[not(translate(normalize-space(), '0123456789', ''))]"
    ><xsl:choose
      ><xsl:when test="normalize-space((ancestor::td | ancestor::th)[last()]) = normalize-space()"
        ><xsl:apply-templates/></xsl:when
      ><xsl:otherwise>{UNKNOWN}</xsl:otherwise></xsl:choose></xsl:template>
  <xsl:template match="td//img[not(@picture)] | td//svg | td//object | td//canvas | td//embed | td//script | td//noscript
    | td//progress | td//meter | th//img[not(@picture)] | th//svg | th//object | th//canvas | th//embed | th//script | th//noscript
    | th//progress | th//meter"
    ><xsl:if test="(normalize-space((ancestor::td | ancestor::th)[last()]) = normalize-space()
      and normalize-space((ancestor::tr[1] | ancestor::tr[1]/preceding-sibling::tr[1])[normalize-space()]))
      or (not(self::script | self::noscript) and not(@width &lt; 4 or @height &lt; 4) and normalize-space((ancestor::td | ancestor::th)[last()])
      and not(translate(normalize-space((ancestor::td | ancestor::th)[last()]), '0123456789', '')))"
      >{UNKNOWN}</xsl:if></xsl:template>
  <!--more-->
</xsl:stylesheet>
"""
# Figures that are struck out, raised as the mark of a note, drawn, or offered for choice are never taken for plain ones, and
# a cell that shows something is not blank; what is drawn or typed in beside a figure may be more of its digits.
# Looking at every style and every text costs four times as much as parsing: only pages that need it pay. Pages hide whole
# articles behind tabs and show them by script, but hide single cells, rows and spans for good: what holds a table is read.
# One predicate each: on an article that is itself struck out, libxslt crashes at a second one.
_IS_HIDDEN = "@hidden or contains(translate(@style, 'DISPLAYNOE &#9;&#10;&#13;', 'displaynoe'), 'display:none')"
_DIGITS = "normalize-space() and not(translate(normalize-space(), '0123456789', ''))"
_SELDOM = f"""
  <xsl:template priority="1.3" match="*[@unseen and {_DIGITS}
    and normalize-space((ancestor::td | ancestor::th)[last()]) != normalize-space()]">\ufffd</xsl:template>
  <xsl:template priority="2"
    match="*[(@hidden or @style) and ({_IS_HIDDEN}) and not(descendant-or-self::table or self::html or self::body)]"/>
  <xsl:template priority="2" match="*[contains(@style, 'line-through') and translate(., '0123456789', '') != string()]"
    >\ufffd</xsl:template>
  <xsl:template priority="2" match="span[contains(@style, 'super') and not(translate(normalize-space(), '0123456789', ''))]"
    ><xsl:value-of select="translate(., '0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹')"/></xsl:template>
  <xsl:template match="pre//text()">
    <xsl:value-of select="translate(., '&#10; &#9;&#13;', '{MARKS["BREAK"]}{MARKS["BLANK"]}{MARKS["TAB"]}')"/>
  </xsl:template>
"""
_WORDS_OF_HIDING = (b"hidden", b"isplay", b"ISPLAY", b"line-through", b"super")
_HIDES = etree.XPath(
    "boolean(descendant-or-self::*/@hidden) or boolean(descendant-or-self::*/@style[contains(., 'isplay')"
    " or contains(., 'ISPLAY') or contains(., 'line-through') or contains(., 'super')])"
)
_MARKING = _STYLE_SHEET.format(**MARKS, UNKNOWN="\ufffd", PICTURE=PICTURE_MARK, ANY="".join(MARKS.values()) + PICTURE_MARK)
_MARK_PAGE = etree.XSLT(etree.XML(_MARKING))
_MARK_SELDOM_PAGE = etree.XSLT(etree.XML(_MARKING.replace("<!--more-->", _SELDOM)))
_WHITE_SPACE = re.compile("[ \t\r\n\f]+")
_ENDS_OF_CELLS = ("</td>", "<\\/td>", "\\u003c/td", "\\u003c\\/td", "\\x3c/td")
"""As a page prints the tags of another one, or its scripts do."""
_HEAD = 2_000
_OPENS_WITH_TAG = re.compile(rb"\s*<")
_TABLE_TAG = re.compile(rb"(</?table\b)", re.IGNORECASE)
_BLOCK_TAG = re.compile(rb"<(?:p|div|li|h[1-6])[\s>]", re.IGNORECASE)


_HEADING = f"{MARKS['BLOCK']}{MARKS['HEADING']}{{}}{MARKS['BLOCK']}"
_DEEPEST = 200
"""Elements around a part that is marked by its tags: far from the depth at which a parser or a style sheet stops."""


class _Marked(NamedTuple):
    """A page: its title, what its meta elements say, its article with marks for its structure, pictures in it, opened frames."""

    title: str
    meta: tuple[tuple[str, str], ...]
    text: str
    pictures: Sequence[bytes]
    along: tuple[bytes, ...] = ()


def claims(content: Content) -> bool:
    """Whether the content is an HTML page or fragment."""
    return content.kind == "html"


def read(source: Source) -> Document:
    """
    Lines outside tables as Paragraphs, each table as a Grid, in the order of the page, its surroundings left out.

    A table that holds tables is layout: its own text becomes Paragraphs, the inner tables Grids; frames that came along
    are part of the page. `meta` has the official elements and the table of 索引号 and 发布机构. Raises ReadError with
    status `limit` when nesting or cells pass the caps, or `failed`.

    >>> read(Source(b"<p>a</p><table><tr><td>b<br>c<td rowspan=2>7</table>", "a.html")).blocks[1].cells[1].text
    '7'
    """
    decoded = decode_all(source.data, http=source.charset, declared=declared_charset(source.data))
    page = _as_utf_8(decoded, source.data)
    if b"document.write" in page[:_HEAD] and not _OPENS_WITH_TAG.match(page):
        page = (page_written_by(page.decode()) or page.decode()).encode()
    cutting = cut_out(page) if not source.companions and _OPENS_WITH_TAG.match(page) else None
    marked = None if cutting is None else _mark_around(cutting)
    if marked is None:
        marked = _mark_page(_with_line_ends(page), source.companions)
    blocks, pictures = blocks_of(marked.text), tuple[Picture, ...]()
    if marked.pictures:
        blocks, pictures = split_pictures(blocks, marked.pictures)
    return Document(
        blocks, "text/html", title=marked.title, meta=marked.meta, notes=(decoded.remark,), pictures=pictures, along=marked.along
    )


def _mark_page(page: bytes, companions: Mapping[str, bytes]) -> _Marked:
    """A page marked by its tree."""
    may_hide = any(word in page for word in _WORDS_OF_HIDING)
    root = _parse(page)
    title, meta = _declared_by(root)
    frames = open_frames(root, companions) if companions else ()
    text = _take_out_marks(root)
    within = body_within(page.decode()) if "DETAIL" in text else None
    if within is None and any(end in (lower := text.lower()) for end in _ENDS_OF_CELLS):
        within = page_printed_in(root) if "</td>" in lower and next(root.iter("td"), None) is None else None
        within = page_written_in(root) if within is None else within
    if within is not None:
        root = _parse(within.encode())
        text = _take_out_marks(root)
    doubt_ruled(root, page)
    doubt_counted(root)
    article = find_article(root, text)
    pictures = mark_pictures(article.parts, companions)
    may_hide = may_hide or within is not None
    marked = "".join(_marked(part, hides=tell_unseen(part) or (may_hide and _hides(part))) for part in article.parts)
    return _Marked(title, meta + article.pairs, _HEADING.format(article.title) + marked, pictures, frames)


def _mark_around(cutting: Cutting) -> _Marked | None:
    """The page of a cutting, what stands around marked by its tree; None where only the tree of the whole page tells what it says."""
    try:
        root = _parse(cutting.around)
    except ReadError:
        return None
    title, meta = _declared_by(root)
    text = _take_out_marks(root)
    if not _is_in_place(root, cutting) or not cutting.fits(text):
        return None
    article = find_article(root, text)
    part, *others = article.parts
    may_hide = any(word in cutting.around for word in _WORDS_OF_HIDING)
    hides = _hides(part)
    if others or (hides and not may_hide):
        return None
    pictures = mark_pictures(article.parts, {})
    block = MARKS["BLOCK"]
    around = f"{block}{cutting.stand_in}{block}" if _is_bare(part) else _marked(part, hides=hides or cutting.hides)
    if around.count(cutting.stand_in) != 1:
        return None
    marked = _HEADING.format(article.title) + around.replace(cutting.stand_in, cutting.marked)
    return _Marked(title, meta + article.pairs, marked, pictures)


def _is_bare(part: etree._Element) -> bool:
    """Whether an article is a plain box that holds a stand-in and nothing else: most are, and a style sheet takes its time."""
    if (
        part.tag not in ("div", "section", "article", "ucapcontent")
        or part.get("style") is not None
        or part.get("hidden") is not None
    ):
        return False
    alone = len(part) == 1 and not part.text and not part[0].tail
    return alone and [element.tag for element in part.iter()][1:] in (["table", "tr", "td"], ["p"])


def _is_in_place(root: etree._Element, cutting: Cutting) -> bool:
    """Whether a stand-in stands right in the element out of which the part was cut, and neither too deep nor in a title."""
    place = next((element for element in root.iter("td", "p") if (element.text or "").startswith(STAND_IN)), None)
    if place is None:
        return False
    above = [element.tag for element in place.iterancestors()]
    inside = 2 if place.tag == "td" else 0  # its row and its table
    return len(above) <= _DEEPEST and above[inside : inside + 1] == [cutting.box] and TITLES.isdisjoint(above)


def _hides(part: etree._Element) -> bool:
    return bool(_HIDES(part))


def _as_utf_8(decoded: Decoded, data: bytes) -> bytes:
    """The page as UTF-8."""
    same = decoded.used == "utf-8" and not decoded.replaced and not data.startswith(codecs.BOM_UTF8)
    return data if same else decoded.text.encode()


def _marked(part: etree._Element, *, hides: bool) -> str:
    """The text of a part of a page with marks for its structure; `hides` says whether something in it may be hidden."""
    seldom = hides or next(part.iter("pre"), None) is not None
    try:
        return str((_MARK_SELDOM_PAGE if seldom else _MARK_PAGE)(part))
    except etree.XSLTApplyError as exc:
        raise ReadError(ReadStatus.LIMIT, f"the page nests its elements too deep; it was not read: {exc}") from exc


def _take_out_marks(root: etree._Element) -> str:
    """Leave no character in a page that serves as a mark, however it was written; gives the text of the page."""
    # References are resolved in the tree, and its text is much shorter than the page.
    text = whole_text(root)
    if without_marks(text) == text:
        return text
    for element in root.iter():
        element.text = without_marks(without_controls(element.text or ""))
        element.tail = without_marks(without_controls(element.tail or ""))
    return whole_text(root)


def _with_line_ends(page: bytes) -> bytes:
    """The page; where it is text with HTML tables in it, as converters write Markdown, each line end as a break."""
    if _OPENS_WITH_TAG.match(page):
        return page
    depth = 0
    parts = _TABLE_TAG.split(page)
    for number, part in enumerate(parts):
        if number % 2:
            depth = max(0, depth + (-1 if part.startswith(b"</") else 1))
        elif not depth and _BLOCK_TAG.search(part):
            return page
        elif not depth:
            parts[number] = part.replace(b"\n", b"<br>\n")
    return b"".join(parts)


def _parse(page: bytes) -> etree._Element:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(page, parser)
    except etree.LxmlError as exc:
        raise ReadError(ReadStatus.FAILED, f"the page cannot be read as HTML: {exc}") from exc
    # Past its depth limit the parser stops and gives what it has: text would be lost in silence.
    if any(entry.level_name == "FATAL" for entry in parser.error_log):
        raise ReadError(ReadStatus.LIMIT, "the page nests its elements deeper than 2,000 levels; it was not read")
    if root is None:
        raise ReadError(ReadStatus.EMPTY, "the page holds comments only")
    return root


def _declared_by(root: etree._Element) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The title, that of the official element first, and the name and content of each meta element."""
    declared = list(root.iter("title", "meta"))
    title = next((element.text or "" for element in declared if element.tag == "title"), "")
    pairs = ((element.get("name"), element.get("content")) for element in declared)
    meta = tuple((without_marks(name).strip(), without_marks(content).strip()) for name, content in pairs if name and content)
    official = next((content for name, content in meta if name.lower() == "articletitle"), "")
    return _WHITE_SPACE.sub(" ", official or without_marks(title)).strip(), meta
