"""A Word part that is read by its tags alone gives what the walk of its tree gives, or is handed over to it."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from random import Random

import pytest
from damage import repacked
from lxml import etree

from parsers.errors import ReadError
from parsers.readers import docx
from parsers.readers._archive import open_archive, packed_member, read_member, unpacked_of
from parsers.readers._word import Body, Line, Table
from parsers.readers._word_plain import _kept_run, may_hide, plain_pieces
from parsers.source import Source
from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import layout_named

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

PIECES = tuple(
    piece.encode()
    for piece in (
        '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>", "<w:vMerge>", '<x:gridSpan xmlns:x="y" w:val="3"/>', "<w:hMerge/>",
        "<w:tcPr/>", '<w:tcPr><w:gridSpan w:val="4"/></w:tcPr>', "<w:cellDel/>", "<w:t>7</w:t>", "<w:p><w:r><w:t>8</w:t></w:r></w:p>", "<w:p/>",
        "<w:r><w:t> </w:t></w:r>", "<w:br/>", "<w:cr/>", "<w:tab/>", "<w:ins><w:r><w:t>9</w:t></w:r></w:ins>", "<w:del/>", "<!-- a -->", "<?a b?>",
        "<![CDATA[6]]>", "&#49;", "&amp;", "\ue000", "<w:pPr><w:outlineLvl w:val='1'/></w:pPr>", "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>", "x",
        "<w:trPr><w:hidden/></w:trPr>", "<w:trPr><w:gridBefore w:val='1'/></w:trPr>", "<w:trPr><w:cantSplit/></w:trPr>", "<w:rPr><w:b/></w:rPr>",
        "<w:bookmarkStart/>", "<w:proofErr/>", "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>", "<w:tr/>", "<w:tc/>", "<w:sdt/>", "\n",
        "<w:p xmlns:w='other'><w:r><w:t>5</w:t></w:r></w:p>", "<w:r><w:tab/><w:t>3</w:t></w:r>", "</w:p><w:p>", "</w:tc><w:tc>", "</w:tr><w:tr>",
        "<w:hyperlink><w:r><w:t>2</w:t></w:r></w:hyperlink>", "<w:smartTag>", "</w:smartTag>", "<w:smartTagPr/>", "<w:tab w:val='left'/>", "&lt;", "&nbsp;",
        '<w:p w:rsidR="00AA00BB"/>', '<w:p w:rsidR="00AA00BB" w:rsidR="00AA00BC"/>', '<w:r><w:t> w:rsidR="00AA00BB"</w:t></w:r>',
    )
)  # fmt: skip

FITTING = {
    b"<w:r>": ("<w:r><w:t>7</w:t></w:r>", "<w:hyperlink><w:r><w:t>2</w:t></w:r></w:hyperlink>", "<w:proofErr/>", "<w:r><w:br/><w:tab/></w:r>"),
    b"<w:p>": ("<w:p><w:r><w:t>8</w:t></w:r></w:p>", "<w:p/>", "<w:p><w:pPr><w:outlineLvl w:val='1'/></w:pPr><w:r><w:t>&lt;1&gt;</w:t></w:r></w:p>"),
    b"<w:tc>": ("<w:tc><w:p/></w:tc>", '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p/></w:tc>', "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"),
    b"<w:tr>": ("<w:tr><w:tc><w:p><w:r><w:t>6</w:t></w:r></w:p></w:tc></w:tr>", "<w:tr/>", "<w:tr><w:trPr><w:cantSplit/></w:trPr></w:tr>"),
}  # fmt: skip
"""What may stand before a tag: a part stays plain with it."""


def walked(part: bytes) -> list[Line | Table] | str:
    """What the walk of the tree gives, or why there is no tree."""
    try:
        return list(Body(hides=may_hide(part)).blocks(docx._container(docx._parse(part, "a"), "a")))
    except ReadError as error:
        return error.reason


def rendered() -> bytes:
    return layout_named("docx.clean").render(random_sheet(Random(7), form="2021", filling="half"), Random(7)).data


def part_of(body: str, root: str = "") -> bytes:
    return f'<w:document xmlns:w="{W}" xmlns:q="q"{root}><w:body>{body}</w:body></w:document>'.encode()


@pytest.mark.parametrize("name", ["docx.clean", "docx.unmerged"])
@pytest.mark.parametrize("form", ["2021", "2019", "2014"])
def test_a_plain_part_is_read_as_one_that_is_walked(name: str, form: str) -> None:
    written = layout_named(name).render(random_sheet(Random(7), form=form, filling="half"), Random(7)).data
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        part = archive.read("word/document.xml")
    body = etree.fromstring(part).find(f"{{{W}}}body")
    assert body is not None
    assert plain_pieces(part) == list(Body().blocks(body))


@pytest.mark.parametrize("seed", range(4))
def test_a_plain_part_that_is_changed_is_read_as_walked_or_handed_over(seed: int) -> None:
    chance = Random(seed)
    written = layout_named("docx.clean").render(random_sheet(chance, form="2021", filling="half"), chance).data
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        part = archive.read("word/document.xml")
    plain = 0
    for _ in range(80):
        changed = part
        for _ in range(chance.randint(1, 2)):
            tag = chance.choice((b"<", *FITTING))
            at = chance.choice([match.start() for match in re.finditer(tag, changed)][5:])
            piece = chance.choice(FITTING[tag]).encode() if tag in FITTING else chance.choice(PIECES)
            changed = changed[:at] + piece + changed[at:]
        pieces = plain_pieces(changed)
        plain += pieces is not None
        assert pieces in (None, walked(changed))
    assert plain > 40


RUN = "<w:r><w:t>7</w:t></w:r>"


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (f"<w:p>{RUN}</w:p>", True),
        (f"<w:p w:rsidR='1' q:a='2'>{RUN}</w:p>", True),
        (f"<w:p a:b='1'>{RUN}</w:p>", False),
        (f"<w:p w:a='1' w:a='2'>{RUN}</w:p>", False),
        (f"<w:p w:a='<'>{RUN}</w:p>", False),
        (f"<w:p w:a='\x01'>{RUN}</w:p>", False),
        (f"<w:p w:a='&'>{RUN}</w:p>", False),
        (f"<w:p>{RUN}x</w:p>", False),
        (f"<w:p>\n{RUN}\n</w:p>\n", True),
        ("<w:p><w:r><w:t>\n</w:t><w:t>7</w:t></w:r></w:p>", True),
        ("<w:p><w:r><w:t>\x0c7</w:t></w:r></w:p>", False),
        ("<w:p><w:r><w:t>7</w:r></w:t></w:p>", False),
        (f"<w:p>{RUN}<w:pPr><w:pStyle w:val='a'/></w:pPr></w:p>", False),
        (f"<w:p><w:pPr><w:pStyle w:val='a'/><w:outlineLvl w:val='1'/></w:pPr>{RUN}</w:p>", True),
        (f"<w:p><w:pPr><w:tabs><w:tab w:val='a'/></w:tabs></w:pPr>{RUN}</w:p>", True),
        (f"<w:p><w:pPr><w:pStyle/></w:pPr>{RUN}</w:p>", False),
        (f"<w:tbl><w:tr><w:tc><w:tcPr/><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p>{RUN}</w:p></w:tc></w:tr></w:tbl>", False),
        (f"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='x'/></w:tcPr><w:p>{RUN}</w:p></w:tc></w:tr></w:tbl>", True),
        (f"<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge/><w:gridSpan w:val='2'/></w:tcPr><w:p>{RUN}</w:p></w:tc></w:tr></w:tbl>", False),
        (f"<w:tbl><w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr><w:tc><w:p>{RUN}</w:p></w:tc></w:tr></w:tbl>", False),
        (f"<w:tbl><w:tr><w:p>{RUN}</w:p></w:tr></w:tbl>", False),
        ("<w:tbl/><w:tbl><w:tr/></w:tbl><w:sectPr/>", True),
        (f"<w:p><w:hyperlink w:anchor='a'>{RUN}</w:hyperlink></w:p>", True),
        (f"<w:p><w:smartTag w:uri='a'><w:smartTagPr><w:attr w:name='a'/></w:smartTagPr>{RUN}</w:smartTag></w:p>", True),
        (f"<w:smartTag><w:p>{RUN}</w:p></w:smartTag>", False),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>&lt;b&gt; &amp;lt;</w:t></w:r></w:p>", True),
        ("<w:p><w:r><w:t>&#60;</w:t></w:r></w:p>", False),
        ("<w:p><w:r><w:tab w:val='a'/></w:r></w:p>", False),
        (f"<w:p w:rsidR='00AA00BB' w:rsidP=\"00AA00BB\">{RUN}</w:p>", True),
        (f'<w:p w:rsidR="00AA00BB" w:rsidR="00AA00BC">{RUN}</w:p>', False),
        ('<w:p><w:r><w:t> w:rsidR="00AA00BB"</w:t></w:r></w:p>', False),
        ('<w:p><w:pPr><w:pStyle w:val="00AA00BB"/></w:pPr></w:p>', True),
    ],
)  # fmt: skip
def test_parts_by_hand(body: str, *, plain: bool) -> None:
    pieces = plain_pieces(part_of(body))
    assert (pieces is not None) == plain
    assert pieces in (None, walked(part_of(body)))


def test_parts_in_which_each_paragraph_has_a_number_are_read_as_one_run_of_tags() -> None:
    def numbered(number: int) -> str:
        return f'<w:p q:id="1" w:rsidR="{number:08X}" w:rsidRDefault="{number:08X}">{RUN}</w:p>'

    _kept_run.cache_clear()
    part = part_of("".join(map(numbered, range(200))))
    assert plain_pieces(part) == walked(part)
    assert _kept_run.cache_info().misses < 10


@pytest.mark.parametrize(
    "head", ["<?xml version='1.0' encoding='gbk'?>", "<!DOCTYPE a>", "<!-- <w:body> -->", "<w:body>", "\ufeff"]
)
def test_heads_of_parts(head: str) -> None:
    part = head.encode() + part_of(f"<w:p>{RUN}</w:p>")
    assert plain_pieces(part) in (None, walked(part))


def test_members_are_unpacked_as_by_zipfile() -> None:
    written = rendered()
    with open_archive(written) as archive:
        for member in archive.infolist():
            packed = packed_member(archive, member)
            assert packed is not None
            assert unpacked_of(packed) == read_member(archive, member) == archive.read(member)


def test_what_is_wrong_with_a_member_is_said_by_zipfile() -> None:
    with open_archive(written := rendered()) as archive:
        member = archive.getinfo("word/document.xml")
        start = member.header_offset
    name, packed = start + 30, start + 30 + len(member.filename) + 20
    for at in (start, name, packed):
        spoiled = written[:at] + bytes([written[at] ^ 1]) + written[at + 1 :]
        with pytest.raises(ReadError, match="is damaged"):
            docx.read(Source(spoiled, "a.docx"))


def test_kept_styles_hide_no_damage() -> None:
    written = rendered()
    whole = docx.read(Source(written, "a.docx"))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        at = archive.getinfo("word/styles.xml").header_offset + 30
    spoiled = docx.read(Source(written[:at] + b"x" + written[at + 1 :], "a.docx"))
    assert (whole.notes, len(spoiled.notes)) == ((), 1)
    other = repacked(
        written, lambda name, content: content.replace(b'w:val="Title"', b'w:val="heading 9"') if "styles" in name else content
    )
    assert [next(read.paragraphs()).heading for read in (whole, docx.read(Source(other, "a.docx")), whole)] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("lost", [1, 64, 700, 5_000])
def test_an_archive_that_has_lost_its_beginning_is_no_fault(lost: int) -> None:
    """What its list says of the places of its members lies before the file then."""
    with suppress(ReadError):
        docx.read(Source(rendered()[lost:], "a.docx"))
