"""Crawls of replica counties, and what must be true of them whatever happened on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from parsers import Report, parse_all
from pipeline.commands.fetch import RAW, fetch_into, open_state
from pipeline.config import Config, Fetch, Output, Sites
from pipeline.demo.judge import judge
from pipeline.demo.sites import Asked, Site, serve, truth
from pipeline.fetched import fetched_inputs, status_rows
from scrapers.addresses import canonical_key

__all__ = ["assert_ended", "assert_found", "configured", "content", "crawl", "write_configuration"]


def configured(
    folder: Path, sites: Iterable[Site], resolve: Mapping[str, str], *, from_home: bool = False, **limits: Any
) -> Config:
    """A configuration for sites on loopback; `limits` are further keys of `[fetch]`."""
    rows = ["county_code,unit,level,list_url,home_url,family,note"]
    for site in sites:
        lists = [""] if from_home else site.lists
        rows += [f"{site.code},{site.county}人民政府,county,{url},{site.home},," for url in lists]
    file = folder / "sites.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")
    given: dict[str, Any] = {"timeout_read": 5.0} | limits
    fetch = Fetch(delay=0.0, jitter=0.0, allowed_networks=("127.0.0.0/8",), resolve=resolve, **given)
    return Config(sites=Sites((file,)), fetch=fetch, output=Output(folder / "output"))


def write_configuration(folder: Path, sites: Sequence[Site], resolve: Mapping[str, str], *, delay: float) -> None:
    """The same as a file, for the program: `gongkai.toml` in the folder."""
    configured(folder, sites, resolve)
    names = "\n".join(f'"{host}" = "{address}"' for host, address in resolve.items())
    (folder / "gongkai.toml").write_text(
        f'[sites]\nfiles = ["sites.csv"]\n[fetch]\ndelay = {delay}\njitter = 0.0\nallowed_networks = ["127.0.0.0/8"]\n'
        f"[fetch.resolve]\n{names}\n",
        "utf-8",
    )


def crawl(folder: Path, sites: Sequence[Site], *, from_home: bool = False) -> tuple[Config, tuple[Asked, ...]]:
    with serve(sites) as served:
        config = configured(folder, sites, dict(served.resolve), from_home=from_home)
        fetch_into(config)
        return config, served.log


def assert_found(config: Config, sites: Sequence[Site], *, lost: Sequence[str] = ()) -> None:
    """Every published report is there with its figures, those at the addresses `lost` apart, and nothing that is none."""
    with open_state(config.output.folder) as frontier:
        inputs = list(fetched_inputs(frontier, config.output.folder / RAW))
    found: dict[str, Report] = {}
    for item in inputs:
        for result in parse_all(item.open()):
            assert isinstance(result, Report), (result.source, result.status, result.reason)
            assert result.facts, result.source
            found[canonical_key(item.address)] = found[canonical_key(result.source)] = result
    for wanted in truth(sites).published:
        places = [canonical_key(address) for address in (wanted.address, wanted.document, *wanted.aliases)]
        report = next((found[place] for place in places if place in found), None)
        if wanted.address in lost:
            assert report is None, wanted.address
            continue
        assert report is not None, wanted.address
        assert (report.unit, report.year) == (wanted.unit, wanted.year), wanted.address
        assert [item.address for item in judge(wanted.rendering, report.facts) if item.outcome.wrong] == [], wanted.address


def assert_ended(config: Config, sites: Sequence[Site]) -> None:
    """Every list has the verdict that it must have."""
    with open_state(config.output.folder) as frontier:
        rows = {str(row["list_url"]): row for row in status_rows(frontier)}
    ended = {item.address: (rows[item.address]["status"], rows[item.address]["declared"]) for item in truth(sites).lists}
    assert ended == {item.address: (item.status, item.declared) for item in truth(sites).lists}


def content(config: Config) -> list[tuple[str, str]]:
    with open_state(config.output.folder) as frontier:
        return [(item.address, item.sha256) for item in fetched_inputs(frontier, config.output.folder / RAW)]
