"""Found: one document seen with the eyes of one form: the stream and every label of the form in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import dropwhile

from parsers.form import Column, Form, Row, Table
from parsers.rebuild.labels import Compact, Hit, Label, core_of, enumerator_of, find_hits
from parsers.rebuild.marks import CELL, LINE, MARKS, ROW, ROW_ENDS, SPACE
from parsers.rebuild.stream import Stream
from parsers.rebuild.zones import Kind, Piece, Run, cut_zone, is_whole

__all__ = ["Found", "labels_of"]

_SHORT = 4
_MANY_LINES, _SOME_FIGURES = 40, 5
_GLUED_CELL = re.compile(
    f"{CELL}[{SPACE}{LINE}]*(?:(?:[0０]\\d+|[-—–―─━－/／]{{7,}}|无{{2,}})[{SPACE}]*[{MARKS}]|\\d+(?:无|[-—–―─━－]{{2,}})+\\d)"
)
"""Digits that begin with 0 and go on, or that go on behind signs for nothing, or so many signs as stand in a row of cells."""
_ROW_END = re.compile(f"[{ROW_ENDS}]")
_CLAUSE = 8
_LONGEST_CLAUSE = 16
_CLAUSE_BEFORE = re.compile(rf"[，。；：,;:{MARKS}][\u4e00-\u9fff]+\Z")


@dataclass(frozen=True)
class Found:
    """A stream, its compact copy, and the hits of all labels of a form, in order of place (looked for when asked)."""

    form: Form
    stream: Stream
    copy: Compact

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """Where the labels of the form stand."""
        return tuple(find_hits(self.copy, labels_of(self.form.name)))

    @cached_property
    def starts(self) -> list[int]:
        """Where each hit begins, its enumerator counted in."""
        return [hit.first for hit in self.hits]

    def of(self, table: str, *kinds: str) -> list[Hit]:
        """The hits of a table's labels of these kinds."""
        return [hit for hit in self._by_table.get(table, ()) if hit.label.kind in kinds]

    @cached_property
    def _by_table(self) -> dict[str, list[Hit]]:
        tables: dict[str, list[Hit]] = {}
        for hit in self.hits:
            tables.setdefault(hit.label.table, []).append(hit)
        return tables

    def in_prose(self, hit: Hit) -> bool:
        """Whether a label stands in the middle of a sentence: a few words that are no label behind a comma or a full stop."""
        if hit.first < hit.start or hit.first in self.ends or self.copy.marked_before(hit.nth):
            return False
        if _CLAUSE_BEFORE.search(self.stream.text, max(0, hit.start - _LONGEST_CLAUSE), hit.start) is None:
            return False
        return not self.copy.text.endswith(self._units, 0, hit.nth)

    def amid_another(self, hit: Hit) -> bool:
        """Whether a short label without its enumerator follows a label of another table: 总计 is a head of section four too."""
        if not _may_be_anywhere(hit):
            return False
        before = bisect_left(self._owned_places, (hit.first,)) - 1
        return before >= 0 and hit.label.table not in self._owned_places[before][1]

    @cached_property
    def _owned_places(self) -> list[tuple[int, frozenset[str]]]:
        """The places where labels of tables begin that are no others' words, and the tables that each may be of."""
        owners: dict[int, set[str]] = {}
        for hit in self.hits:
            if hit.label.table and not _may_be_anywhere(hit):
                owners.setdefault(hit.first, set()).add(hit.label.table)
        return [(place, frozenset(owners[place])) for place in sorted(owners)]

    @cached_property
    def ends(self) -> frozenset[int]:
        """Where labels end."""
        return frozenset(hit.end for hit in self.hits)

    @cached_property
    def _units(self) -> tuple[str, ...]:
        """The units that the form's rows are counted in, and the words for nothing."""
        return (*{row.unit for table in self.form.tables for row in table.rows if row.unit}, "无", "無", "没有")

    def next_label(self, place: int) -> int:
        """Where the first label at or behind a place begins; the end of the stream when there is none."""
        at = bisect_left(self.starts, place)
        return self.starts[at] if at < len(self.starts) else len(self.stream.text)

    def lacks_number(self, place: int) -> bool:
        """Whether a label begins at a place without the number that the form prints before it."""
        at = bisect_left(self.starts, place)
        return at < len(self.hits) and any(
            hit.first == hit.start == place and hit.label.enumerator[:1].isdigit() for hit in self.hits[at : at + 2]
        )

    def is_head_at(self, place: int) -> bool:
        """Whether the head of a column begins at a place."""
        at = bisect_left(self.starts, place)
        return any(hit.first == place and hit.label.kind in ("column", "head") for hit in self.hits[at : at + 2])

    def leads(self, run: Run, label: int) -> bool:
        """Whether a run of cells stands in the row of the label that follows it, as the number of a row does."""
        if not run.bordered or run.same_row:
            return False
        return _ROW_END.search(self.stream.text, run.pieces[-1].end, label) is None

    def follows_a_row(self, label: Hit) -> bool:
        """Whether another row's label stands before one in its row of cells: then both may be heads, and what follows an empty place."""
        ends = [hit.end for hit in self.of(label.label.table, "row") if hit.end <= label.first]
        return bool(ends) and _ROW_END.search(self.stream.text, ends[-1], label.first) is None

    def rows_marked(self, start: int, end: int, labels: int) -> bool:
        """Whether the ends of rows are marked in a stretch that holds so many labels."""
        return labels > 0 and self.stream.text.count(ROW, max(0, start - 4), end) * 2 >= labels

    def is_packed(self, run: Run) -> bool:
        """Whether a run has empty cells that prove no places: in lines of text they may be packed to the left; words are none."""
        blank = any(piece.kind is Kind.EMPTY for piece in run.pieces)
        return blank and self._packed and self.stream.grid_column(run.pieces[0].start) is None

    @cached_property
    def _packed(self) -> bool:
        """
        Whether bars stand in lines of text, but no empty cell before a figure of its row shows that they prove places.

        A place that is empty in all rows of one length in a table is a stray column, or one of its labels, and shows nothing;
        nor does a run of two rows. A row that has lost a cell is as long as rows of other labels: so where lines are rows, places
        before the first figures of all rows are of labels too.
        """
        hits = self.hits if self.stream.borders.bars else ()
        rows: dict[tuple[str, int], set[tuple[Piece, ...]]] = {}
        firsts: dict[int, list[int]] = {}
        for hit in hits:
            if hit.label.kind in ("row", "column") and self.stream.grid_column(hit.start) is None:
                for run in self._behind(hit):
                    pieces = self._without_heads(hit, run)
                    if run.bordered and run.figures and len(pieces) < 2 * self._width_of(hit):
                        rows.setdefault((hit.label.table, len(pieces)), set()).add(pieces)
                        first = next(piece for piece in pieces if piece.kind is Kind.FIGURE)
                        firsts.setdefault(self.stream.part(first.start), []).append(self.stream.number_in_row(first.start))

        def is_of_label(piece: Piece) -> bool:
            known = firsts.get(self.stream.part(piece.start), [])
            return self.stream.borders.row_lines and len(known) > 1 and self.stream.number_in_row(piece.start) < min(known)

        return self.stream.borders.bars and not any(_proves_places(alike, is_of_label) for alike in rows.values())

    def _without_heads(self, hit: Hit, run: Run) -> tuple[Piece, ...]:
        """The cells of a run less the empty ones that may be heads which lost their words: those right behind a head in its line."""
        in_heads = hit.label.kind == "column" or self.form.table(hit.label.table).layout == "groups"
        if not in_heads or self.stream.borders.row_lines:
            return run.pieces
        return tuple(dropwhile(lambda piece: piece.kind is Kind.EMPTY, run.pieces))

    def _width_of(self, hit: Hit) -> int:
        """How many figures stand in a row of the table of a label."""
        table = self.form.table(hit.label.table)
        if table.layout == "groups":
            return len(table.cells)
        return next((len(block.columns) for block in table.blocks if hit.label.name in {row.code for row in block.rows}), 1)

    def lacks_cells(self, run: Run, width: int) -> bool:
        """Whether the empty lines of a document that shows its blank cells by them count out too few cells for a row."""
        return run.shown is not None and run.shown < width and self._blanks_seen

    @cached_property
    def _blanks_seen(self) -> bool:
        """Whether in some row empty lines stand where a blank cell is."""
        runs = (run for hit in self.hits if hit.label.kind in ("row", "column") for run in self._behind(hit))
        return any(run.shown is not None and run.shown > len(run.pieces) for run in runs)

    def _behind(self, hit: Hit) -> list[Run]:
        """The runs behind a label."""
        borders = self.stream.borders
        return cut_zone(self.stream, hit.end, self.next_label(hit.end), rows_marked=borders.row_lines or borders.wrapped)

    def _repeats_once(self, table: Table) -> bool:
        """Whether every row label that the form prints more than once stands at most once, though its rows' groups stand."""
        repeated, owners = _repeated(table)
        if not repeated or any(self.copy.text.count(core) > 1 for core in repeated):
            return False
        return owners <= {hit.label.name for hit in self.of(table.code, "row", "group")}

    @cached_property
    def cells_glued(self) -> bool:
        """Whether some cell of the document holds several figures run together, so that an empty one beside it proves nothing."""
        return _GLUED_CELL.search(self.stream.text) is not None

    @cached_property
    def repeats_figures(self) -> bool:
        """Whether a figure stands alone on two lines of the text: repeated lines were not removed from it."""
        figures = [bare for line in self.stream.text.split(LINE) if is_whole(bare := line.strip(SPACE + MARKS))]
        return len(set(figures)) < len(figures)

    @cached_property
    def cells_dropped(self) -> bool:
        """Whether most rows of the document's grids lack their empty cells: then an empty row proves nothing."""
        wide = {table.code for table in self.form.tables if table.layout == "groups"}
        rows = [hit for hit in self.hits if hit.label.kind == "row" and hit.label.table not in wide]
        rows = [hit for hit in rows if self.stream.grid_column(hit.start) is not None]
        return 2 * sum(map(self._lacks_all, rows)) > len(rows)

    def _lacks_all(self, hit: Hit) -> bool:
        """Whether no figure and fewer cells than columns stand in the row of a label."""
        own = [run for run in self._behind(hit) if run.same_row]
        return not any(run.figures or len(run.pieces) >= self._width_of(hit) for run in own)

    @cached_property
    def lines_removed(self) -> bool:
        """
        Whether repeated lines were removed from the text, so that one `0` stands for many.

        The form prints 信息内容 in every block, and some row labels twice; once each where all else stands is the sign. So it is
        where a text of many lines, figures alone on some of them, has none twice: units and noughts do stand there twice.
        """
        if _repeats_no_line(self.stream.text):
            return True
        if any(table.layout == "rows" and self._repeats_once(table) for table in self.form.tables):
            return True
        titles = len({hit.label.name for hit in self.hits if hit.label.kind == "title"})
        repeated = [head for table in self.form.tables if table.layout == "blocks" for head in table.heads]
        return titles >= 3 and any(self.copy.text.count(core_of(head)) == 1 for head in repeated)


