"""Commands called in this process: what they print, and the code they leave with."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from pipeline import run as run_module
from pipeline.cli import main
from pipeline.commands import reading
from pipeline.workers import InProcess

__all__ = ["Command", "Outcome", "command_in"]


class Outcome:
    """What a command did: exit code, stdout, stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Command = Callable[..., Outcome]


def command_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], parse_all: Callable[..., Any]
) -> Command:
    """The program in a folder of its own, reading sample documents by `parse_all`."""
    for name in [name for name in os.environ if name.startswith("GONGKAI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(run_module, "parse_all", parse_all)
    monkeypatch.setattr(reading, "workers_of", lambda _: nullcontext(InProcess()))  # worker processes know nothing of samples

    def call(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as left:
            main(list(map(str, arguments)))
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Outcome(int(left.value.code or 0), out, err)

    return call
