"""What the guard is given, and what it says: an answer as it came, what is known of its host, and a judgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

__all__ = ["KINDS", "Expected", "Judgement", "Kind", "Known", "Served"]

Kind = Literal[
    "ok", "blocked:js_challenge", "blocked:denied", "throttled", "soft_404", "not_found", "gone", "login_required", "empty_list",
    "needs_render", "server_error", "homepage",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)

Expected = Literal["list", "article", "attachment", "home"]


@dataclass(frozen=True, slots=True)
class Served:
    """An answer as it came: `url` is its final address, `asked` the one that was asked for."""

    status: int
    body: bytes
    url: str
    asked: str
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str | None = None

    def header(self, name: str) -> str:
        """All values of a header, a comma between them; empty when there is none."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


@dataclass(frozen=True, slots=True)
class Known:
    """What was learned of a host before, as `fingerprint` gives it: of its answer to `probe_url`, and of its home page."""

    soft_404: str = ""
    home: str = ""


class Judgement(NamedTuple):
    """
    What an answer is, why in one line, and what in it says so.

    `throttled` passes, also where the home page stands at another page's own address; `homepage` is to be sent on there.
    """

    kind: Kind
    reason: str
    evidence: str = ""
