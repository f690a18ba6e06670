"""
The public face: what is stable for scripts and notebooks.

`parse` reads one report, `parse_all` also opens containers, `audit` evaluates the identities of the form.
Nothing is computed here; `pipeline/`, `parsers/` and `scrapers/` may change inside, these names stay.
"""

from parsers import (
    Check,
    Fact,
    Finding,
    Hints,
    ReadError,
    Report,
    Source,
    Status,
    Unread,
    Verdict,
    load_forms,
    parse,
    parse_all,
)
from pipeline.audit import audit_report as audit

__all__ = [
    "Check",
    "Fact",
    "Finding",
    "Hints",
    "ReadError",
    "Report",
    "Source",
    "Status",
    "Unread",
    "Verdict",
    "__version__",
    "audit",
    "load_forms",
    "parse",
    "parse_all",
]

__version__ = "0.1.0"
