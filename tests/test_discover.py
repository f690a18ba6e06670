"""The way to the columns of annual reports (cms_families 4.1), and when two addresses are one (4.5)."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.addresses import canonical_key, host_of, is_twin, joined, main_key, same_site
from scrapers.discover import DEEPEST, columns, is_column, next_steps
from scrapers.family import Answer, Request

HOME = "http://www.qinghuai.gov.cn/"
COLUMN = HOME + "zwgk/zfxxgknb/"


def answer(text: str, url: str = HOME) -> Answer:
    return Answer(Request(url), url, 200, text, text.encode("utf-8", "replace"))


def found(text: str, url: str = HOME, depth: int = 0, home: str = "") -> list[tuple[str, str]]:
    return [(item.url, item.title) for item in columns(answer(text, url), depth, home=home)]


WORDS = (
    "政府信息公开年报", "政府信息公开年度报告", "政府信息公开工作年度报告", "信息公开年报", "年度报告", "公开年报", "历年年报", "部门年报", "乡镇年度报告", "2021年年度报告",
)  # fmt: skip


@pytest.mark.parametrize("text", WORDS)
def test_columns_by_the_words_of_their_links(text: str) -> None:
    assert found(f"<a href='/c1/index.html'>{text}</a>") == [(HOME + "c1/index.html", text)]


# 4.1: path tokens seen, and the addresses of cms_families 3.1 in which they stand.
TOKENS = (
    "zfxxgknb", "zfxxgkndbg", "zfxxgkgzndbg", "xxgknb", "xxgkndbg", "bmxxgknb", "xzxxgkndbg", "gknb", "ndbg", "nb", "tbnb", "nbzl", "zfgknb", "Xxgknb",
    "nb_2021", "zfxxgknb_171215", "bmxxgknb2023gb",
)  # fmt: skip


@pytest.mark.parametrize("token", TOKENS)
def test_columns_by_the_pinyin_of_their_addresses(token: str) -> None:
    assert found(f"<a href='/zwgk/{token}/'>更多</a>") == [(f"{HOME}zwgk/{token}/", "更多")]
    assert found(f"<a href='/zwgk/{token}/index.shtml'>查看</a>") != []


@pytest.mark.parametrize(
    "link",
    [
        "<a href='/search?q=1'>政府信息公开年报</a>", "<a href='/search.jsp?x=1'>年报</a>", "<a href='/login.html'>年报</a>", "<a href='/calendar/2021/'>2021年年报</a>",
        "<a href='/tag/nb/'>年报</a>", "<a href='/a/?date=2021'>政府信息公开年报</a>", "<a href='javascript:;'>政府信息公开年报</a>", "<a href='#nb'>政府信息公开年报</a>",
        "<a href='http://m.qinghuai.gov.cn/nb/'>政府信息公开年报</a>", "<a href='http://www.other.gov.cn/zfxxgknb/'>政府信息公开年报</a>", "<a href='http://spam.example/zfxxgknb/'>年报</a>",
        "<a href='/nb/a.pdf'>政府信息公开年报</a>", "<a href='/'>政府信息公开年报</a>", "<a>政府信息公开年报</a>", "<a href='/zwgk/nb1/'>政府信息公开年报解读</a>",
        "<a href='/wznb/'>政府网站工作年度报表</a>", "<a href='/fz/'>法治政府建设年度报告</a>", "<a href='/zfxxgk/zn/'>政府信息公开指南</a>",
        "<a href='/zwgk/zfxxgknb/202201/t20220120_12.html'>青槐县2021年政府信息公开工作年度报告</a>", "<a href='/art/2022/1/5/art_12_345.html'>2021年政府信息公开年报</a>",
        "<a href='/News/Show.asp?id=5'>青槐县2021年政府信息公开工作年度报告</a>", "<a href='http://[x/zfxxgknb/'>年报</a>", "<a href='/zfxxgknb/index_1.html'>2</a>", "<a href='/zfxxgknb/?page=2'>下一页</a>",
        "<a href='/zfxxgknb/list_3.shtml'>公开年报</a>",
    ],
)  # fmt: skip
def test_what_is_no_column(link: str) -> None:
    assert found(link) == []


def test_one_column_however_it_is_linked() -> None:
    page = "<a href='/nb/#top'><img src=x alt='政府信息公开年报'></a><a href='http://qinghuai.gov.cn:80/nb/'>年报</a><area href='/nb2/' alt='部门年报'>"
    assert found(page) == [(HOME + "nb/", "政府信息公开年报"), (HOME + "nb2/", "部门年报")]


def test_hosts_of_the_same_registered_domain() -> None:
    page = "<a href='http://xxgk.qinghuai.gov.cn/zfxxgknb/'>政府信息公开年报</a><a href='http://www.linzhi.gov.cn/nb/'>政府信息公开年报</a>"
    assert found(page) == [("http://xxgk.qinghuai.gov.cn/zfxxgknb/", "政府信息公开年报")]
    below = "http://lcj.linzhi.gov.cn/"
    assert len(found(page, below)) == 1  # its prefecture's is of the same domain
    assert found(page, below, home=below) == []  # but not at or below its own host


def test_units_by_year_as_one_address_each() -> None:
    """3.2b: xxgkAnnualReport.jsp?area=…&fbtime=… is a unit's report of a year."""
    page = "<a href='/module/xxgk/xxgkAnnualReport.jsp?area=11&fbtime=2021'>2021年政府信息公开年报</a>"
    assert found(page) == [(HOME + "module/xxgk/xxgkAnnualReport.jsp?area=11&fbtime=2021", "2021年政府信息公开年报")]


