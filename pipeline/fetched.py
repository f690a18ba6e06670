"""What a crawl has, as inputs to be read and as the state of its lists."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from parsers.finding import Finding, Severity
from parsers.source import Hints
from pipeline.counties import of_code
from pipeline.inputs import Input, shown
from pipeline.kept import Kept, Record
from scrapers.frontier import Frontier
from scrapers.known import Address, ListPage

__all__ = ["crawl_findings", "fetched_inputs", "lost_addresses", "status_rows"]

_HAD = ("ok", "withdrawn")
_UNCHANGED = 304
_YEAR = re.compile(r"(20[012]\d)\s*年")


def fetched_inputs(frontier: Frontier, raw: Path) -> Iterator[Input]:
    """
    The articles that were had, in the order of county and address, each with what belongs to it and in each of its versions.

    The list that names an article gives the hints of its site; `page` is the list's address.
    """
    lists = {page.number: page for page in frontier.lists()}
    articles = [item for item in frontier.addresses("article") if item.status in _HAD and item.snapshot]
    for article in sorted(articles, key=lambda item: (_county(lists, item), item.key)):
        page = lists.get(article.list or 0)
        for snapshot, companions in _versions(frontier, article):
            yield Input(
                shown(article.url), snapshot["sha256"], url=article.url, hints=_hints(page), fetched_at=snapshot["fetched_at"],
                kept=Kept(raw, _record(snapshot), companions),
                published_on=snapshot["published_on"], published_from=snapshot["published_from"],
            )  # fmt: skip


_Along = tuple[tuple[str, Record], ...]


def _versions(frontier: Frontier, article: Address) -> Iterator[tuple[sqlite3.Row, _Along]]:
    """
    The states of an article that differ from the one before, in the order of time: its page, and what belonged to it then.

    Whenever the page was asked, what belongs to it was asked after it and before the page was asked again.
    """
    rounds = [row for row in frontier.snapshots(article.number) if row["is_good"] or row["code"] == _UNCHANGED]
    before = ""
    page = None
    for at, row in enumerate(rounds):
        page = row if row["is_good"] else page
        end = rounds[at + 1]["number"] if at + 1 < len(rounds) else None
        if page is None:
            continue
        companions = tuple(_companions(frontier, article, end))
        state = "\0".join((page["sha256"], *(f"{reference}\0{record.sha256}" for reference, record in companions)))
        if state != before:
            before = state
            yield page, companions


def _county(lists: dict[int, ListPage], article: Address) -> str:
    page = lists.get(article.list or 0)
    return (page.county_code if page is not None else None) or ""


def _hints(page: ListPage | None) -> Hints | None:
    if page is None:
        return None
    hints = Hints(county_code=page.county_code or None, unit=None, level=None)
    own = page.parent is None  # a column of departments is not about the government that keeps it
    return Hints(hints.county_code, page.unit or None, page.level or None) if own else hints


def _companions(frontier: Frontier, article: Address, end: int | None) -> Iterator[tuple[str, Record]]:
    """What belonged to an article before the snapshot `end`: the last that was had of each."""
    for item in frontier.companions(article.number):
        had = [row for row in frontier.snapshots(item.number) if row["is_good"] and (end is None or row["number"] < end)]
        if had:
            yield item.reference, _record(had[-1])


def _record(snapshot: sqlite3.Row) -> Record:
    return Record(snapshot["warc"], snapshot["offset"], snapshot["sha256"])


def status_rows(frontier: Frontier) -> list[dict[str, object]]:
    """
    One row a list page, as `contracts.md` has them; pages on which columns were looked for only where none was found.

    `years` counts the reports by the year in their titles.
    """
    rows: list[dict[str, object]] = []
    for page in frontier.lists():
        if page.kind == "home" and page.status == "complete-unverified":
            continue
        named = frontier.entries(page.number)
        titles = [title if _YEAR.search(title) else address.title for address, title in named if address.status == "ok"]
        years = Counter(found[1] for title in titles if (found := _YEAR.search(title)))
        host = frontier.host(page.host)
        status, reason = page.status, page.reason
        if not status:
            status, reason = (host.status, host.reason) if host.status else ("deferred", "not yet asked to its end")
        rows.append(
            {
                "county_code": page.county_code or None, "county": _county_name(page.county_code), "unit": page.unit or None, "level": page.level or None,
                "host": page.host, "list_url": page.url, "family": page.claim.family if page.claim else None, "status": status,
                "reason": reason, "since": page.since, "declared": page.declared, "found": sum(address.status == "ok" for address, _ in named),
                "years": dict(sorted(years.items())),
            }
        )  # fmt: skip
    return rows


def _county_name(code: str | None) -> str | None:
    """The newest name of the one division that has or had a code; None for a code of several or of none."""
    counties = of_code(code or "")
    return counties[0].spells[-1].name if len(counties) == 1 else None


_COMPLETE = ("complete", "complete-unverified")


def lost_addresses(frontier: Frontier) -> list[Address]:
    """The articles, and what belongs to them, that were named and not had."""
    return [item for item in _named(frontier) if item.state == "failed"]


def _named(frontier: Frontier) -> Iterator[Address]:
    return chain(frontier.addresses("article"), frontier.addresses("companion"))


def crawl_findings(frontier: Frontier) -> list[Finding]:
    """
    A finding for each list that did not end as it should, with the day on which it was so, and for each address that was
    named and not had: what could not be looked at is said, never left out.
    """
    found = []
    for row in status_rows(frontier):
        status = str(row["status"])
        if status not in _COMPLETE:
            day = str(row["since"] or "")[:10]
            found.append(_finding(str(row["list_url"]), status, str(row["reason"]), day, "列表", "the list"))
    found += (_finding(item.url, item.status, item.reason, "", "页面", "the page") for item in lost_addresses(frontier))
    gone = [item for item in _named(frontier) if item.status == "withdrawn"]
    found += (_finding(item.url, "withdrawn", item.reason, "", "报告", "the report") for item in gone)
    known = {item.number for item in gone}
    unnamed = [item for item in frontier.no_longer_named() if item.number not in known]
    found += (_finding(item.url, "withdrawn", "its list names it no more", "", "报告", "the report") for item in unnamed)
    return sorted(found, key=lambda finding: (finding.code, finding.subject, finding.instance))


def _finding(subject: str, status: str, reason: str, day: str, what_zh: str, what_en: str) -> Finding:
    word, _, kind = status.partition(":")
    zh = f"{what_zh}{subject}未能完整获取：{status}（{reason}）" + (f"，{day}" if day else "")
    en = f"{what_en} {subject} was not had in full: {status} ({reason})" + (f", {day}" if day else "")
    return Finding(
        code=f"source.{word.replace('-', '_')}", subject=subject, instance=kind, severity=Severity.WARNING, message_zh=zh, message_en=en
    )  # fmt: skip
