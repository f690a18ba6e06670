"""
The dataset at full size: how fast the facts are written, and what follows from them.

`python bench/dataset.py [--counties 2846] [--years 12]` prints JSON lines: the time our writer takes for facts CSV and Parquet
beside the time that pyarrow takes to write the same table, how long `compare` of one indicator over everything takes, and the
peak of memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from types import MappingProxyType

import pyarrow
import pyarrow.csv
import pyarrow.parquet

from parsers.form import Form, national_form
from parsers.report import Fact, Report, Status
from parsers.values import read_value
from pipeline.bodies import Body
from pipeline.compare import compare
from pipeline.counties import all_counties, of_code
from pipeline.demo.figures import random_sheet
from pipeline.derived import Derived
from pipeline.fact_table import FactTable
from pipeline.ledger import Examined, Row
from pipeline.schema import Column
from pipeline.selection import select
from pipeline.tables import FileTable

LAST_YEAR = 2030
"""Twelve years of the forms of 2019 and 2021, so that there are about 200 cells a report."""


def reports(counties: int, years: int) -> Iterator[Report]:
    """County reports of the registry's counties, year by year, with figures out of a hundred drawn sheets a form."""
    pools = {name: [drawn(name, seed) for seed in range(100)] for name in ("2014", "2019", "2021")}
    for at, county in enumerate(all_counties(2024)[:counties]):
        for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1):
            form = national_form(year)
            facts = pools[form.name][(at * 31 + year) % 100]
            digest = hashlib.sha256(f"{county.id}{year}".encode()).hexdigest()
            spell = county.spell(year) or county.spells[-1]
            yield Report(
                source=f"https://www.{spell.code}.example.cn/zwgk/{year}/t{year}0331_{at}.html", source_sha256=digest, media_type="text/html",
                bytes=30_000, title=f"{spell.name}{year}年政府信息公开工作年度报告", county_code=spell.code, county=spell.name,
                unit=f"{spell.name}人民政府", level="county", year=year, scope="all",
                forms=MappingProxyType({table.code: form.name for table in form.tables}), facts=facts, findings=(), sections=(),
            )  # fmt: skip


def drawn(name: str, seed: int) -> tuple[Fact, ...]:
    """The facts of a drawn sheet as an HTML page gives them."""
    random = Random(f"{name}{seed}")
    sheet = random_sheet(random, form=name, scale=200, filling="full" if seed % 4 else "half")
    form = national_form({"2014": 2016, "2019": 2019, "2021": 2022}[name])
    return tuple(fact(form, address, sheet.cells[address], at) for at, address in enumerate(form.addresses))


def fact(form: Form, address: str, text: str, at: int) -> Fact:
    table, row, column = form.cells[address]
    value = read_value(text, signed=column.signed).number if text else None
    status = Status.PUBLISHED if value is not None else Status.BLANK
    place = f"table={1 + at // 70};row={1 + at // 7};column={1 + at % 7}"
    return Fact(table.code, row.code, column.code, value, text or None, form.unit_of(address), status, None, (), place)


def written_by_us(folder: Path, counties: int, years: int) -> dict[str, object]:
    """Seconds for both files, the making of the reports taken off."""
    start = time.perf_counter()
    made = sum(len(report.facts) for report in reports(counties, years))
    making = time.perf_counter() - start
    start = time.perf_counter()
    with FactTable.open(folder, "facts") as table:
        for report in reports(counties, years):
            table.add(report)
    seconds = time.perf_counter() - start - making
    assert table.rows == made
    return {"what": "facts, ours", "rows": made, "seconds": round(seconds, 2), "rows_a_second": round(made / seconds)}


def written_by_pyarrow(folder: Path) -> dict[str, object]:
    """Seconds that pyarrow takes for the table that we have just written, held in memory."""
    table = pyarrow.parquet.read_table(folder / "facts.parquet")
    start = time.perf_counter()
    pyarrow.parquet.write_table(table, folder / "theirs.parquet", compression="zstd")
    parquet = time.perf_counter() - start
    start = time.perf_counter()
    pyarrow.csv.write_csv(table, folder / "theirs.csv")
    text = time.perf_counter() - start
    return {
        "what": "facts, pyarrow",
        "rows": table.num_rows,
        "seconds": round(parquet + text, 2),
        "parquet": round(parquet, 2),
        "csv": round(text, 2),
    }


def derived_tables(folder: Path, counties: int, years: int) -> dict[str, object]:
    """Seconds and rows of coverage, series and panel over all reports."""
    derived = Derived()
    rows = []
    for report in reports(counties, years):
        county = of_code(str(report.county_code))[-1]
        body = Body(county.id, "county", "")
        derived.admit(Examined(report, body=body))
        cells = {
            "report_id": report.report_id,
            "county_id": county.id,
            "level": "county",
            "year": report.year,
            "status": "read",
            "source": report.source,
        }
        rows.append(Row(cells, ()))
    start = time.perf_counter()
    with ExitStack() as stack:

        def table(name: str, columns: tuple[Column, ...]) -> FileTable:
            return stack.enter_context(FileTable.open(folder, name, columns))

        written = derived.write(folder, table, rows, None)
    return {"what": "coverage, series, panel", "seconds": round(time.perf_counter() - start, 1), "rows": written}


def compared(folder: Path) -> Iterator[dict[str, object]]:
    """Seconds of one indicator over all counties and years."""
    for name in ("applications.received.total", "disclosure_of_decided"):
        start = time.perf_counter()
        found = compare(folder, select([name], [], None, "county", None, approximate=False))[0]
        seconds = time.perf_counter() - start
        figures = sum(entry.value is not None for entry in found.entries.values())
        yield {
            "what": f"compare {name}",
            "seconds": round(seconds, 2),
            "lines": len(found.keys),
            "years": len(found.years),
            "figures": figures,
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--counties", type=int, default=2846)
    parser.add_argument("--years", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = written_by_us(folder, options.counties, options.years)
        tell(ours)
        theirs = written_by_pyarrow(folder)
        tell(theirs)
        tell({"what": "ratio", "ours_to_pyarrow": round(float(str(ours["seconds"])) / float(str(theirs["seconds"])), 2)})
        for big in ("facts.csv", "theirs.csv"):
            (folder / big).unlink()
        tell(derived_tables(folder, options.counties, options.years))
        for line in compared(folder):
            tell(line)


def tell(line: dict[str, object]) -> None:
    print(json.dumps(line | {"peak_mib": peak_mib()}), flush=True)


def peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
