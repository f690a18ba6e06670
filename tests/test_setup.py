"""The set-up as a stranger does it: a fresh copy, `make run`, and `make run` again."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

ONCE = ("raw", "manifest.json")
"""Names in the output folder that hold the time of the run, as contracts.md allows."""


MOMENTS = {"reports.csv", "reports.parquet", "coverage.csv", "coverage.parquet", "datapackage.json", "shards/index.jsonl"}
"""Files that say when each page was fetched."""


def without_moments(folder: Path) -> list[dict[str, str]]:
    """The rows of `reports` and `coverage` without the times of the requests."""
    rows = []
    for name in ("reports.csv", "coverage.csv"):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            rows += list(csv.DictReader(file))
    moments = ("fetched_at", "first_checked", "last_checked")
    return [{key: value for key, value in row.items() if key not in moments} for row in rows]


def fresh_copy(root: Path, to: Path) -> Path:
    """What git would give a stranger, in a folder of its own."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=root, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, to / name)
    return to


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that must be the same in each run, by its name in the folder."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in ONCE
    }


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The command, done in the folder without what this session's virtual environment sets."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "PYTEST_", "MAKE", "MFLAGS"))
    }
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=1500)


@pytest.mark.slow
def test_a_fresh_copy_runs_and_runs_again_to_the_same_bytes(root: Path, tmp_path: Path, need: Callable[[str], Path]) -> None:
    make = str(need("make"))
    copy = fresh_copy(root, tmp_path / "copy")
    first = run([make, "run"], copy)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "The output lies in" in first.stdout
    output = copy / "output"
    before = digests(output)
    assert {"facts.csv", "facts.parquet", "reports.csv", "findings.csv", "checks.csv"} <= before.keys()
    second = run([make, "run"], copy)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Installing" not in second.stdout, "a second run installs nothing"
    assert digests(output) == before

    elsewhere = run([str(copy / ".venv/bin/gongkai"), "run", "--output", str(tmp_path / "again")], copy)
    assert elsewhere.returncode in (0, 3), elsewhere.stderr
    again = digests(tmp_path / "again")
    assert again.keys() == before.keys() - {".gitkeep"}
    assert {name for name in again if again[name] != before[name]} <= MOMENTS  # it was fetched anew, at another time
    assert without_moments(tmp_path / "again") == without_moments(output)


@pytest.mark.parametrize(("code", "passes"), [(0, True), (3, True), (1, False), (2, False)])
def test_only_exit_0_and_3_of_the_program_pass(
    root: Path, tmp_path: Path, need: Callable[[str], Path], code: int, passes: bool
) -> None:
    shutil.copy2(root / "Makefile", tmp_path)
    program = tmp_path / ".venv" / "bin" / "gongkai"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nexit {code}\n", "utf-8")
    program.chmod(0o755)
    for name in ("requirements.lock", "pyproject.toml", ".venv/.made", ".venv/.core"):
        (tmp_path / name).touch()
    done = run([str(need("make")), "run"], tmp_path)
    assert (done.returncode == 0) is passes
    assert ("The output lies in" in done.stdout) is passes


def test_without_a_python_new_enough_the_message_says_what_to_do(root: Path, tmp_path: Path, need: Callable[[str], Path]) -> None:
    make = str(need("make"))
    shutil.copy2(root / "Makefile", tmp_path)
    done = subprocess.run(
        [make, "run"], cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert "needs Python 3.11" in done.stderr
