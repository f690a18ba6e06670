"""
Zones: what stands between the end of one label and the start of the next, cut into runs of figures.

A zone is cut by the strongest mark found in it: rows first, then cells; where there are no cells, lines and
blanks. Words end a run, except inside a row whose ends are marked, where they stand in the place of a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from parsers.rebuild.bracketed import BRACKETED, CLOSE, OPEN, mask_notes, unclosed
from parsers.rebuild.lines.stray_bars import end_of_figures
from parsers.rebuild.marks import CELL, LINE, MARKS, ROW_ENDS, SPACE
from parsers.rebuild.stream import Stream
from parsers.values import NOTHING, TRADITIONAL

__all__ = ["Kind", "Piece", "Run", "cut_zone", "is_glued", "is_separate", "is_whole", "kind_of", "runs_of"]


class Kind(Enum):
    """What a piece of text can be in a table: a figure (a dash and 无 too), nothing, or words."""

    FIGURE = "figure"
    EMPTY = "empty"
    WORDS = "words"


class Piece(NamedTuple):
    """A cell or a token: its text, and where it stands in the stream; `doubt` says why it cannot be taken as it is."""

    text: str
    start: int
    end: int
    kind: Kind
    doubt: str = ""


class Run(NamedTuple):
    """
    Figures and empty cells in a row.

    `bordered`: the pieces are cells. `same_row`: nothing but the label stands before it in its row. `words`: what
    stands between the label (or the run before) and it. `cut_short`: the next label follows in the same marked
    row, or the document ends behind it, so that what lacks, lacks at the end. `shown`: the cells that the empty lines
    around figures without borders count out, one line a cell and one between two; None where they do not.
    """

    pieces: tuple[Piece, ...]
    bordered: bool
    same_row: bool
    words: str
    cut_short: bool
    shown: int | None = None

    @property
    def figures(self) -> int:
        """How many pieces are figures."""
        return [piece.kind for piece in self.pieces].count(Kind.FIGURE)


_UNITS = "万元|亿元|千元|元|件次|人次|件|条|项|个|次|人|篇|份|宗|起|例"
_NIL = r"[-—―－–_/／\\~～ー─━]+|无|没有|N/?A"
_UNKNOWN = r"(?=\S*[\ufffd#]|\S*[A-Za-z|!]\d)[0-9A-Za-z.,|!#\ufffd]{1,10}"
"""A figure that cannot be read: with U+FFFD, or with letters among its digits. No label is so short and without a character."""

_FIGURE = re.compile(
    rf"[?？]?\s*(?:约|近|逾|大约|减少?|增加?|新增)?[+\-＋－−﹣]?\s*[\d０-９OoＯ〇][\d０-９OoＯ〇,，.．\s]*(?:余|多|左右|以上|以下)?(?:{_UNITS})?\s*"
    rf"(?:[{re.escape(OPEN)}].*[{re.escape(CLOSE)}])?[*※#①-⑳¹²³⁰-⁹]*"
    rf"|{_NIL}|[零一二两三四五六七八九十百]{{1,5}}(?:{_UNITS})?|[.．]\d+|{_UNKNOWN}",
    re.DOTALL,
)
_INVISIBLE = dict.fromkeys(
    map(ord, "\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u2060\u2066\u2067\u2068\u2069\ufeff")
)
_BLANKS = SPACE + MARKS
_ROW_END, _ENUMERATOR = re.compile(f"[{ROW_ENDS}]"), re.compile(r"\d{1,2}[.．、]|[一二三四五六七八九十]、")
_ENUMERATED, _LONGEST_ENUMERATOR = re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]\Z"), 5
"""What follows an enumerator in brackets at once is the beginning of a label: （四）无法提供."""
_PAGE_NUMBER = re.compile(
    r"[-—–－]\s*\d{1,3}\s*[-—–－]|第\s*\d{1,3}\s*页.*|[Pp]age:?\s*\d{1,3}(?:\s*of\s*\d{1,3})?|\d{1,3}\s*/\s*\d{1,3}"
)
_PAGE_AT_END = re.compile(r"\A([^-—–－]*\s)[-—–－]\s\d{1,3}\s[-—–－]\s*\Z")
_WHOLE = re.compile(rf"[+\-＋－−﹣]?(?:0|[1-9]\d*|[1-9]\d{{0,2}}(?:[,，]\d{{3}})+)(?:\.\d+)?\s?(?:{_UNITS})?|{_NIL}")
_STRETCH, _TEXT_LINE, _DIGITS = re.compile(r"\S+"), re.compile(r"[^\n]+"), re.compile(r"\d[\d,，.]*")
_NOISE, _FEW, _COMMA = "。;；,，、.?？:：\"'“”‘’", 3, re.compile("[,，]")
_OF_A_LABEL = re.compile("(?![约近逾超过余多左右以上下减增少加新大不足至共])[\u4e00-\u9fff]")
_UNIT = re.compile(_UNITS)
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: "."} | TRADITIONAL


def kind_of(text: str) -> Kind:
    """
    What a cell's text is.

    >>> [kind_of(text).value for text in ("22（其中修订16件）", "", "/", "行政许可", "无", "约20", "1.", "7\ufffd")]
    ['figure', 'empty', 'figure', 'words', 'figure', 'figure', 'words', 'figure']
    """
    bare = text.strip(SPACE + MARKS + "\n")
    if not bare or bare in NOTHING:
        return Kind.EMPTY
    if bare.isdecimal():
        return Kind.FIGURE
    return _kind_of_short(bare) if len(bare) <= _LONGEST_CELL else _kind_of_printed(bare)


def _kind_of_printed(bare: str) -> Kind:
    bare = bare.translate(_INVISIBLE).translate(TRADITIONAL)
    lines = [line for line in bare.split("\n") if line.strip(SPACE)]
    figures = _is_figure(bare) or (len(lines) > 1 and all(_is_figure(line.strip(SPACE)) for line in lines))
    return Kind.FIGURE if figures else Kind.WORDS


def _is_figure(bare: str) -> bool:
    return _FIGURE.fullmatch(bare) is not None and not _ENUMERATOR.fullmatch(bare)


_LONGEST_CELL = 60
_kind_of_short = lru_cache(maxsize=4096)(_kind_of_printed)
"""The same for what is short enough to be remembered: labels and notes that every report prints."""


def is_whole(text: str) -> bool:
    """
    Whether a token between blanks is one number as numbers are written, or a mark for nothing.

    >>> [is_whole(text) for text in ("0", "12", "1,234", "000023", "00", "/")]
    [True, True, True, False, False, True]
    """
    return _WHOLE.fullmatch(text.translate(_FULL_WIDTH)) is not None


def is_separate(text: str) -> bool:
    """
    Whether a token between blanks can be one cell: anything but figures run together.

    >>> [is_separate(text) for text in ("12", "3左右", "O", "000023")]
    [True, True, True, False]
    """
    return is_whole(text) or not text.translate(_FULL_WIDTH).replace(".", "").isdecimal()


def is_glued(text: str) -> bool:
    """
    Whether a text is several figures run together: digits that begin with 0 and go on.

    >>> [is_glued(text) for text in ("0000000", "0", "0.5", "10")]
    [True, False, False, False]
    """
    plain = text.translate(_FULL_WIDTH)
    return len(plain) > 1 and plain[0] == "0" and plain.isdecimal()


def cut_zone(stream: Stream, start: int, end: int, *, rows_marked: bool) -> list[Run]:
    """
    The runs of the zone from the end of a label to the start of the next, or the end of the document.

    `rows_marked`: in this table the ends of rows are marked.
    """
    key = (start, end, rows_marked)
    if key not in stream.zones:
        stream.zones[key] = tuple(runs_of(stream, start, end, rows_marked=rows_marked))
    return list(stream.zones[key])


def runs_of(stream: Stream, start: int, end: int, *, rows_marked: bool) -> Iterator[Run]:
    """The runs that `cut_zone` gives, each cut when it is asked for."""
    text = stream.text
    at, same_row = start, True
    while at <= end:
        row_end = _ROW_END.search(text, at, end)
        stop = end if row_end is None else row_end.start()
        ends_here = (stop == end and rows_marked) or stop > stream.last
        bare = stop if text.find(CELL, at, stop) < 0 else end_of_figures(text, at, stop)
        if bare > at:
            yield from _token_runs(stream, at, bare, same_row=same_row, ends_here=ends_here)
            same_row = False
        if bare < stop:
            pieces = _cells(stream, bare, stop, last=stop == end or stop == len(text) - 1, whole=rows_marked)
            yield from (_row_runs if rows_marked else _cell_runs)(pieces, same_row=same_row, ends_here=ends_here)
        at, same_row = stop + 1, False


def _cells(stream: Stream, start: int, stop: int, *, last: bool, whole: bool) -> list[Piece]:
    """The cells of a stretch with cell borders; what stands before the first border belongs to the label."""
    raws = stream.text[start:stop].split(CELL)
    pieces = list(_pieces(raws[1:], start + len(raws[0]) + 1))
    if "、" in stream.text[start : stop + 1]:
        behind = [*raws[2:], stream.text[stop : stop + 1]]
        pieces = [
            piece._replace(kind=Kind.WORDS) if text.lstrip(SPACE + LINE)[:1] == "、" else piece  # the number of a heading
            for piece, text in zip(pieces, behind, strict=True)
        ]
    if last and pieces[-1].kind is not Kind.FIGURE:
        ends_at_bar = stream.borders.closing or (stream.borders.bars and not raws[-1].strip(LINE))
        if stop < len(stream.text) - 1 or (not whole and ends_at_bar):
            pieces.pop()  # the cell of the label at which the zone ends, or nothing behind a bar that ends the last row
    return pieces


def _row_runs(pieces: Sequence[Piece], *, same_row: bool, ends_here: bool) -> list[Run]:
    """The one run of a marked row of cells."""
    leading = _leading_words(pieces, same_row=same_row)
    if leading == len(pieces):
        return []
    label, cells = pieces[:leading], tuple(pieces[leading:])
    return [Run(cells, bordered=True, same_row=same_row, words="".join(piece.text for piece in label), cut_short=ends_here)]


def _cell_runs(pieces: Sequence[Piece], *, same_row: bool, ends_here: bool) -> Iterator[Run]:
    """The runs of cells whose rows are not marked."""
    words, run = "", list[Piece]()
    for at, piece in enumerate(pieces):
        cut = _ENUMERATOR.fullmatch(piece.text) and _has_figure(run) and _has_figure(pieces[at + 1 : at + 2])
        if piece.kind is Kind.WORDS and not cut:  # 349, 8. and 66 are pieces of one figure
            if _has_figure(run) or (run and same_row and not words):
                yield Run(tuple(run), bordered=True, same_row=same_row, words=words, cut_short=False)
                same_row, words = False, ""
            words, run = words + piece.text, []
        else:
            run.append(piece)
    if run:
        yield Run(tuple(run), bordered=True, same_row=same_row, words=words, cut_short=ends_here)


def _has_figure(pieces: Sequence[Piece]) -> bool:
    return any(piece.kind is Kind.FIGURE for piece in pieces)


def _leading_words(pieces: Sequence[Piece], *, same_row: bool) -> int:
    """How many pieces at the start of a row are its label; behind a known label only words themselves are."""
    leading = 0
    for at, piece in enumerate(pieces):
        if piece.kind is Kind.FIGURE:
            return leading
        leading = at + 1 if piece.kind is Kind.WORDS else leading
    others = (at for at, piece in enumerate(pieces) if piece.kind is not Kind.WORDS)
    return next(others, len(pieces)) if same_row else leading


def _pieces(raws: Sequence[str], start: int) -> Iterator[Piece]:
    """The cells whose texts follow each other from a place on, one border between two."""
    for raw in raws:
        if raw.isdecimal():
            yield Piece(raw, start, start + len(raw), Kind.FIGURE)
        else:
            left = start + len(raw) - len(raw.lstrip(_BLANKS))
            bare = raw.strip(_BLANKS)
            printed = bare.replace(LINE, "\n")
            yield Piece(printed, left, left + len(bare), kind_of(printed))
        start += len(raw) + 1


# --- stretches without cell borders -----------------------------------------------------------------

_TOKEN = re.compile(
    rf"(?P<enumerator>(?<![\d.])\d{{1,2}}[.、](?!\d))"
    rf"|(?P<nothing>(?<!\S)(?:{'|'.join(map(re.escape, sorted(NOTHING)))})(?!\S))"
    rf"|(?P<unknown>(?<!\S)(?!#+[^\S\n]*(?:[^\s#]|\Z)){_UNKNOWN}(?!\S))"
    rf"|(?P<figure>(?:约|近|逾|大约|减少?|增加?|新增)?[+\-＋－−﹣]?[OoＯ〇]*\d[\dOoＯ〇A-Za-z,，.]*(?:余|多|左右|以上|以下)?(?:\s?(?:{_UNITS})(?![\u4e00-\u9fff])|[万亿]?元)?[*※#①-⑳¹²³⁰-⁹†‡]*)"
    rf"|(?P<nil>(?<!\S)(?:{_NIL}|[OoＯ〇]{{1,3}})(?!\S))"
    r"|(?P<words>[^\s\d约近逾减增新+\-＋－−﹣]+|\S)"
)
_JOINED = re.compile(
    rf"[\u4e00-\u9fff](?:{_NIL})[\u4e00-\u9fff]{{1,8}}[:：{MARKS}]+\s*\d"
)  # two names of one figure: 人数/统计数：10
_NO_COUNT = re.compile(
    r"第\d|(?:\A|\D)\d+(?:年|月|日|天|个工作|个自然|个月|个百分|页|号|期|级)"
)  # a date, a span of time, the number of a thing
_CUT_NUMBER = re.compile(r"\W*\d{1,2}[.、]\W+\d{1,4}(?![\d年])")  # a row's number without its label: 8. 66 behind 349


def _token_runs(stream: Stream, start: int, stop: int, *, same_row: bool, ends_here: bool) -> Iterator[Run]:
    """Runs of a stretch without cell borders: tokens between blanks and line breaks."""
    words, run = "", list[Piece]()
    for piece in _tokens(stream.text[start:stop], start):
        if piece.kind is Kind.WORDS or _JOINED.match(stream.text, max(0, piece.start - 1)):
            if run:
                shown = _cells_shown(stream.text, start, run) if same_row and not words else None
                yield Run(tuple(run), bordered=False, same_row=same_row, words=words, cut_short=False, shown=shown)
                same_row, words, run = False, "", []
            words += piece.text
        else:
            run.append(piece)
    if run:
        shown = _cells_shown(stream.text, start, run) if same_row and not words else None
        yield Run(tuple(run), bordered=False, same_row=same_row, words=words, cut_short=ends_here, shown=shown)


def _cells_shown(text: str, start: int, run: Sequence[Piece]) -> int | None:
    """How many cells stand in the lines from `start` to what is printed behind a run, when an empty line parts every two."""
    behind = next((at for at in range(run[-1].end, len(text)) if text[at] not in SPACE + LINE), len(text))
    edges = [start, *(place for piece in run for place in (piece.start, piece.end)), behind]
    gaps = [text.count(LINE, edges[at], edges[at + 1]) for at in range(0, len(edges), 2)]
    return sum(gaps) // 2 - 1 if all(gap and gap % 2 == 0 for gap in gaps) else None


def _tokens(text: str, offset: int) -> Iterator[Piece]:
    """Figures, dashes and words; notes in brackets belong to the label or the figure before them."""
    plain = text.translate(_FULL_WIDTH).replace(LINE, "\n")
    masked = mask_notes(plain)
    shared = _shared(masked)
    open_note = unclosed(masked)
    for line in re.finditer(r"[^\n]*\n?", masked):
        if _PAGE_NUMBER.fullmatch(line[0].strip(SPACE + "\n")):
            continue
        for token in _TOKEN.finditer(masked, line.start(), line.start() + len(_PAGE_AT_END.sub(r"\1", line[0]))):
            if token["nothing"]:
                yield Piece(token[0], offset + token.start(), offset + token.end(), Kind.EMPTY)
                continue
            cut = token["nil"] and _ENUMERATED.search(plain, max(0, token.start() - _LONGEST_ENUMERATOR), token.start())
            other = _NO_COUNT.match(masked, max(0, token.start() - 1)) if token["figure"] else None
            names = token["figure"] and masked[token.end() : token.end() + 1] in (":", "：")  # what follows: the name of a cell
            if token["words"] or token["enumerator"] or cut or names or (other and _DIGITS.search(masked, 0, token.start())):
                if token[0].strip("。;；,，、.?？:："):
                    yield Piece(token[0], offset + token.start(), offset + token.end(), Kind.WORDS)
                continue
            end = token.end()
            note = BRACKETED.match(plain, end)
            if note is not None and token["figure"]:
                end = note.end()
            doubt = "other characters stand right beside the figure" if other or token.start() in shared else ""
            if token.start() > open_note:
                doubt = "a bracket that is not closed stands before the figure"
            if _COMMA.search(token[0]) and _COMMA.match(plain, token.start() - 1):
                doubt = "commas stand between the cells too, so that those in the figure may part several"
            if _CUT_NUMBER.match(masked, token.end()):
                doubt = "a number with a point and another stand behind the figure, which may be its beginning"
            yield Piece(text[token.start() : end].strip(), offset + token.start(), offset + end, Kind.FIGURE, doubt)


def _shared(masked: str) -> frozenset[int]:
    """
    Where figures begin that share the stretch between two blanks with a few other characters, or with another figure.

    So with a line: 约 20; and a question mark behind. Longer words are a label; what begins with the zone may be the end of one, and only what follows it counts.
    """
    found: set[int] = set()
    lines = (line for line in _TEXT_LINE.finditer(masked) if line.start() or line[0][0] in SPACE)
    for stretch in (*_STRETCH.finditer(masked), *(line for line in lines if len(_DIGITS.findall(line[0])) == 1)):
        if stretch[0].isdecimal() or not any(map(str.isdecimal, stretch[0])):
            continue
        whole = stretch.start() > 0 or stretch[0][0] in SPACE
        tokens = list(_TOKEN.finditer(masked, stretch.start(), stretch.end()))
        figures = [token for token in tokens if token["figure"]]
        found.update(token.start() for token in figures if masked[token.end() : token.end() + 1] in ("?", "？"))
        behind = tokens if whole or not figures else tokens[tokens.index(figures[0]) :]
        beside = "".join("".join(token[0] for token in behind if not token["figure"]).split()).strip(_NOISE)
        few = 0 < len(beside.removesuffix("其中")) <= _FEW and not _UNIT.fullmatch(normalize("NFKC", beside))
        few = few and not (_OF_A_LABEL.search(beside) and any(map(str.isspace, stretch[0])))
        if few or (whole and not beside and any(token[0][0] not in "-－−﹣" for token in figures[1:])):
            found.update(token.start() for token in figures)
    return frozenset(found)
