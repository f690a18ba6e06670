"""What an article says of itself and what hangs on it, by the rules of cms_families 2, 3.1, 4.3 and 4.4."""

from __future__ import annotations

from random import Random

import pytest

from pipeline.demo.figures import random_sheet
from pipeline.demo.layouts import layout_named
from scrapers.article import Article, read_article

AT = "http://www.qinghuai.gov.cn/zwgk/zfxxgknb/202201/t20220120_12.html"
FOLDER = AT.rpartition("/")[0] + "/"
TITLE = "青槐县2021年政府信息公开工作年度报告"
RENDERING = layout_named("html.clean").render(random_sheet(Random(7), form="2021"), Random(7))
TEXT = "<p>2021年，全县主动公开政府信息工作情况如下，未收到政府信息公开申请，未发生行政复议和行政诉讼，工作稳步推进，取得新的成效。</p>"


def page(
    body: str = TEXT, *, head: str = "", above: str = "", below: str = "", container: str = '<div class="TRS_Editor">{}</div>'
) -> str:
    return f"<html><head><meta charset=utf-8>{head}</head><body>{above}{container.format(body)}{below}</body></html>"


def read(
    body: str = TEXT, *, head: str = "", above: str = "", below: str = "", container: str = '<div class="TRS_Editor">{}</div>'
) -> Article:
    return read_article(AT, page(body, head=head, above=above, below=below, container=container))


# --- title (2: attributes in any order, names in any case) ----------------------------------------


@pytest.mark.parametrize(
    ("head", "above", "title"),
    [
        (f'<meta name="ArticleTitle" content="{TITLE}"><title>别的</title>', "<h1>青槐县</h1>", TITLE),
        (f"<META content='{TITLE}' NAME='articletitle'>", "", TITLE),
        ('<meta name="ArticleTitle" content="">', f"<h1>{TITLE}</h1>", TITLE),
        ("", f"<h1><img src=logo.png></h1><h1>{TITLE}</h1>", TITLE),
        ("", f"<ucaptitle>{TITLE}</ucaptitle>", TITLE),
        ("", f"<h1>青槐县人民政府</h1><div class='wztitle'>{TITLE}</div>", TITLE),
        (f"<title>{TITLE}_青槐县人民政府</title>", "", TITLE),
        (f"<title>{TITLE} - 政府信息公开年报 - 青槐县政府网</title>", "", TITLE),
        (f"<title>青槐县政府网-政府信息公开年报-{TITLE}</title>", "", TITLE),
        ("<title>青槐县人民政府网站</title>", "", "青槐县人民政府网站"),
        (
            '<meta name="SiteName" content="青槐县政府网"><meta name="ArticleTitle" content="青槐县政府网">',
            f"<h1>{TITLE}</h1>",
            TITLE,
        ),
        ("<title>青槐县\n 2021年  年报</title>", "", "青槐县2021年年报"),
        ("", "", ""),
    ],
)
def test_the_title(head: str, above: str, title: str) -> None:
    assert read(head=head, above=above).title == title


# --- date: meta, text, never the address ----------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "above", "below", "published"),
    [
        ('<meta name="PubDate" content="2022-01-20 10:05">', "发布时间：2022-01-21", "", ("2022-01-20", "meta")),
        ('<meta content="2022-1-5 10:05:33" name="pubdate">', "", "", ("2022-01-05", "meta")),
        ('<meta name="PubDate" content="20220120">', "", "", ("2022-01-20", "meta")),
        ('<meta name="PubDate" content="">', "<span>发布时间：2022年1月21日 10:00</span>", "", ("2022-01-21", "text")),
        ('<meta name="PubDate" content="2022-13-40">', "<span>发布日期:2022/01/21</span>", "", ("2022-01-21", "text")),
        ("", "<td>生成日期：</td><td>2022-01-20</td>", "", ("2022-01-20", "text")),
        ("", "<td>【发 布 日 期】</td><td>2022.1.2</td>", "", ("2022-01-02", "text")),
        ("", "<td>成文日期 2022-01-18</td><td>发布日期 2022-01-20</td>", "", ("2022-01-20", "text")),
        ("", "<p>今天是2024年3月1日 星期五</p><p>时间：2022-01-20</p>", "", ("2022-01-20", "text")),
        ("", "<p>今天是2024年3月1日 星期五</p>", "", (None, None)),
        ("", "<p>来源：县政府办 2022-01-20 浏览次数：12</p>", "", ("2022-01-20", "text")),
        ("", "<p>2022-01-20 10:00 来源：县政府办</p>", "", ("2022-01-20", "text")),
        ("", '<span class="fbsj">2022-01-20</span>', "", ("2022-01-20", "text")),
        ("", "", "<p>发布日期：2022-01-20</p>", ("2022-01-20", "text")),
        ("", "", "<ul><li>另一篇 2023-05-05</li></ul>", (None, None)),
        ("", "", "", (None, None)),
    ],
)
def test_the_date_and_where_it_was_read(head: str, above: str, below: str, published: tuple[str | None, str | None]) -> None:
    article = read(head=head, above=above, below=below)
    assert (article.published_on, article.published_from) == published


