"""The program and its worker processes from outside: limits hold, and Ctrl-C leaves one line, no process and no file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "pipeline" / "demo" / "reports" / "上高县-2021-政府办.txt"


def program(*arguments: str, **more: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload, no-any-return]


def test_limits_hold_and_are_set_by_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_PARSE_SECONDS", "0.001")
    running = program("parse", str(REPORT), stdout=subprocess.PIPE)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out.count(b"\n")) == (3, 1)
    assert "limit: it takes longer than 0.001 s to read, all that `seconds` of [parse] in gongkai.toml allows" in err.decode()


def test_a_module_beside_the_documents_is_not_imported(tmp_path: Path) -> None:
    for name in ("lxml", "numpy", "multiprocessing"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('an evil module')", "utf-8")
    for name in ("a.pdf", "b.pdf"):  # so called they go to two workers
        (tmp_path / name).write_text(f"{REPORT.read_text('utf-8')}\n{name}\n", "utf-8")
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.append({str(ROOT)!r}); from pipeline.cli import main; main()"]
    environment = {**os.environ, "GONGKAI_PARSE_WORKERS": "2"}
    done = subprocess.run(
        [*command, "parse", "a.pdf", "b.pdf"], cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 201)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["typer", "numpy"])
def test_ctrl_c_while_modules_are_imported_is_one_line(module: str, tmp_path: Path) -> None:
    code = f"""
import os, signal, sys

class Interrupter:
    def find_spec(self, name, *_):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupter())
from pipeline.cli import main
main()
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code, "run", "--output", str(tmp_path / "o")]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"gongkai: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def processes_of(session: int) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            yield int(process.name)


def interrupt(tmp_path: Path, *arguments: str, again: bool = False) -> tuple[int, str]:
    """Start a command in a session of its own, interrupt all of it when the first documents have been read, once or to the end."""
    (tmp_path / "tmp").mkdir()
    running = program(*arguments, stdout=subprocess.DEVNULL, start_new_session=True, cwd=tmp_path)
    assert running.stderr is not None
    first = running.stderr.readline().decode()
    assert first.startswith("read: "), first
    os.killpg(running.pid, signal.SIGINT)
    while again and running.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGINT)
        time.sleep(0.003)
    _, err = running.communicate(timeout=20)
    end = time.monotonic() + 5
    while (left := list(processes_of(running.pid))) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == []
    assert list((tmp_path / "tmp").iterdir()) == []
    return running.returncode, err.decode()


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of reports that takes some seconds to read."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("GONGKAI_PARSE_WORKERS", "2")
    (tmp_path / "in").mkdir()
    text = REPORT.read_text("utf-8")
    for number in range(200):
        (tmp_path / "in" / f"{number:03}.txt").write_text(f"{text}\n{number}\n", "utf-8")
    return tmp_path


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
def test_ctrl_c_ends_all_processes_and_a_parse_keeps_nothing(many: Path) -> None:
    assert interrupt(many, "parse", "in", again=True) == (130, "gongkai: interrupted\n")
    assert {path.name for path in many.iterdir()} == {"in", "tmp"}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
def test_an_interrupted_run_goes_on_to_the_same_bytes(many: Path) -> None:
    code, err = interrupt(many, "run", "in", "--output", "o")
    assert (code, err) == (130, "gongkai: interrupted; what was read is kept; run the same command again to go on\n")
    kept = {path.name for path in (many / "o" / "shards").glob("*.jsonl")}
    assert kept
    for folder in ("o", "whole"):
        running = program("run", "in", "--output", folder, stdout=subprocess.DEVNULL, cwd=many)
        running.communicate(timeout=120)
        assert running.returncode == 0
    made, whole = ({path.name: path.read_bytes() for path in (many / name / "shards").iterdir()} for name in ("o", "whole"))
    assert made == whole
    assert kept < set(made)
    assert (many / "o" / "facts.csv").read_bytes() == (many / "whole" / "facts.csv").read_bytes()
