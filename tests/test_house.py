"""Tests about the project itself: which way imports go, what modules and papers must have."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from parsers.form import load_forms, read_form
from pipeline.config import Fetch, Parse, load_config

ROOT = Path(__file__).resolve().parents[1]


def project_files() -> list[Path]:
    """The files that are or would be committed, relative to the root; what git ignores is left out."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
        return sorted({Path(name) for name in names if name and (ROOT / name).is_file()})
    skipped = {".git", ".venv", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__", "output"}
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(path for path in found if not skipped & set(path.parts))


PACKAGES = ("gongkai", "parsers", "pipeline", "scrapers")
FILES = project_files()
PYTHON_FILES = [path for path in FILES if path.suffix == ".py"]
MODULES = [path for path in PYTHON_FILES if path.parts[0] in PACKAGES]
PAPERS = [path for path in FILES if path.suffix == ".md" and "fixtures" not in path.parts]
FORMS = sorted((ROOT / "parsers" / "forms").glob("*.toml"))
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _id(path: Path) -> str:
    return str(path)


# --- which way imports go -------------------------------------------------------------------------


def imports(text: str, module: Path) -> Iterator[str]:
    """Every name that a module imports, wherever in the file: statements, and `import_module` with a text."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=base, names=names, level=level):
                start = list(module.parts[:-1])[: len(module.parts) - level] if level else []
                yield from (".".join([*start, *([base] if base else []), alias.name]) for alias in names)
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[first, *_]) if called in (
                "import_module",
                "__import__",
            ):
                match first:
                    case ast.Constant(value=str(name)) | ast.JoinedStr(values=[ast.Constant(value=str(name)), *_]):
                        yield name


def against_the_flow(module: Path, name: str) -> str:
    """Why `module` may not import `name`; empty when it may."""
    package, top = module.parts[0], name.partition(".")[0]
    where = module.as_posix()
    if package == "parsers" and top in ("scrapers", "pipeline", "gongkai"):
        return "parsers/ knows documents only"
    if package == "scrapers" and top in ("pipeline", "gongkai"):
        return "scrapers/ knows the web only"
    if package == "scrapers" and top == "parsers" and not f"{name}.".startswith("parsers.raw."):
        return "of parsers/, scrapers/ may import parsers.raw only"
    if top == "httpx" and where != "scrapers/http.py":
        return "scrapers/http.py is the one client"
    if package == "parsers" and top == "pandas" and where not in ("parsers/report.py", "parsers/frame.py"):
        return "frames are made in parsers/report.py and parsers/frame.py only"
    return ""


@pytest.mark.parametrize("module", MODULES, ids=_id)
def test_imports_go_one_way(module: Path) -> None:
    text = (ROOT / module).read_text("utf-8")
    wrong = {name: why for name in imports(text, module) if (why := against_the_flow(module, name))}
    assert not wrong


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("parsers/a.py", "import pipeline.run"),
        ("parsers/a.py", "from scrapers import http"),
        ("parsers/readers/a.py", "def f():\n    import scrapers.http"),
        ("parsers/readers/a.py", "from ...pipeline import run"),
        ("parsers/a.py", "import importlib\nimportlib.import_module('pipeline.run')"),
        ("parsers/a.py", "import_module(f'scrapers.families.{name}')"),
        ("parsers/a.py", "import pandas"),
        ("parsers/a.py", "import httpx"),
        ("scrapers/a.py", "import parsers"),
        ("scrapers/a.py", "from parsers import Source"),
        ("scrapers/a.py", "from parsers.source import Source"),
        ("scrapers/a.py", "import parsers.raws"),
        ("scrapers/a.py", "from pipeline import run"),
        ("scrapers/families/http.py", "from httpx import Client"),
        ("pipeline/a.py", "import httpx"),
        ("gongkai/a.py", "import httpx"),
    ],
)
def test_a_wrong_import_is_seen(module: str, line: str) -> None:
    path = Path(module)
    assert any(against_the_flow(path, name) for name in imports(line, path))


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("scrapers/a.py", "from parsers.raw import charset"),
        ("scrapers/a.py", "from parsers.raw.charset import decode"),
        ("scrapers/a.py", "from parsers import raw"),
        ("scrapers/http.py", "import httpx"),
        ("parsers/frame.py", "import pandas"),
        ("parsers/readers/a.py", "from ..source import Source"),
        ("pipeline/a.py", "import parsers, scrapers.http, pandas"),
    ],
)
def test_a_right_import_passes(module: str, line: str) -> None:
    path = Path(module)
    assert not [name for name in imports(line, path) if against_the_flow(path, name)]


# --- modules --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PYTHON_FILES, ids=_id)
def test_a_file_is_under_400_lines(path: Path) -> None:
    assert len((ROOT / path).read_text("utf-8").splitlines()) < 400


def exported(tree: ast.Module) -> list[str] | None:
    """The names in `__all__`; None where a module has none."""
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
            ):
                return [str(name) for name in ast.literal_eval(value)]
    return None


@pytest.mark.parametrize("module", [path for path in MODULES if path.name != "__main__.py"], ids=_id)
def test_a_module_says_what_it_exports(module: Path) -> None:
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    if all(isinstance(node, ast.Expr) for node in tree.body):
        return  # an __init__.py with nothing in it but words
    names = exported(tree)
    assert names is not None, "no __all__"
    assert len(names) == len(set(names))


def test_a_module_without_all_is_seen() -> None:
    assert exported(ast.parse("def f(): ...")) is None
    assert exported(ast.parse("__all__ = ['f']")) == ["f"]


@pytest.mark.parametrize("module", MODULES, ids=_id)
def test_a_module_has_a_name_that_says_something(module: Path) -> None:
    assert not {"utils", "util", "helpers", "common", "misc"} & {*module.parts[:-1], module.stem}


def test_the_face_exports_what_it_imports_and_computes_nothing() -> None:
    tree = ast.parse((ROOT / "gongkai" / "__init__.py").read_text("utf-8"))
    imported = {alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert sorted({*imported, "__version__"}) == sorted(exported(tree) or [])
    assert {type(node) for node in tree.body} <= {ast.Expr, ast.ImportFrom, ast.Assign}


def test_importing_the_face_is_cheap() -> None:
    code = "import sys, gongkai; print(*sorted({'pandas', 'pyarrow', 'httpx', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_loads(path: Path) -> None:
    form = read_form(path.read_text("utf-8"), file=path.name)
    assert form.addresses
    assert form.name == path.stem


def test_the_forms_load_together() -> None:
    assert {form.name for form in load_forms()} == {path.stem for path in FORMS}


def test_the_default_configuration_shows_the_defaults() -> None:
    config = load_config(ROOT / "gongkai.toml", {})
    for_replicas: dict[str, Any] = {
        "delay": 0.0,
        "jitter": 0.0,
        "allowed_networks": ("127.0.0.0/8",),
        "resolve": config.fetch.resolve,
    }
    assert (config.fetch, config.parse) == (Fetch(**for_replicas), Parse())
    assert set(config.fetch.resolve.values()) == {"127.0.0.1:0"}
    shown = tomllib.loads((ROOT / "gongkai.toml").read_text("utf-8"))
    assert shown["fetch"].keys() == {field.name for field in fields(Fetch)}
    assert shown["parse"].keys() == {field.name for field in fields(Parse)}


# --- papers ---------------------------------------------------------------------------------------

MACHINE = re.compile(r"(?<![\w./}-])/(?:home|root|work|opt|Users)/\w")
INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-link[s]|https?://\S*/(?:simple|packages)/|pypi\.org|python[h]osted|registry\.npmjs"
)


def test_no_file_names_this_machine_or_a_package_index() -> None:
    wrong = []
    for path in FILES:
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture, an archive
        patterns = [INDEX] if path.parts[:2] == ("tests", "fixtures") else [INDEX, MACHINE]  # a county's page may link to /home/…
        wrong += [f"{path}: {found[0]}" for pattern in patterns for found in [pattern.search(text)] if found]
    assert not wrong


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE, "see /ho" + "me/me/x"),
        (MACHINE, '"/wo' + 'rk/main"'),
        (INDEX, "--index" + "-url x"),
        (INDEX, "https://mirror.example/sim" + "ple/lxml"),
    ],
)
def test_a_machine_or_an_index_is_seen(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def pins(text: str) -> dict[str, set[str]]:
    """The pinned requirement lines of a lock, each with its hashes."""
    found: dict[str, set[str]] = {}
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip()):
        requirement, *hashes = re.split(r"\s+--hash=", entry)
        found[requirement.strip()] = {item.strip() for item in hashes}
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_pins_with_hashes_and_nothing_else(name: str) -> None:
    for requirement, hashes in pins((ROOT / name).read_text("utf-8")).items():
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+(?: ; [^/\\]+)?", requirement)
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", item) for item in hashes)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    core, dev = (pins((ROOT / name).read_text("utf-8")) for name in LOCKS)

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=~! ;]", item, maxsplit=1)[0] for item in requirements}

    assert names([*project["project"]["dependencies"], *project["build-system"]["requires"]]) <= names(list(core))
    extras = [item for extra in project["project"]["optional-dependencies"].values() for item in extra]
    assert names(extras) <= names(list(dev))
    assert core.items() <= dev.items(), "`make lock` writes both: the tools must be tested with the versions that run"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_two_commands_to_set_up(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    first = re.search(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert first is not None
    assert [line.partition("#")[0].strip() for line in first[1].splitlines()] == ["make run", "make test"]
    assert not re.search(r"pip install|-m venv|apt-get", text)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_an_address_in_the_readme_is_one(name: str) -> None:
    addresses = re.findall(r"gongkai explain \S+ (\S+)", (ROOT / name).read_text("utf-8"))
    assert addresses
    assert set(addresses) <= {address for form in load_forms() for address in form.addresses}


def test_the_makefile_has_the_targets_that_the_papers_name() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"`make ([a-z-]+)`", "".join((ROOT / paper).read_text("utf-8") for paper in PAPERS)))
    assert {"run", "test", "test-slow"} <= named
    assert not [target for target in sorted(named) if not re.search(rf"^{target}:", makefile, re.MULTILINE)]


def test_the_changelog_begins_with_what_is_being_made() -> None:
    version = re.search(r'^__version__ = "(.+)"$', (ROOT / "gongkai" / "__init__.py").read_text("utf-8"), re.MULTILINE)
    headings = re.findall(r"^## \[?([^\]\s]+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    assert headings[0] in ("Unreleased", version[1])


def test_the_form_shown_in_the_docs_loads() -> None:
    text = (ROOT / "docs" / "adding-a-form.md").read_text("utf-8")
    example = re.search(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert example is not None
    form = read_form(example[1], file="docs/adding-a-form.md")
    assert (len(form.addresses), len(form.identities)) == (6, 2)


@pytest.mark.parametrize("paper", PAPERS, ids=_id)
def test_a_link_in_a_paper_leads_to_a_file(paper: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / paper).read_text("utf-8"))
    assert not [target for target in targets if not (ROOT / paper.parent / target).exists()]
