"""Whole crawls of replica counties over real HTTP: what is found, how lists end, how hosts are treated, and what a kill costs."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from crawls import assert_ended, assert_found, configured, content, crawl

from parsers.finding import Finding
from pipeline.audit import Rules
from pipeline.commands.fetch import RAW, fetch_into, open_state
from pipeline.config import Config, Output
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


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    sites = [replica(2, family, years=(2021, 2022, 2023)) for family in FAMILIES]
    chance = Random(5)
    with serve(sites) as served:
        whole, broken = tmp_path / "whole", tmp_path / "broken"
        for folder in (whole, broken):
            folder.mkdir()
            write_configuration(folder, sites, dict(served.resolve))
        assert run(whole) in (0, 3)
        kills = 0
        for _ in range(50):
            process = started(broken)
            time.sleep(0.25 + chance.random() * 1.5)
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        assert kills > 3
        assert run(broken) in (0, 3)
    for name in ("facts", "findings", "checks", "reports"):
        assert lasting(broken, name) == lasting(whole, name), name


def write_configuration(folder: Path, sites: Sequence[Site], resolve: dict[str, str]) -> None:
    configured(folder, sites, resolve)
    names = "\n".join(f'"{host}" = "{address}"' for host, address in resolve.items())
    (folder / "gongkai.toml").write_text(
        '[sites]\nfiles = ["sites.csv"]\n[fetch]\ndelay = 0.05\njitter = 0.0\nallowed_networks = ["127.0.0.0/8"]\n'
        f"[fetch.resolve]\n{names}\n",
        "utf-8",
    )


def started(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gongkai", "run", "--config", str(folder / "gongkai.toml")]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet, env={**os.environ, "PYTHONPATH": str(Path.cwd())})


def run(folder: Path) -> int:
    return started(folder).wait(timeout=240)


MOMENTARY = {"report_id", "source_sha256", "finding_id", "subject", "bytes", "fetched_at", "supersedes", "other_report_id"}
"""The sites count their visits in every page, so no two crawls have the same bytes."""


def lasting(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "output" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {key: re.sub(r"[0-9a-f]{12}", "", value) for key, value in row.items() if key not in MOMENTARY}
            for row in csv.DictReader(file)
        ]
    return sorted(rows, key=lambda row: sorted(row.items())) if name == "findings" else rows


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
        inputs, fetching = list(fetched_inputs(frontier, folder / RAW)), crawl_findings(frontier)
    entries = read_all(inputs, Shards(folder / "shards"))
    dataset = Dataset(entries, Shards(folder / "shards"), Rules(), fetching=fetching)
    list(dataset)
    rows, findings = dataset.close()
    return [dict(row.cells) for row in rows], findings


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
