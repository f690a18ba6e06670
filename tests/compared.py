"""An output folder of sample reports for tests of what is read from exported tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from samples import parse_all, sample_text

from parsers.report import Report, Unread
from parsers.source import Source
from pipeline import run as run_module
from pipeline.audit import Rules
from pipeline.bodies import body_of
from pipeline.config import Config
from pipeline.export import export
from pipeline.inputs import Input
from pipeline.run import Dataset, read_all
from pipeline.shards import Shards

__all__ = ["SAMPLES", "TIME", "of_county", "output_of", "parse_said"]

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_SAID = ("scope", "level", "county", "county_code")


def of_county(
    county: str, year: int, unit: str = "", level: str = "county", scope: str = "all", code: str = "", **cells: str
) -> str:
    """A sample document of a county's government, or of a unit in it; it states level and scope, and `?` for what it does not."""
    form = cells.pop("form", "2021" if year >= 2021 else "2019" if year >= 2019 else "2014")
    return sample_text(
        unit or f"{county}人民政府", year, form, scope=scope, level=level, county=county, county_code=code, **cells
    )


def parse_said(source: Source) -> Iterator[Report | Unread]:
    """Sample documents with the level, scope and county that they state."""
    said = dict(line.split("=", 1) for line in source.data.decode().splitlines()[1:] if line.split("=", 1)[0] in _SAID)
    changes: dict[str, Any] = {name: None if value in {"", "?"} else value for name, value in said.items()}
    for item in parse_all(source):
        yield replace(item, **changes) if isinstance(item, Report) else item


RATES = {"applications__received__total": "260", "applications__carried_in__total": "3", "applications__total__total": "263"}
SAMPLES = (
    of_county("上高县", 2019, applications__received__total="40"),
    of_county("上高县", 2020, applications__received__total="50"),
    of_county("上高县", 2021, **RATES, applications__granted__total="70", applications__partly_granted__total="11"),
    of_county("上高县", 2022, scope="?", applications__received__total="reconstructed:7", applications__total__total="8", applications__granted__total="2"),
    of_county("宜丰县", 2021, applications__received__total="blank:"),
    of_county("宜丰县", 2022, applications__received__total="0"),
    of_county("丰城市", 2021, scope="own", applications__received__total="9"),
    of_county("奉新县", 2021, applications__received__total="1"),
    of_county("奉新县", 2021, applications__received__total="2"),
    of_county("铜鼓县", 2018, statistics__requests__answered__count="20", statistics__requests__answered__granted__count="5"),
    of_county("上高县", 2021, "上高县民政局", "department", applications__received__total="4"),
    of_county("上高县", 2022, "民政局", "department", scope="?", applications__received__total="5"),
    of_county("上高县", 2022, "上高县财政局", "department", applications__received__total="6"),
    of_county("某某县", 2021, code="990199", applications__received__total="33"),
    of_county("某某县", 2021, "=1+1局", "department", code="990199", applications__received__total="34"),
    of_county("鼓楼区", 2021, applications__received__total="44"),
)  # fmt: skip
"""靖安县 has none. The two of 奉新县 differ, that of 鼓楼区 may be of several counties."""


def output_of(folder: Path, samples: tuple[str, ...] = SAMPLES) -> Path:
    """The folder, with the tables of the samples, each of which has an address on the web for its source."""
    items = [
        Input.of(Source(text.encode(), f"{at}.html", url=f"http://www.example.gov.cn/{at}.html?a=1&b=2"))
        for at, text in enumerate(samples)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "parse_all", parse_said)
        shards = Shards(folder / "shards")
        dataset = Dataset(read_all(items, shards), shards, Rules(), settle=body_of)
        export(dataset, folder, rules=Rules(), config=Config(), run_at=TIME)
    return folder
