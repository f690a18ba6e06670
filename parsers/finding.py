"""Finding and Check: one value for doubts of reading and for broken sums, one for each rule evaluated."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

__all__ = ["Check", "Finding", "RuleLevel", "Severity", "Verdict"]


class Severity(StrEnum):
    """How much a finding matters: `error`, `warning`, or `prompt` (for a person to look at)."""

    ERROR = "error"
    WARNING = "warning"
    PROMPT = "prompt"


class RuleLevel(StrEnum):
    """Where a rule comes from: stated in the form, implied by its structure, plausible only, or no rule."""

    STATED = "stated"
    STRUCTURAL = "structural"
    PLAUSIBLE = "plausible"
    NONE = "none"


class Verdict(StrEnum):
    """Three-valued: `unknown` when a cell that the rule needs is not a number."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing that does not hold, with both sides and the cells concerned.

    `subject` is a report_id, the address of a list, or a host. Addresses of another report begin with `other:`.

    >>> Finding(code="applications.flow", instance="total", subject="ab12", severity=Severity.ERROR,
    ...         message_zh="", message_en="").finding_id
    'f6fd5e0c33f6'
    """

    code: str
    subject: str
    severity: Severity
    message_zh: str
    message_en: str
    instance: str = ""
    rule_level: RuleLevel = RuleLevel.NONE
    addresses: tuple[str, ...] = ()
    left: Decimal | None = None
    right: Decimal | None = None
    report_id: str | None = None
    other_report_id: str | None = None
    source_in_law: str | None = None

    @property
    def finding_id(self) -> str:
        """12 hex digits of subject, code and instance: the same over runs."""
        return hashlib.sha256("\0".join((self.subject, self.code, self.instance)).encode()).hexdigest()[:12]

    @property
    def difference(self) -> Decimal | None:
        """Left side minus right side, where both are numbers."""
        return None if self.left is None or self.right is None else self.left - self.right


@dataclass(frozen=True, slots=True)
class Check:
    """One rule evaluated on one report; `reason` says why when the verdict is unknown."""

    report_id: str
    code: str
    instance: str
    verdict: Verdict
    reason: str = ""