SUB = (
    "<a href='2021/'>2021年</a><a href='nb_2020/'>2020</a><a href='bm/'>县政府部门</a><a href='xz/'>乡镇街道</a><a href='/x/'>部门</a>"
    "<a href='mzj/'>青槐县民政局</a><a href='/mzj/'>民政局</a><a href='t20220120_12.html'>2021年</a><a href='/xw/'>新闻</a>"
)  # fmt: skip


def test_sub_columns_of_years_departments_and_townships() -> None:
    head = "<meta name='ColumnType' content='信息公开年报'>"
    addresses = [url for url, _ in found(head + SUB, COLUMN, 1)]
    assert addresses == [COLUMN + "2021/", COLUMN + "nb_2020/", COLUMN + "bm/", COLUMN + "xz/", HOME + "x/", COLUMN + "mzj/"]
    assert [url for url, _ in found(SUB, HOME + "xw/", 1)] == [HOME + "xw/nb_2020/"]


def test_no_column_beyond_the_third_step() -> None:
    page = "<a href='/nb/'>政府信息公开年报</a>"
    assert found(page, depth=DEEPEST) != []
    assert found(page, depth=DEEPEST + 1) == []


@pytest.mark.parametrize(
    ("head", "url", "column"),
    [
        ("<meta content='信息公开年报' name='columntype'>", HOME + "c1/", True),  # 2: the best signal, vendor-neutral
        ("<meta name='ColumnName' content='政府信息公开年报'>", HOME + "c1/", True),
        ("<meta name='ColumnName' content='政府信息公开指南'>", HOME + "zfxxgknb/", False),
        ("<title>政府信息公开年报_青槐县政府网</title>", HOME + "c1/", True),
        ("<title>青槐县政府网</title>", HOME + "zwgk/zfxxgknb/index.html", True),
        ("<title>青槐县政府网</title>", HOME, False),
        ("<meta name='ArticleTitle' content='2021年政府信息公开年报'>", HOME + "zfxxgknb/", False),
    ],
)
def test_a_column_is_known(head: str, url: str, column: bool) -> None:
    assert is_column(answer(head, url)) is column


def test_next_steps_the_best_first() -> None:
    page = (
        "<a href='/zwgk/'>政务公开</a><a href='/xw/'>新闻中心</a><a href='/zfxxgk/'>政府信息公开</a><a href='/fd/'>法定主动公开内容</a><a href='/nb/'>政府信息公开年报</a>"
        "<a href='/xxgk_12/'>更多</a><a href='/zn/'>政府信息公开指南</a><a href='/so/?q=政府信息公开'>政府信息公开</a><a href='/art/2022/1/5/art_1_23.html'>信息公开</a>"
    )
    steps = next_steps(answer(page))
    assert [item.url.removeprefix(HOME) for item in steps] == ["zfxxgk/", "fd/", "zwgk/", "xxgk_12/"]
    assert next_steps(answer(page), DEEPEST) == ()


def test_a_shell_leads_to_its_frame() -> None:
    """1: shell pages whose real list sits in a frame of the same host."""
    page = "<iframe src='/list/a.html'></iframe><iframe src='http://other.gov.cn/'></iframe><iframe src='/login.html'></iframe>"
    assert [item.url for item in next_steps(answer(page))] == [HOME + "list/a.html"]


def test_nothing_makes_it_raise() -> None:
    random = Random(1)
    for _ in range(150):
        noise = random.randbytes(200).decode("latin-1")
        text = (
            noise[:100]
            + random.choice([SUB, "<a href='http://[x'>年报</a>", "<base href='::'>", "<a href='\ud800'>年报</a>"])
            + noise[100:]
        )
        for url in (HOME, "http://[", "", "x"):
            page = answer(text, url)
            assert isinstance(columns(page, 1), tuple)
            assert isinstance(next_steps(page), tuple)