def _repeats_no_line(text: str) -> bool:
    """Whether no line of a text of many lines stands there twice."""
    lines = [bare for line in text.split(LINE) if (bare := line.strip(SPACE + MARKS))]
    if len(lines) < _MANY_LINES or len(set(lines)) < len(lines):
        return False
    return sum(map(is_whole, lines)) >= _SOME_FIGURES


@lru_cache(maxsize=64)
def _repeated(table: Table) -> tuple[tuple[str, ...], frozenset[str | None]]:
    """The row labels that a table prints more than once, and the groups of their rows."""
    cores = Counter(core_of(row.zh) for row in table.rows)
    repeated = tuple(core for core, number in cores.items() if number > 1)
    return repeated, frozenset(row.parent for row in table.rows if core_of(row.zh) in repeated)


def _proves_places(rows: Set[tuple[Piece, ...]], is_of_label: Callable[[Piece], bool]) -> bool:
    """Whether in rows of one length an empty cell stands before a figure, in a place where another row has a figure."""
    used = {at for row in rows for at, piece in enumerate(row) if piece.kind is Kind.FIGURE}
    for row in rows:
        last = max(at for at, piece in enumerate(row) if piece.kind is Kind.FIGURE)
        empty = [at for at in range(last) if row[at].kind is Kind.EMPTY and (at in used or len(rows) == 1)]
        if any(not is_of_label(row[at]) for at in empty):
            return True
    return False


