"""
What is known of a crawl, in SQLite: lists, addresses and hosts, each with its state before and after every request.

One process writes. A task is marked as asked before its request goes out; what came of it is written in one transaction
with the length of the archive that holds the answer. So a run that is killed anywhere goes on where it was: what was asked
and not answered is asked again, and the archive is cut at the length that the last transaction knows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urlsplit

from scrapers.family import Claim, Request
from scrapers.known import Address, Host, ListPage, Site, Task, address_of, list_of

__all__ = ["Frontier"]

_VERSION = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS archives (name TEXT PRIMARY KEY, length INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS hosts (
  host TEXT PRIMARY KEY, transport TEXT NOT NULL DEFAULT '', robots TEXT, robots_status INTEGER, robots_at REAL, soft_404 TEXT, home TEXT,
  status TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', since TEXT, next_at REAL);
CREATE TABLE IF NOT EXISTS lists (
  number INTEGER PRIMARY KEY, url TEXT NOT NULL, host TEXT NOT NULL, county_code TEXT, unit TEXT, level TEXT, family_hint TEXT,
  parent INTEGER, depth INTEGER NOT NULL, title TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL, claim TEXT, request TEXT,
  pages INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'due', tries INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', since TEXT, declared INTEGER, UNIQUE (url, county_code));
CREATE TABLE IF NOT EXISTS addresses (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, url TEXT NOT NULL, host TEXT NOT NULL, kind TEXT NOT NULL, list INTEGER,
  parent INTEGER, reference TEXT NOT NULL DEFAULT '', title TEXT NOT NULL DEFAULT '', asked_url TEXT NOT NULL DEFAULT '',
  hops INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'due', tries INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', snapshot INTEGER);
CREATE INDEX IF NOT EXISTS lists_due ON lists (host, state);
CREATE INDEX IF NOT EXISTS addresses_due ON addresses (host, state, kind, number);
CREATE INDEX IF NOT EXISTS addresses_of ON addresses (parent) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS snapshots (
  number INTEGER PRIMARY KEY, address INTEGER, url TEXT NOT NULL, fetched_at TEXT NOT NULL, code INTEGER NOT NULL,
  warc TEXT NOT NULL, offset INTEGER NOT NULL, sha256 TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL,
  published_on TEXT, published_from TEXT, is_good INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS snapshots_of ON snapshots (address) WHERE address IS NOT NULL;
CREATE TABLE IF NOT EXISTS entries (
  list INTEGER NOT NULL, address INTEGER NOT NULL, title TEXT NOT NULL, round INTEGER NOT NULL, PRIMARY KEY (list, address));
CREATE INDEX IF NOT EXISTS entries_of ON entries (address);
CREATE TABLE IF NOT EXISTS rounds (number INTEGER PRIMARY KEY);
"""


_HOST = f"SELECT {', '.join(Host.__slots__)} FROM hosts WHERE host = ?"  # noqa: S608 - names of our own columns