# --- addresses ------------------------------------------------------------------------------------

SAME = [
    ("http://www.a.gov.cn/x", "https://a.gov.cn/x"), ("http://A.gov.cn:80/x", "http://a.gov.cn/x"), ("http://a.gov.cn", "http://a.gov.cn/"),
    ("http://a.gov.cn/x#1", "http://a.gov.cn/x"), ("http://a.gov.cn/x;jsessionid=1F.n?a=1", "http://a.gov.cn/x?a=1"),
    ("http://a.gov.cn/x?utm_source=w&a=1", "http://a.gov.cn/x?a=1"), ("http://a.gov.cn/x?b=2&a=1", "http://a.gov.cn/x?a=1&b=2"),
    ("https://a.gov.cn:443/年报", "http://a.gov.cn/%E5%B9%B4%E6%8A%A5"), (" http://a.gov.cn/x ", "http://a.gov.cn/x"),
]  # fmt: skip
OTHER = [
    ("http://a.gov.cn/X", "http://a.gov.cn/x"), ("http://a.gov.cn/x?id=1", "http://a.gov.cn/x?id=2"), ("http://a.gov.cn/x?area=1&fbtime=2020", "http://a.gov.cn/x?area=1"),
    ("http://a.gov.cn:8080/", "http://a.gov.cn/"), ("http://a.gov.cn/x/", "http://a.gov.cn/x"), ("http://xxgk.a.gov.cn/", "http://a.gov.cn/"), ("http://a.gov.cn/?catId=1", "http://a.gov.cn/"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), SAME)
def test_one_key(first: str, second: str) -> None:
    assert canonical_key(first) == canonical_key(second)


@pytest.mark.parametrize(("first", "second"), OTHER)
def test_two_keys(first: str, second: str) -> None:
    assert canonical_key(first) != canonical_key(second)


@pytest.mark.parametrize(
    ("twin", "main"),
    [
        ("http://a.gov.cn/art/1_wap.html", "http://www.a.gov.cn/art/1.html"), ("http://a.gov.cn/c/mpost_12.html", "http://a.gov.cn/c/post_12.html"),
        ("http://m.a.gov.cn/x.html", "http://www.a.gov.cn/x.html"), ("http://wap.a.gov.cn/x.html", "http://a.gov.cn/x.html"), ("http://a.gov.cn/x.html?print=1", "http://a.gov.cn/x.html"),
        ("http://a.gov.cn/x?id=1&wza=1", "http://a.gov.cn/x?id=1"),
    ],
)  # fmt: skip
def test_twins_and_their_page(twin: str, main: str) -> None:
    assert is_twin(twin)
    assert not is_twin(main)
    assert main_key(twin) == canonical_key(main)


@pytest.mark.parametrize(
    "url",
    ["http://m.gov.cn/", "http://a.gov.cn/swap.html", "http://a.gov.cn/post_12.html", "http://mz.gov.cn/x", "x", "http://["],
)
def test_no_twins(url: str) -> None:
    assert not is_twin(url)


def test_a_printed_view_is_a_twin_of_a_page_that_cannot_be_told() -> None:
    assert is_twin("http://a.gov.cn/print.jsp?id=1")
    assert main_key("http://a.gov.cn/print.jsp?id=1") is None


@pytest.mark.parametrize(
    "reference",
    ["javascript:;", "mailto:a@b.c", "http://[x", "../../../x", "ftp://a.gov.cn/x", "http://a.gov.cn:99999/", "http:///x"],
)
def test_references_that_cannot_be_asked(reference: str) -> None:
    base = "http://a.gov.cn/x/y.html" if not reference.startswith("../") else "http://a.gov.cn/x/../../../y.html"
    address = joined(base, reference)
    assert address is None or "/../" not in address


def test_sites() -> None:
    assert same_site("http://a.qinghuai.gov.cn/", "http://b.qinghuai.gov.cn:8080/")
    assert not same_site("http://a.example/", "http://b.example/")
    assert not same_site("x", "x")
    assert host_of("http://[::1]:80/") == "[::1]"


@given(st.text() | st.text().map(lambda text: f"http://a.gov.cn/{text}"))
def test_keys_of_any_text(text: str) -> None:
    key = canonical_key(text)
    assert isinstance(key, str)
    assert isinstance(is_twin(text), bool)
    assert joined("http://a.gov.cn/", text) is None or joined("http://a.gov.cn/", text)
    if host_of(text):
        assert canonical_key(f"http://{key}") == key
