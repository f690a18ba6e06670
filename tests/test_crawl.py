"""Whole crawls of replica counties over real HTTP: what is found, how lists end, and how hosts are treated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from crawls import assert_ended, assert_found, content, crawl

from parsers.finding import Finding
from pipeline.audit import Rules
from pipeline.commands.fetch import RAW, fetch_into, open_state
from pipeline.commands.reading import STATE_NAME
from pipeline.config import Config, Output
from pipeline.crawled import crawled
from pipeline.demo.sites import Asked, Site, county_sites, replica, serve, truth
from pipeline.demo.sites.obstacles import OBSTACLES, PASSING
from pipeline.fetched import crawl_findings, fetched_inputs
from pipeline.run import Dataset, read_all
from pipeline.shards import Shards

FAMILIES = ("trs", "hanweb", "static")


def assert_polite(log: Sequence[Asked], sites: Sequence[Site]) -> None:
    """robots.txt first, one request at a time, nothing forbidden, nothing twice that was had."""
    first: dict[str, str] = {}
    for line in sorted(log, key=lambda item: item.started):
        first.setdefault(line.host, line.target)
    assert set(first.values()) == {"/robots.txt"}
    assert max(line.at_once for line in log) == 1
    assert not {f"http://{line.host}{line.target}" for line in log} & set(truth(sites).forbidden)
    had = [(line.host, line.method, line.target, line.form) for line in log if line.status == 200]
    assert len(had) == len(set(had))


def test_the_counties_of_the_default_run(tmp_path: Path) -> None:
    sites = county_sites()
    config, log = crawl(tmp_path, sites)
    assert_found(config, sites)
    assert_ended(config, sites)
    assert_polite(log, sites)
    with open_state(config.output.folder) as frontier:
        assert frontier.host("www.shiwu.example").status == "blocked:js_challenge"
        assert frontier.host("www.shiwu.example").since


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("from_home", [True, False])
def test_other_counties(family: str, from_home: bool, tmp_path: Path) -> None:
    sites = [replica(seed, family) for seed in range(3)]
    config, log = crawl(tmp_path, sites, from_home=from_home)
    assert_found(config, sites)
    assert_polite(log, sites)
    if not from_home:
        assert_ended(config, sites)


def test_an_archive_gives_the_same_crawl_again(tmp_path: Path) -> None:
    sites = [replica(1, "static", years=(2022, 2023))]
    (tmp_path / "first").mkdir()
    config, _ = crawl(tmp_path / "first", sites)
    again = Config(sites=config.sites, fetch=config.fetch, output=Output(tmp_path / "second" / "output"))
    fetch_into(again, from_warc=config.output.folder / RAW)
    assert content(again) == content(config)


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_an_obstacle_is_a_status_never_an_empty_result(obstacle: str, tmp_path: Path) -> None:
    sites = [replica(71, "challenge", obstacle=obstacle, years=(2022,))]
    config, log = crawl(tmp_path, sites)
    assert_ended(config, sites)
    assert len(log) < 16
    with open_state(config.output.folder) as frontier:
        assert list(fetched_inputs(frontier, config.output.folder / RAW)) == []
        assert {finding.code.partition(".")[0] for finding in crawl_findings(frontier)} == {"source"}


@pytest.mark.parametrize(
    "changes", [{"obstacle": name} for name in PASSING] + [{"robots": "absent"}, {"robots": "delay"}], ids=str
)
def test_what_passes_costs_nothing(changes: dict[str, str], tmp_path: Path) -> None:
    sites = [replica(72, "static", years=(2022, 2023), **changes)]
    config, _ = crawl(tmp_path, sites)
    assert_found(config, sites)
    assert_ended(config, sites)


@pytest.mark.parametrize("robots", ["refuse", "denied", "broken"])
def test_robots_are_kept_to(robots: str, tmp_path: Path) -> None:
    sites = [replica(73, "trs", years=(2022,), robots=robots)]
    config, log = crawl(tmp_path, sites)
    assert_ended(config, sites)
    assert {line.target for line in log} == {"/robots.txt"}


def read(config: Config) -> tuple[list[dict[str, object]], list[Finding]]:
    """The rows of `reports` and the findings of the whole run."""
    folder = config.output.folder
    with open_state(folder) as frontier:
        inputs = list(fetched_inputs(frontier, folder / RAW))
    entries = read_all(inputs, Shards(folder / "shards"))
    dataset = Dataset(entries, Shards(folder / "shards"), Rules(), crawl=crawled(folder / STATE_NAME))
    list(dataset)
    rows, findings, _ = dataset.close()
    return [dict(row.cells) for row in rows], list(findings)


@pytest.mark.slow
def test_looking_again_keeps_versions_and_what_was_taken_away(tmp_path: Path) -> None:
    sites = [replica(5, "static", years=(2022, 2023))]
    config, _ = crawl(tmp_path, sites)
    first, _ = read(config)
    with serve(sites) as served:
        fetch_into(replace(config, fetch=replace(config.fetch, resolve=dict(served.resolve))), refresh=True)
    again, findings = read(config)
    assert [row["report_id"] for row in again] == [row["report_id"] for row in first]
    assert {finding.code for finding in findings} & {"source.changed", "source.withdrawn"} == set()
    with serve(sites, edition=2) as served:
        fetch_into(replace(config, fetch=replace(config.fetch, resolve=dict(served.resolve))), refresh=True)
    later, findings = read(config)
    corrected = [row for row in later if row["version"] == 2]
    assert len(later) == len(first) + len(corrected)
    assert corrected
    assert all(row["supersedes"] in {one["report_id"] for one in first} for row in corrected)
    changed = [finding for finding in findings if finding.code == "source.changed"]
    assert len(changed) == len(corrected)
    assert all(finding.addresses for finding in changed)
    gone = {item.address for item in truth(sites, 1).published} - {item.address for item in truth(sites, 2).published}
    assert {finding.subject for finding in findings if finding.code == "source.withdrawn"} == gone
    assert gone
