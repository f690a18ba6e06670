"""Tests of the replica county sites: what they serve, that a reader finds all of it, and that it says what it should."""

from __future__ import annotations

import gzip
import html
import http.client
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from parsers import Report, Source, parse_all
from pipeline.demo.judge import judge
from pipeline.demo.layouts.model import Rendering
from pipeline.demo.sites import Published, Served, Site, county_sites, replica, serve, truth
from pipeline.demo.sites.chrome import REPORTS
from pipeline.demo.sites.make_files import MOST_BYTES, attached
from pipeline.demo.sites.obstacles import OBSTACLES, PASSING
from pipeline.demo.sites.shelf import FILES, TRAP, file_name

_COUNTER = re.compile(rb"(<span>)\d+(</span></div>\n</body>)")
_PAGE_SCRIPT = re.compile(r"""createPageHTML\((?P<div>'\w+', )?(?P<pages>\d+), \d+, ['"]index['"], ['"](?P<ext>\w+)['"]""")


@dataclass
class Reader:
    """One who reads a site with a browser: follows links, and does what the scripts of its pagers do."""

    served: Served
    site: Site
    pages: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def ask(
        self, target: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body, asked again when the answer is 503 or ends early."""
        for _ in range(3):
            try:
                sent = {"Host": self.site.host, "Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
                self.connection.request("POST" if form else "GET", target, urlencode(form or {}) or None, sent)
                answer = self.connection.getresponse()
                body = answer.read()
            except http.client.IncompleteRead:
                self.connection.close()
                continue
            if answer.status != 503:
                return answer.status, gzip.decompress(body) if answer.getheader("Content-Encoding") == "gzip" else body
        return 503, b""

    def walk(self) -> None:
        """Read every page of the host that links lead to from its home page, but for what robots.txt forbids."""
        forbidden = re.findall(r"Disallow: (\S+)", text_of(self.ask("/robots.txt")[1]))
        waiting = [urlsplit(self.site.home).path]
        while waiting:
            path = waiting.pop()
            if path in self.pages or any(path.startswith(start) for start in forbidden):
                continue
            _, self.pages[path] = self.ask(path)
            text = text_of(self.pages[path])
            waiting.extend(links_of(path, text))
            waiting.extend(urljoin(path, name) for name in script_pages(text))
            waiting.extend(self.proxied(path, text))
            waiting.extend(self.built(path, text))

    def proxied(self, path: str, text: str) -> Iterator[str]:
        """The links that the data proxy gives for a column's page."""
        told = re.search(r"perPage:(\d+),totalRecord:(\d+),proxyUrl:'([^']+)'", text)
        if told is None:
            return
        size, total = int(told[1]), int(told[2])
        ids = dict(re.findall(r"(columnid|unitid|webid)[:=]'?(\w+)", text))
        for page in range(2, -(-total // size) + 1):
            window = {
                "startrecord": f"{(page - 1) * size + 1}",
                "endrecord": f"{page * size}",
                "perpage": f"{size}",
                "page": f"{page}",
            }
            _, body = self.ask(told[3], {**ids, **window}, {"Referer": self.site.home + path[1:]})
            yield from links_of(path, text_of(body))

    def built(self, path: str, text: str) -> Iterator[str]:
        """The links that the unit build gives for a column's shell."""
        told = re.search(r'unitbuild\.js" url="([^"]+)" queryData="([^"]+)"', text)
        if told is None:
            return
        query: dict[str, str] = json.loads(told[2].replace("'", '"'))
        seen: set[str] = set()
        for page in range(1, 99):
            parameters = {**query, "paramJson": json.dumps({"pageNo": page, "pageSize": "15"})}
            _, body = self.ask(f"{told[1]}?{urlencode(parameters)}")
            found = set(links_of(path, json.loads(body)["data"]["html"]))
            yield from found
            if found <= seen:
                return
            seen |= found


def text_of(body: bytes) -> str:
    """The text of a page; gb2312 is read as GB18030."""
    return body.decode("gb18030" if b"gb2312" in body[:2_000] else "utf-8", "replace")


def links_of(path: str, text: str) -> Iterator[str]:
    """The targets on the same host that a page links to, frames included."""
    for reference in re.findall(r'(?:href|<iframe src)="([^"#]+)"', text):
        if not reference.startswith(("javascript:", "http")):
            yield urljoin(path, html.unescape(reference))


def script_pages(text: str) -> Iterator[str]:
    """The pages of a list that `createPageHTML` writes links to."""
    told = _PAGE_SCRIPT.search(text)
    if told is not None:
        first = 2 if told["div"] else 1
        yield from (f"index_{number}.{told['ext']}" for number in range(first, first + int(told["pages"]) - 1))


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def read(published: Published, pages: Mapping[str, bytes]) -> Report:
    """What the parser reads of a report, its page given along with its file or frame."""
    page, document = pages[path_of(published.address)], path_of(published.document)
    companions = {}
    if published.document != published.address:
        page_path, text = path_of(published.address), text_of(page)
        names = [
            name for name in re.findall(r'(?:href|src)="([^"]+)"', text) if urljoin(page_path, html.unescape(name)) == document
        ]
        companions = {names[0]: pages[document]}
    found = [
        item
        for item in parse_all(Source(page, "page.html", published.address, companions=companions))
        if isinstance(item, Report)
    ]
    assert len(found) == 1, published
    return found[0]


@contextmanager
def reading(*sites: Site, edition: int = 1) -> Iterator[list[Reader]]:
    """The sites served, and a reader for each."""
    with serve(sites, edition) as served, ExitStack() as stack:
        yield [stack.enter_context(Reader(served, site)) for site in sites]


@pytest.fixture(scope="module")
def readers() -> Iterator[Mapping[str, Reader]]:
    with reading(*county_sites()) as made:
        for reader in made:
            reader.walk()
        yield {reader.site.family: reader for reader in made}


FAMILIES = ("trs", "hanweb", "static")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_reader_finds_every_report_and_each_of_its_addresses(readers: Mapping[str, Reader], family: str) -> None:
    reader = readers[family]
    known = truth([reader.site])
    assert len(known.published) == 30
    assert len({(item.unit, item.year) for item in known.published}) == 30
    wanted = {path_of(address) for item in known.published for address in (item.address, item.document, *item.aliases)}
    assert wanted <= set(reader.pages)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_report_is_read_as_it_was_printed(readers: Mapping[str, Reader], family: str) -> None:
    reader = readers[family]
    for item in truth([reader.site]).published:
        report = read(item, reader.pages)
        assert (report.unit, report.level, report.year) == (item.unit, item.level, item.year)
        outcomes = {str(judgement.outcome) for judgement in judge(item.rendering, report.facts)}
        assert outcomes == {"right"}, (item.address, outcomes)
        assert {date for date in [item.published_on] if date} <= set(
            re.findall(r"\d{4}-\d\d-\d\d", text_of(reader.pages[path_of(item.address)]))
        )


@pytest.mark.parametrize("family", FAMILIES)
def test_another_address_of_a_report_says_the_same(readers: Mapping[str, Reader], family: str) -> None:
    reader = readers[family]
    for item in truth([reader.site]).published:
        for alias in item.aliases:
            facts = next(parse_all(Source(reader.pages[path_of(alias)], "page.html"))).facts  # type: ignore[union-attr]
            rendering = Rendering(b"", "", item.rendering.printed, item.rendering.kept)
            assert not [judgement for judgement in judge(rendering, facts) if judgement.outcome.wrong]
    assert sum(len(item.aliases) for item in truth([reader.site]).published) >= 2


def test_the_kinds_of_reports_and_lists_are_all_there() -> None:
    known = truth(county_sites())
    assert {item.kind for item in known.published} == {"page", "list", "attachment", "frame"}
    assert {item.document.rpartition(".")[2] for item in known.published if item.kind == "attachment"} == {"docx", "pdf"}
    assert {item.status for item in known.lists} == {"complete", "complete-unverified", "partial", "blocked:js_challenge"}
    assert sum(item.doubtful for item in known.published) == 3
    assert len({item.address for item in known.lists}) == len(known.lists)
    assert len(known.forbidden) == 2


def test_no_list_holds_anything_else_that_reads_like_a_report(readers: Mapping[str, Reader]) -> None:
    for family in FAMILIES:
        reader = readers[family]
        known = truth([reader.site])
        reports = {path_of(address) for item in known.published for address in (item.address, item.document, *item.aliases)}
        for path in set(reader.pages) - reports:
            found = [
                item for item in parse_all(Source(reader.pages[path], "page.html")) if isinstance(item, Report) and item.facts
            ]
            assert not found, path


def test_a_challenged_county_shows_its_home_page_and_no_list(readers: Mapping[str, Reader]) -> None:
    reader = readers["challenge"]
    assert b"_clearance_s" in reader.pages[path_of(reader.site.lists[0])]
    assert reader.ask(path_of(reader.site.lists[0]))[0] == 521
    assert reader.ask("/")[0] == 200
    assert not truth([reader.site]).published


def test_a_reader_who_heeds_robots_never_asks_the_trap(readers: Mapping[str, Reader]) -> None:
    reader = readers["trs"]
    assert any(TRAP in text_of(body) for body in reader.pages.values())
    assert not [line for line in reader.served.log if line.target.startswith(TRAP)]
    assert reader.ask(TRAP)[0] == 200


def test_every_route_answers_and_with_the_same_bytes_twice() -> None:
    with reading(*county_sites()) as made:
        for reader in made:
            for path in reader.site.editions[0].routes:
                first, second = reader.ask(path), reader.ask(path)
                assert first[0] == second[0] > 0, path
                assert _COUNTER.sub(rb"\1\2", first[1]) == _COUNTER.sub(rb"\1\2", second[1])


def test_the_same_seed_gives_the_same_site() -> None:
    first, second = (replica(1, "trs").editions[0].routes for _ in range(2))
    assert first == second


def test_the_counter_changes_at_every_request() -> None:
    with reading(county_sites()[0]) as (reader,):
        assert reader.ask("/")[1] != reader.ask("/")[1]


@pytest.mark.parametrize("at", range(3))
def test_the_second_edition_corrects_one_report_and_takes_one_away(at: int) -> None:
    site = county_sites()[at]
    first, second = ({(item.unit, item.year): item for item in truth([site], edition).published} for edition in (1, 2))
    (gone,) = first.keys() - second.keys()
    assert not second.keys() - first.keys()
    assert all(first[key].address == second[key].address and first[key].aliases == second[key].aliases for key in second)
    (changed,) = (key for key in second if first[key].rendering.printed != second[key].rendering.printed)
    with reading(site, edition=2) as (reader,):
        reader.walk()
        page = reader.pages.get(path_of(first[gone].address))
        assert page is None or "暂无内容" in text_of(page)
        assert {str(item.outcome) for item in judge(second[changed].rendering, read(second[changed], reader.pages).facts)} == {
            "right"
        }


@pytest.mark.parametrize("at", range(3))
def test_flaky_paths_fail_once(at: int) -> None:
    site = county_sites()[at]
    odd = [path for path, page in site.editions[0].routes.items() if not callable(page) and page.before]
    with reading(site) as (reader,):
        assert {reader.ask(path)[0] for path in odd} == {200}
        assert sorted(line.status for line in reader.served.log) == [0, 200, 200, 503]


def test_the_log_counts_what_is_under_way() -> None:
    with reading(county_sites()[0]) as (reader,):
        reader.ask("/")
        (line,) = reader.served.log
    assert (line.host, line.method, line.target, line.status, line.at_once) == ("www.hechuan.example", "GET", "/", 200, 1)
    assert line.started <= line.ended


def test_an_unknown_host_and_an_unknown_path() -> None:
    first, other, soft, _ = county_sites()
    with reading(first, soft) as (reader, soft_reader), Reader(reader.served, other) as stranger:
        assert stranger.ask("/")[0] == 421
        assert reader.ask("/no/such/page.html")[0] == 404
        status, body = soft_reader.ask("/no/such/page.html")
        assert (status, "页面不存在" in body.decode()) == (200, True)


def test_the_same_page_is_not_sent_again_to_who_has_it() -> None:
    site = county_sites()[0]
    item = next(item for item in truth([site]).published if item.kind == "attachment")
    with serve([site]) as served:
        connection = http.client.HTTPConnection("127.0.0.1", served.port)
        connection.request("GET", path_of(item.document), headers={"Host": site.host})
        answer = connection.getresponse()
        answer.read()
        tag = answer.getheader("ETag") or ""
        connection.request("GET", path_of(item.document), headers={"Host": site.host, "If-None-Match": tag})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (304, b"")
        connection.close()


def test_the_attachments_are_those_that_their_script_makes() -> None:
    names = {file_name(paper, kind) for paper, kind in attached()}
    assert {path.name for path in FILES.iterdir()} == names, "run python -m pipeline.demo.sites.make_files"
    assert all(path.stat().st_size <= MOST_BYTES for path in FILES.iterdir())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 20))])
