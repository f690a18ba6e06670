"""MHT as browsers and Word write it, put together by hand."""

from __future__ import annotations

import base64
import quopri
from contextlib import suppress
from email.message import EmailMessage
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import Report, parse_all
from parsers.document import Document
from parsers.errors import ReadError, ReadStatus
from parsers.readers import html, mht, read_document
from parsers.source import Source
from pipeline.demo.judge import judge
from pipeline.demo.layouts import Rendering
from pipeline.demo.trial import facts_of, trial_named

PAGE = "<html><body><p>一、总体情况</p><table><tr><td>件数</td><td></td><td>7</td></tr></table></body></html>"


def part(content: bytes, kind: str, encoding: str, *headers: str) -> bytes:
    packed = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes}.get(encoding, bytes)(content)
    lines = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}", *headers, "", ""]
    return "\r\n".join(lines).encode() + packed.replace(b"\n", b"\r\n")


def archive(*parts: bytes, start: str = "") -> bytes:
    head = (
        f'From: <Saved by a browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="=_x"{start}\r\n\r\n'
    )
    return head.encode() + b"".join(b"--=_x\r\n" + item + b"\r\n" for item in parts) + b"--=_x--\r\n"


def read(data: bytes) -> Document:
    return read_document(Source(data, "report.mht"))


def texts(document: Document) -> list[str]:
    return [cell.text for grid in document.grids() for cell in grid.cells]


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["gb18030", "gb2312", "utf-8"])
def test_the_page_is_decoded_by_its_own_charset_and_encoding(encoding: str, charset: str) -> None:
    document = read(archive(part(PAGE.encode(charset), f'text/html; charset="{charset}"', encoding)))
    assert document.media_type == "multipart/related"
    assert [line.text for line in document.paragraphs()] == ["一、总体情况"]
    assert texts(document) == ["件数", "", "7"]


def test_a_character_that_only_gb18030_has_is_kept() -> None:
    page = PAGE.replace("件数", "㐱䶮镇").encode("gb18030")
    assert texts(read(archive(part(page, "text/html; charset=gb18030", "quoted-printable"))))[0] == "㐱䶮镇"


def test_a_message_that_is_the_page_itself() -> None:
    data = b"\r\nMIME-Version: 1.0\r\n" + part(PAGE.encode(), "text/html; charset=utf-8", "base64")
    assert texts(read(data)) == ["件数", "", "7"]


def test_the_start_that_the_archive_names_wins_over_the_order() -> None:
    other = part(b"<p>other</p>", "text/html", "7bit", "Content-ID: <b@x>")
    page = part(PAGE.encode(), "text/html; charset=utf-8", "base64", "Content-ID: <a@x>")
    assert texts(read(archive(other, page, start=';\r\n\tstart="<a@x>"'))) == ["件数", "", "7"]
    assert not texts(read(archive(other, page)))


def test_the_other_parts_are_companions_by_every_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Source] = []

    def spy(source: Source) -> Document:
        seen.append(source)
        return Document((), "text/html")

    monkeypatch.setattr(html, "read", spy)
    page = part(PAGE.encode(), "text/html", "base64", "Content-Location: file:///C:/a/page.htm")
    picture = part(
        b"PNG", "image/png", "base64", "Content-ID: <p@x>", "Content-Location: file:///C:/a/page.files/\r\n\timage1.png"
    )
    uuencoded = part(b"?", "image/png", "x-uuencode", "Content-Location: file:///C:/a/b.png")
    mht.read(Source(archive(page, picture, uuencoded), "a.mht", companions={"c.css": b"c"}))
    location = "file:///C:/a/page.files/image1.png"
    assert seen[0].companions == {"c.css": b"c", "cid:p@x": b"PNG", location: b"PNG", "page.files/image1.png": b"PNG"}


