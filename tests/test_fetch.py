"""What a run owes to its archive and its state, whatever comes in at once; and that lean trees say what whole ones say."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from crawls import configured, content

from parsers.raw.charset import decode
from pipeline.commands.fetch import RAW, fetch_into
from pipeline.demo.sites import replica, serve
from scrapers._tree import lean_soup_of, soup_of, tags_in, text_of, visible
from scrapers.archive import read_exchanges
from scrapers.frontier import Frontier

FIXTURES = sorted(Path(__file__).with_name("fixtures").rglob("*.htm*"))


def test_what_is_said_to_be_had_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, answers, said = [0], [0], [0]
    fsync, keep, note = os.fsync, Frontier.keep_archive_length, Frontier.add_snapshot

    def syncing(descriptor: int) -> None:
        fsync(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    def keeping(self: Frontier, name: str, length: int) -> None:
        assert length == synced[-1]
        said.append(length)
        keep(self, name, length)

    def noting(self: Frontier, address: int | None, **values: Any) -> int:
        assert values["offset"] < synced[-1]
        answers[0] += 1
        return note(self, address, **values)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Frontier, "keep_archive_length", keeping)
    monkeypatch.setattr(Frontier, "add_snapshot", noting)
    sites = [replica(seed, "static", years=(2022, 2023)) for seed in range(4)]
    with serve(sites) as served:
        config = configured(tmp_path, sites, dict(served.resolve))
        fetch_into(config)
    archive = next((config.output.folder / RAW).iterdir())
    assert said[-1] == archive.stat().st_size
    assert len(list(read_exchanges(archive))) == answers[0] > 20
    assert said == sorted(said)


def test_answers_that_come_together_are_brought_to_disk_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = [0]
    fsync = os.fsync

    def syncing(descriptor: int) -> None:
        syncs[0] += 1
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", syncing)
    sites = [replica(seed, "trs", years=(2022, 2023)) for seed in range(8)]
    with serve(sites) as served:
        asked = fetch_into(configured(tmp_path, sites, dict(served.resolve)))
    assert 0 < syncs[0] < asked * 0.9


def test_no_thread_is_left(tmp_path: Path) -> None:
    sites = [replica(1, "static", years=(2023,))]
    with serve(sites) as served:
        config = configured(tmp_path, sites, dict(served.resolve))
        before = set(threading.enumerate())
        fetch_into(config)
        for thread in set(threading.enumerate()) - before:
            thread.join(5)
            assert not thread.is_alive() or "_ask" not in thread.name


def test_a_run_with_limits_has_what_one_without_has(tmp_path: Path) -> None:
    sites = [replica(3, "static", years=(2022, 2023))]
    found = []
    for limit in (None, 7):
        (tmp_path / str(limit)).mkdir()
        with serve(sites) as served:  # anew: its pages count their visits
            config = configured(tmp_path / str(limit), sites, dict(served.resolve))
            while fetch_into(config, limit=limit) == limit:
                pass
        found.append(content(config))
    assert found[0] == found[1] != []


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.parent.name)
def test_a_lean_tree_has_the_text_and_the_links_of_a_whole_one(path: Path) -> None:
    text = decode(path.read_bytes()).text
    lean, whole = lean_soup_of(text), soup_of(text)
    assert list(visible([lean])) == list(visible([whole]))
    assert text_of(lean) == text_of(whole)
    for names in (("a",), ("img",), ("script",), ("iframe", "frame"), ("h1", "h2", "h3"), ("li",), ("table",)):
        assert [text_of(tag, " ").split() for tag in tags_in(lean, *names)] == [
            text_of(tag, " ").split() for tag in tags_in(whole, *names)
        ]
    assert len(tags_in(lean, "td", "tr", "p", "span")) <= len(tags_in(whole, "td", "tr", "p", "span"))
