"""EPUB books: chapters in the order of the spine, and what is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from parsers import Source, parse_all
from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import sniff
from parsers.readers import read_document
from parsers.report import Report, Unread

_CONTAINER = '<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>'
_PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>某县2021年政府信息公开工作年度报告</dc:title>'
    '</metadata><manifest><item id="b" href="t/b%20b.xhtml"/><item id="a" href="t/a.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/>'
    "</spine></package>"
)


def chapter(body: str) -> str:
    return (
        f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{body}</body></html>'
    )


_PARTS = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": _CONTAINER,
    "a.opf": _PACKAGE,
    "t/b b.xhtml": chapter("<p>第二十条第（五）项</p><table><tr><td>信息内容<td>本年处理决定数量<tr><td>行政许可<td>7</table>"),
    "t/a.xhtml": chapter("<p>一、总体情况</p><table><tr><td>a<td>b</table>"),
}


def book(parts: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(parts: Mapping[str, str]) -> Document:
    return read_document(Source(book(parts), "a.epub"))


def test_chapters_come_in_the_order_of_the_spine() -> None:
    document = read(_PARTS)
    assert sniff(book(_PARTS)).kind == "epub"
    assert document.title == "某县2021年政府信息公开工作年度报告"
    assert [line.text for line in document.paragraphs()] == ["一、总体情况", "第二十条第（五）项"]
    assert [grid.number for grid in document.grids()] == [1, 2]
    (report,) = parse_all(Source(book(_PARTS), "a.epub"))
    assert isinstance(report, Report)
    assert report.by_address["proactive.licensing.decisions"].value == 7


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"t/a.xhtml": None}, "without its part t/a.xhtml"),
        ({"a.opf": None, "b.opf": _PACKAGE}, "without its part a.opf"),
        ({"META-INF/encryption.xml": "<encryption><EncryptedData/></encryption>"}, "protected"),
        ({"a.opf": "<package><spine>"}, "damaged"),
    ],
)
def test_a_book_that_lacks_something_is_refused(changed: Mapping[str, str | None], words: str) -> None:
    parts = {name: content for name, content in {**_PARTS, **changed}.items() if content is not None}
    with pytest.raises(ReadError, match=words) as caught:
        read(parts)
    assert caught.value.status is ReadStatus.FAILED


def test_a_book_without_chapters_is_empty() -> None:
    (result,) = parse_all(Source(book({**_PARTS, "a.opf": "<package><manifest/><spine/></package>"}), "a.epub"))
    assert isinstance(result, Unread)
    assert result.status is ReadStatus.EMPTY
