"""Batches and shards: whole or not at all, found again, and a batch that dies takes one document with it."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from samples import parse_all, sample_text

from parsers.errors import ReadStatus
from parsers.report import Report, Unread
from parsers.source import Hints, Source
from pipeline import run as run_module
from pipeline import shards as shards_module
from pipeline.errors import OutputError, PipelineError, UsageError
from pipeline.inputs import Input, refuse
from pipeline.job import Job, Limits
from pipeline.pool import Pool
from pipeline.run import read_all
from pipeline.shards import Shards
from pipeline.workers import Death, Ending, InProcess, carry, cut


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
        super().__init__()
        self.deadly = deadly
        self.sizes: list[int] = []

    def submit(self, job: Job) -> None:
        self.sizes.append(len(job.batch))
        if self.deadly in {item.name for item in job.batch}:
            self._ended.append(Ending(job, death=Death()))
        else:
            super().submit(job)


def results(items: Sequence[Input], shards: Shards, placed: dict[str, str]) -> list[Report | Unread]:
    return [result for item in items for result in shards.read(placed[item.key], item.key)]


def test_batches_are_cut_in_order(items: list[Input]) -> None:
    assert [len(batch) for batch in cut(items, 2)] == [2, 2, 1]


def test_what_may_take_long_goes_alone(tmp_path: Path) -> None:
    for name, head in (("a.pdf", b"%PDF-1.7"), ("b.html", b"<html>"), ("c.doc", b"<html>"), ("d.bin", b"\xd0\xcf\x11\xe0")):
        (tmp_path / name).write_bytes(head)
    items = [Input(str(path), path.name, path) for path in sorted(tmp_path.iterdir())]
    items += [Input.of(Source(b"\x89PNG", "e")), Input.of(Source(b"<html>", "f")), refuse("gone.pdf", ReadStatus.FAILED, "gone")]
    assert [len(batch) for batch in cut(items)] == [1, 1, 1, 4]


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
    assert worker.sizes == [5, 1, 1, 1, 1, 1, 1], "and it is tried once more, alone"


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


# --- worker processes -------------------------------------------------------------------------------

LIMITS = Limits(seconds=1.0, megabytes=200)
LATE = "it takes longer than 1 s to read, all that `seconds` of [parse] in gongkai.toml allows"
LARGE = "it takes more than 200 MB of memory to read, all that `megabytes` of [parse] in gongkai.toml allows"


def dangerous(source: Source) -> Iterator[Report | Unread]:
    """Stands in for parsers.parse_all, in a worker; some documents do harm."""
    text = source.data.decode()
    if text.startswith("ARCHIVE"):
        for member in text.split("\n---\n")[1:]:
            yield from dangerous(Source(member.encode(), f"{source.name}!/{len(member)}.txt"))
        return
    harm = HARM.get(text.split(" ")[0])
    if harm is not None:
        harm(source.name)
        text = sample_text()
    yield from parse_all(Source(text.encode(), source.name))


def hang(_: str) -> None:
    """In C, and no other thread of the process comes to its turn."""
    re.match("(a+)+$", "a" * 60 + "b")


def wait(_: str) -> None:
    time.sleep(600)


def eat(_: str) -> None:
    eaten = bytearray()
    while True:
        eaten += bytes(1_000_000)


def abort_when_refused(name: str) -> None:
    """What some C code does when it is refused memory."""
    try:
        eat(name)
    except MemoryError:
        time.sleep(0.3)  # the driver looks at the memory of its workers now and then
        os.abort()


def die_once(name: str) -> None:
    mark = Path(name)
    if not mark.exists():
        mark.touch()
        os.abort()


HARM: dict[str, Callable[[str], object]] = {
    "HANG": hang, "EAT": eat, "ABORT": abort_when_refused, "KILL": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "WAIT": wait, "EXIT": lambda _: os._exit(0), "ONCE": die_once,
}  # fmt: skip


def read_dangerous(item: Input) -> Iterator[Report | Unread]:
    run_module.__dict__["parse_all"] = dangerous
    return run_module.read_input(item)


def read_in_workers(
    texts: dict[str, str], folder: Path, workers: int = 2, size: int = 64, limits: Limits = LIMITS
) -> dict[str, tuple[str, str]]:
    """The status and reason of every result, by source."""
    items = [Input.of(Source(text.encode(), name)) for name, text in texts.items()]
    shards = Shards(folder)
    with Pool(limits, workers) as pool:
        placed = dict(carry(items, shards, read_dangerous, pool, size=size))
    found = results(items, shards, placed)
    return {result.source: (str(result.status), result.reason) for result in found}


def harmless(number: int) -> dict[str, str]:
    return {f"good{at}.txt": sample_text(unit=f"{at}局") for at in range(number)}


def test_what_hangs_or_eats_memory_or_kills_its_worker_takes_no_neighbour_along(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = list(harmless(6).items())
    bad = [("eat.txt", "EAT"), ("bug.txt", "BUG"), ("hang.txt", "HANG"), ("kill.txt", "KILL")]
    found = read_in_workers(dict([*good[:3], *bad, *good[3:]]), tmp_path / "shards")
    assert {name: status for name, (status, _) in found.items()} == {
        "eat.txt": "limit", "bug.txt": "failed", "hang.txt": "limit", "kill.txt": "quarantined",
    } | dict.fromkeys(dict(good), "read")  # fmt: skip
    assert found["hang.txt"][1] == LATE
    assert found["eat.txt"][1] == LARGE
    assert (
        found["kill.txt"][1] == "it ended the worker that read it by signal SIGKILL, twice; it was set aside and the rest went on"
    )
    (record,) = [record for record in caplog.records if record.name == "gongkai.run"]
    assert record.levelno == logging.ERROR
    assert "ZeroDivisionError: a bug in a reader" in record.getMessage(), "the log of the driver has the worker's traceback"


def test_c_code_that_dies_for_want_of_memory_has_passed_its_limit(tmp_path: Path) -> None:
    found = read_in_workers({"abort.txt": "ABORT"} | harmless(1), tmp_path / "shards")
    assert found == {"abort.txt": ("limit", LARGE), "good0.txt": ("read", "")}


def test_waiting_has_its_limit_too(tmp_path: Path) -> None:
    assert read_in_workers({"wait.txt": "WAIT"}, tmp_path / "shards", limits=Limits(seconds=0.2)) == {
        "wait.txt": ("limit", LATE.replace("1 s", "0.2 s"))
    }


def test_what_ended_its_worker_once_only_is_read(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    assert read_in_workers({mark: "ONCE"}, tmp_path / "shards") == {mark: ("read", "")}


def test_what_an_archive_gave_before_its_worker_died_is_kept(tmp_path: Path) -> None:
    members = [sample_text(unit="甲局"), sample_text(unit="乙乙局"), "HANG", sample_text(unit="丙丙丙局")]
    found = read_in_workers({"x.zip": "\n---\n".join(("ARCHIVE", *members))} | harmless(1), tmp_path / "shards")
    assert [status for status, _ in found.values()] == ["read", "read", "limit", "read"]
    assert found["x.zip"][1].startswith(
        "the rest of the archive was not read: what comes after its first 2 documents takes longer than 1 s"
    )


@pytest.mark.slow
def test_a_worker_that_leaves_without_a_word_is_missed(tmp_path: Path) -> None:
    found = read_in_workers({"exit.txt": "EXIT"} | harmless(1), tmp_path / "shards")
    assert found["exit.txt"][0] == "quarantined"
    assert "with exit code 0, twice" in found["exit.txt"][1]


def test_any_number_of_workers_leaves_the_same_bytes(tmp_path: Path) -> None:
    texts = {"empty.txt": ""} | harmless(8)
    for workers in (1, 2, 3):
        read_in_workers(texts, tmp_path / str(workers), workers, 4)
    kept = [{path.name: path.read_bytes() for path in (tmp_path / str(workers)).iterdir()} for workers in (1, 2, 3)]
    assert len(kept[0]) == 3
    assert kept[0] == kept[1] == kept[2]


def test_workers_leave_no_process_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with Pool(Limits(seconds=60), 2) as pool:
        pool.submit(Job((Input.of(Source(b"HANG", "hang.txt")),), tmp_path / "shards", "x.jsonl", read_dangerous))
        while not (pid := pool._workers[0].pid):
            time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()
    assert list((tmp_path / "tmp").glob("gongkai-*")) == []


def test_a_disk_that_is_full_in_a_worker_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "shards").write_text("a file stands in the way")
    with pytest.raises(OutputError, match="cannot be made"):
        read_in_workers(harmless(1), tmp_path / "shards")


def test_workers_that_cannot_begin_condemn_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.pool.begin_work", _refuse_to_begin)
    with pytest.raises(PipelineError, match="no worker process can be started"):
        read_in_workers(harmless(1), tmp_path / "shards")


def _refuse_to_begin(*_: object) -> None:
    raise OSError("not today")
