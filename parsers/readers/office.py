"""DOC, WPS, RTF, ODT, flat ODT, UOF and the XML of Word 2003: LibreOffice makes DOCX of them, and the DOCX reader reads that."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

import olefile

from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import Content, sniff
from parsers.readers import docx
from parsers.readers._archive import open_archive, read_member
from parsers.readers._soffice import convert_to_docx
from parsers.source import Source

__all__ = ["NAME", "claims", "read"]

NAME = "office"

# LibreOffice's names of the formats: told, it does not guess, and a disguised file is no way to another filter.
_FILTERS = {
    "doc": "MS Word 97", "wps": "MS Word 97", "rtf": "Rich Text Format", "odt": "writer8",
    "fodt": "OpenDocument Text Flat XML", "word_xml": "MS Word 2003 XML", "uof": "UOF text",
}  # fmt: skip
_NAMES = {"fodt": "FODT", "word_xml": "Word 2003 XML", "uof": "UOF"}
_INSTRUCTIONS = re.compile(rb"(?<=:)(?:instrText|instr)(?=[\s>=])")
_FIELD = re.compile(rb"\\fldinst(?!(?:[\s{}]|\\[a-z]+-?\d* ?){0,40}FORM(?:TEXT|DROPDOWN)\b)")
"""What begins an instruction in RTF, but those of a form, which name no file: without them its choices would be lost."""
_BEFORE_WORD = rb"(?:[\s{}]|\\[a-z]+-?\d* ?){0,40}"
_COMPUTED = re.compile(
    rb"\{\\field(?=(?:\\[a-z]+ ?|\s){0,6}\{\\\*\\fldinst" + _BEFORE_WORD
    + rb"(?:[Ee][Qq]\b|=[^{}]{0,80}\}\s*(?:\{\\fldrslt\s*\}\s*)?\}))"
)  # fmt: skip
"""A field of RTF whose figures only Word itself makes of its instruction: EQ, or a sum whose result is not there."""
_SHOWN_ONLY_BY_WORD = rb"{\u-3? "
"""U+FFFD, as long as what it stands for."""
_OLDER_WORD = "MS WinWord 6.0"
_WORKS = "MS_Works"
_ENCRYPTED_BIT = 0x0100
_WORD_97_IDENT = 0xA5EC


def claims(content: Content) -> bool:
    """Whether the content is a DOC, WPS, RTF or ODT document, the last as one file too, a UOF, or XML of Word 2003."""
    return content.kind in _FILTERS


def read(source: Source) -> Document:
    """
    The document as the DOCX reader reads what LibreOffice makes of it; the media type is that of the original.

    Raises ReadError with status `needs_libreoffice`, `limit` (time, sizes), `needs_ocr` (pictures only) or `failed`.
    """
    content, data = sniff(source.data, source.name), source.data
    infilter = _FILTERS[content.kind]
    if content.kind == "odt":
        _refuse_protected_odt(data)
    elif content.kind == "rtf":
        data = _without_instructions(data)
    elif content.kind in _NAMES:
        data = _plain_xml(data, _NAMES[content.kind])
    else:
        infilter = _ole_filter(data)
    converted = convert_to_docx(data, suffix=f".{content.kind}", infilter=infilter)
    try:
        document = docx.read(Source(converted, f"{source.name}.docx"))
    except ReadError as exc:
        reason = exc.reason.replace("DOCX", _NAMES.get(content.kind, content.kind.upper()))
        raise ReadError(exc.status, f"{reason} (after LibreOffice made DOCX of it)") from exc
    return replace(document, media_type=content.media_type)


def _without_instructions(data: bytes) -> bytes:
    """
    The RTF without its field instructions, but those of forms; what the fields show stays, or U+FFFD where only Word shows it.

    LibreOffice opens the file that INCLUDEPICTURE names, whatever its settings say, and puts today's date into a date.
    A destination of no known name is passed over; the length stays, because binary data is counted.
    """
    return _FIELD.sub(rb"\\*\\fldin", _COMPUTED.sub(lambda _: _SHOWN_ONLY_BY_WORD, data))


def _plain_xml(data: bytes, name: str) -> bytes:
    """The XML without instructions of fields, as for RTF. Raises ReadError `failed` for entities: they name files to be read."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ReadError(ReadStatus.FAILED, f"a {name} file that declares entities, as no office program writes them")
    return _INSTRUCTIONS.sub(lambda match: b"x" * len(match[0]), data)


def _refuse_protected_odt(data: bytes) -> None:
    with open_archive(data) as archive:
        if b"encryption-data" in (read_member(archive, "META-INF/manifest.xml") or b""):
            raise ReadError(ReadStatus.FAILED, "an ODT file that is protected by a password; ask for an open copy")


def _ole_filter(data: bytes) -> str:
    """The filter for what the head of the Word stream says: Word 97 and later, older, or Works."""
    try:
        with olefile.OleFileIO(data) as container:
            if not container.exists("WordDocument"):
                return _WORKS
            head = container.openstream("WordDocument").read(12)
        ident, flags = struct.unpack("<H8xH", head)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, struct.error) as exc:
        raise ReadError(ReadStatus.FAILED, f"a DOC or WPS file that is damaged: {exc}; ask for the file again") from exc
    if flags & _ENCRYPTED_BIT:
        raise ReadError(ReadStatus.FAILED, "a DOC or WPS file that is protected by a password; ask for an open copy")
    return _FILTERS["doc"] if ident == _WORD_97_IDENT else _OLDER_WORD
