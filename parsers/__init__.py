"""
Documents to facts: no network, no clock, no output paths.

`parse` reads one document and raises ReadError when it cannot; `parse_all` opens containers too and yields
reports and `Unread` values, never an exception for bad data.
"""

from parsers.errors import FormError, ParseError, ReadError, ReadStatus
from parsers.finding import Check, Finding, RuleLevel, Severity, Verdict
from parsers.form import Form, load_forms
from parsers.parse import parse, parse_all
from parsers.report import Fact, Report, Section, Status, Unread
from parsers.source import Hints, Source, open_source

__all__ = [
    "Check",
    "Fact",
    "Finding",
    "Form",
    "FormError",
    "Hints",
    "ParseError",
    "ReadError",
    "ReadStatus",
    "Report",
    "RuleLevel",
    "Section",
    "Severity",
    "Source",
    "Status",
    "Unread",
    "Verdict",
    "load_forms",
    "open_source",
    "parse",
    "parse_all",
]
