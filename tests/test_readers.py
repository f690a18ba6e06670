"""One reader claims, what nobody reads has a status and a reason, and nothing but ReadError comes out."""

from __future__ import annotations

import io
import re
import sys
import time
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import readers
from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.raw.sniff import Content
from parsers.readers import Reader, discover, read_document
from parsers.source import Source


def refusal(data: bytes, name: str = "report.html") -> ReadError:
    with pytest.raises(ReadError) as caught:
        read_document(Source(data, name))
    return caught.value


def a_docx() -> bytes:
    document = docx.Document()
    document.add_heading("二、主动公开政府信息情况", 1)
    table = document.add_table(3, 4)
    table.cell(0, 0).merge(table.cell(0, 3)).text = "第二十条第（一）项"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "规章"
    for column in range(1, 4):
        table.cell(2, column).text = str(column)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


PAGE = (
    '<html><head><meta charset="utf-8"><title>年报</title></head><body><p>二、主动公开<pre>a\tb</pre><table><thead><tr><th rowspan="2">规章'
    "<th colspan=2 hidden>&nbsp;</tr></thead><tr><td>1<br>2</td><td><table><tr><td>3</table></td></tr></table>"
).encode()
MARKDOWN = "# 年报\r\n| 规章 | 0 |\r\n|---|---|\r\n".encode("gb18030")
SAMPLES = {"page.html": PAGE, "report.md": MARKDOWN, "report.docx": a_docx()}


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"", ReadStatus.EMPTY, "no text"),
        (b"\xef\xbb\xbf \n", ReadStatus.EMPTY, "no text"),
        (b"<html><body><img src=a.png></body></html>", ReadStatus.EMPTY, "HTML file without any text"),
        (b"<!-- only a comment --><html>", ReadStatus.EMPTY, "without any text"),
        (b"\x89PNG\r\n\x1a\n", ReadStatus.FAILED, "a PNG picture that is cut off"),
        (b"PK\x03\x04broken", ReadStatus.FAILED, "cut off"),
        (a_docx()[:-40], ReadStatus.FAILED, "cut off"),
        (b"%PDF-1.4", ReadStatus.FAILED, "a damaged PDF"),
        (bytes(range(256)) * 9, ReadStatus.UNSUPPORTED, "binary content"),
        (b"Rar!\x1a\x07\x00", ReadStatus.UNSUPPORTED, "RAR"),
        (b'<?xml version="1.0"?><feed/>', ReadStatus.UNSUPPORTED, "XML"),
    ],
)
def test_what_nobody_reads_has_a_status_and_one_line(data: bytes, status: ReadStatus, reason: str) -> None:
    error = refusal(data, "report.docx")
    assert (error.status, error.name) == (status, "report.docx")
    assert reason in error.reason
    assert "\n" not in error.reason


def test_more_bytes_than_allowed_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MAX_BYTES", 10)
    assert refusal(b"a" * 11).status == ReadStatus.LIMIT


def test_every_reader_of_the_folder_is_found_by_name() -> None:
    folder = Path(readers.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if not path.name.startswith("_")}
    assert {reader.name for reader in readers.readers()} == modules


@pytest.mark.parametrize(("name", "data"), SAMPLES.items())
def test_content_is_claimed_whatever_the_name(name: str, data: bytes) -> None:
    assert read_document(Source(data, name)) == read_document(Source(data, "x.pdf"))


def module(folder: Path, name: str, code: str) -> str:
    (folder / f"{name}.py").write_text(code, "utf-8")
    sys.modules.pop(name, None)
    return name


READER = "NAME = {name!r}\ndef claims(content): return True\ndef read(source): raise NotImplementedError\n"