def test_a_date_in_the_text_of_a_report_is_none_of_its_publication() -> None:
    assert read("<p>本报告的统计期限为2021年1月1日至2021年12月31日。</p>" * 20).published_on is None


# --- who issues it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "above", "unit"),
    [
        ('<meta name="ContentSource" content="青槐县民政局">', "", "青槐县民政局"),
        ('<meta name="ContentSource" content="本网">', "", None),
        ('<meta name="ContentSource" content="青槐县政府网">', "<td>发布机构：</td><td>青槐县民政局</td>", "青槐县民政局"),
        ("", "<td>发布机构</td><td>生成日期</td>", None),
        ("", "", None),
    ],
)
def test_the_unit(head: str, above: str, unit: str | None) -> None:
    assert read(head=head, above=above).unit_hint == unit


# --- attachments ----------------------------------------------------------------------------------

NAMES = ("doc", "docx", "wps", "et", "xls", "xlsx", "pdf", "ofd", "zip", "rar")


@pytest.mark.parametrize("extension", NAMES)
def test_documents_by_the_end_of_their_address(extension: str) -> None:
    (found,) = read(f'<a href="./P020220120.{extension.upper()}">年度报告</a>').attachments
    assert found == (f"./P020220120.{extension.upper()}", f"{FOLDER}P020220120.{extension.upper()}", "年度报告")


@pytest.mark.parametrize(
    ("link", "address", "name"),
    [
        ('<a href="P02.doc" download="年报.doc">下载</a>', FOLDER + "P02.doc", "年报.doc"),
        ('<a href="P02.doc" title="2021年年报">附件</a>', FOLDER + "P02.doc", "2021年年报"),
        ('<a href="P02.doc">点击下载</a>', FOLDER + "P02.doc", "P02.doc"),
        ('<a href="/%E5%B9%B4%E6%8A%A5.doc"></a>', "http://www.qinghuai.gov.cn/%E5%B9%B4%E6%8A%A5.doc", "年报.doc"),
        ('<a href="/system/_content/download.jsp?urltype=news&amp;wbfileid=77">年报.docx</a>', "http://www.qinghuai.gov.cn/system/_content/download.jsp?urltype=news&wbfileid=77", "年报.docx"),
        ('<a href="/module/download/downfile.jsp?classid=0&filename=ab12.pdf">下载</a>', "http://www.qinghuai.gov.cn/module/download/downfile.jsp?classid=0&filename=ab12.pdf", "ab12.pdf"),
        ('<a href="/f/77" appendix="true">附件1</a>', "http://www.qinghuai.gov.cn/f/77", "77"),
        ('<a href="/group6/M00/0A/x.docx">表</a>', "http://www.qinghuai.gov.cn/group6/M00/0A/x.docx", "表"),
        ('<a href="/protect/77">年度报告.docx</a>', "http://www.qinghuai.gov.cn/protect/77", "年度报告.docx"),
        ('<iframe src="/pdfjs/web/viewer.html?file=/a/b.pdf"></iframe>', "http://www.qinghuai.gov.cn/a/b.pdf", "b.pdf"),
        ('<embed src="b.pdf">', FOLDER + "b.pdf", "b.pdf"),
        ('<iframe src="b.pdf" title="年报"></iframe>', FOLDER + "b.pdf", "年报"),
    ],
)  # fmt: skip
def test_other_ways_to_hold_a_document(link: str, address: str, name: str) -> None:
    (found,) = read(TEXT + link).attachments
    assert (found.url, found.name) == (address, name)