def test_a_reader_finds_all_of_other_counties(family: str, seed: int) -> None:
    site = replica(seed, family, years=(2020, 2021, 2023))
    known = truth([site])
    assert known.published
    with reading(site) as (reader,):
        reader.walk()
        wanted = {path_of(address) for item in known.published for address in (item.address, *item.aliases)}
        assert wanted <= set(reader.pages)
        assert not {path_of(address) for address in known.forbidden} & {line.target for line in reader.served.log}


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_an_obstacle_hides_all_reports(obstacle: str) -> None:
    site = replica(1, "static", obstacle=obstacle, years=(2023,), robots="absent")
    page = OBSTACLES[obstacle].page
    with reading(site) as (reader,):
        assert reader.ask(path_of(site.lists[0]))[0] == (503 if page.hangs_up else page.status)
        assert reader.ask("/robots.txt")[0] == 404
    assert not truth([site]).published
    assert {item.status for item in truth([site]).lists} == {OBSTACLES[obstacle].status}


@pytest.mark.parametrize("obstacle", PASSING)
def test_an_obstacle_that_passes_hides_nothing(obstacle: str) -> None:
    plain, site = (replica(1, "static", obstacle=name, years=(2023,), pagers=("one", "one", "one")) for name in ("", obstacle))
    assert truth([site]) == truth([plain])
    path = path_of(site.lists[0])
    with reading(site) as (reader,):
        first, cookie = reader.ask(path), {"Cookie": "CT6T=10"}
        assert first[0] == {"cookie_hop": 302, "homepage": 200, "throttled": 429}[obstacle]
        assert REPORTS not in text_of(first[1])
        status, body = reader.ask(path, headers=cookie)
        assert (status, REPORTS in text_of(body)) == (200, True)


@pytest.mark.parametrize(
    ("robots", "status", "words"),
    [("refuse", 200, "blocked:robots"), ("denied", 403, "blocked:robots"), ("broken", 503, "deferred"), ("absent", 404, "")],
)
def test_robots(robots: str, status: int, words: str) -> None:
    site = replica(1, "static", robots=robots, years=(2023,))
    with reading(site) as (reader,):
        assert reader.ask("/robots.txt")[0] == status
    assert bool(truth([site]).published) is (words == "")
    assert not words or {item.status for item in truth([site]).lists} == {words}


def test_the_sites_of_the_default_run_are_in_its_list() -> None:
    rows = (Path(__file__).parents[1] / "pipeline" / "demo" / "sites" / "sites.csv").read_text("utf-8").splitlines()
    assert rows[0] == "county_code,unit,level,list_url,home_url,family,note"
    hosts = {urlsplit(row.split(",")[4]).hostname for row in rows[1:]}
    assert hosts == {site.host for site in county_sites()}
    known = {item.address for item in truth(county_sites()).lists}
    assert {row.split(",")[3] for row in rows[1:]} - {""} <= known