@pytest.mark.parametrize("number", range(9))
def test_every_cell_is_read_as_from_the_page(number: int) -> None:
    rendering = trial_named(f"html.clean/4.{number}").rendering
    packed = archive(part(rendering.data, "text/html", "quoted-printable"))
    outcomes = list(judge(rendering, facts_of(Rendering(packed, "a.mht", rendering.printed, rendering.kept))))
    assert {item.outcome.value for item in outcomes if item.kept} == {"right"}
    assert not [item for item in outcomes if item.outcome.wrong]


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (archive(part(b"x", "text/plain", "7bit")), ReadStatus.FAILED, "without an HTML page"),
        (archive(part(b"<p>x", "text/html", "x-uuencode")), ReadStatus.FAILED, "x-uuencode"),
        (archive(part(b"<p> ", "text/html", "7bit")), ReadStatus.EMPTY, "without any text"),
        (
            b"MIME-Version: 1.0\r\n" + b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(2000)),
            ReadStatus.LIMIT,
            "nests 2,000 parts",
        ),
    ],
)  # fmt: skip
def test_a_refusal_says_why(data: bytes, status: ReadStatus, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        read(data)
    assert caught.value.status is status


@given(st.randoms(use_true_random=False))
def test_damage_is_read_or_refused_and_never_raises_anything_else(random: Random) -> None:
    whole = archive(
        part(PAGE.encode("gb18030"), "text/html; charset=gb18030", random.choice(("base64", "quoted-printable", "8bit"))),
        part(b"PNG", "image/png", "base64", "Content-Location: a/b.png"),
    )
    damaged = bytearray(whole[: random.randint(1, len(whole))])
    for _ in range(random.randint(0, 30)):
        damaged[random.randrange(len(damaged))] = random.randrange(256)
    with suppress(ReadError):
        mht.read(Source(bytes(damaged), "a.mht"))


# --- mail -----------------------------------------------------------------------------------------


def mail(text: str, *attached: Rendering, page: str = "") -> bytes:
    message = EmailMessage()
    message["Subject"] = "年报"
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    for rendering in attached:
        message.add_attachment(rendering.data, maintype="application", subtype="octet-stream", filename=f"年报{rendering.name}")
    return message.as_bytes()


@pytest.mark.parametrize("layout", ["html.clean", "docx.clean"])
@pytest.mark.parametrize("page", ["", "<p>请查收附件</p>"], ids=["text", "page"])
def test_a_report_that_was_sent_along_with_mail_is_read(layout: str, page: str) -> None:
    rendering = trial_named(f"{layout}/1.0").rendering
    (report,) = parse_all(Source(mail("请查收附件。", rendering, page=page), "a.eml"))
    assert isinstance(report, Report)
    assert report.source == f"a.eml!/年报{rendering.name}"
    assert all(item.outcome.value == "right" for item in judge(rendering, report.facts))


def test_two_attachments_of_one_name_are_both_read() -> None:
    first, second = (trial_named(f"docx.clean/1.{at}").rendering for at in (0, 1))
    results = list(
        parse_all(Source(mail("见附件。", first, Rendering(second.data, first.name, second.printed, second.kept)), "a.eml"))
    )
    assert [result.source for result in results] == [f"a.eml!/年报{first.name}", f"a.eml!/年报{first.name}#2"]
    assert len({result.source_sha256 for result in results}) == 2


def test_an_attachment_as_older_programs_write_it_is_read() -> None:
    rendering = trial_named("docx.clean/1.0").rendering
    name = "=?gb18030?B?" + base64.b64encode("年报.docx".encode("gb18030")).decode() + "?="
    text = part("请查收".encode(), "text/plain; charset=utf-8", "base64")
    attached = part(rendering.data, f'application/octet-stream; name="{name}"', "base64")
    data = archive(text, attached).replace(b"multipart/related", b"multipart/mixed")
    (report,) = parse_all(Source(data, "a.eml"))
    assert isinstance(report, Report)
    assert report.source == "a.eml!/年报.docx"
    assert all(item.outcome.value == "right" for item in judge(rendering, report.facts))


def test_a_report_in_mail_itself_is_read() -> None:
    rendering = trial_named("html.clean/1.0").rendering
    (report,) = parse_all(Source(mail("年报见下。", page=rendering.data.decode()), "a.eml"))
    assert isinstance(report, Report)
    assert all(item.outcome.value == "right" for item in judge(rendering, report.facts))


def test_the_text_of_mail_without_a_page_is_read() -> None:
    message = mail("年报\n规章\t7\n", trial_named("docx.clean/1.0").rendering)
    assert [line.text for line in read(message).paragraphs()] == ["年报", "规章\t7"]
