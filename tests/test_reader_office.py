"""DOC, WPS, RTF and ODT as LibreOffice writes them, read through LibreOffice; what they link is never loaded."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import docx
import olefile
import pytest
from office import convert
from servers import Server, page

from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.readers import _soffice, read_document
from parsers.source import Source
from pipeline.demo.judge import judge
from pipeline.demo.layouts import Rendering
from pipeline.demo.trial import facts_of, trial_named

KINDS = ("doc", "rtf", "odt")
TRIALS = tuple(f"docx.{shape}/6.{number}" for shape in ("clean", "unmerged") for number in range(9))
NAME = "docx.clean/6.0"
MEDIA_TYPES = {"doc": "application/msword", "rtf": "application/rtf", "odt": "application/vnd.oasis.opendocument.text"}

Files = dict[tuple[str, str], bytes]


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    _soffice.close_office()


@pytest.fixture
def soffice(need: Callable[[str], Path]) -> Path:
    return need("soffice")


@pytest.fixture(scope="module")
def a_doc(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A DOC that LibreOffice wrote; nothing where there is no LibreOffice, and the test is skipped."""
    if _soffice.find_soffice() is None:
        return b""
    return written((NAME,), ("doc",), tmp_path_factory.mktemp("office"))[NAME, "doc"]


def written(trials: Sequence[str], kinds: Sequence[str], folder: Path) -> Files:
    documents = [(f"{number}.docx", ended_as_word_ends(trial_named(name).rendering.data)) for number, name in enumerate(trials)]
    made: Files = {}
    for kind in kinds:
        place = folder / kind
        place.mkdir()
        made |= {(name, kind): data for name, data in zip(trials, convert(documents, kind, place), strict=True)}
    return made


def ended_as_word_ends(data: bytes) -> bytes:
    """The DOCX with a paragraph after its last table; of a DOC without one LibreOffice makes lines of the last table."""
    document, out = docx.Document(io.BytesIO(data)), io.BytesIO()
    document.add_paragraph()
    document.save(out)
    return out.getvalue()


def assert_all_right(name: str, data: bytes, as_file: str) -> Document:
    rendering = trial_named(name).rendering
    outcomes = list(judge(rendering, facts_of(Rendering(data, as_file, rendering.printed, rendering.kept))))
    assert {item.outcome.value for item in outcomes if item.kept} == {"right"}
    assert not [item for item in outcomes if item.outcome.wrong]
    whole, converted = (read_document(Source(*given)) for given in ((rendering.data, "a.docx"), (data, as_file)))
    assert shape_of(converted) == shape_of(whole)
    return converted


def shape_of(document: Document) -> list[list[tuple[str, int, int, int]]]:
    """The cells of each grid in their rows; a column span may be one wider, where LibreOffice rounds an edge apart."""
    return [[(cell.text, cell.row, cell.row_span, cell.order) for cell in grid.cells] for grid in document.grids()]


def read(data: bytes, name: str = "report.odt") -> Document:
    return read_document(Source(data, name))


def refusal(data: bytes, name: str = "report.doc") -> ReadError:
    with pytest.raises(ReadError) as caught:
        read(data, name)
    return caught.value


# --- what is read ---------------------------------------------------------------------------------


def test_every_cell_of_a_doc_and_of_a_doc_renamed_wps(soffice: Path, a_doc: bytes) -> None:
    assert assert_all_right(NAME, a_doc, "no_name").media_type == "application/msword"
    assert assert_all_right(NAME, a_doc, "report.wps").media_type == "application/kswps"


@pytest.mark.slow
def test_every_cell_blank_and_span_of_many_reports(soffice: Path, tmp_path: Path) -> None:
    for (name, kind), data in written(TRIALS, KINDS, tmp_path).items():
        assert assert_all_right(name, data, f"report.{kind}").media_type == MEDIA_TYPES[kind]


# --- what a document links ------------------------------------------------------------------------