class Frontier:
    """
    The state of a crawl in one file; a context manager.

    What is asked for by number is always there; a state file of another version is refused with ValueError.
    """

    def __init__(self, path: Path) -> None:
        self._touched: set[str] = set()
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise ValueError(
                f"{path}: state of version {version}; this program writes version {_VERSION}: use another output folder"
            )
        self._db.executescript(_TABLES)
        self._db.execute(f"PRAGMA user_version = {_VERSION}")
        with self.transaction():  # what an ended run had asked and not got
            for table in ("lists", "addresses"):  # a try that was cut off by the end of a run has not failed
                self._db.execute(f"UPDATE {table} SET state = 'due', tries = max(tries - 1, 0) WHERE state = 'asked'")  # noqa: S608

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within is kept together, or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it already
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- archives ---------------------------------------------------------------------------------

    def archive_length(self, name: str) -> int:
        """How long an archive is known to be whole; 0 for a new one."""
        row = self._db.execute("SELECT length FROM archives WHERE name = ?", (name,)).fetchone()
        return row[0] if row else 0

    def keep_archive_length(self, name: str, length: int) -> None:
        """Write how long an archive is whole."""
        self._db.execute("INSERT OR REPLACE INTO archives VALUES (?, ?)", (name, length))

    # --- hosts ------------------------------------------------------------------------------------

    def host(self, name: str) -> Host:
        """What is known of a host; a new one is made."""
        while (row := self._db.execute(_HOST, (name,)).fetchone()) is None:
            self._db.execute("INSERT INTO hosts (host) VALUES (?)", (name,))
        return Host(*row)

    def forget_robots(self, before: float) -> None:
        """Have the robots.txt asked again that were asked before a time."""
        self._db.execute("UPDATE hosts SET robots = NULL, robots_status = NULL WHERE robots_at < ?", (before,))

    def set_host(self, name: str, **values: str | float | None) -> None:
        """Write what was learned of a host."""
        self.host(name)
        self._set("hosts", "host", name, values)

    def transports(self) -> dict[str, str]:
        """How each host was reached, where that is known."""
        rows = self._db.execute("SELECT host, transport FROM hosts WHERE transport LIKE 'tls%'")
        return {row["host"]: row["transport"] for row in rows}

    def take_touched(self) -> set[str]:
        """The hosts that may have something due which had nothing before, since this was last asked."""
        touched, self._touched = self._touched, set()
        return touched

    def waiting_hosts(self) -> list[str]:
        """The hosts that have something due and are not blocked, in the order of their names."""
        rows = self._db.execute(
            "SELECT DISTINCT host FROM (SELECT host FROM lists WHERE state = 'due' UNION SELECT host FROM addresses WHERE state = 'due') "
            "WHERE host NOT IN (SELECT host FROM hosts WHERE status != '') ORDER BY host"
        )
        return [row[0] for row in rows]

    # --- lists ------------------------------------------------------------------------------------

    def add_list(
        self, url: str, host: str, *, kind: str, parent: ListPage | None = None, title: str = "", site: Site | None = None
    ) -> bool:
        """Add a list that is not yet known to its county; whether it was new. `site` or `parent` says whose it is."""
        county, unit, level, hint, depth = (
            (site.county_code, site.unit, site.level, site.family, 0)
            if site is not None
            # A list that was found from the home page is a first list: the way there is not the way down from it.
            else (parent.county_code, parent.unit, parent.level, parent.family_hint, (kind == parent.kind) * (parent.depth + 1))
            if parent is not None
            else (None, None, None, "", 0)
        )
        self._touched.add(host)
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO lists (url, host, county_code, unit, level, family_hint, parent, depth, title, kind) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (url, host, county, unit, level, hint, parent.number if parent else None, depth, title, kind),
        )
        return cursor.rowcount > 0

    def lists(self) -> list[ListPage]:
        """All lists in the order in which they became known."""
        return [list_of(row) for row in self._db.execute("SELECT * FROM lists ORDER BY number")]

    def list_page(self, number: int) -> ListPage:
        """One list by its number."""
        return list_of(self._db.execute("SELECT * FROM lists WHERE number = ?", (number,)).fetchone())

    def set_list(
        self, number: int, *, claim: Claim | None = None, request: Request | None = None, **values: str | int | None
    ) -> None:
        """Write how far a list was read; `request` is the next page, None when there is none."""
        if claim is not None:
            values["claim"] = json.dumps(
                [claim.family, claim.list_url, dict(claim.parameters)], ensure_ascii=False, sort_keys=True
            )
        values["request"] = request.to_json() if request is not None else None
        if request is not None:  # a list may go on at another host of its site
            host = urlsplit(request.url).netloc.lower()
            values["host"] = host
            self._touched.add(host)
        self._set("lists", "number", number, values)

    # --- addresses --------------------------------------------------------------------------------

    def add_address(
        self, key: str, url: str, host: str, *, kind: str, title: str = "", page: ListPage | None = None, parent: int | None = None,
        reference: str = "",
    ) -> Address:  # fmt: skip
        """The address of a key, made where it is new; a list that names it is kept with the title that it gives."""
        self._touched.add(host)
        number = page.number if page is not None else None
        self._db.execute(
            "INSERT OR IGNORE INTO addresses (key, url, host, kind, list, parent, reference, title) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (key, url, host, kind, number, parent, reference, title),
        )
        address = address_of(self._db.execute("SELECT * FROM addresses WHERE key = ?", (key,)).fetchone())
        if number is not None:
            self._db.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", (number, address.number, title, self._round()))
        return address

    def addresses(self, kind: str) -> Iterator[Address]:
        """All addresses of a kind in the order in which they became known, one after the other: there may be a great many."""
        return map(address_of, self._db.execute("SELECT * FROM addresses WHERE kind = ? ORDER BY number", (kind,)))

    def companions(self, parent: int) -> list[Address]:
        """What belongs to an article."""
        rows = self._db.execute("SELECT * FROM addresses WHERE parent = ? ORDER BY number", (parent,))
        return [address_of(row) for row in rows]

    def set_address(self, number: int, **values: str | int | None) -> None:
        """Write what became of an address."""
        self._set("addresses", "number", number, values)

    def entries(self, number: int) -> list[tuple[Address, str]]:
        """What a list names, with the titles that it gives."""
        rows = self._db.execute(
            "SELECT addresses.*, entries.title AS named FROM entries JOIN addresses ON addresses.number = entries.address "
            "WHERE entries.list = ? ORDER BY addresses.number",
            (number,),
        )
        return [(address_of(row), row["named"]) for row in rows]

    def no_longer_named(self) -> list[Address]:
        """Articles that were had and that no list names in the last round, though the lists that did were read to their end."""
        rows = self._db.execute(
            "SELECT * FROM addresses WHERE kind = 'article' AND snapshot IS NOT NULL AND number IN ("
            " SELECT address FROM entries GROUP BY address HAVING max(round) < ?) AND NOT EXISTS ("
            " SELECT 1 FROM entries JOIN lists ON lists.number = entries.list"
            " WHERE entries.address = addresses.number AND lists.status NOT LIKE 'complete%') ORDER BY number",
            (self._round(),),
        )
        return [address_of(row) for row in rows]

    def _round(self) -> int:
        """How often all was looked at again."""
        return int(self._db.execute("SELECT count(*) FROM rounds").fetchone()[0])

    def seen(self, number: int) -> frozenset[str]:
        """The keys that a list has named so far in this round."""
        rows = self._db.execute(
            "SELECT key FROM entries JOIN addresses ON addresses.number = entries.address "
            "WHERE entries.list = ? AND entries.round = ?",
            (number, self._round()),
        )
        return frozenset(row[0] for row in rows)

    # --- snapshots --------------------------------------------------------------------------------

    def add_snapshot(self, address: int | None, **values: str | int | None) -> int:
        """Keep where the answer of an address lies; the number of the snapshot."""
        names = ["address", *values]
        marks = ", ".join("?" * len(names))
        cursor = self._db.execute(
            f"INSERT INTO snapshots ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 - names of our own columns
            (address, *values.values()),
        )
        return int(cursor.lastrowid or 0)

    def snapshot(self, number: int) -> sqlite3.Row:
        """One snapshot by its number."""
        return cast("sqlite3.Row", self._db.execute("SELECT * FROM snapshots WHERE number = ?", (number,)).fetchone())

    def snapshots(self, address: int) -> list[sqlite3.Row]:
        """The snapshots of an address in the order of time."""
        return list(self._db.execute("SELECT * FROM snapshots WHERE address = ? ORDER BY number", (address,)))

    def times_of(self, url: str) -> tuple[str | None, str | None]:
        """When an address was first and last asked; None for one that was not."""
        row = self._db.execute("SELECT min(fetched_at), max(fetched_at) FROM snapshots WHERE url = ?", (url,)).fetchone()
        return row[0], row[1]

    def set_snapshot(self, number: int, **values: str | int | None) -> None:
        """Write what the answer said of itself."""
        self._set("snapshots", "number", number, values)

    # --- tasks ------------------------------------------------------------------------------------

    def next_task(self, host: str) -> Task | None:
        """What to ask of a host next, lists before articles before what belongs to them; marked as asked."""
        row = self._db.execute(
            "SELECT * FROM lists WHERE host = ? AND state = 'due' ORDER BY depth, number LIMIT 1", (host,)
        ).fetchone()
        if row is not None:
            page = list_of(row)
            self._db.execute("UPDATE lists SET state = 'asked', tries = tries + 1 WHERE number = ?", (page.number,))
            return Task(page.request or Request(page.url), page, None)
        row = self._db.execute(
            "SELECT * FROM addresses WHERE host = ? AND state = 'due' ORDER BY kind, number LIMIT 1", (host,)
        ).fetchone()
        if row is None:
            return None
        address = address_of(row)
        self._db.execute("UPDATE addresses SET state = 'asked', tries = tries + 1 WHERE number = ?", (address.number,))
        return Task(Request(address.asked_url or address.url, headers=self._conditions(address)), None, address)

    def _conditions(self, address: Address) -> dict[str, str]:
        """What lets a server say that an address is as it was; nothing where it was not yet had."""
        if address.snapshot is None:
            return {}
        last = self.snapshot(address.snapshot)
        given = {"If-None-Match": last["etag"], "If-Modified-Since": last["last_modified"]}
        return {name: value for name, value in given.items() if value}

    def fail_due(self, host: str, status: str, reason: str) -> None:
        """Nothing more is asked of a host: what was due there has failed for its reason."""
        self._db.execute(
            "UPDATE addresses SET state = 'failed', status = ?, reason = ? WHERE host = ? AND state IN ('due', 'asked')",
            (status, reason, host),
        )

    def count_due(self) -> int:
        """How many lists and addresses wait."""
        row = self._db.execute(
            "SELECT (SELECT count(*) FROM lists WHERE state = 'due') + (SELECT count(*) FROM addresses WHERE state = 'due')"
        ).fetchone()
        return int(row[0])

    def retry(self, reasons: Sequence[str]) -> int:
        """Make due again what has failed, by the beginning of its status (all of it without any); how many."""
        changed = 0
        for table in ("lists", "addresses"):
            for number, status in self._db.execute(f"SELECT number, status FROM {table} WHERE state = 'failed'").fetchall():  # noqa: S608
                if not reasons or any(status.startswith(reason) for reason in reasons):
                    self._set(table, "number", number, {"state": "due", "tries": 0, "status": "", "reason": ""})
                    changed += 1
        # A list that was read to its end, and was found to have gaps, is read from its start; another goes on at its page.
        self._db.execute("UPDATE lists SET claim = NULL, pages = 0 WHERE state = 'due' AND request IS NULL")
        if changed:
            self._db.execute(
                "UPDATE hosts SET status = '', reason = '', since = NULL, robots = NULL, robots_status = NULL WHERE status != ''"
            )
        return changed

    def take_up_deferred(self, before: str, now: float) -> int:
        """
        Make due again what was deferred before a time (UTC, ISO), on hosts that may be asked again `now`; how many.

        A host that asked to be left alone is asked by a later run, not by the run that it asked.
        """
        changed = 0
        rows = self._db.execute(
            "SELECT host FROM hosts WHERE status = 'deferred' AND since < ? AND coalesce(next_at, 0) <= ?", (before, now)
        ).fetchall()
        for (host,) in rows:
            for table in ("lists", "addresses"):
                found = self._db.execute(
                    f"UPDATE {table} SET state = 'due', tries = 0, status = '', reason = ''"  # noqa: S608
                    " WHERE host = ? AND state = 'failed' AND status = 'deferred'", (host,),
                )  # fmt: skip
                changed += found.rowcount
            self.set_host(host, status="", reason="", since=None, robots=None, robots_status=None)
        return changed

    def look_again(self) -> None:
        """Make every list and every address due from its start, as `--refresh` asks."""
        self._db.execute("INSERT INTO rounds DEFAULT VALUES")
        for number, url in self._db.execute("SELECT number, url FROM lists WHERE request IS NOT NULL").fetchall():
            self._set("lists", "number", number, {"host": urlsplit(url).netloc.lower()})
        self._db.execute(
            "UPDATE lists SET state = 'due', claim = NULL, request = NULL, pages = 0, tries = 0, status = '', reason = ''"
        )
        self._db.execute(
            "UPDATE addresses SET state = 'due', tries = 0, hops = 0, asked_url = '' WHERE state IN ('done', 'failed')"
        )
        self._db.execute("UPDATE hosts SET status = '', reason = '', robots = NULL, robots_status = NULL")

    def _set(self, table: str, column: str, key: str | int, values: Any) -> None:
        if values:
            names = ", ".join(f"{name} = ?" for name in values)
            self._db.execute(f"UPDATE {table} SET {names} WHERE {column} = ?", (*values.values(), key))  # noqa: S608 - our own names