@lru_cache(maxsize=64)
def labels_of(form_name: str) -> tuple[Label, ...]:
    """Every label that a form prints, in its order."""
    from parsers.form import load_forms  # by name, because a Form is too large a key

    form = next(form for form in load_forms() if form.name == form_name)
    return tuple(_labels(form))


def _labels(form: Form) -> Iterator[Label]:
    for section in form.sections:
        yield Label("section", "", section[0], 0, _cores(*section), enumerator_of(section[0]), short=False)
    for table in form.tables:
        yield from _table_labels(table)


def _table_labels(table: Table) -> Iterator[Label]:
    for head in (*table.heads, *([table.note] if table.note else [])):
        yield _label("head", table, head, 0, head)
    order = 0
    for block in table.blocks:
        if block.title:
            yield _label("title", table, block.title, order, block.title)
        for column in block.columns:
            yield _label("column", table, column.code, order, column.zh, column)
        for row in block.rows:
            order += 1
            yield _label("row" if row.values else "group", table, row.code, order, row.zh, row)


def _label(kind: str, table: Table, name: str, order: int, zh: str, source: Row | Column | None = None) -> Label:
    cores = _cores(zh, *(source.aliases if source else ()))
    return Label(kind, table.code, name, order, cores, enumerator_of(zh), short=len(core_of(zh)) <= _SHORT)


def _cores(*printed: str) -> tuple[str, ...]:
    """Spellings to look for, longest first; a long label also by its first clause."""
    cores = {core_of(text) for text in printed}
    clause = core_of(printed[0].split("、")[0]) if printed[0].count("、") and len(printed[0]) > 2 * _CLAUSE else ""
    if len(clause) >= _CLAUSE:
        cores.add(clause)
    return tuple(sorted(cores, key=lambda core: (-len(core), core)))


def _may_be_anywhere(hit: Hit) -> bool:
    """Whether a hit is a short label without its enumerator."""
    return hit.label.short and hit.first == hit.start
