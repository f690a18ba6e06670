"""What all tests share: the corpus, the fixture folders, parts that may be absent, and no network but loopback."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "fixtures"

# No deadline: the machines that run this are shared, and the clock says nothing about right and wrong.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("night", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "here"))

PARTS = {
    "soffice": "LibreOffice: apt-get install libreoffice-writer libreoffice-calc",
    "make": "make: apt-get install make",
    "rapidocr": "the extra `ocr`: `make test` installs it",
}
"""Programs and modules that a user's machine may lack, with what brings them."""


def fixture_folders() -> list[Path]:
    """Every folder under tests/fixtures that holds a case: an `input.*` beside what is expected of it."""
    return sorted({found.parent for found in FIXTURES.glob("**/input.*")})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that writes goldens; a test asserts that CI leaves it off."""
    parser.addoption("--update-goldens", action="store_true", help="write changed goldens, and fail so that they are read")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `fixture_folder` every fixture folder, one test id each."""
    if "fixture_folder" in metafunc.fixturenames:
        folders = fixture_folders()
        metafunc.parametrize("fixture_folder", folders, ids=[str(folder.relative_to(FIXTURES)) for folder in folders])


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real reports beside the project; the test is skipped where there is none."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the corpus of real reports (../shared/corpus) is not here")
    return folder


@pytest.fixture(scope="session")
def need() -> Callable[[str], Path]:
    """
    Ask for a part by name: `need("soffice")` is its path.

    Where the part is absent the test is skipped with what brings it, and fails when CI is set: there it must be.
    """

    def find(part: str) -> Path:
        hint = PARTS[part]
        program = shutil.which(part)
        module = None if program else importlib.util.find_spec(part)
        found = program or (module.origin if module else None)
        if found:
            return Path(found)
        if os.environ.get("CI"):
            pytest.fail(f"{part} is absent, and CI must have it ({hint})")
        pytest.skip(f"{part} is absent ({hint})")

    return find


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine: a test that needs one is wrong."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            pytest.fail(f"a test asked for a connection to {address[0]!r}; only loopback is allowed")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"
