"""
rules.toml: which rules run, and how much each matters, for everybody or for one region.

    [[rules]]
    code = "proactive.fee_unit"    # or "statistics.*" for all codes that begin so
    on = true                      # the weak rules are off unless asked for
    reason = "we review fees by hand this year"

    [[rules]]
    code = "applications.row_total"
    severity = "warning"
    region = "3609"                # county codes that begin so
    reason = "the city's portal drops the total column"

The longest region that fits wins. An unknown key or code stops the program and names the nearest known one.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from parsers.finding import Severity
from pipeline.audit.catalogue import known_codes
from pipeline.config import nearest
from pipeline.errors import ConfigError

__all__ = ["Rules", "Setting", "load_rules", "read_rules"]

_KEYS: Mapping[str, type] = {"code": str, "on": bool, "severity": str, "region": str, "reason": str}
_TYPES: Mapping[type, str] = {str: "text", bool: "true or false"}


class Setting(NamedTuple):
    """What rules.toml says of one code in one region; None leaves the default."""

    code: str
    region: str
    on: bool | None
    severity: Severity | None
    reason: str


@dataclass(frozen=True)
class Rules:
    """
    The settings of a rules.toml; none means that every rule runs as its form or the catalogue says.

    >>> Rules().runs("proactive.fee_unit", default=False, county_code="360923")
    False
    """

    settings: tuple[Setting, ...] = ()

    def runs(self, code: str, *, default: bool, county_code: str | None) -> bool:
        """Whether a rule runs in a county; without a county code only settings for all regions count."""
        found = [item.on for item in self._for(code, county_code) if item.on is not None]
        return found[-1] if found else default

    def severity(self, code: str, *, default: Severity, county_code: str | None) -> Severity:
        """How much a finding of that code matters in a county."""
        found = [item.severity for item in self._for(code, county_code) if item.severity is not None]
        return found[-1] if found else default

    def _for(self, code: str, county_code: str | None) -> list[Setting]:
        """The settings that speak of a code in a county, the narrowest last."""
        fitting = (item for item in self.settings if item.code == code and (county_code or "").startswith(item.region))
        return sorted(fitting, key=lambda item: len(item.region))

    @property
    def digest(self) -> str:
        """SHA-256 over the settings: comments and the order of the file do not change it."""
        rows = sorted([item.code, item.region, item.on, item.severity, item.reason] for item in self.settings)
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def load_rules(path: Path | None) -> Rules:
    """The rules of a file, or the defaults without one; ConfigError says what is wrong and what to do."""
    if path is None:
        return Rules()
    try:
        text = path.read_text("utf-8-sig")
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{path}: not UTF-8; save it as UTF-8") from exc
    return read_rules(text, file=str(path))


def read_rules(text: str, *, file: str) -> Rules:
    """
    The rules that a TOML text describes; `file` is its name for messages.

    >>> text = '[[rules]]\\ncode = "narr.review"\\non = false\\nreason = "too many prompts"'
    >>> read_rules(text, file="rules.toml").runs("narr.review", default=True, county_code=None)
    False
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{file}: not valid TOML: {exc}") from exc
    _know(raw, ("rules",), file)
    entries = raw.get("rules", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{file}: rules must be written as [[rules]] tables")
    settings: dict[tuple[str, str], Setting] = {}
    for at, entry in enumerate(entries, start=1):
        for setting in _settings(entry, f"{file}: rules, entry {at}"):
            key = (setting.code, setting.region)
            if key in settings:
                where = f"the region {setting.region!r}" if setting.region else "all regions"
                raise ConfigError(f"{file}: rules, entry {at}: {setting.code!r} is set twice for {where}; keep one")
            settings[key] = setting
    return Rules(tuple(settings[key] for key in sorted(settings)))


def _settings(entry: Mapping[str, Any], where: str) -> Iterator[Setting]:
    _know(entry, _KEYS, where)
    for key, value in entry.items():
        if not isinstance(value, _KEYS[key]):
            raise ConfigError(f"{where}: {key} must be {_TYPES[_KEYS[key]]}, not {value!r}")
    for key in ("code", "reason"):
        if not entry.get(key, "").strip():
            raise ConfigError(f"{where}: the key {key!r} is missing or empty")
    if "on" not in entry and "severity" not in entry:
        raise ConfigError(f"{where}: says neither on nor severity, so it changes nothing; remove it or add one")
    region = entry.get("region", "")
    if region and not (region.isascii() and region.isdigit()):
        raise ConfigError(f"{where}: region must be the first digits of a county code, not {region!r}")
    severity = None
    if "severity" in entry:
        severity = Severity(_one_of(entry["severity"], [item.value for item in Severity], f"{where}: severity"))
    for code in _codes(entry["code"], where):
        yield Setting(code, region, entry.get("on"), severity, entry["reason"])


def _codes(wanted: str, where: str) -> list[str]:
    known = known_codes()
    if wanted.endswith(".*"):
        return sorted(code for code in known if code.startswith(wanted[:-1])) or [_one_of(wanted, known, f"{where}: code")]
    return [_one_of(wanted, known, f"{where}: code")]


def _know(raw: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for key in raw:
        _one_of(key, known, f"{where}: key")


def _one_of(word: str, known: Collection[str], what: str) -> str:
    if word in known:
        return word
    raise ConfigError(f"{what} {word!r} is not known{nearest(word, sorted(known))}")
