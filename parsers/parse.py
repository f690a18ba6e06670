"""The door of the package: one document to a Report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from parsers.bound import open_bound
from parsers.containers import Pages, attachments_of, is_container, open_container
from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.finding import Finding, Severity
from parsers.identify import Identity, identify
from parsers.raw.signs import has_report_words, is_look_alike
from parsers.raw.sniff import sniff
from parsers.raw.wrapped import unwrapped
from parsers.readers import read_document
from parsers.readers.picture import read_pages, with_pictures
from parsers.rebuild import Rebuilt, rebuild
from parsers.report import Report, Status, Unread
from parsers.second_opinion import confirm
from parsers.sections import split_sections
from parsers.source import Source, open_source

__all__ = ["parse", "parse_all"]

_NO_REPORTS = (ReadStatus.NOT_A_REPORT, ReadStatus.EMPTY, ReadStatus.UNSUPPORTED)
"""What an attachment may turn out to be without a word about it: a form to fill in, a poster, a film."""


def parse(source: Source | Path | str | bytes, *, name: str | None = None) -> Report:
    """
    The report that a document holds; one without a statutory table has no facts and form `none`.

    `source` is a Source, the path of a file, or bytes; `name` is what the report calls its source.
    Raises ReadError, with a status and a one-line reason, when there is no report to read.

    >>> report = parse("某县2021年政府信息公开工作年度报告\\n第二十条第（五）项\\n信息内容\\n本年处理决定数量\\n行政许可\\n7\\n".encode())
    >>> report.year, report.by_address["proactive.licensing.decisions"].value
    (2021, Decimal('7'))
    """
    opened = _open(source, name)
    return _report(opened, read_document(opened))


def _report(opened: Source, document: Document) -> Report:
    digest = _digest(opened, document)
    document, others = open_bound(document)
    known = identify(document, hints=opened.hints, report_id=digest[:12])
    rebuilt = rebuild(document, year=known.year)
    if document.pictures and not rebuilt.facts and _may_be_in_pictures(document, known):
        return _report(opened, _recognised(document, opened))
    _require_report(document, known, rebuilt, opened)
    rebuilt = replace(rebuilt, facts=confirm(document, unwrapped(opened).data, rebuilt.forms, rebuilt.facts))
    sections = split_sections(document, rebuilt.lines)
    return Report(
        source=opened.address, source_sha256=digest, media_type=document.media_type, bytes=len(opened.data),
        title=known.title, county_code=known.county_code, county=known.county, unit=known.unit, level=known.level,
        year=known.year, scope=known.scope, forms=MappingProxyType(dict(rebuilt.forms)), facts=rebuilt.facts,
        findings=(*known.findings, *_bound(others, digest[:12]), *_doubts(rebuilt, digest[:12])), sections=sections,
        reason="" if rebuilt.facts else "a report, but no statutory table was found in it",
    )  # fmt: skip


def _digest(opened: Source, document: Document) -> str:
    """SHA-256 of the document's bytes; of a page that frames or pictures are part of, over those of all of them."""
    if not document.along:
        return opened.sha256
    parts = [opened.sha256, *(hashlib.sha256(along).hexdigest() for along in document.along)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def parse_all(source: Source) -> Iterator[Report | Unread]:
    """
    Every report in a source, or why there is none; never raises for bad data.

    An archive gives one for each document in it, `archive.zip!/path/member`, in the order of their names. A page without a
    statutory table gives those of the attachments that came along, `page.html!/attachment.pdf`.
    """
    try:
        held = unwrapped(source)
        if not is_container(held):
            yield from _parse_page(source)
            return
        for member in open_container(held):
            if isinstance(member, Pages):
                yield _parse_pages(member)
            elif member.refused is not None:
                yield _unread(member.source, member.refused)
            else:
                yield _parse_member(member.source)
    except ReadError as error:
        yield _unread(source, error)


def _parse_page(source: Source) -> Iterator[Report | Unread]:
    """The report of a document, or those of its attachments where it is a page that only leads to them."""
    own = _parse_member(source)
    attached = () if isinstance(own, Report) and own.facts else attachments_of(source)
    found = [result for attachment in attached for result in parse_all(attachment) if _counts(result)]
    if not any(isinstance(result, Report) for result in found):
        yield own
    yield from found


def _counts(result: Report | Unread) -> bool:
    """Whether an attachment is a report with figures, or may be one and could not be read."""
    return bool(result.facts) if isinstance(result, Report) else result.status not in _NO_REPORTS


def _parse_member(source: Source) -> Report | Unread:
    try:
        return parse(source)
    except ReadError as error:
        return _unread(source, error)


def _parse_pages(member: Pages) -> Report | Unread:
    """The one report whose pages are pictures in an archive."""
    try:
        return _report(member.source, read_pages(member.pages))
    except ReadError as error:
        return _unread(member.source, error)


def _unread(source: Source, error: ReadError) -> Unread:
    media_type = sniff(source.data, source.name).media_type
    return Unread(source.address, source.sha256, media_type, len(source.data), error.status, error.reason)


def _open(source: Source | Path | str | bytes, name: str | None) -> Source:
    if isinstance(source, Source):
        return source if name is None else replace(source, name=name)
    if isinstance(source, bytes):
        return Source(source, name or "bytes")
    return open_source(Path(source), name=name)


def _require_report(document: Document, known: Identity, rebuilt: Rebuilt, source: Source) -> None:
    """Raise ReadError for a document that is no report: a notice, an explanation, an empty page."""
    if is_look_alike(known.title):
        reason = f"its title is not that of a report: {known.title[:60]}"
        raise ReadError(ReadStatus.NOT_A_REPORT, reason, name=source.address)
    if rebuilt.facts:
        return
    text = _words(document, known)
    if not text.strip():
        raise ReadError(ReadStatus.EMPTY, "the document has no text", name=source.address)
    if not has_report_words(text):
        reason = "nothing in it speaks of an annual report on open government information"
        raise ReadError(ReadStatus.NOT_A_REPORT, reason, name=source.address)


def _words(document: Document, known: Identity) -> str:
    text = known.title + "".join(paragraph.text for paragraph in document.paragraphs())
    return text + "".join(cell.text for grid in document.grids() for cell in grid.cells)


def _may_be_in_pictures(document: Document, known: Identity) -> bool:
    """Whether the tables of a report may be pictures: the document speaks of a report, or says nothing at all."""
    text = _words(document, known)
    return not is_look_alike(known.title) and (not text.strip() or has_report_words(text))


def _recognised(document: Document, source: Source) -> Document:
    try:
        return with_pictures(document)
    except ReadError as error:
        raise ReadError(error.status, error.reason, name=source.address) from error


def _bound(others: Sequence[str], report_id: str) -> Iterator[Finding]:
    """That other reports stand in the document, whose figures are not read."""
    if others:
        zh, en = "、".join(f"“{title}”" for title in others), ", ".join(map(repr, others))
        yield Finding(
            code="identity.bound_reports", subject=report_id, report_id=report_id, severity=Severity.WARNING,
            message_zh=f"同一文件中另有{len(others)}份报告，其数据未读取：{zh}",
            message_en=f"{len(others)} more reports stand in the document, and their figures were not read: {en}",
        )  # fmt: skip


def _doubts(rebuilt: Rebuilt, report_id: str) -> Iterator[Finding]:
    """What the rebuild itself found, as findings."""
    for code, zh, en in rebuilt.doubts:
        yield Finding(
            code=code, subject=report_id, report_id=report_id, severity=Severity.WARNING, message_zh=zh, message_en=en
        )  # fmt: skip
    lost = [fact.address for fact in rebuilt.facts if fact.status is Status.AMBIGUOUS]
    if lost:
        yield Finding(
            code="rebuild.ambiguous", subject=report_id, report_id=report_id, severity=Severity.WARNING, addresses=tuple(lost),
            message_zh=f"有{len(lost)}个单元格在原文中边界丢失，未能确定数值",
            message_en=f"{len(lost)} cells have lost their borders in the source; more than one reading fits and none is taken",
        )  # fmt: skip
