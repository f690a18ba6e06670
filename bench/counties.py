"""
Processor time to load the registry of counties, to find a name and to settle a report's county, as JSON lines on stdout.

    python bench/counties.py
"""

from __future__ import annotations

import json
import time

from pipeline.counties import find, settle
from pipeline.registry.county import load_registry

TITLE = "江西省赣州市赣县人民政府办公室2014年政府信息公开工作年度报告"
ROUNDS = 1000


def main() -> None:
    start = time.process_time()
    divisions = len(load_registry().divisions)
    loaded = time.process_time()
    find("上高县")
    indexed = time.process_time()
    for _ in range(ROUNDS):
        find(TITLE, year=2014)
    found = time.process_time()
    for _ in range(ROUNDS):
        settle(["赣县", TITLE], site_code="360704", year=2014)
    settled = time.process_time()
    times = {
        "divisions": divisions,
        "load_ms": 1000 * (loaded - start),
        "first_find_ms": 1000 * (indexed - loaded),
        "find_ms": 1000 * (found - indexed) / ROUNDS,
        "settle_ms": 1000 * (settled - found) / ROUNDS,
    }
    print(json.dumps({name: round(value, 3) for name, value in times.items()}))


if __name__ == "__main__":
    main()
