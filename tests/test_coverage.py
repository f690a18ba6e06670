"""Coverage: a row a county, level and year, and never an absence that was not proved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pipeline import schema
from pipeline.coverage import Coverage, Document, Looked
from pipeline.deadlines import days_late, deadline, is_due

COUNTY, OTHER = "360923-2008", "360721-2008"
NAMES = [column.name for column in schema.COVERAGE]
LIST = "http://www.shanggao.gov.cn/list.html"


def rows_of(
    lists: Sequence[Looked] = (),
    documents: Sequence[Document] = (),
    *,
    counties: Sequence[str] = (COUNTY,),
    span: Sequence[int] = (2021,),
) -> list[dict[str, Any]]:
    coverage = Coverage(counties, ("county",), span, lists, documents)
    rows = [dict(zip(NAMES, row, strict=True)) for row in coverage.rows()]
    assert len(rows) == coverage.size
    return rows


def looked(status: str, reason: str = "", *, level: str | None = "county", last: str | None = "2023-05-01T00:00:00Z") -> Looked:
    return Looked(COUNTY, level, status, reason, "2023-01-01T00:00:00Z", last, LIST)


def document(status: str = "read", *, published: str | None = None, withdrawn: bool = False, address: str = "a.html") -> Document:
    return Document(COUNTY, "county", 2021, status, "", "2023-02-01T00:00:00Z", address, published, is_withdrawn=withdrawn)


def test_rows_are_counties_times_years() -> None:
    rows = rows_of(counties=(COUNTY, OTHER), span=range(2010, 2020))
    assert len(rows) == 20
    assert {row["status"] for row in rows} == {"not_checked"}


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("complete", "absent_from_complete_list"),
        ("complete-unverified", "list_partial"),
        ("partial", "list_partial"),
        ("blocked:js_challenge", "blocked"),
        ("blocked:robots", "blocked"),
        ("deferred", "list_partial"),
        ("needs_render", "list_partial"),
        ("empty_list", "list_partial"),
        ("gone", "list_partial"),
    ],
)
def test_only_a_complete_list_proves_an_absence(status: str, word: str) -> None:
    row = rows_of([looked(status, "because")])[0]
    assert row["status"] == word
    assert (row["first_checked"], row["last_checked"], row["address"]) == ("2023-01-01T00:00:00Z", "2023-05-01T00:00:00Z", LIST)
    assert row["reason"] or word == "absent_from_complete_list"


def test_one_open_list_leaves_the_absence_open() -> None:
    assert rows_of([looked("complete"), looked("partial", "page 3 of 5")])[0]["status"] == "list_partial"
    assert rows_of([looked("complete"), looked("blocked:denied")])[0]["status"] == "blocked"


def test_a_list_of_another_level_says_nothing() -> None:
    assert rows_of([looked("complete", level="township")])[0]["status"] == "not_checked"
    assert rows_of([looked("complete", level="county")])[0]["status"] == "absent_from_complete_list"


def test_a_list_that_is_not_known_to_hold_the_level_proves_no_absence() -> None:
    """A complete list of townships whose row says no level: nobody looked for the county's own report."""
    row = rows_of([looked("complete", level=None)])[0]
    assert (row["status"], row["reason"]) == ("not_checked", "no list that was read is known to hold reports of this level")
    earlier = document()._replace(year=2020)
    rows = rows_of([looked("complete", level=None)], [earlier], span=(2020, 2021))
    assert [row["status"] for row in rows] == ["read", "absent_from_complete_list"]
    assert rows_of([looked("blocked:denied", level=None)])[0]["status"] == "blocked"


def test_what_was_not_yet_due_is_not_absent() -> None:
    row = rows_of([looked("complete", last="2022-02-01T00:00:00Z")])[0]
    assert (row["status"], row["reason"]) == ("not_checked", "it was not yet due when the list was read")


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (document(), "read"),
        (document(published="2022-03-31"), "read"),
        (document(published="2022-04-01"), "late"),
        (document(published="2026-04-01"), "read"),  # a site's move, no publication
        (document("no_form"), "no_form"),
        (document("needs_ocr"), "needs_ocr"),
        (document("limit"), "unread"),
        (document(withdrawn=True), "withdrawn"),
    ],
)
def test_a_document_speaks_for_its_year(found: Document, word: str) -> None:
    row = rows_of([looked("blocked:denied")], [found])[0]
    assert (row["status"], row["reports"], row["address"]) == (word, 1, "a.html")


def test_the_best_of_several_documents_counts() -> None:
    row = rows_of(documents=[document("needs_ocr", address="b.pdf"), document(address="a.html")])[0]
    assert (row["status"], row["reports"], row["address"]) == ("read", 2, "a.html")


def test_a_county_that_did_not_exist_is_not_missing() -> None:
    gone = "110103-2008"  # 崇文区, merged into 东城区 in 2010
    rows = rows_of(counties=(gone,), span=(2009, 2010))
    assert [row["status"] for row in rows] == ["not_checked", "county_did_not_exist"]


def test_years_after_the_newest_table_say_so() -> None:
    assert [row["carried_forward"] for row in rows_of(span=(2024, 2025))] == [None, "yes"]


def test_deadlines_are_those_of_the_regulations() -> None:
    assert str(deadline("department", 2019)) == "2020-01-31"
    assert str(deadline("department", 2018)) == "2019-03-31"
    assert str(deadline("county", 2021)) == "2022-03-31"
    assert deadline("township", 2021) is None
    assert days_late("department", 2021, "2022-02-03") == 3
    assert days_late("township", 2021, "2022-12-03") is None
    assert not is_due("county", 2021, None)
