"""Pages that another file carries: entries of feeds, and strings that a script writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from json import dumps
from random import Random
from urllib.parse import quote

import pytest

from parsers import Source, parse
from parsers.errors import ReadError, ReadStatus
from parsers.raw.scripts import page_written_by
from pipeline.demo.figures import random_sheet
from pipeline.demo.judge import judge
from pipeline.demo.layouts import layout_named

_PAGE = layout_named("html.clean").render(random_sheet(Random(5)), Random(5))
_WHOLE = _PAGE.data.decode()
_BODY = re.sub(r"(?s).*<body[^>]*>|</body>.*", "", _WHOLE)
_TITLE = re.sub(r"(?s).*<title>|</title>.*", "", _WHOLE)


def complaints(data: bytes, name: str = "a.xml") -> list[str]:
    return [item.address for item in judge(_PAGE, parse(Source(data, name)).facts) if item.outcome.value != "right"]


_FEEDS = {
    "rss": '<rss version="2.0"><channel><title>年报</title><item><title>{title}</title><description>{body}</description></item></channel></rss>',
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>{title}</title><content type="html">{body}</content></entry></feed>',
    "own": "<root><record><title>{title}</title><content>{body}</content></record></root>",
}


@pytest.mark.parametrize("feed", _FEEDS)
@pytest.mark.parametrize("body", [f"<![CDATA[{_BODY}]]>", escape(_BODY)], ids=["as text", "escaped"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_the_page_of_an_entry_is_read(feed: str, body: str, charset: str) -> None:
    text = f'<?xml version="1.0" encoding="gb2312"?>\n{_FEEDS[feed].format(title=_TITLE, body=body)}'
    assert complaints(text.encode(charset, "xmlcharrefreplace" if body == escape(_BODY) else "replace")) == []


@pytest.mark.parametrize("written", [escape(_BODY), escape(escape(_BODY)), quote(_BODY)], ids=["escaped", "twice", "address"])
def test_a_page_whose_tags_are_written_otherwise_is_read(written: str) -> None:
    assert complaints(dumps({"title": _TITLE, "content": written}).encode(), "a.json") == []
    assert complaints(_FEEDS["own"].format(title=_TITLE, body=escape(written)).encode()) == []


def test_a_reply_within_a_reply_is_read() -> None:
    inner = dumps({"id": 7, "content": f'<div class="a">\n{_BODY}</div>'}, ensure_ascii=False)
    assert complaints(dumps({"title": _TITLE, "data": inner}).encode(), "a.json") == []


def test_a_page_that_stands_in_a_script_as_it_is_is_read() -> None:
    page = f"<html><head><title>{_TITLE}</title></head><body><script type='text/html'>\n{_BODY}</script></body></html>"
    assert complaints(page.encode(), "a.html") == []


def test_a_record_without_a_declaration_is_read() -> None:
    assert complaints(_FEEDS["own"].format(title=_TITLE, body=escape(_BODY)).encode()) == []


def test_xhtml_with_a_prefix_is_read() -> None:
    table = (
        "<h:table><h:tr><h:td>信息内容</h:td><h:td>本年制发件数</h:td><h:td>本年废止件数</h:td><h:td>现行有效件数</h:td></h:tr>"
    )
    table += "<h:tr><h:td>规章</h:td><h:td>1</h:td><h:td>2</h:td><h:td>3</h:td></h:tr></h:table>"
    title = "<h:h1>青槐县2021年政府信息公开工作年度报告</h:h1><h:p>第二十条第（一）项</h:p>"
    text = f'<?xml version="1.0"?><a:e xmlns:a="urn:a" xmlns:h="http://www.w3.org/1999/xhtml">{title}{table}</a:e>'
    facts = parse(Source(text.encode(), "a.xml")).by_address
    assert [facts[f"proactive.rules.{column}"].value for column in ("issued", "repealed", "in_force")] == [1, 2, 3]


def test_two_reports_of_a_feed_are_not_mixed() -> None:
    other = layout_named("html.clean").render(random_sheet(Random(6)), Random(6)).data.decode()
    entries = "".join(
        f"<item><title>{re.sub(r'(?s).*<title>|</title>.*', '', page)}</title><description>{escape(page)}</description></item>"
        for page in (_WHOLE, other)
    )
    text = f'<?xml version="1.0"?><rss><channel>{entries}</channel></rss>'
    wrong = [item for item in judge(_PAGE, parse(Source(text.encode(), "a.xml")).facts) if item.outcome.wrong]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('<?xml version="1.0"?><entry><n>7</n></entry>', ReadStatus.UNSUPPORTED),
        ('<?xml version="1.0"?><entry><n>7</entry>', ReadStatus.FAILED),
    ],
)
def test_other_xml_has_a_status(text: str, status: ReadStatus) -> None:
    with pytest.raises(ReadError) as caught:
        parse(Source(text.encode(), "a.xml"))
    assert caught.value.status is status


def quoted(text: str) -> str:
    return dumps(text, ensure_ascii=False).replace("</", "<\\/")


def in_page(script: str) -> str:
    return f"<html><head><title>{_TITLE}</title></head><body><div id=c></div><script>{script}</script></body></html>"


_LINES = [line for line in _BODY.split("\n") if line]


@pytest.mark.parametrize(
    "script",
    [
        f"document.write({quoted(_BODY)});",
        "\n".join(f"document.writeln({quoted(line)});" for line in _LINES),
        f"var content = {quoted(_BODY)};\ndocument.getElementById('c').innerHTML = content;",
        "var content = '';\n" + "\n".join(f"content += {quoted(line)}" for line in _LINES) + "\nshow(content);",
        f"show({{id: 7, body: {dumps(_BODY)}}})",
        "document.write(" + " +\n".join(map(quoted, _LINES)) + ")",
    ],
    ids=["written", "line by line", "variable", "added up", "object", "joined"],
)
@pytest.mark.parametrize("place", [in_page, str], ids=["in a page", "alone"])
def test_a_page_that_a_script_writes_is_read(script: str, place: Callable[[str], str]) -> None:
    if place is in_page or script.startswith("document"):
        assert complaints(place(script).encode(), "a.html") == []


@pytest.mark.parametrize(
    "script",
    [
        "document.write('<table><tr><td>' + n + '</td></tr></table>')",
        "document.write('<table><tr><td>'); document.write(n); document.write('7</td></tr></table>')",
        "s = '<table><tr>'; s += row(n); s += '<td>7</td></tr></table>'",
        "s = '<table><tr><td>N</td></tr></table>'.replace('N', n)",
        "s = '<table><tr><td>N</td></tr></table>'\n  .replace('N', n)",
        "s = `<table><tr><td>${n}</td></tr></table>`",
        "s = n + '<table><tr><td>7</td></tr></table>'",
        "if (wide) s = '<td>7</td>'; else s = '<td>8</td>';",
        "a = '<td>7</td>'; b = '<td>8</td>';",
    ],
)
def test_what_a_script_writes_out_of_more_than_strings_is_not_taken(script: str) -> None:
    assert page_written_by(script) is None


def test_a_menu_that_a_script_writes_is_not_taken_for_the_report() -> None:
    row = "<table><tr><td>首页</td></tr></table>"
    menu = f"<script>document.write('{row}');</script><script type='text/html'>{row}</script>"
    text = "<p>2008年，本局主动公开政府信息数12条，收到申请3件，全部按期答复。</p>" * 3
    page = f"<html><head><title>{_TITLE}</title></head><body>{menu}<h1>{_TITLE}</h1>{text}</body></html>"
    assert "主动公开政府信息数12条" in str(parse(Source(page.encode(), "a.html")).sections)
