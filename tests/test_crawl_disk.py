"""A disk that fills up while a crawl writes: one clear line, nothing lost that was said to be done, and it goes on with space."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from crawls import assert_ended, assert_found, configured, write_configuration
from servers import CountyServer
from test_crawl_faults import county

from pipeline.commands.fetch import RAW, fetch_into, open_state
from pipeline.config import Config
from pipeline.demo.sites import Site
from pipeline.errors import OutputError
from scrapers.archive import Archive, read_snapshots


@dataclass
class Crawled:
    """A county on a server, and runs of `gongkai fetch` for it as a program of its own."""

    folder: Path
    site: Site
    server: CountyServer
    config: Config

    def fetch(
        self, before: Callable[[], None] | None = None, *, command: str = "fetch"
    ) -> tuple[int, list[str], list[tuple[str, str]]]:
        """The exit code, the lines on stderr, and what was asked; `before` is called in the program's process."""
        asked = len(self.server.targets)
        done = subprocess.run(
            [sys.executable, "-m", "gongkai", command, "--config", str(self.folder / "gongkai.toml")], cwd=self.folder, capture_output=True, text=True, timeout=120, check=False, preexec_fn=before,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )  # fmt: skip
        return done.returncode, done.stderr.splitlines(), self.server.targets[asked:]

    def had(self) -> set[str]:
        """The addresses that the state says were had; every record that it names is whole."""
        with open_state(self.config.output.folder) as frontier:
            addresses = [*frontier.addresses("article"), *frontier.addresses("companion")]
            lengths = frontier.archive_length("gongkai-00001.warc.gz")
            kept = [frontier.snapshot(item.snapshot) for item in addresses if item.state == "done" and item.snapshot]
        archive = self.config.output.folder / RAW / "gongkai-00001.warc.gz"
        assert not lengths or archive.stat().st_size >= lengths
        for row in kept:
            assert next(read_snapshots(archive, start=row["offset"])).body_sha256 == row["sha256"]
        return {row["url"] for row in kept}

    def assert_stopped(self, done: tuple[int, list[str], list[tuple[str, str]]]) -> None:
        code, lines, _ = done
        assert code == 1
        assert [line for line in lines if not line.startswith("fetched: ")] == lines[-1:]
        assert lines[-1].startswith("gongkai: output/raw/")
        assert "what was fetched before is kept: make room" in lines[-1]

    def assert_goes_on(self) -> None:
        had, before = self.had(), {f"http://{host}{target}" for host, target in self.server.targets}
        code, lines, asked = self.fetch()
        assert (code, "gongkai:" in " ".join(lines)) == (3, False)  # a row of the county leads nowhere
        again = {f"http://{host}{target}" for host, target in asked}
        assert not again & had
        assert len(again & before) <= 1
        assert_ended(self.config, [self.site])
        assert_found(self.config, [self.site])


@pytest.fixture
def crawled(tmp_path: Path) -> Iterator[Crawled]:
    site = county((2020, 2021, 2022, 2023))
    server = CountyServer([site])
    resolve = {site.host: f"127.0.0.1:{server.port}"}
    write_configuration(tmp_path, [site], resolve, delay=0.0)
    yield Crawled(tmp_path, site, server, configured(tmp_path, [site], resolve))
    server.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], None]]:
    """Put a disk of so many kilobytes where the output goes; called again, it is one of another size."""
    output = tmp_path / "output"
    output.mkdir()
    mounted: list[int] = []

    def of_size(kilobytes: int) -> None:
        again = ["-o", f"remount,size={kilobytes}k", str(output)]
        first = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(output)]
        done = subprocess.run(["mount", *(again if mounted else first)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
        mounted.append(kilobytes)

    yield of_size
    if mounted:
        subprocess.run(["umount", str(output)], check=True)


@pytest.mark.parametrize("kilobytes", [220, *(pytest.param(size, marks=pytest.mark.slow) for size in (60, 320, 430))])
def test_a_full_disk(kilobytes: int, crawled: Crawled, small_disk: Callable[[int], None]) -> None:
    small_disk(kilobytes)
    crawled.assert_stopped(crawled.fetch())
    small_disk(50_000)
    crawled.assert_goes_on()


@pytest.mark.parametrize("kilobytes", [100, *(pytest.param(size, marks=pytest.mark.slow) for size in (20, 300))])
def test_files_that_may_not_grow(kilobytes: int, crawled: Crawled) -> None:
    crawled.assert_stopped(crawled.fetch(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10,) * 2)))
    crawled.assert_goes_on()


@pytest.mark.parametrize("number", [4, *(pytest.param(at, marks=pytest.mark.slow) for at in (1, 7))])
def test_a_record_that_is_written_by_half(number: int, crawled: Crawled, monkeypatch: pytest.MonkeyPatch) -> None:
    write, written = Archive._write, 0

    def until_full(self: Archive, block: bytes) -> None:
        nonlocal written
        written += 1
        write(self, block if written < number else block[: len(block) // 2])
        if written >= number:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "_write", until_full)
        with pytest.raises(OutputError, match=r"No space left on device; .* is kept: make room and run the same command again"):
            fetch_into(crawled.config)
    assert len(crawled.server.targets) == number
    crawled.assert_goes_on()


@pytest.mark.slow
def test_a_disk_that_is_full_when_the_tables_are_written(crawled: Crawled, small_disk: Callable[[int], None]) -> None:
    small_disk(2_000)
    code, lines, asked = crawled.fetch(command="run")
    assert (code, lines[-1].startswith("gongkai: output: the output cannot be written: No space left")) == (1, True), lines
    assert asked
    small_disk(400_000)
    code, lines, asked = crawled.fetch(command="run")
    assert (code, asked) == (3, []), lines
    assert (crawled.config.output.folder / "facts.csv").is_file()