def test_discovery_is_loud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    one = module(tmp_path, "one_reader", READER.format(name="one"))
    same = module(tmp_path, "same_reader", READER.format(name="one"))
    half = module(tmp_path, "half_reader", "NAME = 'half'\n")
    broken = module(tmp_path, "broken_reader", "import no_such_library_anywhere\n")
    assert [reader.name for reader in discover([one])] == ["one"]
    with pytest.raises(RuntimeError, match="two readers are called 'one': one_reader and same_reader"):
        discover([same, one])
    with pytest.raises(RuntimeError, match="half_reader is no reader: it lacks claims, read"):
        discover([half])
    with pytest.raises(ModuleNotFoundError, match="no_such_library_anywhere"):
        discover([broken])


def test_two_claims_are_an_error_that_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    def claims(content: Content) -> bool:
        return content.kind == "text"

    def read(source: Source) -> Document:
        raise NotImplementedError

    monkeypatch.setattr(readers, "readers", lambda: (Reader("one", claims, read), Reader("two", claims, read)))
    with pytest.raises(RuntimeError, match="'text' is claimed by one and two"):
        read_document(Source(b"text", "a.txt"))


def is_read_or_refused(data: bytes) -> None:
    started = time.monotonic()
    reason, written = "read", ""
    try:
        document = read_document(Source(data, "a"))
        written = "".join(block.text for block in document.paragraphs())
        written += "".join(cell.text for grid in document.grids() for cell in grid.cells)
    except ReadError as error:
        reason = error.reason
    assert len(reason.splitlines()) == 1
    assert not re.search("[\ue000-\ue00f]", written)
    written.encode()
    assert time.monotonic() - started < 10


@given(st.binary(max_size=500))
def test_random_bytes(data: bytes) -> None:
    is_read_or_refused(data)


@pytest.mark.parametrize("sample", SAMPLES)
@given(st.data())
def test_truncated_and_flipped_files(sample: str, data: st.DataObject) -> None:
    whole = bytearray(SAMPLES[sample])
    for position in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=5)):
        whole[position] ^= 1 << data.draw(st.integers(0, 7))
    is_read_or_refused(bytes(whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole))


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_part_in_a_sound_archive(data: st.DataObject) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLES["report.docx"])) as archive, zipfile.ZipFile(packed, "w") as copy:
        part = data.draw(st.sampled_from([name for name in archive.namelist() if name.endswith((".xml", ".rels"))]))
        for name in archive.namelist():
            content = bytearray(archive.read(name))
            if name == part:
                for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
                    content[position] ^= 1 << data.draw(st.integers(0, 7))
            copy.writestr(name, bytes(content))
    is_read_or_refused(packed.getvalue())


markup = st.lists(
    st.sampled_from(
        [
            "<table>",
            "</table>",
            "<tr>",
            "</tr>",
            "<td>",
            "</td>",
            "<th rowspan=3>",
            "<td colspan='2;'>",
            "<p>",
            "</p>",
            "<br>",
            "<div hidden>",
            "</div>",
            "<pre>",
            "</pre>",
            "<tbody>",
            "<tfoot>",
            "</tfoot>",
            "<h1>",
            "7",
            "年 ",
            "\n",
            "&nbsp;",
            "&#xE003;",
            "<!--",
            "-->",
            "<",
            "\x00",
        ]
    ),
    max_size=40,
)


@given(markup)
def test_tags_in_any_order(pieces: list[str]) -> None:
    is_read_or_refused(("<html>" + "".join(pieces)).encode())


@given(markup)
def test_no_figure_outside_comments_and_hidden_parts_is_lost(pieces: list[str]) -> None:
    kept = [piece for piece in pieces if piece not in {"<!--", "-->", "<div hidden>", "<", "\0"}]
    document = readers.readers()[[reader.name for reader in readers.readers()].index("html")].read(
        Source(("<html>" + "".join(kept)).encode(), "a.html")
    )
    read = "".join(block.text for block in document.paragraphs()) + "".join(
        cell.text for grid in document.grids() for cell in grid.cells
    )
    assert read.count("7") == kept.count("7")
