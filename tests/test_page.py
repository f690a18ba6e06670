"""The page for auditors: every figure with its source, every gap with its reason, nothing loaded, nothing injected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from browser import browsing, require_browser
from lxml import html
from samples import parse_all, sample_text

from parsers.finding import Finding, Severity
from parsers.report import Report
from parsers.source import Hints, Source
from pipeline import run as run_module
from pipeline.audit import Rules
from pipeline.audit.cluster import _held
from pipeline.bodies import body_of
from pipeline.cli import main
from pipeline.commands import reading
from pipeline.compare import compare
from pipeline.config import Config
from pipeline.errors import OutputError
from pipeline.export import export
from pipeline.indicators import measures
from pipeline.inputs import Input
from pipeline.page import USUAL, found, page_of
from pipeline.page.render import page_html
from pipeline.run import Dataset, read_all
from pipeline.selection import select
from pipeline.shards import Shards
from pipeline.workers import InProcess

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SITE = "http://www.shanggao.example/zwgk"
FIGURES = {"applications__received__total": "25", "applications__granted__total": "20", "applications__total__total": "24"}
HOSTILE = "上高县<script>alert(1)</script><img/src=x/onerror=alert(2)>\u202e局"

DOCUMENTS = (
    (sample_text(year=2020, form="2019", **FIGURES), f"{SITE}/2020.html?a=1&b=2"),
    (sample_text(year=2021, **FIGURES), "javascript:alert(3)"),
    (sample_text(year=2022, applications__received__total="blank:", applications__granted__total="reconstructed:7"), None),
    (sample_text(unit="上高县" + "财政局", year=2022, **FIGURES), f"{SITE}/a.zip!/2022.html"),
    (sample_text(unit=HOSTILE, year=2023, **FIGURES), f'{SITE}/"><script>alert(4)</script>'),
    (sample_text(unit="铜鼓县人民政府", year=2021, **FIGURES), f"{SITE}/tonggu.html"),
)
FEW = ("app_recv_total", "disclosure_of_decided")
HINTS = {"上高县": Hints(county_code="360923"), "铜鼓县": Hints(county_code="360926")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("exported")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "parse_all", _parse)
        items = [
            Input.of(Source(text.encode(), f"{at}.txt", url=url, hints=HINTS[text[7:10]]), fetched_at="2025-03-01T08:00:00Z")
            for at, (text, url) in enumerate(DOCUMENTS)
        ]
        shards = Shards(made / "shards")
        dataset = Dataset(read_all(items, shards), shards, Rules(), settle=body_of)
        export(dataset, made, rules=Rules(), config=Config(), run_at=TIME)
    return made


def _parse(source: Source) -> Iterator[Any]:
    """Samples whose county is the one that their text names."""
    for item in parse_all(source):
        if not isinstance(item, Report) or not item.unit:
            yield item
            continue
        yield replace(item, county=item.unit[:3], level="department" if item.unit.endswith("局") else "county")


def made(folder: Path, *counties: str, indicators: tuple[str, ...] = FEW, tongue: str = "zh", years: str = "2020-2023") -> bytes:
    selection = select(indicators, counties or ("上高县", "铜鼓县"), years, "county", None, approximate=False)
    return page_html(page_of(folder, selection, compare(folder, selection, apart=True), with_time=True), tongue)


@pytest.fixture(scope="module")
def page(folder: Path) -> bytes:
    return made(folder, indicators=USUAL)


@pytest.fixture(scope="module")
def tree(page: bytes) -> Any:
    return parsed(page)


def copied(folder: Path, to: Path) -> None:
    for path in (*folder.glob("*.parquet"), folder / "manifest.json"):
        (to / path.name).write_bytes(path.read_bytes())


def parsed(page: bytes) -> Any:
    return html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


# --- figures, gaps, sources ---------------------------------------------------------------------------


def test_every_figure_stands_there_and_leads_to_its_report(folder: Path, tree: Any) -> None:
    ids = {element.get("id"): element for element in tree.iter() if element.get("id")}
    rows = pyarrow.parquet.read_table(folder / "series.parquet").to_pylist()
    chosen = {
        row["report_id"]: row for row in pyarrow.parquet.read_table(folder / "panel.parquet").to_pylist() if row["report_id"]
    }
    expected = sum(row["value"] is not None and row["indicator"] in USUAL and row["report_id"] in chosen for row in rows)
    fields = tree.xpath('//td[contains(@class, "figure")]/a')
    assert len(fields) == expected > 10
    for field in fields:
        source = ids[field.get("href").removeprefix("#")]
        assert field.get("href") == f"#s-{text(source.find('td'))}"
    received = ids["m-app_recv_total"].getparent()
    assert [text(field) for field in received.xpath('.//td[contains(@class, "figure")]')] == ["25", "25", "25"]
    rate = ids["m-disclosure_of_decided"].getparent()
    assert "83.3%*20/24" in [text(field).replace(" ", "") for field in rate.xpath('.//td[contains(@class, "figure")]')]


def test_a_source_has_address_digest_version_and_the_cells_with_their_places(folder: Path, tree: Any) -> None:
    reports = {row["report_id"]: row for row in pyarrow.parquet.read_table(folder / "reports.parquet").to_pylist()}
    listed = tree.xpath('//tr[starts-with(@id, "s-")]')
    assert {row.get("id")[2:] for row in listed} == set(reports)
    for row in listed:
        report = reports[row.get("id")[2:]]
        assert report["source_sha256"] in text(row)
        assert str(report["year"]) in text(row)
        assert ("360926" if report["county"] == "铜鼓县" else "360923") in text(row)
        assert report["published_on"] is None
    first = next(row for row in listed if reports[row.get("id")[2:]]["year"] == 2020)
    assert first.xpath(".//a/@href") == [f"{SITE}/2020.html?a=1&b=2"]
    cells = [text(cell) for cell in first.getnext().xpath(".//li")]
    assert any(re.fullmatch(r"applications\.received\.total 25 line=\d+;chars=1-2", cell) for cell in cells)
    damaged = next(row for row in listed if reports[row.get("id")[2:]]["year"] == 2022 and "财政" not in text(row))
    assert any("reconstructed" in text(cell) for cell in damaged.getnext().xpath(".//li"))


def test_a_gap_says_why_in_both_languages_and_leads_to_the_reason(tree: Any) -> None:
    ids = {element.get("id") for element in tree.iter() if element.get("id")}
    gaps = tree.xpath('//table[contains(@class, "grid")]//td[contains(@class, "gap")]')
    assert gaps
    for gap in gaps:
        assert all(text(gap.xpath(f'.//span[@lang="{tongue}"]')[0]) for tongue in ("zh", "en"))
    hrefs = {link for gap in gaps for link in gap.xpath("./a/@href")}
    assert hrefs
    assert {href.removeprefix("#") for href in hrefs} <= ids
    told = [text(row) for row in tree.xpath('//tr[starts-with(@id, "g-")]')]
    assert any("铜鼓县" in row and "2020, 2022–2023" in row and "未查看" in row and "not looked for" in row for row in told)
    received = tree.xpath('//h3[@id="m-app_recv_total"]/..')[0]
    assert sum("空白" in text(cell) for cell in received.xpath('.//td[contains(@class, "gap")]')) == 1


def test_formula_base_relation_and_breaks_are_stated(tree: Any) -> None:
    section = text(tree.xpath('//h3[@id="m-disclosure_of_decided"]/..')[0])
    for words in ("applications.granted.total + applications.partly_granted.total", "applications.total.total", "仅近似可比", "only approximate",
                  "格式 2019→2021", "the national form changed between 2020 and 2021", "name the base"):  # fmt: skip
        assert words in section, words


def test_counties_stand_in_the_order_of_their_codes(folder: Path) -> None:
    body = parsed(made(folder, "铜鼓县", "上高县"))
    for table in body.xpath('//table[contains(@class, "grid")]'):
        codes = table.xpath('.//span[@class="code"]/text()')
        assert codes == sorted(codes)
        assert len(codes) == 2


def test_the_run_is_named(folder: Path, page: bytes, tmp_path: Path) -> None:
    told = page.decode()
    assert "2026-01-02T03:04:05Z" in told
    assert Rules().digest in told
    copied(folder, tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(OutputError, match="export once more"):
        made(tmp_path)


def test_figures_of_one_office_never_stand_beside_those_of_a_county(folder: Path, tmp_path: Path) -> None:
    copied(folder, tmp_path)
    table = pyarrow.parquet.read_table(folder / "series.parquet")
    scopes = [{"上高县": "all", "铜鼓县": "own"}[row["county"]] for row in table.to_pylist()]
    at = table.column_names.index("scope")
    pyarrow.parquet.write_table(
        table.set_column(at, "scope", pyarrow.array(scopes).dictionary_encode()), tmp_path / "series.parquet"
    )
    section = parsed(made(tmp_path)).xpath('//h3[@id="m-app_recv_total"]/..')[0]
    assert [text(field) for field in section.xpath('.//td[contains(@class, "figure")]')] == ["25", "25"]
    assert "统计范围不同" in text(section)
    assert "1 figures of one office alone are left out" in text(section)


# --- nothing is loaded, nothing injected, nothing differs --------------------------------------------------


def test_nothing_is_loaded_and_nothing_runs(page: bytes, tree: Any) -> None:
    assert not tree.xpath(
        "//script | //link | //iframe | //img | //object | //embed | //form | //base | //@src | //@srcset | //@style[contains(., 'url(h')]"
    )
    assert not [name for element in tree.iter() for name in element.attrib if name.lower().startswith("on")]
    assert not re.search(rb"@import|url\((?!#)|xlink|src=", re.sub(rb"&lt;.*?&gt;", b"", page))
    links = tree.xpath("//a/@href")
    assert links
    assert all(link.startswith(("#", "http://", "https://")) for link in links)
    assert "default-src 'none'" in tree.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')[0]


def test_what_a_report_says_is_text(page: bytes, tree: Any) -> None:
    told = page.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told
    assert "<script" not in told.lower()
    assert "<img" not in told.lower()
    assert "\u202e" not in told
    assert "\\u202e" in told
    assert "javascript:alert(3)" in text(tree.xpath('//h2[@id="sources"]/..')[0])
    assert f"{SITE}/a.zip" in tree.xpath("//a/@href")


def test_ids_stand_once_and_drawings_keep_their_text(tree: Any) -> None:
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    figures = tree.xpath("//figure")
    assert {figure.get("lang") for figure in figures} == {"zh", "en"}
    for figure in figures:
        words = [text(element) for element in figure.iter("{*}text", "text")]
        assert "上高县" in words
        assert "2021" in words
    inside = {link for figure in figures for link in figure.xpath(".//@href")}
    assert {link.removeprefix("#") for link in inside} <= set(ids)


def test_the_same_tables_give_the_same_bytes(folder: Path) -> None:
    few = made(folder)
    assert made(folder) == few
    english = made(folder, tongue="en")
    assert english != few
    assert english.replace(b'<html lang="en">', b"").replace(b" checked", b"") == few.replace(b'<html lang="zh">', b"").replace(
        b" checked", b""
    )


# --- findings --------------------------------------------------------------------------------------


def test_findings_stand_by_severity_with_figures_cells_and_source(folder: Path, tree: Any) -> None:
    rows = {
        row["finding_id"]: row for row in pyarrow.parquet.read_table(folder / "findings.parquet").to_pylist() if row["report_id"]
    }
    listed = {row.get("id")[2:]: row for row in tree.xpath('//tr[starts-with(@id, "f-")]')}
    assert set(listed) == set(rows)
    assert len(rows) > 5
    for finding_id, row in rows.items():
        shown = text(listed[finding_id])
        assert row["message_en"].replace("\u202e", "\\u202e") in shown
        assert listed[finding_id].xpath('.//a[starts-with(@href, "#s-")]/@href')[0] == f"#s-{row['report_id']}"
        if row["difference"] is not None:
            assert [text(cell) for cell in listed[finding_id].xpath('./td[@class="number"]')] == [
                f"{row[name]:g}" for name in ("left", "right", "difference")
            ]
        assert all(address in shown for address in (row["addresses"] or "").replace("other:", "").split(";"))
    heads = [head.get("id") for head in tree.xpath('//h3[starts-with(@id, "w-")]')]
    assert heads == [
        f"w-{name}" for name in ("error", "warning", "prompt") if any(row["severity"] == name for row in rows.values())
    ]


def test_a_list_that_is_cut_says_how_many_more_there_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = parsed(made(folder)).xpath('//tr[starts-with(@id, "f-")]')
    monkeypatch.setattr(found, "MOST_OF_RULE", 1)
    cut = parsed(made(folder))
    listed = cut.xpath('//tr[starts-with(@id, "f-")]')
    more = [int(match[1]) for line in cut.xpath('//p[@class="more"]') if (match := re.search(r"(\d+)", text(line)))]
    assert more
    assert len(listed) + sum(more) == len(whole)
    assert all("findings.csv" in text(line) for line in cut.xpath('//p[@class="more"]'))


def test_what_is_held_back_stands_apart(folder: Path, tmp_path: Path) -> None:
    copied(folder, tmp_path)
    table = pyarrow.parquet.read_table(folder / "findings.parquet")
    first = next(row for row in table.to_pylist() if row["severity"] == "error" and row["report_id"])
    held = _held(
        Finding(
            code=first["code"],
            subject=first["subject"],
            severity=Severity.ERROR,
            message_zh=first["message_zh"],
            message_en=first["message_en"],
        )
    )
    changed = [
        {**row, "severity": "prompt", "message_zh": held.message_zh, "message_en": held.message_en}
        if row["finding_id"] == first["finding_id"]
        else row
        for row in table.to_pylist()
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(changed, table.schema), tmp_path / "findings.parquet")
    body = parsed(made(tmp_path))
    row = body.xpath(f'//tr[@id="f-{first["finding_id"]}"]')[0]
    assert row.xpath('ancestor::div[contains(@class, "rule")]/@class') == ["rule doubt"]
    errors = sum(row["severity"] == "error" for row in changed)
    assert text(body.xpath('//h3[@id="w-error"]')[0]).endswith(f"({errors})")
    assert "held back" in text(row)


# --- many counties, and the command ---------------------------------------------------------------------


def test_a_province_has_a_small_line_for_each_county(folder: Path) -> None:
    body = made(folder, "江西省", indicators=("app_recv_total", "clearance"))
    tree = parsed(body)
    lines = tree.xpath('//*[local-name() = "svg"][@class="line"]')
    assert len(lines) == 2 * len(tree.xpath('//h3[@id="m-clearance"]/..//span[@class="code"]')) > 200
    assert len(body) < 1_000_000
    assert tree.xpath('//tr[@class="above"]')


def test_the_usual_indicators_are_known() -> None:
    assert set(USUAL) <= set(measures())


@pytest.fixture
def gongkai(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> Callable[..., tuple[int, bytes, str]]:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_module, "parse_all", _parse)
    monkeypatch.setattr(reading, "workers_of", lambda _: nullcontext(InProcess()))

    def call(*arguments: str) -> tuple[int, bytes, str]:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capfdbinary.readouterr()
        return int(left.value.code or 0), out, err.decode()

    return call


def test_the_command_writes_a_file_or_into_a_folder(folder: Path, tmp_path: Path, gongkai: Any) -> None:
    asked = (
        "report", "--counties", "上高县,铜鼓县", "--years", "2020-2023", "--output", str(folder), "--lang", "zh",
        "--indicator", FEW[0], "--indicator", FEW[1],
    )  # fmt: skip
    page = made(folder)
    assert gongkai(*asked, "-o", "a.html")[0] == 0
    assert (tmp_path / "a.html").read_bytes() == page
    assert gongkai(*asked, "-o", "pages")[0] == 0
    assert (tmp_path / "pages" / "上高县、铜鼓县_2020-2023_报告.html").read_bytes() == page
    code, _, err = gongkai(*asked, "-o", "a.pdf")
    assert (code, "an .html file" in err) == (2, True)
    assert gongkai("report", "--counties", "鼓楼区", "--output", str(folder), "-o", "b.html")[0] == 2
    assert not (tmp_path / "b.html").exists()


def test_files_that_are_read_for_the_page_leave_no_time_in_it(tmp_path: Path, gongkai: Any) -> None:
    (tmp_path / "report.txt").write_text(DOCUMENTS[0][0], "utf-8")
    asked = ("report", "--counties", "上高县", "--indicator", "workload", "-o")
    for name in ("a.html", "b.html"):
        assert gongkai(*asked, name, "report.txt")[0] == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


# --- a real browser ---------------------------------------------------------------------------------


def test_a_browser_shows_it_without_asking_anybody(page: bytes, tmp_path: Path) -> None:
    require_browser()
    file = tmp_path / "page.html"
    file.write_bytes(page)
    with browsing() as browser:
        browser.open(file.as_uri())
        shown = "getComputedStyle(document.querySelector('h1 [lang={}]')).display"
        assert (browser.value(shown.format("zh")), browser.value(shown.format("en"))) == ("inline", "none")
        browser.click("label[for=en]")
        assert (browser.value(shown.format("zh")), browser.value(shown.format("en"))) == ("none", "inline")
        field = "document.querySelector('#m-app_recv_total').parentNode.querySelector('td.figure a')"
        assert browser.value(f"{field}.innerText") == "25"
        report = browser.value(f"{field}.hash")
        browser.click("#m-app_recv_total ~ * td.figure a")
        assert browser.value("location.hash") == report
        assert browser.value("document.querySelector(':target td').innerText") == report.removeprefix("#s-")
        top = browser.value("document.querySelector(':target').getBoundingClientRect().top")
        assert 0 <= top < 1000
        assert browser.asked == [file.as_uri()]
        assert not browser.said