@pytest.mark.parametrize(
    "script",
    [
        """var rel_appendix = '<a href="./P02.docx" title="年报">年报</a>|';""",
        """var att = '<a href=\\"./P02.docx\\">年报<\\/a>';""",
        """var att = "<A target='_blank' HREF='./P02.docx' download='\\u5e74\\u62a5'>下载</A>";""",
    ],
)
def test_links_held_in_a_script(script: str) -> None:
    """3.1: some templates put attachments only in a text of a script."""
    (found,) = read(below=f"<script>{script}</script>").attachments
    assert found == ("./P02.docx", FOLDER + "P02.docx", "年报")
    assert [item.url for item in read(below="<script>var att = './P02.pdf', t = 'x.pdf';</script>").attachments] == [
        FOLDER + "P02.pdf"
    ]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="javascript:void(0)">x.doc</a>', '<a href="data:application/pdf;base64,AA">x</a>', '<a href="x.html">年报.doc</a>',
        '<a href="/app.apk">下载</a>', '<a href="http://[x/a.doc">x</a>', '<a href="../../../../../../x.doc">x</a>', '<a>x.doc</a>', "<a href=''>x.doc</a>",
    ],
)  # fmt: skip
def test_what_is_no_document(link: str) -> None:
    assert [item.url for item in read(link).attachments if "/../" in item.url or not item.url.startswith(FOLDER[:26])] == []
    if "../" not in link:
        assert read(link).attachments == ()


def test_documents_of_the_template_and_twice_the_same() -> None:
    article = read(
        '<a href="a.doc"></a><a href="./a.doc">年报</a>', above="<nav><a href='/help.pdf'>帮助</a></nav>", below="<div class='footer'><a href='/m.doc'>x</a></div><a href='b.xls'>附件表</a>"
    )  # fmt: skip
    assert [(item.url, item.name) for item in article.attachments] == [(FOLDER + "a.doc", "年报"), (FOLDER + "b.xls", "附件表")]


def test_base_and_the_final_address() -> None:
    head = '<base href="/files/">'
    (found,) = read('<a href="a.doc">年报</a>', head=head).attachments
    assert found.url == "http://www.qinghuai.gov.cn/files/a.doc"


# --- frames, pictures, twins ----------------------------------------------------------------------


def test_frames_of_the_same_host_only() -> None:
    frames = "<iframe src='inner/a.html'></iframe><iframe src='http://other.gov.cn/a.html'></iframe><iframe src='/visitcount.jsp'></iframe><iframe src='/login.html'></iframe><iframe src='about:blank'></iframe>"  # fmt: skip
    assert [(item.reference, item.url) for item in read(TEXT + frames).frames] == [("inner/a.html", FOLDER + "inner/a.html")]
    bare = read_article(AT, "<frameset><frame src='top.html'><frame src='body.html'></frameset>")
    assert [item.reference for item in bare.frames] == ["body.html"]


def test_pictures_of_the_body_without_icons() -> None:
    pictures = "<img src='W02.png'><img src='W02.png'><img src='data:image/png;base64,AA'><img src='/fileTypeImages/icon_doc.gif'><img src='x.jpg' width=16 height=16><img src='loading.gif' data-original='W03.jpg'><img>"  # fmt: skip
    article = read(pictures, above="<img src='/images/banner.jpg'>", below="<img src='/img/x.png'>")
    assert [item.reference for item in article.pictures] == ["W02.png", "W03.jpg"]
    loose = read(pictures, above="<img src='/images/logo.jpg'>", container="<div>{}</div>")
    assert [item.reference for item in loose.pictures] == ["W02.png", "W03.jpg"]


def test_twins_that_a_page_names() -> None:
    head = f'<link rel="alternate" media="handheld" href="/m/12_wap.html"><link rel=canonical href="{AT}"><link rel=stylesheet href=a.css>'
    assert read(head=head).twins == ("http://www.qinghuai.gov.cn/m/12_wap.html",)


# --- what it is -----------------------------------------------------------------------------------


def test_a_report_is_known_by_its_body_or_by_its_title_and_what_hangs_on_it() -> None:
    assert read_article(AT, RENDERING.data).is_report
    assert read(above=f"<h1>{TITLE}</h1>").is_report
    assert read(TEXT * 2, above=f"<h1>{TITLE}</h1>", container="<div>{}</div>").is_report
    assert read("<a href=a.doc>附件</a>", above=f"<h1>{TITLE}</h1>").is_report
    assert read("<img src=W02.png>", above=f"<h1>{TITLE}</h1>").is_report
    assert read("<p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>").is_report