WORDS = "THE-WORDS-OF-A-LINKED-FILE"
LAST_READ = 1e9
ODT_LINKS = """<text:p>before</text:p>
<text:p><draw:frame text:anchor-type="as-char" svg:width="3cm" svg:height="3cm"><draw:image xlink:href="{http}/a.png"
  xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>
<text:p><draw:frame text:anchor-type="as-char" svg:width="3cm" svg:height="3cm"><draw:object xlink:href="{http}/b.odt"
  xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>
<text:p><draw:frame text:anchor-type="as-char" svg:width="3cm" svg:height="3cm"><draw:floating-frame xlink:href="{http}/c.html"
  xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>
<text:section text:name="one"><text:section-source xlink:href="{http}/d.html" text:filter-name="HTML (StarWriter)"/>
  <text:p>kept one</text:p></text:section>
<text:section text:name="two"><text:section-source xlink:href="{file}" text:filter-name="Text"/><text:p>kept two</text:p></text:section>
<text:p><draw:frame text:anchor-type="as-char" svg:width="3cm" svg:height="3cm"><draw:image xlink:href="{png}"
  xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>
<text:p>after</text:p>"""
RTF_LINKS = r"""{{\rtf1\ansi{{\*\template {http}/t.dot}}\pard before\par
{{\field{{\*\fldinst INCLUDEPICTURE "{http}/a.png" \\* MERGEFORMAT }}{{\fldrslt }}}}\par
{{\field{{\*\fldinst INCLUDEPICTURE "{http}/a.png" \\d }}{{\fldrslt old picture}}}}\par
{{\field{{\*\fldinst INCLUDETEXT "{http}/d.html" }}{{\fldrslt kept one}}}}\par
{{\field{{\*\fldinst INCLUDETEXT "{file}" }}{{\fldrslt kept two}}}}\par
{{\field{{\*\fldinst INCLUDETEXT "{path}" }}{{\fldrslt kept three}}}}\par
{{\field{{\*\fldinst LINK Word.Document "{path}" "" \\a }}{{\fldrslt kept four}}}}\par
{{\field{{\*\fldinst DDEAUTO soffice "{path}" "" }}{{\fldrslt kept five}}}}\par
{{\field{{\*\fldinst INCLUDEPICTURE "{png}" }}{{\fldrslt }}}}\par
after\par}}"""
NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("text", "text"), ("draw", "drawing"), ("svg", "svg-compatible"))
)


def odt(body: str) -> bytes:
    out = io.BytesIO()
    root = f'{NAMES} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"'
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        content = f"<office:document-content {root}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
        )
    return out.getvalue()


@pytest.fixture
def listening() -> Iterator[Server]:
    server = Server()
    for name in ("/a.png", "/b.odt", "/c.html", "/d.html", "/t.dot"):
        server.add(name, page(WORDS.encode()))
    yield server
    server.close()


def linking(template: str, server: Server, secret: Path, picture: Path) -> str:
    """The document, and the two files on this machine that it links, last read before they were written."""
    for path in (secret, picture):
        path.write_text(WORDS)
        unread(path)
    return template.format(http=server.url("").rstrip("/"), file=secret.as_uri(), path=secret, png=picture.as_uri())


def unread(path: Path) -> None:
    os.utime(path, (LAST_READ, LAST_READ + 1e8))


@pytest.mark.slow
@pytest.mark.parametrize("without_network", [True, False])
@pytest.mark.parametrize("kind", ["odt", "rtf", "doc"])
def test_nothing_that_a_document_links_is_loaded(
    soffice: Path, listening: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, *, without_network: bool
) -> None:
    """Also where the machine lets no program be cut off from its network: the settings alone must hold."""
    _soffice.close_office()
    if not without_network:
        monkeypatch.setattr(_soffice, "_bounds", lambda: ())
    linked = tmp_path / "secret.txt", tmp_path / "picture.png"
    words = linking(RTF_LINKS if kind == "rtf" else ODT_LINKS, listening, *linked)
    data = words.encode() if kind == "rtf" else odt(words)
    if kind == "doc":
        (data,) = convert([("linking.odt", data)], "doc", tmp_path)
        assert listening.asked, "an office without our settings asks, so that a request would be seen"
        listening.asked.clear()
        for path in linked:
            unread(path)
    document = read(data, f"a.{kind}")
    _soffice.close_office()
    assert listening.asked == []
    assert [path.stat().st_atime for path in linked] == [LAST_READ, LAST_READ]
    lines = [line.text for line in document.paragraphs()]
    assert {"before", "after"} <= set(lines)
    assert WORDS not in "".join(lines)


def test_field_instructions_of_an_rtf_go_and_what_fields_show_stays(soffice: Path) -> None:
    data = rb"{\rtf1\ansi a {\field{\*\fldinst DATE }{\fldrslt 1999}}{\field{\fldinst HYPERLINK b}{\fldrslt c}}\par}"
    assert [line.text for line in read(data, "a.rtf").paragraphs()] == ["a 1999c"]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (rb"{\field{\*\fldinst EQ \\o(12)}{\fldrslt }}", "\ufffd"),
        (rb"{\field\fldedit{\*\fldinst {\b eq \\o(12)}}}", "\ufffd"),
        (rb"{\field{\*\fldinst =SUM(LEFT)}{\fldrslt }}", "\ufffd"),
        (rb"{\field{\*\fldinst =SUM(LEFT)}{\fldrslt 12}}", "12"),
    ],
)
def test_what_only_word_shows_of_a_field_of_an_rtf_is_unknown(soffice: Path, field: bytes, shown: str) -> None:
    texts = [line.text for line in read(rb"{\rtf1\ansi a " + field + rb"b\par}", "a.rtf").paragraphs()]
    assert [text.replace(" ", "") for text in texts] == [f"a{shown}b"]


