"""Batches and shards: whole or not at all, found again, and a batch that dies takes one document with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from samples import parse_all, sample_text

from parsers.errors import ReadStatus
from parsers.report import Report, Unread
from parsers.source import Hints, Source
from pipeline import shards as shards_module
from pipeline.errors import OutputError, UsageError
from pipeline.inputs import Input
from pipeline.run import read_all
from pipeline.shards import Shards
from pipeline.workers import InProcess, Read, Task, carry, cut


@pytest.fixture
def items() -> list[Input]:
    return [Input.of(Source(sample_text(unit=f"{number}局").encode(), f"{number}.txt")) for number in range(5)]


class Counting:
    """Reads inputs and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, item: Input) -> list[Report | Unread]:
        self.asked.append(item.name)
        return list(parse_all(item.open()))


class Mortal(InProcess):
    """A worker that dies of one document, without a word."""

    def __init__(self, deadly: str) -> None:
        self.deadly = deadly
        self.sizes: list[int] = []

    def submit(self, task: Task, batch: tuple[Input, ...], folder: Path, read: Read) -> None:
        self.sizes.append(len(batch))
        if self.deadly not in {item.name for item in batch}:
            task(batch, folder, read)


def results(items: Sequence[Input], shards: Shards, placed: dict[str, str]) -> list[Report | Unread]:
    return [result for item in items for result in shards.read(placed[item.key], item.key)]


def test_batches_are_cut_in_order(items: list[Input]) -> None:
    assert [len(batch) for batch in cut(items, 2)] == [2, 2, 1]


def test_a_shard_holds_reports_without_loss_and_is_found_again(items: list[Input], tmp_path: Path) -> None:
    shards, read = Shards(tmp_path / "shards"), Counting()
    placed = dict(carry(items, shards, read, InProcess(), size=2))
    assert results(items, shards, placed) == [next(parse_all(item.open())) for item in items]
    assert len(list(shards.folder.iterdir())) == 3
    carry(items, shards, read, InProcess(), size=2)
    assert read.asked == [item.name for item in items]


def test_a_killed_run_goes_on_where_it_was(items: list[Input], tmp_path: Path) -> None:
    shards, read = Shards(tmp_path), Counting()
    placed = dict(carry(items, shards, read, InProcess(), size=2))
    (tmp_path / placed[items[4].key]).unlink()  # what the killed run did not come to
    (tmp_path / ".half.jsonl.1.part").write_text('{"input":')
    carry(items, shards, read, InProcess(), size=2)
    assert read.asked[5:] == ["4.txt"]


def test_a_new_file_does_not_make_the_others_be_read_again(items: list[Input], tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    read_all([item for item in items if item.name != "2.txt"], shards)
    read = Counting()
    carry(items, shards, read, InProcess())
    assert read.asked == ["2.txt"]


def test_another_program_or_other_hints_read_again(items: list[Input], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = Shards(tmp_path)
    before = shards.name_of(items)
    assert shards.name_of(items[:4]) != before
    hinted = Input.of(Source(items[0].open().data, "0.txt", hints=Hints(year=2020)))
    assert shards.name_of([hinted, *items[1:]]) != before
    for name in ("program_version", "code_digest", "forms_digest"):
        with monkeypatch.context() as patch:
            patch.setattr(shards_module, name, lambda: "other")
            assert shards.name_of(items) != before


def test_a_batch_that_dies_is_split_and_one_document_quarantined(items: list[Input], tmp_path: Path) -> None:
    shards, worker = Shards(tmp_path), Mortal("3.txt")
    placed = dict(carry(items, shards, Counting(), worker))
    found = results(items, shards, placed)
    assert [str(result.status) for result in found] == ["read", "read", "read", "quarantined", "read"]
    assert worker.sizes == [5, 1, 1, 1, 1, 1]


def test_progress_counts_inputs(items: list[Input], tmp_path: Path) -> None:
    told: list[int] = []
    carry(items, Shards(tmp_path), Counting(), InProcess(), size=2, progress=told.append)
    assert told == [0, 2, 4, 5]


def test_what_was_damaged_is_said_and_never_skipped(items: list[Input], tmp_path: Path) -> None:
    placed = dict(carry(items, Shards(tmp_path), Counting(), InProcess()))
    shard = tmp_path / placed[items[0].key]
    shard.write_text(shard.read_text("utf-8").replace('"facts"', '"fcats"', 1), "utf-8")
    with pytest.raises(OutputError, match="damaged"):
        Shards(tmp_path).read(shard.name, items[0].key)
    shard.unlink()
    with pytest.raises(OutputError, match="cannot be read"):
        Shards(tmp_path).read(shard.name, items[0].key)


def test_the_index_says_when_there_was_no_run_or_it_was_damaged(items: list[Input], tmp_path: Path) -> None:
    shards = Shards(tmp_path / "shards")
    with pytest.raises(UsageError, match="no complete run"):
        shards.read_index()
    entries = read_all(items, shards)
    assert shards.read_index() == entries
    (tmp_path / "shards" / "index.jsonl").write_text("{}\n{}\n")
    with pytest.raises(OutputError, match="damaged"):
        shards.read_index()


def test_a_full_disk_is_one_clear_error(items: list[Input], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        carry(items, Shards(tmp_path), Counting(), InProcess())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_clear_error(items: list[Input], tmp_path: Path) -> None:
    (tmp_path / "shards").write_text("a file stands in the way")
    with pytest.raises(OutputError, match="cannot be made"):
        carry(items, Shards(tmp_path / "shards"), Counting(), InProcess())


def test_nothing_of_an_input_is_lost_when_its_shard_holds_an_unread(tmp_path: Path) -> None:
    unread = Unread("a.txt", "0" * 64, "text/plain", 3, ReadStatus.NOT_A_REPORT, "not a report\nsecond line")
    item = Input.of(Source(b"abc", "a.txt"))
    shards = Shards(tmp_path)
    shards.write("x.jsonl", [(item, unread)])
    assert shards.read("x.jsonl", item.key) == [unread]
    shutil.rmtree(tmp_path)
