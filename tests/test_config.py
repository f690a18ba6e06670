"""gongkai.toml and GONGKAI_*: what is settled, who wins, and what stops the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import Config, load_config
from pipeline.errors import ConfigError

WHOLE = """
contact = "ogi-study@example.org"
[sites]
files = ["sites.csv"]
[fetch]
delay = 2
jitter = 0.5
hosts = 32
timeout_connect = 10.0
timeout_read = 30.0
timeout_total = 120.0
max_bytes = 50_000_000
hours = "00:00-24:00"
allowed_networks = ["127.0.0.0/8"]
ca_file = ""
years = [2021, 2022]
[fetch.resolve]
"www.example.org" = "127.0.0.1:8080"
[parse]
seconds = 30
megabytes = 1500
workers = 0
[output]
folder = "output"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "gongkai.toml"
    file.write_text(text, "utf-8")
    return file


def test_every_key_of_the_contract_is_known_and_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, WHOLE), {})
    assert config.sites.files == (tmp_path / "sites.csv",)
    assert config.output.folder == tmp_path / "output"
    assert (config.fetch.delay, config.fetch.years) == (2.0, (2021, 2022))
    assert dict(config.fetch.resolve) == {"www.example.org": "127.0.0.1:8080"}
    assert config.contact == "ogi-study@example.org"


def test_the_defaults_are_those_of_the_contract() -> None:
    config = load_config(None, {})
    assert config == Config()
    assert (config.parse.megabytes, config.fetch.max_bytes, config.output.folder) == (1500, 50_000_000, Path("output"))


def test_variables_win_over_the_file_and_flags_over_both(tmp_path: Path) -> None:
    environment = {
        "GONGKAI_PARSE_SECONDS": "5", "GONGKAI_FETCH_YEARS": "2019, 2020", "GONGKAI_OUTPUT_FOLDER": "elsewhere",
        "GONGKAI_FETCH_RESOLVE": "a.example=127.0.0.1:1", "GONGKAI_CONTACT": "me@example.org", "GONGKAI_SITES_FILES": "a.csv,b.csv",
    }  # fmt: skip
    config = load_config(written(tmp_path, WHOLE), environment)
    assert (config.parse.seconds, config.fetch.years, config.contact) == (5.0, (2019, 2020), "me@example.org")
    assert config.output.folder == Path("elsewhere")
    assert config.sites.files == (Path("a.csv"), Path("b.csv"))
    assert config.to_output(Path("third")).output.folder == Path("third")
    assert config.to_output(None) is config


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[parse]\nsecond = 3", ["gongkai.toml", "parse.second", "'seconds'"]),
        ("[pars]\nseconds = 3", ["gongkai.toml", "'pars'", "'parse'"]),
        ("contakt = ''", ["'contakt'", "'contact'"]),
        ("contact = 3", ["contact", "text"]),
        ("[parse]\nseconds = true", ["parse.seconds", "true or false"]),
        ("[parse]\nworkers = 1.5", ["parse.workers", "whole number"]),
        ("[parse]\nseconds = 0", ["parse.seconds", "more than 0"]),
        ("[parse]\nseconds = nan", ["parse.seconds", "more than 0"]),
        ("[parse]\nworkers = -1", ["parse.workers", "0 or more"]),
        ("[fetch]\nyears = ['2021']", ["fetch.years", "whole numbers"]),
        ("[fetch]\nhours = '8-18'", ["fetch.hours", "00:00-24:00"]),
        ("[fetch]\nallowed_networks = ['home']", ["fetch.allowed_networks", "home"]),
        ("[fetch]\nresolve = 'x'", ["fetch.resolve", "host"]),
        ("[sites]\nfiles = 'sites.csv'", ["sites.files", "list"]),
        ("[output]\nfolder = ''", ["output.folder"]),
        ("parse = 3", ["parse", "section"]),
        ("contact = ", ["gongkai.toml", "TOML"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text), {})
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize(
    ("variable", "value", "word"),
    [
        ("GONGKAI_PARSE_SECOND", "3", "seconds"),
        ("GONGKAI_PARSE_SECONDS", "three", "three"),
        ("GONGKAI_PARSE_WORKERS", "-2", "0 or more"),
        ("GONGKAI_FETCH_RESOLVE", "host", "="),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, word: str) -> None:
    with pytest.raises(ConfigError, match=variable) as caught:
        load_config(None, {variable: value})
    assert word in str(caught.value)


def test_a_variable_of_another_program_is_left_alone() -> None:
    assert load_config(None, {"GONGKAI_REWRITE_GOLDENS": "1", "GONGKAI": "x"}) == Config()


def test_a_file_that_is_no_utf8_or_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "gongkai.toml").write_bytes("contact = '年'".encode("gbk"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(tmp_path / "gongkai.toml", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "absent.toml", {})
