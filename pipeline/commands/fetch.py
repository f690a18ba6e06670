"""`gongkai fetch`, `status` and `retry`: a crawl, continued where it was, and what became of it."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pipeline.commands.reading import STATE_NAME, find_config
from pipeline.commands.screen import counter, logging_to, out, print_table, say
from pipeline.config import Config
from pipeline.crawl import Crawl, host_key
from pipeline.errors import ConfigError, OutputError, UsageError
from pipeline.fetch import Fetcher
from pipeline.fetched import lost_addresses, status_rows
from pipeline.inputs import shown
from pipeline.interrupt import keeping
from pipeline.listing import ListReader
from pipeline.shards import program_version
from pipeline.sites import read_sites
from scrapers.archive import Archive
from scrapers.errors import ArchiveError
from scrapers.frontier import Frontier
from scrapers.http import Client, Settings
from scrapers.known import Site
from scrapers.polite import ROBOTS_SECONDS, Hours
from scrapers.redirects import Ask

__all__ = ["RAW", "Ended", "fetch", "fetch_into", "how_it_ended", "open_state", "replicas_of", "retry", "status", "tell_lists"]

RAW = "raw"
_WARC = "gongkai-00001.warc.gz"
_DEFERRED_SECONDS = 3600
"""A host that deferred us is asked again by a run that begins at least so much later."""
_GOOD = ("complete", "complete-unverified")


def fetch(
    config_file: Path | None,
    output: Path | None,
    *,
    limit: int | None = None,
    refresh: bool = False,
    dry_run: bool = False,
    from_warc: Path | None = None,
) -> int:
    """Ask what is due of the lists of sites, and keep every answer; returns the exit code."""
    config = find_config(config_file, output)
    if not config.sites.files:
        raise UsageError('there is no list of sites: name one in gongkai.toml, [sites] files = ["sites.csv"]')
    if dry_run:
        return _tell_due(config)
    with keeping(), logging_to(config.output.folder / "log.txt"):
        fetch_into(config, limit=limit, refresh=refresh, from_warc=from_warc)
        return tell_lists(config).exit_code


class Ended(NamedTuple):
    """What became of a crawl: the rows of `gongkai status`, and how many addresses that lists name were not had."""

    lists: Sequence[Mapping[str, object]] = ()
    lost: int = 0

    @property
    def exit_code(self) -> int:
        """0 when every list is complete and all that they name was had, else 3."""
        return 0 if not self.lost and all(row["status"] in _GOOD for row in self.lists) else 3


def how_it_ended(folder: Path) -> Ended:
    """What became of the crawl of an output folder."""
    with open_state(folder) as frontier:
        return Ended(status_rows(frontier), len(lost_addresses(frontier)))


def tell_lists(config: Config) -> Ended:
    """What became of the crawl; what is not complete is said on stderr."""
    ended = how_it_ended(config.output.folder)
    for row in ended.lists:
        if row["status"] not in _GOOD:
            say(f"{row['list_url']}: {row['status']}: {row['reason']}")
    if ended.lost:
        say(f"{ended.lost} addresses were named and not had; the findings say why, and `gongkai retry` asks them again")
    return ended


def fetch_into(config: Config, *, limit: int | None = None, refresh: bool = False, from_warc: Path | None = None) -> int:
    """
    Fetch into the output folder of a configuration, from the web or from archives of it; how many addresses were asked.

    Raises OutputError.
    """
    with replicas_of(config) as served:
        return _fetch_into(served, limit=limit, refresh=refresh, from_warc=from_warc)


@contextmanager
def replicas_of(config: Config) -> Iterator[Config]:
    """The configuration with the port at which this run serves the replica sites, where it names port 0 for them."""
    open_ports = [host for host, address in config.fetch.resolve.items() if address.endswith(":0")]
    if not open_ports:
        yield config
        return
    from pipeline.demo.sites import county_sites, serve

    with serve(county_sites()) as served:
        resolve = {
            host: f"{address[:-1]}{served.port}" if host in open_ports else address
            for host, address in config.fetch.resolve.items()
        }
        yield replace(config, fetch=replace(config.fetch, resolve=MappingProxyType(resolve)))


def _fetch_into(config: Config, *, limit: int | None, refresh: bool, from_warc: Path | None) -> int:
    folder = config.output.folder
    try:
        (folder / RAW).mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OutputError(f"{folder / RAW}: the folder cannot be made: {exc.strerror or exc}") from exc
    sites = read_sites(config.sites.files)
    settings = _settings(config)
    with open_state(folder) as frontier:
        with frontier.transaction():
            _add_sites(frontier, sites)
            frontier.forget_robots(time.time() - ROBOTS_SECONDS)
            if from_warc is None:
                later = datetime.now(UTC) - timedelta(seconds=_DEFERRED_SECONDS)
                frontier.take_up_deferred(later.strftime("%Y-%m-%dT%H:%M:%SZ"), time.time())
            if refresh:
                frontier.look_again()
        with ExitStack() as stack:
            archive = stack.enter_context(_opened(folder / RAW / _WARC, frontier))
            ask: Ask = (
                _replay(from_warc) if from_warc else stack.enter_context(Client(settings, transports=frontier.transports())).ask
            )
            pace = (0.0, 0.0) if from_warc else (config.fetch.delay, config.fetch.jitter)
            hours = Hours() if from_warc else Hours.parse(config.fetch.hours)
            lists = ListReader(frontier, archive, sites, frozenset(config.fetch.years))
            crawl = Crawl(frontier, settings.user_agent, _token(folder), lists)
            progress = stack.enter_context(counter("fetched"))
            hosts = 1 if from_warc else config.fetch.hosts
            clock, sleep = _own_time() if from_warc else (time.time, time.sleep)
            fetcher = Fetcher(frontier, archive, crawl, ask, *pace, hosts, hours, clock, sleep, random.random, progress)
            return fetcher.run(limit)


def _own_time() -> tuple[Callable[[], float], Callable[[float], None]]:
    """A clock that is put forward instead of waiting: an archive need not be treated as its hosts asked to be."""
    slept = [0.0]
    return lambda: time.time() + sum(slept), slept.append


def _replay(path: Path) -> Ask:
    from scrapers.replay import Replay

    if not path.exists():
        raise UsageError(f"{path}: there is no such archive")
    try:
        return Replay(sorted(path.glob("*.warc.gz")) if path.is_dir() else [path])
    except ArchiveError as exc:
        raise OutputError(str(exc)) from exc


def _token(folder: Path) -> str:
    """What makes the address that surely does not exist: the same in every run into one folder, so that a replay has it."""
    return hashlib.sha256(folder.name.encode()).hexdigest()[:16]


def status(config_file: Path | None, output: Path | None, *, as_json: bool) -> int:
    """Print what became of each list; returns the exit code."""
    config = find_config(config_file, output)
    if not (config.output.folder / STATE_NAME).is_file():
        raise UsageError(f"{config.output.folder}: nothing was fetched into this folder; `gongkai fetch` does it")
    ended = how_it_ended(config.output.folder)
    if as_json:
        out().write(json.dumps(ended.lists, ensure_ascii=False, indent=1) + "\n")
    else:
        _print_matrix(ended.lists)
    return ended.exit_code


def retry(config_file: Path | None, output: Path | None, reasons: Sequence[str]) -> int:
    """Ask again only what has failed, by reason; returns the exit code."""
    config = find_config(config_file, output)
    if not (config.output.folder / STATE_NAME).is_file():
        raise UsageError(f"{config.output.folder}: nothing was fetched into this folder; `gongkai fetch` does it")
    with open_state(config.output.folder) as frontier, frontier.transaction():
        changed = frontier.retry(reasons)
    say(f"{changed} lists and addresses are asked again")
    return fetch(config_file, output)


@contextmanager
def open_state(folder: Path) -> Iterator[Frontier]:
    """The state of a crawl. Raises OutputError when it cannot be opened."""
    import sqlite3

    try:
        (folder / STATE_NAME).parent.mkdir(parents=True, exist_ok=True)
        with Frontier(folder / STATE_NAME) as frontier:
            yield frontier
    except (sqlite3.Error, OSError, ValueError) as exc:
        said = f"{shown(str(folder / STATE_NAME))}: the state of the crawl cannot be kept: {exc}"
        if getattr(exc, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            said += "; what was fetched before is kept: make room on the disk and run the same command again"
        raise OutputError(said) from exc


@contextmanager
def _opened(path: Path, frontier: Frontier) -> Iterator[Archive]:
    try:
        with Archive(path, end=frontier.archive_length(path.name)) as archive:
            yield archive
    except ArchiveError as exc:
        raise OutputError(str(exc)) from exc


def _settings(config: Config) -> Settings:
    fetch_ = config.fetch
    try:
        return Settings(
            version=program_version(), contact=config.contact, timeout_connect=fetch_.timeout_connect,
            timeout_read=fetch_.timeout_read, timeout_total=fetch_.timeout_total, max_bytes=fetch_.max_bytes,
            allowed_networks=tuple(ip_network(item) for item in fetch_.allowed_networks), ca_file=fetch_.ca_file,
            resolve=MappingProxyType(dict(fetch_.resolve)),
        )  # fmt: skip
    except ValueError as exc:
        raise ConfigError(f"{config.file}: fetch: {exc}") from exc


def _add_sites(frontier: Frontier, sites: Sequence[Site]) -> None:
    for site in sites:
        url = site.list_url or site.home_url
        frontier.add_list(url, host_key(url), kind="list" if site.list_url else "home", site=site)


def _tell_due(config: Config) -> int:
    """What a run would begin with, without asking anything."""
    sites = read_sites(config.sites.files)
    print_table(
        ("host", "address"), [(host_key(site.list_url or site.home_url), site.list_url or site.home_url) for site in sites]
    )
    return 0


def _print_matrix(rows: Sequence[Mapping[str, object]]) -> None:
    years = sorted({year for row in rows for year in dict(row["years"])})  # type: ignore[call-overload]
    heading = ("county", "list", "status", *years)
    lines = []
    for row in rows:
        counts: dict[str, int] = row["years"]  # type: ignore[assignment]
        lines.append(
            (
                str(row["county_code"] or ""),
                str(row["list_url"]),
                str(row["status"]),
                *(str(counts.get(year, "")) for year in years),
            )
        )
    print_table(heading, lines)