@pytest.mark.parametrize(
    "title", ["关于做好2021年政府信息公开工作年度报告编制工作的通知", "2021年政府信息公开工作年度报告解读", "2021年政府网站工作年度报表", "法治政府建设年度报告", "走进青槐"]
)  # fmt: skip
def test_look_alikes_are_none(title: str) -> None:
    assert not read(TEXT + "<a href=a.doc>附件</a>", above=f"<h1>{title}</h1>").is_report


def test_a_list_is_no_report_though_its_column_is_called_one() -> None:
    entries = "".join(
        f'<li><a href="{n}.html">青槐县{n}年政府信息公开工作年度报告</a><span>2022-01-20</span></li>' for n in range(2010, 2024)
    )
    listing = f"<title>政府信息公开年报_青槐县政府网</title><meta name=ColumnName content=政府信息公开年报><h1>政府信息公开年报</h1><ul>{entries}</ul>"
    assert not read_article("http://a.gov.cn/nb/", listing).is_report
    assert not read_article("http://a.gov.cn/nb/2021n/", listing.replace("政府信息公开年报", "2021年政府信息公开年报")).is_report
    assert read_article(
        "http://a.gov.cn/nb/2023n/", listing.replace("<ul>", RENDERING.data.decode() + "<ul>")
    ).is_report  # 3.1 Guizhou


def test_a_body_held_in_a_script() -> None:
    """3.5: gkmlpt holds the article as a text in its configuration."""
    script = '<script>window._CONFIG = {DETAIL: {"id": 1, "content": "<p>一、总体情况</p><a href=\\"a.docx\\">附件</a><img src=\\"b.png\\">"}}</script>'
    article = read_article(AT, f"<title>{TITLE}</title>{script}")
    assert [item.url for item in article.attachments] == [FOLDER + "a.docx"]
    assert [item.reference for item in article.pictures] == ["b.png"]
    assert article.is_report


@pytest.mark.parametrize(
    "container", ['<ucapcontent>{}</ucapcontent>', '<div id="zoom">{}</div>', '<div class="x v_news_content">{}</div>', '<div id="vsb_content_4">{}</div>', '<div class="view TRS_UEDITOR">{}</div>', '<div id="UCAP-CONTENT">{}</div>']
)  # fmt: skip
def test_the_containers_of_the_families(container: str) -> None:
    article = read(TEXT + "<img src=a.png>", above="<img src=/b.png><h1>" + TITLE + "</h1>", container=container)
    assert [item.reference for item in article.pictures] == ["a.png"]
    assert article.is_report


def test_a_page_in_gbk_that_says_it_is_utf_8() -> None:
    packed = page(TEXT + "<a href=a.doc>附件</a>", above=f"<h1>{TITLE}</h1><p>发布时间：2022-01-20</p>").encode("gbk")
    article = read_article(AT, packed, http_charset="utf-8")
    assert (article.title, article.published_on, article.attachments[0].name) == (TITLE, "2022-01-20", "a.doc")


def test_nothing_makes_it_raise() -> None:
    random = Random(3)
    sound = [
        RENDERING.data,
        page(TEXT + "<a href='a.doc'>x</a><script>var a='<a href=\"b.doc\">'</script>", above="发布时间：2022-01-20").encode(),
    ]
    for turn in range(80):
        body = random.randbytes(300) if turn % 4 == 0 else random.choice(sound)[: random.randrange(4000)]
        at = random.randrange(len(body) + 1)
        body = (
            body[:at]
            + random.choice(
                [
                    b"\0",
                    b"<",
                    b"\xff",
                    b"<!--",
                    b"<?xml version='1.0'?>",
                    b"<base href='http://[x'>",
                    b"<a href='http://[/x.doc'>",
                ]
            )
            + body[at:]
        )
        assert isinstance(read_article(random.choice([AT, "x", "", "http://["]), body), Article)
    for text in ("", "\ud800", "http://a.gov.cn/", "<?xml version='1.0'?><a/>", "<div>" * 5000, "\ufeff<p>"):
        assert isinstance(read_article(AT, text), Article)
