"""One crawl that is killed fifty times: its exports are those of an unbroken run, and nothing is asked twice without cause."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from crawls import write_configuration

from pipeline.commands.fetch import RAW
from pipeline.demo.sites import Asked, Site, replica, serve
from scrapers.archive import read_snapshots

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}

WARC = "gongkai-00001.warc.gz"
KILLS = 50
SECONDS_A_PAGE = 0.12
LONGEST_LIFE_S = 0.4
ON_THE_WAY_S = 2.0
BROKEN_FIRST = (0, 503)
"""What these counties answer to one request of some pages: they hang up, or are busy."""

AT_REQUEST = {"reports": ["fetched_at"], "coverage": ["first_checked", "last_checked"]}
"""The columns that say when something was asked; everything else of two runs is the same (`contracts.md`)."""

LIVES = """
import os, sys
from pathlib import Path
from pipeline.commands.fetch import fetch
from scrapers.family import families
families()
for line in sys.stdin:
    folder = Path(line.rstrip())
    life = os.fork()
    if not life:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os._exit(fetch(folder / "gongkai.toml", folder / "output"))
    print(life, flush=True)
    print(os.waitpid(life, 0)[1], flush=True)
"""
"""A program that has imported everything and runs `gongkai fetch` in a child for every folder that it reads: a life costs no start."""


def county(family: str) -> Site:
    """A county with enough reports for fifty lives, whose lists all end complete: no finding holds a day."""
    return replica(
        {"trs": 31, "hanweb": 32, "static": 33}[family], family, total_off=0, stubs=0, jpaas_pages="json", flaky=True, robots="absent",
        departments=("财政局", "民政局", "司法局", "教育局", "水利局", "统计局", "审计局"), townships=("石桥镇", "云溪乡", "望溪镇", "松泊镇", "麦坪乡"),
    )  # fmt: skip


@contextmanager
def lives(folder: Path) -> Iterator[Callable[[float, bool], float]]:
    """
    A function that has `gongkai fetch` run in a folder for so many seconds, from the first answer that it keeps on where that is
    wanted; then kills it, and says when that was.
    """
    program = subprocess.Popen(
        [sys.executable, "-c", LIVES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=folder
    )
    assert program.stdin is not None
    assert program.stdout is not None
    asking, told = program.stdin, program.stdout

    def size() -> int:
        return archive_in(folder).stat().st_size if archive_in(folder).exists() else 0

    def live(seconds: float, from_first: bool) -> float:
        before, latest = size(), time.monotonic() + 60
        asking.write(f"{folder}\n")
        asking.flush()
        life = int(told.readline())
        while from_first and size() <= before and time.monotonic() < latest:
            time.sleep(0.01)
        time.sleep(seconds)
        os.kill(life, signal.SIGKILL)
        status = int(told.readline())
        assert os.WIFSIGNALED(status), f"it had ended by itself, with status {status}"
        return time.monotonic()

    with program:
        yield live


def archive_in(folder: Path) -> Path:
    return folder / "output" / RAW / WARC


def run(folder: Path) -> int:
    command = [sys.executable, "-m", "gongkai", "run", "--config", str(folder / "gongkai.toml")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, env=ENVIRONMENT, check=False)
    assert done.returncode in (0, 3), done.stderr
    return done.returncode


@pytest.mark.slow
def test_fifty_kills_cost_nothing(tmp_path: Path) -> None:
    sites, chance = [county(family) for family in ("trs", "hanweb", "static")], Random(50)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    with serve(sites, counts_visits=False) as served:
        whole.mkdir()
        write_configuration(whole, sites, served.resolve, delay=0.0)
        code = run(whole)
    with serve(sites, counts_visits=False, pause=SECONDS_A_PAGE) as served:
        broken.mkdir()
        write_configuration(broken, sites, served.resolve, delay=0.0)
        with lives(broken) as live:
            # Half of the lives may end before they have asked anything, the others after they have kept an answer.
            deaths = [live(LONGEST_LIFE_S * chance.random(), bool(number % 2)) for number in range(KILLS)]
        reached = {(line.host, line.target, line.form) for line in served.log}
        served.pause = 0.0
        assert run(broken) == code
        assert_nothing_twice(served.log, deaths)
        assert len(reached) > KILLS // 3  # every second life kept an answer
    assert_same_exports(whole / "output", broken / "output")
    kept = [
        sorted(
            (shot.url, shot.status, shot.place, shot.body_sha256)
            for shot in read_snapshots(archive_in(folder))
            if shot.status != 503
        )
        for folder in (whole, broken)
    ]
    assert kept[0] == kept[1]


def assert_nothing_twice(log: Sequence[Asked], deaths: Sequence[float]) -> None:
    """
    What had an answer is asked again only if it was the last request to its host before a death: the one that was under way.

    Each death excuses one request of a host. A request may reach the server a little after its sender has died.
    """
    by_host = sorted(log, key=lambda line: (line.host, line.started))
    repeats = 0
    for _, lines in groupby(by_host, key=lambda line: line.host):
        had: dict[tuple[str, str, str], Asked] = {}
        before, excuses = None, list(deaths)
        for line in lines:
            key = line.method, line.target, line.form
            if key in had:
                assert had[key] is before, line
                excuse = max((death for death in excuses if death < line.started), default=0.0)
                assert excuse > had[key].started - ON_THE_WAY_S, line
                excuses.remove(excuse)
                repeats += 1
            before = line
            if line.status not in BROKEN_FIRST:
                had[key] = line
    assert repeats  # else nothing was killed under way


def assert_same_exports(whole: Path, broken: Path) -> None:
    names = sorted(path.name for path in whole.iterdir() if path.is_file())
    assert names == sorted(path.name for path in broken.iterdir() if path.is_file())
    for name in names:
        stem, _, kind = name.partition(".")
        if name == "manifest.json":
            continue
        if name == "datapackage.json":
            assert package(whole / name) == package(broken / name)
        elif stem not in AT_REQUEST:
            assert (whole / name).read_bytes() == (broken / name).read_bytes(), name
        elif kind == "csv":
            assert rows(whole / name, AT_REQUEST[stem]) == rows(broken / name, AT_REQUEST[stem]), name
        else:
            kept = [pd.read_parquet(folder / name).drop(columns=AT_REQUEST[stem]) for folder in (whole, broken)]
            pd.testing.assert_frame_equal(kept[0], kept[1])


def package(path: Path) -> dict[str, Any]:
    """The description of the tables, without the digests of those that hold the time of a request."""
    described: dict[str, Any] = json.loads(path.read_bytes())
    for resource in described["resources"]:
        if resource["path"].partition(".")[0] in AT_REQUEST:
            del resource["hash"], resource["bytes"]
    return described


def rows(path: Path, without: Sequence[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: value for key, value in row.items() if key not in without} for row in csv.DictReader(file)]