def test_what_is_chosen_in_a_form_of_an_rtf_stays(soffice: Path) -> None:
    form = rb"{\*\formfield{\fftype2\ffres1{\*\ffl 7}{\*\ffl 12}}}"
    data = rb"{\rtf1\ansi a {\field{\*\fldinst { FORMDROPDOWN }" + form + rb"}{\fldrslt }}\par}"
    assert [line.text for line in read(data, "a.rtf").paragraphs()] == ["a 12"]


# --- what is refused ------------------------------------------------------------------------------


def test_without_libreoffice_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    error = refusal(rb"{\rtf1 x}", "a.rtf")
    assert error.status is ReadStatus.NEEDS_LIBREOFFICE
    assert "apt-get install libreoffice-writer" in error.reason


def test_a_protected_odt_is_not_given_to_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "x")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    error = refusal(out.getvalue(), "a.odt")
    assert (error.status, "password" in error.reason) == (ReadStatus.FAILED, True)


def test_a_protected_doc_is_not_given_to_libreoffice(soffice: Path, a_doc: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with olefile.OleFileIO(a_doc) as container:
        head = container.openstream("WordDocument").read(12)
    (flags,) = struct.unpack_from("<H", head, 10)
    monkeypatch.setenv("PATH", "")
    error = refusal(a_doc.replace(head, head[:10] + struct.pack("<H", flags | 0x100)))
    assert (error.status, "password" in error.reason) == (ReadStatus.FAILED, True)


@pytest.mark.slow
def test_what_libreoffice_cannot_load_has_failed(soffice: Path) -> None:
    error = refusal(odt("<unclosed>"), "a.odt")
    assert error.status is ReadStatus.FAILED
    assert "writer8" in error.reason


@pytest.mark.slow
def test_damage_is_read_or_refused(soffice: Path, tmp_path: Path) -> None:
    random = Random(1)
    for (_, kind), whole in written((NAME,), KINDS, tmp_path).items():
        damaged = bytearray(whole)
        for _ in range(20):
            damaged[random.randrange(30, len(damaged))] = random.randrange(256)
        for data in (bytes(damaged), bytes(damaged[: len(damaged) // 2])):
            with suppress(ReadError):
                read(data, f"a.{kind}")


# --- the office that is kept ----------------------------------------------------------------------

RTF = rb"{\rtf1\ansi one\par}"
FORKS = "import os, time; os.fork() or os.closerange(0, 3) or time.sleep(20)"  # a child that lives longer


@pytest.mark.slow
def test_an_office_that_hangs_is_stopped_and_a_fresh_one_asked(soffice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _soffice.close_office()
    monkeypatch.setattr(_soffice, "LIMIT_S", 0.0)
    with pytest.raises(ReadError, match="took longer") as caught:
        _soffice.convert_to_docx(RTF, suffix=".rtf", infilter="Rich Text Format")
    assert caught.value.status is ReadStatus.LIMIT
    monkeypatch.undo()
    assert [line.text for line in read(RTF, "a.rtf").paragraphs()] == ["one"]


@pytest.mark.slow
def test_where_no_office_can_be_kept_each_document_starts_one(soffice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _soffice.close_office()
    monkeypatch.setattr(_soffice, "_START_LIMIT_S", 0.0)
    for _ in range(2):
        assert [line.text for line in read(RTF, "a.rtf").paragraphs()] == ["one"]
        assert _soffice._office is not None
        assert not offices_of(_soffice._office)
    _soffice.close_office()


def test_an_office_that_has_died_is_replaced(soffice: Path) -> None:
    read(RTF, "a.rtf")
    assert _soffice._office is not None
    for process in offices_of(_soffice._office):
        os.kill(process, 9)
    assert [line.text for line in read(RTF, "a.rtf").paragraphs()] == ["one"]


@pytest.mark.slow
def test_an_office_is_replaced_after_so_many_documents(soffice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _soffice.close_office()
    monkeypatch.setattr(_soffice, "DOCUMENTS_AN_OFFICE", 2)
    seen = []
    for _ in range(4):
        read(RTF, "a.rtf")
        seen.append(_soffice._office)
    assert len({id(item) for item in seen}) == 2


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["pass", "import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)", FORKS])
def test_nothing_runs_on_when_the_process_ends(soffice: Path, tmp_path: Path, ending: str) -> None:
    code = (
        "from parsers.readers import _soffice; from parsers.readers.office import read; from parsers.source import Source\n"
        f"read(Source({RTF!r}, 'a.rtf')); print(_soffice._office._home, flush=True)\n{ending}"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert str(tmp_path) in done.stdout, done.stderr
    end = time.monotonic() + 10
    while running(str(tmp_path)) or any(tmp_path.iterdir()):
        assert time.monotonic() < end, "an office runs on, or its folder is still there"
        time.sleep(0.05)


def running(words: str) -> list[int]:
    """The processes whose command line holds these words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if words.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def offices_of(kept: _soffice.Office) -> list[int]:
    return [
        process
        for process in running(str(kept._home))
        if b"soffice.bin" in (Path("/proc") / str(process) / "cmdline").read_bytes()
    ]
