"""Spreadsheets (XLSX, XLS, ODS, flat ODS): values by python-calamine (MIT), borders, spans and errors by the files' own records."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from parsers.document import Block, Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.charset import without_marks
from parsers.raw.sniff import Content, sniff
from parsers.readers._archive import open_archive, read_member
from parsers.readers._cell_texts import NO_RESULT, text_of
from parsers.readers._ods import content_of_flat, marks_of_ods
from parsers.readers._sheets import Marks, Spot, blocks_of
from parsers.readers._xls import marks_of_xls
from parsers.readers._xlsx import is_needed, marks_of_xlsx
from parsers.source import Source

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

__all__ = ["NAME", "claims", "read"]

NAME = "sheet"


def claims(content: Content) -> bool:
    """Whether the content is a spreadsheet."""
    return content.kind in ("xlsx", "xls", "ods", "fods")


def read(source: Source) -> Document:
    """
    The tables of every sheet as Grids and the lines around them as Paragraphs; hidden sheets, rows and columns are not read.

    A formula gives its stored result; one without is U+FFFD, an error its own word. Raises ReadError with status `limit`
    (sizes, cells), `failed` (damaged, locked) or `unsupported` (an ET file of WPS Office, which has the form of an XLS).
    """
    content = sniff(source.data, source.name)
    if content.kind == "xls" and source.name.lower().endswith((".et", ".ett")):
        raise ReadError(
            ReadStatus.UNSUPPORTED, "ET spreadsheets of WPS Office are not read; save the file as XLSX or ask for that"
        )
    notes: list[str] = []
    if content.kind == "xls":
        numbered, plain = marks_of_xls(source.data)
        marks = _Known(by_number=numbered)
    else:
        parts = _as_parts(source.data) if content.kind == "fods" else _parts(source.data, content.kind)
        marks = _Known(by_name=marks_of_xlsx(parts) if content.kind == "xlsx" else marks_of_ods(parts.get("content.xml", b"")))
        plain = _stored(parts)
    blocks: list[Block] = []
    tables, lines = count(1), count(1)
    for sheet in _sheets(plain, content.kind, marks, notes):
        blocks += blocks_of(sheet.texts, sheet.marks, tables.__next__, lines.__next__)
    return Document(tuple(blocks), content.media_type, notes=tuple(notes))


class _Known(NamedTuple):
    """The marks of the sheets, by name or by number."""

    by_name: Mapping[str, Marks] = MappingProxyType({})
    by_number: Mapping[int, Marks] = MappingProxyType({})


class _Sheet(NamedTuple):
    """One sheet: the texts of its cells, and what else is known of it."""

    texts: Mapping[Spot, str]
    marks: Marks


def _sheets(plain: bytes, kind: str, known: _Known, notes: list[str]) -> list[_Sheet]:
    """The sheets that are shown; every fault of the library is a damaged file."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    sheets: list[_Sheet] = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(plain)) as workbook:
            for number, sheet in enumerate(workbook.sheets_metadata):
                if sheet.typ is not SheetTypeEnum.WorkSheet:
                    continue
                if sheet.visible is not SheetVisibleEnum.Visible:
                    notes.append(f"the hidden sheet {without_marks(sheet.name)} was not read")
                    continue
                marks = known.by_name.get(sheet.name) or known.by_number.get(number)
                if marks is None:
                    raise ReadError(
                        ReadStatus.FAILED, f"its sheet {without_marks(sheet.name)} is missing; ask for the file again"
                    )
                texts = _texts(workbook.get_sheet_by_index(number))
                texts.update(marks.texts)
                notes += _remarks(sheet.name, marks)
                sheets.append(_Sheet(texts, marks))
    except (CalamineError, OSError, ValueError, OverflowError) as exc:
        raise _damaged(kind, exc) from exc
    except BaseException as exc:  # a fault within the library's Rust code comes as its PanicException, which is no Exception
        if type(exc).__name__ != "PanicException":
            raise
        raise _damaged(kind, exc) from exc
    return sheets


def _damaged(kind: str, exc: BaseException) -> ReadError:
    first = (str(exc).splitlines() or ["unknown fault"])[0]
    locked = type(exc).__name__ == "PasswordError" or "password" in first.lower()
    if locked:
        return ReadError(ReadStatus.FAILED, f"an {kind.upper()} file that is protected by a password; ask for an open copy")
    return ReadError(ReadStatus.FAILED, f"an {kind.upper()} file that is damaged ({first}); ask for the file again")


def _texts(sheet: CalamineSheet) -> dict[Spot, str]:
    start = sheet.start
    if start is None:
        return {}
    top, left = start
    return {
        (row, column): text
        for row, values in enumerate(sheet.to_python(skip_empty_area=True), top)
        for column, value in enumerate(values, left)
        if (text := text_of(value)).strip()
    }


def _remarks(name: str, marks: Marks) -> Iterator[str]:
    shown = without_marks(name)
    if marks.hidden_rows or marks.hidden_columns:
        yield f"hidden rows or columns of the sheet {shown} were not read"
    unknown = sum(text == NO_RESULT for text in marks.texts.values())
    if unknown:
        yield f"{unknown} formulas of the sheet {shown} have no stored result; open and save the file to have them"


def _parts(data: bytes, kind: str) -> dict[str, bytes]:
    """The members that hold values, unpacked under guard."""
    with open_archive(data) as archive:
        wanted = [name for name in archive.namelist() if kind == "ods" or is_needed(name)]
        members = {name: read_member(archive, name) for name in wanted if not name.endswith("/")}
        return {name: content for name, content in members.items() if content is not None}


def _as_parts(flat: bytes) -> dict[str, bytes]:
    """The members of an ODS archive whose content is a flat one."""
    manifest = b'<?xml version="1.0"?><manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": manifest, "content.xml": content_of_flat(flat),
    }  # fmt: skip


def _stored(parts: dict[str, bytes]) -> bytes:
    """The members as an archive that is not packed: what was measured is what the library reads, whatever the sizes declared."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()
