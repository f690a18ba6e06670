"""What parse, audit, export, explain and run share: from arguments to the results of a run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.report import Report
from pipeline.audit import Rules, load_rules
from pipeline.bodies import Settled, body_of
from pipeline.commands.screen import counter, say
from pipeline.config import CONFIG_NAME, Config, Parse, load_config
from pipeline.errors import OutputError, UsageError
from pipeline.inputs import Input, gather, shown
from pipeline.job import Limits
from pipeline.manifest import read_manifest
from pipeline.pool import Pool
from pipeline.run import Dataset, read_all
from pipeline.shards import Shards, is_output
from pipeline.workers import Executor

if TYPE_CHECKING:
    from pipeline.crawled import Crawled

__all__ = [
    "BUNDLED",
    "STATE_NAME",
    "bundled",
    "crawl_into",
    "dataset_of",
    "find_config",
    "find_inputs",
    "find_rules",
    "kept_dataset",
    "read_into",
    "scratch",
    "workers_of",
]

STATE_NAME = "raw/state.sqlite"
"""The state of a crawl in its output folder, beside the archive that it belongs to."""

BUNDLED = "demo"
"""How the sources of the bundled reports begin: the same on every machine."""


def find_config(file: Path | None, output: Path | None) -> Config:
    """The configuration: a file that was named, else gongkai.toml in the working folder, else the defaults."""
    if file is not None and not file.is_file():
        raise UsageError(f"{shown(str(file))}: there is no such configuration")
    found = file or (Path(CONFIG_NAME) if Path(CONFIG_NAME).is_file() else None)
    return load_config(found, os.environ).to_output(output)


def find_rules(file: Path | None, config: Config | None) -> Rules:
    """The rules: a file that was named, else rules.toml beside the configuration, else the defaults."""
    beside = config.file.with_name("rules.toml") if config is not None and config.file is not None else None
    return load_rules(file or (beside if beside is not None and beside.is_file() else None))


def find_inputs(paths: Sequence[Path], manifest: Path | None) -> Iterator[Input]:
    """The inputs of paths, then of a manifest; a file that both name takes what the manifest says, and is one input."""
    listed = [] if manifest is None else list(read_manifest(manifest))
    rows = {os.path.realpath(item.path): item for item in listed if item.path is not None}
    met: set[str] = set()
    for item in gather(paths, hints=rows, stdin=sys.stdin.buffer if Path("-") in paths else None):
        if item.path is not None:
            met.add(os.path.realpath(item.path))
        yield item
    yield from (item for item in listed if item.path is None or os.path.realpath(item.path) not in met)


def bundled() -> list[Input]:
    """The reports that come with the program. Raises UsageError when this copy has none."""
    folder = Path(str(files("pipeline") / "demo" / "reports"))
    found = [item for item in gather([folder]) if item.path is not None] if folder.is_dir() else []
    if not found:
        raise UsageError("this copy of the program brings no reports; name files or folders: gongkai run PATH…")
    return [replace(item, name=f"{BUNDLED}/{item.path.relative_to(folder).as_posix()}") for item in found if item.path]


@contextmanager
def dataset_of(
    inputs: Iterable[Input], rules: Rules, limits: Parse, *, settle: Callable[[Report], Settled] | None = None
) -> Iterator[Dataset]:
    """
    The results of inputs, read now; what is kept of them while they are read goes away afterwards.

    Without `settle` no registry is needed, and nothing is compared across years and bodies.
    """
    with scratch() as folder:
        yield read_into(inputs, Shards(folder), rules, limits, settle=settle)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that goes away afterwards. Raises OutputError where none can be made."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="gongkai-")
    except OSError as exc:
        raise OutputError(f"no temporary folder can be made: {exc.strerror or exc}; set TMPDIR") from exc
    with folder as name:
        yield Path(name)


def workers_of(limits: Parse) -> AbstractContextManager[Executor]:
    """What carries out the reading: worker processes, which end when the context does."""
    return Pool(Limits(limits.seconds, limits.megabytes), limits.workers)


def read_into(
    inputs: Iterable[Input], shards: Shards, rules: Rules, limits: Parse, *, settle: Callable[[Report], Settled] | None
) -> Dataset:
    """The results of inputs, read where no earlier run with these shards has read them, each within the limits."""
    with workers_of(limits) as executor, counter("read") as progress:
        entries = read_all(inputs, shards, executor=executor, progress=progress)
    return Dataset(entries, shards, rules, _notice, settle=settle)


def kept_dataset(folder: Path, rules: Rules) -> Dataset:
    """The results that lie in an output folder. Raises UsageError when no complete run does."""
    if not is_output(folder):
        raise UsageError(f"{shown(str(folder))}: no complete run lies in this folder; `gongkai run --output` makes one")
    shards = Shards(folder / "shards")
    return Dataset(shards.read_index(), shards, rules, _notice, crawl_into(folder), body_of)


def crawl_into(folder: Path) -> Crawled | None:
    """What the crawl into an output folder knows; None where nothing was fetched."""
    if not (folder / STATE_NAME).is_file():
        return None
    from pipeline.crawled import crawled

    return crawled(folder / STATE_NAME)


def _notice(address: str, status: str, reason: str) -> None:
    say(f"{shown(address)}: {status}: {reason}")
