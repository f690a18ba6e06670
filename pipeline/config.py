"""
Config: what `gongkai.toml`, the `GONGKAI_*` variables and the flags settle, checked before anything is done.

Flags win over variables, variables over the file. `GONGKAI_PARSE_SECONDS` is the key `seconds` of `[parse]`;
lists are given with commas, `GONGKAI_FETCH_RESOLVE` as `host=address:port` with commas. Paths in the file are
relative to the file, paths in variables to the working folder.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.errors import ConfigError

__all__ = ["CONFIG_NAME", "Config", "Fetch", "Output", "Parse", "Sites", "load_config", "nearest"]

CONFIG_NAME = "gongkai.toml"


@dataclass(frozen=True, slots=True)
class Sites:
    """Where the lists of sites are."""

    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """How hosts are asked; times in seconds."""

    delay: float = 2.0
    jitter: float = 0.5
    hosts: int = 32
    timeout_connect: float = 10.0
    timeout_read: float = 30.0
    timeout_total: float = 120.0
    max_bytes: int = 50_000_000
    hours: str = "00:00-24:00"
    allowed_networks: tuple[str, ...] = ()
    ca_file: str = ""
    years: tuple[int, ...] = ()
    resolve: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Parse:
    """Limits of one document (seconds of the processor, three times as many by the clock), and processes (0: one a core)."""

    seconds: float = 30.0
    megabytes: int = 1500
    workers: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """Where results go."""

    folder: Path = Path("output")


@dataclass(frozen=True, slots=True)
class Config:
    """
    The settled configuration; `file` is where it came from, None for the defaults.

    >>> Config().parse.seconds, Config().output.folder.name
    (30.0, 'output')
    """

    contact: str = ""
    sites: Sites = Sites()
    fetch: Fetch = Fetch()
    parse: Parse = Parse()
    output: Output = Output()
    file: Path | None = None

    def to_output(self, folder: Path | None) -> Config:
        """The same configuration with another output folder; unchanged for None."""
        return self if folder is None else replace(self, output=Output(folder))


_SECTIONS: Mapping[str, Any] = {"sites": Sites, "fetch": Fetch, "parse": Parse, "output": Output}
_POSITIVE = {"hosts", "timeout_connect", "timeout_read", "timeout_total", "max_bytes", "seconds", "megabytes"}
_NOT_NEGATIVE = {"delay", "jitter", "workers"}
_HOURS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)")


def load_config(file: Path | None, environment: Mapping[str, str]) -> Config:
    """
    The configuration of a file (None: the defaults) under the variables of `environment`.

    Raises ConfigError for a file that cannot be read, an unknown key, a wrong type or an impossible value.

    >>> load_config(None, {"GONGKAI_PARSE_SECONDS": "5"}).parse.seconds
    5.0
    """
    found = {} if file is None else _read(file)
    config = _build(found, str(file), Path() if file is None else file.parent)
    return replace(_vary(config, environment), file=file)


def nearest(word: str, known: Sequence[str]) -> str:
    """
    `; did you mean 'x'?` for the nearest known word, else the list of them.

    >>> nearest("second", ["seconds", "workers"])
    "; did you mean 'seconds'?"
    """
    close = difflib.get_close_matches(word, known, 1, 0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as exc:
        raise ConfigError(f"{file}: the configuration cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{file}: the configuration is not UTF-8 (byte {exc.start}); save it as UTF-8") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{file}: not valid TOML: {exc}") from exc


def _build(found: Mapping[str, Any], file: str, folder: Path) -> Config:
    made: dict[str, Any] = {}
    known = ["contact", *_SECTIONS]
    for key, value in found.items():
        if key == "contact":
            made[key] = _typed("", value, f"{file}: contact")
        elif key in _SECTIONS:
            if not isinstance(value, dict):
                raise ConfigError(f"{file}: {key}: must be a section [{key}], is {_kind(value)}")
            made[key] = _section(key, value, file, folder)
        else:
            raise ConfigError(f"{file}: unknown key {key!r}{nearest(key, known)}")
    return Config(**made)


def _section(name: str, found: Mapping[str, Any], file: str, folder: Path) -> Any:
    default = _SECTIONS[name]()
    known = [item.name for item in fields(default)]
    made: dict[str, Any] = {}
    for key, value in found.items():
        where = f"{file}: {name}.{key}"
        if key not in known:
            raise ConfigError(f"{where}: unknown key {key!r} in [{name}]{nearest(key, known)}")
        typed = _files(value, where) if (name, key) == ("sites", "files") else _typed(getattr(default, key), value, where)
        made[key] = _in_folder(_possible(key, typed, where), folder)
    return _SECTIONS[name](**made)


def _in_folder(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, tuple) and value and isinstance(value[0], Path):
        return tuple(folder / item for item in value)
    return value


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list", dict: "a section"}
    return names.get(type(value), type(value).__name__)


def _files(value: Any, where: str) -> tuple[Path, ...]:
    return tuple(Path(item) for item in _list(value, str, "texts", where))


def _list(value: Any, kind: type, kinds: str, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or any(type(item) is not kind for item in value):
        raise ConfigError(f"{where}: must be a list of {kinds}, is {_kind(value)}")
    return tuple(value)


def _typed(default: Any, value: Any, where: str) -> Any:
    """The value in the type of the default; a whole number will do for a number, nothing else is bent."""
    if isinstance(default, float):
        if type(value) in (int, float):
            return float(value)
        raise ConfigError(f"{where}: must be a number, is {_kind(value)}")
    if isinstance(default, int):
        if type(value) is int:
            return value
        raise ConfigError(f"{where}: must be a whole number, is {_kind(value)}")
    if isinstance(default, (str, Path)):
        if isinstance(value, str):
            return Path(value) if isinstance(default, Path) else value
        raise ConfigError(f"{where}: must be a text, is {_kind(value)}")
    if isinstance(default, Mapping):
        if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
            return MappingProxyType(dict(value))
        raise ConfigError(f"{where}: must hold a text for each host name, is {_kind(value)}")
    kind, kinds = (int, "whole numbers") if where.endswith("years") else (str, "texts")
    return _list(value, kind, kinds, where)


def _possible(key: str, value: Any, where: str) -> Any:
    if key in _POSITIVE and not 0 < value < float("inf"):
        raise ConfigError(f"{where}: must be more than 0, is {value}")
    if key in _NOT_NEGATIVE and not 0 <= value < float("inf"):
        raise ConfigError(f"{where}: must be 0 or more, is {value}")
    if key == "hours" and not _HOURS.fullmatch(value):
        raise ConfigError(f"{where}: must look like 00:00-24:00, is {value!r}")
    if key == "folder" and value == Path():
        raise ConfigError(f"{where}: must name a folder, is empty")
    if key == "allowed_networks":
        for item in value:
            try:
                ipaddress.ip_network(item)
            except ValueError as exc:
                raise ConfigError(f"{where}: {exc}") from exc
    return value


def _vary(config: Config, environment: Mapping[str, str]) -> Config:
    """The configuration with the variables laid over it."""
    if "GONGKAI_CONTACT" in environment:
        config = replace(config, contact=environment["GONGKAI_CONTACT"])
    for section, key, variable in _variables(environment):
        held = getattr(config, section)
        known = [item.name for item in fields(held)]
        if key not in known:
            raise ConfigError(f"{variable}: unknown key {key!r} in [{section}]{nearest(key, known)}")
        value = _possible(key, _from_text(getattr(held, key), key, environment[variable], variable), variable)
        config = replace(config, **{section: replace(held, **{key: value})})
    return config


def _variables(environment: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for variable in sorted(environment):
        prefix, _, rest = variable.partition("_")
        section, _, key = rest.partition("_")
        if prefix == "GONGKAI" and section.lower() in _SECTIONS and key:
            yield section.lower(), key.lower(), variable


def _from_text(default: Any, key: str, text: str, variable: str) -> Any:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        if isinstance(default, (int, float)):
            return type(default)(text)
        if isinstance(default, Mapping):
            return MappingProxyType(dict(_pair(part) for part in parts))
        if isinstance(default, tuple):
            made = {"files": Path, "years": int}.get(key, str)
            return tuple(made(part) for part in parts)
    except ValueError as exc:
        raise ConfigError(f"{variable}: cannot read {text!r}: {exc}") from exc
    return Path(text) if isinstance(default, Path) else text


def _pair(part: str) -> tuple[str, str]:
    host, equals, address = part.partition("=")
    if not equals:
        raise ValueError(f"{part!r} has no =")
    return host, address
