"""SQL over the exported tables: what the views are called, and that a query reads them and nothing else."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from compared import of_county, output_of

from pipeline.cli import main
from pipeline.query import RENAMED, VIEWS
from pipeline.schema import CODEBOOK, FACTS, REPORTS, SERIES, dictionary

Query = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    samples = (
        of_county("上高县", 2021, applications__received__total="260"),
        of_county("上高县", 2021, "=1+1局", "department", applications__received__total="blank:"),
    )
    return output_of(tmp_path_factory.mktemp("a folder's tables"), samples)


@pytest.fixture
def query(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: Path) -> Query:
    for name in [name for name in os.environ if name.startswith("GONGKAI_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, output: Path = folder) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["query", *arguments, "--output", str(output)])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(left.value.code or 0), out, err

    return call


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_table_is_a_view(query: Query, folder: Path) -> None:
    _, out, _ = query("SHOW TABLES", "--format", "csv")
    shown = {row["name"] for row in rows(out)}
    assert shown == {path.stem for path in folder.glob("*.csv")} == set(VIEWS) - {"wide_published_only"}


@pytest.mark.parametrize(
    ("view", "columns"), [("facts", FACTS), ("codebook", CODEBOOK), ("series", SERIES), ("reports", REPORTS)]
)
def test_columns_that_are_reserved_words_have_other_names(query: Query, view: str, columns: tuple[object, ...]) -> None:
    _, out, _ = query(f"DESCRIBE {view}", "--format", "csv")
    names = [getattr(column, "name") for column in columns]  # noqa: B009 - of a schema.Column
    assert [row["column_name"] for row in rows(out)] == [RENAMED.get(name, name) for name in names]
    assert set(RENAMED.values()) == {"table_code", "row_code", "column_code"}


def test_figures_come_as_the_tables_have_them(query: Query) -> None:
    code, out, _ = query(
        "SELECT unit, status, value FROM facts WHERE table_code = 'applications' AND row_code = 'received' AND column_code = 'total' "
        "ORDER BY level",
        "--format", "csv",
    )  # fmt: skip
    assert (code, out) == (0, "unit,status,value\n上高县人民政府,published,260\n'=1+1局,blank,\n")


def test_json_keeps_types(query: Query) -> None:
    _, out, _ = query(
        "SELECT 1 AS a, 0.5 AS b, NULL AS c, [1, 2] AS d, true AS e, DATE '2022-01-02' AS f, '=1' AS g", "--format", "json"
    )
    assert json.loads(out) == [{"a": 1, "b": 0.5, "c": None, "d": [1, 2], "e": True, "f": "2022-01-02", "g": "=1"}]
    assert json.loads(query("SELECT 1 WHERE false", "--format", "json")[1]) == []


def test_a_table_is_for_the_screen(query: Query) -> None:
    assert query("SELECT county, count(*) AS n FROM series WHERE value = 260 GROUP BY ALL")[:2] == (0, "county\tn\n上高县\t2\n")


def test_times_are_utc_whatever_the_machine_says(query: Query, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    _, out, _ = query("SELECT TIMESTAMPTZ '2022-01-02 03:04:05+08' AS t", "--format", "csv")
    assert out == "t\n2022-01-01T19:04:05Z\n"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM read_text('{folder}/manifest.json')",
        "SELECT * FROM read_csv('http://127.0.0.1:9/a.csv')",
        "SELECT * FROM hidden",
        "COPY facts TO '{other}.csv'",
        "COPY (SELECT 1 AS a) TO '{folder}/facts.parquet' (FORMAT parquet)",
        "CREATE TABLE a AS SELECT 1",
        "DROP VIEW facts",
        "ATTACH '{other}.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "SELECT 1; DROP VIEW facts",
        "EXPLAIN ANALYZE COPY facts TO '{other}.csv'",
        "SELECT * FROM facts; SELECT 1",
        "SELEC 1",
        "SELECT nothing FROM facts",
        "",
    ],
)
def test_a_query_reads_the_views_and_nothing_else(query: Query, folder: Path, tmp_path: Path, sql: str) -> None:
    other = tmp_path / "other.txt"
    other.write_text("secret\n", "utf-8")
    hidden = [("of this process",)]  # DuckDB would otherwise look for variables of that name
    before = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir() if path.is_file()}
    code, out, err = query(sql.format(other=other, folder=str(folder).replace("'", "''")))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "secret" not in err
    assert hidden
    assert before == {path.name: hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir() if path.is_file()}
    assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]


def test_an_unknown_table_names_the_views(query: Query) -> None:
    _, _, err = query("SELECT * FROM fact")
    assert "the views are facts, reports" in err


def test_without_duckdb_one_line_says_how_to_install_it(query: Query, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    code, out, err = query("SELECT 1")
    assert (code, out) == (2, "")
    assert err == "gongkai: SQL needs DuckDB, which is not installed: pip install 'gongkai[analysis]'\n"


def test_a_folder_without_tables_and_a_format_that_is_none(query: Query, tmp_path: Path) -> None:
    assert query("SELECT 1", output=tmp_path)[0] == 2
    code, _, err = query("SELECT 1", "--format", "xml")
    assert code == 2
    assert "--format" in err


def test_the_dictionary_names_the_views() -> None:
    text = dictionary()
    assert all(f"`{name}`" in text for name in (*VIEWS, *RENAMED.values()))
